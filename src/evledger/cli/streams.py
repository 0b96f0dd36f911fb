"""The standard streams: standard output is the command's own.

A plugin may print, or run a program that does.
Whatever the command does not write itself goes to standard error,
so that ``--json`` is JSON and nothing else, and a rendered page the page.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = [
    "columns",
    "discard_output",
    "open_streams",
    "output_kept",
    "output_taken",
    "own_output",
    "speak_utf8",
]

_OURS: Final = ContextVar[TextIO]("ours")
_OTHERS: Final = ContextVar[TextIO]("others")


def own_output() -> TextIO:
    """Return the stream that the command itself writes to."""
    return _OURS.get(sys.stdout)


def columns() -> int | None:
    """Return how many columns whoever reads the output has; ``None`` where it is no terminal."""
    stream = own_output()
    if not stream.isatty():
        return None
    width = os.get_terminal_size(stream.fileno()).columns
    return shutil.get_terminal_size((width or 80, 24)).columns


@contextlib.contextmanager
def output_taken() -> Generator[None]:
    """Take standard output for the command, as a program, from everything else in it.

    Descriptor 1, to which a plugin's print writes and every program that it runs, is standard
    error from here to the end of the program; :data:`sys.stdout` goes where 1 went.
    """
    open_streams()
    speak_utf8(line_buffering=True)
    others = sys.stdout
    ours = os.dup(others.fileno())
    os.dup2(sys.stderr.fileno(), 1)
    with open(ours, "w", encoding="utf-8") as sys.stdout:  # noqa: PTH123  # a descriptor
        _OTHERS.set(others)
        yield
    sys.stdout = others  # for what is printed at exit


@contextlib.contextmanager
def output_kept() -> Generator[None]:
    """Let whatever is printed go to standard error; :func:`own_output` stays what it was."""
    ours = _OURS.set(sys.stdout)
    try:
        with contextlib.redirect_stdout(_OTHERS.get(sys.stderr)):
            yield
    finally:
        _OURS.reset(ours)


# -- as they are found -------------------------------------------------------------------


def open_streams() -> None:
    """Point a standard stream that was closed before the start, as by ``>&-``, at nothing.

    Python has none in its place then, and every write would fail.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115  # for good


def speak_utf8(*, line_buffering: bool | None = None) -> None:
    """Write UTF-8 whatever the locale says.

    Args:
        line_buffering: whether to write out each line at once; ``None`` leaves it as it is.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                encoding="utf-8", errors="backslashreplace", line_buffering=line_buffering
            )


def discard_output() -> None:
    """Point standard output at nothing, or Python would try, and complain, once more at exit."""
    with contextlib.suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)
