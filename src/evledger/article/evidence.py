"""From a view's sources and claims to the article's: lists by number, marks, links, counts."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import attrs
import msgspec

from evledger.article.links import Sites, link_of, proof_of
from evledger.article.values import (
    Bucket,
    Claim,
    Evidence,
    Source,
    Sources,
    Tally,
    TallyLine,
    Tier,
    sealable,
)
from evledger.counting import REASONS
from evledger.events import ANECDOTAL_KINDS, SCIENTIFIC_KINDS
from evledger.ranking import marks
from evledger.reviewing import came_from_stranger, held_back

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from evledger import entries
    from evledger.view import View

__all__ = ["Collected", "bucket_of", "collect", "evidence_of", "natural"]

_DIGITS = re.compile(r"([0-9]+)")
_USUAL = re.compile(r"([^0-9]*)([1-9][0-9]*)")


def natural(id: str) -> tuple[str | tuple[int, str], ...]:
    """Return what ids are sorted by, so that numbers in them count as numbers.

    >>> sorted(["s10", "s2", "s1"], key=natural)
    ['s1', 's2', 's10']
    """
    # Longer numbers are larger ones; int() would refuse some that a hostile id holds.
    if usual := _USUAL.fullmatch(id):
        text, number = usual.groups()
        return text, (len(number), number), ""
    parts = _DIGITS.split(id)
    numbers = [(len(number), number) for number in (part.lstrip("0") for part in parts[1::2])]
    return (*chain.from_iterable(zip(parts[:-1:2], numbers, strict=True)), parts[-1])


# -- claims ------------------------------------------------------------------------------


def _claims(view: View, proofs: str | None) -> dict[str, Claim]:
    marks = _marks_of_claims(view)
    return {
        claim.id: _claim(view, claim, marks.get(claim.id, ()), proofs)
        for claim in view.claims.unopened()
    }


def _claim(view: View, claim: entries.Claim, marks: tuple[str, ...], proofs: str | None) -> Claim:
    shown: Any = _shown(view, claim) if claim.sealed else claim
    return Claim(
        id=claim.id,
        n=claim.n,
        source=claim.source,
        text=shown.text,
        tier=claim.tier,
        stance=shown.stance,
        quote=shown.quote,
        marks=marks,
        proof=None if proofs is None else proof_of(proofs, claim.id, claim.n),
    )


def _shown(view: View, claim: entries.Claim) -> Any:
    return _published(view.claims[claim.id], view.sources.get(claim.source))


def _marks_of_claims(view: View) -> dict[str, tuple[str, ...]]:
    """Return the marks of the claims that have any: few have."""
    counted = view.counted
    noted = {source.id for source in view.sources.unopened() if source.flags}
    aside = {*counted.contradicted, *chain.from_iterable(counted.left_out.values())}
    found = {
        claim.id: marks(view, view.claims[claim.id])
        for claim in view.claims.unopened()
        if claim.id in aside or claim.source in noted
    }
    return {id: marks for id, marks in found.items() if marks}


def _published(entry: entries.Claim | entries.Source, source: entries.Source | None = None) -> Any:
    """Return an entry as what is published may show it.

    Args:
        entry: a claim or a source in which something is sealed.
        source: of a claim, for a verdict on it.
    """
    shown = {
        field: sealable(held_back(entry, field, source=source) or getattr(entry, field))
        for field in entry.sealed
    }
    return msgspec.structs.replace(entry, **shown)


# -- sources -----------------------------------------------------------------------------

_PARTS: Final[Mapping[str, tuple[str, str]]] = {
    "scientific": ("What scientists say", "The ledger holds no scientific source."),
    "published": ("Published elsewhere", "The ledger holds nothing that was published elsewhere."),
    "reddit": ("What people say on Reddit", "The ledger holds nothing from Reddit."),
    "x": ("What people say on X", "The ledger holds nothing from X."),
    "people": (
        "What people say elsewhere",
        "The ledger holds no post, comment or video from elsewhere.",
    ),
}
"""The lists of sources: heading, and what is said where there is none."""

_BUCKETS: Final[Mapping[Bucket, str]] = {
    "scientific": "Scientific sources",
    "reddit": "Reddit",
    "x": "X",
    "other": "Other",
    "unclassified": "Unclassified",
}


def bucket_of(source: entries.Source) -> Bucket:
    """Return which of the counts a source is in: exactly one.

    A scientific kind comes first, then the platform;
    what is of no known kind and no platform is unclassified.
    """
    if source.kind in SCIENTIFIC_KINDS:
        return "scientific"
    if source.platform == "reddit":
        return "reddit"
    if source.platform == "x":
        return "x"
    is_known = isinstance(source.kind, str) and source.kind != "other"
    return "other" if is_known or source.platform is not None else "unclassified"


def _part_of(bucket: Bucket, source: entries.Source) -> str:
    """Return in which list of the article a source stands."""
    if bucket in ("scientific", "reddit", "x"):
        return bucket
    return "people" if source.kind in ANECDOTAL_KINDS else "published"


def _source(
    source: entries.Source,
    bucket: Bucket,
    marks: tuple[str, ...],
    claims: tuple[Claim, ...],
    sites: Sites,
) -> Source:
    shown: Any = _published(source) if source.sealed else source
    return Source(
        id=source.id,
        n=source.n,
        bucket=bucket,
        kind=shown.kind,
        title=shown.title,
        authors=shown.authors,
        author_count=shown.author_count if isinstance(shown.author_count, int) else None,
        venue=shown.venue,
        platform=shown.platform,
        community=shown.community,
        published=shown.published,
        locators=source.locators,
        link=None if came_from_stranger(source) else link_of(source, sites),
        marks=marks,
        claims=claims,
    )


def _marked(view: View) -> dict[str, tuple[str, ...]]:
    """Return the marks of the sources that have any: few have."""
    barred = {view.claims[id].source for id in view.counted.left_out["retracted"]}
    sources = view.sources.unopened()
    noted = (each.id for each in sources if each.flags or each.review is not None)
    ids = view.sources.keys() & {*noted, *view.counted.duplicates, *barred}
    found = {id: tuple(_marks(view, view.sources[id], barred=id in barred)) for id in ids}
    return {id: marks for id, marks in found.items() if marks}


def _marks(view: View, source: entries.Source, *, barred: bool) -> Iterator[str]:
    """Yield what a reader must know of a source, in a few words each.

    Args:
        view: that it is in.
        source: the source.
        barred: whether claims of it do not count because it was retracted, or a duplicate of it.
    """
    if source.review is not None and source.review.verdict == "rejected":
        yield "rejected by a reviewer"
    other = view.counted.duplicates.get(source.id)
    if other is not None:
        yield f"duplicate of {other}"
    statuses = [str(flag.status) for flag in source.flags]
    if source.is_retracted:
        yield "retracted"
    else:
        if "retracted" in statuses:
            yield "retracted, then reinstated"
        if barred:
            yield "duplicate of a retracted source"
    for status, words in _FLAGS.items():
        if status in statuses:
            yield words
    yield from (f"flagged: {status}" for status in dict.fromkeys(statuses) if status[0] == "[")


_FLAGS: Final = {
    "corrected": "corrected",
    "concern": "under concern",
    "unreachable": "no longer reachable",
}


@attrs.frozen
class Collected:
    """A view's sources and claims as the article has them, each made once.

    Attributes:
        claims: by id.
        lists: the article's lists of sources, by name.
    """

    claims: Mapping[str, Claim]
    lists: Mapping[str, Sources]


def collect(view: View, *, first: int, proofs: str | None, sites: Sites) -> Collected:
    """Make the article's claims and lists of sources.

    Args:
        view: of the ledger.
        first: so many of each list are open.
        proofs: where proofs are published; ``None`` for nowhere.
        sites: for each scheme of locators, what makes an address of a value.
    """
    claims = _claims(view, proofs)
    drawn: dict[str, list[Claim]] = {}
    for claim in claims.values():
        drawn.setdefault(claim.source, []).append(claim)
    marks = _marked(view)
    parts: dict[str, list[Source]] = {name: [] for name in _PARTS}
    for id in sorted(view.sources, key=natural):
        source = view.sources[id]
        bucket = bucket_of(source)
        made = _source(source, bucket, marks.get(id, ()), tuple(drawn.get(id, ())), sites)
        parts[_part_of(bucket, source)].append(made)
    return Collected(claims, {name: _list(name, parts[name], first) for name in parts})


def _list(name: str, sources: list[Source], first: int) -> Sources:
    heading, empty = _PARTS[name]
    shown = min(first, len(sources))
    return Sources(
        heading=heading,
        note="" if sources else empty,
        total=len(sources),
        shown=shown,
        more=len(sources) - shown,
        sources=tuple(sources),
    )


# -- counts ------------------------------------------------------------------------------

_LEFT_OUT: Final = {
    "withdrawn": "Withdrawn",
    "rejected": "Rejected by a reviewer",
    "retracted": "Of a retracted source",
    "automatic": "Automatic, not reviewed",
    "duplicate": "Of a duplicate source",
}


def evidence_of(view: View, collected: Collected) -> Evidence:
    """Count sources, claims and stances, so that each group adds up."""
    sources = [source for part in collected.lists.values() for source in part.sources]
    tiers = _tiers(view)
    return Evidence(
        heading="What the evidence shows",
        tallies=(
            _by_bucket(sources),
            _by_kind(sources),
            _by_tier(view, tiers),
            _by_stance(view),
        ),
        tiers=tiers,
        events=view.head.size,
    )


def _tally(name: str, heading: str, lines: Iterable[tuple[str, str, int]], note: str) -> Tally:
    made = tuple(TallyLine(name=name, label=label, count=count) for name, label, count in lines)
    total = sum(line.count for line in made)
    return Tally(name=name, heading=heading, lines=made, total=total, note=note)


def _by_bucket(sources: Iterable[Source]) -> Tally:
    counts = Counter(source.bucket for source in sources)
    return _tally(
        "sources",
        "Sources",
        [(bucket, label, counts[bucket]) for bucket, label in _BUCKETS.items()],
        "Each source is counted once: a scientific one as such, another by its platform. "
        "Other sources are web pages and the like, and posts, comments and videos from elsewhere; "
        "unclassified is what has neither a known kind nor a platform.",
    )


def _by_kind(sources: Iterable[Source]) -> Tally:
    counts = Counter(str(source.kind) for source in sources if source.bucket == "scientific")
    return _tally(
        "scientific",
        "Scientific sources",
        [(kind, _plain(kind).capitalize(), count) for kind, count in sorted(counts.items())],
        "The scientific sources of the first count, by kind.",
    )


def _by_tier(view: View, tiers: tuple[Tier, ...]) -> Tally:
    counted = view.counted
    lines = [(tier.slug, tier.label, len(counted.tiers.get(tier.slug, ()))) for tier in tiers]
    order = ("automatic", *(reason for reason in REASONS if reason != "automatic"))
    left_out = ((reason, len(counted.left_out[reason])) for reason in order)
    lines += [
        (reason, _LEFT_OUT[reason], count)
        for reason, count in left_out
        if count or reason == "automatic"
    ]
    return _tally(
        "claims",
        "Claims",
        lines,
        "Every claim is counted once: under its tier where it counts as evidence, "
        "and otherwise under the first reason why it does not.",
    )


_STANCES: Final = ("supports", "contradicts", "mixed", "neutral")


def _by_stance(view: View) -> Tally:
    stances = view.counted.stances
    order = (*_STANCES, *sorted(stances.keys() - set(_STANCES)))
    lines = [(name, _plain(name).capitalize(), len(stances.get(name, ()))) for name in order]
    hidden = len(view.counted.claims) - sum(count for _, _, count in lines)
    lines += [("concealed", "Not shown", hidden)] if hidden else []
    return _tally("stances", "Stances", lines, "Of the claims that count as evidence.")


def _plain(slug: str) -> str:
    return slug.replace("-", " ")


def _tiers(view: View) -> tuple[Tier, ...]:
    """Return the ledger's tiers, and those that only claims have."""
    own = {
        tier.slug: Tier(slug=tier.slug, label=str(tier.label), sentence=str(tier.description))
        for tier in view.tiers
    }
    others = {claim.tier for claim in view.claims.unopened()} - own.keys()
    unlisted = (
        Tier(slug=slug, label=slug, sentence="The ledger's list of tiers has none of this name.")
        for slug in sorted(others)
    )
    return (*own.values(), *unlisted)
