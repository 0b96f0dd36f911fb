"""Vocabularies: the event types that a ledger is read and written with."""

from __future__ import annotations

import difflib
import functools
import re
import typing
from typing import TYPE_CHECKING, Any

import msgspec

from evledger.codec import decode, encode, is_object
from evledger.events import Event, builtin_events
from evledger.exceptions import PLUGIN_ERRORS, EvledgerError, Invalid, blame
from evledger.locators import SCHEMES, Normaliser, normalise
from evledger.schema import Draft, EventType, Seal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from evledger.codec import Line

__all__ = ["Upcaster", "Vocabulary"]

Upcaster = typing.Callable[[dict[str, Any]], dict[str, Any]]
"""Turns the data of version k of an event type into the data of version k+1."""


class Vocabulary:
    """The event types that a ledger is read and written with.

    Args:
        events: event classes besides the built-in ones.
        upcasters: for an event type and a version k, what turns its data into that of k+1.
        schemes: the normaliser of each scheme of locators; those of
            :data:`evledger.locators.SCHEMES` by default.

    Raises:
        Invalid: two classes have one type, or an upcaster is missing.
    """

    def __init__(
        self,
        events: Iterable[type[Event]] = (),
        upcasters: Mapping[tuple[str, int], Upcaster] | None = None,
        schemes: Mapping[str, Normaliser] = SCHEMES,
    ) -> None:
        self.schemes = schemes
        self._upcasters = dict(upcasters or {})
        self._types = {kind.name: kind.normalising(schemes) for kind in _builtin_types()}
        for cls in events:
            self._add(cls)

    def _add(self, cls: type[Event]) -> None:
        if cls.type in self._types:
            other = self._types[cls.type].cls
            msg = f"two classes claim event type {cls.type!r}: {_where(other)} and {_where(cls)}"
            raise Invalid(msg)
        for k in range(1, cls.version):
            if (cls.type, k) not in self._upcasters:
                msg = f"{cls.type} is at version {cls.version}, but nothing upcasts version {k}"
                raise Invalid(msg)
        self._types[cls.type] = EventType(cls, self.schemes)

    def __contains__(self, name: object) -> bool:
        return name in self._types

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def type_of(self, name: str) -> EventType | None:
        """Return the event type of this name, if it is known."""
        return self._types.get(name)

    def normalise(self, locator: str) -> str:
        """Return a locator's normal form under the schemes that are known.

        Raises:
            Invalid: the text names no source, or its scheme is not known.

        >>> Vocabulary().normalise("https://doi.org/10.1000/X")
        'doi:10.1000/x'
        """
        return normalise(locator, self.schemes)

    def draft(self, event: Event | Seal) -> Draft:
        """Make an event ready for its line.

        Raises:
            Invalid: its class is not registered, or a value breaks its schema.
        """
        fields: frozenset[str] = frozenset()
        if isinstance(event, Seal):
            fields, event = event.fields, event.event
        kind = self._types.get(getattr(event, "type", ""))
        if kind is None or type(event) is not kind.cls:
            msg = (
                f"{event!r:.80} is not an event of a registered class; "
                "classes of your own come in through a plugin"
            )
            raise Invalid(msg)
        return kind.draft(event, fields)

    def structure(self, name: str, data: Any) -> Event:
        """Build an event from plain data, strictly.

        Args:
            name: the event's type.
            data: an object as JSON gives it.

        Raises:
            Invalid: the type is unknown, or the data breaks its schema; every breach is named.

        >>> Vocabulary().structure("gap-noted", {"id": "g1", "text": "No trial in women."})
        GapNoted(id='g1', text='No trial in women.')
        """
        kind = self._types.get(name)
        if kind is None:
            raise Invalid(self._unknown(name))
        if not is_object(data):
            msg = f"{name}: expected an object with its fields, got {type(data).__name__}"
            raise Invalid(msg)
        # cattrs is a tenth of importing us, and most programs never read plain data.
        from evledger.structuring import structure  # noqa: PLC0415

        event: Event = structure(data, kind.cls, name)
        return event

    def _unknown(self, name: str) -> str:
        prefix, colon, _ = name.partition(":")
        if colon and not any(known.startswith(f"{prefix}:") for known in self._types):
            return f"unknown event type {name!r:.80}; no plugin {prefix!r:.40} brings events here"
        near = difflib.get_close_matches(name, self._types, 1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        return f"unknown event type {name!r:.80}; {hint}known are {', '.join(sorted(self._types))}"

    def counters_of(self, held: Iterable[str]) -> dict[str, int]:
        """Return the highest number of each kind of id among names that are held."""
        kinds = {c for kind in self._types.values() for c in kind.counters}
        found: dict[str, int] = {}
        for name in held:
            match = _NUMBERED.fullmatch(name)
            if match is not None and match[1] in kinds:
                found[match[1]] = max(found.get(match[1], 0), int(match[2]))
        return found

    def event(self, line: Line, given: Mapping[str, Any] | None = None) -> Event | None:
        """Return the event that a line records, brought up to its class's version.

        Args:
            line: a line.
            given: values of its sealed fields, or what stands in for them.

        Returns:
            The event; ``None`` where its type, or its version, is not known here.

        Raises:
            Invalid: the data is not of the type's schema.
        """
        kind = self._types.get(line.type)
        if kind is None or not 1 <= line.v <= kind.version:
            return None
        try:
            data = self.current(line)
            if not line.sealed:
                return kind.read(data)
            return kind.assemble(decode(bytes(data)), given or {})
        except EvledgerError:
            raise
        except PLUGIN_ERRORS as error:  # a class of a plugin may do anything
            raise Invalid(f"{line.type} cannot be read: {blame(error)}") from error

    def current(self, line: Line) -> msgspec.Raw:
        """Return a line's data as its class's version has it; the type must be known."""
        version = self._types[line.type].version
        if line.v == version:
            return line.data
        data = decode(bytes(line.data))
        for k in range(line.v, version):
            data = self._upcast(line.type, k, data)
        return msgspec.Raw(encode(data))

    def _upcast(self, name: str, k: int, data: Any) -> Any:
        try:
            found = self._upcasters[name, k](data)
            encode(found)  # what no line could hold, or has no end, is the upcaster's fault
        except PLUGIN_ERRORS as error:
            msg = f"{name}: upcasting version {k} failed: {blame(error)}"
            raise Invalid(msg) from error
        if not is_object(found):
            msg = f"{name}: upcasting version {k} gave {type(found).__name__}, not an object"
            raise Invalid(msg)
        return found


_NUMBERED = re.compile(r"([a-z-]+:[a-z]+)([0-9]{1,15})")


@functools.cache
def _builtin_types() -> tuple[EventType, ...]:
    """Return the types of our own events, whose marks are read once in a process."""
    return tuple(EventType(cls) for cls in builtin_events())


def _where(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
