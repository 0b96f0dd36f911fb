"""The harmonic sum of Open Targets: the first pieces of evidence say most.

Scores are sorted in descending order, and the i-th is divided by i squared:
one more piece of weak evidence hardly moves what stands on strong evidence already.
"""

from __future__ import annotations

import decimal
import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Self

import attrs

from evledger import Invalid, Score, Term
from evledger.cautions import unknown_tiers, unweighted, usual
from evledger.parameters import Reader, evolved, numbers
from evledger.scoring import ARITHMETIC, present_tiers
from evledger_scorers._tiers import PLACES, WEIGHTS

if TYPE_CHECKING:
    from evledger import View

__all__ = ["POSITIONS", "Harmonic", "harmonic_sum"]

POSITIONS: Final = 1_000
"""How many scores are summed, and how many ones the greatest sum is made of."""

_ONE: Final = Decimal(1)
_STANCES: Final[Mapping[str, Decimal]] = MappingProxyType(
    {
        "supports": _ONE,
        "mixed": Decimal("0.5"),
        "neutral": Decimal(0),
        "contradicts": Decimal(0),
    }
)
_FRACTION: Final = functools.partial(numbers, most=_ONE)

_METHOD: Final = (
    "Each claim that counts scores the weight of its tier times that of its stance. The scores are "
    f"sorted in descending order and the i-th is divided by i²; the sum of the first {POSITIONS:,} "
    "is divided by that of as many ones. It ranks; it is no degree of confidence."
)
_SOURCE: Final = (
    "Open Targets Platform documentation, Target–disease associations, "
    "https://platform-docs.opentargets.org/associations; "
    "Ochoa et al. 2021, Nucleic Acids Research 49:D1302–D1310, doi:10.1093/nar/gkaa1027; "
    "Ochoa et al. 2023, Nucleic Acids Research 51:D1353–D1359, doi:10.1093/nar/gkac1046. "
    "The weights of tiers and stances are this package's own."
)


def _stances(name: str, value: object) -> dict[str, Decimal]:
    """Read what a configuration says of stances, of which there are only those four."""
    found: dict[str, Decimal] = _FRACTION(name, value)
    unknown = sorted(found.keys() - _STANCES.keys())
    if unknown:
        msg = f"{name} names {unknown[0]!r:.60}; the stances are: {', '.join(_STANCES)}"
        raise Invalid(msg)
    return found


_READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {"weights": _FRACTION, "stances": _stances}
)


@functools.cache
def _sums() -> tuple[Decimal, ...]:
    """Return the sum of 1/i² over the first positions: over none, over the first, and so on."""
    with decimal.localcontext(ARITHMETIC):
        parts = (_ONE / (i * i) for i in range(1, POSITIONS + 1))
        return tuple(itertools.accumulate(parts, initial=Decimal(0)))


def harmonic_sum(scores: Iterable[Decimal]) -> Decimal:
    """Return the harmonic sum of scores, over the greatest that there can be.

    Args:
        scores: each from 0 to 1, in any order; the greatest :data:`POSITIONS` are summed.

    Returns:
        From 0 to 1.

    Raises:
        Invalid: a score is not from 0 to 1.

    Source:
        https://platform-docs.opentargets.org/associations, whose example this is:

    >>> round(harmonic_sum([Decimal("1.0"), Decimal("0.9"), Decimal("0.8")]), 5)
    Decimal('0.79923')
    """
    given = list(scores)
    for score in given:
        if not score.is_finite() or not 0 <= score <= 1:
            msg = f"a score is {score}; expected one from 0 to 1"
            raise Invalid(msg)
    ordered = sorted(given, reverse=True)[:POSITIONS]
    with decimal.localcontext(ARITHMETIC):
        parts = (score / (i * i) for i, score in enumerate(ordered, 1))
        return sum(parts, Decimal(0)) / _sums()[-1]


@attrs.frozen
class _Block:
    """Claims of one tier that all score the same."""

    tier: str
    score: Decimal
    count: int


@attrs.frozen(kw_only=True)
class Harmonic:
    """Sums what supports, each further claim for less.

    Attributes:
        weights: what a claim of a tier scores, from 0 to 1; nothing where it is not there.
        stances: by what its stance multiplies that, from 0 to 1.

    >>> Harmonic().configured({"weights": {"anecdotal": 0}}).weights["anecdotal"]
    Decimal('0')
    """

    name = "harmonic"
    version = 1

    weights: Mapping[str, Decimal] = WEIGHTS
    stances: Mapping[str, Decimal] = _STANCES

    def configured(self, parameters: Mapping[str, Any]) -> Self:
        """Return the same scorer with other parameters.

        Raises:
            Invalid: a parameter or a stance is unknown, or a number is not from 0 to 1.
        """
        return evolved(self, parameters, _READERS)

    def score(self, view: View) -> Score:
        """Score a view."""
        terms = tuple(self._terms(view))
        return Score.of(
            self,
            view,
            terms=terms,
            label=_label(view, terms),
            parameters=attrs.asdict(self),
            cautions=(
                *usual(view),
                *unweighted(view, self.weights),
                *unknown_tiers(view, self.weights),
            ),
            method=_METHOD,
            source=_SOURCE,
        )

    def _terms(self, view: View) -> Iterator[Term]:
        shares = _shares(self._blocks(view))
        for slug, label in present_tiers(view):
            yield Term(
                name=slug,
                label=f"{label} claims",
                count=len(view.counted.tiers[slug]),
                weight=None,
                contribution=shares.get(slug, Decimal(0)).quantize(PLACES),
            )

    def _blocks(self, view: View) -> list[_Block]:
        """Return what scores anything, the greatest first; of equals the stronger tier."""
        counted = view.counted
        taking = {stance: frozenset(ids) for stance, ids in counted.stances.items()}
        blocks = [
            _Block(slug, weight * factor, len(taking[stance].intersection(counted.tiers[slug])))
            for slug, _ in present_tiers(view)
            if (weight := self.weights.get(slug))
            for stance, factor in self.stances.items()
            if stance in taking and factor
        ]
        return sorted(blocks, key=lambda block: -block.score)


def _shares(blocks: Iterable[_Block]) -> dict[str, Decimal]:
    """Return what each tier adds: a block's score times the sum of 1/i² over its positions."""
    sums = _sums()
    shares: dict[str, Decimal] = {}
    start = 0
    for block in blocks:
        stop = min(start + block.count, POSITIONS)
        share = block.score * (sums[stop] - sums[start]) / sums[-1]
        shares[block.tier] = shares.get(block.tier, Decimal(0)) + share
        start = stop
    return shares


def _label(view: View, terms: tuple[Term, ...]) -> str:
    """Name the best tier that adds anything."""
    if not view.counted.claims:
        return "no claim counts"
    best = next((term.label for term in terms if term.contribution), None)
    return "no support among the claims that count" if best is None else f"support: {best} at best"
