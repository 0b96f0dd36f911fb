"""PubMed's citations, of articles and of books and their chapters, from XML to records.

https://dtd.nlm.nih.gov/ncbi/pubmed/doc/out/190101/index.html,
https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import attrs

from evledger_literature.dates import partial_date, read_date
from evledger_literature.markup import plain_element
from evledger_literature.meaning.corrections import Correction, Told, Work, cited, told
from evledger_literature.meaning.languages import language
from evledger_literature.reading.lenient import isbns, locator
from evledger_literature.records import Record

if TYPE_CHECKING:
    from lxml.etree import _Element  # pyright: ignore[reportPrivateUsage]  # has no public name

__all__ = ["corrections_of", "record_of"]

_PUBMED: Final = "PubMed"
_BOOKS: Final = frozenset({"BookDocument", "PubmedBookArticle"})
_NO_TITLE: Final = re.compile(r"\[?(?:title )?not available\.?\]?\.?", re.IGNORECASE)
_NO_ABSTRACT: Final = re.compile(r"abstract available from the publisher\.?", re.IGNORECASE)
_NO_LABEL: Final = frozenset({"unassigned", "unlabelled"})
_PMCID: Final = re.compile(r"PMC[0-9]+")


def record_of(
    element: _Element,
    place: str,
    corrections: Told | None = None,
    *,
    raw: str = "",
    retrieved: str | None = None,
) -> Record:
    """Return what a citation says.

    Args:
        element: a ``PubmedArticle`` or ``PubmedBookArticle``,
            or the ``MedlineCitation`` or ``BookDocument`` that it holds.
        place: where it stands, for people.
        corrections: what it says of retractions and the like, where that has been read already.
        raw: the citation as it stood.
        retrieved: when PubMed gave it.

    >>> from lxml import etree
    >>> xml = "<MedlineCitation><PMID>7</PMID><Article><ArticleTitle>A <i>trial</i></ArticleTitle>"
    >>> record = record_of(etree.fromstring(f"{xml}</Article></MedlineCitation>"), "record 1")
    >>> record.title, record.identifiers
    ('A trial', ('pmid:7',))
    """
    if element.tag in _BOOKS:
        record = _book(element, place)
    else:
        record = _article(element, place, corrections or corrections_of(element))
    return attrs.evolve(record, raw=raw, retrieved=retrieved)


def _article(element: _Element, place: str, corrections: Told) -> Record:
    citation = _inner(element, "MedlineCitation")
    pmid = _pmid(citation)
    return Record(
        place=place,
        format=_PUBMED,
        title=_title(citation, "Article/ArticleTitle", "Article/VernacularTitle"),
        abstract=_abstract(citation, "Article/Abstract", "OtherAbstract"),
        authors=_authors(citation.find("Article/AuthorList")),
        venue=_first(
            citation,
            "Article/Journal/Title",
            "Article/Journal/ISOAbbreviation",
            "MedlineJournalInfo/MedlineTA",
        ),
        published=_published(citation),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else None,
        language=_language(citation, "Article/Language"),
        identifiers=tuple(_identifiers(element, citation)),
        mentions=(*_trials(citation), *corrections.mentions),
        types=_types(citation),
        headings=tuple(_texts(citation, "MeshHeadingList/MeshHeading/DescriptorName")),
        flags=corrections.flags,
        links=corrections.links,
    )


def _book(element: _Element, place: str) -> Record:
    """Read a chapter, or a book as a whole, which is one without a chapter's title."""
    document = _inner(element, "BookDocument")
    chapter, book = _title(document, "ArticleTitle"), _title(document, "Book/BookTitle")
    is_chapter = chapter is not None
    identifiers = (
        *(f"pmid:{pmid}" for pmid in filter(None, (_pmid(document),))),
        *_dois(document, "ArticleIdList/ArticleId"),
        *_dois(element, "PubmedBookData/ArticleIdList/ArticleId"),
    )
    of_book = (
        *_dois(document, "Book/ELocationID"),
        *isbns([*_texts(document, "Book/Isbn")]),
    )
    return Record(
        place=place,
        format=_PUBMED,
        title=chapter or book,
        abstract=_abstract(document, "Abstract"),
        authors=_book_authors(document),
        venue=book if is_chapter else _first(document, "Book/Publisher/PublisherName"),
        published=_date(document.find("ContributionDate")) or _date(document.find("Book/PubDate")),
        url=_bookshelf(document),
        language=_language(document, "Language"),
        identifiers=identifiers if is_chapter else (*identifiers, *of_book),
        mentions=of_book if is_chapter else (),
        types=(*_types(document), *(("Book Chapter",) if is_chapter else ())),
        kind=None if is_chapter else "book",
    )


def _inner(element: _Element, name: str) -> _Element:
    found = element.find(name)
    return element if found is None else found


def _texts(element: _Element, path: str) -> Iterator[str]:
    """Yield the texts of some elements, without those that are blank."""
    for each in element.iterfind(path):
        if text := plain_element(each):
            yield text


def _first(element: _Element, *paths: str) -> str | None:
    return next((text for path in paths for text in _texts(element, path)), None)


def _title(element: _Element, *paths: str) -> str | None:
    """Return the first title; where PubMed has no English one, it says so in its place."""
    titles = (text for path in paths for text in _texts(element, path))
    return next((text for text in titles if not _NO_TITLE.fullmatch(text)), None)


# -- abstracts


def _abstract(element: _Element, *paths: str) -> str | None:
    """Return the first abstract that has any text; of other abstracts an English one first."""
    for path in paths:
        found = sorted(element.iterfind(path), key=lambda each: each.get("Language") != "eng")
        for each in found:
            if parts := "\n".join(filter(None, map(_part, each.iterfind("AbstractText")))):
                return parts
    return None


def _part(part: _Element) -> str:
    text = plain_element(part)
    if _NO_ABSTRACT.fullmatch(text):
        return ""
    labels = (part.get(name, "").strip(" :") for name in ("Label", "NlmCategory"))
    label = next(filter(None, labels), "")
    return f"{label}: {text}" if text and label.casefold() not in {"", *_NO_LABEL} else text


# -- people


def _authors(found: _Element | None) -> tuple[str, ...]:
    """Return the authors of a list, without names that were misspelt and stand corrected in it."""
    authors = [] if found is None else found.findall("Author")
    valid = [each for each in authors if each.get("ValidYN") != "N"]
    return tuple(filter(None, map(_author, valid or authors)))


def _author(author: _Element) -> str | None:
    family = _first(author, "LastName")
    if family is None:
        return _first(author, "CollectiveName", "ForeName")
    names = (family, _first(author, "ForeName", "Initials"), _first(author, "Suffix"))
    return ", ".join(filter(None, names))


def _book_authors(document: _Element) -> tuple[str, ...]:
    """Return a chapter's authors, or else its book's, or else those who edited that."""
    lists = [*document.iterfind("AuthorList"), *document.iterfind("Book/AuthorList")]
    by_role = sorted(lists, key=lambda each: each.get("Type") == "editors")
    return next((people for each in by_role if (people := _authors(each))), ())


# -- dates and languages


def _published(citation: _Element) -> str | None:
    """Return the date of the issue, by which articles are cited, or else of the text online."""
    issue = citation.find("Article/Journal/JournalIssue/PubDate")
    return _date(issue) or _date(citation.find("Article/ArticleDate"))


def _date(element: _Element | None) -> str | None:
    """Return a date; one that is not made of a month and a day stands in words."""
    if element is None:
        return None
    parts = (element.findtext(name) for name in ("Year", "Month", "Day"))
    return partial_date(*parts) or read_date(element.findtext("MedlineDate") or "")


def _language(element: _Element, path: str) -> str | None:
    return next(filter(None, map(language, _texts(element, path))), None)


# -- identifiers


def _pmid(element: _Element) -> str | None:
    return (element.findtext("PMID") or "").strip() or None


def _identifiers(element: _Element, citation: _Element) -> Iterator[str]:
    """Yield what identifies the article; the lists of ids in its references are of others."""
    if pmid := _pmid(citation):
        yield f"pmid:{pmid}"
    own = "PubmedData/ArticleIdList/ArticleId"
    yield from _dois(element, own) or _dois(citation, "Article/ELocationID")
    pmcids = (_PMCID.search(text) for text in _pmcids(element, citation, own))
    yield from (f"pmcid:{found[0]}" for found in pmcids if found)


def _pmcids(element: _Element, citation: _Element, path: str) -> Iterator[str]:
    for each in element.iterfind(path):
        if each.get("IdType") in {"pmc", "pmcid"}:
            yield each.text or ""
    yield from (each.text or "" for each in citation.iterfind("OtherID[@Source='NLM']"))


def _dois(element: _Element, path: str) -> list[str]:
    """Return the DOI among the ids at a path, but for those that are marked as wrong."""
    ids = [each for each in element.iterfind(path) if each.get("ValidYN") != "N"]
    dois = [each for each in ids if "doi" in {each.get("IdType"), each.get("EIdType")}]
    return [f"doi:{text}" for each in dois if (text := (each.text or "").strip())]


def _trials(citation: _Element) -> Iterator[str]:
    """Yield the registered trials that an article reports; no other registry has a scheme."""
    for bank in citation.iterfind("Article/DataBankList/DataBank"):
        if (bank.findtext("DataBankName") or "").strip().casefold() == "clinicaltrials.gov":
            for number in _texts(bank, "AccessionNumberList/AccessionNumber"):
                yield f"nct:{number}"


def _bookshelf(document: _Element) -> str | None:
    """Return where NCBI's Bookshelf has a chapter or book."""
    found = _first(document, "ArticleIdList/ArticleId[@IdType='bookaccession']")
    return f"https://www.ncbi.nlm.nih.gov/books/{found}/" if found else None


# -- what has happened to it


def _types(citation: _Element) -> tuple[str, ...]:
    paths = ("Article/PublicationTypeList/PublicationType", "PublicationType")
    return tuple(text for path in paths for text in _texts(citation, path))


def corrections_of(element: _Element) -> Told:
    """Return what a citation says of retractions, corrections and versions.

    Args:
        element: as for :func:`record_of`.

    >>> from lxml import etree
    >>> xml = "<CommentsCorrections RefType='ErratumIn'><PMID>8</PMID></CommentsCorrections>"
    >>> xml = f"<CommentsCorrectionsList>{xml}</CommentsCorrectionsList>"
    >>> told = corrections_of(etree.fromstring(f"<MedlineCitation>{xml}</MedlineCitation>"))
    >>> told.flags[0].notice
    'pmid:8'
    """
    citation = _inner(element, "MedlineCitation")
    own = tuple(filter(None, (locator("pmid", _pmid(citation)),)))
    entries = citation.iterfind("CommentsCorrectionsList/CommentsCorrections")
    return told(
        _corrections(entries), Work(own, _published(citation)), by=_PUBMED, types=_types(citation)
    )


def _corrections(entries: Iterable[_Element]) -> Iterator[Correction]:
    for each in entries:
        words = each.get("RefType", "")
        if words != "Cites":  # older records cite here, by the hundred
            reference = _first(each, "RefSource") or ""
            work = cited(reference, locator("pmid", each.findtext("PMID")))
            yield Correction(words, work, f"{words}: {reference[:300]}")
