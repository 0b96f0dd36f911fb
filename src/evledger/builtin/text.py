"""The evidence article as plain text, in lines of at most 80 columns."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from evledger.article import compose
from evledger.article.blocks import (
    Code,
    Curated,
    Fold,
    Heading,
    Items,
    Link,
    Paragraph,
)
from evledger.article.outline import outline
from evledger.legible import one_line, visible
from evledger.rendering import Rendered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from evledger.article.blocks import Block, Item, Line
    from evledger.rendering import RenderContext
    from evledger.view import View

__all__ = ["TextRenderer"]

_WIDTH: Final = 80
_UNDERLINES: Final = {1: "=", 2: "-"}


class TextRenderer:
    """Writes the article as plain text.

    No line is wider than 80 columns, but for an address and a command:
    each stands alone, so that it can be copied.
    A list that other formats fold is written out, under a line that says how many follow.
    """

    name = "text"
    file = "article.txt"

    def render(self, view: View, context: RenderContext) -> Rendered:
        """Render a view; the same bytes for the same view and context."""
        blocks = ("\n".join(_block(block)) for block in outline(compose(view, context)))
        text = "\n\n".join(blocks) + "\n"
        return Rendered(text.encode(), "text/plain; charset=utf-8", ".txt")


def _block(block: Block) -> Iterable[str]:
    if isinstance(block, Heading):
        return _heading(block)
    if isinstance(block, Paragraph):
        return _paragraph(block.line)
    if isinstance(block, Items):
        return _list(block.items)
    if isinstance(block, Fold):
        return (f"{block.label}:", "", *_list(block.items))
    if isinstance(block, Curated):
        return _curated(block.body)
    return ("-" * _WIDTH,)


def _paragraph(line: Line) -> list[str]:
    if len(line) == 1 and isinstance(line[0], Code):
        return [one_line(line[0].text)]
    return _line(line, "", "")


def _heading(heading: Heading) -> list[str]:
    lines = _wrapped(one_line(heading.text).strip(), "", "")
    return [*lines, _UNDERLINES[heading.level] * max(map(_columns, lines))]


def _list(items: Iterable[Item], margin: str = "") -> list[str]:
    lines: list[str] = []
    inner = f"{margin}  "
    for item in items:
        lines += _line(item.line, f"{margin}- ", inner)
        if item.children:
            lines += _list(item.children, inner)
    return lines


def _line(line: Line, first: str, rest: str) -> list[str]:
    """Write a line; the addresses that it links to follow, each on a line of its own."""
    text = one_line("".join([span if isinstance(span, str) else span.text for span in line]))
    lines = _wrapped(text.strip(), first, rest)
    lines += [f"{rest}{one_line(span.address)}" for span in line if isinstance(span, Link)]
    return lines


def _curated(body: str) -> Iterator[str]:
    """Write Markdown as it stands, line by line, so that its lists stay lists."""
    for line in body.strip("\n").splitlines():
        text = visible(line.expandtabs(4)).rstrip()
        margin = min(len(text) - len(text.lstrip(" ")), _WIDTH // 2)
        yield from _wrapped(text.strip(" "), " " * margin, " " * margin)


# -- wrapping ----------------------------------------------------------------------------
# The standard library's textwrap takes thirty times as long, and counts characters, not columns.


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    lines: list[str] = []
    margin = first
    fitting = _fitting if _may_be_wide(text) else _fitting_narrow
    while (end := fitting(text, _WIDTH - len(margin))) < len(text):
        blank = text.rfind(" ", 1, end + 1)
        lines.append(margin + text[: blank if blank > 0 else end])
        text = text[blank + 1 if blank > 0 else end :]
        margin = rest
    lines.append(margin + text)
    return lines


_WIDE = re.compile(
    r"[\u1100-\u1fff\u2300-\u23ff\u2500-\u27ff\u2900-\u2fff\u3000-\uffff\U00010000-\U0010ffff]"
)
"""Among these are all characters of two columns; most text has none."""


def _may_be_wide(text: str) -> bool:
    is_latin = len(text.encode("latin-1", "ignore")) == len(text)  # told in a fifth of the time
    return not is_latin and _WIDE.search(text) is not None


def _fitting_narrow(text: str, width: int) -> int:
    return min(len(text), width)


def _fitting(text: str, width: int) -> int:
    """Return how many characters of a text fit into so many columns."""
    left = width
    for place, character in enumerate(text[:width]):
        left -= _columns_of(character)
        if left < 0:
            return max(place, 1)
    return min(len(text), width)


def _columns(text: str) -> int:
    return sum(map(_columns_of, text))


def _columns_of(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
