"""Rules on balance: whether what counts apart is apart, and whether anything speaks against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from evledger.builtin.confidence import QuantifiedConfidence
from evledger.checks import Finding, Spot, rule
from evledger.dependence import authors_of, dependents
from evledger.phrases import listed
from evledger.scoring import plain_decimal, score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from evledger.scoring import Scorer
    from evledger.view import View

__all__ = ["ScoreSaturated", "dependent_sources", "no_contradicting_evidence"]

_GROUP: Final = 3  # so many papers that all share an author come from one group


@rule(
    "dependent-sources",
    why="A score takes sources for independent. Comments of one thread, posts of one person "
    "and reports of one study repeat each other, and together weigh too much.",
    mend="Keep the claim that says most and withdraw the others with claim-withdrawn; where two "
    'are one work, link them: {"type": "source-linked", "data": {"source": "s9", "other": "s5", '
    '"relation": "duplicate-of"}}; or waive, and say why they are independent.',
)
def dependent_sources(view: View) -> Iterator[Spot]:
    """Sources that count apart within a tier, but have an author, a thread or a study in common.

    Authors are compared among posts, comments, videos and web pages.
    Papers by one group are common; that is found only where all of a tier share one author.
    """
    for tier, ids in _by_tier(view):
        for group in dependents(view, ids):
            first, *others = group.members
            said = f"{listed(group.members)} count apart as {tier}"
            text = f"{said}, but have {' and '.join(group.common)} in common"
            sources = tuple(f"source:{other}" for other in others)
            yield Spot(f"source:{first}", text, (*sources, *_claims(view, tier, group.members)))
        yield from _one_group(view, tier, ids)


def _claims(view: View, tier: str, sources: Iterable[str]) -> tuple[str, ...]:
    """Return the claims by which sources count: with one more, a waiver is to be thought over."""
    wanted = frozenset(sources)
    return tuple(
        f"claim:{id}" for id in view.counted.tiers[tier] if view.claims[id].source in wanted
    )


def _by_tier(view: View) -> Iterator[tuple[str, list[str]]]:
    """Yield for each tier the sources that its counted claims cite."""
    for tier, claims in view.counted.tiers.items():
        cited = dict.fromkeys(view.claims[id].source for id in claims)
        yield tier, [id for id in cited if id in view.sources]


def _one_group(view: View, tier: str, ids: Iterable[str]) -> Iterator[Spot]:
    papers = [source for id in ids if (source := view.sources[id]).is_scientific]
    if len(papers) < _GROUP or all(tier != known.slug for known in view.tiers):
        return
    if set[str].intersection(*(authors_of(paper) for paper in papers)):
        text = f"all {len(papers)} scientific sources that count as {tier} share an author"
        yield Spot(f"tier:{tier}", text, tuple(f"source:{paper.id}" for paper in papers))


# -- the whole ---------------------------------------------------------------------------


@attrs.frozen
class ScoreSaturated:
    """A score that is held down by its cap.

    Attributes:
        scorers: gives the scorers there are, each configured as it is used.
        scorer: the name of the one that is judged.
    """

    name = "score-saturated"
    summary = "A score that is held down by its cap."

    scorers: Callable[[], Mapping[str, Scorer]] = lambda: {
        QuantifiedConfidence.name: QuantifiedConfidence()
    }
    scorer: str = QuantifiedConfidence.name

    def with_scorers(self, scorers: Callable[[], Mapping[str, Scorer]]) -> ScoreSaturated:
        """Return the rule that judges by these scorers."""
        return attrs.evolve(self, scorers=scorers)

    def check(self, view: View) -> Iterator[Finding]:
        """Find the cap in force."""
        found = score(self.scorers()[self.scorer], view)
        if found.raw is not None and found.cap is not None and found.is_capped:
            raw, cap = plain_decimal(found.raw), plain_decimal(found.cap)
            yield Finding(
                rule=self.name,
                target=None,
                text=f"the terms of {found.scorer} add up to {raw}, but its cap is {cap}",
                why=_SATURATED,
                mend=_DESATURATE,
            )


_SATURATED: Final = (
    "Beyond the cap nothing changes the number: neither more evidence nor less is seen in it, "
    "and two ledgers at the cap cannot be compared."
)
_DESATURATE: Final = (
    "Give the raw sum and the tiers' counts wherever the number is given, or configure weights "
    "that leave room; else waive the finding."
)


_ENOUGH: Final = 5  # of fewer claims that all agree nothing can be said


@rule(
    "no-contradicting-evidence",
    why="Where nothing speaks against a subject, mostly nobody has looked; a ledger that holds "
    "only what supports it reads as advertising.",
    mend="Look for failed trials, null results, harms and critics, and tag what they say with "
    "stance contradicts or mixed; or note as a gap, with gap-noted, that there is none.",
)
def no_contradicting_evidence(view: View) -> Iterator[Spot]:
    """A ledger of at least five claims that count, of which none contradicts or is mixed."""
    counted = view.counted
    total = sum(map(len, counted.stances.values()))  # those whose stance can be seen
    if total == len(counted.claims) >= _ENOUGH and not {"contradicts", "mixed"} & {
        *counted.stances
    }:
        yield Spot(None, f"of the {total} claims that count none contradicts, and none is mixed")
