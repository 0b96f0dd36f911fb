"""Resolving: of all that plugins supply, which name is whose.

The third step, after finding and loading (:mod:`evledger.discovery`).
Each hook of each plugin is asked once, when something of it is first needed;
one that fails is left out and noted, and the others never hear of it.
A name that two plugins claim is an error, unless a preference decides between them;
and of a name that nobody has, the error says who may have it.
What became of each plugin in the end is its :class:`PluginInfo`.
"""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import attrs

from evledger import discovery
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
from evledger.parameters import configured
from evledger.supplies import KINDS, Participant, ask

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["BROUGHT", "PluginInfo", "Resolution"]

T = TypeVar("T")


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


class Resolution:
    """Who takes part, what each of them supplies, and who has which name.

    A kind is one of :data:`~evledger.supplies.KINDS`, as ``scorers``.
    Several threads may ask at once.

    Args:
        prefer: for a name that two plugins claim, as ``scorer:harmonic``, the plugin that is to
            have it.
        parameters: for each kind that takes some, and each name of it, the parameters.
        folder: where relative paths among the parameters begin; the current folder by default.
        strict: whether a plugin that fails is an error.

    Raises:
        Invalid: what is preferred is of no kind.
    """

    def __init__(
        self,
        *,
        prefer: Mapping[str, str],
        parameters: Mapping[str, Mapping[str, Mapping[str, Any]]],
        folder: Path | None,
        strict: bool,
    ) -> None:
        self._prefer = _preferences(prefer)
        self._parameters = {kind: _copied(kind, each) for kind, each in parameters.items()}
        self._folder = folder
        self._strict = strict
        self._has_looked = False
        self._participants: list[Participant] = []
        self._off: tuple[Found, ...] = ()
        self._unloaded: list[Failed] = []
        self._asked: dict[tuple[Participant, str], Mapping[str, Mapping[str, Any]]] = {}
        self._broken: dict[tuple[Found, str], Failed] = {}  # read from copies: threads add to it

    # -- who takes part

    @property
    def participants(self) -> tuple[Participant, ...]:
        """Those that take part, in the order in which they came."""
        return tuple(self._participants)

    @property
    def failures(self) -> tuple[Failed, ...]:
        """What was left out so far: first whole plugins, then single hooks."""
        return (*self._unloaded, *self._broken.copy().values())

    def named(self, name: str) -> Participant | None:
        """Return the plugin of a name, if it takes part."""
        return next((each for each in self._participants if each.found.name == name), None)

    def add(self, plugin: Any, found: Found, *, is_installed: bool) -> None:
        """Let a plugin take part.

        Raises:
            PluginError: it is for another version of the hooks, or a hook of it is not one.
        """
        hooks = discovery.marked(plugin, found.name)
        self._participants.append(Participant(found, hooks, is_installed))

    def take(self, step: Loaded | Failed) -> None:
        """Let an installed plugin take part, or note why it does not.

        Raises:
            PluginError: it does not, where that is an error.
        """
        same = self.named(step.found.name)
        if isinstance(step, Loaded) and same is None:
            self.add(step.plugin, step.found, is_installed=True)
            return
        taken = f"its name is taken by plugin {same}"
        failed = step if isinstance(step, Failed) else Failed(step.found, taken)
        if self._strict:
            msg = f"plugin {failed.found}: {failed.reason}"
            raise PluginError(msg, plugin=failed.found.origin) from failed.error
        self._unloaded.append(failed)

    def leave_off(self, off: Iterable[Found]) -> None:
        """Note what is installed and switched off, now that somebody has looked."""
        self._has_looked = True
        self._off = tuple(off)

    # -- what they supply

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

    def things(self, kind: str) -> Mapping[str, Any]:
        """Return everything of a kind by name.

        Raises:
            Contested, NotSupplied: as for :meth:`owners`.
        """
        owners = self.owners(kind)
        return MappingProxyType({name: thing for name, (_, thing) in owners.items()})

    def with_parameters(self, kind: str, method: str) -> Mapping[str, Any]:
        """Return everything of a kind by name, each with its parameters.

        Args:
            kind: one that takes parameters.
            method: what each must still have afterwards.

        Raises:
            NotSupplied: there are parameters for what nobody supplies.
            Invalid: a parameter is unknown, or of no use.
        """
        found, given, noun = self.things(kind), self._parameters[kind], KINDS[kind].noun
        unknown = sorted(given.keys() - found.keys())
        if unknown and not self._possible(kind):
            known = ", ".join(found) + self.absence(kind, unknown[0])
            msg = f"parameters are given for {unknown[0]!r}, and the {kind} are: {known}"
            raise NotSupplied(msg, kind=noun, name=unknown[0])
        done = {
            name: configured(
                thing, given.get(name, {}), noun=noun, method=method, folder=self._folder
            )
            for name, thing in found.items()
        }
        return MappingProxyType(done)

    def report(self) -> tuple[PluginInfo, ...]:
        """Ask every plugin for all that it supplies, and tell who supplies what.

        Raises:
            PluginError: a hook failed of the application's own plugin, or where that is an error.
        """
        infos = [_info(failed.found, {}, (failed.reason,)) for failed in self._unloaded]
        infos += [self._told(plugin) for plugin in self._participants]
        return tuple(sorted(infos, key=lambda info: (info.distribution or "", info.name)))

    def _told(self, plugin: Participant) -> PluginInfo:
        supplies = {kind: self._supplied(plugin, kind) for kind in KINDS}
        named = {kind: tuple(sorted(things)) for kind, things in supplies.items() if things}
        broken = [each for each in self._broken.copy().values() if each.found == plugin.found]
        return _info(plugin.found, named, tuple(f"hook {f.hook}: {f.reason}" for f in broken))

    # -- whose it is

    def owners(self, kind: str) -> dict[str, tuple[Participant, Any]]:
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
                nobody = f"nobody does{self.absence(kind, name)}"
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

    def complete(self, error: PluginError) -> None:
        """Complete an error that says what failed by whose that is."""
        kind = _KIND_OF.get(error.kind or "")
        if error.plugin is not None or kind is None or type(error) is not PluginError:
            return
        with contextlib.suppress(EvledgerError, KeyError):  # it is told, whoever's it is
            error.plugin = self.owners(kind)[error.name or ""][0].found.origin
        if error.plugin is not None:
            what = f"{error.kind} {error.name!r}"
            error.args = (str(error).replace(what, f"{what} of {error.plugin}", 1),)

    # -- what is not here

    def look_up(self, kind: str, found: Mapping[str, T], name: str) -> T:
        """Return what has a name, of what was found of a kind.

        Raises:
            NotSupplied: nothing has; the message says what there is, and who may have it.
        """
        if name in found:
            return found[name]
        noun = KINDS[kind].noun
        near = difflib.get_close_matches(name, found, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        msg = f"no {noun} {name!r}; there are: {', '.join(found) or 'none'}{hint}"
        raise NotSupplied(f"{msg}{self.absence(kind, name)}", kind=noun, name=name)

    def absence(self, kind: str, name: str) -> str:
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


def _copied(what: str, value: Any) -> Any:
    """Copy parameters, so that what is changed in them later changes nothing here.

    Raises:
        Invalid: they are not tables by name.
    """
    if not isinstance(value, Mapping):
        msg = f"parameters of {what} are {value!r:.60}; expected tables by name"
        raise Invalid(msg)
    tables = cast("Mapping[str, object]", value)
    for name, table in tables.items():
        if not isinstance(table, Mapping):
            msg = f"parameters of {name!r:.60} are {table!r:.60}; expected a table"
            raise Invalid(msg)
    return _plain(tables)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in cast("Mapping[Any, object]", value).items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in cast("list[object]", value)]
    return value


def _preferences(prefer: Mapping[str, str]) -> dict[str, str]:
    """Check that preferences are of kinds that there are, and keep them."""
    for what in prefer:
        noun, _, name = what.partition(":")
        if noun not in _KIND_OF or not name:
            msg = f"prefer has {what!r:.80}; expected as in scorer:harmonic, of the kinds "
            raise Invalid(f"{msg}{', '.join(_KIND_OF)}")
    return dict(prefer)


_KIND_OF: Final = {kind.noun: name for name, kind in KINDS.items()}
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
