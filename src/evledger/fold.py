"""The fold: takes one record after the other into a state.

Entries are values; what a later record changes is a new value under the same id.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import attrs
import msgspec

from evledger.codec import read_line
from evledger.entries import (
    Caveat,
    Claim,
    Component,
    Entry,
    Evidence,
    Flag,
    Gap,
    Link,
    Question,
    Section,
    Source,
    Verdict,
    Waiver,
)
from evledger.events import Tier
from evledger.exceptions import PLUGIN_ERRORS, Invalid, blame
from evledger.seals import Hidden

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from evledger.codec import Line
    from evledger.events import Event
    from evledger.record import Record
    from evledger.vocabulary import Vocabulary

__all__ = ["FailedPart", "Fold", "Projection", "State"]

E = TypeVar("E", bound=Entry)


@attrs.define(kw_only=True)
class State:
    """All that the fold has gathered; JSON can hold it, and it holds no sealed value.

    Attributes:
        size: how many records it has taken in.
        at: the time of the last.
        name, id, title, subject, tiers, origin: the ledger's description.
        erased: the sealed fields that are gone, as (record, field).
        unknown: how many records of each unknown type.
        unfit: the records whose data is not what their type says, or that change nothing known.
        why_unfit: for each type of these, what was wrong with the first.
    """

    size: int = 0
    at: str = ""
    name: str = ""
    id: str = ""
    title: str = ""
    subject: str | None = None
    origin: str | None = None
    tiers: tuple[Tier, ...] = ()
    sources: dict[str, Source] = attrs.field(factory=dict[str, Source])
    claims: dict[str, Claim] = attrs.field(factory=dict[str, Claim])
    questions: dict[str, Question] = attrs.field(factory=dict[str, Question])
    gaps: dict[str, Gap] = attrs.field(factory=dict[str, Gap])
    caveats: dict[str, Caveat] = attrs.field(factory=dict[str, Caveat])
    sections: dict[str, Section] = attrs.field(factory=dict[str, Section])
    components: dict[str, Component] = attrs.field(factory=dict[str, Component])
    links: dict[str, Link] = attrs.field(factory=dict[str, Link])
    waivers: list[Waiver] = attrs.field(factory=list[Waiver])
    erased: list[tuple[int, str]] = attrs.field(factory=list[tuple[int, str]])
    unknown: dict[str, int] = attrs.field(factory=dict[str, int])
    unfit: list[int] = attrs.field(factory=list[int])
    why_unfit: dict[str, str] = attrs.field(factory=dict[str, str])

    def copy(self) -> State:
        """Return a state that later records leave as it is; the entries are shared."""
        twin = copy.copy(self)
        for attribute in attrs.fields(State):
            value = getattr(self, attribute.name)
            if isinstance(value, dict | list):
                setattr(twin, attribute.name, value.copy())
        return twin


class _Unfit(Exception):
    """A record that changes nothing that is known."""


_ADDS: Final[dict[str, tuple[str, msgspec.json.Decoder[Any]]]] = {
    "source-added": ("sources", msgspec.json.Decoder(Source)),
    "claim-tagged": ("claims", msgspec.json.Decoder(Claim)),
    "question-created": ("questions", msgspec.json.Decoder(Question)),
    "gap-noted": ("gaps", msgspec.json.Decoder(Gap)),
    "caveat-noted": ("caveats", msgspec.json.Decoder(Caveat)),
}
"""The events that introduce an entry, decoded straight into it: most of a ledger is these."""


def _stamped(entry: E, line: Line) -> E:
    # The entry was decoded a moment ago and is still ours alone; copying it would cost
    # more than decoding it did.
    put = msgspec.structs.force_setattr
    put(entry, "n", line.n)
    put(entry, "at", line.at)
    put(entry, "by", line.by)
    if line.sealed:
        put(entry, "sealed", dict.fromkeys(line.sealed, line.n))
    return entry


def _change(entries: dict[str, E], id: str, n: int, **changes: Any) -> None:
    entry = entries.get(id)
    if entry is None:
        raise _Unfit
    entries[id] = msgspec.structs.replace(entry, history=(*entry.history, n), **changes)


def _given(event: Event, names: Iterable[str]) -> dict[str, Any]:
    values = ((name, getattr(event, name)) for name in names)
    return {name: value for name, value in values if value is not None}


def _opened(state: State, line: Line, event: Any) -> None:
    del line
    for name in ("name", "id", "title", "subject", "tiers", "origin"):
        setattr(state, name, getattr(event, name))


def _described(state: State, line: Line, event: Any) -> None:
    del line
    for name, value in _given(event, ("title", "subject", "tiers", "origin")).items():
        setattr(state, name, value)


def _section(state: State, line: Line, event: Any) -> None:
    section = Section(section=event.section, heading=event.heading, body=event.body)
    state.sections[event.section] = _stamped(section, line)


def _component(state: State, line: Line, event: Any) -> None:
    component = Component(
        id=event.id, component=event.component, layer=event.layer, sibling=event.sibling
    )
    state.components[event.id] = _stamped(component, line)


_AMENDABLE: Final = (
    *("kind", "title", "authors", "author_count", "venue", "platform", "community"),
    *("published", "url", "language", "retrieved", "capture"),
)


def _amended(state: State, line: Line, event: Any) -> None:
    source = state.sources.get(event.source)
    if source is None:
        raise _Unfit
    given = _given(event, _AMENDABLE)
    sealed = {name: n for name, n in source.sealed.items() if name not in given}
    sealed |= {name: line.n for name in line.sealed if name in given}
    kept = [name for name in source.locators if name not in event.locators_dropped]
    _change(
        state.sources,
        event.source,
        line.n,
        sealed=sealed,
        locators=(*kept, *event.locators_added),
        **given,
    )


def _flagged(state: State, line: Line, event: Any) -> None:
    source = state.sources.get(event.source)
    if source is None:
        raise _Unfit
    flag = Flag(
        status=event.status,
        according_to=event.according_to,
        notice=event.notice,
        date=event.date,
        n=line.n,
    )
    _change(state.sources, event.source, line.n, flags=(*source.flags, flag))


def _linked(state: State, line: Line, event: Any) -> None:
    link = Link(
        source=event.source,
        other=event.other,
        relation=event.relation,
        assertion=event.assertion,
        basis=event.basis,
    )
    state.links.setdefault(link.name, _stamped(link, line))


def _retagged(state: State, line: Line, event: Any) -> None:
    claim = state.claims.get(event.claim)
    if claim is None:
        raise _Unfit
    given = _given(event, ("text", "tier", "stance", "about"))
    sealed = {name: n for name, n in claim.sealed.items() if name not in given}
    sealed |= {name: line.n for name in line.sealed if name in given}
    _change(state.claims, event.claim, line.n, sealed=sealed, **given)


def _withdrawn(state: State, line: Line, event: Any) -> None:
    _change(state.claims, event.claim, line.n, withdrawn=_words(event.why))


def _reviewed(state: State, line: Line, event: Any) -> None:
    verdict = Verdict(verdict=event.verdict, why=event.why, by=line.by, n=line.n)
    kind, _, id = event.target.partition(":")
    if kind == "source":
        _change(state.sources, id, line.n, review=verdict)
    elif kind == "claim":
        _change(state.claims, id, line.n, review=verdict)
    elif event.target in state.links:
        _change(state.links, event.target, line.n, review=verdict)
    else:
        _review_evidence(state, line, event.target, verdict)


def _review_evidence(state: State, line: Line, target: str, verdict: Verdict) -> None:
    question = state.questions.get(target.removeprefix("link:").partition("/")[0])
    if question is None or all(evidence.name != target for evidence in question.evidence):
        raise _Unfit
    evidence = tuple(
        msgspec.structs.replace(e, review=verdict) if e.name == target else e
        for e in question.evidence
    )
    _change(state.questions, question.id, line.n, evidence=evidence)


def _question_closed(state: State, line: Line, event: Any) -> None:
    _change(state.questions, event.question, line.n, status="closed", why=_words(event.why))


def _question_withdrawn(state: State, line: Line, event: Any) -> None:
    _change(state.questions, event.question, line.n, status="withdrawn", why=_words(event.why))


def _evidence_name(event: Any) -> str:
    return f"link:{event.question}/{event.claim or event.source}/{event.relation}"


def _evidence_linked(state: State, line: Line, event: Any) -> None:
    question = state.questions.get(event.question)
    if question is None:
        raise _Unfit
    evidence = Evidence(
        name=_evidence_name(event),
        relation=event.relation,
        claim=event.claim,
        source=event.source,
        assertion=event.assertion,
        basis=event.basis,
        n=line.n,
    )
    _change(state.questions, question.id, line.n, evidence=(*question.evidence, evidence))


def _evidence_unlinked(state: State, line: Line, event: Any) -> None:
    question = state.questions.get(event.question)
    if question is None:
        raise _Unfit
    name = _evidence_name(event)
    kept = tuple(evidence for evidence in question.evidence if evidence.name != name)
    _change(state.questions, question.id, line.n, evidence=kept)


def _gap_closed(state: State, line: Line, event: Any) -> None:
    _change(state.gaps, event.gap, line.n, closed=_words(event.why))


def _caveat_withdrawn(state: State, line: Line, event: Any) -> None:
    _change(state.caveats, event.caveat, line.n, withdrawn=_words(event.why))


def _waived(state: State, line: Line, event: Any) -> None:
    waiver = Waiver(
        rule=event.rule, target=event.target, why=_words(event.why), by=line.by, n=line.n
    )
    state.waivers.append(waiver)


def _erased(state: State, line: Line, event: Any) -> None:
    del line
    state.erased += ((event.n, field) for field in event.fields)


def _words(text: str | Hidden) -> str:
    return str(text)


_FOLDS: Final[Mapping[str, Callable[[State, Line, Any], None]]] = {
    "ledger-opened": _opened,
    "ledger-described": _described,
    "section-written": _section,
    "component-mapped": _component,
    "source-amended": _amended,
    "source-flagged": _flagged,
    "source-linked": _linked,
    "claim-retagged": _retagged,
    "claim-withdrawn": _withdrawn,
    "reviewed": _reviewed,
    "question-closed": _question_closed,
    "question-withdrawn": _question_withdrawn,
    "evidence-linked": _evidence_linked,
    "evidence-unlinked": _evidence_unlinked,
    "gap-closed": _gap_closed,
    "caveat-withdrawn": _caveat_withdrawn,
    "finding-waived": _waived,
    "fields-erased": _erased,
}


class Projection(Protocol):
    """What brings a plugin's events into the view, as a part of its own.

    Attributes:
        name: under which the view offers the result.
        version: raise it when ``apply`` changes.
    """

    @property
    def name(self) -> str:
        """The projection's name."""
        ...

    @property
    def version(self) -> int:
        """The version of what it gathers."""
        ...

    def start(self) -> Any:
        """Return the state to begin with."""
        ...

    def apply(self, state: Any, record: Record) -> Any:
        """Take in one record, of whatever type, and give the state that results.

        Sealed values are withheld from it, so that what is erased lives on in no state.
        """
        ...

    def freeze(self, state: Any) -> Any:
        """Return a value that later records leave as it is."""
        ...


@attrs.frozen
class FailedPart:
    """What stands in a view for a projection that failed.

    Attributes:
        name: of the projection.
        n: the record at which it failed.
        reason: what it raised.
    """

    name: str
    n: int
    reason: str

    def __str__(self) -> str:
        return f"projection {self.name!r} failed at record {self.n}: {self.reason}"


class Fold:
    """Takes one record after the other into a state.

    Args:
        vocabulary: the event types that are known.
        projections: what plugins bring.
    """

    def __init__(self, vocabulary: Vocabulary, projections: Iterable[Projection] = ()) -> None:
        self.state = State()
        # A stranger's name is read once: it may be another each time.
        self.projections = {projection.name: projection for projection in projections}
        self._vocabulary = vocabulary
        self._adds = _adders(self.state, vocabulary)
        self._parts = {name: _start(name, each) for name, each in self.projections.items()}

    def take_all(self, texts: Iterable[bytes]) -> None:
        """Take in the next records' lines."""
        state = self.state
        for text in texts:
            line = read_line(text)
            adds = self._adds.get(line.type)
            try:
                if adds is not None and line.v == adds.version:
                    entry = _stamped(adds.decode(line.data), line)
                    adds.entries.setdefault(entry.id, entry)
                else:
                    self._apply(line)
            except (_Unfit, Invalid, msgspec.MsgspecError, UnicodeDecodeError) as error:
                state.unfit.append(line.n)
                state.why_unfit.setdefault(line.type, _why(line, error))
            state.size += 1
            state.at = line.at

    def project(self, record: Record) -> None:
        """Show a record to the projections; one that fails is shown no more."""
        for name, projection in self.projections.items():
            state = self._parts[name]
            if isinstance(state, FailedPart):
                continue
            try:
                after = projection.apply(state, record)
            except PLUGIN_ERRORS as error:  # whatever a plugin raises concerns it alone
                after = FailedPart(name, record.n, blame(error))
            if after is None and state is not None:
                why = "apply returned None; it must return the state"
                after = FailedPart(name, record.n, why)
            self._parts[name] = after

    def parts(self) -> dict[str, Any]:
        """Return what the projections have gathered, or why one of them has not."""
        return {name: self._part(name, each) for name, each in self.projections.items()}

    def _part(self, name: str, projection: Projection) -> Any:
        state = self._parts[name]
        if isinstance(state, FailedPart):
            return state
        try:
            return projection.freeze(state)
        except PLUGIN_ERRORS as error:  # as above
            return FailedPart(name, self.state.size, blame(error))

    def _apply(self, line: Line) -> None:
        kind = self._vocabulary.type_of(line.type)
        if kind is None or line.v > kind.version:
            name = line.type if kind is None else f"{line.type} v{line.v}"
            self.state.unknown[name] = self.state.unknown.get(name, 0) + 1
        elif line.type in self._adds:
            adds = self._adds[line.type]
            entry = _stamped(adds.decode(self._vocabulary.current(line)), line)
            adds.entries.setdefault(entry.id, entry)
        else:
            hidden = dict.fromkeys(line.sealed, Hidden.WITHHELD)
            event = self._vocabulary.event(line, hidden)  # a plugin's, too: is it what it says?
            if line.type in _FOLDS:
                _FOLDS[line.type](self.state, line, event)


def _why(line: Line, error: Exception) -> str:
    """Return what was wrong with a record, beginning with its type."""
    said = str(error) or "it changes nothing that is known"
    return said if said.startswith(line.type) else f"{line.type}: {said}"


def _start(name: str, projection: Projection) -> Any:
    try:
        return projection.start()
    except PLUGIN_ERRORS as error:  # whatever a plugin raises concerns it alone
        return FailedPart(name, 0, blame(error))


@attrs.frozen
class _Adds:
    """What an event that introduces an entry is decoded into, and where that goes."""

    version: int
    decode: Callable[[bytes | msgspec.Raw], Any]
    entries: dict[str, Any]


def _adders(state: State, vocabulary: Vocabulary) -> dict[str, _Adds]:
    found: dict[str, _Adds] = {}
    for name, (into, decoder) in _ADDS.items():
        kind = vocabulary.type_of(name)
        if kind is not None:
            found[name] = _Adds(kind.version, decoder.decode, getattr(state, into))
    return found
