"""What senders are told, message by message."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from evledger.asking.showing import SURENESS
from evledger.legible import shortened, within_sentence
from evledger.messages.limits import LONGEST_QUESTION
from evledger.messages.replies import Letter, plain
from evledger.phrases import counted
from evledger.reviewing import pending

if TYPE_CHECKING:
    from evledger.asking import Answer
    from evledger.entries import Question, Source
    from evledger.messages.limits import Rate
    from evledger.messages.recording import Made
    from evledger.scoring import Score
    from evledger.view import View

__all__ = [
    "asked",
    "held",
    "helped",
    "ingested",
    "limited",
    "malformed",
    "no_ledger",
    "no_question",
    "not_kept",
    "not_taken",
    "nothing_kept",
    "shut",
    "status",
    "stopped",
    "stranger",
    "too_long",
]

_SENTENCES: Final = 3
_QUESTIONS: Final = 5
_LEDGERS: Final = 20
_NAME: Final = 60  # characters of a title, a locator or a contact within a sentence
_WHY: Final = 200


def node(question: str) -> str:
    """Return a question's id as it is sent.

    >>> node("q7"), node("in-women")
    ('q:7', 'q:in-women')
    """
    return f"q:{question[1:]}" if re.fullmatch("q[0-9]+", question) else f"q:{question}"


def _brief(text: str, length: int = _NAME) -> str:
    return shortened(plain(text), length)


# -- questions ---------------------------------------------------------------------------


def asked(
    slug: str, made: Made, middle: Sequence[str], *, repeated: bool, same: bool = False
) -> Letter:
    """Return which question a message became.

    Args:
        slug: the ledger's name.
        made: what the message became.
        middle: what the ledger holds on it, and which files were not kept.
        repeated: whether nothing was appended.
        same: whether the question had been asked before, by whomever.
    """
    place = f"{slug} {node(made.question)}"
    opening = f"{place} is the same question." if same else f"{place}: your question is recorded."
    if made.files:
        opening += f" Files kept as {', '.join(made.files)}."
    return Letter(
        opening=opening,
        middle=tuple(middle),
        closing=_to_send(slug, made.question),
        entries=made.entries,
        repeated=repeated,
        outcome="answered" if same else "recorded",
        ledger=slug,
    )


def held(view: View, answer: Answer | None) -> Iterator[str]:
    """Yield what the ledger holds on a question, and how surely it bears on it.

    Args:
        view: the ledger.
        answer: the answer; ``None`` where there is none.
    """
    if answer is None:
        yield "What the ledger holds on it could not be looked up."
        return
    labels = {tier.slug: within_sentence(tier.label) for tier in view.tiers}
    for sentence in answer.sentences[:_SENTENCES]:
        tiers = dict.fromkeys(view.claims[id].tier for id in sentence.citations)
        marks = ", ".join([*sentence.citations, *(labels.get(tier, tier) for tier in tiers)])
        yield f"{_brief(sentence.text, _WHY)} [{marks}]"
    if answer.sentences:
        yield f"{SURENESS[answer.sureness].capitalize()}."
    elif answer.is_answered:
        yield "Nothing that counts as evidence bears on it yet."
    else:
        yield "Nothing in the ledger bears on it yet."
    for gap in answer.gaps[:1]:
        yield f"Not known so far: {_brief(str(gap.text), _WHY)}"


# -- evidence ----------------------------------------------------------------------------


def ingested(
    slug: str, view: View, made: Made, refused: Sequence[str], *, repeated: bool, same: bool = False
) -> Letter:
    """Return what became of evidence.

    Args:
        slug: the ledger's name.
        view: the ledger as it is now.
        made: what the message became.
        refused: which files were not kept, and why.
        repeated: whether nothing was appended.
        same: whether the claim was there before.
    """
    source = _source(view, made)
    retracted = source is not None and source.is_retracted
    return Letter(
        opening=" ".join(_what_became(slug, made, source, same=same)),
        middle=(*(["The ledger has that source as retracted."] if retracted else ()), *refused),
        closing="It counts once a person has reviewed it.",
        entries=made.entries,
        repeated=repeated,
        outcome="answered" if same else "recorded",
        ledger=slug,
    )


def _what_became(slug: str, made: Made, source: Source | None, *, same: bool) -> Iterator[str]:
    place = f"{slug} {node(made.question)}"
    if made.claim is not None and same:
        yield f"{place}: the ledger has this already, as {made.claim}."
    elif made.claim is not None and source is not None:
        named = f" ({_brief(source.locators[0])})" if source.locators else ""
        yield f"{place}: recorded as {made.claim}, of source {source.id}{named}."
    else:
        yield f"{place}: recorded."
    if made.files:
        yield f"Files kept as {', '.join(made.files)}."


def _source(view: View, made: Made) -> Source | None:
    claim = view.claims.get(made.claim) if made.claim is not None else None
    return view.sources.get(claim.source) if claim is not None else None


def nothing_kept(slug: str, question: str, refused: Sequence[str]) -> Letter:
    """Tell that of files that came without words none was kept, and why."""
    return Letter(
        opening=f"{slug} {node(question)}: nothing was recorded.",
        middle=tuple(refused),
        closing=_to_send(slug, question),
        outcome="malformed",
        ledger=slug,
    )


def _to_send(slug: str, question: str) -> str:
    return f"To send evidence: ingest {slug}|{node(question)}|your text or link"


def not_kept(refused: Sequence[str]) -> tuple[str, ...]:
    """Return which files are not kept."""
    return tuple(f"Not kept: {each}." for each in refused)


# -- status and help ---------------------------------------------------------------------


def status(slug: str, view: View, score: Score | None) -> Letter:
    """Return how a ledger stands; questions that cannot be read are left out."""
    there = (each for each in view.questions.values() if each.status == "open")
    asked = [each for each in there if isinstance(each.text, str)]
    first = [f"{node(each.id)} {_brief(str(each.text))}" for each in asked[:_QUESTIONS]]
    more = len(asked) - len(first)
    return Letter(
        opening=f"{slug}: {_brief(view.title, 2 * _NAME)}. {', '.join(_evidence(view))}.",
        middle=(
            _scored(score),
            f"{counted(len(asked), 'open question')}{':' if first else ''}",
            *first,
            *([f"and {more:,} more"] if more else ()),
        ),
        closing=f"To ask: {slug}|your question",
        ledger=slug,
    )


def _evidence(view: View) -> Iterator[str]:
    counting = len(view.counted.claims)
    yield f"{counted(counting, 'claim')} count{'s' if counting == 1 else ''}"
    waiting = sum(each.kind == "claim" for each in pending(view))
    if waiting:
        yield f"{waiting:,} wait{'s' if waiting == 1 else ''} for review"


def _scored(score: Score | None) -> str:
    if score is None:
        return "The score could not be computed."
    value = "" if score.value is None else f" ({score.value})"
    return f"Score: {score.label}{value}"


def helped(contact: str | None, ledgers: Sequence[str], example: str | None) -> Letter:
    """Return what can be sent.

    Args:
        contact: where senders can turn to.
        ledgers: the names of those that may be told.
        example: the name of one that may be told.
    """
    return Letter(
        opening="Send one of these, with the ledger's name for SLUG:",
        middle=(
            *("SLUG|your question", "ingest SLUG|q:NUMBER|your text or link", "status SLUG"),
            f"For example: {example or 'SLUG'}|Does it help?",
            "NUMBER is what the question has in its reply, and in status.",
            *_directory(ledgers),
        ),
        closing=_contact(contact),
    )


def stopped() -> Letter:
    """Tell somebody who wants out, or in again, whose business that is."""
    return Letter(
        opening="This line writes only in reply. Your carrier stops its replies when you send "
        "STOP, and lets them through again when you send START; nothing was recorded."
    )


def _directory(ledgers: Sequence[str]) -> Iterator[str]:
    if ledgers:
        more = ", …" if len(ledgers) > _LEDGERS else ""
        yield f"Ledgers: {', '.join(ledgers[:_LEDGERS])}{more}"


def _contact(contact: str | None) -> str:
    return f"Who keeps this line: {_brief(contact)}" if contact else ""


# -- what is not taken -------------------------------------------------------------------


def malformed(why: str, form: str) -> Letter:
    """Return what is wrong with a message, and the right form."""
    is_named = "SLUG" not in form.partition("|")[0]
    send = "Send" if is_named else "Send, with the ledger's name for SLUG"
    return Letter(
        opening=f"Not understood: {_brief(why, _WHY).removesuffix('.')}.",
        closing=f"{send}: {_brief(form, _WHY)}",
        outcome="malformed",
    )


def no_ledger(slug: str, form: str, ledgers: Sequence[str]) -> Letter:
    """Tell that there is no such ledger; which others there are, where they may be told."""
    return Letter(
        opening=f"There is no ledger {_brief(slug)} here.",
        middle=tuple(_directory(ledgers)),
        closing=f"Send: {form}, with the name that stands on the ledger's page for SLUG.",
        outcome="malformed",
    )


def no_question(slug: str, question: str) -> Letter:
    """Tell that a ledger has no such question."""
    return not_taken(slug, f"{slug} has no question {node(question)}.")


def shut(slug: str, question: Question) -> Letter:
    """Tell that a question takes no more evidence."""
    why = f"{slug} {node(question.id)} was {question.status}, so it takes no more evidence."
    return not_taken(slug, why)


def too_long(slug: str, length: int) -> Letter:
    """Tell that a question is too long to be asked."""
    return Letter(
        opening=f"The question has {length:,} characters, and {LONGEST_QUESTION:,} are the most.",
        closing=f"It can be asked in fewer words: {slug}|your question",
        outcome="malformed",
        ledger=slug,
    )


def not_taken(slug: str, why: str) -> Letter:
    """Return why a ledger does not take a message."""
    closing = f"To see what is open: status {slug}"
    return Letter(opening=why, closing=closing, outcome="malformed", ledger=slug)


def stranger(contact: str | None) -> Letter:
    """Tell somebody who may not write so, and nothing else."""
    return Letter(
        opening="This line takes messages from registered senders alone.",
        closing=_contact(contact),
        outcome="refused",
    )


def limited(rate: Rate, until: datetime, now: datetime) -> Letter:
    """Return when the next message is welcome."""
    minutes = max(1, math.ceil((until - now).total_seconds() / 60))
    span = _SPANS.get(rate.seconds, counted(rate.seconds, "second"))
    most = counted(rate.messages, "message")
    return Letter(
        opening=f"Too many messages: this line takes {most} in {span}, and did not take this one.",
        closing=f"Try again in {counted(minutes, 'minute')}.",
        outcome="refused",
    )


_SPANS: Final = {60: "a minute", 3_600: "an hour", 86_400: "a day"}
