"""Verifying a ledger's text: pages in bulk, and whatever watches them go by."""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Protocol, cast

import attrs

from evledger.chain import GENESIS, PAGE_EVENTS, Head, PageFault, Span, check_pages
from evledger.checkpoints import Vouched
from evledger.verification.placing import head_faults, placed, trust_faults
from evledger.verification.reports import MOST_FAULTS, Fault, Verification
from evledger.verification.trees import GrowingTree
from evledger.verification.trust import trusted_size

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from concurrent.futures import Executor, Future

    from evledger.verification.records import Records
    from evledger.verification.trust import Trust
    from evledger.verification.volumes import Volume

__all__ = ["verify_volume"]


class _Watcher(Protocol):
    def watch(self, pages: Iterable[bytes], first: int) -> Iterator[bytes]:
        """Return the same pages, and look at each before it is hashed."""
        ...


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


def verify_volume(
    volume: Volume,
    *,
    trust: Trust | None = None,
    records: Records | None = None,
    tree: GrowingTree | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verification:
    """Verify one ledger's text.

    Args:
        volume: the text.
        trust: a head of this ledger that was kept elsewhere, or one that is signed, or a
            checkpoint.
        records: what checks each record, for level ``full``.
        tree: what hashes each line as a leaf; where it is needed, there is one by default.
        executor: splits the pages of level ``chain``; threads by default on two or more cores.
            With a checkpoint there is nothing to split: each line is hashed in turn.
        progress: called with the events done and the events there are.
    """
    started = time.perf_counter()
    tree = tree or _tree_for(trust, records)
    if tree is not None and isinstance(trust, Vouched):
        tree.want(trust.checkpoint.size)
    watchers = [each for each in (records, tree) if each is not None]
    span = _join(volume, _spans(volume, watchers, executor), progress, watchers)
    head = Head(span.events, span.hash) if span.events else None
    faults = [placed(volume, span.fault)] if span.fault else head_faults(volume, head)
    if trust is not None and not faults:
        faults = trust_faults(volume, trust, span, tree.roots if tree else None)
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
        checked=tuple(_checks(volume, trust, records, tree)),
        trusted=trust,
        beyond=max(0, span.events - trusted_size(trust)) if trust else 0,
        sound_to=sound,
        faults=tuple(faults[:MOST_FAULTS]),
        root=None if records is None or tree is None or faults else tree.growth.root().hex(),
        unknown={} if records is None else dict(records.unknown),
        seconds=time.perf_counter() - started,
    )


def _tree_for(trust: Trust | None, records: Records | None) -> GrowingTree | None:
    """Return a tree where one must be grown: at level ``full``, and up to a checkpoint's size."""
    if records is not None:
        return GrowingTree()
    if isinstance(trust, Vouched) and trust.head is None:
        return GrowingTree(limit=trust.checkpoint.size)
    return None  # a head is compared much faster, and commits to the same lines


def _checks(
    volume: Volume, trust: Trust | None, records: Records | None, tree: GrowingTree | None
) -> Iterator[str]:
    """Say in words what is checked."""
    yield from _CHAIN_CHECKS
    if volume.head:
        yield "stored head"
    if records is not None:
        yield from _FULL_CHECKS
    if isinstance(trust, Vouched):
        if trust.head is not None:
            yield "signed head"
        if tree is not None:
            yield "signed root"


def _page_start(fault: Fault) -> int:
    """Return how many events lie before the page of a fault; a page is sound as a whole."""
    return 0 if fault.page is None else fault.page * PAGE_EVENTS


def _spans(
    volume: Volume, watchers: Sequence[_Watcher], executor: Executor | None
) -> Iterator[Span]:
    tasks = (
        _task(volume, start, min(start + _PAGES_PER_TASK, volume.count), watchers)
        for start in range(0, volume.count, _PAGES_PER_TASK)
    )
    cores = os.cpu_count() or 1
    if watchers or (executor is None and (cores == 1 or volume.count <= _PAGES_PER_TASK)):
        yield from (task() for task in tasks)
    elif executor is not None:
        yield from _results(executor, tasks)
    else:
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # a tenth of importing us

        with ThreadPoolExecutor(cores) as threads:
            yield from _results(threads, tasks)


def _task(
    volume: Volume, start: int, stop: int, watchers: Sequence[_Watcher]
) -> Callable[[], Span]:
    pages = _watched(watchers, volume.pages(start, stop), start)
    # Only the pages travel to a worker, not the store that they come from.
    return partial(check_pages, volume.ledger, pages, start, volume.last)


def _watched(watchers: Sequence[_Watcher], pages: Iterable[bytes], first: int) -> Iterable[bytes]:
    for watcher in watchers:
        pages = watcher.watch(pages, first)
    return pages


def _results(executor: Executor, tasks: Iterable[Callable[[], Span]]) -> Iterator[Span]:
    """Yield what the tasks find, in order, with only some of them handed out ahead."""
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
    watchers: Sequence[_Watcher],
) -> Span:
    """Put the spans of all pages, in order, into one, up to the first fault."""
    whole = Span(0, 0, 0, GENESIS, GENESIS)
    with contextlib.closing(cast("Generator[Span]", spans)):
        for span in spans:
            whole = _joined(whole, span)
            if progress is not None:
                progress(whole.events, volume.size)
            if whole.fault is not None:
                return whole
    if whole.pages < volume.count:
        text = f"the text ends after {whole.pages} of {volume.count} pages"
        return attrs.evolve(whole, fault=PageFault(whole.pages, "missing-page", text))
    if volume.tail:
        pages = _watched(watchers, [volume.page(volume.count, whole.hash)], volume.count)
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
