"""What YouTube answers about videos and comments."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from evledger_social import YouTubeImporter

from evledger import ImportReport, Invalid, Ledger
from evledger.importing import Found, Item, Note, Rejection

Read = Callable[..., list[Found]]
VIDEO = "dQw4w9WgXcQ"
TOP = "UgyUBI0HsgL9emxcZpR4AaABAg"
REPLY = f"{TOP}.91zT3cYb5B291za6voUoRh"
LINK = f"https://www.youtube.com/watch?v={VIDEO}&lc="


def snippet(**fields: Any) -> dict[str, Any]:
    """Return what a video says of itself."""
    about = {"title": "On Semax &amp; more", "description": "A talk.", "channelTitle": "A channel"}
    return {**about, "publishedAt": "2019-11-29T02:56:49.000Z", **fields}


def video(**fields: Any) -> dict[str, Any]:
    """Return a video."""
    return {"kind": "youtube#video", "id": VIDEO, "snippet": snippet(), **fields}


def found_by_search(**id: str) -> dict[str, Any]:
    """Return what a search found."""
    return {"kind": "youtube#searchResult", "id": id, "snippet": snippet()}


def comment(id: str = TOP, **fields: Any) -> dict[str, Any]:
    """Return a comment."""
    about = {"textOriginal": "It helped.", "authorDisplayName": "@somebody", "videoId": VIDEO}
    return {"kind": "youtube#comment", "id": id, "snippet": {**about, **fields}}


def page(kind: str, *items: Any) -> dict[str, Any]:
    """Return a page of an answer."""
    return {"kind": f"youtube#{kind}ListResponse", "items": list(items)}


def one(read: Read, document: Any) -> Item:
    """Return the one item of a document."""
    [item] = (each for each in read(YouTubeImporter(), document) if isinstance(each, Item))
    return item


def source(read: Read, document: Any) -> dict[str, Any]:
    """Return the fields of the one source of a document."""
    return dict(one(read, document).source or {})


def words(read: Read, document: Any) -> str | None:
    """Return the words that are kept of the one source of a document."""
    capture = one(read, document).capture
    return None if capture is None else capture.data.decode()


def test_a_video(read: Read) -> None:
    """A video is described by its page; what is said in it is not quoted."""
    item = one(read, page("video", video()))
    assert item.source == {
        "kind": "video",
        "title": "On Semax &amp; more",
        "authors": ["A channel"],
        "platform": "youtube",
        "published": "2019-11-29",
        "url": f"https://www.youtube.com/watch?v={VIDEO}",
        "locators": [f"youtube:{VIDEO}"],
        "assertion": "automatic",
        "basis": "a video on YouTube",
    }
    [claim] = item.claims
    assert claim["text"] == "A YouTube video, 2019-11"
    assert "quote" not in claim
    assert words(read, page("video", video())) == "A talk."


def test_a_search(read: Read) -> None:
    """A search escapes titles and cuts descriptions; it also finds what is no video."""
    found = read(
        YouTubeImporter(),
        page(
            "search",
            found_by_search(kind="youtube#video", videoId=VIDEO),
            found_by_search(kind="youtube#channel", channelId="UC_x5XG1OV2P6uZZ5FSM9Ttw"),
            found_by_search(kind="youtube#playlist", playlistId="PL1"),
        ),
    )
    item, channel, playlist, note = found
    assert isinstance(item, Item)
    assert dict(item.source or {})["title"] == "On Semax & more"
    assert item.capture is None
    assert isinstance(channel, Rejection)
    assert channel.reason.startswith("it is a channel, which is a person or an organisation")
    assert isinstance(playlist, Rejection)
    assert playlist.reason.startswith("it is a playlist; import its items")
    assert isinstance(note, Note)


def item_of_playlist(**fields: Any) -> dict[str, Any]:
    """Return an item of a playlist."""
    about = {"resourceId": {"kind": "youtube#video", "videoId": VIDEO}}
    own = {"videoOwnerChannelTitle": "Its channel", "videoOwnerChannelId": "UC1"}
    return {
        "kind": "youtube#playlistItem",
        "id": "UEx",
        "snippet": snippet(**about, **own),
        **fields,
    }


def test_an_item_of_a_playlist(read: Read) -> None:
    """An item's channel and date are the playlist's; those of the video stand beside them."""
    details = {"videoId": VIDEO, "videoPublishedAt": "2018-01-02T00:00:00Z"}
    fields = source(read, page("playlistItem", item_of_playlist(contentDetails=details)))
    assert (fields["authors"], fields["published"]) == (["Its channel"], "2018-01-02")
    assert "published" not in source(read, page("playlistItem", item_of_playlist()))


@pytest.mark.parametrize(
    "lost",
    [
        video(status={"privacyStatus": "private"}),
        video(status={"uploadStatus": "deleted", "privacyStatus": "public"}),
        item_of_playlist(status={"privacyStatus": "privacyStatusUnspecified"}),
        {
            "kind": "youtube#playlistItem",
            "snippet": {"title": "Deleted video", "resourceId": {"videoId": VIDEO}},
        },
        {
            "kind": "youtube#playlistItem",
            "snippet": {"title": "Private video", "resourceId": {"videoId": VIDEO}},
        },
    ],
    ids=range(5),
)
def test_videos_that_are_gone(
    ledger: Ledger, imported: Callable[..., ImportReport], lost: Any
) -> None:
    """A deleted or private video is flagged where the ledger has it, and is no source where not."""
    gone = json.dumps(page("x", lost)).encode()
    assert imported(YouTubeImporter(), gone).absent == 1
    imported(YouTubeImporter(), json.dumps(video()).encode())
    assert imported(YouTubeImporter(), gone).flagged == 1
    assert [flag.status for flag in ledger.view().sources["s1"].flags] == ["unreachable"]


def test_a_video_of_that_title(read: Read) -> None:
    """A video may be called what stands for those that are gone."""
    named = item_of_playlist()
    named["snippet"]["title"] = "Private video"
    for each in (video(snippet=snippet(title="Private video")), named):
        assert source(read, each)["title"] == "Private video"


# -- comments ----------------------------------------------------------------------------


def thread(**fields: Any) -> dict[str, Any]:
    """Return a thread of two comments."""
    about = {"videoId": VIDEO, "topLevelComment": comment(), "totalReplyCount": 1}
    replies = {"comments": [comment(REPLY, parentId=TOP)]}
    return {"kind": "youtube#commentThread", "snippet": {**about, **fields}, "replies": replies}


def test_a_thread(read: Read) -> None:
    """A comment has its link as locator, and mentions its video and what it answers."""
    top, reply = read(YouTubeImporter(), page("commentThread", thread()))
    assert isinstance(top, Item)
    assert isinstance(reply, Item)
    assert dict(top.source or {}) == {
        "kind": "comment",
        "title": "It helped.",
        "authors": ["@somebody"],
        "platform": "youtube",
        "url": f"{LINK}{TOP}",
        "locators": [f"url:{LINK}{TOP}"],
        "mentions": [f"youtube:{VIDEO}"],
        "assertion": "automatic",
        "basis": "a comment on YouTube",
    }
    fields = dict(reply.source or {})
    assert fields["locators"] == [f"url:{LINK}{REPLY}"]
    assert fields["mentions"] == [f"youtube:{VIDEO}", f"url:{LINK}{TOP}"]


def test_a_comment_is_another_source_than_its_video(
    ledger: Ledger, imported: Callable[..., ImportReport]
) -> None:
    """A video and the comments under it are told apart, and known again."""
    both = json.dumps([page("video", video()), page("commentThread", thread())]).encode()
    assert imported(YouTubeImporter(), both).added == 3
    assert imported(YouTubeImporter(), both).known == 3
    assert len(ledger.view().sources) == 3


def test_the_video_of_a_thread(read: Read) -> None:
    """Where comments do not name their video, their thread may."""
    bare = thread(topLevelComment=comment(videoId=None))
    bare["replies"] = {"comments": [comment(REPLY, videoId=None)]}
    for each in read(YouTubeImporter(), bare):
        assert isinstance(each, Item)
        assert dict(each.source or {})["mentions"] == [f"youtube:{VIDEO}"]


def test_replies_that_are_not_here(read: Read) -> None:
    """A note says how many replies the file only counts."""
    *_, note = read(YouTubeImporter(), page("commentThread", thread(totalReplyCount=1_201)))
    assert note == Note("comment 1", "1,200 further replies were not in the file")


def test_a_comment_without_its_video(read: Read) -> None:
    """A comment that names no video has no link and no locator, and a note says so."""
    note, item = read(YouTubeImporter(), page("comment", comment(videoId=None)))
    assert isinstance(note, Note)
    assert isinstance(item, Item)
    assert "locators" not in (item.source or {})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"textOriginal": "a &lt; b", "textDisplay": "a &amp;lt; b"}, "a &lt; b"),
        ({"textOriginal": None, "textDisplay": "It&#39;s <b>so</b><br>and so"}, "It's so\nand so"),
        ({"textOriginal": None, "textDisplay": "5 < 6 & <7>"}, "5 < 6 & <7>"),
        ({"textOriginal": None, "textDisplay": None}, None),
    ],
)
def test_texts(read: Read, fields: dict[str, Any], expected: str | None) -> None:
    """The text as it was written is taken, or else what is displayed, without its HTML."""
    assert words(read, page("comment", comment(**fields))) == expected


def test_a_comment_that_is_held_back(read: Read) -> None:
    """The words of a comment that the channel does not show are not taken over."""
    item = one(read, page("comment", comment(moderationStatus="rejected")))
    assert (item.capture, item.claims) == (None, ())


@pytest.mark.parametrize(
    ("field", "language"), [("en", "en"), ("zh-Hans", "zh-Hans"), ("zxx", None), ("Klingon!", None)]
)
def test_languages(read: Read, field: str, language: str | None) -> None:
    """The language is that of what is heard."""
    spoken = video(snippet=snippet(defaultAudioLanguage=field))
    assert source(read, spoken).get("language") == language


# -- documents ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        video(),
        [video()],
        [page("video", video())],
        {"items": [{"id": VIDEO, "snippet": snippet()}]},
        {"items": [{"id": {"videoId": VIDEO}, "snippet": snippet()}]},
        {"items": [{"snippet": snippet(resourceId={"videoId": VIDEO})}]},
    ],
    ids=range(6),
)
def test_what_stands_around_videos(read: Read, document: Any) -> None:
    """Videos are found in pages, in lists of pages, alone, and where kinds were not asked for."""
    assert source(read, document)["locators"] == [f"youtube:{VIDEO}"]


def test_comments_without_kinds(read: Read) -> None:
    """Comments and threads are known by their fields."""
    bare = thread()
    del bare["kind"], bare["snippet"]["topLevelComment"]["kind"]
    assert len(read(YouTubeImporter(), {"items": [bare]})) == 2


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ({"kind": "youtube#channel", "id": "UC1"}, "it is a channel, which is a person"),
        ({"kind": "youtube#new", "id": "x"}, "it is no video, and no comment"),
        (video(id="x"), "it is no video, and no comment"),
        (video(snippet={}), "it has no title; ask for it with part=snippet"),
        ({"kind": "youtube#comment", "id": TOP}, "it is a comment without its id, or without"),
        ({"kind": "youtube#commentThread"}, "it is a comment without its id, or without"),
        (7, "it is no video, and no comment"),
    ],
    ids=str,
)
def test_what_is_no_source(read: Read, resource: Any, reason: str) -> None:
    """What is neither video nor comment is rejected with a reason, and the rest goes on."""
    rejection, item = read(YouTubeImporter(), page("x", resource, video()))
    assert isinstance(rejection, Rejection)
    assert rejection.reason.startswith(reason)
    assert isinstance(item, Item)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"error": {"code": 403, "message": "quota"}}, "answered with an error 403"),
        ({"items": [{"DOI": "10.1000/x"}]}, "nothing of YouTube's"),
        ({}, "nothing of YouTube's"),
        ("text", "nothing of YouTube's"),
    ],
    ids=str,
)
def test_what_is_no_file_of_youtubes(read: Read, document: Any, message: str) -> None:
    """Errors and other files are refused as a whole."""
    with pytest.raises(Invalid, match=message):
        read(YouTubeImporter(), document)


@pytest.mark.parametrize("document", [[], page("video"), {"kind": "youtube#videoListResponse"}])
def test_pages_of_nothing(read: Read, document: Any) -> None:
    """A page without items is a file without records."""
    assert read(YouTubeImporter(), document) == []
