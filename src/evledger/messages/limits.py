"""How much a message may hold, and how often a sender may write."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import attrs

from evledger.exceptions import Invalid

__all__ = [
    "DEFAULT",
    "LARGEST_FILE",
    "LONGEST_QUESTION",
    "MOST_FILES",
    "Limiter",
    "Rate",
]

LONGEST_QUESTION: Final = 2_000
"""Characters of a question: as many as can be asked of a ledger."""

MOST_FILES: Final = 10
"""Files that are kept of one message."""

LARGEST_FILE: Final = 5_000_000
"""Bytes of a file that is kept."""

_MOST_SENDERS: Final = 4_096


_MOST: Final = 31_536_000  # seconds of a year, and more messages than anybody sends in it


def _in_range(rate: Rate, attribute: attrs.Attribute[int], value: int) -> None:
    del rate
    if type(value) is not int or not 1 <= value <= _MOST:
        msg = f"{attribute.name}={value!r:.40}: expected a whole number from 1 to {_MOST:,}"
        raise Invalid(msg)


@attrs.frozen
class Rate:
    """How many messages a sender may send in any span of so many seconds.

    Raises:
        Invalid: a number is below 1, or beyond reason.

    >>> Rate(messages=20, seconds=3_600)
    Rate(messages=20, seconds=3600)
    """

    messages: int = attrs.field(validator=_in_range)
    seconds: int = attrs.field(validator=_in_range)

    def since(self, now: datetime) -> datetime:
        """Return the moment after which messages still count."""
        return now - timedelta(seconds=self.seconds)

    def free_at(self, moments: Iterable[datetime], now: datetime) -> datetime | None:
        """Return when the next message is welcome; ``None`` where it is now.

        A moment that has not come yet counts for nothing until it comes: a clock was wrong then.
        So nobody waits for longer than the span.

        Args:
            moments: when the sender's messages came.
            now: the present moment.

        >>> from datetime import UTC
        >>> ten = datetime(2026, 11, 22, 10, tzinfo=UTC)
        >>> rate = Rate(messages=1, seconds=60)
        >>> rate.free_at([ten], ten + timedelta(seconds=40)) - ten
        datetime.timedelta(seconds=60)
        """
        recent = sorted(moment for moment in moments if self.since(now) < moment <= now)
        if len(recent) < self.messages:
            return None
        return recent[-self.messages] + timedelta(seconds=self.seconds)


DEFAULT: Final = Rate(messages=20, seconds=3_600)
"""Twenty messages an hour."""


class Limiter:
    """Remembers when senders wrote, in memory; shared by threads.

    Args:
        rate: how often one may write; ``None`` for as often as one likes.
        most: how many senders are remembered; whoever wrote longest ago is forgotten first.
    """

    def __init__(self, rate: Rate | None, most: int = _MOST_SENDERS) -> None:
        self.rate = rate
        self._most = most
        self._moments: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def free_at(
        self, sender: str, now: datetime, recorded: Iterable[datetime] = ()
    ) -> datetime | None:
        """Return when a sender's next message is welcome; ``None`` where it is now.

        Args:
            sender: the sender's name.
            now: the present moment.
            recorded: when a ledger recorded messages of that sender, which other processes
                may have received.
        """
        if self.rate is None:
            return None
        with self._lock:
            seen = tuple(self._moments.get(sender, ()))
        found = (self.rate.free_at(moments, now) for moments in (seen, recorded))
        return max((moment for moment in found if moment is not None), default=None)

    def note(self, sender: str, now: datetime) -> None:
        """Remember that a sender wrote."""
        if self.rate is None:
            return
        with self._lock:
            moments = self._moments.setdefault(sender, deque(maxlen=self.rate.messages))
            moments.append(now)
            self._moments.move_to_end(sender)
            if len(self._moments) > self._most:
                self._moments.popitem(last=False)
