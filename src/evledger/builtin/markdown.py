"""The evidence article as Markdown: a plain first version."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from evledger.rendering import Rendered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evledger.entries import Claim
    from evledger.view import View

__all__ = ["MarkdownRenderer"]

_OPENING_SECTIONS: Final = ("frame", "why", "fit")


class MarkdownRenderer:
    """Writes a view as CommonMark; text from sources is escaped, and so inert."""

    name = "markdown"

    def render(self, view: View) -> Rendered:
        """Render a view; the same bytes for the same view."""
        blocks = [block for part in _PARTS for block in part(view)]
        text = "\n\n".join(blocks) + "\n"
        return Rendered(text.encode(), "text/markdown; charset=utf-8", ".md")


def _title(view: View) -> Iterator[str]:
    yield f"# {_inline(str(view.title))}"
    if view.subject:
        yield _inline(str(view.subject))
    yield from (f"> **Note:** {_inline(warning)}." for warning in view.warnings)


def _opening(view: View) -> Iterator[str]:
    for slug in _OPENING_SECTIONS:
        yield from _section(view, slug)


def _section(view: View, slug: str) -> Iterator[str]:
    section = view.sections.get(slug)
    if section is not None:
        yield f"## {_inline(str(section.heading or slug.capitalize()))}"
        yield str(section.body).strip()


def _components(view: View) -> Iterator[str]:
    if view.components:
        yield "## Components"
        yield _list(
            f"{_inline(str(c.component))} → {_inline(str(c.layer))}"
            + (f" (see {_inline(str(c.sibling))})" if c.sibling else "")
            for c in view.components.values()
        )


def _counts(view: View) -> Iterator[str]:
    counts = view.counts
    labels = {tier.slug: tier.label for tier in view.tiers}
    yield "## What the evidence shows"
    yield _table(
        ("Claims by tier", "Count"),
        [(_inline(labels.get(t, t)), str(n)) for t, n in counts.claims_by_tier.items()],
        ("All claims that stand", str(counts.claims)),
    )
    yield _table(
        ("Sources by kind", "Count"),
        [(_inline(kind), str(n)) for kind, n in sorted(counts.sources_by_kind.items())],
        ("All sources", str(counts.sources)),
    )


def _claims(view: View) -> Iterator[str]:
    for tier in view.tiers:
        claims = [c for c in view.claims.values() if c.tier == tier.slug and c.is_standing]
        if claims:
            yield f"## {_inline(tier.label)}"
            yield f"*{_inline(tier.description)}*"
            yield _list(_claim(view, claim) for claim in claims)


def _claim(view: View, claim: Claim) -> str:
    source = view.sources.get(claim.source)
    marks = [str(claim.stance)]
    if claim.is_unreviewed:
        marks.append("automatic, not reviewed")
    if source is not None and source.is_retracted:
        marks.append("**source retracted**")
    title = _inline(str(source.title)) if source is not None else "source unknown"
    place = f" ({_inline(str(source.published))})" if source and source.published else ""
    return (
        f"**{_inline(claim.id)}** {_inline(str(claim.text))} — {', '.join(marks)}. "
        f"Source {_inline(claim.source)}: {title}{place}"
    )


def _open_matters(view: View) -> Iterator[str]:
    gaps = [gap for gap in view.gaps.values() if gap.closed is None]
    if gaps:
        yield "## What we do not know"
        yield _list(_inline(str(gap.text)) for gap in gaps)
    yield from _section(view, "safety")
    caveats = [caveat for caveat in view.caveats.values() if caveat.withdrawn is None]
    if caveats:
        yield "## Caveats"
        yield _list(_inline(str(caveat.text)) for caveat in caveats)
    questions = [question for question in view.questions.values() if question.status == "open"]
    if questions:
        yield "## Open questions"
        yield _list(f"**{q.id}** {_inline(str(q.text))}" for q in questions)


def _other_sections(view: View) -> Iterator[str]:
    for slug in view.sections:
        if slug not in (*_OPENING_SECTIONS, "safety"):
            yield from _section(view, slug)


def _footer(view: View) -> Iterator[str]:
    yield "---"
    yield (
        f"{view.counts.events} events, head `{view.head}`, last of {view.at}. "
        "The chain proves that this record was not changed since that head was made known; "
        "it does not prove that a claim is true, and nothing here is medical advice."
    )


_PARTS: Final = (
    _title,
    _opening,
    _components,
    _counts,
    _claims,
    _open_matters,
    _other_sections,
    _footer,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&]|:(?=//)|(?<=www)\.)")
_BLOCK = re.compile(r"^([-+=]|[0-9]{1,9}(?=[.)]))")
_BLANKS = re.compile(r"\s+")


def _inline(text: str) -> str:
    """Make text inert within a line: no markup, no link, no line break, no list or heading."""
    line = _SPECIAL.sub(r"\\\1", _BLANKS.sub(" ", text).strip())
    line = line.replace("@", "@&#8203;")  # a blank of no width: no escape keeps an address inert
    mark = _BLOCK.match(line)
    if mark is None:
        return line
    at = 0 if mark[1] in "-+=" else mark.end()
    return f"{line[:at]}\\{line[at:]}"


def _list(items: Iterator[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _table(heading: tuple[str, str], rows: list[tuple[str, str]], total: tuple[str, str]) -> str:
    lines = [heading, ("---", "---:"), *rows, (f"**{total[0]}**", f"**{total[1]}**")]
    return "\n".join(f"| {left} | {right} |" for left, right in lines)
