"""The verb forget: erases all that was recorded of a sender of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from evledger.cli import options
from evledger.cli.documents import plain
from evledger.cli.errors import Exit
from evledger.cli.message import check_sender
from evledger.cli.output import write_json, write_line

if TYPE_CHECKING:
    from evledger.cli.options import Settings
    from evledger.messages.recorded import Forgotten

__all__ = ["forget"]


@options.verb(
    "forget",
    "forget '+1 555 0100' --reason 'the sender asked' --dry-run",
    "forget whatsapp:+15550100 --reason 'the sender asked'",
)
@click.argument("number", callback=check_sender)
@click.option("--reason", required=True, help="Why, in public: --reason 'the sender asked'.")
@click.option("--dry-run", is_flag=True, help="Only show what would be erased.")
@options.by
@options.common
@click.pass_obj
def forget(settings: Settings, *, number: str, reason: str, dry_run: bool, by: str) -> int:
    """Erase all that a sender of messages sent, in every ledger.

    Whatever channel they came by: questions, pastes, files and the number itself are erased.
    Backups and copies made before are not touched.
    Where another program still reads the database, the old bytes stay in its files:
    the exit code is then 3, and the same call again, later, finishes it.
    """
    from evledger.messages.desk import Desk  # noqa: PLC0415  # of use to few verbs
    from evledger.messages.recorded import Forgotten  # noqa: PLC0415  # as above

    with settings.open() as store:
        desk = Desk(store)
        if dry_run:
            done = Forgotten(desk.recorded(number), pending=False)
        else:
            done = desk.forget(number, reason=reason, by=by)
    if settings.json:
        document: dict[str, Any] = plain(done)
        write_json({**document, "dry_run": dry_run})
    else:
        _tell(done, "would erase" if dry_run else "erased")
    return Exit.UNFINISHED if done.pending else Exit.DONE


def _tell(done: Forgotten, verb: str) -> None:
    for each in done.records:
        write_line(f"{verb} {', '.join(each.fields)} of record {each.n} of {each.ledger}")
    if not done.records:
        write_line("nothing of that sender's is held here")
    if done.pending:
        write_line("pending: a reader keeps the old bytes in the files; run this again later")
