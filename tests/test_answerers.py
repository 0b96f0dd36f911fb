"""A stranger's answerer writes what it likes, and readers are given what the ledger bears out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pytest

import evledger
from evledger import (
    ClaimTagged,
    ClaimWithdrawn,
    Ledger,
    PluginError,
    Plugins,
    SourceAdded,
    SourceFlagged,
    View,
    hookimpl,
)
from evledger.asking import Answer, Match, Sentence
from evledger.typing import Answerer

QUESTION = "Does Semax raise BDNF in rats?"
Script = Callable[[View, str, Sequence[Match]], Any]


class Scripted:
    """Stands where a language model would: it says what a test tells it to."""

    name = "scripted"

    def __init__(self, script: Script) -> None:
        """Take the script."""
        self._script = script

    def answer(self, view: View, question: str, matches: Sequence[Match]) -> Iterable[Sentence]:
        """Follow it."""
        found: Iterable[Sentence] = self._script(view, question, matches)
        return found


class Stranger:
    """A plugin that hands the answerer over."""

    EVLEDGER_API = 1

    def __init__(self, script: Script) -> None:
        """Take what it is to say."""
        self._answerer = Scripted(script)

    @hookimpl.answerers
    def answerers(self) -> Iterable[Answerer]:
        """Return it."""
        return [self._answerer]


def fill(ledger: Ledger) -> None:
    """Append claims that stand, claims that do not, and one that has nothing to do with them."""
    papers = [
        SourceAdded(id=f"s{n}", kind="journal-article", title="A study of Semax in rats")
        for n in range(1, 4)
    ]
    texts = {
        "c1": ("s1", "Semax raised BDNF in the hippocampus of 12 rats by 40 %."),
        "c2": ("s2", "Semax raised BDNF and TrkB in rats at 50 μg/kg."),
        "c3": ("s2", "Semax raised BDNF in rats within minutes."),
        "c4": ("s3", "Semax raised BDNF in rats of either sex."),
        "c5": ("s1", "A nasal spray can irritate."),
    }
    claims = [
        ClaimTagged(id=id, source=source, text=text, tier="preclinical", stance="supports")
        for id, (source, text) in texts.items()
    ]
    retracted = SourceFlagged(source="s3", status="retracted", according_to="the journal")
    withdrawn = ClaimWithdrawn(claim="c3", why="misread")
    ledger.append(*papers, *claims, retracted, withdrawn, by="curator")


def asked(script: Script) -> Answer:
    """Ask a ledger whose answerer follows a script."""
    plugins = Plugins.builtin()
    plugins.register(Stranger(script), "stranger")
    with evledger.open("memory:", plugins=plugins) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        fill(ledger)
        return ledger.ask(QUESTION, answerer="scripted")


def giving(found: Any) -> Script:
    """Return the script of an answerer that returns this."""

    def script(view: View, question: str, matches: Sequence[Match]) -> Any:
        del view, question, matches
        return found

    return script


def saying(*sentences: Any) -> Script:
    """Return the script of an answerer that says these sentences."""
    return giving(sentences)


def said(text: str, *citations: str) -> Sentence:
    """Return a sentence."""
    return Sentence(text=text, citations=citations)


def test_what_an_answerer_is_given() -> None:
    """It gets the question, the view, and the claims that bear on it and count, no others."""
    given: list[tuple[str, set[str]]] = []

    def script(view: View, question: str, matches: Sequence[Match]) -> Iterator[Sentence]:
        given.append((question, {match.entry for match in matches}))
        assert all(match.entry.removeprefix("claim:") in view.claims for match in matches)
        yield said("Semax raised BDNF in rats.", "c1", "c2")

    answer = asked(script)
    assert given == [(QUESTION, {"claim:c1", "claim:c2"})]
    assert answer.answerer == "scripted"


@pytest.mark.parametrize(
    "sentence",
    [
        said("Semax raised BDNF by 40 percent in twelve rats.", "c1"),
        said("In rats, BDNF rose by 40% [c1], and TrkB too [c2].", "c1", "c2"),
        said("At 50 μg/kg, Semax raised TrkB.", "c2"),
    ],
)
def test_sentences_that_are_borne_out(sentence: Sentence) -> None:
    """A sentence in the answerer's own words stands, where its numbers and names are cited."""
    answer = asked(saying(sentence))
    assert answer.sentences == (sentence,)
    assert answer.rejected == ()


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        (said("Semax raised BDNF.", "c9"), "it cites c9, which is no claim of this ledger"),
        (
            said("A spray can irritate.", "c5"),
            "it cites c5, which was not retrieved for this question",
        ),
        (said("Semax raised BDNF.", "c3"), "it cites c3, which was withdrawn"),
        (said("Semax raised BDNF.", "c1", "c4"), "it cites c4, whose source was retracted"),
        (
            said("Semax raised BDNF by 60 %.", "c1", "c2"),
            "it says '60 %', and that number is not in c1 or c2",
        ),
        (said("Semax raised NGF.", "c1"), "it names 'NGF', and that name is not in c1"),
        (said("Semax raised TrkB.", "c1"), "it names 'TrkB', and that name is not in c1"),
        (
            said("Semax raised BDNF [c2].", "c1"),
            "it cites c2 in its text, and not among its citations",
        ),
        (said("Semax raised BDNF."), "it cites nothing"),
        (said(" ", "c1"), "it is empty"),
        (said("rats " * 500, "c1"), "it has 2500 characters; a sentence has at most 2000"),
    ],
)
def test_sentences_that_are_not(sentence: Sentence, why: str) -> None:
    """A sentence that is not borne out is kept apart with the reason, and the others stand."""
    sound = said("Semax raised BDNF.", "c1")
    answer = asked(saying(sound, sentence, sound))
    assert answer.sentences == (sound, sound)
    assert [(each.sentence, each.why) for each in answer.rejected] == [(sentence, why)]


def test_a_withdrawal_reaches_an_answer() -> None:
    """What was borne out yesterday is rejected once its claim is withdrawn."""
    sound = said("Semax raised TrkB.", "c2")
    plugins = Plugins.builtin()
    plugins.register(Stranger(saying(sound)), "stranger")
    with evledger.open("memory:", plugins=plugins) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        fill(ledger)
        size = ledger.head().size
        ledger.append(ClaimWithdrawn(claim="c2", why="misread"), by="curator")
        assert ledger.ask(QUESTION, answerer="scripted").sentences == ()
        assert ledger.ask(QUESTION, answerer="scripted", n=size).sentences == (sound,)


# -- answerers that fail -----------------------------------------------------------------


def raising(error: BaseException) -> Script:
    """Return the script of an answerer that raises, after a sentence."""

    def script(view: View, question: str, matches: Sequence[Match]) -> Iterator[Sentence]:
        del view, question, matches
        yield said("Semax raised BDNF.", "c1")
        raise error

    return script


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (saying("Semax raised BDNF."), "it gave str, where Sentence is expected"),
        (saying(None), "it gave NoneType, where Sentence is expected"),
        (giving(None), "TypeError"),
        (raising(ValueError("no model here")), "ValueError: no model here"),
        (raising(SystemExit(1)), "SystemExit"),
        (saying(Sentence(text="Semax", citations=None)), "TypeError"),  # type: ignore[arg-type]  # the mistake
    ],
    ids=["text", "nothing", "no sentences", "raises", "exits", "no citations"],
)
def test_answerers_that_fail(script: Script, expected: str) -> None:
    """Whatever goes wrong in an answerer is its failure, by its name."""
    with pytest.raises(PluginError, match=f"answerer 'scripted' failed: .*{expected}"):
        asked(script)


def endless(most: int, item: Any) -> Iterator[Any]:
    """Yield an item again and again; who takes this many would take them for ever."""
    for number in itertools.count():
        assert number < most, "it takes without end"
        yield item


def test_an_answerer_without_end() -> None:
    """Of an answerer that never ends, the first sentences are taken."""
    sound = said("Semax raised BDNF.", "c1")
    answer = asked(giving(endless(1_000, sound)))
    assert set(answer.sentences) == {sound}


def test_citations_without_end() -> None:
    """A sentence whose citations never end has too many."""
    citations: Any = endless(1_000, "c1")
    answer = asked(saying(Sentence(text="Semax raised BDNF.", citations=citations)))
    assert answer.sentences == ()
    assert answer.rejected[0].why == "it has more than 50 citations"
