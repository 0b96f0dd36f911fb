"""The verb import: sources and claims from files and from registries."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING

import attrs
import click

from evledger.cli import options
from evledger.cli.errors import Exit
from evledger.cli.options import Settings
from evledger.cli.output import (
    count,
    excerpt,
    inert,
    progress,
    to_json,
    write_json,
    write_lines,
)
from evledger.cli.reports import Done, import_document, import_lines
from evledger.exceptions import Invalid, NotSupplied, StoreError
from evledger.importing import start_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from evledger.importing import FetchContext, ImportReport
    from evledger.ledger import Ledger

__all__ = ["import_"]


@options.verb(
    "import",
    "import semax library.ris pubmed.xml --by importer --dry-run",
    "import semax pmid:29798983 https://doi.org/10.1000/x more.csv --rejects rejected.jsonl",
    "import semax table.csv --map 'Article Title=title' --map 'Digital Object=doi'",
)
@click.argument("ledger")
@click.argument("what", nargs=-1, required=True, metavar="WHAT...")
@click.option(
    "--format",
    "importer",
    metavar="NAME",
    help="The files' format, where their content does not tell: --format jsonl; "
    "'evledger plugins' shows the importers there are.",
)
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="HEADING=FIELD",
    help="What a column of a table is; may be given again: --map 'Article Title=title'.",
)
@click.option("--dry-run", is_flag=True, help="Read, ask and resolve, but append nothing.")
@click.option(
    "--rejects",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Write every rejected record into FILE, as a line of JSON: --rejects rejected.jsonl.",
)
@options.by
@options.common
@click.pass_obj
def import_(
    settings: Settings,
    *,
    ledger: str,
    what: tuple[str, ...],
    importer: str | None,
    maps: tuple[str, ...],
    dry_run: bool,
    rejects: str | None,
    by: str,
) -> int:
    """Import sources and claims, from files and from registries.

    WHAT is a file, or a locator such as pmid:29798983, doi:10.1000/x or https://example.org;
    where there is a file of that very name, the file is meant.
    What the ledger has is not added again.
    Records that cannot be imported are listed, the others are imported, and the exit code is 2.
    """
    done: list[Done] = []
    with settings.open() as store:
        target = store.ledger(ledger)
        run = _Run(
            ledger=target,
            importer=importer,
            columns=_columns(maps),
            context=settings.fetch_context,
            by=by,
            dry_run=dry_run,
        )
        files, locators = run.sort(what)
        with _open_rejects(rejects, [*files, settings.file()]) as file:
            try:
                for each in run.imports(files, locators):
                    done.append(each)
                    _write_rejects(file, each)
            finally:  # what has been imported is told, whatever became of the rest
                _tell(settings, target, done, rejects)
    return Exit.WRONG if any(each.report.rejected for each in done) else Exit.DONE


def _columns(maps: Iterable[str]) -> dict[str, str]:
    """Read what people say that columns are; a heading may have an equals sign in it."""
    found: dict[str, str] = {}
    for given in maps:
        heading, _, field = (part.strip() for part in given.rpartition("="))
        if not heading or not field:
            msg = f"--map {given!r}: expected HEADING=FIELD, as in 'Article Title=title'"
            raise click.UsageError(msg)
        if found.setdefault(heading, field) != field:
            msg = f"--map: the column {heading!r} cannot be {found[heading]!r} and {field!r}"
            raise click.UsageError(msg)
    return found


def _tell(settings: Settings, ledger: Ledger, done: Sequence[Done], rejects: str | None) -> None:
    if settings.json:
        write_json(import_document(ledger, done))
    elif done:
        write_lines(import_lines(ledger, done, rejects))


# -- what is imported --------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class _Run:
    """How all that was named is imported."""

    ledger: Ledger
    importer: str | None
    columns: Mapping[str, str]
    context: FetchContext
    by: str
    dry_run: bool

    def sort(self, what: Iterable[str]) -> tuple[dict[str, str], tuple[str, ...]]:
        """Return each file with its format, and the locators; nothing is imported yet.

        Raises:
            Invalid: one is neither a file nor a locator.
            NotSupplied: no importer knows a file, or nothing fetches a locator.
        """
        named = list(dict.fromkeys(what))
        files = [each for each in named if os.path.exists(each)]  # noqa: PTH110  # it also takes what can be no path
        locators = [self._locator(each) for each in named if each not in files]
        if not files and (self.importer is not None or self.columns):
            msg = "--format and --map are for files, and none is named"
            raise click.UsageError(msg)
        return {file: self._format(file) for file in files}, tuple(dict.fromkeys(locators))

    def _format(self, file: str) -> str:
        start_of(file)  # fails where it cannot be read
        try:
            return self.ledger.importer(file, self.importer, self.columns).name
        except Invalid as error:
            msg = f"{file}: {error}"
            raise Invalid(msg) from error

    def _locator(self, text: str) -> str:
        try:
            name = self.ledger.vocabulary.normalise(text)
        except Invalid as error:
            msg = f"there is no file {text!r:.200}, and as a locator it is none: {error}"
            raise Invalid(msg) from error
        fetchers = self.ledger.store.plugins.fetchers
        if _scheme(name) not in fetchers:
            known = ", ".join(fetchers) or "nothing, for no installed plugin fetches"
            msg = f"{text!r:.200}: nothing fetches {_scheme(name)!r}; what can be fetched: {known}"
            raise NotSupplied(msg)
        return name

    def imports(self, files: Mapping[str, str], locators: tuple[str, ...]) -> Iterator[Done]:
        """Import one file after the other, and then all locators at once.

        Raises:
            Invalid: files were refused as a whole; the others have been imported.
        """
        refused: list[str] = []
        for file, importer in files.items():
            try:
                report = self._import(file)
            except Invalid as error:
                refused.append(str(error))
            else:
                yield Done(what=file, format=importer, report=report)
        if locators:
            yield Done(
                what=locators[0] if len(locators) == 1 else count(len(locators), "locator"),
                format=", ".join(sorted(set(map(_scheme, locators)))),
                report=self._fetch(locators),
                locators=locators,
            )
        if refused:
            raise Invalid("; ".join(refused))

    def _import(self, file: str) -> ImportReport:
        with progress(f"importing {excerpt(inert(file), 40)}") as bar:
            return self.ledger.import_file(
                file,
                by=self.by,
                importer=self.importer,
                columns=self.columns,
                dry_run=self.dry_run,
                progress=bar,
            )

    def _fetch(self, locators: tuple[str, ...]) -> ImportReport:
        with progress("fetching") as bar:
            return self.ledger.fetch(
                locators, by=self.by, context=self.context, dry_run=self.dry_run, progress=bar
            )


def _scheme(locator: str) -> str:
    return locator.partition(":")[0]


# -- rejections --------------------------------------------------------------------------


def _open_rejects(
    path: str | None, taken: Iterable[str | Path | None]
) -> contextlib.AbstractContextManager[IO[str] | None]:
    """Open the file that rejections go into; it is there even where there are none.

    So whoever reads it afterwards never reads those of an earlier import.

    Raises:
        Invalid: it is one of the files that are imported, or the database.
        StoreError: it cannot be written.
    """
    if path is None:
        return contextlib.nullcontext()
    for other in taken:
        if other is not None and _is_same(path, other):
            msg = f"--rejects {path} would write over {other}; name another file"
            raise Invalid(msg)
    try:
        return Path(path).open("w", encoding="utf-8")
    except OSError as error:
        raise _unwritable(path, error) from error


def _is_same(path: str, other: str | Path) -> bool:
    try:
        return Path(path).samefile(other)
    except OSError:  # one of them is not there
        return False


def _write_rejects(file: IO[str] | None, done: Done) -> None:
    """Write an import's rejections at once, so that none is lost when a later import fails."""
    if file is None:
        return
    try:
        for each in done.report.rejected:
            line = {"place": each.place, "reason": each.reason, "raw": each.raw}
            file.write(f"{to_json({'what': done.what, **line})}\n")
        file.flush()
    except OSError as error:
        raise _unwritable(file.name, error) from error


def _unwritable(path: str, error: OSError) -> StoreError:
    return StoreError(f"{path} cannot be written: {error.strerror or error}")
