"""The verb diff, in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from evledger.cli.errors import Exit

Run = Callable[..., Any]

ADDED: Final[list[dict[str, Any]]] = [
    {"type": "source-added", "data": {"id": "s1", "kind": "trial", "title": "A \x1b[31m trial"}},
    {
        "type": "claim-tagged",
        "data": {
            "id": "c1",
            "source": "s1",
            "text": "Scores rose.",
            "tier": "human",
            "stance": "supports",
        },
    },
]
CORRECTED: Final = {
    "type": "claim-retagged",
    "data": {"claim": "c1", "tier": "preclinical", "why": "It was in rats."},
}


@pytest.fixture
def semax(run: Run) -> Run:
    """Return the command where there is a ledger of four records, the last of them a correction."""
    assert run("init", "semax", "--title", "Semax").code == Exit.DONE
    lines = "\n".join(map(json.dumps, [*ADDED, CORRECTED]))
    assert run("append", "semax", "-", given=lines).code == Exit.DONE
    return run


def test_words(semax: Run) -> None:
    """Each record is told under its category, behind the numbers that changed."""
    lines = semax("diff", "semax", "1", "--words").out.splitlines()
    assert lines[0].startswith("semax: 3 records from 1-")
    assert lines[1:5] == [
        "    Sources: 0 → 1",
        "    Claims that count: 0 → 1",
        "    Preclinical: 0 → 1",
        "    Supports: 0 → 1",
    ]
    assert [line for line in lines if not line.startswith(" ")][1:] == ["evidence:", "correction:"]
    told = "c1 was moved from Human to Preclinical: It was in rats. “Scores rose.”"
    assert lines[-1].endswith(told)


def test_nothing_steers_the_terminal(semax: Run) -> None:
    """A title's control characters are written as numbers."""
    out = semax("diff", "semax", "1", "--words").out
    assert ("\x1b" in out, "A \\x1b[31m trial" in out) == (False, True)


def test_words_as_json(semax: Run) -> None:
    """The document has the fields' changes as ever, and beside them numbers and sentences."""
    told = semax("diff", "semax", "1", "--words", "--json").document
    plain = semax("diff", "semax", "1", "--json").document
    assert {name: told[name] for name in plain} == plain
    assert [each["n"] for each in told["told"]] == [1, 2, 3]
    last = told["told"][-1]
    assert (last["category"], last["entry"]) == ("correction", "claim:c1")
    assert last["text"] == "c1 was moved from Human to Preclinical: It was in rats."
    assert {"name": "claims", "label": "Claims that count", "before": 0, "after": 1} in told[
        "numbers"
    ]


def test_words_need_an_order(semax: Run) -> None:
    """What came before cannot be told as what came after."""
    ended = semax("diff", "semax", "4", "1", "--words")
    assert (ended.code, "give the earlier head first" in ended.err) == (Exit.WRONG, True)


def test_nothing_to_tell(semax: Run) -> None:
    """Between a head and itself there is nothing."""
    (line,) = semax("diff", "semax", "4", "--words").out.splitlines()
    assert line.startswith("semax: 0 records from 4-")
