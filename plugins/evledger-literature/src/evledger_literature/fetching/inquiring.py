"""Asking a registry for many sources, so that each that was asked for gets one answer."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol

import attrs

from evledger import Invalid
from evledger.importing import FetchContext, Found, Item, Note, Rejection
from evledger_literature.fetching.answers import NoAnswer
from evledger_literature.fetching.http import Client
from evledger_literature.fetching.pacing import Paces
from evledger_literature.fetching.wire import Wire

__all__ = ["Connected", "Desk", "address", "inquire"]

_LASTING: Final = ("pmid:",)
"""Numbers that never come to lead to another record, as a DOI's alias or a merged trial's does."""


class Connected:
    """What all fetchers are: connected to the world, and patient with its hosts.

    The pace of each host is kept from one call to the next.

    Args:
        wire: how requests reach the world.
    """

    def __init__(self, wire: Wire | None = None) -> None:
        self.wire = wire or Wire()
        self._paces = Paces(clock=self.wire.clock, sleep=self.wire.sleep)

    def client(self, context: FetchContext, *, named: bool = True) -> Client:
        """Return a client for one call."""
        return Client(context, self.wire, self._paces, named=named)


class Desk(Protocol):
    """Where a registry is asked.

    Attributes:
        most: how many sources it can be asked for at once.
        gone: what to tell people of one that it does not have.
    """

    @property
    def most(self) -> int:
        """How many at once."""
        ...

    @property
    def gone(self) -> str:
        """What a missing source means."""
        ...

    def ask_for(self, locators: Sequence[str]) -> Iterable[Found] | None:
        """Return what the registry has of some sources, in any order.

        Returns:
            What its answer holds; ``None`` where it says that it has none of them.

        Raises:
            NoAnswer: it gave no answer that can be used.
        """
        ...


def inquire(desk: Desk, locators: Iterable[str], stamp: Callable[[], str]) -> Iterator[Found]:
    """Yield one item or rejection for each locator, in order, and notes.

    Those that an answer for many leaves out are asked for one by one.
    Only so is it known that a source is gone, and not lost with a part of the answer;
    and that a record under another identifier is the answer to what was asked.

    Args:
        desk: where to ask.
        locators: of the sources, in their normal form.
        stamp: gives the present time, as a ledger writes when a source was retrieved.
    """
    waiting = iter(dict.fromkeys(locators))
    while batch := list(itertools.islice(waiting, desk.most)):
        known = _known(desk, batch)
        for locator in batch:
            answer = known[locator] if locator in known else _asked_alone(desk, locator)
            yield from _named(answer, locator, stamp())


def _known(desk: Desk, batch: Sequence[str]) -> Mapping[str, Sequence[Found]]:
    """Return what an answer for many says of each, its item last."""
    try:
        found = (desk.ask_for(batch) or ()) if len(batch) > 1 else ()
    except NoAnswer:
        return {}
    wanted = frozenset(batch)
    known: dict[str, Sequence[Found]] = {}
    for answer in _by_record(found):
        for locator in wanted.intersection(_locators(answer[-1])):
            known.setdefault(locator, answer)
    return known


def _by_record(found: Iterable[Found]) -> Iterator[Sequence[Found]]:
    """Yield each item with the notes of its place in front of it."""
    for _, group in itertools.groupby(found, key=lambda each: each.place):
        record = list(group)
        notes: list[Found] = [each for each in record if isinstance(each, Note)]
        yield from ([*notes, each] for each in record if _is_source(each))


def _is_source(found: Found) -> bool:
    return isinstance(found, Item) and found.source is not None


def _locators(found: Found) -> Sequence[str]:
    source = found.source if isinstance(found, Item) else None
    return tuple((source or {}).get("locators", ()))


def _asked_alone(desk: Desk, locator: str) -> Sequence[Found]:
    try:
        found = desk.ask_for([locator])
    except NoAnswer as error:
        return [Rejection(locator, str(error))]
    if found is None:
        return [Rejection(locator, desk.gone, gone=True)]
    return _the_one(locator, list(found))


def _the_one(locator: str, found: Sequence[Found]) -> Sequence[Found]:
    """Return the record that answers to one locator, whatever its own identifiers are."""
    records = list(_by_record(found))
    named = [record for record in records if locator in _locators(record[-1])]
    if named or len(records) == 1:
        return (named or records)[0]
    rejected = [each for each in found if isinstance(each, Rejection)]
    reason = f"the answer has {len(records) or 'no'} records, and none of this; try again later"
    return rejected[:1] or [Rejection(locator, reason)]


def _named(answer: Iterable[Found], locator: str, retrieved: str) -> Iterator[Found]:
    """Yield an answer under the name that was asked for."""
    for found in answer:
        if not isinstance(found, Item):
            yield attrs.evolve(found, place=locator)
            continue
        names = list(_locators(found))
        if locator not in names and locator.startswith(_LASTING):
            given = ", ".join(names) or "a record without identifiers"
            yield Rejection(locator, f"the answer is {given}, and not what was asked for")
            continue
        if locator not in names:
            others = ", ".join(names) or "a record without identifiers"
            yield Note(locator, f"the answer is {others}, which is taken to be the same source")
        yield _item(found, locator, names, retrieved)


def _item(item: Item, locator: str, names: Sequence[str], retrieved: str) -> Item:
    fields = dict(item.source or {})
    locators = list(dict.fromkeys([locator, *names]))
    mentions = [name for name in fields.pop("mentions", ()) if name != locator]
    source = {**fields, "locators": locators, "retrieved": retrieved}
    return attrs.evolve(
        item, place=locator, source={**source, "mentions": mentions} if mentions else source
    )


def address(environ: Mapping[str, str], variable: str, standard: str) -> str:
    """Return the address of a registry: that of a mirror where the environment names one.

    Raises:
        Invalid: what it names is no address; the message does not show it, nor a password in it.

    >>> address({"EVLEDGER_CROSSREF_URL": "http://localhost:80/"}, "EVLEDGER_CROSSREF_URL", "")
    'http://localhost:80'
    """
    text = environ.get(variable, "").strip() or standard
    if not re.fullmatch(r"https?://[^\s/@?#]+(/[^\s@?#]*)?", text, re.ASCII):
        raise Invalid(
            f"{variable}: expected the address of a mirror, as in {standard}, "
            "without user, query and fragment"
        )
    return text.rstrip("/")
