"""The ledger as a page: every entry and every record, to filter, to sort, and to check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from markupsafe import Markup

from evledger.article import compose
from evledger.chronicle import chronicle
from evledger_html.facets import columns, facets_of, ranks_of
from evledger_html.ledger_entries import concerned_by, entries_of, with_records
from evledger_html.pages import Templated, page
from evledger_html.values import Places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evledger.chronicle import Told
    from evledger.rendering import RenderContext, Rendered
    from evledger.view import View

__all__ = ["LedgerPage"]

T = TypeVar("T")

_CHUNK: Final = 50
"""So many entries make one list: a browser lays out those lists alone that are in sight."""


class LedgerPage(Templated):
    """Writes every entry and every record of a ledger as one HTML file that verifies itself.

    With the chain at hand the page has the line of every record, by which a reader's browser
    sees that none is left out; of a view alone it has the entries.

    >>> import evledger
    >>> import evledger_html
    >>> from evledger import Plugins
    >>> plugins = Plugins.builtin()
    >>> plugins.register(evledger_html, "html")
    >>> with evledger.open("memory:", plugins=plugins) as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     page = semax.render("html-ledger")
    >>> page.file, "1 entry of 1 record" in page.text
    ('ledger.html', True)
    """

    name = "html-ledger"
    file = "ledger.html"

    def render(self, view: View, context: RenderContext) -> Rendered:
        """Render a view; the same bytes for the same view and context."""
        chain = context.chain
        places = Places(view, () if chain is None else chain.descriptions)
        everything = range(view.head.size)
        return page(
            self.templates,
            "ledger.html",
            name="ledger",
            styles=("page.css", "ledger.css"),
            scripts=("ledger.js",),
            bundle=None if chain is None else chain.bundle(everything, places.openings()),
            places=places,
            beside=context.beside,
            **_filling(view, context, places.of("ledger") or (0,)),
        )


def _filling(
    view: View, context: RenderContext, descriptions: tuple[int, ...]
) -> Mapping[str, Any]:
    """Return what the page's templates are filled in with.

    Returns:
        The ``article``; ``entries`` and the ``log``, in lists of a few each, and of how many
        entries in ``total``; for each record the entries that are ``concerned``; ``facets``, and
        their ``columns`` for the script.
    """
    article = compose(view, context)
    entries = entries_of(view, article, descriptions)
    log: list[Told] = []
    if context.chain is not None:
        entries = with_records(entries, context.chain.records())
        log += chronicle(context.chain.records(), view)
    facets = facets_of(article, entries)
    made = columns(facets, ranks_of(article, entries))
    return {
        "article": article,
        "entries": _chunks(entries),
        "total": len(entries),
        "log": _chunks(log),
        "concerned": concerned_by(entries),
        "facets": facets,
        "columns": Markup(made),  # noqa: S704  # JSON that holds no <
    }


def _chunks(items: Sequence[T]) -> list[Sequence[T]]:
    return [items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK)]
