"""How the command ends: an exit code, and one sentence on standard error."""

from __future__ import annotations

import contextlib
import enum
import os
import sys
import traceback
from typing import TYPE_CHECKING, Any, Final

import click

from evledger.cli.output import inert
from evledger.cli.streams import discard_output, open_streams, own_output, speak_utf8
from evledger.exceptions import (
    Broken,
    EvledgerError,
    Invalid,
    NotFound,
    NotProven,
    PluginError,
    blame,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

__all__ = ["Exit", "OutputClosed", "closing_output", "run", "trace"]


class Exit(enum.IntEnum):
    """What the command tells the shell.

    Attributes:
        DONE: it did what was asked.
        UNSOUND: the ledger is not sound, a proof does not verify, or check found something, or
            a rule of it failed.
        WRONG: wrong use, or bad input.
        UNFINISHED: it could not be done: refused, locked, full, a plugin other than a rule
            failed, or an error of evledger's own.
        INTERRUPTED: Ctrl-C.
        CLOSED: whoever read the output had enough, as ``head`` has.
    """

    DONE = 0
    UNSOUND = 1
    WRONG = 2
    UNFINISHED = 3
    INTERRUPTED = 130
    CLOSED = 141


class OutputClosed(Exception):
    """Standard output was closed by its reader."""


@contextlib.contextmanager
def closing_output() -> Generator[None]:
    """Turn a broken pipe into :class:`OutputClosed`.

    Click itself would exit with 1 for it, which here means that a ledger is not sound.
    """
    try:
        yield
    except BrokenPipeError as error:
        raise OutputClosed from error


def run(call: Callable[[], Any]) -> int:
    """Run the command and give its exit code; whatever is raised becomes a sentence.

    Args:
        call: the command; it returns its exit code, or nothing.
    """
    open_streams()
    speak_utf8()
    try:
        result = call()
    except click.ClickException as error:
        code = _wrong_use(error)
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted")
        code = Exit.INTERRUPTED
    except OutputClosed:
        code = Exit.CLOSED
    except Exception as error:  # noqa: BLE001  # a traceback is for those who ask for one
        code = _failed(error)
    except BaseException as error:  # noqa: BLE001  # SystemExit and the like: only a plugin's
        code = _failed(_stopped(error))
    else:
        code = result if isinstance(result, int) else Exit.DONE
    return _flushed(code)


def trace(error: BaseException | None) -> None:
    """Show where a failure came from, to those who ask for it with ``EVLEDGER_DEBUG=1``."""
    if error is not None and os.environ.get("EVLEDGER_DEBUG") == "1":
        traceback.print_exception(error)


def _stopped(error: BaseException) -> PluginError:
    """Return what a plugin raised that is no exception, and that nothing of ours ever does."""
    failure = PluginError(f"a plugin stopped the command: {blame(error)}")
    failure.__cause__ = error
    return failure


def _wrong_use(error: click.ClickException) -> int:
    context = getattr(error, "ctx", None)
    if context is not None:
        hint = f"Try '{context.command_path} --help' for help."
        click.echo(f"{context.get_usage()}\n{hint}\n", err=True)
    _say(error.format_message())
    return Exit.WRONG


def _failed(error: Exception) -> int:
    trace(error)
    if isinstance(error, EvledgerError):
        _say("; ".join([str(error), *getattr(error, "__notes__", ())]))
        return _code_of(error)
    if isinstance(error, OSError):
        _say(f"the operating system did not let it finish: {error.strerror or error}; try again")
    else:
        _say(
            f"it stopped at an error of its own ({type(error).__name__}: {error}), which says "
            "nothing about the ledger; run it again with EVLEDGER_DEBUG=1, and report what it shows"
        )
    return Exit.UNFINISHED


def _code_of(error: EvledgerError) -> int:
    if isinstance(error, Broken | NotProven):
        return Exit.UNSOUND
    if isinstance(error, Invalid | NotFound):
        return Exit.WRONG
    return Exit.UNFINISHED


_KEPT: Final = "\n\t"  # click indents the choices that an argument has


def _say(sentence: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # nobody may be listening
        sys.stderr.write(f"evledger: {inert(sentence, keep=_KEPT)}\n")
        sys.stderr.flush()


def _flushed(code: int) -> int:
    """Write out what is still held back; that can fail too, and must not be lost on the shell."""
    try:
        own_output().flush()
    except BrokenPipeError:
        discard_output()
        return code or Exit.CLOSED
    except OSError as error:
        discard_output()
        return code or _failed(error)
    return code
