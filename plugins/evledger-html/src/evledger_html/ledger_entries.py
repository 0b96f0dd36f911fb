"""A ledger's entries, as its page lists them: each with its records, its marks and its facts."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote

import attrs

from evledger.article.links import SITES
from evledger.article.values import sealable
from evledger_html.marks import mark_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from evledger import entries
    from evledger.article import Article, values
    from evledger.record import Record
    from evledger.view import View

__all__ = ["KINDS", "STATES", "Entry", "Mark", "concerned_by", "entries_of", "with_records"]

T = TypeVar("T")

KINDS: Final = (
    *("claim", "source", "question", "gap", "caveat", "component", "section"),
    *("link", "waiver", "ledger", "record"),
)
"""The kinds of entries, in the order in which they are counted."""

STATES: Final = (
    *("counts", "automatic", "withdrawn", "retracted", "rejected", "erased", "duplicate"),
    *("closed", "unknown"),
)
"""What an entry can be; it can be several at once, as withdrawn and erased."""


@attrs.frozen
class Mark:
    """What a reader must know of an entry, in a few words.

    Attributes:
        name: ``withdrawn``; ``source-retracted`` where it holds of a claim's source.
        words: the same for readers.
    """

    name: str
    words: str

    @property
    def state(self) -> str:
        """The state that it is a sign of, one of :data:`STATES`, or none of them."""
        return self.name.removeprefix("source-")


@attrs.frozen(kw_only=True)
class Entry:
    """An entry of the page.

    Attributes:
        name: its whole name: ``claim:c4``, ``link:s1/s2/version-of``, ``record:17``.
        kind: one of :data:`KINDS`.
        id: by which readers speak of it.
        n: the record that introduced it.
        records: that one, and those that changed it, as the view has them.
        history: these, and all others that concern it; every record is in that of some entry.
        marks: what a reader must know of it.
        counts: whether it is a claim that counts.
        tier, stance, source_kind, year: of a claim, and of a source as far as it has them; empty
            where there is none, or it is not shown.
        shown: what is shown of it, by the names of events' fields.
        source: of a claim: the source that it is drawn from, as an entry of its own.
        leads: whether it is the first place where this entry stands, to which links lead.
    """

    name: str
    kind: str
    id: str
    n: int
    records: tuple[int, ...]
    history: tuple[int, ...]
    marks: tuple[Mark, ...] = ()
    counts: bool = False
    tier: str = ""
    stance: str = ""
    source_kind: str = ""
    year: str = ""
    shown: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    source: Entry | None = None
    leads: bool = True

    @property
    def anchor(self) -> str:
        """The id of its place on the page: the name, as an address has it."""
        return quote(self.name, safe=":")

    @property
    def is_bound(self) -> bool:
        """Whether a reader's browser compares what is shown of it with its records."""
        has_words = self.kind != "section" or self.shown["heading"] is not None
        return has_words and self.kind not in _UNBOUND

    @property
    def states(self) -> frozenset[str]:
        """What it is, of :data:`STATES`."""
        found = {mark.state for mark in self.marks}.intersection(STATES)
        return frozenset(found | ({"counts"} if self.counts else set()))


_UNBOUND: Final = frozenset(("link", "waiver", "record"))
"""The kinds of entries whose words nothing compares; the log's lines prove their records."""


# -- entries of a view -------------------------------------------------------------------


def entries_of(view: View, article: Article, descriptions: tuple[int, ...]) -> list[Entry]:
    """Return the entries of a view in the order in which they were introduced.

    Args:
        view: of the ledger.
        article: the article of this view, whose words and marks they have.
        descriptions: the records that describe the ledger.
    """
    sources = {each.id: _source(view, each) for each in _listed(article)}
    claims = list(_claims(view, article, sources))
    drawn = {each.source.name for each in claims if each.source is not None}
    found = chain(
        claims,
        (each for each in sources.values() if each.name not in drawn),
        _others(view),
        _links(view),
        _waivers(view),
        [_ledger(view, article, descriptions)],
    )
    gone = frozenset(n for n, _ in view.erased)
    marked = (_with_erasure(each, gone) for each in found) if gone else found
    ordered = sorted(marked, key=lambda each: (each.n, KINDS.index(each.kind), each.name))
    return list(_led(ordered))


def _led(found: Iterable[Entry]) -> Iterator[Entry]:
    """Let links to a source lead to the first of the claims that are drawn from it."""
    taken: set[str] = set()
    for entry in found:
        if entry.source is None or entry.source.name not in taken:
            taken.add("" if entry.source is None else entry.source.name)
            yield entry
        else:
            yield attrs.evolve(entry, source=attrs.evolve(entry.source, leads=False))


def _listed(article: Article) -> Iterator[values.Source]:
    """Return the article's sources; each is in one of its lists."""
    lists = (article.scientific, article.published, article.reddit, article.x, article.people)
    return chain.from_iterable(listed.sources for listed in lists)


def _entry(kind: str, id: str, entry: entries.Entry, **given: Any) -> Entry:
    records = (entry.n, *entry.history)
    name = id if kind == "link" else f"{kind}:{id}"
    return Entry(name=name, kind=kind, id=id, n=entry.n, records=records, history=records, **given)


def _source(view: View, source: values.Source) -> Entry:
    entry = view.sources[source.id]
    words = _plain(source.kind)
    return _entry(
        "source",
        source.id,
        entry,
        marks=(*_marks(source.marks), *_automatic(entry)),
        source_kind=_text(source.kind),
        year=_year(source.published),
        shown={
            **{name: getattr(source, name) for name in _OF_SOURCE},
            "kind": words,
            "locator": _locator(source),
        },
    )


_OF_SOURCE: Final = (
    *("title", "authors", "author_count", "venue", "platform", "community"),
    *("published", "link"),
)


def _locator(source: values.Source) -> str | None:
    """Return the locator that a source's link was made of, where a browser can make it, too."""
    for locator in source.locators if source.link is not None else ():
        scheme, _, value = locator.partition(":")
        if scheme in SITES and SITES[scheme](value) == source.link:
            return locator
    return None


def _claims(view: View, article: Article, sources: Mapping[str, Entry]) -> Iterator[Entry]:
    counted = frozenset(view.counted.claims)
    tiers = {tier.slug: tier.label for tier in article.evidence.tiers}
    ledger = article.ledger
    for claim in chain(ledger.ranked, ledger.low_confidence, ledger.set_aside):
        source = sources.get(claim.source)
        shown = {name: getattr(claim, name) for name in ("text", "quote", "stance", "source")}
        yield _entry(
            "claim",
            claim.id,
            view.claims[claim.id],
            marks=_marks(claim.marks),
            counts=claim.id in counted,
            tier=claim.tier,
            stance=_text(claim.stance),
            source_kind=source.source_kind if source is not None else "",
            year=source.year if source is not None else "",
            shown={**shown, "tier": tiers[claim.tier]},
            source=source,
        )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _plain(value: T) -> T | str:
    """Write a slug as words; what is concealed stays as it is."""
    return value.replace("-", " ") if isinstance(value, str) else value


def _year(published: object) -> str:
    year = _text(published)[:4]
    return year if len(year) == 4 and year.isascii() and year.isdigit() else ""


_OTHERS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "question": ("questions", ("text", "channel", "status")),
    "gap": ("gaps", ("text",)),
    "caveat": ("caveats", ("text",)),
    "component": ("components", ("component", "layer", "sibling")),
    "section": ("sections", ("heading", "body")),
}


def _others(view: View) -> Iterator[Entry]:
    for kind, (name, fields) in _OTHERS.items():
        for id, entry in getattr(view, name).items():
            shown = {field: sealable(getattr(entry, field)) for field in fields}
            yield _entry(kind, id, entry, marks=tuple(_marks_of_state(entry)), shown=shown)


def _links(view: View) -> Iterator[Entry]:
    for name, link in view.links.items():
        shown = {field: getattr(link, field) for field in ("source", "relation", "other")}
        yield _entry("link", name, link, marks=tuple(_marks_of_link(link)), shown=shown)


def _waivers(view: View) -> Iterator[Entry]:
    for each in view.waivers:
        shown = {"rule": sealable(each.rule), "target": each.target, "why": sealable(each.why)}
        yield _single("waiver", each.n, shown=shown)


def _single(kind: str, n: int, **given: Any) -> Entry:
    """Return an entry that is one record and goes by its number."""
    name = f"{kind}:{n}"
    return Entry(name=name, kind=kind, id=str(n), n=n, records=(n,), history=(n,), **given)


def _ledger(view: View, article: Article, descriptions: tuple[int, ...]) -> Entry:
    shown = {
        "title": article.description.title,
        "subject": article.description.subject,
        "tiers": article.evidence.tiers,
    }
    return Entry(
        name="ledger",
        kind="ledger",
        id=view.ledger,
        n=0,
        records=descriptions,
        history=descriptions,
        shown=shown,
    )


# -- marks -------------------------------------------------------------------------------


def _marks(words: Iterable[str]) -> tuple[Mark, ...]:
    return tuple(Mark(mark_of(each), each) for each in words)


def _automatic(entry: entries.Source | entries.Link) -> Iterator[Mark]:
    if entry.review is None and entry.assertion != "manual":
        yield Mark("automatic", "automatic, not reviewed")


def _marks_of_link(link: entries.Link) -> Iterator[Mark]:
    yield from _automatic(link)
    if link.review is not None and link.review.verdict == "rejected":
        yield Mark("rejected", "rejected by a reviewer")


def _marks_of_state(entry: Any) -> Iterator[Mark]:
    status = getattr(entry, "status", "open")
    if status == "withdrawn" or getattr(entry, "withdrawn", None) is not None:
        yield Mark("withdrawn", "withdrawn")
    if status == "closed" or getattr(entry, "closed", None) is not None:
        yield Mark("closed", "closed")


def _with_erasure(entry: Entry, gone: frozenset[int]) -> Entry:
    """Mark an entry, and its source, where some of what it said is gone for good."""
    source = None if entry.source is None else _with_erasure(entry.source, gone)
    mark = () if gone.isdisjoint(entry.records) else (Mark("erased", "erased in part"),)
    return attrs.evolve(entry, source=source, marks=(*entry.marks, *mark))


# -- all records -------------------------------------------------------------------------


def with_records(found: Iterable[Entry], records: Iterable[Record]) -> list[Entry]:
    """Return entries with all records that concern them, and an entry for each record left.

    An erasure concerns the entries of the record in which it erased something.
    An earlier section, or component, of a name belongs to the one that took its place.
    What is left are records of types that are not known here, and of plugins.

    Args:
        found: the entries of a view.
        records: all that the view was made of, in order.
    """
    names = {entry.name: entry for entry in found}
    holders: defaultdict[int, list[str]] = defaultdict(list)
    for entry in _with_sources(names.values()):
        for n in entry.records:
            holders[n].append(entry.name)
    more: defaultdict[str, set[int]] = defaultdict(set)
    rest: list[Entry] = []
    for record in records:
        for name in _concerned(record, names, holders):
            more[name].add(record.n)
            holders[record.n].append(name)
        if record.n not in holders:
            rest.append(_left(record))
            holders[record.n].append(f"record:{record.n}")
    widened = [_widened(entry, more) for entry in names.values()]
    return sorted((*widened, *rest), key=lambda each: each.n)


def _with_sources(found: Iterable[Entry]) -> Iterator[Entry]:
    """Yield entries, and the sources that claims bring along."""
    for entry in found:
        yield entry
        if entry.source is not None:
            yield entry.source


def _concerned(
    record: Record, names: Mapping[str, Entry], holders: Mapping[int, list[str]]
) -> Iterator[str]:
    """Yield the names of entries that a record concerns, though the view does not say so."""
    if record.type == "fields-erased" and record.event is not None:
        erased: Any = record.event
        yield from tuple(holders.get(erased.n, ()))
    elif record.n not in holders:
        yield from (name for name in record.keys if name in names)


def _left(record: Record) -> Entry:
    is_known = record.event is not None
    marks = () if is_known else (Mark("unknown", "of a type that is not known here"),)
    return _single("record", record.n, marks=marks, shown={"type": record.type})


def _widened(entry: Entry, more: Mapping[str, set[int]]) -> Entry:
    source = None if entry.source is None else _widened(entry.source, more)
    added = more.get(entry.name, set())
    history = tuple(sorted(added.union(entry.history)))
    return attrs.evolve(entry, source=source, history=history)


def concerned_by(found: Iterable[Entry]) -> Mapping[int, tuple[Entry, ...]]:
    """Return for each record the entries in whose history it is, sources of claims among them."""
    concerned: defaultdict[int, dict[str, Entry]] = defaultdict(dict)
    for entry in _with_sources(found):
        for n in entry.history:
            concerned[n][entry.name] = entry
    return {n: tuple(there.values()) for n, there in concerned.items()}
