"""Auditing a stored ledger: its pages and records, and all that the store keeps beside them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import attrs
from blake3 import blake3

from evledger.chain import PAGE_EVENTS, page_lines
from evledger.codec import read_line
from evledger.exceptions import Broken, EvledgerError
from evledger.verification import (
    Fault,
    Level,
    Records,
    Verification,
    Volume,
    check_level,
    unreadable,
    verify_volume,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Executor

    from evledger.chain import Head
    from evledger.integrity import Index
    from evledger.stores.base import Backend, Snapshot, Tip
    from evledger.vocabulary import Vocabulary

__all__ = ["audit"]


def audit(
    backend: Backend,
    ledger: str,
    vocabulary: Vocabulary,
    *,
    level: Level,
    trust: Head | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verification:
    """Verify a ledger where it is stored; see :meth:`evledger.Ledger.verify`.

    Args:
        backend: the store.
        ledger: its name there.
        vocabulary: the event types that are known.
        level: ``chain`` or ``full``.
        trust: an earlier head, kept elsewhere, that the ledger must extend.
        executor: splits the pages of level ``chain``.
        progress: called with the events done and the events there are.
    """
    check_level(level)
    try:
        kept = backend.snapshot(ledger)
        volume = Volume(
            ledger=kept.tip.name,
            pages=partial(backend.pages, ledger),
            count=kept.tip.size // PAGE_EVENTS,
            tail=kept.tail,
            head=kept.tip.head,
        )
        if level == "chain":
            return verify_volume(volume, trust=trust, executor=executor, progress=progress)
        records = Records(volume.ledger, vocabulary, partial(backend.openings, ledger))
        report = verify_volume(volume, trust=trust, records=records, progress=progress)
        beside = (
            *_time_faults(kept, volume),
            *(Fault("database", text) for text in backend.check()),
            *_index_faults(backend, ledger, records.index, kept.tip),
            *_attachment_faults(backend, ledger),
        )
    except Broken as error:
        return unreadable(ledger, level, str(error), trust)
    checked = (*report.checked, "index of names", "attachments", "database")
    return attrs.evolve(report, faults=(*report.faults, *beside), checked=checked)


def _time_faults(kept: Snapshot, volume: Volume) -> Iterator[Fault]:
    """Compare the time that the store keeps of the last record with its line."""
    try:
        last = kept.tail[-1] if kept.tail else page_lines(volume.page(volume.count - 1))[-1]
        at = read_line(last).at
    except (EvledgerError, LookupError, StopIteration):
        return  # found elsewhere
    if at != kept.tip.at:
        yield Fault("index", f"the store dates the last record {kept.tip.at}, its line {at}")


def _index_faults(backend: Backend, ledger: str, index: Index, tip: Tip) -> tuple[Fault, ...]:
    """Compare the stored index of names with what the lines say."""
    faults = tuple(_index_differences(backend, ledger, index.held))
    if backend.tip(ledger).head != tip.head:
        return ()  # somebody has appended meanwhile: the index is of another moment
    return faults


def _index_differences(backend: Backend, ledger: str, held: Mapping[str, int]) -> Iterator[Fault]:
    there = 0
    for name, n in backend.names(ledger):
        there += name in held
        if held.get(name) != n:
            text = f"the stored index says that record {n} holds {name}; run 'evledger reindex'"
            yield Fault("index", text, None, None)
    if there == len(held):
        return
    stored = {name for name, _ in backend.names(ledger)}
    for name, n in ((name, n) for name, n in held.items() if name not in stored):
        text = f"the stored index lacks {name}, which record {n} holds; run 'evledger reindex'"
        yield Fault("index", text, None, None)


def _attachment_faults(backend: Backend, ledger: str) -> Iterator[Fault]:
    for digest in backend.attachments(ledger):
        hasher = blake3()
        for chunk in backend.attachment(ledger, digest):
            hasher.update(chunk)
        if hasher.hexdigest() != digest:
            yield Fault("attachment", f"the attachment kept as {digest} has other bytes")
