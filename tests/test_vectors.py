"""The vectors hold format 1 for ever: evledger finds in each what stands beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from evledger import Head, verify_archive
from evledger.archive import archive_volume
from evledger.chain import PAGE_EVENTS, event_hash, event_hashes, page_lines
from evledger.codec import check_line
from evledger.seals import Opening
from evledger.tree import tree_root
from evledger.verification import Records, Verification, verify_volume
from evledger.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

VECTORS = Path(__file__).resolve().parent / "vectors"
GOOD = sorted(path.name for path in (VECTORS / "good").iterdir())
BROKEN = sorted(path.name for path in (VECTORS / "broken").iterdir())


def read(path: Path) -> Any:
    """Return what a JSON file of a vector says."""
    return json.loads(path.read_text("utf-8"))


def page_texts(folder: Path) -> list[bytes]:
    """Return the text of every page of an archive that has them all."""
    return [path.read_bytes() for path in sorted(folder.glob("page-*.jsonl"))]


def openings_of(folder: Path) -> list[Opening]:
    """Return what a vector's vault keeps."""
    path = folder / "openings.json"
    return [
        Opening(kept["n"], kept["field"], bytes.fromhex(kept["salt"]), kept["value"].encode())
        for kept in (read(path) if path.exists() else ())
    ]


def verify_with_vault(folder: Path) -> Verification:
    """Verify an archive in full, with the vault that lies beside it."""
    kept = openings_of(folder)
    if not kept:
        return verify_archive(folder, "full")

    def openings(start: int, stop: int) -> Iterable[Opening]:
        return [opening for opening in kept if start <= opening.n < stop]

    volume = archive_volume(folder)
    records = Records(volume.ledger, Vocabulary(), openings)
    return verify_volume(volume, records=records)


# -- sound ledgers -----------------------------------------------------------------------


@pytest.mark.parametrize("name", GOOD)
def test_good_chain(name: str) -> None:
    """A sound vector verifies at level `chain`, with the size and head it has always had."""
    folder = VECTORS / "good" / name
    expected = read(folder / "expected.json")
    report = verify_archive(folder, "chain")
    assert report.faults == ()
    assert report.ledger == expected["ledger"]
    assert (report.events, str(report.head)) == (expected["events"], expected["head"])
    assert report.sound_to == expected["events"]


@pytest.mark.parametrize("name", GOOD)
def test_good_full(name: str) -> None:
    """A sound vector verifies in full, its root and its unknown types as they have always been."""
    folder = VECTORS / "good" / name
    expected = read(folder / "expected.json")
    report = verify_with_vault(folder)
    assert report.faults == ()
    assert (str(report.head), report.root) == (expected["head"], expected["root"])
    assert report.unknown == expected["unknown"]


@pytest.mark.parametrize("name", GOOD)
def test_good_hashes(name: str) -> None:
    """Every event has the hash that stands beside it, however it is computed."""
    folder = VECTORS / "good" / name
    expected: list[str] = read(folder / "expected.json")["hashes"]
    texts = page_texts(folder)
    assert [digest for text in texts for digest in event_hashes(text)] == expected
    for n in range(0, len(expected), 17):
        page, index = divmod(n, PAGE_EVENTS)
        assert event_hash(texts[page], index) == expected[n]


@pytest.mark.parametrize("name", GOOD)
def test_good_root(name: str) -> None:
    """The tree over the lines without their newlines has the root that stands beside them."""
    folder = VECTORS / "good" / name
    lines = [line[:-1] for text in page_texts(folder) for line in page_lines(text)]
    assert tree_root(lines).hex() == read(folder / "expected.json")["root"]


@pytest.mark.parametrize("name", GOOD)
def test_good_earlier_heads(name: str) -> None:
    """A sound vector extends every head that it ever had, and no other."""
    folder = VECTORS / "good" / name
    hashes: list[str] = read(folder / "expected.json")["hashes"]
    for n in {0, len(hashes) // 2, max(0, len(hashes) - 2), len(hashes) - 1}:
        report = verify_archive(folder, "chain", trust=Head(n + 1, hashes[n]))
        assert (report.ok, report.beyond) == (True, len(hashes) - n - 1)
        other = verify_archive(folder, "chain", trust=Head(n + 1, "ab" * 32))
        assert [fault.kind for fault in other.faults] == ["head-mismatch"]


def test_everything_has_every_type() -> None:
    """The largest vector has an event of every built-in type, and of one that is not."""
    texts = page_texts(VECTORS / "good" / "everything")
    types = {check_line(line[:-1])[0].type for text in texts for line in page_lines(text)}
    assert types == {*Vocabulary(), "lab:measured"}


def test_everything_has_the_longest_line() -> None:
    """The largest vector has a line of 65,535 bytes, the limit."""
    texts = page_texts(VECTORS / "good" / "everything")
    assert max(len(line) - 1 for text in texts for line in page_lines(text)) == 65_535


def test_everything_seals_and_erases() -> None:
    """The largest vector has more sealed fields than openings: one of them was erased."""
    folder = VECTORS / "good" / "everything"
    lines = [check_line(line[:-1])[0] for text in page_texts(folder) for line in page_lines(text)]
    sealed = {(line.n, field) for line in lines for field in line.sealed}
    opened = {(opening.n, opening.field) for opening in openings_of(folder)}
    assert sealed - opened == {(6, "quote")}
    assert opened - sealed == set()


# -- broken ledgers ----------------------------------------------------------------------


@pytest.mark.parametrize("name", BROKEN)
def test_broken(name: str) -> None:
    """A broken vector fails at its level, with its kind of fault, at its place."""
    folder = VECTORS / "broken" / name
    expected = read(folder / "what.json")
    chain = verify_archive(folder, "chain")
    assert chain.ok == (expected["level"] == "full")
    report = verify_with_vault(folder) if chain.ok else chain
    assert report.fault is not None
    found = (report.fault.kind, report.fault.page, report.fault.n)
    assert found == (expected["kind"], expected["page"], expected["n"])
    assert report.sound_to == expected["sound_to"]
    assert report.head is None


@pytest.mark.parametrize("name", BROKEN)
def test_broken_in_full(name: str) -> None:
    """What fails at level `chain` fails in full too, at the same place."""
    folder = VECTORS / "broken" / name
    expected = read(folder / "what.json")
    report = verify_with_vault(folder)
    if expected["level"] == "chain":
        assert report.fault is not None
        assert (report.fault.kind, report.fault.page) == (expected["kind"], expected["page"])
    assert not report.ok
