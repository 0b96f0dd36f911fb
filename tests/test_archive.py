"""Archives: a ledger goes out as files, comes back byte for byte, and nothing broken comes in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import GapNoted, Head, Ledger, Store, seal, verify_archive
from evledger.archive import page_name, write_archive
from evledger.chain import MAX_PAGE, PAGE_EVENTS, ChainEnd, check_pages, page_prev
from evledger.exceptions import Broken, Conflict, Invalid, NotFound, StoreError
from evledger.verification import Level

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def clock() -> datetime:
    """Return one moment, always."""
    return NOW


@pytest.fixture(params=["memory:", "sqlite:///{}/one.db"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Yield an empty store, of each built-in kind."""
    with evledger.open(request.param.format(tmp_path), clock=clock) as opened:
        yield opened


@pytest.fixture
def other() -> Iterator[Store]:
    """Yield another store, to restore into."""
    with evledger.open("memory:", clock=clock) as opened:
        yield opened


def filled(store: Store, size: int, name: str = "tea") -> Ledger:
    """Create a ledger of this many events."""
    ledger = store.create(name, title="Tea", by="curator")
    grow(ledger, size)
    return ledger


def grow(ledger: Ledger, size: int) -> None:
    """Append until a ledger has this many events."""
    start = ledger.head().size
    if start < size:
        ledger.append(*(GapNoted(id=f"g{n}", text="?") for n in range(start, size)), by="curator")


def files(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, by its name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# -- out and back ------------------------------------------------------------------------


@settings(max_examples=12)
@given(size=st.sampled_from([1, 2, 255, 256, 257, 511, 512, 513, 700]))
def test_round_trip(size: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A ledger that is exported, restored and exported again has the same files."""
    folder = tmp_path_factory.mktemp("round")
    with evledger.open("memory:") as first, evledger.open("memory:") as second:
        ledger = filled(first, size)
        head = ledger.export(folder / "a")
        restored = second.restore(folder / "a")
        assert restored.export(folder / "b") == head
        assert restored.verify("full").faults == ()
    assert files(folder / "a") == files(folder / "b")


def test_files(store: Store, tmp_path: Path) -> None:
    """An archive is one file for each page, and `HEAD` with the head and one newline."""
    head = filled(store, 2 * PAGE_EVENTS + 1).export(tmp_path / "out")
    found = files(tmp_path / "out")
    assert sorted(found) == ["HEAD", *map(page_name, range(3))]
    assert found["HEAD"] == f"{head}\n".encode()


def test_restored_ledger_goes_on(store: Store, other: Store, tmp_path: Path) -> None:
    """What is appended to a restored ledger gives the chain it would have given at home."""
    home = filled(store, 300)
    home.export(tmp_path / "out")
    away = other.restore(tmp_path / "out")
    for ledger in (home, away):
        ledger.append(GapNoted(id="later", text="!"), by="curator")
    assert away.head() == home.head()
    with pytest.raises(evledger.DuplicateKey):
        away.append(GapNoted(id="g7", text="!"), by="curator")


def test_restored_ids_go_on(store: Store, other: Store, tmp_path: Path) -> None:
    """Ids handed out in a restored ledger go on after those that its lines hold."""
    filled(store, 20).export(tmp_path / "out")
    with other.restore(tmp_path / "out").batch(by="curator") as batch:
        assert batch.note_gap("?") == "g20"


def test_alias(store: Store, tmp_path: Path) -> None:
    """A ledger restored under an alias is listed by it, and keeps its name in the chain."""
    ledger = filled(store, 300)
    head = ledger.export(tmp_path / "out")
    copy = store.restore(tmp_path / "out", "tea-copy")
    assert store.ledgers() == ["tea", "tea-copy"]
    assert (copy.name, copy.head(), copy.verify("full").ledger) == ("tea-copy", head, "tea")
    copy.append(GapNoted(id="later", text="!"), by="curator")
    copy.export(tmp_path / "again")
    assert verify_archive(tmp_path / "again").faults == ()


def test_name_taken(store: Store, tmp_path: Path) -> None:
    """A ledger is not restored over another of its name."""
    ledger = filled(store, 3)
    ledger.export(tmp_path / "out")
    grow(ledger, 4)
    before = ledger.head()
    with pytest.raises(Conflict, match="alias"):
        store.restore(tmp_path / "out")
    assert ledger.head() == before


def test_alias_must_be_a_slug(store: Store, tmp_path: Path) -> None:
    """An alias is of the form that every ledger's name has."""
    filled(store, 1).export(tmp_path / "out")
    with pytest.raises(Invalid):
        store.restore(tmp_path / "out", "Not a Slug")


def test_sealed_values_stay_behind(store: Store, other: Store, tmp_path: Path) -> None:
    """No file of an archive holds a sealed value, and the restored ledger withholds it."""
    ledger = store.create("tea", title="Tea", by="curator")
    ledger.append(seal(GapNoted(id="g1", text="a secret of the tea"), "text"), by="curator")
    ledger.export(tmp_path / "out")
    assert not any(b"secret" in text for text in files(tmp_path / "out").values())
    (record,) = other.restore(tmp_path / "out").records(1)
    assert record.event == GapNoted(id="g1", text=evledger.Hidden.WITHHELD)  # type: ignore[arg-type]  # what stands in for it


# -- into a folder that holds something --------------------------------------------------


@pytest.mark.parametrize(("before", "after"), [(1, 1), (1, 200), (200, 256), (256, 257), (3, 700)])
def test_brought_up_to_date(store: Store, tmp_path: Path, before: int, after: int) -> None:
    """An archive of an earlier head becomes, exported again, that of the later one."""
    ledger = filled(store, before)
    ledger.export(tmp_path / "kept")
    grow(ledger, after)
    assert ledger.export(tmp_path / "kept") == ledger.export(tmp_path / "new")
    assert files(tmp_path / "kept") == files(tmp_path / "new")


def test_strangers_file(store: Store, tmp_path: Path) -> None:
    """A folder that holds a file of somebody else's is refused, and stays as it was."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.tex").write_text("years of work")
    with pytest.raises(StoreError, match=r"thesis\.tex"):
        filled(store, 3).export(folder)
    assert files(folder) == {"thesis.tex": b"years of work"}


def test_other_ledgers_archive(store: Store, tmp_path: Path) -> None:
    """A folder with the archive of another ledger is refused, and stays as it was."""
    filled(store, 300, "coffee").export(tmp_path / "out")
    before = files(tmp_path / "out")
    with pytest.raises(StoreError, match="another ledger"):
        filled(store, 300).export(tmp_path / "out")
    assert files(tmp_path / "out") == before


def test_namesakes_archive(store: Store, other: Store, tmp_path: Path) -> None:
    """Two ledgers of one name are two: neither is exported over the other."""
    filled(store, 2).export(tmp_path / "out")
    before = files(tmp_path / "out")
    with pytest.raises(StoreError, match="another ledger"):
        filled(other, 2).export(tmp_path / "out")
    assert files(tmp_path / "out") == before


@pytest.mark.parametrize("sizes", [(700, 300), (300, 3), (300, 299)])
def test_longer_archive(store: Store, other: Store, tmp_path: Path, sizes: tuple[int, int]) -> None:
    """A ledger that was set back does not spoil the archive of what it once was."""
    longer, shorter = sizes
    ledger = filled(store, shorter)
    ledger.export(tmp_path / "backup")
    grow(ledger, longer)
    ledger.export(tmp_path / "out")
    before = files(tmp_path / "out")
    with pytest.raises(StoreError):
        other.restore(tmp_path / "backup").export(tmp_path / "out")
    assert files(tmp_path / "out") == before


def test_remains_of_a_crash(store: Store, tmp_path: Path) -> None:
    """What an export that was cut short left behind does not stand in the next one's way."""
    ledger = filled(store, 300)
    ledger.export(tmp_path / "new")
    ledger.export(tmp_path / "out")
    (tmp_path / "out" / "HEAD").unlink()
    (tmp_path / "out" / "page-000001.jsonl").rename(tmp_path / "out" / "page-000001.jsonl.part")
    ledger.export(tmp_path / "out")
    assert files(tmp_path / "out") == files(tmp_path / "new")


def test_unwritable(store: Store, tmp_path: Path) -> None:
    """A folder that cannot be made is an error that names it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file"):
        filled(store, 1).export(tmp_path / "file" / "out")


# -- verifying ---------------------------------------------------------------------------


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return an archive of 600 events."""
    with evledger.open("memory:", clock=clock) as opened:
        filled(opened, 600).export(tmp_path / "archive")
    return tmp_path / "archive"


@pytest.mark.parametrize("level", ["chain", "full"])
def test_no_head(archive: Path, level: Level) -> None:
    """Without `HEAD` the pages still verify, and the report does not claim to have compared it."""
    expected = verify_archive(archive, level)
    (archive / "HEAD").unlink()
    report = verify_archive(archive, level)
    assert (report.faults, report.head) == ((), expected.head)
    assert "stored head" in expected.checked
    assert "stored head" not in report.checked


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 512, 599, 600])
def test_trusted_heads(archive: Path, size: int) -> None:
    """Any head that the ledger ever had is one that it extends; with other digits it is none."""
    with evledger.open("memory:") as opened:
        ledger = opened.restore(archive)
        head = Head(size, ledger.record(size - 1).hash)
    report = verify_archive(archive, "chain", trust=head)
    assert (report.faults, report.beyond, report.trust) == ((), 600 - size, "head given")
    wrong = Head(size, head.hash[:-1] + ("0" if head.hash[-1] != "0" else "1"))
    assert verify_archive(archive, trust=wrong).fault is not None
    shifted = Head(size - 1 or 2, head.hash)
    assert verify_archive(archive, trust=shifted).fault is not None


def test_trusted_head_of_more(archive: Path) -> None:
    """A ledger that is shorter than the trusted head does not extend it."""
    report = verify_archive(archive, "chain", trust=Head(601, "ab" * 32))
    assert [fault.kind for fault in report.faults] == ["head-mismatch"]


def test_rewritten_tail(archive: Path, tmp_path: Path) -> None:
    """A rewritten tail with hashes that fit passes, but not where an earlier head is given."""
    with evledger.open("memory:", clock=clock) as one, evledger.open("memory:", clock=clock) as two:
        head = one.restore(archive).head()
        texts = {p.name: p.read_bytes() for p in archive.glob("page-00000[01].jsonl")}
        (tmp_path / "cut").mkdir()
        for name, text in texts.items():
            (tmp_path / "cut" / name).write_bytes(text)
        named = page_prev((archive / page_name(2)).read_bytes())
        assert named is not None
        (tmp_path / "cut" / "HEAD").write_text(f"{Head(512, named[2])}\n")
        forged = two.restore(tmp_path / "cut")
        forged.append(*(GapNoted(id=f"forged{n}", text="?") for n in range(88)), by="curator")
        forged.export(tmp_path / "forged")
    assert verify_archive(tmp_path / "forged").ok
    assert not verify_archive(tmp_path / "forged", "chain", trust=head).ok


def test_large_page_is_not_read(archive: Path) -> None:
    """A page file over the limit is refused by its size, without its bytes."""
    with (archive / page_name(1)).open("r+b") as file:
        file.truncate(1 << 40)  # a hole: a terabyte that takes no room
    levels: tuple[Level, ...] = ("chain", "full")
    for level in levels:
        report = verify_archive(archive, level)
        assert report.fault is not None
        assert (report.fault.kind, report.fault.page, report.sound_to) == ("unreadable", 1, 256)


def test_largest_page() -> None:
    """A full page of lines as long as there may be is sound: the limit leaves its header out."""
    extension = ChainEnd("tea").extend([b"x" * 65_535 + b"\n"] * PAGE_EVENTS)
    ((_, text),) = extension.pages
    assert len(text) > MAX_PAGE
    assert check_pages("tea", [text], 0, 0).fault is None


def test_many_pages(tmp_path: Path) -> None:
    """Pages by the hundred, more than one task's worth, verify in order, and a fault is placed."""
    end = ChainEnd("tea")
    extension = end.extend([b'{"n":%d}\n' % n for n in range(300 * PAGE_EVENTS)])
    texts = [text for _, text in extension.pages]
    write_archive(tmp_path / "out", texts, extension.end.head)
    report = verify_archive(tmp_path / "out", "chain")
    assert (report.faults, report.pages, report.head) == ((), 300, extension.end.head)
    path = tmp_path / "out" / page_name(200)
    path.write_bytes(path.read_bytes().replace(b'{"n":51300}', b'{"n":51301}'))
    report = verify_archive(tmp_path / "out", "chain")
    assert report.fault is not None
    assert (report.fault.kind, report.fault.page) == ("changed-byte", 200)


def test_page_far_away(archive: Path) -> None:
    """A file that claims to be a page far beyond the others is a fault, not a hang."""
    (archive / "page-999999.jsonl").write_bytes(b"")
    report = verify_archive(archive, "chain")
    assert report.fault is not None
    assert (report.fault.kind, report.fault.page) == ("bad-line", 2)  # it is not the last then


def test_no_archive(tmp_path: Path) -> None:
    """A folder without pages, or that is not there, is no archive; the message names it."""
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(NotFound, match="page-000000"):
            verify_archive(folder)


# -- nothing broken comes in -------------------------------------------------------------


def test_broken_archive(store: Store, archive: Path) -> None:
    """A broken archive is not restored, wherever it is broken, and leaves no trace."""
    for page in range(3):
        broken = archive.with_name(f"broken{page}")
        shutil.copytree(archive, broken)
        path = broken / page_name(page)
        path.write_bytes(path.read_bytes().replace(b'"text":"?"', b'"text":"!"', 1))
        with pytest.raises(Broken, match="nothing was restored"):
            store.restore(broken)
        assert store.ledgers() == []
    assert store.restore(archive).verify("full").ok


def test_broken_record(store: Store, archive: Path) -> None:
    """An archive whose hashes fit but whose records break a rule is not restored."""
    source = Path(__file__).resolve().parent / "vectors" / "broken" / "missing-ref"
    with pytest.raises(Broken, match="missing-ref"):
        store.restore(source)
    assert store.ledgers() == []
    assert store.restore(archive).head().size == 600


def test_restore_with_trust(store: Store, archive: Path) -> None:
    """A ledger is restored only if it extends the head that the caller trusts."""
    with pytest.raises(Broken, match="head-mismatch"):
        store.restore(archive, trust=Head(7, "ab" * 32))
    assert store.ledgers() == []
    head = Head.parse((archive / "HEAD").read_text())
    assert store.restore(archive, trust=head).head() == head


def test_restore_of_an_unfinished_archive(store: Store, archive: Path) -> None:
    """An archive without `HEAD` was not finished, so it is not restored by itself."""
    head = Head.parse((archive / "HEAD").read_text())
    (archive / "HEAD").unlink()
    with pytest.raises(Broken, match="HEAD"):
        store.restore(archive)
    assert store.ledgers() == []
    assert store.restore(archive, trust=head).head() == head
