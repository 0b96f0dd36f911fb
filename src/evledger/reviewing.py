"""Reviewing: what a program asserted and nobody has looked at, and a person's verdicts on it.

A claim that was proposed does not count, and a link is not in force, until a person accepts it;
and what a stranger wrote in a message is not published before that.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, Union

import attrs

from evledger.events import Reviewed
from evledger.exceptions import Invalid, NotFound
from evledger.seals import Hidden

if TYPE_CHECKING:
    from evledger.entries import Claim, Evidence, Link, Source, Verdict
    from evledger.view import View

__all__ = [
    "HeldBack",
    "Proposal",
    "came_from_stranger",
    "held_back",
    "pending",
    "published_titles",
    "verdicts",
]

_Entry: TypeAlias = Union["Source", "Claim", "Link", "Evidence"]


@attrs.frozen(kw_only=True)
class Proposal:
    """Something that a program asserted, and that nobody has reviewed.

    Attributes:
        name: its whole name, by which it is reviewed: ``claim:c12``.
        kind: what is proposed; a link is one between sources, or to a question.
        source: the id of the source that it is about, or the first of two.
        text: what is said of that source.
        basis: the reason that the program gave.
        entry: what is proposed, as the view has it.
    """

    name: str
    kind: Literal["source", "claim", "link"]
    source: str
    text: str
    basis: str | None
    entry: _Entry = attrs.field(repr=False)


# -- what is not published ---------------------------------------------------------------


class HeldBack(enum.Enum):
    """Why words that the ledger holds are not published.

    Attributes:
        UNREVIEWED: nobody has looked at them yet.
        REJECTED: a reviewer rejected them, or the source that they came with.

    >>> str(HeldBack.UNREVIEWED)
    '[not reviewed yet]'
    """

    UNREVIEWED = "not reviewed yet"
    REJECTED = "rejected"

    def __str__(self) -> str:
        return f"[{self.value}]"


def held_back(
    entry: Source | Claim, field: str, *, source: Source | None = None
) -> HeldBack | None:
    """Return whether a field's words are held back from what is published, and why.

    Held back is what a stranger wrote and no person has accepted: the sealed fields of a source
    or a claim that came sealed, asserted by a program and not reviewed, or else rejected.
    What came sealed is told by a field that importers leave open: the basis, which names the
    sender of a message and else names a database or a site, or a claim's text, which is the
    curator's or the importer's own.
    So a post from a social network, whose title and quotation are sealed so that they can be
    forgotten, is shown: it is public where it was written.

    Who reviews must read the words; this is for articles and answers alone.

    Args:
        entry: the source or the claim.
        field: the name of one of its fields.
        source: where the entry is a claim, its source, with which it is rejected.

    Returns:
        Why the field is held back; ``None`` where it is not, or is hidden anyway.

    >>> import evledger
    >>> from evledger import seal, ClaimTagged
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     with semax.batch(by="reader") as batch:
    ...         paper = batch.add_source(kind="review", title="A review")
    ...         claim = ClaimTagged(
    ...             id="c1", source=paper, text="Call me.", tier="human", stance="neutral",
    ...             assertion="automatic",
    ...         )
    ...         batch.append(seal(claim, "text"))
    ...     view = semax.view()
    >>> held_back(view.claims["c1"], "text")
    <HeldBack.UNREVIEWED: 'not reviewed yet'>
    >>> held_back(view.sources["s1"], "title") is None
    True
    """
    if field not in entry.sealed or isinstance(getattr(entry, field), Hidden):
        return None
    return came_from_stranger(entry, source=source)


def came_from_stranger(entry: Source | Claim, *, source: Source | None = None) -> HeldBack | None:
    """Return whether a stranger wrote an entry that no person has accepted, and what it waits for.

    Args:
        entry: the source or the claim.
        source: where the entry is a claim, its source, with which it is rejected.
    """
    if _CAME_SEALED.isdisjoint(entry.sealed):
        return None
    if _is_rejected(entry) or _is_rejected(source):
        return HeldBack.REJECTED
    return HeldBack.UNREVIEWED if _waits(entry) else None


_CAME_SEALED: Final = frozenset({"basis", "text"})


def _is_rejected(entry: Source | Claim | None) -> bool:
    return entry is not None and entry.review is not None and entry.review.verdict == "rejected"


def published_titles(view: View) -> dict[str, str]:
    """Return the titles of all sources, by id, as what is published may show them.

    >>> import evledger
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     with semax.batch(by="curator") as batch:
    ...         paper = batch.add_source(kind="review", title="A review")
    ...     published_titles(semax.view())
    {'s1': 'A review'}
    """
    return {
        id: str(held_back(source, "title") or source.title) for id, source in view.sources.items()
    }


# -- what waits --------------------------------------------------------------------------


def pending(view: View) -> tuple[Proposal, ...]:
    """Return what waits for a review.

    What a verdict would not change is left out: claims that do not count for another reason,
    links of a source that was rejected, links to a question that is open no longer.
    So is a claim whose text was erased: nobody can judge it any more.

    Returns:
        The proposals, those about one source together: itself, its claims, its links.
        Sources whose proposed claims are of a stronger tier come first; among equals, the older.

    >>> import evledger
    >>> store = evledger.open("memory:")
    >>> semax = store.create("semax", title="Semax and BDNF", by="curator")
    >>> with semax.batch(by="importer") as batch:
    ...     proposed = {"assertion": "automatic", "basis": "Crossref: journal-article"}
    ...     paper = batch.add_source(kind="journal-article", title="A trial", **proposed)
    ...     claim = batch.tag_claim(
    ...         source=paper, tier="human", stance="neutral", text="A trial", **proposed
    ...     )
    >>> for proposal in pending(semax.view()):
    ...     print(proposal.name, "|", proposal.text)
    source:s1 | of kind journal-article
    claim:c1 | human, neutral: its title
    """
    found = [*_sources(view), *_claims(view), *_links(view), *_evidence(view)]
    tiers = {tier.slug: place for place, tier in enumerate(view.tiers)}
    strength: dict[str, int] = {}
    for claim in (view.claims[id] for id in _claim_ids(view)):
        tier = tiers.get(claim.tier, len(tiers))
        strength[claim.source] = min(tier, strength.get(claim.source, tier))
    age = {id: place for place, id in enumerate(view.sources)}

    def order(proposal: Proposal) -> tuple[int, int]:
        id = proposal.source
        return strength.get(id, len(tiers)), age.get(id, len(age))

    return tuple(sorted(found, key=order))


def _claim_ids(view: View) -> tuple[str, ...]:
    waiting = view.counted.left_out["automatic"]
    return tuple(id for id in waiting if view.claims[id].text is not Hidden.ERASED)


def _waits(entry: _Entry) -> bool:
    return entry.assertion != "manual" and entry.review is None


def _sources(view: View) -> Iterator[Proposal]:
    for id, source in view.sources.items():
        if _waits(source):
            yield _proposal("source", f"source:{id}", id, f"of kind {_said(source.kind)}", source)


def _claims(view: View) -> Iterator[Proposal]:
    for id in _claim_ids(view):
        claim = view.claims[id]
        source = view.sources.get(claim.source)
        is_title = source is not None and source.title == claim.text
        words = "its title" if is_title else _said(claim.text)
        text = f"{claim.tier}, {_said(claim.stance)}: {words}"
        yield _proposal("claim", f"claim:{id}", claim.source, text, claim)


_RELATIONS: Final = {
    "duplicate-of": "a duplicate of",
    "version-of": "a version of",
    "notice-of": "a notice of",
    "part-of": "part of",
    "same-study": "of the same study as",
    "answers": "answers",
    "partly": "answers in part",
    "against": "speaks against",
}


def _links(view: View) -> Iterator[Proposal]:
    for name, link in view.links.items():
        ends = (link.source, link.other)
        if _waits(link) and not any(_is_rejected(view.sources.get(id)) for id in ends):
            other = view.sources.get(link.other)
            title = f": {_said(other.title)}" if other is not None else ""
            text = f"{_RELATIONS.get(link.relation, link.relation)} {link.other}{title}"
            yield _proposal("link", name, link.source, text, link)


def _evidence(view: View) -> Iterator[Proposal]:
    for id, question in view.questions.items():
        for each in question.evidence if question.status == "open" else ():
            source = each.source or _source_of(view, each.claim)
            if _waits(each) and not _is_rejected(view.sources.get(source)):
                relation = _RELATIONS.get(each.relation, each.relation)
                text = f"{each.claim or each.source} {relation} {id}: {_said(question.text)}"
                yield _proposal("link", each.name, source, text, each)


def _source_of(view: View, claim: str | None) -> str:
    entry = None if claim is None else view.claims.get(claim)
    return "" if entry is None else entry.source


def _proposal(
    kind: Literal["source", "claim", "link"], name: str, source: str, text: str, entry: _Entry
) -> Proposal:
    basis = None if entry.basis is None else _said(entry.basis)
    return Proposal(name=name, kind=kind, source=source, text=text, basis=basis, entry=entry)


def _said(value: str | Hidden) -> str:
    return f"[{value.name.lower()}]" if isinstance(value, Hidden) else value


# -- verdicts ----------------------------------------------------------------------------


def verdicts(
    view: View,
    *,
    accept: Iterable[str] = (),
    reject: Iterable[str] = (),
    with_claims: bool = False,
    why: str | None = None,
) -> tuple[Reviewed, ...]:
    """Return a person's verdicts as events, each held to what the view has.

    Args:
        view: the ledger as the person saw it.
        accept: ids, as ``s5`` and ``c12``, or whole names, as ``link:s1/s2/version-of``.
        reject: the same.
        with_claims: of each source that is named, the claims that wait get its verdict too.
        why: the reason, the same for all.

    Returns:
        One event for each name, first what is accepted; they are best appended at once.

    Raises:
        NotFound: there is no such source, claim or link.
        Invalid: something was reviewed or withdrawn already, is both accepted and rejected,
            a claim is to be accepted whose text was erased, or an id is that of a source and of
            a claim.

    >>> import evledger
    >>> store = evledger.open("memory:")
    >>> semax = store.create("semax", title="Semax and BDNF", by="curator")
    >>> with semax.batch(by="importer") as batch:
    ...     paper = batch.add_source(kind="review", title="A review", assertion="automatic")
    >>> given = verdicts(semax.view(), accept=["s1"], why="it is one")
    >>> [(event.target, event.verdict) for event in given]
    [('source:s1', 'accepted')]
    >>> appended = semax.append(*given, by="curator")
    >>> verdicts(semax.view(), accept=["s1"])
    Traceback (most recent call last):
    ...
    evledger.exceptions.Invalid: source:s1 was accepted already, by curator in record 2; ...
    """
    claims = _waiting_claims(view) if with_claims else {}
    accepted, rejected = (_names(view, ids, claims) for ids in (accept, reject))
    both = next((name for name in accepted if name in rejected), None)
    if both is not None:
        msg = f"{both} is to be accepted and rejected; decide for one"
        raise Invalid(msg)
    for name in accepted:
        _check_readable(view, name)
    return (
        *(Reviewed(target=name, verdict="accepted", why=why) for name in accepted),
        *(Reviewed(target=name, verdict="rejected", why=why) for name in rejected),
    )


def _waiting_claims(view: View) -> dict[str, list[str]]:
    """Return for the name of each source the names of its claims that wait for a review."""
    found: dict[str, list[str]] = {}
    for id in _claim_ids(view):
        found.setdefault(f"source:{view.claims[id].source}", []).append(f"claim:{id}")
    return found


def _names(view: View, ids: Iterable[str], claims: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the whole names of what some ids name, each once, and of the claims that go along."""
    found: dict[str, None] = {}
    for id in ids:
        name = _checked(view, id)
        found.update(dict.fromkeys((name, *claims.get(name, ()))))
    return list(found)


def _checked(view: View, id: str) -> str:
    """Return the whole name of what an id names, once it is seen that a verdict can be given."""
    name = _whole(view, id)
    entry = _find(view, name)
    if entry is None:
        msg = (
            f"{view.ledger} has no source, claim or link {id!r:.200} at {view.head.size}; "
            f"'evledger review {view.ledger}' shows what waits"
        )
        raise NotFound(msg)
    verdict: Verdict | None = entry.review
    if verdict is not None:
        msg = (
            f"{name} was {verdict.verdict} already, by {verdict.by} in record {verdict.n}; "
            "to change that, append another reviewed event"
        )
        raise Invalid(msg)
    if getattr(entry, "withdrawn", None) is not None:
        msg = f"{name} was withdrawn, so there is nothing to review"
        raise Invalid(msg)
    return name


def _check_readable(view: View, name: str) -> None:
    """Refuse to accept a claim that nobody can read any more."""
    kind, _, id = name.partition(":")
    if kind == "claim" and view.claims[id].text is Hidden.ERASED:
        msg = (
            f"the text of {name} was erased, so nobody can judge it; "
            "reject it, or tag the claim anew in your own words"
        )
        raise Invalid(msg)


def _whole(view: View, id: str) -> str:
    if ":" in id:
        return id
    names = [
        f"{kind}:{id}"
        for kind, there in (("source", view.sources), ("claim", view.claims))
        if id in there
    ]
    if len(names) > 1:
        msg = f"{id!r} is more than one thing here; name one of: {', '.join(names)}"
        raise Invalid(msg)
    return names[0] if names else id


def _find(view: View, name: str) -> _Entry | None:
    kind, _, id = name.partition(":")
    if kind == "source":
        return view.sources.get(id)
    if kind == "claim":
        return view.claims.get(id)
    return view.links.get(name) or _find_evidence(view, name)


def _find_evidence(view: View, name: str) -> Evidence | None:
    question = view.questions.get(name.removeprefix("link:").partition("/")[0])
    there = question.evidence if question is not None else ()
    return next((each for each in there if each.name == name), None)
