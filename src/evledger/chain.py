"""The chain: pages of lines, the hash of every event, and checking them in bulk.

Format version 1, as ``docs/format.md`` states it.
Bytes in, hashes out: nothing here reads a file, a clock or a database,
and nothing here knows what a line says.

A page is a header line and up to :data:`PAGE_EVENTS` event lines.
The hash of event ``n`` is BLAKE3-256 of its page's text from the header through its own line,
and a page's header carries the hash of the page before it;
so the hash of the last event, the head, commits to every byte of the ledger.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

import attrs
from blake3 import blake3

from evledger.exceptions import Broken, Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = [
    "GENESIS",
    "MAX_HEADER",
    "MAX_PAGE",
    "PAGE_EVENTS",
    "ChainEnd",
    "Extension",
    "Head",
    "PageFault",
    "Span",
    "check_pages",
    "event_hash",
    "event_hashes",
    "page_header",
    "page_lines",
    "page_prev",
    "page_range",
]

PAGE_EVENTS: Final = 256
"""Event lines in a full page."""

MAX_PAGE: Final = PAGE_EVENTS * 65_536
"""Bytes of event lines in a page, at the most; a longer one is refused before it is read."""

MAX_HEADER: Final = 256
"""Bytes of a header line, at the most."""

GENESIS: Final = "0" * 64
"""What the first page names as the page before it."""

_HEAD = re.compile(r"([1-9][0-9]{0,15})-([0-9a-f]{64})")
_HEADER = re.compile(
    rb'\{"evledger":1,"ledger":"([a-z0-9][a-z0-9-]{0,62})",'
    rb'"page":(0|[1-9][0-9]{0,13}),"prev":"([0-9a-f]{64})"\}\n'
)


@attrs.frozen
class Head:
    """A ledger's size and the hash of its last event, which commits to every byte before it.

    Written ``43-9f2c…``: the size in decimal, a hyphen, 64 hexadecimal digits.

    >>> head = Head(1, "ab" * 32)
    >>> Head.parse(str(head)) == head
    True
    """

    size: int
    hash: str

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read a head as a person or a file carries it.

        Raises:
            Invalid: the text is not a size, a hyphen and 64 lower-case hexadecimal digits.
        """
        match = _HEAD.fullmatch(text.strip(" \t\r\n"))
        if match is None:
            msg = f"not a head: {text[:80]!r}; expected SIZE-HASH, as in 43-9f2c… (64 hex digits)"
            raise Invalid(msg)
        return cls(int(match[1]), match[2])

    @classmethod
    def of(cls, head: Head | str) -> Head:
        """Return a head as it is, or read one from text.

        Raises:
            Invalid: it is neither.
        """
        if isinstance(head, Head):
            return head
        return cls.parse(str(head))

    def __str__(self) -> str:
        return f"{self.size}-{self.hash}"


def page_header(ledger: str, page: int, prev: str) -> bytes:
    """Return the first line of page ``page``, with its newline.

    >>> page_header("semax", 0, GENESIS)[:40]
    b'{"evledger":1,"ledger":"semax","page":0,'
    """
    return b'{"evledger":1,"ledger":"%b","page":%d,"prev":"%b"}\n' % (
        ledger.encode("ascii"),
        page,
        prev.encode("ascii"),
    )


def page_prev(text: bytes) -> tuple[str, int, str] | None:
    """Read which ledger, page and previous hash a page's header names, if it has one.

    >>> page_prev(page_header("semax", 3, "ab" * 32)) == ("semax", 3, "ab" * 32)
    True
    >>> page_prev(b"something else") is None
    True
    """
    match = _HEADER.match(text)
    if match is None:
        return None
    return match[1].decode(), int(match[2]), match[3].decode()


def page_lines(text: bytes) -> list[bytes]:
    r"""Split a page's text into its event lines, each with its newline, the header left out.

    >>> page_lines(b"header\n{}\n{}\n")
    [b'{}\n', b'{}\n']
    """
    return io.BytesIO(text).readlines()[1:]


def page_range(size: int) -> range:
    """Return the numbers of the pages that hold ``size`` events.

    >>> list(page_range(256)), list(page_range(257))
    ([0], [0, 1])
    """
    return range((size + PAGE_EVENTS - 1) // PAGE_EVENTS)


def event_hash(text: bytes, index: int) -> str:
    r"""Return the hash of the event at ``index`` (0 to 255) of the page with this text.

    >>> text = page_header("semax", 0, GENESIS) + b"{}\n[]\n"
    >>> event_hash(text, 1) == blake3(text).hexdigest()
    True
    """
    return blake3(b"".join(io.BytesIO(text).readlines()[: index + 2])).hexdigest()


# -- writing ---------------------------------------------------------------------------


@attrs.frozen
class Extension:
    """What appending some lines adds to a chain.

    Attributes:
        end: the chain's end afterwards.
        pages: the pages that became full, as (number, text).
        tail: the new lines of the page that is still open, each with its newline.
    """

    end: ChainEnd
    pages: tuple[tuple[int, bytes], ...]
    tail: tuple[bytes, ...]


class ChainEnd:
    """The end of a chain: where the next line goes, and the head so far.

    It keeps one incremental hasher for the open page.
    A value: extending it gives a new one and leaves this one as it was,
    so that a batch that is not committed leaves no trace.

    Args:
        ledger: the name in every header.
        size: how many events the chain has.
        prev: the hash of the last full page.
        tail: the lines of the open page so far, each with its newline.
    """

    __slots__ = ("_hasher", "ledger", "prev", "size", "text")

    def __init__(
        self, ledger: str, size: int = 0, prev: str = GENESIS, tail: Iterable[bytes] = ()
    ) -> None:
        self.ledger = ledger
        self.size = size
        self.prev = prev
        self.text = b""
        lines = b"".join(tail)
        if lines:
            self.text = page_header(ledger, size // PAGE_EVENTS, prev) + lines
        self._hasher = blake3(self.text)

    @property
    def head(self) -> Head:
        """The size and hash of the chain so far; the chain must not be empty."""
        return Head(self.size, self._hasher.hexdigest() if self.text else self.prev)

    def extend(self, lines: Sequence[bytes]) -> Extension:
        r"""Add lines, each ending in a newline, and say which pages that fills.

        >>> end = ChainEnd("semax")
        >>> extension = end.extend([b"{}\n"] * 300)
        >>> extension.end.size, len(extension.pages), len(extension.tail), end.size
        (300, 1, 44, 0)
        """
        pages: list[tuple[int, bytes]] = []
        end, start = self, 0
        while start < len(lines):
            room = PAGE_EVENTS - end.size % PAGE_EVENTS
            chunk = lines[start : start + room]
            end = end._grow(chunk)
            start += len(chunk)
            if end.size % PAGE_EVENTS == 0:
                pages.append((end.size // PAGE_EVENTS - 1, end.text))
                end = ChainEnd(self.ledger, end.size, end.head.hash)
        tail = lines[max(0, len(lines) - end.size % PAGE_EVENTS) :] if end.text else ()
        return Extension(end, tuple(pages), tuple(tail))

    def _grow(self, lines: Sequence[bytes]) -> ChainEnd:
        grown = ChainEnd.__new__(ChainEnd)
        grown.ledger, grown.prev = self.ledger, self.prev
        grown.size = self.size + len(lines)
        header = b"" if self.text else page_header(self.ledger, self.size // PAGE_EVENTS, self.prev)
        added = header + b"".join(lines)
        grown.text = self.text + added
        hasher = grown._hasher = self._hasher.copy()  # noqa: SLF001  # its own class
        hasher.update(added)
        return grown


# -- checking --------------------------------------------------------------------------


@attrs.frozen
class PageFault:
    """A page whose bytes cannot be what the chain says.

    Attributes:
        page: the page's number.
        kind: ``bad-header``, ``wrong-prev``, ``bad-line``, ``missing-page`` or ``unreadable``.
        message: what was found and what was expected.
    """

    page: int
    kind: str
    message: str


@attrs.frozen
class Span:
    """What checking some consecutive pages found.

    Attributes:
        first: the number of the first page.
        pages: how many pages were found sound, one after the other.
        events: how many event lines they hold.
        prev: what the first page names as the hash of the page before it.
        hash: the hash of the last sound page, or ``prev`` where there is none.
        fault: what stopped the check.
    """

    first: int
    pages: int
    events: int
    prev: str
    hash: str
    fault: PageFault | None = None


def check_pages(ledger: str, pages: Iterable[bytes], first: int = 0, last: int = -1) -> Span:
    r"""Check consecutive pages from page ``first`` on: headers, line counts, hashes.

    The first page is taken at its word about the page before it; the caller compares
    :attr:`Span.prev`. So a ledger's pages can be split among workers.

    Args:
        ledger: the name that every header must carry.
        pages: the text of each page, in order.
        first: the number of the first one.
        last: the number of the ledger's last page, the only one that need not be full.

    Returns:
        How far the pages are sound, and what stopped the check; it is never raised.

    >>> end = ChainEnd("semax").extend([b"{}\n"] * 3).end
    >>> span = check_pages("semax", [end.text], last=0)
    >>> span.events, span.hash == end.head.hash, span.fault
    (3, True, None)
    >>> check_pages("semax", [end.text]).fault.message
    'it has 3 event lines instead of 256'
    """
    prev = claimed = GENESIS
    events = 0
    page = first
    fault: PageFault | None = None
    texts = iter(pages)
    while fault is None:
        try:
            text = next(texts, None)
        except NotFound as error:
            fault = PageFault(page, "missing-page", str(error))
            break
        except Broken as error:
            fault = PageFault(page, "unreadable", str(error))
            break
        if text is None:
            break
        if page == first:
            named = page_prev(text[:MAX_HEADER])
            prev = claimed = named[2] if named and first else GENESIS
        lines = len(text) - len(text.replace(b"\n", b"")) - 1  # half the time of readlines
        fault = _fault(ledger, page, prev, text, lines, full=page != last)
        if fault is None:
            prev = blake3(text).hexdigest()
            events += lines
            page += 1
    return Span(first, page - first, events, claimed, prev, fault)


def _fault(
    ledger: str, page: int, prev: str, text: bytes, lines: int, *, full: bool
) -> PageFault | None:
    if not text.startswith(page_header(ledger, page, prev)):
        return _header_fault(ledger, page, prev, text)
    if not text.endswith(b"\n"):
        return PageFault(page, "bad-line", "its last line does not end in a newline")
    if lines > PAGE_EVENTS or lines == 0 or (full and lines != PAGE_EVENTS):
        wanted = str(PAGE_EVENTS) if full else f"1 to {PAGE_EVENTS}"
        return PageFault(page, "bad-line", f"it has {lines} event lines instead of {wanted}")
    if len(text) > MAX_PAGE + MAX_HEADER:
        return PageFault(page, "bad-line", f"it is longer than {MAX_PAGE:,} bytes")
    return None


def _header_fault(ledger: str, page: int, prev: str, text: bytes) -> PageFault:
    named = page_prev(text[:MAX_HEADER])
    if named is None:
        return PageFault(page, "bad-header", "its first line is not a page header of version 1")
    if named[0] != ledger:
        return PageFault(page, "bad-header", f"it is of ledger {named[0]!r}, not {ledger!r}")
    if named[1] != page:
        return PageFault(page, "missing-page", f"page {named[1]} stands in its place")
    return PageFault(page, "wrong-prev", f"it follows {named[2]}, but the page before is {prev}")


def event_hashes(text: bytes) -> Iterator[str]:
    r"""Yield the hash of each event of a page in turn.

    >>> text = page_header("semax", 0, GENESIS) + b"{}\n[]\n"
    >>> list(event_hashes(text)) == [event_hash(text, 0), event_hash(text, 1)]
    True
    """
    header, *lines = io.BytesIO(text).readlines()
    hasher = blake3(header)
    for line in lines:
        hasher.update(line)
        yield hasher.hexdigest()
