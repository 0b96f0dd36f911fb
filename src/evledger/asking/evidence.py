"""Evidence: the numbers, names and links of what a sentence cites, which it may use, too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Final

import attrs

from evledger.asking.names import Word, compounds, forms, holds, names, words
from evledger.asking.numerals import Number, numbers
from evledger.asking.openers import opens_with_a_word_of
from evledger.asking.pointers import Pointer, keys, pointers
from evledger.asking.spelling import plain
from evledger.asking.tallies import is_tally

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
        texts: what they say, as it is read.
        sources: how many sources there are.
    """

    numbers: frozenset[tuple[Fraction, str]]
    forms: frozenset[str]
    compounds: frozenset[str]
    locators: tuple[str, ...]
    texts: tuple[str, ...]
    sources: int

    def missing(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield the numbers and names of a text that are not in it.

        Yields:
            ``number`` or ``name``, and how the text writes it.

        >>> list(evidence_of("BDNF rose by 5 %.").missing("BDNF, not NGF, rose by 6%."))
        [('number', '6%'), ('name', 'NGF')]
        """
        read = plain(text)
        without = self._without_locators(self._without_pointers(read))
        missing = tuple(self._missing(read))
        yield from missing if without == read or not missing else self._missing(without)

    def _missing(self, read: str) -> Iterator[tuple[str, str]]:
        found, counted = words(read), numbers(read)
        for number in counted:
            if not self._has(read, found, number):
                yield "number", read[number.start : number.end]
        for start, end in names(found, counted):
            if not (holds(self.forms, found, start, end) or self._opens(found[start:end])):
                yield "name", read[found[start].start : found[end - 1].end]

    def strange(self, text: str) -> Iterator[str]:
        """Yield the links, addresses, handles and identifiers of a text that are not in it.

        >>> list(evidence_of("As bob@example.org says.").strange("As ann@example.org says."))
        ['ann@example.org']
        """
        read = plain(text)
        yield from (read[each.start : each.end] for each in self._pointers(read, held=False))

    def _pointers(self, read: str, *, held: bool) -> tuple[Pointer, ...]:
        found = tuple(pointers(read))
        if not found:
            return ()  # as most sentences are
        known = frozenset(chain.from_iterable(map(keys, (*self.texts, *self.locators))))
        return tuple(each for each in found if (each.key in known) == held)

    def _without_pointers(self, read: str) -> str:
        for each in reversed(self._pointers(read, held=True)):
            read = f"{read[: each.start]}|{read[each.end :]}"
        return read

    def _has(self, read: str, found: Sequence[Word], number: Number) -> bool:
        return (
            (number.value, number.unit) in self.numbers
            or self._names(found, number)
            or is_tally(read, number, self.sources)
        )

    def _opens(self, name: Sequence[Word]) -> bool:
        """Return whether a name is only the beginning of a sentence, in another form of a word."""
        is_first = len(name) == 1 and name[0].is_first
        return is_first and opens_with_a_word_of(name[0].written, self.forms)

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
        """Return whether a bare number is part of a name here: the 6 of ``IL 6`` for ``IL-6``."""
        places = [n for n, word in enumerate(found) if word.start == number.start]
        is_bare = bool(places) and found[places[0]].end == number.end
        return is_bare and holds(self.compounds, found, places[0], places[0] + 1)


def evidence_of(*texts: str, locators: Iterable[str] = (), sources: int = 1) -> Evidence:
    """Return the evidence that texts are.

    Args:
        texts: each is read by itself.
        locators: the identifiers of sources.
        sources: how many sources there are.
    """
    read = tuple(map(plain, texts))
    found = tuple(map(words, read))
    return Evidence(
        numbers=frozenset((each.value, each.unit) for text in read for each in numbers(text)),
        forms=frozenset(chain.from_iterable(map(forms, found))),
        compounds=frozenset(chain.from_iterable(map(compounds, found))),
        locators=tuple(dict.fromkeys(locators)),
        texts=read,
        sources=sources,
    )


_READ: Final = 10_000  # characters of a text
_READ_IN_ALL: Final = 200_000  # so that hostile entries cost a second, and not an hour


def gather(view: View, citations: Iterable[str]) -> Evidence:
    """Return the evidence that claims and their sources are.

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
        locators=chain.from_iterable(source.locators for source in sources.values()),
        sources=len(sources),
    )


def _beginnings(texts: Iterable[str]) -> Iterator[str]:
    """Yield texts as far as they are read, each up to a blank."""
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
    yield from (source.title, source.venue, source.published, source.kind)
    yield from (source.platform, source.community, source.url)
    yield from (source.authors if isinstance(source.authors, tuple) else ())
