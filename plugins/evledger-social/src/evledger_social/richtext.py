"""Reddit's rich text: the words of a tree of paragraphs, lists, quotations and tables."""

from __future__ import annotations

from typing import Any, Final

from evledger.codec import is_list, is_object

__all__ = ["words_of"]

# What stands within a line; everything else begins a paragraph.
_INLINE: Final = frozenset({"text", "link", "raw", "spoilertext"})
# What stands in place of a paragraph's beginning; a cell of a table has no kind.
_BEFORE: Final = {"br": "\n", "r/": "r/", "u/": "u/", "": " "}


def words_of(document: Any) -> str:
    r"""Return the words of a rich text, its blocks as paragraphs.

    Args:
        document: the ``document`` of what Reddit calls ``rtjson``, to any depth.

    >>> words_of([{"e": "par", "c": [{"e": "text", "t": "Hello "}, {"e": "u/", "t": "someone"}]}])
    'Hello u/someone'
    """
    pieces: list[str] = []
    waiting: list[Any] = [document]
    while waiting:
        node = waiting.pop()
        if is_list(node):
            waiting.extend(reversed(node))
        elif is_object(node):
            pieces.append(_own_words(node))
            waiting += (node.get("c"), node.get("h"))  # the head of a table comes first
        elif isinstance(node, str):  # the caption of an image
            pieces.append(node)
    paragraphs = "".join(pieces).split("\n\n")
    return "\n\n".join(filter(None, (paragraph.strip() for paragraph in paragraphs)))


def _own_words(node: dict[str, Any]) -> str:
    kind, own = str(node.get("e", "")), node.get("t")
    before = "" if kind in _INLINE else _BEFORE.get(kind, "\n\n")
    return before + (own if isinstance(own, str) else "")
