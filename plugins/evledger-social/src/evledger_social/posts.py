"""What somebody posted, on whatever site; and the item that it becomes.

A chain cannot forget, so nothing that it holds in the open may name a person or repeat their words.
What may is decided here, in one place: authors, title, words and quote go where they are sealed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

import attrs

from evledger import Invalid
from evledger.importing import Capture, Found, Item, ItemFlag, ItemLink, Note
from evledger.locators import normalise
from evledger_social.texts import opening, shortened

__all__ = ["REDDIT", "YOUTUBE", "Post", "Site", "X", "unreachable"]

_LONGEST_TITLE: Final = 1_000  # characters; Reddit allows 300
_LONGEST_QUOTE: Final = 4_000
_LARGEST_CAPTURE: Final = 1 << 20  # bytes; the longest post of any of the sites is 100,000

# Where a link leads is told in the open only where it is a number or a code:
# any other address may have a person's name in it.
_CITED: Final = frozenset({"doi", "isbn", "nct", "pmcid", "pmid", "reddit", "x", "youtube"})


@attrs.frozen(kw_only=True)
class Site:
    """Where people post.

    Attributes:
        platform: its slug in the chain.
        name: as people know it.
        called: how a sentence begins that is about something posted there: ``A Reddit``.
    """

    platform: str
    name: str
    called: str


REDDIT: Final = Site(platform="reddit", name="Reddit", called="A Reddit")
X: Final = Site(platform="x", name="X", called="An X")
YOUTUBE: Final = Site(platform="youtube", name="YouTube", called="A YouTube")


def unreachable(place: str, site: Site, locator: str, date: str | None = None) -> Item:
    """Return the item that says of a source, which the ledger may have, that it is gone.

    Args:
        place: where in the file that stands.
        site: who says so.
        locator: the source's.
        date: when it went, where that is known.

    >>> unreachable("error 1", X, "x:20").flags[0].of
    ('x:20',)
    """
    flag = ItemFlag(status="unreachable", according_to=site.name, date=date, of=(locator,))
    return Item(place=place, flags=(flag,))


@attrs.frozen(kw_only=True)
class Post:
    """A post, a comment or a video, as its site describes it.

    Attributes:
        place: where in the file, for people.
        site: where it was posted.
        kind: what it is.
        locator: by which the world knows it.
        url: where it is read, without a handle and without its words.
        title: its title, where it has one.
        words: what its author wrote; what stands in it is as the author meant it.
        attached: what belongs to its words and is not its author's to be quoted: a link.
        author: as the site shows who posted it.
        community: the part of the site, where that is no person's.
        published: the day, in UTC.
        language: a BCP 47 tag.
        retrieved: when it was read, where the file says so.
        mentions: normal locators of what it answers, quotes or stands under.
        links: addresses that it leads to.
        versions: locators of its earlier versions.
        says: whether it says something of its author's own, from which a claim is proposed.
        gone: why its words cannot be read any more: ``deleted by its author``.
        notes: what people must know of how it was read.

    >>> post = Post(
    ...     place="comment 1",
    ...     site=REDDIT,
    ...     kind="comment",
    ...     locator="reddit:t1_dm3o32u",
    ...     words="It helped me.",
    ...     author="u/somebody",
    ...     community="r/TBI",
    ...     published="2017-08-25",
    ... )
    >>> [item] = post.found()
    >>> item.claims[0]["text"], item.claims[0]["quote"]
    ('A Reddit comment in r/TBI, 2017-08', 'It helped me.')
    """

    place: str
    site: Site
    kind: Literal["post", "comment", "video"]
    locator: str | None
    url: str | None = None
    title: str = ""
    words: str = ""
    attached: str = ""
    author: str = ""
    community: str | None = None
    published: str | None = None
    language: str | None = None
    retrieved: str | None = None
    mentions: Sequence[str] = ()
    links: Sequence[str] = ()
    versions: Sequence[str] = ()
    says: bool = True
    gone: str | None = None
    notes: Sequence[str] = ()

    def found(self) -> Iterator[Found]:
        """Yield the item, and notes on what was left out.

        Words that their author or the site took back are not taken over, whatever the file holds.
        """
        if self.gone:
            yield Note(self.place, f"its words are gone: {self.gone}")
        for note in self.notes:
            yield Note(self.place, note)
        whole = "\n\n".join(filter(None, (self.words, self.attached)))
        data = b"" if self.gone else whole.encode(errors="replace")
        if len(data) > _LARGEST_CAPTURE:
            yield Note(self.place, "its words are longer than 1 MiB and were not kept")
        yield Item(
            place=self.place,
            source={name: value for name, value in self._fields().items() if value},
            claims=(self._claim(),) if self._claims() else (),
            capture=Capture(data) if 0 < len(data) <= _LARGEST_CAPTURE else None,
            flags=self._flags(),
            links=tuple(self._links()),
        )

    def _fields(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "title": self._title(),
            "authors": [self.author] if self.author and not self.gone else None,
            "platform": self.site.platform,
            "community": self.community,
            "published": self.published,
            "url": self.url,
            "locators": [self.locator] if self.locator else None,
            "mentions": self._mentions(),
            "language": self.language,
            "retrieved": self.retrieved,
            "assertion": "automatic",
            "basis": f"a {self.kind} on {self.site.name}",
        }

    def _title(self) -> str:
        if self.title:
            return shortened(self.title, _LONGEST_TITLE)
        if self.gone:
            return f"[{self.kind} {self.gone}]"
        return opening(self.words) or f"[{self.kind} without words]"

    def _mentions(self) -> list[str]:
        """Return what it mentions, each once: what the site says, and links that name a source."""
        cited = () if self.gone else map(_cited, self.links)
        names = [*self.mentions, *filter(None, cited)]
        return [name for name in dict.fromkeys(names) if name != self.locator]

    def _claims(self) -> bool:
        return self.says and not self.gone and bool(self.words or self.title)

    def _claim(self) -> dict[str, Any]:
        where = f" in {self.community}" if self.community else ""
        when = f", {self.published[:7]}" if self.published else ""
        claim = {
            "text": f"{self.site.called} {self.kind}{where}{when}",
            "tier": "anecdotal",
            "stance": "neutral",
            "assertion": "automatic",
            "basis": f"a {self.kind} on {self.site.name}: the tier of its channel",
        }
        if self.kind != "video":  # nobody has heard yet what is said in it
            claim["quote"] = shortened(self.words or self.title, _LONGEST_QUOTE)
        return claim

    def _flags(self) -> tuple[ItemFlag, ...]:
        if not self.gone:
            return ()
        return (ItemFlag(status="unreachable", according_to=self.site.name),)

    def _links(self) -> Iterator[ItemLink]:
        for version in self.versions:
            basis = f"{self.site.name}: an earlier version of the same {self.kind}"
            yield ItemLink(relation="version-of", source=(version,), basis=basis)


def _cited(link: str) -> str | None:
    """Return the locator that a link is, where it may stand in the open."""
    try:
        name = normalise(link)
    except Invalid:
        return None
    return name if name.partition(":")[0] in _CITED else None
