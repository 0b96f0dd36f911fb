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
    error from here to the end of the program; :data:`sys.stdout` goes where 1 went until a verb
    begins.
    Where the streams are not a program's own, but were put there by an application that calls
    the command, nothing is taken: :func:`output_kept` does what can be done.
    """
    open_streams()
    speak_utf8(line_buffering=True)
    others = sys.stdout
    if _descriptor(others) != 1 or _descriptor(sys.stderr) is None:
        yield
        return
    ours = os.dup(1)
    os.dup2(sys.stderr.fileno(), 1)
    with open(ours, "w", encoding="utf-8") as sys.stdout:  # noqa: PTH123  # a descriptor
        taken, left = _OURS.set(sys.stdout), _OTHERS.set(others)
        yield
    sys.stdout = others  # for what is printed at exit
    _OURS.reset(taken)
    _OTHERS.reset(left)


def _descriptor(stream: TextIO) -> int | None:
    """Return what a stream writes to; ``None`` where it is of Python alone."""
    try:
        return stream.fileno()
    except (AttributeError, OSError, ValueError):
        return None


@contextlib.contextmanager
def output_kept() -> Generator[None]:
    """Let whatever is printed go to standard error; :func:`own_output` stays what it was.

    In a program that is for good: a plugin's thread may outlast the verb.
    """
    others = _OTHERS.get(None)
    if others is not None:
        sys.stdout = others
        yield
        return
    ours = _OURS.set(sys.stdout)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        _OURS.reset(ours)


# -- as they are found -------------------------------------------------------------------


def open_streams() -> None:
    """Point a standard stream that was closed before the start, as by ``>&-``, at nothing.

    Python has none in its place then, and every write would fail.
    Each gets the lowest descriptor that is free, which in this order is its own.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  # for good


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
        os.dup2(nothing, own_output().fileno())
        os.close(nothing)
