"""The default score: so much for every claim that counts, by its tier."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Self

import attrs

from evledger.cautions import unweighted, usual
from evledger.parameters import Reader, evolved, number, numbers, shown, texts
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
        """Give the same scorer with other parameters.

        Args:
            parameters: the attributes by name; of a table, what it does not name stays.

        Raises:
            Invalid: a parameter is unknown, or no number from 0.
        """
        return evolved(self, parameters, _READERS)

    def score(self, view: View) -> Score:
        """Score a view."""
        terms = tuple(self._terms(view))
        raw = sum((term.contribution for term in terms), ZERO)
        return Score(
            scorer=self.name,
            version=self.version,
            parameters=self._parameters(),
            head=view.head,
            terms=terms,
            raw=raw,
            value=min(raw, self.cap),
            cap=self.cap,
            label=self._label(view),
            cautions=tuple(self._cautions(view, terms, raw)),
            method=_METHOD,
            source=_SOURCE,
        )

    def _parameters(self) -> dict[str, Any]:
        return {
            "weights": shown(self.weights),
            "sources": plain_decimal(self.sources),
            "caps": shown(self.caps),
            "cap": plain_decimal(self.cap),
            "labels": dict(self.labels),
        }

    def _terms(self, view: View) -> Iterator[Term]:
        """Give a term for each tier that is present, strongest first, and one for the sources."""
        tiers = view.counted.tiers
        for slug, label in present_tiers(view):
            weight = self.weights.get(slug, ZERO)
            what = f"{label} claims"
            yield Term.of(
                slug, what, count=len(tiers[slug]), weight=weight, cap=self.caps.get(slug)
            )
        cited = sum(view.sources[id].is_scientific for id in view.counted.sources)
        if cited:
            what = "scientific sources"
            cap = self.caps.get(_SOURCES)
            yield Term.of(_SOURCES, what, count=cited, weight=self.sources, cap=cap)

    def _label(self, view: View) -> str:
        best = next(present_tiers(view), None)
        if best is None:
            return "none — no claim in ledger counts"
        slug, label = best
        return self.labels.get(slug, f"not graded — {label} claims at best")

    def _cautions(self, view: View, terms: tuple[Term, ...], raw: Decimal) -> Iterator[Caution]:
        if raw > self.cap:
            yield self._saturated(terms, raw)
        yield from usual(view)
        idle = unweighted(view, self.weights)
        if idle is not None:
            yield idle
        unknown = self.weights.keys() - _WEIGHTS.keys() - {tier.slug for tier in view.tiers}
        if unknown:
            said = ", ".join(sorted(unknown))
            text = f"Weights are given for tiers that this ledger does not have: {said}."
            yield Caution(name="unknown-tier", text=text)

    def _saturated(self, terms: tuple[Term, ...], raw: Decimal) -> Caution:
        text = f"The sum, {plain_decimal(raw)}, is more than the cap of {plain_decimal(self.cap)}"
        for term in terms:
            if term.name != _SOURCES and term.contribution:
                spare = _spare(term, raw - self.cap)
                some = "any" if spare == term.count else spare
                fewer = f"without {some} of its {term.count} {term.label}"
                text += f"; the value would be the same {fewer}" if spare else ""
                break
        return Caution(name="saturated", text=f"{text}.")


def _spare(term: Term, excess: Decimal) -> int:
    """Say how many of a term's parts could go before the sum falls by more than the excess."""
    if term.weight is None or excess >= term.contribution:
        return term.count
    needed = math.ceil((term.contribution - excess) / term.weight)
    return term.count - needed
