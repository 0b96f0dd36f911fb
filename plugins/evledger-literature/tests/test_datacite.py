"""Records of DataCite's, as answers, as lists and as attributes alone."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from evledger_literature.formats.datacite import DataCiteImporter, record_of
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid
from evledger.importing import Fit, Found, Item, ItemFlag, Note, Rejection
from evledger.testing import ImporterTests

WORKS = [
    {
        "doi": f"10.5438/work.{n}",
        "creators": [{"name": "Curie, Marie", "givenName": "Marie", "familyName": "Curie"}],
        "titles": [{"title": f"Radioactive <i>substances</i>, part {n}"}],
        "publisher": "Zenodo",
        "publicationYear": 2016,
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Measurements"},
        "schemaVersion": "http://datacite.org/schema/kernel-4",
    }
    for n in (1, 2, 3)
]
RECORDS = [{"id": work["doi"], "type": "dois", "attributes": work} for work in WORKS]

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
NAMES = (
    *("alternateIdentifiers", "attributes", "container", "creators", "date", "dateType", "dates"),
    *("description", "descriptionType", "descriptions", "doi", "id", "identifier", "language"),
    *("identifierType", "identifiers", "name", "publicationYear", "publisher", "relationType"),
    *("relatedIdentifier", "relatedIdentifierType", "relatedIdentifiers", "state", "subject"),
    *("resourceType", "resourceTypeGeneral", "subjectScheme", "subjects", "title", "titleType"),
    *("titles", "types", "url"),
)


def read(*parts: Any) -> list[Found]:
    """Read documents, one in each line where there are several."""
    data = "\n".join(map(json.dumps, parts))
    return list(DataCiteImporter().read(io.BytesIO(data.encode())))


class TestDataCite(ImporterTests):
    """DataCite's records keep every promise of an importer."""

    def importer(self) -> DataCiteImporter:
        """Return the importer."""
        return DataCiteImporter()

    def sample(self) -> bytes:
        """Return a list of records as the API answers with one."""
        return json.dumps({"data": RECORDS, "meta": {"total": 3, "totalPages": 1}}).encode()

    def records(self) -> int:
        """Return how many records that are."""
        return 3


# -- files -------------------------------------------------------------------------------


def test_samples(shared: Path) -> None:
    """The one real file is known by its content, and gives its record.

    Its question marks and replacement characters stand in DataCite's own answer.
    """
    (path,) = (shared / "samples" / "datacite").iterdir()
    data = path.read_bytes()
    assert DataCiteImporter().sniff(data[: 1 << 16]) is Fit.SURE
    (item,) = DataCiteImporter().read(io.BytesIO(data))
    assert isinstance(item, Item)
    assert item.source is not None
    assert item.source["authors"] == ["Risso, G. L."]
    assert item.source["locators"] == ["doi:10.25431/11380_1192850"]
    assert (item.source["published"], item.source["language"]) == ("2016", "it")
    assert item.capture is not None


# -- wrappers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parts",
    [
        [{"data": RECORDS}],
        [RECORDS],
        [WORKS],
        [{"data": WORKS}],
        RECORDS,
        WORKS,
        [{"data": record} for record in RECORDS],
    ],
)
def test_wrappers(parts: list[Any]) -> None:
    """However records are wrapped, they are known as DataCite's, and are the same."""
    found = [each.source for each in read(*parts) if isinstance(each, Item)]
    alone = [each.source for work in WORKS for each in read(work) if isinstance(each, Item)]
    assert found == alone
    data = "\n".join(map(json.dumps, parts)).encode()
    assert DataCiteImporter().sniff(data) is Fit.SURE


@pytest.mark.parametrize("document", [{"errors": [{"status": "404"}]}, {"DOI": "10.1/x"}, 7, "x"])
def test_other_documents(document: Any) -> None:
    """A document without records is refused."""
    with pytest.raises(Invalid, match="holds no records of DataCite"):
        read(document)


def test_empty_answer() -> None:
    """An answer that found nothing gives nothing."""
    answer: dict[str, Any] = {"data": [], "meta": {"total": 0, "states": [], "resourceTypes": []}}
    assert read(answer) == []
    assert DataCiteImporter().sniff(json.dumps(answer).encode()) is Fit.SURE


def test_rejected_record() -> None:
    """A record that is none is rejected with its place, and the others are read."""
    found = read([RECORDS[0], None, {"type": "dois", "attributes": {}}, RECORDS[1]])
    assert [type(each) for each in found] == [Item, Rejection, Rejection, Item]
    assert [each.place for each in found if isinstance(each, Rejection)] == ["record 2", "record 3"]


@given(
    st.dictionaries(st.sampled_from(NAMES), ODD),
    st.sampled_from(["creators", "titles", "dates", "relatedIdentifiers", "types", "container"]),
    st.dictionaries(st.sampled_from(NAMES), ODD | st.sampled_from(["DOI", "10.1000/x", "Issued"])),
    st.booleans(),
)
def test_any_values(work: dict[str, Any], name: str, entry: dict[str, Any], whole: bool) -> None:
    """Whatever types its values have, a record is one item or one rejection."""
    work = {**work, name: [entry]}
    found = read([{"id": "10.1000/x", "attributes": work} if whole else work])
    assert len([each for each in found if not isinstance(each, Note)]) == 1


# -- records -----------------------------------------------------------------------------


def test_titles() -> None:
    """The title is the one without a type, with its subtitle; else what there is."""
    titles = [
        {"title": "Ein Titel", "titleType": "TranslatedTitle", "lang": "de"},
        {"title": "And more", "titleType": "Subtitle"},
        {"title": "A title", "lang": "en"},
    ]
    assert record_of({"titles": titles}, "").title == "A title: And more"
    assert record_of({"titles": titles[:1]}, "").title == "Ein Titel"


def test_creators() -> None:
    """Creators stand family name first, organisations whole."""
    creators: list[dict[str, Any]] = [
        {"name": "Marie Curie", "familyName": "Curie", "givenName": "Marie"},
        {"name": "Risso, G. L.", "nameType": "Personal"},
        {"name": "CERN", "nameType": "Organizational"},
        {"affiliation": []},
    ]
    assert record_of({"creators": creators}, "").authors == (
        "Curie, Marie",
        "Risso, G. L.",
        "CERN",
    )


def test_abstracts() -> None:
    """Abstracts are kept, one in each language; methods and notes are none."""
    descriptions = [
        {"description": "<p>Two rats.</p>", "descriptionType": "Abstract"},
        {"description": "By hand.", "descriptionType": "Methods"},
        {"description": "Zwei Ratten.", "descriptionType": "Abstract"},
    ]
    found = record_of({"descriptions": descriptions}, "").abstract
    assert found == "Two rats.\nZwei Ratten."


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ([], "2018"),
        ([("2018-06-14", "Issued")], "2018-06-14"),
        ([("2018", "Issued"), ("2018-06", "Available")], "2018-06"),
        ([("2021-01-01", "Available")], "2018"),
        ([("1632", "Created"), ("2017-01-01", "Submitted")], "2018"),
        ([("2018-06-14/2018-07-01", "Issued")], "2018-06-14"),
        ([("2018-06-14T10:00:00Z", "Issued")], "2018-06-14"),
    ],
)
def test_dates(dates: list[tuple[str, str]], expected: str) -> None:
    """A date of publication is as exact as the record has it, and is of its year."""
    entries = [{"date": date, "dateType": type} for date, type in dates]
    assert record_of({"publicationYear": 2018, "dates": entries}, "").published == expected


def test_date_without_year() -> None:
    """A record without a year of publication has its date of issue."""
    dates = [{"date": "2018-06", "dateType": "Issued"}]
    assert record_of({"dates": dates}, "").published == "2018-06"


def test_publisher() -> None:
    """The venue is the container, or the publisher, which is an object in newer records."""
    publisher = {"name": "Zenodo", "schemeUri": "https://ror.org"}
    assert record_of({"publisher": publisher}, "").venue == "Zenodo"
    assert record_of({"publisher": "Zenodo", "container": {"title": "A series"}}, "").venue == (
        "A series"
    )


def test_identifiers() -> None:
    """A book's ISBN is its own, a chapter's is mentioned; a DOI may stand among identifiers."""
    isbn = [{"alternateIdentifier": "9780306406157", "alternateIdentifierType": "ISBN"}]
    doi = [{"identifier": "10.5281/ZENODO.1", "identifierType": "DOI"}]
    types = {"resourceTypeGeneral": "Book"}
    book = record_of({"identifiers": doi, "alternateIdentifiers": isbn, "types": types}, "")
    assert book.identifiers == ("doi:10.5281/zenodo.1", "isbn:9780306406157")
    report = record_of({"doi": "10.5438/x", "alternateIdentifiers": isbn}, "")
    assert (report.identifiers, report.mentions) == (("doi:10.5438/x",), ("isbn:9780306406157",))
    container = {"type": "Book", "identifier": "9780306406157", "identifierType": "ISBN"}
    chapter = record_of({"container": container}, "")
    assert (chapter.identifiers, chapter.mentions) == ((), ("isbn:9780306406157",))


def test_headings() -> None:
    """Subjects are headings where they are of the Medical Subject Headings."""
    subjects = [{"subject": "Rats", "subjectScheme": "MeSH"}, {"subject": "rodents"}]
    assert record_of({"subjects": subjects}, "").headings == ("Rats",)


# -- relations and flags -----------------------------------------------------------------


def related(type: str, id: str = "10.1000/OTHER", scheme: str = "DOI") -> dict[str, Any]:
    """Return a record with a related identifier."""
    entry = {"relatedIdentifier": id, "relatedIdentifierType": scheme, "relationType": type}
    return {"doi": "10.5438/x", "relatedIdentifiers": [entry]}


@pytest.mark.parametrize(
    ("type", "relation", "leads"),
    [
        ("IsPreprintOf", "version-of", True),
        ("IsVersionOf", "version-of", True),
        ("IsPreviousVersionOf", "version-of", True),
        ("IsObsoletedBy", "version-of", True),
        ("IsIdenticalTo", "duplicate-of", True),
        ("IsPartOf", "part-of", True),
        ("HasVersion", "version-of", False),
        ("IsNewVersionOf", "version-of", False),
        ("Obsoletes", "version-of", False),
    ],
)
def test_relations(type: str, relation: str, leads: bool) -> None:
    """A version leads to what replaced it or was published, whichever record says so."""
    (link,) = record_of(related(type), "").links
    there = ("doi:10.1000/other",)
    ends = ((), there) if leads else (there, ())
    assert (link.relation, tuple(link.source), tuple(link.other)) == (relation, *ends)
    assert link.basis == f"DataCite: {type}"


def test_other_relations() -> None:
    """What a record supplements is mentioned; what it cites is not, nor what is on the web."""
    assert record_of(related("IsSupplementTo"), "").mentions == ("doi:10.1000/other",)
    assert record_of(related("References"), "").mentions == ()
    assert record_of(related("IsVersionOf", "https://example.org", "URL"), "").links == ()
    assert record_of(related("IsVersionOf", "29798983", "PMID"), "").links[0].other == (
        "pmid:29798983",
    )


def test_withdrawn() -> None:
    """A resource that was withdrawn is flagged with its date."""
    dates = [{"date": "2020-06", "dateType": "Withdrawn"}]
    assert record_of({"dates": dates}, "").flags == (
        ItemFlag(status="retracted", according_to="DataCite", date="2020-06"),
    )


@pytest.mark.parametrize(("state", "notes"), [("registered", 1), ("draft", 1), ("findable", 0)])
def test_hidden(state: str, notes: int) -> None:
    """That a record is hidden from searches is said."""
    found = read({**WORKS[0], "state": state})
    assert len([each for each in found if isinstance(each, Note)]) == notes
