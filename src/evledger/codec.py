"""Canonical bytes: the one place where what is hashed is written, and read strictly.

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
from typing import TYPE_CHECKING, Any, Final

import msgspec

from evledger.exceptions import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "DATA_DEPTH",
    "MAX_DEPTH",
    "MAX_INTEGER",
    "MAX_LINE",
    "MAX_NAME",
    "Line",
    "canonical",
    "check_by",
    "check_frame",
    "check_line",
    "check_name",
    "check_names",
    "check_slug",
    "decode",
    "encode",
    "is_list",
    "is_object",
    "is_slug",
    "is_time",
    "parse_canonical",
    "parse_json",
    "read_line",
    "readable",
    "without_once",
    "write_line",
]

MAX_LINE: Final = 65_535
"""Bytes of a line without its newline: the limit of a C2SP tlog-tiles entry."""

MAX_DEPTH: Final = 32
DATA_DEPTH: Final = MAX_DEPTH - 1  # the line itself is the outermost object
MAX_INTEGER: Final = 2**53 - 1
MAX_NAME: Final = 2_100

# -- canonical JSON ----------------------------------------------------------------------

_ENCODER = msgspec.json.Encoder(order="sorted")


def _no_floats(text: str) -> typing.NoReturn:
    msg = f"the number {text} is not an integer; write it as a string"
    raise Invalid(msg)


_DECODER = msgspec.json.Decoder(float_hook=_no_floats)
_LONG_NUMBER = re.compile(rb"[0-9]{16}")


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
    return encode(value)


def parse_canonical(text: bytes, depth: int = MAX_DEPTH) -> Any:
    """Decode canonical JSON, and refuse any other bytes.

    Args:
        text: UTF-8.
        depth: how many arrays and objects may enclose a value.

    Raises:
        Invalid: the text is not JSON, breaks a rule of the format, or is not canonical.
    """
    value = decode(text)
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
    value = decode(text)
    if value is not None:
        _walk(value, MAX_DEPTH)
    return value


def is_object(value: Any) -> typing.TypeGuard[dict[str, Any]]:
    """Return whether decoded JSON is an object."""
    return type(value) is dict


def is_list(value: Any) -> typing.TypeGuard[list[Any]]:
    """Return whether decoded JSON is an array."""
    return type(value) is list


def encode(value: Any) -> bytes:
    """Encode a value that is known to keep the rules, sorted and compact.

    Raises:
        Invalid: it holds a lone surrogate, or what JSON has no form for.
    """
    try:
        return _ENCODER.encode(value)
    except (UnicodeEncodeError, TypeError, msgspec.MsgspecError) as error:
        msg = f"cannot be written as JSON: {error}"
        raise Invalid(msg) from error


def decode(text: bytes) -> Any:
    """Decode JSON that may not be canonical; numbers that are no integers are refused.

    Raises:
        Invalid: it is not JSON.
    """
    try:
        return _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        if isinstance(error, Invalid):
            raise
        msg = f"not JSON: {readable(error)}"
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


def readable(error: Exception) -> str:
    """Put msgspec's "Expected `str`, got `int` - at `$.title`" the right way round."""
    what, _, where = str(error).partition(" - at `$")
    what = what.replace("`", "")
    place = where.rstrip("`").lstrip(".")
    return f"{place}: {what[:1].lower()}{what[1:]}" if place else what


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
    """Return ``by`` back, if it can stand in a line.

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
    """Return whether this can be the name of a ledger."""
    return _SLUG.fullmatch(name) is not None and name not in _RESERVED


def check_slug(name: str) -> str:
    """Return the name of a ledger back, if it can be one.

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
    """Return a key back, if it can stand in a line.

    Raises:
        Invalid: it is empty, longer than 2,100 characters, or has blanks or control characters.
    """
    if len(name) > MAX_NAME or _NAME.fullmatch(name) is None:
        msg = f"the name {name!r:.80} has blanks or control characters, or is too long"
        raise Invalid(msg)
    return name


def write_line(line: Line) -> bytes:
    """Return a record's bytes with their newline.

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
    data: Any = parse_canonical(bytes(line.data), DATA_DEPTH)
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
    if not (is_time(line.at) and _is_actor(line.by) and _is_type(line.type)):
        shown = f"{line.at!r:.80}, {line.by!r:.80}, {line.type!r:.80}"
        msg = f"at, by or type is not of the format: {shown}"
        raise Invalid(msg)
    if line.keys and not _are_names(line.keys):
        msg = f"keys: {line.keys!r:.80} have blanks or control characters"
        raise Invalid(msg)
    if line.sealed and not _are_commitments(line.sealed):
        msg = "sealed: not commitments of 64 hexadecimal digits under names in ASCII"
        raise Invalid(msg)
    return line


# The same few values come again and again.
@functools.lru_cache(maxsize=64)
def is_time(at: str) -> bool:
    """Return whether this can be the time of a line."""
    if _AT.fullmatch(at) is None:
        return False
    try:
        datetime.fromisoformat(at)
    except ValueError:  # the 30th of February
        return False
    return True


_is_actor = functools.lru_cache(maxsize=64)(_BY.fullmatch)
_is_type = functools.lru_cache(maxsize=64)(_TYPE.fullmatch)


def _are_commitments(sealed: Mapping[str, str]) -> bool:
    return all(map(str.isascii, sealed)) and all(map(_HEX.fullmatch, sealed.values()))


def without_once(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return a line's keys without a retry token, if they are sorted and distinct."""
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
