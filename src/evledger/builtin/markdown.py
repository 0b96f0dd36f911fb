"""The evidence article as Markdown: CommonMark, with ``<details>`` where a list is folded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from evledger.article import compose
from evledger.article.blocks import (
    Code,
    Curated,
    Fold,
    Heading,
    Items,
    Link,
    Paragraph,
    Strong,
)
from evledger.article.outline import outline
from evledger.builtin.curated import confined
from evledger.legible import one_line
from evledger.rendering import Rendered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evledger.article.blocks import Block, Item, Line
    from evledger.rendering import RenderContext
    from evledger.view import View

__all__ = ["MarkdownRenderer"]


class MarkdownRenderer:
    """Writes the article as CommonMark; text from sources is escaped, and so inert."""

    name = "markdown"
    file = "article.md"

    def render(self, view: View, context: RenderContext) -> Rendered:
        """Render a view; the same bytes for the same view and context."""
        blocks = map(_block, outline(compose(view, context)))
        text = "\n\n".join(block for block in blocks if block) + "\n"
        return Rendered(text.encode(), "text/markdown; charset=utf-8", ".md")


def _block(block: Block) -> str:  # one return for each kind of block
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_inline(block.text).strip()}"
    if isinstance(block, Paragraph):
        return _line(block.line)
    if isinstance(block, Items):
        return _list(block.items)
    if isinstance(block, Fold):
        summary = f"<details>\n<summary>{_inline(block.label)}</summary>"
        return f"{summary}\n\n{_list(block.items)}\n\n</details>"
    if isinstance(block, Curated):
        return confined(block.body)
    return "---"


def _list(items: Iterable[Item]) -> str:
    lines: list[str] = []
    _add(lines, items, "- ")
    return "\n".join(lines)


def _add(lines: list[str], items: Iterable[Item], mark: str) -> None:
    for item in items:
        lines.append(mark + _line(item.line))
        if item.children:
            _add(lines, item.children, f"  {mark}")


# -- within a line -----------------------------------------------------------------------


def _line(line: Line) -> str:
    spans = [_inline(span) if isinstance(span, str) else _span(span) for span in line]
    return _at_start("".join(spans).strip())


def _span(span: Strong | Link | Code) -> str:
    if isinstance(span, Strong):
        return f"**{_inline(span.text).strip()}**"
    if isinstance(span, Link):
        return f"[{_inline(span.text).strip()}]({_destination(span.address)})"
    return _code(span)


def _code(code: Code) -> str:
    text = one_line(code.text)
    return _inline(text) if "`" in text else f"`{text}`"


def _destination(address: str) -> str:
    """Encode what would end a link's destination."""
    return address if _SAFE.fullmatch(address) else quote(address, safe=_UNRESERVED)


_UNRESERVED: Final = "/?#:@!$&*+,;=~%-._"  # no bracket, blank, quotation mark or backslash
_SAFE = re.compile(rf"[A-Za-z0-9{re.escape(_UNRESERVED)}]*")

_MARKUP: Final = r"[\\`*_{}\[\]<>#|~&$^]"
_HOST: Final = r"\.(?:(?=[^\W\d_]{2})|(?<=[Ww]{3}\.))"
"""A dot as in ``www.`` or ``.com``: some flavours make links of addresses without a scheme."""

_SPECIAL = re.compile(rf"({_MARKUP}|=(?==)|/(?=/)|{_HOST})")
_RISKY = re.compile(rf"{_MARKUP[:-1]}=@]")  # one class of characters, which is searched fast
_DOTTED = re.compile(_HOST)
_BLOCK = re.compile(r"[-+=%:(]|[0-9]{1,9}(?=[.)])")


def _inline(text: str) -> str:
    """Make text inert within a line: no markup, no link, no address, no line break."""
    if text.isalnum():  # as ids are, and many words
        return text
    line = one_line(text)
    if _RISKY.search(line) is None and "//" not in line and _DOTTED.search(line) is None:
        return line
    escaped = _SPECIAL.sub(r"\\\1", line)
    return escaped.replace("@", "@&#8203;")  # a blank of no width: no escape keeps it inert


def _at_start(line: str) -> str:
    """Make a line inert that would begin a list or underline a heading."""
    mark = _BLOCK.match(line)
    if mark is None:
        return line
    at = 0 if mark.end() == 1 and not mark[0].isdigit() else mark.end()
    return f"{line[:at]}\\{line[at:]}"
