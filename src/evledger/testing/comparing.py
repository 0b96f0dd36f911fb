"""Views as plain values, to compare them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from evledger.view import View

__all__ = ["contents"]

_ENTRIES: Final = (
    *("sources", "claims", "questions", "gaps", "caveats", "sections", "components", "links"),
)
_VALUES: Final = (
    *("head", "at", "ledger", "id", "title", "subject", "origin", "tiers"),
    *("waivers", "unknown", "unfit", "counts", "counted", "warnings"),
)


def contents(view: View) -> dict[str, Any]:
    """Return all that a view shows, but for plugins' parts, so that two can be compared.

    Entries come as lists of pairs, because their order counts.

    >>> import evledger
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     contents(semax.view(1)) == contents(semax.view())
    True
    """
    shown: dict[str, Any] = {name: getattr(view, name) for name in _VALUES}
    shown["unknown"] = dict(view.unknown)
    return shown | {name: list(getattr(view, name).items()) for name in _ENTRIES}
