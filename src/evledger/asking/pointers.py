"""Pointers: links, addresses, handles and identifiers in a text, each in one form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import attrs

from evledger.locators import normalise
from evledger.spotting import spot

__all__ = ["Pointer", "keys", "pointers"]


@attrs.frozen(kw_only=True)
class Pointer:
    """A link, an address, a handle or an identifier.

    Attributes:
        key: as it is compared.
        start, end: where it stands.
    """

    key: str
    start: int
    end: int


_RUN: Final = r"""[^\s<>"\u201c\u201d\u2018\u2019\u00ab\u00bb\[\](){}|\\^`]+"""
_POINTER: Final = re.compile(
    rf"""
      [a-z][a-z0-9+.-]{{1,20}}://{_RUN}
    | (?<![\w@./-])(?:mailto|tel|sms|xmpp|skype|tg|javascript|data):{_RUN}
    | (?<![\w.+%@-])[\w.+%-]*+@\w[\w.-]*                             # an address, a handle
    | (?<![\w/.])/?(?-i:u|user|r)/(?!(?:day|hour|min)\b)[\w-]{{3,}}
    | (?<![\w@./-])(?:[\w-]{{1,63}}\.){{1,5}}[^\W\d_]{{2,24}}(?![\w-])(?:[/:?\#]{_RUN})?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TAIL: Final = ".,;:!?'*…-"  # the sentence's, at the end of a pointer


def pointers(text: str) -> Iterator[Pointer]:
    """Yield what a plain text points to, in order.

    >>> [found.key for found in pointers("See https://Example.org/a, PMID 12, and ask @ann.")]
    ['example.org/a', 'pmid:12', '@ann']
    """
    end = 0
    # A longer one holds the shorter ones within it.
    for found in sorted(_found(text), key=lambda found: (found.start, -found.end)):
        if found.start >= end:
            yield found
            end = found.end


def keys(text: str) -> Iterator[str]:
    """Return the key of whatever a plain text points to, in every way in which it can be read.

    >>> sorted(keys("https://doi.org/10.1000/x"))
    ['doi.org/10.1000/x', 'doi:10.1000/x']
    """
    return (found.key for found in _found(text))


def _found(text: str) -> Iterator[Pointer]:
    for spotted in spot(text, normalise):
        scheme, _, value = spotted.locator.partition(":")
        key = _key(value) if scheme == "url" else spotted.locator
        yield Pointer(key=key, start=spotted.start, end=spotted.stop)
    for match in _POINTER.finditer(text):
        written = match[0].rstrip(_TAIL)
        yield Pointer(key=_key(written), start=match.start(), end=match.start() + len(written))


_SCHEME: Final = re.compile(r"(?:https?://)?(?:www\.)?", re.IGNORECASE)


def _key(written: str) -> str:
    """Return a link without what browsers add; of a host and a handle case is no matter."""
    host, slash, path = _SCHEME.sub("", written, count=1).strip("/").partition("/")
    named = {"user": "u"}.get(host.lower(), host.lower())
    is_reddit = named in ("u", "r")
    return f"{named}{slash}{path.lower() if is_reddit else path}"
