"""The sources by the year in which they were published."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import attrs

from evledger.phrases import counted
from evledger.pictures.marks import Box, area, rule, words
from evledger.pictures.picture import Picture, absent
from evledger.pictures.sheet import SMALL, WIDTH, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from evledger.entries import Source
    from evledger.pictures.marks import Mark
    from evledger.view import View

__all__ = ["timeline"]

_TITLE: Final = "Sources by year of publication"
_GROUPS: Final = {"scientific": "for", "other kinds": "aside", "retracted": "against"}
_UNSEEN: Final = "kind hidden"
_NO_DATE: Final = "no date"
_HIDDEN: Final = "date hidden"
_BINS: Final = 40  # more have no room
_STEPS: Final = (1, 10, 100, 1000)
_TALL: Final = 120.0
_TALLEST: Final = 28.0  # of a single source
_WIDEST: Final = 44.0
_PERIODS: Final = {1: "year", 10: "decade", 100: "century", 1000: "millennium"}


@attrs.frozen
class _Bin:
    """The sources of one period, by group."""

    label: str
    groups: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many there are, of whatever group."""
        return sum(self.groups.values())


def timeline(view: View) -> Picture:
    """Draw how many sources were published when.

    Args:
        view: of a ledger.

    Returns:
        The picture, by years; by decades and longer where there would be more than forty.
        Its table adds up to all sources, with those whose date is missing or hidden.
    """
    if not view.sources:
        return absent("timeline", _TITLE, "The ledger holds no source.")
    dated, undated = _sorted(view.sources.values())
    bins, step = _bins(dated)
    rest = tuple(_Bin(why, groups) for why, groups in undated.items())
    found = {name for each in (*bins, *rest) for name in each.groups}
    groups = tuple(name for name in (*_GROUPS, _UNSEEN) if name in _GROUPS or name in found)
    return Picture(
        name="timeline",
        title=_TITLE,
        summary=_summary(bins, rest, step),
        columns=("published", *groups, "all"),
        rows=tuple(_rows(bins, rest, groups)),
        drawing=_sheet(bins, rest, step, groups).drawn(),
    )


def _sorted(
    sources: Iterable[Source],
) -> tuple[dict[int, Counter[str]], dict[str, Counter[str]]]:
    """Count sources by year and group, and those without a year by why they have none."""
    dated: dict[int, Counter[str]] = {}
    undated: dict[str, Counter[str]] = {}
    for source in sources:
        group = _group(source)
        if isinstance(source.published, str):
            dated.setdefault(int(source.published[:4]), Counter())[group] += 1
        else:
            why = _NO_DATE if source.published is None else _HIDDEN
            undated.setdefault(why, Counter())[group] += 1
    return dated, undated


def _group(source: Source) -> str:
    if source.is_retracted:
        return "retracted"
    if not isinstance(source.kind, str):
        return _UNSEEN
    return "scientific" if source.is_scientific else "other kinds"


def _bins(dated: Mapping[int, Counter[str]]) -> tuple[tuple[_Bin, ...], int]:
    """Return the periods from the first to the last, empty ones too, and how long each is."""
    if not dated:
        return (), 1
    first, last = min(dated), max(dated)
    step = next(step for step in _STEPS if last // step - first // step < _BINS)
    found = {start: Counter[str]() for start in range(first - first % step, last + 1, step)}
    for year, groups in dated.items():
        found[year - year % step].update(groups)
    return tuple(_Bin(_period(start, step), groups) for start, groups in found.items()), step


def _all(label: str, bins: Iterable[_Bin]) -> _Bin:
    return _Bin(label, sum((Counter(each.groups) for each in bins), Counter[str]()))


def _period(start: int, step: int) -> str:
    return f"{start:04}" if step == 1 else f"{start:04}–{start + step - 1:04}"


# -- in words and as a table -------------------------------------------------------------


def _summary(bins: tuple[_Bin, ...], rest: tuple[_Bin, ...], step: int) -> str:
    every = _all("all", (*bins, *rest))
    told = f"{counted(every.total, 'source')}: {_told(every.groups)}."
    if bins:
        most = max(each.total for each in bins)
        span = f"{bins[0].label[:4]} to {bins[-1].label[-4:]}"
        told += f" Published {span}, at most {most:,} in a {_PERIODS[step]}."
    return f"{told} {_without_date(rest)}".strip()


def _told(groups: Mapping[str, int]) -> str:
    order = (*_GROUPS, _UNSEEN)
    return ", ".join(f"{groups[name]:,} {_label(name)}" for name in order if groups.get(name))


def _label(group: str) -> str:
    return {"other kinds": "of other kinds", _UNSEEN: "of a hidden kind"}.get(group, group)


def _without_date(rest: Iterable[_Bin]) -> str:
    told = {_NO_DATE: "has no date", _HIDDEN: "has a hidden date"}
    plural = {_NO_DATE: "have no date", _HIDDEN: "have a hidden date"}
    return " ".join(
        f"{counted(each.total, f'source {told[each.label]}', f'sources {plural[each.label]}')}."
        for each in rest
    )


def _rows(
    bins: tuple[_Bin, ...], rest: tuple[_Bin, ...], groups: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    dated, every = _all("with a date", bins), _all("all", (*bins, *rest))
    for each in (*bins, *((dated, *rest) if rest else ()), every):
        numbers = (each.groups.get(group, 0) for group in groups)
        yield (each.label, *(f"{number:,}" for number in numbers), f"{each.total:,}")


# -- drawn -------------------------------------------------------------------------------


def _sheet(
    bins: tuple[_Bin, ...], rest: tuple[_Bin, ...], step: int, groups: tuple[str, ...]
) -> Sheet:
    dated = _all("with a date", bins)
    lead = f"{counted(dated.total, 'source')} with a date, by {_PERIODS[step]}"
    sheet = Sheet(_TITLE, lead if bins else "No source has a date that is known.")
    if bins:
        sheet.keys(
            (_GROUPS.get(name, "unknown"), f"{dated.groups[name]:,} {_label(name)}")
            for name in groups
            if dated.groups.get(name)
        )
        sheet.space(18)
        sheet.put(*_columns(bins, groups, sheet.y), height=_tall(bins) + 18)
    if rest:
        sheet.space(4)
        sheet.paragraph(_without_date(rest))
    return sheet


def _columns(bins: tuple[_Bin, ...], groups: tuple[str, ...], top: float) -> Iterator[Mark]:
    most = max(each.total for each in bins)
    pitch = min(WIDTH / len(bins), _WIDEST)
    floor = top + _tall(bins)
    numbered = set(_numbered(bins, pitch))
    for place, each in enumerate(bins):
        height = each.total * _tall(bins) / most
        box = Box(place * pitch, floor - height, pitch - 1.5, height)
        yield from _column(each, groups, box)
        if place in numbered:
            yield _centred(f"{each.total:,}", (place + 0.5) * pitch, box.y - 4, bold=True)
    yield rule(0, floor, len(bins) * pitch, floor)
    yield from _years(bins, pitch, floor + 14)


def _tall(bins: Iterable[_Bin]) -> float:
    return min(_TALL, _TALLEST * max(each.total for each in bins))


def _column(each: _Bin, groups: tuple[str, ...], box: Box) -> Iterator[Mark]:
    tip = f"{each.label}: {counted(each.total, 'source')} ({_told(each.groups)})"
    y = box.y + box.height
    for group in groups:
        number = each.groups.get(group, 0)
        if number:
            height = box.height * number / each.total
            y -= height
            part = Box(box.x, y, box.width, max(1, height - 1))
            yield area(part, _GROUPS.get(group, "unknown"), tip)


def _numbered(bins: tuple[_Bin, ...], pitch: float) -> Iterator[int]:
    """Yield the columns whose number has room above them; the highest always has."""
    highest = max(range(len(bins)), key=lambda place: bins[place].total)
    for place, each in enumerate(bins):
        wide = len(f"{each.total:,}") * SMALL * 0.7
        if place == highest or (each.total and wide < pitch):
            yield place


def _years(bins: tuple[_Bin, ...], pitch: float, y: float) -> Iterator[Mark]:
    """Name the first period, the last, and as many between as have room."""
    every = max(1, -(-44 // int(pitch + 0.001)))
    last = len(bins) - 1
    for place in range(0, len(bins), every):
        if place == last or last - place >= every or place == 0:
            yield _centred(bins[place].label[:4], (place + 0.5) * pitch, y)
    if last % every:
        yield _centred(bins[last].label[:4], (last + 0.5) * pitch, y)


def _centred(text: str, x: float, y: float, *, bold: bool = False) -> Mark:
    """Return text about a place, but not beyond the sheet's edges."""
    half = len(text) * SMALL * 0.33
    middle = min(max(x, half), WIDTH - half)
    return words(
        text, middle, y, size=SMALL, room=WIDTH, anchor="middle", quiet=not bold, bold=bold
    )
