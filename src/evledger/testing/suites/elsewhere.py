"""To see that what a plugin makes is the same in another process, where sets have another order.

Within a process a set of texts is gone through in one order, and in the next in another:
Python salts the hashes of texts, by ``PYTHONHASHSEED``.
So two processes with different salts make what the suite makes, of one ledger.
They are started once, when they are first needed, and end with the tests.
"""

from __future__ import annotations

import functools
import importlib.util
import itertools
import multiprocessing
import os
import pickle
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from unittest import mock

import attrs
import pytest

from evledger.exceptions import PluginError, blame
from evledger.testing.telling import carried, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from evledger.ledger import Ledger
    from evledger.stores.base import Write

__all__ = ["check_elsewhere"]

_SALTS: Final = ("0", "1")


@attrs.frozen
class _Suite:
    """A suite, so that another process can have it.

    Attributes:
        module, file: where its class stands.
        name: of the class.
        state: what fixtures have set, and others can be told.
    """

    module: str
    file: str
    name: str
    state: dict[str, bytes]

    @classmethod
    def of(cls, suite: Any) -> _Suite:
        """Take one apart; skips the test where no other process can import its class."""
        kind = cast("type[object]", type(suite))
        file = getattr(sys.modules.get(kind.__module__), "__file__", None)
        if file is None or "<locals>" in kind.__qualname__:
            where = "it stands within a function, or in no file"
            pytest.skip(f"no other process can import {kind.__qualname__}: {where}")
        return cls(kind.__module__, str(file), kind.__qualname__, dict(_tellable(suite)))

    def restored(self) -> Any:
        """Return the suite, in another process."""
        found: Any = _imported(self.module, self.file)
        for part in self.name.split("."):
            found = getattr(found, part)
        suite = found()
        for name, data in self.state.items():
            setattr(suite, name, pickle.loads(data))  # noqa: S301  # our parent's
        return suite


def _tellable(suite: Any) -> Iterator[tuple[str, bytes]]:
    for name, value in cast("dict[str, object]", vars(suite)).items():
        try:
            yield name, pickle.dumps(value)
        except (pickle.PicklingError, TypeError, AttributeError):
            continue  # what a property has cached is made again


@functools.cache
def _imported(name: str, file: str) -> ModuleType:
    """Import a module of tests, whatever the folder; pytest finds them in its own ways."""
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        msg = f"{file} is no module"
        raise ImportError(msg)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class _Unreachable(Exception):
    """The other process cannot have the suite."""


class _Failed(Exception):
    """The plugin failed in the other process."""


def _made(suite: _Suite, ledger: Write) -> str:
    """Make it; this runs in the other process."""
    try:
        restored = suite.restored()
    except Exception as error:  # noqa: BLE001  # a module of tests may raise anything
        msg = f"{type(error).__name__}: {error}"
        raise _Unreachable(msg) from None
    try:
        made: str = restored.made(unpacked(ledger, restored.with_plugins))
    except (PluginError, AssertionError) as error:  # it says already whose failure it is
        raise _Failed(str(error)) from None
    except Exception as error:  # noqa: BLE001  # so may a suite that makes something else
        raise _Failed(blame(error)) from None
    return made


@functools.cache
def _process(salt: str) -> ProcessPoolExecutor:
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    with mock.patch.dict(os.environ, PYTHONHASHSEED=salt):
        pool.submit(int)  # starts it
    return pool


def check_elsewhere(suite: Any, ledger: Ledger) -> None:
    """Check that two other processes make the same of a ledger.

    Args:
        suite: whose ``made(ledger)`` gives what its plugin makes, as text.
        ledger: of what.
    """
    told, given = _Suite.of(suite), carried(ledger)
    asked = [_process(salt).submit(_made, told, given) for salt in _SALTS]
    try:
        one, other = (each.result() for each in asked)
    except (_Unreachable, BrokenProcessPool) as error:
        pytest.skip(f"no other process can import {Path(told.file).name}: {error}")
    except _Failed as error:
        msg = f"in another process: {error}"
        raise AssertionError(msg) from None  # the other's way to it is of no use here
    is_same = one == other  # so that pytest adds no comparison of its own to the message
    assert is_same, (
        "the same ledger gives something else in another process: neither the clock nor chance "
        "may be asked, and what is gone through in the order of a set, or by hash(), "
        f"has to be sorted\n{_first_difference(one, other)}"
    )


def _first_difference(one: str, other: str) -> str:
    """Show the first line in which two texts differ."""
    pairs = itertools.zip_longest(one.splitlines(), other.splitlines(), fillvalue="")
    return next((f"- {a:.200}\n+ {b:.200}" for a, b in pairs if a != b), "in how lines end")
