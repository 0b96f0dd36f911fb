"""Plugins: who supplies what.

A :class:`Plugins` is a value, given to :func:`evledger.open`; there is no global registry.
What is built in comes through the same hooks as a stranger's.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy

from evledger import hookspecs
from evledger.exceptions import Invalid, PluginError
from evledger.vocabulary import Upcaster, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from evledger.fold import Projection
    from evledger.hookspecs import EventSupply
    from evledger.importing import Importer
    from evledger.rendering import Renderer
    from evledger.stores.base import Backend

__all__ = ["Plugins"]

T = TypeVar("T")


class Plugins:
    """What a store and its ledgers are opened with.

    >>> plugins = Plugins.builtin()
    >>> sorted(plugins.renderers)
    ['markdown']
    """

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)

    @classmethod
    def builtin(cls) -> Plugins:
        """Give what comes with the library, and nothing else.

        >>> sorted(Plugins.builtin().stores)
        ['memory', 'sqlite']
        """
        from evledger import builtin  # noqa: PLC0415  # the built-in ones import their libraries

        plugins = cls()
        plugins.register(builtin)
        return plugins

    @classmethod
    @functools.cache
    def default(cls) -> Plugins:
        """Give what :func:`evledger.open` uses where it is given none.

        >>> Plugins.default() is Plugins.default()
        True
        """
        return cls.builtin()

    def register(self, plugin: Any, name: str | None = None) -> None:
        """Add a plugin: a module or an object whose functions are marked with ``hookimpl``.

        Args:
            plugin: the plugin.
            name: what it is called in messages.

        Raises:
            PluginError: it is registered already, or a hook of it is misspelt.

        >>> from evledger import Rendered, hookimpl
        >>> class Headline:
        ...     name = "headline"
        ...
        ...     def render(self, view):
        ...         return Rendered(view.title.encode(), "text/plain; charset=utf-8", ".txt")
        >>> class MyPlugin:
        ...     @hookimpl.renderers
        ...     def renderers(self):
        ...         return [Headline()]
        >>> plugins = Plugins.builtin()
        >>> plugins.register(MyPlugin(), "mine")
        >>> sorted(plugins.renderers)
        ['headline', 'markdown']
        """
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
        except (ValueError, pluggy.PluginValidationError) as error:
            if self._manager.is_registered(plugin) and isinstance(
                error, pluggy.PluginValidationError
            ):
                self._manager.unregister(plugin)
            msg = f"plugin {name or plugin!r}: {error}"
            raise PluginError(msg) from error
        if not self._manager.get_hookcallers(plugin):
            self._manager.unregister(plugin)
            msg = f"plugin {name or plugin!r} supplies nothing: mark its functions with hookimpl"
            raise PluginError(msg)
        for derived in ("vocabulary", "projections", "renderers", "importers", "stores"):
            self.__dict__.pop(derived, None)

    # -- what they supply

    @functools.cached_property
    def vocabulary(self) -> Vocabulary:
        """The event types."""
        supplies = self._supplies()
        upcasters: dict[tuple[str, int], Upcaster] = {}
        for supply in supplies:
            upcasters.update(supply.upcasters)
        try:
            return Vocabulary((cls for supply in supplies for cls in supply.events), upcasters)
        except Invalid as error:
            raise PluginError(str(error)) from error

    @functools.cached_property
    def projections(self) -> tuple[Projection, ...]:
        """What folds plugins' events into the view."""
        found = (p for supply in self._supplies() for p in supply.projections)
        return tuple(_by_name("projection", found).values())

    @functools.cached_property
    def renderers(self) -> dict[str, Renderer]:
        """Renderers by name."""
        return _by_name("renderer", _flat(self._manager.hook.evledger_renderers()))

    @functools.cached_property
    def importers(self) -> dict[str, Importer]:
        """Importers by name."""
        return _by_name("importer", _flat(self._manager.hook.evledger_importers()))

    @functools.cached_property
    def stores(self) -> dict[str, Callable[[str], Backend]]:
        """What opens a URL, by scheme."""
        found: dict[str, Callable[[str], Backend]] = {}
        for supply in self._manager.hook.evledger_stores():
            for scheme, opens in supply.items():
                if scheme in found:
                    msg = f"two plugins supply stores of scheme {scheme!r}"
                    raise PluginError(msg)
                found[scheme] = opens
        return found

    def renderer(self, name: str) -> Renderer:
        """Give a renderer.

        Raises:
            PluginError: there is none of this name.

        >>> Plugins.builtin().renderer("markdown").name
        'markdown'
        """
        return _named("renderer", self.renderers, name)

    def importer(self, name: str | None, path: str) -> Importer:
        """Give an importer by name, or the one that knows a file's suffix.

        Raises:
            PluginError: there is none.

        >>> Plugins.builtin().importer(None, "library.csv").name
        'csv'
        """
        if name is not None:
            return _named("importer", self.importers, name)
        for importer in self.importers.values():
            if path.lower().endswith(importer.suffixes):
                return importer
        known = ", ".join(f"{i.name} ({' '.join(i.suffixes)})" for i in self.importers.values())
        msg = f"no importer knows {path!r} by its suffix; name one of: {known}"
        raise PluginError(msg)

    def open_store(self, url: str) -> Backend:
        """Open the database that a URL, or a path, names.

        Raises:
            Invalid: its scheme is not known.

        >>> with Plugins.builtin().open_store("memory:") as backend:
        ...     backend.ledgers()
        []
        """
        scheme, colon, _ = url.partition(":")
        if scheme in self.stores and colon:
            return self.stores[scheme](url)
        if "://" in url:
            msg = f"{url!r}: no store has scheme {scheme!r}; known are {', '.join(self.stores)}"
            raise Invalid(msg)
        return self.stores["sqlite"](url)

    def _supplies(self) -> list[EventSupply]:
        supplies: list[EventSupply] = self._manager.hook.evledger_events()
        return supplies


def _flat(supplies: Iterable[Iterable[T]]) -> Iterable[T]:
    return (item for supply in supplies for item in supply)


def _by_name(what: str, found: Iterable[T]) -> dict[str, T]:
    named: dict[str, T] = {}
    for item in found:
        name: str = item.name  # type: ignore[attr-defined]  # all that hooks hand over is named
        if name in named:
            msg = f"two plugins supply the {what} {name!r}: {named[name]!r} and {item!r}"
            raise PluginError(msg)
        named[name] = item
    return dict(sorted(named.items()))


def _named(what: str, found: dict[str, T], name: str) -> T:
    if name not in found:
        msg = f"no {what} {name!r}; there are: {', '.join(found) or 'none'}"
        raise PluginError(msg)
    return found[name]
