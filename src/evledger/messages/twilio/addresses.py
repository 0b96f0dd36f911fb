"""The address that Twilio asked for, where a proxy shows the application another one.

The signature covers the address to the letter, so it has to be known. Either it is told, or the
proxy's headers are believed. What they say is anyone's to write where no proxy overwrites it,
so nobody is believed unless the application says so.

Source: RFC 7239 for ``Forwarded``; ``X-Forwarded-*`` is custom, written down nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, urlsplit

import attrs

from evledger.exceptions import Invalid

__all__ = ["as_asked", "check_base", "forwarded_address"]

_ELEMENT: Final = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_PAIR: Final = re.compile(r"""([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^;,\s"]*))""", re.ASCII)
_HOST: Final = re.compile(r"[A-Za-z0-9._-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")
_AUTHORITY: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
_PORT: Final = re.compile(r":\d+$")
_LONGEST: Final = 1_000  # characters of a header


@attrs.frozen
class _Front:
    """What a proxy says it was asked for; ``None`` where it does not say."""

    scheme: str | None
    host: str | None


def check_base(url: str) -> str:
    """Return the base of public addresses, as in ``https://example.org/hooks``.

    Raises:
        Invalid: it is no such address, or has a query or a fragment.
    """
    try:
        parts = urlsplit(url)
        is_sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_sound = False
    if not is_sound or "?" in url or "#" in url or not url.isprintable():  # it may have a password
        raise Invalid("the public address is as in https://example.org/hooks, without '?' and '#'")
    return url.rstrip("/")


def as_asked(url: str, base: str) -> str:
    """Put a request's path and query below the base of public addresses.

    >>> as_asked("http://127.0.0.1:8000/sms?x=1", "https://example.org/hooks")
    'https://example.org/hooks/sms?x=1'
    """
    return base + _AUTHORITY.sub("", url)


def forwarded_address(url: str, headers: Mapping[str, str]) -> str:
    """Return the address that the nearest proxy says it was asked for.

    Args:
        url: the address as the application has it.
        headers: by names in lower case.

    Raises:
        Invalid: what the headers say is no address, or they contradict one another, so that
            one of them is not the proxy's.

    >>> forwarded_address("http://10.0.0.1:80/sms", {"x-forwarded-proto": "https",
    ...                                              "x-forwarded-host": "example.org"})
    'https://example.org/sms'
    """
    custom, standard = _custom(headers), _standard(headers.get("forwarded", ""))
    try:
        seen = urlsplit(url)
    except ValueError as error:
        raise Invalid("the application gives no address; see what it hands over") from error
    scheme = _agreed(custom.scheme, standard.scheme) or seen.scheme
    host = _agreed(custom.host, standard.host) or seen.netloc
    if scheme.lower() not in ("http", "https") or not _HOST.fullmatch(host):
        raise Invalid("what X-Forwarded-* or Forwarded say is no address; see what the proxy sets")
    return as_asked(url, f"{scheme.lower()}://{_with_port(host, seen, headers)}")


def _with_port(host: str, seen: SplitResult, headers: Mapping[str, str]) -> str:
    port = _last(headers.get("x-forwarded-port", ""))
    if not port or (_PORT.search(host) and host != seen.netloc):
        return host
    if not re.fullmatch(r"[0-9]{1,5}", port):
        raise Invalid("X-Forwarded-Port is no port; see what the proxy sets")
    return f"{_PORT.sub('', host)}:{port}"


def _agreed(one: str | None, other: str | None) -> str | None:
    if one and other and one.lower() != other.lower():
        raise Invalid(
            "Forwarded and X-Forwarded-* contradict; let the proxy remove what it is sent"
        )
    return one or other


def _custom(headers: Mapping[str, str]) -> _Front:
    names = ("x-forwarded-proto", "x-forwarded-host")
    return _Front(*(_last(headers.get(name, "")) for name in names))


def _standard(header: str) -> _Front:
    elements: list[str] = _ELEMENT.findall(_short(header))
    found = _PAIR.finditer(elements[-1]) if elements else ()
    said = {pair[1].lower(): pair[3] or re.sub(r"\\(.)", r"\1", pair[2] or "") for pair in found}
    return _Front(said.get("proto") or None, said.get("host") or None)


def _last(header: str) -> str | None:
    """Return what the nearest proxy added, which comes last; before it is what others sent it."""
    return _short(header).rpartition(",")[2].strip() or None


def _short(header: str) -> str:
    if len(header) > _LONGEST:
        raise Invalid(f"a header about forwarding has over {_LONGEST} characters")
    return header
