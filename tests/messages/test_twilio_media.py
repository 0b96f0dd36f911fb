"""Fetching what came with a message: from a real server that stands for every host."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import attrs
import httpx
import pytest

from evledger import Invalid, NotFound, Refused
from evledger.messages.twilio import download

ACCOUNT = "AC" + "0123456789abcdef" * 2
KEY = "12345"

Answer = tuple[int, dict[str, str], bytes]


@attrs.define
class Hosts:
    """A server on this machine that stands for any host, and what it was asked."""

    client: httpx.Client
    answers: dict[str, Answer]
    asked: list[tuple[str, str | None]]

    def download(self, url: str, **options: Any) -> bytes:
        """Fetch from it."""
        return download(url, auth=(ACCOUNT, KEY), client=self.client, **options)


class Loopback(httpx.BaseTransport):
    """Sends every request to one port of this machine, whatever host it is for."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request there."""
        url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        return self._inner.handle_request(
            httpx.Request(
                request.method, url, headers=request.headers, extensions=request.extensions
            )
        )

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    """Yield a server that answers for every host."""
    answers: dict[str, Answer] = {}
    asked: list[tuple[str, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = f"https://{self.headers['Host']}{self.path}"
            asked.append((address, self.headers.get("Authorization")))
            status, headers, body = answers.get(address, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its name there
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=partial(server.serve_forever, 0.01))
    thread.start()
    with httpx.Client(transport=Loopback(server.server_address[1])) as client:
        yield Hosts(client, answers, asked)
    server.shutdown()
    thread.join()
    server.server_close()


START = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
COPY = "https://mms.twiliocdn.com/AC1/abc?Signature=s"
BASIC = "Basic " + base64.b64encode(f"{ACCOUNT}:{KEY}".encode()).decode()


def moved(to: str, status: int = 307) -> Answer:
    """Return an answer that sends elsewhere."""
    return status, {"Location": to}, b""


@pytest.mark.parametrize(
    "copy",
    [
        COPY,
        "https://media.twiliocdn.com/x",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC1/x",
        "https://media.us1.twilio.com/x",
    ],
)
def test_a_copy_is_fetched_without_credentials(hosts: Hosts, copy: str) -> None:
    """Where Twilio redirects to, the credentials do not go."""
    hosts.answers.update({START: moved(copy), copy: (200, {}, b"\x89PNG")})
    assert hosts.download(START) == b"\x89PNG"
    assert hosts.asked == [(START, BASIC), (copy, None)]


def test_a_redirect_within_the_host(hosts: Hosts) -> None:
    """The host that may know the credentials is told them again."""
    hosts.answers.update(
        {START: moved("/other", 301), "https://api.twilio.com/other": (200, {}, b"x")}
    )
    assert hosts.download(START) == b"x"
    assert [auth for _, auth in hosts.asked] == [BASIC, BASIC]


@pytest.mark.parametrize(
    "url",
    [
        "http://api.twilio.com/x",
        "https://api.twilio.com:8443/x",
        "https://user:pass@api.twilio.com/x",
        "https://api.twilio.com@evil.org/x",
        "https://twilio.com.evil.org/x",
        "https://eviltwilio.com/x",
        "https://api.twilio.com\\@evil.org/",
        "https://evil\\.twilio.com/x",
        "https://evil%2f.twilio.com/x",
        "https://evil%00.twilio.com/x",
        "https://.twilio.com/x",
        "https://a..twilio.com/x",
        "https://api.twilio.com/%2e%2e/x",
        "https://api.twilio.com/a\\..\\x",
        "https://api.twilio.com/a%5C..%5Cx",
        "https://mms.twiliocdn.com/x",
        "https://169.254.169.254/",
        "file:///etc/passwd",
        "https://api.twilio.com.:443/x",
        "https://[::1]/",
        "//api.twilio.com/x",
        "",
        "\x00",
        "https://api.twilio.com/" + "x" * 70_000,
    ],
)
def test_other_addresses_are_not_asked(hosts: Hosts, url: str) -> None:
    """No address but Twilio's own, over TLS, is asked for anything."""
    with pytest.raises((Invalid, NotFound)):
        hosts.download(url)
    assert hosts.asked == []


@pytest.mark.parametrize(
    "to",
    [
        "http://mms.twiliocdn.com/x",
        "https://evil.org/x",
        "https://s3-external-1.amazonaws.com/other/x",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/../other/x",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/%2e%2e/other/x",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/.%2E/other/x",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/..%2fother/x",
        "https://mms.twiliocdn.com@evil.org/",
        "https://127.0.0.1/",
        "https://:::/",
    ],
)
def test_redirects_elsewhere_are_not_followed(hosts: Hosts, to: str) -> None:
    """Where Twilio does not keep it, nothing is asked."""
    hosts.answers[START] = moved(to)
    with pytest.raises((Invalid, NotFound)):
        hosts.download(START)
    assert hosts.asked == [(START, BASIC)]


def test_three_redirects_and_no_more(hosts: Hosts) -> None:
    """A chain of three is followed, and a longer one is given up."""
    chain = [f"https://api.twilio.com/{i}" for i in range(5)]
    for here, there in pairwise(chain):
        hosts.answers[here] = moved(there)
    hosts.answers[chain[4]] = (200, {}, b"x")
    assert hosts.download(chain[1]) == b"x"
    with pytest.raises(NotFound, match="more than 3 times"):
        hosts.download(chain[0])


FAILURES: tuple[tuple[Answer, type[Exception]], ...] = (
    ((200, {}, b"x" * 101), Refused),
    ((200, {"Content-Length": "5"}, b"x"), NotFound),
    ((200, {"Content-Encoding": "gzip"}, b"x"), NotFound),
    ((401, {}, b""), NotFound),
    ((500, {}, b""), NotFound),
    ((307, {}, b""), NotFound),
)


@pytest.mark.parametrize(
    ("answer", "error"),
    FAILURES,
    ids=["too long", "broken off", "packed", "401", "500", "nowhere"],
)
def test_what_cannot_be_fetched(hosts: Hosts, answer: Answer, error: type[Exception]) -> None:
    """What is too long, breaks off, comes packed or not at all is an error that shows no secret."""
    hosts.answers.update({START: moved(COPY), COPY: answer})
    with pytest.raises(error) as caught:
        hosts.download(START, limit=100)
    assert KEY not in str(caught.value)
    assert "Signature" not in str(caught.value)


def test_as_much_as_the_limit_is_fetched(hosts: Hosts) -> None:
    """The limit itself is within the limit."""
    hosts.answers[START] = (200, {}, b"x" * 100)
    assert hosts.download(START, limit=100) == b"x" * 100


def test_no_time_is_left(hosts: Hosts) -> None:
    """When the time is over, nobody is asked."""
    with pytest.raises(NotFound, match="in time"):
        hosts.download(START, timeout=0)
    assert hosts.asked == []


@attrs.define
class Dripping:
    """A server that is slow, and what became of its headers."""

    port: int
    has_ended: threading.Event


@pytest.fixture
def dripping() -> Iterator[Dripping]:
    """Yield a server whose headers come one after the other, and then a body."""
    has_ended, is_over = threading.Event(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                for number in range(60):
                    self.wfile.write(b"X-%d: x\r\n" % number)
                    is_over.wait(0.05)
                has_ended.set()
                self.wfile.write(b"Content-Length: 1\r\n\r\nx")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its name there
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=partial(server.serve_forever, 0.01))
    thread.start()
    yield Dripping(server.server_address[1], has_ended)
    is_over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_headers_that_drip(dripping: Dripping) -> None:
    """A server that is never silent for long is left when the time is over, not when it is done."""
    with (
        httpx.Client(transport=Loopback(dripping.port)) as client,
        pytest.raises(NotFound, match="could not be fetched"),
    ):
        download(START, auth=(ACCOUNT, KEY), client=client, timeout=0.3)
    assert not dripping.has_ended.is_set()


def test_time_that_is_enough(dripping: Dripping) -> None:
    """One that is slow and done in time is waited for."""
    with httpx.Client(transport=Loopback(dripping.port)) as client:
        assert download(START, auth=(ACCOUNT, KEY), client=client, timeout=60) == b"x"
