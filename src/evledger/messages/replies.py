"""Replies: plain text of a limited length, in which nobody's words steer anything."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import attrs

from evledger.legible import UNSEEN, shortened

__all__ = ["SHORTEST", "Letter", "Outcome", "Reply", "plain"]

SHORTEST: Final = 480
"""Characters that a reply may be limited to at least, three text messages: what must be said of
the longest names fits into them."""

Outcome: TypeAlias = Literal["recorded", "answered", "malformed", "refused"]
"""What became of a message: ``malformed`` is what other words would mend, and ``refused`` who may
write, and how often."""


@attrs.frozen(kw_only=True)
class Reply:
    """What a sender is told.

    Attributes:
        text: the reply: plain text, never empty.
        entries: the whole names of the entries that the message was recorded as, as in
            ``question:q7``; where it is ``repeated``, of those that were there before.
        repeated: whether nothing was appended because the ledger had it already.
        outcome: what became of the message.
        ledger: the ledger that it was about, where it named one that there is.
    """

    text: str
    entries: tuple[str, ...] = ()
    repeated: bool = False
    outcome: Outcome = "answered"
    ledger: str | None = None


@attrs.frozen(kw_only=True)
class Letter:
    """A reply that is not cut yet.

    Attributes:
        opening: what became of the message, with the ids.
        middle: lines that may be cut.
        closing: what to do next.
        entries, repeated, outcome, ledger: as in :class:`Reply`.
    """

    opening: str
    middle: tuple[str, ...] = ()
    closing: str = ""
    entries: tuple[str, ...] = ()
    repeated: bool = False
    outcome: Outcome = "answered"
    ledger: str | None = None

    def reply(self, length: int) -> Reply:
        """Return the reply, of at most so many characters: what is cut is the middle."""
        return Reply(
            text=self._text(length),
            entries=self.entries,
            repeated=self.repeated,
            outcome=self.outcome,
            ledger=self.ledger,
        )

    def _text(self, length: int) -> str:
        opening, closing = plain(self.opening), plain(self.closing)
        middle = "\n".join(filter(None, map(plain, self.middle)))
        room = length - len(opening) - len(closing) - 2
        parts = (opening, shortened(middle, room) if room > 0 else "", closing)
        return shortened("\n".join(filter(None, parts)), length)


def plain(text: str) -> str:
    r"""Return text on one line, without what cannot be seen or turns text around.

    >>> plain("two\n lines\x1b[31m, \u202ethis way")
    'two lines[31m, this way'
    """
    seen = UNSEEN.sub(lambda found: " " if found[0].isspace() else "", text)
    return " ".join(seen.split())
