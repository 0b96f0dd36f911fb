"""From a view to what is searched: for each entry, its words by where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import attrs

from evledger.entries import Claim, Entry, Source

if TYPE_CHECKING:
    from evledger.view import Entries, View

__all__ = ["FIELDS", "OWN", "Document", "documents"]

FIELDS: Final = {
    "text": 5.0,
    "quote": 3.0,
    "about": 3.0,
    "source": 1.5,
    "traits": 1.0,
    "captured": 1.0,
}
"""The fields of a document, and what a word weighs that stands there.

``text`` is the entry's own; ``quote`` the source's; ``about`` what a claim says it is about;
``source`` who wrote what where; ``traits`` tier, stance, kind, year; ``captured`` an abstract.
"""

OWN: Final = ("text", "quote", "about")
"""The fields whose words say what an entry is about; the others say it in passing."""


@attrs.frozen(kw_only=True)
class Document:
    """An entry's words.

    Attributes:
        entry: its whole name.
        identifiers: the names by which the world knows it, in normal form.
    """

    entry: str
    text: str
    quote: str = ""
    about: str = ""
    source: str = ""
    traits: str = ""
    captured: str = ""
    identifiers: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Its words, in the order of :data:`FIELDS`."""
        return self.text, self.quote, self.about, self.source, self.traits, self.captured


def documents(view: View, since: int = 0) -> Iterator[Document]:
    """Yield the documents of what was added or changed in a view.

    Args:
        view: whose sealed values are read as far as they are open.
        since: the head's size up to which everything is known already.
    """
    labels = {tier.slug: f"{tier.slug} {tier.label}" for tier in view.tiers}
    changed = dict.fromkeys(_changed(view.sources.unopened(), since))
    for id in changed:
        yield _of_source(view, id)
    claims = dict.fromkeys(_changed(view.claims.unopened(), since))
    for id in changed:
        claims |= dict.fromkeys(claim.id for claim in view.claims_of(id))
    for id in claims:
        yield _of_claim(view, view.claims[id], labels)
    yield from _of_the_rest(view, since)


def _changed(entries: Iterable[Source | Claim], since: int) -> Iterator[str]:
    return (entry.id for entry in entries if is_newer(entry, since))


def is_newer(entry: Entry, since: int) -> bool:
    """Return whether an entry was added or changed when the ledger had ``since`` events or more."""
    return max(entry.n, *entry.history[-1:]) >= since if entry.history else entry.n >= since


def _of_source(view: View, id: str) -> Document:
    source = view.sources[id]
    return Document(
        entry=f"source:{id}",
        text=_open(source.title),
        source=_whence(source),
        traits=_traits(source),
        captured=view.captured(id),
        identifiers=source.locators,
    )


def _of_claim(view: View, claim: Claim, labels: dict[str, str]) -> Document:
    source = view.sources[claim.source]
    return Document(
        entry=f"claim:{claim.id}",
        text=_open(claim.text),
        quote=_open(claim.quote),
        about=_about(view, claim),
        source=f"{_open(source.title)} {_whence(source)}",
        traits=f"{labels.get(claim.tier, claim.tier)} {_open(claim.stance)} {_traits(source)}",
        identifiers=(claim.source, *source.locators),
    )


def _of_the_rest(view: View, since: int) -> Iterator[Document]:
    for id, section in view.sections.items():
        if is_newer(section, since):
            text = f"{_open(section.heading)} {_open(section.body)}"
            yield Document(entry=f"section:{id}", text=text, traits=_ASKED_FOR_BY.get(id, id))
    said: dict[str, Entries[Any]] = {
        "gap": view.gaps,
        "caveat": view.caveats,
        "question": view.questions,
    }
    for kind, entries in said.items():
        for id, entry in entries.items():
            if is_newer(entry, since):
                traits = _ASKED_FOR_BY.get(kind, "")
                yield Document(entry=f"{kind}:{id}", text=_open(entry.text), traits=traits)


_ASKED_FOR_BY: Final = {
    "safety": "safety side effects warning",
    "caveat": "caveat safety side effects warning",
    "gap": "gap not known unknown missing",
}
"""Words by which readers ask for such an entry, whatever it says."""


def _whence(source: Source) -> str:
    """Return who wrote it and where; a person on a social platform is nobody's to search for."""
    authors = source.authors if isinstance(source.authors, tuple) else ()
    if source.platform:
        authors = ()
    return " ".join((*authors, _open(source.venue)))


def _traits(source: Source) -> str:
    kind = _open(source.kind).replace("-", " ")
    return " ".join(
        (kind, _open(source.platform), _open(source.community), _open(source.published)[:4])
    )


def _about(view: View, claim: Claim) -> str:
    about = claim.about
    if about is None:
        return ""
    named = (view.components.get(id) for id in about.components)
    components = (_open(each.component) for each in named if each is not None)
    return " ".join((*components, about.outcome or "", about.population or ""))


def _open(value: object) -> str:
    return value if isinstance(value, str) else ""
