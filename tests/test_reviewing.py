"""Reviewing: what waits for a person, in which order, and what verdicts can be given."""

from __future__ import annotations

from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    ClaimTagged,
    ClaimWithdrawn,
    Event,
    EvidenceLinked,
    Invalid,
    NotFound,
    Plugins,
    QuestionClosed,
    QuestionCreated,
    Reviewed,
    SourceAdded,
    SourceFlagged,
    SourceLinked,
    View,
    seal,
)
from evledger.checks import check
from evledger.reviewing import pending, verdicts
from evledger.testing import histories

PLUGINS: Final = Plugins.builtin()
AUTOMATIC: Final[dict[str, Any]] = {"assertion": "automatic", "basis": "a record says so"}


def view_of(*events: Any) -> View:
    """Return the view of a new ledger with these events."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(*events, by="curator")
        return ledger.view()


def source(id: str = "s1", **fields: Any) -> SourceAdded:
    """Return a source that a person added, where nothing else is said."""
    given: dict[str, Any] = {"kind": "journal-article", "title": f"Study {id}"}
    return SourceAdded(id=id, **{**given, **fields})


def claim(id: str = "c1", **fields: Any) -> ClaimTagged:
    """Return a claim that a program proposed of source s1, where nothing else is said."""
    given: dict[str, Any] = {"source": "s1", "text": f"Claim {id}", "tier": "human"}
    given |= {"stance": "neutral", **AUTOMATIC}
    return ClaimTagged(id=id, **{**given, **fields})


def link(source: str, other: str, relation: Any = "version-of", **fields: Any) -> SourceLinked:
    """Return a link that a program proposed, where nothing else is said."""
    return SourceLinked(source=source, other=other, relation=relation, **{**AUTOMATIC, **fields})


def names(view: View) -> list[str]:
    """Return the names of what waits, in order."""
    return [proposal.name for proposal in pending(view)]


# -- what holds of any ledger --------------------------------------------------------------

ASSERTED: Final = {"assertion": st.sampled_from(["automatic", "automatic", "manual"])}
CLASSES: Final = (SourceAdded, ClaimTagged, SourceLinked, EvidenceLinked, Reviewed)
LEDGERS: Final = histories(CLASSES, fields=dict.fromkeys(CLASSES[:-1], ASSERTED))


@given(LEDGERS)
@settings(max_examples=40)
def test_what_waits_is_what_the_rule_finds(history: tuple[Event, ...]) -> None:
    """The rule automatic-claims and the list agree, and nothing is listed twice."""
    view = view_of(*history)
    found = names(view)
    report = check([PLUGINS.rule("automatic-claims")], view)
    assert len(found) == len(set(found))
    assert sorted(found) == sorted(name for each in report.findings for name in each.related)


@given(LEDGERS)
@settings(max_examples=40)
def test_claims_wait_that_do_not_count_for_that_alone(history: tuple[Event, ...]) -> None:
    """The claims that wait are those that are left out because a program tagged them."""
    view = view_of(*history)
    waiting = {proposal.name for proposal in pending(view) if proposal.kind == "claim"}
    assert waiting == {f"claim:{id}" for id in view.counted.left_out["automatic"]}


@given(LEDGERS)
@settings(max_examples=40)
def test_what_is_about_one_source_stands_together(history: tuple[Event, ...]) -> None:
    """Each source comes once, itself before its claims, and those before its links."""
    found = pending(view_of(*history))
    order = list(dict.fromkeys(proposal.source for proposal in found))
    kinds = ("source", "claim", "link")
    ranks = [(order.index(each.source), kinds.index(each.kind)) for each in found]
    assert ranks == sorted(ranks)


@given(LEDGERS, st.data())
@settings(max_examples=40)
def test_what_was_decided_waits_no_longer(history: tuple[Event, ...], data: st.DataObject) -> None:
    """Whatever is accepted and the rest rejected, at once, nothing waits any more."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(*history, by="curator")
        waiting = names(ledger.view())
        accept = [name for name in waiting if data.draw(st.booleans())]
        reject = [name for name in waiting if name not in accept]
        events = verdicts(ledger.view(), accept=accept, reject=reject, why="seen")
        assert [event.target for event in events] == [*accept, *reject]
        ledger.append(*events, by="reviewer")
        assert names(ledger.view()) == []
        assert ledger.view().unfit == ()
        for name in waiting:
            with pytest.raises(Invalid, match="ed already, by reviewer in record"):
                verdicts(ledger.view(), accept=[name])


# -- what waits ----------------------------------------------------------------------------


def test_the_strongest_come_first() -> None:
    """Sources come by the strongest tier of their proposed claims, then as they were added."""
    view = view_of(
        source("s1", **AUTOMATIC),
        source("s2", **AUTOMATIC),
        source("s3"),
        source("s4"),
        claim("c1", source="s2", tier="anecdotal"),
        claim("c2", source="s3", tier="preclinical"),
        claim("c3", source="s2", tier="human"),
        claim("c4", source="s4", tier="human", assertion="manual"),
        claim("c5", source="s2", tier="published"),
        link("s4", "s1"),
        link("s3", "s1"),
    )
    assert names(view) == [
        "source:s2",
        "claim:c1",
        "claim:c3",
        "claim:c5",
        "claim:c2",
        "link:s3/s1/version-of",
        "source:s1",
        "link:s4/s1/version-of",
    ]


def test_a_proposal_says_what_and_why() -> None:
    """Each says in words what is proposed, on what basis, and holds the entry itself."""
    view = view_of(
        source("s1", **AUTOMATIC),
        source("s2", title="A preprint"),
        claim(),
        link("s1", "s2", basis=None),
        QuestionCreated(id="q1", text="Does it help?"),
        EvidenceLinked(question="q1", claim="c1", relation="against", **AUTOMATIC),
    )
    found = pending(view)
    assert [(each.kind, each.text, each.basis) for each in found] == [
        ("source", "of kind journal-article", "a record says so"),
        ("claim", "human, neutral: Claim c1", "a record says so"),
        ("link", "a version of s2: A preprint", None),
        ("link", "c1 speaks against q1: Does it help?", "a record says so"),
    ]
    assert {each.source for each in found} == {"s1"}
    assert found[0].entry == view.sources["s1"]
    assert found[3].name == "link:q1/c1/against"


def test_what_a_verdict_would_not_change() -> None:
    """Claims of retracted or rejected sources, withdrawn ones, and links of rejected sources."""
    view = view_of(
        source("s1"),
        source("s2", **AUTOMATIC),
        source("s3"),
        claim("c1", source="s1"),
        claim("c2", source="s2"),
        claim("c3", source="s3"),
        link("s2", "s3"),
        SourceFlagged(source="s1", status="retracted", according_to="PubMed"),
        Reviewed(target="source:s2", verdict="rejected"),
        ClaimWithdrawn(claim="c3", why="a slip"),
        QuestionCreated(id="q1", text="Does it help?"),
        EvidenceLinked(question="q1", source="s2", relation="answers", **AUTOMATIC),
        QuestionCreated(id="q2", text="Is it safe?"),
        EvidenceLinked(question="q2", source="s3", relation="answers", **AUTOMATIC),
        QuestionClosed(question="q2", why="answered"),
    )
    assert names(view) == []


def test_a_claim_that_is_its_source_s_title() -> None:
    """A title is not said twice; the entry has it."""
    (found,) = pending(view_of(source("s1", title="A trial"), claim(text="A trial")))
    assert found.text == "human, neutral: its title"


def test_what_is_hidden_is_said_to_be() -> None:
    """Of a value that was erased the proposal says so, and not what it was."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(source(), seal(source("s2"), "title"), link("s1", "s2"), by="curator")
        ledger.erase(2, "title", reason="asked", by="curator")
        (found,) = pending(ledger.view())
    assert found.text == "a version of s2: [erased]"


def test_a_claim_that_nobody_can_read() -> None:
    """A claim whose text was erased does not wait; it can be rejected, and not be accepted."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        proposed = (source(**AUTOMATIC), seal(claim(text="Secret."), "text"), claim("c2"))
        ledger.append(*proposed, by="curator")
        assert names(ledger.view()) == ["source:s1", "claim:c1", "claim:c2"]
        ledger.erase(2, "text", reason="asked", by="curator")
        view = ledger.view()
        assert names(view) == ["source:s1", "claim:c2"]
        with_claims = verdicts(view, accept=["s1"], with_claims=True)
        assert [event.target for event in with_claims] == ["source:s1", "claim:c2"]
        with pytest.raises(
            Invalid, match=r"the text of claim:c1 was erased, .*; reject it, or tag"
        ):
            verdicts(view, accept=["s1", "c1"])
        (event,) = verdicts(view, reject=["c1"])
        assert (event.target, event.verdict) == ("claim:c1", "rejected")


# -- verdicts ------------------------------------------------------------------------------


def test_with_claims() -> None:
    """A source's claims get its verdict, as far as they wait; no other's do."""
    view = view_of(
        source("s1", **AUTOMATIC),
        source("s2", **AUTOMATIC),
        claim("c1"),
        claim("c2"),
        claim("c3", source="s2"),
        claim("c4", assertion="manual"),
        Reviewed(target="claim:c2", verdict="rejected"),
    )
    given = verdicts(view, accept=["s1", "c1"], reject=["s2"], with_claims=True, why="read")
    assert [(event.target, event.verdict, event.why) for event in given] == [
        ("source:s1", "accepted", "read"),
        ("claim:c1", "accepted", "read"),
        ("source:s2", "rejected", "read"),
        ("claim:c3", "rejected", "read"),
    ]
    alone = verdicts(view, accept=["s1"])
    assert [event.target for event in alone] == ["source:s1"]


def test_what_people_asserted_can_be_reviewed() -> None:
    """A second person can reject what a first one tagged."""
    view = view_of(source(), claim(assertion="manual"))
    (event,) = verdicts(view, reject=["c1"])
    assert (event.target, event.verdict) == ("claim:c1", "rejected")


@pytest.mark.parametrize("id", ["s9", "", "claim:s1", "link:s1/s2/part-of", "link:", "gap:g1", "x"])
def test_what_there_is_not(id: str) -> None:
    """A name that belongs to nothing that can be reviewed is said to be unknown."""
    view = view_of(source("s1"), source("s2"), link("s1", "s2"))
    with pytest.raises(NotFound, match=r"semax has no source, claim or link '.*' at 4; 'evledger"):
        verdicts(view, accept=["s1", id])


@pytest.mark.parametrize(
    ("accept", "reject", "expected"),
    [
        (["c1"], [], "claim:c1 was rejected already, by curator in record 5; to change that, app"),
        (["c2"], [], "claim:c2 was withdrawn, so there is nothing to review"),
        (["s1", "s2"], ["source:s2"], "source:s2 is to be accepted and rejected; decide for one"),
        (["twin"], [], "'twin' is more than one thing here; name one of: source:twin, claim:twin"),
    ],
)
def test_what_cannot_be_decided(accept: list[str], reject: list[str], expected: str) -> None:
    """What is settled, contradicts itself or is two things is refused, and says what to do."""
    view = view_of(
        source("s1"),
        source("s2"),
        claim("c1"),
        claim("c2"),
        Reviewed(target="claim:c1", verdict="rejected"),
        ClaimWithdrawn(claim="c2", why="a slip"),
        source("twin"),
        claim("twin"),
    )
    with pytest.raises(Invalid, match=expected):
        verdicts(view, accept=accept, reject=reject)
