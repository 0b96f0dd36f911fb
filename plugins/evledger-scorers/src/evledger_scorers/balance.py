"""The balance: how much supports, how much contradicts, and how far they disagree."""

from __future__ import annotations

import decimal
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Self

import attrs

from evledger import Caution, Score, Term
from evledger.cautions import unknown_tiers, unweighted, usual
from evledger.parameters import Reader, evolved, numbers
from evledger.scoring import ARITHMETIC, plain_decimal, present_tiers
from evledger_scorers._tiers import PLACES, WEIGHTS

if TYPE_CHECKING:
    from evledger import View

__all__ = ["Balance", "disputedness"]

_READERS: Final[Mapping[str, Reader]] = MappingProxyType({"weights": numbers})
_SIDES: Final = MappingProxyType(
    {"supports": "that support", "mixed": "that are mixed", "contradicts": "that contradict"}
)

_METHOD: Final = (
    "Each claim that counts weighs as its tier does. The value is the share of support in what "
    "takes sides; a mixed claim weighs half on each, a neutral one nothing. "
    "Disputedness is twice the share of the weaker side."
)
_SOURCE: Final = "This package's own: a weighted share, and a measure made for this purpose."


def disputedness(support: Decimal, against: Decimal) -> Decimal:
    """Return how far two sides disagree: 0 where there is one side only, 1 where they are even.

    It is twice the share of the weaker side, a measure of this package's own.

    Args:
        support: the weight of one side.
        against: that of the other; not both are 0.

    >>> disputedness(Decimal(3), Decimal(1)), disputedness(Decimal(2), Decimal(0))
    (Decimal('0.5'), Decimal('0'))
    """
    with decimal.localcontext(ARITHMETIC):
        return 2 * min(support, against) / (support + against)


@attrs.frozen(kw_only=True)
class Balance:
    """Weighs support against contradiction.

    Attributes:
        weights: what a claim of a tier weighs; nothing where it is not there.

    >>> Balance().configured({"weights": {"anecdotal": 0}}).weights["anecdotal"]
    Decimal('0')
    """

    name = "balance"
    version = 1

    weights: Mapping[str, Decimal] = WEIGHTS

    def configured(self, parameters: Mapping[str, Any]) -> Self:
        """Return the same scorer with other parameters.

        Raises:
            Invalid: a parameter is unknown, or no number from 0.
        """
        return evolved(self, parameters, _READERS)

    def score(self, view: View) -> Score:
        """Score a view; there is no value where nothing takes sides."""
        sides = {side: tuple(self._terms(view, side)) for side in _SIDES}
        support, against = _weigh(sides)
        share = None if not support + against else (support / (support + against)).quantize(PLACES)
        return Score(
            scorer=self.name,
            version=self.version,
            parameters=attrs.asdict(self),
            head=view.head,
            terms=tuple(term for terms in sides.values() for term in terms),
            raw=share,
            value=share,
            cap=Decimal(1),
            additive=False,
            label=_label(support, against),
            cautions=tuple(self._cautions(view, support, against)),
            method=_METHOD,
            source=_SOURCE,
        )

    def _terms(self, view: View, side: str) -> Iterator[Term]:
        """Yield a term for each tier with claims on a side."""
        taking = frozenset(view.counted.stances.get(side, ()))
        for slug, label in present_tiers(view):
            count = len(taking.intersection(view.counted.tiers[slug]))
            if count:
                yield Term.of(
                    f"{slug}-{side}",
                    f"{label} claims {_SIDES[side]}",
                    count=count,
                    weight=self.weights.get(slug, Decimal(0)),
                )

    def _cautions(self, view: View, support: Decimal, against: Decimal) -> Iterator[Caution]:
        if support and against:
            degree = plain_decimal(disputedness(support, against).quantize(PLACES))
            text = f"Disputedness is {degree}, from 0 for one side only to 1 for even sides."
            yield Caution(name="disputed", text=text, entries=_on_sides(view))
        yield from usual(view)
        yield from unweighted(view, self.weights)
        yield from unknown_tiers(view, self.weights)


def _weigh(sides: Mapping[str, tuple[Term, ...]]) -> tuple[Decimal, Decimal]:
    """Return what supports and what contradicts; half of what is mixed goes to each."""
    weight = {
        side: sum((term.contribution for term in terms), Decimal(0))
        for side, terms in sides.items()
    }
    half = weight["mixed"] / 2
    return weight["supports"] + half, weight["contradicts"] + half


def _on_sides(view: View) -> tuple[str, ...]:
    stances = view.counted.stances
    taking = {id for side in _SIDES for id in stances.get(side, ())}
    return tuple(f"claim:{id}" for id in view.counted.claims if id in taking)


def _label(support: Decimal, against: Decimal) -> str:
    """Name the sides that are present; the number says how they compare."""
    if support and against:
        return "disputed — claims on both sides"
    if support:
        return "undisputed — all that take sides support"
    return "undisputed — all that take sides contradict" if against else "nothing takes sides"
