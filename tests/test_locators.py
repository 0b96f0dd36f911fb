"""A source is named in many disguises, and always ends up under the same key."""

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evledger.exceptions import Invalid
from evledger.locators import SCHEMES, Normaliser, normalise, public_link

# No value is `SCHEMES`' own, so nothing takes the short cut for frequent locators.
SLOW = {scheme: partial(known) for scheme, known in SCHEMES.items()}

PIECES = (
    *("doi:", "DOI ", "pmid:", "PMC", "nct:", "isbn:", "x:", "youtube:", "reddit:", "url:", "foo:"),
    *("http://", "HTTPS://", "doi.org", "dx.doi.org", "10.1000", "10.1000/Ab(c", "1212092628029"),
    *(
        "x.com",
        "twitter.com",
        "www.reddit.com",
        "redd.it",
        "youtube.com",
        "youtu.be",
        "example.org",
    ),
    *("/status/", "/r/", "/u/", "/comments/", "/watch?v=", "/shorts/", "t3_", "dQw4w9WgXcQ", "lc="),
    *("pubmed.ncbi.nlm.nih.gov", "clinicaltrials.gov/study/", "NCT00680992", "9781605587301"),
    *(
        "/",
        ".",
        "..",
        "/./",
        "?",
        "&",
        "=",
        "#",
        "#!",
        "@",
        ":",
        ":80",
        ":443",
        "[",
        "]",
        "utm_a=1",
    ),
    *("%", "%2", "%2F", "%2e", "%7e", "%c3%a9", "%00", "%25", ")", ">", ";", ",", " ", "\t", "\n"),
    *(
        "\x00",
        "\x7f",
        "\xa0",
        "\u200b",
        "\ufeff",
        "\ud800",
        "é",
        "ß",
        "İ",
        "\u017f",
        "\u212a",
        "٣",
        "℀",
    ),
)
STARTS = ("", "url:", "doi:10.1000/", "https://doi.org/10.1000/", "https://example.org", "http://")
disguises = st.builds(
    "{}{}".format,
    st.sampled_from(STARTS),
    st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=9).map("".join),
)
handles = st.text(ascii_letters + digits + "_", min_size=12, max_size=15)
# Without the segments `.` and `..`, which no path of a link can hold.
dois = st.builds(
    "10.{}/{}0".format,
    st.integers(1000, 999_999_999),
    st.text(ascii_lowercase + digits + "-._;()/:<>%#?+é∂", max_size=40),
).filter(lambda doi: "/." not in doi)


def outcome(locator: str, schemes: Mapping[str, Normaliser] = SCHEMES) -> str | None:
    """Return the normal form, or nothing where it is refused; any other error is a failure."""
    try:
        return normalise(locator, schemes)
    except Invalid:
        return None


# Properties


@given(st.text() | disguises)
@example("doi:" * 1000)
@example("https://" + "a." * 1990)
@example("10.1000/" + ")" * 3990)
@example("https://example.org/" + "é" * 1000)
@example("https://example.org/" + "/../." * 700)
@example("https://example.org:" + "9" * 3900)
@example("a" * 1_000_000)
def test_any_text_is_normalised_once_or_refused(text: str) -> None:
    """Any text gives `Invalid` or a well-formed locator, and a locator is its own normal form."""
    normal = outcome(text)
    if normal is None:
        return
    assert re.fullmatch(r"[a-z][a-z0-9-]*:.+", normal)
    assert not any(c.isspace() or unicodedata.category(c) in {"Cc", "Cs"} for c in normal)
    assert len(normal) <= 2000
    assert normalise(normal) == normal


@given(disguises | dois.map("doi:{}".format))
@example("doi:10.1000/182")
@example("doi:10.1000/x)")
@example("pmid:29798983")
@example("reddit:t3_58qzqh")
@example("nct:NCT00680992")
@example("pmcid:PMC5815332")
def test_the_short_cut_changes_nothing(text: str) -> None:
    """Frequent locators are recognised at once, with the outcome of the whole way."""
    assert outcome(text) == outcome(text, SLOW)


@given(dois)
def test_a_doi_is_the_same_in_every_disguise(doi: str) -> None:
    """Case, scheme, resolver and percent-encoding do not tell two DOIs apart."""
    upper = doi.translate(str.maketrans(ascii_lowercase, ascii_uppercase))
    written = (doi, upper, f"DOI: {upper}", f"https://doi.org/{quote(upper)}", f"doi:doi:{doi}.")
    expected = {f"doi:{doi}"}
    assert {normalise(text) for text in written} == expected


@given(st.text(digits, min_size=9, max_size=9), st.integers(0, 9), st.integers(1, 9))
def test_an_isbn_with_one_wrong_digit_is_refused(core: str, place: int, by: int) -> None:
    """Ten digits and thirteen digits are one key, and the check digit catches any one mistake."""
    found = (outcome(f"isbn:{core}{check}") for check in "0123456789X")
    (normal,) = (isbn for isbn in found if isbn is not None)
    number = normal.removeprefix("isbn:")
    wrong = f"{number[:place]}{(int(number[place]) + by) % 10}{number[place + 1 :]}"
    assert number[3:12] == core
    assert outcome(number) == normal
    assert outcome(f"isbn:{wrong}") is None


@given(handles, st.sampled_from(("https://", "http://www.", "")))
def test_no_handle_reaches_a_locator(handle: str, start: str) -> None:
    """A post's locator says nothing of who wrote it, and a person's page has no locator."""
    posts = (
        f"{start}x.com/{handle}/status/20?s=20",
        f"{start}twitter.com/%40{handle}/status/20/photo/1",
        f"{start}twitter.com/#!/{handle}/status/20",
    )
    people = (f"x.com/{handle}", f"youtube.com/@{handle}", f"youtube.com/{handle}/videos")
    more = (
        f"twitter.com/#!/{handle}",
        f"reddit.com/user/{handle}",
        f"reddit.com/u/{handle}/",
        f"reddit.com/r/u_{handle}",
    )
    assert {outcome(post) for post in posts} == {"x:20"}
    assert {outcome(f"{start}{page}") for page in people + more} == {None}
    assert outcome(f"{start}reddit.com/user/{handle}/comments/58qzqh/") == "reddit:t3_58qzqh"


# Disguises


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # DOI
        ("10.1016/S0140-6736(20)31180-6", "doi:10.1016/s0140-6736(20)31180-6"),
        ("DOI 10.1021/bi972269+", "doi:10.1021/bi972269+"),
        ("doi:https://doi.org/10.1063/1.1700993", "doi:10.1063/1.1700993"),
        ("http://dx.doi.org/10.1126/science.169.3946.635", "doi:10.1126/science.169.3946.635"),
        ("dx.doi.org/10.3233/ISU-2010-0613", "doi:10.3233/isu-2010-0613"),
        ("https://doi.org/10.1007/s00426-019-01245-8.", "doi:10.1007/s00426-019-01245-8"),
        ("https://doi.org/10.1145/1499402.1499562},", "doi:10.1145/1499402.1499562"),
        ("https://doi.org/10.1000%2FABC%3C1%3E?nosfx=y#here", "doi:10.1000/abc<1>"),
        ("https://www.doi.org/doi:10.1000/182", "doi:10.1000/182"),
        ("10.1000.10/123);", "doi:10.1000.10/123"),
        (
            "10.1002/(SICI)1097-4679(199911)55:11<1351::AID-JCLP4>3.0.CO;2-8",
            "doi:10.1002/(sici)1097-4679(199911)55:11<1351::aid-jclp4>3.0.co;2-8",
        ),
        ("\ufeff10.1000/182\u200b\n", "doi:10.1000/182"),
        ("10.1000/ÅNGSTRÖM", "doi:10.1000/Ångstr\xd6m"),
        ("url:https://doi.org/10.1000/182", "doi:10.1000/182"),
        ("https://doi.org/b2nz", "url:https://doi.org/b2nz"),
        # PubMed, PubMed Central, Europe PMC
        ("PMID: 29798983", "pmid:29798983"),
        ("PMID\xa029798983.", "pmid:29798983"),
        ("pmid:029798983", "pmid:29798983"),
        ("https://pubmed.ncbi.nlm.nih.gov/29456894/#affiliation-1", "pmid:29456894"),
        ("http://www.ncbi.nlm.nih.gov/pubmed/12653513", "pmid:12653513"),
        ("pmid:https://europepmc.org/abstract/med/29618526", "pmid:29618526"),
        ("https://europepmc.org/article/MED/29618526", "pmid:29618526"),
        ("PMCID: PMC5938574", "pmcid:PMC5938574"),
        ("pmcid:PMCID: PMC3994616", "pmcid:PMC3994616"),
        ("pmc5815332", "pmcid:PMC5815332"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/5815332", "pmcid:PMC5815332"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC5815332/pdf/a.pdf", "pmcid:PMC5815332"),
        ("https://europepmc.org/articles/pmc5815332?pdf=render", "pmcid:PMC5815332"),
        ("https://europepmc.org/article/PMC/PMC5815332", "pmcid:PMC5815332"),
        # Trials
        ("nct00949650", "nct:NCT00949650"),
        ("NCT: NCT00949650", "nct:NCT00949650"),
        ("https://clinicaltrials.gov/study/NCT04207047?tab=results", "nct:NCT04207047"),
        (
            "http://www.clinicaltrials.gov/ct2/show/NCT00680992?term=a&amp;rank=1.",
            "nct:NCT00680992",
        ),
        ("https://classic.clinicaltrials.gov/ct2/show/results/NCT00680992", "nct:NCT00680992"),
        # Books
        ("978-1-60558-730-1", "isbn:9781605587301"),
        ("ISBN-13: 978 1 60558 730 1", "isbn:9781605587301"),
        ("isbn:1-60558-730-3", "isbn:9781605587301"),
        ("0\u2010306\u201340615\u20102", "isbn:9780306406157"),
        ("ISBN 0-8044-2957-x", "isbn:9780804429573"),
        # Reddit
        ("https://www.reddit.com/r/LPT_test/comments/6vx8n0/a_title/?sort=top", "reddit:t3_6vx8n0"),
        ("https://np.reddit.com/r/LPT_test/comments/6vx8n8/test_title/)", "reddit:t3_6vx8n8"),
        ("https://oauth.reddit.com/comments/2gmzqe/?limit=2048", "reddit:t3_2gmzqe"),
        ("https://old.reddit.com/r/a/comments/6VX01B.json", "reddit:t3_6vx01b"),
        ("/r/reddit_api_test/comments/6vx01b/test_title/dm3o32u/", "reddit:t1_dm3o32u"),
        ("reddit:/r/netsec/comments/58qzqh/pwndsh_post/", "reddit:t3_58qzqh"),
        ("https://reddit.com/r/a/comments/g9zfex/comment/fox3noa?context=3#x", "reddit:t1_fox3noa"),
        ("https://redd.it/58QZQH", "reddit:t3_58qzqh"),
        ("T1_GS5022F", "reddit:t1_gs5022f"),
        ("https://www.reddit.com/r/Nootropics/", "url:https://www.reddit.com/r/Nootropics/"),
        ("https://v.redd.it/fdzc91dlbgx21", "url:https://v.redd.it/fdzc91dlbgx21"),
        # X
        ("https://twitter.com/someone/status/20?ref_src=twsrc%5Etfw", "x:20"),
        ("https://mobile.twitter.com/someone/statuses/20", "x:20"),
        ("https://x.com/i/web/status/1212092628029698048", "x:1212092628029698048"),
        ("twitter:1212092628029698048", "x:1212092628029698048"),
        ("url:https://x.com/someone/status/20", "x:20"),
        ("https://x.com/hashtag/TBI", "url:https://x.com/hashtag/TBI"),
        # YouTube
        ("https://www.youtube.com/watch?app=desktop&v=dQw4w9WgXcQ&t=43", "youtube:dQw4w9WgXcQ"),
        ("www.youtube.com/embed/D-lhorsDlUQ", "youtube:D-lhorsDlUQ"),
        ("https://youtu.be/dQw4w9WgXcQ?si=abc", "youtube:dQw4w9WgXcQ"),
        ("https://youtu.be/dQw4w9WgXcQQ", "url:https://youtu.be/dQw4w9WgXcQQ"),
        ("https://m.youtube.com/shorts/dQw4w9WgXcQ", "youtube:dQw4w9WgXcQ"),
        ("https://youtube.com/live/dQw4w9WgXcQ/", "youtube:dQw4w9WgXcQ"),
        ("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "youtube:dQw4w9WgXcQ"),
        (
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ&lc=Ugx1&ab_channel=Someone",
            "url:https://www.youtube.com/watch?v=dQw4w9WgXcQ&lc=Ugx1",
        ),
        (
            "https://www.youtube.com/embed/videoseries?list=PL1",
            "url:https://www.youtube.com/embed/videoseries?list=PL1",
        ),
        # The rest of the web
        ("HTTPS://Example.ORG", "url:https://example.org/"),
        ("https://example.org./a/", "url:https://example.org/a/"),
        ("http://example.org:80/a", "url:http://example.org/a"),
        ("http://example.org:0443/a", "url:http://example.org:443/a"),
        ("https://example.org:/a", "url:https://example.org/a"),
        ("https://example.org/a#b", "url:https://example.org/a"),
        ("https://example.org/#!/a", "url:https://example.org/#!/a"),
        (
            "https://example.org/%7Ea%2fb%c3%A9é[1]",
            "url:https://example.org/~a%2Fb%C3%A9%C3%A9%5B1%5D",
        ),
        ("https://example.org/../a/./b/../c/.", "url:https://example.org/a/c/"),
        ("https://example.org/?q=100%&r=%%41", "url:https://example.org/?q=100%25&r=%25A"),
        ("https://example.org/?utm_source=a&b=1&fbclid=c&&d", "url:https://example.org/?b=1&&d"),
        ("https://example.org/?%75tm_source=a", "url:https://example.org/"),
        ("https://Bücher.example/", "url:https://xn--bcher-kva.example/"),
        ("https://e\uff58ample\u3002org/", "url:https://example.org/"),
        ("url: http://example.org/A", "url:http://example.org/A"),
        ("https://arxiv.org/abs/1806.05726v1", "url:https://arxiv.org/abs/1806.05726v1"),
    ],
)
def test_disguise(text: str, expected: str) -> None:
    """What people, exports and interfaces write becomes the one normal form."""
    assert normalise(text) == expected


def test_real_permalinks(shared: Path) -> None:
    """Every permalink in Reddit's own answers gives the fullname that stands beside it."""
    named: dict[str, str] = {}

    def collect(thing: dict[str, object]) -> dict[str, object]:
        if "permalink" in thing and str(thing.get("name")).startswith(("t1_", "t3_")):
            named[str(thing["permalink"])] = str(thing["name"])
        return thing

    for path in (shared / "samples" / "reddit").glob("*.json"):
        json.loads(path.read_text("utf-8"), object_hook=collect)
    expected = {link: f"reddit:{name}" for link, name in named.items()}
    assert named
    assert {link: normalise(link) for link in named} == expected


def test_a_plugin_adds_a_scheme() -> None:
    """A scheme is a name and a function; what its values look like is the plugin's affair."""

    def arxiv(value: str) -> str:
        return value.rpartition("/")[2]

    schemes = {**SCHEMES, "arxiv": arxiv}
    assert normalise("arXiv:https://arxiv.org/abs/1806.05726", schemes) == "arxiv:1806.05726"
    assert normalise("arXiv 1806.05726", schemes) == "arxiv:1806.05726"
    assert normalise("echo:echo:https://[1]", {"echo": str}) == "echo:echo:https://[1]"
    assert normalise("PMID 29798983", schemes) == "pmid:29798983"


def test_a_plugin_may_replace_a_scheme() -> None:
    """The given function decides, even where the value is already in the built-in normal form."""

    def padded(value: str) -> str:
        return value.rjust(12, "0")

    assert normalise("pmid:29798983", {"pmid": padded}) == "pmid:000029798983"


@pytest.mark.parametrize(
    ("normaliser", "message"),
    [
        ("v2-{}".format, "scheme 'odd' has no one normal form of 'a1'"),
        (int, r"'a1' is not of scheme 'odd': ValueError: invalid literal for int\(\)"),
        (str.encode, "'a1' is not of scheme 'odd': TypeError"),
        (print, "scheme 'odd': normalise returned None; return the normal form as text"),
    ],
)
def test_a_plugin_is_held_to_one_normal_form(normaliser: Any, message: str) -> None:
    """What is not left alone by its own normaliser, or is no text, never becomes a key."""
    with pytest.raises(Invalid, match=message):
        normalise("odd:a1", {"odd": normaliser})


# Refusals


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "",
            "'' names no source: expected <scheme>:<value> or an http(s) link; the schemes are doi",
        ),
        ("Unavailable", "'Unavailable' names no source"),
        ("Semax for stroke", "'Semax for stroke' names no source"),
        ("(see 10.1000/182)", "'(see 10.1000/182)' names no source"),
        (
            "issn:1234",
            "'issn:1234' has an unknown scheme: expected one of doi, isbn, nct, pmcid, pmid",
        ),
        ("mailto:someone@example.org", "has an unknown scheme"),
        ("doi:", "'' is not a DOI: expected 10.<digits>/<suffix>"),
        ("doi:10./x", "'10./x' is not a DOI"),
        ("10.1000/).", "'10.1000/).' is not a DOI"),
        ("10.1000/a b", "'10.1000/a b' is not a DOI"),
        ("https://doi.org/10.1000/a%00b", r"'10.1000/a\x00b' is not a DOI"),
        ("10.٣٣٣٣/x", "names no source"),
        ("10.1000/a\u202eb", r"'10.1000/a\u202eb' is not a DOI"),
        ("pmid:0", "'0' is not a PubMed id: expected digits, as in pmid:29798983"),
        ("pmid:https://doi.org/10.1000/182", "'https://doi.org/10.1000/182' is not a PubMed id"),
        ("pmcid:PMC", "'PMC' is not a PubMed Central id: expected PMC and digits"),
        ("NCT 123", "'123' is not a ClinicalTrials.gov id: expected NCT and 8 digits"),
        ("978-1-60558-730-2", "'978-1-60558-730-2' is not an ISBN: expected 1 as its last digit"),
        ("isbn:12345", "'12345' is not an ISBN: expected 10 or 13 digits"),
        (
            "reddit:58qzqh",
            "'58qzqh' is not a Reddit post or comment: expected its link or fullname",
        ),
        ("x:@someone", "'@someone' is not a post on X: expected its link or number"),
        ("youtube:abc", "'abc' is not a YouTube video: expected its link or 11-character id"),
        ("https://x.com/someone", "'https://x.com/someone' names a person"),
        ("https://x.com/i/user/12", "'https://x.com/i/user/12' names a person"),
        ("url:https://redd.it/u/someone", "'https://redd.it/u/someone' names a person"),
        (
            "https://www.youtube.com/channel/UC1",
            "'https://www.youtube.com/channel/UC1' names a person",
        ),
        ("http:example.org", "'http:example.org' is not a URL: expected http(s)://host/path"),
        ("https://example.org/a b", "'https://example.org/a b' is not a URL"),
        ("https://example.org/a\tb", r"'https://example.org/a\tb' is not a URL"),
        ("http\u017f://example.org/", "names no source"),
        ("https://", "'' is not a URL's host, or a user stands before it: expected a domain name"),
        ("https://[::1]/", "'[::1]' is not a URL's host"),
        ("https://a..b/", "'a..b' is not a URL's host"),
        ("https://example.org:65536/", "'example.org:65536' is not a URL's host"),
        ("https://" + "ä" * 64 + "/", "is not a URL's host"),
        ("https://a℀b/", "'a℀b' is not a URL's host"),
        ("https://doi.org/10.1000/%FF", "'10.1000/\ufffd' is not a DOI"),
        ("doi:10.1000/" + "a" * 1990, "at most 2000 characters"),
        ("https://example.org/" + "a" * 1990, "at most 2000 characters"),
        ("https://example.org/" + "a" * 3990, "is too long: expected at most 4000 characters"),
    ],
)
def test_refusal(text: str, message: str) -> None:
    """The message shows the text, says what is wrong with it and what is expected."""
    with pytest.raises(Invalid, match=re.escape(message)):
        normalise(text)


def test_a_password_is_not_repeated() -> None:
    """A URL with a user is refused without showing the user's password to whoever reads logs."""
    with pytest.raises(Invalid, match=r"'example\.org' is not a URL's host, or a user") as refusal:
        normalise("https://someone:secret@example.org/")
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("text", ["doi:" + "x" * 3000, "doi:x" + "\0" * 3000 + "x"])
def test_a_message_shows_80_characters(text: str) -> None:
    """However long a text is and however it must be quoted, a message shows 80 characters of it."""
    with pytest.raises(Invalid) as refusal:
        normalise(text)
    expected = 80
    assert len(str(refusal.value).partition(" is not")[0]) == expected


@pytest.mark.parametrize("value", ["", "a b", "a\ud800", "a" * 2000])
def test_a_plugin_cannot_return_what_is_no_key(value: str) -> None:
    """A plugin's result is held to the form of every key."""
    with pytest.raises(Invalid, match="is no key: expected a value without blanks"):
        normalise("mine:1", {"mine": lambda _: value})


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://www.reddit.com/user/NAME/comments/58qzqh/a/", "reddit.com/comments/58qzqh/"),
        ("https://old.reddit.com/u/NAME/comments/58qzqh", "reddit.com/comments/58qzqh/"),
        ("https://reddit.com/r/u_NAME/comments/1a/b/2c/?x=1", "reddit.com/comments/1a/_/2c/"),
        ("https://youtube.com/watch?v=dQw4w9WgXcQ&ab_channel=NAME", "watch?v=dQw4w9WgXcQ"),
        ("https://twitter.com/NAME/status/12", "https://x.com/i/status/12"),
        ("https://www.reddit.com/r/TBI/comments/58qzqh/a/", "/r/TBI/comments/58qzqh/a/"),
        ("https://youtu.be/dQw4w9WgXcQ?t=3", "https://youtu.be/dQw4w9WgXcQ?t=3"),
    ],
)
def test_public_link(url: str, link: str) -> None:
    """A link goes without the handle, still leads to the same source, and is else as it was."""
    public = public_link(url)
    assert public.endswith(link)
    assert "NAME" not in public
    assert normalise(public) == normalise(url)
    assert public_link(public) == public
