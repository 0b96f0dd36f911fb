"""The hashes that a store keeps of a ledger's tree, compared with those that its lines give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from evledger.exceptions import Broken, Invalid
from evledger.stores.kept import TILE, TREE, parse_size, tile_name, tile_place, wrong_hash
from evledger.tree import HASH, TILE_WIDTH, tiles_of
from evledger.verification import Fault
from evledger.verification.reports import MOST_FAULTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from evledger.stores.base import Backend

__all__ = ["TileAudit"]

_ADVICE: Final = "run 'evledger reindex'"


class TileAudit:
    """Holds the tiles that a store keeps against those that come out of the lines.

    Made before the lines are read, so that every tile it finds is of lines that will be read.
    That the tree lags behind the ledger is no fault. That a hash is missing, or one too many,
    is none either where somebody extended or dropped the tree while the lines were read.

    Args:
        backend: the store.
        ledger: the ledger's name there.

    Attributes:
        first_wrong: the first record of each page whose line is not what the kept hash says.
    """

    def __init__(self, backend: Backend, ledger: str) -> None:
        self.first_wrong: dict[int, int] = {}
        self._backend = backend
        self._ledger = ledger
        self._faults: list[Fault] = []
        self._stamp = self._read([TREE]).get(TREE)
        self._levels = tiles_of(self._size())
        self._awaited = set(self._places())
        self._doubtful: dict[tuple[int, int], int] = {}  # with the most bytes that it can have

    def compare(self, tiles: Mapping[tuple[int, int], bytes]) -> None:
        """Compare some tiles, each as it is at the end of the text."""
        there = [place for place in tiles if place in self._awaited or self._needed(*place)]
        kept = self._read([tile_name(*place) for place in there]) if there else {}
        for place in there:
            self._awaited.discard(place)
            self._compare(place, tiles[place], kept.get(tile_name(*place), b""))

    def finish(self) -> list[Fault]:
        """Return every fault, once all of a sound text was compared."""
        for place in sorted(self._awaited):
            self._fault(f"{tile_name(*place)} is of more leaves than there are; {_ADVICE}")
        doubtful = list(self._still_doubtful())
        # The size changes with the hashes: where it has not, they have been so all the time.
        if self._read([TREE]).get(TREE) == self._stamp:
            self._faults += doubtful
        return self._faults[:MOST_FAULTS]

    # -- what there is

    def _read(self, names: Collection[str]) -> dict[str, bytes]:
        """Read what is kept; what cannot be read is a fault, and counts as absent."""
        try:
            return self._backend.kept(self._ledger, names)
        except Broken as error:
            if len(names) == 1:
                self._fault(f"{error}; {_ADVICE}")
                return {}
            return {name: data for each in names for name, data in self._read([each]).items()}

    def _size(self) -> int:
        """Return how many leaves the kept hashes should reach to."""
        try:
            size = parse_size(self._stamp)
        except Invalid as error:
            self._fault(f"{error}; {_ADVICE}")
            return 0
        events = self._backend.tip(self._ledger).size
        if size > events:
            self._fault(f"it is said to have {size} leaves, of {events} events; {_ADVICE}")
            return 0
        return size

    def _places(self) -> Iterator[tuple[int, int]]:
        for name in self._backend.kept_names(self._ledger, TILE):
            place = tile_place(name)
            if place is None:
                self._fault(f"{name!r:.80} is the name of no tile; {_ADVICE}")
            else:
                yield place

    def _needed(self, level: int, index: int) -> int:
        """Return how many bytes a tile must have for the tree to reach as far as it is said to."""
        full, beyond = self._levels[level] if level < len(self._levels) else (0, 0)
        hashes = TILE_WIDTH if index < full else beyond if index == full else 0
        return hashes * HASH

    # -- what is wrong with it

    def _compare(self, place: tuple[int, int], tile: bytes, kept: bytes) -> None:
        if kept == tile:  # as nearly always
            return
        wrong = wrong_hash(kept, tile)
        if wrong is not None:
            self._wrong(*place, wrong)
        elif not self._fits(place, kept, len(tile)):
            self._doubtful[place] = len(tile)

    def _fits(self, place: tuple[int, int], kept: bytes, most: int) -> bool:
        return self._needed(*place) <= len(kept) <= most and len(kept) % HASH == 0

    def _wrong(self, level: int, index: int, hash_: int) -> None:
        name = tile_name(level, index)
        if level:
            self._fault(f"{name}: hash {hash_} is not that of the hashes below it; {_ADVICE}")
            return
        n = index * TILE_WIDTH + hash_
        self.first_wrong.setdefault(index, n)
        self._fault(f"{name}: the hash of record {n} is not that of its line; {_ADVICE}")

    def _still_doubtful(self) -> Iterator[Fault]:
        for place, most in self._doubtful.items():
            name = tile_name(*place)
            kept = self._read([name]).get(name, b"")
            if not self._fits(place, kept, most):
                least = self._needed(*place)
                text = f"{name} has {len(kept)} bytes instead of {least} to {most}; {_ADVICE}"
                yield Fault("tree", text)

    def _fault(self, message: str) -> None:
        if len(self._faults) < MOST_FAULTS:
            self._faults.append(Fault("tree", message))
