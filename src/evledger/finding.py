"""Finding sources by words of their titles, and of what was captured of them."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

import attrs

from evledger.entries import Source
from evledger.events import Attachment
from evledger.exceptions import Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from evledger.view import View

__all__ = ["Hit", "find"]

_AROUND: Final = 80  # characters on either side of the first word in an excerpt


@attrs.frozen
class Hit:
    """A source in which words were found.

    Attributes:
        source: the source, as the view has it.
        excerpt: what stands around the first word found: in the captured text, else in the title.

    >>> import evledger
    >>> ledger = evledger.open("memory:").create("semax", title="Semax", by="curator")
    >>> with ledger.batch(by="curator") as batch:
    ...     abstract = batch.attach(b"Thirty patients were treated.", "text/plain")
    ...     trial = batch.add_source(kind="trial", title="A trial", capture=abstract)
    >>> [(hit.source.id, hit.excerpt) for hit in ledger.find("TREATED trial")]
    [('s1', 'Thirty patients were treated.')]
    """

    source: Source
    excerpt: str


def find(view: View, text: str, read: Callable[[Attachment], bytes]) -> Iterator[Hit]:
    """Give the sources in which every word of a text occurs; see :meth:`evledger.Ledger.find`."""
    words = _folded(text).split()
    if not words:
        msg = "there is no word to look for"
        raise Invalid(msg)
    for source in view.sources.values():
        title = source.title if isinstance(source.title, str) else ""
        captured = _captured(source, read)
        everything = _folded(f"{title}\n{captured}")
        if all(word in everything for word in words):
            yield Hit(source, _excerpt(captured, words) or _excerpt(title, words) or title)


def _folded(text: str) -> str:
    """Make what reads alike alike: capitals, ligatures, and letters with their accents."""
    return unicodedata.normalize("NFKC", text).casefold()


def _captured(source: Source, read: Callable[[Attachment], bytes]) -> str:
    """Give a captured text; nothing where it is no text, is erased, or is not kept here."""
    capture = source.capture
    if not isinstance(capture, Attachment) or not capture.media_type.startswith("text/"):
        return ""
    try:
        return read(capture).decode(errors="replace")
    except NotFound:
        return ""


def _excerpt(text: str, words: Sequence[str]) -> str:
    flat = " ".join(unicodedata.normalize("NFKC", text).split())
    found = re.search("|".join(map(re.escape, words)), flat, re.IGNORECASE)
    if found is None:
        return ""
    start, stop = max(0, found.start() - _AROUND), found.end() + _AROUND
    return f"{'…' if start else ''}{flat[start:stop]}{'…' if stop < len(flat) else ''}"
