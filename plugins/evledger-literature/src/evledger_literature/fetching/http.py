"""Asking over HTTP: politely, patiently, and never for longer or for more than was meant."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Generator
from http import HTTPStatus
from importlib.metadata import version
from types import TracebackType
from typing import Final, Self, TypeVar
from urllib.parse import quote

import httpx

from evledger import Invalid
from evledger.importing import FetchContext
from evledger_literature.fetching.answers import Answer, NoAnswer, Request
from evledger_literature.fetching.bodies import ACCEPTED, Truncated, body_of
from evledger_literature.fetching.delays import advertised_pause, backoff, retry_after
from evledger_literature.fetching.pacing import Paces
from evledger_literature.fetching.wire import Inside, Watch, Wire

__all__ = ["Client"]

T = TypeVar("T")

_TRIES: Final = 4
_FAILURES: Final = 3  # in a row, after which a host is not asked again
_REDIRECTS: Final = 5
_LONGEST_WAIT: Final = 60.0  # seconds that a server may ask to be left alone
_WHOLE: Final = 4.0  # times the timeout: how long an answer may take to its end
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_PASSING: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class _Again(Exception):
    """Something that may pass."""

    def __init__(self, host: str, what: str, wait: float | None = None) -> None:
        super().__init__(what)
        self.host = host
        self.wait = wait


class Client:
    """Asks hosts, one request after the other.

    Use it in a ``with`` block, which closes its connections.

    Args:
        context: who asks, and how long an answer may take.
        wire: how requests reach the world.
        paces: how often hosts may be asked.
        named: whether to tell the hosts whom they can write to.

    >>> from evledger.importing import FetchContext
    >>> from evledger_literature.fetching.answers import Request, document
    >>> wire = Wire(transport=httpx.MockTransport(lambda request: httpx.Response(200, text="{}")))
    >>> paces = Paces(clock=wire.clock, sleep=wire.sleep)
    >>> with Client(FetchContext(), wire, paces) as client:
    ...     client.ask(Request(url="https://example.org/"), document)
    {}
    """

    def __init__(
        self, context: FetchContext, wire: Wire, paces: Paces, *, named: bool = True
    ) -> None:
        self._context = context
        self._wire = wire
        self._paces = paces
        self._watch = Watch(wire.is_inside)
        self._failures = Counter[str]()
        self._http = _opened(context, wire, _user_agent(context.contact if named else None))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.close()

    def ask(self, request: Request, read: Callable[[Answer], T]) -> T | None:
        """Ask, again where that may help, and read the answer.

        Args:
            request: what is asked.
            read: what makes of an answer what is wanted, or raises ``Invalid``.

        Returns:
            What was read; ``None`` where the host says that it has no such thing.

        Raises:
            NoAnswer: there is no answer that can be used,
                or the last few questions to this host had none either.
        """
        sent = self._built(request)
        host = sent.url.host
        if self._failures[host] >= _FAILURES:
            raise NoAnswer(
                f"{host} failed {_FAILURES} times in a row, so it was not asked again; try later"
            )
        self._failures[host] += 1  # until it is known better
        answer = self._tried(sent, request)
        found = None if answer is None else _read(answer, read)
        self._failures[host] = 0
        return found

    def _built(self, request: Request) -> httpx.Request:
        self._http.cookies.clear()  # a redirect may count on one; another question may not
        try:
            return self._http.build_request(
                "GET" if request.form is None else "POST",
                request.url,
                params=request.params,
                data=request.form,
                extensions={"trace": self._watch},
            )
        except (httpx.InvalidURL, UnicodeError) as error:
            raise NoAnswer(f"{request.url:.200} is no web address; check it") from error

    def _tried(self, sent: httpx.Request, request: Request) -> Answer | None:
        attempt = 1
        while True:
            try:
                return self._followed(sent, request)
            except _Again as again:
                wait = again.wait or 0.0
                if attempt == _TRIES or wait > _LONGEST_WAIT:
                    raise NoAnswer(_in_vain(again, attempt)) from again
                delay = max(backoff(attempt, self._wire.jitter()), wait)
                self._paces.of(again.host).hold(delay)
            attempt += 1

    def _followed(self, sent: httpx.Request, request: Request) -> Answer | None:
        """Go where redirects lead: a few, over the web alone, and never from outside inside."""
        self._watch.only_outside = False
        for _ in range(_REDIRECTS + 1):
            response, body, whole = self._exchanged(sent, request)
            if response.next_request is None:
                self._check_status(response, request)
                return _answered(response, body, whole=whole, cut=request.cut)
            sent = _allowed(sent, response.next_request)
        raise NoAnswer(f"{sent.url.host} redirects more than {_REDIRECTS} times; {request.hint}")

    def _exchanged(
        self, sent: httpx.Request, request: Request
    ) -> tuple[httpx.Response, bytes, bool]:
        pace = self._paces.of(sent.url.host)
        with pace.turn(request.pause), self._bounded(sent.url.host):
            response = self._http.send(sent, stream=True)
            with contextlib.closing(response):
                self._look_where_it_led(response)
                if (pause := advertised_pause(response.headers)) is not None:
                    pace.slow_to(pause)
                return response, *_body(response, request.largest)

    def _look_where_it_led(self, response: httpx.Response) -> None:
        stream = response.extensions.get("network_stream")
        if stream is not None and not self._watch.leads_inside(stream):
            self._watch.only_outside = True

    @contextlib.contextmanager
    def _bounded(self, host: str) -> Generator[None]:
        """Hold an exchange to its time, and say in our words what went wrong."""
        longest = self._context.timeout * _WHOLE
        with self._watch.over(longest):
            try:
                with _told(host, self._context.timeout):
                    yield
            except _Again:
                if not self._watch.is_cut:
                    raise
            if self._watch.is_cut:
                raise NoAnswer(
                    f"{host} takes longer than {longest:g} seconds for an answer; try again later"
                )

    def _check_status(self, response: httpx.Response, request: Request) -> None:
        status, host = response.status_code, response.url.host
        if status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            wait = retry_after(response.headers.get("retry-after", ""), self._wire.now())
            raise _Again(host, f"answered {_named(status)}", wait)
        if status not in _GONE and not response.is_success:
            raise NoAnswer(f"{host} refused with {_named(status)}; {request.hint}")


def _opened(context: FetchContext, wire: Wire, user_agent: str) -> httpx.Client:
    try:
        return httpx.Client(
            headers={"User-Agent": user_agent, "Accept-Encoding": ACCEPTED},
            timeout=context.timeout,
            # One connection at a time: a new one is looked at before anything is sent.
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            transport=wire.transport,
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:  # they may show a password
        raise Invalid("the proxy that the environment names cannot be used; check it") from error


@contextlib.contextmanager
def _told(host: str, timeout: float) -> Generator[None]:
    """Turn whatever may happen on the way into our own errors."""
    try:
        yield
    except Inside as error:
        raise NoAnswer(
            f"{host} lies in a private network, where a redirect from outside must not lead"
        ) from error
    except httpx.InvalidURL as error:
        raise NoAnswer(f"{host} redirects to what is no web address") from error
    except Invalid as error:
        raise NoAnswer(f"{host} gave an answer that cannot be read: {error}") from error
    except httpx.TimeoutException as error:
        raise _Again(host, f"did not answer within {timeout:g} seconds") from error
    except httpx.ConnectError as error:
        raise _Again(host, f"cannot be reached ({error!s:.200})") from error
    except (httpx.HTTPError, Truncated, OSError, UnicodeError) as error:
        raise _Again(host, "broke off its answer") from error


def _body(response: httpx.Response, largest: int) -> tuple[bytes, bool]:
    if response.is_stream_consumed:  # what a transport in place of the network has read itself
        return body_of([response.content], "", largest)
    return body_of(response.iter_raw(), response.headers.get("content-encoding", ""), largest)


def _in_vain(again: _Again, attempts: int) -> str:
    times = f", {attempts} times" if attempts > 1 else ""
    when = "later" if again.wait is None else f"in {again.wait:.0f} seconds or later"
    return f"{again.host} {again}{times}; try again {when}"


def _allowed(sent: httpx.Request, following: httpx.Request) -> httpx.Request:
    """Return the request that a redirect asks for, if it may be made."""
    host = sent.url.host
    if following.url.scheme not in {"http", "https"}:
        raise NoAnswer(f"{host} redirects to {following.url.scheme:.20}:, which is not followed")
    if sent.method != "GET":  # what was sent may hold a key
        raise NoAnswer(f"{host} redirects what was sent to it, which is not followed")
    return following


def _answered(response: httpx.Response, body: bytes, *, whole: bool, cut: bool) -> Answer | None:
    if response.status_code in _GONE:
        return None
    if not whole and not cut:
        raise NoAnswer(
            f"{response.url.host} gave an answer that is too large: {len(body)} bytes and more"
        )
    return Answer(url=str(response.url), headers=response.headers, body=body, whole=whole)


def _read(answer: Answer, read: Callable[[Answer], T]) -> T:
    try:
        return read(answer)
    except Invalid as error:  # whose message may show some of what came back
        raise NoAnswer(
            f"{httpx.URL(answer.url).host} answered with something else than was asked for "
            f"({answer.media_type or 'of no known type'}); try again later"
        ) from error


def _named(status: int) -> str:
    known = status in HTTPStatus.__members__.values()
    return f"HTTP {status}" + (f" ({HTTPStatus(status).phrase})" if known else "")


def _user_agent(contact: str | None) -> str:
    """Return who asks, and where the person behind can be written to."""
    name = f"evledger-literature/{version('evledger-literature')}"
    return f"{name} (mailto:{quote(contact, safe='@+')})" if contact else name
