"""ClinicalTrials.gov, asked through version 2 of its API.

https://clinicaltrials.gov/data-api/api
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import attrs

from evledger.importing import FetchContext, Found
from evledger_literature.fetching.answers import Answer, Request
from evledger_literature.fetching.http import Client
from evledger_literature.fetching.inquiring import Connected, address, inquire
from evledger_literature.formats.clinicaltrials import ClinicalTrialsImporter

__all__ = ["ClinicalTrialsFetcher"]

_STANDARD: Final = "https://clinicaltrials.gov/api/v2"
_PAUSE: Final = 1.2  # seconds; about fifty requests a minute are allowed
_LARGEST: Final = 1 << 26  # bytes; a trial with results may have several millions


class ClinicalTrialsFetcher(Connected):
    """Asks ClinicalTrials.gov for registered trials, some at a time.

    ``EVLEDGER_CLINICALTRIALS_URL`` names a mirror.

    >>> ClinicalTrialsFetcher().name
    'nct'
    """

    name = "nct"
    registry = "ClinicalTrials.gov"

    def fetch(self, locators: Sequence[str], context: FetchContext) -> Iterator[Found]:
        """Yield one item or rejection for each locator.

        Raises:
            Invalid: the environment names a mirror or proxy that is none.
        """
        base = address(context.environ, "EVLEDGER_CLINICALTRIALS_URL", _STANDARD)
        with self.client(context) as client:
            yield from inquire(_Studies(client, f"{base}/studies"), locators, self.wire.stamp)


@attrs.frozen
class _Studies:
    client: Client
    url: str

    most = 20
    gone = "ClinicalTrials.gov has no such trial; see that the number is right"

    def ask_for(self, locators: Sequence[str]) -> Iterable[Found] | None:
        """Return the trials of an answer; the registry redirects from a number that was merged."""
        numbers = [locator.removeprefix("nct:") for locator in locators]
        if len(numbers) == 1:
            request = Request(url=f"{self.url}/{numbers[0]}", pause=_PAUSE, largest=_LARGEST)
        else:
            query = {"filter.ids": ",".join(numbers), "pageSize": str(len(numbers))}
            request = Request(url=self.url, params=query, pause=_PAUSE, largest=_LARGEST)
        return self.client.ask(request, _trials)


def _trials(answer: Answer) -> list[Found]:
    return list(ClinicalTrialsImporter().read(io.BytesIO(answer.body)))
