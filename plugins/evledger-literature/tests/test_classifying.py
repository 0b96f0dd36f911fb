"""What a record is taken for, and that its basis is in the record."""

from __future__ import annotations

import re
from typing import Any, Final, get_args

import attrs
import pytest
from evledger_literature.classifying import Judgement, classify
from evledger_literature.notices import plain_words
from evledger_literature.records import Record
from evledger_literature.wordlists import HEADINGS, KINDS, TYPES
from hypothesis import given
from hypothesis import strategies as st

from evledger.events import DEFAULT_TIERS, SourceKind
from evledger.importing import ItemLink

TIERS: Final = {tier.slug for tier in DEFAULT_TIERS}
CLAIMING: Final = {"book", "journal-article", "preprint", "report", "review", "trial"}

phrases = st.sampled_from(sorted((*KINDS, *TYPES, "retraction", "misc", "gen", "support")))
headings = st.sampled_from(sorted((*HEADINGS, "Brain", "Mice, Inbred C57BL")))
titles = st.text() | st.lists(
    st.sampled_from(
        ("meta-analysis", "protocol for", "in rats", "patients", "in patients", "Erratum:")
    )
).map(" ".join)
records = st.builds(
    Record,
    place=st.just("record 1"),
    format=st.sampled_from(("PubMed", "RIS", "Crossref")),
    title=st.none() | titles,
    abstract=st.none() | titles,
    venue=st.none() | st.sampled_from(("bioRxiv", "Nature", "'")),
    url=st.none() | st.just("https://example.org/a"),
    identifiers=st.lists(
        st.sampled_from(("doi:10.1101/123456", "doi:10.1000/x", "pmid:1", "isbn:9", "nct:1", "?"))
    ),
    types=st.lists(phrases, max_size=4),
    headings=st.lists(headings, max_size=4),
    phases=st.lists(st.just("Phase 2"), max_size=1),
)


def judged(**fields: Any) -> Judgement:
    """Judge a record with these fields, of PubMed if they do not say another format."""
    name = fields.pop("format", "PubMed")
    return classify(Record(place="record 1", format=name, **fields))


def article(*types: str, **fields: Any) -> tuple[str | None, str | None]:
    """Return the tier of a journal article, and its basis."""
    judgement = judged(types=(*types, "Journal Article"), **fields)
    return judgement.tier, judgement.tier_basis


@given(records)
def test_any_record(record: Record) -> None:
    """Every record has a kind of source; a tier of evidence comes with its reason, or neither."""
    judgement = classify(record)
    assert judgement.kind in get_args(SourceKind)
    assert judgement.kind_basis.startswith(f"{record.format}: ")
    assert judgement.tier is None or judgement.tier in TIERS - {"anecdotal"}
    assert (judgement.tier is None) == (judgement.tier_basis is None)
    assert judgement.tier is None or judgement.kind in CLAIMING
    assert judgement.tier or judgement.kind not in CLAIMING - {"trial"}


@given(records)
def test_basis_is_in_the_record(record: Record) -> None:
    """What a basis quotes stands in the record."""
    judgement = classify(record)
    has = [*record.types, *record.headings, record.title or "", record.abstract or ""]
    for basis in (judgement.kind_basis, judgement.tier_basis or ""):
        for quoted in re.findall(r"(?:type|MeSH|keyword|says) '([^']+)'", basis):
            assert any(quoted in text for text in has)


@given(records, st.randoms())
def test_order(record: Record, random: Any) -> None:
    """The order of types and headings decides nothing but what is quoted."""
    types, under = list(record.types), list(record.headings)
    random.shuffle(types)
    random.shuffle(under)
    fields = {name: getattr(record, name) for name in ("place", "format", "title", "abstract")}
    fields |= {name: getattr(record, name) for name in ("venue", "url", "identifiers", "phases")}
    other = classify(Record(**fields, types=types, headings=under))
    judgement = classify(record)
    assert (other.kind, other.tier) == (judgement.kind, judgement.tier)


@given(phrases, st.sampled_from(("-", "_", " ")), st.booleans())
def test_writing_of_types(phrase: str, joint: str, upper: bool) -> None:
    """It does not matter how a format writes the words of a type."""
    written = phrase.replace(" ", joint)
    written = written.upper() if upper else written
    assert judged(types=[written]).kind == judged(types=[phrase]).kind


@pytest.mark.parametrize("table", [KINDS, TYPES, HEADINGS], ids=["kinds", "types", "headings"])
def test_tables(table: dict[str, Any]) -> None:
    """Every phrase is written as types and headings are looked up."""
    assert [phrase for phrase in table if plain_words(phrase) != phrase] == []


# -- kinds -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("types", "kind"),
    [
        # PubMed and Europe PMC
        (["Journal Article"], "journal-article"),
        (["Journal Article", "Review"], "review"),
        (["Systematic Review", "Journal Article"], "review"),
        (["Meta-Analysis"], "review"),
        (["Editorial", "Comment"], "journal-article"),
        (["Journal Article", "Video-Audio Media"], "journal-article"),
        (["Journal Article", "Dataset"], "journal-article"),
        (["Preprint"], "preprint"),
        (["Published Erratum"], "other"),
        (["Retraction of Publication"], "other"),
        (["Journal Article", "Retracted Publication"], "journal-article"),
        (["research-article", "Journal Article"], "journal-article"),
        # Crossref, OpenAlex, DataCite
        (["journal-article"], "journal-article"),
        (["retraction", "journal-article"], "other"),
        (["posted-content", "preprint"], "preprint"),
        (["proceedings-article"], "report"),
        (["book-chapter"], "book"),
        (["dissertation"], "report"),
        (["peer-review"], "other"),
        (["article"], "journal-article"),
        (["JournalArticle"], "journal-article"),
        (["Dataset", "tabular"], "dataset"),
        (["StudyRegistration"], "trial"),
        (["Audiovisual"], "video"),
        # RIS, BibTeX, CSL
        (["JOUR"], "journal-article"),
        (["CHAP"], "book"),
        (["THES"], "report"),
        (["ELEC"], "web-page"),
        (["GEN"], "other"),
        (["inproceedings"], "report"),
        (["phdthesis"], "report"),
        (["online"], "web-page"),
        (["article-journal"], "journal-article"),
        (["motion_picture"], "video"),
        (["post-weblog"], "web-page"),
        # Embase, Scopus, Web of Science
        (["JOUR", "Conference Abstract"], "report"),
        (["JOUR", "Short Survey"], "review"),
        (["Article", "Proceedings Paper"], "journal-article"),
    ],
)
def test_types(types: list[str], kind: str) -> None:
    """The types of each vocabulary tell the kind; of several, the most special one does."""
    judgement = judged(types=types)
    assert judgement.kind == kind
    assert kind == "other" or any(f"'{text}'" in judgement.kind_basis for text in types)


@pytest.mark.parametrize(
    "doi",
    [
        "10.1101/123456",
        "10.1101/2020.03.22.20040758",
        "10.1101/2020.03.22.002386v2",
        "10.64898/2026.01.01.123456",
        "10.48550/arXiv.2111.09920",
        "10.21203/rs.3.rs-100956/v1",
        "10.31234/osf.io/abcde",
        "10.31219/osf.io/abcde",
        "10.20944/preprints202001.0001.v1",
        "10.26434/chemrxiv-2021-abcde",
        "10.2139/ssrn.3484444",
        "10.36227/techrxiv.12345",
        "10.22541/au.149693987.70506124",
    ],
)
def test_preprints(doi: str) -> None:
    """A preprint is known by its server's DOI, even where the type says article."""
    judgement = judged(types=["JOUR"], identifiers=[f"doi:{doi}"])
    assert judgement.kind == "preprint"
    assert doi.lower() in judgement.kind_basis


@pytest.mark.parametrize(
    "identifiers",
    [
        ["doi:10.1101/gad.123456.108"],  # a journal of the publisher whose server bioRxiv was
        ["doi:10.1101/lm.1234"],
        ["doi:10.1590/s0100-1234"],
        ["doi:10.2196/12345"],
        ["doi:10.1038/x", "doi:10.1101/123456"],
        ["pmid:1"],
    ],
)
def test_no_preprints(identifiers: list[str]) -> None:
    """A journal's DOI is no preprint's, nor is a paper one that names its preprint's too."""
    assert judged(types=["JOUR"], identifiers=identifiers).kind == "journal-article"


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"identifiers": ["pmid:1"]}, "journal-article"),
        ({"identifiers": ["isbn:9781605587301"]}, "book"),
        ({"identifiers": ["nct:NCT00680992"]}, "trial"),
        ({"venue": "The Lancet"}, "journal-article"),
        ({"venue": "bioRxiv"}, "preprint"),
        ({"identifiers": ["doi:10.1000/x"], "abstract": "We saw."}, "journal-article"),
        ({"identifiers": ["doi:10.1000/x"]}, "other"),
        ({"url": "https://example.org/a"}, "web-page"),
        ({"types": ["misc"], "identifiers": ["url:https://example.org/a"]}, "web-page"),
        ({"types": ["GEN"], "venue": "The Lancet"}, "other"),
        ({"venue": "The Lancet", "title": "Semax: a systematic review"}, "review"),
        ({"types": ["JOUR"], "title": "Semax in stroke: a meta-analysis"}, "review"),
        ({"types": ["JOUR"], "title": "Erratum to: A trial"}, "other"),
        ({"types": ["JOUR"], "title": "A protocol for a systematic review"}, "journal-article"),
        ({"types": ["Case Reports"], "title": "A case and literature review"}, "journal-article"),
        ({"types": ["JOUR"], "kind": "trial"}, "trial"),
        ({}, "other"),
    ],
)
def test_kinds_without_types(fields: dict[str, Any], kind: str) -> None:
    """Where no type tells the kind, identifiers, the venue and the title do."""
    assert judged(**fields).kind == kind


def test_linked_notice() -> None:
    """What a record calls a notice about another work is one; what others have is not its own."""
    link = ItemLink(relation="notice-of", other=("pmid:1",), basis="PubMed: Erratum for")
    assert judged(types=["Letter"], links=[link]).kind == "other"
    about = attrs.evolve(link, source=("pmid:2",), other=())
    assert judged(types=["Letter"], links=[about]).kind == "journal-article"


# -- tiers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("types", "under", "tier", "reason"),
    [
        (["Clinical Trial"], ["Adult", "Humans"], "human", "'Clinical Trial'; MeSH 'Humans'"),
        (["Clinical Trial, Phase II"], [], "human", "'Clinical Trial, Phase II'"),
        (["Case Reports", "Letter"], ["Humans"], "human", "'Case Reports'; MeSH 'Humans'"),
        (["Case Reports", "Review"], [], "human", "'Case Reports'"),
        (["Twin Study"], ["Animals", "Humans"], "human", "'Twin Study'; MeSH 'Humans'"),
        (["Clinical Trial"], ["Animals", "Dogs"], "preclinical", "MeSH 'Animals'"),
        (["Clinical Trial, Veterinary"], [], "preclinical", "'Clinical Trial, Veterinary'"),
        (["Meta-Analysis", "Review"], ["Humans"], "human", "'Meta-Analysis'; MeSH 'Humans'"),
        (["Meta-Analysis"], ["Animals", "Rats"], "preclinical", "'Meta-Analysis'; MeSH 'Animals'"),
        (["Meta-Analysis"], ["Animals", "Humans"], "published", "'Meta-Analysis'"),
        (["Meta-Analysis"], [], "published", "'Meta-Analysis'"),
        (["Systematic Review"], ["Humans", "Adult"], "published", "'Systematic Review'"),
        (["Practice Guideline"], ["Humans", "Adult"], "published", "'Practice Guideline'"),
        (["Clinical Trial Protocol"], ["Humans"], "published", "'Clinical Trial Protocol'"),
        ([], ["Animals", "Mice, Inbred C57BL"], "preclinical", "MeSH 'Animals'"),
        ([], ["Rats, Sprague-Dawley"], "preclinical", "MeSH 'Rats, Sprague-Dawley'"),
        ([], ["Humans", "Animals", "Adult"], "preclinical", "MeSH 'Animals'; MeSH 'Humans'"),
        ([], ["Humans", "Cell Line"], "preclinical", "MeSH 'Cell Line'; MeSH 'Humans'"),
        ([], ["Cells, Cultured", "Rats"], "preclinical", "MeSH 'Rats'"),
        ([], ["Humans", "Middle Aged"], "human", "MeSH 'Humans'; MeSH 'Middle Aged'"),
        ([], ["Humans", "Cohort Studies"], "human", "MeSH 'Humans'; MeSH 'Cohort Studies'"),
        ([], ["Humans"], "published", "nothing else tells that people were observed"),
        ([], ["Brain"], "published", "nothing in the record tells what was observed"),
    ],
)  # fmt: skip
def test_tiers(types: list[str], under: list[str], tier: str, reason: str) -> None:
    """Types and headings tell the tier, and its basis quotes those that did."""
    found, basis = article(*types, headings=under)
    assert found == tier
    assert basis is not None
    assert basis.endswith(reason)


@pytest.mark.parametrize(
    ("title", "tier"),
    [
        ("Semax in rats with stroke", "preclinical"),
        ("Effects on SH-SY5Y cells", "preclinical"),
        ("Fatty acids protect cancer cells", "preclinical"),
        ("Rats randomized to semax", "preclinical"),
        ("Semax in mice and in patients with stroke", "preclinical"),
        ("Semax in patients with stroke", "human"),
        ("Semax among older adults", "human"),
        ("A randomised, double-blind trial of semax", "human"),
        ("Circulating tumor cells: a cohort study", "human"),
        ("A case report and literature review", "human"),
        ("Semax in stroke patients: a meta-analysis", "human"),
        ("Semax: a systematic review of randomized trials", "published"),
        ("Protocol for a randomized trial of semax", "published"),
        ("Semax in patients: study protocol", "published"),
        ("Mendelian randomization", "published"),
        ("In vitro fertilization", "published"),
        ("Anti-rat sera and ratification strategies", "published"),
        ("Guideline on care in patients with stroke", "published"),
        ("On the structure of semax", "published"),
    ],
)
def test_titles(title: str, tier: str) -> None:
    """Where types and headings say nothing, words of the title do."""
    assert article(title=title)[0] == tier


@pytest.mark.parametrize(
    ("abstract", "tier"),
    [
        ("We treated 120 healthy young volunteers.", "human"),
        ("Thirty-two patients took part.", "human"),
        ("Patients were recruited.", "human"),
        ("24 male Wistar rats were used.", "preclinical"),
        ("It may help patients.", "published"),
        ("", "published"),
    ],
)
def test_abstracts(abstract: str, tier: str) -> None:
    """Where the title says nothing either, those that the abstract counts do."""
    assert article(title="Semax", abstract=abstract)[0] == tier
    assert article(title="Semax", abstract=abstract, headings=["Animals"])[0] == "preclinical"


def test_heading_before_title() -> None:
    """Words of the title say nothing against a heading."""
    assert article(title="Semax in patients", headings=["Rats"])[0] == "preclinical"
    assert article(title="Semax in rats", headings=["Humans", "Adult"])[0] == "human"


@pytest.mark.parametrize("name", ["PubMed", "RIS"])
def test_thesaurus(name: str) -> None:
    """Headings are called MeSH where the format has no others."""
    basis = article(headings=["Animals"], format=name)[1]
    assert basis == f"{name}: {'MeSH' if name == 'PubMed' else 'keyword'} 'Animals'"


def test_trials() -> None:
    """A registered trial makes no claim before its results are posted."""
    registered = judged(kind="trial", types=["INTERVENTIONAL", "RANDOMIZED"], phases=["Phase 3"])
    assert registered.tier is None
    posted = judged(kind="trial", types=["INTERVENTIONAL", "hasResults"])
    assert posted.tier == "human"
    assert posted.tier_basis == "PubMed: the results of the trial are posted"


def test_phases() -> None:
    """A paper that names the phase of its trial is one on a trial."""
    tier, basis = article(phases=["Phase 1", "Phase 2"])
    assert tier == "human"
    assert basis == "PubMed: a trial of Phase 1 and Phase 2"


@pytest.mark.parametrize(
    "piece", ["1", "1,", "in ", "patients ", "a review", "\ud800", "phase 1/", "teen"]
)
def test_much_of_the_same(piece: str) -> None:
    """However long a title and an abstract are, they are judged."""
    assert judged(title=piece * 200_000, abstract=piece * 200_000, types=["JOUR"]).tier
