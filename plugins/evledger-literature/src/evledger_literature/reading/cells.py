"""What the cells of other people's tables say: lists of names, of types, of identifiers."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["authors", "is_absent", "items", "listed"]

_ABSENT: Final = frozenset(
    ("", "0", "-", "na", "n/a", "nan", "nil", "none", "null", "unavailable", "not available")
)
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_SEVERAL = re.compile(r"[;|\n]")
_AND = re.compile(r",? (?:and|&) ")
_NUMBER = re.compile(r" ?\([0-9]{6,}\)\Z")  # Scopus's id of an author
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[ -]?){1,4}")
_WITH_INITIALS = re.compile(r"[A-Z.-]{1,6} .+|.+ [A-Z.-]{1,6}")
_ENDED = re.compile(r"[A-Z]{2}\.\Z")  # one name: the dot is not of its initials
_MORE: Final = frozenset(("", "et al", "et al.", "...", "…"))


def is_absent(cell: str) -> bool:
    """Return what stands in a cell where there is no identifier.

    >>> is_absent("Unavailable"), is_absent("0"), is_absent("10.1000/x")
    (True, True, False)
    """
    return cell.casefold() in _ABSENT


def listed(cell: str) -> list[str]:
    r"""Return the texts that a cell lists as Python does, or the cell itself.

    >>> listed("['Marx, Karl', \"O'Hara, M.\"]"), listed("Marx, Karl")
    (['Marx, Karl', "O'Hara, M."], ['Marx, Karl'])
    """
    if cell == "[]" or not (cell.startswith("[") and cell.endswith("]")):
        return [] if cell == "[]" else [cell]
    return [single or double for single, double in _QUOTED.findall(cell)] or [cell]


def items(cell: str) -> list[str]:
    """Return the items of a cell that lists some: with semicolons, or as Python writes a list.

    >>> items("Journal Article; Clinical Trial, Phase III"), items("['Marx, Karl']")
    (['Journal Article', 'Clinical Trial, Phase III'], ['Marx, Karl'])
    """
    texts = listed(cell)
    texts = _SEVERAL.split(cell) if texts == [cell] else texts
    return [" ".join(text.split()) for text in texts if text.strip()]


def authors(cell: str) -> list[str]:
    """Return the authors in a cell, each as it is written there.

    A comma stands between authors, or between an author's names; where that cannot be told,
    the cell is one name.

    >>> authors("Marx, Karl; Lindgren, Astrid"), authors("Smith J, Doe AB, Roe C.")
    (['Marx, Karl', 'Lindgren, Astrid'], ['Smith J', 'Doe AB', 'Roe C'])
    >>> authors("Smith, J., Doe, A.B."), authors("van Beethoven, Ludwig Maria")
    (['Smith, J.', 'Doe, A.B.'], ['van Beethoven, Ludwig Maria'])
    """
    names = items(cell)
    if names == [" ".join(cell.split())]:
        names = [part for name in _AND.split(names[0]) for part in _by_commas(name)]
    found = [_NUMBER.sub("", name).strip(" ,") for name in names]
    return [name for name in found if name.casefold() not in _MORE]


def _by_commas(text: str) -> list[str]:
    names = [part for part in map(str.strip, text.split(",")) if part.casefold() not in _MORE]
    is_list = len(names) > 2 and all(" " in name for name in names)
    if is_list or all(map(_WITH_INITIALS.fullmatch, names)):
        is_sentence = text.count(".") == 1 and (len(names) > 1 or _ENDED.search(text) is not None)
        # As PubMed ends the list.
        return [name.removesuffix(".") if is_sentence else name for name in names]
    surnames, initials = names[::2], names[1::2]
    if len(surnames) == len(initials) and all(map(_INITIALS.fullmatch, initials)):
        return [f"{name}, {first}" for name, first in zip(surnames, initials, strict=True)]
    return [text]
