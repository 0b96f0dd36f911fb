"""The store that lives in memory: for tests, for trying things, for passing work."""

from __future__ import annotations

import threading
from typing import IO, TYPE_CHECKING

import attrs

from evledger.chain import PAGE_EVENTS, page_lines
from evledger.exceptions import NotFound, StoreError
from evledger.seals import Opening
from evledger.stores.base import Backend, Snapshot, Tip, Write

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from evledger.stores.base import Transaction

__all__ = ["MemoryStore"]


@attrs.define
class _Shelf:
    """All that is kept of one ledger."""

    tip: Tip | None = None
    pages: list[bytes] = attrs.field(factory=list[bytes])
    open_page: list[bytes] = attrs.field(factory=list[bytes])
    held: dict[str, int] = attrs.field(factory=dict[str, int])
    vault: dict[tuple[int, str], Opening] = attrs.field(factory=dict[tuple[int, str], Opening])
    attachments: dict[str, bytes] = attrs.field(factory=dict[str, bytes])
    kept: dict[str, bytes] = attrs.field(factory=dict[str, bytes])

    def tail(self) -> list[bytes]:
        return list(self.open_page)

    def lookup(self, names: Collection[str]) -> dict[str, int]:
        return {name: self.held[name] for name in names if name in self.held}

    def page(self, number: int) -> bytes:
        return self.pages[number]

    def lines(self, start: int, stop: int) -> list[bytes]:
        first = start // PAGE_EVENTS
        wanted = self.pages[first : (stop - 1) // PAGE_EVENTS + 1]
        lines = [line for page in wanted for line in page_lines(page)]
        lines += self.open_page
        skipped = start - min(first, len(self.pages)) * PAGE_EVENTS
        return lines[skipped : skipped + stop - start]

    def openings(self, start: int, stop: int) -> list[Opening]:
        found = (self.vault[place] for place in sorted(self.vault))
        return [opening for opening in found if start <= opening.n < stop]

    def carry_out(self, write: Write) -> None:
        self.tip = write.tip
        for _, text in write.pages:
            self.pages.append(text)
            self.open_page = []
        self.open_page += write.tail
        for name in write.released:
            self.held.pop(name, None)
        self.held.update(write.keys)
        self.vault.update({(opening.n, opening.field): opening for opening in write.openings})
        for place in write.forget:
            self.vault.pop(place, None)
        self.attachments = {**write.attachments, **self.attachments}
        for digest in write.forget_attachments:
            self.attachments.pop(digest, None)


class MemoryStore(Backend):
    """Ledgers in memory, shared by the threads of one process."""

    def __init__(self, url: str = "memory:") -> None:
        self.url = url
        self._shelves: dict[str, _Shelf] = {}
        self._lock = threading.Condition(threading.RLock())
        self._closed = False

    def ledgers(self) -> list[str]:
        self._check_open()
        with self._lock:
            return sorted(self._shelves)

    def tip(self, ledger: str) -> Tip:
        tip = self._shelf(ledger).tip
        assert tip is not None  # noqa: S101  # a shelf is kept only once it is written
        return tip

    def write(self, ledger: str, compose: Callable[[Transaction], Write]) -> Tip:
        with self._lock:
            self._check_open()
            shelf = self._shelves.get(ledger) or _Shelf()
            write = compose(shelf)
            shelf.carry_out(write)
            self._shelves[ledger] = shelf
            self._lock.notify_all()
            return write.tip

    def snapshot(self, ledger: str) -> Snapshot:
        with self._lock:
            shelf = self._shelf(ledger)
            return Snapshot(self.tip(ledger), tuple(shelf.pages), tuple(shelf.open_page))

    def pages(self, ledger: str, start: int = 0, stop: int | None = None) -> Iterable[bytes]:
        with self._lock:
            return tuple(self._shelf(ledger).pages[start:stop])

    def tail(self, ledger: str) -> tuple[Tip, list[bytes]]:
        with self._lock:
            return self.tip(ledger), self._shelf(ledger).tail()

    def lookup(self, ledger: str, names: Collection[str]) -> dict[str, int]:
        with self._lock:
            return self._shelf(ledger).lookup(names)

    def names(self, ledger: str) -> Iterator[tuple[str, int]]:
        with self._lock:
            return iter(sorted(self._shelf(ledger).held.items()))

    def reserve(self, ledger: str, counter: str, count: int) -> int:
        with self._lock:
            last = self.tip(ledger).counters.get(counter, 0)
            self._count(ledger, counter, last + count)
            return last + 1

    def release(self, ledger: str, counter: str, reserved: int, used: int) -> None:
        with self._lock:
            if self.tip(ledger).counters.get(counter) == reserved:
                self._count(ledger, counter, used)

    def openings(self, ledger: str, start: int = 0, stop: int | None = None) -> Iterator[Opening]:
        with self._lock:
            size = self.tip(ledger).size
            return iter(self._shelf(ledger).openings(start, size if stop is None else stop))

    def attach(self, ledger: str, digest: str, data: IO[bytes]) -> None:
        with self._lock:
            self._shelf(ledger).attachments.setdefault(digest, data.read())

    def attachment(self, ledger: str, digest: str) -> Iterator[bytes]:
        with self._lock:
            kept = self._shelf(ledger).attachments
            if digest not in kept:
                msg = f"ledger {ledger!r} keeps no attachment {digest}"
                raise NotFound(msg)
            return iter((kept[digest],))

    def attachments(self, ledger: str) -> list[str]:
        with self._lock:
            return sorted(self._shelf(ledger).attachments)

    def reindex(
        self, ledger: str, keys: Iterable[tuple[str, int]], counters: Mapping[str, int], size: int
    ) -> bool:
        with self._lock:
            shelf, tip = self._shelf(ledger), self.tip(ledger)
            if tip.size == size:
                shelf.held = dict(keys)
                shelf.tip = attrs.evolve(tip, counters=dict(counters))
            return tip.size == size

    def kept(self, ledger: str, names: Collection[str]) -> dict[str, bytes]:
        with self._lock:
            kept = self._shelf(ledger).kept
            return {name: kept[name] for name in names if name in kept}

    def kept_names(self, ledger: str, prefix: str = "") -> list[str]:
        with self._lock:
            return sorted(name for name in self._shelf(ledger).kept if name.startswith(prefix))

    def keep(
        self,
        ledger: str,
        items: Mapping[str, bytes | None],
        expect: Mapping[str, bytes | None] | None = None,
    ) -> bool:
        with self._lock:
            kept = self._shelf(ledger).kept
            if any(kept.get(name) != data for name, data in (expect or {}).items()):
                return False
            for name, data in items.items():
                if data is None:
                    kept.pop(name, None)
                else:
                    kept[name] = data
            return True

    def check(self) -> list[str]:
        return []

    def scrub(self, openings: Sequence[Opening]) -> bool:  # noqa: ARG002  # there are no files
        return True

    def changed(self, ledger: str, size: int, timeout: float) -> bool:
        with self._lock:
            return self._lock.wait_for(lambda: self.tip(ledger).size > size, timeout)

    def close(self) -> None:
        self._closed = True

    def _shelf(self, ledger: str) -> _Shelf:
        self._check_open()
        shelf = self._shelves.get(ledger)
        if shelf is None:
            known = ", ".join(sorted(self._shelves)) or "none yet"
            msg = f"no ledger {ledger!r} in {self.url}; there are: {known}"
            raise NotFound(msg)
        return shelf

    def _count(self, ledger: str, counter: str, value: int) -> None:
        tip = self.tip(ledger)
        counters = {**tip.counters, counter: value}
        self._shelf(ledger).tip = attrs.evolve(tip, counters=counters)

    def _check_open(self) -> None:
        if self._closed:
            msg = f"{self.url} is closed"
            raise StoreError(msg)
