"""The evidence article as JSON: the shape that :func:`evledger.article.article_schema` gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from evledger.article import compose
from evledger.rendering import Rendered

if TYPE_CHECKING:
    from evledger.rendering import RenderContext
    from evledger.view import View

__all__ = ["JSONRenderer"]


class JSONRenderer:
    """Writes the article as one JSON document; texts stand in it as the ledger has them."""

    name = "json"
    file = "article.json"

    def render(self, view: View, context: RenderContext) -> Rendered:
        """Render a view; the same bytes for the same view and context."""
        data = msgspec.json.encode(compose(view, context))
        return Rendered(data + b"\n", "application/json", ".json")
