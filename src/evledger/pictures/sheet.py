"""A sheet of paper that is drawn on from top to bottom."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from evledger.pictures.lettering import width_of, wrapped
from evledger.pictures.marks import Box, Drawing, area, words

if TYPE_CHECKING:
    from evledger.pictures.marks import Mark

__all__ = ["BAR", "SMALL", "TEXT", "WIDTH", "Sheet"]

WIDTH: Final = 360  # so that text is read on a phone that is as wide, without any scrolling
TEXT: Final = 13.0
SMALL: Final = 12.0
TITLE: Final = 16.0
BAR: Final = 13.0
_SWATCH: Final = 10.0


class Sheet:
    """A sheet: what is put on it comes below what is there.

    Attributes:
        y: how far down it is drawn on.
    """

    def __init__(self, title: str, lead: str = "") -> None:
        self.y = 0.0
        self._marks: list[Mark] = []
        self.put(words(title, 0, 16, size=TITLE, room=WIDTH, bold=True), height=22)
        if lead:
            self.paragraph(lead, lines=3)
        self.space(8)

    def put(self, *marks: Mark, height: float = 0) -> None:
        """Add marks, whose places are their own, and go so far down."""
        self._marks += marks
        self.y += height

    def space(self, height: float) -> None:
        """Leave some of the sheet empty."""
        self.y += height

    def paragraph(self, text: str, *, lines: int = 2) -> None:
        """Write a few lines of smaller text; what has no room in them is cut."""
        for line in wrapped(text, WIDTH, SMALL, lines=lines):
            self.put(words(line, 0, self.y + 12, size=SMALL, room=WIDTH, quiet=True), height=16)

    def heading(self, text: str) -> None:
        """Write what the next part of the sheet is about."""
        self.space(8)
        self.put(words(text, 0, self.y + TEXT, size=TEXT, room=WIDTH, bold=True), height=22)

    def row(self, label: str, number: str, *, bold: bool = False) -> None:
        """Write a label, and a number at the end of its line; at least half is the label's."""
        y, least = self.y + TEXT, WIDTH / 2
        end = words(number, WIDTH, y, size=TEXT, room=least, anchor="end", bold=bold)
        left = WIDTH - width_of(end.text, TEXT, bold=bold) - 8
        self.put(words(label, 0, y, size=TEXT, room=left, bold=bold), end, height=18)

    def keys(self, keys: Iterable[tuple[str, str]]) -> None:
        """Write what the tones of an area stand for, each beside a swatch of it.

        Args:
            keys: tones and what they stand for; what has no room goes on the next line.
        """
        x = 0.0
        for tone, text in keys:
            wide = _SWATCH + 4 + width_of(text, SMALL)
            if x and x + wide > WIDTH:
                x = 0.0
                self.space(17)
            self.put(
                area(Box(x, self.y + 2, _SWATCH, _SWATCH), tone),
                words(text, x + _SWATCH + 4, self.y + 11, size=SMALL, room=WIDTH - x - _SWATCH - 4),
            )
            x += wide + 7
        self.space(17)

    def drawn(self) -> Drawing:
        """Return what was drawn."""
        return Drawing(width=WIDTH, height=math.ceil(self.y) + 2, marks=tuple(self._marks))
