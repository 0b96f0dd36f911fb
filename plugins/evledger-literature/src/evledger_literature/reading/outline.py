"""What a JSON file holds, told from its start, which may break off anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

import attrs

__all__ = ["Outline", "outline"]

# Possessive, so that no text costs more than its length: an unfinished string ends the text.
_TOKEN: Final = re.compile(r'"((?:[^"\\]|\\.)*+)"?|([{}\[\],:])|[^\s{}\[\],:"]++', re.DOTALL)
_DEEPEST: Final = 24  # levels; no record's own names stand deeper
_LONGEST: Final = 64  # characters of a name or value


@attrs.frozen
class Outline:
    """The names in the start of a file, and how their values begin.

    Attributes:
        values: for the path of each name, lists left out, how its first value begins:
            ``{``, ``[``, or a text or number itself.

    >>> found = outline(b'{"message": {"items": [{"DOI": "10.1000/x", "title": ["A tri')
    >>> found.values["message.items.title"]
    '['
    """

    values: dict[str, str]

    def below(self, *wrappers: str) -> Outline:
        """Return the outline of the records themselves, which may stand in wrappers.

        >>> outline(b'{"items": [{"DOI": "10.1000/x"}]}').below("message", "items").values
        {'DOI': '10.1000/x'}
        """
        values = self.values
        for wrapper in wrappers:
            if values.get(wrapper) in {"{", "["}:
                inner = {path: values[path] for path in values if path.startswith(f"{wrapper}.")}
                values = {path.removeprefix(f"{wrapper}."): inner[path] for path in inner}
        return Outline(values)

    def has(self, names: Iterable[str]) -> bool:
        """Return whether any of these names is there."""
        return not self.values.keys().isdisjoint(names)

    def begins(self, name: str) -> str:
        """Return how the value of a name begins, or an empty text."""
        return self.values.get(name, "")

    def is_text(self, name: str) -> bool:
        """Return whether the value of a name is there, and neither an object nor a list."""
        return self.begins(name) not in {"", "{", "["}


def outline(start: bytes) -> Outline:
    """Read the start of a JSON file, of JSON lines, or of what is neither.

    Args:
        start: its first bytes.

    >>> outline(b'[{"id": "a", "issued": {"date-parts": [[2018]]}}').values
    {'id': 'a', 'issued': '{', 'issued.date-parts': '['}
    """
    values: dict[str, str] = {}
    path: list[str | None] = []  # for each open object, the name being read; for a list, ""
    for token in _TOKEN.finditer(start.decode(json.detect_encoding(start), errors="replace")):
        sign, value = token[2], (token[1] or token[0])[:_LONGEST]
        if path and path[-1] is None and token[1] is not None:
            path[-1] = value
        elif sign not in {"}", "]", ",", ":"}:
            values.setdefault(".".join(filter(None, path)), value)
        _follow(sign, path)
        if len(path) > _DEEPEST:
            break
    values.pop("", None)
    return Outline(values)


def _follow(sign: str | None, path: list[str | None]) -> None:
    """Open, close or step on in an object or a list."""
    if sign in {"{", "["}:
        path.append(None if sign == "{" else "")
    elif sign in {"}", "]"}:
        del path[-1:]
    elif sign == "," and path and path[-1] != "":
        path[-1] = None
