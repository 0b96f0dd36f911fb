"""The article as a sequence of blocks, for renderers that lay out text: what stands where."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final, TypeVar

from evledger.article.blocks import (
    Code,
    Curated,
    Fold,
    Heading,
    Item,
    Items,
    Link,
    Paragraph,
    Rule,
    Strong,
)
from evledger.article.values import FailedScore
from evledger.phrases import counted, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from evledger.article.blocks import Block, Line
    from evledger.article.values import (
        Article,
        Bearing,
        Caution,
        Claim,
        Component,
        Note,
        Question,
        Score,
        Section,
        Source,
        Sources,
        Tally,
        Term,
        Tier,
    )
    from evledger.asking import Prompt

__all__ = ["outline"]

_Thing = TypeVar("_Thing")

_NAMED: Final = 3  # authors of a source that are named


def outline(article: Article) -> Iterator[Block]:
    """Return the article's blocks in order.

    >>> import evledger
    >>> from evledger import Plugins, RenderContext
    >>> from evledger.article import compose
    >>> plugins = Plugins.builtin()
    >>> context = RenderContext(scorers=(), ranker=plugins.ranker("tier"))
    >>> with evledger.open("memory:", plugins=plugins) as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     blocks = list(outline(compose(semax.view(), context)))
    >>> blocks[0]
    Heading(level=1, text='Semax')
    """
    return chain.from_iterable(part(article) for part in _PARTS)


# -- opening -----------------------------------------------------------------------------


def _description(article: Article) -> Iterator[Block]:
    about = article.description
    yield Heading(1, str(about.title))
    if about.subject is not None:
        yield Paragraph((str(about.subject),))
    events = counted(about.events, "event")
    yield Paragraph(("Ledger ", Strong(about.ledger), f", {events}, as of {about.at[:10]}."))
    yield from (Paragraph((Strong("Note:"), f" {warning}.")) for warning in about.warnings)


def _opening(article: Article) -> Iterator[Block]:
    for section in (article.frame, article.why):
        if section is not None:
            yield from _section(section)


def _section(section: Section) -> Iterator[Block]:
    yield Heading(2, str(section.heading))
    yield _body(section)


def _body(section: Section) -> Block:
    # Only the curator's own text is Markdown; what stands in for a sealed one is not.
    body = section.body
    return Curated(body) if isinstance(body, str) else Paragraph((str(body),))


def _fit(article: Article) -> Iterator[Block]:
    fit = article.fit
    if fit.section is None and not fit.components:
        return
    yield Heading(2, fit.heading if fit.section is None else str(fit.section.heading))
    if fit.section is not None:
        yield _body(fit.section)
    if fit.components:
        yield Paragraph(("Components, and the layers that they act on:",))
        yield from _folded(fit.components, article.first, _layer)


def _layer(part: Component) -> Item:
    sibling = "" if part.sibling is None else f" (see the ledger {part.sibling})"
    return Item((Strong(str(part.component)), f" → {part.layer}{sibling}"))


def _folded(
    things: tuple[_Thing, ...], first: int, made: Callable[[_Thing], Item]
) -> Iterator[Block]:
    """Yield the first of a list open, and the rest folded with their number."""
    opened, folded = things[:first], things[first:]
    if opened:
        yield Items(map(made, opened))
    if folded:
        yield Fold(f"{len(folded):,} more", map(made, folded))


# -- numbers -----------------------------------------------------------------------------


def _evidence(article: Article) -> Iterator[Block]:
    evidence = article.evidence
    yield Heading(2, evidence.heading)
    for tally in evidence.tallies:
        yield from _tally(tally)
    yield Paragraph((Strong("In the chain:"), f" {counted(evidence.events, 'event')}."))


def _tally(tally: Tally) -> Iterator[Block]:
    yield Paragraph((Strong(f"{tally.heading}: {tally.total:,}."), f" {tally.note}"))
    if tally.lines:
        yield Items(Item((f"{line.label}: {line.count:,}",)) for line in tally.lines)


def _scores(article: Article) -> Iterator[Block]:
    scores = article.scores
    if scores.explained is None:
        return
    yield Heading(2, scores.heading)
    yield from _explained(scores.explained)
    if scores.beside:
        yield Paragraph(("Other scores, with the cautions that were not given above:",))
        explained = scores.explained
        given = () if isinstance(explained, FailedScore) else explained.cautions
        yield Items(_beside(score, given) for score in scores.beside)


def _explained(score: Score | FailedScore) -> Iterator[Block]:
    if isinstance(score, FailedScore):
        yield Paragraph((Strong(score.scorer), f" gave no score: {score.reason}"))
        return
    yield Paragraph((Strong(score.statement),))
    if score.formula:
        yield Paragraph((score.formula,))
    items = (*map(_term, score.terms), *_outcomes(score), *_cautions(score.cautions))
    if items:
        yield Items(items)
    about = [score.method, score.source and f"Source: {score.source}"]
    yield from (Paragraph((text,)) for text in about if text)
    parameters = "; the foot names its parameters" if score.parameters else ""
    yield Paragraph((f"Scorer {score.scorer}, version {score.version}{parameters}.",))


def _term(term: Term) -> Item:
    weight = "" if term.weight is None else f" × {term.weight}"
    cap = "" if term.cap is None else f" (at most {term.cap})"
    return Item((f"{term.label}: {term.count}{weight} = {term.contribution}{cap}",))


def _outcomes(score: Score) -> Iterator[Item]:
    for each in score.outcomes:
        value = "" if each.value is None else f" ({each.value})"
        why = tuple(Item((reason,)) for reason in each.why)
        yield Item((f"{each.outcome}: {each.label}{value}",), (*map(_term, each.terms), *why))


def _cautions(cautions: Iterable[Caution]) -> Iterator[Item]:
    return (Item((Strong("Caution:"), f" {each.text}")) for each in cautions)


def _beside(score: Score | FailedScore, given: tuple[Caution, ...]) -> Item:
    """Return a score in a few lines, without the cautions that were given already."""
    if isinstance(score, FailedScore):
        return Item((Strong(score.scorer), f" gave no score: {score.reason}"))
    formula = f": {score.formula}" if score.formula else ""
    line = (Strong(score.scorer), f" {score.statement}{formula}")
    further = (each for each in score.cautions if each not in given)
    return Item(line, (*_outcomes(score), *_cautions(further)))


# -- sources -----------------------------------------------------------------------------


def _sources(article: Article) -> Iterator[Block]:
    tiers = {tier.slug: tier for tier in article.evidence.tiers}
    yield from _list(article.scientific, _source_with(tiers, explained=True))
    brief = _source_with(tiers, explained=False)
    for sources in (article.published, article.reddit, article.x, article.people):
        yield from _list(sources, brief)


def _list(sources: Sources, made: Callable[[Source], Item]) -> Iterator[Block]:
    yield Heading(2, sources.heading)
    if sources.note:
        yield Paragraph((sources.note,))
    yield from _folded(sources.sources, sources.shown, made)


def _source_with(tiers: Mapping[str, Tier], *, explained: bool) -> Callable[[Source], Item]:
    """Return what makes an item of a source, with the tiers' sentences or only their labels."""
    told = {
        slug: f"{tier.label}: {tier.sentence.removesuffix('.')}" if explained else tier.label
        for slug, tier in tiers.items()
    }

    def item(source: Source) -> Item:
        claims = [_claim(claim, told, quote=True) for claim in source.claims]
        return Item(_source_line(source), tuple(claims) or _NO_CLAIM)

    return item


_NO_CLAIM: Final = (Item(("No claim was drawn from this source.",)),)


def _source_line(source: Source) -> Line:
    title = str(source.title)
    platform = None if source.platform == source.bucket else source.platform  # as the heading says
    place = platform if source.community is None else source.community
    named = source.locators[0] if source.locators and source.link is None else None
    about = (str(source.kind).replace("-", " "), _authors(source), source.venue, place, named)
    told = ", ".join(map(str, filter(None, (*about, source.published))))
    marks = f" · {' · '.join(source.marks)}" if source.marks else ""
    if source.link is None:
        return (Strong(source.id), f" {title} ({told}){marks}")
    return (Strong(source.id), " ", Link(title, source.link), f" ({told}){marks}")


def _authors(source: Source) -> str:
    authors = source.authors
    if not isinstance(authors, tuple) or not authors:
        return str(authors or "")
    named = authors[:_NAMED]
    more = max(len(authors), source.author_count or 0) - len(named)
    between = "; " if any("," in name for name in named) else ", "
    return between.join(named) + (f" and {more} more" if more else "")


def _claim(claim: Claim, tiers: Mapping[str, str], *, quote: bool) -> Item:
    tier = tiers.get(claim.tier, claim.tier)
    told = f" {claim.text} · {claim.stance} · {tier} · {claim.source}, record {claim.n}"
    marked = f"{told} · {' · '.join(claim.marks)}" if claim.marks else told
    line: Line = (Strong(claim.id), marked)
    if claim.proof is not None:
        line = (Strong(claim.id), f"{marked} · ", Link("proof", claim.proof))
    quoted = (Item((f"“{claim.quote}”",)),) if quote and claim.quote is not None else ()
    return Item(line, quoted)


# -- what is not known, and cautions -----------------------------------------------------


def _unknown(article: Article) -> Iterator[Block]:
    unknown = article.unknown
    yield Heading(2, unknown.heading)
    if unknown.note:
        yield Paragraph((unknown.note,))
    yield from _folded(unknown.gaps, article.first, _note)
    if unknown.questions:
        yield Paragraph(("Open questions, and what bears on them:",))
        yield from _folded(unknown.questions, article.first, _question)


def _note(note: Note) -> Item:
    return Item((Strong(note.id), f" {note.text} · record {note.n}"))


def _question(question: Question) -> Item:
    line = (Strong(question.id), f" {question.text} · record {question.n}")
    return Item(line, tuple(map(_bearing, question.evidence)) or _NO_BEARING)


_NO_BEARING: Final = (Item(("Nothing bears on it yet.",)),)
_RELATIONS: Final = {"answers": "Answers it", "partly": "Answers a part", "against": "Against it"}


def _bearing(bearing: Bearing) -> Item:
    relation = _RELATIONS.get(bearing.relation, bearing.relation)
    text = "" if bearing.text is None else f" {bearing.text}"
    marks = f" · {' · '.join(bearing.marks)}" if bearing.marks else ""
    return Item((f"{relation}: ", Strong(bearing.entry.partition(":")[2]), f"{text}{marks}"))


def _safety(article: Article) -> Iterator[Block]:
    safety = article.safety
    yield Heading(2, safety.heading if safety.section is None else str(safety.section.heading))
    if safety.note:
        yield Paragraph((safety.note,))
    if safety.section is not None:
        yield _body(safety.section)
    if safety.caveats:
        yield Paragraph(("Caveats:",))
        yield from _folded(safety.caveats, article.first, _note)


def _components(article: Article) -> Iterator[Block]:
    if article.components:
        yield Heading(2, "Components")
        yield from _folded(article.components, article.first, _component)


def _component(part: Component) -> Item:
    claims = counted(part.claims, "counted claim")
    return Item((Strong(part.id), f" {part.component} · {part.layer} · {claims}"))


def _other_sections(article: Article) -> Iterator[Block]:
    return chain.from_iterable(map(_section, article.sections))


def _passages(article: Article) -> Iterator[Block]:
    for passage in article.passages:
        yield Heading(2, passage.heading)
        yield from _folded(passage.lines, article.first, _plain)


def _plain(line: str) -> Item:
    return Item((line,))


def _disclaimer(article: Article) -> Iterator[Block]:
    yield Heading(2, article.disclaimer.heading)
    yield from (Paragraph((sentence,)) for sentence in article.disclaimer.sentences)


# -- every claim, asking, footer ---------------------------------------------------------


def _ledger(article: Article) -> Iterator[Block]:
    ledger = article.ledger
    labels = {tier.slug: tier.label for tier in article.evidence.tiers}

    def item(claim: Claim) -> Item:
        return _claim(claim, labels, quote=False)

    yield Heading(2, ledger.heading)
    yield Paragraph((ledger.note,))
    yield from _folded(ledger.ranked, ledger.shown, item)
    apart = ((ledger.low_confidence, "low-confidence"), (ledger.set_aside, "set aside"))
    for claims, label in apart:
        if claims:
            yield Fold(f"{len(claims):,} {label}", map(item, claims))


def _prompts(article: Article) -> Iterator[Block]:
    yield Heading(2, article.prompts.heading)
    if article.prompts.note:
        yield Paragraph((article.prompts.note,))
    if article.prompts.prompts:
        yield Items(map(_prompt, article.prompts.prompts))


def _prompt(prompt: Prompt) -> Item:
    ids = [name.partition(":")[2] for name in prompt.entries]
    return Item((Strong(prompt.text), f" {listed(ids)}"))


def _texting(article: Article) -> Iterator[Block]:
    texting = article.texting
    yield Heading(2, texting.heading)
    if texting.contact is not None:
        yield Paragraph(("Number: ", Strong(texting.contact)))
    yield Items((Item((Code(texting.ask),)), Item((Code(texting.ingest),))))
    yield from (Paragraph((sentence,)) for sentence in texting.sentences)


def _footer(article: Article) -> Iterator[Block]:
    footer = article.footer
    yield Rule()
    yield Paragraph((f"{counted(footer.events, 'event')}, the last of {footer.at}. Head:",))
    yield Paragraph((Code(footer.head),))
    yield Paragraph(
        (
            f"Scored by {'; '.join(footer.scorers) or 'nobody'}. Ranked by {footer.ranker}."
            + (f" Made with {', '.join(footer.made_with)}." if footer.made_with else ""),
        )
    )
    repeated = (
        f"The same head, vault, plugins and parameters, with {article.first} of every list open"
    )
    yield Paragraph((f"{repeated}, give the same bytes.",))
    yield Paragraph(("To verify it:",))
    yield Paragraph((Code(footer.verify),))
    yield Paragraph((footer.proves,))
    yield Paragraph((footer.does_not_prove,))


_PARTS: Final = (
    _description,
    _opening,
    _fit,
    _evidence,
    _scores,
    _sources,
    _unknown,
    _safety,
    _components,
    _other_sections,
    _passages,
    _disclaimer,
    _ledger,
    _prompts,
    _texting,
    _footer,
)
