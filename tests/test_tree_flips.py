"""A proof shows what it was made for, and with any one bit flipped it does not.

The normal run flips every bit for small trees and a sample for all trees to 300 leaves;
`EVLEDGER_EXHAUSTIVE=1` flips every bit for all of them, 238 million.

What a size says is the one thing that hashes cannot hold on to.
RFC 6962 hashes no size: a proof is climbed by turning left and right, and where two sizes give the
same turns, the same hashes prove the same root under either, to every verifier that follows it.
`turns` says, from the definitions of the RFC alone, when that is so.
It is why a size is only ever taken together with its root from a checkpoint, where both are signed.
"""

from __future__ import annotations

import os
from functools import cache, lru_cache
from random import Random
from typing import TYPE_CHECKING

import attrs
import pytest

from evledger.exceptions import NotProven
from evledger.tree import (
    Growth,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    tile_subtrees,
    verify_consistency,
    verify_inclusion,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXHAUSTIVE = os.environ.get("EVLEDGER_EXHAUSTIVE") == "1"
LARGEST = 300
WHOLE = range(1, LARGEST + 1 if EXHAUSTIVE else 17)  # sizes at which every bit is flipped
SAMPLED = 100  # bits at each other size

TILES = Growth().extend([leaf_hash(b"line %d" % n) for n in range(LARGEST)])
SUBTREES = tile_subtrees(lambda level, index: TILES[level, index])


@cache
def root(size: int) -> bytes:
    """Return the root of the tree over the first leaves."""
    return root_of(SUBTREES, 0, size)


# -- statements, and their bits ----------------------------------------------------------

Turns = str | None


@attrs.frozen
class Statement:
    """What a proof is to show, with the proof, as numbers of 64 bits and hashes of 256.

    Attributes:
        numbers: a position and a size, or two sizes.
        hashes: a leaf and a root, or two roots, and the proof.
        verify: verifies it.
        turns: gives what the verifier can know of the numbers.
    """

    numbers: tuple[int, int]
    hashes: tuple[bytes, ...]
    verify: Callable[[Statement], None]
    turns: Callable[[int, int], Turns]

    @property
    def bits(self) -> int:
        """How many bits it has."""
        return 128 + 256 * len(self.hashes)

    def flipped(self, bit: int) -> Statement:
        """Return it with one bit flipped."""
        if bit < 128:
            one, other = self.numbers
            numbers = (one ^ 1 << bit, other) if bit < 64 else (one, other ^ 1 << bit - 64)
            return Statement(numbers, self.hashes, self.verify, self.turns)
        at, bit = divmod(bit - 128, 256)
        hashes = (*self.hashes[:at], flips(self.hashes[at])[bit], *self.hashes[at + 1 :])
        return Statement(self.numbers, hashes, self.verify, self.turns)

    def holds(self) -> bool:
        """Return whether it verifies."""
        try:
            self.verify(self)
        except NotProven:
            return False
        return True

    def looks_like(self, other: Statement) -> bool:
        """Return whether another differs in nothing that hashes can show."""
        mine, theirs = self.turns(*self.numbers), other.turns(*other.numbers)
        return self.hashes == other.hashes and mine == theirs

    def disagreements(self, bits: range | list[int]) -> list[int]:
        """Return the bits at which verifying does not come out as it must."""
        return [
            bit for bit in bits if (wrong := self.flipped(bit)).holds() != wrong.looks_like(self)
        ]


@lru_cache(8192)
def flips(digest: bytes) -> list[bytes]:
    """Return a hash with each of its bits flipped."""
    number = int.from_bytes(digest, "big")
    return [(number ^ 1 << bit).to_bytes(32, "big") for bit in range(256)]


def split(size: int) -> int:
    """Return k of RFC 6962 section 2.1: the largest power of two smaller than a size."""
    k = 1
    while k * 2 < size:
        k *= 2
    return k


@cache
def path_turns(m: int, n: int) -> Turns:
    """Return on which sides PATH(m, D[n]) has its hashes (RFC 6962 section 2.1.1)."""
    if m >= n:
        return None
    if n == 1:
        return ""
    k = split(n)
    return f"{path_turns(m, k)}R" if m < k else f"{path_turns(m - k, n - k)}L"


@cache
def proof_turns(m: int, n: int, *, b: bool = True) -> Turns:
    """Return on which sides SUBPROOF(m, D[n], b) has its hashes (RFC 6962 section 2.1.2)."""
    if not 0 < m <= n:
        return None
    if m == n:
        return "=" if b else "H"
    k = split(n)
    return f"{proof_turns(m, k, b=b)}R" if m <= k else f"{proof_turns(m - k, n - k, b=False)}L"


def inclusions(size: int) -> Iterator[Statement]:
    """Give, for every leaf of a tree, that it is in it."""

    def verify(said: Statement) -> None:
        leaf, over, *path = said.hashes
        verify_inclusion(*said.numbers, leaf, path, over)

    for n in range(size):
        hashes = (SUBTREES(0, n), root(size), *inclusion_proof(SUBTREES, n, size))
        yield Statement((n, size), hashes, verify, path_turns)


def consistencies(size: int) -> Iterator[Statement]:
    """Give, for every earlier tree that has leaves, that this one extends it."""

    def verify(said: Statement) -> None:
        old, new, *proof = said.hashes
        verify_consistency(*said.numbers, old, new, proof)

    for old in range(1, size + 1):
        hashes = (root(old), root(size), *consistency_proof(SUBTREES, old, size))
        yield Statement((old, size), hashes, verify, proof_turns)


# -- one bit -----------------------------------------------------------------------------


def test_every_proof() -> None:
    """All 90,300 proofs of trees to 300 leaves verify."""
    for size in range(1, LARGEST + 1):
        assert all(said.holds() for said in inclusions(size)), size
        assert all(said.holds() for said in consistencies(size)), size


@pytest.mark.parametrize("size", WHOLE)
def test_every_bit_of_inclusions(size: int) -> None:
    """An inclusion does not verify with any bit flipped, but for a size with the same turns."""
    for said in inclusions(size):
        assert said.disagreements(range(said.bits)) == [], said.numbers


@pytest.mark.parametrize("size", WHOLE)
def test_every_bit_of_consistencies(size: int) -> None:
    """A consistency does not verify with any bit flipped, but for a size with the same turns."""
    for said in consistencies(size):
        assert said.disagreements(range(said.bits)) == [], said.numbers


@pytest.mark.parametrize("statements", [inclusions, consistencies])
def test_some_bits_of_every_tree(statements: Callable[[int], Iterator[Statement]]) -> None:
    """The same of some bits, for all trees to 300 leaves."""
    for size in range(1, LARGEST + 1):
        random = Random(size)  # noqa: S311  # the same bits in every run
        said = random.choice(list(statements(size)))
        bits = random.sample(range(said.bits), SAMPLED)
        assert said.disagreements(bits) == [], said.numbers


# -- what a size can hide ----------------------------------------------------------------


def test_position_is_certain() -> None:
    """In a tree of one size no two leaves have the same turns: a proof shows one position."""
    for size in range(1, LARGEST + 1):
        assert len({path_turns(n, size) for n in range(size)}) == size


def test_earlier_size_is_certain() -> None:
    """Under one later size no two earlier ones have the same turns."""
    for size in range(1, LARGEST + 1):
        assert len({proof_turns(old, size) for old in range(1, size + 1)}) == size


def test_size_alone_is_not() -> None:
    """The proof of leaf 0 in a tree of 3 is climbed as one in a tree of 4 is, so it verifies."""
    said = next(inclusions(3))
    taken = Statement((0, 4), said.hashes, said.verify, said.turns)
    assert path_turns(0, 3) == path_turns(0, 4) == "RR"
    assert taken.holds()
    assert root(3) != root(4)


def test_nothing_is_shown_from_0() -> None:
    """Every tree extends the empty one, so its root and size are not looked at; the rest is."""
    empty = root(0)
    verify_consistency(0, 7, empty, root(7), [])
    verify_consistency(0, 7, empty, root(8), [])
    for old, new, old_root, new_root, proof in (
        (0, 7, root(1), root(7), []),
        (0, 7, empty, root(7), [root(7)]),
        (0, 0, empty, root(7), []),
        (0, 0, root(7), root(7), []),
        (7, 0, root(7), empty, []),
    ):
        with pytest.raises(NotProven):
            verify_consistency(old, new, old_root, new_root, proof)
