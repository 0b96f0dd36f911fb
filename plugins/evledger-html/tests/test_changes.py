"""The page of what changed: complete, in order, proven, and silent about what is gone."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import evledger_html
import pytest
from evledger_html.changes import ChangesPage
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    ClaimRetagged,
    ClaimTagged,
    ClaimWithdrawn,
    Invalid,
    Ledger,
    Plugins,
    Reviewed,
    Signer,
    SourceAdded,
    SourceFlagged,
    new_key,
)
from evledger.codec import canonical
from evledger.proofs.bundling import Bundled, verify_bundle
from evledger.rendering import Renderer
from evledger.testing import RendererTests, Story, stories
from evledger.testing.suites.confided import SECRET, confided
from evledger.testing.suites.markup import check_html
from evledger.testing.suites.renderers import HOSTILE, hostile_events

PLUGINS: Final = Plugins.builtin()
PLUGINS.register(evledger_html, "html")

BESIDE: Final = {"html": "article.html", "html-ledger": "ledger.html", "atom": "feed.atom"}


class TestChangesPage(RendererTests):
    """The page holds what renderers hold; of a view alone it says that it cannot tell."""

    def renderer(self) -> Renderer:
        """Return the renderer."""
        return ChangesPage()

    def test_says_that_it_cannot_tell(self) -> None:
        """The page does not pass for one on which nothing changed."""
        text = self.rendered(Story().view(PLUGINS)).text
        assert "it cannot tell what changed" in text
        assert "Nothing changed" not in text


# -- what is on the page -------------------------------------------------------------------


def rendered(ledger: Ledger, since: int = 0, **options: Any) -> str:
    """Return the page of what changed since a ledger had so many events."""
    return ledger.render("html-changes", since=since, **options).text


def places(page: str) -> list[int]:
    """Return the numbers of the records that are told, in the page's order."""
    return [int(n) for n in re.findall(r'<li class="evl-change" id="r(\d+)"', page)]


def bundled(page: str) -> Bundled:
    """Return what the page's bundle proves."""
    found = re.search(r'id="evl-bundle">(.*)</script>', page)
    assert found is not None
    return verify_bundle(canonical(json.loads(found[1])))


def _ledger(*more: Any) -> Ledger:
    """Return a ledger with a source and two claims, and what happened then."""
    source = SourceAdded(id="s1", kind="trial", title="A trial")
    claims = [
        ClaimTagged(id=f"c{n}", source="s1", text=f"Fact {n}.", tier="human", stance="supports")
        for n in (1, 2)
    ]
    return Story(events=(source, *claims, *more)).ledger(PLUGINS)


def test_an_entrys_own_words_lead() -> None:
    """What a claim says stands before what was done with it, and then what it is now."""
    page = rendered(_ledger(ClaimWithdrawn(claim="c1", why="Misread.")), 4)
    item = page[page.index('id="r4"') :]
    told = [item.index(each) for each in (">Fact 1.<", "c1 was withdrawn", "Now:", "supports")]
    assert told == sorted(told)


@given(story=stories(min_size=1, max_size=12), data=st.data())
@settings(max_examples=30, deadline=None)
def test_every_record_is_told_and_proven(story: Story, data: st.DataObject) -> None:
    """From a head on, each record is told once, and the bundle proves every one of them."""
    ledger = story.ledger(PLUGINS)
    size = ledger.head().size
    since = data.draw(st.integers(1, size), label="since")
    page = rendered(ledger, since)
    assert sorted(places(page)) == list(range(since, size))
    assert {*places(page), 0} <= {record.n for record in bundled(page).records}
    assert page == rendered(ledger, since)


def test_what_takes_evidence_away_stands_first() -> None:
    """A retraction and a withdrawal stand before the numbers, and new evidence after them."""
    flag = SourceFlagged(source="s1", status="retracted", according_to="Crossref")
    page = rendered(_ledger(flag, ClaimWithdrawn(claim="c1", why="Misread.")), 1)
    assert places(page) == [4, 5, 1, 2, 3]
    assert page.index("s1 was retracted, according to Crossref.") < page.index("Before and after")
    for mark in ("retracted", "withdrawn"):
        assert f'data-evl-mark="{mark}">{mark}</span>' in page


def test_numbers_and_scores() -> None:
    """The numbers and the score stand there as they were and as they are."""
    page = rendered(_ledger(ClaimWithdrawn(claim="c1", why="Misread.")), 4)
    rows = re.findall(r"<tr.*?</tr>", page)
    cells = [tuple(re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)) for row in rows]
    assert ("Claims that count", "2", "1", "−1") in cells
    assert ("Human", "2", "1", "−1") in cells
    assert ("Sources", "1", "1", "") in cells
    (score,) = (row for row in cells if row[0] == "Score by quantified-confidence")
    assert (score[1].split(",")[0], score[2].split(",")[0], score[3]) == ("0.25", "0.13", "−0.12")


def test_from_the_beginning() -> None:
    """Where nothing is said of since when, the latest of each category are told, and counted."""
    claims = [
        ClaimTagged(id=f"c{n}", source="s1", text="It rose.", tier="human", stance="supports")
        for n in range(3, 40)
    ]
    page = rendered(_ledger(*claims))
    assert places(page) == [*range(21, 41), 0]
    assert "New evidence (40)" in page
    assert "20 earlier ones" in page


def test_many_stand_by_days() -> None:
    """More than a dozen records of one category stand under their days."""
    claims = [
        ClaimTagged(id=f"c{n}", source="s1", text="It rose.", tier="human", stance="supports")
        for n in range(3, 20)
    ]
    day = '<h3><time datetime="2026-01-01">2026-01-01</time></h3>'
    assert day in rendered(_ledger(*claims), 1)
    assert day not in rendered(_ledger(), 1)


def test_nothing_changed() -> None:
    """Between a head and itself nothing changed, and the page says so."""
    page = rendered(_ledger(), 4)
    assert (places(page), "Nothing changed" in page) == ([], True)


def test_since_a_head_that_is_not_there() -> None:
    """A head behind the view's is an error that says what there is."""
    with pytest.raises(Invalid, match="since=9: test has 4 events here"):
        rendered(_ledger(), 9)


def test_entries_lead_to_the_pages_beside() -> None:
    """An entry leads to the article or the ledger where these stand beside the page."""
    hrefs = re.findall(r'href="([^"]*)#claim:c1"', rendered(_ledger(), 1, beside=BESIDE))
    assert hrefs == ["article.html"]
    assert "#claim:c1" not in rendered(_ledger(), 1)


# -- what is not ---------------------------------------------------------------------------


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_is_inert(payload: str) -> None:
    """Titles, reasons and names of strangers are shown; they do nothing."""
    retagged = ClaimRetagged(claim="c1", text=payload, why=payload)
    story = Story(events=(*hostile_events(payload), retagged), title=payload)
    for since in (0, 1):
        check_html(rendered(story.ledger(PLUGINS), since, beside=BESIDE))


@pytest.mark.parametrize("has_vault", [True, False])
def test_shows_nothing_that_is_gone(has_vault: bool) -> None:
    """What was erased, or is withheld, is nowhere in the page, nor in its bundle."""
    events = tuple(confided(["supports", "contradicts"]))
    assert SECRET in rendered(Story(events=events).ledger(PLUGINS), 1)
    gone = Story(events=events, erased=(0,) * 30, has_vault=has_vault).ledger(PLUGINS)
    assert SECRET not in rendered(gone, 1)


def test_shows_nothing_that_waits() -> None:
    """What a stranger sent is on the page once a person has accepted it."""
    claim = ClaimTagged(
        id="c3",
        source="s1",
        text=SECRET,
        tier="human",
        stance="supports",
        assertion="automatic",
    )
    sent = evledger.seal(claim, "text")
    assert SECRET not in rendered(_ledger(sent), 1)
    accepted = _ledger(sent, Reviewed(target="claim:c3", verdict="accepted"))
    assert SECRET in rendered(accepted, 1)


# -- in a browser --------------------------------------------------------------------------


def test_proves_itself(visit: Callable[..., Any], tmp_path: Path) -> None:
    """A reader's browser finds every entry proven, corrections and retractions included."""
    ledger = _ledger(
        ClaimRetagged(claim="c1", text="Fact one.", tier="preclinical", why="It was in rats."),
        ClaimWithdrawn(claim="c2", why="Misread."),
        SourceFlagged(source="s1", status="retracted", according_to="Crossref"),
    )
    new_key(tmp_path / "key", "example.org/test")
    signer = Signer.open(tmp_path / "key")
    ledger.checkpoint(signer)
    page = visit(rendered(ledger, 4, keys=[signer.verifier]), width=320)
    verdicts = page.evaluate("evledger.ready.then(() => evledger.verdicts)")
    names = ["claim:c1", "claim:c2", "ledger", "source:s1"]
    assert sorted(each["name"] for each in verdicts) == names
    assert {each["state"] for each in verdicts} == {"proven"}
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_title_is_text() -> None:
    """The title of the ledger is escaped in the page's head."""
    page = rendered(Story(title="<b>&").ledger(PLUGINS))
    found = re.search(r"<title>(.*)</title>", page)
    assert found is not None
    assert html.unescape(found[1]) == "What changed: <b>&"
