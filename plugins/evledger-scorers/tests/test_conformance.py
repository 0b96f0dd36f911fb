"""Each scorer keeps what every scorer must."""

from __future__ import annotations

from evledger_scorers import Balance, Harmonic, grade
from evledger_scorers.grade import Grade

from evledger import EventSupply, Plugins
from evledger.testing import EventTests, ScorerTests


class TestHarmonic(ScorerTests):
    """The harmonic sum."""

    def scorer(self) -> Harmonic:
        """Return the scorer."""
        return Harmonic()


class TestBalance(ScorerTests):
    """The balance."""

    def scorer(self) -> Balance:
        """Return the scorer."""
        return Balance()


class TestGrade(ScorerTests):
    """GRADE."""

    def plugins(self) -> Plugins:
        """Return what brings its event and projection."""
        plugins = Plugins.builtin()
        plugins.register(grade, "grade")
        return plugins

    def scorer(self) -> Grade:
        """Return the scorer."""
        return Grade()


class TestGradeEvents(EventTests):
    """The assessments, and what gathers them."""

    def supply(self) -> EventSupply:
        """Return what the plugin hands over."""
        return grade.events()
