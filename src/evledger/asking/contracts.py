"""What retrievers and answerers promise, and the values that they hand over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import attrs

if TYPE_CHECKING:
    from evledger.view import View

__all__ = ["Answerer", "Match", "Retriever", "Selective", "Sentence"]


@attrs.frozen(kw_only=True)
class Match:
    """An entry that bears on a question.

    Attributes:
        entry: its whole name: ``claim:c12``.
        weight: how sure it is that it bears on the question, from 0 to 1;
            1 where all that was asked for is in it.
        words: the words of the question that it holds.
        missing: the words of the question that it does not hold.
        readings: for a word that was read as another, the other: ``semex`` as ``semax``.
    """

    entry: str
    weight: float
    words: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    readings: Mapping[str, str] = attrs.field(factory=dict[str, str])


@attrs.frozen(kw_only=True)
class Sentence:
    """A sentence of an answer, and what it stands on.

    Attributes:
        text: the sentence.
        citations: the ids of the claims that it stands on; at least one.
    """

    text: str
    citations: tuple[str, ...]


class Retriever(Protocol):
    """Finds what bears on a question.

    Attributes:
        name: by which it is asked for.
    """

    @property
    def name(self) -> str:
        """The retriever's name."""
        ...

    def retrieve(self, view: View, question: str, limit: int) -> Iterable[Match]:
        """Return at most ``limit`` matches, the best first; none where nothing bears on it."""
        ...


@runtime_checkable
class Selective(Protocol):
    """What a retriever has, besides, that can look among some entries alone.

    New entries are matched with every open question; where there are many of either,
    a retriever that looks at all of a ledger for each takes long.
    """

    def retrieve_among(
        self, view: View, question: str, limit: int, among: Collection[str]
    ) -> Iterable[Match]:
        """Return at most ``limit`` matches among the entries of these whole names."""
        ...


class Answerer(Protocol):
    """Answers a question from claims that were retrieved, and from nothing else.

    Attributes:
        name: by which it is asked for.
    """

    @property
    def name(self) -> str:
        """The answerer's name."""
        ...

    def answer(self, view: View, question: str, matches: Sequence[Match]) -> Iterable[Sentence]:
        """Return the sentences of an answer, each with the claims that it cites."""
        ...
