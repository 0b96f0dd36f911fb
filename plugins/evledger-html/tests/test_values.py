"""Values: shown as they are recorded, bound to their records, and opened only where they show."""

from __future__ import annotations

import html
import re
from typing import Final

from evledger_html.values import Places, bound, shown
from hypothesis import given, settings
from hypothesis import strategies as st

from evledger import ClaimTagged, Reviewed, SourceAdded, View, seal
from evledger.article import Concealed
from evledger.legible import UNSEEN
from evledger.testing import Story, stories, texts

ELEMENT: Final = re.compile(
    r'<bdi data-evl-value="([a-z]+)"(?: data-evl-hidden="([a-z]+)")?>(.*)</bdi>', re.DOTALL
)
CONFIDED: Final = SourceAdded(
    id="s1",
    kind="post",
    title="Told in private",
    assertion="automatic",
    basis="message of a reader",
)


@given(value=texts() | st.lists(texts(), max_size=3).map(tuple))
@settings(max_examples=60)
def test_a_value_reads_as_it_is_shown(value: str | tuple[str, ...]) -> None:
    """What a browser reads of the element is what is shown: no blank more, no character hidden."""
    found = ELEMENT.fullmatch(bound(value, "text"))
    assert found is not None
    assert html.unescape(found[3]) == shown(value)
    assert not UNSEEN.search(shown(value).replace("\n", "").replace("\t", ""))


def test_what_is_concealed_says_why() -> None:
    """A value that is not shown is named as such, in words and for the script."""
    found = ELEMENT.fullmatch(bound(Concealed(concealed="unreviewed"), "quote"))
    assert found is not None
    assert found.groups() == ("quote", "unreviewed", "[not reviewed yet]")


@given(story=stories(max_size=12))
@settings(max_examples=40)
def test_places_are_those_of_the_records(story: Story) -> None:
    """An entry's records begin with the one that introduced it, and are among all records."""
    view = story.view()
    places = Places(view, (0,))
    every = set(places.all())
    for name in [*(f"claim:{id}" for id in view.claims), *(f"source:{id}" for id in view.sources)]:
        numbers = places.of(name)
        assert list(numbers) == sorted(numbers)
        assert every.issuperset(numbers)
        assert f'data-evl-records="{" ".join(map(str, numbers))}"' in places.entry(name)


def confided(*more: Reviewed) -> View:
    """Return a ledger to which a reader sent a post, sealed."""
    claim = ClaimTagged(
        id="c1",
        source="s1",
        text="Told in private",
        tier="anecdotal",
        stance="supports",
        quote="Told in private",
        assertion="automatic",
        basis="message of a reader",
    )
    sealed = (seal(CONFIDED, "title", "basis"), seal(claim, "text", "quote", "basis"))
    return Story(events=(*sealed, *more)).view()


def test_what_is_held_back_stays_sealed() -> None:
    """What a stranger sent is opened once a person has accepted it, and not once it is rejected."""
    accepted = [Reviewed(target=name, verdict="accepted") for name in ("source:s1", "claim:c1")]
    rejected = Reviewed(target="source:s1", verdict="rejected")
    assert list(Places(confided()).openings()) == []
    assert set(Places(confided(*accepted)).openings()) == {(1, "title"), (2, "text"), (2, "quote")}
    assert list(Places(confided(*accepted, rejected)).openings()) == []


def test_openings_of_some_entries() -> None:
    """Where a few entries are shown, nothing is opened of the others."""
    accepted = [Reviewed(target=name, verdict="accepted") for name in ("source:s1", "claim:c1")]
    places = Places(confided(*accepted))
    assert list(places.openings(["source:s1"])) == [(1, "title")]


def test_many_records_are_named_in_part() -> None:
    """Of an entry that was changed often the first record and the last few are named."""
    verdicts = [Reviewed(target="source:s1", verdict="accepted") for _ in range(20)]
    places = Places(confided(*verdicts))
    assert places.told("claim:c1") == "record 2"
    assert places.told("source:s1") == "records 1, …, 16, 17, 18, 19, 20, 21, 22"
