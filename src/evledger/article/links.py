"""Addresses that an article may link to: http(s) alone, with nothing that could end a link."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import quote

if TYPE_CHECKING:
    from evledger.entries import Source

__all__ = ["SITES", "Sites", "link_of", "proof_of", "web_address"]

_ADDRESS = re.compile(r"(https?)://([a-z0-9.\-]+(?::[0-9]{1,5})?)((?:[/?#].*)?)", re.IGNORECASE)
_UNESCAPED: Final = "/?#:@!$&*+,;=~%-._"  # no quotation mark, bracket, blank or backslash
_PLAIN = re.compile(r"[A-Za-z0-9/?#:@!$&*+,;=~._-]*")  # stays as it is
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LONGEST: Final = 4_000


def web_address(url: str) -> str | None:
    """Return an http(s) address encoded so that nothing in it can end a link; else ``None``.

    An address with a user in front of its host is none: it may look like another host's.

    >>> web_address("https://example.org/a (b)?c=<d>")
    'https://example.org/a%20%28b%29?c=%3Cd%3E'
    >>> web_address("javascript:alert(1)"), web_address("https://good.example@evil.example/")
    (None, None)
    """
    found = _ADDRESS.fullmatch(url) if len(url) <= _LONGEST else None
    if found is None:
        return None
    scheme, host, rest = found.groups()
    if not _PLAIN.fullmatch(rest):
        rest = _STRAY.sub("%25", quote(rest, safe=_UNESCAPED))
    return f"{scheme.lower()}://{host}{rest}"


_PART = re.compile(r"[A-Za-z0-9._/~:;,+=@!*-]*")


def _part(value: str) -> str:
    """Encode a value so that it begins no query and no fragment."""
    return value if _PART.fullmatch(value) else quote(value, safe="/:;,+=@!*")


def _inserted(pattern: str) -> Callable[[str], str]:
    before, _, after = pattern.partition("{}")
    return lambda value: f"{before}{_part(value)}{after}"


def _reddit(value: str) -> str | None:
    # Of a comment's number alone no address can be made.
    return _POST(value.removeprefix("t3_")) if value.startswith("t3_") else None


_POST: Final = _inserted("https://www.reddit.com/comments/{}")

Sites: TypeAlias = Mapping[str, Callable[[str], str | None]]
"""For each scheme of locators, what makes an address of a value."""

SITES: Final[Sites] = {
    "doi": _inserted("https://doi.org/{}"),
    "pmid": _inserted("https://pubmed.ncbi.nlm.nih.gov/{}/"),
    "pmcid": _inserted("https://pmc.ncbi.nlm.nih.gov/articles/{}/"),
    "nct": _inserted("https://clinicaltrials.gov/study/{}"),
    "reddit": _reddit,
    "x": _inserted("https://x.com/i/status/{}"),
    "youtube": _inserted("https://www.youtube.com/watch?v={}"),
    "url": web_address,
}


def link_of(source: Source, sites: Sites = SITES) -> str | None:
    """Return an address that leads to a source: from its first locator that has one, or its url.

    Args:
        source: the source.
        sites: for each scheme, what makes an address of a value; what it makes is held to what
            an address may be.

    >>> from evledger.entries import Source
    >>> link_of(Source(id="s1", locators=("isbn:9781605587301", "doi:10.1000/(1)")))
    'https://doi.org/10.1000/%281%29'
    """
    for locator in source.locators:
        scheme, _, value = locator.partition(":")
        site = sites.get(scheme)
        if site is not None and (link := _made(site, value)) is not None:
            return link
    return web_address(source.url) if isinstance(source.url, str) else None


def _made(site: Callable[[str], str | None], value: str) -> str | None:
    """Make an address; a plugin's that fails, or makes something else, makes none."""
    try:
        link: Any = site(value)
    except Exception:  # noqa: BLE001  # an article without one link is still an article
        return None
    return web_address(link) if isinstance(link, str) else None


_FOREIGN = re.compile(r"(?!https?://)[A-Za-z][A-Za-z0-9+.-]*:")
_PASSED_OVER = re.compile(r"[\x00-\x20\x7f]")  # by browsers, in front of a scheme and within it


def proof_of(template: str | None, id: str, n: int) -> str | None:
    """Return the address of a claim's proof; ``None`` where none is published.

    Args:
        template: with ``{id}`` and ``{n}`` in it; an http(s) address, or a path.
        id: the claim's id.
        n: its record.

    >>> proof_of("https://example.org/proofs/{id}.tlog-proof", "c12", 17)
    'https://example.org/proofs/c12.tlog-proof'
    """
    if template is None or _FOREIGN.match(_PASSED_OVER.sub("", template)):
        return None
    return template.replace("{id}", _part(id)).replace("{n}", str(n))
