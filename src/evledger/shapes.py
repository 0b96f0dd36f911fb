"""Shapes: what the decoder holds an event's data to.

For each event class, and each class within its fields, a msgspec struct of the same annotations.
Decoding into it checks types, patterns and bounds, and refuses unknown and missing fields;
encoding it again gives the canonical bytes, so that two calls tell whether data is as it must be.
"""

from __future__ import annotations

import functools
import types
import typing
from typing import Annotated, Any

import attrs
import msgspec

__all__ = ["describe", "is_closed", "open_shape", "shape"]

_MAX_INTEGER = 2**53 - 1


@functools.cache
def shape(cls: type) -> type[msgspec.Struct]:
    """Return the struct with the fields of an attrs class: required, unless they may be ``None``.

    Encoding leaves out what is ``None``, and nothing else.
    """
    return _struct(cls, frozenset())


def open_shape(cls: type, sealable: frozenset[str]) -> type[msgspec.Struct]:
    """Return the shape of data from which any of the sealable fields may be absent."""
    return _struct(cls, sealable)


def _struct(cls: type, absent: frozenset[str]) -> type[msgspec.Struct]:
    hints = typing.get_type_hints(cls, include_extras=True)
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    for attribute in attrs.fields(cls):
        name, hint = attribute.name, _mirrored(hints[attribute.name])
        if attribute.default is None:
            fields.append((name, hint, None))
        elif name in absent:
            fields.append((name, typing.Union[hint, msgspec.UnsetType], msgspec.UNSET))  # noqa: UP007  # built at run time
        else:
            fields.append((name, hint))
    return msgspec.defstruct(
        cls.__name__,
        fields,
        kw_only=True,
        frozen=True,
        forbid_unknown_fields=True,
        omit_defaults=True,
        gc=False,
    )


def _mirrored(hint: Any) -> Any:
    """Put shapes in the place of attrs classes within an annotation."""
    if isinstance(hint, type) and attrs.has(hint):
        return shape(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return Annotated[(_mirrored(arguments[0]), *arguments[1:])]
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(map(_mirrored, arguments))]  # noqa: UP007  # built at run time
    if origin in (tuple, list, dict) and arguments:
        generic: Any = origin
        return generic[tuple(map(_mirrored, arguments))]
    return hint


def is_closed(cls: type) -> bool:
    """Return whether values of a class's fields can hold nothing that the format forbids."""
    hints = typing.get_type_hints(cls, include_extras=True)
    return all(
        attribute.name.isascii()
        and _is_closed(_without_none(hints[attribute.name], attribute.default))
        for attribute in attrs.fields(cls)
    )


def _without_none(hint: Any, default: Any) -> Any:
    """Leave ``None`` out of a field that is not written where it is ``None``."""
    if default is None and typing.get_origin(hint) in (typing.Union, types.UnionType):
        rest = tuple(each for each in typing.get_args(hint) if each is not type(None))
        return typing.Union[rest]  # noqa: UP007  # built at run time
    return hint


def _is_closed(hint: Any) -> bool:
    if hint in (str, bool, ...):
        return True
    if isinstance(hint, type) and attrs.has(hint):
        return is_closed(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return _is_bounded(arguments) if arguments[0] is int else _is_closed(arguments[0])
    if origin is typing.Literal:
        return all(isinstance(argument, str) for argument in arguments)
    return origin in (tuple, list, typing.Union, types.UnionType) and all(
        map(_is_closed, arguments)
    )


def _is_bounded(arguments: tuple[Any, ...]) -> bool:
    """Return whether the integers that an annotation admits are all safe."""
    bounds = [(m.ge, m.le) for m in arguments[1:] if isinstance(m, msgspec.Meta)]
    return any(
        low is not None and low >= -_MAX_INTEGER and high is not None and high <= _MAX_INTEGER
        for low, high in bounds
    )


def describe(hint: Any) -> str | None:
    """Say in words what an annotation admits, where it says so itself."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return f"one of {', '.join(map(str, arguments))}"
    if origin is Annotated:
        said = (m.description for m in arguments[1:] if isinstance(m, msgspec.Meta))
        return next((words for words in said if words), None) or describe(arguments[0])
    found = (describe(argument) for argument in arguments if argument is not type(None))
    return next((words for words in found if words), None)
