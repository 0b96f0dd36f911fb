"""Signed notes: text, and who signs it (C2SP signed-note v1.0.0).

Reading refuses what the specification refuses; a note's text means nothing until
:meth:`SignedNote.verify` has found the signature of a key that the caller trusts.
Ed25519 itself (RFC 8032) comes from ``cryptography``, the extra ``sign``.

What may be a secret is in no message: a key that cannot be read is not repeated.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import attrs

from evledger.exceptions import Invalid, NotProven, Refused

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

__all__ = [
    "COSIGNATURE",
    "ED25519",
    "MAX_NOTE",
    "MAX_SIGNATURES",
    "NoteSignature",
    "SignedNote",
    "SigningKey",
    "VerifierKey",
    "check_key_name",
    "decode_base64",
    "distinct_keys",
    "encode_base64",
]

ED25519: Final = 0x01
"""The type of an Ed25519 signature over a note's text."""
COSIGNATURE: Final = 0x04
"""The type of a witness's timestamped signature over a checkpoint (C2SP tlog-cosignature)."""

MAX_NOTE: Final = 1 << 20
"""Bytes of a note, at the most; a post-quantum signature has nearly 5,000 of them."""
MAX_SIGNATURES: Final = 100
"""Signatures of a note, at the most."""


def encode_base64(data: bytes) -> str:
    """Write bytes in standard base64, with its padding (RFC 4648 section 4).

    >>> encode_base64(b"evledger")
    'ZXZsZWRnZXI='
    """
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """Read standard base64 in the one form that encoding writes.

    Raises:
        Invalid: it is not; white space, missing padding and stray bits are refused.

    >>> decode_base64("ZXZsZWRnZXI=")
    b'evledger'
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        data = None
    if data is None or encode_base64(data) != text:
        msg = f"{text[:60]!r} is not base64 in its standard form"
        raise Invalid(msg)
    return data


# -- names -------------------------------------------------------------------------------

_NAME: Final = re.compile(r"[^\s+\x00-\x1f\ud800-\udfff]+")
_LONGEST_NAME: Final = 255  # bytes: longer ones have no place in an ML-DSA-44 cosignature


def check_key_name(name: str) -> str:
    """See that a key may have this name, and that people can tell it from others.

    A note may be signed by keys of other names, too, as long as they have no blanks and no plus.

    Args:
        name: by custom a URL without its scheme.

    Returns:
        The name.

    Raises:
        Invalid: it is empty or longer than 255 bytes, or has a blank, a plus sign or a character
            that cannot be seen.

    >>> check_key_name("example.org/semax")
    'example.org/semax'
    """
    if not (_NAME.fullmatch(name) and name.isprintable() and len(name.encode()) <= _LONGEST_NAME):
        msg = (
            f"key name {name[:80]!r}: expected up to {_LONGEST_NAME} bytes without blanks and plus "
            "signs, as in example.org/semax"
        )
        raise Invalid(msg)
    return name


# -- keys --------------------------------------------------------------------------------

_KEY: Final = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)")
_PRIVATE: Final = "PRIVATE+KEY+"
_OWNERS: Final = {ED25519: "log", COSIGNATURE: "witness"}
_BLANKS: Final = " \t\r\n"  # around a key: a file of one ends in a newline

_PRIME: Final = 2**255 - 19
_ORDER_8: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
# The y-coordinates of the eight points that eight times themselves are nothing.
# Under such a "key" a signature of any text can be made up without a secret.
_SMALL_ORDERS: Final = frozenset({0, 1, _PRIME - 1, _ORDER_8, _PRIME - _ORDER_8})


@attrs.frozen
class VerifierKey:
    """A public key, by which signatures are verified: ``name+id+base64``.

    Attributes:
        name: whose it is, as in ``example.org/semax``.
        kind: :data:`ED25519` for a log's key, :data:`COSIGNATURE` for a witness's.
        public: the 32 bytes of the public key (RFC 8032 section 5.1.5).

    Raises:
        Invalid: the name is none, the kind is not known here, or signatures of the key would
            prove nothing.

    >>> key = VerifierKey.parse(
    ...     "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    ... )
    >>> key.name, key.id.hex(), key.kind
    ('example.com/foo', '530d903a', 1)
    """

    name: str = attrs.field(converter=check_key_name)
    kind: int
    public: bytes

    def __attrs_post_init__(self) -> None:
        if self.kind not in _OWNERS:
            msg = (
                f"the key of {self.name!r} is of kind 0x{self.kind:02x}, which is not known here: "
                "expected an Ed25519 key of a log (0x01) or of a witness (0x04)"
            )
            raise Invalid(msg)
        if weakness := _weakness(self.public):
            msg = f"the key of {self.name!r} {weakness}"
            raise Invalid(msg)

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256(name ‖ newline ‖ kind ‖ public)."""
        key = b"%b\n%c%b" % (self.name.encode(), self.kind, self.public)
        return sha256(key).digest()[:4]

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read a verifier key; blanks around it, as a file has them, do not count.

        Raises:
            Invalid: it is not one, or of a kind that is not known here.
        """
        if _PRIVATE in text:
            raise Invalid("this is a signing key, a secret: give the verifier key instead")
        name, key_id, data = _split_key(text.strip(_BLANKS), "a verifier key: expected ")
        key = cls(name, data[0], data[1:])
        if key.id.hex() != key_id:
            msg = f"the key of {name!r} has the ID {key.id.hex()} by its bytes, but names {key_id}"
            raise Invalid(msg)
        return key

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode_base64(bytes([self.kind]) + self.public)}"

    def verify(self, message: bytes, signature: bytes) -> None:
        """Verify an Ed25519 signature over a message.

        Raises:
            NotProven: it is not the signature of this key.
            Refused: the package ``cryptography`` is not installed.
        """
        key = _public_key(self.public)
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  # an extra

        try:
            key.verify(signature, message)
        except InvalidSignature as error:
            msg = f"the signature of {self.name!r} is not over this text"
            raise NotProven(msg) from error


@attrs.frozen
class SigningKey:
    r"""A private key, by which notes are signed; written as Go's ``sumdb/note`` writes it.

    Attributes:
        name: whose it is.
        seed: the 32 secret bytes (RFC 8032 section 5.1.5); never shown.

    >>> key = SigningKey.generate("example.org/semax")
    >>> note = key.sign("A text.\n")
    >>> note.verify([key.verifier]) == (key.verifier,)
    True
    """

    name: str = attrs.field(converter=check_key_name)
    seed: bytes = attrs.field(repr=False)

    def __attrs_post_init__(self) -> None:
        if len(self.seed) != 32:
            msg = f"the secret of a signing key has 32 bytes, not {len(self.seed)}"
            raise Invalid(msg)

    @classmethod
    def generate(cls, name: str) -> SigningKey:
        """Make a new key from 32 random bytes of the operating system.

        Raises:
            Invalid: no key may have this name.

        >>> SigningKey.generate("example.org/semax")
        SigningKey(name='example.org/semax')
        """
        return cls(name, secrets.token_bytes(32))

    @classmethod
    def parse(cls, text: str) -> SigningKey:
        """Read ``PRIVATE+KEY+name+id+base64``; blanks around it do not count.

        Raises:
            Invalid: it is not one; the message does not repeat it.
            Refused: the package ``cryptography`` is not installed.
        """
        stripped = text.strip(_BLANKS)
        if not stripped.startswith(_PRIVATE):
            msg = f"not a signing key: expected {_PRIVATE}NAME+ID+BASE64"
            raise Invalid(msg)
        wanted = f"a signing key: expected {_PRIVATE}"
        name, key_id, data = _split_key(stripped.removeprefix(_PRIVATE), wanted)
        if data[0] != ED25519:
            msg = f"the signing key is of kind 0x{data[0]:02x}; Ed25519 (0x01) is known here"
            raise Invalid(msg)
        key = cls(name, data[1:])
        if key.verifier.id.hex() != key_id:
            raise Invalid("the signing key's ID does not fit its name and bytes")
        return key

    def encode(self) -> str:
        """Write ``PRIVATE+KEY+name+id+base64``: a secret."""
        encoded = encode_base64(bytes([ED25519]) + self.seed)
        return f"{_PRIVATE}{self.name}+{self.verifier.id.hex()}+{encoded}"

    @property
    def verifier(self) -> VerifierKey:
        """The public key."""
        public = _private_key(self.seed).public_key().public_bytes_raw()
        return VerifierKey(self.name, ED25519, public)

    def sign(self, text: str) -> SignedNote:
        """Sign a text.

        Raises:
            Invalid: no note can have it: it does not end in a newline, or has another control
                character than newlines.
            Refused: the package ``cryptography`` is not installed.
        """
        unsigned = NoteSignature(self.name, self.verifier.id, bytes(64))
        note = SignedNote(text, (unsigned,))  # refuses what nobody could read
        signature = _private_key(self.seed).sign(text.encode())
        return attrs.evolve(note, signatures=(attrs.evolve(unsigned, data=signature),))


def distinct_keys(keys: Iterable[VerifierKey], kind: int) -> tuple[VerifierKey, ...]:
    """Give the keys that are trusted for one purpose, each once.

    Args:
        keys: the keys.
        kind: what all of them must be: :data:`ED25519` or :data:`COSIGNATURE`.

    Raises:
        Invalid: one is of another kind, or two have one name and one ID, so that nobody could
            tell whose a signature is.
    """
    distinct = tuple(dict.fromkeys(keys))
    for key in distinct:
        if key.kind != kind:
            msg = f"the key of {key.name!r} is a {_OWNERS[key.kind]}'s, not a {_OWNERS[kind]}'s"
            raise Invalid(msg)
    if len({(key.name, key.id) for key in distinct}) < len(distinct):
        raise Invalid("two keys have the same name and the same ID; give one of them")
    return distinct


def _split_key(text: str, wanted: str) -> tuple[str, str, bytes]:
    """Read NAME+ID+BASE64 without a word of it in what is raised."""
    if match := _KEY.fullmatch(text):
        with contextlib.suppress(Invalid):
            return match[1], match[2], decode_base64(match[3])
    msg = f"not {wanted}NAME+ID+BASE64, with 8 lower-case hexadecimal digits as ID"
    raise Invalid(msg)


def _weakness(public: bytes) -> str:
    """Say why signatures of a public key would prove nothing, if they would not."""
    if len(public) != 32:
        return f"has {len(public)} bytes; one of Ed25519 has 32"
    y = int.from_bytes(public, "little") & (1 << 255) - 1  # the last bit is the sign of x
    if y >= _PRIME:
        return "is not written in the one form that it has"
    return "is one that anybody can sign with" if y in _SMALL_ORDERS else ""


# -- Ed25519 -----------------------------------------------------------------------------


@contextlib.contextmanager
def _told_where_missing() -> Generator[None]:
    try:
        yield
    except ImportError as error:
        msg = "signatures need the package 'cryptography': pip install 'evidence-ledger[sign]'"
        raise Refused(msg) from error


def _public_key(public: bytes) -> Ed25519PublicKey:
    with _told_where_missing():
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415  # an extra
    return ed25519.Ed25519PublicKey.from_public_bytes(public)


def _private_key(seed: bytes) -> Ed25519PrivateKey:
    with _told_where_missing():
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415  # an extra
    return ed25519.Ed25519PrivateKey.from_private_bytes(seed)


# -- notes -------------------------------------------------------------------------------

_MARK: Final = "— "
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


@attrs.frozen
class NoteSignature:
    """One signature line of a note.

    Attributes:
        name: the name of the key.
        key_id: 4 bytes that tell keys of one name apart.
        data: what the key's kind makes of the text; at least one byte.

    Raises:
        Invalid: no line could be written of it.
    """

    name: str
    key_id: bytes
    data: bytes

    def __attrs_post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            msg = f"{self.name[:60]!r} is no key's name: it is empty, or has a blank or a plus"
            raise Invalid(msg)
        if len(self.key_id) != 4 or not self.data:
            msg = f"the signature of {self.name[:60]!r} is too short: expected 4 bytes and more"
            raise Invalid(msg)

    @classmethod
    def parse(cls, line: str) -> NoteSignature:
        """Read a signature line, without its newline.

        Raises:
            Invalid: it is not an em dash, a name and base64 of a key's id and a signature.

        >>> NoteSignature.parse("— example.com/foo Uw2QOlNpZ25lZA==").data
        b'Signed'
        """
        name, _, encoded = line.removeprefix(_MARK).partition(" ")
        if not line.startswith(_MARK):
            msg = f"{line[:60]!r} is not a signature line: expected '{_MARK}NAME BASE64'"
            raise Invalid(msg)
        data = decode_base64(encoded)
        return cls(name, data[:4], data[4:])

    def __str__(self) -> str:
        return f"{_MARK}{self.name} {encode_base64(self.key_id + self.data)}"

    def is_by(self, key: VerifierKey) -> bool:
        """Tell whether this claims to be a key's; :meth:`VerifierKey.verify` tells if it is."""
        return (self.name, self.key_id) == (key.name, key.id)


@attrs.frozen
class SignedNote:
    r"""A text and its signatures.

    Attributes:
        text: ends in a newline.
        signatures: at least one, of whatever kind.

    Raises:
        Invalid: it is not what a note can be.

    >>> note = SignedNote.parse(
    ...     "This is an example message.\n"
    ...     "\n"
    ...     "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONn"
    ...     "cAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    ... )
    >>> key = VerifierKey.parse(
    ...     "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    ... )
    >>> [each.name for each in note.verify([key])], note.text
    (['example.com/foo'], 'This is an example message.\n')
    """

    text: str
    signatures: tuple[NoteSignature, ...]

    def __attrs_post_init__(self) -> None:
        if not self.text.endswith("\n") or not self.signatures:
            raise Invalid("a signed note has text that ends in a newline, and a signature")
        if len(self.signatures) > MAX_SIGNATURES:
            msg = f"the note has more than {MAX_SIGNATURES} signatures"
            raise Invalid(msg)
        _text_of(str(self))

    @classmethod
    def parse(cls, data: bytes | str) -> SignedNote:
        """Read a note.

        Raises:
            Invalid: it is not one; the message says what is wrong.
        """
        body, blank, lines = _text_of(data).rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            raise Invalid("not a signed note: expected text, an empty line and signature lines")
        signatures = lines.removesuffix("\n").split("\n")[: MAX_SIGNATURES + 1]
        return cls(body + "\n", tuple(NoteSignature.parse(line) for line in signatures))

    def __str__(self) -> str:
        return "\n".join([self.text, *map(str, self.signatures), ""])

    def by(self, key: VerifierKey) -> tuple[NoteSignature, ...]:
        """Give the signatures that claim to be a key's."""
        return tuple(each for each in self.signatures if each.is_by(key))

    def verify(self, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
        """Verify the Ed25519 signatures of known keys, and ignore those of others.

        Args:
            keys: the keys that are trusted to sign such a text, of kind :data:`ED25519`.

        Returns:
            The keys that signed it, each once: at least one.

        Raises:
            Invalid: one of the keys is a witness's, or two cannot be told apart.
            NotProven: a known key's signature is not over this text, or no known key signed it.
            Refused: the package ``cryptography`` is not installed.
        """
        signers = tuple(key for key in distinct_keys(keys, ED25519) if self._is_signed_by(key))
        if not signers:
            names = ", ".join(repr(each.name[:60]) for each in self.signatures[:5])
            msg = f"no key that is trusted signed it; the first signatures are those of {names}"
            raise NotProven(msg)
        return signers

    def _is_signed_by(self, key: VerifierKey) -> bool:
        """Verify each line that claims to be a key's, and tell whether there is one."""
        claims = self.by(key)
        for each in claims:
            key.verify(self.text.encode(), each.data)
        return bool(claims)


def _text_of(data: bytes | str) -> str:
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(raw) > MAX_NOTE:
        msg = f"the note has {len(raw):,} bytes; {MAX_NOTE:,} are the most"
        raise Invalid(msg)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("the note is not UTF-8") from error
    if found := _CONTROL.search(text):
        msg = f"the note has a control character other than a newline: {found[0]!r}"
        raise Invalid(msg)
    return text
