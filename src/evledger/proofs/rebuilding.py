"""The tree of a stored ledger, recomputed from lines whose chain is verified in the same pass.

The bytes that are found sound are the bytes that are hashed into leaves: there is no moment
between the two in which the store could show others.
The hashes that are kept are compared with those that come out, and extended by them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from evledger.chain import PAGE_EVENTS, Head, check_pages, event_hash
from evledger.exceptions import Broken, Invalid, NotProven
from evledger.proofs.stored import StoredTree
from evledger.stores.kept import PAGES_AT_A_TIME, TREE, parse_size, tile_name, wrong_hash
from evledger.stores.volumes import stored_volume
from evledger.tree import Growth, right_edge, verify_consistency
from evledger.verification import GrowingTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from evledger.chain import Span
    from evledger.checkpoints import Checkpoint, SignedHead
    from evledger.stores.base import Backend, Snapshot, Tip
    from evledger.verification import Volume

__all__ = ["Rebuilt", "rebuild"]


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
    tree = _KeepingTree(backend, ledger, growth, wrong)
    tree.roots |= {each.size: each.root for each in known if each.size < growth.size}
    for size in {snapshot.tip.size, *(each.size for each in known)} - tree.roots.keys():
        tree.want(size)
    work = _Pass(stored_volume(backend, ledger, snapshot), tree, base, progress)
    _check_sound(ledger, snapshot.tip, work.check())
    tree.keep()
    return Rebuilt(
        ledger=snapshot.tip.name,
        id=work.id,
        head=snapshot.tip.head,
        base=work.base_hash,
        roots=tree.roots,
        wrong=tree.wrong,
    )


def _start(
    backend: Backend, ledger: str, base: SignedHead | None, known: Sequence[Checkpoint]
) -> tuple[Growth, str | None]:
    """Return the tree as it was signed, out of what is kept; or an empty one, and what is wrong.

    A checkpoint before that needs no lines: it is shown to be an ancestor of what was signed.
    """
    if base is None:
        return Growth(), None
    size, wrong = base.head.size, f"the right edge of {base.head.size:,} leaves"
    try:
        tree = StoredTree(backend, ledger)
        if tree.size < size:
            return Growth(), None
        growth = Growth(size, right_edge(size, tree.tile))
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


def _check_sound(ledger: str, tip: Tip, span: Span) -> None:
    if span.fault is not None:
        what = f"page {span.fault.page}: {span.fault.message}"
    elif (span.events, span.hash) != (tip.size, tip.hash):
        what = f"it comes to {span.events}-{span.hash}, but its head is {tip.head}"
    else:
        return
    msg = (
        f"ledger {ledger!r} is not sound: {what}; nothing was signed; "
        f"'evledger verify {ledger}' says more"
    )
    raise Broken(msg)


@attrs.define
class _Pass:
    """One pass over a ledger's pages.

    Attributes:
        volume: the ledger's text.
        tree: grows by each page.
        base: what is trusted to be signed.
        progress: called with the events done and the events there are.
        id: the hash of event 0, once its page was taken.
        base_hash: the hash of the event where ``base`` says that the chain ended, likewise.
    """

    volume: Volume
    tree: _KeepingTree
    base: SignedHead | None
    progress: Callable[[int, int], None] | None
    id: str = ""
    base_hash: str | None = None

    def check(self) -> Span:
        """Check the chain, and take every page that is sound."""
        return check_pages(self.volume.ledger, self._pages(), 0, self.volume.last)

    def _pages(self) -> Iterator[bytes]:
        """Yield each page, and take it once it was found sound.

        A page's header confirms every page before it, so only those are kept as hashes;
        the open page's is not from the store, and confirms nothing.
        """
        for page, text in self.volume.texts():
            yield text
            if page % PAGES_AT_A_TIME == 0 and page < self.volume.count:
                self.tree.keep()
                if self.progress is not None:
                    self.progress(page * PAGE_EVENTS, self.volume.size)
            self._take(page, text)

    def _take(self, page: int, text: bytes) -> None:
        first = page * PAGE_EVENTS
        if page == 0:
            self.id = event_hash(text, 0)
        if self.base is not None and first < self.base.head.size <= first + PAGE_EVENTS:
            self.base_hash = event_hash(text, self.base.head.size - 1 - first)
        self.tree.add(page, text)


class _KeepingTree(GrowingTree):
    """Grows a ledger's tree, and keeps its hashes when it is told to."""

    def __init__(self, backend: Backend, ledger: str, growth: Growth, wrong: str | None) -> None:
        super().__init__(growth)
        self.wrong = wrong
        self._backend = backend
        self._ledger = ledger
        self._tiles: dict[str, bytes] = {}
        self._whole = growth.size  # up to here every tile is kept already

    def grown(self, tiles: Mapping[tuple[int, int], bytes]) -> None:
        """Remember the tiles that have changed."""
        self._tiles |= {tile_name(*place): tile for place, tile in tiles.items()}

    def keep(self) -> None:
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
        if self.wrong is not None or reached >= self.growth.size or reached < self._whole:
            return True  # the last: what was kept has been dropped, so these would leave a gap
        items = {**tiles, TREE: b"%d" % self.growth.size}
        if not self._backend.keep(self._ledger, items, {TREE: stamp}):
            return False
        self._whole = self.growth.size
        return True

    def _wrong_tile(self, tiles: Mapping[str, bytes], reached: int) -> str | None:
        """Return the name of a tile that is kept otherwise, or should be kept and is not."""
        kept = self._backend.kept(self._ledger, tiles)
        for name, tile in tiles.items():
            there = kept.get(name, b"")
            is_short = len(there) < len(tile) and reached >= self.growth.size
            if is_short or wrong_hash(there, tile) is not None:
                return name
        return None
