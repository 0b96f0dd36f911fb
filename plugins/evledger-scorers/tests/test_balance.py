"""The balance weighs what supports against what contradicts."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Any

import pytest
from evledger_scorers import Balance, disputedness
from hypothesis import given
from hypothesis import strategies as st

import evledger
from evledger import ClaimTagged, Invalid, Plugins, SourceAdded, View
from evledger.scoring import score

STANCES = ("supports", "mixed", "neutral", "contradicts")
WEIGHTS = {"human": Decimal(1), "preclinical": Decimal("0.5"), "anecdotal": Decimal("0.1")}
CLAIMS = st.lists(st.tuples(st.sampled_from(list(WEIGHTS)), st.sampled_from(STANCES)), max_size=20)


def seen(*claims: tuple[str, str]) -> View:
    """Return the view of a ledger with these claims, each a tier and a stance."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(SourceAdded(id="s1", kind="trial", title="A trial"), by="curator")
        for n, (tier, stance) in enumerate(claims):
            given: dict[str, Any] = {"tier": tier, "stance": stance}
            ledger.append(ClaimTagged(id=f"c{n}", source="s1", text="…", **given), by="curator")
        return ledger.view()


@given(CLAIMS)
def test_share_of_support(claims: list[tuple[str, str]]) -> None:
    """The value is the weighted share of support, mixed claims being half of each."""
    total = {s: sum((WEIGHTS[t] for t, x in claims if x == s), Decimal(0)) for s in STANCES}
    support = total["supports"] + total["mixed"] / 2
    against = total["contradicts"] + total["mixed"] / 2
    found = score(Balance(), seen(*claims))
    if support + against:
        assert found.value == round(support / (support + against), 6)
    else:
        assert found.value is None


@pytest.mark.parametrize(
    ("claims", "value", "label"),
    [
        ([], None, "nothing takes sides"),
        ([("human", "neutral")], None, "nothing takes sides"),
        ([("human", "supports")], 1, "undisputed — all that take sides support"),
        ([("human", "contradicts")], 0, "undisputed — all that take sides contradict"),
        ([("human", "mixed")], Decimal("0.5"), "disputed — claims on both sides"),
        (
            [("human", "supports")] * 3 + [("human", "contradicts")],
            Decimal("0.75"),
            "disputed — claims on both sides",
        ),
    ],
)
def test_sides(claims: list[tuple[str, str]], value: Decimal | None, label: str) -> None:
    """The label names the sides that are there, and the value compares them."""
    found = score(Balance(), seen(*claims))
    assert (found.value, found.label) == (value, label)


def test_the_score_can_be_recomputed() -> None:
    """The terms say what stands on each side, and the caution how far they disagree."""
    claims = [("human", "supports"), ("anecdotal", "contradicts"), ("preclinical", "mixed")]
    found = score(Balance(), seen(*claims))
    assert found.formula == (
        "1 × 1 (human claims that support) + 1 × 0.5 (preclinical claims that are mixed) "
        "+ 1 × 0.1 (anecdotal claims that contradict) → 0.78125"
    )
    (disputed,) = (each for each in found.cautions if each.name == "disputed")
    assert disputed.entries == ("claim:c0", "claim:c1", "claim:c2")
    assert "Disputedness is 0.4375" in disputed.text


@given(st.decimals(0, 100, places=2), st.decimals("0.01", 100, places=2))
def test_disputedness(support: Decimal, against: Decimal) -> None:
    """It is from 0 to 1, the same from either side, 1 only where the sides are even."""
    found = disputedness(support, against)
    assert 0 <= found <= 1
    assert found == disputedness(against, support)
    assert (found == 1) is (support == against)
    assert (found == 0) is (support == 0)
    with decimal.localcontext(prec=2):
        assert disputedness(support, against) == found


def test_parameters() -> None:
    """Weights are changed one by one; a tier that weighs nothing is on no side."""
    scorer = Balance().configured({"weights": {"anecdotal": 0}})
    found = score(scorer, seen(("human", "supports"), ("anecdotal", "contradicts")))
    assert (found.value, found.label) == (Decimal(1), "undisputed — all that take sides support")
    assert "no-weight" in [caution.name for caution in found.cautions]
    misspelt = Balance().configured({"weights": {"humann": 1}})
    assert [caution.name for caution in score(misspelt, seen()).cautions] == ["unknown-tier"]
    assert Balance().configured(found.parameters) == scorer
    with pytest.raises(Invalid, match="no parameter 'weight'; known are: weights"):
        Balance().configured({"weight": {}})
