"""Crossref's works: its REST API's answers, its public data files, and lists of works.

https://api.crossref.org/swagger-ui/index.html,
https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

from evledger import Invalid
from evledger.codec import is_list
from evledger.importing import Fit, Found, ItemLink, Note
from evledger_literature.markup import paragraphs
from evledger_literature.meaning.languages import language
from evledger_literature.meaning.relations import relation_of
from evledger_literature.meaning.updates import Updates, updates_of
from evledger_literature.reading.jsonrecords import found_in
from evledger_literature.reading.lenient import (
    date,
    isbns,
    locator,
    mapping,
    mappings,
    person,
    shown,
    text,
    texts,
    title,
    words,
)
from evledger_literature.reading.outline import outline
from evledger_literature.records import Record

__all__ = ["MARKS", "CrossrefImporter", "links_of", "people_of", "record_of", "trials_of"]

MARKS: Final = frozenset(
    {"content-domain", "deposited", "indexed", "is-referenced-by-count", "member", "prefix"}
)
"""Names that only Crossref's records have, in whichever form they come."""

# "issued" is the earliest of the others where Crossref knows any.
_DATES: Final = ("issued", "published", "published-online", "published-print", "posted")
_BOOKS: Final = frozenset(
    {
        "book",
        "dissertation",
        "edited-book",
        "monograph",
        "proceedings",
        "reference-book",
        "report",
        "standard",
    }
)
_NAMES: Final = frozenset({"DOI", "items", "title"})
_SCHEMES: Final = ("doi", "isbn", "pmcid", "pmid")


class CrossrefImporter:
    """Reads Crossref's JSON: works bare or wrapped in messages, in lists or line by line."""

    name = "crossref"
    suffixes = (".json", ".jsonl")

    def sniff(self, start: bytes) -> Fit:
        """Know a message by its type, and a work by Crossref's own names and its list of titles."""
        file = outline(start)
        if file.begins("message-type") in {"work", "work-list"}:
            return Fit.SURE
        work = file.below("message", "items")
        is_csl = work.is_text("title") or work.begins("type").startswith(("article", "paper"))
        if is_csl or not work.has({"DOI"}):
            return Fit.NONE
        return Fit.SURE if work.has(MARKS) or work.begins("title") == "[" else Fit.NONE

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Yield the works of a file, in order.

        Raises:
            Invalid: it is no JSON, or of another format.
        """
        yield from found_in(file, noun="work", unwrapped=_unwrapped, found_of=_found_of)


def _unwrapped(document: Any) -> Any:
    """Return the work or works of a document, which may be a list of works or of answers.

    Raises:
        Invalid: there are none; of a list, the records themselves are judged.
    """
    if is_list(document):
        return [work for each in document for work in _listed(each)]
    works = _works(document)
    if works is None:
        msg = f"it holds no works of Crossref: expected DOI and title, got {shown(document)!r:.80}"
        raise Invalid(msg)
    return works


def _listed(element: Any) -> list[Any]:
    works = _works(element)
    if works is None:
        return [element]
    return works if is_list(works) else [works]


def _works(document: Any) -> Any:
    """Return the work of a document, or its list of them, or ``None`` where it is neither."""
    answer = mapping(document)
    message = mapping(answer.get("message", document))
    kind = text(answer.get("message-type")) or "work"
    if kind not in {"work", "work-list"} or message.keys().isdisjoint(_NAMES):
        return None
    items = message.get("items")
    return items if is_list(items) else message


def _found_of(work: Mapping[str, Any], place: str) -> Iterator[Found]:
    name = _title(work)
    yield from (Note(place, note) for note in updates_of(work, name).notes)
    yield from record_of(work, place).found()


def record_of(work: Mapping[str, Any], place: str, retrieved: str | None = None) -> Record:
    """Return what a work of Crossref's says.

    The works that it cites are left out: they are hundreds, and say nothing of it.

    Args:
        work: as the API has it in ``message``.
        place: where it stands, for people.
        retrieved: when Crossref gave it.

    >>> record_of({"DOI": "10.1000/X", "title": ["A <i>trial</i>"]}, "work 1").title
    'A trial'
    """
    name = _title(work)
    updates = updates_of(work, name)
    links, others = links_of(work)
    return Record(
        place=place,
        format="Crossref",
        title=name,
        abstract=paragraphs(text(work.get("abstract")) or "") or None,
        # A chapter's editors are those of its book.
        authors=people_of(work, "author", *(["editor"] if _is_book(work) else [])),
        venue=_venue(work),
        published=next(filter(None, (date(work.get(each)) for each in _DATES)), None),
        url=text(work.get("URL")),
        language=language(text(work.get("language"))),
        identifiers=(*_doi(work), *(_isbns(work) if _is_book(work) else ())),
        mentions=(
            *trials_of(work),
            *(() if _is_book(work) else _isbns(work)),
            *updates.others,
            *others,
        ),
        types=_types(work, updates),
        flags=updates.flags,
        links=(*updates.links, *links),
        raw="" if name else shown(work),
        retrieved=retrieved,
    )


def _title(work: Mapping[str, Any]) -> str | None:
    main = words(work.get("title")) or words(work.get("original-title"))
    return title(main, work.get("subtitle")) if main else words(work.get("short-title"))


def people_of(work: Mapping[str, Any], *roles: str) -> tuple[str, ...]:
    """Return the people of the first of these roles that anyone has.

    >>> people_of({"editor": [{"family": "Curie", "given": "Marie"}]}, "author", "editor")
    ('Curie, Marie',)
    """
    for role in roles:
        names = work.get(role)
        found = map(person, names if is_list(names) else [names])
        if people := tuple(filter(None, found)):
            return people
    return ()


def _venue(work: Mapping[str, Any]) -> str | None:
    """Return what it appeared in: a journal or book, a meeting, or who published or posted it."""
    hosts = (*mappings(work.get("institution")), *mappings(work.get("event")))
    names = (work.get("container-title"), *(host.get("name") for host in hosts))
    return next(filter(None, map(words, (*names, work.get("publisher")))), None)


def _doi(work: Mapping[str, Any]) -> tuple[str, ...]:
    found = text(work.get("DOI"))
    return (f"doi:{found}",) if found else ()


def _is_book(work: Mapping[str, Any]) -> bool:
    return text(work.get("type")) in _BOOKS


def _isbns(work: Mapping[str, Any]) -> list[str]:
    return isbns(work.get("ISBN"))


def _types(work: Mapping[str, Any], updates: Updates) -> tuple[str, ...]:
    """Return what it is; a notice's updates come first, for they say more than its channel."""
    return (*updates.types, *texts(work.get("type")), *texts(work.get("subtype")))


def trials_of(work: Mapping[str, Any]) -> Iterator[str]:
    """Yield the trials of ClinicalTrials.gov that a work reports.

    >>> list(trials_of({"clinical-trial-number": [{"clinical-trial-number": "nct00680992"}]}))
    ['nct:NCT00680992']
    """
    for trial in mappings(work.get("clinical-trial-number")):
        if found := locator("nct", trial.get("clinical-trial-number")):
            yield found


def links_of(work: Mapping[str, Any]) -> tuple[tuple[ItemLink, ...], tuple[str, ...]]:
    """Return how a work relates to others, and which others it only speaks of.

    Args:
        work: a record with Crossref's ``relation``.

    Returns:
        The links, and the identifiers of works that it comments on, supplements or builds upon.

    >>> preprint = {"relation": {"is-preprint-of": [{"id-type": "doi", "id": "10.1000/journal"}]}}
    >>> links_of(preprint)[0][0].other
    ('doi:10.1000/journal',)
    """
    links: dict[ItemLink, None] = {}
    mentions: dict[str, None] = {}
    own = locator("doi", work.get("DOI"))
    for words_, other in _related(work):
        relation = relation_of(words_)
        if relation and other != own:
            links[relation.link(other, f"Crossref: {words_}")] = None
        elif words_.startswith("is-") and other != own:
            mentions[other] = None
    return tuple(links), tuple(mentions)


def _related(work: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, entries in mapping(work.get("relation")).items():
        for entry in mappings(entries):
            scheme = (text(entry.get("id-type")) or "").casefold()
            other = locator(scheme, entry.get("id")) if scheme in _SCHEMES else None
            if other:
                yield name, other
