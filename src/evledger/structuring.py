"""Structuring: from plain data to events, by the one converter, strictly."""

from __future__ import annotations

import functools
import re
import typing
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import cattrs
from cattrs.cols import list_structure_factory
from cattrs.errors import ForbiddenExtraKeysError

from evledger.exceptions import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["make_converter", "structure"]

T = TypeVar("T")


def structure(data: Any, cls: type[T], name: str) -> T:
    """Build a value of a class from plain data.

    Args:
        data: an object as JSON gives it.
        cls: an attrs class.
        name: what messages call it.

    Raises:
        Invalid: the data breaks the schema; every breach is named, with its place.
    """
    try:
        return _converter().structure(data, cls)
    except Exception as error:
        reasons = cattrs.transform_error(error, path=name, format_exception=_reason)
        raise Invalid("; ".join(map(_placed, reasons))) from error


@functools.cache
def _converter() -> cattrs.Converter:
    return make_converter()


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


def _placed(reason: str) -> str:
    """Put cattrs's "what @ where" the right way round."""
    what, _, where = reason.partition(" @ ")
    return f"{where}: {what}"


def _reason(error: BaseException, _kind: type | None) -> str:
    if isinstance(error, KeyError):
        return "it is missing"
    if isinstance(error, ForbiddenExtraKeysError):
        return f"unknown field {', '.join(sorted(error.extra_fields))}"
    literal = _LITERAL.fullmatch(str(error))
    if literal is not None:
        return f"{literal[1]!r} is not one of {literal[2].replace(chr(39), '')}"
    return str(error) or type(error).__name__


_LITERAL = re.compile(r"(.*) not in literal typing\.Literal\[(.*)\]", re.DOTALL)
