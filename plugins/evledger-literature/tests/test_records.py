"""What becomes of a record, whatever format it came in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from evledger_literature.classifying import classify
from evledger_literature.records import Record
from hypothesis import given
from hypothesis import strategies as st

import evledger
from evledger import ClaimTagged, Plugins, SourceAdded
from evledger.importing import (
    Found,
    Item,
    ItemFlag,
    ItemLink,
    Note,
    Rejection,
    import_file,
)
from evledger.locators import normalise
from evledger.structuring import structure

GOOD = (
    *("doi:10.1000/X", "DOI: https://doi.org/10.1000/x", "pmid:0029798983", "pmcid:5815332"),
    *("isbn:1-60558-730-3", "https://example.org/a?utm_source=x", "nct:nct00680992"),
)
BAD = ("pmid:none", "doi:", "10.1000", "isbn:1", "nosuch:1", "", "\ud800", "x" * 5000)
texts = st.none() | st.text(max_size=9)
identifiers = st.lists(st.sampled_from(GOOD + BAD), max_size=4)
records = st.builds(
    Record,
    place=st.just("record 1"),
    format=st.just("RIS"),
    title=texts,
    abstract=texts,
    authors=st.lists(st.text(min_size=1, max_size=9), max_size=3),
    author_count=st.none() | st.integers(0, 5),
    venue=texts,
    published=st.none() | st.sampled_from(("2018", "2018-06", "2018-06-01")),
    url=st.none() | st.sampled_from(("https://example.org", "www.example.org/a", "no link", "")),
    identifiers=identifiers,
    mentions=identifiers,
    types=st.lists(st.sampled_from(("JOUR", "Review", "Published Erratum")), max_size=2),
    raw=st.text(max_size=9),
)


def found(**fields: Any) -> list[Found]:
    """Return what a record with these fields becomes."""
    return list(Record(place="record 1", format="RIS", **fields).found())


def item(**fields: Any) -> Item:
    """Return the item that a record with these fields becomes."""
    (each,) = (each for each in found(**fields) if isinstance(each, Item))
    return each


def source(**fields: Any) -> Any:
    """Return the source that a record with these fields becomes."""
    return item(**fields).source


@given(records)
def test_one_item_or_rejection(record: Record) -> None:
    """A record is one item or one rejection, and it is known where it stood."""
    results = list(record.found())
    assert [type(each) for each in results if not isinstance(each, Note)] in ([Item], [Rejection])
    assert {each.place for each in results} == {"record 1"}


@given(records)
def test_ledgers_take_it(record: Record) -> None:
    """The source and its claim are events that a ledger takes."""
    for each in record.found():
        if isinstance(each, Item) and each.source:
            added = structure({"id": "s1", **each.source}, SourceAdded, "source-added")
            assert added.assertion == "automatic"
            for claim in each.claims:
                data = {"id": "c1", "source": "s1", **claim}
                structure(data, ClaimTagged, "claim-tagged")


@given(identifiers, identifiers)
def test_identifiers(own: list[str], others: list[str]) -> None:
    """An identifier is normal or noted, and the work's own is no mention of another."""
    results = found(title="A trial", identifiers=own, mentions=others)
    notes = [each.text for each in results if isinstance(each, Note)]
    names = source(title="A trial", identifiers=own, mentions=others)
    locators, mentions = names.get("locators", []), names.get("mentions", [])
    assert locators == list(dict.fromkeys(normalise(text) for text in own if text in GOOD))
    assert set(mentions) == {normalise(text) for text in others if text in GOOD} - set(locators)
    bad = {text for text in own if text in BAD}, {text for text in others if text in BAD}
    assert len(notes) == sum(map(len, bad))


def test_disguises() -> None:
    """Two writings of one identifier are one."""
    assert source(identifiers=GOOD[:2])["locators"] == ["doi:10.1000/x"]


def test_nothing_to_go_by() -> None:
    """A record with neither a title nor an identifier that is one is rejected, with its text."""
    note, rejection = found(identifiers=["pmid:none"], raw="x" * 3000)
    assert isinstance(note, Note)
    assert "'pmid:none' was left out: " in note.text
    assert rejection == Rejection(
        "record 1", "it has neither a title nor an identifier", "x" * 2000
    )


def test_no_title() -> None:
    """A record without a title becomes a source that says so, and claims nothing."""
    note, each = found(identifiers=["pmid:1"], types=["Journal Article"])
    assert note == Note("record 1", "it has no title")
    assert isinstance(each, Item)
    assert each.source is not None
    assert each.source["title"] == "[no title]"
    assert each.claims == ()


def test_proposals() -> None:
    """What the record is taken for is a proposal, and says on what it rests."""
    fields: Any = {"title": "A trial", "types": ["JOUR"], "headings": ["Animals"]}
    judgement = classify(Record(place="record 1", format="RIS", **fields))
    each = item(**fields)
    assert each.source is not None
    assert each.source["kind"] == judgement.kind
    assert each.source["basis"] == judgement.kind_basis
    assert each.claims == (
        {
            "text": "A trial",
            "tier": "preclinical",
            "stance": "neutral",
            "assertion": "automatic",
            "basis": judgement.tier_basis,
        },
    )


@pytest.mark.parametrize("types", [["Published Erratum"], ["DATA"], ["GEN"]])
def test_no_claim(types: list[str]) -> None:
    """Where the tier cannot be told, nothing is claimed."""
    assert item(title="A trial", types=types).claims == ()


@pytest.mark.parametrize(
    ("authors", "count", "named", "said"),
    [
        ([], None, 0, None),
        (["A"], None, 1, None),
        (["A"], 1, 1, None),
        (["A"], 0, 1, None),
        (["A"], 7, 1, 7),
        (["A"] * 200, None, 200, None),
        (["A"] * 201, None, 200, 201),
        (["A"] * 201, 300, 200, 300),
    ],
)
def test_authors(authors: list[str], count: int | None, named: int, said: int | None) -> None:
    """The first two hundred authors are named, and counted where there are more."""
    fields = source(title="A trial", authors=authors, author_count=count)
    assert len(fields.get("authors", [])) == named
    assert fields.get("author_count") == said


def test_abstract() -> None:
    """The abstract is what is captured; blanks alone are none."""
    capture = item(title="A", abstract=" Thirty patients.\nß \n").capture
    assert capture is not None
    assert capture.data == "Thirty patients.\nß".encode()
    assert capture.media_type == "text/plain"
    assert item(title="A", abstract=" \n").capture is None
    assert item(title="A").capture is None


def test_flags_and_links_are_handed_on() -> None:
    """What has happened to the work, and how it relates to others, comes along as it is."""
    flag = ItemFlag(status="retracted", according_to="RIS")
    link = ItemLink(relation="version-of", other=("doi:10.1000/y",), basis="RIS: said so")
    each = item(title="A", flags=[flag], links=[link])
    assert each.flags == (flag,)
    assert each.links == (link,)


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("www.example.org/a", "http://www.example.org/a"),
        (None, None),
        ("", None),
    ],
)
def test_links(url: str | None, link: str | None) -> None:
    """A link is one that a chain may hold."""
    assert source(title="A", url=url).get("url") == link


def test_bad_link() -> None:
    """What is no link is noted."""
    note, each = found(title="A", url="javascript:alert(1)")
    assert isinstance(note, Note)
    assert note.text.startswith("'javascript:alert(1)' was left out: ")
    assert isinstance(each, Item)


def test_absent_fields_are_absent() -> None:
    """What the record does not say is not said."""
    assert set(source(title="A")) == {"kind", "title", "assertion", "basis"}


class Single:
    """Gives one record, whatever the file."""

    name = "single"
    suffixes = (".single",)

    def __init__(self, record: Record) -> None:
        self.record = record

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Return what becomes of the record."""
        del file
        return self.record.found()


def test_into_a_ledger(tmp_path: Path) -> None:
    """A record's source and claim stand in a ledger with their reasons, once."""
    record = Record(
        place="record 1",
        format="PubMed",
        title="Semax in stroke",
        abstract="Thirty patients were treated.",
        identifiers=["pmid:29798983"],
        types=["Clinical Trial", "Journal Article"],
        headings=["Humans"],
    )
    path = tmp_path / "a.single"
    path.touch()
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        reports = [import_file(ledger, path, Single(record), by="curator") for _ in range(2)]
        assert [(report.added, report.known) for report in reports] == [(1, 0), (0, 1)]
        (claim,) = ledger.view().claims.values()
        assert claim.tier == "human"
        assert claim.basis == "PubMed: publication type 'Clinical Trial'; MeSH 'Humans'"


@pytest.mark.parametrize("told", [False, True])
def test_a_title_marked_as_retracted(told: bool) -> None:
    """A publisher's mark in the title is a flag, with a note, unless the record tells more."""
    flag = ItemFlag(status="retracted", according_to="PubMed", notice="pmid:2")
    record = Record(
        place="x",
        format="RIS",
        title="RETRACTED ARTICLE: A randomised trial",
        flags=[flag] if told else [],
    )
    *notes, found = record.found()
    assert isinstance(found, Item)
    assert [each.according_to for each in found.flags] == ["PubMed" if told else "its title"]
    assert len(notes) == (not told)
