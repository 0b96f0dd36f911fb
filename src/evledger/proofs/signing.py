"""Signing a ledger's checkpoint, which cannot be undone; and the checkpoints that are kept.

A signed checkpoint says that the ledger was so, for good: whoever holds two of one key that do
not extend each other can show that its owner told two stories.
So nothing is signed that does not extend every checkpoint known, which are three:
what the key remembers, what the store keeps, and what is published.
A database that was restored from a backup is thus refused, and never signed into a fork.

What is signed is remembered beside the key first, then kept in the store, then handed out.
Wherever that is interrupted, signing again goes on from what is remembered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from evledger.checkpoints import Checkpoint, SignedHead, Vouched
from evledger.exceptions import Broken, Invalid, NotFound, NotProven, Refused
from evledger.notes import SignedNote
from evledger.proofs.keys import Signed, check_signer
from evledger.proofs.rebuilding import rebuild
from evledger.stores.kept import CHECKPOINT, SIGNED_HEAD, TREE, checkpoint_name, size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from evledger.notes import VerifierKey
    from evledger.proofs.keys import Signer
    from evledger.proofs.rebuilding import Rebuilt
    from evledger.stores.base import Backend

__all__ = [
    "add_cosignatures",
    "checkpoint_at",
    "head_at",
    "keep_published",
    "last_signed",
    "sign",
    "signed_sizes",
]

_NOTHING: Final = "nothing was signed"


# -- signing -----------------------------------------------------------------------------


@attrs.frozen
class _Known:
    """A checkpoint that what is signed must extend.

    Attributes:
        whose: where it is known from, in words.
        checkpoint: what it says.
    """

    whose: str
    checkpoint: Checkpoint


def sign(
    backend: Backend,
    ledger: str,
    signer: Signer,
    *,
    origin: str | None,
    published: Vouched | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Vouched:
    """Sign the checkpoint of a ledger as it is now, and its head; keep both in the store.

    The whole chain is verified.
    The first time, the whole tree is computed from the lines that were found sound; later only
    what was added, from the right edge that reproduces the last root that was signed.
    A ledger that has not changed since gets no new signature.

    A new key for an old ledger has nothing to start from: it recomputes everything, and what
    it signs extends what the old key signed, as far as the store and the publication hold it.

    Args:
        backend: the store.
        ledger: the ledger's name there.
        signer: the key, and what it signed last.
        origin: the name that the ledger states for its checkpoints, if it states one.
        published: the checkpoint that is published now, verified.
        progress: called with the events done and the events there are.

    Returns:
        The checkpoint, with the cosignatures that it has, and the head.

    Raises:
        Refused: it would not extend what was signed before, or would be of another ledger,
            or cannot be shown to be neither; the message says what to do. Nothing is signed.
        Broken: the chain is not sound. Nothing is signed.
        StoreError: the store, or what the key remembers, cannot be written.
    """
    check_signer(signer)
    with signer.locked():
        last = signer.recall()
        if last is not None:
            _mend(backend, ledger, signer.verifier, last)
        snapshot = backend.snapshot(ledger)
        known = _known(backend, ledger, signer, last, published)
        _check_origins(ledger, signer, origin, published)
        size = snapshot.tip.size
        rebuilt = rebuild(
            backend,
            ledger,
            snapshot,
            base=last.said if last is not None and last.said.head.size <= size else None,
            known=[each.checkpoint for each in known if each.checkpoint.size <= size],
            progress=progress,
        )
        _check_identity(ledger, signer, last, rebuilt)
        _check_extends(ledger, last, known, rebuilt)
        return _sign(backend, ledger, signer, last, rebuilt)


def _sign(
    backend: Backend, ledger: str, signer: Signer, last: Signed | None, rebuilt: Rebuilt
) -> Vouched:
    """Sign what was found to extend everything known."""
    if last is not None:
        _keep(backend, ledger, last)  # had it been interrupted, the store would not have it
    said = SignedHead(signer.name, rebuilt.head, rebuilt.root)
    if last is None or last.said != said:
        last = Signed(
            ledger=rebuilt.ledger,
            id=rebuilt.id,
            checkpoint=signer.key.sign(said.checkpoint.text),
            head=signer.key.sign(said.text),
        )
        _check_writable(backend, ledger, last)
        signer.remember(last)
        _keep(backend, ledger, last)
    return Vouched(
        checkpoint=said.checkpoint,
        note=checkpoint_at(backend, ledger, said.head.size),
        signers=(signer.name,),
        head=said.head,
    )


# -- what must hold ----------------------------------------------------------------------


def _known(
    backend: Backend, ledger: str, signer: Signer, last: Signed | None, published: Vouched | None
) -> list[_Known]:
    """Return every checkpoint that is known of the ledger."""
    known: list[_Known] = []
    if last is not None:
        known.append(_Known("the key signed", last.said.checkpoint))
    else:
        _check_unsigned(backend, ledger, signer, published)
    kept = last_signed(backend, ledger)
    if kept is not None:
        known.append(_Known("the store keeps", _read(ledger, kept, signer.verifier)))
    if published is not None:
        known.append(_Known("is published", published.checkpoint))
    return known


def _check_unsigned(
    backend: Backend, ledger: str, signer: Signer, published: Vouched | None
) -> None:
    """Check that a key which remembers nothing has indeed signed nothing of this ledger."""
    kept = (checkpoint_at(backend, ledger, size) for size in signed_sizes(backend, ledger))
    notes = (*kept, *(() if published is None else (published.note,)))
    if any(_is_by(note, signer.verifier) for note in notes):
        msg = (
            f"the key {signer.name} has signed checkpoints of ledger {ledger!r}, but does not "
            "remember them; bring back the newest FILE.signed that belongs to the key's file, or "
            f"make a new key with 'evledger key new'; {_NOTHING}"
        )
        raise Refused(msg)


def _is_by(note: SignedNote, key: VerifierKey) -> bool:
    return any(each.is_by(key) for each in note.signatures)


def _read(ledger: str, note: SignedNote, key: VerifierKey) -> Checkpoint:
    """Read a checkpoint that the store keeps; where it claims to be the key's, it must be."""
    try:
        if _is_by(note, key):
            note.verify([key])
        return Checkpoint.parse(note.text)
    except (Invalid, NotProven) as error:
        msg = f"the checkpoint that is kept of ledger {ledger!r} is damaged: {error}; {_NOTHING}"
        raise Broken(msg) from error


def _check_origins(
    ledger: str, signer: Signer, origin: str | None, published: Vouched | None
) -> None:
    if origin is not None and origin != signer.name:
        msg = (
            f"ledger {ledger!r} states the origin {origin}, but the key is of {signer.name}; "
            f"use the key of {origin}, or describe the ledger anew; {_NOTHING}"
        )
        raise Refused(msg)
    if published is not None and published.checkpoint.origin != signer.name:
        msg = (
            f"a checkpoint of {published.checkpoint.origin} is published there, but the key is of "
            f"{signer.name}; publish ledger {ledger!r} elsewhere; {_NOTHING}"
        )
        raise Refused(msg)


def _check_identity(ledger: str, signer: Signer, last: Signed | None, rebuilt: Rebuilt) -> None:
    if last is not None and last.id != rebuilt.id:
        msg = (
            f"the key {signer.name} signs the ledger {last.ledger!r} that begins with "
            f"{last.id[:16]}…, and {ledger!r} begins with {rebuilt.id[:16]}…; a key is for one "
            f"ledger: make another with 'evledger key new'; {_NOTHING}"
        )
        raise Refused(msg)


def _check_extends(
    ledger: str, last: Signed | None, known: Sequence[_Known], rebuilt: Rebuilt
) -> None:
    """Check that the ledger extends every checkpoint known, and that its kept hashes are right."""
    for each in known:
        if each.checkpoint.size > rebuilt.head.size:
            raise _too_large(ledger, rebuilt.head.size, each)
        if rebuilt.roots[each.checkpoint.size] != each.checkpoint.root:
            raise _forked(ledger, each)
    # Where the tree was not computed from its beginning on, the chain alone speaks of it.
    if last is not None and rebuilt.base != last.said.head.hash:
        raise _forked(ledger, known[0])
    if rebuilt.wrong is not None:
        msg = (
            f"what is kept of the tree of ledger {ledger!r} is not what its lines come to "
            f"({rebuilt.wrong}); 'evledger reindex {ledger}' computes it anew; {_NOTHING}"
        )
        raise Refused(msg)


def _too_large(ledger: str, size: int, known: _Known) -> Refused:
    return Refused(
        f"ledger {ledger!r} has {size:,} events, but the checkpoint that {known.whose} has "
        f"{known.checkpoint.size:,}: this is an older state of it; restore the newest one before "
        f"anything is appended; {_NOTHING}"
    )


def _forked(ledger: str, known: _Known) -> Refused:
    size = known.checkpoint.size
    return Refused(
        f"ledger {ledger!r} does not extend the checkpoint of {size:,} events that {known.whose}: "
        f"its first {size:,} events are others; restore the ledger that was signed, and append "
        f"to that; {_NOTHING}"
    )


# -- what is kept ------------------------------------------------------------------------


def _notes(signed: Signed) -> dict[str, SignedNote]:
    """Return what is to be kept of a checkpoint, by name."""
    size = signed.said.head.size
    return {
        checkpoint_name(size): signed.checkpoint,
        checkpoint_name(size, SIGNED_HEAD): signed.head,
    }


def _mend(backend: Backend, ledger: str, key: VerifierKey, last: Signed) -> None:
    """Replace what is kept of the last checkpoint where it is damaged: the key remembers it."""
    notes = _notes(last)
    kept = backend.kept(ledger, notes)
    damaged = {name: data for name, data in kept.items() if _is_damaged(data, key)}
    if damaged:
        backend.keep(ledger, {name: str(notes[name]).encode() for name in damaged}, damaged)


def _is_damaged(data: bytes, key: VerifierKey) -> bool:
    try:
        note = SignedNote.parse(data)
        if _is_by(note, key):
            note.verify([key])
    except (Invalid, NotProven):
        return True
    return False


def _keep(backend: Backend, ledger: str, signed: Signed) -> None:
    """Keep a checkpoint and its signed head, beside what is kept of the same size."""
    while True:
        kept, merged = _merged(backend, ledger, signed)
        expected = {name: kept.get(name) for name in merged}
        if merged == kept or backend.keep(ledger, merged, expected):
            return


def _check_writable(backend: Backend, ledger: str, signed: Signed) -> None:
    """Check that the store will take what is about to be signed.

    Raises:
        Refused: it keeps something else in its place.
        StoreError: it can be read only, or is full.
    """
    _merged(backend, ledger, signed)
    kept = backend.kept(ledger, [TREE])
    backend.keep(ledger, dict(kept), dict(kept))  # the same once more, as a test


def _merged(
    backend: Backend, ledger: str, signed: Signed
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return what is kept of a size, and what is to be kept of it.

    Raises:
        Refused: what is kept is something else.
    """
    notes = _notes(signed)
    kept = backend.kept(ledger, notes)
    merged = dict(notes)
    for name in kept:
        there = _parse(ledger, name, kept[name])
        if there.text != notes[name].text:
            msg = (
                f"the store keeps another {name} of ledger {ledger!r}, signed by "
                f"{there.signatures[0].name}; append a record, and sign then; {_NOTHING}"
            )
            raise Refused(msg)
        merged[name] = _with_signatures(there, notes[name])
    return kept, {name: str(note).encode() for name, note in merged.items()}


def _with_signatures(note: SignedNote, other: SignedNote) -> SignedNote:
    """Return a note with the signatures of another too: each key's newest, the note's own first."""
    own, *others = note.signatures
    newest = {(each.name, each.key_id): each for each in (*others, *other.signatures)}
    newest.pop((own.name, own.key_id), None)
    return attrs.evolve(note, signatures=(own, *newest.values()))


def _parse(ledger: str, name: str, data: bytes) -> SignedNote:
    try:
        return SignedNote.parse(data)
    except Invalid as error:
        msg = f"{name} of ledger {ledger!r} is damaged: {error}; run 'evledger verify {ledger}'"
        raise Broken(msg) from error


def signed_sizes(backend: Backend, ledger: str) -> list[int]:
    """Return the sizes of the checkpoints that are kept of a ledger, smallest first."""
    sizes = map(size_of, backend.kept_names(ledger, CHECKPOINT))
    return [size for size in sizes if size is not None]


def checkpoint_at(backend: Backend, ledger: str, size: int) -> SignedNote:
    """Return the checkpoint of a size, with the cosignatures that it has by now.

    Raises:
        NotFound: none is kept of this size.
        Broken: it is damaged.
    """
    note = _note(backend, ledger, checkpoint_name(size))
    if note is None:
        sizes = ", ".join(map(str, signed_sizes(backend, ledger)[-5:])) or "none"
        msg = f"ledger {ledger!r} has no checkpoint of {size} events; the latest are of: {sizes}"
        raise NotFound(msg)
    return note


def head_at(backend: Backend, ledger: str, size: int) -> SignedNote | None:
    """Return the signed head of a size, if one is kept.

    Raises:
        Broken: it is damaged.
    """
    return _note(backend, ledger, checkpoint_name(size, SIGNED_HEAD))


def last_signed(backend: Backend, ledger: str) -> SignedNote | None:
    """Return the largest checkpoint that is kept of a ledger, if one is.

    Raises:
        Broken: it is damaged.
    """
    sizes = signed_sizes(backend, ledger)
    return checkpoint_at(backend, ledger, sizes[-1]) if sizes else None


def keep_published(
    backend: Backend, ledger: str, note: SignedNote, head: SignedNote | None = None
) -> None:
    """Keep the checkpoint that a ledger was taken in by, and its signed head, in its copy.

    Args:
        backend: the store.
        ledger: the ledger's name there.
        note: the checkpoint, verified.
        head: the signed head of the same size, likewise.
    """
    size = Checkpoint.parse(note.text).size
    notes = {checkpoint_name(size): note, checkpoint_name(size, SIGNED_HEAD): head}
    backend.keep(ledger, {name: str(n).encode() for name, n in notes.items() if n is not None})


def _note(backend: Backend, ledger: str, name: str) -> SignedNote | None:
    data = backend.kept(ledger, [name]).get(name)
    return None if data is None else _parse(ledger, name, data)


def add_cosignatures(backend: Backend, ledger: str, note: SignedNote) -> SignedNote:
    """Keep the signatures of a checkpoint that came after it was signed.

    Args:
        backend: the store.
        ledger: the ledger's name there.
        note: the checkpoint, with signatures that have been verified.

    Returns:
        The checkpoint with all signatures that are kept of it.

    Raises:
        NotFound: no such checkpoint is kept.
        Invalid: what is kept of this size is another one.
    """
    size = Checkpoint.parse(note.text).size
    name = checkpoint_name(size)
    while True:
        kept = checkpoint_at(backend, ledger, size)
        if kept.text != note.text:
            msg = f"ledger {ledger!r} keeps another checkpoint of {size} events"
            raise Invalid(msg)
        merged = _with_signatures(kept, note)
        items, expected = {name: str(merged).encode()}, {name: str(kept).encode()}
        if merged == kept or backend.keep(ledger, items, expected):
            return merged
