"""Renderers: from a view to text or bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

import attrs

from evledger.exceptions import (
    PLUGIN_ERRORS,
    Broken,
    Invalid,
    NotFound,
    PluginError,
    StoreError,
    blame,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from evledger.fold import Projection
    from evledger.ranking import Ranker
    from evledger.record import Record
    from evledger.scoring import Scorer
    from evledger.view import View

__all__ = [
    "Chain",
    "HasPassage",
    "Passage",
    "RenderContext",
    "Rendered",
    "Renderer",
    "files_of",
    "passages",
    "render",
]


@attrs.frozen
class Rendered:
    """What a renderer made.

    Attributes:
        data: the bytes.
        media_type: as in ``text/markdown; charset=utf-8``.
        suffix: of a file that holds it: ``.md``.
        name: of such a file, without the suffix.

    >>> Rendered(b"# Semax", "text/markdown; charset=utf-8", ".md").text
    '# Semax'
    """

    data: bytes
    media_type: str
    suffix: str
    name: str = "article"

    @property
    def file(self) -> str:
        """The name of a file that holds it: ``article.md``."""
        return f"{self.name}{self.suffix}"

    @property
    def text(self) -> str:
        """The bytes, as UTF-8."""
        return self.data.decode()


@attrs.frozen(kw_only=True)
class Passage:
    """What a plugin's events add up to, as a part of an article.

    Attributes:
        heading: its heading.
        lines: its entries, each a sentence or a few; plain text, which renderers escape.

    >>> Passage(heading="Assays", lines=("s1: 600 ug",)).lines
    ('s1: 600 ug',)
    """

    heading: str
    lines: tuple[str, ...]


@runtime_checkable
class HasPassage(Protocol):
    """A projection that has something to say in an article."""

    def passage(self, part: Any) -> Passage | None:
        """Return what the article says of what this projection has gathered.

        Args:
            part: what :meth:`~evledger.fold.Projection.freeze` gave.

        Returns:
            A passage; ``None`` where there is nothing to say.
        """
        ...


class Chain(Protocol):
    """What a renderer may take from the chain itself, up to the head of the view it renders."""

    @property
    def descriptions(self) -> tuple[int, ...]:
        """The records that describe the ledger: the first, and those that changed it since."""
        ...

    def records(self, start: int = 0, stop: int | None = None) -> Iterator[Record]:
        """Return the records from ``start`` up to ``stop``, one at a time."""
        ...

    def view(self, n: int) -> View:
        """Return the view as it was when the ledger had this many events."""
        ...

    def bundle(self, places: Iterable[int], openings: Iterable[tuple[int, str]] = ()) -> bytes:
        """Return what proves some records to a stranger (:mod:`evledger.proofs.bundling`).

        Args:
            places: their numbers.
            openings: sealed fields whose values are shown, each as (record, field); one that the
                vault does not hold is left out.

        Returns:
            JSON in UTF-8, on one line.
        """
        ...


@attrs.frozen(kw_only=True)
class RenderContext:
    """What a view is rendered with; the same view and context give the same bytes.

    Attributes:
        scorers: the first is the one whose score is explained; the others stand beside it.
        ranker: orders the claims.
        projections: what plugins gathered; those that are :class:`HasPassage` add to the article.
        sites: for each scheme of locators, what makes an address of a value, or ``None``;
            empty for those of the library alone.
        first: of every list so many are open, and the rest is folded.
        contact: where readers can send a question by text message; ``None`` for nowhere.
        proofs: the address of a claim's proof, with ``{id}`` and ``{n}`` in the place of the
            claim's id and record; ``None`` where none is published.
        made_with: what made it, for the footer: ``evidence-ledger 0.1.0``.
        chain: the chain itself, for pages that prove what they say; ``None`` where a view is all
            that there is.
        since: how many events there were when the reader last looked, for renderers that say what
            has changed since.
        beside: the files that stand beside this one, by the name of their renderer; links may
            lead to them.
    """

    scorers: tuple[Scorer, ...]
    ranker: Ranker
    projections: tuple[Projection, ...] = ()
    sites: Mapping[str, Callable[[str], str | None]] = attrs.field(
        factory=dict[str, "Callable[[str], str | None]"]
    )
    first: int = 5
    contact: str | None = None
    proofs: str | None = None
    made_with: tuple[str, ...] = ()
    chain: Chain | None = None
    since: int = 0
    beside: Mapping[str, str] = attrs.field(factory=dict[str, str])


class Renderer(Protocol):
    """Makes something readable of a view.

    One that has an attribute ``file`` says there what its file is called, ``ledger.html``, so
    that others beside it can lead to it (:attr:`RenderContext.beside`).

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


def files_of(renderers: Iterable[Renderer]) -> dict[str, str]:
    """Return what the files of some renderers are called, as far as these say so, by their names.

    >>> from evledger import Plugins
    >>> files_of([Plugins.builtin().renderer("markdown")])
    {'markdown': 'article.md'}
    """
    found = ((each.name, getattr(each, "file", None)) for each in renderers)
    return {name: file for name, file in found if isinstance(file, str)}


def render(renderer: Renderer, view: View, context: RenderContext) -> Rendered:
    """Render a view.

    Raises:
        PluginError: the renderer failed, or gave something else; the message names it.
        Broken: what is stored is damaged.
        Invalid: the context asks for what there is not, as more events than the view has.
        StoreError: the database could not do it.
    """
    try:
        rendered = renderer.render(view, context)
    except _NOT_ITS_FAULT:
        raise
    except PLUGIN_ERRORS as error:
        raise _failure(renderer, f"failed: {blame(error)}") from error
    fault = _fault(rendered)
    if fault is not None:
        raise _failure(renderer, fault)
    return rendered


_NOT_ITS_FAULT: Final = (Broken, Invalid, PluginError, StoreError)
"""What a renderer passes on: damage, the caller's wish, and what is named already."""

_FIELDS: Final = (("data", bytes), ("media_type", str), ("suffix", str), ("name", str))


def _failure(renderer: Renderer, what: str) -> PluginError:
    return PluginError(f"renderer {renderer.name!r} {what}", kind="renderer", name=renderer.name)


def _fault(rendered: object) -> str | None:
    """Return what is wrong with what a renderer gave; ``None`` for nothing."""
    if not isinstance(rendered, Rendered):
        return f"returned {type(rendered).__name__}, not Rendered"
    for name, wanted in _FIELDS:
        given: Any = getattr(rendered, name)
        if not isinstance(given, wanted):
            return f"returned {type(given).__name__} as {name}, not {wanted.__name__}"
    return None


def passages(view: View, projections: Iterable[Projection]) -> Iterator[tuple[str, Passage]]:
    """Yield what plugins' projections add to an article, each with the projection's name.

    One that fails is named with its reason, and takes nothing else down.
    """
    for projection in projections:
        if isinstance(projection, HasPassage):
            passage = _attempt(view, projection.name, projection)
            if passage is not None:
                yield projection.name, passage


def _attempt(view: View, name: str, projection: HasPassage) -> Passage | None:
    try:
        passage: Any = projection.passage(view.part(name))
    except NotFound:  # the view was folded without it
        return None
    except PLUGIN_ERRORS as error:  # whatever a plugin raises concerns its passage alone
        return Passage(heading=name, lines=(f"This part failed: {blame(error)}",))
    if passage is None or isinstance(passage, Passage):
        return passage
    return Passage(heading=name, lines=(f"This part failed: it gave {type(passage).__name__}.",))
