"""A process that is killed, or refused by its system, at any system call of a change."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest

import evledger
from evledger import GapNoted, Head, NotFound

VICTIM = Path(__file__).with_name("victim.py")
EXHAUSTIVE = os.environ.get("EVLEDGER_EXHAUSTIVE") == "1"
ACTIONS = ("append", "fill", "create", "erase", "attach", "close")
SECRET = "a quote that somebody wants to have forgotten " + "0123456789abcdef" * 1_000
# What changes files: each of these is a kill point however few are sampled.
WRITING = {"pwrite64", "fsync", "fdatasync", "ftruncate", "unlink", "write", "rename"}
FAILING = {"pwrite64", "fsync", "fdatasync", "ftruncate", "openat", "pread64", "unlink", "mmap"}
CALL = re.compile(r"^(\w+)\(", re.MULTILINE)


@attrs.frozen
class Fate:
    """What became of a victim.

    Attributes:
        acknowledged: the head it said it had reached, if it said so.
        failure: what it said had failed.
        status: its exit status; negative where a signal ended it.
        calls: the system calls that were seen.
    """

    acknowledged: Head | None
    failure: str
    status: int
    calls: tuple[str, ...]


class Victims:
    """Starts victims, one at a time, and lets strace do things to them."""

    def __init__(self, strace: Path) -> None:
        self._strace = strace
        self._process = subprocess.Popen(
            [sys.executable, VICTIM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )

    def close(self) -> None:
        """Let the program end."""
        self._process.stdin.close()  # type: ignore[union-attr]  # it has a pipe
        self._process.wait()
        self._process.stdout.close()  # type: ignore[union-attr]  # the same

    def run(self, action: str, folder: Path, *injection: str) -> Fate:
        """Let one victim act, under an injection that starts counting when it acts."""
        log = folder / "strace.log"
        os.mkfifo(folder / "go")
        go = os.open(folder / "go", os.O_RDWR)  # held open, so that the word is never lost
        self._process.stdin.write(f"{action} {folder}\n".encode())  # type: ignore[union-attr]
        ready = self._line()
        assert ready.startswith("ready "), ready
        trace = ["-e", "trace=all", *injection]
        strace = subprocess.Popen(
            [self._strace, "-qq", "-o", log, *trace, "-p", ready.split()[1]],
            stderr=subprocess.DEVNULL,
        )
        _wait_until_traced(int(ready.split()[1]), strace)
        os.write(go, b"!")
        said = [*self._said()]
        strace.wait()
        os.close(go)
        heads = [Head.parse(text[5:]) for text in said if text.startswith("done ")]
        failures = [text[7:] for text in said if text.startswith("failed ")]
        return Fate(
            heads[-1] if heads else None,
            failures[0] if failures else "",
            int(said[-1].split()[1]),
            tuple(CALL.findall(log.read_text(errors="replace"))),
        )

    def _said(self) -> Iterator[str]:
        while True:
            text = self._line()
            yield text
            if text.startswith("ended "):
                return

    def _line(self) -> str:
        line: bytes = self._process.stdout.readline()  # type: ignore[union-attr]  # it has a pipe
        return line.decode().rstrip("\n")


def _wait_until_traced(pid: int, strace: subprocess.Popen[bytes]) -> None:
    while _is_untraced(pid):
        if strace.poll() is not None:
            if _is_untraced(pid):  # or else it was killed at once
                pytest.skip("strace may not trace another process here")
            return


def _is_untraced(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False  # killed already
    return "TracerPid:\t0\n" in status and "State:\tZ" not in status


@pytest.fixture(scope="module")
def victims(require: Callable[[str], Path]) -> Iterator[Victims]:
    """Yield what starts victims."""
    victims = Victims(require("strace"))
    yield victims
    victims.close()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a database of 250 events, part of it still in the write-ahead log."""
    folder = tmp_path_factory.mktemp("template")
    scratch = tmp_path_factory.mktemp("scratch") / "ledger.db"
    with evledger.open(scratch) as store:
        ledger = store.create("semax", title="Semax", by="test")
        with ledger.batch(by="test") as batch:
            source = batch.add_source(kind="web-page", title="A page")
            batch.tag_claim(
                source=source, tier="human", stance="neutral", text="A claim.", quote=SECRET
            )
            for number in range(247):
                batch.note_gap(f"Gap {number}.", id=f"gap{number}")
        # Copied while it is open, so that there is a log to recover.
        shutil.copy(scratch, folder / "ledger.db")
        shutil.copy(scratch.with_name("ledger.db-wal"), folder / "ledger.db-wal")
    return folder


@pytest.fixture
def fresh(template: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Return copies of the template; of an empty folder where the action creates the database."""
    numbers = itertools.count()

    def copy(action: str) -> Path:
        folder = tmp_path / str(next(numbers))
        if action == "create":
            folder.mkdir()
        else:
            shutil.copytree(template, folder)
        return folder

    return copy


def points(calls: tuple[str, ...], kinds: set[str], most: int) -> list[tuple[str, int]]:
    """Say at which system calls to strike, as strace counts: the name, and the how manieth."""
    seen: Counter[str] = Counter()
    found: list[tuple[str, int]] = []
    for name in calls:
        seen[name] += 1
        if name in kinds or not kinds:
            found.append((name, seen[name]))
    return found if EXHAUSTIVE else found[:: max(1, -(-len(found) // most))]


def check(action: str, folder: Path, before: Head | None, fate: Fate) -> None:
    """Check that nothing acknowledged is lost, nothing is there by half, and life goes on."""
    database = folder / "ledger.db"
    with evledger.open(database) as store:
        try:
            ledger = store.ledger("semax")
        except NotFound:
            assert (action, fate.acknowledged) == ("create", None)
            ledger = store.create("semax", title="Semax", by="test")
        head = ledger.head()
        report = ledger.verify("full", trust=fate.acknowledged or before)
        assert report.faults == ()
        grown = {"append": 1, "fill": 21, "create": 0, "erase": 1, "attach": 0, "close": 1}[action]
        start = before.size if before else 1
        assert head.size in {start, start + grown}
        if fate.acknowledged:
            assert head == fate.acknowledged
        if action == "erase":
            check_erased(database, ledger, erased=head.size > start)
        if action == "fill" and head.size == start:
            assert list(store.backend.openings("semax", start, start + 99)) == []
        with ledger.batch(by="test") as batch:
            batch.note_gap("Life goes on.")
        ledger.append(GapNoted(id="afterwards", text="And on."), by="test")
        assert ledger.verify("full", trust=head).faults == ()
        assert ledger.view().head == ledger.head()


def check_erased(database: Path, ledger: evledger.Ledger, *, erased: bool) -> None:
    """Check that event and vault agree, and that erasing again leaves no trace."""
    held = [opening.field for opening in ledger.store.backend.openings("semax", 2, 3)]
    assert held == ([] if erased else ["quote"])
    assert not ledger.erase(2, "quote", reason="asked", by="test").pending
    text = b"".join(path.read_bytes() for path in database.parent.glob("ledger.db*"))
    assert SECRET[:24].encode() not in text
    assert SECRET[-24:].encode() not in text


def head_of(folder: Path) -> Head | None:
    """Return the head of the database in a folder, if there is one, without touching it."""
    if not (folder / "ledger.db").exists():
        return None
    copy = folder.with_name("looked-at")
    shutil.copytree(folder, copy)
    try:
        with evledger.open(copy / "ledger.db") as store:
            return store.ledger("semax").head()
    finally:
        shutil.rmtree(copy)


@pytest.mark.parametrize("action", ACTIONS)
def test_killed_at_any_system_call(
    action: str, victims: Victims, fresh: Callable[[str], Path]
) -> None:
    """Whatever was acknowledged is there, the chain verifies, and the next append works."""
    folder = fresh(action)
    before = head_of(folder)
    unharmed = victims.run(action, folder)
    assert (unharmed.status, unharmed.failure) == (0, "")
    check(action, folder, before, unharmed)
    strikes = {*points(unharmed.calls, WRITING, 10), *points(unharmed.calls, set(), 6)}
    killed = 0
    for name, n in sorted(strikes):
        folder = fresh(action)
        fate = victims.run(action, folder, "-e", f"inject={name}:signal=KILL:when={n}")
        killed += fate.status == -9
        check(action, folder, before, fate)
        shutil.rmtree(folder)
    print(f"{action}: killed at {killed} points of {len(unharmed.calls)} system calls")  # noqa: T201  # for -s
    assert killed >= len(strikes) - 2  # the last calls may differ a little from run to run


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_refused_by_the_system_at_any_call(
    action: str, error: str, victims: Victims, fresh: Callable[[str], Path]
) -> None:
    """A full disk, or a failing one, is a clear error or no hindrance, and nothing is half done."""
    folder = fresh(action)
    before = head_of(folder)
    calls = victims.run(action, folder).calls
    for (name, n), lasting in itertools.product(points(calls, FAILING, 4), ("", "+")):
        folder = fresh(action)
        fate = victims.run(action, folder, "-e", f"inject={name}:error={error}:when={n}{lasting}")
        assert fate.status == 0
        if fate.acknowledged is None or fate.failure:
            assert re.match("StoreError|Broken", fate.failure), (name, n, lasting, fate.failure)
        check(action, folder, before, fate)
        shutil.rmtree(folder)
