"""The Merkle tree is the one of RFC 6962, its tiles those of C2SP tlog-tiles, at every size."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from hashlib import sha256
from itertools import pairwise
from types import FunctionType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evledger import tree
from evledger.exceptions import Broken, Invalid, NotProven
from evledger.tree import (
    EMPTY_ROOT,
    Frontier,
    Growth,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    tile_subtrees,
    tiles_of,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

# -- the definitions of RFC 6962, word for word ------------------------------------------


def line(n: int) -> bytes:
    """Return the data of a leaf of the tree that most tests are about."""
    return b"line %d" % n


def split(n: int) -> int:
    """Return k: the largest power of two smaller than n (section 2.1)."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


@cache
def mth(start: int, stop: int) -> bytes:
    """Return MTH(D[start:stop]) (section 2.1)."""
    n = stop - start
    if n == 0:
        return sha256(b"").digest()
    if n == 1:
        return sha256(b"\x00" + line(start)).digest()
    k = split(n)
    return sha256(b"\x01" + mth(start, start + k) + mth(start + k, stop)).digest()


def path(m: int, start: int, stop: int) -> list[bytes]:
    """Return PATH(m, D[start:stop]) (section 2.1.1)."""
    n = stop - start
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return [*path(m, start, start + k), mth(start + k, stop)]
    return [*path(m - k, start + k, stop), mth(start, start + k)]


def proof(m: int, n: int) -> list[bytes]:
    """Return PROOF(m, D[n]), 0 < m < n (section 2.1.2)."""
    return subproof(m, 0, n, b=True)


def subproof(m: int, start: int, stop: int, *, b: bool) -> list[bytes]:
    """Return SUBPROOF(m, D[start:stop], b) (section 2.1.2)."""
    n = stop - start
    if m == n:
        return [] if b else [mth(start, stop)]
    k = split(n)
    if m <= k:
        return [*subproof(m, start, start + k, b=b), mth(start + k, stop)]
    return [*subproof(m - k, start + k, stop, b=False), mth(start, start + k)]


def defined_root(leaves: list[bytes]) -> bytes:
    """Return MTH of any leaves (section 2.1)."""
    if len(leaves) < 2:
        return sha256(b"\x00" + leaves[0] if leaves else b"").digest()
    k = split(len(leaves))
    return sha256(b"\x01" + defined_root(leaves[:k]) + defined_root(leaves[k:])).digest()


# -- roots -------------------------------------------------------------------------------

# The eight leaves, and what is published over them, that the tests of Certificate
# Transparency's first implementation, and of many logs since, have.
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
L1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
L23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
L4567 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
L4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
L67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
L45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
PATHS = {
    (0, 1): [],
    (0, 8): [L1, L23, L4567],
    (5, 8): [L4, L67, ROOTS[4]],
    (2, 3): [ROOTS[2]],
    (1, 5): [ROOTS[1], L23, L4],
}
PROOFS = {(1, 1): [], (1, 8): [L1, L23, L4567], (6, 8): [L45, L67, ROOTS[4]], (2, 5): [L23, L4]}


def known(size: int) -> list[bytes]:
    """Return the first of the well-known leaves."""
    return [bytes.fromhex(leaf) for leaf in LEAVES[:size]]


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size: int) -> None:
    """The roots over the well-known eight leaves are the published ones."""
    assert tree_root(known(size)).hex() == ROOTS[size]


def test_every_size_up_to_300() -> None:
    """A growing frontier has, at each size, the root that the definition gives."""
    edge = Frontier()
    roots = [edge.root()]
    for n in range(300):
        edge.add(leaf_hash(line(n)))
        roots.append(edge.root())
    assert roots == [mth(0, size) for size in range(301)]


@given(st.lists(st.binary(max_size=20), max_size=40))
def test_any_leaves(leaves: list[bytes]) -> None:
    """Whatever the leaves are, and whether or not they are equal, the root is as defined."""
    assert tree_root(leaves) == defined_root(leaves)


def test_empty_tree() -> None:
    """A tree without leaves has the hash of nothing as its root, and size 0."""
    assert (Frontier().root(), Frontier().size) == (EMPTY_ROOT, 0)
    assert (Growth().root(), Growth().size) == (EMPTY_ROOT, 0)


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


# -- growing, and tiles ------------------------------------------------------------------

LARGE = 70_000  # three levels of tiles, each with a partial one


@cache
def hashes(size: int) -> list[bytes]:
    """Return the hashes of the first leaves."""
    return [mth(n, n + 1) for n in range(size)]


@cache
def large() -> dict[tuple[int, int], bytes]:
    """Return the tiles of a tree of three levels."""
    return Growth().extend(hashes(LARGE))


SUBTREES = tile_subtrees(lambda level, index: large()[level, index])


def defined_tiles(size: int) -> dict[tuple[int, int], bytes]:
    """Return every tile of a tree, each hash as C2SP tlog-tiles defines it."""
    tiles: dict[tuple[int, int], bytes] = {}
    level = 0
    while width := 256**level:
        complete = size // width
        for n in range(-(-complete // 256)):
            within = range(n * 256, min((n + 1) * 256, complete))
            tiles[level, n] = b"".join(mth(i * width, (i + 1) * width) for i in within)
        if complete < 256:
            return {place: tile for place, tile in tiles.items() if tile}
        level += 1
    raise AssertionError


def chunks(largest: int) -> st.SearchStrategy[list[int]]:
    """Return sizes that a tree goes through on its way from 0 to one of them."""
    return st.lists(st.integers(0, largest), max_size=6).map(lambda sizes: [0, *sorted(sizes)])


def test_tiles_of_70_000() -> None:
    """A tree of 70,000 leaves has the tiles that the specification names, as it defines them."""
    assert tiles_of(LARGE) == [(273, 112), (1, 17), (0, 1)]
    assert large() == defined_tiles(LARGE)


def test_tiles_at_every_size() -> None:
    """A tree that grows leaf by leaf has the defined tiles at each size, and gives what changed."""
    growth, tiles = Growth(), dict[tuple[int, int], bytes]()
    for size in range(1, 600):
        changed = growth.extend([mth(size - 1, size)])
        assert all(tiles.get(place) != tile for place, tile in changed.items())
        tiles |= changed
        assert tiles == defined_tiles(size)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, LARGE])
def test_tiles_around_full_ones(size: int) -> None:
    """Where a tile of any level gets full, all tiles are as defined."""
    tiles = Growth().extend(hashes(LARGE)[:size])
    assert tiles == defined_tiles(size)
    for level, (full, beyond) in enumerate(tiles_of(size)):
        held = b"".join(tile for place, tile in sorted(tiles.items()) if place[0] == level)
        assert len(held) == 32 * (256 * full + beyond)


@given(chunks(1200))
def test_any_split_grows_the_same_tree(sizes: list[int]) -> None:
    """However the leaves are handed over: the same tiles, the same root, the frontier's root."""
    growth, edge, tiles = Growth(), Frontier(), dict[tuple[int, int], bytes]()
    for start, stop in pairwise(sizes):
        leaves = hashes(LARGE)[start:stop]
        tiles |= growth.extend(leaves)
        edge.extend(leaves)
        assert growth.size == edge.size == stop
        assert growth.root() == edge.root() == mth(0, stop)
    assert tiles == defined_tiles(sizes[-1])


@given(st.integers(0, LARGE), st.integers(0, LARGE))
@example(65_300, 65_600)
@example(68_000, LARGE)
def test_growing_goes_on_from_what_was_kept(one: int, other: int) -> None:
    """A tree that starts from the edge of a kept one grows as if it had never stopped."""
    start, stop = sorted((one, other))
    edge = [defined_edge(start, level, beyond) for level, (_, beyond) in enumerate(tiles_of(start))]
    growth = Growth(start, edge)
    assert growth.root() == mth(0, start)
    for place, tile in growth.extend(hashes(LARGE)[start:stop]).items():
        assert large()[place].startswith(tile)
    assert growth.root() == mth(0, stop)


def defined_edge(size: int, level: int, beyond: int) -> bytes:
    """Return the hashes of a level's last tile that is not full."""
    width, complete = 256**level, size // 256**level
    within = range(complete - beyond, complete)
    return b"".join(mth(i * width, (i + 1) * width) for i in within)


@given(st.lists(st.sampled_from((1, 254, 255, 256, 257, 511, 512)), max_size=6))
@example([255, 256])
@example([256, 255, 256])
def test_a_frontier_takes_any_number_at_once(counts: list[int]) -> None:
    """However many leaves a frontier is handed, on or off the edge of a tile, its root is right."""
    edge = Frontier()
    for count in counts:
        edge.extend(hashes(LARGE)[edge.size : edge.size + count])
        assert edge.root() == mth(0, edge.size)
    assert edge.size == sum(counts)


def test_a_frontier_takes_tile_after_tile() -> None:
    """A frontier that is handed whole tiles has the right root at each of them."""
    edge = Frontier()
    for start in range(0, LARGE, 256):
        edge.extend(hashes(LARGE)[start : start + 256])
        assert edge.root() == mth(0, edge.size)
    assert edge.size == LARGE


@pytest.mark.parametrize(
    ("size", "edge"), [(1, []), (0, [bytes(32)]), (2, [bytes(33)]), (256, [b""]), (300, [b"", b""])]
)
def test_an_edge_that_is_none(size: int, edge: list[bytes]) -> None:
    """Hashes that cannot be the right edge of such a tree are not grown from."""
    with pytest.raises(Broken, match=f"right edge of a tree of {size} leaves"):
        Growth(size, edge)


def test_a_tile_that_is_too_short() -> None:
    """A kept tile that has lost hashes is told, and where it stands."""
    cut = tile_subtrees(lambda level, index: large()[level, index][: 32 * 3 + 5])
    assert cut(0, 256) == mth(256, 257)
    for height, index in ((0, 4), (1, 2), (3, 0), (8, 7)):
        with pytest.raises(Broken, match="has too few hashes"):
            cut(height, index)


# -- proving -----------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "size"), PATHS)
def test_known_paths(n: int, size: int) -> None:
    """The inclusion proofs over the well-known leaves are the published ones."""
    tiles = Growth().extend([leaf_hash(leaf) for leaf in known(8)])
    found = inclusion_proof(tile_subtrees(lambda level, index: tiles[level, index]), n, size)
    assert [digest.hex() for digest in found] == PATHS[n, size]
    verify_inclusion(n, size, leaf_hash(known(8)[n]), found, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new"), PROOFS)
def test_known_proofs(old: int, new: int) -> None:
    """The consistency proofs over the well-known leaves are the published ones."""
    tiles = Growth().extend([leaf_hash(leaf) for leaf in known(8)])
    found = consistency_proof(tile_subtrees(lambda level, index: tiles[level, index]), old, new)
    assert [digest.hex() for digest in found] == PROOFS[old, new]
    verify_consistency(old, new, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]), found)


def test_every_proof_is_as_defined() -> None:
    """Every proof of every tree to 300 leaves is the one that the RFC defines."""
    for size in range(1, 301):
        for n in range(size):
            assert inclusion_proof(SUBTREES, n, size) == path(n, 0, size)
            assert consistency_proof(SUBTREES, n + 1, size) == proof(n + 1, size)


@given(st.data())
def test_proofs_of_what_a_tree_was(data: st.DataObject) -> None:
    """From a tree that has grown further, every earlier one is proven as it was."""
    size = data.draw(st.integers(1, LARGE), "size")
    n = data.draw(st.integers(0, size - 1), "n")
    root, old_root = root_of(SUBTREES, 0, size), root_of(SUBTREES, 0, n)
    assert (root, old_root) == (mth(0, size), mth(0, n))
    verify_inclusion(n, size, mth(n, n + 1), inclusion_proof(SUBTREES, n, size), root)
    verify_consistency(n, size, old_root, root, consistency_proof(SUBTREES, n, size))


def test_nothing_to_prove_from_the_empty_tree() -> None:
    """From no leaves, and between trees of one size, the proof is empty."""
    assert consistency_proof(SUBTREES, 0, 0) == consistency_proof(SUBTREES, 0, 7) == []
    assert consistency_proof(SUBTREES, 7, 7) == []


@pytest.mark.parametrize(("n", "size"), [(0, 0), (7, 7), (8, 7), (-1, 7)])
def test_a_leaf_that_is_not_there(n: int, size: int) -> None:
    """For a leaf beyond the tree there is no proof to ask for."""
    with pytest.raises(Invalid, match=f"a tree of {size} leaves has none at {n}"):
        inclusion_proof(SUBTREES, n, size)


@pytest.mark.parametrize(("old", "new"), [(8, 7), (1, 0), (-1, 7)])
def test_a_tree_that_shrank(old: int, new: int) -> None:
    """For a later tree that is smaller there is no proof to ask for."""
    with pytest.raises(Invalid, match=f"a tree of {new} leaves extends none of {old}"):
        consistency_proof(SUBTREES, old, new)


# -- verifying ---------------------------------------------------------------------------

NUMBERS: dict[str, Any] = {
    "true": True,
    "false": False,
    "float": 1.0,
    "text": "1",
    "bytes": b"1",
    "none": None,
    "decimal": Decimal(1),
    "list": [1],
    "below 0": -1,
    "2^64": 1 << 64,
    "huge": 10**5000,
}
HASHES: dict[str, Any] = {
    "none": None,
    "number": 7,
    "text": "x" * 32,
    "numbers": [0] * 32,
    "bytearray": bytearray(32),
    "view": memoryview(bytes(32)),
    "empty": b"",
    "31": bytes(31),
    "33": bytes(33),
}
NO_PROOFS: dict[str, Any] = {
    "nothing": None,
    "0": 0,
    "no bytes": b"",
    "bytes": bytes(32),
    "no text": "",
    "dict": {},
    "set": set[bytes](),
    "iterator": iter([]),
    **{name: [item] for name, item in HASHES.items()},
}


def reject(verify: Any, *args: Any) -> None:
    """Expect that something is not proven, and no other error."""
    with pytest.raises(NotProven):
        verify(*args)


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_numbers_that_are_none(number: Any) -> None:
    """A position or size that is no whole number of 64 bits proves nothing."""
    leaf = mth(0, 1)
    reject(verify_inclusion, number, 2, mth(1, 2), [leaf], mth(0, 2))
    reject(verify_inclusion, 0, number, leaf, [], leaf)
    reject(verify_consistency, number, 1, leaf, leaf, [])
    reject(verify_consistency, 1, number, leaf, leaf, [])
    reject(verify_consistency, 0, number, EMPTY_ROOT, EMPTY_ROOT, [])


@pytest.mark.parametrize("digest", HASHES.values(), ids=HASHES)
def test_hashes_that_are_none(digest: Any) -> None:
    """A hash that is not 32 bytes proves nothing, on any place."""
    reject(verify_inclusion, 0, 1, digest, [], digest)
    reject(verify_inclusion, 0, 1, mth(0, 1), [], digest)
    reject(verify_inclusion, 0, 1, digest, [], mth(0, 1))
    reject(verify_inclusion, 0, 2, mth(0, 1), [digest], mth(0, 2))
    reject(verify_consistency, 1, 1, digest, digest, [])
    reject(verify_consistency, 1, 1, mth(0, 1), digest, [])
    reject(verify_consistency, 0, 7, EMPTY_ROOT, digest, [])
    reject(verify_consistency, 1, 2, mth(0, 1), mth(0, 2), [digest])


@pytest.mark.parametrize("hashes", NO_PROOFS.values(), ids=NO_PROOFS)
def test_proofs_that_are_none(hashes: Any) -> None:
    """A proof that is no list of hashes proves nothing, not even where none is needed."""
    reject(verify_inclusion, 0, 1, mth(0, 1), hashes, mth(0, 1))
    reject(verify_consistency, 1, 1, mth(0, 1), mth(0, 1), hashes)


def test_a_proof_may_be_a_tuple() -> None:
    """A proof is a list or a tuple."""
    verify_inclusion(0, 2, mth(0, 1), (mth(1, 2),), mth(0, 2))
    verify_consistency(1, 2, mth(0, 1), mth(0, 2), (mth(1, 2),))


SIZES = st.integers(1, 300) | st.integers(1, (1 << 64) - 1)
DIGESTS = st.binary(min_size=32, max_size=32)


@given(st.data(), SIZES, DIGESTS)
def test_any_path_leads_where_it_is_defined_to(data: st.DataObject, size: int, leaf: bytes) -> None:
    """Whatever the hashes, however large the tree: a path proves its own root, whole only."""
    n = data.draw(st.integers(0, size - 1), "n")
    found = [data.draw(DIGESTS) for _ in path_sides(n, size)]
    root = leaf
    for is_left, sibling in zip(path_sides(n, size), found, strict=True):
        root = node_hash(sibling, root) if is_left else node_hash(root, sibling)
    verify_inclusion(n, size, leaf, found, root)
    reject(verify_inclusion, n, size, leaf, [*found, leaf], node_hash(root, leaf))
    if found:
        reject(verify_inclusion, n, size, leaf, found[:-1], root)


def test_the_largest_tree() -> None:
    """A tree may have as many leaves as 64 bits can say."""
    found, root = [mth(n, n + 1) for n in range(64)], mth(64, 65)
    for sibling in found:
        root = node_hash(root, sibling)
    verify_inclusion(0, (1 << 64) - 1, mth(64, 65), found, root)


def path_sides(m: int, n: int) -> list[bool]:
    """Tell of each hash of PATH(m, D[n]) whether it is to the left."""
    if n == 1:
        return []
    k = split(n)
    return [*path_sides(m, k), False] if m < k else [*path_sides(m - k, n - k), True]


@given(st.data(), SIZES)
def test_any_proof_leads_where_it_is_defined_to(data: st.DataObject, new: int) -> None:
    """Whatever the hashes, however large the trees: a proof proves its own roots, whole only."""
    old = data.draw(st.integers(1, new), "old")
    has_start, *sides = proof_sides(old, new)
    start, rest = data.draw(DIGESTS), [data.draw(DIGESTS) for _ in sides]
    old_root = new_root = start
    for is_left, sibling in zip(sides, rest, strict=True):
        old_root = node_hash(sibling, old_root) if is_left else old_root
        new_root = node_hash(sibling, new_root) if is_left else node_hash(new_root, sibling)
    found = [start, *rest] if has_start else rest
    verify_consistency(old, new, old_root, new_root, found)
    reject(verify_consistency, old, new, old_root, node_hash(new_root, start), [*found, start])
    if found:
        reject(verify_consistency, old, new, old_root, new_root, found[:-1])
        reject(verify_consistency, old, new, old_root, leaf_hash(new_root), found)
        reject(verify_consistency, old, new, leaf_hash(old_root), new_root, found)


def proof_sides(m: int, n: int, *, b: bool = True) -> list[bool]:
    """Return whether PROOF(m, D[n]) begins with a root, then of each other hash if it is left."""
    if m == n:
        return [not b]
    k = split(n)
    if m <= k:
        return [*proof_sides(m, k, b=b), False]
    return [*proof_sides(m - k, n - k, b=False), True]


def test_verifying_shares_nothing_with_proving() -> None:
    """What verifies calls nothing that hashes, grows or proves, but for SHA-256 itself."""
    provers = (leaf_hash, node_hash, tree_root, root_of, tile_subtrees)
    proving = used_by(inclusion_proof, consistency_proof, *provers) | methods_used(Growth, Frontier)
    verifying = used_by(verify_inclusion, verify_consistency)
    assert proving & verifying == {"sha256"}


def methods_used(*classes: type) -> set[str]:
    """Return the names of the module that classes use."""
    methods = (method for each in classes for method in vars(each).values())
    return used_by(*(method for method in methods if isinstance(method, FunctionType)))


def used_by(*functions: Any) -> set[str]:
    """Return what functions use of the module's functions and values, however indirectly."""
    found = {function.__name__ for function in functions if function.__name__ in vars(tree)}
    pending = list(functions)
    while pending:
        codes = [pending.pop().__code__]
        while codes:
            code = codes.pop()
            codes += [inner for inner in code.co_consts if hasattr(inner, "co_names")]
            new = {name for name in code.co_names if name in vars(tree)} - found
            found |= new
            pending += [
                vars(tree)[name] for name in new if isinstance(vars(tree)[name], FunctionType)
            ]
    return found - {"NotProven", "Invalid", "Broken"}
