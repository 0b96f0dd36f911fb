"""Plugins: who supplies what.

A :class:`Plugins` is a value, given to :func:`evledger.open`; there is no global registry.
What is built in comes through the same hooks as a stranger's.

Installed plugins are found and loaded by :mod:`evledger.discovery`,
:mod:`evledger.supplies` asks one of them what it has,
and :mod:`evledger.resolution` says which name is whose, when it is first needed;
here is what an application holds and asks.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import re
import threading
from collections.abc import Callable, Generator, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from evledger import discovery
from evledger.checks import Judging
from evledger.discovery import Failed, Found
from evledger.exceptions import PLUGIN_ERRORS, Contested, EvledgerError, Invalid, PluginError, blame
from evledger.importing.choosing import choose
from evledger.importing.contracts import Mappable
from evledger.resolution import PluginInfo, Resolution
from evledger.stores.base import Backend
from evledger.supplies import KINDS
from evledger.vocabulary import Vocabulary

if TYPE_CHECKING:
    from evledger.asking import Answerer, Retriever
    from evledger.checks import Rule
    from evledger.fold import Projection
    from evledger.hookspecs import LocatorScheme
    from evledger.importing import Fetcher, Importer
    from evledger.ranking import Ranker
    from evledger.rendering import Renderer
    from evledger.scoring import Scorer

__all__ = ["PluginInfo", "Plugins"]

_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]+):")  # of two letters or more: C:\\ is a drive
_DISTRIBUTION: Final = "evidence-ledger"


class Plugins:
    """What a store and its ledgers are opened with.

    One that is made as it is knows of nothing; :meth:`builtin` and :meth:`discover` fill it.

    Args:
        prefer: for a name that two plugins claim, as ``scorer:harmonic``, the plugin that is to
            have it.
        parameters: for a scorer's name, its parameters.
        renderer_parameters: for a renderer's name, its parameters.
        folder: where relative paths among the parameters begin; the current folder by default.
        strict: whether a plugin that fails is an error.

    Raises:
        Invalid: what is preferred is of no kind.

    >>> plugins = Plugins.builtin()
    >>> sorted(plugins.rankers)
    ['tier']
    """

    def __init__(
        self,
        *,
        prefer: Mapping[str, str] | None = None,
        parameters: Mapping[str, Mapping[str, Any]] | None = None,
        renderer_parameters: Mapping[str, Mapping[str, Any]] | None = None,
        folder: Path | None = None,
        strict: bool = False,
    ) -> None:
        given = {"scorers": dict(parameters or {}), "renderers": dict(renderer_parameters or {})}
        self._resolution = Resolution(
            prefer=prefer or {}, parameters=given, folder=folder, strict=strict
        )
        self._is_in_use = False
        self._unmatched: tuple[str, ...] = ()

    def __repr__(self) -> str:
        names = ", ".join(plugin.found.name for plugin in self._resolution.participants)
        left_out = f"; {len(self.failures)} left out" if self.failures else ""
        return f"<Plugins {names or 'of nobody'}{left_out}>"

    @classmethod
    def builtin(
        cls,
        *,
        prefer: Mapping[str, str] | None = None,
        parameters: Mapping[str, Mapping[str, Any]] | None = None,
        renderer_parameters: Mapping[str, Mapping[str, Any]] | None = None,
        folder: Path | None = None,
    ) -> Plugins:
        """Return what comes with the library, and nothing else.

        Args:
            prefer: for a name that two plugins claim, as ``scorer:harmonic``, the plugin that
                is to have it.
            parameters: for a scorer's name, its parameters.
            renderer_parameters: for a renderer's name, its parameters.
            folder: where relative paths among the parameters begin.

        Raises:
            Invalid: what is preferred is of no kind.

        >>> Plugins.builtin()
        <Plugins builtin>
        >>> sorted(Plugins.builtin().stores)
        ['memory', 'sqlite']
        """
        plugins = cls(
            prefer=prefer,
            parameters=parameters,
            renderer_parameters=renderer_parameters,
            folder=folder,
        )
        plugins._add_builtin()
        return plugins

    @classmethod
    def discover(
        cls,
        *,
        disable: Iterable[str] = (),
        prefer: Mapping[str, str] | None = None,
        parameters: Mapping[str, Mapping[str, Any]] | None = None,
        renderer_parameters: Mapping[str, Mapping[str, Any]] | None = None,
        folder: Path | None = None,
        strict: bool | None = None,
    ) -> Plugins:
        """Return what comes with the library and what installed distributions announce.

        A plugin that fails is left out, and listed by :attr:`failures`;
        where the environment has ``EVLEDGER_STRICT_PLUGINS=1``, it is an error.
        ``EVLEDGER_DISABLE_PLUGINS=1`` switches all of them off,
        ``EVLEDGER_DISABLE_PLUGINS=this,that`` some.

        Args:
            disable: names of plugins to leave out.
            prefer: for a name that two plugins claim, as ``scorer:harmonic``, the plugin that
                is to have it.
            parameters: for a scorer's name, its parameters.
            renderer_parameters: for a renderer's name, its parameters.
            folder: where relative paths among the parameters begin.
            strict: whether a plugin that fails is an error; as the environment says by default.

        Raises:
            PluginError: a plugin failed, where that is an error.
            Invalid: what is preferred is of no kind, or a variable says neither yes nor no.

        >>> "quantified-confidence" in Plugins.discover().scorers
        True
        """
        plugins = cls(
            prefer=prefer,
            parameters=parameters,
            renderer_parameters=renderer_parameters,
            folder=folder,
            strict=discovery.is_strict() if strict is None else strict,
        )
        plugins._add_builtin()
        plugins._add_installed(tuple(disable))
        return plugins

    @classmethod
    def default(cls) -> Plugins:
        """Return what :func:`evledger.open` uses where it is given none: what is installed.

        >>> Plugins.default() is Plugins.default()
        True
        """
        with _DEFAULT_LOCK:
            return _default()

    def register(self, plugin: Any, name: str | None = None) -> None:
        """Add a plugin to this value: a module or an object with functions marked by ``hookimpl``.

        Args:
            plugin: the plugin.
            name: what it is called in messages and by ``prefer``.

        Raises:
            PluginError: it is registered already, a hook of it is misspelt, or it has none;
                or a store was opened with this value, which its ledgers would read otherwise.

        >>> from evledger import Rendered, hookimpl
        >>> class Headline:
        ...     name = "headline"
        ...
        ...     def render(self, view, context):
        ...         return Rendered(view.title.encode(), "text/plain; charset=utf-8", ".txt")
        >>> class MyPlugin:
        ...     @hookimpl.renderers
        ...     def renderers(self):
        ...         return [Headline()]
        >>> plugins = Plugins.builtin()
        >>> plugins.register(MyPlugin(), "mine")
        >>> plugins.renderer("headline").name
        'headline'
        """
        called = name or _name_of(plugin)
        if self._is_in_use:
            msg = (
                f"plugin {called!r} comes too late: a store was opened with these plugins; "
                "register it before, or open the store again with plugins that have it"
            )
            raise PluginError(msg)
        found = Found(name=called, value=_name_of(plugin), distribution="", version="")
        if self._resolution.named(called) is not None:
            msg = f"plugin {called!r}: a plugin of this name is registered already"
            raise PluginError(msg)
        try:
            self._resolution.add(plugin, found, is_installed=False)
        except PluginError as error:
            msg = f"plugin {called!r}: {error}"
            raise PluginError(msg) from error
        for derived in [*KINDS, "vocabulary"]:  # was resolved without it
            self.__dict__.pop(derived, None)

    def _add_builtin(self) -> None:
        from evledger import builtin  # noqa: PLC0415  # the built-in ones import their libraries

        found = Found(
            name="builtin",
            value=builtin.__name__,
            distribution=_DISTRIBUTION,
            version=_version(_DISTRIBUTION),
        )
        self._resolution.add(builtin, found, is_installed=False)

    def _add_installed(self, disable: Iterable[str]) -> None:
        installed = discovery.find()
        off = discovery.disabled(installed, disable)
        self._unmatched = discovery.unmatched(installed, disable)
        self._resolution.leave_off(each for each in installed if each.name in off)
        for each in installed:
            if each.name not in off:
                self._resolution.take(discovery.load(each))

    # -- what they supply

    @functools.cached_property
    def scorers(self) -> Mapping[str, Scorer]:
        """Scorers by name, each with its parameters."""
        return self._resolution.with_parameters("scorers", "score")

    @functools.cached_property
    def rankers(self) -> Mapping[str, Ranker]:
        """Rankers by name."""
        return self._resolution.things("rankers")

    @functools.cached_property
    def renderers(self) -> Mapping[str, Renderer]:
        """Renderers by name, each with its parameters."""
        return self._resolution.with_parameters("renderers", "render")

    @functools.cached_property
    def importers(self) -> Mapping[str, Importer]:
        """Importers by name."""
        return self._resolution.things("importers")

    @functools.cached_property
    def locators(self) -> Mapping[str, LocatorScheme]:
        """Schemes of identifiers by name."""
        return self._resolution.things("locators")

    @functools.cached_property
    def fetchers(self) -> Mapping[str, Fetcher]:
        """What fetches sources, by the scheme of their locators."""
        return self._resolution.things("fetchers")

    @functools.cached_property
    def rules(self) -> Mapping[str, Rule]:
        """Rules by name; those that judge by scores have the scorers that are here."""
        found: Mapping[str, Rule] = self._resolution.things("rules")
        judging = {
            name: rule.with_scorers(lambda: self.scorers)
            for name, rule in found.items()
            if isinstance(rule, Judging)
        }
        return MappingProxyType({**found, **judging})

    @functools.cached_property
    def retrievers(self) -> Mapping[str, Retriever]:
        """Retrievers by name."""
        return self._resolution.things("retrievers")

    @functools.cached_property
    def answerers(self) -> Mapping[str, Answerer]:
        """Answerers by name."""
        return self._resolution.things("answerers")

    @functools.cached_property
    def stores(self) -> Mapping[str, Callable[[str], Backend]]:
        """What opens a URL, by scheme."""
        return self._resolution.things("stores")

    @functools.cached_property
    def vocabulary(self) -> Vocabulary:
        """The event types."""
        schemes = {name: scheme.normalise for name, scheme in self.locators.items()}
        upcasters = dict(self._resolution.things("upcasters").values())
        try:
            return Vocabulary(self._resolution.things("events").values(), upcasters, schemes)
        except Invalid as error:
            raise PluginError(str(error)) from error

    @functools.cached_property
    def projections(self) -> tuple[Projection, ...]:
        """What folds plugins' events into the view."""
        return tuple(self._resolution.things("projections").values())

    # -- by name

    def scorer(self, name: str) -> Scorer:
        """Return a scorer.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().scorer("quantified-confidence").version
        1
        """
        return self._resolution.look_up("scorers", self.scorers, name)

    def ranker(self, name: str) -> Ranker:
        """Return a ranker.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().ranker("tier").name
        'tier'
        """
        return self._resolution.look_up("rankers", self.rankers, name)

    def renderer(self, name: str) -> Renderer:
        """Return a renderer.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().renderer("markdown").name
        'markdown'
        """
        return self._resolution.look_up("renderers", self.renderers, name)

    def importer(
        self, name: str | None, path: str, start: bytes = b"", *, mapped: bool = False
    ) -> Importer:
        """Return an importer by name, or the one that a file fits best.

        Args:
            name: its name; without it, content decides, and the suffix where that leaves a doubt.
            path: the file's, for its suffix.
            start: the beginning of what it holds: :func:`evledger.importing.start_of`.
            mapped: only importers of tables, whose columns can be named.

        Raises:
            NotSupplied: there is none, or several fit.

        >>> Plugins.builtin().importer(None, "library.csv").name
        'csv'
        >>> Plugins.builtin().importer(None, "library.txt", b"title,kind,doi").name
        'csv'
        """
        if name is not None:
            return self._resolution.look_up("importers", self.importers, name)
        offered = [i for i in self.importers.values() if not mapped or isinstance(i, Mappable)]
        return offered[0] if mapped and len(offered) == 1 else choose(offered, path, start)

    def rule(self, name: str) -> Rule:
        """Return a rule.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().rule("automatic-claims").name
        'automatic-claims'
        """
        return self._resolution.look_up("rules", self.rules, name)

    def retriever(self, name: str) -> Retriever:
        """Return a retriever.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().retriever("full-text").name
        'full-text'
        """
        return self._resolution.look_up("retrievers", self.retrievers, name)

    def answerer(self, name: str) -> Answerer:
        """Return an answerer.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().answerer("extractive").name
        'extractive'
        """
        return self._resolution.look_up("answerers", self.answerers, name)

    def open_store(self, url: str) -> Backend:
        """Open the database that a URL, or a path, names.

        Raises:
            Invalid: its scheme is not known.
            PluginError: what opens it failed, or gave no store.

        >>> with Plugins.builtin().open_store("memory:") as backend:
        ...     backend.ledgers()
        []
        """
        scheme = self.scheme_of(url)
        with self.naming():
            store = _opened(scheme, self.stores[scheme], url)
        self._is_in_use = True
        return store

    def scheme_of(self, url: str) -> str:
        """Return the scheme of the store that a URL, or a path, names.

        What begins as a URL does is one, unless a file of that very name is there;
        a path that has a colon in it can always be written ``./x:y``.

        Raises:
            Invalid: its scheme is not known.

        >>> plugins = Plugins.builtin()
        >>> plugins.scheme_of("memory:"), plugins.scheme_of("evidence.db")
        ('memory', 'sqlite')
        """
        found = _SCHEME.match(url)
        if found is None or (found[1] not in self.stores and Path(url).exists()):
            return "sqlite"
        if found[1] in self.stores:
            return found[1]
        known = ", ".join(self.stores) + self._resolution.absence("stores", found[1])
        msg = (  # of the URL no more than its scheme is shown: a password may stand in it
            f"no store has scheme {found[1]!r:.80}; known are {known}. "
            f"A file of that name is written './{found[1]:.80}:…'"
        )
        raise Invalid(msg)

    # -- who they are

    @property
    def failures(self) -> tuple[Failed, ...]:
        """What was left out so far, and why; a plugin is asked for what it has when needed."""
        return self._resolution.failures

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was asked for and came to nothing, each in a sentence."""
        return tuple(
            f"EVLEDGER_DISABLE_PLUGINS, or disable, names {name!r:.80}, and no plugin of this name "
            "is installed; '1' or 'all' switches every one off"
            for name in self._unmatched
        )

    def supplier(self, kind: str, name: str) -> str:
        """Return who supplies a name: a distribution and its version, or the plugin's own name.

        Args:
            kind: ``scorers``, ``renderers`` or another attribute of this class.
            name: of the scorer, renderer or whatever it is; there must be one.

        >>> Plugins.builtin().supplier("stores", "memory").partition(" ")[0]
        'evidence-ledger'
        """
        plugin, _ = self._resolution.owners(kind)[name]
        return _maker(plugin.found)

    @contextlib.contextmanager
    def naming(self) -> Generator[None]:
        """Let a :class:`~evledger.PluginError` say whose the scorer, or whatever failed, is.

        >>> from evledger.scoring import score
        >>> plugins = Plugins.builtin()
        >>> with plugins.naming():
        ...     score(plugins.scorer("quantified-confidence"), None)
        Traceback (most recent call last):
        ...
        evledger.exceptions.PluginError: scorer 'quantified-confidence' of evidence-ledger ...
        """
        try:
            yield
        except PluginError as error:
            self._resolution.complete(error)
            raise

    def makers(self, renderer: str, scorers: Iterable[str], ranker: str) -> tuple[str, ...]:
        """Name the distributions that make an article: what its bytes depend on.

        Besides the library and what is asked for, every plugin that brings events is one.
        """
        asked = [("renderers", renderer), ("rankers", ranker)]
        asked += [("scorers", name) for name in scorers]
        bringing = [info for info in self.report() if info.supplies.get("events")]
        made = {self.supplier(kind, name) for kind, name in asked}
        made |= {_maker(info) for info in bringing}
        made.discard(library := f"{_DISTRIBUTION} {_version(_DISTRIBUTION)}")
        return (library, *sorted(made))

    def report(self) -> tuple[PluginInfo, ...]:
        """Ask every plugin for all that it supplies, and tell who supplies what.

        Returns:
            The plugins, sorted by distribution and name, those that failed among them.
        """
        return self._resolution.report()

    def check_preferences(self) -> None:
        """Check that whoever is preferred supplies what it is preferred for.

        A look-up sees to its own kind by itself.

        Raises:
            NotSupplied: nobody supplies it, or another plugin alone does.
        """
        for kind in KINDS:
            with contextlib.suppress(Contested):  # is said when such a one is asked for
                self._resolution.owners(kind)

    def conflicts(self) -> tuple[str, ...]:
        """Return what two plugins claim, a sentence for each kind in which they do."""
        found: list[str] = []
        for kind in KINDS:
            try:
                self._resolution.things(kind)
            except EvledgerError as error:
                found.append(str(error))
        return tuple(found)


# -- helpers -----------------------------------------------------------------------------

_DEFAULT_LOCK: Final = threading.RLock()  # a plugin's module may open a store at import


@functools.cache
def _default() -> Plugins:
    return Plugins.discover()


def _maker(plugin: Found | PluginInfo) -> str:
    return f"{plugin.distribution} {plugin.version}" if plugin.distribution else plugin.name


def _name_of(plugin: Any) -> str:
    name = getattr(plugin, "__name__", None) or type(plugin).__qualname__
    return str(name)


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:  # run from a bare source tree
        return "0"


def _opened(scheme: str, opens: Callable[[str], Any], url: str) -> Backend:
    """Open a store; what it says of a database in evledger's own errors is its own word."""
    try:
        store: Any = opens(url)
    except EvledgerError:
        raise
    except PLUGIN_ERRORS as error:
        told = blame(error).replace(url, f"{scheme}:…")  # a password may stand in it
        msg = f"store {scheme!r} failed to open: {told}"
        raise PluginError(msg, kind="store", name=scheme) from error
    if not isinstance(store, Backend):
        msg = f"store {scheme!r} gave {type(store).__name__}, not a Backend"
        raise PluginError(msg, kind="store", name=scheme)
    return store
