"""What one plugin hands over, each thing held to what one of its kind must be.

A breach is a :class:`~evledger.PluginError` that says what is wrong with which thing;
who the plugin is, and what becomes of the others, is the business of :mod:`evledger.resolution`.
"""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeGuard, TypeVar, cast

import attrs

from evledger.discovery import Found
from evledger.events import Event
from evledger.exceptions import PluginError
from evledger.hookspecs import EventSupply, LocatorScheme
from evledger.schema import EventType

__all__ = ["KINDS", "Kind", "Participant", "ask"]

T = TypeVar("T")


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


@attrs.frozen
class Kind:
    """One kind of thing that plugins supply.

    Attributes:
        noun: what one of them is called in messages and preferences.
        hook: which hands them over.
        read: of what the functions of the hook returned, gives the things of this kind, by name.
    """

    noun: str
    hook: str
    read: Callable[[Participant, Sequence[Any]], Mapping[str, Any]]


def ask(plugin: Participant, hook: str) -> Mapping[str, Mapping[str, Any]]:
    """Ask a plugin once for what a hook hands over; give it by kind and name.

    Raises:
        PluginError: something is not what one of its kind must be.
    """
    returned = (function() for function in plugin.hooks.get(hook, ()))
    handed = [_several(each) if _is_iterator(each) else each for each in returned]
    return {name: kind.read(plugin, handed) for name, kind in KINDS.items() if kind.hook == hook}


def _several(handed: Iterable[T]) -> list[T]:
    """Take in what was handed over, which may have no end."""
    found = list(itertools.islice(handed, _MOST + 1))
    if len(found) > _MOST:
        msg = f"it hands over more than {_MOST:,} things"
        raise PluginError(msg)
    return found


_MOST: Final = 1_000


# -- things with a name and a method -----------------------------------------------------


@attrs.frozen
class _Form:
    """What a thing must have.

    Attributes:
        noun: what it is called in messages.
        usage: the method that it must have, as it is called: ``score(view)``.
        attributes: what it must say of itself besides its name.
    """

    noun: str
    usage: str
    attributes: tuple[tuple[str, type], ...] = ()

    def check(self, thing: Any) -> str:
        """Return a thing's name, once it is seen to be of this form.

        Raises:
            PluginError: it lacks something.
        """
        if isinstance(thing, type):
            name = thing.__name__
            msg = f"the {self.noun} {name} is a class; hand over an instance, {name}()"
            raise PluginError(msg)
        for attribute, wanted in (("name", str), *self.attributes):
            value = getattr(thing, attribute, None)
            if not _is(value, wanted):
                called = getattr(thing, "name", None)
                called = called if isinstance(called, str) and called else type(thing).__name__
                msg = f"the {self.noun} {called!r:.80} has no {attribute}: {_A[wanted]} is expected"
                raise PluginError(msg)
        name = _checked_name(self.noun, thing.name)
        _check_call(f"the {self.noun} {name!r}", thing, self.usage)
        return name


def _is(value: Any, wanted: type) -> bool:
    if type(value) is not wanted or not value:
        return False
    if wanted is tuple:
        return _are_suffixes(value)
    return not isinstance(value, int) or value > 0


def _are_suffixes(value: Any) -> bool:
    return all(type(each) is str and _SUFFIX.fullmatch(each) for each in value)


_SUFFIX: Final = re.compile(r"\.[a-z0-9][a-z0-9._-]{0,30}")
_A: Final = {str: "a text", int: "a number above 0", tuple: "a tuple of suffixes such as '.csv'"}
_NAME: Final = re.compile(r"[!-~]{1,80}")


def _checked_name(noun: str, name: str) -> str:
    """Check that a name can be typed and shown."""
    if not _NAME.fullmatch(name):
        msg = (
            f"the {noun} {name!r:.80} cannot be asked for: a name is of visible ASCII signs, "
            "80 at most, without blanks"
        )
        raise PluginError(msg)
    return str(name)


def _check_call(what: str, thing: Any, usage: str) -> None:
    """Check that a thing has a method, and that it can be called as it will be."""
    function = getattr(thing, usage.partition("(")[0], None)
    if not callable(function):
        msg = f"{what} has no method {usage}"
        raise PluginError(msg)
    _check_arguments(what, function, usage)


def _check_arguments(what: str, function: Callable[..., Any], usage: str) -> None:
    """Check that something can be called as it will be."""
    called, _, arguments = usage.removesuffix(")").partition("(")
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # something built in, which shows none
        return
    try:
        signature.bind(*(name for name in arguments.split(", ") if name))
    except TypeError as error:
        msg = f"{what} cannot be called as {usage}, for it is {called}{signature}: {error}"
        raise PluginError(msg) from error


def _reading(
    form: _Form, is_one: Callable[[Any], bool] = lambda _: True
) -> Callable[[Participant, Sequence[Any]], Mapping[str, Any]]:
    """Return what reads the things of a form, of those that were handed over."""

    def read(_: Participant, handed: Sequence[Any]) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for things in handed:
            if not _is_collection(things):
                raise _unexpected(things, f"a list of {form.noun}s")
            for thing in filter(is_one, _several(things)):
                name = form.check(thing)
                if name in found:
                    msg = f"it supplies the {form.noun} {name!r} twice"
                    raise PluginError(msg)
                found[name] = thing
        return found

    return read


def _is_iterator(handed: object) -> TypeGuard[Iterator[Any]]:
    """Return what can be read but once, by which kind ever reads it first."""
    return isinstance(handed, Iterator)


def _is_collection(handed: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(handed, Iterable) and not isinstance(handed, str)


def _is_mapping(handed: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(handed, Mapping)


def _unexpected(handed: object, expected: str) -> PluginError:
    if handed is None:
        return PluginError(f"it returned None; return {expected}")
    return PluginError(f"it returned {type(handed).__name__}, where {expected} is expected")


# -- schemes of identifiers, stores ------------------------------------------------------

_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]{1,30}")


def _fetches(thing: Any) -> bool:
    """Tell a fetcher from a scheme, which one hook hands over."""
    return hasattr(thing, "fetch") and not hasattr(thing, "normalise")


def _schemes(plugin: Participant, handed: Sequence[Any]) -> Mapping[str, LocatorScheme]:
    found = _reading(_SCHEME_FORM, lambda thing: not _fetches(thing))(plugin, handed)
    for scheme in found.values():
        if not isinstance(scheme, LocatorScheme):
            raise _unexpected(scheme, "a LocatorScheme")
    return found


_SCHEME_FORM: Final = _Form("locator scheme", "normalise(value)")
_FETCHER_FORM: Final = _Form("fetcher", "fetch(locators, context)", (("registry", str),))
_fetchers: Final = _reading(_FETCHER_FORM, _fetches)


def _stores(_: Participant, handed: Sequence[Any]) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for stores in handed:
        if not _is_mapping(stores):
            raise _unexpected(stores, "a mapping of schemes to what opens them")
        for scheme, opens in _several(stores.items()):
            if type(scheme) is not str or not _SCHEME.fullmatch(scheme):
                msg = (
                    f"{scheme!r:.80} is no scheme: expected a small letter, then 1 to 30 small "
                    "letters, digits, '+', '.' and '-', as in shelf"
                )
                raise PluginError(msg)
            if not callable(opens):
                msg = f"what opens the store {scheme!r} is {opens!r:.80}, and no function"
                raise PluginError(msg)
            called = getattr(opens, "__name__", type(opens).__name__)
            _check_arguments(f"what opens the store {scheme!r}", opens, f"{called}(url)")
            found[scheme] = opens
    return found


# -- events ------------------------------------------------------------------------------


def _event_supplies(handed: Sequence[Any]) -> Iterator[EventSupply]:
    for supply in handed:
        if not isinstance(supply, EventSupply):
            raise _unexpected(supply, "an EventSupply")
        yield supply


def _events(plugin: Participant, handed: Sequence[Any]) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    upcast = {key for supply in _event_supplies(handed) for key in supply.upcasters}
    for supply in _event_supplies(handed):
        for cls in _several(cast("tuple[Any, ...]", supply.events)):
            if not (isinstance(cls, type) and issubclass(cls, Event) and hasattr(cls, "type")):
                msg = f"{cls!r:.80} is no event class; decorate it with evledger.event"
                raise PluginError(msg)
            _check_prefix(plugin, cls.type)
            EventType(cls)  # refuses what no line could hold
            if cls.type in found:
                msg = f"it supplies the event type {cls.type!r} twice"
                raise PluginError(msg)
            for k in range(1, cls.version):
                if (cls.type, k) not in upcast:
                    msg = f"{cls.type} is at version {cls.version}, and nothing upcasts version {k}"
                    raise PluginError(msg)
            found[cls.type] = cls
    return found


def _upcasters(plugin: Participant, handed: Sequence[Any]) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for supply in _event_supplies(handed):
        for key, upcaster in _several(cast("Mapping[Any, Any]", supply.upcasters).items()):
            name, k = _place(key)
            _check_prefix(plugin, name)
            if not callable(upcaster):
                msg = f"what upcasts version {k} of {name} is {upcaster!r:.80}, and no function"
                raise PluginError(msg)
            found[f"{name} v{k}"] = ((name, k), upcaster)
    return found


def _place(key: Any) -> tuple[str, int]:
    match key:
        case (str(name), int(k)):
            return name, k
        case _:
            msg = f"{key!r:.80} is no type and version, as in ('mylab:assay-run', 1)"
            raise PluginError(msg)


def _projections(_: Participant, handed: Sequence[Any]) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for supply in _event_supplies(handed):
        for projection in _several(supply.projections):
            name = _PROJECTION.check(projection)
            _check_call(f"the projection {name!r}", projection, "start()")
            _check_call(f"the projection {name!r}", projection, "freeze(state)")
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
_PROJECTION: Final = _Form("projection", "apply(state, record)", (_VERSION,))


def _kind(hook: str, form: _Form) -> Kind:
    return Kind(form.noun, hook, _reading(form))


KINDS: Final[Mapping[str, Kind]] = {
    "scorers": _kind("evledger_scorers", _Form("scorer", "score(view)", (_VERSION,))),
    "rankers": _kind("evledger_rankers", _Form("ranker", "rank(view, claims)", (_VERSION,))),
    "renderers": _kind("evledger_renderers", _Form("renderer", "render(view, context)")),
    "importers": _kind(
        "evledger_importers", _Form("importer", "read(file)", (("suffixes", tuple),))
    ),
    "locators": Kind("locator", "evledger_locators", _schemes),
    "fetchers": Kind("fetcher", "evledger_locators", _fetchers),
    "stores": Kind("store", "evledger_stores", _stores),
    "events": Kind("event", "evledger_events", _events),
    "upcasters": Kind("upcaster", "evledger_events", _upcasters),
    "projections": Kind("projection", "evledger_events", _projections),
    "rules": _kind("evledger_checks", _Form("rule", "check(view)")),
    "retrievers": _kind(
        "evledger_retrievers", _Form("retriever", "retrieve(view, question, limit)")
    ),
    "answerers": _kind("evledger_answerers", _Form("answerer", "answer(view, question, matches)")),
}
"""What plugins supply, by the name under which :class:`~evledger.Plugins` offers it."""
