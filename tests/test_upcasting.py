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


def keep(data: dict[str, Any]) -> dict[str, Any]:
    """Leave the fields as they were."""
    return data


def test_earlier_records_are_read_as_today(reopened: Callable[[Upcaster], Store]) -> None:
    """A record of version 1 is read as one of version 2, and verified."""
    assays = reopened(split).ledger("assays")
    result = assays.verify("full")
    assert assays.record(1).event == Run2(id="a1", amount="5", unit="mg")
    assert (result.ok, result.unknown, assays.view().warnings) == (True, {}, ())


@pytest.mark.parametrize("upcaster", [choke, forget, keep])
def test_record_that_is_not_upcast_is_told(
    reopened: Callable[[Upcaster], Store], upcaster: Upcaster
) -> None:
    """Where an upcaster is of no use, the view, the checks and the verification say so.

    The chain is sound all the same: what is wrong is the plugin.
    """
    assays = reopened(upcaster).ledger("assays")
    view, result = assays.view(), assays.verify("full")
    assert (assays.record(1).event, view.unfit) == (None, (1,))
    assert view.warnings == ("1 record could not be read and left out: 1",)
    assert [finding.rule for finding in assays.check("unreadable-records").findings] == [
        "unreadable-records"
    ]
    assert (result.ok, result.unknown) == (True, {f"{RUN} v1": 1})
