"""What an importer hands over, and what an import reports.

An importer never touches a ledger: it gives items, rejections and notes, in the order of the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs

__all__ = ["Capture", "ImportReport", "Item", "ItemFlag", "ItemLink", "Note", "Rejection"]


@attrs.frozen
class Capture:
    """A source's own words as they were read: an abstract, a post, a page.

    Attributes:
        data: the bytes, a text's as UTF-8.
        media_type: as in ``text/plain``.

    >>> Capture(b"Thirty patients were treated.").media_type
    'text/plain'
    """

    data: bytes
    media_type: str = "text/plain"


@attrs.frozen(kw_only=True)
class ItemFlag:
    """Something that has happened to a source, as a record tells it.

    Attributes:
        status: what has happened.
        according_to: who says so: ``Crossref``, ``Retraction Watch``.
        notice: the locator of the notice.
        date: when it happened: a year, a month or a date.
        of: locators of the source that it happened to; empty for the item's own.

    >>> flag = ItemFlag(status="retracted", according_to="PubMed", of=("pmid:12345678",))
    >>> flag.notice is None
    True
    """

    status: Literal["retracted", "corrected", "concern", "reinstated", "unreachable"]
    according_to: str
    notice: str | None = None
    date: str | None = None
    of: Sequence[str] = ()


@attrs.frozen(kw_only=True)
class ItemLink:
    """How one source relates to another, as a record tells it; it becomes a proposal.

    Attributes:
        relation: as in :class:`~evledger.SourceLinked`: ``source`` is a version of ``other``.
        basis: what the record says of it.
        source: locators of the source that the link starts from; empty for the item's own.
        other: locators of the source that it leads to; empty for the item's own.

    >>> link = ItemLink(
    ...     relation="version-of", other=("doi:10.1000/journal.1"), basis="Crossref: is-preprint-of"
    ... )
    >>> link.source
    ()
    """

    relation: Literal["duplicate-of", "version-of", "notice-of", "part-of", "same-study"]
    basis: str
    source: Sequence[str] = ()
    other: Sequence[str] = ()


@attrs.frozen(kw_only=True)
class Item:
    """A source that a record describes, and what the record says of it and of others.

    Attributes:
        place: where in the file, for people: ``row 7``.
        source: fields of :class:`~evledger.SourceAdded`; ``id`` where the file names one.
            ``None`` where the record describes no source of its own, and only flags or links
            others: a row of a list of retractions.
        claims: for each claim, fields of :class:`~evledger.ClaimTagged` without ``source``.
            Those whose ``assertion`` is ``automatic`` are proposals: they come with a source
            that is new, and are left out where the ledger has it already.
        capture: the source's own words, which the store keeps as an attachment.
        flags: what has happened to the source, or to others.
        links: how it relates to others; those that the ledger does not have are counted apart.

    >>> item = Item(
    ...     place="row 7",
    ...     source={"kind": "review", "title": "A review", "locators": ["doi:10.1000/x"]},
    ...     claims=[{"tier": "published", "stance": "supports", "text": "It helps."}],
    ... )
    >>> item.place
    'row 7'
    """

    place: str
    source: Mapping[str, Any] | None = None
    claims: Sequence[Mapping[str, Any]] = ()
    capture: Capture | None = None
    flags: Sequence[ItemFlag] = ()
    links: Sequence[ItemLink] = ()


@attrs.frozen
class Rejection:
    """A record that was not imported.

    Attributes:
        place: where in the file.
        reason: what was wrong.
        raw: the record as it stood, as far as it could be read.
        gone: whether a registry that was asked says that there is no such source (any more).

    >>> Rejection("row 7", "there is no title", "review,,2018").reason
    'there is no title'
    """

    place: str
    reason: str
    raw: str = ""
    gone: bool = attrs.field(default=False, kw_only=True)


@attrs.frozen
class Note:
    """Something that people must know of how a file was read: a guess, or what was left out.

    Attributes:
        place: where in the file.
        text: what they must know.

    >>> Note("the file", "it is not UTF-8; it was read as gb18030, which is a guess").place
    'the file'
    """

    place: str
    text: str


@attrs.frozen(kw_only=True)
class ImportReport:
    """What an import did; ``read`` is the sum of added, known, flagged and rejected.

    Attributes:
        read: records of sources that the file describes, or that the ledger has.
        added: records that brought a new source, or a new claim or locator of a known one.
        known: records of which the ledger had everything.
        flagged: records that flag a source of the ledger as retracted or the like,
            or that name two of its sources as one, so that a link was proposed.
        rejected: records that were not imported, with reasons.
        absent: what records tell of sources that the ledger does not have, and that they do not
            describe: the rows of a list of retractions that concern others.
        sources: sources added.
        claims: claims added.
        flags: flags added.
        links: links between sources that were proposed.
        answers: links to open questions that were proposed.
        notes: what people must know of how the file was read; the first few hundred of them.
        dry_run: whether nothing was appended.
    """

    read: int
    added: int
    known: int
    flagged: int
    rejected: tuple[Rejection, ...]
    absent: int
    sources: int
    claims: int
    flags: int
    links: int
    notes: tuple[Note, ...]
    dry_run: bool
    answers: int = 0
