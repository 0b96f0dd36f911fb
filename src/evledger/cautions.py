"""Cautions that follow from which claims count, whatever a scorer makes of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from evledger.counting import grouped
from evledger.events import DEFAULT_TIERS
from evledger.scoring import Caution

if TYPE_CHECKING:
    from evledger.entries import Source
    from evledger.view import View

__all__ = ["contradicted", "dependent", "left_out", "unknown_tiers", "unweighted", "usual"]

_NAMED: Final = 5  # of a caution's entries stand in its text

_LEFT_OUT: Final = {
    "retracted": "left out: the source was retracted",
    "automatic": "left out: asserted automatically, reviewed by nobody",
    "duplicate": "left out: the source is a duplicate of one that counts",
}

_TIES: Final = frozenset(("duplicate-of", "version-of", "same-study", "part-of"))


def usual(view: View) -> tuple[Caution, ...]:
    """Give the cautions that every scorer of counted claims owes its readers.

    >>> import evledger
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     with semax.batch(by="importer") as batch:
    ...         paper = batch.add_source(kind="review", title="A review")
    ...         claim = batch.tag_claim(
    ...             source=paper, tier="human", stance="supports", text="It helps.",
    ...             assertion="automatic",
    ...         )
    ...     view = semax.view()
    >>> [(caution.name, caution.entries) for caution in usual(view)]
    [('automatic-left-out', ('claim:c1',))]
    """
    return (*contradicted(view), *left_out(view), *dependent(view))


def contradicted(view: View) -> Iterator[Caution]:
    """Name the counted claims that take different sides.

    These are the claims whose stance is ``contradicts``,
    and those that one of them contradicts because both are about the same.
    """
    counted = view.counted
    against = counted.stances.get("contradicts", ())
    if not against:
        return
    named = {*against, *counted.contradicted}
    others = len(named) - len(against)
    said = f"; {_clause(others, 'other claim', 'say')} otherwise about the same" if others else ""
    yield Caution(
        name="contradicted",
        text=f"{_clause(len(against), 'counted claim', 'contradict')}: {_some(against)}{said}.",
        entries=_names("claim", (id for id in counted.claims if id in named)),
    )


def left_out(view: View) -> Iterator[Caution]:
    """Name the claims that do not count though nobody withdrew or rejected them."""
    for reason, why in _LEFT_OUT.items():
        ids = view.counted.left_out[reason]
        if ids:
            yield Caution(
                name=f"{reason}-left-out",
                text=f"{_number(len(ids), 'claim')} {why}: {_some(ids)}.",
                entries=_names("claim", ids),
            )


def unweighted(view: View, weights: Mapping[str, Decimal]) -> Iterator[Caution]:
    """Name the counted claims of tiers that weigh nothing.

    Args:
        view: what is scored.
        weights: by tier; a tier that is not there weighs nothing.
    """
    tiers = {tier: ids for tier, ids in view.counted.tiers.items() if not weights.get(tier)}
    if not tiers:
        return
    total = _clause(sum(map(len, tiers.values())), "counted claim", "add")
    said = ", ".join(f"{tier} ({len(ids)})" for tier, ids in sorted(tiers.items()))
    yield Caution(
        name="no-weight",
        text=f"{total} nothing, being of a tier without a weight: {said}.",
        entries=_names("claim", (id for ids in tiers.values() for id in ids)),
    )


def unknown_tiers(view: View, named: Iterable[str]) -> Iterator[Caution]:
    """Name the tiers that a scorer has parameters for and the ledger does not have.

    Args:
        view: what is scored.
        named: the tiers that its parameters name; those that every ledger begins with may be.
    """
    tiers = (*DEFAULT_TIERS, *view.tiers)
    unknown = set(named) - view.counted.tiers.keys() - {tier.slug for tier in tiers}
    if unknown:
        said = ", ".join(sorted(unknown))
        text = f"Parameters are given for tiers that this ledger does not have: {said}."
        yield Caution(name="unknown-tier", text=text)


# -- dependent sources -------------------------------------------------------------------


def dependent(view: View) -> Iterator[Caution]:
    """Name the cited sources that may not be independent.

    They are tied by links in force (``version-of``, ``same-study``, ``part-of``),
    by a trial, thread or book that they mention,
    or by their first author; a post's author counts within the community only.
    """
    cited = view.counted.sources
    ties = {"by links": _linked(view, frozenset(cited))}
    ties |= _shared(view, cited)
    tied = frozenset[str]().union(*ties.values())
    if not tied:
        return
    said = ", ".join(f"{len(ids)} {how}" for how, ids in ties.items() if ids)
    yield Caution(
        name="dependent-sources",
        text=f"{len(tied)} of {len(cited)} cited sources may not be independent: {said}.",
        entries=_names("source", (id for id in cited if id in tied)),
    )


def _linked(view: View, cited: Collection[str]) -> set[str]:
    groups = grouped(view.links.values(), _TIES)
    distinct = {id(group): group for group in groups.values()}
    members = {key: [name for name in group if name in cited] for key, group in distinct.items()}
    return {name for names in members.values() if len(names) > 1 for name in names}


def _shared(view: View, cited: Iterable[str]) -> dict[str, set[str]]:
    """Give the sources that have something in common, by what that is."""
    first: dict[tuple[object, ...], str] = {}
    found: dict[str, set[str]] = {}
    for id in cited:
        for how, *what in _traits(view.sources[id]):
            other = first.setdefault((how, *what), id)
            if other != id:
                found.setdefault(how, set()).update((other, id))
    return found


def _traits(source: Source) -> Iterator[tuple[str, object, object, object]]:
    if isinstance(source.mentions, tuple):
        for mention in source.mentions:
            yield "by what they mention", mention, None, None
    if isinstance(source.authors, tuple) and source.authors:
        yield "by their first author", source.authors[0].casefold(), *_circle(source)


def _circle(source: Source) -> tuple[object, object]:
    """Say within what a name means the same person."""
    if source.platform is None:
        return None, None
    return source.platform, source.community


# -- words -------------------------------------------------------------------------------


def _names(kind: str, ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{kind}:{id}" for id in ids)


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _clause(count: int, noun: str, verb: str) -> str:
    """Let a regular verb agree with what is counted."""
    return f"{_number(count, noun)} {f'{verb}s' if count == 1 else verb}"


def _some(ids: Collection[str]) -> str:
    shown = ", ".join(list(ids)[:_NAMED])
    return f"{shown} and {len(ids) - _NAMED} more" if len(ids) > _NAMED else shown
