"""Configuring what plugins hand over, with what a configuration file holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, Self, TypeVar, cast, runtime_checkable

from evledger.exceptions import PLUGIN_ERRORS, EvledgerError, PluginError, blame

__all__ = ["Configurable", "configured"]

T = TypeVar("T")


@runtime_checkable
class Configurable(Protocol):
    """A scorer or a renderer that takes parameters."""

    def configured(self, parameters: Mapping[str, Any]) -> Self:
        """Give the same with other parameters.

        Args:
            parameters: names and values as a configuration file gives them;
                those that are left out stay as they are.

        Raises:
            Invalid: a parameter is unknown, or of no use; the message says which are known.
        """
        ...


def configured(thing: T, parameters: Mapping[str, Any], *, noun: str, method: str) -> T:
    """Give a scorer or a renderer with parameters.

    Args:
        thing: it.
        parameters: names and values; where there are none, it stays as it is.
        noun: what it is called in messages.
        method: what it must still have afterwards.

    Raises:
        PluginError: it takes none, or failed.
        Invalid: a parameter is unknown, or of no use.
    """
    if not parameters:
        return thing
    name = f"{noun} {cast('Any', thing).name!r}"
    if not isinstance(thing, Configurable):
        msg = f"{name} takes no parameters, and was given {', '.join(parameters)}"
        raise PluginError(msg)
    try:
        found: Any = thing.configured(parameters)
    except EvledgerError:
        raise
    except PLUGIN_ERRORS as error:
        msg = f"{name} could not be configured: {blame(error)}"
        raise PluginError(msg) from error
    if not callable(getattr(found, method, None)):
        msg = f"{name}: configured gave {type(found).__name__}, not a {noun}"
        raise PluginError(msg)
    return cast("T", found)
