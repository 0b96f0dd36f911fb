"""The desk: every message is answered, none is recorded twice, and nothing of a sender shows."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    EvledgerError,
    Hidden,
    Invalid,
    Ledger,
    Plugins,
    QuestionClosed,
    Record,
    Store,
    StoreError,
)
from evledger.events import Tier
from evledger.legible import UNSEEN
from evledger.messages.desk import Desk, Forgotten, Incoming, Media, Reply
from evledger.messages.files import sift
from evledger.messages.incoming import Sender
from evledger.messages.limits import LARGEST_FILE, LONGEST_QUESTION, MOST_FILES, Rate
from evledger.reviewing import pending, verdicts

ANN = "+1 555 010 0999"
BEN = "whatsapp:+44 7700 900123"
PASTE = (
    "Zinnober rose threefold, see https://doi.org/10.1000/rats; “zinnober was up in all of them”."
)
PICTURE = Media(data=b"\x89PNG zinnober", media_type="image/png")
anything = st.text(st.characters(codec=None))


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def forward(self, seconds: float) -> None:
        """Put it forward."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
def store(clock: Clock) -> Iterator[Store]:
    """Yield a store with a ledger of one source, one claim and one question."""
    with evledger.open("memory:", plugins=Plugins.builtin(), clock=clock) as opened:
        fill(opened)
        yield opened


def fill(store: Store) -> Ledger:
    """Create semax."""
    ledger = store.create("semax", title="Semax and BDNF", by="curator")
    with ledger.batch(by="curator") as batch:
        rats = batch.add_source(
            kind="journal-article", title="A study in rats", locators=("doi:10.1000/rats",)
        )
        batch.tag_claim(
            source=rats, tier="preclinical", stance="supports", text="BDNF rose in rats."
        )
        batch.create_question(text="Does it help memory?")
    return ledger


@pytest.fixture
def semax(store: Store) -> Ledger:
    """Return the ledger."""
    return store.ledger("semax")


@pytest.fixture
def desk(store: Store) -> Desk:
    """Return a desk that takes everything."""
    return Desk(store, limit=None)


def send(desk: Desk, text: str, sender: str = ANN, **more: Any) -> Reply:
    """Send a message."""
    return desk.receive(Incoming(text=text, sender=sender, **more))


def clear_text(ledger: Ledger, tmp_path: Path) -> str:
    """Return all that an export shows."""
    ledger.export(tmp_path / "archive")
    pages = sorted((tmp_path / "archive").rglob("*"))
    return "".join(page.read_text("utf-8") for page in pages if page.is_file())


# -- questions ---------------------------------------------------------------------------


def test_a_question(desk: Desk, semax: Ledger) -> None:
    """It is created with its words and its asker sealed, and answered with what is held on it."""
    reply = send(desk, "Semax | Does BDNF rise in rats?", BEN)
    assert (reply.entries, reply.outcome, reply.ledger) == (("question:q2",), "recorded", "semax")
    assert reply.text.splitlines() == [
        "semax q:2: your question is recorded.",
        "BDNF rose in rats. [c1, preclinical]",
        "What was asked for was found.",
        "To send evidence: ingest semax|q:2|your text or link",
    ]
    question = semax.view().questions["q2"]
    assert (question.text, question.channel) == ("Does BDNF rise in rats?", "whatsapp")
    assert (question.asker, question.by) == ("+447700900123", "reader")
    assert set(question.sealed) == {"text", "asker"}


def test_a_question_on_which_nothing_is_held(desk: Desk) -> None:
    """The reply says so; the question itself is no evidence, however often it is asked."""
    for _ in range(2):
        reply = send(desk, "semax|Is zinnober xylophonic?")
        assert "\nNothing in the ledger bears on it yet.\n" in reply.text


@pytest.mark.parametrize(
    "text", ["does it HELP memory", "Does it help memory?!", "Does  it help memory ."]
)
def test_the_same_question(desk: Desk, semax: Ledger, text: str) -> None:
    """An open question of the same words is given again, and nothing of who asks is recorded."""
    head = semax.head()
    reply = send(desk, f"semax|{text}", media=[PICTURE])
    assert (reply.entries, reply.repeated) == (("question:q1",), True)
    assert reply.text.startswith("semax q:1 is the same question.")
    assert "Not kept: what came with it." in reply.text
    assert semax.head() == head


def test_the_same_question_after_it_was_closed(desk: Desk, semax: Ledger) -> None:
    """A closed question does not stand in the way of one of the same words."""
    semax.append(QuestionClosed(question="q1", why="Answered."), by="curator")
    assert send(desk, "semax|Does it help memory?").entries == ("question:q2",)


def test_a_question_is_recorded_though_a_plugin_fails(
    store: Store, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a plugin does wrong costs the answer, and not the question."""
    for kind in ("retriever", "answerer", "scorer"):
        monkeypatch.setattr(store.plugins, kind, failing)
    reply = send(desk, "semax|Does BDNF rise?")
    assert reply.entries == ("question:q2",)
    assert "could not be looked up" in reply.text
    assert "The score could not be computed." in send(desk, "status semax").text


class Failing:
    """A plugin of several kinds that fails at all that it is asked to do."""

    name = "failing"
    version = 1

    def __getattr__(self, name: str) -> Any:
        """Fail."""
        raise RuntimeError(name)


def failing(_: str) -> Failing:
    """Return one, whatever is asked for."""
    return Failing()


def test_a_question_that_is_too_long(desk: Desk, semax: Ledger) -> None:
    """A question longer than any that can be asked is not recorded, and the reply says why."""
    head = semax.head()
    reply = send(desk, f"semax|{'why ' * LONGEST_QUESTION}")
    assert (reply.outcome, semax.head()) == ("malformed", head)
    assert reply.text.splitlines() == [
        "The question has 7,999 characters, and 2,000 are the most.",
        "It can be asked in fewer words: semax|your question",
    ]


@pytest.mark.parametrize("text", ["nope|Why?", "ingest nope|q:1|x", "status nope"])
def test_an_unknown_ledger(store: Store, text: str) -> None:
    """The reply names the form; which ledgers there are it tells only where it may."""
    reply = send(Desk(store), text)
    assert (reply.outcome, reply.ledger) == ("malformed", None)
    assert reply.text.startswith("There is no ledger nope here.\nSend: ")
    assert "semax" not in reply.text
    assert "\nLedgers: semax\n" in send(Desk(store, directory=True), text).text


@pytest.mark.parametrize(
    "text",
    [
        *("semax|status", "semax|help", "semax|q:1|text", "semax|ingest|q:1|text", "semax|?"),
        *("semax|\U0001f44d", "semax||does it help", "semax|ingest semax|q:1|text", "semax|q:1 x"),
    ],
)
def test_questions_that_are_none(desk: Desk, semax: Ledger, text: str) -> None:
    """What was meant to be something else, or asks nothing, is not recorded for ever."""
    head = semax.head()
    reply = send(desk, text)
    assert (reply.outcome, semax.head()) == ("malformed", head)
    form = reply.text.splitlines()[-1]
    assert form.startswith("Send: ")
    assert "semax" in form or form == "Send: help"


# -- the right form ----------------------------------------------------------------------

UNNAMED = "Send, with the ledger's name for SLUG: "


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("semax does it help?", "Send: semax|does it help?"),
        ("does semax help?", "Send: semax|does semax help?"),
        ("Does SEMAX, semax, help?", "Send: semax|Does SEMAX, semax, help?"),
        ("does semax or noopept help?", f"{UNNAMED}SLUG|does semax or noopept help?"),
        ("does it help?", f"{UNNAMED}SLUG|does it help?"),
        ("Hi", f"{UNNAMED}SLUG|Hi"),
        ("nope|", f"{UNNAMED}SLUG|QUESTION"),
        ("status of semax", "Send: status semax"),
        ("status of it", f"{UNNAMED}status SLUG"),
        ("ingest nope|1|text", f"{UNNAMED}ingest SLUG|q:1|text"),
        ("ingest please semax|q:1|text", "Send: ingest semax|q:1|text"),
        ("injest semax|question 1|text", "Send: ingest semax|q:1|text"),
        ("hlp", "Send: help"),
    ],
)
def test_the_form_that_is_offered(store: Store, text: str, form: str) -> None:
    """It names the one ledger that the sender named, and no word that is none."""
    store.create("noopept", title="Noopept", by="curator")
    heads = [store.ledger(slug).head() for slug in store.ledgers()]
    reply = send(Desk(store), text)
    assert (reply.outcome, reply.text.splitlines()[-1]) == ("malformed", form)
    assert [store.ledger(slug).head() for slug in store.ledgers()] == heads


@given(
    st.lists(
        st.sampled_from(
            (
                "ingest",
                "injest",
                "status",
                "help",
                "hello",
                "it",
                "|",
                "||",
                "q:1",
                "question 1",
                ":",
            )
        ),
        max_size=6,
    )
)
@settings(max_examples=50, deadline=None)
def test_no_ledger_is_told_that_was_not_named(words: list[str]) -> None:
    """Whatever is wrong, the replies are as if the ledgers of which nothing was said were none."""
    text = " ".join(words)
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        store.create("one", title="One", by="curator")
        before = send(Desk(store), text)
        store.create("semax", title="Semax", by="curator")
        after = send(Desk(store), text)
    assert "semax" not in after.text
    assert before.outcome in ("malformed", "answered")
    if before.outcome == "malformed":
        assert before == after


@pytest.mark.parametrize("text", ["STOP", "stop", "Unsubscribe.", "START"])
def test_words_for_the_carrier(desk: Desk, semax: Ledger, text: str) -> None:
    """Who wants out, or in again, is told whose business that is, and nothing is recorded."""
    head = semax.head()
    reply = send(desk, text)
    assert (reply.outcome, reply.entries, semax.head()) == ("answered", (), head)
    assert reply.text == (
        "This line writes only in reply. Your carrier stops its replies when you send STOP, "
        "and lets them through again when you send START; nothing was recorded."
    )


# -- evidence ----------------------------------------------------------------------------


def test_evidence_of_a_known_source(desk: Desk, semax: Ledger) -> None:
    """A paste that names a known source becomes a claim of it, sealed, to be reviewed."""
    reply = send(desk, f"ingest semax|q:1|{PASTE}")
    assert reply.entries == ("claim:c2",)
    assert reply.text.splitlines() == [
        "semax q:1: recorded as c2, of source s1 (doi:10.1000/rats).",
        "It counts once a person has reviewed it.",
    ]
    view = semax.view()
    claim = view.claims["c2"]
    assert (claim.source, claim.text, claim.quote) == (
        "s1",
        PASTE,
        "zinnober was up in all of them",
    )
    assert (claim.tier, claim.stance, claim.assertion) == ("preclinical", "neutral", "automatic")
    assert claim.basis == "sent over sms by +15550100999"
    assert set(claim.sealed) == {"text", "quote", "basis"}
    (evidence,) = view.questions["q1"].evidence
    assert (evidence.claim, evidence.relation, evidence.assertion) == ("c2", "partly", "automatic")
    assert view.counted.claims == ("c1",)
    assert {each.name for each in pending(view)} == {"claim:c2", "link:q1/c2/partly"}


@pytest.mark.parametrize(
    ("paste", "expected"),
    [
        ("10.1000/new", ("journal-article", None, "published")),
        ("PMID: 29798983", ("journal-article", None, "published")),
        ("see NCT01234567", ("trial", None, "published")),
        ("ISBN 9781605587301", ("book", None, "published")),
        ("https://www.reddit.com/r/TBI/comments/58qzqh/x/", ("post", "reddit", "anecdotal")),
        ("https://x.com/someone/status/1212092628029698048", ("post", "x", "anecdotal")),
        ("https://youtu.be/dQw4w9WgXcQ", ("video", "youtube", "anecdotal")),
        ("https://example.org/zinnober", ("web-page", None, "anecdotal")),
    ],
)
def test_evidence_of_a_new_source(
    desk: Desk, semax: Ledger, paste: str, expected: tuple[str, str | None, str]
) -> None:
    """What is added of a source is its identifier alone, and its kind by the scheme of that."""
    reply = send(desk, f"ingest semax|q:1|Look at {paste} please")
    assert reply.entries == ("source:s2", "claim:c2")
    view = semax.view()
    source = view.sources["s2"]
    assert (source.kind, source.platform, view.claims["c2"].tier) == expected
    assert source.assertion == "automatic"
    assert (source.title, source.authors, source.capture) == (source.locators[0], (), None)
    assert view.claims["c2"].source == "s2"


@pytest.mark.parametrize(
    ("others", "tier"),
    [
        ([], "preclinical"),
        ([("preclinical", "manual")], "preclinical"),
        ([("human", "manual")], "published"),
        ([("human", "automatic")], "preclinical"),
    ],
)
def test_the_tier_of_a_known_source(
    desk: Desk, semax: Ledger, others: list[tuple[str, str]], tier: str
) -> None:
    """It is the one that the source's reviewed claims agree on, and else the weakest that fits."""
    with semax.batch(by="curator") as batch:
        for other, assertion in others:
            batch.tag_claim(
                source="s1", tier=other, stance="mixed", text="It varies.", assertion=assertion
            )
    (name,) = send(desk, f"ingest semax|q:1|{PASTE}").entries
    assert semax.view().claims[name.removeprefix("claim:")].tier == tier


def test_evidence_without_a_source(desk: Desk, semax: Ledger) -> None:
    """The message itself is the source then: its words are kept verbatim, and sealed."""
    paste = "It did a lot for me.\n\n  After two weeks " + "zinnober " * 30
    reply = send(desk, f"ingest semax|q:1|{paste}")
    assert reply.entries == ("source:s2", "claim:c2")
    view = semax.view()
    source, claim = view.sources["s2"], view.claims["c2"]
    assert (source.kind, source.platform, source.authors) == ("other", "sms", ())
    assert source.title == (
        "It did a lot for me. After two weeks zinnober zinnober zinnober zinnober…"
    )
    assert (view.captured("s2"), claim.text, claim.tier) == (paste, paste, "anecdotal")
    assert set(source.sealed) == {"title", "authors", "capture", "basis"}


def test_an_article_shows_no_sender(desk: Desk, semax: Ledger) -> None:
    """Whoever sent something stands in no rendered article, whatever the vault holds."""
    send(desk, "semax|Is it safe?", media=[PICTURE])
    send(desk, "ingest semax|q:1|It helped.", media=[PICTURE])
    send(desk, f"ingest semax|q:1|{PASTE}")
    for renderer in ("text", "markdown", "json"):
        text = bytes(semax.render(renderer).data).decode()
        assert "It helped." not in text, "nobody has accepted it"
        assert "5550100999" not in text
    semax.append(*verdicts(semax.view(), accept=["c2"]), by="curator")
    for renderer in ("text", "markdown", "json"):
        text = bytes(semax.render(renderer).data).decode()
        assert "It helped." in text
        assert "5550100999" not in text


def test_a_link_that_names_the_sender_is_no_source(desk: Desk, semax: Ledger) -> None:
    """A link with the sender's number in it is not taken for a source's identifier."""
    send(desk, "ingest semax|q:1|Ask me: https://wa.me/15550100999")
    assert semax.view().sources["s2"].locators == ()


def test_evidence_that_is_there(desk: Desk, semax: Ledger) -> None:
    """The same words on the same question are not recorded again, of a source or without one."""
    for paste in (PASTE, "It helped me."):
        first = send(desk, f"ingest semax|q:1|{paste}")
        head = semax.head()
        again = send(desk, f"ingest semax|q:1|{paste}", BEN)
        assert (semax.head(), again.repeated) == (head, True)
        assert again.entries == first.entries[-1:]
        assert "the ledger has this already, as c" in again.text


def test_evidence_for_another_question(desk: Desk, semax: Ledger) -> None:
    """A known source's claim of the same words is linked to another question, not tagged again."""
    send(desk, "semax|Is it safe?")
    send(desk, f"ingest semax|q:1|{PASTE}")
    reply = send(desk, f"ingest semax|q:2|{PASTE}")
    assert (reply.entries, reply.repeated) == (("claim:c2",), False)
    assert [each.claim for each in semax.view().questions["q2"].evidence] == ["c2"]


def test_a_retracted_source(desk: Desk, semax: Ledger) -> None:
    """The sender is told that the ledger has the source as retracted."""
    flag = evledger.SourceFlagged(source="s1", status="retracted", according_to="Crossref")
    semax.append(flag, by="curator")
    assert "has that source as retracted" in send(desk, f"ingest semax|q:1|{PASTE}").text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ingest semax|q:7|x", "semax has no question q:7."),
        ("ingest semax|q:none|x", "semax has no question q:none."),
        ("ingest semax|q:1|x", "semax q:1 was closed, so it takes no more evidence."),
    ],
)
def test_evidence_that_is_not_taken(desk: Desk, semax: Ledger, text: str, why: str) -> None:
    """A question that is not there, or not open, takes nothing; the reply says why."""
    semax.append(QuestionClosed(question="q1", why="Answered."), by="curator")
    head = semax.head()
    reply = send(desk, text, media=[PICTURE])
    assert (reply.outcome, semax.head()) == ("malformed", head)
    assert reply.text.splitlines() == [why, "To see what is open: status semax"]


def test_a_ledger_without_tiers(store: Store) -> None:
    """Where no claim can be tagged, evidence is not taken."""
    ledger = store.create("bare", title="Bare", by="curator", tiers=())
    desk = Desk(store)
    send(desk, "bare|Why?")
    head = ledger.head()
    assert "no tiers of evidence" in send(desk, "ingest bare|q:1|Because.").text
    assert ledger.head() == head


def test_a_ledger_with_tiers_of_its_own(store: Store) -> None:
    """The weakest tier is the last, whatever it is called."""
    tiers = (
        Tier(slug="a", label="A", description="A."),
        Tier(slug="z", label="Z", description="Z."),
    )
    ledger = store.create("other", title="Other", by="curator", tiers=tiers)
    desk = Desk(store)
    send(desk, "other|Why?")
    send(desk, f"ingest other|q:1|{PASTE}")
    assert ledger.view().claims["c1"].tier == "z"


def test_an_alias(store: Store, semax: Ledger, tmp_path: Path) -> None:
    """A ledger that was restored under another name is spoken of by that name."""
    semax.export(tmp_path / "archive")
    store.restore(tmp_path / "archive", "copy")
    reply = send(Desk(store), "copy|Why?")
    assert reply.ledger == "copy"
    assert "ingest copy|q:2|" in reply.text


# -- files -------------------------------------------------------------------------------


def test_files_with_a_message(desk: Desk, semax: Ledger) -> None:
    """Each becomes a sealed source that is linked to the question, and no claim."""
    asked = send(desk, "semax|Is it safe?", media=[PICTURE])
    sent = send(desk, "ingest semax|q:1|It helped.", media=[PICTURE, PICTURE])
    assert asked.entries == ("question:q2", "source:s2")
    assert sent.entries == ("source:s3", "claim:c2", "source:s4")
    assert "Files kept as s4." in sent.text
    assert "Not kept: file 2 (image/png) is there already." in sent.text
    view = semax.view()
    assert [each.source for each in view.questions["q2"].evidence] == ["s2"]
    assert [each.source for each in view.questions["q1"].evidence] == [None, "s4"]
    capture = view.sources["s4"].capture
    assert isinstance(capture, evledger.Attachment)
    assert semax.attachment(capture) == PICTURE.data
    assert set(view.sources["s4"].sealed) == {"title", "authors", "capture", "basis"}
    assert len(view.claims) == 2


def test_a_file_more_with_the_same_words(desk: Desk, semax: Ledger) -> None:
    """Where only a file is new, only the file is recorded."""
    send(desk, "ingest semax|q:1|It helped.")
    reply = send(desk, "ingest semax|q:1|It helped.", media=[PICTURE], id="m1")
    assert reply.entries == ("source:s3",)
    assert send(desk, "ingest semax|q:1|It helped.", media=[PICTURE], id="m1").entries == (
        "source:s3",
    )
    assert len(semax.view().claims) == 2


def test_files_that_are_not_kept() -> None:
    """Files that are empty, too large or too many are named, and the others are kept."""
    files = [
        Media(data=b"", media_type="image/png"),
        Media(data=bytes(LARGEST_FILE + 1), media_type="image/png"),
        *(Media(data=bytes([n]), media_type="IMAGE/JPEG; q=1") for n in range(MOST_FILES)),
        Media(data=b"more", media_type="\x1b<script>"),
    ]
    sifted = sift(files)
    assert [each.media_type for each in sifted.kept] == ["image/jpeg"] * MOST_FILES
    assert sifted.refused == (
        "file 1 (image/png) is empty",
        "file 2 (image/png) has more than 5,000,000 bytes",
        "file 13 (application/octet-stream) is one too many: 10 are kept of a message",
    )


def test_files_alone(desk: Desk, semax: Ledger) -> None:
    """Without words that say what they are for, files are not kept."""
    head = semax.head()
    assert send(desk, "", media=[PICTURE]).outcome == "malformed"
    assert semax.head() == head


def test_files_are_evidence_without_words(desk: Desk, semax: Ledger) -> None:
    """A file that comes with the form and nothing after it is kept, and linked to its question."""
    reply = send(desk, "ingest semax|q:1| ", media=[PICTURE], id="m1")
    assert (reply.outcome, reply.entries) == ("recorded", ("source:s2",))
    assert reply.text.splitlines() == [
        "semax q:1: recorded. Files kept as s2.",
        "It counts once a person has reviewed it.",
    ]
    view = semax.view()
    assert [(each.claim, each.source) for each in view.questions["q1"].evidence] == [(None, "s2")]
    assert view.sources["s2"].basis == "sent over sms by +15550100999"
    again = send(desk, "ingest semax|q:1|", media=[PICTURE], id="m1")
    assert again == attrs.evolve(reply, repeated=True)
    assert len(view.claims) == len(semax.view().claims) == 1


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([Media(data=b"", media_type="image/png")], "Not kept: file 1 (image/png) is empty."),
        ([PICTURE], "Not kept: file 1 (image/png) is there already."),
    ],
)
def test_files_without_words_that_are_not_kept(
    desk: Desk, semax: Ledger, files: list[Media], why: str
) -> None:
    """Where none of the files is kept nothing is recorded, and the reply says why."""
    send(desk, "ingest semax|q:1|It helped.", media=[PICTURE])
    head = semax.head()
    reply = send(desk, "ingest semax|q:1|", media=files)
    assert (reply.outcome, reply.entries, semax.head()) == ("malformed", (), head)
    assert reply.text.splitlines() == [
        "semax q:1: nothing was recorded.",
        why,
        "To send evidence: ingest semax|q:1|your text or link",
    ]


# -- status, help ------------------------------------------------------------------------


def test_status(desk: Desk) -> None:
    """It tells what there is, the score, and the first of the open questions."""
    for number in range(6):
        send(desk, f"semax|Is number {number} {'a long one ' * 10}?")
    lines = send(desk, "status semax").text.splitlines()
    assert lines[0] == "semax: Semax and BDNF. 1 claim counts."
    assert lines[1].startswith("Score: ")
    assert lines[1].endswith(" (0.05)")
    assert lines[2:4] == ["7 open questions:", "q:1 Does it help memory?"]
    assert lines[4] == "q:2 Is number 0 a long one a long one a long one a long one a…"
    assert lines[8:] == ["and 2 more", "To ask: semax|your question"]


def test_status_of_what_waits(desk: Desk, semax: Ledger) -> None:
    """What strangers sent is not among the claims that count before a person accepts it."""
    for number in range(2):
        send(desk, f"ingest semax|q:1|It helped me on day {number}.", media=[PICTURE])
    assert send(desk, "status semax").text.startswith(
        "semax: Semax and BDNF. 1 claim counts, 2 wait for review.\n"
    )
    semax.append(*verdicts(semax.view(), accept=["s2"], with_claims=True), by="curator")
    assert send(desk, "status semax").text.startswith(
        "semax: Semax and BDNF. 2 claims count, 1 waits for review.\n"
    )


def test_status_leaves_hidden_questions_out(desk: Desk, semax: Ledger) -> None:
    """Of a question that was erased nothing is sent."""
    send(desk, "semax|Is it safe?")
    desk.forget(ANN, reason="asked", by="curator")
    text = send(desk, "status semax").text
    assert "\n1 open question:\nq:1 Does it help memory?\n" in text
    assert "q:2" not in text
    semax.append(QuestionClosed(question="q1", why="Answered."), by="curator")
    assert "\n0 open questions\n" in send(desk, "status semax").text


def test_help(store: Store) -> None:
    """It tells the forms in a reader's words, with an example, and who keeps the line."""
    lines = send(Desk(store, contact="desk@example.org"), "help").text.splitlines()
    assert lines == [
        "Send one of these, with the ledger's name for SLUG:",
        "SLUG|your question",
        "ingest SLUG|q:NUMBER|your text or link",
        "status SLUG",
        "For example: semax|Does it help?",
        "NUMBER is what the question has in its reply, and in status.",
        "Who keeps this line: desk@example.org",
    ]


@pytest.mark.parametrize(
    ("directory", "example"), [(False, "SLUG|Does it help?"), (True, "noopept|Does it help?")]
)
def test_help_of_several_ledgers(store: Store, directory: bool, example: str) -> None:
    """Which ledgers there are it tells only where it may."""
    store.create("noopept", title="Noopept", by="curator")
    text = send(Desk(store, directory=directory), "help").text
    assert f"\nFor example: {example}\n" in text
    assert ("Ledgers: noopept, semax" in text) == ("semax" in text) == directory


def test_help_fits(store: Store) -> None:
    """The forms and the example are whole in the shortest reply, with the longest names."""
    store.create("x" * 63, title="X", by="curator")
    desk = Desk(store, contact="y" * 100, directory=True, length=480)
    lines = send(desk, "help").text.splitlines()
    assert lines[3:5] == ["status SLUG", "For example: semax|Does it help?"]
    assert lines[-1].startswith("Who keeps this line: yyy")


# -- who, and how often ------------------------------------------------------------------


@pytest.mark.parametrize(
    "sender", ["+15550100999", "001 (555) 010-0999", "WhatsApp:+1555 0100999", "+1.555.010.0999"]
)
def test_senders_on_the_list(store: Store, sender: str) -> None:
    """A number is the same number however it is written, and whatever it comes by."""
    desk = Desk(store, senders=["+1 (555) 010-0999"])
    assert send(desk, "help", sender).outcome == "answered"


def test_senders_not_on_the_list(store: Store, semax: Ledger) -> None:
    """Others get one reply, whatever they write, which says nothing of the ledgers."""
    desk = Desk(store, senders=[ANN], contact="desk@example.org", directory=True)
    head = semax.head()
    texts = ("help", "status semax", "semax|Why?", "ingest semax|q:1|x", "", "nope|Why?")
    (reply,) = {send(desk, text, "+15550100998", id="m1") for text in texts}
    assert (reply.outcome, reply.ledger, semax.head()) == ("refused", None, head)
    assert "semax" not in reply.text
    assert send(Desk(store, senders=[]), "help").outcome == "refused"


@pytest.mark.parametrize(
    ("sender", "channel", "name"),
    [
        ("+1 555 0100", "sms", "+15550100"),
        ("0015550100", "sms", "+15550100"),
        ("whatsapp:15550100", "whatsapp", "15550100"),
        (" @somebody ", "sms", "@somebody"),
        ("", "sms", "unknown"),
        ("+", "sms", "+"),
        ("\u0661\u0662\u0663", "sms", "\u0661\u0662\u0663"),
    ],
)
def test_senders_are_folded(sender: str, channel: str, name: str) -> None:
    """Numbers have one form; what is no number stays as it is."""
    assert Sender.of(sender, "sms") == Sender(channel, name)


def test_too_many_messages(store: Store, semax: Ledger, clock: Clock) -> None:
    """Beyond the limit nothing is recorded, and the reply says when to try again."""
    desk = Desk(store, limit=Rate(2, 3_600))
    send(desk, "semax|One?", id="m1")
    clock.forward(600)
    send(desk, "help")
    head = semax.head()
    refused = send(desk, "semax|Three?")
    assert refused.text.splitlines() == [
        "Too many messages: this line takes 2 messages in an hour, and did not take this one.",
        "Try again in 50 minutes.",
    ]
    assert (refused.outcome, semax.head()) == ("refused", head)
    for text in ("help", "status semax", "", "nope|Why?"):
        assert send(desk, text).outcome == "refused"
    assert send(desk, "semax|Three?", BEN).outcome == "recorded"
    clock.forward(3_000)
    assert send(desk, "semax|Three, again?").outcome == "recorded"


def test_a_repetition_is_never_limited(store: Store) -> None:
    """What was recorded is told again, however often it is delivered."""
    desk = Desk(store, limit=Rate(1, 3_600))
    first = send(desk, "semax|One?", id="m1")
    for _ in range(3):
        assert attrs.evolve(send(desk, "semax|One?", id="m1"), repeated=False) == first
    assert send(desk, "semax|Two?", id="m2").outcome == "refused"


def test_the_limit_holds_across_desks(store: Store, clock: Clock) -> None:
    """What another process recorded of a sender counts, whichever kind of message it was."""
    desks = [Desk(store, limit=Rate(3, 3_600)) for _ in range(4)]
    send(desks[0], "semax|One?")
    send(desks[1], "ingest semax|q:1|It helped.", "whatsapp:+1 555 010 0999")
    send(desks[2], f"ingest semax|q:1|{PASTE}")
    assert send(desks[3], "semax|Four?").outcome == "refused"
    assert send(desks[3], "semax|Four?", BEN).outcome == "recorded"
    clock.forward(3_600)
    assert send(desks[3], "semax|Four, too?").outcome == "recorded"


# -- the same message again --------------------------------------------------------------

MESSAGES = (
    "semax|Is zinnober safe?",
    f"ingest semax|q:1|{PASTE}",
    "ingest semax|q:1|It helped me a lot.",
    "ingest semax|q:1|See 10.1000/new.",
)


FILES = (PICTURE, Media(data=b"", media_type="image/png"), Media(data=b"2", media_type="a/b"))


@pytest.mark.parametrize("text", MESSAGES)
def test_the_same_message_again(desk: Desk, semax: Ledger, text: str) -> None:
    """A message that is delivered again changes nothing, and its reply is the first one's."""
    first = send(desk, text, id="SM1", media=FILES)
    head = semax.head()
    assert not first.repeated
    assert len(first.entries) >= 3  # with two files
    assert send(desk, text, id="SM1", media=FILES) == attrs.evolve(first, repeated=True)
    assert semax.head() == head


@pytest.mark.parametrize("text", MESSAGES)
@pytest.mark.parametrize(
    "other",
    [
        "semax|Something else?",
        "ingest semax|q:1|Something else.",
        "ingest semax|q:1|Something else, of 10.1000/rats.",
        None,
    ],
)
def test_a_repetition_after_others(
    desk: Desk, semax: Ledger, clock: Clock, text: str, other: str | None
) -> None:
    """What others brought in the same moment, or the same words later, is not told as its own."""
    first = send(desk, text, id="SM1", media=FILES)
    clock.forward(other is None)
    send(desk, other or text, media=[Media(data=b"3", media_type="a/b")])
    head = semax.head()
    assert send(desk, text, id="SM1", media=FILES).entries == first.entries
    assert semax.head() == head


def test_the_same_id_with_other_words(desk: Desk, semax: Ledger) -> None:
    """An id means its first message, whatever it comes with later; other ids, other messages."""
    first = send(desk, "semax|One?", id="SM1")
    head = semax.head()
    assert send(desk, "semax|Two?", id="SM1").text == first.text
    assert send(desk, "ingest semax|q:1|Three.", id="SM1").entries == first.entries
    assert semax.head() == head
    assert send(desk, "semax|Two?", id="SM2").entries == ("question:q3",)
    assert send(desk, "semax|Three?", BEN, id="SM1").entries == ("question:q4",)  # another channel


def test_a_message_without_an_id(desk: Desk) -> None:
    """Without an id each delivery is a message of its own."""
    assert send(desk, "semax|One?").entries != send(desk, "semax|Two?").entries


def test_a_repetition_after_erasing(desk: Desk, semax: Ledger) -> None:
    """What was erased is not brought back by a message that is delivered again."""
    send(desk, "semax|Is zinnober safe?", id="SM1")
    desk.forget(ANN, reason="asked", by="curator")
    head = semax.head()
    reply = send(desk, "semax|Is zinnober safe?", id="SM1")
    assert (reply.entries, semax.head()) == (("question:q2",), head)
    assert semax.view().questions["q2"].text is Hidden.ERASED


@pytest.mark.parametrize("text", MESSAGES)
def test_threads_that_deliver_the_same_message(store: Store, text: str) -> None:
    """Of many deliveries at once one is recorded, and all tell of that one."""
    desks = [Desk(store, limit=None) for _ in range(2)]

    def deliver(number: int) -> Reply:
        return send(desks[number % 2], text, id="SM1")

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(deliver, range(16)))
    assert len({reply.entries for reply in replies}) == 1
    assert [reply.repeated for reply in replies].count(False) == 1
    assert len({reply.text for reply in replies}) == 1


def test_threads_that_ask_the_same(store: Store, semax: Ledger) -> None:
    """Of many who ask the same at once one creates the question."""
    desk = Desk(store, limit=None)

    def ask(number: int) -> Reply:
        return send(desk, "semax|Is it safe?", f"+1555010{number:04}")

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(ask, range(16)))
    assert {reply.entries for reply in replies} == {("question:q2",)}
    assert list(semax.view().questions) == ["q1", "q2"]


class Meddling:
    """A clock that lets something happen between a desk's look at a ledger and its append."""

    def __init__(self, store: Store, *steps: Callable[[], object]) -> None:
        self._clock = store.clock
        self._steps = list(steps)

    def __call__(self) -> datetime:
        """Let the next thing happen, and give the time."""
        if self._steps:
            self._steps.pop(0)()
        return self._clock()


@pytest.mark.parametrize("text", MESSAGES)
def test_a_message_that_is_delivered_in_between(store: Store, text: str) -> None:
    """Whoever comes second tells of the record of whoever came first."""
    other = Desk(store)
    first: list[Reply] = []
    clock = Meddling(store, lambda: first.append(send(other, text, id="SM1")))
    second = send(Desk(store, clock=clock), text, id="SM1")
    assert [attrs.evolve(each, repeated=True) for each in first] == [second]
    assert store.ledger("semax").verify("full").ok


def test_the_same_from_others_in_between(store: Store, semax: Ledger) -> None:
    """Without an id, too, a question or a paste that others sent meanwhile is not sent twice."""
    other = Desk(store)
    for text in MESSAGES:
        clock = Meddling(store, partial(send, other, text, BEN))
        assert send(Desk(store, clock=clock), text).repeated
    assert (len(semax.view().questions), len(semax.view().claims)) == (2, 4)


def test_the_limit_is_exact(store: Store) -> None:
    """A message that another process recorded meanwhile counts against the limit."""
    other, rate = Desk(store, limit=None), Rate(1, 3_600)
    clock = Meddling(store, lambda: send(other, "semax|One?"))
    assert send(Desk(store, limit=rate, clock=clock), "semax|Two?").outcome == "refused"


def test_a_question_that_is_closed_in_between(store: Store, semax: Ledger) -> None:
    """Evidence for a question that was closed meanwhile is not recorded."""
    closed = QuestionClosed(question="q1", why="Answered.")
    clock = Meddling(store, lambda: semax.append(closed, by="curator"))
    reply = send(Desk(store, clock=clock), "ingest semax|q:1|It helped.")
    assert "was closed" in reply.text
    assert len(semax.view().claims) == 1


def test_the_same_message_while_the_ledger_is_read(
    store: Store, semax: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that another records after this one was looked for is told as that one."""
    earlier, replies = Ledger.earlier, list[Reply]()

    def meddle(ledger: Ledger, once: str) -> Sequence[Record]:
        found = earlier(ledger, once)
        monkeypatch.setattr(Ledger, "earlier", earlier)
        replies.append(send(Desk(store), "ingest semax|q:1|It helped.", id="SM1"))
        return found

    monkeypatch.setattr(Ledger, "earlier", meddle)
    reply = send(Desk(store), "ingest semax|q:1|It helped.", id="SM1")
    assert reply.entries == replies[0].entries
    assert len(semax.view().claims) == 2


def test_a_ledger_that_never_rests(store: Store, semax: Ledger) -> None:
    """Where others append time and again, the operator is told, and nothing is recorded."""
    gaps = [evledger.GapNoted(id=f"g{n}", text="A gap.") for n in range(60)]
    steps = [partial(semax.append, gap, by="curator") for gap in gaps]
    with pytest.raises(evledger.Conflict):
        send(Desk(store, clock=Meddling(store, *steps)), "semax|One?")
    assert list(semax.view().questions) == ["q1"]


WORKER = """
import sys
import evledger
from evledger import Plugins
from evledger.messages.desk import Desk, Incoming
with evledger.open(sys.argv[1], plugins=Plugins.builtin()) as store:
    desk = Desk(store, limit=None)
    for number in range(8):
        for text in (f"semax|Is {number} safe?", f"ingest semax|q:1|Number {number} helped."):
            message = Incoming(text=text, sender="+15550100999", id=f"{text[:3]}{number}")
            print(*desk.receive(message).entries)
"""


def test_processes_that_deliver_the_same_messages(tmp_path: Path) -> None:
    """Processes that all deliver the same messages record each once, and tell the same."""
    path = tmp_path / "evidence.db"
    with evledger.open(path, plugins=Plugins.builtin()) as store:
        fill(store)
    command = [sys.executable, "-c", WORKER, str(path)]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = {worker.communicate()[0] for worker in workers}
    assert [worker.returncode for worker in workers] == [0] * 3
    assert len(said) == 1
    with evledger.open(path, plugins=Plugins.builtin()) as store:
        ledger = store.ledger("semax")
        view = ledger.view()
        assert (len(view.questions), len(view.claims)) == (9, 9)
        assert ledger.verify("full").ok


# -- what shows, and what can be forgotten -----------------------------------------------


def test_nothing_of_a_sender_stands_in_clear(desk: Desk, semax: Ledger, tmp_path: Path) -> None:
    """No exported page holds a word, a quote, a number, a handle or a file of a sender's."""
    given = {"id": "SMzinnober", "media": [PICTURE]}
    send(desk, "semax|Is zinnober safe for @somebody?", "@zinnober", **given)
    send(desk, f"ingest semax|q:1|{PASTE}", "+1 555 010 0999", **given)
    send(desk, "ingest semax|q:2|I am zinnober, call 15550100999!", BEN, **given)
    send(desk, "ingest semax|q:2|zinnober: https://example.org/page", BEN)
    send(desk, "ingest semax|q:2|https://x.com/zinnober/status/1212092628029698048", BEN)
    text = clear_text(semax, tmp_path).casefold()
    for word in ("zinnober", "threefold", "somebody", "5550100999", "7700900123", "png"):
        assert word not in text
    assert "doi:10.1000/rats" in text
    digests = [each for each in semax.store.backend.attachments("semax") if each in text]
    assert digests == []


def test_what_is_recorded_of_a_sender_can_be_erased(desk: Desk, semax: Ledger) -> None:
    """Erasing what is told of a sender leaves nothing of theirs, and what others sent."""
    send(desk, "semax|Is zinnober safe?", media=[PICTURE])
    send(desk, f"ingest semax|q:1|{PASTE}")
    send(desk, "ingest semax|q:1|zinnober helped me", "WhatsApp:+15550100999")
    send(desk, "ingest semax|q:1|It helped me, too.", BEN)
    before = desk.recorded(ANN)
    assert {each.ledger for each in before} == {"semax"}
    assert len(before) == 5
    assert desk.forget(ANN, reason="asked", by="curator") == Forgotten(before, pending=False)
    assert desk.recorded(ANN) == ()
    assert desk.forget(ANN, reason="asked", by="curator") == Forgotten((), pending=False)
    assert len(desk.recorded(BEN)) == 2
    openings = b"".join(each.value for each in semax.store.backend.openings("semax"))
    assert b"5550100999" not in openings
    assert b"innober" not in openings
    assert b"It helped me, too." in openings
    assert len(semax.store.backend.attachments("semax")) == 1
    article = bytes(semax.render("text").data).decode()
    assert "q2 [erased]" in article
    assert semax.verify("full").ok


def test_corrections_are_erased_with_what_they_correct(desk: Desk, semax: Ledger) -> None:
    """What stood before a correction is still in the vault, and is told of, and so are they."""
    send(desk, "ingest semax|q:1|zinnober helped me")
    for text in ("Zinnober helped.", "It helped somebody."):
        retag = evledger.ClaimRetagged(claim="c2", text=text, why="Put plainly.")
        semax.append(evledger.seal(retag, "text"), by="curator")
    claim = semax.view().claims["c2"]
    told = {each.n: each.fields for each in desk.recorded(ANN)}
    assert [told[n] for n in (claim.n, *claim.history[-2:])] == [
        ("basis", "text"),
        ("text",),
        ("text",),
    ]
    desk.forget(ANN, reason="asked", by="curator")
    openings = b"".join(each.value for each in semax.store.backend.openings("semax"))
    assert b"innober" not in openings
    assert b"It helped somebody." not in openings


def test_forgetting_that_fails_on_the_way(
    desk: Desk, semax: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it stops, what is left is still known to be the sender's, and goes the next time."""
    send(desk, "ingest semax|q:1|zinnober helped me")
    retag = evledger.ClaimRetagged(claim="c2", text="Zinnober helped.", why="Put plainly.")
    semax.append(evledger.seal(retag, "text"), by="curator")
    erase, left = Ledger.erase, len(desk.recorded(ANN))

    def failing(*given: Any, **named: Any) -> Any:
        if len(desk.recorded(ANN)) == left - 1:
            raise StoreError
        return erase(*given, **named)

    while left:
        with monkeypatch.context() as patch:
            patch.setattr(Ledger, "erase", failing)
            with pytest.raises(StoreError) if left > 1 else contextlib.nullcontext():
                desk.forget(ANN, reason="asked", by="curator")
        left -= 1
    openings = b"".join(each.value for each in semax.store.backend.openings("semax"))
    assert b"innober" not in openings


def test_forgetting_that_is_pending(
    desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a reader keeps old bytes in the files that is told, and told again until it is done."""
    send(desk, "semax|Is it safe?")

    def reading(openings: object) -> bool:
        del openings
        return False

    monkeypatch.setattr(store.backend, "scrub", reading)
    (gone,) = desk.recorded(ANN)
    assert desk.forget(ANN, reason="asked", by="curator") == Forgotten((gone,), pending=True)
    assert desk.forget(ANN, reason="asked", by="curator") == Forgotten((), pending=True)
    monkeypatch.undo()
    assert not desk.forget(ANN, reason="asked", by="curator").pending


@pytest.mark.parametrize(
    "words", [("+1 (555) 010-0999 asked", "curator"), ("asked", "15550100999")]
)
def test_forgetting_names_nobody(desk: Desk, semax: Ledger, words: tuple[str, str]) -> None:
    """A reason is public for good, so a sender is not forgotten in words that name them."""
    send(desk, "semax|Is it safe?")
    head = semax.head()
    reason, by = words
    with pytest.raises(Invalid, match="leave the sender's name out"):
        desk.forget(ANN, reason=reason, by=by)
    assert semax.head() == head


def test_a_number_in_a_paste(desk: Desk, semax: Ledger, tmp_path: Path) -> None:
    """Who wrote their own number is shown with it to nobody before a person accepts it."""
    paste = "Call me at +1 555 010 0999 or 15550100999, it helped with my zinnober"
    replies = [send(desk, f"ingest semax|q:1|{paste}", media=[PICTURE])]
    send(desk, f"ingest semax|q:1|10.1000/new: {paste}")
    asked = ("semax|Did it help with zinnober?", "status semax", "help")
    replies += [send(desk, text, BEN) for text in asked]
    articles = [bytes(semax.render(each).data).decode() for each in ("text", "markdown", "json")]
    for text in (*(each.text for each in replies), *articles, clear_text(semax, tmp_path)):
        assert "0999" not in text


def test_a_review_has_it_count(desk: Desk, semax: Ledger) -> None:
    """Once a person has accepted what was sent, it counts as evidence."""
    send(desk, "ingest semax|q:1|It helped me.")
    view = semax.view()
    semax.append(*verdicts(view, accept=["s2"], with_claims=True), by="curator")
    assert semax.view().counted.claims == ("c1", "c2")


# -- whatever is sent --------------------------------------------------------------------

PIECES = (
    *("semax|", "ingest ", "semax|q:1|", "status ", "help", "|", "q:1", "nope|", "\u202e", "\x00"),
    *("'; DROP TABLE records; --", "<script>alert(1)</script>", "10.1000/x", "https://", "\ud800"),
    *("“a quote of some length”", "PMID 29798983", "Does it help memory?", "\U000e0041", "\n"),
)
texts = st.lists(st.sampled_from(PIECES) | anything, max_size=8).map("".join)


@given(
    texts
    | texts.map(lambda text: f"semax|{text}")
    | texts.map(lambda text: f"ingest semax|q:1|{text}"),
    anything | st.sampled_from([ANN, BEN, "whatsapp:"]),
    st.none() | anything,
    st.lists(st.builds(Media, data=st.binary(max_size=3), media_type=anything), max_size=3),
)
@example("|" * 1_000_000, ANN, None, [])
@example("semax|" + "|" * 1_000_000, ANN, None, [])
@example("ingest semax|q:1|" + "\u202e\x00\x1b[2J" * 200_000, ANN, "1", [])
@example("ingest semax|q:1|" + "x" * 19_000, ANN, "1", [])
@example("ingest semax|q:1|" + "\U0001f9e0" * 19_000, "\x00", "\ud800", [])
@settings(max_examples=100, deadline=None)
def test_whatever_is_sent(text: str, sender: str, id: str | None, media: list[Media]) -> None:
    """Nothing raises; the ledger stays sound, unchanged where nothing is told to be recorded."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger = fill(store)
        head = ledger.head()
        desk = Desk(store)
        message = Incoming(text=text, sender=sender, id=id, media=media)
        reply = desk.receive(message)
        recorded = reply.outcome == "recorded"
        assert (ledger.head() != head) == recorded == bool(reply.entries and not reply.repeated)
        assert 0 < len(reply.text) <= 1_000
        assert UNSEEN.search(reply.text.replace("\n", "")) is None
        assert ledger.verify("full").ok
        after = ledger.head()
        again = desk.receive(message)
        if id:
            assert again.text == reply.text
        assert ledger.head() == after


# -- what is the operator's --------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "why"), [({"length": 479}, "480 characters"), ({"by": ""}, "a role or pseudonym")]
)
def test_a_desk_that_cannot_be(store: Store, given: dict[str, Any], why: str) -> None:
    """A reply too short for what it must say, and an actor that no line can carry, are refused."""
    with pytest.raises(Invalid, match=why):
        Desk(store, **given)


def test_an_impossible_channel(desk: Desk) -> None:
    """The channel is the operator's word, and refused where no event could carry it."""
    with pytest.raises(Invalid, match="channel='S M S'"):
        send(desk, "help", channel="S M S")


def test_a_store_that_fails(desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the store cannot do is raised, nothing is recorded, and the message can come again."""
    write = store.backend.write

    def fail(*_: Any) -> Any:
        raise StoreError

    monkeypatch.setattr(store.backend, "write", fail)
    head = store.ledger("semax").head()
    with pytest.raises(EvledgerError):
        send(desk, "semax|Is it safe?", id="SM1")
    assert store.ledger("semax").head() == head
    monkeypatch.setattr(store.backend, "write", write)
    assert not send(desk, "semax|Is it safe?", id="SM1").repeated


def test_a_clock_that_is_wrong(desk: Desk, clock: Clock) -> None:
    """A ledger whose last record lies in the future is the operator's to mend."""
    clock.forward(-10 * 86_400)
    with pytest.raises(evledger.ClockError):
        send(desk, "semax|Is it safe?")


def test_records_as_json(desk: Desk, semax: Ledger) -> None:
    """The chain names the role that appended, the channel, and the message's id by a digest."""
    send(desk, "semax|Is it safe?", id="SM1")
    line = json.loads(semax.record(semax.head().size - 1).line)
    assert (line["by"], line["data"]) == ("reader", {"channel": "sms", "id": "q2"})
    (once,) = (key for key in line["keys"] if key.startswith("once:"))
    assert "SM1" not in once
