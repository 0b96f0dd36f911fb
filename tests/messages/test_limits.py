"""How often a sender may write: a sliding window, remembered of a bounded number of senders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid
from evledger.messages.limits import Limiter, Rate

START = datetime(2026, 11, 22, 10, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """Return a moment so many seconds after the start."""
    return START + timedelta(seconds=seconds)


@given(
    st.integers(1, 5),
    st.integers(1, 60),
    st.lists(st.integers(0, 30), max_size=60),
)
def test_no_window_holds_more_than_the_limit(most: int, seconds: int, pauses: list[int]) -> None:
    """However a sender hurries, no span of so many seconds holds more messages than allowed."""
    limiter, now = Limiter(Rate(most, seconds)), 0
    taken: list[int] = []
    for pause in pauses:
        now += pause
        if limiter.free_at("a", after(now)) is None:
            limiter.note("a", after(now))
            taken.append(now)
    spans = ([each for each in taken if end - seconds < each <= end] for end in taken)
    assert all(len(span) <= most for span in spans)


@given(st.integers(1, 5), st.integers(1, 60), st.lists(st.integers(0, 200), min_size=1))
def test_the_moment_told_is_right(most: int, seconds: int, moments: list[int]) -> None:
    """At the moment that is told a message is welcome, and a microsecond before it is not."""
    rate, now = Rate(most, seconds), after(max(moments))
    seen = [after(each) for each in moments]
    until = rate.free_at(seen, now)
    if until is None:
        assert sum(each > rate.since(now) for each in seen) < most
    else:
        assert rate.free_at(seen, until) is None
        assert rate.free_at(seen, until - timedelta(microseconds=1)) == until


@given(st.integers(1, 3), st.lists(st.integers(-80_000, 80_000), min_size=1, max_size=30))
def test_nobody_waits_longer_than_the_span(most: int, steps: list[int]) -> None:
    """However a clock steps forward and back, nobody is told to wait for longer than the span."""
    limiter, now = Limiter(Rate(most, 3_600)), START
    for step in steps:
        now += timedelta(seconds=step)
        until = limiter.free_at("a", now)
        if until is None:
            limiter.note("a", now)
        else:
            assert now < until <= now + timedelta(seconds=3_600)


def test_a_clock_that_was_ahead() -> None:
    """Messages of a moment that has not come yet keep nobody out."""
    limiter = Limiter(Rate(1, 3_600))
    limiter.note("a", after(21 * 3_600))
    assert limiter.free_at("a", START, [after(21 * 3_600)]) is None


def test_senders_are_apart() -> None:
    """One sender's messages take nothing from another."""
    limiter = Limiter(Rate(1, 60))
    limiter.note("a", START)
    assert limiter.free_at("a", after(1)) == after(60)
    assert limiter.free_at("b", after(1)) is None


def test_what_a_ledger_recorded_counts() -> None:
    """Messages that other processes took count, and none is counted twice."""
    limiter = Limiter(Rate(2, 60))
    limiter.note("a", START)
    assert limiter.free_at("a", after(1), [START]) is None
    assert limiter.free_at("a", after(1), [START, after(1)]) == after(60)


def test_memory_is_bounded() -> None:
    """Of more senders than are remembered, whoever wrote longest ago is forgotten."""
    limiter = Limiter(Rate(1, 3_600), most=2)
    for place, sender in enumerate(("a", "b", "a", "c")):
        limiter.note(sender, after(place))
    assert limiter.free_at("a", after(4)) is not None
    assert limiter.free_at("b", after(4)) is None
    assert limiter.free_at("c", after(4)) is not None


def test_without_a_limit() -> None:
    """Without a rate everything is welcome."""
    limiter = Limiter(None)
    for _ in range(1_000):
        limiter.note("a", START)
    assert limiter.free_at("a", START) is None


@pytest.mark.parametrize(("messages", "seconds"), [(0, 1), (1, 0), (-1, 1), (1, 10**9), (True, 1)])
def test_impossible_rates(messages: int, seconds: int) -> None:
    """A rate that lets nobody write, or that no clock can tell, is refused."""
    with pytest.raises(Invalid, match="expected a whole number from 1 to"):
        Rate(messages, seconds)
