"""The reference is complete: verbs, options, public names and kinds of fault have their places."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

import evledger
from evledger import cli, exceptions
from evledger.verification import FaultKind

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
CLI = (REFERENCE / "cli.md").read_text("utf-8")
API = (REFERENCE / "api.md").read_text("utf-8")
FAULTS = (REFERENCE / "faults.md").read_text("utf-8")


@pytest.mark.parametrize("verb", sorted(cli.evledger.commands))
def test_verb_is_described(verb: str) -> None:
    """Each verb has a section of its own in the reference of the command."""
    assert re.search(rf"^### `{re.escape(verb)}`$", CLI, re.MULTILINE)


@pytest.mark.parametrize("verb", sorted(cli.evledger.commands))
def test_options_are_described(verb: str) -> None:
    """Each option of a verb stands in the reference, long or short."""
    options = [
        option.opts for option in cli.evledger.commands[verb].params if option.opts[0][0] == "-"
    ]
    assert [names for names in options if not any(name in CLI for name in names)] == []


@pytest.mark.parametrize("name", evledger.__all__)
def test_name_is_described(name: str) -> None:
    """Each public name stands in the reference of the Python interface."""
    is_error = name in exceptions.__all__
    assert is_error or re.search(rf":: (evledger\.[a-z_.]+\.)?{name}$", API, re.MULTILINE)


@pytest.mark.parametrize("kind", get_args(FaultKind))
def test_fault_is_described(kind: str) -> None:
    """Each kind of fault has a heading in the reference of faults."""
    headings = "\n".join(line for line in FAULTS.splitlines() if line.startswith("###"))
    assert f"`{kind}`" in headings
