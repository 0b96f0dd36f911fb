"""Events to canonical bytes and back: the one codec.

Canonical bytes are RFC 8785 (JCS), under rules that make msgspec's sorted compact JSON equal to it:
no floats, integers within ±(2^53-1), no lone surrogates, object names in ASCII.
What is hashed is made by :func:`canonical` and :func:`write_line` and by nothing else.

Decoding refuses what encoding never writes.
A number such as ``1.0`` or 2^70 would survive a naive round trip, so
:func:`parse_canonical` refuses it by rule, and everything else by encoding again and comparing.
"""

from __future__ import annotations

import functools
import itertools
import re
import typing
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import attrs
import cattrs
import msgspec
from cattrs.cols import list_structure_factory
from cattrs.errors import ForbiddenExtraKeysError

from evledger.events import MARK, Event, Mark, builtin_events
from evledger.exceptions import Invalid
from evledger.locators import normalise, public_link
from evledger.shapes import describe, is_closed, open_shape, shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = [
    "MAX_DEPTH",
    "MAX_INTEGER",
    "MAX_LINE",
    "MAX_NAME",
    "Draft",
    "EventType",
    "Line",
    "Names",
    "Seal",
    "Upcaster",
    "Vocabulary",
    "canonical",
    "check_frame",
    "check_line",
    "is_list",
    "is_object",
    "parse_canonical",
    "parse_json",
    "read_line",
    "seal",
    "write_line",
]

MAX_LINE: Final = 65_535
"""Bytes of a line without its newline: the limit of a C2SP tlog-tiles entry."""

MAX_DEPTH: Final = 32
_DATA_DEPTH: Final = MAX_DEPTH - 1  # the line itself is the outermost object
MAX_INTEGER: Final = 2**53 - 1
MAX_NAME: Final = 2_100

Upcaster = typing.Callable[[dict[str, Any]], dict[str, Any]]
"""Turns the data of version k of an event type into the data of version k+1."""

# -- canonical JSON ----------------------------------------------------------------------

_ENCODER = msgspec.json.Encoder(order="sorted")


def _no_floats(text: str) -> typing.NoReturn:
    msg = f"the number {text} is not an integer; write it as a string"
    raise Invalid(msg)


_DECODER = msgspec.json.Decoder(float_hook=_no_floats)
_LONG_NUMBER = re.compile(rb"[0-9]{16}")
_MOST_DIGITS: Final = 16  # of a number that is certain to be small enough


def canonical(value: Any) -> bytes:
    """Encode a JSON value as RFC 8785.

    Args:
        value: of dict, list, tuple, str, int and bool; names are ASCII strings.

    Raises:
        Invalid: the value holds what a ledger never holds.

    >>> canonical({"b": 1, "a": ["é"]}).decode()
    '{"a":["é"],"b":1}'
    """
    _walk(value, MAX_DEPTH)
    return _encode(value)


def parse_canonical(text: bytes, depth: int = MAX_DEPTH) -> Any:
    """Decode canonical JSON, and refuse any other bytes.

    Args:
        text: UTF-8.
        depth: how many arrays and objects may enclose a value.

    Raises:
        Invalid: the text is not JSON, breaks a rule of the format, or is not canonical.
    """
    value = _decode(text)
    # Only what these cheap signs let through could break a rule that decoding does not see.
    if (
        not text.isascii()
        or text.count(b"{") + text.count(b"[") > depth
        or b"null" in text
        or _LONG_NUMBER.search(text)
    ):
        _walk(value, depth)
    if _ENCODER.encode(value) != text:
        msg = "not canonical JSON (RFC 8785): names out of order or twice, spaces, or escapes"
        raise Invalid(msg)
    return value


def parse_json(text: bytes) -> Any:
    """Decode JSON of any form, under the rules of the format.

    Raises:
        Invalid: it is not JSON, or holds what a ledger never holds.
    """
    value = _decode(text)
    if value is not None:
        _walk(value, MAX_DEPTH)
    return value


def is_object(value: Any) -> typing.TypeGuard[dict[str, Any]]:
    """Tell whether decoded JSON is an object."""
    return type(value) is dict


def is_list(value: Any) -> typing.TypeGuard[list[Any]]:
    """Tell whether decoded JSON is an array."""
    return type(value) is list


def _encode(value: Any) -> bytes:
    try:
        return _ENCODER.encode(value)
    except (UnicodeEncodeError, TypeError, msgspec.MsgspecError) as error:
        msg = f"cannot be written as JSON: {error}"
        raise Invalid(msg) from error


def _decode(text: bytes) -> Any:
    try:
        return _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        if isinstance(error, Invalid):
            raise
        msg = f"not JSON: {_readable(error)}"
        raise Invalid(msg) from error


def _walk(value: Any, depth: int) -> None:
    kind = typing.cast("type[object]", type(value))
    if depth == 0 and kind in (dict, list, tuple):
        msg = f"nested deeper than {MAX_DEPTH} levels"
        raise Invalid(msg)
    if kind is dict:
        for name, item in value.items():
            if type(name) is not str or not name.isascii():
                msg = f"the object name {name!r} is not ASCII text"
                raise Invalid(msg)
            _walk(item, depth - 1)
    elif kind is list or kind is tuple:
        for item in value:
            _walk(item, depth - 1)
    elif kind is int and not -MAX_INTEGER <= value <= MAX_INTEGER:
        msg = f"the integer {value} is outside ±(2^53-1); write it as a string"
        raise Invalid(msg)
    elif kind not in (str, int, bool):
        what = type(value).__name__
        msg = f"{value!r:.80} is {what}; a ledger holds text, integers, true and false"
        raise Invalid(msg)


# -- lines -------------------------------------------------------------------------------


class Line(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A record's bytes taken apart; the fields stand in canonical order."""

    at: str
    by: str
    data: msgspec.Raw
    drops: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    n: int = msgspec.field(default=-1)
    refs: tuple[str, ...] = ()
    sealed: dict[str, str] = {}
    type: str = msgspec.field(default="")
    v: int = msgspec.field(default=0)


_LINE_DECODER = msgspec.json.Decoder(Line)
_AT = re.compile(
    r"(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
)
_BY = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,200}")
_TYPE = re.compile(r"[a-z][a-z0-9-]{0,63}(:[a-z][a-z0-9-]{0,63})?")
_NAME = re.compile(r"[^\x00-\x20\x7f\ud800-\udfff]+")
_NAMES = re.compile(r"[^\x00-\x20\x7f]+(?:\n[^\x00-\x20\x7f]+)*")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_RESERVED: Final = ("help", "status", "ingest")  # the text line's own words
_HEX = re.compile(r"[0-9a-f]{64}")


def check_by(by: str) -> str:
    """Give ``by`` back, if it can stand in a line.

    Raises:
        Invalid: it is empty, longer than 200 characters, or has control characters.
    """
    if not isinstance(by, str) or _BY.fullmatch(by) is None:  # type: ignore[redundant-expr]  # callers may be untyped
        msg = (
            f"by={by!r:.80}: expected a role or pseudonym of 1 to 200 characters, "
            "without control characters"
        )
        raise Invalid(msg)
    return by


def is_slug(name: str) -> bool:
    """Tell whether this can be the name of a ledger."""
    return _SLUG.fullmatch(name) is not None and name not in _RESERVED


def check_slug(name: str) -> str:
    """Give the name of a ledger back, if it can be one.

    Raises:
        Invalid: it is not of 1 to 63 small letters, digits and hyphens.
    """
    if not is_slug(name):
        msg = f"{name!r:.80} is not a name of 1 to 63 small letters, digits and hyphens"
        raise Invalid(msg)
    return name


def check_names(names: Iterable[str]) -> None:
    """Hold names to the format.

    Raises:
        Invalid: one is empty, longer than 2,100 characters, or has blanks or control characters.
    """
    for name in names:
        check_name(name)


def check_name(name: str) -> str:
    """Give a key back, if it can stand in a line.

    Raises:
        Invalid: it is empty, longer than 2,100 characters, or has blanks or control characters.
    """
    if len(name) > MAX_NAME or _NAME.fullmatch(name) is None:
        msg = f"the name {name!r:.80} has blanks or control characters, or is too long"
        raise Invalid(msg)
    return name


def write_line(line: Line) -> bytes:
    """Give a record's bytes with their newline.

    Raises:
        Invalid: they would be longer than 65,535 bytes.
    """
    text = _ENCODER.encode(line)
    if len(text) > MAX_LINE:
        msg = (
            f"{line.type}: the line would have {len(text):,} bytes, the limit is {MAX_LINE:,}; "
            "keep long material as an attachment"
        )
        raise Invalid(msg)
    return text + b"\n"


def read_line(text: bytes) -> Line:
    """Take a stored line apart, without checking the format's rules.

    Raises:
        Invalid: it is not an object with the fields of a line.
    """
    try:
        return _LINE_DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        msg = f"not a line of a ledger: {error}"
        raise Invalid(msg) from error


def check_line(text: bytes) -> tuple[Line, dict[str, Any]]:
    """Take a line, without its newline, apart and hold it to every rule of the format.

    Returns:
        The line, and its data decoded.

    Raises:
        Invalid: it breaks one; the message says which.
    """
    line = check_frame(text)
    for name, names in (("keys", line.keys), ("refs", line.refs), ("drops", line.drops)):
        if names and not _is_sorted_set(names):
            msg = f"{name}: not a sorted array of distinct names"
            raise Invalid(msg)
    data: Any = parse_canonical(bytes(line.data), _DATA_DEPTH)
    if not is_object(data):
        msg = "data is not an object"
        raise Invalid(msg)
    if not line.sealed.keys().isdisjoint(data):
        msg = "sealed: data holds a field that is sealed"
        raise Invalid(msg)
    return line, data


def check_frame(text: bytes) -> Line:
    """Take a line apart and hold all of it to the format but its data and what that implies.

    Raises:
        Invalid: it breaks a rule; the message says which.
    """
    if len(text) > MAX_LINE:
        msg = f"longer than {MAX_LINE:,} bytes"
        raise Invalid(msg)
    line = read_line(text)
    if _ENCODER.encode(line) != text:
        msg = "not canonical JSON (RFC 8785): names out of order or twice, spaces, or escapes"
        raise Invalid(msg)
    if not 0 <= line.n <= MAX_INTEGER or not 1 <= line.v <= MAX_INTEGER:
        msg = f"n={line.n}, v={line.v}: expected positions from 0 and versions from 1"
        raise Invalid(msg)
    if not (_is_time(line.at) and _is_actor(line.by) and _is_type(line.type)):
        shown = f"{line.at!r:.80}, {line.by!r:.80}, {line.type!r:.80}"
        msg = f"at, by or type is not of the format: {shown}"
        raise Invalid(msg)
    if line.keys and not _are_names(line.keys):
        msg = f"keys: {line.keys!r:.80} have blanks or control characters"
        raise Invalid(msg)
    if line.sealed and not all(map(_HEX.fullmatch, line.sealed.values())):
        msg = "sealed: not commitments of 64 hexadecimal digits"
        raise Invalid(msg)
    return line


# The same few values come again and again.
@functools.lru_cache(maxsize=64)
def _is_time(at: str) -> bool:
    if _AT.fullmatch(at) is None:
        return False
    try:
        datetime.fromisoformat(at)
    except ValueError:  # the 30th of February
        return False
    return True


_is_actor = functools.lru_cache(maxsize=64)(_BY.fullmatch)
_is_type = functools.lru_cache(maxsize=64)(_TYPE.fullmatch)


def without_once(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Give a line's keys without a retry token, if they are sorted and distinct."""
    if not _is_sorted_set(keys):
        return ()
    return tuple(key for key in keys if not key.startswith("once:"))


def _is_sorted_set(names: tuple[str, ...]) -> bool:
    if len(names) > 1 and any(a >= b for a, b in itertools.pairwise(names)):
        return False
    return _are_names(names)


def _are_names(names: tuple[str, ...]) -> bool:
    joined = "\n".join(names)
    return _NAMES.fullmatch(joined) is not None and joined.count("\n") == len(names) - 1


# -- event types -------------------------------------------------------------------------


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


@attrs.frozen
class Draft:
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

    Attributes:
        cls: the class.
        name: its type in the chain.
        version: the version of its data's shape.
        fields: the names of its fields.
        sealable: those that a caller may seal: no key, no ref, no drop, nothing fixed.
        counters: the kinds of its ids that are handed out, as ``source:s``.
    """

    def __init__(self, cls: type[Event]) -> None:
        attributes = attrs.fields(cls)  # type: ignore[arg-type]  # every event is an attrs class
        marks = tuple(_marks_of(cls))
        hints = typing.get_type_hints(cls, include_extras=True)
        self.cls = cls
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
        self._arrays = tuple(name for name, hint in self._hints.items() if _is_array(hint))
        self._locators = tuple(path[0] for path, m in marks if m.locator)
        self._links = tuple(path[0] for path, m in marks if m.link)
        self._counters = tuple(
            (path[0], f"{m.kind}:{m.letters}", m.letters) for path, m in marks if m.letters
        )
        self._decoder = msgspec.json.Decoder(cls)
        self._shape = msgspec.json.Decoder(shape(cls))  # type: ignore[arg-type]  # a class is hashable
        self._open_shape = msgspec.json.Decoder(open_shape(cls, self.sealable))
        self._is_closed = is_closed(cls)
        self._has_rules = hasattr(cls, "__attrs_post_init__") or any(
            a.validator or a.converter for a in attributes
        )

    def names(self, shaped: msgspec.Struct) -> Names:
        """Give the names that an event's data introduces, relies on and releases."""
        return Names(
            _collect(self._keys, shaped),
            _collect(self._refs, shaped),
            _collect(self._drops, shaped),
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
            if not self._is_closed:
                parse_canonical(_encode(shaped), _DATA_DEPTH)
                check_names(names.keys)
            secret = self._secret(event, shaped, extra) if self._seals or extra else {}
            text = _encode(self._without(shaped, secret) if secret else shaped)
        except Invalid as error:
            msg = f"{self.name}: {error}"
            raise Invalid(msg) from error
        ids = self._ids(shaped) if self._counters else {}
        released = _collect(self._releases, shaped) if names.drops else ()
        return Draft(self.name, self.version, text, names, secret, ids, released)

    def _shaped(self, event: Event) -> msgspec.Struct:
        try:
            for name in self._arrays:
                _check_array(name, getattr(event, name))
            return msgspec.convert(event, self._shape.type, from_attributes=True)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise Invalid(self._explained(error, event)) from error

    def _explained(self, error: Exception, event: Event) -> str:
        """Say what a field should have been, where its annotation says so."""
        reason = _readable(error)
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
            if value and (normal := _normalised(value)) != value:
                changed[name] = normal
        for name in self._links:
            value = getattr(shaped, name)
            if value and (link := public_link(value)) != value:
                changed[name] = link
        return msgspec.structs.replace(shaped, **changed) if changed else shaped

    def _without(self, shaped: msgspec.Struct, secret: Iterable[str]) -> dict[str, Any]:
        data: dict[str, Any] = _decode(_encode(shaped))
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
            raise Invalid(_readable(error)) from error

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
            else:
                value = default
            object.__setattr__(event, name, value)
        return event

    def convert(self, field: str, value: Any) -> Any:
        """Turn one field's decoded JSON into the field's own type."""
        try:
            return msgspec.convert(value, self._hints[field])
        except msgspec.MsgspecError as error:
            msg = f"{field}: {_readable(error)}"
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
            raise Invalid(_readable(error)) from error
        if _ENCODER.encode(shaped) != bytes(line.data):
            msg = "data is not canonical JSON (RFC 8785), or holds null"
            raise Invalid(msg)
        if line.sealed:
            self._check_sealed(line, shaped)
        if self._has_rules:
            self._check_rules(line)
        if not self._is_closed:
            parse_canonical(bytes(line.data), _DATA_DEPTH)
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
        event = self.assemble(_decode(bytes(line.data)), dict.fromkeys(line.sealed))
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
        """Give the fields to seal that have a value, and the bytes to commit to."""
        if not extra <= self.sealable:
            msg = f"{min(extra - self.sealable)!r} is not a field that can be sealed"
            raise Invalid(msg)
        fields = set(extra)
        for when, names in self._seals:
            if when(event):
                fields.update(names)
        values = ((name, getattr(shaped, name)) for name in sorted(fields))
        return {
            name: _encode([self.name, name, value]) for name, value in values if value is not None
        }

    def _ids(self, shaped: msgspec.Struct) -> dict[str, int]:
        found: dict[str, int] = {}
        for field, counter, letters in self._counters:
            number = getattr(shaped, field).removeprefix(letters)
            if number.isdecimal() and number.isascii() and len(number) < _MOST_DIGITS:
                found[counter] = int(number)
        return found


_Path = tuple[str, ...]


def _marks_of(cls: Any, above: _Path = ()) -> Iterator[tuple[_Path, Mark]]:
    """Give the marks of a class and of the classes within its fields, with the way to each."""
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


def _is_array(hint: Any) -> bool:
    arguments = typing.get_args(hint)
    return typing.get_origin(hint) is tuple or any(map(_is_array, arguments))


def _check_array(name: str, value: Any) -> None:
    """Refuse a set, whose order is another on each run."""
    kind = typing.cast("type[object]", type(value))
    if kind in (set, frozenset):
        msg = f"{name}: expected array, got {kind.__name__}, which has no order"
        raise Invalid(msg)


_Finder = tuple[str, str, "Callable[[Any], Iterable[str]] | None"]


def _finder(path: _Path, mark: Mark) -> _Finder:
    """Say in which field a mark's names are, and how to find them where they are deeper."""
    prefix = f"{mark.kind}:" if mark.kind else ""
    field, *within = path
    if mark.parts:
        return field, prefix, partial(_joined, parts=mark.parts)
    return field, prefix, partial(_values_at, path=path) if within else None


def _collect(finders: tuple[_Finder, ...], shaped: msgspec.Struct) -> tuple[str, ...]:
    """Give the names that some marks find, sorted and distinct."""
    if not finders:
        return ()
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


def _values_at(shaped: Any, path: _Path) -> list[str]:
    value: Any = getattr(shaped, path[0])
    if value is None:
        return []
    values: list[Any] = list(value) if type(value) in (list, tuple) else [value]
    if len(path) > 1:
        return [name for value in values for name in _values_at(value, path[1:])]
    return values


def _normalised(value: Any) -> Any:
    if type(value) is str:
        return normalise(value)
    if len(value) == 1:
        return (normalise(value[0]),)
    return tuple(dict.fromkeys([normalise(item) for item in value]))


def _readable(error: Exception) -> str:
    """Put msgspec's "Expected `str`, got `int` - at `$.title`" the right way round."""
    what, _, where = str(error).partition(" - at `$")
    what = what.replace("`", "")
    place = where.rstrip("`").lstrip(".")
    return f"{place}: {what[:1].lower()}{what[1:]}" if place else what


# -- vocabularies ------------------------------------------------------------------------


def make_converter() -> cattrs.Converter:
    """Make the one converter: strict in every scalar and every list, and no unknown fields.

    By itself cattrs turns ``"7"`` into 7, ``None`` into ``"None"``,
    and a text into a list of its letters.
    """
    converter = cattrs.Converter(forbid_extra_keys=True)
    for scalar in (str, int, bool):
        converter.register_structure_hook(scalar, _strict)
    converter.register_structure_hook_factory(_is_tuple, partial(_structure_tuple, converter))
    return converter


def _strict(value: Any, kind: Any) -> Any:
    if type(value) is not kind:
        msg = f"expected {kind.__name__}, got {type(value).__name__}"
        raise Invalid(msg)
    return value


def _is_tuple(hint: Any) -> bool:
    return typing.get_origin(hint) is tuple


def _structure_tuple(converter: cattrs.Converter, hint: Any) -> Callable[[Any, Any], Any]:
    element = typing.get_args(hint)[0]
    structure = list_structure_factory(list[element], converter)  # type: ignore[valid-type]  # made here

    def structured(value: Any, _: Any) -> tuple[Any, ...]:
        if type(value) not in (list, tuple):
            msg = f"expected an array, got {type(value).__name__}"
            raise Invalid(msg)
        return tuple(structure(value, list[element]))  # type: ignore[valid-type]  # the same

    return structured


class Vocabulary:
    """The event types that a ledger is read and written with.

    Args:
        events: event classes besides the built-in ones.
        upcasters: for an event type and a version k, what turns its data into that of k+1.

    Raises:
        Invalid: two classes have one type, or an upcaster is missing.
    """

    def __init__(
        self,
        events: Iterable[type[Event]] = (),
        upcasters: Mapping[tuple[str, int], Upcaster] | None = None,
    ) -> None:
        self._converter = make_converter()
        self._upcasters = dict(upcasters or {})
        self._types: dict[str, EventType] = {}
        for cls in (*builtin_events(), *events):
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
        self._types[cls.type] = EventType(cls)

    def __contains__(self, name: object) -> bool:
        return name in self._types

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def type_of(self, name: str) -> EventType | None:
        """Give the event type of this name, if it is known."""
        return self._types.get(name)

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
            msg = f"unknown event type {name!r:.80}; known are {', '.join(sorted(self._types))}"
            raise Invalid(msg)
        if not is_object(data):
            msg = f"{name}: expected an object with its fields, got {type(data).__name__}"
            raise Invalid(msg)
        try:
            event: Event = self._converter.structure(data, kind.cls)
        except Exception as error:
            reasons = cattrs.transform_error(error, path=name, format_exception=_reason)
            raise Invalid("; ".join(map(_placed, reasons))) from error
        return event

    def counters_of(self, held: Iterable[str]) -> dict[str, int]:
        """Give the highest number of each kind of id among names that are held."""
        kinds = {c for kind in self._types.values() for c in kind.counters}
        found: dict[str, int] = {}
        for name in held:
            match = _NUMBERED.fullmatch(name)
            if match is not None and match[1] in kinds:
                found[match[1]] = max(found.get(match[1], 0), int(match[2]))
        return found

    def event(self, line: Line, given: Mapping[str, Any] | None = None) -> Event | None:
        """Give the event that a line records, brought up to its class's version.

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
        data = self.current(line)
        if not line.sealed:
            return kind.read(data)
        return kind.assemble(_decode(bytes(data)), given or {})

    def current(self, line: Line) -> msgspec.Raw:
        """Give a line's data as its class's version has it; the type must be known."""
        version = self._types[line.type].version
        if line.v == version:
            return line.data
        data = _decode(bytes(line.data))
        for k in range(line.v, version):
            try:
                data = self._upcasters[line.type, k](data)
            except Exception as error:
                msg = f"{line.type}: upcasting version {k} failed: {error!r}"
                raise Invalid(msg) from error
        return msgspec.Raw(_encode(data))


_NUMBERED = re.compile(r"([a-z-]+:[a-z]+)([0-9]{1,15})")


def _where(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _placed(reason: str) -> str:
    """Put cattrs's "what @ where" the right way round."""
    what, _, where = reason.partition(" @ ")
    return f"{where}: {what}"


def _reason(error: BaseException, _kind: type | None) -> str:
    if isinstance(error, KeyError):
        return "it is missing"
    if isinstance(error, ForbiddenExtraKeysError):
        return f"unknown field {', '.join(sorted(error.extra_fields))}"
    return str(error) or type(error).__name__
