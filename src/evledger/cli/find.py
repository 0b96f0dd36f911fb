"""The verb find: sources by their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from evledger.cli import options
from evledger.cli.output import count, excerpt, write_json, write_line, write_lines
from evledger.seals import Hidden

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evledger.cli.options import Settings
    from evledger.finding import Hit

__all__ = ["find"]


@options.verb("find", "find semax bdnf stroke")
@click.argument("ledger")
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@options.common
@click.pass_obj
def find(settings: Settings, *, ledger: str, words: tuple[str, ...]) -> None:
    """Find sources by the words of their titles and captured texts.

    Every word must occur, in any place and case; part of a word is enough.
    """
    with settings.open() as store:
        hits = list(store.ledger(ledger).find(" ".join(words)))
    if settings.json:
        write_json([_document(hit) for hit in hits])
    else:
        write_lines(_lines(hits))
        write_line(f"{count(len(hits), 'source')} found")


def _document(hit: Hit) -> dict[str, object]:
    title = hit.source.title
    locators = list(hit.source.locators)
    shown = None if isinstance(title, Hidden) else title
    return {"id": hit.source.id, "title": shown, "locators": locators, "excerpt": hit.excerpt}


def _lines(hits: Sequence[Hit]) -> Iterator[str]:
    for hit in hits:
        title = hit.source.title
        yield f"{hit.source.id}  {title}"
        if hit.excerpt != title:
            yield f"    {excerpt(hit.excerpt, 300)}"
