"""Which picture each renderer of pictures draws of a view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from evledger import pictures, scoring
from evledger.exceptions import PluginError
from evledger.pictures import Picture
from evledger.reviewing import published_titles

if TYPE_CHECKING:
    from evledger.rendering import RenderContext
    from evledger.view import View

__all__ = ["DRAWN", "MOST_SOURCES"]

MOST_SOURCES: Final = 300
"""For more sources their influence is not drawn: each of them costs another scoring."""

_NO_SCORER: Final = "No scorer was asked for a score."


def _mix(view: View, _: RenderContext) -> Picture:
    return pictures.mix(view)


def _timeline(view: View, _: RenderContext) -> Picture:
    return pictures.timeline(view)


def _score(view: View, context: RenderContext) -> Picture:
    found = [scoring.attempt(scorer, view) for scorer in context.scorers]
    if not found:
        return pictures.absent("score", "Score", _NO_SCORER)
    return pictures.scores(found[0], found[1:])


def _influence(view: View, context: RenderContext) -> Picture:
    why = _not_drawn(view, context)
    if why is None:
        try:
            found = scoring.influence(context.scorers[0], view)
            return pictures.influence(found, published_titles(view))
        except PluginError as error:
            why = str(error)
    return pictures.absent("influence", "Influence of each source", why)


def _not_drawn(view: View, context: RenderContext) -> str | None:
    """Return why the sources' influence is not even asked for."""
    if not context.scorers:
        return _NO_SCORER
    if len(view.sources) > MOST_SOURCES:
        return (
            f"Not drawn for {len(view.sources):,} sources: the score is computed again without "
            f"each. 'evledger score {view.ledger} --influence' tells it."
        )
    return None


DRAWN: Final[Mapping[str, Callable[[View, RenderContext], Picture]]] = MappingProxyType(
    {
        "svg-mix": _mix,
        "svg-timeline": _timeline,
        "svg-score": _score,
        "svg-influence": _influence,
    }
)
"""By the name of the renderer."""
