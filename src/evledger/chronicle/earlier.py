"""What a ledger said of its entries before a record, so that a correction can tell from what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from evledger.seals import Hidden

if TYPE_CHECKING:
    from evledger.events import Event
    from evledger.record import Record
    from evledger.view import View

__all__ = ["KINDS", "Earlier"]

_SAYS: Final[Mapping[str, tuple[str, str]]] = {
    "ledger-opened": ("ledger", ""),
    "ledger-described": ("ledger", ""),
    "section-written": ("section", "section"),
    "component-mapped": ("component", "id"),
    "source-added": ("source", "id"),
    "source-amended": ("source", "source"),
    "claim-tagged": ("claim", "id"),
    "claim-retagged": ("claim", "claim"),
}
"""The events whose fields stay until a later one says them anew; of what, and its id's field."""

KINDS: Final[Mapping[str, str]] = {
    "source": "sources",
    "claim": "claims",
    "question": "questions",
    "gap": "gaps",
    "caveat": "caveats",
    "section": "sections",
    "component": "components",
}
"""The kinds of entries that have a name of their own, and where a view has them."""


class Earlier:
    """What was said of each entry before a record.

    It remembers what it is shown, and nothing of what was sealed.

    Args:
        before: the view before the first record that it is shown; ``None`` where that is the
            ledger's first, or the entry's.
    """

    def __init__(self, before: View | None = None) -> None:
        self._before = before
        self._said: dict[str, list[tuple[Event, Mapping[str, str]]]] = {}

    def take(self, record: Record) -> None:
        """Remember what a record says."""
        event = record.event
        if event is None or record.type not in _SAYS:
            return
        kind, field = _SAYS[record.type]
        name = f"{kind}:{getattr(event, field)}" if field else kind
        self._said.setdefault(name, []).append((event, record.sealed))

    def knows(self, name: str) -> bool:
        """Return whether an entry was there, by its whole name."""
        return name in self._said or self._entry(name) is not None

    def value(self, name: str, field: str) -> Any:
        """Return the value that a field of an entry had.

        Returns:
            The value; :class:`~evledger.Hidden` where it was sealed; ``None`` where there was
            none, or it is not known.
        """
        for event, sealed in reversed(self._said.get(name, ())):
            if field in sealed:
                return Hidden.WITHHELD
            value = getattr(event, field, None)
            if value is not None:
                return value
        entry = self._entry(name)
        if field in getattr(entry, "sealed", ()):
            return Hidden.WITHHELD
        return getattr(entry, field, None)

    def _entry(self, name: str) -> Any:
        if self._before is None or name == "ledger":
            return self._before
        kind, _, id = name.partition(":")
        return getattr(self._before, KINDS.get(kind, ""), {}).get(id)
