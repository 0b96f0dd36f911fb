"""Literature for evidence ledgers: importers, fetchers and renderers of bibliographic records.

Every command of evledger loads this module, and few of them import anything.
So the formats, and the libraries that they stand on, are loaded when they are asked for.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import attrs

from evledger import hookimpl
from evledger.importing import FetchContext, Found
from evledger.typing import Fetcher, Importer, Renderer

__all__ = ["EVLEDGER_API", "fetchers", "importers", "renderers"]

EVLEDGER_API = 1

_IMPORTERS: Final = (
    "bibtex:BibTeXImporter",
    "clinicaltrials:ClinicalTrialsImporter",
    "crossref:CrossrefImporter",
    "csljson:CSLImporter",
    "datacite:DataCiteImporter",
    "europepmc:EuropePMCImporter",
    "medline:MedlineImporter",
    "openalex:OpenAlexImporter",
    "pubmed:PubMedXMLImporter",
    "retractions:RetractionWatchImporter",
    "ris:RISImporter",
    "spreadsheet:SpreadsheetImporter",
)
_RENDERERS: Final = ("bibtex:BibTeXRenderer", "csljson:CSLRenderer", "ris:RISRenderer")


@hookimpl.importers
def importers() -> Iterable[Importer]:
    """Return the importers of bibliographic records."""
    return [_loaded("formats", name)() for name in _IMPORTERS]


@hookimpl.renderers
def renderers() -> Iterable[Renderer]:
    """Return bibliographies of a ledger's sources."""
    return [_loaded("writing", name)() for name in _RENDERERS]


@hookimpl.locators
def fetchers() -> Iterable[Fetcher]:
    """Return what asks PubMed, Crossref, ClinicalTrials.gov and the web."""
    return [
        _Fetcher("doi", "Crossref and DataCite", "crossref:CrossrefFetcher"),
        _Fetcher("nct", "ClinicalTrials.gov", "clinicaltrials:ClinicalTrialsFetcher"),
        _Fetcher("pmid", "PubMed", "pubmed:PubMedFetcher"),
        _Fetcher("url", "the web", "web:WebFetcher"),
    ]


def _loaded(package: str, name: str) -> Any:
    module, _, thing = name.partition(":")
    return getattr(importlib.import_module(f"{__name__}.{package}.{module}"), thing)


@attrs.frozen
class _Fetcher:
    """A fetcher that is loaded when somebody is asked."""

    name: str
    registry: str
    _where: str

    def fetch(self, locators: Sequence[str], context: FetchContext) -> Iterator[Found]:
        """Yield one item or rejection for each locator."""
        yield from _fetcher(self._where).fetch(locators, context)


@functools.cache  # it remembers when it last asked, so that it does not ask too often
def _fetcher(where: str) -> Fetcher:
    fetcher: Fetcher = _loaded("fetching", where)()
    return fetcher
