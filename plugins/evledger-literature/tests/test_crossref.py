"""Works of Crossref's, however they are wrapped; and which end of a retraction each is."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from evledger_literature.formats.crossref import CrossrefImporter, record_of
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid
from evledger.importing import Fit, Found, Importer, Item, ItemFlag, Note, Rejection
from evledger.testing import ImporterTests

Counts: TypeAlias = Callable[[Importer, bytes], tuple[int, int, int]]
WORKS = [
    {
        "indexed": {"date-time": "2026-06-03T03:26:41Z"},
        "DOI": f"10.1000/work.{n}",
        "type": "journal-article",
        "title": [f"A <i>trial</i> of H<sub>2</sub>O, part {n}"],
        "author": [{"given": "Ada", "family": "Lovelace", "sequence": "first"}],
        "container-title": ["The Lancet"],
        "issued": {"date-parts": [[2020, 5, n]]},
    }
    for n in (1, 2, 3)
]
PAPER, NOTICE = "10.1000/paper", "10.1000/notice"

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
NAMES = (
    *("DOI", "ISBN", "URL", "abstract", "author", "clinical-trial-number", "container-title"),
    *("date-parts", "editor", "event", "family", "given", "institution", "issued", "language"),
    *("name", "published", "relation", "subtitle", "subtype", "title", "type", "update-to"),
    *("is-preprint-of", "id", "id-type", "updated", "updated-by"),
)


def read(*parts: Any) -> list[Found]:
    """Read documents, one in each line where there are several."""
    data = "\n".join(map(json.dumps, parts))
    return list(CrossrefImporter().read(io.BytesIO(data.encode())))


def sources(found: list[Found]) -> list[Mapping[str, Any] | None]:
    """Return the sources of what was found, all of which are items."""
    return [found.source for found in found if isinstance(found, Item)]


def update(doi: str, type: str, source: str = "publisher", day: int = 5) -> dict[str, Any]:
    """Return an entry of `update-to` or `updated-by`."""
    updated = {"date-parts": [[2020, 6, day]]}
    return {"DOI": doi, "type": type, "source": source, "updated": updated}


def flags(work: Mapping[str, Any]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return of each flag its status, who says so, and what it concerns."""
    found = record_of(work, "work 1").flags
    return [(flag.status, flag.according_to, tuple(flag.of)) for flag in found]


class TestCrossref(ImporterTests):
    """Crossref's works keep every promise of an importer."""

    def importer(self) -> CrossrefImporter:
        """Return the importer."""
        return CrossrefImporter()

    def sample(self) -> bytes:
        """Return a list of works as the API answers with one."""
        items = {"total-results": 3, "items": WORKS}
        answer = {"status": "ok", "message-type": "work-list", "message": items}
        return json.dumps(answer).encode()

    def records(self) -> int:
        """Return how many works that are."""
        return 3


# -- files -------------------------------------------------------------------------------

SAMPLES = {  # items, rejections, notes
    "compare_crossref_expression_of_concern.json": (1, 0, 0),
    "compare_crossref_partial_retraction.json": (1, 0, 0),
    "compare_crossref_wakefield_notice.json": (1, 0, 0),
    "crossref_reciprocal_retracted_paper.json": (1, 0, 1),
    "crossref_reciprocal_retraction_notice.json": (1, 0, 1),
}


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    """Return the folder of Crossref's real records."""
    return shared / "samples" / "crossref"


def test_all_samples_are_counted(samples: Path) -> None:
    """Every real file is expected here."""
    assert {path.name for path in samples.iterdir()} == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_sample(samples: Path, counts: Counts, name: str) -> None:
    """A real file is known by its content, and gives the works that it holds."""
    data = (samples / name).read_bytes()
    assert CrossrefImporter().sniff(data[: 1 << 16]) is Fit.SURE
    assert counts(CrossrefImporter(), data) == SAMPLES[name]


def sample_flags(path: Path) -> list[ItemFlag]:
    """Return the flags of a real file with one work."""
    document = json.loads(path.read_bytes())
    return list(record_of(document.get("message", document), "the file").flags)


def test_retracted_paper_of_a_publisher_who_registers_both_ends(samples: Path) -> None:
    """A paper that seems to retract its own notices is flagged, and they are not."""
    found = sample_flags(samples / "crossref_reciprocal_retracted_paper.json")
    assert [flag for flag in found if flag.of] == []
    assert [flag for flag in found if flag.status == "retracted"] == [
        ItemFlag(
            status="retracted",
            according_to="Retraction Watch",
            notice="doi:10.1016/s0140-6736(20)31324-6",
            date="2020-06-05",
        )
    ]


def test_notice_of_a_publisher_who_registers_both_ends(samples: Path) -> None:
    """The notice of that paper flags the paper, and not itself."""
    found = sample_flags(samples / "crossref_reciprocal_retraction_notice.json")
    assert all(flag.of for flag in found)
    retraction = next(flag for flag in found if flag.status == "retracted")
    assert retraction.of == ("doi:10.1016/s0140-6736(20)31180-6",)
    assert retraction.notice == "doi:10.1016/s0140-6736(20)31324-6"


def test_update_in_place(samples: Path) -> None:
    """A work that was partly retracted in place is no notice, and has none."""
    path = samples / "compare_crossref_partial_retraction.json"
    work = json.loads(path.read_bytes())["message"]
    record = record_of(work, "the file")
    assert {(flag.notice, tuple(flag.of)) for flag in record.flags} == {(None, ())}
    assert "partial_retraction" not in record.types
    assert record.links == ()


# -- wrappers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parts",
    [
        [WORKS],
        [{"items": WORKS}],
        [{"message-type": "work-list", "message": {"items": WORKS}}],
        [[{"status": "ok", "message-type": "work", "message": work} for work in WORKS]],
        [[{"message": {"items": WORKS[:2]}}, {"message": {"items": WORKS[2:]}}]],
        WORKS,
        [{"status": "ok", "message": work} for work in WORKS],
        [{"items": WORKS[:1]}, {"items": WORKS[1:]}],
    ],
)
def test_wrappers(parts: list[Any]) -> None:
    """However works are wrapped, they are known as Crossref's, and are the same."""
    assert sources(read(*parts)) == [source for work in WORKS for source in sources(read([work]))]
    data = "\n".join(map(json.dumps, parts)).encode()
    assert CrossrefImporter().sniff(data) is Fit.SURE


@pytest.mark.parametrize(
    "document",
    [
        {"status": "failed", "message-type": "validation-failure", "message": [{"type": "x"}]},
        {"status": "ok", "message-type": "member-list", "message": {"items": [{"id": 1}]}},
        {"resultList": {"result": []}},
        "Resource not found.",
        7,
    ],
)
def test_other_answers(document: Any) -> None:
    """An answer without works is refused, and in a line of its own it is a rejection."""
    with pytest.raises(Invalid, match="holds no works of Crossref"):
        read(document)
    first, second = read(WORKS[0], document)
    assert isinstance(first, Item)
    assert isinstance(second, Rejection)
    assert second.place == "line 2"


def test_empty_list() -> None:
    """An answer that found nothing is Crossref's, and gives nothing."""
    items: list[Any] = []
    answer = {"status": "ok", "message-type": "work-list", "message": {"items": items}}
    assert read(answer) == []
    assert CrossrefImporter().sniff(json.dumps(answer).encode()) is Fit.SURE


def test_rejected_work() -> None:
    """A work that is none is rejected with its place and text, and the others are read."""
    found = read([WORKS[0], 7, {"type": "journal-article"}, WORKS[1]])
    assert [type(each) for each in found] == [Item, Rejection, Rejection, Item]
    rejected = [each for each in found if isinstance(each, Rejection)]
    assert [each.place for each in rejected] == ["work 2", "work 3"]
    assert rejected[1].raw == '{"type": "journal-article"}'


@pytest.mark.parametrize("depth", [500, 900, 1500, 3000, 100_000])
def test_deep_work(depth: int) -> None:
    """A work that can be read, and is too deep to be written out again, is rejected as others."""
    data = b'[{"DOI": ' + b"[" * depth + b"]" * depth + b"}]"
    with suppress(Invalid):  # how deep is too deep differs between versions of Python
        (found,) = CrossrefImporter().read(io.BytesIO(data))
        assert isinstance(found, Rejection)
        assert found.raw.startswith('{"DOI": [[')


@given(st.dictionaries(st.sampled_from(NAMES), ODD))
def test_any_values(work: dict[str, Any]) -> None:
    """Whatever types its values have, a work is one item or one rejection."""
    found = [each for each in read([work]) if not isinstance(each, Note)]
    assert len(found) == 1


@given(
    st.dictionaries(st.sampled_from(NAMES), ODD),
    st.sampled_from(["update-to", "updated-by", "relation", "author", "issued"]),
    st.dictionaries(st.sampled_from(NAMES), ODD | st.just(PAPER)),
)
def test_any_entries(work: dict[str, Any], name: str, entry: dict[str, Any]) -> None:
    """Whatever an entry of a work holds, it is one item or one rejection."""
    found = [each for each in read([{**work, name: [entry]}]) if not isinstance(each, Note)]
    assert len(found) == 1


# -- works -------------------------------------------------------------------------------


def test_title() -> None:
    """A title is plain, with its subtitle, which it may have already."""
    assert record_of(WORKS[0], "work 1").title == "A trial of H₂O, part 1"
    titles = [(["Water"], ["New data"]), (["Water: New data"], ["New data"]), (["Why?"], ["So."])]
    found = [record_of({"title": main, "subtitle": sub}, "").title for main, sub in titles]
    assert found == ["Water: New data", "Water: New data", "Why? So."]
    assert record_of({"title": [], "original-title": ["Wasser"]}, "").title == "Wasser"


def test_abstract() -> None:
    """An abstract keeps its paragraphs and labels."""
    abstract = (
        "<jats:sec><jats:title>Methods</jats:title><jats:p>Rats,\n p &lt; 0.05.</jats:p></jats:sec>"
        "<jats:sec><jats:title>Results</jats:title><jats:p>None.</jats:p></jats:sec>"
    )
    found = record_of({"abstract": abstract}, "").abstract or ""
    assert [line.partition(":")[0].casefold() for line in found.splitlines()] == [
        "methods",
        "results",
    ]
    assert "p < 0.05" in found


@given(st.dates(), st.integers(1, 3), st.sampled_from([int, str]))
def test_dates_stay_partial(day: Any, length: int, kind: type) -> None:
    """A date is as exact as its parts, be they numbers or texts."""
    parts = [kind(part) for part in (day.year + 1000, day.month, day.day)][:length]
    expected = f"{day.year + 1000:04}-{day:%m-%d}"[: (4, 7, 10)[length - 1]]
    if day.year + 1000 <= 9999 and (day.month, day.day) != (2, 29):
        found = record_of({"issued": {"date-parts": [parts]}}, "").published
        assert found == expected


@pytest.mark.parametrize("empty", [[[None]], [[]], [], None, [None], [[""]], "2020"])
def test_empty_dates(empty: Any) -> None:
    """A date without parts is passed over for the next one."""
    work = {"issued": {"date-parts": empty}, "published-online": {"date-parts": [[2020, 5]]}}
    assert record_of(work, "").published == "2020-05"


def test_excess_dates() -> None:
    """What follows the day is left out, as is what cannot be."""
    parts = [[2018, 10, 21, 13], [2018, 13, 1], [2018, 2, 30]]
    found = [record_of({"issued": {"date-parts": [each]}}, "").published for each in parts]
    assert found == ["2018-10-21", "2018", "2018-02"]


def test_authors() -> None:
    """Authors stand family name first, collectives whole; an edited book has its editors."""
    author: list[dict[str, Any]] = [
        {"given": "Martin Luther", "family": "King", "suffix": "Jr."},
        {"name": "The RECOVERY Collaborative Group"},
        {"family": "The Editors of The Lancet"},
        {"affiliation": []},
    ]
    assert record_of({"author": author}, "").authors == (
        "King, Martin Luther, Jr.",
        "The RECOVERY Collaborative Group",
        "The Editors of The Lancet",
    )
    editor = [{"given": "Marie", "family": "Curie"}]
    assert record_of({"type": "edited-book", "editor": editor}, "").authors == ("Curie, Marie",)
    assert record_of({"type": "book-chapter", "editor": editor}, "").authors == ()


def test_venue() -> None:
    """A preprint's venue is who posted it."""
    work = {"container-title": [], "institution": [{"name": "bioRxiv"}], "publisher": "CSHL"}
    assert record_of(work, "").venue == "bioRxiv"
    assert record_of({"publisher": "CSHL"}, "").venue == "CSHL"


def test_isbn() -> None:
    """A book's ISBN is its own; a chapter's is that of the book it is part of."""
    isbn = ["http://id.crossref.org/isbn/9780306406157"]
    book = record_of({"DOI": PAPER, "type": "monograph", "ISBN": isbn}, "")
    chapter = record_of({"DOI": PAPER, "type": "book-chapter", "ISBN": isbn}, "")
    assert book.identifiers == (f"doi:{PAPER}", "isbn:9780306406157")
    assert chapter.identifiers == (f"doi:{PAPER}",)
    assert chapter.mentions == ("isbn:9780306406157",)


def test_trials() -> None:
    """A paper mentions the trial that it reports; a number of another registry is left out."""
    numbers = [{"clinical-trial-number": "nct00680992"}, {"clinical-trial-number": "isrctn1"}]
    record = record_of({"DOI": PAPER, "clinical-trial-number": numbers}, "")
    assert record.mentions == ("nct:NCT00680992",)


# -- updates -----------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["publisher", "retraction-watch"])
def test_retracted_paper(source: str) -> None:
    """A paper is flagged, with its notice, and stays a paper."""
    work = {"DOI": PAPER, "title": ["A"], "updated-by": [update(NOTICE, "retraction", source)]}
    (flag,) = record_of(work, "").flags
    by = "Retraction Watch" if source == "retraction-watch" else "Crossref"
    assert (flag.status, flag.according_to, flag.notice, flag.date, tuple(flag.of)) == (
        *("retracted", by, f"doi:{NOTICE}", "2020-06-05"),
        (),
    )
    assert record_of(work, "").links == ()


@pytest.mark.parametrize(
    ("type", "status"),
    [
        ("retraction", "retracted"),
        ("withdrawal", "retracted"),
        ("removal", "retracted"),
        ("erratum", "corrected"),
        ("corrigendum", "corrected"),
        ("correction", "corrected"),
        ("addendum", "corrected"),
        ("expression_of_concern", "concern"),
    ],
)
def test_notice(type: str, status: str) -> None:
    """A notice flags the paper, is linked to it, and is of its type."""
    work = {"DOI": NOTICE, "title": ["Note"], "update-to": [update(PAPER, type)]}
    record = record_of(work, "")
    assert flags(work) == [(status, "Crossref", (f"doi:{PAPER}",))]
    assert [(link.relation, link.other) for link in record.links] == [
        ("notice-of", (f"doi:{PAPER}",))
    ]
    assert record.types[0] == type
    (item,) = (each for each in read(work) if isinstance(each, Item))
    assert item.source is not None
    assert item.source["kind"] == "other"
    assert item.claims == ()


@pytest.mark.parametrize(
    ("title", "concerns"),
    [
        ("Retraction: A trial", (f"doi:{PAPER}",)),
        ("Notice of Retraction: A trial", (f"doi:{PAPER}",)),
        ("A trial", ()),
        ("RETRACTED: A trial", ()),
    ],
)
def test_both_ends_by_title(title: str, concerns: tuple[str, ...]) -> None:
    """Where the publisher alone has it both ways, the title decides, and that is said."""
    own = NOTICE if concerns else PAPER
    other = PAPER if concerns else NOTICE
    both = {name: [update(other, "retraction")] for name in ("update-to", "updated-by")}
    work = {"DOI": own, "title": [title], **both}
    assert flags(work) == [("retracted", "Crossref", concerns)]
    (note,) = (each for each in read(work) if isinstance(each, Note))
    assert "as its title" in note.text


def test_both_ends_by_retraction_watch() -> None:
    """What Retraction Watch says of a retraction goes before what the title suggests."""
    work = {
        "DOI": PAPER,
        "title": ["Retraction of the anterior segment"],
        "update-to": [update(NOTICE, "retraction")],
        "updated-by": [update(NOTICE, "retraction", "retraction-watch")],
    }
    assert flags(work) == [("retracted", "Retraction Watch", ())]


def test_marked_title() -> None:
    """A paper that only its title calls retracted, in capitals, is flagged, and that is said."""
    for mark in ("RETRACTED: ", "RETRACTED ARTICLE: ", "[RETRACTED] "):
        work = {"DOI": PAPER, "title": [f"{mark}A trial"]}
        assert flags(work) == [("retracted", "its title", ())]
        assert any("alone" in each.text for each in read(work) if isinstance(each, Note))


@pytest.mark.parametrize("title", ["Retracted: A trial", "WITHDRAWN: A review", "Removed: A"])
def test_title_that_may_mean_a_notice(title: str) -> None:
    """A mark in small letters, or of a withdrawal, is only pointed out."""
    work = {"DOI": PAPER, "title": [title]}
    assert flags(work) == []
    assert any("suggests" in each.text for each in read(work) if isinstance(each, Note))


@pytest.mark.parametrize("title", ["Retraction of the lens", "Retractors in surgery", "Removal of"])
def test_title_that_only_begins_so(title: str) -> None:
    """A title that speaks of other retractions is not pointed out."""
    found = read({"DOI": PAPER, "title": [title]})
    assert [type(each) for each in found] == [Item]


def test_unreadable_update() -> None:
    """An update of what has no DOI that can be read is reported."""
    found = read({"DOI": NOTICE, "title": ["A"], "update-to": [update("n/a", "retraction")]})
    (note,) = (each for each in found if isinstance(each, Note))
    assert "n/a" in note.text


def test_unknown_update() -> None:
    """An update of a type that means nothing here is reported, and flags nothing."""
    work = {"DOI": NOTICE, "title": ["A"], "update-to": [update(PAPER, "translation")]}
    assert flags(work) == []
    assert any("translation" in each.text for each in read(work) if isinstance(each, Note))


# -- relations ---------------------------------------------------------------------------


def links(work: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Return of each link its name and both ends."""
    found = record_of(work, "").links
    return [(link.relation, tuple(link.source), tuple(link.other)) for link in found]


def related(name: str, id: str = "10.1000/OTHER", type: str = "doi") -> dict[str, Any]:
    """Return a work with a relation."""
    return {"DOI": PAPER, "relation": {name: [{"id-type": type, "id": id}]}}


@pytest.mark.parametrize("name", ["is-preprint-of", "is-version-of", "is-replaced-by"])
def test_version_of_another(name: str) -> None:
    """A preprint leads to what was published, and is not one with it."""
    assert links(related(name)) == [("version-of", (), ("doi:10.1000/other",))]
    assert record_of(related(name), "").identifiers == (f"doi:{PAPER}",)


@pytest.mark.parametrize("name", ["has-preprint", "has-version", "replaces"])
def test_another_version(name: str) -> None:
    """What was published is led to from its preprint, whichever record says so."""
    assert links(related(name)) == [("version-of", ("doi:10.1000/other",), ())]


def test_other_relations() -> None:
    """What a work comments on or supplements is mentioned; who comments on it is not."""
    assert record_of(related("is-comment-on"), "").mentions == ("doi:10.1000/other",)
    assert record_of(related("has-review"), "").mentions == ()
    assert links(related("is-preprint-of", "https://example.org", "uri")) == []
    assert links(related("is-preprint-of", PAPER)) == []


def test_new_version() -> None:
    """An older version leads to the newer, whichever record says so."""
    older, newer = PAPER, NOTICE
    given = {"DOI": newer, "title": ["A"], "update-to": [update(older, "new_version")]}
    taken = {"DOI": older, "title": ["A"], "updated-by": [update(newer, "new_version")]}
    assert links(given) == [("version-of", (f"doi:{older}",), ())]
    assert links(taken) == [("version-of", (), (f"doi:{newer}",))]
    assert flags(given) == flags(taken) == []


def test_namesakes_are_two() -> None:
    """Two authors of the same name are two."""
    author = {"family": "Li", "given": "Wei"}
    assert record_of({**WORKS[0], "author": [author, author]}, "").authors == ("Li, Wei", "Li, Wei")
