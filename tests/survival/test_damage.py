"""Damaged, foreign, full and read-only files: a clear error, a fault, or recovery."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import evledger
from evledger import EvledgerError, GapNoted, Head, NotFound, StoreError

PAGE = 8192


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Head]:
    """Return a database of 400 events in one file, and its head."""
    path = tmp_path_factory.mktemp("template") / "ledger.db"
    with evledger.open(path) as store:
        ledger = store.create("semax", title="Semax", by="test")
        capture = ledger.attach(b"attached " * 4_000, "text/plain")
        with ledger.batch(by="test", once="first") as batch:
            post = batch.add_source(
                kind="post", platform="x", title="A post", url="https://e.org/1", capture=capture
            )
            for number in range(40):
                batch.tag_claim(
                    source=post,
                    tier="anecdotal",
                    stance="neutral",
                    text="It helped.",
                    quote=f"Quote {number}. " * 200,
                )
            for _ in range(358):
                batch.note_gap("?")
    return path, ledger_head(path)


def ledger_head(path: Path) -> Head:
    """Return the head of the ledger in a database."""
    with evledger.open(path) as store:
        return store.ledger("semax").head()


@pytest.fixture
def database(template: tuple[Path, Head], tmp_path: Path) -> Path:
    """Return a copy of the database."""
    return Path(shutil.copy(template[0], tmp_path / "ledger.db"))


@pytest.fixture
def head(template: tuple[Path, Head]) -> Head:
    """Return the database's head."""
    return template[1]


def told(path: Path, head: Head) -> bool:
    """Use a database in every way, and say whether its damage was told; nothing else may escape.

    Without a fault or an error, all of it must be there as it was.
    """
    try:
        with evledger.open(path) as store:
            ledger = store.ledger("semax")
            report = ledger.verify("full", trust=head)
            sound = _read(ledger)
            ledger.append(GapNoted(id="afterwards", text="Life goes on."), by="test")
            again = ledger.verify("full", trust=head)
    except EvledgerError:
        return True
    assert again.ok or not report.ok
    if report.ok:
        assert sound == (head, 400, 40, 43)
    return not report.ok


def _read(ledger: evledger.Ledger) -> tuple[Head, int, int, int]:
    view = ledger.view()
    quotes = sum(str(claim.quote).startswith("Quote") for claim in view.claims.values())
    openings = list(ledger.store.backend.openings("semax"))
    return view.head, len(list(ledger.records())), quotes, len(openings)


def test_an_undamaged_copy(database: Path, head: Head) -> None:
    """Of a database without damage nothing is told."""
    assert not told(database, head)


def test_each_page_zeroed(database: Path, head: Head) -> None:
    """A page of zeros is told, whichever it is; a free one need not be."""
    text = database.read_bytes()
    for place in range(0, len(text), PAGE):
        _remove_companions(database)
        database.write_bytes(text[:place] + bytes(PAGE) + text[place + PAGE :])
        assert told(database, head) or _is_empty(text[place : place + PAGE]), place


def test_each_page_in_another_s_place(database: Path, head: Head) -> None:
    """A page that another page was written over is told."""
    text = database.read_bytes()
    pages = len(text) // PAGE
    for page in range(pages):
        other = text[(page + 7) % pages * PAGE :][:PAGE]
        _remove_companions(database)
        database.write_bytes(text[: page * PAGE] + other + text[(page + 1) * PAGE :])
        old = text[page * PAGE :][:PAGE]
        assert told(database, head) or other == old or _is_empty(old), page


def _is_empty(page: bytes) -> bool:
    """Return whether it is the root of a table, or of an index, without rows."""
    return not page.strip(b"\0\r\n ")


@pytest.mark.parametrize("cut", [1, 100, PAGE - 1, PAGE, 3 * PAGE + 5, 20 * PAGE])
def test_truncated(database: Path, head: Head, cut: int) -> None:
    """A file cut short is told, unless what it lost was never used."""
    os.truncate(database, database.stat().st_size - cut)
    assert told(database, head) or cut <= 100


@pytest.mark.parametrize("left", [0, 1, 15, 16, 99, 100, 511, 4_096, PAGE])
def test_truncated_to_little(database: Path, head: Head, left: int) -> None:
    """A file of which only the beginning is left is told; an empty one holds no ledger."""
    os.truncate(database, left)
    assert told(database, head)


@pytest.mark.parametrize("more", [1, 100, PAGE, 5 * PAGE + 3])
def test_garbage_after_the_end(database: Path, head: Head, more: int) -> None:
    """Garbage after the end of the file changes nothing, or is told."""
    with database.open("ab") as file:
        file.write(b"\xa5" * more)
    told(database, head)


def _remove_companions(database: Path) -> None:
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _copied_while_open(path: Path, grow: Callable[[evledger.Ledger], object], to: Path) -> None:
    """Copy a database and its log while changes are in the log alone."""
    with evledger.open(path) as store:
        grow(store.ledger("semax"))
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", f"{to}{suffix}")


def _grow(ledger: evledger.Ledger) -> Head:
    with ledger.batch(by="test") as batch:
        for _ in range(200):
            batch.note_gap("Another.")
    return ledger.head()


def test_the_log_deleted(database: Path, head: Head, tmp_path: Path) -> None:
    """A database that lost its log is an earlier one, which a head kept elsewhere shows."""
    copy = tmp_path / "copy.db"
    later: list[Head] = []
    _copied_while_open(database, lambda ledger: later.append(_grow(ledger)), copy)
    (tmp_path / "copy.db-wal").unlink()
    with evledger.open(copy) as store:
        ledger = store.ledger("semax")
        assert ledger.head() == head
        assert ledger.verify("full").faults == ()
        assert [fault.kind for fault in ledger.verify(trust=later[0]).faults] == ["head-mismatch"]


def test_the_log_damaged(database: Path, head: Head, tmp_path: Path) -> None:
    """Of a damaged log the sound beginning counts: the ledger is as before, or as after."""
    copy = tmp_path / "copy.db"
    later: list[Head] = []
    _copied_while_open(database, lambda ledger: later.append(_grow(ledger)), copy)
    text, log = copy.read_bytes(), (tmp_path / "copy.db-wal").read_bytes()
    for place in range(0, len(log), 4_099):
        copy.write_bytes(text)
        damaged = log[:place] + bytes([log[place] ^ 8]) + log[place + 1 :]
        (tmp_path / "copy.db-wal").write_bytes(damaged)
        (tmp_path / "copy.db-shm").unlink(missing_ok=True)
        with evledger.open(copy) as store:
            ledger = store.ledger("semax")
            assert ledger.head() in {head, *later}
            assert ledger.verify("full", trust=head).faults == ()


def test_an_older_log_beside_a_newer_database(database: Path, tmp_path: Path) -> None:
    """An older log is no silent way back: the newer head tells, and nothing else escapes."""
    copy = tmp_path / "copy.db"
    _copied_while_open(database, _grow, copy)
    with evledger.open(database) as store:
        ledger = store.ledger("semax")
        _grow(ledger)
        latest = ledger.head()
    shutil.copy(f"{copy}-wal", f"{database}-wal")
    with evledger.open(database) as store:
        ledger = store.ledger("semax")
        try:
            told = not ledger.verify("full", trust=latest).ok
        except EvledgerError:
            told = True
        assert told or ledger.head() == latest


# -- not ours ----------------------------------------------------------------------------


def test_not_a_database(tmp_path: Path) -> None:
    """A file of something else is refused, and not touched."""
    path = tmp_path / "notes.txt"
    path.write_text("These are notes.\n" * 100)
    with pytest.raises(StoreError, match="not an evledger database"):
        evledger.open(path)
    assert path.read_text() == "These are notes.\n" * 100


def test_a_database_of_another_application(tmp_path: Path) -> None:
    """Another application's database is refused, and not a byte of it changes."""
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE notes (text)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not one of evledger's"):
        evledger.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("pragma", ["application_id = 7", "user_version = 7"])
def test_an_empty_database_that_somebody_marked(tmp_path: Path, pragma: str) -> None:
    """A database without tables that carries another's mark is refused, and not taken over."""
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA {pragma}")
    connection.close()
    with pytest.raises(StoreError):
        evledger.open(path)


def test_a_newer_format(database: Path) -> None:
    """A database of a newer format is refused, and the message says what to do."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA user_version = 3")
    connection.close()
    with pytest.raises(StoreError, match="upgrade evidence-ledger"):
        evledger.open(database)


def test_a_folder_and_a_missing_folder(tmp_path: Path) -> None:
    """What is no file, and what has no folder, is refused."""
    with pytest.raises(StoreError, match="cannot be opened"):
        evledger.open(tmp_path)
    with pytest.raises(StoreError, match="cannot be opened"):
        evledger.open(tmp_path / "none" / "ledger.db")
    with pytest.raises(StoreError, match="cannot be opened"):
        evledger.open(f"sqlite:///{tmp_path}/none.db?mode=ro")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file(tmp_path: Path) -> None:
    """An empty file becomes a database, unless it is opened for reading only."""
    path = tmp_path / "ledger.db"
    path.touch()
    with pytest.raises(StoreError):
        evledger.open(f"sqlite:///{path}?mode=ro")
    with evledger.open(path) as store:
        assert store.ledgers() == []
        with pytest.raises(NotFound):
            store.ledger("semax")


# -- full and read-only ------------------------------------------------------------------


def mounted(options: str, source: str, folder: Path) -> None:
    """Mount a file system, or skip where that is not allowed."""
    folder.mkdir(exist_ok=True)
    command = ["mount", *options.split(), source, str(folder)]
    if (
        not shutil.which("mount")
        or subprocess.run(command, capture_output=True, check=False).returncode
    ):
        pytest.skip("nothing may be mounted here")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder on a disk of 1 MiB."""
    folder = tmp_path / "disk"
    mounted("-t tmpfs -o size=1m", "none", folder)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def _until_full(path: Path) -> tuple[Head, StoreError]:
    """Append until it fails; give the last head acknowledged, and the error."""
    with evledger.open(path) as store:
        ledger = store.create("semax", title="Semax", by="test")
        head = ledger.head()
        try:
            for number in range(100_000):
                ledger.append(GapNoted(id=f"g{number}", text="A gap. " * 500), by="test")
                head = ledger.head()
        except StoreError as error:
            assert ledger.head() == head
            assert ledger.verify("full", trust=head).faults == ()
            assert ledger.view().head == head
            return head, error
    pytest.fail("it never was full")


def test_a_full_disk(disk: Path) -> None:
    """On a full disk appending says so; all is there, and there is room again it goes on."""
    filler = disk / "filler"
    filler.write_bytes(bytes(300_000))
    head, error = _until_full(disk / "ledger.db")
    assert "has no room left on its disk" in str(error)
    filler.unlink()
    with evledger.open(disk / "ledger.db") as store:
        ledger = store.ledger("semax")
        assert ledger.head() == head
        ledger.append(GapNoted(id="afterwards", text="Life goes on."), by="test")
        assert ledger.verify("full", trust=head).faults == ()


def test_erasing_on_a_full_disk(disk: Path) -> None:
    """Erasing on a full disk is refused as a whole, or done, or pending: never half and silent."""
    with evledger.open(disk / "ledger.db") as store:
        ledger = store.create("semax", title="Semax", by="test")
        with ledger.batch(by="test") as batch:
            source = batch.add_source(kind="web-page", title="A page")
            for number in range(20):
                batch.tag_claim(
                    source=source,
                    tier="human",
                    stance="neutral",
                    text="A claim.",
                    quote=f"Quote {number}. " * 500,
                )
        (disk / "filler").write_bytes(b"")
        for n in range(2, 22):
            _fill_up(disk / "filler", leave=4_096 * (n - 2))
            size = ledger.head().size
            try:
                erasure = ledger.erase(n, "quote", reason="asked", by="test")
            except StoreError as error:
                assert ledger.head().size == size, str(error)  # noqa: PT017  # both ways are right
                assert len(list(store.backend.openings("semax", n, n + 1))) == 1
            else:
                assert ledger.head().size == size + 1
                _fill_up(disk / "filler", leave=700_000)
                assert (
                    not erasure.pending
                    or not ledger.erase(n, "quote", reason="asked", by="test").pending
                )
        (disk / "filler").unlink()
        assert ledger.verify("full").faults == ()


def _fill_up(filler: Path, leave: int) -> None:
    """Fill a disk up to so many free bytes."""
    filler.write_bytes(b"")
    free = os.statvfs(filler).f_bavail * os.statvfs(filler).f_frsize
    filler.write_bytes(bytes(max(0, free - leave)))


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """Where the system lets no file grow further, appending says so, and all is there."""
    script = (
        "import resource, signal, sys\n"
        "import evledger\n"
        "from evledger import GapNoted\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))\n"
        "ledger = evledger.open(sys.argv[1]).create('semax', title='S', by='t')\n"
        "try:\n"
        "    for n in range(10_000):\n"
        "        ledger.append(GapNoted(id=f'g{n}', text='A gap. ' * 500), by='t')\n"
        "        print(ledger.head(), flush=True)\n"
        "except evledger.StoreError as error:\n"
        "    print(ledger.head(), ledger.verify('full').ok, error, flush=True)\n"
    )
    path = tmp_path / "ledger.db"
    ran = subprocess.run(
        [sys.executable, "-c", script, path], capture_output=True, text=True, check=False
    )
    *_, acknowledged, last = ran.stdout.splitlines()
    assert last.startswith(f"{acknowledged} True ")
    with evledger.open(path) as store:
        ledger = store.ledger("semax")
        assert str(ledger.head()) == acknowledged
        ledger.append(GapNoted(id="afterwards", text="Life goes on."), by="test")
        assert ledger.verify("full").faults == ()


def check_read_only(url: str, head: Head) -> None:
    """Check that everything can be read, and that writing says why it cannot be done."""
    with evledger.open(url) as store:
        ledger = store.ledger("semax")
        assert ledger.verify("full", trust=head).faults == ()
        assert _read(ledger) == (head, 400, 40, 43)
        with pytest.raises(StoreError, match="is read-only; nothing was written"):
            ledger.append(GapNoted(id="g", text="A gap."), by="test")
        with pytest.raises(StoreError, match="is read-only; nothing was written"):
            ledger.erase(2, "quote", reason="asked", by="test")
        with pytest.raises(StoreError, match="is read-only; nothing was written"):
            store.create("other", title="Other", by="test")
        assert ledger.head() == head


def test_opened_for_reading_only(database: Path, head: Head) -> None:
    """A database opened for reading only can be read, and not a byte of it changes."""
    before = database.read_bytes()
    check_read_only(f"sqlite:///{database}?mode=ro", head)
    assert database.read_bytes() == before


@pytest.mark.parametrize("mode", ["ro", "rw"])
def test_on_read_only_media(database: Path, head: Head, tmp_path: Path, mode: str) -> None:
    """A database on read-only media can be read, however it is opened."""
    folder = tmp_path / "media"
    mounted("--bind", str(database.parent), folder)
    try:
        mounted("-o remount,ro,bind", str(database.parent), folder)
        check_read_only(f"sqlite:///{folder}/ledger.db?mode={mode}", head)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("mode", ["ro", "rw"])
def test_an_older_format_on_read_only_media(
    database: Path, head: Head, tmp_path: Path, mode: str
) -> None:
    """So can one of an older format, which cannot be upgraded there; nothing is kept in it."""
    connection = sqlite3.connect(database)
    connection.executescript("DROP TABLE kept; PRAGMA user_version = 1;")
    connection.close()
    folder = tmp_path / "media"
    mounted("--bind", str(database.parent), folder)
    try:
        mounted("-o remount,ro,bind", str(database.parent), folder)
        check_read_only(f"sqlite:///{folder}/ledger.db?mode={mode}", head)
        with evledger.open(f"sqlite:///{folder}/ledger.db?mode={mode}") as store:
            assert store.backend.kept_names("semax") == []
            with pytest.raises(StoreError, match="is read-only; nothing was written"):
                store.backend.keep("semax", {"tree": b"1"})
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_on_read_only_media_with_a_log(database: Path, tmp_path: Path) -> None:
    """With changes in a log that cannot be read there, it is refused: never the older state."""
    source, folder = tmp_path / "source", tmp_path / "media"
    source.mkdir()
    _copied_while_open(database, _grow, source / "ledger.db")
    mounted("--bind", str(source), folder)
    try:
        mounted("-o remount,ro,bind", str(source), folder)
        with pytest.raises(StoreError):
            evledger.open(folder / "ledger.db")
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_lock_is_not_taken_for_read_only_media(database: Path) -> None:
    """While another has the file to itself, opening says so: nothing is read past its lock."""
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="is locked"):
        evledger.open(f"sqlite:///{database}?timeout=0.1").ledger("semax")
    other.execute("COMMIT")
    other.close()
