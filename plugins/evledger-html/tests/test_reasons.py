"""Reasons: why, and on whose word, something bears its marks."""

from __future__ import annotations

from typing import Any, Final

import pytest
from evledger_html import ArticlePage
from evledger_html.reasons import reasons_of

from evledger import (
    ClaimTagged,
    ClaimWithdrawn,
    Plugins,
    RenderContext,
    Reviewed,
    SourceAdded,
    SourceFlagged,
    seal,
)
from evledger.testing import Story

PLUGINS: Final = Plugins.builtin()
CONTEXT: Final = RenderContext(scorers=(), ranker=PLUGINS.ranker("tier"))
PAPER: Final = SourceAdded(id="s1", kind="trial", title="A trial")
CLAIM: Final = ClaimTagged(
    id="c1", source="s1", text="Scores rose.", tier="human", stance="supports"
)


def flag(status: Any, date: str | None = None) -> SourceFlagged:
    """Flag the source, as the journal does."""
    return SourceFlagged(source="s1", status=status, according_to="the journal", date=date)


@pytest.mark.parametrize(
    ("event", "of_claim", "of_source"),
    [
        (ClaimWithdrawn(claim="c1", why="Misread\nit."), ["withdrawn: Misread it."], []),
        (Reviewed(target="claim:c1", verdict="rejected"), ["rejected by test"], []),
        (Reviewed(target="claim:c1", verdict="accepted", why="Good."), [], []),
        (
            Reviewed(target="source:s1", verdict="rejected", why="An advertisement."),
            ["source rejected by test: An advertisement."],
            ["rejected by test: An advertisement."],
        ),
        (
            flag("retracted", "2021-01-01"),
            ["source retracted, says the journal, 2021-01-01"],
            ["retracted, says the journal, 2021-01-01"],
        ),
        (
            flag("concern"),
            ["source under concern, says the journal"],
            ["under concern, says the journal"],
        ),
        (flag("unreachable"), [], ["no longer reachable, says the journal"]),
        (flag("reinstated"), [], []),
    ],
)
def test_each_mark_has_its_reason(event: Any, of_claim: list[str], of_source: list[str]) -> None:
    """A claim tells its own reasons and those of its source that bear on it."""
    view = Story(events=(PAPER, CLAIM, event)).view()
    claim = view.claims["c1"]
    assert list(reasons_of(view, claim)) == of_claim
    assert list(reasons_of(view, view.sources["s1"])) == of_source
    own = [line for line in of_claim if not line.startswith("source ")]
    assert list(reasons_of(view, claim, with_source=False)) == own


def test_a_retraction_and_what_came_of_it() -> None:
    """Of several flags of one kind the last is told, and who reinstated what was retracted."""
    events = (PAPER, flag("retracted", "2020"), flag("retracted", "2021"), flag("reinstated"))
    view = Story(events=events).view()
    assert list(reasons_of(view, view.sources["s1"])) == [
        "retracted, says the journal, 2021",
        "reinstated, says the journal",
    ]


def test_a_sealed_reason_stays_sealed() -> None:
    """A reason that is sealed is not told, although that there is one is."""
    withdrawn = seal(ClaimWithdrawn(claim="c1", why="x-of-a-patient"), "why")
    view = Story(events=(PAPER, CLAIM, withdrawn)).view()
    assert list(reasons_of(view, view.claims["c1"])) == ["withdrawn: [withheld]"]


def test_the_article_tells_them() -> None:
    """Every card of the claim says why it was withdrawn, and its words can do nothing."""
    withdrawn = ClaimWithdrawn(claim="c1", why="<b>Misread</b> the table.")
    view = Story(events=(PAPER, CLAIM, withdrawn)).view()
    html = ArticlePage().render(view, CONTEXT).text
    assert html.count("withdrawn: &lt;b&gt;Misread&lt;/b&gt; the table.") == 2
