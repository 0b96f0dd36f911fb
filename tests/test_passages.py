"""What a plugin's events add to the article, in every format."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from markdown_it import MarkdownIt

import evledger
from evledger import (
    Event,
    EventSupply,
    Ledger,
    Passage,
    Plugins,
    Record,
    event,
    hookimpl,
)
from evledger.events import Id, Text, identity

FORMATS = ("markdown", "text", "json")


@event("mylab:assay-run")
class AssayRun(Event):
    """An event of a stranger."""

    id: Id = identity("assay", "a")
    dose: Text


class Doses:
    """The doses that were tried."""

    name = "mylab:doses"
    version = 1

    def __init__(self, tell: Callable[[tuple[str, ...]], Any]) -> None:
        self._tell = tell

    def start(self) -> list[str]:
        """Begin with none."""
        return []

    def apply(self, state: list[str], record: Record) -> list[str]:
        """Take in a dose."""
        if isinstance(record.event, AssayRun):
            state.append(record.event.dose)
        return state

    def freeze(self, state: list[str]) -> tuple[str, ...]:
        """Return them."""
        return tuple(state)

    def passage(self, part: tuple[str, ...]) -> Any:
        """Return what the test wants said."""
        return self._tell(part)


def told(part: tuple[str, ...]) -> Passage:
    """Return a line for each dose."""
    return Passage(heading="Doses", lines=part)


def rendered(format_: str, tell: Callable[[tuple[str, ...]], Any], *doses: str) -> str:
    """Render a ledger with these doses."""

    class MyLab:
        @hookimpl.events
        def events(self) -> EventSupply:
            return EventSupply(events=(AssayRun,), projections=(Doses(tell),))

    plugins = Plugins.builtin()
    plugins.register(MyLab(), "mylab")
    with evledger.open("memory:", plugins=plugins) as store:
        ledger: Ledger = store.create("assays", title="Assays", by="me")
        with ledger.batch(by="me") as batch:
            for dose in doses:
                batch.add(AssayRun, dose=dose)
        return ledger.render(format_, first=2).text


@pytest.mark.parametrize("format_", FORMATS)
def test_passage_is_in_the_article(format_: str) -> None:
    """Heading and lines are said by every renderer, the first open and the rest folded."""
    text = rendered(format_, told, "1 mg", "2 mg", "3 mg")
    places = [text.index(word) for word in ("Doses", "1 mg", "2 mg", "3 mg", "Disclaimer")]
    assert places == sorted(places)
    if format_ != "json":
        assert "1 more" in text


@pytest.mark.parametrize("format_", FORMATS)
def test_nothing_to_say(format_: str) -> None:
    """A projection that has nothing to say adds nothing."""
    assert "Doses" not in rendered(format_, lambda _: None, "1 mg")


@pytest.mark.parametrize("format_", FORMATS)
def test_failing_passage_is_named(format_: str) -> None:
    """A passage that raises, or is none, is named, and the rest of the article stands."""
    broken = rendered(format_, lambda _: 1 / 0, "1 mg")
    assert "mylab:doses" in broken.replace("\\", "")
    assert "ZeroDivisionError" in broken
    assert "Disclaimer" in broken
    assert "it gave int" in rendered(format_, lambda _: 5, "1 mg")


def test_hostile_lines_are_inert() -> None:
    """What a plugin says is as hostile as any text until it is escaped."""
    hostile = "<script>alert(1)</script> [x](javascript:y) ![](http://e/p.png)\n# Big"
    tokens = MarkdownIt("commonmark").parse(rendered("markdown", told, hostile))
    kinds = [child.type for token in tokens for child in token.children or ()]
    assert "image" not in kinds
    assert "html_inline" not in kinds
    assert "Big" not in {tokens[n + 1].content for n, t in enumerate(tokens) if t.tag == "h1"}


def test_json_names_the_projection() -> None:
    """In JSON a passage says whose it is."""
    (passage,) = json.loads(rendered("json", told, "1 mg"))["passages"]
    assert passage == {"projection": "mylab:doses", "heading": "Doses", "lines": ["1 mg"]}
