"""Pages of the web, as they are now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import unquote, urlsplit

import attrs

from evledger.importing import Capture, FetchContext, Found, Item, Note, Rejection
from evledger_literature.fetching.answers import Answer, NoAnswer, Request
from evledger_literature.fetching.http import Client
from evledger_literature.fetching.inquiring import Connected
from evledger_literature.fetching.pages import record_of
from evledger_literature.records import Record

__all__ = ["WebFetcher"]

_LARGEST: Final = 1 << 23  # bytes that are captured; what is larger is described without them
_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
_BEGINNING: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_HINT: Final = "open it in a browser, and add what it says by hand"


class WebFetcher(Connected):
    """Reads pages and files of the web, and captures their bytes.

    A person who names an address of their own machine or network may read it;
    a redirect from elsewhere may not lead there.
    Whom to write to is told registries, and not whoever runs a page.

    >>> WebFetcher().name
    'url'
    """

    name = "url"
    registry = "the server of the page"

    def fetch(self, locators: Sequence[str], context: FetchContext) -> Iterator[Found]:
        """Yield one item or rejection for each locator.

        Raises:
            Invalid: the environment names a proxy that is none.
        """
        with self.client(context, named=False) as client:
            for locator in dict.fromkeys(locators):
                yield from self._found(client, locator)

    def _found(self, client: Client, locator: str) -> Iterator[Found]:
        url = locator.removeprefix("url:")
        request = Request(url=url, largest=_LARGEST, cut=True, hint=_HINT)
        try:
            answer = client.ask(request, lambda answer: answer)
        except NoAnswer as error:
            yield Rejection(locator, str(error))
            return
        if answer is None:
            yield Rejection(locator, "there is no such page (any more)", gone=True)
            return
        yield from _notes(locator, url, answer)
        for found in attrs.evolve(_record(url, answer), retrieved=self.wire.stamp()).found():
            yield _captured(found, answer)


def _notes(locator: str, url: str, answer: Answer) -> Iterator[Note]:
    if answer.url.partition("#")[0] != url.partition("#")[0]:
        yield Note(locator, f"it led to {answer.url:.500}")
    if not answer.whole:
        yield Note(locator, f"it was not captured: it is larger than {_LARGEST >> 20} MiB")


def _record(url: str, answer: Answer) -> Record:
    record = _page(url, answer) if _is_page(answer) else _file(url)
    return record if record.title else attrs.evolve(record, title=_last_part(url))


def _is_page(answer: Answer) -> bool:
    if answer.media_type:
        return answer.media_type in _PAGES
    return _BEGINNING.match(answer.body) is not None


def _page(url: str, answer: Answer) -> Record:
    return record_of(answer.body, url, answer.charset)


def _file(url: str) -> Record:
    return Record(
        place=f"url:{url}",
        format="The web",
        kind="web-page",
        url=url,
        identifiers=(f"url:{url}",),
    )


def _last_part(url: str) -> str:
    """Return what an address is of: its file, or its site."""
    parts = urlsplit(url)
    name = unquote(parts.path.rstrip("/").rpartition("/")[2], errors="replace")
    return " ".join("".join(filter(str.isprintable, name)).split()) or parts.netloc


def _captured(found: Found, answer: Answer) -> Found:
    if not isinstance(found, Item) or not answer.whole or not answer.body:
        return found
    media_type = answer.media_type or ("text/html" if _is_page(answer) else "")
    return attrs.evolve(
        found, capture=Capture(answer.body, media_type or "application/octet-stream")
    )
