"""A ledger's text, as whoever verifies or hashes it reads it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evledger import Broken, NotFound
from evledger.chain import GENESIS, PAGE_EVENTS, Head, check_pages, page_lines
from evledger.stores import Backend
from evledger.stores.memory import MemoryStore
from evledger.stores.sqlite import SQLiteStore
from evledger.stores.volumes import stored_volume
from evledger.testing.suites.stores import grow, lines
from evledger.verification import Volume

SIZES = (1, 255, 256, 257, 512, 700)


@pytest.fixture(params=["memory", "sqlite"], scope="module")
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Backend:
    """Return a store of either kind, in which a ledger grows from size to size."""
    path = tmp_path_factory.mktemp("volumes") / "a.db"
    return MemoryStore() if request.param == "memory" else SQLiteStore(str(path))


@pytest.fixture(params=SIZES, scope="module")
def volume(request: pytest.FixtureRequest, backend: Backend) -> Volume:
    """Return a ledger's text at one of the sizes, while it grows on."""
    size = 0 if "x" not in backend.ledgers() else backend.tip("x").size
    if size < request.param:
        grow(backend, request.param - size)
    snapshot = backend.snapshot("x")
    grow(backend, 1)
    assert stored_volume(backend, "x").size == snapshot.tip.size + 1
    return stored_volume(backend, "x", snapshot)


def test_texts_are_a_sound_chain(volume: Volume) -> None:
    """All pages in order, the open one's header among them, come to the head."""
    texts = list(volume.texts())
    span = check_pages(volume.ledger, (text for _, text in texts), 0, volume.last)
    assert (span.fault, Head(span.events, span.hash)) == (None, volume.head)
    assert [page for page, _ in texts] == list(range(len(texts)))


@given(data=st.data())
def test_any_pages(data: st.DataObject, volume: Volume) -> None:
    """Whichever pages are asked for, each is as it stands among all of them."""
    whole = list(volume.texts())
    start = data.draw(st.integers(0, len(whole) + 1))
    stop = data.draw(st.integers(0, len(whole) + 1))
    assert list(volume.texts(start, stop)) == whole[start:stop]
    assert all(volume.page(page) == text for page, text in whole)


@given(data=st.data())
def test_any_lines(data: st.DataObject, volume: Volume) -> None:
    """Whichever lines are asked for are given, over pages and the open one."""
    start = data.draw(st.integers(0, volume.size))
    stop = data.draw(st.integers(start, volume.size))
    wanted = [line.removesuffix(b"\n") for line in lines(start, stop)]
    assert list(volume.lines(start, stop)) == wanted


def test_more_lines_than_there_are(volume: Volume) -> None:
    """Where the lines end too early, that is told."""
    with pytest.raises(Broken, match=r"not sound: .* before event .*; run 'evledger verify'"):
        list(volume.lines(0, volume.size + 1))


@pytest.mark.parametrize("count", [0, 1, 255, 257])
def test_a_page_with_other_lines(count: int) -> None:
    """A full page has 256 lines, or nothing is read of it."""

    def pages(start: int, stop: int) -> list[bytes]:
        return [b"header\n" + b"{}\n" * count][start:stop]

    damaged = Volume(ledger="x", pages=pages, count=1)
    with pytest.raises(Broken, match=f"page 0 has {count} lines"):
        next(damaged.lines(0, 1))


def test_a_page_that_is_missing() -> None:
    """A page that is not there is told, also by the page after it."""

    class Lossy(MemoryStore):
        def pages(self, ledger: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
            del ledger, start, stop
            return iter(())

    backend = Lossy()
    grow(backend, PAGE_EVENTS + 1)
    volume = stored_volume(backend, "x")
    for number in (0, 1):
        with pytest.raises(Broken, match="page 0 is missing; run 'evledger verify'"):
            volume.page(number)
    assert page_lines(volume.page(1, GENESIS)) == lines(PAGE_EVENTS, PAGE_EVENTS + 1)
    with pytest.raises(NotFound, match="'y'"):
        stored_volume(backend, "y")
