"""Publishers that are killed, at any moment, into a folder and into an object store."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

import evledger
from evledger import Plugins
from evledger.proofs.keys import Signer, new_key
from evledger.proofs.mirroring import fetch_log
from evledger.proofs.publishing import publish, published
from evledger.proofs.signing import sign
from evledger.proofs.stored import StoredTree
from evledger.proofs.targets import open_source, open_target

VICTIM = Path(__file__).with_name("victim.py")


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return an empty place of each kind."""
    given: str = (
        request.getfixturevalue("bucket")() if request.param == "s3" else str(tmp_path / "log")
    )
    return given


def test_killed_at_any_moment(place: str, tmp_path: Path) -> None:
    """What was acknowledged stays published, the log is whole, and publishing goes on."""
    new_key(tmp_path / "key", "example.org/tea")
    with evledger.open(tmp_path / "ledger.db", plugins=Plugins.builtin()) as store:
        store.create("tea", title="Tea", by="test")
    keys = [Signer.open(tmp_path / "key").verifier]
    acknowledged = 0
    for attempt in range(2 if place.startswith("s3") else 4):
        acknowledged = killed(tmp_path, place, acknowledged)
        with open_source(place) as source:
            vouched = fetch_log(source, tmp_path / f"mirror{attempt}", keys)
        assert vouched.checkpoint.size >= acknowledged > 0
    signer = Signer.open(tmp_path / "key")
    with (
        evledger.open(tmp_path / "ledger.db", plugins=Plugins.builtin()) as store,
        open_target(place) as target,
    ):
        backend, before = store.backend, published(target, keys)
        signed = sign(backend, "tea", signer, origin=None, published=before)
        publish(backend, "tea", StoredTree(backend, "tea"), target, signed, keys=keys)
        assert fetch_log(target, tmp_path / "mirror", keys).head == store.ledger("tea").head()


def killed(folder: Path, place: str, before: int) -> int:
    """Let a publisher publish at least once, kill it, and give what it acknowledged last."""
    with subprocess.Popen(
        [sys.executable, VICTIM, folder, place], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        sizes = [int(process.stdout.readline() or before)]
        time.sleep(random.random() / 2)  # noqa: S311  # any moment will do
        process.kill()
        sizes += map(int, process.stdout.read().split())
    return max(sizes)
