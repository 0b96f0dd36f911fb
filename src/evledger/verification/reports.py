"""Faults, and the report that holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import attrs

from evledger.exceptions import Invalid
from evledger.verification.trust import trust_words

if TYPE_CHECKING:
    from evledger.chain import Head
    from evledger.verification.trust import Trust

__all__ = ["Fault", "FaultKind", "Level", "Verification", "check_level", "unreadable"]

Level = Literal["chain", "full"]

FaultKind = Literal[
    "changed-byte",
    "bad-header",
    "wrong-prev",
    "missing-page",
    "unreadable",
    "bad-line",
    "bad-time",
    "bad-data",
    "duplicate-key",
    "missing-ref",
    "missing-drop",
    "commitment",
    "not-erased",
    "index",
    "attachment",
    "database",
    "head-mismatch",
    "root-mismatch",
    "tree",
    "checkpoint",
]
"""What is wrong; ``docs/reference/faults.md`` describes each."""


MOST_FAULTS: Final = 1_000
"""How many faults a report holds; it is read by people."""


@attrs.frozen
class Fault:
    """Something that is not as it must be.

    Attributes:
        kind: what is wrong.
        message: what was found, and what was expected.
        page: the page it was found in, where there is one.
        n: the record, where it can be placed so exactly.
    """

    kind: FaultKind
    message: str
    page: int | None = None
    n: int | None = None

    def __str__(self) -> str:
        place = "" if self.page is None else f"page {self.page}"
        if self.n is not None:
            place += f", record {self.n}"
        return f"{self.kind}: {place}{': ' if place else ''}{self.message}"


@attrs.frozen(kw_only=True)
class Verification:
    """What a verification found, and what it stood on.

    Attributes:
        ledger: the name in the chain.
        level: ``chain`` or ``full``.
        head: the head as recomputed; ``None`` where the text is not sound to its end.
        events: how many events were checked.
        pages: how many pages they fill.
        checked: what was checked, in words.
        trusted: the head, signed head or checkpoint that the caller gave; without one the check
            is of consistency only.
        beyond: how many events lie beyond what is trusted, vouched for by nothing.
        sound_to: how many events from the start on are sound.
        faults: what is wrong, first things first.
        root: the Merkle root in hexadecimal, at level ``full``.
        unknown: the types, and how many of each, whose schema was not known here.
        seconds: how long it took.
    """

    ledger: str
    level: Level
    head: Head | None
    events: int
    pages: int
    checked: tuple[str, ...]
    trusted: Trust | None
    beyond: int
    sound_to: int
    faults: tuple[Fault, ...]
    root: str | None
    unknown: dict[str, int]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    @property
    def fault(self) -> Fault | None:
        """The first thing that is wrong."""
        return self.faults[0] if self.faults else None

    @property
    def trust(self) -> str:
        """What the answer stands on.

        ``internal``, ``head given``, ``signed by example.org/semax``, or
        ``signed by example.org/semax, witnessed by witness.example``.
        """
        return trust_words(self.trusted)


def check_level(level: str) -> None:
    """Check that a level is one of the two.

    Raises:
        Invalid: it is not; a misspelt ``full`` must not pass for one.
    """
    if level not in ("chain", "full"):
        msg = f"level {level!r:.80}: expected 'chain' or 'full'"
        raise Invalid(msg)


def unreadable(ledger: str, level: Level, message: str, trust: Trust | None) -> Verification:
    """Report a ledger of which not even the outline can be read."""
    return Verification(
        ledger=ledger,
        level=level,
        head=None,
        events=0,
        pages=0,
        checked=(),
        trusted=trust,
        beyond=0,
        sound_to=0,
        faults=(Fault("unreadable", message),),
        root=None,
        unknown={},
        seconds=0.0,
    )
