"""Fuzzes an importer, led by the coverage of its code (https://github.com/google/atheris).

    python tests/fuzz/importers.py                      # the names of the importers
    python tests/fuzz/importers.py ris -max_total_time=60
    python tests/fuzz/importers.py ris crash-3f2a       # an input that was kept, once more
    python tests/fuzz/importers.py ris some/folder      # begins with its files too

Inputs that reach new code are kept in the folder for temporary files, for the next run.
Whatever the bytes, an importer gives items that ledgers take, rejections and notes, or raises
`Invalid`, within 20 seconds and a gigabyte. What does otherwise ends the run, and is kept in the
working directory. Options are libFuzzer's, and those given last count.
"""

from __future__ import annotations

import functools
import importlib
import io
import json
import random
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

# Its types are not those that it has, and it has no wheel for every Python.
atheris: Any = importlib.import_module("atheris")

PACKAGES: Final = ["bibtexparser", "evledger_literature", "evledger_social", "rispy"]
with atheris.instrument_imports(include=PACKAGES):
    from seeds import SEEDS  # type: ignore[import-not-found]  # it stands beside this script

    from evledger import ClaimTagged, Invalid, Plugins, SourceAdded
    from evledger.codec import is_list, is_object
    from evledger.importing import Fit, Importer, Item, Note, Rejection, Sniffer
    from evledger.structuring import structure

    IMPORTERS: Final = Plugins.discover().importers

AS_WRITTEN: Final = frozenset(("csv", "jsonl"))
"""They hand over fields as people wrote them; the ledger rejects those that it does not take."""
OPTIONS: Final = ("-rss_limit_mb=1024", "-timeout=20", "-max_len=16384")
ODD: Final[tuple[Any, ...]] = (
    *(None, True, 0, -1, 1e300, 10**30, "", " ", "x", "\ud800", "<i>", "2018", [], {}, [[]], [{}]),
)


def main() -> None:
    """Fuzz the importer that is named, or name them all."""
    name, options = "".join(sys.argv[1:2]), sys.argv[2:]
    if name not in IMPORTERS:
        sys.exit(f"python {sys.argv[0]} NAME [OPTION ...], NAME of: {', '.join(sorted(IMPORTERS))}")
    folder = Path(tempfile.gettempdir(), f"evledger-fuzz-{name}")
    words = _prepare(folder, SEEDS.get(name, ()))
    if not any(Path(option).is_file() for option in options):
        options.insert(0, str(folder))
    atheris.Setup(
        [sys.argv[0], *OPTIONS, f"-dict={words}", *options],
        functools.partial(check, IMPORTERS[name]),
        custom_mutator=mutated,
    )
    atheris.Fuzz()


def _prepare(folder: Path, seeds: Iterable[bytes]) -> Path:
    """Put the seeds into a folder; beside it their words, which libFuzzer puts anywhere."""
    folder.mkdir(mode=0o700, exist_ok=True)
    words = set[bytes]()
    for number, seed in enumerate(seeds):
        Path(folder, f"seed-{number}").write_bytes(seed)
        words.update(re.findall(rb"[\w@<>/:.=&#-]{2,30}", seed))
    path = folder.with_suffix(".words")
    path.write_bytes(b"\n".join(b'"%s"' % word for word in sorted(words)))
    return path


# -- what must hold ----------------------------------------------------------------------


def check(importer: Importer, data: bytes) -> None:
    """Read bytes, and hold what is found to what ledgers take.

    Raises:
        AssertionError: an item is none that a ledger takes.
        Exception: whatever the importer raises but `Invalid`.
    """
    if isinstance(importer, Sniffer):
        assert importer.sniff(data) in Fit
    try:
        found = list(importer.read(io.BytesIO(data)))
    except Invalid:
        return
    for each in found:
        assert isinstance(each, Item | Note | Rejection)
        assert each.place
        if isinstance(each, Item) and importer.name not in AS_WRITTEN:
            _check_item(each)


def _check_item(item: Item) -> None:
    """Make events of an item, as a ledger does."""
    try:
        if item.source is not None:
            structure({"id": "s1", **item.source}, SourceAdded, "source-added")
        for claim in item.claims:
            structure({"id": "c1", "source": "s1", **claim}, ClaimTagged, "claim-tagged")
    except Invalid as error:
        raise AssertionError(f"{item} is no event") from error


# -- mutations ---------------------------------------------------------------------------


def mutated(data: bytes, max_size: int, seed: int) -> bytes:
    """Change JSON where something stands in it, so that it stays JSON; and anything as bytes."""
    chance = random.Random(seed)  # noqa: S311  # libFuzzer's own chance, and no secret
    if data[:1] in b"[{" and chance.random() < 0.8:  # most of the time
        try:
            changed = json.dumps(_changed(json.loads(data), chance)).encode()
        except (ValueError, RecursionError):
            changed = b""
        if 0 < len(changed) <= max_size:
            return changed
    result: bytes = atheris.Mutate(data, max_size)
    return result


def _changed(value: Any, chance: random.Random) -> Any:
    """Replace, double, move or leave out one of the values within a value."""
    places = list(_places(value))
    if not places:
        return chance.choice(ODD)
    inside, key = chance.choice(places)
    other_inside, other_key = chance.choice(places)
    match chance.randrange(5):
        case 0:
            del inside[key]
        case 1:
            inside[key] = json.loads(json.dumps(other_inside[other_key]))
        case 2 if is_list(inside):
            inside.append(json.loads(json.dumps(inside[key])))
        case 3:
            inside[key] = [inside[key]]
        case _:
            inside[key] = chance.choice(ODD)
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each place in a value where another stands: what it is in, and its key."""
    if is_object(value):
        for key, inner in value.items():
            yield value, key
            yield from _places(inner)
    if is_list(value):
        for index, inner in enumerate(value):
            yield value, index
            yield from _places(inner)


if __name__ == "__main__":
    main()
