"""What Reddit answers, and what dumps of it hold."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from evledger_social import RedditImporter
from hypothesis import given
from hypothesis import strategies as st

from evledger import ImportReport, Invalid, Ledger
from evledger.importing import Found, Item, ItemFlag, Note, Rejection

Read = Callable[..., list[Found]]
GONE = (ItemFlag(status="unreachable", according_to="Reddit"),)


def listing(*children: Any) -> dict[str, Any]:
    """Return a listing of things."""
    return {"kind": "Listing", "data": {"children": list(children), "after": "t3_x"}}


def post(**fields: Any) -> dict[str, Any]:
    """Return a post of words."""
    about = {"id": "58qzqh", "title": "Semax", "selftext": "It helped.", "is_self": True}
    data = {**about, "subreddit": "TBI", "author": "a", "created_utc": 1477067620.0}
    return {"kind": "t3", "data": {**data, **fields}}


def comment(**fields: Any) -> dict[str, Any]:
    """Return a comment."""
    about = {"id": "dm3o32u", "body": "Me too.", "link_id": "t3_58qzqh", "author": "b"}
    data = {**about, "subreddit": "TBI", "created_utc": 1477067620.0, "replies": ""}
    return {"kind": "t1", "data": {**data, **fields}}


def one(read: Read, thing: Any) -> Item:
    """Return the one item that a thing is."""
    [item] = (each for each in read(RedditImporter(), thing) if isinstance(each, Item))
    return item


def source(read: Read, thing: Any) -> dict[str, Any]:
    """Return the fields of the one source that a thing is."""
    return dict(one(read, thing).source or {})


def words(read: Read, thing: Any) -> str | None:
    """Return the words that are kept of a thing."""
    capture = one(read, thing).capture
    return None if capture is None else capture.data.decode()


def test_a_post(read: Read) -> None:
    """A post becomes a source with a claim that says nothing of its words, but quotes them."""
    assert read(RedditImporter(), listing(post())) == [
        Item(
            place="post 1",
            source={
                "kind": "post",
                "title": "Semax",
                "authors": ["u/a"],
                "platform": "reddit",
                "community": "r/TBI",
                "published": "2016-10-21",
                "url": "https://www.reddit.com/comments/58qzqh/",
                "locators": ["reddit:t3_58qzqh"],
                "assertion": "automatic",
                "basis": "a post on Reddit",
            },
            claims=(
                {
                    "text": "A Reddit post in r/TBI, 2016-10",
                    "tier": "anecdotal",
                    "stance": "neutral",
                    "assertion": "automatic",
                    "basis": "a post on Reddit: the tier of its channel",
                    "quote": "It helped.",
                },
            ),
            capture=one(read, post()).capture,
        )
    ]
    assert words(read, post()) == "It helped."


def test_a_comment(read: Read) -> None:
    """A comment is titled by how it begins, and mentions its post and what it answers."""
    fields = source(read, comment(body="A first line.\n\nA second.", parent_id="t1_dm3o32a"))
    assert (fields["kind"], fields["title"]) == ("comment", "A first line.")
    assert fields["mentions"] == ["reddit:t3_58qzqh", "reddit:t1_dm3o32a"]
    assert fields["url"] == "https://www.reddit.com/comments/58qzqh/_/dm3o32u/"


THINGS = [post(), comment(), comment(id="dm3o32v")]
DUMPED = [thing["data"] for thing in THINGS]


@pytest.mark.parametrize(
    "document",
    [
        THINGS,
        listing(*THINGS),
        [listing(THINGS[0]), listing(*THINGS[1:])],
        {"json": {"errors": [], "data": {"things": THINGS}}},
        {"sorted_links": listing(*THINGS), "title": "A collection", "subreddit_id": "t5_3nwlq"},
        DUMPED,
        {"data": DUMPED, "error": None},
        listing(*({"data": data} for data in DUMPED)),
    ],
    ids=range(8),
)
def test_what_stands_around_things(read: Read, document: Any) -> None:
    """Things are found in listings, pairs, answers for more comments, collections and dumps."""
    found = read(RedditImporter(), document)
    assert [each.place for each in found] == ["post 1", "comment 1", "comment 2"]
    assert all(isinstance(each, Item) for each in found)


def test_lines(read: Read) -> None:
    """A dump has a submission or comment in each line; a bad line is rejected, the rest read."""
    dump = [{**each["data"], "created_utc": "1477067620"} for each in (post(), comment())]
    found = read(RedditImporter(), *dump, {"id": "x"}, "text", dump[1])
    assert [(type(each), each.place) for each in found] == [
        (Item, "line 1, post 1"),
        (Item, "line 2, comment 1"),
        (Rejection, "line 3"),
        (Rejection, "line 4"),
        (Item, "line 5, comment 1"),
    ]


def tree(depth: int) -> dict[str, Any]:
    """Return a comment with replies nested to a depth."""
    thing = comment(id="1")
    for number in range(2, depth + 1):
        thing = comment(id=str(number), replies=listing(thing))
    return thing


@given(depth=st.integers(1, 200))
def test_replies_are_found_at_any_depth(depth: int) -> None:
    """Every comment of a thread is given, the one above before its replies."""
    data = json.dumps(tree(depth)).encode()
    found = list(RedditImporter().read(io.BytesIO(data)))
    expected = [[f"reddit:t1_{number}"] for number in range(depth, 0, -1)]
    assert [dict(e.source or {})["locators"] for e in found if isinstance(e, Item)] == expected


def test_hostile_nesting_is_refused() -> None:
    """Replies nested deeper than any site nests them are refused, and crash nothing."""
    head = (
        b'{"kind":"t1","data":{"id":"1","body":"","replies":{"kind":"Listing","data":{"children":['
    )
    with pytest.raises(Invalid, match="nested too deeply"):
        list(RedditImporter().read(io.BytesIO(head * 100_000)))


def test_comments_that_are_not_here(read: Read) -> None:
    """Placeholders are no records, but a note says how many comments they stand for."""
    more = {"kind": "more", "data": {"count": 1200, "children": ["a", "b"]}}
    few = {"kind": "more", "data": {"children": ["c"]}}
    deeper: dict[str, Any] = {"kind": "more", "data": {"count": 0, "id": "_", "children": []}}
    inner = comment(replies=listing(more))
    *_, hidden, deep = read(RedditImporter(), [listing(post()), listing(inner, few, deeper)])
    assert hidden == Note("the file", "1,201 further comments were not in the file")
    assert deep == Note("the file", "threads that go on beyond the file: 1")


# -- words that are gone -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"selftext": "[deleted]", "author": "[deleted]"}, "deleted by its author"),
        ({"selftext": "[removed]"}, "removed by moderators"),
        ({"selftext": "[ Removed by Reddit ]"}, "removed by Reddit"),
        ({"title": "[deleted by user]", "selftext": "[removed]"}, "deleted by its author"),
        ({"removed_by_category": "deleted"}, "deleted by its author"),
        ({"removed_by_category": "moderator"}, "removed by moderators"),
        ({"removed_by_category": "copyright_takedown"}, "removed by Reddit"),
        ({"removed_by_category": "whoever"}, "removed"),
        ({"removed": True}, "removed by moderators"),
        ({"banned_by": "a moderator"}, "removed by moderators"),
        ({"_meta": {"removal_type": "deleted"}}, "deleted by its author"),
        ({"_meta": {"was_deleted_later": True}}, "deleted by its author"),
    ],
    ids=str,
)
def test_a_post_whose_words_are_gone(read: Read, fields: dict[str, Any], why: str) -> None:
    """It is a source still, flagged as unreachable; neither words nor author are taken over."""
    note, item = read(RedditImporter(), post(**fields))
    assert note == Note("post 1", f"its words are gone: {why}")
    assert isinstance(item, Item)
    assert (item.capture, item.claims, item.flags) == (None, (), GONE)
    assert "authors" not in (item.source or {})


def test_where_a_removed_post_led(read: Read) -> None:
    """A link is words, too: where they are gone, it is neither kept nor mentioned."""
    removed = post(is_self=False, selftext="", url="https://doi.org/10.1000/182", removed=True)
    assert "mentions" not in source(read, removed)
    assert words(read, removed) is None


def test_titles_of_what_is_gone(read: Read) -> None:
    """A title that still stands is kept; where it is gone too, the title says why."""
    assert source(read, post(selftext="[deleted]"))["title"] == "Semax"
    assert source(read, post(title="[deleted by user]"))["title"] == "[post deleted by its author]"
    assert source(read, comment(body="[removed]"))["title"] == "[comment removed by moderators]"


def test_a_known_post_that_was_deleted_since(
    ledger: Ledger, imported: Callable[..., ImportReport]
) -> None:
    """It is flagged once; what the ledger has of it stays until it is erased."""
    now = json.dumps(post(selftext="[deleted]", author="[deleted]")).encode()
    assert imported(RedditImporter(), json.dumps(post()).encode()).added == 1
    assert imported(RedditImporter(), now).flagged == 1
    assert imported(RedditImporter(), now).known == 1
    assert [flag.status for flag in ledger.view().sources["s1"].flags] == ["unreachable"]


def test_words_of_a_deleted_account(read: Read) -> None:
    """Words that stand stay, without an author."""
    fields = source(read, comment(author="[deleted]"))
    assert "authors" not in fields
    assert words(read, comment(author="[deleted]")) == "Me too."


# -- fields ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subreddit", "community"),
    [
        ("TBI", "r/TBI"),
        ("reddit.com", "r/reddit.com"),
        ("u_somebody", None),
        ("U_Somebody", None),
        ("a", None),
        ("Somebody", None),
        ("<TEST_SUBREDDIT>", None),
        (7, None),
    ],
)
def test_community(read: Read, subreddit: object, community: str | None) -> None:
    """A subreddit is told; the page of a person, or one that is named after the author, is not."""
    fields = source(read, post(subreddit=subreddit, author="somebody"))
    assert fields.get("community") == community


@pytest.mark.parametrize(
    ("url", "mentions"),
    [
        ("https://pubmed.ncbi.nlm.nih.gov/29798983/", ["pmid:29798983"]),
        ("https://doi.org/10.1000/182", ["doi:10.1000/182"]),
        ("https://twitter.com/somebody/status/20", ["x:20"]),
        ("/r/TBI/comments/58qzqi/a_title/", ["reddit:t3_58qzqi"]),
        ("https://www.reddit.com/gallery/58qzqh", None),
        ("https://example.org/@somebody", None),
        ("https://www.reddit.com/user/somebody", None),
        ("https://i.redd.it/z5mux8w0bgx21.png", None),
        ("no link", None),
    ],
)
def test_links(read: Read, url: str, mentions: list[str] | None) -> None:
    """What a post leads to is mentioned where that is a number; the link itself is kept sealed."""
    linked = post(is_self=False, selftext="", url=url)
    assert source(read, linked).get("mentions") == mentions
    assert (words(read, linked), one(read, linked).claims) == (url, ())


def test_a_crosspost(read: Read) -> None:
    """What it repeats is mentioned, and is no source of its own."""
    crosspost = post(
        crosspost_parent="t3_6vx01b", crosspost_parent_list=[post(id="6vx01b")["data"]]
    )
    assert source(read, crosspost)["mentions"] == ["reddit:t3_6vx01b"]


def test_a_post_that_is_all_title(read: Read) -> None:
    """The title of a post of words is what its author says; that of a link is not."""
    [claim] = one(read, post(selftext="")).claims
    assert claim["quote"] == "Semax"
    assert words(read, post(selftext="")) is None


def test_words_beside_the_text(read: Read) -> None:
    """Options of a poll and captions of pictures belong to the words."""
    poll = {"options": [{"text": "Yes"}, {"text": "<50%"}]}
    gallery = {"items": [{"caption": "Before"}, {"media_id": "x"}]}
    beside = post(poll_data=poll, gallery_data=gallery, over_18=True, media_metadata={"x": {}})
    assert words(read, beside) == "It helped.\n\nBefore\n\n* Yes\n* <50%"


def test_rich_text(read: Read) -> None:
    """Where there is nothing but rich text, its words are read."""

    def cell(text: str) -> dict[str, Any]:
        return {"c": [{"e": "text", "t": text}]}

    document = [
        {
            "e": "par",
            "c": [{"e": "text", "t": "I am "}, {"e": "u/", "t": "b"}, {"e": "text", "t": "."}],
        },
        {"e": "list", "c": [{"e": "li", "c": [{"e": "par", "c": [{"e": "text", "t": "One"}]}]}]},
        {"e": "img", "id": "x", "c": "A caption"},
        {"e": "table", "h": [cell("A"), cell("B")], "c": [[cell("1"), cell("2")]]},
    ]
    rich = comment(rtjson={"document": document})
    del rich["data"]["body"]
    assert words(read, rich) == "I am u/b.\n\nOne\n\nA caption\n\nA B 1 2"


@pytest.mark.parametrize(
    ("html", "body", "expected"),
    [
        ("&lt;p&gt;x&lt;/p&gt;", "&gt; R&amp;D &lt;3", "> R&D <3"),
        ("&lt;p&gt;x&lt;/p&gt;", "&amp;gt; &copy;", "&gt; &copy;"),
        ("<p>x</p>", "&gt; R&D <3", "&gt; R&D <3"),
        (None, "&amp;gt;", "&gt;"),
    ],
)
def test_entities(read: Read, html: str | None, body: str, expected: str) -> None:
    """Escaping is undone once, and only where Reddit escaped."""
    assert words(read, comment(body=body, body_html=html)) == expected


def test_entities_of_a_post_follow_its_comments(read: Read) -> None:
    """A post of a link has no HTML that tells; another thing of the same answer does."""
    thread = [listing(post(title="a &amp;amp; b")), listing(comment(body_html="<p>x</p>"))]
    [item, _] = read(RedditImporter(), thread)
    assert isinstance(item, Item)
    assert dict(item.source or {})["title"] == "a &amp;amp; b"


@pytest.mark.parametrize("id", ["58qzqh", "t3_58qzqh", "58QZQH"])
def test_ids(read: Read, id: str) -> None:
    """Ids are read with and without their kind."""
    assert source(read, post(id=id))["locators"] == ["reddit:t3_58qzqh"]


def test_ids_that_are_numbers(read: Read) -> None:
    """An id that is all digits may have become a number."""
    assert source(read, post(id=5839))["locators"] == ["reddit:t3_5839"]


def test_when_a_dump_was_taken(read: Read) -> None:
    """A dump says when it read a post."""
    assert source(read, post(retrieved_on=1477067620))["retrieved"] == "2016-10-21T16:33:40Z"


# -- what is no source, and what is no file of Reddit's ----------------------------------


@pytest.mark.parametrize(
    ("thing", "reason"),
    [
        ({"kind": "t5", "data": {"display_name": "TBI"}}, "it is a subreddit, and neither"),
        ({"kind": "t2", "data": {"name": "a"}}, "it is an account, and neither"),
        ({"kind": "t3", "data": None}, "it has no id"),
        (post(id="0"), "it has no id"),
        (post(title=None), "it is a post without a title"),
        ({"kind": "t1", "data": {"id": "dm3o32u"}}, "it is a comment without its text"),
        ({"kind": "t9", "data": {}}, "it is neither a post nor a comment of Reddit"),
        (7, "it is neither a post nor a comment of Reddit"),
    ],
    ids=str,
)
def test_what_is_no_source(read: Read, thing: Any, reason: str) -> None:
    """What is no post or comment is rejected with a reason, and the rest goes on."""
    found = read(RedditImporter(), listing(thing, comment()))
    assert isinstance(found[0], Rejection)
    assert found[0].reason.startswith(reason)
    assert isinstance(found[1], Item)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"message": "Not Found", "error": 404}, "answered with an error 404"),
        ({"json": {"errors": [["RATELIMIT", "", ""]]}}, "answered with an error, and not"),
        ({"collection_id": "x", "link_ids": ["t3_58qzqh"]}, "only names its posts"),
        ({"id": "1", "title": "A work"}, "nothing of Reddit's"),
        ({}, "nothing of Reddit's"),
        ([1, 2], "nothing of Reddit's"),
        ("text", "nothing of Reddit's"),
    ],
    ids=str,
)
def test_what_is_no_file_of_reddits(read: Read, document: Any, message: str) -> None:
    """Errors and other files are refused as a whole."""
    with pytest.raises(Invalid, match=message):
        read(RedditImporter(), document)


@pytest.mark.parametrize("document", [[], listing(), [listing(), listing()], {"data": []}], ids=str)
def test_listings_of_nothing(read: Read, document: Any) -> None:
    """A listing without things is a file without records."""
    assert read(RedditImporter(), document) == []


def test_a_packed_dump() -> None:
    """A dump that is still packed says how to unpack it."""
    with pytest.raises(Invalid, match="zstd -d"):
        list(RedditImporter().read(io.BytesIO(b"\x28\xb5\x2f\xfd....")))


def test_long_words(read: Read) -> None:
    """A quote has a few thousand characters; the words are kept whole."""
    long = post(selftext="word " * 8_000)
    [claim] = one(read, long).claims
    assert len(claim["quote"]) <= 4_000
    assert claim["quote"].endswith("word…")
    assert len(words(read, long) or "") == 39_999
