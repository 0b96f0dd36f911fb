r"""The LaTeX that is in BibTeX's fields, as the text that readers see.

pylatexenc knows the accents and the symbols; it is asked for one at a time.
Of a whole field it would drop what follows a percent sign, and what macros that it does not know
hold; and of a long one it takes a minute.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final, cast

from pylatexenc.latex2text import (  # type: ignore[import-untyped]  # it has no marker
    LatexNodes2Text,
    get_default_latex_context_db,
)

__all__ = ["bare", "text_of"]

# What stands under an accent. One that is a letter needs a blank or a brace, lest `\cite` is one.
_BASE: Final = r"(?:\{\s{0,9}(?:\\[A-Za-z]{1,2}|\w?)\s{0,9}\}|\\[ij](?![A-Za-z])|\w)"
_GROUP: Final = r"\s{0,9}\{([^{}]{0,500})\}"

# A match's last group is the one of its kind, for that closes last.
_TOKEN: Final = re.compile(
    rf"""
      (?P<sign>\\[&%$\#_{{}}])
    | (?P<accent>\\[`'^"~=.]\s{{0,9}}{_BASE} | \\[Hbcdkrtuv](?:\s{{1,9}}|(?=\{{)){_BASE})
    | (?P<raised>\\(?:textsuperscript|sp){_GROUP})
    | (?P<lowered>\\(?:textsubscript|sb){_GROUP})
    | (?P<fraction>\\d?frac{_GROUP}{_GROUP})
    | (?P<nothing>\\(?:begin|end|href){_GROUP})
    | (?P<macro>\\([A-Za-z]{{1,40}})\*?(?:\{{\}}|\s{{1,9}})?)
    | (?P<space>\\.|~)
    | (?P<math>\$([^$]{{1,500}})\$)
    | (?P<mark>---|--|``|'')
    | (?P<brace>[{{}}])
    """,
    re.VERBOSE | re.DOTALL,
)
_IS_LATEX: Final = re.compile(r"[\\{}$~]|--|``|''")
# `$5 and $10` are dollars.
_IS_MATH: Final = re.compile(r".*[\\^_=<>{}]|\s*[A-Za-z]\s*\Z", re.DOTALL)
_SCRIPTS: Final = re.compile(r"([\^_])(?:\{([^{}]{0,500})\}|(\\[A-Za-z]{1,40}|[^\s{}\\]))")

_MARKS: Final = {"---": "—", "--": "–", "``": "“", "''": "”"}
_NO_SPACES: Final = frozenset({"\\!", "\\-", "\\/", "\\@"})
# Symbols that pylatexenc does not know.
_SYMBOLS: Final = {
    "BibTeX": "BibTeX",
    "LaTeX": "LaTeX",
    "S": "§",
    "TeX": "TeX",
    "copyright": "©",
    "degree": "°",
    "textgreater": ">",
    "textless": "<",
}

# What pylatexenc gives has no types.
_decode = cast(
    "Callable[[str], str]",
    LatexNodes2Text().latex_to_text,  # pyright: ignore[reportUnknownMemberType]
)
_find_macro = cast(
    "Callable[[str], object]",
    get_default_latex_context_db().get_macro_spec,  # pyright: ignore[reportUnknownMemberType]
)

_URL: Final = re.compile(r"\\(?:url|path|href)(?![A-Za-z])")
_ANGLE: Final = re.compile(r"\{?\\text(less|greater)(?:\{\}|\s)?\}?|\$([<>])\$")
_ESCAPED: Final = re.compile(r"\\([&%$#_{}~^])")


def text_of(field: str) -> str:
    r"""Return what readers see of a field; what is raised or lowered is marked as in HTML.

    >>> text_of(r"{\'E}tude of {H}$_2${O} in 5\% of M{\"u}ller's \emph{mice} --- $\beta$")
    "Étude of H<sub>2</sub>O in 5% of Müller's mice — β"
    """
    return _decoded(field) if _IS_LATEX.search(field) else field


def bare(field: str) -> str:
    r"""Return an identifier or a link as it is, without what LaTeX needs to print it.

    >>> bare(r"10.1002/(SICI)1{\textless}219::AID-X{\_}5{\textgreater}3.0"), bare(r"\url{http://a}")
    ('10.1002/(SICI)1<219::AID-X_5>3.0', 'http://a')
    """
    if not _IS_LATEX.search(field):
        return field
    text = _ANGLE.sub(lambda found: found[2] or {"less": "<", "greater": ">"}[found[1]], field)
    return _ESCAPED.sub(r"\1", re.sub(r"(?<!\\)[{}]", "", _URL.sub("", text)))


def _decoded(text: str) -> str:
    return _TOKEN.sub(_seen, text)


def _seen(token: re.Match[str]) -> str:
    """Return what readers see of a token."""
    kind = token.lastgroup or ""
    return _SEEN[kind](token[kind], token.groups("")[token.lastindex :])


def _formula(text: str) -> str:
    if not _IS_MATH.match(text):
        return f"${_decoded(text)}$"
    return _decoded(_SCRIPTS.sub(_marked, text))


def _marked(script: re.Match[str]) -> str:
    name = "textsuperscript" if script[1] == "^" else "textsubscript"
    return rf"\{name}{{{script[2] or script[3] or ''}}}"


@lru_cache(maxsize=4096)
def _accented(text: str) -> str:
    return unicodedata.normalize("NFC", _decode(text))


@lru_cache(maxsize=4096)
def _symbol(name: str) -> str:
    """Return the symbol that a macro is; one that formats, or is unknown, leaves its content."""
    found = getattr(_find_macro(name), "simplify_repl", None)
    if isinstance(found, str) and not re.search("[%<]", found):
        return found
    return _SYMBOLS.get(name, "")


# For each kind of token, what readers see of it: of the whole, and of the groups within.
_SEEN: Final[Mapping[str, Callable[[str, Sequence[str]], str]]] = MappingProxyType(
    {
        "sign": lambda text, _: text[1],
        "accent": lambda text, _: _accented(text),
        "raised": lambda _, inner: f"<sup>{_decoded(inner[0])}</sup>",
        "lowered": lambda _, inner: f"<sub>{_decoded(inner[0])}</sub>",
        "fraction": lambda _, inner: f"{_decoded(inner[0])}/{_decoded(inner[1])}",
        "nothing": lambda _text, _inner: "",
        "macro": lambda _, inner: _symbol(inner[0]),
        "space": lambda text, _: "" if text in _NO_SPACES else " ",
        "math": lambda _, inner: _formula(inner[0]),
        "mark": lambda text, _: _MARKS[text],
        "brace": lambda _text, _inner: "",
    }
)
