"""Plugins: who supplies what.

A :class:`Plugins` is a value, given to :func:`evledger.open`; there is no global registry.
What is built in comes through the same hooks as a stranger's.

Installed plugins are found and loaded by :mod:`evledger.discovery`,
and :mod:`evledger.supplies` asks one of them what it has;
here the names that they supply are resolved, when they are first needed.
"""

from __future__ import annotations

import functools
import importlib.metadata
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from evledger import discovery
from evledger.discovery import Failed, Found, Loaded
from evledger.exceptions import EvledgerError, Invalid, PluginError
from evledger.scoring import configured
from evledger.supplies import KINDS, Kind, Participant
from evledger.vocabulary import Vocabulary

if TYPE_CHECKING:
    from evledger.asking import Answerer, Retriever
    from evledger.checks import Rule
    from evledger.fold import Projection
    from evledger.hookspecs import LocatorScheme
    from evledger.importing import Importer
    from evledger.ranking import Ranker
    from evledger.rendering import Renderer
    from evledger.scoring import Scorer
    from evledger.stores.base import Backend

__all__ = ["PluginInfo", "Plugins"]

T = TypeVar("T")

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

    >>> plugins = Plugins.builtin()
    >>> sorted(plugins.renderers)
    ['json', 'markdown', 'text']
    """

    def __init__(self) -> None:
        self.parameters: dict[str, Mapping[str, Any]] = {}
        self._prefer: Mapping[str, str] = {}
        self._participants: list[Participant] = []
        self._unloaded: list[Failed] = []
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

        Raises:
            PluginError: a plugin failed, and the environment is strict.

        >>> "quantified-confidence" in Plugins.discover().scorers
        True
        """
        plugins = cls()
        plugins._prefer = dict(prefer or {})
        plugins.parameters = dict(parameters or {})
        plugins._add_builtin()
        found = discovery.find()
        off = discovery.disabled(found, disable)
        for each in found:
            if each.name not in off:
                plugins._take(discovery.load(each))
        return plugins

    @classmethod
    @functools.cache
    def default(cls) -> Plugins:
        """Give what :func:`evledger.open` uses where it is given none: what is installed.

        >>> Plugins.default() is Plugins.default()
        True
        """
        return cls.discover()

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
        >>> sorted(plugins.renderers)
        ['headline', 'json', 'markdown', 'text']
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
        if discovery.is_strict():
            raise PluginError(str(failed))
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
        found: dict[str, Scorer] = self._resolved("scorers")
        unknown = sorted(self.parameters.keys() - found.keys())
        if unknown and not self.failures:  # it may be one of those that failed
            msg = (
                f"parameters are given for {unknown[0]!r}, and the scorers are: {', '.join(found)}"
            )
            raise PluginError(msg)
        return {
            name: configured(scorer, self.parameters.get(name, {}))
            for name, scorer in found.items()
        }

    @functools.cached_property
    def rankers(self) -> dict[str, Ranker]:
        """Rankers by name."""
        return self._resolved("rankers")

    @functools.cached_property
    def renderers(self) -> dict[str, Renderer]:
        """Renderers by name."""
        return self._resolved("renderers")

    @functools.cached_property
    def importers(self) -> dict[str, Importer]:
        """Importers by name."""
        return self._resolved("importers")

    @functools.cached_property
    def locators(self) -> dict[str, LocatorScheme]:
        """Schemes of identifiers by name."""
        return self._resolved("locators")

    @functools.cached_property
    def rules(self) -> dict[str, Rule]:
        """Rules by name."""
        return self._resolved("rules")

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
            PluginError: there is none of this name.

        >>> Plugins.builtin().scorer("quantified-confidence").version
        1
        """
        return _look_up("scorer", self.scorers, name)

    def ranker(self, name: str) -> Ranker:
        """Give a ranker.

        Raises:
            PluginError: there is none of this name.

        >>> Plugins.builtin().ranker("tier").name
        'tier'
        """
        return _look_up("ranker", self.rankers, name)

    def renderer(self, name: str) -> Renderer:
        """Give a renderer.

        Raises:
            PluginError: there is none of this name.

        >>> Plugins.builtin().renderer("markdown").name
        'markdown'
        """
        return _look_up("renderer", self.renderers, name)

    def rule(self, name: str) -> Rule:
        """Give a rule.

        Raises:
            PluginError: there is none of this name.

        >>> Plugins.builtin().rule("automatic-claims").name
        'automatic-claims'
        """
        return _look_up("rule", self.rules, name)

    def importer(self, name: str | None, path: str) -> Importer:
        """Give an importer by name, or the one that knows a file's suffix.

        Raises:
            PluginError: there is none, or more than one knows the suffix.

        >>> Plugins.builtin().importer(None, "library.csv").name
        'csv'
        """
        if name is not None:
            return _look_up("importer", self.importers, name)
        fitting = [i for i in self.importers.values() if path.lower().endswith(i.suffixes)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            names = ", ".join(importer.name for importer in fitting)
            msg = f"several importers know {path!r} by its suffix; name one of: {names}"
            raise PluginError(msg)
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

    # -- who they are

    @property
    def failures(self) -> tuple[Failed, ...]:
        """What was left out so far, and why; a plugin is asked for what it has when needed."""
        return (*self._unloaded, *self._broken.values())

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
            supplies = {name: self._supplied(plugin, kind) for name, kind in KINDS.items()}
            named = {name: tuple(sorted(things)) for name, things in supplies.items() if things}
            failures = tuple(f.reason for f in self._broken.values() if f.found == plugin.found)
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

    def _supplied(self, plugin: Participant, kind: Kind) -> Mapping[str, Any]:
        """Ask a plugin for what it supplies of a kind; what fails there stays there."""
        if (plugin.found, kind.hook) in self._broken:
            return {}
        try:
            return kind.ask(plugin)
        except Exception as error:
            reason = f"{kind.hook}: {_said(error)}"
            if not plugin.is_installed or discovery.is_strict():
                msg = f"plugin {plugin}: {reason}"
                raise PluginError(msg) from error
            self._broken[plugin.found, kind.hook] = Failed(plugin.found, reason)
            return {}

    def _resolved(self, kind: str) -> dict[str, Any]:
        return {name: thing for name, (_, thing) in self._owners(kind).items()}

    def _owners(self, kind: str) -> dict[str, tuple[Participant, Any]]:
        """Give each name of a kind, with the plugin that owns it and what it stands for.

        Raises:
            PluginError: two claim one name, and no preference decides between them.
        """
        claims: dict[str, dict[Participant, Any]] = {}
        for plugin in self._participants:
            for name, thing in self._supplied(plugin, KINDS[kind]).items():
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
            "prefer one of them for it, or disable the others"
        )
        raise PluginError(msg)


# -- helpers -----------------------------------------------------------------------------


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, EvledgerError) else f"{type(error).__name__}: {error}"


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
        msg = f"no {noun} {name!r}; there are: {', '.join(found) or 'none'}"
        raise PluginError(msg)
    return found[name]
