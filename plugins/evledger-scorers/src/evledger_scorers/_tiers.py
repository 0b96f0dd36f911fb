"""Tiers as these scorers see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from evledger import View

PLACES: Final = Decimal("0.000001")
"""To which quotients are rounded, so that a reader can copy them."""

WEIGHTS: Final[Mapping[str, Decimal]] = MappingProxyType(
    {
        "human": Decimal(1),
        "preclinical": Decimal("0.5"),
        "published": Decimal("0.2"),
        "anecdotal": Decimal("0.1"),
    }
)
"""What a claim of a tier weighs against one seen in people; a convention of this package."""


def present(view: View) -> Iterator[tuple[str, str]]:
    """Give the tiers of the claims that count, strongest first, each with its label.

    A tier that the ledger's description no longer has comes last.
    """
    counted = view.counted.tiers
    known = {tier.slug: tier.label for tier in view.tiers}
    for slug in (*known, *sorted(counted.keys() - known.keys())):
        if slug in counted:
            yield slug, known.get(slug, slug).lower()
