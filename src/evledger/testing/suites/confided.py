"""A ledger in which everything that can be told in confidence was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from evledger.events import CaveatNoted, ClaimTagged, GapNoted, QuestionCreated, SourceAdded, Stance
from evledger.schema import seal

if TYPE_CHECKING:
    from evledger.events import Event
    from evledger.schema import Seal

__all__ = ["SECRET", "confided", "confided_asides"]

SECRET: Final = "x-told-in-confidence"  # noqa: S105  # no password
"""What every sealed field holds."""


def confided(stances: Iterable[Stance]) -> Iterator[Event | Seal]:
    """Yield a post and claims drawn from it, every text of theirs sealed.

    Args:
        stances: of each claim.
    """
    post = SourceAdded(
        id="s1",
        kind="post",
        title=SECRET,
        platform="reddit",
        community=SECRET,
        authors=(SECRET,),
        venue=SECRET,
        published="2019-05",
        url=f"https://example.org/{SECRET}",
        language=SECRET,
        retrieved="2026-01-01",
        basis=SECRET,
    )
    yield seal(
        post,
        *("title", "community", "authors", "venue", "published"),
        *("url", "language", "retrieved", "basis"),
    )
    for number, stance in enumerate(stances, 1):
        claim = ClaimTagged(
            id=f"c{number}",
            source="s1",
            tier="anecdotal",
            stance=stance,
            text=SECRET,
            quote=SECRET,
            basis=SECRET,
        )
        yield seal(claim, "text", "quote", "basis")


def confided_asides() -> Iterator[Seal]:
    """Yield a question, a gap and a caveat, every text of theirs sealed."""
    yield seal(QuestionCreated(id="q1", text=SECRET, asker=SECRET), "text", "asker")
    yield seal(GapNoted(id="g1", text=SECRET), "text")
    yield seal(CaveatNoted(id="cv1", text=SECRET), "text")
