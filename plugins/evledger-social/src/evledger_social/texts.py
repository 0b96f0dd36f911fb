"""Text as the sites hand it out, as people wrote it."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

__all__ = ["of_html", "opening", "shortened", "unescaped"]

# What the sites escape, and nothing else: `&copy;` is what somebody typed.
_ENTITIES: Final = MappingProxyType(
    {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'"}
)
_ENTITY: Final = re.compile("|".join(_ENTITIES))
_BREAK: Final = re.compile(r"<br ?/?>", re.IGNORECASE)
_TAG: Final = re.compile(r"</?(?:a|b|i|s|u|em|strong|span)(?: [^<>]*)?>", re.IGNORECASE)
_OPENING: Final = 100  # characters


def unescaped(text: str) -> str:
    """Undo the escaping of markup, once.

    >>> unescaped("&amp;gt; is &gt;"), unescaped("&copy; R&D")
    ('&gt; is >', '&copy; R&D')
    """
    return _ENTITY.sub(lambda found: _ENTITIES[found[0]], text)


def of_html(text: str) -> str:
    r"""Return the plain text of the little HTML that comments are displayed in.

    Text that has neither its tags nor its entities stays as it is.

    >>> of_html('It&#39;s <b>5 &lt; 6</b><br>See <a href="https://example.org">this</a>')
    "It's 5 < 6\nSee this"
    """
    return unescaped(_TAG.sub("", _BREAK.sub("\n", text)))


def shortened(text: str, most: int) -> str:
    """Cut a text after a word, to at most so many characters, and say so by an ellipsis.

    >>> shortened("It helped me to sleep", 12)
    'It helped…'
    """
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    words = cut.rpartition(" ")[0] if " " in cut[most // 2 :] else cut
    return f"{words.rstrip()}…"


def opening(text: str) -> str:
    r"""Return the first line of a text, or as much of it as makes a title.

    >>> opening("\n  A first line.\nA second.")
    'A first line.'
    """
    first = text.lstrip().partition("\n")[0]
    return shortened(" ".join(first[: 20 * _OPENING].split()), _OPENING)
