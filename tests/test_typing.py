"""What type checkers say of plugins: nothing of right ones, and where wrong ones are wrong."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).with_name("typing")
ROOT = FOLDER.parents[1]

CHECKERS = {
    "mypy": ("mypy", "--strict", "--config-file=", "--no-error-summary"),
    "pyright": ("pyright",),
}


def check(checker: str, path: Path) -> set[int]:
    """Give the numbers of the lines that a type checker rejects."""
    if importlib.util.find_spec(checker) is None:
        pytest.skip(f"{checker} is not installed")
    module, *options = CHECKERS[checker]
    # A cache per checker and run: several tests may run at once.
    result = subprocess.run(
        [sys.executable, "-m", module, *options, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    found = re.findall(rf"{re.escape(path.name)}:(\d+):.*\berror\b", result.stdout)
    assert found or result.returncode == 0, result.stdout + result.stderr
    return {int(line) for line in found}


@pytest.mark.parametrize("checker", CHECKERS)
def test_right_plugin(checker: str) -> None:
    """A plugin that implements every hook as documented is accepted."""
    assert check(checker, FOLDER / "right.py") == set()


@pytest.mark.parametrize("checker", CHECKERS)
def test_wrong_plugin(checker: str, tmp_path: Path) -> None:
    """A misspelt hook and every wrong signature are rejected where they stand."""
    text = (FOLDER / "wrong.txt").read_text()
    path = tmp_path / "wrong.py"
    path.write_text(text)
    expected = {n for n, line in enumerate(text.splitlines(), 1) if "# rejected" in line}
    assert len(expected) == 8
    assert check(checker, path) == expected
