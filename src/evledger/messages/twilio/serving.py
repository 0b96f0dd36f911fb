"""A webhook as a WSGI application."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from wsgiref.util import request_uri

from evledger.messages.twilio.webhook import MAX_BODY, Request, Webhook

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["wsgi"]


def wsgi(webhook: Webhook) -> WSGIApplication:
    """Give a webhook as a WSGI application, for any server or to mount in a framework.

    The path is that which WSGI gives, with ``%`` sequences as it writes them;
    so give Twilio an address of letters, digits, ``-`` and ``_``.
    """

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response = webhook.respond(_request(environ))
        for note in response.notes:
            environ["wsgi.errors"].write(f"twilio: {note}\n")
        length = ("Content-Length", str(len(response.body)))
        line = f"{response.status} {HTTPStatus(response.status).phrase}"
        start_response(line, [*response.headers, length])
        return [response.body]

    return application


def _request(environ: WSGIEnvironment) -> Request:
    told = str(environ.get("CONTENT_LENGTH") or "0")
    length = int(told[:10]) if told.isascii() and told.isdecimal() else 0
    named = (
        (name.removeprefix("HTTP_").replace("_", "-"), str(value))
        for name, value in environ.items()
        if name.startswith("HTTP_") or name == "CONTENT_TYPE"
    )
    return Request(
        method=environ["REQUEST_METHOD"],
        url=request_uri(environ),
        headers=tuple(named),
        body=environ["wsgi.input"].read(min(length, MAX_BODY + 1)),
    )
