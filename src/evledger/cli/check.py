"""The verbs check and waive: what is wrong, weak or unfair in a ledger, and what may stay so."""

from __future__ import annotations

import inspect
import re
import textwrap
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import click

from evledger.cli import options
from evledger.cli.documents import plain
from evledger.cli.errors import Exit, trace
from evledger.cli.options import Settings, head_at, size_at
from evledger.cli.output import count, inert, table, write_json, write_line, write_lines
from evledger.cli.streams import columns
from evledger.cli.suggesting import suggested
from evledger.events import FindingWaived
from evledger.exceptions import Invalid, PluginError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evledger.chain import Head
    from evledger.checks import CheckReport, Finding, Rule
    from evledger.entries import Waiver

__all__ = ["check", "waive"]


@options.verb(
    "check",
    "check semax",
    "check semax --rule personal-data --rule tier-text-mismatch --at 40",
    "check --list",
)
@click.argument("ledger", required=False)
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="NAME",
    help="Let this rule look, and no other; may be given again: --rule personal-data.",
)
@options.at
@click.option("--waived", is_flag=True, help="Show what was waived too, by whom and why.")
@click.option("--list", "lists", is_flag=True, help="Show the rules there are instead.")
@options.common
@click.pass_obj
def check(
    settings: Settings,
    *,
    ledger: str | None,
    rules: tuple[str, ...],
    at: str | None,
    waived: bool,
    lists: bool,
) -> int:
    """Let rules look for what is wrong in a ledger, weak or unfair.

    The exit code is 1 where something was found, or a rule failed.
    What a person has looked at and let stand is counted, and no finding; see waive.
    """
    if (ledger is None) != lists:
        msg = "name a ledger, or give --list: one of the two"
        raise click.UsageError(msg)
    if ledger is None:
        _tell_rules(settings, rules)
        return Exit.DONE
    with settings.open() as store:
        for name in rules:
            store.plugins.rule(name)
        target = store.ledger(ledger)
        head = head_at(target, size_at(target, at))
        report = target.check(*rules, n=head.size)
    if settings.json:
        write_json(_document(ledger, head, report))
    else:
        write_lines(_fitted(_lines(ledger, head, report, waived=waived)))
    return Exit.DONE if report.ok else Exit.UNSOUND


# -- the rules ---------------------------------------------------------------------------


def _tell_rules(settings: Settings, names: Sequence[str]) -> None:
    plugins = settings.plugins
    found = [plugins.rule(name) for name in names] or list(plugins.rules.values())
    rows = [
        {"name": r.name, "from": plugins.supplier("rules", r.name), "what": _summary(r)}
        for r in found
    ]
    if settings.json:
        write_json(rows)
    else:
        cells = [("RULE", "FROM", "WHAT IT LOOKS FOR"), *(tuple(row.values()) for row in rows)]
        write_lines(table(cells))


def _summary(rule: Rule) -> str:
    """Return what a rule looks for: what it says of itself, or its docstring's first line."""
    said: Any = getattr(rule, "summary", None) or inspect.getdoc(type(rule))
    return str(said or "").partition("\n")[0]


# -- the findings ------------------------------------------------------------------------

_WHOLE: Final = "the ledger"


def _document(ledger: str, head: Head, report: CheckReport) -> dict[str, Any]:
    waived = [{**plain(finding), "waiver": plain(waiver)} for finding, waiver in report.waived]
    return {
        "ledger": ledger,
        "head": str(head),
        "ok": report.ok,
        "rules": list(report.rules),
        "findings": [plain(finding) for finding in report.findings],
        "waived": waived,
        "failures": [plain(failure) for failure in report.failures],
    }


def _lines(ledger: str, head: Head, report: CheckReport, *, waived: bool) -> Iterator[str]:
    for name, group in groupby(report.findings, key=lambda finding: finding.rule):
        yield from _group_lines(name, list(group))
    if waived:
        for finding, waiver in report.waived:
            yield from _waived_lines(finding, waiver)
    for failure in report.failures:
        trace(failure.error)
        yield f"FAILED: {failure.reason}"
    yield _summary_line(ledger, head, report)
    if report.findings:
        command = suggested(f"waive {ledger} RULE [TARGET] --why TEXT")
        yield f"what may stay as it is: {command}"


def _fitted(lines: Iterable[str]) -> Iterator[str]:
    """Break lines where a terminal would, but between words; whoever else reads gets them whole.

    What stands in quotation marks stays together, so that an event can be copied.
    """
    width = columns()
    if width is None:
        yield from lines
        return
    wrapper = textwrap.TextWrapper(width, break_long_words=False, break_on_hyphens=False)
    for line in lines:
        blanks = len(line) - len(line.lstrip(" "))
        wrapper.subsequent_indent = " " * (blanks + 2)
        held = _QUOTED.sub(lambda quoted: quoted[0].replace(" ", "\xa0"), inert(line))
        yield from (part.replace("\xa0", " ") for part in wrapper.wrap(held))


_QUOTED: Final = re.compile(r'"[^"]*"')


def _group_lines(name: str, findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a rule's findings; reason and remedy once, where they are the same for all."""
    yield f"{name}: {count(len(findings), 'finding')}"
    reasons = {(finding.why, finding.mend) for finding in findings}
    for finding in findings:
        yield f"  {finding.target or _WHOLE}: {finding.text}"
        if len(reasons) > 1:
            yield from _reason_lines(finding, "    ")
    if len(reasons) == 1:
        yield from _reason_lines(findings[0], "  ")


def _reason_lines(finding: Finding, indent: str) -> Iterator[str]:
    yield f"{indent}why: {finding.why}"
    yield f"{indent}mend: {finding.mend}"


def _waived_lines(finding: Finding, waiver: Waiver) -> Iterator[str]:
    yield f"waived: {finding.rule} on {finding.target or _WHOLE}: {finding.text}"
    yield f"  by {waiver.by} in record {waiver.n}: {waiver.why}"


def _summary_line(ledger: str, head: Head, report: CheckReport) -> str:
    parts = [count(len(report.findings), "finding")]
    if report.waived:
        parts.append(f"{len(report.waived)} waived")
    if report.failures:
        parts.append(f"{count(len(report.failures), 'rule')} failed")
    return f"{ledger} at {head}: {count(len(report.rules), 'rule')} looked; {', '.join(parts)}"


# -- waive -------------------------------------------------------------------------------


@options.verb(
    "waive",
    "waive semax claim-without-quote tier:anecdotal --why 'posts are quoted in their titles'",
    "waive semax score-saturated --why 'the page gives the raw sum too'",
)
@click.argument("ledger")
@click.argument("rule")
@click.argument("target", required=False)
@click.option("--why", required=True, help="Why it may stay, in public: --why 'seen, and meant'.")
@options.by
@options.common
@click.pass_obj
def waive(
    settings: Settings, *, ledger: str, rule: str, target: str | None, why: str, by: str
) -> None:
    """Let a finding stand that you have looked at.

    RULE is the rule that found it, and TARGET the whole name of what it was found on, as check
    shows them.
    Without TARGET it is the finding on the ledger as a whole.
    """
    with settings.open() as store:
        store.plugins.rule(rule)
        book = store.ledger(ledger)
        head = book.head()
        waived = _waivable(book.check(rule, n=head.size), rule, target)
        event = FindingWaived(rule=rule, target=waived, why=why)
        # Only if nobody has appended meanwhile, another waiver of the same finding perhaps.
        appended = book.append(event, by=by, expect=head)
    n, head = appended.first, appended.head
    if settings.json:
        write_json({"ledger": ledger, "rule": rule, "target": waived, "n": n, "head": str(head)})
    else:
        what = f"{rule} on {waived or _WHOLE}"
        write_line(f"waived {what}, in record {n} of {ledger}, head {head}")


def _waivable(report: CheckReport, rule: str, target: str | None) -> str | None:
    """Return the target of the finding that is meant.

    Raises:
        PluginError: the rule failed, so nobody knows what it would have found.
        Invalid: it found nothing there; the message says where it did.
    """
    if report.failures:
        raise PluginError(report.failures[0].reason)
    targets = dict.fromkeys(finding.target for finding in report.findings)
    if target in targets:
        return target
    for finding, waiver in report.waived:
        if finding.target == target:
            msg = f"{rule} on {target or _WHOLE} was waived already, in record {waiver.n}"
            raise Invalid(msg)
    there = ", ".join(each or f"{_WHOLE}, without a target" for each in [*targets][:_SHOWN])
    more = f" and {len(targets) - _SHOWN} more" if len(targets) > _SHOWN else ""
    msg = f"{rule} finds nothing now on {target or _WHOLE}; it does on: {there or 'nothing'}{more}"
    raise Invalid(msg)


_SHOWN: Final = 8
