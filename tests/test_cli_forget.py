"""The verb forget: what was recorded of a sender is shown, and erased in every ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

import evledger
from evledger import Plugins
from evledger.cli.errors import Exit
from evledger.messages.desk import Desk, Forgotten

ANN: Final = "+1 555 010 0999"
WHY: Final = ("--reason", "the sender asked")

Run = Callable[..., Any]


@pytest.fixture
def line(run: Run) -> Run:
    """Return what runs the command where two senders have written to two ledgers."""
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        for slug in ("noopept", "semax"):
            store.create(slug, title=slug.title(), by="curator")
    for sender in (ANN, "whatsapp:+44 7700 900123"):
        for text in (
            "semax|Is it safe for {}?",
            "noopept|Is it {}?",
            "ingest semax|q:1|It is, {}.",
        ):
            run("message", text.format(sender[-3:]), "--from", sender)
    return run


def test_a_dry_run(line: Run) -> None:
    """It shows what would be erased, and erases nothing."""
    before = line("head", "semax").out
    shown = line("forget", ANN, *WHY, "--dry-run")
    assert (shown.code, shown.err) == (Exit.DONE, "")
    assert shown.out.splitlines() == [
        "would erase asker, text of record 1 of noopept",
        "would erase asker, text of record 1 of semax",
        "would erase authors, basis, capture, title of record 2 of semax",
        "would erase basis, text of record 3 of semax",
    ]
    document = line("forget", ANN, *WHY, "--dry-run", "--json").document
    assert (document["dry_run"], document["pending"]) == (True, False)
    assert document["records"][0] == {"ledger": "noopept", "n": 1, "fields": ["asker", "text"]}
    assert line("head", "semax").out == before


def test_forgetting(line: Run) -> None:
    """All of the sender's is erased, whatever it came by, and nothing of anybody else's."""
    done = line("forget", f"whatsapp:{ANN}", *WHY, "--by", "archivist")
    assert (done.code, done.err) == (Exit.DONE, "")
    assert done.out.splitlines()[-1] == "erased basis, text of record 3 of semax"
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        openings = [each for slug in store.ledgers() for each in store.backend.openings(slug)]
        assert store.ledger("semax").record(store.ledger("semax").head().size - 1).by == "archivist"
    kept = b"".join(each.value for each in openings)
    assert b"0999" not in kept
    assert b"7700900123" in kept
    assert b"It is, 123." in kept
    assert line("verify", "semax", "--full").code == Exit.DONE
    again = line("forget", ANN, *WHY)
    assert (again.code, again.out) == (Exit.DONE, "nothing of that sender's is held here\n")


def test_forgetting_that_is_pending(line: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a reader keeps the old bytes in the files it is not finished."""

    def forget(*_: Any, **__: Any) -> Forgotten:
        return Forgotten((), pending=True)

    monkeypatch.setattr(Desk, "forget", forget)
    ended = line("forget", ANN, *WHY)
    assert (ended.code, "pending: a reader keeps" in ended.out) == (Exit.UNFINISHED, True)
    assert line("forget", ANN, *WHY, "--json").document["pending"]


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("", *WHY), "names no sender"),
        (("whatsapp: ", *WHY), "names no sender"),
        ((ANN,), "--reason"),
        ((ANN, "--reason", "+15550100999 asked"), "leave the sender's name out"),
        ((ANN, *WHY, "--db", "nope.db"), "there is no database"),
    ],
)
def test_wrong_use(line: Run, args: tuple[str, ...], why: str) -> None:
    """What cannot be meant is refused, and nothing is erased."""
    before = line("head", "semax").out
    ended = line("forget", *args)
    assert (ended.code, ended.out) == (Exit.WRONG, "")
    assert why in ended.err
    assert line("head", "semax").out == before
