"""What every test shares: needed programs, sample files, the command."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import Any, NoReturn

import attrs
import pytest
from click.testing import CliRunner

from evledger import cli


def end_without(reason: str) -> NoReturn:
    """End a test that needs what is not there.

    It is skipped.
    Where `EVLEDGER_REQUIRE_SERVICES=1` promises that everything is there, it fails.
    """
    if os.environ.get("EVLEDGER_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{reason}, though EVLEDGER_REQUIRE_SERVICES=1", pytrace=False)
    pytest.skip(reason)


def find_program(name: str) -> Path:
    """Return the path of a program, or end the test that needs it."""
    if found := shutil.which(name):
        return Path(found)
    end_without(f"the program {name!r} is not on PATH")


@pytest.fixture(scope="session")
def require() -> Callable[[str], Path]:
    """Return `find_program`: a test asks it for the program it needs, by name."""
    return find_program


@pytest.fixture(scope="session")
def tlog_python() -> Path:
    """Return a Python that has aics-tlog and aics-witness, or end the test that needs it.

    They run on Python 3.12 and later, so it may be another than the one that runs the tests:
    `EVLEDGER_TLOG_PYTHON` names it, or says with `none` that this machine can have none.
    """
    named = os.environ.get("EVLEDGER_TLOG_PYTHON") or sys.executable
    if named == "none":
        pytest.skip("EVLEDGER_TLOG_PYTHON=none: no Python here can have aics-tlog and aics-witness")
    probe = [named, "-c", "import aics_tlog, aics_witness"]
    with contextlib.suppress(OSError):
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return Path(named)
    end_without(
        f"{named} does not have aics-tlog and aics-witness; "
        "install them for Python 3.12 or later, and name that in EVLEDGER_TLOG_PYTHON"
    )


# -- the command, run within this process ------------------------------------------------


@attrs.frozen
class Ended:
    """How a run of the command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


def run_command(*args: str, given: str | bytes = "") -> Ended:
    """Run the command in this process."""
    apart: dict[str, Any] = {"mix_stderr": False}  # before click 8.2
    runner = CliRunner(**(apart if "mix_stderr" in signature(CliRunner).parameters else {}))
    result = runner.invoke(cli.evledger, args, input=given, prog_name="evledger")
    return Ended(result.exit_code, result.stdout, result.stderr)


@pytest.fixture(scope="session")
def command() -> Callable[..., Ended]:
    """Return what runs the command where the test is."""
    return run_command


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Return what runs the command in an empty folder, with no setting of the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("DB", "BY", "DEBUG", "CONFIG", "STRICT_PLUGINS"):
        monkeypatch.delenv(f"EVLEDGER_{name}", raising=False)
    monkeypatch.setenv("EVLEDGER_DISABLE_PLUGINS", "1")  # whatever is installed here
    return run_command
