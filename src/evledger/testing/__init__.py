"""For the tests of plugins and applications: suites to subclass, strategies, views to compare.

A suite holds what is true of every scorer, of every renderer, of every store;
a subclass says which one is tested.
The strategies and the suites need ``hypothesis``, and the suites ``pytest``;
evledger itself depends on neither, so each name is imported when it is first asked for.

>>> from hypothesis import find
>>> from evledger import GapNoted
>>> from evledger.testing import events
>>> find(events(GapNoted), lambda gap: True).type
'gap-noted'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from evledger.testing.comparing import contents
    from evledger.testing.strategies import events, histories, json_values, locators, texts
    from evledger.testing.suites.answerers import AnswererTests
    from evledger.testing.suites.events import EventTests
    from evledger.testing.suites.fetchers import FetcherTests
    from evledger.testing.suites.importers import ImporterTests
    from evledger.testing.suites.locators import LocatorTests
    from evledger.testing.suites.rankers import RankerTests
    from evledger.testing.suites.renderers import RendererTests
    from evledger.testing.suites.retrievers import RetrieverTests
    from evledger.testing.suites.rules import RuleTests
    from evledger.testing.suites.scorers import ScorerTests
    from evledger.testing.suites.stores import StoreTests
    from evledger.testing.telling import Story, stories, views

__all__ = [
    "AnswererTests",
    "EventTests",
    "FetcherTests",
    "ImporterTests",
    "LocatorTests",
    "RankerTests",
    "RendererTests",
    "RetrieverTests",
    "RuleTests",
    "ScorerTests",
    "StoreTests",
    "Story",
    "contents",
    "events",
    "histories",
    "json_values",
    "locators",
    "stories",
    "texts",
    "views",
]

_MODULES: Final = {
    "comparing": ("contents",),
    "strategies": ("events", "histories", "json_values", "locators", "texts"),
    "suites.answerers": ("AnswererTests",),
    "suites.events": ("EventTests",),
    "suites.fetchers": ("FetcherTests",),
    "suites.importers": ("ImporterTests",),
    "suites.locators": ("LocatorTests",),
    "suites.rankers": ("RankerTests",),
    "suites.renderers": ("RendererTests",),
    "suites.retrievers": ("RetrieverTests",),
    "suites.rules": ("RuleTests",),
    "suites.scorers": ("ScorerTests",),
    "suites.stores": ("StoreTests",),
    "telling": ("Story", "stories", "views"),
}
"""Where each name is at home; no module has the name of anything that is exported here."""

_HOMES: Final = {name: module for module, names in _MODULES.items() for name in names}


if not TYPE_CHECKING:  # type checkers would take any name to be here

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        try:
            module = importlib.import_module(f"{__name__}.{_HOMES[name]}")
        except ModuleNotFoundError as error:
            if error.name not in ("hypothesis", "pytest"):
                raise
            msg = f"evledger.testing.{name} needs {error.name}: pip install hypothesis pytest"
            raise ImportError(msg) from error
        globals()[name] = found = getattr(module, name)
        return found


def __dir__() -> list[str]:
    return __all__
