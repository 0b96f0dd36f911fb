"""Formulas in MathML, written on a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from evledger_literature.scripts import is_of_figures, lowered, raised

__all__ = ["formula"]

_TAG: Final = re.compile(
    r"<(?P<end>/?)(?:\w+:)?(?P<name>[A-Za-z][\w-]*)[^<>]*?(?P<empty>/?)>", re.ASCII
)
_DEEPEST: Final = 32  # what is nested deeper is read as one row
_SIMPLE: Final = re.compile(r"[\w.]*|√?\([^()]*\)")


def formula(markup: str) -> str:
    """Write a formula so that no number in it reads as another.

    Layout is lost, and so are accents and limits of sums where they stand above and below.

    Args:
        markup: what is inside of the element `math`, whatever its tags' prefix.

    >>> formula("<mn>3</mn><mo>×</mo><msup><mn>10</mn><mrow><mo>-</mo><mn>6</mn></mrow></msup>")
    '3×10⁻⁶'
    >>> formula("<mfrac><mn>1</mn><mrow><mi>n</mi><mo>+</mo><mn>1</mn></mrow></mfrac>")
    '1/(n+1)'
    """
    open_: list[tuple[str, list[str]]] = [("", [])]
    at = 0
    for tag in _TAG.finditer(markup):
        _add(open_, markup[at : tag.start()])
        at = tag.end()
        if tag["empty"]:
            _add(open_, " " if tag["name"] == "mspace" else "")
        elif tag["end"]:
            _close(open_, tag["name"])
        elif len(open_) < _DEEPEST:
            open_.append((tag["name"], []))
    _add(open_, markup[at:])
    while len(open_) > 1:
        _close(open_, open_[-1][0])
    return "".join(open_[0][1]).strip()


def _add(open_: Sequence[tuple[str, list[str]]], text: str) -> None:
    if stripped := text.strip():
        open_[-1][1].append(stripped)


def _close(open_: list[tuple[str, list[str]]], name: str) -> None:
    """End the innermost element; an end of something else is one that was too deep to begin."""
    if len(open_) > 1 and open_[-1][0] == name:
        _, parts = open_.pop()
        open_[-1][1].append(_WRITERS.get(name, "".join)(parts))


def _power(parts: Sequence[str]) -> str:
    base, exponent = _two(parts)
    if is_of_figures(exponent) or not any(map(str.isalnum, exponent)):
        return base + raised(exponent)
    return f"{base}^{_grouped(exponent)}"


def _indexed(parts: Sequence[str]) -> str:
    base, index = _two(parts)
    return base + (lowered(index) if is_of_figures(index) else f"_{_grouped(index)}")


def _indexed_power(parts: Sequence[str]) -> str:
    base, index = _two(parts[:2])
    return _power((_indexed((base, index)), "".join(parts[2:])))


def _fraction(parts: Sequence[str]) -> str:
    above, below = _two(parts)
    return f"{_grouped(above)}/{_grouped(below)}"


def _root(parts: Sequence[str]) -> str:
    return f"√{_grouped(''.join(parts))}"


def _nothing(parts: Sequence[str]) -> str:
    """Leave out what says the same again, in another language."""
    del parts
    return ""


def _two(parts: Sequence[str]) -> tuple[str, str]:
    return "".join(parts[:1]), "".join(parts[1:])


def _grouped(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else f"({text})"


_WRITERS: Final[dict[str, Callable[[Sequence[str]], str]]] = {
    "msup": _power,
    "msub": _indexed,
    "msubsup": _indexed_power,
    "mfrac": _fraction,
    "msqrt": _root,
    "annotation": _nothing,
    "annotation-xml": _nothing,
}
