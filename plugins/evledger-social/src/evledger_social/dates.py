"""Dates as Reddit, X and YouTube write them, as days in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

__all__ = ["day", "day_of_number", "moment"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
_TWITTER: Final = re.compile(  # Wed Nov 06 18:45:26 +0000 2019
    rf"[A-Z][a-z]{{2}} ({'|'.join(_MONTHS)}) "
    r"([0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2}) ([+-][0-9]{4}) ([0-9]{4})"
)
_FIRST_SNOWFLAKE: Final = 29_700_859_247  # 4 November 2010; numbers before that tell no time
_SNOWFLAKES_SINCE: Final = _EPOCH + timedelta(milliseconds=1_288_834_974_657)


def day(value: Any) -> str | None:
    """Read the day of a moment, or ``None`` where it is none.

    Args:
        value: seconds since 1970, as a number or a text; or an ISO 8601 moment; or one as
            Twitter wrote it at first. What has no offset is in UTC.

    >>> day(1477067620.0), day("2019-11-29T02:56:49.000Z"), day("Wed Nov 06 18:45:26 +0000 2019")
    ('2016-10-21', '2019-11-29', '2019-11-06')
    """
    when = _read(value)
    return None if when is None else when.date().isoformat()


def moment(value: Any) -> str | None:
    """Read a moment in UTC to the second, from the same forms.

    >>> moment("1477067620")
    '2016-10-21T16:33:40Z'
    """
    when = _read(value)
    return None if when is None else when.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def day_of_number(number: str) -> str | None:
    """Read the day from a post's number on X, whose upper bits count milliseconds.

    Returns:
        ``None`` for the numbers before November 2010, which were just counted up.

    Source:
        https://github.com/twitter-archive/snowflake/tree/snowflake-2010

    >>> day_of_number("1212092628029698048"), day_of_number("20")
    ('2019-12-31', None)
    """
    if not re.fullmatch("[0-9]{11,19}", number) or int(number) < _FIRST_SNOWFLAKE:
        return None
    return (_SNOWFLAKES_SINCE + timedelta(milliseconds=int(number) >> 22)).date().isoformat()


def _read(value: Any) -> datetime | None:
    try:
        if type(value) in {int, float} or (isinstance(value, str) and _SECONDS.fullmatch(value)):
            return _of_seconds(float(value))
        return _of_text(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None


def _of_seconds(seconds: float) -> datetime | None:
    return _EPOCH + timedelta(seconds=seconds) if seconds > 0 else None


def _of_text(value: str) -> datetime:
    if found := _TWITTER.fullmatch(value):
        month, date, time, offset, year = found.groups()
        value = f"{year}-{_MONTHS.index(month) + 1:02}-{date}T{time}{offset}"
    # The first archives have a blank before the offset: 2012-01-31 18:53:52 +0000
    when = datetime.fromisoformat(re.sub(r" (?=[+-][0-9]{2}:?[0-9]{2}$)", "", value.strip()))
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
