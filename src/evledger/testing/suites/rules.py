"""The suite for rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evledger.checks import check
from evledger.events import Stance
from evledger.testing.comparing import contents
from evledger.testing.suites.base import (
    EMPTY,
    MakingSuite,
    check_name,
    check_names,
    not_given,
    tried,
)
from evledger.testing.suites.confided import SECRET, confided, confided_asides
from evledger.testing.suites.steady import steady
from evledger.testing.telling import Story

if TYPE_CHECKING:
    from evledger.checks import Finding, Rule
    from evledger.ledger import Ledger
    from evledger.view import View

__all__ = ["RuleTests"]


class RuleTests(MakingSuite):
    """What holds of every rule.

    >>> from evledger import Plugins
    >>> class TestAutomaticClaims(RuleTests):
    ...     def rule(self):
    ...         return Plugins.builtin().rule("automatic-claims")
    """

    def rule(self) -> Rule:
        """Return a new rule."""
        raise not_given(self, "rule")

    def made(self, ledger: Ledger) -> str:
        """Return what it finds, a line for each finding."""
        return "\n".join(map(repr, self.found(ledger.view())))

    def found(self, view: View) -> tuple[Finding, ...]:
        """Let the rule look at a view; waived or not."""
        report = check([self.rule()], view)
        assert not report.failures, report.failures[0].reason
        return (*report.findings, *(finding for finding, _ in report.waived))

    def test_has_a_name(self) -> None:
        """A rule's name is a slug: findings are waived by it."""
        check_name(self.rule().name)

    def test_looks_at_an_empty_ledger(self) -> None:
        """A ledger in which nothing stands yet can be looked at."""
        self.found(self.told(EMPTY))

    @tried
    @given(data=st.data())
    def test_findings_are_of_use(self, data: st.DataObject) -> None:
        """Whatever a ledger holds, a finding says what, why and what to do, of what is there."""
        view = self.told(self.draw(data))
        for finding in self.found(view):
            for name in ("text", "why", "mend"):
                assert getattr(finding, name).strip(), f"a finding without {name}: {finding}"
            named = {finding.target, *finding.related} - {None, *_records(view)}
            check_names(named, view, "a finding")

    @tried
    @given(data=st.data())
    def test_is_deterministic(self, data: st.DataObject) -> None:
        """The same events give the same findings in another ledger; the view stays as it is."""
        story = self.draw(data)
        view = self.told(story)
        before = contents(view)
        with steady():
            found = self.found(view)
        assert self.found(view) == found
        assert contents(view) == before
        assert self.found(self.told(story)) == found

    @pytest.mark.parametrize("stances", [(), ("supports",), ("supports", "contradicts") * 2])
    def test_repeats_no_sealed_value(self, stances: tuple[Stance, ...]) -> None:
        """A finding repeats nothing that was sealed: findings are passed on, secrets are not."""
        view = self.told(Story(events=(*confided(stances), *confided_asides())))
        for finding in self.found(view):
            said = finding.text + finding.why + finding.mend
            assert SECRET not in said, f"it repeats a sealed value: {said!r:.300}"


def _records(view: View) -> set[str]:
    """Return the names of a view's records, which findings may concern as well."""
    return {f"record:{n}" for n in range(view.head.size)}
