"""Finding where damage lies: in which page, at which record."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from blake3 import blake3

from evledger.chain import (
    MAX_HEADER,
    PAGE_EVENTS,
    Head,
    PageFault,
    Span,
    event_hash,
    page_lines,
    page_prev,
)
from evledger.checkpoints import Vouched
from evledger.codec import check_line
from evledger.exceptions import EvledgerError, Invalid
from evledger.verification.reports import Fault, FaultKind
from evledger.verification.trust import trusted_head

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evledger.checkpoints import Checkpoint
    from evledger.verification.trust import Trust
    from evledger.verification.volumes import Volume

__all__ = ["head_faults", "placed", "trust_faults"]


def placed(volume: Volume, fault: PageFault) -> Fault:
    """Return which of two pages changed where one does not follow the other, and which record."""
    page, kind, message = fault.page, fault.kind, fault.message
    try:
        if kind == "wrong-prev" and _is_confirmed(volume, page):
            page, kind = page - 1, "changed-byte"
            message = f"page {fault.page} and what follows it commit to other bytes ({message})"
        n = _bad_record(volume, page) if kind not in ("missing-page", "unreadable") else None
    except EvledgerError:
        n = None
    return Fault(cast("FaultKind", kind), message, page, n)


def _is_confirmed(volume: Volume, page: int) -> bool:
    """Return whether what comes after a page commits to its bytes as they are."""
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


def head_faults(volume: Volume, head: Head | None) -> list[Fault]:
    """Compare the recomputed head with the one kept with the text."""
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


def trust_faults(
    volume: Volume, trust: Trust, span: Span, roots: Mapping[int, bytes] | None
) -> list[Fault]:
    """Compare a sound text with what is trusted of it.

    Args:
        volume: the text.
        trust: what is trusted.
        span: all of its pages, sound.
        roots: the tree's root at the size of what is trusted; ``None`` where no tree was grown.
    """
    head = trusted_head(trust)
    faults = [] if head is None else _trusted_head_faults(volume, head, span)
    if faults or roots is None or not isinstance(trust, Vouched):
        return faults
    return _root_faults(trust.checkpoint, span, roots)


def _trusted_head_faults(volume: Volume, trust: Head, span: Span) -> list[Fault]:
    if trust.size > span.events:
        text = f"the trusted head has {trust.size} events, but there are only {span.events}"
        return [Fault("head-mismatch", text)]
    page, index = divmod(trust.size - 1, PAGE_EVENTS)
    found = event_hash(volume.page(page), index)
    if found == trust.hash:
        return []
    text = (
        f"event {trust.size - 1} has hash {found}, but the trusted head says {trust.hash}: "
        "this ledger does not extend it"
    )
    return [Fault("head-mismatch", text)]


def _root_faults(trust: Checkpoint, span: Span, roots: Mapping[int, bytes]) -> list[Fault]:
    if trust.size > span.events:
        text = f"the checkpoint has {trust.size} events, but there are only {span.events}"
        return [Fault("root-mismatch", text)]
    found = roots.get(trust.size, b"")
    if found == trust.root:
        return []
    text = (
        f"the tree over the first {trust.size} events has root {found.hex()}, but the checkpoint "
        f"says {trust.root.hex()}: this ledger does not extend it"
    )
    return [Fault("root-mismatch", text)]
