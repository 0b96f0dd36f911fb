"""Tallies: numbers that count what a sentence cites, and need not be in it."""

from __future__ import annotations

import re
from typing import Final

from evledger.asking.numerals import Number

__all__ = ["is_tally"]

_BEFORE_A_NOUN: Final = re.compile(r"[\s-](?!(?:in|out|per|point|to)\b)[^\W\d_]")
_CITED: Final = re.compile(
    r"(?:\s+(?!(?:an?|and|as|at|by|for|from|in|of|on|or|per|than|that|the|to|who|with)\b)"
    r"[^\W\d_][\w'-]*){0,3}?"
    r"\s+(?:stud(?:y|ies)|(?:review|claim|source|report|user|trial|paper|post|thread|article)s?)\b",
    re.IGNORECASE,
)


def is_tally(text: str, number: Number, sources: int) -> bool:
    """Return whether a number says of how much a sentence speaks: one user, two animal studies.

    Args:
        text: the sentence.
        number: one of it.
        sources: how many different sources it cites.

    >>> from evledger.asking.numerals import numbers
    >>> text = "One user and two animal studies agree on three rats."
    >>> [is_tally(text, number, 2) for number in numbers(text)]
    [True, True, False]
    """
    if number.unit:
        return False
    if text[number.start : number.end].lower() == "one" and _BEFORE_A_NOUN.match(text, number.end):
        return True
    return number.value == sources and _CITED.match(text, number.end) is not None
