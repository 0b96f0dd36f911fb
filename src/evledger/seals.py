"""Seals: commitments to field values that may later be forgotten.

The line keeps ``HMAC-SHA-256(salt, opening)``, where the opening is the canonical JSON of
``[type, field, value]``; the vault keeps the opening and the random salt.
Deleting both leaves a commitment that nobody can open or guess at.
SHA-256, because every browser has it built in.
"""

from __future__ import annotations

import enum
import hmac
import secrets
from typing import Any, Final

import attrs

from evledger.codec import is_list, parse_canonical
from evledger.exceptions import Invalid

__all__ = ["SALT_BYTES", "Hidden", "Opening", "commit", "new_salt", "open_text", "read_salt"]

SALT_BYTES: Final = 32


class Hidden(enum.Enum):
    """Why the value of a sealed field is not shown.

    Attributes:
        ERASED: value and salt are gone, and an event says so.
        WITHHELD: this copy of the ledger has no vault that holds them.

    >>> str(Hidden.ERASED)
    '[erased]'
    """

    ERASED = 1
    WITHHELD = 2

    def __str__(self) -> str:
        return f"[{self.name.lower()}]"


def open_text(value: object) -> str:
    """Return a text; what is hidden, or absent, is as good as empty.

    >>> open_text("Semax"), open_text(Hidden.ERASED), open_text(None)
    ('Semax', '', '')
    """
    return value if isinstance(value, str) else ""


@attrs.frozen
class Opening:
    """What the vault keeps of one sealed field.

    Attributes:
        n: the record that carries the commitment.
        field: the field's name.
        salt: 32 random bytes, the key of the HMAC.
        value: the canonical JSON of ``[type, field, value]``, exactly the bytes committed to.
    """

    n: int
    field: str
    salt: bytes
    value: bytes

    def fits(self, commitment: str) -> bool:
        """Return whether this opens the commitment that a line carries.

        >>> opening = Opening(17, "quote", bytes(32), b'["claim-tagged","quote","Better."]')
        >>> opening.fits(commit(bytes(32), opening.value)), opening.fits("0" * 64)
        (True, False)
        """
        return len(self.salt) == SALT_BYTES and hmac.compare_digest(
            commit(self.salt, self.value), commitment
        )

    def value_for(self, kind: str) -> Any:
        """Return the field's value, if what was committed to is of this type and field.

        Args:
            kind: the type of the event whose record carries the commitment.

        Raises:
            Invalid: it is not; so the value belongs elsewhere.

        >>> Opening(17, "quote", bytes(32), b'["claim-tagged","quote","Better."]').value_for(
        ...     "claim-tagged"
        ... )
        'Better.'
        """
        value: Any = parse_canonical(self.value)
        if not is_list(value) or len(value) != 3 or list(value[:2]) != [kind, self.field]:
            msg = f"the opening of {self.field} of record {self.n} is not of this type and field"
            raise Invalid(msg)
        return value[2]


def new_salt() -> bytes:
    """Return 32 random bytes from the operating system.

    >>> len(new_salt())
    32
    """
    return secrets.token_bytes(SALT_BYTES)


def read_salt(text: str) -> bytes:
    """Read a salt as proofs carry it: 64 lower-case hexadecimal digits.

    Raises:
        Invalid: it is something else.

    >>> read_salt("00" * 32) == bytes(32)
    True
    """
    try:
        salt = bytes.fromhex(text)
    except ValueError:
        salt = b""
    if len(salt) != SALT_BYTES or salt.hex() != text:
        msg = f"the salt of an opening is not {SALT_BYTES} bytes in hexadecimal"
        raise Invalid(msg)
    return salt


def commit(salt: bytes, value: bytes) -> str:
    """Return the commitment, in hexadecimal, to an opening's bytes (RFC 2104, FIPS 198-1).

    Args:
        salt: 32 bytes, the key of the HMAC.
        value: the canonical JSON of ``[type, field, value]``.

    >>> commit(bytes(32), b'["claim-tagged","quote","Better."]')[:16]
    'e402a92b89405131'
    """
    return hmac.digest(salt, value, "sha256").hex()
