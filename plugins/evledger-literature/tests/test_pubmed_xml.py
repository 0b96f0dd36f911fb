"""PubMed's XML: articles and books, joined files, broken records, and what became of papers."""

from __future__ import annotations

import io
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from evledger_literature.formats.citations import record_of
from evledger_literature.formats.pubmed import Citation, PubMedXMLImporter, citations
from evledger_literature.records import Record
from hypothesis import given
from hypothesis import strategies as st

import evledger
from evledger import Invalid, Plugins
from evledger.importing import (
    Fit,
    Found,
    Item,
    ItemFlag,
    ItemLink,
    Note,
    Rejection,
    import_file,
)
from evledger.testing import ImporterTests

PROLOGUE = (
    '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC '
    '"-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
)


def article(pmid: int = 7, inside: str = "", *, title: str = "A trial.", data: str = "") -> str:
    """Return an article.

    Args:
        pmid: its number.
        inside: what follows in its ``Article``.
        title: its title, with markup.
        data: what stands in its ``PubmedData``.
    """
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID><Article>'
        f"<ArticleTitle>{title}</ArticleTitle>{inside}</Article></MedlineCitation>"
        f"<PubmedData>{data}</PubmedData></PubmedArticle>"
    )


def cited(pmid: int, *corrections: str, types: str = "", year: int = 2020) -> str:
    """Return an article with corrections, as the registry writes them."""
    dated = (
        f"<Journal><JournalIssue><PubDate><Year>{year}</Year></PubDate></JournalIssue></Journal>"
    )
    listed = "".join(f"<PublicationType>{each}</PublicationType>" for each in types.split("|"))
    return (
        f"<PubmedArticle><MedlineCitation><PMID>{pmid}</PMID><Article>{dated}"
        f"<ArticleTitle>Paper {pmid}.</ArticleTitle><PublicationTypeList>{listed}"
        f"</PublicationTypeList></Article><CommentsCorrectionsList>{''.join(corrections)}"
        "</CommentsCorrectionsList></MedlineCitation></PubmedArticle>"
    )


def correction(type: str, reference: str = "", pmid: int | None = None) -> str:
    """Return a correction to or by another work."""
    number = "" if pmid is None else f'<PMID Version="1">{pmid}</PMID>'
    return (
        f'<CommentsCorrections RefType="{type}"><RefSource>{reference}</RefSource>{number}'
        "</CommentsCorrections>"
    )


def whole(*records: str, prologue: str = PROLOGUE) -> str:
    """Return a document of records."""
    return f"{prologue}<PubmedArticleSet>\n{chr(10).join(records)}\n</PubmedArticleSet>\n"


def read(text: str | bytes) -> list[Found]:
    """Read a file."""
    data = text if isinstance(text, bytes) else text.encode()
    return list(PubMedXMLImporter().read(io.BytesIO(data)))


def record(text: str) -> Record:
    """Return the record that the one citation of a text becomes."""
    (found,) = citations(io.BytesIO(text.encode()))
    assert isinstance(found, Citation), found
    return record_of(found.element, found.place)


def source(found: Found) -> dict[str, Any]:
    """Return the source of what was found, which is an item."""
    assert isinstance(found, Item), found
    return dict(found.source or {})


def told(found: list[Found]) -> list[str]:
    """Return of each what it is: an item's first locator, or the name of its class."""
    return [
        source(each)["locators"][0] if isinstance(each, Item) else type(each).__name__
        for each in found
    ]


def rejected(found: Found) -> tuple[str, str]:
    """Return a rejection's reason and its raw text."""
    assert isinstance(found, Rejection), found
    return found.reason, found.raw


class TestPubMedXML(ImporterTests):
    """PubMed's XML keeps every promise of an importer."""

    def importer(self) -> PubMedXMLImporter:
        """Return the importer."""
        return PubMedXMLImporter()

    def sample(self) -> bytes:
        """Return a set of articles as efetch writes it."""
        abstract = "<Abstract><AbstractText Label='AIM'>To see.</AbstractText></Abstract>"
        return whole(article(7), article(8, abstract), article(9)).encode()

    def records(self) -> int:
        """Return how many it holds."""
        return 3


@pytest.mark.parametrize(
    ("name", "count"),
    {
        "25364329.xml": 1,
        "26415349.xml": 1,
        "35649368.xml": 1,
        "36156117.xml": 1,
        "36577847.xml": 1,
        "38048813.xml": 1,
        "38833988.xml": 1,
        "pubmed1.xml": 2,
        "pubmed2.xml": 2,
        "pubmed5.xml": 1,
        "pubmed7.xml": 1,
    }.items(),
)
def test_reads_real_files(shared: Path, name: str, count: int) -> None:
    """Files that efetch gave are read whole, with a title and a number for each article."""
    data = (shared / "samples" / "pubmed-xml" / name).read_bytes()
    assert PubMedXMLImporter().sniff(data[: 1 << 16]) is Fit.SURE
    sources = [source(each) for each in read(data)]
    assert len(sources) == count
    assert all(each["title"] and each["locators"][0].startswith("pmid:") for each in sources)


# -- the file ----------------------------------------------------------------------------

numbers = st.lists(st.integers(1, 999), max_size=4)


class InPieces(io.BytesIO):
    """A file that gives less than it is asked for, as one that is unpacked may."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self._size = size

    def read(self, size: int | None = -1, /) -> bytes:
        """Read a piece."""
        return super().read(min(self._size, size if size and size > 0 else self._size))


@given(st.lists(numbers, min_size=1, max_size=4), st.sampled_from(["", "\ufeff", "\n\n"]))
def test_joined_documents_are_one(batches: list[list[int]], between: str) -> None:
    """Documents joined in one file give what they give apart, in order."""
    joined = between.join(whole(*map(article, batch)) for batch in batches)
    assert told(read(joined)) == [f"pmid:{n}" for batch in batches for n in batch]


@given(st.integers(1, 90))
def test_how_a_file_is_cut_into_reads_does_not_matter(size: int) -> None:
    """The same bytes give the same, however few come at a time."""
    xml = whole(article(7), "<!-- <PubmedArticle> -->", article(8), "stray") + whole(article(9))
    found = list(PubMedXMLImporter().read(InPieces(xml.encode(), size)))
    assert found == read(xml)
    assert told(found) == ["pmid:7", "pmid:8", "Rejection", "pmid:9"]


@given(numbers, numbers, st.sampled_from(["<i>", "&nbsp;", "a < b", "\x0b", "</b>", "<a b=c/>"]))
def test_a_broken_record_costs_itself_alone(before: list[int], after: list[int], bad: str) -> None:
    """What is no XML in one record is told with its place, and all others are read."""
    found = read(whole(*map(article, before), article(5, title=bad), *map(article, after)))
    expected = [f"pmid:{n}" for n in before], [f"pmid:{n}" for n in after]
    assert told(found) == [*expected[0], "Rejection", *expected[1]]
    rejection = found[len(before)]
    assert rejection.place == f"record {len(before) + 1} (line {len(before) + 4})"
    reason, raw = rejected(rejection)
    assert reason.startswith("it is no well-formed XML: ")
    assert ">5</PMID>" in raw


def test_a_batch_that_broke_off_costs_one_record() -> None:
    """Where a download stopped within a record and another was joined to it, the rest is read."""
    cut = whole(article(7), article(8)).split("<ArticleTitle>", maxsplit=2)
    found = read("<ArticleTitle>".join(cut[:2]) + whole(article(9)))
    assert told(found)[:2] == ["pmid:7", "Rejection"]
    assert "another one begins before its </PubmedArticle>" in rejected(found[1])[0]
    assert "pmid:9" in told(found)


@pytest.mark.parametrize("end", ["</PubmedArt", "</PubmedArticleSet", ""])
def test_says_that_a_file_ends_too_early(end: str) -> None:
    """A file that breaks off between records gives them all, and says that some may be missing."""
    start = whole(article(7)).rstrip().removesuffix("</PubmedArticleSet>")
    assert told(read(start + end)) == ["pmid:7", "Note"]
    assert told(read(f"{start}stray<!---->{end}")) == ["pmid:7", "Rejection", "Note"]
    (found,) = read(start[:-40])
    assert "the file ends before its </PubmedArticle>" in rejected(found)[0]


def test_reads_citations_that_stand_alone() -> None:
    """An article, its citation or a book's document is read without anything around it."""
    citation = "<MedlineCitation Status='MEDLINE'><PMID>8</PMID></MedlineCitation>"
    document = "<BookDocument><PMID>9</PMID></BookDocument>"
    found = [each for each in read(article(7) + citation + document) if isinstance(each, Item)]
    assert told([*found]) == ["pmid:7", "pmid:8", "pmid:9"]


def test_what_is_commented_out_is_not_read() -> None:
    """Tags in comments, character data and instructions are none."""
    hidden = (
        "<![CDATA[</PubmedArticle><PubmedArticle>]]><!-- </PubmedArticle> --><?p </PubmedArticle>?>"
    )
    xml = whole(article(7, title=f"A{hidden}"), f"<!-- {article(8)} -->", article(9))
    assert told(read(xml)) == ["pmid:7", "pmid:9"]


def test_what_stands_between_records_is_told() -> None:
    """An error that PubMed gave in the middle of a batch is a rejection, for articles are lost."""
    error = "<eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>"
    found = read(whole(article(7)) + error + whole(article(8)))
    assert told(found) == ["pmid:7", "Rejection", "pmid:8"]
    reason, raw = rejected(found[1])
    assert "stands in no record" in reason
    assert raw == "Unable to obtain query #1"


def test_a_set_may_be_empty() -> None:
    """A search without results gives nothing."""
    assert read(whole()) == read("<PubmedArticleSet/>") == []


@pytest.mark.parametrize(
    "text",
    ["", "TY  - JOUR", "<eSearchResult><Count>1</Count></eSearchResult>", "<html><p>Error", "\0"],
)
def test_refuses_other_files(text: str) -> None:
    """What holds no citations is refused, not read as an empty set."""
    with pytest.raises(Invalid, match="holds no <PubmedArticle>"):
        read(text)


def test_reads_files_without_end() -> None:
    """Records are given as they are read, so that memory does not grow with the file."""

    class Endless(io.RawIOBase):
        rest = whole(article(7)).encode()

        def tell(self) -> int:
            return 0

        def seek(self, *_: int) -> int:
            return 0

        def read(self, size: int = -1) -> bytes:
            return (self.rest * (size // len(self.rest) + 1))[
                : size // len(self.rest) * len(self.rest)
            ]

    endless: Any = Endless()
    assert len(list(islice(PubMedXMLImporter().read(endless), 3000))) == 3000


# -- encodings ---------------------------------------------------------------------------


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), max_size=9
    ),
    st.sampled_from(
        ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"]
    ),
)
def test_reads_the_encoding_that_a_file_has(name: str, encoding: str) -> None:
    """A mark, or else the declaration, tells the encoding; what is written is what is read."""
    from xml.sax.saxutils import escape  # noqa: PLC0415  # of this test alone

    inside = f"<Journal><Title>J {escape(name)}</Title></Journal>"
    prologue = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    data = whole(article(7, inside), prologue=prologue).encode(encoding)
    (found,) = read(data)
    plain = whole(article(7, inside))
    assert source(found).get("venue") == source(read(plain)[0]).get("venue")


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "ISO-8859-15", "utf-8"])
def test_reads_declared_encodings(encoding: str) -> None:
    """A file in Latin letters is read as it declares."""
    prologue = f"<?xml version='1.0' encoding='{encoding}'?>"
    data = whole(article(7, title="Für Élise"), prologue=prologue).encode(encoding)
    assert source(read(data)[0])["title"] == "Für Élise"


def test_a_declaration_that_cannot_be_is_not_believed() -> None:
    """A file that says byte by byte that it is UTF-16 is not."""
    xml = whole(article(7, title="Für"), prologue="<?xml version='1.0' encoding='UTF-16'?>")
    assert source(read(xml)[0])["title"] == "Für"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "windows-1252"])
def test_bytes_of_another_encoding_cost_one_record(encoding: str) -> None:
    """Bytes that the encoding does not have are never guessed at; other records are read."""
    prologue = f"<?xml version='1.0' encoding='{encoding}'?>"
    xml = whole(article(7), article(8, title="f@r"), article(9), prologue=prologue)
    bad = {"utf-8": b"\xfc", "gb18030": b"\xff", "windows-1252": b"\x81"}[encoding]
    assert told(read(xml.encode(encoding).replace(b"f@r", b"f" + bad + b"r"))) == [
        "pmid:7",
        "Rejection",
        "pmid:9",
    ]


def test_a_file_that_leaves_its_encoding_says_so() -> None:
    """What comes before bytes that cannot be told apart is read, and then it is said."""
    data = whole(article(7), article(8)).encode("utf-32") + b"\xff" * 8
    found = PubMedXMLImporter().read(InPieces(data, 400))
    assert told([next(found)]) == ["pmid:7"]
    with pytest.raises(Invalid, match="not in utf-32"):
        list(found)


@pytest.mark.parametrize("name", ["klingon", "rot13", "zlib", "unicode_escape", "punycode"])
def test_refuses_unknown_encodings(name: str) -> None:
    """An encoding that XML is not written in is refused by its name."""
    with pytest.raises(Invalid, match=name):
        read(whole(article(), prologue=f"<?xml version='1.0' encoding='{name}'?>"))


# -- hostile files -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "declared",
    ['<!ENTITY a "b"><!ENTITY c "&a;&a;">', '<!ENTITY % x SYSTEM "file:///etc/passwd">%x;'],
)
def test_refuses_entities(declared: str) -> None:
    """A document that declares entities is refused before any of it is parsed."""
    prologue = f"<?xml version='1.0'?><!DOCTYPE PubmedArticleSet [{declared}]>"
    with pytest.raises(Invalid, match="declares entities"):
        read(whole(article(title="&c;"), prologue=prologue))


def test_never_reads_a_dtd(tmp_path: Path) -> None:
    """The document type that a file names is not fetched, wherever it is."""
    dtd = tmp_path / "pubmed.dtd"
    dtd.write_text('<!ENTITY secret "opened">', encoding="utf-8")
    prologue = f'<!DOCTYPE PubmedArticleSet SYSTEM "{dtd.as_uri()}">'
    found = read(whole(article(7), article(8, title="&secret;"), prologue=prologue))
    assert told(found) == ["pmid:7", "Rejection"]


@pytest.mark.parametrize("depth", [300, 1500, 3000, 100_000])
def test_survives_deep_nesting(depth: int) -> None:
    """A record that nests without end is rejected, or read; the next one is read."""
    deep = "<i>" * depth + "x" + "</i>" * depth
    found = read(whole(article(7, title=deep), article(8)))
    assert len(found) == 2
    assert told(found)[1] == "pmid:8"


def test_rejects_records_that_are_too_large() -> None:
    """A record over 16 MiB is rejected without being kept; the next one is read."""
    found = read(whole(article(7, title="x" * (17 << 20)), article(8)))
    assert told(found) == ["Rejection", "pmid:8"]
    reason, raw = rejected(found[0])
    assert "larger than 16 MiB" in reason
    assert len(raw) == 2000


@pytest.mark.parametrize("text", ["<a", "<!DOCTYPE", "<!DOCTYPE[", "<!--", "&", "]]>", "<![CDATA["])
def test_what_never_ends_costs_no_more_than_its_length(text: str) -> None:
    """What begins again and again and never ends is passed in time that grows with its length."""
    with pytest.raises(Invalid):
        read(text * (1 << 18))
    assert read(whole(article(7)) + text * (1 << 18))[0].place


# -- what an article says ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("<i>TP53</i> in H<sub>2</sub>O, p &lt; 0.05", "TP53 in H₂O, p < 0.05"),
        ("<b>Bold</b>\n   words.", "Bold words."),
        ("[Ein Versuch].", "[Ein Versuch]."),
        ("<mml:math><mml:mi>x</mml:mi></mml:math>", "x"),
    ],
)
def test_titles_keep_all_their_words(written: str, title: str) -> None:
    """A title with markup is read whole."""
    assert record(article(title=written)).title == title


@pytest.mark.parametrize("written", ["", "[Not Available].", "Not Available", "<i/>"])
def test_takes_the_title_in_its_own_language(written: str) -> None:
    """Where there is no English title, the work's own stands for it."""
    own = "<VernacularTitle>Ein Versuch.</VernacularTitle>"
    assert record(article(7, own, title=written)).title == "Ein Versuch."


def test_structured_abstracts_keep_their_labels() -> None:
    """Each part of an abstract is a paragraph under its label; what only fills a gap is none."""
    parts = (
        '<AbstractText Label="AIMS:" NlmCategory="OBJECTIVE">To <i>see</i>.</AbstractText>'
        '<AbstractText NlmCategory="METHODS">We looked.</AbstractText>'
        '<AbstractText Label="UNLABELLED" NlmCategory="UNASSIGNED">It was so.</AbstractText>'
        '<AbstractText Label="NOTES"/>'
        "<CopyrightInformation>Nobody's.</CopyrightInformation>"
    )
    expected = "AIMS: To see.\nMETHODS: We looked.\nIt was so."
    assert record(article(7, f"<Abstract>{parts}</Abstract>")).abstract == expected


def test_takes_another_abstract_where_there_is_none() -> None:
    """Abstracts of others stand in for the article's own, one in English first."""
    others = "".join(
        f'<OtherAbstract Language="{code}"><AbstractText>{text}</AbstractText></OtherAbstract>'
        for code, text in (("spa", "En español."), ("eng", "In English."))
    )
    xml = article().replace("</MedlineCitation>", f"{others}</MedlineCitation>")
    assert record(xml).abstract == "In English."
    assert record(
        xml.replace("In English.", "Abstract available from the publisher.")
    ).abstract == ("En español.")
    own = "<Abstract><AbstractText>Its own.</AbstractText></Abstract>"
    assert record(xml.replace("</ArticleTitle>", f"</ArticleTitle>{own}")).abstract == "Its own."


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("<Year>2018</Year><Month>Apr</Month><Day>03</Day>", "2018-04-03"),
        ("<Year>2018</Year><Month>04</Month>", "2018-04"),
        ("<Year>2018</Year><Season>Spring</Season>", "2018"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998"),
        ("<MedlineDate>2000 Spring</MedlineDate>", "2000"),
        ("<MedlineDate>2015 Jan 3-10</MedlineDate>", "2015-01"),
        ("<Year>2018</Year><Month>Feb</Month><Day>30</Day>", "2018-02"),
        ("", "2019-05-02"),
    ],
)
def test_dates_are_as_exact_as_they_are_known(written: str, date: str) -> None:
    """The date of the issue stays partial; that of the text online stands in for none."""
    issue = f"<Journal><JournalIssue><PubDate>{written}</PubDate></JournalIssue></Journal>"
    online = "<ArticleDate><Year>2019</Year><Month>05</Month><Day>02</Day></ArticleDate>"
    assert record(article(7, issue + online)).published == date


def test_authors_are_named_as_the_record_names_them() -> None:
    """Family names come first, a collective is whole, and what was misspelt is left out."""
    people = (
        "<Author ValidYN='Y'><LastName>King</LastName><ForeName>Martin</ForeName>"
        "<Initials>M</Initials><Suffix>Jr</Suffix></Author>"
        "<Author ValidYN='N'><LastName>Kinng</LastName></Author>"
        "<Author><LastName>Lovelace</LastName><Initials>A</Initials></Author>"
        "<Author><LastName>Plato</LastName></Author>"
        "<Author><CollectiveName>RECOVERY <i>Group</i></CollectiveName></Author><Author/>"
    )
    found = record(article(7, f"<AuthorList CompleteYN='N'>{people}</AuthorList>"))
    assert found.authors == ("King, Martin, Jr", "Lovelace, A", "Plato", "RECOVERY Group")


def test_ids_of_references_are_not_the_articles_own() -> None:
    """Only the list of ids that belongs to the article is read."""
    ids = "".join(
        f'<ArticleId IdType="{type}">{value}</ArticleId>'
        for type, value in (("doi", "10.1000/Own"), ("pmc", "PMC12"), ("pii", "S1"), ("mid", "N1"))
    )
    other = '<ArticleIdList><ArticleId IdType="doi">10.1000/other</ArticleId></ArticleIdList>'
    references = f"<ReferenceList><Reference>{other}</Reference></ReferenceList>"
    xml = article(data=f"<ArticleIdList>{ids}</ArticleIdList>{references}")
    assert source(read(xml)[0])["locators"] == ["pmid:7", "doi:10.1000/own", "pmcid:PMC12"]
    assert source(read(article(data=references))[0])["locators"] == ["pmid:7"]


def test_takes_a_doi_from_where_it_is_right() -> None:
    """A DOI stands among the ids or with the pages; one that is marked as wrong is left out."""
    places = (
        '<ELocationID EIdType="pii">S1</ELocationID>'
        '<ELocationID EIdType="doi" ValidYN="N">10.1000/wrong</ELocationID>'
        '<ELocationID EIdType="doi" ValidYN="Y">10.1000/right</ELocationID>'
    )
    assert record(article(7, places)).identifiers == ("pmid:7", "doi:10.1000/right")


def test_trials_are_mentions() -> None:
    """A trial that an article reports is no name of the article; a number that is none is told."""
    banks = (
        "<DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName>"
        "<AccessionNumberList><AccessionNumber>NCT01234567</AccessionNumber>"
        "<AccessionNumber>NCT1</AccessionNumber></AccessionNumberList></DataBank>"
        "<DataBank><DataBankName>GENBANK</DataBankName><AccessionNumberList>"
        "<AccessionNumber>AF1</AccessionNumber></AccessionNumberList></DataBank></DataBankList>"
    )
    note, item = read(article(7, banks))
    assert isinstance(note, Note)
    assert "NCT1" in note.text
    assert source(item)["mentions"] == ["nct:NCT01234567"]
    assert source(item)["locators"] == ["pmid:7"]


def test_headings_and_types_come_without_qualifiers() -> None:
    """Subject headings are descriptors; types are as PubMed writes them."""
    types = "<PublicationTypeList><PublicationType>Review</PublicationType></PublicationTypeList>"
    heading = (
        "<MeshHeadingList><MeshHeading><DescriptorName MajorTopicYN='Y'>Humans</DescriptorName>"
        "<QualifierName>genetics</QualifierName></MeshHeading></MeshHeadingList></MedlineCitation>"
    )
    xml = article(7, f"<Language>und</Language><Language>ger</Language>{types}")
    found = record(xml.replace("</MedlineCitation>", heading))
    assert (found.types, found.headings, found.language) == (("Review",), ("Humans",), "de")


# -- books -------------------------------------------------------------------------------

BOOK = (
    "<Book><Publisher><PublisherName>University of Washington</PublisherName></Publisher>"
    "<BookTitle book='gene'>GeneReviews</BookTitle><PubDate><Year>1993</Year></PubDate>"
    "<AuthorList Type='editors'><Author><LastName>Adam</LastName></Author></AuthorList>"
    "<Isbn>9780306406157</Isbn></Book>"
)


def test_reads_chapters() -> None:
    """A chapter's book is its venue, and the book's number a mention."""
    xml = (
        f"<PubmedBookArticle><BookDocument><PMID>20301295</PMID><ArticleIdList><ArticleId "
        f"IdType='bookaccession'>NBK1103</ArticleId></ArticleIdList>{BOOK}"
        "<ArticleTitle>Achondroplasia</ArticleTitle><Language>eng</Language>"
        "<AuthorList Type='authors'><Author><LastName>Pauli</LastName></Author></AuthorList>"
        "<PublicationType>Review</PublicationType><Abstract><AbstractText>Short.</AbstractText>"
        "</Abstract><ContributionDate><Year>1998</Year><Month>10</Month><Day>12</Day>"
        "</ContributionDate></BookDocument></PubmedBookArticle>"
    )
    found = record(xml)
    assert (found.title, found.venue, found.authors) == (
        "Achondroplasia",
        "GeneReviews",
        ("Pauli",),
    )
    assert (found.published, found.abstract) == ("1998-10-12", "Short.")
    assert (found.identifiers, found.mentions) == (("pmid:20301295",), ("isbn:9780306406157",))
    assert found.url == "https://www.ncbi.nlm.nih.gov/books/NBK1103/"
    assert found.kind is None


def test_reads_books() -> None:
    """A book as a whole is identified by its number, and stands under those who edited it."""
    found = record(f"<BookDocument><PMID>9</PMID>{BOOK}</BookDocument>")
    assert (found.title, found.kind, found.authors) == ("GeneReviews", "book", ("Adam",))
    assert found.identifiers == ("pmid:9", "isbn:9780306406157")
    assert (found.venue, found.published) == ("University of Washington", "1993")


# -- what became of papers ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("type", "status"),
    [
        ("RetractionIn", "retracted"),
        ("RetractedandRepublishedIn", "retracted"),
        ("PartialRetractionIn", "corrected"),
        ("ErratumIn", "corrected"),
        ("CorrectedandRepublishedIn", "corrected"),
        ("ExpressionOfConcernIn", "concern"),
    ],
)
def test_a_paper_is_flagged_with_its_notice(type: str, status: str) -> None:
    """What happened to a paper is told of it, with the notice and its date."""
    reference = "Lancet. 2010 Feb 6;375(9713):445. doi: 10.1016/S0140-6736(10)60175-4."
    found = record(cited(1, correction(type, reference, 2)))
    (flag,) = found.flags
    assert (flag.status, flag.according_to, flag.of) == (status, "PubMed", ())
    assert (flag.notice, flag.date) == ("pmid:2", "2010-02-06")
    assert found.links == ()
    (flag,) = record(cited(1, correction(type, reference))).flags
    assert flag.notice == "doi:10.1016/s0140-6736(10)60175-4"


@pytest.mark.parametrize(
    ("type", "status", "is_notice"),
    [
        ("RetractionOf", "retracted", True),
        ("PartialRetractionOf", "corrected", True),
        ("ErratumFor", "corrected", True),
        ("ExpressionOfConcernFor", "concern", True),
        ("RetractedandRepublishedFrom", "retracted", False),
        ("CorrectedandRepublishedFrom", "corrected", False),
    ],
)
def test_a_notice_flags_its_paper(type: str, status: str, *, is_notice: bool) -> None:
    """What a notice tells is told of the paper; what is published again is no notice."""
    found = record(cited(2, correction(type, "Lancet. 1998;351:637.", 1)))
    (flag,) = found.flags
    assert (flag.status, flag.of, flag.notice, flag.date) == (status, ("pmid:1",), "pmid:2", "2020")
    basis = f"PubMed: {type}: Lancet. 1998;351:637."
    link = ItemLink(relation="notice-of", other=("pmid:1",), basis=basis)
    assert found.links == ((link,) if is_notice else ())


@pytest.mark.parametrize(
    ("type", "is_version"),
    [
        ("UpdateIn", True),
        ("UpdateOf", False),
        ("ReprintOf", True),
        ("ReprintIn", False),
        ("RepublishedFrom", True),
        ("RepublishedIn", False),
    ],
)
def test_versions_are_linked(type: str, *, is_version: bool) -> None:
    """An earlier version is one of the later, and a reprint of what it reprints."""
    found = record(cited(1, correction(type, "Res Sq. 2022.", 2)))
    (link,) = found.links
    ends = ((), ("pmid:2",)) if is_version else (("pmid:2",), ())
    assert (link.relation, link.source, link.other) == ("version-of", *ends)
    assert found.flags == ()


@pytest.mark.parametrize("type", ["CommentIn", "Cites", "SummaryForPatientsIn", "SomethingNew", ""])
def test_comments_are_no_flags(type: str) -> None:
    """What others say of a paper changes nothing about it."""
    found = record(cited(1, correction(type, "BMJ. 2020.", 2)))
    assert (found.flags, found.links, found.mentions) == ((), (), ())


def test_a_comment_mentions_its_paper() -> None:
    """A letter refers to the paper that it comments on."""
    assert record(cited(1, correction("CommentOn", "BMJ. 2020.", 2))).mentions == ("pmid:2",)


def test_a_retracted_paper_is_known_by_its_type() -> None:
    """A paper whose record names no notice is flagged; one that does is flagged once."""
    alone = record(cited(1, types="Journal Article|Retracted Publication"))
    assert alone.flags == (ItemFlag(status="retracted", according_to="PubMed"),)
    both = record(cited(1, correction("RetractionIn", pmid=2), types="Retracted Publication"))
    assert [flag.notice for flag in both.flags] == ["pmid:2"]
    notice = record(cited(2, types="Retraction of Publication"))
    assert notice.flags == ()


def test_what_names_no_work_is_told() -> None:
    """A notice that gives no identifier of its paper cannot flag it, and says so."""
    found = read(cited(2, correction("RetractionOf", "Some A. Lost papers. 1970.")))
    assert told(found) == ["Note", "pmid:2"]
    assert "Lost papers" in getattr(found[0], "text", "")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_paper_and_its_notice_give_one_flag(order: tuple[int, int], tmp_path: Path) -> None:
    """Paper and notice tell of the same retraction, in whichever order they come."""
    records = (
        cited(1, correction("RetractionIn", pmid=2), types="Retracted Publication"),
        cited(2, correction("RetractionOf", pmid=1), types="Retraction Notice"),
    )
    path = tmp_path / "pubmed.xml"
    path.write_text(whole(*(records[n] for n in order)), encoding="utf-8")
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        report = import_file(ledger, path, PubMedXMLImporter(), by="curator")
        sources = ledger.view().sources
    assert (report.sources, report.flags, report.links) == (2, 1, 1)
    assert Counter(each.is_retracted for each in sources.values()) == {True: 1, False: 1}


def test_what_pubmed_has_deleted_is_told() -> None:
    """Citations that PubMed took out describe no source; those a ledger has are unreachable."""
    gone = "<DeleteCitation><PMID>8</PMID><PMID Version='1'>9</PMID></DeleteCitation>"
    first, *deleted = read(whole(article(7), gone))
    assert isinstance(first, Item)
    flags = [each.flags[0] for each in deleted if isinstance(each, Item) and each.source is None]
    assert [(flag.status, flag.of) for flag in flags] == [
        ("unreachable", ("pmid:8",)),
        ("unreachable", ("pmid:9",)),
    ]


# -- sniffing ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        PROLOGUE,
        article(),
        "<MedlineCitationSet>",
        "<BookDocument>",
        "<?xml version='1.0'?>\n<!-- saved -->\n<PubmedArticleSet>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_knows_its_files(text: str, encoding: str) -> None:
    """A file is known by its elements, in whatever encoding."""
    assert PubMedXMLImporter().sniff(text.encode(encoding)) is Fit.SURE


@pytest.mark.parametrize(
    "text",
    [
        "<pmc-articleset><article>",
        "<eSearchResult><IdList>",
        "TI  - On PubmedArticle",
        "",
        '{"PubmedArticle": 1}',
    ],
)
def test_leaves_other_files_to_others(text: str) -> None:
    """Full texts, searches and text files are none."""
    assert PubMedXMLImporter().sniff(text.encode()) is Fit.NONE
