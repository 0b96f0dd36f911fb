"""Waiting for disks and servers: for several at a time, and not for ever.

Time limits of libraries are for single steps, and names are looked up without any,
so work that may hang has a thread of its own, which is left behind where it takes too long.
"""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future, wait
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["side_by_side", "within"]

I = TypeVar("I")  # noqa: E741  # an item
R = TypeVar("R")

_WIDTH: Final = 8
"""How many are at work at a time: more help little where a disk or a server is the limit."""


def within(seconds: float | None, work: Callable[[], R]) -> R:
    """Wait so long for some work, and no longer.

    Args:
        seconds: ``None`` to wait as long as it takes.
        work: what is to be done.

    Raises:
        TimeoutError: it is not done; it goes on, and nobody hears of it any more.

    >>> within(1, lambda: "done")
    'done'
    """
    return _started(work).result(seconds)


def side_by_side(
    work: Callable[[I], R], items: Iterable[I], *, patience: float | None = None
) -> Iterator[tuple[I, R]]:
    """Do the same for many items, a few at a time, and give each with its result, in order.

    Items are taken as they are needed, in the caller's thread.
    What an item's work raises is raised in its turn; then no more work is begun.

    Args:
        work: what is to be done; it runs in other threads.
        items: what for.
        patience: seconds to wait for one; ``None`` to wait as long as it takes,
            and to see all that was begun to its end.

    Raises:
        TimeoutError: an item took longer.

    >>> list(side_by_side(len, ["one", "three"]))
    [('one', 3), ('three', 5)]
    """
    begun: deque[tuple[I, Future[R]]] = deque()
    try:
        for item in items:
            begun.append((item, _started(partial(work, item))))
            if len(begun) == _WIDTH:
                yield _finished(begun, patience)
        while begun:
            yield _finished(begun, patience)
    finally:
        if patience is None:
            wait([future for _, future in begun])


def _finished(begun: deque[tuple[I, Future[R]]], patience: float | None) -> tuple[I, R]:
    item, future = begun[0]
    try:
        return item, future.result(patience)
    finally:
        begun.popleft()


def _started(work: Callable[[], R]) -> Future[R]:
    future = Future[R]()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  # raised by whoever waits
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future
