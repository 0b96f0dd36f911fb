"""Waiting for several at a time: order, failure, impatience."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evledger.proofs.waiting import side_by_side, within


@given(numbers=st.lists(st.integers(), max_size=40))
def test_results_keep_their_order(numbers: list[int]) -> None:
    """Each item comes with its own result, in the order in which the items came."""
    assert list(side_by_side(abs, numbers)) == [(number, abs(number)) for number in numbers]


def test_items_are_taken_as_they_are_needed() -> None:
    """Of items without end only a few are taken ahead of who takes the results."""
    taken: list[int] = []

    def endless() -> Iterator[int]:
        while True:
            taken.append(len(taken))
            yield taken[-1]

    results = side_by_side(abs, endless())
    assert [next(results) for _ in range(20)] == [(n, n) for n in range(20)]
    assert len(taken) < 40


def test_several_are_at_work() -> None:
    """Work that waits for other work gets done, so it is done side by side."""
    meeting = threading.Barrier(4, timeout=60)
    assert len([*side_by_side(lambda _: meeting.wait(), range(4))]) == 4


def test_a_failure_ends_it_in_order() -> None:
    """Results before the failure are given; nothing begins after it, and what began is ended."""
    begun: list[int] = []
    ended: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        if number == 2:
            msg = "the third"
            raise ValueError(msg)
        time.sleep(0.05)
        ended.append(number)

    seen: list[int] = []
    with pytest.raises(ValueError, match="the third"):
        seen.extend(number for number, _ in side_by_side(work, range(1_000)))
    assert seen == [0, 1]
    assert len(begun) < 20
    assert set(ended) == set(begun) - {2}


def test_whoever_takes_too_long_is_left() -> None:
    """Patience is for one item, and ends with an error while the work goes on."""
    go = threading.Event()
    with pytest.raises(TimeoutError):
        within(0.01, go.wait)
    with pytest.raises(TimeoutError):
        list(side_by_side(lambda _: go.wait(), range(3), patience=0.01))
    go.set()
    assert within(None, go.wait)


def test_what_is_raised_is_raised() -> None:
    """What work raises reaches whoever waits for it."""
    with pytest.raises(ZeroDivisionError):
        within(60, lambda: 1 / 0)
