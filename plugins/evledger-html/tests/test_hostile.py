"""Whatever a ledger's texts hold, in a browser they are text.

Two ledgers have the same events. In one every text is harmless; in the other each is made to
become an element, an attribute, a link, a style or a script somewhere.
Their pages must differ in nothing but what there is to read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import evledger_html
import pytest
from lxml import etree
from playwright.sync_api import Page

from evledger import (
    Event,
    EventSupply,
    Ledger,
    LocatorScheme,
    Passage,
    Plugins,
    Score,
    Signer,
    Store,
    Term,
    Tier,
    View,
    hookimpl,
    new_key,
)
from evledger.events import (
    About,
    CaveatNoted,
    ClaimRetagged,
    ClaimTagged,
    ClaimWithdrawn,
    ComponentMapped,
    EvidenceLinked,
    GapClosed,
    GapNoted,
    QuestionCreated,
    Reviewed,
    SectionWritten,
    SourceAdded,
    SourceAmended,
    SourceFlagged,
    SourceLinked,
)
from evledger.legible import UNSEEN, visible
from evledger.scoring import Caution, Outcome
from evledger.stores.memory import MemoryStore
from evledger.testing.suites.renderers import HOSTILE
from evledger.testing.telling import clock

PAGES: Final = ("html", "html-ledger", "html-changes")

EVIL: Final = "window.hostile=1"
"""What runs, if anything does."""

MARKUP: Final = (
    f"<script>{EVIL};alert(1)</script>",
    f"</script><script>{EVIL}</script>",
    "<!--<script>",
    f"<img src=x onerror={EVIL}>",
    f"<svg onload={EVIL}><script>{EVIL}</script><use href='data:image/svg+xml,x#x'/></svg>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--><img src=1 onerror={EVIL}>'>",
    f"<iframe srcdoc='<script>parent.{EVIL}</script>'></iframe><object data=x><embed src=x>",
    f"<details open ontoggle={EVIL}><input autofocus onfocus={EVIL}>",
    "<base href='https://hostile.invalid/'><link rel=stylesheet href=//hostile.invalid/x.css>",
    "<meta http-equiv=refresh content='0;url=https://hostile.invalid/'>",
    "</style><style>@import 'https://hostile.invalid/x.css';*{display:none!important}</style>",
    f"<form id=evl-bundle action=javascript:{EVIL}><input name=textContent></form>",
    f"<noscript><p title='</noscript><img src=x onerror={EVIL}>'>",
    "<plaintext><textarea><title><template><select><xmp>",
    f"<a href='javascript:{EVIL}'>press</a>",
)
ESCAPES: Final = (
    f"' onmouseover='{EVIL}' x='",
    f'" autofocus onfocus="{EVIL}" style="position:fixed;inset:0',
    f"` onclick=`{EVIL}`",
    '" data-evl-entry="claim:c1" data-evl-records="0',
    f"&#x3c;script&#x3e;{EVIL}&#x3c;/script&#x3e; &amp;lt;b&amp;gt; &lt",
    f"\\u003cscript\\u003e{EVIL}\\u003c/script\\u003e \\x3cb\\x3e",
    f"javascript:{EVIL}",
    "data:text/html,<script>alert(1)</script>",
    "red;} body{display:none} @import url(//hostile.invalid/x.css); a{background:url(x.png)",
    "{{ cycler.__init__ }} {% for x in 'ab' %} {# no #} ${hostile} #{hostile} <%= hostile %>",
    "__proto__",
)
LETTERS: Final = (
    "\u202egnp.exe\u202c \u2066x\u2069 \u200f\u061c",
    "nul \x00 bell \x07 escape \x1b[31m delete \x7f next \x85 \u2028\u2029 \ufeff \ufffe",
    "\u0430\u0440\u0440l\u0435.com",
    "Z\u0351\u0343\u0352a\u0334\u0321\u0322" + "l\u0300\u0301\u0302\u0303\u0304\u0305" * 30,
    "\U0001f469\U0001f3fd\u200d\u2695\ufe0f \U0001f3f3\ufe0f\u200d\U0001f308 1\ufe0f\u20e3",
    "line\r\nline\n\n\tline   blanks",
)
GIANTS: Final = ("x" * 60_000, "word " * 12_000, "<b>" * 2_000)
SHORT: Final = (*HOSTILE, *MARKUP, *ESCAPES, *LETTERS)
TEXTS: Final = (*SHORT, *GIANTS)
SECTIONS: Final = (
    *SHORT,
    f"[press](javascript:{EVIL}) [press](JaVaScRiPt&colon;{EVIL}) [press](<java\nscript:{EVIL}>)",
    f"[press](data:text/html,<script>{EVIL}</script>) [press](vbscript:x) [press](file:///etc)",
    f"[press][x] <javascript:{EVIL}>\n\n[x]: javascript:{EVIL} 'title\" onclick={EVIL}'",
    "![look](https://hostile.invalid/a.png) [![look](//hostile.invalid/b.png)](//hostile.invalid)",
    f'[press](https://example.org/" onclick="{EVIL}) [press](https://example.org/ "\\" x=\\"")',
    "> " * 200 + "deep\n\n" + "- " * 200 + "deep\n\n" + "*" * 5_000 + "[" * 5_000,
    "a | b\n--- | ---\n<td> | <script>\n\n```html onload=x\n</code></pre><script>\n```",
    f"<a href='javascript:{EVIL}' onclick={EVIL} style='color:red' id=evl-bundle class=evl-x>x</a>",
)
"""Markdown, of a curator or of whoever wrote in a curator's name."""

PROSE: Final = """
# One\n\n## Two\n\n### Three\n\n#### Four\n\n##### Five\n\n###### Six\n
*a* **b** `c` [d](https://example.org/ "e") <https://example.org/>\\\nf ![g](https://example.org/g.png)\n
> quoted\n\n- one\n- two\n\n1. one\n2. two\n\n***\n\n```python\nx\n```\n\n    code\n
a | b\n--- | :-:\nc | d\n
"""
"""Harmless, with everything that Markdown can say."""

Speak = Callable[[int], str]
"""Gives the text of a number."""


def harmless(number: int) -> str:
    """Return a harmless text."""
    return f"Harmless words, number {number}."


def hostile(number: int) -> str:
    """Return a hostile text."""
    return TEXTS[number % len(TEXTS)]


# -- the ledgers ---------------------------------------------------------------------------


class Stranger:
    """A plugin whose passage, score and links say what they are told to."""

    name, version = "strange:words", 1

    def __init__(self, speak: Speak) -> None:
        self._words = tuple(map(speak, range(len(SHORT))))

    @hookimpl.events
    def events(self) -> EventSupply:
        """Return a projection, which this is itself."""
        return EventSupply(projections=(self,))

    @hookimpl.scorers
    def scorers(self) -> list[Any]:
        """Return a scorer."""
        return [_Words(self._words)]

    @hookimpl.locators
    def locators(self) -> list[LocatorScheme]:
        """Return a scheme whose links are scripts."""
        link = f"javascript:{EVIL}//{{}}".format
        return [LocatorScheme(name="strange", normalise=str, link=link)]

    def start(self) -> None:
        """Begin with nothing."""

    def apply(self, state: None, record: Any) -> None:
        """Take in nothing."""
        del state, record

    def freeze(self, state: None) -> tuple[str, ...]:
        """Return the words."""
        del state
        return self._words

    def passage(self, part: tuple[str, ...]) -> Passage:
        """Say them."""
        return Passage(heading=part[0], lines=part)


class _Words:
    name, version = "strange", 1

    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = words

    def score(self, view: View) -> Score:
        every, whole = " ".join(self._words), Decimal(1)
        terms = tuple(
            Term.of(f"t{n}", word, count=1, weight=whole) for n, word in enumerate(self._words)
        )
        return Score(
            scorer=self.name,
            version=1,
            head=view.head,
            label=every,
            terms=terms,
            raw=Decimal(len(terms)),
            value=whole,
            cap=whole,
            cautions=tuple(Caution(name=word, text=word) for word in self._words),
            outcomes=tuple(Outcome(outcome=word, label=word, why=(word,)) for word in self._words),
            parameters=dict.fromkeys(self._words, every),
            method=every,
            source=every,
        )


def entries(n: int, text: str) -> Iterator[Event]:
    """Yield a source, a claim and more, whose every text is this one, as far as a line holds it."""
    part = text[:300]
    address = f"https://example.org/{n}?" + re.sub(r"[^!-~]", "", text)[:600]
    yield SourceAdded(
        id=f"s{n}",
        kind="post" if n % 2 else "journal-article",
        platform="reddit" if n % 2 else None,
        title=text,
        authors=(part, part),
        venue=part,
        community=part,
        published="2020-01",
        url=address,
        locators=(f"strange:{n}",) if n % 3 else (f"doi:10.1000/{n}\"onclick='{n}<b>",),
        language=part,
        basis=part,
    )
    yield SourceAmended(source=f"s{n}", venue=text, why=part)
    yield ComponentMapped(id=f"k{n}", component=text, layer=part)
    yield ClaimTagged(
        id=f"c{n}",
        source=f"s{n}",
        text=text,
        tier="odd" if n % 2 else "even",
        stance="supports" if n % 3 else "contradicts",
        about=About(components=(f"k{n}",), outcome=part, population=part),
        quote=text,
        basis=part,
    )
    yield GapNoted(id=f"g{n}", text=text)
    yield CaveatNoted(id=f"cv{n}", text=text)
    yield QuestionCreated(id=f"q{n}", text=text)
    yield EvidenceLinked(question=f"q{n}", claim=f"c{n}", relation="answers", basis=part)
    yield from _later(n, text)


def _later(n: int, text: str) -> Iterator[Event]:
    part = text[:300]
    if n % 5 == 0:
        yield SourceFlagged(source=f"s{n}", status="retracted", according_to=part)
        yield GapClosed(gap=f"g{n}", why=part)
    if n % 5 == 1:
        yield ClaimRetagged(claim=f"c{n}", text=text, why=part)
        yield SourceLinked(source=f"s{n}", other="s0", relation="duplicate-of", basis=part)
    if n % 7 == 2:
        yield Reviewed(target=f"claim:c{n}", verdict="rejected", why=part)
    if n % 7 == 3:
        yield ClaimWithdrawn(claim=f"c{n}", why=part)


def build(store: Store, speak: Speak) -> Ledger:
    """Tell the story in these words."""
    every = " ".join(map(speak, range(len(SHORT))))
    tiers = [Tier(slug=slug, label=every, description=every) for slug in ("odd", "even")]
    ledger = store.create("words", title=every, subject=every, tiers=tiers, by="me")
    for n in range(len(TEXTS)):
        ledger.append(*entries(n, speak(n)), by=_name(speak(n)))
    for n, body in enumerate(SECTIONS):
        said = body if speak is hostile else PROSE
        section = ("frame", "why", "fit", "safety", *map("s{}".format, range(99)))[n]
        ledger.append(SectionWritten(section=section, heading=speak(n)[:300], body=said), by="me")
    return ledger


def _name(text: str) -> str:
    """Make a name of a text: it may be long, and hold no control characters."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", "", text)[:200] or "me"


class Words:
    """A ledger in some words, and its pages, each rendered when it is first asked for."""

    def __init__(self, speak: Speak, folder: Path) -> None:
        plugins = Plugins.builtin()
        plugins.register(evledger_html, "html")
        plugins.register(Stranger(speak), "strange")
        key = folder / ("key" if speak is harmless else "other-key")
        new_key(key, "example.org/words")
        self._signer = Signer.open(key)
        self._ledger = build(Store(MemoryStore(), plugins, clock()), speak)
        self._ledger.checkpoint(self._signer)
        self._made: dict[str, bytes] = {}

    def page(self, renderer: str) -> bytes:
        """Return a page, with all that an operator and a plugin can get wrong."""
        if renderer not in self._made:
            rendered = self._ledger.render(
                renderer,
                scorers=["quantified-confidence", "strange"],
                proofs=f" java\nscript:{EVIL}//{{id}}",
                keys=[self._signer.verifier],
            )
            self._made[renderer] = rendered.data
        return self._made[renderer]


@pytest.fixture(scope="module")
def page_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Speak], bytes]:
    """Return what gives a page by its renderer and its words."""
    names = {renderer.name for renderer in evledger_html.renderers()}
    folder = tmp_path_factory.mktemp("keys")
    told: dict[Speak, Words] = {each: Words(each, folder) for each in (harmless, hostile)}

    def page(renderer: str, speak: Speak) -> bytes:
        if renderer not in names:
            pytest.skip(f"there is no renderer {renderer!r} yet")
        return told[speak].page(renderer)

    return page


# -- what is there -------------------------------------------------------------------------

_STRUCTURE: Final = """() => {
  const names = new Set();
  for (const each of document.querySelectorAll("*")) {
    names.add(each.localName).add(each.namespaceURI);
    for (const name of each.getAttributeNames()) names.add(`${each.localName} ${name}`);
  }
  return [...names];
}"""
_READABLE: Final = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let text = "";
  while (walker.nextNode()) {
    if (walker.currentNode.parentNode.localName !== "script") text += walker.currentNode.data;
  }
  return text;
}"""
_ONCE: Final = ("base", "form", "iframe", "img", "link", "meta", "object", "script", "style")


def counted(page: Page, names: tuple[str, ...] = _ONCE) -> dict[str, int]:
    """Count elements."""
    return {name: page.locator(name).count() for name in names}


def structure(page: Page) -> set[str]:
    """Return the names of elements and namespaces, and of attributes with their elements."""
    return set(page.evaluate(_STRUCTURE))


@pytest.mark.parametrize("renderer", PAGES)
def test_hostile_words_are_inert(
    renderer: str, visit: Callable[..., Page], page_of: Callable[[str, Speak], bytes]
) -> None:
    """They bring no element, attribute, script or name of a window that harmless ones do not.

    Whatever runs, asks or is fetched is noise, which fails the test by itself.
    """
    plain, evil = (visit(page_of(renderer, speak)) for speak in (harmless, hostile))
    assert structure(evil) - structure(plain) == set()
    assert counted(evil) == counted(plain)
    names = "Object.getOwnPropertyNames(window)"
    assert set(evil.evaluate(names)) == set(plain.evaluate(names))
    check_ids(evil)
    check_links(evil)


def check_ids(page: Page) -> None:
    """Check that every id is ours, and there once: nothing can take a script's place to look at."""
    ids = page.evaluate('Array.from(document.querySelectorAll("[id]"), (each) => each.id)')
    assert sorted(ids) == sorted(set(ids))
    assert [id for id in ids if not re.fullmatch(r"[A-Za-z0-9:%-]+", id)] == []


def check_links(page: Page) -> None:
    """Check that links lead to http(s) or to a place on the page, whatever plugins gave."""
    links = page.evaluate(
        'Array.from(document.links, (each) => [each.getAttribute("href"), each.protocol])'
    )
    strange = [given for given, protocol in links if protocol not in {"http:", "https:"}]
    assert links
    assert [given for given in strange if not given.startswith("#")] == []


@pytest.mark.parametrize("renderer", PAGES)
def test_hostile_words_are_text(
    renderer: str,
    visit: Callable[..., Page],
    page_of: Callable[[str, Speak], bytes],
    verified: Callable[[Page], Any],
) -> None:
    """Every text stands there letter by letter and is proven, and a phone has room for it."""
    page = visit(page_of(renderer, hostile), width=360)
    values = 'Array.from(document.querySelectorAll("[data-evl-value]"), (each) => each.textContent)'
    shown = set(page.evaluate(values))
    if renderer != "html-changes":  # which gives the beginnings of long lists
        assert {visible(text, keep="\n\t") for text in TEXTS} - shown == set()
    assert set(UNSEEN.findall(page.evaluate(_READABLE))) <= {"\n", "\t"}
    title = visible(" ".join(SHORT), keep="\n\t")
    assert " ".join(title.split()) in page.title()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    found = verified(page)
    assert (found.state, found.having("proven")) == ("proven", set(found.entries))


def test_feed_is_xml(page_of: Callable[[str, Speak], bytes]) -> None:
    """The feed parses, and has no element or attribute that a harmless one has not."""
    plain, evil = (_names(page_of("atom", speak)) for speak in (harmless, hostile))
    assert evil - plain == set()


def _names(feed: bytes) -> set[tuple[str, ...]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    root = etree.fromstring(feed, parser)
    return {(str(each.tag), *map(str, sorted(each.attrib))) for each in root.iter()}
