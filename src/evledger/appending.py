"""Appending: from drafts to one atomic write.

A :class:`Composer` runs inside the store's transaction, where nobody else writes:
there positions and the time are assigned, the rules of integrity are held,
and the chain is extended.
What it raises ends the transaction, and nothing is changed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import attrs
import msgspec
from blake3 import blake3

from evledger.chain import GENESIS, PAGE_EVENTS, ChainEnd, Head
from evledger.codec import Line, check_name, is_time, read_line, write_line
from evledger.exceptions import (
    Broken,
    ClockError,
    Conflict,
    DuplicateKey,
    Invalid,
    MissingRef,
    Refused,
)
from evledger.integrity import Breach, Index
from evledger.record import format_time, parse_time
from evledger.schema import Draft
from evledger.seals import Opening, commit, new_salt
from evledger.stores.base import Tip, Write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from evledger.stores.base import Transaction

__all__ = ["Composer", "Repeated"]

_DAY: Final = timedelta(days=1)


class Repeated(Exception):  # no error: it ends a transaction that is not needed
    """The batch's retry token is held already.

    Attributes:
        first: the record that holds it.
    """

    def __init__(self, first: int) -> None:
        super().__init__(first)
        self.first = first


@attrs.define(kw_only=True)
class Composer:
    """Turns drafts into the write that appends them.

    Attributes:
        ledger: the name in the store, which becomes the chain's where it creates one.
        drafts: what to append.
        by: who appends.
        clock: gives the time.
        end: the chain's end, as far as the caller knows it; afterwards, as it is then.
        expect: the head that the caller believes in.
        once: a retry token.
        allow_future: append although the last record lies far ahead of the clock.
        creates: whether the ledger must not exist yet.
        reserved: ids handed out, by counter, as (last reserved, last used).
        attachments: what the drafts name and is to be kept with them, by digest.
    """

    ledger: str
    drafts: Sequence[Draft]
    by: str
    clock: Callable[[], datetime]
    end: ChainEnd | None = None
    expect: Head | None = None
    once: str | None = None
    allow_future: bool = False
    creates: bool = False
    reserved: Mapping[str, tuple[int, int]] = attrs.field(factory=dict[str, tuple[int, int]])
    attachments: Mapping[str, bytes] = attrs.field(factory=dict[str, bytes])
    _size: int = attrs.field(default=0, init=False)

    def __call__(self, transaction: Transaction) -> Write:
        """Compose the write; see :meth:`~evledger.stores.Backend.write`."""
        tip = transaction.tip
        self._check_existence(tip)
        end = self._chain_end(transaction)
        if self.once is not None:
            self._check_once(transaction)  # first: a retry expects the head from before
        self._check_expected(end)
        self._size = end.size
        index = self._settle(transaction)
        at = self._time(tip)
        lines, openings = self._lines(end.size, at)
        extension = end.extend(lines)
        self.end = extension.end
        head = extension.end.head
        return Write(
            tip=Tip(
                name=end.ledger,
                size=head.size,
                hash=head.hash,
                at=at,
                counters=self._counters(tip),
            ),
            pages=extension.pages,
            tail=extension.tail,
            keys={name: n for name, n in index.held.items() if n >= end.size},
            released=index.released,
            openings=openings,
            attachments=self.attachments,
        )

    def _check_existence(self, tip: Tip | None) -> None:
        if self.creates and tip is not None:
            msg = f"there is a ledger {self.ledger!r} already, with {tip.size} events"
            raise Conflict(msg, tip.head)
        if not self.creates and tip is None:
            msg = f"ledger {self.ledger!r} is not there any more"
            raise Conflict(msg)

    def _chain_end(self, transaction: Transaction) -> ChainEnd:
        tip = transaction.tip
        if tip is None:
            return ChainEnd(self.ledger)
        if self.end is not None and self.end.size == tip.size and self.end.head == tip.head:
            return self.end
        return _rebuilt_end(tip, transaction)

    def _check_expected(self, end: ChainEnd) -> None:
        if self.expect is not None and end.head != self.expect:
            msg = (
                f"ledger {self.ledger!r} has moved on: expected {self.expect}, "
                f"but it is at {end.head}; read what came, and try again"
            )
            raise Conflict(msg, end.head)

    def _check_once(self, transaction: Transaction) -> None:
        name = once_key(self.once or "")
        held = transaction.lookup([name])
        if name in held:
            raise Repeated(held[name])

    def _settle(self, transaction: Transaction) -> Index:
        """Hold the batch to the rules of integrity."""
        wanted: set[str] = set()
        for draft in self.drafts:
            wanted.update(*draft.names)
        index = Index(transaction.lookup(wanted))
        for n, draft in enumerate(self.drafts, self._size):
            if draft.names.drops:
                self._check_released(transaction, n, draft, index)
            breaches = index.apply(n, *draft.names)
            if breaches:
                raise self._refusal(transaction, breaches[0], draft)
        if self.once is not None:
            index.held[once_key(self.once)] = self._size
        return index

    def _check_released(self, transaction: Transaction, n: int, draft: Draft, index: Index) -> None:
        """Let only a record about the same thing release a name."""
        for name in draft.names.drops:
            holder = index.held.get(name)
            if holder is None or (name in draft.names.keys and name not in draft.released):
                continue
            about = self._names_of(transaction, holder)
            if about.isdisjoint(draft.names.refs):
                msg = (
                    f"{self._place(n)} ({draft.type}) would release {name}, "
                    f"which record {holder} introduced for something else"
                )
                raise Refused(msg)

    def _names_of(self, transaction: Transaction, n: int) -> set[str]:
        if n >= self._size:
            names = self.drafts[n - self._size].names
            return {*names.keys, *names.refs}
        line = read_line(transaction.lines(n, n + 1)[0])
        return {*line.keys, *line.refs}

    def _place(self, n: int) -> str:
        return f"event {n - self._size + 1} of {len(self.drafts)}"

    def _refusal(self, transaction: Transaction, breach: Breach, draft: Draft) -> Refused:
        where = f"{self._place(breach.n)} ({draft.type})"
        if breach.holder is None:
            return MissingRef(f"{where}: {breach}", breach.name)
        if breach.holder >= self._size:
            msg = f"{where}: {breach.name} is introduced by {self._place(breach.holder)} too"
            return DuplicateKey(msg, breach.name, breach.holder)
        holder = read_line(transaction.lines(breach.holder, breach.holder + 1)[0])
        names = ", ".join(name for name in holder.keys if name != breach.name)
        msg = f"{where}: {breach} ({holder.type}{' ' if names else ''}{names})"
        return DuplicateKey(msg, breach.name, breach.holder)

    def _time(self, tip: Tip | None) -> str:
        now = self.clock()
        at = format_time(now)
        if not is_time(at):
            msg = f"the clock says {at}; a ledger's times lie in the years 1970 to 9999"
            raise ClockError(msg)
        if tip is None or tip.at <= at:
            return at
        if parse_time(tip.at) - now > _DAY and not self.allow_future:
            msg = (
                f"the last record of {self.ledger!r} is of {tip.at}, more than a day ahead of this "
                f"machine's clock ({at}); set the clock, or append with allow_future"
            )
            raise ClockError(msg)
        return tip.at

    def _lines(self, size: int, at: str) -> tuple[list[bytes], list[Opening]]:
        lines: list[bytes] = []
        openings: list[Opening] = []
        for n, draft in enumerate(self.drafts, size):
            sealed: dict[str, str] = {}
            for field, value in draft.sealed.items():
                opening = Opening(n, field, new_salt(), value)
                sealed[field] = commit(opening.salt, value)
                openings.append(opening)
            lines.append(self._line(n, at, draft, sealed, first=n == size))
        return lines, openings

    def _line(self, n: int, at: str, draft: Draft, sealed: dict[str, str], *, first: bool) -> bytes:
        keys, refs, drops = draft.names
        if first and self.once is not None:
            keys = tuple(sorted((*keys, once_key(self.once))))
        return write_line(
            Line(
                at=at,
                by=self.by,
                data=msgspec.Raw(draft.data),
                drops=drops,
                keys=keys,
                n=n,
                refs=refs,
                sealed=sealed,
                type=draft.type,
                v=draft.v,
            )
        )

    def _counters(self, tip: Tip | None) -> dict[str, int]:
        counters = dict(tip.counters) if tip else {}
        for counter, (last, used) in self.reserved.items():
            if counters.get(counter) == last:  # nobody has reserved any since
                counters[counter] = used
        for draft in self.drafts:
            for counter, number in draft.ids.items():
                if number > counters.get(counter, 0):
                    counters[counter] = number
        return counters


def once_key(token: str) -> str:
    """Return the key that a retry token becomes.

    Raises:
        Invalid: the token is empty, or has blanks or control characters.
    """
    if not token:
        msg = "once='': a retry token must not be empty"
        raise Invalid(msg)
    return check_name(f"once:{token}")


def _rebuilt_end(tip: Tip, transaction: Transaction) -> ChainEnd:
    """Rebuild the chain's end from what is stored, after others have written."""
    full, rest = divmod(tip.size, PAGE_EVENTS)
    prev = blake3(transaction.page(full - 1)).hexdigest() if full else GENESIS
    end = ChainEnd(tip.name, tip.size, prev, transaction.tail() if rest else ())
    if end.head != tip.head:
        msg = (
            f"the end of ledger {tip.name!r} hashes to {end.head}, but its stored head is "
            f"{tip.head}; nothing is appended to a damaged ledger: run 'evledger verify'"
        )
        raise Broken(msg)
    return end
