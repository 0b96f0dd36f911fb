"""How works relate, in the words of Crossref and of DataCite."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import attrs

from evledger.importing import ItemLink

__all__ = ["Relation", "relation_of"]

_Name: TypeAlias = Literal["duplicate-of", "version-of", "part-of"]


@attrs.frozen
class Relation:
    """What a relation comes to in a ledger.

    Attributes:
        name: the ledger's relation.
        leads: whether it leads from the record's work to the other, or back.
    """

    name: _Name
    leads: bool = True

    def link(self, other: str, basis: str) -> ItemLink:
        """Return the link to, or from, another work.

        Args:
            other: its locator.
            basis: what the record says.

        >>> Relation("version-of", leads=False).link("doi:10.1000/preprint", "Crossref").source
        ('doi:10.1000/preprint',)
        """
        if self.leads:
            return ItemLink(relation=self.name, other=(other,), basis=basis)
        return ItemLink(relation=self.name, source=(other,), basis=basis)


# A preprint is a version of what was published, and an older version one of the newer.
# https://www.crossref.org/documentation/schema-library/markup-guide-metadata-segments/relationships/
# https://datacite-metadata-schema.readthedocs.io/en/4.6/appendices/appendix-1/relationType/
_TO_OTHER: Final[Mapping[str, _Name]] = MappingProxyType(
    {
        "isidenticalto": "duplicate-of",
        "ismanifestationof": "version-of",
        "isobsoletedby": "version-of",
        "ispartof": "part-of",
        "ispreprintof": "version-of",
        "ispreviousversionof": "version-of",
        "ispublishedin": "part-of",
        "isreplacedby": "version-of",
        "issameas": "duplicate-of",
        "isvariantformof": "version-of",
        "isversionof": "version-of",
    }
)
_FROM_OTHER: Final[Mapping[str, _Name]] = MappingProxyType(
    {
        "haspart": "part-of",
        "haspreprint": "version-of",
        "hasversion": "version-of",
        "hasmanifestation": "version-of",
        "isnewversionof": "version-of",
        "isoriginalformof": "version-of",
        "obsoletes": "version-of",
        "replaces": "version-of",
    }
)


def relation_of(words: str) -> Relation | None:
    """Return what a relation comes to, or ``None`` where the ledger keeps none of its kind.

    Args:
        words: as Crossref writes it, ``is-preprint-of``, or DataCite, ``IsVersionOf``.

    >>> relation_of("is-preprint-of"), relation_of("HasVersion").leads, relation_of("Cites")
    (Relation(name='version-of', leads=True), False, None)
    """
    key = words.replace("-", "").casefold()
    if key in _TO_OTHER:
        return Relation(_TO_OTHER[key])
    return Relation(_FROM_OTHER[key], leads=False) if key in _FROM_OTHER else None
