"""Measuring side by side: what is compared takes turns within one run."""

from __future__ import annotations

import gc
import statistics
import time
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Row", "Target", "at_least", "at_most", "rates", "stopwatch", "table", "turns"]


@attrs.frozen
class Target:
    """What a figure must reach.

    Attributes:
        bound: the figure.
        upper: whether it is the most, and not the least.
    """

    bound: float
    upper: bool = False

    def is_met(self, figure: float) -> bool:
        """Return whether a figure reaches it."""
        return figure <= self.bound if self.upper else figure >= self.bound

    def __str__(self) -> str:
        return f"{'≤' if self.upper else '≥'} {_number(self.bound)}"


def at_least(bound: float) -> Target:
    """Return a target that larger figures reach."""
    return Target(bound)


def at_most(bound: float) -> Target:
    """Return a target that smaller figures reach."""
    return Target(bound, upper=True)


@attrs.frozen
class Row:
    """One comparison: a figure of ours, the same of a peer's, and their ratio.

    Attributes:
        work: what was done.
        unit: what the figures count.
        ours: our figures, one a repeat.
        peer: what it is compared with.
        theirs: its figures, each taken right after ours; empty where there is only a bound.
        target: the bound on ours/theirs, or on ours where there is no peer.
    """

    work: str
    unit: str
    ours: Sequence[float]
    peer: str = ""
    theirs: Sequence[float] = ()
    target: Target | None = None

    @property
    def ratios(self) -> list[float]:
        """Ours over theirs, repeat by repeat."""
        return [a / b for a, b in zip(self.ours, self.theirs, strict=True)] if self.theirs else []

    @property
    def is_met(self) -> bool | None:
        """Whether the median reaches the target."""
        if self.target is None:
            return None
        return self.target.is_met(statistics.median(self.ratios or self.ours))

    def cells(self) -> list[str]:
        """Return what the table shows."""
        target = f"{self.target}{' ×' if self.theirs else ''}" if self.target else "–"
        met = {None: "–", True: "met", False: "MISSED"}[self.is_met]
        return [
            self.work,
            f"{_spread(self.ours)} {self.unit}",
            f"{self.peer}: {_spread(self.theirs)}" if self.theirs else self.peer or "–",
            f"{_spread(self.ratios)} ×" if self.theirs else "–",
            target,
            met,
        ]

    def plain(self) -> dict[str, object]:
        """Return what ``--json`` writes."""
        return {
            **attrs.asdict(self, recurse=False),
            "target": str(self.target) if self.target else None,
            "ratios": self.ratios,
            "met": self.is_met,
        }


def stopwatch(action: Callable[[], object]) -> float:
    """Return the seconds that an action takes, with the rubbish of the one before swept away."""
    gc.collect()
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def turns(repeats: int, *actions: Callable[[], object]) -> list[list[float]]:
    """Time actions that take turns, so that a busy moment hits all of them.

    Each runs once before, to fill the caches of the operating system.

    Returns:
        For each action, the seconds of every repeat.
    """
    for action in actions:
        action()
    rounds = [[stopwatch(action) for action in actions] for _ in range(repeats)]
    return [list(column) for column in zip(*rounds, strict=True)]


def rates(count: float, seconds: Sequence[float], unit: float = 1.0) -> list[float]:
    """Turn seconds for ``count`` things into ``unit`` things a second."""
    return [count / second / unit for second in seconds]


def table(rows: Sequence[Row]) -> str:
    """Draw rows as a table in Markdown, whose columns stand straight in a terminal too."""
    heading = ["work", "ours", "peer", "ours / peer", "target", ""]
    lines = [heading, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    padded = (
        [cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines
    )
    return "\n".join(f"| {' | '.join(line)} |" for line in padded)


def _spread(figures: Sequence[float]) -> str:
    low, middle, high = min(figures), statistics.median(figures), max(figures)
    if len(figures) == 1:
        return _number(middle)
    return f"{_number(middle)} ({_number(low)}–{_number(high)})"


def _number(figure: float) -> str:
    """Write three significant digits."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"
