"""What arrives: a message, what came with it, and who sent it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import unquote

import attrs
from blake3 import blake3

from evledger.codec import canonical, check_slug
from evledger.exceptions import Invalid

__all__ = ["Incoming", "Media", "Post", "Sender", "names_of", "prefixed"]


@attrs.frozen(kw_only=True)
class Media:
    """A file that came with a message.

    Attributes:
        data: its bytes.
        media_type: what the sender says that it is, as in ``image/jpeg``.
    """

    data: bytes = attrs.field(repr=False)
    media_type: str


@attrs.frozen(kw_only=True)
class Incoming:
    """A message as it arrives.

    Attributes:
        text: what was written.
        sender: who wrote it: a number, with ``whatsapp:``, ``messenger:`` or ``rcs:`` before it
            where it came from there.
        id: the message's own id, the same at every delivery; without one a message that is
            delivered twice is recorded twice.
        channel: the channel that it came by, as in ``sms``.
        media: the files that came with it.
        carrier: within what the id is one message's alone; the channel, where that is ``None``.
    """

    text: str = attrs.field(repr=False)
    sender: str = attrs.field(repr=False)
    id: str | None = None
    channel: str = "sms"
    media: Sequence[Media] = ()
    carrier: str | None = None


# -- who ---------------------------------------------------------------------------------

_PREFIX: Final = re.compile(r"\s*(?:(?:(whatsapp|messenger|rcs)|tel):\s*)+", re.IGNORECASE)
_VARIANTS: Final = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # selectors of a sign's form
_BETWEEN: Final = re.compile(r"[\s()\[\]./\-\u2010-\u2015\u2212]")
_NUMBER: Final = re.compile(r"(\+|00)?([0-9]+)")
_LONGEST: Final = 200
_UNKNOWN: Final = "unknown"


@attrs.frozen
class Sender:
    """Who sent a message, in the one form in which senders are compared and recorded.

    Attributes:
        channel: the channel.
        name: a number without blanks, ``+`` first where it is an international one;
            what is no number stays as it is, but for marks that nobody sees.
    """

    channel: str
    name: str = attrs.field(repr=False)

    @classmethod
    def of(cls, sender: str, channel: str) -> Sender:
        """Read a sender as a channel gives it.

        >>> Sender.of("WhatsApp:0044 (20) 7946-0000", "sms").channel
        'whatsapp'
        >>> Sender.of("WhatsApp:0044 (20) 7946-0000", "sms").name
        '+442079460000'
        """
        prefix, rest = prefixed(sender)
        return cls(prefix or channel, _folded(rest))

    @property
    def basis(self) -> str:
        """What a source or a claim of theirs gives as its reason; it is sealed."""
        return f"sent over {self.channel} by {self.name}"

    def is_named_in(self, locator: str) -> bool:
        """Return whether an identifier holds the sender's number, as a link to a chat does.

        The number is seen without the country's, too, whatever stands between its digits,
        and any other name as a word of its own, in any case; both with ``%`` sequences.

        >>> Sender("sms", "+442079460000").is_named_in("url:https://example.org/020-7946-0000")
        True
        """
        return any(self._is_in(each) for each in _readings(locator))

    def _is_in(self, text: str) -> bool:
        if _NUMBER.fullmatch(self.name):
            digits = self.name.removeprefix("+")[-_SHORTEST_NUMBER:]
            return len(digits) == _SHORTEST_NUMBER and digits in _NO_DIGIT.sub("", text)
        name = self.name.casefold().removeprefix("@")
        if len(name) < _SHORTEST_NAME or self.name == _UNKNOWN:
            return False
        return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text.casefold()) is not None


_SHORTEST_NUMBER: Final = 7  # digits: a local number's; fewer could be found in any identifier
_SHORTEST_NAME: Final = 3
_NO_DIGIT: Final = re.compile(r"[^0-9]+")
_READINGS: Final = 4  # what is escaped more often is nobody's link


def prefixed(sender: str) -> tuple[str | None, str]:
    """Take off what stands before a number: its channel, which is given, or ``tel:``.

    >>> prefixed("WhatsApp:+15550100"), prefixed("tel:+15550100")
    (('whatsapp', '+15550100'), (None, '+15550100'))
    """
    plain = _plain(sender)
    found = _PREFIX.match(plain)
    if found is None:
        return None, plain
    return found[1] and found[1].lower(), plain[found.end() :]


def _folded(sender: str) -> str:
    found = _NUMBER.fullmatch(_BETWEEN.sub("", sender))
    if found is None:
        return sender.strip()[:_LONGEST].strip() or _UNKNOWN
    return f"{'+' if found[1] else ''}{found[2]}"[:_LONGEST]


def _plain(text: str) -> str:
    """Return a text without marks that nobody sees, and each sign in its plainest form."""
    seen = "".join(each for each in text if unicodedata.category(each) != "Cf")
    return unicodedata.normalize("NFKC", _VARIANTS.sub("", seen))


def _readings(locator: str) -> Iterator[str]:
    """Yield an identifier as it stands, and with its ``%`` sequences read, once and again."""
    for _ in range(_READINGS):
        yield _plain(locator)
        locator = unquote(locator)


def names_of(senders: Iterable[str]) -> frozenset[str]:
    """Return the names by which some senders are known, whatever channel they write from."""
    return frozenset(Sender.of(_storable(each), "sms").name for each in senders)


# -- what --------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Post:
    """A message whose sender is known, and whose id is a retry token.

    Attributes:
        sender: who sent it.
        text: what was written, as it came.
        media: the files that came with it.
        once: the retry token that its id becomes; ``None`` where it has none.
    """

    sender: Sender
    text: str = attrs.field(repr=False)
    media: tuple[Media, ...] = ()
    once: str | None = None

    @classmethod
    def of(cls, message: Incoming) -> Post:
        """Read a message.

        Raises:
            Invalid: the channel is no slug; senders do not choose it.
        """
        sender = Sender.of(_storable(message.sender), _checked(message.channel))
        return cls(
            sender=sender,
            text=message.text,
            media=tuple(message.media),
            once=_token(message.carrier or sender.channel, message.id),
        )


def _checked(channel: str) -> str:
    try:
        return check_slug(channel)
    except Invalid as error:
        msg = f"channel={channel!r:.80}: expected small letters, digits and hyphens, as in sms"
        raise Invalid(msg) from error


def _token(carrier: str, id: str | None) -> str | None:
    """Return a retry token, from which nobody reads the id."""
    if not id:
        return None
    return f"message:{blake3(canonical([_storable(carrier), _storable(id)])).hexdigest()}"


def _storable(text: str) -> str:
    """Join surrogates that make a pair, and replace those that do not."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
