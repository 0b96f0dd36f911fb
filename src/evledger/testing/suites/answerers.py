"""The suite for answerers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from evledger.asking import Match
from evledger.testing.comparing import contents
from evledger.testing.strategies import texts
from evledger.testing.suites.base import EMPTY, ViewSuite, check_name, not_given, tried

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evledger.asking import Answerer, Sentence
    from evledger.view import View

__all__ = ["AnswererTests"]


class AnswererTests(ViewSuite):
    """What holds of every answerer."""

    def answerer(self) -> Answerer:
        """Return a new answerer."""
        raise not_given(self, "answerer")

    def answer(self, view: View, question: str, matches: Sequence[Match]) -> list[Sentence]:
        """Answer, with a new answerer."""
        return list(self.answerer().answer(view, question, matches))

    def test_has_a_name(self) -> None:
        """An answerer's name is a slug."""
        check_name(self.answerer().name)

    def test_says_nothing_without_claims(self) -> None:
        """Where nothing was retrieved, there is nothing to stand on, and so no sentence."""
        assert self.answer(self.told(EMPTY), "Does it help?", ()) == []

    @tried
    @given(data=st.data(), question=texts())
    def test_cites_what_was_retrieved(self, data: st.DataObject, question: str) -> None:
        """Every sentence says something, and cites claims that were retrieved, and only these."""
        view = self.told(self.draw(data, min_size=8))
        matches = data.draw(_matches(view), label="matches")
        retrieved = {match.entry.removeprefix("claim:") for match in matches}
        for sentence in self.answer(view, question, matches):
            assert sentence.text.strip(), "a sentence says nothing"
            assert sentence.citations, f"{sentence.text!r:.200} stands on no claim; cite one"
            strange = sorted(set(sentence.citations) - retrieved)
            assert not strange, (
                f"{sentence.text!r:.200} cites {', '.join(strange)}, which was not retrieved; "
                "cite claims among the matches, by their ids alone"
            )

    @tried
    @given(data=st.data(), question=texts())
    def test_is_deterministic(self, data: st.DataObject, question: str) -> None:
        """The same question and matches give the same answer; the view stays as it is."""
        story = self.draw(data, min_size=8)
        view = self.told(story)
        matches, before = data.draw(_matches(view), label="matches"), contents(view)
        answer = self.answer(view, question, matches)
        assert self.answer(view, question, matches) == answer
        assert self.answer(self.told(story), question, matches) == answer
        assert contents(view) == before


def _matches(view: View) -> st.SearchStrategy[tuple[Match, ...]]:
    """Return some of a view's claims as matches."""
    if not view.claims:
        return st.just(())
    chosen = st.lists(st.sampled_from(list(view.claims)), unique=True, max_size=4)
    return chosen.map(lambda ids: tuple(Match(entry=f"claim:{id}", weight=1.0) for id in ids))
