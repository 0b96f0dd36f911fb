"""Tiles and entries lie where C2SP tlog-tiles puts them, in the form it gives them."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evledger.exceptions import Invalid
from evledger.tree import TILE_WIDTH, make_bundle, parse_bundle, tile_path

LEVELS = st.integers(0, 63) | st.just("entries")
ENTRIES = st.lists(st.binary(max_size=400), max_size=TILE_WIDTH)

# -- paths -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "level", "index", "width"),
    [
        ("tile/0/000", 0, 0, 256),
        ("tile/0/000.p/1", 0, 0, 1),
        ("tile/entries/000.p/255", "entries", 0, 255),
        ("tile/63/999", 63, 999, 256),
        ("tile/0/x001/000", 0, 1000, 256),
        ("tile/0/x001/x234/067", 0, 1_234_067, 256),
        ("tile/0/x001/234.p/17", 0, 1_234, 17),
        ("tile/entries/x001/x000/000.p/17", "entries", 1_000_000, 17),
        ("tile/0/273.p/112", 0, 273, 112),
        ("tile/1/001.p/17", 1, 1, 17),
        ("tile/2/000.p/1", 2, 0, 1),
    ],
)
def test_path(path: str, level: int | Literal["entries"], index: int, width: int) -> None:
    """A tile's path says its level, its index three digits at a time, and its width if partial."""
    assert tile_path(level, index, width) == path


def test_path_of_a_full_tile() -> None:
    """A tile is full where nothing else is said."""
    assert tile_path(0, 273) == "tile/0/273"


@given(LEVELS, st.integers(0, 2**63), st.integers(1, 256))
def test_path_is_of_one_tile(level: int | Literal["entries"], index: int, width: int) -> None:
    """A path can be read back: no two tiles have the same, and none is a folder of another's."""
    path = tile_path(level, index, width)
    found = re.fullmatch(r"tile/(\d+|entries)/((?:x\d{3}/)*\d{3})(?:\.p/(\d+))?", path)
    assert found is not None
    assert found[1] == str(level)
    assert int(found[2].replace("x", "").replace("/", "")) == index
    assert not found[2].startswith("x000")
    assert int(found[3] or 256) == width


@pytest.mark.parametrize(
    ("level", "index", "width"),
    [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257), (0, 0, -1)],
)
def test_no_such_tile(level: int | Literal["entries"], index: int, width: int) -> None:
    """A level beyond 63, a negative index, an empty or overfull tile: none has a path."""
    with pytest.raises(Invalid, match="no tile has level"):
        tile_path(level, index, width)


# -- entries -----------------------------------------------------------------------------


@given(ENTRIES)
def test_bundle_is_read_as_it_was_written(entries: list[bytes]) -> None:
    """Entries come out of a bundle as they went in: empty ones too, and in order."""
    assert parse_bundle(make_bundle(entries)) == entries


def test_bundle_of_the_longest() -> None:
    """An entry may have 65,535 bytes and no more; a bundle 256 entries and no more."""
    longest = [b"x" * 65_535] * 256
    assert parse_bundle(make_bundle(longest)) == longest
    with pytest.raises(Invalid, match="65,536 bytes; a bundle takes 65,535 at most"):
        make_bundle([b"x" * 65_536])
    with pytest.raises(Invalid, match="256 entries at most"):
        make_bundle([b""] * 257)
    with pytest.raises(Invalid, match="256 entries at most"):
        parse_bundle(bytes(2 * 257))


def test_length_is_big_endian() -> None:
    """The length is of two bytes, the larger first."""
    assert make_bundle([b"x" * 258]) == b"\x01\x02" + b"x" * 258


@given(ENTRIES, st.data())
def test_bundle_cut_anywhere(entries: list[bytes], data: st.DataObject) -> None:
    """A bundle that is cut is refused, or has whole entries fewer, never one that is shorter."""
    bundle = make_bundle(entries)
    cut = data.draw(st.integers(0, len(bundle)))
    ends = [len(make_bundle(entries[:count])) for count in range(len(entries) + 1)]
    if cut in ends:
        assert parse_bundle(bundle[:cut]) == entries[: ends.index(cut)]
    else:
        with pytest.raises(Invalid, match=r"ends within entry \d+"):
            parse_bundle(bundle[:cut])


@pytest.mark.parametrize("rest", [b"\x00", b"\x00\x01", b"\x00\x02x", b"\xff", b"\xff\xff"])
def test_bundle_with_something_behind(rest: bytes) -> None:
    """What is left over behind the last entry is refused."""
    with pytest.raises(Invalid, match="ends within entry 2"):
        parse_bundle(make_bundle([b"one", b"two"]) + rest)


@given(st.binary(max_size=600))
def test_any_bytes(data: bytes) -> None:
    """Bytes are refused, or are what their entries are written as: a bundle has one form."""
    try:
        entries = parse_bundle(data)
    except Invalid:
        return
    assert make_bundle(entries) == data
