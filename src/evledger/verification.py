"""Verification: is this text a sound ledger, and what does the answer stand on?

Two levels.
``chain`` compares every page's header with the bytes it must be, counts lines and hashes in bulk.
``full`` also holds every line to the format's rules, recomputes what it says about names,
checks that names are introduced before they are relied on, opens the seals that can be opened,
and rebuilds the Merkle root, all from the same bytes in the same pass.

Damage is never raised; it is a :class:`Fault` in the report.
Without a head that was kept elsewhere, a report shows internal consistency only:
whoever can rewrite the store can rewrite the chain.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections import Counter, deque
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, cast

import attrs
import msgspec
from blake3 import blake3

from evledger.chain import (
    GENESIS,
    MAX_HEADER,
    PAGE_EVENTS,
    Head,
    PageFault,
    Span,
    check_pages,
    event_hash,
    page_header,
    page_lines,
    page_prev,
)
from evledger.codec import Line, check_frame, check_line, is_list, parse_canonical
from evledger.events import FieldsErased
from evledger.exceptions import EvledgerError, Invalid
from evledger.integrity import Index
from evledger.schema import EventType
from evledger.tree import Frontier, leaf_hash
from evledger.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from concurrent.futures import Executor, Future

    from evledger.seals import Opening

__all__ = [
    "Fault",
    "FaultKind",
    "Level",
    "Records",
    "Verification",
    "Volume",
    "check_level",
    "unreadable",
    "verify_volume",
]

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
]
"""What is wrong; ``docs/reference/faults.md`` describes each."""


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
        trusted: the head that the caller gave; without it the check is of consistency only.
        beyond: how many events lie beyond the trusted head, vouched for by nothing.
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
    trusted: Head | None
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
        """What the answer stands on: ``internal`` or ``head given``."""
        return "internal" if self.trusted is None else "head given"


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


# -- verifying ---------------------------------------------------------------------------

_CHAIN_CHECKS = ("page headers", "line counts", "page hashes")
_FULL_CHECKS = (
    "canonical lines",
    "schemas of known types",
    "positions and times",
    "keys, refs and drops",
    "seals",
    "Merkle root",
)
_PAGES_PER_TASK = 512  # about 40 MB: long enough for a thread, short enough for a progress bar
_TASKS_AHEAD = 64  # enough for any number of cores that is likely
_MOST_FAULTS = 1_000  # a report is read by people


def verify_volume(
    volume: Volume,
    *,
    trust: Head | None = None,
    records: Records | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verification:
    """Verify one ledger's text.

    Args:
        volume: the text.
        trust: a head of this ledger that was kept elsewhere.
        records: what checks each record, for level ``full``.
        executor: splits the pages of level ``chain``; threads by default on two or more cores.
        progress: called with the events done and the events there are.
    """
    started = time.perf_counter()
    span = _join(volume, _spans(volume, records, executor), progress, records)
    head = Head(span.events, span.hash) if span.events else None
    faults = [_placed(volume, span.fault)] if span.fault else _head_faults(volume, head)
    if trust is not None and not faults:
        faults = _trust_faults(volume, trust, span)
    sound = min([span.events, *(_page_start(fault) for fault in faults)])
    if records is not None:
        found = records.finish()
        faults += found
        sound = min([sound, *(f.n for f in found if f.n is not None and f.kind != "not-erased")])
    return Verification(
        ledger=volume.ledger,
        level="chain" if records is None else "full",
        head=None if faults else head,
        events=span.events,
        pages=span.pages,
        checked=(
            *_CHAIN_CHECKS,
            *(("stored head",) if volume.head else ()),
            *(() if records is None else _FULL_CHECKS),
        ),
        trusted=trust,
        beyond=max(0, span.events - trust.size) if trust else 0,
        sound_to=sound,
        faults=tuple(faults[:_MOST_FAULTS]),
        root=None if records is None or faults else records.root(),
        unknown={} if records is None else dict(records.unknown),
        seconds=time.perf_counter() - started,
    )


def check_level(level: str) -> None:
    """See that a level is one of the two.

    Raises:
        Invalid: it is not; a misspelt ``full`` must not pass for one.
    """
    if level not in ("chain", "full"):
        msg = f"level {level!r:.80}: expected 'chain' or 'full'"
        raise Invalid(msg)


def unreadable(ledger: str, level: Level, message: str, trust: Head | None) -> Verification:
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


def _page_start(fault: Fault) -> int:
    """Give how many events lie before the page of a fault; a page is sound as a whole."""
    return 0 if fault.page is None else fault.page * PAGE_EVENTS


def _spans(volume: Volume, records: Records | None, executor: Executor | None) -> Iterator[Span]:
    tasks = (
        _task(volume, start, min(start + _PAGES_PER_TASK, volume.count), records)
        for start in range(0, volume.count, _PAGES_PER_TASK)
    )
    cores = os.cpu_count() or 1
    if records is not None or (
        executor is None and (cores == 1 or volume.count <= _PAGES_PER_TASK)
    ):
        yield from (task() for task in tasks)
    elif executor is not None:
        yield from _results(executor, tasks)
    else:
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # a tenth of importing us

        with ThreadPoolExecutor(cores) as threads:
            yield from _results(threads, tasks)


def _task(volume: Volume, start: int, stop: int, records: Records | None) -> Callable[[], Span]:
    pages = volume.pages(start, stop)
    if records is not None:
        pages = records.watch(pages, start)
    # Only the pages travel to a worker, not the store that they come from.
    return partial(check_pages, volume.ledger, pages, start, volume.last)


def _results(executor: Executor, tasks: Iterable[Callable[[], Span]]) -> Iterator[Span]:
    """Give what the tasks find, in order, with only some of them handed out ahead."""
    running: deque[Future[Span]] = deque()
    try:
        for task in tasks:
            running.append(executor.submit(task))
            if len(running) >= _TASKS_AHEAD:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    finally:
        for future in running:
            future.cancel()


def _join(
    volume: Volume,
    spans: Iterator[Span],
    progress: Callable[[int, int], None] | None,
    records: Records | None,
) -> Span:
    """Put the spans of all pages, in order, into one, up to the first fault."""
    whole = Span(0, 0, 0, GENESIS, GENESIS)
    total = volume.head.size if volume.head else volume.count * PAGE_EVENTS
    with contextlib.closing(cast("Generator[Span]", spans)):
        for span in spans:
            whole = _joined(whole, span)
            if progress is not None:
                progress(whole.events, total)
            if whole.fault is not None:
                return whole
    if whole.pages < volume.count:
        text = f"the text ends after {whole.pages} of {volume.count} pages"
        return attrs.evolve(whole, fault=PageFault(whole.pages, "missing-page", text))
    if volume.tail:
        pages: Iterable[bytes] = [volume.page(volume.count, whole.hash)]
        if records is not None:
            pages = records.watch(pages, volume.count)
        whole = _joined(whole, check_pages(volume.ledger, pages, volume.count, volume.last))
    return whole


def _joined(before: Span, span: Span) -> Span:
    if span.pages == 0:
        missing = PageFault(before.pages, "missing-page", "it is not there")
        return attrs.evolve(before, fault=span.fault or missing)
    if span.prev != before.hash:
        text = f"it follows {span.prev}, but the page before hashes to {before.hash}"
        return attrs.evolve(before, fault=PageFault(span.first, "wrong-prev", text))
    return Span(
        0, before.pages + span.pages, before.events + span.events, GENESIS, span.hash, span.fault
    )


# -- placing faults ----------------------------------------------------------------------


def _placed(volume: Volume, fault: PageFault) -> Fault:
    """Say which of two pages changed where one does not follow the other, and which record."""
    page, kind, message = fault.page, fault.kind, fault.message
    try:
        if kind == "wrong-prev" and _is_confirmed(volume, page):
            page, kind = page - 1, "changed-byte"
            message = f"page {fault.page} and what follows it commit to other bytes ({message})"
        n = _bad_record(volume, page) if kind not in ("missing-page", "unreadable") else None
    except (EvledgerError, StopIteration):
        n = None
    return Fault(cast("FaultKind", kind), message, page, n)


def _is_confirmed(volume: Volume, page: int) -> bool:
    """Tell whether what comes after a page commits to its bytes as they are."""
    found = blake3(volume.page(page)).hexdigest()
    if page + 1 < volume.count:
        named = page_prev(volume.page(page + 1)[:MAX_HEADER])
        return named is not None and named[2] == found
    if volume.tail:
        text = volume.page(page + 1, found)
        return volume.head is not None and blake3(text).hexdigest() == volume.head.hash
    return volume.head is not None and volume.head.hash == found


def _bad_record(volume: Volume, page: int) -> int | None:
    """Find the first line of a page that breaks a rule of the format by itself."""
    for n, text in enumerate(page_lines(volume.page(page)), page * PAGE_EVENTS):
        try:
            line, _ = check_line(text.removesuffix(b"\n"))
        except Invalid:
            return n
        if line.n != n:
            return n
    return None


def _head_faults(volume: Volume, head: Head | None) -> list[Fault]:
    kept = volume.head
    if head is None:
        return [Fault("missing-page", "the ledger has no events", 0)]
    if kept is None or head == kept:
        return []
    page = (head.size - 1) // PAGE_EVENTS
    if head.size != kept.size:
        text = f"there are {head.size} events, but the head kept with them says {kept.size}"
        return [Fault("head-mismatch", text, min(page, (kept.size - 1) // PAGE_EVENTS))]
    text = f"it hashes to {head.hash}, but the head kept with it says {kept.hash}"
    return [Fault("changed-byte", text, page, _bad_record(volume, page))]


def _trust_faults(volume: Volume, trust: Head, span: Span) -> list[Fault]:
    if trust.size > span.events:
        text = f"the trusted head has {trust.size} events, but there are only {span.events}"
        return [Fault("head-mismatch", text)]
    page, index = divmod(trust.size - 1, PAGE_EVENTS)
    # A tail page's header is not kept, but by now the page before it is known to be sound.
    prev = GENESIS
    if page >= volume.count > 0:
        prev = blake3(volume.page(page - 1)).hexdigest()
    found = event_hash(volume.page(page, prev), index)
    if found == trust.hash:
        return []
    text = (
        f"event {trust.size - 1} has hash {found}, but the trusted head says {trust.hash}: "
        "this ledger does not extend it"
    )
    return [Fault("head-mismatch", text)]


# -- records -----------------------------------------------------------------------------


class Records:
    """Checks every record of a ledger, in order, as its pages go by.

    Args:
        ledger: the name in the chain.
        vocabulary: the event types that are known.
        openings: gives what the vault keeps of the records from one position up to another.

    Attributes:
        index: the names held so far, as the lines alone say.
        unknown: how many records of each type, or version, are not known.
    """

    def __init__(
        self,
        ledger: str,
        vocabulary: Vocabulary,
        openings: Callable[[int, int], Iterable[Opening]] = lambda _start, _stop: (),
    ) -> None:
        self.index = Index()
        self.unknown: Counter[str] = Counter()
        self._ledger = ledger
        self._vocabulary = vocabulary
        self._openings = openings
        self._tree = Frontier()
        self._at = ""
        self._erased: list[tuple[int, str]] = []
        self._faults: list[Fault] = []

    def watch(self, pages: Iterable[bytes], first: int) -> Iterator[bytes]:
        """Give the same pages, and check each before it is hashed."""
        for page, text in enumerate(pages, first):
            self._check_page(page, text)
            yield text

    def root(self) -> str:
        """Give the Merkle root in hexadecimal."""
        return self._tree.root().hex()

    def finish(self) -> list[Fault]:
        """Check what can only be seen at the end, and give every fault."""
        for opening in self._openings(self._tree.size, sys.maxsize):
            text = f"the vault opens {opening.field} of record {opening.n}, which is not there"
            self._faults.append(Fault("commitment", text))
        for n, field in self._erased:
            if any(opening.field == field for opening in self._openings(n, n + 1)):
                text = f"{field} was erased, but the vault still holds it"
                self._faults.append(Fault("not-erased", text, None, n))
        return self._faults

    def _check_page(self, page: int, text: bytes) -> None:
        start = page * PAGE_EVENTS
        if text.count(b"\n") > PAGE_EVENTS + 1:
            return  # far too many lines, as the page's own check says
        lines = [raw.removesuffix(b"\n") for raw in page_lines(text)]
        self._tree.extend([leaf_hash(raw) for raw in lines])
        openings = {(o.n, o.field): o for o in self._openings(start, start + PAGE_EVENTS)}
        for n, raw in enumerate(lines, start):
            self._check_record(n, raw, openings)
        for n, field in openings:
            self._fault("commitment", f"the vault opens {field}, which is not sealed", n)

    def _check_record(self, n: int, raw: bytes, openings: dict[tuple[int, str], Opening]) -> None:
        try:
            line = check_frame(raw)
            kind = self._vocabulary.type_of(line.type)
            known = kind is not None and line.v == kind.version
            if line.sealed or not known:
                check_line(raw)
        except Invalid as error:
            self._fault("bad-line", str(error), n)
            return
        if line.n != n:
            self._fault("bad-line", f"it says that it is record {line.n}", n)
        if line.at < self._at:
            self._fault("bad-time", f"{line.at} is earlier than the record before it", n)
        else:
            self._at = line.at
        self._check_data(n, raw, line, kind)
        if line.sealed:
            self._check_seals(n, line, openings)
        for breach in self.index.apply(n, line.keys, line.refs, line.drops):
            self._fault(breach.kind, str(breach), n)

    def _check_data(self, n: int, raw: bytes, line: Line, kind: EventType | None) -> None:
        if n == 0 or line.type == "ledger-opened":
            self._check_opening(n, line)
        if kind is None or line.v > kind.version:
            self.unknown[line.type if kind is None else f"{line.type} v{line.v}"] += 1
            return
        try:
            if line.v == kind.version:
                kind.check(line)
            elif not line.sealed:  # an upcaster may look into what is sealed
                self._vocabulary.event(line, dict.fromkeys(line.sealed))
        except Invalid as error:
            self._fault_in_data(n, raw, error)
            return
        if line.type == "fields-erased":
            hidden = dict.fromkeys(line.sealed)
            erased = cast("FieldsErased", self._vocabulary.event(line, hidden))
            self._erased += ((erased.n, field) for field in erased.fields)

    def _fault_in_data(self, n: int, raw: bytes, error: Invalid) -> None:
        """Tell a breach of the format, which anyone can see, from one of the type's schema."""
        try:
            check_line(raw)
        except Invalid as breach:
            self._fault("bad-line", str(breach), n)
        else:
            self._fault("bad-data", str(error), n)

    def _check_opening(self, n: int, line: Line) -> None:
        if (line.type == "ledger-opened") != (n == 0):
            self._fault("bad-data", "event 0, and no other, is ledger-opened", n)
            return
        try:
            name = msgspec.json.decode(line.data, type=_Named).name
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return  # its data is no JSON, which is found elsewhere
        if n == 0 and name != self._ledger:
            text = f"it opens {name!r}, but the pages say {self._ledger!r}"
            self._fault("bad-data", text, n)

    def _check_seals(self, n: int, line: Line, openings: dict[tuple[int, str], Opening]) -> None:
        for field, commitment in line.sealed.items():
            opening = openings.pop((n, field), None)
            if opening is not None and not _opens(opening, line.type, commitment):
                self._fault("commitment", f"what the vault holds of {field} does not fit", n)

    def _fault(self, kind: FaultKind, message: str, n: int) -> None:
        if len(self._faults) < _MOST_FAULTS:
            self._faults.append(Fault(kind, message, n // PAGE_EVENTS, n))


class _Named(msgspec.Struct):
    name: Any = None


def _opens(opening: Opening, kind: str, commitment: str) -> bool:
    if not opening.fits(commitment):
        return False
    try:
        value: Any = parse_canonical(opening.value)
    except Invalid:
        return False
    return is_list(value) and value[:2] == [kind, opening.field] and len(value) == 3
