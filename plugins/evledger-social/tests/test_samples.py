"""Real files: each is imported or refused with a reason, and all its records are accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import evledger_social
import pytest

import evledger
from evledger import Invalid, Ledger, Plugins
from evledger.importing import Sniffer

# file → items, rejections, notes; counted by looking at the files
SAMPLES = {
    "reddit/TestCollection.test_iter.response1.json": (4, 0, 0),
    "reddit/TestPollData.test_get_user_selection.response1.json": (4, 0, 0),
    "reddit/TestSubmission.test_comments.response1.json": (3, 0, 0),
    "reddit/TestSubmission.test_crosspost__nsfw.response1.json": (2, 0, 0),
    "reddit/TestSubmission.test_delete.response2.json": (5, 0, 2),
    "reddit/TestSubmission.test_edit__new_inline_media.response1.json": (3, 0, 0),
    "reddit/subreddit.json": (27, 0, 0),
    "twitter-v2/model_expansions.json": (1, 0, 0),
    "twitter-v2/search_tweets_for_nyc.json": (3, 7, 0),
    "twitter-v2/timeline_mentions.json": (5, 0, 0),
    "twitter-v2/timeline_tweets.json": (5, 0, 0),
    "twitter-v2/tweet_quote_tweets_resp.json": (2, 13, 0),
    "twitter-v2/tweet_retweet_tweets_resp.json": (0, 8, 0),
    "youtube/comment_threads_with_search.json": (1, 0, 1),
    "youtube/comments_by_parent_paged_1.json": (2, 0, 2),
    "youtube/search_by_keywords_p1.json": (25, 0, 1),
    "youtube/search_by_mine.json": (2, 0, 1),
    "youtube/videos_info_multi.json": (2, 0, 0),
}
REFUSED = {
    "twitter-archive/account.js": "it holds the account itself, and no posts: import tweets.js",
    "twitter-archive/app.js": "it holds apps on its devices, and no posts: import tweets.js",
    "twitter-archive/follower.js": "it holds accounts that follow it, and no posts",
    "twitter-archive/following.js": "it holds accounts that it follows, and no posts",
}


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """Yield a ledger that knows these formats, and files by their content."""
    plugins = Plugins.builtin()
    plugins.register(evledger_social, "social")
    with evledger.open("memory:", plugins=plugins) as store:
        yield store.create("semax", title="Semax", by="me")


@pytest.mark.parametrize("name", SAMPLES)
def test_is_imported(ledger: Ledger, shared: Path, name: str) -> None:
    """A file is known by its content; all of it is added, and is known the second time."""
    path = shared / "samples" / name
    items, rejections, notes = SAMPLES[name]
    first = ledger.import_file(path, by="me")
    again = ledger.import_file(path, by="me")
    counted = (first.added, len(first.rejected), len(first.notes))
    assert counted == (items, rejections, notes)
    assert (again.added, again.flagged, again.known) == (0, 0, items)
    assert ledger.verify("full").ok


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused(ledger: Ledger, shared: Path, name: str) -> None:
    """A part of an archive without posts says what it holds, and what to import instead."""
    with pytest.raises(Invalid, match=REFUSED[name]):
        ledger.import_file(shared / "samples" / name, by="me")


def test_no_sample_is_left_out(shared: Path) -> None:
    """Every sample of these formats is in one of the tables."""
    folders = {name.partition("/")[0] for name in (*SAMPLES, *REFUSED)}
    there = {f"{f}/{path.name}" for f in folders for path in (shared / "samples" / f).iterdir()}
    assert there == {*SAMPLES, *REFUSED}


def test_no_other_sample_is_claimed(shared: Path) -> None:
    """No importer takes a file of another format for its own."""
    ours = {name.partition("/")[0] for name in (*SAMPLES, *REFUSED)}
    for path in (shared / "samples").glob("*/*"):
        start = path.read_bytes()[: 1 << 16]
        importers = [each for each in evledger_social.importers() if isinstance(each, Sniffer)]
        fits = [each.name for each in importers if each.sniff(start)]
        assert len(fits) == (path.parent.name in ours), path
