"""Numbers before and after: the score, and what is counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from evledger import scoring
from evledger.scoring import Score, plain_decimal

if TYPE_CHECKING:
    from evledger.chronicle import Number
    from evledger.scoring import Failure, Scorer
    from evledger.view import View

__all__ = ["Row", "numbers", "scores"]


@attrs.frozen(kw_only=True)
class Row:
    """A number before and after, as it is written.

    Attributes:
        label: what it counts.
        before, after: how many, or what a score comes to.
        difference: with its sign; empty where there is none.
    """

    label: str
    before: str
    after: str
    difference: str = ""


def numbers(given: Iterable[Number]) -> Iterator[Row]:
    """Write the numbers of which there are any, before or after."""
    for each in given:
        if each.before or each.after:
            yield Row(
                label=each.label,
                before=str(each.before),
                after=str(each.after),
                difference=_signed(Decimal(each.difference)),
            )


def scores(scorers: Iterable[Scorer], before: View | None, after: View) -> Iterator[Row]:
    """Score both views by some scorers; one that fails is named with its reason.

    What a value is capped from has a row of its own, since it goes on changing under the cap.

    Args:
        scorers: each gives a row or more.
        before: the earlier view; ``None`` for the beginning, where there is nothing to score.
        after: the later one.
    """
    for scorer in scorers:
        old = None if before is None else scoring.attempt(scorer, before)
        new = scoring.attempt(scorer, after)
        values, raws = ((_number(old, name), _number(new, name)) for name in ("value", "raw"))
        label = f"Score by {scorer.name}"
        yield Row(label=label, before=_told(old), after=_told(new), difference=_between(*values))
        if raws != values:
            raw = [_written(number) for number in raws]
            yield Row(
                label="before its cap", before=raw[0], after=raw[1], difference=_between(*raws)
            )


def _between(before: Decimal | None, after: Decimal | None) -> str:
    return "" if before is None or after is None else _signed(after - before)


def _number(score: Score | Failure | None, name: str) -> Decimal | None:
    found: Decimal | None = getattr(score, name, None)
    return found


def _told(score: Score | Failure | None) -> str:
    if score is None:
        return "none"
    if not isinstance(score, Score):
        return f"none: {score.reason}"
    return score.label if score.value is None else f"{plain_decimal(score.value)}, {score.label}"


def _written(number: Decimal | None) -> str:
    return "none" if number is None else plain_decimal(number)


def _signed(number: Decimal) -> str:
    r"""Write a difference with its sign.

    >>> _signed(Decimal("0.12")), _signed(Decimal(-3)), _signed(Decimal(0))
    ('+0.12', '−3', '')
    """
    if not number:
        return ""
    return f"{'+' if number > 0 else '−'}{plain_decimal(abs(number))}"
