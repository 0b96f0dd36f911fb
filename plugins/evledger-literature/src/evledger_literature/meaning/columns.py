"""What the columns of a table of references are, by their headings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs

from evledger import Invalid
from evledger_literature.reading.tables import Heading, key_of

__all__ = [
    "FIELDS",
    "HEADINGS",
    "IDENTIFIERS",
    "RETRACTED",
    "Layout",
    "has_field_in_each_row",
    "is_heading",
    "layout",
    "shown",
]

IDENTIFIERS: Final = ("doi", "pmid", "pmcid", "nct", "isbn")
"""The fields whose cells are identifiers."""

HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "title": (
        "title",
        "article title",
        "primary title",
        "document title",
        "paper title",
        "study title",
        "title of article",
        "original title",
        "translated title",
        "display name",
        "item title",
        "ti",
        "t1",
    ),
    "authors": (
        "authors",
        "author s",
        "author",
        "author names",
        "author name",
        "first authors",
        "authors primary",
        "author full names",
        "authors list",
        "authorships raw author name",
        "authorships author display name",
        "creator",
        "au",
        "af",
        "a1",
    ),
    "abstract": (
        "abstract",
        "abstract note",
        "notes abstract",
        "abstract text",
        "summary",
        "brief summary",
        "ab",
        "n2",
    ),
    "venue": (
        "source title",
        "journal",
        "journal book",
        "journal title",
        "journal name",
        "publication title",
        "publication name",
        "secondary title",
        "container title",
        "full journal title",
        "venue",
        "so",
        "jo",
        "jf",
        "t2",
        "journal abbreviation",
        "primary location source display name",
        "source",
    ),
    "published": (
        "published",
        "date published",
        "publication date",
        "date of publication",
        "date",
        "pd",
        "start date",
    ),
    "year": (
        "publication year",
        "year",
        "published year",
        "year of publication",
        "pubyear",
        "pub year",
        "py",
        "y1",
        "yr",
    ),
    "month": ("month", "published month", "publication month"),
    "day": ("day",),
    "doi": (
        "doi",
        "digital object identifier",
        "di",
        "do",
        "doi link",
        "doi url",
        "item doi",
        "ids doi",
    ),
    "pmid": ("pmid", "pubmed id", "pubmedid", "medline pmid", "pm", "ids pmid"),
    "pmcid": ("pmcid", "pmc id", "pmc", "pubmed central id", "pmc number", "ids pmcid"),
    "nct": ("nct", "nct number", "nct id", "ctgov id", "clinicaltrials gov id", "trial id"),
    "isbn": ("isbn", "isbns", "isbn s", "bn"),
    "url": (
        "url",
        "urls",
        "link",
        "article url",
        "articleurl",
        "study url",
        "external url",
        "source urls",
        "full text link",
        "fulltext url",
        "primary location landing page url",
    ),
    "openurl": ("open url link",),
    "language": (
        "language",
        "languages",
        "language of original document",
        "article language",
        "la",
    ),
    "kind": (
        "kind",
        "publication types",
        "publication type",
        "document type",
        "item type",
        "reference type",
        "type of reference",
        "type of work",
        "content type",
        "dt",
        "pt",
        "ty",
        "type",
    ),
    "headings": (
        "mesh",
        "mesh terms",
        "mesh headings",
        "mesh subject headings",
        "emtree drug index terms",
        "emtree medical index terms",
    ),
    "phases": ("phase", "phases", "study phase"),
}
"""For each field the headings that it stands under, the best first, as ``key_of`` writes them."""

_NOT_NAMED: Final = frozenset({"year", "month", "day", "openurl"})

FIELDS: Final = (*(name for name in HEADINGS if name not in _NOT_NAMED), "ignore")
"""What people can say that a column is."""

RETRACTED: Final = "retracted"
"""The field of the column in which OpenAlex says it; nobody knows whose another table's is."""

_FIELD_OF: Final = {key: field for field, keys in HEADINGS.items() for key in keys}
_OPENALEX: Final = ("authorships ", "primary location ")  # how headings of its own begin
_BY_ROW: Final = 3  # so many headings one below the other: a field in each row
_LISTED: Final = 1_000  # characters of headings in a message


def is_heading(cells: Sequence[str]) -> bool:
    """Tell a table's first row from a line of text that says "Title"."""
    fields = {_FIELD_OF.get(key_of(cell)) for cell in cells}
    return bool(fields & {"doi", "pmid", "pmcid", "nct"}) or ("title" in fields and len(cells) > 1)


@attrs.frozen
class Layout:
    """Which columns are what.

    Attributes:
        columns: for each field, the columns that it may be in, the best first.
        unused: the headings of the others.
    """

    columns: Mapping[str, Sequence[int]]
    unused: Sequence[str]


def layout(heading: Heading, named: Mapping[str, str]) -> Layout:
    """Return which columns are what: as people named them, and else as their headings are known.

    Args:
        heading: the row with the headings.
        named: for a heading, the field that people say it is. What they name takes the place
            of what is known: of two titles, theirs is the title.

    Raises:
        Invalid: a column that was named is not there, or neither title nor identifier is.
    """
    missing = [name for name in named if name not in heading.cells]
    if missing:
        msg = f"there is no column {missing[0]!r:.60}; the columns are {shown(heading.cells)}"
        raise Invalid(msg)
    is_openalex = any(key_of(cell).startswith(_OPENALEX) for cell in heading.cells)
    fields = [_field(cell, named, is_openalex=is_openalex) for cell in heading.cells]
    if not {"title", *IDENTIFIERS}.intersection(fields):
        msg = (
            f"no column is known for the title or an identifier: {shown(heading.cells)}; "
            "say which it is, as in --map 'TITLE COL=title'"
        )
        raise Invalid(msg)
    cells = zip(fields, heading.cells, strict=True)
    unused = [cell for field, cell in cells if field is None and cell]
    return Layout({field: _places(field, fields, heading) for field in fields if field}, unused)


def _field(heading: str, named: Mapping[str, str], *, is_openalex: bool) -> str | None:
    key = key_of(heading)
    known = RETRACTED if is_openalex and key == "is retracted" else _FIELD_OF.get(key)
    return named.get(heading, None if known in named.values() else known)


def _places(field: str, fields: Sequence[str | None], heading: Heading) -> list[int]:
    """Return the columns of a field, the best first."""
    order = HEADINGS.get(field, ())
    places = [number for number, each in enumerate(fields) if each == field]
    keys = {number: key_of(heading.cells[number]) for number in places}
    return sorted(places, key=lambda n: order.index(keys[n]) if keys[n] in order else -1)


def has_field_in_each_row(first_cells: Iterable[str]) -> bool:
    """Tell a table that stands on its side, as Embase writes it if asked to.

    >>> has_field_in_each_row(["AUTHOR NAMES", "SOURCE TITLE", "ABSTRACT"])
    True
    """
    return len({key_of(cell) for cell in first_cells} & _FIELD_OF.keys()) >= _BY_ROW


def shown(headings: Iterable[str]) -> str:
    """Write headings into a message."""
    return f"{', '.join(repr(heading) for heading in headings if heading):.{_LISTED}}"
