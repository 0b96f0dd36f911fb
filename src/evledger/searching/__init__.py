"""Searching: the full text of a view, by words, phrases and identifiers.

``query`` takes a question apart, ``documents`` says what of an entry is searched, ``lookup`` which
forms of a word stand there, and ``index`` finds them; :mod:`evledger.words` says when two are one.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

import attrs

from evledger.searching.index import Hit, Index
from evledger.searching.query import Query, Term, parse

if TYPE_CHECKING:
    from collections.abc import Collection, Generator

    from evledger.view import Lineage, View

__all__ = ["FullText", "Hit", "Index", "Query", "Term", "index_of", "parse"]


class _Kept:
    """The indexes of this process, each for as long as its ledger is held."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin with none, as a forked process must: another thread may have held a lock."""
        self._lock = threading.Lock()
        self._indexes: WeakKeyDictionary[Lineage, Index] = WeakKeyDictionary()

    def of(self, lineage: Lineage) -> Index:
        """Return the index that the views of one ledger share."""
        with self._lock:
            if lineage not in self._indexes:
                self._indexes[lineage] = Index()
            return self._indexes[lineage]


_KEPT: Final = _Kept()
os.register_at_fork(after_in_child=_KEPT.start)


@contextmanager
def _held(view: View) -> Generator[Index]:
    """Give the index of a view, and see to it that nobody brings it up to a later one meanwhile.

    An earlier view than the index has been brought up to gets one of its own.
    """
    index = _KEPT.of(view.lineage)
    with index.lock:
        if index.catch_up(view):
            yield index
            return
    index = Index()
    index.catch_up(view)
    yield index


@attrs.frozen
class FullText:
    """The full text of one view, to be searched; shared by threads."""

    _view: View

    def search(self, query: Query, limit: int, among: Collection[str] = ()) -> list[Hit]:
        """Return the entries that hold most of a query; see :meth:`Index.search`."""
        with _held(self._view) as index:
            return index.search(query, limit, among)

    def holding(self, query: Query, kind: str) -> list[str]:
        """Return all entries of a kind that hold every term; see :meth:`Index.holding`."""
        with _held(self._view) as index:
            return index.holding(query, kind)


def index_of(view: View) -> FullText:
    """Return the full text of a view, from an index that the views of its ledger share.

    >>> import evledger
    >>> from evledger.locators import normalise
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax and BDNF", by="curator")
    ...     with semax.batch(by="curator") as batch:
    ...         gap = batch.note_gap("Whether women were studied at all.")
    ...     view = semax.view()
    >>> [hit.entry for hit in index_of(view).search(parse("a woman", normalise), 5)]
    ['gap:g1']
    """
    return FullText(view)
