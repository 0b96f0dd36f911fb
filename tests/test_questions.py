"""Questions: how each stands, what it lacks, and what a new entry bears on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    ClaimTagged,
    ClaimWithdrawn,
    Conflict,
    Event,
    EvidenceLinked,
    EvidenceUnlinked,
    GapNoted,
    Ledger,
    NotFound,
    PluginError,
    Plugins,
    QuestionClosed,
    QuestionCreated,
    QuestionWithdrawn,
    Reviewed,
    SourceAdded,
    SourceFlagged,
    SourceLinked,
    View,
    seal,
)
from evledger.asking import Match
from evledger.questions import (
    LACKS,
    LEFT_OUT,
    Standing,
    bearing,
    named,
    propose,
    standing,
    standings,
)
from evledger.reviewing import pending, verdicts
from evledger.testing import histories
from evledger.testing.telling import Story, stories

PLUGINS: Final = Plugins.builtin()
AUTOMATIC: Final[dict[str, Any]] = {"assertion": "automatic", "basis": "a record says so"}


def ledger_of(*events: Any) -> Ledger:
    """Return a new ledger with these events."""
    ledger = evledger.open("memory:", plugins=PLUGINS).create("semax", title="Semax", by="curator")
    if events:
        ledger.append(*events, by="curator")
    return ledger


def view_of(*events: Any) -> View:
    """Return the view of a new ledger with these events."""
    return ledger_of(*events).view()


def source(id: str = "s1", **fields: Any) -> SourceAdded:
    """Return a source that a person added, where nothing else is said."""
    given: dict[str, Any] = {"kind": "journal-article", "title": f"Study {id}"}
    return SourceAdded(id=id, **{**given, **fields})


def claim(id: str = "c1", **fields: Any) -> ClaimTagged:
    """Return a claim of source s1 that a person tagged, where nothing else is said."""
    given: dict[str, Any] = {"source": "s1", "text": f"Claim {id}", "tier": "human"}
    given |= {"stance": "supports", **fields}
    return ClaimTagged(id=id, **given)


def asked(id: str = "q1", text: str = "Does it help?", **fields: Any) -> QuestionCreated:
    """Return a question."""
    return QuestionCreated(id=id, text=text, **fields)


def linked(relation: Any = "answers", *, question: str = "q1", **fields: Any) -> EvidenceLinked:
    """Return a link of claim c1, where nothing else is said, that a person drew."""
    given: dict[str, Any] = fields if "source" in fields else {"claim": "c1", **fields}
    return EvidenceLinked(question=question, relation=relation, **given)


def lacks(given: Standing) -> list[str]:
    """Return the names of what a question lacks."""
    return [lack.name for lack in given.missing]


# -- what holds of any ledger --------------------------------------------------------------

ASSERTED: Final = {"assertion": st.sampled_from(["automatic", "manual"])}
CLASSES: Final = (QuestionCreated, ClaimTagged, EvidenceLinked, EvidenceLinked, Reviewed)
LEDGERS: Final = histories(
    CLASSES, fields=dict.fromkeys((ClaimTagged, EvidenceLinked), ASSERTED), max_size=30
)


@given(stories(CLASSES, fields={EvidenceLinked: ASSERTED}, max_size=30))
@settings(max_examples=40)
def test_whatever_is_linked_stands_in_one_group(story: Story) -> None:
    """Every question stands once, and every link to it is in one of its groups, once."""
    view = story.view(PLUGINS)
    found = {each.question.id: each for each in standings(view)}
    assert found.keys() == view.questions.keys()
    for id, question in view.questions.items():
        each = found[id]
        groups = (*each.counting, *each.waiting, *each.left_out)
        links = Counter(linked.evidence.name for linked in groups)
        assert links == Counter(evidence.name for evidence in question.evidence)
        assert standing(view, id) == each


@given(LEDGERS)
@settings(max_examples=40)
def test_the_groups_are_what_counting_and_reviewing_say(history: tuple[Event, ...]) -> None:
    """Claims count here that count anywhere, and what waits here waits among the proposals."""
    view = view_of(*history)
    waiting = {proposal.name for proposal in pending(view)}
    for given_ in standings(view):
        for each in given_.counting:
            assert each.claim is None or each.claim.id in view.counted.claims
            assert (each.left_out, each.waits_for) == (None, ())
        for each in given_.waiting:
            assert each.waits_for
            assert given_.question.status != "open" or waiting.issuperset(each.waits_for)
        assert {each.left_out for each in given_.left_out} <= set(LEFT_OUT)


@given(LEDGERS)
@settings(max_examples=40)
def test_what_waits_counts_once_it_is_accepted(history: tuple[Event, ...]) -> None:
    """Where all that evidence waits for is accepted, it counts, and nothing waits any more."""
    ledger = ledger_of(*history)
    before = {each.question.id: each for each in standings(ledger.view())}
    names = {name for each in before.values() for one in each.waiting for name in one.waits_for}
    if names:
        ledger.append(*verdicts(ledger.view(), accept=sorted(names)), by="reviewer")
    view = ledger.view()
    for after in standings(view):
        assert after.waiting == ()
        duplicates = {each.entry for each in after.left_out if each.left_out == "duplicate"}
        counting = {each.entry for each in after.counting}
        assert {each.entry for each in before[after.question.id].waiting} <= counting | duplicates


@given(LEDGERS)
@settings(max_examples=40)
def test_what_is_missing_follows_from_what_counts(history: tuple[Event, ...]) -> None:
    """What answers in the strongest tier is not missed, and where nothing counts, that is said."""
    view = view_of(*history)
    for each in standings(view):
        names = lacks(each)
        assert names == sorted(set(names), key=LACKS.index)
        if each.question.status != "open":
            assert set(names) <= ({"lost"} if each.question.status == "closed" else set())
        elif not each.counting:
            assert {"nothing", "lost", "unreviewed"}.intersection(names)
        if any(
            one.evidence.relation == "answers"
            and one.claim is not None
            and one.claim.tier == view.tiers[0].slug
            for one in each.counting
        ):
            assert set(names) <= {"lost", "one-sided"}


@given(LEDGERS)
@settings(max_examples=40)
def test_the_order_of_standings(history: tuple[Event, ...]) -> None:
    """Open ones come first, of these the bare ones, then those that lack most, then the older."""
    found = standings(view_of(*history))
    order = [
        (
            ("open", "closed", "withdrawn").index(each.question.status),
            len(each.counting) > 0,
            len(each.waiting) > 0,
            -len(each.missing),
            each.question.n,
        )
        for each in found
    ]
    assert order == sorted(order)


def test_the_order_by_what_is_missing() -> None:
    """Bare ones, then those that only wait, then those that lack more, then the rest."""
    view = view_of(
        *(source(), claim(), *map(asked, ("q1", "q2", "q3", "q4"))),
        *(linked(), linked("partly", question="q2"), linked(question="q3", **AUTOMATIC)),
    )
    assert [each.question.id for each in standings(view)] == ["q4", "q3", "q2", "q1"]


# -- what is missing -----------------------------------------------------------------------

LOST: Final[tuple[Any, ...]] = (source(), claim(), asked(), linked())
AGAINST: Final[tuple[Any, ...]] = (claim("c2", stance="contradicts"), linked("against", claim="c2"))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), [("nothing", "nothing is linked to it")]),
        (
            (linked(**AUTOMATIC), Reviewed(target="link:q1/c1/answers", verdict="rejected")),
            [("nothing", "nothing that counts is linked to it")],
        ),
        (
            (linked(**AUTOMATIC), ClaimWithdrawn(claim="c1", why="a slip")),
            [("nothing", "nothing that counts is linked to it")],
        ),
        ((linked(**AUTOMATIC),), [("unreviewed", "only proposals that nobody has reviewed")]),
        (
            (linked(), ClaimWithdrawn(claim="c1", why="a slip")),
            [("lost", "its evidence no longer counts: c1 (withdrawn)")],
        ),
        (
            (linked("partly"), *AGAINST),
            [("partly", "it is answered in part only")],
        ),
        (AGAINST, [("against", "all that counts speaks against it; nothing answers it")]),
        (
            (linked(source="s1"), linked("against", source="s2")),
            [("sources", "sources are linked to it, but no claim says what they show")],
        ),
        (
            (claim("c3", tier="published", stance="mixed"), linked(claim="c3")),
            [("tiers", "no human or preclinical evidence")],
        ),
        (
            (claim("c3", tier="preclinical", stance="mixed"), linked(claim="c3")),
            [("tiers", "no human evidence")],
        ),
        ((linked(),), [("one-sided", "nothing was linked that speaks against it")]),
        (
            (
                linked(),
                *AGAINST,
                linked(source="s2"),
                Reviewed(target="source:s2", verdict="rejected"),
            ),
            [("lost", "some of its evidence no longer counts: s2 (rejected)")],
        ),
        ((linked(), *AGAINST), []),
    ],
)
def test_lacks(events: Iterable[Any], expected: list[tuple[str, str]]) -> None:
    """Each lack is found by itself, and told in words."""
    view = view_of(source(), source("s2"), claim(), asked(), *events)
    found = standing(view, "q1").missing
    assert [(lack.name, lack.text) for lack in found] == expected


def test_lacks_name_entries() -> None:
    """Tiers without evidence, what was lost and what waits are named, for programs."""
    view = view_of(
        *(source(), claim(tier="anecdotal"), claim("c2"), claim("c3"), asked(), linked()),
        *(linked(claim="c2"), ClaimWithdrawn(claim="c2", why="a slip")),
        *(asked("q2"), linked(question="q2", claim="c3", **AUTOMATIC)),
    )
    named = {lack.name: lack.entries for each in standings(view) for lack in each.missing}
    assert named["tiers"] == ("tier:human", "tier:preclinical", "tier:published")
    assert named["lost"] == ("claim:c2",)
    assert named["unreviewed"] == ("claim:c3",)


def test_a_closed_question_whose_evidence_fell_away() -> None:
    """It says why it was closed, and lacks nothing until its evidence no longer counts."""
    closed = (*LOST, QuestionClosed(question="q1", why="one trial answers it"))
    before = standing(view_of(*closed), "q1")
    retraction = SourceFlagged(source="s1", status="retracted", according_to="PubMed")
    after = standing(view_of(*closed, retraction), "q1")
    assert (before.question.why, lacks(before)) == ("one trial answers it", [])
    assert (after.question.status, lacks(after)) == ("closed", ["lost"])
    withdrawn = QuestionWithdrawn(question="q1", why="asked twice")
    assert lacks(standing(view_of(*LOST, retraction, withdrawn), "q1")) == []


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (Reviewed(target="link:q1/s1/partly", verdict="rejected"), "link-rejected"),
        (Reviewed(target="source:s1", verdict="rejected"), "rejected"),
        (SourceFlagged(source="s1", status="retracted", according_to="PubMed"), "retracted"),
        (SourceLinked(source="s1", other="s2", relation="duplicate-of"), "duplicate"),
    ],
)
def test_a_source_that_no_longer_counts(event: Event, reason: str) -> None:
    """A source that is linked as a whole falls by what its claims would fall by."""
    view = view_of(
        *(source(), source("s2"), claim(source="s2"), asked(), linked("partly", source="s1"), event)
    )
    (found,) = standing(view, "q1").left_out
    assert (found.entry, found.left_out) == ("source:s1", reason)


def test_a_duplicate_of_what_was_retracted() -> None:
    """It is the same paper, whichever of the two the notice names."""
    view = view_of(
        *(source(), source("s2"), asked(), linked(source="s1")),
        SourceLinked(source="s1", other="s2", relation="duplicate-of"),
        SourceFlagged(source="s2", status="retracted", according_to="PubMed"),
    )
    assert [each.left_out for each in standing(view, "q1").left_out] == ["retracted"]


def test_evidence_waits_for_its_claim_too() -> None:
    """A proposed link to a proposed claim waits for two verdicts; a drawn one for the claim's."""
    view = view_of(
        *(source(), claim(**AUTOMATIC), asked(), linked("partly", **AUTOMATIC), linked("against"))
    )
    found = standing(view, "q1")
    assert [each.waits_for for each in found.waiting] == [
        ("link:q1/c1/partly", "claim:c1"),
        ("claim:c1",),
    ]
    assert lacks(found) == ["unreviewed"]


@pytest.mark.parametrize("name", ["q1", "question:q1", "q:1", "1", " q:q1 "])
def test_a_question_by_its_names(name: str) -> None:
    """A question is found by its id, its whole name, and the forms that readers text."""
    assert named(view_of(asked()), name).id == "q1"


@pytest.mark.parametrize("name", ["q2", "2", "", "claim:1", "q1:", "q:", "link:q:1"])
def test_no_such_question(name: str) -> None:
    """What names no question is said to name none."""
    with pytest.raises(NotFound, match=r"semax has no question '.*' at 2; 'evledger questions"):
        named(view_of(asked()), name)


# -- what a new entry bears on -------------------------------------------------------------


@attrs.frozen
class Chosen:
    """A retriever that gives every entry that can bear on a question, with weights of its own."""

    weights: Sequence[float] = (1.0,)
    name: str = "chosen"

    def retrieve(self, view: View, question: str, limit: int) -> list[Match]:
        """Return matches, the best first."""
        entries = [f"claim:{id}" for id in view.claims] + [f"source:{id}" for id in view.sources]
        entries += [f"question:{id}" for id in view.questions]
        found = [
            Match(
                entry=entry,
                weight=self.weights[(place + len(question)) % len(self.weights)],
                words=("helps",),
                missing=("women",),
            )
            for place, entry in enumerate(entries)
        ]
        return sorted(found, key=lambda match: -match.weight)[:limit]


WEIGHTS: Final = st.lists(st.sampled_from([0.3, 0.59, 0.6, 0.8, 1.0]), min_size=1, max_size=5)


@given(LEDGERS, WEIGHTS, st.integers(0, 31), st.integers(0, 3))
@settings(max_examples=50)
def test_what_is_proposed(
    history: tuple[Event, ...], weights: list[float], since: int, limit: int
) -> None:
    """New entries that count or may, to open questions, nothing twice, and it ends there."""
    ledger = ledger_of(*history)
    view = ledger.view()
    retriever = Chosen(weights)
    found = bearing(view, retriever, since=since, record=ledger.record, limit=limit)
    there = {(e.claim, e.source, q.id) for q in view.questions.values() for e in q.evidence}
    for each in found:
        assert view.questions[each.question].status == "open"
        assert (each.claim, each.source, each.question) not in there
        assert (each.relation, each.assertion) == ("partly", "automatic")
        there.add((each.claim, each.source, each.question))
        if each.claim is not None:
            assert view.claims[each.claim].n >= since
            assert view.counted.reason_of(each.claim) in (None, "automatic")
        else:
            assert view.sources[str(each.source)].n >= since
            beside = {(claim.id, None, each.question) for claim in view.claims_of(str(each.source))}
            assert not beside & there
    assert max(Counter(each.question for each in found).values(), default=0) <= limit
    if found:
        ledger.append(*found, by="importer")
        assert ledger.view().unfit == ()
    again = bearing(ledger.view(), retriever, since=since, record=ledger.record, limit=limit)
    assert again == ()


@given(LEDGERS, st.integers(0, 31))
@settings(max_examples=40)
def test_whatever_matches_is_proposed(history: tuple[Event, ...], since: int) -> None:
    """Of new claims that may count, each that matches is linked to each open question."""
    ledger = ledger_of(*history)
    view = ledger.view()
    found = bearing(view, Chosen(), since=since, limit=100)
    linked = {(e.claim, q.id) for q in view.questions.values() for e in q.evidence}
    linked |= {(each.claim, each.question) for each in found}
    wanted = {
        (claim.id, question.id)
        for question in view.questions.values()
        for claim in view.claims.values()
        if question.status == "open" and claim.n >= since
        if view.counted.reason_of(claim.id) in (None, "automatic")
    }
    assert wanted <= linked


@pytest.mark.parametrize(("limit", "expected"), [(20, ["c5", "c2", "c1", "c3"]), (2, ["c5", "c2"])])
def test_the_best_are_proposed_first(limit: int, expected: list[str]) -> None:
    """Matches of weight 0.6 or more are taken, the best first, and no more than a person reads."""
    view = view_of(source(), *(claim(f"c{number}") for number in range(1, 6)), asked())
    shift = len("Does it help?") % 5
    weights = [0.7, 0.9, 0.6, 0.59, 1.0]
    retriever = Chosen(weights[-shift:] + weights[:-shift])
    assert [each.claim for each in bearing(view, retriever, since=2, limit=limit)] == expected


def test_only_what_is_new_is_proposed() -> None:
    """Record ``since`` is new, and the one before is not, be it a claim's or a source's."""
    view = view_of(source(), claim(), asked(), claim("c2"), source("s2"), source("s3"))
    for since, expected in ((2, ["c1", "c2", "s2", "s3"]), (3, ["c2", "s2", "s3"]), (6, ["s3"])):
        found = bearing(view, Chosen(), since=since)
        assert [each.claim or each.source for each in found] == expected


@pytest.mark.parametrize("event", [QuestionClosed, QuestionWithdrawn])
def test_nothing_is_proposed_to_a_question_that_is_not_open(event: Any) -> None:
    """What was closed or withdrawn needs no evidence."""
    view = view_of(source(), claim(), asked(), event(question="q1", why="enough"))
    assert bearing(view, Chosen(), since=0) == ()


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((claim(**AUTOMATIC),), ["c1"]),
        ((), ["s1"]),
        ((claim(), ClaimWithdrawn(claim="c1", why="a slip")), ["s1"]),
        ((Reviewed(target="source:s1", verdict="rejected"),), []),
        ((claim(), SourceFlagged(source="s1", status="retracted", according_to="X")), []),
        ((linked(source="s1"), claim()), ["c1"]),
        ((claim(), linked("against")), []),
        ((claim(), linked(), ClaimWithdrawn(claim="c1", why="a slip")), []),
        (
            (
                claim(),
                linked(**AUTOMATIC),
                Reviewed(target="link:q1/c1/answers", verdict="rejected"),
            ),
            [],
        ),
    ],
)
def test_what_bears(events: Iterable[Any], expected: list[str]) -> None:
    """A claim before its source; nothing that was linked in any way, and nothing that falls."""
    view = view_of(source(), asked(), *events)
    assert [each.claim or each.source for each in bearing(view, Chosen(), since=0)] == expected


def test_what_was_unlinked_is_not_proposed_again() -> None:
    """A person said that it does not bear on the question; the records tell, the view does not."""
    unlinked = EvidenceUnlinked(question="q1", claim="c1", relation="answers", why="another drug")
    ledger = ledger_of(*LOST, unlinked, linked("partly", question="q1", claim="c1"), unlinked2())
    view = ledger.view()
    assert bearing(view, Chosen(), since=0, record=ledger.record) == ()
    assert [each.claim for each in bearing(view, Chosen(), since=0)] == ["c1"]


def unlinked2() -> EvidenceUnlinked:
    """End the second of two links of one claim."""
    return EvidenceUnlinked(question="q1", claim="c1", relation="partly", why="another drug")


@pytest.mark.parametrize(
    "events",
    [
        (source(), claim(), asked(channel="sms")),
        (source(), seal(claim(), "text"), asked()),
        (source(), claim(quote="It helps."), asked()),
        (source(platform="reddit", kind="post"), claim(), asked()),
    ],
)
def test_a_basis_repeats_no_sealed_word(events: Iterable[Any]) -> None:
    """Where the question, the claim or its source is sealed, no word of theirs becomes public."""
    view = view_of(*events)
    (found,) = bearing(view, Chosen(), since=0)
    assert found.basis == "1 of 2 of its words, weight 1.00"


def test_a_basis_says_which_words() -> None:
    """A person who reviews sees by which words it was found, and which it lacks."""
    (found,) = bearing(view_of(source(), claim(), asked()), Chosen(), since=0)
    assert found.basis == "its words: helps; not: women"


@attrs.frozen
class Wordy:
    """A retriever that gives one claim, with whatever words."""

    words: tuple[str, ...]
    name: str = "wordy"

    def retrieve(self, view: View, question: str, limit: int) -> list[Match]:
        """Return claim c1."""
        del view, question, limit
        return [Match(entry="claim:c1", weight=0.75, words=self.words)]


@given(st.lists(st.text(max_size=300), max_size=40).map(tuple))
@settings(max_examples=40)
def test_a_basis_is_fit_for_a_line(words: tuple[str, ...]) -> None:
    """Whatever a retriever takes for words, what it proposes can be appended, and is short."""
    ledger = ledger_of(source(), claim(), asked())
    (found,) = bearing(ledger.view(), Wordy(words), since=0)
    assert found.basis is not None
    assert 0 < len(found.basis) <= 400
    ledger.append(found, by="importer")


@pytest.mark.parametrize(
    ("words", "basis"),
    [
        (("up\x1b\u202e",), "its words: up\\x1b\\u202e"),
        (("\ud800",), "its words: \\ud800"),
        (tuple("abcdefghijklmno"), "its words: a, b, c, d, e, f, g, h, i, j, k, l, …"),
        (("x" * 300, "y" * 300), f"its words: {'x' * 300}, {'y' * 87}"),
        ((), "0 of 0 of its words, weight 0.75"),
    ],
)
def test_a_basis_is_legible(words: tuple[str, ...], basis: str) -> None:
    """Words that could steer a terminal are escaped, and many or long ones are cut."""
    (found,) = bearing(view_of(source(), claim(), asked()), Wordy(words), since=0)
    assert found.basis == basis


def test_what_is_hidden_or_long() -> None:
    """A question whose words are hidden is not asked; of a very long one the beginning is."""
    asked_: list[str] = []

    class Listening:
        name = "listening"

        def retrieve(self, view: View, question: str, limit: int) -> list[Match]:
            del view, limit
            asked_.append(question)
            return []

    ledger = ledger_of(
        asked(channel="sms"), asked("q2", "why? " * 4_000), asked("q3", "Who?"), source()
    )
    ledger.erase(1, "text", reason="asked", by="curator")
    assert bearing(ledger.view(), Listening(), since=0) == ()
    assert [len(each) for each in asked_] == [2_000, 4]


def test_a_retriever_that_fails() -> None:
    """It is named, and nothing is proposed."""

    class Failing:
        name = "failing"

        def retrieve(self, view: View, question: str, limit: int) -> list[Match]:
            del view, limit
            raise RuntimeError(question)

    with pytest.raises(PluginError, match="retriever 'failing' failed"):
        bearing(view_of(source(), claim(), asked()), Failing(), since=0)


# -- proposing -----------------------------------------------------------------------------


def test_propose() -> None:
    """What bears on open questions is appended at once, and the second time there is nothing."""
    ledger = ledger_of(source(), claim(), asked(), asked("q2"))
    assert propose(ledger, Chosen(), since=1, by="importer") == 2
    assert [lacks(each) for each in standings(ledger.view())] == [["unreviewed"], ["unreviewed"]]
    assert propose(ledger, Chosen(), since=1, by="importer") == 0
    assert ledger.head().size == 7


def test_an_accepted_proposal_counts() -> None:
    """A person's verdict turns it into evidence."""
    ledger = ledger_of(source(), claim(), asked())
    propose(ledger, Chosen(), since=1, by="importer")
    (proposal,) = pending(ledger.view())
    ledger.append(*verdicts(ledger.view(), accept=[proposal.name]), by="curator")
    found = standing(ledger.view(), "q1")
    assert [each.entry for each in found.counting] == ["claim:c1"]
    assert lacks(found) == ["partly", "one-sided"]


@attrs.frozen
class Meddling:
    """A retriever during whose work somebody else appends."""

    meddle: Callable[[], None]
    name: str = "meddling"

    def retrieve(self, view: View, question: str, limit: int) -> list[Match]:
        """Let somebody append, and give matches."""
        self.meddle()
        return Chosen().retrieve(view, question, limit)


@pytest.mark.parametrize(("times", "outcome"), [(1, 1), (2, 1), (3, Conflict)])
def test_others_append_meanwhile(times: int, outcome: int | type[Conflict]) -> None:
    """It is found again, and after three attempts given up."""
    ledger = ledger_of(source(), claim(), asked())
    gaps = iter(range(times))

    def meddle() -> None:
        for gap in gaps:
            ledger.append(GapNoted(id=f"g{gap}", text="No trial in women."), by="somebody")
            return

    if isinstance(outcome, int):
        assert propose(ledger, Meddling(meddle), since=1, by="importer") == outcome
        return
    with pytest.raises(outcome):
        propose(ledger, Meddling(meddle), since=1, by="importer")


def test_by_the_words_of_full_text() -> None:
    """The built-in retriever finds the claim that a question asks for, and not another."""
    ledger = ledger_of(
        source(title="A trial in stroke"),
        asked(text="Does Semax raise BDNF in rats?"),
        claim(text="Semax raised BDNF in the hippocampus of rats."),
        claim("c2", text="Sleep got worse."),
    )
    found = bearing(ledger.view(), PLUGINS.retriever("full-text"), since=1, record=ledger.record)
    assert [(each.question, each.claim) for each in found] == [("q1", "c1")]
