"""Each scorer keeps what every scorer must."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evledger_scorers import Balance, Harmonic, grade
from evledger_scorers.grade import Grade, OutcomeAssessed
from hypothesis import strategies as st

from evledger import Event, Plugins
from evledger.testing import ScorerTests


class TestHarmonic(ScorerTests):
    """The harmonic sum."""

    def scorer(self) -> Harmonic:
        """Give the scorer."""
        return Harmonic()


class TestBalance(ScorerTests):
    """The balance."""

    def scorer(self) -> Balance:
        """Give the scorer."""
        return Balance()


class TestGrade(ScorerTests):
    """GRADE."""

    def plugins(self) -> Plugins:
        """Give what brings its event and projection."""
        plugins = Plugins.builtin()
        plugins.register(grade, "grade")
        return plugins

    def fields(self) -> Mapping[type[Event], Mapping[str, st.SearchStrategy[Any]]]:
        """Give assessments that rest on no claim: strategies do not fill tuples of references."""
        return {OutcomeAssessed: {"claims": st.just(())}}

    def scorer(self) -> Grade:
        """Give the scorer."""
        return Grade()
