"""What X answers, in both versions of its API."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from evledger_social import XImporter
from hypothesis import given
from hypothesis import strategies as st

from evledger import ImportReport, Invalid, Ledger
from evledger.importing import Fit, Found, Item, ItemFlag, ItemLink, Note, Rejection

Read = Callable[..., list[Found]]
NUMBER = "1212092628029698048"
OTHER = "1212092626247110657"
USERS = [{"id": "1", "username": "a"}, {"id": "2", "username": "b"}]


def tweet(**fields: Any) -> dict[str, Any]:
    """Return a post of version 2."""
    return {"id": NUMBER, "text": "It helped.", "author_id": "1", **fields}


def status(**fields: Any) -> dict[str, Any]:
    """Return a post of version 1.1."""
    when = "Wed Nov 06 18:45:26 +0000 2019"
    data = {"id": int(NUMBER), "id_str": NUMBER, "full_text": "It helped.", "created_at": when}
    return {**data, "user": {"screen_name": "a"}, **fields}


def one(read: Read, document: Any) -> Item:
    """Return the one item of a document."""
    [item] = (each for each in read(XImporter(), document) if isinstance(each, Item))
    return item


def source(read: Read, document: Any) -> dict[str, Any]:
    """Return the fields of the one source of a document."""
    return dict(one(read, document).source or {})


def words(read: Read, document: Any) -> str:
    """Return the words that are kept of the one source of a document."""
    capture = one(read, document).capture
    return "" if capture is None else capture.data.decode()


def locators(found: list[Found]) -> list[Any]:
    """Return what identifies each source, in order."""
    return [dict(each.source or {}).get("locators") for each in found if isinstance(each, Item)]


def test_a_post(read: Read) -> None:
    """A post becomes a source with a claim that says nothing of its words, but quotes them."""
    page = {"data": tweet(lang="en"), "includes": {"users": USERS}}
    item = one(read, page)
    assert item.source == {
        "kind": "post",
        "title": "It helped.",
        "authors": ["@a"],
        "platform": "x",
        "published": "2019-12-31",
        "url": f"https://x.com/i/status/{NUMBER}",
        "locators": [f"x:{NUMBER}"],
        "language": "en",
        "assertion": "automatic",
        "basis": "a post on X",
    }
    [claim] = item.claims
    assert (claim["text"], claim["quote"]) == ("An X post, 2019-12", "It helped.")
    assert words(read, page) == "It helped."


@pytest.mark.parametrize(
    "document",
    [
        {"data": tweet()},
        {"data": [tweet()], "meta": {"result_count": 1}},
        {"tweets": [tweet()]},
        tweet(),
        [tweet()],
        [{"data": [tweet()]}],
        {"data": tweet(), "matching_rules": [{"id": "1"}]},
        status(),
        {"statuses": [status()], "search_metadata": {}},
        {"data": [tweet(id=int(NUMBER))]},
    ],
    ids=range(10),
)
def test_what_stands_around_posts(read: Read, document: Any) -> None:
    """Posts are found in pages, in what pages include, in lists, in streams and alone."""
    assert source(read, document)["locators"] == [f"x:{NUMBER}"]


def test_pages_in_lines(read: Read) -> None:
    """A file may have a page in each line; a bad one is rejected, and the rest read."""
    found = read(XImporter(), {"data": [tweet()]}, {"error": 1}, {"data": [tweet(id=OTHER)]})
    assert [(type(each), each.place) for each in found] == [
        (Item, "line 1, post 1"),
        (Rejection, "line 2"),
        (Item, "line 3, post 1"),
    ]


# -- what refers to what -----------------------------------------------------------------


@pytest.mark.parametrize("type", ["quoted", "replied_to"])
def test_quotes_and_replies(read: Read, type: str) -> None:
    """What a post quotes or answers, and its thread, are mentioned; included, they are sources."""
    post = tweet(referenced_tweets=[{"type": type, "id": OTHER}], conversation_id="20")
    found = read(XImporter(), {"data": [post], "includes": {"tweets": [tweet(id=OTHER)]}})
    assert locators(found) == [[f"x:{NUMBER}"], [f"x:{OTHER}"]]
    assert isinstance(found[0], Item)
    assert dict(found[0].source or {})["mentions"] == [f"x:{OTHER}", "x:20"]


def retweet(**fields: Any) -> dict[str, Any]:
    """Return a retweet of version 2."""
    about = [{"type": "retweeted", "id": OTHER}]
    return tweet(text="RT @b: A trial…", referenced_tweets=about, **fields)


def test_a_retweet_is_its_original(ledger: Ledger, imported: Callable[..., ImportReport]) -> None:
    """However often a post is repeated, there is one source, and no words are counted twice."""
    original = tweet(id=OTHER, text="A trial is wanted.", author_id="2")
    includes = {"users": USERS, "tweets": [original]}
    page = {"data": [retweet(), retweet(id="21")], "includes": includes}
    report = imported(XImporter(), json.dumps(page).encode())
    assert (report.read, report.added, report.known) == (3, 1, 2)
    [only] = ledger.view().sources.values()
    assert (only.locators, only.authors) == ((f"x:{OTHER}",), ("@b",))
    assert only.title == "A trial is wanted."


def test_a_retweet_that_has_its_original_within(read: Read) -> None:
    """Some programs put the original into the retweet, and version 1.1 does."""
    within = {"type": "retweeted", **tweet(id=OTHER, text="A trial.", author={"username": "b"})}
    for document in (
        tweet(text="RT @b: A trial", referenced_tweets=[within]),
        status(full_text="RT @b: A trial", retweeted_status=status(id_str=OTHER)),
    ):
        assert source(read, document)["locators"] == [f"x:{OTHER}"]


@pytest.mark.parametrize(
    ("post", "reason"),
    [
        (retweet(), f"it repeats another post, x:{OTHER}, which the file does not have"),
        (tweet(text="RT @b: A trial…"), "it begins with RT and a handle: it repeats another post"),
        (status(full_text="RT @b: A trial…"), "it begins with RT and a handle: it repeats"),
    ],
    ids=range(3),
)
def test_a_retweet_without_its_original(read: Read, post: Any, reason: str) -> None:
    """It has no words of its own and is rejected; the original is named where it is known."""
    [rejection] = read(XImporter(), [post])
    assert isinstance(rejection, Rejection)
    assert rejection.reason.startswith(reason)
    assert "RT @b" in rejection.raw


def test_a_retweet_of_a_retweet(read: Read) -> None:
    """What a retweet repeats is no source either, where it repeats another post itself."""
    page = {"data": [retweet()], "includes": {"tweets": [tweet(id=OTHER, text="RT @c: A trial")]}}
    assert [type(each) for each in read(XImporter(), page)] == [Rejection, Rejection]


def test_earlier_versions(read: Read) -> None:
    """An edited post has a number for each version; the earlier ones are linked to it."""
    for document in (
        tweet(edit_history_tweet_ids=["20", NUMBER]),
        status(edit_history={"edit_tweet_ids": ["20", NUMBER]}),
        status(edit_info={"edit": {"editControlInitial": {"editTweetIds": ["20", NUMBER]}}}),
    ):
        [link] = one(read, document).links
        assert link == ItemLink(relation="version-of", source=("x:20",), basis=link.basis)


def test_links(read: Read) -> None:
    """What a post leads to is mentioned where it is a number; its own pictures are not."""
    urls = [
        {"expanded_url": "https://doi.org/10.1000/182"},
        {"expanded_url": "https://t.co/x", "unwound_url": "https://pubmed.gov/29798983"},
        {"expanded_url": f"https://twitter.com/a/status/{NUMBER}/photo/1"},
        {"expanded_url": "https://example.org/@somebody"},
    ]
    for post in (tweet(entities={"urls": urls}), status(entities={"urls": urls})):
        assert source(read, [post])["mentions"] == ["doi:10.1000/182", "pmid:29798983"]


# -- words -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "post",
    [
        tweet(text="A long…", note_tweet={"text": "A long &amp; whole one"}),
        tweet(text="A long &amp; whole one"),
        status(full_text="A long…", extended_tweet={"full_text": "A long &amp; whole one"}),
        status(full_text=None, text="A long &amp; whole one"),
    ],
    ids=range(4),
)
def test_long_texts(read: Read, post: Any) -> None:
    """The longest text that there is is kept, as it was written."""
    assert words(read, [post]) == "A long & whole one"


def test_a_text_that_breaks_off(read: Read) -> None:
    """A text that X cut is kept, and a note says so."""
    note, item = read(XImporter(), [status(truncated=True, full_text="A long…")])
    assert note == Note("post 1", "its text breaks off in the file")
    assert isinstance(item, Item)


def test_polls(read: Read) -> None:
    """What there is to vote for belongs to the words, but is not quoted."""
    poll = {"id": "7", "options": [{"label": "C#"}, {"label": "C Hashtag"}]}
    page = {"data": tweet(attachments={"poll_ids": ["7"]}), "includes": {"polls": [poll]}}
    assert words(read, page) == "It helped.\n\n* C#\n* C Hashtag"
    assert one(read, page).claims[0]["quote"] == "It helped."


@pytest.mark.parametrize(
    "post",
    [
        tweet(withheld={"copyright": True, "country_codes": ["US"]}),
        status(withheld_copyright=True),
        status(withheld_in_countries=["XY"]),
    ],
    ids=range(3),
)
def test_withheld_everywhere(read: Read, post: Any) -> None:
    """What X withholds for everybody is a source whose words are gone."""
    item = one(read, [post])
    assert (item.capture, item.claims) == (None, ())
    assert item.flags == (ItemFlag(status="unreachable", according_to="X"),)


def test_withheld_somewhere(read: Read) -> None:
    """What X withholds in some countries is kept, and a note says so."""
    note, item = read(XImporter(), [tweet(withheld={"country_codes": ["DE", "FR"]})])
    assert note == Note("post 1", "X withholds it in some countries: 2 are named")
    assert isinstance(item, Item)
    assert item.capture is not None


@pytest.mark.parametrize(
    ("code", "language"),
    [("en", "en"), ("zh-TW", "zh-TW"), ("in", "id"), ("und", None), ("qme", None), (5, None)],
)
def test_languages(read: Read, code: object, language: str | None) -> None:
    """Languages are BCP 47 tags; codes that say that there is none are not."""
    assert source(read, [tweet(lang=code)]).get("language") == language


def test_dates(read: Read) -> None:
    """The date is what X says, or else what the number tells; the first numbers tell none."""
    assert source(read, [tweet(created_at="2020-06-24T23:19:07.000Z")])["published"] == "2020-06-24"
    assert source(read, [tweet()])["published"] == "2019-12-31"
    assert source(read, [status()])["published"] == "2019-11-06"
    assert "published" not in source(read, [tweet(id="20")])


# -- what X could not give ---------------------------------------------------------------


def error(**fields: Any) -> dict[str, Any]:
    """Return an error about a post that is not there."""
    kind = "https://api.twitter.com/2/problems/resource-not-found"
    return {"resource_type": "tweet", "parameter": "ids", "value": "24", "type": kind, **fields}


def test_a_known_post_that_is_gone(ledger: Ledger, imported: Callable[..., ImportReport]) -> None:
    """A post that X does not find is flagged where the ledger has it, and is absent where not."""
    imported(XImporter(), json.dumps({"data": [tweet()]}).encode())
    errors = [error(), error(resource_id=NUMBER)]
    report = imported(XImporter(), json.dumps({"errors": errors}).encode())
    assert (report.read, report.flagged, report.absent) == (1, 1, 1)
    [flag] = ledger.view().sources["s1"].flags
    assert (flag.status, flag.according_to) == ("unreachable", "X")


def test_errors(read: Read) -> None:
    """An error says of a post why it is not there; of other things, only that they are not."""
    private = "https://api.twitter.com/2/problems/not-authorized-for-resource"
    errors = [error(type=private), error(type="/other"), error(resource_type="user")]
    found = read(XImporter(), {"data": [tweet()], "errors": errors})
    assert [each.place for each in found] == ["post 1", "error 1", "error 1", "error 2", "error 3"]
    _, note, item, rejection, other = found
    why = "X did not give x:24: it is protected, or its author is suspended"
    assert note == Note("error 1", why)
    assert isinstance(item, Item)
    assert item.flags[0].of == ("x:24",)
    assert isinstance(rejection, Rejection)
    assert isinstance(other, Note)


def test_deletions_of_a_stream(read: Read) -> None:
    """A stream says which posts were deleted since."""
    [_, item] = read(XImporter(), tweet(), {"delete": {"status": {"id_str": "20"}}})
    assert isinstance(item, Item)
    assert (item.source, item.flags[0].of) == (None, ("x:20",))


NO_FILES: list[tuple[Any, str]] = [
    ({"title": "Unauthorized", "status": 401}, "answered with an error 401"),
    ({"errors": [{"code": 88, "message": "Rate limit"}]}, "answered with an error, and not"),
    ({"data": [{"id": "10.1000/x", "attributes": {}}]}, "nothing of X's"),
    ({"data": "text"}, "nothing of X's"),
    ({}, "nothing of X's"),
    (["text"], "nothing of X's"),
]


@pytest.mark.parametrize(("document", "message"), NO_FILES, ids=str)
def test_what_is_no_file_of_xs(read: Read, document: Any, message: str) -> None:
    """Errors and other files are refused as a whole."""
    with pytest.raises(Invalid, match=message):
        read(XImporter(), document)


@pytest.mark.parametrize("document", [[], {"meta": {"result_count": 0}}, {"statuses": []}], ids=str)
def test_pages_of_nothing(read: Read, document: Any) -> None:
    """A page without posts is a file without records."""
    assert read(XImporter(), document) == []


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"id": "1", "username": "a"}, "it is an account, and no post"),
        ({"id": "x", "text": "y"}, "it is no post: expected an id of digits, and a text"),
        ({"id": "20"}, "it is no post: expected an id of digits, and a text"),
        (7, "it is no post: expected an id of digits, and a text"),
    ],
    ids=str,
)
def test_what_is_no_post(read: Read, value: Any, reason: str) -> None:
    """What is no post is rejected with a reason, and the rest goes on."""
    rejection, item = read(XImporter(), {"data": [value, tweet()]})
    assert isinstance(rejection, Rejection)
    assert rejection.reason == reason
    assert isinstance(item, Item)


@given(number=st.integers(1, 10**19 - 1))
def test_numbers_and_texts(read: Read, number: int) -> None:
    """An id means the same as a number and as a text."""
    assert source(read, [tweet(id=number)]) == source(read, [tweet(id=str(number))])


# -- private messages --------------------------------------------------------------------

PRIVATE = "Nobody else may read this."
MESSAGE = {"id": int(NUMBER), "text": PRIVATE, "created_at": "Mon Jun 04 00:07:58 +0000 2007"}
CREATED = {"sender_id": "1", "target": {"recipient_id": "2"}, "message_data": {"text": PRIVATE}}
EVENT = {"type": "message_create", "id": NUMBER, "message_create": CREATED}
OLD_EVENT = {"id": NUMBER, "senderId": "1", "text": PRIVATE}
MESSAGES: list[Any] = [
    {"data": [{"event_type": "MessageCreate", "id": NUMBER, "text": PRIVATE}]},
    {"data": {"id": NUMBER, "text": PRIVATE, "dm_conversation_id": "1-2", "sender_id": "1"}},
    {"data": {"id": NUMBER, "text": PRIVATE, "dm_conversation_id": "1-2"}},
    {**MESSAGE, "sender_screen_name": "a", "recipient_screen_name": "b", "sender_id": 1},
    [{**MESSAGE, "id_str": NUMBER, "sender": {"screen_name": "a"}, "recipient": {"id": 2}}],
    {**MESSAGE, "id_str": NUMBER, "recipient_id": 2, "user": {"screen_name": "a"}},
    {"event": EVENT},
    {"events": [EVENT], "apps": {}},
    {"for_user_id": "1", "direct_message_events": [EVENT], "users": {}},
    {"direct_message": {**MESSAGE, "sender_id": 1, "recipient_id": 2}},
    [EVENT],
    [{"dmConversation": {"messages": [{"messageCreate": OLD_EVENT}]}}],
]


@pytest.mark.parametrize("document", MESSAGES, ids=str)
def test_private_messages(read: Read, document: Any) -> None:
    """A message between people is rejected, and nothing of it is shown."""
    [rejection] = read(XImporter(), document)
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, rejection.raw) == ("a private message is no public source", "")


def test_private_messages_among_posts(read: Read) -> None:
    """Posts beside messages are read, and no message is the original of a retweet."""
    message = {"event_type": "MessageCreate", "id": OTHER, "text": PRIVATE}
    repeat = tweet(text="RT @b: N", referenced_tweets=[{"type": "retweeted", "id": OTHER}])
    found = read(XImporter(), {"data": [message, repeat, tweet(id="20")]})
    assert [type(each) for each in found if not isinstance(each, Note)] == [
        Rejection,
        Rejection,
        Item,
    ]
    assert PRIVATE not in str(found)


@pytest.mark.parametrize("document", MESSAGES[:-1], ids=str)
def test_private_messages_are_known(document: Any) -> None:
    """A file of messages is known for X's, so that what is wrong with it can be said."""
    assert XImporter().sniff(json.dumps(document).encode()) is Fit.SURE


def test_the_oldest_posts(read: Read) -> None:
    """Before ids were texts, too, a post had them as numbers, and its author within."""
    post = status(text="It helped.", in_reply_to_status_id=int(OTHER))
    del post["id_str"], post["full_text"]
    found = source(read, [post])
    assert (found["authors"], found["mentions"]) == (["@a"], [f"x:{OTHER}"])
