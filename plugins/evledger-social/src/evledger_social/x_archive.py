"""The archive of an account on X: its parts, each a JavaScript file with an array, and the whole.

A part begins with the name of what it is assigned to: ``window.YTD.tweets.part0 = [``.
The oldest archives have a part for each month: ``Grailbird.data.tweets_2012_01 = [``.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import IO, Any, Final

import attrs

from evledger import Invalid
from evledger.importing import Document, Fit, Found, Rejection, documents
from evledger_social.arrays import Readable, elements
from evledger_social.dates import day
from evledger_social.notes import Notes
from evledger_social.posts import X, unreachable
from evledger_social.reading import identifier, raw, start_of_text, text, under
from evledger_social.tweets import is_number
from evledger_social.x import status_found
from evledger_social.zips import Part, is_zip, parts_of

__all__ = ["XArchiveImporter"]

_LONGEST_HEAD: Final = 4_096  # bytes before the array
_HEAD: Final = re.compile(
    rb"(?:window\.YTD\.(?P<part>\w+?)\.part\d+\s*=|(?P<old>Grailbird\.data\.\w+)\s*=)?\s*\[",
    re.ASCII,
)
_SHOWN: Final = 2_000  # characters of what was rejected
_LARGEST_AIDE: Final = 1 << 27  # bytes of a part that is kept in memory
_ACCOUNT: Final = "account"
_LONG: Final = "note-tweet"
_POSTS: Final = frozenset({"tweet", "tweets", "community_tweet", ""})
_DELETED: Final = frozenset({"deleted_tweet", "deleted_tweets"})
_NOTES: Final = "note_tweet"
_HOLDS: Final = MappingProxyType(
    {
        "account": "the account itself",
        "ad_engagements": "what it did with advertisements",
        "ad_impressions": "advertisements that it was shown",
        "app": "apps on its devices",
        "block": "accounts that it blocks",
        "deleted_tweet_headers": "numbers of posts that it deleted, without their texts",
        "direct_message_headers": "who wrote to whom, and when",
        "direct_messages": "private messages",
        "direct_messages_group": "private messages",
        "follower": "accounts that follow it",
        "following": "accounts that it follows",
        "ip_audit": "addresses from which it was used",
        "like": "posts of others that it liked",
        "lists_created": "lists of accounts",
        "lists_member": "lists of accounts",
        "lists_subscribed": "lists of accounts",
        "mute": "accounts that it mutes",
        "personalization": "what X guesses of its interests",
        "profile": "how the account describes itself",
        "tweet_headers": "numbers of its posts, without their texts",
        "tweetdeck": "what it follows in TweetDeck",
    }
)
_INSTEAD: Final = "import tweets.js instead, or the whole archive as a .zip"
_LONG_ALONE: Final = (
    "it is the text of a long post without that post's number; import the whole archive as a .zip, "
    "in which both are found"
)
_LONG_WITHOUT: Final = "it is the text of a long post, and no post of the archive begins like it"
_OF_ARCHIVES: Final = re.compile(
    rb"data/(?:account|tweets?|manifest|README|js/tweets)\b"
    rb"|Your archive\.html|tweet\.js|account\.js"
)


class XArchiveImporter:
    """Reads the archive that X gives to the owner of an account: a part with posts, or the .zip."""

    name = "x-archive"
    suffixes: tuple[str, ...] = (".js", ".zip")

    def sniff(self, start: bytes) -> Fit:
        """Know a part by what it is assigned to, and a .zip by the names of its first files."""
        if is_zip(start):
            return Fit.SURE if _OF_ARCHIVES.search(start) else Fit.NONE
        plain = start_of_text(start)
        is_part = plain.startswith((b"window.YTD.", b"Grailbird.data."))
        return Fit.SURE if is_part or re.match(rb'\[\s*\{\s*"tweet"\s*:', plain) else Fit.NONE

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Return each post, and for each that was deleted that it is gone.

        Raises:
            Invalid: it is no part with posts, and no .zip that has one.
        """
        position = file.tell()
        start = file.read(8)
        file.seek(position)
        if is_zip(start):
            return _read_zip(file)
        return _Archive().part(file, "")


@attrs.frozen
class _Archive:
    """What is known of an archive while its posts are read.

    Attributes:
        handle: the account's, without the ``@``; empty where only a part is there.
        notes: the long texts, which stand apart from the posts that they belong to.
    """

    handle: str = ""
    notes: Notes = attrs.field(factory=Notes)

    def part(self, file: Readable, name: str) -> Iterator[Found]:
        """Yield what a part holds.

        Args:
            file: the part.
            name: its own, to say where a record is; empty where it is the whole file.

        Raises:
            Invalid: it is no part, or none with posts.
        """
        of, records = _array(file)
        if of not in {*_POSTS, *_DELETED, _NOTES} and not of.startswith("Grailbird"):
            holds = _HOLDS.get(of, f"the part {of!r:.60} of an archive")
            msg = f"it holds {holds}, and no posts: {_INSTEAD}"
            raise Invalid(msg)
        for number, element in enumerate(records, 1):
            place = f"{name}, record {number}" if name else f"record {number}"
            yield from self._found(of, _value(element, place), place)

    def _found(self, of: str, value: Any, place: str) -> Iterator[Found]:
        data = under(value, "tweet") or under(value)
        if isinstance(value, Rejection):
            yield value
        elif of == _NOTES:
            yield Rejection(place, _LONG_ALONE, raw(value))
        elif of in _DELETED or "deleted_at" in data:
            yield _deleted(data, place)
        else:
            yield from self._posted(data, place)

    def _posted(self, data: Mapping[str, Any], place: str) -> Iterator[Found]:
        words = text(data.get("full_text")) or text(data.get("text"))
        id = identifier(data.get("id_str")) or identifier(data.get("id"))
        if not is_number(id) or not words:
            yield Rejection(place, "it is no post: expected an id of digits, and a text", raw(data))
            return
        user = data.get("user") or {"screen_name": self.handle}
        whole = self.notes.whole(words, day(data.get("created_at")))
        yield from status_found({**data, "user": user, "full_text": whole}, place)


def _array(file: Readable) -> tuple[str, Iterator[bytes]]:
    """Read what stands before an array, and say what it is of; give its elements.

    Raises:
        Invalid: it is no part of an archive.
    """
    start = file.read(_LONGEST_HEAD).removeprefix(codecs.BOM_UTF8).lstrip()
    head = _HEAD.match(start)
    if head is None:
        msg = "it is no part of an archive of X: expected window.YTD.tweets.part0 = ["
        raise Invalid(msg)
    of = (head["part"] or head["old"] or b"").decode()
    return of, elements(file, start[head.end() :])


def _value(element: bytes, place: str) -> Any:
    """Read an element of an array; one that is no JSON is rejected."""
    try:
        # A line break is a blank in JSON; without any it is a document, not one in each line.
        [document] = documents(io.BytesIO(element.replace(b"\n", b" ")))
    except Invalid as error:
        return Rejection(place, str(error), element[:_SHOWN].decode(errors="replace"))
    return document.value if isinstance(document, Document) else document


def _deleted(data: Mapping[str, Any], place: str) -> Found:
    """Give that a post is gone, and nothing of its words, which its author took back."""
    id = identifier(data.get("id_str")) or identifier(data.get("id"))
    if not is_number(id):
        return Rejection(place, "it is a deleted post without a number")
    return unreachable(place, X, f"x:{id}", day(data.get("deleted_at")))


# -- the whole ---------------------------------------------------------------------------


def _read_zip(file: IO[bytes]) -> Iterator[Found]:
    parts = parts_of(file)
    posts = [part for part in parts if part.stem not in {_ACCOUNT, _LONG}]
    if not posts:
        msg = "there are no posts in it: expected an archive of X, with data/tweets.js"
        raise Invalid(msg)
    archive = _Archive(_handle(parts))
    for place, record in _records(parts, _LONG):
        if isinstance(record, Rejection):
            yield record
        else:
            archive.notes.add(place, record)
    for part in posts:
        with part.opened() as content:
            yield from archive.part(content, part.name)
    for place, words in archive.notes.left():
        yield Rejection(place, _LONG_WITHOUT, words[:_SHOWN])


def _handle(parts: Sequence[Part]) -> str:
    accounts = (under(record, "account") for _, record in _records(parts, _ACCOUNT))
    return next(filter(None, (text(account.get("username")) for account in accounts)), "")


def _records(parts: Sequence[Part], stem: str) -> Iterator[tuple[str, Any]]:
    """Yield the records of a part that is read for the sake of the posts, each with its place."""
    for part in parts:
        if part.stem == stem:
            with part.opened(_LARGEST_AIDE) as content:
                for number, element in enumerate(_array(content)[1], 1):
                    place = f"{part.name}, record {number}"
                    yield place, _value(element, place)
