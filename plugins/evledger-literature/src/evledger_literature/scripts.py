"""Superscripts and subscripts in characters of their own, where Unicode has them."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["is_of_figures", "lowered", "raised"]

_DIGITS: Final = "0123456789"
_SIGNS: Final = "+-−–"  # records write the minus in three ways
_SUPER: Final = str.maketrans(_DIGITS, "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SUB: Final = str.maketrans(_DIGITS, "₀₁₂₃₄₅₆₇₈₉")
_SUPER_SIGNS: Final = str.maketrans(_SIGNS, "⁺⁻⁻⁻")
_SUB_SIGNS: Final = str.maketrans(_SIGNS, "₊₋₋₋")
_FIGURES: Final = re.compile(rf"[{re.escape(_DIGITS + _SIGNS)}]+")


def raised(text: str) -> str:
    """Write a superscript: its digits, and its signs where it has no letters.

    The rest has no characters that readers and searches know, and stays on the line.

    >>> raised("2+"), raised("-/-"), raised("14"), raised("lo"), raised("anti-CD3")
    ('²⁺', '⁻/⁻', '¹⁴', 'lo', 'anti-CD³')
    """
    return _moved(text, _SUPER, _SUPER_SIGNS)


def lowered(text: str) -> str:
    """Write a subscript, as :func:`raised` writes a superscript.

    >>> lowered("2"), lowered("max"), lowered("2.5")
    ('₂', 'max', '₂.₅')
    """
    return _moved(text, _SUB, _SUB_SIGNS)


def is_of_figures(text: str) -> bool:
    """Return whether each of its characters can be raised and lowered.

    >>> is_of_figures("-12"), is_of_figures("n+1"), is_of_figures("")
    (True, False, False)
    """
    return _FIGURES.fullmatch(text) is not None


def _moved(text: str, digits: dict[int, int], signs: dict[int, int]) -> str:
    moved = text.translate(digits)
    return moved if any(map(str.isalpha, text)) else moved.translate(signs)
