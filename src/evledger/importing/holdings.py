"""What a ledger has, and what an import has added to it so far, looked up by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec
from blake3 import blake3

from evledger.codec import is_list
from evledger.events import SCIENTIFIC_KINDS
from evledger.exceptions import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from evledger.entries import Source
    from evledger.events import ClaimTagged
    from evledger.view import View

__all__ = ["Holdings"]

_TWIN: Final = ("kind", "title", "platform", "community", "published", "url", "venue", "authors")


class Holdings:
    """What an import must know of a ledger to tell what is new.

    Attributes:
        tiers: the slugs of the ledger's tiers.
        components: the ids of its components.
        links: the names of the links between its sources.
        flags: what has been said of each source, as (source, status, according to, notice or,
            where none is named, date).
    """

    def __init__(self, view: View) -> None:
        self.tiers = tuple(tier.slug for tier in view.tiers)
        self.components = frozenset(view.components)
        self.links = set(view.links)
        self.flags: set[tuple[str, str, str, str | None]] = set()
        self._titles: dict[str, object] = {}
        self._dois: dict[str, set[str]] = {}
        self._holders: dict[str, str] = {}
        self._twins: dict[bytes, str] = {}
        self._claims: dict[str, set[bytes]] = {}
        self._claim_ids: dict[str, tuple[str | None, object]] = {}
        self._scientific: dict[str, str] = {}
        self._captured: set[str] = set()
        for source in view.sources.values():
            self._take_over(source)
        for claim in view.claims.values():
            said = _digest(str(claim.text), claim.tier, str(claim.stance))
            self._claims.setdefault(claim.source, set()).add(said)
            self._claim_ids[claim.id] = (claim.source, claim.text)

    def _take_over(self, source: Source) -> None:
        self.remember(source.id, msgspec.structs.asdict(source))
        for flag in source.flags:
            self.flags.add((source.id, flag.status, flag.according_to, flag.notice or flag.date))

    def remember(self, id: str, fields: Mapping[str, Any]) -> None:
        """Remember a source that the ledger has."""
        self._titles[id] = fields.get("title")
        self._twins.setdefault(_twin(fields), id)
        if fields.get("capture") is not None:  # one that was erased, too, is not brought back
            self._captured.add(id)
        if fields.get("kind") in SCIENTIFIC_KINDS:
            self._scientific[id] = str(fields["kind"])
        self.hold(id, (*fields.get("locators", ()), f"source:{id}"))

    def hold(self, id: str, names: Iterable[str]) -> None:
        """Remember names of a source; the first holder of a name keeps it."""
        for name in names:
            if self._holders.setdefault(name, id) == id and name.startswith("doi:"):
                self._dois.setdefault(id, set()).add(name)

    def new(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of some locators that no source holds."""
        return tuple(name for name in names if name not in self._holders)

    def holders(self, names: Iterable[str]) -> list[str]:
        """Return the ids of the sources that hold one of these names, each once."""
        return list(dict.fromkeys(self._holders[name] for name in names if name in self._holders))

    def identified(self, fields: Mapping[str, Any]) -> list[str]:
        """Return the ids of the sources that the fields of one identify, each once.

        Raises:
            Invalid: its id is that of another source.
        """
        names = list(fields.get("locators", ()))
        id = fields.get("id")
        if id is not None and id in self._titles:
            if self._titles[id] != fields.get("title"):
                msg = f"id {id} is another source here, titled {self._titles[id]!r:.80}"
                raise Invalid(msg)
            names.append(f"source:{id}")
        if names or id is not None:
            return self.holders(names)
        twin = self._twins.get(_twin(fields))
        return [] if twin is None else [twin]

    def contested(self, fields: Mapping[str, Any]) -> dict[str, str]:
        """Return those of a record's locators that are of another work, each with its source.

        Files have the DOI or the ISBN of a whole volume on each of its parts, and numbers that
        were pasted to the wrong record. Two works whose titles have little in common, and whose
        DOIs are others or which share the number of a book alone, are not taken for one.
        """
        names: list[str] = list(fields.get("locators", ()))
        apart: dict[str, str] = {}
        for id in self.holders(names):
            shared = [name for name in names if self._holders.get(name) == id]
            if self._are_apart(id, names, shared, fields.get("title")):
                apart.update(dict.fromkeys(shared, id))
        return apart

    def _are_apart(self, id: str, names: list[str], shared: list[str], title: object) -> bool:
        dois = {name for name in names if name.startswith("doi:")}
        held = self._dois.get(id, set())
        books_alone = all(name.startswith("isbn:") for name in shared)
        if not books_alone and (not dois or not held or dois == held):
            return False
        return not _are_alike(self._titles.get(id), title)

    def title(self, id: str) -> object:
        """Return a source's title."""
        return self._titles.get(id)

    def lacks_capture(self, id: str) -> bool:
        """Return whether nothing of a source's own words was ever kept."""
        return id not in self._captured

    def capture(self, id: str) -> None:
        """Remember that the words of a source are kept."""
        self._captured.add(id)

    def scientific_kind(self, id: str) -> str | None:
        """Return the kind of a source, where it is one of the scientific ones."""
        return self._scientific.get(id)

    # -- claims

    def is_new(self, source: str, claim: ClaimTagged) -> bool:
        """Return whether a source does not have a claim yet, and remember it."""
        claims = self._claims.setdefault(source, set())
        said = _digest(claim.text, claim.tier, claim.stance)
        if said in claims:
            return False
        claims.add(said)
        return True

    def name_claim(self, id: str, source: str, text: str) -> None:
        """Remember a claim's id."""
        self._claim_ids[id] = (source, text)

    def is_other_claim(self, claim: ClaimTagged, source: str | None) -> bool:
        """Return whether a claim's id is that of another one."""
        place = (source, claim.text)
        return self._claim_ids.get(claim.id, place) != place


def _twin(fields: Mapping[str, Any]) -> bytes:
    """Return what tells sources apart that have neither id nor locator."""
    values = (fields.get(name) or None for name in _TWIN)
    return _digest(*(tuple(value) if is_list(value) else value for value in values))


def _digest(*values: object) -> bytes:
    """Stand for some values, in less memory than long texts take."""
    return blake3(repr(values).encode(errors="surrogatepass")).digest(16)


_WORD: Final = re.compile(r"\w+")
_ALIKE: Final = 0.5  # of the words of the shorter title


def _are_alike(one: object, other: object) -> bool:
    """Return whether two titles may be of one work; what cannot be read may be."""
    if not isinstance(one, str) or not isinstance(other, str):
        return True
    words, others = (frozenset(_WORD.findall(title.casefold())) for title in (one, other))
    shorter = min(len(words), len(others))
    return shorter == 0 or len(words & others) >= _ALIKE * shorter
