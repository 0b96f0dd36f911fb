"""The verb checkpoint, and the options that take keys."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

import evledger
from evledger import Ledger, NotProven, Plugins
from evledger.checkpoints import Vouched, open_checkpoint
from evledger.cli import options
from evledger.cli.errors import Exit
from evledger.cli.errors import run as end
from evledger.exceptions import Refused
from evledger.notes import COSIGNATURE, NoteSignature, SigningKey, VerifierKey
from evledger.proofs.keys import Signer
from evledger.proofs.signing import add_cosignatures, signed_sizes
from evledger.proofs.witnessing import Witness

Run = Callable[..., Any]
ORIGIN = "example.org/semax"
WITNESS = VerifierKey("witness.example/w", COSIGNATURE, SigningKey("w", b"\3" * 32).verifier.public)
SIGN = ("checkpoint", "semax", "--key", "semax.key")


@pytest.fixture
def semax(run: Run) -> Run:
    """Return the command in a folder with a ledger and a key."""
    assert run("init", "semax", "--title", "Semax and BDNF").code == Exit.DONE
    assert run("key", "new", "semax.key", "--name", ORIGIN).code == Exit.DONE
    return run


def append(run: Run, id: str = "g1") -> None:
    """Append one record."""
    event = {"type": "gap-noted", "data": {"id": id, "text": "No trial in women."}}
    assert run("append", "semax", "-", given=json.dumps(event)).code == Exit.DONE


def verifier() -> VerifierKey:
    """Return the key's public half."""
    return Signer.open("semax.key").verifier


def kept() -> list[int]:
    """Return the sizes that were signed."""
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        return signed_sizes(store.backend, "semax")


# -- signing -----------------------------------------------------------------------------


def test_checkpoint_is_printed(semax: Run) -> None:
    """What is printed is the checkpoint and nothing else, for a file or a pipe."""
    ended = semax(*SIGN)
    assert (ended.code, ended.err) == (Exit.DONE, "")
    assert open_checkpoint(ended.out, [verifier()]).checkpoint.size == 1
    assert semax(*SIGN).out == ended.out
    append(semax)
    assert open_checkpoint(semax(*SIGN).out, [verifier()]).checkpoint.size == 2
    assert kept() == [1, 2]


def test_checkpoint_into_a_file(semax: Run) -> None:
    """With -o the file has what would have been printed, and a line says so."""
    ended = semax(*SIGN, "-o", "checkpoint")
    assert ended.out == f"signed 1 event of semax as {ORIGIN} into checkpoint\n"
    assert semax(*SIGN).out == Path("checkpoint").read_text()


def test_checkpoint_as_json(semax: Run) -> None:
    """A program reads the checkpoint's parts, its head, and the note itself."""
    document = semax(*SIGN, "--json").document
    head = semax("head", "semax", "--json").document["head"]
    signed = open_checkpoint(document["note"], [verifier()]).checkpoint
    assert document == {
        "ledger": "semax",
        "checkpoint": {"origin": ORIGIN, "size": 1, "root": signed.text.splitlines()[2]},
        "head": head,
        "signatures": [ORIGIN],
        "note": semax(*SIGN).out,
        "failures": [],
    }


def test_file_that_cannot_be_written(semax: Run) -> None:
    """Where the file cannot be written, the checkpoint is signed and kept all the same."""
    ended = semax(*SIGN, "-o", "no/checkpoint")
    assert ended.code == Exit.UNFINISHED
    assert "no/checkpoint cannot be written: No such file or directory; the checkpoint is kept" in (
        ended.err
    )
    assert kept() == [1]


def test_help_has_an_example(semax: Run) -> None:
    """The verb explains itself by an example."""
    assert "$ evledger checkpoint semax --key" in semax("checkpoint", "--help").out


# -- what is refused ---------------------------------------------------------------------


def test_restored_backup_is_refused(semax: Run) -> None:
    """A database from an older backup signs nothing, and the sentence says what to do."""
    shutil.copy("evledger.db", "backup.db")
    append(semax)
    semax(*SIGN)
    shutil.copy("backup.db", "evledger.db")
    ended = semax(*SIGN)
    assert (ended.code, ended.out) == (Exit.UNFINISHED, "")
    assert "this is an older state of it; restore the newest one" in ended.err
    append(semax, "g2")
    append(semax, "g3")
    ended = semax(*SIGN)
    assert (ended.code, ended.out) == (Exit.UNFINISHED, "")
    assert "does not extend the checkpoint of 2 events that the key signed" in ended.err
    assert kept() == []


def test_ledger_that_states_another_origin(semax: Run) -> None:
    """A ledger that names its origin is signed by a key of that name alone."""
    event = {"type": "ledger-described", "data": {"title": "Semax", "origin": "example.org/other"}}
    assert semax("append", "semax", "-", given=json.dumps(event)).code == Exit.DONE
    ended = semax(*SIGN)
    assert ended.code == Exit.UNFINISHED
    assert "states the origin example.org/other, but the key is of" in ended.err


def test_damaged_ledger(semax: Run) -> None:
    """A ledger whose chain is not sound ends with the exit code of one that is not."""
    for n in range(3):
        append(semax, f"g{n}")
    path = Path("evledger.db")
    path.write_bytes(path.read_bytes().replace(b'"g1","text":"No', b'"g1","text":"A ', 1))
    ended = semax(*SIGN)
    assert (ended.code, ended.out) == (Exit.UNSOUND, "")
    assert "is not sound" in ended.err
    assert "nothing was signed" in ended.err


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("checkpoint", "semax"), Exit.WRONG, "Missing option '--key'"),
        (("checkpoint", "semax", "--key", "none.key"), Exit.WRONG, "there is no file .*none.key"),
        (("checkpoint", "tea", "--key", "semax.key"), Exit.WRONG, "no ledger 'tea'"),
        ((*SIGN, "--witness", "https://w.example"), Exit.WRONG, "requires 2 arguments"),
        ((*SIGN, "--witness", "ftp://w.example", str(WITNESS)), Exit.WRONG, "expected its submiss"),
        ((*SIGN, "--witness", "https://w.example", "w.vkey"), Exit.WRONG, "neither a verifier key"),
    ],
)
def test_wrong_use(semax: Run, words: tuple[str, ...], code: Exit, why: str) -> None:
    """Each mistake ends with its exit code and a sentence, before anything is signed."""
    ended = semax(*words)
    assert (ended.code, ended.out) == (code, "")
    assert re.search(why, ended.err)
    assert kept() == []


# -- witnesses ---------------------------------------------------------------------------


def test_witness_that_fails(semax: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checkpoint is printed and kept, with who cosigned; who did not is told, with code 3."""

    def cosign(self: Ledger, witness: Witness, vouched: Vouched) -> Vouched:
        if "bad" in witness.url:
            raise Refused(f"{witness} is asleep")
        lines = (*vouched.note.signatures, NoteSignature(WITNESS.name, WITNESS.id, b"\1" * 72))
        note = evolve(vouched.note, signatures=lines)
        return evolve(vouched, note=add_cosignatures(self.store.backend, self.name, note))

    from attrs import evolve  # noqa: PLC0415

    monkeypatch.setattr(Ledger, "cosign", cosign)
    asked = [("--witness", f"https://{name}.example", str(WITNESS)) for name in ("bad", "good")]
    ended = semax(*SIGN, *asked[0], *asked[1], "--json")
    assert ended.code == Exit.UNFINISHED
    assert "the checkpoint is signed and kept, but witness witness.example/w at https://bad" in (
        ended.err
    )
    assert ended.document["signatures"] == [ORIGIN, WITNESS.name]
    assert len(ended.document["failures"]) == 1
    assert semax(*SIGN, *asked[1]).code == Exit.DONE
    assert len(semax(*SIGN).out.splitlines()) == 6


def test_witness_that_is_not_there(semax: Run) -> None:
    """A witness that cannot be reached keeps nobody from having the checkpoint."""
    ended = semax(*SIGN, "--witness", "http://127.0.0.1:9", str(WITNESS))
    assert ended.code == Exit.UNFINISHED
    assert open_checkpoint(ended.out, [verifier()]).checkpoint.size == 1
    assert "the checkpoint is signed and kept, but witness" in ended.err
    assert kept() == [1]


# -- options that take keys --------------------------------------------------------------

LOG = SigningKey(ORIGIN, b"\1" * 32)


@click.command()
@options.vkeys
@options.witness_keys
def trusting(
    vkeys: tuple[VerifierKey, ...], witnesses: tuple[VerifierKey, ...], quorum: int | None
) -> None:
    """Tell whom to trust."""
    click.echo(json.dumps([[str(key) for key in vkeys], [str(key) for key in witnesses], quorum]))


def test_keys_and_files_that_hold_them(tmp_path: Path) -> None:
    """A key stands on the command line or in a file, once or again."""
    file = tmp_path / "a+b.vkey"
    file.write_text(f"{LOG.verifier}\n")
    given = ["--vkey", str(LOG.verifier), "--vkey", str(file), "--witness", str(WITNESS)]
    result = CliRunner().invoke(trusting, [*given, "--quorum", "1"])
    assert json.loads(result.output) == [[str(LOG.verifier)] * 2, [str(WITNESS)], 1]
    result = CliRunner().invoke(trusting, given[:2])
    assert json.loads(result.output) == [[str(LOG.verifier)], [], None]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ((), "Missing option '--vkey'"),
        (("--vkey", "semax.vkey"), "is neither a verifier key, NAME+ID+BASE64, nor a file"),
        (("--vkey", "a+b+c"), "expected NAME+ID+BASE64"),
        (("--vkey", "\0"), "cannot be read"),
        (("--vkey", "."), "is neither a verifier key"),
        (("--vkey", str(WITNESS)), "is a witness's key; expected a ledger's key"),
        (("--vkey", LOG.encode()), "this is the secret key; expected the verifier key"),
        (("--witness", str(LOG.verifier)), "is a ledger's key; expected a witness's key"),
        (("--quorum", "0"), "'--quorum'"),
    ],
)
def test_what_is_no_key(given: tuple[str, ...], why: str) -> None:
    """What is no key of the right kind is wrong use; a secret is not repeated."""
    result = CliRunner().invoke(trusting, given)
    told = " ".join(result.output.split())
    assert result.exit_code == Exit.WRONG
    assert why in told or "\0" in "".join(given)
    assert LOG.encode().split("+", 4)[4][5:20] not in told


def test_file_that_holds_a_secret(tmp_path: Path) -> None:
    """The secret key's file, given in the place of the public one, is refused unseen."""
    file = tmp_path / "semax.key"
    file.write_text(f"{LOG.encode()}\n")
    result = CliRunner().invoke(trusting, ["--vkey", str(file)])
    assert result.exit_code == Exit.WRONG
    assert "this is the secret key" in " ".join(result.output.split())


# -- exit codes --------------------------------------------------------------------------


def test_what_is_not_proven(capsys: pytest.CaptureFixture[str]) -> None:
    """A proof that does not show what it should ends as a ledger that is not sound does."""

    def fail() -> None:
        raise NotProven("the root is another")

    assert end(fail) == Exit.UNSOUND
    assert capsys.readouterr().err == "evledger: the root is another\n"
