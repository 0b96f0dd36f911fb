"""Checkpoints, signed heads and cosignatures: what is signed of a ledger, and who vouches for it.

A checkpoint is a note of three lines: origin, size, root (C2SP tlog-checkpoint v1.0.0).
A signed head is one of four: it binds the chain's head to the tree's root of the same size.
Neither can be read as the other: a head's third line has a hyphen, which base64 has not.

:func:`open_checkpoint` and :func:`open_head` alone decide what a ledger has signed.
What other logs sign is read with :meth:`SignedNote.verify <evledger.notes.SignedNote.verify>` and
:meth:`Checkpoint.parse`, and whose name may stand over it is then for the reader to say.
"""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import attrs

from evledger.chain import Head
from evledger.exceptions import Invalid, NotProven
from evledger.notes import (
    COSIGNATURE,
    NoteSignature,
    SignedNote,
    VerifierKey,
    VerifierKeys,
    decode_base64,
    encode_base64,
    verifier_keys,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "MAX_SIZE",
    "Checkpoint",
    "Cosigned",
    "SignedHead",
    "Vouched",
    "cosignature",
    "open_checkpoint",
    "open_head",
    "read_hash",
    "read_size",
]

MAX_SIZE: Final = 2**63 - 1
"""Leaves of a tree, at the most: what every reader's integers hold."""

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_HEAD_LINE: Final = "evledger-head/v1"

# What people mistake for one another: how each begins, and what takes it.
# No text begins like two of them.
_TAKEN_BY: Final = {
    "a checkpoint": (
        re.compile(r"[^\n]+\n[0-9]+\n[0-9A-Za-z+/]{43}=\n"),
        "--checkpoint, or open_checkpoint,",
    ),
    "a signed head": (
        re.compile(rf"{_HEAD_LINE}\n[^\n]+\n[0-9]+-[0-9a-f]{{64}}\n"),
        "--signed-head, or open_head,",
    ),
    "a proof file": (
        re.compile(r"c2sp\.org/tlog-proof@v1\n(extra|index) "),
        "verify-proof, or verify_proof,",
    ),
}


def read_size(text: str) -> int:
    """Read a decimal number without leading zeros.

    Raises:
        Invalid: it is none, or 2^63 and more.

    >>> read_size("20852163")
    20852163
    """
    if not _SIZE.fullmatch(text) or int(text) > MAX_SIZE:
        msg = (
            f"{text[:40]!r} is not a number of leaves: expected decimal digits without leading "
            f"zeros, up to {MAX_SIZE}"
        )
        raise Invalid(msg)
    return int(text)


def read_hash(text: str) -> bytes:
    """Read 32 bytes in base64.

    Raises:
        Invalid: it is something else.

    >>> read_hash("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=").hex()[:16]
    'e3b0c44298fc1c14'
    """
    digest = decode_base64(text)
    _check_root(digest)
    return digest


def _check_kind(text: str, wanted: str) -> None:
    """Refuse what is plainly something else, and say what takes that."""
    for kind, (form, taker) in _TAKEN_BY.items():
        if kind != wanted and form.match(text):
            msg = f"not {wanted}, but {kind}: {taker} takes it"
            raise Invalid(msg)


def _check_root(root: bytes) -> None:
    if len(root) != 32:
        msg = f"the root has {len(root)} bytes; a hash of SHA-256 has 32"
        raise Invalid(msg)


def _check_lines(*lines: str) -> None:
    if any(not line or "\n" in line for line in lines):
        raise Invalid("a line of what is signed is empty, or has a newline in it")


@attrs.frozen
class Checkpoint:
    r"""The size and root of a log's tree, as they are signed.

    Attributes:
        origin: the log's name, as in ``example.org/semax``; other logs may have any text here.
        size: how many leaves the tree has, up to :data:`MAX_SIZE`.
        root: its root, 32 bytes.
        extensions: further lines, which other logs may have; ours never do.

    Raises:
        Invalid: it cannot be written as a checkpoint.

    >>> from evledger.tree import tree_root
    >>> Checkpoint("example.org/semax", 2, tree_root([b"one", b"two"])).text
    'example.org/semax\n2\nT1X2GdkhUjV3iyufF9b0kVsWFxIU0VI4EpNml2Teci4=\n'
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        _check_lines(self.origin, *self.extensions)
        _check_root(self.root)
        if not 0 <= self.size <= MAX_SIZE:
            msg = f"a tree has from 0 to {MAX_SIZE} leaves, not {self.size}"
            raise Invalid(msg)

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a note's text as a checkpoint.

        Raises:
            Invalid: it is none.
        """
        _check_kind(text, "a checkpoint")
        lines = text.removesuffix("\n").split("\n")
        if len(lines) < 3 or not text.endswith("\n"):
            raise Invalid("not a checkpoint: expected the lines origin, size and root")
        return cls(lines[0], read_size(lines[1]), read_hash(lines[2]), tuple(lines[3:]))


@attrs.frozen
class SignedHead:
    r"""A chain's head, and the tree's root over the same events.

    Attributes:
        origin: the log's name.
        head: the chain's head.
        root: the root of the tree over the head's events, 32 bytes.

    Raises:
        Invalid: it cannot be written as a signed head.

    >>> signed = SignedHead("example.org/semax", Head(43, "9f2c" * 16), bytes(32))
    >>> SignedHead.parse(signed.text) == signed
    True
    >>> signed.text.partition("\n")[0]
    'evledger-head/v1'
    """

    origin: str
    head: Head
    root: bytes

    def __attrs_post_init__(self) -> None:
        _check_lines(self.origin)
        _check_root(self.root)

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{_HEAD_LINE}\n{self.origin}\n{self.head}\n{encode_base64(self.root)}\n"

    @property
    def checkpoint(self) -> Checkpoint:
        """What the tree's side of it says."""
        return Checkpoint(self.origin, self.head.size, self.root)

    @classmethod
    def parse(cls, text: str) -> SignedHead:
        """Read a note's text as a signed head.

        Raises:
            Invalid: it is none.
        """
        _check_kind(text, "a signed head")
        lines = text.split("\n")
        if len(lines) != 5 or lines[0] != _HEAD_LINE or lines[4]:
            msg = f"not a signed head: expected the lines {_HEAD_LINE}, origin, head and root"
            raise Invalid(msg)
        head = Head.parse(lines[2])
        if str(head) != lines[2]:  # it had blanks around it
            msg = f"{lines[2][:80]!r} is not a head in its standard form"
            raise Invalid(msg)
        return cls(lines[1], head, read_hash(lines[3]))


# -- who vouches -------------------------------------------------------------------------


@attrs.frozen
class Cosigned:
    """A witness's word that it saw a checkpoint extend every one it had seen before.

    Attributes:
        witness: its name.
        at: when it signed, by its own clock.
    """

    witness: str
    at: datetime


@attrs.frozen(kw_only=True)
class Vouched:
    """A checkpoint whose signatures have been verified.

    Attributes:
        checkpoint: what it says.
        note: as it was signed.
        signers: the names of the trusted keys that signed it, each once.
        witnesses: the trusted witnesses that cosigned it, each with the last time it did.
        head: the chain's head, where a signed head was given.
    """

    checkpoint: Checkpoint
    note: SignedNote
    signers: tuple[str, ...]
    witnesses: tuple[Cosigned, ...] = ()
    head: Head | None = None


def open_checkpoint(
    note: SignedNote | bytes | str,
    keys: VerifierKeys,
    *,
    witnesses: VerifierKeys = (),
    quorum: int | None = None,
) -> Vouched:
    r"""Verify a ledger's signed checkpoint.

    A ledger's checkpoint is of at least one event, has no extension lines, and is signed by the
    key whose name is its origin; other keys may have signed it as well.

    A witness's public key counts once, whatever its names.
    The log's own key is no witness: what the log signs could be read as its cosignature.

    Args:
        note: the checkpoint, as its bytes or text.
        keys: the verifier keys that are trusted to sign it, or their text; one or several.
        witnesses: those of the witnesses that are trusted.
        quorum: how many of the witnesses must have cosigned it; all by default.

    Raises:
        Invalid: it is no ledger's checkpoint, no key is given or one is of the wrong kind, or so
            many witnesses are not among those given.
        NotProven: the signature of a trusted key is bad, the key of its origin has not signed it,
            or too few witnesses have.
        Refused: the package ``cryptography`` is not installed.

    >>> from evledger.notes import SigningKey
    >>> key = SigningKey.generate("example.org/semax")
    >>> note = key.sign(Checkpoint("example.org/semax", 43, bytes(32)).text)
    >>> open_checkpoint(str(note), key.verifier).checkpoint.size
    43
    >>> open_checkpoint(str(note).replace("\n43\n", "\n44\n"), key.verifier)
    Traceback (most recent call last):
    evledger.exceptions.NotProven: the signature of 'example.org/semax' is not over this text
    """
    trusted = verifier_keys(keys)
    watching = _watching(witnesses, trusted)
    needed = _needed(quorum, watching)
    parsed = _read(note)
    checkpoint = Checkpoint.parse(parsed.text)
    signers = _signers(parsed, trusted, checkpoint.origin)
    cosigned = {key: last for key in watching if (last := _last_cosigned(parsed, key))}
    _check_cosigned(cosigned, needed)
    _check_ours(checkpoint)
    return Vouched(
        checkpoint=checkpoint,
        note=parsed,
        signers=signers,
        witnesses=tuple(cosigned.values()),
    )


def open_head(note: SignedNote | bytes | str, keys: VerifierKeys) -> Vouched:
    """Verify a ledger's signed head.

    Args:
        note: the signed head, as its bytes or text.
        keys: the verifier keys that are trusted to sign it, or their text; one or several.

    Raises:
        Invalid: it is not one, no key is given, or one is of the wrong kind.
        NotProven: a trusted key's signature is bad, or the key of its origin has not signed it.
        Refused: the package ``cryptography`` is not installed.
    """
    trusted = verifier_keys(keys)
    parsed = _read(note)
    signed = SignedHead.parse(parsed.text)
    return Vouched(
        checkpoint=signed.checkpoint,
        note=parsed,
        signers=_signers(parsed, trusted, signed.origin),
        head=signed.head,
    )


def _read(note: SignedNote | bytes | str) -> SignedNote:
    return note if isinstance(note, SignedNote) else SignedNote.parse(note)


def _check_ours(checkpoint: Checkpoint) -> None:
    """Refuse what no ledger signs, though other logs may."""
    if checkpoint.size == 0:
        raise Invalid("it has no entries, and a ledger has at least one")
    if checkpoint.extensions:
        msg = (
            f"the checkpoint of {checkpoint.origin!r:.80} has lines behind its root, as no "
            "ledger's has: it is another kind of log's"
        )
        raise Invalid(msg)


def _signers(note: SignedNote, keys: Iterable[VerifierKey], origin: str) -> tuple[str, ...]:
    """Return the names of the keys that signed a note, of which the origin's must be one."""
    signers = note.verify(keys)
    names = tuple(dict.fromkeys(key.name for key in signers))
    if origin not in names:
        labels = ", ".join(key.label for key in signers)
        msg = (
            f"it is of {origin!r:.80}, but signed by {labels}: "
            "the key of that name must have signed it, and be trusted"
        )
        raise NotProven(msg)
    return names


# -- witnesses ---------------------------------------------------------------------------

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_COSIGNATURE_BYTES: Final = 72  # 8 of a time, 64 of Ed25519


def cosignature(note: SignedNote, key: VerifierKey, signature: NoteSignature) -> Cosigned:
    """Verify a witness's signature over a checkpoint (C2SP tlog-cosignature v1.0.0).

    Args:
        note: the checkpoint.
        key: the witness's, of kind :data:`~evledger.notes.COSIGNATURE`.
        signature: its line, from the note or from the witness itself.

    Raises:
        Invalid: the key is not a witness's.
        NotProven: it is not this witness's, or not over this checkpoint.
        Refused: the package ``cryptography`` is not installed.
    """
    verifier_keys(key, COSIGNATURE)
    if not signature.is_by(key) or len(signature.data) != _COSIGNATURE_BYTES:
        msg = f"the signature of {signature.name[:60]!r} is not a cosignature of {key.name!r}"
        raise NotProven(msg)
    (seconds,) = struct.unpack(">Q", signature.data[:8])
    key.verify(f"cosignature/v1\ntime {seconds}\n{note.text}".encode(), signature.data[8:])
    try:
        return Cosigned(key.name, _EPOCH + timedelta(seconds=seconds))
    except OverflowError as error:
        msg = f"the cosignature of {key.name!r} is dated beyond the year 9999"
        raise NotProven(msg) from error


def _last_cosigned(note: SignedNote, key: VerifierKey) -> Cosigned | None:
    """Verify every cosignature that claims to be a witness's, and give the latest."""
    cosigned = [cosignature(note, key, each) for each in note.by(key)]
    return max(cosigned, key=lambda each: each.at, default=None)


def _watching(witnesses: VerifierKeys, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Return the witnesses' keys, of which none may be the log's own."""
    watching = verifier_keys(witnesses, COSIGNATURE)
    own = {key.public for key in keys}
    if both := [key.name for key in watching if key.public in own]:
        msg = f"the witness {both[0]!r} has the log's own key: no log witnesses itself"
        raise Invalid(msg)
    return watching


def _needed(quorum: object, witnesses: Iterable[VerifierKey]) -> int:
    """Return how many witnesses must have cosigned, each public key counting once."""
    most = len({key.public for key in witnesses})
    if quorum is None:
        return most
    if not isinstance(quorum, int) or isinstance(quorum, bool):
        msg = f"a quorum of {quorum!r:.40}: expected a whole number of witnesses"
        raise Invalid(msg)
    if quorum > 0 and not most:
        msg = f"a quorum of {quorum}, but no witness's key was given"
        raise Invalid(msg)
    if not 0 <= quorum <= most:
        msg = f"a quorum of {quorum}: expected from 0 to {most}, the number of witnesses' keys"
        raise Invalid(msg)
    return quorum


def _check_cosigned(cosigned: Iterable[VerifierKey], needed: int) -> None:
    keys = tuple(cosigned)
    if len({key.public for key in keys}) < needed:
        names = ", ".join(repr(key.name) for key in keys) or "none"
        noun = "witness" if needed == 1 else "witnesses"
        msg = f"{needed} {noun} must have cosigned it; of those that are trusted did: {names}"
        raise NotProven(msg)
