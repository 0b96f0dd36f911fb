"""Finding sources by words of their titles, authors, venues and captured texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evledger
from evledger import Invalid, Ledger, Plugins

PLUGINS: Final = Plugins.builtin()


def empty() -> Ledger:
    """Return a ledger of nothing."""
    store = evledger.open("memory:", plugins=PLUGINS)
    return store.create("semax", title="Semax", by="me")


def holding(title: str, text: str | bytes | None = None, media_type: str = "text/plain") -> Ledger:
    """Return a ledger with one source that has these words, and one that has none."""
    ledger = empty()
    with ledger.batch(by="me") as batch:
        data = text.encode() if isinstance(text, str) else text
        capture = None if data is None else batch.attach(data, media_type)
        batch.add_source(kind="review", title=title, capture=capture)
        batch.add_source(kind="review", title="-")
    return ledger


def found(ledger: Ledger, text: str) -> list[tuple[str, str]]:
    """Return the ids and excerpts of what is found."""
    return [(hit.source.id, hit.excerpt) for hit in ledger.find(text)]


WORDS = st.text("abcäß", min_size=1, max_size=5)


@given(st.lists(WORDS, min_size=1, max_size=8), st.data())
def test_words_of_a_text(words: list[str], data: st.DataObject) -> None:
    """Any words of title and text are found, in any order and case; no others are."""
    cut = data.draw(st.integers(0, len(words)))
    ledger = holding(" ".join(words[:cut]) or "x", " ".join(words[cut:]) or "x")
    asked = data.draw(st.lists(st.sampled_from(words), min_size=1))
    assert [id for id, _ in found(ledger, " ".join(asked).upper())] == ["s1"]
    assert found(ledger, " ".join([*asked, "zzz"])) == []


def test_excerpt() -> None:
    """An excerpt shows what stands around the first word, of the text rather than the title."""
    ledger = holding("BDNF", f"{'before ' * 40}\n BDNF rose. {'after ' * 40}")
    ((_, excerpt),) = found(ledger, "bdnf")
    assert excerpt.startswith("…")
    assert excerpt.endswith("…")
    assert "before BDNF rose. after" in excerpt
    assert len(excerpt) < 200


@pytest.mark.parametrize(
    ("text", "media_type"), [(b"%PDF bdnf", "application/pdf"), (b"\xff\xfe", "text/plain")]
)
def test_what_is_no_text(text: bytes, media_type: str) -> None:
    """What is no text is not read as one, and bytes that are no UTF-8 do no harm."""
    assert found(holding("A title", text, media_type), "bdnf") == []


def test_what_was_erased_is_not_found() -> None:
    """Words that were erased cannot be found."""
    ledger = empty()
    with ledger.batch(by="me") as batch:
        words = batch.attach(b"private words", "text/plain")
        batch.add_source(kind="post", title="Me", platform="reddit", capture=words)
    assert found(ledger, "private") == [("s1", "private words")]
    ledger.erase(1, "title", "capture", reason="asked", by="me")
    assert found(ledger, "private") == []


def test_every_word_is_needed() -> None:
    """A source is found that holds all words asked for, each in any form; one is not enough."""
    ledger = holding("Memory in rats", "Treatments were given.")
    for asked in ("rat treatment", "MEMORIES given", '"in rats"', "treat*", "memroy of rats"):
        assert [id for id, _ in found(ledger, asked)] == ["s1"], asked
    for asked in ("memory xenon", '"rats in"', "memory attention rats"):
        assert found(ledger, asked) == [], asked


def test_who_and_where() -> None:
    """A paper is found by its authors and venue, a post by neither's name."""
    ledger = empty()
    with ledger.batch(by="me") as batch:
        batch.add_source(kind="review", title="One", authors=("Ada Lovelace",), venue="Nature")
        batch.add_source(kind="post", title="Two", authors=("tealbottle",), platform="reddit")
    assert [id for id, _ in found(ledger, "lovelace nature")] == ["s1"]
    assert found(ledger, "tealbottle") == []


def test_identifiers() -> None:
    """A source is found by what the world calls it, in whatever form; the excerpt is its title."""
    ledger = empty()
    with ledger.batch(by="me") as batch:
        batch.add_source(kind="review", title="One", locators=("pmid:1", "doi:10.1000/x"))
        batch.add_source(kind="review", title="Two", locators=("pmid:2",))
    for asked in ("pmid:1", "PMID 1", "https://doi.org/10.1000/X", "s1"):
        assert found(ledger, asked) == [("s1", "One")], asked


@pytest.mark.parametrize("text", ["y" * 100_000, "a" + "\u0301\u0323" * 100_000, "bdnf " * 50_000])
def test_hostile_captures(text: str) -> None:
    """A text that was captured can be as long and as odd as it likes: this test comes to an end."""
    ledger = holding("BDNF", text)
    ((id, excerpt),) = found(ledger, "bdnf")
    assert id == "s1"
    assert len(excerpt) < 200


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.text(st.characters()))
def test_any_text(text: str, asked: str) -> None:
    """Whatever was captured and is looked for: sources are found or none, or there is no word."""
    ledger = holding("A title", text)
    try:
        assert {id for id, _ in found(ledger, asked)} <= {"s1", "s2"}
    except Invalid as error:
        assert "no word" in str(error)  # noqa: PT017  # it need not be raised


def test_no_words() -> None:
    """To look for nothing is a mistake."""
    with pytest.raises(Invalid, match="no word"):
        list(holding("A").find(" "))


def test_the_verb(run: Callable[..., Any], tmp_path: Path) -> None:
    """`evledger find` lists what is found with what stands around it; so does its JSON."""
    db = str(tmp_path / "e.db")
    with (
        evledger.open(db) as store,
        store.create("semax", title="S", by="me").batch(by="me") as batch,
    ):
        abstract = batch.attach(b"Thirty patients were treated.", "text/plain")
        batch.add_source(kind="trial", title="A trial", locators=("pmid:1",), capture=abstract)
    found = run("find", "semax", "treated", "TRIAL", "--db", db)
    assert found.out.splitlines() == [
        "s1  A trial",
        "    Thirty patients were treated.",
        "1 source found",
    ]
    (hit,) = run("find", "semax", "treated", "--db", db, "--json").document
    assert hit == {
        "id": "s1",
        "title": "A trial",
        "locators": ["pmid:1"],
        "excerpt": "Thirty patients were treated.",
    }
    assert run("find", "semax", "rats", "--db", db).out == "0 sources found\n"
