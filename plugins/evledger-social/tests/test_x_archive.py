"""The archive of an account: its parts, and the whole."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
from evledger_social import XArchiveImporter
from evledger_social.arrays import elements
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid
from evledger.importing import Fit, Found, Item, ItemFlag, Rejection

NUMBER = "1212092628029698048"
WHEN = "Thu Aug 10 17:01:35 +0000 2023"
LONG = "It helped me, and I will tell you how. " * 20


def status(**fields: Any) -> dict[str, Any]:
    """Return a post as archives have it."""
    return {"id_str": NUMBER, "full_text": "It helped.", "created_at": WHEN, **fields}


def part(name: str, *records: Any, end: str = "") -> bytes:
    """Return a part of an archive."""
    return f"window.YTD.{name}.part0 = {json.dumps(records, indent=2)}{end}".encode()


def zipped(parts: Mapping[str, bytes], folder: str = "data/") -> bytes:
    """Return an archive of parts."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(f"{folder}{name}", data)
    return packed.getvalue()


def read(data: bytes) -> list[Found]:
    """Read a file."""
    return list(XArchiveImporter().read(io.BytesIO(data)))


def sources(found: list[Found]) -> Iterator[dict[str, Any]]:
    """Return the fields of each source."""
    return (dict(each.source) for each in found if isinstance(each, Item) and each.source)


def captures(found: list[Found]) -> list[str]:
    """Return the words that are kept of each source."""
    return [e.capture.data.decode() for e in found if isinstance(e, Item) and e.capture]


@pytest.mark.parametrize(
    "data",
    [
        part("tweets", {"tweet": status()}),
        part("tweets", {"tweet": status()}, end=";\n"),
        part("tweet", status()),
        part("community_tweet", {"tweet": status(community_id="7")}),
        b"\xef\xbb\xbf" + part("tweets", {"tweet": status()}),
        b"Grailbird.data.tweets_2012_01 = \n" + json.dumps([status()]).encode(),
        json.dumps([{"tweet": status()}]).encode(),
    ],
    ids=range(7),
)
def test_parts_with_posts(data: bytes) -> None:
    """A part is read whatever the year of the archive, and is known by its content."""
    [fields] = sources(read(data))
    assert (fields["locators"], fields["published"]) == ([f"x:{NUMBER}"], "2023-08-10")
    assert XArchiveImporter().sniff(data) is Fit.SURE


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("like", "it holds posts of others that it liked, and no posts: import tweets.js instead"),
        ("direct_messages", "it holds private messages, and no posts"),
        ("something_new", "it holds the part 'something_new' of an archive, and no posts"),
    ],
)
def test_parts_without_posts(name: str, message: str) -> None:
    """Another part is refused; the message says what it holds and what to import instead."""
    with pytest.raises(Invalid, match=message):
        read(part(name, {}))


def test_no_part_at_all() -> None:
    """What is no part of an archive is refused."""
    with pytest.raises(Invalid, match="no part of an archive of X"):
        read(b"var x = [];")


def test_a_part_of_nothing() -> None:
    """An account that posted nothing has a part without records."""
    assert read(b"window.YTD.tweets.part0 = [ ]") == []


def test_deleted_posts() -> None:
    """Of what its author deleted only that it is gone is told, and nothing of the words."""
    [item] = read(part("deleted_tweets", {"tweet": status(deleted_at="2023-08-11T17:01:35.000Z")}))
    flag = ItemFlag(status="unreachable", according_to="X", date="2023-08-11", of=(f"x:{NUMBER}",))
    assert item == Item(place="record 1", flags=(flag,))


def test_a_bad_record() -> None:
    """A record that is none is rejected with its place, and the rest is read."""
    data = b'window.YTD.tweets.part0 = [{"tweet": {}}, {"tweet": nonsense}, %s, {"twe'
    found = read(data % json.dumps({"tweet": status()}).encode())
    assert [(type(each), each.place) for each in found] == [
        (Rejection, "record 1"),
        (Rejection, "record 2"),
        (Item, "record 3"),
        (Rejection, "record 4"),
    ]


def test_a_comma_that_is_missing() -> None:
    """Two records that nothing separates are one that is none."""
    [rejection] = read(b'window.YTD.tweets.part0 = [{"tweet": {}}\n{"tweet": {}}\n]')
    assert isinstance(rejection, Rejection)


def test_authors_of_posts() -> None:
    """Some archives say in every post who posted it."""
    [fields] = sources(read(part("tweet", status(user={"screen_name": "somebody"}))))
    assert fields["authors"] == ["@somebody"]


# -- the whole ---------------------------------------------------------------------------


def test_the_whole() -> None:
    """Posts are read from all parts with posts, and their author is the account's owner."""
    whole = {
        "account.js": part("account", {"account": {"username": "somebody"}}),
        "follower.js": part("follower", {"follower": {"accountId": "1"}}),
        "tweets.js": part("tweets", {"tweet": status()}),
        "tweets-part1.js": part("tweets", {"tweet": status(id_str="21")}),
        "deleted-tweets.js": part("deleted_tweets", {"tweet": status(id_str="22")}),
        "tweets_media/22-x.jpg": b"",
    }
    found = read(zipped(whole, "twitter-2023-somebody/data/"))
    assert [each.place for each in found] == [
        "deleted-tweets.js, record 1",
        "tweets.js, record 1",
        "tweets-part1.js, record 1",
    ]
    assert [fields["authors"] for fields in sources(found)] == [["@somebody"]] * 2
    assert XArchiveImporter().sniff(zipped(whole)) is Fit.SURE


def test_the_oldest_archives() -> None:
    """The first archives have a part for each month."""
    months = {
        f"{month}.js": b"Grailbird.data.tweets = \n ["
        + json.dumps(status(id_str=id)).encode()
        + b"]"
        for month, id in (("2012_02", "21"), ("2012_01", "20"))
    }
    found = read(zipped(months, "data/js/tweets/"))
    assert [fields["locators"] for fields in sources(found)] == [["x:20"], ["x:21"]]


def note(words: str) -> dict[str, Any]:
    """Return the text of a long post, as it stands apart."""
    about = {"noteTweetId": "7", "createdAt": "2023-08-10T17:01:35.000Z"}
    return {"noteTweet": {**about, "core": {"text": words}}}


def test_long_posts() -> None:
    """The whole text of a long post is found in its own part; one without its post is rejected."""
    whole = {
        "tweets.js": part("tweets", {"tweet": status(full_text=LONG[:270] + "…")}),
        "note-tweet.js": part("note_tweet", note(LONG), note("Another one.")),
    }
    found = read(zipped(whole))
    assert captures(found) == [LONG.strip()]
    assert isinstance(found[1], Rejection)
    assert found[1].reason.startswith("it is the text of a long post, and no post")


def test_long_posts_alone() -> None:
    """The part with long texts alone does not say which posts they are of."""
    [rejection] = read(part("note_tweet", note(LONG)))
    assert isinstance(rejection, Rejection)
    assert "import the whole archive as a .zip" in rejection.reason


# -- what is hostile ---------------------------------------------------------------------


def test_bombs() -> None:
    """A part that would unpack to far more than it is packed in is refused before it is read."""
    bomb = zipped({"tweets.js": b"window.YTD.tweets.part0 = [" + b" " * (1 << 26) + b"]"})
    with pytest.raises(Invalid, match=r"tweets\.js in it would have 67,108,892 bytes, packed in"):
        read(bomb)


def test_many_blanks() -> None:
    """Blanks between records are no record, however many there are."""
    data = b"window.YTD.tweets.part0 = [" + b" " * (1 << 25)
    assert len(read(data + json.dumps({"tweet": status()}).encode() + b"]")) == 1


def test_endless_records() -> None:
    """A record that does not end is refused, and is not kept in memory as it comes."""
    with pytest.raises(Invalid, match="longer than 16 MiB"):
        read(b'window.YTD.tweets.part0 = ["' + b"a" * (1 << 25))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"like.js": b"x"}, "there are no posts in it"),
        ({"tweets.js": b"x"}, "no part of an archive of X"),
        ({}, "there are no posts in it"),
    ],
    ids=str,
)
def test_other_zip_files(parts: dict[str, bytes], message: str) -> None:
    """A zip file that is no archive with posts is refused."""
    with pytest.raises(Invalid, match=message):
        read(zipped({"README.txt": b"", **parts}))


def test_a_zip_file_that_breaks_off() -> None:
    """A zip file whose end is missing is refused, and one with a spoilt part."""
    whole = zipped({"tweets.js": part("tweets", {"tweet": status()})})
    with pytest.raises(Invalid, match="no zip file that can be read"):
        read(whole[:-30])
    with pytest.raises(Invalid, match="cannot be unpacked"):
        read(whole[:60] + b"\x00\xff\x00" + whole[63:])


@given(cut=st.integers(0, 400), junk=st.binary(max_size=12), length=st.integers(0, 12))
def test_spoilt_zip_files(cut: int, junk: bytes, length: int) -> None:
    """Whatever is changed in a zip file, it is read or refused."""
    whole = zipped({"tweets.js": part("tweets", {"tweet": status()}), "account.js": b"["})
    with suppress(Invalid):
        read(whole[:cut] + junk + whole[cut + length :])


def test_memory_stays_flat() -> None:
    """Reading takes as much memory for many posts as for few."""

    def peak(count: int) -> int:
        record = {"tweet": status(full_text="word " * 2_000)}
        data = io.BytesIO(part("tweets", *[record] * count))
        tracemalloc.start()
        for _ in XArchiveImporter().read(data):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    few, many = peak(500), peak(2_000)
    assert many < few * 1.2


# -- arrays ------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='ab\\"[]{},\n é'),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
)


class Slow(io.BytesIO):
    """A file that gives a few bytes at a time."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return at most three."""
        return super().read(min(3, size or 0))


@given(values=st.lists(VALUES, max_size=6), indent=st.sampled_from([None, 1]), slow=st.booleans())
def test_elements(values: list[Any], indent: int | None, slow: bool) -> None:
    """The elements of an array are those that a parser finds, in whatever pieces it is read."""
    data = json.dumps(values, indent=indent).encode()[1:]
    file = Slow(data) if slow else io.BytesIO(data)
    assert [json.loads(element) for element in elements(file)] == values


@given(data=st.binary() | st.text(alphabet='[]{},"\\ a').map(str.encode))
def test_elements_of_garbage(data: bytes) -> None:
    """Whatever is read, nothing that can be seen is lost but what separates elements."""
    between = b", \t\n\r\x0b\x0c]};"
    seen = b"".join(elements(io.BytesIO(data)))
    assert seen.translate(None, between) == data.translate(None, between)
