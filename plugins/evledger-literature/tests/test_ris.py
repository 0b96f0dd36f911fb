"""RIS and Web of Science's format: every record, however its lines and its ends are written."""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from evledger_literature.formats.ris import RISImporter, records
from evledger_literature.records import Record
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid
from evledger.importing import Fit, Importer, Item, ItemFlag, Note, Rejection
from evledger.testing import ImporterTests

SAMPLE = """\
Provider: OvidSP
Content: text/plain; charset="UTF-8"

1.
TY  - JOUR
AU  - Lovelace, Ada
AU  - Hopper, Grace
TI  - A trial of rest
JF  - The Lancet
PY  - 2019/05/01/
DO  - 10.1000/RIS.1
ER  - \n
2.
TY  - BOOK
A1  - Knuth, Donald E.
T1  - Fundamental algorithms
SN  - 0-201-89683-4
Y1  - 1997//
ER  - \n
3.
TY  - ELEC
TI  - A page
UR  - https://example.org/page
ER  - \n
"""

WOS = """\
FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Lovelace, A
   Hopper, G
AF Lovelace, Ada
   Hopper, Grace
TI A trial of
   rest
SO LANCET
LA English
DT Article; Retracted Publication
WE Science Citation Index Expanded
PD MAY 1
PY 2019
DI 10.1000/wos.1
PM 12653513
UT WOS:000179611800001
ER

PT B
BE Hopper, G
   Lovelace, A
TI A chapter
BN 978-1-60558-730-1
D2 10.1000/book
DT Book Chapter
ER

EF
"""

SICI = "doi:10.1002/(sici)25:4<397::aid-e62>3.0.co;2-9"
TAGS = st.sampled_from(["TI", "AU", "AB", "KW", "N1", "UR", "DO", "PY", "SN", "ZZ", "T2"])
WORDS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8)


class TestRIS(ImporterTests):
    """RIS does what every importer must."""

    def importer(self) -> Importer:
        """Return the importer."""
        return RISImporter()

    def sample(self) -> bytes:
        """Return a file with a prologue and numbers, as databases write it."""
        return SAMPLE.encode()

    def records(self) -> int:
        """Return how many records it holds."""
        return 3


class TestWebOfScience(ImporterTests):
    """So does Web of Science's format, which the same importer reads."""

    def importer(self) -> Importer:
        """Return the importer."""
        return RISImporter()

    def sample(self) -> bytes:
        """Return a file with continued fields and a tag that rispy does not know."""
        return WOS.encode()

    def records(self) -> int:
        """Return how many records it holds."""
        return 2


def read(text: str) -> list[Record | Rejection | Note]:
    """Read a file."""
    return list(records(text.splitlines()))


def one(*lines: str) -> Record:
    """Read a record of a journal article with these lines."""
    (record,) = read("\n".join(["TY  - JOUR", *lines, "ER  - "]))
    assert isinstance(record, Record)
    return record


def by_rispy(text: str, parser: str = "RisParser") -> Any:
    """Return the records that rispy finds by itself; it has no types."""
    rispy: Any = importlib.import_module("rispy")
    return rispy.loads(text, implementation=getattr(rispy, parser))


def titles(text: str) -> list[str | None]:
    """Return the titles of the records of a file."""
    return [each.title for each in read(text) if isinstance(each, Record)]


# -- records -----------------------------------------------------------------------------


@given(st.lists(st.lists(st.tuples(TAGS, WORDS), max_size=5), min_size=1, max_size=8), st.data())
def test_every_record_is_one(written: list[list[tuple[str, str]]], data: st.DataObject) -> None:
    """Each record is one, in order, with its own fields, whichever of their ends are missing."""
    lines: list[str] = []
    for number, fields in enumerate(written):
        lines += ["TY  - JOUR", f"TI  - Title {number}", *(f"{t}  - {text}" for t, text in fields)]
        if data.draw(st.booleans(), label="has an end"):
            between = st.sampled_from(["", f"{number + 2}.", "Results"])
            lines += ["ER  - ", *data.draw(st.lists(between, max_size=2), label="between")]
    assert titles("\n".join(lines)) == [f"Title {number}" for number in range(len(written))]


@given(st.lists(st.text("abcü", min_size=1, max_size=5), min_size=1, max_size=5))
def test_finds_what_rispy_finds(names: list[str]) -> None:
    """In a file that is as the specification has it, rispy and we find the same."""
    text = "".join(
        f"TY  - JOUR\nTI  - {name}\nAU  - {name}, A.\nAU  - {name}, B.\nER  - \n" for name in names
    )
    theirs = [(each["title"], tuple(each["authors"])) for each in by_rispy(text)]
    ours = [(each.title, each.authors) for each in read(text) if isinstance(each, Record)]
    assert ours == theirs
    assert len(ours) == len(names)


@pytest.mark.parametrize(
    "start",
    [
        "TY  - JOUR",
        "TY  -JOUR",
        "TY - JOUR",
        "TY   - JOUR",
        "TY\t- JOUR",
        "TY-JOUR",
        "TY  – JOUR",
        " TY  - JOUR",
        "ty  - jour",
        "TY\xa0 - Journal Article",
    ],
)
@pytest.mark.parametrize("end", ["ER  - ", "ER  -", "ER -", "ER-", "ER", "er  - ", "ER  –", ""])
def test_how_records_begin_and_end(start: str, end: str) -> None:
    """The lines that begin and end a record are known with a blank more or less."""
    text = f"{start}\nTI  - One\n{end}\n{start}\nTI  - Two\n{end}\n"
    assert titles(text) == ["One", "Two"]


@pytest.mark.parametrize(
    "line",
    ["AU - Doe, Jane", "AU\t- Doe, Jane", "au  - Doe, Jane", "AU  — Doe, Jane", "AU -  Doe, Jane"],
)
def test_fields_of_a_loose_record(line: str) -> None:
    """Where the type is written with a blank too few, so may the fields be."""
    (record,) = read(f"TY - JOUR\nTI - A trial\n{line}\nER -")
    assert isinstance(record, Record)
    assert (record.title, record.authors) == ("A trial", ("Doe, Jane",))


def test_sentences_are_no_fields() -> None:
    """In a record that is written strictly, a line of text with a dash is text."""
    record = one(
        "TI  - A trial", "AB  - Levels of", "CA - 125 and", "IL - 6 rose in", "ER - positive"
    )
    assert record.abstract == "Levels of CA - 125 and IL - 6 rose in ER - positive"


def test_a_missing_end_is_said() -> None:
    """A record without an end is read up to the next, and a note says so, and where."""
    first, note, second = read("TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two\nER  -")
    assert isinstance(first, Record)
    assert first.title == "One"
    assert isinstance(note, Note)
    assert note.place == "record 1 (line 1)"
    assert "missing" in note.text
    assert isinstance(second, Record)
    assert second.place == "record 2 (line 3)"


def test_a_missing_beginning_is_said() -> None:
    """A record that has lost the line with its type is one all the same, and a note says so."""
    first, note, second = read("TI  - One\nDO  - 10.1000/1\nER  -\nTY  - JOUR\nTI  - Two\nER  -")
    assert isinstance(first, Record)
    assert (first.title, first.types, first.identifiers) == ("One", (), ("doi:10.1000/1",))
    assert isinstance(note, Note)
    assert "no line begins it" in note.text
    assert isinstance(second, Record)


def test_stray_fields_are_said() -> None:
    """Fields between records are no record, and are not dropped without a word."""
    note, record = read("KW  - stray\nER  -\n\nTY  - JOUR\nTI  - One\nER  -")
    assert isinstance(note, Note)
    assert note.place == "line 1"
    assert isinstance(record, Record)


def test_a_bad_record_stops_nothing() -> None:
    """A record without title and identifier is rejected with its own text; the rest goes on."""
    text = "TY  - JOUR\nTI  - One\nER  -\nTY  - GEN\nKW  - x\nER  -\nTY  - JOUR\nTI  - Two\nER  -"
    first, bad, last = RISImporter().read(io.BytesIO(text.encode()))
    assert isinstance(first, Item)
    assert bad == Rejection(
        "record 2 (line 4)", "it has neither a title nor an identifier", "TY  - GEN\nKW  - x"
    )
    assert isinstance(last, Item)


@pytest.mark.parametrize(("text", "lines"), [("x", 100_001), ("x" * 100_000, 42)])
def test_a_record_that_is_too_long(text: str, lines: int) -> None:
    """A record that would fill the memory is rejected, and those around it are read."""
    long = f"AB  - {text}\n" * lines
    one, bad, two = read(
        f"TY  - JOUR\nTI  - One\nER  -\nTY  - JOUR\n{long}ER  -\nTY  - JOUR\nTI  - 2"
    )[:3]
    assert isinstance(one, Record)
    assert isinstance(bad, Rejection)
    assert "longer than" in bad.reason
    assert len(bad.raw) <= 2_000
    assert isinstance(two, Record)


@pytest.mark.parametrize("text", ["Hello\nworld", "PMID- 1\nTI  - A trial", "<html>", "TI  - x"])
def test_other_files_are_refused(text: str) -> None:
    """A file without any record is refused, with what a record would begin like."""
    with pytest.raises(Invalid, match="TY  - JOUR"):
        read(text)


@pytest.mark.parametrize("text", ["", "\n\n", "  \r\n"])
def test_blank_files(text: str) -> None:
    """A blank file has no records, and that is no fault."""
    assert read(text) == []


@given(st.text())
def test_any_text(text: str) -> None:
    """Any text after a beginning gives records, rejections and notes, or is refused."""
    for start in ("TY  - JOUR\n", "PT J\n", "TY - JOUR\nAU - "):
        try:
            found = list(RISImporter().read(io.BytesIO(f"{start}{text}".encode(errors="ignore"))))
        except Invalid:
            continue
        assert all(isinstance(each, Item | Rejection | Note) for each in found)


# -- fields ------------------------------------------------------------------------------


def test_continuation_lines() -> None:
    """A field goes on until the next: words are joined, and paragraphs kept."""
    record = one(
        "TI  - A trial",
        "of rest",
        "AB  - METHODS: We treated",
        "thirty patients.",
        "RESULTS: They slept.",
        "",
        "They woke.",
        "N1  - Export Date: 12 May 2022",
        "",
        "Article",
        "PY  - 2018",
    )
    assert record.title == "A trial of rest"
    assert record.abstract == (
        "METHODS: We treated thirty patients.\nRESULTS: They slept.\nThey woke."
    )
    assert record.published == "2018"


def test_empty_and_unknown_fields() -> None:
    """A field without text is as good as none, and an unknown one does no harm."""
    record = one(
        "TI  -", "T1  - A trial", "UK  - what", "ZZ  - what", "9Z  - what", "DO  - ", "AU  - "
    )
    assert (record.title, record.identifiers, record.authors) == ("A trial", (), ())


@pytest.mark.parametrize(
    ("lines", "authors"),
    [
        (("AU  - Doe, Jane", "AU  - Roe, John"), ("Doe, Jane", "Roe, John")),
        (("A1  - Doe, Jane", "A1  - Roe, John"), ("Doe, Jane", "Roe, John")),
        (("AU  - Doe, Jane; Roe, John",), ("Doe, Jane", "Roe, John")),
        (("AU  - Wang, Y.", "AU  - Li, X.", "AU  - Wang, Y."), ("Wang, Y.", "Li, X.", "Wang, Y.")),
        (("AU  - Li, X.", "A1  - Li, X."), ("Li, X.",)),
        (("A1  - Li, X.", "AU  - Li, X.", "AU  - Roe, J."), ("Li, X.", "Roe, J.")),
        (("A1  - Li, X.", "AU  - Roe, J."), ("Li, X.", "Roe, J.")),
        (("AU  - Doe-Ray, J; Li, X", "AU  - DoeRay, J", "AU  - Li, X"), ("Doe-Ray, J", "Li, X")),
        (("AU  - Wang, Y", "AU  - Wang, Y"), ("Wang, Y", "Wang, Y")),
        (("AU  - The RECOVERY Collaborative", "Group"), ("The RECOVERY Collaborative Group",)),
        (("A2  - Doe, Jane", "AU  - Roe, John"), ("Roe, John",)),
        (("ED  - Doe, Jane",), ("Doe, Jane",)),
    ],
)
def test_authors(lines: tuple[str, ...], authors: tuple[str, ...]) -> None:
    """Authors are given in order; editors only where there are none."""
    assert one("TI  - A", *lines).authors == authors


@pytest.mark.parametrize(
    ("lines", "published"),
    [
        (("PY  - 2014//",), "2014"),
        (("Y1  - 2018/06/01/Spring",), "2018-06-01"),
        (("PY  - 1948/07//",), "1948-07"),
        (("PY  - 2018", "DA  - 2018/06/01/"), "2018-06-01"),
        (("PY  - 2018", "DA  - Jun 1"), "2018-06-01"),
        (("PY  - 2018", "DA  - 2021/02/03"), "2018"),
        (("DA  - 2019///",), "2019"),
        (("PY  - 2018/13/45",), "2018"),
        (("PY  - in press",), None),
    ],
)
def test_dates(lines: tuple[str, ...], published: str | None) -> None:
    """A date is as exact as the fields for it agree on, and no more."""
    assert one("TI  - A", *lines).published == published


@pytest.mark.parametrize(
    ("lines", "own"),
    [
        (("DO  - 10.1000/X",), ["doi:10.1000/x"]),
        (("DO  - https://doi.org/10.1000/X",), ["doi:10.1000/x"]),
        (("DO  - DOI: 10.1000/X [doi]",), ["doi:10.1000/x"]),
        (
            ("DO  - 10.1002/(SICI)1&lt;1::AID-A1&gt;3.0.CO;2-X",),
            ["doi:10.1002/(sici)1<1::aid-a1>3.0.co;2-x"],
        ),
        (
            ("DO  - 10.1659/0276-4741(2004)024 [ 0141:SPOCMP]2.0.CO;2",),
            ["doi:10.1659/0276-4741(2004)024[0141:spocmp]2.0.co;2"],
        ),
        (("DO  - 10.1016/S0140-6736(05 )67889-4",), ["doi:10.1016/s0140-6736(05)67889-4"]),
        (("DO  - 10.1659/0276-4741(2004)024 [ 0141:",), []),
        (("DO  - 10.1000/X Epub 2019",), ["doi:10.1000/x"]),
        (("DO  - n/a",), []),
        (("M3  - 10.1000/X",), ["doi:10.1000/x"]),
        (("N1  - Journal Article", "10.1000/X", "12653513"), ["doi:10.1000/x"]),
        (("N1  - see PMID: 12653513 and doi: 10.1000/other",), []),
        (("N1  - Doe J., 1999, ECOLOGY, 10.1000/other",), []),
        (("N1  - PMID: 12653513", "AU  - A"), ["pmid:12653513"]),
        (("N1  - Cited References:", "doi:10.1000/other", "Corre MD"), []),
        (("U2  - 10.1000/other; Cited References: 10.1000/another",), []),
        (
            ("DO  - 10.1000/X", "N1  - 10.1000/other", "PMID: 12653513"),
            ["doi:10.1000/x", "pmid:12653513"],
        ),
        (
            ("C1  - 10.1890/0012-9658(2000)081[0734:IARTRB]2.0.CO;2",),
            ["doi:10.1890/0012-9658(2000)081[0734:iartrb]2.0.co;2"],
        ),
        *(
            ((f"UR  - https://doi.org/10.1002/(SICI)25:4{page}3.0.CO;2-9",), [SICI])
            for page in ("<397::AID-E62>", "&lt;397::AID-E62&gt;", "%3C397::AID-E62%3E")
        ),
        (("AN  - 12653513", "DB  - PubMed"), ["pmid:12653513"]),
        (("AN  - 12653513", "DB  - Ovid MEDLINE(R) <1946 to 2020>"), ["pmid:12653513"]),
        (("AN  - 12653513", "DB  - Embase"), []),
        (("AN  - 12653513", "DB  - Embase and MEDLINE"), []),
        (("UR  - https://doi.org/10.1002/(SICI)1;2-X",), ["doi:10.1002/(sici)1;2-x"]),
        (("AN  - 12653513",), []),
        (("C2  - PMC5815332", "C7  - e123"), ["pmcid:PMC5815332"]),
        (("U1  - 12653513 [pmid]", "ID  - PMID: 12653513"), ["pmid:12653513"]),
        (("UR  - https://www.ncbi.nlm.nih.gov/pubmed/12653513",), ["pmid:12653513"]),
        (("UR  - http://a.example;http://doi.org/10.1000/X",), ["doi:10.1000/x"]),
        (("L2  - http://dx.doi.org/10.1000/X",), ["doi:10.1000/x"]),
        (("UR  - https://arxiv.org/abs/1806.05726v2",), ["doi:10.48550/arxiv.1806.05726"]),
        (("UR  - https://clinicaltrials.gov/show/NCT00680992",), ["nct:NCT00680992"]),
        (("SN  - 978-1-60558-730-1",), []),
        (("UR  - https://example.org/a",), []),
    ],
)
def test_identifiers(lines: tuple[str, ...], own: list[str]) -> None:
    """Identifiers are found wherever programs put them, and only where they are the work's own."""
    assert source("JOUR", "TI  - A", *lines).get("locators", []) == own


def test_doubtful_identifiers_are_said() -> None:
    """What stands in a DOI's place and is none is noted; what surrounds one is not."""

    def notes(line: str) -> list[str]:
        text = f"TY  - JOUR\nTI  - A\n{line}\nER  -"
        found = RISImporter().read(io.BytesIO(text.encode()))
        return [each.text for each in found if isinstance(each, Note)]

    assert notes("DO  - DOI: 10.1000/X [doi]") == []
    (cut,) = notes("DO  - 10.1659/0276-4741(2004)024 [ 0141:")
    assert "[ 0141:" in cut
    (note,) = notes("DO  - see the publisher's site")
    assert "see the publisher's site" in note


def source(kind: str, *lines: str) -> Any:
    """Return the source that a record with these lines becomes."""
    text = "\n".join([f"TY  - {kind}", *lines, "ER  - "])
    (item,) = (
        each for each in RISImporter().read(io.BytesIO(text.encode())) if isinstance(each, Item)
    )
    return item.source


@pytest.mark.parametrize("kind", ["BOOK", "EDBOOK", "EBOOK"])
def test_books(kind: str) -> None:
    """An ISBN, among the ISSNs that stand beside it, identifies a book."""
    found = source(kind, "T1  - A", "SN  - 18650929 (ISSN); 9781605587301 (ISBN)", "PB  - ACM")
    assert found["locators"] == ["isbn:9781605587301"]
    assert found["venue"] == "ACM"


def test_chapters() -> None:
    """Of a chapter it is only a mention: it identifies the book."""
    found = source("CHAP", "T1  - A", "SN  - 9781605587301", "T2  - The book")
    assert "locators" not in found
    assert found["mentions"] == ["isbn:9781605587301"]
    assert found["venue"] == "The book"


@pytest.mark.parametrize(
    ("lines", "is_chapter"),
    [
        (("T2  - The book", "SP  - 233", "EP  - 247"), True),
        (("T2  - The book", "SP  - 233-247"), True),
        (("T2  - A series", "SP  - 233"), False),
        (("T2  - A", "SP  - 1", "EP  - 247"), False),
        (("SP  - 1", "EP  - 247"), False),
    ],
)
def test_chapters_that_are_said_to_be_books(lines: tuple[str, ...], *, is_chapter: bool) -> None:
    """On the pages of a book of another title there is a chapter, whatever its type says."""
    found = source("BOOK", "T1  - A", "SN  - 9781605587301", *lines)
    assert found.get("mentions" if is_chapter else "locators") == ["isbn:9781605587301"]
    assert ("locators" in found) is not is_chapter


@pytest.mark.parametrize(
    ("lines", "own", "other"),
    [
        (("DO  - 10.1000/b_15", "DO  - 10.1000/B"), "10.1000/b_15", "10.1000/b"),
        (("DO  - 10.1000/b", "DO  - 10.1000/b_15"), "10.1000/b_15", "10.1000/b"),
        (("DO  - 10.1000/a; 10.4324/b",), "10.1000/a", "10.4324/b"),
        (("DO  - 10.1000/b_15", "UR  - http://doi.org/10.1000/b"), "10.1000/b_15", "10.1000/b"),
        (("DO  - 10.1000/a", "L1  - http://doi.org/10.1000/a.s1"), "10.1000/a", "10.1000/a.s1"),
        (("DO  - 10.1000/a", "N1  - doi:10.1000/x"), "10.1000/a", "10.1000/x"),
    ],
)
def test_dois_of_other_works(lines: tuple[str, ...], own: str, other: str) -> None:
    """Of several DOIs one is the work's; those of its book, its parts and others are mentions."""
    found = source("CHAP", "TI  - A", *lines)
    assert (found["locators"], found["mentions"]) == ([f"doi:{own}"], [f"doi:{other}"])


def test_one_doi_twice() -> None:
    """A DOI that is there twice, however it is written, is one."""
    found = source("JOUR", "TI  - A", "DO  - 10.1000/A", "DO  - https://doi.org/10.1000/a")
    assert found["locators"] == ["doi:10.1000/a"]
    assert "mentions" not in found


def test_escaped_ampersands() -> None:
    """A sign that is escaped as in LaTeX is that sign, in titles and venues."""
    record = one(r"TI  - Rest \& sleep", r"T2  - Society \& Natural Resources")
    assert (record.title, record.venue) == ("Rest & sleep", "Society & Natural Resources")


def test_trials_are_mentioned() -> None:
    """A paper's link to its trial is a mention, for the number identifies the trial."""
    found = source(
        "JOUR",
        "TI  - A",
        "DO  - 10.1000/x",
        "UR  - https://clinicaltrials.gov/ct2/show/NCT00680992",
    )
    assert found["locators"] == ["doi:10.1000/x"]
    assert found["mentions"] == ["nct:NCT00680992"]


def test_preprints_are_linked() -> None:
    """A preprint beside the published version is another work, and a version of it."""
    record = one("TI  - A", "DO  - 10.1000/x", "L1  - https://arxiv.org/pdf/1806.05726.pdf")
    assert record.identifiers == ("doi:10.1000/x",)
    (link,) = record.links
    assert (link.relation, link.source, link.other) == (
        "version-of",
        ("doi:10.48550/arxiv.1806.05726",),
        (),
    )


@pytest.mark.parametrize("kind", ["ELEC", "BLOG", "NEWS"])
def test_pages(kind: str) -> None:
    """A page is identified by its address; an article's may be that of a search, and is not."""
    assert source(kind, "TI  - A", "UR  - https://example.org/a")["locators"] == [
        "url:https://example.org/a"
    ]


def test_what_the_record_is() -> None:
    """Types are those of the field for it, and those that EndNote writes among its notes."""
    record = one(
        "TI  - A",
        "M3  - Article; Research Support",
        "N1  - 1932-6203",
        "Journal of Things",
        "Randomized Controlled Trial",
        "KW  - *Depression/drug therapy",
        "Humans",
        "KW  - Adult",
        "LA  - eng",
    )
    assert record.types == ("JOUR", "Article", "Research Support", "Randomized Controlled Trial")
    assert record.headings == ("Depression", "Humans", "Adult")
    assert record.language == "en"


def test_retracted() -> None:
    """A publication type says that the paper was retracted, and the database who says so."""
    record = one("TI  - A", "M3  - Retracted Publication", "DB  - PubMed")
    assert record.flags == (ItemFlag(status="retracted", according_to="PubMed"),)


# -- Web of Science ----------------------------------------------------------------------


def test_web_of_science() -> None:
    """Continued fields are lists of people, or one text; unknown tags do no harm."""
    first, second = read(WOS)
    assert isinstance(first, Record)
    assert first.title == "A trial of rest"
    assert first.authors == ("Lovelace, Ada", "Hopper, Grace")
    assert first.identifiers == ("doi:10.1000/wos.1", "pmid:12653513")
    assert first.types == ("Article", "Retracted Publication")
    assert [flag.status for flag in first.flags] == ["retracted"]
    assert (first.published, first.venue, first.language) == ("2019-05-01", "LANCET", "en")
    assert isinstance(second, Record)
    assert second.authors == ("Hopper, G", "Lovelace, A")
    assert (second.identifiers, second.mentions) == (
        (),
        ("doi:10.1000/book", "isbn:978-1-60558-730-1"),
    )


def test_namesakes_in_web_of_science() -> None:
    """Two authors of one name are two; a group that is among the authors is one of them."""
    names = "AU Wang, Y\n   Li, X\n   Wang, Y\n   RECOVERY\nCA RECOVERY"
    (record,) = read(f"PT J\n{names}\nTI A\nER\nEF")
    assert isinstance(record, Record)
    assert record.authors == ("Wang, Y", "Li, X", "Wang, Y", "RECOVERY")


def test_medline_in_web_of_science() -> None:
    """Records that Web of Science has from MEDLINE carry PubMed's number as their own."""
    (record,) = read("PT J\nTI A\nUT MEDLINE:30123504\nER\nEF")
    assert isinstance(record, Record)
    assert record.identifiers == ("pmid:30123504",)


# -- sniffing and samples ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "fit"),
    [
        (SAMPLE, Fit.SURE),
        (WOS, Fit.SURE),
        ("TY - JOUR\n", Fit.SURE),
        ("\ufeffTY  - JOUR", Fit.SURE),
        ("", Fit.NONE),
        ("PMID- 12653513\nTI  - A trial\n", Fit.NONE),
        ("@article{a,\n title = {TY  - JOUR}}", Fit.NONE),
        ("title,year\nPT Barnum,1880", Fit.NONE),
    ],
)
def test_sniffs(start: str, fit: Fit) -> None:
    """A file is known by the line that begins a record, and by no other."""
    assert RISImporter().sniff(start.encode()) is fit


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("baseline_empty_values.ris", (2, 2, 0)),
        ("baseline_tag-notes_zotero.ris", (4, 0, 0)),
        ("baseline_tag_and_field_definitions.ris", (1, 0, 2)),
        ("baseline_tag_and_field_definitions_lists.ris", (0, 1, 0)),
        ("embase.ris", (6, 0, 0)),
        ("example_bom.ris", (1, 0, 1)),
        ("example_full.ris", (2, 0, 0)),
        ("example_full_write.ris", (2, 0, 0)),
        ("example_multi_unknown_tags.ris", (1, 0, 0)),
        ("example_single_unknown_tag.ris", (1, 0, 0)),
        ("example_urls.ris", (4, 0, 0)),
        ("example_utf_chars.ris", (1, 0, 0)),
        ("example_wos.ris", (2, 0, 0)),
        ("ovid_zotero.ris", (6, 0, 0)),
        ("pubmed_zotero.ris", (6, 0, 0)),
        ("ris_issue_1099.txt", (7, 0, 0)),
    ],
)
def test_samples(
    shared: Path,
    counts: Callable[[Importer, bytes], tuple[int, int, int]],
    name: str,
    expected: tuple[int, int, int],
) -> None:
    """Of real files every record is an item or a rejection, as counted; rispy finds no more."""
    data = (shared / "samples" / "ris" / name).read_bytes()
    assert RISImporter().sniff(data[: 1 << 16]) is Fit.SURE
    assert counts(RISImporter(), data) == expected
    text = data.decode("utf-8-sig").replace("\r\n", "\n")
    assert len(by_rispy(text, "WokParser" if "wos" in name else "RisParser")) <= sum(expected[:2])
