"""The body of an answer, read no further than a limit, packed or not."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from evledger import Invalid

__all__ = ["ACCEPTED", "Truncated", "body_of"]

ACCEPTED: Final = "gzip"
"""What a server may pack its answers with.

Nothing else is asked for or unpacked.
Packed twice, 64 KiB become 64 GiB in one step, and no limit comes in between.
"""

_PIECE: Final = 1 << 16  # bytes that are unpacked at once
_GZIP: Final = 16 + zlib.MAX_WBITS


class Truncated(Exception):
    """A packed body ends too early, or cannot be unpacked."""


def body_of(chunks: Iterable[bytes], encoding: str, largest: int) -> tuple[bytes, bool]:
    """Read a body.

    Args:
        chunks: as they arrive.
        encoding: the header ``Content-Encoding``.
        largest: bytes that are read, and bytes that are unpacked from them.

    Returns:
        The body, and whether that is all of it; what is beyond the limit is not read.

    Raises:
        Truncated: it breaks off, or is damaged.
        Invalid: it is packed in a way that was not asked for.

    >>> body_of([b"one ", b"two ", b"three"], "", largest=8)
    (b'one two ', False)
    """
    read = bytearray()
    for piece in _unpacked(chunks, encoding):
        read += piece
        if len(read) > largest:
            return bytes(read[:largest]), False
    return bytes(read), True


def _unpacked(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return iter(chunks)
    if name in {"gzip", "x-gzip"}:
        return _gunzipped(chunks)
    raise Invalid(f"it is packed with {name!r:.40}, which was not asked for")


def _gunzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack piece by piece; a file may have several members (RFC 1952 section 2.2)."""
    member, begun = zlib.decompressobj(_GZIP), False
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                member, begun = (zlib.decompressobj(_GZIP) if member.eof else member), True
                yield member.decompress(rest, _PIECE)
                rest = member.unconsumed_tail or member.unused_data
    except zlib.error as error:
        raise Truncated("it cannot be unpacked") from error
    if begun and not member.eof:
        raise Truncated("it breaks off")
