"""Keys, refs and drops: the rules that hold a ledger together, from its lines alone.

A line's ``keys`` are names that it introduces, its ``refs`` names that it relies on,
its ``drops`` names that it releases.
No schema is needed to check them, and no plugin.

Writers are bound by the rules: a breach refuses the batch.
Readers are told of a breach, and the first introducer wins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Breach", "Index"]


@attrs.frozen
class Breach:
    """A rule that a record breaks.

    Attributes:
        kind: ``duplicate-key``, ``missing-ref`` or ``missing-drop``.
        n: the record.
        name: the name in question.
        holder: the record that holds it already, for a duplicate key.
    """

    kind: Literal["duplicate-key", "missing-ref", "missing-drop"]
    n: int
    name: str
    holder: int | None = None

    def __str__(self) -> str:
        if self.kind == "duplicate-key":
            return f"{self.name} is already held by record {self.holder}"
        verb = "relies on" if self.kind == "missing-ref" else "releases"
        return f"it {verb} {self.name}, which no earlier record holds"


class Index:
    """The names that are held, and by which record.

    Args:
        held: the names to start from; for a writer those that its lines mention are enough.

    Attributes:
        held: name → the record that holds it.
        released: the names that were released, though some may be held again.
    """

    __slots__ = ("held", "released")

    def __init__(self, held: Mapping[str, int] | None = None) -> None:
        self.held: dict[str, int] = dict(held or {})
        self.released: set[str] = set()

    def apply(
        self, n: int, keys: Sequence[str], refs: Sequence[str], drops: Sequence[str]
    ) -> list[Breach]:
        """Take in one record: refs against what came before it, then drops, then keys."""
        held, breaches = self.held, list[Breach]()
        for name in refs:
            if name not in held:
                breaches.append(Breach("missing-ref", n, name))
        for name in drops:
            # A name in both drops and keys is taken over, or simply taken.
            if held.pop(name, None) is not None:
                self.released.add(name)
            elif name not in keys:
                breaches.append(Breach("missing-drop", n, name))
        for name in keys:
            if held.setdefault(name, n) != n:
                breaches.append(Breach("duplicate-key", n, name, held[name]))
        return breaches
