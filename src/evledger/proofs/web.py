"""Reading files from a web server that may be slow, moody or hostile."""

from __future__ import annotations

import time
import zlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from evledger.exceptions import Invalid, Refused, StoreError
from evledger.legible import one_line
from evledger.proofs.targets import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import httpx

__all__ = ["Website", "http_client"]

_TIMEOUT: Final = 30.0  # seconds for each step; whoever asks limits the whole
_TRIES: Final = 4
_PAUSE: Final = 1.0  # seconds before the second try, and twice as long before each further one
_PACKING: Final = 1 << 16  # bytes that gzip's own headers and blocks may have
_SAID: Final = 200  # characters of what went wrong
_HEADERS: Final = {"Accept-Encoding": "gzip, identity", "User-Agent": "evledger"}

# Object stores that may not be listed answer 403 for what is not there.
_MISSING: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.FORBIDDEN)
_PASSING: Final = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


class _Passing(Exception):
    """Something that may be over when it is tried again."""


class Website(Source):
    """Files below an address of the web.

    Redirects are not followed: whoever has a log served elsewhere says so to its readers.

    Args:
        url: as in ``https://example.org/semax``.
        pause: seconds before the second try, and twice as long before each further one.

    Raises:
        Invalid: it is no such address.
        Refused: httpx is not installed, or cannot be used.
    """

    def __init__(self, url: str, *, pause: float = _PAUSE) -> None:
        self.name = _checked(url).rstrip("/")
        self._pause = pause
        self._client = http_client(_TIMEOUT, _HEADERS)

    def read(self, path: str, limit: int) -> bytes | None:
        """Return a file's bytes, with patience; see :meth:`Source.read`."""
        pause = self._pause
        for _ in range(_TRIES - 1):
            try:
                return self._try(path, limit)
            except _Passing:
                time.sleep(pause)
                pause *= 2
        try:
            return self._try(path, limit)
        except _Passing as error:
            msg = f"{self.name}/{path} could not be fetched, in {_TRIES} tries: {error}"
            raise StoreError(msg) from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _try(self, path: str, limit: int) -> bytes | None:
        import httpx  # noqa: PLC0415  # which the client has shown to be there

        url = f"{self.name}/{path}"
        try:
            with self._client.stream("GET", url) as response:
                return _answer(url, response, limit)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise _Passing(one_line(str(error))[:_SAID] or type(error).__name__) from error


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    else:
        sound = sound and "@" not in parts.netloc
    if not sound:
        raise Invalid("the address of a log is as in https://example.org/semax, without '@'")
    return url


def http_client(timeout: float, headers: Mapping[str, str]) -> httpx.Client:
    """Return a client that follows no redirects.

    Args:
        timeout: seconds for each step.
        headers: what every request says.

    Raises:
        Refused: httpx is not installed, or cannot be used.
    """
    try:
        import httpx  # noqa: PLC0415  # an extra
    except ImportError as error:
        msg = "asking servers needs httpx: pip install 'evidence-ledger[publish]'"
        raise Refused(msg) from error
    try:
        return httpx.Client(timeout=timeout, headers=headers)
    except (ImportError, ValueError, httpx.InvalidURL) as error:  # they may show a password
        raise Refused("the proxy that the environment names cannot be used; check it") from error


def _answer(url: str, response: httpx.Response, limit: int) -> bytes | None:
    status = response.status_code
    if status == HTTPStatus.OK:
        return _body(url, response, limit)
    if status in _MISSING:
        return None
    if status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        msg = f"the server answers HTTP {status}"
        raise _Passing(msg)
    if response.next_request is not None:
        to = one_line(str(response.next_request.url.copy_with(userinfo=b"", query=None)))[:_SAID]
        msg = f"{url} redirects to {to}, and redirects are not followed; name where the log is"
        raise StoreError(msg)
    msg = f"{url} is answered with HTTP {status}; see that the address is right"
    raise StoreError(msg)


def _body(url: str, response: httpx.Response, limit: int) -> bytes:
    """Read the body; packed or not, never much more of it than is wanted."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("gzip", "x-gzip", "identity", ""):
        msg = f"{url} comes packed as {one_line(encoding)[:40]!r}; gzip was asked for, or nothing"
        raise StoreError(msg)
    chunks = _bounded(response.iter_raw(), limit)
    data = bytearray()
    for chunk in _unpacked(chunks, limit) if "gzip" in encoding else chunks:
        data += chunk
        if len(data) > limit:
            break
    return bytes(data[: limit + 1])


def _bounded(chunks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    """Yield what comes, up to somewhat more than packing could ever add to what is wanted."""
    most, came = limit + limit // 8 + _PACKING, 0
    for chunk in chunks:
        yield chunk
        came += len(chunk)
        if came > most:
            raise _Passing("more came than any file of a log has")


def _unpacked(chunks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    """Unpack gzip; what is small when packed can be huge, so only so much comes out at a time."""
    unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        for chunk in chunks:
            yield unpacking.decompress(chunk, limit + 1)
            while unpacking.unconsumed_tail:
                yield unpacking.decompress(unpacking.unconsumed_tail, limit + 1)
            if unpacking.eof:
                break  # whatever follows is not part of it
    except zlib.error as error:
        msg = f"what came is not gzip: {error}"
        raise _Passing(msg) from error
    if not unpacking.eof:
        raise _Passing("what came in gzip broke off")
