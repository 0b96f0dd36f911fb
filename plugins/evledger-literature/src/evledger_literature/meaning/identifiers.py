"""Identifiers in the fields of reference managers, which hold more than one, or something else.

They are given with their scheme, as they stand: the record that they go into writes them in their
normal form, and reports those that are none.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final

import attrs

from evledger import Invalid
from evledger.importing import ItemLink
from evledger.locators import normalise
from evledger_literature.reading.cells import is_absent

__all__ = [
    "Link",
    "Named",
    "apart",
    "arxiv",
    "dois",
    "isbns",
    "links",
    "named",
    "noted",
    "stated",
]

_DOI: Final = re.compile(r"10\.[0-9]{1,9}(?:\.[0-9]{1,9}){0,9}/\S+")
_SEPARATOR: Final = re.compile(r"[;,]?\s+|;(?=(?:doi:)?10\.[0-9]{4,9}/)", re.IGNORECASE)
# A DOI that something follows, which may be the rest of it.
_CUT: Final = re.compile(
    r"(?:doi[:\s]{0,9})?(10\.[0-9]{4,9}/\S*)\s+(\S.*)", re.IGNORECASE | re.DOTALL
)
_REST: Final = re.compile(r"[\[<(]\s*[0-9]")
_SICI_END: Final = re.compile(r"[0-9]\.[0-9]\.CO;2(?:-.)?", re.IGNORECASE)  # of ANSI/NISO Z39.56
_BRACKETS: Final = ("()", "[]", "<>", "{}")
# Ten or thirteen digits with the hyphens or blanks that people put between them.
_ISBN: Final = re.compile(
    r"(?<![0-9])(?:97[89][-–\s]?)?[0-9](?:[-–\s]?[0-9]){8}[-–\s]?[0-9Xx](?![0-9])"
)
# A DOI may be made of a SICI, with the page in angle brackets: `25:4<397::AID-ESP62>3.0.CO;2-9`.
_LINK: Final = re.compile(
    r"https?://(?:[^\s<>\";]|<[0-9]{1,9}:[^\s<>\";]{1,60}>)+(?:;(?!\s?https?:)[^\s<>\";]+)*",
    re.IGNORECASE,
)
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
_PARTS: Final = re.compile(r"\n|[;,]\s")
_REFERENCES: Final = "cited references"


def dois(field: str) -> Iterator[str]:
    """Yield the DOIs of a field that is there for them; where it has none, what it has instead.

    >>> list(dois("10.1000/A [doi]; https://doi.org/10.1000%2Fb"))
    ['doi:10.1000/A', 'doi:https://doi.org/10.1000%2Fb']
    >>> list(dois("see the publisher's site")), list(dois("n/a"))
    (["doi:see the publisher's site"], [])
    >>> list(dois("10.1659/0276-4741(2004)024 [ 0141:SPOCMP]2.0.CO;2"))
    ['doi:10.1659/0276-4741(2004)024[0141:SPOCMP]2.0.CO;2']
    """
    if is_absent(field.strip()):
        return
    text = html.unescape(field).strip()
    if broken := _mended(text):
        yield f"doi:{broken}"
        return
    parts = _SEPARATOR.split(text)
    found = list(filter(None, (part if "://" in part else _doi(part) for part in parts)))
    yield from (f"doi:{each}" for each in found or [field.strip()])


def _doi(part: str) -> str | None:
    found = _DOI.search(part)
    return found[0] if found else None


def _mended(text: str) -> str | None:
    """Put a DOI together that blanks have got into, of which a part may be that of a whole issue.

    Returns:
        The text as it stands, which is none, where it cannot be told how the DOI goes on; nothing
        where no blank is in one.
    """
    cut = _CUT.fullmatch(text)
    if not cut or _DOI.search(cut[2]) or "://" in cut[2]:
        return None
    joined = "".join((cut[1] + cut[2]).split())
    if _is_balanced(joined) and (_SICI_END.search(joined) or not _is_balanced(cut[1])):
        return joined
    return text if _REST.match(cut[2]) or not _is_balanced(cut[1]) else None


def _is_balanced(text: str) -> bool:
    return all(text.count(opening) == text.count(closing) for opening, closing in _BRACKETS)


def apart(found: Iterable[str], others: Iterable[str] = ()) -> tuple[list[str], list[str]]:
    """Tell the DOI of a work from those of what it is part of, or stands beside.

    Databases give a chapter's DOI and then its book's, with which the chapter's often begins.
    A preprint's is another version's of the work, and stays.

    Args:
        found: what the fields for DOIs have, each with its scheme.
        others: what other fields have; of these, the DOIs of a whole or of a part are told.

    Returns:
        The work's own, and the others.

    >>> apart(["doi:10.1007/978-3-319-53160-1", "doi:10.1007/978-3-319-53160-1_15"])
    (['doi:10.1007/978-3-319-53160-1_15'], ['doi:10.1007/978-3-319-53160-1'])
    """
    names = list(dict.fromkeys(map(_normal, found)))
    published = [name for name in names if _is_published(name)]
    # In order, a text stands right before those that begin with it.
    wholes = {a for a, b in itertools.pairwise(sorted(published)) if b.startswith(a)}
    first = next((name for name in published if name not in wholes), None)
    rest = list(dict.fromkeys(map(_normal, others)))
    beside = [name for name in published if name != first]
    beside += [name for name in rest if first and _is_of_one(first, name)]
    known = frozenset(beside)
    return [name for name in (*names, *rest) if name not in known], beside


def _normal(name: str) -> str:
    try:
        return normalise(name)
    except Invalid:
        return name


def _is_published(name: str) -> bool:
    return name.startswith("doi:10.") and not name.startswith(_OF_ARXIV)


def _is_of_one(first: str, second: str) -> bool:
    """Return whether one of two DOIs is of a part of the other's work."""
    is_whole_or_part = first.startswith(second) or second.startswith(first)
    return first != second and _is_published(second) and is_whole_or_part


def isbns(fields: Iterable[str]) -> list[str]:
    """Return the ISBNs among what fields hold; their ISSNs name no work.

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
    """Return the web addresses that fields hold.

    >>> [link.url for link in links(["http://example.com; http://example.org/a;b", "file://a"])]
    ['http://example.com', 'http://example.org/a;b']
    >>> links(["https://www.ncbi.nlm.nih.gov/pubmed/12653513"])[0].name
    'pmid:12653513'
    """
    texts = (field.replace("&lt;", "<").replace("&gt;", ">") for field in fields)
    found = (link for text in texts for link in _LINK.findall(text))
    return list(filter(None, map(_link, found)))


def _link(text: str) -> Link | None:
    url = text.rstrip(".,")
    try:
        name = arxiv(url) or normalise(url)
    except Invalid:
        return None
    return Link(url, name) if len(url) <= _LONGEST_LINK else None


def arxiv(text: str) -> str | None:
    """Return the DOI of what arXiv has under a number, or at a link.

    >>> arxiv("arXiv:1806.05726v2"), arxiv("https://arxiv.org/pdf/hep-th/9901001"), arxiv("1806")
    ('doi:10.48550/arxiv.1806.05726', 'doi:10.48550/arxiv.hep-th/9901001', None)
    """
    found = _ARXIV.fullmatch(text.strip())
    return f"{_OF_ARXIV}{found[1]}" if found else None


def stated(fields: Iterable[str]) -> Iterator[str]:
    """Yield the identifiers that stand by themselves in fields that may hold anything.

    >>> list(stated(["PubMed 30123504, EMBASE 2001", "Comment in: PMID: 1", "PMC42"]))
    ['pmid:30123504', 'pmcid:PMC42']
    """
    for field in fields:
        if _REFERENCES not in field.casefold():
            yield from _each_stated(_PARTS.split(field))


def noted(notes: Iterable[str]) -> Iterator[str]:
    r"""Yield the identifiers that are a line of a note each; other works' stand in its sentences.

    >>> list(noted(["PMID: 1", "Read twice, 10.1000/x", "Cited References:\n10.1000/y"]))
    ['pmid:1']
    """
    for note in notes:
        if _REFERENCES not in note.casefold():
            yield from _each_stated(note.splitlines())


def _each_stated(parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
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
