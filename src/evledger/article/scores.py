"""From a scorer to what the article says of its score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from evledger import scoring
from evledger.article.values import (
    Caution,
    FailedScore,
    Outcome,
    Parameter,
    Score,
    Scores,
    Term,
)
from evledger.scoring import plain_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evledger.scoring import Scorer
    from evledger.view import View

__all__ = ["scores_of", "signature"]


def scores_of(view: View, scorers: Iterable[Scorer]) -> Scores:
    """Score a view by every scorer; one that fails is named with its reason."""
    found = [_score(scoring.attempt(scorer, view)) for scorer in scorers]
    is_default = not found or found[0].scorer == "quantified-confidence"
    return Scores(
        heading="Quantified confidence" if is_default else f"Score: {found[0].scorer}",
        explained=found[0] if found else None,
        beside=tuple(found[1:]),
    )


def signature(score: Score | FailedScore) -> str:
    """Name a scorer with its version and parameters, as the footer does.

    >>> signature(FailedScore(scorer="grade", reason="no outcomes"))
    'grade (failed)'
    """
    if isinstance(score, FailedScore):
        return f"{score.scorer} (failed)"
    told = ", ".join(f"{each.name} = {each.value}" for each in score.parameters)
    return f"{score.scorer} version {score.version}" + (f" ({told})" if told else "")


def _score(found: scoring.Score | scoring.Failure) -> Score | FailedScore:
    if isinstance(found, scoring.Failure):
        return FailedScore(scorer=found.name, reason=found.reason)
    return Score(
        scorer=found.scorer,
        version=found.version,
        label=found.label,
        statement=_statement(found),
        formula=found.formula,
        raw=_decimal(found.raw),
        value=_decimal(found.value),
        cap=_decimal(found.cap),
        additive=found.additive,
        terms=_terms(found.terms),
        cautions=tuple(
            Caution(name=each.name, text=each.text, entries=each.entries) for each in found.cautions
        ),
        outcomes=tuple(map(_outcome, found.outcomes)),
        parameters=tuple(_parameters(found.parameters)),
        method=found.method,
        source=found.source,
    )


def _statement(score: scoring.Score) -> str:
    """Return value, cap and label in one line."""
    if score.value is None:
        return score.label
    capped = score.raw is not None and score.cap is not None and score.raw > score.cap
    drawn = f" capped from {plain_decimal(score.raw)}" if capped and score.raw is not None else ""
    return f"{plain_decimal(score.value)}{drawn}, {score.label}"


def _terms(terms: Iterable[scoring.Term]) -> tuple[Term, ...]:
    return tuple(
        Term(
            name=term.name,
            label=term.label,
            count=term.count,
            weight=_decimal(term.weight),
            contribution=plain_decimal(term.contribution),
            cap=_decimal(term.cap),
        )
        for term in terms
    )


def _outcome(outcome: scoring.Outcome) -> Outcome:
    return Outcome(
        outcome=outcome.outcome,
        label=outcome.label,
        value=_decimal(outcome.value),
        terms=_terms(outcome.terms),
        why=outcome.why,
    )


def _decimal(number: Decimal | None) -> str | None:
    return None if number is None else plain_decimal(number)


def _parameters(parameters: Mapping[str, Any], prefix: str = "") -> Iterator[Parameter]:
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            yield from _parameters(cast("Mapping[str, Any]", value), f"{prefix}{name}.")
        else:
            yield Parameter(name=f"{prefix}{name}", value=_told(value))


def _told(value: Any) -> str:
    if isinstance(value, Decimal):
        return plain_decimal(value) if value.is_finite() else str(value)
    return "none" if value is None else str(value)
