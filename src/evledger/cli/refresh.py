"""The verb refresh: what has become of the sources that a ledger has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from evledger.cli import options
from evledger.cli.documents import plain
from evledger.cli.errors import Exit
from evledger.cli.options import Settings
from evledger.cli.output import count, excerpt, progress, table, write_json, write_lines
from evledger.cli.reports import made_line, told
from evledger.exceptions import NotSupplied
from evledger.seals import Hidden

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evledger.entries import Flag, Source
    from evledger.importing import ImportReport
    from evledger.ledger import Ledger
    from evledger.view import View

__all__ = ["refresh"]


@options.verb(
    "refresh",
    "refresh semax --by importer",
    "refresh semax s5 s12 --dry-run",
)
@click.argument("ledger")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--dry-run", is_flag=True, help="Ask and resolve, but append nothing.")
@options.by
@options.common
@click.pass_obj
def refresh(
    settings: Settings, *, ledger: str, ids: tuple[str, ...], dry_run: bool, by: str
) -> int:
    """Ask registries again about known sources.

    Retractions since then are flagged; no source and no claim is added.
    ID is that of a source (s5); without one, all are asked about that can be.
    The exit code is 3 where a registry gave no answer.
    """
    sources = [id.removeprefix("source:") for id in ids]
    with settings.open() as store:
        target = store.ledger(ledger)
        if not store.plugins.fetchers:
            msg = "nobody can be asked: no installed plugin fetches; see 'evledger plugins'"
            raise NotSupplied(msg)
        size = target.head().size
        with progress("asking") as bar:
            report = target.refresh(
                by=by,
                sources=sources,
                context=settings.fetch_context,
                dry_run=dry_run,
                progress=bar,
            )
        news = list(_flags_since(target.view(), size))
        if settings.json:
            write_json(_document(target, report, news))
        else:
            write_lines(_lines(target, report, news))
    return Exit.UNFINISHED if report.rejected else Exit.DONE


def _flags_since(view: View, size: int) -> Iterator[tuple[Source, Flag]]:
    for source in view.sources.values():
        yield from ((source, flag) for flag in source.flags if flag.n >= size)


# -- telling -----------------------------------------------------------------------------


def _document(
    ledger: Ledger, report: ImportReport, news: Sequence[tuple[Source, Flag]]
) -> dict[str, Any]:
    flagged = [{"source": source.id, **plain(flag)} for source, flag in news]
    about = {"ledger": ledger.name, "head": str(ledger.head()), "news": flagged}
    return {**about, **plain(report)}


def _lines(
    ledger: Ledger, report: ImportReport, news: Sequence[tuple[Source, Flag]]
) -> Iterator[str]:
    if news:
        yield from table([_HEADINGS, *(_row(source, flag) for source, flag in news)])
    yield (
        f"{count(report.read, 'answer')}: {report.known} known, {report.flagged} flagged, "
        f"{report.added} with more identifiers or links, {len(report.rejected)} rejected"
    )
    made = {"flags": report.flags, "links": report.links}
    yield made_line(ledger, made, dry_run=report.dry_run)
    notes = [f"{note.place}: {note.text}" for note in report.notes]
    yield from told("note", notes, "--json shows all")
    rejected = [f"{found.place}: {found.reason}" for found in report.rejected]
    yield from told("rejected", rejected, "--json shows all")


_HEADINGS: Final = ("SOURCE", "STATUS", "ACCORDING TO", "DATE", "NOTICE", "TITLE")
_TITLE: Final = 60


def _row(source: Source, flag: Flag) -> tuple[str, ...]:
    title = f"[{source.title.name.lower()}]" if isinstance(source.title, Hidden) else source.title
    said = (flag.status, flag.according_to, flag.date or "", flag.notice or "")
    return (source.id, *said, excerpt(title, _TITLE))
