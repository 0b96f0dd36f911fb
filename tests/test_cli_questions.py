"""The verbs questions and question, run within this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

import evledger
from evledger import (
    ClaimTagged,
    ClaimWithdrawn,
    EvidenceLinked,
    Plugins,
    QuestionClosed,
    QuestionCreated,
    SourceAdded,
)
from evledger.cli.errors import Exit

HOSTILE: Final = "\x1b[31m\u202e"
PROPOSED: Final[dict[str, Any]] = {"assertion": "automatic", "basis": f"its words: up{HOSTILE}"}

MISSING: Final = (
    "some of its evidence no longer counts: c3 (withdrawn)",
    "no human evidence",
    "nothing was linked that speaks against it",
)

Run = Callable[..., Any]


@pytest.fixture
def semax(run: Run) -> Run:
    """Return what runs the command where semax has three questions, of which one is closed."""
    claim: dict[str, Any] = {"tier": "preclinical", "stance": "supports"}
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(
            SourceAdded(
                id="s1",
                kind="trial",
                title=f"A {HOSTILE} trial",
                locators=("doi:10.1000/a",),
                published="2018",
            ),
            ClaimTagged(id="c1", source="s1", text="BDNF went up.", **claim),
            ClaimTagged(id="c2", source="s1", text=f"Scores rose.\n{HOSTILE}", **claim, **PROPOSED),
            ClaimTagged(id="c3", source="s1", text="Sleep got worse.", **claim),
            QuestionCreated(id="q1", text=f"Does it\nraise BDNF?{HOSTILE}"),
            EvidenceLinked(question="q1", claim="c1", relation="answers"),
            EvidenceLinked(question="q1", claim="c2", relation="partly", **PROPOSED),
            EvidenceLinked(question="q1", source="s1", relation="partly", **PROPOSED),
            EvidenceLinked(question="q1", claim="c3", relation="against"),
            ClaimWithdrawn(claim="c3", why="a slip"),
            QuestionCreated(id="q2", text="Is it safe?", channel="sms"),
            QuestionCreated(id="q3", text="Who makes it?"),
            EvidenceLinked(question="q3", claim="c3", relation="answers"),
            QuestionClosed(question="q3", why=f"it is known{HOSTILE}"),
            by="curator",
        )
    return run


def test_the_list(semax: Run) -> None:
    """Open questions stand with how much evidence there is and what is missing, barest first."""
    ended = semax("questions", "semax")
    head = semax("head", "semax").out.strip()
    assert (ended.code, ended.err) == (Exit.DONE, "")
    assert ended.out.splitlines() == [
        "q2  Is it safe?",
        "  evidence: none",
        "  missing: nothing is linked to it",
        "q1  Does it raise BDNF?\\x1b[31m\\u202e",
        "  evidence: 1 counting, 2 to review, 1 not counting",
        f"  missing: {'; '.join(MISSING)}",
        f"semax at {head}: questions: 2 open, 1 closed, 0 withdrawn",
        "what bears on one: evledger questions semax q2",
    ]


def test_all(semax: Run) -> None:
    """With --all what was closed stands at the end, and why."""
    lines = semax("questions", "semax", "--all").out.splitlines()
    assert lines[-5:-2] == [
        "q3  Who makes it? (closed: it is known\\x1b[31m\\u202e)",
        "  evidence: 1 not counting",
        "  missing: its evidence no longer counts: c3 (withdrawn)",
    ]


@pytest.mark.parametrize("name", ["q1", "q:1", "1", "question:q1"])
def test_the_page(name: str, semax: Run) -> None:
    """A question's page groups its evidence, and says how to accept what waits."""
    ended = semax("questions", "semax", name)
    assert (ended.code, ended.err) == (Exit.DONE, "")
    asked, *lines = ended.out.splitlines()
    assert asked == "q1  Does it raise BDNF?\\x1b[31m\\u202e"
    assert lines[0].startswith("  asked 2")
    assert lines[0].endswith("Z by curator; record 5")
    title = "A \\x1b[31m\\u202e trial (doi:10.1000/a, 2018)"
    assert lines[1:] == [
        "  open",
        "answers it",
        "  c1  preclinical, supports: BDNF went up.",
        f"    s1  {title}",
        "to review",
        "  c2  answers it in part; preclinical, supports: Scores rose. \\x1b[31m\\u202e",
        f"    s1  {title}",
        "    because: its words: up\\x1b[31m\\u202e",
        "    accept: evledger review semax --accept link:q1/c2/partly,claim:c2",
        f"  s1  answers it in part; {title}",
        "    because: its words: up\\x1b[31m\\u202e",
        "    accept: evledger review semax --accept link:q1/s1/partly",
        "not counting",
        "  c3  speaks against it; preclinical, supports: Sleep got worse.",
        f"    s1  {title}",
        "    because: it was withdrawn",
        "missing",
        *(f"  {missing}" for missing in MISSING),
    ]


def test_the_page_of_a_closed_question(semax: Run) -> None:
    """It says why it was closed and that its evidence fell away, and how to ask it anew."""
    lines = semax("questions", "semax", "q3").out.splitlines()
    assert lines[2] == "  closed: it is known\\x1b[31m\\u202e"
    assert lines[-3:] == [
        "missing",
        "  its evidence no longer counts: c3 (withdrawn)",
        "  a closed question stays closed; to ask it anew: evledger question create semax TEXT",
    ]


def test_what_was_accepted_shows_on_the_page(semax: Run) -> None:
    """The command that the page names makes a proposal count."""
    line = next(
        line for line in semax("questions", "semax", "q1").out.splitlines() if "c2/partly" in line
    )
    assert semax(*line.partition("evledger ")[2].split()).code == Exit.DONE
    lines = semax("questions", "semax", "q1").out.splitlines()
    place = lines.index("answers it in part")
    assert lines[place + 1].startswith("  c2  preclinical, supports: Scores rose.")
    assert not any("c2/partly" in line for line in lines)


def test_json(semax: Run) -> None:
    """The document has each question with its evidence and what is missing."""
    document = semax("questions", "semax", "--all", "--json").document
    assert document.keys() == {"ledger", "head", "questions"}
    assert [each["question"]["id"] for each in document["questions"]] == ["q2", "q1", "q3"]
    page = semax("questions", "semax", "q1", "--json").document
    assert {name: page.pop(name) for name in ("ledger", "head")} == {
        "ledger": "semax",
        "head": document["head"],
    }
    assert document["questions"][1] == page
    assert page["question"] | {"at": ""} == {
        "id": "q1", "n": 5, "at": "", "by": "curator", "text": f"Does it\nraise BDNF?{HOSTILE}",
        "hidden": None, "channel": None, "status": "open", "why": None,
    }  # fmt: skip
    assert page["counting"] == [
        {
            "link": "link:q1/c1/answers",
            "relation": "answers",
            "basis": None,
            "claim": {
                "id": "c1",
                "tier": "preclinical",
                "stance": "supports",
                "text": "BDNF went up.",
            },
            "source": {
                "id": "s1",
                "title": f"A {HOSTILE} trial",
                "locators": ["doi:10.1000/a"],
            },
            "left_out": None,
            "waits_for": [],
        }
    ]
    assert page["waiting"][1]["claim"] is None
    assert page["waiting"][1]["waits_for"] == ["link:q1/s1/partly"]
    assert page["left_out"][0]["left_out"] == "withdrawn"
    assert page["missing"][1] == {
        "name": "tiers",
        "text": "no human evidence",
        "entries": ["tier:human"],
    }


def test_words_that_are_hidden(semax: Run) -> None:
    """Of a question that was erased the list, the page and the document say so."""
    assert semax("erase", "semax", "11", "text", "--reason", "asked").code == Exit.DONE
    assert semax("questions", "semax").out.splitlines()[0] == "q2  [erased]"
    lines = semax("questions", "semax", "q2").out.splitlines()
    assert lines[0] == "q2  [erased]"
    assert lines[1].endswith(" by curator over sms; record 11")
    asked = semax("questions", "semax", "q2", "--json").document["question"]
    assert (asked["text"], asked["hidden"]) == (None, "erased")


def test_at(semax: Run) -> None:
    """A question is shown as it stood."""
    lines = semax("questions", "semax", "q1", "--at", "6").out.splitlines()
    assert lines[-2:] == ["missing", "  nothing is linked to it"]


def test_no_questions(run: Run) -> None:
    """A ledger without questions says that there are none."""
    assert run("init", "semax", "--title", "Semax").code == Exit.DONE
    (line,) = run("questions", "semax").out.splitlines()
    assert line.endswith(": questions: 0 open, 0 closed, 0 withdrawn")


# -- asking, linking, closing --------------------------------------------------------------


def latest(run: Run) -> tuple[str, str, dict[str, Any]]:
    """Return who appended the last record, its type and its data."""
    record = json.loads(run("log", "semax", "--json", "-n1", "--reverse").out)
    return record["by"], record["type"], record["data"]


def test_create(semax: Run) -> None:
    """A question gets the next id, and what came from a reader is sealed."""
    ended = semax("question", "create", "semax", "Does it help?", "--by", "editor")
    head = semax("head", "semax").out.strip()
    assert (ended.code, ended.err) == (Exit.DONE, "")
    assert ended.out == f"created q4: record 15 of semax, head {head}\n"
    assert latest(semax) == ("editor", "question-created", {"id": "q4", "text": "Does it help?"})
    args = ("question", "create", "semax", "Is it legal?", "--channel", "email", "--json")
    document = semax(*args).document
    assert document | {"head": ""} == {"ledger": "semax", "question": "q5", "n": 16, "head": ""}
    assert latest(semax) == ("curator", "question-created", {"id": "q5", "channel": "email"})
    assert "Is it legal?" in semax("questions", "semax", "q5").out


def test_link_and_unlink(semax: Run) -> None:
    """A claim or a source is linked to a question, and unlinked again."""
    assert semax("question", "link", "semax", "q:2", "c1", "--relation", "against").out.startswith(
        "linked c1 to q2: record 15 of semax, head 16-"
    )
    link = {"question": "q2", "claim": "c1", "relation": "against"}
    assert latest(semax) == ("curator", "evidence-linked", link | {"assertion": "manual"})
    assert semax("question", "link", "semax", "2", "source:s1", "--relation", "partly").code == 0
    assert latest(semax)[2]["source"] == "s1"
    ended = semax("question", "unlink", "semax", "q2", "c1", "--why", "a slip", "--json")
    assert (ended.document["question"], ended.document["n"]) == ("q2", 17)
    assert latest(semax) == ("curator", "evidence-unlinked", link | {"why": "a slip"})


def test_unlink_one_of_several(semax: Run) -> None:
    """Where there are several links, --relation says which."""
    assert semax("question", "link", "semax", "q1", "c1", "--relation", "partly").code == 0
    unlink = ("question", "unlink", "semax", "q1", "c1", "--why", "a slip")
    ended = semax(*unlink)
    assert (ended.code, ended.out) == (Exit.WRONG, "")
    assert "several links to q1; say which with --relation: answers, partly" in ended.err
    assert semax(*unlink, "--relation", "answers").code == Exit.DONE
    assert latest(semax)[2]["relation"] == "answers"


@pytest.mark.parametrize(("verb", "type_"), [("close", "closed"), ("withdraw", "withdrawn")])
def test_close_and_withdraw(verb: str, type_: str, semax: Run) -> None:
    """A question is closed or withdrawn, in public, and then takes nothing any more."""
    ended = semax("question", verb, "semax", "q2", "--why", "enough", "--by", "editor")
    assert (ended.code, ended.err) == (Exit.DONE, "")
    data = {"question": "q2", "why": "enough"}
    assert latest(semax) == ("editor", f"question-{type_}", data)
    for args in (
        (verb, "semax", "q2", "--why", "x"),
        ("link", "semax", "q2", "c1", "--relation", "partly"),
    ):
        again = semax("question", *args)
        assert (again.code, again.out) == (Exit.WRONG, "")
        assert f"q2 is {type_} (enough), and no question is opened again; ask it anew" in again.err


def test_a_closed_question_can_be_withdrawn(semax: Run) -> None:
    """What should not have been asked goes, closed or not."""
    assert semax("question", "withdraw", "semax", "q3", "--why", "a slip").code == Exit.DONE


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (("link", "semax", "q9", "c1", "--relation", "partly"), "semax has no question 'q9' at 15"),
        (("link", "semax", "q1", "c9", "--relation", "partly"), "no claim or source 'c9' at 15"),
        (("link", "semax", "q1", "claim:s1", "--relation", "partly"), "or source 'claim:s1' at 15"),
        (("link", "semax", "q1", "c1"), "--relation"),
        (
            ("link", "semax", "q1", "c2", "--relation", "partly"),
            "there since record 7; accept it: evledger review semax --accept link:q1/c2/partly",
        ),
        (("link", "semax", "q1", "c1", "--relation", "answers"), "answers is there since record 6"),
        (("unlink", "semax", "q2", "c1", "--why", "x"), "c1 is not linked to q2"),
        (
            ("unlink", "semax", "q1", "c1", "--relation", "partly", "--why", "x"),
            "c1 is not linked to q1 with relation partly",
        ),
        (("close", "semax", "q1"), "--why"),
        (("create", "semax", ""), "text"),
        (("create", "semax", "Why?", "--channel", "S M S"), "channel"),
    ],
)
def test_wrong_use_of_question(args: tuple[str, ...], expected: str, semax: Run) -> None:
    """What cannot be done is refused with what to do, and nothing is recorded."""
    before = semax("head", "semax").out
    ended = semax("question", *args)
    assert (ended.code, ended.out) == (Exit.WRONG, "")
    assert expected in ended.err
    assert semax("head", "semax").out == before


@pytest.mark.parametrize(
    ("args", "expected"),
    [(("q1", "--all"), "--all is for the list"), (("q9",), "semax has no question 'q9' at 15")],
)
def test_wrong_use_of_questions(args: tuple[str, ...], expected: str, semax: Run) -> None:
    """A question that there is not, and an option that is for the list, are named."""
    ended = semax("questions", "semax", *args)
    assert (ended.code, ended.out) == (Exit.WRONG, "")
    assert expected in ended.err


def test_two_things_of_one_id(semax: Run) -> None:
    """An id that a claim and a source share is named whole."""
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        store.ledger("semax").append(
            SourceAdded(id="twin", kind="book", title="A book"),
            ClaimTagged(id="twin", source="s1", tier="human", stance="mixed", text="It depends."),
            by="curator",
        )
    ended = semax("question", "link", "semax", "q2", "twin", "--relation", "partly")
    assert "'twin' is more than one thing here; name one of: claim:twin, source:twin" in ended.err
    args = ("semax", "q2", "claim:twin", "--relation", "partly")
    assert semax("question", "link", *args).code == Exit.DONE
