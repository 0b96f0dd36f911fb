"""Parts for other pages: inert, the same as on the page, and embeds that prove themselves."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import pytest
from evledger_html import parts
from evledger_html.parts import Parts

import evledger
from evledger import Invalid, NotFound, Plugins, RenderContext, View, pictures
from evledger.article import compose
from evledger.article.values import Score
from evledger.demo import build
from evledger.proofs.bundling import verify_bundle
from evledger.testing.suites.renderers import HOSTILE, hostile_events
from evledger.testing.telling import Story

if TYPE_CHECKING:
    from playwright.sync_api import Page


PLUGINS: Final = Plugins.builtin()
PLAIN: Final = RenderContext(
    scorers=(PLUGINS.scorer("quantified-confidence"),), ranker=PLUGINS.ranker("tier")
)


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[View, RenderContext]]:
    """Yield the demonstration's view, and a context with its chain."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger, _ = build(store)
        yield ledger.view(), ledger.render_context(first=3)


def test_a_card_says_what_the_claim_says(demo: tuple[View, RenderContext]) -> None:
    """A claim's card has its words, tier, stance and source; a source's has those of its claims."""
    view, context = demo
    claim = view.claims["c4"]
    assert isinstance(claim.text, str)
    for card in (parts.claim_card(view, "c4", context), parts.source_card(view, "s5", context)):
        assert html.escape(claim.text, quote=False) in card
        assert all(word in card for word in ("Human", "supports", 'data-evl-records="8 102"'))
        assert " id=" not in card, "an id could be one of the other page's"


def test_what_is_not_there(demo: tuple[View, RenderContext]) -> None:
    """A claim or a source that the ledger lacks is named."""
    made = Parts(*demo)
    with pytest.raises(NotFound, match="semax has no claim 'c999' at 109"):
        made.embed("c999")
    with pytest.raises(NotFound, match="semax has no source 'c4' at 109"):
        made.source_card("c4")


def test_an_embed_brings_its_own_proof(demo: tuple[View, RenderContext]) -> None:
    """An embed's document has the records of the claim, its source and the ledger alone."""
    view, context = demo
    document = Parts(view, context).embed("c4").document
    found = re.search(r'id="evl-bundle">(.*?)</script>', document)
    assert found is not None
    checked = verify_bundle(found[1].encode())
    assert [record.n for record in checked.records] == [0, 7, 8, 102]


def test_an_embed_without_a_chain() -> None:
    """Without a chain there is neither proof nor script, nor a word of a verdict."""
    view = Story(events=hostile_events("Plain.")).view()
    document = parts.embed(view, "c1", PLAIN).document
    assert "<script" not in document
    assert "data-evl-verdict" not in document


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_is_inert(payload: str) -> None:
    """Whatever sources hold, parts only show it, and a frame holds all of its document."""
    view = Story(events=hostile_events(payload), title=payload).view()
    made = Parts(view, PLAIN)
    embed = made.embed("c1")
    for text in (made.claim_card("c1"), made.source_card("s2"), embed.fragment, embed.iframe()):
        assert "<x-hostile" not in text
        links = re.findall(r'href="([^"]*)', text)
        assert not [each for each in links if re.match(r"(https?:)?//[^/]*hostile\.invalid", each)]
    frame = re.search(r'srcdoc="([^"]*)"></iframe>$', embed.iframe())
    assert frame is not None
    assert html.unescape(frame[1]) == embed.document


def test_an_embed_is_open_or_folded(demo: tuple[View, RenderContext]) -> None:
    """The card stands open unless it is asked to be folded."""
    made = Parts(*demo)
    assert '<details class="evl-embed" open>' in made.embed("c4").fragment
    assert '<details class="evl-embed">' in made.embed("c4", is_open=False).fragment


def test_an_embed_leads_to_its_article(demo: tuple[View, RenderContext]) -> None:
    """With an address of the article, a link leads to the claim there; no other kind of link."""
    made = Parts(*demo)
    link = 'href="https://example.org/semax.html#claim:c4"'
    embed = made.embed("c4", address="https://example.org/semax.html#top")
    assert link in embed.document
    assert link in embed.fragment
    assert "the whole article" not in made.embed("c4").document
    with pytest.raises(Invalid, match="no link can lead there"):
        made.embed("c4", address="javascript:alert(1)")


def test_a_score_can_be_computed_from_its_panel(demo: tuple[View, RenderContext]) -> None:
    """Every term, caution and parameter of a score is in its panel."""
    view, _ = demo
    score = compose(view, PLAIN).scores.explained
    assert isinstance(score, Score)
    panel = html.unescape(parts.score_panel(score))
    for text in (score.statement, score.formula, *(term.label for term in score.terms)):
        assert text in panel
    assert all(caution.text in panel for caution in score.cautions)
    assert all(each.name in panel for each in score.parameters)


def test_a_picture_has_its_table(demo: tuple[View, RenderContext]) -> None:
    """Beside a picture stand its words, and every number that is drawn."""
    drawn = pictures.mix(demo[0])
    figure = html.unescape(parts.picture(drawn, prefix="a-"))
    assert drawn.summary in figure
    assert all(cell in figure for row in drawn.rows for cell in row)


def test_the_style_is_for_parts_alone() -> None:
    """No rule of the parts' style concerns what another page is made of."""
    style = re.sub(r"/\*.*?\*/|@media[^{]*", "", parts.style(), flags=re.DOTALL)
    for selectors in re.findall(r"([^{}]+)\{[^{}]*\}", style):
        for selector in re.split(r",(?![^(]*\))", selectors):
            assert "evl-" in selector or selector.strip() == ":root"


def test_an_embed_proves_itself_in_a_browser(
    demo: tuple[View, RenderContext], visit: Callable[[str], Page]
) -> None:
    """In a frame that may do nothing but run its script, the claim is compared with its records."""
    view, context = demo
    frame = Parts(view, context).embed("c4").iframe()
    page = visit(f'<!DOCTYPE html><html lang="en"><title>Another page</title>{frame}')
    verdict = page.frame_locator("iframe").locator(".evl-claim [data-evl-verdict]")
    verdict.and_(page.frame_locator("iframe").locator(":not([data-state=unchecked])")).wait_for()
    assert verdict.get_attribute("data-state") == "unsigned"
