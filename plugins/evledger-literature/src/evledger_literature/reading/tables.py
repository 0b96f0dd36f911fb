"""Tables as text: rows of cells, however they are delimited, and however badly they are quoted."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import attrs

from evledger import Invalid
from evledger.importing import Rejection
from evledger_literature.reading.decoding import opening

__all__ = ["Heading", "Row", "Table", "find_heading", "first_lines", "key_of", "parts", "table"]

_DELIMITERS: Final = ",\t;|"
_LOOKED_THROUGH: Final = 20  # lines in which the heading row is looked for
_MOST_LINES: Final = 1_000  # of one row; abstracts have a few line breaks, notes some dozen
_MOST_CHARACTERS: Final = 1 << 22  # of one row
_MOST_PUT_BACK: Final = 1_000_000  # lines read in vain, lest a hostile file takes for ever
_SHOWN: Final = 2_000  # characters of what was rejected

_WORDS = re.compile(r"[^\W_]+")
_NO_HEADING = re.compile(r"[][{}<>=@]")
_BREAK = re.compile(r"\r\n?|\n")
_IDENTIFIER = re.compile(
    r"(?<![;,|\s])[;,|\s]+(?=(?:10\.|https?:|doi:|PMC?[0-9]|PMID|NCT[0-9]|97[89]))", re.IGNORECASE
)

IsHeading = Callable[[Sequence[str]], bool]


@attrs.frozen
class Row:
    """A row of a table.

    Attributes:
        place: where it stands, for people: ``row 7 (line 8)``.
        cells: as many as the heading row has.
        raw: its text.
        is_mended: whether its quotation marks are broken, and were taken for ordinary characters.
    """

    place: str
    cells: Sequence[str]
    raw: str
    is_mended: bool = False


@attrs.frozen
class Heading:
    """The row that names a table's columns.

    Attributes:
        cells: the names.
        delimiter: what stands between cells.
        line: the lines before it, which belong to no table.
        lines: how many lines it takes.
    """

    cells: Sequence[str]
    delimiter: str
    line: int = 0
    lines: int = 1


@attrs.frozen
class Table:
    """A table.

    Attributes:
        heading: the row that names its columns; ``None`` where the file is blank.
        prologue: the lines before it that are not blank.
        first_cells: of a few lines after it.
        rows: its rows, the blank ones left out; a rejection for each that cannot be read.
    """

    heading: Heading | None
    prologue: Sequence[str]
    first_cells: Sequence[str]
    rows: Iterator[Row | Rejection]


def key_of(heading: str) -> str:
    """Return a heading without what exporters vary: case, blanks, underscores and punctuation.

    What has brackets, as lines of BibTeX and JSON do, is no heading.

    >>> key_of("Author(s) ID"), key_of("primary_title"), key_of(" Journal/Book ")
    ('author s id', 'primary title', 'journal book')
    """
    return "" if _NO_HEADING.search(heading) else " ".join(_WORDS.findall(heading.casefold()))


def parts(cell: str) -> list[str]:
    """Split a cell of several identifiers; a DOI may itself contain a semicolon or a comma.

    >>> parts("10.1000/a;b; 10.1000/c")
    ['10.1000/a;b', '10.1000/c']
    """
    return [part for text in _IDENTIFIER.split(cell) if (part := text.strip(" \t\r\n;,|"))]


def first_lines(start: bytes) -> list[str]:
    """Return the first lines of a file, to tell it by."""
    return _BREAK.split(opening(start), maxsplit=_LOOKED_THROUGH)[:_LOOKED_THROUGH]


def find_heading(lines: Sequence[str], is_heading: IsHeading) -> Heading | None:
    r"""Find the row that names the columns among a file's first lines.

    Args:
        lines: the first lines.
        is_heading: tells the row by its cells.

    >>> find_heading(["EXPORT DATE: today", "title;year"], lambda cells: "title" in cells)
    Heading(cells=['title', 'year'], delimiter=';', line=1, lines=1)
    """
    for number in range(len(lines)):
        found = _headings(lines, number, _DELIMITERS)
        fitting = [heading for heading in found if is_heading(heading.cells)]
        if fitting:
            return max(fitting, key=_width)
    return None


def table(lines: Iterable[str], is_heading: IsHeading) -> Table:
    """Read a table.

    Where no row is known for one that names columns, the first is taken for it.

    Args:
        lines: of the file, without line breaks.
        is_heading: tells the row that names the columns by its cells.

    Raises:
        Invalid: while rows are read, if quotation marks are broken in too many places.
    """
    rest = iter(lines)
    first = list(itertools.islice(rest, _LOOKED_THROUGH))
    heading = find_heading(first, is_heading) or _first_heading(first)
    if heading is None:
        return Table(None, (), (), iter(()))
    start = heading.line + heading.lines
    prologue = [line for line in first[: heading.line] if line.strip() and not _SEP.match(line)]
    first_cells = [line.split(heading.delimiter)[0].strip(' "') for line in first[start:]]
    source = _Lines(itertools.chain(first[start:], rest), start)
    return Table(heading, prologue, first_cells, _Rows(source, heading))


_SEP = re.compile(r"sep=(.)\Z", re.IGNORECASE)
"""The line by which spreadsheet programs are told the delimiter."""


def _first_heading(lines: Sequence[str]) -> Heading | None:
    """Take the first line with anything in it, and the delimiter that it has most of."""
    for number, line in enumerate(lines):
        if line.strip() and not _SEP.match(line):
            return max(_headings(lines, number, _DELIMITERS), key=_width, default=None)
    return None


def _headings(lines: Sequence[str], number: int, delimiters: str) -> Iterator[Heading]:
    """Read the row that begins in a line, with each delimiter."""
    for delimiter in delimiters:
        source = _Lines(lines[number:], number)
        try:
            cells = next(csv.reader(source, delimiter=delimiter, strict=True), list[str]())
        except csv.Error:
            cells = lines[number].split(delimiter)
            source.put_back()
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            yield Heading([cell.strip() for cell in cells], delimiter, number, len(source.taken))


def _width(heading: Heading) -> int:
    return len(heading.cells)


# -- rows --------------------------------------------------------------------------------


class _Lines:
    """Lines for the standard library's reader, of which one row is given only so many."""

    def __init__(self, lines: Iterable[str], number: int) -> None:
        self._lines = iter(lines)
        self._back: list[str] = []
        self._characters = 0
        self._put_back = 0
        self.number = number
        self.taken: list[str] = []

    def begin(self) -> None:
        """Begin a row."""
        self.taken = []
        self._characters = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Return a line; within a row that is too long, no more of them."""
        if len(self.taken) >= _MOST_LINES or self._characters >= _MOST_CHARACTERS:
            raise StopIteration
        line = self._back.pop() if self._back else next(self._lines)
        self.taken.append(line)
        self.number += 1
        self._characters += len(line)
        return f"{line}\n"

    def put_back(self) -> None:
        """Take back a row's lines but the first.

        Raises:
            Invalid: that happened too often.
        """
        back = self.taken[:0:-1]
        self._back += back
        self.number -= len(back)
        self._put_back += len(back)
        del self.taken[1:]
        if self._put_back > _MOST_PUT_BACK:
            msg = (
                f"quotation marks are broken in too many places, up to line {self.number}; "
                "save the table again from the program that it came from"
            )
            raise Invalid(msg)


class _Rows:
    """Reads rows, and finds its way back where a quotation mark is missing.

    A quoted cell that is never closed would otherwise swallow the rows after it.
    """

    def __init__(self, lines: _Lines, heading: Heading) -> None:
        self._lines = lines
        self._delimiter = heading.delimiter
        self._width = len(heading.cells)
        self._reader = csv.reader(lines, delimiter=heading.delimiter, strict=True)
        self._number = 0

    def __iter__(self) -> Iterator[Row | Rejection]:
        return self

    def __next__(self) -> Row | Rejection:
        """Return the next row that is not blank."""
        while True:
            self._lines.begin()
            line = self._lines.number + 1
            cells = self._cells()
            if cells is None or any(cell.strip() for cell in cells):
                self._number += 1
                return self._row(cells, f"row {self._number} (line {line})")

    def _cells(self) -> list[str] | None:
        """Return the cells of a row; ``None`` where its quotation is broken."""
        try:
            cells = next(self._reader)
        except csv.Error:
            return None
        return self._trimmed(cells)

    def _plain(self) -> list[str]:
        """Return the cells of a row's first line, if quotation marks mean nothing."""
        return self._trimmed(self._lines.taken[0].split(self._delimiter))

    def _trimmed(self, cells: list[str]) -> list[str]:
        """Take off the blank cells behind the last column."""
        while len(cells) > self._width and not cells[-1].strip():
            cells.pop()
        return cells

    def _row(self, cells: list[str] | None, place: str) -> Row | Rejection:
        if cells is not None and len(cells) == self._width and not self._is_plainly_a_row():
            return Row(place, cells, self._raw())
        if cells is None or len(self._lines.taken) > 1:
            return self._mended(cells, place)
        return self._rejected(cells, place)

    def _is_plainly_a_row(self) -> bool:
        """Tell the titles of Web of Science, whose tables quote nothing, from quoted cells."""
        is_long = self._delimiter == "\t" and len(self._lines.taken) > 1
        return is_long and len(self._plain()) == self._width

    def _mended(self, cells: list[str] | None, place: str) -> Row | Rejection:
        """Read the first line alone, if it is a row; what follows it is read for itself."""
        plain = self._plain()
        if len(plain) == self._width:
            self._lines.put_back()
            return Row(place, list(map(_unquoted, plain)), self._raw(), is_mended=True)
        if cells is None or any(map(self._is_a_row, self._lines.taken[1:])):
            self._lines.put_back()
            reason = "its quotation marks are broken: one is missing, or within a cell not doubled"
            return Rejection(place, reason, self._raw())
        return self._rejected(cells, place)

    def _is_a_row(self, line: str) -> bool:
        try:
            cells = next(csv.reader([line], delimiter=self._delimiter, strict=True), list[str]())
        except csv.Error:
            return False
        return len(cells) == self._width

    def _rejected(self, cells: list[str], place: str) -> Rejection:
        reason = f"it has {_counted(len(cells))}, and the heading row has {self._width}"
        return Rejection(place, reason, self._raw())

    def _raw(self) -> str:
        return "\n".join(self._lines.taken)[:_SHOWN]


def _unquoted(cell: str) -> str:
    is_quoted = len(cell) > 1 and cell.startswith('"') and cell.endswith('"')
    return cell[1:-1].replace('""', '"') if is_quoted else cell


def _counted(cells: int) -> str:
    return "1 cell" if cells == 1 else f"{cells} cells"
