"""Holding a sentence to what it cites.

A sentence passes that cites claims which were retrieved and stand, and that uses no number, no name
and no link that is not in what it cites.
That is all that is proven.
Words that are neither are not compared, nor is what the sentence says: a claim turned round
(``did not``), a cause made of a coincidence, or two numbers that change places pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from evledger.asking.evidence import gather
from evledger.asking.spelling import plain
from evledger.asking.units import unit_after
from evledger.legible import one_line

if TYPE_CHECKING:
    from evledger.asking.contracts import Sentence
    from evledger.asking.evidence import Evidence
    from evledger.view import View

__all__ = ["LONGEST", "MOST_CITATIONS", "check_sentence"]

LONGEST: Final = 2_000
"""Characters of a sentence."""

MOST_CITATIONS: Final = 50

_SHOWN: Final = 60  # characters of a word in a reason
_REASONS: Final = {
    "withdrawn": "which was withdrawn",
    "rejected": "which a reviewer rejected, or whose source a reviewer rejected",
    "retracted": "whose source was retracted",
    "automatic": "which was asserted automatically and nobody has reviewed",
    "duplicate": "whose source is a duplicate of another that counts",
}


def check_sentence(view: View, sentence: Sentence, retrieved: frozenset[str]) -> str | None:
    """Return what is wrong with a sentence; ``None`` where the ledger bears it out.

    Args:
        view: the ledger.
        sentence: what an answerer wrote.
        retrieved: the ids of the claims that it was given.

    Returns:
        A reason for people; the first that there is.

    >>> import evledger
    >>> from evledger.asking import Sentence
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     with semax.batch(by="curator") as batch:
    ...         rats = batch.add_source(kind="journal-article", title="A study in rats")
    ...         claim = batch.tag_claim(
    ...             source=rats, tier="preclinical", stance="supports", text="BDNF rose by 40 %."
    ...         )
    ...     view = semax.view()
    >>> said = Sentence(text="In rats, BDNF rose by 40 percent.", citations=("c1",))
    >>> check_sentence(view, said, frozenset(["c1"]))
    >>> said = Sentence(text="BDNF rose by 60 %.", citations=("c1",))
    >>> check_sentence(view, said, frozenset(["c1"]))
    "it says '60 %', and that number is not in c1"
    """
    reasons = _wrong(view, sentence.text, sentence.citations, retrieved)
    return next(reasons, None)


def _wrong(
    view: View, text: str, citations: Sequence[str], retrieved: frozenset[str]
) -> Iterator[str]:
    """Yield what is wrong, what is cheap to see first."""
    yield from _wrong_form(text, citations)
    for id in citations:
        why = _wrong_citation(view, id, retrieved)
        if why is not None:
            yield f"it cites {_shown(id)}, {why}"
    read, inline = _without_marks(view, text, citations)
    yield from (f"it cites {id} in its text, and not among its citations" for id in inline)
    among = _listed(citations)
    evidence = gather(view, citations)
    for written in _strange(evidence, text, read):
        yield f"it points to {_shown(written)!r}, and that is not in {among}"
    for kind, written in evidence.missing(read):
        verb = "says" if kind == "number" else "names"
        yield f"it {verb} {_shown(written)!r}, and that {kind} is not in {among}"


def _wrong_form(text: str, citations: Sequence[str]) -> Iterator[str]:
    if len(text) > LONGEST:
        yield f"it has {len(text)} characters; a sentence has at most {LONGEST}"
    if not any(map(str.isalnum, text)):
        yield "it is empty"
    if _SURROGATE.search(text):
        yield "it holds half a character, which no file can hold"
    if not citations:
        yield "it cites nothing"
    if len(citations) > MOST_CITATIONS:
        yield f"it has more than {MOST_CITATIONS} citations"


_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


def _strange(evidence: Evidence, text: str, read: str) -> Iterator[str]:
    """Yield what nothing cited points to, whether a mark that ends a link is part of it or not."""
    if any(evidence.strange(read.replace("[]", " "))):
        yield from evidence.strange(text)


def _wrong_citation(view: View, id: str, retrieved: frozenset[str]) -> str | None:
    if id not in view.claims:
        return "which is no claim of this ledger"
    reason = view.counted.reason_of(id)
    if reason is not None:
        return _REASONS[reason]
    return None if id in retrieved else "which was not retrieved for this question"


# -- citations within the text -----------------------------------------------------------

_BRACKETS: Final = re.compile(r"\[([a-z0-9, ;-]+)\]")


def _without_marks(view: View, text: str, citations: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Take citations such as ``[c1, c4]`` out of a text, and give those that it lacks."""
    read = plain(text)
    others: list[str] = []

    def mark(found: re.Match[str]) -> str:
        ids = re.findall(r"[a-z0-9-]+", found[1])
        others.extend(id for id in ids if id in view.claims and id not in citations)
        is_mark = ids and set(ids) <= set(citations) and _stands_as_a_mark(read, found, ids)
        return "[]" if is_mark else found[0]

    return _BRACKETS.sub(mark, read), tuple(others)


_AT_THE_END: Final = re.compile(r"(?:\[[^\]]*\])*[.,;:!?)\]'\"\u2019\u201d]*(?:\s|$)")


def _stands_as_a_mark(text: str, found: re.Match[str], ids: Sequence[str]) -> bool:
    """Return whether brackets are where marks are: apart, and no number or unit."""
    before = text[found.start() - 1 : found.start()]
    is_apart = not before or before.isspace() or before == "]"
    if not is_apart and (before.isdecimal() or not _AT_THE_END.match(text, found.end())):
        return False
    unit, _ = unit_after(text, found.end())
    reads_on = bool(unit) and (not unit.startswith("/") or any(map(str.isdecimal, ids)))
    return not reads_on and not any(unit_after(id, 0)[1] == len(id) for id in ids)


# -- words for people --------------------------------------------------------------------


def _shown(text: str) -> str:
    line = one_line(text[: _SHOWN + 1])
    return line if len(text) <= _SHOWN else f"{line[:_SHOWN]}…"


def _listed(citations: Sequence[str]) -> str:
    ids = tuple(dict.fromkeys(citations))
    return " or ".join(ids) if len(ids) <= 3 else f"any of the {len(ids)} claims that it cites"
