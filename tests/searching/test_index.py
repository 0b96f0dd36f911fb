"""The index: what is found by words, phrases, beginnings, slips of the pen and identifiers."""

from __future__ import annotations

import os
import re
import string
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import evledger
from evledger import ClaimRetagged, Ledger, Plugins, View
from evledger.events import About
from evledger.locators import normalise
from evledger.searching import Hit, Index, index_of, parse
from evledger.testing import Story, stories, views
from evledger.words import EMPTY_WORDS, stem, words

PLUGINS: Final = Plugins.builtin()
VIEWS: Final = views(plugins=PLUGINS)
ALL = 10_000


def empty() -> Ledger:
    """Return a ledger of nothing."""
    store = evledger.open("memory:", plugins=PLUGINS)
    return store.create("semax", title="Semax", by="me")


def noting(*texts: str) -> View:
    """Return a view of gaps with these texts: g1, g2 and so on."""
    ledger = empty()
    with ledger.batch(by="me") as batch:
        for text in texts:
            batch.note_gap(text)
    return ledger.view()


def search(view: View, question: str, limit: int = ALL) -> list[Hit]:
    """Return what is found."""
    return index_of(view).search(parse(question, normalise), limit)


def names(view: View, question: str) -> list[str]:
    """Return the names of what is found, the best first."""
    return [hit.entry for hit in search(view, question)]


# -- any ledger --------------------------------------------------------------------------


def own_texts(view: View) -> dict[str, str]:
    """Return the open text of each entry that is searched, by its whole name."""
    texts = {f"source:{id}": source.title for id, source in view.sources.items()}
    texts |= {f"claim:{id}": claim.text for id, claim in view.claims.items()}
    texts |= {f"gap:{id}": gap.text for id, gap in view.gaps.items()}
    texts |= {f"caveat:{id}": caveat.text for id, caveat in view.caveats.items()}
    texts |= {f"question:{id}": question.text for id, question in view.questions.items()}
    texts |= {f"section:{id}": section.body for id, section in view.sections.items()}
    return {name: text for name, text in texts.items() if isinstance(text, str)}


@settings(max_examples=50)
@given(VIEWS, st.data())
def test_every_word_is_found(view: View, data: st.DataObject) -> None:
    """Whatever word stands in an entry, in any script, asking for it alone finds the entry."""
    texts = {name: words(text) for name, text in own_texts(view).items()}
    texts = {name: found for name, found in texts.items() if found}
    assume(texts)
    name = data.draw(st.sampled_from(sorted(texts)))
    word = data.draw(st.sampled_from(texts[name]))
    assume(not re.fullmatch("[a-z]{1,2}[0-9]{1,9}", word))  # such may be the id of an entry
    assert name in names(view, word)
    assert name in names(view, f'"{word}"')


@settings(max_examples=50)
@given(VIEWS, st.data())
def test_every_text_is_found(view: View, data: st.DataObject) -> None:
    """A text, asked as it stands, finds its entry with nothing missing; so does it as a phrase."""
    texts = {
        name: found[:40] for name, text in own_texts(view).items() if (found := words(text)[:40])
    }
    assume(texts)
    name = data.draw(st.sampled_from(sorted(texts)))
    text = " ".join(texts[name])
    missing = {hit.entry: hit.missing for hit in search(view, text)}
    assert missing[name] == ()
    assert name in names(view, f'"{text}"')


@settings(max_examples=50)
@given(VIEWS, st.data(), st.integers(0, 20))
def test_what_holds_of_all_hits(view: View, data: st.DataObject, limit: int) -> None:
    """Hits are entries of the view, each once, the best first, with a weight from 0 to 1."""
    spoken = sorted({word for text in own_texts(view).values() for word in words(text)})
    some = st.lists(st.sampled_from(["human", "preclinical", *spoken]), min_size=1).map(" ".join)
    asked = some | st.text(st.characters()) | st.text('abc "*:c1s1')
    hits = search(view, data.draw(asked, label="question"), limit)
    assert len(hits) <= limit
    assert len({hit.entry for hit in hits}) == len(hits)
    assert [hit.weight for hit in hits] == sorted((hit.weight for hit in hits), reverse=True)
    for hit in hits:
        kind, _, id = hit.entry.partition(":")
        assert id in getattr(view, f"{kind}s")
        assert 0 < hit.weight <= 1
        assert not set(hit.words) & set(hit.missing)


@settings(max_examples=50)
@given(stories(min_size=3), st.text("abcdeé ", max_size=8))
def test_two_tellings_are_found_alike(story: Story, question: str) -> None:
    """The same events give the same hits in the same order."""
    one, other = story.view(PLUGINS), story.view(PLUGINS)
    assert search(one, question) == search(other, question)


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_order_does_not_hang_on_the_process(seed: str) -> None:
    """Entries that are equal come in the same order in every process."""
    program = """
import evledger
from evledger import Plugins
from evledger.searching import index_of, parse
from evledger.locators import normalise
ledger = evledger.open("memory:", plugins=Plugins.builtin()).create("semax", title="S", by="me")
with ledger.batch(by="me") as batch:
    for _ in range(90):
        batch.add_source(kind="review", title="Memory")
print(*(hit.entry for hit in index_of(ledger.view()).search(parse("memory", normalise), 99)))
"""
    environ = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.split()[:60] == [f"source:s{number}" for number in range(1, 61)]


# -- words -------------------------------------------------------------------------------

WORDS = "aging dying skies lying tying icing dosing memory studies analyses better Βήτα мозг"


@pytest.mark.parametrize("word", WORDS.split())
def test_a_word_finds_itself(word: str) -> None:
    """A word is found by itself, though its stem may not be how it begins."""
    view = noting(f"xenon {word} argon", "nothing of it")
    assert names(view, word) == ["gap:g1"]


@given(st.text(string.ascii_lowercase, min_size=2, max_size=12))
def test_forms_of_a_word(word: str) -> None:
    """A word finds the other forms of it that its stem unites."""
    assume(word not in EMPTY_WORDS)
    forms = [word + ending for ending in ("s", "ed", "ing", "ness", "ly")]
    same = [form for form in forms if stem(form) == stem(word)]
    view = noting("argon", *same)
    found = names(view, word)
    assert found == [] or set(found) >= {f"gap:g{place}" for place in range(2, len(same) + 2)}


@pytest.mark.parametrize(
    ("asked", "standing"),
    [
        ("protects", "Protection was seen."),
        ("memory", "Memories of it."),
        ("mice", "A mouse."),
        ("CHILDREN", "One child."),
        ("TGF-β1", "tgf-beta1 rose"),
        ("naive", "naïve cells"),
        ("neuro*", "neuroprotective"),
        ("память", "памяти"),
    ],
)
def test_what_is_taken_for_the_same(asked: str, standing: str) -> None:
    """Forms, spellings and beginnings of a word."""
    assert names(noting("Nothing of it.", standing), asked) == ["gap:g2"]


@st.composite
def slips(draw: st.DrawFn) -> tuple[str, str]:
    """Return a word, and the same with one letter changed, dropped or swapped after the first."""
    word = draw(st.text(string.ascii_lowercase, min_size=6, max_size=12))
    place = draw(st.integers(1, len(word) - 2))
    letter = draw(st.sampled_from(string.ascii_lowercase))
    other = draw(
        st.sampled_from(
            [
                word[:place] + letter + word[place + 1 :],
                word[:place] + word[place + 1 :],
                word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            ]
        )
    )
    return word, other


@given(slips(), st.lists(st.text(string.ascii_lowercase, min_size=5, max_size=9), max_size=6))
def test_a_slip_is_forgiven(slip: tuple[str, str], others: Sequence[str]) -> None:
    """A word with one wrong letter finds what holds it, or another word that is as near."""
    word, misspelt = slip
    assume(not {word, misspelt, stem(misspelt)} & EMPTY_WORDS)
    view = noting(word, *others)
    found = search(view, misspelt)
    assert found
    if not others and misspelt != word:
        assert [hit.entry for hit in found] == ["gap:g1"]
        assert found[0].weight <= search(view, word)[0].weight


def test_a_slip_is_told() -> None:
    """Who asked sees what was read for what was asked; what is known is never read otherwise."""
    (hit,) = search(noting("Cortisol rose."), "cortizol")
    assert (hit.words, hit.readings) == (("cortizol",), {"cortizol": "cortisol"})
    view = noting("Cortisol rose.", "Cortizol, misspelt.")
    assert names(view, "cortizol") == ["gap:g2"]


def test_more_is_better() -> None:
    """What holds more of a question comes first, and tells what it lacks."""
    others = ["argon"] * 40  # else each of the words would stand nearly everywhere
    view = noting("memory", "attention and memory in rats", "attention, memory", *others)
    hits = search(view, "memory and attention in rats")
    assert hits[0].entry == "gap:g2"
    assert hits[0].missing == ()
    lacking = {hit.entry: set(hit.missing) for hit in hits}
    assert lacking["gap:g3"] == {"rats"}
    assert "gap:g4" not in lacking


# -- phrases -----------------------------------------------------------------------------


def test_a_phrase_is_required() -> None:
    """Words in quotation marks must stand so, side by side; nothing else is found."""
    others = ["argon"] * 40  # else each of the words would stand nearly everywhere
    view = noting("plasma BDNF rose", "BDNF of plasma", "plasma", "the BDNF", *others)
    assert names(view, '"plasma BDNF"') == ["gap:g1"]
    assert names(view, 'plasma of "the BDNF" of rats') == ["gap:g4"]
    assert names(view, '"BDNF plasma" rose') == []
    assert names(view, '"plasma" "argon xenon"') == []


@given(
    st.lists(
        st.lists(st.sampled_from(["memory", "argon", "xenon", "bdnf"]), max_size=6), max_size=8
    ),
    st.lists(st.sampled_from(["memory", "argon", "xenon", "bdnf"]), min_size=2, max_size=3),
)
def test_phrases(texts: list[list[str]], phrase: list[str]) -> None:
    """A phrase finds exactly the texts in which it stands."""
    spoken = [" ".join(text) or "-" for text in texts]
    expected = {
        f"gap:g{place}"
        for place, text in enumerate(spoken, 1)
        if f" {' '.join(phrase)} " in f" {text} "
    }
    assert set(names(noting(*spoken), f'"{" ".join(phrase)}"')) == expected


# -- identifiers -------------------------------------------------------------------------


def test_identifiers() -> None:
    """A locator finds its source and the claims of it, an id its entry, with full weight."""
    ledger = empty()
    with ledger.batch(by="me") as batch:
        one = batch.add_source(kind="review", title="Argon", locators=("pmid:1", "doi:10.1000/x"))
        two = batch.add_source(kind="review", title="Xenon", locators=("pmid:11",))
        for source in (one, two):
            batch.tag_claim(source=source, tier="human", stance="neutral", text="It rose.")
    view = ledger.view()
    for asked in ("pmid:1", "PMID 1", "What does https://doi.org/10.1000/X say?"):
        found = {hit.entry: hit.weight for hit in search(view, asked) if hit.weight == 1}
        assert set(found) == {"source:s1", "claim:c1"}
    assert [hit.entry for hit in search(view, "c2") if hit.weight == 1] == ["claim:c2"]
    assert [hit.entry for hit in search(view, "source:s2")][:1] == ["source:s2"]


# -- whose words they are ----------------------------------------------------------------


def test_who_wrote_a_post_is_nobody() -> None:
    """The author of a post cannot be searched for, by a reader or a program; a paper's can."""
    ledger = empty()
    with ledger.batch(by="me") as batch:
        batch.add_source(kind="review", title="Argon", authors=("Ada Lovelace",), venue="Nature")
        post = batch.add_source(
            kind="post", title="Xenon", authors=("tealbottle",), platform="reddit"
        )
        batch.tag_claim(source=post, tier="anecdotal", stance="neutral", text="It rose.")
    view = ledger.view()
    assert names(view, "lovelace nature") == ["source:s1"]
    assert names(view, "tealbottle") == names(view, '"tealbottle"') == names(view, "tealb*") == []
    assert list(ledger.find("tealbottle")) == []


def test_claims_are_found_by_their_sources() -> None:
    """A claim is found by its source's title, its quotation, what it is about, and its tier."""
    ledger = empty()
    with ledger.batch(by="me") as batch:
        part = batch.map_component(component="Semaglutide", layer="gut")
        source = batch.add_source(kind="trial", title="Argon in stroke")
        batch.tag_claim(
            source=source,
            tier="human",
            stance="supports",
            text="Scores rose.",
            quote="krypton levels",
            about=About(components=(part,), outcome="recall", population="adults"),
        )
    for word in ("argon", "krypton", "semaglutide", "recall", "adults", "human", "trial"):
        assert "claim:c1" in names(ledger.view(), word)


def test_what_was_withdrawn_is_found() -> None:
    """A withdrawn claim is found, for the answer to say why it does not count."""
    ledger = empty()
    with ledger.batch(by="me") as batch:
        source = batch.add_source(kind="review", title="Argon")
        claim = batch.tag_claim(source=source, tier="human", stance="neutral", text="Xenon rose.")
    ledger.append(evledger.ClaimWithdrawn(claim=claim, why="wrong"), by="me")
    assert names(ledger.view(), "xenon") == ["claim:c1"]
    ledger.append(ClaimRetagged(claim=claim, text="Krypton rose.", why="wrong"), by="me")
    assert names(ledger.view(), "krypton") == ["claim:c1"]


# -- hostile questions -------------------------------------------------------------------

HOSTILE = [
    '"',
    '""',
    '"memory',
    "NEAR(memory paper, 5)",
    "memory AND NOT paper OR",
    "text:memory",
    "{text quote} : memory",
    "^memory",
    "-memory + paper",
    "((((memory",
    "mem\x00ory",
    "memory \ud800",
    "'; DROP TABLE documents; --",
    "memory*** * *a ** a*",
    "%s {0} \\",
    '"' + "\ufdfa" * 400 + '"',
    '"memory paper" ' * 500,
    " ".join(f"{letter}*" * 2 for letter in string.ascii_lowercase),
    " ".join(f"memor{number}x" for number in range(1_000)),
    '"' * 100_000,
    "y" * 100_000,
    "memory " * 15_000,
    "c1 " * 30_000,
]


@pytest.mark.parametrize("question", HOSTILE, ids=[text[:12] for text in HOSTILE])
def test_hostile_questions(question: str) -> None:
    """No question is an error, and none takes the index apart."""
    view = noting("Memory in a paper.", *(f"{letter * 2}b memory" for letter in "acdefgh"))
    search(view, question)
    index_of(view).holding(parse(question, normalise), "gap")
    assert "gap:g1" in names(view, "memory paper")


def test_as_many_forms_as_there_are() -> None:
    """A beginning of thousands of words, with dozens of others, is still one question."""
    view = noting(*(f"{letter}b{number}x" for letter in "abcdefgh" for number in range(400)))
    assert search(view, " ".join(f"{letter}b*" for letter in "abcdefgh"))


@pytest.mark.parametrize("limit", [0, 1, 61, 10**9])
def test_limits(limit: int) -> None:
    """As many as asked for are given, where there are so many."""
    view = noting(*["memory"] * 100)
    assert len(search(view, "memory", limit)) == min(limit, 100)


def test_an_index_of_nothing() -> None:
    """Where nothing was taken in, nothing is found."""
    assert Index().search(parse('memory "a b" c1 pmid:1 xenonx', normalise), 5) == []
