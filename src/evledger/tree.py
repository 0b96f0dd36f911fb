"""The Merkle tree over a ledger's lines: RFC 6962, SHA-256.

The leaf data of event ``n`` is its line without the newline.
Pure: bytes in, hashes out.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["EMPTY_ROOT", "Frontier", "leaf_hash", "node_hash", "tree_root"]

EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves: the hash of the empty string (RFC 6962 section 2.1)."""


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


_RUN: Final = 256


class Frontier:
    """The right edge of a growing tree: the roots of its complete subtrees, largest first.

    It holds one hash per set bit of :attr:`size`, so memory grows with the logarithm.

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
        """Add the hash of the next leaf."""
        self._push(leaf, self.size)
        self.size += 1

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add the hashes of the next leaves.

        Whole pages are joined level by level, which is quicker than leaf by leaf.
        """
        if self.size % _RUN or len(leaves) != _RUN:
            for leaf in leaves:
                self.add(leaf)
            return
        level = leaves
        while len(level) > 1:
            level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level), 2)]
        self._push(level[0], self.size // _RUN)
        self.size += _RUN

    def _push(self, subtree: bytes, size: int) -> None:
        # Each trailing set bit of the old size is a complete subtree of that
        # height, which the new one completes into one of twice the width.
        while size & 1:
            subtree = node_hash(self._subtrees.pop(), subtree)
            size >>= 1
        self._subtrees.append(subtree)

    def root(self) -> bytes:
        """Give the tree's root: the subtrees joined from the right (RFC 6962 section 2.1).

        >>> Frontier().root() == EMPTY_ROOT
        True
        """
        if not self._subtrees:
            return EMPTY_ROOT
        root = self._subtrees[-1]
        for subtree in reversed(self._subtrees[:-1]):
            root = node_hash(subtree, root)
        return root


def tree_root(lines: Iterable[bytes]) -> bytes:
    """Give the root of the tree over these lines, each without its newline.

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
