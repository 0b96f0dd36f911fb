"""Each importer keeps what every importer must."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from evledger_social import RedditImporter, XArchiveImporter, XImporter, YouTubeImporter

from evledger.testing import ImporterTests


def listing(*children: Any) -> dict[str, Any]:
    """Return a listing of things."""
    return {"kind": "Listing", "data": {"children": children, "after": None}}


class TestReddit(ImporterTests):
    """A post and its comments, as Reddit answers with them."""

    def importer(self) -> RedditImporter:
        """Return the importer."""
        return RedditImporter()

    def sample(self) -> bytes:
        """Return a post and two comments, of which one answers the other."""
        about = {"subreddit": "TBI", "created_utc": 1477067620.0, "link_id": "t3_58qzqh"}
        reply = {"id": "dm3o32v", "author": "b", "body": "Me too.", "parent_id": "t1_dm3o32u"}
        comment = {"id": "dm3o32u", "author": "a", "body": "It helped.", "parent_id": "t3_58qzqh"}
        replies = listing({"kind": "t1", "data": {**about, **reply, "replies": ""}})
        post = {"id": "58qzqh", "title": "Semax", "selftext": "Has anyone?", "is_self": True}
        whole = [
            listing({"kind": "t3", "data": {**about, **post}}),
            listing({"kind": "t1", "data": {**about, **comment, "replies": replies}}),
        ]
        return json.dumps(whole).encode()

    def records(self) -> int:
        """Return how many there are."""
        return 3


class TestRedditDump(ImporterTests):
    """A dump of submissions and comments."""

    def importer(self) -> RedditImporter:
        """Return the importer."""
        return RedditImporter()

    def sample(self) -> bytes:
        """Return a submission and two comments, each in a line."""
        about = {"subreddit": "TBI", "created_utc": "1477067620", "author": "a"}
        lines = (
            {**about, "id": "58qzqh", "title": "Semax", "selftext": "", "is_self": True},
            {**about, "id": "dm3o32u", "body": "It helped.", "link_id": "t3_58qzqh"},
            {**about, "id": "dm3o32v", "body": "Me too.", "link_id": "t3_58qzqh"},
        )
        return "".join(json.dumps(line) + "\n" for line in lines).encode()

    def records(self) -> int:
        """Return how many there are."""
        return 3


class TestX(ImporterTests):
    """A page of posts."""

    def importer(self) -> XImporter:
        """Return the importer."""
        return XImporter()

    def sample(self) -> bytes:
        """Return a post and the one that it quotes."""
        quoted = {"id": "1212092626247110657", "text": "A trial.", "author_id": "2"}
        post = {
            "id": "1212092628029698048",
            "text": "It helped.",
            "author_id": "1",
            "edit_history_tweet_ids": ["1212092628029698048"],
            "referenced_tweets": [{"type": "quoted", "id": quoted["id"]}],
        }
        users = [{"id": "1", "username": "a"}, {"id": "2", "username": "b"}]
        page = {"data": [post], "includes": {"tweets": [quoted], "users": users}}
        return json.dumps(page).encode()

    def records(self) -> int:
        """Return how many there are."""
        return 2


STATUSES = [
    {
        "tweet": {
            "id_str": f"121209262802969804{number}",
            "full_text": f"It helped, {number}.",
            "created_at": "Wed Nov 06 18:45:26 +0000 2019",
        }
    }
    for number in range(3)
]


class TestXArchive(ImporterTests):
    """A part of an account's archive."""

    def importer(self) -> XArchiveImporter:
        """Return the importer."""
        return XArchiveImporter()

    def sample(self) -> bytes:
        """Return three posts, laid out as X lays them out."""
        return b"window.YTD.tweets.part0 = " + json.dumps(STATUSES, indent=2).encode()

    def records(self) -> int:
        """Return how many there are."""
        return 3


class TestXArchiveZip(ImporterTests):
    """The whole archive of an account."""

    def importer(self) -> XArchiveImporter:
        """Return the importer."""
        return XArchiveImporter()

    def sample(self) -> bytes:
        """Return the same posts in two parts, among other files."""
        packed = io.BytesIO()
        account = [{"account": {"username": "a"}}]
        parts = {"account": account, "tweets": STATUSES[:1], "tweets-part1": STATUSES[1:]}
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("data/README.txt", "This is your archive.")
            for name, records in parts.items():
                part = f"window.YTD.{name}.part0 = {json.dumps(records)}"
                archive.writestr(
                    f"data/{name}.js", part.replace("tweets-part1.part0", "tweets.part1")
                )
        return packed.getvalue()

    def records(self) -> int:
        """Return how many there are."""
        return 3


class TestYouTube(ImporterTests):
    """Threads of comments under a video."""

    def importer(self) -> YouTubeImporter:
        """Return the importer."""
        return YouTubeImporter()

    def sample(self) -> bytes:
        """Return a comment and a reply to it."""

        def comment(id: str, text: str) -> dict[str, Any]:
            snippet = {"textOriginal": text, "authorDisplayName": "a", "videoId": "dQw4w9WgXcQ"}
            return {"kind": "youtube#comment", "id": id, "snippet": snippet}

        top = "UgyUBI0HsgL9emxcZpR4AaABAg"
        thread = {
            "kind": "youtube#commentThread",
            "id": top,
            "snippet": {"videoId": "dQw4w9WgXcQ", "topLevelComment": comment(top, "It helped.")},
            "replies": {"comments": [comment(f"{top}.91zT3cYb5B291za6voUoRh", "Me too.")]},
        }
        page = {"kind": "youtube#commentThreadListResponse", "items": [thread]}
        return json.dumps(page).encode()

    def records(self) -> int:
        """Return how many there are."""
        return 2
