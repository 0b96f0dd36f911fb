"""The tree that a store keeps: always that of the lines, whoever grows it, and whatever happens."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import Broken, GapNoted, NotFound, Plugins, StoreError
from evledger.chain import PAGE_EVENTS
from evledger.proofs import stored
from evledger.proofs.stored import StoredTree, regrow
from evledger.stores import Backend, Tip
from evledger.stores.memory import MemoryStore
from evledger.stores.sqlite import SQLiteStore
from evledger.testing.suites.stores import grow, lines
from evledger.tree import (
    HASH,
    Growth,
    leaf_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

ADVICE = "run 'evledger reindex'"


@pytest.fixture(params=["memory", "sqlite"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """Yield an empty store of either kind."""
    with opened(request.param, tmp_path / "a.db") as backend:
        yield backend


def opened(kind: str, path: Path) -> Backend:
    """Open a store."""
    return MemoryStore() if kind == "memory" else SQLiteStore(str(path))


def leaves(size: int) -> list[bytes]:
    """Return the lines of the ledger in these tests, as leaves."""
    return [line.removesuffix(b"\n") for line in lines(0, size)]


def tiles(size: int) -> dict[str, bytes]:
    """Return all that is kept of a tree."""
    found = Growth().extend([leaf_hash(leaf) for leaf in leaves(size)])
    kept = {f"tile/{level}/{index:010d}": tile for (level, index), tile in found.items()}
    return {**kept, "tree": b"%d" % size}


def kept(backend: Backend) -> dict[str, bytes]:
    """Return all that is kept of the ledger."""
    return backend.kept("x", backend.kept_names("x"))


def check(tree: StoredTree, size: int) -> None:
    """Check that a tree is that of the lines, by proofs from it at two sizes."""
    root = tree_root(leaves(size))
    assert tree.root(size) == root
    for n in {0, size // 2, size - 1}:
        verify_inclusion(n, size, leaf_hash(leaves(size)[n]), tree.inclusion(n, size), root)
    for old in {1, size // 3 + 1, size}:
        old_root = tree_root(leaves(old))
        assert tree.root(old) == old_root
        verify_consistency(old, size, old_root, root, tree.consistency(old, size))


# -- growing -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_any_order_of_appending_and_growing(
    kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Lines may come and the tree may grow in any steps, by one object or several: it is theirs."""

    @settings(max_examples=30, deadline=None)
    @given(
        steps=st.lists(st.tuples(st.integers(1, 700), st.floats(0, 1), st.booleans()), max_size=4),
        pages=st.integers(1, 3),
    )
    def compare(steps: list[tuple[int, float, bool]], pages: int) -> None:
        path = tmp_path_factory.mktemp("tree") / "a.db"
        with opened(kind, path) as backend, patch.object(stored, "PAGES_AT_A_TIME", pages):
            grow(backend, 1)
            tree, reached = StoredTree(backend, "x"), 0
            for count, part, anew in steps:
                size = max(1, int(grow(backend, count).size * part))
                tree = StoredTree(backend, "x") if anew else tree
                tree.grow(size)
                reached = max(reached, size)
                check(tree, size)
            assert tree.size == reached
            assert kept(backend) == (tiles(reached) if reached else {})

    compare()


def test_tiles(backend: Backend) -> None:
    """The tiles of a tree are those of the lines, also at a size that it has outgrown."""
    grow(backend, 700)
    tree = StoredTree(backend, "x")
    tree.grow(700)
    for size in (1, 255, 256, 257, 513, 700):
        found = Growth().extend([leaf_hash(leaf) for leaf in leaves(size)])
        for (level, index), tile in found.items():
            assert tree.tile(level, index, len(tile) // HASH) == tile


def test_more_than_there_is(backend: Backend) -> None:
    """There is no tree over more lines than the ledger has, nor one of no ledger."""
    grow(backend, 5)
    with pytest.raises(NotFound, match="has 5 events; there is no tree over 6"):
        StoredTree(backend, "x").root(6)
    with pytest.raises(NotFound, match="'y'"):
        StoredTree(backend, "y")


class Counting(MemoryStore):
    """A store that counts what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def kept(self, ledger: str, names: Collection[str]) -> dict[str, bytes]:
        """Return what is kept."""
        self.asked += names
        return super().kept(ledger, names)


def test_what_a_proof_reads() -> None:
    """A first proof reads the tiles on its path and at the edge; the next one none of them."""
    backend = Counting()
    grow(backend, 2_000)
    StoredTree(backend, "x").grow(2_000)
    tree = StoredTree(backend, "x")
    backend.asked.clear()
    tree.inclusion(3, 2_000)
    assert {name for name in backend.asked if name != "tree"} == {
        "tile/0/0000000000",
        "tile/0/0000000007",
        "tile/1/0000000000",
    }
    backend.asked.clear()
    tree.inclusion(4, 2_000)
    assert set(backend.asked) == {"tree"}


# -- stores that cannot be written ---------------------------------------------------------


def test_a_read_only_store(tmp_path: Path) -> None:
    """Where nothing can be kept, the tree is in memory, from where what is kept ends."""
    path = tmp_path / "a.db"
    with SQLiteStore(str(path)) as backend:
        grow(backend, 300)
        StoredTree(backend, "x").grow(280)
        grow(backend, 500)
    with SQLiteStore(f"sqlite:///{path}?mode=ro") as backend:
        tree = StoredTree(backend, "x")
        check(tree, 800)
        assert (tree.size, kept(backend)) == (800, tiles(280))


class Filling(MemoryStore):
    """A store that keeps some things, and then is full."""

    room = 1

    def keep(
        self,
        ledger: str,
        items: Mapping[str, bytes | None],
        expect: Mapping[str, bytes | None] | None = None,
    ) -> bool:
        """Keep it, if there is room."""
        self.room -= 1
        if self.room < 0:
            raise StoreError("full")
        return super().keep(ledger, items, expect)


@pytest.mark.parametrize("later", [400, 900])
def test_a_store_that_fills_up(later: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Growing goes on in memory; when another could keep more, that is taken up."""
    monkeypatch.setattr(stored, "PAGES_AT_A_TIME", 1)
    backend = Filling()
    grow(backend, 900)
    tree = StoredTree(backend, "x")
    check(tree, 600)
    assert kept(backend) == tiles(256)
    check(tree, 700)
    backend.room = 99
    StoredTree(backend, "x").grow(later)
    check(tree, 900)


def test_a_store_that_is_full_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once something was not kept, nothing that follows it is kept without it."""
    monkeypatch.setattr(stored, "PAGES_AT_A_TIME", 1)

    class Hiccup(Filling):
        def keep(
            self,
            ledger: str,
            items: Mapping[str, bytes | None],
            expect: Mapping[str, bytes | None] | None = None,
        ) -> bool:
            if self.room == 0:
                self.room = 99
                raise StoreError("full")
            return super().keep(ledger, items, expect)

    backend = Hiccup()
    grow(backend, 900)
    check(StoredTree(backend, "x"), 900)
    assert kept(backend) == tiles(256)
    check(StoredTree(backend, "x"), 900)
    assert kept(backend) == tiles(900)


def test_a_locked_store(tmp_path: Path) -> None:
    """While another process writes for longer than one waits, the tree is in memory."""
    path = tmp_path / "a.db"
    with SQLiteStore(f"sqlite:///{path}?timeout=0.1") as backend:
        grow(backend, 300)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            check(StoredTree(backend, "x"), 300)
            other.execute("ROLLBACK")
        assert kept(backend) == {}
        StoredTree(backend, "x").grow(300)
        assert kept(backend) == tiles(300)


# -- many at once --------------------------------------------------------------------------


GROW = """
import sys
from evledger.proofs import stored
from evledger.stores.sqlite import SQLiteStore
stored.PAGES_AT_A_TIME = 1
with SQLiteStore(sys.argv[1]) as backend:
    stored.StoredTree(backend, "x").grow(int(sys.argv[2]))
"""


def test_processes_grow_at_once(tmp_path: Path) -> None:
    """Who is slower takes up what the others have kept; together they keep the one tree."""
    path = tmp_path / "a.db"
    with SQLiteStore(str(path)) as backend:
        grow(backend, 5_000)
        sizes = (5_000, 4_999, 3_000)
        workers = [subprocess.Popen([sys.executable, "-c", GROW, path, str(n)]) for n in sizes]
        assert [worker.wait(120) for worker in workers] == [0, 0, 0]
        assert kept(backend) == tiles(5_000)


class Meddled(MemoryStore):
    """A store in which something happens whenever one of its methods is called."""

    def __init__(self, method: str, times: int = 1) -> None:
        super().__init__()
        self.happens: Callable[[], object] = bool
        self._method, self._left = method, times

    def _meddle(self, method: str) -> None:
        if method == self._method and self._left:
            self._left -= 1
            self.happens()

    def tail(self, ledger: str) -> tuple[Tip, list[bytes]]:
        """Return the tail, and then let it happen."""
        found = super().tail(ledger)
        self._meddle("tail")
        return found

    def kept(self, ledger: str, names: Collection[str]) -> dict[str, bytes]:
        """Return what is kept, after it happened."""
        if any(name.startswith("tile/") for name in names):
            self._meddle("kept")
        return super().kept(ledger, names)

    def keep(
        self,
        ledger: str,
        items: Mapping[str, bytes | None],
        expect: Mapping[str, bytes | None] | None = None,
    ) -> bool:
        """Keep it, after it happened."""
        if expect:
            self._meddle("keep")
        return super().keep(ledger, items, expect)


def test_appending_while_it_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines that come while others are hashed are not hashed in their place."""
    monkeypatch.setattr(stored, "PAGES_AT_A_TIME", 1)
    backend = Meddled("tail", 9)
    grow(backend, 700)
    backend.happens = lambda: grow(backend, 100)
    check(StoredTree(backend, "x"), 700)
    check(StoredTree(backend, "x"), 1_000)


@pytest.mark.parametrize("method", ["kept", "keep"])
def test_reindexing_while_it_is_used(method: str) -> None:
    """Hashes that are dropped under the hands of a reader are computed again."""
    backend = Meddled(method)
    grow(backend, 700)
    StoredTree(backend, "x").grow(600)
    backend.happens = lambda: backend.keep("x", dict.fromkeys(backend.kept_names("x")))
    check(StoredTree(backend, "x"), 700)
    assert kept(backend) == tiles(700)


@pytest.mark.parametrize("by", [300, 699, 700])
def test_another_is_faster(by: int) -> None:
    """What another has kept in between is not written over, and serves as well."""
    backend = Meddled("keep")
    grow(backend, 700)
    other = StoredTree(backend, "x")
    backend.happens = lambda: other.grow(by)
    check(StoredTree(backend, "x"), 700)
    assert kept(backend) == tiles(700)


def test_a_store_that_says_no() -> None:
    """A store that once keeps nothing, though nothing was in the way, is asked again."""

    class Moody(MemoryStore):
        moods = 3

        def keep(
            self,
            ledger: str,
            items: Mapping[str, bytes | None],
            expect: Mapping[str, bytes | None] | None = None,
        ) -> bool:
            self.moods -= 1
            return self.moods < 0 and super().keep(ledger, items, expect)

    backend = Moody()
    grow(backend, 300)
    check(StoredTree(backend, "x"), 300)
    assert kept(backend) == tiles(300)


def test_threads_share_a_tree(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads may prove and grow through one object while lines come."""
    monkeypatch.setattr(stored, "PAGES_AT_A_TIME", 1)
    grow(backend, 600)
    tree = StoredTree(backend, "x")
    start = threading.Barrier(4)

    def work(seed: int) -> None:
        chosen = random.Random(seed)  # noqa: S311  # which proofs are asked for
        start.wait(30)
        for _ in range(12):
            size = chosen.randrange(2, backend.tip("x").size + 1)
            n = chosen.randrange(size)
            root, leaf = tree_root(leaves(size)), leaf_hash(leaves(size)[n])
            verify_inclusion(n, size, leaf, tree.inclusion(n, size), root)
            if seed == 0:
                grow(backend, 100)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))


def test_threads_take_turns() -> None:
    """Two threads never extend one tree at once: neither meets the other in the store."""
    meeting = threading.Barrier(2)
    met: list[bool] = []

    def meet() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait(0.2)
            met.append(True)

    backend = Meddled("tail", 2)
    grow(backend, 300)
    backend.happens = meet
    tree = StoredTree(backend, "x")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(tree.grow, [200, 300]))
    assert met == []
    check(tree, 300)


# -- death ---------------------------------------------------------------------------------

DIE = """
import os, sys
from evledger.proofs import stored
from evledger.stores.sqlite import SQLiteStore
stored.PAGES_AT_A_TIME = 1
left, moment = int(sys.argv[2]), sys.argv[3]

class Mortal(SQLiteStore):
    def keep(self, *args):
        global left
        left -= 1
        if left == 0 and moment == "before":
            os._exit(77)
        if left == 0 and moment == "within":
            import evledger.stores.rows as rows
            rows.Connection.keep = die(rows.Connection.keep)
        done = super().keep(*args)
        if left == 0:
            os._exit(77)
        return done

def die(keep):
    def within(self, number, items):
        keep(self, number, items)
        os._exit(77)
    return within

with Mortal(sys.argv[1]) as backend:
    stored.StoredTree(backend, "x").grow(700)
"""


@pytest.mark.parametrize("moment", ["before", "within", "after"])
@pytest.mark.parametrize("step", [1, 2, 3])
def test_death_while_growing(step: int, moment: str, tmp_path: Path) -> None:
    """A process that dies before, in or after any step leaves something from which it goes on."""
    path = tmp_path / "a.db"
    with SQLiteStore(str(path)) as backend:
        grow(backend, 700)
    ended = subprocess.run([sys.executable, "-c", DIE, path, str(step), moment], check=False)
    assert ended.returncode == 77
    with SQLiteStore(str(path)) as backend:
        reached = min(256 * (step if moment == "after" else step - 1), 700)
        assert kept(backend) == (tiles(reached) if reached else {})
        check(StoredTree(backend, "x"), 700)
        assert kept(backend) == tiles(700)


# -- garbage -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "garbage", [b"", b"x", b"-1", b"0", b"007", b"1.5", b"7\n", b"\xff", b"9" * 30]
)
def test_garbage_as_the_size(garbage: bytes, backend: Backend) -> None:
    """What is no number of leaves is told at once, and reindexing mends it."""
    grow(backend, 300)
    StoredTree(backend, "x").grow(300)
    used = StoredTree(backend, "x")
    backend.keep("x", {"tree": garbage})
    for ask in (lambda: StoredTree(backend, "x"), lambda: used.root(300), lambda: used.grow(1)):
        with pytest.raises(Broken, match=ADVICE):
            ask()
    regrow(backend, "x")
    check(used, 300)
    assert kept(backend) == tiles(300)


def test_a_size_beyond_the_ledger(backend: Backend) -> None:
    """So is a number that is larger than the ledger."""
    grow(backend, 300)
    backend.keep("x", {"tree": b"301"})
    with pytest.raises(Broken, match=f"said to have 301 leaves, of 300 events; {ADVICE}"):
        StoredTree(backend, "x")


@pytest.mark.parametrize("name", ["tile/0/0000000000", "tile/0/0000000001", "tile/1/0000000000"])
@pytest.mark.parametrize("garbage", [None, b"", bytes(31), bytes(32 * 256 + 1), bytes(32 * 257)])
def test_garbage_as_a_tile(name: str, garbage: bytes | None, backend: Backend) -> None:
    """A tile that is missing, or of a length that it cannot have, is told and mended."""
    grow(backend, 400)
    StoredTree(backend, "x").grow(300)
    backend.keep("x", {name: garbage})
    tree = StoredTree(backend, "x")
    with pytest.raises(Broken, match=f"{name} has .* bytes; {ADVICE}"):
        _ = tree.inclusion(0, 300), tree.root(300)
    if name != "tile/0/0000000000":  # it is not at the edge
        with pytest.raises(Broken, match=f"{name} has .* bytes; {ADVICE}"):
            StoredTree(backend, "x").grow(400)
    regrow(backend, "x")
    check(StoredTree(backend, "x"), 400)


def test_one_hash_too_few(backend: Backend) -> None:
    """A tile that lacks one hash of what the size says is told, also beyond the proof's own."""
    grow(backend, 300)
    StoredTree(backend, "x").grow(300)
    backend.keep("x", {"tile/0/0000000001": tiles(300)["tile/0/0000000001"][:-32]})
    with pytest.raises(Broken, match=ADVICE):
        StoredTree(backend, "x").root(299)


def test_a_piece_of_a_hash(backend: Backend) -> None:
    """A tile that another has extended has whole hashes; a piece of one is told."""
    grow(backend, 300)
    StoredTree(backend, "x").grow(299)
    true = tiles(300)["tile/0/0000000001"]
    backend.keep("x", {"tile/0/0000000001": true})
    assert StoredTree(backend, "x").root(299) == tree_root(leaves(299))
    backend.keep("x", {"tile/0/0000000001": true[:-1]})
    with pytest.raises(Broken, match=ADVICE):
        StoredTree(backend, "x").root(299)


@pytest.mark.parametrize("page", [b"header\n{}\n", b"header\n" + b"{}\n" * 257, None])
def test_lines_that_are_damaged(page: bytes | None) -> None:
    """A page that has not its lines, or is not there, is told, and no tree is made of it."""

    class Damaged(MemoryStore):
        def pages(self, ledger: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
            pages = list(super().pages(ledger, start, stop))
            yield from (pages[1:] if page is None else [page, *pages[1:]])

    backend = Damaged()
    grow(backend, 2 * PAGE_EVENTS)
    with pytest.raises(Broken, match=r"not sound: .*; run 'evledger verify'"):
        StoredTree(backend, "x").grow(2 * PAGE_EVENTS)
    assert kept(backend) == {}


# -- reindexing ----------------------------------------------------------------------------


def test_reindexing_a_ledger(tmp_path: Path) -> None:
    """Hashes are computed anew, signed notes stay, and the names are what is counted."""
    with evledger.open(tmp_path / "a.db", plugins=Plugins.builtin()) as store:
        tea = store.create("tea", title="Tea", by="me")
        tea.append(*(GapNoted(id=f"g{n}", text="?") for n in range(300)), by="me")
        names = len(dict(store.backend.names("tea")))
        assert (tea.reindex(), store.backend.kept_names("tea")) == (names, [])
        tree = StoredTree(store.backend, "tea")
        root = tree.root(200)
        store.backend.keep(
            "tea",
            {
                "tile/0/0000000000": bytes(32 * 256),
                "tile/5/0000000007": b"none of ours",
                "checkpoint/00000000000000000200": b"signed",
                "signed-head/00000000000000000200": b"signed",
            },
        )
        assert tea.reindex() == names
        assert store.backend.kept_names("tea") == [
            "checkpoint/00000000000000000200",
            "signed-head/00000000000000000200",
            "tile/0/0000000000",
            "tile/0/0000000001",
            "tile/1/0000000000",
            "tree",
        ]
        assert StoredTree(store.backend, "tea").root(200) == root
        assert StoredTree(store.backend, "tea").size == 301
