"""Sources as RIS, BibTeX and CSL-JSON: inert, complete, and known again when they are imported."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, get_args

import bibtexparser
import pytest
import rispy  # type: ignore[import-untyped]  # it has no marker
from evledger_literature.formats.bibtex import BibTeXImporter
from evledger_literature.formats.csljson import CSLImporter
from evledger_literature.formats.ris import RISImporter
from evledger_literature.meaning.carrying import carried, carry
from evledger_literature.writing.bibtex import BibTeXRenderer
from evledger_literature.writing.csljson import CSLRenderer
from evledger_literature.writing.ris import RISRenderer
from hypothesis import given, settings
from hypothesis import strategies as st

from evledger import (
    Event,
    Invalid,
    Plugins,
    RenderContext,
    Rendered,
    SourceAdded,
    SourceFlagged,
    View,
    seal,
)
from evledger.events import SourceKind
from evledger.importing import Importer, Item, Note, Rejection, import_file
from evledger.locators import normalise
from evledger.rendering import Renderer
from evledger.testing import RendererTests, Story, locators, texts

FORMATS: Final[Mapping[str, tuple[Renderer, Importer]]] = {
    "ris": (RISRenderer(), RISImporter()),
    "bibtex": (BibTeXRenderer(), BibTeXImporter()),
    "csl-json": (CSLRenderer(), CSLImporter()),
}
each_format = pytest.mark.parametrize("name", FORMATS)

KINDS: Final[Sequence[SourceKind]] = get_args(SourceKind)
STATUSES: Final[Sequence[Literal["retracted", "corrected", "reinstated"]]] = (
    "retracted",
    "corrected",
    "reinstated",
)
URLS: Final = ("https://example.org/a_b%7B;c", "https://pubmed.ncbi.nlm.nih.gov/987654321/")
LINE = re.compile(r"[A-Z][A-Z0-9]  - [^\x00-\x1f\x7f-\x9f]*|ER  - |")

# -- sources -----------------------------------------------------------------------------


@st.composite
def dois(draw: st.DrawFn) -> str:
    """Return DOIs with whatever characters they may have that mean something in some format."""
    suffix = draw(st.text("ab10./;,:()[]{}<>\\%&\"'#$~^_-+=é", min_size=1, max_size=12))
    return normal(f"doi:10.1000/{suffix}a")


def normal(locator: str) -> str:
    """Return a locator's normal form."""
    try:
        return normalise(locator)
    except Invalid:
        return "doi:10.1000/x"


@st.composite
def isbns(draw: st.DrawFn) -> str:
    """Return books' numbers with their right check digits."""
    core = f"978{draw(st.integers(0, 10**9 - 1)):09}"
    found = (f"isbn:{core}{digit}" for digit in range(10))
    return next(name for name in found if normal(name) == name)


def names() -> st.SearchStrategy[str]:
    """Return locators of every scheme."""
    pages = st.text("ab/?=&;,%25~_'()!*+-", max_size=10)
    return st.one_of(
        locators(),
        dois(),
        isbns(),
        st.integers(1, 10**9).map("pmcid:PMC{}".format),
        st.integers(1, 10**6).map("reddit:t1_a{}".format),
        pages.map(lambda path: normal(f"url:https://example.org/{path}a")),
    )


@st.composite
def sources(draw: st.DrawFn) -> tuple[Event, ...]:
    """Return sources of all kinds, some flagged."""
    held: set[str] = set()
    events: list[Event] = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        free = names().filter(lambda name: name not in held)
        own = draw(st.lists(free, max_size=4, unique=True))
        held.update(own)
        events.append(_source(draw, number, own))
        if draw(st.booleans()):
            said = draw(texts() | st.sampled_from(["PMID: 5", "a\nDOI: 10.1/x", "{:PMID: 5}"]))
            status = draw(st.sampled_from(STATUSES))
            notice = draw(st.none() | names())
            flag = SourceFlagged(
                source=f"s{number}", status=status, according_to=said, notice=notice
            )
            events.append(flag)
    return tuple(events)


def _source(draw: st.DrawFn, number: int, own: Sequence[str]) -> SourceAdded:
    odd = st.sampled_from(["{", "}", "a} % @book{x,", "\\", "\nER  - \nTY  - JOUR", "PMID: 5", "$"])
    platform = draw(st.none() | st.just("reddit"))
    return SourceAdded(
        id=f"s{number}",
        kind=draw(st.sampled_from(KINDS)),
        title=draw(texts() | odd),
        authors=tuple(draw(st.lists(texts(12) | odd, max_size=3))),
        venue=draw(st.none() | texts(12) | odd),
        platform=platform,
        community=draw(st.none() | texts(12)) if platform else None,
        published=draw(st.sampled_from([None, "2018", "2018-06", "2018-06-01"])),
        url=draw(st.none() | st.sampled_from([*URLS, *_links(own)])),
        locators=tuple(own),
        language=draw(st.sampled_from([None, "en", "pt-BR"])),
    )


def _links(own: Sequence[str]) -> list[str]:
    return [name.removeprefix("url:") for name in own if name.startswith("url:")]


# -- writing and reading -----------------------------------------------------------------


def rendered(name: str, view: View) -> Rendered:
    """Write a view's sources."""
    plugins = Plugins.builtin()
    scorer, ranker = plugins.scorer("quantified-confidence"), plugins.ranker("tier")
    return FORMATS[name][0].render(view, RenderContext(scorers=(scorer,), ranker=ranker))


def read(name: str, data: bytes) -> list[Item | Rejection]:
    """Read records again."""
    found = FORMATS[name][1].read(io.BytesIO(data))
    return [each for each in found if not isinstance(each, Note)]


def written(name: str, *events: Event) -> str:
    """Write a ledger in which these events are all."""
    return rendered(name, Story(events=events).view()).text


def ris_records(text: str) -> list[dict[str, Any]]:
    """Read RIS as rispy alone does."""
    return rispy.loads(text)  # type: ignore[no-any-return]  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # of rispy


class TestRIS(RendererTests):
    """RIS."""

    def renderer(self) -> RISRenderer:
        """Return the renderer."""
        return RISRenderer()

    def assert_inert(self, rendered: Rendered, payload: str) -> None:
        """Check that every line is a field, and that each record begins and ends once."""
        del payload
        lines = rendered.text.split("\n")
        assert all(map(LINE.fullmatch, lines))
        ends = [line[:2] for line in lines if line[:2] in {"TY", "ER"}]
        assert ends == ["TY", "ER"] * (len(ends) // 2)


class TestBibTeX(RendererTests):
    """BibTeX."""

    def renderer(self) -> BibTeXRenderer:
        """Return the renderer."""
        return BibTeXRenderer()

    def assert_inert(self, rendered: Rendered, payload: str) -> None:
        """Check that there are only entries, each a source, and that all braces are closed."""
        del payload
        library = bibtexparser.parse_string(rendered.text, parse_stack=[])  # type: ignore[attr-defined]  # not marked as exported
        assert library.failed_blocks == []
        assert library.blocks == library.entries
        assert all(re.fullmatch(r"[a-z0-9-]+", entry.key) for entry in library.entries)
        assert not re.search(r"(?<!\\)%(?![0-9A-F]{2})", rendered.text), "a comment of LaTeX's"


class TestCSL(RendererTests):
    """CSL-JSON."""

    def renderer(self) -> CSLRenderer:
        """Return the renderer."""
        return CSLRenderer()


# -- what comes back ---------------------------------------------------------------------


@each_format
@given(events=sources())
@settings(max_examples=50)
def test_identifiers_come_back(name: str, events: tuple[Event, ...]) -> None:
    """Each source is one record, whatever its texts hold, and has its locators and no others.

    One that has none may be known by its address, as any record of a page.
    """
    view = Story(events=events).view()
    found = read(name, rendered(name, view).data)
    for source, record in zip(view.sources.values(), found, strict=True):
        if source.locators:
            assert isinstance(record, Item)
            assert set((record.source or {})["locators"]) == set(source.locators)


@each_format
@pytest.mark.parametrize("said", ["PMID: 5", "a; PMID: 5", "a\nDOI: 10.1/x", "{:PMID: 5}"])
def test_who_flagged_it_adds_no_identifier(name: str, said: str) -> None:
    """Whatever a flag says of who raised it, no identifier is read out of it."""
    flag = SourceFlagged(source="s1", status="retracted", according_to=said, notice="pmid:9")
    paper = SourceAdded(id="s1", kind="report", title="A", locators=("doi:10.1000/x",))
    (found,) = read(name, written(name, paper, flag).encode())
    assert isinstance(found, Item)
    assert (found.source or {})["locators"] == ["doi:10.1000/x"]


@each_format
def test_importing_what_was_written_adds_nothing(name: str, tmp_path: Path) -> None:
    """A ledger knows its own sources again: a journal's, a trial's, a book's and posts."""
    plain: list[dict[str, Any]] = [
        {"kind": "journal-article", "locators": ("doi:10.1000/x", "pmid:1", "pmcid:PMC2")},
        {"kind": "trial", "locators": ("nct:NCT00680992", "pmid:3")},
        {"kind": "book", "locators": ("isbn:9781605587301",)},
        {"kind": "post", "locators": ("reddit:t3_58qzqh",), "platform": "reddit"},
        {"kind": "video", "locators": ("youtube:dQw4w9WgXcQ",), "platform": "youtube"},
        {"kind": "post", "locators": ("x:1212092628029698048",), "platform": "x"},
        {"kind": "web-page", "locators": ("url:https://example.org/a",)},
    ]
    events = [SourceAdded(id=f"s{n}", title=f"T{n}", **each) for n, each in enumerate(plain, 1)]
    ledger = Story(events=tuple(events)).ledger()
    made = rendered(name, ledger.view())
    path = tmp_path / f"sources{made.suffix}"
    path.write_bytes(made.data)
    report = import_file(ledger, path, FORMATS[name][1], by="test")
    assert (report.read, report.known, report.sources) == (7, 7, 0)


@given(given_=st.lists(names(), min_size=1, max_size=5), before=texts())
def test_carrying(given_: list[str], before: str) -> None:
    """Locators in a line of a note come back as they are, and nothing else does."""
    line = carry(given_)
    assert line.isascii()
    assert not re.search(r'[{}\\"\n]', line)
    assert carried([f"x {before}", line]) == given_
    assert carried([f"x {line}"]) == []


# -- what is written ---------------------------------------------------------------------

TRIAL = SourceAdded(
    id="s1",
    kind="journal-article",
    title="A trial",
    authors=("Müller, Ada", "The Trial Group"),
    venue="Lancet",
    published="2018-06-01",
    language="en",
    locators=("doi:10.1000/x", "pmid:7", "pmid:8"),
)


def test_ris_fields() -> None:
    """An article as rispy reads it."""
    (record,) = ris_records(written("ris", TRIAL))
    assert record["type_of_reference"] == "JOUR"
    assert (record["title"], record["secondary_title"]) == ("A trial", "Lancet")
    assert record["authors"] == ["Müller, Ada", "The Trial Group"]
    assert (record["year"], record["date"], record["doi"]) == ("2018", "2018/06/01/", "10.1000/x")
    assert record["notes"] == ["PMID: 7", "Locators: doi:10.1000/x pmid:7 pmid:8"]


def test_bibtex_fields() -> None:
    """An article as bibtexparser reads it; a collective's name is kept whole."""
    library = bibtexparser.parse_string(written("bibtex", TRIAL))  # type: ignore[attr-defined]  # not marked as exported
    (entry,) = library.entries
    assert (entry.entry_type, entry.key) == ("article", "s1")
    assert entry["author"] == "Müller, Ada and {The Trial Group}"
    assert (entry["journal"], entry["date"], entry["pmid"]) == ("Lancet", "2018-06-01", "7")


def test_csl_fields() -> None:
    """An article in CSL's words."""
    (item,) = json.loads(written("csl-json", TRIAL))
    assert item["author"] == [{"family": "Müller", "given": "Ada"}, {"literal": "The Trial Group"}]
    assert (item["type"], item["DOI"], item["PMID"]) == ("article-journal", "10.1000/x", "7")
    assert item["issued"] == {"date-parts": [[2018, 6, 1]]}
    assert item["note"] == "Locators: doi:10.1000/x pmid:7 pmid:8"


@each_format
def test_what_was_retracted_says_so(name: str) -> None:
    """A retracted paper is marked; one that was reinstated, or corrected, is not."""
    flag = SourceFlagged(
        source="s1", status="retracted", according_to="PubMed", notice="pmid:9", date="2020"
    )
    again = SourceFlagged(source="s1", status="reinstated", according_to="Crossref")
    assert "RETRACTED" in written(name, TRIAL, flag)
    assert "Retracted on 2020 according to PubMed" in written(name, TRIAL, flag)
    assert "RETRACTED" not in written(name, TRIAL, flag, again)
    assert "Reinstated according to Crossref" in written(name, TRIAL, flag, again)
    (found,) = read(name, written(name, TRIAL, flag).encode())
    assert isinstance(found, Item)
    assert "pmid:9" not in (found.source or {})["locators"]


@each_format
def test_what_is_hidden_is_left_out(name: str) -> None:
    """A sealed title is written while it can be read, and left out when it cannot."""
    post = seal(SourceAdded(id="s1", kind="post", title="Secret", platform="reddit"), "title")
    assert "Secret" in rendered(name, Story(events=(post,)).view()).text
    hidden = rendered(name, Story(events=(post,), has_vault=False).view()).text
    assert "Secret" not in hidden
    assert "withheld" not in hidden


@each_format
def test_order_is_by_number(name: str) -> None:
    """Sources come by number, the tenth after the second, and duplicates among them."""
    ids = ("s10", "s2", "s1")
    events = [SourceAdded(id=id, kind="book", title=f"Book {id}.") for id in ids]
    text = written(name, *events)
    assert re.findall(r"Book (s[0-9]+)\.", text) == ["s1", "s2", "s10"]


def test_a_title_that_ends_a_record() -> None:
    """Line breaks of a title end no field, nor a record."""
    title = "Before\nER  - \nTY  - BOOK\r\nTI  - After"
    (record,) = ris_records(written("ris", SourceAdded(id="s1", kind="other", title=title)))
    assert record["title"] == "Before ER - TY - BOOK TI - After"


def test_latex_shows_what_was_meant() -> None:
    """What LaTeX gives a meaning is written so that LaTeX shows it, and braces are closed."""
    text = written("bibtex", SourceAdded(id="s1", kind="other", title="50% of {x_1} \\ ~ ^ # $ &"))
    assert (
        r"50\% of {\textbraceleft}x\_1{\textbraceright} {\textbackslash} {\textasciitilde}"
        r" {\textasciicircum} \# \$ \&"
    ) in text
