"""How imports are told of: a table, what they made, notes, rejections; and all of it as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from evledger.cli.documents import plain
from evledger.cli.output import count, excerpt, table
from evledger.cli.suggesting import suggested
from evledger.reviewing import pending

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from evledger.importing import ImportReport
    from evledger.ledger import Ledger

__all__ = ["Done", "import_document", "import_lines", "made_line", "told"]

_COUNTED: Final = ("read", "added", "known", "flagged", "rejected", "absent")
_MADE: Final = ("sources", "claims", "flags", "links")


@attrs.frozen(kw_only=True)
class Done:
    """An import that has ended.

    Attributes:
        what: the file, or the locators in few words.
        format: the importer's name, or the schemes of the locators.
        report: what it did.
        locators: what was fetched; ``None`` where it was a file.
    """

    what: str
    format: str
    report: ImportReport
    locators: tuple[str, ...] | None = None

    def __getitem__(self, name: str) -> int:
        """Return a number of its report."""
        number = getattr(self.report, name)
        return number if isinstance(number, int) else len(number)

    def at(self, place: str) -> str:
        """Return where something was: in a file, or with a locator."""
        return place if self.locators is not None else f"{self.what}, {place}"


# -- for programs ------------------------------------------------------------------------


def import_document(ledger: Ledger, done: Sequence[Done]) -> dict[str, Any]:
    """Return all that imports report."""
    files = [
        {"file": each.what, "format": each.format, **plain(each.report)}
        for each in done
        if each.locators is None
    ]
    fetched = (
        {"locators": list(each.locators), **plain(each.report)}
        for each in done
        if each.locators is not None
    )
    return {
        "ledger": ledger.name,
        "head": str(ledger.head()),
        "files": files,
        "fetched": next(fetched, None),
        "totals": {name: _total(done, name) for name in (*_COUNTED, *_MADE, "answers")},
    }


def _total(done: Iterable[Done], name: str) -> int:
    return sum(each[name] for each in done)


# -- for people --------------------------------------------------------------------------


def import_lines(ledger: Ledger, done: Sequence[Done], rejects: str | None) -> Iterator[str]:
    """Yield what people must know of imports.

    Args:
        ledger: what was imported into.
        done: the imports, one at least.
        rejects: the file that all rejections were written into, if there is one.
    """
    yield from _table(done)
    made = {name: _total(done, name) for name in _MADE}
    yield made_line(ledger, made, dry_run=done[0].report.dry_run)
    answers = _total(done, "answers")
    if answers:
        links = f"{count(answers, 'link')} to open questions proposed"
        yield f"{links}: {suggested(f'questions {ledger.name}')}"
    waiting = len(pending(ledger.view()))
    if waiting:
        yield f"{count(waiting, 'proposal')} to review: {suggested(f'review {ledger.name}')}"
    notes = [f"{each.at(note.place)}: {note.text}" for each in done for note in each.report.notes]
    yield from told("note", notes, "--json shows all")
    rejected = [
        f"{each.at(found.place)}: {found.reason}" for each in done for found in each.report.rejected
    ]
    kept = "--rejects FILE keeps all" if rejects is None else f"{rejects} has all"
    yield from told("rejected", rejected, kept)


def _table(done: Sequence[Done]) -> Iterator[str]:
    """Yield a row for each import, and one of totals, with the numbers to the right."""
    rows = [("WHAT", "FORMAT", *map(str.upper, _COUNTED))]
    rows += [(each.what, each.format, *(f"{each[name]:,}" for name in _COUNTED)) for each in done]
    if len(done) > 1:
        rows.append(("total", "", *(f"{_total(done, name):,}" for name in _COUNTED)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield from table([(*row[:2], *map(str.rjust, row[2:], widths[2:])) for row in rows])


def made_line(ledger: Ledger, made: Mapping[str, int], *, dry_run: bool) -> str:
    """Return what was added to a ledger.

    Args:
        ledger: the ledger.
        made: how many of what: ``{"sources": 2}``.
        dry_run: whether it would have been added.
    """
    *most, last = (count(number, name.removesuffix("s")) for name, number in made.items())
    verb = "would add" if dry_run else "added"
    return f"{ledger.name}: {verb} {', '.join(most)} and {last}; head {ledger.head()}"


_SHOWN: Final = 20  # a terminal is no place for thousands
_WIDTH: Final = 400


def told(noun: str, sentences: Sequence[str], kept: str) -> Iterator[str]:
    """Yield the first few of many sentences, and say where all of them are.

    Args:
        noun: what each of them is.
        sentences: all of them.
        kept: where they are.

    >>> list(told("note", ["file.csv, row 1: a guess"], "--json shows all"))
    ['note: file.csv, row 1: a guess']
    """
    yield from (f"{noun}: {excerpt(sentence, _WIDTH)}" for sentence in sentences[:_SHOWN])
    if len(sentences) > _SHOWN:
        yield f"{noun}: {len(sentences) - _SHOWN:,} more; {kept}"
