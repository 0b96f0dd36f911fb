"""The pictures of a ledger as files: SVG, each with its style and its words in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from evledger.rendering import Rendered

if TYPE_CHECKING:
    from evledger.rendering import RenderContext
    from evledger.view import View

__all__ = ["PICTURES", "PictureRenderer"]


@attrs.frozen
class PictureRenderer:
    """Draws one picture of a view.

    Attributes:
        name: by which it is asked for: ``svg-mix``.
        file: what it gives: ``mix.svg``.
    """

    name: str
    file: str

    def render(self, view: View, context: RenderContext) -> Rendered:
        """Render a view; the same bytes for the same view and context."""
        # Every command loads the built-in renderers, and few of them draw anything.
        from evledger.builtin.drawing import DRAWN  # noqa: PLC0415

        picture = DRAWN[self.name](view, context)
        return Rendered(picture.svg().encode(), "image/svg+xml", ".svg", picture.name)


PICTURES: Final = (
    PictureRenderer("svg-mix", "mix.svg"),
    PictureRenderer("svg-timeline", "timeline.svg"),
    PictureRenderer("svg-score", "score.svg"),
    PictureRenderer("svg-influence", "influence.svg"),
)
"""The mix of evidence, the sources by year, the score, and what each source does to it."""
