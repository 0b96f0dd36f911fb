"""What drawings are made of: marks, which are values, and how they become SVG elements."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.etree.ElementTree import Element, SubElement

import attrs

from evledger.pictures.lettering import fitted, legible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Box", "Drawing", "Mark", "area", "dot", "rule", "words"]


@attrs.frozen(kw_only=True)
class Mark:
    """An element of a drawing.

    Attributes:
        tag: its name in SVG.
        attributes: names and values, in order; a value ``#name`` is the id of a definition.
        text: what it says.
        tip: what it says in full, to whoever points at it.
    """

    tag: str
    attributes: tuple[tuple[str, str], ...]
    text: str = ""
    tip: str = ""


@attrs.frozen(kw_only=True)
class Drawing:
    """Marks on a sheet.

    Attributes:
        width, height: of the sheet.
        marks: in the order in which they are drawn.
    """

    width: int
    height: int
    marks: tuple[Mark, ...]

    def onto(self, root: Element, name: str) -> None:
        """Draw on an element; the ids of what is defined begin with the name."""
        for key in dict.fromkeys(self._used()):
            _define(root, key, f"{name}-{key}")
        for mark in self.marks:
            _draw(root, mark, name)

    def _used(self) -> Iterator[str]:
        for mark in self.marks:
            for _, value in mark.attributes:
                if value.startswith("#"):
                    yield value[1:]


def _draw(root: Element, mark: Mark, name: str) -> None:
    attributes = {
        key: f"url(#{name}-{value[1:]})" if value.startswith("#") else value
        for key, value in mark.attributes
    }
    element = SubElement(root, mark.tag, attributes)
    element.text = mark.text or None
    if mark.tip:
        title = SubElement(element, "title")
        title.text, title.tail = mark.tip, element.text
        element.text = None


# -- textures ----------------------------------------------------------------------------

_TEXTURES: Final = {
    "against": (("path", {"d": "M-1 1 1 -1M0 5 5 0M4 6 6 4", "stroke-width": "1.7"}),),
    "both": (("path", {"d": "M0 2.5H5M2.5 0V5", "stroke-width": "1.4"}),),
    "unknown": (("path", {"d": "M2.5 0V5", "stroke-width": "1.2"}),),
}
"""Lines in the tone's own colour on whatever paper there is, five units wide and high."""


def _define(root: Element, tone: str, id: str) -> None:
    size = {"width": "5", "height": "5", "patternUnits": "userSpaceOnUse"}
    pattern = SubElement(SubElement(root, "defs"), "pattern", {"id": id, **size})
    for tag, attributes in _TEXTURES[tone]:
        SubElement(pattern, tag, {"class": f"evl-{tone}", **attributes})


# -- marks -------------------------------------------------------------------------------


class Box(NamedTuple):
    """A place on the sheet."""

    x: float
    y: float
    width: float
    height: float


def area(box: Box, tone: str, tip: str = "") -> Mark:
    """Return a rectangle in a tone; its outline lies within."""
    inset = 0 if tone in _FLAT else 0.5
    place = {
        "x": box.x + inset,
        "y": box.y + inset,
        "width": max(0.5, box.width - 2 * inset),
        "height": max(0.5, box.height - 2 * inset),
    }
    fill = (("fill", f"#{tone}"),) if tone in _TEXTURES else ()
    return Mark(
        tag="rect",
        attributes=(*_placed(place.items()), ("class", f"evl-{tone}"), *fill),
        tip=legible(tip),
    )


_FLAT: Final = frozenset(("for", "sum"))


def rule(x: float, y: float, to_x: float, to_y: float, kind: str = "rule") -> Mark:
    """Return a line."""
    ends = {"x1": x, "y1": y, "x2": to_x, "y2": to_y}
    return Mark(tag="line", attributes=(*_placed(ends.items()), ("class", f"evl-{kind}")))


def dot(x: float, y: float, kind: str, tip: str = "") -> Mark:
    """Return a dot."""
    place = {"cx": x, "cy": y, "r": 4.5}
    return Mark(
        tag="circle",
        attributes=(*_placed(place.items()), ("class", f"evl-{kind}")),
        tip=legible(tip),
    )


def words(
    text: str,
    x: float,
    y: float,
    *,
    size: float,
    room: float,
    anchor: str = "start",
    quiet: bool = False,
    bold: bool = False,
) -> Mark:
    """Return a line of text, shortened to its room; then the whole is its tip."""
    shown = fitted(text, room, size, bold=bold)
    kinds = [kind for kind, is_so in (("evl-quiet", quiet), ("evl-strong", bold)) if is_so]
    attributes = [*_placed({"x": x, "y": y, "font-size": size}.items())]
    attributes += [("text-anchor", anchor)] if anchor != "start" else []
    attributes += [("class", " ".join(kinds))] if kinds else []
    whole = legible(text)
    return Mark(
        tag="text",
        attributes=tuple(attributes),
        text=shown,
        tip="" if shown == whole else whole,
    )


def _placed(numbers: Iterable[tuple[str, float]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, _ZEROS.sub("", f"{number:.2f}")) for name, number in numbers)


_ZEROS: Final = re.compile(r"\.?0+\Z")
