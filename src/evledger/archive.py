"""Archives: a ledger as a folder of files that standard tools can check.

Each page is a file, ``page-000000.jsonl``, hashed as it stands:
``b3sum page-000012.jsonl`` is what page 13's first line says.
``HEAD`` holds the head, last of all, so that a folder without it is known to be incomplete.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from evledger.chain import MAX_HEADER, MAX_PAGE, PAGE_EVENTS, Head, page_prev, page_range
from evledger.exceptions import Broken, Invalid, NotFound, StoreError
from evledger.verification import (
    Level,
    Records,
    Verification,
    Volume,
    check_level,
    trust_of,
    unreadable,
    verify_volume,
)
from evledger.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor

    from evledger.checkpoints import Vouched

__all__ = ["ArchivePages", "archive_volume", "page_name", "verify_archive", "write_archive"]

_PAGE_NAME = re.compile(r"page-([0-9]{6,14})\.jsonl")


def page_name(page: int) -> str:
    """Return the name of a page's file.

    >>> page_name(12)
    'page-000012.jsonl'
    """
    return f"page-{page:06d}.jsonl"


@attrs.frozen
class ArchivePages:
    """Pages of an archive, read anew by whoever iterates, wherever that is."""

    folder: str
    start: int
    stop: int

    def __iter__(self) -> Iterator[bytes]:
        for page in range(self.start, self.stop):
            yield _read_page(os.path.join(self.folder, page_name(page)))  # noqa: PTH118  # hot


def _read_page(path: str) -> bytes:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116  # the same
            msg = f"{path} is not a plain file"
            raise Broken(msg)
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123  # a Path per page costs as much
            size = os.fstat(file.fileno()).st_size
            if size > MAX_PAGE + MAX_HEADER:
                msg = f"{path} has {size:,} bytes; a page has {MAX_PAGE:,} at the most"
                raise Broken(msg)
            return file.read(size + 1)
    except FileNotFoundError as error:
        msg = f"{path} is missing"
        raise NotFound(msg) from error
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise StoreError(msg) from error


def write_archive(
    folder: str | os.PathLike[str],
    pages: Iterable[bytes],
    head: Head,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write a ledger's pages, and then its head, into a folder.

    A folder that already holds an archive is brought up to date, if it is of the same ledger.

    Args:
        folder: created where there is none.
        pages: every page's text, the last one too.
        head: the head.
        progress: called with the events done and the events there are.

    Raises:
        StoreError: the folder cannot be written, or holds something else.
    """
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        _check_folder(target)
        for page, text in enumerate(pages):
            path = target / page_name(page)
            if page == 0:
                _check_same_ledger(path, text, head)
                (target / "HEAD").unlink(missing_ok=True)
            _replace(path, text)
            if progress is not None:
                progress(min((page + 1) * PAGE_EVENTS, head.size), head.size)
        _replace(target / "HEAD", f"{head}\n".encode())
    except OSError as error:
        msg = f"{target} cannot be written: {error.strerror or error}"
        raise StoreError(msg) from error


def _check_folder(folder: Path) -> None:
    """Refuse to write among files that are no part of an archive."""
    strangers = sorted(path.name for path in folder.iterdir() if not _is_ours(path.name))
    if strangers:
        msg = f"{folder} holds {strangers[0]!r}, which is no part of an archive; name another"
        raise StoreError(msg)


def _is_ours(name: str) -> bool:
    name = name.removesuffix(".part")
    return name == "HEAD" or _number(name) is not None


def _number(name: str) -> int | None:
    """Return the number of the page whose file has this name."""
    match = _PAGE_NAME.fullmatch(name)
    if match is None or page_name(int(match[1])) != name:
        return None
    return int(match[1])


def _check_same_ledger(path: Path, text: bytes, head: Head) -> None:
    """Refuse to write over another ledger's archive, or over one that is longer.

    Event 0 is what a ledger is.
    """
    if not path.exists():
        return
    if _read_page(str(path)).splitlines()[:2] != text.splitlines()[:2]:
        msg = f"{path.parent} holds the archive of another ledger; name another folder"
        raise StoreError(msg)
    kept = path.with_name("HEAD")
    size = _read_head(kept).size if kept.exists() else 0
    longest = max(_number(each.name) or 0 for each in path.parent.iterdir())
    if size > head.size or longest >= len(page_range(head.size)):
        msg = f"{path.parent} holds a longer archive of this ledger; name another folder"
        raise StoreError(msg)


def _replace(path: Path, text: bytes) -> None:
    """Write a file so that, whatever happens, it is there wholly or as it was before."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def archive_volume(folder: str | os.PathLike[str]) -> Volume:
    """Return an archive's text, for verification.

    Raises:
        NotFound: the folder holds no archive.
        Invalid: its ``HEAD`` is not a head.
        Broken: its first page is far too long to be one.
    """
    source = Path(folder)
    try:
        names = [path.name for path in source.iterdir()]
    except OSError as error:
        msg = f"{source} cannot be read: {error.strerror}; expected a folder with {page_name(0)}"
        raise NotFound(msg) from error
    numbers = sorted(number for number in map(_number, names) if number is not None)
    if not numbers:
        msg = f"{source} holds no archive: there is no {page_name(0)}"
        raise NotFound(msg)
    return Volume(
        ledger=_ledger_of(source, numbers[0]),
        pages=ArchiveSlices(str(source)),
        # One page more than there are is enough to find the gap before a page far away.
        count=min(numbers[-1], len(numbers)) + 1,
        partial=True,
        head=_read_head(source / "HEAD") if "HEAD" in names else None,
    )


@attrs.frozen
class ArchiveSlices:
    """Gives an archive's pages from one number up to another."""

    folder: str

    def __call__(self, start: int, stop: int) -> ArchivePages:
        return ArchivePages(self.folder, start, stop)


def _read_head(path: Path) -> Head:
    if not path.is_file():
        msg = f"{path} is not a plain file"
        raise Invalid(msg)
    try:
        with path.open("rb") as file:
            text = file.read(200).decode("ascii", "replace")
        return Head.parse(text.removesuffix("\n"))
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise Invalid(msg) from error
    except Invalid as error:
        msg = f"{path} is {error}"
        raise Invalid(msg) from error


def _ledger_of(folder: Path, page: int) -> str:
    """Return the name in the first header that is there; every other is compared with it."""
    for text in ArchivePages(str(folder), page, page + 1):
        named = page_prev(text[:MAX_HEADER])
        if named is not None:
            return named[0]
    return ""


def verify_archive(
    folder: str | os.PathLike[str],
    level: Level = "full",
    *,
    trust: Head | str | Vouched | None = None,
    vocabulary: Vocabulary | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verification:
    """Verify an archive, without any database.

    Args:
        folder: as :meth:`Ledger.export` wrote it.
        level: ``chain`` or ``full``.
        trust: a head of this ledger that was kept elsewhere; a checkpoint or a signed head, as
            :func:`evledger.open_checkpoint` and :func:`evledger.open_head` give it.
            The archive's own ``HEAD`` counts as none.
        vocabulary: the event types that are known; the built-in ones by default.
        executor: splits the pages of level ``chain``; threads by default on two or more cores.
        progress: called with the events done and the events there are.

    Raises:
        NotFound: the folder holds no archive.
    """
    check_level(level)
    trusted = trust_of(trust)
    try:
        volume = archive_volume(folder)
    except (Broken, Invalid) as error:
        return unreadable("", level, str(error), trusted)
    records = Records(volume.ledger, vocabulary or Vocabulary()) if level == "full" else None
    return verify_volume(
        volume, trust=trusted, records=records, executor=executor, progress=progress
    )
