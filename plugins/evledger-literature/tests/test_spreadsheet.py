"""Tables of references, as databases, reference managers and screening tools export them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from evledger_literature.formats.retractions import RetractionWatchImporter
from evledger_literature.formats.spreadsheet import SpreadsheetImporter
from evledger_literature.meaning.columns import HEADINGS
from hypothesis import assume, given
from hypothesis import strategies as st

from evledger import Invalid
from evledger.importing import Fit, Found, Item, ItemFlag, Mappable, Note, Rejection
from evledger.testing import ImporterTests

DELIMITERS = ",;\t|"
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zs", "Zl", "Zp"]), max_size=12
)


def written(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    """Write a table as spreadsheet programs do."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()


def read(data: str | bytes, columns: Mapping[str, str] | None = None) -> list[Found]:
    """Read a table."""
    content = data.encode() if isinstance(data, str) else data
    return list(SpreadsheetImporter(columns).read(io.BytesIO(content)))


def source_of(data: str, columns: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """Return the source of the only row of a table."""
    (item,) = (found for found in read(data, columns) if isinstance(found, Item))
    assert item.source is not None
    return item.source


def titles(found: Sequence[Found]) -> list[str]:
    """Return the titles of items, and of rejections what is wrong, in order."""
    kept = [each for each in found if not isinstance(each, Note)]
    return [
        each.reason if isinstance(each, Rejection) else (each.source or {})["title"]
        for each in kept
    ]


class TestSpreadsheetImporter(ImporterTests):
    """The suite."""

    def importer(self) -> SpreadsheetImporter:
        """Return the importer."""
        return SpreadsheetImporter()

    def sample(self) -> bytes:
        """Return three rows, with quoted line breaks and quotation marks among them."""
        rows = [(str(n), f'A "trial", {n}', "First.\nSecond.", "2018") for n in (1, 2, 3)]
        return written([("PMID", "Title", "Abstract", "Year"), *rows]).encode()

    def records(self) -> int:
        """Return how many there are."""
        return 3


# -- exporters ---------------------------------------------------------------------------


def test_pubmed() -> None:
    """PubMed's CSV: authors between commas, and a date of entry that is no date of publication."""
    source = source_of(
        "\ufeffPMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,"
        "PMCID,NIHMS ID,DOI\n"
        '29798983,A trial.,"Smith J, Doe AB, Roe C.","Lancet. 2018.",Smith J,Lancet,2018,'
        "2018/05/26,PMC5815332,,10.1000/X\n"
    )
    assert source["authors"] == ["Smith J", "Doe AB", "Roe C"]
    assert source["locators"] == ["doi:10.1000/x", "pmid:29798983", "pmcid:PMC5815332"]
    assert (source["venue"], source["published"]) == ("Lancet", "2018")


def test_scopus() -> None:
    """Scopus: ids of authors, a book's ISBN on a conference paper, words for what is not there."""
    source = source_of(
        "Authors,Author full names,Author(s) ID,Title,Year,Source title,DOI,Link,Abstract,ISBN,"
        "PubMed ID,Language of Original Document,Document Type,Source,EID\n"
        '"Smith, J.; Doe, A.B.","Smith, John (57188811100); Doe, A. (57188811101)",1,A trial,2018,'
        "Procs,10.1000/x,https://www.scopus.com/inward/record.uri?eid=1,[No abstract available],"
        "9781605587301,,English,Conference paper,Scopus,2-s2.0-1\n"
    )
    assert source["authors"] == ["Smith, J.", "Doe, A.B."]
    assert source["locators"] == ["doi:10.1000/x"]
    assert source["mentions"] == ["isbn:9781605587301"]
    assert (source["venue"], source["language"]) == ("Procs", "en")


def test_web_of_science() -> None:
    """Web of Science: tags for headings, nothing quoted, the year apart from the day."""
    (row, odd, last) = [
        found.source or {}
        for found in read(
            "PT\tAU\tTI\tSO\tLA\tPD\tPY\tDI\tPM\tUT\n"
            'J\tSmith, J; Doe, A\t"Smart" drugs\tNATURE\tEnglish\tMAR 15\t2020\t10.1/a\t1\tW:1\t\n'
            'J\tRoe, R\t"Never closed\tNATURE\tEnglish\tFAL\t2019\t10.1/b\t2\tW:2\t\n'
            "J\tRoe, R\tLast\tNATURE\tEnglish\t\t2018\t10.1/c\t3\tW:3\n"
        )
        if isinstance(found, Item)
    ]
    assert (row["title"], row["published"]) == ('"Smart" drugs', "2020-03-15")
    assert row["authors"] == ["Smith, J", "Doe, A"]
    assert (odd["title"], odd["published"]) == ('"Never closed', "2019")
    assert (last["title"], last["locators"]) == ("Last", ["doi:10.1/c", "pmid:3"])


def test_web_of_science_quotes_nothing() -> None:
    """A title that begins with a quotation mark is not taken to go on into the next one."""
    data = 'PT\tTI\tPY\nJ\t"Smart drugs\t2018\nJ\tAre they smart?"\t2019\n'
    assert titles(read(data)) == ['"Smart drugs', 'Are they smart?"']


def test_zotero() -> None:
    """Zotero's CSV: the journal is called a publication's title, and the date is the better one."""
    source = source_of(
        '"Key","Item Type","Publication Year","Author","Title","Publication Title","ISBN","ISSN",'
        '"DOI","Url","Abstract Note","Date","Date Added"\n'
        '"MK49","journalArticle","2018","Smith, John; Doe, Ann","A trial","Lancet","","0140-6736",'
        '"10.1000/x","https://pubmed.ncbi.nlm.nih.gov/29798983/","It helps.","2018-06-01",'
        '"2026-01-01 10:00:00"\n'
    )
    assert (source["title"], source["venue"]) == ("A trial", "Lancet")
    assert source["published"] == "2018-06-01"
    assert source["locators"] == ["doi:10.1000/x", "pmid:29798983"]


def test_rayyan_covidence_and_cochrane() -> None:
    """Screening tools have the parts of a date in columns, and registries' numbers beside."""
    rayyan = "key,title,year,month,day,journal,authors,pubmed_id,pmc_id\nr1,A,2018,6,1,J,X,7,PMC8\n"
    assert source_of(rayyan)["published"] == "2018-06-01"
    assert source_of(rayyan)["locators"] == ["pmid:7", "pmcid:PMC8"]
    covidence = "Title,Authors,Published Year,Published Month,Covidence #\nA,B,2018,June,#12\n"
    assert source_of(covidence)["published"] == "2018-06"
    cochrane = "Author(s),Title,Source,Year,PubMed ID,CTgov ID\nX,A,Lancet,2018,7,NCT00680992\n"
    assert source_of(cochrane)["mentions"] == ["nct:NCT00680992"]


def test_embase_and_its_tables_on_their_side() -> None:
    """Embase has the citation and the journal apart; a field in each row is refused with advice."""
    source = source_of(
        "Title,Author Names,Source,Source title,Publication Year,Medline PMID,DOI\n"
        "A,Smith J.,Lancet (2018) 1:2,Lancet,2018,7,10.1000/x\n"
    )
    assert source["venue"] == "Lancet"
    with pytest.raises(Invalid, match="a field in each row"):
        read('"TITLE","A trial"\n"AUTHOR NAMES","Smith J."\n"SOURCE","J"\n"DOI","10.1/x"\n')


LIBRARY = "http://sfx.example.org/?sid=EMBASE&issn=22267190"


@pytest.mark.parametrize(
    ("citation", "venue", "published"),
    [
        ("Lancet (2014) 3:3 (152-160). Date of Publication: 2014", "Lancet", "2014"),
        ("Lancet (2019) 54 (83-86). Date of Publication: 1 Jan 2019", "Lancet", "2019-01-01"),
        ("Blood (Paris) (2004) 102:4 (253-258)", "Blood (Paris)", "2004"),
        ("Lancet (2018) 1:2", "Lancet", "2018"),
        ("Blood (2019) 134 Supplement 1. Date of Publication: 2018", "Blood", "2019"),
        ("Blood (2019) 134 SUPPL. 1 (S12-S13). Date of Publication: Nov 2019", "Blood", "2019-11"),
        ("Lancet (2020). Date of Publication: 2020", "Lancet", "2020"),
        ("Advances (2014)", "Advances (2014)", None),
        ("Lancet (2014) and others", "Lancet (2014) and others", None),
    ],
)
def test_embase_citations(citation: str, venue: str, published: str | None) -> None:
    """A citation that stands for the journal is taken apart where the whole is one."""
    source = source_of(written([("Title", "Source"), ("A", citation)]))
    assert (source["venue"], source.get("published")) == (venue, published)


def test_embase_citations_beside_years() -> None:
    """A year in a column of its own says more than the citation."""
    rows = [("Title", "Source", "Year"), ("A", "Lancet (2014) 3:3", "2013")]
    assert source_of(written(rows))["published"] == "2013"


def test_embase_links() -> None:
    """What a library's link is to find identifies the work; the library's address does not."""
    link = f"{LIBRARY}&id=doi:10.4103%2F2303-9027.138783&id=pmid:7&atitle=A+b&isbn="
    source = source_of(written([("Title", "Open URL Link"), ("A", link)]))
    assert source["locators"] == ["doi:10.4103/2303-9027.138783", "pmid:7"]
    assert "url" not in source
    others = [("Title", "Open URL Link"), ("A", f"{LIBRARY}&id="), ("B", "none"), ("C", "")]
    assert titles(read(written(others))) == ["A", "B", "C"]


SPRINGER = (
    "Item Title,Publication Title,Book Series Title,Journal Volume,Journal Issue,Item DOI,"
    "Authors,Publication Year,URL,Content Type\n"
    '"A trial","Nature","","17","3","10.1007/1","Ada Lovelace","2000",'
    '"http://link.springer.com/article/10.1007/1","Article"\n'
)


def test_springer() -> None:
    """Springer's tables are read, and are taken for nobody else's."""
    source = source_of(SPRINGER)
    assert (source["title"], source["venue"]) == ("A trial", "Nature")
    assert (source["published"], source["locators"]) == ("2000", ["doi:10.1007/1"])
    assert source["url"] == "http://link.springer.com/article/10.1007/1"
    assert SpreadsheetImporter().sniff(SPRINGER.encode()) is Fit.POSSIBLE
    assert RetractionWatchImporter().sniff(SPRINGER.encode()) is Fit.NONE


OPENALEX = (
    "id",
    "authorships.author.display_name",
    "display_name",
    "doi",
    "ids.pmid",
    "is_retracted",
    "primary_location.source.display_name",
    "publication_date",
    "publication_year",
    "type",
)


def openalex(*, retracted: str, type: str = "article") -> str:
    """Write a table as OpenAlex does."""
    work = ("https://openalex.org/W1", "Ada Lovelace|Li Wei|Li Wei", "A trial")
    ids = ("https://doi.org/10.1000/x", "https://pubmed.ncbi.nlm.nih.gov/7", retracted)
    return written([OPENALEX, (*work, *ids, "PeerJ", "2017-09-12", "2017", type)])


def test_openalex() -> None:
    """OpenAlex's own tables name fields by their paths, and have bars between authors."""
    source = source_of(openalex(retracted="False"))
    assert source["title"] == "A trial"
    assert source["authors"] == ["Ada Lovelace", "Li Wei", "Li Wei"]
    assert (source["venue"], source["published"]) == ("PeerJ", "2017-09-12")
    assert source["locators"] == ["doi:10.1000/x", "pmid:7"]
    assert source_of("ids.doi,title\nhttps://doi.org/10.1000/x,A\n")["locators"] == [
        "doi:10.1000/x"
    ]


@pytest.mark.parametrize(
    ("table", "is_flagged"),
    [
        (openalex(retracted="True"), True),
        (openalex(retracted="False"), False),
        (openalex(retracted="True", type="retraction"), False),
        ("title,is_retracted\nA,True\n", False),
    ],
)
def test_openalex_knows_retractions(table: str, *, is_flagged: bool) -> None:
    """OpenAlex's tables say what was retracted; others' do not say who says so."""
    (item,) = (found for found in read(table) if isinstance(found, Item))
    expected = (ItemFlag(status="retracted", according_to="OpenAlex"),) if is_flagged else ()
    assert item.flags == expected


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Murata T.", ["Murata T."]),
        ("Lim SM.", ["Lim SM"]),
        ("Murata T., Liu R.", ["Murata T.", "Liu R."]),
        ("Lim SM, Lau Y.", ["Lim SM", "Lau Y"]),
    ],
)
def test_dots_behind_initials(cell: str, names: list[str]) -> None:
    """A dot behind an initial is kept, and one that ends PubMed's list of authors is not."""
    assert source_of(written([("Title", "Authors"), ("A", cell)]))["authors"] == names


def test_publish_or_perish() -> None:
    """Publish or Perish shortens lists of authors, and calls the journal a source."""
    source = source_of(
        "Cites,Authors,Title,Year,Source,Publisher,ArticleURL,GSRank,Type,DOI\n"
        '9,"A Einstein, B Podolsky, …",A,1935,Physical review,APS,https://example.org/a,1,,\n'
    )
    assert source["authors"] == ["A Einstein", "B Podolsky"]
    assert (source["venue"], source["url"]) == ("Physical review", "https://example.org/a")
    assert "locators" not in source


def test_clinicaltrials_csv() -> None:
    """A trial's number identifies its registration."""
    source = source_of(
        "NCT Number,Study Title,Study URL,Brief Summary,Phases,Start Date\n"
        "NCT00680992,A trial,https://clinicaltrials.gov/study/NCT00680992,It,PHASE2,2008-05\n"
    )
    assert source["locators"] == ["nct:NCT00680992"]
    assert (source["kind"], source["published"]) == ("trial", "2008-05")


def test_books() -> None:
    """An ISBN identifies a book, and of a chapter only says where it is."""
    table = "Title,ISBN,Item Type\nA,978-1-60558-730-1,{}\n"
    assert source_of(table.format("book"))["locators"] == ["isbn:9781605587301"]
    assert source_of(table.format("bookSection"))["mentions"] == ["isbn:9781605587301"]


def test_samples(shared: Path) -> None:
    """The samples: six rows, two rows, and four of which two have nothing but an abstract."""
    counts = {"generic_labels": (6, 0), "generic_semicolon": (2, 0), "missing_values": (2, 2)}
    for name, (items, rejections) in counts.items():
        found = read((shared / f"samples/csv/{name}.csv").read_bytes())
        assert sum(isinstance(each, Item) for each in found) == items
        assert sum(isinstance(each, Rejection) for each in found) == rejections
    first = next(found for found in found_in(shared) if isinstance(found, Item))
    assert first.source is not None
    assert first.source["authors"] == ["Marx, Karl", "Lindgren, Astrid"]
    assert first.source["published"] == "2014"


def found_in(shared: Path) -> list[Found]:
    """Return what a sample of a screening tool's holds."""
    return read((shared / "samples/csv/generic_labels.csv").read_bytes())


# -- columns -----------------------------------------------------------------------------


@pytest.mark.parametrize("field", [name for name in HEADINGS if name not in {"month", "day"}])
def test_headings_are_known_in_any_case(field: str) -> None:
    """Every heading of the table is known, however it is spelled; so no column of it is unused."""
    for heading in HEADINGS[field]:
        for spelled in (heading.upper(), f" {heading.title()}: ", heading.replace(" ", "_")):
            found = read(written([("PMID", spelled), ("1", "2018")]))
            assert not [each for each in found if "not used" in getattr(each, "text", "")], spelled


def test_unused_columns_are_named_once() -> None:
    """What is not used is named, in one note, which shows how to use it."""
    notes = [
        found for found in read("title,Colour,Mood\nA,red,\nB,,low\n") if isinstance(found, Note)
    ]
    assert [note.place for note in notes] == ["the heading row"]
    assert "'Colour', 'Mood'" in notes[0].text
    assert "--map" in notes[0].text


def test_people_name_columns() -> None:
    """A column that people name is what they say, in the place of what is known."""
    table = "Titel;Autoren;Title\nEin Versuch;Müller, A.;A trial\n"
    columns = {"Titel": "title", "Autoren": "authors", "Title": "ignore"}
    assert isinstance(SpreadsheetImporter(), Mappable)
    assert source_of(table, columns)["title"] == "Ein Versuch"
    assert source_of(table, columns)["authors"] == ["Müller, A."]
    assert source_of(table, {"Titel": "title"})["title"] == "Ein Versuch"
    assert source_of(table)["title"] == "A trial"
    (note,) = (e for e in read(table, {"Titel": "title"}) if isinstance(e, Note))
    assert "'Autoren', 'Title'" in note.text


def test_mapping_faults() -> None:
    """A field that is none, and a column that is not there, are refused with those there are."""
    with pytest.raises(Invalid, match="the fields are title, authors"):
        SpreadsheetImporter().mapped({"Titel": "name"})
    with pytest.raises(Invalid, match="no column 'Tittel'; the columns are 'Titel'"):
        read("Titel;x\nA;B\n", {"Tittel": "title"})


def test_a_table_without_a_title_is_refused() -> None:
    """A table of which neither title nor identifier is known is refused, with how to say it."""
    with pytest.raises(Invalid, match=r"'Überschrift', 'Jahr'.*--map 'TITLE COL=title'"):
        read("Überschrift,Jahr\nA,2018\n")
    assert source_of("Überschrift,Jahr\nA,2018\n", {"Überschrift": "title"})["title"] == "A"


@pytest.mark.parametrize(
    ("start", "fit"),
    [
        ("title,doi\n", Fit.POSSIBLE),
        ("Item Title,Item DOI\n", Fit.POSSIBLE),
        ('{"a": 1,doi,title\n', Fit.NONE),
        (" [1,doi,title]\n", Fit.NONE),
        ("\t<a>,doi,title\n", Fit.NONE),
        ("PMID\n1\n", Fit.POSSIBLE),
        ("TI\tAU\n", Fit.POSSIBLE),
        ("Title\n", Fit.NONE),
        ("name,age\n", Fit.NONE),
        ("TY  - JOUR\nTI  - A, title\n", Fit.NONE),
        ("@article{title, title = {A}}\n", Fit.NONE),
        ('[{"title": "A", "doi": "10.1/x"}]', Fit.NONE),
    ],
)
def test_sniffing(start: str, fit: Fit) -> None:
    """A first row with a title or an identifier may be of our tables, or of another importer's."""
    assert SpreadsheetImporter().sniff(start.encode()) is fit
    assert SpreadsheetImporter().sniff(start.encode("utf-16")) is fit


# -- rows --------------------------------------------------------------------------------


@given(
    rows=st.lists(st.tuples(TEXTS, TEXTS, st.integers(1, 10**8)), max_size=20),
    delimiter=st.sampled_from(DELIMITERS),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_every_row_is_read(rows: list[tuple[str, str, int]], delimiter: str, end: str) -> None:
    """Whatever cells hold, with each delimiter and line break, rows come back one for one."""
    table = [("Venue", "Abstract", "PMID"), *((*texts, str(pmid)) for *texts, pmid in rows)]
    data = written(table, delimiter).replace("\r\n", end)
    items = [found for found in read(data) if not isinstance(found, Note)]
    assert all(isinstance(found, Item) for found in items)
    found = [(each.source or {})["locators"] for each in items if isinstance(each, Item)]
    assert found == [[f"pmid:{pmid}"] for *_, pmid in rows]


@given(rows=st.lists(st.lists(TEXTS, min_size=1, max_size=6), max_size=12))
def test_rows_of_another_number_of_cells_are_rejected(rows: list[list[str]]) -> None:
    """A row of three cells is an item, one of another number a rejection, a blank one nothing."""
    rows = [[f"a{cell}" for cell in row] for row in rows]
    found = [each for each in read(written([("doi", "x", "title"), *rows])) if "row" in each.place]
    kept = [each for each in found if not isinstance(each, Note)]
    assert [isinstance(each, Item) for each in kept] == [len(row) == 3 for row in rows]


def test_blank_rows_and_trailing_delimiters() -> None:
    """Blank rows are nothing, and delimiters at the end of a row no cells."""
    data = "title,year,,\n\n,,,\nA,2018,,,,\n  \nB,2019\n"
    assert titles(read(data)) == ["A", "B"]


def test_prologues() -> None:
    """Lines before the table are left out, and said; the one for Excel is no news."""
    found = read("Export of 2 records\n\nTitle,Year\nA,2018\nB,2019\n")
    assert titles(found) == ["A", "B"]
    assert [each.text for each in found if isinstance(each, Note)] == [
        "the lines before the table were left out: 'Export of 2 records'"
    ]
    assert [type(each) for each in read("sep=;\nTitle;Year\nA;2018\n")] == [Item]


def test_a_missing_quotation_mark_swallows_no_row() -> None:
    """A quotation that is not closed costs its own row; those after it are read."""
    data = 'title,abstract,year\n"A,one,2018\nB,"two\nlines",2019\nC,three,2020\n'
    found = read(data)
    assert titles(found) == ['"A', "B", "C"]
    assert "quotation marks are broken" in next(e.text for e in found if isinstance(e, Note))
    lost = read('title,abstract,year\n"A\nB,two,2019\nC,"three",2020\n')
    assert len(titles(lost)) == 3
    assert "quotation marks are broken" in titles(lost)[0]
    assert titles(lost)[1:] == ["B", "C"]


@given(data=st.data())
def test_a_lost_quotation_mark_loses_few_rows(data: st.DataObject) -> None:
    """Wherever one quotation mark is lost, every other row is still read, and none is hidden."""
    rows = [(str(n), f'On "{n}", again', "One.\nTwo.", "2018", "x", "y") for n in range(1, 9)]
    table = written([("PMID", "Title", "Abstract", "Year", "a", "b"), *rows])
    marks = [place for place, character in enumerate(table) if character == '"']
    place = data.draw(st.sampled_from(marks), label="which is lost")
    found = read(table[:place] + table[place + 1 :])
    kept = {
        (each.source or {}).get("locators", [""])[0] for each in found if isinstance(each, Item)
    }
    whole = {f"pmid:{n}" for n in range(1, 9)}
    assert len(whole - kept) <= 1
    assert kept == whole or any(isinstance(each, Rejection) for each in found)


def test_broken_quotation_without_end_is_refused() -> None:
    """A file that is nothing but broken quotation is refused in good time."""
    with pytest.raises(Invalid, match="too many places"):
        read("title,year\n" + 'a","b\n' * 3_000)


def test_dates_that_cannot_be_read_are_said() -> None:
    """A date or an address that cannot be read is noted; the row is kept."""
    found = read("title,date,url\nA,some day,not a link\n")
    notes = [each.text for each in found if isinstance(each, Note)]
    assert len(notes) == 2
    assert "'some day'" in notes[1]
    assert "'not a link'" in notes[0]
    assert titles(found) == ["A"]


@pytest.mark.parametrize(
    ("cell", "published"),
    [("2018.0", "2018"), ("2018//", "2018"), ("31/12/2018", "2018-12-31"), ("3/4/2018", "2018")],
)
def test_dates(cell: str, published: str) -> None:
    """Dates are as exact as they are known: of a day that may be another's, to the year."""
    assert source_of(f"title,date\nA,{cell}\n")["published"] == published


def test_identifiers_in_disguise() -> None:
    """Identifiers are read as spreadsheets distort them, and what stands for none is none."""
    source = source_of("title,doi,pmid,pmcid\nA,https://doi.org/10.1000/X.,29798983.0,PMC5815332\n")
    assert source["locators"] == ["doi:10.1000/x", "pmid:29798983", "pmcid:PMC5815332"]
    assert "locators" not in source_of("title,doi,pmid\nA,n/a,0\n")
    (note,) = (e for e in read("title,doi\nA,to follow\n") if isinstance(e, Note))
    assert "to follow" in note.text


def test_links_of_pages_identify_nothing() -> None:
    """Rows with the same link to a page stay apart; a link to an article is an identifier."""
    found = read("title,url\nA,https://example.org/\nB,https://example.org/\n")
    assert all("locators" not in (e.source or {}) for e in found if isinstance(e, Item))
    assert source_of("title,url\nA,https://doi.org/10.1000/x\n")["locators"] == ["doi:10.1000/x"]


@given(title=TEXTS, names=st.lists(TEXTS, max_size=3))
def test_lists_as_python_writes_them(title: str, names: list[str]) -> None:
    """A list that a program wrote into a cell is read as one, whatever its texts hold."""
    assume(not any("\\" in name for name in names))
    data = written([("title", "authors"), (f"T{title}", repr([f"N {name}" for name in names]))])
    source = source_of(data)
    assert len(source.get("authors", [])) == len(names)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings(encoding: str) -> None:
    """No encoding costs the first row or a character; one that was guessed is said."""
    data = "Titel;Title\n1;Über die Wirkung von Säuren auf Größen\n2;Naïve résumé à la carte\n"
    found = read(data.encode(encoding))
    assert titles(found) == ["Über die Wirkung von Säuren auf Größen", "Naïve résumé à la carte"]
    guesses = [e for e in found if isinstance(e, Note) and "guess" in e.text]
    assert len(guesses) == (encoding == "cp1252")
