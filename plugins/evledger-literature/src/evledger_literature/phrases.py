"""Phrases found in titles and abstracts, as whole words, whatever their case.

Every record of a library is searched for dozens of them, so each is looked for at a few places
alone: a pattern whose alternatives all begin with plain letters is tried only where one of those
letters stands.
"""

from __future__ import annotations

import re
from string import ascii_lowercase, ascii_uppercase
from typing import Final

import attrs

__all__ = ["Counted", "Phrases"]

_LONGEST: Final = 20_000  # characters; a title has a hundred, an abstract two thousand
_LOWER: Final = str.maketrans(ascii_uppercase, ascii_lowercase)

_NUMBER: Final = re.compile(
    r"(?<![\w.,])(?:[0-9][0-9,.]{0,12}|eight|nine|ten|eleven|twelve|hundred|[a-z]{3,5}teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-[a-z]{3,5})?) (?:[\w-]{1,20} ){0,3}\Z"
)
"""A number and up to three words, at the end of what stands before."""
_REACH: Final = 80  # characters, so far before a noun its number can stand
_WERE: Final = re.compile(
    r" were (?:assessed|assigned|enrolled|followed|included|interviewed|randomi[sz]ed|randomly"
    r"|recruited|studied|surveyed|treated)\b"
)


@attrs.frozen
class Phrases:
    """Any of some phrases.

    Attributes:
        pattern: in small letters; each alternative begins with a letter.
    """

    pattern: re.Pattern[str]

    @classmethod
    def of(cls, *phrases: str) -> Phrases:
        """Make one of regular expressions in small letters."""
        return cls(re.compile(rf"(?:{'|'.join(phrases)})(?!\w)"))

    def found_in(self, text: str) -> str | None:
        """Return the first that stands in a text, as it stands there.

        Part of a word is none, and neither is what a hyphen joins to the word before it.

        >>> Phrases.of("mice", "rats?").found_in("Anti-mice sera in Rats")
        'Rats'
        """
        text = text[:_LONGEST]
        small = _small(text)
        for found in self.pattern.finditer(small):
            if _begins(small, found.start()):
                return text[found.start() : found.end()]
        return None


@attrs.frozen
class Counted:
    """Those of some who are counted, or that something was done with.

    Attributes:
        who: nouns in the plural.
    """

    who: Phrases

    def found_in(self, text: str) -> str | None:
        """Return the first words of a text that count them, as they stand there.

        >>> who = Counted(Phrases.of("patients", "men"))
        >>> who.found_in("It helps patients. We treated 120 healthy young men.")
        '120 healthy young men'
        >>> who.found_in("Patients were recruited.")
        'Patients were recruited'
        """
        text = text[:_LONGEST]
        small = _small(text)
        for found in self.who.pattern.finditer(small):
            start, end = found.span()
            if not _begins(small, start):
                continue
            if number := _NUMBER.search(small[max(0, start - _REACH) : start]):
                return text[start - len(number[0]) : end]
            if were := _WERE.match(small, end):
                return text[start : were.end()]
        return None


def _small(text: str) -> str:
    """Write text in small letters, each in its place: `İ` alone becomes two."""
    small = text.lower()
    return small if len(small) == len(text) else text.translate(_LOWER)


def _begins(text: str, at: int) -> bool:
    return at == 0 or not (text[at - 1].isalnum() or text[at - 1] in "_-")
