"""Parameters of scorers: from what a configuration file holds to exact values, and back.

A file gives text, whole numbers and, where it is TOML, floats.
Each becomes the decimal that a person reads there: 0.1 is a tenth, exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar, cast

import attrs

from evledger.exceptions import Invalid
from evledger.scoring import plain_decimal

__all__ = ["MOST", "Reader", "evolved", "number", "numbers", "shown", "texts"]

_S = TypeVar("_S")

Reader = Callable[[str, Any], Any]
"""Turns a parameter's name and what a file holds into its value."""

MOST: Final = Decimal(1000)
"""The greatest weight."""

_FINEST: Final = -30  # so that sums over any ledger stay exact within the arithmetic of scores


def evolved(scorer: _S, given: Mapping[str, Any], readers: Mapping[str, Reader]) -> _S:
    """Give a scorer with other parameters.

    Args:
        scorer: an attrs instance with a ``name``, whose attributes are its parameters.
        given: the parameters by name; tables are taken in name by name, so that what they do
            not mention stays as it is.
        readers: for each parameter that there is, what reads it, as :func:`number` does.

    Raises:
        Invalid: a parameter is unknown, or of no use; the message names those that are known.

    >>> import attrs
    >>> @attrs.frozen
    ... class Scale:
    ...     name = "scale"
    ...     weights = attrs.field(factory=lambda: {"human": Decimal(1)})
    >>> evolved(Scale(), {"weights": {"anecdotal": "0.1"}}, {"weights": numbers}).weights
    {'human': Decimal('1'), 'anecdotal': Decimal('0.1')}
    """
    whole: Any = scorer
    changes: dict[str, Any] = {}
    for name, value in given.items():
        if name not in readers:
            known = ", ".join(readers)
            msg = f"scorer {whole.name!r} has no parameter {name!r:.60}; known are: {known}"
            raise Invalid(msg)
        read = readers[name](name, value)
        changes[name] = {**getattr(scorer, name), **read} if isinstance(read, dict) else read
    return attrs.evolve(whole, **changes)  # type: ignore[no-any-return]  # the same class


def number(name: str, value: object, *, most: Decimal = MOST) -> Decimal:
    """Turn what a file holds into the decimal that stands there.

    Args:
        name: of the parameter, for messages.
        value: text, a whole number, a decimal, or a float, which is taken as it is written.
        most: the greatest that it may be; the least is 0.

    Raises:
        Invalid: it is no such number.

    >>> number("cap", 0.95), number("cap", "0.95"), number("weights.human", 1)
    (Decimal('0.95'), Decimal('0.95'), Decimal('1'))
    """
    found = _decimal(value)
    if found is None or not found.is_finite() or found.is_signed() or found > most:
        msg = f"{name} is {value!r:.60}; expected a number from 0 to {plain_decimal(most)}"
        raise Invalid(msg)
    if cast("int", found.as_tuple().exponent) < _FINEST:
        msg = f"{name} is {value!r:.60}; expected at most {-_FINEST} digits after the point"
        raise Invalid(msg)
    return found


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        return Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation:
        return None


def numbers(name: str, value: object, *, most: Decimal = MOST) -> dict[str, Decimal]:
    """Turn a table of numbers into decimals by name.

    Raises:
        Invalid: it is no table, or holds what is no such number.

    >>> numbers("weights", {"human": "0.2", "anecdotal": 0})
    {'human': Decimal('0.2'), 'anecdotal': Decimal('0')}
    """
    return {key: number(f"{name}.{key}", item, most=most) for key, item in _table(name, value)}


def texts(name: str, value: object) -> dict[str, str]:
    """Turn a table of texts into texts by name.

    Raises:
        Invalid: it is no table, or holds what is no text, or an empty one.

    >>> texts("labels", {"human": "seen in people"})
    {'human': 'seen in people'}
    """
    found: dict[str, str] = {}
    for key, item in _table(name, value):
        if not isinstance(item, str) or not item.strip():
            msg = f"{name}.{key} is {item!r:.60}; expected a text"
            raise Invalid(msg)
        found[key] = item
    return found


def _table(name: str, value: object) -> list[tuple[str, object]]:
    if not isinstance(value, Mapping):
        msg = f"{name} is {value!r:.60}; expected a table, as in {name}.human"
        raise Invalid(msg)
    items = list(cast("Mapping[Any, object]", value).items())
    for key, _ in items:
        if not isinstance(key, str) or not key:
            msg = f"{name} has the name {key!r:.60}; expected a text, as in {name}.human"
            raise Invalid(msg)
    return items


def shown(table: Mapping[str, Decimal]) -> dict[str, str]:
    """Write decimals by name as a file would hold them.

    >>> shown({"human": Decimal("0.120")})
    {'human': '0.12'}
    """
    return {name: plain_decimal(item) for name, item in table.items()}
