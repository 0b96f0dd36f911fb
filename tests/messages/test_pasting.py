"""Pastes: every source that a text names is found and normalised, and nothing else is."""

from __future__ import annotations

import re
from string import ascii_letters
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evledger.exceptions import Invalid
from evledger.locators import SCHEMES, normalise
from evledger.messages.grammar import LONGEST
from evledger.messages.pasting import Paste, read_paste
from evledger.testing.strategies import locators

POST: Final = 100_000_000_000_000  # the least number of a post that is taken for one

# A word that is a scheme's would make the number after it an identifier.
scheme = re.compile("doi|isbn|nct|pmc|pmid|pubmed", re.IGNORECASE)
prose = st.lists(
    st.text(ascii_letters + "äßéñ-'", min_size=1, max_size=9).filter(
        lambda word: not scheme.search(word)
    )
    | st.integers(0, 10**12).map(str)
    | st.sampled_from(["(n = 30)", "p<0.05", "10.5%", "5/10", "2:1", "+49 170 1234567", "…", "&"]),
    max_size=8,
).map(" ".join)
known = locators().filter(lambda each: not each.startswith("x:")) | st.integers(POST, 2**62).map(
    "x:{}".format
)
isbns = st.sampled_from(["isbn:9781605587301", "isbn:9780306406157", "isbn:9783161484100"])
wrapped = st.sampled_from(
    ["{}", "({})", "<{}>", '"{}"', "\u201c{}\u201d", "[{}]", "{}.", "{},", "{};"]
)


def found(text: str) -> tuple[str, ...]:
    """Return the locators that are read in a text."""
    return read_paste(text, normalise).locators


def arxiv(value: str) -> str:
    """Normalise as a plugin would."""
    return value.strip().lower()


# Properties


@given(prose, st.lists(known | isbns, max_size=5, unique=True), prose, wrapped)
def test_locators_are_found_in_prose(
    before: str, named: list[str], after: str, wrapper: str
) -> None:
    """What stands between blanks or brackets is found, in normal form, each once."""
    text = " ".join([before, *(wrapper.format(each) for each in [*named, *named]), after])
    assert set(found(text)) == set(named)
    assert len(found(text)) == len(named)


@given(prose)
@example("x: 5, y: 7, scale x:10")
@example("T1_weighted images, t3_level")
@example("YouTube: experiences of users")
@example("call 555-123-4567 or 978-1-60558-730-1")
@example("29798983")
@example("http://http://http")
def test_nothing_is_found_where_nothing_is_named(text: str) -> None:
    """Prose, bare numbers and phone numbers name no source."""
    assert found(text) == ()


@given(st.text(st.characters(codec=None)))
def test_any_text_is_read(text: str) -> None:
    """Any text at all is kept as it is, and what is found in it is in normal form."""
    paste = read_paste(text, normalise)
    assert paste.text == text
    assert all(normalise(each) == each for each in paste.locators)
    assert paste.identifiers + paste.mentions == tuple(dict.fromkeys(paste.locators))


@given(st.lists(known | isbns, max_size=6, unique=True))
def test_best_first(named: list[str]) -> None:
    """Papers come before trials, books and posts, addresses last; of one scheme, as they stand."""
    order = [("doi",), ("pmid",), ("nct",), ("isbn",), ("reddit", "x", "youtube"), ("url",)]
    expected = [each for schemes in order for each in named if each.partition(":")[0] in schemes]
    paste = read_paste(" ".join(named), normalise)
    assert paste.locators == tuple(expected)
    assert paste.best == (expected[0] if expected else None)


@given(st.lists(known | isbns, min_size=1, max_size=6, unique=True))
def test_identifiers_can_belong_to_one_source(named: list[str]) -> None:
    """No two identifiers of one source are of one scheme, and only a paper's stand together."""
    paste = read_paste(" ".join(named), normalise)
    schemes = [each.partition(":")[0] for each in paste.identifiers]
    assert len(set(schemes)) == len(schemes)
    assert paste.identifiers[0] == paste.best
    assert len(schemes) == 1 or set(schemes) <= {"doi", "pmid", "pmcid"}


@given(st.lists(st.text(ascii_letters, min_size=1), min_size=3, max_size=9).map(" ".join))
def test_quotes_are_verbatim(passage: str) -> None:
    """A passage between marks of any sort is given as it stands, once."""
    for marks in ("\u201c\u201d", '""', "\xab\xbb", "\u201e\u201c", "\u201e\u201d", "\u300c\u300d"):
        text = f"They said {marks[0]}{passage}{marks[1]}, and {marks[0]}{passage}{marks[1]}."
        assert read_paste(text, normalise).quotes == (passage,)


# Pastes from life

LIFE: Final[list[tuple[str, list[str]]]] = [
    ("10.1016/S0140-6736(20)31180-6", ["doi:10.1016/s0140-6736(20)31180-6"]),
    ("see 10.1038/nphys1170.", ["doi:10.1038/nphys1170"]),
    ("(doi:10.1038/nphys1170)", ["doi:10.1038/nphys1170"]),
    ("DOI: 10.1038/nphys1170; Epub 2018", ["doi:10.1038/nphys1170"]),
    ("doi\xa010.1038/nphys1170", ["doi:10.1038/nphys1170"]),
    ("https://doi.org/10.1038/nphys1170?utm_source=x", ["doi:10.1038/nphys1170"]),
    ("<https://dx.doi.org/10.1038/NPHYS1170>", ["doi:10.1038/nphys1170"]),
    ("doi.org/10.1038/nphys1170", ["doi:10.1038/nphys1170"]),
    ("[the paper](https://doi.org/10.1038/nphys1170)", ["doi:10.1038/nphys1170"]),
    ("[10.1038/nphys1170](https://doi.org/10.1038/nphys1170)", ["doi:10.1038/nphys1170"]),
    ('<a href="https://doi.org/10.1000/x">10.1000/x</a>', ["doi:10.1000/x"]),
    ("10.1038/nphys1170<br>2009", ["doi:10.1038/nphys1170"]),
    ("\uff08DOI\uff1a10.1038/nphys1170\uff09\u3002", ["doi:10.1038/nphys1170"]),
    ("\u201c10.1038/nphys1170\u201d", ["doi:10.1038/nphys1170"]),
    ("**10.1038/nphys1170**", ["doi:10.1038/nphys1170"]),
    ("|10.1000/x|2018|https://a.org/x|", ["doi:10.1000/x", "url:https://a.org/x"]),
    ("10.1000/x\u2014which says", ["doi:10.1000/x"]),
    ("10.1000/b,10.1000/a", ["doi:10.1000/b", "doi:10.1000/a"]),
    ("10.1000/a;PMID:7", ["doi:10.1000/a", "pmid:7"]),
    ("10.1000/a 10.1000/A", ["doi:10.1000/a"]),
    (
        "10.1002/(SICI)1096-8644(199610)101:2<213::AID-AJPA5>3.0.CO;2-#",
        ["doi:10.1002/(sici)1096-8644(199610)101:2<213::aid-ajpa5>3.0.co;2-#"],
    ),
    ("10.1641/0006(2003)053[0173:T]2.0.CO;2", ["doi:10.1641/0006(2003)053[0173:t]2.0.co;2"]),
    ("scored 10.5/12 and 9.5/12", []),
    ("release 3.10.1000/2", []),
    ("https://doi.org/10.1016/j.neu\u2026", []),
    ("10.1016/j.neu...", []),
    ("PMID: 29798983", ["pmid:29798983"]),
    ("pmid 29798983, 2018", ["pmid:29798983"]),
    ("PMID29798983", ["pmid:29798983"]),
    ("PMID:\xa029798983.", ["pmid:29798983"]),
    ("PubMed ID 29798983", ["pmid:29798983"]),
    ("[PMID: 29798983] [PMID: 7]", ["pmid:29798983", "pmid:7"]),
    ("PMID 29,798,983", []),
    ("https://pubmed.ncbi.nlm.nih.gov/29798983/", ["pmid:29798983"]),
    ("www.ncbi.nlm.nih.gov/pubmed/29798983", ["pmid:29798983"]),
    ("PMCID: PMC5815332", ["pmcid:PMC5815332"]),
    ("(pmc5815332)", ["pmcid:PMC5815332"]),
    ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC5815332/", ["pmcid:PMC5815332"]),
    (
        "J Neurol. 2018;4:1. doi: 10.1000/x. PMID: 29798983; PMCID: PMC5815332.",
        ["doi:10.1000/x", "pmid:29798983", "pmcid:PMC5815332"],
    ),
    ("PMID 7 is doi:10.1000/x", ["doi:10.1000/x", "pmid:7"]),
    ("NCT00680992", ["nct:NCT00680992"]),
    ("ClinicalTrials.gov: NCT 00680992)", ["nct:NCT00680992"]),
    ("https://clinicaltrials.gov/study/NCT00680992?term=semax", ["nct:NCT00680992"]),
    ("NCT0068099", []),
    ("ISBN 978-1-60558-730-1", ["isbn:9781605587301"]),
    ("ISBN-13: 978 1 60558 730 1, p. 7", ["isbn:9781605587301"]),
    ("ISBN-10: 0-306-40615-2 2018", ["isbn:9780306406157"]),
    ("ISBN 978-1-60558-730-2", []),
    ("9781605587301", []),
    ("I\u017fBN 978-1-60558-730-1", []),
    ("arXiv: 1806.05726", []),
    ("https://www.reddit.com/r/TBI/comments/58qzqh/semax_for_tbi/", ["reddit:t3_58qzqh"]),
    (
        "https://old.reddit.com/r/TBI/comments/58qzqh/semax/dm3o32u/?context=3",
        ["reddit:t1_dm3o32u"],
    ),
    ("/r/TBI/comments/58qzqh/semax_for_tbi/", ["reddit:t3_58qzqh"]),
    ("reddit.com/r/TBI/comments/58qzqh", ["reddit:t3_58qzqh"]),
    ("https://www.reddit.com/user/somebody", []),
    ("u/somebody on /r/Nootropics", []),
    ("https://x.com/somebody/status/1212092628029698048?s=20", ["x:1212092628029698048"]),
    ("https://twitter.com/somebody", []),
    ("x:1212092628029698048", ["x:1212092628029698048"]),
    ("https://youtu.be/dQw4w9WgXcQ?t=10", ["youtube:dQw4w9WgXcQ"]),
    ("(https://www.youtube.com/watch?v=dQw4w9WgXcQ&ab_channel=A)", ["youtube:dQw4w9WgXcQ"]),
    ("https://www.youtube.com/@somebody", []),
    ("https://example.org/a_(b)", ["url:https://example.org/a_(b)"]),
    ("(see https://example.org/a_(b)).", ["url:https://example.org/a_(b)"]),
    ("HTTPS://Example.org/A#top!", ["url:https://example.org/A"]),
    ("https://a.org/x,https://b.org/y", ["url:https://a.org/x", "url:https://b.org/y"]),
    ("url:https://example.org/a", ["url:https://example.org/a"]),
    ("example.org/a and somebody@example.org", []),
    ("ftp://example.org/a http://localhost/a", []),
    (
        "https://web.archive.org/web/2018/http://example.org/",
        ["url:https://web.archive.org/web/2018/http://example.org/"],
    ),
    ("https://example.org/a 10.1000/x", ["doi:10.1000/x", "url:https://example.org/a"]),
]


@pytest.mark.parametrize(("text", "expected"), LIFE)
def test_pastes_from_life(text: str, expected: list[str]) -> None:
    """People paste citations, links and identifiers in many disguises."""
    assert found(text) == tuple(expected)


def test_schemes_of_plugins() -> None:
    """What a ledger's own rules know is found as well, by its name and a colon."""

    def own(text: str) -> str:
        return normalise(text, {**SCHEMES, "arxiv": arxiv})

    paste = read_paste("arXiv: 1806.05726 and https://youtu.be/dQw4w9WgXcQ", own)
    assert paste.locators == ("arxiv:1806.05726", "youtube:dQw4w9WgXcQ")


def test_rules_alone_decide() -> None:
    """A candidate that the rules refuse is left out, whatever it looks like."""

    def refuse(text: str) -> str:
        raise Invalid(text)

    assert read_paste("PMID: 29798983, 10.1000/x", refuse) == Paste("PMID: 29798983, 10.1000/x")


@pytest.mark.parametrize(
    ("text", "identifiers", "mentions"),
    [
        ("", [], []),
        ("10.1/x https://a.org/x", ["url:https://a.org/x"], []),
        (
            "PMID 7, PMCID: PMC8, 10.1000/x, NCT00680992",
            ["doi:10.1000/x", "pmid:7", "pmcid:PMC8"],
            ["nct:NCT00680992"],
        ),
        ("10.1000/x 10.1000/y PMID 7", ["doi:10.1000/x"], ["doi:10.1000/y", "pmid:7"]),
        ("10.1000/x PMID 7 PMID 8", ["doi:10.1000/x"], ["pmid:7", "pmid:8"]),
        ("PMID 7 in ISBN 9781605587301", ["pmid:7"], ["isbn:9781605587301"]),
        (
            "https://youtu.be/dQw4w9WgXcQ https://redd.it/58qzqh",
            ["youtube:dQw4w9WgXcQ"],
            ["reddit:t3_58qzqh"],
        ),
    ],
)
def test_one_source_and_others(text: str, identifiers: list[str], mentions: list[str]) -> None:
    """A paper's numbers belong together unless there are several papers; the rest is mentioned."""
    paste = read_paste(text, normalise)
    assert paste.identifiers == tuple(identifiers)
    assert paste.mentions == tuple(mentions)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("they saw \u201cno change in memory\u201d.", ["no change in memory"]),
        ('"a b c" then "d e f"', ["a b c", "d e f"]),
        ('a "short one" and 5" of rain, 6" of snow fell', []),
        ("\xab\xa0il n'y avait rien\xa0\xbb", ["il n'y avait rien"]),
        ("\u201eEs half mir sehr\u201c, schrieb sie", ["Es half mir sehr"]),
        (
            "\u300c\u3053\u308c\u306f\u672c\u306e\u5f15\u7528\u3067\u3059\u300d",
            ["これは本の引用です"],
        ),
        ("> It helped me\n>> a lot.\nNo.", ["It helped me\na lot."]),
        ("before\n> one two three\n\n> four five six", ["one two three", "four five six"]),
        (">= 3 patients of 30", []),
        ('"two\nlines of it"', ["two\nlines of it"]),
        ('"never closed here\n\nanother paragraph of it"', []),
        ("\u201cone two three, four five six", []),
        ("\u201cnever closed here\n\nanother paragraph of it\u201d", []),
        ('"not closed by this"one', []),
    ],
)
def test_quotes(text: str, expected: list[str]) -> None:
    """Passages of three words or more between marks, and lines that begin with `>`, in order."""
    assert read_paste(text, normalise).quotes == tuple(expected)


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "(",
            "10.10.10.",
            "http://http://",
            "10.1000/",
            "10.1000/x) ",
            "http://a.b/" + ")" * 3000,
        ),
        *("a:", "a: ", "a.", "a/", "doi:", "ISBN 978-", "PMID ", "/r/a/comments/", "[a]("),
        *('"a ', "\u201c", "\u201ca ", "\xab\u201c", "\n>", "> ", "\u300ca", '" \n', "\ud800"),
    ],
)
def test_hostile_sizes_are_read_through(piece: str) -> None:
    """Ten times the longest message, of anything, comes to an end."""
    text = piece * (10 * LONGEST // len(piece))
    assert len(found(text)) <= 1
