"""To see that what a plugin makes hangs neither on the time nor on chance."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType

__all__ = ["steady"]

_ASKED: Final = frozenset(
    (
        *("date.today", "datetime.now", "datetime.utcnow"),
        *("time.time", "time.time_ns", "time.gmtime", "time.localtime"),
        *("Random.random", "Random.getrandbits", "posix.urandom", "nt.urandom"),
    )
)
"""Functions that say what time it is, or what chance says."""


@contextlib.contextmanager
def steady() -> Generator[None]:
    """Check that neither the clock nor chance is asked within.

    Two calls in a row see the same day, so comparing them would not tell.

    >>> import datetime
    >>> with steady():
    ...     today = datetime.date.today()
    Traceback (most recent call last):
    ...
    AssertionError: date.today was asked in ..., line 2: ...
    """
    if sys.getprofile() is not None:  # somebody measures; only one can look
        yield
        return
    asked: list[str] = []

    def look(frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call" and (name := _name(function)) in _ASKED:
            module = str(frame.f_globals.get("__name__"))
            if module.partition(".")[0] != "logging":  # its times are nobody's result
                place = Path(frame.f_code.co_filename).name
                asked.append(f"{name} was asked in {place}, line {frame.f_lineno}")

    sys.setprofile(look)
    try:
        yield
    finally:
        sys.setprofile(None)
    assert not asked, (
        f"{asked[0]}: the same ledger would give something else tomorrow; "
        "take what is needed from the view, such as view.at"
    )


def _name(function: Any) -> str:
    qualified: str = getattr(function, "__qualname__", "")
    module = getattr(function, "__module__", None)
    return qualified if "." in qualified else f"{module}.{qualified}"
