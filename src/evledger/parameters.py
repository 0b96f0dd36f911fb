"""Parameters of scorers and renderers: from what a configuration file holds to exact values.

A file gives text, whole numbers and, where it is TOML, floats.
Each becomes the decimal that a person reads there: 0.1 is a tenth, exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, Protocol, Self, TypeVar, cast, runtime_checkable

import attrs

from evledger.exceptions import PLUGIN_ERRORS, Invalid, PluginError, blame
from evledger.scoring import ZERO, plain_decimal

__all__ = [
    "MOST",
    "Configurable",
    "Reader",
    "configured",
    "evolved",
    "number",
    "numbers",
    "path",
    "read",
    "texts",
]

T = TypeVar("T")

Reader = Callable[[str, Any], Any]
"""Turns a parameter's name and what a file holds into its value."""

MOST: Final = Decimal(1000)
"""The greatest weight."""

_FINEST: Final = -30  # so that sums over any ledger stay exact within the arithmetic of scores


# -- what takes parameters ---------------------------------------------------------------


@runtime_checkable
class Configurable(Protocol):
    """A scorer or a renderer that takes parameters.

    One that is given paths says which parameters are some, in an attribute ``paths``:
    ``("templates",)``.  A relative path in a configuration file then begins where that file lies.
    """

    def configured(self, parameters: Mapping[str, Any]) -> Self:
        """Return the same with other parameters.

        Args:
            parameters: names and values as a configuration file gives them;
                those that are left out stay as they are.

        Raises:
            Invalid: a parameter is unknown, or of no use; the message says which are known.
        """
        ...


def configured(
    thing: T, parameters: Mapping[str, Any], *, noun: str, method: str, folder: Path | None = None
) -> T:
    """Return a scorer or a renderer with parameters.

    Args:
        thing: it.
        parameters: names and values; where there are none, it stays as it is.
        noun: what it is called in messages.
        method: what it must still have afterwards.
        folder: where the relative paths among the parameters begin; the current folder by default.

    Raises:
        Invalid: it takes none, or one of them is unknown or of no use; the message names it.
        PluginError: it failed.
    """
    if not parameters:
        return thing
    name = str(cast("Any", thing).name)
    if not isinstance(thing, Configurable):
        msg = f"{noun} {name!r} takes no parameters, and was given {', '.join(parameters)}"
        raise Invalid(msg)
    try:
        found: Any = thing.configured(_anchored(thing, parameters, folder))
    except Invalid as error:
        msg = f"parameters of {noun} {name!r}: {error}"
        raise Invalid(msg) from error
    except PLUGIN_ERRORS as error:
        msg = f"{noun} {name!r} could not be configured: {blame(error)}"
        raise PluginError(msg, kind=noun, name=name) from error
    if not callable(getattr(found, method, None)):
        msg = f"{noun} {name!r}: configured gave {type(found).__name__}, not a {noun}"
        raise PluginError(msg, kind=noun, name=name)
    return cast("T", found)


def _anchored(
    thing: Configurable, parameters: Mapping[str, Any], folder: Path | None
) -> Mapping[str, Any]:
    """Let relative paths begin where the file that names them lies."""
    paths: tuple[str, ...] = getattr(thing, "paths", ())
    if folder is None:
        return parameters
    anchored = dict(parameters)
    for name in parameters.keys() & paths:
        value = parameters[name]
        if isinstance(value, str) and value.strip():  # an empty one names no file, nor the folder
            anchored[name] = str(folder / value)
    return anchored


def evolved(thing: T, given: Mapping[str, Any], readers: Mapping[str, Reader]) -> T:
    """Return a scorer, or a renderer, with other parameters.

    Args:
        thing: an attrs instance whose attributes are its parameters.
        given: the parameters by name; tables are taken in name by name, so that what they do
            not mention stays as it is.
        readers: for each parameter that there is, what reads it, as :func:`number` does.

    Raises:
        Invalid: a parameter is unknown, or of no use; the message names those that are known.

    >>> import attrs
    >>> @attrs.frozen
    ... class Scale:
    ...     weights = attrs.field(factory=lambda: {"human": Decimal(1)})
    >>> evolved(Scale(), {"weights": {"anecdotal": "0.1"}}, {"weights": numbers}).weights
    {'human': Decimal('1'), 'anecdotal': Decimal('0.1')}
    """
    whole: Any = thing
    changes = read(given, readers)
    for name, value in changes.items():
        if isinstance(value, dict):
            changes[name] = {**getattr(whole, name), **value}
    return attrs.evolve(whole, **changes)  # type: ignore[no-any-return]  # the same class


def read(given: Mapping[str, Any], readers: Mapping[str, Reader]) -> dict[str, Any]:
    """Read parameters, every name of which must be known.

    Args:
        given: the parameters by name.
        readers: for each parameter that there is, what reads it.

    Raises:
        Invalid: a parameter is unknown, or of no use; the message names those that are known.

    >>> read({"cap": "0.9"}, {"cap": number, "weights": numbers})
    {'cap': Decimal('0.9')}
    """
    for name in given:
        if name not in readers:
            msg = f"there is no parameter {name!r:.60}; known are: {', '.join(readers)}"
            raise Invalid(msg)
    return {name: readers[name](name, value) for name, value in given.items()}


# -- readers -----------------------------------------------------------------------------


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
        msg = f"{name} is {_shown(value)}; expected a number from 0 to {plain_decimal(most)}"
        raise Invalid(msg)
    if not found:
        return ZERO  # however many digits it is written with
    if cast("int", found.as_tuple().exponent) < _FINEST:
        msg = f"{name} is {_shown(value)}; expected at most {-_FINEST} digits after the point"
        raise Invalid(msg)
    return found


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        return Decimal(float.__repr__(value) if isinstance(value, float) else value)
    except InvalidOperation:
        return None


def _shown(value: object) -> str:
    try:
        return f"{value!r:.60}"
    except ValueError:  # Python writes out no whole number of thousands of digits
        return f"a {type(value).__name__} too long to be shown"


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
            msg = f"{name}.{key} is {_shown(item)}; expected a text"
            raise Invalid(msg)
        found[key] = item
    return found


def path(name: str, value: object) -> Path:
    """Turn what a file holds into the path of a file or a folder.

    Raises:
        Invalid: it is no text, or an empty one.

    >>> path("templates", "our-templates").name
    'our-templates'
    """
    if not isinstance(value, str | Path) or not str(value).strip():
        msg = f"{name} is {_shown(value)}; expected a path"
        raise Invalid(msg)
    return Path(value)


def _table(name: str, value: object) -> list[tuple[str, object]]:
    if not isinstance(value, Mapping):
        msg = f"{name} is {_shown(value)}; expected a table, as in {name}.human"
        raise Invalid(msg)
    items = list(cast("Mapping[Any, object]", value).items())
    for key, _ in items:
        if not isinstance(key, str) or not key:
            msg = f"{name} has the name {_shown(key)}; expected a text, as in {name}.human"
            raise Invalid(msg)
    return items
