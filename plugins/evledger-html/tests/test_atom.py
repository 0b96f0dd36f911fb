"""The feed: as RFC 4287 has it, complete, the same when the ledger grows, and silent where due."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

import evledger_html
import pytest
from evledger_html.atom import ATOM, MOST, AtomFeed
from hypothesis import given, settings
from hypothesis import strategies as st

from evledger import (
    ClaimRetagged,
    ClaimTagged,
    ClaimWithdrawn,
    GapNoted,
    Invalid,
    Ledger,
    Plugins,
    Rendered,
    Reviewed,
    SourceAdded,
    seal,
)
from evledger.chronicle import chronicle
from evledger.rendering import Renderer
from evledger.testing import RendererTests, Story, stories
from evledger.testing.suites.confided import SECRET, confided
from evledger.testing.suites.renderers import HOSTILE, hostile_events

PLUGINS: Final = Plugins.builtin()
PLUGINS.register(evledger_html, "html")

BESIDE: Final = {"html": "an article.html", "html-ledger": "ledger.html"}
TOLD: Final = ("evidence", "correction", "retraction", "erasure")


def rendered(ledger: Ledger, since: int = 0, **options: Any) -> bytes:
    """Return the feed of a ledger."""
    return ledger.render("atom", since=since, **options).data


def entries(data: bytes) -> list[ET.Element]:
    """Return a feed's entries, in its order."""
    return ET.fromstring(data).findall(_name("entry"))  # noqa: S314  # our own


def texts(element: ET.Element, tag: str) -> list[str]:
    """Return the texts of the children of a name."""
    return [child.text or "" for child in element.findall(_name(tag))]


def _name(tag: str) -> str:
    return f"{{{ATOM}}}{tag}"


def _ledger(*more: Any) -> Ledger:
    """Return a ledger with a source and a claim, and what happened then."""
    source = SourceAdded(id="s1", kind="trial", title="A trial")
    claim = _claim(1)
    return Story(events=(source, claim, *more)).ledger(PLUGINS)


def _claim(n: int, **fields: Any) -> ClaimTagged:
    given: dict[str, Any] = {"source": "s1", "tier": "human", "stance": "supports"}
    given |= {"text": f"Fact {n}.", **fields}
    return ClaimTagged(id=f"c{n}", **given)


# -- what RFC 4287 asks for ----------------------------------------------------------------

_FEED: Final = {
    "id": (1, 1),
    "title": (1, 1),
    "subtitle": (0, 1),
    "updated": (1, 1),
    "author": (1, 9),
    "generator": (0, 1),
    "link": (0, 9),
    "entry": (0, MOST),
}
"""How often an element may stand in a feed (section 4.1.1)."""

_ENTRY: Final = {
    "id": (1, 1),
    "title": (1, 1),
    "updated": (1, 1),
    "author": (1, 9),
    "category": (0, 9),
    "link": (0, 9),
    "summary": (0, 1),
    "content": (0, 1),
}
"""How often one may stand in an entry (section 4.1.2)."""

_LEAVES: Final = {
    "id": frozenset[str](),
    "title": frozenset({"type"}),
    "subtitle": frozenset({"type"}),
    "summary": frozenset({"type"}),
    "content": frozenset({"type"}),
    "updated": frozenset[str](),
    "generator": frozenset({"uri", "version"}),
    "link": frozenset({"href", "rel", "type", "hreflang", "title", "length"}),
    "category": frozenset({"term", "scheme", "label"}),
    "name": frozenset[str](),
}
"""The elements that hold no others, and the attributes that each may have."""

_URN: Final = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def check_feed(data: bytes) -> None:
    """Check that a document is an Atom feed (RFC 4287), and that nobody else's element is in it."""
    feed = ET.fromstring(data)  # noqa: S314  # our own
    assert feed.tag == _name("feed")
    _check_children(feed, _FEED)
    found = feed.findall(_name("entry"))
    assert list(feed)[len(feed) - len(found) :] == found  # appendix B: they stand last
    for entry in found:
        _check_children(entry, _ENTRY)
        _check_pointing(entry)
    ids = [text for each in (feed, *found) for text in texts(each, "id")]
    assert len(set(ids)) == len(ids)  # 4.2.6: an id is of one feed or entry
    assert all(_URN.fullmatch(id) for id in ids)


def _check_children(element: ET.Element, allowed: dict[str, tuple[int, int]]) -> None:
    """Check that the children are as many as they may be, and of their forms (section 3)."""
    tags = [child.tag.removeprefix(f"{{{ATOM}}}") for child in element]
    assert set(tags) <= set(allowed)
    for tag, (least, most) in allowed.items():
        assert least <= tags.count(tag) <= most
    for child in element.iter():
        _check_leaf(child)
    assert all(text.strip() for text in texts(element, "title"))
    for moment in texts(element, "updated"):  # 3.3
        assert _MOMENT.fullmatch(moment)
        datetime.fromisoformat(moment)
    for author in element.findall(_name("author")):  # 3.2: one name, and it is no empty one
        assert [child.tag for child in author] == [_name("name")]
        assert all(text.strip() for text in texts(author, "name"))


def _check_leaf(element: ET.Element) -> None:
    tag = element.tag.removeprefix(f"{{{ATOM}}}")
    if tag in ("feed", "entry", "author"):
        return
    assert len(element) == 0
    assert element.attrib.keys() <= _LEAVES[tag]
    assert element.get("type", "text") == "text" or tag == "link"
    assert "term" in element.attrib or tag != "category"  # 4.2.2.1
    assert "href" in element.attrib or tag != "link"  # 4.2.7.1


def _check_pointing(entry: ET.Element) -> None:
    """Check that an entry leads somewhere, or holds all it says (4.1.1.1), and leads there once."""
    links = [(e.get("type"), e.get("hreflang")) for e in entry.findall(_name("link"))]
    assert len(set(links)) == len(links)
    assert links or texts(entry, "content")


class TestAtomFeed(RendererTests):
    """The feed holds what renderers hold, and is a feed whatever is in it."""

    def renderer(self) -> Renderer:
        """Return the renderer."""
        return AtomFeed()

    def assert_inert(self, rendered: Rendered, payload: str) -> None:
        """Check that all there is are a feed's elements and attributes."""
        del payload
        check_feed(rendered.data)


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_is_inert(payload: str) -> None:
    """Titles, reasons and names of strangers are text in the feed."""
    retagged = ClaimRetagged(claim="c1", text=payload, why=payload)
    story = Story(events=(*hostile_events(payload), retagged), title=payload)
    check_feed(rendered(story.ledger(PLUGINS), beside=BESIDE))


def test_what_xml_cannot_hold_is_shown() -> None:
    """A character that XML 1.0 excludes is written as its number."""
    (entry, *_) = entries(rendered(_ledger(_claim(2, text="a\ufffe\uffff\x00b"))))
    assert "a\\ufffe\\uffff\\x00b" in texts(entry, "content")[0]


def test_another_reader_agrees() -> None:
    """A parser of others' takes the feed as it is meant, and has nothing to object to."""
    feedparser = pytest.importorskip("feedparser")
    ledger = _ledger(ClaimWithdrawn(claim="c1", why="<b>Misread</b> & gone."))
    found = feedparser.parse(rendered(ledger, beside=BESIDE))
    assert (found.bozo, found.version) == (False, "atom10")
    newest = found.entries[0]
    assert newest.summary_detail.type == "text/plain"
    assert newest.summary == "c1 was withdrawn: <b>Misread</b> & gone. “Fact 1.”"
    assert (newest.author, newest.tags[0].term) == ("test", "retraction")
    assert newest.link.endswith("an%20article.html#claim:c1")


# -- what is in it -------------------------------------------------------------------------


@given(story=stories(min_size=1, max_size=12), data=st.data())
@settings(max_examples=40, deadline=None)
def test_entries_are_what_was_told(story: Story, data: st.DataObject) -> None:
    """Each record of the feed's categories since a head is an entry, the newest first."""
    ledger = story.ledger(PLUGINS)
    since = data.draw(st.integers(0, ledger.head().size), label="since")
    told = [each for each in chronicle(ledger.records(), ledger.view()) if each.n >= since]
    wanted = [each.category for each in reversed(told) if each.category in TOLD]
    feed = rendered(ledger, since)
    check_feed(feed)
    terms = [each.find(_name("category")) for each in entries(feed)]
    assert [term.get("term") for term in terms if term is not None] == wanted


@given(story=stories(min_size=1, max_size=10), data=st.data())
@settings(max_examples=40, deadline=None)
def test_ids_stay_when_the_ledger_grows(story: Story, data: st.DataObject) -> None:
    """An entry's id and time are the same in every later feed, and so is the feed's id."""
    ledger = story.ledger(PLUGINS)
    n = data.draw(st.integers(1, ledger.head().size), label="as it was at")
    earlier, later = (ledger.render("atom", n=size).data for size in (n, None))
    old, new = (
        [(*texts(e, "id"), *texts(e, "updated")) for e in entries(f)] for f in (earlier, later)
    )
    assert old == new[len(new) - len(old) :]
    assert len({texts(ET.fromstring(f), "id")[0] for f in (earlier, later)}) == 1  # noqa: S314


def test_two_ledgers_share_no_id() -> None:
    """The entries of a ledger of the same name and the same events have other ids."""
    one, other = ([texts(each, "id") for each in entries(rendered(_ledger()))] for _ in range(2))
    assert all(id not in other for id in one)


def test_an_entry_says_what_was_done() -> None:
    """Title, category, author and words of a retraction."""
    entry = entries(rendered(_ledger(ClaimWithdrawn(claim="c1", why="Misread."))))[0]
    assert texts(entry, "title") == ["Retraction: c1"]
    assert texts(entry, "content") == ["c1 was withdrawn: Misread. “Fact 1.”"]
    (author,) = entry.findall(_name("author"))
    assert texts(author, "name") == ["test"]


def test_an_entry_leads_to_a_page() -> None:
    """Beside an article an entry leads there, relative to where the feed stands."""
    entry = entries(rendered(_ledger(), beside=BESIDE))[0]
    (link,) = entry.findall(_name("link"))
    assert link.get("rel") == "alternate"
    led = urljoin("https://example.org/semax/feed.atom", link.get("href"))
    assert led == "https://example.org/semax/an%20article.html#claim:c1"
    assert texts(entry, "summary") == ["c1 was drawn from s1 (Human, supports). “Fact 1.”"]


def test_a_feed_says_where_it_is() -> None:
    """The feed leads to itself and to the article where it is told what they are called."""
    feed = ET.fromstring(rendered(_ledger(), beside={**BESIDE, "atom": "feed.atom"}))  # noqa: S314
    links = {e.get("rel"): e.get("href") for e in feed.findall(_name("link"))}
    assert links == {"self": "feed.atom", "alternate": "an%20article.html"}


def test_texts_are_left_out() -> None:
    """A gap is no evidence, and so no news of the feed."""
    assert len(entries(rendered(_ledger(GapNoted(id="g1", text="No trial."))))) == 2


def test_the_latest_hundred() -> None:
    """Of more entries the latest are in the feed."""
    ledger = _ledger(*(_claim(n) for n in range(2, MOST + 50)))
    found = entries(rendered(ledger))
    assert len(found) == MOST
    assert texts(found[0], "title") == [f"New evidence: c{MOST + 49}"]


def test_since_a_head_that_is_not_there() -> None:
    """A head behind the view's is an error that says what there is."""
    with pytest.raises(Invalid, match="since=9: test has 3 events here"):
        rendered(_ledger(), 9)


@pytest.mark.parametrize("has_vault", [True, False])
def test_shows_nothing_that_is_gone(has_vault: bool) -> None:
    """What was erased, or is withheld, is nowhere in the feed."""
    events = tuple(confided(["supports"]))
    assert SECRET in rendered(Story(events=events).ledger(PLUGINS)).decode()
    gone = Story(events=events, erased=(0,) * 30, has_vault=has_vault).ledger(PLUGINS)
    assert SECRET not in rendered(gone).decode()


def test_shows_nothing_that_waits() -> None:
    """What a stranger sent is in the feed once a person has accepted it."""
    sent = seal(_claim(2, text=SECRET, assertion="automatic"), "text")
    assert SECRET not in rendered(_ledger(sent)).decode()
    accepted = _ledger(sent, Reviewed(target="claim:c2", verdict="accepted"))
    assert SECRET in rendered(accepted).decode()
