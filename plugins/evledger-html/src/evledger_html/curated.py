"""Markdown that a curator wrote, as HTML that keeps to its place in a page.

It is CommonMark without HTML.
Headings rank below the page's own and leave no rank out, links lead to http(s) addresses alone,
and a picture becomes a link, so that nothing is fetched until somebody asks for it.
What the parser made is then held to a short list of elements by a sanitiser,
which shares no code with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from evledger.article.links import web_address
from evledger.legible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["ATTRIBUTES", "ELEMENTS", "curated"]

_HEADINGS: Final = ("h3", "h4", "h5", "h6")  # the page's own are of ranks one and two
_BLOCKS: Final = ("blockquote", "hr", "li", "ol", "p", "pre", "ul")
_WORDS: Final = ("a", "br", "code", "em", "strong")
ELEMENTS: Final = frozenset((*_HEADINGS, *_BLOCKS, *_WORDS))
"""The elements that a curator's Markdown may become."""

ATTRIBUTES: Final = {"a": frozenset(("href", "rel")), "ol": frozenset(("start",))}
"""The attributes that they may have."""

_REL: Final = "noopener noreferrer nofollow"
_PARSER: Final = MarkdownIt("commonmark", {"html": False})


def curated(body: str) -> Markup:
    r"""Return a curator's Markdown as HTML that can do nothing.

    >>> curated("# Dose\n\n[This](https://example.org/), not [that](javascript:alert).")
    Markup('<h3>Dose</h3>\n<p><a href="https://example.org/" rel="noopener ...">This</a>, not ...')
    """
    text = visible(body.replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t")
    tokens = _PARSER.parse(text)
    _demote(tokens)
    for token in tokens:
        token.children = list(_confined(token.children or ()))
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return Markup(_sanitised(html))  # noqa: S704  # that is what the sanitiser is for


def _sanitised(html: str) -> str:
    return nh3.clean(
        html,
        tags=set(ELEMENTS),
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https"},
        link_rel=_REL,
    )


def _demote(tokens: Sequence[Token]) -> None:
    """Rank headings below the page's, each at most one rank below the one that it belongs to."""
    above: list[str] = []
    for token in tokens:
        if token.type == "heading_open":
            while above and above[-1] >= token.tag:
                above.pop()
            above.append(token.tag)
        if token.type in {"heading_open", "heading_close"}:
            token.tag = _HEADINGS[min(len(above), len(_HEADINGS)) - 1]


def _confined(children: Sequence[Token]) -> Iterator[Token]:
    """Leave out links that lead elsewhere than into the web, and make links of pictures."""
    leads: list[str | None] = []
    for token in children:
        if token.type == "link_open":
            leads.append(web_address(str(token.attrs.get("href", ""))))
            yield from _opened(leads[-1])
        elif token.type == "link_close":
            yield from _closed(leads.pop())
        elif token.type == "image":
            yield from _linked(token, None if any(leads) else _address(token))
        else:
            yield token


def _address(image: Token) -> str | None:
    return web_address(str(image.attrs.get("src", "")))


def _linked(image: Token, address: str | None) -> Iterator[Token]:
    yield from _opened(address)
    yield Token(
        "text", "", 0, content=f"[picture: {image.content}]" if image.content else "[picture]"
    )
    yield from _closed(address)


def _opened(address: str | None) -> Iterator[Token]:
    if address is not None:
        yield Token("link_open", "a", 1, attrs={"href": address})


def _closed(address: str | None) -> Iterator[Token]:
    if address is not None:
        yield Token("link_close", "a", -1)
