"""MEDLINE's tagged format, which PubMed's files with the suffix of NBIB are in, and PMC's.

https://pubmed.ncbi.nlm.nih.gov/help/#pubmed-format has the tags.
Blank lines stand between records, but people lose some and add others: a record begins with its
PubMed number, or in PMC's files with that of PMC, which in PubMed's stands within a record.
ERIC's files are in it too, where a record begins with whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import IO, Final, TypeAlias

from evledger.importing import Fit, Found, Note, Rejection
from evledger_literature.dates import read_date
from evledger_literature.markup import paragraphs, plain
from evledger_literature.meaning.corrections import Correction, Told, Work, cited, told
from evledger_literature.meaning.identifiers import isbns, links
from evledger_literature.meaning.languages import language
from evledger_literature.reading.blocks import Block, Cutter, Marks
from evledger_literature.reading.decoding import opening
from evledger_literature.reading.lenient import locator
from evledger_literature.reading.textrecords import found_in
from evledger_literature.records import Record

__all__ = ["MedlineImporter", "records"]

_Fields: TypeAlias = Sequence[tuple[str, str]]

_PUBMED: Final = "PubMed"

_ERIC: Final = "ERIC"

# ERIC writes `ISSN - `; after `PMID-` the blank is lost at times.
_FIELD: Final = re.compile(
    r"(?=.{4}-|ISSN -)([A-Z][A-Z0-9]{1,3}) {0,2}-(?:(?: |(?<=PMID-)(?=[0-9]))(.*))?$"
)
_MARKS: Final = Marks(
    name="MEDLINE",
    start=re.compile("PMID- *[0-9]|PMC - *(?:PMC)?[0-9]|OWN - ERIC *$"),
    field=_FIELD,
    title=re.compile(r"(?:TI {2}|BTI )- *\S"),
    first="PMID- 29798983",
)
# After a blank line these begin a record that has no number, if the one before has them already.
_ONCE: Final = frozenset({"BTI", "DP", "OWN", "STAT", "TI"})

_NO_TITLE: Final = re.compile(r"\[?(?:title )?not available\.?\]?\.?", re.IGNORECASE)
_NO_ABSTRACT: Final = re.compile(r"abstract available from the publisher\.?", re.IGNORECASE)
_ABSTRACT_OF: Final = re.compile(r"(?:Publisher|AIDS|AAMC|KIE|NASA|PIP) *: *")
_LABEL: Final = re.compile(r"(?<=[.?!)\]]) (?=[A-Z][A-Z()/&, -]{3,60}: )")
_ID: Final = re.compile(r"(.+?) *\[(doi|bookaccession)\]", re.IGNORECASE)
_TRIAL: Final = re.compile(r"ClinicalTrials\.gov/(\S+)", re.IGNORECASE)
_PMID: Final = re.compile(r"\bPMID: *([0-9]{1,9})")

# What the tags of corrections stand for, in the words of PubMed's XML.
_CORRECTIONS: Final = MappingProxyType(
    {
        "CON": "Comment on",
        "CRF": "Corrected and republished from",
        "CRI": "Corrected and republished in",
        "ECF": "Expression of concern for",
        "ECI": "Expression of concern in",
        "EFR": "Erratum for",
        "EIN": "Erratum in",
        "ORI": "Original report in",
        "PRIN": "Partial retraction in",
        "PROF": "Partial retraction of",
        "RIN": "Retraction in",
        "ROF": "Retraction of",
        "RPF": "Republished from",
        "RPI": "Republished in",
        "RRF": "Retracted and republished from",
        "RRI": "Retracted and republished in",
        "UIN": "Update in",
        "UOF": "Update of",
    }
)


class MedlineImporter:
    """Reads MEDLINE's tagged format."""

    name = "medline"
    suffixes = (".nbib", ".medline")

    def sniff(self, start: bytes) -> Fit:
        """Know a file by the line that begins a record."""
        is_ours = any(map(_MARKS.start.match, opening(start).splitlines()))
        return Fit.SURE if is_ours else Fit.NONE

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Yield what the records of a file come to, in order.

        Raises:
            Invalid: it has no record, and is not blank.
        """
        yield from found_in(file, records)


def records(lines: Iterable[str]) -> Iterator[Record | Rejection | Note]:
    """Yield the records of a file.

    Raises:
        Invalid: it has no record, and is not blank.

    >>> found = next(records(["PMID- 29798983", "TI  - A trial of", "      rest."]))
    >>> found.title, found.identifiers, found.place
    ('A trial of rest.', ('pmid:29798983',), 'record 1 (line 1)')
    """
    for each in _blocks(lines):
        if isinstance(each, Block):
            yield from _record(each)
        else:
            yield each


# -- lines to fields ---------------------------------------------------------------------


def _blocks(lines: Iterable[str]) -> Iterator[Block | Rejection | Note]:
    cutter = Cutter(_MARKS)
    tags: set[str] = set()
    is_after_blank = False
    for number, line in enumerate(lines, 1):
        tag = found[1] if (found := _FIELD.match(line)) else ""
        if tag and _begins(line, tag, tags, is_after_blank=is_after_blank):
            yield from cutter.cut(ends=True)
            tags.clear()
            cutter.begin(number, line)
        else:
            cutter.add(number, line)
        tags.add(tag)
        is_after_blank = not line.strip()
    yield from cutter.finish()


def _begins(line: str, tag: str, tags: set[str], *, is_after_blank: bool) -> bool:
    """Return whether a field begins a record, from those that there are in the one before."""
    if tag == "PMID":
        return "PMID" in tags or not tags & {"PMC"}
    if tag == "PMC":
        return (is_after_blank or not tags or "PMC" in tags) and bool(_MARKS.start.match(line))
    if tag == "OWN" and _MARKS.start.match(line):
        return True  # ERIC's records have no number
    return is_after_blank and tag in _ONCE and tag in tags


def _fields(block: Block) -> _Fields:
    """Return tags and texts, in order; wrapped lines are joined."""
    fields: list[tuple[str, list[str]]] = []
    for line in block.lines:
        if found := _FIELD.match(line):
            fields.append((found[1], [found[2] or ""]))
        elif fields:
            fields[-1][1].append(line)
    return [(tag, " ".join(map(str.strip, parts)).strip()) for tag, parts in fields]


def _all(fields: _Fields, *tags: str) -> list[str]:
    return [text for tag, text in fields if tag in tags and text]


def _first(fields: _Fields, *tags: str) -> str | None:
    return next((text for tag in tags for text in _all(fields, tag)), None)


# -- fields to a record ------------------------------------------------------------------


def _record(block: Block) -> Iterator[Record | Note]:
    fields = _fields(block)
    chapter, book = _title(fields, "TI", "TT"), _title(fields, "BTI")
    corrections = _corrections(fields)
    own, others = _identifiers(fields, is_chapter=bool(chapter))
    yield Record(
        place=block.place,
        format=_ERIC if _is_erics(fields) else _PUBMED,
        title=chapter or book,
        abstract=_abstract(fields),
        authors=_people(fields),
        venue=_first(fields, *(("JT", "TA", "BTI") if chapter else ("JT", "TA", "PB"))),
        published=_published(fields),
        url=_url(fields),
        language=next(filter(None, map(language, _all(fields, "LA"))), None),
        identifiers=own,
        mentions=(*others, *_trials(fields), *corrections.mentions),
        types=(*_all(fields, "PT"), *(("Book Chapter",) if chapter and book else ())),
        headings=tuple(_headings(fields)),
        kind="book" if book and not chapter else None,
        flags=corrections.flags,
        links=corrections.links,
        raw=block.raw,
    )
    if block.note:
        yield block.note
    for said in corrections.unnamed:
        yield Note(block.place, f"{said!r:.200} names a work without an identifier; look it up")


def _title(fields: _Fields, *tags: str) -> str | None:
    """Return the first title; where PubMed has no English one, it says so in its place."""
    titles = (plain(text) for tag in tags for text in _all(fields, tag))
    return next((text for text in titles if text and not _NO_TITLE.fullmatch(text)), None)


def _abstract(fields: _Fields) -> str | None:
    """Return the abstract, or else another, with each labelled part as a paragraph."""
    others = (_ABSTRACT_OF.sub("", text, count=1) for text in _all(fields, "OAB"))
    texts = [*_all(fields, "AB"), *(text for text in others if not _NO_ABSTRACT.fullmatch(text))]
    return paragraphs(_LABEL.sub("\n", texts[0])) or None if texts else None


def _people(fields: _Fields) -> tuple[str, ...]:
    """Return authors by their full names, in order with collectives, or else the editors."""
    has_all = len(_all(fields, "FAU")) >= len(_all(fields, "AU"))
    names = _all(fields, "FAU" if has_all else "AU", "CN")
    return tuple(map(plain, names or _all(fields, "FED") or _all(fields, "ED")))


def _published(fields: _Fields) -> str | None:
    """Return the date of the issue, by which articles are cited, or else of the text online."""
    dates = map(read_date, (*_all(fields, "DP"), *_all(fields, "DEP")))
    return next(filter(None, dates), None)


def _headings(fields: _Fields) -> Iterator[str]:
    return (text.split("/")[0].strip("* ") for text in _all(fields, "MH"))


# -- identifiers -------------------------------------------------------------------------


def _identifiers(fields: _Fields, *, is_chapter: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the identifiers of the work, and those of the book that it is part of."""
    own = (
        *(f"pmid:{text}" for text in _all(fields, "PMID")),
        *(f"doi:{text}" for text in _ids(fields).get("doi", ())),
        *(f"pmcid:{text}" for text in _all(fields, "PMC")),
    )
    if _is_erics(fields):
        own += tuple(_of_eric(fields))
    books = tuple(isbns(_all(fields, "ISBN")))
    return (own, books) if is_chapter else (own + books, ())


def _is_erics(fields: _Fields) -> bool:
    return _ERIC in _all(fields, "OWN")


def _of_eric(fields: _Fields) -> list[str]:
    """Return the DOI, which stands there as a link, or else the address of the record."""
    dois = [link.name for link in links(_all(fields, "AID")) if link.name.startswith("doi:")]
    return dois or [link.name for link in links(_all(fields, "LID"))][:1]


def _ids(fields: _Fields) -> Mapping[str, list[str]]:
    """Return the article's identifiers by their kinds; the publisher's own have none."""
    ids: dict[str, list[str]] = {}
    for text in _all(fields, "AID", "LID"):
        if found := _ID.fullmatch(text):
            ids.setdefault(found[2].lower(), []).append(found[1])
    return ids


def _trials(fields: _Fields) -> Iterator[str]:
    """Return the registered trials that an article reports; no other registry has a scheme."""
    found = map(_TRIAL.fullmatch, _all(fields, "SI"))
    return (f"nct:{each[1]}" for each in found if each)


def _url(fields: _Fields) -> str | None:
    if pmid := locator("pmid", _first(fields, "PMID")):
        return f"https://pubmed.ncbi.nlm.nih.gov/{pmid.removeprefix('pmid:')}/"
    for accession in _ids(fields).get("bookaccession", ()):
        return f"https://www.ncbi.nlm.nih.gov/books/{accession}/"
    return next((link.url for link in links(_all(fields, "LID"))), None)


def _corrections(fields: _Fields) -> Told:
    """Return what has happened to the work, and what it tells of others."""
    own = Work(tuple(filter(None, (locator("pmid", _first(fields, "PMID")),))), _published(fields))
    found = (
        _correction(_CORRECTIONS[tag], text) for tag, text in fields if tag in _CORRECTIONS and text
    )
    return told(found, own, by=_PUBMED, types=_all(fields, "PT"))


def _correction(words: str, reference: str) -> Correction:
    pmid = _PMID.search(reference)
    work = cited(reference, locator("pmid", pmid[1]) if pmid else None)
    return Correction(words, work, f"{words}: {reference.removeprefix(f'{words}: ')[:300]}")
