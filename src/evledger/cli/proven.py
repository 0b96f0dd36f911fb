"""Proofs as lines for people and as JSON documents.

A proof's text comes from strangers: it is shown indented, so that no line of it can pass for
one of ours, and what writes it sees to control characters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from evledger.cli.documents import (
    checkpoint_document,
    is_list,
    is_mapping,
    plain,
    record_document,
    record_line,
    vouched_document,
)
from evledger.cli.output import count
from evledger.notes import encode_base64
from evledger.record import format_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from evledger.proofs.proving import Consistency, Proof, TreeHead
    from evledger.proofs.verifying import Proven, Recorded
    from evledger.record import Record

__all__ = [
    "Standing",
    "around",
    "consistency_document",
    "proof_document",
    "proof_lines",
    "proven_document",
    "proven_lines",
]

_MOST: Final = 20  # later records that people are shown

# -- a proof that was made ---------------------------------------------------------------


def proof_lines(ledger: str, proof: Proof, output: Path) -> Iterator[str]:
    """Yield what was proven, with what, and what came later."""
    shown, size = proof.shown, count(proof.checkpoint.size, "record")
    what = ", ".join([shown.type, *_names(shown)])
    yield f"proved record {proof.n} of {ledger} ({what}) into {output}"
    yield f"checkpoint: {proof.checkpoint.origin}, {size}"
    for source in shown.sources:
        yield f"with source: record {source.n} ({', '.join(_names(source))})"
    opened = [field for each in (shown, *shown.sources) for field in each.opened]
    if opened:
        yield f"opened: {', '.join(opened)}"
    yield from around(proof)


def around(proof: Proof) -> Iterator[str]:
    """Yield which record was chosen, where there are several, and what came later."""
    if proof.others:
        others = ", ".join(map(str, proof.others))
        yield f"{proof.name} is record {proof.n} here; it was also introduced by {others}"
    yield from _later_lines(proof.later)


def _later_lines(records: Sequence[Record]) -> Iterator[str]:
    for record in records[:_MOST]:
        yield f"later: {record_line(record).strip()}"
    if len(records) > _MOST:
        yield f"later: {len(records) - _MOST} more; --json has all"


def _names(record: Recorded) -> list[str]:
    return [name for name in record.keys if not name.startswith("once:")]


def proof_document(ledger: str, proof: Proof, output: Path | None) -> dict[str, Any]:
    """Return a proof, or the file that it was written into."""
    records = (proof.shown, *proof.shown.sources)
    return {
        "ledger": ledger,
        "n": proof.n,
        "name": proof.name,
        "type": proof.shown.type,
        "checkpoint": checkpoint_document(proof.checkpoint),
        "sources": [source.n for source in proof.shown.sources],
        "opened": [{"n": each.n, "field": field} for each in records for field in each.opened],
        "others": list(proof.others),
        "later": [record_document(record) for record in proof.later],
        **({"proof": str(proof)} if output is None else {"file": str(output)}),
    }


# -- a proof that was verified -----------------------------------------------------------


@attrs.frozen
class Standing:
    """What a ledger at hand says of a proven record.

    Attributes:
        ledger: its name.
        size: how many records it has.
        holds: whether it holds the very line.
        later: what came later that says something of the record or its sources.
    """

    ledger: str
    size: int
    holds: bool
    later: tuple[Record, ...] = ()


def proven_lines(proven: Proven, standing: Standing | None) -> Iterator[str]:
    """Yield what is proven, who vouches for it, and what a ledger at hand says of it."""
    vouched = proven.vouched
    yield f"proven: {vouched.checkpoint.origin} has recorded this, as its record {proven.n}"
    yield from _record_lines(proven)
    for source in proven.sources:
        yield f"its source, record {source.n}, proven as well"
        yield from _record_lines(source)
    proven_names = {name for source in proven.sources for name in source.keys}
    for name in proven.refs:
        if name.startswith("source:") and name not in proven_names:
            yield f"it relies on {name}, which is not in this proof; somebody may have left it out"
    size = count(vouched.checkpoint.size, "record")
    yield f"signed by: {', '.join(vouched.signers)}, when it had {size}"
    for each in vouched.witnesses:
        yield f"witnessed by: {each.witness}, at {format_time(each.at)[:19]}Z"
    if not vouched.witnesses:
        yield "witnessed by: not asked; --witness VKEY names one to trust"
    yield from _standing_lines(proven, standing)


def _standing_lines(proven: Proven, standing: Standing | None) -> Iterator[str]:
    yield f"this was recorded at {proven.n}; whether it still stands, a proof cannot say"
    if standing is None:
        return
    name, size = standing.ledger, count(standing.size, "record")
    if not standing.holds:
        yield f"NOT HELD: ledger {name} of {size} has no such line at {proven.n}"
        return
    yield f"held: ledger {name} of {size} has this very line at {proven.n}"
    yield from _later_lines(standing.later)
    if not standing.later:
        yield f"later: nothing in {name} says more of it"


_FIRST: Final = ("text", "title", "tier", "stance", "source", "authors", "locators")


def _record_lines(record: Recorded) -> Iterator[str]:
    """Yield what a record says, every line of it indented: it comes from a stranger."""
    yield f"  type: {record.type}"
    yield f"  names: {', '.join(_names(record)) or 'none'}"
    yield f"  by: {record.by}"
    yield f"  at: {format_time(record.at)}"
    for name in sorted(record.data, key=lambda name: (_rank(name), name)):
        yield from _field(name, record.data[name])
    for name in sorted(record.sealed):
        if name in record.opened:
            yield from _field(f"{name} (sealed, opened here)", record.opened[name])
        else:
            yield f"  {name}: [sealed, not opened here]"


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _field(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, str) and "\n" in value:
        yield f"  {name}:"
        yield from (f"    {line}" for line in value.split("\n"))
    elif value not in ([], {}):
        yield f"  {name}: {_text(value)}"


def _text(value: Any) -> str:
    if is_list(value):
        return "; ".join(map(_text, value))
    if is_mapping(value):
        return ", ".join(f"{name}={_text(item)}" for name, item in value.items() if item != [])
    return str(value)


def proven_document(proven: Proven, standing: Standing | None) -> dict[str, Any]:
    """Return what is proven, who vouches for it, and what a ledger at hand says of it."""
    return {
        **_recorded_document(proven),
        "sources": [_recorded_document(source) for source in proven.sources],
        "vouched": vouched_document(proven.vouched),
        "ledger": None if standing is None else _standing_document(standing),
    }


def _recorded_document(record: Recorded) -> dict[str, Any]:
    names = ("n", "by", "type", "v", "data", "keys", "refs", "drops", "sealed", "opened")
    return {
        "at": format_time(record.at),
        "line": record.line.decode(),
        **{name: plain(getattr(record, name)) for name in names},
    }


def _standing_document(standing: Standing) -> dict[str, Any]:
    return {
        "name": standing.ledger,
        "size": standing.size,
        "holds": standing.holds,
        "later": [record_document(record) for record in standing.later],
    }


# -- growth ------------------------------------------------------------------------------


def consistency_document(
    ledger: str, found: Consistency, verified: Sequence[bool | None]
) -> dict[str, Any]:
    """Return a proof of growth.

    Args:
        ledger: the ledger's name.
        found: the proof.
        verified: for each of its two sizes, whether the signatures of the checkpoint that was
            given were verified; ``None`` where a number was given.
    """
    old, new = map(_head_document, (found.old, found.new), verified)
    proof = [encode_base64(digest) for digest in found.proof]
    return {"ledger": ledger, "old": old, "new": new, "proof": proof}


def _head_document(head: TreeHead, verified: bool | None) -> dict[str, Any]:  # noqa: FBT001  # three states
    return {"size": head.size, "root": encode_base64(head.root), "verified": verified}
