"""Counts the records that we and other libraries find in the same files.

    python benchmarks/records.py library.ris export.txt folder/of/files

Libraries that are not installed have no column, and a library is asked only for its format.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import readers

from evledger import EvledgerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PEERS = {
    "bibtex": ("bibtexparser",),
    "medline": ("Biopython's Medline", "nbib"),
    "pubmed-xml": ("lxml's iterparse", "Biopython's Entrez"),
    "ris": ("rispy",),
}
"""By our importer's name, who else reads the format."""


def main(arguments: Iterable[str]) -> None:
    """Print a row for each file."""
    peers = [name for group in PEERS.values() for name in group if readers.is_installed(name)]
    rows = [["file", "format", "items", "rejected", *peers]]
    rows += [_row(path, peers) for path in _files(map(Path, arguments))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(f"| {' | '.join(cells)} |")


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(each for each in path.rglob("*") if each.is_file()) or (path,)


def _row(path: Path, peers: Iterable[str]) -> list[str]:
    try:
        name, items, rejected = readers.found_by_us(path)
    except EvledgerError:
        return [path.name, "none", "0", "0", *("–" for _ in peers)]
    asked = PEERS.get(name, ())
    theirs = (_count(peer, path) if peer in asked else "–" for peer in peers)
    return [path.name, name, str(items), str(rejected), *theirs]


def _count(name: str, path: Path) -> str:
    try:
        with warnings.catch_warnings(action="ignore"):
            return str(readers.READERS[name][1](path))
    except Exception as error:  # noqa: BLE001  # whatever a library raises, its row says so
        return type(error).__name__


if __name__ == "__main__":
    main(sys.argv[1:])
