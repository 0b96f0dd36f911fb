"""What a sentence is made from: a record, what was there before, and what a reader may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from weakref import WeakKeyDictionary

import attrs

from evledger.chronicle.earlier import KINDS
from evledger.entries import Claim, Source
from evledger.legible import one_line, shortened
from evledger.reviewing import HeldBack, held_back
from evledger.seals import Hidden

if TYPE_CHECKING:
    from evledger.chronicle.earlier import Earlier
    from evledger.entries import Entry
    from evledger.record import Record
    from evledger.view import Entries, View

__all__ = ["CATEGORIES", "Category", "Scene", "listed", "quoted", "whole"]

Category: TypeAlias = Literal[
    "evidence",
    "correction",
    "retraction",
    "erasure",
    "question",
    "review",
    "text",
    "other",
]

CATEGORIES: Final[tuple[Category, ...]] = (
    "evidence",
    "correction",
    "retraction",
    "erasure",
    "question",
    "review",
    "text",
    "other",
)
"""What a record did.

``evidence``: a source, a claim or a link between sources was added.
``correction``: what was there was put right, or something was said of it that bears on its worth.
``retraction``: a source was retracted or reinstated, a claim withdrawn, a proposal rejected.
``erasure``: sealed values are gone for good.
``question``: a question was asked, answered or closed.
``review``: a person accepted what was proposed, or let a finding stand.
``text``: a gap, a caveat, a section, a component or the ledger's description was written.
``other``: a plugin's event, and what is not known or cannot be read here.
"""

_WORDS: Final[Mapping[str, str]] = {
    "source": "title",
    "claim": "text",
    "question": "text",
    "gap": "text",
    "caveat": "text",
    "component": "component",
    "section": "heading",
}
"""The field that has an entry's own words."""

_WIDTH: Final = 160
_WHY_WIDTH: Final = 400


@attrs.frozen
class Scene:
    """A record, the view that it is told for, and what was said before it."""

    record: Record
    view: View
    earlier: Earlier

    @property
    def event(self) -> Any:
        """The event; only asked for where there is one."""
        return self.record.event

    # -- what a reader may see

    def shown(self, name: str, field: str) -> Any:
        """Return an entry's field as the article would show it; ``None`` where there is none."""
        entry = self.entry(name)
        if isinstance(entry, Claim):
            source = self.view.sources.get(entry.source) if entry.sealed else None
            return held_back(entry, field, source=source) or getattr(entry, field)
        if isinstance(entry, Source):
            return held_back(entry, field) or getattr(entry, field)
        return getattr(entry, field, None)

    def value(self, field: str, name: str | None = None) -> Any:
        """Return a field of the event.

        A sealed one is seen where it is the present value of an entry, as the article shows it,
        and otherwise withheld.

        Args:
            field: its name.
            name: the entry that has a field of the same name.
        """
        n = self.record.n
        if field not in self.record.sealed:
            return getattr(self.event, field)
        entry = self.entry(name) if name is not None else None
        if name is not None and entry is not None and entry.sealed.get(field) == n:
            return self.shown(name, field)
        return self.view.state_of(n, field) or Hidden.WITHHELD

    def entry(self, name: str) -> Entry | None:
        """Return an entry by its whole name."""
        kind, _, id = name.partition(":")
        found: Mapping[str, Entry] = getattr(self.view, KINDS[kind]) if kind in KINDS else {}
        return found.get(id)

    def words(self, name: str) -> str | None:
        """Return an entry's own words, in quotation marks; ``None`` where it has none."""
        field = _WORDS.get(name.partition(":")[0])
        value = self.shown(name, field) if field is not None else None
        return None if value is None else quoted(value)

    def because(self, field: str = "why") -> str:
        """Return the reason, to stand behind a sentence."""
        why = self.value(field)
        return "" if why is None else f": {shortened(one_line(str(why)), _WHY_WIDTH)}"

    # -- what changed

    def turned(self, name: str, field: str) -> tuple[str | None, str] | None:
        """Return from what to what a field of an entry was changed.

        Returns:
            Before and after; before is ``None`` where it was not there, is not known, or was
            sealed; nothing where the event leaves the field as it is.
        """
        after = self.value(field, name)
        before = self.earlier.value(name, field)
        if after is None or (field not in self.record.sealed and before == after):
            return None
        is_known = before is not None and not isinstance(before, Hidden)
        return self.plain(field, before) if is_known else None, self.plain(field, after)

    def plain(self, field: str, value: Any) -> str:
        """Write a field's value as people read it."""
        if isinstance(value, Hidden | HeldBack):
            return str(value)
        if field == "tier":
            return next((t.label for t in self.view.tiers if t.slug == value), str(value))
        if field == "tiers":
            return ", ".join(str(tier.label) for tier in value)
        text = "; ".join(map(str, value)) if field in _LISTS else str(value)
        if field in _SLUGS:
            return text.replace("-", " ")
        return text if field in _BARE else quoted(text)

    def erased_entry(self, n: int) -> str | None:
        """Return the whole name of the entry that a record concerns."""
        return _places(self.view).get(n)


_LISTS: Final = frozenset(("authors",))
_SLUGS: Final = frozenset(("kind", "stance"))
_BARE: Final = frozenset(("author_count", "platform", "language", "published", "retrieved"))

_PLACES: Final[WeakKeyDictionary[View, Mapping[int, str]]] = WeakKeyDictionary()


def _places(view: View) -> Mapping[int, str]:
    """Return for each record of a view's entries whose it is, once for every view."""
    if view not in _PLACES:
        found: dict[int, str] = {}
        for kind, name in KINDS.items():
            entries: Entries[Entry] = getattr(view, name)
            for id, entry in zip(entries, entries.unopened(), strict=True):
                found.update(dict.fromkeys((entry.n, *entry.history), f"{kind}:{id}"))
        _PLACES[view] = found
    return _PLACES[view]


def quoted(value: object) -> str:
    """Write words in quotation marks, shortened; why they are not shown, without.

    >>> quoted("Scores rose."), quoted(Hidden.ERASED)
    ('“Scores rose.”', '[erased]')
    """
    if isinstance(value, Hidden | HeldBack):
        return str(value)
    return f"“{shortened(one_line(str(value)).strip(), _WIDTH)}”"


def listed(items: Sequence[str]) -> str:
    """Join items as a sentence does.

    >>> listed(["moved"]), listed(["moved", "changed", "reworded"])
    ('moved', 'moved, changed and reworded')
    """
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def whole(target: str) -> str | None:
    """Return the entry that a whole name belongs to: itself, or for a link the first of its ends.

    >>> whole("claim:c4"), whole("link:s1/s2/version-of"), whole("link:q1/c4/answers")
    ('claim:c4', 'source:s1', 'question:q1')
    """
    kind, _, rest = target.partition(":")
    if kind == "link":
        end, _, relation = rest.partition("/")
        return f"{'question' if relation.endswith(_ANSWERING) else 'source'}:{end}"
    return target if kind in KINDS else None


_ANSWERING: Final = ("/answers", "/partly", "/against")
