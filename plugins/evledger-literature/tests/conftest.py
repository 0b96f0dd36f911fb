"""What the tests of all formats share: the samples, and how a file's records are counted."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable

import pytest

from evledger.importing import Importer, Item, Note, Rejection


@pytest.fixture(scope="session")
def counts() -> Callable[[Importer, bytes], tuple[int, int, int]]:
    """Return what counts the items, the rejections and the notes of a file."""

    def count(importer: Importer, data: bytes) -> tuple[int, int, int]:
        found = Counter(map(type, importer.read(io.BytesIO(data))))
        return found[Item], found[Rejection], found[Note]

    return count
