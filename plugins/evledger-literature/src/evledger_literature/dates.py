"""Dates as bibliographic records write them, as exactly as they are known and no more."""

from __future__ import annotations

import calendar
import re
from typing import Final

__all__ = ["partial_date", "read_date"]

_LONGEST: Final = 100  # characters; what is longer is no date

_MONTHS: Final = (
    *("jan", "feb fév", "mar mär mrz", "apr avr", "may mai", "jun juin"),
    *("jul juil", "aug aoû", "sep", "oct okt", "nov", "dec dez déc"),
)
"""How each month's name begins in English, German and French."""
_NUMBERS: Final = {word: n for n, words in enumerate(_MONTHS, 1) for word in words.split()}

_FORWARDS: Final = re.compile(
    r"(?P<year>[0-9]{4})"
    r"(?:(?P<mark>[-/.])(?P<month>[0-9]{1,2})?(?:(?P=mark)(?P<day>[0-9]{1,2})?)?)?"
    r"(?=[-/.,;:\sTt]|\Z)"
)
"""``2018``, ``2018-06``, ``2018/06/01//``, ``2018-06-01T10:00:00Z``."""
_PACKED: Final = re.compile(
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})?(?=[-/.,;:\sTt]|\Z)"
)
"""``20180601``, ``201806``."""
_BACKWARDS: Final = re.compile(
    r"(?:(?P<first>[0-9]{1,2})(?P<mark>[-/.]))?(?P<second>[0-9]{1,2})[-/.](?P<year>[0-9]{4})\b"
)
"""``13/06/2018``, ``1.6.2018``, ``06/2018``."""

_YEAR: Final = re.compile(r"(?<![0-9])[12][0-9]{3}(?![0-9])")
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_TIME: Final = re.compile(r"[0-9]{1,2}:[0-9]{2}[:.0-9]*")
_DAY: Final = re.compile(r"(?<![0-9])[0-3]?[0-9](?=(?:st|nd|rd|th)?(?![0-9A-Za-z]))")


def partial_date(
    year: str | int | None, month: str | int | None = None, day: str | int | None = None
) -> str | None:
    """Write a date as exactly as its parts allow; a part that is impossible drops out.

    Args:
        year: of four digits; without it there is no date.
        month: its number, or its name or how that begins, in English, German or French.
        day: its number; without a month it says nothing.

    Returns:
        A year, a year and month, or a date, in the form of ISO 8601.

    >>> partial_date(2018, "Jun", "1"), partial_date("2018", 6), partial_date(2018, None, 3)
    ('2018-06-01', '2018-06', '2018')
    >>> partial_date(2018, 2, 30), partial_date("n.d.")
    ('2018-02', None)
    """
    y, m, d = _number(year), _month(month), _number(day)
    if y is None or not 1000 <= y <= 9999:
        return None
    if m is None:
        return str(y)
    if d is None or not 1 <= d <= calendar.monthrange(y, m)[1]:
        return f"{y}-{m:02}"
    return f"{y}-{m:02}-{d:02}"


def read_date(text: str) -> str | None:
    """Read a date in one of the ways in which records write it.

    Of what spans several months, or several days, only what they share is known;
    a season is none of the months. So is it with ``01/02/2018``, which is read in two ways.

    Args:
        text: ``2018 Jun 1``, ``2018/06/01//``, ``20180601``, ``June 2018``.

    Returns:
        A year, a year and month, or a date; ``None`` where no year can be told.

    >>> [read_date(text) for text in ("2018 Jun 1", "2018/06/01//", "20180601", "June 2018")]
    ['2018-06-01', '2018-06-01', '2018-06-01', '2018-06']
    >>> [read_date(text) for text in ("2018 Spring", "2018 Jan-Feb", "01/02/2018", "in press")]
    ['2018', '2018', '2018', None]
    """
    text = text.strip()[:_LONGEST]
    found = _FORWARDS.match(text) or _PACKED.match(text)
    if found and (found["month"] or not _WORD.search(text)):
        return partial_date(found["year"], found["month"], found["day"])
    if found := _BACKWARDS.fullmatch(text):
        return _backwards(found)
    return _in_words(text)


def _backwards(found: re.Match[str]) -> str | None:
    """Read a date whose year stands last, if it can be told which of the others is the day."""
    year, first, second = found["year"], found["first"], found["second"]
    if first is None:
        return partial_date(year, second)
    if found["mark"] == "." or int(first) > 12 or int(first) == int(second):
        return partial_date(year, second, first)
    return partial_date(year, first, second) if int(second) > 12 else partial_date(year)


def _in_words(text: str) -> str | None:
    year = _YEAR.search(text)
    if year is None:
        return None
    rest = _TIME.sub(" ", f"{text[: year.start()]} {text[year.end() :]}")
    months = {month for word in _WORD.findall(rest) if (month := _month(word))}
    days = _DAY.findall(rest)
    month = months.pop() if len(months) == 1 else None
    return partial_date(year[0], month, days[0] if len(days) == 1 else None)


def _month(value: str | int | None) -> int | None:
    number = _number(value)
    if number is None and isinstance(value, str):
        word = value.strip().casefold()
        number = _NUMBERS.get(word[:3]) or _NUMBERS.get(word[:4])
    return number if number is not None and 1 <= number <= 12 else None


def _number(value: str | int | None) -> int | None:
    if not isinstance(value, str):
        return value
    return int(value) if re.fullmatch(r"\s*[0-9]{1,4}\s*", value) else None
