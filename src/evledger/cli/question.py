"""The verbs question create, link, unlink, close and withdraw: one event each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
import click

from evledger.cli import options
from evledger.cli.output import write_json, write_line
from evledger.cli.suggesting import suggested
from evledger.events import (
    EvidenceLinked,
    EvidenceUnlinked,
    QuestionClosed,
    QuestionWithdrawn,
)
from evledger.exceptions import Invalid, NotFound
from evledger.questions import named

if TYPE_CHECKING:
    from collections.abc import Callable

    from evledger.cli.options import Settings
    from evledger.entries import Evidence, Question
    from evledger.events import Event
    from evledger.view import View

__all__ = ["question"]

_RELATIONS: Final = ("answers", "partly", "against")


@click.group(
    "question",
    epilog="\b\nExample:\n"
    "  $ evledger question create semax 'Does it raise BDNF in people?'\n"
    "  $ evledger question link semax q1 c12 --relation answers\n"
    "  $ evledger question close semax q1 --why 'two trials answer it'",
)
def question() -> None:
    """Ask a question of a ledger, link evidence to it, close it.

    'evledger questions' shows what there is.
    """


_why: Final = click.option("--why", required=True, help="The reason, in public: --why 'a slip'.")


# -- asking ------------------------------------------------------------------------------


@options.verb(
    "create",
    "question create semax 'Does it raise BDNF in people?'",
    "question create semax 'Does it help after a stroke?' --channel email --by editor",
)
@click.argument("ledger")
@click.argument("text")
@click.option(
    "--channel",
    metavar="NAME",
    help="How it came, where a reader sent it; its words are sealed then: --channel email.",
)
@options.by
@options.common
@click.pass_obj
def create(settings: Settings, *, ledger: str, text: str, channel: str | None, by: str) -> None:
    """Ask a question; TEXT is its words."""
    with settings.open() as store:
        target = store.ledger(ledger)
        with target.batch(by=by) as batch:
            id = batch.create_question(text=text, channel=channel)
        (record,) = batch.records
        head = target.head()
    _tell(settings, ledger, {"question": id, "n": record.n, "head": str(head)}, f"created {id}")


# -- what bears on it --------------------------------------------------------------------


@options.verb("link", "question link semax q1 c12 --relation answers")
@click.argument("ledger")
@click.argument("question")
@click.argument("id")
@click.option(
    "--relation",
    required=True,
    type=click.Choice(_RELATIONS),
    help="Whether it answers the question, or partly, or speaks against: --relation partly.",
)
@options.by
@options.common
@click.pass_obj
def link(
    settings: Settings, *, ledger: str, question: str, id: str, relation: Any, by: str
) -> None:
    """Link a claim (c12), or a source as a whole (s5), to an open question."""

    def event(view: View, asked: Question) -> EvidenceLinked:
        _check_open(asked)
        end = _find(view, id)
        _check_unlinked(view, asked, end, relation)
        return EvidenceLinked(
            question=asked.id, claim=end.claim, source=end.source, relation=relation
        )

    _append(settings, ledger, question, event, by=by, done=f"linked {id} to")


@options.verb("unlink", "question unlink semax q1 c12 --why 'it is about another drug'")
@click.argument("ledger")
@click.argument("question")
@click.argument("id")
@click.option(
    "--relation", type=click.Choice(_RELATIONS), help="Which link, where there are several."
)
@_why
@options.by
@options.common
@click.pass_obj
def unlink(
    settings: Settings,
    *,
    ledger: str,
    question: str,
    id: str,
    relation: str | None,
    why: str,
    by: str,
) -> None:
    """Undo a link to a question; history stays."""

    def event(view: View, asked: Question) -> EvidenceUnlinked:
        end = _find(view, id)
        found: Any = _the_link(asked, end, relation).relation
        return EvidenceUnlinked(
            question=asked.id, claim=end.claim, source=end.source, relation=found, why=why
        )

    _append(settings, ledger, question, event, by=by, done=f"unlinked {id} from")


@attrs.frozen
class _End:
    """What a link leads to: a claim, or a source as a whole."""

    claim: str | None = None
    source: str | None = None

    def is_of(self, evidence: Evidence) -> bool:
        return (evidence.claim, evidence.source) == (self.claim, self.source)


def _find(view: View, id: str) -> _End:
    kind, _, rest = id.rpartition(":")
    is_claim = kind in ("", "claim") and rest in view.claims
    is_source = kind in ("", "source") and rest in view.sources
    if is_claim and is_source:
        msg = f"{id!r} is more than one thing here; name one of: claim:{id}, source:{id}"
        raise Invalid(msg)
    if not is_claim and not is_source:
        msg = f"{view.ledger} has no claim or source {id!r:.100} at {view.head.size}"
        raise NotFound(msg)
    return _End(claim=rest if is_claim else None, source=rest if is_source else None)


def _check_unlinked(view: View, asked: Question, end: _End, relation: str) -> None:
    """Refuse a link that is there; one that was proposed is accepted instead."""
    for each in asked.evidence:
        if each.relation == relation and end.is_of(each):
            waits = each.review is None and each.assertion != "manual"
            how = f"; accept it: {suggested(f'review {view.ledger} --accept {each.name}')}"
            msg = f"{each.name} is there since record {each.n}{how if waits else ''}"
            raise Invalid(msg)


def _the_link(asked: Question, end: _End, relation: str | None) -> Evidence:
    found = [
        each for each in asked.evidence if end.is_of(each) and relation in (None, each.relation)
    ]
    if len(found) == 1:
        return found[0]
    id = end.claim or end.source
    if found:
        relations = ", ".join(each.relation for each in found)
        msg = f"{id} has several links to {asked.id}; say which with --relation: {relations}"
        raise Invalid(msg)
    how = "" if relation is None else f" with relation {relation}"
    msg = f"{id} is not linked to {asked.id}{how}"
    raise NotFound(msg)


# -- ending ------------------------------------------------------------------------------


@options.verb("close", "question close semax q1 --why 'two trials answer it'")
@click.argument("ledger")
@click.argument("question")
@_why
@options.by
@options.common
@click.pass_obj
def close(settings: Settings, *, ledger: str, question: str, why: str, by: str) -> None:
    """Close a question that needs no more evidence; it stays closed."""

    def event(_: View, asked: Question) -> QuestionClosed:
        _check_open(asked)
        return QuestionClosed(question=asked.id, why=why)

    _append(settings, ledger, question, event, by=by, done="closed")


@options.verb("withdraw", "question withdraw semax q1 --why 'it is about another drug'")
@click.argument("ledger")
@click.argument("question")
@_why
@options.by
@options.common
@click.pass_obj
def withdraw(settings: Settings, *, ledger: str, question: str, why: str, by: str) -> None:
    """Withdraw a question that should not have been asked; history stays."""

    def event(_: View, asked: Question) -> QuestionWithdrawn:
        if asked.status == "withdrawn":
            _check_open(asked)
        return QuestionWithdrawn(question=asked.id, why=why)

    _append(settings, ledger, question, event, by=by, done="withdrew")


def _check_open(asked: Question) -> None:
    if asked.status != "open":
        msg = (
            f"{asked.id} is {asked.status} ({asked.why}), and no question is opened again; "
            "ask it anew with 'evledger question create'"
        )
        raise Invalid(msg)


# -- appending ---------------------------------------------------------------------------


def _append(
    settings: Settings,
    ledger: str,
    question: str,
    make: Callable[[View, Question], Event],
    *,
    by: str,
    done: str,
) -> None:
    """Append the one event that fits a question as it stands, unless it stands otherwise by now."""
    with settings.open() as store:
        target = store.ledger(ledger)
        view = target.view()
        asked = named(view, question)
        appended = target.append(make(view, asked), by=by, expect=view.head)
    about = {"question": asked.id, "n": appended.first, "head": str(appended.head)}
    _tell(settings, ledger, about, f"{done} {asked.id}")


def _tell(settings: Settings, ledger: str, about: dict[str, Any], done: str) -> None:
    if settings.json:
        write_json({"ledger": ledger, **about})
    else:
        write_line(f"{done}: record {about['n']} of {ledger}, head {about['head']}")


for _verb in (create, link, unlink, close, withdraw):
    question.add_command(_verb)
