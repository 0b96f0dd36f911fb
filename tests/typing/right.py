"""A plugin with one of everything, which type checkers must accept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import IO, Any, assert_type

import attrs

from evledger import (
    EventSupply,
    Finding,
    Item,
    LocatorScheme,
    Record,
    Rejection,
    RenderContext,
    Rendered,
    Score,
    Term,
    View,
    hookimpl,
)
from evledger.asking import Match, Sentence
from evledger.entries import Claim
from evledger.stores.base import Backend
from evledger.stores.memory import MemoryStore


class Breadth:
    """A scorer that says who it is on the class."""

    name = "breadth"
    version = 1

    def score(self, view: View) -> Score:
        """Count sources."""
        count = len(view.counted.sources)
        term = Term.of("sources", "cited sources", count=count, weight=Decimal("0.01"))
        return Score(
            scorer=self.name,
            version=self.version,
            head=view.head,
            label="breadth",
            terms=(term,),
            raw=term.contribution,
            value=min(term.contribution, Decimal(1)),
        )


@attrs.frozen
class Named:
    """A scorer that says who it is on the instance, and cannot be changed."""

    name: str
    version: int = 1

    def score(self, view: View) -> Score:
        """Grade nothing."""
        return Score(scorer=self.name, version=self.version, head=view.head, label="none")


class Newest:
    """A ranker."""

    name = "newest"
    version = 1

    def rank(self, view: View, claims: Sequence[Claim]) -> list[Claim]:
        """Turn the order around."""
        del view
        return sorted(claims, key=lambda claim: -claim.n)


class Headline:
    """A renderer."""

    name = "headline"

    def render(self, view: View, context: RenderContext) -> Rendered:
        """Return the title."""
        del context
        return Rendered(view.title.encode(), "text/plain; charset=utf-8", ".txt")


class Titles:
    """An importer."""

    name = "titles"
    suffixes = (".titles",)

    def read(self, file: IO[bytes]) -> Iterator[Item | Rejection]:
        """Yield nothing."""
        del file
        yield from ()


class Quiet:
    """A rule."""

    name = "quiet"

    def check(self, view: View) -> Iterator[Finding]:
        """Find nothing."""
        del view
        yield from ()


class Verbatim:
    """A retriever and an answerer."""

    name = "verbatim"

    def retrieve(self, view: View, question: str, limit: int) -> list[Match]:
        """Find nothing."""
        del view, question, limit
        return []

    def answer(self, view: View, question: str, matches: Sequence[Match]) -> list[Sentence]:
        """Say nothing."""
        del view, question, matches
        return []


class Places:
    """A projection."""

    name = "mylab:places"
    version = 1

    def start(self) -> list[int]:
        """Begin with nothing."""
        return []

    def apply(self, state: list[int], record: Record) -> list[int]:
        """Take in a place."""
        return [*state, record.n]

    def freeze(self, state: list[int]) -> tuple[int, ...]:
        """Return what leaves the state alone."""
        return tuple(state)


def parts(view: View) -> None:
    """Get at a projection's part, of the type that it gives."""
    by_class, by_itself = view.part(Places), view.part(Places())
    assert_type(by_class, tuple[int, ...])
    assert_type(by_itself, tuple[int, ...])
    assert_type(view.part("mylab:places"), Any)


class Plugin:
    """Hands everything over."""

    @hookimpl.scorers
    def scorers(self) -> Iterable[Breadth | Named]:
        """Return scorers."""
        return [Breadth(), Named("named")]

    @hookimpl.rankers
    def rankers(self) -> list[Newest]:
        """Return a ranker."""
        return [Newest()]

    @hookimpl.renderers
    def renderers(self) -> tuple[Headline]:
        """Return a renderer."""
        return (Headline(),)

    @hookimpl.importers
    def importers(self) -> list[Titles]:
        """Return an importer."""
        return [Titles()]

    @hookimpl.locators
    def locators(self) -> list[LocatorScheme]:
        """Return a scheme."""
        return [LocatorScheme(name="arxiv", normalise=str.strip)]

    @hookimpl.stores
    def stores(self) -> Mapping[str, Callable[[str], Backend]]:
        """Return a store."""
        return {"scratch": MemoryStore}

    @hookimpl.events
    def events(self) -> EventSupply:
        """Return a projection."""
        return EventSupply(projections=(Places(),))

    @hookimpl.checks
    def checks(self) -> list[Quiet]:
        """Return a rule."""
        return [Quiet()]

    @hookimpl.retrievers
    def retrievers(self) -> list[Verbatim]:
        """Return a retriever."""
        return [Verbatim()]

    @hookimpl.answerers
    def answerers(self) -> list[Verbatim]:
        """Return an answerer."""
        return [Verbatim()]
