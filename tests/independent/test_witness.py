"""A witness that others wrote cosigns our checkpoints, and what it refuses is told."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import pytest

import evledger
from evledger import Ledger, Plugins
from evledger.checkpoints import Checkpoint, open_checkpoint
from evledger.exceptions import Refused
from evledger.notes import SignedNote, VerifierKey
from evledger.proofs.keys import Signer
from evledger.proofs.signing import checkpoint_at, sign
from evledger.proofs.stored import StoredTree
from evledger.proofs.witnessing import Witness, cosign

ORIGIN = "example.org/tea"
SIZES = (1, 300, 70_000)

Ask: TypeAlias = Callable[..., Any]
Create: TypeAlias = Callable[[], tuple[Ledger, Signer]]
Grow: TypeAlias = Callable[..., None]


# One process for all three commands: Python and the libraries start but once.
COMMANDS = """
import sys
from aics_witness.cli import main
name, prefix, origin, vkey = sys.argv[1:]
main(["init", "--name", name, "--prefix", prefix])
main(["add-log", "--origin", origin, "--vkey", vkey])
sys.exit(main(["serve", "--listen", "127.0.0.1:0"]))
"""
STARTED = re.compile(r"witness vkey (\S+).*listening on (\S+) ", re.DOTALL)


@attrs.frozen
class Service:
    """A witness that runs on this machine, from a folder of its own."""

    python: Path
    folder: Path
    witness: Witness

    def evidence(self) -> list[dict[str, Any]]:
        """Return what it keeps of those who tried to have two histories cosigned."""
        command: list[str | Path] = [self.python, "-m", "aics_witness", "evidence"]
        ran = subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        kept: list[dict[str, Any]] = json.loads(ran.stdout)
        return kept


Serve: TypeAlias = Callable[..., Service]


def started(log: Path, process: subprocess.Popen[bytes]) -> Witness:
    """Wait until a witness says which its key is, and where it listens."""
    for _ in range(2_400):
        if found := STARTED.search(log.read_text()):
            return Witness(found[2], VerifierKey.parse(found[1]))
        if process.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"the witness does not listen: {log.read_text()}")


@contextmanager
def serving(python: Path, folder: Path, vkey: VerifierKey, prefix: str) -> Generator[Service]:
    """Run a witness that knows one log."""
    log, words = folder / "log", ["witness.example/w1", prefix, ORIGIN, str(vkey)]
    command: list[str | Path] = [python, "-c", COMMANDS, *words]
    with (
        log.open("wb") as file,
        subprocess.Popen(command, cwd=folder, stdout=file, stderr=file) as process,
    ):
        try:
            yield Service(python, folder, started(log, process))
        finally:
            process.kill()  # it has nothing to put in order that a test would see


@pytest.fixture
def serve(
    tlog_python: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Service]]:
    """Yield what runs a witness that knows the log with a key."""
    monkeypatch.setenv("NO_PROXY", "*")
    with ExitStack() as stack:

        def served(vkey: VerifierKey, prefix: str = "") -> Service:
            folder = tmp_path_factory.mktemp("witness")
            return stack.enter_context(serving(tlog_python, folder, vkey, prefix))

        yield served


# -- ledgers, and copies of them ---------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Callable[[Ledger], Ledger]]:
    """Yield what copies the database of a ledger as it is now, as a backup does."""
    with ExitStack() as stack:

        def copied(ledger: Ledger) -> Ledger:
            path = tmp_path / "copy.db"
            source, target = (
                stack.enter_context(closing(sqlite3.connect(file)))
                for file in (ledger.store.backend.url.removeprefix("sqlite:///"), path)
            )
            source.backup(target)
            store = evledger.open(f"sqlite:///{path}", plugins=Plugins.builtin())
            return stack.enter_context(store).ledger("tea")

        yield copied


def keep_by_hand(ledger: Ledger, signer: Signer) -> None:
    """Sign a checkpoint of a ledger as it is, whatever the key has signed before."""
    backend, size = ledger.store.backend, ledger.head().size
    tree = StoredTree(backend, "tea")
    tree.grow(size)
    note = signer.key.sign(Checkpoint(ORIGIN, size, tree.root(size)).text)
    backend.keep("tea", {f"checkpoint/{size:020d}": str(note).encode()})


def cosigned(ledger: Ledger, size: int, witness: Witness) -> SignedNote:
    """Have the kept checkpoint of a size cosigned."""
    backend = ledger.store.backend
    note = checkpoint_at(backend, "tea", size)
    return cosign(backend, "tea", StoredTree(backend, "tea"), note, witness)


def grown(ledger: Ledger, signer: Signer, grow: Grow, *sizes: int) -> None:
    """Grow a ledger, and sign at each of some sizes."""
    for size in sizes:
        grow(ledger, size)
        sign(ledger.store.backend, "tea", signer, origin=ORIGIN)


# -- what is cosigned --------------------------------------------------------------------


def test_growth_is_cosigned(create: Create, grow: Grow, serve: Serve, ask: Ask) -> None:
    """Checkpoints of a growing ledger are cosigned, as both libraries can verify."""
    ledger, signer = create()
    grown(ledger, signer, grow, *SIZES)
    service = serve(signer.verifier, "/tlog/v1")
    log, key = signer.verifier, service.witness.key
    for size in SIZES:
        note = cosigned(ledger, size, service.witness)
        vouched = open_checkpoint(note, [log], witnesses=[key], quorum=1)
        assert vouched.checkpoint.size == size
        assert [each.witness for each in vouched.witnesses] == [key.name]
        said = ask("checkpoint", note=note, vkey=log, witnesses=[key], quorum=1)
        assert (said["size"], said["witnesses"]) == (size, [key.name])
    assert service.evidence() == []


def test_a_client_that_knows_nothing(
    create: Create, grow: Grow, serve: Serve, copy: Callable[[Ledger], Ledger]
) -> None:
    """Who does not know what the witness has cosigned learns it from the witness."""
    ledger, signer = create()
    grown(ledger, signer, grow, 300, 2_000)
    service, other = serve(signer.verifier), copy(ledger)
    cosigned(ledger, 300, service.witness)
    note = cosigned(other, 2_000, service.witness)
    assert open_checkpoint(note, [signer.verifier], witnesses=[service.witness.key]).witnesses
    assert service.evidence() == []


# -- what is refused ---------------------------------------------------------------------


@pytest.mark.parametrize("size", [20, 30])
def test_a_fork(
    create: Create, grow: Grow, serve: Serve, copy: Callable[[Ledger], Ledger], size: int
) -> None:
    """A copy that was written on differently, and signed by the same key, gets no cosignature."""
    ledger, signer = create()
    grown(ledger, signer, grow, 10)
    service, fork = serve(signer.verifier), copy(ledger)
    grown(ledger, signer, grow, 20)
    cosigned(ledger, 20, service.witness)
    grow(fork, size, "Another story.")
    keep_by_hand(fork, signer)
    with pytest.raises(Refused, match=rf"another history of {ORIGIN}, .* sign nothing more"):
        cosigned(fork, size, service.witness)
    kept = checkpoint_at(fork.store.backend, "tea", size)
    assert [each.name for each in kept.signatures] == [ORIGIN]
    assert {each["witness_size"] for each in service.evidence()} == {20}


def test_an_older_state(
    create: Create, grow: Grow, serve: Serve, copy: Callable[[Ledger], Ledger]
) -> None:
    """A restored backup is told from what the witness has seen since."""
    ledger, signer = create()
    grown(ledger, signer, grow, 10)
    service, restored = serve(signer.verifier), copy(ledger)
    grown(ledger, signer, grow, 20)
    cosigned(ledger, 20, service.witness)
    grow(restored, 15)
    keep_by_hand(restored, signer)
    with pytest.raises(Refused, match=r"has cosigned 20 .* an older state, such as a restored"):
        cosigned(restored, 15, service.witness)


def test_strangers(create: Create, grow: Grow, serve: Serve) -> None:
    """A log, a key or an address that the witness does not know is refused, and told apart."""
    ledger, signer = create()
    grown(ledger, signer, grow, 5)
    _, other = create()
    service = serve(other.verifier)
    witness = service.witness
    with pytest.raises(Refused, match=rf"trusts no key that signed this checkpoint of {ORIGIN}"):
        cosigned(ledger, 5, witness)
    with pytest.raises(Refused, match=rf"does not know the log {ORIGIN}, or is not at this"):
        cosigned(ledger, 5, Witness(f"{witness.url}/elsewhere", witness.key))


def test_another_witness(create: Create, grow: Grow, serve: Serve) -> None:
    """A cosignature by another key than the expected one is not kept."""
    ledger, signer = create()
    grown(ledger, signer, grow, 5)
    one, other = (serve(signer.verifier).witness for _ in range(2))
    with pytest.raises(Refused, match=r"signed as .*; compare the keys"):
        cosigned(ledger, 5, Witness(one.url, other.key))
    assert len(checkpoint_at(ledger.store.backend, "tea", 5).signatures) == 1
