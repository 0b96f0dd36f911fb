"""What the tests of publishing share: ledgers with a key, and an S3 server on this machine."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import attrs
import pytest

import evledger
from evledger import GapNoted, Ledger, Plugins
from evledger.notes import SigningKey
from evledger.proofs.keys import ProcessMemory, Signer
from evledger.proofs.publishing import Publication, publish
from evledger.proofs.signing import sign
from evledger.proofs.stored import StoredTree
from evledger.proofs.targets import Target, open_target

ORIGIN = "example.org/tea"
DEAF = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # to any proxy


@pytest.fixture
def create() -> Iterator[Callable[..., tuple[Ledger, Signer]]]:
    """Yield what creates a ledger of some events in memory, with a key of its own."""
    with ExitStack() as stack:

        def created(size: int = 1) -> tuple[Ledger, Signer]:
            store = stack.enter_context(evledger.open("memory:", plugins=Plugins.builtin()))
            ledger = store.create("tea", title="Tea", by="test")
            grown(ledger, size)
            key = SigningKey(ORIGIN, secrets.token_bytes(32))
            return ledger, Signer(key, memory=ProcessMemory())

        yield created


def grown(ledger: Ledger, size: int) -> None:
    """Append until a ledger has so many events."""
    start = ledger.head().size
    gaps = [GapNoted(id=f"g{n}", text=f"Nobody asked {n} times.") for n in range(start, size)]
    ledger.append(*gaps, by="test")


@pytest.fixture(scope="session")
def grow() -> Callable[[Ledger, int], None]:
    """Return what appends until a ledger has so many events."""
    return grown


@pytest.fixture(scope="session")
def put() -> Callable[..., Publication]:
    """Return what signs a ledger and publishes its log alone."""

    def published(ledger: Ledger, signer: Signer, target: Target | Path) -> Publication:
        backend = ledger.store.backend
        return publish(
            backend,
            ledger.name,
            StoredTree(backend, ledger.name),
            target if isinstance(target, Target) else open_target(target),
            sign(backend, ledger.name, signer, origin=None),
            keys=[signer.verifier],
        )

    return published


# -- S3 ----------------------------------------------------------------------------------

Bucket: TypeAlias = Callable[[], str]


def need(package: str) -> None:
    """End the test where a package is not installed, as `require` does for programs."""
    if find_spec(package) is not None:
        return
    reason = f"the package {package!r} is not installed"
    if os.environ.get("EVLEDGER_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{reason}, though EVLEDGER_REQUIRE_SERVICES=1", pytrace=False)
    pytest.skip(reason)


@attrs.frozen
class Server:
    """An S3 server on this machine.

    Attributes:
        url: where it listens.
        environment: what its clients need to find in theirs.
    """

    url: str
    environment: dict[str, str]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Start an S3 server of its own process, and stop it at the end."""
    for package in ("moto", "flask", "s3fs"):
        need(package)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(url, process)
        yield Server(
            url,
            {
                "AWS_ENDPOINT_URL": url,
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                "NO_PROXY": "127.0.0.1",
            },
        )
    finally:
        process.terminate()
        process.wait()


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    while True:
        assert process.poll() is None, "the S3 server has ended"
        try:
            DEAF.open(f"{url}/moto-api/").close()
        except OSError:
            time.sleep(0.05)
        else:
            return


@pytest.fixture
def bucket(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """Yield what creates a bucket, and gives the address of a place in it."""
    import s3fs  # type: ignore[import-untyped]  # noqa: PLC0415  # it may not be installed

    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)

    def created() -> str:
        name = f"b{secrets.token_hex(8)}"
        request = urllib.request.Request(f"{server.url}/{name}", method="PUT")  # noqa: S310  # our own
        DEAF.open(request).close()
        return f"s3://{name}/logs/tea"

    yield created
    s3fs.S3FileSystem.clear_instance_cache()
