"""JSON lines: a source, and the claims drawn from it, in each line."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from evledger.codec import is_list, is_object, parse_json
from evledger.exceptions import Invalid
from evledger.importing import Fit, Item, Rejection

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["JSONLinesImporter"]

_LONGEST = 1 << 24  # bytes of a line that are read at all


class JSONLinesImporter:
    """Reads lines of JSON.

    Each is an object with the fields of ``source-added``, and ``claims``:
    a list of objects with the fields of ``claim-tagged``, without ``source``.
    """

    name = "jsonl"
    suffixes: tuple[str, ...] = (".jsonl", ".ndjson")

    def sniff(self, start: bytes) -> Fit:
        """Know a file by its first line: an object with a source's kind and title."""
        first = start.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]
        try:
            fields: Any = parse_json(first)
        except Invalid:
            return Fit.NONE
        return Fit.SURE if is_object(fields) and {"kind", "title"} <= fields.keys() else Fit.NONE

    def read(self, file: IO[bytes]) -> Iterator[Item | Rejection]:
        """Yield a line at a time."""
        number = 0
        while line := file.readline(_LONGEST):
            number += 1
            if line.strip():
                yield _item(f"line {number}", line.removeprefix(b"\xef\xbb\xbf"))


def _item(place: str, line: bytes) -> Item | Rejection:
    raw = line.decode(errors="replace")[:2_000]
    try:
        fields: Any = parse_json(line)
    except Invalid as error:
        return Rejection(place, str(error), raw)
    if not is_object(fields):
        return Rejection(place, "it is not an object", raw)
    claims: Any = fields.pop("claims", [])
    if not is_list(claims) or not all(map(is_object, claims)):
        return Rejection(place, "its claims are not a list of objects", raw)
    return Item(place=place, source=fields, claims=tuple(claims))
