"""The suite for renderers, and what strangers put into titles, handles and pastes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evledger.rendering import RenderContext, Rendered, render
from evledger.testing.comparing import contents
from evledger.testing.suites.base import EMPTY, MakingSuite, check_name, not_given, tried
from evledger.testing.suites.confided import SECRET, confided, confided_asides
from evledger.testing.suites.eventful import eventful, hostile_events
from evledger.testing.suites.markup import check_html, check_xml, html_of_markdown
from evledger.testing.suites.steady import steady
from evledger.testing.telling import Story, reopened

if TYPE_CHECKING:
    from evledger.ledger import Ledger
    from evledger.rendering import Renderer
    from evledger.view import View

__all__ = ["HOSTILE", "RendererTests", "hostile_events"]

HOSTILE: Final = (
    "<x-hostile>",
    "</title></style></script><x-hostile onclick=x>",
    "\"'><x-hostile x-hostile=\"'",
    '" x-hostile="1',
    "&lt;x-hostile&gt; &#60;x-hostile&#62;",
    "--><x-hostile><!--",
    "]]><x-hostile>",
    "[press](https://hostile.invalid/) ![look](https://hostile.invalid/a.png)",
    "[press][x] <https://hostile.invalid/>\n\n[x]: https://hostile.invalid/",
    "[press](javascript:hostile)",
    "before\n\n# x-hostile-heading\n\nafter",
    "before\nx-hostile-heading\n=================\n",
    "```\n~~~\n\n# x-hostile-heading\n\n<x-hostile>",
    "`<x-hostile>` \\`<x-hostile>\\`",
    "a | b | <x-hostile>\n--- | --- | ---\n",
    "\\<x-hostile>\\",
    "\x1b[31mred\x1b]0;title\x07",
    "\u202egnp.exe\u2066",
    '{"x-hostile": "\\"}',
    "{{ 7 * 7 }} {% x %} ${x-hostile} %s %(x)s {0}",
    "\r\nx-hostile: 1\r\n",
    "\ufeff\u2028\u2029\x00",
)
"""Texts that are markup somewhere: elements, links and headings of strangers, what steers
a terminal, what turns text around, what template languages expand."""

_STEERING: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[a-z0-9.+-]+(; ?[a-z]+=[^;\s]+)*")
_SUFFIX: Final = re.compile(r"(\.[a-z0-9]+)+")


class RendererTests(MakingSuite):
    """What holds of every renderer.

    >>> from evledger import Plugins
    >>> class TestMarkdown(RendererTests):
    ...     def renderer(self):
    ...         return Plugins.builtin().renderer("markdown")
    """

    def renderer(self) -> Renderer:
        """Return a new renderer."""
        raise not_given(self, "renderer")

    def context(self, first: int = 5) -> RenderContext:
        """Return what views are rendered with."""
        plugins = self.with_plugins
        return RenderContext(
            scorers=(plugins.scorer("quantified-confidence"),),
            ranker=plugins.ranker("tier"),
            first=first,
            contact="+1 555 0100",
            proofs="https://example.org/{n}/{id}.proof",
            made_with=("evidence-ledger 0",),
        )

    def rendered(self, view: View, first: int = 5) -> Rendered:
        """Render a view, with a new renderer."""
        return render(self.renderer(), view, self.context(first))

    def made(self, ledger: Ledger) -> str:
        """Return what it makes, with the chain at hand."""
        context = attrs.evolve(self.context(), chain=ledger.render_context().chain)
        rendered = render(self.renderer(), ledger.view(), context)
        return f"{rendered.file}, {rendered.media_type}\n{rendered.data.decode(errors='replace')}"

    def assert_inert(self, rendered: Rendered, payload: str) -> None:
        """Check that a hostile text is only shown: override it for a format of your own.

        HTML, XML and Markdown must give no element, attribute, link or heading of the payload's;
        JSON must be JSON; plain text must not steer a terminal.
        What would act in any other format only its author can say.

        Args:
            rendered: what was made of a ledger in which every text is the payload.
            payload: one of :data:`HOSTILE`.
        """
        del payload
        kind = rendered.media_type.partition(";")[0].strip()
        if kind == "text/html":
            check_html(rendered.text)
        elif kind.endswith("+xml"):
            check_xml(rendered.data)
        elif kind == "text/markdown":
            check_html(html_of_markdown(rendered.text))
        elif kind == "application/json" or kind.endswith("+json"):
            json.loads(rendered.data)
        elif kind == "text/plain":
            assert not _STEERING.search(rendered.text), "it could steer a terminal"
        else:
            msg = f"{type(self).__name__} has to give assert_inert(): what would act in {kind}?"
            raise NotImplementedError(msg)

    def test_has_a_name(self) -> None:
        """A renderer's name is a slug."""
        check_name(self.renderer().name)

    def test_says_what_it_makes(self) -> None:
        """The media type and the suffix are of their form, and text is UTF-8."""
        rendered = self.rendered(self.told(EMPTY))
        assert _MEDIA_TYPE.fullmatch(rendered.media_type), rendered.media_type
        assert _SUFFIX.fullmatch(rendered.suffix), rendered.suffix
        if rendered.media_type.startswith("text/"):
            assert isinstance(rendered.text, str)
        file = getattr(self.renderer(), "file", None)
        assert file in (None, rendered.file), f"it says {file}, and gives {rendered.file}"

    @pytest.mark.parametrize("payload", HOSTILE)
    def test_hostile_text_is_inert(self, payload: str) -> None:
        """Titles, handles and pastes are shown; they do nothing."""
        ledger = Story(events=eventful(payload), title=payload).ledger(self.with_plugins)
        view, chain = ledger.view(), ledger.render_context().chain
        told = self.told(Story(events=hostile_events(payload), title=payload))
        self.assert_inert(self.rendered(told), payload)
        self.assert_inert(self.rendered(view), payload)
        context = attrs.evolve(self.context(first=0), chain=chain)
        self.assert_inert(render(self.renderer(), view, context), payload)

    @tried
    @given(data=st.data())
    def test_renders_every_ledger(self, data: st.DataObject) -> None:
        """Whatever a ledger holds, now or earlier, erased or withheld, it is rendered.

        With the chain at hand, and without.
        """
        ledger = self.draw(data).ledger(self.with_plugins)
        n = data.draw(st.integers(1, ledger.head().size), label="as it was at")
        bare = self.context(data.draw(st.integers(0, 3)))
        for view in (ledger.view(n), ledger.view()):
            self.assert_inert(render(self.renderer(), view, bare), "")
            chain = ledger.render_context(n=view.head.size).chain
            since = data.draw(st.integers(0, view.head.size))
            context = attrs.evolve(bare, chain=chain, since=since)
            self.assert_inert(render(self.renderer(), view, context), "")

    @tried
    @given(data=st.data())
    def test_bytes_are_stable(self, data: st.DataObject) -> None:
        """The same view gives the same bytes, also read anew, and is left as it was."""
        ledger = self.draw(data).ledger(self.with_plugins)
        view = ledger.view()
        before = contents(view)
        with steady():
            rendered = self.rendered(view)
        assert self.rendered(view) == rendered
        assert self.rendered(reopened(ledger, self.with_plugins).view()) == rendered
        assert contents(view) == before

    @pytest.mark.parametrize("has_vault", [True, False])
    def test_shows_nothing_that_is_gone(self, has_vault: bool) -> None:  # noqa: FBT001  # pytest's
        """What was erased, or is withheld, is not among the bytes, though it was shown before."""
        told = Story(events=(*confided(["supports", "contradicts"]), *confided_asides()))
        gone = attrs.evolve(told, erased=(0,) * 30, has_vault=has_vault)
        self.rendered(self.told(told))
        assert SECRET.encode() not in self.rendered(self.told(gone)).data
        ledger = gone.ledger(self.with_plugins)
        context = attrs.evolve(self.context(), chain=ledger.render_context().chain)
        assert SECRET.encode() not in render(self.renderer(), ledger.view(), context).data
