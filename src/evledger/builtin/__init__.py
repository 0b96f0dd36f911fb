"""What comes with the library, through the hooks that a stranger's plugin uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from evledger.article.links import SITES
from evledger.asking import Answerer, Retriever
from evledger.builtin.confidence import QuantifiedConfidence
from evledger.builtin.csv import CSVImporter
from evledger.builtin.extractive import Extractive
from evledger.builtin.fulltext import FullText
from evledger.builtin.json import JSONRenderer
from evledger.builtin.jsonl import JSONLinesImporter
from evledger.builtin.markdown import MarkdownRenderer
from evledger.builtin.pictures import PICTURES
from evledger.builtin.rules import RULES
from evledger.builtin.text import TextRenderer
from evledger.builtin.tier import TierRanker
from evledger.checks import Rule
from evledger.hookspecs import LocatorScheme, hookimpl
from evledger.importing import Importer
from evledger.locators import SCHEMES
from evledger.ranking import Ranker
from evledger.rendering import Renderer
from evledger.scoring import Scorer
from evledger.stores.base import Backend
from evledger.stores.memory import MemoryStore
from evledger.stores.sqlite import SQLiteStore

__all__: list[str] = []

EVLEDGER_API = 1


@hookimpl.scorers
def scorers() -> Iterable[Scorer]:
    """Return the score of the model article."""
    return [QuantifiedConfidence()]


@hookimpl.rankers
def rankers() -> Iterable[Ranker]:
    """Return the order by tiers."""
    return [TierRanker()]


@hookimpl.renderers
def renderers() -> Iterable[Renderer]:
    """Return the article as Markdown, as plain text and as JSON, and the pictures as SVG."""
    return [MarkdownRenderer(), TextRenderer(), JSONRenderer(), *PICTURES]


@hookimpl.importers
def importers() -> Iterable[Importer]:
    """Return the importers of spreadsheets as CSV and of JSON lines."""
    return [CSVImporter(), JSONLinesImporter()]


@hookimpl.retrievers
def retrievers() -> Iterable[Retriever]:
    """Return the full-text search."""
    return [FullText()]


@hookimpl.answerers
def answerers() -> Iterable[Answerer]:
    """Return the answerer that quotes claims."""
    return [Extractive()]


@hookimpl.locators
def locators() -> Iterable[LocatorScheme]:
    """Return the schemes of :data:`evledger.locators.SCHEMES`."""
    return [
        LocatorScheme(name=name, normalise=normaliser, link=SITES.get(name))
        for name, normaliser in SCHEMES.items()
    ]


@hookimpl.stores
def stores() -> Mapping[str, Callable[[str], Backend]]:
    """Return the stores in memory and in a SQLite file."""
    return {"memory": MemoryStore, "sqlite": SQLiteStore}


@hookimpl.checks
def checks() -> Iterable[Rule]:
    """Return the rules of :mod:`evledger.builtin.rules`."""
    return RULES
