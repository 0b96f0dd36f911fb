"""An answer: what a ledger holds that bears on a question, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import attrs

if TYPE_CHECKING:
    from evledger.asking.contracts import Match, Sentence
    from evledger.chain import Head
    from evledger.entries import Caveat, Claim, Gap, Question, Section, Source

__all__ = ["Answer", "Cited", "Group", "Rejected", "Sureness"]

Sureness = Literal["sure", "likely", "doubtful", "nothing"]
"""How sure it is that what was found bears on the question; ``nothing`` was found."""


@attrs.frozen(kw_only=True)
class Cited:
    """A claim that bears on a question, with all that a reader needs to judge it.

    Attributes:
        claim: the claim.
        source: the source that it was drawn from.
        match: how well it bears on the question.
        marks: what a reader must know of it: ``contradicted by c4``, ``source retracted``.
        left_out: why it does not count as evidence, as in
            :data:`evledger.counting.REASONS`; ``None`` where it does.
        proof: the address of its proof, where there is one.
    """

    claim: Claim
    source: Source
    match: Match
    marks: tuple[str, ...] = ()
    left_out: str | None = None
    proof: str | None = None


@attrs.frozen(kw_only=True)
class Group:
    """Claims that count, of one stance and one tier, the best match first.

    Attributes:
        stance: ``supports``, ``contradicts``, ``mixed`` or ``neutral``;
            ``""`` where the stance is hidden.
        tier: the tier's slug.
        label: what readers call the tier.
        claims: the claims.
    """

    stance: str
    tier: str
    label: str
    claims: tuple[Cited, ...]


@attrs.frozen(kw_only=True)
class Rejected:
    """A sentence of an answerer that the ledger does not bear out.

    Attributes:
        sentence: what it said, and what it cited.
        why: what is wrong with it.
    """

    sentence: Sentence
    why: str


@attrs.frozen(kw_only=True)
class Answer:
    """What a ledger holds that bears on a question.

    Attributes:
        question: as it was asked.
        ledger: the ledger's name.
        head: the head that it was answered at.
        retriever: who found the matches.
        answerer: who wrote the sentences.
        sentences: the answer's sentences that the ledger bears out.
        rejected: those that it does not, with reasons.
        groups: the claims that bear on it and count, by stance and tier, the strongest tier first.
        others: claims that bear on it and do not count as evidence, each with the reason.
        sources: sources that bear on it and of which no claim was found.
        sections: sections of the article that touch it.
        gaps: gaps that are open and touch it.
        caveats: caveats that stand and touch it.
        questions: the same, or much the same, asked before.
        sureness: how sure it is that the best match bears on the question.
        weight: the best match's weight, from 0 to 1.
        missing: the words of the question that nothing found holds.
        readings: for a word that was read as another, the other.
        more: how many more entries answer it than were asked for, where it is known: of a
            question that the ledger itself suggests.
    """

    question: str
    ledger: str
    head: Head
    retriever: str
    answerer: str
    sentences: tuple[Sentence, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    groups: tuple[Group, ...] = ()
    others: tuple[Cited, ...] = ()
    sources: tuple[Source, ...] = ()
    sections: tuple[Section, ...] = ()
    gaps: tuple[Gap, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    questions: tuple[Question, ...] = ()
    sureness: Sureness = "nothing"
    weight: float = 0.0
    missing: tuple[str, ...] = ()
    readings: Mapping[str, str] = attrs.field(factory=dict[str, str])
    more: int = 0

    @property
    def claims(self) -> tuple[Cited, ...]:
        """The claims that count, in the order of the groups."""
        return tuple(cited for group in self.groups for cited in group.claims)

    @property
    def is_answered(self) -> bool:
        """Whether anything was found; where not, the question is worth creating."""
        return self.sureness != "nothing"
