"""Long posts of an archive: their whole texts stand apart, without the numbers of the posts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evledger_social.dates import day
from evledger_social.reading import text, under
from evledger_social.texts import unescaped

__all__ = ["Notes"]

_ALIKE: Final = 100  # characters; a post's own text breaks off after some 275


class Notes:
    """The long texts of an archive, found by how they begin and the day on which they were posted.

    >>> words = "It helped me a lot. " * 20
    >>> notes = Notes()
    >>> note = {"createdAt": "2023-08-10T17:01:35.000Z", "core": {"text": words}}
    >>> notes.add("note-tweet.js, record 1", {"noteTweet": note})
    >>> notes.whole(words[:275] + "…", "2023-08-10") == words.strip()
    True
    >>> list(notes.left())
    []
    """

    def __init__(self) -> None:
        self._texts: dict[tuple[str | None, str], tuple[str, str]] = {}
        self._used: set[tuple[str | None, str]] = set()

    def add(self, place: str, record: Any) -> None:
        """Take in a record of a long text, and where it stands."""
        note = under(record, "noteTweet")
        words = text(under(note, "core").get("text"))
        self._texts[day(note.get("createdAt")), _beginning(words)] = place, words

    def whole(self, words: str, date: str | None) -> str:
        """Return the whole text of a post; that which it has, where that is all.

        Args:
            words: what it has.
            date: the day on which it was posted.
        """
        key = date, _beginning(words)
        if len(words) <= _ALIKE or key not in self._texts:
            return words
        self._used.add(key)
        return self._texts[key][1]

    def left(self) -> Iterator[tuple[str, str]]:
        """Return the place and the text of those that no post begins like."""
        return (placed for key, placed in self._texts.items() if key not in self._used)


def _beginning(words: str) -> str:
    return unescaped(words)[:_ALIKE]
