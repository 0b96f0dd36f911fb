"""An audit of what a store keeps beside the chain, also while others write to it."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest

import evledger
from evledger import DuplicateKey, GapNoted, Plugins, Verification
from evledger.chain import Head
from evledger.checkpoints import Checkpoint, SignedHead
from evledger.ledger import Ledger
from evledger.notes import SigningKey
from evledger.proofs.stored import StoredTree
from evledger.store import Store
from evledger.stores import Tip
from evledger.stores.memory import MemoryStore
from evledger.tree import EMPTY_ROOT

ORIGIN = "example.org/tea"
KEY = SigningKey(ORIGIN, bytes(range(32)))
ADVICE = "run 'evledger reindex'"


class Busy(MemoryStore):
    """A store in which somebody writes whenever its names are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], object] = bool

    def names(self, ledger: str) -> Iterator[tuple[str, int]]:
        """Return the names, once somebody has written."""
        self.meanwhile()
        return super().names(ledger)


def test_an_append_during_the_audit_is_no_fault() -> None:
    """A name that came after the audit's head is not held against the ledger."""
    backend = Busy()
    store = Store(backend, Plugins.builtin(), _now)
    ledger = store.create("semax", title="Semax", by="me")
    backend.meanwhile = lambda: ledger.append(GapNoted(id="meanwhile", text="A gap."), by="other")
    assert ledger.verify("full").faults == ()
    assert "meanwhile" in ledger.view().gaps


# -- the tree ------------------------------------------------------------------------------


@pytest.fixture(params=["memory", "sqlite"])
def tea(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """Yield a ledger of 700 events, whose tree is kept up to 650."""
    url = "memory:" if request.param == "memory" else str(tmp_path / "a.db")
    with evledger.open(url, plugins=Plugins.builtin()) as store:
        ledger = filled(store)
        StoredTree(store.backend, "tea").grow(650)
        yield ledger


def filled(store: Store, size: int = 700) -> Ledger:
    """Create a ledger of so many events."""
    ledger = store.create("tea", title="Tea", by="me")
    ledger.append(*(GapNoted(id=f"g{n}", text="?") for n in range(size - 1)), by="me")
    return ledger


def kept(ledger: Ledger) -> dict[str, bytes]:
    """Return all that is kept of a ledger."""
    backend = ledger.store.backend
    return backend.kept("tea", backend.kept_names("tea"))


def keep(ledger: Ledger, **items: bytes | None) -> None:
    """Keep something in a ledger's store; the names have their slashes as underscores."""
    named = {name.replace("_", "/"): data for name, data in items.items()}
    assert ledger.store.backend.keep("tea", named)


def faults(ledger: Ledger) -> list[tuple[str, str]]:
    """Audit a ledger, and give what is wrong; the records are sound whatever is kept of them."""
    report = ledger.verify("full")
    assert report.sound_to == 700
    assert all((fault.page, fault.n) == (None, None) for fault in report.faults)
    return [(fault.kind, fault.message) for fault in report.faults]


@pytest.mark.parametrize("size", [0, 1, 256, 300, 699, 700])
def test_a_tree_may_lag(size: int) -> None:
    """A tree of any size that the ledger has had is sound, and no tree at all is."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger = filled(store)
        StoredTree(store.backend, "tea").grow(size)
        report = ledger.verify("full")
        assert report.faults == ()
        assert "stored hashes of the tree" in report.checked
        assert ledger.verify("chain").checked == report.checked[:4]


def test_a_page_that_is_read_in_pieces() -> None:
    """A checkpoint within the last page, which is full, leaves nothing of it to be compared."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger = filled(store, 512)
        StoredTree(store.backend, "tea").grow(512)
        signed(ledger, 300)
        assert ledger.verify("full").faults == ()


def test_every_hash_is_compared(tea: Ledger) -> None:
    """Wherever one bit of one hash is another, it is told, and in which tile."""
    chosen = random.Random(5)  # noqa: S311  # which bits
    for name, tile in kept(tea).items():
        for place in {0, len(tile) - 1, *(chosen.randrange(len(tile)) for _ in range(3))}:
            if name == "tree":
                continue
            garbled = bytearray(tile)
            garbled[place] ^= 1 << chosen.randrange(8)
            tea.store.backend.keep("tea", {name: bytes(garbled)})
            ((kind, message),) = faults(tea)
            assert (kind, message.startswith(f"{name}: "), ADVICE in message) == (
                "tree",
                True,
                True,
            )
            level, index = int(name[5]), int(name[7:])
            wrong = f"record {index * 256 + place // 32} " if level == 0 else f"hash {place // 32} "
            assert wrong in message
        tea.store.backend.keep("tea", {name: tile})
    assert faults(tea) == []


@pytest.mark.parametrize("garbage", [b"", b"x", b"-1", b"007", b"0", b"701", b"9" * 17, b"9" * 99])
def test_a_size_that_cannot_be(garbage: bytes, tea: Ledger) -> None:
    """A tree that is said to have more leaves than there are events, or no number, is told."""
    keep(tea, tree=garbage)
    ((kind, message),) = faults(tea)
    assert (kind, ADVICE in message) == ("tree", True)
    assert "of 700 events" in message or "expected a number of leaves" in message
    tea.reindex()
    assert faults(tea) == []


@pytest.mark.parametrize("name", ["tile_0_0000000000", "tile_0_0000000002", "tile_1_0000000000"])
def test_hashes_that_are_missing(name: str, tea: Ledger) -> None:
    """A tile that is not there, or has not all the hashes that the size says, is told."""
    tile = kept(tea)[name.replace("_", "/")]
    for short in (None, b"", tile[:-32], tile[:-1], tile[:1]):
        keep(tea, **{name: short})
        ((kind, message),) = faults(tea)
        assert (kind, f" has {len(short or b'')} bytes instead of" in message) == ("tree", True)
    keep(tea, **{name: tile})
    assert faults(tea) == []


def test_a_piece_of_a_hash(tea: Ledger) -> None:
    """A tile may reach further than the size says, but not with a piece of a hash."""
    before = tea.store.backend.kept("tea", ["tree", "tile/0/0000000002"])
    StoredTree(tea.store.backend, "tea").grow(700)
    longer = kept(tea)["tile/0/0000000002"]
    tea.store.backend.keep("tea", {**before, "tile/0/0000000002": longer[:-32]})
    assert faults(tea) == []
    keep(tea, tile_0_0000000002=longer[:-31])
    ((kind, message),) = faults(tea)
    assert (kind, "bytes instead of" in message) == ("tree", True)


@pytest.mark.parametrize("name", ["tile_0_0000000000", "tile_0_0000000002", "tile_1_0000000000"])
@pytest.mark.parametrize("more", [b"x", bytes(32 * 256)])
def test_hashes_too_many(name: str, more: bytes, tea: Ledger) -> None:
    """A tile with hashes of lines that there are not is told."""
    StoredTree(tea.store.backend, "tea").grow(700)
    keep(tea, **{name: kept(tea)[name.replace("_", "/")] + more})
    ((kind, message),) = faults(tea)
    assert (kind, "bytes instead of" in message) == ("tree", True)


@pytest.mark.parametrize("name", ["tile/0/0000000003", "tile/2/0000000000", "tile/1/0000000001"])
def test_tiles_of_nothing(name: str, tea: Ledger) -> None:
    """So is a tile of which there is none in a tree of this size, or in any."""
    tea.store.backend.keep("tea", {name: bytes(32), "tile/x": b"1", "tile/0/3": b"1"})
    found = faults(tea)
    assert [kind for kind, _ in found] == ["tree"] * 3
    assert "is the name of no tile" in found[0][1]
    assert found[2][1] == f"{name} is of more leaves than there are; {ADVICE}"


def test_hashes_that_are_no_bytes(tmp_path: Path) -> None:
    """A row that holds something else than bytes is a fault of the tree, not of the records."""
    path = tmp_path / "a.db"
    with evledger.open(path, plugins=Plugins.builtin()) as store:
        ledger = filled(store)
        StoredTree(store.backend, "tea").grow(700)
        keep(ledger, **{f"checkpoint_{300:020d}": b"x"})
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE kept SET data = 'text'")
            connection.commit()
        found = faults(ledger)
        assert {kind for kind, _ in found} == {"tree", "checkpoint"}
        assert all("is not stored as bytes" in message for _, message in found)
        ledger.reindex()
        assert [kind for kind, _ in faults(ledger)] == ["checkpoint"]


@pytest.mark.parametrize("n", [256, 400, 511])
def test_a_changed_line_is_placed(n: int, tmp_path: Path) -> None:
    """Where a page is damaged, the hash that is kept of each line says which one it is.

    What is kept of the tree is then no fault of its own.
    """
    path = tmp_path / "a.db"
    with evledger.open(path, plugins=Plugins.builtin()) as store:
        ledger = filled(store)
        StoredTree(store.backend, "tea").grow(700)
        signed(ledger, 600)
        lines = next(iter(store.backend.pages("tea", 1))).split(b"\n")
        lines[1 + n - 256] = lines[1 + n - 256].replace(b'"?"', b'"!"')
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE pages SET text = ? WHERE id % 2 = 1", [b"\n".join(lines)])
            connection.commit()
        report = ledger.verify("full")
        assert [(f.kind, f.page, f.n) for f in report.faults] == [("changed-byte", 1, n)]
        assert report.sound_to == 256


def _now() -> datetime:
    return datetime.now(UTC)


# -- signed notes --------------------------------------------------------------------------


def signed(ledger: Ledger, size: int, kind: str = "checkpoint", **other: object) -> None:
    """Sign a ledger at a size, or something else in its place, and keep that in its store."""
    root = StoredTree(ledger.store.backend, "tea").root(size) if size else EMPTY_ROOT
    note = Checkpoint(ORIGIN, size, root)
    if kind == "checkpoint":
        text = attrs.evolve(note, **other).text  # type: ignore[arg-type]  # what the test changes
    else:
        head = Head(size, ledger.record(size - 1).hash)
        text = attrs.evolve(SignedHead(ORIGIN, head, root), **other).text  # type: ignore[arg-type]  # the same
    keep(ledger, **{f"{kind}_{size:020d}": str(KEY.sign(text)).encode()})


def test_notes_that_were_signed(tea: Ledger) -> None:
    """Whatever was signed of a ledger, at a page's edge or within, fits it."""
    for size in (1, 255, 256, 257, 300, 301, 512, 699, 700):
        signed(tea, size)
        signed(tea, size, "signed-head")
    signed(tea, 0)
    assert faults(tea) == []


@pytest.mark.parametrize("kind", ["checkpoint", "signed-head"])
@pytest.mark.parametrize("size", [1, 256, 300, 700])
def test_notes_over_another_root(size: int, kind: str, tea: Ledger) -> None:
    """A note with another root is told, with what it says and what there is."""
    signed(tea, size, kind, root=bytes(32))
    ((found, message),) = faults(tea)
    assert found == "checkpoint"
    assert message.startswith(f"{kind}/{size:020d}: the tree over its {size} events has root ")
    assert message.endswith(f"but the note says {'00' * 32}")


def test_a_note_over_another_head(tea: Ledger) -> None:
    """So is a signed head that was never the ledger's."""
    signed(tea, 300, "signed-head", head=Head(300, "ab" * 32))
    ((found, message),) = faults(tea)
    assert (found, message.endswith(f"but the note says {'ab' * 32}")) == ("checkpoint", True)


@pytest.mark.parametrize("kind", ["checkpoint", "signed-head"])
def test_a_note_of_more_than_there_is(kind: str, tea: Ledger) -> None:
    """A note over more events than there are says that some were cut off."""
    keep(tea, **{f"{kind}_{701:020d}": b"whatever it says"})
    (fault,) = faults(tea)
    assert fault == ("checkpoint", f"{kind}/{701:020d} is of more than the 700 events there are")


def test_a_note_in_another_s_place(tea: Ledger) -> None:
    """A note is kept under the size that it is over."""
    for size, said in ((300, 299), (0, 1)):
        note = KEY.sign(Checkpoint(ORIGIN, said, bytes(32)).text)
        keep(tea, **{f"checkpoint_{size:020d}": str(note).encode()})
    assert faults(tea) == [
        ("checkpoint", f"checkpoint/{0:020d} is over 1 events"),
        ("checkpoint", f"checkpoint/{300:020d} is over 299 events"),
    ]


@pytest.mark.parametrize("kind", ["checkpoint", "signed-head"])
def test_notes_that_are_none(kind: str, tea: Ledger) -> None:
    """What is no note, or none of its kind, is told."""
    garbage = [b"", b"\xff", b"one\ntwo\n", str(KEY.sign("no checkpoint\n")).encode()]
    for size, data in enumerate(garbage, 299):
        keep(tea, **{f"{kind}_{size:020d}": data})
    keep(tea, **{f"{kind}_7": b"whatever"})
    found = faults(tea)
    assert [each for each, _ in found] == ["checkpoint"] * 5
    assert found[0][1] == f"'{kind}/7' is the name of no checkpoint or signed head"
    assert all("cannot be read: " in message for _, message in found[1:])


def test_something_else_that_is_kept(tea: Ledger) -> None:
    """What is kept under any other name is nobody's business."""
    keep(tea, other=b"garbage", tree_x=b"garbage")
    assert faults(tea) == []


# -- meanwhile -----------------------------------------------------------------------------


class Meddled(MemoryStore):
    """A store in which somebody does something when one of its methods is called first."""

    def __init__(self, method: str) -> None:
        super().__init__()
        self.happens: Callable[[], object] = bool
        self._method = method

    def _meddle(self, method: str) -> None:
        if method == self._method:
            happens, self.happens = self.happens, bool
            happens()

    def kept(self, ledger: str, names: Collection[str]) -> dict[str, bytes]:
        """Return what is kept, after it happened."""
        self._meddle(next(iter(names), "").partition("/")[0])
        return super().kept(ledger, names)

    def kept_names(self, ledger: str, prefix: str = "") -> list[str]:
        """Return the names, and then let it happen."""
        found = super().kept_names(ledger, prefix)
        self._meddle("kept_names")
        return found

    def tip(self, ledger: str) -> Tip:
        """Return the tip, after it happened."""
        self._meddle("tip")
        return super().tip(ledger)

    def names(self, ledger: str) -> Iterator[tuple[str, int]]:
        """Return the names that are held, after it happened."""
        self._meddle("names")
        return super().names(ledger)

    def pages(self, ledger: str, start: int = 0, stop: int | None = None) -> list[bytes]:
        """Return the pages, after it happened."""
        self._meddle("pages")
        return list(super().pages(ledger, start, stop))


def _append(ledger: Ledger) -> None:
    ledger.append(*(GapNoted(id=f"m{n}", text="?") for n in range(300)), by="other")


def _grow(ledger: Ledger) -> None:
    StoredTree(ledger.store.backend, "tea").grow(ledger.head().size)


def _append_and_sign(ledger: Ledger) -> None:
    _append(ledger)
    _grow(ledger)
    signed(ledger, 1_000)
    signed(ledger, 1_000, "signed-head")


def _drop(ledger: Ledger) -> None:
    names = [*kept(ledger)]
    ledger.store.backend.keep("tea", dict.fromkeys(names))


def _reindex(ledger: Ledger) -> None:
    ledger.reindex()


MEANWHILE = [_append, _grow, _append_and_sign, _drop, _reindex]
WHEN = ["tree", "tile", "kept_names", "tip", "pages", "names"]


@pytest.mark.parametrize("reached", [300, 700])
@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("what", MEANWHILE, ids=lambda function: function.__name__)
def test_whatever_happens_meanwhile_is_no_fault(
    what: Callable[[Ledger], None], when: str, reached: int
) -> None:
    """Lines, hashes and signed notes that come, or hashes that go, are not held against it."""
    backend = Meddled(when)
    ledger = filled(Store(backend, Plugins.builtin(), _now))
    StoredTree(backend, "tea").grow(reached)
    backend.happens = lambda: what(ledger)
    assert ledger.verify("full").faults == ()
    assert ledger.verify("full").faults == ()


@pytest.mark.parametrize("what", [_append, _grow, _append_and_sign])
def test_a_wrong_hash_is_one_whatever_happens(what: Callable[[Ledger], None]) -> None:
    """What is wrong of lines that were there is told, though somebody appends meanwhile."""
    backend = Meddled("names")
    ledger = filled(Store(backend, Plugins.builtin(), _now))
    StoredTree(backend, "tea").grow(700)
    keep(ledger, tile_0_0000000001=bytes(32 * 256))
    backend.happens = lambda: what(ledger)
    assert [fault.kind for fault in ledger.verify("full").faults] == ["tree"]


def test_many_faults(tmp_path: Path) -> None:
    """A report of what is kept stays one that people can read."""
    with evledger.open(tmp_path / "a.db", plugins=Plugins.builtin()) as store:
        ledger = filled(store)
        names = {f"tile/9/{n:010d}": b"" for n in range(1_500)}
        store.backend.keep("tea", {**names, **{f"checkpoint/{n}": b"" for n in range(1_500)}})
        report: Verification = ledger.verify("full")
        assert [sum(f.kind == kind for f in report.faults) for kind in ("tree", "checkpoint")] == [
            1_000,
            1_000,
        ]


@pytest.mark.parametrize("url", ["memory:", "tea.db"])
def test_reindex_beside_an_append(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is appended while the index is rebuilt is in it, so that its names stay taken."""
    monkeypatch.chdir(tmp_path)
    with evledger.open(url, plugins=Plugins.builtin()) as store:
        tea = store.create("tea", title="Tea", by="curator")
        tea.append(GapNoted(id="g1", text="No trial."), by="curator")

        def append_once(done: int, total: int) -> None:
            del done, total
            if tea.head().size == 2:
                tea.append(GapNoted(id="g2", text="No trial either."), by="curator")

        tea.reindex(append_once)
        assert tea.verify("full").ok
        with pytest.raises(DuplicateKey):
            tea.append(GapNoted(id="g2", text="Another."), by="curator")
