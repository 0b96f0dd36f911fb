"""The verb checkpoint: a ledger's size and root, signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evledger.cli import options
from evledger.cli.documents import checkpoint_document
from evledger.cli.options import Settings
from evledger.cli.output import count, inert, progress, write_file, write_json, write_line
from evledger.cli.streams import own_output
from evledger.exceptions import EvledgerError, Refused
from evledger.proofs.keys import Signer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evledger.checkpoints import Vouched
    from evledger.ledger import Ledger
    from evledger.proofs.witnessing import Witness

__all__ = ["checkpoint"]


@options.verb(
    "checkpoint",
    "checkpoint semax --key semax.key > checkpoint",
    "checkpoint semax --key semax.key --witness https://witness.example.org witness.vkey",
)
@click.argument("ledger")
@options.signing_key
@options.witness_services
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the checkpoint into FILE.",
)
@options.common
@click.pass_obj
def checkpoint(
    settings: Settings,
    *,
    ledger: str,
    key: str,
    witnesses: tuple[Witness, ...],
    output: Path | None,
) -> None:
    """Sign a ledger's checkpoint, and print it.

    The whole chain is verified first, and nothing is signed that does not extend what was
    signed before.
    A ledger that has not changed since gets no new signature.
    Where a witness does not cosign, the checkpoint is kept and printed all the same, and the
    exit code is 3; the same call again asks it again.
    """
    signer = Signer.open(key)
    with settings.open() as store, progress("signing") as bar:
        target = store.ledger(ledger)
        vouched = target.checkpoint(signer, progress=bar)
        vouched, failures = _cosigned(target, vouched, witnesses)
    _write(settings, ledger, vouched, output, failures)
    if failures:
        msg = f"the checkpoint is signed and kept, but {'; '.join(failures)}"
        raise Refused(msg)


def _cosigned(
    ledger: Ledger, vouched: Vouched, witnesses: Sequence[Witness]
) -> tuple[Vouched, tuple[str, ...]]:
    """Ask every witness, and give the checkpoint with their cosignatures, and who failed."""
    failures: list[str] = []
    for witness in witnesses:
        try:
            vouched = ledger.cosign(witness, vouched)
        except EvledgerError as error:
            failures.append(str(error))
    return vouched, tuple(failures)


# -- telling -----------------------------------------------------------------------------


def _write(
    settings: Settings,
    ledger: str,
    vouched: Vouched,
    output: Path | None,
    failures: Sequence[str],
) -> None:
    note, signed = str(vouched.note), vouched.checkpoint
    if output is not None:
        write_file(output, note.encode(), otherwise="; the checkpoint is kept")
    if settings.json:
        write_json({"ledger": ledger, **_document(vouched), "failures": list(failures)})
    elif output is None:
        own_output().write(inert(note, keep="\n"))
    else:
        events = count(signed.size, "event")
        write_line(f"signed {events} of {ledger} as {signed.origin} into {output}")


def _document(vouched: Vouched) -> dict[str, Any]:
    return {
        "checkpoint": checkpoint_document(vouched.checkpoint),
        "head": str(vouched.head),
        "signatures": [each.name for each in vouched.note.signatures],
        "note": str(vouched.note),
    }
