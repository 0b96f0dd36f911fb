"""The answerer that invents nothing: it quotes claims."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from evledger.asking import Match, Sentence, check_sentence
from evledger.asking.citing import LONGEST

if TYPE_CHECKING:
    from evledger.view import View

__all__ = ["Extractive"]

_MOST: Final = 5  # sentences; more would be a list, and the list stands beside them
_TRIED: Final = 20  # places to cut a long text at
_END: Final = re.compile(r"(?<=[.!?])\s|(?<=[。！？])")  # noqa: RUF001  # they end sentences, too
_BLANK: Final = re.compile(r"\s")


class Extractive:
    """Gives the text of the claims that match best, each as a sentence that cites it.

    Where claims that match take opposite sides, it gives both.
    """

    name = "extractive"

    def answer(self, view: View, question: str, matches: Sequence[Match]) -> Iterator[Sentence]:
        """Yield the claims' own words."""
        del question
        ids = dict.fromkeys(
            match.entry.removeprefix("claim:")
            for match in matches
            if match.entry.startswith("claim:")
        )
        retrieved = frozenset(ids)
        quoted = {id: _quoted(view, id, retrieved) for id in ids}
        sentences = {id: sentence for id, sentence in quoted.items() if sentence is not None}
        chosen = _chosen(view, tuple(sentences))
        yield from (sentence for id, sentence in sentences.items() if id in chosen)


# -- which claims ------------------------------------------------------------------------


def _chosen(view: View, ids: Sequence[str]) -> frozenset[str]:
    """Choose claims, the best match first, and none without one that contradicts it, if any does.

    Args:
        view: the ledger.
        ids: the claims that match, the best first.
    """
    chosen: frozenset[str] = frozenset()
    for id in (*_sides(view, ids), *ids):
        against = view.counted.contradicted.get(id, ())
        others = [other for other in ids if other in against]
        both = chosen.union((id,), others[:1] if chosen.isdisjoint(others) else ())
        chosen = both if len(both) <= _MOST else chosen
    return chosen


def _sides(view: View, ids: Sequence[str]) -> tuple[str, ...]:
    """Return the best match of each side, where there are two."""
    stances = {id: view.claims[id].stance for id in ids}
    best = tuple(
        next((id for id in ids if stances[id] == side), "") for side in ("supports", "contradicts")
    )
    return best if all(best) else ()


# -- what they say -----------------------------------------------------------------------


def _quoted(view: View, id: str, retrieved: frozenset[str]) -> Sentence | None:
    """Quote a claim; ``None`` where it does not stand, or what it says makes no sentence."""
    claim = view.claims.get(id)
    if claim is None or not isinstance(claim.text, str):
        return None
    tried = (Sentence(text=text, citations=(id,)) for text in _as_sentences(claim.text))
    borne_out = (each for each in tried if check_sentence(view, each, retrieved) is None)
    return next(borne_out, None)


def _as_sentences(text: str) -> Iterator[str]:
    """Yield a text; of one that is too long, its beginnings, the best first."""
    if len(text) <= LONGEST:
        yield text
        return
    start = text[: LONGEST - 1]
    places = (match.start() for pattern in (_END, _BLANK) for match in _last_first(pattern, start))
    yield from (f"{start[:place]}…" for place in islice(places, _TRIED))


def _last_first(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    return reversed(list(pattern.finditer(text)))
