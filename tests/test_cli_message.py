"""The verb message: a text line's whole loop, run within this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

import evledger
from evledger import Invalid, Plugins
from evledger.cli.config import Messages, load_config
from evledger.cli.errors import Exit
from evledger.messages.limits import LARGEST_FILE

ANN: Final = ("--from", "+1 555 010 0999")

Run = Callable[..., Any]


@pytest.fixture
def semax(run: Run) -> Run:
    """Return what runs the command where semax has a source and a claim."""
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        with ledger.batch(by="curator") as batch:
            rats = batch.add_source(kind="review", title="Rats", locators=("doi:10.1000/rats",))
            batch.tag_claim(
                source=rats, tier="preclinical", stance="supports", text="BDNF rose in rats."
            )
    return run


def head(run: Run) -> str:
    """Return the ledger's head."""
    return str(run("head", "semax").out)


def test_the_whole_loop(semax: Run) -> None:
    """A question is asked and answered with evidence, which a person accepts; then it counts."""
    asked = semax("message", "semax|Does it help memory?", *ANN, "--id", "SM1")
    assert (asked.code, asked.err) == (Exit.DONE, "")
    assert asked.out.splitlines()[::2] == [
        "semax q:1: your question is recorded.",
        "To send evidence: ingest semax|q:1|your text or link",
    ]
    paste = (
        "message",
        "ingest semax|q:1|doi:10.1000/rats says that it helps.",
        *ANN,
        "--id",
        "SM2",
    )
    sent = semax(*paste)
    assert sent.code == Exit.DONE
    assert sent.out.startswith("semax q:1: recorded as c2, of source s1 (doi:10.1000/rats).\n")
    before = head(semax)
    assert semax(*paste).out == sent.out
    assert semax("message", "semax|Does it help memory?", *ANN, "--id", "SM1").out == asked.out
    assert head(semax) == before
    reviewed = semax("review", "semax", "--accept", "c2,link:q1/c2/partly", "--why", "read it")
    assert reviewed.code == Exit.DONE
    article = semax("render", "semax", "--format", "text").out
    assert "q1 Does it help memory?" in article
    assert "c2 doi:10.1000/rats says that it helps." in article
    assert "5550100999" not in article
    again = semax("message", "semax|does it help memory", *ANN)
    assert "doi:10.1000/rats says that it helps. [c2, preclinical]" in again.out
    assert semax("verify", "semax", "--full").code == Exit.DONE


def test_json(semax: Run) -> None:
    """The document has the reply, and what the message became."""
    document = semax("message", "semax|Does it help?", *ANN, "--id", "SM1", "--json").document
    assert document.keys() == {"text", "entries", "repeated", "outcome", "ledger"}
    assert document["entries"] == ["question:q1"]
    assert (document["repeated"], document["outcome"]) == (False, "recorded")
    again = semax("message", "semax|Does it help?", *ANN, "--id", "SM1", "--json").document
    assert again == {**document, "repeated": True}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("help", Exit.DONE),
        ("status semax", Exit.DONE),
        ("STOP", Exit.DONE),
        ("semax", Exit.WRONG),
        ("semax|status", Exit.WRONG),
        ("", Exit.WRONG),
        ("nope|Why?", Exit.WRONG),
        ("ingest semax|q:7|x", Exit.WRONG),
    ],
)
def test_exit_codes(semax: Run, text: str, code: int) -> None:
    """What is answered ends with 0, what other words would mend with 2; the reply is printed."""
    ended = semax("message", text, *ANN)
    assert (ended.code, ended.err) == (code, "")
    assert ended.out


def test_settings(semax: Run) -> None:
    """The configuration file says who may write, how often, and how they are answered."""
    Path("evledger.toml").write_text(
        "[messages]\nsenders = ['001 555 0100999']\nmessages_per_hour = 1\nlength = 480\n"
        "contact = 'desk@example.org'\ndirectory = true\n",
        encoding="utf-8",
    )
    help_ = semax("message", "help", *ANN).out
    assert help_.endswith("Ledgers: semax\nWho keeps this line: desk@example.org\n")
    stranger = semax("message", "help", "--from", "+1 555 010 0998")
    assert stranger.code == Exit.UNFINISHED
    assert "registered senders" in stranger.out
    assert semax("message", "semax|Is it safe?", *ANN).code == Exit.DONE
    limited = semax("message", "semax|Is it cheap?", *ANN)
    assert (limited.code, limited.err) == (Exit.UNFINISHED, "")
    assert limited.out.startswith("Too many messages")


def test_settings_by_default(tmp_path: Path) -> None:
    """Without a file everybody may write; what a setting cannot be is refused with its place."""
    assert load_config(None).messages == Messages(senders=None, messages_per_hour=20)
    path = tmp_path / "evledger.toml"
    for wrong in ("length = 479", "messages_per_hour = -1", "senders = 'all'", "sender = ['1']"):
        path.write_text(f"[messages]\n{wrong}\n", encoding="utf-8")
        with pytest.raises(Invalid, match="messages"):
            load_config(path)


def test_no_limit(semax: Run) -> None:
    """With 0 messages per hour a sender may send as many as they like."""
    Path("evledger.toml").write_text("[messages]\nmessages_per_hour = 0\n", encoding="utf-8")
    codes = [semax("message", f"semax|Is {n} safe?", *ANN).code for n in range(22)]
    assert codes == [Exit.DONE] * 22


def test_by_default_twenty_messages_an_hour(semax: Run) -> None:
    """The limit holds though each message is a run of the command of its own."""
    codes = [semax("message", f"semax|Is {n} safe?", *ANN).code for n in range(21)]
    assert codes == [Exit.DONE] * 20 + [Exit.UNFINISHED]


def test_standard_input_and_files(semax: Run) -> None:
    """- reads the message; files come with it, and may be all that does."""
    Path("scan.jpg").write_bytes(b"\xff\xd8scan")
    given = "semax|Is it safe f\u00fcr mich?\n".encode()
    ended = semax("message", "-", *ANN, "--channel", "signal", "--media", "scan.jpg", given=given)
    assert ended.out.startswith("semax q:1: your question is recorded. Files kept as s2.\n")
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        view = store.ledger("semax").view()
    assert view.questions["q1"].text == "Is it safe f\u00fcr mich?"
    assert view.questions["q1"].channel == "signal"
    capture = view.sources["s2"].capture
    assert isinstance(capture, evledger.Attachment)
    assert (capture.size, capture.media_type) == (6, "image/jpeg")
    Path("other.jpg").write_bytes(b"\xff\xd8other")
    alone = semax("message", "ingest semax|q:1|", *ANN, "--media", "other.jpg")
    assert alone.out.startswith("semax q:1: recorded. Files kept as s3.\n")


def test_a_file_that_is_too_large(semax: Run) -> None:
    """The reply says what is too much, whatever the size."""
    Path("film.mp4").write_bytes(bytes(LARGEST_FILE + 1_000))
    ended = semax("message", "semax|Is it safe?", *ANN, "--media", "film.mp4")
    assert ended.code == Exit.DONE
    assert "Not kept: file 1 (video/mp4) has more than 5,000,000 bytes." in ended.out


def test_standard_input_that_is_no_text(semax: Run) -> None:
    """What is not UTF-8 is refused, and nothing of it recorded."""
    before = head(semax)
    ended = semax("message", "-", *ANN, given=b"semax|Is it safe f\xfcr mich?")
    assert (ended.code, ended.out) == (Exit.WRONG, "")
    assert "the message is not UTF-8: byte 18" in ended.err
    assert head(semax) == before


@pytest.mark.parametrize(
    "wrong",
    [
        *(("--media", "nope.jpg"), ("--media", "."), ("--channel", "S M S"), ("--db", "nope.db")),
        *(("--from", ""), ("--from", " \u200b"), ("--from", "whatsapp:")),
    ],
)
def test_wrong_use(semax: Run, wrong: tuple[str, str]) -> None:
    """What the operator gives wrongly is an error, and no reply; nothing is recorded."""
    before = head(semax)
    ended = semax("message", "semax|Is it safe?", *ANN, *wrong)
    assert (ended.code, ended.out) == (Exit.WRONG, "")
    assert "evledger: " in ended.err
    assert head(semax) == before


def test_hostile_text(semax: Run) -> None:
    """Nothing that is sent steers the terminal."""
    hostile = "nope|\x1b[31m\u202e red"
    out = semax("message", hostile, *ANN).out
    assert "\x1b" not in out
    assert "\u202e" not in out
