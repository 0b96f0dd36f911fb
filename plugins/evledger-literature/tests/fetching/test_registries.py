"""PubMed, Crossref with DataCite, and ClinicalTrials.gov, played by a server of this machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Protocol, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

import attrs
import pytest
from evledger_literature.fetching.clinicaltrials import ClinicalTrialsFetcher
from evledger_literature.fetching.crossref import CrossrefFetcher
from evledger_literature.fetching.inquiring import inquire
from evledger_literature.fetching.pubmed import PubMedFetcher
from evledger_literature.fetching.wire import Wire

from evledger.importing import FetchContext, Fetcher, Found, Item, Note, Rejection
from evledger.testing import FetcherTests

Asked: TypeAlias = BaseHTTPRequestHandler
Script: TypeAlias = Callable[[Asked, bytes], Iterable[bytes | float]]
Reply: TypeAlias = Callable[..., bytes]

KEY = "0123456789abcdef"


class Serve(Protocol):
    """Serves a script."""

    def __call__(self, script: Script, host: str = ...) -> str:
        """Serve it, and give the address."""
        ...


def context(url: str, *, contact: str | None = "me@example.org", key: str = "") -> FetchContext:
    """Return who asks a server that plays every registry."""
    names = ("PUBMED", "CROSSREF", "DATACITE", "DOI", "CLINICALTRIALS")
    environ = {f"EVLEDGER_{name}_URL": f"{url}/{name.lower()}" for name in names}
    return FetchContext(contact=contact, timeout=5.0, environ={**environ, "NCBI_API_KEY": key})


def by_place(found: Iterable[Found]) -> dict[str, Item | Rejection]:
    """Return the answers by what was asked, each of which has one."""
    answers = [each for each in found if not isinstance(each, Note)]
    assert len({each.place for each in answers}) == len(answers)
    return {each.place: each for each in answers}


def source(found: Item | Rejection) -> Mapping[str, Any]:
    """Return the source of an item."""
    assert isinstance(found, Item), found
    assert found.source is not None
    return found.source


def reason(found: Item | Rejection) -> str:
    """Return why something was rejected, which has not been said to be gone."""
    assert isinstance(found, Rejection), found
    assert not found.gone
    return found.reason


def is_gone(found: Item | Rejection) -> bool:
    """Return whether the registry says that it has no such thing."""
    return isinstance(found, Rejection) and found.gone


# -- playing -----------------------------------------------------------------------------


@attrs.define
class PubMed:
    """Plays efetch.

    Attributes:
        titles: of the records it has, by number; an old number gives a record of a new one.
        merged: the new numbers of old ones.
        forgotten: numbers that are left out of answers for more than one.
        asked: the forms that were sent.
    """

    reply: Reply
    titles: Mapping[str, str]
    merged: Mapping[str, str] = attrs.field(factory=dict[str, str])
    forgotten: frozenset[str] = frozenset()
    asked: list[dict[str, str]] = attrs.field(factory=list[dict[str, str]])

    def __call__(self, asked: Asked, body: bytes) -> list[bytes]:
        """Answer a question."""
        if asked.path != "/pubmed/efetch.fcgi" or asked.command != "POST":
            return [self.reply(status=404)]
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.asked.append(form)
        ids = form["id"].split(",")
        known = [
            id for id in ids if id in self.titles and not (len(ids) > 1 and id in self.forgotten)
        ]
        articles = "".join(article(self.merged.get(id, id), self.titles[id]) for id in known)
        xml = f'<?xml version="1.0" ?>\n<PubmedArticleSet>{articles}</PubmedArticleSet>'
        return [self.reply(xml, headers={"Content-Type": "text/xml; charset=UTF-8"})]


def article(pmid: str, title: str) -> str:
    """Write a record as efetch does."""
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">{pmid}</PMID>'
        f"<Article><ArticleTitle>{title}</ArticleTitle></Article></MedlineCitation></PubmedArticle>"
    )


@attrs.define
class Agencies:
    """Plays Crossref and DataCite.

    Attributes:
        crossref: titles of the works that Crossref has.
        datacite: titles of those that DataCite has.
        agencies: the agencies of other DOIs.
        aliases: for a DOI, that under which Crossref answers.
        lists: whether Crossref answers for many.
        asked: the paths and queries that were asked for.
    """

    reply: Reply
    crossref: Mapping[str, str] = attrs.field(factory=dict[str, str])
    datacite: Mapping[str, str] = attrs.field(factory=dict[str, str])
    agencies: Mapping[str, str] = attrs.field(factory=dict[str, str])
    aliases: Mapping[str, str] = attrs.field(factory=dict[str, str])
    lists: bool = True
    asked: list[str] = attrs.field(factory=list[str])

    def __call__(self, asked: Asked, _body: bytes) -> list[bytes]:
        """Answer a question."""
        self.asked.append(asked.path)
        url = urlsplit(asked.path)
        registry, _, name = url.path.removeprefix("/").partition("/")
        if registry == "datacite":
            return self._datacite(unquote(name.removeprefix("dois/")))
        if registry == "doi":
            return self._agency(unquote(name.removeprefix("doiRA/")))
        if name == "works":
            return self._crossref_list(parse_qs(url.query)["filter"][0].split(","))
        return self._crossref(unquote(name.removeprefix("works/")))

    def _crossref(self, doi: str) -> list[bytes]:
        if doi not in self.crossref:
            return [self.reply("Resource not found.", 404)]
        return [self._json({"message-type": "work", "message": self._work(doi)})]

    def _crossref_list(self, filters: Sequence[str]) -> list[bytes]:
        if not self.lists or not all(each.startswith("doi:") for each in filters):
            return [self.reply("no lists today", 400)]
        dois = [each.removeprefix("doi:") for each in filters]
        works = [self._work(doi) for doi in reversed(dois) if doi in self.crossref]
        kept = [work for work in works if work["DOI"].lower() in dois]
        return [self._json({"message-type": "work-list", "message": {"items": kept}})]

    def _work(self, doi: str) -> dict[str, Any]:
        name = self.aliases.get(doi, doi)
        written = name.upper() if name.isascii() else name
        return {"DOI": written, "title": [self.crossref[doi]], "type": "journal-article"}

    def _datacite(self, doi: str) -> list[bytes]:
        if doi not in self.datacite:
            return [self.reply('{"errors":[{"status":"404"}]}', 404)]
        work = {"doi": doi, "titles": [{"title": self.datacite[doi]}]}
        return [self._json({"data": {"id": doi, "type": "dois", "attributes": work}})]

    def _agency(self, doi: str) -> list[bytes]:
        known = {"RA": self.agencies[doi]} if doi in self.agencies else {}
        return [self._json([{"DOI": doi, **(known or {"status": "DOI does not exist"})}])]

    def _json(self, value: Any) -> bytes:
        return self.reply(json.dumps(value), headers={"Content-Type": "application/json"})


@attrs.define
class Studies:
    """Plays ClinicalTrials.gov.

    Attributes:
        titles: of its trials.
        merged: the new numbers of old ones.
        asked: the paths and queries that were asked for.
    """

    reply: Reply
    titles: Mapping[str, str]
    merged: Mapping[str, str] = attrs.field(factory=dict[str, str])
    asked: list[str] = attrs.field(factory=list[str])

    def __call__(self, asked: Asked, _body: bytes) -> list[bytes]:
        """Answer a question."""
        self.asked.append(asked.path)
        url = urlsplit(asked.path)
        if url.path == "/clinicaltrials/studies":
            numbers = parse_qs(url.query)["filter.ids"][0].split(",")
            there = [self.merged.get(number, number) for number in numbers]
            studies = [self._study(number) for number in there if number in self.titles]
            return [self.reply(json.dumps({"studies": studies}))]
        number = url.path.removeprefix("/clinicaltrials/studies/")
        if number in self.merged:
            location = f"/clinicaltrials/studies/{self.merged[number]}"
            return [self.reply(status=301, headers={"Location": location})]
        if number not in self.titles:
            return [self.reply(f"NCT number {number} not found", 404)]
        return [self.reply(json.dumps(self._study(number)))]

    def _study(self, number: str) -> dict[str, Any]:
        identification = {"nctId": number, "briefTitle": self.titles[number]}
        return {"protocolSection": {"identificationModule": identification}, "hasResults": False}


# -- PubMed ------------------------------------------------------------------------------


def test_pubmed_is_asked_for_many_at_once(serve: Serve, reply: Reply, wire: Wire) -> None:
    """Two hundred records are one question, by POST, and come in the order they were asked for."""
    server = PubMed(reply, {str(n): f"Trial {n}" for n in range(1, 402)})
    asked = [f"pmid:{n}" for n in range(401, 0, -1)]
    found = by_place(PubMedFetcher(wire).fetch(asked, context(serve(server))))
    assert list(found) == asked
    assert [len(form["id"].split(",")) for form in server.asked] == [200, 200, 1]
    assert source(found["pmid:7"])["title"] == "Trial 7"
    assert source(found["pmid:7"])["retrieved"] == "2026-11-22T10:00:00Z"


def test_pubmed_knows_who_asks(serve: Serve, reply: Reply, wire: Wire, waits: list[float]) -> None:
    """NCBI is told the tool and the address; three questions a second are asked."""
    server = PubMed(reply, {})
    found = list(PubMedFetcher(wire).fetch(["pmid:1", "pmid:2"], context(serve(server))))
    assert len(found) == 2
    assert {(form["tool"], form["email"]) for form in server.asked} == {
        ("evledger", "me@example.org")
    }
    assert waits == [pytest.approx(1 / 3)] * 2
    assert not [form for form in server.asked if "api_key" in form]


def test_pubmed_goes_faster_with_a_key(
    serve: Serve, reply: Reply, wire: Wire, waits: list[float]
) -> None:
    """With a key, which is sent in the body, ten questions a second are asked."""
    server = PubMed(reply, {})
    asked = ["pmid:1", "pmid:2"]
    list(PubMedFetcher(wire).fetch(asked, context(serve(server), key=KEY)))
    assert {form["api_key"] for form in server.asked} == {KEY}
    assert waits == [pytest.approx(0.1)] * 2


def test_pace_is_kept_between_calls(
    serve: Serve, reply: Reply, wire: Wire, waits: list[float]
) -> None:
    """Asking again at once waits as if it were one call."""
    url = serve(PubMed(reply, {"1": "A trial"}))
    fetcher = PubMedFetcher(wire)
    for _ in range(3):
        list(fetcher.fetch(["pmid:1"], context(url)))
    assert waits == [pytest.approx(1 / 3)] * 2


def test_what_an_answer_lost_is_asked_for_again(serve: Serve, reply: Reply, wire: Wire) -> None:
    """A record that is missing among many is gone only if it is missing alone."""
    server = PubMed(reply, {"1": "One", "2": "Two"}, forgotten=frozenset({"2"}))
    asked = ["pmid:1", "pmid:2", "pmid:3"]
    found = by_place(PubMedFetcher(wire).fetch(asked, context(serve(server))))
    assert source(found["pmid:2"])["title"] == "Two"
    assert is_gone(found["pmid:3"])
    assert [form["id"] for form in server.asked] == ["1,2,3", "2", "3"]


def test_another_record_is_no_answer(serve: Serve, reply: Reply, wire: Wire) -> None:
    """A record that comes under another number is not taken for what was asked, nor as gone."""
    server = PubMed(reply, {"1": "One", "2": "Two"}, merged={"2": "9"})
    found = by_place(PubMedFetcher(wire).fetch(["pmid:1", "pmid:2"], context(serve(server))))
    assert reason(found["pmid:2"]) == "the answer is pmid:9, and not what was asked for"


def test_each_is_asked_for_once(serve: Serve, reply: Reply, wire: Wire) -> None:
    """A locator that is given twice has one answer."""
    server = PubMed(reply, {"1": "One"})
    found = by_place(PubMedFetcher(wire).fetch(["pmid:1", "pmid:1"], context(serve(server))))
    assert list(found) == ["pmid:1"]


GARBAGE = {
    "nothing": b"",
    "an error": b"<eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>",
    "a page": b"<!DOCTYPE html><html><title>Sign in</title></html>",
    "broken off": b"<PubmedArticleSet><PubmedArticle><MedlineCit",
    "broken off early": b"<PubmedArticleSet>",
    "bytes": bytes(range(256)),
    "entities": b'<!DOCTYPE a [<!ENTITY b "c">]><PubmedArticleSet>&b;</PubmedArticleSet>',
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_garbage_from_pubmed_is_no_verdict(
    serve: Serve, reply: Reply, wire: Wire, garbage: bytes
) -> None:
    """What cannot be read rejects each record, and says of none that it is gone."""
    url = serve(lambda _asked, _body: [reply(garbage)])
    found = by_place(PubMedFetcher(wire).fetch(["pmid:1", "pmid:2"], context(url, key=KEY)))
    assert all(map(reason, found.values()))
    assert len(found) == 2


def test_no_service_is_no_verdict(serve: Serve, reply: Reply, wire: Wire) -> None:
    """A mirror that has no E-utilities has not said that a record is gone."""
    url = serve(lambda _asked, _body: [reply("no such page", 404)])
    found = by_place(PubMedFetcher(wire).fetch(["pmid:1"], context(url)))
    assert "check EVLEDGER_PUBMED_URL" in reason(found["pmid:1"])


@pytest.mark.parametrize("status", [200, 400, 429, 503])
def test_the_key_is_never_shown(
    serve: Serve,
    wire: Wire,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    """Even where a server sends the key back, it stands in no rejection, note or log."""
    caplog.set_level("DEBUG")
    body = f"<PubmedArticleSet><PubmedArticle><{KEY}/><PMID>{KEY}</PMID></PubmedArticle>".encode()
    head = f"HTTP/1.1 {status} So\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    url = serve(lambda _asked, _body: [head + body])
    found = list(PubMedFetcher(wire).fetch(["pmid:1", "pmid:2"], context(url, key=KEY)))
    assert len(by_place(found)) == 2
    assert KEY not in f"{found!r} {caplog.text} {context(url, key=KEY)!r}"


def test_a_wrong_key_is_named(serve: Serve, reply: Reply, wire: Wire) -> None:
    """NCBI refuses keys that it does not know; people are told where to look."""
    url = serve(
        lambda _asked, _body: [reply(f'{{"error":"API key invalid","api-key":"{KEY}"}}', 400)]
    )
    found = by_place(PubMedFetcher(wire).fetch(["pmid:1"], context(url, key=KEY)))
    assert "see whether NCBI_API_KEY is right" in reason(found["pmid:1"])


def test_a_registry_that_is_down_is_left_alone(serve: Serve, reply: Reply, wire: Wire) -> None:
    """After a few failures in a row the rest are rejected without being asked for."""
    asked: list[str] = []

    def script(handler: Asked, _body: bytes) -> list[bytes]:
        asked.append(handler.path)
        return [reply(status=503)]

    locators = [f"pmid:{n}" for n in range(1, 1_001)]
    found = by_place(PubMedFetcher(wire).fetch(locators, context(serve(script))))
    assert list(found) == locators
    assert "so it was not asked again" in reason(found["pmid:1000"])
    assert len(asked) == 3 * 4


# -- Crossref and DataCite ---------------------------------------------------------------


def test_crossref_is_asked_for_many_at_once(serve: Serve, reply: Reply, wire: Wire) -> None:
    """Works are asked for by lists, in any order, and named by their DOIs in any case."""
    titles = {f"10.1000/work.{n}": f"Work {n}" for n in range(60)}
    server = Agencies(reply, titles)
    asked = [f"doi:{doi}" for doi in titles]
    found = by_place(CrossrefFetcher(wire).fetch(asked, context(serve(server))))
    assert list(found) == asked
    assert {source(each)["retrieved"] for each in found.values()} == {"2026-11-22T10:00:00Z"}
    assert source(found["doi:10.1000/work.7"])["title"] == "Work 7"
    assert len(server.asked) == 2
    assert all("mailto=me%40example.org" in path for path in server.asked)


def test_a_doi_is_asked_for_whole(serve: Serve, reply: Reply, wire: Wire) -> None:
    """Slashes, brackets, commas and signs of a DOI do not become parts of an address."""
    titles = {
        "10.1016/s0140-6736(20)31180-6": "Brackets",
        "10.1002/(sici)1097-0258(19980815)17:15<1661::aid-sim968>3.0.co;2-2": "An old one",
        "10.1000/a,b": "A comma",
        "10.1000/a?b=c&d#e%2f+f": "Signs",
        "10.1000/ä/..//x": "Segments",
    }
    server = Agencies(reply, titles)
    asked = [f"doi:{doi}" for doi in titles]
    for locators in (asked, *([each] for each in asked)):
        found = by_place(CrossrefFetcher(wire).fetch(locators, context(serve(server))))
        assert [source(each)["title"] for each in found.values()] == [
            titles[locator.removeprefix("doi:")] for locator in locators
        ]
    assert len(server.asked) == 2 + len(titles)  # a list, and what a comma keeps out of lists


def test_addresses_have_an_end(serve: Serve, reply: Reply, wire: Wire) -> None:
    """DOIs that are too long for one list are asked for by themselves."""
    titles = {f"10.1000/{n}{'/' * 300}{n}": f"Work {n}" for n in range(9)}
    server = Agencies(reply, titles)
    asked = [f"doi:{doi}" for doi in titles]
    found = by_place(CrossrefFetcher(wire).fetch(asked, context(serve(server))))
    assert [source(each)["title"] for each in found.values()] == list(titles.values())
    assert max(map(len, server.asked)) < 4_000


def test_datacite_is_asked_for_what_crossref_lacks(serve: Serve, reply: Reply, wire: Wire) -> None:
    """A DOI of DataCite's is found there; one that does not exist at all is gone."""
    server = Agencies(
        reply, {"10.1/a": "Of Crossref"}, {"10.2/b": "Of DataCite"}, {"10.4/d": "JaLC"}
    )
    asked = ["doi:10.1/a", "doi:10.2/b", "doi:10.3/c", "doi:10.4/d"]
    found = by_place(CrossrefFetcher(wire).fetch(asked, context(serve(server))))
    assert source(found["doi:10.1/a"])["title"] == "Of Crossref"
    assert source(found["doi:10.2/b"])["title"] == "Of DataCite"
    assert is_gone(found["doi:10.3/c"])
    assert "registered with JaLC" in reason(found["doi:10.4/d"])


def test_without_lists_works_are_asked_for_one_by_one(
    serve: Serve, reply: Reply, wire: Wire
) -> None:
    """A server that refuses lists still answers for each."""
    server = Agencies(reply, {"10.1/a": "A", "10.1/b": "B"}, lists=False)
    found = by_place(
        CrossrefFetcher(wire).fetch(["doi:10.1/a", "doi:10.1/b"], context(serve(server)))
    )
    assert [source(each)["title"] for each in found.values()] == ["A", "B"]


def test_an_alias_answers_to_both(serve: Serve, reply: Reply, wire: Wire) -> None:
    """A work that comes under its first DOI is the answer to the alias that was asked for."""
    server = Agencies(reply, {"10.1/a": "A", "10.1/alias": "B"}, aliases={"10.1/alias": "10.1/b"})
    found = by_place(
        CrossrefFetcher(wire).fetch(["doi:10.1/a", "doi:10.1/alias"], context(serve(server)))
    )
    assert source(found["doi:10.1/alias"])["locators"] == ["doi:10.1/alias", "doi:10.1/b"]


def test_a_failing_datacite_is_no_verdict(serve: Serve, reply: Reply, wire: Wire) -> None:
    """Where DataCite fails, a DOI that Crossref lacks is not gone; Crossref is asked on."""
    crossref = Agencies(reply, {"10.1/a": "A", "10.1/z": "Z"})

    def script(asked: Asked, body: bytes) -> list[bytes]:
        return [reply(status=500)] if "datacite" in asked.path else crossref(asked, body)

    missing = [f"doi:10.2/{n}" for n in range(5)]
    url = serve(script)
    elsewhere = url.replace("127.0.0.1", "localhost")
    asked = context(url)
    both = attrs.evolve(
        asked, environ={**asked.environ, "EVLEDGER_DATACITE_URL": f"{elsewhere}/datacite"}
    )
    found = by_place(CrossrefFetcher(wire).fetch(["doi:10.1/a", *missing, "doi:10.1/z"], both))
    assert all("localhost" in reason(found[each]) for each in missing)
    assert source(found["doi:10.1/z"])["title"] == "Z"


@pytest.mark.parametrize(
    "garbage", ["", "[]", "{}", "null", "<html>", '{"status":"failed"}', "[" * 9_999]
)
def test_garbage_from_crossref_is_no_verdict(
    serve: Serve, reply: Reply, wire: Wire, garbage: str
) -> None:
    """What is no work rejects each DOI, and says of none that it is gone."""
    url = serve(lambda _asked, _body: [reply(garbage)])
    found = by_place(CrossrefFetcher(wire).fetch(["doi:10.1/a", "doi:10.1/b"], context(url)))
    assert all(map(reason, found.values()))
    assert len(found) == 2


def test_strangers_are_asked_to_wait(
    serve: Serve, reply: Reply, wire: Wire, waits: list[float]
) -> None:
    """Crossref is asked once a second by those who do not say who they are."""
    url = serve(Agencies(reply, {"10.1/a": "A"}))
    fetcher = CrossrefFetcher(wire)
    for contact in ("me@example.org", "me@example.org", None):
        list(fetcher.fetch(["doi:10.1/a"], context(url, contact=contact)))
    assert waits == [pytest.approx(0.35), pytest.approx(1.0)]


# -- ClinicalTrials.gov ------------------------------------------------------------------


def test_trials_are_asked_for_some_at_once(
    serve: Serve, reply: Reply, wire: Wire, waits: list[float]
) -> None:
    """Twenty trials are one question, and there are fifty a minute."""
    titles = {f"NCT{n:08}": f"Trial {n}" for n in range(1, 42)}
    server = Studies(reply, titles)
    asked = [f"nct:{number}" for number in titles]
    found = by_place(ClinicalTrialsFetcher(wire).fetch(asked, context(serve(server))))
    assert list(found) == asked
    assert source(found["nct:NCT00000007"])["title"] == "Trial 7"
    assert len(server.asked) == 3
    assert waits == [pytest.approx(1.2)] * 2


def test_a_merged_trial_answers_to_both(serve: Serve, reply: Reply, wire: Wire) -> None:
    """The registry leads from an old number to the new one; one that it lacks is gone."""
    server = Studies(reply, {"NCT00000002": "Two"}, merged={"NCT00000001": "NCT00000002"})
    asked = ["nct:NCT00000001", "nct:NCT00000003"]
    found = by_place(ClinicalTrialsFetcher(wire).fetch(asked, context(serve(server))))
    assert source(found["nct:NCT00000001"])["locators"] == ["nct:NCT00000001", "nct:NCT00000002"]
    assert is_gone(found["nct:NCT00000003"])


@pytest.mark.parametrize("garbage", ["", "[]", "{}", '{"studies":[]}', '{"studies":[7]}', "x"])
def test_garbage_from_the_registry_is_no_verdict(
    serve: Serve, reply: Reply, wire: Wire, garbage: str
) -> None:
    """What is no trial rejects each number, and says of none that it is gone."""
    url = serve(lambda _asked, _body: [reply(garbage)])
    asked = ["nct:NCT00000001", "nct:NCT00000002"]
    found = by_place(ClinicalTrialsFetcher(wire).fetch(asked, context(url)))
    assert all(map(reason, found.values()))
    assert len(found) == 2


# -- whatever the registry ---------------------------------------------------------------


@attrs.frozen
class Shelf:
    """A desk that gives what it was made with.

    Attributes:
        found: its one answer.
    """

    found: Sequence[Found]

    most = 10
    gone = "it is not on the shelf"

    def ask_for(self, locators: Sequence[str]) -> Iterable[Found] | None:
        """Return it."""
        return self.found if locators else None


def test_an_answer_keeps_its_notes_and_its_name() -> None:
    """What is noted of a record comes with it; a name is no mention of another source as well."""
    fields = {"title": "A", "locators": ["doi:10.9/x"], "mentions": ["doi:10.1/x", "pmid:7"]}
    answer: list[Found] = [
        Note("the file", "of no record"),
        Note("record 1", "of another"),
        Item(place="record 1", source={"title": "B", "locators": ["pmid:2"]}),
        Note("record 2", "of this"),
        Item(place="record 2", source=fields),
    ]
    alone = list(inquire(Shelf(answer[3:]), ["doi:10.1/x"], lambda: "now"))
    expected = {"title": "A", "locators": ["doi:10.1/x", "doi:10.9/x"], "mentions": ["pmid:7"]}
    assert "of this" in [each.text for each in alone if isinstance(each, Note)]
    assert source(by_place(alone)["doi:10.1/x"]) == {**expected, "retrieved": "now"}
    among = list(inquire(Shelf(answer), ["pmid:2", "doi:10.9/x"], lambda: "now"))
    assert [(each.place, each.text) for each in among if isinstance(each, Note)] == [
        ("pmid:2", "of another"),
        ("doi:10.9/x", "of this"),
    ]


def test_many_strangers_are_no_answer() -> None:
    """Where one is asked for and several others come, none of them is taken for it."""
    others = [Item(place=f"record {n}", source={"locators": [f"pmid:{n}"]}) for n in (1, 2)]
    found = by_place(inquire(Shelf(others), ["pmid:7"], lambda: "now"))
    assert "the answer has 2 records, and none of this" in reason(found["pmid:7"])


# -- real answers ------------------------------------------------------------------------

SAMPLES: Mapping[str, tuple[Callable[[Wire], Fetcher], str]] = {
    "pmid:25364329": (PubMedFetcher, "pubmed-xml/25364329.xml"),
    "nct:NCT06171568": (ClinicalTrialsFetcher, "clinicaltrials-v2/NCT06171568.json"),
}


@pytest.mark.parametrize("locator", SAMPLES)
def test_real_answers_are_read(
    serve: Serve, reply: Reply, wire: Wire, shared: Path, locator: str
) -> None:
    """What the registries really sent is an item under the locator that it was asked for."""
    fetcher, name = SAMPLES[locator]
    data = (shared / "samples" / name).read_bytes()
    found = by_place(
        fetcher(wire).fetch([locator], context(serve(lambda _asked, _body: [reply(data)])))
    )
    assert locator in source(found[locator])["locators"]


# -- what holds of every fetcher ---------------------------------------------------------


class Played(FetcherTests):
    """Plays the registries for the suite."""

    __test__ = False

    @pytest.fixture(autouse=True)
    def _play(self, serve: Serve, reply: Reply, wire: Wire) -> None:
        self.reply, self.wire = reply, wire
        self.url = serve(self.script())
        self.broken = serve(lambda _asked, _body: [reply(status=500)])
        self.asked_there = self.url

    def script(self) -> Script:
        """Return the registry."""
        raise NotImplementedError

    def context(self) -> FetchContext:
        """Ask the server that is played."""
        return context(self.asked_there)

    def failing(self) -> Fetcher:
        """Ask another, which fails."""
        self.asked_there = self.broken
        return self.fetcher()


class TestPubMedFetcher(Played):
    """What holds of every fetcher holds of PubMed's."""

    __test__ = True

    def script(self) -> Script:
        """Return two records."""
        return PubMed(self.reply, {"1": "One", "2": "Two"})

    def fetcher(self) -> Fetcher:
        """Return the fetcher."""
        return PubMedFetcher(self.wire)

    def known(self) -> Sequence[str]:
        """Return what is there."""
        return ["pmid:1", "pmid:2"]

    def unknown(self) -> Sequence[str]:
        """Return what is not."""
        return ["pmid:3", "pmid:4"]


class TestCrossrefFetcher(Played):
    """What holds of every fetcher holds of Crossref's."""

    __test__ = True

    def script(self) -> Script:
        """Return a work of Crossref's and one of DataCite's."""
        return Agencies(self.reply, {"10.1/a": "A"}, {"10.2/b": "B"})

    def fetcher(self) -> Fetcher:
        """Return the fetcher."""
        return CrossrefFetcher(self.wire)

    def known(self) -> Sequence[str]:
        """Return what is there."""
        return ["doi:10.1/a", "doi:10.2/b"]

    def unknown(self) -> Sequence[str]:
        """Return what is not."""
        return ["doi:10.3/c", "doi:10.3/d"]


class TestClinicalTrialsFetcher(Played):
    """What holds of every fetcher holds of ClinicalTrials.gov's."""

    __test__ = True

    def script(self) -> Script:
        """Return two trials."""
        return Studies(self.reply, {"NCT00000001": "One", "NCT00000002": "Two"})

    def fetcher(self) -> Fetcher:
        """Return the fetcher."""
        return ClinicalTrialsFetcher(self.wire)

    def known(self) -> Sequence[str]:
        """Return what is there."""
        return ["nct:NCT00000001", "nct:NCT00000002"]

    def unknown(self) -> Sequence[str]:
        """Return what is not."""
        return ["nct:NCT00000003"]
