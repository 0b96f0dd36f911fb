"""The Merkle tree is the one of RFC 6962, at every size."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evledger.tree import EMPTY_ROOT, Frontier, leaf_hash, node_hash, tree_root


def defined_root(leaves: list[bytes]) -> bytes:
    """Follow the definition of MTH in RFC 6962 section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    left, right = defined_root(leaves[:k]), defined_root(leaves[k:])
    return sha256(b"\x01" + left + right).digest()


# The eight leaves, and the roots over the first n of them, that the tests of
# Certificate Transparency's first implementation, and of many logs since, have.
LEAVES = (
    *("", "00", "10", "2021", "3031", "40414243"),
    *("5051525354555657", "606162636465666768696a6b6c6d6e6f"),
)
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size: int) -> None:
    """The roots over the well-known eight leaves are the published ones."""
    lines = [bytes.fromhex(leaf) for leaf in LEAVES[:size]]
    assert tree_root(lines).hex() == ROOTS[size]


def test_every_size_up_to_300() -> None:
    """A growing frontier has, at each size, the root that the definition gives."""
    leaves = [b"line %d" % n for n in range(300)]
    edge = Frontier()
    roots = [edge.root()]
    for leaf in leaves:
        edge.add(leaf_hash(leaf))
        roots.append(edge.root())
    assert roots == [defined_root(leaves[:size]) for size in range(301)]


@given(st.lists(st.binary(max_size=20), max_size=40))
def test_any_leaves(leaves: list[bytes]) -> None:
    """Whatever the leaves are, and whether or not they are equal, the root is as defined."""
    assert tree_root(leaves) == defined_root(leaves)


def test_empty_tree() -> None:
    """A tree without leaves has the hash of nothing as its root, and size 0."""
    assert (Frontier().root(), Frontier().size) == (EMPTY_ROOT, 0)


def test_root_does_not_change_the_edge() -> None:
    """Asking for the root leaves the frontier as it was."""
    edge = Frontier()
    for n in range(7):
        edge.add(leaf_hash(b"%d" % n))
    assert (edge.root(), edge.size) == (edge.root(), 7)


def test_leaves_and_nodes_are_told_apart() -> None:
    """A node's hash is never a leaf's, so a tree cannot be passed off as a leaf."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert node_hash(left, right) != leaf_hash(left + right)
