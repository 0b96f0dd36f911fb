"""JSON files, whole or a document in each line, for importers to read."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any, Final

import attrs
import msgspec

from evledger.exceptions import Invalid
from evledger.importing.values import Rejection

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Document", "documents"]

_LONGEST_LINE: Final = 1 << 24  # bytes; a line that is longer is no record
_LARGEST: Final = 1 << 28  # bytes of a document that is no line
_SHOWN: Final = 2_000  # characters of what was rejected


@attrs.frozen
class Document:
    """A JSON document of a file.

    Attributes:
        value: what it says.
        line: its line where each line is a document, or ``None`` where it is the whole file.

    >>> Document({"title": "A trial"}, line=2).place("work 1")
    'line 2, work 1'
    """

    value: Any
    line: int | None = None

    def place(self, part: str = "") -> str:
        """Say for people where a part of it stands."""
        line = f"line {self.line}" if self.line is not None else ""
        return ", ".join(filter(None, (line, part))) or "the file"


def documents(file: IO[bytes]) -> Iterator[Document | Rejection]:
    r"""Yield the document that a file is, or those of its lines.

    Text is read as UTF-8, or as UTF-16 or UTF-32 where that is plain (RFC 8259 section 8.1,
    RFC 4627 section 3); a byte order mark is skipped, and blank lines are.
    A line that is no JSON is a rejection.

    Args:
        file: a binary file that can be sought in.

    Raises:
        Invalid: the file is no JSON, or a document is larger than 256 MiB (16 MiB in a line).

    >>> import io
    >>> [document.value for document in documents(io.BytesIO(b'{"a": 1}\n{"a": 2}\n'))]
    [{'a': 1}, {'a': 2}]
    """
    if _has_a_document_in_its_first_line(file):
        yield from _lines(file)
    else:
        yield _whole(file)


def _has_a_document_in_its_first_line(file: IO[bytes]) -> bool:
    """Tell lines of JSON from a document that is laid out, or stands in one line."""
    start = file.tell()
    try:
        first = file.readline(_LONGEST_LINE)
        rest = file.read(1)
        if not rest or not first.endswith(b"\n") or not _trimmed(first).startswith(b"{"):
            return False
        _parse(first)
    except Invalid:
        return False
    else:
        return True
    finally:
        file.seek(start)


def _trimmed(data: bytes) -> bytes:
    return data.removeprefix(b"\xef\xbb\xbf").strip()


def _lines(file: IO[bytes]) -> Iterator[Document | Rejection]:
    number = 0
    while line := file.readline(_LONGEST_LINE):
        number += 1
        if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            msg = f"line {number} is longer than {_LONGEST_LINE >> 20} MiB"
            raise Invalid(msg)
        if _trimmed(line):
            try:
                yield Document(_parse(line), number)
            except Invalid as error:
                yield Rejection(
                    f"line {number}", str(error), line[:_SHOWN].decode(errors="replace")
                )


def _whole(file: IO[bytes]) -> Document:
    data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        msg = f"it is larger than {_LARGEST >> 20} MiB; split it, or write a document in each line"
        raise Invalid(msg)
    return Document(_parse(data))


def _parse(data: bytes) -> Any:
    text = _trimmed(data)
    try:
        return msgspec.json.decode(text)
    except RecursionError as error:
        msg = "it is no JSON that can be read: it is nested too deeply"
        raise Invalid(msg) from error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _parse_with_patience(text)


def _parse_with_patience(data: bytes) -> Any:
    """Read what the fast parser refuses: UTF-16 and UTF-32, halves of surrogate pairs."""
    try:
        text = data.decode(json.detect_encoding(data))
        value = json.loads(text)
    except RecursionError as error:
        msg = "it is no JSON that can be read: it is nested too deeply"
        raise Invalid(msg) from error
    except ValueError as error:
        msg = f"it is no JSON: {error!s:.200}"
        raise Invalid(msg) from error
    try:
        return json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
    except RecursionError as error:
        msg = "it is no JSON that can be read: it is nested too deeply"
        raise Invalid(msg) from error
