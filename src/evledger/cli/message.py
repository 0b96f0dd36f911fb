"""The verb message: hands a message to the desk, as a text line does."""

from __future__ import annotations

import mimetypes
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from evledger.cli import options
from evledger.cli.documents import plain
from evledger.cli.errors import Exit
from evledger.cli.output import write_json, write_lines
from evledger.exceptions import Invalid, NotFound

if TYPE_CHECKING:
    from evledger.cli.config import Messages
    from evledger.cli.options import Settings
    from evledger.messages.desk import Desk, Media
    from evledger.store import Store

__all__ = ["check_sender", "desk_of", "message"]

_HOUR: Final = 3_600
_CODES: Final = {
    "recorded": Exit.DONE,
    "answered": Exit.DONE,
    "malformed": Exit.WRONG,
    "refused": Exit.UNFINISHED,
}


def check_sender(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Refuse a sender that is none: all such would be taken for one and the same.

    Raises:
        BadParameter: there is nothing in it but blanks, or a channel.
    """
    from evledger.messages.incoming import prefixed  # noqa: PLC0415  # of use to few verbs

    if not prefixed(value)[1].strip():
        msg = f"{value!r:.80} names no sender; give a number, as in +15550100"
        raise click.BadParameter(msg, context, parameter)
    return value


@options.verb(
    "message",
    "message 'semax|Does it help memory?' --from '+1 555 0100'",
    "message - --from whatsapp:+15550100 --id SM7f3a --media scan.jpg < message.txt",
)
@click.argument("text")
@click.option(
    "--from",
    "sender",
    required=True,
    metavar="NUMBER",
    callback=check_sender,
    help="Who sent it: --from +15550100.",
)
@click.option("--id", "id_", metavar="ID", help="Its id; the same message again adds nothing.")
@click.option(
    "--channel",
    default="sms",
    show_default=True,
    metavar="NAME",
    help="How it came: --channel signal.",
)
@click.option(
    "--media",
    "files",
    multiple=True,
    metavar="FILE",
    type=click.Path(),
    help="A file that came with it; may be given again: --media scan.jpg.",
)
@options.common
@click.pass_obj
def message(
    settings: Settings,
    *,
    text: str,
    sender: str,
    id_: str | None,
    channel: str,
    files: tuple[str, ...],
) -> int:
    """Take a text message: record it, and print the reply.

    TEXT is "slug|question", "ingest slug|q:7|paste", "status slug" or "help";
    - reads it from standard input.
    Who may write, and how often, is in the configuration file.
    The exit code is 2 where other words would mend it, and 3 where the sender may not write, or
    wrote too often; the reply is printed all the same.
    """
    from evledger.messages.desk import Incoming  # noqa: PLC0415  # of use to one verb

    incoming = Incoming(
        text=_standard_input() if text == "-" else text,
        sender=sender,
        id=id_,
        channel=channel,
        media=tuple(map(_media, files)),
    )
    with settings.open() as store:
        reply = desk_of(store, settings.config.messages).receive(incoming)
    if settings.json:
        write_json(plain(reply))
    else:
        write_lines(reply.text.split("\n"))
    return _CODES[reply.outcome]


def desk_of(store: Store, messages: Messages) -> Desk:
    """Return the desk that a configuration file describes."""
    from evledger.messages.desk import Desk  # noqa: PLC0415  # as above
    from evledger.messages.limits import Rate  # noqa: PLC0415  # as above

    most = messages.messages_per_hour
    given: dict[str, Any] = {"limit": Rate(most, _HOUR) if most else None}
    for name in ("senders", "length", "contact", "directory"):
        given[name] = getattr(messages, name)
    return Desk(store, **given)


def _standard_input() -> str:
    """Read the message; one that arrives broken is not to be recorded for good.

    Raises:
        Invalid: it is not UTF-8.
    """
    try:
        return sys.stdin.buffer.read().decode().removesuffix("\n")
    except UnicodeDecodeError as error:
        msg = (
            f"the message is not UTF-8: byte {error.start} of standard input cannot be read; "
            "convert it, and send it again; nothing was recorded"
        )
        raise Invalid(msg) from error


def _media(name: str) -> Media:
    """Read a file, no further than tells that it is too large."""
    from evledger.messages.desk import Media  # noqa: PLC0415  # as above
    from evledger.messages.limits import LARGEST_FILE  # noqa: PLC0415  # as above

    try:
        with Path(name).open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        msg = f"{name!r:.200} cannot be read: {error}"
        raise NotFound(msg) from error
    return Media(data=data, media_type=mimetypes.guess_type(name)[0] or "")
