"""The built-in retriever, as those who ask a ledger meet it."""

from __future__ import annotations

import pytest

import evledger
from evledger import Invalid, Ledger, Plugins, SourceAmended
from evledger.asking import Answer, Match
from evledger.demo import build


@pytest.fixture(scope="module")
def demo() -> Ledger:
    """Return the demonstration's ledger, which no test writes to."""
    return build(evledger.open("memory:", plugins=Plugins.builtin()))[0]


def written(*texts: str) -> Ledger:
    """Return a ledger with a source and a claim for each text."""
    store = evledger.open("memory:", plugins=Plugins.builtin())
    ledger = store.create("semax", title="Semax", by="curator")
    with ledger.batch(by="curator") as batch:
        for number, text in enumerate(texts):
            source = batch.add_source(
                kind="review", title=f"Work {number}", locators=(f"pmid:{number + 1}",)
            )
            batch.tag_claim(source=source, tier="published", stance="supports", text=text)
    return ledger


def claims(answer: Answer) -> list[str]:
    """Return the ids of the claims that count, the best first."""
    return [cited.claim.id for cited in sorted(answer.claims, key=lambda c: -c.match.weight)]


@pytest.mark.parametrize("question", ["Is semax safe?", "what are the side effects", "any risks?"])
def test_safety(demo: Ledger, question: str) -> None:
    """However it is put, a question about safety is shown the notice and the caveats."""
    answer = demo.ask(question)
    assert [section.section for section in answer.sections] == ["safety"]
    assert [caveat.id for caveat in answer.caveats] == ["cv1"]


def test_the_name_of_the_subject(demo: Ledger) -> None:
    """A word that nearly every entry holds makes no match sure."""
    assert demo.ask("semax").sureness == "likely"
    assert demo.ask("how is semax taken").sureness == "likely"


def test_a_source_is_there_by_its_claim(demo: Ledger) -> None:
    """What stands in the title alone finds the claim, and not as surely as the claim's words."""
    answer = demo.ask("agmatine sulfate")
    assert claims(answer) == ["c40"]
    assert answer.sources == ()
    assert answer.sureness == "likely"


def test_an_identifier_that_is_not_here(demo: Ledger) -> None:
    """It is missing, and nothing else makes up for it."""
    answer = demo.ask("What does doi:10.9999/none say about Semax and BDNF in rats?")
    assert answer.sureness in ("doubtful", "nothing")
    assert not answer.claims or "doi:10.9999/none" in answer.missing
    assert demo.ask("pmid:99999999").sureness == "nothing"


def test_what_was_read_as_another_word(demo: Ledger) -> None:
    """Who asked is told; a word that goes on further is nearer than one with another letter."""
    assert demo.ask("semax and fatige").readings == {"fatige": "fatigue"}
    assert demo.ask("tired").readings == {"tired": "tiredness"}


@pytest.mark.parametrize("name", ["q1", "q:1", "Q1?", "question:q1"])
def test_a_question_by_its_id(demo: Ledger, name: str) -> None:
    """A reader's question can be asked by its id: what is linked to it answers it."""
    assert {"c4", "c1"} <= set(claims(demo.ask(name)))


@pytest.mark.parametrize(
    "text", ["What is not known?", "what is not known so far", "WHAT IS NOT KNOWN YET"]
)
def test_a_prompt_in_nearly_its_words(demo: Ledger, text: str) -> None:
    """A question that the ledger suggests is known in nearly the same words."""
    assert [gap.id for gap in demo.ask(text).gaps] == ["g1"]


def test_long_questions(demo: Ledger) -> None:
    """Of a long question it is enough that a few telling words are there."""
    answer = demo.ask(
        "My neighbour had a stroke last winter and her doctor told her that a nasal spray from "
        "Russia might help with motor recovery, and that plasma BDNF was measured in a trial; "
        "could somebody please explain whether there is anything to that?"
    )
    assert "c4" in claims(answer)


@pytest.mark.parametrize("limit", [0, -1, 1.5, None, True, 10**30])
def test_limits(demo: Ledger, limit: int) -> None:
    """A limit is a number of entries, and a wrong one is the caller's fault, not a plugin's."""
    with pytest.raises(Invalid, match="limit="):
        demo.ask("stroke", limit=limit)


def test_words_of_many_bytes() -> None:
    """A word that is longer than the engine takes spoils no other question."""
    ledger = written("\ud55c" * 7_000, "Memory rose.")
    assert claims(ledger.ask("memorry")) == ["c2"]


def test_what_changes_tells_as_if_it_were_new() -> None:
    """A ledger that was asked before answers as one that is opened now does, weights included."""
    ledger = written(*(f"Word{n} and memory in rats" for n in range(13)))
    assert ledger.ask("memory").claims
    for _ in range(3):
        ledger.append(SourceAmended(source="s13", title="Melatonin", why="a slip"), by="curator")
        fresh = ledger.store.ledger("semax")
        for question in ("memory", "word3 in rats", "melatonin", "pmid:13"):
            assert _matches(ledger.ask(question)) == _matches(fresh.ask(question))


def _matches(answer: Answer) -> list[Match]:
    return sorted((cited.match for cited in answer.claims), key=lambda match: match.entry)


def test_a_locator_that_was_dropped() -> None:
    """It finds what holds it now, and no longer what held it before."""
    ledger = written("One.", "Two.")
    assert claims(ledger.ask("PMID 1")) == ["c1"]
    ledger.append(
        SourceAmended(source="s1", locators_dropped=("pmid:1",), why="a slip"), by="curator"
    )
    assert ledger.ask("PMID 1").sureness == "nothing"


def test_words_that_come_later() -> None:
    """A word that was asked for before any entry held it is found once one does."""
    ledger = written("Memory rose.")
    assert ledger.ask("zebrafish").sureness == "nothing"
    with ledger.batch(by="curator") as batch:
        batch.note_gap("Whether zebrafish remember.")
    assert [gap.id for gap in ledger.ask("zebrafish").gaps] == ["g1"]


def test_what_was_only_asked_before() -> None:
    """That a question was asked answers nothing; it is shown, and nothing is sure."""
    ledger = written("Memory rose.")
    with ledger.batch(by="curator") as batch:
        batch.create_question(text="Do zebrafish larvae remember?")
    answer = ledger.ask("larvae of zebrafish")
    assert [question.id for question in answer.questions] == ["q1"]
    assert (answer.sureness, answer.weight) == ("nothing", 0.0)
