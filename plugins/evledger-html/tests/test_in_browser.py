"""The pages in a real browser: opened from a file, as whoever was sent one opens it."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from typing import Any, Final

import pytest
from playwright.sync_api import Page

PAGES: Final = ("html", "html-ledger", "html-changes")
WIDTHS: Final = (320, 360, 768, 1280, 1920)

each_page = pytest.mark.parametrize("renderer", PAGES)

Demo = Callable[[str], bytes]
Verify = Callable[[Page], Any]
Visit = Callable[..., Page]


# -- it proves itself ----------------------------------------------------------------------


@each_page
def test_page_proves_itself(renderer: str, visit: Visit, demo: Demo, verified: Verify) -> None:
    """It opens without a request or an error, and everything on it is as recorded."""
    page = visit(demo(renderer))
    found = verified(page)
    assert (found.state, found.having("proven")) == ("proven", set(found.entries))
    assert page.locator("h1").count() == 1


def test_every_claim_of_the_article_is_proven(visit: Visit, demo: Demo, verified: Verify) -> None:
    """Each of the claims has its verdict, wherever it stands."""
    found = verified(visit(demo("html")))
    assert {f"claim:c{n}" for n in range(1, 44)} <= found.having("proven")


def altered(page: bytes, beginning: str) -> bytes:
    """Change one letter: the first after what this pattern matches, within claim c4."""
    at = page.index(b'data-evl-entry="claim:c4"') if "evl-value" in beginning else 0
    found = re.search(beginning.encode(), page[at:])
    assert found is not None
    place = at + found.end()
    letter = page[place]
    assert chr(letter).isalpha()
    return page[:place] + bytes([letter ^ 1]) + page[place + 1 :]


@pytest.mark.parametrize(
    "beginning",
    [
        r'data-evl-value="text">\w+ ',
        r'data-evl-value="tier">',
        r'data-evl-value="source"[^>]*>(<a [^>]*>)?',
        r'data-evl-value="stance">',
    ],
    ids=["text", "tier", "source", "stance"],
)
def test_tampered_copy_is_found_out(
    beginning: str, visit: Visit, demo: Demo, verified: Verify
) -> None:
    """One letter of a claim is changed in the file: it is that claim, and no other."""
    found = verified(visit(altered(demo("html"), beginning)))
    assert found.state == "altered"
    assert "claim:c4" in found.words
    assert {name for name, states in found.entries.items() if "altered" in states} == {"claim:c4"}


def test_tampered_proof_is_found_out(visit: Visit, demo: Demo, verified: Verify) -> None:
    """One letter of a record in the page's proof is changed: it is the entries of that record."""
    page = altered(demo("html"), r'id="evl-bundle">.*?"id\\":\\"c4\\".*?text\\":\\"\w+ ')
    shown = visit(page)
    found = verified(shown)
    assert found.state == "altered"
    assert {name for name, states in found.entries.items() if "altered" in states} == {"claim:c4"}
    link = shown.locator("[data-evl-overall] a")
    assert (link.inner_text(), link.get_attribute("href")) == ("claim:c4", "#claim:c4")
    details = shown.locator("[data-evl-details]").inner_text()
    values = re.search(r"Values as recorded\s+(\d+) of (\d+)", details)
    assert values is not None
    assert int(values[1]) < int(values[2])


_VALUES: Final = """() => [...document.querySelectorAll("[data-evl-value]")].map((each) =>
  [each.closest("[data-evl-entry]").dataset.evlEntry, each.dataset.evlValue, each.textContent])"""


@each_page
def test_without_script(renderer: str, visit: Visit, demo: Demo, verified: Verify) -> None:
    """Where no script runs all of the text is there, and nothing is said to be proven."""
    page = visit(demo(renderer), java_script_enabled=False)
    with_script = visit(demo(renderer))
    verified(with_script)
    assert sorted(page.evaluate(_VALUES)) == sorted(with_script.evaluate(_VALUES))
    assert page.locator("[data-state=proven]").count() == 0
    assert "✓" not in page.locator("body").inner_text()


# -- whoever reads it ----------------------------------------------------------------------

_USABLE: Final = """() => {
  const usable = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  window.usable = [...document.querySelectorAll(usable)].filter(
    (each) => each.checkVisibility({ visibilityProperty: true }) && !each.disabled
  );
  return window.usable.length;
}"""
_FOCUSED: Final = """() => {
  const at = document.activeElement;
  if (at === document.body || at === document.documentElement) return null;
  const style = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  return {
    index: window.usable.indexOf(at),
    what: `${at.localName} ${at.className} ${at.textContent.trim().slice(0, 30)}`,
    seen: parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none" &&
      box.width > 0 && box.height > 0 && box.right > 0,
  };
}"""


@each_page
def test_keyboard_reaches_everything(
    renderer: str, visit: Visit, small: Demo, verified: Verify
) -> None:
    """Tab leads through all that can be used, in the order of the page, and out again at its end.

    Where it is can be seen at every step.
    """
    page = visit(small(renderer))
    verified(page)
    count, steps = page.evaluate(_USABLE), list[dict[str, Any]]()
    page.keyboard.press("Tab")
    while (at := page.evaluate(_FOCUSED)) is not None and len(steps) < 2 * count:
        steps.append(at)
        page.keyboard.press("Tab")
    assert at is None, "there is no way out"
    assert [step["what"] for step in steps if not step["seen"]] == []
    reached = [step["index"] for step in steps if step["index"] >= 0]  # others can be scrolled
    assert reached == list(range(count))


@each_page
def test_skip_link(renderer: str, visit: Visit, small: Demo) -> None:
    """The first Tab offers to skip to the content, and Enter does so."""
    page = visit(small(renderer))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#evl-main"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main, footer') !== null")


_FOLDS: Final = """(all) => {
  const kinds = new Map();
  for (const each of all) {
    if (each.checkVisibility() && !kinds.has(each.className)) kinds.set(each.className, each);
  }
  return [...kinds.values()].map((each) => all.indexOf(each));
}"""


@each_page
def test_keyboard_opens_folds(renderer: str, visit: Visit, small: Demo, verified: Verify) -> None:
    """Enter opens what is folded, and the space bar folds it again; the focus stays there."""
    page = visit(small(renderer))
    verified(page)
    for index in page.locator("details").evaluate_all(_FOLDS):
        fold = page.locator("details").nth(index)
        summary = fold.locator("summary").first
        summary.focus()
        before = fold.evaluate("(fold) => fold.open")
        for key, is_open in (("Enter", not before), ("Space", before)):
            page.keyboard.press(key)
            page.wait_for_timeout(50)  # what a script puts there may take the focus away
            assert fold.evaluate("(fold) => fold.open") is is_open
            assert summary.evaluate("(it) => it === document.activeElement")


# -- wherever it is read -------------------------------------------------------------------

_FOLD: Final = """(open) => {
  for (const each of document.querySelectorAll("details")) each.open = open;
}"""
_CROSSING: Final = """() => {
  const found = [];
  const width = document.documentElement.clientWidth;
  for (const part of document.querySelectorAll("body, main, main section, main article")) {
    let above = null;
    for (const each of part.children) {
      const style = getComputedStyle(each);
      const box = each.getBoundingClientRect();
      if (!box.height || ["absolute", "fixed"].includes(style.position)) continue;
      if (!["block", "flex", "grid", "table"].includes(style.display)) continue;
      if (getComputedStyle(part).display !== "block") continue;
      const name = `${each.localName}.${each.className} #${each.id}`;
      if (above !== null && box.top < above - 1) found.push(`${name} lies over what is before it`);
      if (box.left < -1 || box.right > width + 1) found.push(`${name} is cut off`);
      above = box.bottom;
    }
  }
  return found;
}"""


@each_page
def test_page_fits_every_window(renderer: str, visit: Visit, small: Demo, verified: Verify) -> None:
    """From a small phone to a large screen nothing is cut off, covered, or scrolled sideways."""
    page = visit(small(renderer))
    verified(page)
    for is_open, width in product((False, True), WIDTHS):
        page.evaluate(_FOLD, is_open)
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert (width, page.evaluate(_CROSSING)) == (width, [])


@each_page
def test_print_shows_what_is_folded(
    renderer: str, visit: Visit, small: Demo, verified: Verify
) -> None:
    """On paper nothing can be opened, so it is; and the text is black on white."""
    page = visit(small(renderer), color_scheme="dark")
    verified(page)
    folded = page.locator("main details:not([open]) > :not(summary)")
    page.emulate_media(media="print")
    hidden = folded.evaluate_all(
        "(all) => all.filter((each) => each.checkVisibility() === false"
        " || each.getBoundingClientRect().height === 0).map((each) => each.outerHTML.slice(0, 99))"
    )
    assert hidden == []
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") in {
        "rgb(255, 255, 255)",
        "rgba(0, 0, 0, 0)",
    }
    assert page.locator("main").is_visible()


@each_page
def test_paper_bears_no_verdict(renderer: str, visit: Visit, small: Demo, verified: Verify) -> None:
    """What a browser found is not printed, nor what only a browser can compare."""
    page = visit(small(renderer))
    verified(page)
    told = page.locator("[data-evl-verdict], [data-evl-summary], [data-evl-overall]")
    compare = page.get_by_role("heading", name="Compare with what you kept")
    assert told.first.is_visible()
    assert compare.is_visible()
    page.emulate_media(media="print")
    assert not any(each.is_visible() for each in told.all())
    assert not compare.is_visible()


def test_nothing_to_compare_without_a_script(visit: Visit, small: Demo) -> None:
    """Where no script runs, nothing asks for what only a script could take."""
    page = visit(small("html"), java_script_enabled=False)
    assert page.locator("#evl-verification").is_visible()
    assert not page.get_by_role("heading", name="Compare with what you kept").is_visible()


def luminance(colour: str) -> float:
    """Return how light a colour is, roughly, from 0 to 255."""
    red, green, blue = (float(part) for part in re.findall(r"[\d.]+", colour)[:3])
    return 0.3 * red + 0.6 * green + 0.1 * blue


@each_page
def test_light_and_dark(renderer: str, visit: Visit, small: Demo) -> None:
    """The page is light or dark as its reader likes it."""
    page = visit(small(renderer))
    paper, ink = "backgroundColor", "color"

    def light_of(part: str) -> float:
        return luminance(page.evaluate(f"getComputedStyle(document.body).{part}"))

    page.emulate_media(color_scheme="light")
    assert light_of(paper) - light_of(ink) > 150
    page.emulate_media(color_scheme="dark")
    assert light_of(ink) - light_of(paper) > 150


_MOVING: Final = """() => [...document.querySelectorAll("*")].filter((each) => {
  const style = getComputedStyle(each);
  const lasts = (times) => times.split(",").some((time) => parseFloat(time) > 0.001);
  return style.scrollBehavior === "smooth" || lasts(style.transitionDuration) ||
    (style.animationName !== "none" && lasts(style.animationDuration));
}).map((each) => `${each.localName}.${each.className}`)"""


@each_page
def test_reduced_motion(renderer: str, visit: Visit, small: Demo) -> None:
    """For readers who want it still, nothing moves."""
    page = visit(small(renderer), reduced_motion="reduce")
    assert page.evaluate(_MOVING) == []
