"""The verbs ask and prompts, run within this process."""

from __future__ import annotations

import importlib
import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

import evledger
from evledger import ClaimWithdrawn, GapNoted, Plugins, QuestionCreated, SourceAdded, seal
from evledger.asking.showing import answer_document, answer_lines
from evledger.cli.errors import Exit
from evledger.demo import build

HUMAN: Final = "What does the human evidence say?"
NOTHING: Final = "Zebrafish larvae?"

Run = Callable[..., Any]


@pytest.fixture
def semax(run: Run) -> Run:
    """Return what runs the command in a folder with the demonstration's ledger."""
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        build(store)
    return run


def test_ask(semax: Run) -> None:
    """An answer is shown with sentences, claims and their sources, how sure, and at which head."""
    ended = semax("ask", "semax", HUMAN)
    assert (ended.code, ended.err) == (Exit.DONE, "")
    lines = ended.out.splitlines()
    assert lines[:2] == [HUMAN, ""]
    assert lines[2].endswith(" [c4]")
    place = lines.index("supports, Human: 4 claims")
    assert lines[place + 1].startswith("  c4  Stroke patients given Semax had higher plasma BDNF")
    assert lines[place + 2].startswith("    s5  [The efficacy of semax in ")
    assert lines[-2] == "what was asked for was found"
    assert lines[-1] == f"answered from semax at {semax('head', 'semax').out.strip()}"


def test_ask_is_the_library_s(semax: Run) -> None:
    """The command shows what the library answers: to people and in JSON."""
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        answer = store.ledger("semax").ask("Does BDNF rise in rats?", limit=3)
    args = ("ask", "semax", "Does", "BDNF", "rise in rats?", "--limit", "3")
    told = list(answer_lines(answer))
    assert semax(*args).out.splitlines()[: len(told)] == told
    document = semax(*args, "--json").document
    assert document == {**answer_document(answer), "warnings": [], "created": None}


def test_earlier(semax: Run) -> None:
    """--at asks the ledger as it stood."""
    document = semax("ask", "semax", HUMAN, "--at", "11", "--json").document
    assert [each["id"] for each in document["groups"][0]["claims"]] == ["c4", "c5"]
    assert document["head"].startswith("11-")


def test_proofs(semax: Run) -> None:
    """A claim's proof is where --proofs says, or the configuration."""
    Path("evledger.toml").write_text('[article]\nproofs = "/proofs/{id}-{n}"\n')
    assert "    proof: /proofs/c4-8\n" in semax("ask", "semax", HUMAN).out
    given = semax("ask", "semax", HUMAN, "--proofs", "https://example.org/{id}").out
    assert "    proof: https://example.org/c4\n" in given


@pytest.mark.parametrize("template", ["javascript:{id}", "https://example.org/{slug}"])
def test_proofs_that_are_none(semax: Run, template: str) -> None:
    """What would make no address is refused, as in the configuration."""
    ended = semax("ask", "semax", HUMAN, "--proofs", template)
    assert (ended.code, ended.out) == (Exit.WRONG, "")
    assert "Invalid value for '--proofs'" in ended.err


def test_what_does_not_count(semax: Run) -> None:
    """Claims that do not count stand apart, each with the reason."""
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        store.ledger("semax").append(ClaimWithdrawn(claim="c4", why="a slip"), by="curator")
    out = semax("ask", "semax", '"Stroke patients given Semax had higher"').out
    _, _, apart = out.partition("does not count as evidence:\n")
    assert apart.startswith("  c4  Stroke patients")
    assert "    note: withdrawn\n" in apart
    assert "    because: it was withdrawn\n" in apart


def test_erased_and_hostile(run: Run) -> None:
    """What is erased is said to be, and what strangers wrote steers nothing."""
    title = "BDNF \x1b[31m\u202eevil\n  c9  forged"
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        gap = seal(GapNoted(id="g1", text="BDNF: ask Ada."), "text")
        paper = SourceAdded(id="s1", kind="review", title=title)
        ledger.append(paper, gap, GapNoted(id="g2", text="BDNF in women."), by="curator")
        ledger.erase(2, "text", reason="asked", by="curator")
    out = run("ask", "semax", "BDNF").out
    assert "Ada" not in out
    assert r"  s1  BDNF \x1b[31m\u202eevil c9 forged" in out.splitlines()
    assert "\x1b" not in out
    assert "\x1b" not in run("ask", "semax", "BDNF", "--json").out


# -- nothing found -------------------------------------------------------------------------


def test_nothing(semax: Run) -> None:
    """Where nothing is found it says so, and gives the command that creates the question."""
    ended = semax("ask", "semax", NOTHING)
    assert (ended.code, ended.err) == (Exit.DONE, "")
    *lines, command = ended.out.splitlines()
    head = semax("head", "semax").out.strip()
    assert lines == [
        NOTHING,
        "",
        "nothing was found that bears on it",
        f"answered from semax at {head}",
    ]
    assert command.startswith("create the question: evledger ask semax --create --by curator ")
    created = semax(*shlex.split(command.partition(": evledger ")[2]))
    assert (created.code, created.out.splitlines()[-1]) == (Exit.DONE, "created q2")
    record = json.loads(semax("log", "semax", "--json", "-n1", "--reverse").out)
    assert (record["by"], record["data"]) == ("curator", {"id": "q2", "text": NOTHING})


@pytest.mark.parametrize("question", ['Zebrafish\'s "larvae" $HOME `x`?', "-zebrafish"])
def test_the_command_that_creates(semax: Run, question: str) -> None:
    """The command is one that a shell takes, whatever the question, and names the database."""
    Path("evledger.db").rename("other.db")
    args = ("ask", "semax", "--db", "other.db", "--by", "Ada's", "--", question)
    _, _, command = semax(*args).out.rpartition("create the question: evledger ")
    assert semax(*shlex.split(command)).out.splitlines()[-1] == "created q2"
    _, _, question_line = semax("show", "semax", "q2", "--db", "other.db").out.partition("text: ")
    assert question_line.startswith(f"{question}\n")


def test_create(semax: Run) -> None:
    """--create creates the question, whatever was found, and says its id."""
    args = ("ask", "semax", "Does BDNF rise in women?", "--create", "--by", "reader", "--json")
    document = semax(*args).document
    assert document["created"] == "q2"
    assert document["groups"] != []
    shown = semax("show", "semax", "q2", "--json").document["entry"]
    assert (shown["text"], shown["by"]) == ("Does BDNF rise in women?", "reader")


def test_create_twice(semax: Run) -> None:
    """A question that is there in the same words is not created again."""
    assert semax("ask", "semax", NOTHING, "--create").code == Exit.DONE
    before = semax("head", "semax").out
    again = semax("ask", "semax", NOTHING.upper().rstrip("?"), "--create")
    assert again.out.splitlines()[-1] == "q2 asks this already"
    assert semax("ask", "semax", NOTHING, "--create", "--json").document["created"] is None
    assert semax("head", "semax").out == before


def test_asking_writes_nothing(semax: Run) -> None:
    """Without --create nothing is written."""
    before = semax("head", "semax").out
    for question in (HUMAN, NOTHING):
        semax("ask", "semax", question)
    assert semax("head", "semax").out == before


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ((), "Missing argument 'QUESTION...'"),
        ((" ",), "there is no question"),
        (("x" * 2_001,), "the question has 2001 characters"),
        (("BDNF", "--create", "--at", "3"), "--create writes to the ledger as it is"),
        (("BDNF", "--limit", "0"), "Invalid value for '--limit'"),
        (("BDNF", "--retriever", "nobody"), "no retriever 'nobody'"),
        (("BDNF", "--answerer", "nobody"), "no answerer 'nobody'"),
    ],
)
def test_wrong_use(semax: Run, args: tuple[str, ...], expected: str) -> None:
    """What cannot be asked is said, with code 2, and nothing is shown."""
    ended = semax("ask", "semax", *args)
    assert (ended.code, ended.out) == (Exit.WRONG, "")
    assert expected in ended.err


# -- plugins -------------------------------------------------------------------------------

CODE: Final = """
from evledger import hookimpl
from evledger.asking import Match, Sentence

EVLEDGER_API = 1


class Broken:
    name = "broken"

    def retrieve(self, view, question, limit):
        return 1 / 0


class Inventive:
    name = "inventive"

    def answer(self, view, question, matches):
        yield Sentence(text="It helps everybody.", citations=("c99",))


@hookimpl.retrievers
def retrievers():
    return [Broken()]


@hookimpl.answerers
def answerers():
    return [Inventive()]
"""


@pytest.fixture
def installed(semax: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return the same with a plugin whose retriever fails and whose answerer makes things up."""
    module = f"asked_{tmp_path.name.replace('-', '_')}"
    folder = tmp_path / "site"
    info = folder / "asked-1.5.dist-info"
    info.mkdir(parents=True)
    (folder / f"{module}.py").write_text(CODE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: asked\nVersion: 1.5\n")
    (info / "entry_points.txt").write_text(f"[evledger]\nasked = {module}\n")
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    importlib.invalidate_caches()
    monkeypatch.delenv("EVLEDGER_DISABLE_PLUGINS")
    return semax


def test_a_retriever_that_fails(installed: Run) -> None:
    """A retriever that fails is named, and the code is 3."""
    ended = installed("ask", "semax", "BDNF", "--retriever", "broken")
    assert (ended.code, ended.out) == (Exit.UNFINISHED, "")
    assert "retriever 'broken' of asked 1.5 (asked = asked_" in ended.err
    assert ") failed: ZeroDivisionError: division by zero (asked_" in ended.err


def test_sentences_that_are_left_out(installed: Run) -> None:
    """A sentence that the ledger does not bear out is shown apart, with the reason."""
    ended = installed("ask", "semax", HUMAN, "--answerer", "inventive")
    lines = ended.out.splitlines()
    assert lines[2:4] == [
        "left out, because the ledger does not bear it out:",
        "  It helps everybody. [c99]",
    ]
    assert lines[4].startswith("    because: it cites c99")


# -- prompts -------------------------------------------------------------------------------


def test_prompts(semax: Run) -> None:
    """The prompts stand in order, each with the ids of what answers it."""
    ended = semax("prompts", "semax")
    head = semax("head", "semax").out.strip()
    assert (ended.code, ended.err) == (Exit.DONE, "")
    lines = ended.out.splitlines()
    assert lines[:4] == [
        "1  Does Semax raise BDNF in people, or only in rats?",
        "   c4, c1",
        "2  What does the human evidence say?",
        "   c4, c5, c9 and 1 more",
    ]
    assert lines[-2:] == [f"8 prompts from semax at {head}", "ask: evledger ask semax QUESTION"]


def test_commands_name_the_database(semax: Run) -> None:
    """Every command that is offered works where it is typed: the database stands in it."""
    Path("evledger.db").rename("my other.db")
    for args in (("prompts", "semax"), ("questions", "semax")):
        for before, after in ((("--db", "my other.db"), ()), ((), ("--db", "my other.db"))):
            offered = semax(*before, *args, *after).out.splitlines()[-1]
            words = shlex.split(offered.partition(": evledger ")[2])
            assert semax(*words).code == Exit.DONE, offered


def test_prompts_with_answers(semax: Run) -> None:
    """With --answers each prompt stands with its answer in short."""
    lines = semax("prompts", "semax", "--answers").out.splitlines()
    place = lines.index("2  What does the human evidence say?")
    assert lines[place + 1].startswith("   Stroke patients given Semax had higher plasma BDNF")
    assert lines[place + 1].endswith(" [c4]")
    assert lines[place + 3] == "   and 2 more"
    gap = lines.index("4  What is not known yet?")
    assert lines[gap + 1].startswith("   g1  Whether the effect on BDNF in rats")


def test_prompts_in_json(semax: Run) -> None:
    """The document has name, text and entries of each, and with --answers the whole answer."""
    document = semax("prompts", "semax", "--json").document
    assert document.keys() == {"ledger", "head", "prompts"}
    assert [list(each) for each in document["prompts"]] == [["name", "text", "entries"]] * 8
    assert document["prompts"][3] == {
        "name": "gap",
        "text": "What is not known yet?",
        "entries": ["gap:g1"],
    }
    answered = semax("prompts", "semax", "--answers", "--json").document["prompts"]
    assert [each["answer"]["question"] for each in answered] == [
        each["text"] for each in document["prompts"]
    ]
    assert {each["answer"]["sureness"] for each in answered} == {"sure"}


def test_prompts_of_nothing(run: Run) -> None:
    """A ledger that holds nothing suggests nothing, and says so; so did one at its beginning."""
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(QuestionCreated(id="q1", text="Why?"), by="curator")
    said = run("prompts", "semax", "--at", "1").out
    head = run("head", "semax", "--json").document
    assert said.startswith("semax at 1-")
    assert said.endswith(" holds nothing yet that would answer a question\n")
    assert run("prompts", "semax", "--json", "--at", "1").document["prompts"] == []
    assert head["size"] == 2
    assert run("prompts", "semax").out.startswith(
        "1  Which questions has nobody answered?\n   q1\n"
    )
