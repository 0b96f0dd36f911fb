"""The suite for events, upcasters and projections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st

from evledger.codec import canonical
from evledger.events import Event
from evledger.hookspecs import EventSupply, hookimpl
from evledger.plugins import Plugins
from evledger.rendering import HasPassage, Passage
from evledger.schema import Seal
from evledger.testing.suites.base import ViewSuite, not_given, tried
from evledger.testing.suites.eventful import eventful
from evledger.testing.telling import Story, reopened

if TYPE_CHECKING:
    from evledger.record import Record

__all__ = ["EventTests"]


class EventTests(ViewSuite):
    """What holds of event classes, upcasters and projections.

    >>> from evledger import EventSupply
    >>> class TestNothing(EventTests):
    ...     def supply(self):
    ...         return EventSupply()
    """

    def supply(self) -> EventSupply:
        """Return the supply that the plugin hands over."""
        raise not_given(self, "supply")

    def old(self) -> Iterator[tuple[str, int, dict[str, Any]]]:
        """Yield data of earlier versions: for each upcaster, its type, its version, and data."""
        yield from ()

    def plugins(self) -> Plugins:
        """Return the built-in plugins and the supply."""
        plugins = Plugins.builtin()
        plugins.register(_Supplier(self.supply()), "test")
        return plugins

    def test_types_have_one_prefix(self) -> None:
        """Every event type begins with the plugin's name and a colon."""
        prefixes = {cls.type.partition(":")[0] for cls in self.supply().events}
        assert all(":" in cls.type for cls in self.supply().events)
        assert len(prefixes) <= 1

    @tried
    @given(data=st.data())
    def test_round_trip(self, data: st.DataObject) -> None:
        """What was appended is read back: the event, its names, and the same data in the line."""
        story = self._own(data)
        ledger = story.ledger(self.with_plugins)
        for event, record in zip(story.events, ledger.records(1), strict=False):
            self._check_record(event, record)

    def _check_record(self, event: Event | Seal, record: Record) -> None:
        draft = self.with_plugins.vocabulary.draft(event)
        assert canonical(record.data) == draft.data
        assert (record.keys, record.refs, record.drops) == tuple(draft.names)
        if not record.sealed:
            assert record.event == event

    @tried
    @given(data=st.data())
    def test_ledger_is_sound(self, data: st.DataObject) -> None:
        """A ledger with such events passes the full verification."""
        report = self._own(data).ledger(self.with_plugins).verify("full")
        assert report.ok, report.fault
        assert report.unknown == {}

    @tried
    @given(data=st.data())
    def test_ledger_survives_without_the_plugin(self, data: st.DataObject) -> None:
        """Where the plugin is absent its events are kept, verified, and said to be unknown."""
        ledger = self._own(data).ledger(self.with_plugins)
        other = reopened(ledger, Plugins.builtin())
        own = [r.type for r in ledger.records() if r.type not in Plugins.builtin().vocabulary]
        report = other.verify("full")
        assert report.ok, report.fault
        assert report.unknown == {name: own.count(name) for name in own}
        assert [r.line for r in other.records()] == [r.line for r in ledger.records()]
        assert len(other.view().warnings) >= len(set(own))

    @tried
    @given(data=st.data())
    def test_projections_replay(self, data: st.DataObject) -> None:
        """Folded bit by bit or all at once, a projection comes to the same."""
        ledger = self._own(data).ledger(self.with_plugins)
        stops = data.draw(st.lists(st.integers(1, ledger.head().size), max_size=4))
        kept = {n: ledger.view(n) for n in sorted(stops)}
        kept[ledger.head().size] = ledger.view()
        for projection in self.supply().projections:
            for n, view in kept.items():
                fresh = reopened(ledger, self.plugins()).view(n)
                assert view.part(projection) == fresh.part(projection)

    @tried
    @given(data=st.data())
    def test_passages_can_be_shown(self, data: st.DataObject) -> None:
        """What a projection says in an article is a passage of texts, or nothing."""
        speaking = [each for each in self.supply().projections if isinstance(each, HasPassage)]
        if speaking:
            for story in (Story(events=eventful("It helps.")), self._own(data)):
                view = self.told(story)
                for projection in speaking:
                    _check_passage(projection.name, projection.passage(view.part(projection)))

    @tried
    @given(data=st.data())
    def test_earlier_parts_stay(self, data: st.DataObject) -> None:
        """What a projection froze stays as it was while the ledger grows."""
        events = self._own(data).events
        ledger = Story().ledger(self.with_plugins)
        kept = [ledger.view()]
        for event in events:
            ledger.append(event, by="test")
            kept.append(ledger.view())
        for projection in self.supply().projections:
            for n, view in enumerate(kept, 1):
                fresh = reopened(ledger, self.plugins()).view(n)
                assert view.part(projection) == fresh.part(projection)

    def test_upcasters_reach_the_version(self) -> None:
        """Every older version has an upcaster, and old data becomes an event of today."""
        supply = self.supply()
        versions = {cls.type: cls.version for cls in supply.events}
        expected = {(name, k) for name, version in versions.items() for k in range(1, version)}
        assert set(supply.upcasters) == expected
        vocabulary, tried_out = self.with_plugins.vocabulary, self._old()
        untried = expected - {(name, version) for name, version, _ in tried_out}
        assert not untried, f"old() gives no data for the upcasters of {sorted(untried)}"
        for name, version, data in tried_out:
            for k in range(version, versions[name]):
                data = supply.upcasters[name, k](dict(data))  # noqa: PLW2901  # step by step
            assert vocabulary.structure(name, data).type == name

    def _old(self) -> list[tuple[str, int, dict[str, Any]]]:
        given: list[Any] = list(self.old())
        for each in given:
            parts = cast("tuple[object, ...]", each if isinstance(each, tuple) else ())
            is_sound = list(map(type, parts)) == [str, int, dict]
            assert is_sound, f"old() gave {each!r:.80}; expected (type, version, data) for each"
        return given

    def _own(self, data: st.DataObject) -> Story:
        """Draw a story that nothing is erased from, with events of the plugin."""
        drawn = data.draw(self.own_stories(min_size=3, max_size=8), label="what happened")
        story = attrs.evolve(drawn, erased=(), has_vault=True)
        own = {cls.type for cls in self.supply().events}
        types = {(e.event if isinstance(e, Seal) else e).type for e in story.events}
        assume(not own or own & types)
        return story


def _check_passage(name: str, said: object) -> None:
    assert said is None or isinstance(said, Passage), (
        f"passage() of {name} gave {type(said).__name__}; return a Passage, or None"
    )
    if said is not None:
        given: dict[str, Any] = attrs.asdict(said)  # a plugin may put anything into it
        texts = [given["heading"], *given["lines"]]
        is_sound = type(given["lines"]) is tuple and all(type(each) is str for each in texts)
        assert is_sound, f"passage() of {name} gave {said!r:.200}; a text, and a tuple of texts"


class _Supplier:
    def __init__(self, supply: EventSupply) -> None:
        self._supply = supply

    @hookimpl.events
    def events(self) -> EventSupply:
        """Return the supply."""
        return self._supply
