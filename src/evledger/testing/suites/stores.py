"""The suite for stores."""

from __future__ import annotations

import base64
import copy
import io
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar, Final

import attrs
import pytest
from blake3 import blake3
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evledger.chain import ChainEnd
from evledger.events import GapNoted
from evledger.exceptions import Conflict, NotFound
from evledger.ledger import Ledger
from evledger.plugins import Plugins
from evledger.seals import Hidden, Opening
from evledger.store import Store
from evledger.stores.base import Backend, Tip, Transaction, Write
from evledger.testing.comparing import contents
from evledger.testing.suites.base import Suite, not_given, tried
from evledger.testing.suites.confided import SECRET, confided
from evledger.testing.telling import Story, clock, stories

__all__ = ["StoreTests"]

_AT: Final = "2026-11-22T10:00:00.000000Z"
_CROWD: Final = 4
_EACH: Final = 25


class StoreTests(Suite):
    """What `evledger.stores.base.Backend` promises, held to by every store.

    Attributes:
        is_lasting: whether a store that is opened at the same URL later has the same ledgers.
        is_shared: whether it has them at the same time, in another process too.

    >>> from evledger.stores.memory import MemoryStore
    >>> class TestMemory(StoreTests):
    ...     is_lasting = is_shared = False
    ...
    ...     def url(self, folder):
    ...         return "memory:"
    ...
    ...     def opener(self):
    ...         return MemoryStore
    """

    is_lasting: ClassVar[bool] = True
    is_shared: ClassVar[bool] = True

    def url(self, folder: Path) -> str:
        """Return the URL of a store that is empty yet.

        Args:
            folder: an empty folder, a new one for each test.
        """
        del folder
        raise not_given(self, "url")

    def opener(self) -> Callable[[str], Backend]:
        """Return what opens a URL; tests with processes need a class or function of a module."""
        raise not_given(self, "opener")

    @pytest.fixture
    def backend(self, tmp_path: Path) -> Iterator[Backend]:
        """Yield an empty store, and close it."""
        with self.opener()(self.url(tmp_path)) as backend:
            yield backend

    @pytest.fixture
    def store(self, backend: Backend) -> Store:
        """Return the store as an application has it."""
        return Store(backend, Plugins.builtin(), clock())

    # -- text

    def test_empty_store(self, backend: Backend) -> None:
        """An empty store has no ledgers, and says so of any that it is asked for."""
        assert backend.ledgers() == []
        with pytest.raises(NotFound, match="'x'"):
            backend.tip("x")

    @pytest.mark.parametrize(
        "steps", [[1], [255, 1], [256], [256, 1], [100, 500, 1], [1, 255, 256]], ids=str
    )
    def test_text(self, backend: Backend, steps: list[int]) -> None:
        """However lines come in, pages and open lines are those of the chain."""
        tip = [grow(backend, step) for step in steps][-1]
        size = sum(steps)
        expected = ChainEnd("x").extend(lines(0, size))
        full = [text for _, text in expected.pages]
        snapshot = backend.snapshot("x")
        assert tip == backend.tip("x") == snapshot.tip
        assert (tip.size, tip.head) == (size, expected.end.head)
        pages = backend.pages("x")
        assert list(pages) == list(pages) == list(snapshot.pages) == full
        assert list(backend.pages("x", 1)) == full[1:]
        assert list(backend.pages("x", 0, 1)) == full[:1]
        assert backend.tail("x") == (tip, list(expected.tail))
        assert list(snapshot.tail) == list(expected.tail)

    def test_snapshot_is_of_one_moment(self, backend: Backend) -> None:
        """A snapshot stays what it was while the ledger grows."""
        grow(backend, 300)
        snapshot = backend.snapshot("x")
        grow(backend, 300)
        assert (len(list(snapshot.pages)), len(snapshot.tail), snapshot.tip.size) == (1, 44, 300)
        assert len(list(snapshot.pages)) == 1

    def test_what_is_given_can_be_changed(self, backend: Backend) -> None:
        """Whoever empties what a store gave empties nothing in the store."""
        grow(backend, 3, keys={"a": 1})
        backend.keep("x", {"tree": b"1"})

        def given() -> tuple[list[str], list[bytes], list[str], dict[str, int], dict[str, bytes]]:
            tail, names = backend.tail("x")[1], backend.kept_names("x")
            return (
                backend.ledgers(),
                tail,
                names,
                backend.lookup("x", "a"),
                backend.kept("x", names),
            )

        before = copy.deepcopy(given())
        for each in given():
            each.clear()
        assert given() == before

    @pytest.mark.parametrize("size", [3, 300])
    def test_transaction_sees_the_ledger(self, backend: Backend, size: int) -> None:
        """Within a write the ledger is seen as it stands."""
        opening = Opening(1, "quote", bytes(32), b"[]")
        tip = grow(backend, size, keys={"a": 1}, openings=[opening])
        seen: list[object] = []

        def look(transaction: Transaction) -> Write:
            seen.extend([transaction.tip, transaction.lines(1, 3)])
            seen.extend([transaction.lines(size - 1, size), transaction.tail()])
            seen.extend([transaction.lookup(["a", "b"]), transaction.openings(0, 2)])
            seen.extend(transaction.page(number) for number in range(size // 256))
            raise KeyError

        with pytest.raises(KeyError):
            backend.write("x", look)
        tail = lines(size // 256 * 256, size)
        pages = list(backend.pages("x"))
        found = [tip, lines(1, 3), lines(size - 1, size), tail, {"a": 1}, [opening], *pages]
        assert seen == found

    def test_failed_write_leaves_nothing(self, backend: Backend) -> None:
        """What composing raises ends the write, and nothing is changed."""
        grow(backend, 3, keys={"a": 1})
        before = (backend.tail("x"), list(backend.names("x")))

        def fail(_transaction: Transaction) -> Write:
            raise KeyError("mine")

        for ledger in ("x", "y"):
            with pytest.raises(KeyError, match="mine"):
                backend.write(ledger, fail)
        assert (backend.tail("x"), list(backend.names("x"))) == before
        assert backend.ledgers() == ["x"]

    def test_waiting(self, backend: Backend) -> None:
        """Waiting ends at once where there is more, and in time where nothing comes."""
        grow(backend, 2)
        assert [backend.changed("x", size, 0.01) for size in (0, 1, 2)] == [True, True, False]

    def test_database_is_sound(self, backend: Backend) -> None:
        """A store that was only used as it should be finds nothing wrong with itself."""
        grow(backend, 300)
        assert backend.check() == []

    # -- names, counters, vault, attachments

    def test_names(self, backend: Backend) -> None:
        """Names are held, looked up, taken over and released; each ledger has its own."""
        grow(backend, 3, keys={"b": 1, "a": 2, "é ": 0})
        grow(backend, 1, keys={"b": 3}, released=["a"])
        grow(backend, 1, "y", keys={"a": 0})
        assert list(backend.names("x")) == [("b", 3), ("é ", 0)]
        assert backend.lookup("x", ["a", "b", "c"]) == {"b": 3}
        assert (backend.lookup("y", ["a"]), backend.lookup("x", [])) == ({"a": 0}, {})

    def test_released_name_is_taken_again(self, backend: Backend) -> None:
        """A name can be released and introduced in one write."""
        grow(backend, 1, keys={"a": 0})
        grow(backend, 1, keys={"a": 1}, released=["a"])
        assert backend.lookup("x", ["a"]) == {"a": 1}

    def test_reindexing(self, backend: Backend) -> None:
        """The names and counters can be replaced by others, unless the ledger has grown since."""
        grow(backend, 3, keys={"a": 1})
        assert not backend.reindex("x", [("z", 2)], {"gap:g": 7}, 2)
        assert (list(backend.names("x")), backend.tip("x").counters) == ([("a", 1)], {})
        assert backend.reindex("x", [("z", 2)], {"gap:g": 7}, 3)
        assert (list(backend.names("x")), backend.tip("x").counters) == ([("z", 2)], {"gap:g": 7})

    def test_counters(self, backend: Backend) -> None:
        """Reserved numbers are nobody else's; they are given back only where they are the last."""
        grow(backend, 1)
        assert [backend.reserve("x", "gap:g", 8) for _ in range(2)] == [1, 9]
        backend.release("x", "gap:g", 8, 0)
        assert backend.reserve("x", "gap:g", 1) == 17
        backend.release("x", "gap:g", 17, 16)
        assert (backend.reserve("x", "gap:g", 1), backend.reserve("x", "claim:c", 1)) == (17, 1)

    def test_vault(self, backend: Backend) -> None:
        """Openings are kept until they are forgotten, and then are nowhere."""
        openings = [Opening(n, f, bytes([n] * 32), b'["secret"]') for n in (0, 2) for f in "ab"]
        grow(backend, 3, openings=openings)
        assert list(backend.openings("x")) == openings
        assert list(backend.openings("x", 1, 3)) == openings[2:]
        grow(backend, 3, "y")
        assert list(backend.openings("y")) == []
        grow(backend, 1, forget=[(2, "a")])
        assert backend.scrub(openings[2:3])
        assert list(backend.openings("x")) == [*openings[:2], openings[3]]

    @pytest.mark.parametrize("size", [0, 1, 1 << 20])
    def test_attachments(self, backend: Backend, size: int) -> None:
        """Attachments are given back byte for byte; keeping one twice does nothing."""
        grow(backend, 1)
        grow(backend, 1, "y")
        data = bytes(range(256)) * (size // 256) or b"x" * size
        digest = blake3(data).hexdigest()
        for _ in range(2):
            backend.attach("x", digest, io.BytesIO(data))
        assert (backend.attachments("x"), backend.attachments("y")) == ([digest], [])
        assert b"".join(backend.attachment("x", digest)) == data
        other = blake3(b"with the lines").hexdigest()
        grow(backend, 1, attachments={digest: data, other: b"with the lines"})
        assert b"".join(backend.attachment("x", digest)) == data
        assert b"".join(backend.attachment("x", other)) == b"with the lines"
        grow(backend, 1, forget_attachments=[digest, other])
        assert backend.attachments("x") == []
        with pytest.raises(NotFound, match=digest):
            list(backend.attachment("x", digest))

    # -- beside the chain

    def test_kept(self, backend: Backend) -> None:
        """What is kept beside the chain is given back, replaced, dropped; each ledger has its own.

        It is bytes of any kind and length, also none at all.
        """
        grow(backend, 1)
        grow(backend, 1, "y")
        assert (backend.kept("x", ["tree"]), backend.kept_names("x")) == ({}, [])
        large = bytes(range(256)) * 400
        assert backend.keep("x", {"tree": b"1", "tile/0/0": large, "empty": b""})
        assert backend.keep("y", {"tree": b"2"})
        assert backend.kept("x", ["tile/0/0", "tree", "none"]) == {"tree": b"1", "tile/0/0": large}
        assert backend.kept("x", ["empty"]) == {"empty": b""}
        assert backend.keep("x", {"tree": None, "tile/0/0": b"other", "none": None})
        names = ["empty", "tile/0/0", "tree"]
        assert backend.kept("x", names) == {"empty": b"", "tile/0/0": b"other"}
        assert (backend.kept("y", names), backend.kept("x", [])) == ({"tree": b"2"}, {})

    def test_kept_of_a_missing_ledger(self, backend: Backend) -> None:
        """Nothing is kept of a ledger that there is not."""
        for ask in (
            lambda: backend.kept("x", ["tree"]),
            lambda: backend.kept_names("x"),
            lambda: backend.keep("x", {"tree": b"1"}),
        ):
            with pytest.raises(NotFound, match="'x'"):
                ask()
        assert backend.ledgers() == []

    @pytest.mark.parametrize(
        ("expect", "kept"),
        [
            (None, b"3"),
            ({}, b"3"),
            ({"a": b"1"}, b"3"),
            ({"a": b"1", "z": None}, b"3"),
            ({"a": b"2"}, b"1"),
            ({"a": None}, b"1"),
            ({"a": b"1", "z": b""}, b"1"),
        ],
        ids=str,
    )
    def test_keeping_what_is_expected(
        self, backend: Backend, expect: dict[str, bytes | None] | None, kept: bytes
    ) -> None:
        """Either everything expected is there, and all is kept, or nothing is done."""
        grow(backend, 1)
        backend.keep("x", {"a": b"1", "b": b"1"})
        done = backend.keep("x", {"a": b"3", "b": None, "c": b"3"}, expect)
        expected = {"a": b"3", "c": b"3"} if done else {"a": b"1", "b": b"1"}
        assert backend.kept("x", ["a", "b", "c"]) == expected
        assert expected["a"] == kept

    def test_names_of_what_is_kept(self, backend: Backend) -> None:
        """The names are sorted by code points; a prefix is taken letter for letter."""
        grow(backend, 1)
        grow(backend, 1, "y")

        @settings(tried, max_examples=60)
        @given(st.sets(_NAMES, max_size=8), _NAMES | st.just(""))
        @example({"ab"}, "%")
        @example({"ab"}, "_")
        @example({"ab"}, "?")
        def compare(names: set[str], prefix: str) -> None:
            given = names | {prefix + name for name in list(names)[:2]}
            backend.keep("x", dict.fromkeys(given, b"1"))
            backend.keep("y", {f"{prefix}other": b"1"})
            expected = sorted(name for name in given if name.startswith(prefix))
            assert backend.kept_names("x", prefix) == expected
            assert backend.kept_names("x") == sorted(given)
            assert set(backend.kept("x", given)) == given
            assert backend.keep("x", dict.fromkeys(given))

        compare()

    def test_kept_while_the_ledger_changes(self, backend: Backend) -> None:
        """Appending, forgetting and other names change nothing of what is kept."""
        opening = Opening(1, "quote", bytes(32), b"[]")
        grow(backend, 200, openings=[opening])
        backend.keep("x", {"tree": b"200", "checkpoint/1": b"signed"})
        grow(backend, 100, forget=[(1, "quote")])
        backend.scrub([opening])
        backend.reindex("x", [("z", 2)], {}, backend.tip("x").size)
        assert backend.kept("x", backend.kept_names("x")) == {
            "checkpoint/1": b"signed",
            "tree": b"200",
        }

    def test_threads_keep_what_they_expect(self, backend: Backend) -> None:
        """Of many who keep something in one place, each overwrites only what it has read."""
        grow(backend, 1)
        with ThreadPoolExecutor(_CROWD) as pool:
            list(pool.map(_count_up, [backend] * _CROWD))
        assert backend.kept("x", ["count"]) == {"count": b"%d" % (_CROWD * _EACH)}

    def test_threads_reserve_numbers_of_their_own(self, backend: Backend) -> None:
        """Of many who reserve numbers, each has others."""
        grow(backend, 1)
        expected = range(1, _CROWD * _EACH + 1)
        with ThreadPoolExecutor(_CROWD) as pool:
            asked = [pool.submit(backend.reserve, "x", "gap:g", 1) for _ in expected]
        assert sorted(each.result() for each in asked) == list(expected)

    # -- as an application sees it

    def test_ledger_is_as_in_memory(self, tmp_path: Path) -> None:
        """Whatever happens to a ledger, it is in this store what it is in memory."""
        numbers = iter(range(10_000))

        @settings(tried, max_examples=15)
        @given(story=stories())
        def compare(story: Story) -> None:
            folder = tmp_path / str(next(numbers))
            folder.mkdir()
            with self.opener()(self.url(folder)) as backend:
                self._compare(Store(backend, Plugins.builtin(), clock()), story)

        compare()

    def _compare(self, store: Store, story: Story) -> None:
        ledger = store.create("test", title=story.title, by="test")
        if story.events:
            ledger.append(*story.events, by="test")
        found = contents(ledger.view())
        expected = contents(attrs.evolve(story, erased=(), has_vault=True).view())
        identity = ("head", "id")
        assert _without(found, identity) == _without(expected, identity)
        assert ledger.verify("full").ok

    def test_erased_is_gone(self, store: Store, tmp_path: Path) -> None:
        """What was erased is read by nobody, and stands in no file of the store."""
        ledger = store.create("test", title="Test", by="test")
        ledger.append(*confided(["supports"]), by="test")
        for opening in list(store.backend.openings("test")):
            assert not ledger.erase(opening.n, opening.field, reason="test", by="test").pending
        assert ledger.view().claims["c1"].quote is Hidden.ERASED
        assert ledger.verify("full").ok
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert [path.name for path in files if _holds(path.read_bytes(), SECRET)] == []

    def test_expected_head(self, store: Store) -> None:
        """Who believes in another head than there is gets a conflict, and changes nothing."""
        ledger = store.create("test", title="Test", by="test")
        head = ledger.head()
        ledger.append(GapNoted(id="g1", text="One."), by="test", expect=head)
        with pytest.raises(Conflict):
            ledger.append(GapNoted(id="g2", text="Two."), by="test", expect=head)
        assert list(ledger.view().gaps) == ["g1"]

    # -- many at once

    def test_threads_share_a_store(self, store: Store) -> None:
        """Many threads write to one ledger: each acknowledged event is there once."""
        store.create("test", title="Test", by="test")
        start = threading.Barrier(_CROWD)

        def work(who: int) -> None:
            start.wait(30)
            _note_gaps(store.ledger("test"), who)

        with ThreadPoolExecutor(_CROWD) as pool:
            list(pool.map(work, range(_CROWD)))
        _check_crowd(store.ledger("test"))

    def test_readers_see_whole_writes(self, store: Store) -> None:
        """While somebody writes, a reader sees the ledger as it was or as it is."""
        ledger = store.create("test", title="Test", by="test")
        done = threading.Event()

        def write() -> None:
            try:
                for number in range(60):
                    pair = (GapNoted(id=f"g{number}-{side}", text="…") for side in "ab")
                    store.ledger("test").append(*pair, by="test")
            finally:
                done.set()

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(write)
            while not done.is_set():
                snapshot = store.backend.snapshot("test")
                assert snapshot.tip.size % 2 == 1
                assert len(snapshot.tail) == snapshot.tip.size % 256
            writing.result()
        assert ledger.verify("full").ok

    # -- where it lasts

    def test_opened_again_it_is_the_same(self, backend: Backend, tmp_path: Path) -> None:
        """What was written is there when the store is opened again, whatever it is."""
        self._needs(self.is_lasting, "lasts no longer than the object")
        tip, opening = self._filled(backend)
        backend.close()
        with self.opener()(self.url(tmp_path)) as later:
            self._check_same(later, tip, opening)
            grow(later, 1, forget=[(1, "quote")], released=["a"])
            assert later.scrub([opening])
            grow(later, 1)
        with self.opener()(self.url(tmp_path)) as later:
            assert (list(later.names("x")), list(later.openings("x"))) == ([], [])
            assert later.tail("x")[1] == lines(256, 302)

    def test_each_change_lasts(self, tmp_path: Path) -> None:
        """Whichever way a ledger was changed last, that is there when the store is opened again."""
        self._needs(self.is_lasting, "lasts no longer than the object")
        digest = blake3(b"data").hexdigest()
        changes: list[Callable[[Backend], object]] = [
            lambda backend: grow(backend, 2, keys={"a": 1}),
            lambda backend: backend.attach("x", digest, io.BytesIO(b"data")),
            lambda backend: backend.keep("x", {"tree": b"2"}),
            lambda backend: backend.reindex("x", [("b", 1)], {"gap:g": 7}, 2),
        ]
        for change in changes:
            with self.opener()(self.url(tmp_path)) as backend:
                change(backend)
                expected = _standing(backend)
            with self.opener()(self.url(tmp_path)) as later:
                assert _standing(later) == expected

    def test_another_store_sees_the_same(self, backend: Backend, tmp_path: Path) -> None:
        """What one store has written, another at the same URL reads at once."""
        self._needs(self.is_shared, "is not shared")
        tip, opening = self._filled(backend)
        with self.opener()(self.url(tmp_path)) as other:
            self._check_same(other, tip, opening)

    def _filled(self, backend: Backend) -> tuple[Tip, Opening]:
        opening = Opening(1, "quote", bytes(32), b"[]")
        tip = grow(backend, 300, keys={"b": 1}, openings=[opening])
        backend.attach("x", blake3(b"data").hexdigest(), io.BytesIO(b"data"))
        backend.keep("x", {"tree": b"300", "old": b"1"})
        backend.keep("x", {"old": None})
        assert backend.reindex("x", [("a", 1)], {"gap:g": 7}, tip.size)
        return backend.tip("x"), opening

    def _check_same(self, other: Backend, tip: Tip, opening: Opening) -> None:
        assert (other.ledgers(), other.tip("x")) == (["x"], tip)
        assert len(list(other.pages("x"))) == 1
        assert other.tail("x") == (tip, lines(256, 300))
        assert list(other.names("x")) == [("a", 1)]
        assert list(other.openings("x")) == [opening]
        assert other.attachments("x") == [blake3(b"data").hexdigest()]
        assert other.kept("x", other.kept_names("x")) == {"tree": b"300"}

    def test_processes_keep_what_they_expect(self, tmp_path: Path) -> None:
        """So it is among processes."""
        self._needs(self.is_shared, "is not shared")
        url = self.url(tmp_path)
        with self.opener()(url) as backend:
            grow(backend, 1)
            codes = _in_processes(_count_up_at, [(self.opener(), url)] * _CROWD)
            assert codes == [0] * _CROWD
            assert backend.kept("x", ["count"]) == {"count": b"%d" % (_CROWD * _EACH)}

    def test_processes_share_a_store(self, tmp_path: Path) -> None:
        """Many processes write to one ledger: each acknowledged event is there once."""
        self._needs(self.is_shared, "is not shared")
        url = self.url(tmp_path)
        with self.opener()(url) as backend:
            store = Store(backend, Plugins.builtin(), clock())
            ledger = store.create("test", title="Test", by="test")
            codes = _in_processes(_work, [(self.opener(), url, who) for who in range(_CROWD)])
            assert codes == [0] * _CROWD
            _check_crowd(ledger)

    def test_killed_write_leaves_nothing(self, tmp_path: Path) -> None:
        """A process that dies in the middle of a write leaves the ledger as it was, and usable."""
        self._needs(self.is_lasting, "lasts no longer than the object")
        url = self.url(tmp_path)
        with self.opener()(url) as backend:
            grow(backend, 3)
        assert _in_processes(_die, [(self.opener(), url)]) == [_DEAD]
        with self.opener()(url) as backend:
            assert backend.tail("x")[1] == lines(0, 3)
            assert grow(backend, 1).size == 4

    def _needs(self, ability: bool, otherwise: str) -> None:  # noqa: FBT001  # read as a sentence
        if not ability:
            pytest.skip(f"this store {otherwise}")


# -- lines, without a ledger around them -------------------------------------------------


def lines(start: int, stop: int) -> list[bytes]:
    """Return some lines; a store does not read them."""
    return [b'{"n":%d}\n' % n for n in range(start, stop)]


def grow(backend: Backend, size: int, ledger: str = "x", **changes: object) -> Tip:
    """Append so many lines in one write, with some other changes."""

    def compose(transaction: Transaction) -> Write:
        tip = transaction.tip
        end = ChainEnd(ledger)
        if tip is not None:
            end = end.extend(lines(0, tip.size)).end
        extension = end.extend(lines(end.size, end.size + size))
        head = extension.end.head
        given = {"pages": extension.pages, "tail": extension.tail, **changes}
        new = Tip(name=ledger, size=head.size, hash=head.hash, at=_AT)
        return Write(tip=new, **given)  # type: ignore[arg-type]  # what the test changes

    return backend.write(ledger, compose)


_NAMES: Final = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=4) | (
    st.text(r"ab%_*?[]/\\'\"^.\U0010FFFF", min_size=1, max_size=4)
)
"""Names that mean something to databases, and any other."""


def _count_up(backend: Backend) -> None:
    """Add to a number that is kept, as often as each of a crowd does."""
    for _ in range(_EACH):
        done = False
        while not done:
            there = backend.kept("x", ["count"]).get("count")
            done = backend.keep("x", {"count": b"%d" % (int(there or b"0") + 1)}, {"count": there})


def _count_up_at(opener: Callable[[str], Backend], url: str) -> None:
    with opener(url) as backend:
        _count_up(backend)


def _holds(data: bytes, secret: str) -> bool:
    """Return whether it stands there, as it is or as binary data is written in texts."""
    shifted = [base64.b64encode(b"?" * shift + secret.encode())[4:-4] for shift in range(3)]
    return any(each in data for each in (secret.encode(), secret.encode().hex().encode(), *shifted))


def _standing(backend: Backend) -> tuple[object, ...]:
    """Return how the ledger stands, in names, attachments and beside the chain too."""
    kept = backend.kept("x", backend.kept_names("x"))
    return backend.tail("x"), list(backend.names("x")), backend.attachments("x"), kept


def _without(shown: dict[str, object], names: tuple[str, ...]) -> dict[str, object]:
    return {name: value for name, value in shown.items() if name not in names}


# -- a crowd -----------------------------------------------------------------------------

_DEAD: Final = 77


def _note_gaps(ledger: Ledger, who: int) -> None:
    for number in range(_EACH):
        ledger.append(GapNoted(id=f"g{who}-{number}", text="Not known."), by=f"worker-{who}")


def _check_crowd(ledger: Ledger) -> None:
    expected = {f"g{who}-{number}" for who in range(_CROWD) for number in range(_EACH)}
    assert set(ledger.view().gaps) == expected
    assert ledger.head().size == 1 + len(expected)
    report = ledger.verify("full")
    assert report.ok, report.fault


def _work(opener: Callable[[str], Backend], url: str, who: int) -> None:
    with opener(url) as backend:
        _note_gaps(Store(backend, Plugins.builtin(), clock()).ledger("test"), who)


def _die(opener: Callable[[str], Backend], url: str) -> None:
    def compose(transaction: Transaction) -> Write:
        assert transaction.tip is not None
        os._exit(_DEAD)

    opener(url).write("x", compose)


def _in_processes(function: Callable[..., None], calls: list[tuple[object, ...]]) -> list[int]:
    """Run calls in processes of their own, at the same time, and give their exit codes."""
    spawning = multiprocessing.get_context("spawn")
    processes = [spawning.Process(target=function, args=arguments) for arguments in calls]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    codes = [process.exitcode for process in processes]
    for process in processes:
        process.close()
    return [-1 if code is None else code for code in codes]
