"""Hypothesis strategies for JSON values, locators, events and whole histories of a ledger.

What an event class's annotations and marks say is all that they go by,
so they make a plugin's events as they make the built-in ones.
"""

from __future__ import annotations

import functools
import operator
import types
import typing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypeVar, cast

import attrs
from hypothesis import strategies as st
from msgspec import Meta

from evledger.events import (
    DEFAULT_TIERS,
    MARK,
    About,
    ClaimTagged,
    Event,
    EvidenceLinked,
    EvidenceUnlinked,
    FieldsErased,
    FindingWaived,
    LedgerOpened,
    Mark,
    Reviewed,
    SourceAdded,
    Tier,
    builtin_events,
)

__all__ = ["events", "histories", "json_values", "locators", "texts"]

_E = TypeVar("_E", bound=Event)

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_DIGITS: Final = "0123456789"
_CHARACTERS: Final = st.characters(exclude_categories=["Cs"])  # all but surrogates
_NAMES: Final = st.text(st.characters(max_codepoint=127), max_size=8)
_REFS: Final = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)


_MANY: Final[Mapping[type[Event], int]] = {SourceAdded: 4, ClaimTagged: 12}
"""How many come where one of another type does: a ledger is sources and claims, above all."""


def texts(max_size: int = 40) -> st.SearchStrategy[str]:
    """Return texts of all characters that a ledger can hold, the empty text left out."""
    return st.text(_CHARACTERS, min_size=1, max_size=max_size)


def json_values(max_leaves: int = 30) -> st.SearchStrategy[Any]:
    """Return JSON values that a ledger can hold: no floats, no null, names in ASCII."""
    scalars = st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text(_CHARACTERS)
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_NAMES, inner, max_size=5),
        max_leaves=max_leaves,
    )


def locators() -> st.SearchStrategy[str]:
    """Return locators in their normal form."""
    names = st.text(_LETTERS + _DIGITS, min_size=1, max_size=8)
    numbers = st.integers(1, 10**8)
    videos = st.text(_LETTERS + _LETTERS.upper() + _DIGITS + "-_", min_size=11, max_size=11)
    return st.one_of(
        st.builds("doi:10.{}/{}".format, st.integers(1000, 99999), names),
        st.builds("pmid:{}".format, numbers),
        st.builds("nct:NCT{:08}".format, st.integers(0, 10**8 - 1)),
        st.builds("reddit:t3_a{}".format, st.text(_LETTERS + _DIGITS, max_size=8)),
        st.builds("x:{}".format, numbers),
        st.builds("youtube:{}".format, videos),
        st.builds("url:https://example.org/{}".format, names),
    )


# -- one event ---------------------------------------------------------------------------


def events(cls: type[_E], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[_E]:
    """Return events of one class, each valid by itself.

    Args:
        cls: the event class.
        given: strategies for some of its fields, instead of those that its annotations suggest.
    """
    if issubclass(cls, EvidenceLinked | EvidenceUnlinked) and not given.keys() & {
        "claim",
        "source",
    }:
        return events(cls, claim=_REFS, source=st.none()) | events(
            cls, claim=st.none(), source=_REFS, **given
        )
    own = cast("dict[str, Any]", _fields(cls))  # type: ignore[arg-type]  # a class is hashable
    return st.builds(cls, **(own | given))


@functools.cache
def _fields(cls: Any) -> dict[str, st.SearchStrategy[Any]]:
    hints = typing.get_type_hints(cls, include_extras=True)
    return {
        field.name: _values(hints[field.name], field.metadata.get(MARK))
        for field in attrs.fields(cls)
    }


def _values(  # noqa: PLR0911  # one return for each form of a type
    hint: Any, mark: Mark | None = None
) -> st.SearchStrategy[Any]:
    """Return values of a field's type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return st.one_of([_values(argument, mark) for argument in arguments])
    if origin is tuple:
        items = _values(arguments[0], mark)
        return st.lists(items, max_size=3, unique_by=_identity(arguments[0])).map(tuple)
    if origin is dict:
        return st.dictionaries(_NAMES, _values(arguments[1]), max_size=3)
    if origin is Annotated:
        return _annotated(arguments[0], arguments[1:], mark)
    if origin is Literal:
        return st.sampled_from(arguments)
    if isinstance(hint, type) and attrs.has(hint):
        return st.builds(hint, **_fields(hint))
    return _plain(hint)


def _is_tuple(hint: Any) -> bool:
    return typing.get_origin(hint) is tuple or any(
        typing.get_origin(each) is tuple for each in typing.get_args(hint)
    )


def _identity(hint: Any) -> Callable[[Any], object]:
    """Return what tells the items of a tuple apart: the name that each introduces, or all of it."""
    if isinstance(hint, type) and attrs.has(hint):
        fields: Any = attrs.fields(hint)
        for field in fields:
            if field.metadata.get(MARK, Mark()).role == "key":
                return operator.attrgetter(field.name)
    return repr


def _annotated(  # noqa: PLR0911  # one return for each form of a text
    hint: Any, notes: Iterable[Any], mark: Mark | None
) -> st.SearchStrategy[Any]:
    limits = next((note for note in notes if isinstance(note, Meta)), Meta())
    if mark is not None and mark.locator and hint is str:
        return locators()
    if mark is not None and mark.link and hint is str:
        names = st.text(_LETTERS + _DIGITS, min_size=1, max_size=8)
        return st.builds("https://example.org/{}".format, names)
    if mark is not None and mark.role != "none" and hint is str and limits.pattern is None:
        return _REFS if mark.kind else st.builds("claim:{}".format, _REFS)
    if limits.pattern is not None:
        return st.from_regex(limits.pattern, fullmatch=True)
    if limits.ge is not None or limits.le is not None:
        return st.integers(_whole(limits.ge), _whole(limits.le))
    if hint is str:
        return st.text(_CHARACTERS, min_size=limits.min_length or 0, max_size=40)
    enough = limits.min_length or 0
    return _values(hint, mark).filter(lambda items: items is None or len(items) >= enough)


def _whole(limit: float | None) -> int | None:
    return None if limit is None else int(limit)


def _plain(hint: Any) -> st.SearchStrategy[Any]:
    known: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text(_CHARACTERS, max_size=40),
        int: st.integers(1 - 2**53, 2**53 - 1),
        bool: st.booleans(),
        type(None): st.none(),
    }
    return known.get(hint, json_values())


# -- histories ---------------------------------------------------------------------------


@st.composite
def histories(
    draw: st.DrawFn,
    classes: Sequence[type[Event]] = (),
    *,
    fields: Mapping[type[Event], Mapping[str, st.SearchStrategy[Any]]] | None = None,
    min_size: int = 0,
    max_size: int = 20,
) -> tuple[Event, ...]:
    """Return events that a new ledger takes in this order, each relying on earlier ones.

    Args:
        draw: handed over by Hypothesis.
        classes: event classes of which there shall be some, besides the built-in ones.
        fields: for a class, strategies for some of its fields, where its annotations do not
            say all that a value must be.
        min_size: at least so many.
        max_size: at most so many.
    """
    builtin = [cls for cls in builtin_events() for _ in range(_MANY.get(cls, 1))]
    # A stranger's few classes would be lost among the built-in ones.
    weight = max(1, len(builtin) // max(1, len(classes)))
    writer = _Writer(draw, [*builtin, *list(classes) * weight], fields or {})
    wanted = draw(st.integers(min_size, max_size))
    return tuple(writer.next() for _ in range(wanted))


class _Writer:
    """Draws one event after the other, and remembers the names that are held."""

    def __init__(
        self,
        draw: st.DrawFn,
        classes: Iterable[type[Event]],
        fields: Mapping[type[Event], Mapping[str, st.SearchStrategy[Any]]],
    ) -> None:
        self._draw = draw
        self._fields = fields
        self._classes = [c for c in classes if c not in (LedgerOpened, FieldsErased)]
        self._held: dict[str, list[str]] = {"tier": [tier.slug for tier in DEFAULT_TIERS]}
        self._introduced: Counter[str] = Counter()  # of each kind, those released included
        self._locators: dict[str, str] = {}  # locator → the source that holds it
        self._links: dict[str, EvidenceLinked | None] = {}
        self._makers: dict[type[Event], Callable[[], Event | None]] = {
            EvidenceLinked: self._evidence,
            EvidenceUnlinked: self._unlinked,
        }

    def next(self) -> Event:
        """Draw an event that the ledger takes now."""
        while True:
            cls = self._draw(st.sampled_from([c for c in self._classes if self._is_ready(c)]))
            maker = self._makers.get(cls)
            event = maker() if maker is not None else self._make(cls)
            if event is not None and self._take(event):
                return event

    def _is_ready(self, cls: Any) -> bool:
        if cls is EvidenceUnlinked:
            return any(self._links.values())
        if cls is Reviewed:
            return bool(self._targets())
        return all(
            self._held.get(mark.kind)
            for field in attrs.fields(cls)
            if (mark := field.metadata.get(MARK)) and mark.role in ("ref", "drop") and mark.kind
            if not mark.parts
            if field.default is attrs.NOTHING
        )

    def _make(self, cls: type[Event], **given: st.SearchStrategy[Any]) -> Event:
        hints = typing.get_type_hints(cls)
        for field in attrs.fields(cls):  # type: ignore[arg-type]  # every event is an attrs class
            mark: Mark | None = field.metadata.get(MARK)
            if mark is not None and field.name not in given:
                is_many = _is_tuple(hints[field.name])
                strategy = self._marked(mark, optional=field.default is None, is_many=is_many)
                given |= {} if strategy is None else {field.name: strategy}
        given |= self._special(cls) | dict(self._fields.get(cls, {}))
        event = self._draw(events(cls, **given))
        return self._released(event)

    def _marked(
        self, mark: Mark, *, optional: bool, is_many: bool
    ) -> st.SearchStrategy[Any] | None:
        if mark.letters:
            names = [f"{mark.letters}{self._introduced[mark.kind or ''] + 1}"]
            if mark.replaces:
                names += self._held.get(mark.kind or "", [])
            return st.sampled_from(names)
        if mark.role in ("ref", "drop") and mark.kind and not mark.parts:
            names = self._held.get(mark.kind, [])
            held = st.sampled_from(names) if names else st.nothing()
            if is_many:
                return st.lists(held, max_size=3 if names else 0, unique=True).map(tuple)
            return st.none() | held if optional else held
        if mark.role == "key" and mark.locator:
            free = locators().filter(lambda name: name not in self._locators)
            return st.lists(free, max_size=3, unique=True).map(tuple)
        return None

    def _special(self, cls: type[Event]) -> dict[str, st.SearchStrategy[Any]]:
        special: dict[str, st.SearchStrategy[Any]] = {}
        names = {field.name for field in attrs.fields(cls)}  # type: ignore[arg-type]  # as above
        if cls in (Reviewed, FindingWaived):
            named = self._targets()
            targets = st.sampled_from(named) if named else st.nothing()
            special["target"] = targets if cls is Reviewed else st.none() | targets
        if "about" in names:
            parts = self._held.get("component", [])
            chosen = st.lists(st.sampled_from(parts), max_size=2, unique=True) if parts else None
            special["about"] = st.none() | st.builds(
                About,
                components=st.just(()) if chosen is None else chosen.map(tuple),
                outcome=st.none() | texts(),
                population=st.none() | texts(),
            )
        return special

    def _targets(self) -> list[str]:
        named = [f"{kind}:{id}" for kind in ("source", "claim") for id in self._held.get(kind, ())]
        return named + list(self._links)

    def _released(self, event: Any) -> Event:
        """Let an amendment drop only locators that its own source holds."""
        if not hasattr(event, "locators_dropped"):
            return event  # type: ignore[no-any-return]  # it is the event given
        own = [name for name, holder in self._locators.items() if holder == event.source]
        dropped = self._draw(st.lists(st.sampled_from(own), unique=True)) if own else []
        return attrs.evolve(event, locators_dropped=tuple(dropped))  # type: ignore[no-any-return]  # the same

    def _evidence(self) -> Event | None:
        kind = self._draw(st.sampled_from(["claim", "source"]))
        other = "source" if kind == "claim" else "claim"
        if not self._held.get(kind):
            return None
        one = st.sampled_from(self._held[kind])
        return self._make(EvidenceLinked, **{kind: one, other: st.none()})

    def _unlinked(self) -> Event:
        link = self._draw(st.sampled_from([each for each in self._links.values() if each]))
        return EvidenceUnlinked(
            question=link.question,
            claim=link.claim,
            source=link.source,
            relation=link.relation,
            why=self._draw(texts()),
        )

    def _take(self, event: Any) -> bool:
        """Remember what an event introduces and releases; tell whether it is free to."""
        name = _link_name(event)
        if isinstance(event, EvidenceUnlinked):
            del self._links[name]
            return True
        if name in self._links or any(
            value in self._held.get(kind, ()) for kind, value in _names(event, "key")
        ):
            return False
        if name:
            self._links[name] = event if isinstance(event, EvidenceLinked) else None
        for locator in getattr(event, "locators_dropped", ()):
            del self._locators[locator]
        added = (*getattr(event, "locators", ()), *getattr(event, "locators_added", ()))
        for locator in added:
            self._locators[locator] = getattr(event, "source", getattr(event, "id", ""))
        self._hold(event)
        return True

    def _hold(self, event: Any) -> None:
        for kind, name in _names(event, "drop"):
            self._held[kind].remove(name)
        for kind, name in _names(event, "key", replacing=True):
            names = self._held.setdefault(kind, [])
            if name not in names:
                names.append(name)
                self._introduced[kind] += 1
        tiers: Sequence[Tier] = getattr(event, "tiers", None) or ()
        self._held["tier"] += [t.slug for t in tiers if t.slug not in self._held["tier"]]


def _names(event: Any, role: str, *, replacing: bool = False) -> Iterator[tuple[str, str]]:
    """Yield the kinds and values of the names that single fields of an event make."""
    cls = cast("Any", type(event))
    for field in attrs.fields(cls):
        mark: Mark | None = field.metadata.get(MARK)
        value = getattr(event, field.name)
        if mark is None or mark.role != role or mark.parts or not mark.kind:
            continue
        if replacing or not mark.replaces:
            names = cast("tuple[object, ...]", value if isinstance(value, tuple) else (value,))
            yield from ((mark.kind, name) for name in names if isinstance(name, str))


def _link_name(event: Any) -> str:
    if isinstance(event, EvidenceLinked | EvidenceUnlinked):
        return f"link:{event.question}/{event.claim or event.source}/{event.relation}"
    if event.type == "source-linked":
        return f"link:{event.source}/{event.other}/{event.relation}"
    return ""
