"""The verbs check and waive, run within this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

import evledger
from evledger import ClaimTagged, Finding, Plugins, SourceAdded, View, hookimpl
from evledger.checks import Rule
from evledger.cli.errors import Exit

HOSTILE: Final = "\x1b[31m\u202e"
NAME: Final = "human-tier-weak-source"


Run = Callable[..., Any]


@pytest.fixture
def semax(run: Run) -> Run:
    """Return what runs the command where semax is a ledger of two weak human claims."""
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        page = SourceAdded(id="s1", kind="web-page", title="T", url="https://example.org/a")
        given: dict[str, Any] = {"source": "s1", "tier": "human", "stance": "mixed", "quote": "q"}
        claims = [ClaimTagged(id=id, text="Scores rose.", **given) for id in ("c1", "c2")]
        ledger.append(page, *claims, by="curator")
    return run


def waive(semax: Run, *args: str) -> Any:
    """Waive what the human tier's rule found."""
    return semax("waive", "semax", NAME, *args, "--why", "a review of trials", "--by", "editor")


# -- check ---------------------------------------------------------------------------------


def test_check_groups_by_rule(semax: Run) -> None:
    """Findings stand under their rule, with its reason and remedy once, and the code is 1."""
    ended = semax("check", "semax")
    lines = ended.out.splitlines()
    assert (ended.code, ended.err) == (Exit.UNSOUND, "")
    assert lines[:3] == [
        f"{NAME}: 2 findings",
        "  claim:c1: it is tagged human, but its source s1 is a web page",
        "  claim:c2: it is tagged human, but its source s1 is a web page",
    ]
    assert lines[3].startswith("  why: The human tier weighs most")
    assert lines[4].startswith("  mend: Tag the claim from the study itself")
    assert lines[5].startswith("semax at 4-")
    assert lines[5].endswith("16 rules looked; 2 findings")
    assert lines[6] == "what may stay as it is: evledger waive semax RULE [TARGET] --why TEXT"


def test_check_that_finds_nothing(semax: Run) -> None:
    """The code is 0 where nothing was found, and the rules that looked are counted."""
    ended = semax("check", "semax", "--rule", "personal-data", "--rule", "score-saturated")
    assert ended.code == Exit.DONE
    assert ended.out.endswith("2 rules looked; 0 findings\n")
    assert len(ended.out.splitlines()) == 1


def test_check_at(semax: Run) -> None:
    """The ledger is checked as it stood then."""
    assert semax("check", "semax", "--at", "2").code == Exit.DONE
    ended = semax("check", "semax", "--at", "3", "--json")
    assert ended.document["head"].startswith("3-")
    assert [each["target"] for each in ended.document["findings"]] == ["claim:c1"]


def test_check_json(semax: Run) -> None:
    """The document has rules, findings, what was waived and what failed."""
    waive(semax, "claim:c2")
    ended = semax("check", "semax", "--json", "--rule", NAME)
    document = ended.document
    (found,) = document["findings"]
    assert ended.code == Exit.UNSOUND
    assert (document["ledger"], document["ok"], document["rules"]) == ("semax", False, [NAME])
    assert found.keys() == {"rule", "target", "text", "why", "mend", "related"}
    assert (found["target"], found["related"]) == ("claim:c1", ["source:s1"])
    assert document["failures"] == []
    assert document["waived"][0]["waiver"] == {
        "rule": NAME,
        "target": "claim:c2",
        "why": "a review of trials",
        "by": "editor",
        "n": 4,
    }


def test_check_tells_what_was_waived(semax: Run) -> None:
    """What was waived is counted, and shown with --waived, by whom and why."""
    for target in ("claim:c1", "claim:c2"):
        assert waive(semax, target).code == Exit.DONE
    ended = semax("check", "semax")
    assert ended.code == Exit.DONE
    assert "16 rules looked; 0 findings, 2 waived\n" in ended.out
    assert "claim:c1" not in ended.out
    shown = semax("check", "semax", "--waived").out
    assert f"waived: {NAME} on claim:c1: it is tagged human" in shown
    assert "  by editor in record 4: a review of trials\n" in shown


def test_list(semax: Run) -> None:
    """--list shows every rule, whose it is and what it looks for, and needs no database."""
    Path("evledger.db").unlink()
    ended = semax("check", "--list", "--json")
    assert ended.code == Exit.DONE
    assert [row["name"] for row in ended.document] == sorted(Plugins.builtin().rules)
    assert all(row["from"].startswith("evidence-ledger ") for row in ended.document)
    assert all(row["what"].endswith(".") for row in ended.document)
    text = semax("check", "--list", "--rule", NAME).out
    assert text.splitlines()[0].split() == ["RULE", "FROM", "WHAT", "IT", "LOOKS", "FOR"]
    assert len(text.splitlines()) == 2


@pytest.mark.parametrize("args", [("check",), ("check", "semax", "--list")])
def test_a_ledger_or_the_list(args: tuple[str, ...], semax: Run) -> None:
    """One names a ledger, or asks for the list."""
    ended = semax(*args)
    assert ended.code == Exit.WRONG
    assert "one of the two" in ended.err


def test_unknown_rule(semax: Run) -> None:
    """A rule that nobody knows is wrong use; the message says what was meant."""
    for args in (("check", "semax", "--rule"), ("check", "--list", "--rule"), ("waive", "semax")):
        why = ("--why", "x") if args[0] == "waive" else ()
        ended = semax(*args, "human-tier-week-source", *why)
        assert ended.code == Exit.WRONG
        assert "no rule 'human-tier-week-source'" in ended.err
        assert f"did you mean '{NAME}'?" in ended.err


@pytest.mark.parametrize("width", [40, 80])
def test_a_terminal_gets_lines_that_fit(
    semax: Run, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """At a terminal lines break between words, and not within what is quoted; else nowhere."""
    whole = semax("check", "semax").out
    monkeypatch.setattr("evledger.cli.check.columns", lambda: width)
    fitted = semax("check", "semax").out
    assert fitted.split() == whole.split()
    long = [line for line in fitted.splitlines() if len(line) > width]
    assert all(" " not in line.strip() for line in long)


# -- plugins' rules --------------------------------------------------------------------------


EVENT: Final = '{"data": {"why": "one or two or three or four words"}}'


class Strange:
    """Gives findings whose reasons differ, and texts that would steer a terminal."""

    name = "strange"

    def check(self, view: View) -> Iterator[Finding]:
        """Yield two."""
        del view
        for why in ("one", "two"):
            yield Finding(rule="strange", target=None, text=HOSTILE, why=why, mend=EVENT)


class Broken:
    """Fails."""

    name = "broken"

    def check(self, view: View) -> Iterable[Finding]:
        """Fail."""
        raise RuntimeError(view.title + HOSTILE)


class Lab:
    """A plugin."""

    @hookimpl.checks
    def checks(self) -> Iterable[Rule]:
        """Return both."""
        return [Strange(), Broken()]


@pytest.fixture
def lab(semax: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return the same with the plugin."""
    plugins = Plugins.builtin()
    plugins.register(Lab(), "lab")
    monkeypatch.setattr("evledger.cli.options.Settings.plugins", plugins)
    return semax


def test_a_rule_that_fails_is_named(lab: Run) -> None:
    """A failed rule is named, the others look all the same, and the code is 1."""
    ended = lab("check", "semax", "--rule", "broken", "--rule", "personal-data")
    assert ended.code == Exit.UNSOUND
    assert "FAILED: rule 'broken' failed: RuntimeError: Semax" in ended.out
    assert "2 rules looked; 0 findings, 1 rule failed\n" in ended.out
    refused = lab("waive", "semax", "broken", "--why", "x")
    assert refused.code == Exit.UNFINISHED
    assert "rule 'broken' failed" in refused.err


def test_reasons_that_differ(lab: Run) -> None:
    """Where a rule's reasons differ, each stands with its finding; nothing steers a terminal."""
    ended = lab("check", "semax", "--rule", "strange")
    assert [line for line in ended.out.splitlines() if "why:" in line] == [
        "    why: one",
        "    why: two",
    ]
    assert "\x1b" not in ended.out
    assert "\u202e" not in ended.out


def test_what_is_quoted_stays_together(lab: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that is shown at a narrow terminal can still be copied."""
    monkeypatch.setattr("evledger.cli.check.columns", lambda: 20)
    out = lab("check", "semax", "--rule", "strange").out
    assert '"one or two or three or four words"' in out
    assert EVENT not in out
    assert "\x1b" not in out


def test_list_names_the_plugin(lab: Run) -> None:
    """A plugin's rule is listed with its docstring's first line, and whose it is."""
    (row,) = lab("check", "--list", "--rule", "broken", "--json").document
    assert row == {"name": "broken", "from": "lab", "what": "Fails."}


# -- waive ---------------------------------------------------------------------------------


def test_waive_appends_a_waiver(semax: Run) -> None:
    """A waiver is an event, by who waives it, and the finding stands no more."""
    ended = waive(semax, "claim:c1")
    assert (ended.code, ended.err) == (Exit.DONE, "")
    assert ended.out.startswith(f"waived {NAME} on claim:c1, in record 4 of semax, head 5-")
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        ledger = store.ledger("semax")
        (waiver,) = ledger.view().waivers
        assert (waiver.rule, waiver.target, waiver.by) == (NAME, "claim:c1", "editor")
        assert [found.target for found in ledger.check(NAME).findings] == ["claim:c2"]


def test_waive_json(lab: Run) -> None:
    """Without a target it is the finding on the ledger as a whole."""
    document = lab("waive", "semax", "strange", "--why", "x", "--json").document
    assert document.pop("head").startswith("5-")
    assert document == {"ledger": "semax", "rule": "strange", "target": None, "n": 4}
    assert lab("check", "semax", "--rule", "strange").code == Exit.DONE


@pytest.mark.parametrize(
    ("args", "part"),
    [
        (["claim:c9"], "finds nothing now on claim:c9; it does on: claim:c1, claim:c2"),
        (["c1"], "finds nothing now on c1; it does on: claim:c1, claim:c2"),
        ([], "finds nothing now on the ledger; it does on: claim:c1, claim:c2"),
    ],
)
def test_nothing_to_waive(args: list[str], part: str, semax: Run) -> None:
    """Only what is found now can be waived; the message says where something is."""
    ended = waive(semax, *args)
    assert ended.code == Exit.WRONG
    assert part in ended.err
    assert semax("head", "semax").out.startswith("4-")


def test_waived_already(semax: Run) -> None:
    """What was waived is not waived again; the message names the record."""
    waive(semax, "claim:c1")
    ended = waive(semax, "claim:c1")
    assert ended.code == Exit.WRONG
    assert f"{NAME} on claim:c1 was waived already, in record 4" in ended.err


def test_waive_needs_a_reason(semax: Run) -> None:
    """Nobody lets a finding stand without saying why."""
    assert "Missing option '--why'" in semax("waive", "semax", NAME, "claim:c1").err
