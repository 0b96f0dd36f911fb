"""How wide text may become, so that none is ever wider than its room, whatever the font.

The widths are those of the widest common fonts (DejaVu Sans, Verdana), rounded up.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from evledger.legible import one_line, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["fitted", "legible", "width_of", "wrapped"]

_EMS: Final = {
    **dict.fromkeys(" .,'|ijl", 0.36),
    **dict.fromkeys('tfrI:;!()[]{}-/\\"·', 0.46),
    **dict.fromkeys("sczJ", 0.54),
    **dict.fromkeys("aekvxy", 0.62),
    **dict.fromkeys("mwMW@%…–—", 1.1),
    **dict.fromkeys("×−±≈≤✓“”", 0.85),
}
_BOLD: Final = 1.12
_NARROWEST: Final = 0.36  # of all characters, in ems: so many have room at the most
_NO_XML: Final = re.compile(
    r"[\ufdd0-\ufdef\ufffe\uffff]|[\U0001fffe-\U0010ffff](?<=[\ufffe\uffff])"
)


def legible(text: str) -> str:
    r"""Return text on one line, with nothing in it that XML cannot hold.

    >>> legible("a\x00b\uffff")
    'a\\x00b\\uffff'
    """
    return _NO_XML.sub(lambda found: ascii(found[0])[1:-1], one_line(text))


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return the most that a line of text may take, in the units of its size."""
    return sum(map(_em, text)) * size * (_BOLD if bold else 1)


def _em(character: str) -> float:  # one return for each class of characters
    if character in _EMS:
        return _EMS[character]
    if character.isascii():
        return 0.65 if character.islower() or character.isdigit() else 0.85
    if unicodedata.combining(character):
        return 0
    return 0.9 if ord(character) < 0x530 else 1.35  # Latin, Greek and Cyrillic come first


def fitted(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Shorten text until it has room.

    >>> fitted("It rose in the rat hippocampus.", 110, 10)
    'It rose in the rat…'
    """
    text = legible(text)
    width = min(len(text), int(room / (_NARROWEST * size)) + 1)
    while width > 1 and width_of(shortened(text, width), size, bold=bold) > room:
        width -= 1
    return shortened(text, width)


def wrapped(text: str, room: float, size: float, *, lines: int) -> Iterator[str]:
    """Break text into lines that have room; what the last of them cannot hold is cut."""
    rest = legible(text)
    for _ in range(lines - 1):
        if width_of(rest, size) <= room:
            break
        line, rest = _broken(rest, room, size)
        yield line
    if rest:
        yield fitted(rest, room, size)


def _broken(text: str, room: float, size: float) -> tuple[str, str]:
    """Return as many of the words as have room, and the rest; a longer word is cut within."""
    end, width = 0, 0.0
    while end < len(text) and width <= room:
        width += _em(text[end]) * size
        end += 1
    blank = text.rfind(" ", 1, end)
    at = blank if blank > 0 else max(1, end - 1)
    return text[:at].rstrip(), text[at:].lstrip()
