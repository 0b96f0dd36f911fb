"""A batch is appended whole or not at all, and hands out ids that nobody else gets."""

# ruff: noqa: PT012  # a batch is a block, and that it fails as a whole is what is tested

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    ClaimRetagged,
    DuplicateKey,
    Event,
    GapClosed,
    GapNoted,
    Invalid,
    Ledger,
    MissingRef,
    Refused,
    Store,
)
from evledger.testing import histories


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """Yield a new ledger in each of the built-in stores."""
    url = "memory:" if request.param == "memory" else tmp_path / "a.db"
    with evledger.open(url) as store:
        yield store.create("semax", title="Semax", by="me")


def noted(ledger: Ledger, count: int) -> list[str]:
    """Note gaps in one batch, and give the ids."""
    with ledger.batch(by="me") as batch:
        return [batch.note_gap("x") for _ in range(count)]


def test_every_kind_of_id(ledger: Ledger) -> None:
    """Each kind counts by itself, from 1, with its own letters."""
    with ledger.batch(by="me") as batch:
        source = batch.add_source(kind="review", title="A")
        claim = batch.tag_claim(source=source, tier="human", stance="mixed", text="A")
        question = batch.create_question(text="Why?")
        ids = [source, claim, question, batch.note_gap("x"), batch.note_caveat("x")]
        ids.append(batch.map_component(component="BDNF", layer="neural"))
        batch.write_section("why", "text")
        batch.link_evidence(question, claim=claim, relation="answers")
        assert len(batch) == 8
    assert ids == ["s1", "c1", "q1", "g1", "cv1", "k1"]
    assert [record.n for record in batch.records] == list(range(1, 9))
    assert ledger.verify("full").ok


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=6))
def test_no_gaps_with_one_writer(sizes: list[tuple[int, bool]]) -> None:
    """With one writer the ids have no gaps, though batches fail in between."""
    ledger = evledger.open("memory:").create("semax", title="Semax", by="me")
    handed = list[str]()
    for size, fails in sizes:
        if fails:
            with pytest.raises(MissingRef), ledger.batch(by="me") as batch:
                for _ in range(size):
                    batch.note_gap("x")
                batch.append(GapClosed(gap="none", why="x"))
        else:
            handed += noted(ledger, size)
    assert handed == [f"g{n}" for n in range(1, len(handed) + 1)]


def test_error_in_the_block(ledger: Ledger) -> None:
    """An error in the block appends nothing, gives the ids back, and is not swallowed."""
    with pytest.raises(KeyError, match="mine"), ledger.batch(by="me") as batch:
        batch.note_gap("x")
        raise KeyError("mine")
    assert (ledger.head().size, noted(ledger, 1)) == (1, ["g1"])


def test_two_batches_at_once(ledger: Ledger) -> None:
    """Two batches that are open at once hand out different ids, and both are appended."""
    twin = ledger.store.ledger("semax")
    with ledger.batch(by="me") as one, twin.batch(by="you") as other:
        ids = [batch.note_gap("x") for _ in range(30) for batch in (one, other)]
    assert len(set(ids)) == 60
    assert len(ledger.view().gaps) == 60
    assert noted(ledger, 1)[0] not in ids
    assert ledger.verify("full").ok


def test_batch_that_fails_beside_another(ledger: Ledger) -> None:
    """Ids that one batch gives back are never those that another has handed out."""
    with ledger.batch(by="me") as one:
        kept = [one.note_gap("x")]
        with pytest.raises(MissingRef), ledger.batch(by="me") as other:
            other.note_gap("x")
            other.append(GapClosed(gap="none", why="x"))
        kept += noted(ledger, 9)
        kept += [one.note_gap("x") for _ in range(20)]
    assert len(set(kept)) == 30
    assert set(ledger.view().gaps) == set(kept)


def test_own_ids_are_stepped_over(ledger: Ledger) -> None:
    """Ids that a caller chose are not handed out afterwards."""
    ledger.append(GapNoted(id="g5", text="x"), by="me")
    assert noted(ledger, 2) == ["g6", "g7"]


def test_own_ids_within_the_batch(ledger: Ledger) -> None:
    """Nor within the batch in which the caller chose them."""
    with ledger.batch(by="me") as batch:
        ids = [batch.note_gap("x", id="g1"), batch.note_gap("x"), batch.note_gap("x")]
    assert len(set(ids)) == 3


def test_ids_after_reopening(tmp_path: Path) -> None:
    """Another process goes on where the last one stopped; so does one after `reindex`."""
    handed = list[str]()
    for _ in range(3):
        with evledger.open(tmp_path / "a.db") as store:
            there = store.ledgers()
            made = store.ledger("semax") if there else store.create("semax", title="x", by="me")
            handed += noted(made, 3)
            made.reindex()
    assert handed == [f"g{n}" for n in range(1, 10)]


def retried(ledger: Ledger, text: str = "x") -> list[int]:
    """Append a batch under a token, and give its positions."""
    with ledger.batch(by="me", once="import:7f3a") as batch:
        source = batch.add_source(kind="post", title=text, platform="reddit")
        batch.tag_claim(source=source, tier="human", stance="mixed", text="A", quote="Q")
    return [record.n for record in batch.records]


def test_retry_gives_the_earlier_records(ledger: Ledger) -> None:
    """A batch repeated under its token is the earlier one, though others came in between."""
    first = retried(ledger)
    noted(ledger, 3)
    with ledger.batch(by="me") as batch:
        batch.add_source(kind="review", title="between")
    size = ledger.head().size
    assert (retried(ledger), ledger.head().size, first) == ([1, 2], size, [1, 2])


def test_retry_with_other_content(ledger: Ledger) -> None:
    """Other content under the same token is refused, sealed content too."""
    retried(ledger)
    with pytest.raises(Refused, match=r"import:7f3a.* was used for other events, at record 1"):
        retried(ledger, "y")


def test_retry_with_a_part_of_the_batch(ledger: Ledger) -> None:
    """The first events of a batch count as that batch: no line says where a batch ends."""
    retried(ledger)
    head = ledger.head()
    with ledger.batch(by="me", once="import:7f3a") as batch:
        batch.add_source(kind="post", title="x", platform="reddit")
    assert ([1], head) == ([record.n for record in batch.records], ledger.head())


def test_retry_after_erasure(ledger: Ledger) -> None:
    """A batch of which something was erased since is still known for what it was."""
    retried(ledger)
    ledger.erase(2, "quote", reason="asked", by="me")
    assert retried(ledger) == [1, 2]


def test_retry_with_an_expected_head(ledger: Ledger) -> None:
    """A retry succeeds with the same expected head, which its own first success has passed."""
    head, gap = ledger.head(), GapNoted(id="g1", text="x")
    first = ledger.append(gap, by="me", once="token", expect=head)
    again = ledger.append(gap, by="me", once="token", expect=head)
    assert (again.first, again.head) == (first.first, first.head)


@pytest.mark.parametrize("once", [None, "token"])
def test_empty_batch(ledger: Ledger, once: str | None) -> None:
    """A batch of nothing leaves everything as it was, under a token or not."""
    before = ledger.head()
    try:
        with ledger.batch(by="me", once=once) as batch:
            pass
        assert list(batch.records) == []
    except Invalid:
        assert once is not None  # nothing could carry the token
    assert (ledger.head(), ledger.verify("full").faults) == (before, ())


def test_class_without_ids(ledger: Ledger) -> None:
    """A class whose ids are not handed out says how they could be."""
    with ledger.batch(by="me") as batch, pytest.raises(Invalid, match=r"identity\(\)"):
        batch.add(ClaimRetagged, claim="c1", why="x")


def test_duplicate_in_a_batch(ledger: Ledger) -> None:
    """A DOI that two sources of a batch name refuses the batch."""
    with pytest.raises(DuplicateKey), ledger.batch(by="me") as batch:
        for _ in range(2):
            batch.add_source(kind="review", title="x", locators=("doi:10.1000/x",))
    assert ledger.head().size == 1


def same_store() -> Store:
    """Return a store whose clock stands still."""
    return evledger.open("memory:", clock=lambda: datetime(2026, 11, 22, tzinfo=UTC))


@settings(max_examples=15)
@given(histories(min_size=1, max_size=12), st.data())
def test_any_split_gives_the_same_lines(history: tuple[Event, ...], data: st.DataObject) -> None:
    """With time, id and salts held fast, any split of the events into batches is one chain."""
    cuts = sorted(data.draw(st.sets(st.integers(1, len(history)))) | {0, len(history)})
    heads = list[str]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("secrets.token_hex", "ab".__mul__)
        patch.setattr("evledger.appending.new_salt", lambda: bytes(32))
        for places in ([0, len(history)], cuts):
            ledger = same_store().create("semax", title="Semax", by="me")
            for start, stop in pairwise(places):
                ledger.append(*history[start:stop], by="me")
            heads.append(str(ledger.head()))
    assert heads[0] == heads[1]
