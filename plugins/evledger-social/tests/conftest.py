"""What the tests share: sample files, a ledger, and files that are read or imported."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import evledger
from evledger import ImportReport, Ledger, Plugins
from evledger.importing import Found, Importer, import_file


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """Yield a new ledger in memory."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        yield store.create("semax", title="Semax", by="me")


def read_json(importer: Importer, *documents: Any) -> list[Found]:
    """Read a document; or several, each in a line."""
    data = "\n".join(map(json.dumps, documents)) + ("\n" if documents[1:] else "")
    return list(importer.read(io.BytesIO(data.encode())))


@pytest.fixture(scope="session")
def read() -> Callable[..., list[Found]]:
    """Return what reads JSON by an importer."""
    return read_json


@pytest.fixture
def imported(ledger: Ledger, tmp_path: Path) -> Callable[..., ImportReport]:
    """Return what imports a file; what holds of every report is asserted."""

    def run(importer: Importer, data: bytes | Path) -> ImportReport:
        path = data if isinstance(data, Path) else tmp_path / "file"
        if not isinstance(data, Path):
            path.write_bytes(data)
        report = import_file(ledger, path, importer, by="me")
        assert report.read == report.added + report.known + report.flagged + len(report.rejected)
        assert ledger.verify("full").faults == ()
        return report

    return run
