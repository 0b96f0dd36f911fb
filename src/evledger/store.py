"""The front door: a database of ledgers, to create, list, restore and mirror them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from evledger.chain import Head
from evledger.checkpoints import Vouched
from evledger.codec import check_slug, is_slug
from evledger.events import DEFAULT_TIERS, LedgerOpened, Tier
from evledger.exceptions import NotFound
from evledger.ledger import Ledger
from evledger.moving import inspect, take_in
from evledger.plugins import Plugins
from evledger.proofs.mirroring import fetch_log
from evledger.proofs.signing import keep_published
from evledger.proofs.targets import Source, open_source
from evledger.reading import Reader
from evledger.stores.base import Backend
from evledger.verification import trust_of
from evledger.writing import Writer

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from evledger.notes import VerifierKey

__all__ = ["Store", "open"]


def open(  # the front door: evledger.open(url)
    url: str | os.PathLike[str],
    *,
    plugins: Plugins | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Store:
    """Open a database of ledgers.

    Args:
        url: ``sqlite:///evidence.db``, a path, or ``memory:``; plugins bring other schemes.
            A SQLite file is created where there is none.
        plugins: what the ledgers are read and written with; all that is installed by default,
            as :meth:`Plugins.discover <evledger.Plugins.discover>` finds it, which imports the
            plugins' modules. :meth:`Plugins.builtin <evledger.Plugins.builtin>` imports none.
        clock: gives the time in UTC; the system's by default.

    Returns:
        The store, a context manager that closes it.

    Raises:
        StoreError: it cannot be opened, or is a database of another kind or a newer format.
        Invalid: the URL is of no known scheme.

    >>> with open("memory:") as store:
    ...     semax = store.create("semax", title="Semax and BDNF", by="curator")
    ...     semax.head().size
    1
    """
    chosen = plugins if plugins is not None else Plugins.default()
    return Store(chosen.open_store(str(url)), chosen, clock or _system_clock)


def _system_clock() -> datetime:
    return datetime.now(UTC)


class Store:
    """A database of ledgers; made by :func:`open`."""

    def __init__(self, backend: Backend, plugins: Plugins, clock: Callable[[], datetime]) -> None:
        self.backend = backend
        self.plugins = plugins
        self.clock = clock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Store {self.backend.url}>"

    def close(self) -> None:
        """Let go of the database."""
        self.backend.close()

    def ledgers(self) -> list[str]:
        """Return the names of the ledgers, sorted."""
        return self.backend.ledgers()

    def ledger(self, name: str) -> Ledger:
        """Return a ledger.

        Raises:
            NotFound: there is none of this name; the message names those there are.
        """
        if not is_slug(name):
            msg = f"no ledger {name!r:.80}: a name has small letters, digits and hyphens"
            raise NotFound(msg)
        self.backend.tip(name)
        return Ledger(self, name)

    def create(
        self,
        name: str,
        *,
        title: str,
        by: str,
        subject: str | None = None,
        tiers: Iterable[Tier] = DEFAULT_TIERS,
        origin: str | None = None,
    ) -> Ledger:
        """Create a ledger, and write its first event.

        Args:
            name: ``[a-z0-9][a-z0-9-]{0,62}``, for good; never ``help``, ``status``, ``ingest``.
            title: what readers see.
            by: who creates it: a role or pseudonym.
            subject: what it is about, where the title does not say.
            tiers: the classes of evidence, strongest first.
            origin: the name under which its checkpoints are to be signed.

        Raises:
            Conflict: there is a ledger of this name.
            Invalid: the name, or another value, is not of its form.
        """
        event = LedgerOpened(
            name=name,
            id=secrets.token_hex(16),
            title=title,
            subject=subject,
            tiers=tuple(tiers),
            origin=origin,
        )
        reader = Reader(self.backend, name, self.plugins.vocabulary)
        Writer(reader, self.clock).begin(event, by)
        return Ledger(self, name)

    def restore(
        self,
        folder: str | os.PathLike[str],
        alias: str | None = None,
        *,
        trust: Head | str | Vouched | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Ledger:
        """Take a ledger in from an archive, byte for byte, once it has been verified in full.

        Sealed values are not in an archive: they are withheld in the restored ledger.

        Args:
            folder: the archive.
            alias: the name to list it under, where its own is taken.
            trust: a head or a signed checkpoint from elsewhere, which the archive must extend.
            progress: called with the events done and the events there are.

        Raises:
            NotFound: the folder holds no archive.
            Broken: the archive is not sound; the message names the first fault.
            Conflict: there is a ledger of this name.
        """
        vocabulary = self.plugins.vocabulary
        arrival = inspect(
            folder,
            vocabulary,
            trust=trust_of(trust),
            progress=progress,
        )
        name = check_slug(alias or arrival.volume.ledger)
        take_in(self.backend, name, arrival, vocabulary)
        return Ledger(self, name)

    def mirror(
        self,
        source: str | os.PathLike[str] | Source,
        alias: str | None = None,
        *,
        keys: Sequence[VerifierKey],
        witnesses: Sequence[VerifierKey] = (),
        quorum: int | None = None,
        found: Vouched | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Ledger:
        """Take a ledger in from where it is published, byte for byte, once all of it is verified.

        Sealed values and attachments are not published: they are withheld in the mirror.

        Args:
            source: a folder, ``https://…``, or another URL that ``fsspec`` knows.
            alias: the name to list it under, where its own is taken.
            keys: the keys that are trusted to sign it.
            witnesses: the keys of witnesses that are trusted.
            quorum: how many of the witnesses must have cosigned it; all by default.
            found: the checkpoint that is published there, where it was verified already; then
                it is this one that is taken in.
            progress: called with the events done and the events there are.

        Raises:
            NotProven: it is not signed by a key that is trusted, too few witnesses cosigned it,
                or what is published is not what was signed.
            Broken: what was signed is no sound ledger.
            NotFound: nothing is published there.
            Conflict: there is a ledger of this name.
            Invalid: no key was given, or it is the log of something else than a ledger.
            Refused: a package that the source needs is not installed.
            StoreError: the source could not be read, or the database not written.
        """
        given: dict[str, Any] = {
            "witnesses": witnesses,
            "quorum": quorum,
            "found": found,
            "progress": progress,
        }
        with (
            nullcontext(source) if isinstance(source, Source) else open_source(source) as place,
            TemporaryDirectory(prefix="evledger-mirror-") as folder,
        ):
            fetched = fetch_log(place, folder, keys, **given)
            ledger = self.restore(folder, alias, trust=fetched, progress=progress)
        keep_published(self.backend, ledger.name, fetched.note, fetched.signed_head)
        return ledger
