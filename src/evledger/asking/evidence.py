"""Evidence: the numbers and names that a sentence may use, because what it cites has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Final

import attrs

from evledger.asking.names import Word, compounds, forms, holds, names, words
from evledger.asking.numerals import Number, numbers
from evledger.asking.spelling import plain

if TYPE_CHECKING:
    from evledger.entries import Claim, Source
    from evledger.view import View

__all__ = ["Evidence", "evidence_of", "gather"]


@attrs.frozen(kw_only=True)
class Evidence:
    """What some claims and their sources say, as far as a sentence is held to it.

    Attributes:
        numbers: their numbers, each with its unit.
        forms: their words, and neighbouring words written as one.
        compounds: those of the forms that are written as one word, or with hyphens.
        locators: the identifiers of the sources.
    """

    numbers: frozenset[tuple[Fraction, str]]
    forms: frozenset[str]
    compounds: frozenset[str]
    locators: tuple[str, ...]

    def missing(self, text: str) -> Iterator[tuple[str, str]]:
        """Give the numbers and names of a text that are not in it.

        Yields:
            ``number`` or ``name``, and how the text writes it.

        >>> list(evidence_of("BDNF rose by 5 %.").missing("BDNF, not NGF, rose by 6%."))
        [('number', '6%'), ('name', 'NGF')]
        """
        read = plain(text)
        without = self._without_locators(read)
        missing = tuple(self._missing(read))
        yield from missing if without == read or not missing else self._missing(without)

    def _missing(self, read: str) -> Iterator[tuple[str, str]]:
        found, counted = words(read), numbers(read)
        for number in counted:
            if (number.value, number.unit) not in self.numbers and not self._names(found, number):
                yield "number", read[number.start : number.end]
        for start, end in names(found, counted):
            if not holds(self.forms, found, start, end):
                yield "name", read[found[start].start : found[end - 1].end]

    def _without_locators(self, text: str) -> str:
        """Take identifiers out, whose digits are no numbers; what stands around stays apart."""
        folded = text.lower()
        for locator in self.locators:
            scheme, _, value = locator.partition(":")
            if value.lower() in folded:
                named = rf"{re.escape(scheme)}[: ]{{1,2}}"
                which = named if value.isdecimal() else f"(?:{named})?"
                whole = rf"(?<![\w.-]){which}{re.escape(value)}(?![-./]?\w)"
                text = re.sub(whole, "|", text, flags=re.IGNORECASE)
        return text

    def _names(self, found: Sequence[Word], number: Number) -> bool:
        """Tell whether a bare number is part of a name here: the 6 of ``IL 6`` for ``IL-6``."""
        places = [n for n, word in enumerate(found) if word.start == number.start]
        is_bare = bool(places) and found[places[0]].end == number.end
        return is_bare and holds(self.compounds, found, places[0], places[0] + 1)


def evidence_of(*texts: str, ids: Iterable[str] = (), locators: Iterable[str] = ()) -> Evidence:
    """Give the evidence that texts are.

    Args:
        texts: each is read by itself.
        ids: names of entries, in which nothing counts as a number.
        locators: the identifiers of sources.
    """
    read = tuple(map(plain, texts))
    found = tuple(map(words, (*read, *map(plain, ids))))
    return Evidence(
        numbers=frozenset((each.value, each.unit) for text in read for each in numbers(text)),
        forms=frozenset(chain.from_iterable(map(forms, found))),
        compounds=frozenset(chain.from_iterable(map(compounds, found))),
        locators=tuple(dict.fromkeys(locators)),
    )


_READ: Final = 10_000  # characters of a text
_READ_IN_ALL: Final = 200_000  # so that hostile entries cost a second, and not an hour


def gather(view: View, citations: Iterable[str]) -> Evidence:
    """Give the evidence that claims and their sources are.

    What is hidden says nothing, and of a very long text only the beginning is read.

    Args:
        view: where they are.
        citations: ids of claims of it.
    """
    claims = [view.claims[id] for id in sorted(set(citations))]
    sources = {claim.source: view.sources[claim.source] for claim in claims}
    said = chain(
        chain.from_iterable(_of_claim(view, claim) for claim in claims),
        chain.from_iterable(map(_of_source, sources.values())),
    )
    return evidence_of(
        *_beginnings(text for text in said if isinstance(text, str)),
        ids=(*(claim.id for claim in claims), *sources),
        locators=chain.from_iterable(source.locators for source in sources.values()),
    )


def _beginnings(texts: Iterable[str]) -> Iterator[str]:
    """Give texts as far as they are read, each up to a blank."""
    left = _READ_IN_ALL
    for text in texts:
        longest = min(left, _READ)
        read = text if len(text) <= longest else text[: _last_blank(text, longest)]
        left -= len(read)
        yield read


def _last_blank(text: str, longest: int) -> int:
    return next((n for n in range(longest, 0, -1) if text[n].isspace()), 0)


def _of_claim(view: View, claim: Claim) -> Iterator[object]:
    yield from (claim.text, claim.quote, claim.tier)
    yield from (tier.label for tier in view.tiers if tier.slug == claim.tier)
    if claim.about is not None:
        yield from (claim.about.outcome, claim.about.population)
        parts = (view.components.get(id) for id in claim.about.components)
        yield from (part.component for part in parts if part is not None)


def _of_source(source: Source) -> Iterator[object]:
    yield from (source.title, source.venue, source.published)
    yield from (source.authors if isinstance(source.authors, tuple) else ())
