"""What a view holds: sources, claims, questions and the rest, each as it stands.

The fields are those of the events.
Any of them but ids and references may have been sealed, and then be hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from evledger.events import ANECDOTAL_KINDS, SCIENTIFIC_KINDS, About, Assertion, Attachment
from evledger.seals import Hidden

__all__ = [
    "Caveat",
    "Claim",
    "Component",
    "Entry",
    "Evidence",
    "Flag",
    "Gap",
    "Link",
    "Question",
    "Section",
    "Source",
    "Verdict",
    "Waiver",
]


# Structs, because most of a view is decoded straight into them: a quarter of the time that a
# class with slots takes, and nothing for the garbage collector to walk.


class Verdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a person said of a source, a claim or a link."""

    verdict: str
    why: str | None
    by: str
    n: int


_UNSEALED: Final[Mapping[str, int]] = MappingProxyType({})


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What every entry of a view carries.

    Attributes:
        n: the record that introduced it.
        at: when, as in its line.
        by: who.
        sealed: the sealed fields, and the record whose commitment each is.
        history: the later records that changed it.
    """

    n: int = -1
    at: str = ""
    by: str = ""
    sealed: Mapping[str, int] = _UNSEALED
    history: tuple[int, ...] = ()


class Flag(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something that has happened to a source."""

    status: str
    according_to: str
    notice: str | None
    date: str | None
    n: int


class Source(Entry, frozen=True, kw_only=True, gc=False):
    """A source as the ledger describes it now."""

    id: str
    kind: str | Hidden = Hidden.WITHHELD
    title: str | Hidden = Hidden.WITHHELD
    authors: tuple[str, ...] | Hidden = ()
    author_count: int | None = None
    venue: str | Hidden | None = None
    platform: str | Hidden | None = None
    community: str | Hidden | None = None
    published: str | Hidden | None = None
    url: str | Hidden | None = None
    locators: tuple[str, ...] = ()
    mentions: tuple[str, ...] | Hidden = ()
    language: str | Hidden | None = None
    retrieved: str | Hidden | None = None
    capture: Attachment | Hidden | None = None
    assertion: Assertion | Hidden = "manual"
    basis: str | Hidden | None = None
    flags: tuple[Flag, ...] = ()
    review: Verdict | None = None

    @property
    def is_scientific(self) -> bool:
        """Whether it is of one of the scientific kinds."""
        return self.kind in SCIENTIFIC_KINDS

    @property
    def is_anecdotal(self) -> bool:
        """Whether it is a post, a comment or a video."""
        return self.kind in ANECDOTAL_KINDS

    @property
    def is_retracted(self) -> bool:
        """Whether it was retracted, and not reinstated since.

        A retraction that is told late, with a date before the reinstatement, changes nothing.
        """
        retracted, reinstated = False, ""
        for flag in self.flags:
            if flag.status == "reinstated":
                retracted, reinstated = False, flag.date or ""
            elif flag.status == "retracted" and not _is_before(flag.date or "", reinstated):
                retracted = True
        return retracted


def _is_before(date: str, other: str) -> bool:
    """Return whether a partial date is before another, as far as both are known."""
    length = min(len(date), len(other))
    return date[:length] < other[:length]


class Claim(Entry, frozen=True, kw_only=True, gc=False):
    """A claim as the ledger has it now.

    Attributes:
        withdrawn: why it was withdrawn, where it was.
        review: the last verdict on it.
    """

    id: str
    source: str
    text: str | Hidden = Hidden.WITHHELD
    tier: str
    stance: str | Hidden = Hidden.WITHHELD
    about: About | None = None
    quote: str | Hidden | None = None
    assertion: Assertion | Hidden = "manual"
    basis: str | Hidden | None = None
    withdrawn: str | None = None
    review: Verdict | None = None

    @property
    def is_standing(self) -> bool:
        """Whether it was not withdrawn, and no reviewer rejected it."""
        return self.withdrawn is None and not (self.review and self.review.verdict == "rejected")

    @property
    def is_unreviewed(self) -> bool:
        """Whether a program tagged it, or that is not known here, and nobody has looked at it."""
        return self.assertion != "manual" and self.review is None


class Evidence(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A claim, or a source, that bears on a question."""

    name: str
    relation: str
    claim: str | None
    source: str | None
    assertion: str
    basis: str | None
    n: int
    review: Verdict | None = None

    @property
    def is_in_force(self) -> bool:
        """Whether a person linked it or accepted it; what a program proposes waits for that."""
        return _is_in_force(self.assertion, self.review)


class Question(Entry, frozen=True, kw_only=True, gc=False):
    """A question, and what bears on it.

    Attributes:
        status: ``open``, ``closed`` or ``withdrawn``.
        why: why it was closed or withdrawn.
    """

    id: str
    text: str | Hidden = Hidden.WITHHELD
    channel: str | Hidden | None = None
    asker: str | Hidden | None = None
    status: str = "open"
    why: str | None = None
    evidence: tuple[Evidence, ...] = ()


class Gap(Entry, frozen=True, kw_only=True, gc=False):
    """Something that nobody has found out; ``closed`` says why it is a gap no longer."""

    id: str
    text: str | Hidden = Hidden.WITHHELD
    closed: str | None = None


class Caveat(Entry, frozen=True, kw_only=True, gc=False):
    """Something to know first; ``withdrawn`` says why it no longer holds."""

    id: str
    text: str | Hidden = Hidden.WITHHELD
    withdrawn: str | None = None


class Section(Entry, frozen=True, kw_only=True, gc=False):
    """A section of the article."""

    section: str | Hidden = Hidden.WITHHELD
    heading: str | Hidden | None = None
    body: str | Hidden = Hidden.WITHHELD


class Component(Entry, frozen=True, kw_only=True, gc=False):
    """A part of the subject and the layer it acts on."""

    id: str
    component: str | Hidden = Hidden.WITHHELD
    layer: str | Hidden = Hidden.WITHHELD
    sibling: str | Hidden | None = None


class Link(Entry, frozen=True, kw_only=True, gc=False):
    """How one source relates to another."""

    source: str
    other: str
    relation: str
    assertion: Assertion | Hidden = "manual"
    basis: str | Hidden | None = None
    review: Verdict | None = None

    @property
    def name(self) -> str:
        """Its whole name, by which it can be reviewed."""
        return f"link:{self.source}/{self.other}/{self.relation}"

    @property
    def is_in_force(self) -> bool:
        """Whether a person drew it or accepted it; what a program proposes waits for that."""
        return _is_in_force(self.assertion, self.review)


def _is_in_force(assertion: str | Hidden, review: Verdict | None) -> bool:
    return assertion == "manual" if review is None else review.verdict == "accepted"


class Waiver(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A finding that a person let stand."""

    rule: str
    target: str | None
    why: str
    by: str
    n: int
