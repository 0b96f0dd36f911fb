"""YouTube: what its Data API (version 3) answers about videos and the comments under them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import IO, Any, Final

from evledger import Invalid
from evledger.codec import is_list, is_object
from evledger.importing import Document, Fit, Found, Note, Rejection
from evledger_social.dates import day
from evledger_social.posts import YOUTUBE, Post, unreachable
from evledger_social.reading import (
    Places,
    each_document,
    identifier,
    objects,
    raw,
    start_of_text,
    text,
    under,
)
from evledger_social.texts import of_html, unescaped

__all__ = ["YouTubeImporter"]

_PREFIX: Final = "youtube#"
_OTHERS: Final = MappingProxyType(
    {
        "activity": "something that a channel did",
        "caption": "a track of captions",
        "channel": "a channel, which is a person or an organisation",
        "channelSection": "a section of a channel",
        "playlist": "a playlist; import its items",
        "subscription": "a subscription",
    }
)
_VIDEO: Final = re.compile(r"[\w-]{11}", re.ASCII)
_COMMENT: Final = re.compile(r"[\w-]{10,64}(?:\.[\w-]{5,64})?", re.ASCII)
_LANGUAGE: Final = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_NO_LANGUAGE: Final = frozenset({"und", "zxx"})
# What stands in a playlist where a video was.
_LOST: Final = frozenset({"Deleted video", "Private video"})
_HIDDEN: Final = frozenset({"heldForReview", "likelySpam", "rejected"})
_PRIVATE: Final = frozenset({"private", "privacyStatusUnspecified"})
_FAILED: Final = frozenset({"deleted", "failed", "rejected"})

_MARKS: Final = re.compile(
    rb'"kind"\s*:\s*"youtube#'
    rb'|"snippet"\s*:\s*\{[^{}]*"(?:channelTitle|textDisplay|textOriginal|videoOwnerChannelTitle'
    rb'|topLevelComment)"\s*:'
)


class YouTubeImporter:
    """Reads answers of YouTube's API: videos, searches, items of playlists, comments."""

    name = "youtube"
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".ndjson")

    def sniff(self, start: bytes) -> Fit:
        """Know YouTube by the kinds of its resources, or by their fields."""
        plain = start_of_text(start)
        is_json = plain.startswith((b"{", b"["))
        return Fit.SURE if is_json and _MARKS.search(plain) else Fit.NONE

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Return each video and comment; a thread's comment comes before its replies.

        Raises:
            Invalid: it is no JSON, or no answer of YouTube's.
        """
        return each_document(file, _read)


def _read(document: Document) -> Iterator[Found]:
    resources = list(_resources(document.value))
    if not any(map(_kind, resources)):
        _refuse_strangers(document.value, resources)
    place = Places(document)
    for resource in resources:
        yield from _found(resource, place)
    kinds = set(map(_kind, resources))
    if "searchResult" in kinds:
        text = (
            "a search shows the beginnings of descriptions, which were not kept: ask for the videos"
        )
        yield Note(document.place(), text)


def _resources(value: Any) -> Iterator[Any]:
    """Yield the resources of a document: those of its pages, or one that stands alone."""
    for each in value if is_list(value) else [value]:
        if is_list(under(each).get("items")):
            yield from each["items"]
        elif not (is_object(each) and _is_empty_page(each)):
            yield each


def _is_empty_page(value: Mapping[str, Any]) -> bool:
    """Tell a page without items, which some programs leave out."""
    kind = text(value.get("kind"))
    return kind.startswith(_PREFIX) and kind.endswith("Response")


def _refuse_strangers(value: Any, resources: Sequence[Any]) -> None:
    """Refuse a document without anything of YouTube's, unless it is a page of nothing.

    Raises:
        Invalid: it is no page; the message says whether YouTube answered with an error.
    """
    error = under(value, "error")
    if error:
        number = f" {error['code']}" if type(error.get("code")) is int else ""
        msg = f"YouTube answered with an error{number}, and not with videos; ask it again"
        raise Invalid(msg)
    if resources:
        msg = "there is nothing of YouTube's in it: expected videos or comments of its API"
        raise Invalid(msg)


def _kind(resource: Any) -> str:
    """Return the kind of a resource, from its fields where the request left the kind out."""
    data, snippet = under(resource), under(resource, "snippet")
    kind = text(data.get("kind"))
    if kind.startswith(_PREFIX):
        return kind.removeprefix(_PREFIX)
    if "topLevelComment" in snippet:
        return "commentThread"
    if snippet.keys() & {"textDisplay", "textOriginal"}:
        return "comment"
    if is_object(data.get("id")):
        return "searchResult"
    if "resourceId" in snippet:
        return "playlistItem"
    return "video" if snippet and _VIDEO.fullmatch(text(data.get("id"))) else ""


def _found(resource: Any, place: Places) -> Iterator[Found]:
    kind, data = _kind(resource), under(resource)
    if kind == "commentThread":
        yield from _thread_found(data, place)
    elif kind == "comment":
        yield from _comment_found(data, place("comment"), _video_of(data))
    elif kind in {"video", "searchResult", "playlistItem"}:
        yield from _video_found(kind, data, place("video"))
    else:
        yield Rejection(place("record"), _no_source(kind), raw(resource))


def _no_source(kind: str) -> str:
    what = _OTHERS.get(kind)
    return f"it is {what}: no video, and no comment" if what else "it is no video, and no comment"


# -- videos ------------------------------------------------------------------------------


def _video_found(kind: str, data: Mapping[str, Any], place: str) -> Iterator[Found]:
    snippet = under(data, "snippet")
    id = _video_id(kind, data)
    if not _VIDEO.fullmatch(id):
        yield Rejection(place, _no_source(_found_instead(data)), raw(data))
    elif _is_lost(kind, data):
        yield unreachable(place, YOUTUBE, f"youtube:{id}")
    elif not text(snippet.get("title")):
        yield Rejection(place, "it has no title; ask for it with part=snippet", raw(data))
    else:
        yield from _video(kind, data, place, id).found()


def _video_id(kind: str, data: Mapping[str, Any]) -> str:
    if kind == "video":
        return text(data.get("id"))
    if kind == "searchResult":
        return text(under(data, "id").get("videoId"))
    named = text(under(data, "snippet", "resourceId").get("videoId"))
    return named or text(under(data, "contentDetails").get("videoId"))


def _found_instead(data: Mapping[str, Any]) -> str:
    """Return the kind of what a search found, or a playlist has, instead of a video."""
    for within in (under(data, "id"), under(data, "snippet", "resourceId")):
        kind = text(within.get("kind")).removeprefix(_PREFIX)
        if kind:
            return kind
    return ""


def _is_lost(kind: str, data: Mapping[str, Any]) -> bool:
    """Tell a video that is deleted or private, of which no more than its id is public."""
    snippet, status = under(data, "snippet"), under(data, "status")
    is_named = text(snippet.get("title")) not in _LOST or "videoOwnerChannelId" in snippet
    return (
        (kind == "playlistItem" and not is_named)
        or text(status.get("privacyStatus")) in _PRIVATE
        or text(status.get("uploadStatus")) in _FAILED
    )


def _video(kind: str, data: Mapping[str, Any], place: str, id: str) -> Post:
    snippet = under(data, "snippet")
    is_search, is_item = kind == "searchResult", kind == "playlistItem"
    # An item's own channel and date are those of the playlist.
    channel = snippet.get("videoOwnerChannelTitle" if is_item else "channelTitle")
    date = under(data, "contentDetails").get("videoPublishedAt") if is_item else None
    title = text(snippet.get("title"))
    return Post(
        place=place,
        site=YOUTUBE,
        kind="video",
        locator=f"youtube:{id}",
        url=f"https://www.youtube.com/watch?v={id}",
        title=unescaped(title) if is_search else title,  # which alone is escaped
        words="" if is_search else text(snippet.get("description")),
        author=unescaped(text(channel)) if is_search else text(channel),
        published=day(date if is_item else snippet.get("publishedAt")),
        language=_language(snippet),
    )


def _language(snippet: Mapping[str, Any]) -> str | None:
    for name in ("defaultAudioLanguage", "defaultLanguage"):
        code = text(snippet.get(name))
        if _LANGUAGE.fullmatch(code) and code not in _NO_LANGUAGE:
            return code
    return None


# -- comments ----------------------------------------------------------------------------


def _video_of(data: Mapping[str, Any]) -> str:
    return text(under(data, "snippet").get("videoId"))


def _thread_found(thread: Mapping[str, Any], place: Places) -> Iterator[Found]:
    first = under(thread, "snippet", "topLevelComment")
    replies = objects(under(thread, "replies").get("comments"))
    video = _video_of(thread) or _video_of(first)
    where = place("comment")
    yield from _comment_found(first, where, video)
    for reply in replies:
        yield from _comment_found(reply, place("comment"), _video_of(reply) or video)
    count = under(thread, "snippet").get("totalReplyCount")
    if type(count) is int and count > len(replies):
        yield Note(where, f"{count - len(replies):,} further replies were not in the file")


def _comment_found(data: Mapping[str, Any], place: str, video: str) -> Iterator[Found]:
    snippet = under(data, "snippet")
    id = identifier(data.get("id"))
    if not _COMMENT.fullmatch(id) or not snippet:
        reason = "it is a comment without its id, or without its text; ask for it with part=snippet"
        yield Rejection(place, reason, raw(data))
        return
    yield from _comment(snippet, place, id, video).found()


def _comment(snippet: Mapping[str, Any], place: str, id: str, video: str) -> Post:
    is_placed = _VIDEO.fullmatch(video) is not None
    link = f"https://www.youtube.com/watch?v={video}&lc=" if is_placed else ""
    parent = text(snippet.get("parentId"))
    above = [f"url:{link}{parent}"] if link and _COMMENT.fullmatch(parent) else []
    nowhere = "it does not say under which video it stands, so that it has no link"
    return Post(
        place=place,
        site=YOUTUBE,
        kind="comment",
        locator=f"url:{link}{id}" if link else None,
        url=f"{link}{id}" if link else None,
        words=text(snippet.get("textOriginal")) or of_html(text(snippet.get("textDisplay"))),
        author=text(snippet.get("authorDisplayName")),
        published=day(snippet.get("publishedAt")),
        mentions=[f"youtube:{video}", *above] if is_placed else [],
        gone="held back by the channel" if snippet.get("moderationStatus") in _HIDDEN else None,
        notes=() if is_placed else (nowhere,),
    )
