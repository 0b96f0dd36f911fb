"""One audit: the pages and records in one pass, then what the store keeps beside them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import attrs
from blake3 import blake3

from evledger.auditing.kept_tree import TreeAudit
from evledger.chain import PAGE_EVENTS, page_lines
from evledger.codec import read_line
from evledger.exceptions import Broken, EvledgerError
from evledger.stores.volumes import stored_volume
from evledger.verification import (
    Fault,
    Level,
    Records,
    Verification,
    check_level,
    unreadable,
    verify_volume,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Executor

    from evledger.integrity import Index
    from evledger.stores.base import Backend, Snapshot, Tip
    from evledger.verification import Trust, Volume
    from evledger.vocabulary import Vocabulary

__all__ = ["audit"]


def audit(
    backend: Backend,
    ledger: str,
    vocabulary: Vocabulary,
    *,
    level: Level,
    trust: Trust | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verification:
    """Verify a ledger where it is stored; see :meth:`evledger.Ledger.verify`.

    Args:
        backend: the store.
        ledger: its name there.
        vocabulary: the event types that are known.
        level: ``chain`` or ``full``.
        trust: an earlier head or a checkpoint, kept elsewhere, that the ledger must extend.
        executor: splits the pages of level ``chain``.
        progress: called with the events done and the events there are.
    """
    check_level(level)
    try:
        if level == "chain":
            volume = stored_volume(backend, ledger)
            return verify_volume(volume, trust=trust, executor=executor, progress=progress)
        return _audit_in_full(backend, ledger, vocabulary, trust, progress)
    except Broken as error:
        return unreadable(ledger, level, str(error), trust)


_BESIDE: Final = (
    "stored hashes of the tree",
    "stored checkpoints and signed heads, without their signatures",
    "index of names",
    "attachments",
    "database",
)


def _audit_in_full(
    backend: Backend,
    ledger: str,
    vocabulary: Vocabulary,
    trust: Trust | None,
    progress: Callable[[int, int], None] | None,
) -> Verification:
    tree = TreeAudit(backend, ledger)  # first: what it finds is of lines that the snapshot has
    kept = backend.snapshot(ledger)
    volume = stored_volume(backend, ledger, kept)
    records = Records(volume.ledger, vocabulary, partial(backend.openings, ledger))
    report = verify_volume(volume, trust=trust, records=records, tree=tree, progress=progress)
    damage = _damage(report, kept.tip)
    if damage is not None:
        report = _placed(report, tree.place(damage))
    beside = (
        *(tree.finish(kept.tip.size) if damage is None else ()),
        *_time_faults(kept, volume),
        *(Fault("database", text) for text in backend.check()),
        *_index_faults(backend, ledger, records.index, kept.tip),
        *_attachment_faults(backend, ledger),
    )
    checked = (*report.checked, *_BESIDE)
    return attrs.evolve(report, faults=(*report.faults, *beside), checked=checked)


def _placed(report: Verification, damage: Fault) -> Verification:
    """Return a report with its first fault placed more exactly."""
    sound = min(report.sound_to, (damage.page or 0) * PAGE_EVENTS)
    return attrs.evolve(report, faults=(damage, *report.faults[1:]), sound_to=sound)


def _damage(report: Verification, tip: Tip) -> Fault | None:
    """Return the fault that makes the pages other than what was written, if there is one.

    What is kept of the tree then says nothing new, but which record it is.
    """
    first = report.fault
    if first is None or first.page is None:
        return None
    return first if report.events != tip.size or first.kind == "changed-byte" else None


def _time_faults(kept: Snapshot, volume: Volume) -> Iterator[Fault]:
    """Compare the time that the store keeps of the last record with its line."""
    try:
        last = kept.tail[-1] if kept.tail else page_lines(volume.page(volume.count - 1))[-1]
        at = read_line(last).at
    except (EvledgerError, LookupError):
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
