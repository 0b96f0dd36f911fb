"""Taking a ledger in from an archive, byte for byte, once it has been verified in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from blake3 import blake3

from evledger.archive import archive_volume
from evledger.chain import GENESIS, PAGE_EVENTS, page_header, page_lines
from evledger.codec import read_line
from evledger.exceptions import Broken, Conflict, Invalid
from evledger.stores.base import Tip, Write
from evledger.verification import Records, Volume, verify_volume

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping

    from evledger.chain import Head
    from evledger.stores.base import Backend, Transaction
    from evledger.verification.trust import Trust
    from evledger.vocabulary import Vocabulary

__all__ = ["Arrival", "inspect", "take_in"]


@attrs.frozen(kw_only=True)
class Arrival:
    """An archive that was found to be sound.

    Attributes:
        volume: its pages.
        head: the head that was verified.
        held: the names that its records hold, and which holds each.
    """

    volume: Volume
    head: Head
    held: Mapping[str, int]


def inspect(
    folder: str | os.PathLike[str],
    vocabulary: Vocabulary,
    *,
    trust: Trust | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Arrival:
    """Verify an archive in full before anything of it is taken in.

    Args:
        folder: the archive.
        vocabulary: the event types that are known.
        trust: a head or a signed checkpoint from elsewhere, which the archive must extend.
        progress: called with the events done and the events there are.

    Raises:
        NotFound: the folder holds no archive.
        Broken: the archive is not sound; the message names the first fault.
    """
    try:
        volume = archive_volume(folder)
    except Invalid as error:
        msg = f"{folder} is not sound, and nothing was restored: {error}"
        raise Broken(msg) from error
    if volume.head is None and trust is None:
        msg = f"{folder} has no HEAD, so its export was never finished; give a head to trust"
        raise Broken(msg)
    records = Records(volume.ledger, vocabulary)
    report = verify_volume(volume, trust=trust, records=records, progress=progress)
    if report.fault is not None or report.head is None:
        msg = f"{folder} is not sound, and nothing was restored: {report.fault}"
        raise Broken(msg)
    return Arrival(volume=volume, head=report.head, held=records.index.held)


def take_in(backend: Backend, ledger: str, arrival: Arrival, vocabulary: Vocabulary) -> None:
    """Write a whole ledger that has been verified, in one step.

    Args:
        backend: the store.
        ledger: the name to list it under.
        arrival: what was verified.
        vocabulary: the event types that are known.

    Raises:
        Conflict: there is a ledger of this name.
        Broken: the archive is not what it was when it was verified.
    """
    volume, head = arrival.volume, arrival.head
    full, rest = divmod(head.size, PAGE_EVENTS)
    last = volume.page(full) if rest else b""
    tail = page_lines(last)
    at = read_line((tail or page_lines(volume.page(full - 1)))[-1]).at

    def compose(transaction: Transaction) -> Write:
        if transaction.tip is not None:
            msg = f"there is a ledger {ledger!r} already; choose another alias (--as) for this one"
            raise Conflict(msg, transaction.tip.head)
        return Write(
            tip=Tip(
                name=volume.ledger,
                size=head.size,
                hash=head.hash,
                at=at,
                counters=vocabulary.counters_of(arrival.held),
            ),
            pages=_as_verified(volume, full, last, head),
            tail=tail,
            keys=arrival.held,
        )

    backend.write(ledger, compose)


def _as_verified(volume: Volume, full: int, last: bytes, head: Head) -> Iterator[tuple[int, bytes]]:
    """Yield the full pages, and see that they are still those that were verified."""
    prev = GENESIS
    for page, text in enumerate(volume.pages(0, full)):
        if not text.startswith(page_header(volume.ledger, page, prev)):
            msg = f"page {page} changed while it was being restored; nothing was restored"
            raise Broken(msg)
        prev = blake3(text).hexdigest()
        yield page, text
    if (blake3(last).hexdigest() if last else prev) != head.hash:
        msg = "the last page changed while it was being restored; nothing was restored"
        raise Broken(msg)
