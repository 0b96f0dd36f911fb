"""Suggested prompts: each is answered by the ledger, reads as a question, and stands alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    About,
    CaveatNoted,
    ClaimTagged,
    ComponentMapped,
    Event,
    EvidenceLinked,
    GapNoted,
    Ledger,
    LedgerDescribed,
    Plugins,
    QuestionCreated,
    QuestionWithdrawn,
    Reviewed,
    Seal,
    SectionWritten,
    SourceAdded,
    SourceFlagged,
    Tier,
    View,
    seal,
)
from evledger.asking import Answer, Prompt, suggest
from evledger.asking.prompts import folded
from evledger.demo import build
from evledger.legible import UNSEEN, shortened
from evledger.testing import stories, texts
from evledger.testing.telling import Story

PLUGINS: Final = Plugins.builtin()
COLLECTIONS: Final = {
    "claim": ("claims", "text"),
    "source": ("sources", "title"),
    "question": ("questions", "text"),
    "gap": ("gaps", "text"),
    "caveat": ("caveats", "text"),
    "section": ("sections", "body"),
}


def ledger_of(*events: Event | Seal) -> Ledger:
    """Return a new ledger that took these events."""
    ledger = evledger.open("memory:", plugins=PLUGINS).create("semax", title="Semax", by="curator")
    if events:
        ledger.append(*events, by="curator")
    return ledger


def suggested(*events: Event | Seal) -> dict[str, tuple[str, ...]]:
    """Return the prompts of a ledger that took these events: text → entries."""
    return {prompt.text: prompt.entries for prompt in suggest(ledger_of(*events).view())}


def source(id: str = "s1", **fields: Any) -> SourceAdded:
    """Return a paper."""
    return SourceAdded(id=id, kind="journal-article", title=f"Paper {id}", **fields)


def claim(id: str = "c1", **fields: Any) -> ClaimTagged:
    """Return a human claim of s1 that supports, unless told otherwise."""
    given: dict[str, Any] = {"source": "s1", "tier": "human", "stance": "supports", **fields}
    return ClaimTagged(id=id, text=f"Claim {id}.", **given)


def tiers(*labels: str) -> LedgerDescribed:
    """Return tiers t0, t1, … with these labels."""
    return LedgerDescribed(
        title="Semax",
        tiers=tuple(
            Tier(slug=f"t{place}", label=label, description="A tier.")
            for place, label in enumerate(labels)
        ),
    )


def shown(answer: Answer) -> set[str]:
    """Return the whole names of all that an answer shows."""
    cited = (*answer.claims, *answer.others)
    names = [f"claim:{each.claim.id}" for each in cited]
    names += [f"source:{each.source.id}" for each in cited]
    names += [f"source:{each.id}" for each in answer.sources]
    names += [f"section:{each.section}" for each in answer.sections]
    names += [f"gap:{each.id}" for each in answer.gaps]
    names += [f"caveat:{each.id}" for each in answer.caveats]
    names += [f"question:{each.id}" for each in answer.questions]
    return set(names)


# -- what holds of every ledger ------------------------------------------------------------

NAMES: Final = texts() | st.sampled_from(
    [
        *("Human", "human", "Human.", "RCT", "Case reports", "Human evidence"),
        *("\u202eevil\x1b[31m", " ", "?", "→", "Is it? No. Never.", "A" * 500, "words " * 40),
    ]
)
QUESTIONS: Final = NAMES | st.sampled_from(
    ["What is not known yet?", "what was added last", "What does the human evidence say?"]
)
SUGGESTING: Final = (
    *(ClaimTagged, QuestionCreated, EvidenceLinked, GapNoted, CaveatNoted),
    *(ComponentMapped, SectionWritten, LedgerDescribed, Reviewed),
)
TOLD: Final = stories(
    SUGGESTING,
    fields={
        QuestionCreated: {"text": QUESTIONS},
        ComponentMapped: {"component": NAMES},
        SectionWritten: {"section": st.sampled_from(["safety", "frame"])},
        LedgerDescribed: {
            "tiers": st.none()
            | st.lists(NAMES, min_size=1, max_size=4).map(lambda labels: tiers(*labels).tiers)
        },
    },
    max_size=30,
)


@settings(max_examples=40)
@given(TOLD)
def test_every_prompt_is_answered(story: Story) -> None:
    """Asked as it stands, a prompt is answered, and the answer shows all of its entries."""
    ledger = story.ledger(PLUGINS)
    for prompt in ledger.prompts():
        answer = ledger.ask(prompt.text, limit=1_000)
        assert answer.sureness == "sure"
        assert set(prompt.entries) - shown(answer) == set()


@settings(max_examples=40)
@given(TOLD)
def test_no_two_prompts_are_alike(story: Story) -> None:
    """There are at most eight, no two with one text, no two with the same entries."""
    prompts = suggest(story.view(PLUGINS))
    assert len(prompts) <= 8
    assert len({folded(prompt.text) for prompt in prompts}) == len(prompts)
    assert len({frozenset(prompt.entries) for prompt in prompts}) == len(prompts)
    assert all(len(set(prompt.entries)) == len(prompt.entries) > 0 for prompt in prompts)


@settings(max_examples=40)
@given(TOLD)
def test_every_prompt_can_be_read(story: Story) -> None:
    """A prompt is short, says something, and stands on one line in which nothing is unseen."""
    for prompt in suggest(story.view(PLUGINS)):
        assert len(prompt.text) <= 160
        assert " ".join(prompt.text.split()) == prompt.text
        assert any(map(str.isalnum, prompt.text))
        assert UNSEEN.search(prompt.text) is None
        assert prompt.text.endswith("?") or prompt.name == "question"


@settings(max_examples=40)
@given(TOLD)
def test_what_is_hidden_answers_nothing(story: Story) -> None:
    """Every entry of a prompt is in the ledger, and its words can be read."""
    view = story.view(PLUGINS)
    for prompt in suggest(view):
        for name in prompt.entries:
            assert isinstance(words_of(view, name), str)


def words_of(view: View, name: str) -> object:
    """Return what an entry says."""
    kind, _, id = name.partition(":")
    collection, field = COLLECTIONS[kind]
    return getattr(getattr(view, collection)[id], field)


@settings(max_examples=40)
@given(TOLD)
def test_what_holds_something_suggests_something(story: Story) -> None:
    """Where a claim counts and can be read, or a gap is open, there is something to ask."""
    view = story.view(PLUGINS)
    claims = [f"claim:{id}" for id in view.counted.claims]
    gaps = [f"gap:{gap.id}" for gap in view.gaps.values() if gap.closed is None]
    readable = [name for name in (*claims, *gaps) if isinstance(words_of(view, name), str)]
    assert bool(suggest(view)) >= bool(readable)


# -- how they read -------------------------------------------------------------------------


def test_prompts_of_the_demonstration() -> None:
    """What a real ledger suggests, in order: one of each sort, then more."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger, _ = build(store)
        prompts = ledger.prompts()
    assert [prompt.text for prompt in prompts] == [
        "Does Semax raise BDNF in people, or only in rats?",
        "What does the human evidence say?",
        "What speaks against it?",
        "What is not known yet?",
        "What is known about Semax?",
        "What should one know about its safety?",
        "What was added last?",
        "What does the preclinical evidence say?",
    ]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Human", "What does the human evidence say?"),
        ("RCT", "What does the RCT evidence say?"),
        ("Pre-clinical", "What does the pre-clinical evidence say?"),
        ("Human evidence", "What does the human evidence say?"),
        ("Human.", "What does the human evidence say?"),
        ("Case reports", "What does the evidence in “Case reports” say?"),
        ("Anecdotes", "What does the evidence in “Anecdotes” say?"),
        ("Seen in people: trials.", "What does the evidence in “Seen in people: trials” say?"),
        ("a\n\u202eb", r"What does the evidence in “a \u202eb” say?"),
        ("?!", "What does the evidence in “t0” say?"),
        ("word " * 60, f"What does the evidence in “{'word ' * 10}word…” say?"),
    ],
)
def test_labels_of_tiers(label: str, expected: str) -> None:
    """Whatever a tier is called, the question about it reads as one."""
    assert expected in suggested(tiers(label), source(), claim(tier="t0"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Semax", "What is known about Semax?"),
        ("TNF-β (serum)", "What is known about TNF-β (serum)?"),
        ("the hippocampus.", "What is known about the hippocampus?"),
        ("It rises. It falls", "What is known about “It rises. It falls”?"),
        ("one two three four five", "What is known about “one two three four five”?"),
        ("x" * 500, f"What is known about “{'x' * 59}…”?"),
        ("B\x1b[2J", r"What is known about “B\x1b[2J”?"),
    ],
)
def test_names_of_components(name: str, expected: str) -> None:
    """Whatever a component is called, the question about it reads as one."""
    part = ComponentMapped(id="k1", component=name, layer="neural")
    about = About(components=("k1",))
    found = suggested(part, source(), claim("c1", about=about), claim("c2"))
    assert found[expected] == ("claim:c1",)


def test_a_component_without_a_name() -> None:
    """Of what has no letter and no digit in its name nobody can ask."""
    part = ComponentMapped(id="k1", component=" … ", layer="neural")
    found = suggested(part, source(), claim(about=About(components=("k1",))))
    assert list(found) == ["What does the human evidence say?"]


@pytest.mark.parametrize("text", ["x" * 161, " ", "?!", "\u202e…"])
def test_questions_that_are_no_prompts(text: str) -> None:
    """A reader's question that is long, or says nothing, is not suggested."""
    linked = EvidenceLinked(question="q1", claim="c1", relation="answers")
    found = suggested(source(), claim(), QuestionCreated(id="q1", text=text), linked)
    assert list(found) == ["What does the human evidence say?"]


@given(st.text(), st.integers(2, 40))
def test_shortened(text: str, width: int) -> None:
    """A text that is shortened begins as the whole did, fits, and says that there was more."""
    found = shortened(text, width)
    assert len(found) <= width or found == text
    if found != text:
        assert found.endswith("…")
        assert text.startswith(found[:-1])


# -- what they come from -------------------------------------------------------------------


def test_tiers_of_one_label() -> None:
    """Two tiers that readers call the same are asked about at once."""
    told = tiers("Human", "human.")
    found = suggested(told, source(), claim("c1", tier="t1"), claim("c2", tier="t0"))
    assert found == {
        "What does the human evidence say?": ("claim:c2", "claim:c1"),
    }


def test_a_tier_that_only_claims_have() -> None:
    """A tier that the ledger has no more is called by its slug."""
    found = suggested(source(), claim(), tiers("Strong"), claim("c2", tier="t0"))
    assert list(found)[:2] == [
        "What does the strong evidence say?",
        "What was added last?",
    ]
    assert found["What does the human evidence say?"] == ("claim:c1",)


def test_the_strongest_first() -> None:
    """Within a prompt the strongest claims come first, in the order of the tiers."""
    about = About(components=("k1",))
    found = suggested(
        ComponentMapped(id="k1", component="BDNF", layer="neural"),
        source(),
        claim("c1", tier="anecdotal", about=about),
        claim("c2", tier="preclinical", about=about),
        claim("c3", about=about),
        claim("c4", tier="preclinical"),
    )
    assert found["What is known about BDNF?"] == ("claim:c3", "claim:c2", "claim:c1")


def test_the_most_answered_question_first() -> None:
    """Of readers' questions the one with most evidence comes first; answers stand first in it."""
    questions = [QuestionCreated(id=f"q{n}", text=f"Question {n}?") for n in range(1, 4)]
    links = (
        ("q1", "c1", "answers"),
        ("q2", "c1", "against"),
        ("q2", "c2", "partly"),
        ("q2", "c3", "answers"),
    )
    found = suggested(
        source(),
        *map(claim, ("c1", "c2", "c3")),
        *questions,
        *(EvidenceLinked(question=q, claim=c, relation=r) for q, c, r in links),  # type: ignore[arg-type]  # of a literal
    )
    assert [text for text in found if text.startswith("Question")] == ["Question 2?", "Question 1?"]
    assert found["Question 2?"] == ("claim:c3", "claim:c2", "claim:c1")
    assert found["Which questions has nobody answered?"] == ("question:q3",)


def test_what_answers_no_question() -> None:
    """A link that waits or was rejected, a claim that does not count, a source that fell: none."""
    proposed: Any = {"assertion": "automatic", "basis": "a guess"}
    found = suggested(
        *map(source, ("s1", "s2", "s3")),
        claim("c1"),
        claim("c2", **proposed),
        SourceFlagged(source="s2", status="retracted", according_to="PubMed"),
        Reviewed(target="source:s3", verdict="rejected"),
        QuestionCreated(id="q1", text="Does it help?"),
        EvidenceLinked(question="q1", claim="c1", relation="answers", **proposed),
        EvidenceLinked(question="q1", claim="c2", relation="answers"),
        EvidenceLinked(question="q1", source="s2", relation="answers"),
        EvidenceLinked(question="q1", source="s3", relation="answers"),
        QuestionCreated(id="q2", text="Withdrawn?"),
        EvidenceLinked(question="q2", claim="c1", relation="answers"),
        QuestionWithdrawn(question="q2", why="a slip"),
    )
    assert list(found) == ["What does the human evidence say?", "Which claims has nobody reviewed?"]
    accepted = (
        source("s1"),
        claim("c1"),
        claim("c2"),
        QuestionCreated(id="q1", text="Does it help?"),
        EvidenceLinked(question="q1", claim="c1", relation="answers", **proposed),
        Reviewed(target="link:q1/c1/answers", verdict="accepted"),
    )
    assert suggested(*accepted)["Does it help?"] == ("claim:c1",)


def test_a_source_answers_a_question() -> None:
    """A source as a whole can answer a question too."""
    asked = QuestionCreated(id="q1", text="Who reviewed it?")
    linked = EvidenceLinked(question="q1", source="s1", relation="answers")
    assert suggested(source(), asked, linked) == {"Who reviewed it?": ("source:s1",)}


def test_a_question_that_is_suggested_anyway() -> None:
    """A reader's question in the words of another prompt is one with it, and has its entries."""
    found = suggested(
        source(),
        claim(),
        GapNoted(id="g1", text="Women."),
        QuestionCreated(id="q1", text="What is not known  YET"),
        EvidenceLinked(question="q1", claim="c1", relation="partly"),
    )
    assert found["What is not known YET"] == ("claim:c1", "gap:g1")
    assert "What is not known yet?" not in found


def test_what_says_the_same_is_suggested_once() -> None:
    """One claim answers many questions, and is suggested under the first alone."""
    part = ComponentMapped(id="k1", component="BDNF", layer="neural")
    one = claim(about=About(components=("k1",)))
    assert suggested(part, source(), one) == {"What does the human evidence say?": ("claim:c1",)}


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([SectionWritten(section="safety", body="Beware.")], ("section:safety",)),
        (
            [CaveatNoted(id="cv1", text="Few."), SectionWritten(section="safety", body="Beware.")],
            ("section:safety", "caveat:cv1"),
        ),
    ],
)
def test_safety(events: Iterable[Event], expected: tuple[str, ...]) -> None:
    """Of safety is asked where there is a notice."""
    assert suggested(*events) == {"What should one know about its safety?": expected}


def test_caveats_alone() -> None:
    """Caveats are cautions, and need not be of safety."""
    found = suggested(CaveatNoted(id="cv1", text="Few."))
    assert found == {"What should one know before relying on this?": ("caveat:cv1",)}


def test_what_was_erased() -> None:
    """What was erased is suggested no more, and takes its prompt with it."""
    ledger = ledger_of(
        seal(GapNoted(id="g1", text="Ask Ada."), "text"), GapNoted(id="g2", text="Women.")
    )
    assert [prompt.entries for prompt in ledger.prompts()] == [("gap:g1", "gap:g2")]
    ledger.erase(1, "text", reason="asked", by="curator")
    assert [prompt.entries for prompt in ledger.prompts()] == [("gap:g2",)]


def test_prompts_of_an_earlier_time() -> None:
    """Prompts are those of the ledger as it stood."""
    ledger = ledger_of(GapNoted(id="g1", text="Women."), CaveatNoted(id="cv1", text="Few."))
    assert [prompt.name for prompt in ledger.prompts(n=2)] == ["gap"]
    assert ledger.prompts(n=1) == ()
    assert ledger.prompts(n=2) == (
        Prompt(name="gap", text="What is not known yet?", entries=("gap:g1",)),
    )
