"""A view is what the events say, one after the other, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    CaveatNoted,
    CaveatWithdrawn,
    ClaimRetagged,
    ClaimTagged,
    ClaimWithdrawn,
    ComponentMapped,
    Event,
    EvidenceLinked,
    EvidenceUnlinked,
    FindingWaived,
    GapClosed,
    GapNoted,
    Hidden,
    Invalid,
    Ledger,
    LedgerDescribed,
    NotFound,
    QuestionClosed,
    QuestionCreated,
    QuestionWithdrawn,
    Reviewed,
    SectionWritten,
    SourceAdded,
    SourceAmended,
    SourceFlagged,
    SourceLinked,
    View,
    diff,
)
from evledger.testing import contents, histories

START = datetime(2026, 11, 22, 10, tzinfo=UTC)
S1 = SourceAdded(id="s1", kind="review", title="A", venue="Stroke", locators=("doi:10.1000/x",))
S2 = SourceAdded(id="s2", kind="post", title="B", platform="reddit", authors=("somebody",))
C1 = ClaimTagged(id="c1", source="s1", text="A", tier="human", stance="supports", quote="Q")
C2 = ClaimTagged(id="c2", source="s2", text="B", tier="anecdotal", stance="mixed")
Q1 = QuestionCreated(id="q1", text="Why?")


def grown(*events: Event) -> Ledger:
    """Return a ledger of these events, an hour apart."""
    now = [START]
    ledger = evledger.open("memory:", clock=lambda: now[0]).create("semax", title="T", by="me")
    for event in events:
        now[0] += timedelta(hours=1)
        ledger.append(event, by="me")
    return ledger


def seen(*events: Event) -> View:
    """Return the view of these events."""
    return grown(*events).view()


# -- folding -----------------------------------------------------------------------------


@settings(max_examples=20)
@given(histories(max_size=15), st.data())
def test_replay_equals_fold(history: tuple[Event, ...], data: st.DataObject) -> None:
    """A view kept up to date, one at any n, and one of a fresh ledger are the same."""
    store = evledger.open("memory:")
    ledger = store.create("semax", title="T", by="me")
    views = [ledger.view()]
    for event in history:
        ledger.append(event, by="me")
        views.append(ledger.view())
    before = [contents(view) for view in views]
    n = data.draw(st.integers(1, len(views)))
    assert contents(store.ledger("semax").view(n)) == before[n - 1]
    assert contents(ledger.view(n)) == before[n - 1]
    assert [contents(view) for view in views] == before
    assert views[-1].unfit == ()


@settings(max_examples=20)
@given(histories(max_size=15))
def test_counts_add_up(history: tuple[Event, ...]) -> None:
    """Each group of counts adds up to its total."""
    ledger = evledger.open("memory:").create("semax", title="T", by="me")
    ledger.append(*history, by="me")
    view = ledger.view()
    counts = view.counts
    assert counts.events == 1 + len(history)
    assert sum(counts.sources_by_kind.values()) == counts.sources == len(view.sources)
    assert sum(counts.sources_by_platform.values()) == counts.sources
    assert sum(counts.claims_by_tier.values()) == counts.counted
    assert sum(counts.claims_by_stance.values()) == counts.counted
    assert counts.counted + sum(counts.left_out.values()) == counts.claims == len(view.claims)


@settings(max_examples=20)
@given(histories(max_size=15), st.data())
def test_without_a_source(history: tuple[Event, ...], data: st.DataObject) -> None:
    """Without a source there is nothing of it, and all else is as it was."""
    ledger = evledger.open("memory:").create("semax", title="T", by="me")
    ledger.append(S1, C1, by="me")
    ledger.append(*(e for e in history if not _clashes(e)), by="me")
    view = ledger.view()
    before = contents(view)
    source = data.draw(st.sampled_from(sorted(view.sources)))
    less = view.without(source)
    gone = {claim.id for claim in view.claims_of(source)}
    assert set(less.sources) == set(view.sources) - {source}
    assert set(less.claims) == set(view.claims) - gone
    assert all(source not in (link.source, link.other) for link in less.links.values())
    bearing = [e for q in less.questions.values() for e in q.evidence]
    assert all(e.source != source and e.claim not in gone for e in bearing)
    assert contents(view) == before


def _clashes(event: Event) -> bool:
    """Keep of a history what needs nothing before it, and is not what stands already."""
    return not isinstance(event, GapNoted | SectionWritten | CaveatNoted | QuestionCreated)


@settings(max_examples=20)
@given(histories(max_size=20), st.data())
def test_differences(history: tuple[Event, ...], data: st.DataObject) -> None:
    """What was added one way was removed the other way, and what changed, changed back."""
    ledger = evledger.open("memory:").create("semax", title="T", by="me")
    ledger.append(*history, by="me")
    n = data.draw(st.integers(1, 1 + len(history)))
    old, new = ledger.view(n), ledger.view()
    there = {(c.kind, c.id, c.what) for c in diff(old, new)}
    back = {"added": "removed", "removed": "added", "changed": "changed"}
    assert {(c.kind, c.id, back[c.what]) for c in diff(new, old)} == there
    assert diff(old, ledger.view(n)) == ()


# -- sources -----------------------------------------------------------------------------


def test_amended_source() -> None:
    """An amendment changes what it names and leaves the rest; locators come and go."""
    amended = SourceAmended(
        source="s1",
        kind="journal-article",
        title="Better",
        published="2018",
        locators_added=("pmid:1",),
        locators_dropped=("doi:10.1000/x",),
        why="checked",
    )
    source = seen(S1, amended).sources["s1"]
    found = (source.kind, source.title, source.venue, source.published, source.locators)
    assert found == ("journal-article", "Better", "Stroke", "2018", ("pmid:1",))
    assert (source.n, source.history) == (1, (2,))


@pytest.mark.parametrize(
    ("statuses", "retracted"),
    [
        ([], False),
        (["retracted"], True),
        (["corrected", "concern", "unreachable"], False),
        (["retracted", "corrected", "concern"], True),
        (["retracted", "reinstated"], False),
        (["reinstated", "retracted"], True),
        (["retracted", "reinstated", "retracted"], True),
        (["retracted", "retracted", "reinstated", "concern"], False),
    ],
)
def test_flags_add_up(statuses: list[str], retracted: bool) -> None:
    """Flags accumulate; only `reinstated` clears `retracted`."""
    flags = [SourceFlagged(source="s1", status=s, according_to="Crossref") for s in statuses]  # type: ignore[arg-type]
    source = seen(S1, *flags).sources["s1"]
    assert [flag.status for flag in source.flags] == statuses
    assert source.is_retracted is retracted


@pytest.mark.parametrize(
    ("flags", "retracted"),
    [
        ([("reinstated", "2012-03"), ("retracted", "2010")], False),
        ([("reinstated", "2012-03"), ("retracted", "2012-02-28")], False),
        ([("reinstated", "2012-03"), ("retracted", "2012")], True),
        ([("reinstated", "2012-03"), ("retracted", None)], True),
        ([("reinstated", None), ("retracted", "2010")], True),
        ([("retracted", "2015"), ("reinstated", "2012-03")], False),
    ],
)
def test_a_retraction_told_late(flags: list[tuple[str, str | None]], retracted: bool) -> None:
    """A retraction from before the reinstatement, but recorded after it, does not undo it."""
    events = [
        SourceFlagged(source="s1", status=status, according_to="List", date=date)  # type: ignore[arg-type]
        for status, date in flags
    ]
    assert seen(S1, *events).sources["s1"].is_retracted is retracted


def test_linked_sources() -> None:
    """Of duplicates none is dropped; the link stands under its whole name, and can be reviewed."""
    name = "link:s2/s1/duplicate-of"
    link = SourceLinked(source="s2", other="s1", relation="duplicate-of", assertion="automatic")
    verdict = Reviewed(target=name, verdict="rejected", why="another study")
    view = seen(S1, S2, link, verdict)
    (found,) = view.links.values()
    assert (list(view.links), found.name, len(view.sources)) == ([name], name, 2)
    assert found.review is not None
    assert (found.review.verdict, found.review.why) == ("rejected", "another study")


def test_reviewed_source() -> None:
    """The last verdict on a source stands."""
    first = Reviewed(target="source:s1", verdict="rejected")
    last = Reviewed(target="source:s1", verdict="accepted", why="read it")
    review = seen(S1, first, last).sources["s1"].review
    assert review is not None
    assert (review.verdict, review.why, review.by, review.n) == ("accepted", "read it", "me", 3)


# -- claims ------------------------------------------------------------------------------


def test_retagged_claim() -> None:
    """A claim that was retagged has its new tier and stance, and its history."""
    retagged = ClaimRetagged(claim="c1", tier="preclinical", stance="contradicts", why="rats")
    view = seen(S1, C1, retagged)
    claim = view.claims["c1"]
    assert (claim.tier, claim.stance, claim.text) == ("preclinical", "contradicts", "A")
    assert claim.history == (3,)
    tiers = {"human": 0, "preclinical": 1, "published": 0, "anecdotal": 0}
    assert dict(view.counts.claims_by_tier) == tiers


def test_withdrawn_and_rejected_claims() -> None:
    """What was withdrawn, or rejected, counts no more and stays to be seen."""
    rejected = Reviewed(target="claim:c2", verdict="rejected")
    view = seen(S1, C1, S2, C2, ClaimWithdrawn(claim="c1", why="misread"), rejected)
    assert [claim.is_standing for claim in view.claims.values()] == [False, False]
    assert view.claims["c1"].withdrawn == "misread"
    counts = view.counts
    left_out = {reason: count for reason, count in counts.left_out.items() if count}
    assert (counts.claims, counts.counted) == (2, 0)
    assert left_out == {"withdrawn": 1, "rejected": 1}


def test_unreviewed_claims() -> None:
    """A claim that a program tagged is unreviewed until somebody has looked at it."""
    tagged = ClaimTagged(
        id="c9", source="s1", text="A", tier="human", stance="mixed", assertion="automatic"
    )
    before = seen(S1, tagged).claims["c9"]
    after = seen(S1, tagged, Reviewed(target="claim:c9", verdict="accepted")).claims["c9"]
    assert (before.is_unreviewed, after.is_unreviewed, after.is_standing) == (True, False, True)


def test_claims_of() -> None:
    """The claims of a source come in their order; of a source without claims there are none."""
    view = seen(S1, S2, C2, C1)
    assert [c.id for c in view.claims_of("s1")] == ["c1"]
    assert [list(view.without("s1").claims), list(view.claims)] == [["c2"], ["c2", "c1"]]


# -- questions, gaps and the rest --------------------------------------------------------


def test_questions_and_evidence() -> None:
    """Evidence joins and leaves a question; a link to it is reviewed under its name."""
    answers = EvidenceLinked(question="q1", claim="c1", relation="answers")
    partly = EvidenceLinked(question="q1", source="s1", relation="partly", basis="read")
    verdict = Reviewed(target="link:q1/s1/partly", verdict="accepted")
    gone = EvidenceUnlinked(question="q1", claim="c1", relation="answers", why="no")
    question = seen(S1, C1, Q1, answers, partly, verdict, gone).questions["q1"]
    (evidence,) = question.evidence
    assert (evidence.name, evidence.source, evidence.claim) == ("link:q1/s1/partly", "s1", None)
    assert evidence.review is not None
    assert (question.status, question.history) == ("open", (4, 5, 6, 7))


def test_unlinked_evidence_can_be_linked_again() -> None:
    """A link that was ended can be made again."""
    link = EvidenceLinked(question="q1", source="s1", relation="partly")
    gone = EvidenceUnlinked(question="q1", source="s1", relation="partly", why="no")
    assert len(seen(S1, Q1, link, gone, link).questions["q1"].evidence) == 1


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (QuestionClosed(question="q1", why="done"), "closed"),
        (QuestionWithdrawn(question="q1", why="done"), "withdrawn"),
    ],
    ids=["closed", "withdrawn"],
)
def test_questions_end(event: Event, status: str) -> None:
    """A question that is closed or withdrawn says so, and why."""
    question = seen(Q1, event).questions["q1"]
    assert (question.status, question.why) == (status, "done")


def test_gaps_and_caveats() -> None:
    """Gaps are closed and caveats withdrawn, with reasons; those that are not, stand."""
    view = seen(
        GapNoted(id="g1", text="a"),
        GapNoted(id="g2", text="b"),
        CaveatNoted(id="cv1", text="c"),
        GapClosed(gap="g1", why="found"),
        CaveatWithdrawn(caveat="cv1", why="wrong"),
    )
    assert [gap.closed for gap in view.gaps.values()] == ["found", None]
    assert view.caveats["cv1"].withdrawn == "wrong"


def test_latest_stands() -> None:
    """Of sections, components and the ledger's description the latest stands."""
    view = seen(
        SectionWritten(section="why", body="old", heading="Old"),
        SectionWritten(section="frame", body="x"),
        SectionWritten(section="why", body="new"),
        ComponentMapped(id="bdnf", component="BDNF", layer="neural", sibling="bdnf"),
        ComponentMapped(id="bdnf", component="BDNF", layer="vascular"),
        LedgerDescribed(title="Better"),
        LedgerDescribed(subject="Peptides"),
    )
    why, component = view.sections["why"], view.components["bdnf"]
    assert (why.body, why.heading, list(view.sections)) == ("new", None, ["why", "frame"])
    assert (component.layer, component.sibling) == ("vascular", None)
    assert (view.title, view.subject, view.ledger) == ("Better", "Peptides", "semax")


def test_waivers() -> None:
    """A waived finding is kept with who waived it and why."""
    (waiver,) = seen(FindingWaived(rule="no-date", why="unknowable")).waivers
    assert (waiver.rule, waiver.target, waiver.why, waiver.by) == (
        "no-date",
        None,
        "unknowable",
        "me",
    )


# -- moments -----------------------------------------------------------------------------


def test_view_at_a_moment() -> None:
    """A view at a moment has what was there by then, to the microsecond."""
    ledger = grown(*(GapNoted(id=f"g{n}", text="x") for n in range(1, 5)))
    tick = timedelta(microseconds=1)
    sizes = [
        ledger.view(at=START + timedelta(hours=n) + shift).head.size
        for n, shift in [(0, 0 * tick), (1, -tick), (1, 0 * tick), (3, tick), (99, tick)]
    ]
    assert sizes == [1, 1, 2, 4, 5]


def test_view_at_a_moment_over_pages() -> None:
    """The moment is found among many pages, and where many events share it."""
    now = [START]
    ledger = evledger.open("memory:", clock=lambda: now[0]).create("semax", title="T", by="me")
    for hour in range(1, 6):
        now[0] = START + timedelta(hours=hour)
        ledger.append(*(GapNoted(id=f"g{hour}-{n}", text="x") for n in range(200)), by="me")
    sizes = [ledger.view(at=START + timedelta(hours=h, minutes=1)).head.size for h in range(6)]
    assert sizes == [1, 201, 401, 601, 801, 1001]


def test_moment_without_zone() -> None:
    """A moment without a time zone is refused."""
    with pytest.raises(Invalid, match="no time zone"):
        grown().view(at=datetime(2026, 11, 22))  # noqa: DTZ001  # that it has none is the point


@pytest.mark.parametrize("n", [0, -1, 3])
def test_view_of_a_size_it_never_had(n: int) -> None:
    """A view at a size that the ledger never had is not found."""
    with pytest.raises(NotFound):
        grown(S1).view(n)


def test_history() -> None:
    """The history of a name is every record that mentions it; ids need no prefix."""
    ledger = grown(S1, C1, GapNoted(id="g1", text="s1"), ClaimWithdrawn(claim="c1", why="x"))
    found = [
        [r.n for r in ledger.history(name)] for name in ("s1", "source:s1", "c1", "tier:human")
    ]
    assert found == [[1, 2], [1, 2], [2, 4], [0, 2]]
    assert [r.n for r in ledger.history("doi:10.1000/x")] == [1]


# -- what is hidden ----------------------------------------------------------------------


def test_hidden_values(tmp_path: Path) -> None:
    """A sealed value is open, erased, or withheld where there is no vault."""
    ledger = grown(S1, C1, S2)
    assert (ledger.view().claims["c1"].quote, ledger.view().sources["s2"].title) == ("Q", "B")
    ledger.erase(2, "quote", reason="asked", by="me")
    ledger.export(tmp_path / "archive")
    twin = evledger.open("memory:").restore(tmp_path / "archive")
    found = [(v.claims["c1"].quote, v.sources["s2"].title) for v in (ledger.view(), twin.view())]
    assert found == [(Hidden.ERASED, "B"), (Hidden.ERASED, Hidden.WITHHELD)]
    assert ledger.view(3).claims["c1"].quote is Hidden.ERASED
    assert [ledger.view().state_of(n, f) for n, f in [(2, "quote"), (3, "title")]] == [
        Hidden.ERASED,
        None,
    ]


def test_view_taken_before_an_erasure() -> None:
    """A view that was taken before never says of an erased value that it is merely withheld."""
    ledger = grown(S1, C1)
    early = ledger.view()
    ledger.erase(2, "quote", reason="asked", by="me")
    ledger.view()
    assert early.claims["c1"].quote in ("Q", Hidden.ERASED)


def test_amending_what_was_erased() -> None:
    """A title that was erased and then amended shows the amended one."""
    ledger = grown(S1, S2)
    ledger.erase(2, "title", reason="asked", by="me")
    ledger.append(SourceAmended(source="s2", title="New", why="x"), by="me")
    assert ledger.view().sources["s2"].title == "New"
    assert ledger.view(4).sources["s2"].title is Hidden.ERASED


def test_difference_shows_fields() -> None:
    """A change names the fields, each with what it was and what it is."""
    ledger = grown(S1, SourceAmended(source="s1", title="Better", why="x"))
    (change,) = diff(ledger.view(2), ledger.view())
    assert (change.kind, change.id, change.what) == ("source", "s1", "changed")
    assert dict(change.fields) == {"title": ("A", "Better")}
