"""The retriever that searches the full text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


class FullText:
    """Finds entries by their words, their sources' words, and identifiers."""

    name = "full-text"

    def retrieve(self, view: View, question: str, limit: int) -> Iterator[Match]:
        """Give the entries that hold most of what the question asks for."""
        from evledger.searching import index_of, parse  # noqa: PLC0415  # most programs ask nothing

        found = index_of(view).search(parse(question, normalise), 2 * limit)
        hits = list(_once_each(view, found))[:limit]
        if not hits or hits[0].weight < _FLOOR:
            return
        least = max(_LEAST, _BESIDE * hits[0].weight)
        for hit in hits:
            if hit.weight >= least:
                yield Match(
                    entry=hit.entry, weight=hit.weight, words=hit.words, missing=hit.missing
                )


def _once_each(view: View, hits: Sequence[Hit]) -> Iterator[Hit]:
    """Leave out a source where a claim of it was found, too, and bears on the question as much."""
    claimed: dict[str, float] = {}
    for hit in hits:
        kind, _, id = hit.entry.partition(":")
        if kind == "claim":
            claimed.setdefault(view.claims[id].source, hit.weight)
    for hit in hits:
        kind, _, id = hit.entry.partition(":")
        if kind != "source" or id not in claimed:
            yield hit
