"""What arrives: a message, what came with it, and who sent it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import attrs
from blake3 import blake3

from evledger.codec import canonical, check_slug
from evledger.exceptions import Invalid

__all__ = ["Incoming", "Media", "Post", "Sender", "names_of"]


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
        sender: who wrote it: a number, with ``whatsapp:`` before it where it came from there.
        id: the message's own id, the same at every delivery; without one a message that is
            delivered twice is recorded twice.
        channel: the channel that it came by, as in ``sms``.
        media: the files that came with it.
    """

    text: str = attrs.field(repr=False)
    sender: str = attrs.field(repr=False)
    id: str | None = None
    channel: str = "sms"
    media: Sequence[Media] = ()


# -- who ---------------------------------------------------------------------------------

_WHATSAPP: Final = re.compile(r"\s*whatsapp:", re.IGNORECASE)
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
            what is no number stays as it is.
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
        found = _WHATSAPP.match(sender)
        if found is not None:
            return cls("whatsapp", _folded(sender[found.end() :]))
        return cls(channel, _folded(sender))

    @property
    def basis(self) -> str:
        """What a source or a claim of theirs gives as its reason; it is sealed."""
        return f"sent over {self.channel} by {self.name}"

    def is_named_in(self, locator: str) -> bool:
        """Tell whether an identifier holds the sender's number, as a link to a chat does."""
        digits = self.name.removeprefix("+")
        return len(digits) >= _SHORTEST_NUMBER and digits in locator


_SHORTEST_NUMBER: Final = 7  # digits; a shorter one could be found in any identifier


def _folded(sender: str) -> str:
    found = _NUMBER.fullmatch(_BETWEEN.sub("", sender))
    if found is None:
        return sender.strip()[:_LONGEST] or _UNKNOWN
    return f"{'+' if found[1] else ''}{found[2]}"[:_LONGEST]


def names_of(senders: Iterable[str]) -> frozenset[str]:
    """Give the names by which some senders are known, whatever channel they write from."""
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
            once=_token(sender.channel, message.id),
        )


def _checked(channel: str) -> str:
    try:
        return check_slug(channel)
    except Invalid as error:
        msg = f"channel={channel!r:.80}: expected small letters, digits and hyphens, as in sms"
        raise Invalid(msg) from error


def _token(channel: str, id: str | None) -> str | None:
    """Give a retry token, from which nobody reads the id."""
    if not id:
        return None
    return f"message:{blake3(canonical([channel, _storable(id)])).hexdigest()}"


def _storable(text: str) -> str:
    """Join surrogates that make a pair, and replace those that do not."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
