"""One bit flipped anywhere: it is found, and never silently changes what is read."""

from __future__ import annotations

import json
import os
import random
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import evledger
from evledger import GapNoted, Store, verify_archive
from evledger.archive import page_name

FLIPPER = Path(__file__).with_name("flipper.py")
EXHAUSTIVE = os.environ.get("EVLEDGER_EXHAUSTIVE") == "1"
PATIENCE = 60.0  # seconds for one flip; what takes longer hangs


def fill(store: Store) -> None:
    """Create two ledgers that together have every kind of row."""
    ledger = store.create("semax", title="Semax", by="test")
    capture = ledger.attach(b"<p>A post.</p>" * 900, "text/html")
    with ledger.batch(by="test", once="first") as batch:
        post = batch.add_source(
            kind="post", platform="reddit", title="A post", url="https://e.org/1", capture=capture
        )
        for number in range(12):
            quote = "A long quote. " * (900 if number == 3 else number + 1)
            batch.tag_claim(
                source=post, tier="anecdotal", stance="neutral", text="It helped.", quote=quote
            )
        for _ in range(280):
            batch.note_gap("?")
    ledger.erase(2, "quote", reason="asked", by="test")
    other = store.create("other", title="Other", by="test")
    other.append(GapNoted(id="g1", text="A gap."), by="test")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small database of which every byte is in one file."""
    path = tmp_path_factory.mktemp("flips") / "ledger.db"
    with evledger.open(path) as store:
        fill(store)
    assert not path.with_name("ledger.db-wal").exists()
    return path


class Flipper:
    """Runs the program that flips bits, and starts it again where it was killed by one."""

    def __init__(self, database: Path, scratch: Path) -> None:
        self._command = [sys.executable, str(FLIPPER), str(database), str(scratch)]
        self._process: subprocess.Popen[str] | None = None

    def flip(self, offset: int, bit: int) -> tuple[str, str]:
        """Flip one bit, and say what came of it."""
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"[{offset}, {bit}]\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
        line = process.stdout.readline() if ready else ""
        if not line:
            self.close()
            return "escape", "it ended the process" if ready else "it hangs"
        _, _, what, detail = json.loads(line)
        return what, detail

    def _start(self) -> subprocess.Popen[str]:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        return self._process

    def close(self) -> None:
        """End the program."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        self._process = None


@pytest.fixture
def flipper(database: Path, tmp_path: Path) -> Iterator[Flipper]:
    """Yield what flips bits of the database."""
    flipper = Flipper(database, tmp_path / "flipped.db")
    yield flipper
    flipper.close()


def test_a_bit_of_a_database(database: Path, flipper: Flipper) -> None:
    """A flip is found, or raised, or lies where nothing is read; and appending stays sound."""
    size = database.stat().st_size
    rnd = random.Random(size)  # noqa: S311  # for chance, not for secrets
    offsets = range(size) if EXHAUSTIVE else sorted(rnd.sample(range(size), 250))
    outcomes = [
        (offset, bit, *flipper.flip(offset, bit))
        for offset in offsets
        for bit in [rnd.randrange(8)]
    ]
    escaped = [outcome for outcome in outcomes if outcome[2] == "escape"]
    assert escaped == []
    assert {outcome[2] for outcome in outcomes} >= {"fault", "same"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive of three pages, the last of them open."""
    folder = tmp_path_factory.mktemp("archive") / "semax"
    with evledger.open("memory:") as store:
        ledger = store.create("semax", title="Semax", by="t")
        with ledger.batch(by="t") as batch:
            for _ in range(600):
                batch.note_gap("?")
        ledger.export(folder)
    return folder


def test_a_bit_of_an_archive(archive: Path) -> None:
    """A flip in any byte of any page is found, and placed in that page."""
    rnd = random.Random(1)  # noqa: S311  # for chance, not for secrets
    for page in range(3):
        path = archive / page_name(page)
        text = path.read_bytes()
        missed: list[tuple[int, int, str]] = []
        places = range(len(text)) if EXHAUSTIVE else range(rnd.randrange(11), len(text), 53)
        for offset in places:
            bits = range(8) if offset % 97 == 0 else [rnd.randrange(8)]
            for bit in bits:
                path.write_bytes(_flipped(text, offset, bit))
                fault = verify_archive(archive, "chain").fault
                if fault is None or fault.page != page:
                    missed.append((offset, bit, str(fault)))
        path.write_bytes(text)
        assert missed == []
    assert verify_archive(archive).faults == ()


def test_a_bit_of_an_archive_in_full(archive: Path) -> None:
    """The full level places it in the same page, and in the record where it can be told."""
    rnd = random.Random(2)  # noqa: S311  # for chance, not for secrets
    path = archive / page_name(1)
    text = path.read_bytes()
    for offset in rnd.sample(range(len(text)), 2_000 if EXHAUSTIVE else 60):
        path.write_bytes(_flipped(text, offset, rnd.randrange(8)))
        fault = verify_archive(archive).fault
        assert fault is not None
        assert fault.page == 1
        assert fault.n is None or fault.n == 256 + text[:offset].count(b"\n") - 1
    path.write_bytes(text)


def _flipped(text: bytes, offset: int, bit: int) -> bytes:
    return text[:offset] + bytes([text[offset] ^ 1 << bit]) + text[offset + 1 :]
