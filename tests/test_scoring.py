"""A score is held to what a score must be, and every source's influence can be had."""

from __future__ import annotations

import decimal
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    ClaimTagged,
    Event,
    Failure,
    Head,
    Invalid,
    NotFound,
    NotSupplied,
    Outcome,
    PluginError,
    Plugins,
    Score,
    SourceAdded,
    SourceLinked,
    Term,
    View,
)
from evledger.builtin.confidence import QuantifiedConfidence
from evledger.parameters import configured
from evledger.scoring import attempt, influence, plain_decimal, score

SOURCES = ("s1", "s2", "s3")


def seen(*events: Event) -> View:
    """Return the view of a new ledger that took these events."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        if events:
            ledger.append(*events, by="curator")
        return ledger.view()


VIEW = seen()
TERM = Term.of("a", "things", count=2, weight=Decimal("0.1"))
SOUND = Score(
    scorer="stub",
    version=1,
    head=VIEW.head,
    label="fair",
    terms=(TERM,),
    raw=Decimal("0.2"),
    value=Decimal("0.2"),
    cap=Decimal(1),
)


@attrs.frozen
class Stub:
    """A scorer that gives what it was made with, or raises it."""

    found: Any
    name = "stub"
    version = 1

    def score(self, view: View) -> Any:
        """Return it."""
        del view
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


# -- what a score must be ----------------------------------------------------------------


def test_a_sound_score_is_given_as_it_is() -> None:
    """What a scorer says is handed on unchanged."""
    assert score(Stub(SOUND), VIEW) is SOUND
    assert attempt(Stub(SOUND), VIEW) is SOUND


def altered(**changes: Any) -> Term:
    """Return the term with something else in it, fitting or not."""
    return attrs.evolve(TERM, **changes)


class Evil:
    """What raises whenever it is looked at."""

    def __bool__(self) -> bool:
        raise RuntimeError

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __hash__ = None  # type: ignore[assignment]  # as Python has it beside an __eq__

    def __repr__(self) -> str:
        raise RuntimeError


NAN, INFINITE = Decimal("NaN"), Decimal("Infinity")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"value": NAN}, "value is NaN"),
        ({"raw": INFINITE}, "raw is Infinity"),
        ({"raw": Decimal("sNaN")}, "raw is sNaN"),
        ({"cap": INFINITE}, "cap is Infinity"),
        ({"value": 0.2}, "value is a float, not a Decimal"),
        ({"value": True}, "value is a bool, not a Decimal"),
        ({"raw": 1}, "raw is a int, not a Decimal"),
        ({"value": Decimal("1.01")}, "value is 1.01, which is not between 0 and 1"),
        ({"value": Decimal("-0.01")}, "value is -0.01, which is not between 0 and 1"),
        ({"raw": Decimal("0.3")}, "raw is 0.3, but its terms add up to 0.2"),
        ({"terms": ()}, "raw is 0.2, but its terms add up to 0"),
        ({"terms": (altered(contribution=0.2),)}, "contribution of 'a' is a float"),
        ({"terms": (altered(contribution=None),)}, "contribution of 'a' is a NoneType"),
        ({"terms": (altered(weight=NAN),)}, "weight of 'a' is NaN"),
        ({"terms": (altered(cap=0.5),)}, "cap of 'a' is a float"),
        ({"terms": None}, "it cannot be read: TypeError"),
        ({"terms": (None,)}, "it cannot be read: AttributeError"),
        ({"cap": Decimal("0.1")}, "value is 0.2, which is more than its cap of 0.1"),
        ({"terms": (altered(count=-2, weight=Decimal("-0.1")),)}, "'a' counts -2"),
        ({"terms": (altered(count=3),)}, "contribution of 'a' is 0.2, and should be 0.3"),
        ({"terms": (altered(cap=Decimal(0)),)}, "contribution of 'a' is 0.2, and should be 0"),
        ({"label": ""}, "it has no label"),
        ({"label": " "}, "it has no label"),
        ({"label": Evil()}, "it is of no use: TypeError"),
        ({"scorer": Evil()}, "it is of no use: TypeError"),
        ({"head": Evil()}, "it is of no use: TypeError"),
        ({"scorer": "other"}, "it is signed 'other', version 1; expected 'stub', version 1"),
        ({"version": 2}, "it is signed 'stub', version 2; expected 'stub', version 1"),
        ({"head": Head(1, "00" * 32)}, "it is for head 1-0000"),
        ({"outcomes": (Outcome(outcome="pain", label="x", value=Decimal(2)),)}, "value of 'pain'"),
        (
            {"outcomes": (Outcome(outcome="pain", label="x", terms=(altered(cap=NAN),)),)},
            "cap of 'a' is NaN",
        ),
    ],
)
def test_unusable_scores(changes: dict[str, Any], reason: str) -> None:
    """A score that is not what it must be is refused, naming scorer and fault."""
    stub = Stub(attrs.evolve(SOUND, **changes))
    with pytest.raises(PluginError) as caught:
        score(stub, VIEW)
    assert str(caught.value).startswith(f"scorer 'stub' gave no usable score: {reason}")
    assert attempt(stub, VIEW) == Failure("stub", str(caught.value))


def test_no_score_at_all() -> None:
    """What is no score is refused."""
    with pytest.raises(PluginError, match="it returned dict, not a Score"):
        score(Stub({"value": 1}), VIEW)


def test_a_scorer_that_raises() -> None:
    """A scorer's own error is named, kept as the cause, and takes no other scorer down."""
    stub = Stub(KeyError("c1"))
    with pytest.raises(PluginError, match="scorer 'stub' failed: KeyError: 'c1'") as caught:
        score(stub, VIEW)
    assert isinstance(caught.value.__cause__, KeyError)
    assert (caught.value.kind, caught.value.name, caught.value.plugin) == ("scorer", "stub", None)
    assert str(attempt(stub, VIEW)).startswith("stub: scorer 'stub' failed: KeyError: 'c1' (")


@pytest.mark.parametrize(
    "error", [NotFound("no c1"), NotSupplied("no scorer 'x'", kind="scorer", name="x")]
)
def test_a_scorer_that_raises_an_error_of_ours(error: Exception) -> None:
    """What went wrong deep inside is the scorer's failure, and nobody's answer to who asked."""
    with pytest.raises(PluginError, match="scorer 'stub' failed: Not") as caught:
        score(Stub(error), VIEW)
    assert type(caught.value) is PluginError


def test_a_scorer_within_a_scorer() -> None:
    """Where one scorer asks another, the one that failed is named."""

    class Asks(Stub):
        def score(self, view: View) -> Any:
            return score(Stub(KeyError("c1")), view)

    other = Asks(None)
    with pytest.raises(PluginError, match=r"^scorer 'stub' failed: KeyError"):
        score(other, VIEW)


def test_a_score_that_only_grades() -> None:
    """A score without numbers is a score."""
    grades = attrs.evolve(SOUND, raw=None, value=None, cap=None, terms=())
    assert score(Stub(grades), VIEW) == grades
    assert grades.formula == ""


def test_what_does_not_add_up_need_not() -> None:
    """The terms of a scorer that is not additive need not sum to raw."""
    other = attrs.evolve(SOUND, additive=False, raw=Decimal("0.7"))
    assert score(Stub(other), VIEW).formula == "2 × 0.1 (things) → 0.7"


def test_scorers_compute_exactly() -> None:
    """Whatever the application's arithmetic, a scorer has enough digits, and errors are errors."""

    class Precise(Stub):
        def score(self, view: View) -> Any:
            third = Decimal(1) / 3
            term = Term(name="a", label="x", count=1, weight=None, contribution=third)
            return attrs.evolve(SOUND, head=view.head, terms=(term,), raw=third, value=third)

    with decimal.localcontext(prec=4):
        found = score(Precise(None), VIEW)
        assert decimal.getcontext().prec == 4
    assert found.value == Decimal("0." + "3" * 60)


def test_parameters_for_a_scorer_that_takes_none() -> None:
    """Parameters are refused where they would be ignored; none are none."""
    stub = Stub(SOUND)
    assert configured(stub, {}, noun="scorer", method="score") is stub
    with pytest.raises(Invalid, match="'stub' takes no parameters, and was given cap"):
        configured(stub, {"cap": 1}, noun="scorer", method="score")


# -- terms and formula -------------------------------------------------------------------


@given(
    st.integers(0, 10**6),
    st.decimals(0, 10, places=3),
    st.none() | st.decimals(0, 1000, places=3),
)
def test_a_term_is_count_times_weight_up_to_its_cap(
    count: int, weight: Decimal, cap: Decimal | None
) -> None:
    """A term is capped exactly where its cap takes something away."""
    term = Term.of("a", "x", count=count, weight=weight, cap=cap)
    product = count * weight
    assert term.contribution == (product if cap is None else min(product, cap))
    assert term.is_capped is (term.contribution != product)


def test_formula_says_each_term() -> None:
    """Equal parts are written as a product, unequal ones as their sum; caps are named."""
    terms = (
        TERM,
        Term.of("b", "posts", count=9, weight=Decimal("0.10"), cap=Decimal("0.3")),
        Term(name="c", label="trials", count=3, weight=None, contribution=Decimal("1.50")),
    )
    found = attrs.evolve(SOUND, terms=terms, raw=Decimal("2.00"), value=Decimal(1))
    assert found.formula == (
        "2 × 0.1 (things) + 9 × 0.1 (posts, at most 0.3) + 1.5 (trials: 3) = 2, capped at 1"
    )


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9))
def test_plain_decimals_are_exact(number: Decimal) -> None:
    """A decimal is written without exponent, and reads back as the same number."""
    text = plain_decimal(number)
    assert Decimal(text) == number
    assert "E" not in text


# -- influence ---------------------------------------------------------------------------

_CLAIMS = st.lists(
    st.fixed_dictionaries(
        {
            "source": st.sampled_from(SOURCES),
            "tier": st.sampled_from(["human", "preclinical", "anecdotal"]),
            "stance": st.sampled_from(["supports", "contradicts"]),
        }
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(_CLAIMS, st.booleans())
def test_influence_is_what_a_ledger_without_the_source_differs_by(
    claims: list[dict[str, str]], is_duplicate: bool
) -> None:
    """Each source's influence is what one sees by building the ledger again without it."""
    scorer = QuantifiedConfidence()
    events = history(claims, SOURCES, is_duplicate=is_duplicate)
    full = score(scorer, seen(*events))
    found = list(influence(scorer, seen(*events)))
    assert [each.source for each in found] == list(SOURCES)
    for each in found:
        left = [id for id in SOURCES if id != each.source]
        rest = score(scorer, seen(*history(claims, left, is_duplicate=is_duplicate)))
        assert full.raw is not None
        assert rest.raw is not None
        assert (each.raw, each.without.value) == (full.raw - rest.raw, rest.value)
        assert each.label == (None if rest.label == full.label else rest.label)
        assert each.without.cautions == rest.cautions


def history(
    claims: Sequence[dict[str, str]], sources: Sequence[str], *, is_duplicate: bool
) -> list[Event]:
    """Return events with some sources and their claims only."""
    found: list[Event] = [SourceAdded(id=id, kind="trial", title=id) for id in sources]
    for number, fields in enumerate(claims):
        if fields["source"] in sources:
            found.append(ClaimTagged(**{"id": f"c{number}", "text": "…", **fields}))  # type: ignore[arg-type]  # tiers and stances
    if is_duplicate and {"s1", "s2"} <= set(sources):
        found.append(SourceLinked(source="s2", other="s1", relation="duplicate-of"))
    return found


def test_influence_of_some_sources() -> None:
    """One can ask for some sources only; one that is not there is an error."""
    claims = [{"source": "s1", "tier": "human", "stance": "supports"}]
    view = seen(*history(claims, SOURCES, is_duplicate=False))
    (found,) = influence(QuantifiedConfidence(), view, ["s1"])
    assert (found.raw, found.value) == (Decimal("0.13"), Decimal("0.13"))
    assert found.label == "none — no claim in ledger counts"
    with pytest.raises(NotFound, match="no source 's9'"):
        list(influence(QuantifiedConfidence(), view, ["s9"]))


def test_influence_on_what_has_no_number() -> None:
    """A scorer that only grades has no differences, but may have another label."""

    class Grades(Stub):
        def score(self, view: View) -> Any:
            return Score(scorer="stub", version=1, head=view.head, label=str(len(view.sources)))

    view = seen(SourceAdded(id="s1", kind="trial", title="A trial"))
    (found,) = influence(Grades(None), view)
    assert (found.raw, found.value, found.label) == (None, None, "0")


def test_scores_of_a_ledger() -> None:
    """A ledger's scores come one for each scorer, failures among them."""

    class Broken:
        @evledger.hookimpl.scorers
        def scorers(self) -> list[Stub]:
            return [Stub(ValueError("no"))]

    plugins = Plugins.builtin()
    plugins.register(Broken(), "broken")
    with evledger.open("memory:", plugins=plugins) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        found = ledger.scores()
        assert [type(each) for each in found] == [Score, Failure]
        assert ledger.scores("quantified-confidence") == found[:1]
        with pytest.raises(PluginError, match="failed: ValueError: no"):
            ledger.score("stub")


def test_decimals_among_parameters_become_text() -> None:
    """Parameters hold what a file could: decimals are text, however deep they stand."""
    given = {"a": Decimal("1.20"), "b": {"c": [Decimal("0.50"), "x"]}, "d": 3}
    score = attrs.evolve(SOUND, parameters=given)
    assert score.parameters == {"a": "1.2", "b": {"c": ["0.5", "x"]}, "d": 3}
    assert hash(score) == hash(SOUND)


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "1E+300000", "1E-300000"])
def test_decimals_that_no_file_holds(number: str) -> None:
    """A parameter that is no number, or endless when it is written out, is refused."""
    given = {"a": [Decimal(number)]}
    found = attempt(Stub(attrs.evolve(SOUND, parameters=given)), VIEW)
    assert isinstance(found, Failure)
    assert "a parameter is" in found.reason
