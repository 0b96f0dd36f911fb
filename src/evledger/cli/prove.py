"""The verbs prove, verify-proof and consistency: what a stranger can check without the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from evledger.checkpoints import Checkpoint, open_checkpoint
from evledger.cli import options
from evledger.cli.errors import Exit
from evledger.cli.options import NUMBER, Settings
from evledger.cli.output import inert, write_file, write_json, write_lines
from evledger.cli.proven import (
    Standing,
    around,
    consistency_document,
    proof_document,
    proof_lines,
    proven_document,
    proven_lines,
)
from evledger.cli.streams import own_output
from evledger.codec import MAX_LINE
from evledger.exceptions import NotFound
from evledger.notes import MAX_NOTE, SignedNote
from evledger.proofs import verifying
from evledger.proofs.files import MAX_PROOF, SUFFIX
from evledger.proofs.keys import Signer
from evledger.proofs.locating import later

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evledger.notes import VerifierKey
    from evledger.proofs.verifying import Proven

__all__ = ["consistency", "prove", "verify_proof"]


# -- prove -------------------------------------------------------------------------------


@options.verb(
    "prove",
    f"prove semax c12 -o c12{SUFFIX}",
    f"prove semax doi:10.1000/x --key semax.key > paper{SUFFIX}",
    f"prove semax 17 --open quote -o record-17{SUFFIX}",
)
@click.argument("ledger")
@click.argument("id", metavar="ID|N")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Write the proof into FILE: -o c12{SUFFIX}.",
)
@click.option(
    "--key",
    metavar="FILE",
    type=click.Path(),
    help="Sign a checkpoint of the ledger as it is now first, with this key: --key semax.key.",
)
@click.option(
    "--open",
    "openings",
    multiple=True,
    metavar="FIELD",
    help="A sealed field, of the record or of its source, that whoever has the file can read "
    "for good; may be given again: --open quote.",
)
@options.common
@click.pass_obj
def prove(
    settings: Settings,
    *,
    ledger: str,
    id: str,
    output: Path | None,
    key: str | None,
    openings: tuple[str, ...],
) -> None:
    """Prove to anyone that a record is in the ledger.

    ID is that of a claim or of anything else that a record introduces (c12), or a whole name
    (claim:c12, source:s5, doi:10.1000/x); N is a record's number.
    The file holds the record, its sources, and a signed checkpoint; 'evledger verify-proof'
    needs nothing else but the verifier key.
    It shows that the record was written, not that it still stands: what came later is told.
    """
    with settings.open() as store:
        signer = None if key is None else Signer.open(key)
        proof = store.ledger(ledger).prove(id, signer=signer, openings=openings)
    if output is not None:
        write_file(output, proof.data)
    if settings.json:
        write_json(proof_document(ledger, proof, output))
    elif output is None:
        own_output().write(inert(str(proof), keep="\n"))
        for line in around(proof):
            click.echo(inert(f"evledger: {line}"), err=True)
    else:
        write_lines(proof_lines(ledger, proof, output))


# -- verify-proof ------------------------------------------------------------------------


@options.verb(
    "verify-proof",
    f"verify-proof c12{SUFFIX} --vkey semax.vkey",
    f"verify-proof c12{SUFFIX} --vkey semax.vkey --witness w1.vkey --witness w2.vkey --quorum 1",
    f"verify-proof c12{SUFFIX} --vkey semax.vkey --ledger semax",
)
@click.argument("file", metavar="FILE", type=click.File("rb"))
@options.vkeys
@options.witness_keys
@click.option(
    "--line",
    metavar="FILE",
    type=click.File("rb"),
    help="The record's line, where the proof does not carry it or must be of it: --line 17.json.",
)
@click.option(
    "--ledger",
    metavar="NAME",
    help="Ask this ledger whether it holds the record, and what came later: --ledger semax.",
)
@options.common
@click.pass_context
def verify_proof(
    context: click.Context,
    *,
    file: IO[bytes],
    vkeys: tuple[VerifierKey, ...],
    witnesses: tuple[VerifierKey, ...],
    quorum: int | None,
    line: IO[bytes] | None,
    ledger: str | None,
) -> None:
    """Verify the proof of a record, and show what it proves.

    No database is needed, unless --ledger names one's.
    FILE may be - for standard input.
    The exit code is 1 where nothing is proven, or the ledger does not hold the record.
    """
    settings = context.ensure_object(Settings)
    proven = verifying.verify_proof(
        file.read(MAX_PROOF + 1),
        vkeys,
        line=None if line is None else line.read(MAX_LINE + 2),
        witnesses=witnesses,
        quorum=quorum,
    )
    standing = None if ledger is None else _standing(settings, ledger, proven)
    if settings.json:
        write_json(proven_document(proven, standing))
    else:
        write_lines(proven_lines(proven, standing))
    if standing is not None and not standing.holds:
        context.exit(Exit.UNSOUND)


def _standing(settings: Settings, name: str, proven: Proven) -> Standing:
    with settings.open() as store:
        ledger = store.ledger(name)
        size = ledger.head().size
        if proven.n >= size or ledger.record(proven.n).line != proven.line:
            return Standing(name, size, holds=False)
        since = later(store.backend, name, proven, proven.sources)
        return Standing(name, size, holds=True, later=tuple(map(ledger.record, since)))


# -- consistency -------------------------------------------------------------------------


@options.verb(
    "consistency",
    "consistency semax 43 97",
    "consistency semax kept-checkpoint 97 --vkey semax.vkey",
)
@click.argument("ledger")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@options.optional_vkeys
@options.common
@click.pass_obj
def consistency(
    settings: Settings, *, ledger: str, old: str, new: str, vkeys: tuple[VerifierKey, ...]
) -> None:
    """Prove that the ledger extends what it was.

    OLD and NEW are numbers of records, or files of checkpoints.
    What is printed are the two sizes and roots, and the hashes of the proof (RFC 6962).
    The exit code is 1 where the ledger does not extend a checkpoint.
    """
    places = (_place(old, vkeys), _place(new, vkeys))
    with settings.open() as store:
        found = store.ledger(ledger).consistency(*places)
    verified = [bool(vkeys) if isinstance(place, Checkpoint) else None for place in places]
    if settings.json:
        write_json(consistency_document(ledger, found, verified))
        return
    own_output().write(str(found))
    if False in verified:
        click.echo("evledger: no --vkey was given, so no signature was verified", err=True)


def _place(text: str, vkeys: Sequence[VerifierKey]) -> int | Checkpoint:
    """Read a number of records, or the file of a checkpoint."""
    if NUMBER.fullmatch(text):
        return int(text)
    try:
        with click.open_file(text, "rb") as file:
            data = file.read(MAX_NOTE + 1)
    except OSError as error:
        msg = f"{text!r:.100} is no number of records, and no file: {error.strerror or error}"
        raise NotFound(msg) from error
    if vkeys:
        return open_checkpoint(data, vkeys).checkpoint
    return Checkpoint.parse(SignedNote.parse(data).text)
