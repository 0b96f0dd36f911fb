"""The vectors of proofs, good and bad, say what each verifies as, and why where it does not.

Their shape is that of `transparency-dev/merkle`, so that its vectors and these can be swapped.
"""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from evledger.exceptions import NotProven
from evledger.tree import verify_consistency, verify_inclusion

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).resolve().parent / "vectors" / "tree"


def verify(vector: dict[str, Any]) -> None:
    """Verify what a vector has."""
    proof = [b64decode(digest) for digest in vector["proof"]]
    if "leafIdx" in vector:
        leaf, root = b64decode(vector["leafHash"]), b64decode(vector["root"])
        verify_inclusion(vector["leafIdx"], vector["treeSize"], leaf, proof, root)
    else:
        roots = b64decode(vector["root1"]), b64decode(vector["root2"])
        verify_consistency(vector["size1"], vector["size2"], *roots, proof)


def vectors(*, bad: bool) -> Callable[..., Any]:
    """Have a test run for every good, or every bad vector."""
    found = {
        f"{name}: {vector['desc']}": vector
        for name in ("inclusion", "consistency")
        for vector in json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
        if vector["wantErr"] is bad
    }
    return pytest.mark.parametrize("vector", found.values(), ids=found)


@vectors(bad=False)
def test_good(vector: dict[str, Any]) -> None:
    """A good proof verifies."""
    verify(vector)


@vectors(bad=True)
def test_bad(vector: dict[str, Any]) -> None:
    """A bad proof is not proven, and raises no other error."""
    with pytest.raises(NotProven):
        verify(vector)
