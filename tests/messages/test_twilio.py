"""Twilio's requests: signed or refused, read to the letter, answered in TwiML."""

from __future__ import annotations

import base64
import hashlib
import hmac
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from xml.etree import ElementTree as ET

import attrs
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evledger
from evledger import Invalid, NotFound, Plugins, Store
from evledger.messages.desk import Desk
from evledger.messages.incoming import Incoming, Post
from evledger.messages.replies import Reply
from evledger.messages.twilio import (
    Request,
    Response,
    Webhook,
    is_signed,
    is_signed_body,
    media_links,
    read_form,
    read_request,
    sign,
    twiml,
    wsgi,
)

KEY = "12345"  # that of Twilio's documentation
ANOTHER = "12346"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
CALL = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
EARLIER = {**CALL, "Caller": "+12349013030", "From": "+12349013030"}
SID = "SM" + "0123456789abcdef" * 2
ACCOUNT = "AC" + "0123456789abcdef" * 2
MESSAGE = {
    "AccountSid": ACCOUNT,
    "Body": "semax|Does it raise BDNF in people?",
    "From": "+14158675309",
    "MessageSid": SID,
    "NumMedia": "0",
    "SmsMessageSid": SID,
    "To": "+18005551212",
}
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
ADDRESS = "https://example.org/sms"

Pairs = Sequence[tuple[str, str]]


# -- what Twilio has published ------------------------------------------------------------

PUBLISHED: tuple[tuple[str, Pairs, str], ...] = (
    # The documentation's example, as it was for years, and as it is in the libraries' tests.
    (URL, tuple(EARLIER.items()), "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
    (URL, tuple(CALL.items()), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    # Ports: signed without the one that the address has, and with the one that it has not.
    (URL.replace(".com", ".com:1234"), tuple(CALL.items()), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    (
        "http://mycompany.com:1234/myapp.php?foo=1&bar=2",
        tuple(CALL.items()),
        "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
    ),
    (URL, tuple(CALL.items()), "kvajT1Ptam85bY51eRf/AJRuM3w="),
    (URL.replace("https", "http"), tuple(CALL.items()), "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    # A user, with and without a password, without and with a port.
    (URL.replace("//", "//user:pass@"), tuple(CALL.items()), "CukzLTc1tT5dXEDIHm/tKBanW10="),
    (URL.replace("//", "//user:pass@"), tuple(CALL.items()), "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI="),
    (URL.replace("//", "//user@"), tuple(CALL.items()), "2YRLlVAflCqxaNicjMpJcSTgzSs="),
    (URL.replace("//", "//user@"), tuple(CALL.items()), "aZfj4hyX1MLZhSS6QIL18Vn2/RA="),
    # The query to the letter.
    (URL + "&Body=It%27s+amazing", tuple(CALL.items()), "TfZzewPq8wqrGlMfyAud8+/IvJ0="),
    (
        "https://mycompany.com/myapp.php?foo=hello%20world&bar=test%2Bvalue",
        tuple(CALL.items()),
        "er2tvAP1Wx+iuTTE2BPgvEaN1cs=",
    ),
    # Values: several of one name, repeated, blank, of any script; names that begin alike; none.
    (
        URL,
        (
            ("MessagingBinding.Address", "+1415xxxxxxx"),
            ("MessagingBinding.Address", "+1325xxxxxxx"),
        ),
        "83O6e2vORAoJHUNzJjDWN1jz+BA=",
    ),
    (
        URL,
        (
            ("Sid", "CA123"),
            ("SidAccount", "AC123"),
            ("Digits", "5678"),
            ("Digits", "1234"),
            ("Digits", "1234"),
        ),
        "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
    ),
    (
        URL,
        (("Digits", ""), ("CallSid", "CA1234567890ABCDE"), ("EmptyParam", "")),
        "9HHp/OqQMEwdrVebHDdA/+tqjX8=",
    ),
    (
        URL,
        (
            ("Message", "Hello & goodbye! @#$%^*()"),
            ("From", "+1 (415) 867-5309"),
            ("Special", "unicode: ñáéíóú"),
        ),
        "dCPiR4WtQ6QFN6pJh81CtlCcWLQ=",
    ),
    (
        URL,
        (*CALL.items(), ("ReasonConferenceEnded", "test"), ("Reason", "Participant")),
        "vOEb5UThFn24KEfnOFLQY2AE5FY=",
    ),
    (URL, (), "zYQTYrRWXE7LtzbG4PfP7/bkkGo="),
    ("https://mycompany.com/myapp.php", tuple(CALL.items()), "1xaxFBvyzXYvWplzNOSs28HWO94="),
)
TWIN = "SM" + "1" * 32
JSON = b'{"property": "value", "boolean": true}'
DIGEST = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"


@pytest.mark.parametrize(("url", "form", "signature"), PUBLISHED)
def test_published_signatures(url: str, form: Pairs, signature: str) -> None:
    """What Twilio's documentation and libraries give as signed, is."""
    assert is_signed(url, signature, form, token=KEY)


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        (f"{URL}&bodySHA256={DIGEST}", "a9nBmqA0ju/hNViExpshrM61xv4="),
        (f"https://mycompany.com/myapp.php?bodySHA256={DIGEST}", "y77kIzt2vzLz71DgmJGsen2scGs="),
    ],
)
def test_published_signatures_of_bodies(url: str, signature: str) -> None:
    """A JSON body is signed by way of its digest, and no other body is."""
    assert is_signed_body(url, signature, JSON, token=KEY)
    assert not is_signed_body(url, signature, JSON + b" ", token=KEY)


@pytest.mark.parametrize(
    "signature", ["RSOYDt4T1cUTdK1PDd93/VVr8B8=", "zYQTYrRWXE7LtzbG4PfP7/bkkGo="]
)
def test_a_body_without_a_digest_is_not_signed(signature: str) -> None:
    """Where the address has no digest, nothing vouches for the body, however well it is signed."""
    assert not is_signed_body(URL, signature, JSON, token=KEY)


# -- signatures ---------------------------------------------------------------------------


def reference(url: str, form: Pairs, token: str = KEY) -> str:
    """Sign as the documentation says, step by step."""
    text = url
    for name in sorted({name for name, _ in form}):
        for value in sorted({value for each, value in form if each == name}):
            text += name
            text += value
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
forms = st.lists(st.tuples(words, words), max_size=6)
hosts = st.sampled_from(
    ["example.org", "user:pass@example.org", "[2001:db8::1]", "10.0.0.1", "xn--e1afmkfd.org"]
)
paths = st.text("abcxyz/%20?&=+;~'@:", max_size=20).map(lambda rest: f"/{rest}")
urls = st.builds("{}://{}{}".format, st.sampled_from(["http", "https"]), hosts, paths)


def flipped(text: str, place: int) -> str:
    """Flip one of the seven low bits of one character."""
    at, bit = divmod(place, 7)
    at %= len(text)
    return text[:at] + chr(ord(text[at]) ^ (1 << bit)) + text[at + 1 :]


places = st.integers(0, 10_000)


@given(urls, forms, st.booleans())
def test_what_is_signed_is_valid(url: str, form: Pairs, has_port: bool) -> None:
    """What another implementation signed, with the default port or without, is valid."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    port = {"http": ":80", "https": ":443"}[scheme] if has_port else ""
    signed = f"{scheme}://{host}{port}{slash}{path}"
    assert is_signed(url, reference(signed, form), form, token=KEY)
    assert is_signed(signed, reference(url, form), form, token=KEY)
    assert sign(url, form, token=KEY) == reference(url, form)


@given(urls, forms, st.randoms(use_true_random=False))
def test_the_order_of_fields_is_irrelevant(url: str, form: Pairs, random: Any) -> None:
    """Fields in whatever order have the same signature."""
    mixed = list(form)
    random.shuffle(mixed)
    assert is_signed(url, sign(url, form, token=KEY), mixed, token=KEY)


@given(urls, forms, places)
def test_a_flipped_bit_of_the_signature(url: str, form: Pairs, place: int) -> None:
    """A signature with one bit changed is not one."""
    assert not is_signed(url, flipped(sign(url, form, token=KEY), place), form, token=KEY)


@given(urls, forms, places)
def test_a_flipped_bit_of_the_address(url: str, form: Pairs, place: int) -> None:
    """A signature is of no other address."""
    assert not is_signed(flipped(url, place), sign(url, form, token=KEY), form, token=KEY)


@given(urls, forms.filter(lambda form: any(map("".join, form))), places)
def test_a_flipped_bit_of_a_field(url: str, form: Pairs, place: int) -> None:
    """A signature is of no other field."""
    written = [(at, part) for at, pair in enumerate(form) for part in (0, 1) if pair[part]]
    at, part = written[place % len(written)]
    pair = list(form[at])
    pair[part] = flipped(pair[part], place)
    changed = [*form[:at], (pair[0], pair[1]), *form[at + 1 :]]
    assert not is_signed(url, sign(url, form, token=KEY), changed, token=KEY)


@given(st.binary(min_size=1, max_size=50), places)
def test_a_flipped_bit_of_a_body(body: bytes, place: int) -> None:
    """A signature by way of a digest is of no other body."""
    url = f"{ADDRESS}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    at, bit = divmod(place, 8)
    at %= len(body)
    other = body[:at] + bytes([body[at] ^ (1 << bit)]) + body[at + 1 :]
    assert is_signed_body(url, reference(url, ()), body, token=KEY)
    assert not is_signed_body(url, reference(url, ()), other, token=KEY)


@given(
    st.one_of(st.none(), st.text(st.characters())),
    st.text(st.characters()),
    st.lists(st.tuples(st.text(st.characters()), st.text(st.characters())), max_size=3),
)
def test_forgeries_are_answered(signature: str | None, url: str, form: Pairs) -> None:
    """No signature, a garbled one, one that is not ASCII, no address: invalid, and no error."""
    assert not is_signed(url, signature, form, token=KEY)
    assert not is_signed_body(url, signature, b"{}", token=KEY)


def test_another_token_signs_otherwise() -> None:
    """A signature under another token is not one."""
    assert not is_signed(URL, sign(URL, CALL, token=ANOTHER), CALL, token=KEY)


def test_an_empty_token_is_refused() -> None:
    """An empty token would make anyone a signer, so it is an error."""
    with pytest.raises(Invalid, match="token is empty"):
        is_signed(URL, reference(URL, (), token=""), (), token="")


def test_a_mark_that_asks_nothing() -> None:
    """A question mark at the end may count or not, and one within a query does."""
    assert is_signed(f"{ADDRESS}?", reference(f"{ADDRESS}?", ()), (), token=KEY)
    assert is_signed(f"{ADDRESS}?", reference(ADDRESS, ()), (), token=KEY)
    assert not is_signed(f"{ADDRESS}?a=?", reference(f"{ADDRESS}?a=", ()), (), token=KEY)


# -- reading ------------------------------------------------------------------------------


@given(forms)
def test_forms_come_back(form: Pairs) -> None:
    """A form is read as it was written, blank values, order and repetitions included."""
    named = [pair for pair in form if any(pair)]
    assert list(read_form(urlencode(named).encode())) == named


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"a=1&" * 1_000_000, "more than 1000 fields"),
        (b"Body=%ff", "UTF-8"),
        (b"Body=\xff", "UTF-8"),
    ],
    ids=["a million fields", "escaped", "raw"],
)
def test_hostile_forms(body: bytes, why: str) -> None:
    """Too many fields, and bytes that are no text, are an error that says so."""
    with pytest.raises(Invalid, match=why):
        read_form(body)


def test_a_message_is_read() -> None:
    """Text, sender, id and channel are those of the request."""
    expected = Incoming(
        text=MESSAGE["Body"], sender="+14158675309", id=SID, channel="sms", carrier="twilio"
    )
    assert attrs.evolve(read_request(MESSAGE), media=()) == expected


@pytest.mark.parametrize("channel", ["whatsapp", "messenger", "rcs"])
def test_what_stands_before_a_number_is_a_channel(channel: str) -> None:
    """`whatsapp:` before the number is the channel, and no part of the number."""
    message = read_request({**MESSAGE, "From": f"{channel}:+14158675309"})
    assert (message.channel, message.sender) == (channel, "+14158675309")


def test_other_prefixes_are_no_channel() -> None:
    """What is no known channel stays with the sender."""
    message = read_request({**MESSAGE, "From": "help:+14158675309"})
    assert (message.channel, message.sender) == ("sms", "help:+14158675309")


@pytest.mark.parametrize("name", ["MessageSid", "SmsMessageSid"])
def test_either_id_will_do(name: str) -> None:
    """The id may stand under its older name alone."""
    form = {key: value for key, value in MESSAGE.items() if not key.endswith("MessageSid")}
    assert read_request({**form, name: SID}).id == SID


@pytest.mark.parametrize("name", ["Body", "From", "To"])
def test_a_missing_field(name: str) -> None:
    """A field that is missing is named."""
    with pytest.raises(Invalid, match=f"no field '{name}'"):
        read_request({key: value for key, value in MESSAGE.items() if key != name})


@pytest.mark.parametrize(
    "form",
    [
        {**MESSAGE, "From": ""},
        {**MESSAGE, "MessageSid": SID + "NumMedia0"},
        {**MESSAGE, "MessageSid": "SM" + "1" * 32},
        {**MESSAGE, "MessageSid": SID + "\n"},
        {key: value for key, value in MESSAGE.items() if not key.endswith("MessageSid")},
    ],
    ids=["no sender", "swollen", "two ids", "line end", "no id"],
)
def test_fields_of_another_shape(form: dict[str, str]) -> None:
    """An id that took its neighbour in is none, nor are two that differ."""
    with pytest.raises(Invalid, match=r"the request|of the request"):
        read_request(form)


def test_one_field_with_two_values() -> None:
    """A signature does not say which of two values came first, so neither is taken."""
    with pytest.raises(Invalid, match="'Body' of the request is given with several values"):
        read_request([*MESSAGE.items(), ("Body", "help")])


def test_a_reply_on_whatsapp() -> None:
    """The id of the message that was replied to is another one, and is not mistaken for it."""
    earlier = {
        "OriginalRepliedMessageSender": "whatsapp:+14158675310",
        "OriginalRepliedMessageSid": "SM" + "1" * 32,
    }
    assert read_request({**MESSAGE, **earlier}).id == SID


def test_links_of_media() -> None:
    """What came is listed with its type; without one it is bytes."""
    form = {
        "NumMedia": "2",
        "MediaUrl0": "https://a",
        "MediaContentType0": "image/png",
        "MediaUrl1": "https://b",
    }
    found = [(link.url, link.media_type) for link in media_links(form)]
    assert found == [("https://a", "image/png"), ("https://b", "application/octet-stream")]
    assert media_links({}) == ()


@pytest.mark.parametrize("number", ["-1", "1e3", "²", "9" * 5_000, "1"])
def test_hostile_numbers_of_media(number: str) -> None:
    """A number that is none, or promises what is not there, is an error."""
    with pytest.raises(Invalid, match=r"NumMedia|MediaUrl0"):
        media_links({"NumMedia": number})


# -- answering in TwiML --------------------------------------------------------------------


def answered(body: bytes) -> str | None:
    """Return the text of a message in TwiML; none where there is no message."""
    root = ET.fromstring(body)  # noqa: S314  # what this library wrote
    assert root.tag == "Response"
    messages = root.findall("Message")
    assert len(messages) == len(root) <= 1
    return messages[0].text if messages else None


@given(st.text(st.characters(), max_size=200))
def test_twiml_is_xml(text: str) -> None:
    """Any text makes well-formed XML, from which it is read again, but for what XML cannot have."""
    kept = [
        character
        for character in text.replace("\r\n", "\n").replace("\r", "\n")
        if character in "\t\n"
        or (
            character >= " "
            and not "\ud800" <= character <= "\udfff"
            and character not in "\ufffe\uffff"
        )
    ]
    assert (answered(twiml(text)) or "") == "".join(kept).strip()


@given(st.text("ab 😀", min_size=1_200, max_size=2_000))
def test_twiml_is_as_long_as_a_message_may_be(text: str) -> None:
    """What is too long ends at a word, within the limit as Twilio counts it."""
    found = answered(twiml(text)) or ""
    assert len(found.encode("utf-16-le")) <= 2 * 1_600
    if found != text.strip():
        assert text.strip().startswith(found.removesuffix("..."))


def test_twiml_cuts_between_words() -> None:
    """A word is left whole, or left out."""
    found = answered(twiml("word " * 400)) or ""
    assert found == "word " * 318 + "word..."
    assert len(found) <= 1_600


def test_twiml_of_nothing() -> None:
    """No text, no message."""
    assert twiml(" \x00") == b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


# -- the webhook ---------------------------------------------------------------------------


class Clerk:
    """Takes messages, and keeps them."""

    def __init__(self, text: str = "recorded as q1", *, welcoming: bool = True) -> None:
        self.text = text
        self.welcoming = welcoming
        self.received: list[Incoming] = []

    def welcomes(self, sender: str) -> bool:
        """Welcome everybody, or nobody."""
        del sender
        return self.welcoming

    def receive(self, message: Incoming) -> Reply:
        """Keep a message."""
        self.received.append(message)
        return Reply(text=self.text)


def posted(form: Any = MESSAGE, url: str = ADDRESS, **changes: Any) -> Request:
    """Return a request that Twilio signed."""
    headers = {"Content-Type": FORM, "X-Twilio-Signature": sign(url, form, token=KEY)}
    request = Request(method="POST", url=url, headers=headers, body=urlencode(form).encode())
    return attrs.evolve(request, **changes)


def respond(request: Request, clerk: Clerk | None = None, **options: Any) -> Response:
    """Answer a request with a webhook of its own."""
    return Webhook(clerk or Clerk(), token=KEY, **options).respond(request)


def test_a_signed_message_is_taken() -> None:
    """What Twilio signed is handed over, and the reply is sent back."""
    clerk = Clerk("recorded as q1, <b>thanks</b>")
    response = respond(posted(), clerk)
    assert (response.status, response.notes) == (200, ())
    assert dict(response.headers)["Content-Type"] == "text/xml; charset=utf-8"
    assert answered(response.body) == "recorded as q1, <b>thanks</b>"
    assert [message.id for message in clerk.received] == [SID]


def test_json_is_not_taken() -> None:
    """A form in the path, whose text has a digest of any body, is signed and is no message."""
    body = b'{"Body": "semax|Why?"}'
    digest = hashlib.sha256(body).hexdigest()
    form = {**MESSAGE, "Body": f"?bodySHA256={digest}&x="}
    url = ADDRESS + "".join(name + form[name] for name in sorted(form))
    signature = sign(ADDRESS, form, token=KEY)
    assert is_signed_body(url, signature, body, token=KEY)
    headers = {"Content-Type": "application/json", "X-Twilio-Signature": signature}
    clerk = Clerk()
    assert respond(Request(method="POST", url=url, headers=headers, body=body), clerk).status == 415
    assert clerk.received == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"method": "GET"}, 405),
        ({"method": "PUT"}, 405),
        ({"body": b"a" * (64 * 1024 + 1)}, 413),
        ({"body": b"a=1&" * 250_000}, 413),
        ({"headers": {"Content-Type": "text/plain"}}, 415),
        ({"headers": {}}, 415),
        ({"headers": {"Content-Type": FORM}}, 403),
        ({"headers": {"Content-Type": FORM, "X-Twilio-Signature": "é\udc80"}}, 403),
        ({"headers": {"Content-Type": "application/json", "X-Twilio-Signature": "x"}}, 415),
        ({"body": b"&" * 60_000}, 403),
        ({"body": b"Body=%ff"}, 403),
        ({"body": b"Body=\x00"}, 403),
        ({"body": b""}, 403),
    ],
)
def test_what_is_refused(changes: dict[str, Any], status: int) -> None:
    """What is no signed message is refused with its status, and nobody hears of it."""
    clerk = Clerk()
    assert respond(posted(**changes), clerk).status == status
    assert clerk.received == []


@pytest.mark.parametrize("url", ["https://example.org/other", "http://example.org/sms", "nowhere"])
def test_another_address_is_refused(url: str) -> None:
    """What was signed for one address does not pass at another."""
    assert respond(posted(url=url, headers=posted().headers)).status == 403


def test_what_is_refused_says_what_is_taken() -> None:
    """Another method is told which one is right."""
    assert ("Allow", "POST") in respond(posted(method="GET")).headers


@given(st.sampled_from(sorted(MESSAGE)), st.text(max_size=40))
def test_a_changed_field_is_refused(name: str, value: str) -> None:
    """A form in which one field is another than was signed never arrives."""
    clerk = Clerk()
    status = respond(posted(body=urlencode({**MESSAGE, name: value}).encode()), clerk).status
    assert (status, len(clerk.received)) == ((200, 1) if value == MESSAGE[name] else (403, 0))


def test_an_incomplete_message_is_told_apart() -> None:
    """What is signed and no message, as a report of delivery, is answered with the reason."""
    form = {"MessageSid": SID, "MessageStatus": "delivered", "From": "+1", "To": "+2"}
    clerk = Clerk()
    response = respond(posted(form), clerk)
    assert (response.status, clerk.received) == (400, [])
    assert b"'Body'" in response.body


def test_headers_in_any_case() -> None:
    """Names of headers are matched in any case; a signature that is given twice is none."""
    signature = sign(ADDRESS, MESSAGE, token=KEY)
    pairs = [("CONTENT-TYPE", FORM), ("x-TWILIO-signature", signature)]
    assert respond(posted(headers=pairs)).status == 200
    assert respond(posted(headers=[*pairs, ("X-Twilio-Signature", signature)])).status == 403


def test_hostile_text_arrives() -> None:
    """Nothing that a sender writes keeps the message from arriving, or breaks the reply."""
    text = "semax|\x00 <Response/> ]]> \u202e 😀"
    clerk = Clerk(text)
    response = respond(posted({**MESSAGE, "Body": text}), clerk)
    assert clerk.received[0].text == text
    assert answered(response.body) == "semax| <Response/> ]]> \u202e 😀"


@pytest.mark.parametrize("token", ["", " ", "12345\n", "12 45", "tokén"])
def test_a_token_that_is_none(token: str) -> None:
    """A token that is empty or holds a line end is refused at once, and not shown."""
    with pytest.raises(Invalid, match="auth token") as caught:
        Webhook(Clerk(), token=token)
    assert not token.strip() or token not in str(caught.value)


def test_the_token_is_shown_nowhere() -> None:
    """Neither the webhook, its answers nor what it notes shows the token or a password."""

    def fail(_url: str, /, *, auth: tuple[str, str], timeout: float) -> bytes:
        raise RuntimeError(f"{auth} {timeout}")

    secret = "s3cret" * 5
    webhook = Webhook(
        Clerk(), token=secret, public_url=f"https://u:{secret}@example.org", download=fail
    )
    form = {**MESSAGE, "NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x"}
    url = f"https://u:{secret}@example.org/sms"
    headers = {"Content-Type": FORM, "X-Twilio-Signature": sign(url, form, token=secret)}
    taken = webhook.respond(posted(form, headers=headers))
    refused = webhook.respond(posted(form))
    assert (taken.status, refused.status) == (200, 403)
    assert secret not in repr((webhook, taken, refused))
    assert [note.partition(";")[0] for note in refused.notes] == [
        "not signed by this account for https://example.org/sms"
    ]


# -- behind a proxy ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "seen", "asked"),
    [
        ("https://example.org", "http://127.0.0.1:8000/sms", "https://example.org/sms"),
        ("https://example.org/", "http://x/sms?a=%7e&b", "https://example.org/sms?a=%7e&b"),
        ("https://example.org/hooks", "http://x/sms", "https://example.org/hooks/sms"),
        ("https://u:p@example.org:8443", "http://x//sms", "https://u:p@example.org:8443//sms"),
        ("https://[2001:db8::1]", "/sms?x", "https://[2001:db8::1]/sms?x"),
    ],
)
def test_a_public_address(base: str, seen: str, asked: str) -> None:
    """The configured address stands in place of the one that the application sees."""
    headers = posted(url=asked).headers
    assert respond(posted(url=seen, headers=headers), public_url=base).status == 200


@pytest.mark.parametrize(
    "base",
    [
        "",
        "example.org",
        "ftp://x",
        "https://",
        "https://x?y",
        "https://x#",
        "https://x:y",
        "https://x\n",
    ],
)
def test_a_public_address_that_is_none(base: str) -> None:
    """A base that is no address is refused when it is configured."""
    with pytest.raises(Invalid, match="public address"):
        Webhook(Clerk(), token=KEY, public_url=base)


FORWARDED: tuple[tuple[dict[str, str], str], ...] = (
    ({"X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.org"}, ADDRESS),
    ({"X-Forwarded-Proto": "https"}, "https://10.0.0.1:8000/sms"),
    (
        {"X-Forwarded-Proto": "https", "X-Forwarded-Port": "8443"},
        "https://10.0.0.1:8443/sms",
    ),
    (
        {
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "example.org:444",
            "X-Forwarded-Port": "1",
        },
        "https://example.org:444/sms",
    ),
    # What comes last is what the nearest proxy added.
    ({"X-Forwarded-Proto": "http, HTTPS", "X-Forwarded-Host": "evil.org, example.org"}, ADDRESS),
    ({"Forwarded": "for=192.0.2.43;proto=https;host=example.org"}, ADDRESS),
    ({"Forwarded": 'host="evil.org, x";proto=http, Host="example.org";Proto=https'}, ADDRESS),
    ({"Forwarded": 'host="[2001:db8::1]:444";proto=https'}, "https://[2001:db8::1]:444/sms"),
    ({"Forwarded": "proto=https", "X-Forwarded-Host": "example.org"}, ADDRESS),
)


@pytest.mark.parametrize(("headers", "asked"), FORWARDED)
def test_what_a_proxy_says(headers: dict[str, str], asked: str) -> None:
    """A proxy's headers are believed where that is configured, and by default never are."""
    signed = {**dict(posted(url=asked).headers), **headers}
    request = posted(url="http://10.0.0.1:8000/sms", headers=signed)
    assert respond(request, forwarded=True).status == 200
    assert respond(request).status == 403


@pytest.mark.parametrize(
    ("headers", "believed"),
    [
        ({"X-Forwarded-Host": "example.org/sms?"}, "http://example.org/sms?/sms"),
        ({"X-Forwarded-Host": "user@example.org"}, "http://user@example.org/sms"),
        ({"X-Forwarded-Proto": "ftp"}, "ftp://x/sms"),
        ({"X-Forwarded-Port": "x"}, "http://x:x/sms"),
        ({"Forwarded": "host=y", "X-Forwarded-Host": "z"}, "http://y/sms"),
        ({"Forwarded": "host=y", "X-Forwarded-Host": "z"}, "http://z/sms"),
        ({"Forwarded": ',"' * 400}, "http://y/sms"),
        ({"Forwarded": "host=y;by=" + "a" * 2_000}, "http://y/sms"),
    ],
)
def test_proxies_that_say_nonsense(headers: dict[str, str], believed: str) -> None:
    """Headers that contradict one another, or are no address, vouch for nothing."""
    signed = {**dict(posted(url=believed).headers), **headers}
    assert respond(posted(url="http://x/sms", headers=signed), forwarded=True).status == 403


def test_one_way_to_know_the_address() -> None:
    """A fixed address and a proxy's cannot both hold."""
    with pytest.raises(Invalid, match="not both"):
        Webhook(Clerk(), token=KEY, public_url="https://example.org", forwarded=True)


# -- what came with a message ---------------------------------------------------------------

MEDIA = {
    **MESSAGE,
    "NumMedia": "2",
    "MediaUrl0": "https://api.twilio.com/0",
    "MediaContentType0": "image/png",
    "MediaUrl1": "https://api.twilio.com/1",
    "MediaContentType1": "text/plain",
}


def test_media_is_handed_over() -> None:
    """What came is fetched with the account's credentials and is of the type that Twilio gave."""
    asked: list[tuple[str, tuple[str, str]]] = []

    def fetch(url: str, /, *, auth: tuple[str, str], timeout: float) -> bytes:
        assert timeout <= 10
        asked.append((url, auth))
        return url.encode()

    clerk = Clerk()
    assert respond(posted(MEDIA), clerk, download=fetch).notes == ()
    got = [(file.data, file.media_type) for file in clerk.received[0].media]
    assert got == [
        (b"https://api.twilio.com/0", "image/png"),
        (b"https://api.twilio.com/1", "text/plain"),
    ]
    assert asked == [(f"https://api.twilio.com/{i}", (ACCOUNT, KEY)) for i in (0, 1)]


@pytest.mark.parametrize("error", [NotFound("gone"), RuntimeError("gone"), SystemExit(1)])
def test_a_lost_file_loses_no_message(error: BaseException) -> None:
    """One that cannot be fetched is told in the reply and noted; the rest is taken."""

    def fetch(url: str, /, *, auth: tuple[str, str], timeout: float) -> bytes:
        del auth, timeout
        if url.endswith("0"):
            raise error
        return b"text"

    clerk = Clerk("word " * 400)
    response = respond(posted(MEDIA), clerk, download=fetch)
    text = answered(response.body) or ""
    assert [file.data for file in clerk.received[0].media] == [b"text"]
    assert text.endswith("...\n1 of 2 attachments could not be fetched and was not kept.")
    assert len(text) <= 1_600
    assert len(response.notes) == 1
    assert response.notes[0].startswith("MediaUrl0 was not fetched")


def empty(_url: str, /, *, auth: tuple[str, str], timeout: float) -> bytes:
    """Fetch nothing."""
    del auth, timeout
    return b""


def test_no_more_is_fetched_than_is_kept() -> None:
    """Of very many only the first are asked for, and the rest is told."""
    form = {**MESSAGE, "NumMedia": "12", **{f"MediaUrl{i}": "https://x" for i in range(12)}}
    clerk = Clerk()
    response = respond(posted(form), clerk, download=empty)
    assert (len(clerk.received[0].media), len(response.notes)) == (10, 2)
    assert "2 of 12 attachments" in (answered(response.body) or "")


def test_nothing_is_fetched_for_those_who_are_refused() -> None:
    """Of a sender who is not welcome nothing is fetched, and the desk says why."""
    asked: list[str] = []

    def fetch(url: str, /, *, auth: tuple[str, str], timeout: float) -> bytes:
        del auth, timeout
        asked.append(url)
        return b""

    clerk = Clerk("registered senders alone", welcoming=False)
    response = respond(posted(MEDIA), clerk, download=fetch)
    assert (asked, answered(response.body)) == ([], "registered senders alone")
    assert [len(message.media) for message in clerk.received] == [0]
    assert "what came was not fetched" in response.notes[0]


def test_media_without_httpx(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without httpx the message is taken all the same, and the note names what to install."""
    monkeypatch.setitem(sys.modules, "httpx", None)
    clerk = Clerk()
    response = respond(posted(MEDIA), clerk)
    assert len(clerk.received) == 1
    assert "evidence-ledger[messages]" in response.notes[0]


# -- with a desk and a server ---------------------------------------------------------------


@pytest.fixture
def store() -> Iterator[Store]:
    """Yield a store with one ledger."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as opened:
        opened.create("semax", title="Semax and BDNF", by="curator")
        yield opened


def twins(fields: dict[str, str], filler: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return a message that has fields in its text, and the form in which they are fields.

    Both are signed alike: what Twilio wrote after the text is the value of a field of no meaning.
    """
    text = "".join(map("".join, fields.items())).removeprefix("Body") + filler
    after = {name: MESSAGE[name] for name in sorted(MESSAGE) if name > "Body"}
    kept = {} if "To" in fields else {n: v for n, v in after.items() if n >= "MessageSid"}
    taken = "".join(name + value for name, value in after.items() if name not in kept)
    forged = {"AccountSid": ACCOUNT, **fields, filler: taken, **kept}
    return {**MESSAGE, "Body": text}, forged


BEGUN = {"Body": "semax|Is it another message?"}


@pytest.mark.parametrize(
    ("fields", "filler"),
    [
        ({**BEGUN, "From": "+19998887777", "MessageSid": TWIN, "To": "+1"}, "Z"),
        ({**BEGUN, "From": MESSAGE["From"], "MessageSid": TWIN, "To": "+1"}, "Z"),
        ({**BEGUN, "From": MESSAGE["From"], "SmsMessageSid": TWIN, "To": "+1"}, "Z"),
        ({**BEGUN, "From": "+19998887777"}, "G"),
        ({**BEGUN, "From": "whatsapp:+19998887777"}, "G"),
        ({**BEGUN, "From": "12345"}, "G"),
    ],
)
def test_a_message_in_a_message(store: Store, fields: dict[str, str], filler: str) -> None:
    """Fields that a sender wrote into a text are signed, and are not taken for Twilio's."""
    message, forged = twins(fields, filler)
    assert sign(ADDRESS, message, token=KEY) == sign(ADDRESS, forged, token=KEY)
    head = store.ledger("semax").head()
    response = Webhook(Desk(store), token=KEY).respond(posted(forged))
    assert (response.status, store.ledger("semax").head()) == (400, head)
    assert "several messages can be read" in response.notes[0]


def test_a_message_in_the_query(store: Store) -> None:
    """Nor are they where the rest of the message is put into the address."""
    begun = "Bodysemax|Why?From+19998887777"
    message = {**MESSAGE, "ProfileName": begun}
    whole = "".join(name + message[name] for name in sorted(message))
    url = f"{ADDRESS}?line=1{whole.partition(begun)[0]}"
    form = {"Body": "semax|Why?", "From": "+19998887777", "SmsMessageSid": SID, "To": MESSAGE["To"]}
    assert sign(f"{ADDRESS}?line=1", message, token=KEY) == sign(url, form, token=KEY)
    assert Webhook(Desk(store), token=KEY).respond(posted(form, url)).status == 400
    assert not store.ledger("semax").view().questions


@pytest.mark.parametrize("sender", ["whatsapp:+14158675309", "rcs:+14158675309"])
def test_an_id_is_the_carriers(store: Store, sender: str) -> None:
    """A message is known by its id whatever channel its sender is said to write from."""
    webhook = Webhook(Desk(store), token=KEY)
    webhook.respond(posted())
    head = store.ledger("semax").head()
    again = {**MESSAGE, "From": sender, "Body": "semax|Is it another message?"}
    assert webhook.respond(posted(again)).status == 200
    assert store.ledger("semax").head() == head


def test_an_id_is_the_channels() -> None:
    """Without a carrier the same id from another channel is another message's."""
    messages = [Incoming(text="", sender=each, id="1") for each in ("+1", "rcs:+1")]
    assert len({Post.of(each).once for each in messages}) == 2
    assert len({Post.of(attrs.evolve(each, carrier="x")).once for each in messages}) == 1


def test_a_request_again_changes_nothing(store: Store) -> None:
    """A captured request, sent again, finds its message recorded and leaves the ledger as it is."""
    webhook = Webhook(Desk(store), token=KEY)
    first = webhook.respond(posted())
    head = store.ledger("semax").head()
    again = webhook.respond(posted())
    assert (first.status, again.status) == (200, 200)
    assert [asked.text for asked in store.ledger("semax").view().questions.values()] == [
        "Does it raise BDNF in people?"
    ]
    assert store.ledger("semax").head() == head


def test_a_swollen_request_changes_nothing(store: Store) -> None:
    """A field that takes in its neighbour is signed all the same, and is still no new message."""
    webhook = Webhook(Desk(store), token=KEY)
    webhook.respond(posted())
    head = store.ledger("semax").head()
    form = {
        key: value for key, value in MESSAGE.items() if key not in ("NumMedia", "SmsMessageSid")
    }
    form["MessageSid"] = f"{SID}NumMedia0SmsMessageSid{SID}"
    assert sign(ADDRESS, form, token=KEY) == sign(ADDRESS, MESSAGE, token=KEY)
    assert webhook.respond(posted(form)).status == 400
    assert store.ledger("semax").head() == head


def test_forgeries_change_nothing(store: Store) -> None:
    """What is not signed leaves the ledger as it is."""
    webhook = Webhook(Desk(store), token=KEY)
    head = store.ledger("semax").head()
    headers = {"Content-Type": FORM, "X-Twilio-Signature": sign(ADDRESS, MESSAGE, token=ANOTHER)}
    assert webhook.respond(posted(headers=headers)).status == 403
    assert store.ledger("semax").head() == head


class Quiet(WSGIRequestHandler):
    """A handler that logs nothing."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its name there
        """Log nothing."""


@pytest.fixture
def listening(store: Store) -> Iterator[str]:
    """Yield the address of a server with a webhook."""
    webhook = Webhook(Desk(store), token=KEY, public_url="https://example.org")
    server: WSGIServer = make_server("127.0.0.1", 0, wsgi(webhook), handler_class=Quiet)
    thread = threading.Thread(target=partial(server.serve_forever, 0.01))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_wsgi_server(listening: str, store: Store) -> None:
    """A server takes a signed message, and refuses the rest."""
    url = "https://example.org/sms?a=1"
    headers = {"X-Twilio-Signature": sign(url, MESSAGE, token=KEY)}
    with httpx.Client(base_url=listening) as client:
        taken = client.post("/sms?a=1", data=MESSAGE, headers=headers)
        statuses = [
            client.get("/sms?a=1").status_code,
            client.post("/sms?a=1", data=MESSAGE).status_code,
            client.post("/other", data=MESSAGE, headers=headers).status_code,
            client.post("/sms", content=b"a" * 70_000, headers={"Content-Type": FORM}).status_code,
            client.post("/sms", content=b"", headers={"Content-Type": "text/html"}).status_code,
        ]
    assert (taken.status_code, statuses) == (200, [405, 403, 404, 413, 415])
    assert answered(taken.content)
    assert len(store.ledger("semax").view().questions) == 1


def served(**changes: str) -> tuple[str, bytes, list[str]]:
    """Return status, body and log of what WSGI answers to a small form."""
    log: list[str] = []
    status: list[str] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/sms",
        "CONTENT_TYPE": FORM,
        "CONTENT_LENGTH": "6",
        "wsgi.url_scheme": "http",
        "SERVER_NAME": "x",
        "SERVER_PORT": "80",
        "wsgi.input": BytesIO(b"Body=x"),
        "wsgi.errors": type("Log", (), {"write": staticmethod(log.append)})(),
        **changes,
    }

    def start(line: str, *_: Any) -> Callable[[bytes], object]:
        status.append(line)
        return bytes

    body = b"".join(wsgi(Webhook(Clerk(), token=KEY))(environ, start))
    return status[0], body, log


@pytest.mark.parametrize("path", ["", "/", "/sms/", "/smsAccountSid", "/sms;x"])
def test_other_paths(path: str) -> None:
    """At any path but the one that is served nothing is, and the log says which that is."""
    status, body, log = served(PATH_INFO=path)
    assert (status, body) == ("404 Not Found", b"nothing is here\n")
    assert "than /sms;" in log[0]


@pytest.mark.parametrize("length", ["", "-1", "x", "²", "99999999999999999999"])
def test_lengths_that_are_none(length: str) -> None:
    """A length that is no number, or a huge one, reads no more than there is."""
    status, body, log = served(CONTENT_LENGTH=length)
    assert (status, body) == ("403 Forbidden", b"the signature does not match\n")
    assert "not signed by this account" in log[0]
