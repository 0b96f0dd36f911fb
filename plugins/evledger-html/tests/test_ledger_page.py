"""The ledger page: every record is on it, every entry, and what a reader must know of each."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import evledger_html
import pytest
from evledger_html import LedgerPage
from hypothesis import HealthCheck, given, settings

import evledger
from evledger import (
    ClaimRetagged,
    ClaimTagged,
    ClaimWithdrawn,
    Event,
    EventSupply,
    Ledger,
    Plugins,
    RenderContext,
    Reviewed,
    SectionWritten,
    SourceAdded,
    SourceFlagged,
    SourceLinked,
    View,
    event,
    hookimpl,
)
from evledger.testing import RendererTests, Story, stories

PLUGINS: Final = Plugins.builtin()
PLUGINS.register(evledger_html, "html")

SOME: Final = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class TestLedgerPage(RendererTests):
    """The page keeps what every renderer must."""

    def renderer(self) -> LedgerPage:
        """Return the renderer."""
        return LedgerPage()


class Read(HTMLParser):
    """A ledger page, taken apart.

    Attributes:
        ids: of all elements, in order.
        items: the ids of the entries, in order.
        marks: for each of them, the names of the marks in it.
        histories: for each of them, the records that its history leads to.
        data: the JSON in the page, by the ids of its elements.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.items: list[str] = []
        self.marks: dict[str, list[str]] = {}
        self.histories: dict[str, list[int]] = {}
        self.data: dict[str, Any] = {}
        self._in_script = ""
        self._is_in_log = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element says of itself."""
        given = {name: value or "" for name, value in attrs}
        self.ids += [given["id"]] if "id" in given else []
        self._is_in_log |= given.get("id") == "evl-log"
        if given.get("class") == "evl-item":
            self.items.append(given["id"])
        if "data-evl-mark" in given:
            self.marks.setdefault(self.items[-1], []).append(given["data-evl-mark"])
        if tag == "a" and re.fullmatch("#r[0-9]+", given.get("href", "")) and not self._is_in_log:
            self.histories.setdefault(self.items[-1], []).append(int(given["href"][2:]))
        self._in_script = given.get("id", "") if tag == "script" else ""

    def handle_endtag(self, tag: str) -> None:
        """Leave a script."""
        self._in_script = "" if tag == "script" else self._in_script

    def handle_data(self, data: str) -> None:
        """Read the JSON of a script."""
        if self._in_script:
            self.data[self._in_script] = json.loads(data)


def read(ledger: Ledger) -> Read:
    """Render a ledger's page and take it apart."""
    return Read(ledger.render("html-ledger").text)


def names(view: View) -> set[str]:
    """Return the ids that the entries of a view must have on the page."""
    cited = {claim.source for claim in view.claims.values()}
    kinds = ("claim", "question", "gap", "caveat", "component", "section")
    found = {f"{kind}:{id}" for kind in kinds for id in getattr(view, f"{kind}s")}
    found |= {f"source:{id}" for id in view.sources if id not in cited}
    found |= {f"waiver:{waiver.n}" for waiver in view.waivers}
    return {quote(name, safe=":") for name in (*found, *view.links, "ledger")}


def states(page: Read) -> dict[str, set[str]]:
    """Return the states that each entry can be filtered by."""
    facet = page.data["evl-columns"]["facets"].get("state", {"values": [], "of": []})
    return {
        name: {value for place, value in enumerate(facet["values"]) if mask & (1 << place)}
        for name, mask in zip(page.items, facet["of"], strict=False)
    }


@SOME
@given(story=stories())
def test_no_record_is_left_out(story: Story) -> None:
    """The log has each record once, and each is in the history of an entry."""
    ledger = story.ledger(PLUGINS)
    page = read(ledger)
    everything = list(range(ledger.head().size))
    assert [int(id[1:]) for id in page.ids if re.fullmatch("r[0-9]+", id)] == everything
    assert sorted({n for each in page.histories.values() for n in each}) == everything
    assert [n for n, _ in page.data["evl-bundle"]["records"]] == everything


@SOME
@given(story=stories())
def test_no_entry_is_left_out(story: Story) -> None:
    """Each entry of the view is there once, and a source that is cited with its claims."""
    ledger = story.ledger(PLUGINS)
    view, page = ledger.view(), read(ledger)
    of_records = {item for item in page.items if item.startswith("record:")}
    assert sorted(page.items) == sorted(names(view) | of_records)
    assert {f"source:{id}" for id in view.sources} <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)
    firsts = [page.histories[item][-1] for item in of_records]
    assert len(set(firsts)) == len(of_records)


@SOME
@given(story=stories())
def test_what_does_not_count_says_so(story: Story) -> None:
    """A claim that does not count bears a mark of the reason; what counts can be told apart."""
    ledger = story.ledger(PLUGINS)
    view, page = ledger.view(), read(ledger)
    found = states(page)
    for id in view.claims:
        reason = view.counted.reason_of(id)
        marks = {mark.removeprefix("source-") for mark in page.marks.get(f"claim:{id}", ())}
        assert ("counts" in found[f"claim:{id}"]) == (reason is None)
        assert reason is None or reason in marks & found[f"claim:{id}"]
    gone = {n for n, _ in view.erased}
    for id, claim in view.claims.items():
        assert ("erased" in found[f"claim:{id}"]) == (
            not gone.isdisjoint((claim.n, *claim.history))
        )


@SOME
@given(story=stories())
def test_columns_are_those_of_the_view(story: Story) -> None:
    """What entries are filtered by is what the view has of them."""
    ledger = story.ledger(PLUGINS)
    view, page = ledger.view(), read(ledger)
    facets = page.data["evl-columns"]["facets"]

    def column(name: str) -> dict[str, str]:
        facet = facets.get(name, {"values": [], "of": [-1] * len(page.items)})
        values = [*facet["values"], ""]
        return {item: values[place] for item, place in zip(page.items, facet["of"], strict=True)}

    tiers, stances, kinds, years = map(column, ("tier", "stance", "source", "year"))
    for id, claim in view.claims.items():
        source, item = view.sources[claim.source], f"claim:{id}"
        assert tiers[item] == claim.tier
        assert stances[item] == (claim.stance if isinstance(claim.stance, str) else "")
        assert kinds[item] == (source.kind if isinstance(source.kind, str) else "")
        assert years[item] == (source.published if isinstance(source.published, str) else "")[:4]
    assert {item for item in page.items if tiers[item]} == {f"claim:{id}" for id in view.claims}


@event("strange:weather-noted")
class WeatherNoted(Event):
    """An event of a stranger, which belongs to no entry."""

    words: str


class Strange:
    """The plugin that knows it."""

    @hookimpl.events
    def events(self) -> EventSupply:
        """Return the event."""
        return EventSupply(events=(WeatherNoted,))


def test_a_strangers_record_is_an_entry_of_its_own(tmp_path: Path) -> None:
    """What belongs to no entry is one itself, and says so where its type is not known."""
    plugins = Plugins.builtin()
    plugins.register(evledger_html, "html")
    plugins.register(Strange(), "strange")
    marks: list[list[str] | None] = []
    with evledger.open(tmp_path / "a.db", plugins=plugins) as store:
        ledger = store.create("test", title="Test", by="curator")
        ledger.append(WeatherNoted(words="Rain."), by="curator")
        marks.append(read(ledger).marks.get("record:1"))
    with evledger.open(tmp_path / "a.db", plugins=PLUGINS) as store:
        page = read(store.ledger("test"))
        marks.append(page.marks.get("record:1"))
    assert page.items == ["ledger", "record:1"]
    assert page.histories["record:1"] == [1]
    assert marks == [None, ["unknown"]]


def context() -> RenderContext:
    """Return what a view is rendered with where no chain is at hand."""
    return RenderContext(scorers=(), ranker=PLUGINS.ranker("tier"))


@SOME
@given(story=stories(max_size=8))
def test_a_view_alone_has_its_entries(story: Story) -> None:
    """Without the chain every entry of the view is there, and nothing that would be proof."""
    view = story.view(PLUGINS)
    page = Read(PLUGINS.renderer("html-ledger").render(view, context()).text)
    assert set(page.items) == names(view)
    assert page.histories == {}
    assert "evl-bundle" not in page.data


@pytest.fixture
def ledger() -> Ledger:
    """Return a ledger to which all has happened that takes weight from a claim."""
    store = evledger.open("memory:", plugins=PLUGINS)
    ledger = store.create("test", title="Test", by="curator")
    ledger.append(
        *(SourceAdded(id=f"s{n}", kind="review", title=f"Review {n}") for n in range(1, 5)),
        *(
            ClaimTagged(
                id=f"c{n}",
                source=f"s{min(n, 4)}",
                text=f"Claim {n}.",
                quote=f"Words {n}.",
                tier="human",
                stance="supports",
                assertion="automatic" if n == 5 else "manual",
            )
            for n in range(1, 7)
        ),
        SectionWritten(section="frame", body="The first words."),
        SectionWritten(section="frame", body="The second words."),
        ClaimRetagged(claim="c6", tier="published", why="No people in it."),
        ClaimWithdrawn(claim="c1", why="Misread."),
        SourceFlagged(source="s2", status="retracted", according_to="Crossref"),
        Reviewed(target="claim:c3", verdict="rejected"),
        SourceLinked(source="s3", other="s4", relation="duplicate-of"),
        by="curator",
    )
    ledger.erase(10, "quote", reason="asked", by="curator")
    return ledger


def test_marks_are_words(ledger: Ledger) -> None:
    """Whatever takes weight from a claim stands in words on it, and on the source it comes from."""
    page = ledger.render("html-ledger").text
    marks = Read(page).marks
    assert marks["claim:c1"] == ["withdrawn"]
    assert marks["claim:c2"] == ["source-retracted", "retracted"]
    assert marks["claim:c3"] == ["rejected", "source-duplicate", "duplicate"]
    assert marks["claim:c5"] == ["automatic"]
    assert marks["claim:c6"] == ["erased"]
    for words in ("withdrawn", "retracted", "rejected by a reviewer", "automatic, not reviewed"):
        assert f">{words}</span>" in page


def test_what_was_erased_is_gone(ledger: Ledger) -> None:
    """Of a value that was erased nothing is on the page but that it is."""
    page = ledger.render("html-ledger").text
    assert "Words 5." in page
    assert "Words 6." not in page
    assert 'data-evl-hidden="erased">[erased]</bdi>' in page


def test_a_history_has_all_that_concerns_an_entry(ledger: Ledger) -> None:
    """A claim's history has its erasure; a section's has the words that it took the place of."""
    histories = read(ledger).histories
    assert histories["claim:c6"] == [4, 10, 13, 18]
    assert histories["section:frame"] == [11, 12]


def test_a_change_is_told_from_what_to_what(ledger: Ledger) -> None:
    """The log tells of a correction what was there before, and what is there now."""
    page = ledger.render("html-ledger").text
    assert re.search(r'id="r13".*Human to Published.*No people in it', page)


def test_it_says_that_it_is_whole(ledger: Ledger) -> None:
    """All entries stand in what is said to hold them all, where the records are at hand."""
    page = ledger.render("html-ledger").text
    before, _, whole = page.partition(" data-evl-whole>")
    assert 'class="evl-item"' not in before
    assert whole.count('class="evl-item"') == len(Read(page).items)
    assert "data-evl-whole" not in LedgerPage().render(ledger.view(), context()).text
