"""The verifier of proofs that docs/format.md prints, and its example, agree with evledger."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature

from evledger.checkpoints import Checkpoint, open_checkpoint, open_head
from evledger.notes import SigningKey
from evledger.proofs.verifying import verify_proof

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "format.md").read_text("utf-8")
VECTORS = ROOT / "tests" / "vectors" / "proofs"
VKEY: str = json.loads((VECTORS / "keys.json").read_text("utf-8"))["vkey"]

NOTES = ROOT / "tests" / "vectors" / "notes"

Printed = Callable[[str, str], tuple[dict[int, dict[str, Any]], dict[tuple[int, str], Any]]]

REFUSALS = (ValueError, KeyError, TypeError, InvalidSignature)
"""What the printed verifier raises; it is no library, and says only that something is wrong."""


@cache
def printed() -> dict[str, Any]:
    """Return what the page's two verifiers define; the second takes from the first."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    namespace: dict[str, Any] = {}
    for name in ("def verify(", "def verify_proof("):
        exec(next(block for block in blocks if name in block), namespace)  # noqa: S102  # our own page
    return namespace


def printed_verifier() -> Printed:
    """Return the function `verify_proof` that the page prints."""
    verify: Printed = printed()["verify_proof"]
    return verify


def vectors(kind: str) -> list[str]:
    """List the vectors that need nothing but the proof and the ledger's key."""
    folders = sorted((VECTORS / kind).iterdir())
    return [folder.name for folder in folders if not told(folder)["given"]]


def told(folder: Path) -> dict[str, Any]:
    """Read what is said of a vector."""
    (path,) = folder.glob("*.json")
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


def worked_proof() -> tuple[str, str, str]:
    """Return the checkpoint, the signed head and the proof of the page's example."""
    example = PAGE.partition("## A worked proof")[2].partition("\n## ")[0]
    checkpoint, head, proof = re.findall(r"```text\n(.*?)\n```", example, re.DOTALL)
    return f"{checkpoint}\n", f"{head}\n", f"{proof}\n"


def worked_key() -> SigningKey:
    """Return the key that signs the page's example."""
    (text,) = re.findall(r"`(PRIVATE\+KEY\+.+)`", PAGE.partition("## A worked proof")[2])
    return SigningKey.parse(text)


# -- the worked example ------------------------------------------------------------------


def test_worked_notes() -> None:
    """The example's checkpoint and signed head are what its key signs, and speak of one tree."""
    checkpoint, head, _ = worked_proof()
    key = worked_key()
    assert f"`{key.verifier}`" in PAGE
    opened, of_head = (open_checkpoint(checkpoint, [key.verifier]), open_head(head, [key.verifier]))
    assert opened.checkpoint == of_head.checkpoint
    assert str(key.sign(opened.checkpoint.text)) == checkpoint
    assert str(key.sign(of_head.note.text)) == head
    assert f"| head | `{of_head.head}` |" in PAGE
    assert f"| tree root | `{opened.checkpoint.root.hex()}` |" in PAGE


def test_worked_proof() -> None:
    """The library proves by the example what the page says of it."""
    checkpoint, _, proof = worked_proof()
    proven = verify_proof(proof, worked_key().verifier)
    assert proof.endswith(f"\n\n{checkpoint}")
    assert (proven.n, proven.opened) == (1, {"text": "Nobody asked the night shift."})
    assert proven.line.decode() in PAGE


def test_worked_proof_of_another_root() -> None:
    """The printed verifier refuses the example's proof under another root that the key signed."""
    checkpoint, _, proof = worked_proof()
    key = worked_key()
    other = str(key.sign(Checkpoint(key.name, 2, bytes(32)).text))
    with pytest.raises(ValueError, match="the root"):
        printed_verifier()(proof.replace(checkpoint, other), str(key.verifier))


# -- the vectors -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [name for name in vectors("good") if name not in {"without-extra", "other-extra"}]
)
def test_printed_verifier_on_good_vectors(name: str) -> None:
    """The verifier printed in docs/format.md finds in a good proof what evledger finds in it."""
    proof = (VECTORS / "good" / name / "proof.tlog-proof").read_text("utf-8")
    records, opened = printed_verifier()(proof, VKEY)
    proven = verify_proof(proof, VKEY)
    assert set(records) == {proven.n, *(source.n for source in proven.sources)}
    assert records[proven.n] == json.loads(proven.line)
    assert opened == {
        (each.n, field): value
        for each in (proven, *proven.sources)
        for field, value in each.opened.items()
    }


@pytest.mark.parametrize("name", vectors("bad"))
def test_printed_verifier_on_bad_vectors(name: str) -> None:
    """The verifier printed in docs/format.md refuses every bad proof that needs nothing else."""
    data = (VECTORS / "bad" / name / "proof.tlog-proof").read_bytes()
    with pytest.raises(REFUSALS):
        printed_verifier()(data.decode(), VKEY)


# -- keys and checkpoints ----------------------------------------------------------------


def cases(name: str) -> list[dict[str, Any]]:
    """Read the notes, keys or checkpoints of a file of vectors."""
    found: list[dict[str, Any]] = json.loads((NOTES / name).read_text("utf-8"))
    return found


def is_refused(use: Callable[[], object]) -> bool:
    """Return whether the printed verifier refuses something."""
    try:
        use()
    except REFUSALS:
        return True
    return False


WEAK = [
    pytest.param(case["key"], id=case["what"])
    for case in cases("keys.json")
    if re.search(r"\bpoint\b|^a y of", case["what"]) and "witness" not in case["what"]
]


@pytest.mark.parametrize("vkey", WEAK)
def test_printed_verifier_refuses_weak_keys(vkey: str) -> None:
    """A key that anybody can sign with, or of another than its one form, is refused as such."""
    with pytest.raises(ValueError, match="a key that anybody can sign with"):
        printed()["open_checkpoint"](f"{vkey.partition('+')[0]}\n1\n\n", vkey)


ALONE = [
    pytest.param(case, id=case["what"])
    for case in cases("checkpoints.json")
    if len(case["keys"]) == 1 and not case.get("witnesses") and not case.get("quorum")
]


@pytest.mark.parametrize("case", ALONE)
def test_printed_verifier_on_checkpoints(case: dict[str, Any]) -> None:
    """Where there is one key and no witness, it opens the checkpoints that evledger opens."""
    opened = not is_refused(lambda: printed()["open_checkpoint"](case["note"], case["keys"][0]))
    assert opened is (case["outcome"] == "vouched")
