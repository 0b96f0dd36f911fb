"""The built-in ranker: by tier of evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        published = {id: _appeared(view, id) for id in {claim.source for claim in claims}}
        # Sorting is stable: the least important order first.
        ordered = sorted(claims, key=lambda claim: claim.n)
        ordered.sort(key=lambda claim: published[claim.source], reverse=True)
        ordered.sort(key=lambda claim: (tiers.get(claim.tier, len(tiers)), not _is_accepted(claim)))
        return ordered


def _appeared(view: View, source: str) -> str:
    found = view.sources.get(source)
    published = None if found is None else found.published
    return published if isinstance(published, str) else ""  # a hidden date is none


def _is_accepted(claim: Claim) -> bool:
    return claim.review is not None and claim.review.verdict == "accepted"
