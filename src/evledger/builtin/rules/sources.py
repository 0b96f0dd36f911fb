"""Rules on sources: retracted, doubted, listed twice, or not what their identifiers say."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from evledger.checks import NamedRule, Spot, rule
from evledger.phrases import listed
from evledger.seals import open_text
from evledger.words import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from evledger.entries import Link, Source
    from evledger.view import View

__all__ = [
    "duplicate_counted",
    "identifier_title_mismatch",
    "retracted_source_cited",
    "retracted_source_counted",
]


def _claims_by_source(view: View, ids: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for id in ids:
        found[view.claims[id].source].append(id)
    return found


def _names(kind: str, ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{kind}:{id}" for id in ids)


def _is_rejected(link: Link) -> bool:
    return link.review is not None and link.review.verdict == "rejected"


def _sides(link: Link) -> tuple[tuple[str, str], tuple[str, str]]:
    return (link.source, link.other), (link.other, link.source)


# -- retracted ---------------------------------------------------------------------------

_TAINTING: Final = ("duplicate-of", "version-of", "same-study")
_RETRACTED_TITLE: Final = re.compile(
    r"\W{0,9}(?:retracted|withdrawn)(?: article| paper| chapter)?\W{0,9}[:\]]"
    r"|.*\(retracted(?: article)?[).]",
    re.IGNORECASE,
)
_NOTICE_TITLE: Final = re.compile(
    r"\W{0,9}(?:retraction|withdrawal|notice of retraction|editorial retraction"
    r"|expression of concern)\b",
    re.IGNORECASE,
)


@rule(
    "retracted-source-counted",
    why="What was retracted is no evidence. Only a source flagged retracted stops counting, "
    "so one that something else says this of still adds to the score.",
    mend="Look the source up. Where it is retracted, append source-flagged: "
    '{"type": "source-flagged", "data": {"source": "s5", "status": "retracted", '
    '"according_to": "Retraction Watch"}}. Where only its twin is, accept the link with reviewed, '
    "or withdraw the claims; a concern that was settled ends with status reinstated.",
)
def retracted_source_counted(view: View) -> Iterator[Spot]:
    """A source that still counts, although something says that it should not."""
    doubts = _doubts(view)
    for source, claims in _claims_by_source(view, view.counted.claims).items():
        said = doubts.get(source, [])
        if said:
            reasons = "; ".join(dict.fromkeys(why for why, _ in said))
            text = f"it counts, with {listed(claims)}, but {reasons}"
            others = [other for _, other in said if other != source]
            related = _names("source", dict.fromkeys(others)) + _names("claim", claims)
            yield Spot(f"source:{source}", text, related)


def _doubts(view: View) -> dict[str, list[tuple[str, str]]]:
    """Return for each source what speaks against it, and the source that this comes from."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for id, source in view.sources.items():
        if _is_doubted(source):
            found[id].append(("an expression of concern stands against it", id))
        if _RETRACTED_TITLE.match(open_text(source.title)) and not _is_settled(source):
            found[id].append(("its title says that it was retracted", id))
    for link in view.links.values():
        if not _is_rejected(link):
            for id, why, other in _linked_doubts(view.sources, link):
                found[id].append((why, other))
    return found


def _linked_doubts(sources: Mapping[str, Source], link: Link) -> Iterator[tuple[str, str, str]]:
    if link.relation in _TAINTING:
        for id, other in _sides(link):
            if other in sources and sources[other].is_retracted:
                yield id, f"{other} is retracted, and is linked as {link.relation}", other
    elif link.relation == "notice-of" and {link.source, link.other} <= sources.keys():
        notice, noted = sources[link.source], sources[link.other]
        if _NOTICE_TITLE.match(open_text(notice.title)) and not _is_settled(noted):
            why = f"the title of its notice {notice.id} says retraction, withdrawal or concern"
            yield noted.id, why, notice.id


def _decisive(source: Source) -> list[str]:
    return [f.status for f in source.flags if f.status in ("retracted", "reinstated", "concern")]


def _is_doubted(source: Source) -> bool:
    decisive = _decisive(source)
    return bool(decisive) and decisive[-1] == "concern"


def _is_settled(source: Source) -> bool:
    """Return whether somebody flagged it already, one way or the other."""
    return bool(_decisive(source))


@rule(
    "retracted-source-cited",
    why="Claims of a retracted source do not count, but they stand in the ledger as if nothing "
    "had happened; readers who find them there may take them for evidence.",
    mend="Withdraw each: "
    '{"type": "claim-withdrawn", "data": {"claim": "c12", "why": "its source was retracted"}}; '
    "or waive the finding where it is meant to be seen what was claimed.",
)
def retracted_source_cited(view: View) -> Iterator[Spot]:
    """Claims that stand on a source that was retracted."""
    left_out = view.counted.left_out.get("retracted", ())
    for source, claims in _claims_by_source(view, left_out).items():
        text = f"it, or a duplicate of it, was retracted; still resting on it: {listed(claims)}"
        yield Spot(f"source:{source}", text, _names("claim", claims))


# -- twice -------------------------------------------------------------------------------

_FEW_WORDS: Final = 4  # "Letter to the editor" is many letters
_MANY_WORDS: Final = 9  # a title that no two people think of


@rule(
    "duplicate-counted",
    why="One work that is listed twice counts twice. Of sources linked as duplicates one counts, "
    "but only once a person has drawn or accepted the link.",
    mend="Where they are one work, link them: "
    '{"type": "source-linked", "data": {"source": "s9", "other": "s5", '
    '"relation": "duplicate-of"}}, or accept a proposed link: {"type": "reviewed", "data": '
    '{"target": "link:s9/s5/duplicate-of", "verdict": "accepted"}}. Where they are versions of '
    "one work, or two works, link them as version-of, reject the link, or waive the finding.",
)
def duplicate_counted(view: View) -> Iterator[Spot]:
    """Sources that look like one work, of which more than one counts.

    They look so where a duplicate-of link was proposed, or where title and year are the same,
    and an author too if the title is short.  A preprint's year may be another.
    Posts and comments of one title are of one thread; dependent-sources looks at those.
    """
    counted = dict.fromkeys(view.counted.sources)
    for name, link in view.links.items():
        if link.relation == "duplicate-of" and not _is_rejected(link) and not link.is_in_force:
            pair = (link.source, link.other)
            if counted.keys() >= set(pair) and len(set(pair)) == 2:
                text = f"until this proposal is reviewed, {pair[0]} and {pair[1]} both count"
                yield Spot(name, text, _names("source", pair))
    yield from _same_titles(view, counted)


def _same_titles(view: View, counted: Iterable[str]) -> Iterator[Spot]:
    linked = {pair for link in view.links.values() for pair in _sides(link)}
    for first, *others in _alike(view.sources[id] for id in counted if id in view.sources):
        for other in others:
            if (first, other) not in linked and _may_be_one(
                view.sources[first], view.sources[other]
            ):
                text = f"its title is that of {first}, and both count"
                yield Spot(f"source:{other}", text, (f"source:{first}",))


def _may_be_one(source: Source, other: Source) -> bool:
    """Return whether works of one title may be one: not those of strangers, if it is short."""
    ours, theirs = _author_words(source), _author_words(other)
    is_long = len(words(open_text(source.title))) >= _MANY_WORDS
    return is_long or not ours or not theirs or not ours.isdisjoint(theirs)


def _author_words(source: Source) -> set[str]:
    """Return the words of the authors' names, without initials, for names have many forms."""
    authors = source.authors if isinstance(source.authors, tuple) else ()
    return {word for word in words(" ".join(authors)) if len(word) > 1}


def _alike(sources: Iterable[Source]) -> Iterator[list[str]]:
    """Yield groups of sources of one title, and of one year where years are known."""
    titled: dict[tuple[str, ...], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for source in sources:
        title = tuple(words(open_text(source.title))) if not source.is_anecdotal else ()
        if len(title) > _FEW_WORDS:
            year = "" if source.kind == "preprint" else open_text(source.published)[:4]
            titled[title][year].append(source.id)
    for years in titled.values():
        undated = years.pop("", [])
        if len(years) <= 1:
            groups = [[id for ids in years.values() for id in ids] + undated]
        else:
            groups = list(years.values())
        yield from (group for group in groups if len(group) > 1)


# -- misnamed ----------------------------------------------------------------------------

_ONE_EACH: Final = ("pmid", "pmcid", "nct", "reddit", "x", "youtube")
_SHARE: Final = 0.3  # of the words of the shorter title
_SMALL: Final = 3  # letters of words that all titles share


def _no_title(_locator: str) -> str | None:
    return None


def identifier_title_mismatch(
    title_of: Callable[[str], str | None] = _no_title, *, name: str = "identifier-title-mismatch"
) -> NamedRule:
    """Make the rule that identifiers belong to the sources that carry them.

    Offline it sees two things: a source with two identifiers of a register that gives each
    record one, and sources linked as duplicates or versions whose titles have little in common.

    Args:
        title_of: gives the title that a register has for a locator; ``None`` where it has none.
            A plugin that keeps registers' records makes a rule of its own with it.
        name: the rule's name, another one where the built-in rule stays.

    >>> records = {"pmid:29798983": "A trial in stroke"}
    >>> identifier_title_mismatch(records.get, name="pubmed-title-mismatch").name
    'pubmed-title-mismatch'
    """

    @rule(
        name,
        why="Who follows the identifier arrives at another work, and what is said of that work, "
        "a retraction for one, is said of this source.",
        mend="Look the identifier up. Drop a wrong one: "
        '{"type": "source-amended", "data": {"source": "s5", "locators_dropped": ["pmid:1"], '
        '"why": "another paper"}}; reject a wrong link with reviewed, verdict rejected.',
    )
    def find(view: View) -> Iterator[Spot]:
        """An identifier, or a link, that seems to belong to another source."""
        for id, source in view.sources.items():
            for text in (*_two_of_one(source), *_registered_otherwise(source, title_of)):
                yield Spot(f"source:{id}", text)
        yield from _unlike_links(view)

    return find


def _two_of_one(source: Source) -> Iterator[str]:
    if len(source.locators) > 1:
        for scheme in _ONE_EACH:
            held = [name for name in source.locators if name.startswith(f"{scheme}:")]
            if len(held) > 1:
                yield f"it carries {listed(held)}, and a work has one {scheme}"


def _registered_otherwise(source: Source, title_of: Callable[[str], str | None]) -> Iterator[str]:
    if title_of is not _no_title and open_text(source.title):
        for locator in source.locators:
            if _differ(open_text(source.title), title_of(locator) or ""):
                yield f"the title registered for {locator} is another than the source's"


def _unlike_links(view: View) -> Iterator[Spot]:
    for name, link in view.links.items():
        ends = (view.sources.get(link.source), view.sources.get(link.other))
        if link.relation not in ("duplicate-of", "version-of") or _is_rejected(link):
            continue
        one, other = (open_text(end.title) if end is not None else "" for end in ends)
        if _differ(one, other):
            text = f"the titles of {link.source} and {link.other} have few words in common"
            yield Spot(name, text, _names("source", (link.source, link.other)))


def _differ(one: str, other: str) -> bool:
    """Return whether two titles share few words; nothing is told from very short ones."""
    left, right = ({w for w in words(title) if len(w) > _SMALL} for title in (one, other))
    shorter = min(len(left), len(right))
    return shorter >= 3 and len(left & right) < _SHARE * shorter
