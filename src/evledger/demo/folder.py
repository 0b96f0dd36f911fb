"""The demonstration's folder: what it leaves there, and when that may be made anew.

Whatever else lies in the folder is somebody's own, and stays.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from blake3 import blake3

from evledger.chain import Head
from evledger.exceptions import EvledgerError, Refused
from evledger.store import open as open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "ARCHIVE",
    "COPY",
    "DATABASE",
    "MARKER",
    "NAME",
    "PROOF",
    "TAMPERED_PAGE",
    "VKEY",
    "leave_mark",
    "make_room",
]

DATABASE: Final = "evidence.db"
ARCHIVE: Final = "archive"
COPY: Final = "tampered"
PROOF: Final = "c4.tlog-proof"
VKEY: Final = "semax.vkey"
TAMPERED_PAGE: Final = "tampered.html"
MARKER: Final = ".evledger-demo"
"""The file by which a demonstration is known: the head that it left, and a digest of each file."""

NAME: Final = "semax"

_STORED: Final = frozenset((DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"))
_SHOWN: Final = 5  # names in a message


def leave_mark(folder: Path, head: Head) -> None:
    """Say in a demonstration's folder what it left there.

    Args:
        folder: the folder.
        head: the head of the ledger in its database.
    """
    files = sorted(set(_files(folder)) - _STORED - {MARKER})
    lines = [str(head), *(f"{_digest(folder / name)}  {name}" for name in files)]
    (folder / MARKER).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def make_room(folder: Path) -> None:
    """Make a folder for a demonstration, and take away an earlier one that nobody has changed.

    Args:
        folder: created where there is none.

    Raises:
        Refused: something else is in it; the message says what.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = sorted(_files(folder))
    in_the_way = list(_in_the_way(folder, files))
    if in_the_way:
        more = f" and {len(in_the_way) - _SHOWN} more" if len(in_the_way) > _SHOWN else ""
        msg = (
            f"{folder} is neither empty nor a demonstration as it was left; in the way: "
            f"{', '.join(in_the_way[:_SHOWN])}{more}; name another folder: evledger demo DIR"
        )
        raise Refused(msg)
    for name in files:
        (folder / name).unlink(missing_ok=True)  # SQLite may have taken its log away by now
    for name in (ARCHIVE, COPY):
        if (folder / name).is_dir():
            (folder / name).rmdir()


def _files(folder: Path) -> Iterator[str]:
    """Yield what is in a folder and those below, but for the demonstration's own folders."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if name not in (ARCHIVE, COPY) or path.is_symlink() or not path.is_dir():
            yield name


def _in_the_way(folder: Path, files: list[str]) -> Iterator[str]:
    """Yield the names that a demonstration did not leave, or not as they are."""
    head, left = _mark(folder)
    for name in files:
        if name == DATABASE:
            is_left = head is not None and _is_as_left(folder / name, head)
        elif name == MARKER or name in _STORED:
            is_left = head is not None
        else:
            is_left = name in left and left[name] == _digest(folder / name)
        if not is_left:
            yield name


def _mark(folder: Path) -> tuple[Head | None, dict[str, str]]:
    """Read what a demonstration says it left: a head, and digests by name."""
    try:
        head, *lines = (folder / MARKER).read_text(encoding="utf-8").splitlines()
        found = Head.parse(head)
    except (OSError, ValueError):  # there is none, or it says something else
        return None, {}
    return found, {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def _digest(path: Path) -> str | None:
    return blake3(path.read_bytes()).hexdigest() if path.is_file() else None


def _is_as_left(database: Path, head: Head) -> bool:
    """Return whether a database has the demonstration's ledger alone, with this head."""
    try:
        with open_store(database.absolute()) as store:
            return store.ledgers() == [NAME] and store.ledger(NAME).head() == head
    except EvledgerError:
        return False
