"""The verb review: what programs proposed, and a person's verdicts on it."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import click

from evledger.cli import options
from evledger.cli.documents import plain
from evledger.cli.options import Settings
from evledger.cli.output import count, excerpt, write_json, write_line, write_lines
from evledger.cli.suggesting import suggested
from evledger.reviewing import pending, verdicts
from evledger.seals import Hidden

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evledger.events import Reviewed
    from evledger.reviewing import Proposal
    from evledger.view import View
    from evledger.writing import Appended

__all__ = ["review"]

_KINDS: Final = ("source", "claim", "link")


@options.verb(
    "review",
    "review semax --kind claim --limit 20",
    "review semax --accept s5 --with-claims --reject c12 --why 'read the papers'",
    "review semax --accept link:s5/s9/version-of",
)
@click.argument("ledger")
@click.option(
    "--accept",
    multiple=True,
    metavar="ID",
    help="Accept it; may be given again, and several be joined by commas: --accept s5,c12.",
)
@click.option("--reject", multiple=True, metavar="ID", help="Reject it: --reject c13.")
@click.option(
    "--with-claims",
    is_flag=True,
    help="Give the claims of each source that is named, as far as they wait, its verdict too.",
)
@click.option("--why", help="The reason, in public: --why 'read the paper'.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(_KINDS),
    help="Show proposals of this kind alone; may be given again: --kind claim.",
)
@click.option(
    "--limit", "-n", type=click.IntRange(min=0), metavar="N", help="Show so many at most: -n 20."
)
@options.by
@options.common
@click.pass_obj
def review(
    settings: Settings,
    *,
    ledger: str,
    accept: tuple[str, ...],
    reject: tuple[str, ...],
    with_claims: bool,
    why: str | None,
    kinds: tuple[str, ...],
    limit: int | None,
    by: str,
) -> None:
    """Show what programs proposed, and accept or reject it.

    What nobody has reviewed is shown: sources with their claims and links, strongest tier first.
    ID is that of a source (s5) or a claim (c12), or a whole name (link:s5/s9/version-of).
    All verdicts are recorded, or none.
    """
    accepted, rejected = _ids(accept), _ids(reject)
    deciding = bool(accept or reject)
    if deciding and not (accepted or rejected):
        msg = "--accept and --reject name nothing; give an id, as in --accept s5"
        raise click.UsageError(msg)
    if deciding and (kinds or limit is not None):
        msg = "--kind and --limit are for what is shown; leave them out beside a verdict"
        raise click.UsageError(msg)
    if not deciding and (why or with_claims):
        msg = "--why and --with-claims belong to a verdict; give --accept or --reject too"
        raise click.UsageError(msg)
    with settings.open() as store:
        target = store.ledger(ledger)
        view = target.view()
        if not deciding:
            _show(settings, view, kinds or _KINDS, limit)
            return
        events = verdicts(view, accept=accepted, reject=rejected, with_claims=with_claims, why=why)
        # Only if nobody has appended meanwhile, another verdict perhaps.
        appended = target.append(*events, by=by, expect=view.head)
        left = len(pending(target.view()))
    _tell(settings, ledger, appended, events, left)


def _ids(given: Sequence[str]) -> list[str]:
    return [id.strip() for each in given for id in each.split(",") if id.strip()]


def _tell(
    settings: Settings, ledger: str, appended: Appended, events: Sequence[Reviewed], left: int
) -> None:
    first, head = appended.first, appended.head
    said = {
        verdict: [event.target for event in events if event.verdict == verdict]
        for verdict in ("accepted", "rejected")
    }
    if settings.json:
        where = {"first": first, "count": len(appended), "head": str(head)}
        write_json({"ledger": ledger, **said, **where, "left": left})
        return
    write_lines(f"{verdict} {', '.join(names)}" for verdict, names in said.items() if names)
    records = f"records {first} to {first + len(appended) - 1} of {ledger}"
    write_line(f"{records}, head {head}; {count(left, 'proposal')} left")


# -- what waits --------------------------------------------------------------------------


def _show(settings: Settings, view: View, kinds: Sequence[str], limit: int | None) -> None:
    waiting = pending(view)
    shown = [proposal for proposal in waiting if proposal.kind in kinds][:limit]
    if settings.json:
        write_json(_document(view, waiting, shown))
    else:
        write_lines(_lines(view, waiting, shown))


def _counts(waiting: Sequence[Proposal]) -> dict[str, int]:
    found = Counter(proposal.kind for proposal in waiting)
    return {kind: found[kind] for kind in _KINDS}


def _document(view: View, waiting: Sequence[Proposal], shown: Sequence[Proposal]) -> dict[str, Any]:
    return {
        "ledger": view.ledger,
        "head": str(view.head),
        "waiting": _counts(waiting),
        "proposals": [_proposal_document(proposal) for proposal in shown],
    }


def _proposal_document(proposal: Proposal) -> dict[str, Any]:
    document: dict[str, Any] = plain(proposal)
    for beside in ("sealed", "history"):  # show tells both better
        document["entry"].pop(beside, None)
    return document


def _lines(view: View, waiting: Sequence[Proposal], shown: Sequence[Proposal]) -> Iterator[str]:
    for source, proposals in groupby(shown, key=attrgetter("source")):
        yield _heading(view, source)
        for proposal in proposals:
            yield f"  {proposal.name}  {excerpt(proposal.text, _WIDTH)}"
            if proposal.basis is not None:
                yield f"    because: {excerpt(proposal.basis, _WIDTH)}"
    counts = ", ".join(count(number, kind) for kind, number in _counts(waiting).items())
    part = f"; {len(shown)} of them shown" if len(shown) < len(waiting) else ""
    yield f"{view.ledger} at {view.head}: {counts} to review{part}"
    if shown:
        verb = f"review {view.ledger} --accept ID --reject ID --why TEXT"
        yield f"decide: {suggested(verb)}"


_WIDTH: Final = 400


def _heading(view: View, id: str) -> str:
    """Return which source it is, and where it can be read."""
    source = view.sources.get(id)
    if source is None:
        return id
    title = f"[{source.title.name.lower()}]" if isinstance(source.title, Hidden) else source.title
    where = (*source.locators[:1], source.url, source.published)
    known = ", ".join(text for text in where if isinstance(text, str))
    return f"{id}  {excerpt(title, _WIDTH)}{f' ({known})' if known else ''}"
