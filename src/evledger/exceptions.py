"""Everything evledger raises on purpose.

::

    EvledgerError
    ├── Invalid          input that no ledger would ever take
    ├── Refused          well-formed, but not by this ledger, now
    │   ├── Conflict     the ledger has moved on from the head the caller expected
    │   ├── DuplicateKey a name is already held by an earlier record
    │   ├── MissingRef   a name that is relied on is held by no record
    │   └── ClockError   the ledger's last record lies too far in the future
    ├── NotFound         no such ledger, record, file or attachment
    ├── Broken           stored bytes that are not a sound ledger
    ├── NotProven        a proof, signature or checkpoint that does not show what it should
    ├── StoreError       the database could not do it: locked, full, read-only, foreign
    └── PluginError      a plugin is missing, misspelt, or failed
        ├── NotSupplied  no plugin supplies anything of this name
        └── Contested    several plugins claim one name

Damage found by verification is not raised: it is a
:class:`~evledger.verification.Fault` in the report.
"""

from __future__ import annotations

import contextlib
import os.path
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from evledger.chain import Head

__all__ = [
    "Broken",
    "ClockError",
    "Conflict",
    "Contested",
    "DuplicateKey",
    "EvledgerError",
    "Invalid",
    "MissingRef",
    "NotFound",
    "NotProven",
    "NotSupplied",
    "PluginError",
    "Refused",
    "StoreError",
]


class EvledgerError(Exception):
    """The base of every error that evledger raises on purpose."""


class Invalid(EvledgerError, ValueError):
    """Input that no ledger would ever take; the message says what, where and what is expected."""


class Refused(EvledgerError):
    """A well-formed request that this ledger does not take in its present state."""


class Conflict(Refused):
    """The ledger has moved on from the head that the caller expected.

    Attributes:
        head: the head that the ledger has now; ``None`` where the ledger does not exist yet.

    >>> import evledger
    >>> from evledger import Conflict, GapNoted
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax and BDNF", by="curator")
    ...     seen = semax.head()
    ...     noted = semax.append(GapNoted(id="g1", text="No trial in women."), by="another")
    ...     try:
    ...         semax.append(GapNoted(id="g2", text="No trial."), by="curator", expect=seen)
    ...     except Conflict as conflict:
    ...         print(conflict.head == semax.head())
    True
    """

    def __init__(self, message: str, head: Head | None = None) -> None:
        super().__init__(message)
        self.head = head


class DuplicateKey(Refused):
    """A name is already held by an earlier record.

    Attributes:
        key: the name, as in ``doi:10.1000/x``.
        n: the position of the record that holds it.

    >>> from evledger import DuplicateKey
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax and BDNF", by="curator")
    ...     noted = semax.append(GapNoted(id="g1", text="No trial in women."), by="curator")
    ...     try:
    ...         semax.append(GapNoted(id="g1", text="The same id."), by="curator")
    ...     except DuplicateKey as error:
    ...         print(error.key, error.n)
    gap:g1 1
    """

    def __init__(self, message: str, key: str, n: int) -> None:
        super().__init__(message)
        self.key = key
        self.n = n


class MissingRef(Refused):
    """A name that an event relies on, or wants to release, is held by no earlier record.

    Attributes:
        ref: the name, as in ``source:s5``.

    >>> from evledger import GapClosed, MissingRef
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax and BDNF", by="curator")
    ...     try:
    ...         semax.append(GapClosed(gap="g7", why="Filled."), by="curator")
    ...     except MissingRef as error:
    ...         print(error.ref)
    gap:g7
    """

    def __init__(self, message: str, ref: str) -> None:
        super().__init__(message)
        self.ref = ref


class ClockError(Refused):
    """The ledger's last record lies more than a day ahead of this machine's clock."""


class NotFound(EvledgerError, LookupError):
    """No such ledger, record, file or attachment."""


class Broken(EvledgerError):
    """Stored bytes that are not a sound ledger; ``verify`` says where."""


class NotProven(EvledgerError):
    """A proof, signature or checkpoint that does not show what it should; the message says why.

    >>> from evledger import NotProven
    >>> from evledger.tree import verify_inclusion
    >>> try:
    ...     verify_inclusion(7, 7, bytes(32), [], bytes(32))
    ... except NotProven as error:
    ...     print(error)
    a tree of 7 leaves has none at 7
    """


class StoreError(EvledgerError):
    """The database could not do it: locked, full, read-only, or not one of ours."""


class PluginError(EvledgerError):
    """A plugin is missing, misspelt, or failed; the message names it.

    Attributes:
        kind: what of it this is about, as ``scorer``; ``None`` for a plugin as a whole.
        name: of that scorer or whatever it is.
        plugin: the distribution, its version and the entry point that it came from;
            ``None`` for the application's own, and where no one plugin is at fault.

    >>> import evledger
    >>> from evledger import PluginError, Plugins
    >>> try:
    ...     Plugins.builtin().scorer("wishful")
    ... except PluginError as error:
    ...     print(error.kind, error.name, error.plugin)
    scorer wishful None
    """

    def __init__(
        self,
        message: str,
        *,
        kind: str | None = None,
        name: str | None = None,
        plugin: str | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.name = name
        self.plugin = plugin


class NotSupplied(PluginError, NotFound):
    """No plugin supplies a scorer, renderer or whatever it was of this name."""


class Contested(PluginError):
    """Several plugins claim one name, and nothing decides between them."""


PLUGIN_ERRORS: Final = (Exception, SystemExit)
"""What a plugin may raise that concerns the plugin alone; a stranger's code may exit, too."""

_LONGEST: Final = 1_000


def said(error: BaseException) -> str:
    """Return an error's own words, whatever becomes of asking for them; never empty, never long."""
    name = type(error).__name__
    try:
        text = str(error)
    except PLUGIN_ERRORS:
        return f"{name} (it cannot be shown)"
    return f"{name}: {text[:_LONGEST]}" if text else name


def blame(error: BaseException) -> str:
    """Return what a plugin raised, and in which line of whose code.

    The line is the last one on the way to the error that is neither evledger's nor Python's own:
    what a plugin asked these for in vain is told where it asked.
    Modules are named and not their files, so that the same failure reads the same everywhere.

    >>> def fail():
    ...     return 1 / 0
    >>> try:
    ...     fail()
    ... except ZeroDivisionError as error:
    ...     print(blame(error))
    ZeroDivisionError: division by zero (...line 2)
    """
    if isinstance(error, SyntaxError) and isinstance(error.filename, str):
        folder, file = os.path.split(error.filename)
        words = said(error).removesuffix(f" ({file}, line {error.lineno})")
        return f"{words} ({_within_package(folder, file)}, line {error.lineno})"
    places = list(_places(error))
    strangers = [place for place in places if place[0].partition(".")[0] not in _OURS]
    for module, line in (strangers or places)[-1:]:
        return f"{said(error)} ({module}, line {line})"
    return said(error)


_OURS: Final = sys.stdlib_module_names | {"evledger"}


def _places(error: BaseException) -> Iterator[tuple[str, int]]:
    """Yield module and line of each step to an error, as far as there is a module."""
    trace = error.__traceback__
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__")
        if isinstance(module, str):
            yield module, trace.tb_lineno
        trace = trace.tb_next


def _within_package(folder: str, file: str) -> str:
    """Return a module's file as it lies in its package, wherever that is installed."""
    while os.path.isfile(f"{folder}/__init__.py"):  # noqa: PTH113  # every program would pay for pathlib
        folder, name = os.path.split(folder)
        file = f"{name}/{file}"
    return file


@contextlib.contextmanager
def blaming(kind: str, name: str) -> Generator[None]:
    """Let whatever a plugin raises become a :class:`PluginError` that says what raised it.

    A failure that says so already, of a ranker within a renderer, stays as it is.

    Args:
        kind: what it is, as ``scorer``.
        name: its name.

    Raises:
        PluginError: it failed; the error itself is the cause.

    >>> with blaming("scorer", "odd"):
    ...     [].pop()
    Traceback (most recent call last):
    ...
    evledger.exceptions.PluginError: scorer 'odd' failed: IndexError: pop from empty list (...)
    """
    try:
        yield
    except PLUGIN_ERRORS as error:
        if type(error) is PluginError and error.kind is not None:
            raise
        msg = f"{kind} {name!r} failed: {blame(error)}"
        raise PluginError(msg, kind=kind, name=name) from error
