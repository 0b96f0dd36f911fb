"""Writing: what is appended to one ledger, kept beside it and erased, each in one atomic step."""

from __future__ import annotations

import io
from collections.abc import Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Final, cast, overload

import attrs
from blake3 import blake3

from evledger.appending import Composer, Repeated, once_key
from evledger.chain import Head
from evledger.codec import check_by, read_line
from evledger.events import Attachment, FieldsErased
from evledger.exceptions import Invalid, NotFound, Refused
from evledger.forgetting import forgetting
from evledger.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from evledger.chain import ChainEnd
    from evledger.codec import Line
    from evledger.events import Event, LedgerOpened
    from evledger.reading import Reader
    from evledger.schema import Draft, Seal
    from evledger.seals import Opening

__all__ = ["Appended", "Erasure", "Writer"]

_SPOOL: Final = 1 << 20  # bytes of an attachment that are held in memory
_OWN: Final = {"ledger-opened": "Store.create", "fields-erased": "Ledger.erase"}


@attrs.frozen
class Erasure:
    """What erasing did.

    Attributes:
        n: the record whose fields were erased.
        fields: their names.
        pending: whether a reader still keeps the old bytes in the files;
            erasing the same fields again, later, finishes it.
    """

    n: int
    fields: tuple[str, ...]
    pending: bool


class Appended(Sequence[Record]):
    """The records that an append wrote, read when they are looked at.

    Attributes:
        first: the position of the first.
        head: the head after the last.
    """

    def __init__(self, reader: Reader, first: int, count: int, head: Head) -> None:
        self._reader = reader
        self._count = count
        self.first = first
        self.head = head

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Record, ...]: ...
    def __getitem__(self, index: int | slice) -> Record | tuple[Record, ...]:
        places = range(self.first, self.first + self._count)[index]
        if isinstance(places, int):
            return self._reader.record(places)
        return tuple(self._reader.record(n) for n in places)

    def __repr__(self) -> str:
        return f"<Appended {self._count} records up to {self.head}>"


class Writer:
    """Writes one ledger of a store.

    Args:
        reader: reads the same ledger.
        clock: gives the time in UTC.
    """

    def __init__(self, reader: Reader, clock: Callable[[], datetime]) -> None:
        self._reader = reader
        self._clock = clock
        self._backend = reader.backend
        self._ledger = reader.ledger
        self._vocabulary = reader.vocabulary
        self._end: ChainEnd | None = None

    # -- appending

    def begin(self, event: LedgerOpened, by: str) -> None:
        """Write event 0; see :meth:`evledger.Store.create`."""
        composer = self._composer([self._vocabulary.draft(event)], by)
        self._write(attrs.evolve(composer, creates=True))

    def append(
        self,
        events: Sequence[Event | Seal],
        *,
        by: str,
        expect: Head | str | None = None,
        once: str | None = None,
        allow_future: bool = False,
        reserved: Mapping[str, tuple[int, int]] | None = None,
        attachments: Mapping[str, bytes] | None = None,
    ) -> Appended:
        """Append events; see :meth:`evledger.Ledger.append`.

        Args:
            events: the events, in order.
            by: who appends.
            expect: the head that the caller believes in.
            once: a retry token.
            allow_future: append although the last record lies far ahead of the clock.
            reserved: ids that were handed out, by counter, as (last reserved, last used).
            attachments: what the events name and is to be kept with them, by digest.
        """
        drafts = self._drafts(events)
        if not drafts:
            return self._append_nothing(once)
        composer = attrs.evolve(
            self._composer(drafts, by),
            expect=None if expect is None else Head.of(expect),
            once=once,
            allow_future=allow_future,
            reserved=reserved or {},
            attachments=attachments or {},
        )
        try:
            head = self._write(composer)
        except Repeated as repeated:
            return self._repeated(repeated.first, drafts, once or "")
        return Appended(self._reader, head.size - len(drafts), len(drafts), head)

    def earlier(self, once: str) -> Appended:
        """Return the records from the one that holds a retry token on; none where it is free."""
        held = self._backend.lookup(self._ledger, [once_key(once)])
        head = self._head()
        first = next(iter(held.values()), head.size)
        return Appended(self._reader, first, head.size - first, head)

    def _drafts(self, events: Sequence[Event | Seal]) -> list[Draft]:
        drafts = [self._vocabulary.draft(event) for event in events]
        for draft in drafts:
            if draft.type in _OWN:
                msg = f"{draft.type} is written by {_OWN[draft.type]} alone"
                raise Invalid(msg)
        return drafts

    def _composer(self, drafts: Sequence[Draft], by: str) -> Composer:
        return Composer(
            ledger=self._ledger,
            drafts=drafts,
            by=check_by(by),
            clock=self._clock,
            end=self._end,
        )

    def _write(self, composer: Composer) -> Head:
        tip = self._backend.write(self._ledger, composer)
        self._end = composer.end  # only now, after the commit
        return tip.head

    def _append_nothing(self, once: str | None) -> Appended:
        if once is not None:
            msg = f"once={once!r}: there is no event whose line could carry the token"
            raise Invalid(msg)
        head = self._head()
        return Appended(self._reader, head.size, 0, head)

    def _repeated(self, first: int, drafts: Sequence[Draft], once: str) -> Appended:
        """Return the records of an earlier batch of the same token, if it was the same batch."""
        head = self._head()
        count = min(len(drafts), head.size - first)
        earlier = list(self._reader.lines(first, first + count))
        openings = {
            (opening.n, opening.field): opening.value
            for opening in self._backend.openings(self._ledger, first, first + count)
        }
        same = count == len(drafts) and all(
            _is_draft_of(draft, read_line(line), openings)
            for draft, line in zip(drafts, earlier, strict=True)
        )
        if not same:
            msg = f"once={once!r} was used for other events, at record {first}; take a new token"
            raise Refused(msg)
        return Appended(self._reader, first, count, head)

    def _head(self) -> Head:
        return self._backend.tip(self._ledger).head

    # -- ids

    def reserve(self, counter: str, count: int) -> int:
        """Reserve ``count`` ids of a kind, as ``source:s``, and give the number of the first."""
        return self._backend.reserve(self._ledger, counter, count)

    def release(self, counter: str, reserved: int, used: int) -> None:
        """Give back the ids after ``used``, if ``reserved`` is still the last."""
        self._backend.release(self._ledger, counter, reserved, used)

    # -- attachments

    def attach(self, data: bytes | IO[bytes], media_type: str) -> Attachment:
        """Keep material beside the chain; see :meth:`evledger.Ledger.attach`."""
        hasher, size = blake3(), 0
        with SpooledTemporaryFile(_SPOOL) as spool:
            source = io.BytesIO(data) if isinstance(data, bytes) else data
            while chunk := source.read(_SPOOL):
                hasher.update(chunk)
                size += len(chunk)
                spool.write(chunk)
            spool.seek(0)
            digest = hasher.hexdigest()
            self._backend.attach(self._ledger, digest, cast("IO[bytes]", spool))
        return Attachment(digest=digest, size=size, media_type=media_type)

    # -- forgetting

    def erase(self, n: int, fields: tuple[str, ...], reason: str, by: str) -> Erasure:
        """Forget the values of sealed fields for good; see :meth:`evledger.Ledger.erase`."""
        self._check_sealed(n, fields)
        openings = [o for o in self._backend.openings(self._ledger, n, n + 1) if o.field in fields]
        if openings:
            self._forget(n, openings, reason, by)
        elif any((n, field) not in self._reader.erased() for field in fields):
            msg = f"the vault here does not hold {', '.join(fields)} of record {n}"
            raise NotFound(msg)
        done = self._backend.scrub(openings)
        return Erasure(n, fields, not done)

    def _check_sealed(self, n: int, fields: Sequence[str]) -> None:
        record = self._reader.record(n)
        unsealed = sorted(set(fields) - record.sealed.keys())
        if not fields or unsealed:
            sealed = ", ".join(sorted(record.sealed)) or "none"
            what = unsealed[0] if unsealed else "nothing"
            msg = f"record {n} ({record.type}): {what} is not a sealed field; sealed are: {sealed}"
            raise Invalid(msg)

    def _forget(self, n: int, openings: Sequence[Opening], reason: str, by: str) -> None:
        erased = FieldsErased(n=n, fields=tuple(o.field for o in openings), reason=reason)
        composer = self._composer([self._vocabulary.draft(erased)], by)
        held = self._backend.attachments(self._ledger)
        self._backend.write(self._ledger, forgetting(composer, openings, held))
        self._end = composer.end


def _is_draft_of(draft: Draft, line: Line, openings: Mapping[tuple[int, str], bytes]) -> bool:
    """Return whether a line records this draft, as far as its sealed fields can be opened."""
    keys = tuple(key for key in line.keys if not key.startswith("once:"))
    return (
        (draft.type, draft.v, draft.data) == (line.type, line.v, bytes(line.data))
        and draft.names == (keys, line.refs, line.drops)
        and draft.sealed.keys() == line.sealed.keys()
        and all(
            openings.get((line.n, field), value) == value for field, value in draft.sealed.items()
        )
    )
