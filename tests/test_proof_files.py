"""Proof files are C2SP's tlog-proof, read as strictly as they are written."""

from __future__ import annotations

import base64
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid
from evledger.checkpoints import Checkpoint
from evledger.notes import NoteSignature, SignedNote, SigningKey
from evledger.proofs.files import MAX_PROOF, TlogProof

KEY = SigningKey("example.org/semax", b"k" * 32)
NOTE = KEY.sign(Checkpoint("example.org/semax", 43, bytes(32)).text)
WITNESSED = SignedNote(NOTE.text, (*NOTE.signatures, NoteSignature("w.example", b"abcd", b"sig")))

hashes = st.lists(st.binary(min_size=32, max_size=32), max_size=63).map(tuple)
proofs = st.builds(
    TlogProof,
    st.integers(0, 2**63 - 2),
    hashes,
    st.sampled_from([NOTE, WITNESSED]),
    st.none() | st.binary(min_size=1, max_size=200),
)

TEXT = str(TlogProof(12, (b"a" * 32, b"b" * 32), WITNESSED, b"extra"))
A, B = (base64.b64encode(letter * 32).decode() for letter in (b"a", b"b"))


def test_form() -> None:
    """A file is a first line, extra data, the index, the hashes, an empty line, the checkpoint."""
    expected = f"c2sp.org/tlog-proof@v1\nextra ZXh0cmE=\nindex 12\n{A}\n{B}\n\n{WITNESSED}"
    assert expected == TEXT


def test_no_extra() -> None:
    """Where there is no extra data there is no such line, and where no hash is needed none."""
    expected = f"c2sp.org/tlog-proof@v1\nindex 0\n\n{NOTE}"
    assert expected == str(TlogProof(0, (), NOTE))


@given(proofs)
def test_round_trip(proof: TlogProof) -> None:
    """What is written is read back, from bytes and from text."""
    assert proof == TlogProof.parse(bytes(proof)) == TlogProof.parse(str(proof))


@given(st.data(), proofs)
def test_strict(data: st.DataObject, proof: TlogProof) -> None:
    """Whatever is done to a file, it is refused, or is what its proof would be written as."""
    text = bytes(proof)
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, min(len(text), start + 3)))
    piece = data.draw(st.sampled_from([b"", b"\n", b"\r", b" ", b"0", b"=", b"A", b"\xff", b"+"]))
    changed = text[:start] + piece + text[stop:]
    try:
        found = TlogProof.parse(changed)
    except Invalid:
        return
    assert changed == bytes(found)


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_garbage(data: bytes | str) -> None:
    """Any bytes, and any text, are refused or read; nothing else is raised."""
    prefix = "c2sp.org/tlog-proof@v1\n"
    for given_ in (data, prefix.encode() + data if isinstance(data, bytes) else prefix + data):
        with pytest.raises(Invalid):
            TlogProof.parse(given_)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("@v1", "@v2", "first line"),
        ("c2sp", "\ufeffc2sp", "first line"),
        ("\n", "\r\n", "no empty line"),
        ("extra ", "extra", "no line 'index N'"),
        ("extra ZXh0cmE=", "extra ", "extra data is empty"),
        ("ZXh0cmE=", "ZXh0cmE", "not base64"),
        ("ZXh0cmE=", "ZXh0cmF=", "not base64"),
        ("ZXh0cmE=", "ZXh0 cmE=", "not base64"),
        ("extra ZXh0cmE=\nindex 12\n", "index 12\nextra ZXh0cmE=\n", "not base64"),
        ("extra ZXh0cmE=\n", "extra ZXh0cmE=\nextra ZXh0cmE=\n", "no line 'index N'"),
        ("index 12\n", "", "no line 'index N'"),
        ("index 12\n", "index 12\nindex 12\n", "not base64"),
        ("index 12", "index 012", "decimal"),
        ("index 12", "index -1", "decimal"),
        ("index 12", "index +12", "decimal"),
        ("index 12", "index 12 ", "decimal"),
        ("index 12", "index  12", "decimal"),
        ("index 12", "index ", "decimal"),
        ("index 12", "index \u0661\u0662", "decimal"),
        ("index 12", "index 1_2", "decimal"),
        ("index 12", f"index {2**63 - 1}", "up to"),
        ("index 12", f"index {10**19}", "decimal"),
        (A, A[:-1], "not base64"),
        (A, A + "=", "not base64"),
        (A, f" {A}", "not base64"),
        (A, base64.b64encode(b"a" * 31).decode(), "31 bytes"),
        (A, base64.b64encode(b"a" * 33).decode(), "33 bytes"),
        (A, f"{A}\n" * 62 + A, "64 hashes"),
        (f"{B}\n\n", f"{B}\n", "not base64"),
        (f"{B}\n\n", f"{B}\n\n\n", "not a"),
        (f"{B}\n\n", f"\n{B}\n\n", "not a"),
        ("\n43\n", "\n043\n", "not a number of leaves"),
        ("\n\n\u2014", "\n\u2014", "not a signed note"),
        ("\u2014 w.example", "- w.example", "not a signature line"),
    ],
)
def test_refused(old: str, new: str, says: str) -> None:
    """Each breach of the format is refused, and the message says which it is."""
    changed = TEXT.replace(old, new, 1) if old != "\n" else TEXT.replace(old, new)
    assert changed != TEXT
    with pytest.raises(Invalid, match=says):
        TlogProof.parse(changed)


def test_anything_after_the_checkpoint() -> None:
    """Nothing may follow the last signature, nor may its newline be missing."""
    for changed in (f"{TEXT}\n", f"{TEXT}x", TEXT[:-1]):
        with pytest.raises(Invalid):
            TlogProof.parse(changed)


def test_not_utf_8() -> None:
    """Bytes that are not UTF-8, and text that no UTF-8 has, are refused."""
    with pytest.raises(Invalid, match="not UTF-8"):
        TlogProof.parse(TEXT.encode() + b"\xff")
    with pytest.raises(Invalid, match="not UTF-8"):
        TlogProof.parse(f"{TEXT}\ud800")


def test_size_is_bounded() -> None:
    """A file of more than 4 MiB is refused before it is read; one of just so many is not."""
    with pytest.raises(Invalid, match="are the most"):
        TlogProof.parse(b"c" * (MAX_PROOF + 1))
    with pytest.raises(Invalid, match="no empty line"):
        TlogProof.parse(b"c" * MAX_PROOF)


@pytest.mark.parametrize(
    "changes",
    [
        {"index": -1},
        {"index": 2**63 - 1},
        {"path": (bytes(31),)},
        {"path": (bytes(32),) * 64},
        {"extra": b""},
        {"checkpoint": KEY.sign("no checkpoint\n")},
    ],
)
def test_nothing_else_is_written(changes: dict[str, Any]) -> None:
    """What reading would refuse cannot be written either."""
    with pytest.raises(Invalid):
        attrs.evolve(TlogProof(0, (), NOTE), **changes)
