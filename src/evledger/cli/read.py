"""Verbs that read: ledgers, log, head, diff."""

from __future__ import annotations

import difflib
import itertools
import operator
from typing import TYPE_CHECKING, Any

import click

from evledger.chain import PAGE_EVENTS
from evledger.chronicle import changes
from evledger.cli import options
from evledger.cli.documents import plain, record_document, record_line
from evledger.cli.options import Settings, head_at, size_at
from evledger.cli.output import count, excerpt, table, write_json, write_line, write_lines
from evledger.cli.streams import own_output
from evledger.exceptions import NotFound
from evledger.record import format_time
from evledger.seals import Hidden
from evledger.view import diff as differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from evledger.chronicle import Changes
    from evledger.ledger import Ledger
    from evledger.record import Record
    from evledger.view import Change, View

__all__ = ["diff", "head", "ledgers", "log"]


@options.verb("ledgers", "ledgers --db evidence.db")
@options.common
@click.pass_obj
def ledgers(settings: Settings) -> None:
    """List the ledgers of the database."""
    with settings.open() as store:
        found = [(name, store.backend.tip(name)) for name in store.ledgers()]
    if settings.json:
        write_json(
            [
                {"ledger": name, "name": tip.name, "head": str(tip.head), "at": tip.at}
                for name, tip in found
            ]
        )
    elif found:
        rows = [(n, str(t.size), f"{t.at[:19]}Z", f"{t.size}-{t.hash[:12]}…") for n, t in found]
        write_lines(table([("LEDGER", "RECORDS", "LAST", "HEAD"), *rows]))
    else:
        write_line("no ledgers yet; 'evledger init' creates one")


# -- log ---------------------------------------------------------------------------------


@options.verb(
    "log",
    "log semax --limit 20 --reverse",
    "log semax --type claim-tagged --at 2026-11-22 --json",
    "log semax --follow --after 43",
)
@click.argument("ledger")
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), metavar="N", help="At most so many: -n 20."
)
@click.option("--reverse", is_flag=True, help="Newest first.")
@click.option("--follow", is_flag=True, help="Wait for the records that come; Ctrl-C ends it.")
@click.option(
    "--after",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Begin with record N: --after 43 shows what came after the head 43-9f2c….",
)
@click.option("--type", "kind", metavar="TYPE", help="Only of this type: --type claim-tagged.")
@options.at
@options.common
@click.pass_obj
def log(
    settings: Settings,
    *,
    ledger: str,
    limit: int | None,
    reverse: bool,
    follow: bool,
    after: int,
    kind: str | None,
    at: str | None,
) -> None:
    """Show the records, oldest first.

    With --json, each is a JSON document on a line of its own.
    """
    if follow and (reverse or at is not None):
        msg = "--follow waits for what comes, so it goes with neither --reverse nor --at"
        raise click.UsageError(msg)
    with settings.open() as store:
        target = store.ledger(ledger)
        if kind is not None:
            _check_type(target, kind)
        if follow:
            found = target.follow(after)
        else:
            found = _records(target, after, size_at(target, at), reverse=reverse)
        chosen = (record for record in found if kind in (None, record.type))
        for record in itertools.islice(chosen, limit):
            _write_record(settings, record)
            if follow:
                own_output().flush()


def _check_type(ledger: Ledger, kind: str) -> None:
    """Ensure that there can be records of a type: it is known, or some are there."""
    if kind in ledger.vocabulary:
        return
    types = {*ledger.vocabulary, *ledger.view().unknown}
    if kind in types:
        return
    near = difflib.get_close_matches(kind, sorted(types))
    meant = f"; there are: {', '.join(near)}" if near else ""
    msg = f"ledger {ledger.name!r} has no record of type {kind!r}, and no plugin knows it{meant}"
    raise NotFound(msg)


def _records(ledger: Ledger, start: int, stop: int, *, reverse: bool) -> Iterator[Record]:
    if not reverse:
        yield from ledger.records(start, stop)
        return
    while stop > start:  # a page at a time, from the last
        first = max(start, (stop - 1) // PAGE_EVENTS * PAGE_EVENTS)
        yield from reversed(list(ledger.records(first, stop)))
        stop = first


def _write_record(settings: Settings, record: Record) -> None:
    if settings.json:
        write_json(record_document(record), indent=None)
    else:
        write_line(record_line(record))


# -- head --------------------------------------------------------------------------------


@options.verb("head", "head semax", "head semax --at 2026-11-22")
@click.argument("ledger")
@options.at
@options.common
@click.pass_obj
def head(settings: Settings, *, ledger: str, at: str | None) -> None:
    """Show the head, to keep it elsewhere.

    It commits to every byte of the ledger.
    """
    with settings.open() as store:
        target = store.ledger(ledger)
        found = head_at(target, size_at(target, at))
    if settings.json:
        write_json({"ledger": ledger, "head": str(found), "size": found.size, "hash": found.hash})
    else:
        write_line(str(found))


# -- diff --------------------------------------------------------------------------------


@options.verb("diff", "diff semax 40", "diff semax 2026-11-01 2026-11-22 --words")
@click.argument("ledger")
@click.argument("before", metavar="FROM")
@click.argument("after", metavar="[TO]", required=False)
@click.option("--words", is_flag=True, help="Tell each record between the two in a sentence.")
@options.common
@click.pass_obj
def diff(settings: Settings, *, ledger: str, before: str, after: str | None, words: bool) -> None:
    """Show what changed from one head to another.

    FROM and TO are what --at takes elsewhere: a number of records, a head, a time or a date.
    TO is the present head by default.
    """
    with settings.open() as store:
        target = store.ledger(ledger)
        old, new = (target.view(size_at(target, place)) for place in (before, after))
        found = changes(old, new, _between(target, old, new)) if words else None
    if settings.json:
        write_json(_diff_document(old, new, found))
    elif found is not None:
        write_lines(_told_lines(old, found))
    else:
        write_lines(_field_lines(old, new))


def _between(ledger: Ledger, old: View, new: View) -> Iterator[Record]:
    return ledger.records(old.head.size, max(old.head.size, new.head.size))


def _diff_document(old: View, new: View, found: Changes | None) -> dict[str, Any]:
    document = {
        "ledger": new.ledger,
        "from": str(old.head),
        "to": str(new.head),
        "changes": [plain(change) for change in differences(old, new)],
    }
    if found is not None:
        document["numbers"] = [plain(number) for number in found.numbers]
        told = sorted(itertools.chain(*found.told.values()), key=operator.attrgetter("n"))
        document["told"] = [{**plain(each), "at": format_time(each.at)} for each in told]
    return document


# -- diff, in words


def _told_lines(old: View, found: Changes) -> Iterator[str]:
    records = count(found.records, "record")
    yield f"{found.ledger}: {records} from {old.head} to {found.after}"
    for number in found.numbers:
        if number.difference:
            yield f"    {number.label}: {number.before} → {number.after}"
    for category, told in found.told.items():
        yield f"{category}:"
        for each in told:
            yield f"    {each.n}  {each.at:%Y-%m-%d %H:%M}  {each.by}  {each}"


# -- diff, by fields


def _field_lines(old: View, new: View) -> Iterator[str]:
    found = differences(old, new)
    yield f"{new.ledger}: {count(len(found), 'change')} from {old.head} to {new.head}"
    for change in found:
        yield from _change_lines(change)


_SIGNS: Mapping[str, str] = {"added": "+", "changed": "~", "removed": "-"}


def _change_lines(change: Change) -> Iterator[str]:
    yield f"{_SIGNS[change.what]} {change.kind} {change.id}"
    for field, (old, new) in change.fields.items():
        yield f"    {field}: {_shown(old)} → {_shown(new)}"


def _shown(value: Any) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, str | Hidden):
        return excerpt(str(value), 72)
    return excerpt(str(plain(value)), 72)
