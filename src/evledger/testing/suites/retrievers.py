"""The suite for retrievers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import given
from hypothesis import strategies as st

from evledger.events import ClaimTagged, SourceAdded
from evledger.testing.comparing import contents
from evledger.testing.strategies import texts
from evledger.testing.suites.base import EMPTY, ViewSuite, check_name, check_names, not_given, tried
from evledger.testing.suites.confided import SECRET, confided
from evledger.testing.telling import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evledger.asking import Match, Retriever
    from evledger.events import Event
    from evledger.view import View

__all__ = ["RetrieverTests"]


class RetrieverTests(ViewSuite):
    """What holds of every retriever."""

    def retriever(self) -> Retriever:
        """Return a new retriever."""
        raise not_given(self, "retriever")

    def found(self, view: View, question: str, limit: int = 5) -> list[Match]:
        """Retrieve, with a new retriever."""
        return list(self.retriever().retrieve(view, question, limit))

    def test_has_a_name(self) -> None:
        """A retriever's name is a slug."""
        check_name(self.retriever().name)

    def test_finds_nothing_in_an_empty_ledger(self) -> None:
        """Where nothing stands, nothing bears on a question."""
        assert self.found(self.told(EMPTY), "Does it help?") == []

    @tried
    @given(data=st.data(), limit=st.integers(0, 5))
    def test_gives_what_is_there(self, data: st.DataObject, limit: int) -> None:
        """Matches are entries of the view, each once, the best first, and no more than asked."""
        view = self.told(self.draw(data, min_size=5))
        found = self.found(view, data.draw(_questions(view), label="question"), limit)
        entries = [match.entry for match in found]
        weights = [match.weight for match in found]
        assert len(found) <= limit, f"{len(found)} matches, where {limit} were asked for"
        check_names(entries, view, "a match")
        assert len(set(entries)) == len(entries), f"a match is given twice: {entries}"
        assert all(0 <= weight <= 1 for weight in weights), f"not from 0 to 1: {weights}"
        assert weights == sorted(weights, reverse=True), f"the best is not first: {weights}"

    def test_gives_the_best_first(self) -> None:
        """Of claims with one, half and all of a question's words, that with all comes first."""
        found = self.found(self.told(Story(events=tuple(_of_distinct_relevance()))), _QUESTION)
        weights = [match.weight for match in found]
        assert weights == sorted(weights, reverse=True), f"the best is not first: {weights}"
        claims = [match.entry for match in found if match.entry.startswith("claim:")]
        assert claims[:1] == ["claim:c2"] or "claim:c2" not in claims, (
            f"{claims[0]} comes before claim:c2, which holds every word of {_QUESTION!r}"
        )

    @tried
    @given(data=st.data())
    def test_is_deterministic(self, data: st.DataObject) -> None:
        """The same events and question give the same matches; the view stays as it is."""
        story = self.draw(data, min_size=5)
        view = self.told(story)
        question, before = data.draw(_questions(view), label="question"), contents(view)
        found = self.found(view, question)
        assert self.found(view, question) == found
        assert self.found(self.told(story), question) == found
        assert contents(view) == before

    def test_forgets_what_is_gone(self) -> None:
        """What was found by words that were erased since is not found by them any more."""
        ledger, retriever = Story(events=tuple(confided(["supports"]))).ledger(), self.retriever()
        list(retriever.retrieve(ledger.view(), SECRET, 5))
        for opening in list(ledger.store.backend.openings(ledger.name)):
            ledger.erase(opening.n, opening.field, reason="a test", by="test")
        found = [match.entry for match in retriever.retrieve(ledger.view(), SECRET, 5)]
        assert not found, f"{', '.join(found)}: found by words that were erased"


_QUESTION: Final = "magnesium shortens sleep latency"


def _of_distinct_relevance() -> Iterator[Event]:
    """Yield claims with one word of the question, with all of it, and with half of it."""
    yield SourceAdded(id="s1", kind="review", title="A review")
    said = ("Caffeine delays sleep.", "Magnesium shortens sleep latency.", "Magnesium aids sleep.")
    for n, text in enumerate(said, 1):
        yield ClaimTagged(id=f"c{n}", source="s1", tier="human", stance="supports", text=text)


def _questions(view: View) -> st.SearchStrategy[str]:
    """Return questions: any text, the empty one, and what stands in the ledger."""
    said = [str(claim.text) for claim in view.claims.values()]
    return st.sampled_from(["", *said]) | texts()
