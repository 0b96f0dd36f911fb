"""One record after the other, told in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from evledger.chronicle.earlier import Earlier
from evledger.chronicle.scene import Category, Scene
from evledger.chronicle.sentences import said
from evledger.legible import one_line

if TYPE_CHECKING:
    from evledger.record import Record
    from evledger.view import View

__all__ = ["Told", "chronicle", "tell"]


@attrs.frozen(kw_only=True)
class Told:
    """A record in words; nothing in them steers what shows them.

    Attributes:
        n: the record's position.
        at: when it was appended, in UTC.
        by: who appended it.
        type: the event's type.
        category: one of :data:`~evledger.chronicle.CATEGORIES`.
        entry: the whole name of the entry that it concerns, ``claim:c4``; ``None`` for none.
        text: what it did, in a plain sentence or two.
        words: the entry's own words as they are now, shortened: ``“Scores rose.”``, or
            ``[erased]`` and the like; ``None`` where it has none, or the text repeats them.
    """

    n: int
    at: datetime
    by: str
    type: str
    category: Category
    entry: str | None
    text: str
    words: str | None = None

    def __str__(self) -> str:
        return self.text if self.words is None else f"{self.text} {self.words}"


def tell(record: Record, view: View, earlier: Earlier | None = None) -> Told:
    """Return what a record did.

    Titles and texts are told as the view has them, and as the article would show them.

    Args:
        record: any record of the view's ledger.
        view: at the record or later.
        earlier: what was said before, so that a correction is told with what it changed *from*.

    >>> import evledger
    >>> from evledger import ClaimRetagged
    >>> store = evledger.open("memory:")
    >>> semax = store.create("semax", title="Semax and BDNF", by="curator")
    >>> with semax.batch(by="curator") as batch:
    ...     rats = batch.add_source(kind="journal-article", title="A study in rats")
    ...     claim = batch.tag_claim(source=rats, tier="human", stance="supports", text="It rose.")
    ...     batch.append(ClaimRetagged(claim=claim, tier="preclinical", why="It was in rats."))
    >>> print(tell(semax.record(2), semax.view()))
    c1 was drawn from s1 (Human, supports). “It rose.”
    >>> tell(semax.record(3), semax.view()).text
    'c1 was moved to Preclinical: It was in rats.'
    """
    found = said(Scene(record, view, earlier or Earlier()))
    return Told(
        n=record.n,
        at=record.at,
        by=record.by,
        type=record.type,
        category=found.category,
        entry=found.entry,
        text=one_line(found.text),
        words=found.words,
    )


def chronicle(records: Iterable[Record], view: View, before: View | None = None) -> Iterator[Told]:
    """Tell one record after the other, each with what was said before it.

    Args:
        records: in the order of the chain; all of them, or all that concern an entry.
        view: at the last of them or later.
        before: the view before the first; ``None`` where they begin with the ledger, or with
            the record that introduced the entry.

    Returns:
        Each record once.

    The example goes on from that of :func:`tell`:

    >>> for told in chronicle(semax.records(), semax.view()):
    ...     print(told.category, "|", told.text)
    text | The ledger was opened.
    evidence | s1 was added (journal article).
    evidence | c1 was drawn from s1 (Human, supports).
    correction | c1 was moved from Human to Preclinical: It was in rats.
    """
    earlier = Earlier(before)
    for record in records:
        yield tell(record, view, earlier)
        earlier.take(record)
