"""MEDLINE's tagged format, PubMed's and PMC's: records, wrapped lines, what became of works."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from evledger_literature.formats.medline import MedlineImporter, records
from evledger_literature.records import Record
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid
from evledger.importing import Fit, Importer, Item, Note, Rejection
from evledger.testing import ImporterTests

SAMPLE = """\

PMID- 12230038
OWN - NLM
DP  - 2002 Sep
TI  - The Bio* toolkits--a brief
      overview.
FAU - Mangalam, Harry
AU  - Mangalam H
PT  - Journal Article
JT  - Briefings in bioinformatics
PMC - PMC8553060

PMID- 9500320
TI  - A trial.
RIN - Lancet. 2010 Feb 6;375(9713):445. PMID: 20137807

PMID- 20301295
BTI - GeneReviews
ISBN- 978-1-60558-730-1
"""

NUMBERS = st.integers(1, 99_999_999)


class TestMedline(ImporterTests):
    """MEDLINE's format does what every importer must."""

    def importer(self) -> Importer:
        """Return the importer."""
        return MedlineImporter()

    def sample(self) -> bytes:
        """Return an article, one that was retracted, and a book."""
        return SAMPLE.encode()

    def records(self) -> int:
        """Return how many records it holds."""
        return 3


def read(text: str) -> list[Record | Rejection | Note]:
    """Read a file."""
    return list(records(text.splitlines()))


def one(*lines: str) -> Record:
    """Read a record with these lines."""
    (record,) = read("\n".join(["PMID- 1", *lines]))
    assert isinstance(record, Record)
    return record


def identifiers(text: str) -> list[list[str]]:
    """Return the identifiers of the records of a file."""
    return [list(each.identifiers) for each in read(text) if isinstance(each, Record)]


# -- records -----------------------------------------------------------------------------


@given(st.lists(NUMBERS, min_size=1, max_size=6), st.data())
def test_every_record_is_one(numbers: list[int], data: st.DataObject) -> None:
    """Each record is one, in order, whether blank lines are missing, or stand where none should."""
    lines: list[str] = []
    for number in numbers:
        fields = data.draw(
            st.permutations([f"TI  - T{number}", f"PMC - PMC{number}", "DP  - 2018"])
        )
        lines += ["\n" * data.draw(st.integers(0, 2)), f"PMID- {number}"]
        lines += data.draw(st.sampled_from([fields, ["", *fields[:1], "", *fields[1:]]]))
    lines = [line for line in lines if line or data.draw(st.booleans())]
    text = "\n".join(lines)
    if "\n\nPMC" not in text:  # there, PMC's own files begin a record
        expected = [[f"pmid:{number}", f"pmcid:PMC{number}"] for number in numbers]
        assert identifiers(text) == expected


@given(st.lists(NUMBERS, min_size=1, max_size=6), st.booleans(), st.booleans())
def test_files_of_pmc(numbers: list[int], has_blanks: bool, has_pmid: bool) -> None:
    """In PMC's files its own number comes first, and PubMed's, if there is one, after it."""
    lines: list[str] = []
    for number in numbers:
        lines += [""] * has_blanks + [f"PMC - PMC{number}"] + [f"PMID- {number}"] * has_pmid
        lines += ["TI  - A trial"]
    pmids = [[f"pmid:{number}"] if has_pmid else [] for number in numbers]
    expected = [[*pmid, f"pmcid:PMC{n}"] for pmid, n in zip(pmids, numbers, strict=True)]
    assert identifiers("\n".join(lines)) == expected


def test_a_record_without_a_number() -> None:
    """After a blank line, a title that the record has already begins another record."""
    first, second = read("PMID- 1\nOWN - NLM\nTI  - One\n\nOWN - NLM\nTI  - Two")
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.title, second.title) == ("One", "Two")
    assert second.identifiers == ()


def test_files_of_eric() -> None:
    """ERIC's records have no number: each begins with whose it is, and has a DOI or an address."""
    common = "OWN - ERIC\nTI  - {}\nAU  - Smith, Tom\n{}\nAB  - Rest.\nISSN - ISSN-1234-5678\n"
    link = "LID - http://eric.ed.gov/?id=EJ1131633"
    text = f"\n{common}\n{common}".replace("{}", "%s")
    text %= ("One", f"AID - http://dx.doi.org/10.1000/1\n{link}", "Two", link)
    first, second = read(text)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.title, first.format, first.abstract) == ("One", "ERIC", "Rest.")
    assert first.url == "http://eric.ed.gov/?id=EJ1131633"
    assert identifiers(text) == [["doi:10.1000/1"], ["url:http://eric.ed.gov/?id=EJ1131633"]]
    assert MedlineImporter().sniff(text.encode()) is Fit.SURE


def test_a_number_without_a_blank() -> None:
    """A PubMed number right after its dash is one; a word with a dash is no field."""
    text = "PMID-22664220\nTI  - A trial of\nPMID-like\n\nPMID-22664238\nTI  - Two"
    assert identifiers(text) == [["pmid:22664220"], ["pmid:22664238"]]
    first = read(text)[0]
    assert isinstance(first, Record)
    assert first.title == "A trial of PMID-like"


def test_a_bad_record_stops_nothing() -> None:
    """A record without title and identifier is rejected; the rest goes on."""
    data = b"PMID- x\n\nPMID- 2\nTI  - Two"
    found = [type(each) for each in MedlineImporter().read(io.BytesIO(data))]
    assert found == [Note, Rejection, Item]


@pytest.mark.parametrize("text", ["Hello", "TY  - JOUR\nTI  - A\nER  -", "TI  - A", "PMID 7"])
def test_other_files_are_refused(text: str) -> None:
    """A file without any record is refused, with what a record would begin like."""
    with pytest.raises(Invalid, match="PMID-"):
        read(text)


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_blank_files(text: str) -> None:
    """A blank file has no records, and that is no fault."""
    assert read(text) == []


@given(st.text())
def test_any_text(text: str) -> None:
    """Any text after a beginning gives records, rejections and notes."""
    data = f"PMID- 1\nTI  - A\n{text}".encode(errors="ignore")
    found = list(MedlineImporter().read(io.BytesIO(data)))
    assert all(isinstance(each, Item | Rejection | Note) for each in found)


# -- fields ------------------------------------------------------------------------------


def test_wrapped_lines() -> None:
    """Wrapped lines are joined by a blank, also of names and headings, indented or not."""
    record = one(
        "TI  - A trial of",
        "      rest",
        "FAU - MCC-Spain Study Group of the Consortium for Biomedical",
        "      Research",
        "AU  - MCC-Spain",
        "MH  - High-Intensity Focused Ultrasound Ablation/adverse",
        "      effects/*methods",
        "MH  - *Humans",
        "AB  - It was",
        "wrapped badly.",
    )
    assert record.title == "A trial of rest"
    assert record.authors == ("MCC-Spain Study Group of the Consortium for Biomedical Research",)
    assert record.headings == ("High-Intensity Focused Ultrasound Ablation", "Humans")
    assert record.abstract == "It was wrapped badly."


def test_structured_abstracts() -> None:
    """Each part of a structured abstract is a paragraph under its label."""
    record = one("AB  - PURPOSE: To see. MAIN OUTCOME MEASURE(S): Sleep. RESULTS: We saw NO: none.")
    assert record.abstract == (
        "PURPOSE: To see.\nMAIN OUTCOME MEASURE(S): Sleep.\nRESULTS: We saw NO: none."
    )


@pytest.mark.parametrize(
    ("lines", "abstract"),
    [
        (("AB  - ", "OAB - Publisher: ANTECEDENTES: Uno.", "OABL- spa"), "ANTECEDENTES: Uno."),
        (("OAB - Publisher: Abstract available from the publisher.",), None),
        (("AB  - One.", "OAB - Publisher: Dos."), "One."),
    ],
)
def test_other_abstracts(lines: tuple[str, ...], abstract: str | None) -> None:
    """Another abstract stands in where there is none, unless it is one in name only."""
    assert one(*lines).abstract == abstract


@pytest.mark.parametrize(
    ("lines", "authors"),
    [
        (("FAU - Doe, J A", "AU  - Doe JA", "CN  - The Group"), ("Doe, J A", "The Group")),
        (("AU  - Doe JA", "AU  - Roe J"), ("Doe JA", "Roe J")),
        (("FAU - Doe, J A", "AU  - Doe JA", "AU  - Roe J"), ("Doe JA", "Roe J")),
        (("FED - Doe, J A", "ED  - Doe JA"), ("Doe, J A",)),
        (("FIR - Doe, J A", "IR  - Doe JA"), ()),
    ],
)
def test_authors(lines: tuple[str, ...], authors: tuple[str, ...]) -> None:
    """Full names are taken if all have one; collectives are authors, investigators are not."""
    assert one(*lines).authors == authors


def test_identifiers() -> None:
    """Article ids count by their kinds; a trial's number and the book of a chapter are mentions."""
    record = one(
        "LID - 10.1000/X [doi]",
        "LID - e0256488",
        "AID - S0140-6736(10)60175-4 [pii]",
        "AID - 10.1000/X [doi]",
        "PMC - PMC8553060",
        "SI  - ClinicalTrials.gov/NCT00680992",
        "SI  - GENBANK/AB000001",
        "IS  - 1474-547X (Electronic)",
        "TI  - A chapter",
        "BTI - A book",
        "ISBN- 9781605587301 (print)",
    )
    assert set(record.identifiers) == {"pmid:1", "doi:10.1000/X", "pmcid:PMC8553060"}
    assert record.mentions == ("isbn:9781605587301", "nct:NCT00680992")
    assert (record.venue, record.types) == ("A book", ("Book Chapter",))


def test_books() -> None:
    """A book as a whole has its own ISBN."""
    record = one(
        "BTI - A book", "ISBN- 9781605587301", "PB  - ACM", "AID - NBK1116 [bookaccession]"
    )
    assert (record.title, record.kind, record.venue) == ("A book", "book", "ACM")
    assert record.identifiers == ("pmid:1", "isbn:9781605587301")


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (("TI  - [Eine Studie].", "TT  - Eine Studie."), "[Eine Studie]."),
        (("TI  - [Not Available].", "TT  - Eine Studie."), "Eine Studie."),
        (("TI  - ", "TT  - Eine Studie."), "Eine Studie."),
    ],
)
def test_titles(lines: tuple[str, ...], title: str) -> None:
    """The original title stands in where PubMed has no English one."""
    assert one(*lines).title == title


@pytest.mark.parametrize(
    ("lines", "published"),
    [
        (("DP  - 2010 Feb 6", "DEP - 20100101"), "2010-02-06"),
        (("DP  - 2018 Jan-Feb",), "2018"),
        (("DEP - 20180330",), "2018-03-30"),
        (("DP  - ", "PHST- 2010/02/09 06:00 [entrez]"), None),
    ],
)
def test_dates(lines: tuple[str, ...], published: str | None) -> None:
    """The date of the issue is taken, or else that of the text online."""
    assert one(*lines).published == published


# -- what has happened to works ----------------------------------------------------------

OTHER = "Lancet. 2010 Feb 6;375(9713):445. doi: 10.1000/Other. PMID: 2"
THERE = ("pmid:2", "doi:10.1000/other")


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ("RIN ", "retracted"),
        ("RRI ", "retracted"),
        ("PRIN", "corrected"),
        ("EIN ", "corrected"),
        ("CRI ", "corrected"),
        ("ECI ", "concern"),
    ],
)
def test_what_happened_to_it(tag: str, status: str) -> None:
    """A paper's record names the notice that says what happened to it, and when."""
    record = one(f"{tag}- {OTHER}")
    (flag,) = record.flags
    assert (flag.status, flag.notice, flag.date, flag.of) == (status, "pmid:2", "2010-02-06", ())
    assert flag.according_to == "PubMed"
    assert record.links == ()


@pytest.mark.parametrize(
    ("tag", "status", "is_notice"),
    [
        ("ROF ", "retracted", True),
        ("PROF", "corrected", True),
        ("EFR ", "corrected", True),
        ("ECF ", "concern", True),
        ("CRF ", "corrected", False),
        ("RRF ", "retracted", False),
    ],
)
def test_what_it_tells_of_others(tag: str, status: str, is_notice: bool) -> None:
    """A notice flags the paper and is linked to it; what is published again is no notice."""
    record = one("DP  - 2011", f"{tag}- {OTHER}")
    (flag,) = record.flags
    assert (flag.status, flag.notice, flag.date, tuple(flag.of)) == (
        status,
        "pmid:1",
        "2011",
        THERE,
    )
    links = [(link.relation, tuple(link.other)) for link in record.links]
    assert links == ([("notice-of", THERE)] if is_notice else [])


@pytest.mark.parametrize(("tag", "leads"), [("UIN ", True), ("UOF ", False), ("RPF ", True)])
def test_versions(tag: str, leads: bool) -> None:
    """An earlier version, as of a preprint, is linked to the later, whichever record says it."""
    (link,) = one(f"{tag}- {OTHER}").links
    assert link.relation == "version-of"
    assert (tuple(link.source), tuple(link.other)) == (((), THERE) if leads else (THERE, ()))


def test_wrapped_references() -> None:
    """A reference is read across its lines, also behind words that repeat what it is."""
    record = one(
        "ROF - Retraction of: Doe J. Lancet. 1998 Feb 28;351(9103):637-41. PMID:",
        "      9500320",
    )
    assert record.flags[0].of == ("pmid:9500320",)


def test_comments_are_no_flags() -> None:
    """A comment says nothing of whether a paper stands."""
    record = one(f"CIN - {OTHER}", f"CON - {OTHER}")
    assert record.flags == ()


def test_retracted_without_a_notice() -> None:
    """A publication type alone says that a paper was retracted."""
    (flag,) = one("PT  - Retracted Publication").flags
    assert (flag.status, flag.notice) == ("retracted", None)


def test_a_notice_of_nothing_known() -> None:
    """A notice that names no identifier flags nothing, and is not passed over without a word."""
    record, note = read("PMID- 1\nTI  - A\nROF - Doe J. Lancet. 1998 Feb 28;351:637.")
    assert isinstance(record, Record)
    assert record.flags == ()
    assert isinstance(note, Note)
    assert "without an identifier" in note.text


# -- sniffing and samples ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "fit"),
    [
        (SAMPLE, Fit.SURE),
        ("PMC - PMC6055010\nPMID- 30042925\n", Fit.SURE),
        ("\ufeffPMID- 1", Fit.SURE),
        ("", Fit.NONE),
        ("TY  - JOUR\nTI  - A\n", Fit.NONE),
        ("the PMID- 12 of", Fit.NONE),
    ],
)
def test_sniffs(start: str, fit: Fit) -> None:
    """A file is known by the line that begins a record, and by no other."""
    assert MedlineImporter().sniff(start.encode()) is fit


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("compare_pubmed_wakefield_notice.txt", 1),
        ("pmc_medlars.txt", 5),
        ("pubmed_abbreviated_title.txt", 1),
        ("pubmed_eci_concern_notice.txt", 1),
        ("pubmed_result1.txt", 1),
        ("pubmed_result3.txt", 1),
        ("pubmed_retracted.txt", 1),
        ("pubmed_retraction_notice.txt", 1),
        ("pubmed_translated_title.txt", 1),
        ("pubmed_wrapped_authors.txt", 1),
    ],
)
def test_samples(
    shared: Path,
    counts: Callable[[Importer, bytes], tuple[int, int, int]],
    name: str,
    count: int,
) -> None:
    """Of real files every record is an item, as counted by eye."""
    data = (shared / "samples" / "pubmed-nbib" / name).read_bytes()
    assert MedlineImporter().sniff(data[: 1 << 16]) is Fit.SURE
    assert counts(MedlineImporter(), data) == (count, 0, 0)
