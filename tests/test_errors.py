"""Each error says what, where, and what to do next, and carries what a program needs."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    Broken,
    ClaimTagged,
    ClockError,
    Conflict,
    DuplicateKey,
    EvledgerError,
    FieldsErased,
    GapClosed,
    GapNoted,
    Head,
    Invalid,
    Ledger,
    LedgerOpened,
    MissingRef,
    NotFound,
    NotSupplied,
    PluginError,
    QuestionCreated,
    Refused,
    SectionWritten,
    SourceAdded,
    SourceAmended,
    StoreError,
    seal,
)
from evledger.exceptions import Contested, blame
from evledger.locators import normalise

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def ledger() -> Ledger:
    """Return a ledger in memory, of one event."""
    return evledger.open("memory:", clock=lambda: NOON).create("semax", title="Semax", by="me")


PAPER = SourceAdded(id="s1", kind="review", title="A", locators=("doi:10.1000/x",))


def test_the_tree() -> None:
    """One base; Invalid is a ValueError and NotFound a LookupError, so that habits work."""
    assert [
        *(issubclass(error, EvledgerError) for error in (Invalid, Refused, NotFound, Broken)),
        *(issubclass(error, Refused) for error in (Conflict, DuplicateKey, MissingRef, ClockError)),
        *(issubclass(error, EvledgerError) for error in (StoreError, PluginError)),
        *(issubclass(error, PluginError) for error in (NotSupplied, Contested)),
        *(issubclass(Invalid, ValueError), issubclass(NotFound, LookupError)),
    ] == [True] * 14


def test_plugin_error_keeps_what_it_says() -> None:
    """What a plugin's error is of survives a copy into another process."""
    error = PluginError("scorer 'x' failed", kind="scorer", name="x", plugin="mylab 1.0")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    assert (str(copy), copy.kind, copy.name, copy.plugin) == (
        str(error),
        "scorer",
        "x",
        "mylab 1.0",
    )
    assert PluginError("x").kind is None


class Odd(Exception):
    """An error of a module that no import knows."""


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            SyntaxError("invalid syntax", ("<text>", 3, 1, "(")),
            "SyntaxError: invalid syntax (<text>, l",
        ),
        (SyntaxError("no file"), f"SyntaxError: no file ({__name__}, line "),
        (SyntaxError(), f"SyntaxError: None ({__name__}, line "),
        (Odd(), f"Odd ({__name__}, line "),
    ],
)
def test_blame(error: Exception, expected: str) -> None:
    """Whatever was raised, its words and the place are told."""
    with pytest.raises(type(error)) as caught:
        raise error
    assert blame(caught.value).startswith(expected)


def test_blame_where_there_is_no_stranger() -> None:
    """Of what went wrong among evledger's own modules the innermost is told."""
    with pytest.raises(Invalid) as caught:
        normalise("")
    trace = caught.value.__traceback__
    assert trace is not None
    ours = caught.value.with_traceback(trace.tb_next)
    assert re.search(r" \(evledger\.locators, line \d+\)$", blame(ours))
    assert blame(Odd("never raised")) == "Odd: never raised"


def test_duplicate_key(ledger: Ledger) -> None:
    """A key that is held: which event, which key, which record, and what that record is."""
    ledger.append(PAPER, by="me")
    twin = SourceAdded(id="s2", kind="review", title="B", locators=("doi:10.1000/x",))
    with pytest.raises(DuplicateKey) as caught:
        ledger.append(GapNoted(id="g1", text="x"), twin, by="me")
    assert (caught.value.key, caught.value.n) == ("doi:10.1000/x", 1)
    assert str(caught.value) == (
        "event 2 of 2 (source-added): doi:10.1000/x is already held by record 1 "
        "(source-added source:s1)"
    )


def test_duplicate_key_within_a_batch(ledger: Ledger) -> None:
    """A key that two events of one batch introduce: both are named."""
    with pytest.raises(DuplicateKey) as caught:
        ledger.append(PAPER, PAPER, by="me")
    assert (caught.value.key, caught.value.n) == ("doi:10.1000/x", 1)
    assert "event 2 of 2" in str(caught.value)
    assert "introduced by event 1 of 2 too" in str(caught.value)


def test_missing_ref(ledger: Ledger) -> None:
    """A ref to nothing: which event, and what it relies on."""
    with pytest.raises(MissingRef) as caught:
        ledger.append(GapClosed(gap="g9", why="x"), by="me")
    assert (caught.value.ref, str(caught.value)) == (
        "gap:g9",
        "event 1 of 1 (gap-closed): it relies on gap:g9, which no earlier record holds",
    )


def test_conflict(ledger: Ledger) -> None:
    """A ledger that has moved on: both heads, and what to do; the head is an attribute."""
    before = ledger.head()
    ledger.append(PAPER, by="me")
    with pytest.raises(Conflict) as caught:
        ledger.append(GapNoted(id="g1", text="x"), by="me", expect=before)
    assert caught.value.head == ledger.head()
    assert str(caught.value) == (
        f"ledger 'semax' has moved on: expected {before}, but it is at {ledger.head()}; "
        "read what came, and try again"
    )


def test_conflict_of_names(ledger: Ledger) -> None:
    """A ledger that exists already is not created again, and says how long it is."""
    with pytest.raises(Conflict, match=r"ledger 'semax' already, with 1 events") as caught:
        ledger.store.create("semax", title="x", by="me")
    assert caught.value.head == ledger.head()


def test_clock_error() -> None:
    """A ledger from the future: both times, and the way out, which works."""
    now = [NOON + timedelta(days=2)]
    ledger = evledger.open("memory:", clock=lambda: now[0]).create("semax", title="x", by="me")
    now[0] = NOON
    with pytest.raises(ClockError) as caught:
        ledger.append(GapNoted(id="g1", text="x"), by="me")
    assert str(caught.value) == (
        "the last record of 'semax' is of 2026-11-24T12:00:00.000000Z, more than a day ahead of "
        "this machine's clock (2026-11-22T12:00:00.000000Z); set the clock, or append with "
        "allow_future"
    )
    (record,) = ledger.append(GapNoted(id="g1", text="x"), by="me", allow_future=True)
    assert record.at == NOON + timedelta(days=2)


def test_clock_that_steps_back_a_little() -> None:
    """Within a day the last time is repeated, and nothing is refused."""
    now = [NOON]
    ledger = evledger.open("memory:", clock=lambda: now[0]).create("semax", title="x", by="me")
    now[0] = NOON - timedelta(hours=23)
    (record,) = ledger.append(GapNoted(id="g1", text="x"), by="me")
    assert (record.at, ledger.verify("full").ok) == (NOON, True)


def test_release_of_what_is_anothers(ledger: Ledger) -> None:
    """A locator of one source cannot be dropped in the name of another."""
    ledger.append(PAPER, SourceAdded(id="s2", kind="review", title="B"), by="me")
    theft = SourceAmended(source="s2", locators_dropped=("doi:10.1000/x",), why="x")
    with pytest.raises(Refused, match=r"would release doi:10.1000/x, which record 1 introduced"):
        ledger.append(theft, by="me")


def test_takeover_of_what_is_anothers(ledger: Ledger) -> None:
    """Nor can it be dropped and added in one event, which would give one DOI two sources."""
    ledger.append(PAPER, SourceAdded(id="s2", kind="review", title="B"), by="me")
    name = ("doi:10.1000/x",)
    theft = SourceAmended(source="s2", locators_added=name, locators_dropped=name, why="x")
    with pytest.raises(Refused):
        ledger.append(theft, by="me")


def test_not_found(ledger: Ledger) -> None:
    """What is not there: its name, where it was looked for, and what there is."""
    store = ledger.store
    asked: list[tuple[Any, str]] = [
        (lambda: store.ledger("bdnf"), "no ledger 'bdnf' in memory:; there are: semax"),
        (lambda: ledger.record(1), "ledger 'semax' has 1 records; there is no record 1"),
        (lambda: ledger.view(2), "ledger 'semax' has 1 events; it never had 2"),
        (lambda: ledger.history("s9"), "ledger 'semax' has no record that mentions 's9'"),
        (lambda: ledger.view().claims_of("s9"), "no source 's9' in semax at 1"),
        (lambda: ledger.view().part("x"), "no projection 'x' here; there are: "),
        (lambda: ledger.view(at=NOON - timedelta(1)), "ledger 'semax' had no events yet at"),
        (lambda: ledger.attachment("ab" * 32), "ledger 'semax' keeps no attachment abab"),
    ]
    for ask, message in asked:
        with pytest.raises(NotFound) as caught:
            ask()
        assert str(caught.value).startswith(message)


def test_no_archive(tmp_path: Path) -> None:
    """A folder that is no archive: its name, and the file that was expected."""
    with pytest.raises(NotFound, match=r"holds no archive: there is no page-000000\.jsonl"):
        evledger.verify_archive(tmp_path)
    with pytest.raises(NotFound, match=r"cannot be read: .*expected a folder"):
        evledger.verify_archive(tmp_path / "nowhere")


def test_erasing_what_is_not_sealed(ledger: Ledger) -> None:
    """A field that is not sealed cannot be erased; the message names those that are."""
    ledger.append(QuestionCreated(id="q1", text="x", asker="y"), by="me")
    with pytest.raises(Invalid) as caught:
        ledger.erase(1, "text", reason="x", by="me")
    assert str(caught.value) == (
        "record 1 (question-created): text is not a sealed field; sealed are: asker"
    )


@pytest.mark.parametrize("by", ["", "a\nb", "x" * 201, "\x00", None, 7, "\ud800"], ids=repr)
def test_bad_actor(ledger: Ledger, by: Any) -> None:
    """An actor that no line can hold is Invalid, whatever it is."""
    with pytest.raises(Invalid, match="expected a role or pseudonym"):
        ledger.append(PAPER, by=by)


@pytest.mark.parametrize(
    "once", ["", "a b", "\n", "x" * 3_000, "\ud800"], ids=lambda v: repr(v[:9])
)
def test_bad_token(ledger: Ledger, once: str) -> None:
    """A retry token that can be no key is Invalid."""
    with pytest.raises(Invalid):
        ledger.append(PAPER, by="me", once=once)


@pytest.mark.parametrize(
    "name", ["", "Semax", "a b", "-a", "help", "status", "ingest", "x" * 64, "é", "a\n", "\ud800"]
)
def test_bad_ledger_name(ledger: Ledger, name: str) -> None:
    """A ledger's name that is no slug, or is a word of the text line, is Invalid."""
    with pytest.raises(Invalid, match="ledger-opened"):
        ledger.store.create(name, title="x", by="me")


@pytest.mark.parametrize("alias", ["Semax", "help", "a b", "x" * 64])
def test_bad_alias(ledger: Ledger, tmp_path: Path, alias: str) -> None:
    """An alias is held to the same rule as a name."""
    ledger.export(tmp_path / "archive")
    with pytest.raises(Invalid):
        ledger.store.restore(tmp_path / "archive", alias=alias)


@pytest.mark.parametrize("url", ["memory:", "sqlite"])
def test_name_that_is_no_text(tmp_path: Path, url: str) -> None:
    """A name with a lone surrogate, as a shell may hand over, is of no ledger."""
    place = str(tmp_path / "a.db") if url == "sqlite" else url
    with evledger.open(place) as store, pytest.raises((NotFound, Invalid)):
        store.ledger("\ud800")


@pytest.mark.parametrize("url", ["nats://x", "postgresql://localhost/x", "http://example.org"])
def test_unknown_scheme(url: str) -> None:
    """A URL of a scheme that no plugin knows: the scheme, and those that are known."""
    with pytest.raises(Invalid, match=r"no store has scheme '\w+'; known are memory, sqlite"):
        evledger.open(url)


@pytest.mark.parametrize("scheme", ["memory", "sqlite"])
def test_closed_store(tmp_path: Path, scheme: str) -> None:
    """A store that was closed says so, whatever it is asked."""
    store = evledger.open("memory:" if scheme == "memory" else tmp_path / "a.db")
    semax = store.create("semax", title="x", by="me")
    store.close()
    asked: list[Callable[[], object]] = [
        store.ledgers,
        lambda: store.ledger("semax"),
        lambda: store.create("bdnf", title="x", by="me"),
        lambda: semax.append(PAPER, by="me"),
        semax.head,
        semax.view,
    ]
    for ask in asked:
        with pytest.raises(StoreError, match="is closed"):
            ask()


def test_two_moments(ledger: Ledger) -> None:
    """A view is of a position or of a moment, not of both; a moment has a time zone."""
    with pytest.raises(Invalid, match="give n or at, not both"):
        ledger.view(1, at=NOON)
    with pytest.raises(Invalid, match="has no time zone; give one"):
        ledger.view(at=NOON.replace(tzinfo=None))


def test_second_opening(ledger: Ledger) -> None:
    """Event 0, and no other, opens the ledger; a second opening is not taken."""
    with pytest.raises(EvledgerError):
        ledger.append(LedgerOpened(name="semax", id="0" * 32, title="x"), by="me")
    assert ledger.verify("full").ok


@pytest.mark.parametrize("n", [1, 99])
def test_claiming_an_erasure(ledger: Ledger, n: int) -> None:
    """Only `erase` says that something was erased, because only it erases."""
    ledger.append(QuestionCreated(id="q1", text="x", asker="y"), by="me")
    with pytest.raises(EvledgerError):
        ledger.append(FieldsErased(n=n, fields=("asker",), reason="x"), by="me")
    assert ledger.view().questions["q1"].asker == "y"


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (FieldsErased(n=1, fields=("asker",), reason="x"), "fields"),
        (FieldsErased(n=1, fields=("asker",), reason="x"), "n"),
        (SectionWritten(section="why", body="x"), "section"),
        (LedgerOpened(name="semax", id="0" * 32, title="x"), "name"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.type,
)
def test_fields_that_the_fold_needs(ledger: Ledger, event: Any, field: str) -> None:
    """A field that says what a record is about cannot be sealed."""
    with pytest.raises(EvledgerError):
        ledger.append(seal(event, field), by="me")


@given(st.data())
@settings(max_examples=60)
def test_refused_appends_change_nothing(data: st.DataObject) -> None:
    """Whichever event of a batch is refused, nothing of the batch is there."""
    ledger = evledger.open("memory:").create("semax", title="x", by="me")
    ledger.append(PAPER, by="me")
    before = (ledger.head(), list(ledger.records()))
    bad = data.draw(
        st.sampled_from(
            [
                PAPER,
                GapClosed(gap="g9", why="x"),
                GapNoted(id="NO", text="x"),
                GapNoted(id="g1", text="x" * 70_000),
                ClaimTagged(id="c1", source="s9", text="x", tier="human", stance="mixed"),
                ClaimTagged(id="c1", source="s1", text="x", tier="alien", stance="mixed"),
            ]
        )
    )
    good = [GapNoted(id=f"g{n}", text="x") for n in range(2, 5)]
    place = data.draw(st.integers(0, 3))
    with pytest.raises(EvledgerError):
        ledger.append(*good[:place], bad, *good[place:], by="me")
    assert (ledger.head(), list(ledger.records())) == before
    assert ledger.verify("full").ok
    assert Head.parse(str(ledger.head())) == ledger.head()
