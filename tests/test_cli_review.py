"""The verb review, run within this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

import evledger
from evledger import ClaimTagged, Plugins, Reviewed, SourceAdded, SourceLinked, View
from evledger.cli.errors import Exit
from evledger.reviewing import verdicts

HOSTILE: Final = "\x1b[31m\u202e"
PROPOSED: Final[dict[str, Any]] = {"assertion": "automatic", "basis": f"PubMed: Trial{HOSTILE}"}

Run = Callable[..., Any]


@pytest.fixture
def semax(run: Run) -> Run:
    """Return what runs the command where semax has proposals: two sources, two claims, a link."""
    given: dict[str, Any] = {"stance": "neutral", **PROPOSED}
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(
            SourceAdded(
                id="s1",
                kind="review",
                title="Overview",
                locators=("doi:10.1000/a",),
                published="2018-06",
                **PROPOSED,
            ),
            SourceAdded(id="s2", kind="trial", title=f"A {HOSTILE} trial", **PROPOSED),
            ClaimTagged(id="c1", source="s1", tier="published", text="It helps.", **given),
            ClaimTagged(id="c2", source="s2", tier="human", text="Scores rose.", **given),
            SourceLinked(source="s1", other="s2", relation="same-study", **PROPOSED),
            by="importer",
        )
    return run


def test_review_shows_what_waits(semax: Run) -> None:
    """Sources stand with their claims and links, each with its basis; the last line tells how."""
    ended = semax("review", "semax")
    head = semax("head", "semax").out.strip()
    because = "    because: PubMed: Trial\\x1b[31m\\u202e"
    assert (ended.code, ended.err) == (Exit.DONE, "")
    assert ended.out.splitlines() == [
        "s2  A \\x1b[31m\\u202e trial",
        "  source:s2  of kind trial",
        because,
        "  claim:c2  human, neutral: Scores rose.",
        because,
        "s1  Overview (doi:10.1000/a, 2018-06)",
        "  source:s1  of kind review",
        because,
        "  claim:c1  published, neutral: It helps.",
        because,
        "  link:s1/s2/same-study  of the same study as s2: A \\x1b[31m\\u202e trial",
        because,
        f"semax at {head}: 2 sources, 2 claims, 1 link to review",
        "decide: evledger review semax --accept ID --reject ID --why TEXT",
    ]


def test_review_json(semax: Run) -> None:
    """The document counts what waits, and has each proposal with what is proposed."""
    document = semax("review", "semax", "--json").document
    assert document.keys() == {"ledger", "head", "waiting", "proposals"}
    assert document["waiting"] == {"source": 2, "claim": 2, "link": 1}
    first = document["proposals"][0]
    assert first.keys() == {"name", "kind", "source", "text", "basis", "entry"}
    assert (first["name"], first["kind"], first["source"]) == ("source:s2", "source", "s2")
    assert (first["entry"]["id"], first["entry"]["kind"]) == ("s2", "trial")
    assert not {"sealed", "history"} & first["entry"].keys()


def test_kind_and_limit(semax: Run) -> None:
    """--kind shows some kinds, --limit so many; what is not shown is counted."""
    found = semax("review", "semax", "--kind", "link", "--kind", "claim", "--json").document
    assert [each["name"] for each in found["proposals"]] == [
        "claim:c2",
        "claim:c1",
        "link:s1/s2/same-study",
    ]
    assert found["waiting"] == {"source": 2, "claim": 2, "link": 1}
    limited = semax("review", "semax", "-n", "1").out.splitlines()
    assert limited[1] == "  source:s2  of kind trial"
    assert limited[3].endswith(": 2 sources, 2 claims, 1 link to review; 1 of them shown")
    assert len(semax("review", "semax", "--limit", "0").out.splitlines()) == 1


def test_verdicts(semax: Run) -> None:
    """Several are accepted and rejected at once, by whom and why, and what is left is counted."""
    ended = semax(
        "review", "semax", "--accept", "s1, c1", "--accept", "link:s1/s2/same-study",
        "--reject", "c2", "--why", "read both", "--by", "editor",
    )  # fmt: skip
    head = semax("head", "semax").out.strip()
    assert (ended.code, ended.err) == (Exit.DONE, "")
    assert ended.out.splitlines() == [
        "accepted source:s1, claim:c1, link:s1/s2/same-study",
        "rejected claim:c2",
        f"records 6 to 9 of semax, head {head}; 1 proposal left",
    ]
    record = json.loads(semax("log", "semax", "--json", "-n1", "--reverse").out)
    assert (record["by"], record["data"]) == (
        "editor",
        {"target": "claim:c2", "verdict": "rejected", "why": "read both"},
    )
    assert "1 source, 0 claims, 0 links to review" in semax("review", "semax").out


def test_verdicts_with_claims(semax: Run) -> None:
    """A source can be accepted with its claims, by its id alone."""
    document = semax("review", "semax", "--accept", "s2", "--with-claims", "--json").document
    assert (document["accepted"], document["rejected"]) == (["source:s2", "claim:c2"], [])
    assert (document["first"], document["count"], document["left"]) == (6, 2, 3)
    assert document["head"] == semax("head", "semax").out.strip()


def test_all_or_none(semax: Run) -> None:
    """Where one id is unknown, or was reviewed already, no verdict is recorded."""
    assert semax("review", "semax", "--accept", "c1").code == Exit.DONE
    before = semax("head", "semax").out
    for id, expected in (("s9", "no source, claim or link 's9'"), ("c1", "was accepted already")):
        ended = semax("review", "semax", "--accept", "s1", "--reject", id)
        assert (ended.code, ended.out) == (Exit.WRONG, "")
        assert expected in ended.err
    assert before == semax("head", "semax").out


def test_a_verdict_in_between(semax: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where somebody else decided meanwhile, nothing is recorded, and the code is 3."""

    def late(view: View, **given: Any) -> tuple[Reviewed, ...]:
        events = verdicts(view, **given)
        with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
            other = Reviewed(target="source:s1", verdict="rejected")
            store.ledger("semax").append(other, by="somebody")
        return events

    monkeypatch.setattr("evledger.cli.review.verdicts", late)
    ended = semax("review", "semax", "--accept", "s1")
    assert (ended.code, ended.out) == (Exit.UNFINISHED, "")
    assert semax("head", "semax").out.startswith("7-")


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (("--why", "x"), "give --accept or --reject too"),
        (("--with-claims",), "give --accept or --reject too"),
        (("--accept", "s1", "--kind", "claim"), "--kind and --limit are for what is shown"),
        (("--reject", "s1", "--limit", "3"), "--kind and --limit are for what is shown"),
        (("--accept", " , "), "--accept and --reject name nothing"),
        (("--accept", ""), "--accept and --reject name nothing"),
        (("--kind", "gap"), "'gap' is not one of"),
    ],
)
def test_wrong_use(args: tuple[str, ...], expected: str, semax: Run) -> None:
    """What is shown and what is decided are not mixed."""
    ended = semax("review", "semax", *args)
    assert (ended.code, ended.out) == (Exit.WRONG, "")
    assert expected in ended.err
