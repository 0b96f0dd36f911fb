"""The Retraction Watch Database, as the table that Crossref publishes of it.

Each row tells what has happened to one paper.
Such a list describes no sources: it flags those that a ledger has.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Final

import attrs

from evledger import Invalid
from evledger.importing import Fit, Found, Item, ItemFlag, Note, Rejection
from evledger.locators import normalise
from evledger_literature.dates import partial_date, read_date
from evledger_literature.notices import Status, status_of
from evledger_literature.reading.cells import is_absent
from evledger_literature.reading.decoding import lines
from evledger_literature.reading.tables import (
    Row,
    Table,
    find_heading,
    first_lines,
    key_of,
    parts,
    table,
)

__all__ = ["RetractionWatchImporter"]

_NAME: Final = "Retraction Watch"
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "record": ("recordid",),
    "nature": ("retractionnature", "natureofnotice"),
    "date": ("retractiondate", "noticedate"),
    "notice doi": ("retractiondoi", "noticedoi"),
    "notice pmid": ("retractionpubmedid", "retractionpmid", "noticepubmedid"),
    "doi": ("originalpaperdoi", "originaldoi"),
    "pmid": ("originalpaperpubmedid", "originalpaperpmid", "originalpubmedid"),
}
"""What is read, and the headings that it stands under, without blanks and case."""

_NATURES: Final = "Retraction, Correction, Expression of concern or Reinstatement"
_DATE = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})(?![0-9])")


@attrs.frozen(kw_only=True)
class _Notice:
    """What a row says.

    Attributes:
        place: where it stands, for people.
        raw: its text.
        nature: what has happened, in the list's words.
        status: what has happened, or ``None`` where that cannot be told.
        date: when.
        papers: locators of the paper.
        notices: locators of the notice.
        bad_papers, bad_notices: what is given as an identifier and is none.
    """

    place: str
    raw: str
    nature: str
    status: Status | None
    date: str | None
    papers: Sequence[str]
    notices: Sequence[str]
    bad_papers: Sequence[str]
    bad_notices: Sequence[str]


class RetractionWatchImporter:
    """Reads the list as CSV, of which older and newer editions differ in their columns."""

    name = "retraction-watch"
    suffixes: tuple[str, ...] = (".csv",)

    def sniff(self, start: bytes) -> Fit:
        """Return how well a file fits: no other table has such columns."""
        found = find_heading(first_lines(start), _is_heading)
        return Fit.NONE if found is None else Fit.SURE

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Yield an item for each row, which flags a paper and is no source of its own.

        Raises:
            Invalid: it is no such table, or its quotation marks are broken throughout.
        """
        decoded = lines(file)
        if decoded.note is not None:
            yield decoded.note
        for row in _rows(table(decoded.lines, _is_heading)):
            if isinstance(row, Rejection):
                yield row
            else:
                yield from _found(_notice(*row))


# -- the table ---------------------------------------------------------------------------


def _column(heading: str) -> str | None:
    key = key_of(heading).replace(" ", "")
    return next((name for name, keys in _COLUMNS.items() if key in keys), None)


def _is_heading(cells: Sequence[str]) -> bool:
    columns = set(map(_column, cells))
    return "nature" in columns and bool(columns & {"doi", "pmid"})


def _rows(rows: Table) -> Iterator[tuple[Row, dict[str, str]] | Rejection]:
    """Yield each row with its cells, by what they are.

    Raises:
        Invalid: the table has not the list's columns.
    """
    if rows.heading is None:
        return
    if not _is_heading(rows.heading.cells):
        msg = (
            "it is no list of Retraction Watch: expected columns such as OriginalPaperDOI, "
            f"OriginalPaperPubMedID and RetractionNature, got {', '.join(rows.heading.cells):.200}"
        )
        raise Invalid(msg)
    columns = [(n, name) for n, cell in enumerate(rows.heading.cells) if (name := _column(cell))]
    for row in rows.rows:
        if isinstance(row, Rejection):
            yield row
        else:
            yield row, {name: row.cells[n].strip() for n, name in columns}


# -- rows --------------------------------------------------------------------------------


def _notice(row: Row, cells: Mapping[str, str]) -> _Notice:
    record = cells.get("record", "")
    papers, bad_papers = _locators(cells, "doi", "pmid")
    notices, bad_notices = _locators(cells, "notice doi", "notice pmid")
    return _Notice(
        place=f"{row.place}, record {record:.20}" if record else row.place,
        raw=row.raw,
        nature=cells.get("nature", ""),
        status=_status(cells.get("nature", "")),
        date=_date(cells.get("date", "")),
        papers=papers,
        notices=[name for name in notices if name not in papers],  # some stand in the paper's place
        bad_papers=bad_papers,
        bad_notices=bad_notices,
    )


def _found(notice: _Notice) -> Iterator[Found]:
    """Yield what a row becomes: a flag, or the reason why there is none."""
    if notice.status is None or not notice.papers:
        yield Rejection(notice.place, _fault(notice), notice.raw)
        return
    for text in (*notice.bad_papers, *notice.bad_notices):
        yield Note(notice.place, f"{text!r:.100} was left out: it is no DOI or PubMed id")
    flag = ItemFlag(
        status=notice.status,
        according_to=_NAME,
        notice=next(iter(notice.notices), None),
        date=notice.date,
        of=tuple(notice.papers),
    )
    yield Item(place=notice.place, flags=(flag,))


def _fault(notice: _Notice) -> str:
    """Return why a row flags nothing."""
    if notice.status is None:
        nature = f"{notice.nature!r:.60} is no nature of a notice"
        said = nature if notice.nature else "it names no nature"
        return f"{said}, so what happened is not known: expected {_NATURES}"
    if notice.bad_papers:
        text = notice.bad_papers[0]
        return f"{text!r:.100} identifies no paper: expected a DOI or a PubMed id"
    return "the paper has neither a DOI nor a PubMed id, so no source can be known by it"


# -- cells -------------------------------------------------------------------------------


_status = functools.lru_cache(maxsize=64)(status_of)


def _date(text: str) -> str | None:
    """Read an American date, as the list has it, or another where it is plain."""
    found = _DATE.match(text)
    if found is None:
        return read_date(text)
    month, day, year = found.groups()
    month, day = (day, month) if int(month) > 12 else (month, day)
    return partial_date(year, month, day)


def _locators(cells: Mapping[str, str], doi: str, pmid: str) -> tuple[list[str], list[str]]:
    """Return the locators in two columns, and the texts in them that are none."""
    good: dict[str, None] = {}
    bad: list[str] = []
    for scheme, column in (("doi", doi), ("pmid", pmid)):
        for part in _given(cells.get(column, "")):
            try:
                good[normalise(f"{scheme}:{part}")] = None
            except Invalid:
                bad.append(part)
    return list(good), bad


def _given(cell: str) -> list[str]:
    """Return the identifiers in a cell, without what stands for none."""
    found = [] if is_absent(cell) else parts(cell)
    return [part.removesuffix(".0") for part in found if not is_absent(part)]
