"""Tables of references as others export them: databases, reference managers, screening tools."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Final, get_args
from urllib.parse import parse_qsl

from evledger import Invalid
from evledger.events import SourceKind
from evledger.importing import Fit, Found, ItemFlag, Note, Rejection
from evledger.locators import normalise
from evledger_literature.dates import partial_date, read_date
from evledger_literature.markup import paragraphs, plain
from evledger_literature.meaning.columns import (
    FIELDS,
    IDENTIFIERS,
    RETRACTED,
    Layout,
    has_field_in_each_row,
    is_heading,
    layout,
    shown,
)
from evledger_literature.meaning.identifiers import isbns
from evledger_literature.meaning.languages import language
from evledger_literature.notices import is_notice
from evledger_literature.reading.cells import authors, is_absent, items, listed
from evledger_literature.reading.decoding import lines, opening
from evledger_literature.reading.tables import (
    Row,
    Table,
    find_heading,
    first_lines,
    parts,
    table,
)
from evledger_literature.records import Record

__all__ = ["SpreadsheetImporter", "record_of"]

_KINDS: Final = frozenset(get_args(SourceKind))
_NOTHING = re.compile(r"\[no [a-z ]+ available\]", re.IGNORECASE)  # as Scopus writes it
_BOOK = re.compile(r"book|monograph|thesis|dissertation", re.IGNORECASE)
_LINK = re.compile(r"[;,|]?\s+|[;|](?=https?:)")  # what stands between links
_MOST_OF_OPENURL: Final = 8_192  # characters
_CITATION = re.compile(  # as Embase writes it, with more or less of it
    r"(?P<venue>\S.{0,300}?) \((?P<year>(?:1[89]|20)[0-9]{2})\)"
    r"(?: (?P<volume>[A-Z]?[0-9][\w:,/ -]{0,60}(?:\.[\w:,/ -]{1,60})?)(?: \([^()]{1,60}\))?)?"
    r"(?:\. Date of Publication: (?P<date>[\w ,/-]{4,40}))?\.?"
)
_PART = re.compile(r"chapter|section|part", re.IGNORECASE)


class SpreadsheetImporter:
    """Reads tables, delimited by commas, semicolons, tabs or bars, in any encoding.

    Args:
        columns: for a heading of the file the field that it is, one of
            :data:`~evledger_literature.meaning.columns.FIELDS`.
            Headings that are known otherwise need none.

    Raises:
        Invalid: there is no such field.
    """

    name = "spreadsheet"
    suffixes: tuple[str, ...] = (".csv", ".tsv", ".tab")

    def __init__(self, columns: Mapping[str, str] | None = None) -> None:
        self._columns = dict(columns or {})
        unknown = [field for field in self._columns.values() if field not in FIELDS]
        if unknown:
            msg = f"there is no field {unknown[0]!r:.60}; the fields are {', '.join(FIELDS)}"
            raise Invalid(msg)

    def mapped(self, columns: Mapping[str, str]) -> SpreadsheetImporter:
        """Return the importer with columns as people named them.

        Raises:
            Invalid: there is no such field; the message names those there are.

        >>> SpreadsheetImporter().mapped({"Titel": "title"}).name
        'spreadsheet'
        """
        return SpreadsheetImporter({**self._columns, **columns})

    def sniff(self, start: bytes) -> Fit:
        """Return how well a file fits: at most possibly, as another may know it better."""
        if opening(start).lstrip().startswith(("{", "[", "<")):  # in its texts a table may stand
            return Fit.NONE
        heading = find_heading(first_lines(start), is_heading)
        return Fit.NONE if heading is None or heading.line else Fit.POSSIBLE

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Yield an item for each row.

        Raises:
            Invalid: no column is known for the title or an identifier;
                a column that was named is not there; or the table stands on its side.
        """
        decoded = lines(file)
        if decoded.note is not None:
            yield decoded.note
        rows = table(decoded.lines, self._is_heading)
        if rows.heading is None:
            return
        if has_field_in_each_row(rows.first_cells):
            msg = "it has a field in each row; export it again with a field in each column"
            raise Invalid(msg)
        columns = layout(rows.heading, self._columns)
        yield from _notes(rows, columns)
        for row in rows.rows:
            if isinstance(row, Rejection):
                yield row
            else:
                yield from _found(row, columns)

    def _is_heading(self, cells: Sequence[str]) -> bool:
        return is_heading(cells) or not self._columns.keys().isdisjoint(cells)


def _notes(rows: Table, columns: Layout) -> Iterator[Note]:
    if rows.prologue:
        text = f"the lines before the table were left out: {rows.prologue[0]!r:.100}"
        yield Note("the start of the file", text)
    if columns.unused:
        text = (
            f"columns that were not used: {shown(columns.unused)}; "
            "say what one is, as in --map 'COLUMN=abstract'"
        )
        yield Note("the heading row", text)


def _found(row: Row, columns: Layout) -> Iterator[Found]:
    if row.is_mended:
        yield Note(row.place, "its quotation marks are broken; they were left as they stand")
    cells = {field: _filled(row, places) for field, places in columns.columns.items()}
    record = record_of(cells, row.place, row.raw)
    yield from _left_out(cells, record)
    yield from record.found()


def _filled(row: Row, places: Sequence[int]) -> list[str]:
    cells = [row.cells[place].strip() for place in places]
    return [cell for cell in cells if cell and not _NOTHING.fullmatch(cell)]


def _left_out(cells: Mapping[str, Sequence[str]], record: Record) -> Iterator[Note]:
    """Yield which cells say something that could not be taken over."""
    urls = cells.get("url", ())
    if urls and record.url is None:
        text = f"the address {urls[0]!r:.100} was left out: it is no link of a source"
        yield Note(record.place, text)
    dates = [*cells.get("published", ()), *cells.get("year", ())]
    if dates and record.published is None:
        yield Note(record.place, f"the date {dates[0]!r:.60} was left out: it cannot be read")


# -- records -----------------------------------------------------------------------------


def record_of(cells: Mapping[str, Sequence[str]], place: str, raw: str = "") -> Record:
    """Return the record of a row.

    Args:
        cells: for each field, its cells that are not blank, the best first.
        place: where the row stands.
        raw: its text.

    >>> record_of({"title": ["A trial"], "year": ["2014//"]}, "row 1").published
    '2014'
    """
    types = _items(cells, "kind")
    identifiers, mentions = _identifiers(cells, types)
    return Record(
        place=place,
        format="the table",
        title=plain(_first(cells, "title")) or None,
        abstract=paragraphs(_first(cells, "abstract")) or None,
        authors=[plain(name) for name in authors(_first(cells, "authors"))],
        venue=plain(_venue(cells)) or None,
        published=_published(cells),
        url=next(iter(_links(cells)), None),
        language=language(_first(cells, "language")),
        identifiers=identifiers,
        mentions=mentions,
        types=types,
        headings=_items(cells, "headings"),
        phases=_items(cells, "phases"),
        kind=_kind(identifiers, types),
        flags=tuple(_flags(cells, types)),
        raw=raw,
    )


def _kind(identifiers: Sequence[str], types: Sequence[str]) -> str | None:
    """Return the kind where a ledger's own word or a registry's number says it."""
    is_trial = bool(identifiers) and all(name.startswith("nct:") for name in identifiers)
    return "trial" if is_trial else next((word for word in types if word in _KINDS), None)


def _flags(cells: Mapping[str, Sequence[str]], types: Sequence[str]) -> Iterator[ItemFlag]:
    """Yield that a work was retracted; OpenAlex marks some notices, too."""
    is_retracted = _first(cells, RETRACTED).casefold() in {"true", "1"}
    if is_retracted and not is_notice(types):
        yield ItemFlag(status="retracted", according_to="OpenAlex")


def _venue(cells: Mapping[str, Sequence[str]]) -> str:
    text = _first(cells, "venue")
    cited = _cited(text)
    return cited["venue"] if cited else text


def _cited(text: str) -> re.Match[str] | None:
    """Read a citation that stands in a journal's place; a name with a year alone is a name."""
    found = _CITATION.fullmatch(text)
    return found if found and (found["volume"] or found["date"]) else None


def _first(cells: Mapping[str, Sequence[str]], field: str) -> str:
    return next(iter(cells.get(field, ())), "")


def _items(cells: Mapping[str, Sequence[str]], field: str) -> list[str]:
    return [item for cell in cells.get(field, ()) for item in items(cell)]


def _links(cells: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the web addresses of a row, each with the locator that it is a form of."""
    texts = [text for cell in cells.get("url", ()) for text in listed(cell)]
    found = {link: _locator(link) for text in texts for link in _LINK.split(text)}
    return {link: name for link, name in found.items() if name}


def _locator(link: str) -> str | None:
    try:
        return normalise(link) if link.startswith(("http://", "https://")) else None
    except Invalid:
        return None


def _published(cells: Mapping[str, Sequence[str]]) -> str | None:
    """Return the date, of which Web of Science and others write the year in a column of its own."""
    year = read_date(_first(cells, "year"))
    for text in cells.get("published", ()):
        found = read_date(text) or (read_date(f"{year[:4]} {text}") if year else None)
        if found:
            return found
    if year and len(year) == len("2018"):
        return partial_date(year, _first(cells, "month"), _first(cells, "day"))
    return year or next(filter(None, map(_published_in, cells.get("venue", ()))), None)


def _published_in(text: str) -> str | None:
    """Return the date of a citation, if it is of its year."""
    cited = _cited(text)
    if cited is None:
        return None
    date = read_date(cited["date"] or "") or ""
    return date if date.startswith(cited["year"]) else cited["year"]


def _identifiers(
    cells: Mapping[str, Sequence[str]], types: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Return the identifiers of the work, and those of the trial or the book that it belongs to."""
    given = {scheme: _given(cells, scheme) for scheme in IDENTIFIERS}
    has_own = bool(given["doi"] or given["pmid"] or given["pmcid"])
    others: set[str] = set()
    if has_own:
        others.add("nct")
    if not _is_book(cells, types, has_own=has_own):
        others.add("isbn")
    # That of a page identifies nothing: rows may share it.
    led_to = [name for name in _links(cells).values() if not name.startswith("url:")]
    own = [name for scheme in given if scheme not in others for name in given[scheme]]
    mentions = [name for scheme in given if scheme in others for name in given[scheme]]
    mentions += [name for name in led_to if name.partition(":")[0] in others]
    return [*own, *(name for name in led_to if name not in mentions)], mentions


def _given(cells: Mapping[str, Sequence[str]], scheme: str) -> list[str]:
    found = [
        part for cell in cells.get(scheme, ()) for text in listed(cell) for part in parts(text)
    ]
    names = [part.removesuffix(".0") for part in found if not is_absent(part)]
    names += _resolved(cells, scheme)
    if scheme == "isbn":
        return [name for text in names for name in isbns([text]) or [f"isbn:{text}"]]
    return [f"{scheme}:{text}" for text in names]


def _resolved(cells: Mapping[str, Sequence[str]], scheme: str) -> Iterator[str]:
    """Yield what the links of libraries are to find, which lead to no work themselves."""
    for cell in cells.get("openurl", ()):
        _, _, query = cell[:_MOST_OF_OPENURL].partition("?")
        for name, value in parse_qsl(query):
            if name == "id" and value.startswith(f"{scheme}:"):
                yield value.removeprefix(f"{scheme}:")


def _is_book(cells: Mapping[str, Sequence[str]], types: Sequence[str], *, has_own: bool) -> bool:
    """Tell a book from a part of one, whose ISBN is the book's."""
    if types:
        return any(_BOOK.search(text) and not _PART.search(text) for text in types)
    return not has_own and "venue" not in cells
