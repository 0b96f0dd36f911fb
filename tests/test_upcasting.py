"""Records of an earlier version of a plugin's event type, under the plugin of today."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

import evledger
from evledger import Event, EventSupply, Plugins, Store, event, hookimpl
from evledger.events import Id, identity
from evledger.vocabulary import Upcaster

RUN: Final = "mylab:assay-run"


@event(RUN)
class Run1(Event):
    """As it was at first."""

    id: Id = identity("mylab-assay", "a")
    dose: str


@event(RUN, version=2)
class Run2(Event):
    """As it is today."""

    id: Id = identity("mylab-assay", "a")
    amount: str
    unit: str


def mylab(supply: EventSupply) -> Plugins:
    """Return the built-in plugins, and one that brings these events."""

    class MyLab:
        @hookimpl.events
        def events(self) -> EventSupply:
            return supply

    plugins = Plugins.builtin()
    plugins.register(MyLab(), "mylab")
    return plugins


@pytest.fixture
def reopened(tmp_path: Path) -> Iterator[Callable[[Upcaster], Store]]:
    """Open a ledger that has one record of version 1, with an upcaster to version 2."""
    path, stores = tmp_path / "evidence.db", list[Store]()
    with evledger.open(path, plugins=mylab(EventSupply(events=(Run1,)))) as store:
        store.create("assays", title="Assays", by="me").append(Run1(id="a1", dose="5 mg"), by="me")

    def reopen(upcaster: Upcaster) -> Store:
        supply = EventSupply(events=(Run2,), upcasters={(RUN, 1): upcaster})
        stores.append(evledger.open(path, plugins=mylab(supply)))
        return stores[-1]

    yield reopen
    for store in stores:
        store.close()


def split(data: dict[str, Any]) -> dict[str, Any]:
    """Make two fields of one."""
    amount, unit = data.pop("dose").split()
    return {**data, "amount": amount, "unit": unit}


def choke(data: dict[str, Any]) -> dict[str, Any]:
    """Fail on whatever it is given."""
    raise ValueError(data)


def forget(_: dict[str, Any]) -> Any:
    """Forget to return."""


def leave(data: dict[str, Any]) -> dict[str, Any]:
    """End the program, as a plugin should not."""
    raise SystemExit(str(data))


def circle(data: dict[str, Any]) -> dict[str, Any]:
    """Give what has no end."""
    data["self"] = data
    return data


def keep(data: dict[str, Any]) -> dict[str, Any]:
    """Leave the fields as they were."""
    return data


def test_earlier_records_are_read_as_today(reopened: Callable[[Upcaster], Store]) -> None:
    """A record of version 1 is read as one of version 2, and verified."""
    assays = reopened(split).ledger("assays")
    result = assays.verify("full")
    assert assays.record(1).event == Run2(id="a1", amount="5", unit="mg")
    assert (result.ok, result.unknown, assays.view().warnings) == (True, {}, ())


@pytest.mark.parametrize("upcaster", [choke, forget, leave, circle, keep])
def test_record_that_is_not_upcast_is_told(
    reopened: Callable[[Upcaster], Store], upcaster: Upcaster
) -> None:
    """Where an upcaster is of no use, the view, the checks and the verification say so.

    The chain is sound all the same: what is wrong is the plugin.
    """
    assays = reopened(upcaster).ledger("assays")
    view, result = assays.view(), assays.verify("full")
    assert (assays.record(1).event, view.unfit) == (None, (1,))
    told, why = view.warnings
    assert told == "1 record could not be read and left out: 1"
    assert why.startswith(f"{RUN}: upcasting version 1 ") or "missing required field" in why
    assert [finding.rule for finding in assays.check("unreadable-records").findings] == [
        "unreadable-records"
    ]
    assert (result.ok, result.unknown) == (True, {f"{RUN} v1": 1})


@event(RUN, version=2)
class Explosive(Event):
    """A class that cannot be made."""

    id: Id = identity("mylab-assay", "a")
    dose: str

    def __attrs_post_init__(self) -> None:
        """Fail."""
        raise ZeroDivisionError


def test_class_that_cannot_be_made(tmp_path: Path) -> None:
    """What a plugin's class raises concerns its records alone."""
    path = tmp_path / "evidence.db"
    with evledger.open(path, plugins=mylab(EventSupply(events=(Run1,)))) as store:
        store.create("assays", title="Assays", by="me").append(Run1(id="a1", dose="5 mg"), by="me")
    supply = EventSupply(events=(Explosive,), upcasters={(RUN, 1): keep})
    with evledger.open(path, plugins=mylab(supply)) as store:
        assays = store.ledger("assays")
        assert "ZeroDivisionError" in assays.view().warnings[1]
        assert (assays.record(1).event, assays.verify("full").ok) == (None, True)


def test_sealed_record_that_is_not_upcast(tmp_path: Path) -> None:
    """A record with a sealed field, and an upcaster that returns nothing, is told like any."""
    path = tmp_path / "evidence.db"
    with evledger.open(path, plugins=mylab(EventSupply(events=(Run1,)))) as store:
        assays = store.create("assays", title="Assays", by="me")
        assays.append(evledger.seal(Run1(id="a1", dose="5 mg"), "dose"), by="me")
    supply = EventSupply(events=(Run2,), upcasters={(RUN, 1): forget})
    with evledger.open(path, plugins=mylab(supply)) as store:
        assays = store.ledger("assays")
        assert (assays.view().unfit, assays.verify("full").ok) == ((1,), True)
