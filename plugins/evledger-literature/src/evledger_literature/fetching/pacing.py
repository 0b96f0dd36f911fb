"""How often a host may be asked."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Generator

__all__ = ["Pace", "Paces"]


class Pace:
    """One host's: never two requests at once, and a pause from the start of one to the next.

    All waiting is done here, so that whatever asks the host, and why, waits for the same moment.

    Args:
        clock: seconds that never run backwards.
        sleep: waits so many seconds.

    >>> waited = []
    >>> pace = Pace(clock=lambda: 100.0, sleep=waited.append)
    >>> with pace.turn(pause=0.5):
    ...     pass
    >>> with pace.turn(pause=0.5):
    ...     pass
    >>> waited
    [0.5]
    """

    def __init__(self, *, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._last = float("-inf")
        self._held_until = float("-inf")
        self._advertised = 0.0

    @contextlib.contextmanager
    def turn(self, pause: float) -> Generator[None]:
        """Wait for one's turn, and keep others waiting while it lasts.

        Args:
            pause: seconds since the last turn began; more, where the host said so.
        """
        with self._lock:
            due = max(self._last + max(pause, self._advertised), self._held_until)
            if (rest := due - self._clock()) > 0:
                self._sleep(rest)
            self._last = self._clock()
            yield

    def hold(self, seconds: float) -> None:
        """Let nobody ask for so long."""
        self._held_until = max(self._held_until, self._clock() + seconds)

    def slow_to(self, pause: float) -> None:
        """Keep the pause that the host has asked for."""
        self._advertised = pause


class Paces:
    """The pace of each host; shared by all who ask from one place.

    >>> paces = Paces(clock=lambda: 0.0, sleep=lambda seconds: None)
    >>> paces.of("example.org") is paces.of("example.org")
    True
    """

    def __init__(self, *, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._paces: dict[str, Pace] = {}
        self._lock = threading.Lock()

    def of(self, host: str) -> Pace:
        """Return the pace of a host."""
        with self._lock:
            return self._paces.setdefault(host, Pace(clock=self._clock, sleep=self._sleep))
