"""Small parts of sentences: so many of something, and the first few of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["counted", "listed"]

_LISTED: Final = 8


def counted(number: int, one: str, many: str = "") -> str:
    """Write so many of something.

    Args:
        number: how many there are.
        one: what one of them is called.
        many: what several are called, where an s at the end does not do.

    >>> counted(1, "claim"), counted(12000, "claim"), counted(2, "entry", "entries")
    ('1 claim', '12,000 claims', '2 entries')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def listed(items: Sequence[str], most: int = _LISTED) -> str:
    """Name the first few of many.

    Args:
        items: all of them; not none.
        most: how many are named; one more is, where it is the last.

    >>> listed(["s1"]), listed(["s1", "s2"]), listed(["c1", "c2", "c3", "c4"], 2)
    ('s1', 's1 and s2', 'c1, c2 and 2 more')
    """
    if len(items) > most + 1:
        return f"{', '.join(items[:most])} and {len(items) - most:,} more"
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last
