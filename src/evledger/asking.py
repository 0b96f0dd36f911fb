"""Asking: who finds the claims that bear on a question, who answers from them, and what to ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from evledger.legible import within_sentence

if TYPE_CHECKING:
    from evledger.entries import Question
    from evledger.view import View

__all__ = ["Answerer", "Match", "Prompt", "Retriever", "Sentence", "suggest"]


@attrs.frozen(kw_only=True)
class Match:
    """An entry that bears on a question.

    Attributes:
        entry: its whole name: ``claim:c12``.
        weight: how well it matches, from 0 to 1; comparable within one answer only.
    """

    entry: str
    weight: float


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
        """Give at most ``limit`` matches, the best first; none where nothing bears on it."""
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
        """Give the sentences of an answer, each with the claims that it cites."""
        ...


# -- what to ask -------------------------------------------------------------------------

_MOST: Final = 8  # prompts that an article suggests
_LATEST: Final = 5  # claims that count as recent


@attrs.frozen(kw_only=True)
class Prompt:
    """A question worth asking, because the ledger holds what answers it.

    Attributes:
        name: what it was derived from: ``question``, ``tier``, ``dispute``, ``gap``,
            ``component``, ``safety``, ``recent``, ``unanswered`` or ``review``.
        text: the question.
        entries: the whole names of what answers it, at least one: ``claim:c12``, ``gap:g1``.
    """

    name: str
    text: str
    entries: tuple[str, ...]


def suggest(view: View) -> tuple[Prompt, ...]:
    """Suggest at most eight questions that the ledger can answer, of as many sorts as there are.

    Args:
        view: from whose state they are derived: what readers asked, tiers, disputes, gaps,
            components, cautions, recent additions, and what is open.

    >>> import evledger
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     with semax.batch(by="curator") as batch:
    ...         gap = batch.note_gap("No trial in women.")
    ...     prompts = suggest(semax.view())
    >>> [(prompt.text, prompt.entries) for prompt in prompts]
    [('What is not known yet?', ('gap:g1',))]
    """
    rounds = zip_longest(*(source(view) for source in _SUGGESTERS))
    found = (prompt for prompt in chain.from_iterable(rounds) if prompt is not None)
    return tuple(islice((prompt for prompt in found if prompt.entries), _MOST))


def _names(kind: str, ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{kind}:{id}" for id in ids)


def _of_questions(view: View) -> Iterator[Prompt]:
    """What readers asked, where a claim that counts, or a source, answers it."""
    counted = frozenset(view.counted.claims)
    for question in view.questions.values():
        if question.status != "withdrawn" and isinstance(question.text, str):
            entries = tuple(dict.fromkeys(_answers(view, question, counted)))
            if entries:
                yield Prompt(name="question", text=question.text, entries=entries)


def _answers(view: View, question: Question, counted: frozenset[str]) -> Iterator[str]:
    for evidence in question.evidence:
        review = evidence.review
        waits = evidence.assertion == "automatic" if review is None else False
        if waits or (review is not None and review.verdict == "rejected"):
            continue
        if evidence.claim in counted:
            yield f"claim:{evidence.claim}"
        elif evidence.source in view.sources:
            yield f"source:{evidence.source}"


def _of_tiers(view: View) -> Iterator[Prompt]:
    """The strongest evidence first, then each weaker tier."""
    for tier in view.tiers:
        ids = view.counted.tiers.get(tier.slug, ())
        text = f"What does the {within_sentence(tier.label)} evidence say?"
        yield Prompt(name="tier", text=text, entries=_names("claim", ids))


def _of_disputes(view: View) -> Iterator[Prompt]:
    counted = view.counted
    disputed = (id for id in counted.claims if id in counted.contradicted)
    yield Prompt(
        name="dispute",
        text="Where do claims about the same thing contradict each other?",
        entries=_names("claim", disputed),
    )
    against = counted.stances.get("contradicts", ())
    yield Prompt(name="dispute", text="What speaks against it?", entries=_names("claim", against))


def _of_gaps(view: View) -> Iterator[Prompt]:
    gaps = (gap.id for gap in view.gaps.values() if gap.closed is None)
    yield Prompt(name="gap", text="What is not known yet?", entries=_names("gap", gaps))


def _of_components(view: View) -> Iterator[Prompt]:
    """The components that most claims are about come first."""
    about: dict[str, list[str]] = {id: [] for id in view.components}
    for id in view.counted.claims if about else ():
        claim = view.claims[id]
        for part in dict.fromkeys(claim.about.components if claim.about is not None else ()):
            about.setdefault(part, []).append(id)
    for part in sorted(view.components, key=lambda part: -len(about[part])):
        name = view.components[part].component
        if isinstance(name, str):
            text = f"What is known about {name}?"
            yield Prompt(name="component", text=text, entries=_names("claim", about[part]))


def _of_cautions(view: View) -> Iterator[Prompt]:
    caveats = (each.id for each in view.caveats.values() if each.withdrawn is None)
    notice = _names("section", ("safety",)) if "safety" in view.sections else ()
    entries = (*notice, *_names("caveat", caveats))
    yield Prompt(name="safety", text="What should one know about its safety?", entries=entries)


def _of_recent(view: View) -> Iterator[Prompt]:
    latest = view.counted.claims[: -_LATEST - 1 : -1]
    yield Prompt(name="recent", text="What was added last?", entries=_names("claim", latest))


def _of_unanswered(view: View) -> Iterator[Prompt]:
    unanswered = (
        question.id
        for question in view.questions.values()
        if question.status == "open" and not question.evidence
    )
    text = "Which questions has nobody answered?"
    yield Prompt(name="unanswered", text=text, entries=_names("question", unanswered))


def _of_reviews(view: View) -> Iterator[Prompt]:
    waiting = view.counted.left_out["automatic"]
    text = "Which claims has nobody reviewed?"
    yield Prompt(name="review", text=text, entries=_names("claim", waiting))


_SUGGESTERS: Final = (
    _of_questions,
    _of_tiers,
    _of_disputes,
    _of_gaps,
    _of_components,
    _of_cautions,
    _of_recent,
    _of_unanswered,
    _of_reviews,
)
