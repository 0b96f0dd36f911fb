"""What notebooks show of ledgers, views and scores."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from typing import Final

import attrs
import pytest
from hypothesis import given, settings

from evledger import Caution, Plugins, View, scoring
from evledger.testing import Story, views
from evledger.testing.suites.markup import check_html
from evledger.testing.suites.renderers import HOSTILE, hostile_events

CONFIDENCE: Final = Plugins.builtin().scorer("quantified-confidence")


class Reader(HTMLParser):
    """Reads HTML: its elements, its ids, and whether what was opened is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in an element without content."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in what is opened."""
        self.tags[tag] += 1
        self.open.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        """Take in what is closed."""
        assert self.open.pop() == tag


def html_of(value: object) -> str:
    """Ask as a notebook does."""
    html: str = getattr(value, "_repr_html_")()  # noqa: B009  # notebooks look for this name
    return html


@settings(max_examples=40)
@given(view=views())
def test_every_view_and_score_is_shown(view: View) -> None:
    """Whatever a ledger holds, a whole fragment, with a picture and no script."""
    for value in (view, scoring.score(CONFIDENCE, view)):
        reader = Reader(html_of(value))
        assert reader.open == []
        assert (reader.tags["svg"], reader.tags["style"], reader.tags["script"]) == (1, 1, 0)
        assert len(reader.ids) == len(set(reader.ids))
        assert not {name for name in reader.attributes if name.startswith("on")}


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_is_only_text(payload: str) -> None:
    """Titles, labels and cautions of strangers bring no element and no attribute."""
    view = Story(events=hostile_events(payload), title=payload).view()
    caution = Caution(name=payload, text=payload)
    score = attrs.evolve(scoring.score(CONFIDENCE, view), label=payload, cautions=(caution,))
    for value in (view, score):
        check_html(html_of(value))
        assert Reader(html_of(value)).tags["script"] == 0


def test_a_ledger_is_shown_as_its_view() -> None:
    """A ledger, its title, its head and its counts."""
    ledger = Story(events=hostile_events("x"), title="Semax").ledger()
    html = html_of(ledger)
    assert html == html_of(ledger.view())
    assert "<strong>Semax</strong>" in html
    assert f"test at {ledger.head().size}-{ledger.head().hash[:8]}…" in html
    assert "2 sources, 3 claims that count, 1 questions, 1 gaps" not in html
    assert "2 sources, 3 claims that count, 1 question, 1 gap" in html


def test_a_score_is_shown_with_its_formula() -> None:
    """A score: who says it, of which head, its formula and its cautions."""
    view = Story(events=hostile_events("x")).view()
    score = scoring.score(CONFIDENCE, view)
    html = html_of(score)
    assert f"<code>{score.formula}</code>" in html
    assert "<strong>quantified-confidence, version 1</strong>" in html


UNDRAWN: Final = """
import sys, evledger
assert all(getattr(evledger, name) for name in evledger.__all__)
with evledger.open("memory:", plugins=evledger.Plugins.builtin()) as store:
    store.create("x", title="x", by="x").view().counts
assert not [name for name in sys.modules if name.startswith("evledger.pictures")]
"""


def test_what_draws_is_imported_when_something_is_drawn() -> None:
    """Neither importing evledger nor reading a ledger brings the pictures in."""
    ended = subprocess.run([sys.executable, "-c", UNDRAWN], capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr.decode()
