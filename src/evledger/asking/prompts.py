"""Prompts: questions worth asking, because the ledger holds what answers them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING, Final

import attrs

from evledger.legible import one_line, shortened, within_sentence
from evledger.seals import Hidden

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evledger.entries import Claim, Question
    from evledger.view import View

__all__ = ["Prompt", "folded", "of_question", "suggest"]

_MOST: Final = 8  # prompts that an article suggests
_LATEST: Final = 5  # claims that count as recent
_LONGEST: Final = 160  # characters of a question that is read at a glance
_NAME: Final = 60  # characters of a name within a question
_WORDS: Final = 4  # words of a name that needs no quotation marks


@attrs.frozen(kw_only=True)
class Prompt:
    """A question worth asking, because the ledger holds what answers it.

    Attributes:
        name: what it was derived from: ``question``, ``tier``, ``dispute``, ``gap``,
            ``component``, ``safety``, ``recent``, ``unanswered`` or ``review``.
        text: the question, on one line.
        entries: the whole names of what answers it, at least one: ``claim:c12``, ``gap:g1``.
            Among claims, those of the strongest tier come first; where the question is what was
            added last, the latest.
    """

    name: str
    text: str
    entries: tuple[str, ...]


def suggest(view: View) -> tuple[Prompt, ...]:
    """Suggest at most eight questions that the ledger can answer, of as many sorts as there are.

    No two have one text, and no two are answered by the same entries.
    What is hidden answers nothing.

    Args:
        view: from whose state they are derived: what readers asked, tiers, disputes, gaps,
            components, cautions, recent additions, and what is open.

    >>> import evledger
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     with semax.batch(by="curator") as batch:
    ...         gap = batch.note_gap("No trial in women.")
    ...     prompts = suggest(semax.view())
    >>> [(prompt.text, prompt.entries) for prompt in prompts]
    [('What is not known yet?', ('gap:g1',))]
    """
    hidden = _hidden(view)
    rounds = zip_longest(*(_answered(source(view), hidden) for source in _SUGGESTERS))
    found = (prompt for prompt in chain.from_iterable(rounds) if prompt is not None)
    return tuple(islice(_distinct(_merged(found)), _MOST))


def folded(text: str) -> str:
    """Return a question as it is compared with others: in small letters, without its final stop.

    >>> folded("What is NOT known  yet?") == folded("what is not known yet")
    True
    """
    return " ".join(text.casefold().split()).rstrip("?!. ")


# -- of all that could be asked, what is -------------------------------------------------

_SAID: Final = {
    "claim": ("claims", "text"),
    "source": ("sources", "title"),
    "question": ("questions", "text"),
    "gap": ("gaps", "text"),
    "caveat": ("caveats", "text"),
    "section": ("sections", "body"),
}
"""For each kind of entry, where a view has them, and the field that says something."""


def _hidden(view: View) -> frozenset[str]:
    """Return the whole names of the entries whose words cannot be read."""
    found: list[str] = []
    for kind, (name, field) in _SAID.items():
        entries = getattr(view, name)
        for id, entry in zip(entries, entries.unopened(), strict=True):
            # Only what was sealed can be hidden, and most is not: open no quote for this.
            if field in entry.sealed and isinstance(getattr(entries[id], field), Hidden):
                found.append(f"{kind}:{id}")
    return frozenset(found)


def _answered(prompts: Iterable[Prompt], hidden: frozenset[str]) -> Iterator[Prompt]:
    """Leave out the entries that nobody can read, and the prompts that nothing answers then."""
    for prompt in prompts:
        entries = tuple(name for name in prompt.entries if name not in hidden)
        if entries:
            yield attrs.evolve(prompt, entries=entries)


def _merged(prompts: Iterable[Prompt]) -> Iterable[Prompt]:
    """Make one prompt of those that ask the same, with the entries of all of them."""
    found: dict[str, Prompt] = {}
    for prompt in prompts:
        text = folded(prompt.text)
        before = found.get(text)
        entries = prompt.entries if before is None else (*before.entries, *prompt.entries)
        found[text] = attrs.evolve(before or prompt, entries=tuple(dict.fromkeys(entries)))
    return found.values()


def _distinct(prompts: Iterable[Prompt]) -> Iterator[Prompt]:
    """Leave out the prompts that the same entries answer as an earlier one."""
    seen: set[frozenset[str]] = set()
    for prompt in prompts:
        entries = frozenset(prompt.entries)
        if entries not in seen:
            seen.add(entries)
            yield prompt


# -- names within a question -------------------------------------------------------------

_PLAIN: Final = re.compile(r"[\w+/()'\u2019-]+(?: [\w+/()'\u2019-]+)*")
_ADJECTIVE: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*(?<!s)")


def _name(text: str) -> str:
    """Return a name without what would end the question around it; nothing where none is left."""
    return shortened(one_line(text).strip(" .,;:!?"), _NAME) if _is_worded(text) else ""


def _is_worded(text: str) -> bool:
    return any(map(str.isalnum, text))


def _about(name: str) -> str:
    """Ask about a component; a name that is more than a few words stands in quotation marks."""
    is_plain = _PLAIN.fullmatch(name) and name.count(" ") < _WORDS
    return f"What is known about {name if is_plain else f'“{name}”'}?"


def _of_tier(label: str) -> str:
    """Ask about a tier; only a single word can be told to be no noun in the plural."""
    stem = re.sub(r" evidence$", "", label, flags=re.IGNORECASE)
    if _ADJECTIVE.fullmatch(stem):
        return f"What does the {within_sentence(stem)} evidence say?"
    return f"What does the evidence in “{label}” say?"


# -- what can be asked -------------------------------------------------------------------


def _names(kind: str, ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{kind}:{id}" for id in ids)


def _claims(view: View) -> dict[str, Claim]:
    """Return the claims by id, with what is sealed in them closed."""
    return {claim.id: claim for claim in view.claims.unopened()}


def _strongest_first(view: View, ids: Iterable[str]) -> list[str]:
    order = {tier.slug: place for place, tier in enumerate(view.tiers)}
    claims = _claims(view)
    return sorted(ids, key=lambda id: order.get(claims[id].tier, len(order)))


def _of_questions(view: View) -> Sequence[Prompt]:
    """What readers asked, where a claim that counts, or a source, answers it; the most first."""
    asked = (each for each in view.questions.values() if each.status != "withdrawn")
    worded = (each for each in asked if isinstance(each.text, str) and _is_worded(each.text))
    found = (of_question(view, each) for each in worded)
    fit = (each for each in found if len(each.text) <= _LONGEST)
    return sorted(fit, key=lambda prompt: -len(prompt.entries))


def of_question(view: View, question: Question) -> Prompt:
    """Return a reader's question as a prompt, with what answers it, if anything does.

    Args:
        view: in which.
        question: one of its questions; where its text is hidden, the prompt's is empty.
    """
    text = one_line(question.text).strip() if isinstance(question.text, str) else ""
    counted = frozenset(view.counted.claims)
    evidence = sorted(question.evidence, key=lambda each: _RELATIONS.get(each.relation, 0))
    linked = [each for each in evidence if each.is_in_force]
    claims = [each.claim for each in linked if each.claim in counted]
    sources = [each.source for each in linked if _stands(view, each.source)]
    entries = _names("claim", filter(None, claims)) + _names("source", filter(None, sources))
    return Prompt(name="question", text=text, entries=tuple(dict.fromkeys(entries)))


_RELATIONS: Final = {"answers": 0, "partly": 1, "against": 2}


def _stands(view: View, source: str | None) -> bool:
    entry = None if source is None else view.sources.get(source)
    if entry is None or entry.is_retracted:
        return False
    return entry.review is None or entry.review.verdict != "rejected"


def _of_tiers(view: View) -> Iterator[Prompt]:
    """The strongest evidence first, then each weaker tier, then those that only claims have."""
    labels = {tier.slug: tier.label for tier in view.tiers}
    tiers = view.counted.tiers
    for slug in dict.fromkeys((*labels, *tiers)):
        label = _name(labels.get(slug, slug)) or slug
        yield Prompt(
            name="tier", text=_of_tier(label), entries=_names("claim", tiers.get(slug, ()))
        )


def _of_disputes(view: View) -> Iterator[Prompt]:
    counted = view.counted
    for text, ids in (
        ("Which claims contradict each other?", counted.contradicted),
        ("What speaks against it?", counted.stances.get("contradicts", ())),
    ):
        entries = _names("claim", _strongest_first(view, ids))
        yield Prompt(name="dispute", text=text, entries=entries)


def _of_gaps(view: View) -> Iterator[Prompt]:
    gaps = (gap.id for gap in view.gaps.values() if gap.closed is None)
    yield Prompt(name="gap", text="What is not known yet?", entries=_names("gap", gaps))


def _of_components(view: View) -> Iterator[Prompt]:
    """The components that most claims are about come first."""
    about: dict[str, list[str]] = {id: [] for id in view.components}
    claims = _claims(view) if about else {}
    for id in _strongest_first(view, view.counted.claims) if about else ():
        named = claims[id].about
        for part in dict.fromkeys(named.components if named is not None else ()):
            about.setdefault(part, []).append(id)
    for part in sorted(view.components, key=lambda part: -len(about[part])):
        name = view.components[part].component
        text = _name(name) if isinstance(name, str) else ""
        if text:
            yield Prompt(name="component", text=_about(text), entries=_names("claim", about[part]))


def _of_cautions(view: View) -> Iterator[Prompt]:
    caveats = (each.id for each in view.caveats.values() if each.withdrawn is None)
    notice = _names("section", ("safety",)) if "safety" in view.sections else ()
    asked = "about its safety" if notice else "before relying on this"
    text = f"What should one know {asked}?"
    yield Prompt(name="safety", text=text, entries=(*notice, *_names("caveat", caveats)))


def _of_recent(view: View) -> Iterator[Prompt]:
    latest = view.counted.claims[: -_LATEST - 1 : -1]
    yield Prompt(name="recent", text="What was added last?", entries=_names("claim", latest))


def _of_unanswered(view: View) -> Iterator[Prompt]:
    unanswered = (
        question.id
        for question in view.questions.values()
        if question.status == "open" and not question.evidence
    )
    text = "Which questions has nobody answered?"
    yield Prompt(name="unanswered", text=text, entries=_names("question", unanswered))


def _of_reviews(view: View) -> Iterator[Prompt]:
    waiting = _strongest_first(view, view.counted.left_out["automatic"])
    text = "Which claims has nobody reviewed?"
    yield Prompt(name="review", text=text, entries=_names("claim", waiting))


_SUGGESTERS: Final = (
    _of_questions,
    _of_tiers,
    _of_disputes,
    _of_gaps,
    _of_components,
    _of_cautions,
    _of_recent,
    _of_unanswered,
    _of_reviews,
)
"""Where prompts come from, the most useful first: each gives one before any gives a second."""
