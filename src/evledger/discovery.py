"""Finding and loading installed plugins: two steps with two types.

:func:`find` reads what distributions announce under the entry-point group ``evledger``
and imports nothing.
:func:`load` imports one of them and holds it to the hooks; whatever goes wrong is a
:class:`Failed` with its reason, and concerns no other plugin.
Resolving, which name belongs to whom, is the third step: :mod:`evledger.resolution`.
"""

from __future__ import annotations

import difflib
import importlib.metadata
import inspect
import os
import re
from typing import TYPE_CHECKING, Any, Final

import attrs
import pluggy

from evledger import hookspecs
from evledger.exceptions import PLUGIN_ERRORS, Invalid, PluginError, blame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "GROUP",
    "HOOKS",
    "Failed",
    "Found",
    "Loaded",
    "disabled",
    "find",
    "is_strict",
    "load",
    "marked",
    "unmatched",
]

GROUP: Final = "evledger"


@attrs.frozen(kw_only=True)
class Found:
    """A plugin that a distribution announces.

    Attributes:
        name: the entry point's name, which is the prefix of the plugin's event types.
        value: the module, or the object in a module, that it names.
        distribution: what is installed: ``evledger-scorers``.
        version: the distribution's version.
    """

    name: str
    value: str
    distribution: str
    version: str

    @property
    def origin(self) -> str | None:
        """The distribution, its version and the entry point; ``None`` where none announces it."""
        if not self.distribution:
            return None
        return f"{self.distribution} {self.version} ({self.name} = {self.value})"[:200]

    def __str__(self) -> str:
        origin = f"{self.distribution} {self.version}, {self.value}"
        return f"{self.name!r:.80} ({origin:.200})"


@attrs.frozen
class Loaded:
    """A plugin that was imported, and whose hooks are what they must be."""

    found: Found
    plugin: Any


@attrs.frozen
class Failed:
    """A plugin that could not be used, as a whole or in part, and why.

    Attributes:
        found: the plugin.
        reason: what is wrong with it.
        hook: the one hook that failed, as ``scorers``; empty where the whole plugin did.
        error: what was raised, if anything was; it is no part of the value.
    """

    found: Found
    reason: str
    hook: str = ""
    error: BaseException | None = attrs.field(default=None, eq=False, repr=False)

    def __str__(self) -> str:
        part = f", what its {self.hook} hook supplies," if self.hook else ""
        return f"plugin {self.found}{part} was left out: {self.reason}"


# -- finding -----------------------------------------------------------------------------


def find() -> tuple[Found, ...]:
    """Return the plugins that are installed, sorted by distribution and name; none is imported.

    Of a distribution that is installed twice, the first on the path counts, whose modules are
    the ones that an import finds.
    One whose metadata cannot be read, as after an installation that was broken off, announces
    nothing, and hides no other.
    """
    found: dict[tuple[str, str], Found] = {}
    for distribution in importlib.metadata.distributions():
        try:
            announced = _announced(distribution)
        except PLUGIN_ERRORS:
            continue
        for each in announced:
            found.setdefault((_normalised(each.distribution), each.name), each)
    return tuple(sorted(found.values(), key=lambda each: (each.distribution, each.name)))


def _normalised(distribution: str) -> str:
    """Return the one spelling of a distribution's name, of all that mean the same one (PEP 503)."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _announced(distribution: importlib.metadata.Distribution) -> list[Found]:
    points = [point for point in distribution.entry_points if point.group == GROUP]
    if not points:  # as nearly all: their metadata need not be read
        return []
    about: Any = distribution.metadata
    name, version = (str(about.get(field) or "unknown") for field in ("Name", "Version"))
    return [
        Found(name=point.name, value=point.value, distribution=name, version=version)
        for point in points
    ]


def disabled(found: Iterable[Found], names: Iterable[str] = ()) -> frozenset[str]:
    """Return the names of those that are switched off.

    Args:
        found: what is installed.
        names: names of plugins to leave out besides those that the environment's
            ``EVLEDGER_DISABLE_PLUGINS`` lists; its value ``1`` or ``all`` stands for every one.
    """
    listed = _listed(names)
    every = bool(listed & _EVERY)
    return frozenset(each.name for each in found if every or each.name in listed)


def unmatched(found: Iterable[Found], names: Iterable[str] = ()) -> tuple[str, ...]:
    """Return what was to be switched off and is not installed, sorted; as for :func:`disabled`."""
    known = {each.name for each in found}
    return tuple(sorted(_listed(names) - known - _EVERY - _OFF))


def _listed(names: Iterable[str]) -> set[str]:
    said = os.environ.get("EVLEDGER_DISABLE_PLUGINS", "")
    return {name.strip() for name in said.split(",") if name.strip()} | set(names)


def is_strict() -> bool:
    """Return whether a plugin that fails is fatal: ``EVLEDGER_STRICT_PLUGINS=1``.

    Raises:
        Invalid: the variable says neither yes nor no.
    """
    said = os.environ.get("EVLEDGER_STRICT_PLUGINS", "").strip().lower()
    if said in _ON or said in _OFF:
        return said in _ON
    msg = (
        f"EVLEDGER_STRICT_PLUGINS is {said!r:.80}; expected 1, yes, true, on, or 0, no, false, off"
    )
    raise Invalid(msg)


_ON: Final = frozenset(("1", "yes", "true", "on"))
_OFF: Final = frozenset(("", "0", "no", "false", "off"))


# -- loading -----------------------------------------------------------------------------


def load(found: Found) -> Loaded | Failed:
    """Import a plugin, and hold it to the hooks."""
    reason = _miswritten(found)
    if reason is not None:
        return Failed(found, reason)
    try:
        plugin = importlib.metadata.EntryPoint(found.name, found.value, GROUP).load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  # importing a stranger's module may raise anything
        return Failed(found, f"it cannot be imported: {blame(error)}", error=error)
    try:
        reason = _unfit(plugin, found)
    except PLUGIN_ERRORS as error:
        return Failed(found, f"it cannot be looked at: {blame(error)}", error=error)
    return Loaded(found, plugin) if reason is None else Failed(found, reason)


def _miswritten(found: Found) -> str | None:
    """Return what is wrong with an entry point, before anything is imported for it."""
    if not _NAME.fullmatch(found.name) or found.name in _EVERY:
        return (
            "its entry point's name cannot be listed among others; expected are 1 to 64 letters, "
            "digits, '_', '.' and '-', and neither '1' nor 'all'"
        )
    if not importlib.metadata.EntryPoint.pattern.match(found.value):
        return "its entry point names nothing; expected as in evledger_mylab or evledger_mylab:lab"
    return None


_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_EVERY: Final = frozenset(("1", "all"))
"""What stands for every plugin, where plugins are switched off."""


def _unfit(plugin: Any, found: Found) -> str | None:
    if getattr(plugin, "EVLEDGER_API", None) is None:
        return f"{found.value} does not say which API it is for; write EVLEDGER_API = 1 into it"
    try:
        marked(plugin, found.name)
    except PluginError as error:
        return str(error)
    return None


def marked(plugin: Any, name: str) -> dict[str, tuple[Callable[[], Any], ...]]:
    """Return a plugin's hooks: for each hook's name, the functions that implement it.

    Raises:
        PluginError: it is for another version of the hooks; a hook is misspelt, takes
            arguments or is a wrapper; or there is none at all.
    """
    _check_api(getattr(plugin, "EVLEDGER_API", hookspecs.API))
    if isinstance(plugin, type):
        msg = f"{plugin.__name__} is a class; a plugin is a module, or an instance of a class"
        raise PluginError(msg)
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.register(plugin, name)
    callers = manager.get_hookcallers(plugin) or []
    if not callers:
        msg = "it supplies nothing: mark its functions with evledger.hookimpl"
        raise PluginError(msg)
    return {caller.name: _functions(caller) for caller in callers}


def _check_api(api: object) -> None:
    """Check that a plugin is for these hooks.

    Raises:
        PluginError: it is not, or says so in a way that cannot be read.
    """
    if type(api) is not int:
        msg = f"its EVLEDGER_API is {api!r:.20}; expected a whole number, EVLEDGER_API = 1"
        raise PluginError(msg)
    if api != hookspecs.API:
        msg = f"its EVLEDGER_API is {api!r:.20}, and this evledger's hooks are of version "
        raise PluginError(f"{msg}{hookspecs.API}; it needs a release that is for them")


def _functions(caller: pluggy.HookCaller) -> tuple[Callable[[], Any], ...]:
    """Return the functions that implement a hook, once it is seen to be one of ours.

    Raises:
        PluginError: there is no such hook, or one of them wraps others or takes arguments.
    """
    if caller.name not in HOOKS:
        near = difflib.get_close_matches(caller.name, HOOKS, 1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        msg = f"unknown hook {caller.name!r}; {hint}{_HINT}"
        raise PluginError(msg)
    implementations = caller.get_hookimpls()
    if any(each.wrapper or each.hookwrapper for each in implementations):
        msg = f"{caller.name} is implemented by a wrapper, and hooks only hand over; {_HINT}"
        raise PluginError(msg)
    for each in implementations:
        _check_arguments(caller.name, each.function)
    return tuple(each.function for each in implementations)


def _check_arguments(hook: str, function: Callable[..., Any]) -> None:
    """Check that a function can be called without arguments.

    Raises:
        PluginError: it cannot.
    """
    signature = inspect.signature(function)
    try:
        signature.bind()
    except TypeError as error:
        written = f"{getattr(function, '__name__', 'it')}{signature}"
        name = hook.removeprefix("evledger_")
        msg = f"hook {name}: {written} takes arguments; hooks take none, so leave them out"
        raise PluginError(msg) from error


HOOKS: Final = tuple(name for name in vars(hookspecs) if name.startswith("evledger_"))
"""The names of the hooks."""

_HINT: Final = "mark hooks with evledger.hookimpl, as in @hookimpl.scorers"
