"""Cutting XML into the elements that are its records, so that each is parsed by itself.

A record that is broken then costs that record alone: what comes after it is read.
Several documents in one file, as people join batches, are read as if they were one.
No document type declaration reaches the parser, so there is no entity that it could expand.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import IO, Final

import attrs

from evledger import Invalid
from evledger.importing import Note, Rejection

__all__ = ["Piece", "pieces", "shown"]

_CHUNK: Final = 1 << 18  # bytes
_LARGEST: Final = 1 << 24  # bytes of a record; a paper with 15,000 authors has some 6 MiB
_SHOWN: Final = 2_000  # bytes of what was rejected
_LONGEST_MARK: Final = 64  # bytes of what is looked for, so that the end of a chunk may cut it

# What is opaque, and where it ends: a tag in it is none (XML 1.0 sections 2.5 to 2.7).
_OPAQUE: Final = {
    b"<!--": re.compile(rb"-->"),
    b"<![CDATA[": re.compile(rb"\]\]>"),
    b"<?": re.compile(rb"\?>"),
}
_ENTITY: Final = b"<!ENTITY"
_TAG_END: Final = re.compile(rb">")
# What was matched is never given back, so that no text makes these slow.
_TYPE: Final = re.compile(rb"<!DOCTYPE[^<>\[]*+(?:\[[^\[\]]*+\]\s*+)?>")
_TAG: Final = re.compile(rb"<(/?)([A-Za-z_][\w:.-]*+)[^<>]*+>")
_CUT_TAG: Final = re.compile(rb"<[^<>]*+\Z")

_DECLARED: Final = re.compile(rb"""<\?xml[^>]{1,80}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
# Byte order marks, the longer first; and how `<?` or `<P` begins where there is none.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
# Encodings that XML is written in, by Python's names: not those that unpack or that run code.
_KNOWN: Final = re.compile(
    r"utf-8|ascii|iso8859-\d+|cp\d+|mac-roman|koi8-[ru]|gb2312|gbk|gb18030|big5"
    r"|shift_jis|euc_(?:jp|kr)"
)


@attrs.frozen
class Piece:
    """An element of a file, as it stands.

    Attributes:
        place: where it stands, for people.
        name: its tag.
        data: from its start tag through its end tag, in UTF-8.
    """

    place: str
    name: str
    data: bytes


def pieces(
    file: IO[bytes], names: Sequence[str], *, parts: Sequence[str] = (), roots: Collection[str] = ()
) -> Iterator[Piece | Rejection | Note]:
    r"""Yield the elements of some names, in order, and say what else stands among them.

    An element that does not end is a rejection, and so are one of more than 16 MiB and text
    that stands in none: the error that a registry gave in the middle of a batch.

    Args:
        file: a binary file that can be sought in.
        names: of the elements, none of which holds another.
        parts: names of elements that stand in those, and are records too where they stand alone.
        roots: names of elements around them, whose documents may be empty.

    Raises:
        Invalid: the file has none of these elements, it declares entities,
            or it is in an encoding that is not known.

    >>> import io
    >>> xml = b"<?xml version='1.0'?><s>\n<a>1</a></s><?xml version='1.0'?><s><a/><a>2"
    >>> for each in pieces(io.BytesIO(xml), ["a"]):
    ...     print(each.place, getattr(each, "data", None) or each.reason)
    record 1 (line 2) b'<a>1</a>'
    record 2 (line 2) b'<a/>'
    record 3 (line 2) it breaks off: the file ends before its </a>; fetch it again
    """
    yield from _Cutter(_Window(_as_utf8(file)), tuple(names), tuple(parts), roots).pieces()


def shown(data: bytes) -> str:
    """Return the beginning of what was rejected, for people."""
    return data[:_SHOWN].decode(errors="replace")


@attrs.define(eq=False)
class _Cutter:
    """Tells records from what stands around them."""

    _window: _Window
    _names: tuple[str, ...]
    _parts: tuple[str, ...]
    _roots: Collection[str]
    _number: int = 0
    _root: str = ""  # the first element of the file that is no record
    _open: int = 0  # elements around records that have begun and not ended
    _strays: list[Rejection] = attrs.field(factory=list[Rejection])

    def pieces(self) -> Iterator[Piece | Rejection | Note]:
        outside = _outside((*self._names, *self._parts))
        while (found := self._window.find(outside)) is not None:
            self._look_around()
            if found[0] == _ENTITY:
                msg = "it declares entities, which can grow without end; remove the declaration"
                raise Invalid(msg)
            if found[0] in _OPAQUE:
                self._pass_opaque(found)
                self._window.taken()
            else:
                yield from self._told()
                self._number += 1
                yield self._record(found)
        self._look_around()
        yield from self._end()

    # -- records

    def _record(self, start: re.Match[bytes]) -> Piece | Rejection:
        place = f"record {self._number} (line {self._window.line})"
        name = start[0][1:].decode()
        fault = self._pass_record(name, start)
        data, is_too_large = self._window.taken()
        if is_too_large:
            fault = f"it is larger than {_LARGEST >> 20} MiB, as no record of a registry is"
        return Rejection(place, fault, shown(data)) if fault else Piece(place, name, data)

    def _pass_record(self, name: str, start: re.Match[bytes]) -> str | None:
        """Pass on to the end of a record, or to where it breaks off, and say so."""
        self._window.move(start.end())
        if self._pass_tag():
            return None
        inside = _inside(name, self._names)
        while (found := self._window.find(inside)) is not None:
            if found[0].startswith(b"</"):
                self._pass_tag()
                return None
            if found[0] not in _OPAQUE:
                return f"it breaks off: another one begins before its </{name}>; fetch it again"
            self._pass_opaque(found)
        self._open = 0  # that the file breaks off is said here
        return f"it breaks off: the file ends before its </{name}>; fetch it again"

    def _pass_tag(self) -> bool:
        """Pass on to behind a tag, and say whether it is that of an element without content."""
        found = self._window.find(_TAG_END)
        if found is None:
            return False
        is_empty = self._window.data[found.start() - 1 : found.start()] == b"/"
        self._window.move(found.end())
        return is_empty

    def _pass_opaque(self, start: re.Match[bytes]) -> None:
        self._window.move(start.end())
        found = self._window.find(_OPAQUE[start[0]])
        if found is None:
            self._open += 1
        else:
            self._window.move(found.end())

    # -- what stands around them

    def _look_around(self) -> None:
        """Follow the tags around records, and keep what is none."""
        around = _TYPE.sub(b"", self._window.taken()[0])
        for tag in _TAG.finditer(around):
            self._root = self._root or tag[2].decode(errors="replace")
            self._open += -1 if tag[1] else 0 if tag[0].endswith(b"/>") else 1
        text = _TAG.sub(b"", around).replace(codecs.BOM_UTF8, b"").strip()
        if text:
            reason = "it stands in no record; see whether it is an error, and fetch what is missing"
            self._strays.append(Rejection(f"line {self._window.line}", reason, shown(text)))

    def _told(self) -> list[Rejection]:
        """Return what stood in no record, each once."""
        strays, self._strays = self._strays, []
        return strays

    def _end(self) -> Iterator[Rejection | Note]:
        if self._number == 0 and self._root not in self._roots:
            root = f"; it begins with <{self._root:.60}>" if self._root else ""
            msg = f"it holds no <{self._names[0]}>{root}"
            raise Invalid(msg)
        strays = self._told()
        is_cut = bool(strays) and _CUT_TAG.fullmatch(strays[-1].raw.encode()) is not None
        yield from strays[:-1] if is_cut else strays
        if is_cut or self._open > 0:
            text = "the file ends before its last element does; records may be missing"
            yield Note(f"line {self._window.line}", text)


def _outside(names: Sequence[str]) -> re.Pattern[bytes]:
    """Return what matters outside of records: what is opaque or forbidden, and their starts."""
    starts = "|".join(map(re.escape, names))
    return re.compile(rf"<(?:!--|\?|!ENTITY|(?:{starts})(?=[\s/>]))".encode())


def _inside(name: str, names: Sequence[str]) -> re.Pattern[bytes]:
    """Return what matters inside of a record: what is opaque, its end, and another's start."""
    starts = "|".join(map(re.escape, {name: None, **dict.fromkeys(names)}))
    marks = rf"!--|!\[CDATA\[|\?xml\s|\?|/{re.escape(name)}(?=[\s>])|(?:{starts})(?=[\s/>])"
    return re.compile(f"<(?:{marks})".encode())


@attrs.define(eq=False)
class _Window:
    """What is read of a file at a time, and how far.

    Attributes:
        read: gives the next chunk, or nothing.
        data: the chunk, and what is left of those before.
        at: how far it has been passed.
        line: the line of that place.
    """

    read: Callable[[], bytes]
    data: bytes = b""
    at: int = 0
    line: int = 1
    _passed: list[bytes] = attrs.field(factory=list[bytes])
    _size: int = 0

    def find(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """Pass on to the next match; to the end where there is none."""
        while True:
            found = pattern.search(self.data, self.at)
            if found is not None and found.start() + _LONGEST_MARK <= len(self.data):
                break
            chunk = self.read()
            if not chunk:
                break
            # The end of the chunk may have cut what is looked for.
            self.move(found.start() if found else max(self.at, len(self.data) - _LONGEST_MARK))
            self.data, self.at = self.data[self.at :] + chunk, 0
        self.move(found.start() if found else len(self.data))
        return found

    def move(self, to: int) -> None:
        """Pass on to a place in the data."""
        passed = self.data[self.at : to]
        self.at = to
        self.line += passed.count(b"\n")
        self._size += len(passed)
        if self._size <= _LARGEST:
            self._passed.append(passed)

    def taken(self) -> tuple[bytes, bool]:
        """Return what was passed since the last call, and whether it was too large to keep."""
        taken = b"".join(self._passed), self._size > _LARGEST
        self._passed, self._size = [], 0
        return taken


def _as_utf8(file: IO[bytes]) -> Callable[[], bytes]:
    """Return what reads a file of XML in UTF-8, piece by piece; nothing is left where it is empty.

    A byte order mark comes before a declaration (XML 1.0 appendix F).
    Bytes that the encoding does not have stay bytes that UTF-8 does not have either,
    so that the parser refuses the record they stand in, and no other.

    Raises:
        Invalid: the encoding that the file declares is not known, or the file is not in it.
    """
    encoding = _encoding(file)
    if encoding in {"utf-8", "ascii"}:
        return lambda: file.read(_CHUNK)
    errors = "surrogatepass" if encoding.startswith("utf") else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding)(errors)

    def read() -> bytes:
        try:
            while data := file.read(_CHUNK):
                if text := decoder.decode(data):
                    return text.encode(errors="surrogatepass")
        except UnicodeDecodeError as error:
            msg = f"it is not in {encoding}, as which it begins: {error.reason}"
            raise Invalid(msg) from error
        return b""

    return read


def _encoding(file: IO[bytes]) -> str:
    at = file.tell()
    start = file.read(200)
    file.seek(at)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    declared = _DECLARED.search(start)
    return _known(declared[1].decode()) if declared else "utf-8"


def _known(name: str) -> str:
    """Return Python's name of an encoding."""
    if name.lower().startswith(("utf-16", "utf-32", "ucs-")):
        return "utf-8"  # it cannot be: its declaration was read byte by byte
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = ""
    if not _KNOWN.fullmatch(known):
        msg = f"it is in an encoding that is not known: {name!r}; save it as UTF-8"
        raise Invalid(msg)
    return known
