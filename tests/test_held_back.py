"""Held back: what strangers send by message is published once a person has accepted it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    ClaimRetagged,
    ClaimTagged,
    EvidenceLinked,
    Ledger,
    Plugins,
    Reviewed,
    SourceAdded,
    View,
    seal,
)
from evledger.asking import Answer, Match, ask
from evledger.asking.showing import answer_document, answer_lines, brief_lines
from evledger.messages import Desk, Incoming, Media
from evledger.reviewing import HeldBack, held_back, pending, verdicts
from evledger.testing import stories
from evledger.testing.telling import Story

PLUGINS: Final = Plugins.builtin()
WORD: Final = "zinnober"  # no generated text has it
ASKED: Final = "Is quetschkommode known?"
NUMBER: Final = "+1 555 010 0999"
PASTES: Final = (
    f"quetschkommode {WORD}",
    f"quetschkommode, see doi:10.99999/183; “{WORD} rose, they say, and it rose again”",
    f"{WORD} quetschkommode https://www.reddit.com/r/TBI/comments/58qzqh/",
    f"quetschkommode and {WORD}, https://example.org/a-page",
)
FILE: Final = Media(data=b"\x89PNG", media_type="image/png")


class Everything:
    """A retriever that finds all claims and sources, and reads a word of theirs as another."""

    name = "everything"

    def retrieve(self, view: View, question: str, limit: int) -> Iterator[Match]:
        """Yield them."""
        del question, limit
        for id, claim in view.claims.items():
            readings = {"zinober": WORD} if WORD in str(claim.text) else {}
            yield Match(entry=f"claim:{id}", weight=1.0, readings=readings)
        for id in view.sources:
            yield Match(entry=f"source:{id}", weight=1.0)


def new_ledger() -> Ledger:
    """Return a ledger with nothing in it."""
    store = evledger.open("memory:", plugins=PLUGINS)
    return store.create("semax", title="Semax", by="curator")


def send(ledger: Ledger, paste: str, *files: Media) -> tuple[str, ...]:
    """Send something to a question by message, and give the names of what it became."""
    desk = Desk(ledger.store, limit=None)
    with ledger.batch(by="curator") as batch:
        question = batch.create_question(text="Is it?")
    text = f"ingest {ledger.name}|q:{question.removeprefix('q')}|{paste}"
    return desk.receive(Incoming(text=text, sender=NUMBER, media=files)).entries


def decide(ledger: Ledger, *, accept: tuple[str, ...] = (), reject: tuple[str, ...] = ()) -> None:
    """Give a person's verdicts."""
    ledger.append(*verdicts(ledger.view(), accept=accept, reject=reject), by="curator")


def all_found(view: View) -> Answer:
    """Return an answer in which everything is found."""
    quoting = PLUGINS.answerer("extractive")
    return ask(view, ASKED, retriever=Everything(), answerer=quoting, limit=1_000)


def published(ledger: Ledger) -> dict[str, str]:
    """Return all that readers are shown of a ledger, by what shows it."""
    shown = {name: ledger.render(name).text for name in PLUGINS.renderers}
    for name, answer in (("found", all_found(ledger.view())), ("asked", ledger.ask(ASKED))):
        shown |= {
            f"{name}, as JSON": json.dumps(answer_document(answer)),
            f"{name}, as text": "\n".join(answer_lines(answer)),
            f"{name}, in short": "\n".join(brief_lines(answer)),
        }
    return shown


def telling(ledger: Ledger) -> set[str]:
    """Return which of what readers are shown has the word in it."""
    return {name for name, text in published(ledger).items() if WORD in text.lower()}


EVERYWHERE: Final = {"markdown", "text", "json", "found, as JSON", "found, as text"}


# -- any ledger --------------------------------------------------------------------------


@given(stories(max_size=10), st.sampled_from(PASTES), st.booleans())
@settings(max_examples=40)
def test_words_of_strangers(story: Story, paste: str, is_accepted: bool) -> None:
    """Nothing that is published has them until a person accepts them, or after a rejection."""
    ledger = attrs.evolve(story, has_vault=True).ledger()
    names = send(ledger, paste, FILE)
    assume(names)  # a ledger without tiers takes no claim
    assert telling(ledger) == set()
    if is_accepted:
        decide(ledger, accept=names)
        assert telling(ledger) >= EVERYWHERE
        rejected = (Reviewed(target=name, verdict="rejected") for name in names)
        ledger.append(*rejected, by="curator")
    else:
        decide(ledger, reject=names)
    assert telling(ledger) == set()


@pytest.mark.parametrize("paste", PASTES)
def test_who_reviews_reads_them(paste: str) -> None:
    """What is held back can be read where it is judged, and is found by those who ask."""
    ledger = new_ledger()
    send(ledger, paste)
    view = ledger.view()
    assert WORD in str(view.claims["c1"].text)
    assert view.claims["c1"] in [proposal.entry for proposal in pending(view)]
    assert [each.claim.id for each in ledger.ask(ASKED).others] == ["c1"]
    assert published(ledger)["asked, as text"].count("c1  [not reviewed yet]") == 1


# -- what stands in their place ----------------------------------------------------------


def shown_in_article(ledger: Ledger) -> tuple[Any, Any, Any]:
    """Return what an article has of the last source's title, its claim's text and quote."""
    source = json.loads(ledger.render("json").text)["published"]["sources"][-1]
    claim = source["claims"][-1]
    return source["title"], claim["text"], claim["quote"]


def test_what_is_said() -> None:
    """Articles and answers say that nobody has reviewed the words, or that they are rejected."""
    ledger = new_ledger()
    send(ledger, f"It “did help me, for a week or {WORD}”.")
    held = {"concealed": "unreviewed"}
    assert shown_in_article(ledger) == (held, held, held)
    assert "**c1** \\[not reviewed yet\\] · neutral" in ledger.render("markdown").text
    ledger.append(EvidenceLinked(question="q1", source="s1", relation="answers"), by="curator")
    assert "Answers a part: c1 [not reviewed yet]" in ledger.render("text").text
    assert "Answers it: s1 [not reviewed yet]" in ledger.render("text").text
    document = answer_document(all_found(ledger.view()))
    (other,) = document["others"]
    assert (other["text"], other["quote"], other["source"]["title"]) == (held, held, held)
    assert (other["readings"], document["readings"]) == ({}, {})
    decide(ledger, reject=("s1",))
    held = {"concealed": "rejected"}
    assert shown_in_article(ledger) == (held, held, held)
    lines = list(answer_lines(all_found(ledger.view())))
    assert {"  c1  [rejected]", "    s1  [rejected]"} <= set(lines)


def test_each_is_judged_by_itself() -> None:
    """The words of a claim are shown once it is accepted, and the message's once that is."""
    ledger = new_ledger()
    send(ledger, "It helped me.")
    decide(ledger, accept=("c1",))
    assert shown_in_article(ledger) == ({"concealed": "unreviewed"}, "It helped me.", None)
    decide(ledger, accept=("s1",))
    assert shown_in_article(ledger) == ("It helped me.", "It helped me.", None)


def test_a_reading_that_others_have_too() -> None:
    """What a word was read as is said where an entry that is shown has it."""
    ledger = new_ledger()
    send(ledger, f"It was {WORD}.")
    assert answer_document(all_found(ledger.view()))["readings"] == {}
    decide(ledger, accept=("c1",))
    answer = all_found(ledger.view())
    assert answer_document(answer)["readings"] == {"zinober": WORD}
    assert f"words read as others: zinober ({WORD})" in list(answer_lines(answer))


def test_erased_is_said_first() -> None:
    """Words that are gone are said to be gone, whether or not they were reviewed."""
    ledger = new_ledger()
    send(ledger, "It helped me.")
    ledger.erase(ledger.view().claims["c1"].n, "text", reason="asked", by="curator")
    assert shown_in_article(ledger)[1] == {"concealed": "erased"}


def test_a_curator_s_words() -> None:
    """A claim that was put in other words, in the open, shows those; its quote waits."""
    ledger = new_ledger()
    send(ledger, "It “did help me, for a week or longer”.")
    retagged = ClaimRetagged(claim="c1", text="Somebody felt better.", why="to the point")
    ledger.append(retagged, by="curator")
    _, text, quote = shown_in_article(ledger)
    assert (text, quote) == ("Somebody felt better.", {"concealed": "unreviewed"})


@pytest.mark.parametrize("is_accepted", [False, True])
def test_every_sealed_word_and_every_link(is_accepted: bool) -> None:
    """Whatever a stranger's source seals is held back, and nothing leads to where it points."""
    ledger = new_ledger()
    source = SourceAdded(
        id="s1",
        kind="web-page",
        title="A page",
        venue=f"{WORD} venue",
        community=f"{WORD} community",
        url=f"https://{WORD}.example/a",
        locators=("doi:10.99999/183",),
        assertion="automatic",
        basis="somebody",
    )
    ledger.append(seal(source, "venue", "community", "url", "basis"), by="desk")
    if is_accepted:
        ledger.append(Reviewed(target="source:s1", verdict="accepted"), by="curator")
    for name in ("markdown", "text", "json"):
        text = ledger.render(name).text
        assert (WORD in text, "https://doi.org/10.99999/183" in text) == (is_accepted,) * 2


# -- what is not held back ---------------------------------------------------------------


def test_posts_are_shown() -> None:
    """A post that an importer proposes is shown: its words are public where it was written."""
    ledger = new_ledger()
    proposed: dict[str, Any] = {"assertion": "automatic", "basis": "a post on Reddit"}
    with ledger.batch(by="importer") as batch:
        post = batch.add_source(
            kind="post", platform="reddit", title="My week", authors=("u/ann",), **proposed
        )
        batch.tag_claim(
            source=post,
            tier="anecdotal",
            stance="neutral",
            text="A Reddit post",
            quote="I could think.",
            **proposed,
        )
    view = ledger.view()
    assert {"title", "authors"} <= view.sources["s1"].sealed.keys()
    for name in ("markdown", "text", "json"):
        text = ledger.render(name).text
        assert all(words in text for words in ("My week", "u/ann", "A Reddit post"))
    lines = list(answer_lines(all_found(view)))
    assert {"  c1  A Reddit post", "    s1  My week"} <= set(lines)


@pytest.mark.parametrize(
    ("assertion", "verdict", "expected"),
    [
        ("manual", None, None),
        ("manual", "accepted", None),
        ("manual", "rejected", HeldBack.REJECTED),
        ("automatic", None, HeldBack.UNREVIEWED),
        ("automatic", "accepted", None),
        ("automatic", "rejected", HeldBack.REJECTED),
    ],
)
@pytest.mark.parametrize("field", ["text", "basis"])
def test_what_came_sealed(
    field: str, assertion: Any, verdict: Any, expected: HeldBack | None
) -> None:
    """Sealed words are held back where a program asserted them and nobody accepted them."""
    ledger = new_ledger()
    claim = ClaimTagged(
        id="c1",
        source="s1",
        text="It.",
        tier="human",
        stance="neutral",
        quote="It, it.",
        assertion=assertion,
        basis="somebody",
    )
    ledger.append(SourceAdded(id="s1", kind="review", title="A"), seal(claim, field), by="curator")
    if verdict is not None:
        ledger.append(Reviewed(target="claim:c1", verdict=verdict), by="curator")
    view = ledger.view()
    assert held_back(view.claims["c1"], "quote") is expected
    assert held_back(view.claims["c1"], "stance") is None
    assert held_back(view.sources["s1"], "title") is None
