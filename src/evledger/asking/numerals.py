"""Numbers in a text, however they are written, with the units that follow them.

Read by value: numerals with a sign, with thousands and decimals of either convention, ranges,
fractions, and English words.
Of ``1,234`` the comma is one of thousands, of ``1.234`` the point one of decimals.
A digit within a name, as in ``IL-6``, belongs to the name.
Not read: Roman numerals, and signs for numbers that are no decimal digits, such as 五.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from evledger.asking.number_words import PHRASE, multiplied, values
from evledger.asking.spelling import is_marked
from evledger.asking.units import MONEY, unit_after

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Number", "numbers"]

_LONGEST: Final = 60  # characters of a numeral; a longer one is compared as it is written


@attrs.frozen(kw_only=True)
class Number:
    """A number in a text.

    Attributes:
        value: its value.
        unit: its unit, spelt in one way; ``""`` where none follows.
        start, end: where it stands, with its unit.
    """

    value: Fraction
    unit: str
    start: int
    end: int


def numbers(text: str) -> tuple[Number, ...]:
    """Return the numbers of a plain text, in order.

    A unit stands for the whole of a range or an enumeration that it ends: ``5 to 10 mg``.

    >>> [(str(number.value), number.unit) for number in numbers("1,234 rats; twice; 5-10 mg/kg")]
    [('1234', ''), ('2', 'fold'), ('5', 'mg/kg'), ('10', 'mg/kg')]
    >>> numbers("5-HT2A and IL-6")
    ()
    """
    found = list(_found(text))
    for place in reversed(range(len(found) - 1)):
        this, next_ = found[place], found[place + 1]
        if not this.unit and _BETWEEN.fullmatch(text, this.end, next_.start):
            found[place] = attrs.evolve(this, unit=next_.unit)
    return tuple(found)


_BETWEEN: Final = re.compile(r"\s?[-–—±~]\s?|\s(?:to|and|or|through|versus|vs\.?)\s")


def _found(text: str) -> Iterator[Number]:
    place = 0
    while match := _NUMBER.search(text, place):
        place = match.end()
        read = _in_words(text, match) if match["words"] else _in_digits(text, match)
        for number in read:
            place = number.end
            yield number


# -- in digits ---------------------------------------------------------------------------

_MONEY: Final = r"(?:(?P<money>[$€£¥₹]|(?<![^\W_])(?:USD|EUR|GBP|JPY|INR)(?=[\s\d]))\s?)?"
_SIGN: Final = r"(?P<sign>(?<![\w)\]%.])[-–]|(?<![^\W_])(?ai:minus)[ ])?"

_NUMERAL: Final = r"""
    (?<![\w^]) (?<![^\W\d_]-) (?<!\^-)              # neither within a name nor in an exponent
    (?: (?: (?P<whole>\d{1,6}) [ ])?
        (?: (?P<top>(?<![,.])[1-9]) / (?P<bottom>[2-9]|10)
          | (?P<over>\d{1,4}) \u2044 (?P<under>\d{1,4}) )
        (?! \w | [/\u2044] | [.,]\d )
      | (?> (?P<grouped> [1-9]\d{0,2} (?:,\d{2,3}){1,8} (?<=,\d{3}) (?!\d) (?:\.\d+)? )
          | (?P<spaced> [1-9]\d{0,2} (?:[ ']\d{3}){1,8} (?!\d) (?:[.,]\d+)? )
          | (?P<dotted> [1-9]\d{0,2} (?:(?:\.\d{3}){1,8},\d+|(?:\.\d{3}){2,8}) (?!\d) )
          | (?P<decimal> (?<!\d[.,])\d++[.,]\d++(?![.,]\d) | (?<!\.)\.\d++ )
          | (?P<integer> \d++ ) ) )
"""

_THOUSANDS: Final[Mapping[str, str]] = MappingProxyType(
    {"grouped": ",", "spaced": " '", "dotted": ".", "decimal": "", "integer": ""}
)


def _in_digits(text: str, match: re.Match[str]) -> Iterator[Number]:
    value = _value(match)
    if value is None:
        return
    value, end = multiplied(text, match.end(), value)
    unit, after = unit_after(text, end)
    unit = _priced(match["money"], unit)
    if not unit and end == match.end() and _begins_a_name(text, end):
        return
    signed = -value if match["sign"] else value
    yield Number(value=signed, unit=unit, start=match.start(), end=after)


def _priced(money: str | None, unit: str) -> str:
    """Return the unit of what stands behind a sign of money: of ``$5/kg`` as of ``5 $/kg``."""
    currency = MONEY[money] if money else ""
    return unit if unit.startswith(currency) else currency + unit


def _value(match: re.Match[str]) -> Fraction | None:
    top, bottom = match["top"] or match["over"], match["bottom"] or match["under"]
    if top:
        return int(match["whole"] or 0) + Fraction(int(top), int(bottom)) if int(bottom) else None
    kind = next(kind for kind in _THOUSANDS if match[kind])
    if len(match[kind]) > _LONGEST:
        return None
    digits = match[kind].translate(str.maketrans("", "", _THOUSANDS[kind]))
    return Fraction(digits.replace(",", "."))


def _begins_a_name(text: str, end: int) -> bool:
    """Return whether a numeral is the first part of a name or of a power: 5-HT, 2nd, 10^9."""
    if text.startswith("^", end):
        return True
    match = _AFTER.match(text, end)
    if match is None:
        return False
    is_glued = not match["hyphen"]
    return is_glued or (not match["word"].isdecimal() and is_marked(match["word"]))


_AFTER: Final = re.compile(r"(?P<hyphen>-?)(?P<word>[^\W_]++)")

# -- in words ----------------------------------------------------------------------------

_NUMBER: Final = re.compile(
    rf"(?P<minus>(?<![^\W_])(?ai:minus)[ ])?(?P<words>{PHRASE}) | {_MONEY} {_SIGN} {_NUMERAL}",
    re.VERBOSE,
)


def _in_words(text: str, match: re.Match[str]) -> Iterator[Number]:
    """Yield the numbers of a run of number words; a unit that follows is that of all of them."""
    unit, end = unit_after(text, match.end())
    for value, own in values(match["words"]):
        signed = -value if match["minus"] else value
        yield Number(value=signed, unit=own or unit, start=match.start(), end=end)
