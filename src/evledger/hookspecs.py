"""The hooks: what a plugin can hand over.

Hooks only hand over named objects; evledger calls those objects in its own loop,
so that one failing plugin is one reported failure.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

import attrs
import pluggy

from evledger.asking import Answerer, Retriever
from evledger.checks import Rule
from evledger.events import Event
from evledger.exceptions import Invalid
from evledger.fold import Projection
from evledger.importing import Fetcher, Importer
from evledger.locators import Normaliser
from evledger.ranking import Ranker
from evledger.rendering import Renderer
from evledger.scoring import Scorer
from evledger.stores.base import Backend
from evledger.vocabulary import Upcaster

__all__ = ["API", "PROJECT", "EventSupply", "HookImpl", "LocatorScheme", "hookimpl", "hookspec"]

PROJECT: Final = "evledger"
API: Final = 1
"""The version of these hooks; a plugin's module says which it is for: ``EVLEDGER_API = 1``."""

_SCHEME: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")
_TAKEN: Final = frozenset(
    # What else stands before a colon among keys.
    ("caveat", "claim", "component", "gap", "link", "once", "question", "section", "source", "tier")
)

hookspec = pluggy.HookspecMarker(PROJECT)


@attrs.frozen(kw_only=True)
class EventSupply:
    """What a plugin brings to the vocabulary.

    Attributes:
        events: event classes; their types begin with the plugin's name and a colon.
        upcasters: for a type and a version k, what turns its data into that of k+1.
        projections: what folds the events into the view.

    >>> from evledger import EventSupply
    >>> EventSupply().events
    ()
    """

    events: tuple[type[Event], ...] = ()
    upcasters: Mapping[tuple[str, int], Upcaster] = attrs.field(
        factory=dict[tuple[str, int], Upcaster]
    )
    projections: tuple[Projection, ...] = ()


@attrs.frozen(kw_only=True)
class LocatorScheme:
    """A kind of identifier for sources.

    Attributes:
        name: what stands before the colon: ``arxiv``; small letters, digits and hyphens.
        normalise: gives the one normal form of what stands after it, and leaves that as it is;
            raises :class:`~evledger.Invalid` for what is no such identifier.
        link: makes of such a normal form an http(s) address that leads to the source, or
            ``None``; without it articles show the locator as it is.

    >>> from evledger import LocatorScheme
    >>> arxiv = LocatorScheme(
    ...     name="arxiv", normalise=str.strip, link="https://arxiv.org/abs/{}".format
    ... )
    >>> arxiv.normalise(" 1806.05726 "), arxiv.link("1806.05726")
    ('1806.05726', 'https://arxiv.org/abs/1806.05726')
    """

    name: str = attrs.field()
    normalise: Normaliser
    link: Callable[[str], str | None] | None = None

    @name.validator  # pyright: ignore[reportAttributeAccessIssue, reportUntypedFunctionDecorator, reportUnknownMemberType]
    def _check_name(self, _: object, name: str) -> None:
        if not _SCHEME.fullmatch(name) or name in _TAKEN:
            msg = (
                f"{name!r:.80} cannot be a scheme: expected a small letter, then small letters, "
                f"digits and hyphens, and none of {', '.join(sorted(_TAKEN))}"
            )
            raise Invalid(msg)


@hookspec
def evledger_scorers() -> Iterable[Scorer]:
    """Return scorers.

    Returns:
        The scorers, each of a name of its own.

    >>> from decimal import Decimal
    >>> from evledger import Score, Term, hookimpl
    >>> class Breadth:
    ...     name, version = "breadth", 1
    ...
    ...     def score(self, view):
    ...         count = len(view.counted.sources)
    ...         term = Term.of("sources", "cited sources", count=count, weight=Decimal("0.01"))
    ...         raw = term.contribution
    ...         return Score(
    ...             scorer=self.name, version=self.version, head=view.head, label="breadth",
    ...             terms=(term,), raw=raw, value=min(raw, Decimal(1)), cap=Decimal(1),
    ...         )
    >>> class Plugin:
    ...     @hookimpl.scorers
    ...     def scorers(self):
    ...         return [Breadth()]
    """
    raise NotImplementedError


@hookspec
def evledger_rankers() -> Iterable[Ranker]:
    """Return rankers.

    Returns:
        The rankers, each of a name of its own.

    >>> from evledger import hookimpl
    >>> class Newest:
    ...     name, version = "newest", 1
    ...
    ...     def rank(self, view, claims):
    ...         return sorted(claims, key=lambda claim: -claim.n)
    >>> class Plugin:
    ...     @hookimpl.rankers
    ...     def rankers(self):
    ...         return [Newest()]
    """
    raise NotImplementedError


@hookspec
def evledger_renderers() -> Iterable[Renderer]:
    """Return renderers.

    Returns:
        The renderers, each of a name of its own.

    >>> from evledger import Rendered, hookimpl
    >>> class Headline:
    ...     name = "headline"
    ...
    ...     def render(self, view, context):
    ...         return Rendered(view.title.encode(), "text/plain; charset=utf-8", ".txt")
    >>> class Plugin:
    ...     @hookimpl.renderers
    ...     def renderers(self):
    ...         return [Headline()]
    """
    raise NotImplementedError


@hookspec
def evledger_importers() -> Iterable[Importer]:
    """Return importers.

    Returns:
        The importers, each of a name of its own.

    >>> from evledger import Item, hookimpl
    >>> class TitleList:
    ...     name = "titles"
    ...     suffixes = (".titles",)
    ...
    ...     def read(self, file):
    ...         for number, line in enumerate(file, 1):
    ...             source = {"kind": "book", "title": line.decode().strip()}
    ...             yield Item(place=f"line {number}", source=source)
    >>> class Plugin:
    ...     @hookimpl.importers
    ...     def importers(self):
    ...         return [TitleList()]
    """
    raise NotImplementedError


@hookspec
def evledger_locators() -> Iterable[LocatorScheme | Fetcher]:
    """Return schemes of identifiers, and what fetches sources by them.

    Returns:
        The schemes, each of a name of its own, and fetchers, each of the name of a scheme,
        which may be another plugin's.

    >>> from evledger import Item, LocatorScheme, hookimpl
    >>> class ArXiv:
    ...     name, registry = "arxiv", "arXiv"
    ...
    ...     def fetch(self, locators, context):
    ...         for locator in locators:  # where a registry would be asked
    ...             source = {"kind": "preprint", "title": "A title", "locators": [locator]}
    ...             yield Item(place=locator, source=source)
    >>> class Plugin:
    ...     @hookimpl.locators
    ...     def locators(self):
    ...         return [LocatorScheme(name="arxiv", normalise=str.strip), ArXiv()]
    """
    raise NotImplementedError


@hookspec
def evledger_stores() -> Mapping[str, Callable[[str], Backend]]:
    """Return stores by URL scheme: what opens a URL of that scheme.

    Returns:
        For each scheme, what is called with the whole URL and gives an open store.

    >>> from evledger import hookimpl
    >>> from evledger.stores.memory import MemoryStore
    >>> class Plugin:
    ...     @hookimpl.stores
    ...     def stores(self):
    ...         return {"scratch": MemoryStore}
    """
    raise NotImplementedError


@hookspec
def evledger_events() -> EventSupply:
    """Return event classes, upcasters and projections.

    Returns:
        One supply; a plugin that has none of a kind leaves it out.

    >>> from evledger import Event, EventSupply, event, hookimpl
    >>> from evledger.events import Id, identity
    >>> @event("mylab:vote-cast")
    ... class VoteCast(Event):
    ...     id: Id = identity("vote", "v")
    ...     answer: str
    >>> class Plugin:
    ...     @hookimpl.events
    ...     def events(self) -> EventSupply:
    ...         return EventSupply(events=(VoteCast,))
    """
    raise NotImplementedError


@hookspec
def evledger_checks() -> Iterable[Rule]:
    """Return rules that look for trouble in a ledger.

    Returns:
        The rules, each of a name of its own.

    >>> from evledger import Finding, hookimpl
    >>> class NoQuestions:
    ...     name = "no-questions"
    ...
    ...     def check(self, view):
    ...         if not view.questions:
    ...             yield Finding(
    ...                 rule=self.name, target=None, text="Nobody has asked anything.",
    ...                 why="Questions show what readers miss.", mend="Ask one.",
    ...             )
    >>> class Plugin:
    ...     @hookimpl.checks
    ...     def checks(self):
    ...         return [NoQuestions()]
    """
    raise NotImplementedError


@hookspec
def evledger_retrievers() -> Iterable[Retriever]:
    """Return retrievers: from a question to the entries that bear on it.

    Returns:
        The retrievers, each of a name of its own.

    >>> from evledger import hookimpl
    >>> from evledger.asking import Match
    >>> class Verbatim:
    ...     name = "verbatim"
    ...
    ...     def retrieve(self, view, question, limit):
    ...         found = (c for c in view.claims.values() if question in str(c.text))
    ...         return [Match(entry=f"claim:{claim.id}", weight=1.0) for claim in found][:limit]
    >>> class Plugin:
    ...     @hookimpl.retrievers
    ...     def retrievers(self):
    ...         return [Verbatim()]
    """
    raise NotImplementedError


@hookspec
def evledger_answerers() -> Iterable[Answerer]:
    """Return answerers: from a question and claims to sentences with citations.

    Returns:
        The answerers, each of a name of its own.

    >>> from evledger import hookimpl
    >>> from evledger.asking import Sentence
    >>> class Quoting:
    ...     name = "quoting"
    ...
    ...     def answer(self, view, question, matches):
    ...         for match in matches:
    ...             id = match.entry.removeprefix("claim:")
    ...             yield Sentence(text=str(view.claims[id].text), citations=(id,))
    >>> class Plugin:
    ...     @hookimpl.answerers
    ...     def answerers(self):
    ...         return [Quoting()]
    """
    raise NotImplementedError


# -- decorators --------------------------------------------------------------------------

_Scorers = TypeVar("_Scorers", bound=Callable[..., Iterable[Scorer]])
_Rankers = TypeVar("_Rankers", bound=Callable[..., Iterable[Ranker]])
_Renderers = TypeVar("_Renderers", bound=Callable[..., Iterable[Renderer]])
_Importers = TypeVar("_Importers", bound=Callable[..., Iterable[Importer]])
_Locators = TypeVar("_Locators", bound=Callable[..., Iterable[LocatorScheme | Fetcher]])
_Stores = TypeVar("_Stores", bound=Callable[..., Mapping[str, Callable[[str], Backend]]])
_Events = TypeVar("_Events", bound=Callable[..., EventSupply])
_Checks = TypeVar("_Checks", bound=Callable[..., Iterable[Rule]])
_Retrievers = TypeVar("_Retrievers", bound=Callable[..., Iterable[Retriever]])
_Answerers = TypeVar("_Answerers", bound=Callable[..., Iterable[Answerer]])


class HookImpl:
    """Decorators for a plugin's hooks, one for each, so that type checkers see a misspelt one.

    >>> from evledger import EventSupply, hookimpl
    >>> class MyPlugin:
    ...     @hookimpl.events
    ...     def events(self) -> EventSupply:
    ...         return EventSupply()
    """

    def __init__(self) -> None:
        self._mark = pluggy.HookimplMarker(PROJECT)

    def scorers(self, function: _Scorers) -> _Scorers:
        """Mark what gives scorers."""
        return self._mark(specname="evledger_scorers")(function)

    def rankers(self, function: _Rankers) -> _Rankers:
        """Mark what gives rankers."""
        return self._mark(specname="evledger_rankers")(function)

    def renderers(self, function: _Renderers) -> _Renderers:
        """Mark what gives renderers."""
        return self._mark(specname="evledger_renderers")(function)

    def importers(self, function: _Importers) -> _Importers:
        """Mark what gives importers."""
        return self._mark(specname="evledger_importers")(function)

    def locators(self, function: _Locators) -> _Locators:
        """Mark what gives schemes of identifiers, and fetchers."""
        return self._mark(specname="evledger_locators")(function)

    def stores(self, function: _Stores) -> _Stores:
        """Mark what gives stores by URL scheme."""
        return self._mark(specname="evledger_stores")(function)

    def events(self, function: _Events) -> _Events:
        """Mark what gives event classes, upcasters and projections."""
        return self._mark(specname="evledger_events")(function)

    def checks(self, function: _Checks) -> _Checks:
        """Mark what gives rules."""
        return self._mark(specname="evledger_checks")(function)

    def retrievers(self, function: _Retrievers) -> _Retrievers:
        """Mark what gives retrievers."""
        return self._mark(specname="evledger_retrievers")(function)

    def answerers(self, function: _Answerers) -> _Answerers:
        """Mark what gives answerers."""
        return self._mark(specname="evledger_answerers")(function)

    if not TYPE_CHECKING:  # type checkers would take any name for a hook

        def __getattr__(self, name: str):  # noqa: ANN204  # it never returns
            """Say which hooks there are."""
            known = [name for name in vars(HookImpl) if not name.startswith("_")]
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean hookimpl.{near[0]}? " if near else ""
            msg = f"there is no hook {name!r}; {hint}The hooks are: {', '.join(known)}"
            raise AttributeError(msg)


hookimpl = HookImpl()
