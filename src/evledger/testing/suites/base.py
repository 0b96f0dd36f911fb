"""What every suite shares: where views come from, and that no test is overridden in silence."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs
import hypothesis
from hypothesis import HealthCheck
from hypothesis import strategies as st

from evledger.plugins import Plugins
from evledger.testing.suites.confided import confided, confided_asides
from evledger.testing.suites.elsewhere import check_elsewhere
from evledger.testing.suites.eventful import beginnings, crowd, motley
from evledger.testing.telling import Story, stories, strangers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from evledger.events import Event
    from evledger.ledger import Ledger
    from evledger.view import View

__all__ = [
    "EMPTY",
    "MakingSuite",
    "Suite",
    "ViewSuite",
    "check_name",
    "check_names",
    "names_in",
    "not_given",
    "tried",
]

EMPTY: Final = Story()
"""A ledger that has just been created."""

tried: Final = hypothesis.settings(
    max_examples=25,
    deadline=None,  # nothing is asserted on a clock
    # Explaining a failure of a long history takes minutes and says little.
    phases=set(hypothesis.Phase) - {hypothesis.Phase.explain},
    # One test runs for every subclass; and drawing a history takes what it takes.
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)
"""How often a suite's properties are tried: enough to find what is common, and soon done."""

_HERE: Final = f"{__name__.rpartition('.')[0]}."
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Suite:
    """A suite of tests; a subclass says of what.

    A test of the suite that does not hold of it can be overridden,
    if the override says why: ``@pytest.mark.xfail(reason="…")``.
    """

    def __init_subclass__(cls) -> None:
        if cls.test_no_overrides is not Suite.test_no_overrides:
            msg = f"{cls.__qualname__}: test_no_overrides cannot be overridden itself"
            raise TypeError(msg)
        super().__init_subclass__()

    def test_no_overrides(self) -> None:
        """No test of the suite is overridden, unless it is marked as one that fails, and why."""
        silent = [f"{cls.__name__}.{name}" for cls, name in _overridden(type(self))]
        assert not silent, (
            f"{', '.join(sorted(silent))}: a test of the suite is overridden; "
            'take it out, or mark it @pytest.mark.xfail(reason="why it does not hold")'
        )


def _overridden(cls: type) -> Iterator[tuple[type, str]]:
    """Yield what a stranger's classes override without saying why."""
    standard = {
        name
        for base in cls.__mro__
        if base.__module__.startswith(_HERE)
        for name in vars(base)
        if name.startswith("test_")
    }
    for base in cls.__mro__:
        if not base.__module__.startswith(_HERE):
            for name in standard & vars(base).keys():
                if not _is_excused(vars(base)[name]):
                    yield base, name


def _is_excused(test: Any) -> bool:
    """Return whether a test is expected to fail, always, and for a reason that is given."""
    return any(
        mark.name == "xfail"
        and str(mark.kwargs.get("reason") or "").strip()
        and mark.kwargs.get("strict", True)
        and not (mark.args or "condition" in mark.kwargs)
        for mark in getattr(test, "pytestmark", ())
    )


class ViewSuite(Suite):
    """A suite of what is given views."""

    def plugins(self) -> Plugins:
        """Return what the ledgers are written and read with; override it to add your events."""
        return Plugins.builtin()

    def fields(self) -> Mapping[type[Event], Mapping[str, st.SearchStrategy[Any]]]:
        """Return strategies for fields of your events that need more than their annotations say."""
        return {}

    @functools.cached_property
    def with_plugins(self) -> Plugins:
        """What :meth:`plugins` gives, asked once a test."""
        return self.plugins()

    def told(self, story: Story) -> View:
        """Tell a story and give the view."""
        return story.view(self.with_plugins)

    def stories(self, **sizes: int) -> st.SearchStrategy[Story]:
        """Return stories: what happens to most ledgers, more or less of it, and anything else."""
        return beginnings(sizes.get("min_size", 0)) | self.own_stories(**sizes)

    def own_stories(self, **sizes: int) -> st.SearchStrategy[Story]:
        """Return stories with the events of :meth:`plugins` among them."""
        most = {"max_size": 12, **sizes}
        return stories(strangers(self.with_plugins), fields=self.fields(), **most)

    def draw(self, data: st.DataObject, **sizes: int) -> Story:
        """Draw a story."""
        return data.draw(self.stories(**sizes), label="what happened to the ledger")


class MakingSuite(ViewSuite):
    """A suite of what makes something of a view that has to be the same wherever it is made."""

    def made(self, ledger: Ledger) -> str:
        """Return what the plugin makes of a ledger, as text."""
        del ledger
        raise not_given(self, "made")

    def test_bears_what_is_hidden(self) -> None:
        """Whatever was sealed may be erased, or withheld: dates and addresses as well as texts."""
        told = Story(events=(*confided(["supports", "contradicts"]), *confided_asides()))
        for gone in (attrs.evolve(told, erased=(0,) * 30), attrs.evolve(told, has_vault=False)):
            self.made(gone.ledger(self.with_plugins))

    def test_bears_a_hundred_claims(self) -> None:
        """What holds of a few claims holds of a hundred."""
        self.made(Story(events=crowd()).ledger(self.with_plugins))

    def test_is_the_same_elsewhere(self) -> None:
        """Another process, in which sets have another order, makes the same of a ledger.

        It is skipped where no other process can import the tests.
        """
        check_elsewhere(self, Story(events=motley()).ledger(self.with_plugins))


def not_given(suite: Suite, name: str) -> NotImplementedError:
    """Return the error for a method that a subclass has to override.

    An abstract class would not do: pytest passes over it without a word.
    """
    return NotImplementedError(f"{type(suite).__name__} has to give {name}(): what is tested?")


def check_name(name: object) -> None:
    """Check that a name can be asked for on a command line and in a configuration file."""
    assert isinstance(name, str)
    assert _NAME.fullmatch(name), f"{name!r}: small letters, digits, and hyphens between them"


def check_names(named: Iterable[str | None], view: View, what: str) -> None:
    """Check that something is about entries that there are, by their whole names.

    Args:
        named: what it is about.
        view: where they should be.
        what: the thing, with its article.
    """
    held = names_in(view)
    lost = sorted(str(name) for name in named if name not in held)
    assert not lost, (
        f"{what} is about {', '.join(lost)}, which the ledger does not have; "
        "entries are named wholly, as in claim:c1"
    )


def names_in(view: View) -> frozenset[str]:
    """Return the whole names of all entries of a view, and of its tiers: ``claim:c4``."""
    kinds = ("source", "claim", "question", "gap", "caveat", "section", "component")
    found = {f"{kind}:{id}" for kind in kinds for id in getattr(view, f"{kind}s")}
    tiers = {f"tier:{tier.slug}" for tier in view.tiers}
    return frozenset(found | tiers | set(view.links))
