"""Another library for transparency logs, aics-tlog, and this one verify what the other makes."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import pytest

import evledger
from evledger import Ledger, Plugins
from evledger.checkpoints import Vouched, open_checkpoint
from evledger.exceptions import NotProven
from evledger.notes import SigningKey, VerifierKey, decode_base64
from evledger.proofs.keys import Signer
from evledger.proofs.mirroring import fetch_log
from evledger.proofs.proving import consistency, prove
from evledger.proofs.publishing import publish
from evledger.proofs.signing import checkpoint_at, sign
from evledger.proofs.stored import StoredTree
from evledger.proofs.targets import open_source, open_target
from evledger.tree import leaf_hash, tiles_of, verify_consistency, verify_inclusion

ORIGIN = "example.org/tea"
SIZES = (1, 255, 256, 257, 300, 70_000)
WITNESS = ("witness.example/w1", bytes(range(32)).hex())

Ask: TypeAlias = Callable[..., Any]


@attrs.frozen
class Log:
    """A ledger that was published again and again while it grew.

    Attributes:
        ledger: the ledger.
        key: that of its log.
        folder: where it is published.
        signed: what was signed, by size.
        early: what was published at 300 events.
    """

    ledger: Ledger
    key: SigningKey
    folder: Path
    signed: dict[int, Vouched]
    early: Path

    @property
    def tree(self) -> StoredTree:
        """Its tree."""
        return StoredTree(self.ledger.store.backend, "tea")

    def line(self, n: int) -> bytes:
        """Return the line of a record, without its newline."""
        (record,) = self.ledger.records(n, n + 1)
        return record.line


@pytest.fixture(scope="module")
def log(
    create: Callable[[], tuple[Ledger, Signer]],
    grow: Callable[..., None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Log:
    """Publish a ledger at each of the sizes."""
    ledger, signer = create()
    folder, early = (tmp_path_factory.mktemp(name) for name in ("log", "early"))
    backend, signed = ledger.store.backend, dict[int, Vouched]()
    for size in SIZES:
        grow(ledger, size)
        signed[size] = sign(backend, "tea", signer, origin=ORIGIN)
        publish(
            backend,
            "tea",
            StoredTree(backend, "tea"),
            open_target(folder),
            signed[size],
            keys=[signer.verifier],
        )
        if size == 300:
            shutil.copytree(folder, early, dirs_exist_ok=True)
    return Log(ledger, signer.key, folder, signed, early)


# -- it verifies what is ours ------------------------------------------------------------


@pytest.mark.parametrize("size", [300, 70_000])
def test_what_is_published_is_sound(log: Log, ask: Ask, size: int) -> None:
    """Every tile and every entry that we publish is what the checkpoint says."""
    folder = log.early if size == 300 else log.folder
    note = (folder / "checkpoint").read_text()
    said = ask("checkpoint", note=note, vkey=log.key.verifier)
    tiles, bundles = ask("audit", folder=folder, size=said["size"], root=said["root"])
    assert said["size"] == size
    assert bundles == -(-size // 256)
    assert tiles == sum(full + (beyond > 0) for full, beyond in tiles_of(size))


@pytest.mark.parametrize("size", SIZES)
def test_earlier_sizes_stay_readable(log: Log, ask: Ask, size: int) -> None:
    """What was published for an earlier checkpoint still verifies beside what came later."""
    said = ask(
        "checkpoint",
        note=checkpoint_at(log.ledger.store.backend, "tea", size),
        vkey=log.key.verifier,
    )
    assert ask("audit", folder=log.folder, size=size, root=said["root"])


@pytest.mark.parametrize("size", SIZES)
def test_proof_files(log: Log, ask: Ask, size: int) -> None:
    """Our proof files show that a line is in the log, and that another is not."""
    backend = log.ledger.store.backend
    for n in sorted({0, size // 2, size - 1}):
        file = str(prove(backend, "tea", log.tree, n, size=size, keys=[log.key.verifier]))
        fields = {"file": file, "vkey": log.key.verifier}
        assert ask("proof", leaf=log.line(n), **fields) == n
        with pytest.raises(Exception, match="does not lead to the root"):
            ask("proof", leaf=log.line(n) + b" ", **fields)


@pytest.mark.parametrize("old", SIZES)
@pytest.mark.parametrize("new", SIZES)
def test_growth(log: Log, ask: Ask, old: int, new: int) -> None:
    """Our consistency proofs show that one checkpoint extends another, and nothing else."""
    if old > new:
        old, new = new, old
    grown = consistency(log.ledger.store.backend, "tea", log.tree, old, new)
    fields = {
        "old": old,
        "new": new,
        "old_root": grown.old.root,
        "new_root": grown.new.root,
        "path": grown.proof,
    }
    assert ask("consistency", **fields)
    assert not ask("consistency", **{**fields, "old_root": leaf_hash(b"")})


def test_a_log_that_was_tampered_with(log: Log, ask: Ask, tmp_path: Path) -> None:
    """One changed byte of what we published is found."""
    shutil.copytree(log.early, tmp_path / "log")
    entries = tmp_path / "log/tile/entries/000"
    entries.write_bytes(entries.read_bytes().replace(b"?", b"!", 1))
    root = log.signed[300].checkpoint.root
    with pytest.raises(Exception, match="tile/entries/000 does not match"):
        ask("audit", folder=tmp_path / "log", size=300, root=root)


# -- we verify what is its ---------------------------------------------------------------


@attrs.frozen
class Theirs:
    """A log of our lines that aics-tlog wrote, with the checkpoints that it signed."""

    folder: Path
    key: SigningKey
    notes: dict[int, str]


@pytest.fixture(scope="module")
def theirs(log: Log, ask: Ask, tmp_path_factory: pytest.TempPathFactory) -> Theirs:
    """Have aics-tlog publish our lines."""
    folder = tmp_path_factory.mktemp("theirs")
    key = SigningKey(ORIGIN, b"\7" * 32)
    lines = folder / "lines"
    lines.write_bytes(b"\n".join(record.line for record in log.ledger.records()))
    notes = ask(
        "write",
        folder=folder / "log",
        leaves=lines,
        sizes=SIZES,
        origin=ORIGIN,
        seed=key.seed.hex(),
    )
    return Theirs(folder / "log", key, dict(zip(SIZES, notes, strict=True)))


@pytest.mark.parametrize("size", SIZES)
def test_its_checkpoints(log: Log, theirs: Theirs, size: int) -> None:
    """Its checkpoints of our lines verify, and have our roots."""
    vouched = open_checkpoint(theirs.notes[size], [theirs.key.verifier])
    assert vouched.checkpoint == log.signed[size].checkpoint
    with pytest.raises(NotProven):
        open_checkpoint(theirs.notes[size].replace(f"\n{size}\n", "\n7\n"), [theirs.key.verifier])


def test_the_same_files(log: Log, theirs: Theirs) -> None:
    """What both publish of the same lines is the same, byte for byte."""
    ours, its = (
        {
            str(path.relative_to(folder)): path.read_bytes()
            for path in (folder / "tile").rglob("*")
            if path.is_file()
        }
        for folder in (log.folder, theirs.folder)
    )
    assert ours == its


@pytest.mark.parametrize("size", SIZES[1:])
def test_its_proofs(log: Log, theirs: Theirs, ask: Ask, size: int) -> None:
    """Its proofs, of inclusion and of growth, verify here."""
    root = log.signed[size].checkpoint.root
    for n, old in ((0, 1), (size // 2, size // 2 + 1), (size - 1, size)):
        found = ask("prove", folder=theirs.folder, n=n, old=old, size=size, published=SIZES[-1])
        path, growth = ([decode_base64(each) for each in proof] for proof in found)
        verify_inclusion(n, size, leaf_hash(log.line(n)), path, root)
        verify_consistency(old, size, log.tree.root(old), root, growth)


def test_its_cosignatures(theirs: Theirs, ask: Ask) -> None:
    """What it cosigns counts as cosigned here."""
    name, seed = WITNESS
    now = int(time.time())
    vkey, note = ask("cosign", note=theirs.notes[300], name=name, seed=seed, seconds=now)
    witness = VerifierKey.parse(vkey)
    vouched = open_checkpoint(note, [theirs.key.verifier], witnesses=[witness], quorum=1)
    assert [(each.witness, each.at.timestamp()) for each in vouched.witnesses] == [(name, now)]
    changed = attrs.evolve(witness, public=witness.public[::-1])
    with pytest.raises(NotProven):
        open_checkpoint(note, [theirs.key.verifier], witnesses=[changed], quorum=1)


def test_its_log_is_mirrored(log: Log, theirs: Theirs, tmp_path: Path) -> None:
    """A log that it wrote of our lines becomes a ledger again, equal to the first."""
    with open_source(theirs.folder) as source:
        vouched = fetch_log(source, tmp_path / "archive", [theirs.key.verifier])
    assert vouched.checkpoint.size == SIZES[-1]
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        restored = store.restore(tmp_path / "archive")
        assert restored.head() == log.ledger.head() == vouched.head
