"""Sentences that claim more than they cite are rejected, and honest ones in other words are not."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evledger
from evledger import ClaimTagged, Event, Plugins, SourceAdded, View
from evledger.asking import Sentence, check_sentence
from evledger.demo import build


@functools.cache
def seen(*events: Event) -> View:
    """Return the view of a new ledger that took these events."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(*events, by="curator")
        return ledger.view()


def paper(**fields: object) -> SourceAdded:
    """Return a paper."""
    return SourceAdded(**{"id": "s1", "kind": "journal-article", "title": "a study", **fields})  # type: ignore[arg-type]  # whatever a test gives


def claim(id: str, text: str, source: str = "s1") -> ClaimTagged:
    """Return a claim of a paper."""
    return ClaimTagged(id=id, source=source, text=text, tier="human", stance="supports")


def why(view: View, text: str, *citations: str) -> str | None:
    """Return what is wrong with a sentence, where all claims were retrieved."""
    sentence = Sentence(text=text, citations=citations)
    return check_sentence(view, sentence, frozenset(view.claims))


def wrong(evidence: str, text: str) -> str | None:
    """Return what is wrong with a text that cites one claim of these words."""
    return why(seen(paper(), claim("c1", evidence)), text, "c1")


def cells(text: str) -> list[str]:
    """Take apart what bars and lines divide."""
    return [cell.strip() for line in text.strip().splitlines() for cell in line.split("|")]


# -- units ---------------------------------------------------------------------------------

RATS = "Of 12 rats at 50 μg/kg, BDNF rose 1.4-fold in 3 h, as 3 papers say; 5 mM and 5 mm."


@pytest.mark.parametrize(
    "said",
    [
        *cells("""
    12  mg|12 (mg)|(12) mg|[12] mg|12–mg|12 — mg|12_mg|12*mg|12 · mg|12 "mg"|12mgs|12 μg
    12 MG|12 Kg|12 KG|12 Mg/Kg|12 Ug|12 G|12 Min|12 IU/KG|12 MM|12/kg|12 per kg|12 / kg|12 a day
    12 each week|12 per 100 g|12 folds|12 pp|12 percentage points|12 %-points|12 ppm|12 ppb|12 cc
    $12|€12|£ 12|USD 12|12€|12 $|12 USD|12 dollars|12 euros|$12 million|12 micromolar
    12 nanomolar|12 millimolar|12 molar|12 microlitres|12 microliters|12 decilitres|12 ounces
    12 beats per minute|12 beats/min|12 bpm|12 degrees|12 degrees Celsius|12 °F|12 decades
    12 kilos|12 y|12 kilocalories|12 nanometres|12 hertz|12 months|12 mos|12 lb|one point five mg
    """),
        *("12\x00mg", "12\nmg", "12\xa0mg", "12\u200bmg"),
    ],
)
def test_a_unit_is_seen_however_it_is_set(said: str) -> None:
    """What follows a number as its unit, past brackets and dashes and in any case, is its unit."""
    reason = wrong(RATS, f"It was {said} in rats.") or ""
    assert reason.startswith("it says '")


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        ("12 mg", "12 MG, 12  mg, 12 (mg) and 12–mg"),
        ("12 mg/kg", "12 Mg/Kg"),
        ("12 %", "12 percent"),
        ("rose by 12 pp", "rose by 12 percentage points"),
        ("$12", "12 dollars or 12 USD"),
        ("5 μM", "5 micromolar"),
        ("12 bpm", "12 beats per minute"),
        ("12 mg/d", "12 mg a day, or 12 mg daily"),
        ("12 folds", "12-fold"),
        ("in their 70s", "in their seventies"),
        ("(n = 12) of them", "12 of them"),
        ("12 posts on X", "12 X posts"),
    ],
)
def test_one_unit_in_two_spellings(evidence: str, said: str) -> None:
    """A unit is the same in words, in signs and in capitals."""
    assert wrong(evidence, said) is None


# -- numbers in words ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    cells("""
    doubled|doubles|doubling|a doubling|tripled|trebled|quadrupled|quadrupling|quintupled|halved
    halves|halving|minus 3 h|minus three h|nil|nought|naught|the seventies|her thirties|a third
    one third|an eighth|two thirds|three quarters|three-quarters|2 thirds|3 quarters|a quarter
    two and a half|a couple|two dozen|one hundred
    """),
)
def test_numbers_that_are_verbs_and_parts(said: str) -> None:
    """A verb that multiplies, a part and a sign in words are numbers as others."""
    reason = wrong(RATS, f"It was {said} in rats.") or ""
    assert reason.startswith("it says '")


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        ("rose 2-fold", "doubled: a doubling, twice as much, twofold"),
        ("fell by half", "halved"),
        ("quadrupled", "rose 4-fold"),
        ("−3 points", "minus three points, minus 3 points"),
        ("2/3 of them", "two thirds of them, two-thirds"),
        ("¾ of them", "three quarters of them"),
        ("2.5 rats", "two and a half rats"),
        ("a third of them", "one third of them"),
        ("0 deaths", "nil deaths, nought deaths"),
        ("the third trial", "the third trial"),
        ("in 12 rats", "one of the studies, one study, in one group"),
    ],
)
def test_one_number_in_two_words(evidence: str, said: str) -> None:
    """A number is the same in whatever words it is said."""
    assert wrong(evidence, said) is None


# -- links and handles -----------------------------------------------------------------------

LINKED = (
    paper(
        locators=("doi:10.1000/x1", "pmid:9143001", "url:https://lab.example/a"),
        url="https://journal.example/b",
        authors=("@carol",),
        community="r/peptides",
    ),
    claim("c1", "Semax acts, says dave@lab.example; see www.lab.example/c and u/erin."),
)


@pytest.mark.parametrize(
    "said",
    """
    https://evil.example/ http://evil.example/abc ftp://evil.example www.evil.example/abc
    evil.example evil.example/a www.lab.example/d https://lab.example/a/b mailto:dave@evil.example
    alice@example.org u/alice /u/alice user/alice r/evil @alice @dave doi:10.1000/x2
    10.1000/y https://doi.org/10.1000/x2 javascript:alert data:text/html,x xmpp:alice
    """.split(),  # noqa: SIM905  # a list of quoted words cannot be read
)
def test_a_pointer_that_nothing_cited_has(said: str) -> None:
    """A link, an address, a handle or an identifier is not let through on its letters' account."""
    for text in (f"semax acts: see {said}", f"semax acts ({said}).", f"{said} says semax acts"):
        reason = why(seen(*LINKED), text, "c1") or ""
        assert reason.startswith("it points to '") or "that n" in reason


@pytest.mark.parametrize(
    "said",
    """
    https://lab.example/a HTTPS://LAB.example/a lab.example/a https://journal.example/b @carol
    dave@lab.example www.lab.example/c https://www.lab.example/c u/erin /u/erin r/peptides
    doi:10.1000/X1 https://doi.org/10.1000/x1 pmid:9143001 e.g. and/or mg/kg
    https://pubmed.ncbi.nlm.nih.gov/9143001/
    """.split(),  # noqa: SIM905  # a list of quoted words cannot be read
)
def test_a_pointer_that_is_cited(said: str) -> None:
    """What the claims, their sources and their identifiers point to may be pointed to."""
    for text in (f"semax acts: see {said}", f"semax acts ({said}).", f"“{said}” says semax acts"):
        assert why(seen(*LINKED), text, "c1") is None


# -- spelling --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "s\u0435ven rats",
        "\u0131buprofen",
        "s\u0131x rats",
        "\u0440aracetamol",
        "met\u0261ormin",
        "\u03bfmega\u03bf",
    ],
)
def test_letters_of_another_alphabet(said: str) -> None:
    """A word of letters that look like others is a name, which the evidence must have."""
    assert "that name is not in c1" in (wrong("in some rats; it helps", f"it helps {said}") or "")
    assert wrong(f"it helps {said}", f"it helps {said}") is None


def test_a_dotless_letter_in_a_number_word() -> None:
    """A letter that only a careless comparison takes for another is no part of a number or unit."""
    assert wrong("5 rats", "5 m\u0131llion rats") is not None
    assert wrong("5 rats", "5 m\u0131nutes") is not None


@pytest.mark.parametrize("word", ["naïve", "Ελληνικά", "жизнь", "søvn", "größer", "αβγ"])
def test_words_of_one_alphabet(word: str) -> None:
    """A word of one alphabet, with accents or without, is spelt as words are."""
    assert wrong("it helps", f"it helps {word.lower()}") is None


@pytest.mark.parametrize("word", ["Notably", "Patients", "Overall", "Yes", "Helpful", "Helping"])
def test_a_word_that_opens_a_sentence(word: str) -> None:
    """An adverb, an everyday word, or another form of a word of the evidence begins a sentence."""
    assert wrong("it helps", f"{word}, it helps. {word} it helps.") is None
    assert "that name" in (wrong("it helps", f"it helps, {word}") or "") or word.startswith("Help")
    assert "that name" in (wrong("it helps", f"{word.upper()}, it helps") or "")


@pytest.mark.parametrize(
    "word", ["Emily", "Italy", "Lilly", "Kimberly", "Helsinki", "Hel", "Moscow"]
)
def test_a_name_that_opens_a_sentence(word: str) -> None:
    """A name at the beginning of a sentence is a name, whatever it ends in or begins with."""
    assert "that name" in (wrong("it helps", f"{word}, it helps") or "")


# -- ids and marks ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("60", "BDNF rose by [60] %."),
        ("60", "BDNF rose by [60]% in rats."),
        ("60", "BDNF rose by 60."),
        ("60", "BDNF rose by 4[60]0."),
        ("60", "BDNF rose by$[60]mg."),
        ("mg", "In 12 [mg] of rats, BDNF rose."),
        ("60", "BDNF rose by [60] a day."),
        ("60", "BDNF rose by 5[60]."),
        ("ibuprofen", "Ibuprofen raised BDNF."),
        ("c3", "C3 raised BDNF."),
    ],
)
def test_ids_bear_nothing_out(id: str, said: str) -> None:
    """What a curator calls a claim is no evidence, and no mark stands where a number would."""
    view = seen(paper(), claim(id, "BDNF rose in 12 rats."))
    assert "that n" in (why(view, said, id) or "")


@pytest.mark.parametrize(
    "said",
    [
        "BDNF rose [60].",
        "BDNF rose[60].",
        "BDNF rose [60] in rats.",
        "BDNF [60, c1] rose.",
        "[60][c1] BDNF",
    ],
)
def test_marks_of_citations(said: str) -> None:
    """A mark of a citation, between words or at the end, is taken for what it is."""
    view = seen(paper(), claim("60", "BDNF rose in rats."), claim("c1", "BDNF rose."))
    assert why(view, said, "60", "c1") is None


_PIECES = (
    "5 12 mg MG kg ( ) [ ] / _ – * % $ € a third quarters and half minus doubled nil seventies one "
    "point studies Two Three https://x.example/a @a u/bob x@y.example doi:10.1000/x1 www.a.example "
    "\u0131 s\u0435ven Animals Really [c1] . - 10.1000/x1[c1] a.bc : daily per 1 2 …"
)
PIECES = st.sampled_from(_PIECES.split())


@given(st.lists(PIECES | st.sampled_from(["", " ", " ", " "]), max_size=14).map("".join))
def test_a_quotation_is_borne_out(text: str) -> None:
    """Whatever a claim says, quoting it is borne out."""
    if any(map(str.isalnum, text)):
        view = seen(paper(locators=("doi:10.1000/x1",)), claim("c1", text))
        for quoted in (text, f"“{text}”", f" {text} ", f"{text} [c1]", f"{text} …"):
            assert why(view, quoted, "c1") is None


# -- honest sentences, and false ones, about a real ledger -----------------------------------


@functools.cache
def demo() -> View:
    """Return the view of the ledger that the demonstration builds."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        return build(store)[0].view()


def table(text: str) -> list[tuple[tuple[str, ...], str]]:
    """Take a table apart: on each line citations, and a sentence."""
    rows = (line.split("|") for line in text.strip().splitlines())
    return [(tuple(cited.split()), said.strip()) for cited, said in rows]


HONEST = table("""
c1 | Rats that were given Semax had more BDNF protein in the basal forebrain.
c1 | Binding of Semax to specific sites was seen in the rat basal forebrain.
c2 | Animals treated with Semax showed higher expression of BDNF and its receptor TrkB.
c2 | Behavioural changes went along with the rise in hippocampal BDNF and TrkB.
c3 | Gene expression of both BDNF and NGF rose rapidly in the hippocampus and the frontal cortex.
c4 | Patients who had a stroke recovered better, and their plasma BDNF was higher, on Semax.
c4 | In people after stroke, Semax went with raised BDNF in plasma and improved motor scores.
c5 | One review proposes Semax for ADHD because of what it does to BDNF and dopamine.
c5 | Reviewers have suggested that Semax may suit people with ADHD.
c1 c2 | Two animal studies found that Semax increases BDNF.
c1 c2 c3 | Three studies in rats point the same way: BDNF goes up after Semax.
c6 | Compared with other nootropics, Semax too raised hippocampal BDNF in rats.
c7 | Protein and gene expression data fit a protective effect of Semax under ischaemia.
c8 | Chronic stress lowered BDNF in the hippocampus of rats, and Semax reversed this.
c8 | Stressed rats behaved as if they had been given an antidepressant.
c9 | Trials in people, as one overview tells, have looked at mood, cognition and stroke recovery.
c10 | Neurotrophins such as BDNF, and the receptor TrkB, are said to be how Semax works.
c11 | Evidence for clearer thinking comes from stroke, brain injury and healthy volunteers.
c12 | One Reddit user reported a bad experience and blamed lower BDNF afterwards.
c13 | Sceptics on Reddit doubt how much the BDNF research can support.
c14 | Melanocortin signalling is how one thread explains the rise in BDNF.
c15 | Someone with a brain injury got back their memory for conversations within days.
c16 | After taking it for a week, a user noticed some improvement in mood.
c17 | Users who took it for long describe drive and learning, but also fatigue and flat emotions.
c18 | Anecdotally, mood, memory and clarity improved lastingly with the nasal form.
c19 | A person with attention problems reported better focus and mood on NA-Semax.
c20 | Taken in cycles, injections were said to improve focus and recall.
c21 | Two days into using the spray, energy and motivation were better.
c22 | Injections are said to last longer than the spray, which acts faster.
c23 | Stacked with Selank and DSIP, it improved focus, calm and dreaming.
c24 | Sleep and food still come first, a user reminds us, though the head was clearer after a week.
c25 | Yes, mood, speech and output rose a little, but it does not replace stimulants.
c27 | Next to a stimulant such as Vyvanse, little was noticed.
c28 c30 | Two posts saw no strong effect.
c32 | Tolerance set in within 3 weeks, after focus and anxiety had improved at first.
c31 | Other ways of raising BDNF are held to be better, and dopamine is hardly affected.
c36 | High amounts made one user irritable, although motivation and memory improved.
c33 c18 | Overall, long-term users speak of focus, memory and mood.
c39 c43 | Stroke data are passed on in two posts, which mention BDNF.
c1 c2 c4 | Taken together, one study in patients and two in rats link Semax to more BDNF.
c1 | Protein levels of BDNF went up in the rats' basal forebrain.
c2 | Alongside behavioural changes, TrkB and BDNF rose in the hippocampus.
c3 | Within the frontal cortex as well, NGF and BDNF were switched on.
c4 | Recovery was better in those with higher plasma BDNF.
c4 | Motor function improved in patients after stroke.
c5 | ADHD has been suggested as an indication in a single review.
c6 | Nootropics were compared in rats; Semax was among those that raised BDNF.
c7 | Neuroprotection is what the expression data suggest.
c8 | Semax prevented a stress-induced drop in BDNF.
c9 | Cognition, mood and recovery from stroke are covered by one overview.
c10 | Research overviews describe effects of Semax on TrkB.
c11 | Healthy volunteers, too, were studied.
c12 | Turning down of BDNF afterwards was blamed by a Reddit user.
c13 | Doubts about the BDNF research were raised in a thread.
c14 | Raised BDNF was credited to melanocortin signalling.
c15 | Nasal use brought back memory after brain injury, says a post.
c16 | Low mood and anxiety eased somewhat in a one-week trial.
c17 | Tiredness and flat emotions came with long use.
c18 c20 | Both nasal sprays and injections were praised.
c19 | NA-Semax helped with focus, according to someone with attention problems.
c20 | Injected in cycles, it steadied mood.
c21 | Getting started was easier after 2 days of the spray.
c22 | Sprays work sooner; injections last.
c23 | Dreams became more vivid with Selank and DSIP.
c24 | Good sleep and food matter more.
c25 | Speech got slightly better.
c26 | Origin does not matter to one user, who trusts the testimonials.
c28 | No effect was noticed with one vendor's product.
c29 | Every day, the pair was injected, and it felt excellent.
c31 | Dopamine is little affected, one sceptic argues.
c32 | Within three weeks, the effect wore off.
c34 | Adamax is rated above Semax.
c35 | Sight seemed sharper on day one.
c36 | Irritability was felt at high amounts.
c37 | An even effect is why injection is preferred.
c43 | Faster recovery from stroke was linked with more BDNF.
c1 c2 c3 | All three studies were done in rats.
c12 c28 | Not everyone benefits: two users report nothing or a bad experience.
c16 c17 c32 | Mixed reports mention tolerance, tiredness and some lift in mood.
c38 | Researchers use Semax as a tool for studying BDNF.
""")

FALSE = table("""
c1 | In mice, Semax raised NGF in the basal forebrain.
c1 | In 12 rats, Semax bound to specific sites.
c1 | BDNF protein doubled in rats given Semax.
c1 | Selank raised BDNF in the basal forebrain.
c1 | Two animal studies found more BDNF protein.
c1 | Three studies found more BDNF protein.
c1 | Cerebrolysin acts on BDNF in rats.
c2 | Hippocampal BDNF rose by 40 % in rats given Semax.
c2 | BDNF and TrkA expression rose in rats given Semax.
c2 | BDNF and TrkB tripled in rats.
c2 | BDNF rose 1.4-fold in rats.
c2 | Rats were given 50 μg/kg of Semax.
c2 | Rats were given 12 (mg) of Semax.
c2 | Moscow rats had more BDNF.
c3 | BDNF and GDNF genes switched on quickly.
c3 | BDNF rose within 20 minutes in rat hippocampus.
c3 | In 2018, BDNF genes were seen to switch on in rats.
c3 | BDNF rose in half of the rats.
c4 | In 110 patients with stroke, Semax raised plasma BDNF.
c4 | In one hundred and ten patients, Semax raised plasma BDNF.
c4 | Two thirds of stroke patients had higher plasma BDNF.
c4 | Three quarters of stroke patients recovered.
c4 | A third of stroke patients recovered.
c4 | Patients in their seventies had higher plasma BDNF.
c4 | Gusev saw higher plasma BDNF in stroke patients.
c4 | Alteplase gave stroke patients higher plasma BDNF.
c4 | Stroke patients given Semax had higher plasma IL-6.
c4 | The study was published in 2019.
c4 | Motor scores improved (p = 0.01).
c4 | Motor scores improved by 5 points.
c4 | See https://evil.example/ for stroke patients and BDNF.
c4 | Ask alice@example.org about stroke and BDNF.
c4 | Write to @alice about stroke and Semax.
c5 | A review argues that Semax is better than Ritalin for ADHD.
c5 | Two reviews make Semax a candidate for ADHD.
c5 | A review makes Semax a candidate for PTSD.
c5 | Methylphenidate is a worse candidate for ADHD.
c6 | Among several nootropics, Noopept raised BDNF.
c6 | Among 5 nootropics, Semax raised BDNF most.
c7 | Ischaemia shrank by 30 % with Semax.
c7 | Protein expression was seen in 2020.
c8 | In stressed rats Semax acted like Prozac.
c8 | In stressed rats, BDNF halved and Semax undid it.
c8 | Fluoxetine undid the fall in BDNF.
c9 | Four trials in people looked at BDNF.
c9 | FDA trials in people looked at mood.
c10 | Semax acts on BDNF and p75.
c11 | An article weighs data of 500 volunteers.
c12 | Two Reddit users had bad experiences.
c12 | One Twitter user had a bad experience.
c12 | As u/alice says, BDNF was turned down afterwards.
c12 | s\u0435ven users had a bad experience.
c15 | Memory came back within 3 days of nasal use.
c15 | Memory came back within one week of nasal use.
c16 | A two-week trial gave some lift in mood.
c16 | A week's trial cost $50, with some lift in mood.
c17 | Long use of 6 months brought drive.
c19 | Someone with attention problems took 600 mcg of NA-Semax.
c20 | Cycled injections of 1 mg gave focus.
c21 | Energy improved three days into a nasal spray.
c22 | The spray acted 15 minutes sooner.
c23 | Combined with Selank and Epitalon, focus improved.
c25 | Mild lift in mood; no stand-in for Adderall.
c27 | Beside Concerta the effect was slight.
c32 | Tolerance came within two weeks.
c32 | Tolerance came within three months.
c32 | Tolerance came within 3  days.
c35 | Vision was sharper by a fifth on a first day.
c28 c30 | Three posts saw no strong effect.
c28 c30 | Five users saw no strong effect.
c39 | Pfizer cites rat data on BDNF.
c43 | Emily passes on stroke data about BDNF.
""")


def test_long_quotation_of_a_link() -> None:
    """A quotation that is cut off behind a link is borne out."""
    view = seen(paper(), claim("c1", "See https://doi.org/10.1000/x and www.a.example/b at last."))
    assert why(view, "See https://doi.org/10.1000/x…", "c1") is None
    assert why(view, "See https://doi.org/10.1000/x and www.a.example/b…", "c1") is None


@pytest.mark.parametrize("said", ["one in rats", "one point five", "rose by one", "two in rats"])
def test_a_number_that_counts_nothing_cited(said: str) -> None:
    """A number passes as a count of what is cited only before a noun for that."""
    assert "that number" in (wrong("Of 5 rats, BDNF", f"BDNF, {said}") or "")


@pytest.mark.parametrize(
    ("said", "cited", "is_right"),
    [
        ("Two animal studies agree.", "c1 c2", True),
        ("2 papers agree.", "c1 c2", True),
        ("Two studies agree.", "c1 c3", False),
        ("Two of the rats in studies died.", "c1 c2", False),
        ("Two weeks of studies agree.", "c1 c2", False),
        ("Three studies agree.", "c1 c2 c3", False),
    ],
)
def test_a_count_of_what_is_cited(said: str, cited: str, *, is_right: bool) -> None:
    """The number of sources that a sentence cites is borne out by its citing them."""
    view = seen(
        paper(),
        paper(id="s2"),
        *map(claim, ("c1", "c2", "c3"), ["it helps"] * 3, ("s1", "s2", "s1")),
    )
    assert (why(view, said, *cited.split()) is None) == is_right


def test_the_tables_are_large_enough() -> None:
    """The share below is one of eighty sentences, beside at least sixty false ones."""
    assert len(HONEST) == 80
    assert len(FALSE) >= 60


def test_honest_sentences_stand() -> None:
    """Of what people write about real claims in words of their own, nine in ten pass."""
    rejected = [(said, found) for cited, said in HONEST if (found := why(demo(), said, *cited))]
    assert len(rejected) <= len(HONEST) // 10, rejected


@pytest.mark.parametrize(("cited", "said"), FALSE, ids=[said[:40] for _, said in FALSE])
def test_false_sentences_do_not(cited: tuple[str, ...], said: str) -> None:
    """A number, a name or a link that the claims do not have is seen, in whatever guise."""
    assert "is not in " in (why(demo(), said, *cited) or "")
