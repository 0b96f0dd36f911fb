"""Pages of the web, as a server of this machine gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol, TypeAlias

import pytest
from evledger_literature.fetching.pages import record_of
from evledger_literature.fetching.web import WebFetcher
from evledger_literature.fetching.wire import Wire
from hypothesis import given
from hypothesis import strategies as st

from evledger.importing import Capture, FetchContext, Fetcher, Found, Item, Note, Rejection
from evledger.testing import FetcherTests

Asked: TypeAlias = BaseHTTPRequestHandler
Script: TypeAlias = Callable[[Asked, bytes], Iterable[bytes | float]]
Reply: TypeAlias = Callable[..., bytes]

HTML = {"Content-Type": "text/html; charset=utf-8"}
URL = "https://example.org/page"

ARTICLE = """<!DOCTYPE html>
<html lang="en-GB"><head><title>Semax | The Journal</title>
<meta name="Citation_Title" content="Semax &amp;amp; BDNF in &lt;i&gt;vivo&lt;/i&gt;">
<meta name="citation_author" content="Ada Lovelace"><meta name="citation_author" content="Li, Wei">
<meta name="author" content="The Journal">
<meta name="citation_journal_title" content="The Journal">
<meta name="citation_publication_date" content="2018/6/1">
<meta name="citation_doi" content="doi:10.1000/SEMAX">
<meta name="citation_pmid" content="29798983">
<meta name="dc.identifier" content="https://doi.org/10.1000/semax">
<meta name="dc.identifier" content="no identifier">
</head><body><h1>Another</h1></body></html>"""


class Serve(Protocol):
    """Serves a script."""

    def __call__(self, script: Script, host: str = ...) -> str:
        """Serve it, and give the address."""
        ...


def always(*parts: bytes) -> Script:
    """Play the same answer for every request."""
    return lambda _asked, _body: parts


def fetched(wire: Wire, url: str, contact: str | None = None) -> list[Found]:
    """Fetch a page."""
    context = FetchContext(contact=contact, timeout=5.0, environ={})
    return list(WebFetcher(wire).fetch([f"url:{url}"], context))


def item(found: Iterable[Found]) -> Item:
    """Return the one item among what was found."""
    (only,) = [each for each in found if not isinstance(each, Note)]
    assert isinstance(only, Item), only
    return only


def source(found: Iterable[Found]) -> Mapping[str, Any]:
    """Return the source of the one item."""
    fields = item(found).source
    assert fields is not None
    return fields


def rejection(found: Iterable[Found]) -> Rejection:
    """Return the one rejection among what was found."""
    (only,) = found
    assert isinstance(only, Rejection), only
    return only


# -- what a page says --------------------------------------------------------------------


def test_a_page_is_described_and_captured(serve: Serve, reply: Reply, wire: Wire) -> None:
    """A page becomes a source by its address, with its words as they were."""
    url = serve(always(reply(ARTICLE, headers=HTML))) + "/"
    fields = source(found := fetched(wire, url))
    assert {name: fields[name] for name in fields if name not in {"basis", "assertion"}} == {
        "kind": "web-page",
        "title": "Semax & BDNF in vivo",
        "authors": ["Ada Lovelace", "Li, Wei"],
        "venue": "The Journal",
        "published": "2018-06-01",
        "url": url,
        "locators": [f"url:{url}"],
        "mentions": ["doi:10.1000/semax", "pmid:29798983"],
        "language": "en-GB",
        "retrieved": "2026-11-22T10:00:00Z",
    }
    assert item(found).capture == Capture(ARTICLE.encode(), "text/html")


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>\n A &lt;b> \n title </title>", "A <b> title"),
        ("<meta property=og:title content='Of the graph'><title>Other</title>", "Of the graph"),
        ("<meta name=DC.Title content='Of Dublin'>", "Of Dublin"),
        ("<h1>A <em>head</em>line</h1>", "A headline"),
        ("<title></title><p>No title", None),
        ("", None),
        ("text alone", None),
        ("<svg><title>A picture</title></svg>", "A picture"),
        ("<title>First</title><title>Second</title>", "First"),
        ("<h1>A <svg><title>picture</title></svg> in a headline</h1>", "A picture in a headline"),
    ],
)
def test_titles(page: str, title: str | None) -> None:
    """The title is what the page's publisher says that it is, or its browser's tab."""
    assert record_of(page.encode(), URL).title == title


@pytest.mark.parametrize(
    ("page", "language"),
    [
        ("<html lang=de>", "de"),
        ("<html xml:lang=fr>", "fr"),
        ("<meta name=citation_language content=eng>", "en"),
        ("<meta property=og:locale content=pt_BR>", "pt-BR"),
        ("<html lang='{{ lang }}'>", None),
    ],
)
def test_languages(page: str, language: str | None) -> None:
    """The language is a tag, if the page says one."""
    assert record_of(page.encode(), URL).language == language


@pytest.mark.parametrize(
    ("encoding", "charset", "declared"),
    [
        ("utf-8", "", ""),
        ("utf-8", "iso-8859-1", ""),  # what is sound UTF-8 is that
        ("windows-1251", "windows-1251", ""),
        ("windows-1251", "", "<meta charset=windows-1251>"),
        ("windows-1251", "nonsense", "<meta charset=windows-1251>"),
        ("utf-16", "", ""),
    ],
)
def test_encodings(encoding: str, charset: str, declared: str) -> None:
    """A page is read in the encoding that it is in."""
    page = f"{declared}<title>Семакс</title>".encode(encoding)
    assert record_of(page, URL, charset).title == "Семакс"


NESTED = {
    "elements": b"<div>" * 300_000,
    "tables": b"<table><tr><td>" * 100_000,
    "comments": b"<!--" * 300_000,
    "attributes": b"<p " + b" ".join(b"a%x" % n for n in range(1_000_000)) + b">",
    "entities": b"<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d '&b;&b;'>]><title>&d;</title>",
    "zeros": bytes(100_000),
}


@pytest.mark.parametrize("page", NESTED.values(), ids=NESTED)
def test_hostile_pages_are_read(page: bytes) -> None:
    """Pages that were made to be hard to read give some record or other."""
    assert record_of(page, URL).url == URL


@given(page=st.binary() | st.text().map(str.encode), charset=st.text(max_size=9))
def test_any_bytes_are_a_page(page: bytes, charset: str) -> None:
    """Whatever a server gives is a record that a ledger could take."""
    assert item(record_of(page, URL, charset).found()).source


# -- what is no page ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "title"),
    [("/files/A%20paper.pdf", "A paper.pdf"), ("/%0A%FF/", "\ufffd"), ("/", "127.0.0.1")],
)
def test_files_are_named_by_their_addresses(
    serve: Serve, wire: Wire, path: str, title: str
) -> None:
    """A file is captured with its type; its title is the last part of its address."""
    data = b"HTTP/1.1 200 So\r\nContent-Type: Application/PDF; x=y\r\nContent-Length: 4\r\n\r\n%PDF"
    found = fetched(wire, serve(always(data)) + path)
    assert str(source(found)["title"]).startswith(title)
    assert item(found).capture == Capture(b"%PDF", "application/pdf")


@pytest.mark.parametrize("said", ["", "nonsense", "text/html\tx, y", "x" * 999])
def test_types_that_are_none(serve: Serve, reply: Reply, wire: Wire, said: str) -> None:
    """Where a server says no type, a page is known by its beginning, and the rest is bytes."""
    page = fetched(wire, serve(always(reply("\n<!doctype HTML>x", headers={"Content-Type": said}))))
    assert item(page).capture == Capture(b"\n<!doctype HTML>x", "text/html")
    other = fetched(wire, serve(always(reply("\x00", headers={"Content-Type": said}))))
    assert item(other).capture == Capture(b"\x00", "application/octet-stream")


def test_what_is_too_large_is_described_alone(serve: Serve, reply: Reply, wire: Wire) -> None:
    """A page beyond the limit is a source without its words, and people are told."""
    page = f"<title>Long</title>{'x' * (9 << 20)}"
    found = fetched(wire, serve(always(reply(page, headers=HTML))))
    assert source(found)["title"] == "Long"
    assert item(found).capture is None
    assert [each.text for each in found if isinstance(each, Note)] == [
        "it was not captured: it is larger than 8 MiB"
    ]


# -- what may happen on the way ----------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
def test_pages_are_gone(serve: Serve, reply: Reply, wire: Wire, status: int) -> None:
    """A page that its server does not have is gone."""
    assert rejection(fetched(wire, serve(always(reply("no", status))))).gone


@pytest.mark.parametrize("status", [401, 403, 451, 500, 304])
def test_refusals_are_no_verdict(serve: Serve, reply: Reply, wire: Wire, status: int) -> None:
    """A page that is refused is not gone, and people are told what was said."""
    found = rejection(fetched(wire, serve(always(reply("no", status)))))
    assert not found.gone
    assert str(status) in found.reason


def test_says_where_it_was_led(serve: Serve, reply: Reply, wire: Wire) -> None:
    """A page that has moved keeps the address that was asked for, with a note."""

    def script(asked: Asked, _body: bytes) -> list[bytes]:
        if asked.path == "/new":
            return [reply("<title>Moved</title>", headers=HTML)]
        return [reply(status=301, headers={"Location": "/new"})]

    url = serve(script)
    found = fetched(wire, f"{url}/old")
    assert source(found)["locators"] == [f"url:{url}/old"]
    assert [each.text for each in found if isinstance(each, Note)] == [f"it led to {url}/new"]


def test_an_address_is_kept_as_it_is(serve: Serve, reply: Reply, wire: Wire) -> None:
    """What is normal in a locator is sent as it stands, without a note that it changed."""
    seen: list[str] = []

    def script(asked: Asked, _body: bytes) -> list[bytes]:
        seen.append(asked.path)
        return [reply("<title>x</title>", headers=HTML)]

    path = "/a%20b/%D1%81;p=1,2/(x)'*!?q=%26&r=a/b:c@d+e&s"
    found = fetched(wire, serve(script) + path)
    assert seen == [path]
    assert not [each for each in found if isinstance(each, Note)]


def test_pages_are_not_told_who_asks(serve: Serve, reply: Reply, wire: Wire) -> None:
    """A curator's address is for registries, not for whoever runs a page."""
    seen: list[str] = []

    def script(asked: Asked, _body: bytes) -> list[bytes]:
        seen.append(str(asked.headers))
        return [reply()]

    fetched(wire, serve(script), contact="me@example.org")
    assert seen
    assert "me@example.org" not in "".join(seen)


def test_one_bad_host_does_not_stop_others(serve: Serve, reply: Reply, wire: Wire) -> None:
    """Pages of a host that fails are given up, those of another are read."""
    bad = serve(always(reply(status=503)), "127.0.0.2")
    good = serve(always(reply("<title>Good</title>", headers=HTML)))
    asked = [*(f"url:{bad}/{n}" for n in range(5)), f"url:{good}/"]
    found = list(WebFetcher(wire).fetch(asked, FetchContext(environ={})))
    assert [each.place for each in found] == asked
    assert [isinstance(each, Rejection) for each in found] == [True] * 5 + [False]


# -- what holds of every fetcher ---------------------------------------------------------


class TestWebFetcher(FetcherTests):
    """What holds of every fetcher holds of the web's."""

    @pytest.fixture(autouse=True)
    def _play(self, serve: Serve, reply: Reply, wire: Wire) -> None:
        self.wire = wire
        self.broken = serve(always(reply(status=500)))

        def script(asked: Asked, _body: bytes) -> list[bytes]:
            return [reply(f"<title>{asked.path}</title>", 404 if "no" in asked.path else 200, HTML)]

        self.url = serve(script)

    def fetcher(self) -> Fetcher:
        """Return the fetcher."""
        return WebFetcher(self.wire)

    def failing(self) -> Fetcher:
        """Return the fetcher; what is asked of it leads to where all fails."""
        self.url = self.broken
        return self.fetcher()

    def known(self) -> Sequence[str]:
        """Return what is there."""
        return [f"url:{self.url}/a", f"url:{self.url}/b"]

    def unknown(self) -> Sequence[str]:
        """Return what is not."""
        return [f"url:{self.url}/no", f"url:{self.url}/none"]
