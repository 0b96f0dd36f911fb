"""Claims are ranked completely: none lost, none made up, those apart that stand apart."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    About,
    ClaimTagged,
    ClaimWithdrawn,
    Event,
    LedgerDescribed,
    PluginError,
    Plugins,
    Reviewed,
    SourceAdded,
    SourceFlagged,
    SourceLinked,
    View,
    seal,
)
from evledger.builtin.tier import TierRanker
from evledger.entries import Claim
from evledger.events import DEFAULT_TIERS
from evledger.ranking import marks, rank
from evledger.testing import histories


def seen(*events: Event) -> View:
    """Return the view of a new ledger that took these events."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        if events:
            ledger.append(*events, by="curator")
        return ledger.view()


def source(id: str, published: str | None = None) -> SourceAdded:
    """Return a paper."""
    return SourceAdded(id=id, kind="journal-article", title=id, published=published)


def claim(id: str, source: str = "s1", **fields: Any) -> ClaimTagged:
    """Return a human claim that supports, unless told otherwise."""
    given: dict[str, Any] = {"tier": "human", "stance": "supports", "text": id, **fields}
    return ClaimTagged(id=id, source=source, **given)


def ids(claims: Iterable[Claim]) -> list[str]:
    """Return the claims' ids."""
    return [claim.id for claim in claims]


# -- the ranking -------------------------------------------------------------------------


FATES = st.lists(
    st.tuples(
        st.sampled_from(["manual", "automatic"]), st.sampled_from([None, "accepted", "rejected"])
    ),
    max_size=6,
)


@settings(max_examples=60)
@given(histories(max_size=12), FATES)
def test_every_claim_is_ranked_once(
    events: Sequence[Event], fates: list[tuple[str, Literal["accepted", "rejected"] | None]]
) -> None:
    """Counted, low in confidence and set aside: together they are all claims."""
    # Few histories come as far as a claim that counts.
    claims = [claim(f"own{n}", "s-own", assertion=how) for n, (how, _) in enumerate(fates)]
    verdicts = [
        Reviewed(target=f"claim:own{n}", verdict=verdict)
        for n, (_, verdict) in enumerate(fates)
        if verdict is not None
    ]
    view = seen(*events, source("s-own"), *claims, *verdicts)
    found = rank(TierRanker(), view)
    parts = (found.ranked, found.low_confidence, found.set_aside)
    assert sorted(id for part in parts for id in ids(part)) == sorted(view.claims)
    assert len(found) == len(view.claims)
    assert set(ids(found.ranked)) == set(view.counted.claims)
    assert set(ids(found.low_confidence)) == set(view.counted.left_out["automatic"])


@attrs.frozen
class Stub:
    """A ranker that does with the claims what it was made with."""

    order: Callable[[list[Claim]], Iterable[Claim]]
    name = "stub"
    version = 1

    def rank(self, view: View, claims: Sequence[Claim]) -> Iterable[Claim]:
        """Order them."""
        del view
        return self.order(list(claims))


def nothing(claims: list[Claim]) -> Any:
    """Forget to give the claims back."""
    claims.reverse()


VIEW = seen(source("s1"), claim("c1"), claim("c2"))
OTHER = seen(source("s1"), claim("c3"))


def test_any_iterable_will_do() -> None:
    """A ranker may give an iterator."""
    assert ids(rank(Stub(reversed), VIEW).ranked) == ["c2", "c1"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (operator.itemgetter(slice(1)), "left out claim 'c2', one of 1; give all, each once"),
        (operator.itemgetter(0, 1, 0), "gave claim 'c1' 2 times; give each once"),
        (operator.itemgetter(0, 0), "gave claim 'c1' 2 times; give each once"),
        (itertools.cycle, "gave claim 'c1' 2 times"),
        (
            functools.partial(operator.concat, list(OTHER.claims.values())),
            "gave claim 'c3', which it was not given; give the same claims, each once",
        ),
        (nothing, "returned None; return the claims in order"),
    ],
    ids=["lost", "added", "twice", "endless", "made up", "nothing"],
)
def test_rankers_that_lose_or_make_up_claims(
    order: Callable[[list[Claim]], Any], expected: str
) -> None:
    """A ranker that does not give each claim once is refused, and told which."""
    with pytest.raises(PluginError, match=f"^ranker 'stub' {expected}") as caught:
        rank(Stub(order), VIEW)
    assert (caught.value.kind, caught.value.name) == ("ranker", "stub")


@pytest.mark.parametrize("found", [[None], 3])
def test_rankers_that_fail(found: Any) -> None:
    """Whatever goes wrong in a ranker is its failure."""
    with pytest.raises(PluginError, match="ranker 'stub' failed: "):
        rank(Stub(lambda _: found), VIEW)


def test_the_claims_are_the_view_s_own() -> None:
    """A ranker that hands back altered claims changes nothing but the order."""
    import msgspec  # noqa: PLC0415  # what a stranger would alter a claim with

    altered = Stub(lambda claims: [msgspec.structs.replace(c, text="!") for c in claims])
    assert rank(altered, VIEW).ranked == tuple(VIEW.claims.values())


# -- by tier -----------------------------------------------------------------------------


@given(st.permutations(["human", "preclinical", "published", "anecdotal"]), st.data())
def test_tiers_come_in_the_ledger_s_order(order: list[str], data: st.DataObject) -> None:
    """The strongest tier is the one that the ledger names first."""
    tiers = tuple(next(t for t in DEFAULT_TIERS if t.slug == slug) for slug in order)
    tagged = data.draw(st.lists(st.sampled_from(order), max_size=8))
    claims = [claim(f"c{n}", tier=tier) for n, tier in enumerate(tagged)]
    found = rank(TierRanker(), seen(LedgerDescribed(tiers=tiers), source("s1"), *claims))
    assert [c.tier for c in found.ranked] == sorted(tagged, key=order.index)


def test_a_tier_that_the_ledger_no_longer_has_comes_last() -> None:
    """What cannot be placed stands behind what can."""
    fewer = LedgerDescribed(tiers=(DEFAULT_TIERS[3],))
    view = seen(source("s1"), claim("c1"), claim("c2", tier="anecdotal"), fewer)
    assert ids(rank(TierRanker(), view).ranked) == ["c2", "c1"]


def test_ties_go_by_review_then_date_then_place() -> None:
    """Within a tier: accepted first, then what appeared later, then what was tagged earlier."""
    papers = [source("s1", "2018"), source("s2", "2018-06"), source("s3"), source("s4", "2020")]
    claims = [
        *(claim("c1", "s3"), claim("c2", "s1"), claim("c3", "s2"), claim("c4", "s2")),
        *(claim("c5", "s4"), claim("c6", "s1")),
    ]
    accepted = Reviewed(target="claim:c6", verdict="accepted")
    view = seen(*papers, *claims, accepted)
    assert ids(rank(TierRanker(), view).ranked) == ["c6", "c5", "c3", "c4", "c2", "c1"]


def test_a_hidden_date_is_no_date() -> None:
    """A source whose date was erased does not pass for the latest."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(seal(source("s1", "2018"), "published"), claim("c1"), by="curator")
        ledger.append(source("s2", "1999"), claim("c2", "s2"), by="curator")
        assert ids(ledger.rank().ranked) == ["c1", "c2"]
        ledger.erase(1, "published", reason="asked", by="curator")
        assert ids(ledger.rank().ranked) == ["c2", "c1"]


# -- marks -------------------------------------------------------------------------------

PAIN = About(outcome="pain")
AGAINST = [claim(f"c{n}", about=PAIN, stance="contradicts") for n in range(2, 7)]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([claim("c1")], ()),
        ([claim("c1", assertion="automatic")], ("automatic, not reviewed",)),
        ([claim("c1"), ClaimWithdrawn(claim="c1", why="misread")], ("withdrawn",)),
        (
            [claim("c1"), Reviewed(target="claim:c1", verdict="rejected")],
            ("rejected by a reviewer",),
        ),
        (
            [claim("c1"), Reviewed(target="source:s1", verdict="rejected")],
            ("source rejected by a reviewer",),
        ),
        (
            [claim("c1", about=PAIN), *AGAINST[:2]],
            ("contradicted by c2, c3",),
        ),
        ([claim("c1", about=PAIN), *AGAINST], ("contradicted by c2, c3, c4 and 2 more",)),
        (
            [
                claim("c1"),
                *(
                    SourceFlagged(source="s1", status=status, according_to="the journal")
                    for status in ("retracted", "corrected", "concern")
                ),
            ],
            ("source retracted", "source corrected", "source under concern"),
        ),
        (
            [
                source("s2"),
                claim("c0", "s2"),
                claim("c1"),
                SourceLinked(source="s1", other="s2", relation="duplicate-of"),
            ],
            ("source is a duplicate of s2",),
        ),
    ],
)
def test_marks(events: list[Event], expected: tuple[str, ...]) -> None:
    """What a reader must know of a claim is said in a few words, and nothing of most."""
    view = seen(source("s1"), *events)
    assert marks(view, view.claims["c1"]) == expected
