"""BibTeX and biblatex, from the entries of a file to records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import IO, Final

from bibtexparser.middlewares.names import split_multiple_persons_names

from evledger.importing import Fit, Found, Note, Rejection
from evledger_literature.dates import partial_date, read_date
from evledger_literature.markup import paragraphs, plain
from evledger_literature.meaning.carrying import carried
from evledger_literature.meaning.identifiers import (
    Link,
    Named,
    arxiv,
    dois,
    isbns,
    links,
    named,
)
from evledger_literature.meaning.languages import language
from evledger_literature.meaning.latex import bare, text_of
from evledger_literature.reading.bibentries import BibEntry, Fields, entries, is_bibtex
from evledger_literature.reading.decoding import opening
from evledger_literature.reading.lenient import date, title
from evledger_literature.reading.textrecords import found_in
from evledger_literature.records import Record

__all__ = ["BibTeXImporter", "records"]

_OTHER_BLOCK: Final = re.compile(
    r"^\s{0,9}@(?:comment|preamble)\s{0,9}[{(]", re.IGNORECASE | re.MULTILINE
)

_BOOKS: Final = frozenset({"book", "booklet", "collection", "manual", "mvbook", "mvcollection"}) | {
    *("mvproceedings", "mvreference", "mastersthesis", "phdthesis", "proceedings", "reference"),
    *("report", "techreport", "thesis"),
}
_PAGES: Final = frozenset({"electronic", "misc", "online", "video", "www", "webpage"})
_TITLES: Final = ("title", "booktitle", "maintitle", "shorttitle")
_VENUES: Final = (
    *("journaltitle", "journal", "booktitle", "maintitle", "eventtitle", "howpublished"),
    *("institution", "school", "organization", "publisher"),
)
_LINKS: Final = ("url", "howpublished", "link", "ee", "bdsk-url-1")
_LANGUAGES: Final = MappingProxyType(
    {"american": "en-US", "brazil": "pt-BR", "british": "en-GB", "ngerman": "de", "naustrian": "de"}
)
_ARCHIVES: Final = MappingProxyType({"pubmed": "pmid", "pmid": "pmid", "pmc": "pmcid"})
_RANGE: Final = re.compile(r"[0-9]\s{0,9}[-\u2010-\u2015]{1,3}\s{0,9}[0-9]")
_SAID: Final = re.compile(r"arxiv:\s?[a-z0-9./-]{6,30}", re.IGNORECASE)


class BibTeXImporter:
    """Reads BibTeX and biblatex."""

    name = "bibtex"
    suffixes = (".bib", ".bibtex")

    def sniff(self, start: bytes) -> Fit:
        """Know a file by the beginning of an entry."""
        text = opening(start)
        if is_bibtex(text):
            return Fit.SURE
        return Fit.POSSIBLE if _OTHER_BLOCK.search(text) else Fit.NONE

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Yield what the entries of a file come to, in order.

        Raises:
            Invalid: it has no entry, and is not blank; or it is larger than 64 Mi characters.
        """
        yield from found_in(file, records)


def records(lines: Iterable[str]) -> Iterator[Record | Rejection | Note]:
    r"""Yield the entries of a file.

    Raises:
        Invalid: it has no entry, and is not blank; or it is larger than 64 Mi characters.

    >>> found = next(records([r"@article{a2020, title = {{Na}$^{+}$ in \emph{mice}}}"]))
    >>> found.title, found.types, found.place
    ('Na⁺ in mice', ('article',), 'entry 1, a2020 (line 1)')
    """
    for entry in entries(lines):
        if isinstance(entry, BibEntry):
            yield _record(entry)
            yield from _doubts(entry)
        else:
            yield entry


def _doubts(entry: BibEntry) -> Iterator[Note]:
    for name in ("title", "abstract", "year", "date"):
        if len(set(entry.fields.get(name, ()))) > 1:
            yield Note(entry.place, f"it has more than one {name}; the first was taken")


def _record(entry: BibEntry) -> Record:
    fields = entry.fields
    found = links(map(bare, _all(fields, *_LINKS)))
    names = _named(entry.kind, fields, found)
    heading = next((name for name in _TITLES if name in fields), "")
    return Record(
        place=entry.place,
        format="BibTeX",
        title=_title(fields, heading),
        abstract=paragraphs(text_of(_unwrapped(_first(fields, "abstract")))) or None,
        authors=_people(fields),
        venue=_venue(fields, heading),
        published=_published(fields),
        url=_url(fields, found),
        language=_language(fields),
        identifiers=names.own,
        mentions=names.others,
        types=(entry.kind, *map(_words, _all(fields, "type", "entrysubtype", "document_type"))),
        headings=tuple(_headings(fields)),
        links=names.links,
        raw=entry.raw,
    )


def _all(fields: Fields, *names: str) -> list[str]:
    return [value for name in names for value in fields.get(name, ())]


def _first(fields: Fields, *names: str) -> str:
    return next(iter(_all(fields, *names)), "")


def _words(value: str) -> str:
    return plain(text_of(value))


def _title(fields: Fields, name: str) -> str | None:
    main = text_of(_first(fields, name))
    return title(main, text_of(_first(fields, "subtitle")) if name == "title" else None)


def _unwrapped(text: str) -> str:
    """Join lines that were wrapped; a paragraph ends with a blank line."""
    return re.sub(r"\n(?!\s{0,99}\n)", " ", text) if "\n" in text else text


def _people(fields: Fields) -> tuple[str, ...]:
    written = _all(fields, "author") or _all(fields, "editor")
    names = (name for value in written for name in split_multiple_persons_names(value))
    return tuple(filter(None, (_words(name) for name in names if name.casefold() != "others")))


def _venue(fields: Fields, heading: str) -> str | None:
    values = (_words(each) for name in _VENUES if name != heading for each in fields.get(name, ()))
    return next((value for value in values if value and not links([value])), None)


def _published(fields: Fields) -> str | None:
    """Return the date; biblatex writes it in one field, and a span with a stroke."""
    if found := date(_first(fields, "date")):
        return found
    year, month, day = (_words(_first(fields, name)) for name in ("year", "month", "day"))
    if month and not month.isdecimal():
        return read_date(f"{year} {month} {day}") or read_date(year)
    return partial_date(year, month, day) or read_date(year)


def _url(fields: Fields, found: Sequence[Link]) -> str | None:
    """Return the link to it, which some programs write as a note."""
    return next((link.url for link in (*found, *links(map(bare, _all(fields, "note"))))), None)


def _language(fields: Fields) -> str | None:
    names = (value.casefold() for value in _all(fields, "language", "langid"))
    return next(filter(None, (_LANGUAGES.get(name) or language(name) for name in names)), None)


def _headings(fields: Fields) -> Iterator[str]:
    for value in _all(fields, "keywords", "keyword", "mesh"):
        parts = re.split(r"[;,\n]", _words(value))
        yield from filter(None, (part.split("/")[0].strip("* ") for part in parts))


# -- identifiers -------------------------------------------------------------------------


def _named(kind: str, fields: Fields, found: Sequence[Link]) -> Named:
    found_in = (
        *(doi for value in _all(fields, "doi") for doi in dois(bare(value))),
        *(f"pmid:{bare(value)}" for value in _all(fields, "pmid")),
        *(f"pmcid:{bare(value)}" for value in _all(fields, "pmcid", "pmc")),
        *(link.name for link in found),
        *_eprints(fields),
    )
    books = isbns(map(bare, _all(fields, "isbn")))
    is_page = kind in _PAGES or fields.keys().isdisjoint(_TITLES)
    written = carried(map(bare, _all(fields, "locators")))
    is_book = kind in _BOOKS and not _is_chapter(kind, fields)
    return named(found_in, books, is_book=is_book, is_page=is_page, by="BibTeX", written=written)


def _is_chapter(kind: str, fields: Fields) -> bool:
    """Tell a chapter that is said to be a book: it has a DOI, and stands on pages of another."""
    book = _words(_first(fields, "booktitle"))
    is_within = bool(book and book != _title(fields, "title")) or any(
        map(_RANGE.search, _all(fields, "pages"))
    )
    return kind == "book" and "doi" in fields and is_within


def _eprints(fields: Fields) -> Iterator[str]:
    """Yield the identifiers that archives gave it; some programs write arXiv's as a journal."""
    archive = _words(_first(fields, "archiveprefix", "eprinttype")).casefold()
    for value in map(bare, _all(fields, "eprint", "arxivid", "arxiv")):
        if archive in {"", "arxiv"} and (paper := arxiv(value)):
            yield paper
        elif archive in _ARCHIVES:
            yield f"{_ARCHIVES[archive]}:{value}"
    for value in _all(fields, *_VENUES):
        if (said := _SAID.search(value)) and (paper := arxiv(said[0])):
            yield paper
