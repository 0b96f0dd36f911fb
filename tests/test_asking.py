"""Asking: what bears on a question, grouped, with reasons, and how it is shown."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    CaveatNoted,
    CaveatWithdrawn,
    ClaimTagged,
    ClaimWithdrawn,
    Event,
    GapClosed,
    GapNoted,
    Hidden,
    Invalid,
    Ledger,
    PluginError,
    Plugins,
    QuestionCreated,
    QuestionWithdrawn,
    Reviewed,
    Seal,
    SectionWritten,
    SourceAdded,
    SourceFlagged,
    SourceLinked,
    View,
    seal,
)
from evledger.asking import Answer, Match, Sentence, ask
from evledger.asking.showing import LEFT_OUT, answer_document, answer_lines, brief_lines
from evledger.counting import REASONS
from evledger.entries import Claim, Source
from evledger.legible import UNSEEN
from evledger.reviewing import HeldBack, held_back
from evledger.testing import stories
from evledger.testing.telling import Story

PLUGINS: Final = Plugins.builtin()
HOSTILE: Final = "\x1b[31m\u202eevil\n\n  c99  forged"


@attrs.frozen
class Giving:
    """A retriever that gives what it was told to, whatever the question."""

    found: Iterable[Any] = ()
    name: str = "giving"

    def retrieve(self, view: View, question: str, limit: int) -> Iterator[Match]:
        """Yield it."""
        del view, question, limit
        yield from self.found


@attrs.frozen
class Saying:
    """An answerer that says what it was told to, and remembers what it was given."""

    said: Iterable[Any] = ()
    name: str = "saying"
    given: list[str] = attrs.field(factory=list[str])

    def answer(self, view: View, question: str, matches: Sequence[Match]) -> Iterator[Sentence]:
        """Say it."""
        del view, question
        self.given.extend(match.entry for match in matches)
        yield from self.said


def fail() -> Iterator[Any]:
    """Fail as a plugin does."""
    yield 1 / 0


def ledger_of(*events: Event | Seal) -> Ledger:
    """Return a new ledger that took these events."""
    ledger = evledger.open("memory:", plugins=PLUGINS).create("semax", title="Semax", by="curator")
    if events:
        ledger.append(*events, by="curator")
    return ledger


def source(id: str = "s1", **fields: Any) -> SourceAdded:
    """Return a paper."""
    given: dict[str, Any] = {"title": f"Paper {id}", **fields}
    return SourceAdded(id=id, kind="journal-article", **given)


def claim(id: str, **fields: Any) -> ClaimTagged:
    """Return a human claim of s1 that supports, unless told otherwise."""
    usual = {"text": f"Claim {id}.", "source": "s1", "tier": "human", "stance": "supports"}
    given: dict[str, Any] = {**usual, **fields}
    return ClaimTagged(id=id, **given)


def matches(*entries: str, weight: float = 1.0, **given: Any) -> Giving:
    """Return a retriever that finds these entries."""
    return Giving([Match(entry=entry, weight=weight, **given) for entry in entries])


def asked(
    view: View,
    retriever: Giving,
    answerer: Saying | None = None,
    *,
    limit: int = 10,
    proof: Callable[[Claim], str | None] | None = None,
) -> Answer:
    """Ask something with a retriever and an answerer of our own."""
    answerer = answerer or Saying()
    question = "Does it help?"
    return ask(view, question, retriever=retriever, answerer=answerer, limit=limit, proof=proof)


# -- claims --------------------------------------------------------------------------------


def test_groups() -> None:
    """Claims stand by stance, then by tier, the strongest first; within both the best first."""
    view = ledger_of(
        source(),
        claim("c1", tier="anecdotal"),
        claim("c2", stance="contradicts"),
        claim("c3"),
        claim("c4", stance="neutral"),
        claim("c5"),
        claim("c6", stance="mixed", tier="preclinical"),
    ).view()
    answer = asked(view, matches(*(f"claim:c{n}" for n in (5, 4, 1, 2, 6, 3))))
    assert [
        (group.stance, group.tier, group.label, [each.claim.id for each in group.claims])
        for group in answer.groups
    ] == [
        ("supports", "human", "Human", ["c5", "c3"]),
        ("supports", "anecdotal", "Anecdotal", ["c1"]),
        ("contradicts", "human", "Human", ["c2"]),
        ("mixed", "preclinical", "Preclinical", ["c6"]),
        ("neutral", "human", "Human", ["c4"]),
    ]
    assert [each.claim.id for each in answer.claims] == ["c5", "c3", "c1", "c2", "c6", "c4"]
    assert (answer.ledger, answer.head, answer.others) == ("semax", view.head, ())


def everything_left_out() -> View:
    """Return a view with one claim for each reason not to count, in the order of the reasons."""
    proposed: Any = {"assertion": "automatic", "basis": "a guess"}
    return ledger_of(
        *map(source, ("s1", "s2", "s3", "s4")),
        claim("c1"),
        claim("c2"),
        claim("c3", source="s2"),
        claim("c4", **proposed),
        claim("c5", source="s3"),
        claim("c6", source="s4"),
        ClaimWithdrawn(claim="c1", why="a slip"),
        Reviewed(target="claim:c2", verdict="rejected"),
        SourceFlagged(source="s2", status="retracted", according_to="PubMed"),
        SourceLinked(source="s4", other="s3", relation="duplicate-of"),
    ).view()


def test_others() -> None:
    """A claim that does not count stands apart with its reason, and no answerer is given it."""
    view = everything_left_out()
    answerer = Saying()
    answer = asked(view, matches(*(f"claim:c{n}" for n in range(1, 7))), answerer)
    assert [each.claim.id for each in answer.claims] == ["c5"]
    found = {each.claim.id: each.left_out for each in answer.others}
    assert found == dict(zip(("c1", "c2", "c3", "c4", "c6"), REASONS, strict=True))
    assert answerer.given == ["claim:c5"]
    assert "withdrawn" in answer.others[0].marks


def test_a_hidden_stance() -> None:
    """A claim whose stance is erased counts still, in a group that has none."""
    ledger = ledger_of(source(), seal(claim("c1"), "stance"))
    ledger.erase(2, "stance", reason="asked", by="curator")
    answer = asked(ledger.view(), matches("claim:c1"))
    assert [(group.stance, group.tier) for group in answer.groups] == [("", "human")]
    assert "stance not shown, Human: 1 claim" in list(answer_lines(answer))
    (group,) = answer_document(answer)["groups"]
    assert (group["stance"], group["claims"][0]["stance"]) == ("", {"concealed": "erased"})


def test_proofs() -> None:
    """A claim has the address of its proof, where there is one."""
    view = ledger_of(source(), claim("c1")).view()
    answer = asked(view, matches("claim:c1"), proof=lambda claim: f"p/{claim.id}")
    assert [each.proof for each in answer.claims] == ["p/c1"]
    assert [each.proof for each in asked(view, matches("claim:c1")).claims] == [None]


# -- what else bears on it -----------------------------------------------------------------


def test_what_else() -> None:
    """Sources without a claim, sections, gaps, caveats and questions stand apart; once each."""
    view = ledger_of(
        *map(source, ("s1", "s2")),
        claim("c1"),
        GapNoted(id="g1", text="Women."),
        CaveatNoted(id="cv1", text="Few."),
        QuestionCreated(id="q1", text="How long?"),
        SectionWritten(section="safety", body="Beware."),
    ).view()
    names = ("claim:c1", "source:s1", "source:s2", "gap:g1", "caveat:cv1", "question:q1")
    answer = asked(view, matches(*names, "section:safety", "gap:g1"))
    assert [each.id for each in answer.sources] == ["s2"]
    assert [each.id for each in answer.gaps] == ["g1"]
    assert [each.id for each in answer.caveats] == ["cv1"]
    assert [each.id for each in answer.questions] == ["q1"]
    assert [each.section for each in answer.sections] == ["safety"]


def test_what_is_over() -> None:
    """A gap that was closed, and a caveat or a question that was withdrawn, are not shown."""
    view = ledger_of(
        GapNoted(id="g1", text="Women."),
        GapClosed(gap="g1", why="found"),
        CaveatNoted(id="cv1", text="Few."),
        CaveatWithdrawn(caveat="cv1", why="many"),
        QuestionCreated(id="q1", text="How long?"),
        QuestionWithdrawn(question="q1", why="a slip"),
    ).view()
    answer = asked(view, matches("gap:g1", "caveat:cv1", "question:q1"))
    assert (answer.gaps, answer.caveats, answer.questions) == ((), (), ())


# -- how sure ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weight", "expected"),
    [(1.0, "sure"), (0.8, "sure"), (0.79, "likely"), (0.55, "likely"), (0.54, "doubtful")],
)
def test_sureness(weight: float, expected: str) -> None:
    """How sure an answer is follows from the best match."""
    view = ledger_of(source(), claim("c1"), claim("c2")).view()
    found = [*matches("claim:c1", weight=0.1).found, *matches("claim:c2", weight=weight).found]
    answer = asked(view, Giving(found))
    assert (answer.sureness, answer.weight, answer.is_answered) == (expected, weight, True)


def test_nothing() -> None:
    """Where nothing is found, the answer says so, and no answerer is asked."""
    answerer = Saying()
    answer = asked(ledger_of().view(), Giving(), answerer)
    assert (answer.sureness, answer.weight, answer.is_answered) == ("nothing", 0.0, False)
    assert answer == Answer(
        question="Does it help?",
        ledger="semax",
        head=answer.head,
        retriever="giving",
        answerer="saying",
    )
    assert answerer.given == []


def test_missing_words() -> None:
    """A word is missing where no match holds it, and they stand in the question's order."""
    view = ledger_of(source(), claim("c1"), claim("c2")).view()
    found = [
        Match(entry="claim:c1", weight=0.5, words=("bdnf",), missing=("dose", "rats", "women")),
        Match(entry="claim:c2", weight=0.4, words=("rats",), missing=("bdnf", "dose", "women")),
    ]
    assert asked(view, Giving(found)).missing == ("dose", "women")


# -- questions -----------------------------------------------------------------------------


@pytest.mark.parametrize("question", ["", " \n", "x" * 2_001])
def test_no_question(question: str) -> None:
    """There must be a question, and it must not be a book."""
    with pytest.raises(Invalid, match=r"no question|2001 characters"):
        ledger_of().ask(question)


def test_a_prompt_is_answered_by_its_entries() -> None:
    """What the ledger suggests is answered by what it was derived from; case and stop are free."""
    view = ledger_of(GapNoted(id="g1", text="Women."), GapNoted(id="g2", text="Dose.")).view()
    for question in ("What is not known yet?", " what is NOT  known yet "):
        answer = ask(view, question, retriever=Giving(fail()), answerer=Saying())
        assert [gap.id for gap in answer.gaps] == ["g1", "g2"]
        assert answer.sureness == "sure"


@pytest.mark.parametrize("limit", [1, 3, 4, 5])
def test_a_prompt_of_many_entries(limit: int) -> None:
    """Of a prompt's entries the first are shown, as many as were asked for; the rest is counted."""
    ledger = ledger_of(source(), *(claim(f"c{n}") for n in range(1, 5)))
    answer = ledger.ask("What does the human evidence say?", limit=limit)
    assert [each.claim.id for each in answer.claims] == ["c1", "c2", "c3", "c4"][:limit]
    assert (answer.more, answer_document(answer)["more"]) == (max(0, 4 - limit),) * 2
    told = [line for line in answer_lines(answer) if line.endswith(" beyond the limit")]
    noun = "entry" if answer.more == 1 else "entries"
    assert told == ([f"{answer.more} more {noun} beyond the limit"] if answer.more else [])
    *_, last = brief_lines(answer)
    assert last == ("and 2 more" if limit > 1 else "and 3 more")


def test_another_question_is_not_a_prompt() -> None:
    """Any other question is the retriever's."""
    view = ledger_of(GapNoted(id="g1", text="Women.")).view()
    answer = ask(view, "What is not known yet of it?", retriever=Giving(), answerer=Saying())
    assert answer.sureness == "nothing"


def test_an_earlier_answer() -> None:
    """A ledger can be asked as it stood, and the answer says of which head it is."""
    ledger = ledger_of(GapNoted(id="g1", text="Women."), GapNoted(id="g2", text="Dose."))
    answer = ledger.ask("What is not known yet?", n=2)
    assert [gap.id for gap in answer.gaps] == ["g1"]
    assert answer.head == ledger.view(2).head


# -- plugins -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (fail(), r"retriever 'giving' failed: ZeroDivisionError: division by zero"),
        ([1], "retriever 'giving' gave 1, which is no match"),
        (["claim:c1"], "retriever 'giving' gave 'claim:c1', which is no match"),
        (matches("claim:c9").found, "retriever 'giving' gave Match"),
        (matches("c1").found, "retriever 'giving' gave Match"),
        (matches("tier:human").found, "retriever 'giving' gave Match"),
        (matches("claim:c1", weight=1.1).found, "with a weight from 0 to 1"),
        (matches("claim:c1", weight=-0.1).found, "with a weight from 0 to 1"),
        (matches("claim:c1", weight=math.nan).found, "with a weight from 0 to 1"),
    ],
)
def test_a_retriever_that_fails(found: Iterable[Any], expected: str) -> None:
    """A retriever that fails, or gives something else than matches, is named."""
    view = ledger_of(source(), claim("c1")).view()
    with pytest.raises(PluginError, match=expected):
        asked(view, Giving(found))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (fail(), "answerer 'saying' failed: ZeroDivisionError: division by zero"),
        (["It helps."], "answerer 'saying' failed: .*it gave str, where Sentence"),
        ([Sentence(text="x", citations=1)], "answerer 'saying' failed"),  # type: ignore[arg-type]  # as a plugin may
    ],
)
def test_an_answerer_that_fails(said: Iterable[Any], expected: str) -> None:
    """An answerer that fails, or gives something else than sentences, is named."""
    view = ledger_of(source(), claim("c1")).view()
    with pytest.raises(PluginError, match=expected):
        asked(view, matches("claim:c1"), Saying(said))


def test_a_greedy_retriever() -> None:
    """A retriever that gives more than it was asked for is cut."""
    view = ledger_of(source(), *(claim(f"c{n}") for n in range(1, 6))).view()
    answer = asked(view, matches(*(f"claim:c{n}" for n in range(1, 6))), limit=2)
    assert [each.claim.id for each in answer.claims] == ["c1", "c2"]


@pytest.mark.parametrize("citations", [(), ("c9",), ("c2",), ("c1", "c2"), ("c3",)])
def test_rejected_sentences(citations: tuple[str, ...]) -> None:
    """A sentence that cites nothing, or what was not retrieved or does not count, is rejected."""
    view = ledger_of(
        source(), *map(claim, ("c1", "c2", "c3")), ClaimWithdrawn(claim="c3", why="a slip")
    ).view()
    good, bad = (
        Sentence(text="Claim c1.", citations=("c1",)),
        Sentence(text="x", citations=citations),
    )
    answer = asked(view, matches("claim:c1", "claim:c3"), Saying([bad, good]))
    assert answer.sentences == (good,)
    (rejected,) = answer.rejected
    assert (rejected.sentence, bool(rejected.why)) == (bad, True)
    lines = list(answer_lines(answer))
    place = lines.index("left out, because the ledger does not bear it out:")
    assert lines[place + 1 : place + 3] == [
        f"  x [{', '.join(citations)}]",
        f"    because: {rejected.why}",
    ]
    assert answer_document(answer)["rejected"] == [
        {"text": "x", "citations": list(citations), "why": rejected.why}
    ]


# -- shown to programs ---------------------------------------------------------------------

MEMBERS: Final = {
    "": "question ledger head retriever answerer sureness weight missing readings more "
    "sentences rejected "
    "groups others sources sections gaps caveats questions",
    "sentences": "text citations",
    "groups": "stance tier label claims",
    "others": "id n text stance tier quote source marks left_out proof weight words missing "
    "readings",
    "sources": "id n kind title published locators url",
    "sections": "section n heading body",
    "gaps": "id n text",
    "caveats": "id n text",
    "questions": "id n text status",
}


def test_members() -> None:
    """The members of an answer in JSON are these, whatever was found."""
    view = ledger_of(
        *map(source, ("s1", "s2")),
        claim("c1"),
        claim("c2"),
        ClaimWithdrawn(claim="c2", why="a slip"),
        GapNoted(id="g1", text="Women."),
        CaveatNoted(id="cv1", text="Few."),
        QuestionCreated(id="q1", text="How long?"),
        SectionWritten(section="safety", body="Beware."),
    ).view()
    names = ("claim:c1", "claim:c2", "source:s2", "gap:g1", "caveat:cv1", "question:q1")
    said = Saying([Sentence(text="Claim c1.", citations=("c1",))])
    document = answer_document(asked(view, matches(*names, "section:safety"), said))
    empty = answer_document(asked(view, Giving()))
    assert list(document) == list(empty) == MEMBERS[""].split()
    found = {name: " ".join(document[name][0]) for name in MEMBERS if name}
    assert found == {name: members for name, members in MEMBERS.items() if name}
    (cited,) = document["groups"][0]["claims"]
    assert list(cited) == MEMBERS["others"].split()
    assert list(cited["source"]) == MEMBERS["sources"].split()


@settings(max_examples=50)
@given(stories(max_size=15), st.data())
def test_json_holds_an_answer(story: Story, data: st.DataObject) -> None:
    """Whatever is found, the document is plain JSON, and what is hidden says why."""
    answer = answered(story.view(PLUGINS), data)
    document = answer_document(answer)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    for each, cited in zip(document["others"], answer.others, strict=True):
        claim, source = cited.claim, cited.source
        assert each["text"] == plainly(held_back(claim, "text", source=source) or claim.text)
        assert each["quote"] == plainly(held_back(claim, "quote", source=source) or claim.quote)
        assert each["source"]["title"] == plainly(held_back(source, "title") or source.title)


def plainly(value: str | Hidden | HeldBack | None) -> object:
    """Return what stands for a value in JSON."""
    names = {
        Hidden.ERASED: "erased",
        Hidden.WITHHELD: "withheld",
        HeldBack.UNREVIEWED: "unreviewed",
        HeldBack.REJECTED: "rejected",
    }
    return {"concealed": names[value]} if isinstance(value, Hidden | HeldBack) else value


def answered(view: View, data: st.DataObject) -> Answer:
    """Answer with some of a view's entries, quoting the claims."""
    kinds = ("claims", "sources", "gaps", "caveats", "questions", "sections")
    names = [f"{kind.removesuffix('s')}:{id}" for kind in kinds for id in getattr(view, kind)]
    chosen = data.draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    quoting = PLUGINS.answerer("extractive")
    return ask(view, "?x", retriever=matches(*chosen), answerer=quoting, limit=100)


# -- shown to people -----------------------------------------------------------------------


def inert(text: str | Hidden | HeldBack) -> str:
    """Return how a text is shown."""
    blank = re.sub(r"\s+", " ", str(text))
    return UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), blank).strip()


FIXED: Final = re.compile(
    r"|\?x|(supports|contradicts|mixed|neutral|stance not shown), .+: [0-9]+ claims?"
    r"|does not count as evidence:|sources of which no claim was found:|not known:|to know first:"
    r"|in the article:|questions asked before:|left out, because the ledger does not bear it out:"
    r"|    because: (.+)|    note: (.+)|what was asked for was found"
    r"|nothing was found that bears on it|answered from \S+ at \S+"
)


def indented(line: str) -> str:
    """Return how a line of a section is shown, with the blanks that it begins with."""
    shown = UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), line.expandtabs(4))
    return f"    {shown.rstrip()}"


def words_of(view: View, claim: Claim) -> str:
    """Return how the text of a claim is shown."""
    return inert(held_back(claim, "text", source=view.sources[claim.source]) or claim.text)


def title_of(source: Source) -> str:
    """Return how the title of a source is shown."""
    return inert(held_back(source, "title") or source.title)


def possible_lines(view: View) -> Iterator[str]:
    """Yield every line that an entry of a view can be shown in."""
    for claim in view.claims.values():
        yield f"  {claim.id}  {words_of(view, claim)}"
        yield f"{inert(claim.text)} [{claim.id}]"
    for each in (*view.gaps.values(), *view.caveats.values()):
        yield f"  {each.id}  {inert(each.text)}"  # type: ignore[attr-defined]  # both have a text
    for question in view.questions.values():
        yield f"  {question.id}  {inert(question.text)} ({question.status})"
    for section in view.sections.values():
        yield f"  {inert(section.section if section.heading is None else section.heading)}"
        yield from map(indented, str(section.body).strip().splitlines())
    for source in view.sources.values():
        where = source.locators[0] if source.locators else source.url
        known = ", ".join(inert(each) for each in (where, source.published) if each is not None)
        shown = f"{source.id}  {title_of(source)}" + (f" ({known})" if known else "")
        yield from (f"  {shown}", f"    {shown}")


def possible_brief_lines(view: View) -> Iterator[str]:
    """Yield every line that an entry of a view can be shown in where an answer is short."""
    for id, source in view.sources.items():
        yield f"{id}  {title_of(source)}"
    for id, section in view.sections.items():
        yield f"{id}  {inert(section.body)}"
    for id, claim in view.claims.items():
        yield f"{id}  {words_of(view, claim)}"
    for kind in (view.gaps, view.caveats, view.questions):
        for id, each in kind.items():
            yield f"{id}  {inert(each.text)}"


@settings(max_examples=50)
@given(stories(max_size=15), st.data())
def test_every_line_is_the_ledger_s(story: Story, data: st.DataObject) -> None:
    """Every line of an answer is an entry's of the view, or one of a few fixed ones."""
    view = story.view(PLUGINS)
    answer = answered(view, data)
    lines = list(answer_lines(answer))
    there = frozenset(possible_lines(view))
    for line in lines:
        assert line in there or FIXED.fullmatch(line), line
        assert UNSEEN.search(line) is None
    for cited in (*answer.claims, *answer.others):
        assert f"  {cited.claim.id}  {words_of(view, cited.claim)}" in lines
    assert lines[-1] == f"answered from {view.ledger} at {view.head}"
    in_short = {*there, *possible_brief_lines(view)}
    for line in brief_lines(answer):
        assert line in in_short or re.fullmatch(r"and [0-9]+ more", line), line


def test_lines() -> None:
    """An answer for people, in full."""
    view = everything_left_out()
    found: dict[str, Any] = {"words": ("Zn(II)", "it"), "missing": ("women",)}
    found["readings"] = {"helps": "helped"}
    answer = asked(
        view,
        matches("claim:c3", "claim:c4", "claim:c5", "claim:c6", weight=0.6, **found),
        Saying([Sentence(text="Claim c5.", citations=("c5",))]),
        proof=lambda claim: f"https://example.org/{claim.id}",
    )
    assert list(answer_lines(answer)) == [
        "Does it help?",
        "",
        "Claim c5. [c5]",
        "",
        "supports, Human: 1 claim",
        "  c5  Claim c5.",
        "    s3  Paper s3",
        "    proof: https://example.org/c5",
        "",
        "does not count as evidence:",
        "  c3  Claim c3.",
        "    s2  Paper s2",
        "    note: source retracted",
        "    proof: https://example.org/c3",
        "    because: its source was retracted",
        "  c4  Claim c4.",
        "    s1  Paper s1",
        "    proof: https://example.org/c4",
        "    because: asserted automatically, and nobody has reviewed it",
        "  c6  Claim c6.",
        "    s4  Paper s4",
        "    note: source is a duplicate of s3",
        "    proof: https://example.org/c6",
        "    because: its source is a duplicate of one that counts already",
        "",
        "most of what was asked for was found",
        "words read as others: helps (helped)",
        "words that nothing found holds: women",
        f"answered from semax at {view.head}",
    ]


def test_every_reason_is_said() -> None:
    """For every reason why a claim does not count there are words."""
    assert list(LEFT_OUT) == list(REASONS)


def test_hostile_words() -> None:
    """What strangers wrote makes no line of its own, and steers nothing."""
    hostile: Any = {"text": HOSTILE}
    view = ledger_of(
        source(title=HOSTILE, published="2018", locators=("doi:10.1000/x",)),
        claim("c1", **hostile),
        GapNoted(id="g1", **hostile),
        SectionWritten(section="safety", heading=HOSTILE, body=HOSTILE),
    ).view()
    said = Saying([Sentence(text=HOSTILE, citations=("c1",))])
    found = matches("claim:c1", "gap:g1", "section:safety", missing=(HOSTILE,))
    lines = list(answer_lines(asked(view, found, said)))
    shown = r"\x1b[31m\u202eevil c99 forged"
    assert f"  c1  {shown}" in lines
    assert f"    s1  {shown} (doi:10.1000/x, 2018)" in lines
    place = lines.index(f"  {shown}")
    assert lines[place + 1 : place + 4] == [r"    \x1b[31m\u202eevil", "", "      c99  forged"]
    assert f"words that nothing found holds: {shown}" in lines
    assert [line for line in lines if line.startswith("  c99")] == []
    assert UNSEEN.search("".join(lines)) is None


def test_a_text_of_thousands_of_words() -> None:
    """A long text is cut for people, and whole for programs."""
    text = "word " * 5_000
    view = ledger_of(source(), claim("c1", text=text)).view()
    answer = asked(view, matches("claim:c1"))
    (line,) = [line for line in answer_lines(answer) if line.startswith("  c1")]
    assert len(line) < 620
    assert line.endswith("word…")
    assert answer_document(answer)["groups"][0]["claims"][0]["text"] == text


def test_hidden_words() -> None:
    """What is erased is said to be, for people and for programs."""
    ledger = ledger_of(
        SourceAdded(id="s1", kind="post", platform="reddit", title="My first week"),
        claim("c1", quote="I could think."),
        seal(GapNoted(id="g1", text="Ask Ada."), "text"),
    )
    for n, field in ((1, "title"), (2, "quote"), (3, "text")):
        ledger.erase(n, field, reason="asked", by="curator")
    answer = asked(ledger.view(), matches("claim:c1", "gap:g1"))
    lines = list(answer_lines(answer))
    assert {"    s1  [erased]", "  g1  [erased]"} <= set(lines)
    document = answer_document(answer)
    (cited,) = document["groups"][0]["claims"]
    erased = {"concealed": "erased"}
    assert (cited["source"]["title"], cited["quote"]) == (erased, erased)
    assert document["gaps"][0]["text"] == erased


def test_in_short() -> None:
    """In short an answer is its first sentences, or else its first entries, and how many more."""
    ledger = ledger_of(
        source(),
        *(claim(f"c{n}") for n in range(1, 5)),
        *(GapNoted(id=f"g{n}", text=f"Gap {n}.") for n in range(1, 4)),
    )
    assert list(brief_lines(ledger.ask("What does the human evidence say?"))) == [
        "Claim c1. [c1]",
        "Claim c2. [c2]",
        "and 2 more",
    ]
    assert list(brief_lines(ledger.ask("What is not known yet?"))) == [
        "g1  Gap 1.",
        "g2  Gap 2.",
        "and 1 more",
    ]
    assert list(brief_lines(asked(ledger.view(), Giving()))) == []
