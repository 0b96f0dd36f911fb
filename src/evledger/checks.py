"""Checks: rules that look for what is wrong, weak or unfair in a ledger.

A rule says what it found, why that matters and how to mend it.
A person who has looked at a finding can let it stand: the event ``finding-waived``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from evledger.scoring import Failure

if TYPE_CHECKING:
    from evledger.entries import Waiver
    from evledger.view import View

__all__ = ["CheckReport", "Finding", "Rule", "check"]


@attrs.frozen(kw_only=True)
class Finding:
    """Something that a rule found.

    Attributes:
        rule: the rule's name.
        target: the whole name of what it was found on, ``claim:c12``;
            ``None`` for the ledger as a whole.
        text: what is wrong, in a sentence.
        why: why it matters.
        mend: what to do about it.
        related: the whole names of what else it concerns.
    """

    rule: str
    target: str | None
    text: str
    why: str
    mend: str
    related: tuple[str, ...] = ()


class Rule(Protocol):
    """Looks for one kind of trouble.

    Attributes:
        name: a slug, by which it is asked for and waived.

    >>> class NoQuestions:
    ...     name = "no-questions"
    ...
    ...     def check(self, view):
    ...         if not view.questions:
    ...             yield Finding(
    ...                 rule=self.name, target=None, text="Nobody has asked anything.",
    ...                 why="Questions show what readers miss.", mend="Ask one.",
    ...             )
    """

    @property
    def name(self) -> str:
        """The rule's name."""
        ...

    def check(self, view: View) -> Iterable[Finding]:
        """Give what is found in a view; the same for the same view, which it leaves as it is."""
        ...


@attrs.frozen(kw_only=True)
class CheckReport:
    """What the rules found.

    Attributes:
        rules: the names of the rules that looked, sorted.
        findings: by rule, and within one in the order in which it gave them.
        waived: findings that a person let stand, each with the waiver.
        failures: the rules that failed.
    """

    rules: tuple[str, ...]
    findings: tuple[Finding, ...]
    waived: tuple[tuple[Finding, Waiver], ...]
    failures: tuple[Failure, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found, and no rule failed."""
        return not self.findings and not self.failures


def check(rules: Iterable[Rule], view: View) -> CheckReport:
    """Let rules look at a view; a rule that fails is reported, and takes no other down."""
    waivers = {(waiver.rule, waiver.target): waiver for waiver in view.waivers}
    names: list[str] = []
    findings: list[Finding] = []
    waived: list[tuple[Finding, Waiver]] = []
    failures: list[Failure] = []
    for rule in sorted(rules, key=lambda rule: rule.name):
        names.append(rule.name)
        found = _attempt(rule, view)
        if isinstance(found, Failure):
            failures.append(found)
            continue
        for finding in found:
            waiver = waivers.get((finding.rule, finding.target))
            if waiver is None:
                findings.append(finding)
            else:
                waived.append((finding, waiver))
    return CheckReport(
        rules=tuple(names),
        findings=tuple(findings),
        waived=tuple(waived),
        failures=tuple(failures),
    )


def _attempt(rule: Rule, view: View) -> list[Finding] | Failure:
    try:
        found: list[Any] = list(rule.check(view))
    except Exception as error:  # noqa: BLE001  # whatever a plugin raises is a failure of the rule
        return Failure(rule.name, f"rule {rule.name!r} failed: {type(error).__name__}: {error}")
    for finding in found:
        if not isinstance(finding, Finding) or finding.rule != rule.name:
            return Failure(rule.name, f"rule {rule.name!r} gave {finding!r:.80}, not its own")
    return found
