"""Reading: one ledger's records and views, kept up to date as it grows."""

from __future__ import annotations

import os
import threading
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec
from blake3 import blake3

from evledger.chain import GENESIS, PAGE_EVENTS, Head, event_hashes, page_header, page_lines
from evledger.codec import Line, canonical, read_line
from evledger.exceptions import Broken, Invalid, NotFound
from evledger.fold import Fold
from evledger.record import Record, format_time
from evledger.seals import Hidden, Opening
from evledger.view import Lineage, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from evledger.events import Attachment, Event
    from evledger.fold import Projection
    from evledger.stores.base import Backend, Tip
    from evledger.vocabulary import Vocabulary

__all__ = ["Reader"]


class Reader:
    """Reads one ledger of a store.

    Args:
        backend: the store.
        ledger: the ledger's name in it.
        vocabulary: the event types that are known.
        projections: what plugins bring.
    """

    def __init__(
        self,
        backend: Backend,
        ledger: str,
        vocabulary: Vocabulary,
        projections: Iterable[Projection] = (),
    ) -> None:
        self.backend = backend
        self.ledger = ledger
        self.vocabulary = vocabulary
        self._projections = tuple(projections)
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._fold = Fold(self.vocabulary, self._projections)
        self._openings: dict[tuple[int, str], bytes] = {}
        self._view: View | None = None
        self._lineage = Lineage()
        self._erased: tuple[tuple[int, str], ...] = ()

    # -- text

    def texts(self, first: int, stop: int | None) -> Iterator[tuple[int, bytes]]:
        """Yield the pages from number ``first`` on that hold events before ``stop``.

        The last page's lines are those before ``stop``, so that its text hashes to that event.
        """
        tip, tail = self.backend.tail(self.ledger)
        size = tip.size if stop is None else min(stop, tip.size)
        full, rest = divmod(size, PAGE_EVENTS)
        stored = min(full + (rest > 0), tip.size // PAGE_EVENTS)
        prev = GENESIS
        if first >= stored > 0:
            prev = blake3(self._page(stored - 1)).hexdigest()
        for page, text in enumerate(self.backend.pages(self.ledger, first, stored), first):
            if page == full:
                yield page, b"".join(text.splitlines(keepends=True)[: rest + 1])
                return
            if page == stored - 1 and rest:
                prev = blake3(text).hexdigest()
            yield page, text
        if rest and first <= full:
            yield full, page_header(tip.name, full, prev) + b"".join(tail[:rest])

    def _page(self, page: int) -> bytes:
        for text in self.backend.pages(self.ledger, page, page + 1):
            return text
        msg = f"page {page} of ledger {self.ledger!r} is missing; run 'evledger verify'"
        raise Broken(msg)

    def lines(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the lines of the events from ``start`` up to ``stop``, each with its newline."""
        for page, text in self.texts(start // PAGE_EVENTS, stop):
            for n, line in enumerate(page_lines(text), page * PAGE_EVENTS):
                if start <= n < stop:
                    yield line

    # -- records

    def record(self, n: int) -> Record:
        """Return the record at a position.

        Raises:
            NotFound: the ledger is not so long.
        """
        for record in self.records(n, n + 1) if n >= 0 else ():
            return record
        size = self.backend.tip(self.ledger).size
        msg = f"ledger {self.ledger!r} has {size} records; there is no record {n}"
        raise NotFound(msg)

    def records(
        self,
        start: int,
        stop: int | None,
        needles: Sequence[bytes] = (),
        *,
        opened: bool = True,
    ) -> Iterator[Record]:
        """Yield the records from ``start`` up to ``stop``.

        Args:
            start: the first position.
            stop: the position after the last; the head by default.
            needles: pieces of text of which a line must have one.
            opened: whether sealed values are shown; where not, all are withheld.
        """
        for page, text in self.texts(start // PAGE_EVENTS, stop):
            if needles and not any(needle in text for needle in needles):
                continue
            first = page * PAGE_EVENTS
            hidden = _OpeningsOfPage(self.backend, self.ledger, first)
            for n, (raw, digest) in enumerate(
                zip(page_lines(text), event_hashes(text), strict=True), first
            ):
                if n >= start and (not needles or any(needle in raw for needle in needles)):
                    yield self._record(raw.removesuffix(b"\n"), digest, hidden if opened else None)

    def at(self, places: Iterable[int]) -> Iterator[Record]:
        """Yield the records at some positions, in order, reading each page once."""
        for page, group in groupby(sorted(places), lambda n: n // PAGE_EVENTS):
            wanted = set(group)
            records = self.records(min(wanted), (page + 1) * PAGE_EVENTS)
            yield from (record for record in records if record.n in wanted)

    def mentioning(self, names: AbstractSet[str], start: int = 0) -> Iterator[Record]:
        """Yield the records from ``start`` on that introduce, rely on or release a name."""
        needles = [canonical(name) for name in sorted(names)]
        for record in self.records(start, None, needles) if names else ():
            if not names.isdisjoint((*record.keys, *record.refs, *record.drops)):
                yield record

    def _record(self, raw: bytes, digest: str, openings: _OpeningsOfPage | None) -> Record:
        try:
            line = read_line(raw)
        except Invalid as error:
            msg = (
                f"a line of ledger {self.ledger!r} cannot be read; run 'evledger verify' ({error})"
            )
            raise Broken(msg) from error
        return Record.of(line, raw, digest, self._event(line, openings))

    def _event(self, line: Line, openings: _OpeningsOfPage | None) -> Event | None:
        kind = self.vocabulary.type_of(line.type)
        given: dict[str, Any] = {}
        try:
            for field in line.sealed if kind is not None else ():
                if openings is None:
                    given[field] = Hidden.WITHHELD
                    continue
                opened = openings.value(line.n, field)
                given[field] = self._hidden(line.n, field)
                if opened is not None and kind is not None:
                    given[field] = kind.convert(field, msgspec.json.decode(opened)[2])
            return self.vocabulary.event(line, given)
        except (Invalid, msgspec.MsgspecError, UnicodeDecodeError, LookupError, TypeError):
            return None

    def _hidden(self, n: int, field: str) -> Hidden:
        return Hidden.ERASED if (n, field) in self.erased() else Hidden.WITHHELD

    # -- attachments

    def attachment(self, attachment: Attachment | str) -> bytes:
        """Return an attachment's bytes; see :meth:`evledger.Ledger.attachment`."""
        digest = attachment if isinstance(attachment, str) else attachment.digest
        data = b"".join(self.backend.attachment(self.ledger, digest))
        if blake3(data).hexdigest() != digest:
            msg = f"the attachment kept as {digest} has other bytes"
            raise Broken(msg)
        return data

    # -- views

    def view(self, n: int | None = None) -> View:
        """Return the view at the head, or as it was when the ledger had ``n`` events."""
        if os.getpid() != self._process:
            self._begin()  # a fork may have come in the middle of another thread's step
        with self._lock:
            self._catch_up()
            current = self._view
            assert current is not None  # noqa: S101  # catching up made it
            if n is None or n == current.head.size:
                return current
            if not 1 <= n <= current.head.size:
                msg = f"ledger {self.ledger!r} has {current.head.size} events; it never had {n}"
                raise NotFound(msg)
            fold = Fold(self.vocabulary, self._projections)
            head = self._take(fold, n)
            openings = {place: v for place, v in self._openings.items() if place[0] < n}
            erased = self._fold.state.erased
            return View(fold.state, head, openings, erased, fold.parts(), read=self.attachment)

    def erased(self) -> frozenset[tuple[int, str]]:
        """Return every sealed field that is gone, whenever it went."""
        return self.view().erased

    def size_at(self, moment: datetime) -> int:
        """Return how many events there were at a moment.

        Raises:
            NotFound: there were none yet.
            Invalid: the moment has no time zone.
        """
        if getattr(moment, "tzinfo", None) is None:
            msg = f"{moment} has no time zone; give one, as in 2026-11-22T10:00:00Z"
            raise Invalid(msg)
        at = format_time(moment)
        tip, tail = self.backend.tail(self.ledger)
        page = self._page_at(at, tip.size // PAGE_EVENTS, tail)
        for _, text in self.texts(page, tip.size):
            times = [read_line(line).at for line in page_lines(text)]
            size = page * PAGE_EVENTS + sum(time <= at for time in times)
            if size:
                return size
            break
        msg = f"ledger {self.ledger!r} had no events yet at {at}"
        raise NotFound(msg)

    def _page_at(self, at: str, full: int, tail: Sequence[bytes]) -> int:
        """Find the last page whose first event is not later than ``at``."""
        if full == 0 or (tail and read_line(tail[0]).at <= at):
            return full
        low, high = 0, full - 1
        while low < high:
            middle = (low + high + 1) // 2
            first = read_line(page_lines(self._page(middle))[0])
            low, high = (middle, high) if first.at <= at else (low, middle - 1)
        return low

    def _catch_up(self) -> None:
        tip = self.backend.tip(self.ledger)
        if self._view is not None and self._view.head == tip.head:
            return
        try:
            self._advance(tip)
        except BaseException:
            # Half a step would be taken for a whole one: begin anew the next time.
            self._fold = Fold(self.vocabulary, self._projections)
            self._openings, self._view, self._lineage = {}, None, Lineage()
            self._erased = ()
            raise

    def _advance(self, tip: Tip) -> None:
        before = self._fold.state.size
        if tip.size < before:
            msg = f"ledger {self.ledger!r} had {before} events and has {tip.size} now"
            raise Broken(msg)
        head = self._take(self._fold, tip.size)
        state = self._fold.state
        # A new mapping: earlier views keep theirs.
        openings = dict(self._openings)
        for opening in self.backend.openings(self.ledger, before, tip.size):
            openings[opening.n, opening.field] = opening.value
        for n, field in state.erased:
            openings.pop((n, field), None)
        if len(state.erased) > len(self._erased):
            self._lineage = Lineage()  # nothing that was derived from erased words is kept
        self._openings, self._erased = openings, tuple(state.erased)
        self._view = View(
            state.copy(),
            head,
            openings,
            (),
            self._fold.parts(),
            read=self.attachment,
            lineage=self._lineage,
        )

    def _take(self, fold: Fold, size: int) -> Head:
        """Take records into a fold until it has ``size`` of them, and give the head there."""
        if fold.projections:
            for record in self.records(fold.state.size, size, opened=False):
                fold.project(record)
        text = b""
        for _, text in self.texts(fold.state.size // PAGE_EVENTS, size):
            lines = page_lines(text)
            fold.take_all(lines[fold.state.size % PAGE_EVENTS :])
        return Head(fold.state.size, blake3(text).hexdigest())


class _OpeningsOfPage:
    """What the vault keeps of one page's records, read once it is needed."""

    def __init__(self, backend: Backend, ledger: str, first: int) -> None:
        self._arguments = (backend, ledger, first)
        self._values: dict[tuple[int, str], bytes] | None = None

    def value(self, n: int, field: str) -> bytes | None:
        if self._values is None:
            backend, ledger, first = self._arguments
            found: Iterator[Opening] = backend.openings(ledger, first, first + PAGE_EVENTS)
            self._values = {(o.n, o.field): o.value for o in found}
        return self._values.get((n, field))
