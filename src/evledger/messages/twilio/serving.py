"""A webhook as a WSGI application."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from wsgiref.util import request_uri

from evledger.messages.twilio.webhook import MAX_BODY, Request, Response, Webhook

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["wsgi"]


def wsgi(webhook: Webhook, *, path: str = "/sms") -> WSGIApplication:
    """Return a webhook as a WSGI application, for any server or to mount in a framework.

    Args:
        webhook: answers the requests.
        path: the one that is answered, below where the application is mounted; 404 to others.
            Choose letters, digits, ``-`` and ``_``, which reach the application as they are.
    """

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        is_here = environ.get("PATH_INFO", "") == path
        response = webhook.respond(_request(environ)) if is_here else _elsewhere(path)
        for note in response.notes:
            environ["wsgi.errors"].write(f"twilio: {note}\n")
        length = ("Content-Length", str(len(response.body)))
        line = f"{response.status} {HTTPStatus(response.status).phrase}"
        start_response(line, [*response.headers, length])
        return [response.body]

    return application


def _elsewhere(path: str) -> Response:
    note = f"asked for another path than {path}; see the address at Twilio, or give wsgi(path=)"
    return Response(
        status=HTTPStatus.NOT_FOUND,
        headers=(("Content-Type", "text/plain; charset=utf-8"),),
        body=b"nothing is here\n",
        notes=(note,),
    )


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
