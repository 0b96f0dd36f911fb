"""Questions that readers ask: what answers them is found, and the others are refused.

The questions and the measure are those of `benchmarks/retrieval.py`.
"""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import evledger
from evledger import Plugins
from evledger.view import View

LEAST_RECALL = {"demo": 0.75, "samples": 0.8}
"""The mean share of what answers a question that is among the first five."""
LEAST_REFUSED = {"demo": 0.85, "samples": 0.55}
"""The share refused of the questions on which the ledger holds nothing."""
MOST_LOST = {"demo": 0.2, "samples": 0.15}
"""The share refused of the questions that could be answered."""


@pytest.fixture(scope="module")
def retrieval() -> Iterator[ModuleType]:
    """Yield the benchmark as a module."""
    path = Path(__file__).resolve().parents[1] / "benchmarks" / "retrieval.py"
    spec = importlib.util.spec_from_file_location("evledger_benchmarks_retrieval", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module", params=["demo", "samples"])
def ledger(request: pytest.FixtureRequest) -> str:
    """Return the name of each ledger that is asked."""
    return str(request.param)


@pytest.fixture(scope="module")
def view(retrieval: ModuleType, ledger: str, request: pytest.FixtureRequest) -> Iterator[View]:
    """Yield that ledger's view; the samples are read by our own plugins, whatever is installed."""
    plugins = Plugins.builtin()
    if ledger == "demo":
        with evledger.open("memory:", plugins=plugins) as store:
            yield retrieval.demo_view(store)
        return
    folder = request.getfixturevalue("shared") / "samples"
    for name in ("literature", "social"):
        plugins.register(pytest.importorskip(f"evledger_{name}"), name)
    with evledger.open("memory:", plugins=plugins) as store:
        yield retrieval.samples_view(store, folder)


def test_full_text(retrieval: ModuleType, ledger: str, view: View) -> None:
    """What answers a question is found, and what the ledger does not know is refused."""
    outcomes = retrieval.measure(view, retrieval.questions(ledger), retrieval.full_text())
    figures = retrieval.figures(outcomes)
    assert figures.recall >= LEAST_RECALL[ledger]
    assert figures.refused >= LEAST_REFUSED[ledger]
    assert figures.lost <= MOST_LOST[ledger]


def test_expected_entries(retrieval: ModuleType, ledger: str, view: View) -> None:
    """What is to be found is in the ledger, and two names never mean one entry."""
    for question in retrieval.questions(ledger):
        held = [retrieval.holders(view, name) for name in question.expected]
        assert question.answerable == bool(held)
        names = [str(name) for each in held for name in each]
        assert len(names) == len(set(names)), question.id


def test_questions(retrieval: ModuleType, ledger: str) -> None:
    """No question is asked twice, and each half has as many of each sort, give or take one."""
    questions = retrieval.questions(ledger)
    assert len({question.id for question in questions}) == len(questions)
    assert len({question.text.casefold() for question in questions}) == len(questions)
    for answerable in (True, False):
        splits = Counter(each.split for each in questions if each.answerable == answerable)
        assert splits.keys() == {"tune", "held"}
        assert abs(splits["tune"] - splits["held"]) <= 1


@pytest.mark.parametrize(
    ("before", "recall", "mrr"), [(0, 1, 1), (1, 1, 0.5), (4, 1, 0.2), (5, 0, 0)]
)
def test_measure(retrieval: ModuleType, before: int, recall: float, mrr: float) -> None:
    """An answer counts among the first five, and for its rank; a refusal where there is none."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        view = retrieval.demo_view(store)
    rows = [each for each in retrieval.questions("demo") if len(each.expected) < 2]
    known = {each.text: each.expected for each in rows}

    def retrieve(_view: View, text: str, _limit: int) -> Iterator[str]:
        if known[text]:
            yield from ("claim:none",) * before
            yield from known[text]

    found = retrieval.figures(retrieval.measure(view, rows, retrieve))
    assert (found.questions, found.refused, found.lost) == (len(rows), 1, 0)
    assert (found.recall, found.hit, found.mrr) == (recall, recall, pytest.approx(mrr))


def test_measure_of_silence(retrieval: ModuleType) -> None:
    """Whoever never finds anything refuses everything, rightly and wrongly."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        view = retrieval.demo_view(store)

    def find_nothing(_view: View, _text: str, _limit: int) -> tuple[str, ...]:
        return ()

    questions = retrieval.questions("demo")
    found = retrieval.figures(retrieval.measure(view, questions, find_nothing))
    assert (found.recall, found.hit, found.mrr, found.refused, found.lost) == (0, 0, 0, 1, 1)


def test_plain(retrieval: ModuleType, ledger: str, view: View) -> None:
    """The plain search beside it finds entries by their words, and nothing by others."""
    outcomes = retrieval.measure(view, retrieval.questions(ledger), retrieval.plain(view))
    assert 0 < retrieval.figures(outcomes).recall < 1
    assert list(retrieval.plain(view)(view, "zzyzx", 5)) == []
