"""Spelling: what reads the same, spelt the same, so that words can be compared."""

from __future__ import annotations

import functools
import re
import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["GREEK", "is_marked", "key", "plain"]

_GREEK_LETTERS: Final = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
    "sigma tau upsilon phi chi psi omega"
)
GREEK: Final[Mapping[str, str]] = MappingProxyType(
    dict(zip("αβγδεζηθικλμνξοπρστυφχψω", _GREEK_LETTERS.split(), strict=True))
)
"""The Greek letters, and what English calls them."""

_GREEK_WORDS: Final = frozenset(GREEK.values())
_LONE_GREEK: Final = re.compile("(?<![\u03b1-\u03c9])[\u03b1-\u03c9](?![\u03b1-\u03c9])")
_RAISED: Final = re.compile("(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_JOINED_FRACTION: Final = re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞])")
_SIGNS: Final[Mapping[str, str]] = MappingProxyType(
    {"\u066b": ".", "\u066c": ",", "\u066a": "%"}  # Arabic
    | {"\u2010": "-", "\u2212": "-", "\u2019": "'", "\u02bc": "'"}
)
_DROPPED: Final = frozenset(("Mn", "Me", "Cf"))  # accents, and what cannot be seen
_ALPHABETS: Final = frozenset(("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "COPTIC", "CHEROKEE"))
"""Scripts whose letters can be taken for those of another."""

_LOOKALIKE: Final = re.compile("[\u0131\u0237\u0250-\u02af\u1d00-\u1dbf\ua720-\ua7ff]")
"""Latin letters that can be taken for others: a dotless i, and those of phoneticians."""

_NUMERALS: Final = frozenset(("No", "Nl"))  # of scripts that have signs for ten or a hundred


def plain(text: str) -> str:
    """Return a text without accents and typography: ASCII digits, hyphens and apostrophes.

    Case stays, because it tells a name from a word.
    An exponent gets a sign of its own, so that a power is not taken for a longer number.

    >>> plain("Sémax raised it to ١٢ × 10⁹")
    'Semax raised it to 12 × 10^9'
    """
    if text.isascii():
        return text
    raised = _RAISED.sub(lambda found: "^" + "-" * len(found[1]) + found[2], text)
    apart = _JOINED_FRACTION.sub(" ", raised)
    return "".join(map(_character, unicodedata.normalize("NFKD", apart)))


@functools.cache
def _character(one: str) -> str:
    if one.isdecimal():
        return str(unicodedata.decimal(one))
    return "" if unicodedata.category(one) in _DROPPED else _SIGNS.get(one, one)


def key(word: str) -> str:
    """Return what two spellings of one word share; the word is of a :func:`plain` text.

    >>> [key(word) for word in ("Semax's", "TGFβ1", "Rats", "class")]
    ['semax', 'tgfbeta1', 'rat', 'class']
    """
    folded = word.casefold().removesuffix("'s").replace("'", "")
    if not folded.isascii():
        folded = _LONE_GREEK.sub(lambda found: GREEK[found[0]], folded)
    is_plural = len(folded) > 3 and folded.endswith("s") and not folded.endswith("ss")
    return folded[:-1] if is_plural else folded


def is_marked(word: str) -> bool:
    r"""Return whether a word is spelt as names are: a capital or a digit in it, or a Greek letter.

    So is a word whose letters are of several alphabets, since it may look like another.

    >>> [is_marked(word) for word in ("Aspirin", "mRNA", "p38", "β", "gamma", "rats")]
    [True, True, True, True, True, False]
    >>> is_marked("s\u0435ven")
    True
    """
    if word.islower() and word.isascii() and word.isalpha():
        return word in _GREEK_WORDS
    if _LONE_GREEK.search(word) or any(map(_is_of_a_name, word)):
        return True
    return not word.isascii() and _is_mixed(word)


def _is_mixed(word: str) -> bool:
    alphabets = {unicodedata.name(one, "").partition(" ")[0] for one in word} & _ALPHABETS
    return len(alphabets) > 1 or _LOOKALIKE.search(word) is not None


def _is_of_a_name(one: str) -> bool:
    return one.isupper() or one.isdecimal() or unicodedata.category(one) in _NUMERALS
