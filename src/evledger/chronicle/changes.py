"""What changed between two heads: records in words, and the numbers before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from evledger.chronicle.scene import CATEGORIES, Category
from evledger.chronicle.told import Told, chronicle
from evledger.exceptions import Invalid

if TYPE_CHECKING:
    from evledger.chain import Head
    from evledger.record import Record
    from evledger.view import View

__all__ = ["Changes", "Number", "changes"]


@attrs.frozen(kw_only=True)
class Number:
    """A number before and after.

    Attributes:
        name: ``sources``, ``claims``, ``tier:human``, ``stance:supports``, ``left-out``.
        label: what it counts, for people.
        before, after: how many.
    """

    name: str
    label: str
    before: int
    after: int

    @property
    def difference(self) -> int:
        """How many more there are; less than nothing where there are fewer."""
        return self.after - self.before


@attrs.frozen(kw_only=True)
class Changes:
    """What changed from one head of a ledger to a later one.

    Attributes:
        ledger: the ledger's name.
        before: the earlier head; ``None`` for the beginning, before there was a record.
        after: the later head.
        began: the time of the record at the earlier head.
        ended: the time of the record at the later one.
        told: for each category of which there is something, in the order of
            :data:`~evledger.chronicle.CATEGORIES`, what was done, in the order of the chain.
        numbers: sources, and claims that count: all, by tier and by stance.
    """

    ledger: str
    before: Head | None
    after: Head
    began: str | None
    ended: str
    told: Mapping[Category, tuple[Told, ...]]
    numbers: tuple[Number, ...]

    @property
    def records(self) -> int:
        """How many records there are between the two heads."""
        return sum(map(len, self.told.values()))


def changes(before: View | None, after: View, records: Iterable[Record]) -> Changes:
    """Return what changed from one view of a ledger to a later one.

    Args:
        before: the earlier view; ``None`` for the beginning.
        after: the later one.
        records: those between the two, in order.

    Raises:
        Invalid: the views are of different ledgers or in the wrong order, or the records are not
            those between them.

    >>> import evledger
    >>> store = evledger.open("memory:")
    >>> semax = store.create("semax", title="Semax and BDNF", by="curator")
    >>> with semax.batch(by="curator") as batch:
    ...     rats = batch.add_source(kind="journal-article", title="A study in rats")
    ...     claim = batch.tag_claim(source=rats, tier="human", stance="supports", text="It rose.")
    >>> found = changes(semax.view(1), semax.view(), semax.records(1))
    >>> for told in found.told["evidence"]:
    ...     print(told)
    s1 was added (journal article). “A study in rats”
    c1 was drawn from s1 (Human, supports). “It rose.”
    >>> [(n.label, n.before, n.after) for n in found.numbers if n.difference]
    [('Sources', 0, 1), ('Claims that count', 0, 1), ('Human', 0, 1), ('Supports', 0, 1)]
    """
    _check_order(before, after)
    told = tuple(_between(before, after, records))
    return Changes(
        ledger=after.ledger,
        before=None if before is None else before.head,
        after=after.head,
        began=None if before is None else before.at,
        ended=after.at,
        told=_grouped(told),
        numbers=tuple(_numbers(before, after)),
    )


def _check_order(before: View | None, after: View) -> None:
    if before is None:
        return
    if before.id != after.id:
        msg = f"{before.ledger} and {after.ledger} are different ledgers; compare two heads of one"
        raise Invalid(msg)
    if before.head.size > after.head.size:
        msg = (
            f"{before.ledger}: {before.head.size} records come after {after.head.size}; "
            "give the earlier head first"
        )
        raise Invalid(msg)


def _between(before: View | None, after: View, records: Iterable[Record]) -> Iterator[Told]:
    expected = 0 if before is None else before.head.size
    for told in chronicle(records, after, before):
        if told.n != expected:
            break
        yield told
        expected += 1
    else:
        if expected == after.head.size:
            return
    msg = f"record {expected} is missing among those up to {after.head.size}; give all, in order"
    raise Invalid(msg)


def _grouped(told: Iterable[Told]) -> Mapping[Category, tuple[Told, ...]]:
    found: dict[Category, list[Told]] = {category: [] for category in CATEGORIES}
    for each in told:
        found[each.category].append(each)
    return MappingProxyType({name: tuple(items) for name, items in found.items() if items})


# -- numbers -----------------------------------------------------------------------------

_STANCES: Final = ("supports", "contradicts", "mixed", "neutral")


def _numbers(before: View | None, after: View) -> Iterator[Number]:
    old, new = ({} if view is None else _counts(view) for view in (before, after))
    labels = {f"tier:{tier.slug}": str(tier.label) for tier in after.tiers}
    for name in dict.fromkeys((*new, *old)):
        label = labels.get(name) or _LABELS.get(name) or name.partition(":")[2].capitalize()
        yield Number(name=name, label=label, before=old.get(name, 0), after=new.get(name, 0))


_LABELS: Final = {
    "sources": "Sources",
    "claims": "Claims that count",
    "left-out": "Claims that do not count",
}


def _counts(view: View) -> dict[str, int]:
    """Count what an article counts: each claim once."""
    counted = view.counted
    tiers = dict.fromkeys((*(tier.slug for tier in view.tiers), *counted.tiers))
    stances = dict.fromkeys((*_STANCES, *counted.stances))
    return {
        "sources": len(view.sources),
        "claims": len(counted.claims),
        **{f"tier:{slug}": len(counted.tiers.get(slug, ())) for slug in tiers},
        **{f"stance:{stance}": len(counted.stances.get(stance, ())) for stance in stances},
        "left-out": len(view.claims) - len(counted.claims),
    }
