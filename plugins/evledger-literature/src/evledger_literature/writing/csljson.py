"""A ledger's sources as CSL-JSON, which Zotero, Pandoc and citation processors read.

https://github.com/citation-style-language/schema: ``PMID`` and ``PMCID`` are CSL's own names;
what CSL has no name for stands in lines of the note.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from evledger.rendering import Rendered
from evledger_literature.writing.references import references

if TYPE_CHECKING:
    from evledger.rendering import RenderContext
    from evledger.view import View
    from evledger_literature.writing.references import Reference

__all__ = ["CSLRenderer"]

_TYPES: Final[Mapping[str, str]] = {
    "journal-article": "article-journal",
    "review": "article-journal",
    "preprint": "article",
    "trial": "webpage",
    "book": "book",
    "dataset": "dataset",
    "report": "report",
    "web-page": "webpage",
    "post": "post",
    "comment": "post",
    "video": "motion_picture",
}
_FIELDS: Final[Mapping[str, str]] = {"doi": "DOI", "pmid": "PMID", "pmcid": "PMCID"}
"""The locators that have a field of their own, besides a book's ISBN."""


class CSLRenderer:
    """Writes a ledger's sources as CSL-JSON."""

    name = "csl-json"

    def render(self, view: View, context: RenderContext) -> Rendered:  # noqa: ARG002  # nothing in it concerns a bibliography
        """Render a view; the same bytes for the same view."""
        items = msgspec.json.encode([_item(each) for each in references(view)])
        data = msgspec.json.format(items, indent=2) + b"\n"
        return Rendered(data, "application/vnd.citationstyles.csl+json", ".json")


def _item(reference: Reference) -> dict[str, Any]:
    fields = {**_FIELDS, "isbn": "ISBN"} if reference.kind == "book" else _FIELDS
    item: dict[str, Any] = {
        "id": reference.id,
        "type": _TYPES.get(reference.kind, "document"),
        "genre": reference.genre,
        "title": reference.title,
        "author": list(map(_name, reference.authors)),
        "container-title": reference.venue,
        "issued": _date(reference.published),
        "accessed": _date(reference.retrieved),
        "URL": reference.url,
        "language": reference.language,
        **{name: next(iter(reference.values(scheme)), None) for scheme, name in fields.items()},
        "note": "\n".join([*reference.remarks, *reference.line(fields)]),
    }
    return {name: value for name, value in item.items() if value}


def _name(author: str) -> dict[str, str]:
    """Return an author's names, where one comma tells them apart."""
    family, _, given = (part.strip() for part in author.partition(","))
    if not (family and given) or "," in given:
        return {"literal": author}
    return {"family": family, "given": given}


def _date(date: str | None) -> dict[str, list[list[int]]] | None:
    return {"date-parts": [[int(part) for part in date.split("-")]]} if date else None
