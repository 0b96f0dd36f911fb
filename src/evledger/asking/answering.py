"""Answering: from a question to what the ledger holds that bears on it."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from weakref import WeakKeyDictionary

import attrs

from evledger.asking.answers import Answer, Cited, Group, Rejected, Sureness
from evledger.asking.citing import MOST_CITATIONS, check_sentence
from evledger.asking.contracts import Answerer, Match, Retriever, Selective, Sentence
from evledger.asking.prompts import Prompt, folded, of_question, suggest
from evledger.exceptions import Invalid, PluginError, blaming
from evledger.ranking import marks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from evledger.entries import Claim, Entry
    from evledger.view import View

__all__ = ["ask"]

LONGEST: Final = 2_000  # characters of a question
_MOST_ENTRIES: Final = 1_000  # of an answer
_MOST_SENTENCES: Final = 200  # of an answerer; some never end
_SURE: Final = 0.8
_LIKELY: Final = 0.55

E = TypeVar("E", bound="Entry")


def ask(
    view: View,
    question: str,
    *,
    retriever: Retriever,
    answerer: Answerer,
    limit: int = 10,
    proof: Callable[[Claim], str | None] | None = None,
) -> Answer:
    """Answer a question from a view; see :meth:`evledger.Ledger.ask`."""
    asked = checked_question(question)
    if type(limit) is not int or not 1 <= limit <= _MOST_ENTRIES:
        msg = f"limit={limit!r:.40}: expected a number from 1 to {_MOST_ENTRIES}"
        raise Invalid(msg)
    linked, retrieved = _bearing(view, asked, retriever, limit)
    found = [*linked, *retrieved]
    matches = found[:limit]
    cited = [_cited(view, match, proof) for match in _of_kind(matches, "claim")]
    counting = [each for each in cited if each.left_out is None]
    accepted, rejected = _sentences(view, asked, answerer, [each.match for each in counting])
    telling = [*linked, *_answering(retrieved)]
    return Answer(
        question=asked,
        ledger=view.ledger,
        head=view.head,
        retriever=retriever.name,
        answerer=answerer.name,
        sentences=tuple(accepted),
        rejected=tuple(rejected),
        groups=_groups(view, counting),
        others=tuple(each for each in cited if each.left_out is not None),
        sources=_found(matches, "source", view.sources, {each.source.id for each in cited}),
        sections=_found(matches, "section", view.sections),
        gaps=_found(matches, "gap", view.gaps),
        caveats=_found(matches, "caveat", view.caveats),
        questions=_found(matches, "question", view.questions),
        sureness=_sureness(telling),
        weight=max((match.weight for match in telling), default=0.0),
        missing=_missing(matches),
        readings={word: other for each in matches for word, other in each.readings.items()},
        more=len(found) - len(matches),
    )


def checked_question(question: str) -> str:
    """Return a question as it can be asked.

    Raises:
        Invalid: there is none, or it is too long.
    """
    asked = question.strip()
    if not asked:
        msg = "there is no question; ask in words, as in 'Does it raise BDNF in people?'"
        raise Invalid(msg)
    if len(asked) > LONGEST:
        msg = f"the question has {len(asked)} characters; ask in at most {LONGEST}"
        raise Invalid(msg)
    return asked


# -- what bears on it --------------------------------------------------------------------


def _bearing(
    view: View, question: str, retriever: Retriever, limit: int
) -> tuple[list[Match], list[Match]]:
    """Return what is known to answer a question, and what a retriever finds besides.

    What answers a question that the ledger itself suggests is known; a retriever is asked about
    any other, and about what a reader asked before, to which only some of it may be linked.
    """
    prompt = prompted(view, question)
    linked = () if prompt is None else (Match(entry=e, weight=1.0) for e in prompt.entries)
    known = [match for match in linked if _is_shown(view, match)]
    if prompt is not None and prompt.name != "question":
        return known, []
    names = {match.entry for match in known}
    found = retrieve(view, question, retriever, limit)
    return known, [each for each in found if each.entry not in names and _is_shown(view, each)]


def _answering(matches: Iterable[Match]) -> Iterator[Match]:
    """Leave out the questions: that something was asked before answers nothing."""
    return (match for match in matches if not match.entry.startswith("question:"))


def prompted(view: View, question: str) -> Prompt | None:
    """Return the prompt that asks a question in these words, or the reader's question it names.

    ``q7``, ``q:7`` and ``question:q7`` name one.
    """
    name = folded(question).removeprefix("question:")
    for id in (name, name.removeprefix("q:"), f"q{name.removeprefix('q:')}"):
        if id in view.questions and view.questions[id].status != "withdrawn":
            return of_question(view, view.questions[id])
    if view not in _SUGGESTED:
        _SUGGESTED[view] = _by_words(view)
    return _SUGGESTED[view].get(_words(question))


_SUGGESTED: Final[WeakKeyDictionary[View, dict[str, Prompt]]] = WeakKeyDictionary()
"""What each view can answer at once, for as long as the view is held: it never changes."""


def _by_words(view: View) -> dict[str, Prompt]:
    """Return what the ledger suggests, and what readers asked and is answered, by its words."""
    asked = (each for each in view.questions.values() if each.status != "withdrawn")
    answered = (each for each in (of_question(view, each) for each in asked) if each.entries)
    return {_words(prompt.text): prompt for prompt in (*answered, *suggest(view))}


def _words(text: str) -> str:
    """Return a question without what makes no other question of it."""
    return " ".join(word for word in re.findall(r"\w+", folded(text)) if word not in _FILLING)


_FILLING: Final = frozenset(("a", "an", "far", "now", "so", "the", "yet"))


def retrieve(
    view: View, question: str, retriever: Retriever, limit: int, among: Collection[str] = ()
) -> tuple[Match, ...]:
    """Return what a retriever finds, held to what it promises.

    Args:
        view: in which.
        question: what is asked.
        retriever: who looks.
        limit: how many matches at most.
        among: names of the entries to look among, where the retriever can do that.

    Raises:
        PluginError: the retriever failed, or gave something else; the message names it.
    """
    with blaming("retriever", retriever.name):
        given: Any = (
            retriever.retrieve_among(view, question, limit, among)
            if among and isinstance(retriever, Selective)
            else retriever.retrieve(view, question, limit)
        )
        if given is None:
            raise TypeError("it returned None; return a list of matches")
        found = tuple(islice(cast("Iterable[Match]", given), limit))
        wrong = next((each for each in found if not _is_match(view, each)), None)
    if wrong is not None:
        msg = (
            f"retriever {retriever.name!r} gave {wrong!r:.200}, which is no match in the ledger "
            "with a weight from 0 to 1"
        )
        raise PluginError(msg, kind="retriever", name=retriever.name)
    return tuple({match.entry: match for match in reversed(found)}.values())[::-1]


def _is_match(view: View, match: object) -> bool:
    if not isinstance(match, Match) or not math.isfinite(match.weight):
        return False
    kind, _, id = match.entry.partition(":")
    there: Mapping[str, Entry] | None = getattr(view, _COLLECTIONS.get(kind, ""), None)
    return there is not None and id in there and 0 <= match.weight <= 1


_COLLECTIONS: Final = {
    "source": "sources",
    "claim": "claims",
    "question": "questions",
    "gap": "gaps",
    "caveat": "caveats",
    "section": "sections",
    "component": "components",
}


def _is_shown(view: View, match: Match) -> bool:
    """Return whether a match still stands where it is not a claim, of which all are shown."""
    kind, _, id = match.entry.partition(":")
    if kind == "gap":
        return view.gaps[id].closed is None
    if kind == "caveat":
        return view.caveats[id].withdrawn is None
    return kind != "component" and (kind != "question" or view.questions[id].status != "withdrawn")


def _of_kind(matches: Iterable[Match], kind: str) -> Iterator[Match]:
    return (match for match in matches if match.entry.startswith(f"{kind}:"))


def _found(
    matches: Iterable[Match], kind: str, there: Mapping[str, E], but: Iterable[str] = ()
) -> tuple[E, ...]:
    ids = (match.entry.partition(":")[2] for match in _of_kind(matches, kind))
    return tuple(there[id] for id in dict.fromkeys(ids) if id not in but)


# -- claims ------------------------------------------------------------------------------


def _cited(view: View, match: Match, proof: Callable[[Claim], str | None] | None) -> Cited:
    claim = view.claims[match.entry.partition(":")[2]]
    return Cited(
        claim=claim,
        source=view.sources[claim.source],
        match=match,
        marks=marks(view, claim),
        left_out=view.counted.reason_of(claim.id),
        proof=None if proof is None else proof(claim),
    )


def _groups(view: View, cited: Sequence[Cited]) -> tuple[Group, ...]:
    """Group claims by stance and tier: what supports first, of each the strongest tier first."""
    labels = {tier.slug: tier.label for tier in view.tiers}
    order = {tier: place for place, tier in enumerate(labels)}
    grouped: dict[tuple[str, str], list[Cited]] = {}
    for each in cited:
        stance = each.claim.stance if isinstance(each.claim.stance, str) else ""
        grouped.setdefault((stance, each.claim.tier), []).append(each)

    def place(key: tuple[str, str]) -> tuple[int, int]:
        stance, tier = key
        return _STANCES.index(stance), order.get(tier, len(order))

    return tuple(
        Group(stance=stance, tier=tier, label=labels.get(tier, tier), claims=tuple(claims))
        for stance, tier in sorted(grouped, key=place)
        for claims in [grouped[stance, tier]]
    )


_STANCES: Final = ("supports", "contradicts", "mixed", "neutral", "")


# -- sentences ---------------------------------------------------------------------------


def _sentences(
    view: View, question: str, answerer: Answerer, matches: Sequence[Match]
) -> tuple[list[Sentence], list[Rejected]]:
    """Let an answerer write, and keep what the ledger bears out.

    Raises:
        PluginError: the answerer failed; the message names it.
    """
    accepted: list[Sentence] = []
    rejected: list[Rejected] = []
    if not matches:
        return accepted, rejected
    retrieved = frozenset(match.entry.partition(":")[2] for match in matches)
    for sentence in _written(view, question, answerer, matches):
        why = check_sentence(view, sentence, retrieved)
        if why is None:
            accepted.append(sentence)
        else:
            rejected.append(Rejected(sentence=sentence, why=why))
    return accepted, rejected


def _written(
    view: View, question: str, answerer: Answerer, matches: Sequence[Match]
) -> list[Sentence]:
    with blaming("answerer", answerer.name):
        given: Any = answerer.answer(view, question, matches)
        if given is None:
            raise TypeError("it returned None; return a list of sentences")
        return [_checked(each) for each in islice(given, _MOST_SENTENCES)]


def _checked(given: object) -> Sentence:
    if not isinstance(given, Sentence):
        msg = f"it gave {type(given).__name__}, where Sentence is expected"
        raise TypeError(msg)
    citations = tuple(map(str, islice(given.citations, MOST_CITATIONS + 1)))
    return attrs.evolve(given, text=str(given.text), citations=citations)


# -- how sure ----------------------------------------------------------------------------


def _sureness(matches: Sequence[Match]) -> Sureness:
    if not matches:
        return "nothing"
    weight = max(match.weight for match in matches)
    if weight >= _SURE:
        return "sure"
    return "likely" if weight >= _LIKELY else "doubtful"


def _missing(matches: Sequence[Match]) -> tuple[str, ...]:
    """Return the words that no match holds, in the question's order."""
    if not matches:
        return ()
    held = frozenset(word for match in matches for word in match.words)
    asked = dict.fromkeys(word for match in matches for word in match.missing)
    return tuple(word for word in asked if word not in held)
