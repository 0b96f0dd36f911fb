"""The text line's grammar: four forms, and a plain word on everything else.

::

    slug|question               asks a question of a ledger
    ingest slug|q:NODE_ID|paste hands over evidence that bears on a question
    status slug                 asks how a ledger stands
    help                        asks for these forms

Nothing is guessed: what has none of these forms is :class:`Malformed`, which says what is wrong
and shows the right form with the reader's own words in it.

Keywords, slugs and ids are read in any case, folded in ASCII alone.
Blanks around them count for nothing, nor do the invisible marks that messengers add;
what stands in a question or a paste is left alone.
"""

from __future__ import annotations

import re
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from evledger.codec import is_slug
from evledger.legible import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "FORMS",
    "LONGEST",
    "Ask",
    "Help",
    "Ingest",
    "Malformed",
    "Message",
    "Status",
    "parse",
]

LONGEST: Final = 20_000
"""Characters of the longest message that is read; no more of a longer one is looked at."""

FORMS: Final = ("SLUG|QUESTION", "ingest SLUG|q:NUMBER|PASTE", "status SLUG", "help")
"""The forms, with the placeholders that :attr:`Malformed.form` has where words are missing."""


@attrs.frozen
class Ask:
    """``slug|question``: a question to a ledger.

    Attributes:
        slug: what can be a ledger's name.
        question: on one line, with single blanks and without control characters;
            never empty, and always a text that an event can hold.
    """

    slug: str
    question: str


@attrs.frozen
class Ingest:
    """``ingest slug|q:7|paste``: evidence that bears on a question.

    Attributes:
        slug: what can be a ledger's name.
        question: what can be a question's id: ``q7``.
        paste: everything after the second ``|``, as it came; never blank,
            and always a text that UTF-8 can write.
    """

    slug: str
    question: str
    paste: str


@attrs.frozen
class Status:
    """``status slug``: how a ledger stands.

    Attributes:
        slug: what can be a ledger's name.
    """

    slug: str


@attrs.frozen
class Help:
    """``help``: what can be sent."""


@attrs.frozen
class Malformed:
    """A message of no form; both texts are on one line and steer nothing that shows them.

    Attributes:
        why: what is missing or wrong, in a few words.
        form: the right form, with the reader's own words as far as they are known,
            and in capitals, as in :data:`FORMS`, what is not.
    """

    why: str
    form: str


Message: TypeAlias = Ask | Ingest | Status | Help | Malformed


def parse(text: str) -> Message:
    r"""Read a message.

    What is returned can be used without further checks: slugs, ids and texts are such as a ledger
    takes, though it may have no question of this id, and a store no ledger of this name.

    Args:
        text: what came in, from anybody; of any length, and of any characters.

    Returns:
        One of the four forms, or :class:`Malformed`; no text raises an error.

    >>> parse("Semax | Does it\nhelp memory?")
    Ask(slug='semax', question='Does it help memory?')
    >>> parse("INGEST semax|q:7|PMID 29798983 | see table 2")
    Ingest(slug='semax', question='q7', paste='PMID 29798983 | see table 2')
    >>> parse("status semax"), parse("help?")
    (Status(slug='semax'), Help())
    >>> parse("semax does it help")
    Malformed(why='the | between slug and question is missing', form='semax|does it help')
    """
    message = _read(text[:LONGEST])
    if len(text) > LONGEST:
        why = f"the message has more than {LONGEST:,} characters; send less of it, or a link"
        return Malformed(why, _form(message))
    if _HALVES.search(text):
        return Malformed("the message has characters that arrived broken", _form(message))
    return message


# -- characters --------------------------------------------------------------------------

_BLANKS: Final = (
    " \t\n\v\f\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_UNSEEN: Final = (  # marks of direction, joiners of words, the byte order mark
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    "\xad\u180e\u200b\u200c\u2060\ufeff"
)
_AFTER: Final = _BLANKS + _UNSEEN
_AROUND: Final = _AFTER + "\u200d\ufe0e\ufe0f"  # where a question ends, these belong to an emoji

_A: Final = f"[{_AROUND}]"
_PIPES: Final = "\uff5c\xa6\uffe4\u2502\u2503\u2223\u01c0\u2758\u23d0\ufe31"
"""What looks like ``|``, and is not."""

_SIGNS: Final = f"|{_PIPES}/:;,.\u2013\u2014"  # what is written in its place, hyphens apart
_ALIKE: Final = re.compile(f"[{_PIPES}]")
_HALVES: Final = re.compile("[\ud800-\udfff]")  # of a pair, without the other
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")  # that are no blanks
_LOWER: Final = str.maketrans(ascii_uppercase, ascii_lowercase)


def _folded(text: str) -> str:
    """Give a keyword, a slug or an id as it is compared."""
    return text.strip(_AROUND).translate(_LOWER)


# -- the four forms ----------------------------------------------------------------------

_ANY_CASE: Final = re.ASCII | re.IGNORECASE  # without ASCII, U+017F would match `s`
_KEYWORD: Final = re.compile("(ingest|status|help)(?![a-z0-9-])", _ANY_CASE)
_ID: Final = re.compile("[a-z0-9][a-z0-9-]{0,63}")
_NODE: Final = re.compile(rf"(?:q{_A}*:{_A}*([a-z0-9-]+)|(q[0-9]+))(?![\w-])", _ANY_CASE)


def _read(text: str) -> Message:
    start = text.lstrip(_AROUND)
    if not start:
        return Malformed("the message is empty", "help")
    found = _KEYWORD.match(start)
    if found is None:
        return _ask(start)
    return _COMMANDS[found[0].translate(_LOWER)](start[found.end() :])


def _ask(text: str) -> Message:
    head, pipe, rest = text.partition("|")
    slug, question = _folded(head), rest.lstrip(_AROUND).rstrip(_AFTER)
    if not pipe or (_ALIKE.search(head) and not is_slug(slug)):
        return _without_pipe(text)
    form = _ask_form(slug, question)
    if not is_slug(slug):
        return Malformed(_no_slug(slug), form)
    if not question:
        return Malformed("the question after the | is missing", form)
    if _CONTROLS.search(question):
        return Malformed("the question has control characters", form)
    return Ask(slug, " ".join(question.split()))


def _without_pipe(text: str) -> Malformed:
    slug, sign, rest = _first_word(text)
    why = f'"{sign}" stands where | belongs' if sign else _NO_PIPE
    return Malformed(why, _ask_form(slug, rest))


_NO_PIPE: Final = "the | between slug and question is missing"


def _ingest(rest: str) -> Message:
    parts = rest.split("|", 2)
    if len(parts) < 3:
        alike = _ALIKE.search(rest)
        why = f'"{alike[0]}" stands where | belongs' if alike else _TWO_PIPES
        return Malformed(why, _words_to_ingest(rest))
    slug, node, paste = _folded(parts[0]), _node(parts[1]), parts[2]
    if not is_slug(slug):
        return Malformed(_no_slug(slug), _words_to_ingest(rest))
    if node is None:
        return Malformed(_no_node(parts[1]), _words_to_ingest(rest))
    if not paste.strip(_AROUND):
        return Malformed("there is nothing after the second |", _words_to_ingest(rest))
    return Ingest(slug, node, paste)


_TWO_PIPES: Final = "two | are needed, one after the slug and one after the question"


def _status(rest: str) -> Message:
    slug = _folded(rest)
    if is_slug(slug):
        return Status(slug)
    first, _, _ = _first_word(rest.lstrip(_AROUND + _SIGNS))
    why = "after status stands a slug and nothing else" if first else _no_slug(slug)
    return Malformed(why, _status_form(first))


def _help(rest: str) -> Message:
    if rest.strip(_AROUND + "?!."):
        return Malformed("help stands alone", "help")
    return Help()


_COMMANDS: Final[Mapping[str, Callable[[str], Message]]] = {
    "ingest": _ingest,
    "status": _status,
    "help": _help,
}


def _node(text: str) -> str | None:
    """Give the id of the question that is meant, if it is one."""
    found = _NODE.fullmatch(text.strip(_AROUND))
    return _id(found[1] or found[2]) if found else None


def _id(word: str) -> str | None:
    folded = word.translate(_LOWER)
    id = f"q{folded}" if folded.isascii() and folded.isdecimal() else folded
    return id if _ID.fullmatch(id) else None


# -- what is wrong -----------------------------------------------------------------------


def _no_slug(word: str) -> str:
    if not word:
        return "the slug is missing"
    if _KEYWORD.fullmatch(word):
        return f'"{word}" is a keyword and no slug'
    return f'"{_shown(word)}" is not a slug: a to z, digits and hyphens, at most 63'


def _no_node(text: str) -> str:
    words = _shown(text)
    return f'"{words}" is not q: and a number' if words else "the question's number is missing"


# -- the right form ----------------------------------------------------------------------

_SHOWN: Final = 60  # characters of the reader's own words
_FIRST: Final = re.compile(
    rf"([a-z0-9][a-z0-9-]*)(?:{_A}*([{_SIGNS}](?!//))|{_A}+(-)(?={_A})|(?={_A})|\Z)", _ANY_CASE
)
_ASKED: Final = re.compile(rf"q{_A}*:", _ANY_CASE)
_BETWEEN: Final = re.compile(rf"([^|{_AROUND}]{{0,64}}){_A}*\|")


def _form(message: Message) -> str:
    """Write a message as it should be sent."""
    match message:
        case Ask():
            return _ask_form(message.slug, message.question)
        case Ingest():
            return _ingest_form(message.slug, message.question, message.paste)
        case Status():
            return _status_form(message.slug)
        case Help():
            return "help"
        case Malformed():
            return message.form


def _ask_form(slug: str | None, words: str) -> str:
    return f"{_slug_or_not(slug)}|{_shown(words) or 'QUESTION'}"


def _ingest_form(slug: str | None, id: str | None, words: str) -> str:
    number = "NUMBER" if id is None else id[1:] if re.fullmatch("q[0-9]+", id) else id
    return f"ingest {_slug_or_not(slug)}|q:{number}|{_shown(words) or 'PASTE'}"


def _status_form(slug: str | None) -> str:
    return f"status {_slug_or_not(slug)}"


def _slug_or_not(slug: str | None) -> str:
    return slug if slug and is_slug(slug) else "SLUG"


def _words_to_ingest(rest: str) -> str:
    """Tell slug, question and paste apart in what follows the keyword, as far as it goes."""
    slug, after = _leading_slug(rest.lstrip(_AROUND + _SIGNS))
    id, paste = _leading_node(after)
    return _ingest_form(slug, id, paste)


def _leading_slug(text: str) -> tuple[str | None, str]:
    if _ASKED.match(text):
        return None, text
    slug, _, rest = _first_word(text)
    return (slug, rest) if slug else (None, text.partition("|")[2] or text)


def _leading_node(text: str) -> tuple[str | None, str]:
    """Take off what stands for the question: ``q:1`` anywhere, one word only before a ``|``."""
    start = text.lstrip(_AROUND + _SIGNS)
    if found := _NODE.match(start):
        return _id(found[1] or found[2]), start[found.end() :].lstrip(_AROUND + _SIGNS)
    if found := _BETWEEN.match(text.lstrip(_AROUND)):
        return _id(found[1]), text.lstrip(_AROUND)[found.end() :]
    return None, start


def _first_word(text: str) -> tuple[str | None, str, str]:
    """Give the first word, if it can be a slug, what stands for the ``|``, and the rest."""
    found = _FIRST.match(text)
    slug = found[1].translate(_LOWER) if found else ""
    if found is None or not is_slug(slug):
        return None, "", text
    return slug, found[2] or found[3] or "", text[found.end() :].lstrip(_AROUND)


def _shown(words: str) -> str:
    """Give somebody's words inertly, on one line, shortened at a blank."""
    line = one_line(words.strip(_AROUND)).strip()
    if len(line) <= _SHOWN:
        return line
    cut = line[: _SHOWN - 1]
    head = cut.rpartition(" ")[0] if line[_SHOWN - 1] != " " else cut
    return f"{(head or cut).rstrip()}…"
