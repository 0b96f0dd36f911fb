"""What hangs on the order of a set is noticed, though within a process nothing shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from evledger import RenderContext, Rendered, Score, View
from evledger.builtin.confidence import QuantifiedConfidence
from evledger.testing import RendererTests, ScorerTests

if TYPE_CHECKING:
    from evledger.typing import Renderer, Scorer

pytest_plugins = ["pytester"]


class Unsorted(QuantifiedConfidence):
    """Names the tiers in the order of a set."""

    def score(self, view: View) -> Score:
        """Return another label."""
        tiers = {view.claims[id].tier for id in view.counted.claims}
        return attrs.evolve(super().score(view), label=", ".join(tiers) or "nothing")


class Hashing:
    """Gives every title a number that is another in the next process."""

    name = "hashing"

    def render(self, view: View, context: RenderContext) -> Rendered:
        """Return these numbers."""
        del context
        text = "".join(f"{hash(source.title)}\n" for source in view.sources.values())
        return Rendered(text.encode(), "text/plain; charset=utf-8", ".txt")


class TestsOfUnsorted(ScorerTests):
    """The suite, for a scorer that must not pass; not collected by itself."""

    __test__ = False

    def scorer(self) -> Scorer:
        """Return it."""
        return Unsorted()


class TestsOfHashing(RendererTests):
    """The suite, for a renderer that must not pass; not collected by itself."""

    __test__ = False

    def renderer(self) -> Renderer:
        """Return it."""
        return Hashing()


@pytest.mark.parametrize(
    ("suite", "differing"), [(TestsOfUnsorted(), "label: '"), (TestsOfHashing(), "")]
)
def test_order_of_sets_is_noticed(suite: ScorerTests | RendererTests, differing: str) -> None:
    """A label or a page that is another in the next process fails, and what differs is shown."""
    shown = rf"has to be sorted\n *- {differing}.*\n *\+ {differing}"
    with pytest.raises(AssertionError, match=shown):
        suite.test_is_the_same_elsewhere()


def test_what_cannot_be_imported_is_skipped() -> None:
    """A suite that stands within a function is no other process's to try, and says so."""

    class TestsOfHidden(TestsOfHashing):
        """The same, where nobody can import it."""

    with pytest.raises(pytest.skip.Exception, match=r"can import .*TestsOfHidden"):
        TestsOfHidden().test_is_the_same_elsewhere()


def test_broken_module_is_skipped(pytester: pytest.Pytester) -> None:
    """A module of tests that only pytest can import is skipped, with what went wrong."""
    pytester.makepyfile(
        """
        import multiprocessing
        from evledger.testing import RankerTests
        from evledger import Plugins

        assert multiprocessing.parent_process() is None, "only here"

        class TestTier(RankerTests):
            def ranker(self):
                return Plugins.builtin().ranker("tier")
        """
    )
    result = pytester.runpytest("-q", "-rs", "-p", "no:cacheprovider", "-k", "elsewhere")
    assert result.parseoutcomes() == {"skipped": 1, "deselected": 9}
    result.stdout.fnmatch_lines(["*no other process can import*: AssertionError: only here*"])
