"""Whoever reads them, with whatever: the pages as axe-core sees them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import (  # type: ignore[import-untyped]  # no types
    Axe,
)
from playwright.sync_api import Page

PAGES: Final = ("html", "html-ledger", "html-changes")
AXE: Final = Axe()
WCAG: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
EVERYTHING: Final = {"type": "tag", "values": [*WCAG, "best-practice"]}
COLOURS: Final = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}

each_page = pytest.mark.parametrize("renderer", PAGES)

Demo = Callable[[str], bytes]
Verify = Callable[[Page], Any]
Visit = Callable[..., Page]


def violations(page: Page, rules: Mapping[str, object] = EVERYTHING) -> list[str]:
    """Return what axe-core finds fault with: the rule, and the first places."""
    options = {"runOnly": rules, "resultTypes": ["violations"], "preload": False}
    found: Any = AXE.run(page, options=options)  # pyright: ignore[reportUnknownMemberType]  # it has no types
    return [
        f"{each['id']}: {each['help']}: {[node['html'][:200] for node in each['nodes'][:3]]}"
        for each in found.response["violations"]
    ]


_UNFOLD: Final = "for (const each of document.querySelectorAll('details')) each.open = true"


@each_page
def test_nobody_is_shut_out(renderer: str, visit: Visit, small: Demo, verified: Verify) -> None:
    """On a screen and on a phone, folded and open, light and dark, axe finds no fault."""
    page = visit(small(renderer), width=1280)
    verified(page)
    assert violations(page) == []
    page.set_viewport_size({"width": 360, "height": 900})
    page.evaluate(_UNFOLD)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, COLOURS) == []


def test_nobody_is_shut_out_of_a_warning(visit: Visit, small: Demo, verified: Verify) -> None:
    """A page that was tampered with says so to everybody, in the dark too."""
    forged = small("html").replace(b'data-evl-value="text">', b'data-evl-value="text">Not ')
    page = visit(forged)
    assert verified(page).state == "altered"
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, COLOURS) == []


def test_nobody_is_shut_out_before_anything_is_checked(visit: Visit, small: Demo) -> None:
    """A page that nothing could be checked on is as accessible as any."""
    page = visit(small("html").replace(b'id="evl-bundle"', b'id="evl-nothing"'))
    assert violations(page) == []


# -- the HTML itself -----------------------------------------------------------------------

_VOID: Final = frozenset(("base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"))
_IMPLIED: Final = frozenset(("html", "head", "body"))


class _Outline(HTMLParser):
    """Reads HTML as it is written, without mending it as a browser does."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: Counter[str] = Counter()
        self.relied_on: set[str] = set()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that begins, and see that no attribute is there twice."""
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> has an attribute twice: {names}")
        given = {name: value or "" for name, value in attrs}
        self.ids.update([given["id"]] if "id" in given else [])
        for name in ("aria-labelledby", "aria-describedby", "aria-controls", "for", "headers"):
            self.relied_on.update(given.get(name, "").split())
        if given.get("href", "").startswith("#"):
            self.relied_on.add(given["href"][1:])
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that ends where it begins, as in SVG."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Check that what ends is what began last."""
        if tag in _VOID or not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()} ends something else")

    def ended(self) -> list[str]:
        """Return the faults of the whole."""
        twice = [f"id {id!r} is there {n} times" for id, n in self.ids.items() if n > 1]
        absent = [f"nothing has the id {id!r}" for id in self.relied_on - self.ids.keys()]
        return [*self.faults, *twice, *absent, *(f"<{tag}> has no end" for tag in self._open)]


@each_page
def test_page_is_sound_html(renderer: str, small: Demo) -> None:
    """Every element ends, ids and attributes are there once, and what is pointed at is there."""
    outline = _Outline()
    outline.feed(small(renderer).decode())
    outline.close()
    assert outline.ended() == []


@each_page
def test_browser_reads_what_was_written(renderer: str, visit: Visit, small: Demo) -> None:
    """Chromium has nothing to mend: it has as many elements as were written."""
    written = _Outline()
    counts: Counter[str] = Counter()

    def count(tag: str, attrs: list[tuple[str, str | None]]) -> None:
        counts[tag.lower()] += 1
        del attrs

    written.handle_starttag = count  # type: ignore[method-assign]  # it counts and nothing else
    written.handle_startendtag = count  # type: ignore[method-assign]  # the same
    written.feed(small(renderer).decode())
    page = visit(small(renderer), java_script_enabled=False)
    names = page.locator("*").evaluate_all("(all) => all.map((each) => each.localName)")
    assert Counter(map(str.lower, names)) == counts
