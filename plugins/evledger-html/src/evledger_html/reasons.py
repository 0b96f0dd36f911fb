"""Reasons: why, and on whose word, an entry was withdrawn, rejected, or flagged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from evledger.entries import Claim, Source
from evledger.legible import one_line, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from evledger.entries import Entry, Flag, Verdict
    from evledger.view import View

__all__ = ["reasons_of"]

_LONGEST: Final = 400
"""So many characters of a reason; the ledger's own page has the rest."""


def reasons_of(view: View, entry: Entry, *, with_source: bool = True) -> Iterator[str]:
    """Yield the reasons that stand behind an entry's marks, a line of plain text each.

    They are a curator's or a publisher's words; one that is sealed says so in brackets.

    Args:
        view: that it is of.
        entry: a claim or a source; others have none.
        with_source: whether those of a claim's source are among them.

    >>> import evledger
    >>> from evledger import ClaimWithdrawn
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     with semax.batch(by="curator") as batch:
    ...         trial = batch.add_source(kind="trial", title="A trial")
    ...         id = batch.tag_claim(source=trial, tier="human", stance="supports", text="It rose.")
    ...         batch.append(ClaimWithdrawn(claim=id, why="Misread the table."))
    ...     view = semax.view()
    >>> list(reasons_of(view, view.claims["c1"]))
    ['withdrawn: Misread the table.']
    """
    if isinstance(entry, Claim):
        if entry.withdrawn is not None:
            yield f"withdrawn: {_brief(entry.withdrawn)}"
        yield from _rejection(entry.review)
        source = view.sources.get(entry.source) if with_source else None
        yield from () if source is None else _of_source(source, "source ")
    elif isinstance(entry, Source):
        yield from _of_source(entry, "")


def _of_source(source: Source, whose: str) -> Iterator[str]:
    yield from (f"{whose}{line}" for line in _rejection(source.review))
    latest = {str(flag.status): flag for flag in source.flags}
    unmarked = {"unreachable"} if whose else set[str]()
    unmarked |= set() if "retracted" in latest else {"reinstated"}
    yield from (f"{whose}{_flagged(flag)}" for name, flag in latest.items() if name not in unmarked)


def _rejection(review: Verdict | None) -> Iterator[str]:
    if review is not None and review.verdict == "rejected":
        why = "" if review.why is None else f": {_brief(review.why)}"
        yield f"rejected by {review.by}{why}"


_FLAGGED: Final[Mapping[str, str]] = {
    "concern": "under concern",
    "unreachable": "no longer reachable",
}
"""What the marks call a flag, where that is not its own name."""


def _flagged(flag: Flag) -> str:
    status = str(flag.status)
    date = "" if flag.date is None else f", {flag.date}"
    return f"{_FLAGGED.get(status, status)}, says {_brief(flag.according_to)}{date}"


def _brief(text: object) -> str:
    return shortened(one_line(str(text)), _LONGEST)
