"""From a view to the article."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from evledger import ranking
from evledger.article.evidence import Collected, collect, evidence_of, natural
from evledger.article.links import SITES
from evledger.article.scores import scores_of, signature
from evledger.article.values import (
    Article,
    Bearing,
    Component,
    Description,
    Disclaimer,
    EvidenceLedger,
    Fit,
    Footer,
    Note,
    Passage,
    Prompts,
    Question,
    Safety,
    Scores,
    Section,
    Texting,
    Unknown,
    sealable,
)
from evledger.asking import suggest
from evledger.phrases import counted
from evledger.rendering import passages
from evledger.reviewing import held_back

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from evledger import entries
    from evledger.article.values import Claim
    from evledger.rendering import RenderContext
    from evledger.reviewing import HeldBack
    from evledger.seals import Hidden
    from evledger.view import View

__all__ = ["compose"]


def compose(view: View, context: RenderContext) -> Article:
    """Compose the article of a view: all that it says, free of any markup.

    Args:
        view: of the ledger.
        context: the scorers, the ranker, and how much is open.

    Returns:
        The same article for the same view and context.

    Raises:
        PluginError: the ranker failed. A scorer that fails is named in the article.
    """
    first = max(0, context.first)
    collected = collect(view, first=first, proofs=context.proofs, sites=context.sites or SITES)
    scores = scores_of(view, context.scorers)
    components = _components(view)
    return Article(
        first=first,
        description=_description(view),
        frame=_section(view, "frame"),
        why=_section(view, "why"),
        fit=_fit(view, components),
        evidence=evidence_of(view, collected),
        scores=scores,
        scientific=collected.lists["scientific"],
        published=collected.lists["published"],
        reddit=collected.lists["reddit"],
        x=collected.lists["x"],
        people=collected.lists["people"],
        unknown=_unknown(view),
        safety=_safety(view),
        components=components,
        sections=_other_sections(view),
        passages=_passages(view, context),
        disclaimer=_DISCLAIMER,
        ledger=_ledger(view, context, collected, first),
        prompts=_prompts(view),
        texting=_texting(view, context.contact),
        footer=_footer(view, context, scores),
    )


def _description(view: View) -> Description:
    return Description(
        ledger=view.ledger,
        id=sealable(view.id),
        title=sealable(view.title),
        subject=sealable(view.subject),
        head=str(view.head),
        events=view.head.size,
        at=view.at,
        warnings=view.warnings,
    )


# -- the curator's words -----------------------------------------------------------------

_HEADINGS: Final = {
    "frame": "What is breaking down",
    "why": "Why it might help",
    "fit": "How these fit together",
    "safety": "Safety and limits",
}
"""The sections that have a place of their own, and their headings where the ledger gives none."""


def _section(view: View, slug: str) -> Section | None:
    section = view.sections.get(slug)
    if section is None:
        return None
    heading = _HEADINGS.get(slug, slug.replace("-", " ").capitalize())
    return Section(
        section=slug,
        n=section.n,
        heading=heading if section.heading is None else sealable(section.heading),
        body=sealable(section.body),
    )


def _other_sections(view: View) -> tuple[Section, ...]:
    found = (_section(view, slug) for slug in view.sections if slug not in _HEADINGS)
    return tuple(section for section in found if section is not None)


def _passages(view: View, context: RenderContext) -> tuple[Passage, ...]:
    return tuple(
        Passage(projection=name, heading=passage.heading, lines=passage.lines)
        for name, passage in passages(view, context.projections)
    )


def _components(view: View) -> tuple[Component, ...]:
    about: Counter[str] = Counter()
    for id in view.counted.claims if view.components else ():
        claim = view.claims[id]
        about.update(set(claim.about.components) if claim.about is not None else ())
    return tuple(
        Component(
            id=id,
            component=sealable(part.component),
            layer=sealable(part.layer),
            sibling=sealable(part.sibling),
            claims=about[id],
        )
        for id, part in view.components.items()
    )


def _fit(view: View, components: tuple[Component, ...]) -> Fit:
    siblings = (part.sibling for part in components)
    return Fit(
        heading=_HEADINGS["fit"],
        section=_section(view, "fit"),
        components=components,
        siblings=tuple(dict.fromkeys(each for each in siblings if isinstance(each, str))),
    )


# -- what is not known -------------------------------------------------------------------


def _unknown(view: View) -> Unknown:
    gaps = _notes(gap for gap in view.gaps.values() if gap.closed is None)
    asked = (question for question in view.questions.values() if question.status == "open")
    questions = tuple(
        _question(view, each) for each in sorted(asked, key=lambda each: natural(each.id))
    )
    return Unknown(
        heading="What we do not know",
        note="" if gaps or questions else "The ledger names no open gap and no open question.",
        gaps=gaps,
        questions=questions,
    )


def _notes(found: Iterable[entries.Gap | entries.Caveat]) -> tuple[Note, ...]:
    ordered = sorted(found, key=lambda each: natural(each.id))
    return tuple(Note(id=each.id, n=each.n, text=sealable(each.text)) for each in ordered)


def _question(view: View, question: entries.Question) -> Question:
    return Question(
        id=question.id,
        n=question.n,
        text=sealable(question.text),
        evidence=tuple(_bearing(view, each) for each in question.evidence),
    )


def _bearing(view: View, evidence: entries.Evidence) -> Bearing:
    claim = view.claims.get(evidence.claim or "")
    return Bearing(
        entry=f"claim:{evidence.claim}" if evidence.claim else f"source:{evidence.source}",
        relation=evidence.relation,
        text=sealable(_words(view, claim, view.sources.get(evidence.source or ""))),
        marks=tuple(_marks(evidence)) + (() if claim is None else ranking.marks(view, claim)),
    )


def _words(
    view: View, claim: entries.Claim | None, source: entries.Source | None
) -> str | Hidden | HeldBack | None:
    if claim is not None:
        return held_back(claim, "text", source=view.sources.get(claim.source)) or claim.text
    return None if source is None else held_back(source, "title") or source.title


def _marks(evidence: entries.Evidence) -> Iterable[str]:
    if evidence.review is None and evidence.assertion == "automatic":
        yield "linked automatically, not reviewed"
    elif evidence.review is not None and evidence.review.verdict == "rejected":
        yield "link rejected by a reviewer"


def _safety(view: View) -> Safety:
    section = _section(view, "safety")
    caveats = _notes(each for each in view.caveats.values() if each.withdrawn is None)
    return Safety(
        heading=_HEADINGS["safety"],
        note="" if section or caveats else "The ledger holds no safety notice and no caveat.",
        section=section,
        caveats=caveats,
    )


_DISCLAIMER: Final = Disclaimer(
    heading="Disclaimer",
    sentences=(
        "This article sums up what a ledger records; it is no medical or other advice.",
        "Claims are in the curator's words, and what individuals report is not verified.",
        "A score weighs what was collected; it is no probability that anything works.",
    ),
)


# -- every claim, once -------------------------------------------------------------------


def _ledger(view: View, context: RenderContext, collected: Collected, first: int) -> EvidenceLedger:
    ranked = ranking.rank(context.ranker, view)
    shown = min(first, len(ranked.ranked))
    numbers = {
        "shown": shown,
        "more": len(ranked.ranked) - shown,
        "low": len(ranked.low_confidence),
        "aside": len(ranked.set_aside),
    }
    return EvidenceLedger(
        heading="The evidence ledger",
        note=" ".join(_told(len(ranked), **numbers)),
        total=len(ranked),
        **numbers,
        ranked=_made(collected, ranked.ranked),
        low_confidence=_made(collected, ranked.low_confidence),
        set_aside=_made(collected, ranked.set_aside),
    )


def _told(total: int, *, shown: int, more: int, low: int, aside: int) -> Iterator[str]:
    """Yield the numbers in a sentence, without what there is none of, and what they mean."""
    if not total:
        yield "The ledger holds no claim."
        return
    parts = ((more, "more"), (low, "low-confidence"), (aside, "set aside"))
    further = "".join(f", {number:,} {name}" for number, name in parts if number)
    yield f"{counted(total, 'entry', 'entries')}: {shown:,} shown{further}."
    if low:
        yield "Low-confidence claims, which a program tagged and nobody reviewed, do not count."
    if aside:
        yield "Claims that are set aside do not count; their marks say why."


def _made(collected: Collected, claims: Iterable[entries.Claim]) -> tuple[Claim, ...]:
    return tuple(collected.claims[claim.id] for claim in claims)


# -- asking, and the footer --------------------------------------------------------------


def _prompts(view: View) -> Prompts:
    prompts = suggest(view)
    how = f"evledger ask {view.ledger}, followed by the question, gives the words"
    return Prompts(
        heading="Ask this article",
        note=f"Beside each stands what answers it; {how}."
        if prompts
        else "The ledger holds nothing yet that would answer a question.",
        prompts=prompts,
    )


def _texting(view: View, contact: str | None) -> Texting:
    place = "to the number above" if contact else "where the ledger's keeper receives messages"
    return Texting(
        heading="How to text a question",
        contact=contact,
        ask=f"{view.ledger}|your question",
        ingest=f"ingest {view.ledger}|q:NODE_ID|paste",
        sentences=(
            f"Sent {place}, the first line asks a question and is answered with its id.",
            "The second attaches what you paste to the question of that id, as evidence to review.",
        ),
    )


def _footer(view: View, context: RenderContext, scores: Scores) -> Footer:
    explained = () if scores.explained is None else (scores.explained,)
    return Footer(
        head=str(view.head),
        events=view.head.size,
        at=view.at,
        scorers=tuple(map(signature, (*explained, *scores.beside))),
        ranker=f"{context.ranker.name} version {context.ranker.version}",
        made_with=context.made_with,
        verify=f"evledger verify {view.ledger} --full --head {view.head}",
        proves="The chain proves integrity: "
        "with a head that you kept elsewhere, nobody has changed, dropped or reordered an event.",
        does_not_prove="It does not prove clinical truth: "
        "that a source is right, or that a claim follows from it, no chain can show.",
    )
