"""What `evledger.testing` promises to authors of plugins."""

from __future__ import annotations

import datetime as dt
import io
import random
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import IO, Any

import attrs
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

import evledger.testing
from evledger import (
    ClaimTagged,
    Event,
    EventSupply,
    Hidden,
    Item,
    Ledger,
    LocatorScheme,
    PluginError,
    Plugins,
    Record,
    RenderContext,
    Rendered,
    Score,
    SourceAdded,
    Store,
    Term,
    View,
    event,
    events,
    hookimpl,
    seal,
)
from evledger.asking import Match, Retriever
from evledger.builtin.confidence import QuantifiedConfidence
from evledger.builtin.tier import TierRanker
from evledger.checks import Rule, Spot, rule
from evledger.counting import REASONS
from evledger.entries import Claim
from evledger.events import Id, Ref, Text, identity, key, ref, sealed
from evledger.importing import Importer
from evledger.ranking import Ranker
from evledger.rendering import Renderer
from evledger.scoring import Scorer
from evledger.testing import (
    EventTests,
    ImporterTests,
    LocatorTests,
    RankerTests,
    RendererTests,
    RetrieverTests,
    RuleTests,
    ScorerTests,
    Story,
    contents,
    stories,
    views,
)
from evledger.testing.suites.steady import steady

pytest_plugins = ["pytester"]


# -- overriding --------------------------------------------------------------------------

SUBCLASS = """
import pytest
from evledger.testing import LocatorTests
from evledger import Plugins

class TestMine(LocatorTests):
    def scheme(self):
        return Plugins.builtin().locators["pmid"]

    def examples(self):
        return {"007": "7"}
"""

OVERRIDES = {
    "none": ("", True),
    "a test of its own": ("    def test_mine(self): pass", True),
    "silent": ("    def test_refuses_garbage(self): pass", False),
    "taken out": ("    test_refuses_garbage = None", False),
    "no reason": (
        "    @pytest.mark.xfail\n    def test_refuses_garbage(self): assert False",
        False,
    ),
    "empty reason": (
        "    @pytest.mark.xfail(reason=' ')\n    def test_refuses_garbage(self): assert False",
        False,
    ),
    "not strict": (
        "    @pytest.mark.xfail(reason='x', strict=False)\n    def test_refuses_garbage(s): pass",
        False,
    ),
    "skipped": (
        "    @pytest.mark.skip(reason='x')\n    def test_refuses_garbage(self): assert False",
        False,
    ),
    "on a condition": (
        "    @pytest.mark.xfail(False, reason='x')\n    def test_refuses_garbage(self): pass",
        False,
    ),
    "excused": (
        "    @pytest.mark.xfail(reason='lax')\n    def test_refuses_garbage(self): assert False",
        True,
    ),
}


@pytest.mark.parametrize(("body", "passes"), OVERRIDES.values(), ids=OVERRIDES)
def test_overriding(pytester: pytest.Pytester, body: str, passes: bool) -> None:
    """A test of a suite that is overridden fails the suite, unless it is excused with a reason."""
    pytester.makepyfile(SUBCLASS + "\n" + body)
    result = pytester.runpytest("-q", "-p", "no:cacheprovider", "-k", "overrides or garbage")
    if passes:
        assert result.parseoutcomes().get("failed", 0) == 0
    else:
        result.stdout.fnmatch_lines(
            ["*TestMine.test_refuses_garbage: a test of the suite is over*"]
        )
        assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_overriding_in_a_base_class(pytester: pytest.Pytester) -> None:
    """A class between the suite and the tests cannot override in silence either."""
    between = "    def test_refuses_garbage(self): pass\n\nclass TestBelow(TestMine): pass"
    pytester.makepyfile(SUBCLASS + "\n" + between)
    result = pytester.runpytest("-q", "-p", "no:cacheprovider", "-k", "TestBelow and overrides")
    assert result.parseoutcomes()["failed"] == 1


def test_watch_cannot_be_overridden() -> None:
    """The test that watches the others cannot be replaced."""
    with pytest.raises(TypeError, match="cannot be overridden itself"):

        class Silent(evledger.testing.LocatorTests):  # pyright: ignore[reportUnusedClass]  # it fails
            def test_no_overrides(self) -> None:
                """Say nothing."""


def test_what_must_be_given(pytester: pytest.Pytester) -> None:
    """A subclass that does not say what is tested is told what to give."""
    pytester.makepyfile(
        "from evledger.testing import ScorerTests\nclass TestMine(ScorerTests): pass"
    )
    result = pytester.runpytest("-q", "-p", "no:cacheprovider", "-k", "empty")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*TestMine has to give scorer(): what is tested?"])


def test_watch_cannot_be_shadowed() -> None:
    """Nor does a class that stands before the suite replace it."""

    class Silent:
        def test_no_overrides(self) -> None:
            """Say nothing."""

    with pytest.raises(TypeError, match="cannot be overridden itself"):
        type("TestMine", (Silent, evledger.testing.LocatorTests), {})


# -- faults that only look right -----------------------------------------------------------


class Credulous(QuantifiedConfidence):
    """Counts every claim, whatever became of it."""

    def score(self, view: View) -> Score:
        """Add a term for those that do not count."""
        found = super().score(view)
        left_out = [id for ids in view.counted.left_out.values() for id in ids]
        term = Term.of("others", "others", count=len(left_out), weight=Decimal("0.01"))
        raw = (found.raw or Decimal(0)) + term.contribution
        return attrs.evolve(found, terms=(*found.terms, term), raw=raw)


class TestsOfCredulous(ScorerTests):
    """The suite, for a scorer that must not pass; not collected by itself."""

    __test__ = False

    def scorer(self) -> Scorer:
        """Return it."""
        return Credulous()


@pytest.mark.parametrize("reason", REASONS)
def test_what_does_not_count_is_not_counted(reason: str) -> None:
    """A scorer that counts claims which do not count fails the suite, whatever the reason."""
    with pytest.raises(AssertionError):
        TestsOfCredulous().test_counts_only_what_counts(reason)


class Exceeding(QuantifiedConfidence):
    """Fails where there are many claims, and where a date is hidden."""

    def score(self, view: View) -> Score:
        """Exceed 1 from the 51st claim on."""
        found = super().score(view)
        dates: list[Any] = [source.published for source in view.sources.values()]
        if any(date.startswith("1999") for date in dates if date) or len(view.claims) <= 50:
            return found
        return attrs.evolve(found, value=Decimal(2), cap=None)


class TestsOfExceeding(ScorerTests):
    """The suite, for a scorer that must not pass; not collected by itself."""

    __test__ = False

    def scorer(self) -> Scorer:
        """Return it."""
        return Exceeding()


class First(TierRanker):
    """Ranks no more than fit on a page."""

    def rank(self, view: View, claims: Sequence[Claim]) -> list[Claim]:
        """Rank twenty."""
        return list(super().rank(view, claims))[:20]


class TestsOfFirst(RankerTests):
    """The suite, for a ranker that must not pass; not collected by itself."""

    __test__ = False

    def ranker(self) -> Ranker:
        """Return it."""
        return First()


class Raw:
    """Shows where the notice of a flag is, as it stands there."""

    name = "raw"

    def render(self, view: View, context: RenderContext) -> Rendered:
        """Return a paragraph for each."""
        del context
        flags = [flag for source in view.sources.values() for flag in source.flags]
        text = "".join(f"<p>{flag.notice}</p>" for flag in flags)
        return Rendered(text.encode(), "text/html; charset=utf-8", ".html")


class TestsOfRaw(RendererTests):
    """The suite, for a renderer that must not pass; not collected by itself."""

    __test__ = False

    def renderer(self) -> Renderer:
        """Return it."""
        return Raw()


@pytest.mark.parametrize(
    ("fails", "said"),
    [
        (TestsOfExceeding().test_bears_a_hundred_claims, "value is 2, which is not between 0"),
        (TestsOfExceeding().test_bears_what_is_hidden, "no attribute 'startswith'"),
        (TestsOfFirst().test_bears_a_hundred_claims, "left out claim '.*', one of 80"),
        (
            lambda: TestsOfRaw().test_hostile_text_is_inert("<x-hostile>"),
            "an element of a stranger: <x-hostile>",
        ),
    ],
)
def test_what_few_claims_do_not_show(fails: Callable[[], object], said: str) -> None:
    """Faults with many claims, hidden dates and hostile identifiers are noticed."""
    with pytest.raises((AssertionError, PluginError), match=said):
        fails()


class Hasty:
    """Closes its file, drops what is not finished, and the first line of some editors' files."""

    name, suffixes = "hasty", (".hasty",)

    def read(self, file: IO[bytes]) -> Iterator[Item]:
        """Yield what is left."""
        for number, line in enumerate(file, 1):
            if line.startswith(b"http") and line.endswith(b"\n"):
                source = {"kind": "web-page", "title": "A page", "locators": [f"url:{line!r}"]}
                yield Item(place=f"line {number}", source=source)


class TestsOfHasty(ImporterTests):
    """The suite, for an importer that must not pass."""

    __test__ = False

    def importer(self) -> Importer:
        """Return it."""
        return Hasty()

    def sample(self) -> bytes:
        """Return a line."""
        return b"https://example.org/1\n"

    def records(self) -> int:
        """One."""
        return 1


@pytest.mark.parametrize("test", ["says_that_the_end_is_missing", "survives_a_byte_order_mark"])
def test_lost_records_are_missed(test: str) -> None:
    """An importer that loses a record without a word fails the suite."""
    suite = TestsOfHasty()
    suite.test_gives_every_record()
    with pytest.raises(AssertionError):
        getattr(suite, f"test_{test}")()


@pytest.mark.parametrize("ask", [dt.date.today, time.time, random.random, uuid.uuid4])
def test_clock_and_chance_are_noticed(ask: Callable[[], object]) -> None:
    """What asks the clock or chance is named, with its place, though nothing came of it."""
    place = r"was asked in \w+\.py, line \d+: the same ledger"
    with pytest.raises(AssertionError, match=place), steady():
        ask()
    with steady():
        assert dt.date(2026, 1, 1).year == 2026


def test_enough_claims_are_drawn() -> None:
    """Of the ledgers that suites draw, many have two claims that count: else little is tried."""
    sizes: list[int] = []

    @settings(max_examples=40, phases=[Phase.generate], derandomize=True, database=None)
    @given(TestsOfCredulous().stories(min_size=8))
    def draw(story: Story) -> None:
        sizes.append(len(story.view().counted.claims))

    draw()
    assert sum(size >= 2 for size in sizes) * 6 >= len(sizes)


# -- what a failure says -----------------------------------------------------------------


@rule("short-names", why="It matters.", mend="Mend it.")
def short_names(view: View) -> Iterator[Spot]:
    """Whatever there is, by its id alone."""
    return (Spot(id, "it is there") for id in view.claims)


@rule("crashing", why="It matters.", mend="Mend it.")
def crashing(view: View) -> Iterator[Spot]:
    """Nothing: it fails."""
    return (Spot(f"claim:{id}", str(1 // 0)) for id in view.claims)


class Everything:
    """Finds all that there is, whatever the limit."""

    name = "everything"

    def retrieve(self, view: View, question: str, limit: int) -> list[Match]:
        """Return it."""
        del question, limit
        return [Match(entry=f"claim:{id}", weight=1.0) for id in view.claims]


class Dropping(Hasty):
    """Reads every other line."""

    def read(self, file: IO[bytes]) -> Iterator[Item]:
        """Yield an item for every second line."""
        yield from [*super().read(io.BytesIO(file.read()))][::2]


class Told:
    """A story of one claim, so that nothing has to be shrunk."""

    def stories(self, **sizes: int) -> st.SearchStrategy[Story]:
        """Return it."""
        del sizes
        source = SourceAdded(id="s1", kind="review", title="A review")
        claim = ClaimTagged(id="c1", source="s1", tier="human", stance="mixed", text="It may.")
        return st.just(Story(events=(source, claim)))


class TestsOfShortNames(Told, RuleTests):
    """The suite, for a rule that must not pass; not collected by itself."""

    __test__ = False

    def rule(self) -> Rule:
        """Return it."""
        return short_names


class TestsOfCrashing(Told, RuleTests):
    """The suite, for a rule that fails; not collected by itself."""

    __test__ = False

    def rule(self) -> Rule:
        """Return it."""
        return crashing


class TestsOfEverything(Told, RetrieverTests):
    """The suite, for a retriever that must not pass; not collected by itself."""

    __test__ = False

    def retriever(self) -> Retriever:
        """Return it."""
        return Everything()


class TestsOfDropping(ImporterTests):
    """The suite, for an importer that must not pass; not collected by itself."""

    __test__ = False

    def importer(self) -> Importer:
        """Return it."""
        return Dropping()

    def sample(self) -> bytes:
        """Return two lines."""
        return b"http://one\nhttp://two\n"

    def records(self) -> int:
        """Two."""
        return 2


class TestsOfLax(LocatorTests):
    """The suite, for a scheme that takes anything; not collected by itself."""

    __test__ = False

    def scheme(self) -> LocatorScheme:
        """Return it."""
        return LocatorScheme(name="lax", normalise=str.strip)

    def examples(self) -> dict[str, str]:
        """Return one."""
        return {"a ": "a"}


@pytest.mark.parametrize(
    ("fails", "said"),
    [
        (
            lambda: TestsOfCredulous().test_counts_only_what_counts("withdrawn"),
            r"raw is .*, and without the claim c2, which does not count \(withdrawn\), Decimal",
        ),
        (
            TestsOfShortNames().test_findings_are_of_use,
            "finding is about c1, which the ledger does",
        ),
        (
            TestsOfCrashing().test_findings_are_of_use,
            r"rule 'crashing' failed: ZeroDivisionError: .* \(.*test_testing, line \d+\)",
        ),
        (
            TestsOfCrashing().test_is_the_same_elsewhere,
            r"^in another process: rule 'crashing' failed: ZeroDivisionError: .*line \d+\)$",
        ),
        (TestsOfEverything().test_gives_what_is_there, "1 matches, where 0 were asked for"),
        (TestsOfDropping().test_gives_every_record, "of 2 records there came 1: line 1"),
        (
            TestsOfLax().test_refuses_garbage,
            "'' became ''; raise Invalid for what is no identifier",
        ),
    ],
)
def test_failure_says_what_is_wrong(fails: Callable[[], object], said: str) -> None:
    """A suite that fails says what is wrong, and of what, in a sentence."""
    with pytest.raises((AssertionError, pytest.fail.Exception), match=said):
        fails()


def test_old_data_of_another_shape_is_told() -> None:
    """What `old()` gives by mistake, a mapping for one, is named with what was expected."""

    class TestsOfOld(TestLab):
        """The suite, with old data that is of no use."""

        def old(self) -> Any:
            """Return a mapping."""
            return {"type": "lab:vial-emptied"}

    with pytest.raises(
        AssertionError, match=r"old\(\) gave 'type'; expected \(type, version, data"
    ):
        TestsOfOld().test_upcasters_reach_the_version()


@settings(max_examples=40)
@given(story=stories() | TestsOfCredulous().stories())
def test_story_is_shown_as_code(story: Story) -> None:
    """What is shown of a ledger on which a test fails can be pasted into a test of one's own."""
    assert eval(repr(story), {**vars(events), **vars(evledger.testing), "seal": seal}) == (  # noqa: S307  # what we wrote
        story
    )


@pytest.mark.parametrize("missing", ["hypothesis", "pytest"])
def test_missing_package_is_named(missing: str) -> None:
    """Where a package is not installed that the suites need, the error says what to install."""
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "try:\n    from evledger.testing import ScorerTests\n"
        "except ImportError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert f"ScorerTests needs {missing}: pip install hypothesis pytest" in done.stdout


@event("lab:batch-frozen")
class BatchFrozen(Event):
    """Introduces and relies on several names at once."""

    vials: tuple[Ref, ...] = key("vial", default=())
    sources: tuple[Ref, ...] = ref("source", default=())


def test_tuples_of_references_are_filled() -> None:
    """Events that rely on several names are drawn with names that there are."""
    story = find(
        stories((BatchFrozen,)),
        lambda story: any(len(getattr(each, "sources", ())) > 1 for each in story.events),
        settings=settings(phases=[Phase.generate], max_examples=200, database=None),
    )
    plugins = Plugins.builtin()
    plugins.register(Freezing(), "lab")
    assert story.ledger(plugins).verify("full").ok


class Freezing:
    """Hands the event over."""

    @hookimpl.events
    def events(self) -> EventSupply:
        """Return it."""
        return EventSupply(events=(BatchFrozen,))


# -- fixtures ----------------------------------------------------------------------------


def test_fixtures(
    evledger_plugins: Plugins, evledger_store: Store, evledger_ledger: Ledger
) -> None:
    """The fixtures give an empty ledger, in an empty store, opened with the built-in plugins."""
    assert evledger_store.plugins is evledger_plugins
    assert sorted(evledger_plugins.stores) == ["memory", "sqlite"]
    assert (evledger_store.ledgers(), evledger_ledger.head().size) == (["test"], 1)


def test_fixture_of_the_demonstration(evledger_demo: Ledger) -> None:
    """The demonstration's ledger is sound, and has sources of many kinds."""
    assert evledger_demo.verify("full").ok
    assert evledger_demo.view().counts.sources > 40


# -- names -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", evledger.testing.__all__)
def test_every_name_is_there(name: str) -> None:
    """Every name that the package exports can be imported from it, and is documented."""
    assert getattr(evledger.testing, name).__doc__
    assert name in dir(evledger.testing)


def test_unknown_name() -> None:
    """A misspelt name is an attribute that is not there."""
    with pytest.raises(AttributeError, match="no attribute 'ScorerTest'"):
        getattr(evledger.testing, "ScorerTest")  # noqa: B009  # type checkers know it is not there


@pytest.mark.parametrize(
    ("statement", "module"),
    [
        ("import evledger.testing", "hypothesis"),
        ("from evledger.testing import contents", "hypothesis"),
        ("from evledger.testing import histories, views", "pytest"),
    ],
)
def test_imports_what_is_needed(statement: str, module: str) -> None:
    """Strategies can be had without pytest, and views compared without Hypothesis."""
    code = f"import sys\n{statement}\nprint({module!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "False\n"


# -- stories -----------------------------------------------------------------------------


@settings(max_examples=25)
@given(story=stories())
def test_story_is_told_alike(story: Story) -> None:
    """Two tellings differ in the ledger's identity, and in nothing else."""
    one, other = contents(story.view()), contents(story.view())
    same = one.keys() - {"head", "id"}
    assert {name: one[name] for name in same} == {name: other[name] for name in same}
    assert one["id"] != other["id"]


@settings(max_examples=25)
@given(view=views())
def test_views_are_of_sound_ledgers(view: evledger.View) -> None:
    """Every record of a drawn ledger was understood."""
    assert (view.unfit, dict(view.unknown)) == ((), {})


def test_sealed_values_are_withheld_or_erased() -> None:
    """A story without a vault withholds what is sealed; one that erases has it erased."""
    gap = evledger.GapNoted(id="g1", text="Not known.")
    events = (seal(gap, "text"),)
    assert Story(events=events).view().gaps["g1"].text == "Not known."
    assert Story(events=events, has_vault=False).view().gaps["g1"].text is Hidden.WITHHELD
    assert Story(events=events, erased=(7,)).view().gaps["g1"].text is Hidden.ERASED


# -- events of strangers -----------------------------------------------------------------


@event("lab:vial-filled")
class VialFilled(Event):
    """Introduces a name of the author's choice."""

    barcode: Text = key("vial")
    source: Ref = ref("source")
    by_hand: Text | None = sealed(default=None)


@event("lab:vial-emptied", version=2)
class VialEmptied(Event):
    """Relies on it; version 1 did not say why."""

    barcode: Text = ref("vial")
    why: Text


@event("lab:assay-run")
class AssayRun(Event):
    """Relies on it, and has an id."""

    id: Id = identity("assay", "a")
    barcode: Text = ref("vial")


class Vials:
    """Which vials are full."""

    name = "lab:vials"
    version = 1

    def start(self) -> frozenset[str]:
        """Begin with none."""
        return frozenset()

    def apply(self, state: frozenset[str], record: Record) -> frozenset[str]:
        """Fill one, or empty it."""
        if isinstance(record.event, VialFilled):
            return state | {record.event.barcode}
        if isinstance(record.event, VialEmptied):
            return state - {record.event.barcode}
        return state

    def freeze(self, state: frozenset[str]) -> frozenset[str]:
        """Return it as it is."""
        return state


class TestLab(EventTests):
    """Events with keys, refs, ids, sealed fields, an upcaster and a projection."""

    def supply(self) -> EventSupply:
        """Return them."""
        return EventSupply(
            events=(VialFilled, VialEmptied, AssayRun),
            upcasters={("lab:vial-emptied", 1): lambda data: {**data, "why": "not said"}},
            projections=(Vials(),),
        )

    def old(self) -> Iterator[tuple[str, int, dict[str, Any]]]:
        """Yield what version 1 said."""
        yield "lab:vial-emptied", 1, {"barcode": "b"}


class Leaking(Vials):
    """Freezes to a list that later records go on changing."""

    def start(self) -> list[str]:  # type: ignore[override]  # on purpose
        """Begin with none."""
        return []

    def apply(self, state: list[str], record: Record) -> list[str]:  # type: ignore[override]  # on purpose
        """Change the list that was handed out."""
        state.append(record.type)
        return state

    def freeze(self, state: list[str]) -> list[str]:  # type: ignore[override]  # on purpose
        """Hand it out."""
        return state


class TestsOfLeaking(TestLab):
    """The same with a projection that leaks; not collected by itself."""

    __test__ = False

    def supply(self) -> EventSupply:
        """Return it."""
        return EventSupply(events=(VialFilled,), projections=(Leaking(),))


class Muttering(Vials):
    """Says a text where a passage is expected."""

    def passage(self, part: frozenset[str]) -> Any:
        """Return it."""
        return ", ".join(sorted(part))


class TestsOfMuttering(TestLab):
    """The same with it; not collected by itself."""

    __test__ = False

    def supply(self) -> EventSupply:
        """Return it."""
        return EventSupply(events=(VialFilled,), projections=(Muttering(),))


def test_passage_of_another_type_is_named() -> None:
    """A projection whose passage is none is told what it gave."""
    suite: Any = TestsOfMuttering()

    @settings(max_examples=2, phases=[Phase.generate])  # a smaller ledger tells no more
    @given(data=st.data())
    def tried(data: st.DataObject) -> None:
        suite.test_passages_can_be_shown.hypothesis.inner_test(suite, data)

    with pytest.raises(AssertionError, match="passage\\(\\) of lab:vials gave str"):
        tried()


def test_leaking_projection_is_found() -> None:
    """A projection whose frozen value later records change does not pass."""
    suite: Any = TestsOfLeaking()

    @settings(max_examples=25, phases=[Phase.generate])  # a smaller ledger tells no more
    @given(data=st.data())
    def tried(data: st.DataObject) -> None:
        suite.test_earlier_parts_stay.hypothesis.inner_test(suite, data)

    with pytest.raises(AssertionError):
        tried()
