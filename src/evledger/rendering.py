"""Renderers: from a view to text or bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import attrs

if TYPE_CHECKING:
    from evledger.view import View

__all__ = ["Rendered", "Renderer"]


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


class Renderer(Protocol):
    """Makes something readable of a view.

    Attributes:
        name: by which it is asked for.

    >>> from evledger import Rendered, View
    >>> class Headline:
    ...     name = "headline"
    ...
    ...     def render(self, view: View) -> Rendered:
    ...         text = f"{view.title}: {view.counts.claims} claims"
    ...         return Rendered(text.encode(), "text/plain; charset=utf-8", ".txt")
    """

    name: str

    def render(self, view: View) -> Rendered:
        """Render a view; the same bytes for the same view."""
        ...
