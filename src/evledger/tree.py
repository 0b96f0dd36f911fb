"""The Merkle tree over a ledger's lines: RFC 6962, SHA-256.

The leaf data of event ``n`` is its line without the newline.
Pure: bytes in, hashes out; what is kept or published is for others to store.

From top to bottom:
hashing; growing a tree; its tiles, as they are kept, and as C2SP tlog-tiles publishes them;
proving from tiles; verifying.
``D[a:b]`` and ``MTH`` are RFC 6962's: the leaves from ``a`` up to ``b``, and the root over them.

Proving walks down from the root, as RFC 6962 defines the proofs.
Verifying walks up from the leaf, as RFC 9162 describes it, and uses nothing of what stands above
it, so that one mistake cannot hide in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Literal

from evledger.exceptions import Broken, Invalid, NotProven

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "EMPTY_ROOT",
    "HASH",
    "TILE_HEIGHT",
    "TILE_WIDTH",
    "Frontier",
    "Growth",
    "Subtrees",
    "consistency_proof",
    "hashes_of",
    "inclusion_proof",
    "leaf_hash",
    "make_bundle",
    "middle_of",
    "node_hash",
    "parse_bundle",
    "right_edge",
    "root_of",
    "tile_path",
    "tile_subtrees",
    "tiles_of",
    "tree_root",
    "verify_consistency",
    "verify_inclusion",
]

EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves: the hash of the empty string (RFC 6962 section 2.1)."""

TILE_HEIGHT: Final = 8
"""How many rows of the tree one level of tiles stands for (C2SP tlog-tiles)."""

TILE_WIDTH: Final = 1 << TILE_HEIGHT
"""How many hashes a full tile has (C2SP tlog-tiles): as many as a page has events."""

HASH: Final = 32
"""Bytes of a hash."""

_LEVELS: Final = 8  # of tiles, in a tree of fewer than 2^64 leaves

# -- hashing -----------------------------------------------------------------------------


def leaf_hash(line: bytes) -> bytes:
    """Hash a line, without its newline, as a leaf: SHA-256(0x00 ‖ line) (RFC 6962 section 2.1).

    >>> leaf_hash(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return sha256(b"\x00" + line).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees: SHA-256(0x01 ‖ left ‖ right) (RFC 6962 section 2.1).

    >>> node_hash(leaf_hash(b"one"), leaf_hash(b"two")) == tree_root([b"one", b"two"])
    True
    """
    return sha256(b"\x01" + left + right).digest()


# -- growing -----------------------------------------------------------------------------


class Frontier:
    """The right edge of a growing tree: enough to know its root at every size.

    It holds the roots of the complete subtrees, largest first: one for each set bit of the size.
    Where the tree is also to be proven from, see :class:`Growth`.

    Attributes:
        size: how many leaves it has.

    >>> edge = Frontier()
    >>> edge.add(leaf_hash(b"one"))
    >>> edge.root() == leaf_hash(b"one")
    True
    """

    __slots__ = ("_subtrees", "size")

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Add the hash of the next leaf, 32 bytes."""
        self._push(leaf, self.size)
        self.size += 1

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add the hashes of the next leaves, 32 bytes each.

        Full tiles are joined level by level, which takes half the time of leaf by leaf.

        >>> edge = Frontier()
        >>> edge.extend([leaf_hash(b"one"), leaf_hash(b"two")])
        >>> edge.root() == tree_root([b"one", b"two"])
        True
        """
        if self.size % TILE_WIDTH or len(leaves) != TILE_WIDTH:
            for leaf in leaves:
                self.add(leaf)
            return
        self._push(_tile_root(leaves), self.size // TILE_WIDTH)
        self.size += TILE_WIDTH

    def _push(self, subtree: bytes, size: int) -> None:
        """Put a complete subtree behind as many of its own width as ``size`` says."""
        # Each trailing set bit of the size is a complete subtree, which the
        # new one completes into one of twice the width.
        while size & 1:
            subtree = node_hash(self._subtrees.pop(), subtree)
            size >>= 1
        self._subtrees.append(subtree)

    def root(self) -> bytes:
        """Return the tree's root: the subtrees joined from the right (RFC 6962 section 2.1).

        >>> Frontier().root() == EMPTY_ROOT
        True
        """
        return _joined(self._subtrees)


def _joined(subtrees: Sequence[bytes]) -> bytes:
    """Join complete subtrees, largest first, from the right."""
    if not subtrees:
        return EMPTY_ROOT
    root = subtrees[-1]
    for subtree in reversed(subtrees[:-1]):
        root = node_hash(subtree, root)
    return root


def tree_root(lines: Iterable[bytes]) -> bytes:
    """Return the root of the tree over these lines, each without its newline.

    Args:
        lines: the leaves' data, in order.

    Returns:
        32 bytes; :data:`EMPTY_ROOT` where there is no line (RFC 6962 section 2.1).

    >>> three = node_hash(node_hash(leaf_hash(b"a"), leaf_hash(b"b")), leaf_hash(b"c"))
    >>> tree_root([b"a", b"b", b"c"]) == three
    True
    """
    edge = Frontier()
    for line in lines:
        edge.add(leaf_hash(line))
    return edge.root()


# -- tiles -------------------------------------------------------------------------------


def tiles_of(size: int) -> list[tuple[int, int]]:
    """Return how many tiles each level of a tree has, as (full tiles, hashes beyond them).

    (C2SP tlog-tiles, “Partial Tiles”.)

    >>> tiles_of(70_000)
    [(273, 112), (1, 17), (0, 1)]
    """
    levels: list[tuple[int, int]] = []
    while size > 0:
        levels.append(divmod(size, TILE_WIDTH))
        size //= TILE_WIDTH
    return levels


def right_edge(size: int, tile: Callable[[int, int, int], bytes]) -> list[bytes]:
    """Return the last tile of each level of a tree; see :class:`Growth`.

    Args:
        size: how many leaves the tree has.
        tile: gives the tile at a level and an index, and of a width.

    Returns:
        From the leaves' level on; empty where the tile would be full.

    >>> tiles = Growth().extend([leaf_hash(b"%d" % n) for n in range(300)])
    >>> edge = right_edge(300, lambda level, index, width: tiles[level, index][: width * HASH])
    >>> edge == [tiles[0, 1], tiles[1, 0]]
    True
    """
    last = enumerate(tiles_of(size))
    return [tile(level, full, beyond) if beyond else b"" for level, (full, beyond) in last]


class Growth:
    """A tree that grows at its right edge, and the tiles that this changes.

    Tile ``i`` of level ``l`` holds MTH(D[(256i+j)·256^l : (256i+j+1)·256^l]), ``j`` from 0 to 255,
    as far as these are complete (C2SP tlog-tiles, “Merkle Tree”).

    Args:
        size: how many leaves it has.
        edge: the last tile of each level, from the leaves' on; empty where it would be full.

    Attributes:
        size: how many leaves it has now.

    Raises:
        Broken: the tiles are not as wide as a tree of this size has them.

    >>> growth = Growth()
    >>> tiles = growth.extend([leaf_hash(b"%d" % n) for n in range(300)])
    >>> sorted((place, len(tile) // 32) for place, tile in tiles.items())
    [((0, 0), 256), ((0, 1), 44), ((1, 0), 1)]
    >>> growth.root() == tree_root([b"%d" % n for n in range(300)])
    True

    It goes on from what was kept:

    >>> later = Growth(300, [tiles[0, 1], tiles[1, 0]])
    >>> sorted(later.extend([leaf_hash(b"300")]))
    [(0, 1)]
    """

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        if [len(tile) for tile in edge] != [beyond * HASH for _, beyond in tiles_of(size)]:
            msg = f"the kept hashes are not the right edge of a tree of {size:,} leaves"
            raise Broken(msg)
        self.size = size
        self._edge = [hashes_of(tile) for tile in edge]
        self._edge += [[]] * (_LEVELS - len(edge))

    def extend(self, leaves: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
        """Add the hashes of the next leaves, and give each tile that changed, as it is now.

        Args:
            leaves: 32 bytes each.

        Returns:
            (level, index) → the tile's hashes, one after the other.
        """
        changed: dict[tuple[int, int], bytes] = {}
        level, before, added = 0, self.size, list(leaves)
        while added:
            tiles = _cut(self._edge[level] + added)
            for index, tile in enumerate(tiles, before // TILE_WIDTH):
                changed[level, index] = b"".join(tile)
            self._edge[level] = tiles.pop() if len(tiles[-1]) < TILE_WIDTH else []
            level, before, added = level + 1, before // TILE_WIDTH, [*map(_tile_root, tiles)]
        self.size += len(leaves)
        return changed

    def root(self) -> bytes:
        """Return the tree's root.

        >>> Growth().root() == EMPTY_ROOT
        True
        """
        return _joined([root for tile in reversed(self._edge) for root in _complete(tile)])


def hashes_of(tile: bytes) -> list[bytes]:
    """Return the hashes of a tile.

    >>> hashes_of(leaf_hash(b"one") + leaf_hash(b"two")) == [leaf_hash(b"one"), leaf_hash(b"two")]
    True
    """
    return [tile[i : i + HASH] for i in range(0, len(tile), HASH)]


def _cut(hashes: list[bytes]) -> list[list[bytes]]:
    """Cut hashes of one level into tiles."""
    return [hashes[i : i + TILE_WIDTH] for i in range(0, len(hashes), TILE_WIDTH)]


def _pyramid(tile: Sequence[bytes]) -> list[list[bytes]]:
    """Return a tile's hashes, those of their pairs, of their fours and so on up to all 256.

    What has no neighbour yet has nothing above it.
    """
    rows = [list(tile)]
    for _ in range(TILE_HEIGHT):
        row = rows[-1]
        rows.append([node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)])
    return rows


def _tile_root(tile: Sequence[bytes]) -> bytes:
    """Return the root over a full tile."""
    return _pyramid(tile)[-1][0]


def _complete(tile: Sequence[bytes]) -> list[bytes]:
    """Return the roots of the complete subtrees over a tile, largest first."""
    return [row[-1] for row in reversed(_pyramid(tile)) if len(row) % 2]


# -- as they are published (C2SP tlog-tiles) ---------------------------------------------

_LENGTH: Final = 2  # bytes before each entry
_LONGEST: Final = (1 << 8 * _LENGTH) - 1


def tile_path(level: int | Literal["entries"], index: int, width: int = TILE_WIDTH) -> str:
    """Return the path of a published tile, below the log's address.

    (C2SP tlog-tiles, “Merkle Tree” and “Log entries”.)

    Args:
        level: 0 for the leaves' hashes, up to 63; ``"entries"`` for the leaves themselves.
        index: which tile of its level, from 0.
        width: how many hashes, or entries, it has: from 1 to 256.

    Raises:
        Invalid: there is no such tile.

    >>> tile_path(0, 1234067)
    'tile/0/x001/x234/067'
    >>> tile_path("entries", 273, 112)
    'tile/entries/273.p/112'
    """
    if not (level == "entries" or 0 <= level <= 63) or index < 0 or not 1 <= width <= TILE_WIDTH:
        msg = f"no tile has level {level}, index {index} and width {width}"
        raise Invalid(msg)
    *folders, last = f"{index:,}".split(",")
    number = "/".join([*(f"x{digits:0>3}" for digits in folders), f"{last:0>3}"])
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{number}{partial}"


def make_bundle(lines: Iterable[bytes]) -> bytes:
    r"""Write entries as they are published: each behind its length, as two bytes.

    (C2SP tlog-tiles, “Log entries”.)

    Args:
        lines: the entries, each without its newline.

    Raises:
        Invalid: one has more than 65,535 bytes, or they are more than 256.

    >>> make_bundle([b"one", b"three"])
    b'\x00\x03one\x00\x05three'
    """
    entries = list(lines)
    _check_entries(len(entries))
    for line in entries:
        if len(line) > _LONGEST:
            msg = f"an entry has {len(line):,} bytes; a bundle takes {_LONGEST:,} at most"
            raise Invalid(msg)
    return b"".join(len(line).to_bytes(_LENGTH, "big") + line for line in entries)


def parse_bundle(data: bytes) -> list[bytes]:
    r"""Read entries as they are published; the reverse of :func:`make_bundle`.

    Args:
        data: the bundle.

    Returns:
        The entries; how many there should be is for the caller to know.

    Raises:
        Invalid: it ends within an entry, or has more than 256.

    >>> parse_bundle(b"\x00\x03one\x00\x05three")
    [b'one', b'three']
    """
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + _LENGTH
        at = start + int.from_bytes(data[at:start], "big")
        if at > len(data):
            msg = f"the bundle ends within entry {len(entries)}: it has {len(data):,} bytes"
            raise Invalid(msg)
        entries.append(data[start:at])
        _check_entries(len(entries))
    return entries


def _check_entries(count: int) -> None:
    if count > TILE_WIDTH:
        msg = f"a bundle has {TILE_WIDTH} entries at most"
        raise Invalid(msg)


# -- proving -----------------------------------------------------------------------------

Subtrees = Callable[[int, int], bytes]
"""Gives MTH(D[i·2^h : (i+1)·2^h]) for a height ``h`` and an index ``i``."""


def tile_subtrees(read: Callable[[int, int], bytes], cached: int = 64) -> Subtrees:
    """Return the roots of complete subtrees out of tiles.

    Args:
        read: gives the hashes of the tile at a level and an index, as many as there are.
        cached: how many tiles, with what is computed above them, are kept in memory;
            where a tree grows, what was kept of its edge is outdated.

    Returns:
        A function that raises ``Broken`` where a tile has fewer hashes than it must.

    >>> tiles = Growth().extend([leaf_hash(b"%d" % n) for n in range(300)])
    >>> subtrees = tile_subtrees(lambda level, index: tiles[level, index])
    >>> subtrees(8, 0) == tree_root([b"%d" % n for n in range(256)])
    True
    """

    @lru_cache(cached)
    def pyramid(level: int, index: int) -> list[list[bytes]]:
        return _pyramid(hashes_of(read(level, index)))

    def subtree(height: int, index: int) -> bytes:
        level, above = divmod(height, TILE_HEIGHT)
        tile, place = divmod(index << above, TILE_WIDTH)
        try:
            return pyramid(level, tile)[above][place >> above]
        except IndexError as error:
            msg = f"tile {tile} of level {level} has too few hashes"
            raise Broken(msg) from error

    return subtree


def root_of(subtrees: Subtrees, start: int, stop: int) -> bytes:
    """Return MTH(D[start:stop]) (RFC 6962 section 2.1).

    Args:
        subtrees: the tree.
        start: the first leaf; a multiple of the largest power of two that the width reaches,
            as it is for the whole tree and for everything that a proof is made of.
        stop: the leaf behind the last.

    >>> tiles = Growth().extend([leaf_hash(b"%d" % n) for n in range(300)])
    >>> subtrees = tile_subtrees(lambda level, index: tiles[level, index])
    >>> root_of(subtrees, 0, 7) == tree_root([b"%d" % n for n in range(7)])
    True
    """
    parts: list[bytes] = []
    while start < stop:
        height = (stop - start).bit_length() - 1
        parts.append(subtrees(height, start >> height))
        start += 1 << height
    return _joined(parts)


def middle_of(start: int, stop: int) -> int:
    """Split leaves at k, the largest power of two below their number (RFC 6962 section 2.1).

    Args:
        start: the first leaf.
        stop: the leaf behind the last; at least two are between them.

    >>> middle_of(0, 7), middle_of(4, 7)
    (4, 6)
    """
    return start + (1 << (stop - start - 1).bit_length() - 1)


def inclusion_proof(subtrees: Subtrees, n: int, size: int) -> list[bytes]:
    """Return the path from a leaf to the root: PATH(n, D[0:size]) (RFC 6962 section 2.1.1).

    Args:
        subtrees: the tree; it may have grown beyond ``size``.
        n: the leaf's position, from 0.
        size: how many leaves the root is over.

    Returns:
        The sibling of the leaf first, the child of the root last, 32 bytes each.

    Raises:
        Invalid: there is no such leaf.

    >>> tiles = Growth().extend([leaf_hash(b"a"), leaf_hash(b"b"), leaf_hash(b"c")])
    >>> subtrees = tile_subtrees(lambda level, index: tiles[level, index])
    >>> inclusion_proof(subtrees, 0, 3) == [leaf_hash(b"b"), leaf_hash(b"c")]
    True
    """
    if not 0 <= n < size:
        msg = f"a tree of {size} leaves has none at {n}"
        raise Invalid(msg)
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = middle_of(start, stop)
        if n < middle:
            path.append(root_of(subtrees, middle, stop))
            stop = middle
        else:
            path.append(root_of(subtrees, start, middle))
            start = middle
    return path[::-1]


def consistency_proof(subtrees: Subtrees, old: int, new: int) -> list[bytes]:
    """Return what shows that a tree extends an earlier one: PROOF(old, D[0:new]).

    (RFC 6962 section 2.1.2.)

    Args:
        subtrees: the tree; it may have grown beyond ``new``.
        old: how many leaves the earlier tree had; from 0, the proof is empty.
        new: how many the later one has.

    Returns:
        32 bytes each, the deepest first.

    Raises:
        Invalid: the later tree is smaller.

    >>> tiles = Growth().extend([leaf_hash(b"a"), leaf_hash(b"b"), leaf_hash(b"c")])
    >>> subtrees = tile_subtrees(lambda level, index: tiles[level, index])
    >>> consistency_proof(subtrees, 2, 3) == [leaf_hash(b"c")]
    True
    """
    if not 0 <= old <= new:
        msg = f"a tree of {new} leaves extends none of {old}"
        raise Invalid(msg)
    if old == 0:
        return []
    proof: list[bytes] = []
    start, stop = 0, new
    while old != stop:
        middle = middle_of(start, stop)
        if old <= middle:
            proof.append(root_of(subtrees, middle, stop))
            stop = middle
        else:
            proof.append(root_of(subtrees, start, middle))
            start = middle
    if start:  # else it is the root of the earlier tree, which whoever verifies has
        proof.append(root_of(subtrees, start, stop))
    return proof[::-1]


# -- verifying ---------------------------------------------------------------------------


def verify_inclusion(n: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> None:
    """Verify that a leaf is at a position of the tree with this root (RFC 9162 section 2.1.3.2).

    Take size and root from one signed checkpoint: a root does not say by itself over how many
    leaves it is, and where trees of two sizes have paths of the same shape, as from leaf 0 of 3
    and of 4, a proof in the one verifies as well under the other's size.
    With the size given, the position is certain.

    Args:
        n: the leaf's position, from 0.
        size: how many leaves the tree has.
        leaf: the leaf's hash, 32 bytes.
        path: the inclusion proof, the leaf's sibling first; a list or a tuple.
        root: the tree's root, 32 bytes.

    Raises:
        NotProven: it is not shown, whatever the arguments are; the message says why.

    >>> a, b = leaf_hash(b"a"), leaf_hash(b"b")
    >>> verify_inclusion(1, 2, b, [a], tree_root([b"a", b"b"]))
    """
    _check_numbers(n, size)
    _check_hashes(leaf, root)
    _check_proof(path)
    if n >= size:
        msg = f"a tree of {size} leaves has none at {n}"
        raise NotProven(msg)
    found = leaf
    for is_left, sibling in _climb(n, size - 1, path):
        found = _node(sibling, found) if is_left else _node(found, sibling)
    _check_root(size, found, root)


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Verify that a tree extends an earlier one (RFC 9162 section 2.1.4.2).

    Take each size with its root from one signed checkpoint, as for an inclusion.
    Every tree extends the empty one, so from 0 nothing is shown of the later tree.

    Args:
        old: how many leaves the earlier tree has.
        new: how many the later one has.
        old_root: the earlier tree's root, 32 bytes; from 0 leaves it can only be
            :data:`EMPTY_ROOT`.
        new_root: the later tree's root, 32 bytes.
        proof: the consistency proof, a list or a tuple; from 0 leaves, and between trees of one
            size, it is empty.

    Raises:
        NotProven: it is not shown, whatever the arguments are; the message says why.

    >>> one, two = tree_root([b"a"]), tree_root([b"a", b"b"])
    >>> verify_consistency(1, 2, one, two, [leaf_hash(b"b")])
    """
    _check_numbers(old, new)
    _check_hashes(old_root, new_root)
    _check_proof(proof)
    if old > new:
        msg = f"a tree of {new} leaves extends none of {old}"
        raise NotProven(msg)
    verify = _verify_trivial if old in (0, new) else _verify_grown
    verify(old, new, old_root, new_root, proof)


def _verify_trivial(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Verify what needs no proof: the same tree, or one that extends the empty one."""
    if proof:
        msg = f"the proof has {len(proof)} hashes, but from {old} leaves to {new} it has none"
        raise NotProven(msg)
    if old == 0:
        _check_root(old, sha256(b"").digest(), old_root)
    if old == new:
        _check_root(new, old_root, new_root)


def _verify_grown(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Verify what takes a proof: a tree that extends a smaller one, which is not empty."""
    # The largest complete subtree that ends where the earlier tree does is taken as one node.
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    # Where that is the whole of the earlier tree, the proof leaves its root out.
    path = [*proof] if node else [old_root, *proof]
    if not path:
        raise NotProven(_TOO_SHORT)
    was = now = path[0]
    for is_left, sibling in _climb(node, last, path[1:]):
        if is_left:
            was = _node(sibling, was)
        now = _node(sibling, now) if is_left else _node(now, sibling)
    _check_root(old, was, old_root)
    _check_root(new, now, new_root)


def _climb(node: int, last: int, path: Sequence[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Tell of each hash on the way from a node to the root whether it stands to the left.

    Args:
        node: the position in its row, RFC 9162's fn.
        last: the last position in that row, RFC 9162's sn.
        path: the hashes.

    Raises:
        NotProven: they are not exactly as many as lead to the root.
    """
    for sibling in path:
        if last == 0:
            raise NotProven(_TOO_LONG)
        is_left = bool(node & 1) or node == last
        while is_left and not node & 1:  # last in its row, and alone: it goes up as it is
            node, last = node >> 1, last >> 1
        yield is_left, sibling
        node, last = node >> 1, last >> 1
    if last:
        raise NotProven(_TOO_SHORT)


_TOO_LONG: Final = "the proof has more hashes than lead to the root"
_TOO_SHORT: Final = "the proof has fewer hashes than lead to the root"


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _check_root(size: int, found: bytes, root: bytes) -> None:
    if found != root:
        msg = f"the root of {size} leaves is {found.hex()} by the proof, not {root.hex()}"
        raise NotProven(msg)


def _check_numbers(*numbers: object) -> None:
    for number in numbers:
        if type(number) is not int or not 0 <= number < 1 << 64:
            raise NotProven("a position or size is not a whole number from 0 to 2^64 − 1")


def _check_hashes(*hashes: object) -> None:
    for digest in hashes:
        if not isinstance(digest, bytes):
            msg = f"a hash is {type(digest).__name__}; expected bytes"
            raise NotProven(msg)
        if len(digest) != 32:
            msg = f"a hash has {len(digest)} bytes; expected the 32 of SHA-256"
            raise NotProven(msg)


def _check_proof(proof: Sequence[object]) -> None:
    if not isinstance(proof, (list, tuple)):
        msg = f"the proof is {type(proof).__name__}; expected a list of hashes"
        raise NotProven(msg)
    _check_hashes(*proof)
