"""The command as a program of its own: exit codes, pipes, bytes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import evledger
from evledger import GapNoted

Program = Callable[..., "subprocess.CompletedProcess[bytes]"]
COMMAND = (sys.executable, "-m", "evledger")


def run_program(
    *args: str, given: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the program to its end."""
    return subprocess.run(
        [*COMMAND, *args],
        input=given,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database with a ledger of 1,001 records."""
    folder = tmp_path_factory.mktemp("made")
    with evledger.open(folder / "evledger.db") as store:
        ledger = store.create("semax", title="Semax", by="curator")
        gaps = (GapNoted(id=f"g{i}", text="Größe") for i in range(1_000))
        ledger.append(*gaps, by="curator")
    return folder


@pytest.fixture
def program(tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Return what runs the program, in a folder of its own, without settings of the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("EVLEDGER_DB", "EVLEDGER_BY", "EVLEDGER_DEBUG", "PYTHONUTF8", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(made, ".", dirs_exist_ok=True)
    return run_program


def test_exit_codes(program: Program) -> None:
    """0 done, 1 not sound, 2 wrong, 3 not finished; never a traceback."""
    runs = [
        program("verify", "semax", "--full"),
        program("verify", "semax", "--head", "5-" + "0" * 64),
        program("head", "nosuch"),
        program("init", "semax", "--title", "Semax"),
    ]
    assert [ended.returncode for ended in runs] == [0, 1, 2, 3]
    assert [ended.stderr for ended in runs if b"Traceback" in ended.stderr] == []


def test_a_reader_that_stops(program: Program) -> None:
    """When the reader of a pipe has had enough, the program ends without a word, and not with 1."""
    del program
    with subprocess.Popen(
        [*COMMAND, "log", "semax", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()[:8] == b'{"n": 0,'
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 141)


@pytest.mark.parametrize(("head", "code"), [("5-" + "0" * 64, 1), (None, 141)])
def test_a_verdict_survives_a_closed_pipe(head: str | None, code: int, program: Program) -> None:
    """Damage is told by the code even where nobody reads the report."""
    del program
    reader, writer = os.pipe()
    os.close(reader)
    args = ["verify", "semax", *(["--head", head] if head else [])]
    ended = subprocess.run([*COMMAND, *args], stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (code, b"") == (ended.returncode, ended.stderr)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk(program: Program) -> None:
    """Output that could not be written is not a success, and not damage."""
    del program
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [*COMMAND, "head", "semax"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (ended.returncode, b"the operating system" in ended.stderr) == (3, True)
    assert b"Traceback" not in ended.stderr


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "latin-1"}])
def test_utf8_whatever_the_locale(locale: dict[str, str], program: Program) -> None:
    """Output is UTF-8."""
    ended = program("log", "semax", "-n", "2", **locale)
    assert ended.stdout.decode()[-6:] == "Größe\n"


def test_follow_until_interrupted(program: Program) -> None:
    """Follow shows what another process appends, as it comes, until Ctrl-C."""
    with subprocess.Popen(
        [*COMMAND, "log", "semax", "--follow", "--after", "1000", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["n"] == 1000
        line = b'{"type": "gap-noted", "data": {"id": "new", "text": "x"}}'
        assert program("append", "semax", "-", given=line).returncode == 0
        assert json.loads(process.stdout.readline())["n"] == 1001
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130


def test_rendered_bytes_are_verbatim(program: Program) -> None:
    """What goes into a pipe is what the renderer made, byte for byte."""
    piped = program("render", "semax").stdout
    program("render", "semax", "-o", "semax.md")
    assert Path("semax.md").read_bytes() == piped


def test_the_library_does_not_import_the_command_line() -> None:
    """Whoever imports evledger pays for no command line."""
    code = "import sys, evledger; print('click' in sys.modules, 'evledger.cli' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert ended.stdout.strip() == b"False False"
