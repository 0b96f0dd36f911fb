"""Signing keys, and what each of them signed last.

A signature cannot be taken back, and a key that signs two histories of one ledger proves that
its owner is not to be trusted.
So a key remembers what it signed last, in a file of its own beside the key's:
``FILE.signed`` belongs to ``FILE`` as the stub belongs to the cheque.
It is there from the beginning, saying that nothing was signed yet, so that its loss is noticed;
a key without it signs nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import attrs
import msgspec

from evledger.checkpoints import Checkpoint, SignedHead
from evledger.codec import canonical
from evledger.exceptions import EvledgerError, Invalid, NotFound, Refused, StoreError
from evledger.notes import SignedNote, SigningKey, VerifierKey

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager

__all__ = [
    "FileMemory",
    "Memory",
    "ProcessMemory",
    "Signed",
    "Signer",
    "decode_signed",
    "encode_signed",
    "new_key",
    "read_key",
]

_FORMAT: Final = 1
_MAX_FILE: Final = 1 << 16
_OTHERS: Final = 0o077
_REPLACE: Final = "make a new key with 'evledger key new' and publish its verifier key"


# -- what was signed ---------------------------------------------------------------------


class _Document(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What is written of it; where nothing was signed yet, only the first two."""

    format: int = msgspec.field(name="evledger-signed")
    key: str
    ledger: str = ""
    id: str = ""
    checkpoint: str = ""
    head: str = ""


@attrs.frozen(kw_only=True)
class Signed:
    """What a key signed last.

    Attributes:
        ledger: the ledger's name, as its pages have it.
        id: the hash of the ledger's event 0, in hexadecimal, which is what the ledger is.
        checkpoint: the signed checkpoint.
        head: the signed head over the same events.
    """

    ledger: str
    id: str
    checkpoint: SignedNote
    head: SignedNote

    @property
    def said(self) -> SignedHead:
        """What both notes say."""
        return SignedHead.parse(self.head.text)

    def check(self, key: VerifierKey) -> None:
        """Check that both notes are this key's, and speak of one tree.

        Raises:
            Invalid: one of them is not what it should be.
            NotProven: one of them was not signed by the key.
        """
        self.checkpoint.verify([key])
        self.head.verify([key])
        checkpoint = Checkpoint.parse(self.checkpoint.text)
        if checkpoint != self.said.checkpoint or checkpoint.origin != key.name:
            raise Invalid("its checkpoint and its signed head do not say the same")


def encode_signed(signed: Signed | None, key: VerifierKey) -> bytes:
    """Write what a key signed last, or that it has signed nothing yet."""
    document = _Document(format=_FORMAT, key=str(key))
    if signed is not None:
        document.ledger, document.id = signed.ledger, signed.id
        document.checkpoint, document.head = str(signed.checkpoint), str(signed.head)
    return canonical(msgspec.to_builtins(document)) + b"\n"


def decode_signed(data: bytes, key: VerifierKey) -> Signed | None:
    """Read what a key signed last; ``None`` where that is nothing yet.

    Raises:
        Invalid: the bytes are something else, or of another key.
        NotProven: a signature in it is not the key's.
    """
    try:
        document = msgspec.json.decode(data, type=_Document)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        msg = f"it is damaged or something else ({error})"
        raise Invalid(msg) from error
    if document.format != _FORMAT:
        msg = f"it has format {document.format}, and this evledger reads format {_FORMAT}"
        raise Invalid(msg)
    if document.key != str(key):
        msg = f"it is of the key {document.key[:80]}, and this is {key}"
        raise Invalid(msg)
    if not any((document.ledger, document.id, document.checkpoint, document.head)):
        return None
    signed = Signed(
        ledger=document.ledger,
        id=document.id,
        checkpoint=SignedNote.parse(document.checkpoint),
        head=SignedNote.parse(document.head),
    )
    signed.check(key)
    return signed


# -- where it is remembered --------------------------------------------------------------


class Memory(Protocol):
    """Where a signer remembers what it signed last.

    Whoever keeps keys elsewhere than in files writes one: three methods over a row or an object
    that lasts as long as the key does.
    """

    def locked(self) -> AbstractContextManager[object]:
        """Keep every other user of the same key waiting until the block ends."""
        ...

    def read(self) -> bytes | None:
        """Return what was written last; ``None`` where the key has signed nothing yet."""
        ...

    def write(self, data: bytes) -> None:
        """Replace what is remembered, wholly or not at all; durable once it returns."""
        ...


class ProcessMemory:
    """Remembers for as long as the process lives: for tests, and for keys made on the spot.

    >>> from evledger.notes import SigningKey
    >>> signer = Signer(SigningKey("example.org/semax", bytes(32)), memory=ProcessMemory())
    >>> signer.recall() is None
    True
    """

    def __init__(self) -> None:
        import threading  # noqa: PLC0415  # of use to this class alone

        self._lock = threading.Lock()
        self._data: bytes | None = None

    def locked(self) -> AbstractContextManager[object]:
        """Keep other threads waiting."""
        return self._lock

    def read(self) -> bytes | None:
        """Return what was written last."""
        return self._data

    def write(self, data: bytes) -> None:
        """Replace what is remembered."""
        self._data = data


@attrs.frozen
class FileMemory:
    """Remembers in a file beside the key's, which is locked meanwhile.

    Attributes:
        key: the path of the key's file.
    """

    key: Path

    @property
    def path(self) -> Path:
        """The path of what is remembered: ``FILE.signed``."""
        return self.key.with_name(self.key.name + ".signed")

    @contextlib.contextmanager
    def locked(self) -> Generator[None]:
        """Keep other processes and threads waiting, by a lock on the key's file.

        The operating system lets go of it when a process ends, however it ends.
        """
        descriptor = _open_plain(self.key)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            # A process forked meanwhile has the descriptor too, and would keep the lock.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)

    def read(self) -> bytes | None:
        """Return what was written last.

        Raises:
            Refused: the file is not there.
        """
        try:
            return _read_plain(self.path)
        except NotFound as error:
            msg = (
                f"{self.path} is missing, which says what the key {self.key} signed last; bring it "
                f"from where the key was kept before, or {_REPLACE}; nothing was signed"
            )
            raise Refused(msg) from error

    def write(self, data: bytes) -> None:
        """Replace what is remembered.

        Raises:
            StoreError: it cannot be written.
        """
        part = self.path.with_name(self.path.name + ".part")
        try:
            _write_new(part, data, os.O_TRUNC)
            part.replace(self.path)
            _sync_folder(part.parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            msg = f"{self.path} cannot be written: {error.strerror or error}; nothing was signed"
            raise StoreError(msg) from error


# -- signers -----------------------------------------------------------------------------


class Signer:
    """A key that signs a ledger's checkpoints, and remembers what it signed last.

    One key is for one ledger; another ledger is refused.

    Args:
        key: the secret key; its name is the ledger's origin.
        memory: where it remembers; :meth:`open` takes key and memory from files.

    >>> import evledger
    >>> from evledger import Signer, new_key
    >>> verifier = new_key("semax.key", "example.org/semax")
    >>> signer = Signer.open("semax.key")
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax and BDNF", by="curator")
    ...     semax.checkpoint(signer).checkpoint.size
    1
    >>> signer.verifier == verifier
    True
    """

    def __init__(self, key: SigningKey, *, memory: Memory) -> None:
        self.key = key
        self.memory = memory
        self.verifier = key.verifier

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Signer:
        """Take a key from a file that :func:`new_key` wrote, and what it signed from beside it.

        Args:
            path: the key's file.

        Raises:
            NotFound: there is no such file.
            Refused: others may read it, it is a link or a folder, or ``FILE.signed`` is missing
                or not this key's; the message says what to do.
            Invalid: it holds no signing key.
        """
        file = Path(path).absolute()
        key = read_key(file)
        signer = cls(key, memory=FileMemory(file))
        signer.recall()
        return signer

    def __repr__(self) -> str:
        return f"<Signer {self.verifier}>"

    @property
    def name(self) -> str:
        """The key's name: the origin of what it signs."""
        return self.key.name

    def locked(self) -> AbstractContextManager[object]:
        """Keep every other user of the key waiting until the block ends."""
        return self.memory.locked()

    def recall(self) -> Signed | None:
        """Return what the key signed last; ``None`` where that is nothing yet.

        Raises:
            Refused: what is remembered is not this key's, or damaged.
        """
        data = self.memory.read()
        try:
            return None if data is None else decode_signed(data, self.verifier)
        except EvledgerError as error:
            where = getattr(self.memory, "path", "what it remembers")
            msg = (
                f"{where} does not say what the key {self.name} signed last: {error}; bring it "
                f"back from where the key was kept, or {_REPLACE}; nothing was signed"
            )
            raise Refused(msg) from error

    def remember(self, signed: Signed) -> None:
        """Remember what is about to be handed out; only in a block of :meth:`locked`."""
        self.memory.write(encode_signed(signed, self.verifier))


def check_signer(signer: object) -> None:
    """Check that a signer is one, and not the path of its key.

    Raises:
        Invalid: it is something else.
    """
    if not isinstance(signer, Signer):
        kind = type(signer).__name__
        msg = f"expected a Signer, as Signer.open('semax.key') gives it, and not {kind}"
        raise Invalid(msg)


def new_key(path: str | os.PathLike[str], name: str) -> VerifierKey:
    """Make a key of one ledger, and write it into a file that only its owner may read.

    ``FILE.signed`` is made beside it, where the key will remember what it signed last.
    The two stay together, and secret; the verifier key is for everybody.

    Args:
        path: the file; never written over.
        name: the ledger's origin, as in ``example.org/semax``: without blanks or ``+``.

    Returns:
        The verifier key.

    Raises:
        Refused: one of the files is there already.
        Invalid: the name is not of its form.
        StoreError: the files cannot be written.

    >>> str(new_key("bpc.key", "example.org/bpc-157"))
    'example.org/bpc-157+...'
    >>> import stat
    >>> from pathlib import Path
    >>> stat.filemode(Path("bpc.key").stat().st_mode)
    '-rw-------'
    """
    key = SigningKey(name, secrets.token_bytes(32))
    memory = FileMemory(Path(path).absolute())
    # The key's file comes last: from when it is there, what it signs can be remembered.
    _create(memory.path, encode_signed(None, key.verifier))
    try:
        _create(memory.key, f"{key.encode()}\n".encode())
    except BaseException:
        memory.path.unlink(missing_ok=True)
        raise
    return key.verifier


# -- files -------------------------------------------------------------------------------


def read_key(path: Path) -> SigningKey:
    """Read the secret key that a file holds.

    Raises:
        NotFound: there is no such file.
        Refused: others may read it, or it is a link, a folder or a pipe.
        Invalid: it holds no signing key.
    """
    data = _read_plain(path, secret=True)
    try:
        return SigningKey.parse(data.decode("utf-8", "replace"))
    except Invalid as error:
        msg = f"{path}: {error}; 'evledger key new' makes one"
        raise Invalid(msg) from error


def _read_plain(path: Path, *, secret: bool = False) -> bytes:
    descriptor = _open_plain(path, secret=secret)
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(_MAX_FILE + 1)
    if len(data) > _MAX_FILE:
        msg = f"{path} has more than {_MAX_FILE:,} bytes; expected what 'evledger key new' writes"
        raise Invalid(msg)
    return data


def _open_plain(path: Path, *, secret: bool = False) -> int:
    """Open a file to read it, if it is a file of its own: no link, no folder, no pipe."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        msg = f"there is no file {path}; 'evledger key new' makes a key"
        raise NotFound(msg) from error
    except OSError as error:
        if path.is_symlink():
            msg = f"{path} is a link; name the file itself, beside which FILE.signed is kept"
            raise Refused(msg) from error
        msg = f"{path} cannot be read: {error.strerror or error}"
        raise StoreError(msg) from error
    try:
        _check_plain(path, os.fstat(descriptor).st_mode, secret=secret)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _check_plain(path: Path, mode: int, *, secret: bool) -> None:
    if not stat.S_ISREG(mode):
        msg = f"{path} is not a plain file; name the file that 'evledger key new' wrote"
        raise Refused(msg)
    if secret and mode & _OTHERS:
        msg = f"others may read the secret key {path}, or write it; run: chmod 600 {path}"
        raise Refused(msg)


def _create(path: Path, data: bytes) -> None:
    try:
        _write_new(path, data, os.O_EXCL)
        _sync_folder(path.parent)
    except FileExistsError as error:
        msg = f"{path} is there already, and keys are never written over; name another file"
        raise Refused(msg) from error
    except OSError as error:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        msg = f"{path} cannot be written: {error.strerror or error}"
        raise StoreError(msg) from error


def _write_new(path: Path, data: bytes, how: int) -> None:
    """Write a file that only its owner may read, from its first byte on, and durably."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | how
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
