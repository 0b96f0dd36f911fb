"""A server on this machine that plays a script, and a time that passes only when it is slept."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias, cast

import pytest
from evledger_literature.fetching.wire import Wire

Script: TypeAlias = Callable[[BaseHTTPRequestHandler, bytes], Iterable[bytes | float]]
"""Gives for a request and its body what is sent: bytes as they are, and seconds to wait.

Where it raises ``ConnectionResetError``, the connection is reset.
"""


class Player(ThreadingHTTPServer):
    """Plays a script."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, host: str, script: Script) -> None:
        super().__init__((host, 0), Handler)
        self.script = script
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self.thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""

    def stop(self) -> None:
        """Stop listening, and wake those that wait."""
        self.is_over.set()
        self.shutdown()
        self.server_close()
        self.thread.join()


class Handler(BaseHTTPRequestHandler):
    """Sends what the script says, and nothing else."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Play the script."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        player = cast("Player", self.server)
        try:
            for part in player.script(self, body):
                if isinstance(part, bytes):
                    self.wfile.write(part)
                    self.wfile.flush()
                elif player.is_over.wait(part):
                    break
        except ConnectionResetError:
            with contextlib.suppress(OSError):
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
        except OSError:
            self.close_connection = True

    do_POST = do_GET  # noqa: N815 -- http.server looks for this name

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- as http.server calls it
        """Say nothing."""


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Yield what serves a script, at the address that it returns."""
    with contextlib.ExitStack() as stack:

        def start(script: Script, host: str = "127.0.0.1") -> str:
            player = Player(host, script)
            stack.callback(player.stop)
            return player.url

        yield start


def written(
    body: bytes | str = b"", status: int = 200, headers: Mapping[str, str] | None = None
) -> bytes:
    """Write an answer."""
    data = body.encode() if isinstance(body, str) else body
    names = {"Content-Length": str(len(data)), "Content-Type": "text/plain", **(headers or {})}
    lines = [f"HTTP/1.1 {status} So", *(f"{name}: {value}" for name, value in names.items())]
    return "\r\n".join([*lines, "", ""]).encode() + data


@pytest.fixture
def reply() -> Callable[..., bytes]:
    """Return what writes an answer: body, status and headers."""
    return written


@pytest.fixture
def waits() -> list[float]:
    """Return the seconds that were slept, one after the other."""
    return []


@pytest.fixture
def wire(waits: list[float]) -> Wire:
    """Return a wire to the network on which time passes only when it is slept."""
    return Wire(
        clock=lambda: sum(waits),
        sleep=waits.append,
        now=lambda: datetime(2026, 11, 22, 10, 0, tzinfo=UTC),
        jitter=lambda: 1.0,
    )
