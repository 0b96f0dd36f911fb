"""Which claims count, and for each of the others the one reason why it does not.

Scorers, rankers, checks and articles all begin here, so that none of them disagrees with another
about what is evidence.
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from evledger.entries import Claim, Link, Source
    from evledger.events import About

__all__ = ["REASONS", "Counted", "count", "grouped"]

REASONS: Final = ("withdrawn", "rejected", "retracted", "automatic", "duplicate")
"""Why a claim does not count; where several hold, the first of them is given.

``withdrawn``: it was withdrawn.
``rejected``: a reviewer rejected it, or its source.
``retracted``: its source was retracted, and not reinstated.
``automatic``: a program tagged it, and nobody has reviewed it.
``duplicate``: its source is linked as a duplicate of one whose claims count already.
"""


@attrs.frozen(kw_only=True, slots=False)  # with room for what is computed once
class Counted:
    """The claims that count, the others, and what ties them together.

    Attributes:
        claims: the ids of those that count, in the order in which they were tagged.
        sources: the ids of the sources that they cite, each once, in the same order.
        tiers: for each tier that they are of, the ids of the claims that count.
        stances: for each stance that they take, the ids of the claims that count;
            one whose stance is hidden is under none.
        left_out: for each of :data:`REASONS`, the ids of the claims that it keeps from counting.
        contradicted: for a claim that counts, those that count, are about the same,
            and take the other side; only claims that say what they are about can be compared.
        duplicates: for a source, the one that stands for it.
    """

    claims: tuple[str, ...]
    sources: tuple[str, ...]
    tiers: Mapping[str, tuple[str, ...]]
    stances: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, tuple[str, ...]]
    contradicted: Mapping[str, tuple[str, ...]]
    duplicates: Mapping[str, str]

    def reason_of(self, claim: str) -> str | None:
        """Return the reason why a claim does not count; ``None`` where it does."""
        return self._reasons.get(claim)

    @functools.cached_property
    def _reasons(self) -> Mapping[str, str]:
        return {id: reason for reason, ids in self.left_out.items() for id in ids}


def count(sources: Mapping[str, Source], claims: Iterable[Claim], links: Iterable[Link]) -> Counted:
    """Return which claims count.

    Args:
        sources: by id.
        claims: all of them, in order.
        links: among the sources; one that a program proposed counts once a person accepted it.

    Returns:
        Every claim's id once: among ``claims`` or under one of the reasons.
    """
    groups = grouped(link for link in links if link.relation == "duplicate-of" and link.is_in_force)
    barred = _barred(sources, groups)
    left_out: dict[str, list[str]] = {reason: [] for reason in REASONS}
    passed: list[Claim] = []
    for claim in claims:
        reason = _reason(claim, barred.get(claim.source))
        if reason is None:
            passed.append(claim)
        else:
            left_out[reason].append(claim.id)
    duplicates = _representatives(groups, passed)
    counted = [claim for claim in passed if claim.source not in duplicates]
    left_out["duplicate"] = [claim.id for claim in passed if claim.source in duplicates]
    return Counted(
        claims=tuple(claim.id for claim in counted),
        sources=tuple(dict.fromkeys(claim.source for claim in counted)),
        tiers=_sorted_by((claim.tier, claim.id) for claim in counted),
        stances=_sorted_by(
            (claim.stance, claim.id) for claim in counted if isinstance(claim.stance, str)
        ),
        left_out=MappingProxyType({reason: tuple(ids) for reason, ids in left_out.items()}),
        contradicted=MappingProxyType(_contradicted(counted)),
        duplicates=MappingProxyType(duplicates),
    )


def _sorted_by(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for kind, id in pairs:
        found.setdefault(kind, []).append(id)
    return MappingProxyType({kind: tuple(ids) for kind, ids in found.items()})


def _barred(sources: Mapping[str, Source], groups: Mapping[str, list[str]]) -> dict[str, str]:
    """Return for each source of which no claim counts why that is so.

    The duplicates of a retracted paper are barred with it: they are the same paper.
    """
    retracted = [name for name, each in sources.items() if each.flags and each.is_retracted]
    same = {id(group): group for group in (groups.get(name, [name]) for name in retracted)}
    barred = {other: "retracted" for group in same.values() for other in group}
    barred |= {name: "rejected" for name, each in sources.items() if _is_rejected(each)}
    return barred


def _is_rejected(source: Source) -> bool:
    return source.review is not None and source.review.verdict == "rejected"


def _reason(claim: Claim, barred: str | None) -> str | None:
    if claim.withdrawn is not None:
        return "withdrawn"
    if claim.review is not None and claim.review.verdict == "rejected":
        return "rejected"
    if barred is not None:
        return barred
    return "automatic" if claim.is_unreviewed else None


# -- duplicates --------------------------------------------------------------------------


def grouped(links: Iterable[Link]) -> dict[str, list[str]]:
    """Return for each source that links tie to others the group that it is of.

    Args:
        links: among sources, in any direction; chains and circles make one group.

    Returns:
        For each such source its group, itself included; sources of one group share one list.
    """
    group: dict[str, list[str]] = {}
    for link in links:
        if link.source == link.other:
            continue
        one = group.setdefault(link.source, [link.source])
        other = group.setdefault(link.other, [link.other])
        if one is not other:
            larger, smaller = (one, other) if len(one) >= len(other) else (other, one)
            larger += smaller
            group.update(dict.fromkeys(smaller, larger))
    return group


def _representatives(groups: Mapping[str, list[str]], passed: Iterable[Claim]) -> dict[str, str]:
    """Return for each duplicate the source of its group that counts: the one with most claims.

    So the fewest are left out; of equals the one whose claim was tagged first.
    """
    drawn = Counter(claim.source for claim in passed if claim.source in groups)
    best: dict[int, str] = {}
    for source, number in drawn.items():  # in the order of their first claims
        key = id(groups[source])
        if key not in best or number > drawn[best[key]]:
            best[key] = source
    for group in {id(group): group for group in groups.values()}.values():
        if id(group) not in best:
            best[id(group)] = min(group, key=_natural)
    standing = {source: best[id(group)] for source, group in groups.items()}
    return {source: other for source, other in standing.items() if source != other}


def _natural(name: str) -> tuple[int, str]:
    return len(name), name


# -- contradiction -----------------------------------------------------------------------


def _subject(about: About) -> tuple[object, ...] | None:
    """Return what two claims must share to be about the same; ``None`` where nothing is said."""
    said = (frozenset(about.components), about.outcome, about.population)
    return said if any(said) else None


def _contradicted(claims: Iterable[Claim]) -> dict[str, tuple[str, ...]]:
    sides: dict[object, dict[str, list[str]]] = defaultdict(
        lambda: {"supports": [], "contradicts": []}
    )
    for claim in claims:
        about = None if claim.about is None else _subject(claim.about)
        if about is not None and claim.stance in ("supports", "contradicts"):
            sides[about][str(claim.stance)].append(claim.id)
    found: dict[str, tuple[str, ...]] = {}
    for side in sides.values():
        if side["supports"] and side["contradicts"]:
            found |= dict.fromkeys(side["supports"], tuple(side["contradicts"]))
            found |= dict.fromkeys(side["contradicts"], tuple(side["supports"]))
    return found
