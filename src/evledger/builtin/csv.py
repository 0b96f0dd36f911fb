"""Spreadsheets as CSV: a source and, where the row has one, a claim in each row."""

from __future__ import annotations

import csv
import difflib
import io
import itertools
from typing import IO, TYPE_CHECKING, Any, Final

from evledger.exceptions import Invalid
from evledger.importing import Fit, Item, Rejection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["COLUMNS", "CSVImporter"]

COLUMNS: Final = {
    **{name: name for name in ("kind", "title", "venue", "platform", "community", "published")},
    **{name: name for name in ("url", "language", "retrieved", "basis", "locators", "mentions")},
    **{name: name for name in ("authors", "tier", "stance", "quote", "components")},
    **{name: name for name in ("outcome", "population", "doi", "pmid", "pmcid", "nct", "isbn")},
    "source": "id",
    "id": "id",
    "author": "authors",
    "journal": "venue",
    "date": "published",
    "year": "published",
    "claim": "text",
}
"""Column headings, in lower case, and what each is."""

_IDENTIFIERS: Final = ("doi", "pmid", "pmcid", "nct", "isbn")
_LISTS: Final = ("authors", "locators", "mentions", "components")
_CLAIM: Final = ("text", "tier", "stance", "quote")
_ABOUT: Final = ("components", "outcome", "population")
_DELIMITERS: Final = ",;\t|"


class CSVImporter:
    """Reads CSV with a heading row; see :data:`COLUMNS`.

    Cells of several values hold them separated by semicolons.
    A row without a claim describes a source alone.
    """

    name = "csv"
    suffixes: tuple[str, ...] = (".csv", ".tsv")

    def sniff(self, start: bytes) -> Fit:
        """Know a table by its headings, all of which must be known."""
        first = start.decode("utf-8-sig", errors="replace").partition("\n")[0]
        try:
            _columns(_open(iter([first]))[0])
        except Invalid:
            return Fit.NONE
        return Fit.SURE

    def read(self, file: IO[bytes]) -> Iterator[Item | Rejection]:
        """Yield a row at a time.

        Raises:
            Invalid: the file is not UTF-8, has no heading row, or a heading is unknown.
        """
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        lines: Iterator[str] = iter(text)
        try:
            headings, rows = _open(lines)
            columns = _columns(headings)
            yield from _items(columns, rows)
        except UnicodeDecodeError as error:
            msg = f"not UTF-8 ({error.reason}); save it as UTF-8"
            raise Invalid(msg) from error
        finally:
            text.detach()


def _open(lines: Iterator[str]) -> tuple[list[str], Iterator[list[str]]]:
    first = next(lines, "")
    counts = {mark: first.count(mark) for mark in _DELIMITERS}
    delimiter = max(counts, key=counts.__getitem__)
    rows = csv.reader(itertools.chain([first], lines), delimiter=delimiter, strict=True)
    try:
        headings = next(rows, list[str]())
    except csv.Error as error:
        msg = f"the heading row cannot be read: {error}"
        raise Invalid(msg) from error
    return headings, rows


def _columns(headings: Sequence[str]) -> list[str]:
    names = [heading.strip().lower() for heading in headings]
    unknown = [h for h, name in zip(headings, names, strict=True) if name not in COLUMNS]
    if unknown or "title" not in names:
        what = f"column {unknown[0]!r} is not known" if unknown else "there is no column 'title'"
        near = difflib.get_close_matches(unknown[0].strip().lower(), COLUMNS, 1) if unknown else []
        what += f" (did you mean {near[0]!r}?)" if near else ""
        msg = f"{what}; known columns are: {', '.join(COLUMNS)}"
        raise Invalid(msg)
    columns = [COLUMNS[name] for name in names]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        msg = f"two columns are {twice[0]!r}"
        raise Invalid(msg)
    return columns


def _items(columns: list[str], rows: Iterator[list[str]]) -> Iterator[Item | Rejection]:
    number = 0
    while True:
        number += 1
        place = f"row {number}"
        try:
            row = next(rows, None)
        except csv.Error as error:
            # What follows a broken quotation cannot be told apart from it.
            yield Rejection(place, f"{error}; the rest of the file was not read")
            return
        except UnicodeDecodeError as error:
            reason = f"not UTF-8 here, or soon after ({error.reason})"
            yield Rejection(place, f"{reason}; the rest of the file was not read")
            return
        if row is None:
            return
        if not any(cell.strip() for cell in row):
            number -= 1
        elif len(row) != len(columns):
            reason = f"it has {len(row)} cells, and the heading row has {len(columns)}"
            yield Rejection(place, reason, repr(row))
        else:
            yield _item(place, dict(zip(columns, row, strict=True)))


def _item(place: str, row: dict[str, str]) -> Item | Rejection:
    cells: dict[str, Any] = {name: cell.strip() for name, cell in row.items() if cell.strip()}
    for name in _LISTS:
        if name in cells:
            cells[name] = [part.strip() for part in cells[name].split(";") if part.strip()]
    claim: dict[str, Any] = {name: cells.pop(name) for name in _CLAIM if name in cells}
    about = {name: cells.pop(name) for name in _ABOUT if name in cells}
    named = [f"{name}:{cells.pop(name)}" for name in _IDENTIFIERS if name in cells]
    if named:
        cells["locators"] = [*cells.get("locators", ()), *named]
    cells.setdefault("kind", "post" if "platform" in cells else "other")
    if "text" not in claim:
        if claim or about:
            reason = f"it has {', '.join((*claim, *about))}, but no claim"
            return Rejection(place, reason, repr(row))
        return Item(place=place, source=cells)
    claim.setdefault("stance", "neutral")
    if about:
        claim["about"] = {"components": [], **about}
    return Item(place=place, source=cells, claims=(claim,))
