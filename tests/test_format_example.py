"""The worked example of docs/format.md, held to by the library itself."""

from __future__ import annotations

from pathlib import Path

from evledger.verification import Records, Volume, verify_volume
from evledger.vocabulary import Vocabulary

FORMAT = Path(__file__).parent.parent / "docs" / "format.md"


def test_worked_example_is_sound() -> None:
    """The library finds the example sound in full, with the head and the root that it states."""
    example = FORMAT.read_text(encoding="utf-8").partition("## A worked example")[2]
    block = example.split("```text\n", 1)[1].split("\n```", 1)[0]
    page = f"{block}\n".encode()
    volume = Volume(
        ledger="tea", pages=lambda start, stop: [page][start:stop], count=1, partial=True
    )
    report = verify_volume(volume, records=Records("tea", Vocabulary()))
    assert report.fault is None
    assert f"| head | `{report.head}` |" in example
    assert f"| tree root | `{report.root}` |" in example
