"""Names in a text, and the forms under which a text holds them.

A name is a word spelt as names are: with a capital, or a digit, or a Greek letter in it,
or with letters of several alphabets.
Scripts without capitals (Arabic, Chinese, Hindi …) spell names as other words,
so of them nothing is seen but names that are written in Latin, Greek or Cyrillic.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

import attrs

from evledger.asking.numerals import Number
from evledger.asking.openers import opens
from evledger.asking.spelling import GREEK, is_marked, key

__all__ = ["Word", "compounds", "forms", "holds", "names", "words"]

_WIDEST: Final = 4  # words of a form: "5-HT2A" is two, "TGF beta 1" three


@attrs.frozen(kw_only=True)
class Word:
    """A word in a text.

    Attributes:
        written: as it is written.
        key: as it is compared.
        link: what ties it to the word before: a blank, a hyphen, ``^``; ``""`` where nothing does.
        is_first: whether a sentence begins with it.
        start, end: where it stands.
    """

    written: str
    key: str
    link: str
    is_first: bool
    start: int
    end: int

    @property
    def is_joined(self) -> bool:
        """Whether it is part of one compound with the word before."""
        return self.link not in ("", " ")


_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_LINKS: Final = frozenset((" ", "-", "^", "^-"))
_STOP: Final = re.compile(r"[.!?:]")


def words(text: str) -> tuple[Word, ...]:
    """Return the words of a plain text, digits among them; compounds are taken apart.

    >>> [(word.key, word.link) for word in words("BDNF and 5-HT2A.")]
    [('bdnf', ''), ('and', ' '), ('5', ' '), ('ht2a', '-')]
    """
    found: list[Word] = []
    end = 0
    for match in _WORD.finditer(text):
        between = text[end : match.start()]
        word = Word(
            written=match[0],
            key=key(match[0]),
            link=between if found and between in _LINKS else "",
            is_first=not found or _STOP.search(between) is not None,
            start=match.start(),
            end=match.end(),
        )
        found.append(word)
        end = match.end()
    return tuple(found)


# -- forms -------------------------------------------------------------------------------


def forms(found: Sequence[Word]) -> Iterator[str]:
    """Yield every word, and every few neighbours written as one word.

    >>> sorted(forms(words("TGF-β1")))
    ['beta1', 'tgf', 'tgfbeta1']
    """
    for start in range(len(found)):
        yield from _from(found[start : start + _WIDEST])


def compounds(found: Sequence[Word]) -> Iterator[str]:
    """Yield the forms that are written as one word, or with hyphens, and are no mere number."""
    for start in range(len(found)):
        joined = found[start : start + 1]
        for word in found[start + 1 : start + _WIDEST]:
            if not word.is_joined:
                break
            joined = (*joined, word)
        yield from (form for form in _from(joined) if not form.isdecimal())


def _from(neighbours: Sequence[Word]) -> Iterator[str]:
    """Yield the forms that begin with the first of these words."""
    form = ""
    for word in neighbours:
        if form and not word.link:
            return
        form += word.key if not form or "^" not in word.link else word.link + word.key
        yield form


def holds(held: Collection[str], found: Sequence[Word], start: int, end: int) -> bool:
    """Return whether words of a text are among the forms of another, alone or with neighbours.

    Args:
        held: the other's forms.
        found: all words of the text.
        start: the first of the words that are asked for.
        end: the word behind the last of them.
    """
    if end - start > _WIDEST:
        windows = range(start, end - _WIDEST + 1)
        return all(holds(held, found, place, place + _WIDEST) for place in windows)
    return any(
        _form(found[first:last]) in held
        for first in range(max(0, end - _WIDEST), start + 1)
        for last in range(end, min(len(found), first + _WIDEST) + 1)
    )


def _form(neighbours: Sequence[Word]) -> str | None:
    if not all(word.link for word in neighbours[1:]):
        return None
    *_, form = _from(neighbours)
    return form


# -- names -------------------------------------------------------------------------------

_FRAGMENT: Final = re.compile(rf"(?:[^\W\d_]|{'|'.join(GREEK.values())})?\d*")
"""What says little alone: the 6 of IL-6, the β1 of TGF-β1, the D of vitamin-D."""


def names(found: Sequence[Word], numbers: Iterable[Number]) -> Iterator[tuple[int, int]]:
    """Yield the names among the words of a text, each as a slice of them.

    What is joined by hyphens is one name where a part says little alone, and else several.

    Args:
        found: the words.
        numbers: the numbers of the same text; what is part of one is no name.
    """
    inside = {place for number in numbers for place in range(number.start, number.end)}
    marked = [word.start not in inside and _is_marked(word) for word in found]
    for place, (word, next_) in enumerate(pairwise(found)):
        if next_.is_joined and next_.written.isdecimal() and marked[place + 1]:
            marked[place] = marked[place] or word.start not in inside  # the omega of omega-3
    for start, end in _runs(found, marked):
        if any(_FRAGMENT.fullmatch(word.key) for word in found[start:end]):
            yield start, end
        else:
            yield from ((place, place + 1) for place in range(start, end))


def _is_marked(word: Word) -> bool:
    return is_marked(word.written) and not (word.is_first and opens(word.written))


def _runs(found: Sequence[Word], marked: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield the slices of marked words that are joined to each other."""
    start: int | None = None
    for place, word in enumerate(found):
        if start is not None and not (marked[place] and word.is_joined):
            yield start, place
            start = None
        if start is None and marked[place]:
            start = place
    if start is not None:
        yield start, len(found)
