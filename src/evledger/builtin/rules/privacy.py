"""The rule on privacy: what names or reaches a person has no place in public text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from evledger.checks import Spot, rule
from evledger.seals import open_text

if TYPE_CHECKING:
    from evledger.entries import Entry
    from evledger.view import View

__all__ = ["personal_data"]

# What precedes a match is looked at first, so that a long text is not read again from each letter.
_ADDRESS: Final = re.compile(
    # name@example.org, and as people write it for people: name [at] example [dot] org; but not
    # numpy@1.26.4, nor git@ before a repository.
    r"(?<![\w.%+-])(?!git@)[\w.%+-]+(?:[@\uff20]| ?[\[(] ?at ?[\])] ?)"
    r"(?:[\w-]+(?:\.| ?[\[(] ?dot ?[\])] ?))+[^\W\d_]{2,24}(?![\w-])",
    re.IGNORECASE,
)
_UNITS: Final = "day|dose|hour|hr|h|kg|min|mg|ml|l|mouse|rat|week|wk"
_NO_NAMES: Final = (  # what else stands after an @
    "bed(?:time)?|night|noon|breakfast|lunch|dinner|baseline|home|mentions?"
    "|charset|dataclass|font-face|import|keyframes|media|override|property"
)
_SITES: Final = (
    r"(?:twitter|x)\.com/(?!(?:i|home|intent|search|share|hashtag|explore)\b)"
    r"|reddit\.com/u(?:ser)?/|instagram\.com/(?!(?:p|reel|explore)/)|(?:tiktok|youtube)\.com/@|t\.me/"
    r"|linkedin\.com/in/|facebook\.com/(?!(?:events|groups|pages|watch|share)\b)"
)
_HANDLE: Final = re.compile(
    # @name, not within an address or a link, nor BibTeX's @book{; u/name, but not 10 u/day;
    # and a person's page.
    rf"(?<![\w@./+-])[@\uff20](?!(?:{_NO_NAMES})\b)[a-z_]\w{{1,29}}(?![\w{{])"
    rf"|(?<![\w/.-])(?<![0-9]\s)/?u/(?!(?:{_UNITS})\b)[\w-]{{3,20}}(?![\w/-])"
    rf"|(?<![\w-])(?:{_SITES})\w",
    re.IGNORECASE,
)
_PHONE: Final = re.compile(
    # Numbers are written in many ways, and most of them are something else here: effects,
    # intervals, DOIs, ISSNs.  With a country's code, as some countries group them, or after a
    # word that says what it is.
    r"(?<![\w./()+-])(?:"
    r"\+(?!1[ -]?[01])[1-9][0-9]{0,2}[ -]?(?:\(0?[0-9]{1,4}\)[ -]?)?[0-9](?:[ /-]?[0-9]){6,12}"
    r"|00[1-9][0-9]{0,2}[ -]?(?:\(0?[0-9]{1,4}\)[ -]?)?[0-9]{2,4}(?:[ -][0-9]{2,4}){2,4}"
    r"|(?:(?:\+1|[18])[ -]?)?\([2-9][0-9]{2}\) ?[2-9][0-9]{2}-[0-9]{2}-?[0-9]{2}"
    r"|(?:1[-.])?[2-9][0-9]{2}([-.])[2-9][0-9]{2}\1[0-9]{4}"
    r"|(?<!isbn )0[1-9](?:(?: [0-9]{2}){4}|[0-9]{1,3}[ /-][0-9]{3,4} ?[0-9]{3,4})"
    r"|(?:phone|mobile|t[eé]l|call|ring|whatsapp)\b[.:]? ?(?:(?:me|us|at|on) ){0,2}"
    r"(?!(?:19|20)[0-9]{2}\b)[0-9](?:[ ()/-]{0,2}[0-9]){6,12}"
    r")(?![\w/-]|\.[0-9])",
    re.IGNORECASE,
)
_POSTAL: Final = re.compile(
    # Where a house is, with its number; not every street that is spoken of.
    r"(?<![\w.-])[0-9]{1,5}[a-z]? (?:[A-Z][\w'\u2019-]{1,30} ){1,3}"
    r"(?:Street|Road|Avenue|Lane|Drive)\b(?! [a-z])"
    r"|(?<!\w)[A-ZÄÖÜ][\wß-]{1,30}(?:straße|strasse|str\.|gasse|platz) [0-9]{1,4}[a-z]?(?!\w)"
    r"|(?<!\w)[0-9]{1,4}(?: bis)?,? (?:rue|avenue|boulevard) (?:d[eu]s? |de la )?[A-ZÉÈ]"
    r"|(?<!\w)P\.?O\.? Box [0-9]"
)
# What it is, what no text that has it is without, and how it is written.
_SIGNS: Final = (
    ("an e-mail address", re.compile(r"[@\uff20]|[\[(] ?at\b", re.IGNORECASE), _ADDRESS),
    ("a handle", re.compile(r"[@\uff20]|u/|\.com/|t\.me/", re.IGNORECASE), _HANDLE),
    ("a telephone number", re.compile(r"(?:[0-9][ ()./-]{0,3}){7}"), _PHONE),
    (
        "a postal address",
        re.compile(
            r"Street|Road|Avenue|Lane|Drive|stra|gasse|platz|str\.|rue |avenue |boulevard |Box"
        ),
        _POSTAL,
    ),
)


@rule(
    "personal-data",
    why="People have a right to be forgotten, and what stands in a line of the chain stays for "
    "good. Only what is sealed can be erased.",
    mend="The chain keeps what it has; correct what readers see: claim-retagged, section-written, "
    "or source-amended, which seals the title of what is no study. Before the ledger is published "
    'it can be written anew, with the field sealed: {"type": …, "data": {…}, "seal": ["text"]}.',
)
def personal_data(view: View) -> Iterator[Spot]:
    """A handle, an address or a telephone number in text that is not sealed.

    What is found is not repeated: the field says where to look.
    """
    actors: dict[str, Sequence[str]] = {}  # few people write many records
    for kind, entries, fields in _public(view):
        for id, entry in entries.items():
            found = list(_in_fields(entry, fields))
            if entry.by not in actors:
                actors[entry.by] = _signs(entry.by)
            found += [f"{sign} in by" for sign in actors[entry.by]]
            if found:
                yield Spot(id if kind == "link" else f"{kind}:{id}", ", ".join(found))
    yield from _in_waivers(view)
    about = [f"{sign} in {field}" for field in _LEDGER for sign in _signs(getattr(view, field))]
    if about:
        yield Spot(None, ", ".join(about))


_LEDGER: Final = ("title", "subject")

Reading = tuple[str, Callable[[Any], object]]


def _field(name: str) -> Reading:
    return name, lambda entry: getattr(entry, name)


def _about(entry: Any) -> object:
    about = entry.about
    return (about.outcome, about.population) if hasattr(about, "outcome") else None


def _review(entry: Any) -> object:
    return (entry.review.why, entry.review.by) if entry.review is not None else None


def _flags(entry: Any) -> object:
    return tuple(flag.according_to for flag in entry.flags)


_FIELDS: Final[Mapping[str, tuple[Reading, ...]]] = {
    "source": (
        *map(_field, ("title", "authors", "venue", "community", "url", "basis")),
        ("review", _review),
        ("flags", _flags),
    ),
    "claim": (
        *map(_field, ("text", "quote", "basis", "withdrawn")),
        ("about", _about),
        ("review", _review),
    ),
    "question": (*map(_field, ("text", "asker", "why")),),
    "gap": (*map(_field, ("text", "closed")),),
    "caveat": (*map(_field, ("text", "withdrawn")),),
    "section": (*map(_field, ("heading", "body")),),
    "component": (*map(_field, ("component", "layer")),),
    "link": (_field("basis"), ("review", _review)),
}


def _public(
    view: View,
) -> Iterator[tuple[str, Mapping[str, Entry], tuple[Reading, ...]]]:
    for kind, fields in _FIELDS.items():
        yield kind, getattr(view, f"{kind}s"), fields


def _in_fields(entry: Entry, fields: Iterable[Reading]) -> Iterator[str]:
    for name, read in fields:
        if name not in entry.sealed:
            for sign in _signs(read(entry)):
                yield f"{sign} in {name}"


def _in_waivers(view: View) -> Iterator[Spot]:
    for waiver in view.waivers:
        found = [f"{sign} in the waiver of record {waiver.n}" for sign in _signs(waiver.why)]
        found += [f"{sign} in by of record {waiver.n}" for sign in _signs(waiver.by)]
        if found:
            yield Spot(None, ", ".join(found), (f"record:{waiver.n}",))


def _signs(value: object) -> Sequence[str]:
    """Return what a text, or any of several, holds that names or reaches a person."""
    if isinstance(value, tuple):
        parts = cast("tuple[object, ...]", value)
        return list(dict.fromkeys(sign for part in parts for sign in _signs(part)))
    text = open_text(value)
    return [sign for sign, hint, way in _SIGNS if hint.search(text) and way.search(text)]
