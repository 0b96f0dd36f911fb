"""Locators that a bibliographic format has no field for, carried along in a note.

    Locators: reddit:t3_58qzqh url:https://example.org/a

Renderers write such a line, with all locators of a source, where the format's fields do not hold
them all; importers take what stands there for the source's locators, and nothing else.
So a ledger's sources are known again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

__all__ = ["carried", "carry"]

_LABEL: Final = "Locators:"
_LINE = re.compile(rf"^{_LABEL}[ \t]+(\S.*)$", re.MULTILINE)
_UNSAFE = re.compile(r"[^!#-$&-[\]-z|~]")  # what is not ASCII, and what BibTeX gives a meaning


def carry(locators: Iterable[str]) -> str:
    """Write locators in a line, between blanks, which none of them has.

    >>> carry(["reddit:t3_58qzqh", "doi:10.1000/{x}"])
    'Locators: reddit:t3_58qzqh doi:10.1000/%7Bx%7D'
    """
    return " ".join([_LABEL, *(_UNSAFE.sub(_escaped, name) for name in locators)])


def carried(texts: Iterable[str]) -> list[str]:
    """Return the locators in lines among texts; the record that they go into reports what is none.

    >>> carried(["Read twice.", "Locators: reddit:t3_58qzqh doi:10.1000/%7Bx%7D"])
    ['reddit:t3_58qzqh', 'doi:10.1000/{x}']
    """
    lines = (found[1] for text in texts for found in _LINE.finditer(text))
    return [unquote(name) for line in lines for name in line.split()]


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode(errors="replace"))
