"""What the tests against aics-tlog and aics-witness share: a process to ask, a grown ledger."""

from __future__ import annotations

import json
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeAlias

import pytest

import evledger
from evledger import GapNoted, Ledger, Plugins
from evledger.proofs.keys import Signer, new_key

ORIGIN = "example.org/tea"
CHECK = Path(__file__).parent / "tlog" / "check.py"


class Said(Exception):
    """What went wrong, in the words of the process that was asked."""


Ask: TypeAlias = Callable[..., Any]
Signed: TypeAlias = tuple[Ledger, Signer]


def plain(value: object) -> object:
    """Return what JSON can hold: bytes in base64, what has a text form as that."""
    return b64encode(value).decode() if isinstance(value, bytes) else str(value)


@pytest.fixture(scope="session")
def ask(tlog_python: Path) -> Iterator[Ask]:
    """Yield what asks aics-tlog one question."""
    with subprocess.Popen(
        [tlog_python, CHECK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        questions, answers = process.stdin, process.stdout
        assert questions is not None
        assert answers is not None

        def asked(do: str, **fields: object) -> Any:
            questions.write(json.dumps({"do": do, **fields}, default=plain) + "\n")
            questions.flush()
            answer = json.loads(answers.readline())
            if "error" in answer:
                raise Said(answer["error"])
            return answer["is"]

        yield asked
        questions.close()


@pytest.fixture(scope="session")
def create(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Signed]]:
    """Yield what creates a ledger in a file, with a key of its own."""
    with ExitStack() as stack:

        def created() -> Signed:
            folder = tmp_path_factory.mktemp("ledger")
            new_key(folder / "key", ORIGIN)
            store = evledger.open(f"sqlite:///{folder / 'a.db'}", plugins=Plugins.builtin())
            stack.enter_context(store)
            ledger = store.create("tea", title="Tea", by="curator", origin=ORIGIN)
            return ledger, Signer.open(folder / "key")

        yield created


@pytest.fixture(scope="session")
def grow() -> Callable[..., None]:
    """Return what appends until a ledger has so many events."""

    def grown(ledger: Ledger, size: int, text: str = "?") -> None:
        while (start := ledger.head().size) < size:
            numbers = range(start, min(size, start + 10_000))
            ledger.append(*(GapNoted(id=f"g{n}", text=text) for n in numbers), by="curator")

    return grown
