"""Markdown that a curator wrote, made to keep to its place in an article's Markdown.

It stays Markdown, but its headings rank below the article's own, its HTML is shown and not obeyed,
it links to http(s) addresses alone, it fetches no picture,
and a code block that it leaves open ends with it.

The rules are CommonMark's (version 0.31.2, sections 4.2 to 4.5 and 6.3 to 6.6).
They are applied to characters and lines, not to a parsed document:
no parser's opinion of what is code then decides what is harmless.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from evledger.legible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["confined"]

_WEB: Final = r"https?://"

_TAG = re.compile(rf"<(?![\s=])(?!{_WEB}[^\s<>]*>)", re.IGNORECASE)
"""Whatever could open a tag, a comment or a link, but for a link to a web address."""

_IMAGE = re.compile(r"!(?=\[)")
"""What would fetch a picture from elsewhere whenever the article is read; it becomes a link."""

_ELSEWHERE = re.compile(rf"\](?=([(:]))(?!.[ \t]*<?{_WEB})", re.IGNORECASE)
"""The bracket before a destination that is no web address."""

_BREAKS = re.compile(r"\r\n?")
_MARKERS: Final = r"[ \t>]*(?:(?:[-+*]|[0-9]{1,9}[.)])[ \t][ \t>]*)*"
_FENCE = re.compile(rf"({_MARKERS})(?:(`{{3,}})([^`]*)|(~{{3,}})(.*))")
_HEADING = re.compile(rf"\A({_MARKERS})(#{{1,6}})(?=[ \t]|\Z)")
_UNDERLINE = re.compile(r"([ \t>]*)(?:(=+)|(-+))[ \t]*")
_LANGUAGE = re.compile(r"[ \t]*[A-Za-z0-9+#._-]*[ \t]*")
_DEMOTED: Final = 2  # levels: the article's own are one and two
_LOWEST: Final = 6


def confined(body: str) -> str:
    r"""Return a curator's Markdown as it can stand in an article.

    >>> confined("# Dose\n\nSee [this](javascript:alert) or <b>that</b>.")
    '### Dose\n\nSee [this]\\(javascript:alert) or &lt;b>that&lt;/b>.'
    """
    text = visible(_BREAKS.sub("\n", body), keep="\n\t").strip("\n")
    text = _ELSEWHERE.sub(r"]\\", _TAG.sub("&lt;", _IMAGE.sub(r"\\!", text)))
    lines = text.split("\n")
    try:
        return "\n".join(_outside_code(lines))
    except _Nested:
        # Where a block quotation ends, whatever was left open in it ends too.
        return "\n".join(f"> {line}".rstrip() for line in _demoted(lines))


class _Nested(Exception):
    """A code block within a list or a quotation, whose end depends on theirs."""


def _outside_code(lines: Iterable[str]) -> Iterator[str]:
    """Demote headings outside of fenced code, and close a fence that is left open."""
    run: list[str] = []
    fence = ""
    for line in lines:
        if fence:
            yield line
            fence = "" if _closes(line, fence) else fence
        elif opened := _FENCE.fullmatch(line):
            if opened[1]:
                raise _Nested
            yield from _demoted(run)
            run = []
            fence = opened[2] or opened[4]
            info = opened[3] or opened[5] or ""
            # A flavour of Markdown may obey what stands here: ```{raw} html
            yield line if _LANGUAGE.fullmatch(info) else fence
        else:
            run.append(line)
    yield from _demoted(run)
    if fence:
        yield fence


def _closes(line: str, fence: str) -> bool:
    bare = line.lstrip(" ")
    is_fence = bare.startswith(fence) and not bare.strip(fence[0]).strip(" \t")
    return is_fence and len(line) - len(bare) <= 3


def _demoted(lines: Iterable[str]) -> list[str]:
    """Rank headings below the article's, in both forms that they have."""
    done: list[str] = []
    for line in lines:
        under = _UNDERLINE.fullmatch(line)
        if under is not None and done and done[-1].strip(" \t"):
            _underlined(done, line, under)
        else:
            done.append(_HEADING.sub(_lower, line, count=1))
    return done


def _lower(found: re.Match[str]) -> str:
    return found[1] + "#" * min(len(found[2]) + _DEMOTED, _LOWEST)


def _underlined(done: list[str], line: str, under: re.Match[str]) -> None:
    """Take in a line that makes a heading of the paragraph before it."""
    is_single = done[-1][0].isalpha() and not (len(done) > 1 and done[-2].strip(" \t"))
    if is_single and not under[1]:
        done[-1] = f"{'#' * (_DEMOTED + (1 if under[2] else 2))} {done[-1]}"
    elif under[2] or len(under[3]) == 1:
        done.append(f"{under[1]}\\{line[len(under[1]) :]}")
    else:
        done.append(f"{under[1]}***")  # the rule that it also may have been
