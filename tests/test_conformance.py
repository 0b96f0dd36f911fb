"""What comes with the library passes the suites that strangers' plugins are held to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from evledger import LocatorScheme, Plugins
from evledger.asking import Answerer, Retriever
from evledger.checks import Rule
from evledger.importing import Importer
from evledger.ranking import Ranker
from evledger.rendering import Renderer
from evledger.scoring import Scorer
from evledger.testing import (
    AnswererTests,
    ImporterTests,
    LocatorTests,
    RankerTests,
    RendererTests,
    RetrieverTests,
    RuleTests,
    ScorerTests,
)

BUILTIN = Plugins.builtin()


class Named:
    """Takes from the built-in plugins what a test's parameter names."""

    name: str

    @pytest.fixture(autouse=True)
    def choose(self, request: pytest.FixtureRequest) -> None:
        """Remember the name."""
        self.name = request.param


def each(kind: Mapping[str, Any]) -> pytest.MarkDecorator:
    """Run a suite for each built-in thing of a kind."""
    return pytest.mark.parametrize("choose", list(kind), indirect=True)


@each(BUILTIN.scorers)
class TestScorers(Named, ScorerTests):
    """The built-in scorers."""

    def scorer(self) -> Scorer:
        """Return the one that is named."""
        return Plugins.builtin().scorer(self.name)


@each(BUILTIN.rankers)
class TestRankers(Named, RankerTests):
    """The built-in rankers."""

    def ranker(self) -> Ranker:
        """Return the one that is named."""
        return Plugins.builtin().ranker(self.name)


@each(BUILTIN.renderers)
class TestRenderers(Named, RendererTests):
    """The built-in renderers."""

    def renderer(self) -> Renderer:
        """Return the one that is named."""
        return Plugins.builtin().renderer(self.name)


@each(BUILTIN.rules)
class TestRules(Named, RuleTests):
    """The built-in rules."""

    def rule(self) -> Rule:
        """Return the one that is named."""
        return Plugins.builtin().rule(self.name)


@each(BUILTIN.retrievers)
class TestRetrievers(Named, RetrieverTests):
    """The built-in retrievers."""

    def retriever(self) -> Retriever:
        """Return the one that is named."""
        return Plugins.builtin().retriever(self.name)


@each(BUILTIN.answerers)
class TestAnswerers(Named, AnswererTests):
    """The built-in answerers."""

    def answerer(self) -> Answerer:
        """Return the one that is named."""
        return Plugins.builtin().answerer(self.name)


IDENTIFIERS = {
    "doi": {"10.1000/X": "10.1000/x", "10.1000/x.": "10.1000/x"},
    "pmid": {"29798983": "29798983", "0029798983": "29798983"},
    "pmcid": {"5815332": "PMC5815332", "pmc5815332": "PMC5815332"},
    "nct": {"NCT00680992": "NCT00680992", "nct00680992": "NCT00680992"},
    "isbn": {"978-0-306-40615-7": "9780306406157", "0-306-40615-2": "9780306406157"},
    "reddit": {"T3_58qzqh": "t3_58qzqh"},
    "x": {"1212092628029698048": "1212092628029698048"},
    "youtube": {"dQw4w9WgXcQ": "dQw4w9WgXcQ"},
    "url": {"https://Example.org/a": "https://example.org/a"},
}


@each(BUILTIN.locators)
class TestLocators(Named, LocatorTests):
    """The built-in schemes of identifiers."""

    def scheme(self) -> LocatorScheme:
        """Return the one that is named."""
        return Plugins.builtin().locators[self.name]

    def examples(self) -> Mapping[str, str]:
        """Return what people write."""
        return IDENTIFIERS[self.name]


class TestCSV(ImporterTests):
    """The importer of spreadsheets."""

    def importer(self) -> Importer:
        """Return it."""
        return Plugins.builtin().importer("csv", "")

    def sample(self) -> bytes:
        """Return three rows, one with a quotation over two lines."""
        return (
            "kind,title,doi,claim,tier,stance\r\n"
            "review,One,10.1000/1,It helps.,human,supports\r\n"
            'trial,"Two,\ntwo",10.1000/2,"It ""hurts"".",human,contradicts\r\n'
            "web-page,Drei Überschriften,,,,\r\n"
        ).encode()

    def records(self) -> int:
        """Three."""
        return 3


class TestJSONLines(ImporterTests):
    """The importer of JSON lines."""

    def importer(self) -> Importer:
        """Return it."""
        return Plugins.builtin().importer("jsonl", "")

    def sample(self) -> bytes:
        """Return three lines."""
        return b"".join(map(self.line, range(3)))

    def line(self, number: int) -> bytes:
        """Return a line."""
        claim = {"tier": "human", "stance": "supports", "text": "It helps: ü."}
        source = {"kind": "review", "title": f"No. {number}", "locators": [f"doi:10.1000/{number}"]}
        return json.dumps({**source, "claims": [claim]}, ensure_ascii=False).encode() + b"\n"

    def records(self) -> int:
        """Three."""
        return 3


def test_every_scheme_has_examples() -> None:
    """No built-in scheme is left out."""
    missing: Iterable[str] = BUILTIN.locators.keys() - IDENTIFIERS.keys()
    assert sorted(missing) == []
