"""The built-in ranker: by tier of evidence."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from evledger.seals import open_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evledger.entries import Claim
    from evledger.view import View

__all__ = ["TierRanker"]


class TierRanker:
    """Orders claims by the ledger's tiers, the strongest first.

    Within a tier those come first that a reviewer accepted, then those whose source appeared
    later, then those that were tagged earlier; a source without a date comes last.
    """

    name = "tier"
    version = 1

    def rank(self, view: View, claims: Sequence[Claim]) -> list[Claim]:
        """Order claims; a tier that the ledger does not have comes last."""
        tiers = {tier.slug: place for place, tier in enumerate(view.tiers)}
        # Sorting is stable: the least important order first.
        ordered = sorted(claims, key=attrgetter("n"))
        ordered.sort(key=lambda claim: _appeared(view, claim.source), reverse=True)
        ordered.sort(key=_is_accepted, reverse=True)
        ordered.sort(key=lambda claim: tiers.get(claim.tier, len(tiers)))
        return ordered


def _appeared(view: View, source: str) -> str:
    try:
        published = view.sources[source].published
    except KeyError:
        return ""
    return open_text(published)


def _is_accepted(claim: Claim) -> bool:
    return claim.review is not None and claim.review.verdict == "accepted"
