"""What type checkers say of plugins: nothing of right ones, and where wrong ones are wrong."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Rejected = Callable[[str], set[int]]

FOLDER = Path(__file__).with_name("typing")
ROOT = FOLDER.parents[1]

CHECKERS = {
    # No cache: mypy may look at the checkout at the same time.
    "mypy": ("mypy", "--strict", "--config-file=", "--no-error-summary", "--cache-dir", os.devnull),
    "pyright": ("pyright",),
}


@pytest.fixture(scope="module", params=CHECKERS)
def rejected(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rejected:
    """Return what tells the numbers of the lines of a file that a type checker rejects."""
    module, *options = CHECKERS[request.param]
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")
    wrong = tmp_path_factory.mktemp("wrong") / "wrong.py"
    shutil.copy(FOLDER / "wrong.txt", wrong)
    # Both files at once, for most of the time goes into what they import.
    result = subprocess.run(
        [sys.executable, "-m", module, *options, str(FOLDER / "right.py"), str(wrong)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    found = re.findall(r"(\w+\.py):(\d+):.*\berror\b", result.stdout)
    assert {name for name, _ in found} <= {"right.py", "wrong.py"}, result.stdout + result.stderr
    assert result.returncode == 1, result.stdout + result.stderr
    return lambda name: {int(line) for file, line in found if file == name}


def test_right_plugin(rejected: Rejected) -> None:
    """A plugin that implements every hook as documented is accepted."""
    assert rejected("right.py") == set()


def test_wrong_plugin(rejected: Rejected) -> None:
    """A misspelt hook and every wrong signature are rejected where they stand."""
    lines = (FOLDER / "wrong.txt").read_text().splitlines()
    expected = {n for n, line in enumerate(lines, 1) if "# rejected" in line}
    assert len(expected) == 16
    assert rejected("wrong.py") == expected
