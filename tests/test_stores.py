"""Every store that comes with the library keeps what `stores/base.py` promises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evledger.exceptions import NotFound
from evledger.stores import Backend
from evledger.stores.memory import MemoryStore
from evledger.stores.sqlite import SQLiteStore
from evledger.testing import StoreTests


class TestMemoryStore(StoreTests):
    """The store in memory keeps the promises."""

    is_lasting = is_shared = False

    def url(self, folder: Path) -> str:
        """Give the only URL that there is."""
        del folder
        return "memory:"

    def opener(self) -> Callable[[str], Backend]:
        """Give the class."""
        return MemoryStore

    def test_missing_ledger_is_named(self, backend: Backend) -> None:
        """The message for a ledger that is not there says which there are."""
        with pytest.raises(NotFound, match=r"no ledger 'x' in .*; there are: none yet"):
            backend.tip("x")


class TestSQLiteStore(StoreTests):
    """The store in a SQLite file keeps the promises."""

    def url(self, folder: Path) -> str:
        """Give a file in the folder."""
        return f"sqlite:///{folder / 'a.db'}"

    def opener(self) -> Callable[[str], Backend]:
        """Give the class."""
        return SQLiteStore

    def test_missing_ledger_is_named(self, backend: Backend) -> None:
        """The message for a ledger that is not there says which there are."""
        with pytest.raises(NotFound, match=r"no ledger 'x' in .*; there are: none yet"):
            backend.tip("x")
