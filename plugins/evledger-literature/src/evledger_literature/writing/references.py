"""A ledger's sources as a bibliography has them: what every format writes, each in its way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import quote

import attrs

from evledger import Hidden, Invalid
from evledger.legible import one_line
from evledger.locators import normalise
from evledger_literature.meaning.carrying import carry

if TYPE_CHECKING:
    from evledger.entries import Flag, Source
    from evledger.view import View

__all__ = ["Reference", "references"]

_T = TypeVar("_T")

_LINKS: Final[Mapping[str, str]] = {
    "nct": "https://clinicaltrials.gov/study/",
    "x": "https://x.com/i/status/",
    "youtube": "https://www.youtube.com/watch?v=",
    "url": "",
}
"""What makes a link of a locator that formats have no field for."""

_MEANT = re.compile(r"[\\{}%\"&,]|;10\.")
_OF_ARXIV = re.compile(r"doi:10\.48550/arxiv")
_UNSAID = re.compile(r"[^\w .&'()/-]+")  # what could be read as an identifier, or as a field


@attrs.frozen(kw_only=True)
class Reference:
    """A source, with nothing left out but what is hidden.

    Every text is one line, and nothing in it is invisible.

    Attributes:
        id: its id in the ledger: ``s5``.
        kind: what it is; ``other`` where that is hidden.
        title: its title.
        authors: in order.
        venue: where it appeared; of a post the platform and the part of it.
        published: a year, a month or a date.
        url: where it was read, or what a locator leads to.
        language: a BCP 47 tag.
        retrieved: the date on which it was read.
        locators: what identifies exactly this source.
        remarks: what has happened to it; no identifier stands in them.
    """

    id: str
    kind: str = "other"
    title: str | None = None
    authors: Sequence[str] = ()
    venue: str | None = None
    published: str | None = None
    url: str | None = None
    language: str | None = None
    retrieved: str | None = None
    locators: Sequence[str] = ()
    remarks: Sequence[str] = ()

    @property
    def genre(self) -> str:
        """What it is, in words that are not taken for PubMed's publication types.

        >>> Reference(id="s1", kind="comment").genre, Reference(id="s2", kind="web-page").genre
        ('online comment', 'web page')
        """
        return "online comment" if self.kind == "comment" else self.kind.replace("-", " ")

    def values(self, scheme: str) -> list[str]:
        """Return its locators of a scheme, without it.

        >>> Reference(id="s1", locators=("doi:10.1000/x", "pmid:1")).values("pmid")
        ['1']
        """
        names = (name.partition(":") for name in self.locators)
        return [value for found, _, value in names if found == scheme]

    @property
    def doi(self) -> str:
        """Its DOI, as a link where it has characters to which formats give a meaning.

        >>> Reference(id="s1", locators=("doi:10.1000/{x}",)).doi
        'https://doi.org/10.1000/%7Bx%7D'
        """
        doi = next(iter(self.values("doi")), "")
        return f"https://doi.org/{quote(doi, safe='/')}" if _MEANT.search(doi) else doi

    def line(self, schemes: Iterable[str]) -> list[str]:
        """Return the line that carries its locators, where a format's fields do not hold them all.

        Args:
            schemes: those for which the format has a field, which holds one locator.

        >>> book = Reference(id="s1", locators=("doi:10.1000/x", "isbn:9781605587301"))
        >>> book.line(["doi", "isbn"]), book.line(["doi"])
        ([], ['Locators: doi:10.1000/x isbn:9781605587301'])
        """
        found = [name.partition(":")[0] for name in self.locators]
        is_held = set(found) <= set(schemes) and len(set(found)) == len(found)
        # Of what has another name, an arXiv number is taken for the preprint's.
        is_split = len(found) > 1 and any(map(_OF_ARXIV.match, self.locators))
        return [] if is_held and not is_split else [carry(self.locators)]


def references(view: View) -> Iterator[Reference]:
    """Yield the sources of a view by number: also duplicates, posts and retracted ones."""
    for source in sorted(view.sources.values(), key=_number):
        authors = _shown(source.authors) or ()
        yield Reference(
            id=source.id,
            kind=_shown(source.kind) or "other",
            title=_line(source.title),
            authors=[name for text in authors if (name := _line(text))],
            venue=_venue(source),
            published=_shown(source.published),
            url=_url(source),
            language=_line(source.language),
            retrieved=(_shown(source.retrieved) or "")[:10] or None,
            locators=source.locators,
            remarks=_remarks(source),
        )


def _number(source: Source) -> tuple[int, str]:
    digits = source.id.removeprefix("s")
    return (int(digits), "") if digits.isdecimal() else (source.n, source.id)


def _shown(value: _T | Hidden) -> _T | None:
    return None if isinstance(value, Hidden) else value


def _line(text: str | Hidden | None) -> str | None:
    shown = _shown(text)
    return one_line(shown).strip() or None if shown else None


def _venue(source: Source) -> str | None:
    platform = filter(None, (_line(source.platform), _line(source.community)))
    return _line(source.venue) or " ".join(platform) or None


# -- links -------------------------------------------------------------------------------


def _url(source: Source) -> str | None:
    """Return where it was read, unless that names another source than its locators do."""
    url = _shown(source.url)
    if url is None:
        return next(_links(source.locators), None)
    try:
        name = normalise(url)
    except Invalid:
        return None
    is_own = name.startswith("url:") or name in source.locators
    return url if is_own and one_line(url) == url else None


def _links(locators: Iterable[str]) -> Iterator[str]:
    for name in locators:
        scheme, _, value = name.partition(":")
        if scheme in _LINKS:
            yield _LINKS[scheme] + value
        elif value.startswith("t3_"):
            yield f"https://www.reddit.com/comments/{value.removeprefix('t3_')}"


# -- remarks -----------------------------------------------------------------------------


def _remarks(source: Source) -> list[str]:
    remarks = ["RETRACTED"] if source.is_retracted else []
    remarks += map(_remark, source.flags)
    count = _shown(source.author_count) or 0
    if count > len(_shown(source.authors) or ()):
        remarks.append(f"{count} authors in all")
    return remarks


def _remark(flag: Flag) -> str:
    """Return what has happened, without the notice's identifier: it would pass for the paper's."""
    said = one_line(_UNSAID.sub(" ", flag.according_to)).strip()
    when = f" on {flag.date}" if flag.date else ""
    return f"{flag.status.capitalize()}{when} according to {said or 'an unnamed source'}"
