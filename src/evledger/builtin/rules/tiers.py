"""Rules on the tier of evidence: whether a claim's words and source can carry it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from evledger.builtin.rules.making import Found, rule, seen, shown, word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from evledger.entries import Claim, Source
    from evledger.view import View

__all__ = ["human_tier_weak_source", "tier_text_mismatch"]

_WEAK: Final = frozenset(("web-page", "post", "comment", "video"))
_TOLD: Final = frozenset(("post", "comment", "video"))
_STUDIES: Final = frozenset(("journal-article", "review", "preprint", "trial"))


def _counted(view: View) -> Iterator[tuple[Claim, Source]]:
    for id in view.counted.claims:
        claim = view.claims[id]
        source = view.sources.get(claim.source)
        if source is not None:
            yield claim, source


@rule(
    "human-tier-weak-source",
    why="The human tier weighs most, and stands for observations that somebody can look up: "
    "trials, cohorts, clinical reports. A page or a post reports them at second hand at best.",
    mend="Tag the claim from the study itself; or append claim-retagged with the tier that the "
    'source carries: {"type": "claim-retagged", "data": {"claim": "c12", "tier": "published", '
    '"why": "…"}}.',
)
def human_tier_weak_source(view: View) -> Iterator[Found]:
    """A claim tagged human whose source is a web page, post, comment or video."""
    for claim, source in _counted(view):
        if claim.tier == "human" and source.kind in _WEAK:
            kind = shown(source, "kind")
            text = f"tagged human, but its source {source.id} is of kind {kind}"
            yield Found(f"claim:{claim.id}", text, (f"source:{source.id}",))


# -- words -------------------------------------------------------------------------------


def _words(*words: str) -> re.Pattern[str]:
    """Match whole words, small or with a capital letter.

    Not in capitals, for MICE is a method and RAT a test; not after a hyphen, for anti-mouse
    is an antibody.
    """
    forms = "|".join(re.sub(r"^[a-z]", lambda a: f"[{a[0]}{a[0].upper()}]", word) for word in words)
    return re.compile(rf"(?<![\w-])(?:{forms})(?!\w)")


_ANIMALS: Final = _words(
    *("rats?", "mice", "murine", "rodents?", "zebrafish", "drosophila", "rabbits?"),
    r"mouse(?! (?:click|cursor|button|track|pad|move))",
    *("hamsters?", "gerbils?", "ferrets?", "piglets?", "minipigs?", "porcine", "canine"),
    *("beagles?", "macaques?", "monkeys?", "guinea[ -]pigs?", "non-?human primates?"),
    r"in (?:dogs|cats|pigs|sheep|horses|chicks|frogs|flies|worms)",
    r"animal (?:models?|stud(?:y|ies)|experiments?)",
    *(r"sprague[ -][Dd]awley", "wistar", r"c57BL/6\w?", r"c\. elegans"),
    *(r"in[ -]vitro(?! fertili[sz]ation)", "ex[ -]vivo", "cell (?:lines?|cultures?)"),
    r"cultured (?:\w+ ){0,2}(?:cells|neurons|astrocytes)",
    *("organoids?", "xenografts?", r"(?:HEK ?293T?|PC12|SH-SY5Y|HeLa) cells"),
)
"""Observed in animals, tissue or cells."""

_SPECIMENS: Final = _words(
    *("animals?", "cells?", "tissues?", "cultures?", r"biops(?:y|ies)", "post-?mortem"),
    *("in silico", "neurons?", "astrocytes?", "fibroblasts?"),
)
"""What makes a study preclinical although it speaks of the people whom the material is from."""

_PATIENTS: Final = _words(
    *("patients?(?!-derived)", "volunteers?", "participants?", "men and women"),
    r"healthy (?:subjects|adults|men|women|controls|people|individuals)",
    *("in humans", "in people"),
)
"""Observed in people."""

_PEOPLE: Final = _words(
    *("patients?(?!-derived)", "volunteers?", "participants?", "subjects?", "humans", "people"),
    *("persons?", "men", "women", "adults", "children", "infants", "adolescents", "students"),
    *("cohorts?", "clinical(?:ly)?", "athletes", "users", "individuals"),
)
"""Anything that says that people were looked at as well."""

_OUTLOOK: Final = _words(
    *("may", "might", "could", "would", "should", r"potential\w*", "promising", "candidates?"),
    *("future", "no", "not", "never", "without", "whether", "unknown", "yet", r"impli\w+"),
    *("unlike", "unclear", "relevan(?:t|ce)", "toward?s?"),
)
"""Words under which people are spoken of although none was looked at."""


# -- what contradicts what ---------------------------------------------------------------


@rule(
    "tier-text-mismatch",
    why="A finding in rats that is counted as one in people, or told as one, misleads readers "
    "more than any other slip; and it changes the score.",
    mend="Read the source. Append claim-retagged with the right tier or a text that says in whom: "
    '{"type": "claim-retagged", "data": {"claim": "c12", "tier": "preclinical", "why": "…"}}.',
)
def tier_text_mismatch(view: View) -> Iterator[Found]:
    """A claim whose words, or whose source, contradict its tier.

    The claim's text decides where it speaks of animals or of people; else the source's title.
    A human claim that speaks of both is left alone: it says itself what was seen in whom.
    A preclinical claim is left alone where animals, cells or tissue are spoken of too,
    or where people are only an outlook: ``may help patients``.
    """
    for claim, source in _counted(view):
        judge = _JUDGES.get(claim.tier)
        text = None if judge is None else judge(claim, source)
        if text is not None:
            yield Found(f"claim:{claim.id}", text, (f"source:{source.id}",))


def _human(claim: Claim, source: Source) -> str | None:
    text, title = seen(claim.text), seen(source.title)
    found = _ANIMALS.search(text)
    if found is not None or _PEOPLE.search(text):
        if found is None or _PEOPLE.search(text):
            return None
        return f"tagged human, but its text speaks of animals or cells{word(claim, 'text', found)}"
    found = _ANIMALS.search(title)
    if found is None or _PEOPLE.search(title):
        return None
    said = word(source, "title", found)
    return f"tagged human, but the title of {source.id} speaks of animals or cells{said}"


def _preclinical(claim: Claim, source: Source) -> str | None:
    if source.kind in _TOLD:
        return f"tagged preclinical, but its source {source.id} is of kind {shown(source, 'kind')}"
    text, title = seen(claim.text), seen(source.title)
    if any(words.search(part) for words in (_ANIMALS, _SPECIMENS) for part in (text, title)):
        return None
    for entry, field, said, whose in (
        (claim, "text", text, "its text"),
        (source, "title", title, f"the title of {source.id}"),
    ):
        found = _PATIENTS.search(said)
        if found is not None:
            seriously = not _OUTLOOK.search(said)
            words = word(entry, field, found)
            return f"tagged preclinical, but {whose} speaks of people{words}" if seriously else None
    return None


def _anecdotal(claim: Claim, source: Source) -> str | None:
    del claim
    if source.kind not in _STUDIES:
        return None
    return f"tagged anecdotal, but its source {source.id} is of kind {shown(source, 'kind')}"


_JUDGES: Final[dict[str, Callable[[Claim, Source], str | None]]] = {
    "human": _human,
    "preclinical": _preclinical,
    "anecdotal": _anecdotal,
}
"""By the slugs of :data:`evledger.events.DEFAULT_TIERS`; a ledger's own tiers are its own."""
