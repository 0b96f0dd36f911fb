"""A ledger behaves as a plain list of events and a dictionary of names, whatever is done to it."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import evledger
from evledger import (
    CaveatNoted,
    ClaimTagged,
    Conflict,
    DuplicateKey,
    Event,
    FieldsErased,
    GapClosed,
    GapNoted,
    Head,
    Hidden,
    Ledger,
    MissingRef,
    QuestionCreated,
    Refused,
    SourceAdded,
    SourceAmended,
    Store,
    diff,
    seal,
    verify_archive,
)
from evledger.testing import contents, texts

NAMES = st.sampled_from([f"doi:10.1000/{letter}" for letter in "abcdef"])
LOCATORS = st.lists(NAMES, max_size=2, unique=True).map(tuple)


@attrs.define
class Model:
    """What a ledger is, in plain lists and dictionaries."""

    events: list[Event] = attrs.field(factory=list[Event])
    heads: list[Head] = attrs.field(factory=list[Head])
    held: dict[str, int] = attrs.field(factory=dict[str, int])
    tokens: dict[str, tuple[int, list[Event]]] = attrs.field(
        factory=dict[str, tuple[int, list[Event]]]
    )
    sealed: dict[tuple[int, str], Any] = attrs.field(factory=dict[tuple[int, str], Any])
    highest: dict[str, int] = attrs.field(factory=dict[str, int])

    def next_id(self, letter: str) -> str:
        """Return the id that is handed out next."""
        return f"{letter}{self.highest.get(letter, 0) + 1}"


class LedgerMachine(RuleBasedStateMachine):
    """Does to a ledger what people do, in any order."""

    scheme = "memory"

    @initialize()
    def create(self) -> None:
        """Open a store and create a ledger."""
        self.folder = Path(tempfile.mkdtemp(prefix="evledger-"))
        self.now = datetime(2026, 11, 22, 10, tzinfo=UTC)
        self.store = self.open()
        self.ledger = self.store.create("semax", title="Semax", by="me")
        self.model = Model(events=[self.ledger.record(0).event or GapNoted(id="x", text="x")])
        self.model.heads.append(self.ledger.head())
        self.model.held = dict.fromkeys(self.ledger.record(0).keys, 0)
        self.exports = 0

    def open(self) -> Store:
        """Open the store, as another process would."""
        url = "memory:" if self.scheme == "memory" else f"sqlite:///{self.folder}/a.db"
        return evledger.open(url, clock=lambda: self.now)

    def teardown(self) -> None:
        """Verify once more, and let go."""
        if hasattr(self, "store"):
            assert self.ledger.verify("full", trust=self.model.heads[0]).faults == ()
            self.store.close()
            shutil.rmtree(self.folder)

    # -- appending

    def appended(self, events: list[Event], keys: dict[str, int]) -> None:
        """Take in what the ledger has taken."""
        start = len(self.model.events)
        self.model.events += events
        self.model.held.update(keys)
        for n, event in enumerate(events, start):
            if isinstance(event, QuestionCreated) and event.asker is not None:
                self.model.sealed[n, "asker"] = event.asker
            id = getattr(event, "id", "")
            if id[1:].isdecimal():
                self.model.highest[id[0]] = max(self.model.highest.get(id[0], 0), int(id[1:]))
        self.model.heads += [
            Head(n + 1, self.ledger.record(n).hash) for n in range(start, start + len(events))
        ]

    @rule(text=texts())
    def append_one(self, text: str) -> None:
        """Append a gap, by an id nobody has."""
        gap = GapNoted(id=self.model.next_id("g"), text=text)
        n = len(self.model.events)
        records = self.ledger.append(gap, by="me")
        assert [record.event for record in records] == [gap]
        self.appended([gap], {f"gap:{gap.id}": n})

    @rule(sizes=st.integers(1, 120))
    def append_many(self, sizes: int) -> None:
        """Append so many that pages fill."""
        first = int(self.model.next_id("g")[1:])
        gaps: list[Event] = [GapNoted(id=f"g{first + k}", text="x") for k in range(sizes)]
        n = len(self.model.events)
        self.ledger.append(*gaps, by="me")
        self.appended(gaps, {f"gap:g{first + k}": n + k for k in range(sizes)})

    @rule(locators=LOCATORS)
    def add_source(self, locators: tuple[str, ...]) -> None:
        """Add a source; a locator that is held refuses it, and names the holder."""
        source = SourceAdded(
            id=self.model.next_id("s"), kind="review", title="x", locators=locators
        )
        held = [name for name in sorted(locators) if name in self.model.held]
        n = len(self.model.events)
        if held:
            with pytest.raises(DuplicateKey) as caught:
                self.ledger.append(source, by="me")
            assert (caught.value.key, caught.value.n) == (held[0], self.model.held[held[0]])
        else:
            self.ledger.append(source, by="me")
            self.appended([source], dict.fromkeys([*locators, f"source:{source.id}"], n))

    @rule(source=st.integers(1, 4), name=NAMES)
    def drop_locator(self, source: int, name: str) -> None:
        """Release a locator; only its own source may."""
        amended = SourceAmended(source=f"s{source}", locators_dropped=(name,), why="mistyped")
        holder = self.model.held.get(name)
        owner = None if holder is None else self.model.events[holder]
        owned = getattr(owner, "source", getattr(owner, "id", None)) == f"s{source}"
        if f"source:s{source}" in self.model.held and owned:
            self.ledger.append(amended, by="me")
            self.appended([amended], {})
            del self.model.held[name]
        else:
            with pytest.raises(Refused):
                self.ledger.append(amended, by="me")

    @rule(number=st.integers(1, 4))
    def rely_on(self, number: int) -> None:
        """Tag a claim; without its source it is refused."""
        claim = ClaimTagged(
            id=self.model.next_id("c"), source=f"s{number}", text="x", tier="human", stance="mixed"
        )
        n = len(self.model.events)
        if claim.source in {name.removeprefix("source:") for name in self.model.held}:
            self.ledger.append(claim, by="me")
            self.appended([claim], {f"claim:{claim.id}": n})
        else:
            with pytest.raises(MissingRef) as caught:
                self.ledger.append(claim, by="me")
            assert caught.value.ref == f"source:{claim.source}"

    @rule(right=st.booleans(), back=st.integers(0, 300))
    def expect_head(self, right: bool, back: int) -> None:
        """Append against a head: the right one, or an earlier one, which conflicts."""
        heads = self.model.heads
        expect = heads[-1] if right else heads[max(0, len(heads) - 1 - back)]
        gap = GapNoted(id=self.model.next_id("g"), text="x")
        n = len(self.model.events)
        if expect == heads[-1]:
            self.ledger.append(gap, by="me", expect=expect)
            self.appended([gap], {f"gap:{gap.id}": n})
        else:
            with pytest.raises(Conflict) as caught:
                self.ledger.append(gap, by="me", expect=expect)
            assert caught.value.head == heads[-1]

    @rule(gaps=st.integers(0, 3), sources=st.integers(0, 10), fails=st.booleans())
    def batch(self, gaps: int, sources: int, fails: bool) -> None:
        """Collect a batch with ids handed out; where it fails, nothing and no id is used up."""
        n = len(self.model.events)
        expected: list[Any] = [
            *(
                GapNoted(id=f"g{self.model.highest.get('g', 0) + k}", text="x")
                for k in range(1, gaps + 1)
            ),
            *(
                SourceAdded(id=f"s{self.model.highest.get('s', 0) + k}", kind="review", title="x")
                for k in range(1, sources + 1)
            ),
        ]
        batch = self.ledger.batch(by="me")
        try:
            with batch:
                for _ in range(gaps):
                    batch.note_gap("x")
                for _ in range(sources):
                    batch.add_source(kind="review", title="x")
                if fails:
                    batch.append(GapClosed(gap="none", why="x"))
        except MissingRef:
            assert fails
        else:
            assert not fails
            assert [record.event for record in batch.records] == expected
            kinds = {"g": "gap", "s": "source"}
            keys = {f"{kinds[id[0]]}:{id}": n + k for k, id in enumerate(e.id for e in expected)}
            self.appended(list(expected), keys)

    @rule(token=st.sampled_from("xyz"), text=st.sampled_from("ab"), asks=st.booleans())
    def once(self, token: str, text: str, asks: bool) -> None:
        """Append under a retry token: the first time it is done, then it is repeated or refused."""
        id = f"once-{token}"
        event: Event = (
            QuestionCreated(id=id, text=text, asker="me") if asks else CaveatNoted(id=id, text=text)
        )
        n = len(self.model.events)
        if token not in self.model.tokens:
            self.ledger.append(event, by="me", once=token)
            self.model.tokens[token] = (n, [event])
            kind = "question" if asks else "caveat"
            self.appended([event], {f"{kind}:{id}": n, f"once:{token}": n})
        elif self.model.tokens[token][1] == [event]:
            assert (
                self.ledger.append(event, by="me", once=token).first == self.model.tokens[token][0]
            )
        else:
            with pytest.raises(Refused, match="was used for other events"):
                self.ledger.append(event, by="me", once=token)

    # -- forgetting

    @rule(text=texts())
    def seal_more(self, text: str) -> None:
        """Append an event of which a field is sealed that its class leaves open."""
        gap = GapNoted(id=self.model.next_id("g"), text=text)
        n = len(self.model.events)
        self.ledger.append(seal(gap, "text"), by="me")
        self.model.sealed[n, "text"] = text
        self.appended([gap], {f"gap:{gap.id}": n})

    @precondition(lambda self: any(v is not Hidden.ERASED for v in self.model.sealed.values()))
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        """Forget a sealed value: it is gone everywhere, and an event says so."""
        kept = [place for place, value in self.model.sealed.items() if value is not Hidden.ERASED]
        n, field = data.draw(st.sampled_from(kept))
        self.ledger.erase(n, field, reason="asked", by="me")
        self.model.sealed[n, field] = Hidden.ERASED
        self.appended([FieldsErased(n=n, fields=(field,), reason="asked")], {})

    # -- moving on

    @rule(hours=st.integers(-20, 30))
    def pass_time(self, hours: int) -> None:
        """Let the clock go on, or step back a little."""
        self.now += timedelta(hours=hours)
        last = self.ledger.record(len(self.model.events) - 1).at
        self.now = max(self.now, last - timedelta(hours=23))

    @rule(close=st.booleans())
    def reopen(self, close: bool) -> None:
        """Go on with another object, on the same file or memory."""
        if self.scheme == "memory":
            self.ledger = self.store.ledger("semax")
            return
        if close:
            self.store.close()
        else:
            self.others = [*getattr(self, "others", []), self.store][-3:]
        self.store = self.open()
        self.ledger = self.store.ledger("semax")

    @rule()
    def export_and_restore(self) -> None:
        """An archive verifies; a ledger restored from it is the same, but its values withheld."""
        self.exports += 1
        folder = self.folder / f"archive{self.exports % 2}"
        assert self.ledger.export(folder) == self.model.heads[-1]
        report = verify_archive(folder, trust=self.model.heads[len(self.model.heads) // 2])
        assert (report.faults, report.head) == ((), self.model.heads[-1])
        with evledger.open("memory:") as other:
            twin = other.restore(folder)
            assert [r.line for r in twin.records()] == [r.line for r in self.ledger.records()]
            assert twin.verify("full").root == report.root
            hidden = {value for _, value in self.hidden(twin).items()}
            assert hidden <= {Hidden.ERASED, Hidden.WITHHELD}

    @rule()
    def reindex(self) -> None:
        """Rebuilding the index of names changes nothing."""
        assert self.ledger.reindex() == len(self.model.held)

    # -- what holds at any time

    def hidden(self, ledger: Ledger) -> dict[tuple[int, str], Any]:
        """Return the values of sealed fields as the records show them."""
        return {
            (n, field): getattr(ledger.record(n).event, field) for n, field in self.model.sealed
        }

    def expected(self, n: int) -> Event:
        """Return an event as the record must show it."""
        sealed = {f: v for (m, f), v in self.model.sealed.items() if m == n and v is Hidden.ERASED}
        event: Any = self.model.events[n]
        return cast("Event", attrs.evolve(event, **sealed))

    @rule()
    def compare_records(self) -> None:
        """The records are the model's events, their hashes its heads, their order its order."""
        records = list(self.ledger.records())
        assert [r.n for r in records] == list(range(len(self.model.events)))
        assert [r.event for r in records] == [self.expected(n) for n in range(len(records))]
        assert [Head(r.n + 1, r.hash) for r in records] == self.model.heads
        assert len({r.hash for r in records}) == len(records)
        assert [r.at for r in records] == sorted(r.at for r in records)

    @rule(data=st.data())
    def compare_views(self, data: st.DataObject) -> None:
        """A view kept up to date, at any n, is what a fresh fold gives; nothing differs."""
        n = data.draw(st.integers(1, len(self.model.events)))
        fresh = Ledger(self.store, "semax")
        assert contents(self.ledger.view(n)) == contents(fresh.view(n))
        assert contents(self.ledger.view()) == contents(fresh.view(len(self.model.events)))
        assert diff(self.ledger.view(n), fresh.view(n)) == ()
        assert self.ledger.view(n).head == self.model.heads[n - 1]
        seen = {
            (c.kind, c.id)
            for c in diff(self.ledger.view(n), self.ledger.view())
            if c.what == "added"
        }
        added = {e.id for e in self.model.events[n:] if isinstance(e, GapNoted)}
        assert {id for kind, id in seen if kind == "gap"} == added

    @rule()
    def verify(self) -> None:
        """The ledger verifies in full, with every earlier head."""
        report = self.ledger.verify("full", trust=self.model.heads[len(self.model.heads) // 2])
        assert (report.faults, report.events) == ((), len(self.model.events))

    @invariant()
    def head_and_names(self) -> None:
        """Head and names are the model's, after every step."""
        if hasattr(self, "ledger"):
            assert self.ledger.head() == self.model.heads[-1]
            assert dict(self.store.backend.names("semax")) == self.model.held


class SQLiteMachine(LedgerMachine):
    """The same, on a file."""

    scheme = "sqlite"


def _tests(machine: Any, examples: int) -> Any:
    machine.TestCase.settings = settings(
        max_examples=examples, stateful_step_count=25, deadline=None
    )
    return machine.TestCase


TestMemory = _tests(LedgerMachine, 60)
TestMemory.__doc__ = "A ledger in memory behaves as the model."
TestSQLite = _tests(SQLiteMachine, 25)
TestSQLite.__doc__ = "A ledger in a file behaves as the model."
