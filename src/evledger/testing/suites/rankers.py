"""The suite for rankers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from evledger.ranking import rank
from evledger.testing.comparing import contents
from evledger.testing.suites.base import EMPTY, MakingSuite, check_name, not_given, tried
from evledger.testing.suites.steady import steady

if TYPE_CHECKING:
    from evledger.ledger import Ledger
    from evledger.ranking import Ranker

__all__ = ["RankerTests"]


class RankerTests(MakingSuite):
    """What holds of every ranker.

    >>> from evledger.builtin.tier import TierRanker
    >>> class TestTier(RankerTests):
    ...     def ranker(self):
    ...         return TierRanker()
    """

    def ranker(self) -> Ranker:
        """Return a new ranker."""
        raise not_given(self, "ranker")

    def made(self, ledger: Ledger) -> str:
        """Return the claims in order."""
        found = rank(self.ranker(), ledger.view())
        ranked = (*found.ranked, *found.low_confidence, *found.set_aside)
        return "\n".join(claim.id for claim in ranked)

    def test_has_name_and_version(self) -> None:
        """A ranker's name is a slug, and its version counts from 1."""
        ranker = self.ranker()
        check_name(ranker.name)
        assert isinstance(ranker.version, int)
        assert ranker.version >= 1

    def test_ranks_an_empty_ledger(self) -> None:
        """Where there are no claims, none are ranked."""
        view = self.told(EMPTY)
        assert list(self.ranker().rank(view, ())) == []

    @tried
    @given(data=st.data())
    def test_gives_every_claim_once(self, data: st.DataObject) -> None:
        """Ranking loses no claim, and makes none up."""
        view = self.told(self.draw(data, min_size=8))
        assert len(rank(self.ranker(), view)) == len(view.claims)

    @tried
    @given(data=st.data())
    def test_order_does_not_depend_on_the_order_before(self, data: st.DataObject) -> None:
        """However claims are handed over, they come back in one order: ties are decided too."""
        view = self.told(self.draw(data, min_size=8))
        claims = list(view.claims.values())
        shuffled = data.draw(st.permutations(claims))
        ordered = [claim.id for claim in self.ranker().rank(view, tuple(claims))]
        assert [claim.id for claim in self.ranker().rank(view, tuple(shuffled))] == ordered

    @tried
    @given(data=st.data())
    def test_is_deterministic(self, data: st.DataObject) -> None:
        """The same events give the same order, again, and in another ledger."""
        story = self.draw(data, min_size=8)
        view, orders = self.told(story), list[list[str]]()
        for each in (view, view, self.told(story)):
            with steady():
                ranked = list(self.ranker().rank(each, tuple(each.claims.values())))
            orders.append([claim.id for claim in ranked])
        assert orders[1:] == orders[:1] * 2

    @tried
    @given(data=st.data())
    def test_leaves_the_view_alone(self, data: st.DataObject) -> None:
        """Ranking changes neither the view nor the claims that it is handed."""
        view = self.told(self.draw(data, min_size=8))
        claims, before = list(view.claims.values()), contents(view)
        handed = list(claims)
        list(self.ranker().rank(view, handed))
        assert (handed, contents(view)) == (claims, before)
