"""The suites for retrievers and answerers: plain ones pass, and wrong ones do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import pytest
from hypothesis import strategies as st

from evledger import ClaimTagged, SourceAdded, View
from evledger.asking import Answerer, Match, Retriever, Sentence
from evledger.testing import AnswererTests, RetrieverTests, Story


class Verbatim:
    """Finds claims in which the question stands word for word."""

    name = "verbatim"

    def retrieve(self, view: View, question: str, limit: int) -> list[Match]:
        """Find them."""
        found = [
            id for id, claim in view.claims.items() if question and question in str(claim.text)
        ]
        return [Match(entry=f"claim:{id}", weight=1.0) for id in found[:limit]]


class Quoting:
    """Answers with the claims themselves."""

    name = "quoting"

    def answer(self, view: View, question: str, matches: Sequence[Match]) -> Iterator[Sentence]:
        """Quote them."""
        del question
        for match in matches:
            id = match.entry.removeprefix("claim:")
            if id in view.claims:
                yield Sentence(text=f"“{view.claims[id].text}”", citations=(id,))


class TestVerbatim(RetrieverTests):
    """A retriever of a few lines."""

    def retriever(self) -> Retriever:
        """Return it."""
        return Verbatim()


class TestQuoting(AnswererTests):
    """An answerer of a few lines."""

    def answerer(self) -> Answerer:
        """Return it."""
        return Quoting()


TOLD: Final = Story(
    events=(
        SourceAdded(id="s1", kind="review", title="A review"),
        ClaimTagged(id="c1", source="s1", tier="human", stance="supports", text="It helps."),
    )
)


class Greedy(Verbatim):
    """Gives all that there is, whatever it is asked for."""

    def retrieve(self, view: View, question: str, limit: int) -> list[Match]:
        """Return everything, and one thing that is not there."""
        del question, limit
        return [Match(entry=f"claim:{id}", weight=1.0) for id in (*view.claims, "c999999")]


class Inventive(Quoting):
    """Says something that nothing in the ledger says."""

    def answer(self, view: View, question: str, matches: Sequence[Match]) -> Iterator[Sentence]:
        """Make it up."""
        del view, question, matches
        yield Sentence(text="It helps everybody.", citations=())


def failures(suite: RetrieverTests | AnswererTests) -> list[str]:
    """Run a suite's tests, and give the names of those that fail."""
    failed: list[str] = []
    for name in dir(suite):
        if name.startswith("test_"):
            try:
                getattr(suite, name)()
            except (AssertionError, ExceptionGroup):
                failed.append(name)
    return failed


class TestsOfGreedy(RetrieverTests):
    """The suite, for a retriever that must not pass; pytest is not to collect it."""

    __test__ = False

    def stories(self, **sizes: int) -> st.SearchStrategy[Story]:
        """Return one: what is caught in it need not be shrunk."""
        del sizes
        return st.just(TOLD)

    def retriever(self) -> Retriever:
        """Return it."""
        return Greedy()


class TestsOfInventive(AnswererTests):
    """The suite, for an answerer that must not pass."""

    __test__ = False

    def stories(self, **sizes: int) -> st.SearchStrategy[Story]:
        """Return one, for the same reason."""
        del sizes
        return st.just(TOLD)

    def answerer(self) -> Answerer:
        """Return it."""
        return Inventive()


class Contrary(Verbatim):
    """Finds by the words of the question, and gives the least of them first."""

    def retrieve(self, view: View, question: str, limit: int) -> list[Match]:
        """Find them, as sure of each as of the next."""
        asked = set(question.lower().split())
        shared = {
            id: len(asked & set(str(claim.text).lower().rstrip(".").split()))
            for id, claim in view.claims.items()
        }
        found = sorted((id for id in shared if shared[id]), key=lambda id: shared[id])
        return [Match(entry=f"claim:{id}", weight=1.0) for id in found[:limit]]


class TestsOfContrary(RetrieverTests):
    """The suite, for a retriever that must not pass."""

    __test__ = False

    def retriever(self) -> Retriever:
        """Return it."""
        return Contrary()


def test_worst_first_is_noticed() -> None:
    """A retriever that gives the worst match first is told which claim was to come before."""
    with pytest.raises(AssertionError, match=r"claim:c1 comes before claim:c2, which holds every"):
        TestsOfContrary().test_gives_the_best_first()


class TestsOfStraying(AnswererTests):
    """The suite, for an answerer that cites what was not retrieved."""

    __test__ = False

    def stories(self, **sizes: int) -> st.SearchStrategy[Story]:
        """Return one, for the same reason."""
        del sizes
        return st.just(TOLD)

    def answerer(self) -> Answerer:
        """Return it."""
        return Straying()


class Straying(Quoting):
    """Cites whatever there is."""

    def answer(self, view: View, question: str, matches: Sequence[Match]) -> Iterator[Sentence]:
        """Cite it."""
        del question, matches
        return (Sentence(text="It helps.", citations=(id,)) for id in view.claims)


def test_stray_citation_is_named() -> None:
    """An answerer that cites what was not retrieved is told what, and in which sentence."""
    with pytest.raises(AssertionError, match=r"'It helps\.' cites c1, which was not retrieved"):
        TestsOfStraying().test_cites_what_was_retrieved()


@pytest.mark.parametrize("suite", [TestsOfGreedy, TestsOfInventive])
def test_wrong_ones_fail(suite: type[TestsOfGreedy | TestsOfInventive]) -> None:
    """A retriever of what is not there, and an answerer without citations, are caught."""
    assert failures(suite())
