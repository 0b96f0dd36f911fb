"""What changed since a head, as a page: the numbers before and after, and every record in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import quote

import attrs

from evledger import Invalid
from evledger.chronicle import Category, Changes, Told, changes
from evledger_html import differences
from evledger_html.pages import Templated, page
from evledger_html.present import Present, present
from evledger_html.values import Places, erasures

if TYPE_CHECKING:
    from evledger.rendering import Chain, RenderContext, Rendered
    from evledger.view import View

__all__ = ["ChangesPage", "address", "earlier"]


class ChangesPage(Templated):
    """Writes what changed between ``context.since`` and the view's head as one HTML file.

    What takes evidence away stands first.
    From the beginning, where nothing is said of since when, the latest of each category are told.

    >>> import evledger
    >>> from evledger import Plugins, RenderContext
    >>> plugins = Plugins.builtin()
    >>> with evledger.open("memory:", plugins=plugins) as store:
    ...     view = store.create("semax", title="Semax", by="curator").view()
    >>> context = RenderContext(scorers=(), ranker=plugins.ranker("tier"))
    >>> page = ChangesPage().render(view, context)
    >>> page.file, "cannot tell" in page.text  # the chain is not at hand
    ('changes.html', True)
    """

    name = "html-changes"
    file = "changes.html"

    def render(self, view: View, context: RenderContext) -> Rendered:
        """Render a view; the same bytes for the same view and context.

        Raises:
            Invalid: ``context.since`` is more than the view has events.
        """
        chain = context.chain
        places = Places(view, () if chain is None else chain.descriptions)
        told = None if chain is None else _tell(chain, view, context)
        return page(
            self.templates,
            "changes.html",
            name="changes",
            styles=("parts.css", "page.css", "changes.css"),
            bundle=None
            if chain is None or told is None
            else _bundle(chain, view, places, told.groups),
            view=view,
            told=told,
            places=places,
            tiers={tier.slug: tier.label for tier in view.tiers},
            beside=context.beside,
            verify=f"evledger verify {view.ledger} --full --head {view.head}",
            again=f"evledger diff {view.ledger} {context.since} {view.head} --words",
        )


def earlier(chain: Chain, view: View, size: int) -> View | None:
    """Return the view as it was when the ledger had so many events; ``None`` for none.

    Raises:
        Invalid: it has fewer.
    """
    if not 0 <= size <= view.head.size:
        msg = (
            f"since={size}: {view.ledger} has {view.head.size} events here; "
            "give a number up to that, or 0 for the beginning"
        )
        raise Invalid(msg)
    return chain.view(size) if size else None


def address(entry: str | None, beside: Mapping[str, str]) -> str | None:
    """Return the relative address of an entry on one of the pages that stand beside this one.

    Claims and sources are in the article; the page of the ledger has all the rest, too.

    Args:
        entry: its whole name.
        beside: files by the names of their renderers.

    Returns:
        The address; ``None`` where no such page stands there.

    >>> address("claim:c4", {"html": "article.html", "html-ledger": "ledger.html"})
    'article.html#claim:c4'
    >>> address("gap:g1", {"html": "article.html", "html-ledger": "ledger.html"})
    'ledger.html#gap:g1'
    """
    if entry is None:
        return None
    is_evidence = entry.startswith(("claim:", "source:"))
    pages = ("html", "html-ledger") if is_evidence else ("html-ledger", "html")
    file = next((beside[name] for name in pages if name in beside), None)
    return None if file is None else f"{quote(file)}#{quote(entry, safe=':')}"


# -- what was done -------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Item:
    """A record in words, the entry that it concerns as it is now, and where that is."""

    told: Told
    entry: Present | None
    address: str | None


Days: TypeAlias = tuple[tuple[date | None, tuple[Item, ...]], ...]


@attrs.frozen(kw_only=True)
class Group:
    """What was done of one category.

    Attributes:
        category: which.
        heading: for readers.
        total: how many records there are of it.
        days: those that are told, by days; under no day where they are few.
        left_out: how many earlier ones are not told.
    """

    category: Category
    heading: str
    total: int
    days: Days
    left_out: int


@attrs.frozen(kw_only=True)
class Page:
    """What the template is filled in with: the two heads, the numbers, and what was done."""

    changes: Changes
    rows: tuple[differences.Row, ...]
    groups: tuple[Group, ...]


_HEADINGS: Final[Mapping[Category, str]] = {
    "retraction": "Retracted, withdrawn, rejected or reinstated",
    "evidence": "New evidence",
    "correction": "Corrections",
    "erasure": "Erased",
    "question": "Questions",
    "review": "Reviewed",
    "text": "Texts, gaps and caveats",
    "other": "Other records",
}
"""In the order in which readers need them: first what takes evidence away."""

_LATEST: Final = 20  # of each category, where everything is told from the beginning
_FEW: Final = 12  # so many stand together, whatever their days


def _tell(chain: Chain, view: View, context: RenderContext) -> Page:
    before = earlier(chain, view, context.since)
    found = changes(before, view, chain.records(context.since, view.head.size))
    scores = differences.scores(context.scorers[:1], before, view)
    return Page(
        changes=found,
        rows=(*scores, *differences.numbers(found.numbers)),
        groups=tuple(_groups(found, view, context.beside)),
    )


def _groups(found: Changes, view: View, beside: Mapping[str, str]) -> Iterator[Group]:
    for category, heading in _HEADINGS.items():
        told = found.told.get(category, ())
        latest = told if found.before is not None else told[-_LATEST:]
        if latest:
            yield Group(
                category=category,
                heading=heading,
                total=len(told),
                days=_days([_item(each, view, beside) for each in latest]),
                left_out=len(told) - len(latest),
            )


def _item(told: Told, view: View, beside: Mapping[str, str]) -> Item:
    return Item(told=told, entry=present(view, told.entry), address=address(told.entry, beside))


def _days(items: Sequence[Item]) -> Days:
    if len(items) <= _FEW:
        return ((None, tuple(items)),)
    days = groupby(items, lambda item: item.told.at.date())
    return tuple((day, tuple(group)) for day, group in days)


def _bundle(chain: Chain, view: View, places: Places, groups: Iterable[Group]) -> bytes:
    """Return what proves the records that are told, the entries that they concern, and sources.

    A claim's source is not shown, but may be retracted, which the claim is then marked with.
    """
    items = [item for group in groups for _, items in group.days for item in items]
    names = dict.fromkeys(item.entry.name for item in items if item.entry is not None)
    sources = {
        f"source:{item.entry.source}"
        for item in items
        if item.entry is not None and item.entry.source in view.sources
    }
    shown = {n for name in (*names, *sources) for n in places.of(name)}
    told = {item.told.n for item in items}
    openings = (place for place in places.openings(names) if place[1] in _COMPARED)
    wanted = {*chain.descriptions, *shown, *told, *erasures(chain, view, shown)}
    return chain.bundle(sorted(wanted), openings)


_COMPARED: Final = frozenset(("title", "text", "stance", "component", "heading"))
"""The fields of entries that the page shows."""
