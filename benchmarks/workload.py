"""The events that are measured: lines of about 290 bytes, as evidence ledgers hold them.

Sources and claims alternate; every claim is drawn from the source before it.
Each source carries a DOI, whose suffix is as random as real ones are:
in the index of names it lands anywhere, which is what appending has to live with.
The same seed gives the same events, on every machine.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from evledger import ClaimTagged, SourceAdded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evledger import Event

BLOCK = 1_000
"""Events that one seed makes, so that any part of the workload can be made by itself."""

_SEED = 20_260

_PUBLISHERS = ("1016/j.", "1038/s41", "1002/", "1371/journal.", "3389/fn", "1186/s12", "1007/s00")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_DRUGS = ("semax", "selank", "noopept", "citicoline", "cerebrolysin", "piracetam")
_OUTCOMES = ("BDNF in serum", "verbal recall", "attention", "infarct volume", "fatigue", "sleep")
_KINDS = ("journal-article", "review", "trial", "preprint")
_TIERS = ("human", "preclinical", "published", "anecdotal")
_STANCES = ("supports", "supports", "contradicts", "neutral")


def data(start: int, stop: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what the events from ``start`` up to ``stop`` say, as (kind, data)."""
    for block in range(start // BLOCK, (stop + BLOCK - 1) // BLOCK):
        random = Random(_SEED + block)  # noqa: S311  # a workload is no secret
        for index in range(block * BLOCK, (block + 1) * BLOCK, 2):
            pair = (("source", _source(random, index)), ("claim", _claim(random, index)))
            yield from (item for n, item in enumerate(pair, index) if start <= n < stop)


def events(start: int, stop: int) -> Iterator[Event]:
    """Yield the events from ``start`` up to ``stop``."""
    yield from map(as_event, data(start, stop))


def as_event(item: tuple[str, dict[str, Any]]) -> Event:
    """Make an event of what it says."""
    kind, values = item
    return SourceAdded(**values) if kind == "source" else ClaimTagged(**values)


def batches(start: int, stop: int, size: int) -> Iterator[list[Event]]:
    """Yield the same events in lists of ``size``."""
    for first in range(start, stop, size):
        yield list(events(first, min(first + size, stop)))


def _source(random: Random, index: int) -> dict[str, Any]:
    drug, outcome = random.choice(_DRUGS), random.choice(_OUTCOMES)
    return {
        "id": f"s{index // 2}",
        "kind": random.choice(_KINDS),
        "title": f"{drug.capitalize()} and {outcome}",
        "published": str(random.randint(1990, 2026)),
        "locators": (_doi(random),),
    }


def _claim(random: Random, index: int) -> dict[str, Any]:
    return {
        "id": f"c{index // 2}",
        "source": f"s{index // 2}",
        "text": f"{random.choice(_OUTCOMES)} changed by {random.randint(2, 60)} %",
        "tier": random.choice(_TIERS),
        "stance": random.choice(_STANCES),
    }


def _doi(random: Random) -> str:
    suffix = "".join(random.choices(_LETTERS, k=8))
    return f"doi:10.{random.choice(_PUBLISHERS)}{suffix}"
