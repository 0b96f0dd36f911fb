"""What a verification may stand on: a head that was kept elsewhere, or what somebody signed."""

from __future__ import annotations

from typing import TypeAlias

from evledger.chain import Head
from evledger.checkpoints import Vouched

__all__ = ["Trust", "trust_of", "trust_words", "trusted_head", "trusted_size"]

Trust: TypeAlias = Head | Vouched
"""A head that was kept elsewhere; a checkpoint or a signed head whose signatures were verified."""


def trust_of(trust: Head | str | Vouched | None) -> Trust | None:
    """Return what is trusted as it is, or read a head from text.

    Raises:
        Invalid: the text is no head.
    """
    return trust if trust is None or isinstance(trust, Vouched) else Head.of(trust)


def trusted_head(trust: Trust | None) -> Head | None:
    """Return the head that is trusted; a checkpoint alone says nothing of it."""
    return trust.head if isinstance(trust, Vouched) else trust


def trusted_size(trust: Trust) -> int:
    """Return how many events are vouched for."""
    return trust.checkpoint.size if isinstance(trust, Vouched) else trust.size


def trust_words(trust: Trust | None) -> str:
    """Return what is trusted, and on whose word."""
    if trust is None:
        return "internal"
    if isinstance(trust, Head):
        return "head given"
    signed = f"signed by {', '.join(trust.signers)}"
    witnesses = dict.fromkeys(each.witness for each in trust.witnesses)
    return f"{signed}, witnessed by {', '.join(witnesses)}" if witnesses else signed
