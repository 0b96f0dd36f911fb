"""Numbers as readers see them: exact in tables, short enough in drawings."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal
from functools import reduce
from typing import Final

__all__ = ["brief", "exact", "signed", "total"]

_SHORT: Final = 9  # characters that have room at the end of a row


_ARITHMETIC: Final = Context(prec=60)  # that of scores; an application's own changes no picture


def total(numbers: Iterable[Decimal]) -> Decimal:
    """Add decimals up."""
    return reduce(_ARITHMETIC.add, numbers, Decimal(0))


def exact(number: Decimal) -> str:
    """Write a decimal in full, without zeros at its end, and with a true minus.

    >>> exact(Decimal("-2.120")), exact(Decimal("1E+2")), exact(Decimal("-0.0"))
    ('−2.12', '100', '0')
    """
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if not number else text.replace("-", "−")


def brief(number: Decimal) -> str:
    """Write a decimal with three digits where more would have no room.

    >>> brief(Decimal("0.125")), brief(Decimal("123456789012")), brief(Decimal(1) / 3)
    ('0.125', '≈1.23e+11', '≈0.333')
    """
    text = exact(number)
    return text if len(text) <= _SHORT else f"≈{Context(prec=3).plus(number):g}".replace("-", "−")


def signed(number: Decimal) -> str:
    """Write a difference with its sign.

    >>> signed(Decimal("0.12")), signed(Decimal("-0.12")), signed(Decimal(0))
    ('+0.12', '−0.12', '0')
    """
    text = brief(number)
    return text if number <= 0 else f"≈+{text[1:]}" if text.startswith("≈") else f"+{text}"
