"""Files that come with a message: which are kept, and why others are not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

import attrs
from blake3 import blake3

from evledger.messages.incoming import Media
from evledger.messages.limits import LARGEST_FILE, MOST_FILES

__all__ = ["Sifted", "sift"]

_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}")
_BYTES: Final = "application/octet-stream"


@attrs.frozen(kw_only=True)
class Sifted:
    """The files of a message, judged one by one.

    Attributes:
        kept: those to keep, with media types that can be trusted to be ones.
        refused: for each of the others a sentence that names it and says why.
    """

    kept: tuple[Media, ...]
    refused: tuple[str, ...]


def sift(media: Iterable[Media], held: Collection[str] = ()) -> Sifted:
    """Judge the files of a message.

    Args:
        media: the files.
        held: the digests of those that are kept with the question already.

    >>> sift([Media(data=b"", media_type="image/png")]).refused
    ('file 1 (image/png) is empty',)
    """
    seen = set(held)
    kept: list[Media] = []
    refused: list[str] = []
    for number, given in enumerate(media, 1):
        each = Media(data=given.data, media_type=_media_type(given.media_type))
        digest = blake3(each.data).hexdigest()
        why = _fault(each, len(kept)) or ("is there already" if digest in seen else None)
        seen.add(digest)
        if why is None:
            kept.append(each)
        else:
            refused.append(f"file {number} ({each.media_type}) {why}")
    return Sifted(kept=tuple(kept), refused=tuple(refused))


def _fault(media: Media, kept: int) -> str | None:
    if not media.data:
        return "is empty"
    if len(media.data) > LARGEST_FILE:
        return f"has more than {LARGEST_FILE:,} bytes"  # of a larger one no more need be read
    return f"is one too many: {MOST_FILES} are kept of a message" if kept >= MOST_FILES else None


def _media_type(text: str) -> str:
    """Return a media type without its parameters; what is none says nothing."""
    named = text.partition(";")[0].strip().lower()
    return named if _MEDIA_TYPE.fullmatch(named) else _BYTES
