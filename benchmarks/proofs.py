"""Proving: roots, proofs when the tree is new and when it is warm, verifying them, publishing."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from random import Random
from typing import TYPE_CHECKING

import attrs
import pymerkle
from ledgers import NAME, Bench, archive_lines
from measure import Row, at_least, at_most, rates, stopwatch, turns
from workload import batches

import evledger
from evledger.notes import SigningKey
from evledger.proofs.keys import ProcessMemory, Signer
from evledger.proofs.proving import prove
from evledger.proofs.publishing import publish
from evledger.proofs.signing import sign
from evledger.proofs.stored import StoredTree
from evledger.proofs.targets import open_target
from evledger.proofs.verifying import verify_proof
from evledger.tree import Growth, leaf_hash, tree_root, verify_consistency, verify_inclusion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from evledger import Store, Vouched
    from evledger.proofs.publishing import Publication

__all__ = ["run"]

_PAGE = 256
_PROOFS = 500  # made, or verified, for one figure
_MORE = 1_000  # events that are published after the others


def run(bench: Bench) -> list[Row]:
    """Measure proofs."""
    lines = list(archive_lines(bench.archive()))
    peer = _peer(lines)
    if peer.get_root() != tree_root(lines):
        raise ValueError("the roots differ")
    with ExitStack() as stack:
        few, many = (Logged.open(bench, size, stack) for size in (bench.small, bench.events))
        return [
            *_roots(bench, lines),
            *_new(bench),
            *_opened(bench),
            *_warm(bench, few, many, peer),
            *_verified(bench, many, peer),
            *_published(bench, Logged.open(bench, bench.middle, stack)),
        ]


def _few(bench: Bench) -> int:
    return min(bench.repeats, 3)


def _milliseconds(seconds: Sequence[float], count: int = 1) -> list[float]:
    return [second / count * 1e3 for second in seconds]


# -- in memory ---------------------------------------------------------------------------


def _peer(lines: Sequence[bytes]) -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    tree.append_entries(lines)
    return tree


def _grow(lines: Sequence[bytes]) -> bytes:
    """Grow a tree page by page, tiles and all, but keep nothing."""
    growth = Growth()
    for start in range(0, len(lines), _PAGE):
        growth.extend([leaf_hash(line) for line in lines[start : start + _PAGE]])
    return growth.root()


def _roots(bench: Bench, lines: Sequence[bytes]) -> list[Row]:
    """Compare the root over lines in memory with that of a `pymerkle` tree in memory."""
    seconds = turns(
        _few(bench),
        partial(tree_root, lines),
        partial(_grow, lines),
        lambda: _peer(lines).get_root(),
    )
    ours, grown, theirs = (rates(len(lines), column, 1e3) for column in seconds)
    unit, peer = "k lines/s", "pymerkle, in memory"
    return [
        Row(f"root of {len(lines):,} lines", unit, ours, peer, theirs, at_least(1)),
        Row("the same, and every tile", unit, grown, peer, theirs, at_least(1)),
    ]


# -- from a store ------------------------------------------------------------------------


@attrs.define
class Logged:
    """A ledger in a store, with a checkpoint that was signed of it and its tree, warm.

    Attributes:
        store: the store.
        tree: the tree.
        signer: the key.
        vouched: the checkpoint.
    """

    store: Store
    tree: StoredTree
    signer: Signer
    vouched: Vouched

    @classmethod
    def open(cls, bench: Bench, size: int, stack: ExitStack) -> Logged:
        """Open a copy of a ledger of so many events."""
        store = stack.enter_context(evledger.open(bench.copy(size)))
        signer = Signer(SigningKey.generate("example.org/bench"), memory=ProcessMemory())
        vouched = sign(store.backend, NAME, signer, origin=None)
        tree = StoredTree(store.backend, NAME)
        tree.grow(vouched.checkpoint.size)
        return cls(store, tree, signer, vouched)

    @property
    def size(self) -> int:
        """How many leaves the checkpoint is of."""
        return self.vouched.checkpoint.size

    def places(self) -> list[int]:
        """Return positions all over the ledger, always the same."""
        return Random(20_260).sample(range(1, self.size), _PROOFS)  # noqa: S311  # no secret

    def paths(self) -> list[list[bytes]]:
        """Make inclusion proofs."""
        return [self.tree.inclusion(n, self.size) for n in self.places()]

    def extensions(self) -> list[list[bytes]]:
        """Make consistency proofs, from sizes all over the ledger."""
        return [self.tree.consistency(n, self.size) for n in self.places()]

    def files(self) -> list[bytes]:
        """Make whole proofs of records, with their sources, each verified before it is given."""
        made = partial(prove, self.store.backend, NAME, self.tree, size=self.size)
        return [made(n).data for n in self.places()]

    def append(self, events: int) -> None:
        """Append events, and sign the next checkpoint."""
        (batch,) = batches(self.size - 1, self.size - 1 + events, events)
        self.store.ledger(NAME).append(*batch, by="curator")
        self.vouched = sign(self.store.backend, NAME, self.signer, origin=None)

    def publish(self, folder: Path) -> Publication:
        """Publish the log."""
        key, backend = self.signer.key.verifier, self.store.backend
        with open_target(folder) as target:
            return publish(backend, NAME, self.tree, target, self.vouched, keys=[key])


def _first_proof(path: Path) -> None:
    """Make a proof from a ledger as it lies on disk, whatever is kept of its tree."""
    with evledger.open(path) as store:
        size = store.ledger(NAME).head().size
        tree = StoredTree(store.backend, NAME)
        tree.grow(size)
        tree.inclusion(size // 3, size)


def _new(bench: Bench) -> list[Row]:
    """Measure the first proof of all: the tree is derived from the lines, and kept."""
    rows: list[Row] = []
    for size in (bench.small, bench.events):
        copies = iter([bench.copy(size) for _ in range(_few(bench) + 1)])
        (seconds,) = turns(_few(bench), lambda copies=copies: _first_proof(next(copies)))
        rows.append(Row(f"first proof of {size:,} events, no tree kept", "s", seconds))
    return rows


def _opened(bench: Bench) -> list[Row]:
    """Measure a proof by a program that opens the store for it, once the tree is kept."""
    few, many = bench.copy(bench.small), bench.copy(bench.events)
    actions = [partial(_first_proof, path) for path in (many, few)]
    large, small = map(_milliseconds, turns(bench.repeats, *actions))
    work, peer = f"proof, store just opened, {bench.events:,} events", f"{bench.small:,} events"
    return [Row(work, "ms", large, peer, small, at_most(3))]


def _warm(bench: Bench, few: Logged, many: Logged, peer: pymerkle.InmemoryTree) -> list[Row]:
    """Measure proofs, one after the other."""
    works: dict[str, Callable[[Logged], object]] = {
        "inclusion proof": Logged.paths,
        "consistency proof": Logged.extensions,
        "proof file of a record, verified": Logged.files,
    }
    rows: list[Row] = []
    for name, work in works.items():
        seconds = turns(bench.repeats, partial(work, many), partial(work, few))
        large, small = (_milliseconds(column, _PROOFS) for column in seconds)
        rows += [
            Row(f"{name}, warm, {many.size:,} leaves", "ms", large, target=at_most(1)),
            Row(f"{name}, warm, {few.size:,} leaves", "ms", small, target=at_most(1)),
        ]
    ours, theirs = turns(
        bench.repeats,
        many.paths,
        lambda: [peer.prove_inclusion(n + 1) for n in many.places()],
    )
    figures = (_milliseconds(column, _PROOFS) for column in (ours, theirs))
    rows.append(_beside("inclusion proof, warm, from SQLite", "ms", *figures))
    return rows


def _beside(work: str, unit: str, ours: Sequence[float], theirs: Sequence[float]) -> Row:
    return Row(work, unit, ours, "pymerkle, in memory", theirs)


# -- verifying ---------------------------------------------------------------------------


def _verified(bench: Bench, many: Logged, peer: pymerkle.InmemoryTree) -> list[Row]:
    """Compare verifying with `pymerkle`'s; whole files have no peer."""
    vkey = many.signer.key.verifier
    pairs = (_inclusions(many, peer), _consistencies(many, peer))
    works = [*(calls for pair in pairs for calls in pair)]
    works.append([partial(verify_proof, data, vkey) for data in many.files()])
    seconds = turns(bench.repeats, *(partial(_each, calls) for calls in works))
    ours, theirs, ours_grown, theirs_grown, whole = (
        [figure * 1e3 for figure in _milliseconds(column, _PROOFS)] for column in seconds
    )
    return [
        _beside(f"verifying an inclusion in {many.size:,} leaves", "µs", ours, theirs),
        _beside("verifying a consistency", "µs", ours_grown, theirs_grown),
        Row("verifying a proof file, signature and all", "µs", whole),
    ]


def _each(calls: Sequence[Callable[[], object]]) -> None:
    for call in calls:
        call()


def _inclusions(
    many: Logged, peer: pymerkle.InmemoryTree
) -> tuple[list[Callable[[], object]], list[Callable[[], object]]]:
    """Return what verifies inclusions: ours and theirs, with the same leaves."""
    size, root = many.size, many.vouched.checkpoint.root
    ours: list[Callable[[], object]] = []
    theirs: list[Callable[[], object]] = []
    for n, path in zip(many.places(), many.paths(), strict=True):
        leaf, proof = peer.get_leaf(n + 1), peer.prove_inclusion(n + 1)
        ours.append(partial(verify_inclusion, n, size, leaf, path, root))
        theirs.append(partial(proof.verify, leaf, root, index=n + 1, size=size))
    return ours, theirs


def _consistencies(
    many: Logged, peer: pymerkle.InmemoryTree
) -> tuple[list[Callable[[], object]], list[Callable[[], object]]]:
    """Return what verifies consistencies: ours and theirs, with the same sizes."""
    size, root = many.size, many.vouched.checkpoint.root
    ours: list[Callable[[], object]] = []
    theirs: list[Callable[[], object]] = []
    for old, found in zip(many.places(), many.extensions(), strict=True):
        was, proof = many.tree.root(old), peer.prove_consistency(old)
        ours.append(partial(verify_consistency, old, size, was, root, found))
        theirs.append(partial(proof.verify, was, root, prior_size=old, later_size=size))
    return ours, theirs


# -- publishing --------------------------------------------------------------------------


def _published(bench: Bench, logged: Logged) -> list[Row]:
    """Measure publishing into a folder: a whole log, and what was added to it."""
    first, size = bench.folder / "published-0", logged.size
    once = logged.publish(first)
    folders = iter([bench.folder / f"published-{n}" for n in range(1, _few(bench) + 2)])
    (whole,) = turns(_few(bench), lambda: logged.publish(next(folders)))
    seconds: list[float] = []
    written: list[float] = []
    for _ in range(_few(bench)):
        logged.append(_MORE)
        found: list[Publication] = []
        seconds.append(stopwatch(lambda found=found: found.append(logged.publish(first))))
        written.append(found[0].bytes / 1e6)
    lines = sum(len(line) for line in archive_lines(bench.archive())) * size / bench.events / 1e6
    return [
        Row(f"publishing {size:,} events into a folder", "s", whole),
        Row("the bytes of it", "MB", [once.bytes / 1e6], "its lines", [lines], at_most(1.2)),
        Row(f"publishing {_MORE:,} more", "s", seconds),
        Row("the bytes of them", "MB", written),
    ]
