"""What the command writes: lines for people, JSON for programs, a bar for those who wait.

Titles, handles and quotes come from strangers.
Whatever could steer a terminal, or turn text around, is written as an escape.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
import time
from typing import IO, TYPE_CHECKING, Any, Final

from evledger.cli.streams import own_output
from evledger.exceptions import StoreError
from evledger.legible import UNSEEN, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = [
    "Bar",
    "count",
    "excerpt",
    "inert",
    "progress",
    "table",
    "to_json",
    "without_secrets",
    "write_file",
    "write_json",
    "write_line",
    "write_lines",
]


def inert(text: str, *, keep: str = "") -> str:
    r"""Escape what could steer a terminal or turn text around.

    Args:
        text: from anywhere.
        keep: characters to leave as they are.

    >>> inert("red \x1b[31m alert")
    'red \\x1b[31m alert'
    """
    return visible(text, keep=keep)


_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]+:(?://(?!/))?", re.IGNORECASE)


def without_secrets(url: str) -> str:
    """Return a database as anyone may see it: a password, or a token, can stand in its URL.

    >>> without_secrets("postgres://me:secret@example.org/evidence?sslkey=secret")
    'postgres://***@example.org/evidence?***'
    >>> without_secrets("sqlite:///evidence.db"), without_secrets("./me@work?.db")
    ('sqlite:///evidence.db', './me@work?.db')
    """
    found = _SCHEME.match(url)
    if found is None:
        return url
    place, *query = re.split(r"[?#]", url, maxsplit=1)
    if "@" in url and not place.startswith("/", found.end()):
        # A password may hold any sign: where one follows the question mark, nothing is sure.
        host = place.rpartition("@")[2] if "@" not in "".join(query) else ""
        place = f"{found[0]}***@{host}"
    return f"{place}?***" if query else place


def excerpt(text: str, width: int) -> str:
    """Return the beginning of a text, on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else f"{flat[: width - 1]}…"


# -- writing -----------------------------------------------------------------------------


def write_line(line: str) -> None:
    """Write one line for people."""
    own_output().write(f"{inert(line)}\n")


def write_lines(lines: Iterable[str]) -> None:
    """Write lines for people."""
    for line in lines:
        write_line(line)


def write_json(document: Any, *, indent: int | None = 2) -> None:
    """Write one JSON document."""
    own_output().write(f"{to_json(document, indent=indent)}\n")


def write_file(path: Path, data: bytes, *, otherwise: str = "") -> None:
    """Write a file that ``--output`` names.

    Args:
        path: where.
        data: the file's bytes.
        otherwise: what to say besides, where it cannot be written.

    Raises:
        StoreError: it cannot be written.
    """
    try:
        path.write_bytes(data)
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror or error}{otherwise}"
        raise StoreError(msg) from error


def to_json(document: Any, *, indent: int | None = None) -> str:
    r"""Return JSON that means the same, and in which nothing steers a terminal.

    >>> to_json({"title": "\u202eevil"})
    '{"title": "\\u202eevil"}'
    """
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    # JSON has escaped every newline within a string; those that are left are its layout.
    return UNSEEN.sub(lambda found: found[0] if found[0] == "\n" else _in_json(found[0]), text)


def _in_json(character: str) -> str:
    return json.dumps(character)[1:-1]


def count(number: int, noun: str) -> str:
    """Return a number and what it counts.

    >>> count(1, "page"), count(2, "page")
    ('1 page', '2 pages')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows as lines of columns, each as wide as its widest cell."""
    safe = [[inert(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*safe, strict=True)]
    for row in safe:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


# -- waiting -----------------------------------------------------------------------------

_PATIENCE: Final = 0.5  # seconds after which people want to see that something moves
_PACE: Final = 0.1
_WIDTH: Final = 30


class Bar:
    """A bar that shows itself once the work has lasted a while.

    Args:
        what: the work, in a word.
        stream: a terminal.
        clock: gives seconds.
    """

    def __init__(
        self, what: str, stream: IO[str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._what = what
        self._stream = stream
        self._clock = clock
        self._next = clock() + _PATIENCE
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        """Show how far the work has come."""
        now = self._clock()
        if now < self._next or total <= 0:
            return
        self._next, self._shown = now + _PACE, True
        share = min(done / total, 1.0)
        full = round(share * _WIDTH)
        bar = "#" * full + "-" * (_WIDTH - full)
        self._stream.write(f"\r{self._what} [{bar}] {share:4.0%}")
        self._stream.flush()

    def clear(self) -> None:
        """Leave the line as it was."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


@contextlib.contextmanager
def progress(what: str) -> Generator[Bar | None]:
    """Give a bar where somebody sits at a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    bar = Bar(what, sys.stderr)
    try:
        yield bar
    finally:
        bar.clear()
