"""Resolving: what of the items handed over is new to a ledger, as events of a batch."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, cast

import attrs

from evledger.codec import is_list
from evledger.events import ClaimTagged, SourceAdded
from evledger.exceptions import DuplicateKey, EvledgerError, Invalid
from evledger.importing.holdings import Holdings
from evledger.importing.values import (
    Capture,
    ImportReport,
    Item,
    ItemFlag,
    ItemLink,
    Note,
    Rejection,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from evledger.batch import Batch
    from evledger.events import Event
    from evledger.importing.contracts import Found
    from evledger.view import View
    from evledger.vocabulary import Vocabulary

__all__ = ["Resolver", "Target"]

_NO_ID: Final = "not-given"
_LARGEST: Final = 60_000  # bytes of data, so that the line around it has room
_MOST_NOTES: Final = 500
_TRIES: Final = 10
_COLUMNS: Final = ("added", "known", "flagged")
_MADE: Final = ("sources", "claims", "flags", "links")
_BATCH: Final = 500  # flags and links of others, settled at the end


class Target(Protocol):
    """The ledger, as an import sees it."""

    def batch(self, *, by: str) -> Batch:
        """Open a batch."""
        ...

    def view(self) -> View:
        """Return the view at the head."""
        ...

    @property
    def vocabulary(self) -> Vocabulary:
        """The event types that are known."""
        ...


@attrs.define(eq=False)
class _Outcome:
    """What has become of a record.

    Attributes:
        source: its source's id; ``None`` where it describes none.
        is_new: whether that is a new source.
        added: whether it brought anything else that is new.
        flagged: whether it brought a flag or a link of duplicates.
        matched: whether it is about a source that the ledger has.
    """

    source: str | None = None
    is_new: bool = False
    added: bool = False
    flagged: bool = False
    matched: bool = False

    @property
    def column(self) -> Literal["added", "flagged", "known"]:
        """Where it is counted."""
        if self.is_new or (self.added and not self.flagged):
            return "added"
        return "flagged" if self.flagged else "known"


@attrs.frozen
class _Pending:
    """What a record tells of a source that the ledger did not have when the record was read."""

    outcome: _Outcome
    told: ItemFlag | ItemLink


@attrs.define
class _Tally:
    """What was done so far."""

    columns: dict[str, int] = attrs.field(factory=lambda: dict.fromkeys(_COLUMNS, 0))
    made: dict[str, int] = attrs.field(factory=lambda: dict.fromkeys(_MADE, 0))
    absent: int = 0
    unnoted: int = 0
    rejected: list[Rejection] = attrs.field(factory=list[Rejection])
    notes: dict[Note, None] = attrs.field(factory=dict[Note, None])
    pending: list[_Pending] = attrs.field(factory=list[_Pending])

    def copy(self) -> _Tally:
        """Return one that stays as this one is now."""
        values = attrs.asdict(self, recurse=False)
        return _Tally(**{name: copy.copy(value) for name, value in values.items()})


class Resolver:
    """Decides for each item what is new, and appends that.

    Args:
        ledger: the ledger.
        by: who imports.
        dry_run: decide, but append nothing.
        known_only: sources that the ledger does not have are passed over, and so are claims
            and captures: what is known is asked about again.
    """

    def __init__(
        self, ledger: Target, *, by: str, dry_run: bool = False, known_only: bool = False
    ) -> None:
        self._ledger = ledger
        self._vocabulary = ledger.vocabulary
        self._by = by
        self._dry_run = dry_run
        self._known_only = known_only
        self._holdings = Holdings(ledger.view())
        self._tally = _Tally()

    # -- the import as a whole

    def take(self, found: Sequence[Found]) -> None:
        """Resolve what was read and append what is new, all or none of it."""

        def resolve(batch: Batch) -> None:
            for each in found:
                if isinstance(each, Note):
                    self._note(each)
                elif isinstance(each, Rejection):
                    self._tally.rejected.append(each)
                else:
                    self._take_item(each, batch)

        self._append(resolve)

    def finish(self) -> ImportReport:
        """Settle what waited for sources that might have come later, and report."""
        pending = sorted(self._tally.pending, key=lambda each: _date(each.told))
        for start in range(0, len(pending), _BATCH):
            chunk = pending[start : start + _BATCH]

            def settle(batch: Batch, chunk: Sequence[_Pending] = chunk) -> None:
                for each in chunk:
                    self._tally.absent += not self._tell(each.told, each.outcome, batch)

            self._append(settle)
        for outcome in dict.fromkeys(each.outcome for each in pending):
            self._count(outcome)
        return self._report()

    def _append(self, resolve: Callable[[Batch], None]) -> None:
        """Append what is resolved; again, where others have added some of it meanwhile.

        Raises:
            DuplicateKey: they did so time and again.
        """
        for left in reversed(range(_TRIES)):
            before = self._tally.copy()
            try:
                with self._ledger.batch(by=self._by) as batch:
                    resolve(batch)
                    if self._dry_run:
                        batch.clear()
            except DuplicateKey:
                if not left:
                    raise
                self._tally = before
                self._holdings = Holdings(self._ledger.view())
            else:
                return

    def _note(self, note: Note) -> None:
        if len(self._tally.notes) < _MOST_NOTES:
            self._tally.notes[note] = None
        elif note not in self._tally.notes:
            self._tally.unnoted += 1

    def _report(self) -> ImportReport:
        tally = self._tally
        notes = [*tally.notes]
        if tally.unnoted:
            notes.append(Note("the file", f"there are {tally.unnoted:,} notes more"))
        return ImportReport(
            read=sum(tally.columns.values()) + len(tally.rejected),
            **tally.columns,
            **tally.made,
            rejected=tuple(tally.rejected),
            absent=tally.absent,
            notes=tuple(notes),
            dry_run=self._dry_run,
        )

    def _count(self, outcome: _Outcome) -> None:
        if outcome.source is not None or outcome.matched:
            self._tally.columns[outcome.column] += 1

    # -- one item

    def _take_item(self, item: Item, batch: Batch) -> None:
        try:
            events = self._events_of(item)
        except EvledgerError as error:
            raw = "" if item.source is None else repr(dict(item.source))
            self._tally.rejected.append(Rejection(item.place, str(error), raw))
            return
        outcome = self._take_source(events, batch)
        if outcome is None:
            self._tally.absent += 1
            return
        told: list[ItemFlag | ItemLink] = [*sorted(events.flags, key=_date), *events.links]
        for each in told:
            if _waits(each):
                self._tally.pending.append(_Pending(outcome, each))
            else:
                self._tell(each, outcome, batch)
        if not any(map(_waits, told)):
            self._count(outcome)

    def _take_source(self, events: _Events, batch: Batch) -> _Outcome | None:
        """Add or amend the source that an item describes; ``None`` where it is passed over."""
        if events.source is None:
            return _Outcome()
        if not events.holders and self._known_only:
            return None
        if events.holders:
            outcome = _Outcome(events.holders[0])
            outcome.added = self._amend(events.holders[0], events, batch)
            self._propose_duplicates(events, outcome, batch)
        else:
            outcome = _Outcome(self._add(events, batch), is_new=True)
        for claim in () if self._known_only else events.claims:
            if outcome.is_new or claim.assertion == "manual":
                outcome.added |= self._claim(cast("str", outcome.source), claim, batch)
        return outcome

    def _add(self, events: _Events, batch: Batch) -> str:
        fields = events.fields
        id = fields.get("id") or self._new_id(SourceAdded, batch)
        capture = self._attach(events.capture, batch)
        batch.append(attrs.evolve(cast("Any", events.source), id=id, capture=capture))
        self._holdings.remember(id, {**fields, "id": id, "capture": capture})
        self._tally.made["sources"] += 1
        return str(id)

    def _new_id(self, cls: type[Event], batch: Batch) -> str:
        if self._dry_run:  # the store's counters stay as they are
            return f"new-{sum(self._tally.made.values())}"
        return batch.new_id(cls)

    def _attach(self, capture: Capture | None, batch: Batch) -> Any:
        return None if capture is None else batch.attach(capture.data, capture.media_type)

    def _amend(self, id: str, events: _Events, batch: Batch) -> bool:
        """Add to a source the locators, and the words of its own, that it did not have."""
        changes: dict[str, Any] = {}
        new = self._holdings.new(events.fields.get("locators", ()))
        if new:
            changes["locators_added"] = new
            self._holdings.hold(id, new)
        if events.capture is not None and self._wants_capture(id):
            changes["capture"] = self._attach(events.capture, batch)
            changes["kind"] = self._holdings.scientific_kind(id)  # else the digest is sealed
            self._holdings.capture(id)
        if not changes:
            return False
        why = f"{events.place} of an import has it"
        event = self._vocabulary.structure("source-amended", {"source": id, "why": why})
        batch.append(attrs.evolve(cast("Any", event), **changes))
        return True

    def _wants_capture(self, id: str) -> bool:
        return not self._known_only and self._holdings.lacks_capture(id)

    def _claim(self, source: str, claim: ClaimTagged, batch: Batch) -> bool:
        if not self._holdings.is_new(source, claim):
            return False
        id = self._new_id(ClaimTagged, batch) if claim.id == _NO_ID else claim.id
        self._holdings.name_claim(id, source, claim.text)
        batch.append(attrs.evolve(cast("Any", claim), id=id, source=source))
        self._tally.made["claims"] += 1
        return True

    # -- flags and links

    def _propose_duplicates(self, events: _Events, outcome: _Outcome, batch: Batch) -> None:
        """Propose that sources which one record names as one are duplicates; none is dropped."""
        basis = f"{events.place} of an import names both as one"
        for other in events.holders[1:]:
            outcome.flagged |= self._link(other, events.holders[0], "duplicate-of", basis, batch)

    def _tell(self, told: ItemFlag | ItemLink, outcome: _Outcome, batch: Batch) -> bool:
        """Append what a record tells, and say whether the sources that it is about are there."""
        if isinstance(told, ItemFlag):
            return self._tell_flag(told, outcome, batch)
        source, other = self._one(told.source, outcome), self._one(told.other, outcome)
        if source is None or other is None:
            return False
        outcome.matched = True
        outcome.added |= self._link(source, other, told.relation, told.basis, batch)
        return True

    def _tell_flag(self, flag: ItemFlag, outcome: _Outcome, batch: Batch) -> bool:
        """Flag every source that the locators name; two of one work are both retracted."""
        own = () if outcome.source is None else (outcome.source,)
        sources = self._holdings.holders(flag.of) if flag.of else own
        for source in sources:
            outcome.matched = True
            outcome.flagged |= self._flag(source, flag, batch)
        return bool(sources)

    def _one(self, locators: Sequence[str], outcome: _Outcome) -> str | None:
        """Return the source that some locators name; none of them name the record's own."""
        if not locators:
            return outcome.source
        return next(iter(self._holdings.holders(locators)), None)

    def _flag(self, source: str, flag: ItemFlag, batch: Batch) -> bool:
        said = (source, flag.status, flag.according_to, flag.notice or flag.date)
        if said in self._holdings.flags:
            return False
        self._holdings.flags.add(said)
        batch.append(self._vocabulary.structure("source-flagged", _flag_data(source, flag)))
        self._tally.made["flags"] += 1
        return True

    def _link(self, source: str, other: str, relation: str, basis: str, batch: Batch) -> bool:
        name = f"link:{source}/{other}/{relation}"
        if source == other or name in self._holdings.links:
            return False
        self._holdings.links.add(name)
        link = {"source": source, "other": other, "relation": relation}
        data = {**link, "assertion": "automatic", "basis": basis}
        batch.append(self._vocabulary.structure("source-linked", data))
        self._tally.made["links"] += 1
        return True

    # -- what an item would become

    def _events_of(self, item: Item) -> _Events:
        """Return what an item would become, held to its schema and to the ledger.

        Raises:
            Invalid: the item cannot be imported; the message says why.
        """
        flags = tuple(self._flags_of(item))
        links = tuple(self._links_of(item))
        if item.source is None:
            if not flags and not links:
                msg = "it describes no source, and says nothing of others that could be kept"
                raise Invalid(msg)
            return _Events(item.place, flags=flags, links=links)
        fields = self._without_contested(item, self._with_normal_locators(item.source))
        source = self._structured("source-added", {"id": "s0", **fields})
        claims = tuple(self._claims_of(item))
        holders = self._holdings.identified(fields)
        self._check_claim_ids(claims, holders)
        return _Events(
            item.place,
            source=cast("SourceAdded", source),
            fields=fields,
            holders=holders,
            claims=claims,
            capture=item.capture,
            flags=flags,
            links=links,
        )

    def _without_contested(self, item: Item, fields: dict[str, Any]) -> dict[str, Any]:
        """Leave out locators of other works; they become mentions, with a note."""
        contested = self._holdings.contested(fields)
        if not contested:
            return fields
        for name, id in contested.items():
            title = self._holdings.title(id)
            self._note(Note(item.place, f"{name} is that of {id}, {title!r:.80}; it was left out"))
        kept = [name for name in fields["locators"] if name not in contested]
        mentions = list(dict.fromkeys((*fields.get("mentions", ()), *contested)))
        return {**fields, "locators": kept, "mentions": mentions}

    def _structured(self, name: str, data: Mapping[str, Any]) -> Event:
        event = self._vocabulary.structure(name, data)
        if len(self._vocabulary.draft(event).data) > _LARGEST:
            msg = f"{name}: longer than {_LARGEST:,} bytes; shorten it"
            raise Invalid(msg)
        return event

    def _claims_of(self, item: Item) -> Iterator[ClaimTagged]:
        for given in item.claims:
            data = {"id": _NO_ID, **given, "source": "s0"}
            claim = cast("ClaimTagged", self._structured("claim-tagged", data))
            if claim.assertion == "automatic" and claim.tier not in self._holdings.tiers:
                text = (
                    f"claims of tier {claim.tier!r} were proposed, which the ledger does not have"
                )
                self._note(Note("the file", f"{text}; they were left out"))
                continue
            self._check_claim(claim)
            yield claim

    def _check_claim(self, claim: ClaimTagged) -> None:
        if claim.tier not in self._holdings.tiers:
            tiers = ", ".join(self._holdings.tiers)
            msg = f"tier {claim.tier!r} is none of the ledger's: {tiers}"
            raise Invalid(msg)
        for component in claim.about.components if claim.about else ():
            if component not in self._holdings.components:
                msg = f"component {component!r} is not mapped in the ledger"
                raise Invalid(msg)

    def _check_claim_ids(self, claims: Sequence[ClaimTagged], holders: Sequence[str]) -> None:
        """Refuse the id of another claim, of the ledger or of this very item."""
        given = [claim for claim in claims if claim.id != _NO_ID]
        if len({claim.id for claim in given}) < len(given):
            msg = "two of its claims have one id"
            raise Invalid(msg)
        for claim in given:
            if self._holdings.is_other_claim(claim, holders[0] if holders else None):
                msg = f"id {claim.id} is another claim here"
                raise Invalid(msg)

    def _flags_of(self, item: Item) -> Iterator[ItemFlag]:
        for flag in item.flags:
            of = self._readable(item, flag.of)
            notice = self._readable(item, [flag.notice] if flag.notice else ())
            if bool(of) == bool(flag.of):
                checked = attrs.evolve(flag, of=of, notice=notice[0] if notice else None)
                self._structured("source-flagged", _flag_data("s0", checked))
                yield checked

    def _links_of(self, item: Item) -> Iterator[ItemLink]:
        for link in item.links:
            source, other = self._readable(item, link.source), self._readable(item, link.other)
            if (bool(source), bool(other)) == (bool(link.source), bool(link.other)):
                about = {"source": "s0", "other": "s0", "relation": link.relation}
                self._structured("source-linked", {**about, "basis": link.basis})
                yield attrs.evolve(link, source=source, other=other)

    def _readable(self, item: Item, locators: Sequence[str]) -> list[str]:
        """Return another source's locators in normal form; a note tells of what is none."""
        names: dict[str, None] = {}
        for locator in locators:
            try:
                names[self._vocabulary.normalise(locator)] = None
            except Invalid as error:
                self._note(
                    Note(item.place, f"what it says of another source was left out: {error}")
                )
        return list(names)

    def _with_normal_locators(self, source: Mapping[str, Any]) -> dict[str, Any]:
        fields = {name: value for name, value in source.items() if value is not None}
        for name in ("locators", "mentions"):
            if name in fields:
                fields[name] = _normal(name, fields[name], self._vocabulary.normalise)
        return fields


@attrs.frozen
class _Events:
    """What an item would become."""

    place: str
    source: SourceAdded | None = attrs.field(default=None, kw_only=True)
    fields: Mapping[str, Any] = attrs.field(factory=dict[str, Any], kw_only=True)
    holders: Sequence[str] = attrs.field(default=(), kw_only=True)
    claims: Sequence[ClaimTagged] = attrs.field(default=(), kw_only=True)
    capture: Capture | None = attrs.field(default=None, kw_only=True)
    flags: Sequence[ItemFlag] = attrs.field(default=(), kw_only=True)
    links: Sequence[ItemLink] = attrs.field(default=(), kw_only=True)


def _flag_data(source: str, flag: ItemFlag) -> dict[str, Any]:
    told = attrs.asdict(flag, filter=lambda field, value: field.name != "of" and value is not None)
    return {"source": source, **told}


def _date(told: ItemFlag | ItemLink) -> str:
    """Order flags as things happened, for the last one stands; what has no date is news."""
    return told.date or "9999" if isinstance(told, ItemFlag) else ""


def _waits(told: ItemFlag | ItemLink) -> bool:
    """Return whether something may be about a source that comes later in the file."""
    return bool(told.of) if isinstance(told, ItemFlag) else bool(told.source or told.other)


def _normal(name: str, values: Any, normalise: Callable[[str], str]) -> list[str]:
    if not is_list(values) or not all(isinstance(value, str) for value in values):
        msg = f"{name}: expected an array of texts, got {values!r:.80}"
        raise Invalid(msg)
    return list(dict.fromkeys(map(normalise, values)))
