"""Spotting: locators in running prose, as people write them.

Candidates are found among brackets, quotation marks and Markdown,
and each is judged by the ledger's own rules for locators, never by rules of this module.
What only looks like an identifier is left alone: a bare number is no PubMed id,
and a link that was cut short leads nowhere.

The text is gone through once, by patterns whose every step is bounded,
so that a hostile text costs no more than a long one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs

from evledger.exceptions import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["SOCIAL", "Spotted", "spot"]

SOCIAL: Final = frozenset({"reddit", "x", "youtube"})
"""The schemes of posts and videos."""


@attrs.frozen
class Spotted:
    """A locator, and where it stands.

    Attributes:
        locator: in normal form.
        start: of the first character, with the word that says what it is.
        stop: of the one after the last.
    """

    locator: str
    start: int
    stop: int


def spot(text: str, normalise: Callable[[str], str]) -> Iterator[Spotted]:
    """Yield the locators in a text, in the order in which they stand.

    Args:
        text: from anybody; of any length, and of any characters.
        normalise: gives a locator's normal form, or raises :class:`~evledger.exceptions.Invalid`
            where a text names no source, or a person, whose page is then left out.

    >>> from evledger.locators import normalise
    >>> [found.locator for found in spot("Shown (PMID: 29798983; doi:10.1000/ABC).", normalise)]
    ['pmid:29798983', 'doi:10.1000/abc']
    """
    for found in _CANDIDATE.finditer(text):
        candidate = _candidate(found)
        try:
            if candidate:
                # A value is only looked ahead at, so that the next candidate may begin in it.
                stop = max(found.end(), found.end(found.lastgroup or 0))
                yield Spotted(normalise(candidate), found.start(), stop)
        except Invalid:
            continue  # only looked like one, or names a person


# Blanks, controls, invisible marks, what a failed decoding leaves; quotation marks, bars and
# dashes; and the punctuation of scripts that put no blank after it.
_STOPS: Final = (
    r"\x00-\x20\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\ufeff"
    r"\ud800-\udfff\ufffc-\uffff"
    r'"|\u2014\u201c-\u201f\xab\xbb'
    r"\u3000-\u3003\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
)
_GAP: Final = r"[\s\xa0\u2000-\u200f\u202f\u2060\ufeff:.\#=]{0,4}"  # between a word and its number
# Markdown's link begins, an element begins or ends, the next identifier of a list begins.
_END: Final = (
    r"(?!\]\(|</|<(?:a|b|br|div|em|i|li|p|span|strong|sub|sup|td)\b"
    r"|[,;](?:https?://|(?:doi|pmc?id):|10\.[0-9]))"
)
_RUN: Final = rf"(?:{_END}[^{_STOPS}])++"
_LINK: Final = rf"(?:{_END}[^{_STOPS}<>\[\]{{}}\\^`])++"

_CANDIDATE: Final = re.compile(
    rf"""
      (?P<link>
        https?://(?=[^/?\#.\s]{{1,63}}\.){_LINK}
      | (?<![\w@./:%-])(?:[a-z0-9-]{{1,63}}\.){{1,4}}[a-z]{{2,24}}/{_LINK}
      | (?<![\w./:])/(?:r|u|user)/[\w-]{{1,30}}/comments/{_LINK}
      )
    | (?<![a-z0-9])doi{_GAP}(?P<doi>10\.[0-9]{{1,9}}(?:\.[0-9]{{1,9}}){{0,4}}/{_RUN})
    | (?<![a-z0-9])(?<![0-9][./])(?P<bare>10\.[0-9]{{4,9}}(?:\.[0-9]{{1,9}}){{0,4}}/{_RUN})
    | (?<![a-z0-9])(?:pmids?|pubmed[ ]?ids?){_GAP}
      (?P<pmid>[0-9]{{1,9}})(?![0-9a-z]|\.[0-9]|,[0-9]{{3}}(?![0-9]))
    | (?<![a-z0-9])(?:pmcid{_GAP}(?:pmc)?|pmc)(?P<pmcid>[0-9]{{1,10}})(?![0-9a-z])
    | (?<![a-z0-9])nct-?{_GAP}(?P<nct>[0-9]{{8}})(?![0-9a-z])
    | (?<![a-z0-9])e?isbn(?:[ -]?1[03])?{_GAP}(?P<isbn>
        97[89](?:[ \xa0\u2010-\u2013-]?[0-9]){{10}}(?![0-9])
      | [0-9](?:[ \xa0\u2010-\u2013-]?[0-9]){{8}}[ \xa0\u2010-\u2013-]?[0-9x](?![0-9a-z])
      )
    | (?<![\w@./:-])(?!https?:)(?P<name>[a-z][a-z0-9-]{{0,30}}):
      (?=(?P<apart>[ \xa0]{{0,2}})(?P<value>[^{_STOPS}]{{1,200}}+)(?![^{_STOPS}]))
    """,
    # Without re.ASCII, U+017F would match `s` and the Kelvin sign `k`.
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_LONGEST: Final = 4_000  # characters of a candidate: nothing longer is read as a locator
_TAIL: Final = ".,;:!?'*\u2019\u2026"  # the sentence's, at the end of a candidate
_OPENING: Final = {")": "(", "]": "[", "}": "{", ">": "<"}

# In prose these words, or this letter, mean something else: `x: 5`, `YouTube: experiences`.
_WORDS: Final = SOCIAL | {"twitter", "url"}
# Hardly a phone number has as many digits as the posts of today; older ones have their links.
_POST: Final = re.compile(r"(?:x|twitter):(?![0-9]{15})", re.IGNORECASE)


def _candidate(found: re.Match[str]) -> str | None:
    kind = found.lastgroup or ""
    run = _trimmed(found[kind])
    if run is None or kind in {"link", "bare"}:
        return run
    if kind != "value":
        return f"{kind}:{run}"
    named = f"{found['name']}:{run}"
    is_word = found["apart"] and found["name"].lower() in _WORDS
    return None if is_word or _POST.match(named) else named


def _trimmed(run: str) -> str | None:
    """Take off the sentence's punctuation; nothing is left of a run that was cut short."""
    if len(run) > _LONGEST:
        return None
    kept = run
    while kept and (kept[-1] in _TAIL or _closes_nothing(kept)):
        kept = kept[:-1]
    tail = run[len(kept) :]
    return None if "..." in tail or "\u2026" in tail else kept


def _closes_nothing(run: str) -> bool:
    opening = _OPENING.get(run[-1])
    return opening is not None and run.count(opening) < run.count(run[-1])
