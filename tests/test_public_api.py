"""What can be imported from evledger is complete, documented, and cheap to import."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import evledger
from evledger import events, exceptions


def test_all_is_sorted_and_distinct() -> None:
    """`__all__` is in order, so that a name is found at a glance and stands once."""
    assert evledger.__all__ == sorted(set(evledger.__all__))


@pytest.mark.parametrize("name", evledger.__all__)
def test_public_names_are_documented(name: str) -> None:
    """Each public name can be had, and has a docstring that says what it is."""
    public: Any = getattr(evledger, name)
    documented = inspect.getdoc(public)
    assert documented
    assert documented != inspect.getdoc(object)


def is_documented(value: Any) -> bool:
    """Return whether something has a docstring."""
    return bool(inspect.getdoc(value))


@pytest.mark.parametrize("name", evledger.__all__)
def test_public_classes_document_their_members(name: str) -> None:
    """Each public method and property of a public class has a docstring."""
    cls: Any = getattr(evledger, name)
    members: dict[str, Any] = dict(vars(cls)) if inspect.isclass(cls) else {}
    undocumented = [
        member
        for member, value in members.items()
        if not member.startswith("_")
        and (inspect.isfunction(value) or isinstance(value, property | classmethod))
        and not is_documented(value)
    ]
    assert undocumented == []


def test_all_is_complete() -> None:
    """Every name that the package offers stands in `__all__`, and no other can be had."""
    public = {
        name
        for name, value in vars(evledger).items()
        if not name.startswith("_") and not inspect.ismodule(value) and name not in TYPING
    }
    assert public <= set(evledger.__all__) == set(dir(evledger))
    package: Any = evledger
    with pytest.raises(AttributeError, match="module 'evledger' has no attribute 'nosuch'"):
        package.nosuch  # noqa: B018  # looking is what fails
    assert package.scoring.Score is package.Score


def test_every_event_is_public() -> None:
    """Every built-in event class, and the decorator for one's own, comes from evledger."""
    names = {cls.__name__ for cls in events.builtin_events()} | {"Event", "event"}
    assert names <= set(evledger.__all__)


def test_every_error_is_public() -> None:
    """Every error comes from evledger, and is drawn in the tree of its module."""
    assert set(exceptions.__all__) <= set(evledger.__all__)
    assert all(name in (exceptions.__doc__ or "") for name in exceptions.__all__)


TYPING = {"importlib", "annotations", "TYPE_CHECKING", "Any", "Final"}
"""What the package's own few lines need."""

IMPORT = """
import json, sys
seen = []
sys.addaudithook(lambda name, args: seen.append([name, str(args[0])])
    if name in ("open", "os.listdir", "os.scandir", "socket.connect", "sqlite3.connect") else None)
import importlib.metadata as metadata
metadata.entry_points = metadata.distributions = lambda *a, **k: seen.append(["entry points", ""])
import evledger
assert "evledger.ledger" not in sys.modules, "a name is imported when it is first asked for"
assert all(getattr(evledger, name) for name in evledger.__all__)
print(json.dumps([sorted(sys.modules), seen]))
"""


@pytest.fixture(scope="module")
def imported() -> tuple[set[str], list[tuple[str, str]]]:
    """Import evledger in a process of its own; give the modules loaded, and what was touched."""
    found = subprocess.run(
        [sys.executable, "-c", IMPORT], capture_output=True, check=True, text=True
    )
    modules, seen = json.loads(found.stdout)
    return set(modules), [tuple(pair) for pair in seen]


@pytest.mark.parametrize(
    "module",
    [
        *("click", "hypothesis", "cryptography", "pytest", "evledger.cli", "evledger.testing"),
        *("evledger.builtin", "evledger.stores.sqlite", "sqlite3", "asyncio"),
    ],
)
def test_import_leaves_out(module: str, imported: tuple[set[str], object]) -> None:
    """All of evledger imports no command, no plugin, and nothing that only tests need."""
    assert module not in imported[0]


def test_import_discovers_nothing(imported: tuple[object, list[tuple[str, str]]]) -> None:
    """All of evledger looks for no plugins, opens no database and connects to nothing."""
    assert [name for name, _ in imported[1] if name not in ("open", "os.listdir")] == []


def test_package_is_typed() -> None:
    """The package says to type checkers that it is typed."""
    assert Path(inspect.getfile(evledger)).with_name("py.typed").is_file()
