"""What reads files of bibliographic records: ours, and the libraries alone.

    python benchmarks/readers.py NAME FILE

reads a file in a process of its own, and prints how many records it found, in how many seconds,
and the most memory that the process ever held, in kilobytes.
"""

from __future__ import annotations

import contextlib
import importlib.util
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import evledger
from evledger import Plugins
from evledger.importing import Item, Rejection, start_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["READERS", "found_by_us", "is_installed"]


def found_by_us(path: Path) -> tuple[str, int, int]:
    """Return the name of our importer for a file, and how many items and rejections it finds."""
    importer = Plugins.discover().importer(None, str(path), start_of(path))
    items = rejections = 0
    with path.open("rb") as file:
        for each in importer.read(file):
            items += isinstance(each, Item)
            rejections += isinstance(each, Rejection)
    return importer.name, items, rejections


def _read(path: Path) -> int:
    return found_by_us(path)[1]


def _imported(path: Path) -> int:
    with tempfile.TemporaryDirectory() as folder:
        url = Path(folder, "ledger.db")
        with evledger.open(url, plugins=Plugins.discover()) as store:
            ledger = store.create("semax", title="Semax", by="curator")
            return ledger.import_file(path, by="curator").added


def _rispy(path: Path) -> int:
    rispy: Any = importlib.import_module("rispy")
    with path.open(encoding="utf-8-sig") as file:
        return len(rispy.load(file))


def _lxml(path: Path) -> int:
    etree: Any = importlib.import_module("lxml.etree")
    count = 0
    for _, element in etree.iterparse(str(path), tag=("PubmedArticle", "PubmedBookArticle")):
        count += 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return count


def _entrez(path: Path) -> int:
    entrez: Any = importlib.import_module("Bio.Entrez")
    with path.open("rb") as file:  # its `parse`, which would stream, refuses this document type
        return sum(map(len, entrez.read(file).values()))


def _medline(path: Path) -> int:
    medline: Any = importlib.import_module("Bio.Medline")
    with path.open(encoding="utf-8") as file:
        return sum(1 for record in medline.parse(file) if record)


def _nbib(path: Path) -> int:
    nbib: Any = importlib.import_module("nbib")
    return len(nbib.read_file(str(path)))


def _bibtexparser(path: Path) -> int:
    bibtexparser: Any = importlib.import_module("bibtexparser")
    return len(bibtexparser.parse_file(str(path)).entries)


READERS: dict[str, tuple[str, Callable[[Path], int]]] = {
    # by name: the module that it needs, and what counts the records that it finds
    "evledger": ("evledger_literature", _read),
    "evledger, into a ledger": ("evledger_literature", _imported),
    "rispy": ("rispy", _rispy),
    "lxml's iterparse": ("lxml", _lxml),
    "Biopython's Entrez": ("Bio", _entrez),
    "Biopython's Medline": ("Bio", _medline),
    "nbib": ("nbib", _nbib),
    "bibtexparser": ("bibtexparser", _bibtexparser),
}


def is_installed(name: str) -> bool:
    """Return whether a reader can be asked."""
    return importlib.util.find_spec(READERS[name][0]) is not None


def _peak() -> int:
    """Return the peak of this process; on Linux not what its parent held before it was started."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    _, read = READERS[sys.argv[1]]
    started = time.perf_counter()
    found = read(Path(sys.argv[2]))
    print(found, time.perf_counter() - started, _peak())
