"""CSL-JSON, as Zotero, Mendeley, Pandoc and doi.org write it.

https://github.com/citation-style-language/schema,
https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

from evledger import Invalid
from evledger.codec import is_list
from evledger.importing import Fit, Found, Note, Rejection
from evledger.locators import normalise
from evledger_literature.formats.crossref import MARKS, links_of, people_of, trials_of
from evledger_literature.markup import paragraphs
from evledger_literature.meaning.carrying import carried
from evledger_literature.meaning.identifiers import Named, arxiv, named
from evledger_literature.meaning.languages import language
from evledger_literature.meaning.updates import Updates, updates_of
from evledger_literature.reading.jsonrecords import found_in
from evledger_literature.reading.lenient import (
    date,
    is_object,
    isbns,
    mapping,
    shown,
    text,
    texts,
    title,
    words,
)
from evledger_literature.reading.outline import Outline, outline
from evledger_literature.records import Record

__all__ = ["CSLImporter", "record_of"]

# Types whose names no other format uses.
_OWN_TYPES: Final = frozenset(
    {
        "article-journal",
        "article-magazine",
        "article-newspaper",
        "entry-dictionary",
        "entry-encyclopedia",
        "legal_case",
        "motion_picture",
        "musical_score",
        "paper-conference",
        "personal_communication",
        "post-weblog",
        "review-book",
    }
)
# Types and names of an item with nothing that tells it from other JSON but that it has no more.
_BARE_TYPES: Final = _OWN_TYPES | {
    *("article", "bill", "book", "broadcast", "chapter", "classic", "collection", "dataset"),
    *("document", "entry", "event", "figure", "graphic", "hearing", "interview", "legislation"),
    *("manuscript", "map", "pamphlet", "patent", "performance", "periodical", "post"),
    *("regulation", "report", "review", "software", "song", "speech", "standard", "thesis"),
    *("treaty", "webpage"),
}
_BARE_NAMES: Final = frozenset(
    {
        *("DOI", "ISBN", "PMCID", "PMID", "URL", "abstract", "accessed", "author"),
        *("container-title", "genre", "id", "issued", "language", "note", "publisher", "title"),
        "type",
    }
)
_TITLES: Final = ("title", "original-title", "reviewed-title", "title-short")
_BOOKS: Final = frozenset({"book", "report", "standard", "thesis"})
# Works that are somewhere else than at their link, which may be a search's.
_WORKS: Final = _BOOKS | {
    "article",
    "article-journal",
    "chapter",
    "journal-article",
    "manuscript",
    "paper-conference",
    "review",
}
_DATES: Final = ("issued", "published", "published-online", "published-print")
_FIELDS: Final = ("DOI", "PMCID", "PMID")
# Zotero keeps in a note's lines what CSL has no field for; citeproc-js reads `{:PMID: 1}` too.
_NOTED: Final = re.compile(
    r"(?:^|\{:)[ \t]*(arXiv|DOI|ISBN|PMCID|PMID)[ \t]*:[ \t]*([^\s}][^\n}]*)",
    re.IGNORECASE | re.MULTILINE,
)
_EMPTY: Final = re.compile(rb"\s*(?:\[[\s{},]*\]|\{\s*\})\s*")
# Schemes of which a link leads to a work, and not only to a page.
_NUMBERED: Final = frozenset({"doi", "nct", "pmcid", "pmid"})


class CSLImporter:
    """Reads CSL-JSON: an item, a list of items, Zotero's `items`, or an item in each line."""

    name = "csl-json"
    suffixes = (".json", ".csljson", ".jsonl")

    def sniff(self, start: bytes) -> Fit:
        """Know an item by its types, or by its dates and names; its title is a text.

        One without them is possibly ours, if it has no names but CSL's.
        """
        item = outline(start).below("items")
        if not item.values:
            return Fit.POSSIBLE if _EMPTY.fullmatch(start) else Fit.NONE
        if item.begins("type") in _OWN_TYPES:
            return Fit.SURE
        if item.begins("title") in {"[", "{"} or not item.has({"type", "id"}):
            return Fit.NONE
        if _is_item(item):
            return Fit.SURE
        return Fit.POSSIBLE if _is_bare(item) else Fit.NONE

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Yield the items of a file, in order.

        Raises:
            Invalid: it is no JSON, or of another format.
        """
        yield from found_in(file, noun="item", unwrapped=_unwrapped, found_of=_found_of)


def _is_item(item: Outline) -> bool:
    is_crossrefs = item.is_text("title") and item.has(MARKS)
    is_dated = item.begins("issued") == "{" and item.is_text("type")
    is_written = item.has({f"author.{part}" for part in ("family", "given", "literal")})
    return is_crossrefs or is_dated or (is_written and item.is_text("type"))


def _is_bare(item: Outline) -> bool:
    """Tell an item without dates and names of people, such as the CSL-JSON of a web page."""
    is_whole = all(map(item.is_text, ("id", "title", "type")))
    names = {path.partition(".")[0] for path in item.values}
    return is_whole and item.begins("type") in _BARE_TYPES and names <= _BARE_NAMES


def _unwrapped(document: Any) -> Any:
    items = mapping(document).get("items", document)
    if is_list(items) or is_object(document):
        return items if is_list(items) else document
    msg = f"it is no CSL-JSON: expected a list of items, got {shown(document)!r:.80}"
    raise Invalid(msg)


def _found_of(item: Mapping[str, Any], place: str) -> Iterator[Found]:
    if "itemType" in item or "itemType" in mapping(item.get("data")):
        reason = "it is Zotero's own JSON, in which authors stand otherwise: export it as CSL JSON"
        yield Rejection(place, reason, shown(item))
        return
    yield from (Note(place, note) for note in updates_of(item, _title(item)).notes)
    yield from record_of(item, place).found()


def record_of(item: Mapping[str, Any], place: str, retrieved: str | None = None) -> Record:
    """Return what an item of CSL-JSON says.

    Items that Crossref wrote also tell of retractions and versions, as its API does.

    Args:
        item: with CSL's names; texts may be lists of one, as Crossref writes them.
        place: where it stands, for people.
        retrieved: when a registry gave it.

    >>> record_of({"title": "A trial", "note": "PMID: 29798983"}, "item 1").identifiers
    ('pmid:29798983',)
    """
    name = _title(item)
    updates = updates_of(item, name)
    links, others = links_of(item)
    is_book = text(item.get("type")) in _BOOKS
    ids = _named(item, is_book=is_book)
    return Record(
        place=place,
        format="CSL-JSON",
        title=name,
        abstract=paragraphs(text(item.get("abstract")) or "") or None,
        authors=people_of(item, "author", *(["editor", "collection-editor"] if is_book else [])),
        venue=_venue(item),
        published=next(filter(None, (date(item.get(each)) for each in _DATES)), None),
        url=text(item.get("URL")),
        language=language(text(item.get("language"))),
        identifiers=ids.own,
        mentions=(*ids.others, *trials_of(item), *updates.others, *others),
        types=_types(item, updates),
        # Only the page of a registration has its number and no other identifier.
        kind="trial" if any(name.startswith("nct:") for name in ids.own) else None,
        flags=updates.flags,
        links=(*ids.links, *updates.links, *links),
        raw="" if name else shown(item),
        retrieved=retrieved,
    )


def _title(item: Mapping[str, Any]) -> str | None:
    main = next(filter(None, (words(item.get(each)) for each in _TITLES)), None)
    return title(main, item.get("subtitle")) if main else None


def _venue(item: Mapping[str, Any]) -> str | None:
    names = ("container-title", "event-title", "event", "publisher")
    return next(filter(None, (words(item.get(each)) for each in names)), None)


def _types(item: Mapping[str, Any], updates: Updates) -> tuple[str, ...]:
    """Return what it is; a notice's updates come first, for they say more than its channel."""
    own = (texts(item.get(name)) for name in ("type", "subtype", "genre"))
    return (*updates.types, *(each for found in own for each in found))


def _named(item: Mapping[str, Any], *, is_book: bool) -> Named:
    """Return what identifies the item from its preprint, its book and the trial that it reports."""
    is_page = text(item.get("type")) not in _WORKS or _title(item) is None
    found, books = _identifiers(item), _isbns(item)
    written = carried(texts(item.get("note")))
    return named(found, books, is_book=is_book, is_page=is_page, by="CSL-JSON", written=written)


def _identifiers(item: Mapping[str, Any]) -> list[str]:
    """Return the identifiers of an item's fields, notes and links; else its link."""
    fields = ((name, value) for name in _FIELDS for value in texts(item.get(name)))
    noted = ((name, value) for name, value in _noted(item) if name in _FIELDS)
    found = [f"{name.lower()}:{value}" for name, value in (*fields, *noted)]
    known = {name.partition(":")[0] for name in found}
    led_to = filter(None, map(_led_to, (text(item.get("id")), text(item.get("URL")))))
    found.extend(name for name in led_to if name.partition(":")[0] in _NUMBERED - known)
    found.extend(_preprints(item))
    link = text(item.get("URL"))
    return found or ([_led_to(link) or f"url:{link}"] if link else [])


def _led_to(link: str | None) -> str | None:
    """Return the locator that a link, or a name with its scheme, leads to."""
    try:
        return normalise(link) if link and ":" in link else None
    except Invalid:
        return None


def _preprints(item: Mapping[str, Any]) -> Iterator[str]:
    """Yield the item's numbers in arXiv, which managers keep in four places."""
    texts_ = (text(item.get(name)) or "" for name in ("id", "number", "URL"))
    noted = (f"arxiv:{value.split()[0]}" for name, value in _noted(item) if name == "ARXIV")
    for each in (*texts_, *noted):
        if "arxiv" in each.casefold() and (name := arxiv(each)):
            yield name


def _isbns(item: Mapping[str, Any]) -> list[str]:
    noted = [value for name, value in _noted(item) if name == "ISBN"]
    return [*isbns(item.get("ISBN")), *isbns(noted)]


def _noted(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for note in texts(item.get("note")):
        yield from ((name.upper(), value.strip()) for name, value in _NOTED.findall(note))
