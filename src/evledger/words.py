"""Words: what of a text is compared, and when two words count as one.

A text becomes folded words: compatible forms are one, capitals and accents are gone, and a single
Greek letter is its name, so that ``TGF-β1`` and ``TGF-beta1`` are the same two words.
Chinese and Japanese characters are words of their own, since no blank divides them.
"""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
from typing import Any, Final, cast

__all__ = ["EMPTY_WORDS", "LIGHT_WORDS", "same_words", "spaced", "stem", "words"]

_LONGEST: Final = 1_000  # letters of a word: the engine cuts longer ones, and not between letters
_WORD: Final = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"  # kana and ideographs, each alone
    rf"|[^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]{{1,{_LONGEST}}}"
)
_POSSESSIVE: Final = re.compile(r"['\u2019]s\b")
_GREEK: Final = re.compile(r"[\u03b1-\u03c9]")


def words(text: str) -> list[str]:
    """Return the words of a text, folded, in their order.

    >>> words("Crohn's disease: TGF-β1 in naïve 5-HT2A cells")
    ['crohn', 'disease', 'tgf', 'beta1', 'in', 'naive', '5', 'ht2a', 'cells']
    """
    if text.isascii():
        return _WORD.findall(_POSSESSIVE.sub("", text.lower()))
    # Marks go first: to normalise a long run of them takes time by the square of its length.
    bare = _unmarked(text.casefold())
    plain = _unmarked(unicodedata.normalize("NFKD", bare).casefold())
    return [_named(word) for word in _WORD.findall(_POSSESSIVE.sub("", plain))]


def _unmarked(text: str) -> str:
    """Return a text without its accents; of Cyrillic, a short i is a letter of its own."""
    return text.replace("\u0438\u0306", "\u0439").translate(_MARKS)


class _Marks(dict[int, "int | None"]):
    """Translates a text to what is left without marks; remembers each character it has seen."""

    def __missing__(self, code: int) -> int | None:
        is_mark = unicodedata.category(chr(code)).startswith("M")
        self[code] = None if is_mark else code
        return self[code]


_MARKS: Final = _Marks()


def spaced(text: str) -> str:
    """Return a text that an engine which divides at all but letters and digits divides likewise.

    Most texts are so already, in ASCII and without an apostrophe, and stay as they are.

    >>> spaced("BDNF-TrkB"), spaced("Crohn's TGF-β1")
    ('BDNF-TrkB', 'crohn tgf beta1')
    """
    is_plain = len(text) <= _LONGEST and text.isascii()
    return text if is_plain and "'" not in text and "\x00" not in text else " ".join(words(text))


def _named(word: str) -> str:
    """Write a Greek letter that stands alone in a word as its name."""
    if word.isascii() or len(_GREEK.findall(word)) != 1:
        return word
    return _GREEK.sub(lambda found: _letter(found[0]), word)


@functools.cache
def _letter(letter: str) -> str:
    return unicodedata.name(letter).removeprefix("GREEK SMALL LETTER ").split()[-1].lower()


# -- stems -------------------------------------------------------------------------------

_CYRILLIC: Final = re.compile(r"[\u0400-\u04ff]")
_GREEK_WORD: Final = re.compile(r"[\u0370-\u03ff]")


_INFLECTED: Final = 64  # letters; to take a word apart takes time by the square of them


@functools.lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return what is common to the forms of a word, by the Snowball algorithms.

    The language follows the script: Russian for Cyrillic, Greek for Greek, English otherwise.

    >>> stem("protects") == stem("protection") == stem("protected")
    True
    """
    if len(word) > _INFLECTED:
        return word
    if _CYRILLIC.match(word):
        language = "russian"
    elif _GREEK_WORD.match(word):
        language = "greek"
    else:
        language = "english"
    return str(_STEMMERS.of(language).stemWord(word))


class _Stemmers(threading.local):
    """Each thread's own stemmers: one keeps the word that it is at in itself."""

    def __init__(self) -> None:
        self._stemmers: dict[str, Any] = {}

    def of(self, language: str) -> Any:
        # It loads thirty languages, and most programs ask nothing.
        import snowballstemmer  # type: ignore[import-untyped]  # noqa: PLC0415  # no types

        if language not in self._stemmers:
            self._stemmers[language] = cast("Any", snowballstemmer).stemmer(language)
        return self._stemmers[language]


_STEMMERS: Final = _Stemmers()


# -- words that are other words ----------------------------------------------------------

_SAME: Final = (
    "adolescent teenager teen youth",
    "affect effect",
    "animal animals",
    "baby babies infant newborn neonate neonatal",
    "brain cerebral",
    "cancer tumor tumour neoplasm",
    "child children kid paediatric pediatric",
    "doctor physician",
    "drug medication medicine",
    "elderly older old",
    "foot feet",
    "fall falls fell fallen",
    "heart cardiac",
    "human people person patient volunteer",
    "kidney renal",
    "liver hepatic",
    "lung pulmonary",
    "man men male",
    "mouse mice",
    "pregnancy pregnant",
    "raise rise risen rising rose increase boost elevate",
    "reduce lower decrease diminish",
    "safe safety harm danger risk adverse",
    "surgery surgical operation",
    "tooth teeth dental",
    "woman women female",
)
"""Words that no stem unites, and that readers take for one another."""


@functools.cache
def _groups() -> dict[str, tuple[str, ...]]:
    return {stem(word): tuple(group.split()) for group in _SAME for word in group.split()}


def same_words(word: str) -> tuple[str, ...]:
    """Return the words that a reader may have meant by one, itself first.

    >>> same_words("mice"), same_words("bdnf")
    (('mice', 'mouse'), ('bdnf',))
    """
    root = stem(word)
    return (word, *(other for other in _groups().get(root, ()) if stem(other) != root))


EMPTY_WORDS: Final = frozenset(
    """
    a about after all also am an and any anybody anyone anything are as at be because been before
    being between both but by can could did do does doing done during each else ever every for from
    had has have having he her here hers him his how i if in into is it its itself just let likely
    may me might mine more most much must my no nor not of off on or other our ours out over own
    really same shall she should so some somebody someone something such than that the their theirs
    them then there these they thing things this those though through to too under until up upon us
    very was we were what when where whether which while who whom whose why will with within
    without would yet you your yours
    evidence find finding findings found knew know known knows ledger paper papers question report
    reported reports research said say says show showed shown shows source sources studied studies
    study tell tells think thinks thought told
    """.split()  # noqa: SIM905  # a list of quoted words cannot be read
)
"""English words that say nothing of what is asked for, and those of asking itself."""

LIGHT_WORDS: Final = frozenset(
    """
    became become becomes came come comes gave get gets give given gives go goes going gone make
    makes made making need needs put puts seem seems take taken takes taking took turn turned turns
    use used uses using want wants went
    """.split()  # noqa: SIM905  # the same
)
"""English words that say little of it: they help to find, and are hardly missed."""
