"""The verb questions: what was asked, what bears on it, and what is still missing."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

import click

from evledger.cli import options
from evledger.cli.documents import plain
from evledger.cli.options import Settings, size_at
from evledger.cli.output import excerpt, write_json, write_line, write_lines
from evledger.cli.suggesting import suggested
from evledger.questions import standing, standings
from evledger.seals import Hidden

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evledger.entries import Source
    from evledger.questions import Linked, Standing
    from evledger.view import View

__all__ = ["questions"]

_WIDTH: Final = 400


@options.verb(
    "questions",
    "questions semax",
    "questions semax q1",
    "questions semax --all --json",
)
@click.argument("ledger")
@click.argument("question", required=False)
@click.option("--all", "all_", is_flag=True, help="List closed and withdrawn questions too.")
@options.at
@options.common
@click.pass_obj
def questions(
    settings: Settings, *, ledger: str, question: str | None, all_: bool, at: str | None
) -> None:
    """Show what readers asked, and what is still missing.

    QUESTION is its id: q1, q:1 or 1.
    Those on which nothing bears come first; 'evledger question' asks, links and closes.
    """
    if question is not None and all_:
        msg = "--all is for the list; leave it out beside a question"
        raise click.UsageError(msg)
    with settings.open() as store:
        target = store.ledger(ledger)
        view = target.view(size_at(target, at))
        if question is not None:
            _show_one(settings, view, standing(view, question))
        else:
            found = standings(view)
            shown = [each for each in found if all_ or each.question.status == "open"]
            _show_list(settings, view, found, shown)


def _said(text: str | Hidden | None) -> str:
    return "" if text is None else excerpt(str(text), _WIDTH)


# -- the list ----------------------------------------------------------------------------


def _show_list(
    settings: Settings, view: View, found: Sequence[Standing], shown: Sequence[Standing]
) -> None:
    if settings.json:
        listed = [_document(each) for each in shown]
        write_json({"ledger": view.ledger, "head": str(view.head), "questions": listed})
        return
    for each in shown:
        write_lines(_lines_in_list(each))
    numbers = ", ".join(
        f"{sum(each.question.status == status for each in found):,} {status}"
        for status in ("open", "closed", "withdrawn")
    )
    write_line(f"{view.ledger} at {view.head}: questions: {numbers}")
    if shown:
        one = suggested(f"questions {view.ledger} {shown[0].question.id}")
        write_line(f"what bears on one: {one}")


def _lines_in_list(given: Standing) -> Iterator[str]:
    question = given.question
    status = "" if question.status == "open" else f" ({question.status}: {_said(question.why)})"
    yield f"{question.id}  {_said(question.text)}{status}"
    groups = {
        "counting": given.counting,
        "to review": given.waiting,
        "not counting": given.left_out,
    }
    numbers = ", ".join(f"{len(group):,} {what}" for what, group in groups.items() if group)
    yield f"  evidence: {numbers or 'none'}"
    if given.missing:
        yield f"  missing: {_said('; '.join(lack.text for lack in given.missing))}"


# -- the page of one ---------------------------------------------------------------------

_RELATIONS: Final = {
    "answers": "answers it",
    "partly": "answers it in part",
    "against": "speaks against it",
}
_WHY: Final = {
    "link-rejected": "a reviewer rejected the link",
    "withdrawn": "it was withdrawn",
    "rejected": "a reviewer rejected it, or its source",
    "retracted": "its source was retracted",
    "duplicate": "its source is a duplicate of one that counts",
    "absent": "the ledger does not have it",
}


def _show_one(settings: Settings, view: View, given: Standing) -> None:
    if settings.json:
        write_json({"ledger": view.ledger, "head": str(view.head), **_document(given)})
    else:
        write_lines(_page(view, given))


def _page(view: View, given: Standing) -> Iterator[str]:
    question = given.question
    yield f"{question.id}  {' '.join(str(question.text).split())}"
    over = "" if question.channel is None else f" over {question.channel}"
    yield f"  asked {question.at[:19]}Z by {question.by}{over}; record {question.n}"
    yield f"  {question.status}{'' if question.why is None else f': {_said(question.why)}'}"
    for relation, what in _RELATIONS.items():
        group = [each for each in given.counting if each.evidence.relation == relation]
        yield from _group(what, group)
    ledger = view.ledger if question.status == "open" else None
    yield from _group("to review" if ledger else "never reviewed", given.waiting, ledger)
    yield from _group("not counting", given.left_out)
    if given.missing:
        yield "missing"
        yield from (f"  {lack.text}" for lack in given.missing)
    if question.status == "closed" and given.missing:
        yield (
            "  a closed question stays closed; to ask it anew: "
            f"evledger question create {view.ledger} TEXT"
        )


def _group(heading: str, group: Sequence[Linked], ledger: str | None = None) -> Iterator[str]:
    if group:
        yield heading
    for each in group:
        yield from _linked_lines(each, ledger)


def _linked_lines(each: Linked, ledger: str | None) -> Iterator[str]:
    """Yield a claim with its source below it, or a source alone, and why it does not count yet."""
    evidence = each.evidence
    is_counting = each.left_out is None and not each.waits_for
    relation = "" if is_counting else _RELATIONS.get(evidence.relation, evidence.relation)
    said = "; ".join(part for part in (relation, _words(each)) if part)
    yield f"  {each.entry.partition(':')[2]}  {said}"
    if each.claim is not None and each.source is not None:
        yield f"    {each.source.id}  {_title(each.source)}"
    why = evidence.basis if each.left_out is None else _WHY[each.left_out]
    if why is not None and not is_counting:
        yield f"    because: {_said(why)}"
    if each.waits_for and ledger is not None:
        verb = shlex.join(["review", ledger, "--accept", ",".join(each.waits_for)])
        yield f"    accept: {suggested(verb)}"


def _words(each: Linked) -> str:
    claim = each.claim
    if claim is not None:
        return f"{claim.tier}, {claim.stance}: {_said(claim.text)}"
    return "" if each.source is None else _title(each.source)


def _title(source: Source) -> str:
    where = (*source.locators[:1], source.published)
    known = ", ".join(text for text in where if isinstance(text, str))
    return f"{_said(source.title)}{f' ({known})' if known else ''}"


# -- for programs ------------------------------------------------------------------------


def _document(given: Standing) -> dict[str, Any]:
    question = given.question
    hidden = question.text.name.lower() if isinstance(question.text, Hidden) else None
    return {
        "question": {
            **{name: plain(getattr(question, name)) for name in _FIELDS},
            "hidden": hidden,
        },
        "counting": [_linked_document(each) for each in given.counting],
        "waiting": [_linked_document(each) for each in given.waiting],
        "left_out": [_linked_document(each) for each in given.left_out],
        "missing": plain(given.missing),
    }


_FIELDS: Final = ("id", "n", "at", "by", "text", "channel", "status", "why")


def _linked_document(each: Linked) -> dict[str, Any]:
    claim, source, evidence = each.claim, each.source, each.evidence
    return {
        "link": evidence.name,
        "relation": evidence.relation,
        "basis": plain(evidence.basis),
        "claim": None
        if claim is None
        else {name: plain(getattr(claim, name)) for name in ("id", "tier", "stance", "text")},
        "source": None
        if source is None
        else {name: plain(getattr(source, name)) for name in ("id", "title", "locators")},
        "left_out": each.left_out,
        "waits_for": list(each.waits_for),
    }
