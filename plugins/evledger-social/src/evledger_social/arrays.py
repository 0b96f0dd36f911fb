"""The elements of a JSON array, however long it is, one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Protocol

from evledger import Invalid

__all__ = ["Readable", "elements"]

_CHUNK: Final = 1 << 20
_LONGEST: Final = 1 << 24  # bytes of an element
# What is passed over in one step: anything but brackets, with the texts in which there are any.
_TEXT: Final = rb'"(?:[^"\\]++|\\.)*+"'
_TO_BRACKET: Final = re.compile(rb'(?:[^"\[\]{}]++|' + _TEXT + rb")*+", re.DOTALL)
_TO_COMMA: Final = re.compile(rb'(?:[^"\[\]{},]++|' + _TEXT + rb")*+", re.DOTALL)
_STEPS: Final = {b"[": 1, b"{": 1, b"]": -1, b"}": -1, b",": 0}


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""
        ...


def elements(file: Readable, begun: bytes = b"") -> Iterator[bytes]:
    r"""Yield the elements of an array as they stand, without reading it as a whole.

    What breaks off is given as it is, and so is what stands after the array.

    Args:
        file: what follows the opening bracket.
        begun: what follows it and has been read already.

    Raises:
        Invalid: an element is longer than 16 MiB.

    >>> import io
    >>> list(elements(io.BytesIO(b' {"a": "]"}, [1, 2] ];\n')))
    [b'{"a": "]"}', b'[1, 2]']
    """
    scan = _Scan()
    yield from scan.take(begun)
    while chunk := file.read(_CHUNK):
        yield from scan.take(chunk)
    rest = scan.rest()
    if rest:
        yield rest


class _Scan:
    """Where in an array the reading is."""

    def __init__(self) -> None:
        self._waiting = bytearray()  # what belongs to the element that has begun
        self._seen = 0  # how much of that is known to be without its end
        self._depth = 0
        self._is_over = False

    def take(self, chunk: bytes) -> Iterator[bytes]:
        """Read on, and give the elements that end."""
        self._waiting += chunk
        while not self._is_over and self._step():
            if self._depth < 0 or (self._depth == 0 and self._waiting[self._seen - 1] == ord(",")):
                yield from self._cut()
        if not self._seen:
            self._waiting = self._waiting.lstrip()
        if len(self._waiting) > _LONGEST:
            msg = f"a record in it is longer than {_LONGEST >> 20} MiB"
            raise Invalid(msg)

    def rest(self) -> bytes:
        """Return what was begun and has no end; after an array, a semicolon is nothing."""
        rest = bytes(self._waiting).strip()
        return b"" if self._is_over and rest == b";" else rest

    def _step(self) -> bool:
        """Go to the next bracket, or comma between elements; say whether there is one."""
        pattern = _TO_BRACKET if self._depth else _TO_COMMA
        found = pattern.match(self._waiting, self._seen)
        at = found.end() if found else self._seen
        mark = bytes(self._waiting[at : at + 1])
        if mark not in _STEPS:  # the text that begins there does not end yet
            return False
        self._seen = at + 1
        self._depth += _STEPS[mark]
        return True

    def _cut(self) -> Iterator[bytes]:
        self._is_over = self._depth < 0
        element = bytes(self._waiting[: self._seen - 1]).strip()
        del self._waiting[: self._seen]
        self._seen = 0
        if element or not self._is_over:
            yield element
