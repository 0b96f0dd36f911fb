"""The mix of evidence: how many claims count, of which tier, on which side."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import attrs

from evledger.legible import within_sentence
from evledger.phrases import counted
from evledger.pictures.marks import Box, area, rule
from evledger.pictures.picture import Picture
from evledger.pictures.sheet import BAR, WIDTH, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from evledger.pictures.marks import Mark
    from evledger.view import View

__all__ = ["mix"]

_TITLE: Final = "Claims by tier of evidence"
_STANCES: Final = {"supports": "for", "contradicts": "against", "mixed": "both", "neutral": "aside"}
_PLURAL: Final = {"supports": "support", "contradicts": "contradict"}
_HIDDEN: Final = "stance hidden"
_LEAST: Final = 2.0  # so that one of thousands is still seen
_WHY: Final = {
    "withdrawn": "withdrawn",
    "rejected": "rejected by a reviewer",
    "retracted": "from a retracted source",
    "automatic": "tagged by a program and not reviewed",
    "duplicate": "from a duplicate of another source",
}


@attrs.frozen
class _Tier:
    """The claims of one tier that count, by stance."""

    label: str
    stances: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many there are, whatever their stance."""
        return sum(self.stances.values())


def mix(view: View) -> Picture:
    """Draw how many claims of each tier count, strongest tier first, by their stance.

    Args:
        view: of a ledger.

    Returns:
        The picture; its table adds up to the claims that count, and names those that do not.
    """
    tiers = tuple(_tiers(view))
    stances = tuple(dict.fromkeys([*_STANCES, *(name for tier in tiers for name in tier.stances)]))
    left_out = {why: len(ids) for why, ids in view.counted.left_out.items() if ids}
    return Picture(
        name="mix",
        title=_TITLE,
        summary=_summary(tiers, left_out),
        columns=("tier", *stances, "all"),
        rows=(*_rows(tiers, stances), *_rows_left_out(left_out, len(stances))),
        drawing=_sheet(tiers, left_out).drawn(),
    )


def _tiers(view: View) -> Iterator[_Tier]:
    """Yield the ledger's own tiers, and then those of claims that it no longer has."""
    labels = {tier.slug: tier.label for tier in view.tiers}
    stances = {id: stance for stance, ids in view.counted.stances.items() for id in ids}
    present = view.counted.tiers
    for slug in (*labels, *sorted(present.keys() - labels.keys())):
        ids = present.get(slug, ())
        yield _Tier(labels.get(slug, slug), Counter(stances.get(id, _HIDDEN) for id in ids))


# -- in words and as a table -------------------------------------------------------------


def _summary(tiers: tuple[_Tier, ...], left_out: Mapping[str, int]) -> str:
    total = sum(tier.total for tier in tiers)
    kinds = [
        f"{tier.total:,} {within_sentence(tier.label)} ({_sides(tier)})"
        for tier in tiers
        if tier.total
    ]
    head = f"{counted(total, 'claim counts', 'claims count')} as evidence"
    told = f"{head}: {', '.join(kinds)}." if kinds else "No claim counts as evidence."
    return f"{told} {_told_left_out(left_out)}".strip()


def _sides(tier: _Tier) -> str:
    return ", ".join(_side(stance, number) for stance, number in _sorted_by_stance(tier))


def _sorted_by_stance(tier: _Tier) -> list[tuple[str, int]]:
    """Return the stances that claims of a tier take, in the order in which they are drawn."""
    order = [*_STANCES, *(name for name in tier.stances if name not in _STANCES)]
    return [(name, tier.stances[name]) for name in order if tier.stances.get(name)]


def _side(stance: str, number: int) -> str:
    return counted(number, stance, _PLURAL.get(stance, stance))


def _told_left_out(left_out: Mapping[str, int]) -> str:
    if not left_out:
        return ""
    reasons = ", ".join(f"{number:,} {_WHY.get(why, why)}" for why, number in left_out.items())
    return f"Not counted: {reasons}."


def _rows(tiers: tuple[_Tier, ...], stances: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    every = _Tier("all that count", sum((Counter(tier.stances) for tier in tiers), Counter[str]()))
    for tier in (*tiers, every):
        numbers = (tier.stances.get(stance, 0) for stance in stances)
        yield (tier.label, *(f"{number:,}" for number in numbers), f"{tier.total:,}")


def _rows_left_out(left_out: Mapping[str, int], stances: int) -> Iterator[tuple[str, ...]]:
    for why, number in left_out.items():
        yield (f"not counted: {_WHY.get(why, why)}", *[""] * stances, f"{number:,}")


# -- drawn -------------------------------------------------------------------------------


def _sheet(tiers: tuple[_Tier, ...], left_out: Mapping[str, int]) -> Sheet:
    total = sum(tier.total for tier in tiers)
    sheet = Sheet(_TITLE, _lead(total))
    largest = max((tier.total for tier in tiers), default=0)
    for tier in tiers if total else ():
        sheet.row(tier.label, counted(tier.total, "claim"), bold=True)
        if tier.total:
            sheet.put(*_bar(tier, largest, sheet.y), height=BAR + 5)
            sheet.keys((_tone(name), _side(name, n)) for name, n in _sorted_by_stance(tier))
        else:
            sheet.put(rule(0, sheet.y, WIDTH, sheet.y), height=4)
        sheet.space(10)
    if left_out:
        sheet.paragraph(_told_left_out(left_out), lines=6)
    return sheet


def _lead(total: int) -> str:
    if not total:
        return "No claim counts as evidence."
    return f"{counted(total, 'claim counts', 'claims count')} as evidence, strongest tier first"


def _tone(stance: str) -> str:
    return _STANCES.get(stance, "unknown")


def _bar(tier: _Tier, largest: int, y: float) -> Iterator[Mark]:
    parts = _sorted_by_stance(tier)
    widths = [max(_LEAST, number * WIDTH / largest) for _, number in parts]
    widths[widths.index(max(widths))] -= max(0, sum(widths) - WIDTH)
    x = 0.0
    for (stance, number), width in zip(parts, widths, strict=True):
        gap = 0 if stance == parts[-1][0] else 1
        tip = f"{tier.label}: {_side(stance, number)}"
        yield area(Box(x, y, width - gap, BAR), _tone(stance), tip)
        x += width
