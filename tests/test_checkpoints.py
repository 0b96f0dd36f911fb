"""Checkpoints, signed heads and cosignatures: what they say, and when it counts as vouched for."""

from __future__ import annotations

import json
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from evledger.chain import Head
from evledger.checkpoints import (
    MAX_SIZE,
    Checkpoint,
    Cosigned,
    SignedHead,
    Vouched,
    cosignature,
    open_checkpoint,
    open_head,
    read_size,
)
from evledger.exceptions import Invalid, NotProven
from evledger.notes import COSIGNATURE, NoteSignature, SignedNote, SigningKey, VerifierKey

VECTORS = Path(__file__).resolve().parent / "vectors" / "notes"


def outcomes(name: str, outcome: str) -> list[Any]:
    """Return the cases of a file that come to one outcome."""
    cases = json.loads((VECTORS / name).read_text("utf-8"))
    return [pytest.param(case, id=case["what"]) for case in cases if case["outcome"] == outcome]


def keys_of(case: dict[str, Any], field: str = "keys") -> list[VerifierKey]:
    """Return a case's keys."""
    return [VerifierKey.parse(key) for key in case.get(field, ())]


def opened(case: dict[str, Any]) -> Vouched:
    """Open a case's checkpoint by its keys."""
    return open_checkpoint(
        case["note"].encode(),
        keys_of(case),
        witnesses=keys_of(case, "witnesses"),
        quorum=case.get("quorum"),
    )


@attrs.frozen
class Cosigner:
    """A witness that cosigns whatever it is given: the library itself has none."""

    name: str
    seed: bytes

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def key(self) -> VerifierKey:
        """Its public key."""
        return VerifierKey(self.name, COSIGNATURE, self._private.public_key().public_bytes_raw())

    def line(self, note: SignedNote, at: int = 1_795_000_000) -> NoteSignature:
        """Sign a checkpoint, at a second after 1970 (C2SP tlog-cosignature)."""
        message = f"cosignature/v1\ntime {at}\n{note.text}".encode()
        signature = struct.pack(">Q", at) + self._private.sign(message)
        return NoteSignature(self.name, self.key.id, signature)

    def cosign(self, note: SignedNote) -> SignedNote:
        """Return the checkpoint with its line at the end."""
        return attrs.evolve(note, signatures=(*note.signatures, self.line(note)))


KEY = SigningKey("example.org/semax", bytes(range(32)))
WITNESS = Cosigner("witness.example/w1", bytes(range(32, 64)))
CHECKPOINT = Checkpoint(KEY.name, 43, bytes(range(32)))
SIGNED = KEY.sign(CHECKPOINT.text)
HEAD = KEY.sign(SignedHead(KEY.name, Head(43, "9f2c" * 16), bytes(32)).text)

lines = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=[chr(code) for code in range(32)]),
    min_size=1,
)
sizes = st.integers(0, MAX_SIZE)
origins = st.text("abcxyz019./-é例", min_size=1, max_size=30)
roots = st.binary(min_size=32, max_size=32)
checkpoints = st.builds(Checkpoint, lines, sizes, roots, st.lists(lines, max_size=3).map(tuple))
heads = st.builds(
    SignedHead,
    lines,
    st.builds(Head, st.integers(1, 10**16 - 1), roots.map(bytes.hex)),
    roots,
)


# -- checkpoints -------------------------------------------------------------------------


@given(checkpoints)
def test_checkpoint_round_trip(checkpoint: Checkpoint) -> None:
    """A checkpoint of any log is read as it was written."""
    assert Checkpoint.parse(checkpoint.text) == checkpoint


@given(origins, st.integers(1, MAX_SIZE), roots)
def test_ledgers_checkpoint_is_opened(origin: str, size: int, root: bytes) -> None:
    """A ledger's checkpoint is opened as it was signed."""
    key, checkpoint = SigningKey(origin, bytes(32)), Checkpoint(origin, size, root)
    vouched = open_checkpoint(str(key.sign(checkpoint.text)), [key.verifier])
    assert (vouched.checkpoint, vouched.signers) == (checkpoint, (origin,))
    assert (vouched.witnesses, vouched.head) == ((), None)


@given(checkpoints)
def test_checkpoints_of_other_logs_are_not_opened(checkpoint: Checkpoint) -> None:
    """What has another origin than its key's name, further lines, or no event, is no ledger's."""
    other = attrs.evolve(checkpoint, origin=f"{checkpoint.origin}x")
    with pytest.raises((Invalid, NotProven)):
        open_checkpoint(KEY.sign(other.text), [KEY.verifier])
    for more in (
        attrs.evolve(CHECKPOINT, extensions=(checkpoint.origin,)),
        attrs.evolve(CHECKPOINT, size=0),
    ):
        with pytest.raises(Invalid, match=r"lines behind its root|has no entries"):
            open_checkpoint(KEY.sign(more.text), [KEY.verifier])


@given(st.text() | st.lists(lines | st.just("") | sizes.map(str), max_size=5).map("\n".join))
def test_any_text_as_checkpoint(text: str) -> None:
    """Any text whatsoever is a checkpoint, which is written as it was read, or invalid."""
    try:
        checkpoint = Checkpoint.parse(text)
    except Invalid:
        return
    assert checkpoint.text == text


@given(checkpoints, heads)
def test_text_that_ends_elsewhere(checkpoint: Checkpoint, signed: SignedHead) -> None:
    """Without its last newline, or with anything behind it, a text is neither."""
    for text in (checkpoint.text[:-1], checkpoint.text + "x", checkpoint.text + "\n"):
        with pytest.raises(Invalid):
            Checkpoint.parse(text)
    for text in (signed.text[:-1], signed.text + "x", signed.text + "\n"):
        with pytest.raises(Invalid):
            SignedHead.parse(text)


@given(st.text(st.sampled_from("0123456789+-_ ٤²\n"), max_size=22))
def test_any_text_as_size(text: str) -> None:
    """Any text whatsoever is a size, which is written as it was read, or invalid."""
    try:
        size = read_size(text)
    except Invalid:
        return
    assert (str(size), size <= MAX_SIZE) == (text, True)


@given(sizes)
def test_any_size(size: int) -> None:
    """Every size that a tree can have is read."""
    assert read_size(str(size)) == size


@given(st.integers(MAX_SIZE + 1))
def test_size_too_large(size: int) -> None:
    """No tree has 2^63 leaves or more."""
    with pytest.raises(Invalid, match="up to 9223372036854775807"):
        read_size(str(size))


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": ""},
        {"origin": "two\nlines"},
        {"size": -1},
        {"size": MAX_SIZE + 1},
        {"root": bytes(31)},
        {"root": b""},
        {"extensions": ("",)},
        {"extensions": ("one", "two\nthree")},
    ],
    ids=str,
)
def test_checkpoints_that_cannot_be_made(wrong: dict[str, Any]) -> None:
    """A checkpoint that would be read as another, or by nobody, cannot be made by hand."""
    with pytest.raises(Invalid):
        attrs.evolve(CHECKPOINT, **wrong)


@pytest.mark.parametrize("case", outcomes("checkpoints.json", "vouched"))
def test_vouched_checkpoint(case: dict[str, Any]) -> None:
    """A ledger's checkpoint is opened, and says who signed and who cosigned it, and when."""
    vouched = opened(case)
    said = vouched.checkpoint
    assert (said.origin, said.size, said.root.hex()) == (case["origin"], case["size"], case["root"])
    assert (list(said.extensions), list(vouched.signers)) == (case["extensions"], case["signers"])
    at = {each.witness: int(each.at.timestamp()) for each in vouched.witnesses}
    assert at == case["cosigned"]


@pytest.mark.parametrize("case", outcomes("checkpoints.json", "foreign"))
def test_checkpoint_of_another_log(case: dict[str, Any]) -> None:
    """Another log's checkpoint is verified as a note and read, and refused as a ledger's."""
    note = SignedNote.parse(case["note"])
    said = Checkpoint.parse(note.text)
    assert (said.origin, said.size, said.root.hex()) == (case["origin"], case["size"], case["root"])
    assert list(said.extensions) == case["extensions"]
    assert [key.name for key in note.verify(keys_of(case))] == case["signers"]
    watching = [(key, line) for key in keys_of(case, "witnesses") for line in note.by(key)]
    cosigned = [cosignature(note, key, line) for key, line in watching]
    assert {each.witness: int(each.at.timestamp()) for each in cosigned} == case["cosigned"]
    with pytest.raises((Invalid, NotProven)):
        opened(case)


@pytest.mark.parametrize("case", outcomes("checkpoints.json", "invalid"))
def test_invalid_checkpoint(case: dict[str, Any]) -> None:
    """What is no checkpoint is invalid, though it was signed; so is a quorum never met."""
    with pytest.raises(Invalid):
        opened(case)


@pytest.mark.parametrize("case", outcomes("checkpoints.json", "not-proven"))
def test_checkpoint_that_nobody_vouches_for(case: dict[str, Any]) -> None:
    """A checkpoint without the signatures that are needed, or with a bad one, proves nothing."""
    with pytest.raises(NotProven):
        opened(case)


# -- signed heads ------------------------------------------------------------------------


@given(heads)
def test_head_round_trip(signed: SignedHead) -> None:
    """A signed head is read as it was written."""
    assert SignedHead.parse(signed.text) == signed


@given(heads, origins)
def test_ledgers_head_is_opened(signed: SignedHead, origin: str) -> None:
    """A signed head is opened as it was signed, by the key of its origin and by no other."""
    key = SigningKey(origin, bytes(32))
    signed = attrs.evolve(signed, origin=origin)
    vouched = open_head(str(key.sign(signed.text)), [KEY.verifier, key.verifier])
    assert (vouched.head, vouched.checkpoint) == (signed.head, signed.checkpoint)
    assert vouched.checkpoint == Checkpoint(origin, signed.head.size, signed.root)
    assert vouched.signers == (origin,)
    with pytest.raises(
        NotProven, match=r"but signed by example\.org/semax\+[0-9a-f]{8}: the key of"
    ):
        open_head(KEY.sign(signed.text), [KEY.verifier, key.verifier])


@given(heads, checkpoints)
def test_heads_and_checkpoints_are_apart(signed: SignedHead, checkpoint: Checkpoint) -> None:
    """Whatever the origin is, what was signed as one can not be read as the other."""
    with pytest.raises(Invalid):
        Checkpoint.parse(signed.text)
    with pytest.raises(Invalid):
        SignedHead.parse(checkpoint.text)


@pytest.mark.parametrize("origin", ["43", "evledger-head/v1"])
def test_origins_that_look_like_something_else(origin: str) -> None:
    """An origin that is a number, or the first line of a signed head, makes none the other."""
    signed = SignedHead(origin, Head(43, "ab" * 32), bytes(32))
    with pytest.raises(Invalid):
        Checkpoint.parse(signed.text)
    for extensions in ((), ("more",)):
        with pytest.raises(Invalid):
            SignedHead.parse(Checkpoint(origin, 43, bytes(32), extensions).text)


def proof_file() -> str:
    """Return a proof file of one record, which is a note as well."""
    return f"c2sp.org/tlog-proof@v1\nindex 0\n\n{SIGNED}"


@pytest.mark.parametrize(
    ("opening", "given_", "told"),
    [
        (
            open_checkpoint,
            HEAD,
            "not a checkpoint, but a signed head: --signed-head, or open_head,",
        ),
        (open_checkpoint, proof_file(), "not a checkpoint, but a proof file: verify-proof, or "),
        (
            open_head,
            SIGNED,
            "not a signed head, but a checkpoint: --checkpoint, or open_checkpoint",
        ),
        (open_head, proof_file(), "not a signed head, but a proof file: verify-proof, or verify_"),
        (
            open_checkpoint,
            CHECKPOINT,
            "expected a signed note, as its bytes or its text; this is of",
        ),
        (open_checkpoint, None, "type NoneType"),
        (open_head, Path("signed-head"), "type [A-Za-z]*Path"),
    ],
)
def test_one_for_the_other(opening: Any, given_: Any, told: str) -> None:
    """Whoever gives one thing for another is told what it is, and what takes it."""
    with pytest.raises(Invalid, match=told):
        opening(given_, [KEY.verifier])


@pytest.mark.parametrize("origin", ["evledger-head/v1", "c2sp.org/tlog-proof@v1"])
def test_origin_like_another_file(origin: str) -> None:
    """A checkpoint whose origin is how another file begins is a checkpoint."""
    checkpoint = attrs.evolve(CHECKPOINT, origin=origin)
    assert Checkpoint.parse(checkpoint.text) == checkpoint


@given(st.text() | heads.map(lambda signed: signed.text.replace("0", "", 1)))
def test_any_text_as_head(text: str) -> None:
    """Any text whatsoever is a signed head, which is written as it was read, or invalid."""
    try:
        signed = SignedHead.parse(text)
    except Invalid:
        return
    assert signed.text == text


@pytest.mark.parametrize("case", outcomes("heads.json", "vouched"))
def test_vouched_head(case: dict[str, Any]) -> None:
    """A sound signed head is opened, and gives head and checkpoint."""
    vouched = open_head(case["note"].encode(), keys_of(case))
    assert (str(vouched.head), vouched.checkpoint.root.hex()) == (case["head"], case["root"])
    assert (vouched.checkpoint.origin, list(vouched.signers)) == (case["origin"], case["signers"])


@pytest.mark.parametrize("case", outcomes("heads.json", "invalid"))
def test_invalid_head(case: dict[str, Any]) -> None:
    """What is no signed head is invalid, though it was signed."""
    with pytest.raises(Invalid):
        open_head(case["note"].encode(), keys_of(case))


@pytest.mark.parametrize("case", outcomes("heads.json", "not-proven"))
def test_head_that_nobody_vouches_for(case: dict[str, Any]) -> None:
    """A head without a known key's signature, or with a bad one, proves nothing."""
    with pytest.raises(NotProven):
        open_head(case["note"].encode(), keys_of(case))


@pytest.mark.parametrize(
    "wrong", [{"origin": ""}, {"origin": "a\nb"}, {"root": bytes(33)}], ids=str
)
def test_heads_that_cannot_be_made(wrong: dict[str, Any]) -> None:
    """A signed head that nobody could read cannot be made by hand."""
    with pytest.raises(Invalid):
        attrs.evolve(SignedHead("a", Head(43, "ab" * 32), bytes(32)), **wrong)


# -- one bit -----------------------------------------------------------------------------


def flipped(note: SignedNote) -> list[bytes]:
    """Return a note once for every bit of it, with that bit the other way."""
    data = str(note).encode()
    return [
        data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
        for at in range(len(data))
        for bit in range(8)
    ]


def test_no_flipped_bit_makes_another_statement() -> None:
    """With any bit flipped, a checkpoint is refused, or says the same by the same keys."""
    stranger = SigningKey("example.net/stranger", bytes(32))
    note = WITNESS.cosign(SIGNED)
    note = attrs.evolve(note, signatures=(*stranger.sign("x\n").signatures, *note.signatures))
    honest = open_checkpoint(note, [KEY.verifier], witnesses=[WITNESS.key])
    found: list[Vouched] = []
    for data in flipped(note):
        try:
            found.append(open_checkpoint(data, [KEY.verifier], witnesses=[WITNESS.key]))
        except (Invalid, NotProven):
            continue
    assert found  # the stranger's line may say anything
    assert {attrs.evolve(vouched, note=note) for vouched in found} == {honest}


def test_no_flipped_bit_of_a_head_passes() -> None:
    """With any bit flipped, a signed head is refused."""
    for data in flipped(HEAD):
        with pytest.raises((Invalid, NotProven)):
            open_head(data, [KEY.verifier])


@given(st.binary() | st.text(), st.integers(-2, 3))
def test_anything_as_checkpoint(data: bytes | str, quorum: int) -> None:
    """Anything whatsoever is refused in words, as a checkpoint and as a signed head."""
    with pytest.raises((Invalid, NotProven)):
        open_checkpoint(data, [KEY.verifier], witnesses=[WITNESS.key], quorum=quorum)
    with pytest.raises((Invalid, NotProven)):
        open_head(data, [KEY.verifier])


# -- witnesses ---------------------------------------------------------------------------


@given(st.integers(0, 253_402_300_799))
def test_cosignature_round_trip(at: int) -> None:
    """A witness's line says when it signed, to the second."""
    said = cosignature(SIGNED, WITNESS.key, WITNESS.line(SIGNED, at))
    assert said == Cosigned(WITNESS.name, datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at))


@given(st.binary(max_size=80))
def test_anything_as_cosignature(data: bytes) -> None:
    """Whatever a witness's line holds, it is refused in words."""
    line = NoteSignature(WITNESS.name, WITNESS.key.id, b"x" + data)
    with pytest.raises(NotProven):
        cosignature(SIGNED, WITNESS.key, line)


def test_line_of_another_witness() -> None:
    """A line under another's name is no cosignature of this witness, though its bytes are."""
    line = attrs.evolve(WITNESS.line(SIGNED), name="witness.example/w2")
    with pytest.raises(NotProven, match=r"'witness.example/w2' is not a cosignature of"):
        cosignature(SIGNED, WITNESS.key, line)


def test_log_key_as_witness_key() -> None:
    """A log's key is no witness's."""
    with pytest.raises(Invalid, match="is a log's, not a witness's"):
        cosignature(SIGNED, KEY.verifier, SIGNED.signatures[0])


def test_why_no_log_witnesses_itself() -> None:
    """What a log's key signs as a text can be a cosignature of that key as a witness's: refused."""
    cosigned = KEY.sign(f"cosignature/v1\ntime 7\n{SIGNED.text}").signatures[0].data
    own = VerifierKey(KEY.name, COSIGNATURE, KEY.verifier.public)
    line = NoteSignature(own.name, own.id, struct.pack(">Q", 7) + cosigned)
    assert cosignature(SIGNED, own, line).witness == KEY.name
    note = attrs.evolve(SIGNED, signatures=(*SIGNED.signatures, line))
    with pytest.raises(Invalid, match="has the log's own key"):
        open_checkpoint(note, [KEY.verifier], witnesses=[own])


@given(st.lists(st.booleans(), min_size=1, max_size=4), st.integers(0, 4))
def test_quorum(cosigning: list[bool], quorum: int) -> None:
    """A checkpoint is vouched for exactly where as many witnesses as are needed cosigned it."""
    witnesses = [Cosigner(f"w{n}", bytes([n]) * 32) for n in range(len(cosigning))]
    note = SIGNED
    for witness, does in zip(witnesses, cosigning, strict=True):
        note = witness.cosign(note) if does else note
    keys = [witness.key for witness in witnesses]
    try:
        vouched = open_checkpoint(note, [KEY.verifier], witnesses=keys, quorum=quorum)
    except Invalid:
        assert quorum > len(keys)
    except NotProven:
        assert sum(cosigning) < quorum <= len(keys)
    else:
        assert len(vouched.witnesses) == sum(cosigning) >= quorum


def test_what_is_said_of_a_quorum() -> None:
    """Messages say how many are needed, how many there may be, and who cosigned."""
    note, keys, other = WITNESS.cosign(SIGNED), [KEY.verifier], Cosigner("w2", bytes(32))
    watching = [WITNESS.key, other.key]
    with pytest.raises(NotProven, match=r"^2 witnesses must .* did: 'witness.example/w1'$"):
        open_checkpoint(note, keys, witnesses=watching)
    with pytest.raises(NotProven, match=r"^1 witness must have .* did: none$"):
        open_checkpoint(SIGNED, keys, witnesses=watching, quorum=1)
    with pytest.raises(Invalid, match="a quorum of 2, but no witness's key was given"):
        open_checkpoint(SIGNED, keys, quorum=2)
    with pytest.raises(Invalid, match="a quorum of 3: expected from 0 to 2,"):
        open_checkpoint(note, keys, witnesses=watching, quorum=3)


@pytest.mark.parametrize("quorum", [True, False, "1", 1.0, 0.5, [1]])
def test_quorum_that_is_no_number(quorum: Any) -> None:
    """A quorum is a whole number, and nothing that could pass for one."""
    with pytest.raises(Invalid, match="expected a whole number of witnesses"):
        open_checkpoint(WITNESS.cosign(SIGNED), KEY.verifier, witnesses=WITNESS.key, quorum=quorum)


def test_forms_of_keys() -> None:
    """Keys are given one or several, as keys or as text, and any iterable is read once."""
    note, key, witness = WITNESS.cosign(SIGNED), KEY.verifier, WITNESS.key
    wanted = open_checkpoint(note, [key], witnesses=[witness])
    assert (wanted.signers, len(wanted.witnesses)) == ((KEY.name,), 1)
    assert wanted == open_checkpoint(note, key, witnesses=witness)
    assert wanted == open_checkpoint(note, str(key), witnesses=str(witness))
    assert wanted == open_checkpoint(note, iter([str(key)]), witnesses=iter([witness]))
    assert open_head(HEAD, key) == open_head(HEAD, [str(key)])


@pytest.mark.parametrize("given_", [None, 3, b"a+b+c", Path("semax.vkey"), KEY, [None]], ids=str)
def test_what_is_no_key(given_: Any) -> None:
    """Whatever else is given for a key, or for a witness's, is refused in words."""
    with pytest.raises(Invalid, match="expected a verifier key or its text"):
        open_checkpoint(SIGNED, given_)
    with pytest.raises(Invalid, match="expected a verifier key or its text"):
        open_checkpoint(SIGNED, KEY.verifier, witnesses=given_)
    with pytest.raises(Invalid, match="expected a verifier key or its text"):
        open_head(HEAD, given_)


def test_no_key_at_all() -> None:
    """Without a key that is trusted nothing is opened."""
    with pytest.raises(Invalid, match="at least one verifier key"):
        open_checkpoint(SIGNED, [])
    with pytest.raises(Invalid, match="at least one verifier key"):
        open_head(HEAD, ())
