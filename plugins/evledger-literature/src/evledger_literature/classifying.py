"""What a record is of, and what was observed in whom; with the reason, for curators to check.

The kind of source is told by the record's types, by its identifiers, by its venue. The tier of
evidence is told by types and subject headings, and where they say nothing by words of the title.
All of it is a proposal, and its basis quotes what it rests on.

Some cases are decided here, for the record alone cannot:

- A meta-analysis of studies in people is `human`. It observes nothing itself, but it is the one
  place where that figure of what was observed in people stands; and below a study in mice, where
  reviews rank, nobody would look for it. A systematic review without such a figure is `published`.
- The heading `Humans` alone is not enough for `human`: it stands on papers on software, on ethics
  and on proteins too. People were observed where an age, a design or a group of people is among
  the headings, or where the title or the abstract speaks of those who were.
- A paper on people and on animals or cells is `preclinical` unless its type is that of a study in
  people: what it was that was seen in people only reading tells, and of two tiers the weaker one
  claims less.
- A type of a study in people says nothing where only animals are among the headings, for before
  2019 PubMed gave `Clinical Trial` to trials in animals too.
- A registered trial makes no claim before its results are posted, for its title is a question;
  the protocol of one in a journal is `published`.
- A notice, a dataset, a page makes no claim that its record could tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from evledger_literature.notices import is_notice, is_title_of_notice, plain_words
from evledger_literature.phrases import Counted, Phrases
from evledger_literature.wordlists import (
    COUNTS,
    FORMS,
    HEADINGS,
    KINDS,
    PREPRINT_DOI,
    PREPRINT_VENUE,
    SUBJECTS,
    TYPES,
)

if TYPE_CHECKING:
    from evledger_literature.records import Record

__all__ = ["Judgement", "classify"]


@attrs.frozen
class Judgement:
    """What a record is taken for.

    Attributes:
        kind: the kind of source, of :data:`evledger.events.SourceKind`.
        kind_basis: why, in words that a curator can check against the record.
        tier: the class of evidence of what it says, of :data:`evledger.events.DEFAULT_TIERS`;
            ``None`` where it makes no claim.
        tier_basis: why; ``None`` where there is no tier.
    """

    kind: str
    kind_basis: str
    tier: str | None
    tier_basis: str | None


def classify(record: Record) -> Judgement:
    """Judge what a record is of, and what was observed in whom.

    >>> from evledger_literature.records import Record
    >>> record = Record(
    ...     place="record 1",
    ...     format="PubMed",
    ...     types=["Randomized Controlled Trial", "Journal Article"],
    ...     headings=["Adult", "Humans"],
    ... )
    >>> judgement = classify(record)
    >>> judgement.kind, judgement.kind_basis
    ('journal-article', "PubMed: publication type 'Journal Article'")
    >>> judgement.tier, judgement.tier_basis
    ('human', "PubMed: publication type 'Randomized Controlled Trial'; MeSH 'Humans'")
    """
    form = next(_first_words(FORMS, "title", record.title), None)
    kind, reason = _kind(record, form)
    tier, tier_reason = _tier(record, kind, form)
    basis = f"{record.format}: {tier_reason}" if tier else None
    return Judgement(kind, f"{record.format}: {reason}", tier, basis)


# -- the kind ----------------------------------------------------------------------------

_Found: TypeAlias = tuple[str, str]
"""What is found, and the words of the record that tell it."""


def _kind(record: Record, form: _Found | None) -> _Found:
    if found := _notice(record) or _given(record) or _preprint(record):
        return found
    found = _typed(record) or _identified(record) or _untyped(record) or _UNKNOWN
    return (found[0] == "journal-article" and _review(record, form)) or found


def _notice(record: Record) -> _Found | None:
    for text in record.types:
        if is_notice((text,)):
            return "other", f"{_type(text)}, a notice about another work"
    if record.title and is_title_of_notice(record.title):
        return "other", "the title is that of a notice about another work"
    if any(link.relation == "notice-of" and not link.source for link in record.links):
        return "other", "it is linked to another work as a notice about it"
    return None


def _given(record: Record) -> _Found | None:
    return (record.kind, f"given as '{record.kind}'") if record.kind else None


def _preprint(record: Record) -> _Found | None:
    """Know a preprint by its server; whatever also has a DOI of another is not one alone."""
    dois = [found[0] for text in record.identifiers if (found := _DOI.search(text.lower()))]
    if dois and all(map(PREPRINT_DOI.match, dois)):
        return "preprint", f"the DOI {dois[0]} is of a preprint server"
    if record.venue and not dois and PREPRINT_VENUE.match(record.venue):
        return "preprint", f"it appeared in {record.venue!r:.80}"
    return None


def _typed(record: Record) -> _Found | None:
    ranked = [(*KINDS[word], text) for text in record.types if (word := plain_words(text)) in KINDS]
    if not ranked:
        return None
    _, kind, text = min(ranked, key=lambda found: found[0])
    return kind, _type(text)


def _review(record: Record, form: _Found | None) -> _Found | None:
    """Know a review by its title; a case report with a review of the literature is none."""
    if form is None or form[0] not in {"pooled", "review"}:
        return None
    is_study = any(TYPES.get(plain_words(text)) == "study" for text in record.types)
    return None if is_study else ("review", form[1])


def _identified(record: Record) -> _Found | None:
    """Know a record by the registry that numbers it."""
    schemes = _schemes(record)
    return next((found for scheme, found in _REGISTRIES if scheme in schemes), None)


def _untyped(record: Record) -> _Found | None:
    """Know what has no type by where it appeared; BibTeX's `misc` is a type for what has none."""
    schemes = _schemes(record)
    if not record.types and record.venue:
        return "journal-article", f"it appeared in {record.venue!r:.80}"
    if not record.types and record.abstract and "doi" in schemes:
        return "journal-article", "it has a DOI and an abstract"
    if {"misc"}.issuperset(map(plain_words, record.types)) and {"url"}.issuperset(schemes):
        return ("web-page", "a link is all that identifies it") if schemes or record.url else None
    return None


def _schemes(record: Record) -> set[str]:
    return {text.partition(":")[0].strip().lower() for text in record.identifiers}


_UNKNOWN: Final = ("other", "nothing in the record tells what it is")
_DOI: Final = re.compile(r"10\.[0-9]{4,9}/\S+")
_REGISTRIES: Final = (
    ("nct", ("trial", "it has a number of ClinicalTrials.gov")),
    ("isbn", ("book", "it has an ISBN")),
    ("pmid", ("journal-article", "it has a number of PubMed")),
    ("pmcid", ("journal-article", "it has a number of PubMed Central")),
)

# -- the tier ----------------------------------------------------------------------------

_CLAIMING: Final = frozenset(("book", "journal-article", "preprint", "report", "review"))

_RULES: Final = tuple(
    (tier, tuple(shown.split()), frozenset(absent.split()), remark)
    for tier, shown, absent, remark in (
        # where the record shows    and does not show
        ("published",   "plan",             "", ""),
        ("human",       "pooled humans",    "animals", ""),
        ("human",       "pooled people",    "animals", ""),
        ("preclinical", "pooled animals",   "humans people", ""),
        ("published",   "pooled",           "", ""),
        ("human",       "study humans",     "", ""),
        ("human",       "study people",     "", ""),
        ("human",       "study",            "animals", ""),
        ("preclinical", "veterinary",       "", ""),
        ("published",   "stated",           "", ""),
        ("preclinical", "animals humans",   "", ""),
        ("preclinical", "animals people",   "", ""),
        ("preclinical", "animals",          "", ""),
        ("preclinical", "cells humans",     "", ""),
        ("preclinical", "cells people",     "", ""),
        ("preclinical", "cells",            "", ""),
        ("human",       "humans people",    "", ""),
        ("human",       "design people",    "", ""),
        ("human",       "people",           "", ""),
        ("human",       "design",           "", ""),
        ("published",   "humans",           "", "nothing else tells that people were observed"),
        ("published",   "",                 "", "nothing in the record tells what was observed"),
    )
)  # fmt: skip
"""The first row that fits decides; what it shows is the reason, and the remark."""

_FORMS: Final = frozenset(("plan", "pooled", "stated", "study", "veterinary"))
_SUBJECTS: Final = frozenset(("animals", "cells", "people"))


def _tier(record: Record, kind: str, form: _Found | None) -> tuple[str | None, str]:
    signs = _signs(record, form)
    if kind == "trial" and "results" in signs:
        return "human", "the results of the trial are posted"
    if kind not in _CLAIMING:
        return None, ""
    return next(
        (tier, "; ".join(filter(None, (*(signs[name] for name in shown), remark))))
        for tier, shown, absent, remark in _RULES
        if all(name in signs for name in shown) and absent.isdisjoint(signs)
    )


def _signs(record: Record, form: _Found | None) -> Mapping[str, str]:
    """Return what the record shows, each with the words that show it.

    The title is asked for the form where no type tells it. It is asked for the subjects where no
    heading tells more than that they are human, and after it the abstract.
    """
    signs: dict[str, str] = {}
    for text in record.types:
        if name := TYPES.get(plain_words(text)):
            signs.setdefault(name, _type(text))
    for text in record.headings:
        if name := HEADINGS.get(plain_words(text)) or HEADINGS.get(_broader(text)):
            signs.setdefault(name, f"{_thesaurus(record)} '{text}'")
    if record.phases:
        signs.setdefault("study", f"a trial of {' and '.join(record.phases)}")
    if form and _FORMS.isdisjoint(signs):
        signs[{"review": "stated", "study": "design"}.get(form[0], form[0])] = form[1]
    if _SUBJECTS.isdisjoint(signs):
        signs.update(_first_words(SUBJECTS, "title", record.title))
    if _SUBJECTS.isdisjoint(signs):
        signs.update(_first_words(COUNTS, "abstract", record.abstract))
    return signs


def _first_words(
    phrases: Iterable[tuple[str, Phrases | Counted]], where: str, text: str | None
) -> Iterator[_Found]:
    """Give, for each of several phrases that stand in a text, its name and what was found."""
    for name, each in phrases:
        if text and (found := each.found_in(text)):
            yield name, f"the {where} says '{found}'"


# -- words of reasons --------------------------------------------------------------------

_MESH: Final = frozenset(("DataCite", "Europe PMC", "MEDLINE", "OpenAlex", "PubMed"))


def _type(text: str) -> str:
    return f"publication type '{text:.80}'"


def _thesaurus(record: Record) -> str:
    return "MeSH" if record.format in _MESH else "keyword"


def _broader(heading: str) -> str:
    """Return what a breed or strain is one of: ``Rats, Sprague-Dawley``."""
    return plain_words(heading.partition(",")[0])
