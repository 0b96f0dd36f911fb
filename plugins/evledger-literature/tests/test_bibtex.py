"""BibTeX and biblatex: every entry, however it is written, and LaTeX as the text that it prints."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bibtexparser.entrypoint import parse_string
from evledger_literature.formats.bibtex import BibTeXImporter, records
from evledger_literature.markup import plain
from evledger_literature.meaning.latex import bare, text_of
from evledger_literature.reading import bibentries
from evledger_literature.records import Record
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid
from evledger.importing import Fit, Importer, Item, Note, Rejection
from evledger.testing import ImporterTests

SAMPLE = r"""% A library
@string{lancet = "The Lancet"}
@preamble{"\newcommand{\x}{y}"}
@comment{jabref-meta: databaseType:biblatex;}

@article{lovelace2019,
  author  = {Lovelace, Ada and {\L}ukasiewicz, Jan},
  title   = {A trial of {H}$_2${O} in {\emph{mice}}},
  journal = lancet,
  year    = 2019,
  month   = may,
  doi     = {10.1000/BIB.1},
}

@Book(knuth1997,
  author = "Donald E. Knuth",
  title = "Fundamental algorithms",
  isbn = "0-201-89683-4",
  year = "1997"
)

@online{page, title = {A page}, url = {https://example.org/page}, date = {2018-06/2018-07}}
"""

KEYS = st.text("abcXYZ019:_-/.", min_size=1, max_size=8)
VALUES = st.text(st.characters(codec="utf-8", exclude_characters='{}\\"@'), max_size=20)


class TestBibTeX(ImporterTests):
    """BibTeX does what every importer must."""

    def importer(self) -> Importer:
        """Return the importer."""
        return BibTeXImporter()

    def sample(self) -> bytes:
        """Return a file with entries in braces and in parentheses, and blocks that are none."""
        return SAMPLE.encode()

    def records(self) -> int:
        """Return how many entries it holds."""
        return 3


def one(fields: str, kind: str = "article") -> Record:
    """Read an entry with these fields."""
    (record,) = records([f"@{kind}{{key, {fields}}}"])
    assert isinstance(record, Record)
    return record


def source(fields: str, kind: str = "article") -> Any:
    """Return the source that an entry with these fields becomes."""
    data = f"@{kind}{{key, {fields}}}".encode()
    (item,) = (each for each in BibTeXImporter().read(io.BytesIO(data)) if isinstance(each, Item))
    return item.source


def titles(text: str) -> list[str | None]:
    """Return the titles of the entries of a file."""
    return [each.title for each in records(text.split("\n")) if isinstance(each, Record)]


# -- entries -----------------------------------------------------------------------------


@given(st.lists(st.tuples(KEYS, VALUES), min_size=1, max_size=6), st.sampled_from("\n \t"))
def test_every_entry_is_one(entries: list[tuple[str, str]], between: str) -> None:
    """Each entry is one, in order, also where keys are there twice and nothing stands between."""
    text = between.join(
        f"@article{{{key}, title = {{Title {number}}}, note = {{{value}}}}}"
        for number, (key, value) in enumerate(entries)
    )
    assert titles(text) == [f"Title {number}" for number in range(len(entries))]


@pytest.mark.parametrize(
    "text",
    [
        "@article{a, title={One}} @article{b, title={Two}}",
        "@article{a, title={One}}@article{b, title={Two}}",
        "@ARTICLE {a,\n title={One}}\n@Article(b, title={Two})",
        "@article\n{a, title={One}}\n@ article {b, title={Two}}",
        "@article{title={One}}\n@article{\n  title = {Two},\n}",
        "@article{, title={One}}\n@article{same, title={Two}}",
        "@article{same, title={One}}\n@article{same, title={Two}}",
        "@article{a, title={One}, year=1, year=1}\n@article{b, title={Two}}",
        '@article{a, title={One} year={2001}}\n@article{b, year=2001, title="Two"}',
        "@article{a, title={One}\n}\n}\n@article{b, title={Two}}",
        "% see @article{a, title={One}}\n% @article{b, title={Two}}",
        '@string{x = {O} # {n}}@article{a, title = x # {e}}\n@article{b, title = "T" # {wo}}',
        "\ufeff@article{a, title={One}}\r\n@article{b, title={Two}}",
        "@set{s, entryset={a}}@xdata{x, publisher={y}}@article{a,title={One}}@misc{b,title={Two}}",
    ],
)
def test_how_entries_are_written(text: str) -> None:
    """Entries are found however their braces, keys, commas and values are written."""
    assert titles(text) == ["One", "Two"]


def test_failed_entries_are_rejected() -> None:
    """An entry without an end is rejected with its line and its text; the next one is read."""
    data = b"\n@article{a,\n title = {One\n}\n@article{b, title = {Two}}"
    bad, good = BibTeXImporter().read(io.BytesIO(data))
    assert isinstance(bad, Rejection)
    assert bad.place == "entry 1 (line 2)"
    assert "brace" in bad.reason
    assert bad.raw.startswith("@article{a,")
    assert isinstance(good, Item)


def test_fields_that_are_there_twice() -> None:
    """Of two titles the first is taken, which is said; of two identifiers both."""
    record, note = records(["@misc{a, title={One}, title={Two}, doi={10.1/a}, doi={10.1/b}}"])
    assert isinstance(record, Record)
    assert (record.title, record.identifiers) == ("One", ("doi:10.1/a", "doi:10.1/b"))
    assert isinstance(note, Note)
    assert "title" in note.text


def test_a_missing_comma_loses_no_field() -> None:
    """Two fields without a comma between them are two."""
    record = one("title = {One} year = {2001} doi={10.1000/x}")
    assert (record.title, record.published, record.identifiers) == (
        "One",
        "2001",
        ("doi:10.1000/x",),
    )


def test_cross_references() -> None:
    """A paper takes from its volume what it lacks, and the volume's title is that of its book."""
    text = """
    @inproceedings{a, title = {A paper}, crossref = {V}, xdata = {p}}
    @proceedings{v, title = {The volume}, year = 2001, isbn = {9781605587301}}
    @xdata{p, doi = {10.1000/x}}
    """
    paper, volume = records(text.splitlines())
    assert isinstance(paper, Record)
    assert (paper.title, paper.venue, paper.published) == ("A paper", "The volume", "2001")
    assert (paper.identifiers, paper.mentions) == (("doi:10.1000/x",), ("isbn:9781605587301",))
    assert isinstance(volume, Record)
    assert volume.identifiers == ("isbn:9781605587301",)


@pytest.mark.parametrize(
    "text",
    ["Hello", "[foo]\n  title: foo", "TY  - JOUR\nTI  - A\nER  -", "me@example.org", "{" * 99],
)
def test_other_files_are_refused(text: str) -> None:
    """A file without any entry is refused, with what an entry would begin like."""
    with pytest.raises(Invalid, match="@article"):
        list(records(text.splitlines()))


@pytest.mark.parametrize("text", ["", "\n\n", '@string{a = "b"}', "@comment{a}", '@preamble{"a"}'])
def test_files_without_entries(text: str) -> None:
    """A file that is blank, or has only blocks that are no entries, has no records."""
    assert list(records(text.splitlines())) == []


def test_large_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is too large for the library, which holds all of it, is refused before."""
    monkeypatch.setattr(bibentries, "_LARGEST", 1000)
    with pytest.raises(Invalid, match="split it"):
        list(BibTeXImporter().read(io.BytesIO(b"@article{a, title={One}}\n" * 100)))


def test_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is read in pieces, in which its lines, its abbreviations and references stay right."""
    lines = (
        '@string{a = "The "}',
        "@inproceedings{x, title = {One}, journal = a # {Lancet}, crossref = {v}}",
        "@string{b = a # {BMJ}}",
        "@inproceedings{y,",
        "  title = {Two",
        "  lines}, journal = b, crossref = {v}",
        "}",
        "@proceedings{v, title = {The volume}, year = 2001}",
    )
    whole = list(records(lines))
    monkeypatch.setattr(bibentries, "_PIECE", 0)
    assert list(records(lines)) == whole
    assert [each.title for each in whole if isinstance(each, Record)] == [
        "One",
        "Two lines",
        "The volume",
    ]


def test_an_entry_that_is_too_long() -> None:
    """An entry that would fill the memory is rejected, and those around it are read."""
    long = "@misc{a, note = {\n" + "{x}\n" * 500_000
    data = f"@misc{{a, title={{One}}}}\n{long}@misc{{a, title={{Two}}}}"
    one, bad, two = BibTeXImporter().read(io.BytesIO(data.encode()))
    assert isinstance(one, Item)
    assert isinstance(bad, Rejection)
    assert (bad.place, len(bad.raw)) == ("line 2", 2_000)
    assert isinstance(two, Item)


def test_too_many_failures() -> None:
    """A file in which thousands of entries fail is refused, for each of them takes its time."""
    with pytest.raises(Invalid, match="too many entries fail"):
        list(records(["@a{b,"] * 20_000))


@pytest.mark.parametrize("line", ["x" * 99, "@", "{", "@ home"])
def test_long_files_of_other_formats(line: str) -> None:
    """A file without any entry is refused also where it is longer than an entry may be."""
    with pytest.raises(Invalid, match="not BibTeX"):
        list(records([line] * 600_000))


def test_abbreviations_of_abbreviations() -> None:
    """Abbreviations that double one another do not fill the memory."""
    lines = ["@string{x0 = {aaaaaaaaaa}}"]
    lines += [f"@string{{x{n + 1} = x{n} # x{n}}}" for n in range(60)]
    (record,) = records([*lines, "@misc{a, title = x60 # {A}}"])
    assert isinstance(record, Record)
    assert len(record.title or "") <= 1 << 20


@given(st.text())
def test_any_text(text: str) -> None:
    """Any text in and behind an entry gives records, rejections and notes, or is refused."""
    for start in ("@article{a, title = ", "@article{a, title = {", "@", "@string{a = ", ""):
        try:
            found = list(
                BibTeXImporter().read(io.BytesIO(f"{start}{text}".encode(errors="ignore")))
            )
        except Invalid:
            continue
        assert all(isinstance(each, Item | Rejection | Note) for each in found)


# -- LaTeX -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        (
            r"{\'E}tude of M{\"u}ller, Trag{\" o}die, \'{\i}ndice, \H{o}, \v{s}",
            "Étude of Müller, Tragödie, índice, ő, š",
        ),
        (r"{\o}, {\L}ukasz, \ss{}, {\AA}ngstr{\"o}m, \c{c}, \c c", "ø, Łukasz, ß, Ångström, ç, ç"),
        (r"{DNA} in {{E. coli}}", "DNA in E. coli"),
        (r"\emph{E. coli} and \textbf{rats}, \mbox{x}, \unknown{y}", "E. coli and rats, x, y"),
        (r"a\&b\%c\$d\#e\_f\{g\}", "a&b%c$d#e_f{g}"),
        ("100% of them & 5 # 6_7", "100% of them & 5 # 6_7"),
        (r"H$_2$O, Ca$^{2+}$, CO\textsubscript{2}, 10\textsuperscript{3}", "H₂O, Ca²⁺, CO₂, 10³"),
        (r"$\beta$-blockers, $p<0.05$, $\alpha_1$, \ensuremath{\mu}", "β-blockers, p<0.05, α₁, μ"),
        ("costs $5 and $10", "costs $5 and $10"),
        ("``quoted'' pp. 1--2---3~4", "“quoted” pp. 1–2—3 4"),
        (r"p {\textless} 0.05, \LaTeX\ and {\TeX}", "p < 0.05, LaTeX and TeX"),
        (r"\href{http://a}{b}\begin{it}c\end{it} \frac{1}{2}", "bc 1/2"),
        (r"see \cite{x}, \citep{y}", "see x, y"),
        ("no LaTeX at all", "no LaTeX at all"),
    ],
)
def test_latex(written: str, seen: str) -> None:
    """LaTeX becomes what readers see, and what is not known as such stays."""
    assert plain(text_of(written)) == seen


@given(st.text(st.sampled_from("\\{}$^_~'\"`aeicLuv -%textsuperscript"), max_size=60))
def test_latex_that_is_broken(text: str) -> None:
    """Whatever is written, there is a text of it, without braces."""
    assert not set("{}") & set(text_of(text.replace("\\{", "").replace("\\}", "")))


@given(st.text(st.characters(codec="ascii", categories=("L", "N")), max_size=30))
def test_latex_keeps_letters(text: str) -> None:
    """No letter is lost that is in braces, or that a macro holds."""
    assert text_of(rf"{{{text}}} \unknown{{{text}}}").split() == [text, text] * bool(text)


def test_latex_of_identifiers() -> None:
    """Identifiers are freed of what LaTeX needs to print them, and are otherwise left alone."""
    assert bare(r"10.1002/(SICI)1{\textless}2::AID{\_}3{\textgreater}3.0") == (
        "10.1002/(SICI)1<2::AID_3>3.0"
    )
    assert bare(r"\url{https://example.org/~a?b=1\&c=2\%20}") == "https://example.org/~a?b=1&c=2%20"


# -- fields ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "is_chapter"),
    [
        ("doi = {10.1000/x}, pages = {233--247}", True),
        ("doi = {10.1000/x}, booktitle = {The book}", True),
        ("doi = {10.1000/x}, booktitle = {A}", False),
        ("doi = {10.1000/x}, pages = {247}", False),
        ("pages = {233--247}, publisher = {ACM}", False),
    ],
)
def test_chapters_that_are_said_to_be_books(fields: str, *, is_chapter: bool) -> None:
    """What has a DOI and stands on pages, or in a book of another title, is only a part of it."""
    found = source(f"title = {{A}}, isbn = {{9781605587301}}, {fields}", "book")
    assert ("isbn:9781605587301" in found.get("locators", [])) is not is_chapter
    assert ("isbn:9781605587301" in found.get("mentions", [])) is is_chapter


def test_types_of_scopus() -> None:
    """Scopus has a field of its own for what a document is."""
    assert one("title = {A}, document_type = {Erratum}").types == ("article", "Erratum")


@pytest.mark.parametrize(
    "written",
    [
        r"10.1002/(SICI)25:4{\textless}397::AID-E62{\textgreater}3.0.CO;2-9",
        "10.1002/(SICI)25:4<397::AID-E62>3.0.CO;2-9",
        "10.1002/(SICI)25:4<397::AID-E62> 3.0.CO;2-9",
    ],
)
def test_dois_with_angle_brackets(written: str) -> None:
    """A DOI that is made of a SICI is whole, in its field and in a link."""
    sici = "doi:10.1002/(sici)25:4<397::aid-e62>3.0.co;2-9"
    assert source(f"title = {{A}}, doi = {{{written}}}")["locators"] == [sici]
    link = written.replace(" ", "")
    assert source(f"title = {{A}}, url = {{http://doi.org/{link}}}")["locators"] == [sici]


def test_namesakes() -> None:
    """Two authors of one name are two."""
    assert one("title = {A}, author = {Wang, Y. and Wang, Y.}").authors == ("Wang, Y.", "Wang, Y.")


@pytest.mark.parametrize(
    ("written", "authors"),
    [
        ("Lesk, M. E. AND Kernighan, B. W.", ("Lesk, M. E.", "Kernighan, B. W.")),
        ("Michael D. Ekstrand and\n  John T. Riedl", ("Michael D. Ekstrand", "John T. Riedl")),
        (
            "{The {RECOVERY} Group and Friends} and Doe, J",
            ("The RECOVERY Group and Friends", "Doe, J"),
        ),
        ("Gil, Miguel and others", ("Gil, Miguel",)),
        (r"{\'E}. Borel", ("É. Borel",)),
        ("Anders Andersson", ("Anders Andersson",)),
    ],
)
def test_authors(written: str, authors: tuple[str, ...]) -> None:
    """Authors are apart where `and` stands outside of braces; those who are left out are none."""
    assert one(f"author = {{{written}}}, title = {{A}}").authors == authors


def test_editors() -> None:
    """Editors stand in where there are no authors."""
    assert one("editor = {Doe, J}, title = {A}", "book").authors == ("Doe, J",)


@pytest.mark.parametrize(
    ("fields", "published"),
    [
        ("date = {2016-12-13}, year = 2017, month = 8", "2016-12-13"),
        ("date = {2018-06/2018-07}", "2018-06"),
        ("date = {2016/2017}", "2016"),
        ("year = 2017, month = 8", "2017-08"),
        ("year = 2017, month = aug, day = 3", "2017-08-03"),
        ("year = 2017, month = {August}", "2017-08"),
        ('year = 2017, month = "3~" # aug', "2017-08-03"),
        ("year = {2017}, month = {Jan-Feb}", "2017"),
        ("year = {in press}", None),
    ],
)
def test_dates(fields: str, published: str | None) -> None:
    """A date is as exact as it is written; of a span it is the start."""
    assert one(f"title = {{A}}, {fields}").published == published


@pytest.mark.parametrize(
    ("fields", "own"),
    [
        ("doi = {10.1000/X}", ["doi:10.1000/x"]),
        ("doi = {https://doi.org/10.1000/X}", ["doi:10.1000/x"]),
        (r"doi = {10.1000/a{\_}b\_c}", ["doi:10.1000/a_b_c"]),
        ("url = {https://doi.org/10.1000/X}", ["doi:10.1000/x"]),
        ("pmid = {12653513}, pmcid = {PMC5815332}", ["pmid:12653513", "pmcid:PMC5815332"]),
        ("eprint = {12653513}, eprinttype = {pubmed}", ["pmid:12653513"]),
        ("eprint = {1806.05726v2}, archiveprefix = {arXiv}", ["doi:10.48550/arxiv.1806.05726"]),
        ("eprint = {hep-th/9901001}", ["doi:10.48550/arxiv.hep-th/9901001"]),
        ("journal = {arXiv preprint arXiv:1806.05726}", ["doi:10.48550/arxiv.1806.05726"]),
        (
            r"howpublished = {\url{https://arxiv.org/abs/1806.05726}}",
            ["doi:10.48550/arxiv.1806.05726"],
        ),
        ("issn = {0095-2338}, isbn = {9781605587301}", []),
        ("url = {https://example.org}", []),
        ("doi = {n/a}", []),
    ],
)
def test_identifiers(fields: str, own: list[str]) -> None:
    """Identifiers are found in whatever field programs put them."""
    assert source(f"title = {{A}}, {fields}").get("locators", []) == own


def test_preprints_are_linked() -> None:
    """What was published and has a number of arXiv's too is another work than that preprint."""
    record = one("title = {A}, doi = {10.1000/x}, eprint = {1806.05726}, archiveprefix = {arXiv}")
    assert record.identifiers == ("doi:10.1000/x",)
    (link,) = record.links
    assert (link.relation, link.source) == ("version-of", ("doi:10.48550/arxiv.1806.05726",))


@pytest.mark.parametrize(
    ("kind", "is_own"), [("book", True), ("proceedings", True), ("incollection", False)]
)
def test_books(kind: str, is_own: bool) -> None:
    """An ISBN identifies a book, and is a mention of one that the work is part of."""
    found = source("title = {A}, booktitle = {B}, isbn = {978-1-60558-730-1}", kind)
    assert found["locators" if is_own else "mentions"] == ["isbn:9781605587301"]


@pytest.mark.parametrize(
    "fields", ["title = {A}, url = {https://example.org/a}", "url = {https://example.org/a}"]
)
def test_pages(fields: str) -> None:
    """A page is identified by its address, and so is what has no other name."""
    assert source(fields, "online")["locators"] == ["url:https://example.org/a"]


def test_other_fields() -> None:
    """Abstract, language, keywords and types are taken, by the names of BibTeX and biblatex."""
    record = one(
        "title = {A trial}, subtitle = {Of rest}, journaltitle = {The Lancet},"
        "abstract = {It was\n wrapped.\n\nIt went on, 5\\% of it.}, langid = {ngerman},"
        "keywords = {Humans; Rest/methods}, TYPE = {PhD thesis}"
    )
    assert record.title == "A trial: Of rest"
    assert record.venue == "The Lancet"
    assert record.abstract == "It was wrapped.\nIt went on, 5% of it."
    assert record.language == "de"
    assert record.headings == ("Humans", "Rest")
    assert record.types == ("article", "PhD thesis")


# -- sniffing and samples ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "fit"),
    [
        (SAMPLE, Fit.SURE),
        ("@a{b,\n  date={2016/2017}\n}", Fit.SURE),
        ('\ufeff@book{a, url = "https://example.org" }', Fit.SURE),
        ("@comment{x}", Fit.POSSIBLE),
        ("", Fit.NONE),
        ("TY  - JOUR\nAD  - me@example.org\n", Fit.NONE),
        ('{"a": "@b{c"}', Fit.NONE),
        ("@media (min-width: 1px) { a { color: red } }", Fit.NONE),
    ],
)
def test_sniffs(start: str, fit: Fit) -> None:
    """A file is known by the beginning of an entry."""
    assert BibTeXImporter().sniff(start.encode()) is fit


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bibtex.bib", (1, 0, 0)),
        ("date-range.bib", (0, 1, 0)),
        ("escaped characters.bib", (2, 0, 0)),
        ("gbk_test.bib", (1, 0, 1)),
        ("rich text.bib", (7, 0, 0)),
        ("sample.bib", (12, 1, 0)),
        ("unicode and capitalized types.bib", (1, 0, 0)),
        ("uppercase and.bib", (1, 0, 0)),
        ("uri.bib", (2, 1, 2)),
        ("whitespace and unknown fields.bib", (1, 0, 0)),
        ("year and month with date.bib", (0, 1, 0)),
        ("year and month without date.bib", (0, 1, 0)),
    ],
)
def test_samples(
    shared: Path,
    counts: Callable[[Importer, bytes], tuple[int, int, int]],
    name: str,
    expected: tuple[int, int, int],
) -> None:
    """Of real files every entry is an item or a rejection, as counted by eye; none is set aside."""
    data = (shared / "samples" / "bibtex" / name).read_bytes()
    assert BibTeXImporter().sniff(data[: 1 << 16]) is Fit.SURE
    assert counts(BibTeXImporter(), data) == expected
    text = data.decode("gb18030" if name.startswith("gbk") else "utf-8")
    assert len(parse_string(text).entries) <= sum(expected[:2])


@pytest.mark.parametrize("name", ["multiple entries.txt", "nothing.txt"])
def test_samples_of_another_format(shared: Path, name: str) -> None:
    """Another program's notation of references is no BibTeX, and is refused as such."""
    data = (shared / "samples" / "bibtex" / name).read_bytes()
    assert BibTeXImporter().sniff(data) is Fit.NONE
    with pytest.raises(Invalid, match="not BibTeX"):
        list(BibTeXImporter().read(io.BytesIO(data)))
