r"""Text without markup: what readers see of titles and abstracts.

Records carry HTML, JATS, MathML and publishers' own tags, in many formats escaped, and often
twice. Beside them stand signs that are meant: ``p < 0.05``, ``IL-2 > 3``. So a tag is only what
has a name that one of those languages has, and what follows the name can only be attributes.

    Ca<sup>2+</sup>           Ca²⁺              H<sub>2</sub>O          H₂O
    CD4<sup>lo</sup>          CD4lo             10&lt;sup&gt;-3         10-3 (it never ends)

All of it is read in time that grows with the text alone, whoever wrote it.
"""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5
from typing import TYPE_CHECKING, Final

from evledger_literature.formulas import formula
from evledger_literature.scripts import lowered, raised

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element  # pyright: ignore[reportPrivateUsage]  # has no public name

__all__ = ["paragraphs", "plain", "plain_element"]

# -- tags --------------------------------------------------------------------------------

# Where a superscript, a subscript or a heading begins and ends. Cleaned text has none of these.
_SUPER, _SUB, _LEVEL, _HEADING, _HEADED = _SIGNS = "\x01\x02\x03\x04\x05"
_SIGN: Final = re.compile(f"[{_SIGNS}]")

_TAGS: Final = (
    # what stands for their starts and ends; HTML's, JATS's and publishers' tags
    ("", "", "a abbr acronym b bdi bdo big bold cite code del em emph emphasis font i ins"),
    ("", "", "italic kbd mark monospace overline roman s sans-serif sc scp small span strike"),
    ("", "", "strong tt u underline var xref ext-link uri email named-content styled-content"),
    ("", "", "inline-formula disp-formula alternatives inline-graphic tex-math fn target"),
    ("“", "”", "q"),
    (_SUPER, _LEVEL, "sup super superscript"),
    (_SUB, _LEVEL, "sub inf subscript"),
    (" ", " ", "td th"),
    ("\n", "\n", "abstract abstracttext blockquote br break caption center dd def-list disp-quote"),
    ("\n", "\n", "div dl dt hr label li list list-item ol p para pre sec section simplepara"),
    ("\n", "\n", "article-title subtitle table tbody tr trans-title ul"),
    (f"\n{_HEADING}", _HEADED, "h1 h2 h3 h4 h5 h6 title"),
)
_MARKS: Final = {name: (start, end) for start, end, names in _TAGS for name in names.split()}
_PREFIXES: Final = frozenset(("ce", "html", "jats", "m", "mml", "sb", "tei", "xhtml"))
"""With one of these in front, any name is a tag's."""

_TAG: Final = re.compile(
    r"<(?P<end>/?)(?:(?P<prefix>[A-Za-z]\w*):)?(?P<name>[A-Za-z][\w-]*)"
    r"(?P<attributes>(?:\s[^<>]*)?)/?>",
    re.ASCII,
)
_SUPERSCRIPT: Final = re.compile(rf"{_SUPER}([^{_SIGNS}]*){_LEVEL}")
_SUBSCRIPT: Final = re.compile(rf"{_SUB}([^{_SIGNS}]*){_LEVEL}")
_HEADLINE: Final = re.compile(rf"{_HEADING}([^{_HEADING}{_HEADED}]*){_HEADED}\s*")


def _element(name: str) -> re.Pattern[str]:
    """Match an element up to its end, and never past the next that begins."""
    start = rf"<(?:\w+:)?{name}\b[^<>]*>"
    inside = rf"((?:(?!<(?:\w+:)?{name}\b).)*?)"
    return re.compile(rf"{start}{inside}</(?:\w+:)?{name}>", re.DOTALL | re.ASCII)


_FORMULA: Final = _element("math")
_TEX: Final = _element("tex-math")
_NOTES: Final = re.compile(r"<!--(?:(?!<!--|-->).)*-->|<\?[^<>]*\?>|<!\[CDATA\[|\]\]>", re.DOTALL)

# -- characters --------------------------------------------------------------------------

_ENTITY: Final = re.compile(
    r"""&(?:(?:amp|\#0{0,5}38|\#[xX]0{0,5}26);)*
        (?:\#(?P<number>[0-9]{1,7})|\#[xX](?P<hex>[0-9A-Fa-f]{1,6})|(?P<name>[A-Za-z]\w{1,31}));""",
    re.VERBOSE | re.ASCII,
)
"""A character by its number or name, however often its ampersand was escaped."""

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_UNSEEN: Final = re.compile(r"[\xad\u200b\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
"""Where a word may break, and what steers the direction of text; not the joiners of scripts."""
_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")


def plain(text: str) -> str:
    r"""Return the text that readers see, on one line.

    Args:
        text: with markup or without, escaped or not.

    >>> plain("Ca<sup>2+</sup> in <i>vitro</i>,\n p &lt; 0.05 &amp;amp; n>3")
    'Ca²⁺ in vitro, p < 0.05 & n>3'
    """
    return _folded(_shown(_characters(text), with_labels=False))


def paragraphs(text: str) -> str:
    r"""Return the text that readers see, each paragraph on a line of its own.

    A heading stands before the paragraph after it; the heading `Abstract` says nothing.
    Where nothing marks paragraphs, the lines of the text are kept.

    Args:
        text: as for :func:`plain`.

    >>> text = "<jats:title>Methods</jats:title><jats:p>In\n rats.</jats:p><jats:p>Twice.</jats:p>"
    >>> print(paragraphs(text))
    Methods: In rats.
    Twice.
    """
    text = _characters(text)
    if any(marks and "\n" in marks[0] for marks in map(_marks, _TAG.finditer(text))):
        text = text.replace("\n", " ")
    lines = _shown(text).split("\n")
    return "\n".join(filter(None, map(_folded, lines)))


def plain_element(element: _Element) -> str:
    """Return the text that readers see of an element and all within it, on one line.

    Whatever the elements within are called, their names are not seen.

    >>> from lxml import etree
    >>> title = "<ArticleTitle>NF-<i>κ</i>B &lt; 3 <new>H<sub>2</sub>O</new></ArticleTitle>"
    >>> plain_element(etree.fromstring(title))
    'NF-κB < 3 H₂O'
    """
    return plain("".join(_written(element)))


# -- from markup to text -----------------------------------------------------------------


def _characters(text: str) -> str:
    """Write every character as itself, and leave out those that nobody sees."""
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    if text.isascii() and text.isprintable():
        return text
    return _SURROGATES.sub("\ufffd", _UNSEEN.sub("", _CONTROLS.sub(" ", text)))


def _character(entity: re.Match[str]) -> str:
    if entity["name"]:
        return html5.get(f"{entity['name']};", entity[0])
    return unescape(f"&#{entity['number'] or 'x' + entity['hex']};")


def _shown(text: str, *, with_labels: bool = True) -> str:
    """Write text without tags: with superscripts, and with headings before their paragraphs."""
    if "<" not in text:
        return text
    if _FORMULA.search(text):
        text = _FORMULA.sub(lambda found: formula(found[1]), _TEX.sub("", text))
    text = _TAG.sub(_mark, _NOTES.sub("", text))
    text = _SUPERSCRIPT.sub(lambda found: raised(found[1]), text)
    text = _SUBSCRIPT.sub(lambda found: lowered(found[1]), text)
    return _SIGN.sub("", _HEADLINE.sub(_label, text) if with_labels else text)


def _mark(tag: re.Match[str]) -> str:
    marks = _marks(tag)
    if marks is None:
        return tag[0]
    if tag[0].endswith("/>"):
        return "\n" if "\n" in marks[0] else ""
    return marks[1] if tag["end"] else marks[0]


def _marks(tag: re.Match[str]) -> tuple[str, str] | None:
    """Return what stands for the starts and ends of tags of a name; `None` if it is none."""
    prefix, attributes = tag["prefix"], tag["attributes"]
    if attributes.strip("/ \n") and "=" not in attributes:
        return None
    if prefix:
        is_known = prefix.lower() in _PREFIXES
        return _MARKS.get(tag["name"].lower(), ("", "")) if is_known else None
    return _MARKS.get(tag["name"].lower())


def _label(heading: re.Match[str]) -> str:
    label = heading[1].strip().rstrip(" :.")
    return "" if label.casefold() in {"", "abstract"} else f"{label}: "


def _folded(line: str) -> str:
    return " ".join(line.split())


# -- from elements to markup -------------------------------------------------------------


_MATHML: Final = re.compile(r"m(?!ark\Z|onospace\Z)[a-z]+|annotation(?:-xml)?|semantics")


def _written(element: _Element) -> Iterator[str]:
    """Write what an element holds, with those of its tags that mean something."""
    yield element.text or ""
    for child in element:
        # A comment's tag is a function, whatever lxml's types say.
        if isinstance(child.tag, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            name = child.tag.rpartition("}")[2]
            prefix = "mml:" if _MATHML.fullmatch(name) else ""
            is_known = prefix or name.lower() in _MARKS
            yield f"<{prefix}{name}>" if is_known else ""
            yield from _written(child)
            yield f"</{prefix}{name}>" if is_known else ""
        yield child.tail or ""
