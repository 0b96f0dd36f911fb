"""Numbers in English words: ``five``, ``two hundred and twenty-one``, ``doubled``, ``a third``.

Not read: ordinals (``the third``), and the words of other languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
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
    | {"nil": 0, "nought": 0, "naught": 0, "couple": 2}
)
_SCALES: Final[Mapping[str, int]] = MappingProxyType(
    {"dozen": 12, "hundred": 100, "thousand": 1_000}
    | {"million": 10**6, "billion": 10**9, "trillion": 10**12}
)
_PLACES: Final = "third fourth fifth sixth seventh eighth ninth tenth"
_VERBS: Final = "double triple quadruple quintuple sextuple septuple octuple"
_FORMS: Final = ("e", "es", "ed", "ing", "ings")
_TIMES: Final[Mapping[str, int]] = MappingProxyType(
    {verb[:-1] + form: n for n, verb in enumerate(_VERBS.split(), 2) for form in _FORMS}
    | {"trebl" + form: 3 for form in _FORMS}
    | {"once": 1, "twice": 2, "thrice": 3}
)
_DECADES: Final[Mapping[str, int]] = MappingProxyType(
    {f"{word[:-1]}ies": 10 * value for value, word in enumerate(_TENS.split(), 2)}
)
"""The seventies, which in digits are the 70s."""

_ORDINALS: Final[Mapping[str, Fraction]] = MappingProxyType(
    {word: Fraction(1, value) for value, word in enumerate(_PLACES.split(), 3)}
    | {"twelfth": Fraction(1, 12), "hundredth": Fraction(1, 100), "thousandth": Fraction(1, 1_000)}
)
"""Parts, after an article alone: the third is a place in a row."""

_HALVES: Final[Mapping[str, Fraction]] = MappingProxyType(
    {"half": Fraction(1, 2), "quarter": Fraction(1, 4)}
)
_SEVERAL: Final[Mapping[str, Fraction]] = MappingProxyType(
    {f"{word}s": part for word, part in _ORDINALS.items()}
    | {"halves": Fraction(1, 2), "quarters": Fraction(1, 4)}
)
_PARTS: Final[Mapping[str, Fraction]] = MappingProxyType(
    {**_HALVES, **_SEVERAL, **_ORDINALS}
    | {"halve": Fraction(1, 2), "halved": Fraction(1, 2), "halving": Fraction(1, 2)}
)


def _one_of(*words: str) -> str:
    """Return a pattern; in ASCII, since case is folded so that a dotless i would be an i."""
    return rf"(?ai:{'|'.join(sorted(words, key=len, reverse=True))})(?![^\W_])"


_BARE: Final = (
    *(*_SMALL, *_SCALES, *(f"{scale}s" for scale in _SCALES)),
    *(*_TIMES, *_DECADES, *(part for part in _PARTS if part not in _ORDINALS)),
)
_WORD: Final = _one_of(*_BARE)
_FOLD: Final = rf"(?ai:{'|'.join(sorted((*_SMALL, *_SCALES), key=len, reverse=True))})(?=(?i:fold))"
_PART: Final = rf"(?ai:an?)[ ]{_one_of(*_HALVES, *_ORDINALS)}"
PHRASE: Final = (
    rf"(?<![^\W_])(?:(?ai:an?|one)[ -]{_one_of(*_ORDINALS)}"
    rf"|(?:{_FOLD}|{_WORD})"
    rf"(?:[ ](?ai:and)[ ]{_PART}|(?:[ ](?ai:and)[ ]|[ ]|-)(?:{_FOLD}|{_WORD}))*)"
)
"""A pattern for words that may be one number or several."""

_FACTORS: Final[Mapping[str, Fraction]] = MappingProxyType(
    {word: Fraction(scale) for word, scale in _SCALES.items()}
    | {f"{word}s": Fraction(scale) for word, scale in _SCALES.items()}
    | {**_SEVERAL}
)
_MULTIPLIER: Final = re.compile(rf"[ -]?({_one_of(*_FACTORS)})")


def multiplied(text: str, end: int, value: Fraction) -> tuple[Fraction, int]:
    """Take in a word that multiplies the numeral before it.

    >>> multiplied("1.5 million", 3, Fraction("1.5"))
    (Fraction(1500000, 1), 11)
    """
    match = _MULTIPLIER.match(text, end)
    return (value * _FACTORS[match[1].lower()], match.end()) if match else (value, end)


def values(phrase: str) -> Iterator[tuple[Fraction, str]]:
    """Add up what belongs together, and give each number with the unit that is in its word.

    >>> [(str(value), unit) for value, unit in values("two hundred and five six")]
    [('205', ''), ('6', '')]
    >>> [(str(value), unit) for value, unit in values("doubled")]
    [('2', 'fold')]
    >>> [str(value) for value, _ in values("two and a half three quarters")]
    ['5/2', '3/4']
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
            yield one if one in _SCALES else "a" if word == "an" else word


def _goes_on(last: str, word: str) -> bool:
    """Return whether a word belongs to the same number as the word before it."""
    if word in _PARTS or word == "a":
        return _takes_a_part(last, word)
    if word == "hundred":
        return last in _SMALL
    if word in _SCALES:
        return last in _SMALL or last in _SCALES or last in _HALVES
    if _SMALL.get(last, 0) >= 20:
        return 0 < _SMALL.get(word, 0) < 10
    return last in _SCALES and last != "dozen" and _SMALL.get(word, 0) > 0


def _takes_a_part(last: str, word: str) -> bool:
    if word == "a":
        return last in _SMALL or last in _SCALES
    return last in ("a", "one") or (last in _SMALL and word in _SEVERAL)


def _total(run: Sequence[str]) -> tuple[Fraction, str]:
    total, part, unit = Fraction(0), Fraction(0), ""
    for last, word in pairwise(("", *run)):
        if word == "hundred":
            part = 100 * (part or Fraction(1))
        elif word in _SCALES:
            total, part = total + _SCALES[word] * (part or 1), Fraction(0)
        elif word in _TIMES:
            part, unit = Fraction(_TIMES[word]), "fold"
        elif word in _DECADES:
            part, unit = Fraction(_DECADES[word]), "s"
        elif word in _PARTS:
            part = part * _PARTS[word] if last in _SMALL else part + _PARTS[word]
        else:
            part += _SMALL.get(word, 0)
    return total + part, unit
