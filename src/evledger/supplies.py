"""What one plugin hands over, each thing held to what one of its kind must be.

A breach is a :class:`~evledger.PluginError` that says what is wrong with which thing;
who the plugin is, and what becomes of the others, is the business of :mod:`evledger.plugins`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeGuard, cast

import attrs

from evledger.discovery import Found
from evledger.events import Event
from evledger.exceptions import PluginError
from evledger.hookspecs import EventSupply, LocatorScheme

__all__ = ["KINDS", "Kind", "Participant"]


@attrs.frozen(eq=False)
class Participant:
    """A plugin that takes part.

    Attributes:
        found: what announced it; made up for one that the application registered.
        hooks: for each hook, the functions that implement it.
        is_installed: whether a distribution announced it; if not, it is the application's own.
    """

    found: Found
    hooks: Mapping[str, tuple[Callable[[], Any], ...]]
    is_installed: bool

    def __str__(self) -> str:
        return str(self.found) if self.found.distribution else repr(self.found.name)

    def call(self, hook: str) -> Iterator[Any]:
        """Give what the functions of a hook return."""
        for function in self.hooks.get(hook, ()):
            yield function()


@attrs.frozen
class Kind:
    """One kind of thing that plugins supply.

    Attributes:
        noun: what one of them is called in messages and preferences.
        hook: which hands them over.
        ask: gives what a plugin supplies of this kind, by name.
    """

    noun: str
    hook: str
    ask: Callable[[Participant], Mapping[str, Any]]


# -- things with a name and a method -----------------------------------------------------


@attrs.frozen
class _Form:
    """What a thing must have.

    Attributes:
        noun: what it is called in messages.
        method: what it must be able to do.
        arguments: with how many arguments that is called.
        attributes: what it must say of itself besides its name.
    """

    noun: str
    method: str
    arguments: int
    attributes: tuple[tuple[str, type], ...] = ()

    def check(self, thing: Any) -> str:
        """Give a thing's name, once it is seen to be of this form.

        Raises:
            PluginError: it lacks something.
        """
        for attribute, wanted in (("name", str), *self.attributes):
            value = getattr(thing, attribute, None)
            if not isinstance(value, wanted) or isinstance(value, bool) or not value:
                msg = f"{self.noun} {thing!r:.80} has no {attribute}, which must be {_A[wanted]}"
                raise PluginError(msg)
        name: str = thing.name
        _check_call(f"{self.noun} {name!r}", thing, self.method, self.arguments)
        return name


_A: Final = {str: "a text", int: "a number above 0", tuple: "a tuple of texts"}


def _check_call(what: str, thing: Any, method: str, arguments: int) -> None:
    function = getattr(thing, method, None)
    if not callable(function):
        msg = f"{what} has no method {method!r}"
        raise PluginError(msg)
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # something built in, which shows none
        return
    try:
        signature.bind(*[None] * arguments)
    except TypeError as error:
        number = "1 argument" if arguments == 1 else f"{arguments} arguments"
        msg = f"{what}: {method}{signature} is called with {number}: {error}"
        raise PluginError(msg) from error


def _asking(hook: str, form: _Form) -> Callable[[Participant], Mapping[str, Any]]:
    def ask(plugin: Participant) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for handed in plugin.call(hook):
            if not _is_collection(handed):
                raise _unexpected(handed, f"a list of {form.noun}s")
            for thing in handed:
                name = form.check(thing)
                if name in found:
                    msg = f"it supplies the {form.noun} {name!r} twice"
                    raise PluginError(msg)
                found[name] = thing
        return found

    return ask


def _is_collection(handed: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(handed, Iterable) and not isinstance(handed, str)


def _is_mapping(handed: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(handed, Mapping)


def _unexpected(handed: object, expected: str) -> PluginError:
    return PluginError(f"it returned {type(handed).__name__}, where {expected} is expected")


# -- schemes of identifiers, stores ------------------------------------------------------


def _schemes(plugin: Participant) -> Mapping[str, LocatorScheme]:
    handed = _asking("evledger_locators", _Form("locator scheme", "normalise", 1))(plugin)
    for scheme in handed.values():
        if not isinstance(scheme, LocatorScheme):
            raise _unexpected(scheme, "a LocatorScheme")
    return handed


def _stores(plugin: Participant) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for handed in plugin.call("evledger_stores"):
        if not _is_mapping(handed):
            raise _unexpected(handed, "a mapping of schemes to what opens them")
        for scheme, opens in handed.items():
            if not isinstance(scheme, str) or not callable(opens):
                msg = f"{scheme!r:.80}: expected a scheme, and what opens a URL of it"
                raise PluginError(msg)
            found[scheme] = opens
    return found


# -- events ------------------------------------------------------------------------------


def _event_supplies(plugin: Participant) -> Iterator[EventSupply]:
    for supply in plugin.call("evledger_events"):
        if not isinstance(supply, EventSupply):
            raise _unexpected(supply, "an EventSupply")
        yield supply


def _events(plugin: Participant) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for supply in _event_supplies(plugin):
        for cls in cast("tuple[Any, ...]", supply.events):
            if not (isinstance(cls, type) and issubclass(cls, Event) and hasattr(cls, "type")):
                msg = f"{cls!r:.80} is no event class; decorate it with evledger.event"
                raise PluginError(msg)
            _check_prefix(plugin, cls.type)
            if cls.type in found:
                msg = f"it supplies the event type {cls.type!r} twice"
                raise PluginError(msg)
            found[cls.type] = cls
    return found


def _upcasters(plugin: Participant) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for supply in _event_supplies(plugin):
        for (name, k), upcaster in supply.upcasters.items():
            _check_prefix(plugin, name)
            found[f"{name} v{k}"] = ((name, k), upcaster)
    return found


def _projections(plugin: Participant) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for supply in _event_supplies(plugin):
        for projection in supply.projections:
            name = _PROJECTION.check(projection)
            _check_call(f"projection {name!r}", projection, "start", 0)
            _check_call(f"projection {name!r}", projection, "freeze", 1)
            found[name] = projection
    return found


def _check_prefix(plugin: Participant, name: str) -> None:
    """Hold an event type to the prefix that keeps plugins apart."""
    prefix, colon, _ = name.partition(":")
    if not colon:
        msg = f"event type {name!r} has no prefix; a plugin's is written as in mylab:{name}"
        raise PluginError(msg)
    if plugin.is_installed and prefix != plugin.found.name:
        msg = (
            f"event type {name!r} must begin with {plugin.found.name + ':'!r}, "
            "after the name of the plugin's entry point"
        )
        raise PluginError(msg)


# -- the kinds ---------------------------------------------------------------------------

_VERSION: Final = ("version", int)
_PROJECTION: Final = _Form("projection", "apply", 2, (_VERSION,))


def _kind(hook: str, form: _Form) -> Kind:
    return Kind(form.noun, hook, _asking(hook, form))


KINDS: Final[Mapping[str, Kind]] = {
    "scorers": _kind("evledger_scorers", _Form("scorer", "score", 1, (_VERSION,))),
    "rankers": _kind("evledger_rankers", _Form("ranker", "rank", 2, (_VERSION,))),
    "renderers": _kind("evledger_renderers", _Form("renderer", "render", 2)),
    "importers": _kind("evledger_importers", _Form("importer", "read", 1, (("suffixes", tuple),))),
    "locators": Kind("locator", "evledger_locators", _schemes),
    "stores": Kind("store", "evledger_stores", _stores),
    "events": Kind("event", "evledger_events", _events),
    "upcasters": Kind("upcaster", "evledger_events", _upcasters),
    "projections": Kind("projection", "evledger_events", _projections),
    "rules": _kind("evledger_checks", _Form("rule", "check", 1)),
    "retrievers": _kind("evledger_retrievers", _Form("retriever", "retrieve", 3)),
    "answerers": _kind("evledger_answerers", _Form("answerer", "answer", 3)),
}
"""What plugins supply, by the name under which :class:`~evledger.Plugins` offers it."""
