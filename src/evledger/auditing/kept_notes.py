"""The notes that a store keeps of a ledger, compared with what its lines give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evledger.chain import PAGE_EVENTS, event_hash
from evledger.checkpoints import Checkpoint, SignedHead
from evledger.exceptions import Broken, Invalid
from evledger.notes import SignedNote
from evledger.stores.kept import CHECKPOINT, SIGNED_HEAD, size_of
from evledger.verification import Fault
from evledger.verification.reports import MOST_FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evledger.stores.base import Backend

__all__ = ["NoteAudit"]


class NoteAudit:
    """Holds the checkpoints and signed heads that a store keeps against the ledger's lines.

    Their signatures are not verified, for which one needs to be given a key.
    Made before the lines are read; notes that are kept later are not looked for.

    Args:
        backend: the store.
        ledger: the ledger's name there.

    Attributes:
        names: the names of the notes of each size.
    """

    def __init__(self, backend: Backend, ledger: str) -> None:
        self.names: dict[int, list[str]] = {}
        self._backend = backend
        self._ledger = ledger
        self._faults: list[Fault] = []
        for prefix in (CHECKPOINT, SIGNED_HEAD):
            for name in backend.kept_names(ledger, prefix):
                self._add(name)

    def compare(self, size: int, root: bytes, text: bytes) -> None:
        """Compare the notes of a size.

        Args:
            size: how many events they are over.
            root: the tree's root over so many.
            text: the page that holds the last of these.
        """
        for name in self.names.pop(size, ()):
            try:
                data = self._backend.kept(self._ledger, [name]).get(name)
                self._faults += [] if data is None else _differences(name, data, size, root, text)
            except (Broken, Invalid) as error:
                self._fault(f"{name} cannot be read: {error}")

    def finish(self, size: int) -> list[Fault]:
        """Return every fault, once a sound text of this size was read."""
        for beyond in sorted(self.names):
            for name in self.names[beyond]:
                self._fault(f"{name} is of more than the {size} events there are")
        return self._faults[:MOST_FAULTS]

    def _add(self, name: str) -> None:
        size = size_of(name)
        if size is None:
            self._fault(f"{name!r:.80} is the name of no checkpoint or signed head")
        else:
            self.names.setdefault(size, []).append(name)

    def _fault(self, message: str) -> None:
        self._faults.append(Fault("checkpoint", message))


def _differences(name: str, data: bytes, size: int, root: bytes, text: bytes) -> Iterator[Fault]:
    """Yield what a note states that is not so.

    Raises:
        Invalid: it states nothing that could be compared.
    """
    note = SignedNote.parse(data)
    head = SignedHead.parse(note.text) if name.startswith(SIGNED_HEAD) else None
    stated = Checkpoint.parse(note.text) if head is None else head.checkpoint
    if stated.size != size:
        yield Fault("checkpoint", f"{name} is over {stated.size} events")
        return
    if stated.origin not in {each.name for each in note.signatures}:
        yield Fault("checkpoint", f"{name} is of {stated.origin!r:.100}, and not signed by that")
    if stated.root != root:
        found = f"has root {root.hex()}, but the note says {stated.root.hex()}"
        yield Fault("checkpoint", f"{name}: the tree over its {size} events {found}")
    if head is not None:
        hash_ = event_hash(text, (size - 1) % PAGE_EVENTS)
        if head.head.hash != hash_:
            found = f"has hash {hash_}, but the note says {head.head.hash}"
            yield Fault("checkpoint", f"{name}: event {size - 1} {found}")
