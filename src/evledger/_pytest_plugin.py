"""Fixtures for the tests of plugins and applications, which pytest finds by itself.

Importing evledger is left to the fixtures, as far as a module within its package can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evledger import Ledger, Plugins, Store

__all__ = ["evledger_demo", "evledger_ledger", "evledger_plugins", "evledger_store"]

# So that a suite's failed assertion shows its values, as one of the project's own tests does.
pytest.register_assert_rewrite("evledger.testing")


@pytest.fixture
def evledger_plugins() -> Plugins:
    """Return the built-in plugins, whatever is installed; override it to add your own."""
    from evledger import Plugins  # noqa: PLC0415  # most projects' tests never ask for it

    return Plugins.builtin()


@pytest.fixture
def evledger_store(evledger_plugins: Plugins) -> Iterator[Store]:
    """Yield an empty store in memory, opened with the fixture `evledger_plugins`."""
    import evledger  # noqa: PLC0415  # as above

    with evledger.open("memory:", plugins=evledger_plugins) as store:
        yield store


@pytest.fixture
def evledger_ledger(evledger_store: Store) -> Ledger:
    """Return an empty ledger, named ``test``."""
    return evledger_store.create("test", title="Test", by="test")


@pytest.fixture
def evledger_demo(evledger_store: Store) -> Ledger:
    """Return the ledger of the demonstration: real sources on Semax, and their claims."""
    from evledger.demo import build  # noqa: PLC0415  # as above

    ledger, _ = build(evledger_store)
    return ledger
