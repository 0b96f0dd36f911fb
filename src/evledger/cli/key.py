"""The verbs key new and key show: the key by which a ledger's checkpoints are signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evledger.cli import options
from evledger.cli.output import write_json, write_line
from evledger.proofs.keys import FileMemory, new_key, read_key

if TYPE_CHECKING:
    from evledger.notes import VerifierKey

__all__ = ["key"]


@click.group(
    "key",
    epilog="\b\nExample:\n"
    "  $ evledger key new semax.key --name example.org/semax > semax.vkey\n"
    "  $ evledger key show semax.key",
)
def key() -> None:
    """Make a key that signs, or show its public half."""


@options.verb("new", "key new semax.key --name example.org/semax > semax.vkey")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--name",
    required=True,
    metavar="ORIGIN",
    help="The ledger's origin, under which its checkpoints are known: --name example.org/semax.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Write JSON, and nothing else, to standard output."
)
def new(file: Path, name: str, as_json: bool) -> None:  # noqa: FBT001  # click's
    """Make a key of one ledger, and print its verifier key.

    FILE is the secret key.
    FILE.signed, beside it, remembers what the key signed last.
    """
    _tell(file, new_key(file, name), as_json=as_json)
    if not as_json:
        remembers = FileMemory(file).path
        for line in (
            f"{file} is the secret key; {remembers} remembers what it signed last.",
            "Keep the two together and to yourself, and never go back to an older copy of them:",
            "without the second the first signs nothing.",
            "Publish the verifier key: by it anyone can check what the key signs.",
        ):
            click.echo(line, err=True)


@options.verb("show", "key show semax.key", "key show semax.key --json")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--json", "as_json", is_flag=True, help="Write JSON, and nothing else, to standard output."
)
def show(file: Path, as_json: bool) -> None:  # noqa: FBT001  # click's
    """Print the verifier key that belongs to the secret key in FILE."""
    _tell(file, read_key(file.absolute()).verifier, as_json=as_json)


def _tell(file: Path, verifier: VerifierKey, *, as_json: bool) -> None:
    if as_json:
        remembers = FileMemory(file).path
        about = {"name": verifier.name, "vkey": str(verifier)}
        write_json({**about, "file": str(file), "signed": str(remembers)})
    else:
        write_line(str(verifier))


key.add_command(new)
key.add_command(show)
