"""X: what its API answers, in version 2 and in version 1.1."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import IO, Any, Final, Self, TypeGuard

import attrs

from evledger import Invalid
from evledger.codec import is_list
from evledger.importing import Document, Fit, Found, Note, Rejection
from evledger_social.posts import X, unreachable
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
from evledger_social.tweets import Tweet, is_number, of_status, of_v2

__all__ = ["XImporter", "status_found"]

_WHY: Final = MappingProxyType(  # by the last part of an error's type
    {
        "not-authorized-for-resource": "it is protected, or its author is suspended",
        "resource-not-found": "X has no such post, or has it no more",
    }
)

_MARKS: Final = re.compile(
    rb'"(?:edit_history_tweet_ids|referenced_tweets|conversation_id|author_id|public_metrics'
    rb"|context_annotations|in_reply_to_user_id|newest_id"  # of version 2
    rb"|in_reply_to_status_id(?:_str)?|retweeted_status|screen_name|display_text_range"
    rb"|dm_conversation_id|message_create|recipient_(?:id|screen_name)"  # of private messages
    rb')"\s*:|"event_type"\s*:\s*"MessageCreate"'
)
_MARKS_OF_MESSAGES: Final = frozenset(
    {
        "dm_conversation_id",  # of version 2, as is "event_type"
        "dm_event_id",
        "event_type",
        "message_create",  # of version 1.1, as are those below
        "recipient",
        "recipient_id",
        "recipient_id_str",
        "recipient_screen_name",
        "sender",
        "sender_id",
        "sender_id_str",
        "sender_screen_name",
        "dmConversation",  # of an account's archive, as is "messageCreate"
        "messageCreate",
    }
)
_AROUND_MESSAGES: Final = ("event", "events", "direct_message", "direct_message_events")
_MARKS_OF_STATUSES: Final = frozenset({"full_text", "id_str", "retweeted_status"})
_MARKS_OF_ERRORS: Final = re.compile(
    rb'"resource_type"\s*:\s*"tweet"|(?:twitter|x)\.com(?:/|\\/)2(?:/|\\/)problems'
)
_LEAST: Final = re.compile(rb'\{\s*"data"\s*:\s*(?:\[\s*)?\{')
_TEXT: Final = re.compile(rb'"(?:full_)?text"\s*:')
_NUMBER: Final = re.compile(rb'"id(?:_str)?"\s*:\s*"?[0-9]{1,19}\b')


class XImporter:
    """Reads answers of X's API: lookups, searches, timelines and streams; or one in each line."""

    name = "x"
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".ndjson")

    def sniff(self, start: bytes) -> Fit:
        """Know X by the fields of its posts and the types of its errors."""
        plain = start_of_text(start)
        if not plain.startswith((b"{", b"[")):
            return Fit.NONE
        if _MARKS_OF_ERRORS.search(plain):
            return Fit.SURE
        if not (_TEXT.search(plain) and _NUMBER.search(plain)):
            return Fit.NONE
        if _MARKS.search(plain):
            return Fit.SURE
        return Fit.POSSIBLE if _LEAST.match(plain) else Fit.NONE

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Return each post of a page, first those that were asked for, then those they refer to.

        Raises:
            Invalid: it is no JSON, or no answer of X's.
        """
        return each_document(file, _read)


def _read(document: Document) -> Iterator[Found]:
    pages = [_Page.of(part) for part in _parts(document.value)]
    if pages and not any(page.is_of_x() for page in pages):
        _refuse(document.value)
    place = Places(document)
    for page in pages:
        for data in page.posts:
            yield from page.found(data, place("post"))
        for data in page.others:
            yield from page.found(data, place("included post"))
        for error in page.errors:
            yield from _failed(error, place("error"))


def _parts(value: Any) -> list[Any]:
    """Return the pages of a document, or the posts of which it is a list."""
    if is_list(under(value).get("statuses")):
        return listed(value["statuses"])
    return value if is_list(value) else [value]


def _refuse(value: Any) -> None:
    """Refuse a document in which there is nothing of X's.

    Raises:
        Invalid: always; the message says whether X answered with an error.
    """
    status = under(value).get("status")
    if type(status) is int or "errors" in under(value):
        number = f" {status}" if type(status) is int else ""
        msg = f"X answered with an error{number}, and not with posts; ask it again"
        raise Invalid(msg)
    msg = "there is nothing of X's in it: expected posts, as its API gives them"
    raise Invalid(msg)


# -- a page ------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class _Page:
    """A page of an answer; or a post that stands alone, which is a page with nothing else.

    Attributes:
        posts: what was asked for.
        others: the posts that they refer to.
        errors: what X could not give.
        handles: the handles of the accounts that it describes, by their ids.
        polls: what there is to vote for, by the polls' ids.
        by_id: all its posts by their numbers, to find the original of a retweet.
    """

    posts: Sequence[Any]
    others: Sequence[Any] = ()
    errors: Sequence[Mapping[str, Any]] = ()
    handles: Mapping[str, str] = attrs.field(factory=dict[str, str])
    polls: Mapping[str, str] = attrs.field(factory=dict[str, str])
    by_id: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict[str, Mapping[str, Any]])

    @classmethod
    def of(cls, value: Any) -> Self:
        """Read a page, a post that stands alone, or what some page included."""
        page = under(value)
        if page.keys() & {"data", "includes", "meta"} or _failures(page):
            return cls._of_answer(page.get("data"), under(page, "includes"), _failures(page))
        if is_list(page.get("tweets")):
            return cls._of_answer([], page, [])
        return cls(posts=_messages(page) or [value])

    @classmethod
    def _of_answer(
        cls, data: Any, includes: Mapping[str, Any], errors: Sequence[Mapping[str, Any]]
    ) -> Self:
        posts = data if is_list(data) else [data] if data is not None else []
        others = listed(includes.get("tweets"))
        users, polls = objects(includes.get("users")), objects(includes.get("polls"))
        return cls(
            posts=posts,
            others=others,
            errors=errors,
            handles={identifier(user.get("id")): text(user.get("username")) for user in users},
            polls={identifier(poll.get("id")): _options(poll) for poll in polls},
            by_id={identifier(each.get("id")): each for each in objects([*posts, *others])},
        )

    def is_of_x(self) -> bool:
        """Return whether there is something of X's in it; a page without anything is one, too."""
        shown = objects([*self.posts, *self.others])
        return any(map(_is_known, shown)) or bool(self.errors) or not self.posts

    def found(self, data: Any, place: str) -> Iterator[Found]:
        """Yield what one of its posts is."""
        if not _is_post(data):
            yield from _no_post(data, place)
        elif _is_status(data):
            yield from status_found(data, place)
        else:
            tweet = self._tweet(data)
            yield from _own_or_original(tweet, self._original(tweet, data), data, place)

    def _tweet(self, data: Mapping[str, Any]) -> Tweet:
        ids = map(identifier, listed(under(data, "attachments").get("poll_ids")))
        voted = "\n\n".join(filter(None, (self.polls.get(id) for id in ids)))
        return attrs.evolve(of_v2(data, self.handles), attached=voted)

    def _original(self, tweet: Tweet, data: Mapping[str, Any]) -> Tweet | None:
        """Return the post that a retweet repeats; some programs put it into the retweet itself."""
        within = {
            identifier(each.get("id")): each for each in objects(data.get("referenced_tweets"))
        }
        for posts in (self.by_id, within):
            original = posts.get(tweet.repeats)
            if _is_post(original):
                return self._tweet(original)
        return None


def _failures(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what X could not give of what it was asked for; not why it refused to answer."""
    return [error for error in objects(page.get("errors")) if "resource_type" in error]


def _options(poll: Mapping[str, Any]) -> str:
    options = objects(poll.get("options"))
    return "\n".join(f"* {text(option.get('label'))}" for option in options)


def _messages(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the private messages that an answer of version 1.1, or its stream, wraps."""
    wrapped = (page.get(name) for name in _AROUND_MESSAGES)
    found = [each for value in wrapped for each in objects(value if is_list(value) else [value])]
    return [each for each in found if _is_private(each)]


def _is_private(value: Any) -> bool:
    return not _MARKS_OF_MESSAGES.isdisjoint(under(value))


def _is_status(data: Mapping[str, Any]) -> bool:
    """Tell a post of version 1.1; in the oldest, ids are numbers only."""
    return not _MARKS_OF_STATUSES.isdisjoint(data) or "screen_name" in under(data, "user")


def _is_post(value: Any) -> TypeGuard[dict[str, Any]]:
    data = under(value)
    if _is_private(data):
        return False
    id = identifier(data.get("id_str")) or identifier(data.get("id"))
    return is_number(id) and any(isinstance(data.get(n), str) for n in ("text", "full_text"))


def _is_known(value: Mapping[str, Any]) -> bool:
    return _is_post(value) or _is_private(value) or bool(value.keys() & {"username", "delete"})


# -- what is found -----------------------------------------------------------------------


def status_found(data: Mapping[str, Any], place: str) -> Iterator[Found]:
    """Yield what a post of version 1.1 is; of a retweet, the original.

    Args:
        data: the post.
        place: where in the file, for people.
    """
    repeated = under(data, "retweeted_status")
    original = of_status(repeated) if _is_post(repeated) else None
    yield from _own_or_original(of_status(data), original, data, place)


def _own_or_original(
    tweet: Tweet, original: Tweet | None, data: Mapping[str, Any], place: str
) -> Iterator[Found]:
    """Yield a post, or what it repeats: a retweet has no words of its own."""
    if tweet.is_repeat and (original is None or original.is_repeat):
        yield Rejection(place, _why_not(tweet), raw(data))
    else:
        yield from (original or tweet).post(place).found()


def _why_not(repeat: Tweet) -> str:
    if is_number(repeat.repeats):
        return (
            f"it repeats another post, x:{repeat.repeats}, which the file does not have; "
            "ask for that one, or with expansions=referenced_tweets.id"
        )
    return "it begins with RT and a handle: it repeats another post, which the file does not name"


def _no_post(data: Any, place: str) -> Iterator[Found]:
    if _is_private(data):  # nothing of it is shown, either
        yield Rejection(place, "a private message is no public source", "")
        return
    deleted = identifier(under(data, "delete", "status").get("id_str"))
    if is_number(deleted):  # a stream says so of posts that it gave before
        yield unreachable(place, X, f"x:{deleted}")
    elif "username" in under(data):
        yield Rejection(place, "it is an account, and no post", raw(data))
    else:
        yield Rejection(place, "it is no post: expected an id of digits, and a text", raw(data))


def _failed(error: Mapping[str, Any], place: str) -> Iterator[Found]:
    """Yield what an error says: that a post is gone, or that something else is not in the file."""
    why = _WHY.get(text(error.get("type")).rpartition("/")[2])
    id = identifier(error.get("resource_id")) or identifier(error.get("value"))
    if error.get("resource_type") != "tweet":
        yield Note(place, "X did not give an account, a picture or a place that a post refers to")
    elif why is None or not is_number(id):
        yield Rejection(place, "X did not give a post, and does not say plainly why", raw(error))
    else:
        yield Note(place, f"X did not give x:{id}: {why}")
        yield unreachable(place, X, f"x:{id}")
