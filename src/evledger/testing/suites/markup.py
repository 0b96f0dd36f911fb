"""What a browser would make of HTML and Markdown, as far as a stranger's text could act in it."""

from __future__ import annotations

import html.parser
import re
from typing import Final
from xml.etree import ElementTree as ET

__all__ = ["check_html", "check_xml", "html_of_markdown"]

_LINKS: Final = frozenset(("action", "background", "formaction", "href", "poster", "src", "srcset"))
_ACTIVE: Final = re.compile(r"\s*(javascript|vbscript|data)\s*:", re.IGNORECASE)
_FOREIGN: Final = re.compile(r"\s*(https?:)?//([^/]*@)?hostile\.invalid", re.IGNORECASE)
_HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


def check_html(text: str) -> None:
    """Check that no element, attribute, link or heading came from a hostile text.

    The texts are those of :data:`evledger.testing.suites.renderers.HOSTILE`:
    whatever of theirs takes effect is called ``x-hostile`` or leads to ``hostile.invalid``.
    """
    reader = _Reader()
    reader.feed(text)
    reader.close()
    found = "; ".join(dict.fromkeys(reader.faults))
    assert not found, f"what somebody wrote takes effect: {found}; escape all that a view holds"


def check_xml(data: bytes) -> None:
    """Check that it is well-formed XML, with nothing in it that came from a hostile text."""
    ET.fromstring(data)  # noqa: S314  # made here, and with no entity of its own
    check_html(data.decode())


def html_of_markdown(text: str) -> str:
    """Return the HTML that Markdown with raw HTML and tables becomes (CommonMark).

    Where ``markdown-it-py`` is not installed, the Markdown with what it escapes taken out.
    """
    try:
        from markdown_it import MarkdownIt  # noqa: PLC0415  # it may not be installed
    except ImportError:
        return re.sub(r"\\[!-/:-@[-`{-~]", "", text)
    return str(MarkdownIt("commonmark").enable("table").render(text))


class _Reader(html.parser.HTMLParser):
    """Notes what a hostile text brought about."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self._heading: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element and its attributes."""
        if "x-hostile" in tag:
            self.faults.append(f"an element of a stranger: <{tag}>")
        for name, value in attrs:
            if "x-hostile" in name:
                self.faults.append(f"an attribute of a stranger: {name} of <{tag}>")
            if name in _LINKS and (_ACTIVE.match(value or "") or _FOREIGN.match(value or "")):
                self.faults.append(f"a link of a stranger: {name}={value!r} of <{tag}>")
        if tag in _HEADINGS:
            self._heading = []

    def handle_endtag(self, tag: str) -> None:
        """Look at a heading that is complete."""
        if tag in _HEADINGS and self._heading is not None:
            if "".join(self._heading).strip() == "x-hostile-heading":
                self.faults.append(f"a heading of a stranger: <{tag}>")
            self._heading = None

    def handle_data(self, data: str) -> None:
        """Gather a heading's text."""
        if self._heading is not None:
            self._heading.append(data)
