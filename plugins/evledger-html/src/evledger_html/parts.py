"""Parts of an article for other pages: cards, panels, pictures, and claims that prove themselves.

Each part is HTML that can do nothing; a page that shows them brings :func:`style` along.
An :class:`Embed` is a document of its own, for an ``iframe``, and needs nothing from its page.

>>> import evledger
>>> from evledger import Plugins, RenderContext
>>> plugins = Plugins.builtin()
>>> context = RenderContext(scorers=(), ranker=plugins.ranker("tier"))
>>> with evledger.open("memory:", plugins=plugins) as store:
...     semax = store.create("semax", title="Semax", by="curator")
...     with semax.batch(by="curator") as batch:
...         trial = batch.add_source(kind="trial", title="A trial")
...         id = batch.tag_claim(
...             source=trial, tier="human", stance="supports", text="Scores <b>rose</b>."
...         )
...     view = semax.view()
>>> card = claim_card(view, "c1", context)
>>> "Scores &lt;b&gt;rose&lt;/b&gt;." in card
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import attrs
from markupsafe import Markup, escape

from evledger.article.links import web_address
from evledger.exceptions import Invalid, NotFound
from evledger.legible import one_line, shortened
from evledger_html.article import filling
from evledger_html.environment import called, environment, filled, source_of
from evledger_html.pages import STYLE, document
from evledger_html.values import Places, erasures

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from evledger.article.values import Claim, FailedScore, Score, Source
    from evledger.pictures import Picture
    from evledger.rendering import RenderContext
    from evledger.view import View

__all__ = [
    "Embed",
    "Parts",
    "claim_card",
    "embed",
    "picture",
    "score_panel",
    "source_card",
    "style",
]

_TITLE: Final = 80  # characters of a claim in an embed's title


@attrs.frozen(kw_only=True)
class Embed:
    """A claim that can be shown in another page, open or folded.

    Attributes:
        title: what it is, in a line.
        document: a small HTML document with its own style, proofs and script.
        fragment: the same card without proofs, for pages that have the style.
    """

    title: str
    document: str
    fragment: Markup

    def iframe(self, *, height: int = 520) -> Markup:
        """Return the document in an ``iframe``, which may run its own script and nothing else.

        Args:
            height: of the frame, in CSS pixels; what has no room in it is scrolled to.
        """
        frame = (
            '<iframe class="evl-frame" loading="lazy" '
            'sandbox="allow-scripts allow-popups allow-downloads" '
            f'width="100%" height="{int(height)}" title="{escape(self.title)}" '
            f'srcdoc="{escape(self.document)}"></iframe>'
        )
        return Markup(frame)  # noqa: S704  # what it is filled in with is escaped


class Parts:
    """Makes parts of one view's article; the article is composed once, for all of them.

    Args:
        view: of the ledger.
        context: as for rendering; with a chain in it, embeds prove themselves.
        templates: a folder whose templates and styles take the place of ours.

    Raises:
        Invalid: there is no such folder.
    """

    def __init__(
        self, view: View, context: RenderContext, *, templates: Path | None = None
    ) -> None:
        self._templates = environment(templates)
        self._chain = context.chain
        self._view = view
        self._filling = filling(view, context, Places(view))

    def claim_card(self, id: str) -> Markup:
        """Return a claim's card: what it says, tier, stance, quotation, marks, source, records.

        Raises:
            NotFound: there is no such claim.
            PluginError: a template is broken.
        """
        claim, _ = self._claim(id)
        return self._called("claim_card", claim, self._filling["places"], self._filling["tiers"])

    def source_card(self, id: str) -> Markup:
        """Return a source's card, with the claims drawn from it.

        Raises:
            NotFound: there is no such source.
            PluginError: a template is broken.
        """
        given = self._filling
        source = given["sources"].get(id)
        if source is None:
            raise self._missing("source", id)
        return self._called(
            "source_card", source, given["places"], given["tiers"], located=given["located"]
        )

    def embed(self, id: str, *, is_open: bool = True, address: str | None = None) -> Embed:
        """Return a claim to be shown in another page.

        Args:
            id: the claim's.
            is_open: whether it is unfolded at first.
            address: where the article's page is, so that a link leads to the claim there.

        Returns:
            An embed, whose document proves itself where the context has a chain.

        Raises:
            Invalid: the address is none that a link may lead to.
            NotFound: there is no such claim.
            PluginError: a template is broken.
        """
        claim, source = self._claim(id)
        title = f"Claim {claim.id}: {shortened(one_line(str(claim.text)), _TITLE)}"
        own = {"claim": claim, "source": source, "title": title, "is_open": is_open}
        parts = {**self._filling, **own, "address": _place_of(claim, address)}
        names = [f"claim:{id}", *([] if source is None else [f"source:{source.id}"])]
        fragment = filled(self._templates, "embed/card.html", parts)
        return Embed(
            title=title,
            document=self._document(names, parts),
            fragment=Markup(fragment),  # noqa: S704  # a template that escapes all it is given
        )

    def _document(self, names: list[str], parts: Mapping[str, Any]) -> str:
        chain = self._chain
        places = Places(self._view, () if chain is None else chain.descriptions)
        bundle = None
        if chain is not None:
            shown = {n for name in (*names, "ledger") for n in places.of(name)}
            wanted = shown.union(erasures(chain, self._view, shown))
            bundle = chain.bundle(wanted, places.openings(names))
        return document(
            self._templates,
            "embed/document.html",
            styles=("page.css",),
            scripts=(),
            bundle=bundle,
            parts={**parts, "places": places},
        )

    def _claim(self, id: str) -> tuple[Claim, Source | None]:
        ledger = self._filling["article"].ledger
        for claim in (*ledger.ranked, *ledger.low_confidence, *ledger.set_aside):
            if claim.id == id:
                return claim, self._filling["sources"].get(claim.source)
        raise self._missing("claim", id)

    def _missing(self, kind: str, id: str) -> NotFound:
        head = self._view.head
        return NotFound(f"{self._view.ledger} has no {kind} {id!r:.80} at {head.size}")

    def _called(self, macro: str, *given: Any, **named: Any) -> Markup:
        return called(self._templates, "parts.html", macro, *given, **named)


def _place_of(claim: Claim, address: str | None) -> str | None:
    """Return the address of a claim on the article's page."""
    page = None if address is None else web_address(address)
    if address is not None and page is None:
        msg = f"address={address!r:.80}: no link can lead there; give the article's http(s) address"
        raise Invalid(msg)
    anchor = quote(f"claim:{claim.id}", safe=":")
    return None if page is None else f"{page.partition('#')[0]}#{anchor}"


# -- one part ----------------------------------------------------------------------------


def claim_card(view: View, id: str, context: RenderContext) -> Markup:
    """Return a claim's card; see :meth:`Parts.claim_card`, which makes many at less cost."""
    return Parts(view, context).claim_card(id)


def source_card(view: View, id: str, context: RenderContext) -> Markup:
    """Return a source's card; see :meth:`Parts.source_card`, which makes many at less cost."""
    return Parts(view, context).source_card(id)


def embed(
    view: View,
    id: str,
    context: RenderContext,
    *,
    is_open: bool = True,
    address: str | None = None,
) -> Embed:
    """Return a claim to be shown in another page; see :meth:`Parts.embed`."""
    return Parts(view, context).embed(id, is_open=is_open, address=address)


def score_panel(score: Score | FailedScore, *, templates: Path | None = None) -> Markup:
    """Return a score with its terms and cautions, so that a reader can compute it again.

    Args:
        score: as an article has it: ``compose(view, context).scores.explained``.
        templates: a folder whose templates take the place of ours.

    Raises:
        Invalid: there is no such folder.
        PluginError: a template is broken.
    """
    return called(environment(templates), "numbers.html", "score_panel", score)


def picture(drawn: Picture, *, prefix: str = "", templates: Path | None = None) -> Markup:
    """Return a picture with its caption and the table behind it.

    Args:
        drawn: one of :mod:`evledger.pictures`.
        prefix: of its ids, where a page shows the same picture twice.
        templates: a folder whose templates take the place of ours.

    Raises:
        Invalid: there is no such folder, or the prefix is none.
        PluginError: a template is broken.
    """
    return called(environment(templates), "numbers.html", "figure", drawn, prefix)


def style(templates: Path | None = None) -> str:
    """Return the style of all parts, for a page's own stylesheet.

    Every class begins with ``evl-`` and every custom property with ``--evl-``.
    The rules for whole pages, as for ``body`` and ``h1``, are left out.

    Args:
        templates: a folder whose styles take the place of ours.

    Raises:
        Invalid: there is no such folder.
    """
    names = (*STYLE, "own.css")
    return "\n".join(source_of(environment(templates), name) for name in names)
