"""A ledger's sources as RIS.

https://en.wikipedia.org/wiki/RIS_(file_format) has the tags.
PubMed ids stand in notes, as Zotero writes them, and so do locators that RIS has no tag for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, Final

import rispy  # type: ignore[import-untyped]  # it has no marker

from evledger.rendering import Rendered
from evledger_literature.writing.references import references

if TYPE_CHECKING:
    from evledger.rendering import RenderContext
    from evledger.view import View
    from evledger_literature.writing.references import Reference

__all__ = ["RISRenderer"]

_TYPES: Final[Mapping[str, str]] = {
    "journal-article": "JOUR",
    "review": "JOUR",
    "preprint": "UNPB",
    "trial": "ELEC",
    "book": "BOOK",
    "dataset": "DATA",
    "report": "RPRT",
    "web-page": "ELEC",
    "post": "ICOMM",
    "comment": "ICOMM",
    "video": "VIDEO",
}
_TAGS: Final = ("TI", "AU", "T2", "PY", "DA", "LA", "Y2", "DO", "SN", "UR", "M3", "N1")
_FIELDS: Final = ("doi", "pmid", "pmcid")
"""The locators that have a place of their own, besides a book's ISBN."""


class _Writer(rispy.RisWriter):  # type: ignore[misc]  # as above
    """Writes every field as a list, by its tag, and no number before a record."""

    DEFAULT_MAPPING: ClassVar[dict[str, str]] = {
        "TY": "type_of_reference",
        **{tag: tag.lower() for tag in _TAGS},
    }
    DEFAULT_LIST_TAGS: ClassVar[list[str]] = list(_TAGS)
    DEFAULT_DELIMITER_MAPPING: ClassVar[dict[str, str]] = {}

    def set_header(self, count: int) -> str:  # noqa: ARG002  # rispy's signature
        """Return nothing: the specification has no numbers."""
        return ""


class RISRenderer:
    """Writes a ledger's sources as RIS."""

    name = "ris"

    def render(self, view: View, context: RenderContext) -> Rendered:  # noqa: ARG002  # nothing in it concerns a bibliography
        """Render a view; the same bytes for the same view."""
        records = [_record(each) for each in references(view)]
        text: str = _Writer().formats(records)  # pyright: ignore[reportUnknownMemberType]  # of rispy
        return Rendered(text.encode(), "application/x-research-info-systems", ".ris")


def _record(reference: Reference) -> dict[str, str | list[str]]:
    is_book = reference.kind == "book"
    published = reference.published or ""
    fields = {
        "TI": [reference.title],
        "AU": reference.authors,
        "T2": [reference.venue],
        "PY": [published[:4]],
        "DA": [_date(published)],
        "LA": [reference.language],
        "Y2": [_date(reference.retrieved or "")],
        "DO": [reference.doi],
        "SN": reference.values("isbn")[:1] if is_book else [],
        "UR": [reference.url],
        "M3": [reference.genre.capitalize()],
        "N1": _notes(reference, (*_FIELDS, "isbn") if is_book else _FIELDS),
    }
    filled = {tag.lower(): [text for text in texts if text] for tag, texts in fields.items()}
    return {"type_of_reference": _TYPES.get(reference.kind, "GEN"), **filled}


def _date(date: str) -> str:
    """Write a date, or a month, with all slashes that RIS wants."""
    parts = [*date.split("-"), "", ""][:3]
    return "/".join([*parts, ""]) if parts[1] else ""


def _notes(reference: Reference, fields: Iterable[str]) -> list[str]:
    return [
        *(f"PMID: {value}" for value in reference.values("pmid")[:1]),
        *(f"PMCID: {value}" for value in reference.values("pmcid")[:1]),
        *reference.remarks,
        *reference.line(fields),
    ]
