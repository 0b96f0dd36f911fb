"""What a page of the web says of itself, in its head.

https://scholar.google.com/intl/en/scholar/inclusion.html#indexing (Highwire's ``citation_*``),
https://www.dublincore.org/specifications/dublin-core/dcq-html/, https://ogp.me/
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from lxml import etree

from evledger import Invalid
from evledger.locators import normalise
from evledger_literature.dates import read_date
from evledger_literature.markup import plain
from evledger_literature.meaning.languages import language
from evledger_literature.records import Record

__all__ = ["record_of"]

_TITLES: Final = ("citation_title", "og:title", "dc.title", "dcterms.title", "twitter:title")
_AUTHORS: Final = ("citation_author", "citation_authors", "dc.creator", "dcterms.creator", "author")
_VENUES: Final = (
    "citation_journal_title",
    "citation_conference_title",
    "citation_inbook_title",
    "og:site_name",
    "application-name",
)
_DATES: Final = (
    "citation_publication_date",
    "citation_date",
    "citation_online_date",
    "article:published_time",
    "dcterms.issued",
    "dc.date.issued",
    "dc.date",
    "dcterms.date",
    "date",
)
_LANGUAGES: Final = ("citation_language", "dc.language", "dcterms.language", "og:locale")
_WORKS: Final = ("citation_doi", "citation_pmid", "dc.identifier", "dcterms.identifier")
_SCHEMES: Final = {"citation_doi": "doi:", "citation_pmid": "pmid:"}
_KNOWN: Final = ("doi:", "pmid:", "pmcid:", "isbn:")


def record_of(data: bytes, url: str, charset: str = "") -> Record:
    """Return what a page says of itself.

    Args:
        data: the page.
        url: by which it was asked for.
        charset: the encoding that its server says it is in.

    >>> page = b"<title>Semax</title><meta name='citation_doi' content='10.1000/X'>"
    >>> record = record_of(page, "https://example.org/semax")
    >>> record.title, record.mentions
    ('Semax', ('doi:10.1000/x',))
    """
    page = _heard(data, charset)
    marks = page.marks
    return Record(
        place=f"url:{url}",
        format="The web",
        kind="web-page",
        title=_first(marks, _TITLES) or page.text("title") or page.text("h1"),
        authors=tuple(_authors(marks)),
        venue=_first(marks, _VENUES),
        published=next(filter(None, map(read_date, _all(marks, _DATES))), None),
        url=url,
        language=next(
            filter(None, map(language, (*page.languages, *_all(marks, _LANGUAGES)))), None
        ),
        identifiers=(f"url:{url}",),
        mentions=tuple(dict.fromkeys(_works(marks))),
    )


class _Listener:
    """Hears of a page's elements while it is parsed, and keeps what is of use.

    No tree is built: for a tag with many attributes that takes the square of their number.

    Attributes:
        marks: what the page's ``<meta>`` say, by their names in lower case.
        texts: the text of the first element of each of some names.
        languages: of the page as a whole.
    """

    def __init__(self) -> None:
        self.marks: dict[str, list[str]] = {}
        self.texts: dict[str, list[str]] = {}
        self.languages: list[str] = []
        self._open: str | None = None

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Hear that an element begins."""
        if tag == "meta":
            self._mark(attributes)
        elif tag == "html":
            self.languages += filter(None, map(attributes.get, ("lang", "xml:lang")))
        elif tag in {"title", "h1"} and self._open is None and tag not in self.texts:
            self._open, self.texts[tag] = tag, []

    def end(self, tag: str) -> None:
        """Hear that an element ends."""
        if tag == self._open:
            self._open = None

    def data(self, text: str) -> None:
        """Hear a piece of text."""
        if self._open is not None:
            self.texts[self._open].append(text)

    def close(self) -> None:
        """Hear that the page ends."""

    def _mark(self, attributes: Mapping[str, str]) -> None:
        names = (attributes.get(each) for each in ("name", "property", "itemprop"))
        name = next(filter(None, names), "").strip().lower()
        if content := plain(attributes.get("content") or ""):
            self.marks.setdefault(name, []).append(content)

    def text(self, tag: str) -> str | None:
        """Return the text of the first element of a name; what it shows as a tag is meant."""
        return " ".join("".join(self.texts.get(tag, ())).split()) or None


def _heard(data: bytes, charset: str) -> _Listener:
    """Listen to anything at all; what has no elements is an empty page."""
    listener = _Listener()
    target: Any = listener  # lxml's stubs ask for bytes and for comments, which never come
    parser = etree.HTMLParser(encoding=_encoding(data, charset), no_network=True, target=target)
    with contextlib.suppress(etree.LxmlError, ValueError):
        etree.fromstring(data, parser)
    return listener


def _encoding(data: bytes, charset: str) -> str | None:
    """Tell a page's encoding: what is sound UTF-8 is that, whatever its server says.

    Without any that is known, the parser goes by byte order mark and ``<meta>``.
    """
    with contextlib.suppress(UnicodeDecodeError):
        data.decode()
        return "utf-8"
    with contextlib.suppress(LookupError, ValueError):
        etree.HTMLParser(encoding=charset)
        return charset or None
    return None


def _all(marks: Mapping[str, Sequence[str]], names: Sequence[str]) -> Iterator[str]:
    return (content for name in names for content in marks.get(name, ()))


def _first(marks: Mapping[str, Sequence[str]], names: Sequence[str]) -> str | None:
    return next(_all(marks, names), None)


def _authors(marks: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the authors in the first of the vocabularies that has any."""
    name = next((each for each in _AUTHORS if each in marks), "")
    for content in marks.get(name, ()):
        separated = content.split(";") if name == "citation_authors" else [content]
        yield from filter(None, (author.strip() for author in separated))


def _works(marks: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the works that the page is of, by identifiers that are some."""
    for name in _WORKS:
        for content in marks.get(name, ()):
            try:
                locator = normalise(f"{_SCHEMES.get(name, '')}{content}")
            except Invalid:
                continue
            if locator.startswith(_KNOWN):
                yield locator
