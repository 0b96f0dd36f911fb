"""Checks: what was waived is told apart, and a rule that fails takes no other down."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evledger
from evledger import (
    Failure,
    Finding,
    FindingWaived,
    GapClosed,
    GapNoted,
    PluginError,
    Plugins,
    SourceAdded,
    SourceAmended,
    View,
    hookimpl,
)
from evledger.checks import CheckReport, Rule, check

PLUGINS: Final = Plugins.builtin()
TARGETS: Final = [None, "source:s1", "gap:g1"]


def finding(rule: str, target: str | None, **fields: Any) -> Finding:
    """Return a finding."""
    given: dict[str, Any] = {"text": "x", "why": "y", "mend": "z"}
    return Finding(rule=rule, target=target, **{**given, **fields})


@attrs.frozen
class Finds:
    """A rule that gives what it is told to, of whatever type."""

    name: str
    found: Any = ()

    def check(self, view: View) -> Iterable[Finding]:
        """Return it."""
        del view
        return self.found  # type: ignore[no-any-return]  # that is the point


@attrs.frozen
class Fails:
    """A rule that fails, after it has found something."""

    name: str

    def check(self, view: View) -> Iterator[Finding]:
        """Fail."""
        del view
        yield finding(self.name, None)
        msg = "out of cheese"
        raise RuntimeError(msg)


def view_of(*waivers: FindingWaived) -> View:
    """Return the view of a ledger that has a source and a gap."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        paper = SourceAdded(id="s1", kind="book", title="T")
        ledger.append(paper, GapNoted(id="g1", text="x"), *waivers, by="curator")
        return ledger.view()


PAIRS = st.tuples(st.sampled_from("abc"), st.sampled_from(TARGETS))


@given(st.lists(PAIRS, unique=True), st.lists(PAIRS))
def test_waivers(pairs: list[tuple[str, str | None]], waived: list[tuple[str, str | None]]) -> None:
    """A finding is waived where a waiver names its rule and its target, and only there."""
    waivers = [FindingWaived(rule=rule, target=target, why="seen") for rule, target in waived]
    rules = [Finds(name, [finding(*pair) for pair in pairs if pair[0] == name]) for name in "cab"]
    report = check(rules, view_of(*waivers))
    standing = [(each.rule, each.target) for each in report.findings]
    apart = [(each.rule, each.target) for each, _ in report.waived]
    by_rule = sorted(pairs, key=lambda pair: pair[0])
    assert standing == [pair for pair in by_rule if pair not in waived]
    assert apart == [pair for pair in by_rule if pair in waived]
    assert all((each.rule, each.target) == (w.rule, w.target) for each, w in report.waived)
    assert (report.ok, report.rules) == (not standing, ("a", "b", "c"))


def test_the_last_waiver_is_told() -> None:
    """Of two waivers of one finding the later is the one that is told."""
    waivers = [FindingWaived(rule="a", why=why) for why in ("first", "second")]
    report = check([Finds("a", [finding("a", None)])], view_of(*waivers))
    assert [(waiver.why, waiver.by, waiver.n) for _, waiver in report.waived] == [
        ("second", "curator", 4)
    ]


def test_a_waiver_without_target_is_of_the_whole() -> None:
    """A waiver that names no target lets no finding on an entry stand."""
    waiver = FindingWaived(rule="a", why="seen")
    report = check([Finds("a", [finding("a", "source:s1")])], view_of(waiver))
    assert [each.target for each in report.findings] == ["source:s1"]


def test_a_rule_that_fails_takes_no_other_down() -> None:
    """What a failing rule had found is not told; the others look all the same."""
    report = check([Fails("b"), Finds("c", [finding("c", None)]), Finds("a")], view_of())
    (failure,) = report.failures
    assert failure.name == "b"
    assert failure.reason.startswith("rule 'b' failed: RuntimeError: out of cheese (")
    assert [each.rule for each in report.findings] == ["c"]
    assert report.rules == ("a", "b", "c")
    assert not report.ok


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(["a finding"], id="text"),
        pytest.param([finding("b", None)], id="another rule's"),
        pytest.param([finding("a", None), None], id="None among them"),
        pytest.param(None, id="nothing"),
        pytest.param(7, id="no list"),
        pytest.param([finding("a", None, related=["gap:g1"])], id="related in a list"),
        pytest.param([finding("a", None, related=None)], id="nothing related"),
        pytest.param([finding("a", None, text=b"x")], id="bytes"),
    ],
)
def test_wrong_returns_are_failures(found: Any) -> None:
    """A rule that gives anything but findings of its own has failed, and is named."""
    report = check([Finds("a", found)], view_of())
    assert [failure.name for failure in report.failures] == ["a"]
    assert "rule 'a' " in report.failures[0].reason
    assert report.findings == ()


def test_too_many_findings_are_a_failure() -> None:
    """A rule that never ends is stopped, and nobody takes the part that it gave for the whole."""
    report = check([Finds("a", itertools.repeat(finding("a", None)))], view_of())
    assert report.findings == ()
    assert "gave more than 1,000,000 findings" in report.failures[0].reason


def waived_then(target: str | None, related: tuple[str, ...], *later: Any) -> bool:
    """Return whether a finding is still waived after later events."""
    found = finding("a", target, related=related)
    waiver = FindingWaived(rule="a", target=target, why="seen")
    return check([Finds("a", [found])], view_of(waiver, *later)).ok


def test_a_waiver_ends_with_what_it_was_for() -> None:
    """Whoever waived looked at the target and at what else it concerned, as both were then."""
    changed = SourceAmended(source="s1", title="Another", why="x")
    closed = GapClosed(gap="g1", why="x")
    added = GapNoted(id="g2", text="x")
    for target, related in (("source:s1", ("gap:g1",)), (None, ("source:s1", "gap:g1"))):
        assert waived_then(target, related)
        assert waived_then(target, related, added)
        assert not waived_then(target, related, changed)
        assert not waived_then(target, related, closed)
        assert not waived_then(target, (*related, "gap:g2"), added)
    assert waived_then(None, (), changed, closed, added)
    assert waived_then("tier:human", ("source:s1",), changed)


def test_a_waiver_on_records() -> None:
    """A waiver holds for records before it, and not for those after; a strange number is none."""
    assert waived_then(None, ("record:2",))
    assert not waived_then(None, ("record:2", "record:4"))
    for strange in ("record:x", "record:", f"record:{'9' * 5000}", "nosuch:x", ":", "link"):
        assert waived_then(None, (strange,))


def test_failures_alone_are_not_ok() -> None:
    """Nothing found by a rule that failed is not the same as nothing found."""
    assert not CheckReport(rules=("a",), findings=(), waived=(), failures=(Failure("a", "x"),)).ok
    assert CheckReport(rules=("a",), findings=(), waived=(), failures=()).ok


class Lab:
    """A plugin with two rules."""

    @hookimpl.checks
    def checks(self) -> Iterable[Rule]:
        """Return them."""
        return [Finds("lab-one", [finding("lab-one", None)]), Fails("lab-two")]


def test_a_ledger_checks_itself() -> None:
    """Ledger.check lets all rules look, or those that are named, as the ledger stood then."""
    plugins = Plugins.builtin()
    plugins.register(Lab(), "lab")
    with evledger.open("memory:", plugins=plugins) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        waiver = FindingWaived(rule="lab-one", why="seen")
        ledger.append(waiver, by="curator")
        assert set(ledger.check().rules) == set(plugins.rules)
        assert [failure.name for failure in ledger.check().failures] == ["lab-two"]
        report = ledger.check("lab-one")
        assert (report.ok, report.rules, len(report.waived)) == (True, ("lab-one",), 1)
        assert not ledger.check("lab-one", n=1).ok
        with pytest.raises(PluginError, match=r"no rule 'nosuch'; there are: .*lab-one"):
            ledger.check("nosuch")


def test_a_source_that_comes_to_count_ends_a_waiver() -> None:
    """A source that was there already, and counts only now, was in nobody's sight before."""
    rule = PLUGINS.rule("dependent-sources")
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        for id in ("s1", "s2", "s3"):
            post = SourceAdded(id=id, kind="post", title=id, platform="x", authors=("@leaf",))
            ledger.append(post, by="curator")
        told: dict[str, Any] = {"tier": "anecdotal", "stance": "supports", "text": "It helps."}
        with ledger.batch(by="curator") as batch:
            batch.tag_claim(source="s1", **told)
            batch.tag_claim(source="s2", **told)
        waiver = FindingWaived(rule=rule.name, target="source:s1", why="Two voices.")
        ledger.append(waiver, by="curator")
        assert check([rule], ledger.view()).findings == ()
        with ledger.batch(by="curator") as batch:
            batch.tag_claim(source="s3", **told)
        (found,) = check([rule], ledger.view()).findings
    assert "s1, s2 and s3" in found.text
