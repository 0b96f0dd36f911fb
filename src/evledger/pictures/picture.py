"""A picture: a drawing, its words, and the table behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

import attrs

from evledger.exceptions import Invalid
from evledger.pictures.lettering import legible
from evledger.pictures.marks import Drawing
from evledger.pictures.sheet import Sheet
from evledger.pictures.style import STYLE

__all__ = ["Picture", "absent"]

_PREFIX: Final = re.compile(r"[A-Za-z0-9_-]*")
_MARGIN: Final = 16
_SCALE: Final = 1.5  # a file that is looked at by itself is a little larger


def _all_legible(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(legible, texts))


def _rows_legible(rows: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(map(_all_legible, rows))


@attrs.frozen(kw_only=True)
class Picture:
    """A drawing that says in words and in a table what it shows.

    Every text in it is on one line, and nothing in it is unseen; it is plain text, not markup.

    Attributes:
        name: a slug: ``mix``.
        title: what it shows.
        summary: what there is to see, with the numbers that matter, for who cannot see it.
        columns: the headings of the table.
        rows: its rows; every number that is drawn stands here.
        drawing: the drawing.

    >>> picture = absent("mix", "Claims by tier", "There is none yet.")
    >>> picture.inline(prefix="a-").partition(">")[0]  # doctest: +NORMALIZE_WHITESPACE
    '<svg viewBox="0 0 360 48" class="evl-picture" role="img"
    aria-labelledby="evl-a-mix-title evl-a-mix-desc"'
    """

    name: str
    title: str = attrs.field(converter=legible)
    summary: str = attrs.field(converter=legible)
    columns: tuple[str, ...] = attrs.field(default=(), converter=_all_legible)
    rows: tuple[tuple[str, ...], ...] = attrs.field(default=(), converter=_rows_legible)
    drawing: Drawing

    def svg(self) -> str:
        """Return the picture as a document of its own: SVG 1.1, with its style in it."""
        width, height = self.drawing.width + 2 * _MARGIN, self.drawing.height + 2 * _MARGIN
        root = Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "version": "1.1",
                "width": f"{width * _SCALE:.0f}",
                "height": f"{height * _SCALE:.0f}",
                **self._attributes(f"{-_MARGIN} {-_MARGIN} {width} {height}", "evl-"),
            },
        )
        self._describe(root, "evl-")
        SubElement(root, "style").text = f"{STYLE}{_ALONE}"
        edge = str(-_MARGIN)
        paper = {"x": edge, "y": edge, "width": str(width), "height": str(height)}
        SubElement(root, "rect", {**paper, "class": "evl-paper"})
        self.drawing.onto(root, f"evl-{self.name}")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{_text(root)}\n'

    def inline(self, prefix: str = "") -> str:
        """Return the picture for a page of HTML that brings :data:`STYLE` along.

        There is neither a style nor a script in it, so that a strict policy lets it stand.

        Args:
            prefix: letters, digits, ``-`` and ``_``, by which its ids differ from those of the
                same picture elsewhere in the page.

        Raises:
            Invalid: the prefix has something else in it.
        """
        if _PREFIX.fullmatch(prefix) is None:
            msg = f"prefix {prefix!r:.80} of a picture: use letters, digits, '-' and '_' alone"
            raise Invalid(msg)
        box = f"0 0 {self.drawing.width} {self.drawing.height}"
        root = Element("svg", self._attributes(box, f"evl-{prefix}"))
        self._describe(root, f"evl-{prefix}")
        self.drawing.onto(root, f"evl-{prefix}{self.name}")
        return _text(root)

    def _attributes(self, box: str, prefix: str) -> dict[str, str]:
        named = f"{prefix}{self.name}-title {prefix}{self.name}-desc"
        return {"viewBox": box, "class": "evl-picture", "role": "img", "aria-labelledby": named}

    def _describe(self, root: Element, prefix: str) -> None:
        for tag, text in (("title", self.title), ("desc", self.summary)):
            SubElement(root, tag, {"id": f"{prefix}{self.name}-{tag}"}).text = text


_ALONE: Final = """\
:root { color-scheme: light dark; }
.evl-picture { max-width: 100%; width: auto; }
"""


def _text(root: Element) -> str:
    return tostring(root, encoding="unicode")


def absent(name: str, title: str, why: str) -> Picture:
    """Return the picture that says why there is nothing to draw.

    >>> absent("mix", "Claims by tier", "There is none yet.").summary
    'There is none yet.'
    """
    return Picture(name=name, title=title, summary=why, drawing=Sheet(title, why).drawn())
