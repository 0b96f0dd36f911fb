"""The reading that importers of text share: records out of lines, whatever encodes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import IO, TypeAlias

from evledger.importing import Found, Note, Rejection
from evledger_literature.reading.decoding import lines
from evledger_literature.records import Record

__all__ = ["Records", "found_in"]

Records: TypeAlias = Callable[[Iterable[str]], Iterator[Record | Rejection | Note]]
"""Gives the records of a file's lines."""


def found_in(file: IO[bytes], records: Records) -> Iterator[Found]:
    """Yield what the records of a file come to, in order.

    Args:
        file: text in any encoding; a guess at it is told first.
        records: reads the lines.

    Raises:
        Invalid: what `records` raises, or a line is too long.
    """
    text = lines(file)
    if text.note:
        yield text.note
    for each in records(text.lines):
        if isinstance(each, Record):
            yield from each.found()
        else:
            yield each
