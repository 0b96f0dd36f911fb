"""The default score says what it counted, and can be recomputed from what it says."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    About,
    Caution,
    ClaimTagged,
    ClaimWithdrawn,
    Event,
    Invalid,
    LedgerDescribed,
    Plugins,
    Reviewed,
    Score,
    SourceAdded,
    SourceFlagged,
    SourceLinked,
    Tier,
    View,
)
from evledger.builtin.confidence import QuantifiedConfidence
from evledger.checks import check
from evledger.events import DEFAULT_TIERS
from evledger.scoring import score
from evledger.testing import histories

PLUGINS: Final = Plugins.builtin()
TIERS = ("human", "preclinical", "published", "anecdotal")


def seen(*events: Event) -> View:
    """Return the view of a new ledger that took these events."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        if events:
            ledger.append(*events, by="curator")
        return ledger.view()


def confidence(view: View, parameters: Mapping[str, Any] | None = None) -> Score:
    """Score a view with the built-in scorer."""
    return score(QuantifiedConfidence().configured(parameters or {}), view)


def named(found: Score, name: str) -> Caution:
    """Return the caution of a name."""
    (caution,) = (each for each in found.cautions if each.name == name)
    return caution


def study(id: str, kind: Any = "journal-article", **fields: Any) -> SourceAdded:
    """Return a source."""
    return SourceAdded(id=id, kind=kind, title=id, **fields)


def claim(id: str, source: str, tier: str = "human", **fields: Any) -> ClaimTagged:
    """Return a claim that supports, unless told otherwise."""
    given: dict[str, Any] = {"stance": "supports", "text": id, **fields}
    return ClaimTagged(id=id, source=source, tier=tier, **given)


# -- the worked figure -------------------------------------------------------------------


@pytest.fixture(scope="module")
def model() -> Score:
    """Return the score of a ledger with the model article's counts."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        semax = store.create("semax", title="Semax", by="curator")
        with semax.batch(by="curator") as batch:
            for tier, count in (("human", 5), ("preclinical", 6), ("anecdotal", 78)):
                kind = "post" if tier == "anecdotal" else "journal-article"
                for number in range(count):
                    source = batch.add_source(kind=kind, title=f"{tier} {number}")
                    batch.tag_claim(source=source, tier=tier, stance="supports", text="It helps.")
        return semax.score("quantified-confidence")


def test_worked_figure(model: Score) -> None:
    """5 human, 6 preclinical and 78 anecdotal claims and 11 studies give 2.12, capped at 0.95."""
    assert (model.raw, model.value) == (Decimal("2.12"), Decimal("0.95"))
    assert model.label == "moderate — human claims present in ledger"
    assert [caution.name for caution in model.cautions] == ["saturated"]
    assert model.formula == (
        "5 × 0.12 (human claims) + 6 × 0.04 (preclinical claims) + 78 × 0.015 (anecdotal claims) "
        "+ 11 × 0.01 (scientific sources) = 2.12, capped at 0.95"
    )


def test_worked_figure_is_saturated(model: Score) -> None:
    """The value would be the same without any of the human claims, and the caution says so."""
    assert named(model, "saturated").text == (
        "The sum, 2.12, is more than the cap of 0.95; "
        "the value would be the same without any of its human claims."
    )


def test_an_empty_ledger_scores_nothing() -> None:
    """Where no claim counts there is nothing to add, and the label says so."""
    found = confidence(seen())
    assert (found.raw, found.value) == (Decimal(0), Decimal(0))
    assert (found.terms, found.formula) == ((), "")
    assert found.label == "none — no claim in ledger counts"
    assert found.cautions == ()


# -- properties --------------------------------------------------------------------------


@settings(max_examples=60)
@given(histories(max_size=12))
def test_terms_sum_to_raw(events: Sequence[Event]) -> None:
    """What the terms contribute is what the score is, for any ledger."""
    found = confidence(seen(*events))
    assert sum(term.contribution for term in found.terms) == found.raw


@st.composite
def parameters(draw: st.DrawFn) -> dict[str, Any]:
    """Return parameters as a configuration file holds them, some left out."""
    numbers = st.decimals(0, 2, places=3).map(str) | st.sampled_from([0, 1, 0.1, 0.7])
    weights = st.dictionaries(st.sampled_from([*TIERS, "other"]), numbers)
    caps = st.dictionaries(st.sampled_from([*TIERS, "scientific-sources"]), numbers)
    whole = st.fixed_dictionaries(
        {},
        optional={
            "weights": weights,
            "sources": numbers,
            "caps": caps,
            "cap": st.decimals(0, 1, places=2).map(str),
        },
    )
    return draw(whole)


@given(st.lists(st.sampled_from(TIERS), max_size=12), parameters())
def test_recomputed_by_hand(tiers: list[str], given: dict[str, Any]) -> None:
    """The counts, weights and caps that the score prints are enough to compute it again."""
    claims = [claim(f"c{number}", "s1", tier) for number, tier in enumerate(tiers)]
    found = confidence(seen(study("s1"), *claims), given)
    total = Decimal(0)
    for term in found.terms:
        weights = {**found.parameters["weights"], "scientific-sources": found.parameters["sources"]}
        added = term.count * Decimal(weights.get(term.name, "0"))
        total += min(added, Decimal(found.parameters["caps"].get(term.name, "Infinity")))
    assert total == found.raw
    assert min(total, Decimal(found.parameters["cap"])) == found.value


@settings(max_examples=60)
@given(histories(max_size=12), st.sampled_from(TIERS), st.booleans())
def test_another_claim_never_lowers(events: Sequence[Event], tier: str, study_too: bool) -> None:
    """One more claim that counts never makes the sum less."""
    before = confidence(seen(*events)).raw
    more = (study("s-new", "trial" if study_too else "post"), claim("c-new", "s-new", tier))
    after = confidence(seen(*events, *more)).raw
    assert before is not None
    assert after is not None
    assert before <= after


AUTOMATIC = (claim("c-x", "s-own", assertion="automatic"),)
WITHDRAWN = (claim("c-x", "s-own"), ClaimWithdrawn(claim="c-x", why="misread"))
REJECTED = (claim("c-x", "s-own"), Reviewed(target="claim:c-x", verdict="rejected"))
RETRACTED = (
    study("s-x"),
    claim("c-x", "s-x"),
    SourceFlagged(source="s-x", status="retracted", according_to="the journal"),
)
DUPLICATE = (
    study("s-x"),
    claim("c-x", "s-x"),
    SourceLinked(source="s-x", other="s-own", relation="duplicate-of"),
)


@pytest.mark.parametrize(
    ("extra", "caution"),
    [
        (AUTOMATIC, "automatic-left-out"),
        (WITHDRAWN, None),
        (REJECTED, None),
        (RETRACTED, "retracted-left-out"),
        (DUPLICATE, "duplicate-left-out"),
    ],
    ids=["automatic", "withdrawn", "rejected", "retracted", "duplicate"],
)
@settings(max_examples=25)  # for each of five
@given(events=histories(max_size=12))
def test_what_does_not_count_changes_only_cautions(
    extra: tuple[Event, ...], caution: str | None, events: Sequence[Event]
) -> None:
    """A claim that does not count leaves the number alone; where nobody decided, it is named."""
    base = (*events, study("s-own"), claim("c-own", "s-own"))
    before, after = confidence(seen(*base)), confidence(seen(*base, *extra))
    same = attrs.evolve(after, head=before.head, cautions=before.cautions)
    assert same == before
    if caution is None:
        assert after.cautions == before.cautions
    else:
        assert "claim:c-x" in named(after, caution).entries


def test_the_application_s_arithmetic_changes_nothing() -> None:
    """What precision an application works with does not reach the score."""
    view = seen(study("s1"), *(claim(f"c{number}", "s1", "anecdotal") for number in range(123)))
    expected = confidence(view)
    with decimal.localcontext(prec=2):
        actual = confidence(view)
    assert actual == expected
    assert expected.raw == Decimal("1.855")


# -- labels ------------------------------------------------------------------------------

OWN = Tier(slug="in-silico", label="In silico", description="Computed.")


@pytest.mark.parametrize(
    ("tiers", "expected"),
    [
        (["human", "anecdotal"], "moderate — human claims present in ledger"),
        (["anecdotal", "preclinical"], "limited — preclinical claims at best"),
        (["anecdotal", "published"], "weak — published statements at best"),
        (["anecdotal"], "anecdotal — personal accounts at best"),
        (["in-silico"], "not graded — in silico claims at best"),
        (["in-silico", "anecdotal"], "not graded — in silico claims at best"),
    ],
)
def test_the_label_follows_from_the_best_tier(tiers: list[str], expected: str) -> None:
    """One claim of the best tier decides the label, in the ledger's own order of tiers."""
    described = LedgerDescribed(tiers=(OWN, *DEFAULT_TIERS))
    claims = [claim(f"c{number}", "s1", tier) for number, tier in enumerate(tiers)]
    assert confidence(seen(described, study("s1"), *claims)).label == expected


def test_the_label_does_not_follow_from_the_number() -> None:
    """Hundreds of anecdotes reach the cap, and are anecdotes still."""
    claims = [claim(f"c{number}", "s1", "anecdotal") for number in range(200)]
    found = confidence(seen(study("s1", "post"), *claims))
    assert (found.value, found.label) == (Decimal("0.95"), "anecdotal — personal accounts at best")


def test_a_tier_that_the_ledger_no_longer_has() -> None:
    """Claims of a tier that the description dropped still count, after all others."""
    fewer = LedgerDescribed(tiers=(DEFAULT_TIERS[3],))
    found = confidence(seen(study("s1"), claim("c1", "s1"), claim("c2", "s1", "anecdotal"), fewer))
    assert [term.name for term in found.terms] == ["anecdotal", "human", "scientific-sources"]
    assert found.label == "anecdotal — personal accounts at best"


# -- cautions ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["post", "trial"])
@pytest.mark.parametrize("anecdotes", [0, 20, 70])
@pytest.mark.parametrize("count", [1, 8, 9, 17])
def test_how_many_claims_could_go(count: int, anecdotes: int, kind: str) -> None:
    """The caution counts the best claims that change nothing, were they any, and no more."""
    papers = [study(f"s{number}", kind) for number in range(count)]
    claims = [claim(f"c{number}", f"s{number}") for number in range(count)]
    others = [claim(f"o{number}", "s-own", "anecdotal") for number in range(anecdotes)]

    def without(fewer: int) -> Score:
        return confidence(seen(*papers, study("s-own", "post"), *others, *claims[fewer:]))

    full = without(0)
    spare = max(n for n in range(count + 1) if without(n).value == full.value)
    said = [caution.text for caution in full.cautions if caution.name == "saturated"]
    some = "any of its human" if spare == count else f"any {spare} of its {count} human"
    assert (f"the value would be the same without {some} claims." in "".join(said)) is (spare > 0)


def test_contradiction_names_both_sides() -> None:
    """What contradicts is named, and so is what says otherwise about the same."""
    pain = About(outcome="pain")
    view = seen(
        study("s1"),
        claim("c1", "s1", about=pain),
        claim("c2", "s1", about=pain, stance="contradicts"),
        claim("c3", "s1", stance="contradicts"),
        claim("c4", "s1"),
    )
    caution = named(confidence(view), "contradicted")
    assert caution.entries == ("claim:c1", "claim:c2", "claim:c3")
    assert caution.text == (
        "2 counted claims contradict: c2 and c3; 1 other claim says otherwise about the same."
    )


def test_cautions_about_one_claim() -> None:
    """What is said of one claim is said in the singular."""
    rival = claim("c2", "s1", "published", stance="contradicts")
    guess = claim("c-x", "s1", assertion="automatic")
    found = confidence(seen(study("s1"), claim("c1", "s1"), rival, guess))
    assert [named(found, name).text for name in ("contradicted", "no-weight")] == [
        "1 counted claim contradicts: c2.",
        "1 counted claim adds nothing, being of a tier without a weight: published (1).",
    ]
    assert named(found, "automatic-left-out").text == (
        "1 claim left out: asserted automatically, reviewed by nobody: c-x."
    )


def tied(*sources: SourceAdded, links: Iterable[SourceLinked | Reviewed] = ()) -> tuple[str, ...]:
    """Return the sources that the caution about dependence names, each cited by a claim."""
    claims = [claim(f"c-{source.id}", source.id) for source in sources]
    cautions = confidence(seen(*sources, *claims, *links)).cautions
    return next((c.entries for c in cautions if c.name == "dependent-sources"), ())


@pytest.mark.parametrize("relation", ["version-of", "same-study", "part-of"])
def test_linked_sources_depend(relation: Any) -> None:
    """Links tie sources together, also through one that nothing cites, until they are rejected."""
    one, two, other = study("s1"), study("s2"), study("s3")
    link = SourceLinked(source="s1", other="s2", relation=relation)
    proposed = SourceLinked(source="s1", other="s2", relation=relation, assertion="automatic")
    assert tied(one, two, other, links=[link]) == ("source:s1", "source:s2")
    assert tied(one, two, other, links=[proposed]) == ("source:s1", "source:s2")
    no = Reviewed(target=f"link:s1/s2/{relation}", verdict="rejected")
    assert tied(one, two, other, links=[proposed, no]) == ()
    book = [study("s9"), study("s1"), study("s2")]
    claims = [claim("c1", "s1"), claim("c2", "s2")]
    both = [SourceLinked(source=id, other="s9", relation=relation) for id in ("s1", "s2")]
    caution = named(confidence(seen(*book, *claims, *both)), "dependent-sources")
    assert caution.entries == ("source:s1", "source:s2")


def test_notices_tie_nothing() -> None:
    """A notice is about a source and is no evidence beside it."""
    link = SourceLinked(source="s1", other="s2", relation="notice-of")
    assert tied(study("s1"), study("s2"), links=[link]) == ()


def test_a_source_depends_on_none_that_is_not_cited() -> None:
    """An earlier version that no claim cites makes no double."""
    link = SourceLinked(source="s1", other="s9", relation="version-of")
    view = seen(study("s9"), study("s1"), study("s2"), claim("c1", "s1"), claim("c2", "s2"), link)
    assert confidence(view).cautions == ()


@pytest.mark.parametrize(
    ("one", "two", "depend"),
    [
        ({"authors": ("Ng A", "Li B")}, {"authors": ("ng a",)}, False),
        ({"mentions": ("nct:NCT00000001",)}, {"mentions": ("nct:NCT00000001",)}, True),
        ({"mentions": ("nct:NCT00000001",)}, {"mentions": ("nct:NCT00000002",)}, False),
    ],
)
def test_what_papers_have_in_common(one: dict[str, Any], two: dict[str, Any], depend: bool) -> None:
    """Papers about one trial may not be independent; those of one author are taken to be."""
    assert bool(tied(study("s1", **one), study("s2", **two))) is depend


@pytest.mark.parametrize(("platform", "depend"), [("reddit", True), ("x", False)])
def test_an_author_of_posts_is_known_on_a_platform(platform: str, depend: bool) -> None:
    """The same name on the same platform is the same voice; elsewhere it need not be."""
    here = study("s1", "post", platform="reddit", community="r/a", authors=("kim",))
    there = study("s2", "post", platform=platform, community="r/b", authors=("u/Kim",))
    assert bool(tied(here, there)) is depend


def test_authors_who_name_nobody_tie_nothing() -> None:
    """Two deleted accounts are not one person."""
    posts = (study(id, "post", platform="reddit", authors=("[deleted]",)) for id in ("s1", "s2"))
    assert tied(*posts) == ()


def test_caution_and_rule_agree_on_what_is_dependent() -> None:
    """What a score warns of is what the check finds, where all is of one tier."""
    posts = [study(id, "post", platform="reddit", authors=("kim",)) for id in ("s1", "s2")]
    view = seen(*posts, study("s3"), *(claim(f"c{id}", id) for id in ("s1", "s2", "s3")))
    (finding,) = check([PLUGINS.rule("dependent-sources")], view).findings
    caution = named(confidence(view), "dependent-sources")
    sources = (each for each in finding.related if each.startswith("source:"))
    assert (str(finding.target), *sources) == caution.entries
    assert "an author in common" in finding.text
    assert caution.text == (
        "2 of 3 cited sources may not be independent: they have an author in common."
    )


def test_erased_authors_tie_nothing() -> None:
    """Who has been forgotten cannot be compared."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        for id in ("1", "2"):
            post = study(f"s{id}", "post", platform="reddit", authors=("kim",))
            ledger.append(post, claim(f"c{id}", f"s{id}"), by="curator")
        assert named(ledger.score(), "dependent-sources").entries == ("source:s1", "source:s2")
        for n in (1, 3):
            ledger.erase(n, "authors", reason="asked", by="curator")
        assert ledger.score().cautions == ()


def test_tiers_without_a_weight() -> None:
    """Claims that add nothing are named, whether their weight is 0 or nobody gave one."""
    described = LedgerDescribed(tiers=(*DEFAULT_TIERS, OWN))
    claims = [claim("c1", "s1"), claim("c2", "s1", "published"), claim("c3", "s1", "in-silico")]
    caution = named(confidence(seen(described, study("s1"), *claims)), "no-weight")
    assert caution.entries == ("claim:c2", "claim:c3")
    assert caution.text == (
        "2 counted claims add nothing, being of a tier without a weight: "
        "in-silico (1), published (1)."
    )


# -- parameters --------------------------------------------------------------------------


def test_parameters_change_what_they_name_and_no_more() -> None:
    """A table is taken in name by name; the rest stays as it was."""
    scorer = QuantifiedConfidence().configured(
        {"weights": {"human": 0.1}, "sources": "0", "caps": {"human": 1}, "labels": {"human": "!"}}
    )
    assert scorer.weights["human"] == Decimal("0.1")
    assert scorer.weights["preclinical"] == Decimal("0.04")
    assert (scorer.sources, scorer.cap) == (Decimal(0), Decimal("0.95"))
    found = score(scorer, seen(study("s1"), *(claim(f"c{n}", "s1") for n in range(11))))
    assert (found.raw, found.label) == (Decimal(1), "!")
    assert found.formula == (
        "11 × 0.1 (human claims, at most 1) + 1 × 0 (scientific sources) = 1, capped at 0.95"
    )


@given(parameters())
def test_printed_parameters_configure_the_same(given: dict[str, Any]) -> None:
    """A score's parameters are all of them, as text, and make the same scorer again."""
    scorer = QuantifiedConfidence().configured(given)
    printed = score(scorer, seen()).parameters
    assert QuantifiedConfidence().configured(printed) == scorer
    assert all(isinstance(number, str) for number in printed["weights"].values())
    assert isinstance(printed["cap"], str)


def test_a_cap_of_nothing_shows() -> None:
    """A term that is capped at 0 says so in the formula."""
    found = confidence(seen(study("s1", "post"), claim("c1", "s1")), {"caps": {"human": "0"}})
    assert found.formula == "1 × 0.12 (human claims, at most 0) = 0"


@pytest.mark.parametrize(
    "given",
    [
        {"cap": -1},
        {"cap": "1.01"},
        {"cap": True},
        {"cap": None},
        {"cap": float("nan")},
        {"cap": float("inf")},
        {"cap": "a lot"},
        {"cap": "-0"},
        {"cap": {"human": 1}},
        {"sources": "NaN"},
        {"sources": "1e9"},
        {"sources": "1e-31"},
        {"weights": "0.1"},
        {"weights": {"human": [1]}},
        {"weights": {"human": -0.1}},
        {"weights": {1: 1}},
        {"weights": {"": 1}},
        {"caps": {"human": "sNaN"}},
        {"labels": {"human": ""}},
        {"labels": {"human": 3}},
    ],
    ids=repr,
)
def test_useless_parameters(given: dict[str, Any]) -> None:
    """A parameter of no use is refused, and named."""
    with pytest.raises(Invalid, match=f"^{next(iter(given))}"):
        QuantifiedConfidence().configured(given)


def test_unknown_parameters() -> None:
    """A misspelt parameter is refused, with those that are known."""
    with pytest.raises(Invalid, match="no parameter 'wieghts'; known are: weights, sources, caps"):
        QuantifiedConfidence().configured({"wieghts": {}})


@pytest.mark.parametrize("make", [Decimal, str, float])
def test_numbers_are_taken_as_they_are_written(make: Callable[[str], object]) -> None:
    """Text and floats of configuration files become exactly what a person reads there."""
    scorer = QuantifiedConfidence().configured({"cap": make("0.1")})
    assert scorer.cap == Decimal("0.1")


@pytest.mark.parametrize("table", ["weights", "caps", "labels"])
def test_parameters_of_a_tier_that_is_not_there(table: str) -> None:
    """A misspelt tier among the parameters changes nothing, and the score says so."""
    (caution,) = confidence(seen(), {table: {"humann": "0.9", "human": "0.2"}}).cautions
    assert (caution.name, caution.text.rpartition(": ")[2]) == ("unknown-tier", "humann.")


def test_parameters_of_tiers_that_are_there() -> None:
    """Its own tiers, a dropped one that claims are of, and the term of the sources are known."""
    fewer = LedgerDescribed(tiers=(DEFAULT_TIERS[3], OWN))
    tiers = LedgerDescribed(tiers=(Tier(slug="old", label="Old", description="Old."), OWN))
    view = seen(tiers, study("s1"), claim("c1", "s1", "old"), fewer)
    caps = {"in-silico": 1, "old": 1, "human": 1, "scientific-sources": 1}
    names = [each.name for each in confidence(view, {"caps": caps}).cautions]
    assert names == ["no-weight"]
