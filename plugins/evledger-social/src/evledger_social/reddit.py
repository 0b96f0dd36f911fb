"""Reddit: what its API answers, and dumps of submissions and comments.

Posts and comments are *things*: an object with a ``kind`` (``t3`` a post, ``t1`` a comment) around
its ``data``; dumps have the data alone.
Things stand in listings, and replies in a listing within the comment that they answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import IO, Any, Final

import attrs

from evledger import Invalid
from evledger.codec import is_list, is_object
from evledger.importing import Document, Fit, Found, Note, Rejection
from evledger_social.dates import day, moment
from evledger_social.posts import REDDIT, Post
from evledger_social.reading import (
    Places,
    each_document,
    identifier,
    listed,
    objects,
    raw,
    start_of_text,
    text,
    under,
)
from evledger_social.richtext import words_of
from evledger_social.texts import unescaped

__all__ = ["RedditImporter"]

_NOUNS: Final = MappingProxyType({"t3": "post", "t1": "comment"})
_OTHERS: Final = MappingProxyType(
    {
        "t2": "an account",
        "t4": "a private message",
        "t5": "a subreddit",
        "t6": "an award",
        "LabeledMulti": "a list of subreddits",
        "LiveUpdate": "an update of a live thread",
        "LiveUpdateEvent": "a live thread",
        "TrophyList": "a list of awards",
        "UserList": "a list of accounts",
        "modaction": "what a moderator did",
        "wikipage": "a page of a wiki",
    }
)
_KINDS: Final = frozenset({*_NOUNS, *_OTHERS, "more"})
# What stands around things, in the order in which it is read.
_AROUND: Final = ("json", "data", "sorted_links", "things", "children", "posts", "comments")
_DUMPED: Final = frozenset({"link_id", "subreddit", "subreddit_id"})

_ID: Final = re.compile(r"(?:t[13]_)?([1-9a-z][0-9a-z]{0,12})", re.ASCII)
_FULLNAME: Final = re.compile(r"t[13]_[1-9a-z][0-9a-z]{0,12}", re.ASCII)
_SUBREDDIT: Final = re.compile(
    r"(?!u_)(?:[a-z0-9][a-z0-9_]{1,20}|reddit\.com)", re.ASCII | re.IGNORECASE
)

_AUTHOR: Final = "deleted by its author"
_MODERATORS: Final = "removed by moderators"
_SITE: Final = "removed by Reddit"
_MARKERS: Final = MappingProxyType(
    {"[deleted]": _AUTHOR, "[deleted by user]": _AUTHOR, "[removed]": _MODERATORS}
)
_BY_REDDIT: Final = re.compile(r"\[ ?removed by reddit\b.*\]", re.IGNORECASE | re.DOTALL)
_CATEGORIES: Final = MappingProxyType(
    {
        "anti_evil_ops": _SITE,
        "author": _AUTHOR,
        "automod_filtered": _MODERATORS,
        "community_ops": _SITE,
        "content_takedown": _SITE,
        "copyright_takedown": _SITE,
        "deleted": _AUTHOR,
        "moderator": _MODERATORS,
        "reddit": _SITE,
    }
)

_MARKS: Final = re.compile(
    rb'"kind"\s*:\s*"(?:Listing|t[1-6]|more|LabeledMulti)"'
    rb'|"(?:link_id|parent_id|crosspost_parent)"\s*:\s*"t[13]_[0-9a-z]+"'
    rb'|"sorted_links"\s*:|"subreddit_id"\s*:\s*"t5_'
)
_MARKS_OF_DUMPS: Final = (
    re.compile(rb'"subreddit"\s*:\s*"'),
    re.compile(rb'"(?:selftext|body)"\s*:'),
)


class RedditImporter:
    """Reads what Reddit's API answers, and dumps of it, a submission or comment in each line."""

    name = "reddit"
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".ndjson")

    def sniff(self, start: bytes) -> Fit:
        """Know Reddit by the kinds of its things and by the fields of its posts and comments."""
        plain = start_of_text(start)
        if not plain.startswith((b"{", b"[")):
            return Fit.NONE
        is_dump = all(mark.search(plain) for mark in _MARKS_OF_DUMPS)
        return Fit.SURE if is_dump or _MARKS.search(plain) else Fit.NONE

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Return each post and comment, in the order in which they are read on the site.

        Raises:
            Invalid: it is no JSON, or none of Reddit's.
        """
        return each_document(file, _read)


def _read(document: Document) -> Iterator[Found]:
    things = tuple(_things(document.value))
    if not any(thing.kind for thing in things):
        _refuse_strangers(document.value, things)
    is_raw = any(map(_is_raw, things))
    place = Places(document)
    for thing in things:
        if thing.kind != "more":
            yield from _found(thing, place(_NOUNS.get(thing.kind, "record")), is_raw=is_raw)
    yield from _not_here(document.place(), [t.data for t in things if t.kind == "more"])


def _refuse_strangers(value: Any, things: Sequence[_Thing]) -> None:
    """Refuse a document without anything of Reddit's, unless it is a listing of nothing.

    Raises:
        Invalid: it is no listing; the message says what Reddit said instead, where it did.
    """
    code = under(value).get("error")
    if type(code) is int or listed(under(value, "json").get("errors")):
        number = f" {code}" if type(code) is int else ""
        msg = f"Reddit answered with an error{number}, and not with posts; ask it again"
        raise Invalid(msg)
    if "link_ids" in under(value):
        msg = "it is a collection that only names its posts; ask for it with include_links=true"
        raise Invalid(msg)
    if things or not (is_list(value) or _is_around(value)):
        msg = "there is nothing of Reddit's in it: expected listings, posts or comments"
        raise Invalid(msg)


# -- things and where they stand ---------------------------------------------------------


@attrs.frozen
class _Thing:
    """A thing of Reddit's.

    Attributes:
        kind: as Reddit names it; empty where it is none that is known.
        data: what it says.
    """

    kind: str
    data: Any


def _things(value: Any) -> Iterator[_Thing]:
    """Yield the things of a document in the order of reading, however deep replies are nested."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if is_list(value):
            waiting.extend(reversed(value))
        elif is_object(value):
            thing = _thing(value)
            if thing is not None:
                yield thing
            waiting.extend(reversed(_within(value, thing)))
        elif value not in ("", None):
            yield _Thing("", value)


def _thing(value: dict[str, Any]) -> _Thing | None:
    """Return the thing that an object is; ``None`` where it only stands around things."""
    kind = text(value.get("kind"))
    if kind in _KINDS:
        return _Thing(kind, value.get("data"))
    if "id" in value and value.keys() & _DUMPED:
        return _Thing("t1" if value.keys() & {"body", "link_id"} else "t3", value)
    return None if _is_around(value) else _Thing("", value)


def _is_around(value: Any) -> bool:
    return is_object(value) and any(
        is_object(value.get(n)) or is_list(value.get(n)) for n in _AROUND
    )


def _within(value: dict[str, Any], thing: _Thing | None) -> list[Any]:
    if thing is None:
        return [value[name] for name in _AROUND if name in value]
    replies = under(thing.data).get("replies")
    return [replies] if is_object(replies) else []


def _not_here(place: str, placeholders: Sequence[Any]) -> Iterator[Note]:
    """Yield how many comments the file only hints at."""
    counts = [_hidden(under(data)) for data in placeholders]
    if sum(counts):
        yield Note(place, f"{sum(counts):,} further comments were not in the file")
    if 0 in counts:  # where Reddit only links to the rest
        yield Note(place, f"threads that go on beyond the file: {counts.count(0):,}")


def _hidden(data: dict[str, Any]) -> int:
    count = data.get("count")
    return count if type(count) is int and count > 0 else len(listed(data.get("children")))


# -- one thing ---------------------------------------------------------------------------


def _found(thing: _Thing, place: str, *, is_raw: bool) -> Iterator[Found]:
    data = under(thing.data)
    reason = _no_source(thing.kind, data)
    if reason:
        yield Rejection(place, reason, raw(thing.data))
        return
    make = _post if thing.kind == "t3" else _comment
    yield from make(_Reader(data, is_raw=is_raw), place, _id(data)).found()


def _no_source(kind: str, data: Mapping[str, Any]) -> str | None:
    """Return why a thing is no source, where it is none."""
    if kind not in _NOUNS:
        what = f"{_OTHERS[kind]}, and " if kind in _OTHERS else ""
        return f"it is {what}neither a post nor a comment of Reddit"
    if not _id(data):
        return "it has no id as Reddit gives them: small letters and digits, as in 58qzqh"
    if kind == "t3" and not text(data.get("title")):
        return "it is a post without a title"
    if kind == "t1" and not data.keys() & {"body", "rtjson"}:
        return "it is a comment without its text; ask for it with api_type=json"
    return None


def _id(data: Mapping[str, Any]) -> str:
    found = (_ID.fullmatch(identifier(data.get(name)).lower()) for name in ("id", "name"))
    return next((match[1] for match in found if match), "")


def _post(reader: _Reader, place: str, id: str) -> Post:
    title = reader.text("title")
    words = "\n\n".join(filter(None, (reader.words("selftext"), *_beside(reader))))
    link = "" if _is_self(reader.data) else _link(reader)
    return Post(
        place=place,
        site=REDDIT,
        kind="post",
        locator=f"reddit:t3_{id}",
        # The permalink has words of the title, and for some posts the author's handle.
        url=f"https://www.reddit.com/comments/{id}/",
        title="" if _taken_back(title) else title,
        words=words,
        attached=link,
        author=reader.author(),
        community=reader.community(),
        published=day(reader.data.get("created_utc")),
        retrieved=reader.retrieved(),
        mentions=reader.mentions("crosspost_parent"),
        links=(link,),
        says=bool(words) or _is_self(reader.data),
        gone=_taken_back(title) or reader.gone(words),
    )


def _is_self(data: Mapping[str, Any]) -> bool:
    """Tell a post of words from one that only leads elsewhere."""
    if type(data.get("is_self")) is bool:
        return bool(data["is_self"])
    return text(data.get("domain")).startswith("self.") or not text(data.get("url"))


def _link(reader: _Reader) -> str:
    return reader.text("url_overridden_by_dest") or reader.text("url")


def _beside(reader: _Reader) -> Iterator[str]:
    """Yield the author's words beside the text: under pictures, and to be voted for."""
    for picture in objects(under(reader.data, "gallery_data").get("items")):
        yield reader.written(picture.get("caption"))
    options = objects(under(reader.data, "poll_data").get("options"))
    yield "\n".join(f"* {reader.written(option.get('text'))}" for option in options)


def _comment(reader: _Reader, place: str, id: str) -> Post:
    words = reader.words("body")
    mentions = reader.mentions("link_id", "parent_id")
    above = next((name.removeprefix("reddit:t3_") for name in mentions if ":t3_" in name), None)
    return Post(
        place=place,
        site=REDDIT,
        kind="comment",
        locator=f"reddit:t1_{id}",
        url=f"https://www.reddit.com/comments/{above}/_/{id}/" if above else None,
        words=words,
        author=reader.author(),
        community=reader.community(),
        published=day(reader.data.get("created_utc")),
        retrieved=reader.retrieved(),
        mentions=mentions,
        gone=reader.gone(words),
    )


# -- its fields --------------------------------------------------------------------------


@attrs.frozen
class _Reader:
    """Reads the fields of a post or comment.

    Attributes:
        data: its fields.
        is_raw: whether texts stand as they were written. Reddit escapes ``&``, ``<`` and ``>``
            in all of them unless it is asked with ``raw_json=1``, which it does not tell;
            but what is HTML by itself shows it.
    """

    data: Mapping[str, Any]
    is_raw: bool = attrs.field(kw_only=True)

    def text(self, name: str) -> str:
        """Return a text of the post's as it was written."""
        return self.written(self.data.get(name))

    def written(self, value: Any) -> str:
        """Return a text that stands deeper in the post as it was written."""
        return text(value) if self.is_raw else unescaped(text(value))

    def words(self, name: str) -> str:
        """Return what its author wrote, from the rich text where there is nothing else."""
        return self.text(name) or self.written(words_of(under(self.data, "rtjson").get("document")))

    def author(self) -> str:
        """Return who posted it, as the site shows it; nobody where the account is deleted."""
        name = text(self.data.get("author"))
        return f"u/{name}" if name and name not in _MARKERS else ""

    def community(self) -> str | None:
        """Return the subreddit, unless it is the page of a person or is named after its author."""
        name = text(self.data.get("subreddit"))
        is_person = f"u/{name}".lower() == self.author().lower()
        return f"r/{name}" if _SUBREDDIT.fullmatch(name) and not is_person else None

    def retrieved(self) -> str | None:
        """Return when a dump took it."""
        return moment(self.data.get("retrieved_on") or self.data.get("retrieved_utc"))

    def mentions(self, *names: str) -> list[str]:
        """Return what some fields name by its fullname."""
        values = (text(self.data.get(name)).lower() for name in names)
        return [f"reddit:{value}" for value in values if _FULLNAME.fullmatch(value)]

    def gone(self, words: str) -> str | None:
        """Return why its words are gone, where they are."""
        return next(filter(None, (_taken_back(words), *self._signs())), None)

    def _signs(self) -> Iterator[str | None]:
        since = under(self.data, "_meta")  # dumps remember words that have gone since
        for category in (self.data.get("removed_by_category"), since.get("removal_type")):
            yield _CATEGORIES.get(text(category), "removed") if text(category) else None
        yield _AUTHOR if since.get("was_deleted_later") is True else None
        is_removed = self.data.get("removed") is True or bool(self.data.get("banned_by"))
        yield _MODERATORS if is_removed else None


def _taken_back(words: str) -> str | None:
    """Return what has become of words in whose place Reddit put a marker."""
    return _SITE if _BY_REDDIT.fullmatch(words) else _MARKERS.get(words.lower())


def _is_raw(thing: _Thing) -> bool:
    html = (under(thing.data).get(name) for name in ("selftext_html", "body_html"))
    return any(isinstance(each, str) and each.startswith("<") for each in html)
