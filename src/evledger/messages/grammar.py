"""The text line's grammar: four forms, the carriers' words, and a plain word on all else.

::

    slug|question               asks a question of a ledger
    ingest slug|q:NODE_ID|paste hands over evidence that bears on a question
    status slug                 asks how a ledger stands
    help                        asks for these forms
    stop, unsubscribe, start    alone, are for the carrier, and no ledger's

Nothing is guessed: what has none of these forms is :class:`Malformed`, which says what is wrong
and shows the right form with the reader's own words in it.
So is a question that shows that something else was meant, or that asks nothing.

Keywords, slugs and ids are read in any case, folded in ASCII alone.
Blanks around them count for nothing, nor do the invisible marks that messengers add;
what stands in a question or a paste is left alone.
"""

from __future__ import annotations

import re
from itertools import islice
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
    "Stop",
    "names_in",
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
            with a letter or a digit, and always a text that an event can hold.
    """

    slug: str
    question: str


@attrs.frozen
class Ingest:
    """``ingest slug|q:7|paste``: evidence that bears on a question.

    Attributes:
        slug: what can be a ledger's name.
        question: what can be a question's id: ``q7``.
        paste: everything after the second ``|``, as it came, and always a text that UTF-8 can
            write; never blank, but empty where files came instead.
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
class Stop:
    """``stop``, ``unsubscribe`` or ``start`` alone: by these a carrier shuts or opens the line."""


@attrs.frozen
class Malformed:
    """A message of no form; its texts are on one line and steer nothing that shows them.

    Attributes:
        why: what is missing or wrong, in a few words.
        form: the right form, with the reader's own words as far as they are known,
            and in capitals, as in :data:`FORMS`, what is not.
        slug: what stands in it as the ledger's name, and may be a word like any other.
        unnamed: the form for where that is no ledger's name: with ``SLUG`` in its place,
            and with that word among the others.
    """

    why: str
    form: str
    slug: str | None = attrs.field(default=None, kw_only=True)
    unnamed: str = attrs.field(
        default=attrs.Factory(lambda self: self.form, takes_self=True), kw_only=True
    )

    def naming(self, slug: str | None) -> str:
        """Write the form for a ledger of this name; for one that is not known, with ``SLUG``.

        >>> message = parse("Does semax help?")
        >>> message.form, message.naming(None), message.naming("semax")
        ('does|semax help?', 'SLUG|Does semax help?', 'semax|Does semax help?')
        """
        if slug is None:
            return self.unnamed
        return self.form if slug == self.slug else self.unnamed.replace("SLUG", slug, 1)


Message: TypeAlias = Ask | Ingest | Status | Help | Stop | Malformed


def parse(text: str, *, files: bool = False) -> Message:
    r"""Read a message.

    What is returned can be used without further checks: slugs, ids and texts are such as a ledger
    takes, though it may have no question of this id, and a store no ledger of this name.

    Args:
        text: what came in, from anybody; of any length, and of any characters.
        files: whether files came with it, which can be evidence without a word.

    Returns:
        One of the forms, or :class:`Malformed`; no text raises an error.

    >>> parse("Semax | Does it\nhelp memory?")
    Ask(slug='semax', question='Does it help memory?')
    >>> parse("INGEST semax|q:7|PMID 29798983 | see table 2")
    Ingest(slug='semax', question='q7', paste='PMID 29798983 | see table 2')
    >>> parse("status semax"), parse("help?")
    (Status(slug='semax'), Help())
    >>> refused = parse("semax does it help")
    >>> refused.why, refused.form
    ('the | between slug and question is missing', 'semax|does it help')
    """
    message = _read(text[:LONGEST])
    if len(text) > LONGEST:
        why = f"the message has more than {LONGEST:,} characters; send less of it, or a link"
        return _refused(message, why)
    if _HALVES.search(text):
        return _refused(message, "the message has characters that arrived broken")
    if isinstance(message, Ingest) and not message.paste and not files:
        return _refused(message, "there is nothing after the second |")
    return message


def names_in(text: str) -> tuple[str, ...]:
    """Return the words of a message that can be ledgers' names, each once.

    The first few alone: nobody is to try a dictionary by one message.

    >>> names_in("Does Semax help?")
    ('does', 'semax')
    """
    found = islice(_NAME.finditer(text[:LONGEST]), _NAMES)
    return tuple(dict.fromkeys(word for each in found if is_slug(word := _folded(each[0]))))


_NAME: Final = re.compile(r"(?<![\w-])[A-Za-z0-9][A-Za-z0-9-]*(?![\w-])")
_NAMES: Final = 20


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
    """Return a keyword, a slug or an id as it is compared."""
    return text.strip(_AROUND).translate(_LOWER)


# -- the forms ---------------------------------------------------------------------------

_ANY_CASE: Final = re.ASCII | re.IGNORECASE  # without ASCII, U+017F would match `s`
_KEYWORD: Final = re.compile("(ingest|status|help)(?![a-z0-9-])", _ANY_CASE)
_CARRIERS: Final = re.compile(rf"(?:stop|unsubscribe|start)[?!.{_AROUND}]*", _ANY_CASE)
_ID: Final = re.compile("[a-z0-9][a-z0-9-]{0,63}")
_NODE: Final = re.compile(rf"(?:q{_A}*:{_A}*([a-z0-9-]+)|(q[0-9]+))(?![\w-])", _ANY_CASE)


def _read(text: str) -> Message:
    start = text.lstrip(_AROUND)
    if not start:
        return Malformed("the message is empty", "help")
    if _CARRIERS.fullmatch(start):
        return Stop()
    found = _KEYWORD.match(start)
    if found is None:
        message = _ask(start)
        return (_misspelt(start) or message) if isinstance(message, Malformed) else message
    return _COMMANDS[found[0].translate(_LOWER)](start[found.end() :])


def _ask(text: str) -> Message:
    head, pipe, rest = text.partition("|")
    slug, question = _folded(head), rest.lstrip(_AROUND).rstrip(_AFTER)
    if not pipe or (_ALIKE.search(head) and not is_slug(slug)):
        return _without_pipe(text)
    why = _no_question(question) if is_slug(slug) else _no_slug(slug)
    if why is not None:
        return _wrong_ask(why, slug, question)
    return Ask(slug, " ".join(question.split()))


def _without_pipe(text: str) -> Malformed:
    slug, sign, rest = _first_word(text)
    why = f'"{sign}" stands where | belongs' if sign else _NO_PIPE
    return _wrong_ask(why, slug, rest, text)


_NO_PIPE: Final = "the | between slug and question is missing"


def _ingest(rest: str) -> Message:
    parts = rest.split("|", 2)
    if len(parts) < 3:
        alike = _ALIKE.search(rest)
        why = f'"{alike[0]}" stands where | belongs' if alike else _TWO_PIPES
        return _wrong_ingest(why, rest)
    slug, node, paste = _folded(parts[0]), _node(parts[1]), parts[2]
    if not is_slug(slug):
        return _wrong_ingest(_no_slug(slug), rest)
    if node is None:
        return _wrong_ingest(_no_node(parts[1]), rest)
    return Ingest(slug, node, paste if paste.strip(_AROUND) else "")


_TWO_PIPES: Final = "two | are needed, one after the slug and one after the question"


def _status(rest: str) -> Message:
    slug = _folded(rest)
    if is_slug(slug):
        return Status(slug)
    first, _, _ = _first_word(rest.lstrip(_AROUND + _SIGNS))
    why = "after status stands a slug and nothing else" if first else _no_slug(slug)
    return _wrong_status(why, first)


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
    """Return the id of the question that is meant, if it is one."""
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


def _no_question(text: str) -> str | None:
    """Return why what stands after the ``|`` asks nothing, if that is so."""
    if not text:
        return "the question after the | is missing"
    if text.startswith("|"):
        return "two | stand where one belongs"
    if _CONTROLS.search(text):
        return "the question has control characters"
    if not _says(text):
        return "the question has neither a letter nor a digit"
    instead = _instead(None, _line(text))
    return None if instead is None else instead[0]


def _says(text: str) -> bool:
    """Return whether there is a letter or a digit in it, of any script."""
    return any(each.isalnum() for each in text)


def _misspelt(text: str) -> Malformed | None:
    """Put a keyword right of which a letter is wrong, where all the rest fits."""
    found = _WORD.match(text)
    word = found[0].translate(_LOWER) if found else ""
    keyword = next((each for each in _COMMANDS if _is_near(word, each)), None)
    if found is None or keyword is None:
        return None
    rest = text[found.end() :]
    meant = _COMMANDS[keyword](rest)
    if isinstance(meant, Help):  # or the name of a ledger, and no more
        why = f'"{word}" is no keyword, as help is, and no | follows it'
        return Malformed(why, _ask_form(word, ""), slug=word, unnamed="help")
    if isinstance(meant, Malformed) and not (keyword == "ingest" and _is_evidence(rest)):
        return None
    return _refused(meant, f'"{word}" is no keyword, and {keyword} is')


_WORD: Final = re.compile("[a-z]{3,7}(?![a-z0-9-])", _ANY_CASE)


def _is_near(word: str, keyword: str) -> bool:
    """Return whether two words are the same but for a letter of each."""
    return not _but_one(word).isdisjoint(_but_one(keyword))


def _but_one(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _is_evidence(rest: str) -> bool:
    return rest.count("|") > 1 or _NODE.search(rest) is not None


# -- the right form ----------------------------------------------------------------------

_SHOWN: Final = 60  # characters of the reader's own words
_FIRST: Final = re.compile(
    rf"([a-z0-9][a-z0-9-]*)(?:{_A}*([{_SIGNS}](?!//))|{_A}+(-)(?={_A})|(?={_A})|\Z)", _ANY_CASE
)
_ASKED: Final = re.compile(rf"q{_A}*:", _ANY_CASE)
_LATER: Final = re.compile(rf"(?<![\w-]){_NODE.pattern}", _ANY_CASE)
_BETWEEN: Final = re.compile(rf"([^|{_AROUND}]{{0,64}}){_A}*\|")
_SPELT: Final = re.compile(
    rf"(?:question|number|no|nr|q|#)[.:#{_AROUND}]*([0-9]{{1,63}}){_A}*\|", _ANY_CASE
)
_EVIDENCE: Final = re.compile(
    rf"q{_A}*:{_A}*[0-9]+(?:{_A}|\||\Z)|(?:{_NODE.pattern}){_A}*(?:\||\Z)", _ANY_CASE
)


def _refused(message: Message, why: str) -> Malformed:
    """Refuse a message whose form is right, or wrong in some other way besides."""
    match message:
        case Ask():
            return _wrong_ask(why, message.slug, message.question)
        case Ingest():
            named, unnamed = (
                _ingest_form(slug, message.question, message.paste) for slug in (message.slug, None)
            )
            return Malformed(why, named, slug=message.slug, unnamed=unnamed)
        case Status():
            return _wrong_status(why, message.slug)
        case Help() | Stop():
            return Malformed(why, "help")
        case Malformed():
            return attrs.evolve(message, why=why)


def _wrong_ask(why: str, slug: str | None, words: str, whole: str | None = None) -> Malformed:
    """Refuse a question; the slug is one of the words of the whole, where there is a whole."""
    unnamed = _ask_form(None, words if whole is None else whole)
    return Malformed(why, _ask_form(slug, words), slug=_slug(slug), unnamed=unnamed)


def _wrong_ingest(why: str, rest: str) -> Malformed:
    """Tell slug, question and paste apart in what follows the keyword, as far as it goes."""
    start = rest.lstrip(_AROUND + _SIGNS)
    slug, after = _leading_slug(start)
    form = _ingest_form(slug, *_leading_node(after))
    found = _LATER.search(start)  # where the first word is no slug, this is found all the same
    unnamed = _ingest_form(None, *_leading_node(start[found.start() :] if found else after))
    return Malformed(why, form, slug=_slug(slug), unnamed=unnamed)


def _wrong_status(why: str, slug: str | None) -> Malformed:
    return Malformed(why, _status_form(slug), slug=_slug(slug), unnamed=_status_form(None))


def _ask_form(slug: str | None, words: str) -> str:
    line = _line(words).lstrip(_AROUND + "|")
    instead = _instead(slug, line)
    if instead is not None:
        return instead[1]
    shown = _cut(line)
    return f"{_slug_or_not(slug)}|{shown if _says(words) and _says(shown) else 'QUESTION'}"


def _instead(slug: str | None, line: str) -> tuple[str, str] | None:
    """Return why a question is something else that was written after a slug, and give its form."""
    found = _KEYWORD.match(line)
    keyword = found[0].translate(_LOWER) if found else ""
    rest = line[found.end() :] if found else line
    if found and not rest.strip(_AROUND + "?!."):
        return f'"{keyword}" is a keyword and no question', _forms(slug)[keyword]
    if keyword == "ingest" and "|" in rest:
        return "ingest stands before the slug", _ingest_form(slug, *_after_slug(slug, rest))
    if _EVIDENCE.match(line):
        why = "evidence for a question begins with ingest"
        return why, _ingest_form(slug, *_leading_node(line))
    return None


def _forms(slug: str | None) -> Mapping[str, str]:
    """Return each keyword's form, without anything but the slug."""
    return {
        "ingest": _ingest_form(slug, None, ""),
        "status": _status_form(slug),
        "help": "help",
    }


def _after_slug(slug: str | None, rest: str) -> tuple[str | None, str]:
    """Take the question and the paste from what follows ``ingest``, and perhaps the slug again."""
    start = rest.lstrip(_AROUND + _SIGNS)
    first, _, after = _first_word(start)
    is_again = first is not None and (first == slug or _NODE.match(after.lstrip(_AROUND + _SIGNS)))
    return _leading_node(after if is_again and not _NODE.match(start) else start)


def _ingest_form(slug: str | None, id: str | None, words: str) -> str:
    number = "NUMBER" if id is None else id[1:] if re.fullmatch("q[0-9]+", id) else id
    return f"ingest {_slug_or_not(slug)}|q:{number}|{_shown(words) or 'PASTE'}"


def _status_form(slug: str | None) -> str:
    return f"status {_slug_or_not(slug)}"


def _slug_or_not(slug: str | None) -> str:
    return _slug(slug) or "SLUG"


def _slug(word: str | None) -> str | None:
    return word if word and is_slug(word) else None


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
    if found := _SPELT.match(start):
        return _id(found[1]), start[found.end() :].lstrip(_AROUND)
    if found := _BETWEEN.match(text.lstrip(_AROUND)):
        return _id(found[1]), text.lstrip(_AROUND)[found.end() :]
    return None, start


def _first_word(text: str) -> tuple[str | None, str, str]:
    """Return the first word, if it can be a slug, what stands for the ``|``, and the rest."""
    found = _FIRST.match(text)
    slug = found[1].translate(_LOWER) if found else ""
    if found is None or not is_slug(slug):
        return None, "", text
    return slug, found[2] or found[3] or "", text[found.end() :].lstrip(_AROUND)


def _shown(words: str) -> str:
    """Return somebody's words inertly, on one line, shortened at a blank."""
    return _cut(_line(words))


def _line(words: str) -> str:
    return one_line(words.strip(_AROUND)).strip()


def _cut(line: str) -> str:
    if len(line) <= _SHOWN:
        return line
    cut = line[: _SHOWN - 1]
    head = cut.rpartition(" ")[0] if line[_SHOWN - 1] != " " else cut
    return f"{(head or cut).rstrip()}…"
