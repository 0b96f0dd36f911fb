"""Publishing a ledger's log as static files, which any server hands out and any client can check.

The files stand as C2SP tlog-tiles says: ``checkpoint``, ``tile/LEVEL/INDEX`` with the tree's
hashes, ``tile/entries/INDEX`` with the lines; beside them ``signed-head``, articles and proofs.

The order is what makes it safe: tiles and entries first, which never change once they are there;
then what stands beside them; then, when all of that is durable, the checkpoint that needs it.
So wherever publishing is interrupted, what is published is whole at the checkpoint found there,
and publishing again completes it. Nothing is ever deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

import attrs

from evledger.chain import PAGE_EVENTS, page_lines, page_range
from evledger.checkpoints import Checkpoint, Vouched, open_checkpoint, open_head
from evledger.exceptions import Broken, Invalid, NotProven, Refused
from evledger.notes import MAX_NOTE
from evledger.proofs.signing import head_at, signed_sizes
from evledger.proofs.tiles import HASH, SoundTiles, hashes_of
from evledger.proofs.waiting import side_by_side
from evledger.tree import TILE_WIDTH, leaf_hash, make_bundle, tile_path, tiles_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from evledger.notes import SignedNote, VerifierKey
    from evledger.proofs.stored import StoredTree
    from evledger.proofs.targets import Source, Target
    from evledger.stores.base import Backend

__all__ = ["CHECKPOINT", "SIGNED_HEAD", "Publication", "proof_path", "publish", "published"]

CHECKPOINT: Final = "checkpoint"
"""Where the checkpoint stands, the one file that changes what is published."""

SIGNED_HEAD: Final = "signed-head"
"""Where the signed head stands; it may be newer than the checkpoint for a moment."""

_File = tuple[str, bytes]


def proof_path(id: str) -> str:
    """Give the path of the proof of a claim, or of whatever a record introduces.

    >>> proof_path("c12")
    'proofs/c12.tlog-proof'
    """
    return f"proofs/{id}.tlog-proof"


@attrs.frozen(kw_only=True)
class Publication:
    """What publishing did.

    Attributes:
        target: where.
        checkpoint: what is published now.
        paths: the files that were written, in the order in which they were; what was there
            already, with the same bytes, is not among them.
        bytes: how many bytes they have.
    """

    target: str
    checkpoint: Checkpoint
    paths: tuple[str, ...]
    bytes: int

    @property
    def written(self) -> int:
        """How many files were written."""
        return len(self.paths)


def published(source: Source, keys: Iterable[VerifierKey]) -> Vouched | None:
    """Give the checkpoint that is published at a place, verified, if one is.

    Args:
        source: the place.
        keys: the keys that may have signed it.

    Raises:
        Refused: what is there is something else.
        StoreError: it could not be read.
    """
    data = source.read(CHECKPOINT, MAX_NOTE)
    if data is None:
        return None
    try:
        return open_checkpoint(data, keys)
    except (Invalid, NotProven) as error:
        msg = (
            f"{source.name} has a file {CHECKPOINT!r} that is not of this log ({error}); "
            "publish elsewhere"
        )
        raise Refused(msg) from error


def publish(
    backend: Backend,
    ledger: str,
    tree: StoredTree,
    target: Target,
    vouched: Vouched,
    *,
    keys: Sequence[VerifierKey],
    head_note: SignedNote | None = None,
    files: Mapping[str, bytes] | None = None,
    proofs: Iterable[tuple[str, bytes]] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Publication:
    """Publish a ledger's log, or what was added to it since it was published last.

    Args:
        backend: the store.
        ledger: the ledger's name there.
        tree: the ledger's tree.
        target: where to publish.
        vouched: the checkpoint, which is kept in the store.
        keys: the keys that may have signed what is published there already.
        head_note: the signed head of the same size; by default the one that the store keeps.
        files: what to put beside the log, as in ``article.md``.
        proofs: id and bytes of proof files; taken one after the other.
        progress: called with the events done and the events there are.

    Raises:
        Refused: something else is published there, or something newer.
        Broken: the lines, or what is kept of the tree, are not what was signed.
        StoreError: the target could not be read or written.
    """
    tree.grow(vouched.checkpoint.size)
    found = published(target, keys)
    _check_extends(target, tree, found, vouched.checkpoint)
    is_ours = found is not None or _is_marked(target, keys)
    start = 0 if found is None else found.checkpoint.size
    head = (SIGNED_HEAD, str(head_note or _head_note(backend, ledger, vouched)).encode())
    beside = chain((files or {}).items(), ((proof_path(id), proof) for id, proof in proofs))
    log = _Log(backend, ledger, tree, vouched.checkpoint, start, progress)
    written = [
        *_added(target, log.files()),
        *_replaced(target, [head], is_ours=is_ours),  # first, for it says whose the place is
        *_replaced(target, beside, is_ours=is_ours),
    ]
    target.settle()
    written += _finish(target, tree, vouched, keys)
    return Publication(
        target=target.name,
        checkpoint=vouched.checkpoint,
        paths=tuple(path for path, _ in written),
        bytes=sum(size for _, size in written),
    )


def _head_note(backend: Backend, ledger: str, vouched: Vouched) -> SignedNote:
    size = vouched.checkpoint.size
    note = head_at(backend, ledger, size)
    if note is None:
        msg = f"ledger {ledger!r} keeps no signed head of {size:,} events; sign a new checkpoint"
        raise Broken(msg)
    return note


def _finish(
    target: Target, tree: StoredTree, vouched: Vouched, keys: Sequence[VerifierKey]
) -> list[tuple[str, int]]:
    """Write the checkpoint, unless another publisher has written a newer one meanwhile."""
    found = published(target, keys)
    _check_extends(target, tree, found, vouched.checkpoint)
    if found is not None and found.note == vouched.note:
        return []
    data = str(vouched.note).encode()
    target.write(CHECKPOINT, data)
    target.settle()
    return [(CHECKPOINT, len(data))]


# -- what is there already ---------------------------------------------------------------


def _check_extends(
    target: Target, tree: StoredTree, found: Vouched | None, ours: Checkpoint
) -> None:
    """See that what is to be published extends what is."""
    if found is None:
        return
    theirs = found.checkpoint
    if theirs.origin != ours.origin:
        msg = f"{target.name} has the log {theirs.origin}, not {ours.origin}; publish elsewhere"
        raise Refused(msg)
    if theirs.size > ours.size:
        msg = (
            f"{target.name} has {theirs.size:,} events of {ours.origin}, and here are "
            f"{ours.size:,}; another has published since: publish what is newest"
        )
        raise Refused(msg)
    if tree.root(theirs.size) != theirs.root:
        msg = (
            f"{target.name} has {theirs.size:,} events of {ours.origin} that are not the first "
            f"ones here: one key has signed two histories, or what is kept of the tree is damaged, "
            "which 'evledger verify --full' tells; nothing was published"
        )
        raise Refused(msg)


def _is_marked(target: Target, keys: Sequence[VerifierKey]) -> bool:
    """Tell whether an interrupted first publication has left its signed head."""
    data = target.read(SIGNED_HEAD, MAX_NOTE)
    try:
        return data is not None and bool(open_head(data, keys).signers)
    except (Invalid, NotProven):
        return False


# -- writing -----------------------------------------------------------------------------


def _added(target: Target, files: Iterable[_File]) -> Iterator[tuple[str, int]]:
    """Write what never changes, where it is not there yet, and give path and size."""

    def add(file: _File) -> bool:
        path, data = file
        there = target.read(path, len(data))
        if there is None:
            target.write(path, data)
        elif there != data:
            msg = f"{target.name} has another {path}: of another log, or damaged; publish elsewhere"
            raise Refused(msg)
        return there is None

    for (path, data), is_new in side_by_side(add, files):
        if is_new:
            yield path, len(data)


def _replaced(
    target: Target, files: Iterable[_File], *, is_ours: bool
) -> Iterator[tuple[str, int]]:
    """Write what stands beside the log, where it has changed, and give path and size."""

    def replace(file: _File) -> bool:
        path, data = file
        there = target.read(path, len(data))
        if there == data:
            return False
        if there is not None and not is_ours:
            msg = f"{target.name} has no log, but a file {path}; publish elsewhere, or move it away"
            raise Refused(msg)
        target.write(path, data)
        return True

    for (path, data), is_new in side_by_side(replace, files):
        if is_new:
            yield path, len(data)


# -- the log -----------------------------------------------------------------------------


@attrs.frozen
class _Log:
    """What is to be added to a published log.

    Attributes:
        backend: the store.
        ledger: the ledger's name there.
        tree: the ledger's tree.
        signed: the checkpoint that is to be published.
        start: how many events are published.
        progress: called with the events done and the events there are.
    """

    backend: Backend
    ledger: str
    tree: StoredTree
    signed: Checkpoint
    start: int
    progress: Callable[[int, int], None] | None

    def files(self) -> Iterator[_File]:
        """Give the tiles and the entries that are new, each found to be what was signed.

        Raises:
            Broken: something is not.
        """
        size = self.signed.size
        if self.start == size:
            return
        try:
            tiles = SoundTiles(size, self.signed.root, self._kept)
            yield from self._pages(tiles)
            for level in range(1, len(tiles_of(size))):
                for index, tile in tiles.level(level, self.start // TILE_WIDTH ** (level + 1)):
                    yield from self._cut(level, index, tile)
        except NotProven as error:
            msg = (
                f"ledger {self.ledger!r} is not what was signed: {error}; 'evledger verify "
                f"{self.ledger} --full' tells where, 'evledger reindex' computes the tree anew"
            )
            raise Broken(msg) from error

    def _kept(self, places: Iterable[tuple[int, int, int]]) -> Iterator[bytes]:
        return (self.tree.tile(*place) for place in places)

    def _pages(self, tiles: SoundTiles) -> Iterator[_File]:
        """Give the leaves' level: entries, and their hashes."""
        size, first = self.signed.size, self.start // PAGE_EVENTS
        lines = self._lines(first, size)
        for index, tile in tiles.level(0, first):
            page = next(lines, list[bytes]())
            if [leaf_hash(line) for line in page] != hashes_of(tile):
                msg = f"the lines of page {index} are not those of the tree"
                raise NotProven(msg)
            yield from self._cut(0, index, tile)
            for width in self._widths(0, index, len(page)):
                yield tile_path("entries", index, width), make_bundle(page[:width])
            if self.progress is not None:
                self.progress(index * PAGE_EVENTS + len(page), size)

    def _cut(self, level: int, index: int, tile: bytes) -> Iterator[_File]:
        for width in self._widths(level, index, len(tile) // HASH):
            yield tile_path(level, index, width), tile[: width * HASH]

    def _widths(self, level: int, index: int, width: int) -> list[int]:
        """Give the widths in which a tile is published: each that a signed checkpoint needs.

        Where it is full by now that is all that anybody needs.
        """
        if width == TILE_WIDTH:
            return [width]
        sizes = (size for size in self._sizes if len(tiles_of(size)) > level)
        cuts = {tiles_of(size)[level] for size in sizes}
        return sorted(beyond for full, beyond in cuts if full == index and beyond)

    @cached_property
    def _sizes(self) -> list[int]:
        """The sizes that were signed since the log was published, and the one that is to be."""
        signed = signed_sizes(self.backend, self.ledger)
        new = {size for size in signed if self.start < size < self.signed.size}
        return sorted({*new, self.signed.size})

    def _lines(self, first: int, size: int) -> Iterator[list[bytes]]:
        """Give the lines of each page from a number on, without their newlines, up to a size."""
        tip, tail = self.backend.tail(self.ledger)
        open_page = (tip.size - len(tail)) // PAGE_EVENTS
        full = self.backend.pages(self.ledger, first, min(open_page, len(page_range(size))))
        for page, lines in enumerate(chain(map(page_lines, full), [tail]), first):
            yield [line.removesuffix(b"\n") for line in lines[: size - page * PAGE_EVENTS]]
