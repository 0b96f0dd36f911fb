"""A record: an event as it stands in the chain."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs
import msgspec

from evledger.codec import read_line
from evledger.exceptions import Broken, Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evledger.codec import Line
    from evledger.events import Event

__all__ = ["Record", "format_time", "parse_time"]


def format_time(moment: datetime) -> str:
    """Write a moment as a line carries it: UTC, to the microsecond.

    >>> format_time(datetime(2026, 11, 22, 10, tzinfo=UTC))
    '2026-11-22T10:00:00.000000Z'
    """
    try:
        moment = moment.astimezone(UTC)
    except OverflowError as error:
        msg = f"{moment} lies outside the years that can be told"
        raise Invalid(msg) from error
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_time(at: str) -> datetime:
    """Read a moment as a line carries it.

    >>> parse_time("2026-11-22T10:00:00.000000Z").hour
    10
    """
    try:
        return datetime.fromisoformat(at)
    except ValueError as error:
        msg = f"{at!r:.40} is not the time of a record; run 'evledger verify'"
        raise Broken(msg) from error


@attrs.frozen(kw_only=True)
class Record:
    """An event as it stands in the chain.

    Attributes:
        n: its position.
        at: when it was appended, in UTC.
        by: who appended it: a role or pseudonym.
        type: the event's type.
        v: the version of its data's shape.
        keys, refs, drops: the names that it introduces, relies on and releases.
        sealed: field → commitment.
        line: its exact bytes, without the newline.
        hash: the hash of the chain up to and including it.
        event: the event, brought up to its class's version, with :class:`~evledger.Hidden` in
            place of values that cannot be shown; ``None`` where its type is not known here,
            or its data is not of the type's schema.

    >>> import evledger
    >>> with evledger.open("memory:") as store:
    ...     record = store.create("semax", title="Semax and BDNF", by="curator").record(0)
    >>> record.n, record.by, record.type, record.data["title"], record.event.title
    (0, 'curator', 'ledger-opened', 'Semax and BDNF', 'Semax and BDNF')
    >>> record.line[:7]
    b'{"at":"'
    """

    n: int
    at: datetime
    by: str
    type: str
    v: int
    keys: tuple[str, ...]
    refs: tuple[str, ...]
    drops: tuple[str, ...]
    sealed: Mapping[str, str]
    line: bytes = attrs.field(repr=False)
    hash: str
    event: Event | None

    @property
    def data(self) -> dict[str, Any]:
        """The data as it stands in the line, decoded; sealed fields are not in it."""
        data: dict[str, Any] = msgspec.json.decode(read_line(self.line).data)
        return data

    @classmethod
    def of(cls, line: Line, text: bytes, digest: str, event: Event | None) -> Record:
        """Put a record together from its parts."""
        return cls(
            n=line.n,
            at=parse_time(line.at),
            by=line.by,
            type=line.type,
            v=line.v,
            keys=line.keys,
            refs=line.refs,
            drops=line.drops,
            sealed=line.sealed,
            line=text,
            hash=digest,
            event=event,
        )
