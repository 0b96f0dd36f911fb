"""The pictures of an article."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from evledger import pictures, scoring
from evledger.reviewing import published_titles

if TYPE_CHECKING:
    from evledger.pictures import Picture
    from evledger.rendering import RenderContext
    from evledger.view import View

__all__ = ["MOST_SOURCES", "drawn"]

MOST_SOURCES: Final = 100
"""With more sources than these their influence is not drawn: each costs one more scoring."""


def drawn(view: View, context: RenderContext) -> Mapping[str, Picture]:
    """Draw what a view shows, by name: ``mix``, ``timeline``, ``scores``, ``influence``.

    Returns:
        The pictures that can be drawn; the last two only where there is a scorer that gives a
        score, the last only of a ledger that is small enough.
    """
    made = {"mix": pictures.mix(view), "timeline": pictures.timeline(view)}
    found = [scoring.attempt(scorer, view) for scorer in context.scorers]
    if not found or isinstance(found[0], scoring.Failure):
        return made
    made["scores"] = pictures.scores(found[0], found[1:])
    if 0 < len(view.sources) <= MOST_SOURCES:
        influences = scoring.influence(context.scorers[0], view)
        made["influence"] = pictures.influence(influences, published_titles(view))
    return made
