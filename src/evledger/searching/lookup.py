"""Looking a term up: the forms of it that the documents hold, or what was meant by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs
from rapidfuzz import process
from rapidfuzz.distance import OSA

from evledger.words import EMPTY_WORDS, same_words, stem

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from evledger.searching.query import Term

__all__ = ["Lookup", "Sought"]

_LIKE: Final = 5_000  # words that begin like one, of which its forms are taken
_REMEMBERED: Final = 10_000  # terms; many questions are asked of one ledger, in the same words
_FORMS: Final = 60  # forms of one word that are looked for
_MISSPELT: Final = 0.8  # of a word's worth, where another is taken for it
_SHORTEST: Final = 5  # letters of a word that is forgiven a slip; shorter ones are all neighbours
_LONG: Final = 8  # letters of a word that is forgiven two


@attrs.frozen
class Sought:
    """A term as it is looked for.

    Attributes:
        term: what was asked for.
        expression: in the engine's language; empty where no document holds it.
        found_in: how many documents hold it, about.
        read_as: the word that it was read as; ``None`` where it is there as it was written.
    """

    term: Term
    expression: str
    found_in: int
    read_as: str | None = None

    @property
    def trust(self) -> float:
        """How sure it is that this was meant, from 0 to 1."""
        return 1.0 if self.read_as is None else _MISSPELT


class Lookup:
    """The words of an index's documents, as far as it has got.

    Args:
        sql: the index's database, with the tables ``documents`` and ``vocabulary``.
    """

    def __init__(self, sql: sqlite3.Connection) -> None:
        self._sql = sql
        self._by_letter: dict[str, list[str]] | None = None
        self._sought: dict[Term, Sought] = {}

    def forget(self) -> None:
        """Read the vocabulary anew when it is next needed: documents were added."""
        self._by_letter = None
        self._sought.clear()

    def seek(self, term: Term) -> Sought:
        """Return how a term is looked for; it is remembered until documents are added."""
        if term not in self._sought:
            if len(self._sought) >= _REMEMBERED:
                self._sought.clear()
            self._sought[term] = self._look_up(term)
        return self._sought[term]

    def _look_up(self, term: Term) -> Sought:
        if len(term.words) == 1:
            return self._word(term.words[0], term)
        return self._phrase(" ".join(term.words), term)

    def _word(self, word: str, term: Term) -> Sought:
        forms = self._forms(word, begins=term.begins)
        if forms:
            return _any_of(term, forms)
        apart = self._apart(word)
        if apart is not None:
            return self._phrase(apart, term)
        for other in self._meant(word):
            if forms := self._forms(other):
                return _any_of(term, forms, read_as=other)
        return Sought(term, "", 0)

    def _phrase(self, phrase: str, term: Term) -> Sought:
        count = self._count(phrase)
        return Sought(term, _quoted(phrase) if count else "", count)

    def _count(self, phrase: str) -> int:
        rows = self._sql.execute(
            "SELECT count(*) FROM documents WHERE documents MATCH ? AND rowid NOT IN replaced",
            (_quoted(phrase),),
        )
        return int(rows.fetchone()[0])

    def _forms(self, word: str, *, begins: bool = False) -> dict[str, int]:
        """Return the words of the documents that are forms of one, and in how many each stands."""
        found: dict[str, int] = {}
        for same in same_words(word):
            root = stem(same)
            for prefix in {same} if begins else {_prefix(root), same}:  # `age` is that of `aging`
                rows = self._sql.execute(
                    "SELECT term, doc FROM vocabulary WHERE term >= ? AND term < ? LIMIT ?",
                    (prefix, prefix + "\U0010ffff", _LIKE),
                )
                found |= {term: doc for term, doc in rows if begins or stem(term) == root}
        most = sorted(filter(self._stands, found), key=lambda term: (-found[term], term))[:_FORMS]
        return {term: found[term] for term in most}

    def _stands(self, word: str) -> bool:
        """Return whether a word is in any document that was not replaced."""
        rows = self._sql.execute(
            "SELECT 1 FROM documents WHERE documents MATCH ? AND rowid NOT IN replaced LIMIT 1",
            (_quoted(word),),
        )
        return rows.fetchone() is not None

    def _apart(self, word: str) -> str | None:
        """Return the two words, side by side in a document, that one was written together of."""
        pairs = (f"{word[:place]} {word[place:]}" for place in range(3, min(len(word), 30) - 2))
        return next((pair for pair in pairs if self._count(pair)), None)

    def _meant(self, word: str) -> Iterator[str]:
        """Yield the words of the documents that one which they do not hold may have been."""
        if len(word) >= _SHORTEST and word.isalpha():
            yield from sorted(self._forms(word, begins=True), key=len)[:1]  # `tired`: tiredness
            yield from self._nearest(word)

    def _nearest(self, word: str) -> list[str]:
        """Return the words of the documents that are a slip or two away, the nearest first."""
        found = process.extract(
            word,
            self._beginning(word[0]),
            scorer=OSA.distance,
            score_cutoff=1 if len(word) < _LONG else 2,
        )
        return [str(each[0]) for each in found]

    def _beginning(self, letter: str) -> list[str]:
        """Return the words that begin with a letter, the most frequent first."""
        if self._by_letter is None:
            self._by_letter = {}
            for (term,) in self._sql.execute("SELECT term FROM vocabulary ORDER BY doc DESC, term"):
                if len(term) >= _SHORTEST - 1 and term.isalpha() and term not in EMPTY_WORDS:
                    self._by_letter.setdefault(term[0], []).append(term)
        return self._by_letter.get(letter, [])


def _any_of(term: Term, forms: dict[str, int], read_as: str | None = None) -> Sought:
    expression = " OR ".join(map(_quoted, forms))
    return Sought(term, f"({expression})", sum(forms.values()), read_as)


def _quoted(words: str) -> str:
    return f'"{words}"'  # folded words have no quotation mark


def _prefix(root: str) -> str:
    """Return how all forms of a stem begin: ``memori`` is the stem of ``memory``, too."""
    return root[:-1] if len(root) > 2 and root.endswith(("i", "e")) else root
