"""The chronicle: what records did, in words that people read.

Each record is told in a sentence or two, under one of a few categories,
and two heads in what was told between them and in the numbers before and after.
Nothing is told that a reader of the article may not see: what was erased, is withheld,
or is held back until a person has accepted it, is named as that.
"""

from __future__ import annotations

from evledger.chronicle.changes import Changes, Number, changes
from evledger.chronicle.earlier import Earlier
from evledger.chronicle.scene import CATEGORIES, Category
from evledger.chronicle.told import Told, chronicle, tell

__all__ = [
    "CATEGORIES",
    "Category",
    "Changes",
    "Earlier",
    "Number",
    "Told",
    "changes",
    "chronicle",
    "tell",
]
