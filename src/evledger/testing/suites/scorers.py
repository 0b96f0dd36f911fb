"""The suite for scorers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evledger.codec import is_slug
from evledger.counting import REASONS
from evledger.events import (
    ClaimTagged,
    ClaimWithdrawn,
    Event,
    Reviewed,
    SourceAdded,
    SourceFlagged,
    SourceLinked,
)
from evledger.exceptions import Invalid
from evledger.parameters import Configurable
from evledger.scoring import influence, score
from evledger.testing.comparing import contents
from evledger.testing.suites.base import (
    EMPTY,
    MakingSuite,
    check_name,
    check_names,
    not_given,
    tried,
)
from evledger.testing.suites.steady import steady
from evledger.testing.telling import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evledger.ledger import Ledger
    from evledger.scoring import Score, Scorer, Term

__all__ = ["ScorerTests"]


class ScorerTests(MakingSuite):
    """What holds of every scorer.

    >>> from evledger.builtin.confidence import QuantifiedConfidence
    >>> class TestConfidence(ScorerTests):
    ...     def scorer(self):
    ...         return QuantifiedConfidence()
    """

    def scorer(self) -> Scorer:
        """Return a new scorer."""
        raise not_given(self, "scorer")

    def made(self, ledger: Ledger) -> str:
        """Return the score, a line for each of its fields."""
        found = score(self.scorer(), ledger.view())
        fields: Any = attrs.fields(type(found))
        return "\n".join(f"{each.name}: {getattr(found, each.name)!r}" for each in fields)

    def test_has_name_and_version(self) -> None:
        """A scorer's name is a slug, and its version counts from 1."""
        scorer = self.scorer()
        check_name(scorer.name)
        assert isinstance(scorer.version, int)
        assert scorer.version >= 1

    def test_scores_an_empty_ledger(self) -> None:
        """A ledger in which nothing stands yet has a score, and nothing to be cautious about."""
        check_score(score(self.scorer(), self.told(EMPTY)))

    @tried
    @given(data=st.data())
    def test_scores_every_ledger(self, data: st.DataObject) -> None:
        """Whatever a ledger holds, the score is of its head, bounded, and adds up."""
        view = self.told(self.draw(data))
        found = score(self.scorer(), view)
        assert (found.scorer, found.version) == (self.scorer().name, self.scorer().version)
        check_score(found)
        named = {name for caution in found.cautions for name in caution.entries}
        check_names(named, view, "a caution")

    @tried
    @given(data=st.data())
    def test_is_deterministic(self, data: st.DataObject) -> None:
        """The same events give the same score, again, and in another ledger."""
        story = self.draw(data)
        view, other = self.told(story), self.told(story)
        with steady():
            found = score(self.scorer(), view)
        assert score(self.scorer(), view) == found
        assert attrs.evolve(score(self.scorer(), other), head=view.head) == found

    @tried
    @given(data=st.data())
    def test_leaves_the_view_alone(self, data: st.DataObject) -> None:
        """Scoring changes nothing that the view shows."""
        view = self.told(self.draw(data))
        before = contents(view)
        score(self.scorer(), view)
        assert contents(view) == before

    @tried
    @given(data=st.data())
    def test_scores_the_rest_without_a_source(self, data: st.DataObject) -> None:
        """It can be said of every source what it does to the score.

        The rest is scored as if it were all: also where the whole was scored before.
        """
        story = self.draw(data, min_size=8)
        view, other = self.told(story), self.told(story)
        found = list(influence(self.scorer(), view))
        assert [each.source for each in found] == list(view.sources)
        for each in found:
            alone = score(self.scorer(), other.without(each.source))
            assert attrs.evolve(alone, head=view.head) == each.without

    @pytest.mark.parametrize("reason", REASONS)
    def test_counts_only_what_counts(self, reason: str) -> None:
        """A claim that is withdrawn, rejected, retracted, automatic or a duplicate adds nothing."""
        beside = score(self.scorer(), self.told(Story(events=tuple(set_aside(reason)))))
        absent = score(self.scorer(), self.told(Story(events=tuple(set_aside(reason, claims=0)))))
        for name in ("raw", "value", "label"):
            found, expected = getattr(beside, name), getattr(absent, name)
            assert found == expected, (
                f"{name} is {found!r}, and without the claim c2, which does not count ({reason}), "
                f"{expected!r}; begin with view.counted"
            )

    @tried
    @given(data=st.data())
    def test_parameters_round_trip(self, data: st.DataObject) -> None:
        """A scorer given the parameters that stand in its score gives that score again."""
        scorer, view = self.scorer(), self.told(self.draw(data))
        if isinstance(scorer, Configurable):
            found = score(scorer, view)
            assert found.parameters, "a scorer that takes parameters shows which it was given"
            assert score(scorer.configured(found.parameters), view) == found
            assert score(scorer.configured({}), view) == found

    def test_refuses_unknown_parameters(self) -> None:
        """A parameter that a scorer does not know is refused, so that a misspelt one is seen."""
        scorer: Any = self.scorer()
        if isinstance(scorer, Configurable):
            with pytest.raises(Invalid):
                scorer.configured({"no-such-parameter": 1})


def set_aside(reason: str, claims: int = 1) -> Iterator[Event]:
    """Yield a claim that counts, and beside it one, or none, that for this reason does not."""
    for id in ("s1", "s2"):
        yield SourceAdded(id=id, kind="journal-article", title="A report")
    yield ClaimTagged(id="c1", source="s1", tier="anecdotal", stance="mixed", text="It may help.")
    if claims:
        yield ClaimTagged(
            id="c2",
            source="s2",
            tier="human",
            stance="supports",
            text="It helps.",
            assertion="automatic" if reason == "automatic" else "manual",
        )
    if claims and reason == "withdrawn":
        yield ClaimWithdrawn(claim="c2", why="It says otherwise.")
    if claims and reason == "rejected":
        yield Reviewed(target="claim:c2", verdict="rejected")
    if reason == "retracted":
        yield SourceFlagged(source="s2", status="retracted", according_to="The journal")
    if reason == "duplicate":
        yield SourceLinked(source="s2", other="s1", relation="duplicate-of")


def check_score(found: Score) -> None:
    """Check that a score explains itself."""
    for parts in (found.terms, found.cautions, found.outcomes):
        assert isinstance(parts, tuple), "a score is a value: tuples, not lists"
    assert found.label.strip(), "a score has a label"
    assert found.method.strip(), "a score says how it is computed"
    if found.raw or found.value:
        assert found.terms or found.outcomes, "a number that is not 0 comes from somewhere"
    if found.value is not None and found.cap is not None:
        assert found.value <= found.cap
    for term in (*found.terms, *(term for each in found.outcomes for term in each.terms)):
        _check_term(term)
    for caution in found.cautions:
        check_name(caution.name)
        assert caution.text.strip(), f"caution {caution.name} says nothing"
    for outcome in found.outcomes:
        assert outcome.label.strip(), f"outcome {outcome.outcome!r} has no label"


def _check_term(term: Term) -> None:
    """Check that a reader can recompute a term."""
    assert is_slug(term.name), f"{term.name!r}: small letters, digits and hyphens"
    assert term.label.strip(), f"term {term.name} does not say what was counted"
    assert term.count >= 0
    if term.cap is not None:
        assert term.contribution <= term.cap, f"term {term.name} is above its cap"
    if term.weight is not None:
        product = term.count * term.weight
        expected = product if term.cap is None else min(product, term.cap)
        assert term.contribution == expected, f"term {term.name} is not count times weight"
