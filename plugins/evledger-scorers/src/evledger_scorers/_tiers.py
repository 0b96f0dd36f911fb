"""Tiers as these scorers see them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

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
