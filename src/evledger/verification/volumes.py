"""One ledger's text, wherever it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from evledger.chain import GENESIS, Head, page_header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Volume"]


@attrs.frozen(kw_only=True)
class Volume:
    """One ledger's text, wherever it is kept.

    Attributes:
        ledger: the name that every header must carry.
        pages: gives the stored pages from one number up to another; what it gives can be
            iterated in another thread or process.
        count: how many pages that is.
        tail: the lines of a page after those, kept without its header.
        partial: whether the last of the stored pages need not be full.
        head: the head kept with the text; it shows nothing but consistency.
    """

    ledger: str
    pages: Callable[[int, int], Iterable[bytes]]
    count: int
    tail: tuple[bytes, ...] = ()
    partial: bool = False
    head: Head | None = None

    def page(self, number: int, prev: str = GENESIS) -> bytes:
        """Give one page's text; ``prev`` serves where its header is not kept."""
        if number >= self.count:
            return page_header(self.ledger, number, prev) + b"".join(self.tail)
        return next(iter(self.pages(number, number + 1)))

    @property
    def last(self) -> int:
        """The number of the page that need not be full; -1 where all must be."""
        if self.tail:
            return self.count
        return self.count - 1 if self.partial else -1
