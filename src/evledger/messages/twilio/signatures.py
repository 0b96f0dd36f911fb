"""Signatures of Twilio's requests: a text, its HMAC-SHA1 under the account's token, in base64.

The text is the address as Twilio asked for it, with the query, then each parameter's name and
value, in the order of the names, with nothing between them. A body that is no form is signed by
way of the address, whose parameter ``bodySHA256`` is its digest in hex.

Source: Twilio, *Secure webhooks*, https://www.twilio.com/docs/usage/webhooks/webhooks-security;
where that is silent, what Twilio's libraries for Python, Node, Ruby, PHP, Java and Go agree on.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from evledger.exceptions import Invalid

__all__ = ["Form", "is_signed", "is_signed_body", "joined", "pairs", "sign"]

Form: TypeAlias = Mapping[str, str] | Sequence[tuple[str, str]]
"""Names and values; a name that is given several times needs the pairs."""

_DIGEST: Final = "bodySHA256"
_AUTHORITY: Final = re.compile(r"^(https?)://([^/?#]*)", re.IGNORECASE)
_PORT: Final = re.compile(r":\d*$")
_PORTS: Final = {"http": ":80", "https": ":443"}


def pairs(form: Form) -> tuple[tuple[str, str], ...]:
    """Return a form as pairs of name and value, as they are given."""
    return tuple(form.items() if isinstance(form, Mapping) else form)


def sign(url: str, form: Form = (), *, token: str) -> str:
    """Sign a request as Twilio does, to try a webhook without Twilio.

    Of a name that is given several times each value counts once, in order.

    Args:
        url: the whole address, with the query.
        form: what is posted.
        token: the account's auth token.

    Returns:
        What stands in the header ``X-Twilio-Signature``.

    Raises:
        Invalid: the token is empty.

    >>> sign("https://example.org/sms", {"From": "+15550100", "Body": "help"}, token="12345")
    'SvuBH8J2U1CKlhr2cATNuOvfnkc='
    """
    return _signature(url, joined(form), _key(token))


def is_signed(url: str, signature: str | None, form: Form, *, token: str) -> bool:
    """Return whether a posted form bears Twilio's signature.

    Twilio signs some requests with the port in the address and others without it,
    so each is tried; the rest of the address is taken to the letter.

    Args:
        url: the whole address as Twilio asked for it, with the query.
        signature: the header ``X-Twilio-Signature``; ``None`` where there is none.
        form: what was posted.
        token: the account's auth token.

    Raises:
        Invalid: the token is empty.

    >>> posted = {"From": "+15550100", "Body": "help"}
    >>> is_signed("https://example.org/sms", "SvuBH8J2U1CKlhr2cATNuOvfnkc=", posted, token="12345")
    True
    >>> is_signed("https://example.org/sms", None, posted, token="12345")
    False
    """
    key, text, given = _key(token), joined(form), _bytes(signature or "")
    is_ours = False
    for spelt in _spellings(url):  # all of them, so that it takes as long whichever it is
        is_ours |= hmac.compare_digest(_bytes(_signature(spelt, text, key)), given)
    return is_ours


def is_signed_body(url: str, signature: str | None, body: bytes, *, token: str) -> bool:
    """Return whether a body that is no form, as of JSON, bears Twilio's signature.

    Ask only for an address that is known to be right: the signed text of a form, put into the
    path, is an address as well, and whoever wrote the form can have put a digest there.

    Args:
        url: the whole address as Twilio asked for it; its query has the body's digest.
        signature: the header ``X-Twilio-Signature``; ``None`` where there is none.
        body: the body's bytes as they came.
        token: the account's auth token.

    Raises:
        Invalid: the token is empty.
    """
    computed = hashlib.sha256(body).hexdigest()
    is_whole = hmac.compare_digest(_bytes(_digest_in(url)), _bytes(computed))
    return is_signed(url, signature, (), token=token) and is_whole


def _key(token: str) -> bytes:
    if not token:
        raise Invalid(
            "the auth token is empty, and whoever knows that can sign; give the account's"
        )
    return _bytes(token)


def _bytes(text: str) -> bytes:
    """Encode any text, also what no request can have, which then is like nothing that is signed."""
    return text.encode("utf-8", "surrogatepass")


def joined(form: Form) -> str:
    """Write names and values as they are signed: in order, each pair once, nothing between."""
    return "".join(name + value for name, value in sorted(set(pairs(form))))


def _signature(url: str, text: str, key: bytes) -> str:
    digest = hmac.digest(key, _bytes(url + text), "sha1")
    return base64.b64encode(digest).decode("ascii")


def _digest_in(url: str) -> str:
    query = url.partition("?")[2].partition("#")[0]
    try:
        return dict(reversed(parse_qsl(query))).get(_DIGEST, "")
    except ValueError:
        return ""


def _spellings(url: str) -> tuple[str, ...]:
    """Return an address without a port and with one, and without a question mark that asks nothing.

    Some of Twilio's libraries keep that mark, and others drop it.
    """
    asked = (url, url[:-1]) if url.find("?") == len(url) - 1 else (url,)
    return tuple(spelt for each in asked for spelt in _with_and_without_port(each))


def _with_and_without_port(url: str) -> tuple[str, str]:
    found = _AUTHORITY.match(url)
    if found is None:
        return url, url
    bare = _PORT.sub("", found[0])
    rest = url[found.end() :]
    port = _PORT.search(found[0])
    return bare + rest, bare + (port[0] if port else _PORTS[found[1].lower()]) + rest
