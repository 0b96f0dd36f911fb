"""Rules on the tier of evidence: whether a claim's words and source can carry it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from evledger.checks import Spot, rule, shown, word
from evledger.seals import open_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from evledger.entries import Claim, Entry, Source
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
def human_tier_weak_source(view: View) -> Iterator[Spot]:
    """A claim tagged human whose source is a web page, post, comment or video."""
    for claim, source in _counted(view):
        if claim.tier == "human" and source.kind in _WEAK:
            kind = _kind_of(source)
            text = f"it is tagged human, but its source {source.id} is a {kind}"
            yield Spot(f"claim:{claim.id}", text, (f"source:{source.id}",))


def _kind_of(source: Source) -> str:
    return shown(source, "kind").replace("-", " ")


# -- words -------------------------------------------------------------------------------


def _words(*words: str) -> re.Pattern[str]:
    """Match whole words, small; not after a hyphen, for anti-mouse is an antibody."""
    return re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?!\w)")


_FARMED: Final = "dogs|cats|pigs|sheep|horses|cows|goats|chicks|frogs|flies|worms"
_ANIMALS: Final = _words(
    r"rats?(?! race| poison|[ -]bite)",
    r"(?<!computer )mouse(?![ -](?:click|cursor|button|track|pad|move|use))",
    r"murine(?! typhus| (?:\w+ )?antibod)",
    r"rabbits?(?! (?:syndrome|hole|anti|polyclonal|monoclonal|fever))",
    r"canine(?! (?:teeth|tooth))",
    r"porcine(?! (?:\w+ )?(?:valve|insulin|collagen|enzyme))",
    r"(?<!\ba )(?<!my )(?<!own )(?<!human )(?<!'s )guinea[ -]pigs?",
    *("mice", "rodents?", "zebrafish", "drosophila", "hamsters?", "gerbils?", "ferrets?"),
    *("piglets?", "minipigs?", "ewes?", "beagles?", "macaques?", "monkeys?", "marmosets?"),
    *("baboons?", "non-?human primates?", "xenopus", r"c\. elegans", "fruit flies"),
    rf"(?:in |\A)(?:{_FARMED})(?! (?:owner|therap))",
    r"(?:dog|cat|pig|sheep|animal) (?:models?|stud(?:y|ies)|experiments?)",
    *("in animals", "chick embryos?", "knock-?out", "transgenic"),
    *(r"sprague[ -]dawley", "wistar", r"c57bl/6\w?"),
    r"in[ -]vitro(?! (?:fertili[sz]ation|diagnostic|maturation))",
    *(r"ex[ -]vivo(?! (?:gene|expan|perfus|lung))", "in silico docking"),
    *("cell (?:lines?|cultures?)", r"(?:neuron|astrocyte|fibroblast)s? cultures?"),
    r"cultured (?:\w+ ){0,2}(?:cells|neurons|astrocytes)",
    *("organoids?", "xenografts?", r"(?:hek293t?|pc12|sh-sy5y|hela) cells", "ipsc-derived"),
    *("ratten?", "maus", "mäusen?", "kaninchen", "meerschweinchen"),
    *("souris", "lapins?", "cobayes?", r"крыс\w{0,3}", r"мыш(?!ц)\w{1,2}", r"кролик\w{0,3}"),
)
"""Observed in animals, tissue or cells."""

_SPECIMENS: Final = _words(
    *("animals?", "cells?", "tissues?", "cultures?", r"biops(?:y|ies)", "post-?mortem"),
    *("in silico", "neurons?", "astrocytes?", "fibroblasts?"),
    r"(?:samples?|ser(?:um|a)|plasma|blood|tumou?rs?) (?:of|from)",
)
"""What makes a study preclinical although it speaks of the people whom the material is from."""

_PATIENTS: Final = _words(
    *("patients?(?!-derived)", "volunteers?", "participants?", "children", "women", "men"),
    r"healthy (?:subjects|adults|controls|people|individuals)",
    *("in humans", "in people", r"randomi[sz]ed (?:[\w-]+ ){0,2}trial"),
    *("patient(?:en|innen)", "proband(?:en|innen)", r"пациент\w{0,3}", r"добровольц\w{0,3}"),
)
"""Observed in people."""

_PEOPLE: Final = _words(
    *("patients?(?!-derived)", "volunteers?", "participants?", "subjects?", "humans", "people"),
    *("persons?", "men", "women", "adults", "children", "infants", "adolescents", "students"),
    *("newborns?", "neonates?", "boys", "girls", "mothers", "the elderly", "human carriers"),
    *("cohorts?", "clinical(?:ly)?", "athletes", "users", "individuals", "smokers", "veterans"),
    *("nurses", "workers", "recipients?", "placebo", "epidemiologic(?:al)?"),
    *("patient(?:en|innen)", "proband(?:en|innen)", "mensch(?:en)?", "kindern?", "frauen"),
    *(r"l['\u2019]homme", "humains?", "hommes", "femmes", r"l['\u2019]enfant", "enfants"),
    *("людей", "человека", r"пациент\w{0,3}", r"больны[хм]", r"добровольц\w{0,3}"),
)
"""Anything that says that people were looked at as well."""

_UNTRIED: Final = (
    r"(?:no|not|never|without)(?: [\w-]+){0,3} "
    r"(?:tried|tested|studied|examined|investigated|known|data|evidence|trials?|studies)"
)
_HOPES: Final = _words(
    rf"(?:(?:may|might|could)(?: [\w-]+){{1,4}}|{_UNTRIED}(?: \w+)?) (?:patients|people|humans)"
)
"""Where people are only hoped for: whom it may help, in whom it was never tried."""

_OUTLOOK: Final = _words(
    *("may", "might", "could", "would", "should", r"potential\w*", "promising", "candidates?"),
    *("future", "whether", "unknown", "yet", r"impli\w+", "unlike", "unclear"),
    *("relevan(?:t|ce)", "toward?s?", "not in", _UNTRIED),
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
def tier_text_mismatch(view: View) -> Iterator[Spot]:
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
            yield Spot(f"claim:{claim.id}", text, (f"source:{source.id}",))


def _words_of(claim: Claim, source: Source) -> tuple[tuple[Entry, str, str, str], ...]:
    """Return a claim's text, then its source's title: whose, which field, its words, its name."""
    return (
        (claim, "text", _read(claim.text), "its text"),
        (source, "title", _read(source.title), f"the title of {source.id}"),
    )


def _read(value: object) -> str:
    """Return a text in small letters, without acronyms: MICE is a method, and RAT a test."""
    text = open_text(value)
    return (text if text.isupper() else _ACRONYM.sub("", text)).lower()


_ACRONYM: Final = re.compile(r"\b[A-Z]{3,}\b(?!-)")


def _human(claim: Claim, source: Source) -> str | None:
    for entry, field, said, whose in _words_of(claim, source):
        found, speaks_of_people = _ANIMALS.search(said), _PEOPLE.search(_HOPES.sub("", said))
        if found is not None and not speaks_of_people:
            words = word(entry, field, found)
            return f"it is tagged human, but {whose} speaks of animals or cells{words}"
        if found is not None or speaks_of_people:
            return None
    return None


def _preclinical(claim: Claim, source: Source) -> str | None:
    if source.kind in _TOLD:
        return f"it is tagged preclinical, but its source {source.id} is a {_kind_of(source)}"
    told = _words_of(claim, source)
    if any(words.search(said) for words in (_ANIMALS, _SPECIMENS) for _, _, said, _ in told):
        return None
    for entry, field, said, whose in told:
        found = _PATIENTS.search(said)
        if found is None:
            continue
        if _OUTLOOK.search(said):
            return None
        words = word(entry, field, found)
        return f"it is tagged preclinical, but {whose} speaks of people{words}"
    return None


def _anecdotal(claim: Claim, source: Source) -> str | None:
    del claim
    if source.kind not in _STUDIES:
        return None
    return f"it is tagged anecdotal, but its source {source.id} is a {_kind_of(source)}"


_JUDGES: Final[dict[str, Callable[[Claim, Source], str | None]]] = {
    "human": _human,
    "preclinical": _preclinical,
    "anecdotal": _anecdotal,
}
"""By the slugs of :data:`evledger.events.DEFAULT_TIERS`; a ledger's own tiers are its own."""
