"""Letting rules look at a view."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Final

from evledger.checks.findings import CheckReport, Finding
from evledger.exceptions import PluginError, blaming
from evledger.scoring import Failure

if TYPE_CHECKING:
    from evledger.checks.findings import Rule
    from evledger.entries import Entry, Waiver
    from evledger.view import View

__all__ = ["check"]


def check(
    rules: Iterable[Rule],
    view: View,
    naming: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> CheckReport:
    """Let rules look at a view; a rule that fails is reported, and takes no other down.

    A waiver holds for what a person has looked at:
    it ends when the entry that it is about, or another that the finding concerns, is new or
    changed.  One on a tier goes on, whatever claims come and go.

    Args:
        rules: what looks.
        view: what is looked at.
        naming: what may add to an error's words: :meth:`evledger.Plugins.naming`.
    """
    waivers = {(waiver.rule, waiver.target): waiver for waiver in view.waivers}
    names: list[str] = []
    findings: list[Finding] = []
    waived: list[tuple[Finding, Waiver]] = []
    failures: list[Failure] = []
    for rule in sorted(rules, key=lambda rule: rule.name):
        names.append(rule.name)
        found = _attempt(rule, view, naming())
        if isinstance(found, Failure):
            failures.append(found)
            continue
        for finding in found:
            waiver = waivers.get((finding.rule, finding.target))
            if waiver is None or _last(view, finding) > waiver.n:
                findings.append(finding)
            else:
                waived.append((finding, waiver))
    return CheckReport(
        rules=tuple(names),
        findings=tuple(findings),
        waived=tuple(waived),
        failures=tuple(failures),
    )


def _last(view: View, finding: Finding) -> int:
    """Return the last record that made or changed what a finding is about; -1 for none."""
    target = finding.target or ""
    names = () if target.startswith("tier:") else (target, *finding.related)
    return max((_changed(view, name) for name in names), default=-1)


def _changed(view: View, name: str) -> int:
    kind, _, id = name.partition(":")
    if kind == "record":
        return int(id) if _NUMBER.fullmatch(id) else -1
    entries: Mapping[str, Entry] = getattr(view, f"{kind}s", {}) if kind in _KINDS else {}
    entry = entries.get(name if kind == "link" else id)
    return -1 if entry is None else max((entry.n, *entry.history))


_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_KINDS: Final = frozenset(
    ("caveat", "claim", "component", "gap", "link", "question", "section", "source")
)


def _attempt(
    rule: Rule, view: View, naming: AbstractContextManager[None]
) -> list[Finding] | Failure:
    try:
        with naming:
            return _findings(rule, view)
    except PluginError as error:
        return Failure(rule.name, str(error), error)


def _findings(rule: Rule, view: View) -> list[Finding]:
    """Return what a rule finds.

    Raises:
        PluginError: it failed, or gave something else; the message names it.
    """
    with blaming("rule", rule.name):
        handed: Any = rule.check(view)
        found: list[Any] = [] if handed is None else list(itertools.islice(handed, _MOST + 1))
        fault = _fault(rule.name, handed, found)
    if fault is not None:
        raise PluginError(f"rule {rule.name!r} {fault}", kind="rule", name=rule.name)
    return found


_MOST: Final = 1_000_000  # findings of one rule; a generator without end fails here


def _fault(name: str, handed: object, found: list[Any]) -> str | None:
    """Return what is wrong with what a rule gave."""
    if handed is None:
        return "returned None; yield findings, or return a list of them"
    if len(found) > _MOST:
        return f"gave more than {_MOST:,} findings; give one for many"
    for finding in found:
        if type(finding) is not Finding:
            return f"gave {type(finding).__name__}, not a Finding"
        if finding.rule != name:
            return "gave a finding that is signed by another rule"
        if not _is_sound(finding):
            return "gave a finding whose fields are no texts"
    return None


def _is_sound(finding: Finding) -> bool:
    texts: tuple[Any, ...] = (finding.rule, finding.text, finding.why, finding.mend)
    names: tuple[Any, ...] = (finding.target or "", *finding.related)
    return type(finding.related) is tuple and all(type(t) is str for t in (*texts, *names))
