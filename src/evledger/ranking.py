"""Ranking: in which order the claims stand, and which of them stand apart."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from evledger.exceptions import PluginError, blaming

if TYPE_CHECKING:
    from evledger.entries import Claim
    from evledger.view import View

__all__ = ["Ranker", "Ranking", "marks", "rank"]


class Ranker(Protocol):
    """Orders claims, the strongest first.

    Attributes:
        name: by which it is asked for.
        version: raised when the same claims would be ordered otherwise.

    >>> class Newest:
    ...     name, version = "newest", 1
    ...
    ...     def rank(self, view, claims):
    ...         return sorted(claims, key=lambda claim: -claim.n)
    """

    @property
    def name(self) -> str:
        """The ranker's name."""
        ...

    @property
    def version(self) -> int:
        """The version of its order."""
        ...

    def rank(self, view: View, claims: Sequence[Claim]) -> Iterable[Claim]:
        """Return the same claims in order; each once, none left out, none added."""
        ...


@attrs.frozen(kw_only=True)
class Ranking:
    """Every claim of a view, once.

    Attributes:
        ranked: those that count, the strongest first.
        low_confidence: those that a program tagged and nobody has reviewed, in the same order.
        set_aside: those that do not count for another reason, in the same order.
    """

    ranked: tuple[Claim, ...]
    low_confidence: tuple[Claim, ...]
    set_aside: tuple[Claim, ...]

    def __len__(self) -> int:
        return len(self.ranked) + len(self.low_confidence) + len(self.set_aside)


def rank(ranker: Ranker, view: View) -> Ranking:
    """Rank all claims of a view.

    Raises:
        PluginError: the ranker failed, or lost or made up a claim; the message names it.
    """
    counted = view.counted
    automatic = counted.left_out["automatic"]
    apart = {*counted.claims, *automatic}
    rest = tuple(id for id in view.claims if id not in apart)
    return Ranking(
        ranked=_ordered(ranker, view, counted.claims),
        low_confidence=_ordered(ranker, view, automatic),
        set_aside=_ordered(ranker, view, rest),
    )


def _ordered(ranker: Ranker, view: View, ids: Sequence[str]) -> tuple[Claim, ...]:
    claims = {id: view.claims[id] for id in ids}
    with blaming("ranker", ranker.name):
        handed: Any = ranker.rank(view, list(claims.values()))
        several = itertools.islice(handed or (), len(ids) + 1)  # it may have no end
        found = [str(claim.id) for claim in several]
    fault = "returned None; return the claims in order" if handed is None else _fault(found, claims)
    if fault is not None:
        msg = f"ranker {ranker.name!r} {fault}"
        raise PluginError(msg, kind="ranker", name=ranker.name)
    return tuple(claims[id] for id in found)  # the view's own, whatever the ranker made of them


def _fault(found: Sequence[str], given: Mapping[str, Claim]) -> str | None:
    """Return what is wrong with an order; ``None`` where each claim stands in it once."""
    if len(found) == len(given) and set(found) == set(given):  # as nearly always: do not count
        return None
    times = Counter(found)
    for id, count in times.items():
        if id not in given:
            return f"gave claim {id!r:.80}, which it was not given; give the same claims, each once"
        if count > 1:
            return f"gave claim {id!r} {count} times; give each once"
    lost = [id for id in given if id not in times]
    return f"left out claim {lost[0]!r}, one of {len(lost)}; give all, each once" if lost else None


def marks(view: View, claim: Claim) -> tuple[str, ...]:
    """Return what a reader must know of a claim, in a few words each; most claims have none.

    >>> import evledger
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     with semax.batch(by="importer") as batch:
    ...         paper = batch.add_source(kind="review", title="A review")
    ...         claim = batch.tag_claim(
    ...             source=paper, tier="human", stance="supports", text="It helps.",
    ...             assertion="automatic",
    ...         )
    ...     view = semax.view()
    >>> marks(view, view.claims["c1"])
    ('automatic, not reviewed',)
    """
    found: list[str] = []
    if claim.withdrawn is not None:
        found.append("withdrawn")
    if claim.review is not None and claim.review.verdict == "rejected":
        found.append("rejected by a reviewer")
    of_source = _marks_of_source(view, claim.source)
    found += of_source
    if view.counted.reason_of(claim.id) == "retracted" and "source retracted" not in of_source:
        found.append("source is a duplicate of a retracted one")
    if claim.is_unreviewed:
        found.append("automatic, not reviewed")
    against = view.counted.contradicted.get(claim.id, ())
    if against:
        others = f" and {len(against) - 3} more" if len(against) > 3 else ""
        found.append(f"contradicted by {', '.join(against[:3])}{others}")
    return tuple(found)


def _marks_of_source(view: View, id: str) -> list[str]:
    found: list[str] = []
    source = view.sources.get(id)
    if source is None or not (source.flags or source.review or id in view.counted.duplicates):
        return found
    if source.review is not None and source.review.verdict == "rejected":
        found.append("source rejected by a reviewer")
    if source.is_retracted:
        found.append("source retracted")
    other = view.counted.duplicates.get(id)
    if other is not None:
        found.append(f"source is a duplicate of {other}")
    found += [
        f"source {word}"
        for status, word in (("corrected", "corrected"), ("concern", "under concern"))
        if any(flag.status == status for flag in source.flags)
    ]
    return found
