"""Units, each spelt in one way: a number of milligrams is no number of weeks, nor of patients."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MONEY", "unit_after"]


def _spelt(*lines: str) -> dict[str, str]:
    """Return for each spelling the unit; the first spelling of a line is the unit itself."""
    return {
        spelling: spellings.partition("|")[0]
        for line in lines
        for spellings in line.split(", ")
        for spelling in spellings.split("|")
    }


MONEY: Final[Mapping[str, str]] = MappingProxyType(_spelt("$|USD, €|EUR, £|GBP, ¥|JPY, ₹|INR"))
"""What may stand before its number, too."""

_SYMBOLS: Final[Mapping[str, str]] = MappingProxyType(
    {**MONEY}
    | _spelt(
        "kg, g|gm|G, mg, μg|mcg|ug, ng, pg, kDa, Da, IU, U, kcal, kJ, mEq, lb, oz",
        "l|L, dl|dL, ml|mL|cc, μl|μL|ul|uL, km, m, cm, mm, μm|um, nm",
        "M, mM, μM|uM, nM, pM, mol, mmol, μmol|umol, nmol, ppm, ppb",
        "ms, s|sec, min, \u2032, h|H|hr, d, year|y",
        "Hz, kHz, MHz, bpm, mmHg, kPa, V, mV, Gy, mGy, Sv, mSv",
        "%, ‰, °C, °F, °, fold|x|×, pp",
    )
)
"""Their case tells one from the other: mM is no mm, and X no x."""


def _in_any_case(symbols: Mapping[str, str]) -> dict[str, str]:
    """Return symbols of several letters in lower case; where two units become one, neither."""
    found: dict[str, str] = {}
    for spelling, unit in symbols.items():
        folded = spelling.lower()
        if len(folded) > 1:
            found[folded] = unit if found.get(folded, unit) == unit else folded.upper()
    return found


_NAMES: Final = _spelt(
    "%|percent|per cent|pct, pp|percentage point|percent point|%-point|% point",
    "fold|time, °|degree, °C|degrees celsius|celsius, °F|degrees fahrenheit|fahrenheit",
    "kg|kilogram|kilo, g|gram, mg|milligram, μg|microgram, ng|nanogram, pg|picogram",
    "lb|pound, oz|ounce, Da|dalton, kDa|kilodalton, kcal|kilocalorie, calorie",
    "l|litre|liter, dl|decilitre|deciliter, ml|millilitre|milliliter, μl|microlitre|microliter",
    "km|kilometre|kilometer, m|metre|meter, cm|centimetre|centimeter, mm|millimetre|millimeter",
    "μm|micrometre|micrometer|micron, nm|nanometre|nanometer, inch|inche, foot|feet, mile",
    "M|molar, mM|millimolar, μM|micromolar, nM|nanomolar, pM|picomolar",
    "mol|mole, mmol|millimole, μmol|micromole, nmol|nanomole, U|unit, IU|international unit",
    "ms|millisecond, s|second, min|minute, h|hour, d|day, week|wk, month|mo, year|yr",
    "fortnight, decade, century|centurie, Hz|hertz, bpm|beats per minute|beats/min|beat",
    "V|volt, mV|millivolt, $|dollar, €|euro, ¥|yen, ₹|rupee",
)
_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {name: unit for name, unit in _NAMES.items() if name not in _SYMBOLS} | _in_any_case(_SYMBOLS)
)
"""In any case, and in the plural."""


def _one_of(spellings: Iterable[str]) -> str:
    longest_first = sorted(spellings, key=len, reverse=True)
    return "|".join(re.escape(spelling).replace(r"\ ", r"\s+") for spelling in longest_first)


# In ASCII, since case is folded so that a dotless i would be an i.
_UNIT: Final = (
    rf"(?:(?P<word>(?ai:{_one_of(_WORDS)}))(?:(?<=[%‰°])|(?ai:s?)(?![^\W_]))"
    rf"|(?P<symbol>{_one_of(_SYMBOLS)})(?:(?<=[%‰°\u2032$€£¥₹])|(?![^\W_]))"
    r"(?!\s*[=<>]))"  # the d of "(d = 0.4)"
)
# What does not end a sentence, nor reckons, may stand between a number and its unit.
_BETWEEN: Final = r"[\s\x00-\x1f]*+(?:(?:_|[^\w\s.,;:!?/%‰°$€£¥₹+±<>=×^]){1,3}+\s*+)?"
_FIRST: Final = re.compile(_BETWEEN + _UNIT)
_NEXT: Final = re.compile(rf"(?:\s*+/\s*+|\s++(?ai:per|an?|each|every)\s++){_UNIT}")
_RATE: Final = re.compile(r"\s++(?ai:(dai|hour|week|month|year)ly)(?![^\W_])")
_RATES: Final = MappingProxyType({"dai": "d", "hour": "h"})
_MOST: Final = 3  # parts, as in mg/kg/d


def unit_after(text: str, place: int) -> tuple[str, int]:
    """Return the unit that follows at a place of a plain text, and where it ends.

    >>> unit_after("5 mg/kg per day", 1), unit_after("5 (percent)", 1), unit_after("5 rats", 1)
    (('mg/kg/d', 15), ('%', 10), ('', 1))
    >>> unit_after("5/kg", 1)
    ('/kg', 4)
    """
    first = _FIRST.match(text, place)
    parts = [_unit(first)] if first else [""]
    place = first.end() if first else place
    for part, end in _denominators(text, place):
        parts.append(part)
        place = end
    rate = _RATE.match(text, place) if parts[0] else None
    if rate:
        name = rate[1].lower()
        return "/".join((*parts, _RATES.get(name, name))), rate.end()
    return "/".join(parts), place


def _denominators(text: str, place: int) -> Iterator[tuple[str, int]]:
    for _ in range(_MOST - 1):
        match = _NEXT.match(text, place)
        if match is None:
            return
        place = match.end()
        yield _unit(match), place


def _unit(match: re.Match[str]) -> str:
    written = match["word"] or match["symbol"]
    return _SYMBOLS.get(written) or _WORDS[" ".join(written.lower().split())]
