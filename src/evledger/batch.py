"""Batches: events collected in a ``with`` block, appended all or none, with ids handed out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
from blake3 import blake3

from evledger.appending import once_key
from evledger.events import (
    MARK,
    Attachment,
    CaveatNoted,
    ClaimTagged,
    ComponentMapped,
    Event,
    EvidenceLinked,
    GapNoted,
    Mark,
    QuestionCreated,
    SectionWritten,
    SourceAdded,
)
from evledger.exceptions import Invalid
from evledger.schema import Seal, seal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from evledger.chain import Head
    from evledger.record import Record
    from evledger.writing import Writer

__all__ = ["Batch"]

_FIRST_BLOCK: Final = 8
_LARGEST_BLOCK: Final = 1_024


@attrs.define
class _Block:
    """Numbers of one counter that this batch has reserved.

    Attributes:
        next: the number to hand out next.
        last: the last that is reserved.
        size: how many to reserve next time.
        unused: the number before the first of those that no failed batch need use up.
    """

    next: int = 1
    last: int = 0
    size: int = _FIRST_BLOCK
    unused: int = 0


class Batch:
    """Events that are appended, all or none, when the ``with`` block ends without an error.

    Made by :meth:`Ledger.batch`.
    Ids that are not given are handed out: ``s1``, ``c1``, ``q1``;
    no two batches, in whatever process, get the same.

    Attributes:
        records: what was appended, once the block has ended.

    The examples of its methods go on from this one:

    >>> import evledger
    >>> from evledger import ClaimRetagged, SourceAdded
    >>> store = evledger.open("memory:")
    >>> semax = store.create("semax", title="Semax and BDNF", by="curator")
    >>> with semax.batch(by="curator") as batch:
    ...     paper = batch.add_source(kind="journal-article", title="A trial in stroke")
    >>> paper, [record.type for record in batch.records]
    ('s1', ['source-added'])
    """

    def __init__(
        self,
        writer: Writer,
        *,
        by: str,
        once: str | None = None,
        expect: Head | str | None = None,
    ) -> None:
        self._writer = writer
        self._by = by
        self._once = once
        self._expect = expect
        self._events: list[Event | Seal] = []
        self._blocks: dict[str, _Block] = {}
        self._given: set[str] = set()
        self._attachments: dict[str, bytes] = {}
        self._earlier: Sequence[Record] = ()
        self.records: Sequence[Record] = ()

    def __enter__(self) -> Self:
        if self._once is not None:
            once_key(self._once)
            self._earlier = self._writer.earlier(self._once)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._give_back()
            return
        try:
            self.records = self._writer.append(
                self._events,
                by=self._by,
                once=self._once,
                expect=self._expect,
                reserved={name: (b.last, b.next - 1) for name, b in self._blocks.items()},
                attachments=self._attachments,
            )
        except BaseException:
            self._give_back()
            raise

    def __len__(self) -> int:
        return len(self._events)

    def append(self, *events: Event | Seal) -> None:
        """Collect events of any class.

        >>> with semax.batch(by="curator") as batch:
        ...     claim = batch.tag_claim(source="s1", tier="human", stance="supports", text="Up.")
        ...     batch.append(ClaimRetagged(claim=claim, tier="published", why="A review."))
        >>> len(batch)
        2
        """
        for event in events:
            self._given.update(_ids_in(event.event if isinstance(event, Seal) else event))
        self._events += events

    def clear(self) -> None:
        """Let go of what was collected; the ids handed out are given back.

        >>> with semax.batch(by="curator") as batch:
        ...     gap = batch.note_gap("On second thoughts, no.")
        ...     batch.clear()
        >>> len(batch.records)
        0
        """
        self._events.clear()
        self._attachments.clear()
        self._give_back()
        self._blocks.clear()

    def new_id(self, cls: type[Event]) -> str:
        """Hand out an id for an event of this class.

        Raises:
            Invalid: the class has no field whose ids are handed out.

        >>> with semax.batch(by="curator") as batch:
        ...     id = batch.new_id(SourceAdded)
        ...     batch.append(SourceAdded(id=id, kind="book", title="On Growth and Form"))
        >>> id
        's2'
        """
        mark = _identity(cls)
        earlier = self._earlier_id(mark)
        if earlier is not None:
            return earlier
        counter = f"{mark.kind}:{mark.letters}"
        while (number := self._next(counter)) and f"{counter}{number}" in self._given:
            pass  # an event of this batch chose it for itself
        return f"{mark.letters}{number}"

    def _next(self, counter: str) -> int:
        block = self._blocks.setdefault(counter, _Block())
        if block.next > block.last:
            first = self._writer.reserve(counter, block.size)
            if first != block.last + 1 or not block.last:
                block.unused = first - 1  # others have reserved in between
            block.next, block.last = first, first + block.size - 1
            block.size = min(2 * block.size, _LARGEST_BLOCK)
        block.next += 1
        return block.next - 1

    def add(self, cls: type[Event], *, sealed: Collection[str] = (), **fields: Any) -> str:
        """Collect an event of a class whose ids are handed out, and give its id.

        Args:
            cls: the event class.
            sealed: fields to seal besides those that the class seals.
            fields: the event's fields; ``id`` only where it is not to be handed out.

        >>> with semax.batch(by="curator") as batch:
        ...     letter = batch.add(SourceAdded, kind="other", title="A letter", sealed=("title",))
        >>> sorted(batch.records[0].sealed)
        ['title']
        """
        if fields.get("id") is None:
            fields["id"] = self.new_id(cls)
        event = cls(**fields)
        self.append(seal(event, *sealed) if sealed else event)
        return str(fields["id"])

    def add_source(self, *, id: str | None = None, **fields: Any) -> str:
        """Collect a :class:`~evledger.SourceAdded` and give its id: ``s1``.

        >>> with semax.batch(by="curator") as batch:
        ...     batch.add_source(kind="review", title="A review", locators=("doi:10.1000/review",))
        's4'
        """
        return self.add(SourceAdded, id=id, **fields)

    def tag_claim(self, *, id: str | None = None, **fields: Any) -> str:
        """Collect a :class:`~evledger.ClaimTagged` and give its id: ``c1``.

        >>> with semax.batch(by="curator") as batch:
        ...     batch.tag_claim(source="s4", tier="published", stance="mixed", text="It depends.")
        'c2'
        """
        return self.add(ClaimTagged, id=id, **fields)

    def create_question(self, *, id: str | None = None, **fields: Any) -> str:
        """Collect a :class:`~evledger.QuestionCreated` and give its id: ``q1``.

        >>> with semax.batch(by="curator") as batch:
        ...     batch.create_question(text="Does it raise BDNF in people?")
        'q1'
        """
        return self.add(QuestionCreated, id=id, **fields)

    def note_gap(self, text: str, *, id: str | None = None) -> str:
        """Collect a :class:`~evledger.GapNoted` and give its id: ``g1``.

        >>> with semax.batch(by="curator") as batch:
        ...     batch.note_gap("No trial in women.")
        'g1'
        """
        return self.add(GapNoted, id=id, text=text)

    def note_caveat(self, text: str, *, id: str | None = None) -> str:
        """Collect a :class:`~evledger.CaveatNoted` and give its id: ``cv1``.

        >>> with semax.batch(by="curator") as batch:
        ...     batch.note_caveat("The trials were small.")
        'cv1'
        """
        return self.add(CaveatNoted, id=id, text=text)

    def map_component(self, *, id: str | None = None, **fields: Any) -> str:
        """Collect a :class:`~evledger.ComponentMapped` and give its id: ``k1``.

        >>> with semax.batch(by="curator") as batch:
        ...     batch.map_component(id="bdnf", component="BDNF", layer="growth factor signalling")
        'bdnf'
        """
        return self.add(ComponentMapped, id=id, **fields)

    def write_section(self, section: str, body: str, *, heading: str | None = None) -> None:
        """Collect a :class:`~evledger.SectionWritten`.

        >>> with semax.batch(by="curator") as batch:
        ...     batch.write_section("safety", "Most trials were small.", heading="Safety")
        """
        self.append(SectionWritten(section=section, heading=heading, body=body))

    def link_evidence(self, question: str, **fields: Any) -> None:
        """Collect an :class:`~evledger.EvidenceLinked`.

        >>> with semax.batch(by="curator") as batch:
        ...     batch.link_evidence("q1", claim="c1", relation="partly")
        >>> [evidence.claim for evidence in semax.view().questions["q1"].evidence]
        ['c1']
        """
        self.append(EvidenceLinked(question=question, **fields))

    def attach(self, data: bytes, media_type: str) -> Attachment:
        """Collect material to keep beside the chain, and give what an event says of it.

        It is held in memory until the batch is appended, and kept in the same step;
        :meth:`Ledger.attach` takes what is larger.

        Args:
            data: the bytes.
            media_type: as in ``text/plain``.

        >>> with semax.batch(by="curator") as batch:
        ...     page = batch.attach(b"Thirty patients were treated.", "text/plain")
        ...     trial = batch.add_source(kind="trial", title="A trial", capture=page)
        >>> semax.attachment(page)
        b'Thirty patients were treated.'
        """
        digest = blake3(data).hexdigest()
        self._attachments[digest] = data
        return Attachment(digest=digest, size=len(data), media_type=media_type)

    def _give_back(self) -> None:
        for counter, block in self._blocks.items():
            self._writer.release(counter, block.last, block.unused)

    def _earlier_id(self, mark: Mark) -> str | None:
        """Return the id that this event had when the batch was appended before."""
        place = len(self._events)
        if place >= len(self._earlier):
            return None
        prefix = f"{mark.kind}:"
        keys = (key for key in self._earlier[place].keys if key.startswith(prefix))
        return next((key.removeprefix(prefix) for key in keys), None)


def _ids_in(event: Event) -> Iterator[str]:
    """Yield the names of the ids that an event introduces, of kinds that are handed out."""
    for attribute in attrs.fields(type(event)):  # type: ignore[arg-type]  # the same
        mark = attribute.metadata.get(MARK)
        if mark is not None and mark.letters:
            yield f"{mark.kind}:{getattr(event, attribute.name)}"


def _identity(cls: type[Event]) -> Mark:
    for attribute in attrs.fields(cls):  # type: ignore[arg-type]  # every event is an attrs class
        mark = attribute.metadata.get(MARK)
        if mark is not None and mark.letters:
            return mark  # type: ignore[no-any-return]  # metadata is untyped
    msg = f"{cls.__name__} has no field whose ids are handed out; mark it with identity()"
    raise Invalid(msg)
