"""Dates and texts, as the sites write them."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta, timezone

import pytest
from evledger_social.dates import day, day_of_number, moment
from evledger_social.texts import of_html, opening, shortened, unescaped
from hypothesis import given
from hypothesis import strategies as st

OFFSETS = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(
    min_value=datetime(1971, 1, 1),  # noqa: DTZ001  # the zone is drawn apart
    max_value=datetime(2099, 1, 1),  # noqa: DTZ001  # the same
    timezones=OFFSETS,
).map(lambda when: when.replace(microsecond=0, fold=0))


@given(when=MOMENTS)
def test_days(when: datetime) -> None:
    """However a moment is written, its day is that in UTC."""
    seconds = int(when.timestamp())
    twitter = when.strftime(f"%a {when:%b} %d %H:%M:%S %z %Y")
    forms = (seconds, float(seconds), str(seconds), when.isoformat(), twitter)
    assert {day(form) for form in forms} == {when.astimezone(UTC).date().isoformat()}
    assert moment(seconds) == when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    "value",
    [None, True, "", "soon", 0, -5, 1e300, float("nan"), [], "99999999999999", "Wed Nov 99", "٣"],
)
def test_no_days(value: object) -> None:
    """What is no moment has no day, and is no error."""
    assert day(value) is None


@given(number=st.integers(29_700_859_247, 10**19 - 1))
def test_numbers_tell_the_day(number: int) -> None:
    """A later post of X never has an earlier day."""
    days = [day_of_number(str(number)), day_of_number(str(min(10**19 - 1, number + (1 << 40))))]
    assert None not in days
    assert days == sorted(map(str, days))


@given(text=st.text())
def test_escaping_is_undone_once(text: str) -> None:
    """What was escaped comes back, however it looks itself."""
    escaped = html.escape(text, quote=False)
    assert unescaped(escaped) == text
    assert unescaped(unescaped(html.escape(escaped, quote=False))) == text


@given(text=st.text(alphabet="ab5 .\n"))
def test_plain_text_is_no_html(text: str) -> None:
    """Text without markup stays as it is."""
    assert of_html(text) == text


@given(text=st.text(), most=st.integers(2, 50))
def test_shortened(text: str, most: int) -> None:
    """What is shortened fits, says so, and is the beginning of what it was."""
    short = shortened(text, most)
    assert len(short) <= most
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@given(text=st.text())
def test_opening(text: str) -> None:
    """A title has one line, and is empty only where there is nothing to see."""
    title = opening(text)
    assert len(title) <= 100
    assert len(title.splitlines()) <= 1
    assert bool(title) == bool(text.strip())
