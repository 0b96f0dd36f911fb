"""Units, each spelt in one way: a number of milligrams is no number of weeks, nor of patients."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["unit_after"]


def _spelt(*lines: str) -> Mapping[str, str]:
    """Give for each spelling the unit; the first spelling of a line is the unit itself."""
    found = {
        spelling: spellings.partition("|")[0]
        for line in lines
        for spellings in line.split(", ")
        for spelling in spellings.split("|")
    }
    return MappingProxyType(found)


_SYMBOLS: Final = _spelt(
    "kg, g, mg, μg|mcg|ug, ng, pg, kDa, Da, IU, U, kcal, kJ",
    "l|L, dl|dL, ml|mL, μl|μL|ul|uL, km, m, cm, mm, μm|um, nm",
    "M, mM, μM|uM, nM, pM, mol, mmol, μmol|umol, nmol",
    "ms, s|sec, min, h|hr|hrs, d, Hz, kHz, MHz, bpm, mmHg, V, mV, Gy, mGy, Sv, mSv",
    "%, ‰, °C, °, fold|x|×",
)
"""Their case is part of them: mM is no mm."""

_WORDS: Final = _spelt(
    "%|percent|per cent|pct, percentage point, fold|time",
    "kg|kilogram, g|gram, mg|milligram, μg|microgram, ng|nanogram, pg|picogram",
    "l|litre|liter, ml|millilitre|milliliter",
    "s|second, min|minute, h|hour, d|day, week|wk, month, year|yr",
)
"""In any case, and in the plural."""


def _longest_first(spellings: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(spellings, key=len, reverse=True)))


_UNIT: Final = (
    rf"(?:(?P<word>(?i:{_longest_first(_WORDS.keys() - _SYMBOLS.keys())}))s?(?![^\W_])"
    rf"|(?P<symbol>{_longest_first(_SYMBOLS)})(?:(?<=[%‰°])|(?![^\W_])))"
)
_FIRST: Final = re.compile(rf"[ -]?{_UNIT}")
_NEXT: Final = re.compile(rf"(?: ?/ ?| per ){_UNIT}")
_MOST: Final = 3  # parts, as in mg/kg/d


def unit_after(text: str, place: int) -> tuple[str, int]:
    """Give the unit that follows at a place of a plain text, and where it ends.

    >>> unit_after("5 mg/kg per day", 1), unit_after("5 percent", 1), unit_after("5 rats", 1)
    (('mg/kg/d', 15), ('%', 9), ('', 1))
    """
    parts: list[str] = []
    for part, end in _parts(text, place):
        parts.append(part)
        place = end
    return "/".join(parts), place


def _parts(text: str, place: int) -> Iterator[tuple[str, int]]:
    pattern = _FIRST
    for _ in range(_MOST):
        match = pattern.match(text, place)
        if match is None:
            return
        place, pattern = match.end(), _NEXT
        yield _SYMBOLS.get(match["symbol"] or "") or _WORDS[match["word"].lower()], place
