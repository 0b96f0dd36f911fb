"""Evidence ledgers as web pages that verify themselves in the reader's browser.

Renderers: the article (``html``), every record with its history (``html-ledger``), what changed
since a head (``html-changes``), and the same as a feed (``atom``).
Parts of them, for pages of one's own, are in :mod:`evledger_html.parts`.
"""

from __future__ import annotations

from collections.abc import Iterable

from evledger import hookimpl
from evledger.rendering import Renderer
from evledger_html.article import ArticlePage
from evledger_html.atom import AtomFeed
from evledger_html.changes import ChangesPage
from evledger_html.ledger import LedgerPage

__all__ = ["EVLEDGER_API", "ArticlePage", "AtomFeed", "ChangesPage", "LedgerPage", "renderers"]

EVLEDGER_API = 1


@hookimpl.renderers
def renderers() -> Iterable[Renderer]:
    """Return the pages and the feed."""
    return [ArticlePage(), LedgerPage(), ChangesPage(), AtomFeed()]
