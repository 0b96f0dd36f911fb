"""The chronicle: every record in words, and what changed between two heads."""

from __future__ import annotations

from typing import Any, Final

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
    EventSupply,
    EvidenceLinked,
    EvidenceUnlinked,
    FindingWaived,
    GapClosed,
    GapNoted,
    Invalid,
    Ledger,
    LedgerDescribed,
    Plugins,
    QuestionClosed,
    QuestionCreated,
    QuestionWithdrawn,
    Reviewed,
    SectionWritten,
    SourceAdded,
    SourceAmended,
    SourceFlagged,
    SourceLinked,
    event,
    hookimpl,
    seal,
)
from evledger.chronicle import CATEGORIES, Told, changes, chronicle, tell
from evledger.events import About, Ref, builtin_events, ref
from evledger.legible import UNSEEN
from evledger.store import Store
from evledger.testing import Story, stories
from evledger.testing.suites.confided import SECRET, confided
from evledger.testing.suites.renderers import HOSTILE, hostile_events
from evledger.testing.telling import clock

PLUGINS: Final = Plugins.builtin()


def told(ledger: Ledger) -> list[Told]:
    """Tell all of a ledger."""
    return list(chronicle(ledger.records(), ledger.view()))


def last(*events: Any, erase: tuple[int, ...] = ()) -> Told:
    """Tell the last record of a new ledger with these events."""
    return told(Story(events=events, erased=erase, title="Semax").ledger(PLUGINS))[-1]


# -- what holds of any ledger --------------------------------------------------------------


@given(stories())
@settings(max_examples=60)
def test_every_record_is_told_once(story: Story) -> None:
    """Each record of the vocabulary is told once, in order, under a category of its own."""
    ledger = story.ledger(PLUGINS)
    found = told(ledger)
    records = list(ledger.records())
    assert [(r.n, r.at, r.by, r.type) for r in records] == [
        (t.n, t.at, t.by, t.type) for t in found
    ]
    assert {t.category for t in found} <= {*CATEGORIES} - {"other"}
    assert all(t.text.rstrip("”")[-1] in ".!?…" for t in found)


@given(stories())
@settings(max_examples=40)
def test_entries_are_named(story: Story) -> None:
    """The entry that a record concerns is one that the view has."""
    view = story.view(PLUGINS)
    for each in told(story.ledger(PLUGINS)):
        kind, _, id = (each.entry or "ledger").partition(":")
        assert kind == "ledger" or id in getattr(view, f"{kind}s")


@given(stories(min_size=1), st.data())
@settings(max_examples=60)
def test_what_was_before_is_found_in_records_or_in_a_view(
    story: Story, data: st.DataObject
) -> None:
    """Told from a head on, a record reads as it does where everything is told."""
    ledger = story.ledger(PLUGINS)
    n = data.draw(st.integers(1, ledger.head().size), label="from")
    later = chronicle(ledger.records(n), ledger.view(), ledger.view(n))
    assert told(ledger)[n:] == list(later)


@given(stories(min_size=1), st.data())
@settings(max_examples=40)
def test_changes_hold_all_and_add_up(story: Story, data: st.DataObject) -> None:
    """The changes between two heads hold each record between them once; the counts add up."""
    ledger = story.ledger(PLUGINS)
    size = ledger.head().size
    n = data.draw(st.integers(0, size), label="from")
    before = ledger.view(n) if n else None
    found = changes(before, ledger.view(), ledger.records(n))
    places = [each.n for group in found.told.values() for each in group]
    assert sorted(places) == list(range(n, size))
    assert (found.records, list(found.told)) == (
        size - n,
        [c for c in CATEGORIES if c in found.told],
    )
    tiers = [number for number in found.numbers if number.name.startswith("tier:")]
    (claims,) = (number for number in found.numbers if number.name == "claims")
    assert sum(number.difference for number in tiers) == claims.difference
    assert claims.after == len(ledger.view().counted.claims)


@pytest.mark.parametrize("payload", HOSTILE)
def test_nothing_steers(payload: str) -> None:
    """A hostile text stands on one line, and nothing in it is unseen."""
    more = (
        _retagged(text=payload, why=payload),
        SourceFlagged(source="s1", status="concern", according_to=payload),
        FindingWaived(rule=payload, why=payload),
    )
    story = Story(events=(*hostile_events(payload), *more))
    for each in told(story.ledger(PLUGINS)):
        assert not UNSEEN.search(f"{each.text}{each.words}")


# -- what is not told ----------------------------------------------------------------------


@pytest.mark.parametrize("has_vault", [True, False])
def test_what_is_gone_is_not_told(has_vault: bool) -> None:
    """What was erased, or is withheld, is named as that; what is open is told."""
    events = tuple(confided(["supports"]))
    assert SECRET in repr(told(Story(events=events).ledger(PLUGINS)))
    gone = told(Story(events=events, erased=(0,) * 30, has_vault=has_vault).ledger(PLUGINS))
    assert SECRET not in repr(gone)
    assert ("[erased]" if has_vault else "[withheld]") in str(gone[2])


def _messaged(*more: Any) -> list[Told]:
    """Tell a ledger with a claim that came by message, and what was done with it."""
    return told(_sent(*more))


def _sent(*more: Any) -> Ledger:
    source = SourceAdded(id="s1", kind="other", title=SECRET, assertion="automatic", basis=SECRET)
    claim = ClaimTagged(
        id="c1",
        source="s1",
        text=SECRET,
        tier="anecdotal",
        stance="supports",
        quote=SECRET,
        assertion="automatic",
    )
    events = (seal(source, "title", "basis"), seal(claim, "text"), *more)
    return Story(events=events).ledger(PLUGINS)


def test_what_waits_for_a_review_is_not_told() -> None:
    """What a stranger sent is told once a person has accepted it, and not before."""
    assert SECRET not in repr(_messaged())
    assert "[not reviewed yet]" in repr(_messaged())
    rejected = _messaged(Reviewed(target="source:s1", verdict="rejected"))
    assert SECRET not in repr(rejected)
    assert "[rejected]" in repr(rejected)
    assert SECRET in repr(_messaged(Reviewed(target="claim:c1", verdict="accepted")))


def test_sealed_words_are_not_told_when_they_are_replaced() -> None:
    """A correction of sealed words says what they are now, and not what they were."""
    ledger = _sent(ClaimRetagged(claim="c1", text="It helped.", why="in our words"))
    (since,) = chronicle(ledger.records(3), ledger.view(), ledger.view(3))
    assert since == told(ledger)[-1]
    assert since.text == "c1 was reworded to “It helped.”: in our words."


def test_a_sealed_reason_is_withheld() -> None:
    """A reason that somebody sealed is not told."""
    claim = _claim()
    reason = seal(ClaimWithdrawn(claim="c1", why=SECRET), "why")
    assert last(_source(), claim, reason).text == "c1 was withdrawn: [withheld]."


# -- a sentence for each type --------------------------------------------------------------


def _source(id: str = "s1", **fields: Any) -> SourceAdded:
    given: dict[str, Any] = {"kind": "trial", "title": "A trial", **fields}
    return SourceAdded(id=id, **given)


def _claim(id: str = "c1", **fields: Any) -> ClaimTagged:
    given: dict[str, Any] = {"source": "s1", "tier": "human", "stance": "supports"}
    given |= {"text": "Scores rose.", **fields}
    return ClaimTagged(id=id, **given)


def _retagged(**fields: Any) -> ClaimRetagged:
    given: dict[str, Any] = {"why": "it was in rats", **fields}
    return ClaimRetagged(claim="c1", **given)


def _flag(status: Any, **fields: Any) -> SourceFlagged:
    return SourceFlagged(source="s1", status=status, according_to="Crossref", **fields)


_ASKED: Final = QuestionCreated(id="q1", text="Is it safe?")
_ANSWERED: Final = EvidenceLinked(question="q1", claim="c1", relation="partly")
_BASE: Final = (_source(), _claim())

EXAMPLES: Final[tuple[tuple[str, tuple[Event, ...], str, str | None, str], ...]] = (
    ("ledger-opened", (), "text", "ledger", "The ledger was opened."),
    (
        "ledger-described",
        (LedgerDescribed(title="Semax", subject="a peptide"),),
        "text",
        "ledger",
        "The ledger was described anew (subject to “a peptide”).",
    ),
    (
        "section-written",
        (SectionWritten(section="frame", body="x"),),
        "text",
        "section:frame",
        "The section frame was written.",
    ),
    (
        "section-written",
        (SectionWritten(section="why", body="x"), SectionWritten(section="why", body="y")),
        "correction",
        "section:why",
        "The section why was rewritten.",
    ),
    (
        "component-mapped",
        (ComponentMapped(id="k1", component="BDNF", layer="neural"),),
        "text",
        "component:k1",
        "k1 was mapped to “neural”.",
    ),
    (
        "component-mapped",
        (
            ComponentMapped(id="k1", component="BDNF", layer="neural"),
            ComponentMapped(id="k1", component="BDNF", layer="cognitive"),
        ),
        "correction",
        "component:k1",
        "k1 was mapped anew (layer from “neural” to “cognitive”).",
    ),
    ("source-added", (_source(),), "evidence", "source:s1", "s1 was added (trial)."),
    (
        "source-added",
        (_source(kind="journal-article", title="Is it so?", assertion="automatic"),),
        "evidence",
        "source:s1",
        "s1 was added by a program (journal article).",
    ),
    (
        "source-amended",
        (
            _source(),
            SourceAmended(
                source="s1",
                venue="Peptides",
                locators_added=("doi:10.1000/x",),
                why="Wrong record.",
            ),
        ),
        "correction",
        "source:s1",
        "s1 was amended (venue to “Peptides”; with doi:10.1000/x): Wrong record.",
    ),
    (
        "source-amended",
        (_source(published="2018"), SourceAmended(source="s1", published="2019-06", why="No.")),
        "correction",
        "source:s1",
        "s1 was amended (published from 2018 to 2019-06): No.",
    ),
    (
        "source-flagged",
        (_source(), _flag("retracted", date="2020-01", notice="doi:10.1000/n")),
        "retraction",
        "source:s1",
        "s1 was retracted in 2020-01, according to Crossref (doi:10.1000/n).",
    ),
    (
        "source-flagged",
        (_source(), _flag("reinstated", date="2020-01-02")),
        "retraction",
        "source:s1",
        "s1 was reinstated on 2020-01-02, according to Crossref.",
    ),
    (
        "source-flagged",
        (_source(), _flag("concern")),
        "correction",
        "source:s1",
        "s1 came under an expression of concern, according to Crossref.",
    ),
    (
        "source-linked",
        (_source(), _source("s2"), SourceLinked(source="s2", other="s1", relation="duplicate-of")),
        "evidence",
        "source:s2",
        "s2 was said to be a duplicate of s1.",
    ),
    (
        "claim-tagged",
        _BASE,
        "evidence",
        "claim:c1",
        "c1 was drawn from s1 (Human, supports).",
    ),
    (
        "claim-retagged",
        (*_BASE, _retagged(tier="preclinical")),
        "correction",
        "claim:c1",
        "c1 was moved from Human to Preclinical: it was in rats.",
    ),
    (
        "claim-retagged",
        (*_BASE, _retagged(stance="mixed", text="Few did.", why="x")),
        "correction",
        "claim:c1",
        "c1 was changed from supports to mixed and reworded from “Scores rose.” to “Few did.”: x.",
    ),
    (
        "claim-retagged",
        (*_BASE, _retagged(tier="human")),
        "correction",
        "claim:c1",
        "c1 was tagged anew, without a change: it was in rats.",
    ),
    (
        "claim-retagged",
        (*_BASE, _retagged(about=About(outcome="recall", population="rats"))),
        "correction",
        "claim:c1",
        "c1 was related to the outcome “recall” and the population “rats”: it was in rats.",
    ),
    (
        "claim-withdrawn",
        (*_BASE, ClaimWithdrawn(claim="c1", why="Misread.")),
        "retraction",
        "claim:c1",
        "c1 was withdrawn: Misread.",
    ),
    (
        "reviewed",
        (*_BASE, Reviewed(target="claim:c1", verdict="accepted")),
        "review",
        "claim:c1",
        "c1 was accepted on review.",
    ),
    (
        "reviewed",
        (*_BASE, Reviewed(target="source:s1", verdict="rejected", why="An advertisement.")),
        "retraction",
        "source:s1",
        "s1 was rejected on review: An advertisement.",
    ),
    (
        "reviewed",
        (*_BASE, _ASKED, _ANSWERED, Reviewed(target="link:q1/c1/partly", verdict="accepted")),
        "review",
        "question:q1",
        "The link from c1 to q1 (partly) was accepted on review.",
    ),
    (
        "question-created",
        (QuestionCreated(id="q1", text="Is it safe?", channel="sms"),),
        "question",
        "question:q1",
        "q1 was asked by sms.",
    ),
    (
        "question-closed",
        (_ASKED, QuestionClosed(question="q1", why="Answered.")),
        "question",
        "question:q1",
        "q1 was closed: Answered.",
    ),
    (
        "question-withdrawn",
        (_ASKED, QuestionWithdrawn(question="q1", why="Asked twice.")),
        "question",
        "question:q1",
        "q1 was withdrawn: Asked twice.",
    ),
    (
        "evidence-linked",
        (*_BASE, _ASKED, _ANSWERED),
        "question",
        "question:q1",
        "c1 was linked to q1, which it answers in part.",
    ),
    (
        "evidence-unlinked",
        (
            *_BASE,
            _ASKED,
            _ANSWERED,
            EvidenceUnlinked(question="q1", claim="c1", relation="partly", why="Another dose."),
        ),
        "question",
        "question:q1",
        "c1 was unlinked from q1 (partly): Another dose.",
    ),
    (
        "gap-noted",
        (GapNoted(id="g1", text="No trial in women."),),
        "text",
        "gap:g1",
        "g1 was noted as a gap.",
    ),
    (
        "gap-closed",
        (GapNoted(id="g1", text="No trial."), GapClosed(gap="g1", why="There is one.")),
        "text",
        "gap:g1",
        "g1 is a gap no longer: There is one.",
    ),
    (
        "caveat-noted",
        (CaveatNoted(id="cv1", text="Few people."),),
        "text",
        "caveat:cv1",
        "cv1 was noted as a caveat.",
    ),
    (
        "caveat-withdrawn",
        (CaveatNoted(id="cv1", text="Few."), CaveatWithdrawn(caveat="cv1", why="Many now.")),
        "text",
        "caveat:cv1",
        "cv1 is a caveat no longer: Many now.",
    ),
    (
        "finding-waived",
        (*_BASE, FindingWaived(rule="no-quote", target="claim:c1", why="None to be had.")),
        "review",
        "claim:c1",
        "The finding no-quote about c1 was let stand: None to be had.",
    ),
)
"""For each type one or more histories whose last record is of it, and how that is told."""


@pytest.mark.parametrize(("kind", "events", "category", "entry", "text"), EXAMPLES)
def test_sentences(
    kind: str, events: tuple[Event, ...], category: str, entry: str | None, text: str
) -> None:
    """A record reads as a person would tell it."""
    found = last(*events)
    assert (kind, category, entry, text) == (found.type, found.category, found.entry, found.text)


def test_an_erasure_is_told() -> None:
    """An erasure names the entry, the record that held the fields, the fields and the reason."""
    found = last(*_BASE, _claim("c2", quote="they rose"), erase=(0,))
    assert found.text == "c2 (record 3) had its quote erased for good: a test."
    assert (found.category, found.entry) == ("erasure", "claim:c2")
    assert found.words == "“Scores rose.”"


def test_every_type_has_a_sentence() -> None:
    """There is an example, and so a sentence, for every event of the vocabulary."""
    shown = {example[0] for example in EXAMPLES} | {"fields-erased"}
    assert shown == {cls.type for cls in builtin_events()}


def test_words_stand_beside() -> None:
    """What an entry says stands beside what was done with it, unless that repeats it."""
    assert str(last(*_BASE)) == "c1 was drawn from s1 (Human, supports). “Scores rose.”"
    assert last(*_BASE, _retagged(tier="preclinical")).words == "“Scores rose.”"
    assert last(*_BASE, _retagged(text="None rose.")).words is None


def test_a_record_by_itself() -> None:
    """Without what was before, a correction is told with what it leads to."""
    ledger = Story(events=(*_BASE, _retagged(tier="preclinical"))).ledger(PLUGINS)
    assert (
        tell(ledger.record(3), ledger.view()).text == "c1 was moved to Preclinical: it was in rats."
    )


# -- what is not of the vocabulary ---------------------------------------------------------


@event("mylab:assay-run")
class AssayRun(Event):
    """A plugin's event."""

    source: Ref = ref("source")


class MyLab:
    """The plugin that brings it."""

    EVLEDGER_API = 1

    @hookimpl.events
    def events(self) -> EventSupply:
        """Return the event."""
        return EventSupply(events=(AssayRun,))


def test_a_plugins_record_is_told_plainly() -> None:
    """A plugin's record is told as that; without the plugin, as one that is not known."""
    plugins = Plugins.builtin()
    plugins.register(MyLab(), "mylab")
    store = evledger.open("memory:", plugins=plugins)
    ledger = store.create("semax", title="Semax", by="curator")
    ledger.append(_source(), AssayRun(source="s1"), by="curator")
    known = told(ledger)[-1]
    assert (known.category, known.entry) == ("other", "source:s1")
    assert known.text == "A record of a plugin's type, mylab:assay-run."
    stranger = Store(store.backend, PLUGINS, clock()).ledger("semax")
    assert told(stranger)[-1].text == "A record of type mylab:assay-run, which is not known here."


# -- two heads -----------------------------------------------------------------------------


def test_heads_in_the_wrong_order() -> None:
    """The later head given first is an error that says so."""
    ledger = Story(events=_BASE).ledger(PLUGINS)
    with pytest.raises(Invalid, match="give the earlier head first"):
        changes(ledger.view(), ledger.view(1), ())


def test_different_ledgers() -> None:
    """Two ledgers of one name have no history between them."""
    one, other = (Story(events=_BASE).view(PLUGINS) for _ in range(2))
    with pytest.raises(Invalid, match="different ledgers"):
        changes(one, other, ())


@pytest.mark.parametrize(("start", "stop"), [(0, 3), (0, 2), (2, 3), (1, 2)])
def test_records_that_are_not_between(start: int, stop: int) -> None:
    """Records that are missing, or that do not belong there, are an error."""
    ledger = Story(events=_BASE).ledger(PLUGINS)
    with pytest.raises(Invalid, match="is missing"):
        changes(ledger.view(1), ledger.view(), ledger.records(start, stop))


def test_nothing_changed() -> None:
    """Between a head and itself there is nothing."""
    view = Story(events=_BASE).view(PLUGINS)
    found = changes(view, view, ())
    assert (found.records, dict(found.told)) == (0, {})
    assert not any(number.difference for number in found.numbers)
