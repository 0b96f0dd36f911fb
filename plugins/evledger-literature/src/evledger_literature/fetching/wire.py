"""What lies between a request and the world: time, chance, sockets; tests put others in place."""

from __future__ import annotations

import contextlib
import ipaddress
import random
import socket
import threading
import time
from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs
import httpx

__all__ = ["Inside", "Watch", "Wire", "is_inside"]


def is_inside(address: str) -> bool:
    """Return whether an address is of this machine or a private network (RFC 6890).

    >>> [is_inside(each) for each in ("127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "8.8.8.8")]
    [True, True, True, False]
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:  # a socket in the file system
        return True
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found.sixtofour or found
    return not found.is_global


def _utc_now() -> datetime:
    return datetime.now(UTC)


@attrs.frozen(kw_only=True)
class Wire:
    """How requests reach the world.

    Attributes:
        transport: carries them in place of the network.
        clock: seconds that never run backwards.
        sleep: waits so many seconds.
        now: the present time, in UTC.
        jitter: a number from 0 to 1, each time another.
        is_inside: whether an address is one that redirects must not lead to from outside.

    >>> Wire(now=lambda: datetime(2026, 11, 22, 10, tzinfo=UTC)).stamp()
    '2026-11-22T10:00:00Z'
    """

    transport: httpx.BaseTransport | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = _utc_now
    jitter: Callable[[], float] = random.random
    is_inside: Callable[[str], bool] = is_inside

    def stamp(self) -> str:
        """Return the present time as a ledger writes when a source was retrieved."""
        return f"{self.now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


class Inside(Exception):
    """A redirect from outside leads to an address of a private network."""


class Watch:
    """Watches a client's connections: where they lead to, and how long an answer takes.

    ``httpx`` bounds how long each read takes, so a server that sends a byte now and then
    could hold a client for days; and where a name leads is known only once it is connected.
    Both are seen here, as an ``httpx`` trace:
    https://www.python-httpx.org/advanced/extensions/#trace

    Args:
        is_inside: whether an address is one that redirects must not lead to from outside.

    >>> watch = Watch(is_inside)
    >>> with watch.over(seconds=60):
    ...     pass
    >>> watch.is_cut
    False
    """

    def __init__(self, is_inside: Callable[[str], bool]) -> None:
        self._is_inside = is_inside
        self._sockets: list[socket.socket] = []
        self.only_outside = False
        self.is_cut = False

    def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        """Take notice of a new connection.

        Raises:
            Inside: it leads inside, and must not.
            httpx.ConnectTimeout: it came too late.
        """
        if not event.endswith(("connect_tcp.complete", "start_tls.complete")):
            return
        stream = info["return_value"]
        if self.is_cut:  # it took too long to connect
            stream.close()
            raise httpx.ConnectTimeout("")
        if self.only_outside and self.leads_inside(stream):
            stream.close()
            raise Inside
        open_ones = [each for each in self._sockets if each.fileno() >= 0]
        self._sockets = [*open_ones, stream.get_extra_info("socket")]

    def leads_inside(self, stream: Any) -> bool:
        """Return whether a connection leads to this machine or a private network."""
        return self._is_inside(str(stream.get_extra_info("server_addr")[0]))

    @contextlib.contextmanager
    def over(self, seconds: float) -> Generator[None]:
        """Cut every connection that is still open after so long."""
        self.is_cut = False
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        self.is_cut = True
        for each in self._sockets:
            with contextlib.suppress(OSError):  # it was closed meanwhile
                # Not the method of ssl.SSLSocket, which is in use by the thread that reads.
                socket.socket.shutdown(each, socket.SHUT_RDWR)
