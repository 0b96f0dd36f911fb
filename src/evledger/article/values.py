"""The article as data: every part that a reader sees, in the article's order, without markup.

What may have been sealed is a text or :class:`Concealed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias, TypeVar

import msgspec

from evledger.asking import Prompt
from evledger.reviewing import HeldBack
from evledger.seals import Hidden

__all__ = [
    "Article",
    "Bearing",
    "Caution",
    "Claim",
    "Component",
    "Concealed",
    "Description",
    "Disclaimer",
    "Evidence",
    "EvidenceLedger",
    "FailedScore",
    "Fit",
    "Footer",
    "Note",
    "Outcome",
    "Parameter",
    "Passage",
    "Prompts",
    "Question",
    "Safety",
    "Score",
    "Scores",
    "Sealable",
    "Section",
    "Source",
    "Sources",
    "Tally",
    "TallyLine",
    "Term",
    "Texting",
    "Tier",
    "Unknown",
    "article_schema",
    "sealable",
]

T = TypeVar("T")

# Structs, because a large ledger's article is built of a hundred thousand of them,
# and because their JSON Schema is made from the classes themselves.


class Value(msgspec.Struct, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """What every part of an article is: a frozen value whose JSON has no other fields."""


class Concealed(Value, frozen=True, kw_only=True, gc=False):
    """What stands in the place of a sealed value that is not shown.

    Attributes:
        concealed: ``erased`` where it is gone for good, and an event says so;
            ``withheld`` where this copy of the ledger has no vault that holds it;
            ``unreviewed`` where a stranger wrote it and nobody has reviewed it,
            and ``rejected`` where somebody has, and rejected it
            (:func:`~evledger.reviewing.held_back`).
    """

    concealed: Literal["erased", "withheld", "unreviewed", "rejected"]

    def __str__(self) -> str:
        return _SHOWN[self.concealed]


_CONCEALED: Final[Mapping[Hidden | HeldBack, Concealed]] = {
    Hidden.ERASED: Concealed(concealed="erased"),
    Hidden.WITHHELD: Concealed(concealed="withheld"),
    HeldBack.UNREVIEWED: Concealed(concealed="unreviewed"),
    HeldBack.REJECTED: Concealed(concealed="rejected"),
}
_SHOWN: Final = {made.concealed: str(why) for why, made in _CONCEALED.items()}

Sealable: TypeAlias = str | Concealed
"""A text, or why it is not shown."""


def sealable(value: T | Hidden | HeldBack) -> T | Concealed:
    """Return a field's value as the article holds it.

    >>> sealable("A trial"), str(sealable(Hidden.ERASED))
    ('A trial', '[erased]')
    """
    return _CONCEALED[value] if isinstance(value, Hidden | HeldBack) else value


# -- what the article says of the ledger -------------------------------------------------


class Description(Value, frozen=True, kw_only=True, gc=False):
    """What the article is about, and what it was made from.

    Attributes:
        ledger: the ledger's name.
        id: the ledger's own id, 32 hexadecimal digits.
        title, subject: as the curator has them.
        head: of the events that the article was made from.
        events: how many they are.
        at: the time of the last of them.
        warnings: what could not be taken in, and may change the picture.
    """

    ledger: str
    id: Sealable
    title: Sealable
    subject: Sealable | None
    head: str
    events: int
    at: str
    warnings: tuple[str, ...]


class Section(Value, frozen=True, kw_only=True, gc=False):
    """A section that the curator wrote.

    Attributes:
        section: its slug: ``frame``.
        n: the record that it stands in.
        heading: its own, or the article's where it has none.
        body: Markdown, as it was written.
    """

    section: str
    n: int
    heading: Sealable
    body: Sealable


class Passage(Value, frozen=True, kw_only=True, gc=False):
    """What a plugin's events add up to.

    Attributes:
        projection: the name of the plugin's projection.
        heading: as the plugin has it.
        lines: plain text, an entry each.
    """

    projection: str
    heading: str
    lines: tuple[str, ...]


class Component(Value, frozen=True, kw_only=True, gc=False):
    """A part of the subject.

    Attributes:
        id: its id.
        component: its name for readers.
        layer: where it acts.
        sibling: the ledger that is about it, where there is one.
        claims: how many counted claims are about it.
    """

    id: str
    component: Sealable
    layer: Sealable
    sibling: Sealable | None
    claims: int


class Fit(Value, frozen=True, kw_only=True, gc=False):
    """How the parts fit together: the curator's words, the components, and their ledgers.

    Attributes:
        heading: of this part.
        section: what the curator wrote, if anything.
        components: each with its layer.
        siblings: the ledgers that components have, each once.
    """

    heading: str
    section: Section | None
    components: tuple[Component, ...]
    siblings: tuple[str, ...]


# -- counts ------------------------------------------------------------------------------


class TallyLine(Value, frozen=True, kw_only=True, gc=False):
    """How many of one sort there are."""

    name: str
    label: str
    count: int


class Tally(Value, frozen=True, kw_only=True, gc=False):
    """Counts that add up to their total.

    Attributes:
        name: a slug: ``sources``.
        heading: what is counted.
        lines: the counts, which sum to ``total``.
        total: of how many in all.
        note: why they add up.
    """

    name: str
    heading: str
    lines: tuple[TallyLine, ...]
    total: int
    note: str


class Tier(Value, frozen=True, kw_only=True, gc=False):
    """A tier of evidence.

    Attributes:
        slug: its name in claims.
        label: what readers see.
        sentence: what it means.
    """

    slug: str
    label: str
    sentence: str


class Evidence(Value, frozen=True, kw_only=True, gc=False):
    """What the evidence shows, in numbers.

    Attributes:
        heading: of this part.
        tallies: sources by where they are from, the scientific ones by kind, claims by tier
            and by why they do not count, counted claims by stance.
        tiers: those of the ledger, strongest first; then those that only its claims have.
        events: records in the chain.
    """

    heading: str
    tallies: tuple[Tally, ...]
    tiers: tuple[Tier, ...]
    events: int


# -- scores ------------------------------------------------------------------------------


class Parameter(Value, frozen=True, kw_only=True, gc=False):
    """A scorer's parameter; one within another is named with a dot: ``weights.human``."""

    name: str
    value: str


class Term(Value, frozen=True, kw_only=True, gc=False):
    """An addend of a score; decimals are texts."""

    name: str
    label: str
    count: int
    weight: str | None
    contribution: str
    cap: str | None


class Caution(Value, frozen=True, kw_only=True, gc=False):
    """What to know before one relies on a score; ``entries`` are whole names."""

    name: str
    text: str
    entries: tuple[str, ...]


class Outcome(Value, frozen=True, kw_only=True, gc=False):
    """A score for one outcome."""

    outcome: str
    label: str
    value: str | None
    terms: tuple[Term, ...]
    why: tuple[str, ...]


class Score(Value, frozen=True, kw_only=True, gc=False, tag_field="type", tag="score"):
    """What a scorer says, so that it can be recomputed by hand; decimals are texts.

    Attributes:
        scorer, version: who says it.
        label: in words.
        statement: value, cap and label in one line.
        formula: the sum as one would write it down; empty where there is none.
        raw: before the cap.
        value: from 0 to 1.
        cap: the most that ``value`` may be.
        additive: whether the terms sum to ``raw``.
        terms: the addends.
        cautions: what to know first.
        outcomes: a score for each outcome, where the scorer tells them apart.
        parameters: what it was configured with.
        method: how it is computed.
        source: where the method comes from.
    """

    scorer: str
    version: int
    label: str
    statement: str
    formula: str
    raw: str | None
    value: str | None
    cap: str | None
    additive: bool
    terms: tuple[Term, ...]
    cautions: tuple[Caution, ...]
    outcomes: tuple[Outcome, ...]
    parameters: tuple[Parameter, ...]
    method: str
    source: str


class FailedScore(Value, frozen=True, kw_only=True, gc=False, tag_field="type", tag="failure"):
    """A scorer that failed, and why."""

    scorer: str
    reason: str


class Scores(Value, frozen=True, kw_only=True, gc=False):
    """The score that is explained, and the others beside it.

    Attributes:
        heading: of this part.
        explained: of the first scorer; ``None`` where none was asked for.
        beside: of the others.
    """

    heading: str
    explained: Score | FailedScore | None
    beside: tuple[Score | FailedScore, ...]


# -- sources and claims ------------------------------------------------------------------

Bucket: TypeAlias = Literal["scientific", "reddit", "x", "other", "unclassified"]


class Claim(Value, frozen=True, kw_only=True, gc=False):
    """A claim.

    Attributes:
        id: its id.
        n: the record that introduced it.
        source: the id of its source.
        text: what it says.
        tier: the slug of its tier.
        stance: how it bears on the subject.
        quote: the source's own words, where they were kept.
        marks: what a reader must know of it, in a few words each.
        proof: the address of its proof, where one is published.
    """

    id: str
    n: int
    source: str
    text: Sealable
    tier: str
    stance: Sealable
    quote: Sealable | None
    marks: tuple[str, ...]
    proof: str | None


class Source(Value, frozen=True, kw_only=True, gc=False):
    """A source, and the claims drawn from it.

    Attributes:
        id: its id.
        n: the record that introduced it.
        bucket: which of the counts it is in.
        kind, title, venue, platform, community, published: as the ledger describes it.
        authors: those that are named.
        author_count: how many there are, where that is more.
        locators: what identifies it.
        link: an http(s) address that leads to it, where one can be made.
        marks: what a reader must know of it: ``retracted``.
        claims: in the order in which they were tagged.
    """

    id: str
    n: int
    bucket: Bucket
    kind: Sealable
    title: Sealable
    authors: tuple[str, ...] | Concealed
    author_count: int | None
    venue: Sealable | None
    platform: Sealable | None
    community: Sealable | None
    published: Sealable | None
    locators: tuple[str, ...]
    link: str | None
    marks: tuple[str, ...]
    claims: tuple[Claim, ...]


class Sources(Value, frozen=True, kw_only=True, gc=False):
    """One of the article's lists of sources, by number.

    Attributes:
        heading: of this part.
        note: says so where there are none; empty otherwise.
        total: how many there are.
        shown: how many of them are open; the rest is folded.
        more: how many are folded.
        sources: all of them.
    """

    heading: str
    note: str
    total: int
    shown: int
    more: int
    sources: tuple[Source, ...]


# -- what is not known -------------------------------------------------------------------


class Note(Value, frozen=True, kw_only=True, gc=False):
    """A gap or a caveat."""

    id: str
    n: int
    text: Sealable


class Bearing(Value, frozen=True, kw_only=True, gc=False):
    """What bears on a question.

    Attributes:
        entry: the whole name of a claim or a source.
        relation: ``answers``, ``partly`` or ``against``.
        text: the claim's text or the source's title; ``None`` where there is no such entry.
        marks: what a reader must know of it.
    """

    entry: str
    relation: str
    text: Sealable | None
    marks: tuple[str, ...]


class Question(Value, frozen=True, kw_only=True, gc=False):
    """An open question, and what bears on it."""

    id: str
    n: int
    text: Sealable
    evidence: tuple[Bearing, ...]


class Unknown(Value, frozen=True, kw_only=True, gc=False):
    """What is not known: open gaps and open questions."""

    heading: str
    note: str
    gaps: tuple[Note, ...]
    questions: tuple[Question, ...]


class Safety(Value, frozen=True, kw_only=True, gc=False):
    """The curator's safety notice, and the caveats that hold."""

    heading: str
    note: str
    section: Section | None
    caveats: tuple[Note, ...]


class Disclaimer(Value, frozen=True, kw_only=True, gc=False):
    """What the article is not."""

    heading: str
    sentences: tuple[str, ...]


# -- the ledger, and asking it -----------------------------------------------------------


class EvidenceLedger(Value, frozen=True, kw_only=True, gc=False):
    """Every claim, once.

    Attributes:
        heading: of this part.
        note: the numbers in a sentence, and what they mean.
        total: entries in all: ``shown + more + low + aside``.
        shown: of the ranked, so many are open.
        more: of the ranked, so many are folded.
        low: automatic claims that nobody has reviewed.
        aside: claims that do not count for another reason; their marks say which.
        ranked: the claims that count, strongest first.
        low_confidence, set_aside: the others, in the same order.
    """

    heading: str
    note: str
    total: int
    shown: int
    more: int
    low: int
    aside: int
    ranked: tuple[Claim, ...]
    low_confidence: tuple[Claim, ...]
    set_aside: tuple[Claim, ...]


class Prompts(Value, frozen=True, kw_only=True, gc=False):
    """Questions that the ledger can answer."""

    heading: str
    note: str
    prompts: tuple[Prompt, ...]


class Texting(Value, frozen=True, kw_only=True, gc=False):
    """How to text a question.

    Attributes:
        heading: of this part.
        contact: where to; ``None`` where nothing was set up.
        ask: what to write to ask.
        ingest: what to write to attach evidence to a question.
        sentences: both, explained.
    """

    heading: str
    contact: str | None
    ask: str
    ingest: str
    sentences: tuple[str, ...]


class Footer(Value, frozen=True, kw_only=True, gc=False):
    """What the article's bytes depend on, and what can be checked.

    Attributes:
        head: of the chain.
        events: how many.
        at: the time of the last.
        scorers: each with version and parameters.
        ranker: with its version.
        made_with: distributions with versions.
        verify: the command that verifies this head.
        proves: what the chain proves.
        does_not_prove: what it does not.
    """

    head: str
    events: int
    at: str
    scorers: tuple[str, ...]
    ranker: str
    made_with: tuple[str, ...]
    verify: str
    proves: str
    does_not_prove: str


class Article(Value, frozen=True, kw_only=True, gc=False):
    """An evidence article; its parts stand in the order in which they are read.

    Attributes:
        format, version: of this shape; the version is raised when a field changes its meaning.
        first: of every list so many are open, and the rest is folded.
        description: title and subject, and what the article was made from.
        frame, why: the curator's opening sections, where they were written.
        fit: how the parts fit together.
        evidence: counts.
        scores: the score with its formula, and others.
        scientific: what scientists say.
        published: published elsewhere.
        reddit, x, people: what people say on Reddit, on X, elsewhere.
        unknown: what is not known.
        safety: safety and limits.
        components: parts of the subject.
        sections: the ledger's own other sections.
        passages: what plugins' events add up to.
        disclaimer: what the article is not.
        ledger: every claim once, ranked.
        prompts: what can be asked.
        texting: how to text a question.
        footer: what it was made from, and how to verify it.
    """

    format: Literal["evledger-article"] = "evledger-article"
    version: Literal[1] = 1
    first: int
    description: Description
    frame: Section | None
    why: Section | None
    fit: Fit
    evidence: Evidence
    scores: Scores
    scientific: Sources
    published: Sources
    reddit: Sources
    x: Sources
    people: Sources
    unknown: Unknown
    safety: Safety
    components: tuple[Component, ...]
    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]
    disclaimer: Disclaimer
    ledger: EvidenceLedger
    prompts: Prompts
    texting: Texting
    footer: Footer


def article_schema() -> Mapping[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the article that the JSON renderer writes.

    It allows names that it does not know: a later release may add some without a new version.

    >>> schema = article_schema()
    >>> schema["title"], schema["$ref"]
    ('evledger-article, version 1', '#/$defs/Article')
    """
    schema = msgspec.json.schema(Article)
    for definition in schema["$defs"].values():
        definition.pop("additionalProperties", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:evledger:article:1",
        "title": "evledger-article, version 1",
    } | schema
