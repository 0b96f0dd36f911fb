"""Zip files from strangers: a few parts of them, read as streams and within limits."""

from __future__ import annotations

import codecs
import re
import struct
import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from typing import IO, Final

import attrs

from evledger import Invalid
from evledger_social.arrays import Readable

__all__ = ["Part", "is_zip", "parts_of"]

_MAGIC: Final = b"PK\x03\x04"
_LARGEST: Final = 1 << 30  # bytes of a part, unpacked
_DENSEST: Final = 200  # bytes for each that is packed; posts are packed to a tenth
_SMALL: Final = 1 << 20  # bytes that do no harm, however densely packed
_MOST: Final = 1_000  # parts
_LARGEST_DIRECTORY: Final = 1 << 24  # bytes; that is some hundred thousand files
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# What `zipfile` raises over broken files and those with a password, besides its own error.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
_PARTS: Final = re.compile(
    r"(?:^|/)(?P<name>(?P<stem>account|note-tweet|tweets?|community-tweet|deleted-tweets?)"
    r"(?:-part(?P<number>[0-9]{1,4}))?\.js|(?P<month>[0-9]{4}_[0-9]{2})\.js)$",
    re.ASCII,
)


def is_zip(start: bytes) -> bool:
    """Tell a zip file by its first bytes.

    One that was saved as text has a byte order mark before them, and can be read all the same.
    """
    return start.removeprefix(codecs.BOM_UTF8).startswith(_MAGIC)


@attrs.frozen
class Part:
    """A part of an archive.

    Attributes:
        name: its own, without the folders, which may be named after a person: ``tweets.js``.
        stem: what it holds: ``tweets``.
        number: which of several it is.
    """

    name: str
    stem: str
    number: int
    _zip: zipfile.ZipFile = attrs.field(repr=False)
    _info: zipfile.ZipInfo = attrs.field(repr=False)

    @contextmanager
    def opened(self, most: int = _LARGEST) -> Generator[Readable]:
        """Open it.

        Args:
            most: bytes that it may have, unpacked.

        Raises:
            Invalid: it cannot be unpacked, or is larger than it may be.
        """
        self._refuse_bombs(most)
        try:
            content = self._zip.open(self._info)
        except _BROKEN as error:
            raise _broken(self.name) from error
        with content:
            yield _Unpacked(self.name, content)

    def _refuse_bombs(self, most: int) -> None:
        size, packed = self._info.file_size, self._info.compress_size
        if size > most or size > max(_SMALL, packed * _DENSEST):
            msg = (
                f"{self.name} in it would have {size:,} bytes, packed in {packed:,}; at most "
                f"{most:,} are read, and {_DENSEST} for each that is packed: unpack it yourself"
            )
            raise Invalid(msg)
        if self._info.compress_type not in _METHODS:
            raise _broken(self.name)


@attrs.frozen
class _Unpacked:
    """The content of a part of some name."""

    _name: str
    _content: IO[bytes]

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes.

        Raises:
            Invalid: they cannot be unpacked.
        """
        try:
            return self._content.read(size)
        except _BROKEN as error:
            raise _broken(self._name) from error


def _broken(name: str) -> Invalid:
    return Invalid(f"{name} in it cannot be unpacked; get the archive anew, as X gives it")


def parts_of(file: IO[bytes]) -> list[Part]:
    """Return the parts of an archive that say something of posts, in their order.

    Args:
        file: the archive, which can be sought in.

    Raises:
        Invalid: it is no zip file that can be read.
    """
    try:
        archive = zipfile.ZipFile(_Bounded(file))
    except Invalid:
        raise
    except _BROKEN as error:
        msg = "it is no zip file that can be read; it may have broken off"
        raise Invalid(msg) from error
    parts = [part for info in archive.infolist() if (part := _part(archive, info)) is not None]
    if len(parts) > _MOST:
        msg = f"it has more than {_MOST:,} parts with posts"
        raise Invalid(msg)
    return sorted(parts, key=lambda part: (part.stem, part.number))


def _part(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Part | None:
    found = _PARTS.search(info.filename)
    if found is None:
        return None
    number = found["number"] or (found["month"] or "0").replace("_", "")
    return Part(found["name"], found["stem"] or "tweets", int(number), archive, info)


@attrs.frozen
class _Bounded:
    """A file that is never read in pieces so large that a hostile directory fills the memory."""

    _file: IO[bytes]

    def read(self, size: int = -1, /) -> bytes:
        """Read a piece, or all that follows; ``zipfile`` reads a directory in one."""
        most = _LARGEST_DIRECTORY + 1
        data = self._file.read(min(size, most) if size >= 0 else most)
        if len(data) == most:
            msg = f"its directory is larger than {_LARGEST_DIRECTORY >> 20} MiB"
            raise Invalid(msg)
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place; one before the start is named by broken files only."""
        if whence == 0 and offset < 0:
            msg = "negative offset"
            raise zipfile.BadZipFile(msg)
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return where the reading is."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Say that one can go to any place."""
        return True
