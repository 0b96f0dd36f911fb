"""A tree's tiles, each shown to be of the tree with a certain root before anybody sees it.

From the top down: the last tiles of all levels come to the root; every full tile comes to the
hash that stands for it in the tile above (C2SP tlog-tiles, “Merkle Tree”).
So whoever keeps or serves the tiles need not be trusted, and what is wrong is found at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from evledger.exceptions import NotProven
from evledger.tree import (
    HASH,
    TILE_WIDTH,
    Frontier,
    Growth,
    hashes_of,
    right_edge,
    tile_path,
    tiles_of,
)

__all__ = ["Fetch", "Place", "SoundTiles"]

Place = tuple[int, int, int]
"""A tile's level, index and width."""

Fetch = Callable[[Iterable[Place]], Iterator[bytes]]
"""Gives the tiles at some places, in their order; it may read ahead of who takes them."""


class SoundTiles:
    """The tiles of a tree.

    Args:
        size: how many leaves the tree has.
        root: its root, 32 bytes.
        fetch: where the tiles come from.

    Attributes:
        edge: the last tile of each level, from the leaves' on; empty where it would be full.

    Raises:
        NotProven: the last tiles do not come to the root.
    """

    def __init__(self, size: int, root: bytes, fetch: Fetch) -> None:
        self.size = size
        self._fetch = fetch
        self._levels = tiles_of(size)
        self.edge = right_edge(size, self._last)
        if Growth(size, self.edge).root() != root:
            msg = f"the last tiles of the tree of {size:,} leaves do not come to its root"
            raise NotProven(msg)

    def level(self, level: int, first: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield the index and the hashes of each tile of a level, from a full one or the last on.

        Raises:
            NotProven: a tile does not come to its hash in the tile above.
        """
        full, beyond = self._levels[level]
        wanted: deque[tuple[int, bytes]] = deque()
        for tile in self._fetch(self._places(level, first, wanted)):
            index, root = wanted.popleft()
            _check_tile(level, index, tile, root)
            yield index, tile
        if beyond:
            yield full, self.edge[level]

    def _places(self, level: int, first: int, wanted: deque[tuple[int, bytes]]) -> Iterator[Place]:
        """Yield the places of a level's full tiles, and note the hash that each must come to."""
        if level + 1 == len(self._levels):
            return  # the highest level has one tile, which is never full
        for above, tile in self.level(level + 1, first // TILE_WIDTH):
            for index, root in enumerate(hashes_of(tile), above * TILE_WIDTH):
                if index >= first:
                    wanted.append((index, root))
                    yield level, index, TILE_WIDTH

    def _last(self, level: int, index: int, width: int) -> bytes:
        (tile,) = self._fetch([(level, index, width)])
        _check_width((level, index, width), tile)
        return tile


def _check_width(place: Place, tile: bytes) -> None:
    if len(tile) != place[2] * HASH:
        msg = f"{tile_path(*place)} has {len(tile):,} bytes instead of {place[2] * HASH:,}"
        raise NotProven(msg)


def _check_tile(level: int, index: int, tile: bytes, root: bytes) -> None:
    _check_width((level, index, TILE_WIDTH), tile)
    edge = Frontier()
    edge.extend(hashes_of(tile))
    if edge.root() != root:
        msg = f"{tile_path(level, index)} does not come to its hash in the tile above"
        raise NotProven(msg)
