"""Plugins: who supplies what.

A :class:`Plugins` is a value, given to :func:`evledger.open`; there is no global registry.
What is built in comes through the same hooks as a stranger's.

Installed plugins are found and loaded by :mod:`evledger.discovery`,
and :mod:`evledger.supplies` asks one of them what it has;
here the names that they supply are resolved, when they are first needed.
"""

from __future__ import annotations

import contextlib
import copy
import difflib
import functools
import importlib.metadata
import re
import threading
from collections.abc import Callable, Generator, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from evledger import discovery
from evledger.checks import Judging
from evledger.discovery import Failed, Found, Loaded
from evledger.exceptions import (
    PLUGIN_ERRORS,
    Contested,
    EvledgerError,
    Invalid,
    NotSupplied,
    PluginError,
    blame,
)
from evledger.importing.choosing import choose
from evledger.importing.contracts import Mappable
from evledger.parameters import configured
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
        self._prefer = _preferences(prefer or {})
        self._parameters = copy.deepcopy(
            {"scorers": dict(parameters or {}), "renderers": dict(renderer_parameters or {})}
        )
        self._folder = folder
        self._strict = strict
        self._is_in_use = False
        self._has_looked = False
        self._participants: list[Participant] = []
        self._off: tuple[Found, ...] = ()
        self._unmatched: tuple[str, ...] = ()
        self._unloaded: list[Failed] = []
        self._asked: dict[tuple[Participant, str], Mapping[str, Mapping[str, Any]]] = {}
        self._broken: dict[tuple[Found, str], Failed] = {}

    def __repr__(self) -> str:
        names = ", ".join(plugin.found.name for plugin in self._participants)
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

    def _add_installed(self, disable: Iterable[str]) -> None:
        installed = discovery.find()
        off = discovery.disabled(installed, disable)
        self._has_looked = True
        self._off = tuple(each for each in installed if each.name in off)
        self._unmatched = discovery.unmatched(installed, disable)
        for each in installed:
            if each.name not in off:
                self._take(discovery.load(each))

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
            raise PluginError(msg, plugin=failed.found.origin) from failed.error
        self._unloaded.append(failed)

    def _add(self, plugin: Any, found: Found, *, is_installed: bool) -> None:
        hooks = discovery.marked(plugin, found.name)
        self._participants.append(Participant(found, hooks, is_installed))
        for derived in [*KINDS, "vocabulary"]:
            self.__dict__.pop(derived, None)

    # -- what they supply

    @functools.cached_property
    def scorers(self) -> Mapping[str, Scorer]:
        """Scorers by name, each with its parameters."""
        return self._configured("scorers", "score")

    @functools.cached_property
    def rankers(self) -> Mapping[str, Ranker]:
        """Rankers by name."""
        return self._resolved("rankers")

    @functools.cached_property
    def renderers(self) -> Mapping[str, Renderer]:
        """Renderers by name, each with its parameters."""
        return self._configured("renderers", "render")

    @functools.cached_property
    def importers(self) -> Mapping[str, Importer]:
        """Importers by name."""
        return self._resolved("importers")

    @functools.cached_property
    def locators(self) -> Mapping[str, LocatorScheme]:
        """Schemes of identifiers by name."""
        return self._resolved("locators")

    @functools.cached_property
    def fetchers(self) -> Mapping[str, Fetcher]:
        """What fetches sources, by the scheme of their locators."""
        return self._resolved("fetchers")

    @functools.cached_property
    def rules(self) -> Mapping[str, Rule]:
        """Rules by name; those that judge by scores have the scorers that are here."""
        found: Mapping[str, Rule] = self._resolved("rules")
        judging = {
            name: rule.with_scorers(lambda: self.scorers)
            for name, rule in found.items()
            if isinstance(rule, Judging)
        }
        return MappingProxyType({**found, **judging})

    @functools.cached_property
    def retrievers(self) -> Mapping[str, Retriever]:
        """Retrievers by name."""
        return self._resolved("retrievers")

    @functools.cached_property
    def answerers(self) -> Mapping[str, Answerer]:
        """Answerers by name."""
        return self._resolved("answerers")

    @functools.cached_property
    def stores(self) -> Mapping[str, Callable[[str], Backend]]:
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
        """Return a scorer.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().scorer("quantified-confidence").version
        1
        """
        return self._look_up("scorers", self.scorers, name)

    def ranker(self, name: str) -> Ranker:
        """Return a ranker.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().ranker("tier").name
        'tier'
        """
        return self._look_up("rankers", self.rankers, name)

    def renderer(self, name: str) -> Renderer:
        """Return a renderer.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().renderer("markdown").name
        'markdown'
        """
        return self._look_up("renderers", self.renderers, name)

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
            return self._look_up("importers", self.importers, name)
        offered = [i for i in self.importers.values() if not mapped or isinstance(i, Mappable)]
        return offered[0] if mapped and len(offered) == 1 else choose(offered, path, start)

    def rule(self, name: str) -> Rule:
        """Return a rule.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().rule("automatic-claims").name
        'automatic-claims'
        """
        return self._look_up("rules", self.rules, name)

    def retriever(self, name: str) -> Retriever:
        """Return a retriever.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().retriever("full-text").name
        'full-text'
        """
        return self._look_up("retrievers", self.retrievers, name)

    def answerer(self, name: str) -> Answerer:
        """Return an answerer.

        Raises:
            NotSupplied: there is none of this name.

        >>> Plugins.builtin().answerer("extractive").name
        'extractive'
        """
        return self._look_up("answerers", self.answerers, name)

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
        known = ", ".join(self.stores) + self._absence("stores", found[1])
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
        found = self._owners(kind)[name][0].found
        return f"{found.distribution} {found.version}" if found.distribution else found.name

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
            self._name(error)
            raise

    def _name(self, error: PluginError) -> None:
        """Complete an error that says what failed by whose that is."""
        kind = _KIND_OF.get(error.kind or "")
        if error.plugin is not None or kind is None or type(error) is not PluginError:
            return
        with contextlib.suppress(EvledgerError, KeyError):  # it is told, whoever's it is
            error.plugin = self._owners(kind)[error.name or ""][0].found.origin
        if error.plugin is not None:
            what = f"{error.kind} {error.name!r}"
            error.args = (str(error).replace(what, f"{what} of {error.plugin}", 1),)

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

    def check_preferences(self) -> None:
        """Check that whoever is preferred supplies what it is preferred for.

        A look-up sees to its own kind by itself.

        Raises:
            NotSupplied: nobody supplies it, or another plugin alone does.
        """
        for kind in KINDS:
            with contextlib.suppress(Contested):  # is said when such a one is asked for
                self._owners(kind)

    def conflicts(self) -> tuple[str, ...]:
        """Return what two plugins claim, a sentence for each kind in which they do."""
        found: list[str] = []
        for kind in KINDS:
            try:
                self._resolved(kind)
            except EvledgerError as error:
                found.append(str(error))
        return tuple(found)

    # -- resolving

    def _supplied(self, plugin: Participant, kind: str) -> Mapping[str, Any]:
        """Return what a plugin supplies of a kind; its hook is asked once, and taken as a whole."""
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
                raise PluginError(msg, plugin=plugin.found.origin) from error
            self._broken[plugin.found, hook] = Failed(plugin.found, reason, called, error)
            return {}

    def _resolved(self, kind: str) -> Mapping[str, Any]:
        owners = self._owners(kind)
        return MappingProxyType({name: thing for name, (_, thing) in owners.items()})

    def _configured(self, kind: str, method: str) -> Mapping[str, Any]:
        """Return what plugins supply of a kind, each with its parameters.

        Raises:
            NotSupplied: there are parameters for what nobody supplies.
            Invalid: a parameter is unknown, or of no use.
        """
        found, given, noun = self._resolved(kind), self._parameters[kind], KINDS[kind].noun
        unknown = sorted(given.keys() - found.keys())
        if unknown and not self._possible(kind):
            known = ", ".join(found) + self._absence(kind, unknown[0])
            msg = f"parameters are given for {unknown[0]!r}, and the {kind} are: {known}"
            raise NotSupplied(msg, kind=noun, name=unknown[0])
        done = {
            name: configured(
                thing, given.get(name, {}), noun=noun, method=method, folder=self._folder
            )
            for name, thing in found.items()
        }
        return MappingProxyType(done)

    def _owners(self, kind: str) -> dict[str, tuple[Participant, Any]]:
        """Return each name of a kind, with the plugin that owns it and what it stands for.

        Raises:
            Contested: two claim one name, and no preference decides between them.
            NotSupplied: who is preferred does not supply it.
        """
        claims: dict[str, dict[Participant, Any]] = {}
        for plugin in self._participants:
            for name, thing in self._supplied(plugin, kind).items():
                claims.setdefault(name, {})[plugin] = thing
        self._check_preferred(kind, claims)
        return {
            name: self._winner(KINDS[kind].noun, name, claimants)
            for name, claimants in sorted(claims.items())
        }

    def _check_preferred(self, kind: str, claims: Mapping[str, Iterable[Participant]]) -> None:
        """Check that a preference means something; one for a plugin that was left out may."""
        left_out = {each.name for each in self._possible(kind)}
        for what, wanted in self._prefer.items():
            noun, _, name = what.partition(":")
            claimants = [each.found.name for each in claims.get(name, ())]
            if noun != KINDS[kind].noun or wanted in left_out or wanted in claimants:
                continue
            if len(claimants) < 2:  # of several none wins, which says the same
                nobody = f"nobody does{self._absence(kind, name)}"
                who = f"{claimants[0]!r} alone does" if claimants else nobody
                msg = f"prefer gives {what!r} to plugin {wanted!r}, which does not supply it; {who}"
                raise NotSupplied(msg, kind=noun, name=name)

    def _winner(
        self, noun: str, name: str, claimants: Mapping[Participant, Any]
    ) -> tuple[Participant, Any]:
        what = f"{noun}:{name}"
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
        raise Contested(msg, kind=noun, name=name)

    # -- what is not here

    def _look_up(self, kind: str, found: Mapping[str, T], name: str) -> T:
        if name in found:
            return found[name]
        noun = KINDS[kind].noun
        near = difflib.get_close_matches(name, found, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        msg = f"no {noun} {name!r}; there are: {', '.join(found) or 'none'}{hint}"
        raise NotSupplied(f"{msg}{self._absence(kind, name)}", kind=noun, name=name)

    def _absence(self, kind: str, name: str) -> str:
        """Return who may have a name that nobody here has, as the end of a sentence."""
        brings = (dist for dist, kinds in BROUGHT.items() if name in kinds.get(kind, ()))
        ours = next(brings, None)
        possible = [p for p in self._possible(kind) if ours in (None, p.distribution)]
        if possible:
            several = " or ".join(sorted(map(str, possible))[:_TOLD])
            return f"; it may be of {several}, switched off or left out: see 'evledger plugins'"
        if ours is None:
            return ""
        looked = "install it" if self._has_looked else "Plugins.discover() finds what is installed"
        return f"; {ours} brings it: {looked}"

    def _possible(self, kind: str) -> tuple[Found, ...]:
        """Return the plugins that may have more of a kind: those switched off or left out."""
        hook = KINDS[kind].hook
        failed = [each.found for (_, of), each in self._broken.copy().items() if of == hook]
        return (*self._off, *(each.found for each in self._unloaded), *failed)


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


def _preferences(prefer: Mapping[str, str]) -> dict[str, str]:
    """Check that preferences are of kinds that there are, and keep them."""
    for what in prefer:
        noun, _, name = what.partition(":")
        if noun not in _KIND_OF or not name:
            msg = f"prefer has {what!r:.80}; expected as in scorer:harmonic, of the kinds "
            raise Invalid(f"{msg}{', '.join(_KIND_OF)}")
    return dict(prefer)


_KIND_OF: Final = {kind.noun: name for name, kind in KINDS.items()}


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


_TOLD: Final = 3  # of those that may have a name; the others are to be seen elsewhere

BROUGHT: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "evledger-html": {"renderers": ("atom", "html", "html-changes", "html-ledger")},
    "evledger-literature": {
        "importers": (
            *("bibtex", "clinicaltrials", "crossref", "csl-json", "datacite", "europepmc"),
            *("medline", "openalex", "pubmed-xml", "retraction-watch", "ris", "spreadsheet"),
        ),
        "renderers": ("bibtex", "csl-json", "ris"),
    },
    "evledger-scorers": {"scorers": ("balance", "grade", "harmonic")},
    "evledger-social": {"importers": ("reddit", "x", "x-archive", "youtube")},
}
"""What our other distributions bring, so that who asks for it is told what to install."""
