"""Taking a message into a ledger: what of it is new, and what its sender is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import attrs

from evledger.asking import ask
from evledger.exceptions import Invalid, PluginError, Refused
from evledger.messages import recording, wording
from evledger.messages.files import sift
from evledger.messages.grammar import Ask, Ingest
from evledger.messages.limits import LONGEST_QUESTION
from evledger.messages.pasting import read_paste
from evledger.messages.recording import Evidence, Made

if TYPE_CHECKING:
    from evledger.asking import Answer, Match, Retriever
    from evledger.batch import Batch
    from evledger.entries import Claim
    from evledger.ledger import Ledger
    from evledger.messages.incoming import Post
    from evledger.messages.replies import Letter
    from evledger.record import Record
    from evledger.view import View

__all__ = ["Recordable", "repeat", "take"]

Recordable: TypeAlias = Ask | Ingest
"""The messages that a ledger records."""


def take(ledger: Ledger, view: View, post: Post, message: Recordable, *, by: str) -> Letter:
    """Record a message, as far as it is new, in a ledger that is as this view says.

    Args:
        ledger: the ledger.
        view: its view at the head.
        post: the message, with its sender and its files.
        message: what it says.
        by: who appends.

    Raises:
        Refused: the ledger has moved on, or has recorded the message meanwhile.
    """
    place = _Place(ledger, view, post, by)
    return _ask(place, message) if isinstance(message, Ask) else _ingest(place, message)


def repeat(ledger: Ledger, post: Post, records: Sequence[Record]) -> Letter:
    """Reply to a message that was recorded before as to the first one.

    Args:
        ledger: the ledger.
        post: the message.
        records: those that it became, and perhaps others after them.
    """
    view, made = ledger.view(), recording.made(records)
    refused = wording.not_kept(sift(post.media).refused)
    if not made.is_question:
        return wording.ingested(ledger.name, view, made, refused, repeated=True)
    text = view.questions[made.question].text
    held = _held(ledger, view, text) if isinstance(text, str) else ()
    return wording.asked(ledger.name, made, (*held, *refused), repeated=True)


@attrs.frozen
class _Place:
    """Where a message is recorded: the ledger as a view shows it, and nowhere later."""

    ledger: Ledger
    view: View
    post: Post
    by: str

    def append(self, collect: Callable[[Batch], None]) -> Made:
        """Append what is collected.

        Raises:
            Refused: the ledger has moved on, or has recorded the message meanwhile.
        """
        once, head = self.post.once, self.view.head
        with self.ledger.batch(by=self.by, once=once, expect=head) as batch:
            # A batch that repeats an earlier one gives that one's records as if it had made them.
            if once is not None and self.ledger.earlier(once):
                msg = f"{self.ledger.name} has recorded the message meanwhile"
                raise Refused(msg)
            collect(batch)
        return recording.made(batch.records)


# -- a question --------------------------------------------------------------------------


def _ask(place: _Place, message: Ask) -> Letter:
    slug, text = place.ledger.name, message.question
    if len(text) > LONGEST_QUESTION:
        return wording.too_long(slug, len(text))
    same = recording.same_question(place.view, text)
    if same is not None:
        made = Made(question=same.id, is_question=True)
        held = _held(place.ledger, place.view, text)
        refused = wording.not_kept(["what came with it"] if place.post.media else ())
        return wording.asked(slug, made, (*held, *refused), repeated=True, same=True)
    files = sift(place.post.media)
    made = place.append(
        lambda batch: recording.record_question(batch, place.post, text, files.kept)
    )
    held = _held(place.ledger, place.ledger.view(), text)
    return wording.asked(slug, made, (*held, *wording.not_kept(files.refused)), repeated=False)


def _held(ledger: Ledger, view: View, question: str) -> Sequence[str]:
    """Return what a ledger holds on a question; a plugin that fails takes nothing else down."""
    plugins = ledger.store.plugins
    answer: Answer | None = None
    try:
        retriever = _ButQuestions(plugins.retriever("full-text"))
        answer = ask(view, question, retriever=retriever, answerer=plugins.answerer("extractive"))
    except (PluginError, Invalid):  # Invalid: nothing in it can be asked
        pass
    return tuple(wording.held(view, answer))


class _ButQuestions:
    """A retriever that leaves questions out: the one that was just asked would answer itself."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self.name = retriever.name

    def retrieve(self, view: View, question: str, limit: int) -> Sequence[Match]:
        """Return what the other retriever finds."""
        found = self._retriever.retrieve(view, question, limit)
        return [match for match in found if not match.entry.startswith("question:")]


# -- evidence ----------------------------------------------------------------------------


def _ingest(place: _Place, message: Ingest) -> Letter:
    slug, view = place.ledger.name, place.view
    question = view.questions.get(message.question)
    if question is None:
        return wording.no_question(slug, message.question)
    if question.status != "open":
        return wording.shut(slug, question)
    if not view.tiers:
        return wording.not_taken(slug, f"{slug} has no tiers of evidence yet, so it takes none.")
    evidence, refused = _evidence(place, message)
    if not evidence.is_new and not evidence.files:
        if evidence.known is None:
            return wording.nothing_kept(slug, question.id, refused)
        made = Made(question=question.id, claim=evidence.known)
        return wording.ingested(slug, view, made, refused, repeated=True, same=True)
    made = place.append(lambda batch: recording.record_evidence(batch, view, place.post, evidence))
    return wording.ingested(slug, place.ledger.view(), made, refused, repeated=False)


def _evidence(place: _Place, message: Ingest) -> tuple[Evidence, Sequence[str]]:
    """Return what of a message is new; and which of its files are not kept, and why."""
    view, post, question = place.view, place.post, message.question
    paste = read_paste(message.paste, place.ledger.vocabulary.normalise)
    locators = tuple(each for each in paste.locators if not post.sender.is_named_in(each))
    paste = attrs.evolve(paste, locators=locators)
    source = recording.source_of(view, paste)
    claim = recording.same_claim(view, question, source, paste.text)
    files = sift(post.media, recording.attached(view, question))
    evidence = Evidence(
        question=question,
        paste=paste,
        source=source,
        known=None if claim is None else claim.id,
        is_new=bool(paste.text) and not _is_linked(view, question, claim),
        files=files.kept,
    )
    return evidence, wording.not_kept(files.refused)


def _is_linked(view: View, question: str, claim: Claim | None) -> bool:
    linked = (each.claim for each in view.questions[question].evidence)
    return claim is not None and claim.id in linked
