"""Renderers: from a view to text or bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import attrs

from evledger.exceptions import EvledgerError, PluginError

if TYPE_CHECKING:
    from evledger.ranking import Ranker
    from evledger.scoring import Scorer
    from evledger.view import View

__all__ = ["RenderContext", "Rendered", "Renderer", "render"]


@attrs.frozen
class Rendered:
    """What a renderer made.

    Attributes:
        data: the bytes.
        media_type: as in ``text/markdown; charset=utf-8``.
        suffix: of a file that holds it: ``.md``.

    >>> Rendered(b"# Semax", "text/markdown; charset=utf-8", ".md").text
    '# Semax'
    """

    data: bytes
    media_type: str
    suffix: str

    @property
    def text(self) -> str:
        """The bytes, as UTF-8."""
        return self.data.decode()


@attrs.frozen(kw_only=True)
class RenderContext:
    """What a view is rendered with; the same view and context give the same bytes.

    Attributes:
        scorers: the first is the one whose score is explained; the others stand beside it.
        ranker: orders the claims.
        first: of every list so many are open, and the rest is folded.
        contact: where readers can send a question by text message; ``None`` for nowhere.
        proofs: the address of a claim's proof, with ``{id}`` and ``{n}`` in the place of the
            claim's id and record; ``None`` where none is published.
        made_with: what made it, for the footer: ``evidence-ledger 0.1.0``.
    """

    scorers: tuple[Scorer, ...]
    ranker: Ranker
    first: int = 5
    contact: str | None = None
    proofs: str | None = None
    made_with: tuple[str, ...] = ()


class Renderer(Protocol):
    """Makes something readable of a view.

    Attributes:
        name: by which it is asked for.

    >>> from evledger import RenderContext, Rendered, View
    >>> class Headline:
    ...     name = "headline"
    ...
    ...     def render(self, view: View, context: RenderContext) -> Rendered:
    ...         text = f"{view.title}: {view.counts.claims} claims"
    ...         return Rendered(text.encode(), "text/plain; charset=utf-8", ".txt")
    """

    @property
    def name(self) -> str:
        """The renderer's name."""
        ...

    def render(self, view: View, context: RenderContext) -> Rendered:
        """Render a view; the same bytes for the same view and context."""
        ...


def render(renderer: Renderer, view: View, context: RenderContext) -> Rendered:
    """Render a view.

    Raises:
        PluginError: the renderer failed, or gave something else; the message names it.
    """
    try:
        rendered: Any = renderer.render(view, context)
    except EvledgerError:
        raise
    except Exception as error:
        msg = f"renderer {renderer.name!r} failed: {type(error).__name__}: {error}"
        raise PluginError(msg) from error
    if not isinstance(rendered, Rendered):
        msg = f"renderer {renderer.name!r} returned {type(rendered).__name__}, not Rendered"
        raise PluginError(msg)
    return rendered
