"""Finding and loading installed plugins: two steps with two types.

:func:`find` reads what distributions announce under the entry-point group ``evledger``
and imports nothing.
:func:`load` imports one of them and holds it to the hooks; whatever goes wrong is a
:class:`Failed` with its reason, and concerns no other plugin.
Resolving, which name belongs to whom, is the third step: :mod:`evledger.plugins`.
"""

from __future__ import annotations

import importlib.metadata
import os
from typing import TYPE_CHECKING, Any, Final

import attrs
import pluggy

from evledger import hookspecs
from evledger.exceptions import PluginError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["GROUP", "Failed", "Found", "Loaded", "disabled", "find", "is_strict", "load", "marked"]

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

    def __str__(self) -> str:
        return f"{self.name!r} ({self.distribution} {self.version}, {self.value})"


@attrs.frozen
class Loaded:
    """A plugin that was imported, and whose hooks are what they must be."""

    found: Found
    plugin: Any


@attrs.frozen
class Failed:
    """A plugin that could not be used, and why."""

    found: Found
    reason: str

    def __str__(self) -> str:
        return f"plugin {self.found} was left out: {self.reason}"


# -- finding -----------------------------------------------------------------------------


def find() -> tuple[Found, ...]:
    """Give the plugins that are installed, sorted by distribution and name; none is imported."""
    points = importlib.metadata.entry_points(group=GROUP)
    return tuple(
        sorted(
            # A folder that is twice on the path announces its plugins twice.
            {
                Found(
                    name=point.name,
                    value=point.value,
                    distribution=point.dist.name if point.dist else "unknown",
                    version=point.dist.version if point.dist else "unknown",
                )
                for point in points
            },
            key=lambda found: (found.distribution, found.name),
        )
    )


def disabled(found: Iterable[Found], names: Iterable[str] = ()) -> frozenset[str]:
    """Give the names of those that are switched off.

    Args:
        found: what is installed.
        names: names of plugins to leave out besides those that the environment's
            ``EVLEDGER_DISABLE_PLUGINS`` lists; its value ``1`` or ``all`` stands for every one.
    """
    said = os.environ.get("EVLEDGER_DISABLE_PLUGINS", "")
    listed = {name.strip() for name in said.split(",")} | set(names)
    every = bool(listed & {"1", "all"})
    return frozenset(each.name for each in found if every or each.name in listed)


def is_strict() -> bool:
    """Tell whether a plugin that fails is fatal: ``EVLEDGER_STRICT_PLUGINS=1``."""
    return os.environ.get("EVLEDGER_STRICT_PLUGINS", "") not in ("", "0")


# -- loading -----------------------------------------------------------------------------


def load(found: Found) -> Loaded | Failed:
    """Import a plugin, and hold it to the hooks."""
    point = importlib.metadata.EntryPoint(found.name, found.value, GROUP)
    try:
        plugin = point.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001  # a stranger's module may raise anything
        return Failed(found, f"it cannot be imported: {type(error).__name__}: {error}")
    reason = _unfit(plugin, found)
    return Loaded(found, plugin) if reason is None else Failed(found, reason)


def _unfit(plugin: Any, found: Found) -> str | None:
    api = getattr(plugin, "EVLEDGER_API", None)
    if api is None:
        return f"{found.value} does not say which API it is for; write EVLEDGER_API = 1 into it"
    if api != hookspecs.API:
        return (
            f"it is for version {api!r:.20} of the plugin API, and this evledger has version "
            f"{hookspecs.API}; install a release of {found.distribution} for it"
        )
    try:
        marked(plugin, found.name)
    except PluginError as error:
        return str(error)
    return None


def marked(plugin: Any, name: str) -> dict[str, tuple[Callable[[], Any], ...]]:
    """Give a plugin's hooks: for each hook's name, the functions that implement it.

    Raises:
        PluginError: a hook is misspelt, takes other arguments, or there is none at all.
    """
    if isinstance(plugin, type):
        msg = f"{plugin.__name__} is a class; a plugin is a module, or an instance of a class"
        raise PluginError(msg)
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(plugin, name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginError(str(error).replace("\n", "; ")) from error
    except ValueError as error:
        raise PluginError(str(error)) from error
    callers = manager.get_hookcallers(plugin) or []
    if not callers:
        msg = "it supplies nothing: mark its functions with evledger.hookimpl"
        raise PluginError(msg)
    return {
        caller.name: tuple(hook.function for hook in caller.get_hookimpls()) for caller in callers
    }
