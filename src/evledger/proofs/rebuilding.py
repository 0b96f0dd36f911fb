"""The tree of a stored ledger, recomputed from lines whose chain is verified in the same pass.

The bytes that are found sound are the bytes that are hashed into leaves: there is no moment
between the two in which the store could show others.
The hashes that are kept are compared with those that come out, and extended by them.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

import attrs
from blake3 import blake3

from evledger.chain import GENESIS, PAGE_EVENTS, Head, check_pages, event_hash, page_header
from evledger.chain import page_lines as lines_of
from evledger.exceptions import Broken, Invalid, NotProven
from evledger.proofs.stored import StoredTree
from evledger.stores.kept import TREE, parse_size, tile_name
from evledger.tree import EMPTY_ROOT, Growth, leaf_hash, tiles_of, verify_consistency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from evledger.checkpoints import Checkpoint, SignedHead
    from evledger.stores.base import Backend, Snapshot

__all__ = ["Rebuilt", "rebuild"]

_PAGES_AT_A_TIME: Final = 128  # 1 MB of leaves: one durable step


@attrs.frozen(kw_only=True)
class Rebuilt:
    """What a ledger's lines come to.

    Attributes:
        ledger: the ledger's name, as its pages have it.
        id: the hash of event 0.
        head: the chain's head.
        base: the hash of the chain's event where the signed head says that it ended.
        roots: the tree's root at each size that was asked for, and at the head's.
        wrong: what is kept of the tree and is not what the lines come to.
    """

    ledger: str
    id: str
    head: Head
    base: str | None
    roots: Mapping[int, bytes]
    wrong: str | None

    @property
    def root(self) -> bytes:
        """The tree's root at the head."""
        return self.roots[self.head.size]


def rebuild(
    backend: Backend,
    ledger: str,
    snapshot: Snapshot,
    *,
    base: SignedHead | None = None,
    known: Sequence[Checkpoint] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Rebuilt:
    """Verify a ledger's chain, and compute its tree from the very lines.

    Args:
        backend: the store.
        ledger: its name there.
        snapshot: its text.
        base: what is trusted to be signed: the tree is computed from there on, if what is kept
            of it reproduces that root; from the first line on otherwise.
        known: checkpoints, none larger than the ledger, at whose sizes the root is wanted.
        progress: called with the events done and the events there are.

    Raises:
        Broken: the chain is not sound.
    """
    growth, wrong = _start(backend, ledger, base, known)
    sizes = {each.size for each in known} | {snapshot.tip.size}
    work = _Pass(backend, ledger, snapshot, growth, progress)
    work.wrong, work.base = wrong, base
    work.wanted = deque(sorted(size for size in sizes if size > growth.size))
    work.roots = {each.size: each.root for each in known if each.size < growth.size}
    work.roots |= {growth.size: growth.root(), 0: EMPTY_ROOT}
    return work.run()


def _start(
    backend: Backend, ledger: str, base: SignedHead | None, known: Sequence[Checkpoint]
) -> tuple[Growth, str | None]:
    """Give the tree as it was signed, out of what is kept; or an empty one, and what is wrong.

    A checkpoint before that needs no lines: it is shown to be an ancestor of what was signed.
    """
    if base is None:
        return Growth(), None
    size, wrong = base.head.size, f"the right edge of {base.head.size:,} leaves"
    try:
        tree = StoredTree(backend, ledger)
        if tree.size < size:
            return Growth(), None
        growth = Growth(size, _edge(tree, size))
        if growth.root() != base.root:
            return Growth(), wrong
        for each in (each for each in known if each.size < size):
            proof = tree.consistency(each.size, size)
            verify_consistency(each.size, size, each.root, base.root, proof)
    except Broken:
        return Growth(), wrong
    except NotProven:
        return Growth(), None  # a fork or a wrong hash: the lines will tell which
    return growth, None


def _edge(tree: StoredTree, size: int) -> list[bytes]:
    """Give the last tile of each level that is not full."""
    last = enumerate(tiles_of(size))
    return [tree.tile(level, full, beyond) if beyond else b"" for level, (full, beyond) in last]


class _Pass:
    """One pass over a ledger's pages."""

    def __init__(
        self,
        backend: Backend,
        ledger: str,
        snapshot: Snapshot,
        growth: Growth,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.wrong: str | None = None
        self.base: SignedHead | None = None
        self.roots: dict[int, bytes] = {}
        self.wanted: deque[int] = deque()
        self._backend = backend
        self._ledger = ledger
        self._snapshot = snapshot
        self._growth = growth
        self._progress = progress
        self._tiles: dict[str, bytes] = {}
        self._id = ""
        self._base_hash: str | None = None

    def run(self) -> Rebuilt:
        tip = self._snapshot.tip
        full = tip.size // PAGE_EVENTS
        span = check_pages(tip.name, self._pages(), 0, full if self._snapshot.tail else -1)
        if span.fault is not None:
            raise self._broken(f"page {span.fault.page}: {span.fault.message}")
        if (span.events, span.hash) != (tip.size, tip.hash):
            raise self._broken(f"it comes to {span.events}-{span.hash}, but its head is {tip.head}")
        self._keep()
        return Rebuilt(
            ledger=tip.name,
            id=self._id,
            head=tip.head,
            base=self._base_hash,
            roots=self.roots,
            wrong=self.wrong,
        )

    def _broken(self, what: str) -> Broken:
        return Broken(
            f"ledger {self._ledger!r} is not sound: {what}; nothing was signed; "
            f"'evledger verify {self._ledger}' says more"
        )

    # -- pages

    def _pages(self) -> Iterator[bytes]:
        """Give each page, and take it once it was found sound.

        A page's header confirms every page before it, so only those are kept as hashes;
        the open page's is not from the store, and confirms nothing.
        """
        full = self._snapshot.tip.size // PAGE_EVENTS
        for page, text in enumerate(self._texts()):
            yield text
            if page % _PAGES_AT_A_TIME == 0 and page < full:
                self._keep()
                if self._progress is not None:
                    self._progress(page * PAGE_EVENTS, self._snapshot.tip.size)
            self._take(page * PAGE_EVENTS, text)

    def _texts(self) -> Iterator[bytes]:
        text = b""
        for text in self._snapshot.pages:  # the last of them is wanted below
            yield text
        if self._snapshot.tail:
            tip = self._snapshot.tip
            prev = blake3(text).hexdigest() if text else GENESIS
            header = page_header(tip.name, tip.size // PAGE_EVENTS, prev)
            yield header + b"".join(self._snapshot.tail)

    def _take(self, first: int, text: bytes) -> None:
        if first == 0:
            self._id = event_hash(text, 0)
        if self.base is not None and first < self.base.head.size <= first + PAGE_EVENTS:
            self._base_hash = event_hash(text, self.base.head.size - 1 - first)
        if first + PAGE_EVENTS <= self._growth.size:
            return
        lines = lines_of(text)[max(0, self._growth.size - first) :]
        leaves = [leaf_hash(line[:-1]) for line in lines]
        while self.wanted and self.wanted[0] <= self._growth.size + len(leaves):
            size = self.wanted.popleft()
            leaves = self._extend(leaves, size - self._growth.size)
            self.roots[size] = self._growth.root()
        self._extend(leaves, len(leaves))

    def _extend(self, leaves: list[bytes], count: int) -> list[bytes]:
        """Add some leaves to the tree, and give the others."""
        changed = self._growth.extend(leaves[:count])
        self._tiles |= {tile_name(*place): tile for place, tile in changed.items()}
        return leaves[count:]

    # -- hashes

    def _keep(self) -> None:
        """Keep the tiles that changed, unless what is kept already says something else."""
        tiles, self._tiles = self._tiles, {}
        try:
            while self.wrong is None and not self._is_kept(tiles):
                pass  # another process has kept some of them meanwhile
        except (Broken, Invalid) as error:
            self.wrong = str(error)

    def _is_kept(self, tiles: Mapping[str, bytes]) -> bool:
        stamp = self._backend.kept(self._ledger, [TREE]).get(TREE)
        reached = parse_size(stamp)
        self.wrong = self._wrong_tile(tiles, reached)
        if self.wrong is not None or reached >= self._growth.size:
            return True
        items = {**tiles, TREE: b"%d" % self._growth.size}
        return self._backend.keep(self._ledger, items, {TREE: stamp})

    def _wrong_tile(self, tiles: Mapping[str, bytes], reached: int) -> str | None:
        """Give the name of a tile that is kept otherwise, or should be kept and is not."""
        kept = self._backend.kept(self._ledger, tiles)
        for name, tile in tiles.items():
            there = kept.get(name, b"")
            common = min(len(there), len(tile))
            is_short = common < len(tile) and reached >= self._growth.size
            if is_short or there[:common] != tile[:common]:
                return name
        return None
