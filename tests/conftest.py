"""What every test shares: needed programs, sample files, the command."""

import json
import os
import shutil
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner

from evledger import cli


def find_program(name: str) -> Path:
    """Return the path of a program, or end the test that needs it.

    Without the program the test is skipped.
    Where `EVLEDGER_REQUIRE_SERVICES=1` promises that it is there, the test fails.
    """
    if found := shutil.which(name):
        return Path(found)
    reason = f"the program {name!r} is not on PATH"
    if os.environ.get("EVLEDGER_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{reason}, though EVLEDGER_REQUIRE_SERVICES=1", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def require() -> Callable[[str], Path]:
    """Give `find_program`: a test asks it for the program it needs, by name."""
    return find_program


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
    """Give what runs the command where the test is."""
    return run_command


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Give what runs the command in an empty folder, with no setting of the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("DB", "BY", "DEBUG", "CONFIG", "STRICT_PLUGINS"):
        monkeypatch.delenv(f"EVLEDGER_{name}", raising=False)
    monkeypatch.setenv("EVLEDGER_DISABLE_PLUGINS", "1")  # whatever is installed here
    return run_command
