"""A sentence is held to what it cites: numbers and names that are not there are not let through."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from typing import Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    About,
    ClaimTagged,
    ClaimWithdrawn,
    ComponentMapped,
    Event,
    Plugins,
    Reviewed,
    SourceAdded,
    SourceFlagged,
    SourceLinked,
    View,
)
from evledger.asking import Match, Sentence, check_sentence
from evledger.asking.citing import LONGEST, MOST_CITATIONS
from evledger.builtin.extractive import Extractive
from evledger.testing import Story, stories

PLUGINS: Final = Plugins.builtin()


def seen(*events: Event) -> View:
    """Return the view of a new ledger that took these events."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(*events, by="curator")
        return ledger.view()


def source(id: str = "s1", **fields: Any) -> SourceAdded:
    """Return a paper."""
    given: dict[str, Any] = {"kind": "journal-article", "title": "a study", **fields}
    return SourceAdded(id=id, **given)


def claim(id: str, text: str, source: str = "s1", **fields: Any) -> ClaimTagged:
    """Return a human claim that supports, unless told otherwise."""
    given: dict[str, Any] = {"tier": "human", "stance": "supports", **fields}
    return ClaimTagged(id=id, source=source, text=text, **given)


def why(view: View, text: str, *citations: str) -> str | None:
    """Return what is wrong with a sentence, where all claims were retrieved."""
    sentence = Sentence(text=text, citations=citations)
    return check_sentence(view, sentence, frozenset(view.claims))


def wrong(evidence: str, text: str) -> str | None:
    """Return what is wrong with a text that cites one claim of these words."""
    return why(seen(source(), claim("c1", evidence)), text, "c1")


# -- what holds of all texts -------------------------------------------------------------

# What numbers and names are made of, and what might be taken for a part of them.
_PIECES = (
    "5 10 000 1,234 .5 0,05 - – − / \u2044 ½ ² ⁹ ⁻ ^ mg mg/kg % percent week x IL TGF β β1 alpha "
    "HT2A and two hundred twenty million dozen half twice fold omega Semax semax's ' \u2019 é "
    "\u0301 [c1] [c2] . ! \u0665 五 Ⅳ ፭ The A ﷺ ß İ ǅ ( ) to or ± 10.1000/x1 doi: pmid:12 12 c1 _"
)
PIECES = st.sampled_from(_PIECES.split())
TEXTS = st.lists(
    PIECES | st.sampled_from(" \n\x00\u200b") | st.characters(exclude_categories=["Cs"]),
    max_size=20,
).map("".join)
PAPER = source(locators=("doi:10.1000/x1", "pmid:12"))


@given(TEXTS)
@example("pmid:12¼")
@example("10.1000/x1'IL")
@example("[c1]-5")
def test_a_quotation_is_borne_out(text: str) -> None:
    """Whatever a claim says, quoting it is borne out, unless it says nothing or cites others."""
    view = seen(PAPER, *([claim("c1", text)] if text else []))
    for quoted in (text, f"“{text}”", f" {text} ", f"{text} [c1]"):
        if any(map(str.isalnum, text)):
            assert why(view, quoted, "c1") is None


CHUNKS = st.lists(
    st.one_of(
        st.sampled_from(["raised", "in rats", "after stroke", "did not", "was seen"]),
        st.sampled_from(["Semax", "BDNF", "5-HT2A", "IL-6", "TGF-β1", "p38", "omega-3", "mRNA"]),
        st.builds(
            "{}{}".format,
            st.integers(0, 10**7) | st.sampled_from(["1,234", "0.05", "−3", "2½", "twelve"]),
            st.sampled_from([" mg", " %", " weeks", " patients", " mg/kg", ""]),
        ),
    ),
    min_size=1,
    max_size=8,
)


@given(CHUNKS, st.data())
def test_words_of_the_evidence_in_any_order(chunks: list[str], data: st.DataObject) -> None:
    """A sentence made of nothing but what the claims say is accepted, in whatever order."""
    split = data.draw(st.integers(0, len(chunks)))
    texts = ["; ".join(some) or "nothing" for some in (chunks[:split], chunks[split:])]
    view = seen(source(), claim("c1", texts[0]), claim("c2", texts[1]))
    said = "; ".join(data.draw(st.permutations(chunks)))
    assert why(view, said, "c1", "c2") is None


NUMBERS = st.one_of(
    st.integers(10**8, 10**9).map(str),
    st.integers(10**8, 10**9).map("{:,}".format),
    st.integers(2, 9).map("0.0{}7".format),
    st.sampled_from(
        ["ninety-nine", "17 %", "−17", "3 ng/ml", "\uff17\uff17", "\u0667\u0667", "4⅞", "a dozen"]
    ),
)
NAMES = st.one_of(
    st.text(string.ascii_lowercase, min_size=5, max_size=9).map(lambda name: f"X{name}"),
    st.text(string.ascii_uppercase, min_size=5, max_size=9),
    st.sampled_from(["Aspirin", "NGF", "5-HT1A", "IL-8", "TGF-β2", "p53", "Ωmega", "Жизнь"]),
)


@given(CHUNKS, NUMBERS | NAMES, st.data())
def test_what_is_not_in_the_evidence_is_rejected(
    chunks: list[str], strange: str, data: st.DataObject
) -> None:
    """One number or name that no cited claim has, at any place, is one too many."""
    view = seen(source(), claim("c1", "; ".join(chunks)), claim("c2", f"Of another: {strange}"))
    place = data.draw(st.integers(0, len(chunks)))
    said = "; ".join([*chunks[:place], strange, *chunks[place:]])
    assert "that n" in (why(view, said, "c1") or "")
    assert why(view, said, "c1", "c2") is None


@given(CHUNKS, st.permutations(["c1", "c2", "c3"]), st.integers(1, 3))
def test_order_of_citations(chunks: list[str], order: Sequence[str], count: int) -> None:
    """In which order claims are cited, and how often, changes nothing."""
    texts = ["Semax raised BDNF by 5 %", "12 rats", "IL-6"]
    view = seen(source(), *(claim(f"c{n}", text) for n, text in enumerate(texts, 1)))
    said, cited = "; ".join(chunks), order[:count]
    verdict = why(view, said, *sorted(cited)) is None
    assert (why(view, said, *cited) is None) == verdict
    assert (why(view, said, *cited, *cited) is None) == verdict


# -- numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        ("in 1,234 people", "1234 people"),
        ("in 10 000 people", "10,000 people"),
        ("in 1.234.567 people", "1234567 people"),
        ("p = 0.050", "p < .05"),
        ("rose by 0,5 %", "rose by 0.5 per cent"),
        ("5mg", "5 mg"),
        ("5 milligrams", "5 mg"),
        ("50 μg/mL", "50 mcg/ml"),
        ("10 mg/kg/day", "10 mg per kg per day"),
        ("5%", "five percent"),
        ("5–10 mg", "from 5 mg to 10 mg"),
        ("between 5 and 10 mg", "5-10 mg"),
        ("twenty-one rats", "21 rats"),
        ("two hundred and fifty", "250"),
        ("1.5 million", "1,500,000"),
        ("3 thousand", "three thousand"),
        ("two dozen", "24"),
        ("½ of them", "half of them"),
        ("1/2 of them", "0.5 of them"),
        ("5½ h", "5.5 hours"),
        ("2-fold", "twice"),
        ("doses of −5", "doses of -5"),
        ("\u0665 rats", "\uff15 rats"),
        ("12-week treatment", "treatment of twelve weeks"),
        ("10⁹ cells", "10^9 cells"),
        ("of 12/20", "12/20"),
    ],
)
def test_the_same_number(evidence: str, said: str) -> None:
    """A number is compared by its value and its unit, however both are written."""
    assert wrong(evidence, said) is None


@pytest.mark.parametrize(
    ("evidence", "said", "shown"),
    [
        ("5 mg", "5 %", "5 %"),
        ("5 %", "5 mg", "5 mg"),
        ("5 %", "5 people", "5"),
        ("12 weeks", "12 patients", "12"),
        ("12 patients", "12 weeks", "12 weeks"),
        ("5 mM", "5 mm", "5 mm"),
        ("5 mg", "5 mg/kg", "5 mg/kg"),
        ("rose by −5", "rose by 5", "5"),
        ("5 to 10 mg", "5 to 15 mg", "15 mg"),
        ("5 people took 10 mg", "5-10 mg", "5"),
        ("1.234", "1,234", "1,234"),
        ("10 000 people", "10 people", "10"),
        ("10⁹ cells", "109 cells", "109"),
        ("10^6 cells of 9", "10^9 cells", "10^9"),
        ("5-HT2A", "5 people", "5"),
        ("IL-6", "6 people", "6"),
        ("twenty rats", "twenty-one rats", "twenty-one"),
        ("three", "three thousand", "three thousand"),
        ("half", "twice", "twice"),
        ("once", "a dozen", "dozen"),
        ("5", "5⅓", "5 1"),
        ("1" * 70, "1" * 69, "111"),
    ],
)
def test_another_number(evidence: str, said: str, shown: str) -> None:
    """A number of another value, sign or unit is another number; the reason shows it."""
    reason = wrong(evidence, said) or ""
    assert f" '{shown}" in reason
    assert reason.endswith("is not in c1")


# -- names -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        ("TGF-β1", "TGF-beta1, TGFβ1, TGF beta 1 and TGF β1"),
        ("5-HT2A", "5HT2A; 5 HT2A"),
        ("5HT2A", "5-HT2A"),
        ("IL-6", "IL6; IL 6"),
        ("omega-3", "Omega 3"),
        ("semax", "Semax's; Semax\u2019s"),
        ("the neurotrophin BDNF", "Neurotrophins such as BDNF"),
        ("Müller", "MULLER"),
        ("\uff33emax", "Semax"),
        ("Semax and BDNF", "Semax-treated, BDNF-dependent, anti-BDNF"),
        ("BDNF and TrkB", "BDNF-TrkB"),
        ("A-1-B-2-C-3", "A-1-B-2-C-3 acts"),
        ("Semax\u00ad", "Se\u200bmax"),
        ("helps", "It helps. This helps! However, it helps."),
    ],
)
def test_the_same_name(evidence: str, said: str) -> None:
    """A name is compared without case, accents, plural, possessive and hyphens."""
    assert wrong(evidence, said) is None


@pytest.mark.parametrize(
    ("evidence", "said", "shown"),
    [
        ("Semax raised BDNF", "Aspirin raised BDNF", "Aspirin"),
        ("Semax raised BDNF", "Semax raised NGF", "NGF"),
        ("TNF-\u03b1 fell", "TNF-β fell", "TNF-β"),
        ("TNF-\u03b1 fell", "TNF-gamma fell", "TNF-gamma"),
        ("IL-6 fell; of 8", "IL-8 fell", "IL-8"),
        ("omega-3; 6", "omega-6", "omega-6"),
        ("study-3 of 6", "study-6", "study-6"),
        ("A-1-B-2-C-3 and C-4", "A-1-B-2-C-4", "A-1-B-2-C-4"),
        ("5-HT2A", "5-HT1A", "5-HT1A"),
        ("mRNA", "tRNA", "tRNA"),
        ("it helps", "IT helps", "IT"),
        ("rats", "Rats and Mice", "Mice"),
        ("rats ran", "rats ran In the maze", "In"),
        ("helps", "Helps. Aspirin too.", "Aspirin"),
        ("phase 2", "phase II", "II"),
        ("Semax", "Семакс", "Семакс"),
        ("it acts", "it acts [c99]", "c99"),
    ],
)
def test_another_name(evidence: str, said: str, shown: str) -> None:
    """A name that is not in the evidence is rejected, and the reason shows it."""
    reason = wrong(evidence.replace("it helps", "that helps"), said) or ""
    assert reason == f"it names {shown!r}, and that name is not in c1"


# -- what is evidence --------------------------------------------------------------------


def test_all_that_a_claim_and_its_source_say() -> None:
    """Text, quote, subject, tier and the source's description bear a sentence out, nothing else."""
    about = About(components=("bdnf",), outcome="Recall in 30 min", population="Wistar rats")
    paper = source(
        title="Memory in 16 rats",
        authors=("Ashmarin IP", "García-López M"),
        venue="Neurosci Lett",
        published="1997-04",
        locators=("doi:10.1016/s0304-3940(97)00001-2", "pmid:9143001"),
    )
    mapped = ComponentMapped(id="bdnf", component="BDNF", layer="growth factor signalling")
    tagged = claim("c1", "it helps", tier="preclinical", about=about, quote="by 12 %")
    view = seen(mapped, paper, tagged, claim("c2", "Of 77"))
    said = (
        "Preclinical: by 12 %, 30 min, Wistar, BDNF, 16 rats; Ashmarin and Garcia-Lopez (Neurosci "
        "Lett 1997), PMID 9143001, doi:10.1016/S0304-3940(97)00001-2."
    )
    assert why(view, said, "c1") is None
    assert why(view, "Of 9143001", "c1") is not None
    assert why(view, "Of 3940", "c1") is not None
    assert why(view, "Of 77", "c1") == "it says '77', and that number is not in c1"


def test_hidden_words_bear_nothing_out() -> None:
    """A quote that was erased is no evidence any more."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(source(), claim("c1", "it helps", quote="by 12 %"), by="curator")
        assert why(ledger.view(), "it helps by 12 %", "c1") is None
        ledger.erase(2, "quote", reason="asked", by="curator")
        assert why(ledger.view(), "it helps by 12 %", "c1") is not None
        assert why(ledger.view(), "it helps", "c1") is None


def test_a_meaning_turned_round_is_not_seen() -> None:
    """What the check does not prove: words that are no names are not compared."""
    assert wrong("Semax raised BDNF in rats", "Semax did not raise BDNF in patients") is None


# -- citations ---------------------------------------------------------------------------

VIEW = seen(
    *(source(f"s{n}") for n in range(1, 8)),
    claim("c1", "it helps"),
    claim("c2", "it helps"),
    claim("c3", "it helps", "s2"),
    claim("c4", "it helps", "s3"),
    claim("c5", "it helps", "s4", assertion="automatic"),
    claim("c6", "it helps", "s5"),
    claim("c7", "it helps", "s6"),
    claim("c8", "it helps", "s7"),
    ClaimWithdrawn(claim="c2", why="misread"),
    Reviewed(target="claim:c3", verdict="rejected"),
    SourceFlagged(source="s3", status="retracted", according_to="the journal"),
    SourceLinked(source="s6", other="s5", relation="duplicate-of"),
)


@pytest.mark.parametrize(
    ("citations", "expected"),
    [
        ((), "it cites nothing"),
        (("c9",), "it cites c9, which is no claim of this ledger"),
        (("\x1b" * 10**6,), "which is no claim of this ledger"),
        (("c8",), "it cites c8, which was not retrieved for this question"),
        (("c1", "c2"), "it cites c2, which was withdrawn"),
        (("c3",), "it cites c3, which a reviewer rejected, or whose source a reviewer rejected"),
        (("c4",), "it cites c4, whose source was retracted"),
        (("c5",), "it cites c5, which was asserted automatically and nobody has reviewed"),
        (("c7",), "it cites c7, whose source is a duplicate of another that counts"),
        (("c1",) * (MOST_CITATIONS + 1), "it has more than 50 citations"),
        (("c1",) * 10**6, "it has more than 50 citations"),
        (("c1",) * MOST_CITATIONS, None),
    ],
)
def test_citations_that_do_not_stand(citations: tuple[str, ...], expected: str | None) -> None:
    """Every citation is of a claim that is there, was retrieved, and counts."""
    retrieved = frozenset(VIEW.claims) - {"c8"}
    reason = check_sentence(VIEW, Sentence(text="it helps", citations=citations), retrieved)
    assert reason is None if expected is None else (reason or "").endswith(expected)
    assert len(reason or "") < 200
    assert (reason or "").isprintable()


def test_every_reason_has_its_words() -> None:
    """Whatever keeps a claim from counting keeps it from being cited, with the reason."""
    for reason, ids in VIEW.counted.left_out.items():
        for id in ids:
            assert why(VIEW, "it helps", id), reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it helps [c1].", None),
        ("it helps [c1, c6]; it helps [c6].", None),
        ("it helps [c8].", "it cites c8 in its text, and not among its citations"),
        ("it helps [c1; c8].", "it cites c8 in its text, and not among its citations"),
    ],
)
def test_citations_within_the_text(text: str, expected: str | None) -> None:
    """What is cited in brackets is among the sentence's citations."""
    assert why(VIEW, text, "c1", "c6") == expected


# -- hostile sentences -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "it is empty"),
        (" \n\u200b…", "it is empty"),
        ("x" * 10**6, "it has 1000000 characters; a sentence has at most 2000"),
        ("it helps \ud800", "it holds half a character, which no file can hold"),
        ("A\x1b[31m5", "it names '31m5', and that name is not in c1"),
        ("X" * LONGEST, f"it names '{'X' * 60}…', and that name is not in c1"),
    ],
)
def test_no_sentence(text: str, expected: str) -> None:
    """What is empty, too long, or no text is rejected, and reasons stay short."""
    assert why(VIEW, text, "c1") == expected


@pytest.mark.parametrize(
    "text",
    [
        *("1" * 60_000, "1 " * 10**4, "1,22" + ",22" * 10**4, "1/" * 10**4, "two " * 10**4),
        *("5 million " * 6_000, "A-" * 10**4, "1-" * 10**4, "e" + "\u0301" * 10**4, "\x00" * 10**4),
    ],
    ids=lambda text: repr(text[:8]),
)
def test_hostile_evidence(text: str) -> None:
    """A claim without end is read as far as a sentence may need, and quoted from its start."""
    view = seen(source(), claim("c1", text))
    start = text[: LONGEST - 20].rpartition(" ")[0]
    for said in filter(None, (start, "it helps")):
        assert why(view, said, "c1") in (None, "it is empty")


# -- the answerer that quotes ------------------------------------------------------------


def matches(view: View) -> tuple[Match, ...]:
    """Return all claims as matches, the first the best."""
    return tuple(Match(entry=f"claim:{id}", weight=1.0) for id in view.claims)


def quoted(view: View) -> list[str]:
    """Return the claims that the answerer quotes."""
    answer = Extractive().answer(view, "Does it help?", matches(view))
    return [id for sentence in answer for id in sentence.citations]


@settings(max_examples=50)
@given(stories(min_size=8))
def test_every_quotation_is_borne_out(story: Story) -> None:
    """Whatever happened to a ledger, what is quoted from it stands, and its words are its own."""
    view = story.view(PLUGINS)
    retrieved = frozenset(view.claims)
    for sentence in Extractive().answer(view, "Does it help?", matches(view)):
        assert check_sentence(view, sentence, retrieved) is None
        (cited,) = sentence.citations
        assert sentence.text == view.claims[cited].text
    counted = [id for id in view.counted.claims if any(map(str.isalnum, str(view.claims[id].text)))]
    if any(isinstance(view.claims[id].text, str) for id in counted):
        assert quoted(view)


@settings(max_examples=50)
@given(st.lists(TEXTS.filter(lambda text: any(map(str.isalnum, text))), min_size=1, max_size=100))
def test_long_claims_are_cut(texts: list[str]) -> None:
    """A claim that is too long for a sentence is cut where a sentence or a word ends."""
    text = " ".join([*texts, "word " * 500])
    view = seen(PAPER, claim("c1", text), claim("c2", "word"))
    for sentence in Extractive().answer(view, "", matches(view)[:1]):
        start, ellipsis, rest = sentence.text.rpartition("…")
        assert len(sentence.text) <= LONGEST
        assert (ellipsis, rest) == ("…", "")
        assert text.startswith(start)
        assert why(view, sentence.text, "c1") is None


def test_where_long_claims_are_cut() -> None:
    """The last whole sentence is given; where there is none, the last whole words."""
    sentences = " ".join(f"It was seen in {number} rats." for number in range(1_000))
    words = " ".join(f"seen in {number} rats" for number in range(1_000))
    for text, end in ((sentences, r"It was seen in \d+ rats\.…"), (words, r" (seen|in|rats|\d+)…")):
        view = seen(source(), claim("c1", text))
        (given_,) = Extractive().answer(view, "", matches(view))
        assert re.search(f"{end}\\Z", given_.text)
        assert LONGEST - 100 < len(given_.text) <= LONGEST


SIDES = st.lists(
    st.tuples(
        st.sampled_from(["supports", "contradicts", "mixed"]),
        st.sampled_from(["pain", "sleep", "mood", None]),
    ),
    min_size=1,
    max_size=12,
)


@given(SIDES)
def test_both_sides_are_quoted(sides: list[tuple[str, str | None]]) -> None:
    """At most five, the best among them; none without the other side, where that matches, too."""
    tagged = [
        claim(f"c{n}", "it acts", stance=stance, about=About(outcome=outcome) if outcome else None)
        for n, (stance, outcome) in enumerate(sides)
    ]
    view = seen(source(), *tagged)
    given_ = quoted(view)
    assert given_ == [id for id in view.claims if id in given_]
    assert min(len(sides), 4) <= len(given_) <= 5
    assert given_[0] == "c0"
    if {"supports", "contradicts"} <= {stance for stance, _ in sides}:
        assert {"supports", "contradicts"} <= {view.claims[id].stance for id in given_}
    for id in given_:
        against = view.counted.contradicted.get(id, ())
        assert not against or set(against) & set(given_)


def test_without_a_dispute_the_best_are_quoted() -> None:
    """Where all take one side, the first five are quoted, in their order."""
    view = seen(source(), *(claim(f"c{n}", "it acts") for n in range(9)))
    assert quoted(view) == ["c0", "c1", "c2", "c3", "c4"]
