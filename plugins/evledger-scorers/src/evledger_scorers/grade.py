"""GRADE: how certain the evidence for each outcome is, as a person assessed it.

GRADE is a judgement and is not computed from counts.
An assessor writes it down as an event, :class:`OutcomeAssessed`, with the reasons;
the scorer does the sum, and says where an assessment no longer stands on what counts.

Source:
    Guyatt et al. 2011, GRADE guidelines 1, J Clin Epidemiol 64:383–394 (introduction),
    3, 64:401–406 (rating the quality of evidence), 9, 64:1311–1316 (rating it up);
    Guyatt et al. 2013, GRADE guidelines 11, J Clin Epidemiol 66:151–157 (an overall rating);
    the GRADE Handbook, https://gdt.gradepro.org/app/handbook/handbook.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import attrs
from msgspec import Meta

from evledger import (
    Caution,
    Event,
    EventSupply,
    Outcome,
    Passage,
    Record,
    Score,
    Term,
    event,
    hookimpl,
)
from evledger.events import Id, Ref, Text, identity, plain, ref
from evledger.scoring import Scorer

if TYPE_CHECKING:
    from evledger import View

__all__ = [
    "EVLEDGER_API",
    "LEVELS",
    "Assessments",
    "Grade",
    "OutcomeAssessed",
    "certainty",
    "events",
    "scorers",
]

EVLEDGER_API = 1

LEVELS: Final = ("very low", "low", "moderate", "high")
"""Levels of certainty, the lowest first."""

_START: Final = MappingProxyType({"randomised": 3, "observational": 1})
_DOWN: Final = ("risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias")
_UP: Final = ("large_effect", "dose_response", "plausible_confounding")

_METHOD: Final = (
    "Evidence from randomised trials starts at high, other evidence at low; five reasons rate it "
    "down by one level or two each, three rate it up, and it stays between very low and high. "
    "Over all, the lowest certainty among critical outcomes stands."
)
_SOURCE: Final = (
    "Guyatt et al. 2011, GRADE guidelines, J Clin Epidemiol 64:380–406; Guyatt et al. 2013, "
    "GRADE guidelines 11, J Clin Epidemiol 66:151–157; the GRADE Handbook, "
    "https://gdt.gradepro.org/app/handbook/handbook.html."
)

Down = Annotated[int, Meta(ge=-2, le=0, description="0, -1 for serious or -2 for very serious")]
"""By how many levels a reason rates down: 0, -1 or -2."""

Up = Annotated[int, Meta(ge=0, le=1, description="0, or 1 where it holds")]
UpTwice = Annotated[int, Meta(ge=0, le=2, description="0, 1 for large or 2 for very large")]


@event("grade:outcome-assessed")
class OutcomeAssessed(Event):
    """A person's assessment of the evidence for one outcome; the latest of each outcome stands.

    Attributes:
        id: ``ga1``.
        outcome: what was measured or felt; capitals and blanks at its ends make no difference.
        start: what kind of studies it begins from.
        risk_of_bias, inconsistency, indirectness, imprecision, publication_bias:
            the reasons to rate down, each 0, -1 (serious) or -2 (very serious).
        large_effect: a reason to rate up: 0, 1 (large) or 2 (very large).
        dose_response, plausible_confounding: reasons to rate up, each 0 or 1.
        critical: whether the outcome is critical for a decision.
        claims: the claims that the assessment rests on.
        why: the reasons in words.

    >>> assessed = OutcomeAssessed(id="ga1", outcome="Pain", start="randomised", imprecision=-1)
    >>> certainty(assessed)
    'moderate'
    """

    id: Id = identity("grade-assessment", "ga")
    outcome: Text = plain(fixed=True)
    start: Literal["randomised", "observational"] = plain(fixed=True)
    risk_of_bias: Down = plain(default=0, fixed=True)
    inconsistency: Down = plain(default=0, fixed=True)
    indirectness: Down = plain(default=0, fixed=True)
    imprecision: Down = plain(default=0, fixed=True)
    publication_bias: Down = plain(default=0, fixed=True)
    large_effect: UpTwice = plain(default=0, fixed=True)
    dose_response: Up = plain(default=0, fixed=True)
    plausible_confounding: Up = plain(default=0, fixed=True)
    critical: bool = plain(default=True, fixed=True)
    claims: tuple[Ref, ...] = ref("claim", default=())
    why: Text | None = None


class Assessments:
    """The assessment that stands for each outcome, in the order of their first."""

    name = "grade:assessments"
    version = 1

    def start(self) -> dict[str, OutcomeAssessed]:
        """Begin with none."""
        return {}

    def apply(self, state: dict[str, OutcomeAssessed], record: Record) -> Any:
        """Take in an assessment."""
        if isinstance(record.event, OutcomeAssessed):
            state[record.event.outcome.strip().casefold()] = record.event
        return state

    def freeze(self, state: dict[str, OutcomeAssessed]) -> tuple[OutcomeAssessed, ...]:
        """Return the assessments that stand."""
        return tuple(state.values())

    def passage(self, part: tuple[OutcomeAssessed, ...]) -> Passage | None:
        """Return how certain the evidence for each outcome is."""
        if not part:
            return None
        lines = (f"{each.outcome}: {certainty(each)}. {' '.join(_why(each))}" for each in part)
        return Passage(heading="Certainty by outcome (GRADE)", lines=tuple(lines))


def certainty(assessed: OutcomeAssessed) -> str:
    """Return the level of certainty that an assessment comes to: one of :data:`LEVELS`."""
    return LEVELS[_level(assessed)]


def _level(assessed: OutcomeAssessed) -> int:
    total = _START[assessed.start] + sum(_reasons(assessed).values())
    return max(0, min(total, len(LEVELS) - 1))


def _reasons(assessed: OutcomeAssessed) -> dict[str, int]:
    """Return the reasons that rate down or up, and by how much."""
    found = {name: int(getattr(assessed, name)) for name in (*_DOWN, *_UP)}
    return {name: levels for name, levels in found.items() if levels}


@attrs.frozen(kw_only=True)
class Grade:
    """Gives the certainty of each outcome, and over all; it gives no number.

    >>> Grade().name
    'grade'
    """

    name = "grade"
    version = 1

    def score(self, view: View) -> Score:
        """Score a view."""
        assessments = view.part(Assessments)
        return Score(
            scorer=self.name,
            version=self.version,
            head=view.head,
            label=_overall(assessments),
            additive=False,
            outcomes=tuple(map(_outcome, assessments)),
            cautions=tuple(_cautions(view, assessments)),
            method=_METHOD,
            source=_SOURCE,
        )


def _overall(assessments: tuple[OutcomeAssessed, ...]) -> str:
    critical = [_level(each) for each in assessments if each.critical]
    if critical:
        return LEVELS[min(critical)]
    return "no critical outcome assessed" if assessments else "no outcome assessed"


def _outcome(assessed: OutcomeAssessed) -> Outcome:
    start = _START[assessed.start]
    begins = f"{assessed.start} studies, from {LEVELS[start]}"
    reasons = _reasons(assessed).items()
    terms = [_term(assessed.start, begins, start)]
    terms += [_term(name.replace("_", "-"), name.replace("_", " "), by) for name, by in reasons]
    return Outcome(
        outcome=assessed.outcome,
        label=certainty(assessed),
        terms=tuple(terms),
        why=_why(assessed),
    )


def _why(assessed: OutcomeAssessed) -> tuple[str, ...]:
    """Return the reasons, each a sentence."""
    begins = f"Begins from {LEVELS[_START[assessed.start]]}: {assessed.start} studies."
    reasons = [_said(name, by) for name, by in _reasons(assessed).items()]
    told = [assessed.why] if isinstance(assessed.why, str) else []  # it can be sealed
    return (begins, *reasons, *told)


def _term(name: str, label: str, levels: int) -> Term:
    return Term(name=name, label=label, count=1, weight=None, contribution=Decimal(levels))


def _said(name: str, levels: int) -> str:
    how_far = "one level" if abs(levels) == 1 else "two levels"
    return f"Rated {'down' if levels < 0 else 'up'} {how_far} for {name.replace('_', ' ')}."


# -- cautions ----------------------------------------------------------------------------


def _cautions(view: View, assessments: Iterable[OutcomeAssessed]) -> Iterator[Caution]:
    counted = frozenset(view.counted.claims)
    for assessed in assessments:
        gone = tuple(id for id in assessed.claims if id not in counted)
        if gone:
            yield _stale(view, assessed, gone)
        if not assessed.claims:
            text = f"{_name(assessed)} names no claim that it rests on."
            yield Caution(name="no-claims", text=text)
        yield from _rated_both_ways(assessed)


def _stale(view: View, assessed: OutcomeAssessed, gone: tuple[str, ...]) -> Caution:
    """Say that an assessment rests on what no longer counts, and why it does not."""
    reason = view.counted.reason_of
    said = ", ".join(f"{id} ({reason(id) or 'not in this view'})" for id in gone)
    return Caution(
        name="stale-assessment",
        text=f"{_name(assessed)} rests on claims that do not count: {said}.",
        entries=tuple(f"claim:{id}" for id in gone),
    )


def _rated_both_ways(assessed: OutcomeAssessed) -> Iterator[Caution]:
    """Doubt an assessment that rates up what has serious limitations, as the handbook does."""
    reasons = _reasons(assessed).values()
    if min(reasons, default=0) < 0 < max(reasons, default=0):
        text = (
            f"{_name(assessed)} rates both down and up; "
            "evidence with serious limitations is rarely rated up."
        )
        yield Caution(name="rated-both-ways", text=text)


def _name(assessed: OutcomeAssessed) -> str:
    return f"The assessment {assessed.id} of {assessed.outcome!r}"


# -- hooks -------------------------------------------------------------------------------


@hookimpl.events
def events() -> EventSupply:
    """Return the event and what gathers it."""
    return EventSupply(events=(OutcomeAssessed,), projections=(Assessments(),))


@hookimpl.scorers
def scorers() -> Iterable[Scorer]:
    """Return the scorer."""
    return [Grade()]
