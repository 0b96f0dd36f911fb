"""Entries as they are now: their words, and what a reader must know of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from evledger.article.values import sealable
from evledger.entries import Claim, Entry, Source
from evledger.ranking import marks
from evledger.reviewing import held_back

if TYPE_CHECKING:
    from evledger.view import View

__all__ = ["Present", "present"]


@attrs.frozen(kw_only=True)
class Present:
    """An entry as it is now, which a reader's browser compares with its records.

    Attributes:
        name: its whole name.
        field: the field that has its words.
        words: these, or why they are not shown.
        tier, stance, source: a claim's.
        marks: what a reader must know of it.
    """

    name: str
    field: str
    words: Any
    tier: str | None = None
    stance: Any = None
    source: str | None = None
    marks: tuple[str, ...] = ()


_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "source": ("sources", "title"),
    "claim": ("claims", "text"),
    "question": ("questions", "text"),
    "gap": ("gaps", "text"),
    "caveat": ("caveats", "text"),
    "component": ("components", "component"),
    "section": ("sections", "heading"),
}
"""For each kind of entry, where a view has them, and the field that has their words."""


def present(view: View, name: str | None) -> Present | None:
    """Return an entry by its whole name; ``None`` where it has no words that could be compared.

    >>> import evledger
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     with semax.batch(by="curator") as batch:
    ...         paper = batch.add_source(kind="review", title="A review", assertion="automatic")
    ...     found = present(semax.view(), "source:s1")
    >>> found.words, found.marks
    ('A review', ('automatic, not reviewed',))
    """
    kind, _, id = (name or "").partition(":")
    where, field = _WORDS.get(kind, ("", ""))
    entry: Entry | None = getattr(view, where).get(id) if where else None
    words = None if entry is None else _words(view, entry, field)
    if name is None or entry is None or words is None:
        return None
    if isinstance(entry, Claim):
        return Present(
            name=name,
            field=field,
            words=words,
            tier=entry.tier,
            stance=sealable(entry.stance),
            source=entry.source,
            marks=marks(view, entry),
        )
    return Present(name=name, field=field, words=words, marks=tuple(_marks(entry)))


def _words(view: View, entry: Entry, field: str) -> Any:
    """Return a field of an entry as the article shows it."""
    held = None
    if isinstance(entry, Claim) and entry.sealed:
        held = held_back(entry, field, source=view.sources.get(entry.source))
    elif isinstance(entry, Source):
        held = held_back(entry, field)
    return sealable(held or getattr(entry, field))


def _marks(entry: Entry) -> Iterator[str]:
    """Yield what a reader must know of a source; a claim's marks are those of the article."""
    if not isinstance(entry, Source):
        return
    if entry.is_retracted:
        yield "retracted"
    if entry.review is not None and entry.review.verdict == "rejected":
        yield "rejected by a reviewer"
    elif entry.assertion != "manual" and entry.review is None:
        yield "automatic, not reviewed"
