"""OpenAlex's works: its API's answers, its data files, and lists of works.

https://docs.openalex.org/api-entities/works/work-object
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import IO, Any, Final

from evledger import Invalid
from evledger.codec import is_list
from evledger.importing import Fit, Found, ItemFlag, ItemLink, Note
from evledger_literature.dates import partial_date, read_date
from evledger_literature.markup import paragraphs
from evledger_literature.meaning.languages import language
from evledger_literature.notices import is_notice
from evledger_literature.reading.jsonrecords import found_in
from evledger_literature.reading.lenient import locator, mapping, mappings, shown, text, words
from evledger_literature.reading.outline import outline
from evledger_literature.records import Record

__all__ = ["OpenAlexImporter", "abstract_of", "record_of"]

_NAME: Final = "OpenAlex"
_WORK: Final = re.compile(
    r"(?:https?://(?:api\.)?openalex\.org/(?:works/)?)?(W[0-9]+)", re.IGNORECASE
)
_OWN_MARKS: Final = frozenset(
    {
        "abstract_inverted_index",
        "authorships",
        "cited_by_api_url",
        "primary_location",
        "type_crossref",
    }
)
_MOST_WORDS: Final = 50_000  # of an abstract; the longest have some thousands
_MADE_UP: Final = re.compile(r"(?:-01)?-01\Z")
_DOI_LINK: Final = re.compile(r"https?://(?:dx\.)?doi\.org/10\.\S+", re.IGNORECASE)


class OpenAlexImporter:
    """Reads OpenAlex's JSON: works bare, in answers, in lists or line by line."""

    name = "openalex"
    suffixes = (".json", ".jsonl")

    def sniff(self, start: bytes) -> Fit:
        """Know works by OpenAlex's own names."""
        file = outline(start)
        work = file.below("results")
        is_ours = _WORK.fullmatch(work.begins("id")) is not None
        if work.has(_OWN_MARKS) or (is_ours and work.has({"display_name", "ids"})):
            return Fit.SURE
        is_empty = {"meta.db_response_time_ms", "results"} <= file.values.keys()
        return Fit.SURE if is_empty and not work.has({"id"}) else Fit.NONE

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Yield the works of a file, in order.

        Raises:
            Invalid: it is no JSON, or of another format.
        """
        yield from found_in(file, noun="work", unwrapped=_unwrapped, found_of=_found_of)


def _unwrapped(document: Any) -> Any:
    """Return the work or works of a document, which may be a list of answers."""
    if not is_list(document):
        return _works(mapping(document))
    known = [isinstance(each, dict) and _is_ours(mapping(each)) for each in document]
    if document and not any(known):
        msg = f"it holds no works of OpenAlex, but {shown(document)!r:.80}"
        raise Invalid(msg)
    inner = [
        _works(mapping(each)) if is_ours else each
        for each, is_ours in zip(document, known, strict=True)
    ]
    return [work for each in inner for work in (each if is_list(each) else [each])]


def _is_ours(found: Mapping[str, Any]) -> bool:
    is_work = _WORK.fullmatch(text(found.get("id")) or "") or not _OWN_MARKS.isdisjoint(found)
    return bool(is_work) or {"meta", "results"} <= found.keys()


def _works(answer: Mapping[str, Any]) -> Any:
    """Return what an answer holds; a bare work stands for itself."""
    if not _is_ours(answer):
        msg = f"it holds no works of OpenAlex, but {shown(answer)!r:.80}"
        raise Invalid(msg)
    return answer.get("results", answer)


def _found_of(work: Mapping[str, Any], place: str) -> Iterator[Found]:
    record = record_of(work, place)
    if work.get("abstract_inverted_index") and not record.abstract:
        yield Note(place, f"its abstract was left out: no text, or over {_MOST_WORDS:,} words")
    yield from record.found()


def record_of(work: Mapping[str, Any], place: str, retrieved: str | None = None) -> Record:
    """Return what a work of OpenAlex's says.

    Args:
        work: as the API gives it.
        place: where it stands, for people.
        retrieved: when OpenAlex gave it.

    >>> work = {"ids": {"doi": "https://doi.org/10.1000/X"}, "display_name": "A <i>trial</i>"}
    >>> found = record_of(work, "work 1")
    >>> found.title, found.identifiers
    ('A trial', ('doi:https://doi.org/10.1000/X',))
    """
    authors = tuple(filter(None, map(_author, mappings(work.get("authorships")))))
    return Record(
        place=place,
        format=_NAME,
        title=words(work.get("title")) or words(work.get("display_name")),
        abstract=abstract_of(work),
        authors=authors,
        author_count=_count(work.get("authors_count")),
        venue=_venue(work),
        published=_published(work),
        url=text(mapping(work.get("primary_location")).get("landing_page_url")) or _page(work),
        language=language(text(work.get("language"))),
        identifiers=_identifiers(work),
        types=_types(work),
        headings=tuple(_headings(work)),
        flags=tuple(_flags(work)),
        links=tuple(dict.fromkeys(_links(work))),
        raw=shown(work),
        retrieved=retrieved,
    )


def abstract_of(work: Mapping[str, Any]) -> str | None:
    """Return a work's abstract, which OpenAlex keeps as the places at which each word stands.

    The places are only put in order: no number in them makes the text longer.

    >>> abstract_of({"abstract_inverted_index": {"rats": [3, 999], "In": [0], "twelve": [2]}})
    'In twelve rats rats'
    """
    index = mapping(work.get("abstract_inverted_index"))
    places: list[tuple[int, str]] = []
    for word, at in mapping(index.get("InvertedIndex", index)).items():  # the older form
        found = (place for place in (at if is_list(at) else ()) if type(place) is int)
        places += ((place, word) for place in islice(found, _MOST_WORDS + 1))
        if len(places) > _MOST_WORDS:
            return None
    ordered = " ".join(word for _, word in sorted(places))
    return paragraphs(ordered or text(work.get("abstract")) or "") or None


def _author(authorship: Mapping[str, Any]) -> str | None:
    """Return an author's name as the work has it; OpenAlex's own may be a namesake's."""
    known = mapping(authorship.get("author"))
    return words(authorship.get("raw_author_name")) or words(known.get("display_name"))


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 < value < 1 << 20 else None


def _venue(work: Mapping[str, Any]) -> str | None:
    location = mapping(work.get("primary_location"))
    source, host = mapping(location.get("source")), mapping(work.get("host_venue"))
    return (
        words(source.get("display_name"))
        or words(location.get("raw_source_name"))
        or words(host.get("display_name"))
    )


def _published(work: Mapping[str, Any]) -> str | None:
    """Return the date; OpenAlex writes the first day of a year or month where it knows none."""
    date = read_date(text(work.get("publication_date")) or "")
    return _MADE_UP.sub("", date) if date else partial_date(text(work.get("publication_year")))


def _types(work: Mapping[str, Any]) -> tuple[str, ...]:
    named = (text(work.get("type")), text(work.get("type_crossref")))
    paratext = "paratext" if work.get("is_paratext") is True else None
    return tuple(dict.fromkeys(filter(None, (*named, paratext))))


def _headings(work: Mapping[str, Any]) -> dict[str, None]:
    names = (words(each.get("descriptor_name")) for each in mappings(work.get("mesh")))
    return dict.fromkeys(filter(None, names))


# -- identifiers


def _page(work: Mapping[str, Any]) -> str | None:
    """Return where OpenAlex shows a work."""
    found = _WORK.fullmatch(text(work.get("id")) or "")
    return f"https://openalex.org/{found[1].upper()}" if found else None


def _identifiers(work: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what identifies a work; OpenAlex's own page where nothing else does."""
    ids = mapping(work.get("ids"))
    doi = text(work.get("doi")) or text(ids.get("doi"))
    named = {"doi": doi, "pmid": text(ids.get("pmid")), "pmcid": text(ids.get("pmcid"))}
    found = tuple(f"{scheme}:{each}" for scheme, each in named.items() if each)
    page = _page(work)
    return found or ((f"url:{page}",) if page else ())


# -- what has happened to it


def _flags(work: Mapping[str, Any]) -> Iterator[ItemFlag]:
    """Yield that a work was retracted; OpenAlex names no notice, and marks some notices too."""
    if work.get("is_retracted") is True and not is_notice(_types(work)):
        yield ItemFlag(status="retracted", according_to=_NAME)


def _links(work: Mapping[str, Any]) -> Iterator[ItemLink]:
    """Yield the preprint of a published work, and what a preprint was published as.

    OpenAlex makes one work of versions that it takes for the same.
    Those that have a DOI of their own are told by it; copies in other places are not.
    """
    is_preprint = text(work.get("type")) == "preprint"
    wanted = "publishedVersion" if is_preprint else "submittedVersion"
    own = locator("doi", work.get("doi"))
    for location in mappings(work.get("locations")):
        other = _doi(text(location.get("landing_page_url")))
        if own and other and other != own and text(location.get("version")) == wanted:
            ends = "other" if is_preprint else "source"
            basis = f"OpenAlex: lists it as the {wanted}"
            yield ItemLink(relation="version-of", basis=basis, **{ends: (other,)})


def _doi(link: str | None) -> str | None:
    return locator("doi", link) if link and _DOI_LINK.fullmatch(link) else None
