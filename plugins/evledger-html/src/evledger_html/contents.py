"""What a page has: its parts with their headings, in order, and where each entry stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import attrs
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from evledger.article import Article
    from evledger.article.values import Sealable, Section
    from evledger.view import View

__all__ = ["Anchors", "Part", "contents"]


@attrs.frozen(kw_only=True)
class Part:
    """A part of the article, which begins with a heading of the second rank.

    Attributes:
        anchor: its id on the page.
        heading: what stands above it.
        entry: the whole name of the section that the curator wrote; empty where it is none.
        is_written: whether the heading is the curator's, and not the article's own.
    """

    anchor: str
    heading: Sealable
    entry: str = ""
    is_written: bool = False


def contents(article: Article, view: View) -> Mapping[str, Part]:
    """Return the parts that an article has, by name, in the order in which they are read.

    Args:
        article: as it was composed.
        view: what it was composed of.

    Returns:
        The parts that have something to say; sections of the curator's that have no place of
        their own are named by their slug, as ``section:dosing``.
    """
    sections = {"frame": article.frame, "why": article.why, "fit": article.fit.section}
    sections |= {"safety": article.safety.section}
    sections |= {f"section:{each.section}": each for each in article.sections}
    headings = dict(_headings(article))
    return {
        name: _part(name, heading, sections.get(name), view) for name, heading in headings.items()
    }


def _part(name: str, heading: Sealable, section: Section | None, view: View) -> Part:
    anchor = f"evl-{name}" if ":" not in name else quote(name, safe=":")
    if section is None:
        return Part(anchor=anchor, heading=heading)
    is_written = view.sections[section.section].heading is not None
    return Part(
        anchor=anchor,
        heading=section.heading,
        entry=f"section:{section.section}",
        is_written=is_written,
    )


def _headings(article: Article) -> Iterator[tuple[str, Sealable]]:
    if article.frame is not None:
        yield "frame", article.frame.heading
    if article.why is not None:
        yield "why", article.why.heading
    if article.fit.section is not None or article.fit.components:
        yield "fit", article.fit.heading
    yield "evidence", article.evidence.heading
    if article.scores.explained is not None:
        yield "scores", article.scores.heading
    for name in LISTS:
        yield name, getattr(article, name).heading
    yield "unknown", article.unknown.heading
    yield "safety", article.safety.heading
    if article.components:
        yield "components", "Components"
    yield from ((f"section:{each.section}", each.heading) for each in article.sections)
    yield from ((f"passage-{n}", each.heading) for n, each in enumerate(article.passages, 1))
    for name in ("disclaimer", "ledger", "prompts", "texting"):
        yield name, getattr(article, name).heading
    yield "verification", "Check this page"


LISTS: Final = ("scientific", "published", "reddit", "x", "people")
"""The article's lists of sources."""


# -- where entries stand -----------------------------------------------------------------


class Anchors:
    """Where the entries of a page stand: each has an id, at the first of its places.

    An entry's id is its whole name, which has a colon, so that it is never one of the page's own.

    >>> anchors = Anchors({"claim:c4": "claim:c4"})
    >>> anchors.href("claim:c4"), anchors.href("claim:c5")
    ('#claim:c4', None)
    >>> anchors.id("claim:c4"), anchors.id("claim:c4")
    (Markup(' id="claim:c4"'), Markup(''))
    """

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places
        self._taken: set[str] = set()

    @classmethod
    def of(cls, article: Article, parts: Mapping[str, Part]) -> Anchors:
        """Return those of an article's page."""
        places = {part.entry: part.anchor for part in parts.values() if part.entry}
        return cls({name: quote(name, safe=":") for name in _names(article)} | places)

    def id(self, name: str) -> Markup:
        """Return the attribute of an entry's element; empty where another one has it."""
        if name in self._taken or name not in self._places:
            return Markup()
        self._taken.add(name)
        return Markup(f' id="{escape(self._places[name])}"')  # noqa: S704  # it is escaped

    def href(self, name: str) -> str | None:
        """Return the address of an entry within the page; ``None`` where it is not there."""
        place = self._places.get(name)
        return None if place is None else f"#{place}"


def _names(article: Article) -> Iterator[str]:
    """Return the whole names of the entries that an article shows, except its sections."""
    ledger = article.ledger
    shown: Mapping[str, tuple[Any, ...]] = {
        "source": tuple(each for name in LISTS for each in getattr(article, name).sources),
        "claim": (*ledger.ranked, *ledger.low_confidence, *ledger.set_aside),
        "gap": article.unknown.gaps,
        "question": article.unknown.questions,
        "caveat": article.safety.caveats,
        "component": article.components,
    }
    return (f"{kind}:{entry.id}" for kind, entries in shown.items() for entry in entries)
