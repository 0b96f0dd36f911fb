"""What the verbs show of a plugin's events, with the plugin and without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import evledger
from evledger import Event, EventSupply, FindingWaived, Plugins, event, hookimpl
from evledger.cli.errors import Exit
from evledger.events import Id, Ref, Text, identity, ref, sealed

Run = Callable[..., Any]


@event("mylab:assay-run")
class AssayRun(Event):
    """One run of an assay."""

    id: Id = identity("assay", "a")
    source: Ref = ref("source")
    dose: Text
    plates: tuple[int, ...] = ()
    operator: Text | None = sealed(default=None)


class Lab:
    """A plugin."""

    @hookimpl.events
    def events(self) -> EventSupply:
        """Return the class."""
        return EventSupply(events=(AssayRun,))


@pytest.fixture
def plugins() -> Plugins:
    """Return what is built in, and the plugin."""
    plugins = Plugins.builtin()
    plugins.register(Lab(), "mylab")
    return plugins


@pytest.fixture
def absent(run: Run, plugins: Plugins) -> Run:
    """Return what runs the command beside a ledger with the plugin's event, and without the plugin.

    Records 3 and 4 are the event and a waiver.
    """
    with evledger.open("evledger.db", plugins=plugins) as store:
        ledger = store.create("semax", title="Semax and BDNF", by="curator")
        with ledger.batch(by="curator") as batch:
            plate = batch.add_source(kind="dataset", title="Plate 7")
            batch.note_gap("No trial.", id="same")
            batch.add(AssayRun, source=plate, dose="600 ug", plates=(7, 8), operator="night shift")
            batch.append(FindingWaived(rule="score-saturated", why="the raw sum is given"))
            batch.map_component(id="same", component="Semax", layer="neural")
    return run


@pytest.fixture(params=["present", "absent"])
def lab(
    request: pytest.FixtureRequest, absent: Run, plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Return the same with the plugin, and without it."""
    if request.param == "present":
        monkeypatch.setattr("evledger.cli.options.Settings.plugins", plugins)
    return absent


def lines(ended: Any) -> list[str]:
    """Return the lines of the output, without what they are indented by."""
    return [line.strip() for line in ended.out.splitlines()]


@pytest.mark.parametrize("id", ["a1", "assay:a1"])
def test_show_what_a_plugin_introduced(id: str, lab: Run) -> None:
    """It is found by its id and by its whole name, and shown with its data, seals and history."""
    ended = lab("show", "semax", id)
    assert ended.code == Exit.DONE
    shown = lines(ended)
    assert shown[:2] == ["name assay:a1", "introduced by record 3, mylab:assay-run"]
    assert {"dose: 600 ug", "source: s1", "operator: open (record 3)", "night shift"} <= {*shown}
    found = lab("show", "semax", id, "--json").document
    assert (found["kind"], found["name"], found["entry"]) == ("name", "assay:a1", None)
    assert found["sealed"] == {"operator": {"n": 3, "state": "open", "value": "night shift"}}
    assert [record["n"] for record in found["history"]] == [3]


def test_show_a_record_of_a_plugin(lab: Run) -> None:
    """A record's sealed values are opened as far as the vault does, whoever knows its type."""
    assert "night shift" in lines(lab("show", "semax", "3"))
    lab("erase", "semax", "3", "operator", "--reason", "asked for")
    for id in ("3", "a1"):
        shown = lines(lab("show", "semax", id))
        assert "operator: erased (record 3)" in shown
        assert "night shift" not in shown


def test_show_as_it_stood(lab: Run) -> None:
    """Before its record, what a plugin introduced is not there."""
    ended = lab("show", "semax", "a1", "--at", "3")
    assert (ended.code, "had no 'assay:a1' when it had 3 records" in ended.err) == (2, True)


def test_show_an_id_of_several_names(lab: Run, plugins: Plugins) -> None:
    """An id that two names have is not guessed at; an id that none has is said to be unknown."""
    ended = lab("show", "semax", "same")
    assert (ended.code, "name one of: gap:same, component:same" in ended.err) == (2, True)
    with evledger.open("evledger.db", plugins=plugins) as store:
        run = AssayRun(id="human", source="s1", dose="1 ug")
        store.ledger("semax").append(run, by="curator")
    ended = lab("show", "semax", "human")
    assert (ended.code, "name one of: assay:human, tier:human" in ended.err) == (2, True)
    assert "nothing that a plugin's event introduced" in lab("show", "semax", "a9").err


def test_show_no_retry_token(lab: Run, plugins: Plugins) -> None:
    """A retry token is no name of anything."""
    with evledger.open("evledger.db", plugins=plugins) as store:
        store.ledger("semax").append(
            AssayRun(id="a2", source="s1", dose="1 ug"), by="curator", once="token"
        )
    assert lab("show", "semax", "token").code == Exit.WRONG


def test_log_tells_the_fields(lab: Run) -> None:
    """An event without a text has its first fields in the log, but for the names of its line."""
    found = [line.partition("curator  ")[2] for line in lab("log", "semax").out.splitlines()]
    assert found[3] == "mylab:assay-run  assay:a1  dose=600 ug, plates=[7, 8]"
    assert found[4] == "finding-waived  score-saturated: the raw sum is given"


def test_log_of_a_type(lab: Run) -> None:
    """A type that is known here, or that some record has, is no error."""
    assert len(lab("log", "semax", "--type", "mylab:assay-run").out.splitlines()) == 1
    for args in (("mylab:assay-run", "--at", "2"), ("claim-tagged",)):
        ended = lab("log", "semax", "--type", *args)
        assert (ended.code, ended.out) == (Exit.DONE, "")


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("mylab:assay-rum", "; there are: mylab:assay-run"),
        ("claim-taged", "; there are: claim-tagged"),
        ("zzzzzz", "has no record of type 'zzzzzz', and no plugin knows it\n"),
    ],
)
def test_log_of_no_type(kind: str, part: str, lab: Run) -> None:
    """A type that nothing has or knows is an error, which names those that are near."""
    ended = lab("log", "semax", "--type", kind)
    assert (ended.code, ended.out, part in ended.err) == (Exit.WRONG, "", True)


def test_score_warns(absent: Run, plugins: Plugins, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a score could not take in is said with it, to people and to programs."""
    (warning,) = absent("score", "semax", "--json").document["warnings"]
    assert "of unknown type mylab:assay-run" in warning
    assert f"warning: {warning}" in absent("score", "semax").out.splitlines()
    monkeypatch.setattr("evledger.cli.options.Settings.plugins", plugins)
    assert absent("score", "semax", "--json").document["warnings"] == []
    assert "warning:" not in absent("score", "semax").out
