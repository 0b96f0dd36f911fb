"""The reference is complete: verbs, options, public names and kinds of fault have their places."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

import evledger
import evledger.typing
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


def spoken_of() -> Iterator[str]:
    """Yield the names that the annotations of public functions and members have in them."""
    for name in evledger.__all__:
        public: Any = getattr(evledger, name)
        members = (
            [m for each, m in vars(public).items() if each[0] != "_"] if callable(public) else ()
        )
        for member in (public, *members):
            function = getattr(member, "fget", None) or getattr(member, "__func__", member)
            for annotation in getattr(function, "__annotations__", {}).values():
                yield from re.findall(r"\w+", str(annotation))


def own_classes() -> dict[str, str]:
    """Return the classes of the library, by name, with the module of each."""
    found: dict[str, str] = {}
    for module in pkgutil.walk_packages(evledger.__path__, "evledger."):
        if not re.search(r"\.(cli|testing|article)\b|__main__|_pytest_plugin", module.name):
            values = vars(importlib.import_module(module.name)).values()
            own = (each for each in values if inspect.isclass(each))
            found |= {
                each.__name__: each.__module__ for each in own if each.__module__ == module.name
            }
    return found


def test_types_of_public_members_are_described() -> None:
    """Whatever a public function takes or gives stands in the reference, too."""
    pages = "\n".join(page.read_text("utf-8") for page in REFERENCE.glob("*.md"))
    classes, modules = own_classes(), re.findall(r"automodule:: ([\w.]+)\n   :members:\n", pages)
    described = set(re.findall(r"autoclass:: (?:[\w.]+\.)?(\w+)", pages))
    described |= set(re.findall(r"\w+", " ".join(re.findall(r":members: (.+)", pages))))
    wanted = {name for name in spoken_of() if name in classes and not name.startswith("_")}
    missing = {
        name
        for name in wanted - described - set(evledger.typing.__all__) - set(exceptions.__all__)
        if not any(classes[name].startswith(module) for module in modules)
    }
    assert missing == set()
