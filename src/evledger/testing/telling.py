"""Stories: what happens to a ledger, told in memory as often as a test needs it.

Two tellings of one story have the same events at the same times;
their heads differ, because every ledger has an identity of its own.
"""

from __future__ import annotations

import functools
import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import attrs
from hypothesis import strategies as st

from evledger.events import MARK, Event, Mark, builtin_events
from evledger.ledger import Ledger
from evledger.plugins import Plugins
from evledger.schema import Seal, seal
from evledger.store import Store
from evledger.stores.base import Write
from evledger.stores.memory import MemoryStore
from evledger.testing.strategies import histories

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from evledger.stores.base import Tip, Transaction
    from evledger.view import View

__all__ = ["Story", "clock", "stories", "views"]

_START: Final = datetime(2026, 1, 1, tzinfo=UTC)


def clock() -> Callable[[], datetime]:
    """Return a clock that begins with the year 2026 and is a second later whenever it is read.

    >>> now = clock()
    >>> now().second, now().second
    (0, 1)
    """
    return functools.partial(next, (_START + timedelta(seconds=n) for n in itertools.count()))


class _NoVault(MemoryStore):
    """Keeps no sealed value, as the copy of a ledger that came without its vault."""

    def write(self, ledger: str, compose: Callable[[Transaction], Write]) -> Tip:
        """Write all but the openings."""

        def without(transaction: Transaction) -> Write:
            return attrs.evolve(compose(transaction), openings=())

        return super().write(ledger, without)


@attrs.frozen(kw_only=True, repr=False)
class Story:
    """What happens to a ledger.

    Attributes:
        events: what is appended; :func:`~evledger.seal` may have sealed more of it.
        erased: which sealed fields are erased then, each a number that chooses one of those left.
        has_vault: whether the sealed values are kept at all; otherwise they are withheld.
        title: the ledger's.

    >>> from evledger import GapNoted
    >>> story = Story(events=(GapNoted(id="g1", text="No trial in women."),))
    >>> list(story.view().gaps)
    ['g1']
    """

    events: tuple[Event | Seal, ...] = ()
    erased: tuple[int, ...] = ()
    has_vault: bool = True
    title: str = "Test"

    def __repr__(self) -> str:
        """Write it so that it can be pasted into a test: an event in each line."""
        events = "".join(f"    {_code(event)},\n" for event in self.events)
        rest = "".join(f", {each}" for each in _arguments(self) if not each.startswith("events="))
        return f"Story(events=(\n{events}){rest})" if events else f"Story({rest[2:]})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001  # Hypothesis's
        """Say what Hypothesis shows of one that makes a test fail."""
        del cycle
        printer.text(repr(self))

    def ledger(self, plugins: Plugins | None = None) -> Ledger:
        """Tell it: give a new ledger to which this has happened.

        Args:
            plugins: what it is read and written with; the built-in ones by default.
        """
        backend = MemoryStore() if self.has_vault else _NoVault()
        store = Store(backend, plugins or Plugins.builtin(), clock())
        ledger = store.create("test", title=self.title, by="test")
        if self.events:
            ledger.append(*self.events, by="test")
        for number in self.erased:
            places = sorted(_open(ledger)) if self.has_vault else []
            if places:
                n, field = places[number % len(places)]
                ledger.erase(n, field, reason="a test", by="test")
        return ledger

    def view(self, plugins: Plugins | None = None) -> View:
        """Tell it, and give the view at its end."""
        return self.ledger(plugins).view()


def _code(value: object) -> str:
    """Write a value as code that makes it; what it has by default is left out."""
    if isinstance(value, Seal):
        return f"seal({_code(value.event)}, {', '.join(map(repr, sorted(value.fields)))})"
    if isinstance(value, tuple):
        items = cast("tuple[object, ...]", value)
        return f"({''.join(f'{_code(item)}, ' for item in items).rstrip()})"
    cls = type(value)
    return f"{cls.__name__}({', '.join(_arguments(value))})" if attrs.has(cls) else repr(value)


def _arguments(value: object) -> Iterator[str]:
    fields: Any = attrs.fields(cast("Any", type(value)))
    for field in fields:
        given = getattr(value, field.name)
        if given != field.default:
            yield f"{field.name}={_code(given)}"


def reopened(ledger: Ledger, plugins: Plugins) -> Ledger:
    """Return the same ledger, read anew, perhaps with other plugins."""
    return Store(ledger.store.backend, plugins, clock()).ledger(ledger.name)


def carried(ledger: Ledger) -> Write:
    """Return the one write that makes the same ledger elsewhere, in another process too."""
    backend, name = ledger.store.backend, ledger.name
    tip, tail = backend.tail(name)
    return Write(
        tip=tip,
        pages=tuple(enumerate(backend.pages(name))),
        tail=tail,
        keys=dict(backend.names(name)),
        openings=tuple(backend.openings(name)),
    )


def unpacked(write: Write, plugins: Plugins) -> Ledger:
    """Return the ledger that a write makes."""
    backend = MemoryStore()
    backend.write(write.tip.name, lambda _: write)
    return Store(backend, plugins, clock()).ledger(write.tip.name)


def _open(ledger: Ledger) -> Iterator[tuple[int, str]]:
    for opening in ledger.store.backend.openings(ledger.name):
        yield opening.n, opening.field


_SEALABLE: Final = frozenset(
    ("source-added", "claim-tagged", "question-created", "gap-noted", "caveat-noted")
)


@st.composite
def stories(
    draw: st.DrawFn,
    classes: tuple[type[Event], ...] = (),
    *,
    fields: Mapping[type[Event], Mapping[str, st.SearchStrategy[Any]]] | None = None,
    min_size: int = 0,
    max_size: int = 20,
) -> Story:
    """Return stories: all kinds of events, some sealed, some of that erased or withheld.

    Args:
        draw: handed over by Hypothesis.
        classes: event classes of which there shall be some, besides the built-in ones.
        fields: strategies for some fields of these; see :func:`~evledger.testing.histories`.
        min_size: at least so many events.
        max_size: at most so many.
    """
    history = draw(histories(classes, fields=fields, min_size=min_size, max_size=max_size))
    return Story(
        events=tuple(_perhaps_sealed(draw, event) for event in history),
        erased=tuple(draw(st.lists(st.integers(0, 99), max_size=3))),
        has_vault=draw(st.integers(0, 3)) > 0,
    )


def views(
    classes: tuple[type[Event], ...] = (), *, plugins: Plugins | None = None
) -> st.SearchStrategy[View]:
    """Return views of ledgers to which all kinds of things have happened.

    Args:
        classes: event classes of which there shall be some, besides the built-in ones.
        plugins: what hands these over.

    >>> from hypothesis import Phase, find, settings
    >>> unshrunk = settings(phases=[Phase.generate])
    >>> find(views(), lambda view: view.counts.events > 0, settings=unshrunk).ledger != ""
    True
    """
    return stories(classes).map(functools.partial(Story.view, plugins=plugins))


def strangers(plugins: Plugins) -> tuple[type[Event], ...]:
    """Return the event classes that do not come with the library."""
    vocabulary = plugins.vocabulary
    found = [kind.cls for name in vocabulary if (kind := vocabulary.type_of(name)) is not None]
    return tuple(cls for cls in found if cls not in builtin_events())


def _perhaps_sealed(draw: st.DrawFn, event: Event) -> Event | Seal:
    if event.type not in _SEALABLE:
        return event
    cls: Any = type(event)
    named = [
        field.name
        for field in attrs.fields(cls)
        if _may_be_sealed(field.metadata.get(MARK, Mark()), getattr(event, field.name))
    ]
    chosen = draw(st.none() | st.sampled_from(named)) if named else None
    return event if chosen is None else seal(event, chosen)


def _may_be_sealed(mark: Mark, value: object) -> bool:
    """Return whether a field can be sealed: it is there, and makes no names, not even within."""
    return (
        mark.role == "none" and not mark.fixed and value is not None and not attrs.has(type(value))
    )
