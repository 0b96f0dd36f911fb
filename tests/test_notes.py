"""Signed notes: what is read, what is refused, and that only a known key's word counts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import example, given
from hypothesis import strategies as st

from evledger.exceptions import Invalid, NotProven, Refused
from evledger.notes import (
    COSIGNATURE,
    ED25519,
    MAX_NOTE,
    MAX_SIGNATURES,
    NoteSignature,
    SignedNote,
    SigningKey,
    VerifierKey,
    check_key_name,
    decode_base64,
    encode_base64,
    is_secret,
    verifier_keys,
)

ROOT = Path(__file__).resolve().parents[1]
VECTORS = ROOT / "tests" / "vectors" / "notes"


def vectors(name: str, *, good: bool) -> list[Any]:
    """Return the sound or the unsound cases of a file, each named by what is special in it."""
    cases = json.loads((VECTORS / name).read_text("utf-8"))
    told = [case for case in cases if bool(case.get("name") or case.get("verifier")) is good]
    return [pytest.param(case, id=case["what"]) for case in told]


def outcomes(name: str, outcome: str) -> list[Any]:
    """Return the cases of a file that come to one outcome."""
    cases = json.loads((VECTORS / name).read_text("utf-8"))
    return [pytest.param(case, id=case["what"]) for case in cases if case["outcome"] == outcome]


def note_of(case: dict[str, Any]) -> bytes | str:
    """Return a case's note as bytes; as text where it cannot be bytes."""
    if "hex" in case:
        return bytes.fromhex(case["hex"])
    text: str = case["note"]
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text


def keys_of(case: dict[str, Any], field: str = "keys") -> list[VerifierKey]:
    """Return a case's keys."""
    return [VerifierKey.parse(key) for key in case.get(field, ())]


SEED = bytes(range(32))
KEY = SigningKey("example.org/semax", SEED)

CONTROLS = [chr(code) for code in range(32)]
texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=CONTROLS) | st.just("\n")
).map(lambda text: f"{text}\n")
names = st.text(
    st.characters(exclude_categories=["Cs", "Zs", "Zl", "Zp", "Cc"], exclude_characters="+"),
    min_size=1,
    max_size=30,
)


def named_ranges() -> list[range]:
    """Return the ranges of code points that docs/format.md lists for names, first those of all."""
    page = (ROOT / "docs" / "format.md").read_text("utf-8").partition("### Keys")[2]
    rows = re.findall(r"^\| (U\+.*?) \|", page.partition("\n### ")[0], re.MULTILINE)
    found = [re.findall(r"U\+([0-9A-F]{4,5})(?:–U\+([0-9A-F]{4,5}))?", row) for row in rows]
    return [range(int(a, 16), int(b or a, 16) + 1) for row in found for a, b in row]


UNCLEAR = {chr(code) for codes in named_ranges() for code in codes}
clear_names = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=sorted(UNCLEAR)),
    min_size=1,
    max_size=30,
)
signatures = st.builds(
    NoteSignature, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=90)
)
notes = st.builds(SignedNote, texts, st.lists(signatures, min_size=1, max_size=5).map(tuple))
seeds = st.binary(min_size=32, max_size=32)


# -- base64 ------------------------------------------------------------------------------


@given(st.binary())
def test_base64_round_trip(data: bytes) -> None:
    """What was written is read again."""
    assert decode_base64(encode_base64(data)) == data


@given(st.text() | st.text("AZaz09+/=-_ \n", max_size=12))
def test_base64_has_one_form(text: str) -> None:
    """Whatever is read would be written just so."""
    try:
        data = decode_base64(text)
    except Invalid:
        return
    assert encode_base64(data) == text


# -- verifier keys -----------------------------------------------------------------------


@pytest.mark.parametrize("case", vectors("keys.json", good=True))
def test_good_key(case: dict[str, Any]) -> None:
    """A sound key is read for what it says, and written as it was."""
    key = VerifierKey.parse(case["key"])
    said = (key.name, key.id.hex(), key.kind, key.public.hex())
    assert said == (case["name"], case["id"], case["kind"], case["public"])
    assert str(key) == case["key"]


@pytest.mark.parametrize("case", vectors("keys.json", good=False))
def test_bad_key(case: dict[str, Any]) -> None:
    """What is not a key that can be trusted is refused."""
    with pytest.raises(Invalid):
        VerifierKey.parse(case["key"])


def test_key_of_a_file() -> None:
    """A key may stand in a file, with a newline behind it."""
    key = KEY.verifier
    assert VerifierKey.parse(f" {key}\r\n") == key


@pytest.mark.parametrize("kind", [0x02, 0x05, 0x06, 0xFF])
def test_kind_that_is_not_known(kind: int) -> None:
    """A key of another kind is called just that, whatever its length, and not malformed."""
    text = f"example.org/x+00000000+{encode_base64(bytes([kind]) + bytes(1312))}"
    with pytest.raises(Invalid, match=f"'example.org/x' is of kind 0x{kind:02x}, which is not"):
        VerifierKey.parse(text)


def test_id_that_does_not_fit() -> None:
    """A mistyped key is told what its ID is and what it says."""
    key = str(KEY.verifier)
    with pytest.raises(Invalid, match=f"ID {KEY.verifier.id.hex()} by its bytes, .*00000000"):
        VerifierKey.parse(key.replace(KEY.verifier.id.hex(), "00000000"))


@given(st.text() | st.binary(max_size=40).map(lambda raw: f"a+00000000+{encode_base64(raw)}"))
@example("a+00000000+====")
def test_any_text_as_key(text: str) -> None:
    """Any text whatsoever is a key, which is written as it was read, or invalid."""
    try:
        key = VerifierKey.parse(text)
    except Invalid:
        return
    assert str(key) == text.strip()


def test_key_made_by_hand() -> None:
    """A key that nobody read is held to the same rules."""
    for name, kind, public in (
        ("a b", ED25519, KEY.verifier.public),
        ("a", 0x02, KEY.verifier.public),
        ("a", ED25519, bytes(31)),
    ):
        with pytest.raises(Invalid):
            VerifierKey(name, kind, public)


def test_why_weak_keys_are_refused() -> None:
    """Under the neutral point anybody signs anything; no such key can be made."""
    neutral = (1).to_bytes(32, "little")
    Ed25519PublicKey.from_public_bytes(neutral).verify(neutral + bytes(32), b"whatever")
    with pytest.raises(Invalid, match="anybody can sign"):
        VerifierKey("example.org/semax", ED25519, neutral)


PRIME = 2**255 - 19
D = -121665 * pow(121666, -1, PRIME) % PRIME
Point = tuple[int, int]


def added(one: Point, two: Point) -> Point:
    """Add two points of the curve (RFC 8032 section 5.1.4, in plain coordinates)."""
    (x1, y1), (x2, y2) = one, two
    product = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, PRIME)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, PRIME)
    return x % PRIME, y % PRIME


def point_at(y: int) -> Point:
    """Return a point by its y (RFC 8032 section 5.1.3)."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    root = pow(square, (PRIME + 3) // 8, PRIME)
    x = root if root * root % PRIME == square else root * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    assert x * x % PRIME == square
    return x, y


def test_every_point_of_small_order_is_refused() -> None:
    """The multiples of a point of order 8 are the eight such points, and none of them is a key."""
    y = int.from_bytes(
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
    )
    neutral, step = (0, 1), point_at(y)
    points = [neutral]
    while (following := added(points[-1], step)) != neutral:
        points.append(following)
    assert len(points) == 8
    for x, y in points:
        with pytest.raises(Invalid, match="anybody can sign"):
            VerifierKey("example.org/semax", ED25519, (y | (x & 1) << 255).to_bytes(32, "little"))


# -- signing keys ------------------------------------------------------------------------


@pytest.mark.parametrize("case", vectors("signing-keys.json", good=True))
def test_good_signing_key(case: dict[str, Any]) -> None:
    """A sound signing key is read, written as it was, and signs as others do with it."""
    key = SigningKey.parse(f"{case['key']}\n")
    assert (key.encode(), str(key.verifier)) == (case["key"], case["verifier"])
    assert [str(each) for each in key.sign(case["text"]).signatures] == [case["signature"]]


@pytest.mark.parametrize("case", vectors("signing-keys.json", good=False))
def test_bad_signing_key(case: dict[str, Any]) -> None:
    """What is not a signing key is refused."""
    with pytest.raises(Invalid, match=r"signing key|key name"):
        SigningKey.parse(case["key"])


@given(clear_names, seeds, texts)
def test_signing_key_round_trip(name: str, seed: bytes, text: str) -> None:
    """A key is read as it was written, and what it signs is signed by its verifier key."""
    key = SigningKey(name, seed)
    assert SigningKey.parse(key.encode()) == key
    assert VerifierKey.parse(str(key.verifier)) == key.verifier
    note = SignedNote.parse(str(key.sign(text)))
    assert (note.text, note.verify([key.verifier])) == (text, (key.verifier,))


def test_generated_keys_differ() -> None:
    """No two generated keys are the same."""
    assert len({SigningKey.generate(KEY.name).seed for _ in range(20)}) == 20


@pytest.mark.parametrize("name", ["", "é" * 128, None, 7, b"a"])
def test_names_that_no_key_of_ours_has(name: Any) -> None:
    """A name that is none at all, or a long one, is refused."""
    for make in (check_key_name, SigningKey.generate):
        with pytest.raises(Invalid, match="key name"):
            make(name)


def test_code_points_of_names() -> None:
    """A name may have every code point there is, but for those that docs/format.md lists."""
    every = map(chr, (*range(0xD800), *range(0xE000, sys.maxunicode + 1)))
    clear = [character for character in every if character not in UNCLEAR]
    for start in range(0, len(clear), 60):  # of four bytes each, at the most
        check_key_name("".join(clear[start : start + 60]))
    for character in UNCLEAR:
        with pytest.raises(Invalid, match="characters that cannot be seen"):
            check_key_name(f"a{character}b")


def test_what_unicode_calls_a_blank() -> None:
    """No signature line, and so no key, has a name with what Python takes for white space."""
    for character in filter(str.isspace, map(chr, range(sys.maxunicode + 1))):
        with pytest.raises(Invalid, match="no key's name"):
            NoteSignature(f"a{character}b", bytes(4), b"x")
        assert character in UNCLEAR


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_seed_of_another_length(length: int) -> None:
    """A secret has 32 bytes."""
    with pytest.raises(Invalid, match=f"32 bytes, not {length}"):
        SigningKey(KEY.name, bytes(length))


@pytest.mark.parametrize("text", ["", "No newline.", "A\ttab.\n", "CRLF.\r\n", "\ud800\n", "\0\n"])
def test_what_cannot_be_signed(text: str) -> None:
    """A text that no note can have is not signed."""
    with pytest.raises(Invalid):
        KEY.sign(text)


def test_longest_text() -> None:
    """A note may have a megabyte and no more, whether it is read or written."""
    room = MAX_NOTE - len(str(KEY.sign("\n")).encode())
    longest = KEY.sign("x" * room + "\n")
    assert SignedNote.parse(str(longest).encode()) == longest
    with pytest.raises(Invalid, match="1,048,577 bytes; 1,048,576 are the most"):
        KEY.sign("x" * (room + 1) + "\n")


# -- the secret --------------------------------------------------------------------------


def is_told(secret: str, text: str) -> bool:
    """Return whether any eight characters of a secret are in a text."""
    return any(secret[at : at + 8] in text for at in range(len(secret) - 7))


SECRET = encode_base64(b"\x01" + bytes(range(64, 96)))
PRIVATE = SigningKey("example.org/semax", bytes(range(64, 96))).encode()


@st.composite
def mistaken(draw: st.DrawFn) -> str:
    """Return a signing key with one mistake in it, and perhaps its mark left out."""
    text = draw(st.sampled_from([PRIVATE, PRIVATE.removeprefix("PRIVATE+KEY+"), SECRET]))
    at = draw(st.integers(0, len(text)))
    put = draw(st.sampled_from(["", "+", " ", "x", "=", "\n", "é", "\n\n— ", "PRIVATE+KEY+"]))
    return text[:at] + put + text[at + draw(st.integers(0, 12)) :]


@pytest.mark.parametrize("kind", [SigningKey, VerifierKey, SignedNote])
@given(text=mistaken())
@example(text=PRIVATE)
def test_no_message_tells_the_secret(kind: Any, text: str) -> None:
    """Whatever a signing key is mistaken for, and whatever is wrong in it, it is not repeated."""
    told = ""
    try:
        kind.parse(text)
    except Invalid as error:
        told = "".join(traceback.format_exception(error))
    assert not is_told(SECRET, told)


def test_secret_given_as_verifier_key() -> None:
    """Whoever gives away a signing key for a verifier key is told so."""
    with pytest.raises(Invalid, match="this is a signing key, a secret"):
        VerifierKey.parse(PRIVATE)


@given(st.text(), st.text())
def test_what_is_secret(before: str, after: str) -> None:
    """A text with a signing key in it is secret, wherever it stands; a verifier key is not."""
    assert is_secret(before + PRIVATE + after)
    assert not is_secret(str(KEY.verifier))


def test_secret_is_not_shown() -> None:
    """A signing key shows its name, and nothing of its secret."""
    key = SigningKey.parse(PRIVATE)
    for text in (repr(key), str(key), f"{key}", repr(attrs.fields(SigningKey))):
        assert not is_told(SECRET, text)
        assert not is_told(key.seed.decode(), text)


# -- reading notes -----------------------------------------------------------------------


@given(notes)
def test_note_round_trip(note: SignedNote) -> None:
    """A note is read as it was written, as text and as bytes."""
    assert SignedNote.parse(str(note)) == SignedNote.parse(str(note).encode()) == note


def check_reading(data: bytes | str) -> None:
    """Check that this is a note, which is written as it was read, or invalid."""
    try:
        note = SignedNote.parse(data)
    except Invalid:
        return
    assert str(note) == (data if isinstance(data, str) else data.decode())


@given(st.binary() | st.text())
@example(b"\n\n\n\n")
@example("\ud800\n\n— a AAAAAAAA\n")
def test_anything_as_note(data: bytes | str) -> None:
    """Anything whatsoever is a note, which is written as it was read, or invalid."""
    check_reading(data)


@given(notes, st.data())
def test_note_with_anything_in_it(note: SignedNote, data: st.DataObject) -> None:
    """A note with anything put into it is a note, written as it was read, or invalid."""
    text = str(note)
    at = data.draw(st.integers(0, len(text)))
    put = data.draw(st.text(max_size=3) | st.sampled_from(["\n", "\n\n", "— ", " ", "=", "\r\n"]))
    check_reading(text[:at] + put + text[at + data.draw(st.integers(0, 3)) :])


@pytest.mark.parametrize("case", outcomes("notes.json", "invalid"))
def test_note_that_is_none(case: dict[str, Any]) -> None:
    """What the specification refuses is refused, though a known key signed it."""
    with pytest.raises(Invalid):
        SignedNote.parse(note_of(case))


@pytest.mark.parametrize("case", outcomes("notes.json", "signed"))
def test_signed_note(case: dict[str, Any]) -> None:
    """A note that a known key signed is read, and says who signed it."""
    note = SignedNote.parse(note_of(case))
    assert note.text == case["text"]
    assert [key.name for key in note.verify(keys_of(case))] == case["signers"]
    assert str(note).encode() == note_of(case)


@pytest.mark.parametrize("case", outcomes("notes.json", "not-proven"))
def test_note_of_no_known_key(case: dict[str, Any]) -> None:
    """A note that is well formed proves nothing where no known key signed it, or one did badly."""
    note = SignedNote.parse(note_of(case))
    with pytest.raises(NotProven):
        note.verify(keys_of(case))


def test_who_did_sign() -> None:
    """Where no known key signed it, the message names the first of those who did, and the known."""
    line = KEY.sign("x\n").signatures[0]
    hostile = attrs.evolve(line, name="\x9b31mred\u202e")
    note = SignedNote("x\n", (hostile, *[line] * 9))
    other = SigningKey(KEY.name, bytes(32)).verifier
    with pytest.raises(NotProven, match=r"no key that is trusted signed it; ") as caught:
        note.verify(other)
    signed, trusted = f"'{KEY.verifier.label}'", f"'{other.label}'"
    label = f"'\\x9b31mred\\u202e+{line.key_id.hex()}'"
    assert str(caught.value).partition("; ")[2] == (
        f"it is signed by {', '.join([label, *[signed] * 4])} and 5 more, "
        f"and trusted to sign it is {trusted}"
    )


def test_signatures_of_a_key() -> None:
    """A note gives the lines that claim to be a key's, and no others."""
    note, another = KEY.sign("x\n"), SigningKey.generate(KEY.name)
    both = attrs.evolve(note, signatures=(*another.sign("y\n").signatures, *note.signatures))
    assert both.by(KEY.verifier) == note.signatures
    assert both.by(VerifierKey(KEY.name, COSIGNATURE, KEY.verifier.public)) == ()


def test_notes_that_cannot_be_made() -> None:
    """A note that nobody could read cannot be made by hand either."""
    line = NoteSignature("a", bytes(4), b"x")
    for text, lines in (
        ("x\n", ()),
        ("x", (line,)),
        ("x\r\n", (line,)),
        ("\ud800\n", (line,)),
        ("x\n", (line,) * (MAX_SIGNATURES + 1)),
    ):
        with pytest.raises(Invalid):
            SignedNote(text, lines)
    for name, key_id, data in (("", bytes(4), b"x"), ("a", b"", b"x"), ("a", bytes(4), b"")):
        with pytest.raises(Invalid):
            NoteSignature(name, key_id, data)


# -- which keys are known ----------------------------------------------------------------


@pytest.mark.parametrize("case", outcomes("notes.json", "ambiguous"))
def test_keys_that_cannot_be_told_apart(case: dict[str, Any]) -> None:
    """Two known keys of one name and one ID are refused: nobody could tell whose a line is."""
    note = SignedNote.parse(note_of(case))
    with pytest.raises(Invalid, match="the same name and the same ID"):
        note.verify(keys_of(case))


def test_witness_key_as_log_key() -> None:
    """A witness's key is not one by which a note is verified, and the other way round."""
    witness = VerifierKey(KEY.name, COSIGNATURE, KEY.verifier.public)
    with pytest.raises(Invalid, match=r"'example.org/semax' is a witness's, not a log's"):
        KEY.sign("x\n").verify([KEY.verifier, witness])
    with pytest.raises(Invalid, match=r"'example.org/semax' is a log's, not a witness's"):
        verifier_keys([KEY.verifier], COSIGNATURE)


def test_forms_of_keys() -> None:
    """Keys are given as keys or as text, one or several, in any iterable; each counts once."""
    key, other = KEY.verifier, SigningKey("example.net", bytes(32)).verifier
    for given_ in (
        key,
        str(key),
        f"{key}\n",
        [key],
        [str(key)],
        (key, str(key)),
        iter([key]),
        {key},
    ):
        assert verifier_keys(given_) == (key,)
    assert verifier_keys([other, str(key), other]) == (other, key)
    assert verifier_keys(()) == ()
    assert VerifierKey.of(key) is key


@pytest.mark.parametrize(
    ("given_", "kind"),
    [
        (None, "NoneType"),
        (3, "int"),
        (Path("semax.vkey"), "[A-Za-z]*Path"),
        (b"a+b+c", "bytes"),
        (KEY, "SigningKey"),
        (KEY.sign("x\n"), "SignedNote"),
        ([None], "NoneType"),
        ([KEY], "SigningKey"),
        ([7], "int"),
    ],
    ids=str,
)
def test_what_is_no_key(given_: Any, kind: str) -> None:
    """Whatever else is given for a key is refused in words, and where a note is verified, too."""
    for use in (verifier_keys, KEY.sign("x\n").verify):
        with pytest.raises(Invalid, match=f"expected a verifier key or its text, .* {kind}$"):
            use(given_)


def test_no_key_at_all() -> None:
    """Without a key that is trusted nothing is verified."""
    with pytest.raises(Invalid, match="at least one verifier key"):
        KEY.sign("x\n").verify([])


@pytest.mark.parametrize("given_", [None, 3, Path("note"), ["x"], KEY.sign("x\n")], ids=str)
def test_what_is_no_note(given_: Any) -> None:
    """A note is read from bytes of any kind and from text; anything else is refused in words."""
    note = KEY.sign("x\n")
    data = str(note).encode()
    forms: tuple[Any, ...] = (str(note), data, bytearray(data), memoryview(data))
    for form in forms:
        assert SignedNote.parse(form) == note
    with pytest.raises(Invalid, match="expected a signed note, as its bytes or its text"):
        SignedNote.parse(given_)


# -- without cryptography ----------------------------------------------------------------


def test_nothing_is_imported_before_it_is_needed() -> None:
    """Notes are read, and keys made and read, without the package that verifies them."""
    code = (
        "import sys; from evledger import checkpoints, notes; notes.SigningKey.generate('a'); "
        f"notes.VerifierKey.parse({str(KEY.verifier)!r}); "
        "notes.SignedNote.parse('x\\n\\n— a AAAAAAAA\\n'); print('cryptography' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_what_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package, signing and verifying say what to install."""
    note, key = KEY.sign("x\n"), KEY.verifier
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)
    for use in (lambda: note.verify([key]), lambda: KEY.sign("x\n"), lambda: KEY.verifier):
        with pytest.raises(Refused, match=r"pip install 'evidence-ledger\[sign\]'"):
            use()
