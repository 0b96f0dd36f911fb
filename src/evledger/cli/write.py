"""Verbs that write to a ledger: init, append, erase."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Any, Final, cast

import click

from evledger.cli import options
from evledger.cli.documents import plain
from evledger.cli.errors import Exit
from evledger.cli.options import Settings
from evledger.cli.output import without_secrets, write_json, write_line
from evledger.codec import parse_json
from evledger.exceptions import Invalid, Refused
from evledger.schema import seal
from evledger.store import open as open_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evledger.chain import Head
    from evledger.events import Event
    from evledger.schema import Seal
    from evledger.vocabulary import Vocabulary

__all__ = ["append", "erase", "init"]


@options.verb(
    "init",
    "init semax --title 'Semax and BDNF' --by curator",
    "init semax --title Semax --subject 'BDNF in stroke' --origin example.org/semax",
)
@click.argument("ledger")
@click.option("--title", required=True, help="What readers see.")
@click.option("--subject", help="What it is about, where the title does not say.")
@click.option("--origin", help="The name under which its checkpoints are to be signed.")
@options.by
@options.common
@click.pass_obj
def init(
    settings: Settings, *, ledger: str, title: str, subject: str | None, origin: str | None, by: str
) -> None:
    """Create a ledger, and its database.

    LEDGER is its name for good: small letters, digits and hyphens.
    """
    described: dict[str, Any] = {"title": title, "by": by, "subject": subject, "origin": origin}
    with open_store("memory:") as trial:  # a slip must not leave an empty database behind
        trial.create(ledger, **described)
    with settings.create() as store:
        created = store.create(ledger, **described)
        head = created.head()
    db = without_secrets(settings.db)
    if settings.json:
        write_json({"ledger": ledger, "head": str(head), "db": db})
    else:
        write_line(f"created {ledger} in {db}, head {head}")


# -- append ------------------------------------------------------------------------------


@options.verb(
    "append",
    "append semax events.jsonl --by curator --once import-7f3a",
    'append semax - <<< \'{"type": "gap-noted", "data": {"id": "g1", "text": "No trial."}}\'',
)
@click.argument("ledger")
@click.argument("file", type=click.File("rb"))
@options.by
@click.option("--once", metavar="TOKEN", help="A retry token: the same call again adds nothing.")
@options.head(
    "--expect", "The head that the ledger must have: --expect 43-9f2c…; refused where it has not."
)
@options.common
@click.pass_obj
def append(
    settings: Settings,
    *,
    ledger: str,
    file: IO[bytes],
    by: str,
    once: str | None,
    expect: Head | None,
) -> None:
    """Append events from JSON lines, all of them or none.

    Each line is an object: "type", "data", and perhaps "seal", a list of fields to seal.
    FILE may be - for standard input.
    """
    with settings.open() as store:
        target = store.ledger(ledger)
        numbers, events = _read_events(target.vocabulary, file)
        try:
            appended = target.append(*events, by=by, once=once, expect=expect)
        except Refused as error:
            raise _with_line_numbers(error, numbers) from None
    first, last, head = appended.first, appended.first + len(appended) - 1, appended.head
    if settings.json:
        write_json({"ledger": ledger, "first": first, "count": len(appended), "head": str(head)})
    else:
        write_line(f"records {first} to {last} of {ledger}, head {head}")


def _read_events(vocabulary: Vocabulary, file: IO[bytes]) -> tuple[list[int], list[Event | Seal]]:
    """Return the numbers of the lines that hold an event, and the events."""
    found = list(_numbered_events(vocabulary, file))
    if not found:
        msg = "there is no event to append; expected lines like " + _EXPECTED
        raise Invalid(msg)
    return [number for number, _ in found], [event for _, event in found]


_EXPECTED: Final = '{"type": "gap-noted", "data": {"id": "g1", "text": "…"}}'


def _numbered_events(vocabulary: Vocabulary, file: IO[bytes]) -> Iterator[tuple[int, Event | Seal]]:
    for number, line in enumerate(file, 1):
        text = line.removeprefix(b"\xef\xbb\xbf").strip()
        if not text:
            continue
        try:
            event = _event(vocabulary, parse_json(text))
            vocabulary.draft(event)  # finds what is wrong while the line is still known
        except Invalid as error:
            msg = f"line {number}: {error}; nothing was appended"
            raise Invalid(msg) from error
        yield number, event


def _event(vocabulary: Vocabulary, value: Any) -> Event | Seal:
    line = cast("dict[str, Any]", value if isinstance(value, dict) else {})
    if not {"type", "data"} <= line.keys() <= _MEMBERS:
        msg = f"expected an object with type, data and perhaps seal, such as {_EXPECTED}"
        raise Invalid(msg)
    kind, data, fields = line["type"], line["data"], cast("list[Any]", line.get("seal", []))
    if not isinstance(kind, str) or not isinstance(data, dict):
        msg = "type must be text, and data an object"
        raise Invalid(msg)
    if type(fields) is not list or not all(isinstance(field, str) for field in fields):
        msg = "seal must be a list of names of fields"
        raise Invalid(msg)
    event = vocabulary.structure(kind, data)
    return seal(event, *fields) if fields else event


_MEMBERS: Final = {"type", "data", "seal"}


def _with_line_numbers(error: Refused, numbers: Sequence[int]) -> Refused:
    """Name the file's line instead of the event's place among the events."""
    text = re.sub(r"\bevent (\d+) of \d+", lambda m: f"line {numbers[int(m[1]) - 1]}", str(error))
    error.args = (f"{text}; nothing was appended",)
    return error


# -- erase -------------------------------------------------------------------------------


@options.verb("erase", "erase semax 17 quote --reason 'the author asked for it'")
@click.argument("ledger")
@click.argument("n", type=click.IntRange(min=0))
@click.argument("fields", nargs=-1, required=True, metavar="FIELD...")
@click.option("--reason", required=True, help="Why, in public: --reason 'the author asked'.")
@options.by
@options.common
@click.pass_obj
def erase(
    settings: Settings, *, ledger: str, n: int, fields: tuple[str, ...], reason: str, by: str
) -> int:
    """Forget sealed fields of record N for good.

    Backups and copies made before are not touched.
    Where another program still reads the database, the old bytes stay in its files:
    the exit code is then 3, and the same call again, later, finishes it.
    """
    with settings.open() as store:
        target = store.ledger(ledger)
        done = target.erase(n, *fields, reason=reason, by=by)
        head = target.head()
    if settings.json:
        write_json({"ledger": ledger, **plain(done), "head": str(head)})
    else:
        write_line(f"erased {', '.join(done.fields)} of record {n} of {ledger}, head {head}")
        write_line("what was rendered or published before still shows it: do that again")
        if done.pending:
            write_line("pending: a reader keeps the old bytes in the files; run this again later")
    return Exit.UNFINISHED if done.pending else Exit.DONE
