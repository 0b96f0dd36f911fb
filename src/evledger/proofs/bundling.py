"""Bundles: what proves many records of one ledger at once, for pages that verify themselves.

Each record comes as its line, and one set of hashes binds them all to the root of the tree.
The leaves are cut into as few ranges as leave every record a range of its own, and a hash is
given for each (:func:`cover`).
Folding them gives the root; folding those before an earlier size gives the root at that size.
So one fold stands in for a path per record, a record is proven by its own hash alone, and what
was changed in one line shows in that line and in no other.

The hashes are those of RFC 6962, section 2.1; docs/reference/proofs.md states the JSON.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, Final

import attrs

from evledger.chain import PAGE_EVENTS
from evledger.checkpoints import Checkpoint, Vouched, open_checkpoint
from evledger.codec import canonical, is_list, is_object, parse_canonical
from evledger.exceptions import Broken, Invalid, NotProven
from evledger.notes import SignedNote, VerifierKey, decode_base64, encode_base64
from evledger.proofs.files import check_digests
from evledger.proofs.signing import checkpoint_at, signed_sizes
from evledger.proofs.verifying import Recorded, open_field
from evledger.seals import Opening, read_salt
from evledger.stores.volumes import stored_volume
from evledger.tree import leaf_hash, middle_of, node_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from evledger.notes import VerifierKeys
    from evledger.proofs.stored import StoredTree
    from evledger.stores.base import Backend

__all__ = ["Bundle", "Bundled", "bundle", "cover", "verify_bundle"]

_NAME: Final = "evledger-proofs"
_VERSION: Final = 1
_MOST_SIZES: Final = 1_000  # earlier checkpoints that a bundle leads back to, the latest ones


# -- which hashes ------------------------------------------------------------------------


def cover(size: int, places: Sequence[int], cuts: Sequence[int] = ()) -> Iterator[tuple[int, int]]:
    """Cut the leaves of a tree into the fewest ranges that leave some leaves on their own.

    Args:
        size: how many leaves the tree has.
        places: the leaves that are to be on their own; ascending.
        cuts: sizes that no range may reach across; ascending.

    Returns:
        The ranges in order, each from its first leaf up to the one behind its last;
        each is a node of the tree.

    >>> list(cover(7, [2]))
    [(0, 2), (2, 3), (3, 4), (4, 7)]
    >>> list(cover(7, [], cuts=[5]))
    [(0, 4), (4, 5), (5, 6), (6, 7)]
    """
    waiting = [(0, size)] if size else []
    while waiting:
        start, stop = waiting.pop()
        if stop - start == 1 or not _is_divided(start, stop, places, cuts):
            yield start, stop
        else:
            middle = middle_of(start, stop)
            waiting += [(middle, stop), (start, middle)]


def _is_divided(start: int, stop: int, places: Sequence[int], cuts: Sequence[int]) -> bool:
    """Return whether a range holds a leaf that is to be on its own, or a cut goes through it."""
    place, cut = bisect_left(places, start), bisect_right(cuts, start)
    return (place < len(places) and places[place] < stop) or (cut < len(cuts) and cuts[cut] < stop)


class _Folded:
    """The hashes of a cover, and of all that can be computed from them."""

    def __init__(self, ranges: Iterable[tuple[int, int]], hashes: Sequence[bytes]) -> None:
        self._known = dict(zip(ranges, hashes, strict=True))

    def hash(self, start: int, stop: int) -> bytes:
        """Return MTH(D[start:stop]) (RFC 6962 section 2.1).

        Raises:
            NotProven: the cover does not tell.
        """
        known = self._known.get((start, stop))
        if known is None:
            if stop - start < 2:
                msg = f"the hashes do not tell that of record {start}"
                raise NotProven(msg)
            middle = middle_of(start, stop)
            known = node_hash(self.hash(start, middle), self.hash(middle, stop))
            self._known[start, stop] = known
        return known


# -- the bundle --------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Bundle:
    """What proves some records of a ledger, unverified.

    Attributes:
        ledger: the ledger's name.
        size: how many records its tree is over.
        root: the root of that tree, 32 bytes.
        checkpoint: the latest that was signed of this size or an earlier one, if any was.
        keys: verifier keys that its publisher gives along; nothing vouches for them.
        sizes: of earlier checkpoints, ascending, whose roots the hashes tell, too.
        records: numbers and lines of the records, ascending.
        openings: of sealed fields of these records.
        hashes: of the ranges of :func:`cover`, in order.
    """

    ledger: str
    size: int
    root: bytes
    checkpoint: SignedNote | None = None
    keys: tuple[VerifierKey, ...] = ()
    sizes: tuple[int, ...] = ()
    records: tuple[tuple[int, bytes], ...] = ()
    openings: tuple[Opening, ...] = ()
    hashes: tuple[bytes, ...] = ()

    @property
    def ranges(self) -> Iterator[tuple[int, int]]:
        """The ranges of leaves that the hashes are of."""
        return cover(self.size, [n for n, _ in self.records], _cuts(self.sizes, self.checkpoint))

    def __bytes__(self) -> bytes:
        note = {} if self.checkpoint is None else {"checkpoint": str(self.checkpoint)}
        return canonical(
            {
                _NAME: _VERSION,
                **note,
                "hashes": [encode_base64(digest) for digest in self.hashes],
                "keys": [str(key) for key in self.keys],
                "ledger": self.ledger,
                "openings": [
                    [each.n, each.field, each.salt.hex(), each.value.decode()]
                    for each in self.openings
                ],
                "records": [[n, line.decode()] for n, line in self.records],
                "root": encode_base64(self.root),
                "size": self.size,
                "sizes": list(self.sizes),
            }
        )

    @classmethod
    def parse(cls, data: bytes | str) -> Bundle:
        """Read a bundle.

        Raises:
            Invalid: it is not one; the message says what is wrong.
        """
        text = data.encode(errors="surrogatepass") if isinstance(data, str) else data
        value: Any = parse_canonical(text)
        if not is_object(value) or type(value.get(_NAME)) is not int or value[_NAME] != _VERSION:
            msg = f"not a bundle of proofs: expected an object with {_NAME!r}: {_VERSION}"
            raise Invalid(msg)
        if {name: type(value.get(name)) for name in _SHAPE} != _SHAPE:
            msg = f"a bundle has the fields {', '.join(_SHAPE)}, each of its type"
            raise Invalid(msg)
        return _checked(_read(value))


_SHAPE: Final = {
    "hashes": list,
    "keys": list,
    "ledger": str,
    "openings": list,
    "records": list,
    "root": str,
    "size": int,
    "sizes": list,
}


def _read(value: Mapping[str, Any]) -> Bundle:
    note = value.get("checkpoint")
    return Bundle(
        ledger=value["ledger"],
        size=value["size"],
        root=decode_base64(value["root"]),
        checkpoint=None if note is None else SignedNote.parse(_each(note, str)),
        keys=tuple(VerifierKey.parse(_each(key, str)) for key in value["keys"]),
        sizes=tuple(_each(size, int) for size in value["sizes"]),
        records=tuple((n, line.encode()) for n, line in _rows(value["records"], (int, str))),
        openings=tuple(
            Opening(n, field, read_salt(salt), text.encode())
            for n, field, salt, text in _rows(value["openings"], (int, str, str, str))
        ),
        hashes=tuple(decode_base64(_each(digest, str)) for digest in value["hashes"]),
    )


def _each(item: Any, kind: type) -> Any:
    if type(item) is not kind:
        msg = f"{item!r:.60}: expected {'a text' if kind is str else 'a whole number'}"
        raise Invalid(msg)
    return item


def _rows(rows: Iterable[Any], kinds: tuple[type, ...]) -> Iterator[Any]:
    for row in rows:
        if not is_list(row) or tuple(map(type, row)) != kinds:
            names = ", ".join("text" if kind is str else "number" for kind in kinds)
            msg = f"{row!r:.60}: expected an array of {names}"
            raise Invalid(msg)
        yield row


def _checked(read: Bundle) -> Bundle:
    """Check that numbers ascend within their bounds, and that there is a hash for each range."""
    places = [n for n, _ in read.records]
    for what, numbers, least in (("records", places, 0), ("sizes", read.sizes, 1)):
        if any(a >= b for a, b in pairwise((least - 1, *numbers, read.size))):
            msg = f"{what}: expected numbers that ascend, from {least} to below {read.size}"
            raise Invalid(msg)
    check_digests((read.root, *read.hashes))
    if read.checkpoint is not None and Checkpoint.parse(read.checkpoint.text).size > read.size:
        raise Invalid("the checkpoint is of more records than the tree")
    expected = sum(1 for _ in read.ranges)
    if expected != len(read.hashes):
        msg = f"the bundle has {len(read.hashes)} hashes; {expected} cover its tree"
        raise Invalid(msg)
    return read


def _cuts(sizes: Iterable[int], note: SignedNote | None) -> list[int]:
    signed = () if note is None else (Checkpoint.parse(note.text).size,)
    return sorted({*sizes, *signed})


# -- making one --------------------------------------------------------------------------


def bundle(
    backend: Backend,
    ledger: str,
    tree: StoredTree,
    places: Iterable[int],
    *,
    size: int,
    openings: Iterable[tuple[int, str]] = (),
    keys: Sequence[VerifierKey] = (),
) -> Bundle:
    """Bundle what proves some records, and verify it.

    Args:
        backend: the store.
        ledger: the ledger's name there.
        tree: the ledger's tree.
        places: the numbers of the records.
        size: the records that the tree is to be over, the first ``size`` of the ledger.
        openings: sealed fields to open, as (record, field); one that the vault does not hold, or
            that is of no record here, is left out.
        keys: verifier keys to give along.

    Raises:
        NotFound: there is no such record.
        NotProven: none of the keys has signed the checkpoint, so they are another ledger's.
        Broken: what the store has does not prove it.
    """
    wanted = sorted(set(places))
    signed = [each for each in signed_sizes(backend, ledger) if each <= size]
    note = checkpoint_at(backend, ledger, signed[-1]) if signed else None
    if note is not None and keys:
        open_checkpoint(note, keys)
    sizes = tuple(each for each in signed[-_MOST_SIZES:] if 0 < each < size)
    tree.grow(size)
    made = Bundle(
        ledger=backend.tip(ledger).name,  # its own, which need not be what it is listed by
        size=size,
        root=tree.root(size),
        checkpoint=note,
        keys=tuple(keys),
        sizes=sizes,
        records=tuple(_lines(backend, ledger, wanted)),
        openings=tuple(_openings(backend, ledger, wanted, set(openings))),
        hashes=tuple(tree.hashes(list(cover(size, wanted, _cuts(sizes, note))), size)),
    )
    try:
        _verify(made)
    except NotProven as error:
        msg = f"ledger {ledger!r} does not prove itself: {error}; run 'evledger verify {ledger}'"
        raise Broken(msg) from error
    return made


def _lines(backend: Backend, ledger: str, places: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of some records, reading each page once."""
    volume = stored_volume(backend, ledger)
    for _, group in groupby(places, lambda n: n // PAGE_EVENTS):
        wanted = list(group)
        found = list(volume.lines(wanted[0], wanted[-1] + 1))
        yield from ((n, found[n - wanted[0]]) for n in wanted)


def _openings(
    backend: Backend, ledger: str, places: Iterable[int], wanted: set[tuple[int, str]]
) -> Iterator[Opening]:
    if not wanted:
        return
    for _, group in groupby(places, lambda n: n // PAGE_EVENTS):
        there = list(group)
        for opening in backend.openings(ledger, there[0], there[-1] + 1):
            if (opening.n, opening.field) in wanted and opening.n in there:
                yield opening


# -- verifying one -----------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Bundled:
    """What a bundle proves.

    Attributes:
        ledger: the ledger's name; that of its first record, where that is among the records.
        size, root: the tree that all records are in.
        records: the records.
        vouched: the checkpoint and who signed it; ``None`` where no key was given.
        is_complete: whether they are all the records of the tree.
    """

    ledger: str
    size: int
    root: bytes
    records: tuple[Recorded, ...]
    vouched: Vouched | None

    @property
    def is_complete(self) -> bool:
        """Whether the records are all that the tree has."""
        return len(self.records) == self.size


def verify_bundle(
    data: Bundle | bytes | str,
    vkey: VerifierKeys = (),
    *,
    witnesses: VerifierKeys = (),
    quorum: int | None = None,
) -> Bundled:
    """Verify a bundle: that its records are in one tree, and whose checkpoint it leads to.

    Args:
        data: the bundle.
        vkey: the verifier key of the ledger; without one, nothing but the tree is verified.
        witnesses: the verifier keys of the witnesses that are trusted.
        quorum: how many of them must have cosigned the checkpoint; all by default.

    Returns:
        What is proven. Only records before the checkpoint's size are vouched for by it.

    Raises:
        Invalid: it is malformed, or a key is.
        NotProven: it does not show what it should; the message says what.
    """
    given = data if isinstance(data, Bundle) else Bundle.parse(data)
    records = _verify(given)
    vouched = None
    if vkey:
        if given.checkpoint is None:
            raise NotProven("the bundle has no checkpoint, so nobody has signed it")
        vouched = open_checkpoint(given.checkpoint, vkey, witnesses=witnesses, quorum=quorum)
    return Bundled(
        ledger=given.ledger, size=given.size, root=given.root, records=records, vouched=vouched
    )


def _verify(given: Bundle) -> tuple[Recorded, ...]:
    """Verify all of a bundle but signatures."""
    folded = _Folded(given.ranges, given.hashes)
    if folded.hash(0, given.size) != given.root:
        raise NotProven("the hashes do not come to the root")
    if given.checkpoint is not None:
        signed = Checkpoint.parse(given.checkpoint.text)
        if folded.hash(0, signed.size) != signed.root:
            msg = f"the tree of {signed.size} records is not the one that was signed"
            raise NotProven(msg)
    opened: dict[int, list[Opening]] = {}
    for opening in given.openings:
        opened.setdefault(opening.n, []).append(opening)
    records = tuple(_record(n, line, folded, opened.pop(n, ())) for n, line in given.records)
    _check_name(given.ledger, records)
    if opened:
        msg = f"an opening belongs to record {min(opened)}, which is not in the bundle"
        raise NotProven(msg)
    return records


def _check_name(ledger: str, records: Sequence[Recorded]) -> None:
    """Check that the ledger is the one that its first record names, where that is here."""
    if records and records[0].n == 0 and records[0].data.get("name") != ledger:
        msg = (
            f"the bundle is said to be of {ledger!r:.80}, and its first record is of another ledger"
        )
        raise NotProven(msg)


def _record(n: int, line: bytes, folded: _Folded, openings: Iterable[Opening]) -> Recorded:
    if leaf_hash(line) != folded.hash(n, n + 1):
        msg = f"the line of record {n} is not the one that is in the tree"
        raise NotProven(msg)
    record = Recorded.of(line)
    if record.n != n:
        msg = f"the line says that it is record {record.n}, but it is entry {n}"
        raise NotProven(msg)
    return attrs.evolve(record, opened={each.field: open_field(record, each) for each in openings})
