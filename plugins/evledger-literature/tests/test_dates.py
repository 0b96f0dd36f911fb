"""Dates as exactly as they are known."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Final

import pytest
from evledger_literature.dates import partial_date, read_date
from hypothesis import given
from hypothesis import strategies as st

DATES = st.dates(dt.date(1000, 1, 1), dt.date(2999, 12, 31))
PARTIAL: Final = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
WRITTEN: Final = (
    *("{0:%Y-%m-%d}", "{0:%Y/%m/%d}", "{0:%Y.%m.%d}", "{0:%Y%m%d}", "{0:%Y/%m/%d}//"),
    *("{0:%Y/%m/%d}/Summer", "{0:%Y-%m-%d}T10:00:00Z", "{0:%Y-%m-%d} 10:00", "{0:%Y %b %d}"),
    *("{0:%Y} {0:%B} {0.day}", "{0.day} {0:%b} {0:%Y}", "{0:%d-%b-%Y}", "{0:%B} {0.day}, {0:%Y}"),
    *("{0:%d.%m.%Y}", "{0:%a, %d %b %Y} 10:20:30 GMT", "{0.day}th {0:%B} {0:%Y}", "{0:%Y/%b/%d}"),
)


@given(DATES, st.sampled_from(WRITTEN))
def test_days(date: dt.date, written: str) -> None:
    """A day is read, however records write it."""
    assert read_date(f" {written.format(date)} ") == date.isoformat()


@given(
    DATES,
    st.sampled_from(("{0:%Y-%m}", "{0:%Y/%m}//", "{0:%Y %b}", "{0:%B} {0:%Y}", "{0:%b.} {0:%Y}")),
)
def test_months(date: dt.date, written: str) -> None:
    """A month is read, and no day made up."""
    assert read_date(written.format(date)) == date.isoformat()[:7]


@given(DATES)
def test_ambiguous(date: dt.date) -> None:
    """Of numbers that can be month and day either way, nothing but the year is known."""
    clear = date.day > 12 or date.day == date.month
    for text in (f"{date:%d/%m/%Y}", f"{date:%m/%d/%Y}"):
        assert read_date(text) == (date.isoformat() if clear else f"{date.year}")


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2018", "2018"),
        ("2018///", "2018"),
        ("2018//01", "2018"),
        ("c2018.", "2018"),
        ("[2018?]", "2018"),
        ("2018a", "2018"),
        ("2018 Spring", "2018"),
        ("2018///Spring", "2018"),
        ("Winter 2018-2019", "2018"),
        ("2018-2019", "2018"),
        ("2018-19", "2018"),
        ("2018 Jan-Feb", "2018"),
        ("2018 Nov/Dec", "2018"),
        ("2018 Dec-2019 Jan", "2018"),
        ("2018 Jan 30-Feb 2", "2018"),
        ("2018 Jun 1-7", "2018-06"),
        ("1st Quarter 2018", "2018"),
        ("2018-00-00", "2018"),
        ("2018-06-31", "2018-06"),
        ("20180600", "2018-06"),
        ("201806", "2018-06"),
        ("6/2018", "2018-06"),
        ("2018-W23", "2018"),
        ("2018-152", "2018"),
        ("2018 Juni 1", "2018-06-01"),
        ("1 juillet 2018", "2018-07-01"),
        ("août 2018", "2018-08"),
        ("März 2018", "2018-03"),
        ("Dez. 2018", "2018-12"),
        ("", None),
        ("n.d.", None),
        ("in press", None),
        ("0000", None),
        ("0000-00-00", None),
        ("20180", None),
        ("Jun 1", None),
        ("²⁰¹⁸", None),
        ("x" * 200 + " 2018", None),
    ],
)
def test_texts(text: str, date: str | None) -> None:
    """What is less than a day stays less, and what is no date is none."""
    assert read_date(text) == date


@given(
    st.integers() | st.none() | st.text(max_size=5),
    st.integers() | st.none() | st.text(max_size=5),
    st.integers() | st.none() | st.text(max_size=5),
)
def test_any_parts(year: int | str | None, month: int | str | None, day: int | str | None) -> None:
    """Whatever the parts, what is made of them is a date that ledgers take, or none."""
    date = partial_date(year, month, day)
    assert date is None or PARTIAL.fullmatch(date)


@given(st.text() | st.text("0123456789-/. TJunMayfeb:", max_size=20))
def test_any_text(text: str) -> None:
    """Whatever a record has for a date, what is read of it is a date that ledgers take, or none."""
    date = read_date(text)
    assert date is None or PARTIAL.fullmatch(date)


@given(st.integers(1000, 9999), st.integers(1, 12), st.integers(-5, 40))
def test_day_of_month(year: int, month: int, day: int) -> None:
    """A day stays where its month has it, leap years told; else the month does."""
    has = 1 <= day <= calendar.monthrange(year, month)[1]
    expected = f"{year}-{month:02}" + (f"-{day:02}" if has else "")
    assert partial_date(year, month, day) == expected
    assert partial_date(f" {year} ", f"{month:02}", str(day)) == expected


@pytest.mark.parametrize("month", ["jun", "June", "JUN.", "06", 6, " Juni ", "juin"])
def test_names_of_months(month: str | int) -> None:
    """A month is known by its number, and by its name in three languages."""
    assert partial_date(2018, month) == "2018-06"


@pytest.mark.parametrize("month", ["", "Summer", "13", 0, None, "xyz", "ju"])
def test_no_month(month: str | int | None) -> None:
    """What is no month drops out, and the day with it."""
    assert partial_date(2018, month, 1) == "2018"
