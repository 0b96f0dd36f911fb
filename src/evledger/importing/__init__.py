"""Importing: from files and registries to sources and claims.

An importer hands over what a file holds, as values; a fetcher does so for what a registry knows.
The ledger resolves which sources it has, assigns ids and appends in batches.
One bad record never stops a file, and none is dropped without a word.
"""

from __future__ import annotations

from evledger.importing.contracts import (
    FetchContext,
    Fetcher,
    Fit,
    Found,
    Importer,
    Mappable,
    Sniffer,
)
from evledger.importing.documents import Document, documents
from evledger.importing.running import ask_again, import_fetched, import_file, start_of
from evledger.importing.values import (
    Capture,
    ImportReport,
    Item,
    ItemFlag,
    ItemLink,
    Note,
    Rejection,
)

__all__ = [
    "Capture",
    "Document",
    "FetchContext",
    "Fetcher",
    "Fit",
    "Found",
    "ImportReport",
    "Importer",
    "Item",
    "ItemFlag",
    "ItemLink",
    "Mappable",
    "Note",
    "Rejection",
    "Sniffer",
    "ask_again",
    "documents",
    "import_fetched",
    "import_file",
    "start_of",
]
