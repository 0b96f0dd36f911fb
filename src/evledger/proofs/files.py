"""Proof files: ``.tlog-proof``, as C2SP tlog-proof v1 states it.

A file holds the index of an entry, its inclusion proof, the signed checkpoint that the proof
leads to, and perhaps extra data, which nothing vouches for.
Reading refuses whatever writing would not write; what a file shows is for
:mod:`~evledger.proofs.verifying` to say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs

from evledger.checkpoints import MAX_SIZE, Checkpoint
from evledger.exceptions import Invalid
from evledger.notes import SignedNote, decode_base64, encode_base64

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MAX_PROOF", "SUFFIX", "TlogProof", "check_digests"]

MAX_PROOF: Final = 1 << 22
"""Bytes of a proof file, at the most: 4 MiB."""

SUFFIX: Final = ".tlog-proof"
"""What the name of a proof file ends in."""

_FIRST: Final = "c2sp.org/tlog-proof@v1"
_EXTRA: Final = "extra "
_INDEX: Final = "index "
_MAX_HASHES: Final = 63  # a tree of more levels has more leaves than can be counted
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}")


@attrs.frozen
class TlogProof:
    r"""What a proof file holds, unverified.

    Attributes:
        index: the entry's position in the log, from 0.
        path: the inclusion proof, the leaf's sibling first; 32 bytes each.
        checkpoint: as its log signed it.
        extra: what came with it, not authenticated; never empty.

    Raises:
        Invalid: a value is one that no proof file could hold.

    >>> from evledger.notes import SigningKey
    >>> note = SigningKey("example.org/semax", bytes(32)).sign(
    ...     Checkpoint("example.org/semax", 1, bytes(32)).text
    ... )
    >>> proof = TlogProof(0, (), note)
    >>> str(proof).splitlines()[:4]
    ['c2sp.org/tlog-proof@v1', 'index 0', '', 'example.org/semax']
    >>> TlogProof.parse(str(proof)) == proof
    True
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: SignedNote
    extra: bytes | None = None

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.index < MAX_SIZE:
            msg = f"index {self.index}: expected a position from 0 in a tree of up to {MAX_SIZE}"
            raise Invalid(msg)
        if len(self.path) > _MAX_HASHES:
            msg = f"the proof has {len(self.path)} hashes; {_MAX_HASHES} are the most"
            raise Invalid(msg)
        check_digests(self.path)
        if self.extra == b"":
            raise Invalid("the extra data is empty; a proof without any has no such line")
        Checkpoint.parse(self.checkpoint.text)

    @classmethod
    def parse(cls, data: bytes | str) -> TlogProof:
        """Read a proof file.

        Args:
            data: all of its bytes, or its text.

        Raises:
            Invalid: it is not one; the message says what is wrong, and in which line.
        """
        head, blank, note = _text_of(data).partition("\n\n")
        if not blank:
            msg = "not a proof file: no empty line parts the proof from its checkpoint"
            raise Invalid(msg)
        lines = head.split("\n")
        if lines.pop(0) != _FIRST:
            msg = f"not a proof file: its first line is not {_FIRST}"
            raise Invalid(msg)
        extra = None
        if lines and lines[0].startswith(_EXTRA):
            extra = decode_base64(lines.pop(0).removeprefix(_EXTRA))
        if not lines or not lines[0].startswith(_INDEX):
            msg = "the proof file has no line 'index N' where it must be, before the hashes"
            raise Invalid(msg)
        index = _read_index(lines.pop(0).removeprefix(_INDEX))
        return cls(index, tuple(map(decode_base64, lines)), SignedNote.parse(note), extra)

    def __str__(self) -> str:
        extra = [] if self.extra is None else [f"{_EXTRA}{encode_base64(self.extra)}"]
        hashes = map(encode_base64, self.path)
        return "\n".join(
            [_FIRST, *extra, f"{_INDEX}{self.index}", *hashes, "", f"{self.checkpoint}"]
        )

    def __bytes__(self) -> bytes:
        return str(self).encode()


def check_digests(path: Iterable[bytes]) -> None:
    """Check that every hash of a path has 32 bytes.

    Raises:
        Invalid: one has not.
    """
    for digest in path:
        if len(digest) != 32:
            msg = f"a hash of the proof has {len(digest)} bytes; expected the 32 of SHA-256"
            raise Invalid(msg)


def _text_of(data: bytes | str) -> str:
    if len(data) > MAX_PROOF:
        msg = f"the proof file has {len(data):,} bytes; {MAX_PROOF:,} are the most"
        raise Invalid(msg)
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        text.encode("utf-8")
    except UnicodeError as error:
        raise Invalid("the proof file is not UTF-8") from error
    return text


def _read_index(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        msg = f"index {text[:40]!r} is not a decimal number without leading zeros"
        raise Invalid(msg)
    return int(text)
