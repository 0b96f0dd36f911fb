"""GRADE: assessments stand in the chain, and their sum is GRADE's."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from evledger_scorers import grade
from evledger_scorers.grade import LEVELS, Assessments, OutcomeAssessed, certainty
from hypothesis import given

import evledger
from evledger import (
    ClaimTagged,
    ClaimWithdrawn,
    Invalid,
    Ledger,
    MissingRef,
    Plugins,
    SourceAdded,
    seal,
)
from evledger.testing import events


def plugins() -> Plugins:
    """Return the built-in plugins and this one."""
    found = Plugins.builtin()
    found.register(grade, "grade")
    return found


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """Yield a ledger with two claims."""
    with evledger.open("memory:", plugins=plugins()) as store:
        ledger = store.create("otitis", title="Antibiotics for otitis media", by="curator")
        with ledger.batch(by="curator") as batch:
            trial = batch.add_source(kind="trial", title="A trial")
            for text in ("Less pain.", "More rash."):
                batch.tag_claim(source=trial, tier="human", stance="supports", text=text)
        yield ledger


def assessed(outcome: str = "Pain", start: Any = "randomised", **fields: Any) -> OutcomeAssessed:
    """Return an assessment."""
    given: dict[str, Any] = {"id": "ga1", "outcome": outcome, "start": start, **fields}
    return OutcomeAssessed(**given)


# -- the published rules and examples ----------------------------------------------------


@pytest.mark.parametrize(
    ("start", "levels", "expected"),
    [
        ("randomised", {}, "high"),
        ("observational", {"large_effect": 2}, "high"),
        ("randomised", {"imprecision": -1}, "moderate"),
        ("observational", {"dose_response": 1}, "moderate"),
        ("randomised", {"risk_of_bias": -2}, "low"),
        ("observational", {}, "low"),
        ("randomised", {"risk_of_bias": -2, "indirectness": -1}, "very low"),
        ("observational", {"inconsistency": -1}, "very low"),
    ],
)
def test_levels_of_quality(start: str, levels: dict[str, Any], expected: str) -> None:
    """Designs and ratings come to the levels of the Cochrane Handbook 5.1.0, table 12.2.a."""
    assert certainty(assessed(start=start, **levels)) == expected


PROFILE: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("Pain at 24 hours", {}, "high"),
    ("Pain at 2 to 7 days", {}, "high"),
    ("Hearing, inferred from tympanometry at 1 month", {"indirectness": -1}, "moderate"),
    ("Hearing, inferred from tympanometry at 3 months", {"indirectness": -1}, "moderate"),
    ("Vomiting, diarrhoea or rash", {"inconsistency": -1}, "moderate"),
)
"""Antibiotics for children with acute otitis media: the evidence profile in
Guyatt et al. 2011, GRADE guidelines 1, J Clin Epidemiol 64:383-394, table 1."""


def test_evidence_profile(ledger: Ledger) -> None:
    """The evidence profile of antibiotics in otitis media comes to its published grades."""
    with ledger.batch(by="panel") as batch:
        for outcome, levels, _ in PROFILE:
            batch.add(
                OutcomeAssessed, outcome=outcome, start="randomised", claims=("c1",), **levels
            )
    found = ledger.score("grade")
    assert [(each.outcome, each.label) for each in found.outcomes] == [
        (outcome, expected) for outcome, _, expected in PROFILE
    ]
    assert (found.label, found.value, found.raw) == ("moderate", None, None)
    assert found.cautions == ()


@given(events(OutcomeAssessed))
def test_certainty_is_the_sum_within_bounds(one: OutcomeAssessed) -> None:
    """Whatever is assessed, the level is the start plus all reasons, between the ends."""
    reasons = (
        *(one.risk_of_bias, one.inconsistency, one.indirectness, one.imprecision),
        *(one.publication_bias, one.large_effect, one.dose_response, one.plausible_confounding),
    )
    total = (3 if one.start == "randomised" else 1) + sum(reasons)
    assert certainty(one) == LEVELS[min(max(total, 0), 3)]


# -- the event ---------------------------------------------------------------------------


def test_end_to_end(ledger: Ledger) -> None:
    """An assessment is appended, stands in the chain, is folded, and verifies in full."""
    ledger.append(assessed(claims=("c1", "c2"), imprecision=-1, why="Few events."), by="panel")
    record = ledger.record(4)
    assert record.type == "grade:outcome-assessed"
    assert (record.keys, record.refs) == (("grade-assessment:ga1",), ("claim:c1", "claim:c2"))
    assert ledger.view().part(Assessments) == (record.event,)
    assert ledger.verify("full").ok
    (outcome,) = ledger.score("grade").outcomes
    assert outcome.why == (
        "Begins from high: randomised studies.",
        "Rated down one level for imprecision.",
        "Few events.",
    )
    assert [(t.name, t.contribution) for t in outcome.terms] == [
        ("randomised", Decimal(3)),
        ("imprecision", Decimal(-1)),
    ]


def test_survives_without_the_plugin(tmp_path: Any) -> None:
    """Where the plugin is absent the event is kept and verified, and the view says so."""
    path = str(tmp_path / "evidence.db")
    with evledger.open(path, plugins=plugins()) as store:
        store.create("otitis", title="Otitis", by="curator").append(assessed(), by="panel")
    with evledger.open(path, plugins=Plugins.builtin()) as store:
        bare = store.ledger("otitis")
        report = bare.verify("full")
        assert (report.ok, dict(report.unknown)) == (True, {"grade:outcome-assessed": 1})
        assert "unknown type grade:outcome-assessed" in bare.view().warnings[0]
        bare.append(evledger.GapNoted(id="g1", text="More trials."), by="curator")
    with evledger.open(path, plugins=plugins()) as store:
        assert store.ledger("otitis").score("grade").label == "high"


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": "case-series"},
        {"imprecision": -3},
        {"imprecision": 1},
        {"large_effect": 3},
        {"dose_response": 2},
        {"plausible_confounding": -1},
        {"outcome": ""},
        {"critical": "yes"},
    ],
    ids=repr,
)
def test_no_assessment(ledger: Ledger, wrong: dict[str, Any]) -> None:
    """What GRADE does not have is refused before it stands in the chain."""
    with pytest.raises(Invalid, match=next(iter(wrong))):
        ledger.append(assessed(**wrong), by="panel")


def test_claims_must_be_there(ledger: Ledger) -> None:
    """An assessment rests on claims that the ledger has."""
    with pytest.raises(MissingRef, match="claim:c9"):
        ledger.append(assessed(claims=("c9",)), by="panel")


# -- the score ---------------------------------------------------------------------------


def test_nothing_assessed(ledger: Ledger) -> None:
    """Without assessments there is no grade; without critical outcomes none over all."""
    assert ledger.score("grade").label == "no outcome assessed"
    ledger.append(assessed(claims=("c1",), critical=False), by="panel")
    assert ledger.score("grade").label == "no critical outcome assessed"


def test_only_critical_outcomes_decide(ledger: Ledger) -> None:
    """The lowest certainty among critical outcomes stands for all."""
    ledger.append(
        assessed("Pain", id="ga1", imprecision=-1),
        assessed("Rash", id="ga2", imprecision=-2, critical=False),
        assessed("Death", id="ga3"),
        by="panel",
    )
    assert ledger.score("grade").label == "moderate"


def test_the_latest_assessment_stands(ledger: Ledger) -> None:
    """An outcome is assessed anew by another event, at the place of the first."""
    ledger.append(assessed("Pain", id="ga1"), assessed("Rash", id="ga2"), by="panel")
    ledger.append(assessed(" pain ", id="ga3", risk_of_bias=-2), by="panel")
    found = ledger.score("grade")
    assert [(each.outcome, each.label) for each in found.outcomes] == [
        (" pain ", "low"),
        ("Rash", "high"),
    ]
    assert ledger.score("grade", n=6).label == "high"


def test_claims_that_no_longer_count(ledger: Ledger) -> None:
    """An assessment whose claims fell away stands, with a caution that says why."""
    ledger.append(assessed(claims=("c1", "c2")), by="panel")
    ledger.append(ClaimWithdrawn(claim="c2", why="misread"), by="curator")
    (caution,) = ledger.score("grade").cautions
    assert caution.name == "stale-assessment"
    assert caution.entries == ("claim:c2",)
    assert "c2 (withdrawn)" in caution.text
    (influence,) = ledger.influence("grade")
    assert (influence.raw, influence.label) == (None, None)
    assert "c1 (not in this view)" in influence.without.cautions[0].text


def test_doubtful_assessments(ledger: Ledger) -> None:
    """An assessment that rests on nothing, or is rated both ways, gets a caution."""
    one = assessed(start="observational", large_effect=1, imprecision=-1)
    ledger.append(one, by="panel")
    names = [caution.name for caution in ledger.score("grade").cautions]
    assert names == ["no-claims", "rated-both-ways"]


def test_reasons_in_words_can_be_sealed(ledger: Ledger) -> None:
    """What an assessor wrote can be forgotten; what the grade depends on cannot."""
    ledger.append(seal(assessed(why="Dr Ng said so."), "why"), by="panel")
    (outcome,) = ledger.score("grade").outcomes
    assert outcome.why == ("Begins from high: randomised studies.",)
    with pytest.raises(Invalid, match="imprecision"):
        ledger.append(seal(assessed(id="ga2"), "imprecision"), by="panel")


def test_other_claims_change_nothing(ledger: Ledger) -> None:
    """GRADE is a judgement: more claims change no grade."""
    ledger.append(assessed(claims=("c1",)), by="panel")
    before = ledger.score("grade")
    ledger.append(
        SourceAdded(id="s9", kind="trial", title="Another"),
        ClaimTagged(id="c9", source="s9", tier="human", stance="contradicts", text="No."),
        by="curator",
    )
    after = ledger.score("grade")
    assert (after.label, after.outcomes, after.cautions) == (
        *(before.label, before.outcomes, before.cautions),
    )


@pytest.mark.parametrize("format_", ["markdown", "text", "json"])
def test_certainty_stands_in_the_article(ledger: Ledger, format_: str) -> None:
    """Every article says the certainty of each outcome, and nothing where none was assessed."""
    assert "Certainty by outcome" not in ledger.render(format_).text
    ledger.append(assessed(imprecision=-1), by="panel")
    text = ledger.render(format_).text
    assert "Certainty by outcome (GRADE)" in text.replace("\\", "")
    assert "Pain: moderate. Begins from high: randomised studies." in text
