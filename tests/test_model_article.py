"""The model article: 92 sources and 96 claims, in the numbers that the public article printed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any, Final

import pytest

import evledger
from evledger import ClaimTagged, Event, Plugins, RenderContext, SourceAdded, View
from evledger.article import Article, compose
from evledger.article.values import Score

PLUGINS: Final = Plugins.builtin()
CONTEXT: Final = RenderContext(
    scorers=(PLUGINS.scorer("quantified-confidence"),), ranker=PLUGINS.ranker("tier"), first=5
)

SOURCES: Final = (
    (11, {"kind": "journal-article"}),
    (53, {"kind": "post", "platform": "reddit"}),
    (16, {"kind": "post", "platform": "x"}),
    (6, {"kind": "web-page"}),
    (4, {"kind": "video", "platform": "youtube"}),
    (2, {"kind": "other"}),
)
TIERS: Final = ((5, "human"), (6, "preclinical"), (78, "anecdotal"), (3, "published"))


def sources() -> Iterator[Event]:
    """Yield the 92 sources."""
    fields: Iterator[dict[str, Any]] = chain.from_iterable(repeat(f, n) for n, f in SOURCES)
    for number, each in enumerate(fields, start=1):
        yield SourceAdded(id=f"s{number}", title=f"Source {number}", **each)


def claims() -> Iterator[Event]:
    """Yield the 96 claims: the papers have the strong ones, and four are automatic."""
    tiers = chain.from_iterable(repeat(tier, n) for n, tier in TIERS)
    for number, tier in enumerate(tiers, start=1):
        yield tagged(number, source=(number - 1) % 92 + 1, tier=tier)
    for number in range(93, 97):
        yield tagged(number, source=number - 80, tier="anecdotal", assertion="automatic")


def tagged(number: int, *, source: int, tier: str, **given: Any) -> ClaimTagged:
    """Return a claim."""
    return ClaimTagged(
        id=f"c{number}",
        source=f"s{source}",
        text=f"Claim {number}.",
        tier=tier,
        stance="supports",
        **given,
    )


@pytest.fixture(scope="module")
def view() -> View:
    """Return the model's view."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        semax = store.create("semax", title="Semax and BDNF", by="curator")
        semax.append(*sources(), *claims(), by="curator")
        return semax.view()


@pytest.fixture(scope="module")
def article(view: View) -> Article:
    """Return the model's article."""
    return compose(view, CONTEXT)


def lines(article: Article, name: str) -> dict[str, int]:
    """Return one of the article's counts."""
    tally = next(each for each in article.evidence.tallies if each.name == name)
    return {line.name: line.count for line in tally.lines}


def test_sources(article: Article) -> None:
    """92 sources: 11 scientific, 53 Reddit, 16 X, 10 other, 2 unclassified."""
    expected = {"scientific": 11, "reddit": 53, "x": 16, "other": 10, "unclassified": 2}
    assert expected == lines(article, "sources")
    assert article.evidence.tallies[0].total == 92
    parts = (article.scientific, article.published, article.reddit, article.x, article.people)
    assert [part.total for part in parts] == [11, 8, 53, 16, 4]


def test_claims(article: Article) -> None:
    """96 claims: by tier in the ledger's order, then the automatic ones."""
    expected = {"human": 5, "preclinical": 6, "published": 3, "anecdotal": 78, "automatic": 4}
    assert expected == lines(article, "claims")
    assert list(expected) == list(lines(article, "claims"))
    assert article.evidence.tallies[2].total == 96


def test_evidence_ledger(article: Article) -> None:
    """96 entries: 5 shown, 87 more, 4 low-confidence."""
    ledger = article.ledger
    assert (
        ledger.total,
        ledger.shown,
        ledger.more,
        ledger.low,
        ledger.aside,
    ) == (96, 5, 87, 4, 0)
    assert [claim.tier for claim in ledger.ranked[:5]] == ["human"] * 5


def test_confidence(article: Article) -> None:
    """0.95, capped from 2.12, with its formula; the label follows from the best tier present."""
    score = article.scores.explained
    assert isinstance(score, Score)
    assert score.statement == ("0.95 capped from 2.12, moderate — human claims present in ledger")
    assert score.formula.endswith(" = 2.12, capped at 0.95")


@pytest.mark.parametrize("name", ["markdown", "text", "json"])
def test_every_format_says_so(view: View, name: str) -> None:
    """The numbers stand in the article, whatever its format."""
    text = " ".join(PLUGINS.renderer(name).render(view, CONTEXT).text.split())
    for expected in (
        "96 entries: 5 shown, 87 more, 4 low-confidence.",
        "0.95 capped from 2.12, moderate — human claims present in ledger",
        "11 × 0.01 (scientific sources)",
    ):
        assert expected in text


def test_folds(view: View) -> None:
    """Lists open with five entries, and say how many more there are."""
    text = PLUGINS.renderer("markdown").render(view, CONTEXT).text
    for more in (6, 3, 48, 11, 87):
        assert f"<summary>{more} more</summary>" in text
    assert "<summary>4 low-confidence</summary>" in text


def test_prompts(article: Article) -> None:
    """What can be asked comes from the ledger's own state."""
    prompts = {prompt.text: len(prompt.entries) for prompt in article.prompts.prompts}
    assert prompts == {
        "What does the human evidence say?": 5,
        "What was added last?": 5,
        "Which claims has nobody reviewed?": 4,
        "What does the preclinical evidence say?": 6,
        "What does the published evidence say?": 3,
        "What does the anecdotal evidence say?": 78,
    }
