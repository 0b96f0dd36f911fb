"""A score: the terms that make it up, where it is capped, and what other scorers say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from evledger.pictures.marks import Box, area, dot, rule, words
from evledger.pictures.numbers import brief, exact, signed
from evledger.pictures.picture import Picture, absent
from evledger.pictures.sheet import BAR, SMALL, WIDTH, Sheet

if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from evledger.pictures.marks import Mark
    from evledger.scoring import Failure, Outcome, Score, Term

__all__ = ["scores"]

_SHOWN: Final = 20
_COLUMNS: Final = ("part", "count", "weight", "number", "note")
_ZERO: Final = Decimal(0)


def scores(score: Score | Failure, beside: Iterable[Score | Failure] = ()) -> Picture:
    """Draw how a score comes about, and what others say beside it.

    Args:
        score: what is explained: its terms as bars that add up, its cap, its value.
        beside: what other scorers say, drawn from 0 to 1; one that failed is named.

    Returns:
        The picture; the table has every term, also those that had no room.
    """
    others = tuple(map(_said, beside))
    if _failed(score):
        picture = absent("score", _named(score.name), f"No score: {score.reason}")
        rows = tuple(map(_row, (_said(score), *others)))
        return attrs.evolve(picture, columns=_COLUMNS, rows=rows)
    return Picture(
        name="score",
        title=_named(score.scorer),
        summary=_summary(score, others),
        columns=_COLUMNS,
        rows=(*_rows(score), *map(_row, others)),
        drawing=_sheet(score, others).drawn(),
    )


@attrs.frozen
class _Said:
    """What a scorer says, or what is said of one outcome; no value where the note says why."""

    label: str
    value: Decimal | None
    note: str


def _said(found: Score | Failure) -> _Said:
    if _failed(found):
        return _Said(_named(found.name), None, f"failed: {found.reason}")
    return _Said(_named(found.scorer), found.value, found.label)


def _failed(found: Score | Failure) -> TypeIs[Failure]:
    return not hasattr(found, "terms")  # their classes are above us in the house


def _named(scorer: str) -> str:
    """Write a scorer's name as a title: ``quantified-confidence`` is two words."""
    return scorer.replace("-", " ").capitalize()


def _of_outcome(outcome: Outcome) -> _Said:
    return _Said(f"outcome: {outcome.outcome}", outcome.value, outcome.label)


# -- in words and as a table -------------------------------------------------------------


def _summary(score: Score, others: tuple[_Said, ...]) -> str:
    value = "No value" if score.value is None else exact(score.value)
    drawn = f", capped from {exact(score.raw)}" if score.is_capped and score.raw else ""
    terms = [
        f"{exact(each.contribution)} from {each.label} ({each.count:,})" for each in score.terms
    ]
    told = f" {'; '.join(terms[:_SHOWN])}." if terms else ""
    said = [f"{each.label}: {_value(each)}" for each in others]
    return f"{value}{drawn}: {score.label}.{told}" + (f" {'; '.join(said)}." if said else "")


def _value(said: _Said) -> str:
    return said.note if said.value is None else exact(said.value)


def _rows(score: Score) -> Iterator[tuple[str, ...]]:
    for term in score.terms:
        weight = "" if term.weight is None else exact(term.weight)
        cap = "" if term.cap is None else f"at most {exact(term.cap)}"
        yield term.label, f"{term.count:,}", weight, exact(term.contribution), cap
    if score.raw is not None:
        yield _sum(score), "", "", exact(score.raw), ""
    if score.cap is not None:
        yield "cap", "", "", exact(score.cap), "reached" if score.is_capped else ""
    yield _row(_said(score))
    yield from map(_row, map(_of_outcome, score.outcomes))


def _sum(score: Score) -> str:
    return "sum" if score.additive else "before the cap"


def _row(said: _Said) -> tuple[str, ...]:
    return said.label, "", "", "" if said.value is None else exact(said.value), said.note


# -- drawn -------------------------------------------------------------------------------


def _sheet(score: Score, others: tuple[_Said, ...]) -> Sheet:
    sheet = Sheet(_named(score.scorer))
    _put_value(sheet, score)
    if score.terms or score.raw is not None:
        _put_terms(sheet, score)
    if score.outcomes:
        sheet.heading("By outcome, from 0 to 1")
        _put_dots(sheet, map(_of_outcome, score.outcomes))
    if others:
        sheet.heading("Beside other scorers, from 0 to 1")
        _put_dots(sheet, (_said(score), *others))
    return sheet


def _put_value(sheet: Sheet, score: Score) -> None:
    if score.value is None:
        sheet.paragraph(f"No number: {score.label}", lines=3)
    else:
        large = words(brief(score.value), 0, sheet.y + 22, size=30, room=WIDTH, bold=True)
        sheet.put(large, height=28)
        sheet.paragraph(score.label, lines=3)
    sheet.space(8)


@attrs.frozen
class _Scale:
    """From numbers to places on the sheet."""

    low: float
    high: float

    def x(self, number: float) -> float:
        """Return the place of a number."""
        return (number - self.low) / (self.high - self.low) * WIDTH


@attrs.frozen
class _Step:
    """A bar: what is added, and from where to where it leads."""

    label: str
    number: Decimal
    start: float
    end: float


def _put_terms(sheet: Sheet, score: Score) -> None:
    steps = tuple(_steps(score))
    scale = _scale(score, steps)
    for step in steps[:_SHOWN]:
        sheet.row(step.label, signed(step.number) if score.additive else brief(step.number))
        sheet.put(*_bar(scale, step, "against" if step.number < 0 else "for", sheet.y))
        _put_bound(sheet, score, scale)
    if len(steps) > _SHOWN:
        sheet.paragraph(f"and {len(steps) - _SHOWN:,} more terms, which the table has")
    if not score.additive:
        sheet.paragraph("These do not add up to the value: the scorer weighs them otherwise.")
    elif score.raw is not None:
        _put_sum(sheet, score, scale)


def _steps(score: Score) -> Iterator[_Step]:
    """Yield a bar for each term; it begins where the one before it ends, if they add up."""
    start = 0.0
    for term in score.terms:
        end = start + float(term.contribution)
        yield _Step(_told(term), term.contribution, start, end)
        start = end if score.additive else 0.0


def _told(term: Term) -> str:
    told = f"{term.label}: {term.count:,}"
    if term.weight is not None:
        told += f" × {brief(term.weight)}"
    return f"{told}, at most {brief(term.cap)}" if term.cap is not None and term.is_capped else told


def _scale(score: Score, steps: tuple[_Step, ...]) -> _Scale:
    numbers = [0.0, *(step.end for step in steps)]
    if score.additive:
        numbers += [float(number) for number in (score.raw, score.cap) if number is not None]
    low, high = min(numbers), max(numbers)
    return _Scale(low, high if high > low else low + 1)


def _bar(scale: _Scale, step: _Step, tone: str, y: float) -> Iterator[Mark]:
    ends = sorted((scale.x(step.start), scale.x(step.end)))
    left = min(ends[0], WIDTH - 2)
    tip = f"{step.label}: {exact(step.number)}"
    yield rule(0, y + BAR, WIDTH, y + BAR)
    yield area(Box(left, y, max(2, ends[1] - left), BAR), tone, tip)


def _put_sum(sheet: Sheet, score: Score, scale: _Scale) -> None:
    """Draw the sum; what the cap takes away of it is drawn in another texture."""
    raw = score.raw or _ZERO
    kept = min(raw, score.cap) if score.cap is not None else raw
    sheet.row(_sum(score).capitalize(), brief(raw), bold=True)
    whole = _Step(_sum(score), raw, 0.0, float(kept))
    sheet.put(*_bar(scale, whole, "sum", sheet.y))
    if raw > kept:
        above = attrs.evolve(whole, start=float(kept), end=float(raw))
        sheet.put(*_bar(scale, above, "unknown", sheet.y))
    _put_bound(sheet, score, scale)
    if score.cap is not None:
        _put_cap(sheet, score.cap, scale.x(float(score.cap)))


def _put_bound(sheet: Sheet, score: Score, scale: _Scale) -> None:
    """Draw the cap across a bar, and go on below the bar."""
    if score.additive and score.cap is not None:
        x = scale.x(float(score.cap))
        sheet.put(rule(x, sheet.y - 2, x, sheet.y + BAR + 4, "bound"))
    sheet.space(BAR + 9)


def _put_cap(sheet: Sheet, cap: Decimal, x: float) -> None:
    is_late = x > WIDTH / 2
    room = x if is_late else WIDTH - x
    anchor = "end" if is_late else "start"
    text, y = f"at most {brief(cap)}", sheet.y + 7
    note = words(text, x, y, size=SMALL, room=room, anchor=anchor, quiet=True)
    sheet.put(note, height=14)


# -- dots from 0 to 1 --------------------------------------------------------------------


def _put_dots(sheet: Sheet, dots: Iterable[_Said]) -> None:
    every = tuple(dots)
    sheet.space(4)
    for number, each in enumerate(every[:_SHOWN]):
        if each.value is None:
            sheet.row(each.label, each.note)
            sheet.space(4)
            continue
        sheet.row(each.label, brief(each.value))
        x = 5 + float(each.value) * (WIDTH - 10)
        y = sheet.y + 5
        line = rule(5, y, WIDTH - 5, y)
        sheet.put(line, dot(x, y, "sum" if number == 0 else "for", each.note), height=14)
    if len(every) > _SHOWN:
        sheet.paragraph(f"and {len(every) - _SHOWN:,} more, which the table has")
    sheet.space(6)
