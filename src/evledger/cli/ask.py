"""The verbs ask and prompts: what a ledger holds that bears on a question, and what to ask."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

import click

from evledger.article.links import proof_of
from evledger.asking.prompts import folded
from evledger.asking.showing import answer_document, answer_lines, brief_lines
from evledger.cli import options
from evledger.cli.documents import plain
from evledger.cli.options import Settings, size_at
from evledger.cli.output import count, write_json, write_lines
from evledger.cli.suggesting import suggested

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evledger.asking import Answer, Prompt
    from evledger.ledger import Ledger
    from evledger.view import View

__all__ = ["ask", "prompts"]


def _parse_template(
    context: click.Context, option: click.Parameter, value: str | None
) -> str | None:
    """Refuse what would make no address, as the configuration file does."""
    left = (value or "").replace("{id}", "").replace("{n}", "")
    if "{" in left or "}" in left:
        msg = f"{value!r:.200}: what stands in braces is {{id}} or {{n}}"
        raise click.BadParameter(msg, context, option)
    if value is not None and proof_of(value, "c1", 1) is None:
        msg = f"{value!r:.200}: expected an http(s) address or a path"
        raise click.BadParameter(msg, context, option)
    return value


@options.verb(
    "ask",
    "ask semax 'Does it raise BDNF in people?'",
    "ask semax --at 40 --limit 3 BDNF in rats",
    "ask semax --create --by reader 'Was it tried in children?'",
)
@click.argument("ledger")
@click.argument("question", nargs=-1, required=True, metavar="QUESTION...")
@click.option(
    "--retriever",
    default="full-text",
    show_default=True,
    metavar="NAME",
    help="Who finds what bears on it; 'evledger plugins' shows the retrievers there are.",
)
@click.option(
    "--answerer",
    default="extractive",
    show_default=True,
    metavar="NAME",
    help="Who writes sentences from the claims that are found; 'evledger plugins' shows these too.",
)
@click.option(
    "--limit",
    "-n",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    metavar="N",
    help="Find so many entries at most: -n 20.",
)
@click.option(
    "--proofs",
    metavar="TEMPLATE",
    callback=_parse_template,
    help="The address of a claim's proof, with {id} and {n} in it: "
    "--proofs 'https://example.org/{id}.tlog-proof'.  [default: as configured for the article]",
)
@click.option(
    "--create",
    is_flag=True,
    help="Create the question, unless it is in the ledger in the same words.",
)
@options.by
@options.at
@options.common
@click.pass_obj
def ask(
    settings: Settings,
    *,
    ledger: str,
    question: tuple[str, ...],
    retriever: str,
    answerer: str,
    limit: int,
    proofs: str | None,
    create: bool,
    by: str,
    at: str | None,
) -> None:
    """Ask a ledger what it holds that bears on a question.

    QUESTION is in plain words; identifiers and "quoted phrases" are taken as they are.
    Sentences cite claims, every claim stands with its source, and nothing is made up.
    Nothing is written unless --create is given.
    """
    if create and at is not None:
        msg = "--create writes to the ledger as it is; leave out --at"
        raise click.UsageError(msg)
    template = settings.config.article.proofs if proofs is None else proofs
    with settings.open() as store:
        target = store.ledger(ledger)
        n = size_at(target, at)
        answer = target.ask(
            " ".join(question),
            retriever=retriever,
            answerer=answerer,
            limit=limit,
            proofs=template,
            n=n,
        )
        view = target.view(n)
        same = _same(view, answer.question)
        created = _created(target, answer.question, by) if create and same is None else None
    if settings.json:
        warnings = list(view.warnings)
        write_json({**answer_document(answer), "warnings": warnings, "created": created})
    else:
        write_lines(_warned(view, answer_lines(answer)))
        command = None if create else _command(ledger, answer, by)
        write_lines(_told(same, created, command, is_wanted=create or _is_thin(answer)))


def _same(view: View, question: str) -> str | None:
    """Return the id of a question that was asked in the same words, or ``None``."""
    wanted = folded(question)
    for each in view.questions.values():
        is_open = each.status != "withdrawn" and isinstance(each.text, str)
        if is_open and folded(str(each.text)) == wanted:
            return each.id
    return None


def _created(ledger: Ledger, question: str, by: str) -> str:
    with ledger.batch(by=by) as batch:
        return batch.create_question(text=question)


# -- telling -----------------------------------------------------------------------------


def _warned(view: View, lines: Iterator[str]) -> Iterator[str]:
    """Put what the view could not take in above the last line, which names the head."""
    *most, last = lines
    yield from most
    yield from (f"warning: {warning}" for warning in view.warnings)
    yield last


def _is_thin(answer: Answer) -> bool:
    """Return whether the question is worth creating."""
    return answer.sureness in ("nothing", "doubtful")


def _told(
    same: str | None, created: str | None, command: str | None, *, is_wanted: bool
) -> Iterator[str]:
    """Yield what became of the question, or how to create it."""
    if created is not None:
        yield f"created {created}"
    elif is_wanted and same is not None:
        yield f"{same} asks this already"
    elif is_wanted and command is not None:
        yield f"create the question: {command}"


def _command(ledger: str, answer: Answer, by: str) -> str:
    """Return the command that creates a question, as a shell takes it."""
    dashes = ["--"] if answer.question.startswith("-") else []
    verb = shlex.join(["ask", ledger, "--create", "--by", by])
    return suggested(verb, shlex.join([*dashes, answer.question]))


# -- prompts -----------------------------------------------------------------------------

_NAMED: Final = 3  # entries of a prompt that are named, as in the article


@options.verb("prompts", "prompts semax", "prompts semax --answers", "prompts semax --json")
@click.argument("ledger")
@click.option("--answers", is_flag=True, help="Ask each of them, and show the answer in short.")
@options.at
@options.common
@click.pass_obj
def prompts(settings: Settings, *, ledger: str, answers: bool, at: str | None) -> None:
    """Suggest questions that a ledger can answer, at most eight.

    They come from what it holds: what readers asked, tiers, disputes, gaps, components, safety,
    what was added last, and what is open.
    """
    with settings.open() as store:
        target = store.ledger(ledger)
        n = size_at(target, at)
        view = target.view(n)
        found = target.prompts(n=n)
        answered = [target.ask(prompt.text, n=n) for prompt in found] if answers else []
    if settings.json:
        write_json({"ledger": ledger, **_prompts_document(view, found, answered)})
    else:
        write_lines(_prompts_lines(ledger, view, found, answered))


def _prompts_document(
    view: View, found: Sequence[Prompt], answered: Sequence[Answer]
) -> dict[str, Any]:
    documents: list[dict[str, Any]] = [plain(prompt) for prompt in found]
    for document, answer in zip(documents, answered, strict=False):
        document["answer"] = answer_document(answer)
    return {"head": str(view.head), "prompts": documents}


def _prompts_lines(
    ledger: str, view: View, found: Sequence[Prompt], answered: Sequence[Answer]
) -> Iterator[str]:
    for place, prompt in enumerate(found):
        yield f"{place + 1}  {prompt.text}"
        lines = brief_lines(answered[place]) if answered else [_named(prompt)]
        yield from (f"   {line}" for line in lines)
    if found:
        yield f"{count(len(found), 'prompt')} from {ledger} at {view.head}"
        yield f"ask: {suggested(f'ask {ledger}', 'QUESTION')}"
    else:
        yield f"{ledger} at {view.head} holds nothing yet that would answer a question"


def _named(prompt: Prompt) -> str:
    named = ", ".join(name.partition(":")[2] for name in prompt.entries[:_NAMED])
    more = len(prompt.entries) - _NAMED
    return f"{named} and {more} more" if more > 0 else named
