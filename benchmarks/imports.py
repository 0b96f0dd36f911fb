"""Importing: how fast, and in how much memory, files of records are read; beside libraries alone.

Everything is read in a process of its own, which takes turns with what it is compared with.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import attrs
import readers
from measure import Row, at_most, rates
from writers import write_pubmed, write_ris

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from ledgers import Bench

__all__ = ["run"]

_FLAT = 1.25
"""How much more ten times the records may hold: what interpreters and allocators vary by."""

_FORMATS: tuple[tuple[str, str, Callable[[Path, int], None], tuple[str, ...], tuple[str, ...]], ...]
_FORMATS = (
    # the format, a file of it, what writes one; who else reads it, and who only a tenth of it
    ("RIS", "library.ris", write_ris, ("rispy",), ()),
    ("PubMed XML", "articles.xml", write_pubmed, ("lxml's iterparse",), ("Biopython's Entrez",)),
)
"""Biopython holds a whole file: some 100 kilobytes a record."""
_OURS = "evledger"
_WHOLE = "evledger, into a ledger"


@attrs.frozen
class _Read:
    """What one reading took.

    Attributes:
        seconds: without starting the process.
        megabytes: the most that the process held.
    """

    seconds: float
    megabytes: float


@attrs.frozen
class _File:
    """A file to read.

    Attributes:
        format: in which it is.
        records: how many it holds.
        path: where it is.
    """

    format: str
    records: int
    path: Path

    def __str__(self) -> str:
        return f"{self.records:,} records of {self.format}"


def run(bench: Bench) -> list[Row]:
    """Measure importing: 50,000 records where the large ledger has a million events."""
    many = max(1_000, bench.events // 20)
    repeats = min(bench.repeats, 3)
    found: list[Row] = []
    for name, file, write, peers, slow in _FORMATS:
        large = _File(name, many, bench.folder / f"many-{file}")
        small = _File(name, many // 10, bench.folder / f"few-{file}")
        write(large.path, large.records)
        write(small.path, small.records)
        less = _turns(small, (_OURS, _WHOLE, *slow), repeats)
        more = _turns(large, (_OURS, _WHOLE, *peers), repeats)
        found += [*_beside(large, more, peers), *_beside(small, less, slow)]
        found += [Row(f"import {large}", "k records/s", _speeds(large, more, _WHOLE))]
        found += _flat(large, more, small, less)
    return found


def _turns(file: _File, names: Iterable[str], repeats: int) -> list[dict[str, _Read]]:
    """Read a file with those that are installed, in turns."""
    installed = [name for name in names if readers.is_installed(name)]
    return [{name: _read(name, file) for name in installed} for _ in range(repeats)]


def _beside(file: _File, rounds: list[dict[str, _Read]], peers: Iterable[str]) -> Iterator[Row]:
    """Compare our reading of a file, which makes sources of its records, with reading alone."""
    for peer in peers:
        if peer in rounds[0]:
            speeds = _speeds(file, rounds, _OURS), _speeds(file, rounds, peer)
            yield Row(f"read {file}", "k records/s", speeds[0], peer, speeds[1])
            yield Row(f"read {file}", "MB", _peaks(rounds, _OURS), peer, _peaks(rounds, peer))


def _flat(
    large: _File, more: list[dict[str, _Read]], small: _File, less: list[dict[str, _Read]]
) -> Iterator[Row]:
    """Compare the memory with that for a tenth of the records."""
    for work, name in (("read", _OURS), ("import", _WHOLE)):
        peer, most = f"{small.records:,} records", at_most(_FLAT)
        yield Row(f"{work} {large}", "MB", _peaks(more, name), peer, _peaks(less, name), most)


def _speeds(file: _File, rounds: list[dict[str, _Read]], name: str) -> list[float]:
    return rates(file.records, [each[name].seconds for each in rounds], 1e3)


def _peaks(rounds: list[dict[str, _Read]], name: str) -> list[float]:
    return [each[name].megabytes for each in rounds]


def _read(name: str, file: _File) -> _Read:
    """Read a file in a process of its own."""
    command = [sys.executable, readers.__file__, name, str(file.path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603  # ours
    found, seconds, kilobytes = done.stdout.split()
    if int(found) != file.records:
        raise ValueError(f"{name} found {found} of {file}")
    return _Read(float(seconds), int(kilobytes) * 1024 / 1e6)
