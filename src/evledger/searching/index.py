"""The index: SQLite's full-text search over a view's documents, in memory.

It is derived from the view and kept nowhere else: what is sealed and was erased can be in no file
because of it, every store and every mirror has it, and building it takes a few times as long as
folding the view.
As the ledger grows, what was added or changed is added to it, and an entry's earlier words are
passed over; they go when it is built anew.
"""

from __future__ import annotations

import math
import sqlite3
import threading
import weakref
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import attrs

from evledger.exceptions import StoreError
from evledger.searching.documents import FIELDS, OWN, Document, documents
from evledger.searching.lookup import Lookup, Sought
from evledger.words import spaced

if TYPE_CHECKING:
    from evledger.searching.query import Query
    from evledger.view import View

__all__ = ["Hit", "Index"]

_COMMON: Final = 0.25  # of all documents; a word that more of them hold finds nothing by itself
_FEW: Final = 100  # documents; where so few hold it, it does all the same
_WORN: Final = 0.02  # of all documents; of a small ledger the first that is replaced
_CANDIDATES: Final = 60  # documents that are looked at closely, by the engine's own order

# What the weights of hits are made of; tuned on one half of benchmarks/questions.jsonl.
_LEAST: Final = 0.3  # the worth of a word that every document holds; of one that none holds it is 1
_AWAY: Final = 0.75  # of a word's worth, where it stands only in an abstract or among the traits
_LIGHT: Final = 0.15  # the worth of a word that is hardly missed
_TELLING: Final = 0.5  # the worth of a word that is found by; where all are less, little is sure
_ENOUGH: Final = 4.5  # the worth of words that are enough of a long question
_ORDER: Final = 0.25  # the part of a weight that the engine's own score decides


@attrs.frozen
class Hit:
    """A document that holds terms of a query.

    Attributes:
        entry: its whole name.
        weight: the share of what was asked for that it holds, from 0 to 1.
        words: the terms that it holds, as they were asked for.
        missing: the terms that it does not hold.
        readings: for a term that was read as another word, the word.
    """

    entry: str
    weight: float
    words: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    readings: Mapping[str, str] = attrs.field(factory=dict[str, str])


class Index:
    """The words of one view, brought up to date with later views of the same ledger.

    Attributes:
        lock: to be held from bringing it up to date to the end of a search.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._size = 0
        self._entries: list[str] = [""]  # by row, from 1
        self._rows: dict[str, int] = {}
        self._named: dict[str, dict[str, None]] = {}
        self._identifiers: dict[str, tuple[str, ...]] = {}
        self._frame: object = None
        self._sql = _database()
        self._close = weakref.finalize(self, self._sql.close)
        self._lookup = Lookup(self._sql)

    # -- keeping up

    def catch_up(self, view: View) -> bool:
        """Take in what a view has that an earlier one had not.

        Returns:
            Whether it is the index of this view now; ``False`` where it is that of a later one.
        """
        frame = (view.tiers, tuple(view.components.unopened()))
        if view.head.size > self._size:
            if self._size and frame != self._frame:
                self._begin_anew()
            self._add(view)
            if self._is_worn():
                self._begin_anew()
                self._add(view)
            self._frame = frame
        return self._size == view.head.size

    def _begin_anew(self) -> None:
        self._close()
        self._begin()

    def _is_worn(self) -> bool:
        """Return whether so many documents were replaced that they would tell in the weights."""
        return len(self._entries) - 1 - len(self._rows) > _WORN * len(self._rows)

    def _add(self, view: View) -> None:
        try:
            self._insert(documents(view, self._size))
        except BaseException:
            self._begin_anew()  # half of a view would be taken for all of it
            raise
        self._size = view.head.size
        self._lookup.forget()

    def _insert(self, added: Iterable[Document]) -> None:
        replaced: list[tuple[int]] = []
        marks = ", ".join("?" * (len(FIELDS) + 1))
        with self._sql:
            self._sql.executemany(
                f"INSERT INTO documents(rowid, {', '.join(FIELDS)}) VALUES ({marks})",  # noqa: S608  # our own names
                (self._row(each, replaced) for each in added),
            )
            self._sql.executemany("INSERT INTO replaced VALUES (?)", replaced)

    def _row(self, document: Document, replaced: list[tuple[int]]) -> tuple[object, ...]:
        earlier = self._rows.get(document.entry)
        if earlier is not None:
            replaced.append((earlier,))
        row = self._rows[document.entry] = len(self._entries)
        self._entries.append(document.entry)
        for identifier in self._identifiers.pop(document.entry, ()):
            del self._named[identifier][document.entry]
        if document.identifiers:
            self._identifiers[document.entry] = document.identifiers
        for identifier in document.identifiers:
            self._named.setdefault(identifier, {})[document.entry] = None
        return (row, *map(spaced, document.fields))

    # -- searching

    def search(self, query: Query, limit: int, among: Collection[str] = ()) -> list[Hit]:
        """Return the documents that hold most of what a query asks for, the best first.

        Args:
            query: what is asked for.
            limit: how many at most.
            among: names of the entries that are asked for; all where it is empty.
        """
        named = self._named_by(query)
        rows = [self._rows[entry] for entry in among if entry in self._rows]
        if among and not rows:
            return []
        words = self._by_words(query, named, max(limit, _CANDIDATES), rows)
        found = [hit for hit in (*named.values(), *words) if not among or hit.entry in among]
        return sorted(found, key=lambda hit: -hit.weight)[:limit]

    def holding(self, query: Query, kind: str) -> list[str]:
        """Return the names of all entries of a kind that hold every term, the best first."""
        named = self._named_by(query)
        sought = self._sought(query, named)
        worded = self._with_all(sought) if sought else list(named)
        if query.locators or named:
            worded = [entry for entry in worded if entry in named]
        return [entry for entry in worded if entry.startswith(f"{kind}:")]

    def _named_by(self, query: Query) -> dict[str, Hit]:
        """Return the entries that a query names, each once."""
        found: dict[str, Hit] = {}
        for name in (*query.locators, *query.names):
            whole = (name, *(f"{kind}:{name}" for kind in _KINDS))
            for entry in (*self._named.get(name, {}), *filter(self._rows.__contains__, whole)):
                found.setdefault(entry, Hit(entry, 1.0, words=(name,)))
        return found

    def _by_words(
        self, query: Query, named: dict[str, Hit], most: int, rows: Sequence[int]
    ) -> Iterator[Hit]:
        sought = self._sought(query, named)
        known = [each for each in sought if each.expression]
        if not known or any(each.term.required and not each.expression for each in sought):
            return
        unknown = [name for name in query.locators if not self._named.get(name)]
        worth = {each: self._worth(each) for each in sought}
        total = min(sum(worth.values()) + len(unknown), max(_ENOUGH, len(unknown)))
        scores = self._candidates(self._telling(known), most, rows)
        best = max(scores.values(), default=1.0)
        held = self._held(known, scores)
        for row, score in scores.items():
            if self._entries[row] not in named:
                share = sum(worth[each] * part for each, part in held[row].items()) / total
                rarest = max((worth[each] for each in held[row]), default=0.0)
                certain = min(share, 1.0) * min(rarest / _TELLING, 1.0)
                weight = certain * (1 - _ORDER + _ORDER * score / best)
                yield self._hit(row, weight, sought, held[row], unknown)

    def _hit(
        self,
        row: int,
        weight: float,
        sought: Sequence[Sought],
        held: Mapping[Sought, float],
        unknown: Sequence[str],
    ) -> Hit:
        missing = (each.term.shown for each in sought if each not in held)
        return Hit(
            self._entries[row],
            min(weight, 1.0),
            words=tuple(each.term.shown for each in held),
            missing=(*unknown, *missing),
            readings={each.term.shown: each.read_as for each in held if each.read_as is not None},
        )

    def _sought(self, query: Query, named: Iterable[str]) -> list[Sought]:
        """Look the terms up, but for those that are names of entries: ``c4``."""
        names = {(entry.partition(":")[2],) for entry in named}
        return [self._lookup.seek(term) for term in query.terms if term.words not in names]

    def _telling(self, known: Sequence[Sought]) -> Sequence[Sought]:
        """Return the terms by which documents are found: those that only some of them hold."""
        most = max(_FEW, _COMMON * len(self._rows))
        return [each for each in known if each.term.required or each.found_in <= most] or known

    def _candidates(
        self, known: Sequence[Sought], most: int, rows: Sequence[int]
    ) -> dict[int, float]:
        """Return the rows that the engine finds best, with its score of each, the best first.

        Args:
            known: the terms.
            most: how many rows at most.
            rows: among which; all where it is empty.
        """
        weights = ", ".join(map(str, FIELDS.values()))
        among = f"AND rowid IN ({', '.join(map(str, rows))}) " if rows else ""
        found = self._sql.execute(
            f"SELECT rowid, bm25(documents, {weights}) AS score FROM documents "  # noqa: S608  # our own numbers
            f"WHERE documents MATCH ? {among}AND rowid NOT IN replaced "
            "ORDER BY score, rowid LIMIT ?",
            (_together(known), most),
        )
        return {row: -score for row, score in found}  # the engine's are negative

    def _held(self, known: Sequence[Sought], rows: Iterable[int]) -> dict[int, dict[Sought, float]]:
        """Return for each row the terms that it holds, with the part of a term's worth it gets."""
        held: dict[int, dict[Sought, float]] = {row: {} for row in rows}
        for each in known:
            anywhere = self._among(held, each.expression)
            for row in anywhere:
                held[row][each] = each.trust * _AWAY
            for row in self._among(anywhere, f"{_IN_OWN}{each.expression}"):
                held[row][each] = each.trust
        return held

    def _among(self, rows: Iterable[int], expression: str) -> list[int]:
        """Return those of some rows that an expression matches."""
        among = ", ".join(map(str, rows))
        found = self._sql.execute(
            f"SELECT rowid FROM documents WHERE documents MATCH ? AND rowid IN ({among})",  # noqa: S608  # numbers
            (expression,),
        )
        return [row for (row,) in found]

    def _with_all(self, sought: Sequence[Sought]) -> list[str]:
        if not all(each.expression for each in sought):
            return []
        rows = self._sql.execute(
            "SELECT rowid FROM documents WHERE documents MATCH ? AND rowid NOT IN replaced "
            "ORDER BY rank",
            (" AND ".join(each.expression for each in sought),),
        )
        return [self._entries[row] for (row,) in rows]

    def _worth(self, sought: Sought) -> float:
        """Return what a term tells apart: most where no document holds it, least where all do."""
        if sought.term.light:
            return _LIGHT
        count = len(self._rows)
        rarity = math.log(1 + (count + 0.5) / (sought.found_in + 0.5))
        return max(rarity / math.log(2 + 2 * count), _LEAST)


_KINDS: Final = ("claim", "source", "question", "gap", "caveat", "section")
_IN_OWN: Final = f"{{{' '.join(OWN)}}} : "


def _database() -> sqlite3.Connection:
    """Make an empty index.

    Raises:
        StoreError: this SQLite has no full-text search.
    """
    sql = sqlite3.connect(":memory:", check_same_thread=False)
    sql.execute("PRAGMA temp_store = MEMORY")  # else it sorts many words in a file
    try:
        sql.execute(
            f"CREATE VIRTUAL TABLE documents "
            f"USING fts5({', '.join(FIELDS)}, content='', tokenize='ascii')"
        )
    except sqlite3.OperationalError as error:
        msg = (
            "this Python's SQLite has no full-text search (FTS5), which asking needs; "
            f"install another build of Python or of SQLite ({error})"
        )
        raise StoreError(msg) from error
    sql.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(documents, 'row')")
    sql.execute("CREATE TABLE replaced (row INTEGER PRIMARY KEY)")
    return sql


def _together(known: Sequence[Sought]) -> str:
    """Return what must be there, or where nothing must, any of what may be."""
    required = [each.expression for each in known if each.term.required]
    return " AND ".join(required) or " OR ".join(each.expression for each in known)
