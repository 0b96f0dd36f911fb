"""Europe PMC's JSON: the answers of its REST API to searches and for single articles.

https://europepmc.org/RestfulWebService
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

from evledger import Invalid
from evledger.codec import is_list
from evledger.importing import Fit, Found, Note
from evledger_literature.dates import partial_date, read_date
from evledger_literature.markup import paragraphs, plain
from evledger_literature.meaning.corrections import Correction, Told, Work, cited, told
from evledger_literature.meaning.languages import language
from evledger_literature.reading.jsonrecords import found_in
from evledger_literature.reading.lenient import (
    isbns,
    locator,
    mapping,
    mappings,
    shown,
    text,
    texts,
    words,
)
from evledger_literature.reading.outline import outline
from evledger_literature.records import Record

__all__ = ["EuropePMCImporter", "corrections_of", "record_of"]

_NAME: Final = "Europe PMC"
_PREPRINTS: Final = "PPR"
_SOURCES: Final = frozenset(
    {"AGR", "CBA", "CIT", "CTX", "ETH", "HIR", "MED", "NBK", "PAT", "PMC", _PREPRINTS}
)
_SCHEMES: Final = {"MED": "pmid", "PMC": "pmcid"}
_WITHDRAWN: Final = frozenset({"preprint-removal", "preprint-withdrawal"})
_OWN_MARKS: Final = frozenset(
    {
        "authorString",
        "firstIndexDate",
        "firstPublicationDate",
        "inEPMC",
        "journalInfo",
        "pubTypeList",
        "pubYear",
    }
)


_ANSWER_MARKS: Final = frozenset({"errMsg", "hitCount", "resultList"})


class EuropePMCImporter:
    """Reads Europe PMC's JSON: articles, preprints, patents and books, bare or in answers."""

    name = "europepmc"
    suffixes = (".json", ".jsonl")

    def sniff(self, start: bytes) -> Fit:
        """Know an answer by its lists, and a result by which database it came from."""
        file = outline(start)
        if file.has({"resultList.result"}) or {"hitCount", "version"} <= file.values.keys():
            return Fit.SURE
        result = file.below("resultList", "result")
        is_ours = result.begins("source") in _SOURCES and result.is_text("id")
        return Fit.SURE if is_ours and result.has(_OWN_MARKS) else Fit.NONE

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Yield the results of a file, in order.

        Raises:
            Invalid: it is no JSON, or of another format.
        """
        yield from found_in(file, noun="result", unwrapped=_unwrapped, found_of=_found_of)


def _unwrapped(document: Any) -> Any:
    """Return the result or results of a document, which may be a list of either, or of answers."""
    if not is_list(document):
        return _results(mapping(document))
    known = [isinstance(each, dict) and _is_ours(mapping(each)) for each in document]
    if document and not any(known):
        msg = f"it holds no results of Europe PMC, but {shown(document)!r:.80}"
        raise Invalid(msg)
    inner = [
        _results(mapping(each)) if is_ours else each
        for each, is_ours in zip(document, known, strict=True)
    ]
    return [result for each in inner for result in (each if is_list(each) else [each])]


def _is_ours(found: Mapping[str, Any]) -> bool:
    is_result = text(found.get("source")) in _SOURCES or not _OWN_MARKS.isdisjoint(found)
    return is_result or not _ANSWER_MARKS.isdisjoint(found)


def _results(answer: Mapping[str, Any]) -> Any:
    """Return what an answer holds; a bare result stands for itself."""
    if message := text(answer.get("errMsg")):
        msg = f"it is an error that Europe PMC gave: {message!r:.200}"
        raise Invalid(msg)
    if not _is_ours(answer):
        msg = f"it holds no results of Europe PMC, but {shown(answer)!r:.80}"
        raise Invalid(msg)
    if _ANSWER_MARKS.isdisjoint(answer):
        return answer
    return answer.get("result") or mapping(answer.get("resultList")).get("result") or []


def _found_of(result: Mapping[str, Any], place: str) -> Iterator[Found]:
    record = record_of(result, place)
    for said in corrections_of(result).unnamed:
        yield Note(place, f"{said!r:.200} names a work without an identifier; look it up")
    yield from record.found()


def record_of(result: Mapping[str, Any], place: str, retrieved: str | None = None) -> Record:
    """Return what a result of Europe PMC's says.

    Args:
        result: as a search gives it, ``lite`` or ``core``.
        place: where it stands, for people.
        retrieved: when Europe PMC gave it.

    >>> found = record_of({"source": "MED", "id": "29798983", "title": "A trial."}, "result 1")
    >>> found.title, found.identifiers
    ('A trial.', ('pmid:29798983',))
    """
    corrections = corrections_of(result)
    return Record(
        place=place,
        format=_NAME,
        title=words(result.get("title")),
        abstract=paragraphs(text(result.get("abstractText")) or "") or None,
        authors=_authors(result),
        venue=_venue(result),
        published=_published(result),
        url=_url(result),
        language=language(text(result.get("language"))),
        identifiers=_identifiers(result),
        mentions=(*(_isbns(result) if _is_part(result) else ()), *corrections.mentions),
        types=_types(result),
        headings=tuple(_headings(result)),
        kind="preprint" if text(result.get("source")) == _PREPRINTS else None,
        flags=corrections.flags,
        links=corrections.links,
        raw=shown(result),
        retrieved=retrieved,
    )


def _authors(result: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the authors; a search that is brief has all of them in one text."""
    listed = mappings(mapping(result.get("authorList")).get("author"))
    names = tuple(filter(None, map(_author, listed)))
    if names:
        return names
    string = words(result.get("authorString")) or ""
    return tuple(filter(None, (name.strip() for name in string.removesuffix(".").split(", "))))


def _author(author: Mapping[str, Any]) -> str | None:
    family = words(author.get("lastName"))
    given = words(author.get("firstName")) or words(author.get("initials"))
    if family and given:
        return f"{family}, {given}"
    return words(author.get("collectiveName")) or words(author.get("fullName")) or family


def _venue(result: Mapping[str, Any]) -> str | None:
    journal = mapping(mapping(result.get("journalInfo")).get("journal"))
    book = mapping(result.get("bookOrReportDetails"))
    return (
        words(journal.get("title"))
        or words(result.get("journalTitle"))
        or words(book.get("comprisingTitle"))
        or words(book.get("publisher"))
    )


def _published(result: Mapping[str, Any]) -> str | None:
    """Return the date, as exactly as it is known.

    Europe PMC makes a day of what is known to the month or year (``firstPublicationDate``);
    a preprint's is the day it was posted.
    """
    issue = mapping(result.get("journalInfo"))
    book = mapping(result.get("bookOrReportDetails"))
    names = ("yearOfPublication", "monthOfPublication", "dayOfPublication")
    first = text(result.get("firstPublicationDate")) or ""
    return (
        read_date(text(issue.get("dateOfPublication")) or "")
        or (read_date(first) if text(result.get("source")) == _PREPRINTS else None)
        or partial_date(*(text(book.get(name)) for name in names))
        or read_date(text(result.get("pubYear")) or "")
        or read_date(first)
    )


def _types(result: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what it is; a search that is brief has all types in one text."""
    listed = texts(mapping(result.get("pubTypeList")).get("pubType"))
    together = (text(result.get("pubType")) or "").split(";")
    return tuple(dict.fromkeys(filter(None, map(plain, listed or together))))


def _headings(result: Mapping[str, Any]) -> Iterator[str]:
    for each in mappings(mapping(result.get("meshHeadingList")).get("meshHeading")):
        if name := words(each.get("descriptorName")):
            yield name


# -- identifiers


def _identifiers(result: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what identifies it; Europe PMC's own number where nothing else does.

    Others refer to a preprint by that number, so it always has it.
    """
    source, id = text(result.get("source")), text(result.get("id"))
    found = [
        f"{scheme}:{each}"
        for scheme in ("pmid", "doi", "pmcid")
        if (each := text(result.get(scheme)))
    ]
    found += () if _is_part(result) else _isbns(result)
    if source in _SCHEMES and id:
        found.append(f"{_SCHEMES[source]}:{id}")
    if (not found or source == _PREPRINTS) and (page := _page(source, id)):
        found.append(f"url:{page}")
    return tuple(dict.fromkeys(found))


def _isbns(result: Mapping[str, Any]) -> list[str]:
    book = mapping(result.get("bookOrReportDetails"))
    return isbns([book.get("isbn13"), book.get("isbn10")])


def _is_part(result: Mapping[str, Any]) -> bool:
    """Tell a chapter, which names the book that it is in, from a book."""
    return bool(words(mapping(result.get("bookOrReportDetails")).get("comprisingTitle")))


def _page(source: str | None, id: str | None) -> str | None:
    """Return where Europe PMC shows a work."""
    return f"https://europepmc.org/article/{source}/{id}" if source in _SOURCES and id else None


def _url(result: Mapping[str, Any]) -> str | None:
    return _page(text(result.get("source")), text(result.get("id")))


def _locator(source: str | None, id: str | None) -> str | None:
    """Return the locator by which Europe PMC refers to a work."""
    if source in _SCHEMES:
        return locator(_SCHEMES[source], id)
    page = _page(source, id)
    return locator("url", page) if page else None


# -- what has happened to it


def corrections_of(result: Mapping[str, Any]) -> Told:
    """Return what a result says of retractions, corrections, preprints and their versions.

    Args:
        result: as for :func:`record_of`.

    >>> listed = [{"type": "Preprint in", "source": "PPR", "id": "PPR1"}]
    >>> found = corrections_of({"commentCorrectionList": {"commentCorrection": listed}})
    >>> found.links[0].source
    ('url:https://europepmc.org/article/PPR/PPR1',)
    """
    own = (locator(*each.split(":", 1)) for each in _identifiers(result))
    work = Work(tuple(name for name in own if name is not None), _published(result))
    corrections = (*_corrections(result), *_versions(result))
    return told(corrections, work, by=_NAME, types=_types(result))


def _corrections(result: Mapping[str, Any]) -> Iterator[Correction]:
    listed = mapping(result.get("commentCorrectionList")).get("commentCorrection")
    for each in mappings(listed):
        parts = [plain(text(each.get(name)) or "") for name in ("type", "reference", "note")]
        known = _locator(text(each.get("source")), text(each.get("id")))
        said = ": ".join(filter(None, parts))[:300]
        yield Correction(parts[0], cited(parts[1], known), said)


def _versions(result: Mapping[str, Any]) -> Iterator[Correction]:
    """Yield what became of a preprint: the version that followed it, and one that withdraws it."""
    own = _number(result.get("versionNumber"))
    for each in mappings(mapping(result.get("versionList")).get("version")):
        name = _locator(text(each.get("source")), text(each.get("id")))
        number = _number(each.get("versionNumber"))
        if not (own and number and name and number > own):
            continue
        work = Work((name,), read_date(text(each.get("firstPublishDate")) or ""))
        if not _WITHDRAWN.isdisjoint(_types(each)):
            yield Correction("Withdrawal in", work, f"withdrawn in version {number}")
        if number == own + 1:
            yield Correction("Update in", work, f"version {number} of this preprint")


def _number(value: Any) -> int | None:
    found = text(value) or ""
    return int(found) if found.isascii() and found.isdigit() and len(found) < 5 else None
