"""The Merkle tree over a ledger's lines: RFC 6962, SHA-256.

The leaf data of event ``n`` is its line without the newline.
Pure: bytes in, hashes out.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["EMPTY_ROOT", "Frontier", "leaf_hash", "node_hash", "tree_root"]

EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves: the hash of the empty string (RFC 6962 section 2.1)."""


def leaf_hash(line: bytes) -> bytes:
    """Hash a line, without its newline, as a leaf: SHA-256(0x00 ‖ line) (RFC 6962 section 2.1)."""
    return sha256(b"\x00" + line).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees: SHA-256(0x01 ‖ left ‖ right) (RFC 6962 section 2.1)."""
    return sha256(b"\x01" + left + right).digest()


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
        subtrees, size = self._subtrees, self.size
        # Each trailing set bit of the old size is a complete subtree of that
        # height, which the new leaf completes into one of twice the width.
        while size & 1:
            leaf = node_hash(subtrees.pop(), leaf)
            size >>= 1
        subtrees.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Give the tree's root: the subtrees joined from the right (RFC 6962 section 2.1)."""
        if not self._subtrees:
            return EMPTY_ROOT
        root = self._subtrees[-1]
        for subtree in reversed(self._subtrees[:-1]):
            root = node_hash(subtree, root)
        return root


def tree_root(lines: Iterable[bytes]) -> bytes:
    """Give the root of the tree over these lines, each without its newline."""
    edge = Frontier()
    for line in lines:
        edge.add(leaf_hash(line))
    return edge.root()
