"""What ledgers hold of a sender: how much came lately, and what can be forgotten."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from evledger.entries import Entry
from evledger.record import format_time, parse_time

if TYPE_CHECKING:
    from evledger.entries import Claim, Source
    from evledger.view import Entries, View

__all__ = ["Forgotten", "Recorded", "recorded", "recorded_since"]

E = TypeVar("E", bound=Entry)


@attrs.frozen(order=True)
class Recorded:
    """A record with something of a sender's in it.

    Attributes:
        ledger: the ledger's name.
        n: the record.
        fields: its sealed fields that are still open; all of them are to be erased together,
            because one of them tells whose the others are.
    """

    ledger: str
    n: int
    fields: tuple[str, ...]


@attrs.frozen
class Forgotten:
    """What forgetting a sender did.

    Attributes:
        records: what was erased.
        pending: whether a reader still keeps old bytes in the store's files;
            forgetting the sender again, later, finishes it.
    """

    records: tuple[Recorded, ...]
    pending: bool


def recorded(ledger: str, view: View, sender: str) -> tuple[Recorded, ...]:
    """Return the records of a ledger in which something of a sender's is open.

    Args:
        ledger: its name in the store.
        view: what it holds.
        sender: the sender's name, as :class:`~evledger.messages.incoming.Sender` has it.
    """
    found: set[Recorded] = set()
    for entry in _entries_of(view, sender):
        for n in (entry.n, *entry.history):  # a correction leaves the first words in the vault
            fields = tuple(field for field in _SEALED if view.state_of(n, field) is None)
            if fields:
                found.add(Recorded(ledger, n, fields))
    return tuple(sorted(found))


_SEALED: Final = ("asker", "authors", "basis", "capture", "quote", "text", "title")


def _entries_of(view: View, sender: str) -> Iterator[Entry]:
    yield from (each for each in view.questions.values() if each.asker == sender)
    yield from (each for each in view.sources.values() if _is_from(each, sender))
    yield from (each for each in view.claims.values() if _is_from(each, sender))


_BASIS: Final = re.compile(r"sent over [a-z0-9-]+ by (.*)", re.DOTALL)


def _is_from(entry: Source | Claim, sender: str) -> bool:
    found = _BASIS.fullmatch(entry.basis) if isinstance(entry.basis, str) else None
    return found is not None and found[1] == sender


# -- lately ------------------------------------------------------------------------------


def recorded_since(view: View, sender: str, since: datetime) -> tuple[datetime, ...]:
    """Return when messages of a sender were recorded after a moment, as far as that is open.

    A message made at most one question or one claim; or files alone, all at one moment, where
    its words were known. One that brought nothing new left nothing behind.
    """
    asked = (each.at for each in _latest(view.questions, since) if each.asker == sender)
    sent = (each.at for each in _latest(view.claims, since) if _is_from(each, sender))
    said = (*asked, *sent)
    files = {each.at for each in _latest(view.sources, since) if _is_from(each, sender)}
    return tuple(parse_time(at) for at in (*said, *files.difference(said)))


def _latest(entries: Entries[E], since: datetime) -> Iterator[E]:
    """Yield the entries after a moment, the newest first; none before it is opened."""
    start = format_time(since)
    unopened: list[Any] = list(entries.unopened())
    for each in itertools.takewhile(lambda entry: entry.at > start, reversed(unopened)):
        yield entries[each.id]
