"""Plugins that raise what cannot be shown, exit, change what is given to them, or lie."""

from __future__ import annotations

import decimal
import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from msgspec import Raw

import evledger
from evledger import (
    ClaimRetagged,
    Event,
    EventSupply,
    Failure,
    Finding,
    FindingWaived,
    Invalid,
    Ledger,
    PluginError,
    Plugins,
    Score,
    Term,
    View,
    event,
    hookimpl,
)
from evledger.checks import check
from evledger.codec import Line
from evledger.discovery import find
from evledger.events import Id, identity
from evledger.fold import Fold
from evledger.scoring import attempt
from evledger.vocabulary import Vocabulary

RULE = Finding(rule="odd", target=None, text="odd", why="odd", mend="odd")


COUNT: Any = "5"
TERM = Term(name="t", label="t", count=COUNT, weight=None, contribution=Decimal(0))


class Unprintable(Exception):
    """An exception whose words cannot be had."""

    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __str__


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """Yield a ledger with two claims."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="me")
        with ledger.batch(by="me") as batch:
            source = batch.add_source(kind="trial", title="A trial")
            for text in ("It helps.", "Ask jane@example.org."):
                batch.tag_claim(source=source, tier="human", stance="supports", text=text)
        yield ledger


class Odd:
    """Scores, and checks, as a test wants."""

    name = "odd"
    version = 1

    def __init__(self, act: Callable[[View], Any]) -> None:
        self._act = act

    def score(self, view: View) -> Any:
        """Score."""
        return self._act(view)

    def check(self, view: View) -> Any:
        """Check."""
        return self._act(view)


def raises(error: BaseException) -> Any:
    """Return what raises an error."""

    def act(view: View) -> Any:
        del view
        raise error

    return act


ERRORS = [SystemExit(0), Unprintable(), RecursionError(), KeyError("x" * 10_000)]


@pytest.mark.parametrize("error", ERRORS, ids=[type(each).__name__ for each in ERRORS])
def test_whatever_is_raised_is_one_failure(ledger: Ledger, error: BaseException) -> None:
    """Exits, and errors that cannot be shown, are failures by name, and short."""
    view, odd = ledger.view(), Odd(raises(error))
    failed = attempt(odd, view)
    assert isinstance(failed, Failure)
    assert type(error).__name__ in failed.reason
    assert len(failed.reason) < 1_500
    (failure,) = check([odd], view).failures
    assert type(error).__name__ in failure.reason


@pytest.mark.parametrize("error", [SystemExit(0), Unprintable()])
def test_projection_that_raises_anything(error: BaseException) -> None:
    """A projection that exits leaves a view that says so."""

    class Exits:
        name, version = "mylab:exits", 1

        def start(self) -> int:
            return 0

        def apply(self, state: int, record: Any) -> int:
            del state, record
            raise error

        def freeze(self, state: int) -> int:
            return state

    class MyLab:
        @hookimpl.events
        def events(self) -> EventSupply:
            return EventSupply(projections=(Exits(),))

    plugins = Plugins.builtin()
    plugins.register(MyLab(), "mylab")
    with evledger.open("memory:", plugins=plugins) as store:
        view = store.create("semax", title="Semax", by="me").view()
        assert "projection 'mylab:exits' failed at record 0" in view.warnings[0]
        with pytest.raises(PluginError, match="mylab:exits"):
            view.part("mylab:exits")


@event("mylab:weighed", version=2)
class Weighed(Event):
    """An event that was once another."""

    id: Id = identity("weight", "w")


def test_upcaster_that_exits() -> None:
    """An upcaster that ends the program makes a record unreadable, by the plugin's line."""

    def exits(data: dict[str, Any]) -> dict[str, Any]:
        raise SystemExit(data["id"])

    old = Line(n=1, at="", by="me", type="mylab:weighed", v=1, data=Raw(b'{"id":"w1"}'))
    vocabulary = Vocabulary([Weighed], {("mylab:weighed", 1): exits})
    expected = rf"mylab:weighed: upcasting version 1 failed: SystemExit: w1 \({__name__}, line "
    with pytest.raises(Invalid, match=expected):
        vocabulary.event(old)


def test_projection_that_changes_its_name() -> None:
    """A projection's name is read once, so that one of many names has one part."""

    class Fickle:
        version = 1
        times = 0

        @property
        def name(self) -> str:
            self.times += 1
            return f"mylab:fickle-{self.times}"

        def start(self) -> int:
            return 0

        def apply(self, state: int, record: Any) -> int:
            del record
            return state + 1

        def freeze(self, state: int) -> int:
            return state

    fold = Fold(Vocabulary(), [Fickle()])
    record: Any = None
    fold.project(record)
    assert fold.parts() == {"mylab:fickle-1": 1}


def test_what_counts_cannot_be_changed(ledger: Ledger) -> None:
    """A scorer cannot change what the next one counts."""
    for name in ("tiers", "stances", "left_out", "contradicted", "duplicates"):
        mapping: Any = getattr(ledger.view().counted, name)
        with pytest.raises(TypeError):
            mapping["human"] = ()


# -- scores that are none ------------------------------------------------------------------


def good(view: View, **changes: Any) -> Score:
    """Return a score that is one, but for what a test changes."""
    score = Score(scorer="odd", version=1, head=view.head, label="odd", value=Decimal(1))
    return attrs.evolve(score, **changes)


class Subclass(Score):
    """A score that may compute anything."""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"label": 5}, "str"),
        ({"label": "\ud800"}, "surrogates"),
        ({"cautions": None}, "array"),
        ({"cautions": ("x",)}, "object"),
        ({"method": None}, "str"),
        ({"parameters": {"a": float("nan")}}, "a parameter is nan"),
        ({"parameters": {"a": [{1, 2}]}}, "a parameter is a set, and no plain data"),
        ({"parameters": {"a": object()}}, "object"),
        ({"terms": (TERM,)}, "int"),
        ({}, ""),
        ({"value": Decimal("1E-100000000")}, "value has more than 60 digits"),
        ({"raw": Decimal("1E+100000000"), "additive": False}, "raw has more than 60 digits"),
    ],
)
def test_score_that_is_none(ledger: Ledger, changes: dict[str, Any], expected: str) -> None:
    """A score of wrong types, or of numbers without end, is refused by the scorer's name."""
    found = attempt(Odd(lambda view: good(view, **changes)), ledger.view())
    if not changes:
        assert isinstance(found, Score)
        return
    assert isinstance(found, Failure)
    assert found.reason.startswith("scorer 'odd' gave no usable score: ")
    assert expected in found.reason


def test_score_of_a_class_of_ones_own(ledger: Ledger) -> None:
    """A subclass of Score could say anything when it is asked; it is refused."""
    view = ledger.view()
    odd = Odd(lambda _: Subclass(scorer="odd", version=1, head=view.head, label="odd"))
    assert "it returned Subclass, not a Score" in str(attempt(odd, view))


@pytest.mark.parametrize("precision", [1, 2, 28])
def test_arithmetic_of_the_application(ledger: Ledger, precision: int) -> None:
    """What an application sets for its own decimals changes no byte of an article."""
    expected = ledger.render("markdown").data
    traps = [decimal.Inexact, decimal.Rounded]
    with decimal.localcontext(decimal.Context(prec=precision, traps=traps)):
        assert ledger.render("markdown").data == expected
        assert ledger.score().formula


# -- rules that are none -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, "returned None; yield findings"),
        (["x"], "gave str, not a Finding"),
        ([attrs.evolve(RULE, rule="other")], "signed by another rule"),
        ([attrs.evolve(RULE, target=["x"])], "whose fields are no texts"),  # type: ignore[arg-type]  # the mistake
        ([attrs.evolve(RULE, text=None)], "whose fields are no texts"),  # type: ignore[arg-type]  # the same
        (5, "failed: TypeError"),
    ],
)
def test_rule_that_gives_no_findings(ledger: Ledger, given: Any, expected: str) -> None:
    """What a rule gives is held to what a finding is, and the other rules look all the same."""
    other = Odd(lambda _: [attrs.evolve(RULE, rule="other")])
    other.name = "other"
    report = check([Odd(lambda _: given), other], ledger.view())
    assert [finding.rule for finding in report.findings] == ["other"]
    (failure,) = report.failures
    assert expected in failure.reason


def test_waiver_ends_when_its_entry_changes(ledger: Ledger) -> None:
    """A waiver stands for what was looked at, and not for what the entry says later."""
    (finding,) = ledger.check("personal-data").findings
    assert finding.target == "claim:c2"
    waiver = FindingWaived(rule="personal-data", target="claim:c2", why="a public address")
    ledger.append(waiver, by="me")
    assert ledger.check("personal-data").ok
    text = "Ask john@example.org."
    ledger.append(ClaimRetagged(claim="c2", text=text, why="another person"), by="me")
    assert not ledger.check("personal-data").ok
    ledger.append(waiver, by="me")
    assert ledger.check("personal-data").ok


def test_waiver_of_the_whole_ends_with_what_is_new(ledger: Ledger) -> None:
    """A waiver for the ledger as a whole does not cover what was added since."""

    def tag(id: str) -> None:
        with ledger.batch(by="program") as batch:
            batch.tag_claim(
                id=id, source="s1", tier="human", stance="mixed", text=id, assertion="automatic"
            )

    tag("c3")
    ledger.append(FindingWaived(rule="automatic-claims", why="seen"), by="me")
    assert ledger.check("automatic-claims").ok
    tag("c4")
    assert not ledger.check("automatic-claims").ok


# -- installations that are broken ---------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "is_found"),
    [
        ({"entry_points.txt": "[evledger]\nodd = odd\n"}, True),  # METADATA is gone
        ({"entry_points.txt": "[evledger]\nodd = odd\n", "METADATA": ""}, True),
        ({"entry_points.txt": "[console_scripts]\nfoo foo_mod\n[evledger]\nodd = odd\n"}, False),
        ({"entry_points.txt": b"\xff\xfe[evledger]\n", "METADATA": b"\xff"}, False),
    ],
)
def test_broken_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str | bytes], is_found: bool
) -> None:
    """What an interrupted installation leaves behind breaks nothing else."""
    monkeypatch.delenv("EVLEDGER_STRICT_PLUGINS", raising=False)
    monkeypatch.delenv("EVLEDGER_DISABLE_PLUGINS", raising=False)
    info = tmp_path / "odd-1.0.dist-info"
    info.mkdir()
    for name, text in files.items():
        (info / name).write_bytes(text.encode() if isinstance(text, str) else text)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    importlib.invalidate_caches()
    assert ("odd" in {each.name for each in find()}) == is_found
    assert "quantified-confidence" in Plugins.discover().scorers


NO_UPCASTER = """
from evledger import Event, EventSupply, event, hookimpl
from evledger.events import Id, identity

EVLEDGER_API = 1


@event("odd:x", version=2)
class X(Event):
    id: Id = identity("x", "x")


@hookimpl.events
def events():
    return EventSupply(events=(X,))
"""

EXITS = """
import sys
from evledger import hookimpl

EVLEDGER_API = 1


@hookimpl.scorers
def scorers():
    sys.exit(0)
"""

MODULES = {
    "getattr": "def __getattr__(name): raise ValueError(name)",
    "equality": "class Api:\n    def __eq__(self, other): raise OSError\nEVLEDGER_API = Api()",
    "base-exception": "class Odd(BaseException): pass\nraise Odd",
    "unprintable": "class E(Exception):\n    def __str__(self): raise RuntimeError\nraise E",
    "no-upcaster": NO_UPCASTER,
    "exits": EXITS,
}


@pytest.mark.parametrize("code", MODULES.values(), ids=list(MODULES))
def test_hostile_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Whatever a plugin's module does, it is left out by name and nothing else is."""
    for name in ("EVLEDGER_STRICT_PLUGINS", "EVLEDGER_DISABLE_PLUGINS"):
        monkeypatch.delenv(name, raising=False)
    module = f"odd_of_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{module}.py").write_text(code)
    info = tmp_path / "odd-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[evledger]\nodd = {module}\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    importlib.invalidate_caches()
    plugins = Plugins.discover()
    assert "quantified-confidence" in plugins.scorers
    assert "gap-noted" in plugins.vocabulary
    (info_,) = [each for each in plugins.report() if each.name == "odd"]
    assert info_.failures


# -- the command with streams that are closed ----------------------------------------------


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams(tmp_path: Path, closed: str) -> None:
    """A stream that was closed before the start makes no sound ledger unsound."""
    place = tmp_path / "a.db"
    with evledger.open(place, plugins=Plugins.builtin()) as store:
        store.create("semax", title="x", by="me")
    command = f"{sys.executable} -m evledger verify semax --db {place} {closed}"
    done = subprocess.run(["sh", "-c", command], check=False, capture_output=True, timeout=60)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
