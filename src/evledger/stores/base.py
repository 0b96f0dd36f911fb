"""What a store promises; it knows nothing of hashing rules.

A store keeps, for each ledger: its tip, full pages as whole texts, the lines of the open page,
which record holds each name, the vault, and attachments.
Everything else is the ledger's business.

The one way to write is :meth:`Backend.write`:
the store opens a transaction, hands the ledger what it needs to compose the write,
and carries it out wholly or not at all.
When it returns, the write is durable.
"""

from __future__ import annotations

import abc
from typing import IO, TYPE_CHECKING, Protocol

import attrs

from evledger.chain import Head

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from evledger.seals import Opening

__all__ = ["Backend", "Snapshot", "Tip", "Transaction", "Write"]


@attrs.frozen(kw_only=True)
class Tip:
    """Where a stored ledger stands.

    Attributes:
        name: the name in its page headers; the store may list it under another.
        size: how many events it has.
        hash: the hash of the last one.
        at: the last one's time, as its line has it.
        counters: the highest number handed out or seen of each kind of id.
    """

    name: str
    size: int
    hash: str
    at: str
    counters: Mapping[str, int] = attrs.field(factory=dict[str, int])

    @property
    def head(self) -> Head:
        """The head."""
        return Head(self.size, self.hash)


@attrs.frozen(kw_only=True)
class Write:
    """One atomic change of one ledger.

    Attributes:
        tip: the tip afterwards.
        pages: pages that became full, as (number, text), iterated once; their lines are rows
            no longer.
        tail: new lines of the page that is open afterwards; the last of them is the tip's.
        keys: names to hold, with the record that holds each.
        released: names to release first; some may be among the keys again.
        openings: what the vault is to keep.
        attachments: what to keep beside the chain, by digest; what is there already stays.
        forget: what the vault is to forget, as (record, field).
        forget_attachments: digests of attachments to delete.
    """

    tip: Tip
    pages: Iterable[tuple[int, bytes]] = ()
    tail: Sequence[bytes] = ()
    keys: Mapping[str, int] = attrs.field(factory=dict[str, int])
    released: Collection[str] = ()
    openings: Sequence[Opening] = ()
    attachments: Mapping[str, bytes] = attrs.field(factory=dict[str, bytes])
    forget: Sequence[tuple[int, str]] = ()
    forget_attachments: Sequence[str] = ()


class Transaction(Protocol):
    """What the ledger sees of itself while it composes a write; nobody else writes meanwhile."""

    @property
    def tip(self) -> Tip | None:
        """The tip; ``None`` where the ledger does not exist yet."""
        ...

    def tail(self) -> list[bytes]:
        """Return the lines of the open page."""
        ...

    def lookup(self, names: Collection[str]) -> dict[str, int]:
        """Return which of these names are held, and by which record."""
        ...

    def page(self, number: int) -> bytes:
        """Return the text of a full page."""
        ...

    def lines(self, start: int, stop: int) -> list[bytes]:
        """Return the lines of the records from ``start`` up to ``stop``."""
        ...

    def openings(self, start: int, stop: int) -> list[Opening]:
        """Return what the vault keeps of the records from ``start`` up to ``stop``."""
        ...


@attrs.frozen
class Snapshot:
    """One ledger's text at one moment.

    Attributes:
        tip: its tip.
        pages: the full pages; iterable many times, and by other threads and processes.
        tail: the lines of the open page.
    """

    tip: Tip
    pages: Iterable[bytes]
    tail: tuple[bytes, ...]


class Backend(abc.ABC):
    """A database of ledgers, shared by threads, and by processes where its kind allows.

    Attributes:
        url: what :func:`evledger.open` was given.
    """

    url: str

    @abc.abstractmethod
    def ledgers(self) -> list[str]:
        """Return the names of the ledgers, sorted."""

    @abc.abstractmethod
    def tip(self, ledger: str) -> Tip:
        """Return a ledger's tip.

        Raises:
            NotFound: there is no such ledger.
        """

    @abc.abstractmethod
    def write(self, ledger: str, compose: Callable[[Transaction], Write]) -> Tip:
        """Change a ledger in one durable step; the first write creates it.

        Args:
            ledger: its name in this store.
            compose: called once or more with the ledger's state, of which the last call counts;
                what it raises ends the step, and nothing is changed.

        Returns:
            The tip afterwards.
        """

    @abc.abstractmethod
    def snapshot(self, ledger: str) -> Snapshot:
        """Return a ledger's whole text as it is now, without reading it yet."""

    @abc.abstractmethod
    def pages(self, ledger: str, start: int = 0, stop: int | None = None) -> Iterable[bytes]:
        """Return the full pages from ``start`` up to ``stop``.

        Each iteration reads them anew, one at a time, in whichever thread or process it runs.
        """

    @abc.abstractmethod
    def tail(self, ledger: str) -> tuple[Tip, list[bytes]]:
        """Return the tip and, of the same moment, the lines of the open page."""

    @abc.abstractmethod
    def lookup(self, ledger: str, names: Collection[str]) -> dict[str, int]:
        """Return which of these names are held, and by which record."""

    @abc.abstractmethod
    def names(self, ledger: str) -> Iterator[tuple[str, int]]:
        """Return every name that is held, with the record that holds it."""

    @abc.abstractmethod
    def reserve(self, ledger: str, counter: str, count: int) -> int:
        """Raise a counter by ``count`` and give the first of the numbers so reserved."""

    @abc.abstractmethod
    def release(self, ledger: str, counter: str, reserved: int, used: int) -> None:
        """Lower a counter from ``reserved`` to ``used``, if nobody has raised it since."""

    @abc.abstractmethod
    def openings(self, ledger: str, start: int = 0, stop: int | None = None) -> Iterator[Opening]:
        """Return what the vault keeps of the records from ``start`` up to ``stop``."""

    @abc.abstractmethod
    def attach(self, ledger: str, digest: str, data: IO[bytes]) -> None:
        """Keep an attachment under its digest; does nothing where it is there."""

    @abc.abstractmethod
    def attachment(self, ledger: str, digest: str) -> Iterator[bytes]:
        """Return an attachment's bytes in chunks.

        Raises:
            NotFound: it is not kept.
        """

    @abc.abstractmethod
    def attachments(self, ledger: str) -> list[str]:
        """Return the digests of the attachments that are kept."""

    @abc.abstractmethod
    def reindex(
        self, ledger: str, keys: Iterable[tuple[str, int]], counters: Mapping[str, int], size: int
    ) -> bool:
        """Replace the names that are held, and the counters.

        Args:
            ledger: its name in this store.
            keys: every name, with the record that holds it.
            counters: the highest number seen of each kind of id.
            size: how many events these were made from.

        Returns:
            Whether it was done; ``False`` where the ledger has another size by now.
        """

    @abc.abstractmethod
    def kept(self, ledger: str, names: Collection[str]) -> dict[str, bytes]:
        """Return what is kept beside the chain under some of these names.

        Hashes of the tree, which can be computed anew, and signed notes, which cannot.
        """

    @abc.abstractmethod
    def kept_names(self, ledger: str, prefix: str = "") -> list[str]:
        """Return the names that begin so under which anything is kept, sorted."""

    @abc.abstractmethod
    def keep(
        self,
        ledger: str,
        items: Mapping[str, bytes | None],
        expect: Mapping[str, bytes | None] | None = None,
    ) -> bool:
        """Keep some things beside the chain, or drop them, in one durable step.

        Args:
            ledger: its name in this store.
            items: what to keep under each name; ``None`` drops what is there.
            expect: what must be kept, or with ``None`` must not be, for anything to be done.

        Returns:
            Whether it was done; ``False`` where something else was kept than was expected.
        """

    @abc.abstractmethod
    def check(self) -> list[str]:
        """Check the database itself, below all ledgers, and give what is wrong, in sentences."""

    @abc.abstractmethod
    def scrub(self, openings: Sequence[Opening]) -> bool:
        """Ensure that deleted openings are in no file of the store any more.

        Args:
            openings: what was deleted; where empty, whatever an earlier call left to be done.

        Returns:
            Whether it is done; ``False`` where a reader prevents it.
        """

    @abc.abstractmethod
    def changed(self, ledger: str, size: int, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds for the ledger to have more than ``size`` events."""

    @abc.abstractmethod
    def close(self) -> None:
        """Let go of the database; the store is of no use afterwards."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
