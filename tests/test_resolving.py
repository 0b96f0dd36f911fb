"""What becomes of items: flags, links, words of their own, proposals, and what is absent."""

from __future__ import annotations

import gzip
import io
import itertools
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evledger
from evledger import (
    Attachment,
    Capture,
    ClaimRetagged,
    FetchContext,
    Fit,
    ImportReport,
    Invalid,
    Item,
    ItemFlag,
    ItemLink,
    Ledger,
    Note,
    NotFound,
    NotSupplied,
    PluginError,
    Plugins,
    Rejection,
    SourceAdded,
    hookimpl,
)
from evledger.importing import Found, documents, import_file
from evledger.typing import Fetcher, Importer


class Given:
    """An importer that hands over what a test gives it."""

    name = "given"
    suffixes = (".given",)

    def __init__(self, *found: Found) -> None:
        self.found = found

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Yield that."""
        file.read()
        yield from self.found


@pytest.fixture
def ledger() -> Ledger:
    """Return a new ledger in memory."""
    return evledger.open("memory:", plugins=Plugins.builtin()).create(
        "semax", title="Semax", by="me"
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file, whatever it holds."""
    path = tmp_path / "a.given"
    path.write_bytes(b"anything")
    return path


def source(title: str, *locators: str, **fields: Any) -> dict[str, Any]:
    """Return a source's fields."""
    return {"kind": "journal-article", "title": title, "locators": list(locators), **fields}


def item(title: str, *locators: str, place: str = "record 1", **rest: Any) -> Item:
    """Return an item of a source."""
    return Item(place=place, source=source(title, *locators), **rest)


def taken(ledger: Ledger, file: Path, *found: Found, dry_run: bool = False) -> ImportReport:
    """Import; what holds of every report is asserted."""
    report = import_file(ledger, file, Given(*found), by="me", dry_run=dry_run)
    assert report.read == report.added + report.known + report.flagged + len(report.rejected)
    assert ledger.verify("full").faults == ()
    return report


def columns(report: ImportReport) -> tuple[int, int, int, int, int]:
    """Return read, added, known, flagged and absent."""
    return report.read, report.added, report.known, report.flagged, report.absent


RETRACTED = ItemFlag(
    status="retracted", according_to="Crossref", notice="doi:10.1000/NOTICE", date="2020-05"
)


# -- flags -------------------------------------------------------------------------------


def test_a_retracted_paper_is_added_with_its_flag(ledger: Ledger, file: Path) -> None:
    """A new source that is retracted is added and flagged in one; again, it is known."""
    found = item("A", "doi:10.1000/a", flags=[RETRACTED])
    first, again = taken(ledger, file, found), taken(ledger, file, found)
    assert (columns(first), first.flags) == ((1, 1, 0, 0, 0), 1)
    assert (columns(again), again.flags) == ((1, 0, 1, 0, 0), 0)
    paper = ledger.view().sources["s1"]
    assert paper.is_retracted
    assert [(f.status, f.notice, f.date) for f in paper.flags] == [
        ("retracted", "doi:10.1000/notice", "2020-05")
    ]


def test_a_retraction_since_the_last_import(ledger: Ledger, file: Path) -> None:
    """A known source whose record tells of a retraction now is flagged, and nothing else."""
    taken(ledger, file, item("A", "doi:10.1000/a"))
    size = ledger.head().size
    report = taken(ledger, file, item("A", "doi:10.1000/a", flags=[RETRACTED]))
    assert columns(report) == (1, 0, 0, 1, 0)
    assert ledger.head().size == size + 1
    (record,) = ledger.records(size)
    assert record.type == "source-flagged"


def test_flags_of_several_authorities_add_up(ledger: Ledger, file: Path) -> None:
    """Who says so belongs to a flag; the same word of another is another flag."""
    other = ItemFlag(status="retracted", according_to="PubMed", notice="pmid:1")
    report = taken(ledger, file, item("A", "doi:10.1000/a", flags=[RETRACTED, other, RETRACTED]))
    assert report.flags == 2


@pytest.mark.parametrize("order", [*itertools.permutations(range(4))])
def test_the_latest_word_stands(ledger: Ledger, file: Path, order: Sequence[int]) -> None:
    """Rows about a paper take effect as things happened, wherever in the file they stand."""
    dates = {"2010": "retracted", "2012-03": "reinstated", "2015-01-02": "retracted"}
    rows: list[Item] = [item("A", "doi:10.1000/a")]
    for date, status in dates.items():
        flag = ItemFlag(status=status, according_to="List", date=date, of=["doi:10.1000/A"])  # type: ignore[arg-type]
        rows.append(Item(place=f"row {date}", flags=[flag]))
    report = taken(ledger, file, *(rows[n] for n in order))
    (paper,) = ledger.view().sources.values()
    assert [flag.date for flag in paper.flags] == list(dates)
    assert (columns(report), report.flags) == ((4, 1, 0, 3, 0), 3)


def test_a_list_of_retractions(ledger: Ledger, file: Path) -> None:
    """Rows about papers that the ledger does not have are counted apart, and change nothing."""
    taken(ledger, file, item("A", "doi:10.1000/a"))
    rows = [
        Item(place=f"row {n}", flags=[attrs.evolve(RETRACTED, of=[f"doi:10.1000/{name}"])])
        for n, name in enumerate("xayz")
    ]
    first, again = taken(ledger, file, *rows), taken(ledger, file, *rows)
    assert (columns(first), first.sources) == ((1, 0, 0, 1, 3), 0)
    assert columns(again) == (1, 0, 1, 0, 3)


def test_every_holder_is_flagged(ledger: Ledger, file: Path) -> None:
    """Where two sources hold the names of one retracted work, neither goes on to count."""
    taken(ledger, file, item("A", "doi:10.1000/a"), item("A", "pmid:1"))
    flag = attrs.evolve(RETRACTED, of=["doi:10.1000/a", "pmid:1"])
    report = taken(ledger, file, Item(place="row 1", flags=[flag]))
    assert (columns(report), report.flags) == ((1, 0, 0, 1, 0), 2)
    assert [source.is_retracted for source in ledger.view().sources.values()] == [True, True]


def test_an_item_about_nothing(ledger: Ledger, file: Path) -> None:
    """A record that describes no source and tells nothing of others is rejected, not lost."""
    unreadable = attrs.evolve(RETRACTED, of=["unavailable"])
    report = taken(ledger, file, Item(place="row 1"), Item(place="row 2", flags=[unreadable]))
    assert [rejection.place for rejection in report.rejected] == ["row 1", "row 2"]
    assert [note.place for note in report.notes] == ["row 2"]


def test_a_flag_that_cannot_be(ledger: Ledger, file: Path) -> None:
    """A flag with no possible date is refused with its record, and the others are imported."""
    bad = item("A", "doi:10.1000/a", flags=[attrs.evolve(RETRACTED, date="May 2020")])
    report = taken(ledger, file, bad, item("B", "doi:10.1000/b"))
    assert (columns(report), len(report.rejected)) == ((2, 1, 0, 0, 0), 1)


# -- links -------------------------------------------------------------------------------

VERSION = ItemLink(relation="version-of", other=["https://doi.org/10.1000/B"], basis="it says so")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_versions_are_linked(ledger: Ledger, file: Path, order: Sequence[int]) -> None:
    """A preprint and its published version are two sources with a link, in either order."""
    both = [item("A", "doi:10.1000/a", links=[VERSION]), item("B", "doi:10.1000/b")]
    report = taken(ledger, file, *(both[n] for n in order))
    again = taken(ledger, file, *(both[n] for n in order))
    view = ledger.view()
    (link,) = view.links.values()
    ends = view.sources[link.source].title, view.sources[link.other or ""].title
    assert (ends, link.relation, link.assertion) == (("A", "B"), "version-of", "automatic")
    assert (columns(report), report.links) == ((2, 2, 0, 0, 0), 1)
    assert (columns(again), again.links) == ((2, 0, 2, 0, 0), 0)


def test_the_other_version_comes_later(ledger: Ledger, file: Path) -> None:
    """A link to what the ledger lacks is counted apart, and made when both are there."""
    preprint = item("A", "doi:10.1000/a", links=[VERSION])
    assert columns(taken(ledger, file, preprint)) == (1, 1, 0, 0, 1)
    taken(ledger, file, item("B", "doi:10.1000/b"))
    report = taken(ledger, file, preprint)
    assert (columns(report), report.links) == ((1, 1, 0, 0, 0), 1)


def test_a_link_to_itself(ledger: Ledger, file: Path) -> None:
    """A record that names itself as its other version makes no link."""
    assert taken(ledger, file, item("B", "doi:10.1000/b", links=[VERSION])).links == 0


def test_a_notice(ledger: Ledger, file: Path) -> None:
    """A notice is a source of its own, linked to the paper that it flags."""
    notice = item(
        "Retraction of A",
        "doi:10.1000/notice",
        flags=[attrs.evolve(RETRACTED, of=["doi:10.1000/a"])],
        links=[ItemLink(relation="notice-of", other=["doi:10.1000/a"], basis="it says so")],
    )
    report = taken(ledger, file, notice, item("A", "doi:10.1000/a"))
    view = ledger.view()
    assert (columns(report), report.links, report.flags) == ((2, 2, 0, 0, 0), 1, 1)
    assert [source.is_retracted for source in view.sources.values()] == [False, True]


# -- identifiers of other works ---------------------------------------------------------


@pytest.mark.parametrize(
    ("shared", "first", "second"),
    [
        ("doi:10.1000/book", "doi:10.1000/book_1", "doi:10.1000/book_2"),
        ("pmid:25246403", "doi:10.1000/a", "doi:10.1000/b"),
        ("isbn:9781605587301", "doi:10.1000/a", "doi:10.1000/b"),
        ("isbn:9781605587301", None, None),
    ],
)
def test_parts_of_a_whole_are_not_one(
    ledger: Ledger, file: Path, shared: str, first: str | None, second: str | None
) -> None:
    """Works that share an identifier by mistake stay two: nothing is lost, and a note says so."""
    found = [
        item("Cetaceans of the northern sea", *filter(None, [first]), shared, place="record 1"),
        item("Hands-free control of gestures", *filter(None, [second]), shared, place="record 2"),
    ]
    report, again = taken(ledger, file, *found), taken(ledger, file, *found)
    assert (columns(report), columns(again)) == ((2, 2, 0, 0, 0), (2, 0, 2, 0, 0))
    one, other = ledger.view().sources.values()
    assert one.locators == tuple(filter(None, [first, shared]))
    assert (other.locators, other.mentions) == (tuple(filter(None, [second])), (shared,))
    (note,) = report.notes
    assert (note.place, shared in note.text, "s1" in note.text) == ("record 2", True, True)


@pytest.mark.parametrize(
    ("title", "locators"),
    [
        ("Hands-free control of gestures", ["doi:10.1000/a"]),  # the same DOI: a translation
        ("Cetaceans of the sea", ["doi:10.1000/b", "pmid:1"]),  # another, but much the same title
        ("Hands-free control of gestures", ["pmid:1"]),  # nothing contradicts it
    ],
)
def test_what_may_be_the_same_is(
    ledger: Ledger, file: Path, title: str, locators: list[str]
) -> None:
    """A shared identifier makes one source of two records where nothing speaks against it."""
    taken(ledger, file, item("Cetaceans of the northern sea", "doi:10.1000/a", "pmid:1"))
    assert taken(ledger, file, item(title, *locators)).sources == 0


# -- words of their own ------------------------------------------------------------------

ABSTRACT = Capture("Thirty patients. β-endorphin rose.".encode())


def test_an_abstract_is_kept(ledger: Ledger, file: Path) -> None:
    """An abstract is an attachment that the source names, byte for byte."""
    taken(ledger, file, item("A", "doi:10.1000/a", capture=ABSTRACT))
    capture = ledger.view().sources["s1"].capture
    assert isinstance(capture, Attachment)
    assert (ledger.attachment(capture), capture.media_type) == (ABSTRACT.data, "text/plain")


@pytest.mark.parametrize("kind", ["journal-article", "web-page"])
def test_an_abstract_comes_later(ledger: Ledger, file: Path, kind: str) -> None:
    """A source that had none gets it from a later import, once; another one does not replace it."""
    fields = {**source("A", "doi:10.1000/a"), "kind": kind}
    bare = Item(place="record 1", source=fields)
    taken(ledger, file, bare)
    full = attrs.evolve(bare, capture=ABSTRACT)
    assert columns(taken(ledger, file, full)) == (1, 1, 0, 0, 0)
    other = attrs.evolve(bare, capture=Capture(b"Other words."))
    assert columns(taken(ledger, file, full, other)) == (2, 0, 2, 0, 0)
    capture = ledger.view().sources["s1"].capture
    assert isinstance(capture, Attachment)
    assert ledger.attachment(capture) == ABSTRACT.data


def test_what_was_erased_stays_erased(ledger: Ledger, file: Path) -> None:
    """Words that were erased are not brought back by importing the file again."""
    post = Item(
        place="post 1",
        source={"kind": "post", "title": "Me", "platform": "reddit", "locators": ["reddit:t3_abc"]},
        capture=ABSTRACT,
    )
    taken(ledger, file, post)
    ledger.erase(1, "title", "capture", reason="asked", by="me")
    assert columns(taken(ledger, file, post)) == (1, 0, 1, 0, 0)
    exported = b"".join(
        ledger.attachment(digest) for digest in ledger.store.backend.attachments("semax")
    )
    assert exported == b""


# -- claims that are proposed ------------------------------------------------------------


def proposal(text: str, tier: str = "human") -> dict[str, Any]:
    """Return a claim that a program proposes."""
    return {"text": text, "tier": tier, "stance": "neutral", "assertion": "automatic"}


def test_a_proposal_comes_once(ledger: Ledger, file: Path) -> None:
    """A proposed claim comes with its source; a curator's better words are not undone."""
    found = item("A", "doi:10.1000/a", claims=[proposal("A")])
    assert taken(ledger, file, found).claims == 1
    ledger.append(ClaimRetagged(claim="c1", text="It helps.", why="read it"), by="me")
    assert (taken(ledger, file, found).claims, len(ledger.view().claims)) == (0, 1)


def test_a_proposal_of_another_ledgers_tier(file: Path) -> None:
    """Where a ledger lacks the tier that is proposed, the source comes without the claim."""
    tiers = [evledger.Tier(slug="strong", label="Strong", description="Strong.")]
    ledger = evledger.open("memory:", plugins=Plugins.builtin()).create(
        "x", title="X", by="me", tiers=tiers
    )
    found = [item(f"A{n}", f"doi:10.1000/{n}", claims=[proposal("A")]) for n in range(3)]
    report = taken(ledger, file, *found)
    assert (columns(report), report.claims) == ((3, 3, 0, 0, 0), 0)
    (note,) = report.notes
    assert "tier 'human'" in note.text


def test_a_manual_claim_is_still_held_to_the_tiers(ledger: Ledger, file: Path) -> None:
    """What a person tagged with a tier that is not there is rejected."""
    claim = {"text": "A", "tier": "strong", "stance": "neutral"}
    report = taken(ledger, file, item("A", "doi:10.1000/a", claims=[claim]))
    assert "tier 'strong' is none of the ledger's" in report.rejected[0].reason


# -- the report --------------------------------------------------------------------------


def test_notes(ledger: Ledger, file: Path) -> None:
    """Notes are no records; the same one is told once, and their number is bounded."""
    notes = [Note("the file", "it was read as gb18030"), *(Note("x", str(n)) for n in range(900))]
    report = taken(ledger, file, *notes, notes[0], item("A", "doi:10.1000/a"))
    assert columns(report) == (1, 1, 0, 0, 0)
    assert (report.notes[0], len(report.notes)) == (notes[0], 501)
    assert report.notes[-1].text == "there are 401 notes more"


def test_dry_run(ledger: Ledger, file: Path) -> None:
    """A dry run reports what the import then does, and leaves ids and attachments alone."""
    found = [
        item(
            f"A{n}",
            f"doi:10.1000/{n % 900}",
            claims=[proposal("A")],
            capture=ABSTRACT,
            flags=[RETRACTED],
        )
        for n in range(1_200)
    ]
    dry = taken(ledger, file, *found, dry_run=True)
    assert (ledger.head().size, ledger.store.backend.attachments("semax")) == (1, [])
    wet = taken(ledger, file, *found)
    assert attrs.evolve(dry, dry_run=False) == wet
    assert {"s1", "s900"} <= ledger.view().sources.keys()


def test_a_file_that_turns_bad(ledger: Ledger, file: Path) -> None:
    """What came before is imported, and the rest is a rejection that says where."""

    class Turns(Given):
        def read(self, file: IO[bytes]) -> Iterator[Found]:
            yield from super().read(file)
            raise Invalid("line 9 is too long")

    report = import_file(ledger, file, Turns(item("A", "doi:10.1000/a")), by="me")
    assert (report.read, report.added) == (2, 1)
    assert report.rejected == (
        Rejection("after record 1", "line 9 is too long; the rest of the file was not read"),
    )
    with pytest.raises(Invalid, match=r"a\.given: line 9 is too long"):
        import_file(ledger, file, Turns(), by="me")


def test_an_importer_that_gives_something_else(ledger: Ledger, file: Path) -> None:
    """It is named, and nothing is appended."""
    with pytest.raises(PluginError, match="importer 'given' gave str, where Item"):
        import_file(ledger, file, Given("text"), by="me")  # type: ignore[arg-type]
    assert ledger.head().size == 1


def test_two_imports_at_once(tmp_path: Path, file: Path) -> None:
    """Several that import the same at once finish; each source is there once, and counts add up."""
    found = [item(f"A{n}", f"doi:10.1000/{n}", capture=ABSTRACT) for n in range(1_500)]
    database = tmp_path / "e.db"
    with evledger.open(database, plugins=Plugins.builtin()) as store:
        store.create("semax", title="Semax", by="me")

        def run(_: int) -> ImportReport:
            ledger = store.ledger("semax")
            return import_file(ledger, file, Given(*found), by="me")

        with ThreadPoolExecutor(3) as threads:
            reports = list(threads.map(run, range(3)))
        assert sum(report.added for report in reports) == sum(r.sources for r in reports) == 1_500
        assert [report.read for report in reports] == [1_500] * 3
        assert len(store.ledger("semax").view().sources) == 1_500
        assert store.ledger("semax").verify("full").ok


# -- files -------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", [False, True])
def test_gzip(ledger: Ledger, tmp_path: Path, broken: bool) -> None:
    """A gzipped file is read as what it holds; one that breaks off says so."""
    rows = "".join(f"review,{n} is the number of this review,{n}\n" for n in range(5_000))
    data = gzip.compress(f"kind,title,pmid\n{rows.replace(',0', ',99999')}".encode())
    path = tmp_path / "a.gz"
    path.write_bytes(data[: len(data) // 2] if broken else data)
    if not broken:
        assert ledger.import_file(path, by="me").added == 5_000
        return
    report = ledger.import_file(path, by="me")
    assert 0 < report.added < 5_000
    assert "the rest of the file was not read" in report.rejected[-1].reason


# -- which importer ----------------------------------------------------------------------


class Sniffing(Given):
    """An importer that knows files by a word."""

    def __init__(self, name: str, word: bytes, fit: Fit, suffix: str = ".x") -> None:
        super().__init__()
        self.name, self.word, self.fit = name, word, fit
        self.suffixes = (suffix,)

    def sniff(self, start: bytes) -> Fit:
        """Look for the word."""
        return self.fit if self.word in start else Fit.NONE


def offering(*importers: Importer) -> Plugins:
    """Return plugins that supply these importers besides the built-in ones."""

    class Plugin:
        @hookimpl.importers
        def importers(self) -> list[Importer]:
            return list(importers)

    plugins = Plugins.builtin()
    plugins.register(Plugin(), name="test")
    return plugins


SURE = Sniffing("sure", b"red", Fit.SURE)
POSSIBLE = Sniffing("possible", b"red", Fit.POSSIBLE, ".csv")
GREEN = Sniffing("green", b"green", Fit.SURE, ".g")


@pytest.mark.parametrize(
    ("path", "start", "name"),
    [
        ("a.csv", b"red", "sure"),  # content before suffix
        ("a.txt", b"red", "sure"),
        ("a.g", b"red green", "green"),  # of two that are sure, the suffix decides
        ("a.csv", b"blue", "csv"),  # nobody knows it: the suffix alone
        ("a.CSV", b"kind,title\n", "csv"),
        ("a.txt", b"\xef\xbb\xbfkind;title;pmid\nreview;A;1", "csv"),
        ("a", b'{"kind": "review", "title": "A"}\n{', "jsonl"),
        ("a.jsonl", b"", "jsonl"),
    ],
)
def test_content_decides(path: str, start: bytes, name: str) -> None:
    """The importer that is surest of the content is taken, then the one of the suffix."""
    plugins = offering(
        SURE, GREEN, *([POSSIBLE] if b"blue" not in start and start[:4] != b"kind" else [])
    )
    assert plugins.importer(None, path, start).name == name


@pytest.mark.parametrize(
    ("path", "start", "message"),
    [
        ("a.txt", b"red green", "may be of several formats; name one of: green, sure"),
        ("a.txt", b"blue", r"no importer knows 'a.txt' by its content or suffix; name one of: csv"),
    ],
)
def test_nothing_decides(path: str, start: bytes, message: str) -> None:
    """Where several fit alike, or none does, the message names those to choose from."""
    with pytest.raises(NotSupplied, match=message):
        offering(SURE, GREEN).importer(None, path, start)


def test_a_sniffer_that_fails() -> None:
    """It is named."""

    class Fails(Given):
        def sniff(self, start: bytes) -> Fit:
            raise KeyError(len(start))

    with pytest.raises(PluginError, match="importer 'given' failed: KeyError"):
        offering(Fails()).importer(None, "a.txt", b"x")


def test_columns_for_what_is_no_table(ledger: Ledger, tmp_path: Path) -> None:
    """Columns that are named for an importer without columns are an error that says so."""
    path = tmp_path / "a.csv"
    path.write_text("kind,title\nreview,A\n")
    with pytest.raises(Invalid, match="importer 'csv' reads no tables"):
        ledger.import_file(path, by="me", importer="csv", columns={"A": "title"})


# -- registries --------------------------------------------------------------------------


class Registry:
    """A fetcher that knows what a test tells it."""

    registry = "The Registry"

    def __init__(self, name: str, *known: Found) -> None:
        self.name = name
        self.known = {found.place: found for found in known}
        self.asked: list[list[str]] = []
        self.contacts: list[str | None] = []

    def fetch(self, locators: Sequence[str], context: FetchContext) -> Iterator[Found]:
        """Answer."""
        self.asked.append(list(locators))
        self.contacts.append(context.contact)
        for locator in locators:
            if locator in self.known:
                yield self.known[locator]


def knowing(*fetchers: Fetcher) -> Ledger:
    """Return a ledger that these fetchers serve."""

    class Plugin:
        @hookimpl.locators
        def locators(self) -> list[Fetcher]:
            return list(fetchers)

    plugins = Plugins.builtin()
    plugins.register(Plugin(), name="test")
    return evledger.open("memory:", plugins=plugins).create("semax", title="Semax", by="me")


def test_fetching() -> None:
    """Each scheme's fetcher is asked once, for all its locators in their normal form."""
    pubmed = Registry("pmid", item("A", "pmid:1", "doi:10.1000/a", place="pmid:1"))
    crossref = Registry("doi", item("B", "doi:10.1000/b", place="doi:10.1000/b"))
    ledger = knowing(pubmed, crossref)
    asked = ["PMID 1", "https://doi.org/10.1000/B", "pmid:1", "pmid:2"]
    report = ledger.fetch(asked, by="me", context=FetchContext(contact="a@example.org"))
    assert columns(report) == (3, 2, 0, 0, 0)
    assert report.rejected == (Rejection("pmid:2", "fetcher 'pmid' gave no answer to it"),)
    assert (pubmed.asked, crossref.asked) == ([["pmid:1", "pmid:2"]], [["doi:10.1000/b"]])
    assert pubmed.contacts == ["a@example.org"]


def test_fetching_what_nothing_fetches() -> None:
    """It is said before anybody is asked."""
    pubmed = Registry("pmid")
    with pytest.raises(Invalid, match="nothing fetches 'isbn'; what can be fetched is pmid"):
        knowing(pubmed).fetch(["pmid:1", "isbn:9781605587301"], by="me")
    assert pubmed.asked == []


def test_refreshing() -> None:
    """Known sources are asked about again: flags and locators come, sources and claims do not."""
    told = item("A", "pmid:1", "doi:10.1000/a", place="pmid:1", flags=[RETRACTED])
    told = attrs.evolve(told, claims=[proposal("A")], capture=ABSTRACT)
    pubmed = Registry("pmid", told, item("C", "pmid:3", place="pmid:2"))
    ledger = knowing(pubmed)
    for n in (1, 2):
        ledger.append(
            SourceAdded(id=f"s{n}", kind="review", title="x", locators=(f"pmid:{n}",)), by="me"
        )
    report = ledger.refresh(by="me")
    assert (report.flagged, report.absent, report.sources, report.claims) == (1, 1, 0, 0)
    paper = ledger.view().sources["s1"]
    assert (paper.is_retracted, paper.locators, paper.capture) == (
        True,
        ("pmid:1", "doi:10.1000/a"),
        None,
    )
    assert ledger.refresh(by="me").flagged == 0
    assert ledger.refresh(by="me", sources=["s2"]).read == 0
    assert pubmed.asked[-1] == ["pmid:2"]
    with pytest.raises(NotFound, match="there is no source 's9'"):
        ledger.refresh(by="me", sources=["s9"])


def test_refreshing_what_is_gone() -> None:
    """A source that its registry has no more is flagged as unreachable, once."""
    pubmed = Registry("pmid", Rejection("pmid:1", "there is no such record", gone=True))
    ledger = knowing(pubmed)
    ledger.append(SourceAdded(id="s1", kind="review", title="x", locators=("pmid:1",)), by="me")
    assert ledger.fetch(["pmid:1"], by="me").rejected != ()
    assert [ledger.refresh(by="me").flagged for _ in range(2)] == [1, 0]
    (flag,) = ledger.view().sources["s1"].flags
    assert (flag.status, flag.according_to) == ("unreachable", "The Registry")


# -- JSON --------------------------------------------------------------------------------


def read_all(data: bytes) -> list[Any]:
    """Return the values, or the reasons, of a file's documents."""
    found = documents(io.BytesIO(data))
    return [each.reason if isinstance(each, Rejection) else each.value for each in found]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
        ),
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32-be"]),
    st.sampled_from([None, 2]),
)
def test_a_document(value: Any, encoding: str, indent: int | None) -> None:
    """A document is read as it was written, in any of JSON's encodings."""
    data = json.dumps(value, indent=indent).encode(encoding)
    assert read_all(data) == [value]


@given(st.lists(st.dictionaries(st.text("ab\n"), st.integers()), min_size=2), st.booleans())
def test_lines(values: list[Any], windows: bool) -> None:
    """Each line is a document; blank ones are none."""
    end = b"\r\n" if windows else b"\n"
    data = end.join([json.dumps(value).encode() + end for value in values])
    assert read_all(data) == values


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'{"a": 1}\nnot json\n{"a": 2}', [{"a": 1}, "it is no JSON", {"a": 2}]),
        (b'{"a": "\\ud83d"}', [{"a": "?"}]),
        (b'{"id": 1212092628029698048123}', [{"id": 1212092628029698048123}]),
    ],
)
def test_awkward_json(data: bytes, found: list[Any]) -> None:
    """A bad line is one rejection; half a surrogate pair, and numbers of any length, do no harm."""
    for value, expected in zip(read_all(data), found, strict=True):
        assert value == expected or str(value).startswith(str(expected))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "it is no JSON"),
        (b'{"a": ', "it is no JSON"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 200_000, "nested too deeply"),
        (b"\xff\xfe\x00", "it is no JSON"),
    ],
)
def test_no_json(data: bytes, message: str) -> None:
    """What is no JSON is refused, however deep or broken."""
    with pytest.raises(Invalid, match=message):
        read_all(data)
