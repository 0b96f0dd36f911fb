"""Searching: the full text of a view, by words, phrases and identifiers.

``words`` says what of a text is compared, ``query`` takes a question apart, ``documents`` says
what of an entry is searched, and ``index`` finds it.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from evledger.searching.index import Hit, Index
from evledger.searching.query import Query, Term, parse

if TYPE_CHECKING:
    from evledger.view import Lineage, View

__all__ = ["Hit", "Index", "Query", "Term", "index_of", "parse"]


class _Kept:
    """The indexes of this process, each for as long as its ledger is held."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin with none, as a forked process must: another thread may have held a lock."""
        self._lock = threading.Lock()
        self._indexes: WeakKeyDictionary[Lineage, Index] = WeakKeyDictionary()

    def of(self, view: View) -> Index:
        """Give the index that the views of one ledger share, if it can be of this view."""
        with self._lock:
            index = self._indexes.get(view.lineage)
            if index is None:
                index = self._indexes[view.lineage] = Index()
        return index if index.catch_up(view) else _built(view)


def _built(view: View) -> Index:
    index = Index()
    index.catch_up(view)
    return index


_KEPT: Final = _Kept()
os.register_at_fork(after_in_child=_KEPT.start)


def index_of(view: View) -> Index:
    """Give the index of a view, brought up to date from that of an earlier view of its ledger.

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
    return _KEPT.of(view)
