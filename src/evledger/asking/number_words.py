"""Numbers in English words: ``five``, ``two hundred and twenty-one``, ``twice``, ``half``.

Not read: ordinals (``third``), and the words of other languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PHRASE", "multiplied", "values"]

_ONES: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL: Final[Mapping[str, int]] = MappingProxyType(
    {word: value for value, word in enumerate(_ONES.split())}
    | {word: 10 * value for value, word in enumerate(_TENS.split(), 2)}
)
_SCALES: Final[Mapping[str, int]] = MappingProxyType(
    {"dozen": 12, "hundred": 100, "thousand": 1_000}
    | {"million": 10**6, "billion": 10**9, "trillion": 10**12}
)
_TIMES: Final[Mapping[str, int]] = MappingProxyType(
    {"once": 1, "twice": 2, "double": 2, "thrice": 3, "triple": 3}
)
_PARTS: Final[Mapping[str, Fraction]] = MappingProxyType(
    {"half": Fraction(1, 2), "quarter": Fraction(1, 4)}
)

_WORD: Final = "|".join((*_SMALL, *(f"{scale}s?" for scale in _SCALES), *_TIMES, *_PARTS))
PHRASE: Final = rf"(?i:(?<![^\W_])(?:{_WORD})(?:(?:[ ]and[ ]|[ ]|-)(?:{_WORD})\b)*(?=fold|\b))"
"""A pattern for words that may be one number or several."""

_MULTIPLIER: Final = re.compile(rf"[ -]?({'|'.join(_SCALES)})s?\b", re.IGNORECASE)


def multiplied(text: str, end: int, value: Fraction) -> tuple[Fraction, int]:
    """Take in a word that multiplies the numeral before it.

    >>> multiplied("1.5 million", 3, Fraction("1.5"))
    (Fraction(1500000, 1), 11)
    """
    match = _MULTIPLIER.match(text, end)
    return (value * _SCALES[match[1].lower()], match.end()) if match else (value, end)


def values(phrase: str) -> Iterator[tuple[Fraction, str]]:
    """Add up what belongs together, and give each number with the unit that is in its word.

    >>> [(str(value), unit) for value, unit in values("two hundred and five six")]
    [('205', ''), ('6', '')]
    >>> [(str(value), unit) for value, unit in values("twice")]
    [('2', 'fold')]
    """
    run: list[str] = []
    for word in _words(phrase):
        if run and not _goes_on(run[-1], word):
            yield _total(run)
            run = []
        run.append(word)
    yield _total(run)


def _words(phrase: str) -> Iterator[str]:
    for word in phrase.lower().replace("-", " ").split(" "):
        one = word.removesuffix("s")
        if word != "and":
            yield one if one in _SCALES else word


def _goes_on(last: str, word: str) -> bool:
    """Tell whether a word belongs to the same number as the word before it."""
    if word == "hundred":
        return last in _SMALL
    if word in _SCALES:
        return last in _SMALL or last in _SCALES
    if _SMALL.get(last, 0) >= 20:
        return 0 < _SMALL.get(word, 0) < 10
    return last in _SCALES and last != "dozen" and _SMALL.get(word, 0) > 0


def _total(run: Iterable[str]) -> tuple[Fraction, str]:
    total, part, unit = Fraction(0), Fraction(0), ""
    for word in run:
        if word == "hundred":
            part = 100 * (part or Fraction(1))
        elif word in _SCALES:
            total, part = total + _SCALES[word] * (part or 1), Fraction(0)
        elif word in _TIMES:
            part, unit = Fraction(_TIMES[word]), "fold"
        else:
            part += _PARTS.get(word, _SMALL.get(word, 0))
    return total + part, unit
