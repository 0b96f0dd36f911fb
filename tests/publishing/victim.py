"""A program that grows a ledger and publishes it, again and again, until it is killed.

Its arguments are a folder that holds ``ledger.db`` and ``key``, and the place to publish at.
After each publication it says how many events are published.
"""

from __future__ import annotations

import sys
from pathlib import Path

import evledger
from evledger import GapNoted, Plugins
from evledger.proofs.keys import Signer
from evledger.proofs.publishing import publish
from evledger.proofs.signing import sign
from evledger.proofs.stored import StoredTree
from evledger.proofs.targets import open_target


def main(folder: Path, place: str) -> None:
    """Publish for as long as it lives."""
    signer, target = Signer.open(folder / "key"), open_target(place)
    with evledger.open(folder / "ledger.db", plugins=Plugins.builtin()) as store:
        ledger, backend = store.ledger("tea"), store.backend
        while True:
            signed = sign(backend, "tea", signer, origin=None)
            tree = StoredTree(backend, "tea")
            publish(backend, "tea", tree, target, signed, keys=[signer.verifier])
            size = signed.checkpoint.size
            print(size, flush=True)  # noqa: T201  # what it is asked for
            gaps = (GapNoted(id=f"g{n}", text="?" * 200) for n in range(size, size + 300))
            ledger.append(*gaps, by="test")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
