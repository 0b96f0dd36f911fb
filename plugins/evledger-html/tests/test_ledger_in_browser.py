"""The ledger page in a real browser: it shows what Python's own filter over the view would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import attrs
import evledger_html
import pytest
from playwright.sync_api import Page, expect

import evledger
from evledger import (
    CaveatNoted,
    ClaimRetagged,
    ClaimTagged,
    ClaimWithdrawn,
    Event,
    GapClosed,
    GapNoted,
    Ledger,
    Plugins,
    QuestionCreated,
    Reviewed,
    Signer,
    SourceAdded,
    SourceFlagged,
    SourceLinked,
    View,
    new_key,
    ranking,
)

PLUGINS: Final = Plugins.builtin()
PLUGINS.register(evledger_html, "html")

# -- a ledger of everything ----------------------------------------------------------------

_TIERS: Final = ("human", "preclinical", "published", "anecdotal")
_STANCES: Final = ("supports", "contradicts", "mixed", "neutral")
_KINDS: Final = ("journal-article", "review", "trial", "post")
_WORDS: Final = ("memory", "attention", "BDNF", "sleep", "mood")
_CLAIMS: Final = 130  # more than are shown at once


def _events() -> Iterable[Event]:
    for n in range(1, _CLAIMS + 1):
        if n % 2:
            yield SourceAdded(
                id=f"s{n}",
                kind=_KINDS[n // 2 % 4],
                title=f"Study {n} of {_WORDS[n % 5]}",
                published=None if n % 7 == 0 else f"{1990 + n % 30}-05",
            )
        yield ClaimTagged(
            id=f"c{n}",
            source=f"s{n - (n + 1) % 2}",
            text=f"It changed {_WORDS[n % 5]} and {_WORDS[n % 3]}.",
            quote=f"Words {n}." if n % 5 == 0 else None,
            tier=_TIERS[n * 7 % 4],
            stance=_STANCES[n * 5 // 3 % 4],
            assertion="automatic" if n % 11 == 0 else "manual",
        )
    yield SourceAdded(id="s900", kind="dataset", title="Of which no claim was drawn")
    yield GapNoted(id="g1", text="No trial in women.")
    yield GapNoted(id="g2", text="No dose.")
    yield GapClosed(gap="g2", why="c3 has it.")
    yield CaveatNoted(id="cv1", text="Ask a doctor about sleep.")
    yield QuestionCreated(id="q1", text="Does it help memory?")
    yield ClaimRetagged(claim="c1", tier="published", why="It has no people in it.")
    yield ClaimWithdrawn(claim="c2", why="Misread.")
    yield Reviewed(target="claim:c4", verdict="rejected")
    yield Reviewed(target="claim:c22", verdict="accepted")
    yield SourceFlagged(source="s9", status="retracted", according_to="Crossref")
    yield SourceLinked(source="s13", other="s15", relation="duplicate-of")


def _tell(folder: Path) -> tuple[Ledger, Signer]:
    store = evledger.open("memory:", plugins=PLUGINS)
    ledger = store.create("test", title="Test", by="curator")
    ledger.append(*_events(), by="curator")
    view = ledger.view()
    ledger.erase(view.claims["c5"].n, "quote", reason="asked", by="curator")
    new_key(folder / "key", "example.org/test")
    signer = Signer.open(folder / "key")
    ledger.checkpoint(signer)
    return ledger, signer


@attrs.frozen
class Told:
    """The ledger as a view and as a page."""

    view: View
    page: bytes


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Return the ledger, signed, and its page."""
    ledger, signer = _tell(tmp_path_factory.mktemp("key"))
    return Told(ledger.view(), ledger.render("html-ledger", keys=[signer.verifier]).data)


# -- what Python would show ----------------------------------------------------------------


@attrs.frozen
class Fact:
    """What is known of an entry."""

    id: str
    n: int
    kind: str
    words: str
    tier: str = ""
    stance: str = ""
    source: str = ""
    year: str = ""
    states: frozenset[str] = frozenset()


def _facts(view: View) -> list[Fact]:
    cited = {claim.source for claim in view.claims.values()}
    found = [Fact("ledger", 0, "ledger", f"{view.ledger} {view.title}")]
    found += [_claim(view, id) for id in view.claims]
    for id, source in view.sources.items():
        if id not in cited:
            found.append(
                Fact(
                    f"source:{id}",
                    source.n,
                    "source",
                    f"{id} {source.title}",
                    source=str(source.kind),
                )
            )
    for kind in ("gap", "caveat", "question"):
        for id, entry in getattr(view, f"{kind}s").items():
            is_closed = getattr(entry, "closed", None) is not None
            states = frozenset(["closed"] if is_closed else [])
            found.append(Fact(f"{kind}:{id}", entry.n, kind, f"{id} {entry.text}", states=states))
    for name, link in view.links.items():
        words = f"{link.source} {link.relation} {link.other}"
        found.append(Fact(name.replace("/", "%2F"), link.n, "link", words))
    return sorted(found, key=lambda fact: fact.n)


def _claim(view: View, id: str) -> Fact:
    claim = view.claims[id]
    source = view.sources[claim.source]
    reason = view.counted.reason_of(id) or "counts"
    is_erased = claim.n in {n for n, _ in view.erased}
    is_duplicate = claim.source in view.counted.duplicates
    states = [reason, *["erased"] * is_erased, *["duplicate"] * is_duplicate]
    return Fact(
        id=f"claim:{id}",
        n=claim.n,
        kind="claim",
        words=f"{id} {claim.text} {claim.quote} {claim.stance} {claim.source} {source.title}",
        tier=claim.tier,
        stance=str(claim.stance),
        source=str(source.kind),
        year=str(source.published or "")[:4],
        states=frozenset(states),
    )


def _expected(view: View, **wanted: Any) -> list[str]:
    """Return the ids of what a page should show, in order."""
    sort = wanted.pop("sort", "number")
    left = [fact for fact in _facts(view) if _fits(fact, wanted)]
    ranked = ranking.rank(PLUGINS.ranker("tier"), view)
    order = [f"claim:{c.id}" for c in (*ranked.ranked, *ranked.low_confidence, *ranked.set_aside)]
    keys: Mapping[str, Callable[[Fact], Any]] = {
        "number": lambda fact: fact.n,
        "tier": lambda fact: (*_place(_TIERS, fact.tier), *_place(order, fact.id)),
        "stance": lambda fact: _place(_STANCES, fact.stance),
        "year": lambda fact: -int(fact.year or 0),
        "kind": lambda fact: _place(
            ("claim", "source", "question", "gap", "caveat", "link", "ledger"), fact.kind
        ),
    }
    return [fact.id for fact in sorted(left, key=keys[sort])]


def _place(order: Iterable[str], value: str) -> tuple[int]:
    listed = list(order)
    return (listed.index(value) if value in listed else len(listed),)


def _fits(fact: Fact, wanted: Mapping[str, Any]) -> bool:
    one_of = all(getattr(fact, name) in wanted.get(name, [getattr(fact, name)]) for name in _ONE)
    state = not wanted.get("state") or not fact.states.isdisjoint(wanted["state"])
    least, most = wanted.get("years", (None, None))
    in_years = least is None or (fact.year != "" and least <= int(fact.year) <= most)
    said = all(word.lower() in fact.words.lower() for word in wanted.get("q", "").split())
    return one_of and state and in_years and said


_ONE: Final = ("kind", "tier", "stance", "source")

expect.set_options(timeout=5_000)

# -- what the page shows -------------------------------------------------------------------


def _shown(page: Page) -> list[str]:
    """Return the ids of what is shown, with all that is behind the button."""
    more = page.locator("[data-evl-more]")
    while more.is_visible():
        more.click()
    ids: list[str] = page.eval_on_selector_all(".evl-shown > li", "all => all.map((e) => e.id)")
    return ids


def test_every_choice_shows_what_has_it(visit: Any, told: Told) -> None:
    """Each box of the form shows the entries that have its value, and says how many they are."""
    page: Page = visit(told.page)
    boxes = page.locator(".evl-filters input[type=checkbox]")
    assert boxes.count() > 20
    for box in boxes.all():
        name, value = box.get_attribute("name"), box.get_attribute("value")
        box.check()
        expected = _expected(told.view, **{str(name): [value]})
        assert _shown(page) == expected, (name, value)
        assert box.locator("..").locator(".evl-count").inner_text() == str(len(expected))
        expect(page.get_by_role("status").first).to_have_text(
            f"{len(expected)} of 137 entries match."
        )
        box.uncheck()
    assert _shown(page) == _expected(told.view)


@pytest.mark.parametrize("sort", ["tier", "stance", "year", "kind", "number"])
def test_every_order(visit: Any, told: Told, sort: str) -> None:
    """Each order is that of Python, equals by number, and what has no value last."""
    page: Page = visit(told.page, fragment="sort=kind")
    page.get_by_label("Sort by").select_option(sort)
    assert _shown(page) == _expected(told.view, sort=sort)


CHOICES: Final[Mapping[str, Mapping[str, Any]]] = {
    "q=memory": {"q": "memory"},
    "q=BDNF+c1": {"q": "bdnf c1"},
    "q=nowhere": {"q": "nowhere"},
    "from=2000&to=2003": {"years": (2000, 2003)},
    "from=2010": {"years": (2010, 9999)},
    "q=sleep&sort=year&tier=human&tier=published&stance=supports": {
        "q": "sleep",
        "tier": ["human", "published"],
        "stance": ["supports"],
        "sort": "year",
    },
    "sort=tier&kind=claim&state=counts&source=trial&from=1995&to=2015": {
        "kind": ["claim"],
        "state": ["counts"],
        "source": ["trial"],
        "years": (1995, 2015),
        "sort": "tier",
    },
}


@pytest.mark.parametrize("fragment", CHOICES)
def test_an_address_restores_a_choice(visit: Any, told: Told, fragment: str) -> None:
    """A filtered view can be linked: its address sets the controls and shows the same entries."""
    page: Page = visit(told.page, fragment=fragment)
    assert _shown(page) == _expected(told.view, **CHOICES[fragment])
    assert page.url.partition("#")[2] == fragment
    page.get_by_role("button", name="Clear filters").click()
    assert _shown(page) == _expected(told.view)
    assert "#" not in page.url


def test_a_choice_is_in_the_address(visit: Any, told: Told) -> None:
    """What is chosen by hand stands in the address; going back to it brings it back."""
    page: Page = visit(told.page)
    page.get_by_label("Search the entries").fill("mood")
    page.get_by_label("Contradicts").check()
    assert page.url.partition("#")[2] == "q=mood&stance=contradicts"
    page.evaluate("location.hash = '#tier=human'")
    expect(page.get_by_label("Human")).to_be_checked()
    expect(page.get_by_label("Contradicts")).not_to_be_checked()
    assert _shown(page) == _expected(told.view, tier=["human"])


def test_filters_are_cleared(visit: Any, told: Told) -> None:
    """What clears the filters is there while they hold something back, and goes to the search."""
    page: Page = visit(told.page)
    clear = page.get_by_role("button", name="Clear filters")
    expect(clear).to_be_hidden()
    page.get_by_label("Contradicts").check()
    clear.press("Enter")
    expect(clear).to_be_hidden()
    expect(page.get_by_label("Search the entries")).to_be_focused()
    expect(page.get_by_label("Contradicts")).not_to_be_checked()


UNKNOWN: Final = {
    "kind=claims&colour=red": "All 137 entries match. The first 100 are shown. "
    "Not known here: “kind=claims, colour=red”.",
    "kind=gap&sort=size": "2 of 137 entries match. Not known here: “sort=size”.",
    "claim:c999": "All 137 entries match. The first 100 are shown. There is no “claim:c999” here.",
    "r9999": "All 137 entries match. The first 100 are shown. There is no record 9999 here.",
    "kind=gap&sort=number&q=": "2 of 137 entries match.",
}


@pytest.mark.parametrize("fragment", UNKNOWN)
def test_what_an_address_asks_in_vain_is_told(visit: Any, told: Told, fragment: str) -> None:
    """What an address asks for and the page does not have is said, in sight, until it is left."""
    page: Page = visit(told.page, fragment=fragment)
    status = page.locator("[data-evl-matches]")
    expect(status).to_have_text(UNKNOWN[fragment])
    expect(status).to_be_in_viewport()
    page.get_by_label("Search the entries").fill("c1")
    expect(status).not_to_contain_text("here")


def test_a_filtered_view_opens_at_its_entries(visit: Any, told: Told) -> None:
    """Who follows a link to some entries sees them, and not the top of the page."""
    page: Page = visit(told.page, fragment="kind=caveat")
    expect(page.locator("[id='caveat:cv1']")).to_be_in_viewport()


def test_by_keyboard_alone(visit: Any, told: Told) -> None:
    """All controls are reached and used by keys, and no filter takes the focus away."""
    page: Page = visit(told.page)
    page.get_by_label("Search the entries").focus()
    page.keyboard.type("attention")
    expect(page.get_by_label("Search the entries")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Sort by")).to_be_focused()
    for _ in range(3):  # past the button and the summary, to the first box
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("Claims", exact=False).first).to_be_focused()
    assert _shown(page) == _expected(told.view, sort="tier", q="attention", kind=["claim"])


def test_more_are_shown_when_asked(visit: Any, told: Told) -> None:
    """The first entries are shown, the button brings the next, and the focus goes to them."""
    page: Page = visit(told.page)
    status = page.get_by_role("status").first
    expect(status).to_have_text("All 137 entries match. The first 100 are shown.")
    page.get_by_role("button", name="Show 37 more").press("Enter")
    expect(status).to_have_text("All 137 entries match.")
    expect(page.locator(".evl-shown > li").nth(100)).to_be_focused()
    expect(page.locator("[data-evl-more]")).to_be_hidden()


def test_a_history_is_told_in_words(visit: Any, told: Told) -> None:
    """An opened history has what each record did, from what to what, and leads to the log."""
    page: Page = visit(told.page)
    history = page.locator("[id='claim:c1'] > .evl-history")
    history.locator("summary").press("Enter")
    n = told.view.claims["c1"].history[0]
    line = history.locator("li").nth(1)
    expect(line).to_contain_text("Anecdotal to Published")
    expect(line).to_contain_text("It has no people in it.")
    line.get_by_role("link", name=str(n)).click()
    expect(page.locator(f"#r{n}")).to_be_in_viewport()


def test_addresses_lead_to_entries_and_records(visit: Any, told: Told) -> None:
    """What an address names is shown: a record, an entry behind the button, or one filtered out."""
    page: Page = visit(told.page, fragment="claim:c129")
    expect(page.locator("[id='claim:c129']")).to_be_in_viewport()
    page.get_by_label("Search the entries").fill("nowhere")
    page.evaluate("location.hash = '#source:s7'")
    expect(page.locator("[id='source:s7']")).to_be_in_viewport()
    page.evaluate("location.hash = '#r150'")
    expect(page.locator("#r150")).to_be_in_viewport()


def test_nothing_is_hidden_without_a_script(visit: Any, told: Told) -> None:
    """Without a script all entries and all records can be seen, by number, and no form is there."""
    page: Page = visit(told.page, java_script_enabled=False)
    entries = page.locator(".evl-item").evaluate_all("all => all.map((e) => e.id)")
    assert entries == _expected(told.view)
    assert all(each.is_visible() for each in page.locator(".evl-item").all())
    lines = page.locator(".evl-lines > li")
    assert lines.count() == told.view.head.size
    assert all(line.is_visible() for line in lines.all())
    expect(page.locator(".evl-filters")).to_be_hidden()


def test_every_entry_is_proven(visit: Any, told: Told) -> None:
    """Each entry is proven, those that are not shown yet among them, and the page is complete."""
    page: Page = visit(told.page)
    page.evaluate("evledger.ready")
    found = page.eval_on_selector_all(
        "[data-evl-verdict]", "all => all.map((e) => e.dataset.state)"
    )
    assert len(found) > 2 * _CLAIMS
    assert set(found) == {"proven"}
    expect(page.locator("[data-evl-details]")).to_contain_text("all there are")
