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
from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from evledger.exceptions import Invalid, NotProven, Refused

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

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
    "VerifierKeys",
    "check_key_name",
    "decode_base64",
    "encode_base64",
    "is_secret",
    "verifier_keys",
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

# The code points are named one by one, so that no later Unicode changes who may sign.
_BLANK: Final = r"\x00-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_NEVER: Final = rf"+{_BLANK}\ud800-\udfff"
_UNSEEN: Final = (
    r"\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_NAME: Final = re.compile(f"[^{_NEVER}]+")  # of a key that may be anybody's
_CLEAR_NAME: Final = re.compile(f"[^{_NEVER}{_UNSEEN}]+")
_LONGEST_NAME: Final = 255  # bytes: longer ones have no place in an ML-DSA-44 cosignature


def check_key_name(name: str) -> str:
    """Check that a key may have this name, and that people can tell it from others.

    A note may be signed by keys of other names, too, as long as they have no blanks and no plus.

    Args:
        name: by custom a URL without its scheme.

    Returns:
        The name.

    Raises:
        Invalid: it is empty or longer than 255 bytes, or has a blank, a plus sign or a character
            that cannot be seen, as ``docs/format.md`` lists them.

    >>> check_key_name("example.org/semax")
    'example.org/semax'
    """
    if not _is_clear(name):
        msg = (
            f"key name {name!r:.80}: expected up to {_LONGEST_NAME} bytes without blanks, plus "
            "signs and characters that cannot be seen, as in example.org/semax"
        )
        raise Invalid(msg)
    return name


def _is_clear(name: object) -> bool:
    return (
        isinstance(name, str)
        and _CLEAR_NAME.fullmatch(name) is not None
        and len(name.encode()) <= _LONGEST_NAME
    )


# -- keys --------------------------------------------------------------------------------

_KEY: Final = re.compile(rf"([^{_NEVER}]+)\+([0-9a-f]{{8}})\+([0-9A-Za-z+/=]+)")
_PRIVATE: Final = "PRIVATE+KEY+"
_OWNERS: Final = {ED25519: "log", COSIGNATURE: "witness"}
_BLANKS: Final = " \t\r\n"  # around a key: a file of one ends in a newline

_PRIME: Final = 2**255 - 19
_ORDER_8: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
# The y-coordinates of the eight points that eight times themselves are nothing.
# Under such a "key" a signature of any text can be made up without a secret.
_SMALL_ORDERS: Final = frozenset({0, 1, _PRIME - 1, _ORDER_8, _PRIME - _ORDER_8})


def is_secret(text: str) -> bool:
    """Return whether a signing key is in a text, which nobody is to see.

    >>> is_secret("PRIVATE+KEY+example.org/semax+…"), is_secret("example.org/semax+3909c506+…")
    (True, False)
    """
    return _PRIVATE in text


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

    @property
    def label(self) -> str:
        """Name and ID, by which signatures name the key."""
        return _label(self.name, self.id)

    @classmethod
    def of(cls, key: VerifierKey | str) -> VerifierKey:
        """Return a key as it is, or read one from text.

        Raises:
            Invalid: it is neither, or the text is no verifier key.
        """
        return key if isinstance(key, VerifierKey) else cls.parse(key)

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read a verifier key; blanks around it, as a file has them, do not count.

        Raises:
            Invalid: it is not one, or of a kind that is not known here.
        """
        given = _key_text(text)
        if is_secret(given):
            raise Invalid("this is a signing key, a secret: give the verifier key instead")
        name, key_id, data = _split_key(given.strip(_BLANKS), "a verifier key: expected ")
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


def _key_text(given: object) -> str:
    if not isinstance(given, str):
        msg = (
            "expected a verifier key or its text, NAME+ID+BASE64, or several of them; "
            f"this is of type {type(given).__name__}"
        )
        raise Invalid(msg)
    return given


def _split_key(text: str, wanted: str) -> tuple[str, str, bytes]:
    """Read NAME+ID+BASE64 without a word of it in what is raised."""
    if match := _KEY.fullmatch(text):
        with contextlib.suppress(Invalid):
            return match[1], match[2], decode_base64(match[3])
    msg = f"not {wanted}NAME+ID+BASE64, with 8 lower-case hexadecimal digits as ID"
    raise Invalid(msg)


VerifierKeys: TypeAlias = VerifierKey | str | Iterable[VerifierKey | str]
"""How whoever verifies may say which keys are trusted: as keys or their text, one or several."""


def verifier_keys(given: VerifierKeys, kind: int = ED25519) -> tuple[VerifierKey, ...]:
    """Return the keys that are trusted for one purpose, each once.

    Args:
        given: a verifier key, its text, or any number of either.
        kind: what all of them must be: :data:`ED25519` or :data:`COSIGNATURE`.

    Raises:
        Invalid: one is no verifier key or of another kind, or two have one name and one ID, so
            that nobody could tell whose a signature is.

    >>> text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    >>> verifier_keys(text) == verifier_keys([VerifierKey.parse(text), text])
    True
    """
    distinct = tuple(dict.fromkeys(VerifierKey.of(each) for each in _each_key(given)))
    for key in distinct:
        if key.kind != kind:
            msg = f"the key of {key.name!r} is a {_OWNERS[key.kind]}'s, not a {_OWNERS[kind]}'s"
            raise Invalid(msg)
    if len({key.label for key in distinct}) < len(distinct):
        raise Invalid("two keys have the same name and the same ID; give one of them")
    return distinct


def _each_key(given: Any) -> Iterable[Any]:
    return given if _is_several(given) else (given,)


def _is_several(given: object) -> bool:
    return isinstance(given, Iterable) and not isinstance(given, str | bytes)


def _weakness(public: bytes) -> str:
    """Return why signatures of a public key would prove nothing, if they would not."""
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

_LISTED: Final = 5  # keys that a message names, at the most
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

    @property
    def label(self) -> str:
        """Name and ID of the key whose it claims to be."""
        return _label(self.name, self.key_id)

    def is_by(self, key: VerifierKey) -> bool:
        """Return whether this claims to be a key's; :meth:`VerifierKey.verify` tells if it is."""
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
        """Return the signatures that claim to be a key's."""
        return tuple(each for each in self.signatures if each.is_by(key))

    def verify(self, keys: VerifierKeys) -> tuple[VerifierKey, ...]:
        """Verify the Ed25519 signatures of known keys, and ignore those of others.

        Args:
            keys: the keys that are trusted to sign such a text, of kind :data:`ED25519`.

        Returns:
            The keys that signed it, each once: at least one.

        Raises:
            Invalid: no key is given, one of them is none or a witness's, or two cannot be told
                apart.
            NotProven: a known key's signature is not over this text, or no known key signed it.
            Refused: the package ``cryptography`` is not installed.
        """
        trusted = verifier_keys(keys)
        if not trusted:
            raise Invalid("at least one verifier key is needed that is trusted to sign")
        signers = tuple(key for key in trusted if self._is_signed_by(key))
        if not signers:
            msg = (
                f"no key that is trusted signed it; it is signed by {_listed(self.signatures)}, "
                f"and trusted to sign it is {_listed(trusted)}"
            )
            raise NotProven(msg)
        return signers

    def _is_signed_by(self, key: VerifierKey) -> bool:
        """Verify each line that claims to be a key's, and tell whether there is one."""
        claims = self.by(key)
        for each in claims:
            key.verify(self.text.encode(), each.data)
        return bool(claims)


def _label(name: str, key_id: bytes) -> str:
    return f"{name}+{key_id.hex()}"


def _listed(keys: Sequence[VerifierKey | NoteSignature]) -> str:
    labels = [f"{each.label!r:.80}" for each in keys[:_LISTED]]
    return ", ".join(labels) + (f" and {len(keys) - _LISTED} more" if keys[_LISTED:] else "")


def _text_of(data: Any) -> str:
    raw = _raw(data)
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


def _raw(data: Any) -> bytes:
    if isinstance(data, str):
        return data.encode("utf-8", "surrogatepass")
    try:
        return bytes(memoryview(data))
    except TypeError as error:
        kind = type(data).__name__
        msg = f"expected a signed note, as its bytes or its text; this is of type {kind}"
        raise Invalid(msg) from error
