"""The verb ``new-plugin``: a package of one's own whose tests pass at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evledger.cli import options
from evledger.cli.output import write_json, write_line, write_lines
from evledger.cli.scaffold import KINDS, write_package

if TYPE_CHECKING:
    from evledger.cli.scaffold import Package

__all__ = ["new_plugin"]


@options.verb(
    "new-plugin",
    "new-plugin breadth --kind scorer",
    "new-plugin undated --kind check --into plugins",
)
@click.argument("name")
@click.option(
    "--kind", type=click.Choice(list(KINDS)), required=True, help="What the plugin brings."
)
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    show_default=True,
    metavar="DIR",
    help="Where the package's folder is made.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON, and nothing else.")
def new_plugin(name: str, kind: str, into: Path, as_json: bool) -> None:  # noqa: FBT001  # click's
    """Write the package of a new plugin, with tests that pass.

    The package evledger-NAME holds a small example that works, has the tests that every
    plugin of its kind is held to, and says what to change where.
    """
    package = write_package(name, kind, into)
    if as_json:
        write_json(_document(package))
    else:
        _tell(package)


def _document(package: Package) -> dict[str, object]:
    return {
        "name": package.name,
        "kind": package.kind,
        "folder": str(package.folder),
        "files": list(package.files),
    }


def _tell(package: Package) -> None:
    write_line(f"Wrote {package.folder}:")
    write_lines(f"  {file}" for file in package.files)
    write_line("Its tests pass; see for yourself:")
    write_lines((f"  cd {package.folder}", "  pip install -e '.[test]' && pytest"))
