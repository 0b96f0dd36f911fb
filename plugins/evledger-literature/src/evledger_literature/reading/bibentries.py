"""The entries of a BibTeX file, and what their fields hold.

https://www.bibtex.com/g/bibtex-format/, https://ctan.org/pkg/biblatex
bibtexparser finds the entries.
It sets those aside of which the key or a field is there twice, takes two fields without a comma
between them for one, and passes over an entry whose brace is on the next line: here they are read.
It keeps all of what it is given, many times over, so it is given a file piece by piece.
"""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import attrs
from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Block, Entry, ImplicitComment, ParsingFailedBlock, String

from evledger import Invalid
from evledger.importing import Rejection

__all__ = ["BibEntry", "Fields", "entries", "is_bibtex"]

Fields: TypeAlias = Mapping[str, Sequence[str]]

_LARGEST: Final = 1 << 26  # characters of a file, for an entry may refer to one at its end
_PIECE: Final = 1 << 17  # characters that are given to the library at once, or an entry
_LONGEST: Final = 1 << 20  # characters of an entry, and of a value that is put together
_MOST_FAILED: Final = 10_000  # entries that cannot be read, each of which takes its time
_SHOWN: Final = 2_000  # characters of what was rejected

_KEY: Final = r"[^\s{}(),=\"]{0,200}"
_NAME: Final = r"[A-Za-z][\w-]{0,40}"
_BEGINNING: Final = re.compile(
    rf"@\s{{0,9}}[A-Za-z]\w{{0,40}}\s{{0,9}}[{{(]\s{{0,99}}(?:{_KEY}\s{{0,9}},\s{{0,99}})?"
    rf"{_NAME}\s{{0,9}}="
)
_BLOCK: Final = re.compile(r"[ \t]{0,99}@\w{1,40}[ \t]{0,9}[{(]")
# What is only found when it is put right: a blank or a line break before the brace; no key.
_SPACED: Final = re.compile(
    r"^([ \t]{0,99}@)[ \t]{0,9}(\w{1,40})([ \t]{0,9}\n\s{0,9}|[ \t]{1,9})([{(])", re.MULTILINE
)
_KEYLESS: Final = re.compile(
    rf"^([ \t]{{0,99}}@(?!string\b)\w{{1,40}}[{{(])(?=\s{{0,99}}{_NAME}\s{{0,9}}=)",
    re.IGNORECASE | re.MULTILINE,
)
_REFERENCE: Final = re.compile(
    r"\b(?:crossref|xdata)\s{0,9}=\s{0,9}[{\"]([^{}\"]{1,999})", re.IGNORECASE
)
_MARK: Final = re.compile(r'(?<!\\)[{}"#]')
_NEXT_PART: Final = re.compile(r"\s*#\s*")
_NEXT_FIELD: Final = re.compile(rf"\s+({_NAME})\s*=\s*")

_NO_WORKS: Final = frozenset({"bibnote", "control", "ieeetranbstctl", "set", "xdata"})
# What a part takes from the whole that it refers to, of which the title is that of its book.
_INHERITED: Final = frozenset({"booktitle", "date", "editor", "isbn", "month", "publisher", "year"})

# The library tells the log what it cannot parse, which would be shown where none is set up.
logging.getLogger("bibtexparser").addHandler(logging.NullHandler())


@attrs.frozen
class BibEntry:
    """An entry.

    Attributes:
        place: where it stands, for people.
        kind: its type, in small letters.
        fields: the values of each, by its name in small letters; there may be more than one.
        raw: its text, as far as it is shown to people.
    """

    place: str
    kind: str
    fields: Fields
    raw: str


@attrs.frozen
class _Piece:
    """Some lines of a file, which begin with an entry."""

    line: int  # how many there are before it
    text: str

    def blocks(self) -> Sequence[Block]:
        """Return what the library finds; lines stay in number."""
        return parse_string(
            _KEYLESS.sub(r"\1,", _SPACED.sub(r"\1\2\4\3", self.text)), parse_stack=()
        ).blocks


def is_bibtex(text: str) -> bool:
    """Return whether an entry, or an abbreviation, begins in a text.

    >>> is_bibtex("@article{key, title = {A}}"), is_bibtex("me@example.org")
    (True, False)
    """
    return bool(_BEGINNING.search(text))


def entries(lines: Iterable[str]) -> Iterator[BibEntry | Rejection]:
    """Yield the entries of a file; blocks of data that entries share are none.

    Args:
        lines: of the file.

    Raises:
        Invalid: it is not blank, and has no block; or it is larger than 64 Mi characters.

    >>> [entry.fields for entry in entries(["@misc{a, Title = {A} # { b}, year = 2001}"])]
    [{'title': ['A b'], 'year': ['2001']}]
    """
    pieces = list(_pieces(lines))
    reader = _Reader(_parents([piece for piece in pieces if isinstance(piece, _Piece)]))
    has_text = False
    for piece in pieces:
        if isinstance(piece, _Piece):
            yield from reader.read(piece)
            has_text |= bool(piece.text.strip())
        else:
            yield piece
    if has_text and not reader.has_any:
        raise Invalid("it is not BibTeX: no entry begins in it, as '@article{key,' does")


# -- pieces ------------------------------------------------------------------------------


def _pieces(lines: Iterable[str]) -> Iterator[_Piece | Rejection]:
    """Cut a file before lines that begin a block, where it is long enough."""
    kept: list[str] = []
    first = last = size = total = 0
    for number, line in enumerate(lines):
        if _BLOCK.match(line):
            if size > _PIECE:
                yield from _cut(first, last, kept, size)
                kept, first, size = [], number, 0
            last = number
        size += len(line) + 1
        total += len(line) + 1
        if total > _LARGEST:
            raise Invalid(f"it is larger than {_LARGEST >> 20} Mi characters; split it")
        if size <= _LONGEST + _PIECE:
            kept.append(line)
    yield from _cut(first, last, kept, size)


def _cut(first: int, last: int, lines: list[str], size: int) -> Iterator[_Piece | Rejection]:
    """Yield lines as a piece, without the last block of theirs where that is too long.

    Args:
        first: how many lines there are before them.
        last: how many there are before the last block.
        lines: the lines, of which no more are kept than may be given to the library.
        size: how many characters there were.
    """
    if size <= _LONGEST + _PIECE:
        yield _Piece(first, "\n".join(lines))
        return
    before, block = lines[: last - first], lines[last - first :]
    if not _BLOCK.match(block[0]):
        yield _Piece(first, "\n".join(lines)[:_PIECE])  # no block begins in all of it
        return
    reason = f"it does not end within {_LONGEST:,} characters: is a brace missing?"
    yield _Piece(first, "\n".join(before))
    yield Rejection(f"line {last + 1}", reason, "\n".join(block)[:_SHOWN])


class _Reader:
    """Reads the entries of one piece after the other.

    Attributes:
        has_any: whether there has been any block, be it an entry or not.
    """

    def __init__(self, parents: Mapping[str, Fields]) -> None:
        self._parents = parents
        self._strings: dict[str, str] = {}
        self._count = self._failed = 0
        self.has_any = False

    def read(self, piece: _Piece) -> Iterator[BibEntry | Rejection]:
        """Yield the entries of a piece, and those that cannot be read."""
        for block in piece.blocks():
            self.has_any |= not isinstance(block, ImplicitComment)
            if isinstance(block, String):
                _define(block, self._strings)
            elif (entry := _entry(block)) is not None:
                yield from self._read(entry, piece)
            elif isinstance(block, ParsingFailedBlock):
                yield self._reject(block, self._place(block, piece))

    def _read(self, entry: Entry, piece: _Piece) -> Iterator[BibEntry]:
        kind = entry.entry_type.casefold()
        if kind not in _NO_WORKS:
            fields = _inherited(_fields(entry, self._strings), self._parents)
            key = f", {entry.key[:60]}" if entry.key else ""
            yield BibEntry(self._place(entry, piece, key), kind, fields, _raw(entry))

    def _reject(self, block: ParsingFailedBlock, place: str) -> Rejection:
        self._failed += 1
        if self._failed > _MOST_FAILED:
            raise Invalid(f"it is no BibTeX that can be read: too many entries fail, up to {place}")
        said = str(getattr(block.error, "abort_reason", block.error)).rstrip(". ")
        reason = f"it cannot be read; is a brace, a comma or its key missing? {said}"
        return Rejection(place, reason, _raw(block))

    def _place(self, block: Block, piece: _Piece, key: str = "") -> str:
        self._count += 1
        return f"entry {self._count}{key} (line {piece.line + (block.start_line or 0) + 1})"


def _entry(block: Block) -> Entry | None:
    """Return the entry that a block is, also where its key or a field of it is there twice."""
    if isinstance(block, ParsingFailedBlock):
        block = block.ignore_error_block or block
    return block if isinstance(block, Entry) else None


def _raw(block: Block) -> str:
    return (block.raw or "")[:_SHOWN]


# -- entries that refer to others --------------------------------------------------------


def _parents(pieces: Sequence[_Piece]) -> Mapping[str, Fields]:
    """Return the fields of those entries that others refer to, which may stand behind them."""
    found = (keys for piece in pieces for keys in _REFERENCE.findall(piece.text))
    wanted = {key for keys in found for key in _keys(keys)}
    strings: dict[str, str] = {}
    parents: dict[str, Fields] = {}
    for block in itertools.chain.from_iterable(p.blocks() for p in pieces) if wanted else ():
        if isinstance(block, String):
            _define(block, strings)
        elif (entry := _entry(block)) and entry.key.casefold() in wanted:
            parents.setdefault(entry.key.casefold(), _fields(entry, strings))
    return parents


def _keys(text: str) -> list[str]:
    return [key.strip().casefold() for key in text.split(",")][:99]


def _inherited(fields: Fields, parents: Mapping[str, Fields]) -> Fields:
    """Add what an entry takes from others: from the volume it is in, from what it has in common."""
    found = dict(fields)
    for key in (key for text in fields.get("xdata", ()) for key in _keys(text)):
        found = {**parents.get(key, {}), **found}
    for key in (key for text in fields.get("crossref", ()) for key in _keys(text)):
        volume = dict(parents.get(key, {}))
        volume["booktitle"] = volume.pop("title", ())
        found = {**{name: volume[name] for name in volume.keys() & _INHERITED}, **found}
    return {name: values for name, values in found.items() if values}


# -- values ------------------------------------------------------------------------------


def _define(block: String, strings: dict[str, str]) -> None:
    """Take down what an abbreviation stands for, which may be made of those before it."""
    strings[block.key.casefold()] = _value(str(block.value), 0, strings)[0]


def _fields(entry: Entry, strings: Mapping[str, str]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for field in entry.fields:
        for name, value in _values(field.key, str(field.value), strings):
            if value.strip():
                fields.setdefault(name.casefold(), []).append(value.strip())
    return fields


def _values(name: str, written: str, strings: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the fields that a value holds: more than one where commas are missing."""
    value, end = _value(written, 0, strings)
    yield name, value
    while following := _NEXT_FIELD.match(written, end):
        value, end = _value(written, following.end(), strings)
        yield following[1], value


def _value(written: str, start: int, strings: Mapping[str, str]) -> tuple[str, int]:
    """Return what a value comes to, and where it ends: `jan # " 5"`."""
    parts: list[str] = []
    size = 0
    while True:
        end = _end_of_part(written, start)
        part = _expanded(written[start:end].strip(), strings)
        size += len(part)
        if size <= _LONGEST:  # abbreviations of abbreviations may grow without bounds
            parts.append(part)
        following = _NEXT_PART.match(written, end)
        if following is None:
            return "".join(parts), end
        start = following.end()


def _end_of_part(written: str, start: int) -> int:
    """Find the end of what is in braces or quotation marks, or else the next sign `#`."""
    is_quoted = written.startswith('"', start)
    depth = 0
    for mark in _MARK.finditer(written, start + is_quoted):
        sign = mark[0]
        depth += (sign == "{") - (sign == "}")
        if depth == 0 and sign == ('"' if is_quoted else "}"):
            return mark.end()
        if depth == 0 and sign == "#" and not is_quoted:
            return mark.start()
    return len(written)


def _expanded(part: str, strings: Mapping[str, str]) -> str:
    if len(part) > 1 and part[0] + part[-1] in {"{}", '""'}:
        return part[1:-1]
    return strings.get(part.casefold(), part)
