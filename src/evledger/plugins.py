"""Plugins: who supplies what.

A :class:`Plugins` is a value, given to :func:`evledger.open`; there is no global registry.
What is built in comes through the same hooks as a stranger's.

Installed plugins are found and loaded by :mod:`evledger.discovery`,
and :mod:`evledger.supplies` asks one of them what it has;
here the names that they supply are resolved, when they are first needed.
"""

from __future__ import annotations

import difflib
import functools
import importlib.metadata
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from evledger import discovery
from evledger.checks import Judging
from evledger.configuring import configured
from evledger.discovery import Failed, Found, Loaded
from evledger.exceptions import (
    PLUGIN_ERRORS,
    EvledgerError,
    Invalid,
    NotSupplied,
    PluginError,
    blame,
)
from evledger.importing.choosing import choose
from evledger.importing.contracts import Mappable
from evledger.stores.base import Backend
from evledger.supplies import KINDS, Participant, ask
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

T = TypeVar("T")

_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]+):")  # of two letters or more: C:\\ is a drive
_DISTRIBUTION: Final = "evidence-ledger"


@attrs.frozen(kw_only=True)
class PluginInfo:
    """What is known of a plugin.

    Attributes:
        name: what it is called.
        distribution, version, entry_point: where it comes from;
            ``None`` for one that the application registered.
        supplies: for each kind, as ``scorers``, the names that it supplies, sorted.
        failures: why it, or some of what it supplies, was left out.
    """

    name: str
    distribution: str | None
    version: str | None
    entry_point: str | None
    supplies: Mapping[str, tuple[str, ...]]
    failures: tuple[str, ...] = ()


class Plugins:
    """What a store and its ledgers are opened with.

    Attributes:
        parameters: for a scorer's name, the parameters that it is configured with.
        renderer_parameters: the same for a renderer's name.

    >>> plugins = Plugins.builtin()
    >>> sorted(plugins.rankers)
    ['tier']
    """

    def __init__(self, *, strict: bool | None = None) -> None:
        self.parameters: dict[str, Mapping[str, Any]] = {}
        self.renderer_parameters: dict[str, Mapping[str, Any]] = {}
        self._strict = discovery.is_strict() if strict is None else strict
        self._prefer: Mapping[str, str] = {}
        self._participants: list[Participant] = []
        self._unloaded: list[Failed] = []
        self._asked: dict[tuple[Participant, str], Mapping[str, Mapping[str, Any]]] = {}
        self._broken: dict[tuple[Found, str], Failed] = {}

    @classmethod
    def builtin(cls) -> Plugins:
        """Give what comes with the library, and nothing else.

        >>> sorted(Plugins.builtin().stores)
        ['memory', 'sqlite']
        """
        plugins = cls()
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
        strict: bool | None = None,
    ) -> Plugins:
        """Give what comes with the library and what installed distributions announce.

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
            strict: whether a plugin that fails is an error; as the environment says by default.

        Raises:
            PluginError: a plugin failed, where that is an error.

        >>> "quantified-confidence" in Plugins.discover().scorers
        True
        """
        plugins = cls(strict=strict)
        plugins._prefer = dict(prefer or {})
        plugins.parameters = dict(parameters or {})
        plugins.renderer_parameters = dict(renderer_parameters or {})
        plugins._add_builtin()
        found = discovery.find()
        off = discovery.disabled(found, disable)
        for each in found:
            if each.name not in off:
                plugins._take(discovery.load(each))
        return plugins

    @classmethod
    def default(cls) -> Plugins:
        """Give what :func:`evledger.open` uses where it is given none: what is installed.

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
            PluginError: it is registered already, a hook of it is misspelt, or it has none.

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
        found = Found(name=called, value=_name_of(plugin), distribution="", version="")
        if any(each.found.name == called for each in self._participants):
            msg = f"plugin {called!r}: a plugin of this name is registered already"
            raise PluginError(msg)
        try:
            self._add(plugin, found, is_installed=False)
        except PluginError as error:
            msg = f"plugin {called!r}: {error}"
            raise PluginError(msg) from error

    def _add_builtin(self) -> None:
        from evledger import builtin  # noqa: PLC0415  # the built-in ones import their libraries

        found = Found(
            name="builtin",
            value=builtin.__name__,
            distribution=_DISTRIBUTION,
            version=_version(_DISTRIBUTION),
        )
        self._add(builtin, found, is_installed=False)

    def _take(self, step: Loaded | Failed) -> None:
        """Add a plugin that discovery has loaded, or note why it has not."""
        same = [other for other in self._participants if other.found.name == step.found.name]
        if isinstance(step, Loaded) and not same:
            self._add(step.plugin, step.found, is_installed=True)
            return
        taken = f"its name is taken by plugin {same[0]}" if same else ""
        failed = step if isinstance(step, Failed) else Failed(step.found, taken)
        if self._strict:
            msg = f"plugin {failed.found}: {failed.reason}"
            raise PluginError(msg)
        self._unloaded.append(failed)

    def _add(self, plugin: Any, found: Found, *, is_installed: bool) -> None:
        hooks = discovery.marked(plugin, found.name)
        self._participants.append(Participant(found, hooks, is_installed))
        for derived in [*KINDS, "vocabulary"]:
            self.__dict__.pop(derived, None)

    # -- what they supply

    @functools.cached_property
    def scorers(self) -> dict[str, Scorer]:
        """Scorers by name, each with its parameters."""
        return self._configured("scorers", "score", self.parameters)

    @functools.cached_property
    def rankers(self) -> dict[str, Ranker]:
        """Rankers by name."""
        return self._resolved("rankers")

    @functools.cached_property
    def renderers(self) -> dict[str, Renderer]:
        """Renderers by name, each with its parameters."""
        return self._configured("renderers", "render", self.renderer_parameters)

    @functools.cached_property
    def importers(self) -> dict[str, Importer]:
        """Importers by name."""
        return self._resolved("importers")

    @functools.cached_property
    def locators(self) -> dict[str, LocatorScheme]:
        """Schemes of identifiers by name."""
        return self._resolved("locators")

    @functools.cached_property
    def fetchers(self) -> dict[str, Fetcher]:
        """What fetches sources, by the scheme of their locators."""
        return self._resolved("fetchers")

    @functools.cached_property
    def rules(self) -> dict[str, Rule]:
        """Rules by name; those that judge by scores have the scorers that are here."""
        found: dict[str, Rule] = self._resolved("rules")
        return {
            name: rule.with_scorers(lambda: self.scorers) if isinstance(rule, Judging) else rule
            for name, rule in found.items()
        }

    @functools.cached_property
    def retrievers(self) -> dict[str, Retriever]:
        """Retrievers by name."""
        return self._resolved("retrievers")

    @functools.cached_property
    def answerers(self) -> dict[str, Answerer]:
        """Answerers by name."""
        return self._resolved("answerers")

    @functools.cached_property
    def stores(self) -> dict[str, Callable[[str], Backend]]:
        """What opens a URL, by scheme."""
        return self._resolved("stores")

    @functools.cached_property
    def vocabulary(self) -> Vocabulary:
        """The event types."""
        schemes = {name: scheme.normalise for name, scheme in self.locators.items()}
        upcasters = dict(self._resolved("upcasters").values())
        try:
            return Vocabulary(self._resolved("events").values(), upcasters, schemes)
        except Invalid as error:
            raise PluginError(str(error)) from error

    @functools.cached_property
    def projections(self) -> tuple[Projection, ...]:
        """What folds plugins' events into the view."""
        return tuple(self._resolved("projections").values())

    # -- by name

    def scorer(self, name: str) -> Scorer:
        """Give a scorer.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().scorer("quantified-confidence").version
        1
        """
        return _look_up("scorer", self.scorers, name)

    def ranker(self, name: str) -> Ranker:
        """Give a ranker.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().ranker("tier").name
        'tier'
        """
        return _look_up("ranker", self.rankers, name)

    def renderer(self, name: str) -> Renderer:
        """Give a renderer.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().renderer("markdown").name
        'markdown'
        """
        return _look_up("renderer", self.renderers, name)

    def importer(
        self, name: str | None, path: str, start: bytes = b"", *, mapped: bool = False
    ) -> Importer:
        """Give an importer by name, or the one that a file fits best.

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
            return _look_up("importer", self.importers, name)
        offered = [i for i in self.importers.values() if not mapped or isinstance(i, Mappable)]
        return offered[0] if mapped and len(offered) == 1 else choose(offered, path, start)

    def rule(self, name: str) -> Rule:
        """Give a rule.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().rule("automatic-claims").name
        'automatic-claims'
        """
        return _look_up("rule", self.rules, name)

    def retriever(self, name: str) -> Retriever:
        """Give a retriever.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().retriever("full-text").name
        'full-text'
        """
        return _look_up("retriever", self.retrievers, name)

    def answerer(self, name: str) -> Answerer:
        """Give an answerer.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().answerer("extractive").name
        'extractive'
        """
        return _look_up("answerer", self.answerers, name)

    def open_store(self, url: str) -> Backend:
        """Open the database that a URL, or a path, names.

        Raises:
            Invalid: its scheme is not known.

        >>> with Plugins.builtin().open_store("memory:") as backend:
        ...     backend.ledgers()
        []
        """
        scheme = self.scheme_of(url)
        store: Any = self.stores[scheme](url)
        if not isinstance(store, Backend):
            who = self.supplier("stores", scheme)
            msg = f"store {scheme!r} of {who} gave {type(store).__name__}, not a Backend"
            raise PluginError(msg)
        return store

    def scheme_of(self, url: str) -> str:
        """Give the scheme of the store that a URL, or a path, names.

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
        known = ", ".join(self.stores)
        msg = (  # of the URL no more than its scheme is shown: a password may stand in it
            f"no store has scheme {found[1]!r:.80}; known are {known}. "
            f"A file of that name is written './{found[1]:.80}:…'"
        )
        raise Invalid(msg)

    # -- who they are

    @property
    def failures(self) -> tuple[Failed, ...]:
        """What was left out so far, and why; a plugin is asked for what it has when needed."""
        return (*self._unloaded, *self._broken.copy().values())

    def supplier(self, kind: str, name: str) -> str:
        """Say who supplies a name: a distribution and its version, or the plugin's own name.

        Args:
            kind: ``scorers``, ``renderers`` or another attribute of this class.
            name: of the scorer, renderer or whatever it is; there must be one.

        >>> Plugins.builtin().supplier("stores", "memory").partition(" ")[0]
        'evidence-ledger'
        """
        found = self._owners(kind)[name][0].found
        return f"{found.distribution} {found.version}" if found.distribution else found.name

    def makers(self, renderer: str, scorers: Iterable[str], ranker: str) -> tuple[str, ...]:
        """Name the distributions that make an article: what its bytes depend on.

        Besides the library and what is asked for, every plugin that brings events is one.
        """
        asked = [("renderers", renderer), ("rankers", ranker)]
        asked += [("scorers", name) for name in scorers]
        bringing = [info for info in self.report() if info.supplies.get("events")]
        made = {self.supplier(kind, name) for kind, name in asked}
        made |= {f"{i.distribution} {i.version}" if i.distribution else i.name for i in bringing}
        made.discard(library := f"{_DISTRIBUTION} {_version(_DISTRIBUTION)}")
        return (library, *sorted(made))

    def report(self) -> tuple[PluginInfo, ...]:
        """Ask every plugin for all that it supplies, and tell who supplies what.

        Returns:
            The plugins, sorted by distribution and name, those that failed among them.
        """
        infos = [_info(failed.found, {}, (failed.reason,)) for failed in self._unloaded]
        for plugin in self._participants:
            supplies = {kind: self._supplied(plugin, kind) for kind in KINDS}
            named = {name: tuple(sorted(things)) for name, things in supplies.items() if things}
            broken = [f for f in self._broken.copy().values() if f.found == plugin.found]
            failures = tuple(f"hook {failed.hook}: {failed.reason}" for failed in broken)
            infos.append(_info(plugin.found, named, failures))
        return tuple(sorted(infos, key=lambda info: (info.distribution or "", info.name)))

    def conflicts(self) -> tuple[str, ...]:
        """Give what two plugins claim, a sentence for each kind in which they do."""
        found: list[str] = []
        for kind in KINDS:
            try:
                self._resolved(kind)
            except EvledgerError as error:
                found.append(str(error))
        return tuple(found)

    # -- resolving

    def _supplied(self, plugin: Participant, kind: str) -> Mapping[str, Any]:
        """Give what a plugin supplies of a kind; its hook is asked once, and taken whole or not."""
        hook = KINDS[kind].hook
        if (plugin, hook) not in self._asked:
            self._asked[plugin, hook] = self._ask(plugin, hook)
        return self._asked[plugin, hook].get(kind, {})

    def _ask(self, plugin: Participant, hook: str) -> Mapping[str, Mapping[str, Any]]:
        """Ask for what a hook hands over, by kind and name; what fails there stays there."""
        try:
            return ask(plugin, hook)
        except PLUGIN_ERRORS as error:
            reason = str(error) if isinstance(error, EvledgerError) else blame(error)
            called = hook.removeprefix("evledger_")
            if not plugin.is_installed or self._strict:
                msg = f"plugin {plugin}, hook {called}: {reason}"
                raise PluginError(msg) from error
            self._broken[plugin.found, hook] = Failed(plugin.found, reason, called)
            return {}

    def _resolved(self, kind: str) -> dict[str, Any]:
        return {name: thing for name, (_, thing) in self._owners(kind).items()}

    def _configured(
        self, kind: str, method: str, parameters: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Any]:
        """Give what plugins supply of a kind, each with its parameters."""
        found, noun = self._resolved(kind), KINDS[kind].noun
        unknown = sorted(parameters.keys() - found.keys())
        if unknown and not self.failures:  # it may be one of those that failed
            known = ", ".join(found)
            msg = f"parameters are given for {unknown[0]!r}, and the {kind} are: {known}"
            raise NotSupplied(msg)
        done = dict[str, Any]()
        for name, thing in found.items():
            try:
                done[name] = configured(thing, parameters.get(name, {}), noun=noun, method=method)
            except Invalid as error:
                msg = f"parameters of {noun} {name!r}: {error}"
                raise Invalid(msg) from error
        return done

    def _owners(self, kind: str) -> dict[str, tuple[Participant, Any]]:
        """Give each name of a kind, with the plugin that owns it and what it stands for.

        Raises:
            PluginError: two claim one name, and no preference decides between them.
        """
        claims: dict[str, dict[Participant, Any]] = {}
        for plugin in self._participants:
            for name, thing in self._supplied(plugin, kind).items():
                claims.setdefault(name, {})[plugin] = thing
        return {
            name: self._winner(f"{KINDS[kind].noun}:{name}", claimants)
            for name, claimants in sorted(claims.items())
        }

    def _winner(self, what: str, claimants: Mapping[Participant, Any]) -> tuple[Participant, Any]:
        wanted = self._prefer.get(what)
        for plugin, thing in claimants.items():
            if len(claimants) == 1 or plugin.found.name == wanted:
                return plugin, thing
        unmet = f", and {wanted!r}, which is preferred, is none of them" if wanted else ""
        msg = (
            f"{what} is claimed by plugins {' and '.join(map(str, claimants))}{unmet}; "
            f"prefer one of them ([plugins.prefer] in evledger.toml: {what!r} = "
            f"{min(each.found.name for each in claimants)!r}; or Plugins.discover(prefer=…)), "
            "or disable the others"
        )
        raise PluginError(msg)


# -- helpers -----------------------------------------------------------------------------

_DEFAULT_LOCK: Final = threading.RLock()  # a plugin's module may open a store at import


@functools.cache
def _default() -> Plugins:
    return Plugins.discover()


def _info(
    found: Found, supplies: Mapping[str, tuple[str, ...]], failures: tuple[str, ...]
) -> PluginInfo:
    is_own = not found.distribution
    return PluginInfo(
        name=found.name,
        distribution=None if is_own else found.distribution,
        version=None if is_own else found.version,
        entry_point=None if is_own else found.value,
        supplies=supplies,
        failures=failures,
    )


def _name_of(plugin: Any) -> str:
    name = getattr(plugin, "__name__", None) or type(plugin).__qualname__
    return str(name)


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:  # run from a bare source tree
        return "0"


def _look_up(noun: str, found: Mapping[str, T], name: str) -> T:
    if name not in found:
        near = difflib.get_close_matches(name, found, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        msg = f"no {noun} {name!r}; there are: {', '.join(found) or 'none'}{hint}"
        raise NotSupplied(msg)
    return found[name]
