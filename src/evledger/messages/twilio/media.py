"""Fetching what came with a message.

Twilio keeps it, asks for the account's credentials, and redirects to a network of copies with
an address that is valid for some hours. Addresses come in with the message, so only Twilio's own
hosts are asked, the credentials go to no other than the first, and nothing is believed about sizes
or about how long it takes: when the time is over, the connection is cut. Until there is one, httpx
limits each step alone: looking a name up, not even that. And a connection that an application's
own client had open before is as slow as it is.

Source: Twilio, *Protect media access with HTTP basic authentication*, help article 223183748,
and *Media resource*, https://www.twilio.com/docs/messaging/api/media-resource.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, nullcontext, suppress
from http import HTTPStatus
from importlib.util import find_spec
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from evledger.exceptions import Invalid, NotFound, Refused
from evledger.messages.limits import LARGEST_FILE

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import httpx

__all__ = ["TIMEOUT", "download"]

TIMEOUT: Final = 10.0
"""Seconds. Twilio waits 15 for an answer, and what came is to be written down by then."""

_STEP: Final = 3.0  # seconds without a sign of life
_REDIRECTS: Final = 3
_TWILIO: Final = ".twilio.com"
_HOST: Final = re.compile(rb"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_ASTRAY: Final = re.compile(rb"\.\.|%2e|%2f|%5c|\\", re.IGNORECASE)  # leads out of a folder
# Where Twilio redirects to; the last for accounts that do not ask for credentials.
_COPIES: Final = (
    "https://mms.twiliocdn.com/",
    "https://media.twiliocdn.com/",
    "https://s3-external-1.amazonaws.com/media.twiliocdn.com/",
)
_HEADERS: Final = {"Accept-Encoding": "identity", "User-Agent": "evledger"}


def download(
    url: str,
    *,
    auth: tuple[str, str],
    limit: int = LARGEST_FILE,
    timeout: float = TIMEOUT,
    client: httpx.Client | None = None,
) -> bytes:
    """Fetch what came with a message from Twilio.

    Args:
        url: as the request had it: ``https``, below ``twilio.com``.
        auth: the account's id and its auth token, or an API key and its secret.
        limit: how many bytes it may have.
        timeout: seconds for all of it.
        client: asks in the application's own way; the arguments here still hold.

    Raises:
        Invalid: the address, or one that it redirects to, is not Twilio's.
        NotFound: the server could not be reached in time, or does not have it.
        Refused: it is too long, or httpx is not installed.
    """
    _check_installed()
    import httpx  # noqa: PLC0415  # an extra, which is there

    ends = monotonic() + timeout
    try:
        with _client(client) as asking:
            return _follow(asking, _first(url), auth=auth, limit=limit, ends=ends)
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, UnicodeError) as error:
        # What it says may show the address, which is as good as a key.
        raise NotFound(f"what came could not be fetched: {type(error).__name__}") from None


def _check_installed() -> None:
    if find_spec("httpx") is None:
        msg = "fetching what came needs httpx: pip install 'evidence-ledger[messages]'"
        raise Refused(msg)


def _client(client: httpx.Client | None) -> AbstractContextManager[httpx.Client]:
    import httpx  # noqa: PLC0415  # which is there

    return nullcontext(client) if client is not None else httpx.Client()


def _follow(
    client: httpx.Client, url: httpx.URL, *, auth: tuple[str, str], limit: int, ends: float
) -> bytes:
    first = url.raw_host
    with _cut_at(ends) as watched:
        for _ in range(_REDIRECTS + 1):
            with client.stream(
                "GET",
                url,
                auth=auth if url.raw_host == first else None,
                headers=_HEADERS,
                follow_redirects=False,
                timeout=min(_STEP, _left(ends)),
                extensions={"trace": watched},
            ) as response:
                if response.next_request is None:
                    return _body(response, limit, ends)
                url = _further(response.next_request.url)
    raise NotFound(f"what came is redirected more than {_REDIRECTS} times")


class _Connections:
    """The connections that a client opens; httpx tells of each as a request's ``trace``."""

    def __init__(self) -> None:
        self._streams: list[Any] = []

    def __call__(self, event: str, info: dict[str, Any]) -> None:
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._streams.append(info["return_value"])

    def cut(self) -> None:
        """End them for both sides, so that nobody goes on waiting for what drips in."""
        for stream in tuple(self._streams):
            with suppress(OSError):  # it is closed
                # Not as TLS does it, which another thread is in the midst of.
                socket.socket.shutdown(stream.get_extra_info("socket"), socket.SHUT_RDWR)


@contextmanager
def _cut_at(ends: float) -> Generator[_Connections]:
    """Cut what is connected when the time is over: httpx limits each step, and not how many."""
    connections = _Connections()
    timer = threading.Timer(_left(ends), connections.cut)
    timer.daemon = True
    timer.start()
    try:
        yield connections
    finally:
        timer.cancel()


def _first(text: str) -> httpx.URL:
    import httpx  # noqa: PLC0415  # which is there

    url = httpx.URL(text)
    if not _is_twilio(url):
        raise Invalid("the address of what came is not below https://*.twilio.com; not asked for")
    return url


def _further(url: httpx.URL) -> httpx.URL:
    if not (_is_twilio(url) or (_is_plain(url) and str(url).startswith(_COPIES))):
        raise Invalid("what came is redirected to where Twilio does not keep it; not followed")
    return url


def _is_twilio(url: httpx.URL) -> bool:
    return _is_plain(url) and url.raw_host.decode("ascii", "replace").endswith(_TWILIO)


def _is_plain(url: httpx.URL) -> bool:
    path, _, _ = url.raw_path.partition(b"?")
    is_sound = _HOST.fullmatch(url.raw_host) is not None and _ASTRAY.search(path) is None
    return is_sound and url.scheme == "https" and url.port is None and not url.userinfo


def _body(response: httpx.Response, limit: int, ends: float) -> bytes:
    if response.status_code != HTTPStatus.OK:
        raise NotFound(f"what came is answered with HTTP {response.status_code}")
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise NotFound("what came is packed, though that was not asked for")
    data = bytearray()
    for chunk in response.iter_raw():
        data += chunk
        if len(data) > limit:
            raise Refused(f"what came has more than {limit} bytes")
        _left(ends)
    return bytes(data)


def _left(ends: float) -> float:
    left = ends - monotonic()
    if left <= 0:
        raise NotFound("what came could not be fetched in time")
    return left
