"""Pictures show the view's own numbers, and nothing else: in the drawing, in words, as a table."""

from __future__ import annotations

import decimal
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element, fromstring

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evledger import (
    ClaimTagged,
    Failure,
    Head,
    Influence,
    Invalid,
    LedgerDescribed,
    Outcome,
    Plugins,
    RenderContext,
    Score,
    SourceAdded,
    SourceFlagged,
    Term,
    Tier,
    View,
    pictures,
    scoring,
    seal,
)
from evledger.builtin.drawing import MOST_SOURCES
from evledger.events import Stance
from evledger.pictures import Picture
from evledger.pictures.lettering import width_of
from evledger.reviewing import published_titles
from evledger.testing import Story, views
from evledger.testing.suites.renderers import HOSTILE, hostile_events

PLUGINS: Final = Plugins.builtin()
CONFIDENCE: Final = PLUGINS.scorer("quantified-confidence")
SVG: Final = "{http://www.w3.org/2000/svg}"
DRAWN: Final = frozenset(
    ("svg", "title", "desc", "defs", "pattern", "path", "rect", "line", "circle", "text")
)
WRITTEN: Final = frozenset(
    (
        *("id", "class", "role", "aria-labelledby", "version", "viewBox", "font-size"),
        *("x", "y", "width", "height", "x1", "y1", "x2", "y2", "cx", "cy", "r", "d"),
        *("fill", "stroke-width", "patternUnits", "text-anchor"),
    )
)


def every_picture(view: View) -> Iterator[Picture]:
    """Yield the four pictures of a view."""
    yield pictures.mix(view)
    yield pictures.timeline(view)
    yield pictures.scores(scoring.score(CONFIDENCE, view), [Failure("x", "It broke.")])
    yield pictures.influence(scoring.influence(CONFIDENCE, view), published_titles(view))


def parsed(text: str) -> Element:
    """Read XML of our own."""
    return fromstring(text.encode())  # noqa: S314  # not a stranger's


def elements(root: Element, tag: str) -> list[Element]:
    """Return the elements of a name, in a document of its own or not."""
    return [each for each in root.iter() if each.tag.removeprefix(SVG) == tag]


def drawn_texts(picture: Picture) -> list[str]:
    """Return what is written in the drawing; without what is told to who points at it."""
    found = elements(parsed(picture.inline()), "text")
    return [(each.text or "") + "".join(part.tail or "" for part in each) for each in found]


def numbers_in(text: str) -> set[str]:
    """Return the numbers in a text."""
    return set(re.findall(r"\d[\d,]*(?:\.\d+)?", text))


def column(picture: Picture, name: str) -> dict[str, str]:
    """Return one column of a picture's table, by the first."""
    place = picture.columns.index(name)
    return {row[0]: row[place] for row in picture.rows}


def assert_sound(picture: Picture) -> None:
    """Check that a picture is well-formed, described, inert, and within its edges."""
    inline, alone = parsed(picture.inline("a-")), parsed(picture.svg())
    for root, allowed in ((inline, DRAWN), (alone, DRAWN | {"style"})):
        named = root.attrib["aria-labelledby"].split()
        told = [*elements(root, "title")[:1], *elements(root, "desc")]
        assert [each.attrib["id"] for each in told] == named
        assert [each.text for each in told] == [picture.title, picture.summary]
        assert {each.tag.removeprefix(SVG) for each in root.iter()} <= allowed
        assert {name for each in root.iter() for name in each.attrib} <= WRITTEN
    assert all(len(row) == len(picture.columns) for row in picture.rows)
    assert_ids(picture)
    assert_in_room(inline)


def assert_ids(picture: Picture) -> None:
    """Check that two of the same in one page share no id, and that every reference leads to one."""
    both = parsed(f"<div>{picture.inline('a-')}{picture.inline('b-')}</div>")
    ids = Counter(each.attrib["id"] for each in both.iter() if "id" in each.attrib)
    assert set(ids.values()) == {1}
    fills = {each.attrib.get("fill", "") for each in both.iter()} - {""}
    assert {fill.removeprefix("url(#").removesuffix(")") for fill in fills} <= set(ids)


def assert_in_room(root: Element) -> None:
    """Check that nothing lies beyond the sheet."""
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for box in elements(root, "rect"):
        assert 0 <= float(box.attrib["x"]) <= width - float(box.attrib["width"]) + 0.02
        assert 0 <= float(box.attrib["y"]) <= height - float(box.attrib["height"]) + 0.02
    for text in elements(root, "text"):
        assert 0 <= float(text.attrib["x"]) <= width
        assert 0 <= float(text.attrib["y"]) <= height
        shown = (text.text or "") + "".join(part.tail or "" for part in text)
        assert width_of(shown, float(text.attrib["font-size"])) <= width


# -- every ledger ------------------------------------------------------------------------


@settings(max_examples=60)
@given(view=views())
def test_every_ledger_gives_every_picture(view: View) -> None:
    """Whatever a ledger holds, each picture is well-formed, described, inert and in its room."""
    for picture in every_picture(view):
        assert_sound(picture)


@settings(max_examples=60)
@given(view=views())
def test_tables_add_up_to_the_view(view: View) -> None:
    """Rows and columns add up: claims to those that count and do not, sources to all."""
    mix, timeline = pictures.mix(view), pictures.timeline(view)
    total = column(mix, "all")
    left_out = sum(int(total.pop(name)) for name in list(total) if name.startswith("not counted"))
    assert int(total["all that count"]) == len(view.counted.claims)
    assert sum(map(int, total.values())) == 2 * len(view.counted.claims)
    assert left_out == len(view.claims) - len(view.counted.claims)
    assert int(column(timeline, "all")["all"] if view.sources else 0) == len(view.sources)
    for row in (*mix.rows[: len(total)], *timeline.rows):
        assert sum(map(int, row[1:-1])) == int(row[-1])


@settings(max_examples=60)
@given(view=views())
def test_drawings_show_the_numbers_of_the_table(view: View) -> None:
    """No number is drawn that the table does not have."""
    for picture in (pictures.mix(view), pictures.timeline(view)):
        table = numbers_in(" ".join(cell for row in picture.rows for cell in row))
        assert numbers_in(" ".join(drawn_texts(picture))) <= table


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_is_only_text(payload: str) -> None:
    """Whatever strangers write into titles, tiers, terms and reasons stays text."""
    tier = Tier(slug="human", label=payload, description=payload)
    story = Story(events=(LedgerDescribed(tiers=(tier,)), *hostile_events(payload)), title=payload)
    view = story.view()
    term = Term(name="x", label=payload, count=1, weight=None, contribution=Decimal(1))
    outcome = Outcome(outcome=payload, label=payload)
    score = attrs.evolve(score_of(term, raw=Decimal(1)), label=payload, outcomes=(outcome,))
    shown = pictures.scores(attrs.evolve(score, scorer=payload), [Failure(payload, payload)])
    for picture in (*every_picture(view), shown, pictures.absent("none", payload, payload)):
        assert_sound(picture)


# -- the mix -----------------------------------------------------------------------------


def source(number: int, published: str | None = None) -> SourceAdded:
    """Return a source."""
    return SourceAdded(id=f"s{number}", kind="trial", title=f"Trial {number}", published=published)


def claim(number: int, stance: Stance = "supports") -> ClaimTagged:
    """Return a claim of the first source."""
    return ClaimTagged(id=f"c{number}", source="s1", tier="human", stance=stance, text="…")


def test_mix_tells_hidden_stances_apart() -> None:
    """A claim whose stance is withheld counts, and stands under none of the stances."""
    sealed = seal(claim(1), "stance")
    view = Story(events=(source(1), sealed, claim(2)), has_vault=False).view()
    picture = pictures.mix(view)
    assert column(picture, "stance hidden")["Human"] == "1"
    assert picture.summary == ("2 claims count as evidence: 2 human (1 supports, 1 stance hidden).")


def test_mix_has_tiers_that_the_ledger_dropped() -> None:
    """A tier that the description no longer has stands below those that it has."""
    kept = Tier(slug="preclinical", label="Preclinical", description="In animals.")
    view = Story(events=(source(1), claim(1), LedgerDescribed(tiers=(kept,)))).view()
    assert [row[0] for row in pictures.mix(view).rows] == ["Preclinical", "human", "all that count"]


def test_mix_says_why_claims_do_not_count() -> None:
    """Those that do not count are in the drawing, the words and the table."""
    flag = SourceFlagged(source="s1", status="retracted", according_to="publisher")
    picture = pictures.mix(Story(events=(source(1), claim(1), flag)).view())
    told = "Not counted: 1 from a retracted source."
    assert picture.summary == f"No claim counts as evidence. {told}"
    assert drawn_texts(picture)[-1] == told
    assert picture.rows[-1] == ("not counted: from a retracted source", "", "", "", "", "1")


def test_bars_are_as_long_as_their_numbers() -> None:
    """The widths of a tier's bar are in proportion, and the longest bar fills the sheet."""
    claims = [claim(n) for n in range(6)] + [claim(n, "contradicts") for n in range(6, 8)]
    root = parsed(pictures.mix(Story(events=(source(1), *claims)).view()).inline())
    drawn = [each for each in elements(root, "rect") if "title" in [part.tag for part in each]]
    supports, contradicts = (float(each.attrib["width"]) for each in drawn)
    assert supports + contradicts == pytest.approx(360, abs=3)
    assert supports / contradicts == pytest.approx(3, abs=0.1)


# -- the years ---------------------------------------------------------------------------


def test_timeline_tells_retracted_sources_apart() -> None:
    """A retracted source is in its year, and neither scientific nor of the other kinds."""
    flag = SourceFlagged(source="s1", status="retracted", according_to="publisher")
    events = (source(1, published="2019-03"), source(2, published="2021"), source(3), flag)
    picture = pictures.timeline(Story(events=events).view())
    assert picture.columns == ("published", "scientific", "other kinds", "retracted", "all")
    assert picture.rows == (
        ("2019", "0", "0", "1", "1"),
        ("2020", "0", "0", "0", "0"),
        ("2021", "1", "0", "0", "1"),
        ("with a date", "1", "0", "1", "2"),
        ("no date", "1", "0", "0", "1"),
        ("all", "2", "0", "1", "3"),
    )


@pytest.mark.parametrize(
    ("first", "last", "periods"),
    [("1986", "2025", 40), ("1985", "2025", 5), ("1000", "2025", 11), ("0001", "9999", 10)],
)
def test_long_times_are_drawn_by_longer_periods(first: str, last: str, periods: int) -> None:
    """Forty years have room, as years; more are drawn by decades, by centuries, and so on."""
    events = (source(1, published=first), source(2, published=last))
    picture = pictures.timeline(Story(events=events).view())
    assert len(picture.rows) == periods + 1
    assert_sound(picture)


def test_timeline_without_dates() -> None:
    """Where no date is known, the picture says so rather than show an empty frame."""
    sealed = seal(source(2, published="2020"), "published")
    view = Story(events=(source(1), sealed), has_vault=False).view()
    assert drawn_texts(pictures.timeline(view))[1:] == [
        "No source has a date that is known.",
        "1 source has no date. 1 source has a hidden date.",
    ]


# -- the score ---------------------------------------------------------------------------


def score_of(
    *terms: Term,
    raw: Decimal | None = None,
    value: Decimal | None = None,
    cap: Decimal | None = None,
) -> Score:
    """Return a score of some terms."""
    return Score(
        scorer="example",
        version=1,
        head=Head(1, "00" * 32),
        terms=terms,
        raw=raw,
        value=value,
        cap=cap,
        label="ok",
    )


DECIMALS: Final = st.decimals(-1000, 1000, places=2)


@settings(max_examples=60)
@given(parts=st.lists(DECIMALS, max_size=30), cap=st.none() | st.decimals(0, 1, places=2))
def test_scores_add_up(parts: list[Decimal], cap: Decimal | None) -> None:
    """The table's terms sum to its sum, whatever their signs, and every one of them is there."""
    terms = [
        Term(name=f"t{n}", label=f"things {n}", count=n, weight=None, contribution=part)
        for n, part in enumerate(parts)
    ]
    score = score_of(*terms, raw=sum(parts, Decimal(0)), cap=cap)
    picture = pictures.scores(score)
    assert_sound(picture)
    told = [Decimal(row[3].replace("−", "-")) for row in picture.rows[: len(parts) + 1]]
    assert sum(told[:-1]) == told[-1] == score.raw


def test_score_is_drawn_as_it_is_told() -> None:
    """Terms, sum, cap, value and label are in the drawing, and the cap cuts the sum in two."""
    term = Term.of("human", "human claims", count=9, weight=Decimal("0.12"))
    capped = Decimal("0.95")
    score = score_of(term, raw=term.contribution, value=capped, cap=capped)
    picture = pictures.scores(score, [score_of(), Failure("grade", "no outcome")])
    texts = drawn_texts(picture)
    for told in ("Example", "0.95", "ok", "human claims: 9 × 0.12", "+1.08", "Sum", "at most 0.95"):
        assert told in texts
    assert texts[-4:] == ["Example", "ok", "Grade", "failed: no outcome"]
    told = "0.95, capped from 1.08: ok. 1.08 from human claims (9)."
    assert picture.summary == f"{told} Example: ok; Grade: failed: no outcome."


def test_terms_are_drawn_one_after_another() -> None:
    """Each term's bar begins where the one before it ends, and the sum is as long as they are."""
    terms = [
        Term(name=name, label=name, count=1, weight=None, contribution=Decimal(number))
        for name, number in (("a", 3), ("b", 1))
    ]
    root = parsed(pictures.scores(score_of(*terms, raw=Decimal(4))).inline())
    bars = [
        (float(each.attrib["x"]), float(each.attrib["width"])) for each in elements(root, "rect")
    ]
    assert bars == [(0, 270), (270, 90), (0, 360)]


def test_scores_of_all_sizes() -> None:
    """Numbers with sixty digits are short in the drawing, and whole in the table."""
    large, small = Decimal(f"1{'0' * 58}1"), Decimal(1).scaleb(-59)
    terms = [
        Term(name=name, label=name, count=10**15, weight=number, contribution=number)
        for name, number in (("large", large), ("small", small))
    ]
    picture = pictures.scores(score_of(*terms, raw=large, value=small))
    assert_sound(picture)
    assert picture.rows[0][3] == f"1{'0' * 58}1"
    assert "≈+1.00e+59" in drawn_texts(picture)


def test_scores_that_only_grade() -> None:
    """A score without a number shows its label, and its outcomes, rather than an empty frame."""
    outcomes = (
        Outcome(outcome="memory", label="low"),
        Outcome(outcome="mood", label="high", value=Decimal("0.8")),
    )
    picture = pictures.scores(attrs.evolve(score_of(), outcomes=outcomes))
    assert picture.summary == "No value: ok."
    assert picture.rows[1:] == (
        ("outcome: memory", "", "", "", "low"),
        ("outcome: mood", "", "", "0.8", "high"),
    )
    assert "No number: ok" in drawn_texts(picture)


def test_a_failed_score_says_so() -> None:
    """Instead of a score that failed, the reason; those beside it are still in the table."""
    picture = pictures.scores(Failure("grade", "no outcome"), [score_of()])
    assert drawn_texts(picture) == ["Grade", "No score: no outcome"]
    assert [row[0] for row in picture.rows] == ["Grade", "Example"]


# -- influence ---------------------------------------------------------------------------


def view_of(count: int) -> View:
    """Return a view of so many sources, with a claim each."""
    claims = (
        ClaimTagged(id=f"c{n}", source=f"s{n}", tier="human", stance="supports", text="…")
        for n in range(1, count + 1)
    )
    return Story(events=(*map(source, range(1, count + 1)), *claims)).view()


def test_influence_draws_the_value() -> None:
    """What each source does to the value is drawn, the most first; the table has every source."""
    view = Story(events=(source(1), source(2), source(3), claim(1), claim(2))).view()
    picture = pictures.influence(scoring.influence(CONFIDENCE, view), published_titles(view))
    assert [row[:4] for row in picture.rows] == [
        ("s1", "Trial 1", "0.25", "0.25"),
        ("s2", "Trial 2", "0", "0"),
        ("s3", "Trial 3", "0", "0"),
    ]
    assert drawn_texts(picture)[-2:] == ["s1 Trial 1", "+0.25"]


def test_influence_is_drawn_under_any_arithmetic() -> None:
    """An application that lets no decimal be rounded gets the same picture."""
    third = Decimal(1) / 3
    score = score_of()
    found = [
        Influence(source=id, raw=number, value=number, label=None, without=score)
        for id, number in (("s1", third), ("s2", -third))
    ]
    expected = pictures.influence(found, {})
    with decimal.localcontext(decimal.Context(prec=3, traps=[decimal.Inexact, decimal.Rounded])):
        assert pictures.influence(found, {}) == expected


def test_influence_under_a_cap_draws_the_sum() -> None:
    """Where no source moves the value, the sum is drawn, and the picture says so; at most 20."""
    view = view_of(25)
    picture = pictures.influence(scoring.influence(CONFIDENCE, view), published_titles(view))
    assert picture.summary.startswith("No source alone changes the value; the sum")
    assert len(picture.rows) == 25
    texts = drawn_texts(picture)
    assert texts.count("+0.13") == 20
    assert texts[-1].startswith("and 5 more sources, +0.65 in sum")


def test_a_source_that_takes_away_is_drawn_to_the_left() -> None:
    """Bars of negative influence end where those of positive influence begin."""
    view = view_of(2)
    found = tuple(scoring.influence(CONFIDENCE, view))
    turned = (found[0], attrs.evolve(found[1], value=Decimal("-0.1")))
    picture = pictures.influence(turned, published_titles(view))
    added, taken = elements(parsed(picture.inline()), "rect")
    edge = float(taken.attrib["x"]) + float(taken.attrib["width"])
    assert float(added.attrib["x"]) == pytest.approx(edge, abs=1)
    assert "−0.1" in drawn_texts(picture)


# -- as files and in pages ---------------------------------------------------------------


def context(*scorers: scoring.Scorer) -> RenderContext:
    """Return what views are rendered with."""
    return RenderContext(scorers=scorers, ranker=PLUGINS.ranker("tier"))


@pytest.mark.parametrize("name", ["mix", "timeline", "score", "influence"])
def test_pictures_are_rendered_as_files(name: str) -> None:
    """Each picture is a renderer of its own, and its file stands alone with its style."""
    rendered = PLUGINS.renderer(f"svg-{name}").render(view_of(1), context(CONFIDENCE))
    assert (rendered.media_type, rendered.file) == ("image/svg+xml", f"{name}.svg")
    root = parsed(rendered.text)
    assert pictures.STYLE in (elements(root, "style")[0].text or "")


class Broken:
    """A scorer that fails."""

    name, version = "broken", 1

    def score(self, view: View) -> Score:
        """Fail."""
        raise ValueError(view.ledger)


@pytest.mark.parametrize("name", ["svg-score", "svg-influence"])
def test_without_a_score_the_file_says_so(name: str) -> None:
    """No scorer, or one that fails, gives a picture that says so."""
    for scorers, told in (((), "No scorer was asked"), ((Broken(),), "scorer 'broken' failed")):
        rendered = PLUGINS.renderer(name).render(view_of(1), context(*scorers))
        assert told in rendered.text


def test_influence_of_very_many_is_not_drawn() -> None:
    """Beyond the limit the picture names the command that gives the numbers."""
    view = view_of(MOST_SOURCES + 1)
    rendered = PLUGINS.renderer("svg-influence").render(view, context(CONFIDENCE))
    assert "Not drawn for 301 sources" in rendered.text
    assert "evledger score test --influence" in rendered.text


def test_prefixes_are_plain() -> None:
    """A prefix that would not be one id is refused."""
    with pytest.raises(Invalid, match="prefix 'a b' of a picture: use letters"):
        pictures.mix(view_of(1)).inline("a b")


def test_the_same_view_gives_the_same_picture() -> None:
    """Pictures are values: equal, and equal byte for byte."""
    view = view_of(3)
    assert list(every_picture(view)) == list(every_picture(view))
    assert pictures.mix(view).svg() == pictures.mix(view).svg()


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2.2 defines it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_colours_have_contrast() -> None:
    """In both palettes text has 4.5:1 against the paper, and what is drawn 3:1."""
    for rules in pictures.STYLE.split("@media screen"):
        palette = dict(re.findall(r"--evl-picture-([a-z]+): (#[0-9a-f]{6})", rules))
        paper = luminance(palette.pop("paper"))
        assert len(palette) == 8
        for name, colour in palette.items():
            dark, light = sorted((paper, luminance(colour)))
            wanted = 4.5 if name in {"ink", "quiet"} else 3
            assert (light + 0.05) / (dark + 0.05) >= wanted, name
