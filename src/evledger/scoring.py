"""Scores: a number that explains itself, and what each source does to it.

A scorer turns a view into a :class:`Score`.
Whoever reads the score can recompute it by hand:
the terms, their weights and caps, the sum and the final cap all stand in it.
All arithmetic is decimal.
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, cast

import attrs
import msgspec

from evledger.chain import Head
from evledger.exceptions import PLUGIN_ERRORS, PluginError, blaming, said
from evledger.legible import within_sentence

if TYPE_CHECKING:
    from evledger.view import View

__all__ = [
    "ARITHMETIC",
    "Caution",
    "Failure",
    "Influence",
    "Outcome",
    "Score",
    "Scorer",
    "Term",
    "attempt",
    "influence",
    "plain_decimal",
    "present_tiers",
    "score",
]

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
ARITHMETIC: Final = decimal.Context(
    prec=60,
    rounding=decimal.ROUND_HALF_EVEN,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
"""The arithmetic of all scorers: what an application sets for its own changes no score."""


@attrs.frozen(kw_only=True)
class Term:
    """One addend of a score.

    Attributes:
        name: a slug: ``human``.
        label: what was counted, for readers: ``human claims``; it stands beside the count, never
            right behind it, so that one form does for one and for many.
        count: how many there are.
        weight: what each adds; ``None`` where they do not all add the same.
        contribution: what they add together, the cap applied.
        cap: the most that they may add; ``None`` for no bound.

    >>> from decimal import Decimal
    >>> Term.of("human", "human claims", count=5, weight=Decimal("0.12")).contribution
    Decimal('0.60')
    >>> Term.of("x", "posts", count=9, weight=Decimal("0.1"), cap=Decimal("0.3")).contribution
    Decimal('0.3')
    """

    name: str
    label: str
    count: int
    weight: Decimal | None
    contribution: Decimal
    cap: Decimal | None = None

    @classmethod
    def of(
        cls, name: str, label: str, *, count: int, weight: Decimal, cap: Decimal | None = None
    ) -> Self:
        """Return the term of equal parts: count times weight, or the cap where that is less."""
        product = ARITHMETIC.multiply(Decimal(count), weight)
        contribution = product if cap is None else min(product, cap)
        return cls(
            name=name, label=label, count=count, weight=weight, contribution=contribution, cap=cap
        )

    @property
    def is_capped(self) -> bool:
        """Whether the cap takes something away."""
        if self.cap is None or self.weight is None:
            return False
        return ARITHMETIC.multiply(Decimal(self.count), self.weight) > self.cap


@attrs.frozen(kw_only=True)
class Caution:
    """What to know before one relies on a score.

    Attributes:
        name: a slug: ``saturated``, ``contradicted``, ``retracted-left-out``,
            ``automatic-left-out``, ``duplicate-left-out``, ``dependent-sources``,
            ``no-weight``, or one of the scorer's own.
        text: one sentence for readers.
        entries: the whole names of what it is about: ``claim:c4``, ``source:s7``.
    """

    name: str
    text: str
    entries: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Outcome:
    """A score for one outcome, where a scorer tells them apart.

    Attributes:
        outcome: what was measured or felt.
        label: its grade: ``low``.
        value: from 0 to 1; ``None`` where it only grades.
        terms: what led there.
        why: the reasons, each a sentence.
    """

    outcome: str
    label: str
    value: Decimal | None = None
    terms: tuple[Term, ...] = ()
    why: tuple[str, ...] = ()


def plain_decimal(number: Decimal) -> str:
    """Write a decimal without exponent and without zeros at its end.

    >>> plain_decimal(Decimal("2.120")), plain_decimal(Decimal("1E+2"))
    ('2.12', '100')
    """
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _as_text(value: Any) -> Any:
    """Return parameters with every decimal in them as the text that a file would hold.

    One that no file would hold, for its length or because it is no number, stays and is refused.
    """
    if isinstance(value, Decimal):
        is_plain = value.is_finite() and abs(value.adjusted()) <= _DIGITS
        return plain_decimal(value) if is_plain else value
    if isinstance(value, Mapping):
        table = cast("Mapping[str, object]", value)
        return {name: _as_text(item) for name, item in table.items()}
    if isinstance(value, list | tuple):
        return [_as_text(item) for item in cast("list[object]", value)]
    return value


@attrs.frozen(kw_only=True)
class Score:
    """What a scorer says of a ledger at a head; :meth:`of` makes one of terms that add up.

    Attributes:
        scorer, version: who says it.
        parameters: all that it was configured with; decimals become text,
            so that a configuration file could say the same.
        head: of the view.
        terms: the addends, in the scorer's order.
        raw: the number before the cap; ``None`` for a scorer that only grades.
        value: from 0 to 1; ``None`` for a scorer that only grades.
        cap: the most that ``value`` may be.
        label: in words; it follows from the evidence and not from the number.
        additive: whether the terms' contributions sum to ``raw``.
        cautions: what to know first.
        outcomes: a score for each outcome, where the scorer tells them apart.
        method: how it is computed, in a sentence or two.
        source: where the method comes from: a paper, a handbook, a page.

    >>> from decimal import Decimal
    >>> from evledger import Head
    >>> term = Term.of("human", "human claims", count=9, weight=Decimal("0.12"))
    >>> score = Score(
    ...     scorer="example", version=1, head=Head(1, "00" * 32), terms=(term,),
    ...     raw=term.contribution, value=Decimal("0.95"), cap=Decimal("0.95"), label="moderate",
    ... )
    >>> score.formula
    '9 × 0.12 (human claims) = 1.08, capped at 0.95'
    """

    scorer: str
    version: int
    head: Head
    label: str
    parameters: Mapping[str, Any] = attrs.field(
        factory=dict[str, Any], converter=_as_text, hash=False
    )
    terms: tuple[Term, ...] = ()
    raw: Decimal | None = None
    value: Decimal | None = None
    cap: Decimal | None = None
    additive: bool = True
    cautions: tuple[Caution, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    method: str = ""
    source: str = ""

    @classmethod
    def of(
        cls,
        scorer: Scorer,
        view: View,
        *,
        terms: Iterable[Term],
        label: str,
        cap: Decimal = ONE,
        parameters: Mapping[str, Any] | None = None,
        cautions: Iterable[Caution] = (),
        method: str = "",
        source: str = "",
    ) -> Self:
        """Return the score whose value is the sum of its terms, or the cap where that is less.

        Args:
            scorer: who says it.
            view: what was scored.
            terms: the addends.
            label: in words.
            cap: the most that the value may be.
            parameters: all that the scorer was configured with.
            cautions: what to know first.
            method: how it is computed.
            source: where the method comes from.

        >>> import evledger
        >>> from evledger import Plugins
        >>> class Breadth:
        ...     name, version = "breadth", 1
        ...
        ...     def score(self, view):
        ...         cited = len(view.counted.sources)
        ...         term = Term.of("sources", "sources", count=cited, weight=Decimal("0.01"))
        ...         return Score.of(self, view, terms=[term], label="breadth of the evidence")
        >>> with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ...     semax = store.create("semax", title="Semax and BDNF", by="curator")
        ...     Breadth().score(semax.view()).formula
        '0 × 0.01 (sources) = 0'
        """
        addends = tuple(terms)
        with decimal.localcontext(ARITHMETIC):
            raw = sum((term.contribution for term in addends), ZERO)
        return cls(
            scorer=scorer.name,
            version=scorer.version,
            head=view.head,
            label=label,
            parameters=parameters or {},
            terms=addends,
            raw=raw,
            value=min(raw, cap),
            cap=cap,
            cautions=tuple(cautions),
            method=method,
            source=source,
        )

    @property
    def is_capped(self) -> bool:
        """Whether the cap takes something away."""
        return self.raw is not None and self.cap is not None and self.raw > self.cap

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from evledger.notebook import html_of_score  # noqa: PLC0415  # few programs draw anything

        return html_of_score(self)

    @property
    def formula(self) -> str:
        """The sum as one would write it down; empty where there is none."""
        if self.raw is None or not self.terms:
            return ""
        left = " + ".join(_addend(term) for term in self.terms)
        sign = "=" if self.additive else "→"
        capped = (
            f", capped at {plain_decimal(self.cap)}"
            if self.cap is not None and self.is_capped
            else ""
        )
        return f"{left} {sign} {plain_decimal(self.raw)}{capped}"


def _addend(term: Term) -> str:
    if term.weight is None:
        return f"{plain_decimal(term.contribution)} ({term.label}: {term.count})"
    what = term.label
    if term.cap is not None and term.is_capped:
        what += f", at most {plain_decimal(term.cap)}"
    return f"{term.count} × {plain_decimal(term.weight)} ({what})"


class Scorer(Protocol):
    """Turns a view into a score.

    Attributes:
        name: by which it is asked for.
        version: raised when the same view would be scored otherwise.

    >>> from evledger import View
    >>> class Breadth:
    ...     name, version = "breadth", 1
    ...
    ...     def score(self, view: View) -> Score:
    ...         term = Term.of(
    ...             "sources", "cited sources", count=len(view.counted.sources),
    ...             weight=Decimal("0.01"),
    ...         )
    ...         return Score.of(self, view, terms=[term], label="breadth")
    """

    @property
    def name(self) -> str:
        """The scorer's name."""
        ...

    @property
    def version(self) -> int:
        """The version of its method."""
        ...

    def score(self, view: View) -> Score:
        """Score a view: the same score for the same view, which it leaves as it is."""
        ...


@attrs.frozen
class Failure:
    """What a plugin could not do.

    Attributes:
        name: of the scorer, the rule or whatever it was.
        reason: what went wrong.
        error: what was raised, for those who want to know more; it is no part of the value.
    """

    name: str
    reason: str
    error: PluginError | None = attrs.field(default=None, eq=False, repr=False)

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


def present_tiers(view: View) -> Iterator[tuple[str, str]]:
    """Yield the tiers of the claims that count, strongest first, each with its label in a sentence.

    A tier that the ledger's description no longer has comes last.
    """
    present = view.counted.tiers
    known = {tier.slug: tier.label for tier in view.tiers}
    for slug in (*known, *sorted(present.keys() - known.keys())):
        if slug in present:
            yield slug, within_sentence(known.get(slug, slug))


# -- scoring -----------------------------------------------------------------------------


def score(scorer: Scorer, view: View) -> Score:
    """Score a view, and hold the score to what a score must be.

    Raises:
        PluginError: the scorer failed, or its score is out of bounds; the message names it.
    """
    with decimal.localcontext(ARITHMETIC.copy()):
        with blaming("scorer", scorer.name):
            found = scorer.score(view)
        fault = _fault(found, scorer, view)
    if fault is not None:
        msg = f"scorer {scorer.name!r} gave no usable score: {fault}"
        raise PluginError(msg, kind="scorer", name=scorer.name)
    return found


def attempt(
    scorer: Scorer, view: View, within: AbstractContextManager[None] | None = None
) -> Score | Failure:
    """Score a view; a scorer that fails gives a failure, which takes no other down.

    Args:
        scorer: what scores.
        view: what is scored.
        within: what may add to an error's words: :meth:`evledger.Plugins.naming`.
    """
    try:
        with within or nullcontext():
            return score(scorer, view)
    except PluginError as error:
        return Failure(scorer.name, str(error), error)


def _fault(found: object, scorer: Scorer, view: View) -> str | None:
    """Return what is wrong with a score; ``None`` where nothing is."""
    if type(found) is not Score:
        return f"it returned {type(found).__name__}, not a Score"
    try:
        return (
            _wrong_number(found)
            or _wrong_type(found)
            or _wrong_origin(found, scorer, view)
            or _wrong_value(found)
            or _wrong_term(found)
            or _wrong_sum(found)
        )
    except PLUGIN_ERRORS as error:  # a plugin's score may hold anything
        return f"it cannot be read: {said(error)}"


def _wrong_origin(found: Score, scorer: Scorer, view: View) -> str | None:
    if (found.scorer, found.version) != (scorer.name, scorer.version):
        signed = f"it is signed {found.scorer!r}, version {found.version}"
        return f"{signed}; expected {scorer.name!r}, version {scorer.version}, as the scorer says"
    if found.head != view.head:
        return f"it is for head {found.head}, and the view's is {view.head}"
    return None if found.label.strip() else "it has no label"


def _wrong_type(found: Score) -> str | None:
    """Return what is of another type than the field's; JSON and back tells all of it."""
    try:
        msgspec.json.decode(msgspec.json.encode(found), type=Score)
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        return f"it is of no use: {said(error)}"
    return _odd_parameter(found.parameters)


def _odd_parameter(value: object) -> str | None:
    """Return what in parameters is no plain data: texts, booleans, finite numbers, and tables."""
    if isinstance(value, Decimal) or (isinstance(value, float) and not math.isfinite(value)):
        return f"a parameter is {value}"
    if value is None or isinstance(value, str | int | float | Decimal):
        return None
    if isinstance(value, Mapping | list | tuple):
        inner: Any = value.values() if isinstance(value, Mapping) else value  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # of anything
        return next(filter(None, map(_odd_parameter, inner)), None)
    return f"a parameter is a {type(value).__name__}, and no plain data"


def _wrong_number(found: Score) -> str | None:
    for name, number in _numbers(found):
        if not isinstance(number, Decimal):
            return f"{name} is a {type(number).__name__}, not a Decimal"
        if not number.is_finite():
            return f"{name} is {number}"
        if abs(number.adjusted()) > _DIGITS or len(number.as_tuple().digits) > _DIGITS:
            return f"{name} has more than {_DIGITS} digits"
    return None


_DIGITS: Final = 60  # as many as the arithmetic has; a number is also written out in full


def _numbers(found: Score) -> Iterator[tuple[str, object]]:
    """Yield every number of a score that is there, and what it is called."""
    terms = _terms(found)
    for name, number in (
        ("raw", found.raw),
        *((f"weight of {term.name!r:.40}", term.weight) for term in terms),
        *((f"cap of {term.name!r:.40}", term.cap) for term in terms),
        ("cap", found.cap),
        *_values(found),
    ):
        if number is not None:
            yield name, number
    for term in terms:
        yield f"contribution of {term.name!r:.40}", term.contribution


def _terms(found: Score) -> list[Term]:
    return [*found.terms, *(term for outcome in found.outcomes for term in outcome.terms)]


def _values(found: Score) -> list[tuple[str, Decimal | None]]:
    outcomes = [(f"value of {each.outcome!r:.40}", each.value) for each in found.outcomes]
    return [("value", found.value), *outcomes]


def _wrong_value(found: Score) -> str | None:
    for name, number in _values(found):
        if number is not None and not 0 <= number <= 1:
            return f"{name} is {number}, which is not between 0 and 1"
    if found.value is not None and found.cap is not None and found.value > found.cap:
        return f"value is {found.value}, which is more than its cap of {found.cap}"
    return None


def _wrong_term(found: Score) -> str | None:
    """Return which term is not what it says: so many parts of one weight, up to a cap."""
    for term in _terms(found):
        if term.count < 0:
            return f"{term.name!r:.40} counts {term.count}"
        if term.weight is None:
            continue
        due = Term.of("", "", count=term.count, weight=term.weight, cap=term.cap).contribution
        if term.contribution != due:
            return f"contribution of {term.name!r:.40} is {term.contribution}, and should be {due}"
    return None


def _wrong_sum(found: Score) -> str | None:
    if not found.additive or found.raw is None:
        return None
    total = sum((term.contribution for term in found.terms), ZERO)
    if total != found.raw:
        return f"raw is {found.raw}, but its terms add up to {total}"
    return None


# -- influence ---------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Influence:
    """What one source does to a score.

    Attributes:
        source: its id.
        raw: how much ``raw`` is more with it than without; ``None`` where there is no raw.
        value: the same of ``value``.
        label: the label without it, where it is another; ``None`` where it stays.
        without: the whole score without it.
    """

    source: str
    raw: Decimal | None
    value: Decimal | None
    label: str | None
    without: Score


def influence(
    scorer: Scorer, view: View, sources: Iterable[str] | None = None
) -> Iterator[Influence]:
    """Yield the influence of each source on a score: it is scored again without it.

    The cost is that of scoring, once for each source.

    Args:
        scorer: what scores.
        view: what is scored.
        sources: the ids of the sources to look at; all by default, in order.

    Raises:
        PluginError: the scorer failed.
        NotFound: there is no such source.
    """
    full = score(scorer, view)
    for source in view.sources if sources is None else sources:
        rest = score(scorer, view.without(source))
        yield Influence(
            source=source,
            raw=_difference(full.raw, rest.raw),
            value=_difference(full.value, rest.value),
            label=None if rest.label == full.label else rest.label,
            without=rest,
        )


def _difference(more: Decimal | None, less: Decimal | None) -> Decimal | None:
    return None if more is None or less is None else ARITHMETIC.subtract(more, less)
