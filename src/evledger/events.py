"""The vocabulary: every built-in event, and the marks that say what its fields do.

An event is a frozen value.
Its class alone says which fields introduce names (:func:`key`), rely on names (:func:`ref`),
release names (:func:`drop`), identify sources (``locator=True``)
and are sealed so that they can be forgotten (:func:`sealed`).
A plugin's event class says it with the same marks::

    @event("mylab:assay-run")
    class AssayRun(Event):
        id: Id = identity("assay", "a")
        source: Ref = ref("source")
        operator: str | None = sealed(default=None)

``None`` means absent and is never written.
"""

from __future__ import annotations

import re
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Final,
    Literal,
    TypeVar,
    dataclass_transform,
)

import attrs
from attrs import NOTHING
from msgspec import Meta

from evledger.exceptions import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "ANECDOTAL_KINDS",
    "DEFAULT_TIERS",
    "SCIENTIFIC_KINDS",
    "About",
    "Assertion",
    "Attachment",
    "CaveatNoted",
    "CaveatWithdrawn",
    "ClaimRetagged",
    "ClaimTagged",
    "ClaimWithdrawn",
    "ComponentMapped",
    "Event",
    "EvidenceLinked",
    "EvidenceUnlinked",
    "FieldsErased",
    "FindingWaived",
    "GapClosed",
    "GapNoted",
    "Id",
    "LedgerDescribed",
    "LedgerOpened",
    "Mark",
    "PartialDate",
    "QuestionClosed",
    "QuestionCreated",
    "QuestionWithdrawn",
    "Ref",
    "Reviewed",
    "SectionWritten",
    "Slug",
    "SourceAdded",
    "SourceAmended",
    "SourceFlagged",
    "SourceKind",
    "SourceLinked",
    "Stance",
    "Text",
    "Tier",
    "builtin_events",
    "drop",
    "event",
    "identity",
    "key",
    "plain",
    "ref",
    "sealed",
]

# -- the types of fields -----------------------------------------------------------------
# Patterns are checked when an event is written and when it is read.
# They end in \Z, because $ would let a final newline through.

Id = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9-]{0,63}\Z",
        description="an id of 1 to 64 small letters, digits and hyphens, as in s5",
    ),
]
"""A record's short name within its ledger: ``s5``, ``c12``, ``bdnf``."""

Ref = Annotated[str, Meta(min_length=1, max_length=64)]
"""The id, or the slug, that another record introduced; which is what says that it is one."""

Slug = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9-]{0,62}\Z",
        description="a name of 1 to 63 small letters, digits and hyphens, as in semax",
    ),
]
"""The name of a ledger, a tier, a section, a platform or a channel."""

ReviewTarget = Annotated[
    str,
    Meta(
        pattern=r"^(source|claim|link):",
        description="the whole name of a source, a claim or a link, as in claim:c12",
    ),
]

LedgerName = Annotated[
    str,
    Meta(
        pattern=r"^(?!(help|status|ingest)\Z)[a-z0-9][a-z0-9-]{0,62}\Z",
        description="a name of 1 to 63 small letters, digits and hyphens, as in semax, "
        "and never help, status or ingest",
    ),
]

Name = Annotated[str, Meta(min_length=1, max_length=2_000)]
"""A whole name as it stands among keys and refs: ``claim:c12``, ``doi:10.1000/x``."""

Text = Annotated[str, Meta(min_length=1)]
"""Any text but the empty one."""

Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]

PartialDate = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?\Z",
        description="a year, a month or a date, as in 2018, 2018-06 or 2018-06-01",
    ),
]
"""A year, a year and month, or a date: ``2018``, ``2018-06``, ``2018-06-01``."""

Moment = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
        r"(T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?Z)?\Z",
        description="a date or a moment in UTC, as in 2026-11-22 or 2026-11-22T10:00:00Z",
    ),
]
"""A date, or a moment in UTC: ``2026-11-22``, ``2026-11-22T10:00:00Z``."""

Digest = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{64}\Z", description="a digest of 64 hexadecimal digits")
]

SourceKind = Literal[
    "journal-article",
    "review",
    "preprint",
    "trial",
    "book",
    "dataset",
    "report",
    "web-page",
    "post",
    "comment",
    "video",
    "other",
]
"""What a source is; not to be mixed with the tier of evidence that a claim carries."""

SCIENTIFIC_KINDS: Final = frozenset(
    {"journal-article", "review", "preprint", "trial", "book", "dataset", "report"}
)
ANECDOTAL_KINDS: Final = frozenset({"post", "comment", "video"})

Stance = Literal["supports", "contradicts", "mixed", "neutral"]
Assertion = Literal["manual", "automatic"]
"""How something came to be asserted, in the terms of the Evidence and Conclusion Ontology."""

# -- marks -------------------------------------------------------------------------------

MARK: Final = "evledger.mark"


@attrs.frozen(kw_only=True)
class Mark:
    """What a field does for the line that its event becomes.

    Attributes:
        role: whether its value introduces, relies on, or releases names.
        kind: the part of the name before the colon; ``None`` where the value is a whole name.
        letters: what ids handed out for this field begin with.
        parts: the fields whose values, joined by slashes, make one name.
        replaces: whether introducing a name that is already held takes it over.
        locator: whether the value identifies or mentions a source, and is normalised.
        link: whether the value is a link, from which a handle is taken out.
        fixed: whether it can never be sealed, because reading depends on it.
        seal: decides from the event alone whether the field is sealed.
    """

    role: Literal["key", "ref", "drop", "none"] = "none"
    kind: str | None = None
    letters: str | None = None
    parts: tuple[str, ...] = ()
    replaces: bool = False
    locator: bool = False
    link: bool = False
    fixed: bool = False
    seal: Callable[[Any], bool] | None = None


def _field(mark: Mark, default: Any) -> Any:
    return attrs.field(default=default, metadata={MARK: mark})


def identity(kind: str, letters: str) -> Any:
    """Mark the id that an event introduces: ``s5`` becomes the key ``source:s5``.

    Args:
        kind: the part of the key before the colon.
        letters: what ids that a batch hands out begin with.

    >>> @event("mylab:vote-cast")
    ... class VoteCast(Event):
    ...     id: Id = identity("vote", "v")
    >>> VoteCast(id="v1").id
    'v1'
    """
    return _field(Mark(role="key", kind=kind, letters=letters), NOTHING)


def key(
    kind: str | None = None,
    *,
    default: Any = NOTHING,
    letters: str | None = None,
    parts: tuple[str, ...] = (),
    replaces: bool = False,
    locator: bool = False,
) -> Any:
    """Mark a field whose value, or whose values, are names that the event introduces.

    Args:
        kind: the part of the name before the colon; ``None`` where the value is a whole name.
        default: the field's default, as in :func:`attrs.field`.
        letters: what ids that a batch hands out begin with.
        parts: other fields (and this one) whose values are joined by slashes into one name.
        replaces: take the name over from the record that holds it, where one does.
        locator: the value identifies a source, and is normalised before it is written.

    >>> @event("mylab:vial-filled")
    ... class VialFilled(Event):
    ...     barcode: Text = key("vial")  # introduces vial:0815, once
    >>> VialFilled(barcode="0815").barcode
    '0815'
    """
    mark = Mark(
        role="key", kind=kind, letters=letters, parts=parts, replaces=replaces, locator=locator
    )
    return _field(mark, default)


def ref(kind: str | None = None, *, default: Any = NOTHING) -> Any:
    """Mark a field whose value, or whose values, are names that the event relies on.

    Args:
        kind: the part of the name before the colon; ``None`` where the value is a whole name.
        default: the field's default, as in :func:`attrs.field`.

    >>> @event("mylab:vial-opened")
    ... class VialOpened(Event):
    ...     barcode: Text = ref("vial")  # relies on vial:0815
    >>> VialOpened(barcode="0815").barcode
    '0815'
    """
    return _field(Mark(role="ref", kind=kind), default)


def drop(
    kind: str | None = None,
    *,
    default: Any = NOTHING,
    parts: tuple[str, ...] = (),
    locator: bool = False,
) -> Any:
    """Mark a field whose value, or whose values, are names that the event releases.

    Args:
        kind: the part of the name before the colon; ``None`` where the value is a whole name.
        default: the field's default, as in :func:`attrs.field`.
        parts: other fields (and this one) whose values are joined by slashes into one name.
        locator: the value identifies a source, and is normalised before it is written.

    >>> @event("mylab:vial-emptied")
    ... class VialEmptied(Event):
    ...     barcode: Text = drop("vial")  # releases vial:0815
    >>> VialEmptied(barcode="0815").barcode
    '0815'
    """
    return _field(Mark(role="drop", kind=kind, parts=parts, locator=locator), default)


def sealed(*, when: Callable[[Any], bool] | None = None, default: Any = NOTHING) -> Any:
    """Mark a field that can be forgotten: the line carries a commitment, the vault the value.

    Args:
        when: decides from the event alone; always, where it is ``None``.
        default: the field's default, as in :func:`attrs.field`.

    >>> @event("mylab:assay-signed")
    ... class AssaySigned(Event):
    ...     result: Text
    ...     operator: Text | None = sealed(default=None)
    >>> AssaySigned(result="positive").operator is None
    True
    """
    return _field(Mark(seal=when or _always), default)


def plain(
    *,
    default: Any = NOTHING,
    locator: bool = False,
    link: bool = False,
    replaces: bool = False,
    fixed: bool = False,
) -> Any:
    """Return a field without a role.

    Args:
        default: the field's default, as in :func:`attrs.field`.
        locator: the value mentions a source, and is normalised before it is written.
        link: the value is a link; that of a post is written without the handle.
        replaces: names that classes within the value introduce are taken over.
        fixed: it can never be sealed.

    >>> @event("mylab:note-made")
    ... class NoteMade(Event):
    ...     about: Name | None = plain(locator=True, default=None)  # written as doi:10.1000/x
    >>> NoteMade(about="DOI:10.1000/X").about
    'DOI:10.1000/X'
    """
    mark = Mark(locator=locator, link=link, replaces=replaces, fixed=fixed)
    return _field(mark, default)


def _always(_event: Any) -> bool:
    return True


def _is_social(event: Any) -> bool:
    return event.platform is not None


def _came_by_message(event: Any) -> bool:
    return event.channel is not None


def _is_not_scientific(event: Any) -> bool:
    return event.kind not in SCIENTIFIC_KINDS


# -- event classes -----------------------------------------------------------------------

_TYPE = re.compile(r"[a-z][a-z0-9-]{0,63}(:[a-z][a-z0-9-]{0,63})?")


class Event:
    """The base of every event class.

    Attributes:
        type: the event's name in the chain, a plugin's with its prefix: ``mylab:assay-run``.
        version: the version of the shape of its data, from 1.
    """

    __slots__ = ()

    type: ClassVar[str]
    version: ClassVar[int]


_E = TypeVar("_E", bound=Event)


@dataclass_transform(
    kw_only_default=True,
    frozen_default=True,
    field_specifiers=(attrs.field, identity, key, ref, drop, sealed, plain),
)
def event(name: str, *, version: int = 1) -> Callable[[type[_E]], type[_E]]:
    """Make a class an event: a frozen, keyword-only attrs class with a name in the chain.

    Args:
        name: ``[a-z][a-z0-9-]{0,63}``; a plugin's with its prefix and a colon before it.
        version: the version of the shape of its data; raise it when that changes, and give
            the vocabulary an upcaster from the version before.

    Raises:
        Invalid: the name or the version is not of that form.

    >>> @event("mylab:assay-run")
    ... class AssayRun(Event):
    ...     source: Ref = ref("source")
    ...     dose: str
    >>> AssayRun(source="s5", dose="600 ug").type
    'mylab:assay-run'
    """
    if _TYPE.fullmatch(name) is None or version < 1:
        msg = f"event type {name!r}, version {version}: expected a name like 'mylab:assay-run'"
        raise Invalid(msg)

    def decorate(cls: type[_E]) -> type[_E]:
        cls.type, cls.version = name, version
        return attrs.frozen(cls, kw_only=True, slots=False)

    return decorate


# -- values within events ----------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Tier:
    """A class of evidence.

    Attributes:
        slug: its name in claims: ``human``.
        label: what readers see.
        description: one sentence for readers.
    """

    slug: Slug = key("tier")  # noqa: RUF009  # a field, not a shared default
    label: Text
    description: Text


DEFAULT_TIERS: Final = (
    Tier(
        slug="human",
        label="Human",
        description="Observed in people: trials, cohorts and clinical reports.",
    ),
    Tier(
        slug="preclinical",
        label="Preclinical",
        description="Observed in animals, in tissue or in cells.",
    ),
    Tier(
        slug="published",
        label="Published",
        description="Stated in print without new observations of its own.",
    ),
    Tier(
        slug="anecdotal",
        label="Anecdotal",
        description="Told by individuals about themselves or others.",
    ),
)
"""The tiers a ledger has unless it names its own, strongest first."""


@attrs.frozen(kw_only=True)
class Attachment:
    """Material that the store keeps beside the chain, under its digest.

    Attributes:
        digest: BLAKE3-256 in hexadecimal.
        size: bytes.
        media_type: as in ``text/html``.
    """

    digest: Digest
    size: Count
    media_type: Text


@attrs.frozen(kw_only=True)
class About:
    """What a claim is about; claims with the same ``about`` corroborate or contradict each other.

    Attributes:
        components: the ids of components.
        outcome: what was measured or felt.
        population: in whom.
    """

    components: tuple[Ref, ...] = ref("component", default=())
    outcome: Text | None = None
    population: Text | None = None


# -- the ledger itself -------------------------------------------------------------------


@event("ledger-opened")
class LedgerOpened(Event):
    """The first event of every ledger, and of no other place.

    Attributes:
        name: the ledger's slug, for good; the header of every page carries it.
        id: 16 random bytes in hexadecimal, so that two ledgers of one name share no hash.
        title: what readers see.
        subject: what it is about, where the title does not say.
        tiers: the classes of evidence, strongest first.
        origin: the name under which checkpoints of this ledger are signed.
    """

    name: LedgerName = plain(fixed=True)
    id: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z", description="16 bytes in hexadecimal")] = (
        plain(fixed=True)
    )
    title: Text
    subject: Text | None = None
    tiers: tuple[Tier, ...] = DEFAULT_TIERS
    origin: Text | None = None

    def __attrs_post_init__(self) -> None:
        _check_tiers(self.tiers)


@event("ledger-described")
class LedgerDescribed(Event):
    """A new description of the ledger: the latest of each field stands."""

    title: Text | None = None
    subject: Text | None = None
    tiers: tuple[Tier, ...] | None = plain(replaces=True, default=None)
    origin: Text | None = None

    def __attrs_post_init__(self) -> None:
        _check_tiers(self.tiers or ())


def _check_tiers(tiers: tuple[Tier, ...]) -> None:
    slugs = [getattr(tier, "slug", None) for tier in tiers]  # their types are checked later
    twice = [slug for slug in slugs if slug is not None and slugs.count(slug) > 1]
    if twice:
        msg = f"two tiers have the slug {twice[0]!r}"
        raise Invalid(msg)


@event("section-written")
class SectionWritten(Event):
    """A section of the article; the latest of each slug stands.

    Attributes:
        section: ``frame``, ``why``, ``fit``, ``safety``, or any other slug.
        heading: its heading, where the article's own does not serve.
        body: Markdown.
    """

    section: Slug = key("section", replaces=True)
    heading: Text | None = None
    body: str


@event("component-mapped")
class ComponentMapped(Event):
    """A part of the subject and the layer it acts on; the latest of each id stands.

    Attributes:
        id: its name among claims' ``about``.
        component: its name for readers: ``Semax``.
        layer: where it acts: ``neural / cognitive``.
        sibling: the slug of the ledger about it, where there is one.
    """

    id: Id = key("component", letters="k", replaces=True)
    component: Text
    layer: Text
    sibling: Slug | None = None


# -- sources -----------------------------------------------------------------------------


@event("source-added")
class SourceAdded(Event):
    """A source, described as it describes itself.

    Attributes:
        id: its id: ``s5``.
        kind: what it is.
        title: its title.
        authors: the first 200, in order.
        author_count: how many there are, where that is more than are named.
        venue: the journal or site it appeared in.
        platform: the social platform: ``reddit``, ``x``, ``youtube``.
            Where it is set, authors, title and capture are sealed.
        community: the part of the platform: ``r/TBI``.
        published: a year, a month or a date, as exactly as it is known.
        url: where it was read.
        locators: what identifies exactly this source: ``doi:10.1000/x``.
        mentions: what it refers to or is part of, in the same form.
        language: a BCP 47 tag.
        retrieved: when it was read.
        capture: the record or page as it was fetched.
        assertion: whether a person or a program described it.
        basis: why it is of this kind.
    """

    id: Id = identity("source", "s")
    kind: SourceKind
    title: Text = sealed(when=_is_social)
    authors: Annotated[tuple[Text, ...], Meta(max_length=200)] = sealed(when=_is_social, default=())
    author_count: Count | None = None
    venue: Text | None = None
    platform: Slug | None = None
    community: Text | None = None
    published: PartialDate | None = None
    url: Text | None = plain(link=True, default=None)
    locators: tuple[Name, ...] = key(locator=True, default=())
    mentions: tuple[Name, ...] = plain(locator=True, default=())
    language: Text | None = None
    retrieved: Moment | None = None
    capture: Attachment | None = sealed(when=_is_social, default=None)
    assertion: Assertion = "manual"
    basis: Text | None = None


@event("source-amended")
class SourceAmended(Event):
    """A correction of what a source's record says; fields that are absent stay as they were.

    The event alone does not say whether its source is a social one.
    So it seals authors, title and capture
    unless it restates ``kind`` as one of the scientific kinds.
    """

    source: Ref = ref("source")
    kind: SourceKind | None = None
    title: Text | None = sealed(when=_is_not_scientific, default=None)
    authors: Annotated[tuple[Text, ...], Meta(max_length=200)] | None = sealed(
        when=_is_not_scientific, default=None
    )
    author_count: Count | None = None
    venue: Text | None = None
    platform: Slug | None = None
    community: Text | None = None
    published: PartialDate | None = None
    url: Text | None = plain(link=True, default=None)
    locators_added: tuple[Name, ...] = key(locator=True, default=())
    locators_dropped: tuple[Name, ...] = drop(locator=True, default=())
    language: Text | None = None
    retrieved: Moment | None = None
    capture: Attachment | None = sealed(when=_is_not_scientific, default=None)
    why: Text


@event("source-flagged")
class SourceFlagged(Event):
    """Something has happened to a source.

    Flags add up, and only ``reinstated`` clears ``retracted``.

    Attributes:
        source: its id.
        status: what has happened.
        according_to: who says so: ``Crossref``, ``Retraction Watch``.
        notice: the locator of the notice.
        date: when it happened.
    """

    source: Ref = ref("source")
    status: Literal["retracted", "corrected", "concern", "reinstated", "unreachable"]
    according_to: Text
    notice: Name | None = plain(locator=True, default=None)
    date: PartialDate | None = None


@event("source-linked")
class SourceLinked(Event):
    """How one source relates to another; of duplicates one counts, and none is dropped."""

    source: Ref = ref("source")
    other: Ref = ref("source")
    relation: Literal["duplicate-of", "version-of", "notice-of", "part-of", "same-study"] = key(
        "link", parts=("source", "other", "relation")
    )
    assertion: Assertion = "manual"
    basis: Text | None = None


# -- claims ------------------------------------------------------------------------------


@event("claim-tagged")
class ClaimTagged(Event):
    """One statement, drawn from one source, with the strength of its evidence.

    Attributes:
        id: its id: ``c12``.
        source: the source it is drawn from.
        text: the statement in the curator's own words; public.
        tier: the class of evidence.
        stance: how it bears on the ledger's subject.
        about: what it is about.
        quote: the source's own words; sealed.
        assertion: whether a person or a program tagged it.
        basis: why this tier.
    """

    id: Id = identity("claim", "c")
    source: Ref = ref("source")
    text: Text
    tier: Ref = ref("tier")
    stance: Stance
    about: About | None = None
    quote: Text | None = sealed(default=None)
    assertion: Assertion = "manual"
    basis: Text | None = None


@event("claim-retagged")
class ClaimRetagged(Event):
    """A correction of a claim; fields that are absent stay, and the history stays."""

    claim: Ref = ref("claim")
    text: Text | None = None
    tier: Ref | None = ref("tier", default=None)
    stance: Stance | None = None
    about: About | None = None
    why: Text


@event("claim-withdrawn")
class ClaimWithdrawn(Event):
    """A claim that no longer counts; it stays to be seen."""

    claim: Ref = ref("claim")
    why: Text


@event("reviewed")
class Reviewed(Event):
    """A person's verdict on a source, a claim or a link.

    Attributes:
        target: its whole name: ``claim:c12``, ``source:s5``, ``link:q1/c3/answers``.
        verdict: accepted or rejected.
        why: the reason.
    """

    target: ReviewTarget = ref()
    verdict: Literal["accepted", "rejected"]
    why: Text | None = None


# -- questions ---------------------------------------------------------------------------


@event("question-created")
class QuestionCreated(Event):
    """A question that somebody asks of the ledger.

    Attributes:
        id: its id: ``q1``.
        text: the question; sealed where it came by message.
        channel: the channel it came by; absent where the curator asks.
        asker: who asked; sealed.
    """

    id: Id = identity("question", "q")
    text: Text = sealed(when=_came_by_message)
    channel: Slug | None = None
    asker: Text | None = sealed(default=None)


@event("question-closed")
class QuestionClosed(Event):
    """A question that needs no more evidence."""

    question: Ref = ref("question")
    why: Text


@event("question-withdrawn")
class QuestionWithdrawn(Event):
    """A question that should not have been asked."""

    question: Ref = ref("question")
    why: Text


@event("evidence-linked")
class EvidenceLinked(Event):
    """A claim, or a source as a whole, that bears on a question; exactly one of the two."""

    question: Ref = ref("question")
    claim: Ref | None = ref("claim", default=None)
    source: Ref | None = ref("source", default=None)
    relation: Literal["answers", "partly", "against"] = key(
        "link", parts=("question", "claim", "source", "relation")
    )
    assertion: Assertion = "manual"
    basis: Text | None = None

    def __attrs_post_init__(self) -> None:
        _exactly_one(self.claim, self.source)


@event("evidence-unlinked")
class EvidenceUnlinked(Event):
    """The end of such a link; the names are those that made it."""

    question: Ref = ref("question")
    claim: Ref | None = ref("claim", default=None)
    source: Ref | None = ref("source", default=None)
    relation: Literal["answers", "partly", "against"] = drop(
        "link", parts=("question", "claim", "source", "relation")
    )
    why: Text

    def __attrs_post_init__(self) -> None:
        _exactly_one(self.claim, self.source)


def _exactly_one(claim: str | None, source: str | None) -> None:
    if (claim is None) == (source is None):
        msg = "a link joins a question to a claim or to a source: give exactly one of them"
        raise Invalid(msg)


# -- what is not known -------------------------------------------------------------------


@event("gap-noted")
class GapNoted(Event):
    """Something that nobody has found out yet."""

    id: Id = identity("gap", "g")
    text: Text


@event("gap-closed")
class GapClosed(Event):
    """A gap that evidence has filled."""

    gap: Ref = ref("gap")
    why: Text


@event("caveat-noted")
class CaveatNoted(Event):
    """Something that readers must know before they rely on the ledger."""

    id: Id = identity("caveat", "cv")
    text: Text


@event("caveat-withdrawn")
class CaveatWithdrawn(Event):
    """A caveat that no longer holds."""

    caveat: Ref = ref("caveat")
    why: Text


# -- housekeeping ------------------------------------------------------------------------


@event("finding-waived")
class FindingWaived(Event):
    """A check's finding that a person has looked at and let stand.

    Attributes:
        rule: the rule's name.
        target: the whole name of what it was found on; absent for the ledger as a whole.
        why: the reason.
    """

    rule: Text
    target: Name | None = ref(default=None)
    why: Text


@event("fields-erased")
class FieldsErased(Event):
    """Sealed fields whose values and salts are gone for good.

    Attributes:
        n: the record that carries the commitments.
        fields: their names.
        reason: why they were erased.
    """

    n: Count = plain(fixed=True)
    fields: Annotated[tuple[Text, ...], Meta(min_length=1)] = plain(fixed=True)
    reason: Text


def builtin_events() -> tuple[type[Event], ...]:
    """Return every event class of the core, in the order of the catalogue."""
    return (
        LedgerOpened,
        LedgerDescribed,
        SectionWritten,
        ComponentMapped,
        SourceAdded,
        SourceAmended,
        SourceFlagged,
        SourceLinked,
        ClaimTagged,
        ClaimRetagged,
        ClaimWithdrawn,
        Reviewed,
        QuestionCreated,
        QuestionClosed,
        QuestionWithdrawn,
        EvidenceLinked,
        EvidenceUnlinked,
        GapNoted,
        GapClosed,
        CaveatNoted,
        CaveatWithdrawn,
        FindingWaived,
        FieldsErased,
    )
