"""The suite for fetchers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import attrs

from evledger.importing import FetchContext, Item, Note, Rejection
from evledger.importing.running import import_fetched
from evledger.testing.suites.base import EMPTY, Suite, check_name, not_given

if TYPE_CHECKING:
    from evledger.importing import Fetcher, Found

__all__ = ["FetcherTests"]


class FetcherTests(Suite):
    """What holds of every fetcher; the registry that it asks is yours to play.

    >>> from evledger.importing import Item, Rejection
    >>> class Shelf:
    ...     name = "isbn"
    ...     registry = "the shelf"
    ...
    ...     def fetch(self, locators, context):
    ...         for locator in locators:
    ...             if locator == "isbn:9781605587301":
    ...                 source = {"kind": "book", "title": "A book", "locators": [locator]}
    ...                 yield Item(place=locator, source=source)
    ...             else:
    ...                 yield Rejection(locator, "it is not on the shelf", gone=True)
    >>> class TestShelf(FetcherTests):
    ...     def fetcher(self):
    ...         return Shelf()
    ...
    ...     def known(self):
    ...         return ["isbn:9781605587301"]
    ...
    ...     def unknown(self):
    ...         return ["isbn:9780306406157"]
    """

    def fetcher(self) -> Fetcher:
        """Return a new fetcher, which asks a registry that a test plays and never waits."""
        raise not_given(self, "fetcher")

    def known(self) -> Sequence[str]:
        """Return normal locators of sources that the registry has, each of another source."""
        raise not_given(self, "known")

    def unknown(self) -> Sequence[str]:
        """Return normal locators that the registry knows nothing of."""
        raise not_given(self, "unknown")

    def failing(self) -> Fetcher | None:
        """Return a fetcher whose registry fails at whatever it is asked, or ``None``."""
        return None

    def context(self) -> FetchContext:
        """Return who asks."""
        return FetchContext(contact="test@example.org", environ={})

    def fetched(self, locators: Iterable[str], fetcher: Fetcher | None = None) -> list[Found]:
        """Fetch, with a new fetcher where none is given."""
        return list((fetcher or self.fetcher()).fetch(tuple(locators), self.context()))

    def answers(self, locators: Iterable[str]) -> list[Item | Rejection]:
        """Fetch, and leave out the notes."""
        return [each for each in self.fetched(locators) if not isinstance(each, Note)]

    def test_has_a_name_and_a_registry(self) -> None:
        """A fetcher is called after the scheme that it fetches, and says whom it asks."""
        fetcher = self.fetcher()
        check_name(fetcher.name)
        assert fetcher.registry.strip()
        asked = [*self.known(), *self.unknown()]
        assert {locator.partition(":")[0] for locator in asked} == {fetcher.name}

    def test_asks_nothing_for_nothing(self) -> None:
        """Where nothing is asked for, nothing is given."""
        assert self.fetched([]) == []

    def test_answers_once_for_each(self) -> None:
        """Each locator has one item or rejection, and each says of which it is."""
        asked = [*self.known(), *self.unknown()]
        assert sorted(each.place for each in self.answers(asked)) == sorted(asked)

    def test_answers_are_the_same_alone(self) -> None:
        """What is said of a source does not depend on what else is asked for."""
        asked = [*self.known(), *self.unknown()]
        together = {each.place: _without_time(each) for each in self.answers(asked)}
        alone = {each.place: _without_time(each) for one in asked for each in self.answers([one])}
        assert alone == together

    def test_gives_what_is_known(self) -> None:
        """What the registry has is an item, whose source is found by the locator asked for."""
        for each in self.answers(self.known()):
            assert isinstance(each, Item), each
            assert each.source is not None
            assert each.place in each.source["locators"]

    def test_says_what_is_gone(self) -> None:
        """What the registry does not have is a rejection that says so, and why."""
        for each in self.answers(self.unknown()):
            assert isinstance(each, Rejection), each
            assert each.gone
            assert each.reason.strip()

    def test_is_deterministic(self) -> None:
        """The same answers of a registry give the same items."""
        asked = [*self.known(), *self.unknown()]
        first, again = self.fetched(asked), self.fetched(asked)
        assert [_without_time(each) for each in first] == [_without_time(each) for each in again]

    def test_failures_are_not_gone(self) -> None:
        """A registry that fails has not said that it has no such source."""
        fetcher = self.failing()
        asked = [*self.known(), *self.unknown()]
        found = self.fetched(asked, fetcher) if fetcher is not None else []
        rejected = [each for each in found if not isinstance(each, Note)]
        assert not [each for each in rejected if not isinstance(each, Rejection) or each.gone]
        assert fetcher is None or sorted(each.place for each in rejected) == sorted(asked)

    def test_import_adds_up(self) -> None:
        """What is fetched is taken into a ledger, and a second time brings nothing new."""
        ledger, fetcher = EMPTY.ledger(), self.fetcher()
        asked = [*self.known(), *self.unknown()]
        reports = [
            import_fetched(ledger, asked, {fetcher.name: fetcher}, self.context(), by="test")
            for _ in range(2)
        ]
        for report in reports:
            counted = report.added + report.known + report.flagged + len(report.rejected)
            assert counted == report.read == len(asked)
            assert sorted(each.place for each in report.rejected) == sorted(self.unknown())
        assert (reports[1].sources, reports[1].claims, reports[1].flags) == (0, 0, 0)
        assert ledger.verify("full").ok


def _without_time(found: Found) -> Found:
    """Leave out when it was retrieved."""
    if not isinstance(found, Item) or found.source is None:
        return found
    source = {name: value for name, value in found.source.items() if name != "retrieved"}
    return attrs.evolve(found, source=source)
