"""What a bibliographic record says, in whatever format it came; and the item that it becomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from evledger import Invalid
from evledger.importing import Capture, Found, Item, ItemFlag, ItemLink, Note, Rejection
from evledger.locators import normalise, public_link
from evledger_literature.classifying import classify
from evledger_literature.notices import is_marked_retracted

__all__ = ["Record"]

_MOST_AUTHORS: Final = 200
_LARGEST_CAPTURE: Final = 1 << 20  # bytes; an abstract is a few thousand
_MARKED: Final = ItemFlag(status="retracted", according_to="its title")
_DECISIVE: Final = ("retracted", "reinstated")
_SHOWN: Final = 2_000  # characters of what was rejected


@attrs.frozen(kw_only=True)
class Record:
    """A record of a work, as its format has it.

    Every text is plain: without markup, entities and line breaks.

    Attributes:
        place: where in the file, for people: ``record 7 (line 120)``.
        title: the work's title.
        abstract: its abstract, its parts as paragraphs under their labels.
        authors: in order, each as the format writes it; a collective's whole name.
        author_count: how many there are, where the record names only some.
        venue: the journal, book, registry or site.
        published: a year, a month or a date, as exactly as it is known.
        url: where it can be read.
        language: a BCP 47 tag.
        identifiers: of exactly this work, in any form, each with its scheme: ``doi:10.1000/X``.
        mentions: of other works that it refers to or is part of, in the same form.
        types: what the format says that it is, in the format's own words:
            ``Randomized Controlled Trial``, ``JOUR``, ``posted-content``.
        headings: subject headings (MeSH), without qualifiers and asterisks.
        phases: of a trial: ``Phase 2``.
        kind: where the format leaves no doubt, what it is.
        flags: what has happened to it, or to others.
        links: how it relates to others.
        format: what the record came in, for reasons given to people: ``PubMed``.
        raw: the record as it stood, for when it is rejected.
        retrieved: when a registry gave it.
    """

    place: str
    format: str
    title: str | None = None
    abstract: str | None = None
    authors: Sequence[str] = ()
    author_count: int | None = None
    venue: str | None = None
    published: str | None = None
    url: str | None = None
    language: str | None = None
    identifiers: Sequence[str] = ()
    mentions: Sequence[str] = ()
    types: Sequence[str] = ()
    headings: Sequence[str] = ()
    phases: Sequence[str] = ()
    kind: str | None = None
    flags: Sequence[ItemFlag] = ()
    links: Sequence[ItemLink] = ()
    raw: str = ""
    retrieved: str | None = None

    def found(self) -> Iterator[Found]:
        """Yield the item or rejection that the record becomes, and notes on what was left out.

        A claim is proposed with it where its tier can be told: its title, with the reason.
        """
        locators, bad = _normal(self.identifiers)
        mentions, bad_mentions = _normal(self.mentions)
        url, bad_url = _link(self.url)
        for text, reason in (*bad, *bad_mentions, *bad_url):
            yield Note(self.place, f"{text!r:.100} was left out: {reason}")
        if not self.title and not locators:
            raw = self.raw[:_SHOWN]
            yield Rejection(self.place, "it has neither a title nor an identifier", raw)
            return
        if not self.title:
            yield Note(self.place, "it has no title")
        if len(self._words()) > _LARGEST_CAPTURE:
            yield Note(self.place, "its abstract is longer than 1 MiB and was left out")
        if self._is_marked():
            text = f"it was flagged as retracted for its title, {self.title!r:.60}, alone"
            yield Note(self.place, text)
        yield self._item(locators, [name for name in mentions if name not in locators], url)

    def _item(self, locators: list[str], mentions: list[str], url: str | None) -> Item:
        judgement = classify(self)
        title = self.title or "[no title]"
        fields = {
            "kind": judgement.kind,
            "title": title,
            "authors": list(self.authors[:_MOST_AUTHORS]) or None,
            "author_count": self._author_count(),
            "venue": self.venue or None,
            "published": self.published,
            "url": url,
            "locators": locators or None,
            "mentions": mentions or None,
            "language": self.language,
            "retrieved": self.retrieved,
            "assertion": "automatic",
            "basis": judgement.kind_basis,
        }
        claim = {
            "text": title,
            "tier": judgement.tier,
            "stance": "neutral",
            "assertion": "automatic",
            "basis": judgement.tier_basis,
        }
        return Item(
            place=self.place,
            source={name: value for name, value in fields.items() if value is not None},
            claims=(claim,) if judgement.tier and self.title else (),
            capture=self._capture(),
            flags=(*self.flags, *([_MARKED] if self._is_marked() else ())),
            links=tuple(self.links),
        )

    def _is_marked(self) -> bool:
        """Return whether its title alone says that it was retracted."""
        told = any(flag.status in _DECISIVE and not flag.of for flag in self.flags)
        return not told and is_marked_retracted(self.title or "")

    def _author_count(self) -> int | None:
        count = max(self.author_count or 0, len(self.authors))
        return count if count > len(self.authors[:_MOST_AUTHORS]) else None

    def _words(self) -> bytes:
        return (self.abstract or "").strip().encode(errors="replace")

    def _capture(self) -> Capture | None:
        data = self._words()
        return Capture(data) if 0 < len(data) <= _LARGEST_CAPTURE else None


def _normal(identifiers: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the normal forms of identifiers, each once, and those that are none, with reasons."""
    names: dict[str, None] = {}
    bad: dict[str, str] = {}
    for text in identifiers:
        try:
            names[normalise(text)] = None
        except Invalid as error:
            bad[text] = str(error)
    return list(names), list(bad.items())


def _link(url: str | None) -> tuple[str | None, list[tuple[str, str]]]:
    """Return a link as a chain may hold it; or why it may not."""
    if not url:
        return None, []
    try:
        return public_link(f"http://{url}" if url.startswith("www.") else url), []
    except Invalid as error:
        return None, [(url, str(error))]
