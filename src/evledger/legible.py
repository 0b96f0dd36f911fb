"""Text from anywhere, with nothing in it that cannot be seen, or that steers what shows it."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["UNSEEN", "one_line", "shortened", "visible", "within_sentence"]

UNSEEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Control characters; marks, embeddings, overrides and isolates of direction; separators of lines
and paragraphs; joiners and byte order marks; lone surrogates; tags."""

_BLANKS = re.compile(r"\s+")


def visible(text: str, *, keep: str = "") -> str:
    r"""Write what cannot be seen as its number.

    Args:
        text: from anywhere.
        keep: characters to leave as they are.

    >>> visible("gpj.\u202etxt\x1b[31m")
    'gpj.\\u202etxt\\x1b[31m'
    """
    return UNSEEN.sub(lambda found: found[0] if found[0] in keep else _number(found[0]), text)


def _number(character: str) -> str:
    return character.encode("unicode_escape").decode()


def one_line(text: str) -> str:
    r"""Return text on one line: every run of blanks and line breaks becomes one blank.

    >>> one_line("two\n\n\tlines")
    'two lines'
    """
    if text.isprintable() and "  " not in text:
        return text
    return visible(_BLANKS.sub(" ", text))


def within_sentence(label: str) -> str:
    """Write a label as it stands within a sentence; one that begins with an acronym stays.

    >>> within_sentence("Human"), within_sentence("RCT")
    ('human', 'RCT')
    """
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def shortened(text: str, width: int) -> str:
    """Return the beginning of a text, cut between words where that leaves half of it or more.

    >>> shortened("It rose in the rat hippocampus.", 20)
    'It rose in the rat…'
    """
    if len(text) <= width:
        return text
    begun = text[: width - 1]
    blank = begun.rfind(" ", width // 2)
    return f"{begun[: blank if blank > 0 else width].rstrip(' ,.;:!?')}…"
