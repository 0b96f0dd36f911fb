"""Corrections, retractions and versions, as PubMed and Europe PMC write them into a record.

Each is a few words and another work: ``RetractionIn`` and the notice, on the record of the paper;
``Retraction of`` and the paper, on that of the notice.
https://www.nlm.nih.gov/bsd/policy/errata.html,
https://www.nlm.nih.gov/bsd/mms/medlineelements.html#cc
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import attrs

from evledger.importing import ItemFlag, ItemLink
from evledger_literature.dates import read_date
from evledger_literature.notices import plain_words, status_of
from evledger_literature.reading.lenient import locator

__all__ = ["Correction", "Told", "Work", "cited", "told"]

# A reference: `Lancet. 2010 Feb 6;375(9713):445. doi: 10.1016/S0140-6736(10)60175-4`.
_DATE: Final = re.compile(r"[.\])] ?([12][0-9]{3}(?: [^;:.]{1,20})?)[;:.]")
_DOI: Final = re.compile(r"\bdoi: ?(10\.\S+)", re.IGNORECASE)

# Whether the record's own work is a version of the other one, or the other of it.
# An earlier version is one of what took its place; a reprint is one of what it reprints.
_VERSIONS: Final = {
    "preprint in": False,
    "preprint of": True,
    "reprint in": False,
    "reprint of": True,
    "republished from": True,
    "republished in": False,
    "update in": True,
    "update of": False,
}
# What was retracted or corrected, and is published again as a whole, is a work and no notice.
_REPUBLISHED: Final = "republished from"
_MENTIONED: Final = frozenset(
    {"associated dataset", "associated publication", "comment on", "original report in"}
)
_RETRACTED: Final = frozenset({"preprint removal", "preprint withdrawal", "retracted publication"})


@attrs.frozen
class Work:
    """A work that a record names, or the record's own.

    Attributes:
        locators: of it, the best first.
        date: when it was published.
    """

    locators: tuple[str, ...] = ()
    date: str | None = None


@attrs.frozen
class Correction:
    """How a record's work and another are related, as the record writes it.

    Attributes:
        words: of the registry, as seen from the record: ``RetractionIn``, ``Erratum for``.
        other: the other work.
        said: all of it, for people.
    """

    words: str
    other: Work
    said: str


@attrs.frozen
class Told:
    """What a record says of its work and of others.

    Attributes:
        flags: what has happened to them.
        links: how they relate.
        mentions: of those that it only refers to.
        unnamed: what it says of works of which it gives no identifier.
    """

    flags: tuple[ItemFlag, ...] = ()
    links: tuple[ItemLink, ...] = ()
    mentions: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()


def told(
    corrections: Iterable[Correction], own: Work, *, by: str, types: Iterable[str] = ()
) -> Told:
    """Return what a record's corrections come to.

    Args:
        corrections: in the order of the record.
        own: the record's work.
        by: who says so.
        types: what the work is; a retracted publication is one even where no notice is named.

    >>> notice = Work(("pmid:20137807",), "2010-02-06")
    >>> flag, = told([Correction("RetractionIn", notice, "")], Work(), by="PubMed").flags
    >>> flag.status, flag.notice, flag.date
    ('retracted', 'pmid:20137807', '2010-02-06')
    """
    read = [_told(each, own, by) for each in corrections]
    flags = [flag for each in read for flag in each.flags]
    if not any(flag.status == "retracted" and not flag.of for flag in flags) and any(
        plain_words(each) in _RETRACTED for each in types
    ):
        flags.append(ItemFlag(status="retracted", according_to=by))
    return Told(
        tuple(dict.fromkeys(flags)),
        tuple(dict.fromkeys(link for each in read for link in each.links)),
        tuple(dict.fromkeys(name for each in read for name in each.mentions)),
        tuple(dict.fromkeys(text for each in read for text in each.unnamed)),
    )


def _told(correction: Correction, own: Work, by: str) -> Told:
    words, basis = plain_words(correction.words), f"{by}: {correction.said}"
    status, other = status_of(words), correction.other
    if status and words.endswith(" in"):
        notice = next(iter(other.locators), None)
        flag = ItemFlag(status=status, according_to=by, notice=notice, date=other.date)
        return Told(flags=(flag,))
    if not other.locators:
        return Told(unnamed=(correction.said,) if status or words in _VERSIONS else ())
    if status:
        notice = next(iter(own.locators), None)
        flag = ItemFlag(
            status=status, according_to=by, notice=notice, date=own.date, of=other.locators
        )
        link = ItemLink(relation="notice-of", other=other.locators, basis=basis)
        return Told(flags=(flag,), links=() if words.endswith(_REPUBLISHED) else (link,))
    if words in _VERSIONS:
        ends = "other" if _VERSIONS[words] else "source"
        return Told(links=(ItemLink(relation="version-of", basis=basis, **{ends: other.locators}),))
    return Told(mentions=other.locators[:1] if words in _MENTIONED else ())


def cited(reference: str, *locators: str | None) -> Work:
    """Return the work that a reference cites.

    Args:
        reference: in the style of the National Library of Medicine.
        locators: of it that are known from elsewhere, in normal form, the best first.

    >>> cited("Lancet. 2010 Feb 6;375(9713):445. doi: 10.1016/S0140-6736(10)60175-4.")
    Work(locators=('doi:10.1016/s0140-6736(10)60175-4',), date='2010-02-06')
    """
    doi, date = _DOI.search(reference), _DATE.search(reference)
    known = (*locators, locator("doi", doi[1]) if doi else None)
    names = tuple(dict.fromkeys(name for name in known if name is not None))
    return Work(names, read_date(date[1]) if date else None)
