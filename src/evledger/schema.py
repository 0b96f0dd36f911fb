"""Schemas: one event class, its marks read once, and what it makes of events and lines.

What is written goes through the same shape that checks it in the chain.
"""

from __future__ import annotations

import copy
import typing
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import attrs
import msgspec

from evledger.codec import (
    DATA_DEPTH,
    check_names,
    decode,
    encode,
    parse_canonical,
    readable,
    without_once,
)
from evledger.events import MARK, Event, Mark
from evledger.exceptions import Invalid
from evledger.locators import SCHEMES, Normaliser, normalise, public_link
from evledger.shapes import describe, is_closed, open_shape, shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from evledger.codec import Line

__all__ = ["Draft", "EventType", "Names", "Seal", "seal"]

_MOST_DIGITS: Final = 16  # of a number that is certain to be small enough


class Names(typing.NamedTuple):
    """What an event says about names; each sorted and distinct."""

    keys: tuple[str, ...]
    refs: tuple[str, ...]
    drops: tuple[str, ...]


@attrs.frozen
class Seal:
    """An event of which some more fields are to be sealed; made by :func:`seal`."""

    event: Event
    fields: frozenset[str]


def seal(event: Event, *fields: str) -> Seal:
    """Have fields of an event sealed that its class would leave open.

    Args:
        event: what is to be appended.
        fields: names of its fields; no key and no ref.

    >>> from evledger.events import GapNoted
    >>> sorted(seal(GapNoted(id="g1", text="…"), "text").fields)
    ['text']
    """
    return Seal(event, frozenset(fields))


class Draft(typing.NamedTuple):
    """An event made ready for a line: all but its place, its time, its actor and its salts.

    Attributes:
        type: the event's type.
        v: the version of its data's shape.
        data: the canonical bytes of its data, without the sealed fields.
        names: what it introduces, relies on and releases.
        sealed: the sealed fields' names and the canonical bytes to commit to.
        ids: the highest number of each kind of id that it uses, as ``{"source:s": 5}``.
        released: the names that it releases by a mark of their own, not by taking them over.
    """

    type: str
    v: int
    data: bytes
    names: Names
    sealed: Mapping[str, bytes]
    ids: Mapping[str, int]
    released: tuple[str, ...] = ()


class EventType:
    """One event class, its marks read once.

    Args:
        cls: the class.
        schemes: the normaliser of each scheme of locators.

    Attributes:
        cls: the class.
        name: its type in the chain.
        version: the version of its data's shape.
        fields: the names of its fields.
        sealable: those that a caller may seal: no key, no ref, no drop, nothing fixed.
        counters: the kinds of its ids that are handed out, as ``source:s``.
    """

    def __init__(self, cls: type[Event], schemes: Mapping[str, Normaliser] = SCHEMES) -> None:
        attributes = attrs.fields(cls)  # type: ignore[arg-type]  # every event is an attrs class
        marks = tuple(_marks_of(cls))
        hints = typing.get_type_hints(cls, include_extras=True)
        _refuse_floats(cls, hints)
        self.cls = cls
        self._schemes = schemes
        self.name, self.version = cls.type, cls.version
        self.fields = frozenset(a.name for a in attributes)
        self.sealable = self.fields - {
            path[0] for path, mark in marks if mark.role != "none" or mark.fixed
        }
        self.counters = frozenset(f"{m.kind}:{m.letters}" for _, m in marks if m.letters)
        self._defaults = {a.name: a.default for a in attributes}
        self._hints = {a.name: hints[a.name] for a in attributes}
        self._keys = tuple(_finder(path, m) for path, m in marks if m.role == "key")
        self._refs = tuple(_finder(path, m) for path, m in marks if m.role == "ref")
        self._drops = tuple(
            _finder(path, m)
            for path, m in marks
            if m.role == "drop" or (m.role == "key" and m.replaces)
        )
        self._releases = tuple(_finder(path, m) for path, m in marks if m.role == "drop")
        self._seals = _by_rule(marks)
        self._locators = tuple(path[0] for path, m in marks if m.locator)
        self._links = tuple(path[0] for path, m in marks if m.link)
        self._counters = tuple(
            (path[0], f"{m.kind}:{m.letters}", m.letters) for path, m in marks if m.letters
        )
        self._decoder = msgspec.json.Decoder(cls)
        self._shape = msgspec.json.Decoder(shape(cls))  # type: ignore[arg-type]  # a class is hashable
        self._open_shape = msgspec.json.Decoder(open_shape(cls, self.sealable))
        self._is_closed = is_closed(cls)
        self._is_builtin = cls.__module__ == Event.__module__
        self._has_rules = hasattr(cls, "__attrs_post_init__") or any(
            a.validator or a.converter for a in attributes
        )

    def normalising(self, schemes: Mapping[str, Normaliser]) -> EventType:
        """Return the same type, with other schemes of locators; nothing is read again."""
        twin = copy.copy(self)
        twin._schemes = schemes  # noqa: SLF001  # its own class
        return twin

    def names(self, shaped: msgspec.Struct) -> Names:
        """Return the names that an event's data introduces, relies on and releases."""
        return Names(
            _collect(self._keys, shaped) if self._keys else (),
            _collect(self._refs, shaped) if self._refs else (),
            _collect(self._drops, shaped) if self._drops else (),
        )

    def draft(self, event: Event, extra: frozenset[str] = frozenset()) -> Draft:
        """Make an event ready for its line.

        What is written has been read back, by the decoder that verifies it in the chain.

        Args:
            event: of this type.
            extra: fields to seal besides those that the class seals.

        Raises:
            Invalid: a value is not of its field's type, or a field cannot be sealed.
        """
        try:
            shaped = self._normalised(self._shaped(event))
            names = self.names(shaped)
            if not self._is_builtin:
                check_names(names.keys)
            if not self._is_closed:
                parse_canonical(encode(shaped), DATA_DEPTH)
            secret = self._secret(event, shaped, extra) if self._seals or extra else {}
            text = encode(self._without(shaped, secret) if secret else shaped)
        except Invalid as error:
            msg = f"{self.name}: {error}"
            raise Invalid(msg) from error
        ids = self._ids(shaped) if self._counters else {}
        released = _collect(self._releases, shaped) if names.drops else ()
        return Draft(self.name, self.version, text, names, secret, ids, released)

    def _shaped(self, event: Event) -> msgspec.Struct:
        try:
            return msgspec.convert(event, self._shape.type, from_attributes=True)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise Invalid(self._explained(error, event)) from error

    def _explained(self, error: Exception, event: Event) -> str:
        """Return what a field should have been, where its annotation says so."""
        reason = readable(error)
        field = reason.partition(":")[0]
        wanted = describe(self._hints[field]) if field in self._hints else None
        if wanted is None or ("regex" not in reason and "enum" not in reason):
            return reason
        return f"{field}: {getattr(event, field)!r:.80} is not {wanted}"

    def _normalised(self, shaped: msgspec.Struct) -> msgspec.Struct:
        """Bring locators and links into their normal form."""
        changed: dict[str, Any] = {}
        for name in self._locators:
            value = getattr(shaped, name)
            if value and (normal := _normalised(value, self._schemes)) != value:
                changed[name] = normal
        for name in self._links:
            value = getattr(shaped, name)
            if value and (link := public_link(value)) != value:
                changed[name] = link
        return msgspec.structs.replace(shaped, **changed) if changed else shaped

    def _without(self, shaped: msgspec.Struct, secret: Iterable[str]) -> dict[str, Any]:
        data: dict[str, Any] = decode(encode(shaped))
        for name in secret:
            del data[name]
        return data

    def read(self, text: bytes | msgspec.Raw) -> Event:
        """Decode the JSON of an event's data, of which no field is sealed.

        Raises:
            Invalid: it is not data of this type; the message names the field.
        """
        try:
            return self._decoder.decode(text)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Invalid(readable(error)) from error

    def assemble(self, data: Mapping[str, Any], given: Mapping[str, Any]) -> Event:
        """Build an event from decoded data and from values that stand outside it.

        Args:
            data: the decoded data of the line.
            given: values of sealed fields, taken as they are.
        """
        event = object.__new__(self.cls)
        for name, default in self._defaults.items():
            if name in given:
                value = given[name]
            elif name in data:
                value = self.convert(name, data[name])
            elif default is attrs.NOTHING:
                msg = f"{self.name}: {name} is missing"
                raise Invalid(msg)
            elif isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # a class, at run time
                value = default.factory()
            else:
                value = default
            object.__setattr__(event, name, value)
        return event

    def convert(self, field: str, value: Any) -> Any:
        """Turn one field's decoded JSON into the field's own type."""
        try:
            return msgspec.convert(value, self._hints[field])
        except msgspec.MsgspecError as error:
            msg = f"{field}: {readable(error)}"
            raise Invalid(msg) from error

    def check(self, line: Line) -> None:
        """Hold a line of this type and version to its schema, and its data to canonical form.

        Raises:
            Invalid: a field is unknown, missing, of another type, or sealed where it cannot be;
                or the names in the line are not those of its data.
        """
        decoder = self._open_shape if line.sealed else self._shape
        try:
            shaped = decoder.decode(line.data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Invalid(readable(error)) from error
        if encode(shaped) != bytes(line.data):
            msg = "data is not canonical JSON (RFC 8785), or holds null"
            raise Invalid(msg)
        if line.sealed:
            self._check_sealed(line, shaped)
        if self._has_rules:
            self._check_rules(line)
        if not self._is_closed:
            parse_canonical(bytes(line.data), DATA_DEPTH)
        keys = _collect(self._keys, shaped)
        if (
            (keys != line.keys and keys != without_once(line.keys))
            or _collect(self._refs, shaped) != line.refs
            or _collect(self._drops, shaped) != line.drops
        ):
            msg = "its keys, refs and drops are not those of its data"
            raise Invalid(msg)

    def _check_rules(self, line: Line) -> None:
        """Hold the data to what the class itself checks of its fields together."""
        if not line.sealed:
            self.read(line.data)
            return
        if not self._is_builtin:
            return  # a stranger's rules may look into what is sealed
        event = self.assemble(decode(bytes(line.data)), dict.fromkeys(line.sealed))
        rules: Callable[[], None] | None = getattr(event, "__attrs_post_init__", None)
        if rules is not None:
            rules()

    def _check_sealed(self, line: Line, shaped: msgspec.Struct) -> None:
        for name in line.sealed:
            if name not in self.sealable:
                msg = f"{name} cannot be sealed"
                raise Invalid(msg)
            if getattr(shaped, name) not in (msgspec.UNSET, None):
                msg = f"{name} is sealed, and stands in the data all the same"
                raise Invalid(msg)
        for name in self.sealable - line.sealed.keys():
            if getattr(shaped, name) is msgspec.UNSET:
                msg = f"{name} is missing"
                raise Invalid(msg)

    def _secret(
        self, event: Event, shaped: msgspec.Struct, extra: frozenset[str]
    ) -> dict[str, bytes]:
        """Return the fields to seal that have a value, and the bytes to commit to."""
        if not extra <= self.sealable:
            msg = f"{min(extra - self.sealable)!r} is not a field that can be sealed"
            raise Invalid(msg)
        fields = list(extra)
        for when, names in self._seals:
            present = [name for name in names if getattr(shaped, name) is not None]
            if present and when(event):
                fields += present
        if not fields:
            return {}
        values = ((name, getattr(shaped, name)) for name in sorted(set(fields)))
        return {
            name: encode([self.name, name, value]) for name, value in values if value is not None
        }

    def _ids(self, shaped: msgspec.Struct) -> dict[str, int]:
        found: dict[str, int] = {}
        for field, counter, letters in self._counters:
            number = getattr(shaped, field).removeprefix(letters)
            if number.isdecimal() and len(number) < _MOST_DIGITS:
                found[counter] = int(number)
        return found


_Path = tuple[str, ...]


def _marks_of(cls: Any, above: _Path = ()) -> Iterator[tuple[_Path, Mark]]:
    """Yield the marks of a class and of the classes within its fields, with the way to each."""
    hints = typing.get_type_hints(cls, include_extras=True)
    for attribute in attrs.fields(cls):
        path = (*above, attribute.name)
        mark: Mark = attribute.metadata.get(MARK, Mark())
        yield path, mark
        for inner in _classes_in(hints[attribute.name]):
            for within, its in _marks_of(inner, path):
                yield within, attrs.evolve(its, replaces=its.replaces or mark.replaces)


def _classes_in(hint: Any) -> Iterator[type]:
    if isinstance(hint, type) and attrs.has(hint):
        yield hint
    for argument in typing.get_args(hint):
        yield from _classes_in(argument)


def _by_rule(
    marks: Iterable[tuple[_Path, Mark]],
) -> tuple[tuple[Callable[[Any], bool], list[str]], ...]:
    """Group the sealed fields by the rule that seals them, so that each is asked once."""
    rules: dict[Callable[[Any], bool], list[str]] = {}
    for path, mark in marks:
        if mark.seal is not None:
            rules.setdefault(mark.seal, []).append(path[0])
    return tuple(rules.items())


_Finder = tuple[str, str, "Callable[[Any], Iterable[str]] | None"]


def _finder(path: _Path, mark: Mark) -> _Finder:
    """Return in which field a mark's names are, and how to find them where they are deeper."""
    prefix = f"{mark.kind}:" if mark.kind else ""
    field, *within = path
    if mark.parts:
        return field, prefix, partial(_joined, parts=mark.parts)
    return field, prefix, partial(_values_at, path=path) if within else None


def _collect(finders: tuple[_Finder, ...], shaped: msgspec.Struct) -> tuple[str, ...]:
    """Return the names that some marks find, sorted and distinct."""
    names: list[str] = []
    for field, prefix, find in finders:
        value = getattr(shaped, field)
        if value is None:
            continue
        if find is not None:
            names += [prefix + name for name in find(shaped)]
        elif type(value) is str:
            names.append(prefix + value)
        elif value:
            names += [prefix + name for name in value]
    if len(names) < 2:
        return tuple(names)
    if len(names) > 2 or names[0] >= names[1]:
        names = sorted(set(names))
    return tuple(names)


def _joined(shaped: msgspec.Struct, parts: tuple[str, ...]) -> list[str]:
    values = (getattr(shaped, part) for part in parts)
    return ["/".join(value for value in values if value is not None)]


def _refuse_floats(cls: type[Event], hints: Mapping[str, Any]) -> None:
    """Refuse a class whose values no line could hold.

    Raises:
        Invalid: a field is a float, or holds floats.
    """
    for attribute in attrs.fields(cls):  # type: ignore[arg-type]  # every event is an attrs class
        if _has_float(hints[attribute.name]):
            msg = (
                f"{cls.type}: field {attribute.name!r} holds floats, which no line can; "
                "a number with decimals travels as text"
            )
            raise Invalid(msg)


def _has_float(hint: Any) -> bool:
    return hint is float or any(_has_float(each) for each in typing.get_args(hint))


def _values_at(shaped: Any, path: _Path) -> list[str]:
    value: Any = getattr(shaped, path[0])
    if value is None:
        return []
    values: list[Any] = list(value) if type(value) in (list, tuple) else [value]
    if len(path) > 1:
        return [name for value in values for name in _values_at(value, path[1:])]
    return values


def _normalised(value: Any, schemes: Mapping[str, Normaliser]) -> Any:
    if type(value) is str:
        return normalise(value, schemes)
    if len(value) == 1:
        return (normalise(value[0], schemes),)
    return tuple(dict.fromkeys([normalise(item, schemes) for item in value]))
