"""Verbs that carry a ledger elsewhere, or rebuild what can be derived: export and the like."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evledger.archive import archive_volume
from evledger.cli import options
from evledger.cli.options import Settings, head_at, size_at
from evledger.cli.output import (
    inert,
    progress,
    without_secrets,
    write_file,
    write_json,
    write_line,
)
from evledger.cli.streams import own_output

if TYPE_CHECKING:
    from evledger.chain import Head
    from evledger.notes import VerifierKey
    from evledger.rendering import Rendered

__all__ = ["export", "reindex", "render", "restore"]


@options.verb("export", "export semax semax-archive")
@click.argument("ledger")
@click.argument("folder", metavar="DIR", type=click.Path())
@options.common
@click.pass_obj
def export(settings: Settings, *, ledger: str, folder: str) -> None:
    """Write a ledger into files that b3sum can check.

    DIR is created; an archive of the same ledger is brought up to date.
    Sealed values and attachments stay behind.
    """
    with settings.open() as store, progress("exporting") as bar:
        head = store.ledger(ledger).export(folder, bar)
    if settings.json:
        write_json({"ledger": ledger, "head": str(head), "archive": folder})
    else:
        write_line(f"exported {ledger} to {folder}, head {head}")


@options.verb("restore", "restore semax-archive --as semax-copy --head 43-9f2c…")
@click.argument("folder", metavar="DIR", type=click.Path())
@click.option("--as", "alias", metavar="ALIAS", help="The name to list it under: --as semax-copy.")
@options.head(
    "--head trust", "A head kept elsewhere, which the archive must extend: --head 43-9f2c…."
)
@options.common
@click.pass_obj
def restore(settings: Settings, *, folder: str, alias: str | None, trust: Head | None) -> None:
    """Take a ledger in from an archive.

    The archive is verified in full first.
    The database is created where there is none.
    The exit code is 1, and nothing is restored, where the archive is not sound.
    """
    archive_volume(folder)  # a folder that holds none must not leave an empty database behind
    with settings.create() as store, progress("restoring") as bar:
        ledger = store.restore(folder, alias, trust=trust, progress=bar)
        head = ledger.head()
    db = without_secrets(settings.db)
    if settings.json:
        write_json({"ledger": ledger.name, "head": str(head), "db": db})
    else:
        write_line(f"restored {ledger.name} in {db}, head {head}")


@options.verb("reindex", "reindex semax")
@click.argument("ledger")
@options.common
@click.pass_obj
def reindex(settings: Settings, *, ledger: str) -> None:
    """Rebuild names and tree from the records alone.

    That is for a ledger of which 'evledger verify --full' says that they do not fit its records.
    """
    with settings.open() as store, progress("reindexing") as bar:
        target = store.ledger(ledger)
        names = target.reindex(bar)
        head = target.head()
    if settings.json:
        write_json({"ledger": ledger, "names": names, "head": str(head)})
    else:
        write_line(f"reindexed {ledger}: {names} names are held")


# -- render ------------------------------------------------------------------------------


@options.verb(
    "render",
    "render semax --format markdown -o semax.md",
    "render semax --at 40",
    "render semax --format json --scorer quantified-confidence --scorer harmonic",
    "render semax --format html --vkey semax.vkey -o semax.html",
    "render semax --format html-changes --since 40 -o changes.html",
)
@click.argument("ledger")
@click.option(
    "--format",
    "renderer",
    default="markdown",
    show_default=True,
    metavar="NAME",
    help="The renderer, e.g. --format text; 'evledger plugins' shows those there are.",
)
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(dir_okay=False), help="Write into FILE."
)
@click.option(
    "--scorer",
    "scorers",
    multiple=True,
    metavar="NAME",
    help="A scorer; the first one's score is explained, and others stand beside it: "
    "--scorer quantified-confidence --scorer harmonic.  "
    "[default: those of the article, quantified-confidence where nothing else is configured]",
)
@click.option(
    "--ranker",
    metavar="NAME",
    help="What orders the claims: --ranker tier.  "
    "[default: that of the article, tier where nothing else is configured]",
)
@click.option(
    "--first",
    type=click.IntRange(0, 1_000_000),
    metavar="N",
    help="Of every list so many are open, and the rest is folded: --first 10.",
)
@click.option(
    "--since",
    metavar="WHEN",
    help="Where the reader stopped, for what tells changes; as --at: --since 2026-11-01.",
)
@options.published_vkeys
@options.at
@options.common
@click.pass_obj
def render(
    settings: Settings,
    *,
    ledger: str,
    renderer: str,
    output: str | None,
    scorers: tuple[str, ...],
    ranker: str | None,
    first: int | None,
    since: str | None,
    vkeys: tuple[VerifierKey, ...],
    at: str | None,
) -> None:
    """Render a ledger as an article, a page, a picture or a feed."""
    article = settings.article
    with settings.open() as store:
        target = store.ledger(ledger)
        size = size_at(target, at)
        rendered = target.render(
            renderer,
            n=size,
            scorers=scorers or article.scorers,
            ranker=ranker or article.ranker,
            first=article.first if first is None else first,
            contact=article.contact,
            proofs=article.proofs,
            since=0 if since is None else size_at(target, since),
            keys=vkeys,
        )
        head = head_at(target, size)
    if output is not None:
        write_file(Path(output), rendered.data)
    if settings.json:
        about = {"ledger": ledger, "head": str(head), "format": renderer}
        write_json({**about, "media_type": rendered.media_type, **_content(rendered, output)})
    elif output is None:
        _write_content(rendered)
    else:
        write_line(f"rendered {ledger} at {head} into {output}")


def _content(rendered: Rendered, output: str | None) -> dict[str, Any]:
    if output is not None:
        return {"file": output, "bytes": len(rendered.data)}
    if _is_text(rendered):
        return {"text": rendered.text}
    return {"base64": base64.b64encode(rendered.data).decode()}


def _is_text(rendered: Rendered) -> bool:
    return rendered.media_type.startswith("text/") or "json" in rendered.media_type


def _write_content(rendered: Rendered) -> None:
    """Write the very bytes into a pipe or file, and what is harmless onto a terminal."""
    output = own_output()
    if not output.isatty():
        output.flush()
        output.buffer.write(rendered.data)
    elif _is_text(rendered):
        output.write(inert(rendered.text, keep="\n"))
    else:
        msg = f"{rendered.media_type} is not for a terminal; name a file with -o"
        raise click.UsageError(msg)
