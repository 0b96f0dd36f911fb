"""Identifiers in the fields of reference managers, which hold more than one, or something else.

They are given with their scheme, as they stand: the record that they go into writes them in their
normal form, and reports those that are none.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final

import attrs

from evledger import Invalid
from evledger.importing import ItemLink
from evledger.locators import normalise
from evledger_literature.reading.cells import is_absent

__all__ = ["Link", "Named", "arxiv", "dois", "isbns", "links", "named", "stated"]

_DOI: Final = re.compile(r"10\.[0-9]{1,9}(?:\.[0-9]{1,9}){0,9}/\S+")
_SEPARATOR: Final = re.compile(r"[;,]?\s+|;(?=(?:doi:)?10\.[0-9]{4,9}/)", re.IGNORECASE)
# Ten or thirteen digits with the hyphens or blanks that people put between them.
_ISBN: Final = re.compile(
    r"(?<![0-9])(?:97[89][-–\s]?)?[0-9](?:[-–\s]?[0-9]){8}[-–\s]?[0-9Xx](?![0-9])"
)
_LINK: Final = re.compile(r"https?://[^\s<>\";]+(?:;(?!\s?https?:)[^\s<>\";]+)*", re.IGNORECASE)
_LONGEST_LINK: Final = 2_000
# The DOI of what arXiv has names all its versions.
_ARXIV: Final = re.compile(
    r"(?:(?:https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/)|arxiv:\s?)?"
    r"([0-9]{4}\.[0-9]{4,5}|[a-z-]{2,20}(?:\.[a-z]{2})?/[0-9]{7})(?:v[0-9]{1,3})?(?:\.pdf)?/?",
    re.IGNORECASE | re.ASCII,
)
_OF_ARXIV: Final = "doi:10.48550/arxiv."

# A part of a field that is an identifier and nothing else. What stands within a sentence is as
# likely another work's: that of a comment, of a retraction, of a trial's protocol.
_STATED: Final = re.compile(
    r"""
      (?:doi[:\s]*)? (?P<doi>10\.[0-9]{4,9}(?:\.[0-9]{1,9}){0,9}/\S+?) (?:\s*\[doi\])?
    | (?:PMID|PubMed(?:\ ID)?|MEDLINE) [:\s]* (?P<pmid>[0-9]{1,9}) (?:\s*\[pmid\])?
    | (?:PMCID [:\s]*)? (?P<pmcid>PMC[0-9]{1,10})
    """,
    re.IGNORECASE | re.VERBOSE | re.ASCII,
)
_PARTS: Final = re.compile(r"[\n;,]\s*")


def dois(field: str) -> Iterator[str]:
    """Give the DOIs of a field that is there for them; where it has none, what it has instead.

    >>> list(dois("10.1000/A [doi]; https://doi.org/10.1000%2Fb"))
    ['doi:10.1000/A', 'doi:https://doi.org/10.1000%2Fb']
    >>> list(dois("see the publisher's site")), list(dois("n/a"))
    (["doi:see the publisher's site"], [])
    """
    if is_absent(field.strip()):
        return
    parts = _SEPARATOR.split(html.unescape(field).strip())
    found = list(filter(None, (part if "://" in part else _doi(part) for part in parts)))
    yield from (f"doi:{each}" for each in found or [field.strip()])


def _doi(part: str) -> str | None:
    found = _DOI.search(part)
    return found[0] if found else None


def isbns(fields: Iterable[str]) -> list[str]:
    """Give the ISBNs among what fields hold; their ISSNs name no work.

    >>> isbns(["18650929 (ISSN); 9783030581671 (ISBN)"])
    ['isbn:9783030581671']
    """
    return [f"isbn:{found}" for field in fields for found in _ISBN.findall(field)]


@attrs.frozen
class Link:
    """A web address.

    Attributes:
        url: as it stands.
        name: its normal form: the identifier that it is a form of, or ``url:…``.
    """

    url: str
    name: str


def links(fields: Iterable[str]) -> list[Link]:
    """Give the web addresses that fields hold.

    >>> [link.url for link in links(["http://example.com; http://example.org/a;b", "file://a"])]
    ['http://example.com', 'http://example.org/a;b']
    >>> links(["https://www.ncbi.nlm.nih.gov/pubmed/12653513"])[0].name
    'pmid:12653513'
    """
    found = (link for field in fields for link in _LINK.findall(field))
    return list(filter(None, map(_link, found)))


def _link(text: str) -> Link | None:
    url = text.rstrip(".,")
    try:
        name = arxiv(url) or normalise(url)
    except Invalid:
        return None
    return Link(url, name) if len(url) <= _LONGEST_LINK else None


def arxiv(text: str) -> str | None:
    """Give the DOI of what arXiv has under a number, or at a link.

    >>> arxiv("arXiv:1806.05726v2"), arxiv("https://arxiv.org/pdf/hep-th/9901001"), arxiv("1806")
    ('doi:10.48550/arxiv.1806.05726', 'doi:10.48550/arxiv.hep-th/9901001', None)
    """
    found = _ARXIV.fullmatch(text.strip())
    return f"{_OF_ARXIV}{found[1]}" if found else None


def stated(fields: Iterable[str]) -> Iterator[str]:
    """Give the identifiers that stand by themselves in fields that may hold anything.

    >>> list(stated(["PubMed 30123504, EMBASE 2001", "Comment in: PMID: 1", "PMC42"]))
    ['pmid:30123504', 'pmcid:PMC42']
    """
    for field in fields:
        for part in _PARTS.split(field):
            if (found := _STATED.fullmatch(part.strip())) and found.lastgroup:
                yield f"{found.lastgroup}:{found[found.lastgroup]}"


@attrs.frozen
class Named:
    """What the identifiers of a record identify.

    Attributes:
        own: the work that the record is of.
        others: works that it refers to, or is part of.
        links: from its preprint to it.
    """

    own: tuple[str, ...]
    others: tuple[str, ...]
    links: tuple[ItemLink, ...]


def named(
    found: Iterable[str],
    books: Sequence[str] = (),
    *,
    is_book: bool,
    is_page: bool,
    by: str,
    written: Sequence[str] = (),
) -> Named:
    """Tell apart what the identifiers of a record identify.

    A preprint and what was published of it are two works.
    A trial's number is the record's own only where it has no other: then it is of the trial.
    A page is known by its address; other works are not, for there it is often a search's.

    Args:
        found: identifiers, each with its scheme.
        books: those that are ISBNs.
        is_book: whether the record is of a whole book.
        is_page: whether it is of a page, or has nothing else that it could be known by.
        by: what says so, for people.
        written: what a ledger itself wrote as the locators; it is taken as it is.

    >>> some = named(["nct:NCT00680992", "doi:10.1000/x"], is_book=False, is_page=False, by="RIS")
    >>> some.own, some.others
    (('doi:10.1000/x',), ('nct:NCT00680992',))
    """
    if written:
        return Named(tuple(written), (), ())
    names = list(dict.fromkeys(found))
    trials = [name for name in names if name.startswith("nct:")]
    pages = [name for name in names if name.startswith("url:")]
    preprints = [name for name in names if name.casefold().startswith(_OF_ARXIV)]
    published = [name for name in names if name not in {*trials, *pages, *preprints}]
    own = [*(published or preprints or trials), *(books if is_book else ())]
    own = own or (pages[:1] if is_page else [])
    others = (name for name in (*trials, *books) if name not in own)
    return Named(
        tuple(dict.fromkeys(own)),
        tuple(dict.fromkeys(others)),
        tuple(map(partial(_version, by), preprints[:1] if published else ())),
    )


def _version(by: str, preprint: str) -> ItemLink:
    basis = f"{by}: its preprint on arXiv"
    return ItemLink(relation="version-of", source=(preprint,), basis=basis)
