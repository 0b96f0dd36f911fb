"""What each source does to a score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from evledger.phrases import counted
from evledger.pictures.marks import Box, area, rule
from evledger.pictures.numbers import brief, exact, signed, total
from evledger.pictures.picture import Picture, absent
from evledger.pictures.sheet import BAR, WIDTH, Sheet

if TYPE_CHECKING:
    from evledger.scoring import Influence

__all__ = ["influence"]

_TITLE: Final = "Influence of each source"
_SHOWN: Final = 20


@attrs.frozen
class _Bar:
    """What a source adds, or takes away."""

    label: str
    number: Decimal


def influence(found: Iterable[Influence], titles: Mapping[str, object]) -> Picture:
    """Draw what each source does to the value of a score, the most first.

    Where no source alone moves the value, as under a cap, what they do to the sum is drawn.

    Args:
        found: what :func:`evledger.scoring.influence` gives.
        titles: of the sources, by id, as readers may see them:
            :func:`evledger.reviewing.published_titles` gives them.

    Returns:
        The picture with at most twenty bars; the table has every source.
    """
    every = tuple(found)
    if not every:
        return absent("influence", _TITLE, "The ledger holds no source.")
    measure = "value" if any(each.value for each in every) else "raw"
    bars = sorted(_bars(every, titles, measure), key=_size, reverse=True)
    told = _told(bars, measure)
    return Picture(
        name="influence",
        title=_TITLE,
        summary=_summary(told, bars),
        columns=("source", "title", "value", "raw", "label without it"),
        rows=tuple(_rows(every, titles)),
        drawing=_sheet(told, bars).drawn(),
    )


def _bars(every: Iterable[Influence], titles: Mapping[str, object], measure: str) -> Iterator[_Bar]:
    """Yield a bar for each source that moves the number; equals stay in their order."""
    for each in every:
        number: Decimal | None = each.value if measure == "value" else each.raw
        if number:
            yield _Bar(f"{each.source} {titles.get(each.source, '')}", number)


def _size(bar: _Bar) -> Decimal:
    return bar.number.copy_abs()  # exact, whatever the application's arithmetic


# -- in words and as a table -------------------------------------------------------------


def _told(bars: list[_Bar], measure: str) -> str:
    if not bars:
        return "No source alone changes the score."
    if measure == "raw":
        return "No source alone changes the value; the sum before the cap would change by so much"
    return "How much more the value is with the source than without it"


def _summary(told: str, bars: list[_Bar]) -> str:
    most = "; ".join(f"{signed(bar.number)} {bar.label}" for bar in bars[:3])
    rest = f"; {len(bars) - 3:,} more" if len(bars) > 3 else ""
    return f"{told}: {most}{rest}." if bars else told


def _rows(every: Iterable[Influence], titles: Mapping[str, object]) -> Iterator[tuple[str, ...]]:
    for each in every:
        numbers = ("" if number is None else exact(number) for number in (each.value, each.raw))
        yield each.source, str(titles.get(each.source, "")), *numbers, each.label or ""


# -- drawn -------------------------------------------------------------------------------


def _sheet(told: str, bars: list[_Bar]) -> Sheet:
    sheet = Sheet(_TITLE, told)
    shown, rest = bars[:_SHOWN], bars[_SHOWN:]
    zero, scale = _scale(shown)
    for bar in shown:
        sheet.row(bar.label, signed(bar.number))
        wide = max(2, abs(float(bar.number)) * scale)
        x, tone = (zero, "for") if bar.number > 0 else (zero - wide, "against")
        tip = f"{bar.label}: {exact(bar.number)}"
        axis = rule(zero, sheet.y - 2, zero, sheet.y + BAR + 2)
        sheet.put(area(Box(x, sheet.y, wide, BAR), tone, tip), axis, height=BAR + 8)
    if rest:
        sheet.paragraph(_of_rest(rest))
    return sheet


def _scale(bars: Iterable[_Bar]) -> tuple[float, float]:
    """Return the place of zero, and how wide a one is."""
    numbers = [float(bar.number) for bar in bars]
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    scale = (WIDTH - 4) / (high - low) if high > low else 1.0
    return 1 - low * scale, scale


def _of_rest(rest: list[_Bar]) -> str:
    added = signed(total(bar.number for bar in rest))
    most = brief(_size(rest[0]))
    return f"and {counted(len(rest), 'more source')}, {added} in sum, each at most {most}"
