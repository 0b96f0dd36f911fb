"""The verbs score and plugins, the options of render, and what configuration does to them."""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

import pytest

import evledger
from evledger import Plugins
from evledger.cli.errors import Exit
from evledger.demo import build

Run = Callable[..., Any]

CODE: Final = """
from decimal import Decimal
from evledger import Score, Term, hookimpl

EVLEDGER_API = 1


class Breadth:
    name, version = "breadth", 1

    def score(self, view):
        count = len(view.counted.sources)
        term = Term.of("sources", "cited sources", count=count, weight=Decimal("0.01"))
        raw = term.contribution
        return Score(
            scorer=self.name, version=1, head=view.head, label="breadth", terms=(term,),
            raw=raw, value=min(raw, Decimal(1)), cap=Decimal(1), method="Counts sources.",
        )


class Broken(Breadth):
    name = "broken"

    def score(self, view):
        return 1 / 0


class Nan(Breadth):
    name = "nan"

    def score(self, view):
        return Score(
            scorer=self.name, version=1, head=view.head, label="x", value=Decimal("nan")
        )


class Backwards:
    name, version = "backwards", 1

    def rank(self, view, claims):
        return sorted(claims, key=lambda claim: -claim.n)


@hookimpl.scorers
def scorers():
    return [Breadth(), Broken(), Nan()]


@hookimpl.rankers
def rankers():
    return [Backwards()]
"""


@pytest.fixture
def semax(run: Run) -> Run:
    """Return what runs the command in a folder with the demonstration's ledger."""
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        build(store)
    return run


@pytest.fixture
def installed(semax: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return the same with a plugin of three scorers, two of which fail."""
    module = f"three_scorers_{tmp_path.name.replace('-', '_')}"
    folder = tmp_path / "site"
    info = folder / "three_scorers-1.5.dist-info"
    info.mkdir(parents=True)
    (folder / f"{module}.py").write_text(dedent(CODE))
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: three-scorers\nVersion: 1.5\n")
    (info / "entry_points.txt").write_text(f"[evledger]\nthree = {module}\n")
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    importlib.invalidate_caches()
    monkeypatch.delenv("EVLEDGER_DISABLE_PLUGINS")
    return semax


def test_score_can_be_recomputed(semax: Run) -> None:
    """The terms add up to raw, and value is raw under its cap."""
    (score,) = semax("score", "semax", "--json").document["scores"]
    total = sum(float(term["contribution"]) for term in score["terms"])
    assert score["scorer"] == "quantified-confidence"
    assert total == pytest.approx(float(score["raw"]))
    assert float(score["value"]) == min(float(score["raw"]), float(score["cap"]))


def test_score_for_people(semax: Run) -> None:
    """The number, the label, the formula and the cautions are all said."""
    ended = semax("score", "semax")
    document = semax("score", "semax", "--json").document["scores"][0]
    assert ended.code == Exit.DONE
    assert document["label"] in ended.out
    assert document["formula"] in ended.out
    assert all(caution["text"] in ended.out for caution in document["cautions"])


def test_score_at_an_earlier_place(semax: Run) -> None:
    """A score is of the ledger as it stood."""
    early = semax("score", "semax", "--at", "1", "--json").document
    assert early["head"].startswith("1-")
    assert float(early["scores"][0]["raw"]) == 0


def test_influence_of_each_source(semax: Run) -> None:
    """Every source has its influence, and it is what scoring without it says."""
    document = semax("score", "semax", "--influence", "--json").document
    found = document["influence"]["quantified-confidence"]
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        view = store.ledger("semax").view()
        expected = {each.source: each for each in store.ledger("semax").influence()}
    assert {each["source"] for each in found} == set(view.sources)
    for each in found:
        assert float(each["raw"]) == float(expected[each["source"]].raw or 0)
    text = semax("score", "semax", "--influence").out
    assert "what each source adds to it" in text


def test_all_scorers_side_by_side(installed: Run) -> None:
    """Those that fail are named with the reason, the others are shown, and the code says so."""
    ended = installed("score", "semax", "--all", "--json")
    assert ended.code == Exit.UNFINISHED
    found = [score["scorer"] for score in ended.document["scores"]]
    assert set(found) >= {"breadth", "quantified-confidence"}
    reasons = {failure["name"]: failure["reason"] for failure in ended.document["failures"]}
    assert sorted(reasons) == ["broken", "nan"]
    origin = r"three-scorers 1\.5 \(three = three_scorers_\w+\)"
    zero = rf"scorer 'broken' of {origin} failed: ZeroDivisionError: division by zero \(.*\)"
    assert re.fullmatch(zero, reasons["broken"])
    nan = rf"scorer 'nan' of {origin} gave no usable score: value is NaN"
    assert re.fullmatch(nan, reasons["nan"])
    text = installed("score", "semax", "--all").out
    assert "broken: FAILED" in text
    assert "division by zero" in text


def test_scorer_that_fails_without_a_source(installed: Run, tmp_path: Path) -> None:
    """A scorer that fails while influence is asked for is named, and the code says so."""
    (module,) = (tmp_path / "site").glob("*.py")
    picky = "return 1 / ('s1' in view.sources) and super().score(view)"
    module.write_text(module.read_text().replace("return 1 / 0", picky))
    args = ("score", "semax", "--scorer", "broken", "--scorer", "breadth")
    assert installed(*args).code == Exit.DONE
    ended = installed(*args, "--influence", "--json")
    assert ended.code == Exit.UNFINISHED
    influence = ended.document["influence"]
    assert influence["broken"]["failure"].startswith("scorer 'broken' of three-scorers 1.5 (thr")
    assert "ZeroDivisionError" in influence["broken"]["failure"]
    assert {each["raw"] for each in influence["breadth"]} >= {"0.01"}


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_long_lines(semax: Run) -> None:
    """Prose fits a terminal, broken between words and indented; a pipe gets it in one line."""
    formula = semax("score", "semax", "--json").document["scores"][0]["formula"]
    assert f"\n  {formula}\n" in semax("score", "semax").out
    shown = at_terminal("score", "semax", columns=60)
    *lines, head = shown.splitlines()
    assert max(map(len, lines)) <= 60 < len(head)
    assert formula in " ".join(shown.split())
    assert "\n  4 × 0.12 (human claims)" in shown
    assert "\n    " in shown


def at_terminal(*args: str, columns: int) -> str:
    """Return what the command writes to a terminal."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "evledger", *args]
    told = {**os.environ, "COLUMNS": str(columns)}
    found = b""
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, env=told):
        os.close(theirs)
        with contextlib.suppress(OSError):  # by which Linux says that nobody writes any more
            while read := os.read(ours, 4096):
                found += read
    os.close(ours)
    return found.decode()


def test_named_scorers(installed: Run) -> None:
    """Those that are named are shown in that order; an unknown one is an error."""
    ended = installed("score", "semax", "--scorer", "breadth", "--scorer", "quantified-confidence")
    assert ended.code == Exit.DONE
    lines = ended.out.splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["scorer", "breadth", "quantified-confidence"]
    wrong = installed("score", "semax", "--scorer", "depth")
    assert wrong.code == Exit.WRONG
    assert "no scorer 'depth'; there are: " in wrong.err
    both = installed("score", "semax", "--all", "--scorer", "breadth")
    assert (both.code, "give --all or --scorer, not both" in both.err) == (Exit.WRONG, True)


def test_plugins_lists_all(installed: Run) -> None:
    """Every plugin is listed with its distribution, version and what it supplies."""
    ended = installed("plugins", "--json")
    (three,) = [p for p in ended.document["plugins"] if p["name"] == "three"]
    assert (three["distribution"], three["version"]) == ("three-scorers", "1.5")
    assert three["supplies"] == {
        "scorers": ["breadth", "broken", "nan"],
        "rankers": ["backwards"],
    }
    text = installed("plugins").out
    assert "three (three-scorers 1.5, three_scorers_" in text
    assert "scorers  breadth, broken, nan" in text


def test_plugin_that_failed(installed: Run, tmp_path: Path) -> None:
    """A plugin that was left out is said on standard error by each verb, and shown by plugins."""
    (module,) = (tmp_path / "site").glob("*.py")
    module.write_text("raise RuntimeError('no licence')")
    ended = installed("score", "semax")
    assert ended.code == Exit.DONE
    assert "plugin 'three' (three-scorers 1.5, " in ended.err
    assert "it cannot be imported: RuntimeError: no licence (three_scorers_" in ended.err
    assert "; see 'evledger plugins'" in ended.err
    listed = installed("plugins")
    assert listed.code == Exit.UNFINISHED
    assert "LEFT OUT: it cannot be imported: RuntimeError: no licence" in listed.out


def test_plugins_switched_off(installed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment or the configuration switches off is listed as such."""
    monkeypatch.setenv("EVLEDGER_DISABLE_PLUGINS", "three")
    assert "three" in installed("plugins", "--json").document["disabled"]
    monkeypatch.delenv("EVLEDGER_DISABLE_PLUGINS")
    Path("evledger.toml").write_text('[plugins]\ndisable = ["three"]\n')
    assert "switched off: three" in installed("plugins").out
    assert installed("score", "semax", "--scorer", "breadth").code == Exit.WRONG


def test_configured_scorers(installed: Run) -> None:
    """The configuration's scorers are those that are shown where none is named."""
    Path("evledger.toml").write_text('[article]\nscorers = ["breadth"]\n')
    (score,) = installed("score", "semax", "--json").document["scores"]
    assert score["scorer"] == "breadth"


def test_configured_parameters(semax: Run) -> None:
    """A scorer's parameters come from the configuration, and stand in the score."""
    Path("evledger.toml").write_text('[scorers.quantified-confidence]\ncap = "0.5"\n')
    (score,) = semax("score", "semax", "--json").document["scores"]
    assert (score["cap"], score["value"]) == ("0.5", "0.5")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[article]\nscorer = 1\n", "[article] has 'scorer', which means nothing"),
        ('[plugins]\ndisable = ["nobody"]\n', "[plugins] names the plugin 'nobody', and there"),
        ('[scorers.nobody]\ncap = "1"\n', "parameters are given for 'nobody'"),
        ('[scorers.quantified-confidence]\ncpa = "1"\n', "cpa"),
    ],
)
def test_configuration_that_means_nothing(installed: Run, text: str, expected: str) -> None:
    """A misspelt name in the configuration is an error, not a silence."""
    Path("evledger.toml").write_text(text)
    ended = installed("score", "semax")
    assert ended.code == Exit.WRONG
    assert expected in ended.err


def test_ranker_of_an_article(installed: Run) -> None:
    """The claims are ordered as --ranker says, or else the configuration; one must be there."""

    def first(*options: str) -> str:
        article = installed("render", "semax", "--format", "json", *options).document
        return str(article["ledger"]["ranked"][0]["id"])

    Path("evledger.toml").write_text('[article]\nranker = "backwards"\n')
    assert [first(), first("--ranker", "tier")] == ["c43", "c9"]
    wrong = installed("render", "semax", "--ranker", "sideways")
    assert (wrong.code, "no ranker 'sideways'; there are: " in wrong.err) == (Exit.WRONG, True)


def test_render_options(installed: Run) -> None:
    """Scorers and the length of lists are chosen by option, or by configuration."""
    args = ("render", "semax", "--format", "text", "--scorer")
    assert "breadth" in installed(*args, "breadth").out
    short = installed("render", "semax", "--format", "text", "--first", "1").out
    Path("evledger.toml").write_text('[article]\nfirst = 1\ncontact = "+1 555 0100"\n')
    configured = installed("render", "semax", "--format", "text").out
    assert "+1 555 0100" in configured
    assert "+1 555 0100" not in short
