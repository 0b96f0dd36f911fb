"""Recording: which events a message becomes, and which entries it became.

Words and numbers of senders go into sealed fields alone.
What an identifier says of itself stands in clear: it is the source's, and not the sender's.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from evledger.asking.prompts import folded
from evledger.events import SCIENTIFIC_KINDS, Attachment, ClaimTagged, SourceAdded, SourceKind
from evledger.legible import shortened
from evledger.messages.replies import plain

if TYPE_CHECKING:
    from evledger.batch import Batch
    from evledger.entries import Claim, Question, Source
    from evledger.messages.incoming import Media, Post
    from evledger.messages.pasting import Paste
    from evledger.record import Record
    from evledger.view import View

__all__ = [
    "Evidence",
    "Made",
    "attached",
    "made",
    "record_evidence",
    "record_question",
    "same_claim",
    "same_question",
    "source_of",
]

_TITLE: Final = 80  # characters
_LINKED: Final = "sent to the question by message"
_AUTOMATIC: Final[dict[str, Any]] = {"assertion": "automatic"}


# -- questions ---------------------------------------------------------------------------


def same_question(view: View, text: str) -> Question | None:
    """Return the open question of the same words, where there is one that can be read."""
    wanted = folded(text)
    there = (each for each in view.questions.values() if each.status == "open")
    return next(
        (each for each in there if isinstance(each.text, str) and folded(each.text) == wanted),
        None,
    )


def record_question(batch: Batch, post: Post, text: str, files: Sequence[Media]) -> None:
    """Collect a question, and the files that came with it."""
    sender = post.sender
    id = batch.create_question(text=text, channel=sender.channel, asker=sender.name)
    _record_files(batch, post, id, files)


# -- evidence ----------------------------------------------------------------------------


def source_of(view: View, paste: Paste) -> Source | None:
    """Return the source that a paste identifies, where the ledger knows it by any of its names."""
    names = paste.identifiers
    there = view.sources.unopened() if names else ()
    held = {name: each.id for each in there for name in each.locators if name in names}
    found = next((held[name] for name in names if name in held), None)
    return None if found is None else view.sources[found]


def same_claim(view: View, question: str, source: Source | None, text: str) -> Claim | None:
    """Return the claim of the same words: of the source, or without one, among what bears on it."""
    if source is not None:
        claims: Sequence[Claim] = view.claims_of(source.id)
    else:
        linked = (each.claim for each in view.questions[question].evidence)
        claims = [view.claims[id] for id in linked if id is not None]
    return next((claim for claim in claims if claim.text == text), None)


def attached(view: View, question: str) -> frozenset[str]:
    """Return the digests of the files that were sent to a question."""
    linked = (each.source for each in view.questions[question].evidence)
    captures = (view.sources[id].capture for id in linked if id is not None)
    return frozenset(each.digest for each in captures if isinstance(each, Attachment))


@attrs.frozen(kw_only=True)
class Evidence:
    """What is new of a message that brings evidence.

    Attributes:
        question: the question's id.
        paste: what was pasted.
        source: the source that the ledger knows of it.
        known: the id of the claim of the same words, where there is one.
        is_new: whether there are words, and they do not bear on the question already.
        files: files that come with it.
    """

    question: str
    paste: Paste
    source: Source | None = None
    known: str | None = None
    is_new: bool = True
    files: Sequence[Media] = ()


def record_evidence(batch: Batch, view: View, post: Post, evidence: Evidence) -> None:
    """Collect a claim with its source, as far as they are new, links, and files.

    The order is what :func:`made` reads: source, claim, link, and then each file with its link.
    """
    if evidence.is_new:
        claim = evidence.known or _record_claim(batch, view, post, evidence)
        _link(batch, evidence.question, claim=claim)
    _record_files(batch, post, evidence.question, evidence.files)


def _record_claim(batch: Batch, view: View, post: Post, evidence: Evidence) -> str:
    paste = evidence.paste
    source = evidence.source
    if source is not None:
        id, kind = source.id, source.kind
    else:
        id, kind = _record_source(batch, post, paste)
    return batch.add(
        ClaimTagged,
        source=id,
        text=paste.text,
        tier=_tier(view, source, str(kind)),
        stance="neutral",
        quote=paste.quotes[0] if paste.quotes else None,
        basis=post.sender.basis,
        sealed=("text", "basis"),  # the class seals the quote
        **_AUTOMATIC,
    )


def _tier(view: View, source: Source | None, kind: str) -> str:
    """Return the tier of a source's reviewed claims, if it is one, and else a weak one."""
    claims = view.claims_of(source.id) if source is not None else ()
    agreed = {claim.tier for claim in claims if claim.is_standing and not claim.is_unreviewed}
    if len(agreed) == 1:
        return agreed.pop()
    slugs = [tier.slug for tier in view.tiers]
    return "published" if kind in SCIENTIFIC_KINDS and "published" in slugs else slugs[-1]


_KINDS: Final[dict[str, SourceKind]] = {
    "doi": "journal-article",
    "pmid": "journal-article",
    "pmcid": "journal-article",
    "nct": "trial",
    "isbn": "book",
    "reddit": "post",
    "x": "post",
    "youtube": "video",
    "url": "web-page",
}
_PLATFORMS: Final = ("reddit", "x", "youtube")


def _record_source(batch: Batch, post: Post, paste: Paste) -> tuple[str, str]:
    """Collect the source that a paste identifies, or the message itself; give its id and kind."""
    locator = paste.best
    if locator is None:
        return _record_message(batch, post, paste), "other"
    scheme = locator.partition(":")[0]
    kind = _KINDS.get(scheme, "other")
    id = batch.add_source(
        kind=kind,
        title=locator,
        platform=scheme if scheme in _PLATFORMS else None,
        locators=paste.identifiers,
        basis=f"of the scheme {scheme}; the identifier came by message",
        **_AUTOMATIC,
    )
    return id, kind


def _record_message(batch: Batch, post: Post, paste: Paste) -> str:
    title = shortened(plain(paste.text), _TITLE) or "a message"
    capture = batch.attach(paste.text.encode(), "text/plain")
    return _record_own(batch, post, title=title, capture=capture)


def _record_files(batch: Batch, post: Post, question: str, files: Sequence[Media]) -> None:
    for file in files:
        source = _record_own(
            batch,
            post,
            title=f"a file of the type {file.media_type}",
            capture=batch.attach(file.data, file.media_type),
        )
        _link(batch, question, source=source)


def _record_own(batch: Batch, post: Post, *, title: str, capture: Attachment) -> str:
    """Collect a source of the sender's own, of which the platform seals title and capture.

    The sender is no author: articles name authors, and nobody's number is to stand there.
    """
    return batch.add(
        SourceAdded,
        kind="other",
        title=title,
        platform=post.sender.channel,
        capture=capture,
        basis=post.sender.basis,
        sealed=("basis",),
        **_AUTOMATIC,
    )


def _link(batch: Batch, question: str, **what: str) -> None:
    batch.link_evidence(question, relation="partly", basis=_LINKED, **what, **_AUTOMATIC)


# -- what a message became ---------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Made:
    """The entries that a message became.

    Attributes:
        question: the id of the question that it asks, or bears on.
        is_question: whether it asked it.
        claim: the id of its claim.
        source: the id of the claim's source, where that was new.
        files: the ids of the sources that its files became.
    """

    question: str
    is_question: bool = False
    claim: str | None = None
    source: str | None = None
    files: tuple[str, ...] = ()

    @property
    def entries(self) -> tuple[str, ...]:
        """Their whole names."""
        asked = self.question if self.is_question else None
        named = (("question", asked), ("source", self.source), ("claim", self.claim))
        return (
            *(f"{kind}:{id}" for kind, id in named if id is not None),
            *(f"source:{id}" for id in self.files),
        )


def made(records: Sequence[Record]) -> Made:
    """Read from a batch's records what its message became.

    Names alone are read, which no erasure takes away.

    Args:
        records: those of the batch, and perhaps others after them.
    """
    first = records[0]
    batch = list(
        itertools.takewhile(lambda each: (each.at, each.by) == (first.at, first.by), records)
    )
    asked = _named(first.keys, "question")
    if asked is not None:
        return Made(question=asked, is_question=True, files=_files(batch[1:], asked))
    place = next(n for n, each in enumerate(batch) if each.type == "evidence-linked")
    question = str(_named(batch[place].refs, "question"))
    claim = _named(batch[place].refs, "claim")
    if claim is None:  # files alone were new
        return Made(question=question, files=_files(batch, question))
    return Made(
        question=question,
        claim=claim,
        source=_named(first.keys, "source"),
        files=_files(batch[place + 1 :], question),
    )


def _files(records: Sequence[Record], question: str) -> tuple[str, ...]:
    """Return the sources of files: each stands with the link that joins it to the question."""
    found: list[str] = []
    for source, link in zip(records[::2], records[1::2], strict=False):
        id = _named(source.keys, "source")
        wanted = (f"question:{question}", f"source:{id}")
        if id is None or link.type != "evidence-linked" or link.refs != wanted:
            break
        found.append(id)
    return tuple(found)


def _named(names: Sequence[str], kind: str) -> str | None:
    prefix = f"{kind}:"
    return next((each.removeprefix(prefix) for each in names if each.startswith(prefix)), None)
