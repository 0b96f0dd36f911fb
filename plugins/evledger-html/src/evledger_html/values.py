"""Values as a page shows them, and the records that they come from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from evledger.article import Concealed
from evledger.entries import Claim, Source
from evledger.events import FieldsErased
from evledger.legible import visible
from evledger.reviewing import held_back
from evledger_html.reasons import reasons_of

if TYPE_CHECKING:
    from evledger.entries import Entry
    from evledger.rendering import Chain
    from evledger.view import View

__all__ = ["Places", "bound", "erasures", "shown", "worth_telling"]


def shown(value: object) -> str:
    r"""Write a value as a page shows it: what cannot be seen is made visible.

    >>> shown("gpj.\u202etxt")
    'gpj.\\u202etxt'
    >>> shown(("A. Author", "B. Author"))
    'A. Author; B. Author'
    """
    return visible(_joined(value), keep="\n\t")


def _joined(value: Any) -> str:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)  # pyright: ignore[reportUnknownArgumentType]  # of anything


def bound(value: object, field: str) -> Markup:
    """Write a value as an element that a reader's browser compares with the entry's records.

    >>> bound("<b>", "text")
    Markup('<bdi data-evl-value="text">&lt;b&gt;</bdi>')
    >>> from evledger.article import Concealed
    >>> bound(Concealed(concealed="erased"), "quote")
    Markup('<bdi data-evl-value="quote" data-evl-hidden="erased">[erased]</bdi>')
    """
    hidden = f' data-evl-hidden="{value.concealed}"' if isinstance(value, Concealed) else ""
    text = escape(shown(value))
    return Markup(f'<bdi data-evl-value="{field}"{hidden}>{text}</bdi>')  # noqa: S704  # escaped


def erasures(chain: Chain, view: View, places: Collection[int]) -> Iterator[int]:
    """Yield the records by which sealed fields of some records were erased.

    A page that shows a value as erased is to prove that it was.

    Args:
        chain: of the ledger.
        view: of the same records.
        places: the numbers of the records whose fields may be gone.

    >>> import evledger
    >>> from evledger import GapNoted, seal
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     record = semax.append(seal(GapNoted(id="g1", text="A name."), "text"), by="curator")
    ...     erased = semax.erase(1, "text", reason="asked", by="curator")
    ...     chain = semax.render_context().chain
    ...     list(erasures(chain, semax.view(), [1])), list(erasures(chain, semax.view(), [0]))
    ([2], [])
    """
    for record in chain.records() if view.erased else ():
        if isinstance(record.event, FieldsErased) and record.event.n in places:
            yield record.n


def worth_telling(places: Iterable[int], size: int) -> Collection[int]:
    """Return the records that a page is to prove: all there are, where it needs half of them.

    A page that has all can show that it leaves none out, a withdrawal, say.

    >>> list(worth_telling([1, 2], 4)), worth_telling([1, 2], 5)
    ([0, 1, 2, 3], {1, 2})
    """
    wanted = set(places)
    return range(size) if 2 * len(wanted) >= size else wanted


_KINDS: Final = {
    "source": "sources",
    "claim": "claims",
    "question": "questions",
    "gap": "gaps",
    "caveat": "caveats",
    "section": "sections",
    "component": "components",
}
"""For each kind of entry, where a view has them."""

_SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "source": ("title", "authors", "venue", "published", "kind", "platform", "community"),
    "claim": ("text", "quote", "stance"),
    "question": ("text",),
    "gap": ("text",),
    "caveat": ("text",),
    "section": ("heading",),
    "component": ("component", "layer"),
}
"""For each kind of entry, the fields that pages show and a reader's browser compares."""

_NAMED: Final = 8  # records of an entry that are named


class Places:
    """Which records a view's entries stand in, and which of their sealed fields are open.

    Args:
        view: of the ledger.
        descriptions: the records that describe the ledger; none where no chain is at hand, and a
            page carries no proofs.

    >>> import evledger
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     with semax.batch(by="curator") as batch:
    ...         paper = batch.add_source(kind="review", title="A review")
    ...     places = Places(semax.view(), (0,))
    >>> places.of("source:s1"), places.of("ledger")
    ((1,), (0,))
    >>> places.entry("source:s1")
    Markup(' data-evl-entry="source:s1" data-evl-records="1"')
    """

    def __init__(self, view: View, descriptions: tuple[int, ...] = ()) -> None:
        self._view = view
        self._descriptions = descriptions

    @property
    def are_proven(self) -> bool:
        """Whether the page carries proofs of them."""
        return bool(self._descriptions)

    def of(self, name: str) -> tuple[int, ...]:
        """Return the records of an entry by its whole name, as in ``claim:c4``."""
        if name == "ledger":
            return self._descriptions
        kind, _, id = name.partition(":")
        entry: Entry = getattr(self._view, _KINDS[kind])[id]
        return (entry.n, *entry.history)

    def told(self, name: str) -> str:
        """Name the records of an entry, as in ``records 8, 12``; the first, and the last few."""
        numbers = self.of(name)
        if len(numbers) == 1:
            return f"record {numbers[0]}"
        first = "…, " if len(numbers) > _NAMED else ""
        last = ", ".join(map(str, numbers[1:][1 - _NAMED :]))
        return f"records {numbers[0]}, {first}{last}"

    def reasons(self, name: str, *, with_source: bool = True) -> Iterator[str]:
        """Return why and on whose word an entry bears its marks, those of a claim's source too."""
        return reasons_of(self._view, self._entry(name)[1], with_source=with_source)

    def entry(self, name: str) -> Markup:
        """Return the attributes that bind an element to its entry's records."""
        records = " ".join(map(str, self.of(name)))
        bound = f' data-evl-entry="{escape(name)}" data-evl-records="{records}"'
        return Markup(bound)  # noqa: S704  # the name is escaped, the rest are numbers

    def all(self) -> Iterator[int]:
        """Yield the records of all entries."""
        yield from self._descriptions
        for _, entry in self._entries():
            yield entry.n
            yield from entry.history

    def openings(self, names: Iterable[str] | None = None) -> Iterator[tuple[int, str]]:
        """Yield the sealed fields whose values are shown, each as (record, field).

        What is held back from what is published stays sealed.

        Args:
            names: the whole names of the entries that are shown; all by default.
        """
        entries = self._entries() if names is None else map(self._entry, names)
        for kind, entry in entries:
            for field in _SHOWN[kind] if entry.sealed else ():
                if field in entry.sealed and not self._is_held_back(entry, field):
                    yield entry.sealed[field], field

    def _is_held_back(self, entry: Entry, field: str) -> bool:
        if isinstance(entry, Claim):
            source = self._view.sources.get(entry.source)
            return held_back(entry, field, source=source) is not None
        return isinstance(entry, Source) and held_back(entry, field) is not None

    def _entry(self, name: str) -> tuple[str, Entry]:
        kind, _, id = name.partition(":")
        return kind, getattr(self._view, _KINDS[kind])[id]

    def _entries(self) -> Iterator[tuple[str, Entry]]:
        for kind, name in _KINDS.items():
            for entry in getattr(self._view, name).values():
                yield kind, entry
