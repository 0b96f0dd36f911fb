"""Files of tagged lines, cut into the blocks that are their records.

A record that has no end, or no beginning, costs no other; nor does one that would fill the memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from evledger import Invalid
from evledger.importing import Note, Rejection

__all__ = ["Block", "Cutter", "Marks", "blocks"]

_MOST_LINES: Final = 100_000  # of a record; cited references may take a few thousand
_MOST_CHARACTERS: Final = 1 << 22  # of a record
_SHOWN: Final = 2_000  # characters of what was rejected


@attrs.frozen(kw_only=True)
class Marks:
    """How the records of a format are told apart.

    Attributes:
        name: the format's, for people.
        start: matches the line that begins a record.
        field: matches a line that belongs to a record.
        title: matches a line that only a record has that is worth keeping.
        first: how a record begins, for people.
        end: matches the line that ends it, if one does.
        last: how it ends, for people.
    """

    name: str
    start: re.Pattern[str]
    field: re.Pattern[str]
    title: re.Pattern[str]
    first: str
    end: re.Pattern[str] | None = None
    last: str = ""


@attrs.frozen(kw_only=True)
class Block:
    """The lines of a record.

    Attributes:
        place: where it stands, for people.
        lines: of the record, from that which begins it, if there is one, without that which ends
            it.
        note: what is wrong with how it begins or ends.
    """

    place: str
    lines: list[str]
    note: Note | None = None

    @property
    def raw(self) -> str:
        """Its text, as far as it is shown to people."""
        return "\n".join(self.lines)[:_SHOWN]


def blocks(lines: Iterable[str], marks: Marks) -> Iterator[Block | Rejection | Note]:
    """Cut a file into its records.

    Lines outside of a record are left out: the name of a provider, numbers, blank lines.
    Where they hold a title they are a record of which the beginning is lost, and where they hold
    other fields a note says so.

    Args:
        lines: of the file.
        marks: of its format.

    Raises:
        Invalid: the file is not blank, and has no record.
    """
    cutter = Cutter(marks)
    for number, line in enumerate(lines, 1):
        if marks.start.match(line):
            yield from cutter.cut(ends=False)
            cutter.begin(number, line)
        elif marks.end and marks.end.match(line):
            yield from cutter.cut(ends=True)
        else:
            cutter.add(number, line)
    yield from cutter.finish()


class Cutter:
    """Gathers the lines of a record, or those between records.

    Attributes:
        count: how many records there have been.
        is_open: whether a line has begun a record.
    """

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._lines: list[str] = []
        self._line = 0  # the number of the first of them
        self._characters = 0
        self.is_open = False
        self.count = 0
        self._is_blank = True  # whether nothing but blank lines has been seen

    def begin(self, number: int, line: str) -> None:
        """Begin a record with a line."""
        self.is_open = True
        self.add(number, line)

    def add(self, number: int, line: str) -> None:
        """Take a line; of a record that is too long, no more of them."""
        if not self._lines:
            if not line.strip():
                return
            self._line = number
            self._is_blank = False
        self._characters += len(line) + 1
        if not self._is_too_long():
            self._lines.append(line)

    def _is_too_long(self) -> bool:
        return len(self._lines) >= _MOST_LINES or self._characters > _MOST_CHARACTERS

    def cut(self, *, ends: bool, is_last: bool = False) -> Iterator[Block | Rejection | Note]:
        """Yield what was gathered, and begin afresh.

        Args:
            ends: whether a line has ended the record.
            is_last: whether the file has ended.
        """
        if self.is_open:
            yield self._block(self._ending(ends=ends, is_last=is_last))
        elif self._lines:
            yield from self._stray(is_last=is_last)
        self._lines, self._characters, self.is_open = [], 0, False

    def finish(self) -> Iterator[Block | Rejection | Note]:
        """Yield what was gathered when the file ends.

        Raises:
            Invalid: there was something, but no record.
        """
        yield from self.cut(ends=self._marks.end is None, is_last=True)
        if not self.count and not self._is_blank:
            marks = self._marks
            raise Invalid(
                f"it is not {marks.name}: no line begins a record, as {marks.first!r} does"
            )

    def _block(self, fault: str | None) -> Block | Rejection:
        self.count += 1
        place = f"record {self.count} (line {self._line})"
        note = Note(place, fault) if fault else None
        block = Block(place=place, lines=self._lines, note=note)
        if not self._is_too_long():
            return block
        reason = (
            f"it is longer than {_MOST_LINES:,} lines or {_MOST_CHARACTERS:,} characters: "
            "is its end missing, or the beginning of the next?"
        )
        return Rejection(place, reason, block.raw)

    def _ending(self, *, ends: bool, is_last: bool) -> str | None:
        if ends:
            return None
        missing = f"the line {self._marks.last!r} that ends it is missing"
        return f"{missing}: the file may be cut off" if is_last else missing

    def _stray(self, *, is_last: bool) -> Iterator[Block | Rejection | Note]:
        """Yield lines that no line has begun, if they are more than a heading."""
        if is_last and not self.count:
            return  # then it is another format
        if any(map(self._marks.title.match, self._lines)):
            yield self._block(f"no line begins it, as {self._marks.first!r} does")
        elif fields := sum(map(bool, map(self._marks.field.match, self._lines))):
            place = f"line {self._line}"
            yield Note(place, f"fields outside of any record were left out: {fields}")
