"""Mirroring a published log: fetching all of it, and believing nothing that is not shown.

The checkpoint's signature comes first; everything else is held to its root, file by file, as it
arrives: a tile to the tile above it, an entry to its hash in its tile.
So whatever else a server may be, a mirror is byte for byte what the key signed.
"""

from __future__ import annotations

import contextlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs

from evledger.archive import page_name
from evledger.chain import PAGE_EVENTS, ChainEnd, Head
from evledger.checkpoints import Vouched, open_checkpoint, open_head
from evledger.codec import check_line, decode, is_object, is_slug, read_line
from evledger.exceptions import Invalid, NotFound, NotProven, StoreError
from evledger.notes import MAX_NOTE
from evledger.proofs.publishing import CHECKPOINT, SIGNED_HEAD
from evledger.proofs.tiles import SoundTiles
from evledger.proofs.waiting import side_by_side, within
from evledger.tree import HASH, TILE_WIDTH, hashes_of, leaf_hash, parse_bundle, tile_path

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    from evledger.notes import SignedNote, VerifierKey
    from evledger.proofs.targets import Source
    from evledger.proofs.tiles import Place

__all__ = ["Fetched", "fetch_log", "open_log"]

_MAX_ENTRY: Final = 2 + 0xFFFF  # bytes, with its length
_PATIENCE: Final = 300.0


@attrs.frozen(kw_only=True)
class Fetched(Vouched):
    """The checkpoint of a log that was fetched, with the head that its entries come to.

    Attributes:
        signed_head: the signed head of the same size, where one is published.
    """

    signed_head: SignedNote | None = None


def open_log(
    source: Source,
    keys: Sequence[VerifierKey],
    *,
    witnesses: Sequence[VerifierKey] = (),
    quorum: int | None = None,
    patience: float = _PATIENCE,
) -> Vouched:
    """Return the checkpoint of a published log, verified; the arguments are :func:`fetch_log`'s.

    Raises:
        NotFound: no log is published there.
        Invalid: the checkpoint is of no ledger, or no key was given.
        NotProven: the keys have not signed it.
        StoreError: the source could not be read.
    """
    if not keys:
        raise Invalid("a mirror needs at least one verifier key that is trusted to sign the log")
    note = _Log(source, patience).note(CHECKPOINT)
    if note is None:
        msg = f"no log is published at {source.name}: there is no file {CHECKPOINT!r} to read"
        raise NotFound(msg)
    with _placed(source):
        vouched = open_checkpoint(note, keys, witnesses=witnesses, quorum=quorum)
        if vouched.checkpoint.size == 0:
            raise Invalid("it has no entries, and a ledger has at least one")
    return vouched


def fetch_log(
    source: Source,
    folder: str | os.PathLike[str],
    keys: Sequence[VerifierKey],
    *,
    witnesses: Sequence[VerifierKey] = (),
    quorum: int | None = None,
    found: Vouched | None = None,
    patience: float = _PATIENCE,
    progress: Callable[[int, int], None] | None = None,
) -> Fetched:
    """Fetch a published log, verify it whole, and write it as an archive.

    Args:
        source: where it is published.
        folder: where the archive goes: an empty folder, or none yet. Where the log does not
            verify, nothing is left there.
        keys: the keys that are trusted to sign the log; at least one.
        witnesses: the keys of witnesses that are trusted.
        quorum: how many of the witnesses must have cosigned; all by default.
        found: its checkpoint, where :func:`open_log` has given it already.
        patience: seconds to wait for one file.
        progress: called with the events done and the events there are.

    Returns:
        The checkpoint, with the head that the archive has.

    Raises:
        NotFound: no log is published there.
        Invalid: it is no ledger's log, or no key was given.
        NotProven: it is not what the key signed, or not whole.
        StoreError: the source could not be read, or the folder not written.
    """
    log = _Log(source, patience)
    given: dict[str, Any] = {"witnesses": witnesses, "quorum": quorum, "patience": patience}
    vouched = found if found is not None else open_log(source, keys, **given)
    with _placed(source), _emptied(Path(folder)) as archive:
        head = _write(archive, log.pages(vouched), vouched.checkpoint.size, progress)
        signed_head = _signed_head(log, keys, vouched, head)
        (archive / "HEAD").write_text(f"{head}\n", encoding="ascii")
    kept = attrs.asdict(attrs.evolve(vouched, head=head), recurse=False)
    return Fetched(**kept, signed_head=signed_head)


@contextlib.contextmanager
def _placed(source: Source) -> Generator[None]:
    """Say of what source it is that something was found out."""
    try:
        yield
    except (Invalid, NotProven) as error:
        msg = f"the log at {source.name} was not mirrored: {error}"
        raise type(error)(msg) from error


# -- fetching ----------------------------------------------------------------------------


@attrs.frozen
class _Log:
    """A published log.

    Attributes:
        source: where it is.
        patience: seconds to wait for one file.
    """

    source: Source
    patience: float

    def pages(self, vouched: Vouched) -> Iterator[list[bytes]]:
        """Yield the entries, a page at a time, each found to be what was signed.

        Raises:
            NotProven: something is not.
        """
        signed = vouched.checkpoint
        with self._impatient():
            tiles = SoundTiles(signed.size, signed.root, self._tiles)
            for (index, tile), page in side_by_side(
                self._bundle, tiles.level(0), patience=self.patience
            ):
                _check_entries(index, page, hashes_of(tile))
                yield page

    def note(self, path: str) -> bytes | None:
        """Return a signed note that stands at the top, if it is there."""
        with self._impatient():
            return within(self.patience, partial(self._read, path, MAX_NOTE))

    def _tiles(self, places: Iterable[Place]) -> Iterator[bytes]:
        for _, tile in side_by_side(self._tile, places, patience=self.patience):
            yield tile

    def _tile(self, place: Place) -> bytes:
        level, index, width = place
        return self._cut(level, index, width, HASH)[: width * HASH]

    def _bundle(self, place: tuple[int, bytes]) -> list[bytes]:
        index, tile = place
        width = len(tile) // HASH
        return parse_bundle(self._cut("entries", index, width, _MAX_ENTRY))[:width]

    def _cut(self, level: int | Literal["entries"], index: int, width: int, each: int) -> bytes:
        """Return a tile or a bundle, or a wider one where the full one has replaced it."""
        data = self._read(tile_path(level, index, width), width * each)
        if data is None and width < TILE_WIDTH:
            data = self._read(tile_path(level, index), TILE_WIDTH * each)
        if data is None:
            msg = f"{tile_path(level, index, width)} is missing"
            raise NotProven(msg)
        return data

    def _read(self, path: str, limit: int) -> bytes | None:
        data = self.source.read(path, limit)
        if data is not None and len(data) > limit:
            msg = f"{path} has more than {limit:,} bytes"
            raise NotProven(msg)
        return data

    @contextlib.contextmanager
    def _impatient(self) -> Generator[None]:
        try:
            yield
        except TimeoutError as error:
            msg = f"{self.source.name} takes longer than {self.patience:g} seconds for a file"
            raise StoreError(msg) from error


def _check_entries(index: int, page: Sequence[bytes], hashes: Sequence[bytes]) -> None:
    path = tile_path("entries", index, len(hashes))
    if len(page) != len(hashes):
        msg = f"{path} has {len(page)} entries instead of {len(hashes)}"
        raise NotProven(msg)
    for place, (line, wanted) in enumerate(zip(page, hashes, strict=True)):
        if leaf_hash(line) != wanted:
            msg = f"{path}: entry {index * TILE_WIDTH + place} is not the one that was signed"
            raise NotProven(msg)


# -- writing -----------------------------------------------------------------------------


@contextlib.contextmanager
def _emptied(folder: Path) -> Generator[Path]:
    """Give an empty folder, and take away all that was written into it where that fails."""
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            msg = f"{folder} is not empty; name another folder"
            raise StoreError(msg)
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        yield folder
    except BaseException as error:
        _clear(folder, is_new=is_new)
        if isinstance(error, OSError):
            raise _unwritable(folder, error) from error
        raise


def _clear(folder: Path, *, is_new: bool) -> None:
    with contextlib.suppress(OSError):  # what made it fail is what counts
        for path in folder.iterdir():
            path.unlink()
        if is_new:
            folder.rmdir()


def _unwritable(folder: Path, error: OSError) -> StoreError:
    return StoreError(f"{folder} cannot be written: {error.strerror or error}")


def _check_lines(first: int, lines: Sequence[bytes]) -> None:
    """Check that the entries are a ledger's records, each at its place.

    Lines that are all alike cost their author nothing, however many they are; records do not.
    """
    for n, line in enumerate(lines, first):
        try:
            found, _ = check_line(line)
        except Invalid as error:
            msg = f"entry {n} is no record of a ledger: {error}"
            raise Invalid(msg) from error
        if found.n != n:
            msg = f"entry {n} says that it is record {found.n}: this is no ledger's log"
            raise Invalid(msg)


def _write(
    folder: Path,
    pages: Iterable[Sequence[bytes]],
    size: int,
    progress: Callable[[int, int], None] | None,
) -> Head:
    """Write the entries as pages of a chain, and give its head."""
    end = ChainEnd("")
    for page, lines in enumerate(pages):
        if page == 0:
            end = ChainEnd(_ledger_of(lines[0]))
        _check_lines(page * PAGE_EVENTS, lines)
        added = end.extend([line + b"\n" for line in lines])
        end = added.end
        text = added.pages[0][1] if added.pages else end.text
        (folder / page_name(page)).write_bytes(text)
        if progress is not None:
            progress(min((page + 1) * PAGE_EVENTS, size), size)
    return end.head


def _ledger_of(line: bytes) -> str:
    """Return the name of the ledger that a line opens."""
    try:
        opened = read_line(line)
        data = decode(bytes(opened.data))
    except Invalid as error:
        msg = f"its first entry is no event of a ledger ({error})"
        raise Invalid(msg) from error
    name = data.get("name") if is_object(data) else None
    if opened.type != "ledger-opened" or not isinstance(name, str) or not is_slug(name):
        raise Invalid("its first entry opens no ledger: this is another kind of log")
    return name


def _signed_head(
    log: _Log, keys: Sequence[VerifierKey], vouched: Vouched, head: Head
) -> SignedNote | None:
    """Return the signed head, where one of this size is published; it must say the same."""
    note = log.note(SIGNED_HEAD)
    if note is None:
        return None
    signed = open_head(note, keys)
    if signed.checkpoint.size != head.size:
        return None  # it is written before the checkpoint, which will follow
    if signed.head != head or signed.checkpoint != vouched.checkpoint:
        msg = f"its {SIGNED_HEAD} says {signed.head}, but the entries come to {head}"
        raise NotProven(msg)
    return signed.note
