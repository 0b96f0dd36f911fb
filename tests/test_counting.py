"""What counts is decided in one place, and every claim has one reason or counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    About,
    ClaimTagged,
    ClaimWithdrawn,
    Event,
    NotFound,
    Plugins,
    RenderContext,
    Reviewed,
    SourceAdded,
    SourceFlagged,
    SourceLinked,
    View,
    seal,
)
from evledger.article import compose
from evledger.counting import REASONS, Counted
from evledger.ranking import marks
from evledger.schema import Seal
from evledger.testing import histories

PLUGINS: Final = Plugins.builtin()
SOURCES = ("s1", "s2", "s3", "s4", "s5")
SUPPORTING: dict[str, Any] = {"tier": "human", "stance": "supports", "text": "It helps."}


def seen(*events: Event | Seal) -> View:
    """Return the view of a new ledger that took these events."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        if events:
            ledger.append(*events, by="curator")
        return ledger.view()


def source(id: str) -> SourceAdded:
    """Return a paper."""
    return SourceAdded(id=id, kind="journal-article", title=id)


def claim(id: str, source: str, **fields: Any) -> ClaimTagged:
    """Return a claim that supports, unless told otherwise."""
    return ClaimTagged(id=id, source=source, **{**SUPPORTING, **fields})


def duplicate(one: str, other: str, **fields: Any) -> SourceLinked:
    """Link a source to what it is a duplicate of."""
    return SourceLinked(source=one, other=other, relation="duplicate-of", **fields)


def flag(source: str, status: Any) -> SourceFlagged:
    """Flag a source."""
    return SourceFlagged(source=source, status=status, according_to="the journal")


# -- a ledger of all that bears on counting ----------------------------------------------

_ASSERTIONS: st.SearchStrategy[Any] = st.sampled_from(["manual", "manual", "automatic"])
_VERDICTS: st.SearchStrategy[Any] = st.sampled_from(["accepted", "rejected"])
_ABOUTS = st.none() | st.sampled_from([About(outcome="pain"), About(outcome="sleep"), About()])


@st.composite
def busy(draw: st.DrawFn) -> list[Event]:
    """Return events about a few sources and claims that pull at each other in every way."""
    ids = [f"c{number}" for number in range(draw(st.integers(1, 10)))]
    found: list[Event] = [source(id) for id in SOURCES]
    found += [
        claim(
            id,
            draw(st.sampled_from(SOURCES)),
            tier=draw(st.sampled_from(["human", "anecdotal"])),
            stance=draw(st.sampled_from(["supports", "contradicts", "mixed", "neutral"])),
            about=draw(_ABOUTS),
            assertion=draw(_ASSERTIONS),
        )
        for id in ids
    ]
    pairs = st.tuples(*[st.sampled_from(SOURCES)] * 2).filter(lambda pair: pair[0] != pair[1])
    relation: st.SearchStrategy[Any] = st.sampled_from(
        ["duplicate-of", "duplicate-of", "version-of"]
    )
    linked = st.lists(st.tuples(pairs, relation), max_size=6, unique=True)
    links = [
        SourceLinked(source=a, other=b, relation=kind, assertion=draw(_ASSERTIONS))
        for (a, b), kind in draw(linked)
    ]
    targets = [f"claim:{id}" for id in ids] + [f"source:{id}" for id in SOURCES]
    targets += [f"link:{link.source}/{link.other}/{link.relation}" for link in links]
    happenings = st.one_of(
        st.builds(Reviewed, target=st.sampled_from(targets), verdict=_VERDICTS),
        st.builds(ClaimWithdrawn, claim=st.sampled_from(ids), why=st.just("misread")),
        st.builds(
            flag,
            st.sampled_from(SOURCES),
            st.sampled_from(["retracted", "retracted", "reinstated", "concern"]),
        ),
    )
    return [*found, *links, *draw(st.lists(happenings, max_size=8))]


def expected_reasons(view: View) -> dict[str, str | None]:
    """Decide anew, claim by claim and slowly, why each does not count."""
    spreading = {id: tangled(view, id) for id in view.sources}
    reasons = {id: _own_reason(view, spreading, id) for id in view.claims}
    passed = [view.claims[id].source for id, why in reasons.items() if why is None]
    for id, why in reasons.items():
        origin = view.claims[id].source
        rivals = [each for each in passed if each in spreading[origin]]
        if why is None and origin != max(rivals, key=rivals.count):  # of equals the first
            reasons[id] = "duplicate"
    return reasons


def _own_reason(view: View, groups: dict[str, frozenset[str]], id: str) -> str | None:
    found = view.claims[id]
    origin = view.sources[found.source]
    rejected = [each.review for each in (found, origin) if each.review is not None]
    if found.withdrawn is not None:
        return "withdrawn"
    if any(review.verdict == "rejected" for review in rejected):
        return "rejected"
    if any(view.sources[other].is_retracted for other in groups[origin.id]):
        return "retracted"
    return "automatic" if found.assertion == "automatic" and found.review is None else None


def tangled(view: View, id: str) -> frozenset[str]:
    """Return the sources that duplicates in force lead to from one, itself included."""
    group = {id}
    while True:
        more = {
            end
            for link in view.links.values()
            if link.relation == "duplicate-of" and link.is_in_force
            if group & {link.source, link.other}
            for end in (link.source, link.other)
        }
        if more <= group:
            return frozenset(group)
        group |= more


def reasons(counted: Counted) -> dict[str, str | None]:
    """Return what was decided of each claim, which must be one thing only."""
    found: dict[str, str | None] = dict.fromkeys(counted.claims)
    for reason, ids in counted.left_out.items():
        assert not found.keys() & set(ids)
        found |= dict.fromkeys(ids, reason)
    return found


@given(busy())
def test_every_claim_counts_or_has_its_reason(events: list[Event]) -> None:
    """What counts agrees with deciding claim by claim, for any tangle of events."""
    view = seen(*events)
    assert reasons(view.counted) == expected_reasons(view)


@settings(max_examples=60)
@given(histories())
def test_partition(events: Sequence[Event]) -> None:
    """Every claim stands in one place, in the order in which it was tagged."""
    view = seen(*events)
    counted = view.counted
    assert reasons(counted).keys() == view.claims.keys()
    assert tuple(counted.left_out) == REASONS
    order = list(view.claims)
    for ids in (counted.claims, *counted.left_out.values(), *counted.tiers.values()):
        assert sorted(ids, key=order.index) == list(ids)


@settings(max_examples=60)
@given(busy())
def test_what_is_said_of_those_that_count(events: list[Event]) -> None:
    """Sources, tiers and stances are those of the claims that count, and of no other."""
    view = seen(*events)
    counted = view.counted
    claims = [view.claims[id] for id in counted.claims]
    assert counted.sources == tuple(dict.fromkeys(claim.source for claim in claims))
    for grouped, name in ((counted.tiers, "tier"), (counted.stances, "stance")):
        pairs = {(kind, id) for kind, ids in grouped.items() for id in ids}
        assert pairs == {(getattr(claim, name), claim.id) for claim in claims}


@settings(max_examples=60)
@given(busy())
def test_one_source_stands_for_its_duplicates(events: list[Event]) -> None:
    """Of each group one source stands, which is no duplicate itself, and whose claims count."""
    view = seen(*events)
    counted = view.counted
    for id, other in counted.duplicates.items():
        assert other in tangled(view, id)
        assert other not in counted.duplicates
        assert id not in counted.sources


@settings(max_examples=60)
@given(busy())
def test_contradiction_is_mutual(events: list[Event]) -> None:
    """A claim contradicts those that contradict it: about the same, and of the other side."""
    view = seen(*events)
    counted = view.counted
    sides = {"supports": "contradicts", "contradicts": "supports"}
    for id in counted.claims:
        one = view.claims[id]
        against = tuple(
            other
            for other in counted.claims
            if one.about not in (None, About())
            if view.claims[other].about == one.about
            if view.claims[other].stance == sides.get(str(one.stance))
        )
        assert counted.contradicted.get(id, ()) == against


# -- without -----------------------------------------------------------------------------


def rebuilt(events: Iterable[Event], gone: str) -> View:
    """Return the view of a ledger that never saw a source."""
    dropped = {gone, f"source:{gone}"}
    kept: list[Event] = []
    for event in events:
        data: dict[str, Any] = attrs.asdict(event, recurse=False)  # type: ignore[arg-type]  # every event is an attrs class
        named = {data.get(name) for name in ("id", "source", "other", "claim", "target")}
        if named & dropped:
            if isinstance(event, ClaimTagged):
                dropped |= {event.id, f"claim:{event.id}"}
            if isinstance(event, SourceLinked):
                dropped.add(f"link:{event.source}/{event.other}/{event.relation}")
        else:
            kept.append(event)
    return seen(*kept)


@settings(max_examples=60)
@given(busy(), st.sampled_from(SOURCES))
def test_without_a_source_it_is_as_if_it_had_never_been(events: list[Event], gone: str) -> None:
    """Leaving a source out of a view gives what a ledger without it gives."""
    full = seen(*events)
    before = full.counted
    left = full.without(gone)
    assert left.counted == rebuilt(events, gone).counted
    assert left.head == full.head
    assert full.counted == before
    assert gone in full.sources


def test_without_what_is_not_there() -> None:
    """A source that is not there cannot be left out."""
    with pytest.raises(NotFound, match="no source 's9'"):
        seen().without("s9")


# -- single cases ------------------------------------------------------------------------


def test_nothing_counts_in_an_empty_ledger() -> None:
    """A ledger without claims has every reason, and no claim under it."""
    counted = seen().counted
    assert (counted.claims, counted.sources, dict(counted.tiers)) == ((), (), {})
    assert dict(counted.left_out) == dict.fromkeys(REASONS, ())


CHAIN = (duplicate("s1", "s2"), duplicate("s2", "s3"))


@pytest.mark.parametrize(
    "links",
    [CHAIN, (*CHAIN, duplicate("s3", "s1")), (duplicate("s2", "s1"), duplicate("s2", "s3"))],
    ids=["chain", "circle", "star"],
)
def test_groups_of_duplicates(links: tuple[SourceLinked, ...]) -> None:
    """However duplicates are linked, one of the group counts: the one with most claims."""
    papers = [source(id) for id in ("s1", "s2", "s3", "s4")]
    claims = [claim("c1", "s3"), claim("c2", "s1"), claim("c3", "s3"), claim("c4", "s4")]
    counted = seen(*papers, *claims, *links).counted
    assert counted.claims == ("c1", "c3", "c4")
    assert counted.left_out["duplicate"] == ("c2",)
    assert counted.duplicates == {"s1": "s3", "s2": "s3"}


def test_a_link_that_closes_two_groups() -> None:
    """Two groups that a later link joins are one."""
    links = (duplicate("s1", "s2"), duplicate("s3", "s4"), duplicate("s4", "s1"))
    papers = [source(id) for id in SOURCES]
    claims = [claim(f"c{id}", id) for id in SOURCES]
    assert seen(*papers, *claims, *links).counted.claims == ("cs1", "cs5")


def proposals() -> Iterator[Any]:
    """Yield a proposed link, what a reviewer may say of it, and whether it is in force."""
    proposed = duplicate("s2", "s1", assertion="automatic")
    name = "link:s2/s1/duplicate-of"
    yield pytest.param((proposed,), False, id="proposed")
    for verdict, in_force in (("accepted", True), ("rejected", False)):
        said = Reviewed(target=name, verdict=verdict)  # type: ignore[arg-type]  # one of two
        yield pytest.param((proposed, said), in_force, id=f"proposed-{verdict}")
    rejected = Reviewed(target=name, verdict="rejected")
    yield pytest.param((duplicate("s2", "s1"), rejected), False, id="drawn-rejected")


@pytest.mark.parametrize(("links", "in_force"), list(proposals()))
def test_proposed_links_wait(links: tuple[Event, ...], in_force: bool) -> None:
    """What a program proposes merges nothing until a person has accepted it."""
    counted = seen(source("s1"), source("s2"), claim("c1", "s1"), claim("c2", "s2"), *links).counted
    assert counted.claims == (("c1",) if in_force else ("c1", "c2"))


def test_retraction_spreads_to_duplicates() -> None:
    """A retracted paper's duplicates are the same paper, and count until it is reinstated."""
    base = (source("s1"), source("s2"), source("s3"), claim("c1", "s1"), claim("c3", "s3"), *CHAIN)
    gone = seen(*base, flag("s2", "retracted")).counted
    assert gone.left_out["retracted"] == ("c1", "c3")
    back = seen(*base, flag("s2", "retracted"), flag("s2", "reinstated")).counted
    assert back.claims == ("c1",)


def test_retraction_spreads_from_a_rejected_source() -> None:
    """That a reviewer also rejected the retracted record does not save its duplicate."""
    rejected = Reviewed(target="source:s1", verdict="rejected")
    papers = (source("s1"), source("s2"), claim("c1", "s1"), claim("c2", "s2"))
    counted = seen(*papers, duplicate("s2", "s1"), flag("s1", "retracted"), rejected).counted
    assert counted.left_out["rejected"] == ("c1",)
    assert counted.left_out["retracted"] == ("c2",)


@pytest.mark.parametrize("relation", ["version-of", "same-study", "part-of", "notice-of"])
def test_other_relations_merge_nothing(relation: Any) -> None:
    """A version, or another report of one study, counts beside the first."""
    link = SourceLinked(source="s1", other="s2", relation=relation)
    papers = (source("s1"), source("s2"), claim("c1", "s1"), claim("c2", "s2"))
    assert seen(*papers, link).counted.claims == ("c1", "c2")


def test_components_compare_in_any_order() -> None:
    """Two claims about the same components are about the same, in whatever order."""
    parts = [evledger.ComponentMapped(id=id, component=id, layer="neural") for id in ("a", "b")]
    one = claim("c1", "s1", about=About(components=("a", "b")))
    two = claim("c2", "s1", about=About(components=("b", "a")), stance="contradicts")
    three = claim("c3", "s1", about=About(components=("a",)), stance="contradicts")
    counted = seen(*parts, source("s1"), one, two, three).counted
    assert counted.contradicted == {"c1": ("c2",), "c2": ("c1",)}


def test_a_sealed_stance_takes_a_side_until_it_is_erased() -> None:
    """A stance that is hidden for good is on no side; the claim still counts."""
    pain = About(outcome="pain")
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(source("s1"), claim("c1", "s1", about=pain), by="curator")
        against = claim("c2", "s1", about=pain, stance="contradicts")
        ledger.append(seal(against, "stance"), by="curator")
        assert ledger.view().counted.contradicted == {"c1": ("c2",), "c2": ("c1",)}
        ledger.erase(3, "stance", reason="asked", by="curator")
        counted = ledger.view().counted
        assert counted.claims == ("c1", "c2")
        assert (dict(counted.contradicted), dict(counted.stances)) == ({}, {"supports": ("c1",)})


# -- what readers are told ---------------------------------------------------------------

_SAID: Final = {
    "withdrawn": "withdrawn",
    "rejected": r"(source )?rejected by a reviewer",
    "retracted": r"source retracted|source is a duplicate of a retracted one",
    "automatic": "automatic, not reviewed",
    "duplicate": r"source is a duplicate of s[1-5]",
}
"""For each reason why a claim does not count, the mark that says so."""


@settings(max_examples=60)
@given(busy())
def test_what_does_not_count_is_marked(events: list[Event]) -> None:
    """Every claim that is left out has a mark that says why, in the article too."""
    view = seen(*events)
    for reason, ids in view.counted.left_out.items():
        for id in ids:
            told = marks(view, view.claims[id])
            assert any(re.fullmatch(_SAID[reason], mark) for mark in told), (id, reason, told)
    context = RenderContext(scorers=(), ranker=PLUGINS.ranker("tier"))
    ledger = compose(view, context).ledger
    shown = (*ledger.ranked, *ledger.low_confidence, *ledger.set_aside)
    assert {claim.id: claim.marks for claim in shown} == {
        id: marks(view, claim) for id, claim in view.claims.items()
    }


def test_a_sealed_assertion_is_marked() -> None:
    """That a program tagged a claim is looked up where it was sealed."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        tagged = seal(claim("c1", "s1", assertion="automatic"), "assertion")
        ledger.append(source("s1"), tagged, by="curator")
        low = compose(ledger.view(), ledger.render_context()).ledger.low_confidence
    assert [claim.marks for claim in low] == [("automatic, not reviewed",)]
