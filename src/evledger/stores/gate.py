"""A gate that operations pass, and that closes for a fork until those in other threads are done."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Final

__all__ = ["Gate"]


_PATIENCE: Final = 60.0  # seconds


class Gate:
    """Counts the operations of each thread; shut, it lets only threads that are inside go on."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Begin with nobody inside, as a new process does."""
        self._changed = threading.Condition(threading.Lock())
        self._inside: Counter[int] = Counter()
        self._shut_by: int | None = None

    def __enter__(self) -> None:
        me = threading.get_ident()
        with self._changed:
            self._changed.wait_for(lambda: self._shut_by in (None, me) or self._inside[me] > 0)
            self._inside[me] += 1

    def __exit__(self, *_: object) -> None:
        me = threading.get_ident()
        with self._changed:
            self._inside[me] -= 1
            if self._inside[me] <= 0:
                del self._inside[me]
            self._changed.notify_all()

    def is_inside(self) -> bool:
        """Return whether this thread is in the middle of an operation."""
        with self._changed:
            return self._inside[threading.get_ident()] > 0

    def close(self) -> None:
        """Let no other thread in, and wait until none is inside."""
        me = threading.get_ident()
        with self._changed:
            self._changed.wait_for(lambda: self._shut_by is None)
            self._shut_by = me
            # An operation that somebody began and never ended must not stop the program.
            self._changed.wait_for(
                lambda: not any(n for t, n in self._inside.items() if t != me), _PATIENCE
            )

    def open(self) -> None:
        """Let everybody in again."""
        with self._changed:
            self._shut_by = None
            self._changed.notify_all()
