"""Installed plugins: every way of getting one wrong has its own message, and hurts no other.

The distributions are real ones as far as Python sees: a module, and metadata with entry points.
"""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Final

import pytest

import evledger
from evledger import Invalid, NotSupplied, PluginError, Plugins, Score
from evledger.discovery import Failed, Found, Loaded, disabled, find, is_strict, load
from evledger.exceptions import Contested
from evledger.scoring import attempt, score

SCORER: Final = """
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


@hookimpl.scorers
def scorers():
    return [Breadth()]
"""

MISSPELT: Final = """
import pluggy

EVLEDGER_API = 1


@pluggy.HookimplMarker("evledger")
def evledger_scorrers():
    return []
"""

Install = Callable[..., Found]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Return what installs a distribution of one plugin, for this test alone."""
    for name in ("EVLEDGER_DISABLE_PLUGINS", "EVLEDGER_STRICT_PLUGINS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    def install(
        name: str, code: str, *, distribution: str | None = None, version: str = "1.0"
    ) -> Found:
        distribution = distribution or f"evledger-{name}"
        module = f"{distribution.replace('-', '_')}_of_{tmp_path.name.replace('-', '_')}"
        (tmp_path / f"{module}.py").write_text(dedent(code))
        importlib.invalidate_caches()
        info = tmp_path / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        about = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        (info / "METADATA").write_text(about)
        (info / "entry_points.txt").write_text(f"[evledger]\n{name} = {module}\n")
        return Found(name=name, value=module, distribution=distribution, version=version)

    return install


def reason(found: Found) -> str:
    """Load a plugin, and give the reason why it failed."""
    step = load(found)
    assert isinstance(step, Failed)
    return step.reason


# -- finding -----------------------------------------------------------------------------


def test_nothing_is_discovered_at_import() -> None:
    """Importing evledger looks for no plugin; opening a store does."""
    code = """
    import importlib.metadata, sys
    asked = []
    real = importlib.metadata.distributions
    def spy(**given):
        asked.append(given)
        return real(**given)
    importlib.metadata.distributions = spy
    import evledger
    assert asked == [], asked
    assert "evledger.builtin" not in sys.modules
    evledger.open("memory:").close()
    assert asked
    """
    subprocess.run([sys.executable, "-I", "-c", dedent(code)], check=True, timeout=60)


def test_plugin_that_opens_a_store_at_import(install: Install, tmp_path: Path) -> None:
    """A plugin whose module opens a store while it is imported keeps nobody waiting."""
    install("eager", f"import evledger\nevledger.open('memory:').close()\n{SCORER}")
    code = f"""
    import sys
    sys.path.insert(0, {str(tmp_path)!r})
    import evledger
    evledger.open("memory:").close()
    plugins = evledger.Plugins.default()
    assert "breadth" in plugins.scorers and plugins is evledger.Plugins.default()
    """
    subprocess.run([sys.executable, "-I", "-c", dedent(code)], check=True, timeout=60)


def test_found_sorted_and_not_imported(install: Install) -> None:
    """What is found is sorted by distribution and name, and none of it has been imported."""
    late = install("zeta", SCORER, distribution="zz-dist")
    early = install("alpha", "raise SystemExit('imported')", distribution="aa-dist")
    assert [found for found in find() if found in (late, early)] == [early, late]
    assert early.value not in sys.modules


def test_installed_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one distribution in two folders the first on the path counts, as it does for imports."""
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder, name, version in zip(folders, ["evledger-odd", "Evledger_Odd"], "21", strict=True):
        info = folder / f"evledger_odd-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text("[evledger]\nodd = odd\n")
    monkeypatch.setattr(sys, "path", [*map(str, folders), *sys.path])
    importlib.invalidate_caches()
    assert [found.version for found in find() if found.name == "odd"] == ["2"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("my lab", "mylab", "its entry point's name cannot be listed"),
        ("a,b", "mylab", "its entry point's name cannot be listed"),
        ("\x1b[31mred", "mylab", "its entry point's name cannot be listed"),
        ("", "mylab", "its entry point's name cannot be listed"),
        ("n" * 65, "mylab", "its entry point's name cannot be listed"),
        ("all", "mylab", "its entry point's name cannot be listed"),
        ("mylab", "", "its entry point names nothing; expected as in evledger_mylab"),
        ("mylab", "my lab!", "its entry point names nothing; expected as in evledger_mylab"),
    ],
)
def test_miswritten_entry_point(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    """What could not be switched off by its name, or names nothing, is not even imported."""
    monkeypatch.delenv("EVLEDGER_DISABLE_PLUGINS", raising=False)
    found = Found(name=name, value=value, distribution="d", version="1")
    assert disabled([found]) == frozenset()
    assert expected in reason(found)


def test_plugin_is_used(install: Install) -> None:
    """An installed plugin's scorer is there, and the report says where it comes from."""
    found = install("breadth", SCORER, version="2.3")
    plugins = Plugins.discover()
    (info,) = [info for info in plugins.report() if info.name == "breadth"]
    assert (info.distribution, info.version, info.entry_point) == (
        "evledger-breadth",
        "2.3",
        found.value,
    )
    assert dict(info.supplies) == {"scorers": ("breadth",)}
    assert plugins.supplier("scorers", "breadth") == "evledger-breadth 2.3"
    with evledger.open("memory:", plugins=plugins) as store:
        ledger = store.create("semax", title="Semax", by="me")
        assert ledger.score("breadth").label == "breadth"
        assert "evledger-breadth 2.3" in ledger.render("text", scorers=("breadth",)).text


# -- what can go wrong with one ----------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import a_module_that_is_not_there", "it cannot be imported: ModuleNotFoundError: No mod"),
        ("def broken(:", "it cannot be imported: SyntaxError"),
        ("raise SystemExit(1)", "it cannot be imported: SystemExit: 1"),
        ("raise RuntimeError('no licence')", "it cannot be imported: RuntimeError: no licence"),
        (SCORER.replace("EVLEDGER_API = 1", ""), "write EVLEDGER_API = 1 into it"),
        (
            SCORER.replace("API = 1", "API = '1'"),
            "is '1'; expected a whole number, EVLEDGER_API = 1",
        ),
        (
            SCORER.replace("API = 1", "API = 2"),
            "its EVLEDGER_API is 2, and this evledger's hooks are of version 1",
        ),
        (SCORER.replace("hookimpl.scorers", "hookimpl.scorrers"), "did you mean hookimpl.scorers?"),
        (
            SCORER.replace("def scorers()", "def scorers(view)"),
            "^hook scorers: scorers.view. takes arguments; hooks take none",
        ),
        (SCORER.replace("@hookimpl.scorers", ""), "it supplies nothing: mark its functions"),
        (
            MISSPELT,
            r"^unknown hook 'evledger_scorrers'; did you mean 'evledger_scorers'\? mark hooks",
        ),
        (
            MISSPELT.replace(
                '("evledger")', '("evledger")(specname="evledger_scorers", wrapper=1)'
            ).replace("return []", "yield"),
            "evledger_scorers is implemented by a wrapper, and hooks only hand over",
        ),
    ],
    ids=[
        *(
            "broken-import",
            "broken-syntax",
            "exits",
            "raises",
            "no-api",
            "text-api",
            "other-api",
            "misspelt-decorator",
        ),
        *("hook-with-arguments", "no-hook", "misspelt-hook", "wrapper"),
    ],
)
def test_failure_to_load(install: Install, code: str, expected: str) -> None:
    """A plugin that cannot be used is left out, with a reason, and the others are not."""
    broken = install("broken", code)
    install("breadth", SCORER)
    plugins = Plugins.discover()
    (failed,) = plugins.failures
    assert failed.found == broken
    assert re.search(expected, failed.reason), failed.reason
    assert {"breadth", "quantified-confidence"} <= plugins.scorers.keys()
    (info,) = [info for info in plugins.report() if info.name == "broken"]
    assert info.failures == (failed.reason,)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("return [Breadth()]", "1 / 0", "ZeroDivisionError: division by zero (evledger_broken_of_"),
        ("return [Breadth()]", "return Breadth()", "it returned Breadth, where a list of scorers"),
        ("return [Breadth()]", "return None", "it returned None; return a list of scorers"),
        ("return [Breadth()]", "return 'breadth'", "it returned str, where a list of scorers"),
        ("return [Breadth()]", "return [Breadth(), Breadth()]", "supplies the scorer 'breadth' tw"),
        (
            "return [Breadth()]",
            "return iter(Breadth, None)",
            "it hands over more than 1,000 things",
        ),
        ('"breadth", 1', '"b" * 81, 1', "a name is of visible ASCII signs, 80 at most"),
        (
            "return [Breadth()]",
            "return [Breadth]",
            "the scorer Breadth is a class; hand over an instance, Breadth()",
        ),
        (
            'name, version = "breadth", 1',
            "version = 1",
            "the scorer 'Breadth' has no name: a text is expected",
        ),
        (
            'name, version = "breadth", 1',
            'name = "breadth"',
            "the scorer 'breadth' has no version: a number above 0 is ex",
        ),
        ("def score(self, view)", "def scores(self, view)", "has no method score(view)"),
        (
            "def score(self, view)",
            "def score(self)",
            "cannot be called as score(view), for it is score(): too many",
        ),
        (
            "def score(self, view)",
            "def score(self, ledger, view)",
            "cannot be called as score(view), for it is score(ledger, view): missing a required",
        ),
    ],
)
def test_failure_to_supply(install: Install, old: str, new: str, expected: str) -> None:
    """A plugin whose hook fails, or hands over something else, is left out by name."""
    assert old in SCORER
    install("broken", SCORER.replace(old, new))
    plugins = Plugins.discover()
    assert "quantified-confidence" in plugins.scorers
    (failed,) = plugins.failures
    assert expected in failed.reason
    assert str(failed).startswith("plugin 'broken' (evledger-broken 1.0, evledger_broken_of_")
    assert "what its scorers hook supplies, was left out" in str(failed)


EVENTS: Final = """
from evledger import Event, EventSupply, event, hookimpl
from evledger.events import Id, identity

EVLEDGER_API = 1


@event("mylab:assay-run")
class AssayRun(Event):
    id: Id = identity("assay", "a")


@hookimpl.events
def events():
    return EventSupply(events=(AssayRun,))
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("mylab:assay-run", "yourlab:assay-run", "'yourlab:assay-run' must begin with 'mylab:'"),
        ("mylab:assay-run", "assay-run", "'assay-run' has no prefix; a plugin's is written as in"),
        ("events=(AssayRun,)", "events=(AssayRun, AssayRun)", "'mylab:assay-run' twice"),
        ("events=(AssayRun,)", "events=(str,)", "<class 'str'> is no event class; decorate it"),
        (
            "return EventSupply(events=(AssayRun,))",
            "return (AssayRun,)",
            "it returned tuple, where",
        ),
        (
            "events=(AssayRun,)",
            "upcasters={('gap-noted', 1): dict}",
            "'gap-noted' has no prefix",
        ),
        ("events=(AssayRun,)", "upcasters={'mylab:x': dict}", "'mylab:x' is no type and version"),
        ("events=(AssayRun,)", "upcasters={('mylab:x', 1): 5}", "version 1 of mylab:x is 5, and"),
        ("events=(AssayRun,)", "events=iter(lambda: AssayRun, 0)", "more than 1,000 things"),
    ],
)
def test_failure_to_supply_events(install: Install, old: str, new: str, expected: str) -> None:
    """Events of another's prefix, or that are none, are left out; the ledger opens all the same."""
    assert old in EVENTS
    install("mylab", EVENTS.replace(old, new))
    plugins = Plugins.discover()
    assert "mylab:assay-run" not in plugins.vocabulary
    (failed,) = plugins.failures
    assert expected in failed.reason


@pytest.mark.parametrize("first", ["vocabulary", "projections"])
def test_hook_is_taken_whole_or_not(install: Install, first: str) -> None:
    """Where one thing that a hook hands over is bad none of it is used, in whatever order."""
    install("mylab", EVENTS.replace("(AssayRun,))", "(AssayRun,), projections=(AssayRun,))"))
    plugins = Plugins.discover()
    getattr(plugins, first)
    assert "mylab:assay-run" not in plugins.vocabulary
    (failed,) = plugins.failures
    assert "the projection AssayRun is a class" in failed.reason


LOCATORS: Final = """
from evledger import LocatorScheme, hookimpl

EVLEDGER_API = 1
ASKED = []


class Fetcher:
    name, registry = "shelf", "Shelf"

    def fetch(self, locators, context):
        return ()


@hookimpl.locators
def locators():
    ASKED.append(1)
    yield LocatorScheme(name="shelf", normalise=str.strip)
    yield Fetcher()
"""


def test_hook_is_asked_once(install: Install) -> None:
    """A hook that hands over several kinds is asked once for all of them; a generator will do."""
    found = install("shelf", LOCATORS)
    plugins = Plugins.discover()
    assert plugins.locators["shelf"].name == plugins.fetchers["shelf"].name
    assert {info.name: info.supplies for info in plugins.report()}["shelf"] == {
        "locators": ("shelf",),
        "fetchers": ("shelf",),
    }
    assert sys.modules[found.value].ASKED == [1]


def test_entry_point_name_is_the_prefix(install: Install) -> None:
    """Events that begin with the entry point's name are taken in."""
    install("mylab", EVENTS)
    assert "mylab:assay-run" in Plugins.discover().vocabulary


def test_entry_point_without_target(install: Install, tmp_path: Path) -> None:
    """An entry point that names what is not there, or a class, is a failure with a reason."""
    found = install("breadth", SCORER)
    gone = Found(name="x", value=f"{found.value}:gone", distribution="d", version="1")
    assert "it cannot be imported: AttributeError" in reason(gone)
    cls = Found(name="x", value=f"{found.value}:Breadth", distribution="d", version="1")
    (tmp_path / f"{found.value}.py").write_text(SCORER)
    assert "does not say which API it is for" in reason(cls)
    assert isinstance(load(found), Loaded)


# -- whose fault it is -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (SCORER.replace("@hookimpl.scorers", "@hookimpl.scorrers"), 21),
        ("import a_module_that_is_not_there", 1),
        ("import json\njson.loads('{')", 2),
        ("from evledger import Invalid\nfrom evledger.locators import normalise\nnormalise('')", 3),
        ("1 / 0", 1),
    ],
)
def test_place_of_a_failure_is_the_plugin_s(install: Install, code: str, line: int) -> None:
    """The line that is named is the plugin's last, and not where evledger or Python gave up."""
    found = install("broken", code)
    assert reason(found).endswith(f" ({found.value}, line {line})")


def test_place_of_a_syntax_error(install: Install, tmp_path: Path) -> None:
    """A module that cannot be read is named as it lies in its package, wherever that is."""
    inner = tmp_path / "evledger_torn" / "inner"
    inner.mkdir(parents=True)
    for folder in (inner.parent, inner):
        (folder / "__init__.py").write_text("")
    (inner / "deep.py").write_text("x = 1\ndef broken(:\n")
    found = install("torn", "import evledger_torn.inner.deep")
    told = reason(found).removeprefix("it cannot be imported: ")
    assert told == "SyntaxError: invalid syntax (evledger_torn/inner/deep.py, line 2)"


CRASH: Final = SCORER.replace('Decimal("0.01")', "0.01")


def test_failure_names_who_supplies_what_failed(install: Install) -> None:
    """An error while a scorer runs has its distribution, version and entry point, and its line."""
    found = install("breadth", CRASH, version="2.3")
    whose = f"evledger-breadth 2.3 (breadth = {found.value})"
    plugins = Plugins.discover()
    with evledger.open("memory:", plugins=plugins) as store:
        view = store.create("semax", title="Semax", by="me").view()
    with pytest.raises(PluginError) as caught, plugins.naming():
        score(plugins.scorer("breadth"), view)
    error = caught.value
    assert (error.kind, error.name, error.plugin) == ("scorer", "breadth", whose)
    assert str(error).startswith(f"scorer 'breadth' of {whose} failed: TypeError: ")
    assert str(error).endswith(f" ({found.value}, line 13)")
    failed = attempt(plugins.scorer("breadth"), view, plugins.naming())
    assert not isinstance(failed, Score)
    assert (failed.reason, type(failed.error)) == (str(error), PluginError)


def test_kinds_of_errors_are_told_apart(install: Install) -> None:
    """What is missing, what is contested and what failed are three classes."""
    install("one", SCORER)
    install("two", SCORER)
    plugins = Plugins.discover()
    with pytest.raises(Contested) as contested, plugins.naming():
        plugins.scorer("breadth")
    with pytest.raises(NotSupplied) as missing, plugins.naming():
        plugins.ranker("breadth")
    assert not isinstance(missing.value, Contested)
    for error, kind in ((contested.value, "scorer"), (missing.value, "ranker")):
        assert (error.kind, error.name, error.plugin) == (kind, "breadth", None)


STORE: Final = """
from evledger import hookimpl

EVLEDGER_API = 1


def opens(url):
    raise OSError("no route to " + url)


@hookimpl.stores
def stores():
    return {"brk": opens}
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "raise OSError",
            "raise OSError",
            r"failed to open: OSError: no route to brk:… \(.*line 8\)",
        ),
        ("raise OSError", "raise SystemExit", "failed to open: SystemExit: no route to brk:… "),
        ('raise OSError("no route to " + url)', "return url", "gave str, not a Backend"),
    ],
)
def test_store_that_does_not_open(install: Install, old: str, new: str, expected: str) -> None:
    """What opens a URL fails as its own, by distribution and line, and shows no password."""
    assert old in STORE
    found = install("brk", STORE.replace(old, new))
    message = rf"^store 'brk' of evledger-brk 1\.0 \(brk = {found.value}\) {expected}"
    with pytest.raises(PluginError, match=message) as caught:
        evledger.open("brk://me:s3cret@host/db", plugins=Plugins.discover())
    assert (caught.value.kind, caught.value.name) == ("store", "brk")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("def opens(url)", "def opens()", r"cannot be called as opens\(url\), for it is opens\(\)"),
        ('"brk": opens', '"my brk": opens', "'my brk' is no scheme: expected a small letter, then"),
        (
            '"brk": opens',
            '"brk": "opens"',
            "what opens the store 'brk' is 'opens', and no function",
        ),
    ],
)
def test_store_that_cannot_be_opened(install: Install, old: str, new: str, expected: str) -> None:
    """A store of another form is left out, and who asks for it is told whose it may be."""
    assert old in STORE
    install("brk", STORE.replace(old, new))
    plugins = Plugins.discover()
    told = r"known are memory, sqlite; it may be of 'brk' \(evledger-brk 1\.0, .* left out"
    with pytest.raises(Invalid, match=told):
        evledger.open("brk:", plugins=plugins)
    (failed,) = plugins.failures
    assert re.search(expected, failed.reason), failed.reason


def test_error_of_a_store_is_its_own_word(install: Install) -> None:
    """What a store says of a database in evledger's errors is handed on as it is."""
    code = STORE.replace("raise OSError", "from evledger import NotFound\n    raise NotFound")
    install("brk", code)
    with pytest.raises(evledger.NotFound, match=r"^no route to brk:$"):
        evledger.open("brk:", plugins=Plugins.discover())


# -- two of one name ---------------------------------------------------------------------


def test_two_claim_one_name(install: Install) -> None:
    """Two plugins that claim one name are an error that names both, with their distributions."""
    install("one", SCORER)
    install("two", SCORER, version="7")
    plugins = Plugins.discover()
    with pytest.raises(PluginError, match=r"scorer:breadth is claimed by .*one 1\.0.*two 7"):
        plugins.scorer("breadth")
    assert plugins.renderer("markdown").name == "markdown"
    (sentence,) = plugins.conflicts()
    assert "[plugins.prefer] in evledger.toml: 'scorer:breadth' = 'one'" in sentence


@pytest.mark.parametrize("winner", ["one", "two"])
def test_preference_decides(install: Install, winner: str) -> None:
    """A preference, or switching one off, decides between them."""
    install("one", SCORER)
    install("two", SCORER)
    chosen = Plugins.discover(prefer={"scorer:breadth": winner})
    assert chosen.supplier("scorers", "breadth") == f"evledger-{winner} 1.0"
    assert chosen.conflicts() == ()
    assert Plugins.discover(disable=[winner]).conflicts() == ()


def test_preference_for_a_stranger(install: Install) -> None:
    """A preference for a plugin that does not claim the name decides nothing, and says so."""
    install("one", SCORER)
    install("two", SCORER)
    plugins = Plugins.discover(prefer={"scorer:breadth": "three"})
    with pytest.raises(PluginError, match="and 'three', which is preferred, is none of them"):
        plugins.scorer("breadth")


def test_built_in_name_is_claimed_too(install: Install) -> None:
    """A plugin that claims a built-in name does not win by stealth."""
    install("mine", SCORER.replace('"breadth", 1', '"quantified-confidence", 1'))
    plugins = Plugins.discover()
    with pytest.raises(PluginError, match=r"'builtin' \(evidence-ledger .* and 'mine'"):
        plugins.scorer("quantified-confidence")


def test_two_plugins_of_one_name(install: Install) -> None:
    """Of two plugins of one name the second is left out, and says whose name it has."""
    install("same", SCORER, distribution="aa-first")
    install("same", SCORER, distribution="bb-second")
    plugins = Plugins.discover()
    (failed,) = plugins.failures
    assert failed.found.distribution == "bb-second"
    assert failed.reason.startswith("its name is taken by plugin 'same' (aa-first 1.0")
    assert plugins.supplier("scorers", "breadth") == "aa-first 1.0"


# -- the environment ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("", "one two"),
        (" , ", "one two"),
        ("1", ""),
        ("all", ""),
        ("one", "two"),
        ("one, two", ""),
        ("three", "one two"),
    ],
)
def test_switched_off(
    install: Install, monkeypatch: pytest.MonkeyPatch, value: str, left: str
) -> None:
    """EVLEDGER_DISABLE_PLUGINS switches off all plugins, or those that it lists."""
    found = [install("one", SCORER), install("two", "raise SystemExit")]
    monkeypatch.setenv("EVLEDGER_DISABLE_PLUGINS", value)
    assert {each.name for each in found} - disabled(found) == set(left.split())


def test_switched_off_is_not_imported(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin that is switched off is not even imported."""
    found = install("one", SCORER)
    monkeypatch.setenv("EVLEDGER_DISABLE_PLUGINS", "one")
    assert "breadth" not in Plugins.discover().scorers
    assert found.value not in sys.modules


@pytest.mark.parametrize(
    ("value", "names"), [("brkk", ["brkk"]), ("true", ["true"]), ("one, brkk", ["brkk"])]
)
def test_switch_that_switches_nothing_off(
    install: Install, monkeypatch: pytest.MonkeyPatch, value: str, names: list[str]
) -> None:
    """A name that no plugin has is told, and not passed over."""
    install("one", SCORER)
    monkeypatch.setenv("EVLEDGER_DISABLE_PLUGINS", value)
    warnings = Plugins.discover().warnings
    assert [re.findall(r"names '(.*?)', and no plugin", each) for each in warnings] == [names]
    monkeypatch.delenv("EVLEDGER_DISABLE_PLUGINS")
    assert len(Plugins.discover(disable=["brkk", "one"]).warnings) == 1


@pytest.mark.parametrize("value", ["", "0", "1", "all", "one"])
def test_switch_that_means_something(
    install: Install, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """What switches off, or says that nothing is to be, needs no word."""
    install("one", SCORER)
    monkeypatch.setenv("EVLEDGER_DISABLE_PLUGINS", value)
    assert Plugins.discover().warnings == ()


@pytest.mark.parametrize("how", ["off", "broken", "hook"])
def test_look_up_of_what_was_left_out(install: Install, how: str) -> None:
    """Who asks for a name that nobody has is told which plugin may have had it."""
    codes = {"off": SCORER, "broken": "1 / 0", "hook": SCORER.replace("return [Breadth()]", "1/0")}
    install("breadth", codes[how])
    off = ["breadth"] if how == "off" else []
    plugins = Plugins.discover(disable=off, parameters={"breadth": {"a": 1}})
    told = r"no scorer 'breadth'; .*; it may be of 'breadth' \(evledger-breadth 1\.0, .*left out"
    with pytest.raises(NotSupplied, match=told):
        plugins.scorer("breadth")
    if how == "hook":  # which hands over no renderers
        with pytest.raises(NotSupplied) as caught:
            plugins.renderer("breadth")
        assert "may be of" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((on, True) for on in ("1", "yes", "true", "on", " On ")),
        *((off, False) for off in ("0", "no", "false", "off", "")),
    ],
)
def test_strict_or_not(monkeypatch: pytest.MonkeyPatch, value: str, *, expected: bool) -> None:
    """EVLEDGER_STRICT_PLUGINS is yes or no, in the usual words for either."""
    monkeypatch.setenv("EVLEDGER_STRICT_PLUGINS", value)
    assert is_strict() == expected


def test_neither_strict_nor_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is neither yes nor no is refused where it counts, and the built-in need not know."""
    monkeypatch.setenv("EVLEDGER_STRICT_PLUGINS", "maybe")
    with pytest.raises(Invalid, match="EVLEDGER_STRICT_PLUGINS is 'maybe'; expected 1, yes, true"):
        Plugins.discover()
    assert Plugins.builtin().rankers


@pytest.mark.parametrize("code", ["1 / 0", SCORER.replace("return [Breadth()]", "1 / 0")])
def test_strict(install: Install, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Under EVLEDGER_STRICT_PLUGINS=1 a plugin that fails is fatal."""
    install("broken", code)
    monkeypatch.setenv("EVLEDGER_STRICT_PLUGINS", "1")
    with pytest.raises(PluginError, match=r"'broken' .evledger-broken 1\.0.*ZeroDiv") as caught:
        Plugins.discover().report()
    assert str(caught.value.plugin).startswith("evledger-broken 1.0 (broken = ")
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert Plugins.discover(strict=False).report()


def test_parameters_for_nobody(install: Install) -> None:
    """Parameters for a scorer that there is not are an error that names those there are."""
    install("breadth", SCORER)
    plugins = Plugins.discover(parameters={"bredth": {"weight": "1"}})
    with pytest.raises(PluginError, match="parameters are given for 'bredth', and the scorers are"):
        plugins.scorer("breadth")


def test_parameters_for_a_scorer_that_takes_none(install: Install) -> None:
    """A scorer that takes no parameters is not given any without a word."""
    install("breadth", SCORER)
    plugins = Plugins.discover(parameters={"breadth": {"weight": "1"}})
    with pytest.raises(Invalid, match="scorer 'breadth' takes no parameters, and was given we"):
        plugins.scorer("breadth")
