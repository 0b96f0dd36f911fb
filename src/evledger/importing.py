"""Importers: from a file to sources and claims.

An importer hands over :class:`Item` and :class:`Rejection`;
the ledger resolves which sources it has, assigns ids and appends in batches.
One bad record never stops a file, and none is dropped without a word.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Protocol, cast

import attrs
import msgspec

from evledger.codec import is_list
from evledger.events import ClaimTagged, SourceAdded
from evledger.exceptions import (
    PLUGIN_ERRORS,
    EvledgerError,
    Invalid,
    NotFound,
    PluginError,
    blame,
)

if TYPE_CHECKING:
    from evledger.batch import Batch
    from evledger.entries import Source
    from evledger.view import View
    from evledger.vocabulary import Vocabulary

__all__ = ["ImportReport", "Importer", "Item", "Rejection", "import_file"]


@attrs.frozen(kw_only=True)
class Item:
    """A source that a file describes, and what it says of it.

    Attributes:
        place: where in the file, for people: ``row 7``.
        source: fields of :class:`~evledger.SourceAdded`; ``id`` where the file names one.
        claims: for each claim, fields of :class:`~evledger.ClaimTagged` without ``source``.

    >>> item = Item(
    ...     place="row 7",
    ...     source={"kind": "review", "title": "A review", "locators": ["doi:10.1000/x"]},
    ...     claims=[{"tier": "published", "stance": "supports", "text": "It helps."}],
    ... )
    >>> item.place
    'row 7'
    """

    place: str
    source: Mapping[str, Any]
    claims: Sequence[Mapping[str, Any]] = ()


@attrs.frozen
class Rejection:
    """A record that was not imported.

    Attributes:
        place: where in the file.
        reason: what was wrong.
        raw: the record as it stood, as far as it could be read.

    >>> Rejection("row 7", "there is no title", "review,,2018").reason
    'there is no title'
    """

    place: str
    reason: str
    raw: str = ""


class Importer(Protocol):
    """Reads files of one format.

    Attributes:
        name: by which it is asked for.
        suffixes: of the files it knows, in lower case: ``(".csv",)``.

    >>> class TitleList:
    ...     name = "titles"
    ...     suffixes = (".titles",)
    ...
    ...     def read(self, file):
    ...         for number, line in enumerate(file, 1):
    ...             source = {"kind": "book", "title": line.decode().strip()}
    ...             yield Item(place=f"line {number}", source=source)
    """

    @property
    def name(self) -> str:
        """The importer's name."""
        ...

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The suffixes of the files that it knows."""
        ...

    def read(self, file: IO[bytes]) -> Iterator[Item | Rejection]:
        """Give what the file holds, in order.

        Raises:
            Invalid: the file as a whole is not of the format.
        """
        ...


@attrs.frozen(kw_only=True)
class ImportReport:
    """What an import did; ``read`` is the sum of added, known, flagged and rejected.

    Attributes:
        read: records in the file.
        added: records that brought a new source or a new claim.
        known: records of which the ledger had everything.
        flagged: records that name two of the ledger's sources as one; a link was proposed.
        rejected: records that were not imported, with reasons.
        sources: sources added.
        claims: claims added.
        dry_run: whether nothing was appended.
    """

    read: int
    added: int
    known: int
    flagged: int
    rejected: tuple[Rejection, ...]
    sources: int
    claims: int
    dry_run: bool


class Target(Protocol):
    """The ledger, as an import sees it."""

    def batch(self, *, by: str) -> Batch:
        """Open a batch."""
        ...

    def view(self) -> View:
        """Give the view at the head."""
        ...

    @property
    def vocabulary(self) -> Vocabulary:
        """The event types that are known."""
        ...


_NO_ID: Final = "not-given"
_LARGEST: Final = 60_000  # bytes of data, so that the line around it has room
_BATCH: Final = 500  # records; each is an event or a few


def import_file(
    ledger: Target,
    path: str | os.PathLike[str],
    importer: Importer,
    *,
    by: str,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Import a file into a ledger; see :meth:`evledger.Ledger.import_file`."""
    source = Path(path)
    try:
        total = source.stat().st_size
        with source.open("rb") as file:
            resolver = _Resolver(ledger)
            for chunk in _chunks(_items(importer, file), _BATCH):
                resolver.take(chunk, by=by, dry_run=dry_run)
                if progress is not None:
                    progress(file.tell(), total)
    except OSError as error:
        msg = f"{source} cannot be read: {error.strerror}"
        raise NotFound(msg) from error
    except Invalid as error:
        msg = f"{source}: {error}"
        raise Invalid(msg) from error
    return resolver.report(dry_run=dry_run)


def _items(importer: Importer, file: IO[bytes]) -> Iterator[Item | Rejection]:
    """Give what an importer reads, and see that it is what an importer may give.

    Raises:
        PluginError: the importer failed, or gave something else; the message names it.
    """
    try:
        for item in importer.read(file):
            yield _checked(importer, item)
    except (EvledgerError, OSError):
        raise
    except PLUGIN_ERRORS as error:
        msg = f"importer {importer.name!r} failed: {blame(error)}"
        raise PluginError(msg) from error


def _checked(importer: Importer, item: Any) -> Item | Rejection:
    if isinstance(item, Item | Rejection):
        return item
    kind = type(item).__name__
    msg = f"importer {importer.name!r} gave {kind}, where Item or Rejection is expected"
    raise PluginError(msg)


def _chunks(items: Iterator[Item | Rejection], size: int) -> Iterator[list[Item | Rejection]]:
    while chunk := list(itertools.islice(items, size)):
        yield chunk


class _Resolver:
    """Decides for each item what is new, and appends that."""

    def __init__(self, ledger: Target) -> None:
        self._ledger = ledger
        view = ledger.view()
        self._tiers = tuple(tier.slug for tier in view.tiers)
        self._titles: dict[str, object] = {}
        self._holders: dict[str, str] = {}
        self._twins: dict[tuple[object, ...], str] = {}
        self._claims: dict[str, set[tuple[str, str, str]]] = {}
        self._links = set(view.links)
        self._components = frozenset(view.components)
        self._claim_ids: dict[str, tuple[str | None, object]] = {}
        for source in view.sources.values():
            self._remember(source.id, _fields_of(source))
        for claim in view.claims.values():
            self._claims.setdefault(claim.source, set()).add(
                (str(claim.text), claim.tier, str(claim.stance))
            )
            self._claim_ids[claim.id] = (claim.source, claim.text)
        self._counts = dict.fromkeys(("read", "added", "known", "flagged"), 0)
        self._made = {"sources": 0, "claims": 0}
        self._rejected: list[Rejection] = []

    def take(self, items: Sequence[Item | Rejection], *, by: str, dry_run: bool) -> None:
        """Resolve some items and append what is new, all or none of it."""
        batch = self._ledger.batch(by=by)
        with batch:
            for item in items:
                self._counts["read"] += 1
                if isinstance(item, Rejection):
                    self._rejected.append(item)
                else:
                    self._resolve(item, batch)
            if dry_run:
                batch.clear()

    def report(self, *, dry_run: bool) -> ImportReport:
        """Give what was done."""
        return ImportReport(
            **self._counts, **self._made, rejected=tuple(self._rejected), dry_run=dry_run
        )

    def _resolve(self, item: Item, batch: Batch) -> None:
        try:
            fields = _with_normal_locators(item.source, self._ledger.vocabulary.normalise)
            source, claims = self._events_of(fields, item.claims)
            holders = self._held_by(fields)
            self._check_claim_ids(claims, holders)
        except EvledgerError as error:
            self._rejected.append(Rejection(item.place, str(error), repr(dict(item.source))))
            return
        if holders:
            id = holders[0]
            added = self._amend(id, fields, batch)
        else:
            id = fields.get("id") or batch.new_id(SourceAdded)
            batch.append(attrs.evolve(cast("Any", source), id=id))
            self._remember(id, {**fields, "id": id})
            self._made["sources"] += 1
            added = True
        for claim in claims:
            added |= self._claim(id, claim, batch)
        flagged = self._propose(holders, item, batch)
        self._counts["flagged" if flagged else "added" if added else "known"] += 1

    def _events_of(
        self, fields: Mapping[str, Any], claims: Sequence[Mapping[str, Any]]
    ) -> tuple[SourceAdded, list[ClaimTagged]]:
        """Give the events that an item would become, each held to its schema and to the ledger."""
        vocabulary = self._ledger.vocabulary
        source = vocabulary.structure("source-added", {"id": "s0", **fields})
        tagged = [
            vocabulary.structure("claim-tagged", {"id": _NO_ID, **claim, "source": "s0"})
            for claim in claims
        ]
        for event in (source, *tagged):
            if len(vocabulary.draft(event).data) > _LARGEST:
                msg = f"{event.type}: longer than {_LARGEST:,} bytes; shorten it"
                raise Invalid(msg)
        for claim in tagged:
            self._check_claim(cast("ClaimTagged", claim))
        return cast("SourceAdded", source), cast("list[ClaimTagged]", tagged)

    def _check_claim(self, claim: ClaimTagged) -> None:
        if claim.tier not in self._tiers:
            msg = f"tier {claim.tier!r} is none of the ledger's: {', '.join(self._tiers)}"
            raise Invalid(msg)
        for component in claim.about.components if claim.about else ():
            if component not in self._components:
                msg = f"component {component!r} is not mapped in the ledger"
                raise Invalid(msg)

    def _check_claim_ids(self, claims: Sequence[ClaimTagged], holders: Sequence[str]) -> None:
        """Refuse the id of another claim, of the ledger or of this very item."""
        given = [claim for claim in claims if claim.id != _NO_ID]
        if len({claim.id for claim in given}) < len(given):
            msg = "two of its claims have one id"
            raise Invalid(msg)
        for claim in given:
            place = (holders[0] if holders else None, claim.text)
            if self._claim_ids.get(claim.id, place) != place:
                msg = f"id {claim.id} is another claim here"
                raise Invalid(msg)

    def _held_by(self, fields: Mapping[str, Any]) -> list[str]:
        """Give the ids of the sources that the fields identify, each once."""
        names = list(fields.get("locators", ()))
        id = fields.get("id")
        if id is not None and id in self._titles:
            if self._titles[id] != fields.get("title"):
                msg = f"id {id} is another source here, titled {self._titles[id]!r:.80}"
                raise Invalid(msg)
            names.append(f"source:{id}")
        held = list(dict.fromkeys(self._holders[name] for name in names if name in self._holders))
        if not held and not names and id is None and _twin(fields) in self._twins:
            held = [self._twins[_twin(fields)]]
        return held

    def _amend(self, id: str, fields: Mapping[str, Any], batch: Batch) -> bool:
        new = tuple(name for name in fields.get("locators", ()) if name not in self._holders)
        if new:
            event = self._ledger.vocabulary.structure(
                "source-amended",
                {"source": id, "locators_added": list(new), "why": "named in an imported file"},
            )
            batch.append(event)
            self._holders.update(dict.fromkeys(new, id))
        return bool(new)

    def _claim(self, source: str, claim: ClaimTagged, batch: Batch) -> bool:
        claims = self._claims.setdefault(source, set())
        if (claim.text, claim.tier, claim.stance) in claims:
            return False
        claims.add((claim.text, claim.tier, claim.stance))
        id = batch.new_id(ClaimTagged) if claim.id == _NO_ID else claim.id
        self._claim_ids[id] = (source, claim.text)
        batch.append(attrs.evolve(cast("Any", claim), id=id, source=source))
        self._made["claims"] += 1
        return True

    def _propose(self, holders: Sequence[str], item: Item, batch: Batch) -> bool:
        """Propose that sources which one record names as one are duplicates; none is dropped."""
        flagged = False
        for other in holders[1:]:
            name = f"link:{other}/{holders[0]}/duplicate-of"
            if name in self._links:
                continue
            self._links.add(name)
            event = self._ledger.vocabulary.structure(
                "source-linked",
                {
                    "source": other,
                    "other": holders[0],
                    "relation": "duplicate-of",
                    "assertion": "automatic",
                    "basis": f"{item.place} of an imported file names both as one",
                },
            )
            batch.append(event)
            flagged = True
        return flagged

    def _remember(self, id: str, fields: Mapping[str, Any]) -> None:
        self._titles[id] = fields.get("title")
        self._twins.setdefault(_twin(fields), id)
        for name in (*fields.get("locators", ()), f"source:{id}"):
            self._holders.setdefault(name, id)


def _fields_of(source: Source) -> dict[str, Any]:
    return msgspec.structs.asdict(source)


_TWIN: Final = ("kind", "title", "platform", "community", "published", "url")


def _twin(fields: Mapping[str, Any]) -> tuple[object, ...]:
    """Give what tells sources apart that have neither id nor locator."""
    return tuple(fields.get(name) for name in _TWIN)


def _with_normal_locators(
    source: Mapping[str, Any], normalise: Callable[[str], str]
) -> dict[str, Any]:
    fields = {name: value for name, value in source.items() if value is not None}
    for name in ("locators", "mentions"):
        if name in fields:
            fields[name] = _normal(name, fields[name], normalise)
    return fields


def _normal(name: str, values: Any, normalise: Callable[[str], str]) -> list[str]:
    if not is_list(values) or not all(isinstance(value, str) for value in values):
        msg = f"{name}: expected an array of texts, got {values!r:.80}"
        raise Invalid(msg)
    return list(dict.fromkeys(map(normalise, values)))
