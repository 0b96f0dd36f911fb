"""Crossref, asked for works by DOI; and DataCite, for those that Crossref does not have.

There are other agencies. So a DOI is gone only where doi.org itself says that it does not exist.

https://www.crossref.org/documentation/retrieve-metadata/rest-api/,
https://support.datacite.org/docs/api-get-doi,
https://www.doi.org/the-identifier/resources/factsheets/doi-resolution-documentation
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote

import attrs

from evledger import Invalid
from evledger.codec import is_list, is_object
from evledger.importing import FetchContext, Found, Importer
from evledger_literature.fetching.answers import Answer, NoAnswer, Request, document
from evledger_literature.fetching.http import Client
from evledger_literature.fetching.inquiring import Connected, address, inquire
from evledger_literature.formats.crossref import CrossrefImporter
from evledger_literature.formats.datacite import DataCiteImporter

__all__ = ["CrossrefFetcher"]

_CROSSREF: Final = "https://api.crossref.org"
_DATACITE: Final = "https://api.datacite.org"
_DOI: Final = "https://doi.org"
_PAUSE: Final = 0.35  # seconds; of those who say who they are Crossref takes three lists a second,
_PAUSE_UNNAMED: Final = 1.0  # and of others one; its answers may ask for more
_PAUSE_OF_DATACITE: Final = 0.6  # 500 in five minutes
_LONGEST_QUERY: Final = 3_000  # characters of a filter; servers refuse addresses of 4,000 or so


class CrossrefFetcher(Connected):
    """Asks Crossref for works, many at a time, and DataCite for what Crossref does not know.

    ``EVLEDGER_CROSSREF_URL``, ``EVLEDGER_DATACITE_URL`` and ``EVLEDGER_DOI_URL`` name mirrors.

    >>> CrossrefFetcher().name
    'doi'
    """

    name = "doi"
    registry = "Crossref and DataCite"

    def fetch(self, locators: Sequence[str], context: FetchContext) -> Iterator[Found]:
        """Yield one item or rejection for each locator.

        Raises:
            Invalid: the environment names a mirror or proxy that is none.
        """
        crossref = address(context.environ, "EVLEDGER_CROSSREF_URL", _CROSSREF)
        datacite = address(context.environ, "EVLEDGER_DATACITE_URL", _DATACITE)
        doi = address(context.environ, "EVLEDGER_DOI_URL", _DOI)
        with self.client(context) as client:
            desk = _Agencies(client, crossref, datacite, doi, context.contact)
            yield from inquire(desk, locators, self.wire.stamp)


@attrs.frozen
class _Agencies:
    client: Client
    crossref: str
    datacite: str
    doi: str
    contact: str | None

    most = 40
    gone = "doi.org says that this DOI does not exist; see that it is right"

    def ask_for(self, locators: Sequence[str]) -> Iterable[Found] | None:
        """Return the works of an answer."""
        if len(locators) > 1:
            return self._ask_crossref_for_many(locators)
        (doi,) = (quote(locator.removeprefix("doi:"), safe="") for locator in locators)
        found = self._ask(f"{self.crossref}/works/{doi}", CrossrefImporter())
        if found is None:
            found = self._ask(
                f"{self.datacite}/dois/{doi}", DataCiteImporter(), pause=_PAUSE_OF_DATACITE
            )
        if found is None:
            self._check_that_nobody_has_it(doi)
        return found

    def _check_that_nobody_has_it(self, doi: str) -> None:
        """Ask doi.org with which agency a DOI is registered.

        Raises:
            NoAnswer: with one, or it could not be told.
        """
        request = Request(url=f"{self.doi}/doiRA/{doi}", hint="check the DOI")
        agency = self.client.ask(request, _agency)
        if agency != "":
            known = (
                f"it is registered with {agency}" if agency else "doi.org did not tell with whom"
            )
            msg = f"neither Crossref nor DataCite has this DOI; {known}: add the source by hand"
            raise NoAnswer(msg)

    def _ask_crossref_for_many(self, locators: Sequence[str]) -> Iterable[Found] | None:
        """Ask for those that can stand in a filter: a comma ends one, and addresses have an end."""
        filters: list[str] = []
        for locator in locators:
            longer = quote(",".join([*filters, locator]), safe="")
            if "," not in locator and len(longer) <= _LONGEST_QUERY:
                filters.append(locator)
        url = f"{self.crossref}/works"
        query = {"filter": ",".join(filters), "rows": str(len(filters))}
        return self._ask(url, CrossrefImporter(), query) if filters else None

    def _ask(
        self,
        url: str,
        importer: Importer,
        query: dict[str, str] | None = None,
        *,
        pause: float | None = None,
    ) -> list[Found] | None:
        def read(answer: Answer) -> list[Found]:
            return list(importer.read(io.BytesIO(answer.body)))

        named = {"mailto": self.contact} if self.contact else {}
        usual = _PAUSE if self.contact else _PAUSE_UNNAMED
        request = Request(
            url=url, params={**(query or {}), **named}, pause=pause or usual, hint="check the DOI"
        )
        return self.client.ask(request, read)


def _agency(answer: Answer) -> str:
    """Return the agency with which a DOI is registered, or nothing where it does not exist.

    Raises:
        Invalid: the answer says neither.
    """
    said = document(answer)
    told: Any = said[0] if is_list(said) and said else {}
    if is_object(told) and isinstance(told.get("RA"), str):
        return str(told["RA"])[:80]
    if is_object(told) and told.get("status") in _NONE:
        return ""
    msg = "it does not say with whom the DOI is registered"
    raise Invalid(msg)


_NONE: Final = frozenset({"DOI does not exist", "Invalid DOI"})
