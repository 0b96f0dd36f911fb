"""Questions: what bears on each, what is still missing, and which of them a new entry bears on.

A link to a question is in force once a person drew or accepted it.
What it leads to counts as evidence by the rule that everything goes by, :mod:`evledger.counting`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from evledger.asking.answering import LONGEST, retrieve
from evledger.events import EvidenceLinked
from evledger.exceptions import Conflict, NotFound
from evledger.legible import one_line, within_sentence

if TYPE_CHECKING:
    from evledger.asking import Match, Retriever
    from evledger.chain import Head
    from evledger.entries import Claim, Entry, Evidence, Question, Source
    from evledger.record import Record
    from evledger.view import View

__all__ = [
    "LACKS",
    "LEFT_OUT",
    "Lack",
    "Linked",
    "Standing",
    "bearing",
    "named",
    "propose",
    "standing",
    "standings",
]

LACKS: Final = (
    "nothing",
    "lost",
    "unreviewed",
    "against",
    "partly",
    "sources",
    "tiers",
    "one-sided",
)
"""What a question may lack.

``nothing``: nothing is linked to it, or only what was rejected or fell before it was accepted.
``lost``: something that a person had linked to it, or accepted, does not count.
``unreviewed``: nothing counts yet, and proposals wait for a review.
``against``: nothing answers it, and all that counts speaks against it.
``partly``: nothing answers it in full, and something does in part.
``sources``: sources are linked to it as a whole, and no claim.
``tiers``: no claim is of the strongest tier, or of the strongest few.
``one-sided``: nothing speaks against it, and no claim contradicts or is mixed.

A closed question can lack nothing but what was ``lost``; of one that was withdrawn, nothing is.
"""

LEFT_OUT: Final = (
    "link-rejected",
    "withdrawn",
    "rejected",
    "retracted",
    "duplicate",
    "absent",
)
"""Why something that is linked to a question does not count; the first that holds.

``link-rejected``: a reviewer rejected the link.
``withdrawn``, ``rejected``, ``retracted``, ``duplicate``: as in
:data:`evledger.counting.REASONS`; they hold of a source that is linked as a whole, too.
``absent``: the ledger has no such claim or source.
"""


@attrs.frozen(kw_only=True)
class Linked:
    """A claim, or a source as a whole, that is linked to a question.

    Attributes:
        evidence: the link, as the view has it.
        claim: the claim; ``None`` where a source is linked as a whole.
        source: the source that is linked, or that the claim was drawn from.
        left_out: why it does not count, one of :data:`LEFT_OUT`.
        waits_for: the whole names of what a person must accept before it counts:
            the link, the claim, or both.
    """

    evidence: Evidence
    claim: Claim | None = None
    source: Source | None = None
    left_out: str | None = None
    waits_for: tuple[str, ...] = ()

    @property
    def entry(self) -> str:
        """The whole name of what is linked: ``claim:c12``."""
        return _entry_of(self.evidence)


@attrs.frozen(kw_only=True)
class Lack:
    """Something that a question still lacks.

    Attributes:
        name: one of :data:`LACKS`.
        text: what is missing, for people.
        entries: the whole names of what it speaks of: the tiers without evidence,
            the claims that count no more.
    """

    name: str
    text: str
    entries: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Standing:
    """How a question stands; whatever is linked to it is in one of three groups, once.

    Attributes:
        question: the question, with why it was closed or withdrawn.
        counting: what counts as evidence, in the order in which it was linked.
        waiting: what may count once a person has accepted it.
        left_out: what does not count, each with the reason.
        missing: what it lacks, in the order of :data:`LACKS`.
    """

    question: Question
    counting: tuple[Linked, ...] = ()
    waiting: tuple[Linked, ...] = ()
    left_out: tuple[Linked, ...] = ()
    missing: tuple[Lack, ...] = ()


# -- how questions stand -----------------------------------------------------------------


def standings(view: View) -> tuple[Standing, ...]:
    """Return how every question stands.

    Returns:
        Open questions first, then closed and withdrawn ones; of each, first those on which
        nothing bears, then those that lack the most; among equals, the older.

    >>> import evledger
    >>> store = evledger.open("memory:")
    >>> semax = store.create("semax", title="Semax and BDNF", by="curator")
    >>> with semax.batch(by="curator") as batch:
    ...     trial = batch.add_source(kind="trial", title="A trial in stroke")
    ...     claim = batch.tag_claim(
    ...         source=trial, tier="human", stance="supports", text="Scores rose."
    ...     )
    ...     first = batch.create_question(text="Does it help after a stroke?")
    ...     batch.link_evidence(first, claim=claim, relation="partly")
    ...     second = batch.create_question(text="Is it safe?")
    >>> for each in standings(semax.view()):
    ...     print(each.question.id, [lack.text for lack in each.missing])
    q2 ['nothing is linked to it']
    q1 ['it is answered in part only', 'nothing was linked that speaks against it']
    """
    found = [_standing(view, question) for question in view.questions.values()]
    return tuple(sorted(found, key=_order))


def standing(view: View, question: str) -> Standing:
    """Return how one question stands.

    Args:
        view: the ledger's state.
        question: which, as :func:`named` takes it.

    Raises:
        NotFound: there is no such question.
    """
    return _standing(view, named(view, question))


def named(view: View, name: str) -> Question:
    """Return the question that a name means: ``q7``, ``question:q7``, ``q:7`` or ``7``.

    Raises:
        NotFound: there is no such question.
    """
    kind, _, rest = name.strip().rpartition(":")
    wanted = (rest, f"q{rest}") if kind in ("", "q", "question") else ()
    id = next((id for id in wanted if id in view.questions), None)
    if id is None:
        msg = (
            f"{view.ledger} has no question {name!r:.100} at {view.head.size}; "
            f"'evledger questions {view.ledger} --all' shows what there is"
        )
        raise NotFound(msg)
    return view.questions[id]


_STATUSES: Final = ("open", "closed", "withdrawn")


def _order(given: Standing) -> tuple[int, bool, bool, int, int]:
    status = _STATUSES.index(given.question.status)
    bare = (bool(given.counting), bool(given.waiting))
    return (status, *bare, -len(given.missing), given.question.n)


def _standing(view: View, question: Question) -> Standing:
    linked = [_linked(view, evidence) for evidence in question.evidence]
    there = [each for each in linked if each.left_out is None]
    found = Standing(
        question=question,
        counting=tuple(each for each in there if not each.waits_for),
        waiting=tuple(each for each in there if each.waits_for),
        left_out=tuple(each for each in linked if each.left_out is not None),
    )
    return attrs.evolve(found, missing=tuple(_missing(view, found)))


def _linked(view: View, evidence: Evidence) -> Linked:
    claim = view.claims.get(evidence.claim or "")
    source = view.sources.get(claim.source if claim is not None else evidence.source or "")
    left_out = _left_out(view, evidence, claim, source)
    waits_for = () if left_out is not None else tuple(_waits_for(view, evidence, claim))
    return Linked(
        evidence=evidence, claim=claim, source=source, left_out=left_out, waits_for=waits_for
    )


def _waits_for(view: View, evidence: Evidence, claim: Claim | None) -> Iterator[str]:
    if evidence.assertion != "manual" and evidence.review is None:
        yield evidence.name
    if claim is not None and view.counted.reason_of(claim.id) == "automatic":
        yield f"claim:{claim.id}"


def _left_out(
    view: View, evidence: Evidence, claim: Claim | None, source: Source | None
) -> str | None:
    if evidence.review is not None and evidence.review.verdict == "rejected":
        return "link-rejected"
    if claim is not None:
        reason = view.counted.reason_of(claim.id)
        return None if reason == "automatic" else reason
    return "absent" if source is None else _barred(view, source)


def _barred(view: View, source: Source) -> str | None:
    """Return why a source as a whole does not count: for what keeps its claims from counting."""
    if source.review is not None and source.review.verdict == "rejected":
        return "rejected"
    duplicates = view.counted.duplicates
    stands = duplicates.get(source.id, source.id)
    same = (source.id, stands, *(id for id, other in duplicates.items() if other == stands))
    if any(view.sources[id].is_retracted for id in same if id in view.sources):
        return "retracted"
    return "duplicate" if source.id in duplicates else None


# -- what is missing ---------------------------------------------------------------------


def _missing(view: View, given: Standing) -> Iterator[Lack]:
    if given.question.status == "withdrawn":
        return
    lost = [each for each in given.left_out if each.evidence.is_in_force]
    if lost:
        yield _lost(given, lost)
    if given.question.status != "open":
        return
    if given.counting:
        yield from _missing_relations(given)
        yield from _missing_tiers(view, given)
        yield from _missing_side(given)
    elif given.waiting:
        names = tuple(each.entry for each in given.waiting)
        yield Lack(name="unreviewed", text="only proposals that nobody has reviewed", entries=names)
    elif not lost:
        what = "nothing that counts" if given.left_out else "nothing"
        yield Lack(name="nothing", text=f"{what} is linked to it")


def _lost(given: Standing, lost: Sequence[Linked]) -> Lack:
    names = tuple(each.entry for each in lost)
    ids = (f"{each.entry.partition(':')[2]} ({each.left_out})" for each in lost)
    what = "some of its evidence" if given.counting else "its evidence"
    return Lack(name="lost", text=f"{what} no longer counts: {', '.join(ids)}", entries=names)


def _missing_relations(given: Standing) -> Iterator[Lack]:
    relations = {each.evidence.relation for each in given.counting}
    if relations == {"against"}:
        yield Lack(name="against", text="all that counts speaks against it; nothing answers it")
    elif "answers" not in relations:
        yield Lack(name="partly", text="it is answered in part only")


def _missing_tiers(view: View, given: Standing) -> Iterator[Lack]:
    """Name the tiers that are stronger than the strongest claim's."""
    held = {each.claim.tier for each in given.counting if each.claim is not None}
    if not held:
        text = "sources are linked to it, but no claim says what they show"
        yield Lack(name="sources", text=text)
        return
    order = [tier.slug for tier in view.tiers]
    best = min((order.index(tier) for tier in held if tier in order), default=len(order))
    if best:
        labels = " or ".join(within_sentence(tier.label) for tier in view.tiers[:best])
        entries = tuple(f"tier:{slug}" for slug in order[:best])
        yield Lack(name="tiers", text=f"no {labels} evidence", entries=entries)


def _missing_side(given: Standing) -> Iterator[Lack]:
    stances = {each.claim.stance for each in given.counting if each.claim is not None}
    is_opposed = any(each.evidence.relation == "against" for each in given.counting)
    if not is_opposed and stances.isdisjoint(("contradicts", "mixed")):
        yield Lack(name="one-sided", text="nothing was linked that speaks against it")


# -- what a new entry bears on -----------------------------------------------------------

_ASKED: Final = 100  # matches that are asked for: what is new stands among what is not
_MOST: Final = 20  # proposals for one question at a time: a person reads them
_SURE: Final = 0.6  # a weight from which on a match is worth a person's time
_WORDS: Final = 12  # of a question, that a basis repeats
_WIDTH: Final = 400  # characters of a basis


def bearing(
    view: View,
    retriever: Retriever,
    *,
    since: int,
    record: Callable[[int], Record] | None = None,
    limit: int = _MOST,
) -> tuple[EvidenceLinked, ...]:
    """Propose to open questions what was added and matches them well.

    It costs one retrieval for each open question whose text is open here.

    Args:
        view: the ledger as it stands now.
        retriever: finds what matches a question's text.
        since: the head's size before it was added: what record ``since`` or a later one introduced.
        record: gives a record, as :meth:`evledger.Ledger.record` does.
            A view does not keep what was unlinked from a question; with this it is looked up,
            and not proposed again.
        limit: how many for one question, at most.

    Returns:
        For each question the best matches first: claims that count, or would once they are
        reviewed, and sources none of whose claims matches.
        What is linked to the question already, whatever became of it, is passed over,
        so that appending them and asking again gives nothing.
        Each says on what basis; where the question or the entry is sealed,
        without any word of theirs.

    Raises:
        PluginError: the retriever failed; the message names it.
    """
    found: list[EvidenceLinked] = []
    added = _added(view, since)
    for question in view.questions.values() if added else ():
        if question.status == "open" and isinstance(question.text, str):
            matches = retrieve(view, question.text[:LONGEST], retriever, _ASKED, among=added)
            seen = {*map(_entry_of, question.evidence), *_unlinked(question, record)}
            candidates = list(_candidates(view, matches, seen, since))[:limit]
            fresh = (match for match in candidates if match.entry not in seen)
            found += (_proposal(view, question, match) for match in fresh)
    return tuple(found)


def _added(view: View, since: int) -> frozenset[str]:
    """Return the whole names of the claims and sources that are new since then."""
    claims = (f"claim:{each.id}" for each in view.claims.unopened() if each.n >= since)
    sources = (f"source:{each.id}" for each in view.sources.unopened() if each.n >= since)
    return frozenset((*claims, *sources))


def _entry_of(evidence: Evidence) -> str:
    return f"claim:{evidence.claim}" if evidence.claim else f"source:{evidence.source}"


def _unlinked(question: Question, record: Callable[[int], Record] | None) -> Iterator[str]:
    """Yield what records name that no link of today accounts for: what was unlinked, above all."""
    if record is None:
        return
    links = question.evidence
    told = {each.n for each in links} | {each.review.n for each in links if each.review}
    for n in question.history:
        if n not in told:
            yield from record(n).refs


def _candidates(
    view: View, matches: Iterable[Match], seen: set[str], since: int
) -> Iterator[Match]:
    """Yield the matches that are sure and new, the best first; those seen already are among them.

    So the best few stay the best few, whether or not they have been proposed.
    """
    sure = [match for match in matches if match.weight >= _SURE]
    sure = sorted({match.entry: match for match in sure}.values(), key=lambda each: -each.weight)
    claims = {match.entry for match in sure if _is_new_claim(view, match.entry, since)}
    for match in sure:
        if match.entry in claims or _is_new_source(view, match.entry, since, claims | seen):
            yield match


def _is_new_claim(view: View, entry: str, since: int) -> bool:
    kind, _, id = entry.partition(":")
    if kind != "claim" or view.claims[id].n < since:
        return False
    return view.counted.reason_of(id) in (None, "automatic")


def _is_new_source(view: View, entry: str, since: int, told: set[str]) -> bool:
    """Return whether it is a source that counts, and that no claim of its own speaks for."""
    kind, _, id = entry.partition(":")
    if kind != "source" or view.sources[id].n < since:
        return False
    claims = (f"claim:{claim.id}" for claim in view.claims_of(id))
    return told.isdisjoint(claims) and _barred(view, view.sources[id]) is None


def _proposal(view: View, question: Question, match: Match) -> EvidenceLinked:
    kind, _, id = match.entry.partition(":")
    claim = view.claims[id] if kind == "claim" else None
    source = view.sources[claim.source if claim is not None else id]
    about = claim.about if claim is not None else None
    named = (view.components.get(id) for id in (about.components if about is not None else ()))
    entries: tuple[Entry | None, ...] = (question, claim, source, *named)
    is_open = not any(entry.sealed for entry in entries if entry is not None)
    return EvidenceLinked(
        question=question.id,
        claim=id if claim is not None else None,
        source=id if claim is None else None,
        relation="partly",
        assertion="automatic",
        basis=_basis(match) if is_open else _basis_in_numbers(match),
    )


def _basis(match: Match) -> str:
    held, missing = _some(match.words), _some(match.missing)
    if not held:
        return _basis_in_numbers(match)
    return f"its words: {held}{f'; not: {missing}' if missing else ''}"[:_WIDTH]


def _some(words: Sequence[str]) -> str:
    more = "…" if len(words) > _WORDS else ""
    return ", ".join((*map(one_line, words[:_WORDS]), *more))


def _basis_in_numbers(match: Match) -> str:
    """Return how well it matches, and repeat nothing: a basis is public for good."""
    held = len(match.words)
    return f"{held} of {held + len(match.missing)} of its words, weight {match.weight:.2f}"


# -- proposing ---------------------------------------------------------------------------

_TRIES: Final = 3


class Target(Protocol):
    """The ledger, as proposing sees it."""

    def view(self) -> View:
        """Fold it to its head."""
        ...

    def record(self, n: int) -> Record:
        """Return a record."""
        ...

    def append(self, *events: EvidenceLinked, by: str, expect: Head) -> object:
        """Append events, all or none, only if the head is the one expected."""
        ...


def propose(ledger: Target, retriever: Retriever, *, since: int, by: str) -> int:
    """Append what :func:`bearing` finds, all at once, and give how many.

    Where somebody else appends meanwhile it is found again, a few times.

    Args:
        ledger: whose open questions are asked.
        retriever: finds what matches a question's text.
        since: the head's size before the entries were added.
        by: who proposes.

    Raises:
        PluginError: the retriever failed; the message names it.
        Conflict: others appended every time.
    """
    for _ in range(_TRIES - 1):
        with contextlib.suppress(Conflict):
            return _propose(ledger, retriever, since, by)
    return _propose(ledger, retriever, since, by)


def _propose(ledger: Target, retriever: Retriever, since: int, by: str) -> int:
    view = ledger.view()
    found = bearing(view, retriever, since=since, record=ledger.record)
    if found:
        ledger.append(*found, by=by, expect=view.head)
    return len(found)
