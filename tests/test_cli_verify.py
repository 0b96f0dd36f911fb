"""The verb verify with checkpoints and signed heads, run within this process."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import evledger
from evledger import GapNoted, Plugins
from evledger.checkpoints import Checkpoint, SignedHead
from evledger.cli.errors import Exit
from evledger.notes import COSIGNATURE, NoteSignature, SignedNote, SigningKey, VerifierKey
from evledger.proofs.stored import StoredTree

ORIGIN: Final = "example.org/tea"
KEY: Final = SigningKey(ORIGIN, bytes(range(32)))
STRANGER: Final = SigningKey("example.org/other", bytes(32))
SIGNED: Final = ("--vkey", str(KEY.verifier))
OVER: Final = 300
SOURCES: Final = [("tea",), ("--archive", "tea-archive")]

Run = Callable[..., Any]


@pytest.fixture
def tea(run: Run) -> Run:
    """Return what runs the command where there is a ledger, its archive, and notes over it.

    These are ``checkpoint``, ``witnessed``, by two witnesses, and ``signed-head``, over 300 of
    its 400 events, and ``forged``, which is of another root.
    """
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        ledger = store.create("tea", title="Tea", by="me")
        ledger.append(*(GapNoted(id=f"g{n}", text="?") for n in range(399)), by="me")
        ledger.export("tea-archive")
        root = StoredTree(store.backend, "tea").root(OVER)
        head = evledger.Head(OVER, ledger.record(OVER - 1).hash)
    checkpoint = KEY.sign(Checkpoint(ORIGIN, OVER, root).text)
    write("checkpoint", checkpoint)
    write("witnessed", cosigned(cosigned(checkpoint, "w.example"), "v.example"))
    write("forged", KEY.sign(Checkpoint(ORIGIN, OVER, bytes(32)).text))
    write("signed-head", KEY.sign(SignedHead(ORIGIN, head, root).text))
    return run


def write(name: str, note: SignedNote) -> None:
    """Write a note into a file."""
    Path(name).write_text(str(note), "utf-8")


def witness(name: str) -> tuple[Ed25519PrivateKey, VerifierKey]:
    """Return a witness's keys."""
    secret = Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32))
    return secret, VerifierKey(name, COSIGNATURE, secret.public_key().public_bytes_raw())


def cosigned(note: SignedNote, name: str) -> SignedNote:
    """Have a witness cosign a checkpoint, on 2023-11-14."""
    secret, key = witness(name)
    signed = secret.sign(f"cosignature/v1\ntime 1700000000\n{note.text}".encode())
    line = NoteSignature(name, key.id, struct.pack(">Q", 1_700_000_000) + signed)
    return attrs.evolve(note, signatures=(*note.signatures, line))


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("level", ["--chain", "--full"])
def test_what_the_ledger_extends(source: tuple[str, ...], level: str, tea: Run) -> None:
    """A ledger, or an archive, is held against what was signed, and the report says by whom."""
    ended = tea("verify", *source, level, "--checkpoint", "checkpoint", *SIGNED)
    assert (ended.code, ended.err) == (Exit.DONE, "")
    expected = (
        f"stands on: extends the checkpoint of 300 events, signed by {ORIGIN}; "
        "of the events 100 lie beyond it, not vouched for\n"
    )
    assert expected in ended.out
    ended = tea("verify", *source, level, "--signed-head", "signed-head", *SIGNED)
    assert (ended.code, ended.err) == (Exit.DONE, "")
    assert "stands on: extends the signed head 300-" in ended.out
    assert f", signed by {ORIGIN}; of the events 100 lie beyond it" in ended.out


@pytest.mark.parametrize("source", SOURCES)
def test_another_root(source: tuple[str, ...], tea: Run) -> None:
    """A ledger that does not extend what was signed is not sound."""
    ended = tea("verify", *source, "--checkpoint", "forged", *SIGNED)
    assert (ended.code, ended.err) == (Exit.UNSOUND, "")
    assert ": 1 fault\n  root-mismatch: the tree over the first 300 events" in ended.out
    assert f"the checkpoint of 300 events, signed by {ORIGIN}; see the faults" in ended.out


def test_who_witnessed_it_and_when(tea: Run) -> None:
    """Witnesses are named, with the time at which each signed."""
    names = ("w.example", "v.example")
    keys = [part for name in names for part in ("--witness", str(witness(name)[1]))]
    ended = tea("verify", "tea", "--checkpoint", "witnessed", *SIGNED, *keys)
    assert ended.code == Exit.DONE
    for name in names:
        assert f", witnessed by {name} at 2023-11-14T22:13:20" in ended.out
    found = tea("verify", "tea", "--checkpoint", "witnessed", *SIGNED, *keys, "--json").document
    assert found["trust"] == f"signed by {ORIGIN}, witnessed by w.example, v.example"
    assert (found["trusted"], found["beyond"]) == (None, 100)
    assert found["vouched"] == {
        "origin": ORIGIN,
        "size": 300,
        "root": Path("witnessed").read_text("utf-8").splitlines()[2],
        "signers": [ORIGIN],
        "witnesses": [{"name": name, "at": "2023-11-14T22:13:20.000000Z"} for name in names],
    }


def test_too_few_witnesses(tea: Run) -> None:
    """All the witnesses given must have cosigned it, or as many as are asked for."""
    keys = [
        part for name in ("w.example", "absent") for part in ("--witness", str(witness(name)[1]))
    ]
    args = ("verify", "tea", "--checkpoint", "witnessed", *SIGNED, *keys)
    ended = tea(*args)
    assert (ended.code, ended.out) == (Exit.UNSOUND, "")
    assert ended.err.startswith("evledger: witnessed: ")
    assert tea(*args, "--quorum", "1").code == Exit.DONE


@pytest.mark.parametrize("option", ["--checkpoint", "--signed-head"])
def test_another_s_signature(option: str, tea: Run) -> None:
    """What was signed by nobody who is trusted, or changed since, proves nothing: code 1."""
    name = option.removeprefix("--")
    ended = tea("verify", "tea", option, name, "--vkey", str(STRANGER.verifier))
    assert (ended.code, ended.out) == (Exit.UNSOUND, "")
    assert ended.err.startswith(f"evledger: {name}: ")
    Path(name).write_text(Path(name).read_text("utf-8").replace("300", "200", 1), "utf-8")
    ended = tea("verify", "tea", option, name, *SIGNED)
    assert (ended.code, ended.out) == (Exit.UNSOUND, "")
    assert "is not over this text" in ended.err


@pytest.mark.parametrize(
    ("sentence", "args"),
    [
        ("one of the three", ("--head", f"300-{'0' * 64}", "--checkpoint", "checkpoint", *SIGNED)),
        ("one of the three", ("--signed-head", "signed-head", "--checkpoint", "forged", *SIGNED)),
        ("give both", ("--checkpoint", "checkpoint")),
        ("give both", ("--signed-head", "signed-head")),
        ("give both", SIGNED),
        ("give both", ("--head", f"300-{'0' * 64}", *SIGNED)),
        ("are for a --checkpoint", ("--witness", str(witness("w")[1]))),
        (
            "are for a --checkpoint",
            ("--signed-head", "signed-head", *SIGNED, "--witness", str(witness("w")[1])),
        ),
        ("are for a --checkpoint", ("--quorum", "1")),
        ("No such file", ("--checkpoint", "nosuch", *SIGNED)),
        ("evledger.db: ", ("--checkpoint", "evledger.db", *SIGNED)),
        ("signed-head: ", ("--checkpoint", "signed-head", *SIGNED)),
        ("checkpoint: not a signed head", ("--signed-head", "checkpoint", *SIGNED)),
        ("--vkey", ("--checkpoint", "checkpoint", "--vkey", "no key")),
    ],
)
def test_wrong_use(sentence: str, args: tuple[str, ...], tea: Run) -> None:
    """What makes no sense, or cannot be read, is wrong use, in a sentence."""
    ended = tea("verify", "tea", *args)
    assert (ended.code, ended.out) == (Exit.WRONG, "")
    assert sentence in ended.err


def test_a_hostile_checkpoint(tea: Run) -> None:
    """Of a file that is far too long no more is read than a note may have."""
    Path("checkpoint").write_bytes(b"x" * (3 << 20))
    ended = tea("verify", "tea", "--checkpoint", "checkpoint", *SIGNED)
    assert (ended.code, "1,048,577 bytes" in ended.err) == (Exit.WRONG, True)
