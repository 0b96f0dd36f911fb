"""Erasing: afterwards, what was erased is in no byte of the database's files."""

from __future__ import annotations

import os
import random
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import evledger
from evledger import Hidden, Ledger
from evledger.seals import Opening

RUNS = 40 if os.environ.get("EVLEDGER_EXHAUSTIVE") == "1" else 2
LENGTHS = (24, 48, 96, 480, 960, 1_500, 3_000, 7_800, 8_300, 20_000, 52_000)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return the path of a database that is not there yet."""
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(database: Path) -> Iterator[Ledger]:
    """Yield a ledger with one source."""
    with evledger.open(database) as store:
        ledger = store.create("semax", title="Semax", by="test")
        with ledger.batch(by="test") as batch:
            batch.add_source(kind="web-page", title="A page")
        yield ledger


def token() -> str:
    """Return 24 characters that occur nowhere else; a value is one, again and again."""
    return secrets.token_urlsafe(18)


@attrs.frozen
class Secret:
    """A sealed value, and what would betray it in a file.

    Attributes:
        n: its record.
        claim: its claim's id.
        token: what its value repeats.
        opening: what the vault kept of it.
    """

    n: int
    claim: str
    token: str
    opening: Opening

    @property
    def traces(self) -> list[bytes]:
        """Pieces of which every remnant of some length has one."""
        salt = self.opening.salt
        turned = self.token[12:] + self.token[:12]
        return [salt[:12], salt[12:24], salt[20:], self.token.encode(), turned.encode()]


def tell(ledger: Ledger, lengths: list[int]) -> list[Secret]:
    """Append claims with quotes of these lengths, and some lines between them."""
    tokens = [token() for _ in lengths]
    with ledger.batch(by="test") as batch:
        for text, length in zip(tokens, lengths, strict=True):
            quote = (text * (length // 24 + 1))[:length]
            batch.tag_claim(
                source="s1", tier="human", stance="neutral", text="A claim.", quote=quote
            )
            batch.note_gap("Something between.")
    held = {o.n: o for o in ledger.store.backend.openings("semax", batch.records[0].n)}
    records = [record for record in batch.records if record.n in held]
    return [
        Secret(record.n, record.keys[0].removeprefix("claim:"), text, held[record.n])
        for record, text in zip(records, tokens, strict=True)
    ]


def files(database: Path) -> bytes:
    """Return every byte of the database's files, read by a program so that no lock is lost."""
    paths = [path for path in database.parent.iterdir() if path.name.startswith(database.name)]
    return subprocess.run(["cat", *paths], capture_output=True, check=True).stdout


def remnants(database: Path, erased: list[Secret]) -> list[int]:
    """Return the records of which something can still be read from the files."""
    text = files(database)
    return [secret.n for secret in erased if any(trace in text for trace in secret.traces)]


@pytest.mark.parametrize("seed", range(RUNS))
def test_nothing_erased_is_left_in_any_file(seed: int, ledger: Ledger, database: Path) -> None:
    """Whatever was written and erased before and between, no trace is left, and all verifies."""
    rnd = random.Random(seed)  # noqa: S311  # for chance, not for secrets
    live: list[Secret] = []
    erased: list[Secret] = []
    before = ledger.head()
    for _ in range(14):
        live += tell(ledger, rnd.choices(LENGTHS, k=rnd.randint(1, 14)))
        ledger.attach(token().encode() * rnd.choice((1, 300, 3_000)), "text/plain")
        rnd.shuffle(live)
        for _ in range(min(len(live), rnd.randint(1, 9))):
            secret = live.pop()
            erasure = ledger.erase(secret.n, "quote", reason="asked", by="test")
            assert not erasure.pending
            erased.append(secret)
            assert remnants(database, [secret]) == []
        assert remnants(database, erased) == []
    text = files(database)
    assert [secret.n for secret in live if secret.token.encode() not in text] == []
    assert ledger.verify("full", trust=before).faults == ()
    claims = ledger.view().claims
    assert {claims[secret.claim].quote for secret in erased} == {Hidden.ERASED}
    assert all(secret.token in str(claims[secret.claim].quote) for secret in live)


def reading(database: Path) -> sqlite3.Connection:
    """Return another connection that holds a read transaction."""
    reader = sqlite3.connect(database, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM vault").fetchone()
    return reader


def test_a_reader_makes_it_pending_and_erasing_again_finishes(
    ledger: Ledger, database: Path
) -> None:
    """While a reader needs the old bytes the answer is pending; asked again later, it is done."""
    secrets_ = tell(ledger, [24, 3_000, 20_000])
    reader = reading(database)
    for secret in secrets_:
        assert ledger.erase(secret.n, "quote", reason="asked", by="test").pending
    assert remnants(database, secrets_) != []
    reader.close()
    for secret in secrets_:
        assert not ledger.erase(secret.n, "quote", reason="asked", by="test").pending
    assert remnants(database, secrets_) == []
    assert ledger.verify("full").faults == ()


def test_an_erasure_finishes_what_an_earlier_one_had_to_leave(
    ledger: Ledger, database: Path
) -> None:
    """An erasure that is done leaves nothing of those that were pending before it."""
    first, second, third = tell(ledger, [20_000, 480, 24])
    plant = first.opening.value[:4_000]  # as secure_delete might leave it, in a free page
    reader = reading(database)
    assert ledger.erase(first.n, "quote", reason="asked", by="test").pending
    reader.close()
    _plant(database, plant)
    assert not ledger.erase(second.n, "quote", reason="asked", by="test").pending
    assert remnants(database, [first, second]) == []
    assert remnants(database, [third]) == [third.n]


def _plant(database: Path, text: bytes) -> None:
    """Write a remnant into a free page, as a database without secure_delete has them."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA secure_delete=OFF")
    connection.execute("CREATE TABLE remnant (data)")
    connection.execute("INSERT INTO remnant VALUES (?)", (text * 4,))
    connection.execute("DROP TABLE remnant")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def test_a_remnant_of_any_part_is_found(ledger: Ledger, database: Path) -> None:
    """A remnant that begins within a value, and ends within it, is cleared too."""
    words = [token() for _ in range(500)]
    with ledger.batch(by="test") as batch:
        batch.tag_claim(
            source="s1", tier="human", stance="neutral", text="A claim.", quote=" ".join(words)
        )
    value = " ".join(words).encode()
    for start, stop in ((100, 900), (64, 1_000), (1_100, 1_700), (2_048 + 64, 3_000)):
        _plant(database, value[start:stop])
        assert value[start:stop] in files(database)
    assert not ledger.erase(batch.records[0].n, "quote", reason="asked", by="test").pending
    text = files(database)
    assert [word for word in words if word.encode() in text] == []


def test_a_capture_goes_with_the_last_field_that_names_it(ledger: Ledger, database: Path) -> None:
    """An attachment that only erased fields named is deleted; one that others name is kept."""
    page, other = token(), token()
    shared = ledger.attach(page.encode() * 2_000, "text/html")
    single = ledger.attach(other.encode() * 2_000, "text/html")
    with ledger.batch(by="test") as batch:
        for capture in (shared, shared, single):
            batch.add_source(
                kind="post",
                title="A post",
                platform="reddit",
                url="https://e.org/",
                capture=capture,
            )
    assert not ledger.erase(4, "capture", reason="asked", by="test").pending
    assert other.encode() not in files(database)
    assert ledger.store.backend.attachments("semax") == [shared.digest]
    assert not ledger.erase(2, "capture", reason="asked", by="test").pending
    assert ledger.attachment(shared) == page.encode() * 2_000
    assert not ledger.erase(3, "capture", reason="asked", by="test").pending
    assert page.encode() not in files(database)
    assert ledger.verify("full").faults == ()


def test_archives_made_before_and_after_verify(
    ledger: Ledger, database: Path, tmp_path: Path
) -> None:
    """The chain is as it was: an archive from before is the beginning of one from after."""
    (secret,) = tell(ledger, [480])
    before = ledger.export(tmp_path / "before")
    ledger.erase(secret.n, "quote", reason="asked", by="test")
    ledger.export(tmp_path / "after")
    assert evledger.verify_archive(tmp_path / "before").faults == ()
    assert evledger.verify_archive(tmp_path / "after", trust=before).faults == ()
    with evledger.open(database.with_name("mirror.db")) as mirror:
        restored = mirror.restore(tmp_path / "after")
        assert restored.view().claims[secret.claim].quote == Hidden.ERASED


def test_a_view_from_before_says_erased_too(ledger: Ledger) -> None:
    """A view that was taken before the erasure does not call the value withheld afterwards."""
    (secret,) = tell(ledger, [480])
    view = ledger.view()
    ledger.erase(secret.n, "quote", reason="asked", by="test")
    ledger.view()
    quote = view.claims[secret.claim].quote
    assert quote == Hidden.ERASED or secret.token in str(quote)


def test_erasing_works_where_there_is_no_interpreter_to_start(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, database: Path
) -> None:
    """An application that embeds Python can erase too."""
    (secret,) = tell(ledger, [480])
    monkeypatch.setattr(sys, "executable", "")
    assert not ledger.erase(secret.n, "quote", reason="asked", by="test").pending
    assert remnants(database, [secret]) == []
