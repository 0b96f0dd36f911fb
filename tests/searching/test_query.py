"""A question is taken apart: terms, phrases, identifiers, and names of entries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evledger.locators import normalise
from evledger.searching import Query, parse
from evledger.testing import locators
from evledger.words import words

PIECES = st.sampled_from(
    [*'"“”«»*:^-()[]{}@#?%', "http://", "doi:", "doi: ", "10.1000/", "pmid ", "nct ", "pmc", "isbn"]  # noqa: RUF005  # shorter so
    + [
        "x:",
        "url:",
        "reddit:",
        "::1",
        "99999",
        "\ud800",
        "\x00",
        "\u0661",
        "²",
        "00000001",
        "\n",
        "c4",
    ]
    + ["claim:", "memory ", " AND ", "NEAR(", "youtu.be/", "x.com/a/status/"]
)
QUESTIONS = st.text(st.characters()) | st.lists(PIECES | st.text(max_size=3)).map("".join)


def asked(question: str) -> Query:
    """Take a question apart."""
    return parse(question, normalise)


@given(QUESTIONS)
def test_any_text_is_a_question(question: str) -> None:
    """Nothing that is asked is an error; each term is asked for once, in folded words."""
    query = asked(question)
    assert all(term.words and term.shown for term in query.terms)
    assert all(words(word) == [word] for term in query.terms for word in term.words)
    assert len({term.words for term in query.terms}) == len(query.terms) <= 40


@given(QUESTIONS)
def test_no_word_is_lost(question: str) -> None:
    """Where a text has any word, something of it is looked for."""
    query = asked(question)
    assert bool(query.terms or query.locators or query.names) >= bool(words(question))


@given(
    locators().filter(lambda each: not each.startswith("x:") or len(each) > 16),  # `x:` is a word
    st.sampled_from(["{}", "What does {} say?", "({})", "see {}, please", "{}?"]),
)
def test_locators(locator: str, sentence: str) -> None:
    """A locator in its normal form is found in any sentence, and is no word of it any more."""
    query = asked(sentence.format(locator))
    assert query.locators == (locator,)
    assert not {word for term in query.terms for word in term.words} & set(words(locator)[1:])


@pytest.mark.parametrize(
    ("typed", "locator"),
    [
        ("10.1016/J.X", "doi:10.1016/j.x"),
        ("doi: 10.1016/j.x", "doi:10.1016/j.x"),
        ("DOI 10.1016/j.x", "doi:10.1016/j.x"),
        ("doi.org/10.1016/j.x", "doi:10.1016/j.x"),
        ("https://doi.org/10.1016/j.x", "doi:10.1016/j.x"),
        ("http://dx.doi.org/10.1016/j.x.", "doi:10.1016/j.x"),
        ("“10.1016/j.x”", "doi:10.1016/j.x"),
        ('"10.1016/j.x"', "doi:10.1016/j.x"),
        ("10.1016/S0006-8993(06)00001-2", "doi:10.1016/s0006-8993(06)00001-2"),
        ("PMID 29798983", "pmid:29798983"),
        ("PMID: 29798983", "pmid:29798983"),
        ("pmid29798983", "pmid:29798983"),
        ("PubMed ID 29798983", "pmid:29798983"),
        ("https://pubmed.ncbi.nlm.nih.gov/29798983/", "pmid:29798983"),
        ("NCT00680992", "nct:NCT00680992"),
        ("nct 00680992", "nct:NCT00680992"),
        ("PMC5815332", "pmcid:PMC5815332"),
        ("PMCID: PMC5815332", "pmcid:PMC5815332"),
        ("ISBN: 0-306-40615-2", "isbn:9780306406157"),
        ("https://youtu.be/dQw4w9WgXcQ", "youtube:dQw4w9WgXcQ"),
        ("https://x.com/a/status/12", "x:12"),
        ("See https://example.org/a?b=1.", "url:https://example.org/a?b=1"),
    ],
)
def test_identifiers_as_people_type_them(typed: str, locator: str) -> None:
    """An identifier is known in any form that people give it."""
    assert [name.rstrip(".") for name in asked(typed).locators] == [locator]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("c4", "c4"),
        ("C4?", "c4"),
        ("what of claim:c4", "claim:c4"),
        ("source:s5", "source:s5"),
        ("question q7", "q7"),
        ("(gap:g1)", "gap:g1"),
    ],
)
def test_names_of_entries(typed: str, name: str) -> None:
    """What may be an entry's name is taken for one, and for a word as well."""
    query = asked(typed)
    assert name in query.names
    assert (name.partition(":")[2] or name,) in [term.words for term in query.terms]


@pytest.mark.parametrize("quoted", ['"{}"', "“{}”", "„{}“", "«{}»"])
@given(phrase=st.lists(st.text("abcdeé", min_size=1, max_size=6), min_size=1, max_size=5))
def test_phrases(quoted: str, phrase: list[str]) -> None:
    """What stands in quotation marks is one required term, words that say nothing included."""
    (term,) = asked(quoted.format(" ".join(phrase))).terms
    assert term.required
    assert list(term.words) == words(" ".join(phrase))


def test_words_that_say_nothing() -> None:
    """They are left out, unless there is nothing else."""
    assert [term.words for term in asked("What is known of memory?").terms] == [("memory",)]
    assert [term.words for term in asked("Was it?").terms] == [("was",), ("it",)]


def test_the_beginning_of_a_word() -> None:
    """A star after a word asks for all that begin so; a star alone asks for nothing."""
    (term,) = asked("neuro* *").terms
    assert (term.words, term.begins) == (("neuro",), True)


MUCH = 30_000
HOSTILE = {
    "quotes": '"' * MUCH,
    "open quotes": '"a ' * MUCH,
    "long quotes": ('"' + "a" * 401) * (MUCH // 400),
    "schemes": "doi: " * MUCH,
    "links": "https://" * MUCH,
    "half a DOI": "10.1234/" * MUCH,
    "numbers": "pmid 1x " * MUCH,
    "names": "claim:" * MUCH,
    "entries": "c1 " * MUCH,
    "possessives": "'s" * MUCH,
    "one word": "y" * MUCH,
    "blanks": " " * MUCH,
    "ideographs": "中" * MUCH,
    "ligatures": "\ufdfa" * (MUCH // 10),
    "accents": "a" + "\u0301\u0323" * MUCH,
}


@pytest.mark.parametrize("question", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_questions(question: str) -> None:
    """However long a question is, it is taken apart in one pass: this test comes to an end."""
    assert len(asked(question).terms) <= 40
