"""Proving a stored ledger to somebody who has none of it: of records, and of its growth.

What is made here is taken apart again by :mod:`~evledger.proofs.verifying`, which needs no
store and walks the tree up where this walks it down, before anyone gets to see it.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import attrs

from evledger.checkpoints import Checkpoint, Vouched
from evledger.codec import canonical
from evledger.exceptions import Broken, Invalid, NotFound, NotProven, Refused
from evledger.notes import encode_base64
from evledger.proofs.files import MAX_PROOF, TlogProof
from evledger.proofs.locating import erased_by, line_at, sources_of
from evledger.proofs.signing import checkpoint_at, signed_sizes
from evledger.proofs.verifying import Recorded, Shown, verify_proof, verify_record
from evledger.tree import verify_consistency

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evledger.notes import VerifierKey
    from evledger.proofs.stored import StoredTree
    from evledger.record import Record
    from evledger.seals import Opening
    from evledger.stores.base import Backend

__all__ = [
    "Consistency",
    "Proof",
    "TreeHead",
    "check_openings",
    "consistency",
    "covering",
    "prove",
]


@attrs.frozen(kw_only=True)
class Proof:
    """The proof of a record, verified, but for the signatures of keys that are not at hand.

    Attributes:
        n: the record's position.
        name: the name by which it was asked for.
        data: the bytes of the file, ``….tlog-proof``.
        checkpoint: what the checkpoint says that it leads to.
        shown: what it shows.
        others: further records that introduce the name, or once did.
        later: records after it that say something of it, or of its sources.
    """

    n: int
    name: str | None = None
    data: bytes = attrs.field(repr=False)
    checkpoint: Checkpoint
    shown: Shown = attrs.field(repr=False)
    others: tuple[int, ...] = ()
    later: tuple[Record, ...] = ()

    def __str__(self) -> str:
        return self.data.decode()

    def __bytes__(self) -> bytes:
        return self.data


def covering(backend: Backend, ledger: str, n: int) -> int:
    """Return the size of the latest checkpoint of a ledger, if it covers a record.

    Raises:
        Refused: none does; the message says how to sign one.
    """
    size = max(signed_sizes(backend, ledger), default=0)
    if n >= size:
        found = f"the latest is of {size} records" if size else "none was ever signed"
        msg = (
            f"no checkpoint of ledger {ledger!r} covers record {n}: {found}; "
            f"'evledger checkpoint {ledger} --key FILE' signs one"
        )
        raise Refused(msg)
    return size


def prove(
    backend: Backend,
    ledger: str,
    tree: StoredTree,
    n: int,
    *,
    size: int,
    name: str | None = None,
    openings: Sequence[str] = (),
    keys: Sequence[VerifierKey] = (),
) -> Proof:
    """Prove a record by a checkpoint that was signed, and verify the proof.

    Args:
        backend: the store.
        ledger: the ledger's name there.
        tree: the ledger's tree.
        n: the record's position.
        size: that of the checkpoint.
        name: a name that the record must introduce.
        openings: sealed fields that are to be opened: of the record, or of its sources.
        keys: keys of which one must have signed the checkpoint.

    Raises:
        NotFound: there is no such record, or no checkpoint of this size.
        Refused: the checkpoint does not cover the record, or a field cannot be opened any more.
        Invalid: a field is not sealed.
        NotProven: none of the keys signed the checkpoint.
        Broken: what the store has does not prove it.
    """
    note = checkpoint_at(backend, ledger, size)
    record = _record(backend, ledger, n, name)
    if n >= size:
        msg = f"the checkpoint of {size} records does not cover record {n}; take a later one"
        raise Refused(msg)
    beside = [_record(backend, ledger, place) for place in sources_of(backend, ledger, record)]
    opened = list(_openings(backend, ledger, (record, *beside), openings))
    tree.grow(size)
    extra = _extra(tree, size, record, beside, opened)
    data = _bounded(bytes(TlogProof(n, tuple(tree.inclusion(n, size)), note, extra)), ledger, n)
    shown = _verified(data, ledger, record, beside)
    if keys:
        verify_proof(data, keys)
    return Proof(n=n, name=name, data=data, checkpoint=Checkpoint.parse(note.text), shown=shown)


def _record(backend: Backend, ledger: str, n: int, name: str | None = None) -> Recorded:
    try:
        record = Recorded.of(line_at(backend, ledger, n))
    except Invalid as error:
        msg = f"record {n} of ledger {ledger!r} is not sound; run 'evledger verify' ({error})"
        raise Broken(msg) from error
    if name is not None and name not in record.keys:
        msg = f"record {n} does not introduce {name}; run 'evledger reindex {ledger}'"
        raise Broken(msg)
    return record


def _extra(
    tree: StoredTree,
    size: int,
    record: Recorded,
    beside: Sequence[Recorded],
    openings: Sequence[Opening],
) -> bytes:
    """Return what travels in the proof: the line, openings, and sources with their own paths."""
    return canonical(
        {
            "evledger-proof": 1,
            "line": record.line.decode(),
            "openings": [_opening(opening) for opening in openings],
            "with": [
                {
                    "index": each.n,
                    "line": each.line.decode(),
                    "path": [encode_base64(digest) for digest in tree.inclusion(each.n, size)],
                }
                for each in beside
            ],
        }
    )


def _opening(opening: Opening) -> dict[str, Any]:
    return {
        "field": opening.field,
        "n": opening.n,
        "salt": opening.salt.hex(),
        "value": opening.value.decode(),
    }


def _bounded(data: bytes, ledger: str, n: int) -> bytes:
    if len(data) > MAX_PROOF:
        msg = (
            f"the proof of record {n} of ledger {ledger!r} would have {len(data):,} bytes; "
            f"{MAX_PROOF:,} are the most; open fewer fields"
        )
        raise Refused(msg)
    return data


def _verified(data: bytes, ledger: str, record: Recorded, beside: Sequence[Recorded]) -> Shown:
    """Verify a proof before it is handed out: that it verifies, and is of these lines."""
    try:
        shown = verify_record(data)
    except (Invalid, NotProven) as error:
        msg = (
            f"the proof of record {record.n} of ledger {ledger!r} does not verify: {error}; "
            f"'evledger verify {ledger} --full' finds damaged records, {_anew(ledger)}"
        )
        raise Broken(msg) from error
    if (shown.line, [s.line for s in shown.sources]) != (record.line, [s.line for s in beside]):
        msg = f"the proof of record {record.n} of ledger {ledger!r} is of other lines"
        raise Broken(msg)
    return shown


def check_openings(backend: Backend, ledger: str, n: int, fields: Sequence[str]) -> None:
    """Check that some sealed fields of a record, or of its sources, can be opened.

    Raises:
        NotFound: there is no such record.
        Refused: a field cannot be opened any more.
        Invalid: a field is not sealed.
    """
    record = _record(backend, ledger, n)
    beside = (_record(backend, ledger, place) for place in sources_of(backend, ledger, record))
    for _ in _openings(backend, ledger, (record, *beside), fields):
        pass


# -- openings ----------------------------------------------------------------------------


def _openings(
    backend: Backend, ledger: str, records: Sequence[Recorded], fields: Sequence[str]
) -> Iterator[Opening]:
    """Yield the openings of some fields of the first record, or of those beside it."""
    for field in dict.fromkeys(fields):
        holders = [each for each in records if field in each.sealed]
        if not holders:
            sealed = sorted({name for each in records for name in each.sealed})
            there = ", ".join(sealed) or "none"
            msg = f"record {records[0].n}: {field!r} is not a sealed field; sealed are: {there}"
            raise Invalid(msg)
        chosen = holders[:1] if holders[0] is records[0] else holders
        yield from (_opening_of(backend, ledger, each, field) for each in chosen)


def _opening_of(backend: Backend, ledger: str, record: Recorded, field: str) -> Opening:
    for opening in backend.openings(ledger, record.n, record.n + 1):
        if opening.field == field:
            break
    else:
        raise Refused(_why_not(backend, ledger, record.n, field))
    if not opening.fits(record.sealed[field]):
        msg = (
            f"the vault's copy of {field} of record {record.n} is damaged; "
            f"run 'evledger verify {ledger} --full'"
        )
        raise Broken(msg)
    return opening


def _why_not(backend: Backend, ledger: str, n: int, field: str) -> str:
    erased = erased_by(backend, ledger, n, field)
    if erased is not None:
        return f"{field} of record {n} was erased, as record {erased} says; nobody can open it"
    return f"{field} of record {n} is withheld: the vault here does not hold its value"


# -- growth ------------------------------------------------------------------------------


@attrs.frozen
class TreeHead:
    """A size of a tree, and its root there."""

    size: int
    root: bytes


@attrs.frozen(kw_only=True)
class Consistency:
    r"""The proof that a ledger's tree of one size extends that of another, verified.

    As text it is a line for each of the two, ``old SIZE ROOT`` and ``new SIZE ROOT``,
    and then one for each hash of the proof (RFC 6962 section 2.1.2); all hashes are in base64.

    Attributes:
        old: the earlier size and root.
        new: the later ones.
        proof: the hashes, 32 bytes each.

    >>> head = TreeHead(1, bytes(32))
    >>> print(Consistency(old=head, new=head, proof=()), end="")
    old 1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
    new 1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
    """

    old: TreeHead
    new: TreeHead
    proof: tuple[bytes, ...]

    def __str__(self) -> str:
        heads = [("old", self.old), ("new", self.new)]
        lines = [f"{which} {head.size} {encode_base64(head.root)}" for which, head in heads]
        return "".join(f"{line}\n" for line in [*lines, *map(encode_base64, self.proof)])


def consistency(
    backend: Backend,
    ledger: str,
    tree: StoredTree,
    old: int | Checkpoint | Vouched,
    new: int | Checkpoint | Vouched,
) -> Consistency:
    """Prove that a ledger's tree of one size extends that of another, and verify the proof.

    Args:
        backend: the store.
        ledger: the ledger's name there.
        tree: the ledger's tree.
        old: the earlier size, or a checkpoint that must be of this ledger.
        new: the later one, likewise.

    Raises:
        NotFound: the ledger never had so many records.
        NotProven: the ledger does not extend a checkpoint; the message says what differs.
        Invalid: the first is larger than the second.
        Broken: what the store has does not prove it.
    """
    earlier, later = _place(old), _place(new)
    first, last = (_size(backend, ledger, given) for given in (earlier, later))
    if first > last:
        msg = f"a tree of {last} records extends none of {first}; give the smaller first"
        raise Invalid(msg)
    tree.grow(last)
    was = _head(backend, ledger, TreeHead(first, tree.root(first)), earlier)
    now = _head(backend, ledger, TreeHead(last, tree.root(last)), later)
    proof = tuple(tree.consistency(first, last))
    try:
        verify_consistency(first, last, was.root, now.root, proof)
    except NotProven as error:
        msg = f"the tree of ledger {ledger!r} contradicts itself: {error}; {_anew(ledger)}"
        raise Broken(msg) from error
    return Consistency(old=was, new=now, proof=proof)


def _place(given: object) -> int | Checkpoint:
    """Return the size or checkpoint that is meant.

    Raises:
        Invalid: it is neither; a head says nothing of the tree.
    """
    if isinstance(given, Vouched):
        return given.checkpoint
    if isinstance(given, int | Checkpoint) and not isinstance(given, bool):
        return given
    msg = f"{given!r:.80}: expected a number of records, or a checkpoint"
    raise Invalid(msg)


def _size(backend: Backend, ledger: str, given: int | Checkpoint) -> int:
    """Return the size that is meant, if the ledger has had it."""
    size, there = given if isinstance(given, int) else given.size, backend.tip(ledger).size
    if 0 <= size <= there:
        return size
    if isinstance(given, Checkpoint):
        msg = (
            f"the checkpoint is of {size} records, and ledger {ledger!r} has {there}: "
            "it does not extend the checkpoint"
        )
        raise NotProven(msg)
    msg = f"ledger {ledger!r} has {there} records; it never had {size}"
    raise NotFound(msg)


def _head(backend: Backend, ledger: str, head: TreeHead, given: int | Checkpoint) -> TreeHead:
    """Return a head of the tree, if it is what a checkpoint says, given here or signed before."""
    if isinstance(given, Checkpoint) and given.root != head.root:
        msg = (
            f"ledger {ledger!r} does not extend the checkpoint: at {head.size} records its root "
            f"is {encode_base64(head.root)}, and the checkpoint's {encode_base64(given.root)}"
        )
        raise NotProven(msg)
    with contextlib.suppress(NotFound):
        signed = Checkpoint.parse(checkpoint_at(backend, ledger, head.size).text)
        if signed.root != head.root:
            msg = (
                f"at {head.size} records the tree of ledger {ledger!r} has not the root that "
                f"was signed; {_anew(ledger)}"
            )
            raise Broken(msg)
    return head


def _anew(ledger: str) -> str:
    return f"'evledger reindex {ledger}' computes the tree anew"
