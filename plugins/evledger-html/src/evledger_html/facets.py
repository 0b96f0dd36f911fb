"""What the entries of a page can be filtered and sorted by, as columns of small numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs
import msgspec

from evledger_html.ledger_entries import KINDS, STATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from evledger.article import Article
    from evledger_html.ledger_entries import Entry

__all__ = ["Choice", "Facet", "columns", "facets_of", "ranks_of"]

_KIND_LABELS: Final = {
    "claim": "Claims",
    "source": "Sources without claims",
    "question": "Questions",
    "gap": "Gaps",
    "caveat": "Caveats",
    "component": "Components",
    "section": "Sections",
    "link": "Links between sources",
    "waiver": "Waived findings",
    "ledger": "Description of the ledger",
    "record": "Other records",
}
_STATE_LABELS: Final = {
    "counts": "Counts as evidence",
    "automatic": "Automatic, not reviewed",
    "withdrawn": "Withdrawn",
    "retracted": "Retracted",
    "rejected": "Rejected",
    "erased": "Erased in part",
    "duplicate": "Duplicate",
    "closed": "Closed",
    "unknown": "Of unknown type",
}
_STANCES: Final = ("supports", "contradicts", "mixed", "neutral")


@attrs.frozen
class Choice:
    """A value that entries can have.

    Attributes:
        value: as it stands in the address of a filtered page.
        label: for readers.
        count: how many entries have it.
    """

    value: str
    label: str
    count: int


@attrs.frozen(kw_only=True)
class Facet:
    """One respect in which entries differ.

    Attributes:
        name: ``tier``.
        label: for readers.
        choices: the values that there are, in the order in which they sort.
        of: for each entry the place of its value in ``choices``, -1 for none;
            where an entry can have several, the sum of two to the power of each place.
        is_several: whether it can.
    """

    name: str
    label: str
    choices: tuple[Choice, ...]
    of: tuple[int, ...]
    is_several: bool = False


def facets_of(article: Article, entries: Sequence[Entry]) -> tuple[Facet, ...]:
    """Return the facets of entries; a facet that no entry has is left out.

    Years sort from the latest to the earliest, the others as readers expect them.
    """
    tiers = {tier.slug: str(tier.label) for tier in article.evidence.tiers}
    found = (
        _facet("kind", "Kind of entry", entries, _KIND_LABELS, order=KINDS),
        _states(entries),
        _facet("tier", "Tier of evidence", entries, tiers, order=tuple(tiers)),
        _facet("stance", "Stance", entries, {}, order=_STANCES),
        _facet("source", "Kind of source", entries, {}, field="source_kind"),
        _facet("year", "Year of the source", entries, {}, reverse=True),
    )
    return tuple(facet for facet in found if facet.choices)


def _facet(
    name: str,
    label: str,
    entries: Iterable[Entry],
    labels: Mapping[str, str],
    *,
    order: Sequence[str] = (),
    field: str | None = None,
    reverse: bool = False,
) -> Facet:
    """Make a facet of which an entry has one value or none, the empty one."""
    values = [str(getattr(entry, field or name)) for entry in entries]
    there = sorted(set(values) - {*order, ""}, reverse=reverse)
    known = [value for value in order if value in set(values)]
    places = {value: place for place, value in enumerate((*known, *there))}
    choices = (
        Choice(value, labels.get(value) or _plain(value), values.count(value)) for value in places
    )
    return Facet(
        name=name,
        label=label,
        choices=tuple(choices),
        of=tuple(places.get(value, -1) for value in values),
    )


def _plain(slug: str) -> str:
    return slug.replace("-", " ").capitalize()


def _states(entries: Sequence[Entry]) -> Facet:
    states = [entry.states for entry in entries]
    known = [state for state in STATES if any(state in each for each in states)]
    choices = (
        Choice(state, _STATE_LABELS[state], sum(state in each for each in states))
        for state in known
    )
    return Facet(
        name="state",
        label="State",
        choices=tuple(choices),
        of=tuple(sum(1 << known.index(state) for state in each) for each in states),
        is_several=True,
    )


def ranks_of(article: Article, entries: Iterable[Entry]) -> tuple[int, ...]:
    """Return each entry's place by the strength of its evidence; what is no claim comes last.

    The ledger's order of tiers comes first, then whether a claim counts, then the ranker's order.
    """
    ledger = article.ledger
    tiers = {tier.slug: place for place, tier in enumerate(article.evidence.tiers)}
    listed = (*ledger.ranked, *ledger.low_confidence, *ledger.set_aside)
    ordered = sorted(listed, key=lambda claim: tiers[claim.tier])
    places = {f"claim:{claim.id}": place for place, claim in enumerate(ordered)}
    return tuple(places.get(entry.name, len(places)) for entry in entries)


def columns(facets: Iterable[Facet], ranks: tuple[int, ...]) -> str:
    """Write facets and ranks as the page's script reads them: JSON that ends no element."""
    made = {
        facet.name: {
            "values": [choice.value for choice in facet.choices],
            "of": facet.of,
            "several": facet.is_several,
        }
        for facet in facets
    }
    text = msgspec.json.encode({"facets": made, "ranks": ranks}).decode()
    return text.replace("<", "\\u003c")
