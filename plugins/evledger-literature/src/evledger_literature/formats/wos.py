"""The tagged format of Web of Science, which its files with the suffix of RIS are often in.

https://images.webofknowledge.com/images/help/WOS/hs_wos_fieldtags.html
A continuation line is indented by three blanks, so there is no doubt about which line is a field.
rispy's parser for it stops at the first tag that it does not know, of which Web of Science has
added some since.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias, cast

import rispy  # type: ignore[import-untyped]  # it has no marker

from evledger.importing import ItemFlag, Note, Rejection
from evledger_literature.dates import read_date
from evledger_literature.markup import plain
from evledger_literature.meaning.identifiers import dois, isbns
from evledger_literature.meaning.languages import language
from evledger_literature.notices import plain_words
from evledger_literature.reading.blocks import Block, Marks, blocks
from evledger_literature.records import Record

__all__ = ["is_of", "peek", "records"]

_Fields: TypeAlias = Mapping[str, str | Sequence[str]]

_LOOKED_THROUGH: Final = 10_000  # lines in which the format is looked for

_MARKS: Final = Marks(
    name="Web of Science's format",
    start=re.compile("PT [A-Z]? {0,9}$"),
    end=re.compile("E[RF] {0,9}$"),
    field=re.compile("(?!FN|VR|EF)[A-Z][A-Z0-9] "),
    title=re.compile(r"TI \S"),
    first="PT J",
    last="ER",
)
_HEADER: Final = re.compile(r"FN [A-Z]|VR 1\.")

_PARSER: Final = rispy.WokParser(
    list_tags=[*rispy.config.WOK_LIST_TYPE_TAGS, "BE"], skip_unknown_tags=True
)
_parse = cast(
    "Callable[[Iterator[str]], Sequence[_Fields]]",
    _PARSER.parse_lines,  # pyright: ignore[reportUnknownMemberType]  # of dict, it says
)

# Of records that do not say of what type they are: the nearest type of RIS.
_KINDS: Final = MappingProxyType({"J": "JOUR", "B": "BOOK", "S": "SER", "P": "PAT"})
_PEOPLE: Final = (
    *("author_full_name", "authors", "book_authors_full_name", "book_authors", "editors"),
)
_GROUPS: Final = ("group_authors", "book_group_authors")


def peek(lines: Iterable[str], other: re.Pattern[str]) -> tuple[list[str], Iterator[str]]:
    """Return the lines of a file up to the first that shows its format, and all of them.

    Args:
        lines: of the file.
        other: matches a line that shows it to be of another format.
    """
    rest = iter(lines)
    head: list[str] = []
    for line in itertools.islice(rest, _LOOKED_THROUGH):
        head.append(line)
        if _MARKS.start.match(line) or _HEADER.match(line) or other.match(line):
            break
    return head, itertools.chain(head, rest)


def is_of(head: Sequence[str]) -> bool:
    """Return whether a file is in this format, by its first lines.

    >>> is_of(["FN Clarivate Analytics Web of Science", "VR 1.0"]), is_of(["TY  - JOUR"])
    (True, False)
    """
    return any(_MARKS.start.match(line) or _HEADER.match(line) for line in head)


def records(lines: Iterable[str]) -> Iterator[Record | Rejection | Note]:
    """Yield the records of a file.

    Raises:
        Invalid: it has no record, and is not blank.

    >>> found = next(records(["PT J", "TI A trial of", "   rest", "PM 12653513", "ER"]))
    >>> found.title, found.identifiers
    ('A trial of rest', ('pmid:12653513',))
    """
    for each in blocks(lines, _MARKS):
        if isinstance(each, Block):
            yield _record(each)
            if each.note:
                yield each.note
        else:
            yield each


def _fields(block: Block) -> _Fields:
    has_type = bool(_MARKS.start.match(block.lines[0]))
    text = [line for line in block.lines if line.strip()]
    return _parse(iter([*([] if has_type else ["PT "]), *text, "ER"]))[0]


def _record(block: Block) -> Record:
    fields = _fields(block)
    types = _types(fields)
    own, others = _identifiers(fields)
    return Record(
        place=block.place,
        format="Web of Science",
        title=plain(_text(fields, "document_title")) or None,
        abstract=plain(_text(fields, "abstract")) or None,
        authors=_people(fields),
        venue=plain(_text(fields, "publication_name")) or None,
        published=_published(fields),
        language=language(_text(fields, "language").split(";")[0]),
        identifiers=own,
        mentions=others,
        types=types,
        flags=_flags(types),
        raw=block.raw,
    )


def _text(fields: _Fields, name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else " ".join(value)


def _list(fields: _Fields, name: str) -> list[str]:
    value = fields.get(name, ())
    return [value] if isinstance(value, str) else list(value)


def _people(fields: _Fields) -> tuple[str, ...]:
    persons = next(filter(None, (_list(fields, name) for name in _PEOPLE)), list[str]())
    groups = dict.fromkeys(group for name in _GROUPS for group in _list(fields, name))
    others = groups.keys() - persons
    return tuple(filter(None, map(plain, (*persons, *(each for each in groups if each in others)))))


def _types(fields: _Fields) -> tuple[str, ...]:
    said = [part.strip() for part in _text(fields, "document_type").split(";")]
    kind = _KINDS.get(_text(fields, "publication_type"), "")
    return tuple(filter(None, said)) or tuple(filter(None, (kind,)))


def _flags(types: Iterable[str]) -> tuple[ItemFlag, ...]:
    if "retracted publication" not in map(plain_words, types):
        return ()
    return (ItemFlag(status="retracted", according_to="Web of Science"),)


def _published(fields: _Fields) -> str | None:
    year, early = _text(fields, "publication_year"), _text(fields, "early_access_date")
    day = f"{year} {_text(fields, 'publication_date')}"
    return read_date(day) or read_date(early) if year else read_date(early)


def _identifiers(fields: _Fields) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the identifiers of the work, and those of the book that it is part of."""
    doi, pmid = _text(fields, "doi"), _text(fields, "pubmed_id")
    # Records from MEDLINE are numbered as PubMed has them.
    number = _text(fields, "accession_number").removeprefix("MEDLINE:")
    pmid = pmid or (number if number.isdecimal() else "")
    own = [*(dois(doi) if doi else ()), *([f"pmid:{pmid}"] if pmid else ())]
    books = isbns([_text(fields, "isbn")])
    book_doi = _text(fields, "book_doi")
    others = [*(dois(book_doi) if book_doi else ()), *books]
    is_book = "Book" in _text(fields, "document_type").split("; ")
    return (tuple(own + books), ()) if is_book and not book_doi else (tuple(own), tuple(others))
