"""Marks: what a reader must know of an entry, in a few words each, and a slug of each."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["mark_of"]

_SLUGS: Final = (
    ("withdrawn", "withdrawn"),
    ("link rejected", "link-rejected"),
    ("linked automatically", "link-automatic"),
    ("rejected", "rejected"),
    ("retracted, then reinstated", "reinstated"),
    ("retracted", "retracted"),
    ("source rejected", "source-rejected"),
    ("source retracted", "source-retracted"),
    ("source is a duplicate", "source-duplicate"),
    ("source corrected", "source-corrected"),
    ("source under concern", "source-concern"),
    ("automatic", "automatic"),
    ("contradicted", "contradicted"),
    ("duplicate", "duplicate"),
    ("under concern", "concern"),
    ("no longer reachable", "unreachable"),
)
_WORD: Final = re.compile(r"[a-z]+")


def mark_of(text: str) -> str:
    """Return the slug of a mark, by which scripts and styles know it.

    >>> mark_of("rejected by a reviewer"), mark_of("source retracted"), mark_of("corrected")
    ('rejected', 'source-retracted', 'corrected')
    """
    for begun, slug in _SLUGS:
        if text.startswith(begun):
            return slug
    word = _WORD.match(text)
    return "other" if word is None else word[0]
