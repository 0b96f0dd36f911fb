"""The names under which hashes and signed notes are kept beside a ledger's chain.

``tree`` is the size that the kept hashes reach to, in decimal;
``tile/LEVEL/INDEX`` are the hashes of one tile of the tree, one after the other.
``checkpoint/SIZE`` and ``signed-head/SIZE`` are the notes that were signed at a size.
"""

from __future__ import annotations

import re
from typing import Final

from evledger.exceptions import Invalid
from evledger.tree import hashes_of

__all__ = [
    "CHECKPOINT",
    "PAGES_AT_A_TIME",
    "SIGNED_HEAD",
    "TILE",
    "TREE",
    "checkpoint_name",
    "parse_size",
    "size_of",
    "tile_name",
    "tile_place",
    "wrong_hash",
]

TREE: Final = "tree"
TILE: Final = "tile/"
CHECKPOINT: Final = "checkpoint/"
SIGNED_HEAD: Final = "signed-head/"

PAGES_AT_A_TIME: Final = 128
"""How many pages' hashes are kept in one durable step: 1 MB of leaves."""

_SIZE: Final = re.compile(rb"[1-9][0-9]{0,17}")
_TILE_NAME: Final = re.compile(r"tile/([0-9])/([0-9]{10})")
_NOTE_NAME: Final = re.compile(r"(?:checkpoint|signed-head)/([0-9]{20})")


def tile_name(level: int, index: int) -> str:
    """Return the name of a tile.

    >>> tile_name(0, 273)
    'tile/0/0000000273'
    """
    return f"{TILE}{level}/{index:010d}"


def tile_place(name: str) -> tuple[int, int] | None:
    """Return the level and index of the tile that has this name, if any has.

    >>> tile_place("tile/0/0000000273")
    (0, 273)
    """
    match = _TILE_NAME.fullmatch(name)
    return None if match is None else (int(match[1]), int(match[2]))


def checkpoint_name(size: int, prefix: str = CHECKPOINT) -> str:
    """Return the name of a checkpoint, or of a signed head; sorted, the largest size comes last.

    >>> checkpoint_name(43), checkpoint_name(43, SIGNED_HEAD)
    ('checkpoint/00000000000000000043', 'signed-head/00000000000000000043')
    """
    return f"{prefix}{size:020d}"


def size_of(name: str) -> int | None:
    """Return the size that the name of a checkpoint or signed head says.

    >>> size_of("signed-head/00000000000000000043")
    43
    """
    match = _NOTE_NAME.fullmatch(name)
    return None if match is None else int(match[1])


def parse_size(kept: bytes | None) -> int:
    """Read what is kept as ``tree``: nothing, or a number in decimal.

    Raises:
        Invalid: it is something else.

    >>> parse_size(b"70000"), parse_size(None)
    (70000, 0)
    """
    if kept is None:
        return 0
    if not _SIZE.fullmatch(kept):
        msg = f"{kept[:40]!r} is kept as {TREE!r}; expected a number of leaves"
        raise Invalid(msg)
    return int(kept)


def wrong_hash(kept: bytes, tile: bytes) -> int | None:
    """Return the place of the first hash of a tile that is kept otherwise, as far as both reach.

    >>> wrong_hash(b"1" * 32 + b"2" * 32 + b"3", b"1" * 32 + b"3" * 64), wrong_hash(b"", b"1" * 32)
    (1, None)
    """
    reach = min(len(kept), len(tile))
    pairs = zip(hashes_of(kept[:reach]), hashes_of(tile[:reach]), strict=True)
    return next((place for place, (one, other) in enumerate(pairs) if one != other), None)
