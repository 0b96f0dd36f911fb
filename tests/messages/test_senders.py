"""Who sends a message: one form of a number, wherever it stands, and how often it wrote."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evledger
from evledger import Plugins, Store
from evledger.locators import normalise
from evledger.messages.desk import Desk, Incoming, Media
from evledger.messages.incoming import Sender, names_of, prefixed
from evledger.messages.limits import Rate
from evledger.messages.pasting import read_paste
from evledger.messages.replies import Reply
from evledger.messages.twilio import read_request

LONDON = Sender("sms", "+442079460000")
ALICE = Sender("sms", "alice@example.org")
SID = "SM" + "0123456789abcdef" * 2


class Clock:
    """A clock that moves on when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def forward(self, seconds: int) -> None:
        """Move on."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    """Return a clock."""
    return Clock()


@pytest.fixture
def store(clock: Clock) -> Iterator[Store]:
    """Yield a store with one ledger."""
    with evledger.open("memory:", plugins=Plugins.builtin(), clock=clock) as opened:
        opened.create("semax", title="Semax and BDNF", by="curator")
        yield opened


def send(desk: Desk, text: str, sender: str, *media: Media) -> Reply:
    """Send a message."""
    return desk.receive(Incoming(text=text, sender=sender, media=media))


# -- one form ----------------------------------------------------------------------------

digits = st.text("0123456789", min_size=3, max_size=15).filter(lambda each: each[:2] != "00")
marks = st.sampled_from(["", " ", "-", "\u200b", "\u202a", "\u2060", "\ufe0f", "\xad", "\xa0"])


@given(digits, st.lists(marks, min_size=20, max_size=20), st.booleans())
def test_a_number_is_one_however_it_is_written(
    number: str, between: list[str], is_wide: bool
) -> None:
    """Marks that nobody sees, wide digits and a `tel:` make no other number of it."""
    written = "".join(mark + each for mark, each in zip(between, f"+{number}", strict=False))
    if is_wide:
        written = written.translate({code: code + 0xFEE0 for code in b"+0123456789"})
    assert names_of([f"\u202atel:{written}\u202c"]) == names_of([f"+{number}"]) == {f"+{number}"}


@given(st.text(st.characters(codec=None), max_size=300))
def test_a_name_stays_what_it_is(sender: str) -> None:
    """The name of any sender is known by itself."""
    (name,) = names_of([sender])
    assert Sender.of(name, "sms").name == name


@pytest.mark.parametrize("channel", ["whatsapp", "messenger", "rcs"])
@pytest.mark.parametrize(
    "written", ["{}:1234567890", " {}: \u202a1234567890", "\u202a{}\uff1a1234567890"]
)
def test_a_channel_before_the_number(channel: str, written: str) -> None:
    """A number with its channel before it is that number, by that channel, in every place."""
    sender = written.format(channel.title())
    assert Sender.of(sender, "sms") == Sender(channel, "1234567890")
    assert prefixed(sender)[0] == channel


@pytest.mark.parametrize("channel", ["whatsapp", "messenger", "rcs"])
def test_what_a_carrier_brought_is_found_again(store: Store, channel: str) -> None:
    """A sender is on the list, and is found in a ledger, under the name that the carrier gives."""
    name = f"{channel}:1234567890"
    desk = Desk(store, senders=[name])
    form = {"MessageSid": SID, "From": name, "To": "x", "Body": "semax|Does it help?"}
    assert desk.receive(read_request(form)).outcome == "recorded"
    assert [each.n for each in desk.recorded(name)] == [1]


@pytest.mark.parametrize(
    "sender",
    ["\u202a+1 555 0102\u202c", "\uff0b1 555 0102", "+1\u200b5550102", "tel:+1-555-0102"],
)
def test_a_number_from_the_contacts(store: Store, sender: str) -> None:
    """A number as it is copied from a list of contacts is that number, and has no second budget."""
    desk = Desk(store, senders=[sender], limit=Rate(1, 3_600))
    assert send(desk, "semax|Does it help?", "+15550102").outcome == "recorded"
    assert [each.n for each in desk.recorded(sender)] == [1]
    assert send(desk, "semax|Does it harm?", sender).outcome == "refused"


# -- named in an identifier --------------------------------------------------------------


@pytest.mark.parametrize(
    "locator",
    [
        "url:https://wa.me/442079460000",
        "url:https://wa.me/44-2079-460000",
        "url:https://example.org/call/02079460000",
        "url:https://example.org/call/020-7946-0000",
        "url:https://example.org/?tel=+44%2020%207946%200000",
        "url:https://example.org/?tel=%2B44%252020%25207946%25200000",
        "url:https://example.org/%EF%BC%94%EF%BC%94%EF%BC%922079460000",
        "doi:10.1000/020.7946.0000",
    ],
)
def test_a_number_is_named(locator: str) -> None:
    """The sender's number is seen with blanks, dots, escapes, and without the country's."""
    assert LONDON.is_named_in(locator)


@given(st.lists(st.sampled_from(["", "-", ".", "%20", "%2520", "_", "/"]), min_size=12))
def test_a_number_is_named_however_it_is_cut(between: list[str]) -> None:
    """No signs between the digits hide them."""
    cut = "".join(digit + sign for digit, sign in zip("442079460000", between, strict=False))
    assert LONDON.is_named_in(f"url:https://example.org/{cut}")


@pytest.mark.parametrize(
    "locator",
    [
        "url:https://example.org/?e=Alice@Example.org",
        "url:https://example.org/?e=ALICE%40example.org",
        "url:https://example.org/alice@example.org/x",
    ],
)
def test_a_name_is_named(locator: str) -> None:
    """An address is seen in any case, and with escapes."""
    assert ALICE.is_named_in(locator)


@pytest.mark.parametrize(
    ("sender", "locator"),
    [
        ("+442079460000", "pmid:29798983"),
        ("+442079460000", "doi:10.1016/s0140-6736(20)31180-6"),
        ("12345", "pmid:12345"),
        ("", "url:https://example.org/unknown"),
        ("ann", "url:https://example.org/annals"),
        ("a", "url:https://example.org/a"),
        ("@", "url:https://example.org/@somebody"),
        ("alice@example.org", "url:https://example.org/malice@example.org"),
    ],
)
def test_others_are_not_named(sender: str, locator: str) -> None:
    """A short number, no name, and what is only part of a word name nobody."""
    assert not Sender.of(sender, "sms").is_named_in(locator)


def test_a_phone_number_is_no_post() -> None:
    """In prose `x:` and a phone number are no post on X, and the number of a post of today is."""
    text = "call me x:442079460001 or x:1212092628029698048"
    assert read_paste(text, normalise).locators == ("x:1212092628029698048",)


# -- how often ---------------------------------------------------------------------------


def picture(number: int) -> Media:
    """Return a picture, another for each number."""
    return Media(data=b"\x89PNG\r\n\x1a\n%d" % number, media_type="image/png")


def test_files_alone_count(store: Store, clock: Clock) -> None:
    """Words that are known, with new files each time, are messages like others, for every desk."""
    send(Desk(store, limit=None), "semax|Does it help?", "+15550101")
    text = "ingest semax|q:1|It helped me."
    outcomes: list[str] = []
    for number in range(4):
        clock.forward(1)
        desk = Desk(store, limit=Rate(3, 3_600))
        outcomes.append(send(desk, text, "+15550102", picture(number)).outcome)
    assert outcomes == ["recorded", "recorded", "recorded", "refused"]


def test_a_message_counts_once(store: Store, clock: Clock) -> None:
    """A message that made a source, a claim and files is one message."""
    send(Desk(store, limit=None), "semax|Does it help?", "+15550101")
    clock.forward(1)
    files = [picture(number) for number in range(3)]
    for number in range(2):
        text = f"ingest semax|q:1|It helped me on day {number}."
        desk = Desk(store, limit=Rate(2, 3_600))
        assert send(desk, text, "+15550102", *files).outcome == "recorded"
    desk = Desk(store, limit=Rate(2, 3_600))
    assert send(desk, "semax|And now?", "+15550102").outcome == "refused"


def test_who_is_welcome(store: Store, clock: Clock) -> None:
    """Who is on the list and within the limit is welcome, and nobody else."""
    desk = Desk(store, senders=["+15550101"], limit=Rate(1, 3_600))
    assert desk.welcomes("whatsapp:+1 555 0101")
    assert not desk.welcomes("+15550102")
    send(desk, "help", "+15550101")
    assert not desk.welcomes("+15550101")
    clock.forward(3_600)
    assert desk.welcomes("+15550101")
