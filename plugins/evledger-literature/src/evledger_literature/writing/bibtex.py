r"""A ledger's sources as BibTeX.

What LaTeX gives a meaning is written as LaTeX's own name of it.
Braces are, too: BibTeX counts even ``\{``, and one without its other would end the file there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from bibtexparser.library import Library
from bibtexparser.model import Entry, Field
from bibtexparser.writer import write

from evledger.rendering import Rendered
from evledger_literature.writing.references import references

if TYPE_CHECKING:
    from evledger.rendering import RenderContext
    from evledger.view import View
    from evledger_literature.writing.references import Reference

__all__ = ["BibTeXRenderer"]

_TYPES: Final[Mapping[str, str]] = {
    "journal-article": "article",
    "review": "article",
    "book": "book",
    "report": "techreport",
}
_VENUES: Final[Mapping[str, str]] = {
    "article": "journal",
    "book": "publisher",
    "techreport": "institution",
}
_FIELDS: Final = ("doi", "pmid", "pmcid")
"""The locators that have a field of their own, besides a book's ISBN."""

_SPECIAL = re.compile(r"[\\{}%#$&_~^]")
_NAMES: Final = {
    "\\": r"{\textbackslash}",
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
}
_VERBATIM = re.compile(r'[\\{}"]|%(?![0-9A-Fa-f]{2})')  # such a percent begins a comment


class BibTeXRenderer:
    """Writes a ledger's sources as BibTeX."""

    name = "bibtex"

    def render(self, view: View, context: RenderContext) -> Rendered:  # noqa: ARG002  # nothing in it concerns a bibliography
        """Render a view; the same bytes for the same view."""
        library = Library([_entry(each) for each in references(view)])
        text = write(library)
        return Rendered(text.encode(), "application/x-bibtex", ".bib")


def _entry(reference: Reference) -> Entry:
    type = _TYPES.get(reference.kind, "misc")
    published = reference.published or ""
    own = (*_FIELDS, "isbn") if type == "book" else _FIELDS
    first = {scheme: next(iter(reference.values(scheme)), "") for scheme in own}
    fields = {
        "title": _text(reference.title or ""),
        "author": " and ".join(map(_name, reference.authors)),
        _VENUES.get(type, "howpublished"): _text(reference.venue or ""),
        "year": published[:4],
        "date": published,
        "language": _text(reference.language or ""),
        "type": reference.genre,
        **first,
        "doi": reference.doi,
        "url": _VERBATIM.sub(_escaped, reference.url or ""),
        "urldate": reference.retrieved or "",
        "note": "; ".join(map(_text, reference.remarks)),
        "locators": "".join(reference.line(own)),
    }
    return Entry(type, reference.id, _braced(fields.items()))


def _braced(fields: Iterable[tuple[str, str]]) -> list[Field]:
    return [Field(name, f"{{{text}}}") for name, text in fields if text]


def _text(text: str) -> str:
    r"""Write text so that LaTeX shows it.

    >>> _text("50% of {x}_1")
    '50\\% of {\\textbraceleft}x{\\textbraceright}\\_1'
    """
    return _SPECIAL.sub(lambda found: _NAMES.get(found[0]) or f"\\{found[0]}", text)


def _name(author: str) -> str:
    """Write a name; one that BibTeX would take apart wrongly, in braces."""
    is_plain = author.count(",") == 1 and " and " not in f" {author.casefold()} "
    return _text(author) if is_plain else f"{{{_text(author)}}}"


def _escaped(found: re.Match[str]) -> str:
    return f"%{ord(found[0]):02X}"
