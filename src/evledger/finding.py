"""Finding sources by their words: of titles, authors, venues, and of what was captured of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs

from evledger.entries import Source
from evledger.exceptions import Invalid
from evledger.locators import normalise
from evledger.words import stem, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evledger.searching import Query
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
    >>> [(hit.source.id, hit.excerpt) for hit in ledger.find("TREATS trials")]
    [('s1', 'Thirty patients were treated.')]
    """

    source: Source
    excerpt: str


def find(view: View, text: str) -> Iterator[Hit]:
    """Yield the sources that hold every word of a text; see :meth:`evledger.Ledger.find`."""
    from evledger.searching import index_of, parse  # noqa: PLC0415  # most programs find nothing

    query = parse(text, normalise)
    if not (query.terms or query.locators or query.names):
        msg = "there is no word to look for"
        raise Invalid(msg)
    for entry in index_of(view).holding(query, "source"):
        source = view.sources[entry.partition(":")[2]]
        yield Hit(source, _excerpt(view, source, query))


def _excerpt(view: View, source: Source, query: Query) -> str:
    title = source.title if isinstance(source.title, str) else ""
    sought = {stem(word) for term in query.terms for word in term.words}
    return _around(view.captured(source.id), sought) or _around(title, sought) or title


def _around(text: str, sought: set[str]) -> str:
    """Return what stands around the first of some stems; nothing where none is there."""
    flat = " ".join(text.split())
    for found in re.finditer(r"\S+", flat):
        if not sought.isdisjoint(map(stem, words(found[0]))):
            start = max(0, found.start() - _AROUND)
            stop = min(found.end(), found.start() + _AROUND) + _AROUND
            return f"{'…' if start else ''}{flat[start:stop]}{'…' if stop < len(flat) else ''}"
    return ""
