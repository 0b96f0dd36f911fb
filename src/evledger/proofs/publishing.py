"""Publishing a ledger's log as static files, which any server hands out and any client can check.

The files stand as C2SP tlog-tiles says: ``checkpoint``, ``tile/LEVEL/INDEX`` with the tree's
hashes, ``tile/entries/INDEX`` with the lines; beside them ``signed-head``, articles and proofs.

The order is what makes it safe: tiles and entries first, which never change once they are there;
then what stands beside them; then, when all of that is durable, the checkpoint that needs it.
So wherever publishing is interrupted, what is published is whole at the checkpoint found there,
and publishing again completes it. Nothing of the log is ever deleted; an article that is not
published any more is, because it may show what was erased since.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final

import attrs

from evledger.chain import PAGE_EVENTS
from evledger.checkpoints import Checkpoint, Vouched, open_checkpoint, open_head
from evledger.exceptions import Broken, Invalid, NotProven, Refused
from evledger.notes import MAX_NOTE
from evledger.proofs.signing import head_at, signed_sizes
from evledger.proofs.tiles import SoundTiles
from evledger.proofs.waiting import side_by_side
from evledger.stores.volumes import stored_volume
from evledger.tree import HASH, TILE_WIDTH, hashes_of, leaf_hash, make_bundle, tile_path, tiles_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from evledger.notes import VerifierKey
    from evledger.proofs.stored import StoredTree
    from evledger.proofs.targets import Source, Target
    from evledger.stores.base import Backend

__all__ = [
    "CHECKPOINT",
    "SIGNED_HEAD",
    "Publication",
    "article_path",
    "proof_path",
    "publish",
    "published",
]

CHECKPOINT: Final = "checkpoint"
"""Where the checkpoint stands, the one file that changes what is published."""

ARTICLES: Final = "articles"
"""Where the names of the articles beside the log stand, a line each."""

SIGNED_HEAD: Final = "signed-head"
"""Where the signed head stands; it may be newer than the checkpoint for a moment."""

_File = tuple[str, bytes]
_ARTICLE: Final = re.compile(r"^article(?:-[a-z0-9-]+)?(?:\.[A-Za-z0-9-]+)*$", re.MULTILINE)


def article_path(file: str) -> str:
    """Return the path of an article, by what it calls its file.

    All begin alike, so that nothing else is ever taken for one.

    >>> article_path("article.md"), article_path("ledger.html")
    ('article.md', 'article-ledger.html')
    """
    path = file if file.startswith("article.") else f"article-{file}"
    if not _ARTICLE.fullmatch(path):
        msg = f"an article cannot be published as {file!r:.80}; expected a name as in ledger.html"
        raise Invalid(msg)
    return path


def proof_path(id: str) -> str:
    """Return the path of the proof of a claim, or of whatever a record introduces.

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
        removed: the articles that were taken away, because they are not published any more.
    """

    target: str
    checkpoint: Checkpoint
    paths: tuple[str, ...]
    bytes: int
    removed: tuple[str, ...] = ()

    @property
    def written(self) -> int:
        """How many files were written."""
        return len(self.paths)


def published(source: Source, keys: Iterable[VerifierKey]) -> Vouched | None:
    """Return the checkpoint that is published at a place, verified, if one is.

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
        return open_checkpoint(data, tuple(keys))
    except Invalid as error:
        msg = f"{source.name} has a file {CHECKPOINT!r} that is not of this log ({error}); "
        raise Refused(f"{msg}publish elsewhere") from error
    except NotProven as error:
        msg = (
            f"{source.name} has a {CHECKPOINT!r} that this key has not signed ({error}); after a "
            "change of keys, publish once more with the earlier one, when both have signed; where "
            "it is another log's, publish elsewhere"
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
    files: Mapping[str, bytes] | None = None,
    proofs: Iterable[tuple[str, bytes]] = (),
    alone: Callable[[], AbstractContextManager[object]] = nullcontext,
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
        files: the articles to put beside the log, as in ``article.md``; earlier ones of other
            names are taken away.
        proofs: id and bytes of proof files; taken one after the other.
        alone: keeps other publishers away while the checkpoint is replaced, as
            :meth:`Signer.locked` does those with the same key on one machine.
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
    if not is_ours:
        _check_free(target, (SIGNED_HEAD, ARTICLES, *(files or {})))
    start = 0 if found is None else found.checkpoint.size
    head = (SIGNED_HEAD, _head_note(backend, ledger, vouched))
    beside = ((proof_path(id), proof) for id, proof in proofs)
    log = _Log(backend, ledger, tree, vouched.checkpoint, start, progress)
    written = [
        *_added(target, log.files()),
        # The first time it comes first, for it says whose the place is.
        *(() if is_ours else _replaced(target, [head], is_ours=False)),
        *_replaced(target, beside, is_ours=is_ours),
    ]
    articles, removed = _articles(target, files or {}, is_ours=is_ours)
    written += articles
    target.settle()
    with alone():
        written += _finish(target, tree, vouched, head, keys)
    return Publication(
        target=target.name,
        checkpoint=vouched.checkpoint,
        paths=tuple(path for path, _ in written),
        bytes=sum(size for _, size in written),
        removed=removed,
    )


def _check_free(target: Target, paths: Iterable[str]) -> None:
    """Check that a place that is not ours has no files of the names that ours will have."""
    for path in paths:
        if target.read(path, 1) is not None:
            raise Refused(_taken(target, path))


def _taken(target: Target, path: str) -> str:
    return f"{target.name} has no log, but a file {path}; publish elsewhere, or move it away"


def _head_note(backend: Backend, ledger: str, vouched: Vouched) -> bytes:
    size = vouched.checkpoint.size
    note = head_at(backend, ledger, size)
    if note is None:
        msg = f"ledger {ledger!r} keeps no signed head of {size:,} events; sign a new checkpoint"
        raise Broken(msg)
    return str(note).encode()


def _articles(
    target: Target, files: Mapping[str, bytes], *, is_ours: bool
) -> tuple[list[tuple[str, int]], tuple[str, ...]]:
    """Write the articles, and take away those that are not published any more.

    Their list names the earlier ones until they are gone, so that none is forgotten.
    """
    earlier = _listed(target) if is_ours else frozenset[str]()
    removed = tuple(sorted(earlier - files.keys()))
    written = [
        *_replaced(target, _list_of(earlier | files.keys()), is_ours=is_ours),
        *_replaced(target, files.items(), is_ours=is_ours),
    ]
    for path in removed:
        target.remove(path)
    if removed and not files:
        target.remove(ARTICLES)
    elif removed:
        written += _replaced(target, _list_of(files.keys()), is_ours=True)
    return written, removed


def _list_of(paths: Collection[str]) -> list[_File]:
    text = "".join(f"{path}\n" for path in sorted(paths))
    return [(ARTICLES, text.encode())] if paths else []


def _listed(target: Target) -> frozenset[str]:
    """Return the paths of the articles that are published, as far as they are no others' files."""
    data = target.read(ARTICLES, MAX_NOTE) or b""
    return frozenset(_ARTICLE.findall(data.decode("utf-8", "replace")))


def _finish(
    target: Target, tree: StoredTree, vouched: Vouched, head: _File, keys: Sequence[VerifierKey]
) -> list[tuple[str, int]]:
    """Write signed head and checkpoint, unless another publisher has written newer ones."""
    found = published(target, keys)
    _check_extends(target, tree, found, vouched.checkpoint)
    if found is not None and found.note == vouched.note:
        return []
    written = list(_replaced(target, [head], is_ours=True))
    target.settle()
    data = str(vouched.note).encode()
    target.write(CHECKPOINT, data)
    target.settle()
    return [*written, (CHECKPOINT, len(data))]


# -- what is there already ---------------------------------------------------------------


def _check_extends(
    target: Target, tree: StoredTree, found: Vouched | None, ours: Checkpoint
) -> None:
    """Check that what is to be published extends what is."""
    if found is None:
        return
    theirs = found.checkpoint
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
    """Return whether an interrupted first publication has left its signed head."""
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
            raise Refused(_taken(target, path))
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
        """Yield the tiles and the entries that are new, each found to be what was signed.

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
        """Yield the leaves' level: entries, and their hashes."""
        size, first = self.signed.size, self.start // PAGE_EVENTS
        volume = stored_volume(self.backend, self.ledger)
        lines = volume.lines(first * PAGE_EVENTS, size)
        for index, tile in tiles.level(0, first):
            page = list(islice(lines, len(tile) // HASH))
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
        """Return the widths in which a tile is published: each that a signed checkpoint needs.

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
