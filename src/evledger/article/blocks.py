"""What an outline is made of: six blocks, and within their lines four spans.

A renderer that lays out text knows these, and says the same as any other.
Whatever is a text here came from anywhere, and is the renderer's to escape.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

__all__ = [
    "Block",
    "Code",
    "Curated",
    "Fold",
    "Heading",
    "Item",
    "Items",
    "Line",
    "Link",
    "Paragraph",
    "Rule",
    "Span",
    "Strong",
]


class Strong(msgspec.Struct, frozen=True, gc=False):
    """Words that stand out."""

    text: str


class Code(msgspec.Struct, frozen=True, gc=False):
    """What is typed or compared as it stands."""

    text: str


class Link(msgspec.Struct, frozen=True, gc=False):
    """Words that lead to an address, which is an http(s) one or the operator's own."""

    text: str
    address: str


Span: TypeAlias = str | Strong | Code | Link
Line: TypeAlias = tuple[Span, ...]


class Heading(msgspec.Struct, frozen=True, gc=False):
    """A heading: of the article at level 1, of a part at level 2, within one at level 3."""

    level: int
    text: str


class Paragraph(msgspec.Struct, frozen=True, gc=False):
    """A line of text."""

    line: Line


class Item(msgspec.Struct, frozen=True, gc=False):
    """An entry of a list, and what hangs on it."""

    line: Line
    children: tuple[Item, ...] = ()


class Items(msgspec.Struct, frozen=True, gc=False):
    """A list, to be read once: a large one is made while it is laid out."""

    items: Iterable[Item]


class Fold(msgspec.Struct, frozen=True, gc=False):
    """A list that is closed at first, and what is written on it; to be read once."""

    label: str
    items: Iterable[Item]


class Curated(msgspec.Struct, frozen=True, gc=False):
    """Markdown that the curator wrote."""

    body: str


class Rule(msgspec.Struct, frozen=True, gc=False):
    """A line across the page."""


Block: TypeAlias = Heading | Paragraph | Items | Fold | Curated | Rule
