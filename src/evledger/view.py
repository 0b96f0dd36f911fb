"""The view: a ledger's state at a head, for reading.

Sealed values are opened where the vault still holds them;
what is hidden says why, as :class:`~evledger.Hidden`.
"""

from __future__ import annotations

import copy
import functools
import typing
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar, overload

import attrs
import msgspec

from evledger.counting import Counted, count
from evledger.entries import Claim, Entry, Question
from evledger.events import Attachment
from evledger.exceptions import Broken, NotFound, PluginError
from evledger.fold import FailedPart
from evledger.phrases import counted, listed
from evledger.seals import Hidden

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evledger.chain import Head
    from evledger.fold import State

__all__ = ["Change", "Counts", "Entries", "Lineage", "View", "diff"]

E = TypeVar("E", bound=Entry)
P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)


class Entries(Mapping[str, E], Generic[E]):
    """Entries by id, in the order in which they came, with sealed values opened on reading."""

    def __init__(self, entries: Mapping[str, E], reveal: Callable[[E], E]) -> None:
        self._entries = entries
        self._reveal = reveal
        self._revealed: dict[str, E] = {}

    def __getitem__(self, id: str) -> E:
        entry = self._entries[id]
        if not entry.sealed:
            return entry
        if id not in self._revealed:
            self._revealed[id] = self._reveal(entry)
        return self._revealed[id]

    def unopened(self) -> Iterator[E]:
        """Return every entry as it stands in the chain, with what is sealed in it withheld.

        What was there in an earlier view of the same ledger, and has not changed, is the same.
        """
        return iter(self._entries.values())

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __contains__(self, id: object) -> bool:
        return id in self._entries  # without opening what is sealed in it

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"<{len(self)} entries: {', '.join(list(self)[:8])}{', …' if len(self) > 8 else ''}>"


@attrs.frozen(kw_only=True)
class Counts:
    """How many of what; each group adds up to its total.

    Attributes:
        events: records in the chain.
        sources: all sources.
        sources_by_kind: of each kind.
        sources_by_platform: of each platform; ``""`` for those of none.
        claims: all claims, whether they count as evidence or not.
        counted: the claims that count, as :attr:`View.counted` tells.
        claims_by_tier: those that count, of each tier, in the ledger's order of tiers.
        claims_by_stance: those that count, of each stance.
        left_out: those that do not count, by the reason, of
            :data:`evledger.counting.REASONS`, why they do not.
    """

    events: int
    sources: int
    sources_by_kind: Mapping[str, int]
    sources_by_platform: Mapping[str, int]
    claims: int
    counted: int
    claims_by_tier: Mapping[str, int]
    claims_by_stance: Mapping[str, int]
    left_out: Mapping[str, int]


class Lineage:
    """What the views of one ledger share as it grows; each later one holds all of the earlier.

    What is derived from a view, and can be brought up to date from there, is kept under it in a
    :class:`weakref.WeakKeyDictionary`: it goes when the ledger is let go.
    """


class _Freezing(Protocol[P_co]):
    """As much of a :class:`~evledger.fold.Projection` as tells what it gathers."""

    @property
    def name(self) -> str: ...
    def freeze(self, state: Any) -> P_co: ...


class View:
    """A ledger's state at one head, which nothing changes any more.

    Attributes:
        ledger, id, title, subject, tiers, origin: the ledger's description.
        head: the head it was folded to.
        sources, claims, questions, gaps, caveats, sections, components, links: entries by id.
        waivers: findings that were let stand.
        unknown: how many records of each type that is not known here; they may change the picture.
        unfit: records whose data is not what their type says.
        erased: the sealed fields that are gone, whenever they went, as (record, field).
        lineage: what it shares with the later views of the same ledger.

    The examples of its methods go on from this one:

    >>> import evledger
    >>> store = evledger.open("memory:")
    >>> semax = store.create("semax", title="Semax and BDNF", by="curator")
    >>> with semax.batch(by="curator") as batch:
    ...     trial = batch.add_source(kind="journal-article", title="A trial in stroke")
    ...     rats = batch.add_source(kind="journal-article", title="A study in rats")
    ...     claim = batch.tag_claim(
    ...         source=trial, tier="human", stance="supports", text="Scores rose.", quote="…"
    ...     )
    >>> view = semax.view()
    >>> view.sources["s1"].title, list(view.claims)
    ('A trial in stroke', ['c1'])
    """

    def __init__(
        self,
        state: State,
        head: Head,
        openings: Mapping[tuple[int, str], bytes] | None = None,
        erased: Iterable[tuple[int, str]] = (),
        parts: Mapping[str, Any] | None = None,
        *,
        read: Callable[[Attachment], bytes] | None = None,
        lineage: Lineage | None = None,
    ) -> None:
        self._state = state
        self._read = read
        self.lineage = lineage or Lineage()
        self._openings = openings or {}
        self.erased = frozenset(erased).union((n, field) for n, field in state.erased)
        self._parts = parts or {}
        self.head = head
        self.at = state.at
        self.ledger, self.id, self.title = state.name, state.id, state.title
        self.subject, self.origin, self.tiers = state.subject, state.origin, state.tiers
        self.sources = Entries(state.sources, self._reveal)
        self.claims = Entries(state.claims, self._reveal)
        self.questions = Entries(state.questions, self._reveal)
        self.gaps = Entries(state.gaps, self._reveal)
        self.caveats = Entries(state.caveats, self._reveal)
        self.sections = Entries(state.sections, self._reveal)
        self.components = Entries(state.components, self._reveal)
        self.links = Entries(state.links, self._reveal)
        self.waivers = tuple(state.waivers)
        self.unknown: Mapping[str, int] = state.unknown
        self.unfit = tuple(state.unfit)

    def __repr__(self) -> str:
        return (
            f"<View of {self.ledger} at {self.head.size}: "
            f"{len(self.sources)} sources, {len(self.claims)} claims>"
        )

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from evledger.notebook import html_of_view  # noqa: PLC0415  # few programs draw anything

        return html_of_view(self)

    @functools.cached_property
    def counts(self) -> Counts:
        """How many of what.

        >>> view.counts.sources, view.counts.claims_by_tier["human"]
        (2, 1)
        """
        sources, counted = self.sources.values(), self.counted
        tiers = {tier: len(ids) for tier, ids in counted.tiers.items()}
        order = {tier.slug: tiers.pop(tier.slug, 0) for tier in self.tiers}
        stances = (self.claims[id].stance for id in counted.claims)
        return Counts(
            events=self.head.size,
            sources=len(self.sources),
            sources_by_kind=Counter(str(source.kind) for source in sources),
            sources_by_platform=Counter(str(source.platform or "") for source in sources),
            claims=len(self.claims),
            counted=len(counted.claims),
            claims_by_tier={**order, **tiers},
            claims_by_stance=Counter(map(str, stances)),
            left_out={reason: len(ids) for reason, ids in counted.left_out.items()},
        )

    @functools.cached_property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of this view must know: records that it could not take in.

        >>> view.warnings
        ()
        """
        found = [
            f"{counted(count, 'record')} of unknown type {name} may change this picture"
            for name, count in sorted(self.unknown.items())
        ]
        if self.unfit:
            records = counted(len(self.unfit), "record")
            places = listed([str(n) for n in self.unfit])
            found.append(f"{records} could not be read and left out: {places}")
            found += [why for _, why in sorted(self._state.why_unfit.items())]
        found += [str(part) for part in self._parts.values() if isinstance(part, FailedPart)]
        return tuple(found)

    @functools.cached_property
    def counted(self) -> Counted:
        """Which claims count as evidence, and why the others do not.

        >>> view.counted.claims, view.counted.sources
        (('c1',), ('s1',))
        """
        state = self._state
        return count(
            self._plain(state.sources), self._plain(state.claims).values(), self.links.values()
        )

    def _plain(self, entries: Mapping[str, E]) -> Mapping[str, E]:
        """Return entries with what counting needs open; quotes and titles, which it does not, stay.

        Opening every quote of a large ledger would cost more than all of the counting.
        """
        sealed = {
            id: entry
            for id, entry in entries.items()
            if entry.sealed and _COUNTS.intersection(entry.sealed)
        }
        if not sealed:
            return entries
        return {**entries, **{id: self._reveal(entry) for id, entry in sealed.items()}}

    def claims_of(self, source: str) -> tuple[Claim, ...]:
        """Return the claims drawn from a source, in order.

        Raises:
            NotFound: there is no such source.

        >>> [claim.id for claim in view.claims_of("s1")], view.claims_of("s2")
        (['c1'], ())
        """
        if source not in self.sources:
            msg = f"no source {source!r} in {self.ledger} at {self.head.size}"
            raise NotFound(msg)
        return tuple(self.claims[id] for id in self._claims_by_source.get(source, ()))

    @functools.cached_property
    def _claims_by_source(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for id, claim in self._state.claims.items():
            found.setdefault(claim.source, []).append(id)
        return found

    def captured(self, source: str) -> str:
        """Return the text that was captured of a source: an abstract, a post.

        Returns:
            The text; nothing where none was captured, or it is no text, hidden, or not kept here.

        Raises:
            NotFound: there is no such source.

        >>> view.captured("s1")
        ''
        """
        if source not in self.sources:
            msg = f"no source {source!r} in {self.ledger} at {self.head.size}"
            raise NotFound(msg)
        capture = self.sources[source].capture
        if not isinstance(capture, Attachment) or not capture.media_type.startswith("text/"):
            return ""
        try:
            return self._read(capture).decode(errors="replace") if self._read else ""
        except NotFound:
            return ""

    def without(self, source: str) -> View:
        """Return the view as it would be without one source, its claims and its links.

        Raises:
            NotFound: there is no such source.

        >>> view.without("s1")
        <View of semax at 4: 1 sources, 0 claims>
        """
        gone = frozenset(claim.id for claim in self.claims_of(source))
        state = copy.copy(self._state)
        state.sources = _left(state.sources, frozenset((source,)))
        state.claims = _left(state.claims, gone)
        links = [n for n, link in state.links.items() if source in (link.source, link.other)]
        state.links = _left(state.links, frozenset(links))
        state.questions = {
            id: _without_evidence(question, source, gone)
            for id, question in state.questions.items()
        }
        return View(state, self.head, self._openings, self.erased, self._parts, read=self._read)

    @overload
    def part(self, projection: str) -> Any: ...
    @overload
    def part(self, projection: type[_Freezing[P]]) -> P: ...
    @overload
    def part(self, projection: _Freezing[P]) -> P: ...
    def part(self, projection: _Freezing[P] | type[_Freezing[P]] | str) -> P | Any:
        """Return what a plugin's projection gathered.

        Args:
            projection: it, or its class, which tells the type of what it gathered; or its name.

        Raises:
            NotFound: the ledger was opened without that projection.
            PluginError: the projection failed.

        >>> view.part("mylab:doses")
        Traceback (most recent call last):
        ...
        evledger.exceptions.NotFound: no projection 'mylab:doses' here; there are: ...
        """
        given: Any = projection
        name: str = given if isinstance(projection, str) else given.name
        if name not in self._parts:
            msg = f"no projection {name!r} here; there are: {', '.join(self._parts) or 'none'}"
            raise NotFound(msg)
        part = self._parts[name]
        if isinstance(part, FailedPart):
            raise PluginError(str(part), kind="projection", name=name)
        return part

    def state_of(self, n: int, field: str) -> Hidden | None:
        """Return why a sealed field of a record is hidden; ``None`` where it is open.

        >>> view.state_of(3, "quote") is None
        True
        """
        if (n, field) in self._openings:
            return None
        return Hidden.ERASED if (n, field) in self.erased else Hidden.WITHHELD

    def _reveal(self, entry: E) -> E:
        values = {field: self._value(entry, field, n) for field, n in entry.sealed.items()}
        return msgspec.structs.replace(entry, **values)

    def _value(self, entry: Entry, field: str, n: int) -> Any:
        hidden = self.state_of(n, field)
        if hidden is not None:
            return hidden
        try:
            value = msgspec.json.decode(self._openings[n, field])[2]
        except (msgspec.MsgspecError, UnicodeDecodeError, IndexError, TypeError) as error:
            msg = f"the vault's copy of {field} of record {n} is damaged; run 'evledger verify'"
            raise Broken(msg) from error
        return msgspec.convert(value, _hints(type(entry))[field])


_COUNTS: Final = frozenset(("about", "assertion", "stance"))
"""The fields of claims and links that decide what counts."""


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _left(entries: dict[str, E], gone: frozenset[str]) -> dict[str, E]:
    if not gone:
        return entries
    left = entries.copy()
    for id in gone:
        del left[id]
    return left


def _without_evidence(question: Question, source: str, claims: frozenset[str]) -> Question:
    kept = tuple(e for e in question.evidence if e.source != source and e.claim not in claims)
    if len(kept) == len(question.evidence):
        return question
    return msgspec.structs.replace(question, evidence=kept)


# -- differences -------------------------------------------------------------------------

_KINDS: Final = {
    "source": "sources",
    "claim": "claims",
    "question": "questions",
    "gap": "gaps",
    "caveat": "caveats",
    "section": "sections",
    "component": "components",
    "link": "links",
}


@attrs.frozen
class Change:
    """What became of one entry between two views.

    Attributes:
        kind: ``source``, ``claim``, ``question``, ``gap``, ``caveat``, ``section``,
            ``component``, ``link``, or ``ledger`` for the description.
        id: its id.
        what: ``added``, ``changed`` or ``removed``.
        fields: field → (before, after), for what changed.
    """

    kind: str
    id: str
    what: str
    fields: Mapping[str, tuple[Any, Any]] = attrs.field(factory=dict[str, tuple[Any, Any]])


def diff(before: View, after: View) -> tuple[Change, ...]:
    """Return what changed from one view to another, of the same ledger or not.

    Args:
        before: the earlier view.
        after: the later one.

    Returns:
        One change for each entry that differs; none where the views are equal.

    >>> for change in diff(semax.view(n=3), semax.view()):
    ...     print(change.what, change.kind, change.id)
    added claim c1
    """
    changes: list[Change] = []
    about = _differences(before, after, ("title", "subject", "tiers", "origin"))
    if about:
        changes.append(Change("ledger", after.ledger, "changed", about))
    for kind, name in _KINDS.items():
        old: Mapping[str, Entry] = getattr(before, name)
        new: Mapping[str, Entry] = getattr(after, name)
        changes += [Change(kind, id, "added") for id in new if id not in old]
        changes += [Change(kind, id, "removed") for id in old if id not in new]
        for id in new:
            if id in old and old[id] != new[id]:
                shown = [name for name in new[id].__struct_fields__ if name not in _UNSHOWN]
                fields = _differences(old[id], new[id], shown)
                changes.append(Change(kind, id, "changed", fields))
    return tuple(changes)


_UNSHOWN: Final = ("n", "at", "by", "sealed", "history")


def _differences(old: Any, new: Any, names: Iterable[str]) -> dict[str, tuple[Any, Any]]:
    pairs = ((name, getattr(old, name), getattr(new, name)) for name in names)
    return {name: (a, b) for name, a, b in pairs if a != b}
