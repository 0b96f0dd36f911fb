r"""Locators: the names by which the world knows a source, each in one normal form.

    doi:10.1016/s0140-6736(20)31180-6       lower case (DOI Handbook 2.4: case-insensitive)
    pmid:29798983
    pmcid:PMC5815332, nct:NCT00680992       capitals, as their registries write them
    isbn:9781605587301                      thirteen digits (ISO 2108)
    reddit:t3_58qzqh, reddit:t1_dm3o32u     Reddit's fullnames: a post, a comment
    x:1212092628029698048                   the number of a post
    youtube:dQw4w9WgXcQ                     the id of a video, its case kept
    url:https://example.org/a               RFC 3986 section 6.2.2, where nothing better exists

A locator becomes a key in the chain, compared byte for byte, for ever.
So no rule here may change with the Unicode tables of a later Python: case is folded in ASCII
alone, blanks are listed, and the standard library's `idna` is tied to Unicode 3.2.

A handle is personal data, and a chain cannot forget.
So the link of a post or video becomes its number, and a person's page is refused.
Pages of nobody (`/r/Nootropics`) stay a `url:`.
On X and YouTube whatever is not known here as such a page counts as a handle.
"""

import re
from collections.abc import Callable, Mapping
from string import ascii_lowercase, ascii_uppercase
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from urllib.parse import quote, unquote, unquote_to_bytes

from evledger.exceptions import PLUGIN_ERRORS, Invalid, blame

__all__ = ["SCHEMES", "Normaliser", "normalise", "public_link"]

Normaliser: TypeAlias = Callable[[str], str]
"""Takes the text after `scheme:`; returns its normal form or raises `Invalid`."""

_LONGEST = 2_000  # of a normal locator
_LONGEST_TEXT = 4_000  # of what is read at all, so that hostile text costs little
_SHOWN = 80  # of a text in a message

# Without re.ASCII, U+017F would match `s` and the Kelvin sign `k`.
_ANY_CASE = re.ASCII | re.IGNORECASE
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)

# Blanks, controls, and the invisible marks that come along when text is pasted.
_UNSEEN = (
    r"\x00-\x20\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000"
    r"\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
# Surrogates and U+FFFD are what a failed decoding leaves; two texts may have become one.
_VISIBLE = re.compile(rf"[^{_UNSEEN}\ud800-\udfff\ufffc-\uffff]+")
_TRIMMED = re.compile(rf"[^{_UNSEEN}](?:.*[^{_UNSEEN}])?", re.DOTALL)


def _shown(text: str) -> str:
    quoted = repr(text[:_SHOWN])
    return quoted if len(quoted) <= _SHOWN else f"{quoted[: _SHOWN - 1]}…"


# Identifiers


def _match(pattern: str, value: str, expected: str) -> re.Match[str]:
    """Match a whole value, but for the punctuation of the sentence it stood in."""
    if found := re.fullmatch(pattern, value.rstrip(".,;"), _ANY_CASE):
        return found
    raise Invalid(f"{_shown(value)} is not {expected}")


def _pmid(value: str) -> str:
    expected = "a PubMed id: expected digits, as in pmid:29798983"
    return _match(r"0*([1-9][0-9]{0,8})", value, expected)[1]


def _pmcid(value: str) -> str:
    expected = "a PubMed Central id: expected PMC and digits, as in pmcid:PMC5815332"
    return "PMC" + _match(r"(?:PMC)?0*([1-9][0-9]{0,9})", value, expected)[1]


def _nct(value: str) -> str:
    expected = "a ClinicalTrials.gov id: expected NCT and 8 digits, as in nct:NCT00680992"
    return "NCT" + _match(r"(?:NCT)?([0-9]{8})", value, expected)[1]


def _reddit(value: str) -> str:
    expected = "a Reddit post or comment: expected its link or fullname, as in reddit:t3_58qzqh"
    return _match(r"t[13]_[1-9a-z][0-9a-z]{0,12}", value, expected)[0].translate(_LOWER)


def _x(value: str) -> str:
    expected = "a post on X: expected its link or number, as in x:1212092628029698048"
    return _match(r"[1-9][0-9]{0,18}", value, expected)[0]


def _youtube(value: str) -> str:
    expected = "a YouTube video: expected its link or 11-character id, as in youtube:dQw4w9WgXcQ"
    return _match(r"[\w-]{11}", value, expected)[0]


# A bare DOI is known by its registrant of 4 digits or more; one that is said to be a DOI may
# have fewer, for ISO 26324 sets no lower bound.
_DOI = re.compile(rf"10\.[0-9]{{1,9}}(?:\.[0-9]+)*/{_VISIBLE.pattern}")
_OPENING = {")": "(", "]": "[", "}": "{", ">": "<"}


def _doi(value: str) -> str:
    doi = value.translate(_LOWER)
    while doi.endswith((".", ",", ";")) or _closes_nothing(doi):
        doi = doi[:-1]
    if _DOI.fullmatch(doi):
        return doi
    raise Invalid(
        f"{_shown(value)} is not a DOI: expected 10.<digits>/<suffix> without blanks, "
        "as in doi:10.1038/nphys1170"
    )


def _closes_nothing(doi: str) -> bool:
    """Tell prose's bracket from a DOI's own, as in `10.1016/s0140-6736(20)31180-6`."""
    opening = _OPENING.get(doi[-1:])
    return opening is not None and doi.count(opening) < doi.count(doi[-1])


_HYPHENS = r"\x20\xa0\-\u2010-\u2013"


def _isbn(value: str) -> str:
    """Verify the check digit, which both lengths compute differently; write the longer."""
    expected = "an ISBN: expected 10 or 13 digits, as in isbn:9781605587301"
    digits = re.sub(f"[{_HYPHENS}]", "", value)
    prefix, core, check = _match(r"(97[89])?([0-9]{9})([0-9X])", digits, expected).groups()
    right = _check13(prefix + core) if prefix else _check10(core)
    if check.upper() != right:
        raise Invalid(
            f"{_shown(value)} is not an ISBN: expected {right} as its last digit, a check digit"
        )
    body = (prefix or "978") + core
    return body + _check13(body)


def _check10(core: str) -> str:
    total = sum(int(d) * weight for d, weight in zip(core, range(10, 1, -1), strict=True))
    return "0123456789X"[-total % 11]


def _check13(body: str) -> str:
    return str(-sum(int(d) * weight for d, weight in zip(body, (1, 3) * 6, strict=True)) % 10)


# URLs

# RFC 3986 appendix B. `urlsplit` drops tabs and newlines silently; its checks vary by version.
_URL = re.compile(r"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", _ANY_CASE)
_HOST = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63})*", re.ASCII)
_PORT = re.compile("[0-9]{0,5}")
_PORTS = {"http": 80, "https": 443}
_NO_PORT = 1 << 16
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?]")
_TRACKING = re.compile(  # `ab_channel` is YouTube's and names the uploader
    r"(utm_\w*|[gw]braid|(fb|g|d|ms|tw|y)clid|igshid|mc_[ce]id|_g[al]|_hs(enc|mi)|ab_channel)(=|$)",
    _ANY_CASE,
)


def _standard(text: str) -> str:
    """Write an http(s) URL in its one form, without tracking parameters and fragment.

    A fragment that starts with `!` stays: there it names the page.
    """
    parts = _URL.fullmatch(text) if _VISIBLE.fullmatch(text) else None
    if parts is None:
        raise Invalid(f"{_shown(text)} is not a URL: expected http(s)://host/path without blanks")
    scheme, authority, path, query, fragment = parts.groups(default="")
    scheme = scheme.translate(_LOWER)
    kept = [field for field in _escaped(query).split("&") if not _TRACKING.match(field)]
    url = f"{scheme}://{_authority(scheme, authority)}{_without_dots(_escaped(path)) or '/'}"
    if any(kept):
        url += f"?{'&'.join(kept)}"
    return url + (f"#{_escaped(fragment)}" if fragment.startswith("!") else "")


def _authority(scheme: str, text: str) -> str:
    """Write the host in ASCII (IDNA, RFC 3490), and the port where it is not the scheme's."""
    user, _, site = text.rpartition("@")
    name, _, port = site.partition(":")
    try:
        host = name.encode("idna").decode("ascii").translate(_LOWER).removesuffix(".")
    except UnicodeError:
        host = ""
    number = int(port or _PORTS[scheme]) if _PORT.fullmatch(port) else _NO_PORT
    if user or number >= _NO_PORT or not _HOST.fullmatch(host):
        raise Invalid(  # without what may be a password
            f"{_shown(site)} is not a URL's host, or a user stands before it: "
            "expected a domain name and perhaps a port, as in example.org"
        )
    return host if number == _PORTS[scheme] else f"{host}:{number}"


def _escaped(text: str) -> str:
    """Percent-encode what must be, and nothing that need not be (RFC 3986 section 6.2.2.2)."""
    return _ESCAPE.sub(lambda found: quote(unquote_to_bytes(found[0]), safe=""), text)


def _without_dots(path: str) -> str:
    """Resolve the segments `.` and `..` (RFC 3986 section 5.2.4)."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            kept[1:] = kept[1:-1]
        elif segment != ".":
            kept.append(segment)
    return "/".join(kept if segments[-1] not in {".", ".."} else [*kept, ""])


# On X and YouTube people share the first path segment with the pages listed here.
_PERSON = re.compile(
    r"""https?://(?:
      (?:redd\.it|(?:[\w-]+\.)*reddit\.com)/+(?:u|user|r/+u_[^/?]+)(?:[/?]|$)
    | (?:(?:www|m|mobile)\.)?(?:x|twitter)\.com/+(?:\#!/*)?(?!(?:
        about|explore|hashtag|home|i(?!/+user)|intent|privacy|search|share|tos)(?:[/?]|$))[^/?\#]
    | (?:(?:www|m|music)\.)?youtube(?:-nocookie)?\.com/+(?!(?:
        about|clip|embed|feed|gaming|hashtag|live|oembed|playlist|post|redirect|results|shorts
        |v|watch)(?:[/?]|$))[^/?\#]
    )""",
    _ANY_CASE | re.VERBOSE,
)


def _url(value: str) -> str:
    url = _standard(value)
    if _PERSON.match(url):
        raise Invalid(
            f"{_shown(url)} names a person, and a ledger holds no handles: "
            "expected the link of one post or video"
        )
    return url


SCHEMES: Final[Mapping[str, Normaliser]] = MappingProxyType(
    {
        "doi": _doi,
        "isbn": _isbn,
        "nct": _nct,
        "pmcid": _pmcid,
        "pmid": _pmid,
        "reddit": _reddit,
        "url": _url,
        "x": _x,
        "youtube": _youtube,
    }
)
"""The built-in schemes, each with the normaliser of its values."""

# Reading: which scheme a text means. Groups are named after it; t1 and t3 are Reddit's.

_ALIASES = {"isbn-10": "isbn", "isbn-13": "isbn", "pmc": "pmcid", "twitter": "x"}
_NAMED = re.compile(rf"([a-z][a-z0-9-]*)([{_UNSEEN}]*)(:?)[{_UNSEEN}]*(.*)", _ANY_CASE | re.DOTALL)

_SITES = re.compile(
    r"""https?://(?:
      (?:(?:dx|www)\.)?doi\.org/(?:doi:)?(?P<doi>10\.[0-9.]+(?:/|%2F)[^?\#]+)
    | (?:
        (?:(?:www|m)\.)?ncbi\.nlm\.nih\.gov/(?:m/)?pubmed
      | (?:pubmed\.ncbi\.nlm\.nih|(?:www\.)?pubmed)\.gov
      | (?:www\.)?europepmc\.org/(?:article|abstract)/MED
      )/(?P<pmid>[0-9]+)\b
    | (?:
        (?:(?:www|m)\.)?ncbi\.nlm\.nih\.gov/pmc/articles
      | pmc\.ncbi\.nlm\.nih\.gov/articles
      | (?:www\.)?europepmc\.org/(?:articles|(?:article|abstract)/PMC)
      )/(?P<pmcid>(?:PMC)?[0-9]+)\b
    | (?:\w+\.)?clinicaltrials\.gov/
      (?:study/|api/v2/studies/|(?:ct2?/)?show/(?:study/|record/|results/)?)?(?P<nct>NCT[0-9]{8})\b
    | (?:redd\.it/(?=\w+/?(?:\?|$))|(?:[\w-]+\.)*reddit\.com/(?:(?:r|u|user)/[^/?]+/)?comments/)
      (?P<t3>[0-9a-z]+)\b(?:/[^/?]*/(?P<t1>[0-9a-z]+)\b)?
    | (?:(?:www|m|mobile)\.)?(?:x|twitter)\.com/(?:\#!/)?(?:(?:i/web|[^/?\#]+)/)?
      status(?:es)?/(?P<x>[0-9]+)\b
    | (?!.*[?&]lc=)  # a comment under a video is another source than the video
      (?:
        (?:www\.)?youtu\.be/
      | (?:(?:www|m|music)\.)?youtube(?:-nocookie)?\.com/(?:
          watch/?\?(?:.*?&)?v= | (?:watch|shorts|embed|live|v)/(?!videoseries|live_stream))
      )(?P<youtube>[\w-]{11})(?![\w-])
    )""",
    _ANY_CASE | re.VERBOSE,
)
_FORMS = re.compile(
    rf"""
      (?P<doi>10\.[0-9]{{4,9}}[./].+)
    | (?P<pmcid>PMC[0-9]+)
    | (?P<nct>NCT[0-9]{{8}})
    | (?P<reddit>t[13]_[0-9a-z]+)
    | (?P<isbn>97[89](?:[{_HYPHENS}]?[0-9]){{10}} | (?:[0-9]+[{_HYPHENS}]){{3}}[0-9X])
    """,
    _ANY_CASE | re.VERBOSE,
)


def _from_url(text: str) -> tuple[str, str]:
    """Return scheme and value of what a URL leads to, or else of the URL itself."""
    url = _standard(text)
    found = _SITES.match(url)
    if found is None or found.lastgroup is None:
        return "url", url
    scheme, value = found.lastgroup, unquote(found[found.lastgroup])
    return ("reddit", f"{scheme}_{value}") if scheme in {"t1", "t3"} else (scheme, value)


def _from_form(text: str) -> tuple[str, str] | None:
    """Return scheme and value of a text without a scheme, if its form tells them."""
    found = _FORMS.fullmatch(text)
    if found and found.lastgroup:
        return found.lastgroup, text
    # Reddit's API gives permalinks without the host; people paste links without `https://`.
    url = f"https://{'www.reddit.com' if text.startswith('/') else ''}{text}"
    return _from_url(url) if _SITES.match(url) else None


def _read(text: str, schemes: Mapping[str, Normaliser]) -> tuple[str, str] | None:
    """Return scheme and value of a text: a link, `DOI: 10.1000/182`, `PMID 29798983`, a form."""
    if re.match("https?:", text, _ANY_CASE):
        return _from_url(text)
    if found := _NAMED.fullmatch(text):
        name, blank, colon, value = found.groups()
        scheme = name.translate(_LOWER)
        scheme = scheme if scheme in schemes else _ALIASES.get(scheme, scheme)
        # Only a colon makes a scheme of an unknown word.
        if colon or (blank and scheme in schemes):
            return _from_url(value) if scheme == "url" else (scheme, value)
    return _from_form(text)


def _read_twice(text: str, schemes: Mapping[str, Normaliser]) -> tuple[str, str]:
    """Read also a value that is itself a locator, as in `doi:https://doi.org/10.1000/182`.

    Under built-in schemes only: what the values of a plugin's look like is its own affair.
    """
    if (found := _read(text, schemes)) is None:
        raise Invalid(
            f"{_shown(text)} names no source: expected <scheme>:<value> or an http(s) link; "
            f"the schemes are {', '.join(sorted(schemes))}"
        )
    scheme, value = found
    inner = _read(value, schemes) if scheme in SCHEMES and scheme != "url" else None
    return inner if inner and inner[0] == scheme else found


# What a ledger mostly holds already; the rest finds its way through `_read_twice`.
_FREQUENT = re.compile(
    r"(?=(doi|nct|pmcid|pmid|reddit|x|youtube):)(?:"
    r"doi:10\.[0-9]{1,9}(?:\.[0-9]+)*/[!-@\[-~]{0,1900}[0-9a-z]"
    r"|nct:NCT[0-9]{8}|pmcid:PMC[1-9][0-9]{0,9}|pmid:[1-9][0-9]{0,8}"
    r"|reddit:t[13]_[1-9a-z][0-9a-z]{0,12}|x:[1-9][0-9]{0,18}|youtube:[A-Za-z0-9_-]{11})"
)


def normalise(locator: str, schemes: Mapping[str, Normaliser] = SCHEMES) -> str:
    """Return the one normal form of a text that names a source; a normal form stays as it is.

    Args:
        locator: `scheme:value` in any case, a link, or a bare DOI, PMC, NCT or ISBN number,
            in at most 4,000 characters.
        schemes: the normaliser of each scheme's values.
            Another is added by `{**SCHEMES, "arxiv": arxiv}`; it must leave its own results alone.

    Returns:
        A scheme `[a-z][a-z0-9-]*`, a colon, and a value without blanks or control characters,
        in at most 2,000 characters.

    Raises:
        Invalid: the text names no source, or a person; its scheme is not in `schemes`;
            its check digit is wrong.

    Example:
        >>> normalise("https://dx.doi.org/10.1016/S0140-6736%2820%2931180-6")
        'doi:10.1016/s0140-6736(20)31180-6'
        >>> normalise("https://twitter.com/someone/status/1212092628029698048?s=20")
        'x:1212092628029698048'
        >>> normalise("arXiv: 1806.05726", {**SCHEMES, "arxiv": str.strip})
        'arxiv:1806.05726'
    """
    known = _FREQUENT.fullmatch(locator)
    if known and schemes.get(known[1]) is SCHEMES[known[1]]:
        return locator
    if len(locator) > _LONGEST_TEXT:
        raise Invalid(f"{_shown(locator)} is too long: expected at most {_LONGEST_TEXT} characters")
    trimmed = _TRIMMED.search(locator)
    scheme, value = _read_twice(trimmed[0] if trimmed else "", schemes)
    if scheme not in schemes:
        raise Invalid(
            f"{_shown(locator)} has an unknown scheme: expected one of {', '.join(sorted(schemes))}"
        )
    normaliser = schemes[scheme]
    is_ours = SCHEMES.get(scheme) is normaliser
    normal = f"{scheme}:{normaliser(value) if is_ours else _held(scheme, normaliser, value)}"
    if len(normal) > _LONGEST or not _VISIBLE.fullmatch(normal, len(scheme) + 1):
        raise Invalid(
            f"{_shown(normal)} is no key: expected a value without blanks and "
            f"at most {_LONGEST} characters in all"
        )
    return normal


def _held(scheme: str, normaliser: Normaliser, value: str) -> str:
    """Hold a plugin's normaliser to its promise: one normal form, which stays as it is."""
    try:
        normal: Any = normaliser(value)
        again = normaliser(normal)
    except Invalid:
        raise
    except PLUGIN_ERRORS as error:
        raise Invalid(f"{_shown(value)} is not of scheme {scheme!r}: {blame(error)}") from error
    if normal is None:
        wanted = "return the normal form as text, or raise Invalid"
        raise Invalid(f"scheme {scheme!r}: normalise returned None; {wanted}")
    if type(normal) is not str or again != normal:
        raise Invalid(f"scheme {scheme!r} has no one normal form of {_shown(value)}")
    return normal


def public_link(url: str) -> str:
    """Return a link as it may stand in a chain: that of a post without the handle.

    Args:
        url: where a source was read.

    Raises:
        Invalid: it is no web address, or the page of a person.

    >>> public_link("https://twitter.com/somebody/status/1212092628029698048")
    'https://x.com/i/status/1212092628029698048'
    """
    if not url.translate(_LOWER).startswith(("http://", "https://")):
        raise Invalid(f"url: {_shown(url)} is no web address: expected http:// or https://")
    scheme, _, value = normalise(url).partition(":")
    if scheme == "x":
        return f"https://x.com/i/status/{value}"
    if scheme == "reddit" and _PROFILE.search(_standard(url)):
        return _without_profile(url, value)
    if scheme == "youtube" and _UPLOADER.search(url):
        return f"https://www.youtube.com/watch?v={value}"
    return url


# Where Reddit's and YouTube's links carry a name: a profile's posts, and the uploader's channel.
_PROFILE = re.compile(r"reddit\.com/+(?:u|user|r/+u_[^/?]+)(?:/|$)", _ANY_CASE)
_UPLOADER = re.compile(r"[?&]ab_channel=", _ANY_CASE)


def _without_profile(url: str, fullname: str) -> str:
    found = _SITES.match(_standard(url))
    post = found["t3"] if found else fullname.removeprefix("t3_")
    comment = f"/_/{found['t1']}/" if found and found["t1"] else "/"
    return f"https://www.reddit.com/comments/{post.translate(_LOWER)}{comment}"
