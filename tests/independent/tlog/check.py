"""What aics-tlog says: reads questions from standard input, and answers each with a line of JSON.

It runs under a Python of its own, which has aics-tlog; that need not be the one of the tests.
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

tlog: Any = import_module("aics_tlog")
ed25519: Any = import_module("cryptography.hazmat.primitives.asymmetric.ed25519")


def hashes(texts: Sequence[str]) -> list[bytes]:
    """Read hashes."""
    return [b64decode(text) for text in texts]


def encoded(digests: Sequence[bytes]) -> list[str]:
    """Write hashes."""
    return [b64encode(digest).decode() for digest in digests]


# -- verifying ---------------------------------------------------------------------------


def checkpoint(
    note: str, vkey: str, witnesses: Sequence[str] = (), quorum: int = 0
) -> dict[str, object]:
    """Verify a checkpoint, and where a quorum is asked for, that its cosignatures are fresh."""
    keys = [tlog.parse_vkey(each) for each in witnesses]
    verified = tlog.verify_checkpoint(
        tlog.parse_note(note),
        tlog.parse_vkey(vkey),
        keys,
        quorum,
        max_age_seconds=3_600 if quorum else None,
    )
    if not verified.ok:
        raise ValueError(verified.error)
    (root,) = encoded([verified.root])
    return {"size": verified.size, "root": root, "witnesses": verified.witnesses}


def audit(folder: str, size: int, root: str) -> list[int]:
    """Verify every tile and every entry of a published log."""
    report = tlog.audit_tiles(tlog.FileSystemTileReader(folder), size, b64decode(root))
    return [report.tiles, report.bundles]


def proof(file: str, leaf: str, vkey: str) -> int:
    """Verify a proof file of a leaf, and give the leaf's position."""
    head, _, note = file.partition("\n\n")
    first, *lines = head.split("\n")
    if first != "c2sp.org/tlog-proof@v1":
        raise ValueError("not a proof file")
    if lines[0].startswith("extra "):
        del lines[0]
    index, *path = lines
    n = int(index.removeprefix("index "))
    said = checkpoint(note, vkey)
    verified = tlog.verify_leaf_inclusion(
        b64decode(leaf), n, said["size"], hashes(path), b64decode(str(said["root"]))
    )
    if not verified:
        raise ValueError("the path does not lead to the root")
    return n


def consistency(old: int, new: int, old_root: str, new_root: str, path: Sequence[str]) -> bool:
    """Verify that one tree extends another."""
    roots = b64decode(old_root), b64decode(new_root)
    return bool(tlog.verify_consistency(old, new, *roots, hashes(path)))


# -- a log of its own --------------------------------------------------------------------


def write(folder: str, leaves: str, sizes: Sequence[int], origin: str, seed: str) -> list[str]:
    """Publish a log of the lines of a file, in steps, and give the checkpoints of all."""
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    lines = Path(leaves).read_bytes().split(b"\n")
    store = tlog.DirectoryTileStore(folder, fsync=False)
    writer = tlog.IncrementalTileWriter(store, prune_partials=False)
    notes: list[str] = []
    for start, stop in zip([0, *sizes], sizes, strict=False):
        written = writer.append(lines[start:stop])
        said = tlog.Checkpoint(origin=origin, size=written.size, root=written.root)
        notes.append(tlog.sign_checkpoint(said, key, origin).serialise())
    Path(folder, "checkpoint").write_text(notes[-1])
    return notes


def prove(folder: str, n: int, old: int, size: int, published: int) -> list[list[str]]:
    """Prove of a published log that a leaf is in it, and that it extends what it was."""
    reader = tlog.FileSystemTileReader(folder)
    return [
        encoded(tlog.inclusion_proof_from_tiles(reader, n, size, published)),
        encoded(tlog.consistency_proof_from_tiles(reader, old, size, published)),
    ]


def cosign(note: str, name: str, seed: str, seconds: int) -> list[str]:
    """Cosign a checkpoint, and give the witness's key and the note with its signature."""
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    parsed = tlog.parse_note(note)
    said = tlog.parse_checkpoint(parsed.text)
    _, line = tlog.sign_cosignature(key, name, seconds, said.origin, said.size, said.root)
    signed = tlog.Note(text=parsed.text, signatures=(*parsed.signatures, line))
    return [tlog.format_vkey(tlog.cosignature_vkey(name, key.public_key())), signed.serialise()]


# -- questions and answers ---------------------------------------------------------------

CALLS: Final[dict[str, Callable[..., object]]] = {
    call.__name__: call for call in (audit, checkpoint, consistency, cosign, proof, prove, write)
}


def main() -> None:
    """Answer until there are no more questions."""
    for question in sys.stdin:
        fields = json.loads(question)
        try:
            answer = {"is": CALLS[fields.pop("do")](**fields)}
        except Exception as error:  # noqa: BLE001  # whoever asked wants to know
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)  # noqa: T201  # that is what it is for


main()
