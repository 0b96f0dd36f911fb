"""PubMed, asked through NCBI's E-utilities.

https://www.ncbi.nlm.nih.gov/books/NBK25497/, https://www.ncbi.nlm.nih.gov/books/NBK25499/
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import attrs

from evledger.importing import FetchContext, Found, Note, Rejection
from evledger_literature.fetching.answers import Answer, NoAnswer, Request
from evledger_literature.fetching.http import Client
from evledger_literature.fetching.inquiring import Connected, address, inquire
from evledger_literature.formats.pubmed import PubMedXMLImporter

__all__ = ["PubMedFetcher"]

_STANDARD: Final = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
_PAUSE: Final = 1 / 3  # seconds; NCBI allows three requests a second,
_PAUSE_WITH_KEY: Final = 1 / 10  # and ten to those who have a key
_LARGEST: Final = 1 << 26  # bytes; 200 records are a few millions


class PubMedFetcher(Connected):
    """Asks PubMed for its records, 200 at a time.

    ``NCBI_API_KEY`` in the environment is sent along, in the body, where no log shows it.
    ``EVLEDGER_PUBMED_URL`` names a mirror.

    >>> PubMedFetcher().name
    'pmid'
    """

    name = "pmid"
    registry = "PubMed"

    def fetch(self, locators: Sequence[str], context: FetchContext) -> Iterator[Found]:
        """Yield one item or rejection for each locator.

        Raises:
            Invalid: the environment names a mirror or proxy that is none.
        """
        base = address(context.environ, "EVLEDGER_PUBMED_URL", _STANDARD)
        key = context.environ.get("NCBI_API_KEY", "").strip()
        with self.client(context) as client:
            desk = _EFetch(client, f"{base}/efetch.fcgi", context.contact, key)
            yield from inquire(desk, locators, self.wire.stamp)


@attrs.frozen
class _EFetch:
    client: Client
    url: str
    contact: str | None
    key: str = attrs.field(repr=False)

    most = 200
    gone = "PubMed has no such record (any more); see that the number is right"

    def ask_for(self, locators: Sequence[str]) -> Iterable[Found] | None:
        """Return the records of an answer, which lacks those that PubMed does not know.

        A server that knows no such page is not NCBI's, and nothing follows from that.
        """
        found = self.client.ask(self._request(locators), _records)
        if found is None:
            raise NoAnswer(f"there are no E-utilities at {self.url}; check EVLEDGER_PUBMED_URL")
        return [_without(self.key, each) for each in found] or None

    def _request(self, locators: Sequence[str]) -> Request:
        form = {
            "db": "pubmed",
            "id": ",".join(locator.removeprefix("pmid:") for locator in locators),
            "retmode": "xml",
            "tool": "evledger",
            "email": self.contact,
            "api_key": self.key,
        }
        return Request(
            url=self.url,
            form={name: value for name, value in form.items() if value},
            pause=_PAUSE_WITH_KEY if self.key else _PAUSE,
            largest=_LARGEST,
            hint="see whether NCBI_API_KEY is right" if self.key else "check the number",
        )


def _records(answer: Answer) -> list[Found]:
    return list(PubMedXMLImporter().read(io.BytesIO(answer.body)))


def _without(key: str, found: Found) -> Found:
    """Keep a key that a server sent back out of what people are shown."""
    if not key or not isinstance(found, Rejection | Note):
        return found
    if isinstance(found, Note):
        return attrs.evolve(found, text=found.text.replace(key, "…"))
    return attrs.evolve(
        found, reason=found.reason.replace(key, "…"), raw=found.raw.replace(key, "…")
    )
