"""RIS, the tagged format of reference managers, as they and the databases write it.

https://en.wikipedia.org/wiki/RIS_(file_format) has the specification's tags.
Records are found here, one by one, and each field is put into one line as the specification has
it; rispy then reads the fields.
By itself rispy drops a record that has no end, and all that begin with a blank too few; it adds the
fields of a record to the one before where that has no end; and it keeps the first of two fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import IO, Final, TypeAlias, cast

import attrs
import rispy  # type: ignore[import-untyped]  # it has no marker

from evledger.importing import Fit, Found, ItemFlag, Note, Rejection
from evledger_literature.dates import partial_date, read_date
from evledger_literature.formats import wos
from evledger_literature.markup import paragraphs, plain
from evledger_literature.meaning.carrying import carried
from evledger_literature.meaning.identifiers import (
    Link,
    Named,
    apart,
    dois,
    isbns,
    links,
    named,
    noted,
    stated,
)
from evledger_literature.meaning.languages import language
from evledger_literature.notices import is_notice, plain_words
from evledger_literature.reading.blocks import Block, Marks, blocks
from evledger_literature.reading.decoding import opening
from evledger_literature.reading.textrecords import found_in
from evledger_literature.records import Record
from evledger_literature.wordlists import TYPES

__all__ = ["RISImporter", "records"]

_Fields: TypeAlias = Mapping[str, Sequence[str]]

_DASH: Final = "[-\u2010-\u2015\u2212]"  # what word processors make of a hyphen
_BLANKS: Final = r"[ \t\xa0]{0,9}"  # bounded, so that a line of blanks costs no more than another

_FIELD: Final = re.compile("[A-Z][A-Z0-9]  -")
# The specification has `TY  - JOUR`; one blank, a tab, small letters and a blank in front occur.
_MARKS: Final = Marks(
    name="RIS",
    start=re.compile(
        rf"TY  -|{_BLANKS}TY{_BLANKS}{_DASH}{_BLANKS}[A-Z][A-Z /-]{{0,40}}{_BLANKS}$", re.IGNORECASE
    ),
    end=re.compile(rf"ER  -|{_BLANKS}ER{_BLANKS}{_DASH}?{_BLANKS}$", re.IGNORECASE),
    field=_FIELD,
    title=re.compile(r"T[1I]  - *\S"),
    first="TY  - JOUR",
    last="ER  -",
)

_FIELD_LIKE: Final = re.compile(
    rf"({_BLANKS})([A-Za-z][A-Za-z0-9])({_BLANKS}){_DASH}(?:[ \t\xa0]|$)(.*)"
)

# What rispy does not know, but databases write.
_NAMES: Final = MappingProxyType(
    {
        **rispy.config.TAG_KEY_MAPPING,
        "BT": "book_title",
        "CT": "unpublished_title",
        "ED": "editors",
        "J1": "alternate_title4",
        "L3": "related_records",
        "LK": "link",
        "M2": "note2",
        "PT": "publication_type",
        "U1": "user1",
        "U2": "user2",
        "U3": "user3",
        "U4": "user4",
        "U5": "user5",
        "XR": "cross_reference",
    }
)
# Every field is read as a list, so that none is lost that is there twice; and no link is cut at
# its semicolon. With tags that it does not know, rispy fails if one of them is `UK`.
_PARSER: Final = rispy.RisParser(
    mapping=dict(_NAMES),
    list_tags=list(_NAMES),
    delimiter_tags_mapping={},
    skip_unknown_tags=True,
)
_parse = cast(
    "Callable[[Iterator[str]], Sequence[_Fields]]",
    _PARSER.parse_lines,  # pyright: ignore[reportUnknownMemberType]  # of dict, it says
)

# What the parts of a record are taken from, the best first.
_TITLES: Final = ("title", "primary_title", "unpublished_title")
_OTHER_TITLES: Final = ("short_title", "translated_title")
_ABSTRACTS: Final = ("abstract", "notes_abstract")
_AUTHORS: Final = ("first_authors", "authors")
_EDITORS: Final = ("secondary_authors", "editors", "tertiary_authors", "subsidiary_authors")
_VENUES: Final = (
    *("alternate_title3", "secondary_title", "book_title", "journal_name"),
    *("alternate_title2", "alternate_title1", "alternate_title4", "publisher"),
)
_LINKS: Final = ("urls", "file_attachments2", "link", "file_attachments1", "related_records")
_ANYTHING: Final = (  # may hold an identifier, and often do
    *("accession_number", "id", "type_of_work", "cross_reference"),
    *(f"custom{number}" for number in range(1, 9)),
    *(f"user{number}" for number in range(1, 6)),
)
_NOTES: Final = ("note", "note2", "notes")
_DATABASES: Final = ("name_of_database", "database_provider")

_BOOKS: Final = frozenset({"BOOK", "CTLG", "DICT", "EBOOK", "EDBOOK", "ENCYC", "RPRT", "THES"})
_WITH_CHAPTERS: Final = frozenset({"BOOK", "EBOOK", "EDBOOK"})
_PAGES: Final = frozenset({"BLOG", "ELEC", "GEN", "ICOMM", "MPCT", "MULTI", "NEWS", "VIDEO", "WEB"})
_RETRACTED: Final = "retracted publication"
_LONGEST_TYPE: Final = 100
_IS_PUBMED: Final = re.compile(r"\b(?:pubmed|medline|nlm)\b", re.IGNORECASE)
_IS_NOT_PUBMED: Final = re.compile(r"\bembase\b", re.IGNORECASE)
_PMID: Final = re.compile("[1-9][0-9]{0,7}")
_RANGE: Final = re.compile(rf"[0-9]\s{{0,9}}{_DASH}{{1,3}}\s{{0,9}}[A-Za-z]?[0-9]")
_NO_LETTER: Final = re.compile(r"[\W_]")
_WRAP: Final = re.compile(r"(?<![.!?:)])\n(?!\s{0,99}\n)")
_SLASHED: Final = re.compile(r"([0-9]{4})/([0-9]*)(?:/([0-9]*))?(?:/.*)?")


class RISImporter:
    """Reads RIS, and the tagged format of Web of Science, which is often taken for it."""

    name = "ris"
    suffixes = (".ris", ".ciw")

    def sniff(self, start: bytes) -> Fit:
        """Know a file by the line that begins a record."""
        text = opening(start).splitlines()
        is_ours = any(map(_MARKS.start.match, text)) or wos.is_of(text)
        return Fit.SURE if is_ours else Fit.NONE

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Yield what the records of a file come to, in order.

        Raises:
            Invalid: it has no record, and is not blank.
        """
        yield from found_in(file, records)


def records(lines: Iterable[str]) -> Iterator[Record | Rejection | Note]:
    """Yield the records of a file, in either format.

    Raises:
        Invalid: it has no record, and is not blank.

    >>> found = next(records(["TY  - JOUR", "TI  - A trial", "DO  - 10.1000/X", "ER  - "]))
    >>> found.title, found.identifiers, found.place
    ('A trial', ('doi:10.1000/x',), 'record 1 (line 1)')
    """
    head, every = wos.peek(lines, _MARKS.start)
    if wos.is_of(head):
        yield from wos.records(every)
        return
    for each in blocks(every, _MARKS):
        if isinstance(each, Block):
            yield _record(each)
            if each.note:
                yield each.note
        else:
            yield each


# -- lines to fields ---------------------------------------------------------------------


def _put_right(lines: Sequence[str]) -> tuple[str, list[str]]:
    """Return a record's type, and each field as one line in the specification's form."""
    has_type = bool(_MARKS.start.match(lines[0]))
    kind = re.split(_DASH, lines[0], maxsplit=1)[1] if has_type else ""
    is_strict = not has_type or lines[0].startswith("TY  -")
    fields: list[list[str]] = []
    for line in lines[has_type:]:
        if _FIELD.match(line):
            fields.append([line])
        elif field := _field(line, is_strict=is_strict):
            fields.append([field])
        elif fields:
            fields[-1].append(line)
    return kind.strip(), ["\n".join(parts) for parts in fields]


def _field(line: str, *, is_strict: bool) -> str | None:
    """Write a field's first line as the specification has it, if it is one.

    A dash after a word of two letters makes a field of text only where the tag is known, and either
    the record's own type is written as loosely, or a sentence would hardly be: `AU<tab>- Doe`.
    """
    like = _FIELD_LIKE.match(line)
    if not like or (tag := like[2].upper()) not in _NAMES:
        return None
    is_plain = not like[1] and like[2].isupper() and ("\t" in like[3] or len(like[3]) > 1)
    return f"{tag}  - {like[4]}" if is_plain or not is_strict else None


def _fields(lines: Iterable[str]) -> _Fields:
    return _parse(iter(["TY  - ", *lines, "ER  - "]))[0]


# -- fields to a record ------------------------------------------------------------------


def _record(block: Block) -> Record:
    kind, text = _put_right(block.lines)
    fields = _fields(text)
    types = _types(kind, fields)
    found = links(_all(fields, *_LINKS))
    names = _named(kind.upper(), fields, found)
    return Record(
        place=block.place,
        format="RIS",
        title=_title(kind.upper(), fields),
        abstract=paragraphs(_unwrapped(_first(fields, *_ABSTRACTS) or "")) or None,
        authors=_people(fields),
        venue=_plain(_first(fields, *_VENUES)) or None,
        published=_published(fields),
        url=found[0].url if found else None,
        language=_language(fields),
        identifiers=names.own,
        mentions=names.others,
        types=types,
        headings=tuple(_headings(fields)),
        flags=_flags(types, fields),
        links=names.links,
        raw=block.raw,
    )


def _all(fields: _Fields, *names: str) -> list[str]:
    return [text for name in names if name in fields for text in fields[name] if text]


def _first(fields: _Fields, *names: str) -> str | None:
    return next(iter(_all(fields, *names)), None)


def _plain(text: str | None) -> str:
    r"""Return a text as it is read; some databases write `&` as LaTeX does: `\&`."""
    return plain((text or "").replace(r"\&", "&"))


def _title(kind: str, fields: _Fields) -> str | None:
    others = ("book_title", "secondary_title") if kind in _BOOKS else ()
    return _plain(_first(fields, *_TITLES, *others, *_OTHER_TITLES)) or None


def _people(fields: _Fields) -> tuple[str, ...]:
    editors = filter(None, (_all(fields, name) for name in _EDITORS))
    first, others = (_all(fields, name) for name in _AUTHORS)
    named = _both(first, others) or next(editors, list[str]())
    names = (plain(name) for text in named for name in text.split(";"))
    return tuple(_once(list(filter(None, names))))


def _once(names: list[str]) -> list[str]:
    """Leave out a list that is repeated, as that of a book after that of its chapter's authors."""
    half = len(names) // 2
    letters = [_NO_LETTER.sub("", name.casefold()) for name in names]
    return names[:half] if half > 1 and letters[:half] == letters[half:] else names


def _both(first: list[str], others: list[str]) -> list[str]:
    """Join two lists, unless one is in the other; two people may be of one name."""
    if set(first) <= set(others):
        return others
    return first if set(others) <= set(first) else first + others


def _types(kind: str, fields: _Fields) -> tuple[str, ...]:
    """Return the type, and what databases say: in fields of their own, or EndNote in its notes."""
    said = _all(fields, "type_of_work", "publication_type")
    types = [plain(part) for text in said if not text.startswith("10.") for part in _parts(text)]
    notes = (part for text in _all(fields, "notes") for part in _parts(text))
    types += filter(_is_type, notes)
    return tuple(dict.fromkeys(filter(None, (kind, *types))))


def _is_type(text: str) -> bool:
    words = plain_words(text[:_LONGEST_TYPE])
    return words in TYPES or words == _RETRACTED or is_notice([words])


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", ";").split(";")]


def _headings(fields: _Fields) -> Iterator[str]:
    """Yield the keywords, each of which may stand on a line of its own, as in EndNote's files."""
    for text in _all(fields, "keywords"):
        for part in _parts(text):
            if heading := part.split("/")[0].strip("* "):
                yield heading


def _unwrapped(text: str) -> str:
    """Join lines that were wrapped; where one ends with a sentence, a paragraph does."""
    return _WRAP.sub(" ", text) if "\n" in text else text


def _language(fields: _Fields) -> str | None:
    first = _first(fields, "language")
    return language(re.split(r"[;,\n]", first)[0]) if first else None


def _published(fields: _Fields) -> str | None:
    """Return the date as exactly as the fields for it agree; EndNote leaves the year out of one."""
    years = [_date(text) for text in _all(fields, "year", "publication_year")]
    year = next((date[:4] for date in years if date), None)
    days = _all(fields, "date")
    with_year = [read_date(f"{year} {text}") for text in days if year and year not in text]
    dates = [date for date in (*years, *map(_date, days), *with_year) if date]
    return max((date for date in dates if date[:4] == (year or date[:4])), key=len, default=None)


def _date(text: str) -> str | None:
    """Read the specification's `2018/06/01/Spring`, or a date as people write it."""
    slashed = _SLASHED.fullmatch(text)
    return partial_date(*slashed.groups()) if slashed else read_date(text)


def _flags(types: Iterable[str], fields: _Fields) -> tuple[ItemFlag, ...]:
    if _RETRACTED not in map(plain_words, types):
        return ()
    by = plain(_first(fields, *_DATABASES) or "") or "RIS"
    return (ItemFlag(status="retracted", according_to=by[:200]),)


# -- identifiers -------------------------------------------------------------------------


def _named(kind: str, fields: _Fields, found: Sequence[Link]) -> Named:
    said = (doi for text in _all(fields, "doi") for doi in dois(text))
    elsewhere = (*_accession(fields), *stated(_all(fields, *_ANYTHING)))
    own, beside = apart(said, (*elsewhere, *(link.name for link in found)))
    notes = list(noted(_all(fields, *_NOTES)))
    if any(name.startswith("doi:") for name in own):
        beside += [name for name in notes if name.startswith("doi:")]
        own += [name for name in notes if not name.startswith("doi:")]
    else:
        own += notes
    books = isbns(_all(fields, "issn"))
    is_page = kind in _PAGES or not _title(kind, fields)
    written = carried(_all(fields, "notes"))
    is_book = kind in _BOOKS and not _is_chapter(kind, fields)
    names = named(own, books, is_book=is_book, is_page=is_page, by="RIS", written=written)
    return names if written else attrs.evolve(names, others=(*names.others, *beside))


def _is_chapter(kind: str, fields: _Fields) -> bool:
    """Tell a chapter that is said to be a book, by its pages and by another title, the book's.

    A number alone is that of a book's pages.
    """
    book = _plain(_first(fields, "secondary_title", "book_title"))
    pages = "-".join(_all(fields, "start_page", "end_page"))
    is_within = bool(book and _RANGE.search(pages))
    return is_within and kind in _WITH_CHAPTERS and book != _title(kind, fields)


def _accession(fields: _Fields) -> Iterator[str]:
    """Yield PubMed's number, which is the accession number where the record is PubMed's."""
    source = " ".join(_all(fields, *_DATABASES))
    if _IS_PUBMED.search(source) and not _IS_NOT_PUBMED.search(source):
        yield from (f"pmid:{n}" for n in _all(fields, "accession_number") if _PMID.fullmatch(n))
