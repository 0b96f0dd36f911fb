"""Items of CSL-JSON, as reference managers and registries write them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from evledger_literature import importers
from evledger_literature.formats.csljson import CSLImporter, record_of
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid
from evledger.importing import Fit, Found, Importer, Item, Note, Rejection, Sniffer
from evledger.testing import ImporterTests

Counts: TypeAlias = Callable[[Importer, bytes], tuple[int, int, int]]
ITEMS = [
    {
        "id": f"http://zotero.org/users/1/items/AB{n}",
        "type": "article-journal",
        "title": f"A <i>trial</i>, part {n}",
        "DOI": f"10.1000/work.{n}",
        "author": [{"family": "Lovelace", "given": "Ada"}],
        "issued": {"date-parts": [["2018", 6, n]]},
    }
    for n in (1, 2, 3)
]

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
NAMES = (
    *("DOI", "ISBN", "PMCID", "PMID", "URL", "abstract", "author", "container-title", "data"),
    *("date-parts", "editor", "family", "genre", "given", "id", "issued", "itemType", "items"),
    *("language", "literal", "note", "raw", "relation", "title", "type", "update-to"),
)


def read(*parts: Any) -> list[Found]:
    """Read documents, one in each line where there are several."""
    data = "\n".join(map(json.dumps, parts))
    return list(CSLImporter().read(io.BytesIO(data.encode())))


class TestCSL(ImporterTests):
    """CSL-JSON keeps every promise of an importer."""

    def importer(self) -> CSLImporter:
        """Return the importer."""
        return CSLImporter()

    def sample(self) -> bytes:
        """Return a list of items as Zotero exports one."""
        return json.dumps(ITEMS, indent="\t").encode()

    def records(self) -> int:
        """Return how many items that are."""
        return 3


# -- files -------------------------------------------------------------------------------

SAMPLES = {  # items, rejections, and how sure their contents are
    "crossref-winter-scabs-csl.raw.json": (1, 0, Fit.SURE),
    "datacite-thesis-csl.pruned.json": (1, 0, Fit.SURE),
    "datacite-thesis-csl.raw.json": (1, 0, Fit.SURE),
    "empty-csl.raw.json": (0, 1, Fit.POSSIBLE),
    "empty-date-parts-csl.pruned.json": (1, 0, Fit.SURE),
    "excess-date-parts-csl.pruned.json": (0, 1, Fit.SURE),  # an id and a date, nothing else
    "excess-date-parts-csl.raw.json": (0, 1, Fit.SURE),
    "greycite-meta-review-csl.pruned.json": (1, 0, Fit.SURE),
    "greycite-meta-review-csl.raw.json": (1, 0, Fit.SURE),
    "input-bibliography.json": (3, 0, Fit.SURE),
    "test_content_negotiation_citeproc_json.json": (1, 0, Fit.SURE),
}


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    """Return the folder of real files."""
    return shared / "samples" / "csl-json"


def test_all_samples_are_counted(samples: Path) -> None:
    """Every real file is expected here."""
    assert {path.name for path in samples.iterdir()} == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_sample(samples: Path, counts: Counts, name: str) -> None:
    """A real file is known by its content, and gives the items that it holds."""
    data = (samples / name).read_bytes()
    items, rejections, fit = SAMPLES[name]
    assert CSLImporter().sniff(data[: 1 << 16]) is fit
    assert counts(CSLImporter(), data) == (items, rejections, 0)


def test_sample_of_a_bibliography(samples: Path) -> None:
    """Real items keep their identifiers, partial dates and plain abstracts."""
    items = json.loads((samples / "input-bibliography.json").read_bytes())
    records = [record_of(item, "") for item in items]
    assert [record.published for record in records] == ["2018-06-14", "2014-04-03", "2018-04"]
    assert records[2].identifiers == (
        "doi:10.1098/rsif.2017.0387",
        "pmcid:PMC5938574",
        "pmid:29618526",
    )
    assert "$d>1$" in (records[0].abstract or "")
    assert len(records[2].authors) == 36


# -- wrappers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parts", [[ITEMS], [{"items": ITEMS}], ITEMS, [{"items": ITEMS[:1]}, {"items": ITEMS[1:]}]]
)
def test_wrappers(parts: list[Any]) -> None:
    """However items are wrapped, they are known as CSL, and are the same."""
    found = [each.source for each in read(*parts) if isinstance(each, Item)]
    alone = [each.source for item in ITEMS for each in read(item) if isinstance(each, Item)]
    assert found == alone
    data = "\n".join(map(json.dumps, parts)).encode()
    assert CSLImporter().sniff(data) is Fit.SURE


@pytest.mark.parametrize("document", [7, "x", None, True])
def test_other_documents(document: Any) -> None:
    """A document that is neither item nor list is refused."""
    with pytest.raises(Invalid, match="is no CSL-JSON"):
        read(document)


@pytest.mark.parametrize("empty", [[], {"items": []}])
def test_empty_list(empty: Any) -> None:
    """A library without items gives nothing."""
    assert read(empty) == []


def test_zotero_json() -> None:
    """Zotero's own JSON is rejected with what to do, and not read without its authors."""
    item = {"itemType": "journalArticle", "title": "A", "creators": [{"lastName": "B"}]}
    for each in (item, {"key": "AB1", "version": 1, "data": item}):
        (found,) = read([each])
        assert isinstance(found, Rejection)
        assert "export it as CSL JSON" in found.reason


@given(st.dictionaries(st.sampled_from(NAMES), ODD))
def test_any_values(item: dict[str, Any]) -> None:
    """Whatever types its values have, an item is one item or one rejection."""
    found = [each for each in read([item]) if not isinstance(each, Note)]
    assert len(found) == 1


@given(st.lists(st.sampled_from(["PMID", "arXiv", "ISBN", ":", " ", "\n", "{:", "}", "1", "a"])))
def test_any_note(parts: list[str]) -> None:
    """Whatever a note holds, its item is one item."""
    found = read([{"title": "A", "note": "".join(parts)}])
    assert [type(each) for each in found if not isinstance(each, Note)] == [Item]


def test_note_of_blanks() -> None:
    """A note costs no more than its length, and a name without a value is none."""
    notes = [
        "a" + "\n" * 500_000 + "b",
        "PMID" + " " * 500_000,
        "{:" * 250_000,
        "PMID:\nDOI: 10.1/x",
    ]
    found = [record_of({"title": "A", "note": note}, "").identifiers for note in notes]
    assert found == [(), (), (), ("doi:10.1/x",)]


# -- items -------------------------------------------------------------------------------


DATES: list[tuple[Any, str | None]] = [
    ({"date-parts": [[2018, 10, 21, 13]]}, "2018-10-21"),
    ({"date-parts": [["2018", "06"]]}, "2018-06"),
    ({"date-parts": [[2018, 6], [2018, 7]]}, "2018-06"),
    ({"date-parts": [2018, 6]}, "2018-06"),
    ({"date-parts": [[]]}, None),
    ({"date-parts": [[None]]}, None),
    ({}, None),
    (None, None),
    ({"raw": "2018-06-14"}, "2018-06-14"),
    ({"literal": "June 2018"}, "2018-06"),
    ({"literal": "forthcoming"}, None),
    ({"date-parts": [[2018]], "season": 2}, "2018"),
    ({"date-parts": [[]], "raw": "2018"}, "2018"),
    ("2018-06-14", "2018-06-14"),
    ("2018-06?", "2018-06"),
    ("2018-06~/2018-08?", "2018-06"),
    ("2018-06/2018-08", "2018-06"),
    ("2018/..", "2018"),
    ("2018/06/14", "2018-06-14"),
    (2018, "2018"),
]


@pytest.mark.parametrize(("issued", "expected"), DATES)
def test_dates(issued: Any, expected: str | None) -> None:
    """A date is as exact as it is written, in whichever way; of a range it is the start."""
    assert record_of({"issued": issued}, "").published == expected


def test_authors() -> None:
    """Names keep their particles and suffixes; collectives stand whole."""
    author = [
        {"family": "Beethoven", "given": "Ludwig", "dropping-particle": "van"},
        {"family": "Gogh", "given": "Vincent", "non-dropping-particle": "van"},
        {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
        {"literal": "World Health Organization"},
        "Bourbaki",
        {},
    ]
    assert record_of({"author": author}, "").authors == (
        "Beethoven, Ludwig van",
        "van Gogh, Vincent",
        "King, Martin Luther, Jr.",
        "World Health Organization",
        "Bourbaki",
    )


def test_one_author_without_a_list() -> None:
    """A list of one may be its only element, and a text may be a list of one."""
    item = {"title": ["A trial"], "author": {"family": "Curie"}, "container-title": ["Nature"]}
    record = record_of(item, "")
    assert (record.title, record.authors, record.venue) == ("A trial", ("Curie",), "Nature")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"DOI": "https://doi.org/10.1000/X", "PMID": 29798983},
            ["doi:10.1000/x", "pmid:29798983"],
        ),
        ({"note": "PMID: 29798983\nPMCID: PMC5815332"}, ["pmid:29798983", "pmcid:PMC5815332"]),
        (
            {"note": "Read twice.\n{:PMID: 29798983} {:DOI:10.1000/x}"},
            ["pmid:29798983", "doi:10.1000/x"],
        ),
        ({"id": "pmid:29798983", "DOI": "10.1000/x"}, ["doi:10.1000/x", "pmid:29798983"]),
        ({"id": "https://doi.org/10.1000/x"}, ["doi:10.1000/x"]),
        ({"id": "10.1000/x"}, []),
        ({"id": "ITEM-1", "URL": "https://example.org/a"}, ["url:https://example.org/a"]),
        ({"DOI": "10.1000/x", "URL": "https://example.org/a"}, ["doi:10.1000/x"]),
        ({"DOI": "10.1000/x", "URL": "https://doi.org/10.1000/y"}, ["doi:10.1000/x"]),
        (
            {"DOI": "10.1000/x", "URL": "https://pubmed.ncbi.nlm.nih.gov/29798983/"},
            ["doi:10.1000/x", "pmid:29798983"],
        ),
        ({"type": "book", "ISBN": "0-306-40615-2 9780306406157"}, ["isbn:9780306406157"]),
        ({"note": "arXiv: 1806.05726 [quant-ph]"}, ["doi:10.48550/arxiv.1806.05726"]),
        ({"number": "arXiv:1806.05726"}, ["doi:10.48550/arxiv.1806.05726"]),
        ({"type": "article-journal", "URL": "https://example.org/search?q=a"}, []),
        ({"type": "book", "note": "ISBN: 0306406152"}, ["isbn:9780306406157"]),
    ],
)
def test_identifiers(fields: dict[str, Any], expected: list[str]) -> None:
    """Identifiers are found wherever reference managers keep them."""
    (item,) = read({"title": "A", **fields})
    assert isinstance(item, Item)
    assert item.source is not None
    assert item.source.get("locators", []) == expected


def test_isbn_of_a_chapter() -> None:
    """A chapter's ISBN is that of its book; an ISSN among them is nobody's."""
    record = record_of({"type": "chapter", "ISBN": "9780306406157"}, "")
    assert (record.identifiers, record.mentions) == ((), ("isbn:9780306406157",))
    assert record_of({"type": "book", "ISBN": "0140-6736"}, "").identifiers == ()


def test_registration() -> None:
    """A trial's page is the trial; a paper that has one for its link is none."""
    page = "https://clinicaltrials.gov/study/NCT00680992"
    record = record_of({"type": "webpage", "title": "A", "URL": page}, "")
    assert (record.identifiers, record.kind) == (("nct:NCT00680992",), "trial")
    record = record_of({"title": "A", "DOI": "10.1000/x", "URL": page}, "")
    assert (record.identifiers, record.kind) == (("doi:10.1000/x",), None)
    assert record.mentions == ("nct:NCT00680992",)


def test_preprint() -> None:
    """A paper whose link leads to its preprint is linked to that, and not one with it."""
    item = {"title": "A", "DOI": "10.1000/x", "URL": "https://arxiv.org/abs/1806.05726v1"}
    record = record_of(item, "")
    assert record.identifiers == ("doi:10.1000/x",)
    assert [link.source for link in record.links] == [("doi:10.48550/arxiv.1806.05726",)]


def test_bad_identifier() -> None:
    """An identifier that is none is left out with a note."""
    note, item = read({"title": "A", "DOI": "n/a"})
    assert isinstance(note, Note)
    assert "n/a" in note.text
    assert isinstance(item, Item)


def test_book() -> None:
    """An edited book has its editors, and its publisher is where it appeared."""
    item = {"type": "book", "title": "A", "editor": [{"family": "Curie"}], "publisher": "Elsevier"}
    record = record_of(item, "")
    assert (record.authors, record.venue) == (("Curie",), "Elsevier")
    assert record_of({**item, "type": "chapter"}, "").authors == ()


def test_what_crossref_adds() -> None:
    """Items that doi.org gives tell of retractions, versions and trials, as Crossref's API does."""
    item = {
        "DOI": "10.1000/paper",
        "title": "A trial",
        "type": "journal-article",
        "updated-by": [{"DOI": "10.1000/notice", "type": "retraction"}],
        "relation": {"has-preprint": [{"id-type": "doi", "id": "10.1101/1"}]},
        "clinical-trial-number": [{"clinical-trial-number": "NCT00680992"}],
    }
    record = record_of(item, "")
    assert [(flag.status, flag.notice) for flag in record.flags] == [
        ("retracted", "doi:10.1000/notice")
    ]
    assert [link.source for link in record.links] == [("doi:10.1101/1",)]
    assert record.mentions == ("nct:NCT00680992",)


# -- sniffing ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        {"id": "https://openalex.org/W1", "title": "A", "type": "article", "authorships": []},
        {"resultList": {"result": [{"id": "1", "source": "MED", "title": "A"}]}},
        {"kind": "Listing", "data": {"children": []}},
        {"data": [{"id": "1", "text": "A"}]},
        [{"itemType": "journalArticle", "title": "A"}],
        {"type": "FeatureCollection", "id": 1},
    ],
)
def test_other_formats(document: Any) -> None:
    """Other JSON is not taken for CSL."""
    assert CSLImporter().sniff(json.dumps(document).encode()) is Fit.NONE


def test_namesakes_are_two() -> None:
    """Two authors of the same name are two."""
    author = {"family": "Li", "given": "Wei"}
    assert record_of({**ITEMS[0], "author": [author, author]}, "").authors == ("Li, Wei", "Li, Wei")


# -- bare items --------------------------------------------------------------------------

BARE = {"id": "s1", "type": "document", "genre": "other", "title": "Foobarbar"}


@pytest.mark.parametrize(
    "item",
    [
        BARE,
        {**BARE, "type": "webpage", "URL": "https://example.org/"},
        {**BARE, "type": "report", "DOI": "10.1000/x", "note": "x"},
    ],
    ids=str,
)
def test_bare_items_are_possibly_ours(item: dict[str, Any]) -> None:
    """Items without dates and authors, as our own bibliographies have, are nobody else's."""
    start = json.dumps([item]).encode()
    fits = {each.name: each.sniff(start) for each in importers() if isinstance(each, Sniffer)}
    assert fits.pop("csl-json") is Fit.POSSIBLE
    assert set(fits.values()) == {Fit.NONE}
    assert [each.source is not None for each in read([item]) if isinstance(each, Item)] == [True]


@pytest.mark.parametrize(
    "other",
    [{"type": "person"}, {"id": ["s1"]}, {"attributes": {}}, {"title": None, "name": "x"}],
    ids=str,
)
def test_what_has_more_than_csl_is_not_ours(other: dict[str, Any]) -> None:
    """Other JSON has ids, types and titles, too."""
    assert CSLImporter().sniff(json.dumps([{**BARE, **other}]).encode()) is Fit.NONE
