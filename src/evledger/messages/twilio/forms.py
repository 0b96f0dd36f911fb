"""What stands in Twilio's request about an incoming message.

Source: Twilio, *Twilio's request to your incoming message Webhook URL*,
https://www.twilio.com/docs/messaging/guides/webhook-request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

import attrs

from evledger.exceptions import Invalid
from evledger.messages.incoming import Incoming, Media, prefixed
from evledger.messages.twilio.signatures import Form, joined, pairs

__all__ = ["Link", "account", "media_links", "read_form", "read_request"]

MAX_FIELDS: Final = 1_000
"""How many fields a form may have; Twilio sends some thirty."""

_Fields: TypeAlias = Mapping[str, frozenset[str]]
# The signed text has nothing between names and values, so it can be taken apart in other ways and
# is still signed: a field takes its neighbour in, or a sender has written fields into the text.
# But what Twilio wrote stands in it somewhere, and has to be what is read.
_SID: Final = re.compile(r"(?:SM|MM)[0-9A-Fa-f]{32}", re.ASCII)
_IDS: Final = re.compile(
    r"(?<!OriginalReplied)(?:MessageSid|SmsMessageSid|SmsSid)((?:SM|MM)[0-9A-Fa-f]{32})"
)
_SENDERS: Final = re.compile(r"From((?:(?:whatsapp|messenger|rcs):\+?|\+)[0-9]+)")
_ACCOUNT: Final = re.compile(r"AC[0-9A-Fa-f]{32}", re.ASCII)
_COUNT: Final = re.compile(r"[0-9]{1,3}")


@attrs.frozen
class Link:
    """Something that came with a message and has to be fetched.

    Attributes:
        url: where it is.
        media_type: of what type, as Twilio says.
    """

    url: str = attrs.field(repr=False)  # whoever knows it may be able to fetch it
    media_type: str


def read_form(body: bytes) -> tuple[tuple[str, str], ...]:
    """Take a form apart, blank fields and all.

    Args:
        body: ``application/x-www-form-urlencoded``, in UTF-8.

    Raises:
        Invalid: it is not UTF-8, or has too many fields.

    >>> read_form(b"From=%2B15550100&Body=semax%7CDoes+it%3F&FromCity=")
    (('From', '+15550100'), ('Body', 'semax|Does it?'), ('FromCity', ''))
    """
    if body.count(b"&") >= MAX_FIELDS:
        raise Invalid(f"the form has more than {MAX_FIELDS} fields")
    try:
        text = body.decode("utf-8")
        return tuple(parse_qsl(text, keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError as error:
        raise Invalid("the form is not in UTF-8") from error


def read_request(form: Form, *, address: str = "", media: Sequence[Media] = ()) -> Incoming:
    """Read the message that a request is about.

    Args:
        form: the fields.
        address: what was asked for, which is signed in one with the fields.
        media: what came with it, fetched; see :func:`media_links`.

    Returns:
        The message; ``whatsapp:`` before the sender's number makes the channel ``whatsapp``.

    Raises:
        Invalid: a field is missing, given with several values, or not of its shape; or the
            fields are signed, and could be another message's.

    >>> message = read_request({"MessageSid": "SM" + 32 * "0", "From": "whatsapp:+15550100",
    ...                         "To": "whatsapp:+15550199", "Body": "help"})
    >>> message.text, message.sender, message.channel
    ('help', '+15550100', 'whatsapp')
    """
    fields = _grouped(form)
    _required(fields, "To")
    given, id = _required(fields, "From"), _message_id(fields)
    _check_whole(address + joined(form), given, id)
    channel, sender = prefixed(given)
    if not sender.strip():
        raise Invalid("the field 'From' of the request is empty; it says who sent the message")
    return Incoming(
        text=_required(fields, "Body"),
        sender=sender,
        id=id,
        channel=channel or "sms",
        media=tuple(media),
        carrier="twilio",  # the ids are Twilio's, whatever channel a sender has chosen
    )


def media_links(form: Form) -> tuple[Link, ...]:
    """List what came with a message and has to be fetched.

    Raises:
        Invalid: ``NumMedia`` is no number, or the address of one is missing.

    >>> media_links({"NumMedia": "1", "MediaContentType0": "image/png",
    ...              "MediaUrl0": "https://api.twilio.com/2010-04-01/…"})
    (Link(media_type='image/png'),)
    """
    fields = _grouped(form)
    number = _only(fields, "NumMedia") or "0"
    if not _COUNT.fullmatch(number):
        raise Invalid("the field 'NumMedia' of the request is no number below 1000")
    return tuple(
        Link(
            _required(fields, f"MediaUrl{i}"),
            _only(fields, f"MediaContentType{i}") or "application/octet-stream",
        )
        for i in range(int(number))
    )


def account(form: Form) -> str:
    """Return the account whose message it is, ``AC`` and 32 digits.

    Raises:
        Invalid: it is missing, or not of that shape.
    """
    sid = _required(_grouped(form), "AccountSid")
    if not _ACCOUNT.fullmatch(sid):
        raise Invalid("the field 'AccountSid' of the request is not 'AC' and 32 hex digits")
    return sid


def _message_id(fields: _Fields) -> str:
    names = [name for name in ("MessageSid", "SmsMessageSid") if name in fields]
    given = {_required(fields, name) for name in names or ["MessageSid"]}
    sid = given.pop()
    if given or not _SID.fullmatch(sid):
        msg = "'MessageSid' and 'SmsMessageSid' of the request are one, 'SM' or 'MM' and 32 digits"
        raise Invalid(msg)
    return sid


def _check_whole(signed: str, sender: str, id: str) -> None:
    """Refuse fields that were taken out of another message's signed text.

    Raises:
        Invalid: the text has another id, or another sender.
    """
    if not (set(_IDS.findall(signed)) <= {id} and set(_SENDERS.findall(signed)) <= {sender}):
        msg = "several messages can be read in what is signed: it has two ids, or two senders"
        raise Invalid(msg)


def _grouped(form: Form) -> _Fields:
    grouped: dict[str, frozenset[str]] = {}
    for name, value in pairs(form):
        grouped[name] = grouped.get(name, frozenset()) | {value}
    return grouped


def _only(fields: _Fields, name: str) -> str | None:
    values = fields.get(name, frozenset())
    if len(values) > 1:
        raise Invalid(f"the field {name!r} of the request is given with several values")
    return next(iter(values), None)


def _required(fields: _Fields, name: str) -> str:
    value = _only(fields, name)
    if value is None:
        raise Invalid(f"the request has no field {name!r}; is it about an incoming message?")
    return value
