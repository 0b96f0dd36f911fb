"""What a machine reads of an article: its page, claims and sources in the terms of schema.org.

Everything comes from the :class:`~evledger.article.Article` that the page itself shows, so what is
concealed there is concealed here, and nothing is told that a reader cannot find on the page.

Three terms are left alone, although a page of this kind seems to ask for them:

- ``ClaimReview`` is a fact check: somebody examines what another has said, and rates it.
  A ledger rates no claim. A stance says on which side of the subject's question a claim stands,
  and a tier what kind of evidence it is; a claim that *contradicts* is not a false one.
  The rating with its scale, which search engines require there, would have to be invented.
- ``AggregateRating`` is the mean of what people rated. A score weighs what was collected.
- ``MedicalWebPage`` tells who reviewed a page as a physician would. Nobody has.

Of schema.org's *pending* terms, which may still change, three stand here for want of any other:
``Claim`` with ``appearance``, which is exactly a statement and the work that it is in,
and ``creativeWorkStatus``, by which a retraction is told.
The last is told in ``description`` too, which everybody knows.

Source: https://schema.org/version/30.0 and https://www.w3.org/TR/json-ld11/.
"""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec
from markupsafe import Markup

from evledger import Invalid
from evledger.article import Concealed
from evledger.article.links import web_address
from evledger.legible import shortened, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from evledger.article.values import Article, Claim, Component, Source

__all__ = ["LIMIT", "Node", "as_script", "linked_data"]

LIMIT: Final = 100
"""So many claims, the first by rank, are described, each with its source."""

_LONGEST: Final = 300
"""So many characters of any text; the page has the rest."""

_AUTHORS: Final = 20
"""So many authors of a source."""

Node: TypeAlias = dict[str, Any]
"""A JSON-LD object of one type."""


def linked_data(article: Article, *, address: str | None = None, limit: int = LIMIT) -> Node:
    """Describe an article's page.

    Args:
        article: what the page shows.
        address: where the page is published; ``None`` where that is not known.
        limit: describe so many of the claims that count, and so many of the retracted sources.

    Returns:
        JSON-LD in the terms of schema.org: the page, the ledger that it is based on, its claims,
        the sources that it cites and, apart from these, retracted ones.

    Raises:
        Invalid: the address is none that a page could have.

    >>> import evledger
    >>> from evledger import Plugins, RenderContext
    >>> from evledger.article import compose
    >>> plugins = Plugins.builtin()
    >>> with evledger.open("memory:", plugins=plugins) as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     with semax.batch(by="curator") as batch:
    ...         paper = batch.add_source(kind="review", title="A review", locators=("doi:10.1/x",))
    ...         claim = batch.tag_claim(
    ...             source=paper, tier="human", stance="supports", text="Scores rose."
    ...         )
    ...     context = RenderContext(scorers=(), ranker=plugins.ranker("tier"))
    ...     article = compose(semax.view(), context)
    >>> data = linked_data(article, address="https://example.org/semax/")
    >>> data["mainEntity"]["itemListElement"][0]["text"]
    'Scores rose.'
    >>> data["citation"][0]["@type"], data["citation"][0]["url"]
    ('ScholarlyArticle', 'https://doi.org/10.1/x')
    """
    claims = article.ledger.ranked[:limit]
    cited = {claim.source for claim in claims}
    sources = [source for source in _sources(article) if source.id in cited]
    retracted = [source for source in _sources(article) if "retracted" in source.marks]
    about = article.description
    return {"@context": "https://schema.org"} | _node(
        "WebPage",
        url=_checked(address),
        name=_text(about.title),
        description=_text(about.subject),
        dateModified=about.at,
        about=[_component(each) for each in article.components],
        isBasedOn=_ledger(article),
        mainEntity=_claims(article, claims, {source.id for source in sources}),
        citation=[_source(source) for source in sources],
        mentions=[_source(source) for source in retracted[:limit]],
    )


_INERT: Final = str.maketrans({each: f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"})


def as_script(data: Node) -> Markup:
    r"""Write JSON-LD so that nothing in it can end the script element that it stands in.

    Args:
        data: what :func:`linked_data` gave.

    Returns:
        JSON, for between ``<script type="application/ld+json">`` and ``</script>``.
        It is no code, so a policy that allows no script allows it.

    >>> as_script({"name": "</script><b>"})
    Markup('{"name":"\\u003c/script\\u003e\\u003cb\\u003e"}')
    """
    text = msgspec.json.encode(data).decode().translate(_INERT)
    return Markup(text)  # noqa: S704  # of what HTML would take for markup nothing is left


# -- nodes -------------------------------------------------------------------------------


def _node(type: str, id: str | None = None, **properties: Any) -> Node:
    """Make a node of those properties that have a value."""
    named = {"@type": type} if id is None else {"@type": type, "@id": id}
    return named | {name: value for name, value in properties.items() if value not in (None, [])}


def _text(value: str | Concealed | None) -> str | None:
    """Return a text as the page shows it; nothing where it is concealed."""
    if value is None or isinstance(value, Concealed):
        return None
    return shortened(visible(value, keep="\n\t"), _LONGEST)


def _checked(address: str | None) -> str | None:
    if address is None:
        return None
    checked = web_address(address)
    if checked is None:
        msg = f"a page cannot be at {address!r}: give an http(s) address without a user's name"
        raise Invalid(msg)
    return checked


def _identifier(name: str, value: str) -> Node:
    return _node("PropertyValue", propertyID=name, value=visible(value))


# -- the page ----------------------------------------------------------------------------


def _component(component: Component) -> Node:
    return _node("Thing", name=_text(component.component))


def _ledger(article: Article) -> Node:
    """Describe the ledger, and say how much there is of everything."""
    about, tallies = article.description, {each.name: each for each in article.evidence.tallies}
    return _node(
        "Dataset",
        "#ledger",
        name=f"Evidence ledger {about.ledger}",
        description="A chain of records, each of which commits to all before it. "
        f"Events: {about.events}; sources: {tallies['sources'].total}; "
        f"claims: {article.ledger.total}, of which {len(article.ledger.ranked)} count as evidence.",
        dateModified=about.at,
        identifier=[
            *([] if (id := _text(about.id)) is None else [_identifier("evledger-id", id)]),
            _identifier("evledger-head", about.head),
        ],
    )


# -- claims ------------------------------------------------------------------------------


def _claims(article: Article, claims: Iterable[Claim], sources: set[str]) -> Node:
    """List claims; the number is of all that count, as schema.org has it for a part of a list."""
    tiers = {tier.slug: tier.label for tier in article.evidence.tiers}
    return _node(
        "ItemList",
        name="Claims that count as evidence",
        numberOfItems=len(article.ledger.ranked),
        itemListElement=[
            _claim(claim, text, tiers[claim.tier], sources)
            for claim in claims
            if (text := _text(claim.text)) is not None
        ],
    )


def _claim(claim: Claim, text: str, tier: str, sources: set[str]) -> Node:
    said = (_text(tier), _text(claim.stance))
    return _node(
        "Claim",
        f"#claim:{claim.id}",
        text=text,
        keywords=[each for each in said if each is not None],
        appearance={"@id": f"#source:{claim.source}"} if claim.source in sources else None,
    )


# -- sources -----------------------------------------------------------------------------

_TYPES: Final[Mapping[str, str]] = {
    "journal-article": "ScholarlyArticle",
    "review": "ScholarlyArticle",
    "preprint": "ScholarlyArticle",
    "book": "Book",
    "dataset": "Dataset",
    "report": "Report",
    "web-page": "WebPage",
    "post": "SocialMediaPosting",
    "comment": "Comment",
    "video": "VideoObject",
}
"""What each kind of source is; any other is a ``CreativeWork``.

So is a trial: what was read is its registration, which has authors and a date and can be cited.
``MedicalTrial`` is the study itself and none of that.
"""

_FURTHER: Final[Mapping[str, str]] = {
    "review": "http://purl.org/spar/fabio/ReviewArticle",
    "preprint": "http://purl.org/spar/fabio/Preprint",
}
"""What schema.org has no type for, and the ontology of publications, FaBiO, has."""

_VENUES: Final[Mapping[str, str]] = {
    "journal-article": "Periodical",
    "review": "Periodical",
    "preprint": "WebSite",
    "web-page": "WebSite",
    "post": "WebSite",
    "comment": "WebSite",
    "video": "WebSite",
}
"""What a venue is, by the kind of source; another is a ``CreativeWork``."""

_STATUSES: Final[Mapping[str, str]] = {
    "retracted": "Retracted",
    "retracted, then reinstated": "Retracted, then reinstated",
    "corrected": "Corrected",
    "under concern": "Under an expression of concern",
}
"""What has happened to a source, by the article's mark."""

_RETRACTED: Final = "Retracted: what was claimed from it does not count as evidence here."


def _sources(article: Article) -> Iterator[Source]:
    lists = (article.scientific, article.published, article.reddit, article.x, article.people)
    return chain.from_iterable(each.sources for each in lists)


def _source(source: Source) -> Node:
    kind = str(source.kind)
    return _node(
        _type_of(source),
        f"#source:{source.id}",
        name=_text(source.title),
        description=_RETRACTED if "retracted" in source.marks else None,
        additionalType=_FURTHER.get(kind),
        creativeWorkStatus=[_STATUSES[mark] for mark in source.marks if mark in _STATUSES],
        author=list(_authors(source)),
        datePublished=_date(source.published),
        isPartOf=list(_places(source)),
        url=source.link,
        mainEntity=_study(source),
        **_identifiers(source),
    )


def _type_of(source: Source) -> str:
    if source.kind == "post" and source.platform == "reddit":
        return "DiscussionForumPosting"
    return _TYPES.get(str(source.kind), "CreativeWork")


def _authors(source: Source) -> Iterator[Node]:
    """Yield the first authors, as persons: a ledger has names and does not say whose."""
    if not isinstance(source.authors, Concealed):
        for author in source.authors[:_AUTHORS]:
            yield _node("Person", name=_text(author))


def _date(published: str | Concealed | None) -> str | None:
    """Return a date; a year or a month is one too, and the 31st of February is none."""
    if not isinstance(published, str):
        return None
    try:
        date.fromisoformat(f"{published}-01-01"[:10])
    except ValueError:
        return None
    return published


def _places(source: Source) -> Iterator[Node]:
    """Yield what a source appeared in."""
    venue = _VENUES.get(str(source.kind), "CreativeWork")
    within = (
        (venue, source.venue),
        ("WebSite", source.platform),
        ("CreativeWork", source.community),
    )
    for type, name in within:
        if (shown := _text(name)) is not None:
            yield _node(type, name=shown)


def _identifiers(source: Source) -> dict[str, Any]:
    """Return what identifies a source; a book has a property for its number, and an address is one.

    What schema.org names is to be told by that name, not as a pair of property and value.
    """
    own = {"isbn", "url"} if source.kind == "book" else {"url"}
    pairs = [locator.partition(":")[::2] for locator in source.locators]
    return {
        "isbn": [value for scheme, value in pairs if scheme == "isbn" and scheme in own],
        "identifier": [_identifier(*pair) for pair in pairs if pair[0] not in own],
    }


def _study(source: Source) -> Node | None:
    """Return the study that a registration is about, where its number says that it is medical."""
    numbers = [name for name in source.locators if name.startswith("nct:")]
    if source.kind != "trial" or not numbers:
        return None
    identifier = [_identifier("nct", name.removeprefix("nct:")) for name in numbers]
    return _node("MedicalStudy", name=_text(source.title), identifier=identifier)
