"""Forgetting: what an erasure deletes, in the very step that records it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs

from evledger.chain import PAGE_EVENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from evledger.seals import Opening
    from evledger.stores.base import Transaction, Write

__all__ = ["forgetting"]

_DIGEST: Final = re.compile(rb"[0-9a-f]{64}")


def forgetting(
    compose: Callable[[Transaction], Write],
    openings: Sequence[Opening],
    attachments: Iterable[str],
) -> Callable[[Transaction], Write]:
    """Return what writes as ``compose`` does, and forgets these openings in the same step.

    Args:
        compose: writes the event ``fields-erased``.
        openings: values and salts to forget.
        attachments: the digests of those that the store keeps for the ledger;
            those that nothing names once the openings are gone are forgotten too.
    """

    def write(transaction: Transaction) -> Write:
        return attrs.evolve(
            compose(transaction),
            forget=[(opening.n, opening.field) for opening in openings],
            forget_attachments=_orphans(transaction, openings, attachments),
        )

    return write


def _orphans(
    transaction: Transaction, openings: Sequence[Opening], attachments: Iterable[str]
) -> list[str]:
    """Return the attachments that nothing names once these openings are gone."""
    kept = {digest.encode() for digest in attachments}
    gone = {(opening.n, opening.field) for opening in openings}
    named = kept.intersection(d for opening in openings for d in _DIGEST.findall(opening.value))
    size = transaction.tip.size if transaction.tip else 0
    for opening in transaction.openings(0, size) if named else ():
        if (opening.n, opening.field) not in gone:
            named.difference_update(_DIGEST.findall(opening.value))
    for page in range(size // PAGE_EVENTS if named else 0):
        named = _unnamed(named, transaction.page(page))
    return [digest.decode() for digest in _unnamed(named, b"".join(transaction.tail()))]


def _unnamed(digests: set[bytes], text: bytes) -> set[bytes]:
    return {digest for digest in digests if digest not in text}
