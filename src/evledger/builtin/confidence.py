"""The default score: so much for every claim that counts, by its tier."""

from __future__ import annotations

import bisect
import functools
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Self

import attrs

from evledger.cautions import unknown_tiers, unweighted, usual
from evledger.parameters import Reader, evolved, number, numbers, texts
from evledger.scoring import ZERO, Caution, Score, Term, plain_decimal, present_tiers

if TYPE_CHECKING:
    from evledger.view import View

__all__ = ["QuantifiedConfidence"]

_WEIGHTS: Final[Mapping[str, Decimal]] = MappingProxyType(
    {
        "human": Decimal("0.12"),
        "preclinical": Decimal("0.04"),
        "published": Decimal(0),
        "anecdotal": Decimal("0.015"),
    }
)

_CAPS: Final[Mapping[str, Decimal]] = MappingProxyType({})

_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "human": "moderate — human claims present in ledger",
        "preclinical": "limited — preclinical claims at best",
        "published": "weak — published statements at best",
        "anecdotal": "anecdotal — personal accounts at best",
    }
)

_READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "weights": numbers,
        "sources": number,
        "caps": numbers,
        "cap": functools.partial(number, most=Decimal(1)),
        "labels": texts,
    }
)

_SOURCES: Final = "scientific-sources"  # the name of the term

_METHOD: Final = (
    "A fixed weight for every claim that counts, by its tier, and one for every scientific source "
    "that such a claim cites; the sum is capped. The label follows from the best tier present."
)
_SOURCE: Final = (
    "This library's own; the weights are conventions, not estimates, and the value is no "
    "probability."
)


@attrs.frozen(kw_only=True)
class QuantifiedConfidence:
    """Adds up what counts, and says so term by term.

    Attributes:
        weights: what each counted claim of a tier adds; a tier that is not there adds nothing.
        sources: what each scientific source that a counted claim cites adds.
        caps: the most that a term may add, by its name: a tier, or ``scientific-sources``.
        cap: the most that the value may be.
        labels: for a tier, the label where it is the best that is present.

    >>> QuantifiedConfidence().configured({"weights": {"human": "0.2"}}).weights["human"]
    Decimal('0.2')
    """

    name = "quantified-confidence"
    version = 1

    weights: Mapping[str, Decimal] = _WEIGHTS
    sources: Decimal = Decimal("0.01")
    caps: Mapping[str, Decimal] = _CAPS
    cap: Decimal = Decimal("0.95")
    labels: Mapping[str, str] = _LABELS

    def configured(self, parameters: Mapping[str, Any]) -> Self:
        """Return the same scorer with other parameters.

        Args:
            parameters: the attributes by name; of a table, what it does not name stays.

        Raises:
            Invalid: a parameter is unknown, or no number from 0.
        """
        return evolved(self, parameters, _READERS)

    def score(self, view: View) -> Score:
        """Score a view."""
        score = Score.of(
            self,
            view,
            terms=self._terms(view),
            cap=self.cap,
            label=self._label(view),
            parameters=attrs.asdict(self),
            method=_METHOD,
            source=_SOURCE,
        )
        return attrs.evolve(score, cautions=tuple(self._cautions(view, score)))

    def _terms(self, view: View) -> Iterator[Term]:
        """Yield a term for each tier that is present, strongest first, and one for the sources."""
        tiers = view.counted.tiers
        for slug, label in present_tiers(view):
            yield self._term(slug, f"{label} claims", len(tiers[slug]))
        cited = sum(view.sources[id].is_scientific for id in view.counted.sources)
        if cited:
            yield self._term(_SOURCES, "scientific sources", cited)

    def _term(self, name: str, label: str, count: int) -> Term:
        weight = self.sources if name == _SOURCES else self.weights.get(name, ZERO)
        return Term.of(name, label, count=count, weight=weight, cap=self.caps.get(name))

    def _label(self, view: View) -> str:
        best = next(present_tiers(view), None)
        if best is None:
            return "none — no claim in ledger counts"
        slug, label = best
        return self.labels.get(slug, f"not graded — {label} claims at best")

    def _cautions(self, view: View, score: Score) -> Iterator[Caution]:
        if score.raw is not None and score.is_capped:
            yield self._saturated(score.terms, score.raw)
        yield from usual(view)
        yield from unweighted(view, self.weights)
        tiers = {*self.weights, *self.labels, *(self.caps.keys() - {_SOURCES})}
        yield from unknown_tiers(view, tiers)

    def _saturated(self, terms: tuple[Term, ...], raw: Decimal) -> Caution:
        text = f"The sum, {plain_decimal(raw)}, is more than the cap of {plain_decimal(self.cap)}"
        best = next(term for term in terms if term.contribution)  # or there were no such sum
        spare = 0 if best.name == _SOURCES else self._spare(best, terms, raw)
        if spare:
            some = "any of its" if spare == best.count else f"any {spare} of its {best.count}"
            text += f"; the value would be the same without {some} {best.label}"
        return Caution(name="saturated", text=f"{text}.")

    def _spare(self, best: Term, terms: tuple[Term, ...], raw: Decimal) -> int:
        """Return how many claims could go, whichever, before the sum falls below the cap.

        Each may be the only one that cites a scientific source, which then goes with it.
        """
        studies = next((term.contribution for term in terms if term.name == _SOURCES), ZERO)

        def lost(fewer: int) -> Decimal:
            left = self._term(best.name, best.label, best.count - fewer)
            return best.contribution - left.contribution + min(fewer * self.sources, studies)

        return bisect.bisect_right(range(1, best.count + 1), raw - self.cap, key=lost)
