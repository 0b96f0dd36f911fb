"""No handle, and no word that anybody posted, stands in the chain's open part or in reports."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from evledger_social import RedditImporter, XArchiveImporter, XImporter, YouTubeImporter
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import Ledger, Plugins
from evledger.importing import Importer, import_file

# So unlike anything else that finding one means that it got through.
HANDLES = st.from_regex(r"qz[a-z0-9_]{8,14}", fullmatch=True)
WORDS = st.from_regex(r"wx[a-z]{8,14}", fullmatch=True)

THREAD: Final = "UgyUBI0HsgL9emxcZpR4AaABAg"
VIDEO: Final = "dQw4w9WgXcQ"
POST: Final = "1212092628029698048"
REPEATED: Final = "1212092626247110657"


def reddit(handle: str, word: str) -> bytes:
    """Return a thread in which both are wherever Reddit puts them."""
    links = f"https://www.reddit.com/user/{handle} https://x.com/{handle}"
    about = {
        "author": handle,
        "author_fullname": "t2_4yn1k69i",
        "author_flair_text": word,
        "subreddit": f"u_{handle}",
        "subreddit_name_prefixed": f"u/{handle}",
        "created_utc": 1477067620,
    }
    post = {
        **about,
        "id": "58qzqh",
        "title": f"{word} by u/{handle}",
        "selftext": f"{word}, says /u/{handle}: {links}",
        "url": f"https://www.reddit.com/user/{handle}/comments/58qzqh/{word}/",
        "permalink": f"/user/{handle}/comments/58qzqh/{word}/",
        "crosspost_parent": "t3_58qzqi",
        "crosspost_parent_list": [{**about, "id": "58qzqi", "title": word}],
        "poll_data": {"options": [{"text": word}]},
        "link_flair_text": word,
    }
    link = {**about, "id": "58qzqj", "title": word, "url": f"https://example.org/@{handle}/{word}"}
    link |= {"subreddit": handle, "is_self": False, "permalink": f"/r/{handle}/comments/58qzqj/"}
    comment = {**about, "id": "dm3o32u", "body": f"{word} u/{handle}", "link_id": "t3_58qzqh"}
    gone = {**about, "id": "dm3o32v", "body": word, "removed_by_category": handle}
    bad = {**about, "id": f"{handle}-", "body": word}
    kinds = (("t3", post), ("t3", link), ("t1", comment), ("t1", gone), ("t1", bad), ("t2", about))
    return json.dumps([{"kind": kind, "data": data} for kind, data in kinds]).encode()


def x(handle: str, word: str) -> bytes:
    """Return a page of posts in which both are wherever X puts them."""
    link = {"expanded_url": f"https://twitter.com/{handle}/status/{POST}/photo/1"}
    page = {"expanded_url": f"https://example.org/{handle}/{word}"}
    post = {
        "id": POST,
        "text": f"{word} @{handle}",
        "note_tweet": {"text": f"{word} @{handle}", "entities": {"urls": [link, page]}},
        "author_id": "12",
        "entities": {"urls": [link, page], "mentions": [{"username": handle}]},
        "referenced_tweets": [{"type": "quoted", "id": REPEATED}],
        "lang": handle,
        "withheld": {"country_codes": [handle]},
        "geo": {"place_id": handle},
    }
    repeat = {"id": "1212092628029698049", "text": f"RT @{handle}: {word}", "author_id": "12"}
    quoted = {"id": REPEATED, "text": f"{word} @{handle}", "author_id": "13"}
    user = {"id": "12", "username": handle, "name": word}
    error = {"resource_type": "user", "value": handle, "detail": f"{word}: {handle}"}
    lost = {"resource_type": "tweet", "value": "20", "detail": word, "type": f"/{handle}"}
    return json.dumps(
        {
            "data": [post, repeat, user, {"id": handle, "text": word}],
            "includes": {"users": [user], "tweets": [quoted], "places": [{"full_name": word}]},
            "errors": [error, lost],
        }
    ).encode()


def x_archive(handle: str, word: str) -> bytes:
    """Return an archive with both wherever X puts them, down to the names of its folders."""
    status = {
        "id_str": POST,
        "full_text": f"{word} @{handle}",
        "user": {"screen_name": handle, "name": word},
        "in_reply_to_screen_name": handle,
        "in_reply_to_status_id_str": REPEATED,
        "entities": {"user_mentions": [{"screen_name": handle}]},
    }
    parts: dict[str, Any] = {
        "account": [{"account": {"username": handle, "accountDisplayName": word}}],
        "tweets": [{"tweet": status}, {"tweet": {"id_str": handle, "full_text": word}}],
        "deleted_tweets": [{"tweet": {**status, "id_str": "20"}}, {"tweet": {"full_text": word}}],
        "note_tweet": [{"noteTweet": {"core": {"text": f"{word} @{handle}"}}}],
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, records in parts.items():
            text = f"window.YTD.{name}.part0 = {json.dumps(records)}"
            archive.writestr(f"twitter-{handle}/data/{name.replace('_', '-')}.js", text)
    return packed.getvalue()


def youtube(handle: str, word: str) -> bytes:
    """Return resources in which both are wherever YouTube puts them."""
    channel = {"channelTitle": f"@{handle}", "channelId": handle, "videoOwnerChannelTitle": handle}
    snippet = {**channel, "title": f"{word} @{handle}", "description": f"{word} @{handle}"}
    comment = {
        "textOriginal": f"{word} @{handle}",
        "authorDisplayName": f"@{handle}",
        "authorChannelUrl": f"http://www.youtube.com/@{handle}",
        "parentId": THREAD,
        "videoId": VIDEO,
    }
    resources = [
        {"kind": "youtube#video", "id": VIDEO, "snippet": {**snippet, "defaultLanguage": handle}},
        {"kind": "youtube#comment", "id": f"{THREAD}.91zT3cYb5B2", "snippet": comment},
        {"kind": "youtube#comment", "id": THREAD, "snippet": {**comment, "videoId": f"{handle}!"}},
        {"kind": "youtube#comment", "id": f"{handle}!", "snippet": comment},
        {"kind": "youtube#video", "id": f"{handle}!", "snippet": snippet},
        {"kind": "youtube#searchResult", "id": {"kind": f"youtube#{handle}"}, "snippet": snippet},
        {"kind": "youtube#channel", "id": handle, "snippet": snippet},
        {"kind": f"youtube#{handle}", "id": handle},
    ]
    return json.dumps(resources).encode()


CASES: Final = (
    (RedditImporter(), reddit),
    (XImporter(), x),
    (XArchiveImporter(), x_archive),
    (YouTubeImporter(), youtube),
)


def in_the_open(ledger: Ledger, folder: Path) -> Iterator[str]:
    """Yield all that whoever mirrors a ledger sees."""
    ledger.export(folder / "archive")
    for path in sorted((folder / "archive").rglob("*")):
        if path.is_file():
            yield path.name + path.read_text()


@pytest.mark.parametrize(("importer", "written"), CASES, ids=lambda case: getattr(case, "name", ""))
@settings(max_examples=15)  # each imports, exports and checks a ledger
@given(handle=HANDLES, word=WORDS)
def test_nothing_gets_into_the_open(
    importer: Importer, written: Callable[[str, str], bytes], handle: str, word: str
) -> None:
    """What is imported holds handle and words, but neither the chain nor the report shows them."""
    with (
        tempfile.TemporaryDirectory() as folder,
        evledger.open("memory:", plugins=Plugins.builtin()) as store,
    ):
        path = Path(folder) / "file"
        path.write_bytes(written(handle, word))
        ledger = store.create("semax", title="Semax", by="me")
        for _ in range(2):  # a second time sources are amended, where there is anything new
            report = import_file(ledger, path, importer, by="me")
            assert report.rejected
            told = [*((each.place, each.reason) for each in report.rejected)]
            told += [(note.place, note.text) for note in report.notes]
            shown = "\n".join((*in_the_open(ledger, Path(folder)), *map(str, told))).lower()
            assert handle not in shown
            assert word not in shown
        sources = ledger.view().sources.values()
        assert any(handle in str(source.authors) for source in sources)
        assert any(word in str(source.title) for source in sources)
        assert any(word in str(claim.quote) for claim in ledger.view().claims.values())
        assert ledger.check("personal-data").findings == ()


@settings(max_examples=15)  # each imports, exports and checks a ledger
@given(handle=HANDLES, word=WORDS)
def test_words_can_be_forgotten(handle: str, word: str) -> None:
    """Erasing what is sealed of a post leaves none of its words in the store."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(reddit(handle, word))
        database = Path(folder) / "evidence.db"
        with evledger.open(str(database), plugins=Plugins.builtin()) as store:
            ledger = store.create("semax", title="Semax", by="me")
            import_file(ledger, path, RedditImporter(), by="me")
            for record in list(ledger.records()):
                if record.sealed:
                    ledger.erase(record.n, *record.sealed, reason="asked", by="me")
            assert ledger.verify("full").ok
        left = b"".join(each.read_bytes() for each in Path(folder).glob("evidence.db*"))
        assert word.encode() not in left
        assert handle.encode() not in left
