"""Every store keeps what `stores/base.py` promises, whatever it is made of."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from evledger.chain import ChainEnd
from evledger.exceptions import NotFound
from evledger.seals import Opening
from evledger.stores import Backend, Tip, Transaction, Write
from evledger.stores.memory import MemoryStore
from evledger.stores.sqlite import SQLiteStore

AT = "2026-11-22T10:00:00.000000Z"


def lines(start: int, stop: int) -> list[bytes]:
    """Give some lines; a store does not read them."""
    return [b'{"n":%d}\n' % n for n in range(start, stop)]


class StoreContract:
    """What holds of every store; a subclass says which."""

    def make(self, folder: Path) -> Backend:
        """Make an empty store."""
        raise NotImplementedError

    @pytest.fixture
    def backend(self, tmp_path: Path) -> Iterator[Backend]:
        """Give an empty store, and close it."""
        with self.make(tmp_path) as backend:
            yield backend

    def grow(self, backend: Backend, size: int, ledger: str = "x", **changes: object) -> Tip:
        """Append so many lines in one write."""

        def compose(transaction: Transaction) -> Write:
            tip = transaction.tip
            end = ChainEnd(ledger)
            if tip is not None:
                end = end.extend(lines(0, tip.size)).end
            extension = end.extend(lines(end.size, end.size + size))
            head = extension.end.head
            given = {"pages": extension.pages, "tail": extension.tail, **changes}
            new = Tip(name=ledger, size=head.size, hash=head.hash, at=AT)
            return Write(tip=new, **given)  # type: ignore[arg-type]  # what the test changes

        return backend.write(ledger, compose)

    def test_empty_store(self, backend: Backend) -> None:
        """An empty store has no ledgers, and says so of any that it is asked for."""
        assert backend.ledgers() == []
        with pytest.raises(NotFound, match=r"no ledger 'x' in .*; there are: none yet"):
            backend.tip("x")

    @pytest.mark.parametrize(
        "steps", [[1], [255, 1], [256], [256, 1], [100, 500, 1], [1, 255, 256]]
    )
    def test_text(self, backend: Backend, steps: list[int]) -> None:
        """However lines come in, pages and open lines are those of the chain."""
        tip = [self.grow(backend, step) for step in steps][-1]
        size = sum(steps)
        expected = ChainEnd("x").extend(lines(0, size))
        full = [text for _, text in expected.pages]
        snapshot = backend.snapshot("x")
        assert tip == backend.tip("x") == snapshot.tip
        assert (tip.size, tip.head) == (size, expected.end.head)
        assert list(backend.pages("x")) == list(snapshot.pages) == full
        assert list(backend.pages("x", 1)) == full[1:]
        assert list(backend.pages("x", 0, 1)) == full[:1]
        assert backend.tail("x") == (tip, list(expected.tail))
        assert list(snapshot.tail) == list(expected.tail)

    def test_snapshot_is_of_one_moment(self, backend: Backend) -> None:
        """A snapshot stays what it was while the ledger grows."""
        self.grow(backend, 300)
        snapshot = backend.snapshot("x")
        self.grow(backend, 300)
        assert (len(list(snapshot.pages)), len(snapshot.tail), snapshot.tip.size) == (1, 44, 300)

    def test_failed_write(self, backend: Backend) -> None:
        """What composing raises ends the write, and nothing is changed."""
        self.grow(backend, 3, keys={"a": 1})
        before = (backend.tip("x"), list(backend.names("x")))

        def fail(_transaction: Transaction) -> Write:
            raise KeyError("mine")

        for ledger in ("x", "y"):
            with pytest.raises(KeyError, match="mine"):
                backend.write(ledger, fail)
        assert (backend.tip("x"), list(backend.names("x"))) == before
        assert backend.ledgers() == ["x"]

    @pytest.mark.parametrize("size", [3, 300])
    def test_transaction_sees_the_ledger(self, backend: Backend, size: int) -> None:
        """Within a write the ledger is seen as it stands."""
        opening = Opening(1, "quote", bytes(32), b"[]")
        self.grow(backend, size, keys={"a": 1}, openings=[opening])
        seen: list[object] = []

        def look(transaction: Transaction) -> Write:
            seen.extend([transaction.lines(1, 3), transaction.lines(size - 1, size)])
            seen.extend([transaction.lookup(["a", "b"]), transaction.openings(0, 2)])
            raise KeyError

        with pytest.raises(KeyError):
            backend.write("x", look)
        assert seen == [lines(1, 3), lines(size - 1, size), {"a": 1}, [opening]]

    def test_names(self, backend: Backend) -> None:
        """Names are held, looked up, taken over and released; each ledger has its own."""
        self.grow(backend, 3, keys={"b": 1, "a": 2, "é ": 0})
        self.grow(backend, 1, keys={"b": 3}, released=["a"])
        self.grow(backend, 1, "y", keys={"a": 0})
        assert list(backend.names("x")) == [("b", 3), ("é ", 0)]
        assert backend.lookup("x", ["a", "b", "c"]) == {"b": 3}
        assert (backend.lookup("y", ["a"]), backend.lookup("x", [])) == ({"a": 0}, {})
        backend.reindex("x", [("z", 2)], {"gap:g": 7})
        assert (list(backend.names("x")), backend.tip("x").counters) == ([("z", 2)], {"gap:g": 7})

    def test_counters(self, backend: Backend) -> None:
        """Reserved numbers are nobody else's; they are given back only where they are the last."""
        self.grow(backend, 1)
        assert [backend.reserve("x", "gap:g", 8) for _ in range(2)] == [1, 9]
        backend.release("x", "gap:g", 8, 0)
        assert backend.reserve("x", "gap:g", 1) == 17
        backend.release("x", "gap:g", 17, 16)
        assert (backend.reserve("x", "gap:g", 1), backend.reserve("x", "claim:c", 1)) == (17, 1)

    def test_vault(self, backend: Backend) -> None:
        """Openings are kept until they are forgotten, and then are nowhere."""
        openings = [Opening(n, f, bytes([n] * 32), b'["secret"]') for n in (0, 2) for f in "ab"]
        self.grow(backend, 3, openings=openings)
        assert list(backend.openings("x")) == openings
        assert list(backend.openings("x", 1, 3)) == openings[2:]
        self.grow(backend, 1, forget=[(2, "a")])
        assert backend.scrub(openings[2:3])
        assert list(backend.openings("x")) == [*openings[:2], openings[3]]

    @pytest.mark.parametrize("size", [0, 1, 1 << 20])
    def test_attachments(self, backend: Backend, size: int) -> None:
        """Attachments are given back byte for byte; keeping one twice does nothing."""
        self.grow(backend, 1)
        data = bytes(range(256)) * (size // 256) or b"x" * size
        for _ in range(2):
            backend.attach("x", "ab", io.BytesIO(data))
        assert backend.attachments("x") == ["ab"]
        assert b"".join(backend.attachment("x", "ab")) == data
        self.grow(backend, 1, forget_attachments=["ab"])
        assert backend.attachments("x") == []
        with pytest.raises(NotFound, match="keeps no attachment ab"):
            list(backend.attachment("x", "ab"))

    def test_waiting(self, backend: Backend) -> None:
        """Waiting ends at once where there is more, and in time where nothing comes."""
        self.grow(backend, 2)
        assert [backend.changed("x", size, 0.01) for size in (0, 1, 2)] == [True, True, False]


class TestMemoryStore(StoreContract):
    """The store in memory keeps the promises."""

    def make(self, folder: Path) -> Backend:
        """Make one."""
        del folder
        return MemoryStore()


class TestSQLiteStore(StoreContract):
    """The store in a SQLite file keeps the promises."""

    def make(self, folder: Path) -> Backend:
        """Make one."""
        return SQLiteStore(str(folder / "a.db"))

    def test_other_connections_see_the_same(self, backend: Backend, tmp_path: Path) -> None:
        """What one store has written, another on the same file reads."""
        tip = self.grow(backend, 300, keys={"a": 1})
        with SQLiteStore(str(tmp_path / "a.db")) as other:
            assert (other.tip("x"), list(other.names("x"))) == (tip, [("a", 1)])
