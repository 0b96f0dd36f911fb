"""Answers in TwiML, the XML that tells Twilio what to send back.

Source: Twilio, *TwiML for Programmable Messaging*,
https://www.twilio.com/docs/messaging/twiml; the limit is error 21617's.
"""

from __future__ import annotations

import html
import re
from typing import Final

__all__ = ["MAX_TEXT", "cut", "twiml"]

MAX_TEXT: Final = 1_600
"""Characters of one message; one that UTF-16 writes in two counts as two."""

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_END: Final = re.compile("\r\n?")
_MORE: Final = "..."  # one ellipsis would turn a text of one byte a character into one of two


def twiml(text: str) -> bytes:
    """Write the answer to a message; none to an empty one.

    What XML 1.0 cannot have is left out, and what is too long is cut at a word.

    >>> twiml("Tier < human & more")
    b'<?xml ...?><Response><Message>Tier &lt; human &amp; more</Message></Response>'
    >>> twiml("")
    b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
    """
    plain = cut(_LINE_END.sub("\n", _NOT_XML.sub("", text)).strip(), MAX_TEXT)
    if not plain:
        return f"{_HEAD}<Response/>".encode()
    escaped = html.escape(plain, quote=False)
    return f"{_HEAD}<Response><Message>{escaped}</Message></Response>".encode()


def cut(text: str, length: int) -> str:
    """Cut a text at a word, where it is too long.

    Args:
        text: without lone surrogates.
        length: how long it may be, counted as UTF-16 does.

    >>> cut("what is known of it", 12)
    'what is...'
    """
    if _length(text) <= length:
        return text
    units = text.encode("utf-16-le")[: 2 * (length - len(_MORE))]
    kept = units.decode("utf-16-le", "ignore")
    whole = kept if text[len(kept)].isspace() else re.sub(r"\S*\Z", "", kept)
    return (whole.rstrip() or kept) + _MORE


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
