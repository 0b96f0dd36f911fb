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
    """

    name: str

    def render(self, view: View) -> Rendered:
        """Render a view; the same bytes for the same view."""
        ...
