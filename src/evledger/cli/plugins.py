"""The verb plugins: who supplies what, and who was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from evledger.cli import options
from evledger.cli.documents import plain
from evledger.cli.errors import Exit
from evledger.cli.options import Settings
from evledger.cli.output import inert, write_json, write_lines
from evledger.hookspecs import API

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evledger.plugins import PluginInfo

__all__ = ["plugins", "tell_failures"]


@options.verb("plugins", "plugins", "plugins --json")
@options.common
@click.pass_context
def plugins(context: click.Context) -> None:
    """Show every plugin, what it supplies, and what was left out.

    The exit code is 3 where one was left out, or two claim one name.
    """
    settings = context.ensure_object(Settings)
    found = settings.discover(lenient=True)  # what is fatal elsewhere is to be seen here
    infos, conflicts = found.report(), found.conflicts()
    disabled = settings.disabled_plugins()
    if settings.json:
        write_json(_document(infos, conflicts, disabled, found.warnings))
    else:
        write_lines(_lines(infos, conflicts, disabled))
        write_lines(f"NOTE: {sentence}" for sentence in found.warnings)
    if conflicts or any(info.failures for info in infos):
        context.exit(Exit.UNFINISHED)


def _document(
    infos: Sequence[PluginInfo],
    conflicts: Sequence[str],
    disabled: Sequence[str],
    warnings: Sequence[str],
) -> dict[str, Any]:
    return {
        "api": API,
        "plugins": [plain(info) for info in infos],
        "conflicts": list(conflicts),
        "disabled": list(disabled),
        "warnings": list(warnings),
    }


def _lines(
    infos: Sequence[PluginInfo], conflicts: Sequence[str], disabled: Sequence[str]
) -> Iterator[str]:
    for info in infos:
        origin = f" ({info.distribution} {info.version}, {info.entry_point})"
        yield f"{info.name}{origin if info.distribution else ''}"
        width = max(map(len, info.supplies), default=0)
        for kind, names in info.supplies.items():
            yield f"  {kind:<{width}}  {', '.join(names)}"
        yield from (f"  LEFT OUT: {reason}" for reason in info.failures)
    yield from (f"CONFLICT: {sentence}" for sentence in conflicts)
    if disabled:
        yield f"switched off: {', '.join(disabled)}"


def tell_failures(settings: Settings | None, verb: str | None) -> None:
    """Say on standard error which plugins were left out, and what was said of them in vain.

    Args:
        settings: of the command that ran.
        verb: which it was; ``plugins`` says it by itself.
    """
    loaded = None if settings is None else settings.loaded_plugins
    if loaded is None or verb == "plugins":
        return
    for told in (*loaded.failures, *loaded.warnings):
        click.echo(inert(f"evledger: {told}; see 'evledger plugins'"), err=True)
