"""How long to wait before asking again, and how often at all, as a server says it."""

from __future__ import annotations

import email.utils
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

__all__ = ["advertised_pause", "backoff", "retry_after"]

_LONGEST_BACKOFF: Final = 30.0  # seconds
_LONGEST_PAUSE: Final = 60.0


def backoff(attempt: int, jitter: float) -> float:
    """Return the seconds to wait after a failed attempt: twice as long each time.

    Args:
        attempt: which one failed, from 1.
        jitter: from 0 to 1, drawn anew each time, so that many clients do not return together.

    >>> [backoff(attempt, jitter=1.0) for attempt in range(1, 8)]
    [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    """
    return min(2.0 ** (attempt - 1), _LONGEST_BACKOFF) * (0.5 + jitter / 2)


def retry_after(value: str, now: datetime) -> float | None:
    """Read the header ``Retry-After`` (RFC 9110 section 10.2.3): seconds, or a date.

    Args:
        value: of the header.
        now: the present time, in UTC.

    Returns:
        Seconds from now, 0 for what is past; ``None`` for what is neither.

    >>> now = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    >>> retry_after("120", now), retry_after("Sun, 22 Nov 2026 10:01:00 GMT", now)
    (120.0, 60.0)
    """
    if re.fullmatch("[0-9]{1,9}", value.strip(), re.ASCII):
        return float(value)
    try:
        when = email.utils.parsedate_to_datetime(value)
        aware = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max(0.0, (aware - now).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):  # as its versions differ
        return None


def advertised_pause(headers: Mapping[str, str]) -> float | None:
    """Read how often Crossref wants to be asked: so many times in so many seconds.

    https://www.crossref.org/documentation/retrieve-metadata/rest-api/access-and-authentication/

    >>> advertised_pause({"x-rate-limit-limit": "50", "x-rate-limit-interval": "1s"})
    0.02
    """
    limit = re.fullmatch("([0-9]{1,6})", headers.get("x-rate-limit-limit", ""), re.ASCII)
    interval = re.fullmatch("([0-9]{1,6})s?", headers.get("x-rate-limit-interval", ""), re.ASCII)
    if limit is None or interval is None or not int(limit[1]):
        return None
    return min(int(interval[1]) / int(limit[1]), _LONGEST_PAUSE)
