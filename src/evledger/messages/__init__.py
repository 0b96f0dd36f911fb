"""The text line: what readers send as short messages, and what becomes of it.

:class:`Desk` takes messages; ``grammar`` and ``pasting`` read them, without any ledger, and
:mod:`~evledger.messages.twilio` is one carrier that brings them.
"""

from __future__ import annotations

from evledger.messages.desk import Desk
from evledger.messages.grammar import (
    FORMS,
    LONGEST,
    Ask,
    Help,
    Ingest,
    Malformed,
    Message,
    Status,
    Stop,
    parse,
)
from evledger.messages.incoming import Incoming, Media
from evledger.messages.limits import Rate
from evledger.messages.pasting import Paste, read_paste
from evledger.messages.recorded import Forgotten, Recorded
from evledger.messages.replies import Reply

__all__ = [
    "FORMS",
    "LONGEST",
    "Ask",
    "Desk",
    "Forgotten",
    "Help",
    "Incoming",
    "Ingest",
    "Malformed",
    "Media",
    "Message",
    "Paste",
    "Rate",
    "Recorded",
    "Reply",
    "Status",
    "Stop",
    "parse",
    "read_paste",
]
