"""The article as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evledger import entries
from evledger.article import compose
from evledger.article.links import SITES, Sites, link_of
from evledger_html.contents import LISTS, Anchors, contents
from evledger_html.drawing import drawn
from evledger_html.linked import as_script, linked_data
from evledger_html.pages import Templated, page
from evledger_html.values import Places, erasures, worth_telling

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from evledger.article.values import Source
    from evledger.rendering import RenderContext, Rendered
    from evledger.view import View

__all__ = ["ArticlePage", "filling"]


class ArticlePage(Templated):
    """Writes the article as one HTML file that verifies itself in the reader's browser.

    >>> import evledger
    >>> import evledger_html
    >>> from evledger import Plugins
    >>> plugins = Plugins.builtin()
    >>> plugins.register(evledger_html, "html")
    >>> with evledger.open("memory:", plugins=plugins) as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     page = semax.render("html")
    >>> page.file, "<h1" in page.text
    ('article.html', True)
    """

    name = "html"
    file = "article.html"

    def render(self, view: View, context: RenderContext) -> Rendered:
        """Render a view; the same bytes for the same view and context."""
        chain = context.chain
        places = Places(view, () if chain is None else chain.descriptions)
        bundle = None
        if chain is not None:
            shown = set(places.all())
            wanted = worth_telling(shown.union(erasures(chain, view, shown)), view.head.size)
            bundle = chain.bundle(wanted, places.openings())
        return page(
            self.templates,
            "article.html",
            name="article",
            bundle=bundle,
            **filling(view, context, places),
        )


def filling(view: View, context: RenderContext, places: Places) -> Mapping[str, Any]:
    """Return what the article's templates are filled in with.

    Returns:
        ``article``, its ``parts``, ``places`` and ``anchors`` of entries, its ``sources`` by id
        with the locators that their links are ``located`` by, the labels of its ``tiers`` and
        ``named``, which of them the scientific claims name, how many claims are ``counted``,
        ``pictures``, ``linked`` data, and the files ``beside`` it.
    """
    article = compose(view, context)
    parts = contents(article, view)
    lists = (getattr(article, name) for name in LISTS)
    sources = {source.id: source for listed in lists for source in listed.sources}
    return {
        "article": article,
        "parts": parts,
        "places": places,
        "anchors": Anchors.of(article, parts),
        "sources": sources,
        "located": dict(_located(sources.values(), context.sites or SITES)),
        "tiers": {tier.slug: tier.label for tier in article.evidence.tiers},
        "named": {claim.tier for each in article.scientific.sources for claim in each.claims},
        "counted": len(view.counted.claims),
        "pictures": drawn(view, context),
        "linked": as_script(linked_data(article)),
        "beside": context.beside,
    }


def _located(sources: Iterable[Source], sites: Sites) -> Iterator[tuple[str, str]]:
    """Yield for each source the locator that its link was made of."""
    for source in sources:
        for locator in source.locators if source.link is not None else ():
            if link_of(entries.Source(id=source.id, locators=(locator,)), sites) == source.link:
                yield source.id, locator
                break
