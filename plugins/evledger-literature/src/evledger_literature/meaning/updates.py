"""Retractions, corrections and other updates, as Crossref's records tell them.

A notice says what it updates (``update-to``), and the work says by what it was (``updated-by``).
An entry comes from the publisher, or from Retraction Watch, which Crossref has taken in.
https://www.crossref.org/documentation/retrieve-metadata/retraction-watch/

Some publishers register a retraction from both ends, so that the paper seems to retract its notice.
Which of the two it is must then be found out, for else a notice would be flagged for its paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from evledger.importing import ItemFlag, ItemLink
from evledger_literature.notices import (
    Status,
    is_marked_retracted,
    is_title_of_notice,
    status_of,
)
from evledger_literature.reading.lenient import date, locator, mappings, text

__all__ = ["Updates", "updates_of"]

_WATCH: Final = "Retraction Watch"
_VERSIONS: Final = frozenset({"new_edition", "new_version"})

_MARKED_PERHAPS: Final = re.compile(
    r"[\[(]?(?:retracted|withdrawn|removed|temporary removal)\b", re.IGNORECASE
)


@attrs.frozen(kw_only=True)
class _Update:
    """That a work updates another, or was updated, as a record of one of them has it."""

    type: str  # in Crossref's words
    status: Status | None
    other: str  # the locator of the other work, or the record's own
    given: bool  # whether it happened to the other work
    by: str
    date: str | None


@attrs.frozen(kw_only=True)
class Updates:
    """What a record says of updates.

    Attributes:
        flags: what happened to the work, or through it to others.
        links: as whose notice or newer version it was published.
        types: what the work is because of that, in Crossref's words: ``retraction``.
        others: identifiers that cannot be read, for the record to report.
        notes: what was decided where the record contradicts itself, or leaves it open.
    """

    flags: tuple[ItemFlag, ...] = ()
    links: tuple[ItemLink, ...] = ()
    types: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def updates_of(work: Mapping[str, Any], title: str | None) -> Updates:
    """Return what a record says of updates to the work and by it.

    Args:
        work: a record of Crossref's, as its API or its CSL-JSON has it.
        title: its title, plain.

    >>> found = updates_of(
    ...     {
    ...         "DOI": "10.1000/notice",
    ...         "update-to": [{"DOI": "10.1000/paper", "type": "retraction"}],
    ...     },
    ...     "Retraction: A trial",
    ... )
    >>> found.flags[0].status, found.flags[0].of, found.types
    ('retracted', ('doi:10.1000/paper',), ('retraction',))
    """
    own = locator("doi", work.get("DOI")) or ""
    entries = [*_entries(work, "update-to"), *_entries(work, "updated-by")]
    read = [_update(entry, own, given=given) for entry, given in entries]
    known = [update for update in read if update is not None]
    kept, notes = _settled([*known, *_from_title(known, own, title)], title)
    given = [update for update in kept if update.given]
    return Updates(
        flags=tuple(dict.fromkeys(_flags(kept, own))),
        links=tuple(dict.fromkeys(_links(kept, own))),
        types=tuple(dict.fromkeys(update.type for update in given if update.status)),
        others=tuple(_unread(entries, read)),
        notes=(*notes, *_hints(kept, title), *_unknown(kept)),
    )


def _entries(work: Mapping[str, Any], name: str) -> list[tuple[Mapping[str, Any], bool]]:
    return [(entry, name == "update-to") for entry in mappings(work.get(name))]


def _update(entry: Mapping[str, Any], own: str, *, given: bool) -> _Update | None:
    other = locator("doi", entry.get("DOI"))
    if other is None:
        return None
    type = text(entry.get("type")) or "update"
    return _Update(
        type=type,
        status=status_of(type),
        other=other,
        # One that names the work itself was carried out in place: there is no notice.
        given=given and other != own,
        by=_WATCH if text(entry.get("source")) == "retraction-watch" else "Crossref",
        date=date(entry.get("updated")),
    )


def _unread(
    entries: Sequence[tuple[Mapping[str, Any], bool]], read: Sequence[_Update | None]
) -> Iterator[str]:
    for (entry, _given), update in zip(entries, read, strict=True):
        if update is None and (found := text(entry.get("DOI"))):
            yield f"doi:{found}"


def _from_title(known: Sequence[_Update], own: str, title: str | None) -> Iterator[_Update]:
    """Take a publisher's mark in the title for a retraction, where no entry tells of one."""
    told = any(update.status == "retracted" and not update.given for update in known)
    if title and is_marked_retracted(title) and not told:
        yield _Update(
            type="title", status="retracted", other=own, given=False, by="its title", date=None
        )


def _settled(known: Sequence[_Update], title: str | None) -> tuple[list[_Update], list[str]]:
    """Decide which end of a retraction a work is, where its record has it both ways."""
    retractions = [update for update in known if update.status == "retracted"]
    if len({update.given for update in retractions}) < 2:
        return list(known), []
    watched = [update for update in retractions if update.by == _WATCH]
    is_notice = title is not None and is_title_of_notice(title)
    right = watched or [update for update in retractions if update.given == is_notice]
    wrong = [update for update in retractions if update not in right]
    reason = f"as {_WATCH} says" if watched else f"as its title {title!r:.60} suggests"
    return [update for update in known if update not in wrong], [_both_ways(right, wrong, reason)]


def _both_ways(right: Iterable[_Update], wrong: Iterable[_Update], reason: str) -> str:
    roles = {update.given: None for update in right}
    role = " and ".join("retracts others" if given else "was retracted" for given in roles)
    others = ", ".join(dict.fromkeys(update.other for update in wrong)) or "none"
    return (
        "the record has it both that the work retracts others and that it was retracted; "
        f"it was taken that it {role}, {reason}; left out was what it says of {others}"
    )


def _flags(kept: Iterable[_Update], own: str) -> Iterator[ItemFlag]:
    for update in kept:
        if update.status is None:
            continue
        notice = own if update.given else update.other
        yield ItemFlag(
            status=update.status,
            according_to=update.by,
            notice=notice if notice and (update.given or notice != own) else None,
            date=update.date,
            of=(update.other,) if update.given else (),
        )


def _links(kept: Iterable[_Update], own: str) -> Iterator[ItemLink]:
    for update in kept:
        if update.type in _VERSIONS and update.other != own:
            there, here = ((update.other,), ()) if update.given else ((), (update.other,))
            yield ItemLink(
                relation="version-of", source=there, other=here, basis=f"Crossref: {update.type}"
            )
        elif update.given and update.status:
            basis = f"{update.by}: {update.type}"
            yield ItemLink(relation="notice-of", other=(update.other,), basis=basis)


def _hints(kept: Iterable[_Update], title: str | None) -> Iterator[str]:
    """Yield of a title that looks retracted what was made of it."""
    if not title or not _MARKED_PERHAPS.match(title):
        return
    retractions = [update for update in kept if update.status == "retracted"]
    if any(update.type == "title" for update in retractions):
        yield f"it was flagged as retracted for its title, {title!r:.60}, alone"
    elif not retractions:
        yield (
            f"its title, {title!r:.60}, suggests a retraction, but the record tells of none; "
            "it was not flagged: look it up, and flag it by hand if it was retracted"
        )


def _unknown(kept: Iterable[_Update]) -> Iterator[str]:
    for update in kept:
        if update.status is None and update.type not in _VERSIONS:
            yield f"an update of type {update.type!r:.40}, {update.other}, was left out"
