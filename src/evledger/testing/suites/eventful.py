"""A ledger to which all has happened that happens to ledgers, in as few events as that takes."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from evledger.events import (
    DEFAULT_TIERS,
    About,
    Attachment,
    CaveatNoted,
    ClaimRetagged,
    ClaimTagged,
    ClaimWithdrawn,
    ComponentMapped,
    EvidenceLinked,
    FindingWaived,
    GapClosed,
    GapNoted,
    LedgerDescribed,
    QuestionClosed,
    QuestionCreated,
    Reviewed,
    SectionWritten,
    SourceAdded,
    SourceAmended,
    SourceFlagged,
    SourceKind,
    SourceLinked,
    Stance,
    Tier,
)
from evledger.schema import seal
from evledger.testing.telling import Story

if TYPE_CHECKING:
    from evledger.events import Event
    from evledger.schema import Seal

__all__ = ["beginnings", "crowd", "eventful", "hostile_events", "motley"]


def eventful(text: str) -> tuple[Event | Seal, ...]:
    """Return events of nearly every type, so that claims of every fate and tier are among them.

    Every beginning of it is what a ledger can begin with, and the longer ones have
    claims that contradict each other, one of a tier that the ledger made up, a duplicate,
    a retraction, what a program tagged, what was rejected, withdrawn, sealed.

    Args:
        text: what stands wherever a person may write what they like.
    """
    return (*hostile_events(text), *_further(text), *_fates(text))


def hostile_events(text: str) -> tuple[Event, ...]:
    """Return a few events in which every text that a stranger may have written is this one."""
    post = SourceAdded(
        id="s1",
        kind="post",
        title=text,
        platform="reddit",
        community=text,
        authors=(text,),
        basis=text,
        language=text,
    )
    return (
        ComponentMapped(id="k1", component=text, layer=text),
        post,
        SourceAdded(
            id="s2",
            kind="journal-article",
            title=text,
            venue=text,
            authors=(text, text),
            url=f"https://example.org/{_visible(text)}",
            locators=(f"doi:10.1000/{_visible(text)}",),
            mentions=(f"doi:10.1001/{_visible(text)}",),
            capture=Attachment(digest="0" * 64, size=1, media_type=text),
        ),
        _claim("c1", "s1", "anecdotal", "contradicts", text),
        _claim("c2", "s2", "human", "supports", text),
        _claim("c3", "s2", "human", "contradicts", text),
        QuestionCreated(id="q1", text=text, asker=text),
        GapNoted(id="g1", text=text),
        CaveatNoted(id="cv1", text=text),
    )


def _visible(text: str) -> str:
    """Return what of a text may stand in an identifier or an address, which end in a letter."""
    return re.sub(r"[^!-~]", "", text) + "x"


def crowd() -> tuple[Event, ...]:
    """Return a hundred claims that count, of every tier and stance, of twenty sources."""
    kinds = itertools.cycle(tier.slug for tier in DEFAULT_TIERS)
    sources = [
        SourceAdded(id=f"s{n}", kind="journal-article", title=f"No. {n}", published=f"{2000 + n}")
        for n in range(1, 21)
    ]
    claims = [
        ClaimTagged(
            id=f"c{n}",
            source=f"s{n % 20 + 1}",
            tier=tier,
            stance=_STANCES[n % 3 - 1],
            text=f"It does no. {n}.",
        )
        for n, tier in zip(range(1, 101), kinds, strict=False)
    ]
    return (*sources, *claims)


def motley() -> tuple[Event, ...]:
    """Return sources of several kinds by several people, and claims of every tier and stance.

    No two have anything in common, so that whatever is gone through in no order of its own
    has many to be gone through in.
    """
    sources = [
        SourceAdded(
            id=f"s{n}", kind=kind, title=f"No. {n}", authors=(f"A{n}", f"B{n}"), venue=f"V{n}"
        )
        for n, kind in enumerate(_KINDS, 1)
    ]
    parts = [ComponentMapped(id=f"k{n}", component=f"C{n}", layer=f"L{n}") for n in range(1, 5)]
    claims = [
        ClaimTagged(
            id=f"c{n}",
            source=f"s{n % len(_KINDS) + 1}",
            tier=tier.slug,
            stance=stance,
            text=f"It does no. {n}.",
            about=About(components=(f"k{n % 4 + 1}",), outcome=f"O{n}", population=f"P{n}"),
        )
        for n, (tier, stance) in enumerate(itertools.product(DEFAULT_TIERS, _STANCES), 1)
    ]
    gaps = [GapNoted(id=f"g{n}", text=f"Not known: no. {n}.") for n in range(1, 5)]
    return (*parts, *sources, *claims, *gaps)


_KINDS: Final[tuple[SourceKind, ...]] = ("trial", "review", "preprint", "dataset", "web-page")
_STANCES: Final[tuple[Stance, ...]] = ("supports", "contradicts", "mixed", "neutral")


def _further(text: str) -> tuple[Event | Seal, ...]:
    own = Tier(slug="in-silico", label=text, description=text)
    return (
        LedgerDescribed(subject=text, origin=text, tiers=(*DEFAULT_TIERS, own)),
        _claim("c4", "s2", "in-silico", "mixed", text),
        seal(_claim("c5", "s2", "preclinical", "neutral", text), "text", "quote", "basis"),
        SourceAdded(id="s3", kind="preprint", title=text, published="2019-05"),
        _claim("c6", "s3", "published", "supports", text),
        EvidenceLinked(question="q1", claim="c2", relation="answers", basis=text),
        seal(QuestionCreated(id="q2", text=text), "text"),
        SectionWritten(section="why", heading=text, body="It may help."),
    )


def _claim(id: str, source: str, tier: str, stance: Stance, text: str) -> ClaimTagged:
    return ClaimTagged(
        id=id,
        source=source,
        tier=tier,
        stance=stance,
        text=text,
        quote=text,
        basis=text,
        about=About(components=("k1",), outcome=text, population=text),
        assertion="automatic" if tier == "published" else "manual",
    )


def _fates(text: str) -> tuple[Event, ...]:
    return (
        Reviewed(target="claim:c6", verdict="accepted", why=text),
        Reviewed(target="claim:c3", verdict="rejected", why=text),
        FindingWaived(rule="automatic-claims", target="claim:c6", why=text),
        FindingWaived(rule=text, target="claim:c2", why=text),
        ClaimRetagged(claim="c2", stance="mixed", why=text),
        ClaimWithdrawn(claim="c4", why=text),
        SourceLinked(source="s3", other="s2", relation="duplicate-of", basis=text),
        SourceFlagged(source="s1", status="retracted", according_to=text),
        SourceFlagged(
            source="s2",
            status="concern",
            according_to=text,
            notice=f"doi:10.1002/{_visible(text)}",
        ),
        SourceAmended(source="s3", venue=text, community=text, language=text, why=text),
        QuestionClosed(question="q1", why=text),
        GapClosed(gap="g1", why=text),
    )


_EVENTFUL: Final = eventful("It helps – déjà vu.")


def beginnings(min_size: int = 0) -> st.SearchStrategy[Story]:
    """Return stories that tell more or less of it; of what was sealed, some erased or withheld.

    Args:
        min_size: at least so many events.
    """
    return st.builds(
        Story,
        events=st.integers(min_size, len(_EVENTFUL)).map(lambda size: _EVENTFUL[:size]),
        erased=st.sampled_from([(), (0,), (4, 2, 1)]),
        has_vault=st.sampled_from([True, True, False]),
    )
