"""Which sources depend on each other: what they have in common, and whom that ties together.

Scores, cautions and checks take sources for independent; where they are not, all of them say so
from here.
Authors are compared among posts, comments, videos and web pages only: papers by one person are
common, and need not repeat each other.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

import attrs

from evledger.counting import grouped
from evledger.seals import open_text
from evledger.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from evledger.entries import Link, Source
    from evledger.view import View

__all__ = ["Dependents", "authors_of", "dependents"]

_Tie = tuple[str, str]
"""What sources may have in common: in words, and which one."""

_LINKED: Final = {
    "same-study": "a study",
    "version-of": "a work, in versions",
    "part-of": "a whole that they are part of",
}
_NOBODY: Final = frozenset(
    ("[deleted]", "deleted", "[removed]", "anonymous", "unknown", "n/a", "admin", "editor", "staff")
)
_HANDLE: Final = re.compile(r"^(?:/?u/|@)")
_THREAD: Final = re.compile(
    r"(?:reddit\.com/(?:[^?#]{1,200}/)?comments|//redd\.it)/([0-9a-z]+)", re.IGNORECASE
)


@attrs.frozen
class Dependents:
    """Sources that are tied together, directly or through others.

    Attributes:
        members: their ids, in the order in which they were asked about; two at least.
        common: what any of them have in common, in words, sorted: ``an author``.
    """

    members: tuple[str, ...]
    common: tuple[str, ...]


def dependents(view: View, sources: Iterable[str]) -> Iterator[Dependents]:
    """Yield the groups of sources that may not be independent of each other.

    They are tied by a link that nobody rejected (``same-study``, ``version-of``, ``part-of``);
    studies by a trial that they are or mention; web pages, posts, comments and videos by an
    author; and posts, comments and videos by a thread, or by a title within one community.

    Args:
        view: where they are looked up.
        sources: the ids of those that are compared.

    >>> import evledger
    >>> with evledger.open("memory:") as store:
    ...     tea = store.create("tea", title="Tea", by="curator")
    ...     with tea.batch(by="curator") as batch:
    ...         posts = [
    ...             batch.add_source(kind="post", platform="x", title=t, authors=("@leaf",))
    ...             for t in ("Green", "Black")
    ...         ]
    ...     view = tea.view()
    >>> list(dependents(view, view.sources))
    [Dependents(members=('s1', 's2'), common=('an author',))]
    """
    linked = _links(view)
    found = ((id, {*_ties(view.sources[id]), *linked.get(id, ())}) for id in sources)
    ties = {id: own for id, own in found if own}
    holders: dict[_Tie, list[str]] = defaultdict(list)
    for id, own in ties.items():
        for tie in own:
            holders[tie].append(id)
    order = {id: place for place, id in enumerate(ties)}
    reached: set[str | _Tie] = set()
    for id in ties:
        members, common = _reach(id, ties, holders, reached)
        if len(members) > 1:
            yield Dependents(tuple(sorted(members, key=order.__getitem__)), tuple(sorted(common)))


def authors_of(source: Source) -> set[str]:
    """Return a source's authors as they are compared; those that name nobody are left out."""
    if not isinstance(source.authors, tuple):
        return set()
    return {_HANDLE.sub("", author.strip().casefold()) for author in source.authors} - _NOBODY


# -- ties --------------------------------------------------------------------------------


def _links(view: View) -> dict[str, list[_Tie]]:
    """Return what links tie each source to: a group, some of which need not be compared."""
    standing = [link for link in view.links.values() if not _is_rejected(link)]
    found: dict[str, list[_Tie]] = defaultdict(list)
    for relation, what in _LINKED.items():
        groups = grouped(link for link in standing if link.relation == relation)
        for id, group in groups.items():
            found[id].append((what, group[0]))
    return found


def _is_rejected(link: Link) -> bool:
    return link.review is not None and link.review.verdict == "rejected"


def _ties(source: Source) -> Iterator[_Tie]:
    if source.is_anecdotal or source.kind == "web-page":
        for author in authors_of(source):
            yield "an author", f"{open_text(source.platform)} {author}"
    if source.is_scientific and source.kind != "review":
        yield from (("a trial", name) for name in _names(source, "nct:"))
    if source.is_anecdotal:
        yield from (("a thread", name) for name in _threads(source))
        title = words(open_text(source.title))
        if len(title) >= 3 and open_text(source.community):  # elsewhere a post has no title
            place = f"{open_text(source.platform)} {source.community}"
            yield "a title", f"{place} {' '.join(title)}"


def _names(source: Source, scheme: str) -> set[str]:
    """Return what, under a scheme of identifiers, a source is or mentions."""
    mentions = source.mentions if isinstance(source.mentions, tuple) else ()
    return {name for name in (*source.locators, *mentions) if name.startswith(scheme)}


def _threads(source: Source) -> set[str]:
    """Return the posts, of the source's own platform, that it is or belongs to."""
    threads = _names(source, f"{open_text(source.platform) or 'reddit'}:")
    found = _THREAD.search(open_text(source.url))
    return threads | {f"reddit:t3_{found[1].lower()}"} if found else threads


def _reach(
    start: str,
    ties: Mapping[str, Iterable[_Tie]],
    holders: Mapping[_Tie, list[str]],
    reached: set[str | _Tie],
) -> tuple[list[str], set[str]]:
    """Return all that hang together with one source, and by what; none where it was reached."""
    members: list[str] = []
    common: set[str] = set()
    waiting = [start]
    while waiting:
        id = waiting.pop()
        if id in reached:
            continue
        reached.add(id)
        members.append(id)
        for tie in ties[id]:
            if tie not in reached and len(holders[tie]) > 1:
                reached.add(tie)
                common.add(tie[0])
                waiting += holders[tie]
    return members, common
