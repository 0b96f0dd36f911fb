"""Rules on balance: whether what counts apart is apart, and whether anything speaks against it."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

import attrs

from evledger.builtin.confidence import QuantifiedConfidence
from evledger.builtin.rules.making import Found, all_of, rule, seen
from evledger.builtin.rules.sources import title_words
from evledger.checks import Finding
from evledger.scoring import plain_decimal, score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from evledger.entries import Source
    from evledger.scoring import Scorer
    from evledger.view import View

__all__ = ["ScoreSaturated", "dependent_sources", "no_contradicting_evidence"]

_Tie = tuple[str, str]
"""What sources may have in common: in words, and which one."""

_LINKED: Final = {
    "same-study": "a study",
    "version-of": "a work, in versions",
    "part-of": "a whole that they are part of",
}
_NOBODY: Final = frozenset(
    ("[deleted]", "deleted", "[removed]", "anonymous", "unknown", "n/a", "admin", "editor", "staff")
)
_HANDLE: Final = re.compile(r"^(?:/?u/|@)")
_THREAD: Final = re.compile(
    r"(?:reddit\.com/(?:[^?#]{1,200}/)?comments|//redd\.it)/([0-9a-z]+)", re.IGNORECASE
)
_GROUP: Final = 3  # so many papers that all share an author come from one group


@rule(
    "dependent-sources",
    why="A score takes sources for independent. Comments of one thread, posts of one person "
    "and reports of one study repeat each other, and together weigh too much.",
    mend="Keep the claim that says most and withdraw the others with claim-withdrawn; where two "
    'are one work, link them: {"type": "source-linked", "data": {"source": "s9", "other": "s5", '
    '"relation": "duplicate-of"}}; or waive, and say why they are independent.',
)
def dependent_sources(view: View) -> Iterator[Found]:
    """Sources that count apart within a tier, but have an author, a thread or a study in common.

    Authors are compared among posts, comments, videos and web pages.
    Papers by one group are common; that is found only where all of a tier share one author.
    """
    linked = _links(view)
    for tier, ids in _by_tier(view):
        ties = {id: [*_ties(view.sources[id]), *linked.get(id, ())] for id in ids}
        for members, common in _groups(ties):
            first, *others = members
            text = f"{all_of(members)} count apart as {tier}, but have {' and '.join(common)}"
            yield Found(
                f"source:{first}", f"{text} in common", tuple(f"source:{o}" for o in others)
            )
        yield from _one_group(view, tier, ids)


def _by_tier(view: View) -> Iterator[tuple[str, list[str]]]:
    """Give for each tier the sources that its counted claims cite."""
    for tier, claims in view.counted.tiers.items():
        cited = dict.fromkeys(view.claims[id].source for id in claims)
        yield tier, [id for id in cited if id in view.sources]


def _links(view: View) -> dict[str, list[_Tie]]:
    found: dict[str, list[_Tie]] = defaultdict(list)
    for name, link in view.links.items():
        rejected = link.review is not None and link.review.verdict == "rejected"
        if link.relation in _LINKED and not rejected and link.source != link.other:
            # Parts are tied to each other by the whole, whether or not that counts itself.
            tie = (_LINKED[link.relation], link.other if link.relation == "part-of" else name)
            found[link.source].append(tie)
            found[link.other].append(tie)
    return found


def _ties(source: Source) -> Iterator[_Tie]:
    if source.is_anecdotal or source.kind == "web-page":
        for author in _authors(source) - _NOBODY:
            yield "an author", f"{seen(source.platform)} {author}"
    if source.is_scientific and source.kind != "review":
        yield from (("a trial", name) for name in _names(source, "nct:"))
    if source.is_anecdotal:
        yield from (("a thread", name) for name in _threads(source))
        words = title_words(seen(source.title))
        if len(words) >= 3 and seen(source.community):  # elsewhere a post has no title of its own
            yield "a title", f"{seen(source.platform)} {source.community} {' '.join(words)}"


def _authors(source: Source) -> set[str]:
    if not isinstance(source.authors, tuple):
        return set()
    return {_HANDLE.sub("", author.strip().casefold()) for author in source.authors}


def _names(source: Source, scheme: str) -> set[str]:
    """Give what, under a scheme of identifiers, a source is or mentions."""
    mentions = source.mentions if isinstance(source.mentions, tuple) else ()
    return {name for name in (*source.locators, *mentions) if name.startswith(scheme)}


def _threads(source: Source) -> set[str]:
    """Give the posts, of the source's own platform, that it is or belongs to."""
    threads = _names(source, f"{seen(source.platform) or 'reddit'}:")
    found = _THREAD.search(seen(source.url))
    return threads | {f"reddit:t3_{found[1].lower()}"} if found else threads


def _groups(ties: Mapping[str, Iterable[_Tie]]) -> Iterator[tuple[list[str], list[str]]]:
    """Give the members of each group that is tied together, and what they have in common."""
    holders: dict[_Tie, list[str]] = defaultdict(list)
    for id, own in ties.items():
        for tie in dict.fromkeys(own):
            holders[tie].append(id)
    order = {id: place for place, id in enumerate(ties)}
    reached: set[str | _Tie] = set()
    for id in ties:
        members, common = _reach(id, ties, holders, reached)
        if len(members) > 1:
            yield sorted(members, key=order.__getitem__), sorted(common)


def _reach(
    start: str,
    ties: Mapping[str, Iterable[_Tie]],
    holders: Mapping[_Tie, list[str]],
    reached: set[str | _Tie],
) -> tuple[list[str], set[str]]:
    members: list[str] = []
    common: set[str] = set()
    waiting = [start]
    while waiting:
        id = waiting.pop()
        if id in reached:
            continue
        reached.add(id)
        members.append(id)
        for tie in ties[id]:
            if tie not in reached and len(holders[tie]) > 1:
                reached.add(tie)
                common.add(tie[0])
                waiting += holders[tie]
    return members, common


def _one_group(view: View, tier: str, ids: Iterable[str]) -> Iterator[Found]:
    papers = [source for id in ids if (source := view.sources[id]).is_scientific]
    if len(papers) < _GROUP or all(tier != known.slug for known in view.tiers):
        return
    if set[str].intersection(*(_authors(paper) - _NOBODY for paper in papers)):
        text = f"all {len(papers)} scientific sources that count as {tier} share an author"
        yield Found(f"tier:{tier}", text, tuple(f"source:{paper.id}" for paper in papers))


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
        """Give the rule that judges by these scorers."""
        return attrs.evolve(self, scorers=scorers)

    def check(self, view: View) -> Iterator[Finding]:
        """Find the cap in force."""
        found = score(self.scorers()[self.scorer], view)
        if found.raw is not None and found.cap is not None and found.raw > found.cap:
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
def no_contradicting_evidence(view: View) -> Iterator[Found]:
    """A ledger of at least five claims that count, of which none contradicts or is mixed."""
    counted = view.counted
    total = sum(map(len, counted.stances.values()))  # those whose stance can be seen
    if total == len(counted.claims) >= _ENOUGH and not {"contradicts", "mixed"} & {
        *counted.stances
    }:
        yield Found(None, f"of the {total} claims that count none contradicts, and none is mixed")
