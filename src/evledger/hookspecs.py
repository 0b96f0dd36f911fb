"""The hooks: what a plugin can hand over.

Hooks only hand over named objects; evledger calls those objects in its own loop,
so that one failing plugin is one reported failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

import attrs
import pluggy

from evledger.events import Event
from evledger.vocabulary import Upcaster

if TYPE_CHECKING:
    from evledger.fold import Projection
    from evledger.importing import Importer
    from evledger.rendering import Renderer
    from evledger.stores.base import Backend

__all__ = ["PROJECT", "EventSupply", "HookImpl", "hookimpl", "hookspec"]

PROJECT = "evledger"
hookspec = pluggy.HookspecMarker(PROJECT)


@attrs.frozen(kw_only=True)
class EventSupply:
    """What a plugin brings to the vocabulary.

    Attributes:
        events: event classes.
        upcasters: for a type and a version k, what turns its data into that of k+1.
        projections: what folds the events into the view.

    >>> from evledger import EventSupply
    >>> EventSupply().events
    ()
    """

    events: tuple[type[Event], ...] = ()
    upcasters: Mapping[tuple[str, int], Upcaster] = attrs.field(
        factory=dict[tuple[str, int], Upcaster]
    )
    projections: tuple[Projection, ...] = ()


@hookspec
def evledger_stores() -> Mapping[str, Callable[[str], Backend]]:
    """Give stores by URL scheme: what opens a URL of that scheme.

    Returns:
        For each scheme, what is called with the whole URL and gives an open store.

    >>> from evledger import hookimpl
    >>> from evledger.stores.memory import MemoryStore
    >>> class Plugin:
    ...     @hookimpl.stores
    ...     def stores(self):
    ...         return {"scratch": MemoryStore}
    """
    raise NotImplementedError


@hookspec
def evledger_events() -> EventSupply:
    """Give event classes, upcasters and projections.

    Returns:
        One supply; a plugin that has none of a kind leaves it out.

    >>> from evledger import Event, EventSupply, event, hookimpl
    >>> from evledger.events import Id, identity
    >>> @event("mylab:vote-cast")
    ... class VoteCast(Event):
    ...     id: Id = identity("vote", "v")
    ...     answer: str
    >>> class Plugin:
    ...     @hookimpl.events
    ...     def events(self) -> EventSupply:
    ...         return EventSupply(events=(VoteCast,))
    """
    raise NotImplementedError


@hookspec
def evledger_renderers() -> Iterable[Renderer]:
    """Give renderers.

    Returns:
        The renderers, each of a name of its own.

    >>> from evledger import Rendered, hookimpl
    >>> class Headline:
    ...     name = "headline"
    ...
    ...     def render(self, view):
    ...         return Rendered(view.title.encode(), "text/plain; charset=utf-8", ".txt")
    >>> class Plugin:
    ...     @hookimpl.renderers
    ...     def renderers(self):
    ...         return [Headline()]
    """
    raise NotImplementedError


@hookspec
def evledger_importers() -> Iterable[Importer]:
    """Give importers.

    Returns:
        The importers, each of a name of its own.

    >>> from evledger import Item, hookimpl
    >>> class TitleList:
    ...     name = "titles"
    ...     suffixes = (".titles",)
    ...
    ...     def read(self, file):
    ...         for number, line in enumerate(file, 1):
    ...             source = {"kind": "book", "title": line.decode().strip()}
    ...             yield Item(place=f"line {number}", source=source)
    >>> class Plugin:
    ...     @hookimpl.importers
    ...     def importers(self):
    ...         return [TitleList()]
    """
    raise NotImplementedError


# -- decorators --------------------------------------------------------------------------

_Stores = TypeVar("_Stores", bound=Callable[..., Mapping[str, Callable[[str], "Backend"]]])
_Events = TypeVar("_Events", bound=Callable[..., EventSupply])
_Renderers = TypeVar("_Renderers", bound=Callable[..., Iterable["Renderer"]])
_Importers = TypeVar("_Importers", bound=Callable[..., Iterable["Importer"]])


class HookImpl:
    """Decorators for a plugin's hooks, one for each, so that type checkers see a misspelt one.

    >>> from evledger import EventSupply, hookimpl
    >>> class MyPlugin:
    ...     @hookimpl.events
    ...     def events(self) -> EventSupply:
    ...         return EventSupply()
    """

    def __init__(self) -> None:
        self._mark = pluggy.HookimplMarker(PROJECT)

    def stores(self, function: _Stores) -> _Stores:
        """Mark what gives stores by URL scheme."""
        return self._mark(specname="evledger_stores")(function)

    def events(self, function: _Events) -> _Events:
        """Mark what gives event classes, upcasters and projections."""
        return self._mark(specname="evledger_events")(function)

    def renderers(self, function: _Renderers) -> _Renderers:
        """Mark what gives renderers."""
        return self._mark(specname="evledger_renderers")(function)

    def importers(self, function: _Importers) -> _Importers:
        """Mark what gives importers."""
        return self._mark(specname="evledger_importers")(function)


hookimpl = HookImpl()
