"""Asking witnesses for cosignatures (C2SP tlog-witness v1.1.0).

A witness remembers one checkpoint of each log, and cosigns only what extends it.
So a log whose checkpoints carry the cosignatures of witnesses that its readers trust
cannot show one history to some of them and another to others.

What a witness answers is not trusted: its cosignature is verified before it is kept.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

import attrs

from evledger.checkpoints import Checkpoint, Cosigned, cosignature, read_size
from evledger.exceptions import Invalid, NotProven, Refused
from evledger.legible import one_line
from evledger.notes import COSIGNATURE, NoteSignature, SignedNote, VerifierKey, encode_base64
from evledger.proofs.proving import consistency
from evledger.proofs.signing import add_cosignatures, checkpoint_at, signed_sizes
from evledger.proofs.waiting import within
from evledger.proofs.web import http_client

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from evledger.proofs.stored import StoredTree
    from evledger.stores.base import Backend

__all__ = ["Witness", "cosign"]

_CALL: Final = "add-checkpoint"
# Nothing is unpacked, for what is small when packed can be huge.
_HEADERS: Final = {"Accept-Encoding": "identity", "User-Agent": "evledger"}
_SIZE_KIND: Final = "text/x.tlog.size"
_ROUNDS: Final = 3
_LARGEST: Final = 64 << 10  # of an answer: hundreds of signature lines
_QUOTED: Final = 200  # characters of an answer that a message shows
_APART: Final = timedelta(days=1)  # as far as two sound clocks never are


# -- who is asked ------------------------------------------------------------------------


def _split(url: str) -> SplitResult | None:
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        if parts.hostname and parts.port != 0:
            return parts
    return None


def _shown(url: str) -> str:
    """Write an address without what may be secret in it: user, password and query."""
    parts = _split(url)
    if parts is None:
        return "an address that cannot be read"
    return one_line(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")[:_QUOTED]


def _check_url(_witness: object, _field: object, url: str) -> None:
    parts = _split(url)
    if (
        parts is None
        or parts.scheme not in {"http", "https"}
        or parts.query
        or parts.fragment
        or not url.isprintable()
        or " " in url
    ):
        msg = f"witness at {_shown(url)}: expected its submission prefix, as in https://w.example/"
        raise Invalid(msg)


def _key_of(given: VerifierKey | str) -> VerifierKey:
    return VerifierKey.of(given)


def _check_kind(_witness: object, _field: object, key: VerifierKey) -> None:
    if key.kind != COSIGNATURE:
        msg = (
            f"{key.name} is the key of a log, not of a witness; "
            "a witness's verifier key says type 4 before its 32 bytes"
        )
        raise Invalid(msg)


@attrs.frozen
class Witness:
    """A service that cosigns checkpoints.

    Attributes:
        url: its submission prefix; ``add-checkpoint`` is asked below it.
        key: by which its cosignatures are verified; it may be given as text.

    >>> key = "witness.example/w1+e42b2f2c+BDtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
    >>> print(Witness("https://user:secret@w.example/log", key))
    witness witness.example/w1 at https://w.example/log
    """

    url: str = attrs.field(validator=_check_url, repr=_shown)
    key: VerifierKey = attrs.field(converter=_key_of, validator=_check_kind)

    def __str__(self) -> str:
        return f"witness {self.key.name} at {_shown(self.url)}"


# -- asking ------------------------------------------------------------------------------


def cosign(
    backend: Backend,
    ledger: str,
    tree: StoredTree,
    note: SignedNote,
    witness: Witness,
    *,
    timeout: float = 30.0,
) -> SignedNote:
    """Have a kept checkpoint cosigned by a witness, and keep the cosignature with it.

    A witness that has cosigned it already is not asked again.

    Args:
        backend: the store.
        ledger: the ledger's name there.
        tree: its tree.
        note: the checkpoint, as :func:`~evledger.proofs.signing.sign` kept it.
        witness: who is asked.
        timeout: how many seconds each answer may take, to its last byte.

    Returns:
        The checkpoint with every cosignature that is kept.

    Raises:
        NotFound: no checkpoint of this size is kept.
        Refused: the witness cannot be reached, or does not cosign; the message says what to do.
        NotProven: the ledger does not extend the checkpoint.
        Broken: the kept tree is damaged, which no witness may take for a fork.
    """
    checkpoint = Checkpoint.parse(note.text)
    kept = checkpoint_at(backend, ledger, checkpoint.size)
    if kept.text != note.text:
        msg = f"ledger {ledger!r} keeps another checkpoint of {checkpoint.size:,} records"
        raise Refused(msg)
    if _has_cosigned(witness.key, kept):
        return kept
    known = _cosigned_sizes(backend, ledger, witness.key)
    old = next((size for size in known if size <= checkpoint.size), 0)
    for _ in range(_ROUNDS):
        proof = consistency(backend, ledger, tree, old, checkpoint).proof
        answer = _post(witness, _request(old, proof, kept), timeout)
        if answer.status != HTTPStatus.CONFLICT:
            line = _cosignature(witness, answer, kept)
            return add_cosignatures(backend, ledger, attrs.evolve(kept, signatures=(line,)))
        old = _stands_at(witness, answer)
        if old > checkpoint.size:
            raise _ahead(witness, old, checkpoint, is_ours=old in signed_sizes(backend, ledger))
    msg = (
        f"{witness} says at every attempt that it has cosigned another size, last {old:,}; "
        "if another process is asking it for this log, wait for that to end; try again"
    )
    raise Refused(msg)


def _has_cosigned(key: VerifierKey, note: SignedNote) -> bool:
    with contextlib.suppress(NotProven):
        return any(cosignature(note, key, each) for each in note.signatures if each.is_by(key))
    return False


def _cosigned_sizes(backend: Backend, ledger: str, key: VerifierKey) -> Iterator[int]:
    """Yield the sizes that a witness is known to have cosigned, the largest first."""
    for size in reversed(signed_sizes(backend, ledger)):
        if _has_cosigned(key, checkpoint_at(backend, ledger, size)):
            yield size


def _request(old: int, proof: Sequence[bytes], note: SignedNote) -> bytes:
    """Write what is posted; below 2^62 events no proof is longer than the 63 lines allowed."""
    lines = [f"old {old}", *map(encode_base64, proof), "", str(note)]
    return "\n".join(lines).encode()


def _ahead(witness: Witness, old: int, checkpoint: Checkpoint, *, is_ours: bool) -> Refused:
    if is_ours:
        return Refused(
            f"{witness} has cosigned {old:,} records of {checkpoint.origin} already, "
            f"and goes not back to {checkpoint.size:,}; ask for the latest checkpoint"
        )
    return Refused(
        f"{witness} has cosigned {old:,} records of {checkpoint.origin}, more than the "
        f"{checkpoint.size:,} of this checkpoint, and this ledger never signed so many: "
        "it is an older state, such as a restored backup; "
        "bring back what is missing, from a mirror or a newer backup, before anything is added"
    )


# -- what it answers ---------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class _Answer:
    """What came back; nothing in it is trusted.

    Attributes:
        status: the HTTP status.
        kind: the media type.
        moved_to: where a redirect leads; empty where it is none.
        body: whole, or the beginning of more than :data:`_LARGEST` bytes.
    """

    status: int
    kind: str
    moved_to: str
    body: bytes

    @property
    def may_pass(self) -> bool:
        """Whether the same question may have another answer later."""
        status = self.status
        return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR

    @property
    def text(self) -> str:
        """The body, as a message shows it."""
        return one_line(self.body[: 4 * _QUOTED].decode(errors="replace")).strip()[:_QUOTED]


def _stands_at(witness: Witness, answer: _Answer) -> int:
    """Read which size a witness says that it has cosigned last."""
    size, newline, rest = answer.body.decode(errors="replace").partition("\n")
    with contextlib.suppress(Invalid):
        if answer.kind == _SIZE_KIND and newline and not rest:
            return read_size(size)
    msg = f"{witness} does not say what size it has cosigned last; see that it is a witness"
    raise Refused(msg)


def _cosignature(witness: Witness, answer: _Answer, note: SignedNote) -> NoteSignature:
    """Return the line of an answer that is the witness's cosignature over the checkpoint."""
    if answer.status != HTTPStatus.OK:
        raise _refusal(witness, answer, Checkpoint.parse(note.text))
    try:
        return _verified(witness.key, _lines(answer.body), note)
    except (Invalid, NotProven) as error:
        msg = f"{witness} gave no cosignature that can be kept: {error}"
        raise Refused(msg) from error


def _lines(body: bytes) -> list[NoteSignature]:
    if len(body) > _LARGEST:
        msg = f"its answer has more than {_LARGEST:,} bytes"
        raise Invalid(msg)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Invalid("its answer is not UTF-8") from error
    if not text.endswith("\n"):
        raise Invalid("its answer does not end in a newline")
    return [NoteSignature.parse(line) for line in text.removesuffix("\n").split("\n")]


def _verified(key: VerifierKey, lines: Sequence[NoteSignature], note: SignedNote) -> NoteSignature:
    ours = [line for line in lines if line.is_by(key)]
    if not ours:
        names = ", ".join(f"{each.name}+{each.key_id.hex()}" for each in lines)[:_QUOTED]
        msg = f"it signed as {names}, not as {key.name}+{key.id.hex()}; compare the keys"
        raise NotProven(msg)
    if len(ours) > 1:
        raise Invalid("it signed more than once")
    _check_time(cosignature(note, key, ours[0]))
    return ours[0]


def _check_time(cosigned: Cosigned) -> None:
    """Refuse a time that is plainly wrong, for readers judge by it how fresh a checkpoint is."""
    now = datetime.now(UTC)
    if abs(cosigned.at - now) > _APART:
        msg = (
            f"it is dated {cosigned.at:%Y-%m-%d %H:%M} UTC, and the clock here says "
            f"{now:%Y-%m-%d %H:%M}; one of the two is wrong"
        )
        raise Invalid(msg)


_MEANINGS: Final[Mapping[int, str]] = {
    HTTPStatus.BAD_REQUEST: "takes the request for malformed; one of the two programs is at fault",
    HTTPStatus.FORBIDDEN: (
        "trusts no key that signed this checkpoint of {origin}; "
        "compare the verifier key with what its operator was given"
    ),
    HTTPStatus.NOT_FOUND: (
        "does not know the log {origin}, or is not at this address; "
        "see that the address is right, and have its operator add origin and verifier key"
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: (
        "has cosigned another history of {origin}, which is not the beginning of these {size:,} "
        "records; this ledger or a copy of it was put back to an earlier state and written on; "
        "sign nothing more until it is clear which history readers have seen"
    ),
}


def _refusal(witness: Witness, answer: _Answer, checkpoint: Checkpoint) -> Refused:
    """Return what an answer means to a person, and what to do."""
    meaning = _MEANINGS.get(answer.status)
    if meaning is not None:
        meaning = meaning.format(origin=checkpoint.origin, size=checkpoint.size)
    elif answer.moved_to:
        meaning = f"redirects to {_shown(answer.moved_to)}; if that is right, ask there"
    elif answer.may_pass:
        meaning = f"cannot answer now (HTTP {answer.status}); try again later"
    else:
        meaning = f"answers HTTP {answer.status}, as no witness does; see that the URL is right"
    return Refused(f"{witness} {meaning}" + (f"; it says: {answer.text}" if answer.text else ""))


# -- the way there -----------------------------------------------------------------------


def _post(witness: Witness, body: bytes, timeout: float) -> _Answer:
    try:
        return within(timeout, lambda: _exchange(witness.url, body, timeout))
    except TimeoutError as error:
        msg = f"{witness} did not answer within {timeout:g} seconds; try again later"
        raise Refused(msg) from error
    except ConnectionError as error:
        msg = (
            f"{witness} cannot be reached, or broke off ({error}); "
            "see that the URL is right and the service runs, or try again later"
        )
        raise Refused(msg) from error


def _exchange(url: str, body: bytes, timeout: float) -> _Answer:
    """Post a request and read the answer; any failure on the way is a ``ConnectionError``."""
    client = http_client(timeout, _HEADERS)
    import httpx  # noqa: PLC0415  # which the client has shown to be there

    try:
        with client, client.stream("POST", f"{url.rstrip('/')}/{_CALL}", content=body) as response:
            return _Answer(
                status=response.status_code,
                kind=response.headers.get("content-type", "").partition(";")[0].strip().lower(),
                moved_to=str(response.next_request.url) if response.next_request else "",
                body=_read(response.iter_raw()),
            )
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise ConnectionError(one_line(str(error))[:_QUOTED]) from error


def _read(chunks: Iterator[bytes]) -> bytes:
    body = b""
    for chunk in chunks:
        body += chunk
        if len(body) > _LARGEST:
            break
    return body
