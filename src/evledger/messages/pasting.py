"""Pastes: which sources somebody's text names, and what it quotes.

The text is gone through once, by patterns whose every step is bounded,
so that a hostile text costs no more than a long one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs

from evledger.spotting import SOCIAL, spot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Paste", "read_paste"]


@attrs.frozen
class Paste:
    """What somebody handed over, and what was read in it.

    Attributes:
        text: the whole of it, as it came.
        locators: every source it names, each once, in normal form, the best first:
            DOI, PMID, PMCID, NCT, ISBN, a plugin's, a post or video, any other address;
            of one scheme in the order in which they stand.
        quotes: what it quotes, in the order in which it stands.
    """

    text: str
    locators: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()

    @property
    def best(self) -> str | None:
        """The locator to take the source by; ``None`` where the text names none."""
        return self.locators[0] if self.locators else None

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The best locator, and those that identify the same source.

        A paper's DOI, PMID and PMCID stand together.
        Where two of one scheme stand in the text, it names several papers, and which number
        belongs to which cannot be told: then it is the best locator alone.
        A trial, a book, a post and a page are always sources of their own.
        """
        paper = tuple(each for each in self.locators if _scheme(each) in _OF_A_PAPER)
        is_one = len({_scheme(each) for each in paper}) == len(paper)
        return paper if paper and is_one else self.locators[:1]

    @property
    def mentions(self) -> tuple[str, ...]:
        """The other locators: sources that the text names besides."""
        return tuple(each for each in self.locators if each not in self.identifiers)


_OF_A_PAPER: Final = ("doi", "pmid", "pmcid")
_BEST: Final = (*_OF_A_PAPER, "nct", "isbn")


def _scheme(locator: str) -> str:
    return locator.partition(":")[0]


def _rank(locator: str) -> int:
    scheme = _scheme(locator)
    if scheme in _BEST:
        return _BEST.index(scheme)
    return len(_BEST) + (2 if scheme == "url" else scheme in SOCIAL)


def read_paste(text: str, normalise: Callable[[str], str]) -> Paste:
    """Read what a text names and quotes.

    Args:
        text: from anybody; of any length, and of any characters.
        normalise: gives a locator's normal form, or raises :class:`~evledger.exceptions.Invalid`
            where a text names no source, or a person, whose page is then left out;
            :func:`evledger.locators.normalise`, or a ledger's own, which knows plugins' schemes.

    >>> from evledger.locators import normalise
    >>> paste = read_paste(
    ...     'They "saw no change in memory" (doi:10.1000/ABC; PMID: 29798983), '
    ...     "see also https://twitter.com/somebody/status/1212092628029698048.",
    ...     normalise,
    ... )
    >>> paste.identifiers
    ('doi:10.1000/abc', 'pmid:29798983')
    >>> paste.mentions
    ('x:1212092628029698048',)
    >>> paste.quotes
    ('saw no change in memory',)
    """
    found = dict.fromkeys(each.locator for each in spot(text, normalise))
    return Paste(text, tuple(sorted(found, key=_rank)), tuple(dict.fromkeys(_quotes(text))))


# -- quotes ------------------------------------------------------------------------------


def _between(opening: str, closing: str) -> str:
    """Match a passage between marks, within a paragraph, up to the next mark of either sort."""
    return rf"{opening}((?:[^\n{opening}{closing}]|\n(?![ \t\r]{{0,20}}\n))++)[{closing}]"


_PASSAGE: Final = re.compile(
    "|".join(
        (
            r"(^[ \t]{0,3}>(?!=).*(?:\n[ \t]{0,3}>(?!=).*)*)",
            r'(?<![\w"])"(?=\S)((?:[^\n"]|\n(?![ \t\r]{0,20}\n))++)(?<=\S)"(?!\w)',
            _between("\u201c", "\u201d"),
            _between("\u201e", "\u201c\u201d"),
            _between("\xab", "\xbb"),
            _between("\u300c", "\u300d"),
        )
    ),
    re.MULTILINE,
)
_QUOTING: Final = re.compile(r"^[ \t]{0,3}(?:>[ \t]?)+", re.MULTILINE)
_WORDS_OF_A_QUOTE: Final = 3
_SIGNS_OF_A_QUOTE: Final = 8  # where a script has no blanks between words


def _quotes(text: str) -> Iterator[str]:
    for found in _PASSAGE.finditer(text):
        passage = found[found.lastindex or 0]
        quote = (_QUOTING.sub("", passage) if found[1] else passage).strip()
        is_dense = found[0].startswith("\u300c") and len(quote) >= _SIGNS_OF_A_QUOTE
        if is_dense or len(quote.split()) >= _WORDS_OF_A_QUOTE:
            yield quote
