"""A question as it is searched for: terms, phrases and identifiers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import attrs

from evledger.spotting import Spotted, spot
from evledger.words import EMPTY_WORDS, LIGHT_WORDS, words

__all__ = ["Query", "Term", "parse"]

_MOST: Final = 40  # terms of a question; the rest of a long one adds nothing


@attrs.frozen
class Term:
    """A word that is looked for, or several that must stand side by side.

    Attributes:
        words: folded.
        shown: as it was asked for.
        required: whether nothing is found without it: it stood in quotation marks.
        begins: whether words that begin so are meant: it ended in ``*``.
        light: whether it is a word that is hardly missed.
    """

    words: tuple[str, ...]
    shown: str
    required: bool = False
    begins: bool = False
    light: bool = False


@attrs.frozen
class Query:
    """What a question asks for.

    Attributes:
        terms: each once, in the question's order.
        locators: in normal form.
        names: what may be ids of entries, or whole names: ``c12``, ``claim:c12``.
    """

    terms: tuple[Term, ...]
    locators: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


_QUOTED: Final = re.compile(r"[\"“„«]([^\"“”„«»]{1,400})[\"”“»]")
_ENTRY: Final = re.compile(
    r"\b(?:(?:claim|source|question|gap|caveat|section):[\w-]{1,64}|[a-z]{1,2}[0-9]{1,9}\b)"
)


def parse(question: str, normalise: Callable[[str], str]) -> Query:
    """Take a question apart.

    Args:
        question: in plain words.
        normalise: gives a locator's normal form, or raises ``Invalid``.

    >>> from evledger.locators import normalise
    >>> query = parse('What does PMID 29798983 say of "plasma BDNF" in rats?', normalise)
    >>> query.locators, [term.words for term in query.terms]
    (('pmid:29798983',), [('plasma', 'bdnf'), ('rats',)])
    """
    spotted = tuple(spot(question, normalise))
    rest = _without(question, spotted)
    names = dict.fromkeys(_ENTRY.findall(rest.lower()))
    quoted = [_term(found[1], required=True) for found in _QUOTED.finditer(rest)]
    pieces = _QUOTED.sub(" ", rest).split()
    terms = [*quoted, *_full(pieces)]
    if not terms and not spotted:
        # "What about them?": there is nothing else to go by.
        terms = [_term(piece, light=True) for piece in pieces]
    each = {term.words: term for term in terms if term.words}
    locators = dict.fromkeys(found.locator for found in spotted)
    return Query(tuple(each.values())[:_MOST], tuple(locators), tuple(names))


def _without(text: str, spotted: Iterable[Spotted]) -> str:
    """Return a text without the locators in it."""
    for each in reversed(list(spotted)):
        text = f"{text[: each.start]} {text[each.stop :]}"
    return text


def _term(text: str, *, required: bool = False, light: bool = False) -> Term:
    return Term(tuple(words(text)), text, required=required, light=light)


def _full(pieces: Iterable[str]) -> Iterator[Term]:
    for piece in pieces:
        begins = piece.endswith("*")
        for word in words(piece):
            if word not in EMPTY_WORDS and (len(word) > 1 or not word.isascii()):
                yield Term((word,), word, begins=begins, light=word in LIGHT_WORDS)
