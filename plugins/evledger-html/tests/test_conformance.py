"""The page keeps what every renderer must."""

from __future__ import annotations

from evledger_html import ArticlePage

from evledger.testing import RendererTests


class TestArticlePage(RendererTests):
    """The article as a page."""

    def renderer(self) -> ArticlePage:
        """Return the renderer."""
        return ArticlePage()
