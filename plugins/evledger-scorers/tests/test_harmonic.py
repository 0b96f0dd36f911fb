"""The harmonic sum is that of Open Targets, and its terms add up to it."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from evledger_scorers import Harmonic, harmonic_sum
from evledger_scorers.harmonic import POSITIONS
from hypothesis import given
from hypothesis import strategies as st

import evledger
from evledger import ClaimTagged, Invalid, Plugins, SourceAdded, View
from evledger.scoring import score

SCORES = st.lists(st.decimals(0, 1, places=3), max_size=30)
TIERS = {"human": "1", "preclinical": "0.5", "published": "0.2", "anecdotal": "0.1"}
STANCES = {"supports": "1", "mixed": "0.5", "neutral": "0", "contradicts": "0"}


def seen(*claims: tuple[str, str]) -> View:
    """Return the view of a ledger with these claims, each a tier and a stance."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(SourceAdded(id="s1", kind="trial", title="A trial"), by="curator")
        tagged = [
            ClaimTagged(id=f"c{n}", source="s1", tier=tier, stance=stance, text="…")  # type: ignore[arg-type]  # one of four
            for n, (tier, stance) in enumerate(claims)
        ]
        if tagged:
            ledger.append(*tagged, by="curator")
        return ledger.view()


def test_published_example() -> None:
    """Scores of 1, 0.9 and 0.8 give 0.79923, as the platform's documentation has it.

    https://platform-docs.opentargets.org/associations
    """
    found = harmonic_sum([Decimal("0.9"), Decimal("1.0"), Decimal("0.8")])
    assert round(found, 5) == Decimal("0.79923")


def test_published_scores_of_an_association() -> None:
    """Scores of 0.61861 and 0.58457 give 0.465, as the platform's team has worked it out.

    https://community.opentargets.org/t/how-is-the-ot-genetics-score-listed-in-the-ot-platform-calculated/1399
    """
    assert round(harmonic_sum([Decimal("0.61861"), Decimal("0.58457")]), 3) == Decimal("0.465")


def test_bounds() -> None:
    """Nothing gives 0, a thousand ones give 1, and what comes after them changes nothing."""
    ones = [Decimal(1)] * POSITIONS
    assert harmonic_sum([]) == 0
    assert harmonic_sum(ones) == 1
    assert harmonic_sum([*ones, Decimal(1)]) == 1
    assert round(1 / harmonic_sum([Decimal(1)]), 5) == Decimal("1.64393")


@given(SCORES, st.decimals(0, 1, places=3))
def test_more_is_never_less(scores: list[Decimal], more: Decimal) -> None:
    """One more piece of evidence never lowers the sum, which stays within 0 and 1."""
    assert 0 <= harmonic_sum(scores) <= harmonic_sum([*scores, more]) <= 1


@given(SCORES, st.randoms())
def test_order_is_nothing(scores: list[Decimal], random: Random) -> None:
    """The scores may come in any order."""
    shuffled = scores.copy()
    random.shuffle(shuffled)
    assert harmonic_sum(shuffled) == harmonic_sum(scores)


@pytest.mark.parametrize("wrong", ["-0.1", "1.1", "NaN", "sNaN", "Infinity"])
def test_scores_out_of_bounds(wrong: str) -> None:
    """A score that is not from 0 to 1 is refused."""
    with pytest.raises(Invalid, match="expected one from 0 to 1"):
        harmonic_sum([Decimal(1), Decimal(wrong)])


@given(
    st.lists(st.tuples(st.sampled_from(list(TIERS)), st.sampled_from(list(STANCES))), max_size=20)
)
def test_the_scorer_is_the_function(claims: list[tuple[str, str]]) -> None:
    """The scorer's value is the function's, of tier times stance, but for rounding each term."""
    found = score(Harmonic(), seen(*claims))
    expected = harmonic_sum(Decimal(TIERS[tier]) * Decimal(STANCES[s]) for tier, s in claims)
    assert found.value is not None
    assert abs(found.value - expected) < Decimal("0.000003")
    assert found.raw == sum(term.contribution for term in found.terms)


def test_more_claims_than_positions() -> None:
    """The scorer stops where the function does, and never passes 1."""
    found = score(Harmonic(), seen(*[("human", "supports")] * (POSITIONS + 5)))
    assert (found.raw, found.value) == (Decimal(1), Decimal(1))


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([], "no claim counts"),
        ([("human", "contradicts")], "no support among the claims that count"),
        ([("human", "neutral"), ("anecdotal", "supports")], "support: anecdotal claims at best"),
    ],
)
def test_label(claims: list[tuple[str, str]], expected: str) -> None:
    """The label names the best tier that supports."""
    assert score(Harmonic(), seen(*claims)).label == expected


def test_parameters() -> None:
    """Weights are changed one by one, and must be from 0 to 1."""
    scorer = Harmonic().configured({"weights": {"human": 0.3}, "stances": {"neutral": "0.1"}})
    assert (scorer.weights["human"], scorer.weights["anecdotal"]) == (
        Decimal("0.3"),
        Decimal("0.1"),
    )
    assert Harmonic().configured(score(scorer, seen()).parameters) == scorer
    with pytest.raises(Invalid, match=r"weights\.human is 1\.1; expected a number from 0 to 1"):
        Harmonic().configured({"weights": {"human": 1.1}})
    with pytest.raises(Invalid, match="no parameter 'cap'; known are: weights, stances"):
        Harmonic().configured({"cap": 1})
    with pytest.raises(Invalid, match="stances names 'suports'; the stances are: supports, mixed"):
        Harmonic().configured({"stances": {"suports": 1}})


def test_weight_of_a_tier_that_is_not_there() -> None:
    """A misspelt tier among the weights changes nothing, and a caution says so."""
    found = score(Harmonic().configured({"weights": {"humann": 1}}), seen(("human", "supports")))
    assert [caution.name for caution in found.cautions] == ["unknown-tier"]
