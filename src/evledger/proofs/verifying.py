"""Verifying a proof: what a stranger needs, with only the file and the keys that are trusted.

It needs no store, no plugin and no schema of events.
Lines are read, openings checked and leaves hashed by the code that every reader uses;
of the tree, what leads up from a leaf is apart from what led down to it (:mod:`evledger.tree`).

What is shown rests on three things, and on nothing that the file merely says:
the line is a leaf of the tree whose root the checkpoint signs;
a sealed value fits its commitment in that line;
a source is another leaf of the same tree, and introduces a name that the line relies on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, SupportsBytes

import attrs

from evledger.checkpoints import Checkpoint, Vouched, open_checkpoint
from evledger.codec import check_line, is_object, parse_canonical
from evledger.exceptions import EvledgerError, Invalid, NotProven
from evledger.notes import decode_base64
from evledger.proofs.files import TlogProof, check_digests
from evledger.record import parse_time
from evledger.seals import Opening, read_salt
from evledger.tree import leaf_hash, verify_inclusion

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from datetime import datetime

    from evledger.notes import VerifierKeys

__all__ = ["Proven", "Recorded", "Shown", "open_field", "verify_proof", "verify_record"]

_NAME: Final = "evledger-proof"
_MARK: Final = b'{"evledger-proof":'  # sorts before every other name, so it always stands first
_VERSION: Final = 1
_SOURCE: Final = "source:"


@attrs.frozen(kw_only=True)
class Recorded:
    """A record, as its line says it.

    Attributes:
        n: its position.
        at: when it was appended, in UTC.
        by: who appended it: a role or pseudonym.
        type: the event's type.
        v: the version of its data's shape.
        data: what it says; sealed fields are not in it.
        keys, refs, drops: the names that it introduces, relies on and releases.
        sealed: field → commitment.
        opened: field → value, of the sealed fields whose openings came with the proof.
        line: its exact bytes, without the newline.
    """

    n: int
    at: datetime
    by: str
    type: str
    v: int
    data: Mapping[str, Any]
    keys: tuple[str, ...]
    refs: tuple[str, ...]
    drops: tuple[str, ...]
    sealed: Mapping[str, str]
    opened: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    line: bytes = attrs.field(repr=False)

    @classmethod
    def of(cls, line: bytes) -> Recorded:
        """Take a line, without its newline, apart.

        Raises:
            Invalid: it is not a line of the format.
        """
        parts, data = check_line(line)
        return cls(
            n=parts.n,
            at=parse_time(parts.at),
            by=parts.by,
            type=parts.type,
            v=parts.v,
            data=data,
            keys=parts.keys,
            refs=parts.refs,
            drops=parts.drops,
            sealed=parts.sealed,
            line=line,
        )


@attrs.frozen(kw_only=True)
class Shown(Recorded):
    """What a proof shows of a record, if its checkpoint is to be believed.

    Attributes:
        sources: the sources that it relies on, as far as they came with the proof.
    """

    sources: tuple[Recorded, ...] = ()


@attrs.frozen(kw_only=True)
class Proven(Shown):
    """A record of which a proof has been verified.

    It was recorded at ``n``; whether it still stands, only the ledger can tell.

    Attributes:
        vouched: the checkpoint, who signed it, and which witnesses saw it.
    """

    vouched: Vouched


def verify_proof(
    proof: TlogProof | SupportsBytes | bytearray | memoryview | str,
    vkey: VerifierKeys,
    *,
    line: bytes | str | None = None,
    witnesses: VerifierKeys = (),
    quorum: int | None = None,
) -> Proven:
    """Verify the proof of a record.

    Args:
        proof: the file's bytes or text, or a :class:`~evledger.proofs.proving.Proof`.
        vkey: the verifier key of the ledger, or its text; of several, the one whose name is the
            checkpoint's origin must have signed it.
        line: the record's line, where the proof does not carry it, or where it must be this one.
        witnesses: the verifier keys of the witnesses that are trusted.
        quorum: how many of them must have cosigned the checkpoint; all by default.

    Returns:
        What is proven.

    Raises:
        Invalid: the proof, a key, the quorum or the line is malformed, or no key is given.
        NotProven: the proof does not show what it should; the message says why.
        Refused: the package ``cryptography`` is not installed.
    """
    parsed = _parsed(proof)
    vouched = open_checkpoint(parsed.checkpoint, vkey, witnesses=witnesses, quorum=quorum)
    shown = verify_record(parsed, line=line)
    return Proven(**_fields_of(shown), sources=shown.sources, vouched=vouched)


def verify_record(
    proof: TlogProof | SupportsBytes | bytearray | memoryview | str,
    *,
    line: bytes | str | None = None,
) -> Shown:
    """Verify all of a proof but the signatures of its checkpoint.

    Whoever wrote the checkpoint may have made up all of it; see :func:`verify_proof`.

    Raises:
        Invalid: the proof or the line is malformed.
        NotProven: the proof does not show what it should; the message says why.
    """
    parsed = _parsed(proof)
    checkpoint = Checkpoint.parse(parsed.checkpoint.text)
    extra = _Extra.read(parsed.extra)
    leaf = _Leaf(parsed.index, _line(extra, line), parsed.path)
    record = _verified(leaf, checkpoint, extra.openings)
    sources = tuple(_source(each, checkpoint, extra.openings, record) for each in extra.beside)
    _refuse_strays(extra.openings, (record, *sources))
    return Shown(**_fields_of(record), sources=sources)


def _parsed(proof: object) -> TlogProof:
    if isinstance(proof, TlogProof):
        return proof
    return TlogProof.parse(_content(proof, "a proof is the bytes or the text of a proof file"))


def _content(given: Any, expected: str) -> bytes | str:
    """Return what a file holds; a path is not read, and a number is no bytes."""
    if isinstance(given, str):
        return given
    if hasattr(given, "__bytes__") and not hasattr(given, "__fspath__"):
        return bytes(given)
    try:
        return bytes(memoryview(given))
    except TypeError as error:
        msg = f"{expected}, not of type {type(given).__name__}"
        raise Invalid(msg) from error


def _fields_of(record: Recorded) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in attrs.fields(Recorded)}


# -- what is in the tree -----------------------------------------------------------------


@attrs.frozen
class _Leaf:
    """A line, and what is to show that it is in the tree."""

    index: int
    line: bytes
    path: tuple[bytes, ...]


def _verified(leaf: _Leaf, checkpoint: Checkpoint, openings: Sequence[Opening]) -> Recorded:
    """Verify that a line is in the tree and of the format, and open what is opened of it."""
    digest = leaf_hash(leaf.line)
    verify_inclusion(leaf.index, checkpoint.size, digest, leaf.path, checkpoint.root)
    try:
        record = Recorded.of(leaf.line)
    except Invalid as error:
        msg = f"entry {leaf.index} is not a line of a ledger: {error}"
        raise Invalid(msg) from error
    if record.n != leaf.index:
        msg = f"the line says that it is record {record.n}, but it is entry {leaf.index}"
        raise NotProven(msg)
    own = [opening for opening in openings if opening.n == record.n]
    return attrs.evolve(record, opened={each.field: open_field(record, each) for each in own})


def _source(
    leaf: _Leaf, checkpoint: Checkpoint, openings: Sequence[Opening], record: Recorded
) -> Recorded:
    """Verify that another line is in the tree, and is a source that the record relies on."""
    with _naming(f"in the source that is said to be entry {leaf.index}"):
        source = _verified(leaf, checkpoint, openings)
    names = [name for name in source.keys if name.startswith(_SOURCE) and name in record.refs]
    if not names or source.n >= record.n:
        msg = f"record {source.n} introduces no source that record {record.n} could rely on"
        raise NotProven(msg)
    return source


@contextlib.contextmanager
def _naming(place: str) -> Generator[None]:
    """Say where an error was found."""
    try:
        yield
    except EvledgerError as error:
        error.add_note(place)
        raise


# -- what is opened ----------------------------------------------------------------------


def open_field(record: Recorded, opening: Opening) -> Any:
    """Return the value of a sealed field, if the opening fits the line's commitment to it.

    Raises:
        NotProven: it does not fit, or the record seals no such field.
    """
    field = opening.field
    if field not in record.sealed:
        msg = f"record {record.n} seals no field {field!r:.80}, so nothing can be opened there"
        raise NotProven(msg)
    if not opening.fits(record.sealed[field]):
        msg = f"the opening of {field} does not fit the commitment in record {record.n}"
        raise NotProven(msg)
    try:
        return opening.value_for(record.type)
    except Invalid as error:
        raise NotProven(str(error)) from error


def _refuse_strays(openings: Sequence[Opening], records: Iterable[Recorded]) -> None:
    shown = {record.n for record in records}
    strays = [opening.n for opening in openings if opening.n not in shown]
    if strays:
        msg = f"an opening belongs to record {strays[0]}, which is not in the proof"
        raise NotProven(msg)


# -- what came with it -------------------------------------------------------------------


@attrs.frozen
class _Extra:
    """What a proof of ours carries beside the path: claims, until they are verified.

    Attributes:
        line: the record's line.
        openings: of sealed fields of the record and of its sources.
        beside: the record's sources.
    """

    line: bytes | None = None
    openings: tuple[Opening, ...] = ()
    beside: tuple[_Leaf, ...] = ()

    @classmethod
    def read(cls, data: bytes | None) -> _Extra:
        """Read the extra data of a proof; that of other programs means nothing here.

        Raises:
            Invalid: it begins as ours does, and is not of our form.
        """
        if data is None or not data.startswith(_MARK):
            return cls()
        with _naming("in the extra data of the proof"):
            value = parse_canonical(data)
            if is_object(value) and value[_NAME] != _VERSION:
                msg = f"made for a version of evledger that is not known here: {value[_NAME]!r:.40}"
                raise Invalid(msg)
            fields = _object(value, {_NAME: int, "line": str, "openings": list, "with": list})
            extra = cls(
                fields["line"].encode(),
                tuple(map(_read_opening, fields["openings"])),
                tuple(map(_read_leaf, fields["with"])),
            )
            _refuse_twice((each.n, each.field) for each in extra.openings)
            _refuse_twice(each.index for each in extra.beside)
        return extra


def _line(extra: _Extra, given: bytes | str | None) -> bytes:
    """Return the line that is to be in the tree."""
    if given is None and extra.line is None:
        msg = "the proof does not carry the record's line; give it as well, as its bytes"
        raise Invalid(msg)
    if given is None:
        return extra.line or b""
    content = _content(given, "a line is its bytes or its text")
    text = content.encode(errors="surrogatepass") if isinstance(content, str) else content
    text = text.removesuffix(b"\n")  # which no line holds, but every file of lines
    if extra.line is not None and extra.line != text:
        raise NotProven("the proof is of another line than the one given")
    return text


def _object(value: Any, shape: Mapping[str, type]) -> dict[str, Any]:
    """Hold decoded JSON to exactly these fields, each of exactly this type."""
    if not is_object(value) or {name: type(item) for name, item in value.items()} != shape:
        wanted = ", ".join(shape)
        msg = f"expected an object with the fields {wanted}, each of its type"
        raise Invalid(msg)
    return value


def _read_opening(value: Any) -> Opening:
    fields = _object(value, {"field": str, "n": int, "salt": str, "value": str})
    salt = read_salt(fields["salt"])
    return Opening(fields["n"], fields["field"], salt, fields["value"].encode())


def _read_leaf(value: Any) -> _Leaf:
    fields = _object(value, {"index": int, "line": str, "path": list})
    if any(type(digest) is not str for digest in fields["path"]):
        raise Invalid("path: expected an array of hashes in base64")
    path = tuple(map(decode_base64, fields["path"]))
    check_digests(path)
    return _Leaf(fields["index"], fields["line"].encode(), path)


def _refuse_twice(places: Iterable[object]) -> None:
    seen = set[object]()
    for place in places:
        if place in seen:
            raise Invalid("an opening, or a source, is there twice")
        seen.add(place)
