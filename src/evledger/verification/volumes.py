"""One ledger's text, wherever it is kept."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import attrs
from blake3 import blake3

from evledger.chain import GENESIS, PAGE_EVENTS, Head, page_header, page_lines, page_range
from evledger.exceptions import Broken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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

    @property
    def size(self) -> int:
        """How many events it is said to have; without a head, how many its pages have room for."""
        return self.head.size if self.head else self.count * PAGE_EVENTS

    @property
    def last(self) -> int:
        """The number of the page that need not be full; -1 where all must be."""
        if self.tail:
            return self.count
        return self.count - 1 if self.partial else -1

    def page(self, number: int, prev: str | None = None) -> bytes:
        """Return one page's text.

        Args:
            number: which page.
            prev: the hash of the page before it, where that is known: a header that is not kept
                is made from it, and from that page otherwise.

        Raises:
            Broken: it is missing.
        """
        if number >= self.count:
            prev = self._hash(number - 1) if prev is None else prev
            return page_header(self.ledger, number, prev) + b"".join(self.tail)
        for text in self.pages(number, number + 1):
            return text
        raise self._unsound(f"page {number} is missing")

    def texts(self, start: int = 0, stop: int = sys.maxsize) -> Iterator[tuple[int, bytes]]:
        """Yield number and text of the pages from ``start`` up to ``stop``, the tail's too."""
        prev = None
        for page, text in enumerate(self.pages(start, min(stop, self.count)), start):
            if page == self.count - 1 and self.tail:
                prev = blake3(text).hexdigest()
            yield page, text
        if self.tail and start <= self.count < stop:
            yield self.count, self.page(self.count, prev)

    def lines(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the lines of the events from ``start`` up to ``stop``, without their newlines.

        Raises:
            Broken: they are not all there, or a page has more or fewer than it must.
        """
        reached = start
        for page, text in self.texts(start // PAGE_EVENTS, len(page_range(stop))):
            lines = page_lines(text)
            if len(lines) != PAGE_EVENTS and page != self.last:
                raise self._unsound(f"page {page} has {len(lines)} lines")
            wanted = lines[reached % PAGE_EVENTS : stop - page * PAGE_EVENTS]
            yield from (line.removesuffix(b"\n") for line in wanted)
            reached += len(wanted)
        if reached < stop:
            raise self._unsound(f"it ends before event {stop - 1}")

    def _hash(self, number: int) -> str:
        return blake3(self.page(number)).hexdigest() if number >= 0 else GENESIS

    def _unsound(self, what: str) -> Broken:
        return Broken(f"ledger {self.ledger!r} is not sound: {what}; run 'evledger verify'")
