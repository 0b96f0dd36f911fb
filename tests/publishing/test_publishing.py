"""Publishing: the files that are written, in which order, and what is refused."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import Broken, GapNoted, Invalid, Ledger, Plugins, Refused, StoreError
from evledger.checkpoints import Checkpoint, Vouched, open_checkpoint
from evledger.notes import COSIGNATURE, NoteSignature, SignedNote, SigningKey
from evledger.proofs.keys import ProcessMemory, Signer
from evledger.proofs.mirroring import fetch_log
from evledger.proofs.publishing import Publication, publish, published
from evledger.proofs.signing import add_cosignatures, checkpoint_at, sign
from evledger.proofs.stored import StoredTree
from evledger.proofs.targets import Folder, Target
from evledger.stores.kept import tile_name
from evledger.tree import tile_path, tiles_of, tree_root

Created = tuple[Ledger, Signer]
Create = Callable[..., Created]
Grow = Callable[[Ledger, int], None]
Put = Callable[..., Publication]


class Memory(Target):
    """A place in memory that remembers in which order it was written."""

    def __init__(self) -> None:
        self.name = "memory"
        self.files: dict[str, bytes] = {}
        self.events: list[str] = []
        self.left: int | None = None  # how many writes it lets happen
        self._lock = threading.Lock()

    def read(self, path: str, limit: int) -> bytes | None:
        """Return what is there."""
        data = self.files.get(path)
        return None if data is None else data[: limit + 1]

    def write(self, path: str, data: bytes) -> None:
        """Write, unless the power has failed."""
        with self._lock:
            if self.left is not None:
                if self.left == 0:
                    raise StoreError("the power failed")
                self.left -= 1
            self.files[path] = data
            self.events.append(path)

    def remove(self, path: str) -> None:
        """Take away."""
        self.files.pop(path, None)

    def settle(self) -> None:
        """Note when it was asked for."""
        self.events.append("settled")


def mirrored(target: Target, signer: Signer) -> Vouched:
    """Verify a published log whole, and give its checkpoint."""
    with TemporaryDirectory() as folder:
        return fetch_log(target, folder, [signer.verifier])


def check_readable(target: Memory, sizes: list[int]) -> None:
    """Check that each tree that was signed can be read: every tile it has, or the full one."""
    for size in sizes:
        for level, (full, beyond) in enumerate(tiles_of(size)):
            wanted = [tile_path(level, index) for index in range(full)]
            if beyond and tile_path(level, full) not in target.files:
                wanted.append(tile_path(level, full, beyond))
            if level == 0:
                wanted += [path.replace("tile/0", "tile/entries") for path in wanted]
            assert target.files.keys() >= set(wanted)


# -- what is written ---------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 300, 512])
def test_the_layout(create: Create, put: Put, size: int) -> None:
    """The paths are those of C2SP tlog-tiles, partial where a tile is not full, and no others."""
    ledger, signer = create(size)
    target = Memory()
    done = put(ledger, signer, target)
    full, beyond = divmod(size, 256)
    widths = [("", i) for i in range(full)] + ([(f".p/{beyond}", full)] if beyond else [])
    expected = {
        *(f"tile/{level}/{i:03}{part}" for part, i in widths for level in ("0", "entries")),
        *([f"tile/1/000.p/{full}"] if full else []),
        "checkpoint",
        "signed-head",
    }
    assert set(target.files) == expected
    assert set(done.paths) == expected
    assert (done.written, done.bytes) == (len(expected), sum(map(len, target.files.values())))
    assert done.checkpoint.size == size
    assert mirrored(target, signer).head == ledger.head()


@settings(max_examples=30)
@given(steps=st.lists(st.tuples(st.integers(0, 300), st.booleans()), max_size=6))
def test_whatever_was_signed_can_be_read(steps: list[tuple[int, bool]]) -> None:
    """However a ledger grows, is signed and published, each signed tree is there in the end."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger = store.create("tea", title="Tea", by="test")
        signer = Signer(SigningKey("example.org/tea", bytes(32)), memory=ProcessMemory())
        target, sizes = Memory(), list[int]()
        for more, is_published in [*steps, (1, True)]:
            start = ledger.head().size
            numbers = range(start, start + more)
            ledger.append(*(GapNoted(id=f"g{n}", text="?") for n in numbers), by="test")
            vouched = sign(store.backend, "tea", signer, origin=None)
            sizes.append(vouched.checkpoint.size)
            if is_published:
                tree = StoredTree(store.backend, "tea")
                publish(store.backend, "tea", tree, target, vouched, keys=[signer.verifier])
                check_readable(target, sizes)
                assert mirrored(target, signer).head == ledger.head()


def test_only_what_is_new_is_written(create: Create, grow: Grow, put: Put) -> None:
    """Publishing again writes what was added; where nothing was, it writes nothing."""
    ledger, signer = create(300)
    target = Memory()
    put(ledger, signer, target)
    grow(ledger, 310)
    assert set(put(ledger, signer, target).paths) == {
        "tile/0/001.p/54",
        "tile/entries/001.p/54",
        "signed-head",
        "checkpoint",
    }
    before = dict(target.files)
    again = put(ledger, signer, target)
    assert (again.paths, again.bytes) == ((), 0)
    assert target.files == before


def test_the_checkpoint_comes_last(create: Create, put: Put) -> None:
    """Everything else is there, and settled, before the checkpoint is written."""
    ledger, signer = create(300)
    target = Memory()
    done = put(ledger, signer, target)
    assert target.events[-3:] == ["settled", "checkpoint", "settled"]
    assert done.paths[-2:] == ("signed-head", "checkpoint")
    assert target.events.count("checkpoint") == 1


def test_what_stands_beside_the_log(create: Create, grow: Grow) -> None:
    """Articles and proofs are written where they changed, after the tiles; the rest stays."""
    ledger, signer = create(3)
    target = Memory()

    def put(**beside: Any) -> tuple[str, ...]:
        backend = ledger.store.backend
        vouched = sign(backend, "tea", signer, origin=None)
        tree = StoredTree(backend, "tea")
        return publish(
            backend, "tea", tree, target, vouched, keys=[signer.verifier], **beside
        ).paths

    first = put(files={"article.md": b"one", "article.json": b"{}"}, proofs=[("c1", b"proof")])
    assert set(first[-6:-1]) == {
        "signed-head",
        "articles",
        "article.md",
        "article.json",
        "proofs/c1.tlog-proof",
    }
    assert put(files={"article.md": b"two", "article.json": b"{}"}) == ("article.md",)
    assert target.files["article.json"] == b"{}"
    grow(ledger, 4)
    paths = put(files={"article.md": b"two"}, proofs=[("c1", b"proof")])
    assert {"article.md", "proofs/c1.tlog-proof"}.isdisjoint(paths)
    assert mirrored(target, signer).checkpoint.size == 4


@pytest.mark.parametrize("path", ["../article.md", "/article.md", "a\x00b"])
def test_files_stay_inside(create: Create, path: str) -> None:
    """A renderer's suffix, or whatever names a file, leads to no other place."""
    ledger, signer = create(3)
    backend = ledger.store.backend
    vouched = sign(backend, "tea", signer, origin=None)
    with TemporaryDirectory() as folder, pytest.raises(Invalid, match="no path within a log"):
        publish(
            backend,
            "tea",
            StoredTree(backend, "tea"),
            Folder(Path(folder) / "log"),
            vouched,
            keys=[signer.verifier],
            files={path: b"x"},
        )


def test_progress_reaches_the_end(create: Create) -> None:
    """Whoever waits is told how far it has come."""
    ledger, signer = create(600)
    backend = ledger.store.backend
    told: list[tuple[int, int]] = []
    publish(
        backend,
        "tea",
        StoredTree(backend, "tea"),
        Memory(),
        sign(backend, "tea", signer, origin=None),
        keys=[signer.verifier],
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(256, 600), (512, 600), (600, 600)]


def test_a_cosignature_that_comes_later_is_published(create: Create, put: Put) -> None:
    """Where only signatures were added, the checkpoint alone is written anew."""
    ledger, signer = create(300)
    target = Memory()
    put(ledger, signer, target)
    note = checkpoint_at(ledger.store.backend, "tea", 300)
    line = NoteSignature("witness.example/w", bytes([COSIGNATURE] * 4), bytes(72))
    more = attrs.evolve(note, signatures=(*note.signatures, line))
    add_cosignatures(ledger.store.backend, "tea", more)
    assert put(ledger, signer, target).paths == ("checkpoint",)
    assert target.files["checkpoint"] == str(more).encode()


# -- interrupted -------------------------------------------------------------------------


def test_interrupted_between_any_two_writes(create: Create, grow: Grow, put: Put) -> None:
    """Wherever it ends, the log is whole at its last checkpoint, and the next time completes it."""
    ledger, signer = create(300)
    whole = Memory()
    put(ledger, signer, whole)
    first = dict(whole.files)
    for size in (310, 515):
        grow(ledger, size)
        sign(ledger.store.backend, "tea", signer, origin=None)
    put(ledger, signer, whole)
    for start, before in ((dict[str, bytes](), 0), (first, 300)):
        writes, is_done = 0, False
        while not is_done:
            target = Memory()
            target.files, target.left = dict(start), writes
            with contextlib.suppress(StoreError):
                put(ledger, signer, target)
            is_done = target.left > 0
            found = published(target, [signer.verifier])
            size = 0 if found is None else found.checkpoint.size
            assert size == (515 if "checkpoint" in target.events else before)
            if found is not None:
                assert mirrored(target, signer).checkpoint == found.checkpoint
            target.left = None
            put(ledger, signer, target)
            check_readable(target, [300, 310, 515])
            assert mirrored(target, signer).head == ledger.head()
            writes += 1
        assert writes > 7


def test_interrupted_and_then_grown(create: Create, grow: Grow, put: Put) -> None:
    """What an interrupted publication left is no hindrance to a longer ledger's."""
    ledger, signer = create(300)
    for writes in range(6):
        target = Memory()
        target.left = writes
        with pytest.raises(StoreError):
            put(ledger, signer, target)
        grow(ledger, ledger.head().size + 10)
        target.left = None
        put(ledger, signer, target)
        assert mirrored(target, signer).head == ledger.head()


def test_an_article_of_an_interrupted_publication_is_replaced(create: Create, grow: Grow) -> None:
    """The signed head is there before any article, and says that the articles are ours."""
    ledger, signer = create(3)
    backend = ledger.store.backend

    def put(target: Target, article: bytes) -> None:
        publish(
            backend,
            "tea",
            StoredTree(backend, "tea"),
            target,
            sign(backend, "tea", signer, origin=None),
            keys=[signer.verifier],
            files={"article.md": article},
        )

    target = Memory()
    target.left = 5  # tile, entries, signed head, list of articles, article
    with pytest.raises(StoreError):
        put(target, b"one")
    assert target.files["article.md"] == b"one"
    grow(ledger, 5)
    target.left = None
    put(target, b"two")
    assert target.files["article.md"] == b"two"


# -- two at once -------------------------------------------------------------------------


class Waiting(Memory):
    """A place whose publisher waits, before it would write the checkpoint, until told."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self._meanwhile: Callable[[], None] | None = meanwhile

    def settle(self) -> None:
        """Let happen what happens meanwhile."""
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            meanwhile()


def test_a_slower_publisher_does_not_go_back(create: Create, grow: Grow, put: Put) -> None:
    """Where a newer checkpoint came in between, the older one is not written over it."""
    ledger, signer = create(300)

    def meanwhile() -> None:
        grow(ledger, 400)
        put(ledger, signer, target)

    target = Waiting(meanwhile)
    with pytest.raises(Refused, match=r"400 events .* here are 300.*another has published since"):
        put(ledger, signer, target)
    assert mirrored(target, signer).checkpoint.size == 400
    assert put(ledger, signer, target).paths == ()


def test_publishers_at_once(create: Create, grow: Grow, put: Put, tmp_path: Path) -> None:
    """Several that publish at the same time leave one sound log."""
    ledger, signer = create(300)
    for size in (300, 700):
        grow(ledger, size)
        start = threading.Barrier(4)
        failed: list[BaseException] = []

        def run(start: threading.Barrier = start, failed: list[BaseException] = failed) -> None:
            start.wait()
            try:
                put(ledger, signer, tmp_path)
            except Exception as error:  # noqa: BLE001  # judged below
                failed.append(error)

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert mirrored(Folder(tmp_path), signer).head == ledger.head()
    assert not list(tmp_path.rglob("*.part"))


# -- refused -----------------------------------------------------------------------------


def forked(ledger: Ledger, signer: Signer, size: int) -> Target:
    """Publish, under the same key, a log of another history."""
    lines = [b"another history %d" % n for n in range(size)]
    note = signer.key.sign(Checkpoint(signer.name, size, tree_root(lines)).text)
    target = Memory()
    target.files["checkpoint"] = str(note).encode()
    assert ledger.head().size >= 1
    return target


@pytest.fixture
def vouched(create: Create) -> tuple[Ledger, Signer, Vouched]:
    """Return a ledger of 300 events, its key, and its signed checkpoint."""
    ledger, signer = create(300)
    return ledger, signer, sign(ledger.store.backend, "tea", signer, origin=None)


def attempt(given: tuple[Ledger, Signer, Vouched], target: Target, **beside: Any) -> Publication:
    """Publish what was signed."""
    ledger, signer, signed = given
    backend, tree = ledger.store.backend, StoredTree(ledger.store.backend, "tea")
    return publish(backend, "tea", tree, target, signed, keys=[signer.verifier], **beside)


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (299, "not the first ones here"),
        (300, "not the first ones"),
        (301, "publish what is newest"),
    ],
)
def test_another_history_is_refused(
    vouched: tuple[Ledger, Signer, Vouched], size: int, said: str
) -> None:
    """What is published and no ancestor is never written over."""
    target = forked(vouched[0], vouched[1], size)
    assert isinstance(target, Memory)
    before = dict(target.files)
    with pytest.raises(Refused, match=said):
        attempt(vouched, target)
    assert target.files == before


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\xff" * 100, b"x" * (1 << 21)])
def test_a_strange_checkpoint_is_refused(
    vouched: tuple[Ledger, Signer, Vouched], content: bytes
) -> None:
    """A file of this name that is no checkpoint belongs to somebody else."""
    target = Memory()
    target.files["checkpoint"] = content
    with pytest.raises(Refused, match=r"'checkpoint' that is not of this log .*publish elsewhere"):
        attempt(vouched, target)
    assert target.files == {"checkpoint": content}


def test_another_log_is_refused(
    vouched: tuple[Ledger, Signer, Vouched], create: Create, put: Put
) -> None:
    """Where another key's log is, nothing is written."""
    target = Memory()
    put(*create(2), target)
    before = dict(target.files)
    with pytest.raises(Refused, match="this key has not signed"):
        attempt(vouched, target)
    assert target.files == before


def test_another_origin_is_refused(vouched: tuple[Ledger, Signer, Vouched]) -> None:
    """A key that signs under two origins has two logs, and each has its own place."""
    ledger, signer, signed = vouched
    text = attrs.evolve(signed.checkpoint, origin="example.org/coffee").text
    target = Memory()
    target.files["checkpoint"] = str(signer.key.sign(text)).encode()
    with pytest.raises(Refused, match=r"it is of 'example\.org/coffee'"):
        attempt((ledger, signer, signed), target)


def test_tiles_of_another_log_are_refused(vouched: tuple[Ledger, Signer, Vouched]) -> None:
    """Files that never change are not changed, though no checkpoint stands beside them."""
    target = Memory()
    target.files["tile/0/000"] = bytes(8192)
    with pytest.raises(Refused, match="has another tile/0/000: of another log, or damaged"):
        attempt(vouched, target)
    assert target.files["tile/0/000"] == bytes(8192)
    assert "checkpoint" not in target.files


@pytest.mark.parametrize("path", ["article.md", "signed-head", "proofs/c1.tlog-proof"])
def test_what_is_somebody_elses_stays(vouched: tuple[Ledger, Signer, Vouched], path: str) -> None:
    """Where no log of ours is, a file of the name of one of ours is not written over."""
    target = Memory()
    target.files[path] = b"mine"
    with pytest.raises(Refused, match=f"has no log, but a file {path}"):
        attempt(vouched, target, files={"article.md": b"new"}, proofs=[("c1", b"new")])
    assert target.files[path] == b"mine"
    assert "checkpoint" not in target.files


def test_what_cannot_be_written_is_told(
    vouched: tuple[Ledger, Signer, Vouched], tmp_path: Path
) -> None:
    """A place that cannot be written is an error that names the file."""
    (tmp_path / "tile").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written"):
        attempt(vouched, Folder(tmp_path))


# -- damaged -----------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "index"), [(0, 0), (0, 1), (1, 0)])
def test_a_damaged_tree_is_not_published(
    vouched: tuple[Ledger, Signer, Vouched], level: int, index: int
) -> None:
    """Kept hashes that are not those of the signed tree are found before anything is written."""
    ledger, signer, signed = vouched
    backend, name = ledger.store.backend, tile_name(level, index)
    tile = bytearray(backend.kept("tea", [name])[name])
    tile[40 if len(tile) > 40 else 4] ^= 1
    backend.keep("tea", {name: bytes(tile)})
    target = Memory()
    with pytest.raises(Broken, match="evledger reindex"):
        attempt((ledger, signer, signed), target)
    assert target.files == {}


def test_damaged_lines_are_not_published(
    create: Create, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines that are not those of the signed tree are never written."""
    ledger, signer = create(600)
    backend = ledger.store.backend
    sign(backend, "tea", signer, origin=None)
    pages = backend.pages

    def damaged(name: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        for page, text in enumerate(pages(name, start, stop), start):
            yield text.replace(b"Nobody asked 300", b"Somebody asked 3") if page == 1 else text

    signed = sign(backend, "tea", signer, origin=None)
    monkeypatch.setattr(backend, "pages", damaged)
    target = Memory()
    with pytest.raises(Broken, match="the lines of page 1 are not those of the tree"):
        attempt((ledger, signer, signed), target)
    assert "tile/entries/001" not in target.files
    assert "checkpoint" not in target.files
    monkeypatch.undo()
    assert put(ledger, signer, target).checkpoint.size == 600
    assert mirrored(target, signer).head == ledger.head()


def test_nothing_is_believed_of_the_target(create: Create, put: Put) -> None:
    """What another has signed is not published as ours, though it be of the same tree."""
    ledger, signer = create(3)
    target = Memory()
    put(ledger, signer, target)
    stranger = SigningKey("example.org/tea", secrets.token_bytes(32))
    note = SignedNote.parse(target.files["checkpoint"])
    target.files["checkpoint"] = str(stranger.sign(note.text)).encode()
    with pytest.raises(Refused, match="this key has not signed"):
        put(ledger, signer, target)
    assert open_checkpoint(target.files["checkpoint"], [stranger.verifier]).checkpoint.size == 3
