"""What comes with the library, through the hooks that a stranger's plugin uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from evledger.builtin.csv import CSVImporter
from evledger.builtin.jsonl import JSONLinesImporter
from evledger.builtin.markdown import MarkdownRenderer
from evledger.hookspecs import hookimpl
from evledger.importing import Importer
from evledger.rendering import Renderer
from evledger.stores.base import Backend
from evledger.stores.memory import MemoryStore
from evledger.stores.sqlite import SQLiteStore

__all__: list[str] = []

EVLEDGER_API = 1


@hookimpl.stores
def stores() -> Mapping[str, Callable[[str], Backend]]:
    """Give the stores in memory and in a SQLite file."""
    return {"memory": MemoryStore, "sqlite": SQLiteStore}


@hookimpl.renderers
def renderers() -> Iterable[Renderer]:
    """Give the article as Markdown."""
    return [MarkdownRenderer()]


@hookimpl.importers
def importers() -> Iterable[Importer]:
    """Give the importers of spreadsheets as CSV and of JSON lines."""
    return [CSVImporter(), JSONLinesImporter()]
