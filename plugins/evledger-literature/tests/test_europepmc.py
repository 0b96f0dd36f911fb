"""Europe PMC's results, brief and full; preprints and their versions; what became of papers."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from evledger_literature.formats.europepmc import EuropePMCImporter, record_of
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid
from evledger.importing import Fit, Found, Item, ItemFlag, Rejection
from evledger.testing import ImporterTests

LITE = {
    "id": "29798983",
    "source": "MED",
    "pmid": "29798983",
    "pmcid": "PMC5967000",
    "doi": "10.1000/Trial",
    "title": "A <i>trial</i> of H<sub>2</sub>O.",
    "authorString": "Lovelace A, O'Neill AF, RECOVERY Group.",
    "journalTitle": "Lancet",
    "pubYear": "2018",
    "pubType": "clinical trial, phase ii; journal article",
    "firstPublicationDate": "2018-06-01",
}
NAMES = (
    *("abstractText", "authorList", "author", "authorString", "bookOrReportDetails", "doi", "id"),
    *("commentCorrectionList", "commentCorrection", "firstPublicationDate", "fullName", "isbn13"),
    *("journalInfo", "language", "lastName", "meshHeadingList", "meshHeading", "pmid", "pubType"),
    *("pubTypeList", "pubYear", "reference", "source", "title", "type", "versionList", "version"),
    *("versionNumber", "yearOfPublication", "dateOfPublication"),
)
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=9,
)


def answer(*results: Any) -> dict[str, Any]:
    """Return an answer to a search."""
    return {"version": "6.9", "hitCount": len(results), "resultList": {"result": [*results]}}


def read(*documents: Any) -> list[Found]:
    """Read documents, one in each line where there are several."""
    data = "\n".join(map(json.dumps, documents))
    return list(EuropePMCImporter().read(io.BytesIO(data.encode())))


def source(found: Found) -> dict[str, Any]:
    """Return the source of what was found, which is an item."""
    assert isinstance(found, Item), found
    return dict(found.source or {})


def corrected(type: str, source: str, id: str, reference: str = "", **more: Any) -> dict[str, Any]:
    """Return a result with a correction."""
    entry = {"type": type, "source": source, "id": id, "reference": reference}
    return {**LITE, **more, "commentCorrectionList": {"commentCorrection": [entry]}}


def preprint(number: int, **more: Any) -> dict[str, Any]:
    """Return a version of a preprint, of which there are three."""
    listed = [
        {"id": f"PPR{n}", "source": "PPR", "versionNumber": n, "firstPublishDate": f"2023-01-0{n}"}
        for n in (1, 2, 3)
    ]
    return {
        "id": f"PPR{number}",
        "source": "PPR",
        "title": "A preprint",
        "versionNumber": number,
        "versionList": {"version": listed},
        **more,
    }


class TestEuropePMC(ImporterTests):
    """Europe PMC's JSON keeps every promise of an importer."""

    def importer(self) -> EuropePMCImporter:
        """Return the importer."""
        return EuropePMCImporter()

    def sample(self) -> bytes:
        """Return the answer to a search."""
        others = ({**LITE, "id": id, "pmid": id, "doi": None, "pmcid": None} for id in ("8", "9"))
        return json.dumps(answer(LITE, *others), indent=1).encode()

    def records(self) -> int:
        """Return how many it holds."""
        return 3


@pytest.mark.parametrize(
    ("name", "count"),
    {
        "search_cancer_core.excerpt.json": 2,
        "search_cancer_page2.json": 5,
        "search_no_results.json": 0,
        "search_pmid_20516115.json": 1,
    }.items(),
)
def test_reads_real_files(shared: Path, name: str, count: int) -> None:
    """Answers of the registry are read whole."""
    data = (shared / "samples" / "europepmc" / name).read_bytes()
    assert EuropePMCImporter().sniff(data) is Fit.SURE
    found = list(EuropePMCImporter().read(io.BytesIO(data)))
    assert [source(each)["locators"][0].split(":")[0] for each in found] == ["pmid"] * count


# -- the file ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "documents",
    [
        [answer(LITE)],
        [{"hitCount": 1, "request": {}, "result": LITE}],
        [answer(LITE)["resultList"] | {"hitCount": 1}],
        [{"resultList": {"result": LITE}}],
        [LITE],
        [[LITE]],
        [[answer(LITE), answer()]],
    ],
)
def test_reads_every_wrapper(documents: list[Any]) -> None:
    """A result is the same in an answer, alone or in a list, whole or line by line."""
    expected = source(read([LITE])[0])
    assert [source(each) for each in read(*documents)] == [expected]
    if isinstance(documents[0], dict):  # a line is an object
        twice = read(*documents, *documents)
        assert [source(each) for each in twice] == [expected, expected]


def test_a_bad_result_costs_itself_alone() -> None:
    """What is no result is rejected with its place; the others are read."""
    found = read([LITE, {}, "PMC1", None, LITE])
    assert [type(each).__name__ for each in found] == ["Item", *["Rejection"] * 3, "Item"]
    assert [each.place for each in found] == [f"result {n}" for n in range(1, 6)]
    found = read(LITE, {"DOI": "10.1000/x"}, LITE)
    assert [each.place for each in found if isinstance(each, Rejection)] == ["line 2"]


@pytest.mark.parametrize(
    "document",
    [
        {"DOI": "10.1000/x", "title": ["A work"]},
        [{"id": "a", "type": "article-journal"}],
        {"header": {}, "result": {"uids": []}},
        7,
        "",
        {},
    ],
)
def test_refuses_other_json(document: Any) -> None:
    """What other registries give is refused."""
    with pytest.raises(Invalid, match="no results of Europe PMC"):
        read(document)


def test_says_what_the_registry_answered() -> None:
    """An error that Europe PMC gave is told in its own words."""
    with pytest.raises(Invalid, match="Internal error"):
        read({"version": "6.9", "errCode": 500, "errMsg": "Internal error"})


def test_an_answer_may_be_empty() -> None:
    """A search without results gives nothing."""
    assert read(answer()) == read([]) == read({"version": "6.9", "hitCount": 0}) == []


@given(st.dictionaries(st.sampled_from(NAMES), ODD))
def test_survives_any_values(result: dict[str, Any]) -> None:
    """A field may hold anything: it is read, or the result is rejected."""
    assert [each for each in read([LITE, result]) if isinstance(each, Item | Rejection)]


# -- what a result says ------------------------------------------------------------------


def test_reads_brief_results() -> None:
    """A brief result has its authors and types each in one text."""
    found = record_of(LITE, "result 1")
    assert found.title == "A trial of H₂O."
    assert found.authors == ("Lovelace A", "O'Neill AF", "RECOVERY Group")
    assert found.types == ("clinical trial, phase ii", "journal article")
    assert found.identifiers == ("pmid:29798983", "doi:10.1000/Trial", "pmcid:PMC5967000")
    assert (found.venue, found.url) == ("Lancet", "https://europepmc.org/article/MED/29798983")


def test_reads_full_results() -> None:
    """A full result has names in parts, headings, and an abstract with its parts."""
    people = [
        {"fullName": "Lovelace A", "firstName": "Ada", "lastName": "Lovelace", "initials": "A"},
        {"fullName": "Plato"},
        {"collectiveName": "RECOVERY Group"},
    ]
    full = {
        **LITE,
        "authorList": {"author": people},
        "abstractText": "<h4>Aims</h4>To see.<h4>Methods</h4>We looked, p &lt; 0.05.",
        "journalInfo": {"dateOfPublication": "2018 Jun", "journal": {"title": "The Lancet"}},
        "pubTypeList": {"pubType": ["Review", "Journal Article"]},
        "meshHeadingList": {"meshHeading": [{"descriptorName": "Humans", "majorTopic_YN": "N"}]},
        "language": "ger",
    }
    found = record_of(full, "result 1")
    assert found.authors == ("Lovelace, Ada", "Plato", "RECOVERY Group")
    assert found.abstract == "Aims: To see.\nMethods: We looked, p < 0.05."
    assert (found.venue, found.published, found.language) == ("The Lancet", "2018-06", "de")
    assert (found.types, found.headings) == (("Review", "Journal Article"), ("Humans",))


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        ({"pubYear": "2018", "firstPublicationDate": "2018-06-01"}, "2018"),
        ({"journalInfo": {"dateOfPublication": "2018 Jan-Feb"}, "pubYear": "2018"}, "2018"),
        ({"source": "PPR", "pubYear": "2018", "firstPublicationDate": "2018-06-03"}, "2018-06-03"),
        ({"bookOrReportDetails": {"yearOfPublication": 2009, "monthOfPublication": 3}}, "2009-03"),
        ({"firstPublicationDate": "2018-06-03"}, "2018-06-03"),
        ({}, None),
    ],
)
def test_dates_are_as_exact_as_they_are_known(fields: dict[str, Any], date: str | None) -> None:
    """The day that Europe PMC works out where it knows a month or year alone is not taken."""
    assert record_of(fields, "result 1").published == date


@pytest.mark.parametrize(
    ("result", "locators"),
    [
        ({"source": "PMC", "id": "PMC12"}, ["pmcid:PMC12"]),
        ({"source": "MED", "id": "7"}, ["pmid:7"]),
        ({"source": "AGR", "id": "IND6"}, ["url:https://europepmc.org/article/AGR/IND6"]),
        ({"source": "PAT", "id": "EP1", "doi": "10.1000/x"}, ["doi:10.1000/x"]),
        (
            {"source": "PPR", "id": "PPR1", "doi": "10.1101/2020.01.01.1"},
            ["doi:10.1101/2020.01.01.1", "url:https://europepmc.org/article/PPR/PPR1"],
        ),
    ],
)
def test_names_works_of_every_database(result: dict[str, str], locators: list[str]) -> None:
    """A work is known by its own identifiers, or by its number in the database it came from."""
    assert source(read([{**result, "title": "A work"}])[0])["locators"] == locators


def test_a_work_without_an_identifier_of_its_own_is_linked_by_its_page() -> None:
    """What names a work for Europe PMC alone names it in what is said of it, too."""
    result = corrected("Retraction of", "AGR", "IND6")
    assert record_of(result, "result 1").flags[0].of == (
        "url:https://europepmc.org/article/AGR/IND6",
    )


def test_a_number_of_a_book_names_no_chapter() -> None:
    """An ISBN identifies a book; a chapter in it mentions it."""
    book = {"isbn13": "9780306406157", "isbn10": "0306406152", "publisher": "Plenum"}
    whole = {"source": "HIR", "id": "1", "title": "A book", "bookOrReportDetails": book}
    found = source(read([whole])[0])
    assert (found["locators"], found["venue"]) == (["isbn:9780306406157"], "Plenum")
    old = {**whole, "bookOrReportDetails": {"isbn10": "0306406152"}}
    assert "isbn:9780306406157" in source(read([old])[0])["locators"]
    part = {**whole, "bookOrReportDetails": {**book, "comprisingTitle": "The whole"}}
    found = source(read([part])[0])
    assert (found["mentions"], found["venue"]) == (["isbn:9780306406157"], "The whole")


# -- what became of papers ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("type", "status"),
    [
        ("Retraction in", "retracted"),
        ("Erratum in", "corrected"),
        ("Expression of concern in", "concern"),
    ],
)
def test_a_paper_is_flagged_with_its_notice(type: str, status: str) -> None:
    """What happened to a paper is told of it, with the notice and its date."""
    found = record_of(corrected(type, "MED", "7", "Lancet. 2010 Feb 6;375(9713):445"), "result 1")
    assert found.flags == (
        ItemFlag(status=status, according_to="Europe PMC", notice="pmid:7", date="2010-02-06"),  # type: ignore[arg-type]  # one of the statuses
    )


def test_a_notice_flags_its_paper() -> None:
    """What a notice tells is told of the paper that it names."""
    found = record_of(corrected("Retraction of", "MED", "7"), "result 1")
    (flag,), (link,) = found.flags, found.links
    assert (flag.status, flag.of, flag.notice) == ("retracted", ("pmid:7",), "pmid:29798983")
    assert (link.relation, link.other) == ("notice-of", ("pmid:7",))


def test_a_retracted_paper_is_known_by_its_type() -> None:
    """A brief result names no notice, but says what the paper is."""
    (flag,) = record_of({**LITE, "pubType": "retracted publication"}, "result 1").flags
    assert (flag.status, flag.notice) == ("retracted", None)


def test_preprints_are_linked_to_what_was_published() -> None:
    """Whichever record tells of it, the link leads from the preprint to the published paper."""
    published = record_of(corrected("Preprint in", "PPR", "PPR1"), "result 1")
    (link,) = published.links
    assert (link.source, link.other) == (("url:https://europepmc.org/article/PPR/PPR1",), ())
    note = "Link created based on a title-first author match"
    entry = {"type": "Preprint of", "source": "MED", "id": "7", "note": note}
    posted = preprint(3, commentCorrectionList={"commentCorrection": entry})
    (link,) = record_of(posted, "result 1").links
    assert (link.relation, link.source, link.other) == ("version-of", (), ("pmid:7",))
    assert note in link.basis


@pytest.mark.parametrize(
    ("number", "other"), [(1, "PPR2"), (2, "PPR3"), (3, None), ("02", "PPR3"), (None, None)]
)
def test_versions_of_preprints_are_linked_in_order(number: Any, other: str | None) -> None:
    """A version is linked to the one after it, and no two are taken for one source."""
    found = record_of(preprint(1, versionNumber=number), "result 1")
    expected = [(f"url:https://europepmc.org/article/PPR/{other}",)] if other else []
    assert [link.other for link in found.links] == expected
    assert found.kind == "preprint"


def test_a_withdrawn_preprint_is_flagged() -> None:
    """A later version that withdraws a preprint is the notice of that."""
    posted = preprint(1)
    posted["versionList"]["version"][1]["pubTypeList"] = {"pubType": ["preprint-withdrawal"]}
    (flag,) = record_of(posted, "result 1").flags
    notice = "url:https://europepmc.org/article/PPR/PPR2"
    assert (flag.status, flag.notice, flag.date) == ("retracted", notice, "2023-01-02")


# -- sniffing ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document", [answer(), answer(LITE), LITE, [LITE], {"version": "6.9", "hitCount": 0}]
)
def test_knows_its_files(document: Any) -> None:
    """A file is known by its lists, or by the database that a result names."""
    assert EuropePMCImporter().sniff(json.dumps(document).encode()) is Fit.SURE


@given(st.integers(300, 2000))
def test_knows_the_start_of_a_file(length: int) -> None:
    """Where a file is cut off does not matter."""
    for document in (answer(LITE, LITE, LITE, LITE), [LITE] * 4):
        assert EuropePMCImporter().sniff(json.dumps(document).encode()[:length]) is Fit.SURE


@pytest.mark.parametrize(
    "text",
    [
        '{"DOI": "10.1000/x", "source": "Crossref", "title": ["A work"]}',
        '[{"id": "a", "type": "article-journal", "source": "PubMed"}]',
        '{"meta": {"count": 1}, "results": [{"id": "https://openalex.org/W1"}]}',
        '{"data": {"id": "10.5061/x", "attributes": {"source": "mds"}}}',
        '{"protocolSection": {"identificationModule": {"nctId": "NCT01234567"}}}',
        "<result>",
        "",
    ],
)
def test_leaves_other_files_to_others(text: str) -> None:
    """The JSON of Crossref, CSL, OpenAlex, DataCite and ClinicalTrials.gov is none."""
    assert EuropePMCImporter().sniff(text.encode()) is Fit.NONE
