"""The verb score: what scorers say, term by term, and what each source does to it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import click

from evledger.cli import options
from evledger.cli.documents import plain
from evledger.cli.errors import Exit, trace
from evledger.cli.options import Settings, size_at
from evledger.cli.output import excerpt, progress, table, write_json, write_lines
from evledger.cli.streams import columns
from evledger.exceptions import PluginError
from evledger.scoring import ZERO, Failure, Influence, Score, attempt, influence, plain_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from evledger.cli.output import Bar
    from evledger.plugins import Plugins
    from evledger.scoring import Scorer
    from evledger.view import View

__all__ = ["score"]


@options.verb(
    "score",
    "score semax",
    "score semax --all",
    "score semax --scorer harmonic --scorer balance --influence",
)
@click.argument("ledger")
@click.option(
    "--scorer",
    "names",
    multiple=True,
    metavar="NAME",
    help="A scorer; may be given several times: --scorer harmonic.  "
    "[default: those of the article, quantified-confidence where nothing else is configured]",
)
@click.option("--all", "every", is_flag=True, help="Every scorer there is, side by side.")
@click.option(
    "--influence",
    "with_influence",
    is_flag=True,
    help="Score again without each source in turn, and show what it changes.",
)
@options.at
@options.common
@click.pass_context
def score(
    context: click.Context,
    *,
    ledger: str,
    names: tuple[str, ...],
    every: bool,
    with_influence: bool,
    at: str | None,
) -> None:
    """Score a ledger, and show how the number comes about.

    The exit code is 3 where a scorer failed, on the ledger or without one of its sources;
    the others are shown all the same.
    """
    if every and names:
        msg = "give --all or --scorer, not both"
        raise click.UsageError(msg)
    settings = context.ensure_object(Settings)
    with settings.open() as store:
        target = store.ledger(ledger)
        view = target.view(size_at(target, at))
    scorers = _chosen(settings, names, every=every)
    plugins = settings.plugins
    scores = [attempt(scorer, view, plugins.naming()) for scorer in scorers]
    with progress("looking at each source") as bar:
        influences = _influences(plugins, view, scores, bar) if with_influence else {}
    if settings.json:
        write_json(_document(view, scores, influences))
    else:
        write_lines(_lines(view, scores, influences))
    failures = [found for found in (*scores, *influences.values()) if isinstance(found, Failure)]
    for failure in failures:
        trace(failure.error)
    if failures:
        context.exit(Exit.UNFINISHED)


def _chosen(settings: Settings, names: Sequence[str], *, every: bool) -> list[Scorer]:
    plugins = settings.plugins
    if every:
        return list(plugins.scorers.values())
    wanted = names or settings.article.scorers
    return [plugins.scorer(name) for name in dict.fromkeys(wanted)]


def _influences(
    plugins: Plugins, view: View, scores: Sequence[Score | Failure], bar: Bar | None
) -> dict[str, list[Influence] | Failure]:
    found: dict[str, list[Influence] | Failure] = {}
    for whole in scores:
        if isinstance(whole, Score):
            found[whole.scorer] = _influence(plugins, view, whole.scorer, bar)
    return found


def _influence(
    plugins: Plugins, view: View, name: str, bar: Bar | None
) -> list[Influence] | Failure:
    """Look at each source; a scorer that fails without one of them has failed by name."""
    found: list[Influence] = []
    try:
        with plugins.naming():
            for each in influence(plugins.scorer(name), view):
                found.append(each)
                if bar is not None:
                    bar(len(found), len(view.sources))
    except PluginError as error:
        return Failure(name, str(error), error)
    # The strongest first; sorting is stable, so equals stay in the order of the sources.
    return sorted(found, key=_strength, reverse=True)


def _strength(found: Influence) -> tuple[bool, Decimal, Decimal]:
    return found.label is not None, abs(found.value or ZERO), abs(found.raw or ZERO)


# -- telling -----------------------------------------------------------------------------


def _document(
    view: View,
    scores: Iterable[Score | Failure],
    influences: dict[str, list[Influence] | Failure],
) -> dict[str, Any]:
    return {
        "ledger": view.ledger,
        "head": str(view.head),
        "warnings": list(view.warnings),
        "scores": [
            {**plain(found), "formula": found.formula}
            for found in scores
            if isinstance(found, Score)
        ],
        "failures": [plain(found) for found in scores if isinstance(found, Failure)],
        "influence": {name: _influence_document(found) for name, found in influences.items()},
    }


def _influence_document(found: list[Influence] | Failure) -> Any:
    if isinstance(found, Failure):
        return {"failure": found.reason}
    names = ("source", "raw", "value", "label")
    return [{name: plain(getattr(each, name)) for name in names} for each in found]


def _lines(
    view: View,
    scores: Sequence[Score | Failure],
    influences: dict[str, list[Influence] | Failure],
) -> Iterator[str]:
    if len(scores) > 1:
        yield from table([("scorer", "value", "raw", "label"), *map(_row, scores)])
        yield ""
    for place, found in enumerate(scores):
        if place:
            yield ""
        if isinstance(found, Failure):
            yield f"{found.name}: FAILED"
            yield from _prose(found.reason)
            continue
        yield from _explained(found)
        if found.scorer in influences:
            yield from _influence_lines(view, influences[found.scorer])
    yield ""
    yield from (f"warning: {warning}" for warning in view.warnings)
    yield f"at {view.head}"


def _row(found: Score | Failure) -> tuple[str, str, str, str]:
    if isinstance(found, Failure):
        return found.name, "–", "–", "FAILED"
    return found.scorer, _number(found.value), _number(found.raw), found.label


def _number(number: Decimal | None) -> str:
    return "–" if number is None else plain_decimal(number)


def _explained(found: Score) -> Iterator[str]:
    value = "" if found.value is None else f"{plain_decimal(found.value)}, "
    yield from _prose(f"{found.scorer} (version {found.version}): {value}{found.label}", indent="")
    if found.terms:
        rows = [(f"  {t.label}", str(t.count), *_weighed(t.weight, t.cap)) for t in found.terms]
        contributions = [plain_decimal(term.contribution) for term in found.terms]
        yield from table([(*row, c) for row, c in zip(rows, contributions, strict=True)])
    if found.formula:
        yield from _prose(found.formula)
    for outcome in found.outcomes:
        value = "" if outcome.value is None else f" {plain_decimal(outcome.value)}"
        yield f"  {outcome.outcome}: {outcome.label}{value}"
        for reason in outcome.why:
            yield from _prose(reason, indent="    ")
    for caution in found.cautions:
        yield from _prose(f"caution ({caution.name}): {caution.text}")
    if found.method:
        yield from _prose(f"method: {found.method}")
    if found.source:
        yield from _prose(f"source: {found.source}")


def _prose(text: str, indent: str = "  ") -> Iterator[str]:
    """Yield a text in one line, and to a reader at a terminal in lines that fit."""
    width = columns()
    if width is None:
        yield f"{indent}{text}"
        return
    yield from textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,  # addresses
        break_on_hyphens=False,
    )


def _weighed(weight: Decimal | None, cap: Decimal | None) -> tuple[str, str]:
    least = "" if cap is None else f"at most {plain_decimal(cap)}"
    return "" if weight is None else f"× {plain_decimal(weight)}", least


def _influence_lines(view: View, found: list[Influence] | Failure) -> Iterator[str]:
    if isinstance(found, Failure):
        yield "  influence: FAILED"
        yield from _prose(found.reason, "    ")
        return
    yield "  what each source adds to it:"
    head = ("  source", "to raw", "to value", "without it", "title")
    rows = [
        (
            f"  {each.source}",
            _number(each.raw),
            _number(each.value),
            each.label or "the same label",
            excerpt(str(view.sources[each.source].title), 50),
        )
        for each in found
    ]
    yield from table([head, *rows])
