"""The shell commands of docs/how-to/prove.md do what the page shows, run one after the other."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from doctest import ELLIPSIS, OutputChecker
from pathlib import Path

import attrs
import pytest

PAGE = Path(__file__).resolve().parents[1] / "docs" / "how-to" / "prove.md"
STRANGER = "What the stranger does"
HANDED_OVER = ("c1.tlog-proof", "semax.vkey")

PRELUDE = 'evledger() { "$PYTHON" -m evledger "$@"; }\n'
"""The command, as this Python has it; wherever else the page's names lead, they lead there."""


@attrs.frozen
class Shown:
    """A command that the page shows.

    Attributes:
        heading: the section it stands in.
        command: what is typed.
        output: what is printed, with `…` for what differs from run to run.
    """

    heading: str
    command: str
    output: str


def shown() -> Iterator[Shown]:
    """Yield the page's commands, in order."""
    text = PAGE.read_text("utf-8")
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading = section.partition("\n")[0]
        for block in re.findall(r"^```console\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
            for each in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, _, output = each.partition("\n")
                yield Shown(heading, command, output)


def run(shell: Path, command: str, folder: Path) -> str:
    """Run a command in a folder, without settings of the environment; give what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EVLEDGER")}
    done = subprocess.run(
        [shell, "-c", PRELUDE + command],
        cwd=folder,
        env={**kept, "PYTHON": sys.executable, "EVLEDGER_DISABLE_PLUGINS": "1"},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_commands_of_the_page(tmp_path: Path, require: Callable[[str], Path]) -> None:
    """Each command ends well and prints what the page shows; the stranger has two files only."""
    shell, home, stranger = require("sh"), tmp_path / "home", tmp_path / "stranger"
    home.mkdir()
    for each in shown():
        folder = stranger if each.heading == STRANGER else home
        if folder is stranger and not stranger.exists():
            stranger.mkdir()
            for name in HANDED_OVER:
                shutil.copy(home / name, stranger)
        printed = run(shell, each.command, folder)
        expected = each.output.replace("…", "...")
        assert OutputChecker().check_output(expected, printed, ELLIPSIS), (
            f"$ {each.command}\nprinted:\n{printed}\nshown:\n{each.output}"
        )
    assert {path.name for path in stranger.iterdir()} == set(HANDED_OVER)


@pytest.mark.parametrize("verb", ["key new", "checkpoint", "prove", "verify-proof", "publish"])
def test_page_shows_the_way(verb: str) -> None:
    """Every step from a key to a stranger's check stands on the page as a command that is run."""
    assert any(each.command.startswith(f"evledger {verb} ") for each in shown())


def test_stranger_has_no_ledger() -> None:
    """What the stranger runs names nothing but the files that were handed over."""
    commands = [each.command for each in shown() if each.heading == STRANGER]
    assert commands
    named = {word for each in commands for word in each.split() if "." in word}
    assert named <= set(HANDED_OVER)
