"""The client: polite, patient, and held by nobody."""

from __future__ import annotations

import gzip
import itertools
import logging
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Protocol, TypeAlias

import attrs
import httpx
import pytest
from evledger_literature.fetching.answers import Answer, NoAnswer, Request, document
from evledger_literature.fetching.bodies import Truncated, body_of
from evledger_literature.fetching.delays import advertised_pause, backoff, retry_after
from evledger_literature.fetching.http import Client
from evledger_literature.fetching.inquiring import address
from evledger_literature.fetching.pacing import Pace, Paces
from evledger_literature.fetching.wire import Watch, Wire, is_inside
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid
from evledger.importing import FetchContext

Asked: TypeAlias = BaseHTTPRequestHandler
Script: TypeAlias = Callable[[Asked, bytes], Iterable[bytes | float]]
Reply: TypeAlias = Callable[..., bytes]


class Serve(Protocol):
    """Serves a script."""

    def __call__(self, script: Script, host: str = ...) -> str:
        """Serve it, and give the address."""
        ...


NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
MIB = 1 << 20


def opened(wire: Wire, timeout: float = 5.0, contact: str | None = None) -> Client:
    """Return a client."""
    paces = Paces(clock=wire.clock, sleep=wire.sleep)
    return Client(FetchContext(contact=contact, timeout=timeout), wire, paces)


def ask(wire: Wire, asked: str | Request, *, timeout: float = 5.0) -> Answer | None:
    """Ask once, and give the answer as it came."""
    request = asked if isinstance(asked, Request) else Request(url=asked)
    with opened(wire, timeout) as client:
        return client.ask(request, lambda answer: answer)


def body(answer: Answer | None) -> bytes:
    """Return the body of an answer that has one."""
    assert answer is not None
    return answer.body


def one_after_the_other(*answers: Iterable[bytes | float]) -> Script:
    """Play another answer for each request, and the last for all that follow."""
    left = itertools.chain(answers, itertools.repeat(answers[-1]))
    return lambda _asked, _body: next(left)


def always(*parts: bytes) -> Script:
    """Play the same answer for every request."""
    return lambda _asked, _body: parts


def counting(asked: list[str], *parts: bytes) -> Script:
    """Play the same answer for every request, and note its path."""

    def script(handler: Asked, _body: bytes) -> Iterable[bytes]:
        asked.append(handler.path)
        return parts

    return script


def reset() -> Iterator[bytes]:
    """Send a part, and reset the connection."""
    yield b"HTTP/1.1 200 OK\r\n"
    raise ConnectionResetError


# -- who asks ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        (None, ""),
        ("curator@example.org", " (mailto:curator@example.org)"),
        ("a\r\nX-Evil: 1 ü@b", " (mailto:a%0D%0AX-Evil%3A%201%20%C3%BC@b)"),
    ],
)
def test_says_who_asks(
    serve: Serve, reply: Reply, wire: Wire, contact: str | None, expected: str
) -> None:
    """Servers are told the name, the version and, if there is one, an address to write to."""
    seen: list[str] = []

    def script(asked: Asked, _body: bytes) -> list[bytes]:
        seen.extend(str(asked.headers[name]) for name in ("user-agent", "accept-encoding"))
        assert asked.headers["x-evil"] is None
        return [reply()]

    with opened(wire, contact=contact) as client:
        client.ask(Request(url=serve(script)), lambda answer: answer)
    assert seen[0].startswith("evledger-literature/")
    assert seen[0].partition(" ")[1:] == (expected[:1], expected[1:])
    assert seen[1] == "gzip"


def test_keeps_no_cookies(serve: Serve, reply: Reply, wire: Wire) -> None:
    """What one answer sets is not sent along with the next question."""
    seen: list[str | None] = []

    def script(asked: Asked, _body: bytes) -> list[bytes]:
        seen.append(asked.headers["cookie"])
        return [reply(headers={"Set-Cookie": "id=7"})]

    url = serve(script)
    with opened(wire) as client:
        for _ in range(2):
            client.ask(Request(url=url), lambda answer: answer)
    assert seen == [None, None]


# -- how often ---------------------------------------------------------------------------


def test_pauses_between_requests(
    serve: Serve, reply: Reply, wire: Wire, waits: list[float]
) -> None:
    """Requests to one host start no sooner than the pause after another."""
    url = serve(always(reply()))
    with opened(wire) as client:
        for _ in range(3):
            client.ask(Request(url=url, pause=0.5), lambda answer: answer)
    assert waits == [0.5, 0.5]


def test_does_not_pause_for_another_host(
    serve: Serve, reply: Reply, wire: Wire, waits: list[float]
) -> None:
    """Each host has a pace of its own."""
    with opened(wire) as client:
        for host in ("127.0.0.1", "127.0.0.2"):
            url = serve(always(reply()), host)
            client.ask(Request(url=url, pause=0.5), lambda answer: answer)
    assert waits == []


def test_slows_to_what_a_host_asks_for(
    serve: Serve, reply: Reply, wire: Wire, waits: list[float]
) -> None:
    """Crossref says how often it may be asked; that is kept, where it is longer than the pause."""
    headers = {"X-Rate-Limit-Limit": "5", "X-Rate-Limit-Interval": "10s"}
    url = serve(always(reply(headers=headers)))
    with opened(wire) as client:
        for _ in range(2):
            client.ask(Request(url=url, pause=0.5), lambda answer: answer)
    assert waits == [2.0]


@given(
    steps=st.lists(
        st.tuples(st.floats(0, 10), st.floats(0, 5), st.floats(0, 20)), min_size=2, max_size=12
    )
)
def test_no_turn_begins_too_soon(steps: list[tuple[float, float, float]]) -> None:
    """Whatever time passes in between, turns are as far apart as the pause and the hold say."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    pace = Pace(clock=lambda: now[0], sleep=sleep)
    earliest = 0.0
    for pause, held, passing in steps:
        with pace.turn(pause):
            assert now[0] >= earliest - 1e-9
            start = now[0]
            now[0] += passing
        pace.hold(held)
        earliest = max(start, now[0] + held)


@pytest.mark.parametrize("limit", ["", "0", "-1", "x", "9" * 99])
def test_no_sense_is_no_advice(limit: str) -> None:
    """A host that says how often it may be asked in no sensible way has said nothing."""
    headers = {"x-rate-limit-limit": limit, "x-rate-limit-interval": "1s"}
    assert advertised_pause(headers) is None


# -- again -------------------------------------------------------------------------------

PASSING = {
    "a server error": [b"HTTP/1.1 500 So\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"],
    "a gateway's error": [b"HTTP/1.1 502 So\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"],
    "no time": [b"HTTP/1.1 503 So\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"],
    "too many": [b"HTTP/1.1 429 So\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"],
    "a body that breaks off": [b"HTTP/1.1 200 So\r\nContent-Length: 9\r\n\r\nabc", 0.0],
    "a chunk that breaks off": [b"HTTP/1.1 200 So\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc"],
    "a broken package": [
        b"HTTP/1.1 200 So\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nno gzip !"
    ],
    "no HTTP": [b"SSH-2.0-OpenSSH_9.6\r\n\r\n"],
    "a header without end": [b"HTTP/1.1 200 So\r\nX: " + b"x" * 200_000],
}


@pytest.mark.parametrize("failure", PASSING.values(), ids=PASSING)
def test_tries_again(
    serve: Serve, reply: Reply, wire: Wire, waits: list[float], failure: Iterable[bytes | float]
) -> None:
    """What may pass is tried again, after longer and longer waits."""
    tries = itertools.count()

    def script(asked: Asked, _body: bytes) -> Iterable[bytes | float]:
        asked.close_connection = True
        return failure if next(tries) < 3 else [reply("at last")]

    url = serve(script)
    assert body(ask(wire, url)) == b"at last"
    assert waits == [1.0, 2.0, 4.0]


def test_tries_again_after_a_reset(serve: Serve, reply: Reply, wire: Wire) -> None:
    """A connection that is reset is made again."""
    url = serve(one_after_the_other(reset(), [reply("at last")]))
    assert body(ask(wire, url)) == b"at last"


def test_tries_again_after_silence(serve: Serve, reply: Reply, wire: Wire) -> None:
    """A server that does not answer in time is asked again."""
    url = serve(one_after_the_other([60.0], [reply("at last")]))
    assert body(ask(wire, url, timeout=0.3)) == b"at last"


def test_gives_up(serve: Serve, reply: Reply, wire: Wire) -> None:
    """A host that never answers is given up, with what it did and what to do."""
    asked: list[str] = []
    url = serve(counting(asked, reply(status=503)))
    with pytest.raises(NoAnswer, match=r"503 \(Service Unavailable\), 4 times; try again later"):
        ask(wire, url)
    assert len(asked) == 4


def test_says_that_a_host_cannot_be_reached(wire: Wire) -> None:
    """Where nobody listens, or no such host is, that is said."""
    with pytest.raises(NoAnswer, match=r"127\.0\.0\.1 cannot be reached"):
        ask(wire, "http://127.0.0.1:1/")


def test_refusals_are_final(serve: Serve, reply: Reply, wire: Wire, waits: list[float]) -> None:
    """What the host does not want to answer is not asked again."""
    url = serve(always(reply("<p>You are a robot", 403)))
    with pytest.raises(NoAnswer, match=r"refused with HTTP 403 \(Forbidden\); check"):
        ask(wire, url)
    assert waits == []


@pytest.mark.parametrize("status", [404, 410])
def test_gone_is_an_answer(serve: Serve, reply: Reply, wire: Wire, status: int) -> None:
    """A host that has no such thing has answered."""
    assert ask(wire, serve(always(reply("no", status)))) is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("7", 7.0),
        ("0", 1.0),  # never less than our own
        (format_datetime(NOW + timedelta(seconds=20), usegmt=True), 20.0),
        (format_datetime(NOW - timedelta(days=20), usegmt=True), 1.0),
        ("soon", 1.0),
        ("-5", 1.0),
    ],
)
def test_waits_as_long_as_it_is_told(
    serve: Serve, wire: Wire, waits: list[float], said: str, expected: float
) -> None:
    """`Retry-After` is honoured, in seconds and as a date."""
    busy = f"HTTP/1.1 429 So\r\nRetry-After: {said}\r\nContent-Length: 0\r\n\r\n".encode()
    url = serve(one_after_the_other([busy], [b"HTTP/1.1 200 So\r\nContent-Length: 0\r\n\r\n"]))
    assert body(ask(wire, url)) == b""
    assert waits == [expected]


def test_does_not_wait_for_ever(serve: Serve, reply: Reply, wire: Wire, waits: list[float]) -> None:
    """A host that wants to be left alone for long is left alone."""
    url = serve(always(reply(status=503, headers={"Retry-After": "86400"})))
    with pytest.raises(NoAnswer, match="try again in 86400 seconds or later"):
        ask(wire, url)
    assert waits == []


@given(value=st.text() | st.datetimes(timezones=st.just(UTC) | st.none()).map(format_datetime))
def test_any_retry_after_is_read(value: str) -> None:
    """Whatever a header holds is a time to wait or nothing."""
    found = retry_after(value, NOW)
    assert found is None or found >= 0


@given(attempt=st.integers(1, 50), jitter=st.floats(0, 1))
def test_backoff_is_bounded(attempt: int, jitter: float) -> None:
    """Waits grow to half a minute, and never to nothing."""
    assert 0.5 <= backoff(attempt, jitter) <= 30


def test_a_host_that_fails_is_asked_no_more(serve: Serve, reply: Reply, wire: Wire) -> None:
    """After three questions in vain the next are not asked."""
    asked: list[str] = []
    url = serve(counting(asked, reply("<html>", 200)))
    with opened(wire) as client:
        for _ in range(3):
            with pytest.raises(NoAnswer, match="something else than was asked for"):
                client.ask(Request(url=url), document)
        with pytest.raises(NoAnswer, match="failed 3 times in a row, so it was not asked again"):
            client.ask(Request(url=url), document)
    assert len(asked) == 3


def test_an_answer_clears_the_failures(serve: Serve, reply: Reply, wire: Wire) -> None:
    """Only failures in a row count."""
    answers = [reply("no"), reply("no"), reply("{}"), reply("no"), reply("no"), reply("{}")]
    url = serve(one_after_the_other(*([each] for each in answers)))
    with opened(wire) as client:
        for each in answers:
            if each.endswith(b"{}"):
                assert client.ask(Request(url=url), document) == {}
            else:
                with pytest.raises(NoAnswer):
                    client.ask(Request(url=url), document)


# -- where to ----------------------------------------------------------------------------


def moved(reply: Reply, location: str, status: int = 302) -> list[bytes]:
    """Answer that it is elsewhere."""
    return [reply(status=status, headers={"Location": location})]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_follows_redirects(serve: Serve, reply: Reply, wire: Wire, status: int) -> None:
    """A page that has moved is found, and where is said."""

    def script(asked: Asked, _body: bytes) -> list[bytes]:
        return moved(reply, "/new?x=1", status) if asked.path == "/old" else [reply(asked.path)]

    url = serve(script)
    answer = ask(wire, f"{url}/old")
    assert body(answer) == b"/new?x=1"
    assert answer is not None
    assert answer.url == f"{url}/new?x=1"


def test_redirects_end(serve: Serve, reply: Reply, wire: Wire) -> None:
    """A page that leads back to itself is given up."""
    asked: list[str] = []
    url = serve(counting(asked, *moved(reply, "/again")))
    with pytest.raises(NoAnswer, match="redirects more than 5 times"):
        ask(wire, url)
    assert len(asked) == 6


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://example.org/", "gopher://x/", "data:text/html,x"]
)
def test_redirects_stay_on_the_web(
    serve: Serve, reply: Reply, wire: Wire, waits: list[float], location: str
) -> None:
    """No redirect leads to a file, or to anything but http and https."""
    url = serve(always(*moved(reply, location)))
    with pytest.raises(NoAnswer, match=r"which is not followed|to what is no web address"):
        ask(wire, url)
    assert waits == []


@pytest.mark.parametrize("location", ["http://", "http://[", "http://a..b/", "//" + "a" * 70])
def test_redirects_to_nowhere(serve: Serve, reply: Reply, wire: Wire, location: str) -> None:
    """A redirect to no address is an error of ours, as any other."""
    url = serve(always(*moved(reply, location)))
    with pytest.raises(NoAnswer):
        ask(wire, url)


def test_what_was_sent_is_not_sent_elsewhere(serve: Serve, reply: Reply, wire: Wire) -> None:
    """A form may hold a key, which no redirect may lead astray."""
    url = serve(always(*moved(reply, "/elsewhere", 307)))
    with opened(wire) as client, pytest.raises(NoAnswer, match="which is not followed"):
        client.ask(Request(url=url, form={"api_key": "secret"}), lambda answer: answer)


def test_no_redirect_leads_inside(serve: Serve, reply: Reply, wire: Wire) -> None:
    """From outside no redirect leads to a private address; nothing is sent there."""
    asked: list[str] = []
    inside = serve(counting(asked, reply("secret")), "127.0.0.2")
    outside = serve(always(*moved(reply, inside)))
    guarded = attrs.evolve(wire, is_inside="127.0.0.2".__eq__)
    with pytest.raises(NoAnswer, match=r"127\.0\.0\.2 lies in a private network"):
        ask(guarded, outside)
    assert asked == []


def test_no_redirect_leads_back_inside(serve: Serve, reply: Reply, wire: Wire) -> None:
    """A way that has been outside does not lead inside again."""
    outside: list[str] = []

    def script(asked: Asked, _body: bytes) -> list[bytes]:
        return [reply("secret")] if asked.path == "/secret" else moved(reply, outside[0])

    inside = serve(script, "127.0.0.2")
    outside.append(serve(always(*moved(reply, f"{inside}/secret"))))
    guarded = attrs.evolve(wire, is_inside="127.0.0.2".__eq__)
    with pytest.raises(NoAnswer, match=r"127\.0\.0\.2 lies in a private network"):
        ask(guarded, inside)


def test_people_may_read_their_own_network(serve: Serve, reply: Reply, wire: Wire) -> None:
    """What a person names may be inside, and lead to what is inside."""
    there = serve(always(reply("ours")), "127.0.0.2")
    assert body(ask(wire, serve(always(*moved(reply, there))))) == b"ours"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254"),
        *("0.0.0.0", "100.64.0.1", "::1", "::", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1"),  # noqa: S104 -- an address to refuse
        *("2002:7f00:1::", "/run/a.sock"),
    ],
)
def test_knows_what_is_inside(address: str) -> None:
    """Loopback, link-local, private and shared addresses are inside, however they are written."""
    assert is_inside(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_knows_what_is_outside(address: str) -> None:
    """Addresses of the world are outside."""
    assert not is_inside(address)


# -- how much, and how long --------------------------------------------------------------


def test_reads_no_more_than_it_may(serve: Serve, wire: Wire) -> None:
    """A body without end is left where the limit is."""
    endless = itertools.chain([b"HTTP/1.1 200 So\r\n\r\n"], itertools.repeat(b"x" * MIB))
    url = serve(lambda _asked, _body: endless)
    with pytest.raises(NoAnswer, match="an answer that is too large"):
        ask(wire, Request(url=url, largest=3 * MIB))


def test_gives_what_it_has_read(serve: Serve, reply: Reply, wire: Wire) -> None:
    """Where a part will do, the part is given."""
    url = serve(always(reply("0123456789")))
    answer = ask(wire, Request(url=url, largest=4, cut=True))
    assert answer is not None
    assert (answer.body, answer.whole) == (b"0123", False)


def test_bombs_do_not_go_off(serve: Serve, reply: Reply, wire: Wire) -> None:
    """What unpacks to far more than was sent is unpacked to the limit alone."""
    bomb = reply(gzip.compress(bytes(200 * MIB), 9), headers={"Content-Encoding": "gzip"})
    assert len(bomb) < MIB
    url = serve(always(bomb))
    with pytest.raises(NoAnswer, match="an answer that is too large"):
        ask(wire, Request(url=url, largest=2 * MIB))


def test_a_bomb_takes_no_room() -> None:
    """Of what a small packed body unpacks to, no more than the limit and a piece is ever held."""
    bomb = gzip.compress(bytes(64 * MIB))
    assert len(bomb) < MIB // 4
    tracemalloc.start()
    body_of([bomb], "gzip", MIB)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MIB


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "deflate", "zstd"])
def test_unpacks_only_what_it_asked_for(
    serve: Serve, reply: Reply, wire: Wire, encoding: str
) -> None:
    """A body that is packed twice, or in another way, is refused."""
    url = serve(always(reply("x", headers={"Content-Encoding": encoding})))
    with pytest.raises(NoAnswer, match="which was not asked for"):
        ask(wire, url)


@given(
    data=st.binary(max_size=400),
    cuts=st.lists(st.integers(0, 500), max_size=6),
    members=st.integers(1, 3),
)
def test_unpacks_in_any_pieces(data: bytes, cuts: list[int], members: int) -> None:
    """However a packed body arrives, it unpacks to what was packed."""
    packed = gzip.compress(data) * members
    edges = [0, *sorted(min(cut, len(packed)) for cut in cuts), len(packed)]
    chunks = [packed[start:stop] for start, stop in itertools.pairwise(edges)]
    assert body_of(chunks, "GZIP", 10_000) == (data * members, True)


@given(data=st.binary(max_size=200), end=st.integers(1, 300))
def test_sees_that_a_package_breaks_off(data: bytes, end: int) -> None:
    """A packed body that ends too early is not taken for the whole."""
    packed = gzip.compress(data)
    with pytest.raises(Truncated):
        body_of([packed[: min(end, len(packed) - 1)]], "gzip", 10_000)


@given(data=st.binary(), largest=st.integers(0, 50))
def test_any_bytes_are_a_body_or_truncated(data: bytes, largest: int) -> None:
    """Garbage that says it is packed gives no other error, and no more than the limit."""
    try:
        found, _ = body_of([zlib.compress(data, wbits=31)[:-9] + data], "gzip", largest)
    except Truncated:
        return
    assert len(found) <= largest


def drip(parts: Iterable[bytes]) -> Iterator[bytes | float]:
    """Send a byte at a time, each well within the timeout."""
    for part in parts:
        yield from (part, 0.05)


DRIPPED = {
    "header": itertools.chain([b"HTTP/1.1 200 So\r\nX: "], itertools.repeat(b"x")),
    "body": itertools.chain([b"HTTP/1.1 200 So\r\n\r\n"], itertools.repeat(b"x")),
    "size of a chunk": itertools.chain(
        [b"HTTP/1.1 200 So\r\nTransfer-Encoding: chunked\r\n\r\n1;"], itertools.repeat(b"x")
    ),
}


@pytest.mark.parametrize("parts", DRIPPED.values(), ids=DRIPPED)
def test_nobody_is_held_by_drops(serve: Serve, wire: Wire, parts: Iterable[bytes]) -> None:
    """A server that sends a byte now and then, for ever, is cut off; and not asked again."""
    url = serve(lambda _asked, _body: drip(parts))
    with pytest.raises(NoAnswer, match=r"takes longer than 0\.8 seconds"):
        ask(wire, url, timeout=0.2)


def test_a_connection_that_comes_too_late_is_closed() -> None:
    """What is connected after the time is over is not used any more."""
    ours, theirs = socket.socketpair()
    watch = Watch(is_inside)
    with theirs, watch.over(seconds=0.0):
        while not watch.is_cut:
            time.sleep(0.001)
        with pytest.raises(httpx.ConnectTimeout):
            watch("connection.connect_tcp.complete", {"return_value": ours})
    assert ours.fileno() == -1


# -- what is said ------------------------------------------------------------------------


def test_garbage_is_not_repeated(serve: Serve, reply: Reply, wire: Wire) -> None:
    """An answer that cannot be read is told of by its type, and nothing of it is shown."""
    url = serve(always(reply("<b>my-key", headers={"Content-Type": "text/html"})))
    with opened(wire) as client, pytest.raises(NoAnswer) as caught:
        client.ask(Request(url=url), document)
    assert "(text/html)" in str(caught.value)
    assert "my-key" not in str(caught.value)


def test_keys_are_not_logged(
    serve: Serve, reply: Reply, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    """What is sent in a form stands in no log and no representation."""
    caplog.set_level(logging.DEBUG)
    request = Request(url=serve(always(reply("{}"))), form={"api_key": "my-key"})
    with opened(wire) as client:
        client.ask(request, document)
    assert caplog.records
    assert "my-key" not in f"{request!r} {caplog.text}"


@pytest.mark.parametrize(
    "text", ["example.org", "ftp://example.org", "http://me:pw@example.org", "http://a/?key=pw"]
)
def test_a_mirror_has_an_address(text: str) -> None:
    """What names a mirror is an address without password and query, and is not repeated."""
    with pytest.raises(Invalid, match="EVLEDGER_CROSSREF_URL: expected the address") as caught:
        address({"EVLEDGER_CROSSREF_URL": text}, "EVLEDGER_CROSSREF_URL", "https://example.com")
    assert text not in str(caught.value)


def test_a_proxy_that_is_none_is_said(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that cannot be used is named as the fault, without its password."""
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://me:pw@example.org")
    with pytest.raises(Invalid, match="the proxy that the environment names") as caught:
        opened(wire)
    assert "pw" not in str(caught.value)


def test_another_transport_may_carry_it(wire: Wire) -> None:
    """What carries requests can be put in place of the network."""
    transport = httpx.MockTransport(lambda request: httpx.Response(200, text=request.url.path))
    answer = ask(attrs.evolve(wire, transport=transport), "https://example.org/there")
    assert body(answer) == b"/there"
