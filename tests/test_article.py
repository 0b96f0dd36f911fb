"""The article: what it says of any ledger, and that three renderers lay it out unharmed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unicodedata import east_asian_width

import attrs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types
from markdown_it import MarkdownIt

import evledger
from evledger import (
    About,
    CaveatNoted,
    CaveatWithdrawn,
    ClaimTagged,
    ClaimWithdrawn,
    ComponentMapped,
    Event,
    EvidenceLinked,
    GapClosed,
    GapNoted,
    Ledger,
    LedgerDescribed,
    PluginError,
    Plugins,
    QuestionClosed,
    QuestionCreated,
    RenderContext,
    Reviewed,
    Score,
    SectionWritten,
    SourceAdded,
    SourceFlagged,
    SourceLinked,
    Store,
    Term,
    Tier,
    View,
)
from evledger.article import Article, Concealed, article_schema, compose, values
from evledger.article.links import link_of, proof_of, web_address
from evledger.asking import suggest
from evledger.builtin.curated import confined
from evledger.entries import Claim, Source
from evledger.testing import histories, texts

if TYPE_CHECKING:
    from markdown_it.token import Token

PLUGINS: Final = Plugins.builtin()
RENDERERS: Final = ("markdown", "text", "json")
COMMONMARK: Final = MarkdownIt("commonmark")
FOLD: Final = re.compile(
    r"<details>\n<summary>[0-9]+ (more|low-confidence|set aside)</summary>\n|</details>\n?"
)
ALONE: Final = re.compile(r" *https?://|evledger verify ")
SCHEMA: Any = Draft202012Validator(json.loads(msgspec.json.encode(article_schema())))
CONTEXT: Final = RenderContext(
    scorers=(PLUGINS.scorer("quantified-confidence"),),
    ranker=PLUGINS.ranker("tier"),
    first=2,
    proofs="https://example.org/proofs/{id}",
    made_with=("evidence-ledger 1",),
)


@pytest.fixture
def store() -> Iterator[Store]:
    """Yield an empty store in memory."""
    with evledger.open("memory:", plugins=PLUGINS) as opened:
        yield opened


@pytest.fixture
def ledger(store: Store) -> Ledger:
    """Return a new ledger."""
    return store.create("semax", title="Semax", by="curator")


def render(name: str, view: View, context: RenderContext = CONTEXT) -> str:
    """Render a view by a built-in renderer."""
    return PLUGINS.renderer(name).render(view, context).text


def view_of(events: Iterable[Event], n: int | None = None) -> View:
    """Return the view of a new ledger with these events."""
    with evledger.open("memory:", plugins=PLUGINS) as opened:
        made = opened.create("semax", title="Semax", by="curator")
        for event in events:
            made.append(event, by="curator")
        return made.view(n)


def tokens(markdown: str) -> Iterator[Token]:
    """Yield all tokens of a Markdown text, those within lines too."""
    for token in COMMONMARK.parse(markdown):
        yield token
        yield from token.children or ()


def assert_inert(markdown: str) -> None:
    """Hold Markdown to what an article may contain, as a CommonMark parser sees it."""
    found = list(tokens(markdown))
    assert [t.content for t in found if t.type == "html_inline"] == []
    assert [
        t.content for t in found if t.type == "html_block" and not FOLD.fullmatch(t.content)
    ] == []
    links = [
        str(t.attrs.get("href", t.attrs.get("src")))
        for t in found
        if t.type in ("link_open", "image")
    ]
    assert [link for link in links if not link.startswith(("http://", "https://"))] == []
    assert [t.tag for t in found if t.type == "heading_open" and t.tag == "h1"] == ["h1"]


def headings(markdown: str) -> list[str]:
    """Return the texts of the headings of the article's parts."""
    found = COMMONMARK.parse(markdown)
    return [
        found[place + 1].content
        for place, token in enumerate(found)
        if (token.type, token.tag) == ("heading_open", "h2")
    ]


# -- any ledger --------------------------------------------------------------------------


@settings(max_examples=40)
@given(histories(max_size=25), st.data())
def test_any_ledger(events: tuple[Event, ...], data: st.DataObject) -> None:
    """At any size each renderer repeats its bytes; its Markdown is inert, and its text narrow."""
    n = data.draw(st.integers(1, len(events) + 1))
    view = view_of(events, n)
    for name in RENDERERS:
        assert render(name, view) == render(name, view)
    assert_inert(render("markdown", view))
    text = render("text", view)
    assert [line for line in text.split("\n") if len(line) > 80 and not ALONE.match(line)] == []
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text) is None


@pytest.mark.parametrize("character", ["語", "é語", "\U0001f9e0"], ids=ascii)
def test_wide_characters_take_two_columns(ledger: Ledger, character: str) -> None:
    """A line of plain text is at most 80 columns wide, however many a character takes."""
    ledger.append(GapNoted(id="g1", text=character * 100), by="curator")
    lines = [line for line in render("text", ledger.view()).split("\n") if character in line]
    widths = [sum(2 if east_asian_width(each) == "W" else 1 for each in line) for line in lines]
    assert len(widths) > 2
    assert max(widths) in (79, 80)


@settings(max_examples=40)
@given(histories(max_size=25))
def test_counts_add_up(events: tuple[Event, ...]) -> None:
    """Each count sums to its total, and the totals are those of the view and of the lists."""
    view = view_of(events)
    article = compose(view, CONTEXT)
    tallies = {tally.name: tally for tally in article.evidence.tallies}
    assert [tally.total for tally in tallies.values()] == [
        sum(line.count for line in tally.lines) for tally in tallies.values()
    ]
    assert (len(view.sources), len(view.claims)) == (
        tallies["sources"].total,
        tallies["claims"].total,
    )
    assert len(view.counted.claims) == tallies["stances"].total
    lists = (article.scientific, article.published, article.reddit, article.x, article.people)
    buckets: Counter[str] = Counter(source.bucket for each in lists for source in each.sources)
    assert {line.name: line.count for line in tallies["sources"].lines} == {
        line.name: buckets[line.name] for line in tallies["sources"].lines
    }
    assert [each.total for each in lists] == [each.shown + each.more for each in lists]
    assert tallies["scientific"].total == article.scientific.total


@settings(max_examples=40)
@given(histories(max_size=25))
def test_every_entry_once(events: tuple[Event, ...]) -> None:
    """Each claim is once in the evidence ledger, and each source once in the lists."""
    view = view_of(events)
    article = compose(view, CONTEXT)
    ledger = article.ledger
    claims = [claim.id for claim in (*ledger.ranked, *ledger.low_confidence, *ledger.set_aside)]
    assert sorted(view.claims) == sorted(claims)
    assert ledger.total == ledger.shown + ledger.more + ledger.low + ledger.aside == len(claims)
    lists = (article.scientific, article.published, article.reddit, article.x, article.people)
    assert sorted(view.sources) == sorted(source.id for each in lists for source in each.sources)
    part = render("markdown", view).rpartition("\n## The evidence ledger\n")[2]
    shown = [t.content for t in tokens(part.partition("\n## Ask this article\n")[0])]
    assert claims == [id for id in shown if id in view.claims]
    text = render("text", view).rpartition("\nThe evidence ledger\n")[2]
    entries = re.findall(
        r"^- ([a-z0-9-]+) ", text.partition("\nAsk this article\n")[0], re.MULTILINE
    )
    assert claims == entries


@settings(max_examples=40)
@given(histories(max_size=25))
def test_json_is_an_article(events: tuple[Event, ...]) -> None:
    """What the JSON renderer writes decodes strictly into the article it was made from."""
    view = view_of(events)
    text = render("json", view)
    assert compose(view, CONTEXT) == msgspec.json.decode(text, type=Article, strict=True)
    assert (json.loads(text)["format"], json.loads(text)["version"]) == ("evledger-article", 1)
    SCHEMA.validate(json.loads(text))


def test_schema_refuses() -> None:
    """The schema is one, and not satisfied by anything else."""
    SCHEMA.check_schema(SCHEMA.schema)
    article = json.loads(render("json", view_of(())))
    wrong: list[Any] = [{}, article | {"version": 2}, article | {"first": "5"}]
    assert [SCHEMA.is_valid(each) for each in wrong] == [False, False, False]
    assert SCHEMA.is_valid(article | {"added_later": 1})


@settings(max_examples=40)
@given(histories(max_size=25))
def test_prompts(events: tuple[Event, ...]) -> None:
    """At most eight prompts are suggested, each with entries that the ledger has."""
    view = view_of(events)
    kinds: dict[str, Any] = {
        "claim": view.claims,
        "source": view.sources,
        "gap": view.gaps,
        "caveat": view.caveats,
        "section": view.sections,
        "question": view.questions,
    }
    prompts = suggest(view)
    assert len(prompts) <= 8
    assert all(prompt.entries for prompt in prompts)
    names = [name.partition(":") for prompt in prompts for name in prompt.entries]
    assert [(kind, id) for kind, _, id in names if id not in kinds[kind]] == []


def test_empty_ledger(ledger: Ledger) -> None:
    """A ledger of event 0 alone has an article, which says what is not there."""
    view = ledger.view()
    for name in RENDERERS:
        text = render(name, view)
        assert "The ledger holds no scientific source." in text
        assert "The ledger holds no claim." in text
        assert "The ledger holds nothing yet that would answer a question." in text
    assert "## What is breaking down" not in render("markdown", view)


def test_order(ledger: Ledger) -> None:
    """The parts stand in the article's order."""
    for slug in ("dosing", "safety", "fit", "why", "frame"):
        ledger.append(SectionWritten(section=slug, body="Words."), by="curator")
    with ledger.batch(by="curator") as batch:
        batch.map_component(component="Semax", layer="neural", sibling="bdnf")
    expected = [
        "What is breaking down",
        "Why it might help",
        "How these fit together",
        "What the evidence shows",
        "Quantified confidence",
        "What scientists say",
        "Published elsewhere",
        "What people say on Reddit",
        "What people say on X",
        "What people say elsewhere",
        "What we do not know",
        "Safety and limits",
        "Components",
        "Dosing",
        "Disclaimer",
        "The evidence ledger",
        "Ask this article",
        "How to text a question",
    ]
    assert expected == headings(render("markdown", ledger.view()))
    assert "see the ledger bdnf" in render("text", ledger.view())


# -- sources and claims ------------------------------------------------------------------


def add_sources(ledger: Ledger, count: int) -> None:
    """Add papers s1, s2, …, each with one claim, in an order that is not theirs."""
    for number in range(count, 0, -1):
        ledger.append(
            SourceAdded(id=f"s{number}", kind="review", title=f"Paper {number}"),
            ClaimTagged(
                id=f"c{number}", source=f"s{number}", text="It.", tier="human", stance="supports"
            ),
            by="curator",
        )


def test_order_and_fold(ledger: Ledger) -> None:
    """Sources stand by number; the first are open, and a fold says how many more there are."""
    add_sources(ledger, 11)
    article = compose(ledger.view(), CONTEXT)
    assert [f"s{number}" for number in range(1, 12)] == [s.id for s in article.scientific.sources]
    assert (article.scientific.shown, article.scientific.more) == (2, 9)
    assert "<summary>9 more</summary>" in render("markdown", ledger.view())
    assert "\n9 more:\n" in render("text", ledger.view())


@pytest.mark.parametrize("first", [-1, 0, 1, 100])
def test_any_first(ledger: Ledger, first: int) -> None:
    """However much is open, the numbers add up and nothing is left out."""
    add_sources(ledger, 3)
    context = attrs.evolve(CONTEXT, first=first)
    article = compose(ledger.view(), context)
    assert (min(max(first, 0), 3), 3) == (
        article.ledger.shown,
        article.ledger.shown + article.ledger.more,
    )
    assert_inert(render("markdown", ledger.view(), context))


def test_claims_carry_source_record_and_proof(ledger: Ledger) -> None:
    """A claim names its source, its record and its proof; where none is published, no link is."""
    add_sources(ledger, 1)
    n = ledger.view().claims["c1"].n
    with_proof = render("markdown", ledger.view())
    assert f"s1, record {n} · [proof](https://example.org/proofs/c1)" in with_proof
    assert (
        "proof"
        not in render("markdown", ledger.view(), attrs.evolve(CONTEXT, proofs=None)).partition(
            "Disclaimer"
        )[0]
    )
    numbered = attrs.evolve(CONTEXT, proofs="https://example.org/{n}.tlog-proof")
    assert f"https://example.org/{n}.tlog-proof" in render("text", ledger.view(), numbered)


def test_source_without_claim(ledger: Ledger) -> None:
    """A source from which no claim was drawn stands in its place and says so."""
    ledger.append(SourceAdded(id="s1", kind="trial", title="A trial"), by="curator")
    assert "A trial" in render("text", ledger.view())
    assert "No claim was drawn from this source." in render("text", ledger.view())


@pytest.mark.parametrize(
    ("kind", "platform", "bucket", "heading"),
    [
        ("journal-article", None, "scientific", "What scientists say"),
        ("preprint", "x", "scientific", "What scientists say"),
        ("post", "reddit", "reddit", "What people say on Reddit"),
        ("other", "reddit", "reddit", "What people say on Reddit"),
        ("comment", "x", "x", "What people say on X"),
        ("video", "youtube", "other", "What people say elsewhere"),
        ("post", None, "other", "What people say elsewhere"),
        ("web-page", None, "other", "Published elsewhere"),
        ("other", "mastodon", "other", "Published elsewhere"),
        ("other", None, "unclassified", "Published elsewhere"),
    ],
)
def test_buckets(
    ledger: Ledger, kind: Any, platform: str | None, bucket: str, heading: str
) -> None:
    """Kind and platform decide in which count and in which list a source is."""
    ledger.append(SourceAdded(id="s1", kind=kind, platform=platform, title="It"), by="curator")
    article = compose(ledger.view(), CONTEXT)
    lists = (article.scientific, article.published, article.reddit, article.x, article.people)
    assert [(heading, bucket)] == [(each.heading, s.bucket) for each in lists for s in each.sources]
    assert [bucket] == [line.name for line in article.evidence.tallies[0].lines if line.count]


def test_marks_of_sources(ledger: Ledger) -> None:
    """Retracted, corrected, duplicate and rejected sources are marked, and so are their claims."""
    add_sources(ledger, 5)
    ledger.append(
        SourceFlagged(source="s1", status="retracted", according_to="Crossref"),
        SourceFlagged(source="s2", status="corrected", according_to="Crossref"),
        SourceLinked(source="s4", other="s3", relation="duplicate-of"),
        Reviewed(target="source:s5", verdict="rejected"),
        by="curator",
    )
    view = ledger.view()
    marks = {source.id: source.marks for source in compose(view, CONTEXT).scientific.sources}
    expected = {
        "s1": ("retracted",),
        "s2": ("corrected",),
        next(iter(view.counted.duplicates)): (
            f"duplicate of {next(iter(view.counted.duplicates.values()))}",
        ),
        "s5": ("rejected by a reviewer",),
    }
    assert expected == {id: found for id, found in marks.items() if found}
    assert "· retracted\n" in render("markdown", view)
    assert compose(view, CONTEXT).ledger.aside == 3
    said = (
        "5 entries: 2 shown, 3 set aside. Claims that are set aside do not count; their marks say"
    )
    assert said in " ".join(render("text", view).split())


def test_duplicate_of_a_retracted_source(ledger: Ledger) -> None:
    """A paper that was recorded twice, and retracted under one name, is marked under both."""
    add_sources(ledger, 2)
    ledger.append(
        SourceLinked(source="s1", other="s2", relation="duplicate-of"),
        SourceFlagged(source="s2", status="retracted", according_to="Crossref"),
        by="curator",
    )
    article = compose(ledger.view(), CONTEXT)
    assert article.ledger.aside == 2
    assert [source.marks for source in article.scientific.sources] == [
        ("duplicate of a retracted source",),
        ("duplicate of s1", "retracted"),
    ]


def test_withdrawn_and_automatic(ledger: Ledger) -> None:
    """What is withdrawn is set aside and marked; what a program tagged stands apart."""
    add_sources(ledger, 2)
    automatic = ClaimTagged(
        id="c9", source="s1", text="Perhaps.", tier="human", stance="neutral", assertion="automatic"
    )
    ledger.append(automatic, ClaimWithdrawn(claim="c1", why="wrong"), by="curator")
    found = compose(ledger.view(), CONTEXT).ledger
    assert [(c.id, c.marks) for c in found.low_confidence] == [("c9", ("automatic, not reviewed",))]
    assert [(c.id, c.marks) for c in found.set_aside] == [("c1", ("withdrawn",))]
    assert found.note == (
        "3 entries: 1 shown, 1 low-confidence, 1 set aside. "
        "Low-confidence claims, which a program tagged and nobody reviewed, do not count. "
        "Claims that are set aside do not count; their marks say why."
    )
    assert "<summary>1 low-confidence</summary>" in render("markdown", ledger.view())


@pytest.mark.parametrize(("claims", "expected"), [(9, "c2 and c1"), (10, "c3 and 2 more")])
def test_what_answers_a_prompt(ledger: Ledger, claims: int, expected: str) -> None:
    """A prompt names the first that answer it, and the article says how to see them all."""
    add_sources(ledger, claims)
    text = " ".join(render("text", ledger.view()).split())
    asked, _, answered = text.partition("What does the human evidence say? ")
    assert asked.endswith("evledger ask semax, followed by the question, gives the words. - ")
    assert answered.partition(" - ")[0].endswith(expected)


def test_other_is_what_two_parts_list(ledger: Ledger) -> None:
    """The count of other sources says what is in it: no reader looks for them in vain."""
    ledger.append(SourceAdded(id="s1", kind="web-page", title="A page"), by="curator")
    article = compose(ledger.view(), CONTEXT)
    assert article.people.note == "The ledger holds no post, comment or video from elsewhere."
    tally = article.evidence.tallies[0]
    assert {line.name: line.count for line in tally.lines}["other"] == 1
    assert (
        "Other sources are web pages and the like, and posts, comments and videos from"
        in tally.note
    )


def test_unlisted_tier(ledger: Ledger) -> None:
    """A claim of a tier that the ledger no longer lists is counted, and its tier explained."""
    add_sources(ledger, 1)
    tiers = (Tier(slug="lab", label="Lab", description="Seen in a laboratory."),)
    ledger.append(LedgerDescribed(tiers=tiers), by="curator")
    evidence = compose(ledger.view(), CONTEXT).evidence
    assert [tier.slug for tier in evidence.tiers] == ["lab", "human"]
    assert [line.count for line in evidence.tallies[2].lines[:2]] == [0, 1]
    assert "human: The ledger's list of tiers has none of this name · s1" in render(
        "markdown", ledger.view()
    )


def test_questions(ledger: Ledger) -> None:
    """An open question stands with what bears on it, and is a prompt where a claim answers it."""
    add_sources(ledger, 1)
    ledger.append(
        QuestionCreated(id="q1", text="Does it help?"),
        QuestionCreated(id="q2", text="How long?"),
        EvidenceLinked(question="q1", claim="c1", relation="partly"),
        by="curator",
    )
    text = render("text", ledger.view())
    assert "- q1 Does it help?" in text
    assert "Answers a part: c1 It." in text
    assert "Nothing bears on it yet." in text
    prompts = {prompt.text: prompt.entries for prompt in suggest(ledger.view())}
    assert prompts["Does it help?"] == ("claim:c1",)
    assert prompts["Which questions has nobody answered?"] == ("question:q2",)


def test_what_is_over(ledger: Ledger) -> None:
    """A closed gap, a withdrawn caveat and a closed question are neither shown nor suggested."""
    ledger.append(
        GapNoted(id="g1", text="Once unknown."),
        GapClosed(gap="g1", why="found"),
        CaveatNoted(id="cv1", text="Once doubtful."),
        CaveatWithdrawn(caveat="cv1", why="settled"),
        QuestionCreated(id="q1", text="Once asked?"),
        QuestionClosed(question="q1", why="answered"),
        by="curator",
    )
    assert "Once" not in render("markdown", ledger.view())
    assert suggest(ledger.view()) == ()


def test_eight_prompts_of_many_sorts(ledger: Ledger) -> None:
    """Of more questions that could be suggested eight are, as different as they can be."""
    add_sources(ledger, 1)
    with ledger.batch(by="curator") as batch:
        for number in range(3):
            part = batch.map_component(component=f"Part {number}", layer="neural")
            for stance in ("supports", "contradicts"):
                batch.tag_claim(
                    source="s1",
                    tier="preclinical",
                    stance=stance,
                    text="It.",
                    about=About(components=(part,)),
                )
        batch.note_gap("Nobody knows.")
        batch.note_caveat("Beware.")
        batch.create_question(text="Why?")
    prompts = suggest(ledger.view())
    expected = ["tier", "dispute", "gap", "component", "safety", "recent", "unanswered", "dispute"]
    assert expected == [prompt.name for prompt in prompts]
    disputed = next(prompt for prompt in prompts if prompt.name == "dispute")
    assert disputed.entries == tuple(f"claim:c{number}" for number in range(2, 8))


# -- sealed values -----------------------------------------------------------------------


def test_concealed(ledger: Ledger, tmp_path: Path) -> None:
    """What is erased is shown as erased, and what this copy does not hold as withheld."""
    post = SourceAdded(id="s1", kind="post", platform="reddit", title="My secret title")
    claim = ClaimTagged(
        id="c1",
        source="s1",
        text="One felt well.",
        tier="anecdotal",
        stance="supports",
        quote="I glow.",
    )
    ledger.append(post, claim, by="curator")
    assert "“I glow.”" in render("markdown", ledger.view())
    ledger.erase(ledger.view().sources["s1"].n, "title", reason="asked", by="curator")
    source = compose(ledger.view(), CONTEXT).reddit.sources[0]
    assert (Concealed(concealed="erased"), "I glow.") == (source.title, source.claims[0].quote)
    ledger.export(tmp_path / "archive")
    with evledger.open("memory:", plugins=PLUGINS) as other:
        copy = other.restore(tmp_path / "archive").view()
    held = compose(copy, CONTEXT).reddit.sources[0]
    assert Concealed(concealed="withheld") == held.claims[0].quote
    assert r"\[erased\]" in render("markdown", copy)
    assert "[withheld]" in render("text", copy)
    assert json.loads(render("json", copy))["reddit"]["sources"][0]["claims"][0]["quote"] == {
        "concealed": "withheld"
    }


def test_every_sealed_field(ledger: Ledger) -> None:
    """Whatever else was sealed, and is not open, is shown as such and breaks nothing."""
    ledger.append(
        evledger.seal(LedgerDescribed(title="A", subject="B"), "title", "subject"), by="c"
    )
    section = SectionWritten(section="frame", heading="H", body="B")
    ledger.append(evledger.seal(section, "heading", "body"), by="c")
    ledger.append(evledger.seal(GapNoted(id="g1", text="G"), "text"), by="c")
    paper = SourceAdded(
        id="s1", kind="review", title="T", published="2018", url="https://example.org/"
    )
    ledger.append(evledger.seal(paper, "kind", "published", "url", "title"), by="c")
    flag = SourceFlagged(source="s1", status="retracted", according_to="Crossref")
    ledger.append(evledger.seal(flag, "status"), by="c")
    for n in range(1, 6):
        fields = sorted(ledger.record(n).sealed)
        ledger.erase(n, *fields, reason="asked", by="c")
    for name in RENDERERS:
        assert "erased" in render(name, ledger.view())
    assert_inert(render("markdown", ledger.view()))


# -- hostile text ------------------------------------------------------------------------

HOSTILE: Final = (
    "<script>alert(1)</script>",
    "</details><h1>x</h1>",
    "[x](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "<javascript:alert(1)>",
    "<https://evil.example>",
    "https://evil.example www.evil.example me@evil.example",
    "evil.com WWW.1 //evil.com ==marked==",
    "# heading",
    "x\n# heading\n===\n---",
    "- list\n1. list",
    "> quoted\n```\ncode",
    "`code` **strong** _em_ ~~gone~~ |a|b|",
    "&lt;b&gt; &#60;b&#62; \\<b>\\",
    "\u202egpj.exe\u202c \x1b[31m \x00 \u2028 \u2066x",
    "[ref]: javascript:alert(1)",
    "<!-- comment",
    "\t    code",
    "$math$ {role}`x` :::{note} %c (x)=",
)


def say_everywhere(text: str) -> View:
    """Return the view of a ledger that says a text wherever it can."""
    tier = Tier(slug="t", label=text, description=text)
    return view_of(
        (
            LedgerDescribed(title=text, subject=text, tiers=(tier,)),
            SourceAdded(
                id="s1", kind="review", title=text, authors=(text,), venue=text, community=text
            ),
            SourceAdded(id="s2", kind="post", platform="x", title=text),
            ClaimTagged(id="c1", source="s1", text=text, tier="t", stance="supports", quote=text),
            GapNoted(id="g1", text=text),
            QuestionCreated(id="q1", text=text),
            EvidenceLinked(question="q1", claim="c1", relation="answers"),
            ComponentMapped(id="k1", component=text, layer=text),
        )
    )


@attrs.frozen
class Speaking:
    """A scorer, and a ranker, that say a text wherever they can."""

    name: str
    version = 1

    def score(self, view: View) -> Score:
        """Return a score of words."""
        text = self.name
        return Score(
            scorer=text,
            version=1,
            head=view.head,
            label=text,
            value=Decimal("0.5"),
            terms=(Term(name="t", label=text, count=1, weight=None, contribution=Decimal(1)),),
            cautions=(evledger.Caution(name="c", text=text),),
            outcomes=(evledger.Outcome(outcome=text, label=text, why=(text,)),),
            parameters={text: {text: text}},
            method=text,
            source=text,
        )

    def rank(self, view: View, claims: Sequence[Claim]) -> Sequence[Claim]:
        """Leave them in their order."""
        del view
        return claims


def speaking(text: str) -> RenderContext:
    """Return a context that says a text wherever it can."""
    voice = Speaking(text)
    return attrs.evolve(
        CONTEXT, scorers=(voice, voice), ranker=voice, contact=text, made_with=(text,)
    )


def structure(markdown: str) -> list[tuple[str, str]]:
    """Return the kinds of tokens that a Markdown text has, but for mere text."""
    kinds = [(token.type, token.tag) for token in tokens(markdown)]
    return [kind for kind in kinds if kind[0] not in ("text", "text_special")]


HOSTILE_TEXTS: Final = st.lists(st.sampled_from(HOSTILE) | texts(12), min_size=1, max_size=4).map(
    " ".join
)


@settings(max_examples=60)
@given(HOSTILE_TEXTS.filter(str.strip))
def test_hostile_text_is_inert(text: str) -> None:
    """Whatever a source, a claim or a tier says, the article's structure is the same."""
    context = speaking(text)
    view = say_everywhere(text)
    markdown = render("markdown", view, context)
    plain = render("markdown", say_everywhere("plain"), speaking("plain"))
    assert structure(plain) == structure(markdown)
    assert_inert(markdown)
    links = {str(t.attrs["href"]) for t in tokens(markdown) if t.type == "link_open"}
    assert links == {"https://example.org/proofs/c1"}
    # Some flavours of Markdown make links of these.
    bare = re.compile(r"@(?!&#8203;)|(?<!\\)(//|==)|(?<!\\)\.[^\W\d_]{2}|www\.", re.IGNORECASE)
    assert bare.search(without_destinations(markdown)) is None
    for each in (markdown, render("text", view, context)):
        assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", each) is None


def without_destinations(markdown: str) -> str:
    """Return Markdown without the addresses that its own links lead to."""
    return markdown.replace("](https://example.org/proofs/c1)", "]")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown(ledger: Ledger, text: str) -> None:
    """Escaped text reads as it was written, but for what cannot be seen."""
    ledger.append(GapNoted(id="g1", text=f"a {text} z"), by="curator")
    shown = "".join(
        t.content for t in tokens(render("markdown", ledger.view())) if t.type == "text"
    )
    words = re.findall(r"[a-z]{3,}", text)
    assert [word for word in words if word not in shown] == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/a(b)", "https://example.org/a%28b%29"),
        ("HTTPS://Example.org/?q=<x> y", "https://Example.org/?q=%3Cx%3E%20y"),
        ("http://example.org:8080#'\"", "http://example.org:8080#%27%22"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("javascript:alert(1)", None),
        ("https://good.example@evil.example/", None),
        ("https://good.example\\@evil.example/", None),
        ("https:///path", None),
        ("https://example.org/\nx", None),
        ("data:text/html,x", None),
        (f"https://example.org/{'x' * 5_000}", None),
    ],
)
def test_addresses(url: str, expected: str | None) -> None:
    """Only http(s) addresses are linked to, with nothing in them that could end a link."""
    assert expected == web_address(url)


@pytest.mark.parametrize(
    "template",
    [
        "javascript:x//{id}",
        " javascript:{id}",
        "java\nscript:{n}",
        "\x01data:,{id}",
        "JAVASCRIPT:{n}",
    ],
)
def test_a_proof_that_would_run(template: str) -> None:
    """Where proofs are published is an http(s) address or a path, as browsers read it."""
    assert proof_of(template, "c1", 1) is None
    assert proof_of("proofs/{id}.tlog-proof", "c1", 1) == "proofs/c1.tlog-proof"


@pytest.mark.parametrize(
    ("locator", "expected"),
    [
        ("doi:10.1000/a(b)", "https://doi.org/10.1000/a%28b%29"),
        ("doi:10.1000/a?b#c", "https://doi.org/10.1000/a%3Fb%23c"),
        ("pmid:29798983", "https://pubmed.ncbi.nlm.nih.gov/29798983/"),
        ("pmcid:PMC5815332", "https://pmc.ncbi.nlm.nih.gov/articles/PMC5815332/"),
        ("nct:NCT00680992", "https://clinicaltrials.gov/study/NCT00680992"),
        ("reddit:t3_58qzqh", "https://www.reddit.com/comments/58qzqh"),
        ("x:1212092628029698048", "https://x.com/i/status/1212092628029698048"),
        ("youtube:dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("url:https://example.org/a", "https://example.org/a"),
        ("reddit:t1_dm3o32u", "https://example.org/read"),
        ("isbn:9781605587301", "https://example.org/read"),
        ("mylab:7", "https://example.org/read"),
    ],
)
def test_links_of_locators(locator: str, expected: str) -> None:
    """A locator leads to the source; where none does, the address where it was read."""
    source = Source(id="s1", locators=(locator,), url="https://example.org/read")
    assert expected == link_of(source)


# -- the curator's Markdown --------------------------------------------------------------

FRAGMENTS: Final = (
    *("# a", "## b #", "Title\n===", "Title\n---", "two\nlines\n===", "***", "---", "-", "="),
    *("```", "```python\n# not a heading\n```", "~~~", "  ```", "- a\n  ```", "> ```", "1. # x"),
    *("> a\n> ===", "- a\n  ---", "<div>", "</details>", "<!--", "<?x", "<script>", "a < b"),
    *("[x](javascript:y)", "[x]( javascript:y)", "[x](\njavascript:y)", "[x](<javascript:y>)"),
    *("[x](java&#115;cript:y)", "[x]: javascript:y", "[x]:\njavascript:y", "[x]", "<me@x.example>"),
    *("[x](https://example.org)", "[x]: https://example.org", "![x](data:x)", "\\[x](y:z)"),
    *("`code`", "``` a`b", "\t# x", "    # x", "", " ", "> # x", "\\", "```{raw} html\n<b>\n```"),
)


@settings(max_examples=400)
@given(
    st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=6), max_size=8),
    st.sampled_from(["\n", "\n\n", "\r\n", "\r", "\n> ", "\n  "]),
)
def test_curated_markdown_is_confined(fragments: list[str], between: str) -> None:
    """Whatever a section says, it ends in its place, without HTML, high headings, other links."""
    body = between.join(fragments)
    markdown = f"# Article\n\n## Section\n\n{confined(body)}\n\n## Next\n\nEnd **here**.\n"
    assert_inert(markdown)
    assert headings(markdown) == ["Section", "Next"]
    assert "strong_open" in [token.type for token in tokens(markdown)][-6:]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("- one\n- two\n\n*em* `code` [a](https://example.org) s5", None),
        ("# One\n\n#### Four\n\n###### Six", "### One\n\n###### Four\n\n###### Six"),
        ("One\n===\n\nTwo\n---\n\n---", "### One\n\n#### Two\n\n---"),
        ("a # b\n- c # d", None),
        ("- # a\n> ## b", "- ### a\n> #### b"),
        ("```python\n# a comment\n```", None),
        ("```\nleft open", "```\nleft open\n```"),
        ("a <b>bold</b> <https://example.org>", "a &lt;b>bold&lt;/b> <https://example.org>"),
        ("[a](javascript:b)", "[a]\\(javascript:b)"),
        ("- a\n  ```\n  b", "> - a\n>   ```\n>   b"),
    ],
)
def test_curated_markdown(body: str, expected: str | None) -> None:
    """Ordinary Markdown stays as it is; what would leave its place is turned."""
    assert (body if expected is None else expected) == confined(body)


@pytest.mark.parametrize("part", [" ", "- ", "> ", "1. ", "<https://", "](", "#", "=", "`", "-"])
def test_large_section(ledger: Ledger, part: str) -> None:
    """A section as large as a record can be, and as odd, takes no more than a moment."""
    body = f"a\n- {part * (60_000 // len(part))}x"
    ledger.append(SectionWritten(section="frame", body=body), by="curator")
    assert_inert(render("markdown", ledger.view()))
    assert "The evidence ledger" in render("text", ledger.view())


def test_sections_in_each_format(ledger: Ledger) -> None:
    """A section is Markdown in Markdown, mere text in text, and untouched in JSON."""
    body = "# Dose\n\nSee **s5** and <b>this</b>."
    ledger.append(SectionWritten(section="frame", body=body), by="curator")
    assert "### Dose\n\nSee **s5** and &lt;b>this&lt;/b>." in render("markdown", ledger.view())
    assert body in render("text", ledger.view())
    assert body == json.loads(render("json", ledger.view()))["frame"]["body"]


# -- scores, footer, schema --------------------------------------------------------------


class Failing:
    """A scorer that fails."""

    name, version = "failing", 1

    def score(self, view: View) -> Any:
        """Fail."""
        raise RuntimeError(view.title)


def test_failed_scorer_is_named(ledger: Ledger) -> None:
    """A scorer that fails is named with its reason, and takes nothing else down."""
    context = attrs.evolve(CONTEXT, scorers=(*CONTEXT.scorers, Failing()))
    for name in RENDERERS:
        assert "failed: RuntimeError: Semax" in " ".join(
            render(name, ledger.view(), context).split()
        )
    alone = attrs.evolve(CONTEXT, scorers=(Failing(),))
    assert "**failing** gave no score" in render("markdown", ledger.view(), alone)


def test_what_was_said_is_not_repeated(ledger: Ledger) -> None:
    """A caution that holds for several scores is given once, and parameters at the foot alone."""
    add_sources(ledger, 1)
    against = ClaimTagged(id="c2", source="s1", text="No.", tier="human", stance="contradicts")
    ledger.append(against, by="curator")
    scorer = PLUGINS.scorer("quantified-confidence")
    context = attrs.evolve(CONTEXT, scorers=(scorer, scorer))
    article = compose(ledger.view(), context)
    other = article.scores.beside[0]
    assert isinstance(other, values.Score)
    assert other.cautions
    markdown = render("markdown", ledger.view(), context)
    assert markdown.count("**Caution:**") == len(other.cautions)
    assert r"weights\.human = " not in markdown.rpartition("\n---\n")[0]
    assert r"weights\.human = 0.12" in markdown.rpartition("\n---\n")[2]


def test_same_bytes_elsewhere(tmp_path: Path) -> None:
    """Another process, with other hashes, language and time zone, writes the same bytes."""
    path = tmp_path / "evidence.db"
    with evledger.open(path, plugins=PLUGINS) as opened:
        semax = opened.create("semax", title="Semax", by="curator")
        add_sources(semax, 12)
        here = [semax.render(name).data for name in RENDERERS]
    told = {"PYTHONHASHSEED": "7", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu"}
    program = (
        "import sys, evledger\n"
        "with evledger.open(sys.argv[1], plugins=evledger.Plugins.builtin()) as store:\n"
        "    for name in sys.argv[2:]:\n"
        "        sys.stdout.buffer.write(store.ledger('semax').render(name).data)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path), *RENDERERS],
        env=os.environ | told,
        capture_output=True,
        check=True,
    )
    assert b"".join(here) == done.stdout


class Losing:
    """A ranker that loses claims."""

    name, version = "losing", 1

    def rank(self, view: View, claims: Any) -> Any:
        """Lose them."""
        del view, claims
        return ()


def test_failed_ranker_is_an_error(ledger: Ledger) -> None:
    """A ranker that loses a claim makes no article."""
    add_sources(ledger, 1)
    with pytest.raises(PluginError, match="losing"):
        compose(ledger.view(), attrs.evolve(CONTEXT, ranker=Losing()))


def test_footer(ledger: Ledger) -> None:
    """The footer names all that the bytes depend on, and how to verify them."""
    head = ledger.head()
    text = render("markdown", ledger.view())
    for expected in (
        f"`evledger verify semax --full --head {head}`",
        "quantified-confidence version 1 (",
        "Ranked by tier version 1.",
        "Made with evidence-ledger 1.",
        "The same head, vault, plugins and parameters, with 2 of every list open, give the same",
        "integrity",
        "clinical truth",
    ):
        assert expected in text


def test_texting(ledger: Ledger) -> None:
    """The article says how to text a question, and where to if a number was set up."""
    context = attrs.evolve(CONTEXT, contact="+1 555 0100")
    text = render("text", ledger.view(), context)
    for expected in ("semax|your question", "ingest semax|q:NODE_ID|paste", "+1 555 0100"):
        assert expected in text
    assert "Number:" not in render("text", ledger.view())


def test_schema_names_every_field() -> None:
    """The schema is JSON, has a name, and has every field of every class it defines."""
    schema = json.loads(json.dumps(article_schema()))
    assert schema["$id"] == "urn:evledger:article:1"
    article = schema["$defs"]["Article"]
    assert list(Article.__struct_fields__) == list(article["properties"])
    assert {"$ref": "#/$defs/Concealed"} in schema["$defs"]["Claim"]["properties"]["text"]["anyOf"]
    assert "additionalProperties" not in article


def test_strict_shape(ledger: Ledger) -> None:
    """A field that the shape does not have is refused."""
    document = json.loads(render("json", ledger.view())) | {"more": 1}
    with pytest.raises(msgspec.ValidationError, match="more"):
        msgspec.json.decode(json.dumps(document), type=Article)


@pytest.mark.parametrize(
    "body", ["![a](https://e.example/a.png)", "![a][r]\n\n[r]: https://e.example/a.png"]
)
def test_curated_section_fetches_no_picture(body: str) -> None:
    """A picture from elsewhere would tell its owner who reads the article; it becomes a link."""
    kinds = {
        child.type
        for token in MarkdownIt("commonmark").parse(confined(body))
        for child in token.children or ()
    }
    assert "image" not in kinds
    assert "link_open" in kinds
