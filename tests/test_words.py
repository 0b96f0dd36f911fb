"""Words: what of a text is compared, and that SQLite's engine divides texts as we do."""

from __future__ import annotations

import sqlite3
import threading
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evledger.words import same_words, spaced, stem, words

TEXTS = st.text(st.characters()) | st.text(
    "a's\u2019\uff07ßς\u03c3\u03a3β\u03b1\u0301\u0345٣5- _\x00\ud800\u0130Ieéß中が각๓🧪"
)
"""Any text, surrogates and NUL among it, and texts of what is hard to fold."""


@pytest.fixture(scope="module")
def engine() -> Iterator[sqlite3.Connection]:
    """Yield an empty full-text table that divides texts as the index's does."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5(text, content='', tokenize='ascii')")
    connection.execute("CREATE VIRTUAL TABLE terms USING fts5vocab(texts, 'instance')")
    yield connection
    connection.close()


@given(TEXTS)
def test_the_engine_divides_likewise(engine: sqlite3.Connection, text: str) -> None:
    """What the engine finds in a spaced text are exactly its words, in their order."""
    engine.execute("INSERT INTO texts(texts) VALUES ('delete-all')")
    engine.execute("INSERT INTO texts(rowid, text) VALUES (1, ?)", (spaced(text),))
    terms = engine.execute("SELECT term FROM terms ORDER BY offset")
    assert [term for (term,) in terms] == words(text)


@given(TEXTS)
def test_folding_is_final(text: str) -> None:
    """The words of a text's words are the same words."""
    found = words(text)
    assert words(" ".join(found)) == found
    assert [words(word) for word in found] == [[word] for word in found]


@given(TEXTS, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_variants_are_one(text: str, form: str) -> None:
    """Compatible forms of a text have the same words."""
    assert words(unicodedata.normalize(form, text)) == words(text)  # type: ignore[arg-type]  # one of the four


@given(TEXTS.map(lambda text: text.replace("\u0131", "i")))
def test_case_is_nothing(text: str) -> None:
    """Capitals do not count; but for the i without a dot, whose capital is another letter's."""
    for other in (text.upper(), text.lower(), text.casefold(), text.swapcase()):
        assert words(other) == words(text)


@given(st.text("abcdefgiouy ", min_size=1), st.data())
def test_accents_are_nothing(text: str, data: st.DataObject) -> None:
    """A text with accents has the words of the text without them."""
    place = data.draw(st.integers(1, len(text)))
    accented = f"{text[:place]}\u0301{text[place:]}"
    assert words(accented) == words(unicodedata.normalize("NFC", accented)) == words(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Crohn's disease", "CROHN\u2019S DISEASE"),
        ("TGF-β1", "tgf beta1"),
        ("µg", "μg"),
        ("ﬁbrosis", "fibrosis"),
        ("Ａβ４２", "aβ42"),
        ("naïve", "NAIVE"),
        ("Straße", "STRASSE"),
        ("Σίσυφος", "ΣΙΣΥΦΟΣ"),
        ("x²", "x2"),
    ],
)
def test_what_is_the_same(one: str, other: str) -> None:
    """Ways of writing the same thing."""
    assert words(one) == words(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("'s '\u2019s _ \x00 \ud800 🧪", []),
        ("神経保護 in rats", ["神", "経", "保", "護", "in", "rats"]),
        ("5-HT2A", ["5", "ht2a"]),
        ("snake_case", ["snake", "case"]),
        ("a\x00b", ["a", "b"]),
    ],
)
def test_division(text: str, expected: list[str]) -> None:
    """Where one word ends and the next begins."""
    assert words(text) == expected


@pytest.mark.parametrize("text", ["a" + "\u0301\u0323" * 100_000, "\u0323\u0301" * 100_000])
def test_a_heap_of_marks(text: str) -> None:
    """A text of nothing but accents is read, however many: their order is not sorted out."""
    assert len(words(text)) < 2


# -- stems -------------------------------------------------------------------------------

FORMS = (
    "protect protects protected protecting protection",
    "memory memories",
    "treat treats treated treating",
    "улучшает улучшать",
)


@pytest.mark.parametrize("forms", [line.split() for line in FORMS])
def test_forms_of_a_word(forms: list[str]) -> None:
    """The forms of a word have one stem."""
    assert len(set(map(stem, forms))) == 1


@given(TEXTS)
def test_any_word_has_a_stem(text: str) -> None:
    """No word is left without a stem."""
    assert all(map(stem, words(text)))


@pytest.mark.parametrize("letters", ["y", "ing", "вши", "\u03bf\u03c5\u03c3"])
def test_the_stem_of_no_word(letters: str) -> None:
    """What is longer than any word is not taken apart, which would take minutes."""
    assert stem(letters * 100_000) == letters * 100_000


def test_stems_in_threads() -> None:
    """Threads do not mix up each other's words."""
    endings = ("ing", "ed", "ation", "fulness", "ization", "ally")
    each = [f"b{number:x}al{ending}" for number in range(0xAA0, 0xAF0) for ending in endings]
    stem.cache_clear()
    expected = [stem(word) for word in each]
    for _ in range(10):
        stem.cache_clear()
        start = threading.Barrier(4)

        def all_of_them(start: threading.Barrier = start) -> list[str]:
            start.wait()
            return [stem(word) for word in each]

        with ThreadPoolExecutor(4) as pool:
            found = [future.result() for future in [pool.submit(all_of_them) for _ in range(4)]]
        assert found == [expected] * 4


@given(TEXTS)
def test_same_words_are_mutual(text: str) -> None:
    """A word is the first of those it is the same as, and in some form the same as each."""
    for word in [*words(text), "mice", "children", "patients"]:
        assert same_words(word)[0] == word
        for other in same_words(word):
            assert stem(word) in set(map(stem, same_words(other)))
