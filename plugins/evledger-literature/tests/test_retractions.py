"""The list of Retraction Watch: what each row flags, and why some flag nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from evledger_literature.formats.retractions import RetractionWatchImporter
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid, Plugins, SourceAdded
from evledger.importing import Fit, Found, Item, ItemFlag, Note, Rejection, import_file
from evledger.testing import ImporterTests, Story

HEADINGS = (
    *("Record ID", "Title", "Subject", "Institution", "Journal", "Publisher", "Country", "Author"),
    *("URLS", "ArticleType", "RetractionDate", "RetractionDOI", "RetractionPubMedID"),
    *("OriginalPaperDate", "OriginalPaperDOI", "OriginalPaperPubMedID", "RetractionNature"),
    *("Reason", "Paywalled", "Notes"),
)
ROW = {
    "Record ID": "4036",
    "Title": 'A "trial", retracted',
    "RetractionDate": "2/6/2010 0:00",
    "RetractionDOI": "10.1000/Notice",
    "RetractionPubMedID": "20137807",
    "OriginalPaperDOI": "10.1000/Paper(97)1",
    "OriginalPaperPubMedID": "9500320",
    "RetractionNature": "Retraction",
    "Notes": "First line.\nSecond line.",
}
FLAG = ItemFlag(
    status="retracted",
    according_to="Retraction Watch",
    notice="doi:10.1000/notice",
    date="2010-02-06",
    of=("doi:10.1000/paper(97)1", "pmid:9500320"),
)


def written(*rows: Mapping[str, str], headings: tuple[str, ...] = HEADINGS, end: str = ",") -> str:
    """Write rows as the list has them, with a comma behind the last heading."""
    file = io.StringIO(newline="")
    table = csv.DictWriter(file, headings, extrasaction="ignore", lineterminator=f"{end}\r\n")
    table.writeheader()
    table.writerows(rows)
    return file.getvalue()


def read(data: str | bytes) -> list[Found]:
    """Read a list."""
    content = data.encode() if isinstance(data, str) else data
    return list(RetractionWatchImporter().read(io.BytesIO(content)))


def flag_of(**changed: str) -> ItemFlag:
    """Return the flag of a row that is as usual but for some cells."""
    (found,) = read(written({**ROW, **changed}))
    assert isinstance(found, Item)
    assert found.source is None
    (flag,) = found.flags
    return flag


class TestRetractionWatchImporter(ImporterTests):
    """The suite; none of its rows is about a source of the empty ledger."""

    def importer(self) -> RetractionWatchImporter:
        """Return the importer."""
        return RetractionWatchImporter()

    def sample(self) -> bytes:
        """Return three rows, each of a paper of its own."""
        papers = [{**ROW, "OriginalPaperDOI": f"10.1000/{n}"} for n in range(3)]
        return written(*papers).encode()

    def records(self) -> int:
        """Return how many there are."""
        return 3

    @pytest.mark.xfail(reason="rows about sources that the ledger has not are counted apart")
    def test_import_adds_up(self, tmp_path: Path) -> None:
        """See :func:`test_only_what_the_ledger_has_is_counted`."""
        super().test_import_adds_up(tmp_path)


def test_a_row_flags_the_paper() -> None:
    """A row flags the paper by all its identifiers, names the notice, and adds no source."""
    assert read(written(ROW)) == [Item(place="row 1 (line 2), record 4036", flags=(FLAG,))]


@pytest.mark.parametrize(
    ("nature", "status"),
    [
        ("Retraction", "retracted"),
        ("retraction ", "retracted"),
        ("Correction", "corrected"),
        ("Expression of concern", "concern"),
        ("Reinstatement", "reinstated"),
    ],
)
def test_natures(nature: str, status: str) -> None:
    """Each nature of a notice is a status of its own; a correction is no retraction."""
    assert flag_of(RetractionNature=nature).status == status


@pytest.mark.parametrize("nature", ["", "Republication", "0", "見直し"])
def test_an_unknown_nature_is_rejected(nature: str) -> None:
    """What has happened is never guessed."""
    (found,) = read(written({**ROW, "RetractionNature": nature}))
    assert isinstance(found, Rejection)
    assert "expected Retraction, Correction" in found.reason
    assert 'A ""trial""' in found.raw


@pytest.mark.parametrize("nothing", ["", "0", "unavailable", "Unavailable", "N/A"])
def test_a_paper_without_identifiers_is_rejected(nothing: str) -> None:
    """A paper that has neither identifier can be no source that is known, and the row says so."""
    row = {**ROW, "OriginalPaperDOI": nothing, "OriginalPaperPubMedID": nothing}
    (found,) = read(written(row))
    assert isinstance(found, Rejection)
    assert "neither a DOI nor a PubMed id" in found.reason


def test_one_identifier_is_enough() -> None:
    """A DOI that is unavailable does no harm where there is a PubMed id, and the other way."""
    assert flag_of(OriginalPaperDOI="unavailable").of == ("pmid:9500320",)
    assert flag_of(OriginalPaperPubMedID="0").of == ("doi:10.1000/paper(97)1",)


def test_what_is_no_identifier_is_said() -> None:
    """An identifier that is none is noted where the other serves, and else rejects the row."""
    note, item = read(written({**ROW, "OriginalPaperDOI": "see text"}))
    assert isinstance(note, Note)
    assert "'see text'" in note.text
    assert isinstance(item, Item)
    (found,) = read(written({**ROW, "OriginalPaperDOI": "see", "OriginalPaperPubMedID": "x"}))
    assert isinstance(found, Rejection)
    assert "'see'" in found.reason


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("2/6/2010 0:00", "2010-02-06"),
        ("12/31/2024 12:00:00 AM", "2024-12-31"),
        ("31/12/2024", "2024-12-31"),
        ("2010-02-06", "2010-02-06"),
        ("2010-02-06T00:00:00Z", "2010-02-06"),
        ("2010", "2010"),
        ("0:00", None),
        ("", None),
        ("Unknown", None),
    ],
)
def test_dates(cell: str, date: str | None) -> None:
    """Dates are American, as the list writes them; others are read where they are plain."""
    assert flag_of(RetractionDate=cell).date == date


def test_a_notice_in_the_papers_place_is_none() -> None:
    """A notice that took over the paper's identifiers is no other source."""
    flag = flag_of(RetractionDOI=ROW["OriginalPaperDOI"], RetractionPubMedID="9500320")
    assert flag.notice is None
    assert flag_of(RetractionDOI="", RetractionPubMedID="7").notice == "pmid:7"


def test_several_identifiers_in_a_cell() -> None:
    """A paper that came out in several parts is flagged by each."""
    assert flag_of(OriginalPaperDOI="10.1000/a;b; 10.1000/c", OriginalPaperPubMedID="").of == (
        "doi:10.1000/a;b",
        "doi:10.1000/c",
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str) -> None:
    """Editions of the list differ in their encoding; no row is lost to it."""
    rows = [{**ROW, "Author": "Jürgen Müßig", "Title": "Über Größen"}, ROW]
    found = read(written(*rows).encode(encoding))
    assert [each.flags for each in found if isinstance(each, Item)] == [(FLAG,), (FLAG,)]


def test_columns_of_other_editions() -> None:
    """Columns are known by their names alone: in any order, case and spacing, more or fewer."""
    headings = ("Original Paper DOI", "retraction_nature", "A new one")
    row = {headings[0]: "10.1000/x", headings[1]: "Correction", headings[2]: "new"}
    (found,) = read(written(row, headings=headings, end=""))
    assert isinstance(found, Item)
    flag = ItemFlag(status="corrected", according_to="Retraction Watch", of=("doi:10.1000/x",))
    assert found.flags == (flag,)


def test_another_table_is_refused() -> None:
    """A table without the list's columns is refused, and not sniffed as the list."""
    data = "title,doi\nA trial,10.1000/x\n"
    assert RetractionWatchImporter().sniff(data.encode()) is Fit.NONE
    assert RetractionWatchImporter().sniff(written(ROW).encode()) is Fit.SURE
    with pytest.raises(Invalid, match="OriginalPaperDOI"):
        read(data)


def test_only_what_the_ledger_has_is_counted(tmp_path: Path) -> None:
    """Rows about sources that the ledger does not have are counted apart, and add none."""
    paper = SourceAdded(
        id="s1", kind="journal-article", title="A trial", locators=("pmid:9500320",)
    )
    ledger = Story(events=(paper,)).ledger(Plugins.builtin())
    others = [{**ROW, "OriginalPaperDOI": f"10.1/{n}", "OriginalPaperPubMedID": "0"} for n in "123"]
    path = tmp_path / "list.csv"
    path.write_bytes(written(*others, ROW).encode())
    report = import_file(ledger, path, RetractionWatchImporter(), by="test")
    assert (report.read, report.flagged, report.absent, report.flags) == (1, 1, 3, 1)
    assert (report.sources, report.rejected) == (0, ())
    assert ledger.view().sources["s1"].is_retracted
    again = import_file(ledger, path, RetractionWatchImporter(), by="test")
    assert (again.read, again.known, again.flags) == (1, 1, 0)


@given(rows=st.lists(st.tuples(st.integers(1, 10**8), st.booleans()), max_size=30))
def test_every_row_is_an_item_or_a_rejection(rows: list[tuple[int, bool]]) -> None:
    """In whatever order good rows and bad ones come, each is accounted for, in that order."""
    pmids = [{**ROW, "OriginalPaperPubMedID": str(pmid)} for pmid, _ in rows]
    natures = ["Retraction" if is_good else "?" for _, is_good in rows]
    data = [{**row, "RetractionNature": n} for row, n in zip(pmids, natures, strict=True)]
    assert [isinstance(found, Item) for found in read(written(*data))] == [good for _, good in rows]


def test_the_sample(shared: Path) -> None:
    """The sample has eleven rows, of which four flag nothing: two name no paper, two no nature."""
    found = read((shared / "samples/retraction-watch/retraction_watch_sample.csv").read_bytes())
    items = [each for each in found if isinstance(each, Item)]
    assert len(items) == 7
    assert len([each for each in found if isinstance(each, Rejection)]) == 4
    assert len(found) == 11
    statuses = ["corrected", "retracted", "concern", "reinstated", "corrected"]
    assert [item.flags[0].status for item in items] == [*statuses, "retracted", "reinstated"]
