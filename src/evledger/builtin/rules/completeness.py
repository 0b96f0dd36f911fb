"""Rules on what is missing: identifiers, quotes, reviews, entries that others rely on."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from evledger.checks import Spot, rule
from evledger.phrases import counted, listed
from evledger.reviewing import pending
from evledger.seals import open_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from evledger.entries import Claim, Question
    from evledger.view import View

__all__ = [
    "automatic_claims",
    "claim_without_locator",
    "claim_without_quote",
    "question_unsupported",
    "section_cites_unknown",
    "unreadable_records",
]

# -- what a claim can be checked by ------------------------------------------------------
# A finding for each tier, and not for each claim: a ledger that was typed in from an article
# may lack hundreds, and which tier may do without is one decision.


def _lacking(view: View, lacks: Callable[[Claim], bool], what: str) -> Iterator[Spot]:
    known = [tier.slug for tier in view.tiers]
    tiers = view.counted.tiers
    for tier in dict.fromkeys([*known, *tiers]):  # the strongest first
        ids = tiers.get(tier, ())
        bare = [id for id in ids if lacks(view.claims[id])]
        if bare:
            text = f"no {what} {listed(bare)}: {_share(len(bare), len(ids), tier)}"
            target = f"tier:{tier}" if tier in known else None
            yield Spot(target, text, tuple(f"claim:{id}" for id in bare))


def _share(part: int, whole: int, tier: str) -> str:
    if whole == 1:
        return f"the one {tier} claim that counts"
    return f"{'all' if part == whole else f'{part} of'} {whole} {tier} claims that count"


@rule(
    "claim-without-locator",
    why="Without an identifier or a link nobody can look up what the claim rests on, and no "
    "register can say that it was retracted or is listed twice.",
    mend="Add what identifies the source: "
    '{"type": "source-amended", "data": {"source": "s5", "locators_added": ["doi:10.1000/x"], '
    '"why": "found it"}}, or its url.',
)
def claim_without_locator(view: View) -> Iterator[Spot]:
    """Claims that count, of sources that have neither a locator nor a url; by tier."""
    bare = {id for id, source in view.sources.items() if not source.locators and not source.url}
    return _lacking(view, lambda claim: claim.source in bare, "locator or url for the source of")


@rule(
    "claim-without-quote",
    why="A quote is what shows, without the whole source at hand, that the source says so. "
    "It is sealed, and can be forgotten.",
    mend="A claim keeps its quote for good, so withdraw it and tag it again with one: "
    '{"type": "claim-tagged", "data": {"id": "c99", "source": "s5", "text": "…", '
    '"tier": "human", "stance": "supports", "quote": "…"}}; or waive it for a tier.',
)
def claim_without_quote(view: View) -> Iterator[Spot]:
    """Claims that count and have no quote; by tier."""
    return _lacking(view, lambda claim: claim.quote is None, "quote for")


# -- what waits for somebody -------------------------------------------------------------


@rule(
    "automatic-claims",
    why="What a program tagged does not count until a person has looked at it; "
    "until then the ledger shows less than it holds.",
    mend="Look at each with 'evledger review', which accepts and rejects them; the event is: "
    '{"type": "reviewed", "data": {"target": "claim:c12", "verdict": "accepted"}}.',
)
def automatic_claims(view: View) -> Iterator[Spot]:
    """Claims, links and sources that a program made, and nobody has reviewed; one finding."""
    waiting: dict[str, list[str]] = {"claim": [], "link": [], "source": []}
    for proposal in pending(view):
        waiting[proposal.kind].append(proposal.name)
    parts = [counted(len(names), kind) for kind, names in waiting.items() if names]
    if parts:
        names = tuple(itertools.chain.from_iterable(waiting.values()))
        yield Spot(None, f"nobody has reviewed {listed(parts)} that programs made", names)


@rule(
    "question-unsupported",
    why="Readers take a question that was answered for answered; "
    "the answer fell away when its claims stopped counting.",
    mend="Link what answers it now: "
    '{"type": "evidence-linked", "data": {"question": "q1", "claim": "c12", '
    '"relation": "answers"}}; unlink what no longer does with evidence-unlinked; or note a gap.',
)
def question_unsupported(view: View) -> Iterator[Spot]:
    """A question that is closed, or has evidence, and nothing that counts bears on it.

    A question that waits for its first evidence is none: strangers may send as many as they like.
    """
    claims, sources = set(view.counted.claims), set(view.counted.sources)
    for id, question in view.questions.items():
        if question.status == "withdrawn" or not (question.evidence or question.status == "closed"):
            continue
        standing = [
            e
            for e in question.evidence
            if (e.claim in claims or e.source in sources)
            and not (e.review is not None and e.review.verdict == "rejected")
        ]
        if not standing:
            yield Spot(f"question:{id}", _unsupported(question), _evidence_of(question))


def _unsupported(question: Question) -> str:
    what = counted(len(question.evidence), "link")
    if not question.evidence:
        return f"it is {question.status}, and no evidence is linked to it"
    return f"it is {question.status}, with {what} to evidence, none of which counts"


def _evidence_of(question: Question) -> tuple[str, ...]:
    return tuple(
        f"claim:{each.claim}" if each.claim else f"source:{each.source}"
        for each in question.evidence
    )


# -- what is cited, and what cannot be read ----------------------------------------------

_ITEM: Final = r"(?:(?:source|claim|component):[a-z0-9][a-z0-9-]{0,63}|[sck][1-9][0-9]{0,8})"
_CITATION: Final = re.compile(rf"\[\s*({_ITEM}(?:\s*[,;]\s*{_ITEM})*)\s*\]")
_CITED: Final = re.compile(_ITEM)
_KINDS: Final = {"s": "source", "c": "claim", "k": "component"}


@rule(
    "section-cites-unknown",
    why="A citation that leads nowhere is worse than none: it looks like evidence.",
    mend="Write the section again with the right id: "
    '{"type": "section-written", "data": {"section": "why", "body": "… [s5]"}}, '
    "or add what is cited.",
)
def section_cites_unknown(view: View) -> Iterator[Spot]:
    """A section that cites a source, claim or component which the ledger does not have.

    A citation stands in square brackets, single or double: ``[s5]``, ``[[c12]]``,
    ``[s5, s7; c12]``, ``[component:bdnf]``.  Small ``s``, ``c`` and ``k`` with a number are a
    source, a claim and a component; ids of another form are cited by their whole names.
    S100, (s1) and plain s1 are prose.
    """
    held = {
        *(f"source:{id}" for id in view.sources),
        *(f"claim:{id}" for id in view.claims),
        *(f"component:{id}" for id in view.components),
    }
    for slug, section in view.sections.items():
        lost = [name for name in dict.fromkeys(_cited(open_text(section.body))) if name not in held]
        if lost:
            what = "what the ledger does not have"
            said = f": {listed(lost)}" if "body" not in section.sealed else ""
            yield Spot(f"section:{slug}", f"it cites {what}{said}")


def _cited(body: str) -> Iterator[str]:
    for citation in _CITATION.finditer(body):
        for item in _CITED.findall(citation[1]):
            yield item if ":" in item else f"{_KINDS[item[0]]}:{item}"


@rule(
    "unreadable-records",
    why="What could not be read may retract, withdraw or add anything; "
    "every count and score here is made without it.",
    mend="Install the plugin, or the version of evledger, that knows these records: "
    "'evledger plugins' says what is here and what failed, and "
    "'evledger log LEDGER --type TYPE' shows the records of a type.",
)
def unreadable_records(view: View) -> Iterator[Spot]:
    """Records of unknown types, or that could not be taken in."""
    if view.warnings:
        yield Spot(None, "; ".join(view.warnings), tuple(f"record:{n}" for n in view.unfit))
