"""Reading JSON that strangers wrote: what is missing, or of another type, is empty and no error."""

from __future__ import annotations

import codecs
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import IO, Any, Final

from evledger import Invalid
from evledger.codec import is_list, is_object
from evledger.importing import Document, Found, Rejection, documents

__all__ = [
    "Places",
    "each_document",
    "identifier",
    "listed",
    "objects",
    "raw",
    "start_of_text",
    "text",
    "under",
]

_SHOWN: Final = 2_000  # characters of what was rejected
_BELOW: Final = ("replies", "retweeted_status", "quoted_status")  # records of their own
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_MARKS: Final = (codecs.BOM_UTF8, codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)


def text(value: Any) -> str:
    """Return a text without the blanks around it; of anything else, the empty one.

    >>> text(" a "), text(None)
    ('a', '')
    """
    return value.strip() if isinstance(value, str) else ""


def identifier(value: Any) -> str:
    """Return an identifier, which some write as a number and others as a text.

    >>> identifier(1212092628029698048), identifier("t3_58qzqh"), identifier(True)
    ('1212092628029698048', 't3_58qzqh', '')
    """
    return str(value) if type(value) is int else text(value)


def under(value: Any, *names: str) -> dict[str, Any]:
    """Return the object under some names, one below the other; the empty one where there is none.

    >>> under({"snippet": {"topLevelComment": {"id": "a"}}}, "snippet", "topLevelComment")
    {'id': 'a'}
    """
    for name in names:
        value = value.get(name) if is_object(value) else None
    return value if is_object(value) else {}


def listed(value: Any) -> list[Any]:
    """Return a list; of anything else, the empty one."""
    return value if is_list(value) else []


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list."""
    return [each for each in listed(value) if is_object(each)]


def raw(value: Any) -> str:
    """Return a record as it stood, in one line, for people to find it again.

    What hangs below it has a place of its own, and is left out.
    """
    if is_object(value):
        value = {name: inner for name, inner in value.items() if name not in _BELOW}
    try:
        return json.dumps(value, ensure_ascii=False)[:_SHOWN]
    except RecursionError:
        return ""


class Places:
    """Says for people where the records of a document stand, each kind counted on its own.

    Args:
        document: the document.

    >>> place = Places(Document({}, line=3))
    >>> place("post"), place("comment"), place("post")
    ('line 3, post 1', 'line 3, comment 1', 'line 3, post 2')
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._counts: Counter[str] = Counter()

    def __call__(self, noun: str) -> str:
        """Return the place of the next record that is such a thing."""
        self._counts[noun] += 1
        return self._document.place(f"{noun} {self._counts[noun]}")


def each_document(file: IO[bytes], read: Callable[[Document], Iterator[Found]]) -> Iterator[Found]:
    """Read a JSON file, whole or a document in each line, of which one may be bad.

    Args:
        file: a binary file that can be sought in.
        read: gives what a document holds, and raises ``Invalid`` where it is none of the format.

    Raises:
        Invalid: the file as a whole is not of the format.
    """
    _refuse_zstandard(file)
    for document in documents(file):
        if isinstance(document, Rejection):
            yield document
            continue
        try:
            yield from read(document)
        except Invalid as error:
            if document.line is None:
                raise
            yield Rejection(document.place(), str(error), raw(document.value))


def _refuse_zstandard(file: IO[bytes]) -> None:
    """Say what to do with a dump that is still packed, as most of Reddit's are handed on."""
    position = file.tell()
    magic = file.read(len(_ZSTD))
    file.seek(position)
    if magic == _ZSTD:
        msg = "it is packed with Zstandard; unpack it first: zstd -d --long=31"
        raise Invalid(msg)


def start_of_text(start: bytes) -> bytes:
    """Return the start of a file of text as ASCII has it, whichever Unicode it is in."""
    for mark in _MARKS:
        start = start.removeprefix(mark)
    return start.replace(b"\x00", b"").lstrip()
