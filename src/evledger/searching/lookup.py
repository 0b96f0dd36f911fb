"""Looking a term up: the forms of it that the documents hold, or what was meant by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs
from rapidfuzz import process
from rapidfuzz.distance import OSA

from evledger.searching.words import EMPTY_WORDS, same_words, stem

if TYPE_CHECKING:
    import sqlite3

    from evledger.searching.query import Term

__all__ = ["Lookup", "Sought"]

_FORMS: Final = 60  # forms of one word that are looked for
_MISSPELT: Final = 0.8  # of a word's worth, where another is taken for it
_SHORTEST: Final = 5  # letters of a word that is forgiven a slip; shorter ones are all neighbours
_LONG: Final = 8  # letters of a word that is forgiven two


@attrs.frozen
class Sought:
    """A term as it is looked for.

    Attributes:
        shown: as it was asked for, with what it was read as.
        expression: in the engine's language; empty where no document holds it.
        found_in: how many documents hold it, about.
        trust: how sure it is that this was meant, from 0 to 1.
        required: whether nothing is found without it.
    """

    shown: str
    expression: str
    found_in: int
    trust: float = 1.0
    required: bool = False


class Lookup:
    """The words of an index's documents, as far as it has got.

    Args:
        sql: the index's database, with the tables ``documents`` and ``vocabulary``.
    """

    def __init__(self, sql: sqlite3.Connection) -> None:
        self._sql = sql
        self._by_letter: dict[str, list[str]] | None = None

    def forget(self) -> None:
        """Read the vocabulary anew when it is next needed: documents were added."""
        self._by_letter = None

    def seek(self, term: Term) -> Sought:
        """Tell how a term is looked for."""
        if len(term.words) == 1:
            return self._word(term.words[0], term)
        return self._phrase(" ".join(term.words), term)

    def _word(self, word: str, term: Term) -> Sought:
        forms = self._forms(word, begins=term.begins)
        if forms:
            return _any_of(forms, term.shown, required=term.required)
        apart = self._apart(word)
        if apart is not None:
            return self._phrase(apart, term)
        for nearest in self._nearest(word):
            if forms := self._forms(nearest):
                shown = f"{term.shown} ({nearest})"
                return _any_of(forms, shown, trust=_MISSPELT, required=term.required)
        return Sought(term.shown, "", 0, required=term.required)

    def _phrase(self, phrase: str, term: Term) -> Sought:
        count = self._count(phrase)
        expression = _quoted(phrase) if count else ""
        return Sought(term.shown, expression, count, required=term.required)

    def _count(self, phrase: str) -> int:
        rows = self._sql.execute(
            "SELECT count(*) FROM documents WHERE documents MATCH ? AND rowid NOT IN replaced",
            (_quoted(phrase),),
        )
        return int(rows.fetchone()[0])

    def _forms(self, word: str, *, begins: bool = False) -> dict[str, int]:
        """Give the words of the documents that are forms of one, and in how many each stands."""
        found: dict[str, int] = {}
        for same in same_words(word):
            root = stem(same)
            for prefix in {same} if begins else {_prefix(root), same}:  # `age` is that of `aging`
                rows = self._sql.execute(
                    "SELECT term, doc FROM vocabulary WHERE term >= ? AND term < ?",
                    (prefix, prefix + "\U0010ffff"),
                )
                found |= {term: doc for term, doc in rows if begins or stem(term) == root}
        most = sorted(filter(self._stands, found), key=lambda term: (-found[term], term))[:_FORMS]
        return {term: found[term] for term in most}

    def _stands(self, word: str) -> bool:
        """Tell whether a word is in any document that was not replaced."""
        rows = self._sql.execute(
            "SELECT 1 FROM documents WHERE documents MATCH ? AND rowid NOT IN replaced LIMIT 1",
            (_quoted(word),),
        )
        return rows.fetchone() is not None

    def _apart(self, word: str) -> str | None:
        """Give the two words, side by side in a document, that one was written together of."""
        pairs = (f"{word[:place]} {word[place:]}" for place in range(3, min(len(word), 30) - 2))
        return next((pair for pair in pairs if self._count(pair)), None)

    def _nearest(self, word: str) -> list[str]:
        """Give the words of the documents that a misspelt one may have been, the nearest first."""
        if len(word) < _SHORTEST or not word.isalpha():
            return []
        found = process.extract(
            word,
            self._beginning(word[0]),
            scorer=OSA.distance,
            score_cutoff=1 if len(word) < _LONG else 2,
        )
        return [str(each[0]) for each in found]

    def _beginning(self, letter: str) -> list[str]:
        """Give the words that begin with a letter, the most frequent first."""
        if self._by_letter is None:
            self._by_letter = {}
            for (term,) in self._sql.execute("SELECT term FROM vocabulary ORDER BY doc DESC, term"):
                if len(term) >= _SHORTEST - 1 and term.isalpha() and term not in EMPTY_WORDS:
                    self._by_letter.setdefault(term[0], []).append(term)
        return self._by_letter.get(letter, [])


def _any_of(
    forms: dict[str, int], shown: str, *, trust: float = 1.0, required: bool = False
) -> Sought:
    expression = " OR ".join(map(_quoted, forms))
    return Sought(shown, f"({expression})", sum(forms.values()), trust, required)


def _quoted(words: str) -> str:
    return f'"{words}"'  # folded words have no quotation mark


def _prefix(root: str) -> str:
    """Give how all forms of a stem begin: ``memori`` is the stem of ``memory``, too."""
    return root[:-1] if len(root) > 2 and root.endswith(("i", "e")) else root
