r"""Text files of unknown encoding, line by line.

What says its encoding is believed; what is UTF-8 from end to end is read as such.
The rest is guessed, and a note says so.
A file that was put together from several, so that most of it is UTF-8, is guessed only where it
is not.
"""

from __future__ import annotations

import codecs
import functools
import io
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import IO, Final

import attrs
import charset_normalizer

from evledger import Invalid
from evledger.importing import Note

__all__ = ["Decoded", "lines", "opening"]

_CHUNK: Final = 1 << 20  # bytes
_LONGEST_LINE: Final = 1 << 20  # characters; a line that is longer is no line of a text
_SAMPLE: Final = 1 << 14  # bytes of what is not UTF-8; more makes no guess better, and takes long
_WORST: Final = 0.5  # how unlikely a reading may be; for short Chinese the usual 0.2 is too strict

# How a text is said to begin: UTF-32's mark begins with UTF-16's, so it goes first.
_MARKS: Final = MappingProxyType({
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
})  # fmt: skip

# UTF-16 without its mark: the zeros of four characters, all of which are ASCII.
_ZEROS: Final = MappingProxyType({b"\1\0" * 4: "utf-16-le", b"\0\1" * 4: "utf-16-be"})

# What exports are written in, and what is added to how unlikely its reading of a file is.
# Of readings that are as likely, the one that more people write wins: a name with one umlaut is
# as good in Central Europe's encoding, and a Chinese line of few words as good in Korean's.
_HANDICAPS: Final = MappingProxyType({
    "cp1252": 0.0,
    "gb18030": 0.0,
    "big5": 0.01,
    "cp932": 0.01,
    "euc_jp": 0.01,
    "cp1250": 0.01,
    "cp1251": 0.01,
    "cp1254": 0.01,
    "koi8_r": 0.02,
    "cp1253": 0.02,
    "cp949": 0.08,
})  # fmt: skip

_ESCAPED = re.compile("[\udc80-\udcff]")  # bytes that are not UTF-8, as `surrogateescape` has them


@attrs.frozen
class Decoded:
    """The text of a file.

    Attributes:
        lines: without what ends them, and without a byte order mark. They can be read once,
            and as long as the file is open.
        encoding: that was named by the file, or found, or guessed.
        note: what was guessed, where something was.
    """

    lines: Iterator[str]
    encoding: str
    note: Note | None = None


@attrs.frozen
class _Reading:
    """How the bytes of a file are to be read."""

    encoding: str
    errors: str = "replace"
    otherwise: str | None = None  # the encoding of lines that are not of the first
    note: str | None = None


def lines(file: IO[bytes]) -> Decoded:
    r"""Return the lines of a text file, from where it stands.

    A line ends with ``\n``, ``\r\n`` or ``\r``.

    Args:
        file: a binary file that can be sought in.
            It is gone through once beforehand, unless it is not UTF-8: then twice.

    Raises:
        Invalid: a line is longer than 1,048,576 characters; raised at the latest when it is read.

    >>> text = lines(io.BytesIO("\ufeffTY  - JOUR\r\nAU  - M\xfcller".encode()))
    >>> list(text.lines), text.encoding, text.note
    (['TY  - JOUR', 'AU  - Müller'], 'utf-8', None)
    """
    reading = _reading(file)
    note = Note("the file", reading.note) if reading.note else None
    return Decoded(_lines(file, reading), reading.encoding.removesuffix("-sig"), note)


def opening(start: bytes) -> str:
    r"""Return the start of a file as text, to tell formats by; what is not UTF-8 is replaced.

    >>> opening("PMID- 1".encode("utf-16"))
    'PMID- 1'
    """
    encoding = _said(start) or "utf-8"
    return codecs.getincrementaldecoder(encoding)("replace").decode(start).lstrip("\ufeff")


# How a file is to be read


def _reading(file: IO[bytes]) -> _Reading:
    with _kept(file):
        said = _said(file.read(8))
    fault = _fault(file, said or "utf-8")
    if fault is None:
        return _Reading(said or "utf-8")
    if fault == "cut":
        return _Reading(said or "utf-8", note="it ends within a character: it may be cut off")
    if said and not said.startswith("utf-8"):
        return _Reading(said, note=f"it is not all {said}: what is not was replaced by �")
    return _guess(file)


def _said(start: bytes) -> str | None:
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    return _ZEROS.get(bytes(map(bool, start[:8])))


def _fault(file: IO[bytes], encoding: str) -> str | None:
    """Return whether a file is of an encoding, is none, or would be if it were whole."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with _kept(file):
        try:
            for chunk in iter(functools.partial(file.read, _CHUNK), b""):
                decoder.decode(chunk)
        except UnicodeError:
            return "bad"
        try:
            decoder.decode(b"", final=True)
        except UnicodeError:
            return "cut"
    return None


def _guess(file: IO[bytes]) -> _Reading:
    """Guess the encoding of a file, or of those of its lines that are not UTF-8."""
    with _kept(file):
        good, bad, sample = _counted(_read(file, "utf-8-sig", "surrogateescape"))
    encoding = _likeliest(sample)
    if bad >= good:
        note = f"it is not UTF-8; it was read as {encoding}, which is a guess"
        return _Reading(encoding, note=note)
    note = (
        f"{bad} of its lines are not UTF-8, unlike the rest; "
        f"they were read as {encoding}, which is a guess"
    )
    return _Reading("utf-8-sig", "surrogateescape", otherwise=encoding, note=note)


def _counted(text: Iterable[str]) -> tuple[int, int, bytes]:
    """Count lines with other than ASCII: those of UTF-8, and others, with a sample of these."""
    good = bad = 0
    sample = bytearray()
    for line in text:
        if _ESCAPED.search(line):
            bad += 1
            if len(sample) < _SAMPLE:
                sample += _bytes(line)[:_SAMPLE] + b"\n"
        elif not line.isascii():
            good += 1
    return good, bad, bytes(sample)


def _likeliest(sample: bytes) -> str:
    readings = charset_normalizer.from_bytes(
        sample, threshold=_WORST, cp_isolation=list(_HANDICAPS), enable_fallback=False
    )
    chaos = {name: each.chaos for each in readings for name in each.could_be_from_charset}
    names = [name for name in _HANDICAPS if name in chaos]
    return min(names, key=lambda name: chaos[name] + _HANDICAPS[name], default="cp1252")


# Lines


def _lines(file: IO[bytes], reading: _Reading) -> Iterator[str]:
    text = _read(file, reading.encoding, reading.errors)
    return map(_mender(reading.otherwise), text) if reading.otherwise else text


def _read(file: IO[bytes], encoding: str, errors: str) -> Iterator[str]:
    """Yield the lines of a file, which stays open."""
    wrapper = io.TextIOWrapper(file, encoding, errors)
    try:
        read = functools.partial(wrapper.readline, _LONGEST_LINE + 1)
        for number, line in enumerate(iter(read, ""), 1):
            if len(line) > _LONGEST_LINE:
                raise Invalid(f"line {number} is longer than {_LONGEST_LINE:,} characters")
            # A mark stands in the middle where files were put one behind the other.
            yield line.rstrip("\n").lstrip("\ufeff")
    finally:
        if not file.closed:
            wrapper.detach()


def _mender(encoding: str) -> Callable[[str], str]:
    def mend(line: str) -> str:
        return _bytes(line).decode(encoding, "replace") if _ESCAPED.search(line) else line

    return mend


def _bytes(line: str) -> bytes:
    return line.encode("utf-8", "surrogateescape")


@contextmanager
def _kept(file: IO[bytes]) -> Generator[None]:
    """Go back to where the file stood."""
    position = file.tell()
    try:
        yield
    finally:
        file.seek(position)
