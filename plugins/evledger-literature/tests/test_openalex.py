"""OpenAlex's works: abstracts out of order, dates made up, and works that are several."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from evledger_literature.formats.openalex import OpenAlexImporter, abstract_of, record_of
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid
from evledger.importing import Fit, Found, Item, ItemFlag, Note, Rejection
from evledger.testing import ImporterTests

WORK = {
    "id": "https://openalex.org/W2741809807",
    "doi": "https://doi.org/10.7717/PeerJ.4375",
    "title": "The <i>state</i> of OA",
    "display_name": "The state of OA",
    "publication_year": 2018,
    "publication_date": "2018-02-13",
    "ids": {
        "openalex": "https://openalex.org/W2741809807",
        "doi": "https://doi.org/10.7717/peerj.4375",
        "mag": "2741809807",
        "pmid": "https://pubmed.ncbi.nlm.nih.gov/29456894",
        "pmcid": "https://www.ncbi.nlm.nih.gov/pmc/articles/5815332",
    },
    "language": "en",
    "primary_location": {
        "landing_page_url": "https://doi.org/10.7717/peerj.4375",
        "source": {"display_name": "PeerJ", "type": "journal"},
        "version": "publishedVersion",
    },
    "type": "article",
    "type_crossref": "journal-article",
    "authorships": [
        {"author": {"display_name": "H. Piwowar"}, "raw_author_name": "Heather Piwowar"},
        {"author": {"display_name": "Jason Priem"}},
    ],
    "is_retracted": False,
    "mesh": [
        {"descriptor_name": "Humans", "qualifier_name": None},
        {"descriptor_name": "Open Access", "qualifier_name": "ethics"},
        {"descriptor_name": "Open Access", "qualifier_name": "economics"},
    ],
    "abstract_inverted_index": {"Open": [0, 3], "access": [1], "is": [2]},
}
NAMES = (
    *("abstract_inverted_index", "author", "authors_count", "authorships", "display_name", "doi"),
    *("id", "ids", "is_retracted", "landing_page_url", "language", "locations", "mesh", "pmid"),
    *("primary_location", "publication_date", "publication_year", "results", "source", "title"),
    *("type", "type_crossref", "version"),
)
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=9,
)


def answer(*works: Any) -> dict[str, Any]:
    """Return an answer to a search."""
    return {"meta": {"count": len(works), "db_response_time_ms": 9}, "results": [*works]}


def read(*documents: Any) -> list[Found]:
    """Read documents, one in each line where there are several."""
    data = "\n".join(map(json.dumps, documents))
    return list(OpenAlexImporter().read(io.BytesIO(data.encode())))


def source(found: Found) -> dict[str, Any]:
    """Return the source of what was found, which is an item."""
    assert isinstance(found, Item), found
    return dict(found.source or {})


def at(link: str, version: str) -> dict[str, Any]:
    """Return a location."""
    return {"landing_page_url": link, "version": version, "source": {"type": "repository"}}


class TestOpenAlex(ImporterTests):
    """OpenAlex's JSON keeps every promise of an importer."""

    def importer(self) -> OpenAlexImporter:
        """Return the importer."""
        return OpenAlexImporter()

    def sample(self) -> bytes:
        """Return the answer to a search."""
        others = ({**WORK, "doi": f"https://doi.org/10.1000/{n}", "ids": {}} for n in (1, 2))
        return json.dumps(answer(WORK, *others), indent=1).encode()

    def records(self) -> int:
        """Return how many it holds."""
        return 3


@pytest.mark.parametrize("name", ["W-api-response.json", "W2741809807.json"])
def test_reads_real_files(shared: Path, name: str) -> None:
    """Works that the registry gave are read whole, with their abstracts."""
    data = (shared / "samples" / "openalex" / name).read_bytes()
    assert OpenAlexImporter().sniff(data[: 1 << 16]) is Fit.SURE
    (found,) = OpenAlexImporter().read(io.BytesIO(data))
    assert source(found)["locators"][0].startswith("doi:")
    assert isinstance(found, Item)
    assert found.capture is not None


# -- the file ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "documents", [[WORK], [answer(WORK)], [[WORK]], [[answer(WORK), answer()]]]
)
def test_reads_every_wrapper(documents: list[Any]) -> None:
    """A work is the same in an answer, alone or in a list, whole or line by line."""
    expected = source(read([WORK])[0])
    assert [source(each) for each in read(*documents)] == [expected]
    if isinstance(documents[0], dict):  # a line is an object
        twice = read(*documents, *documents)
        assert [source(each) for each in twice] == [expected, expected]


def test_a_bad_work_costs_itself_alone() -> None:
    """What is no work is rejected with its place; the others are read."""
    found = read([WORK, {}, "W1", None, WORK])
    assert [type(each).__name__ for each in found] == ["Item", *["Rejection"] * 3, "Item"]
    assert [each.place for each in found] == [f"work {n}" for n in range(1, 6)]
    found = read(WORK, {"DOI": "10.1000/x"}, WORK)
    assert [each.place for each in found if isinstance(each, Rejection)] == ["line 2"]


@pytest.mark.parametrize(
    "document",
    [
        {"DOI": "10.1000/x", "title": ["A work"]},
        [{"id": "a", "type": "article-journal"}],
        {"results": [], "count": 0},
        {"id": "https://openalex.org/A5023888391", "display_name": "Jason Priem"},
        7,
        {},
    ],
)
def test_refuses_other_json(document: Any) -> None:
    """What other registries give is refused, and so are OpenAlex's authors."""
    with pytest.raises(Invalid, match="no works of OpenAlex"):
        read(document)


def test_an_answer_may_be_empty() -> None:
    """A search without results gives nothing."""
    assert read(answer()) == read([]) == []


@given(st.dictionaries(st.sampled_from(NAMES), ODD))
def test_survives_any_values(work: dict[str, Any]) -> None:
    """A field may hold anything: it is read, or the work is rejected."""
    assert [each for each in read([WORK, work]) if isinstance(each, Item | Rejection)]


# -- what a work says --------------------------------------------------------------------


def test_reads_works() -> None:
    """Names, places and identifiers are those of the work, each in one form."""
    found = record_of(WORK, "work 1")
    assert (found.title, found.venue, found.published) == ("The state of OA", "PeerJ", "2018-02-13")
    assert found.authors == ("Heather Piwowar", "Jason Priem")
    assert found.types == ("article", "journal-article")
    assert found.headings == ("Humans", "Open Access")
    assert (found.language, found.url) == ("en", "https://doi.org/10.7717/peerj.4375")
    assert source(read(WORK)[0])["locators"] == [
        "doi:10.7717/peerj.4375",
        "pmid:29456894",
        "pmcid:PMC5815332",
    ]


def test_a_work_without_identifiers_has_its_page() -> None:
    """OpenAlex's own number names a work where nothing better does."""
    bare: dict[str, Any] = {"id": "https://openalex.org/w12", "title": "A work", "authorships": []}
    assert source(read(bare)[0])["locators"] == ["url:https://openalex.org/W12"]


def test_reads_older_forms() -> None:
    """The host venue, and abstracts under a name of their own, are those of older files."""
    older = {
        **WORK,
        "primary_location": None,
        "host_venue": {"display_name": "PeerJ"},
        "abstract_inverted_index": {"IndexLength": 2, "InvertedIndex": {"Open": [0], "it": [1]}},
    }
    found = record_of(older, "work 1")
    assert (found.venue, found.abstract) == ("PeerJ", "Open it")


def test_reads_what_newer_answers_cut_short() -> None:
    """A long list of authors is cut, and counted; a place may be known by its name alone."""
    newer = {
        **WORK,
        "authors_count": 1011,
        "primary_location": {"source": None, "raw_source_name": "PeerJ"},
    }
    found = record_of(newer, "work 1")
    assert (found.author_count, found.venue) == (1011, "PeerJ")
    odd = record_of({**WORK, "authors_count": 10**30}, "work 1")
    assert odd.author_count is None


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2018-02-13", "2018-02-13"),
        ("2018-06-01", "2018-06"),
        ("2018-01-01", "2018"),
        ("2018-01-02", "2018-01-02"),
        ("2018-10-10", "2018-10-10"),
        (None, "2018"),
        ("soon", "2018"),
    ],
)
def test_dates_that_were_made_up_stay_partial(written: str | None, date: str) -> None:
    """A first day is what OpenAlex writes where it knows none."""
    assert record_of({**WORK, "publication_date": written}, "work 1").published == date


# -- abstracts ---------------------------------------------------------------------------

word = st.text(st.characters(categories=("Ll", "Lu")), min_size=1, max_size=5)


@given(st.lists(word, min_size=1))
def test_abstracts_are_put_in_order(words: list[str]) -> None:
    """The places of each word give the text back."""
    index: dict[str, list[int]] = {}
    for place, each in enumerate(words):
        index.setdefault(each, []).append(place)
    assert abstract_of({"abstract_inverted_index": index}) == " ".join(words)


def test_places_make_no_text_longer() -> None:
    """However far a place is, nothing is kept for those before it."""
    index = {"far": [10**12], "first": [0], "before": [-5], "no": [True, "3", 1.0, None]}
    assert abstract_of({"abstract_inverted_index": index}) == "before first far"


def test_abstracts_have_markup() -> None:
    """Parts of an abstract become its paragraphs."""
    index = {"<h4>Aims</h4>": [0], "To": [1], "see.": [2], "<h4>Methods</h4>": [3], "Look.": [4]}
    found = abstract_of({"abstract_inverted_index": index})
    assert found == "Aims: To see.\nMethods: Look."


def test_an_abstract_that_is_none_is_told() -> None:
    """An index that repeats a word without end is left out, and a note says so."""
    note, item = read({**WORK, "abstract_inverted_index": {"x": [0] * 60_000}})
    assert isinstance(note, Note)
    assert isinstance(item, Item)
    assert item.capture is None


# -- what became of works ----------------------------------------------------------------


def test_retractions_are_flags() -> None:
    """A retracted work is flagged as OpenAlex has it, which names no notice."""
    retracted = record_of({**WORK, "is_retracted": True}, "work 1")
    assert retracted.flags == (ItemFlag(status="retracted", according_to="OpenAlex"),)
    notice = record_of({**WORK, "is_retracted": True, "type": "retraction"}, "work 1")
    assert notice.flags == record_of(WORK, "work 1").flags == ()


def test_versions_with_a_doi_of_their_own_are_linked() -> None:
    """A preprint among a work's places is a version of it; a copy elsewhere is no other work."""
    places = [
        at("https://doi.org/10.7717/peerj.4375", "publishedVersion"),
        at("https://doi.org/10.7287/PeerJ.preprints.3119v1", "submittedVersion"),
        at("https://digitalcommons.unl.edu/x", "submittedVersion"),
        at("https://doi.org/10.1000/accepted", "acceptedVersion"),
    ]
    (link,) = record_of({**WORK, "locations": places}, "work 1").links
    assert (link.relation, link.other) == ("version-of", ())
    assert link.source == ("doi:10.7287/peerj.preprints.3119v1",)


def test_a_preprint_is_linked_to_what_was_published() -> None:
    """Of a preprint, the place where it was published is the other end."""
    places = [at("https://doi.org/10.1000/journal", "publishedVersion")]
    work = {**WORK, "type": "preprint", "locations": places}
    (link,) = record_of(work, "work 1").links
    assert (link.source, link.other) == ((), ("doi:10.1000/journal",))


# -- sniffing ----------------------------------------------------------------------------


@pytest.mark.parametrize("document", [WORK, [WORK], answer(WORK), answer()])
def test_knows_its_files(document: Any) -> None:
    """A file is known by OpenAlex's own names."""
    assert OpenAlexImporter().sniff(json.dumps(document).encode()) is Fit.SURE


@given(st.integers(700, 4000))
def test_knows_the_start_of_a_file(length: int) -> None:
    """Where a file is cut off does not matter."""
    data = json.dumps(answer(WORK, WORK, WORK)).encode()
    assert OpenAlexImporter().sniff(data[:length]) is Fit.SURE


@pytest.mark.parametrize(
    "text",
    [
        '{"message": {"DOI": "10.1000/x", "title": ["A work"]}}',
        '[{"id": "a", "type": "article-journal", "language": "en"}]',
        '{"resultList": {"result": [{"id": "7", "source": "MED"}]}}',
        '{"data": [{"id": "10.5061/x", "type": "dois", "attributes": {}}], "meta": {"total": 1}}',
        '{"id": "https://openalex.org/A5023888391", "display_name": "Jason Priem"}',
        '{"results": [{"name": "x"}]}',
        "TY  - JOUR",
        "",
    ],
)
def test_leaves_other_files_to_others(text: str) -> None:
    """The JSON of Crossref, CSL, Europe PMC and DataCite is none, and no author is a work."""
    assert OpenAlexImporter().sniff(text.encode()) is Fit.NONE


UNPAYWALL = {
    "doi": "10.1000/x",
    "doi_url": "https://doi.org/10.1000/x",
    "title": "A trial",
    "genre": "journal-article",
    "is_paratext": False,
    "journal_issn_l": "2167-8359",
    "is_oa": True,
    "best_oa_location": {"url": "https://example.org/1", "version": "publishedVersion"},
    "oa_locations": [],
    "z_authors": [{"family": "Lovelace", "given": "Ada"}],
}


@pytest.mark.parametrize("document", [UNPAYWALL, [UNPAYWALL]], ids=["answer", "list"])
def test_unpaywalls_answers_are_others(document: Any) -> None:
    """Unpaywall has some of OpenAlex's names, and other records under them."""
    assert OpenAlexImporter().sniff(json.dumps(document).encode()) is Fit.NONE
    with pytest.raises(Invalid, match="no works of OpenAlex"):
        read(document)


def test_namesakes_are_two() -> None:
    """Two authors of the same name are two."""
    work = {**WORK, "authorships": [{"raw_author_name": "Li Wei"}] * 2}
    assert record_of(work, "").authors == ("Li Wei", "Li Wei")
