"""The webhook: an HTTP request to an HTTP answer, for whatever framework has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

import attrs

from evledger.exceptions import PLUGIN_ERRORS, EvledgerError, Invalid
from evledger.legible import one_line
from evledger.messages.incoming import Media
from evledger.messages.limits import MOST_FILES
from evledger.messages.twilio.addresses import as_asked, check_base, forwarded_address
from evledger.messages.twilio.forms import (
    account,
    media_links,
    read_form,
    read_request,
)
from evledger.messages.twilio.media import TIMEOUT, download
from evledger.messages.twilio.signatures import is_signed
from evledger.messages.twilio.twiml import MAX_TEXT, cut, twiml

if TYPE_CHECKING:
    from evledger.messages.incoming import Incoming
    from evledger.messages.replies import Reply
    from evledger.messages.twilio.forms import Link
    from evledger.messages.twilio.signatures import Form

__all__ = ["MAX_BODY", "Download", "Receiver", "Request", "Response", "Webhook"]

MAX_BODY: Final = 64 * 1024
"""Bytes of a request; Twilio's have some hundreds, and 1,600 characters of text at most."""

Headers: TypeAlias = Mapping[str, str] | Sequence[tuple[str, str]]

_FORM: Final = "application/x-www-form-urlencoded"
_XML: Final = ("Content-Type", "text/xml; charset=utf-8")
_TEXT: Final = ("Content-Type", "text/plain; charset=utf-8")


class Receiver(Protocol):
    """What takes messages and answers them: a :class:`~evledger.messages.desk.Desk`."""

    def receive(self, message: Incoming, /) -> Reply:
        """Take one message."""
        ...

    def welcomes(self, sender: str, /) -> bool:
        """Return whether to fetch what came with a message of this sender, before it is taken."""
        ...


class Download(Protocol):
    """What fetches things that came with a message; :func:`download` does."""

    def __call__(self, url: str, /, *, auth: tuple[str, str], timeout: float) -> bytes:
        """Fetch one, with the account's id and token, in so many seconds; or raise."""
        ...


@attrs.frozen(kw_only=True)
class Request:
    """A request as it came.

    Attributes:
        method: ``POST``, in capitals.
        url: the whole address as the application has it, the query as it came.
        headers: names in any case.
        body: the bytes as they came.
    """

    method: str
    url: str
    headers: Headers
    body: bytes = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Response:
    """An answer to send.

    Attributes:
        status: of HTTP.
        headers: names and values.
        body: the bytes.
        notes: for the log of whoever runs the application, a line each; not to be sent.
    """

    status: int = attrs.field(converter=int)
    headers: tuple[tuple[str, str], ...]
    body: bytes
    notes: tuple[str, ...] = ()


def _check_token(_webhook: object, _field: object, token: str) -> None:
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise Invalid("the auth token is empty, or not one: letters and digits, no blanks")


@attrs.frozen(eq=False)
class Webhook:
    """Answers Twilio's requests about incoming messages.

    A request that was seen before changes nothing, for a desk knows a message by its id.

    Args:
        desk: takes the messages.
        token: the auth token of the account; a subaccount has its own.
        public_url: what stands in place of scheme, host and port of the addresses that the
            application sees, as in ``https://example.org``, or with what a proxy takes off
            the path, as in ``https://example.org/hooks``.
        forwarded: believe ``X-Forwarded-*`` and ``Forwarded``, as the nearest proxy set them.
        download: fetches what came with a message.

    Raises:
        Invalid: the token or the public address is none, or both ways to know it are given.

    >>> from evledger.messages.twilio import Request, Webhook
    >>> webhook = Webhook(desk=None, token="12345", public_url="https://example.org")
    >>> asked = Request(method="GET", url="http://127.0.0.1/sms", headers={}, body=b"")
    >>> webhook.respond(asked).status
    405
    """

    desk: Receiver = attrs.field(repr=False)
    token: str = attrs.field(kw_only=True, repr=False, validator=_check_token)
    public_url: str | None = attrs.field(
        default=None,
        kw_only=True,
        repr=False,  # it may have a password
        converter=attrs.converters.optional(check_base),
    )
    forwarded: bool = attrs.field(default=False, kw_only=True)
    download: Download = attrs.field(default=download, kw_only=True, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.public_url is not None and self.forwarded:
            raise Invalid("give public_url or forwarded=True, not both: which one would hold?")

    def respond(self, request: Request) -> Response:
        """Answer a request.

        Returns:
            200 with TwiML; 405 to another method than ``POST``, 413 to a body over 64 KiB,
            415 to one that is no form, 403 to what Twilio has not signed, 400 to what it has
            signed and is no message, or could be two. All but 200 leave the ledger alone.

        Raises:
            EvledgerError: the desk could not write the message down; answer 500.
        """
        headers = _lowered(request.headers)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if unfit := _unfit(request, kind):
            return unfit
        try:
            url = self._asked(request.url, headers)
            form = self._signed(url, headers, request.body)
        except Invalid as error:
            return _refusal(HTTPStatus.FORBIDDEN, "the signature does not match", str(error))
        try:
            return self._take(url, form)
        except Invalid as error:
            return _refusal(HTTPStatus.BAD_REQUEST, str(error), str(error))

    def _signed(self, url: str, headers: Mapping[str, str], body: bytes) -> Form:
        """Return a form that is signed.

        Twilio sends messages as forms. Other bodies are signed by way of the address, and there
        a form could be put that somebody has seen signed.
        """
        form = read_form(body)
        if not is_signed(url, headers.get("x-twilio-signature"), form, token=self.token):
            raise Invalid(f"not signed by this account for {_shown(url)}; {self._advice()}")
        return form

    def _asked(self, url: str, headers: Mapping[str, str]) -> str:
        if self.public_url is not None:
            return as_asked(url, self.public_url)
        return forwarded_address(url, headers) if self.forwarded else url

    def _advice(self) -> str:
        if self.public_url is not None:
            return "if Twilio asked for another address, mend public_url"
        return "if Twilio asked for another address, give public_url"

    def _take(self, url: str, form: Form) -> Response:
        message, links = read_request(form, address=url), media_links(form)
        if links and not self.desk.welcomes(message.sender):
            note = "what came was not fetched: the desk takes no message of its sender now"
            return _answer(self.desk.receive(message).text, note)
        media, notes = self._fetch(form, links)
        reply = self.desk.receive(attrs.evolve(message, media=media))
        return _answer(_with_losses(reply.text, len(notes), len(links)), *notes)

    def _fetch(
        self, form: Form, links: Sequence[Link]
    ) -> tuple[tuple[Media, ...], tuple[str, ...]]:
        """Fetch what came, as far as that can be done before Twilio stops waiting."""
        ends = monotonic() + TIMEOUT
        media: list[Media] = []
        notes: list[str] = []
        for number, link in enumerate(links):
            try:
                _check_number(number)
                auth = (account(form), self.token)
                data = self.download(link.url, auth=auth, timeout=max(0.0, ends - monotonic()))
                media.append(Media(data=data, media_type=link.media_type))
            except PLUGIN_ERRORS as error:
                notes.append(f"MediaUrl{number} was not fetched: {_why(error)}")
        return tuple(media), tuple(notes)


def _answer(text: str, *notes: str) -> Response:
    return Response(status=HTTPStatus.OK, headers=(_XML,), body=twiml(text), notes=notes)


def _check_number(number: int) -> None:
    if number >= MOST_FILES:
        raise Invalid(f"only the first {MOST_FILES} of a message are")


def _why(error: BaseException) -> str:
    """Return why; of what a stranger's code says, nothing, for it may show the token."""
    return one_line(str(error)) if isinstance(error, EvledgerError) else type(error).__name__


def _with_losses(text: str, lost: int, came: int) -> str:
    if not lost:
        return text
    note = f"{lost} of {came} attachments could not be fetched and {_were(lost)} not kept."
    return f"{cut(text, MAX_TEXT - len(note) - 1)}\n{note}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _unfit(request: Request, kind: str) -> Response | None:
    if request.method != "POST":
        refusal = _refusal(HTTPStatus.METHOD_NOT_ALLOWED, "this address takes POST")
        return attrs.evolve(refusal, headers=(*refusal.headers, ("Allow", "POST")))
    if len(request.body) > MAX_BODY:
        too_large = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return _refusal(too_large, f"the body has more than {MAX_BODY} bytes")
    if kind != _FORM:
        return _refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"this address takes {_FORM}")
    return None


def _refusal(status: HTTPStatus, text: str, *notes: str) -> Response:
    body = f"{text}\n".encode()
    shown = tuple(one_line(note) for note in notes)
    return Response(status=status, headers=(_TEXT,), body=body, notes=shown)


def _shown(url: str) -> str:
    """Show an address without what may be secret in it: a password, a query."""
    scheme, _, rest = url.partition("?")[0].partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"[:200]


def _lowered(headers: Headers) -> dict[str, str]:
    """Return the headers by names in lower case; one that is given twice is no signature."""
    lowered: dict[str, str] = {}
    for name, value in headers.items() if isinstance(headers, Mapping) else headers:
        key = name.lower()
        lowered[key] = f"{lowered[key]}, {value}" if key in lowered else value
    return lowered
