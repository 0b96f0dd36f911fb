"""An audit of a ledger that others write to meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from evledger import GapNoted, Plugins
from evledger.ledger import Store
from evledger.stores.memory import MemoryStore


class Busy(MemoryStore):
    """A store in which somebody writes whenever its names are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], object] = bool

    def names(self, ledger: str) -> Iterator[tuple[str, int]]:
        """Give the names, once somebody has written."""
        self.meanwhile()
        return super().names(ledger)


def test_an_append_during_the_audit_is_no_fault() -> None:
    """A name that came after the audit's head is not held against the ledger."""
    backend = Busy()
    store = Store(backend, Plugins.builtin(), lambda: datetime.now(UTC))
    ledger = store.create("semax", title="Semax", by="me")
    backend.meanwhile = lambda: ledger.append(GapNoted(id="meanwhile", text="A gap."), by="other")
    assert ledger.verify("full").faults == ()
    assert "meanwhile" in ledger.view().gaps
