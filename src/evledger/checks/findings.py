"""What rules find, and what a rule is.

A rule says what it found, why that matters and how to mend it.
A person who has looked at a finding can let it stand: the event ``finding-waived``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import attrs

from evledger.scoring import Failure

if TYPE_CHECKING:
    from evledger.entries import Waiver
    from evledger.scoring import Scorer
    from evledger.view import View

__all__ = ["CheckReport", "Finding", "Judging", "Rule"]


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
        related: the whole names of what else it concerns, ``record:17`` for a record.
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
        """Return what is found in a view; the same for the same view, which it leaves as it is."""
        ...


@runtime_checkable
class Judging(Protocol):
    """A rule that judges by scores."""

    def with_scorers(self, scorers: Callable[[], Mapping[str, Scorer]]) -> Rule:
        """Return the same rule for the scorers there are.

        Args:
            scorers: gives them by name, each configured as it is used; asked while checking,
                so that scorers which cannot be had are a failure of this rule alone.
        """
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
