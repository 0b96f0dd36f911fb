"""The article's page: all that the article says, in its order, bound to records, and inert."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, Final, TypeAlias
from urllib.parse import unquote

import attrs
import evledger_html
import pytest
from evledger_html import ArticlePage
from evledger_html.drawing import MOST_SOURCES
from evledger_html.values import shown
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    CaveatNoted,
    ClaimTagged,
    ClaimWithdrawn,
    ComponentMapped,
    EvidenceLinked,
    GapNoted,
    LedgerDescribed,
    Plugins,
    QuestionCreated,
    RenderContext,
    Reviewed,
    SectionWritten,
    SourceAdded,
    SourceFlagged,
    View,
    seal,
)
from evledger.article import compose
from evledger.article.blocks import Heading
from evledger.article.outline import outline
from evledger.article.values import Score
from evledger.demo import build
from evledger.proofs.bundling import verify_bundle
from evledger.testing import Story, stories

PLUGINS: Final = Plugins.builtin()
PLUGINS.register(evledger_html, "html")
CONTEXT: Final = RenderContext(
    scorers=(PLUGINS.scorer("quantified-confidence"),),
    ranker=PLUGINS.ranker("tier"),
    first=2,
    contact="+1 555 0100",
    proofs="https://example.org/proofs/{id}",
    made_with=("evidence-ledger 1",),
)
VOID: Final = frozenset(("br", "hr", "input", "link", "meta"))
SECRET: Final = "x-told-in-private"  # noqa: S105  # no password


@attrs.define
class Element:
    """An element as a parser sees it.

    Attributes:
        tag: its name.
        attributes: names and values.
        parent: what it is within.
        text: all text within it.
    """

    tag: str
    attributes: dict[str, str]
    parent: Element | None
    text: str = ""

    @property
    def entry(self) -> str | None:
        """The whole name of the entry that it belongs to."""
        element: Element | None = self
        while element is not None and "data-evl-entry" not in element.attributes:
            element = element.parent
        return None if element is None else element.attributes["data-evl-entry"]


class Reader(HTMLParser):
    """Reads a page into its elements; every one but void ones must be closed in its place."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names))
        parent = self.open[-1] if self.open else None
        element = Element(tag, {name: value or "" for name, value in attrs}, parent)
        self.elements.append(element)
        if tag not in VOID and not self._is_closed():
            self.open.append(element)

    def _is_closed(self) -> bool:
        return (self.get_starttag_text() or "").endswith("/>")

    def handle_endtag(self, tag: str) -> None:
        """End the element that was begun last."""
        if (self.get_starttag_text() or "").endswith("/>") and self.open[-1].tag != tag:
            return
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        """Add text to all elements that it is in."""
        for element in self.open:
            element.text += data


def read(html: str) -> list[Element]:
    """Read a page."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader.elements


def page_of(view: View, context: RenderContext = CONTEXT) -> str:
    """Render a view."""
    return ArticlePage().render(view, context).text


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[View, RenderContext]]:
    """Yield the demonstration's view, and what it is rendered with."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger, _ = build(store)
        beside = {"atom": "feed.atom", "html-ledger": "ledger.html"}
        yield ledger.view(), ledger.render_context(renderer="html", beside=beside)


# -- all that the article says -----------------------------------------------------------


def headings(elements: list[Element], rank: str) -> list[str]:
    """Return the headings of a rank."""
    return [each.text for each in elements if each.tag == rank]


@given(story=stories(max_size=12))
@settings(max_examples=40)
def test_the_parts_are_the_articles(story: Story) -> None:
    """The headings are those of every other format, in the same order, and then our own."""
    view = story.view()
    wanted = [each for each in outline(compose(view, CONTEXT)) if isinstance(each, Heading)]
    elements = read(page_of(view))
    assert headings(elements, "h1") == [shown(each.text) for each in wanted if each.level == 1]
    parts = [shown(each.text) for each in wanted if each.level == 2]
    assert headings(elements, "h2") == [*parts, "Check this page"]


NAMES: Final = ("bucket", "format", "name", "relation", "section", "slug", "tier", "type")
UNSAID: Final = frozenset(
    (
        *NAMES,
        "body",
        "concealed",
        "entries",
        "heading",
        "link",
        "proof",
    )  # in other words, or seen above
)


Json: TypeAlias = "str | int | list[Json] | dict[str, Json] | None"


def said(value: Json, key: str = "") -> Iterator[str]:
    """Yield the strings of an article's JSON that a reader should find."""
    if isinstance(value, str) and key not in UNSAID:
        yield value.replace("-", " ") if key == "kind" else value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from said(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from said(each, key)


@given(story=stories(max_size=12))
@settings(max_examples=40)
def test_every_string_of_the_article_is_there(story: Story) -> None:
    """Whatever the article says as data, its page says."""
    view = story.view()
    article = json.loads(PLUGINS.renderer("json").render(view, CONTEXT).data)
    body = next(each for each in read(page_of(view)) if each.tag == "body")
    text = " ".join(body.text.split())
    for string in said(article):
        entry = re.sub(r"^(claim|source):(?=[a-z0-9-]+$)", "", string)
        assert " ".join(shown(entry).split()) in text, string


def test_the_demonstration_leaves_nothing_out(demo: tuple[View, RenderContext]) -> None:
    """The prompts lead to what answers them, the files beside it are linked, proofs too."""
    view, context = demo
    html = page_of(view, attrs.evolve(context, proofs="proofs/{id}"))
    elements = read(html)
    links = {each.attributes.get("href") for each in elements if each.tag == "a"}
    assert {"ledger.html", "feed.atom", "proofs/c4", "#claim:c4", "#gap:g1"} <= links
    assert {"#evl-safety", "#evl-verification"} <= links
    for claim in view.claims.values():
        assert html.count(f'data-evl-entry="claim:{claim.id}"') >= 2
    assert '<link rel="alternate" type="application/atom+xml"' in html
    assert '<script type="application/ld+json">' in html


# -- links, ids and words ----------------------------------------------------------------


@given(story=stories(max_size=12))
@settings(max_examples=40)
def test_ids_are_distinct_and_links_lead_somewhere(story: Story) -> None:
    """No id stands twice, what leads to one finds it, and nothing needs a laxer policy."""
    elements = read(page_of(story.view()))
    ids = Counter(each.attributes["id"] for each in elements if "id" in each.attributes)
    assert not ids or max(ids.values()) == 1
    for element in elements:
        leads = [element.attributes.get("href", "")]
        if leads[0].startswith("#"):
            assert leads[0][1:] in ids or unquote(leads[0][1:]) in ids
        named = (
            element.attributes.get("aria-labelledby", "") + " " + element.attributes.get("for", "")
        )
        assert set(named.split()) <= ids.keys()
        assert not {
            name for name in element.attributes if name in {"src", "style"} or name[:2] == "on"
        }
        assert element.tag not in {"img", "iframe", "object", "embed", "form", "base"}
        assert element.tag != "link" or element.attributes["rel"] == "alternate"


@given(story=stories(max_size=12))
@settings(max_examples=40)
def test_values_are_what_the_entries_say(story: Story) -> None:
    """A value holds its entry's field and nothing else; what is hidden says why."""
    view = story.view()
    for element in read(page_of(view)):
        field = element.attributes.get("data-evl-value")
        name = element.entry or ""
        if field in {"text", "title", "quote"} and name[:6] in {"claim:", "source"}:
            kind, _, id = name.partition(":")
            entry = (view.claims if kind == "claim" else view.sources)[id]
            wanted = getattr(entry, field)
            assert element.text == shown(wanted) or "data-evl-hidden" in element.attributes
            assert ("data-evl-hidden" in element.attributes) >= (not isinstance(wanted, str))


COMPARED: Final = {
    "ledger": {"title", "subject"},
    "source": {"title", "authors", "venue", "published", "kind", "platform", "community"},
    "claim": {"text", "quote", "tier", "stance", "source"},
    "gap": {"text"},
    "caveat": {"text"},
    "question": {"text"},
    "component": {"component", "layer"},
    "section": {"heading"},
}


def test_what_a_browser_compares() -> None:
    """Of each kind of entry the fields that readers rely on are bound to its records."""
    post = SourceAdded(
        id="s1",
        kind="post",
        title="A post",
        authors=("R. Roe",),
        venue="A site",
        published="2020",
        platform="reddit",
        community="r/TBI",
    )
    quoted = ClaimTagged(
        id="c1", source="s1", text="It rose.", tier="human", stance="supports", quote="It rose!"
    )
    events = (
        LedgerDescribed(subject="A subject"),
        post,
        quoted,
        GapNoted(id="g1", text="No trial."),
        CaveatNoted(id="cv1", text="Few."),
        QuestionCreated(id="q1", text="Does it?"),
        ComponentMapped(id="k1", component="A", layer="B"),
        SectionWritten(section="why", heading="Why", body="."),
    )
    found: dict[str, set[str]] = {}
    for element in read(Story(events=events).ledger(PLUGINS).render("html").text):
        if "data-evl-value" in element.attributes and element.entry is not None:
            kind = element.entry.partition(":")[0]
            found.setdefault(kind, set()).add(element.attributes["data-evl-value"])
    assert found == COMPARED


# -- marks -------------------------------------------------------------------------------

PAPER: Final = SourceAdded(id="s1", kind="trial", title="A trial", locators=("doi:10.1000/x",))
CLAIM: Final = ClaimTagged(
    id="c1", source="s1", text="Scores rose.", tier="human", stance="supports"
)


def marks(*events: Any, name: str) -> set[str]:
    """Return the marks of an entry wherever it stands."""
    elements = read(page_of(Story(events=(PAPER, CLAIM, *events)).view()))
    found: dict[int, set[str]] = {}
    for number, element in enumerate(elements):
        if element.attributes.get("data-evl-entry") == name:
            found[number] = {
                each.attributes["data-evl-mark"]
                for each in elements
                if "data-evl-mark" in each.attributes and _entry_element(each) is element
            }
    assert len({frozenset(each) for each in found.values()}) == 1, "it says other marks elsewhere"
    return next(iter(found.values()))


def _entry_element(element: Element) -> Element | None:
    found: Element | None = element
    while found is not None and "data-evl-entry" not in found.attributes:
        found = found.parent
    return found


LINKED: Final = (
    QuestionCreated(id="q1", text="Does it help?"),
    EvidenceLinked(question="q1", claim="c1", relation="answers"),
    QuestionCreated(id="q2", text="Who looked?"),
    EvidenceLinked(question="q2", source="s1", relation="partly"),
)


@pytest.mark.parametrize("more", [(), LINKED])
def test_marks_stand_wherever_the_entry_does(more: tuple[Any, ...]) -> None:
    """What a reader must know of an entry is said in every place where it stands."""
    withdrawn = ClaimWithdrawn(claim="c1", why="misread")
    rejected = Reviewed(target="claim:c1", verdict="rejected")
    retracted = SourceFlagged(source="s1", status="retracted", according_to="the journal")
    assert marks(*more, name="claim:c1") == set()
    assert marks(*more, withdrawn, name="claim:c1") == {"withdrawn"}
    assert marks(*more, rejected, name="claim:c1") == {"rejected"}
    assert marks(*more, retracted, name="claim:c1") == {"source-retracted"}
    assert marks(*more, retracted, name="source:s1") == {"retracted"}


def test_a_link_names_its_locator() -> None:
    """A source's link says which locator it was made of, so that a script can compare them."""
    elements = read(page_of(Story(events=(PAPER,)).view()))
    (link,) = (each for each in elements if "data-evl-locator" in each.attributes)
    assert link.attributes["data-evl-locator"] == "doi:10.1000/x"
    assert link.attributes["href"] == "https://doi.org/10.1000/x"


# -- sections, sizes, and what is not there ----------------------------------------------


def test_sections_are_bound_by_their_own_heading() -> None:
    """A heading that the curator wrote is a value; the article's own is none."""
    sections = (
        SectionWritten(section="frame", body="*Something* breaks."),
        SectionWritten(section="dosing", heading="Dosing", body="# Twice\n\na day"),
    )
    html = page_of(Story(events=sections).view())
    bound = {
        each.entry: each.text
        for each in read(html)
        if each.attributes.get("data-evl-value") == "heading"
    }
    assert bound == {"section:dosing": "Dosing"}
    assert "<em>Something</em> breaks." in html
    assert '<section class="evl-part" id="section:dosing"' in html


@pytest.mark.parametrize("count", [MOST_SOURCES, MOST_SOURCES + 1])
def test_influence_is_drawn_of_few_sources(count: int) -> None:
    """Beyond a hundred sources a sentence names the command that tells their influence."""
    sources = [SourceAdded(id=f"s{n}", kind="trial", title=f"Trial {n}") for n in range(count)]
    html = page_of(Story(events=tuple(sources)).view())
    assert ("evl-influence-title" in html) == (count <= MOST_SOURCES)
    assert ("evledger score" in html) == (count > MOST_SOURCES)


def test_things_are_said_once(demo: tuple[View, RenderContext]) -> None:
    """A score's words, its sum, what a caution names, and whose a claim is stand there once."""
    elements = read(page_of(*demo))
    score = compose(*demo).scores.explained
    assert isinstance(score, Score)
    panel = next(each for each in elements if each.attributes.get("class") == "evl-score")
    assert [panel.text.count(words) for words in (score.statement, score.formula)] == [1, 1]
    cautions = [each for each in elements if each.tag == "li" and within(each, "evl-cautions")]
    named = [re.findall(r"\b[cs][0-9]+\b", each.text) for each in cautions]
    assert any(named)
    assert all(len(set(ids)) == len(ids) for ids in named)
    own = [each for each in elements if each.attributes.get("data-evl-value") == "source"]
    assert {within(each, "evl-source") for each in own} == {True, False}
    assert all(within(each, "evl-hidden") == within(each, "evl-source") for each in own)


def test_tiers_are_told_apart_from_claims(demo: tuple[View, RenderContext]) -> None:
    """What a tier means stands above the scientific claims, once, and in no claim's card."""
    view, _ = demo
    elements = read(page_of(*demo))
    cards = [each for each in elements if each.attributes.get("class") == "evl-claim"]
    (part,) = (each for each in elements if each.attributes.get("id") == "evl-scientific")
    scientific = {id for id, source in view.sources.items() if source.is_scientific}
    named = {claim.tier for claim in view.claims.values() if claim.source in scientific}
    for tier in view.tiers:
        sentence = str(tier.description)
        assert part.text.count(sentence) == (tier.slug in named)
        assert not any(sentence in card.text for card in cards)


@pytest.mark.parametrize(
    ("events", "words"),
    [((), "Claims1"), ((ClaimWithdrawn(claim="c1", why="misread"),), "Claims1 of which 0 count")],
)
def test_claims_at_the_top_are_those_that_count(events: tuple[Any, ...], words: str) -> None:
    """Beside the number of claims stands how many of them count, where some do not."""
    elements = read(page_of(Story(events=(PAPER, CLAIM, *events)).view()))
    (claims,) = (each.parent for each in elements if each.tag == "dt" and each.text == "Claims")
    assert claims is not None
    assert claims.text == words


def within(element: Element, name: str) -> bool:
    """Whether an element is in one of a class."""
    return element.parent is not None and (
        name in element.parent.attributes.get("class", "").split() or within(element.parent, name)
    )


def test_a_failed_score_is_named() -> None:
    """A scorer that fails takes nothing else down."""

    class Failing:
        name, version = "failing", 1

        def score(self, view: View) -> Any:
            """Fail."""
            raise ValueError(view.ledger + " <cannot>")

    view = Story(events=(PAPER, CLAIM)).view()
    html = page_of(view, attrs.evolve(CONTEXT, scorers=(Failing(), *CONTEXT.scorers)))
    assert "gave no score" in html
    assert "&lt;cannot&gt;" in html
    assert "Scores rose." in html


@pytest.mark.parametrize("accepted", [False, True])
def test_what_strangers_sent_waits_for_a_person(accepted: bool) -> None:
    """No part of the page, no picture and no data tells it before it is accepted."""
    post = SourceAdded(
        id="s1", kind="post", title=SECRET, platform="reddit", assertion="automatic", basis=SECRET
    )
    claim = ClaimTagged(
        id="c1",
        source="s1",
        text=SECRET,
        tier="human",
        stance="supports",
        quote=SECRET,
        assertion="automatic",
        basis=SECRET,
    )
    events: list[Any] = [seal(post, "title", "basis"), seal(claim, "text", "quote", "basis")]
    events += [*LINKED]
    events += [
        Reviewed(target=name, verdict="accepted") for name in ("source:s1", "claim:c1")
    ] * accepted
    ledger = Story(events=tuple(events)).ledger(PLUGINS)
    html = ledger.render("html").text
    assert (SECRET in html) == accepted


# -- bytes and proofs --------------------------------------------------------------------


@given(story=stories(max_size=12))
@settings(max_examples=30)
def test_the_bundle_holds_the_records_that_are_shown(story: Story) -> None:
    """Every record that an element names is in the bundle, which proves itself."""
    html = story.ledger(PLUGINS).render("html").text
    found = re.search(r'id="evl-bundle">(.*?)</script>', html)
    assert found is not None
    bundle = found[1].replace("\\u003c", "<")
    proven = {record.n for record in verify_bundle(bundle.encode()).records}
    for element in read(html):
        assert set(map(int, element.attributes.get("data-evl-records", "").split())) <= proven


def test_without_a_chain_it_says_so(demo: tuple[View, RenderContext]) -> None:
    """A page without proofs has no script and no verdicts, and tells its readers."""
    view, context = demo
    html = page_of(view, attrs.evolve(context, chain=None))
    assert "carries no proofs" in html
    assert "data-evl-verdict" not in html
    assert re.findall(r"<script[^>]*>", html) == ['<script type="application/ld+json">']


@given(story=stories(max_size=8), first=st.integers(0, 3))
@settings(max_examples=20)
def test_the_same_bytes(story: Story, first: int) -> None:
    """The same head gives the same bytes, proofs and all."""
    ledger = story.ledger(PLUGINS)
    assert ledger.render("html", first=first).data == ledger.render("html", first=first).data


def test_the_title_is_bound_to_its_description() -> None:
    """A title that was changed is bound to the record that changed it."""
    events = (GapNoted(id="g1", text="No trial."), LedgerDescribed(title="Another"))
    html = Story(events=events).ledger(PLUGINS).render("html").text
    (title,) = (each for each in read(html) if each.tag == "h1")
    assert title.text == "Another"
    assert '<div data-evl-entry="ledger" data-evl-records="0 2">' in html
