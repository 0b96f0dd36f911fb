"""Signing: whatever a key has signed, everything that it signs later extends."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import GapNoted, Ledger, Plugins, Store
from evledger.chain import page_lines
from evledger.checkpoints import Checkpoint, Vouched, open_checkpoint, open_head
from evledger.exceptions import Broken, Invalid, NotFound, Refused, StoreError
from evledger.notes import COSIGNATURE, NoteSignature, SignedNote, SigningKey, VerifierKey
from evledger.proofs import rebuilding
from evledger.proofs.keys import FileMemory, ProcessMemory, Signer, new_key
from evledger.proofs.signing import (
    add_cosignatures,
    checkpoint_at,
    head_at,
    last_signed,
    sign,
    signed_sizes,
)
from evledger.proofs.stored import StoredTree
from evledger.stores import Backend
from evledger.stores.kept import tile_name
from evledger.tree import EMPTY_ROOT, tree_root, verify_consistency

ORIGIN = "example.org/semax"
KEY = SigningKey(ORIGIN, b"\1" * 32)
NEXT_KEY = SigningKey(ORIGIN, b"\2" * 32)


def opened(url: str | Path = "memory:") -> Store:
    """Open a store with nothing but what is built in."""
    return evledger.open(url, plugins=Plugins.builtin())


def create(store: Store, name: str = "semax", **given: Any) -> Ledger:
    """Create a ledger."""
    return store.create(name, title="Semax and BDNF", by="curator", **given)


def add(ledger: Ledger, count: int, word: str = "gap") -> None:
    """Append so many records, all of them told apart by a word."""
    first = ledger.head().size
    events = [GapNoted(id=f"g{n}", text=f"{word} {n}") for n in range(first, first + count)]
    if events:
        ledger.append(*events, by="curator")


def signer_of(key: SigningKey = KEY) -> Signer:
    """Return a signer that remembers as long as the test runs."""
    return Signer(key, memory=ProcessMemory())


def signed(ledger: Ledger, signer: Signer, **given: Any) -> Vouched:
    """Sign a ledger that states no origin."""
    return sign(ledger.store.backend, ledger.name, signer, **{"origin": None, **given})


def root_at(ledger: Ledger, size: int) -> bytes:
    """Compute the root over a ledger's first lines."""
    snapshot = ledger.store.backend.snapshot(ledger.name)
    lines = [line for text in snapshot.pages for line in page_lines(text)]
    return tree_root([line.removesuffix(b"\n") for line in (*lines, *snapshot.tail)[:size]])


def refused(ledger: Ledger, signer: Signer, why: str, **given: Any) -> None:
    """Check that signing is refused for a reason, and that nothing at all has changed by that."""
    backend, name = ledger.store.backend, ledger.name
    remembered, kept = signer.recall(), signed_sizes(backend, name)
    with pytest.raises(Refused, match=why) as caught:
        signed(ledger, signer, **given)
    assert str(caught.value).endswith("nothing was signed")
    assert (remembered, kept) == (signer.recall(), signed_sizes(backend, name))


# -- what is signed ----------------------------------------------------------------------


@settings(max_examples=40)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=6))
def test_every_checkpoint_is_of_the_lines(counts: list[int]) -> None:
    """However appending and signing alternate, what is signed is what the lines come to."""
    with opened() as store:
        ledger, signer = create(store), signer_of()
        for count in counts:
            add(ledger, count)
            vouched = signed(ledger, signer)
            head = ledger.head()
            expected = Checkpoint(ORIGIN, head.size, root_at(ledger, head.size))
            assert expected == vouched.checkpoint
            assert expected == open_checkpoint(vouched.note, [signer.verifier]).checkpoint
            kept = head_at(store.backend, "semax", head.size)
            assert kept is not None
            assert head == open_head(kept, [signer.verifier]).head == vouched.head
        check_kept(ledger, signer.verifier)


def check_kept(ledger: Ledger, key: VerifierKey) -> list[int]:
    """Check that every checkpoint kept is of the ledger's lines, and extends those before it."""
    backend = ledger.store.backend
    tree = StoredTree(backend, ledger.name)
    sizes = signed_sizes(backend, ledger.name)
    tree.grow(max(sizes, default=0))
    old, root = 0, EMPTY_ROOT
    for size in sizes:
        found = open_checkpoint(checkpoint_at(backend, ledger.name, size), [key]).checkpoint
        assert found == Checkpoint(key.name, size, root_at(ledger, size))
        verify_consistency(old, size, root, found.root, tree.consistency(old, size))
        old, root = size, found.root
    return sizes


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 513])
def test_sizes_around_a_page(size: int) -> None:
    """Full pages, open ones, and what goes on from either, are signed as the lines say."""
    with opened() as store:
        ledger, signer = create(store), signer_of()
        add(ledger, size - 1)
        for more in (0, 1, 256):
            add(ledger, more)
            size += more
            assert signed(ledger, signer).checkpoint.root == root_at(ledger, size)


def test_large_ledger_is_signed_piece_by_piece() -> None:
    """Three levels of tiles, more pages than are kept at a time, and going on from there."""
    with opened() as store:
        ledger, signer = create(store), signer_of()
        seen: list[int] = []

        def watch(done: int, total: int) -> None:
            assert 0 <= done <= total == ledger.head().size
            seen.append(done)

        tree = StoredTree(store.backend, "semax")
        for count in (65_400, 67_000, 3):
            add(ledger, count)
            vouched = signed(ledger, signer, progress=watch)
            size = ledger.head().size
            assert root_at(ledger, size) == vouched.checkpoint.root == tree.root(size)
            assert StoredTree(store.backend, "semax").size == size
        assert (seen.count(0), max(seen), seen[-1]) == (3, 131_072, 131_072)


def test_nothing_new_is_not_signed_again() -> None:
    """A ledger that has not changed keeps its checkpoint, with the cosignatures it has by now."""
    with opened() as store:
        ledger, signer = create(store), signer_of()
        first = signed(ledger, signer)
        again = signed(ledger, signer)
        assert first == again
        note = cosigned(first.note, "witness.example/w")
        add_cosignatures(store.backend, "semax", note)
        assert signed(ledger, signer).note == note
        assert signed_sizes(store.backend, "semax") == [1]


def test_appending_while_signing() -> None:
    """What is appended meanwhile is no part of the checkpoint, and of the next one it is."""
    with opened() as store:
        ledger, signer = create(store), signer_of()
        add(ledger, 300)

        def append(_done: int, _total: int) -> None:
            add(ledger, 300)

        first = signed(ledger, signer, progress=append)
        assert (first.checkpoint.size, ledger.head().size) == (301, 601)
        assert first.checkpoint.root == root_at(ledger, 301)
        assert signed(ledger, signer).checkpoint.size == 601
        assert check_kept(ledger, signer.verifier) == [301, 601]


def test_missing_ledger() -> None:
    """A ledger that is not there cannot be signed, as it cannot be read."""
    with opened() as store, pytest.raises(NotFound, match="no ledger 'semax'"):
        sign(store.backend, "semax", signer_of(), origin=None)


# -- whose it is -------------------------------------------------------------------------


def test_origin_that_the_ledger_states() -> None:
    """Where a ledger states its origin, no key of another name signs it."""
    with opened() as store:
        ledger = create(store)
        other = Signer(SigningKey("example.org/other", b"\1" * 32), memory=ProcessMemory())
        refused(
            ledger,
            other,
            r"states the origin example\.org/semax, but the key is of example\.org/other; use",
            origin=ORIGIN,
        )
        assert signed(ledger, signer_of(), origin=ORIGIN).checkpoint.origin == ORIGIN


@pytest.mark.parametrize(("count", "more"), [(5, 0), (5, 5), (0, 20)])
def test_one_key_is_for_one_ledger(count: int, more: int) -> None:
    """A key that signs one ledger signs no other, whether that is smaller or larger."""
    with opened() as store:
        signer, tea, oil = signer_of(), create(store, "tea"), create(store, "oil")
        add(tea, count)
        signed(tea, signer)
        add(oil, more)
        refused(oil, signer, r"signs the ledger 'tea' that begins with [0-9a-f]{16}….* 'oil' begin")
        assert signed(tea, signer).checkpoint.size == count + 1


def test_two_ledgers_of_one_name() -> None:
    """Ledgers of the same name in two stores are two ledgers."""
    with opened() as one, opened() as two:
        signer = signer_of()
        signed(create(one), signer)
        refused(
            create(two), signer, "a key is for one ledger: make another with 'evledger key new'"
        )


def test_alias_of_another_ledger(tmp_path: Path) -> None:
    """A ledger that is listed under the name of the one that was signed is still another."""
    with opened() as one, opened() as two:
        signer = signer_of()
        signed(create(one), signer)
        create(two, "oil").export(tmp_path / "oil")
        refused(two.restore(tmp_path / "oil", "semax"), signer, "a key is for one ledger")


def test_ledger_that_moved(tmp_path: Path) -> None:
    """A ledger that was restored elsewhere, under whatever name, goes on under the same key."""
    with opened() as one, opened() as two:
        signer, ledger = signer_of(), create(one)
        add(ledger, 300)
        before = signed(ledger, signer)
        ledger.export(tmp_path / "archive")
        moved = two.restore(tmp_path / "archive", "elsewhere")
        assert signed(moved, signer) == before
        add(moved, 300)
        signed(moved, signer)
        assert check_kept(moved, signer.verifier) == [301, 601]
        # The one that was left behind was not signed to its end: it is the older state now.
        refused(ledger, signer, "has 301 events, but the checkpoint that the key signed has 601")


def test_new_key_for_an_old_ledger() -> None:
    """A new key starts from the lines, and extends what the old key signed."""
    with opened() as store:
        ledger = create(store)
        add(ledger, 300)
        signed(ledger, signer_of())
        add(ledger, 300)
        later = signer_of(NEXT_KEY)
        vouched = signed(ledger, later)
        assert vouched.checkpoint == Checkpoint(ORIGIN, 601, root_at(ledger, 601))
        assert last_signed(store.backend, "semax") == vouched.note


def test_new_key_where_nothing_is_new() -> None:
    """Two keys may sign the same checkpoint; both signatures are kept."""
    with opened() as store:
        ledger = create(store)
        old, new = signer_of(), signer_of(NEXT_KEY)
        signed(ledger, old)
        note = signed(ledger, new).note
        assert note.verify([old.verifier, new.verifier]) == (old.verifier, new.verifier)
        assert note == signed(ledger, new).note == signed(ledger, old).note


def test_new_key_of_another_name_where_nothing_is_new() -> None:
    """Another origin is another checkpoint, which has no place beside the first."""
    with opened() as store:
        ledger = create(store)
        signed(ledger, signer_of())
        other = Signer(SigningKey("example.org/other", b"\1" * 32), memory=ProcessMemory())
        refused(ledger, other, r"keeps another checkpoint/.* signed by example\.org/semax; append")
        add(ledger, 1)
        assert signed(ledger, other).checkpoint.origin == "example.org/other"


# -- stores that went back ---------------------------------------------------------------


@attrs.frozen
class Backup:
    """A database file, a copy that was made when it was smaller, and the key that signed both."""

    folder: Path

    @property
    def signer(self) -> Signer:
        """The key, opened anew."""
        return Signer.open(self.folder / "semax.key")

    def ledger(self, store: Store) -> Ledger:
        """The ledger."""
        return store.ledger("semax")

    def restore(self) -> Path:
        """Put the copy in the place of the database."""
        for path in self.folder.glob("semax.db*"):
            path.unlink()
        return Path(shutil.copy(self.folder / "backup.db", self.folder / "semax.db"))


@pytest.fixture
def backup(tmp_path: Path) -> Backup:
    """Return a ledger of 601 events, signed at 301 and 601, and its backup of 301."""
    new_key(tmp_path / "semax.key", ORIGIN)
    found = Backup(tmp_path)
    with opened(tmp_path / "semax.db") as store:
        ledger = create(store)
        add(ledger, 300)
        signed(ledger, found.signer)
    shutil.copy(tmp_path / "semax.db", tmp_path / "backup.db")
    shutil.copy(tmp_path / "semax.key.signed", tmp_path / "backup.signed")
    with opened(tmp_path / "semax.db") as store:
        add(store.ledger("semax"), 300)
        signed(store.ledger("semax"), found.signer)
    return found


def test_older_backup(backup: Backup) -> None:
    """A store that has less than what was signed is refused."""
    with opened(backup.restore()) as store:
        refused(
            backup.ledger(store),
            backup.signer,
            "has 301 events, but the checkpoint that the key signed has 601: this is an older",
        )


@pytest.mark.parametrize("count", [300, 301, 900])
def test_older_backup_that_was_written_on(backup: Backup, count: int) -> None:
    """A store that was restored and then written on, past what was signed, is refused."""
    with opened(backup.restore()) as store:
        add(backup.ledger(store), count, "another story")
        refused(
            backup.ledger(store),
            backup.signer,
            "does not extend the checkpoint of 601 events that the key signed: its first 601",
        )


def test_rewritten_lines_beside_the_old_hashes(backup: Backup) -> None:
    """A chain that was rewritten, and whose kept hashes are still those that were signed."""
    with opened(backup.folder / "semax.db") as store:
        kept = store.backend.kept("semax", store.backend.kept_names("semax"))
    with opened(backup.restore()) as store:
        add(backup.ledger(store), 300, "another story")
        store.backend.keep("semax", dict(kept))
        for count in (0, 1):
            add(backup.ledger(store), count)
            why = "does not extend the checkpoint of 601 events that the key signed"
            refused(backup.ledger(store), backup.signer, why)


def test_backup_with_the_same_events_goes_on(backup: Backup) -> None:
    """Where the restored store comes to hold the very same lines again, signing goes on."""
    with opened(backup.folder / "semax.db") as store:
        backup.ledger(store).export(backup.folder / "archive")
    backup.restore()
    with opened() as store:
        ledger = store.restore(backup.folder / "archive")
        add(ledger, 5)
        assert signed(ledger, backup.signer).checkpoint.size == 606


@pytest.mark.parametrize("forget", ["delete", "renew"])
def test_older_backup_and_no_memory(backup: Backup, forget: str) -> None:
    """Without its memory, or with a memory from before, the key refuses what it once signed."""
    memory = FileMemory(backup.folder / "semax.key")
    signer = backup.signer
    if forget == "delete":
        memory.path.unlink()
    else:
        document = {"evledger-signed": 1, "key": str(signer.verifier)}
        memory.path.write_text(json.dumps(document))
    with opened(backup.restore()) as store:
        add(backup.ledger(store), 400, "another story")
        with pytest.raises(Refused, match=r"is missing|does not remember them; bring back the new"):
            signed(backup.ledger(store), signer)
        assert signed_sizes(store.backend, "semax") == [301]


def test_older_memory_and_newer_store(backup: Backup) -> None:
    """A memory from a backup is brought up to date by what the store keeps, if that extends it."""
    shutil.copy(backup.folder / "backup.signed", backup.folder / "semax.key.signed")
    with opened(backup.folder / "semax.db") as store:
        ledger = backup.ledger(store)
        assert signed(ledger, backup.signer).checkpoint.size == 601
        remembered = backup.signer.recall()
        assert remembered is not None
        assert remembered.said.head == ledger.head()
        add(ledger, 1)
        signed(ledger, backup.signer)
        assert check_kept(ledger, backup.signer.verifier) == [301, 601, 602]


def test_store_and_memory_from_one_backup(backup: Backup) -> None:
    """Only what is published, or a witness, can tell that both went back; then it is refused."""
    with opened(backup.folder / "semax.db") as store:
        note = checkpoint_at(store.backend, "semax", 601)
        published = open_checkpoint(note, [backup.signer.verifier])
    shutil.copy(backup.folder / "backup.signed", backup.folder / "semax.key.signed")
    with opened(backup.restore()) as store:
        ledger = backup.ledger(store)
        why = "has 301 events, but the checkpoint that is published has 601"
        refused(ledger, backup.signer, why, published=published)
        add(ledger, 400, "another story")
        why = "does not extend the checkpoint of 601 events that is published"
        refused(ledger, backup.signer, why, published=published)


# -- what is published -------------------------------------------------------------------


def published_by(key: SigningKey, checkpoint: Checkpoint) -> Vouched:
    """Return a published checkpoint."""
    return open_checkpoint(key.sign(checkpoint.text), [key.verifier])


@pytest.mark.parametrize("size", [1, 2, 300, 301, 302, 450, 601, 602, 700])
def test_published_checkpoint_that_is_an_ancestor(size: int) -> None:
    """A published checkpoint of any size, that the ledger extends, is no hindrance."""
    with opened() as store:
        ledger, signer = create(store), signer_of()
        add(ledger, 300)
        signed(ledger, signer)
        add(ledger, 300)
        signed(ledger, signer)
        add(ledger, 99)
        published = published_by(KEY, Checkpoint(ORIGIN, size, root_at(ledger, size)))
        assert signed(ledger, signer, published=published).checkpoint.size == 700


@pytest.mark.parametrize("size", [1, 301, 450, 601, 650])
def test_published_fork(size: int) -> None:
    """A published checkpoint of other lines, of any size, is refused."""
    with opened() as store:
        ledger, signer = create(store), signer_of()
        add(ledger, 300)
        signed(ledger, signer)
        add(ledger, 300)
        signed(ledger, signer)
        add(ledger, 99)
        published = published_by(KEY, Checkpoint(ORIGIN, size, b"\7" * 32))
        why = f"does not extend the checkpoint of {size} events that is published"
        refused(ledger, signer, why, published=published)


def test_published_checkpoint_of_another_log() -> None:
    """Where another log's checkpoint is published, this ledger has no place."""
    with opened() as store:
        ledger = create(store)
        other = SigningKey("example.org/other", b"\1" * 32)
        published = published_by(other, Checkpoint(other.name, 1, root_at(ledger, 1)))
        why = (
            r"a checkpoint of example\.org/other is published there, .* publish ledger 'semax' els"
        )
        refused(ledger, signer_of(), why, published=published)


def test_published_by_a_key_that_forgot() -> None:
    """What is published shows that the key has signed before, though nothing else does."""
    with opened() as store:
        ledger = create(store)
        published = published_by(KEY, Checkpoint(ORIGIN, 1, root_at(ledger, 1)))
        refused(ledger, signer_of(), "does not remember them", published=published)
        later = signed(ledger, signer_of(NEXT_KEY), published=published)
        assert later.checkpoint == published.checkpoint


# -- stores that were tampered with ------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a database with a ledger of 601 events."""
    with opened(tmp_path / "semax.db") as store:
        add(create(store), 600)
    return tmp_path / "semax.db"


def change(path: Path, found: str, put: str) -> None:
    """Change some bytes of a database's lines or pages."""
    with closing(sqlite3.connect(path)) as sql, sql:
        for table in ("pages", "lines"):
            sql.execute(
                f"UPDATE {table} SET text = CAST(replace(CAST(text AS TEXT), ?, ?) AS BLOB)",  # noqa: S608  # two names
                (found, put),
            )


@pytest.mark.parametrize("n", [3, 255, 290, 511, 400, 512, 590])
@pytest.mark.parametrize("first", [False, True], ids=["later", "first"])
def test_changed_line(path: Path, monkeypatch: pytest.MonkeyPatch, n: int, first: bool) -> None:
    """A line that was changed, before or after what was signed, is found, and nothing signed."""
    monkeypatch.setattr(rebuilding, "PAGES_AT_A_TIME", 1)  # as often as in a large ledger
    signer = signer_of()
    with opened(path) as store:
        ledger = store.ledger("semax")
        if not first:
            signed(ledger, signer)
            add(ledger, 300)
    change(path, f'"gap {n}"', f'"gop {n}"')
    with opened(path) as store:
        where = f"page {n // 256 + 1}: it follows" if n < 256 else "(page 2|it comes to)"
        with pytest.raises(
            Broken, match=rf"'semax' is not sound: {where}.*; nothing was signed; '"
        ):
            signed(store.ledger("semax"), signer)
        assert signed_sizes(store.backend, "semax") == ([] if first else [601])
    change(path, f'"gop {n}"', f'"gap {n}"')
    with opened(path) as store:  # and nothing of it stayed behind
        ledger = store.ledger("semax")
        assert signed(ledger, signer).checkpoint.root == root_at(ledger, ledger.head().size)


EDGE = {  # at 601 events
    "leaf": (0, 2, 0),
    "last leaf": (0, 2, 88),
    "page": (1, 0, 0),
    "last page": (1, 0, 1),
}


def flip(tile: bytes, index: int) -> bytes:
    """Change one hash of a tile."""
    return tile[: index * 32] + bytes([tile[index * 32] ^ 1]) + tile[index * 32 + 1 :]


Tampering = Callable[[bytes, int], bytes | None]
TAMPERINGS: Mapping[str, Tampering] = {
    "flipped": flip,
    "truncated": lambda tile, index: tile[: index * 32],
    "missing": lambda _tile, _index: None,
    "empty": lambda _tile, _index: b"",
    "torn": lambda tile, index: tile[: index * 32 + 7],
}


@pytest.mark.parametrize("place", EDGE.values(), ids=EDGE.keys())
@pytest.mark.parametrize("tamper", TAMPERINGS.values(), ids=TAMPERINGS.keys())
@pytest.mark.parametrize("more", [0, 1, 300])
def test_tampered_right_edge(place: tuple[int, int, int], tamper: Tampering, more: int) -> None:
    """A right edge that does not reproduce the last root is refused; without it all is anew."""
    level, index, at = place
    with opened() as store:
        ledger, signer = create(store), signer_of()
        add(ledger, 600)
        signed(ledger, signer)
        add(ledger, more)
        name = tile_name(level, index)
        tile = store.backend.kept("semax", [name])[name]
        store.backend.keep("semax", {name: tamper(tile, at)})
        why = r"kept of the tree .* is not what its lines come to \(.*'evledger reindex semax'"
        refused(ledger, signer, why)
        forget_tree(store.backend)
        assert signed(ledger, signer).checkpoint.root == root_at(ledger, 601 + more)


def forget_tree(backend: Backend) -> None:
    """Drop what is kept of the tree."""
    names = ("tree", *backend.kept_names("semax", "tile/"))
    backend.keep("semax", dict.fromkeys(names))


def test_parent_in_the_place_of_two_leaves() -> None:
    """A tile that gives the same root with fewer hashes would misplace every later leaf."""
    with opened() as store:
        ledger, signer = create(store), signer_of()
        add(ledger, 1)
        root = signed(ledger, signer).checkpoint.root
        store.backend.keep("semax", {tile_name(0, 0): root})
        add(ledger, 1)
        refused(ledger, signer, "is not what its lines come to")


@pytest.mark.parametrize("tamper", TAMPERINGS.values(), ids=TAMPERINGS.keys())
@pytest.mark.parametrize("place", [(0, 0, 17), (0, 1, 255), (1, 0, 1)])
def test_tampered_tile_before_the_first_signing(
    place: tuple[int, int, int], tamper: Tampering
) -> None:
    """Hashes that somebody kept before anything was signed are compared, each of them."""
    level, index, at = place
    with opened() as store:
        ledger, signer = create(store), signer_of()
        add(ledger, 600)
        StoredTree(store.backend, "semax").grow(601)
        name = tile_name(level, index)
        tile = store.backend.kept("semax", [name])[name]
        store.backend.keep("semax", {name: tamper(tile, at)})
        refused(ledger, signer, name)


@pytest.mark.parametrize("tamper", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_tampered_tile_deep_inside(tamper: Tampering) -> None:
    """A hash that is no part of the right edge changes nothing of what is signed.

    Where a published checkpoint makes it part of the question, it is found.
    """
    with opened() as store:
        ledger, signer = create(store), signer_of()
        add(ledger, 600)
        signed(ledger, signer)
        name = tile_name(0, 0)
        tile = store.backend.kept("semax", [name])[name]
        store.backend.keep("semax", {name: tamper(tile, 17)})
        add(ledger, 300)
        assert signed(ledger, signer).checkpoint.root == root_at(ledger, 901)
        published = published_by(KEY, Checkpoint(ORIGIN, 100, root_at(ledger, 100)))
        refused(ledger, signer, "is not what its lines come to", published=published)


@pytest.mark.parametrize("size", [b"1", b"300", b"600", b"602", b"901", b"902", b"99999999", None])
def test_tampered_tree_size(size: bytes | None) -> None:
    """A size that is not that of the kept hashes is refused, or leads to computing them anew."""
    with opened() as store:
        ledger, signer = create(store), signer_of()
        add(ledger, 600)
        signed(ledger, signer)
        add(ledger, 300)
        store.backend.keep("semax", {"tree": size})
        if size is None or int(size) < 601:
            vouched = signed(ledger, signer)
        else:
            refused(ledger, signer, "'evledger reindex semax' computes it anew")
            forget_tree(store.backend)
            vouched = signed(ledger, signer)
        assert vouched.checkpoint.root == root_at(ledger, 901)
        tree = StoredTree(store.backend, "semax")
        assert (tree.size, tree.root(901)) == (901, vouched.checkpoint.root)


@pytest.mark.parametrize("size", [b"", b"-1", b"many", b"1e3", b"\xff", b"9" * 5_000])
def test_tree_size_that_is_no_number(size: bytes) -> None:
    """A size that is no number is refused by a sentence."""
    with opened() as store:
        ledger, signer = create(store), signer_of()
        add(ledger, 300)
        signed(ledger, signer)
        add(ledger, 300)
        store.backend.keep("semax", {"tree": size})
        refused(ledger, signer, "'evledger reindex semax' computes it anew")


@pytest.mark.parametrize("kind", ["checkpoint", "signed-head"])
@pytest.mark.parametrize("flipped", range(0, 150, 7))
def test_kept_note_that_is_damaged(kind: str, flipped: int) -> None:
    """A damaged note of the last size is put right by what the key remembers; signing goes on."""
    with opened() as store:
        ledger, signer = create(store), signer_of()
        signed(ledger, signer)
        name = f"{kind}/{1:020d}"
        sound = store.backend.kept("semax", [name])[name]
        damaged = bytearray(sound)
        damaged[flipped % len(sound)] ^= 1
        store.backend.keep("semax", {name: bytes(damaged)})
        add(ledger, 1)
        assert signed(ledger, signer).checkpoint.size == 2
        assert SignedNote.parse(store.backend.kept("semax", [name])[name]).verify([KEY.verifier])


def test_earlier_kept_checkpoint_of_another_key_that_is_damaged() -> None:
    """What nobody remembers cannot be put right; nothing is signed beside it."""
    with opened() as store:
        ledger = create(store)
        signed(ledger, signer_of())
        store.backend.keep("semax", {f"checkpoint/{1:020d}": b"garbage"})
        with pytest.raises(Broken, match=r"damaged"):
            signed(ledger, signer_of(NEXT_KEY))


def test_kept_checkpoint_that_was_forged() -> None:
    """What claims to be signed by the key, and is not, is found out."""
    with opened() as store:
        ledger, signer = create(store), signer_of()
        note = signed(ledger, signer).note
        add(ledger, 1)
        forged = str(note).replace("\n1\n", "\n2\n", 1).encode()
        store.backend.keep("semax", {f"checkpoint/{2:020d}": forged})
        with pytest.raises(
            Broken, match=r"is damaged: the signature of 'example\.org/semax' is not"
        ):
            signed(ledger, signer)


def test_kept_checkpoint_of_a_stranger() -> None:
    """What the store keeps of any signer must be an ancestor, and no larger."""
    stranger = SigningKey("example.org/stranger", b"\5" * 32)
    with opened() as store:
        ledger, signer = create(store), signer_of()
        for size, why in ((1, "does not extend the .* that the store keeps"), (2, "is an older")):
            note = stranger.sign(Checkpoint(stranger.name, size, b"\7" * 32).text)
            store.backend.keep("semax", {f"checkpoint/{size:020d}": str(note).encode()})
            refused(ledger, signer, why)


# -- what cannot be written --------------------------------------------------------------


def test_read_only_store(path: Path) -> None:
    """Where the store cannot keep it, nothing is signed."""
    signer = signer_of()
    for _ in range(2):
        with opened(f"sqlite:///{path}?mode=ro") as store, pytest.raises(StoreError):
            signed(store.ledger("semax"), signer)
        assert signer.recall() is None
        with opened(path) as store:
            StoredTree(store.backend, "semax").grow(601)  # so that no hash needs to be kept


class Failing(ProcessMemory):
    """A memory on a disk that is full."""

    def write(self, data: bytes) -> None:
        """Fail."""
        del data
        raise StoreError("no space left")


def test_memory_that_cannot_be_written() -> None:
    """Where it cannot be remembered, nothing is signed, and nothing is kept as signed."""
    with opened() as store:
        ledger = create(store)
        with pytest.raises(StoreError, match="no space left"):
            signed(ledger, Signer(KEY, memory=Failing()))
        assert signed_sizes(store.backend, "semax") == []
        assert signed(ledger, signer_of()).checkpoint.size == 1


class Killed(BaseException):
    """What a test raises in the place of a process's end."""


@pytest.mark.parametrize("step", range(12))
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_interrupted_at_any_step(monkeypatch: pytest.MonkeyPatch, step: int, done: bool) -> None:
    """Wherever signing stops, it goes on, and no size is ever signed with another root."""
    with opened() as store:
        ledger, signer = create(store), signer_of()
        add(ledger, 300)
        signed(ledger, signer)
        add(ledger, 300)
        with monkeypatch.context() as patch:
            steps = iter(range(1_000))
            interrupt(patch, store.backend, "keep", steps, step, done=done)
            interrupt(patch, signer.memory, "write", steps, step, done=done)
            try:
                signed(ledger, signer)
            except Killed:
                remembered = signer.recall()
                assert remembered is not None
                kept = signed_sizes(store.backend, "semax")
                assert kept in ([301], [301, 601])
                assert remembered.said.head.size == 601 or kept == [301]
            else:
                assert next(steps) <= step
        add(ledger, 10)
        signed(ledger, signer)
        assert check_kept(ledger, signer.verifier) in ([301, 601, 611], [301, 611])


def interrupt(
    patch: pytest.MonkeyPatch,
    what: object,
    name: str,
    steps: Iterator[int],
    step: int,
    *,
    done: bool,
) -> None:
    """End at the n-th step, before or after it is done."""
    real = getattr(what, name)

    def perhaps(*given: Any, **extra: Any) -> Any:
        stop = next(steps) == step
        if stop and not done:
            raise Killed
        result = real(*given, **extra)
        if stop:
            raise Killed
        return result

    patch.setattr(what, name, perhaps)


# -- processes that are killed, and processes at once ------------------------------------

VICTIM = """
import os, shutil, signal, sys
import evledger
from evledger import Plugins
from evledger.proofs.keys import Signer
from evledger.proofs.signing import sign
from evledger.stores.sqlite import SQLiteStore

def deadly(what, name):
    real = getattr(what, name)
    def call(*given, **extra):
        count()
        result = real(*given, **extra)
        count()
        return result
    setattr(what, name, call)

def count():
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

def suffer(folder):
    for what, name in ((os, "open"), (os, "fsync"), (os, "replace"), (SQLiteStore, "keep")):
        deadly(what, name)
    with evledger.open(f"{folder}/semax.db", plugins=Plugins.builtin()) as store:
        sign(store.backend, "semax", Signer.open(f"{folder}/semax.key"), origin=None)

source, point, status = sys.argv[1], 0, 9
while status:
    folder = f"{source}-{point}"
    shutil.copytree(source, folder)
    left = point
    child = os.fork()
    if not child:
        suffer(folder)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    point += 1
print(point)
"""


def test_killed_between_any_two_steps(backup: Backup, tmp_path: Path) -> None:
    """A process that is killed anywhere leaves what signing goes on from, with no fork."""
    source = tmp_path / "at"
    with opened(tmp_path / "semax.db") as store:
        add(store.ledger("semax"), 300)
    source.mkdir()
    for name in ("semax.db", "semax.key", "semax.key.signed"):
        shutil.copy(tmp_path / name, source / name)
    ended = subprocess.run(
        [sys.executable, "-c", VICTIM, source], check=True, capture_output=True, text=True
    )
    points = int(ended.stdout)
    assert points > 20
    assert backup.signer.name == ORIGIN
    for point in range(points):
        folder = tmp_path / f"at-{point}"
        with opened(folder / "semax.db") as store:
            ledger, signer = store.ledger("semax"), Signer.open(folder / "semax.key")
            remembered = signer.recall()
            assert remembered is not None
            for size in signed_sizes(store.backend, "semax"):
                assert size <= remembered.said.head.size
            add(ledger, 1)
            assert signed(ledger, signer).checkpoint.size == 902
            check_kept(ledger, signer.verifier)
        assert not list(folder.glob("*.part"))


SIGNING = """
import sys, evledger
from evledger import GapNoted, Plugins
from evledger.proofs.keys import Signer
from evledger.proofs.signing import sign
who, folder = sys.argv[1:]
with evledger.open(f"{folder}/semax.db", plugins=Plugins.builtin()) as store:
    ledger = store.ledger("semax")
    for n in range(12):
        ledger.append(GapNoted(id=f"{who}{n}", text="A gap."), by="curator")
        signed = sign(store.backend, "semax", Signer.open(f"{folder}/semax.key"), origin=None)
        print(signed.checkpoint.size, signed.checkpoint.root.hex())
"""


def test_processes_that_sign_at_once(backup: Backup) -> None:
    """Processes with one key take turns: each ends well, and no size has two roots."""
    folder = str(backup.folder)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", SIGNING, who, folder], stdout=subprocess.PIPE, text=True
        )
        for who in ("tea", "oil", "egg")
    ]
    said = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    roots = {line.split()[0]: line.split()[1] for text in said for line in text.splitlines()}
    lines = {line for text in said for line in text.splitlines()}
    assert lines == {f"{size} {root}" for size, root in roots.items()}
    with opened(backup.folder / "semax.db") as store:
        sizes = check_kept(backup.ledger(store), backup.signer.verifier)
        assert {301, 601, *map(int, roots)} == set(sizes)
        assert sizes[-1] == 601 + 36


# -- what is kept ------------------------------------------------------------------------


def cosigned(note: SignedNote, name: str, data: bytes = b"\1" * 72) -> SignedNote:
    """Add a line that a witness might have signed."""
    key = VerifierKey(name, COSIGNATURE, b"\4" * 32)
    line = NoteSignature(name, key.id, data)
    return attrs.evolve(note, signatures=(*note.signatures, line))


def test_cosignatures_are_gathered() -> None:
    """Cosignatures that come one by one are all kept; a witness's newest stands."""
    with opened() as store:
        note = signed(create(store), signer_of()).note
        backend = store.backend
        one, two = (cosigned(note, name) for name in ("witness.example/a", "witness.example/b"))
        assert add_cosignatures(backend, "semax", one) == one
        both = add_cosignatures(backend, "semax", two)
        assert both == cosigned(one, "witness.example/b")
        assert add_cosignatures(backend, "semax", note) == both
        newer = add_cosignatures(backend, "semax", cosigned(note, "witness.example/a", b"\2" * 72))
        assert [each.name for each in newer.signatures] == [each.name for each in both.signatures]
        assert newer.signatures[1].data == b"\2" * 72
        assert newer == checkpoint_at(backend, "semax", 1)


def test_own_signature_is_not_replaced() -> None:
    """Whatever comes as a cosignature, what the key signed stays."""
    with opened() as store:
        note = signed(create(store), signer_of()).note
        forged = attrs.evolve(note, signatures=(attrs.evolve(note.signatures[0], data=b"\1" * 64),))
        assert add_cosignatures(store.backend, "semax", forged) == note


def test_cosignatures_of_something_else() -> None:
    """What was never kept takes no cosignature."""
    with opened() as store:
        ledger = create(store)
        signed(ledger, signer_of())
        other = KEY.sign(Checkpoint(ORIGIN, 1, b"\7" * 32).text)
        with pytest.raises(Invalid, match="keeps another checkpoint of 1 events"):
            add_cosignatures(store.backend, "semax", other)
        later = KEY.sign(Checkpoint(ORIGIN, 2, b"\7" * 32).text)
        with pytest.raises(NotFound, match="has no checkpoint of 2 events; the latest are of: 1"):
            add_cosignatures(store.backend, "semax", later)


def test_ledger_that_was_never_signed() -> None:
    """Where nothing was signed, nothing is kept, and asking says so."""
    with opened() as store:
        create(store)
        assert signed_sizes(store.backend, "semax") == []
        assert last_signed(store.backend, "semax") is None
        assert head_at(store.backend, "semax", 1) is None
        with pytest.raises(NotFound, match="the latest are of: none"):
            checkpoint_at(store.backend, "semax", 1)


# -- the state machine of all this -------------------------------------------------------


@settings(max_examples=40)
@given(st.data())
def test_whatever_happens_nothing_forks(data: st.DataObject) -> None:
    """Backups are restored, written on and lost as it comes: all that was signed is one story."""
    signer = signer_of()
    ledgers = [opened()]
    create(ledgers[0])
    issued: list[Checkpoint] = []
    for _ in range(data.draw(st.integers(1, 8))):
        which = data.draw(st.integers(0, len(ledgers) - 1))
        ledger = ledgers[which].ledger("semax")
        action = data.draw(st.sampled_from(["append", "sign", "copy"]))
        if action == "append":
            add(ledger, data.draw(st.sampled_from([1, 2, 300])), data.draw(st.sampled_from("ab")))
        elif action == "copy":
            ledgers.append(copied(ledger))
        else:
            try:
                issued.append(signed(ledger, signer).checkpoint)
            except Refused as error:
                assert str(error).endswith("nothing was signed")  # noqa: PT017  # or it passes
            else:
                for earlier in issued:
                    assert earlier.root == root_at(ledger, earlier.size)
    assert sorted(each.size for each in issued) == [each.size for each in issued]


def copied(ledger: Ledger) -> Store:
    """Return a copy of a ledger in a store of its own."""
    from evledger.stores.base import Transaction, Write  # noqa: PLC0415

    backend, store = ledger.store.backend, opened()
    snapshot = backend.snapshot(ledger.name)
    pages = tuple(enumerate(snapshot.pages))

    def compose(_transaction: Transaction) -> Write:
        return Write(
            tip=snapshot.tip,
            pages=pages,
            tail=snapshot.tail,
            keys=dict(backend.names(ledger.name)),
        )

    store.backend.write(ledger.name, compose)
    kept = backend.kept(ledger.name, backend.kept_names(ledger.name))
    store.backend.keep(ledger.name, kept)
    return store


def test_signing_while_the_tree_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the kept hashes are dropped meanwhile, signing leaves no tree with a gap behind."""
    monkeypatch.setattr(rebuilding, "PAGES_AT_A_TIME", 1)
    with opened() as store:
        ledger, signer = create(store), signer_of()
        add(ledger, 600)
        signed(ledger, signer)
        add(ledger, 900)
        backend, dropped = store.backend, list[str]()

        def drop_once(done: int, total: int) -> None:
            del total
            if done > 700 and not dropped:
                dropped.extend([*backend.kept_names("semax", "tile/"), "tree"])
                backend.keep("semax", dict.fromkeys(dropped))

        assert ledger.checkpoint(signer, progress=drop_once).checkpoint.size == 1_501
        assert dropped
        assert ledger.prove(3).n == 3
        assert ledger.verify("full").ok
