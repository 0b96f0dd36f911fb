"""DataCite's records: its REST API's answers, its public data files, and its JSON by itself.

https://support.datacite.org/docs/api, https://datacite-metadata-schema.readthedocs.io/en/4.6/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, Final

from evledger import Invalid
from evledger.codec import is_list
from evledger.importing import Fit, Found, ItemFlag, ItemLink, Note
from evledger_literature.markup import paragraphs
from evledger_literature.meaning.languages import language
from evledger_literature.meaning.relations import relation_of
from evledger_literature.reading.jsonrecords import found_in
from evledger_literature.reading.lenient import (
    date,
    is_object,
    isbns,
    locator,
    mapping,
    mappings,
    shown,
    text,
    title,
    words,
)
from evledger_literature.reading.outline import outline
from evledger_literature.records import Record

__all__ = ["DataCiteImporter", "record_of"]

_SCHEMES: Final = ("doi", "isbn", "pmcid", "pmid")
# What it is about or built on, but neither cites nor is cited by.
_MENTIONED: Final = frozenset(
    {"Documents", "IsDerivedFrom", "IsDescribedBy", "IsReviewOf", "IsSupplementTo", "Reviews"}
)


class DataCiteImporter:
    """Reads DataCite's JSON: records or their attributes, single, in lists or line by line."""

    name = "datacite"
    suffixes = (".json", ".jsonl")

    def sniff(self, start: bytes) -> Fit:
        """Know an answer by its type, and bare attributes by their lists of titles and creators."""
        file = outline(start)
        record = file.below("data")
        if record.begins("type") == "dois" or file.has({"meta.resourceTypes"}):
            return Fit.SURE
        work = record.below("attributes")
        is_work = work.begins("titles") == "[" and work.has({"creators", "types", "schemaVersion"})
        return Fit.SURE if is_work else Fit.NONE

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Yield the records of a file, in order.

        Raises:
            Invalid: it is no JSON, or of another format.
        """
        yield from found_in(file, noun="record", unwrapped=_unwrapped, found_of=_found_of)


def _unwrapped(document: Any) -> Any:
    """Return the record or records of an answer, of a list or of a line."""
    if is_list(document):
        return document
    answer = mapping(document)
    data = answer.get("data", document)
    if answer.keys().isdisjoint({"attributes", "data", "doi", "identifiers", "titles"}):
        msg = (
            f"it holds no records of DataCite: expected data or titles, got {shown(document)!r:.80}"
        )
        raise Invalid(msg)
    return data if is_list(data) else mapping(data)


def _found_of(record: Mapping[str, Any], place: str) -> Iterator[Found]:
    yield from (Note(place, note) for note in _notes(record))
    yield from record_of(record, place).found()


def record_of(record: Mapping[str, Any], place: str, retrieved: str | None = None) -> Record:
    """Return what a record of DataCite's says.

    Args:
        record: as the API has it in ``data``, or its attributes alone.
        place: where it stands, for people.
        retrieved: when DataCite gave it.

    >>> record_of({"doi": "10.5438/0012", "titles": [{"title": "A schema"}]}, "record 1").title
    'A schema'
    """
    work = _attributes(record)
    name = _title(work)
    links, mentions = _related(work)
    own_isbns, host_isbns = _isbns(work)
    return Record(
        place=place,
        format="DataCite",
        title=name,
        abstract=_abstract(work),
        authors=tuple(_people(work.get("creators"))),
        venue=_venue(work),
        published=_published(work),
        url=text(work.get("url")),
        language=language(text(work.get("language"))),
        identifiers=(*_dois(record, work), *own_isbns),
        mentions=(*mentions, *host_isbns),
        types=_types(work),
        headings=tuple(_headings(work)),
        flags=tuple(_flags(work)),
        links=links,
        raw="" if name else shown(record),
        retrieved=retrieved,
    )


def _attributes(record: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(record["attributes"]) if "attributes" in record else record


def _title(work: Mapping[str, Any]) -> str | None:
    """Return the title with its subtitle; where there is no other, one in translation."""
    titles = list(mappings(work.get("titles")))
    main = _of_type(titles, "titleType", "title", "") or _of_type(
        titles, "titleType", "title", None
    )
    return title(main, _of_type(titles, "titleType", "title", "Subtitle"))


def _of_type(
    entries: Iterable[Mapping[str, Any]], type: str, name: str, wanted: str | None
) -> str | None:
    """Return the first text of a type; an empty one wants what has no type, and none wants any."""
    for entry in entries:
        if (wanted is None or (text(entry.get(type)) or "") == wanted) and text(entry.get(name)):
            return text(entry.get(name))
    return None


def _abstract(work: Mapping[str, Any]) -> str | None:
    """Return the abstracts, which may be one in each language; methods and notes are none."""
    found = (
        paragraphs(text(entry.get("description")) or "")
        for entry in mappings(work.get("descriptions"))
        if (text(entry.get("descriptionType")) or "Abstract") == "Abstract"
    )
    return "\n".join(filter(None, found)) or None


def _people(creators: Any) -> Iterator[str]:
    for creator in mappings(creators):
        family, given = words(creator.get("familyName")), words(creator.get("givenName"))
        name = words(creator.get("name"))
        whole = ", ".join(filter(None, (family, given))) if family else name or given
        if whole:
            yield whole


def _venue(work: Mapping[str, Any]) -> str | None:
    """Return what it is part of, or who published it; an object since version 4.5."""
    publisher = work.get("publisher")
    return words(mapping(work.get("container")).get("title")) or words(
        publisher.get("name") if is_object(publisher) else publisher
    )


def _published(work: Mapping[str, Any]) -> str | None:
    """Return when it was issued or became available, whichever is more exact, or else its year.

    A date of another year than that is none of publication: an embargo's end, or a painting's day.
    """
    year = date(work.get("publicationYear"))
    dates = list(mappings(work.get("dates")))
    found = (date(_of_type(dates, "dateType", "date", type)) for type in ("Issued", "Available"))
    return max(
        (day for day in found if day and day[:4] == (year or day)[:4]), key=len, default=year
    )


def _dois(record: Mapping[str, Any], work: Mapping[str, Any]) -> Iterator[str]:
    """Yield the DOI, and what else the same work is known by."""
    doi = text(work.get("doi")) or (text(record.get("id")) if work is not record else None)
    if doi:
        yield f"doi:{doi}"
    for scheme, value in _identifiers(work):
        found = locator(scheme, value) if scheme in {"doi", "pmcid", "pmid"} else None
        if found:
            yield found


def _identifiers(work: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield scheme and value of the identifiers, which the API gives under two names."""
    for name in ("identifier", "alternateIdentifier"):
        for entry in mappings(work.get(f"{name}s")):
            yield (text(entry.get(f"{name}Type")) or "").casefold(), entry.get(name)


def _isbns(work: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the ISBN that identify the work, and those of the book that it is part of."""
    own = [
        isbn for scheme, value in _identifiers(work) if scheme == "isbn" for isbn in isbns(value)
    ]
    container = mapping(work.get("container"))
    is_host = text(container.get("identifierType")) == "ISBN"
    host = isbns(container.get("identifier")) if is_host else []
    is_book = text(mapping(work.get("types")).get("resourceTypeGeneral")) == "Book"
    return (own, host) if is_book else ([], [*own, *host])


def _types(work: Mapping[str, Any]) -> tuple[str, ...]:
    types = mapping(work.get("types"))
    names = (words(types.get(name)) for name in ("resourceTypeGeneral", "resourceType"))
    return tuple(dict.fromkeys(filter(None, names)))


def _headings(work: Mapping[str, Any]) -> Iterator[str]:
    """Yield its subjects that are Medical Subject Headings; others are anybody's words."""
    for subject in mappings(work.get("subjects")):
        if "mesh" in (text(subject.get("subjectScheme")) or "").casefold():
            yield from filter(None, (words(subject.get("subject")),))


def _related(work: Mapping[str, Any]) -> tuple[tuple[ItemLink, ...], tuple[str, ...]]:
    """Return how it relates to others, and which others it is about."""
    links: dict[ItemLink, None] = {}
    mentions: dict[str, None] = {}
    for entry in mappings(work.get("relatedIdentifiers")):
        scheme = (text(entry.get("relatedIdentifierType")) or "").casefold()
        other = locator(scheme, entry.get("relatedIdentifier")) if scheme in _SCHEMES else None
        type = text(entry.get("relationType")) or ""
        relation = relation_of(type)
        if other and relation:
            links[relation.link(other, f"DataCite: {type}")] = None
        elif other and type in _MENTIONED:
            mentions[other] = None
    return tuple(links), tuple(mentions)


def _flags(work: Mapping[str, Any]) -> Iterator[ItemFlag]:
    """Yield when it was withdrawn, which is DataCite's word for a removed or retracted resource."""
    for entry in mappings(work.get("dates")):
        if text(entry.get("dateType")) == "Withdrawn":
            day = date(entry.get("date"))
            yield ItemFlag(status="retracted", according_to="DataCite", date=day)


def _notes(record: Mapping[str, Any]) -> Iterator[str]:
    state = text(_attributes(record).get("state"))
    if state in {"draft", "registered"}:
        yield f"its DOI is {state}, not findable: it is hidden again, or not yet released"
