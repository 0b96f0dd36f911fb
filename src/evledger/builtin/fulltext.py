"""The retriever that searches the full text."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from evledger.asking import Match
from evledger.locators import normalise

if TYPE_CHECKING:
    from evledger.searching import Hit
    from evledger.view import View

__all__ = ["FullText"]

# Tuned on one half of benchmarks/questions.jsonl.
_FLOOR: Final = 0.36  # of the best match; below it, what was found is about something else
_BESIDE: Final = 0.4  # of the best match's weight; what has less stands in its shadow
_LEAST: Final = 0.25  # of any match
_BY_ITS_SOURCE: Final = 0.75  # of a source's weight, for a claim of it that says something else


class FullText:
    """Finds entries by their words, their sources' words, and identifiers."""

    name = "full-text"

    def retrieve(self, view: View, question: str, limit: int) -> Iterator[Match]:
        """Return the entries that hold most of what the question asks for."""
        return self.retrieve_among(view, question, limit, ())

    def retrieve_among(
        self, view: View, question: str, limit: int, among: Collection[str]
    ) -> Iterator[Match]:
        """Yield the same of some entries alone; of all where none is named."""
        from evledger.searching import index_of, parse  # noqa: PLC0415  # most programs ask nothing

        found = index_of(view).search(parse(question, normalise), 2 * limit, among)
        matches = list(_once_each(view, found))[:limit]
        if matches and matches[0].weight >= _FLOOR:
            least = max(_LEAST, _BESIDE * matches[0].weight)
            yield from (match for match in matches if match.weight >= least)


def _once_each(view: View, hits: Sequence[Hit]) -> Iterator[Match]:
    """Return the hits as matches, the best first, each entry once."""
    found: dict[str, Match] = {}
    for match in sorted((_match(view, hit) for hit in hits), key=lambda match: -match.weight):
        found.setdefault(match.entry, match)
    return iter(found.values())


def _match(view: View, hit: Hit) -> Match:
    """Return a hit as a match; a source of which there are claims is there by one of them."""
    entry, weight = hit.entry, hit.weight
    kind, _, id = entry.partition(":")
    claims = view.claims_of(id) if kind == "source" else ()
    if claims:
        counting = (each for each in claims if view.counted.reason_of(each.id) is None)
        claim = next(counting, claims[0])
        entry = f"claim:{claim.id}"
        weight *= 1 if claim.text == view.sources[id].title else _BY_ITS_SOURCE
    return Match(
        entry=entry, weight=weight, words=hit.words, missing=hit.missing, readings=hit.readings
    )
