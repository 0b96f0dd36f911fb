"""Cautions that follow from which claims count, whatever a scorer makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from evledger.dependence import dependents
from evledger.events import DEFAULT_TIERS
from evledger.phrases import counted, listed
from evledger.scoring import Caution

if TYPE_CHECKING:
    from evledger.view import View

__all__ = ["contradicted", "dependent", "left_out", "unknown_tiers", "unweighted", "usual"]

_LEFT_OUT: Final = {
    "retracted": "left out: the source was retracted",
    "automatic": "left out: asserted automatically, reviewed by nobody",
    "duplicate": "left out: the source is a duplicate of one that counts",
}


def usual(view: View) -> tuple[Caution, ...]:
    """Return the cautions that every scorer of counted claims owes its readers.

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
    evidence = view.counted
    against = evidence.stances.get("contradicts", ())
    if not against:
        return
    named = {*against, *evidence.contradicted}
    others = len(named) - len(against)
    said = f"; {_clause(others, 'other claim', 'say')} otherwise about the same" if others else ""
    yield Caution(
        name="contradicted",
        text=f"{_clause(len(against), 'counted claim', 'contradict')}: {listed(against)}{said}.",
        entries=_names("claim", (id for id in evidence.claims if id in named)),
    )


def left_out(view: View) -> Iterator[Caution]:
    """Name the claims that do not count though nobody withdrew or rejected them."""
    for reason, why in _LEFT_OUT.items():
        ids = view.counted.left_out[reason]
        if ids:
            yield Caution(
                name=f"{reason}-left-out",
                text=f"{counted(len(ids), 'claim')} {why}: {listed(ids)}.",
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

    :func:`evledger.dependence.dependents` says what ties them.
    """
    cited = view.counted.sources
    groups = list(dependents(view, cited))
    if not groups:
        return
    tied = frozenset(id for group in groups for id in group.members)
    common = sorted({what for group in groups for what in group.common})
    share = f"{len(tied):,} of {len(cited):,} cited sources may not be independent"
    yield Caution(
        name="dependent-sources",
        text=f"{share}: they have {' or '.join(common)} in common.",
        entries=_names("source", (id for id in cited if id in tied)),
    )


# -- words -------------------------------------------------------------------------------


def _names(kind: str, ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{kind}:{id}" for id in ids)


def _clause(number: int, noun: str, verb: str) -> str:
    """Let a regular verb agree with what is counted."""
    return f"{counted(number, noun)} {f'{verb}s' if number == 1 else verb}"
