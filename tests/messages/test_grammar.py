"""The text line's grammar: four forms, nothing guessed, and no text that raises an error."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evledger.codec import is_slug
from evledger.events import QuestionCreated
from evledger.exceptions import Invalid
from evledger.messages.grammar import (
    FORMS,
    LONGEST,
    Ask,
    Help,
    Ingest,
    Malformed,
    Message,
    Status,
    Stop,
    names_in,
    parse,
)
from evledger.vocabulary import Vocabulary

SHOWN: Final = 60
LONGEST_NAME: Final = 64

slugs = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True).filter(is_slug)
ids = st.from_regex(r"[a-z0-9][a-z0-9-]{0,63}", fullmatch=True).filter(lambda id: not id.isdigit())
# Every character there is, lone surrogates too.
anything = st.text(st.characters(codec=None))
pastes = st.text(st.characters(exclude_categories=["Cs"])).filter(
    lambda text: any(unicodedata.category(each)[0] in "LNPS" for each in text)
)
words = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12)
prose = st.lists(words, min_size=1, max_size=12).map(" ".join)
# A question asks: it has a letter or a digit, and is neither a command nor evidence.
questions = prose.map(lambda text: f"why {text}")
around = st.text(
    st.sampled_from(" \t\n\r\xa0\u2028\u3000\u200b\u200e\u200f\u2060\u2066\u2069\ufe0f\ufeff"),
    max_size=3,
)
blanks = st.text(st.sampled_from(" \t\n\xa0"), min_size=1, max_size=3)

# What people send: the keywords, the signs, and what is taken for them.
PIECES: Final = (
    *("ingest", "INGEST ", "status", "Help", "semax", "Semax ", "sem_ax", "help-desk", "bdnf"),
    *(
        "stop",
        "question 1",
        "statsu ",
        "q:1",
        "q1",
        "Q : 7",
        "q:bdnf",
        "q:",
        "1",
        "|",
        " | ",
        "||",
        "\uff5c",
        "\u2502",
        "/",
        ":",
    ),
    *(" ", "\n", "\t", "\u200b", "\u200e", "\ufeff", "\ufe0f", "\x00", "\ud800", "\u202e", "..."),
    *("does it help?", "PMID 29798983", "https://doi.org/10.1000/x", "word " * 20, "-", "?"),
)
messages = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=9).map("".join)


def varied(text: str) -> st.SearchStrategy[str]:
    """Return a word in any case."""
    return st.tuples(*(st.sampled_from([each, each.upper()]) for each in text)).map("".join)


def malformed(text: str) -> Malformed:
    """Read a message that has no form."""
    message = parse(text)
    assert isinstance(message, Malformed), message
    return message


def kind(text: str) -> type[Message]:
    """Return the class of what a text is read as."""
    return type(parse(text))


# Properties


@given(slugs, questions | prose.map("\u00bfpor qu\u00e9 {}?".format))
@example("semax", "7")
@example("semax", "\u0663")
@example("semax", "\u8bb0\u5fc6")
@example("semax", "status and prospects")
@example("semax", "help|less or more?")
@example("semax", "Ingest of 2 mg, or 3?")
@example("semax", "q1 or q2?")
@example("semax", "q10 or| q11?")
def test_questions_round_trip(slug: str, question: str) -> None:
    """What is written as `slug|question` is read as just these."""
    assert parse(f"{slug}|{question}") == Ask(slug, question)


@given(slugs, ids, pastes, blanks)
@example("semax", "q1", " a|b\n\n|c ", " ")
@example("semax", "q1", "\ufeff\u200b|", " ")
@example("semax", "bdnf", "\x00", "\n")
def test_pastes_stay_as_they_are(slug: str, id: str, paste: str, blank: str) -> None:
    """Everything after the second pipe arrives as it was sent."""
    assert parse(f"ingest{blank}{slug}|q:{id}|{paste}") == Ingest(slug, id, paste)


@given(anything | messages)
@example("\ud800")
@example("ingest semax|q:1|\udfff")
@example("semax|\x85")
@example("semax|\u200d")
def test_any_text_is_read(text: str) -> None:
    """Any text gives a form that a ledger can take, or `Malformed`; never an error."""
    message = parse(text)
    match message:
        case Ask():
            event = QuestionCreated(id="q1", text=message.question, channel="sms")
            assert Vocabulary().draft(event)
            assert is_slug(message.slug)
            assert message.question == " ".join(message.question.split())
            assert not re.search(r"[\x00-\x1f\x7f-\x9f]", message.question)
            assert any(each.isalnum() for each in message.question)
            assert not message.question.startswith("|")
            assert message.question.encode()
        case Ingest():
            assert is_slug(message.slug)
            assert Vocabulary().draft(QuestionCreated(id=message.question, text="?"))
            assert message.paste.strip()
            assert text.endswith(message.paste)
            assert message.paste.encode()
        case Status():
            assert is_slug(message.slug)
        case Help() | Stop() | Malformed():
            pass


@given(anything | messages)
@example("ingest semax|q_1|p")
@example("semax: status")
@example("semax|||help")
@example("semax q:" + "1" * 80)
@example("semax|??? " + "?" * 70 + " why")
@example("semax \x1cingest|q:1|x")
@example("hlp")
@example("injest semax|q:1|")
@example("semax|" + "\u2060" * 100 + "a")
@example("semax " + "a" * 200)
@example("ingest " + "a" * 63 + " q:" + "b" * 64 + " \x00\u202e")
def test_shown_form_is_read_once_it_is_filled_in(text: str) -> None:
    """The form that is shown is one of the four, inert, and parses when its gaps are filled."""
    message = parse(text)
    if not isinstance(message, Malformed):
        return
    forms = (message.form, *map(message.naming, (None, message.slug, "other")))
    for form in forms:
        assert not isinstance(parse(form.replace("NUMBER", "7")), Malformed)
    for shown in (*forms, message.why):
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)
        assert len(shown) <= len("ingest |q:|") + 2 * LONGEST_NAME + SHOWN + len(FORMS[1])


@given(st.data(), slugs, ids, pastes, questions)
def test_case_blanks_and_marks_make_no_difference(
    data: st.DataObject, slug: str, id: str, paste: str, question: str
) -> None:
    """Keywords, slugs and ids are read in any case, and whatever invisible stands around them."""
    a, b, c, d, e = (data.draw(around) for _ in range(5))
    blank = data.draw(blanks)
    shouted = slug.upper()
    assert parse(f"{a}{shouted}{b}|{c}{question}{blank}") == Ask(slug, question)
    keyword = data.draw(varied("ingest"))
    sent = f"{a}{keyword}{blank}{b}{shouted}{c}|{d}Q{e}:{b}{id.upper()}{a}|{paste}"
    assert parse(sent) == Ingest(slug, id, paste)
    assert parse(f"{a}{data.draw(varied('status'))}{b}{blank}{shouted}{c}") == Status(slug)
    assert parse(f"{a}{data.draw(varied('help'))}{b}{data.draw(st.sampled_from('?.! '))}") == Help()


@given(st.integers(0, 10**12), st.sampled_from(["q:{}", "q{}", "q:q{}", "Q:{}", "Q{}", " q: {} "]))
def test_numbers_of_questions(number: int, written: str) -> None:
    """A question's number may be written with its letter, with the colon, or with both."""
    text = f"ingest semax|{written.format(number)}|x"
    assert parse(text) == Ingest("semax", f"q{number}", "x")


@given(st.sampled_from(["ingest", "status", "help"]), st.text(max_size=20))
def test_keywords_are_no_slugs(keyword: str, rest: str) -> None:
    """What begins with a keyword asks no question of a ledger of that name."""
    assert kind(f"{keyword}|{rest}") is not Ask
    assert kind(f"{keyword} | {rest}") is not Ask
    assert kind(f"ingest {keyword}|q:1|{rest}") is Malformed


@given(st.sampled_from(PIECES) | st.text(max_size=4), st.integers(1, 20))
def test_no_more_is_read_than_the_limit(piece: str, more: int) -> None:
    """A message beyond the limit is refused, however it begins, and its form still shown."""
    text = (piece or " ") * (LONGEST // len(piece or " ")) + "x" * (LONGEST + more)
    refused = malformed(text[: LONGEST + more])
    assert refused.why == "the message has more than 20,000 characters; send less of it, or a link"
    assert kind(refused.form.replace("NUMBER", "7")) is not Malformed


# Examples


@pytest.mark.parametrize(
    ("text", "why", "form"),
    [
        ("", "the message is empty", "help"),
        (" \ufeff\n", "the message is empty", "help"),
        ("semax does it help", "the | between slug and question is missing", "semax|does it help"),
        ("semax", "the | between slug and question is missing", "semax|QUESTION"),
        ("sem_ax helps", "the | between slug and question is missing", "SLUG|sem_ax helps"),
        ("Semax\uff5cdoes it", '"\uff5c" stands where | belongs', "semax|does it"),
        ("semax\uff5ca | b", '"\uff5c" stands where | belongs', "semax|a | b"),
        ("semax/does it help", '"/" stands where | belongs', "semax|does it help"),
        ("semax: does it help", '":" stands where | belongs', "semax|does it help"),
        ("semax - does it help", '"-" stands where | belongs', "semax|does it help"),
        (
            "https://doi.org/10.1/x",
            "the | between slug and question is missing",
            "SLUG|https://doi.org/10.1/x",
        ),
        ("|does it", "the slug is missing", "SLUG|does it"),
        ("semax|", "the question after the | is missing", "semax|QUESTION"),
        ("semax|\u200b \n", "the question after the | is missing", "semax|QUESTION"),
        (
            "sem ax|does it",
            '"sem ax" is not a slug: a to z, digits and hyphens, at most 63',
            "SLUG|does it",
        ),
        (
            "\u017femax|x",
            '"\u017femax" is not a slug: a to z, digits and hyphens, at most 63',
            "SLUG|x",
        ),
        (
            "\u017ftatus semax",
            "the | between slug and question is missing",
            "SLUG|\u017ftatus semax",
        ),
        (
            "\u212aetamine|x",
            '"\u212aetamine" is not a slug: a to z, digits and hyphens, at most 63',
            "SLUG|x",
        ),
        ("semax|a\x00b", "the question has control characters", r"semax|a\x00b"),
        ("semax|\ud800", "the message has characters that arrived broken", "semax|QUESTION"),
        ("semax|a\ud800", "the message has characters that arrived broken", r"semax|a\ud800"),
        (
            "ingest semax|q:1|\ud800",
            "the message has characters that arrived broken",
            r"ingest semax|q:1|\ud800",
        ),
        ("status", "the slug is missing", "status SLUG"),
        ("status semax bdnf", "after status stands a slug and nothing else", "status semax"),
        ("status | semax", "after status stands a slug and nothing else", "status semax"),
        ("status help", '"help" is a keyword and no slug', "status SLUG"),
        ("help me", "help stands alone", "help"),
        ("help|x", "help stands alone", "help"),
        (
            "ingest",
            "two | are needed, one after the slug and one after the question",
            "ingest SLUG|q:NUMBER|PASTE",
        ),
        (
            "ingest semax q:1 see PMID 1",
            "two | are needed, one after the slug and one after the question",
            "ingest semax|q:1|see PMID 1",
        ),
        (
            "ingest semax|paste",
            "two | are needed, one after the slug and one after the question",
            "ingest semax|q:NUMBER|paste",
        ),
        (
            "ingest semax 2018 trial",
            "two | are needed, one after the slug and one after the question",
            "ingest semax|q:NUMBER|2018 trial",
        ),
        (
            "ingest q:1|paste",
            "two | are needed, one after the slug and one after the question",
            "ingest SLUG|q:1|paste",
        ),
        (
            "ingest semax\uff5cq:1\uff5cpaste",
            '"\uff5c" stands where | belongs',
            "ingest semax|q:1|paste",
        ),
        ("ingest|semax|q:1|paste", "the slug is missing", "ingest semax|q:1|paste"),
        ("ingest semax|1|paste", '"1" is not q: and a number', "ingest semax|q:1|paste"),
        ("ingest semax|bdnf|paste", '"bdnf" is not q: and a number', "ingest semax|q:bdnf|paste"),
        ("ingest semax|q_1|paste", '"q_1" is not q: and a number', "ingest semax|q:NUMBER|paste"),
        ("ingest semax||paste", "the question's number is missing", "ingest semax|q:NUMBER|paste"),
        (
            "ingest semax|q:1| \u200b\n\ufe0f",
            "there is nothing after the second |",
            "ingest semax|q:1|PASTE",
        ),
        ("ingest status|q:1|x", '"status" is a keyword and no slug', "ingest SLUG|q:1|x"),
    ],
)
def test_refusals_say_what_is_wrong(text: str, why: str, form: str) -> None:
    """A message of no form is answered with what is wrong and the form with its own words."""
    refused = malformed(text)
    assert (refused.why, refused.form) == (why, form)


EVIDENCE = "evidence for a question begins with ingest"


@pytest.mark.parametrize(
    ("text", "why", "form"),
    [
        ("semax|status", '"status" is a keyword and no question', "status semax"),
        ("semax| Help?!", '"help" is a keyword and no question', "help"),
        (
            "semax|ingest",
            '"ingest" is a keyword and no question',
            "ingest semax|q:NUMBER|PASTE",
        ),
        ("semax|q:1|text", EVIDENCE, "ingest semax|q:1|text"),
        ("semax|Q : 1 | text", EVIDENCE, "ingest semax|q:1|text"),
        ("semax|q7|text | more", EVIDENCE, "ingest semax|q:7|text | more"),
        ("semax|q:bdnf|text", EVIDENCE, "ingest semax|q:bdnf|text"),
        ("semax|q:1 text", EVIDENCE, "ingest semax|q:1|text"),
        ("semax|q:1", EVIDENCE, "ingest semax|q:1|PASTE"),
        ("semax|q1", EVIDENCE, "ingest semax|q:1|PASTE"),
        ("semax|ingest|q:1|text", "ingest stands before the slug", "ingest semax|q:1|text"),
        ("semax|Ingest q1|text", "ingest stands before the slug", "ingest semax|q:1|text"),
        ("semax|ingest|q1|q2|x", "ingest stands before the slug", "ingest semax|q:1|q2|x"),
        (
            "semax|ingest semax|question 1|text",
            "ingest stands before the slug",
            "ingest semax|q:1|text",
        ),
        (
            "semax|ingest semax|q:1|text",
            "ingest stands before the slug",
            "ingest semax|q:1|text",
        ),
        ("semax|?", "the question has neither a letter nor a digit", "semax|QUESTION"),
        ("semax|\U0001f44d", "the question has neither a letter nor a digit", "semax|QUESTION"),
        ("semax||does it help", "two | stand where one belongs", "semax|does it help"),
        ("semax| | |does it help", "two | stand where one belongs", "semax|does it help"),
        ("semax||", "two | stand where one belongs", "semax|QUESTION"),
        ("semax||status", "two | stand where one belongs", "status semax"),
        ("semax: status", '":" stands where | belongs', "status semax"),
    ],
)
def test_questions_that_are_none(text: str, why: str, form: str) -> None:
    """What was to be evidence or a command, or asks nothing, is not taken for a question."""
    refused = malformed(text)
    assert (refused.why, refused.form) == (why, form)


@pytest.mark.parametrize(
    ("written", "number"),
    [("question 1", "1"), ("Question: 12", "12"), ("no. 3", "3"), ("#4", "4"), ("q.5", "5")],
)
def test_numbers_of_questions_that_are_spelt_out(written: str, number: str) -> None:
    """The form shows a number as it is to be written, however it was."""
    refused = malformed(f"ingest semax|{written}|text")
    assert refused.why == f'"{written}" is not q: and a number'
    assert refused.form == f"ingest semax|q:{number}|text"


@pytest.mark.parametrize(
    ("text", "why", "form"),
    [
        (
            "injest semax|q:1|text",
            '"injest" is no keyword, and ingest is',
            "ingest semax|q:1|text",
        ),
        (
            "Igest semax|question 2|text",
            '"igest" is no keyword, and ingest is',
            "ingest semax|q:2|text",
        ),
        ("injest semax q:1 text", '"injest" is no keyword, and ingest is', "ingest semax|q:1|text"),
        ("stauts semax", '"stauts" is no keyword, and status is', "status semax"),
        ("hlp", '"hlp" is no keyword, as help is, and no | follows it', "help"),
        ("stats of semax", "the | between slug and question is missing", "SLUG|stats of semax"),
        ("hello semax", "the | between slug and question is missing", "SLUG|hello semax"),
        ("helps semax", "the | between slug and question is missing", "SLUG|helps semax"),
    ],
)
def test_keywords_that_are_misspelt(text: str, why: str, form: str) -> None:
    """A keyword of which one letter is wrong is named and put right, where the rest fits it."""
    refused = malformed(text)
    assert refused.why == why
    assert form in (refused.form, refused.naming(None))


@pytest.mark.parametrize("slug", ["kelp", "stats", "injest"])
def test_slugs_may_look_like_keywords(slug: str) -> None:
    """A slug with a pipe after it is no misspelt keyword, and alone it may still be a ledger's."""
    assert parse(f"{slug}|Does it help?") == Ask(slug, "Does it help?")
    assert malformed(slug).naming(slug) == f"{slug}|QUESTION"


@pytest.mark.parametrize(
    ("text", "unnamed", "named"),
    [
        ("does semax help?", "SLUG|does semax help?", "semax|does semax help?"),
        ("Hi", "SLUG|Hi", "semax|Hi"),
        ("Note: it helps", "SLUG|Note: it helps", "semax|Note: it helps"),
        ("does|", "SLUG|QUESTION", "semax|QUESTION"),
        ("does||it help", "SLUG|it help", "semax|it help"),
        ("does|status", "status SLUG", "status semax"),
        ("status of semax", "status SLUG", "status semax"),
        ("ingest please semax|q:1|text", "ingest SLUG|q:1|text", "ingest semax|q:1|text"),
        ("ingest nope|1|text", "ingest SLUG|q:1|text", "ingest semax|q:1|text"),
        ("ingest nope|q:1|", "ingest SLUG|q:1|PASTE", "ingest semax|q:1|PASTE"),
        ("help me", "help", "help"),
    ],
)
def test_forms_for_other_ledgers(text: str, unnamed: str, named: str) -> None:
    """Where the word in a slug's place is none, it stays among the words, and a name can be set."""
    refused = malformed(text)
    assert refused.slug != "semax"
    assert (refused.naming(None), refused.naming("semax")) == (unnamed, named)
    if refused.slug is not None:
        assert refused.naming(refused.slug) == refused.form


def test_names_in_a_message() -> None:
    """The words that can be slugs are given, each once, and no dictionary is read through."""
    text = "Does SEMAX (or semax-2) help? caf\u00e9 a_b -x https://bdnf.example"
    assert names_in(text) == ("does", "semax", "or", "semax-2", "https", "bdnf", "example")
    assert len(names_in(" ".join(f"w{n}" for n in range(1_000)))) == 20
    assert names_in("\u017femax status " + "a" * 64) == ()


@pytest.mark.parametrize(
    "word", ["STOP", "Stop!", " stop\u200b. ", "Unsubscribe", "START", "start"]
)
def test_words_for_the_carrier(word: str) -> None:
    """Alone, in any case, they ask nothing of a ledger."""
    assert parse(word) == Stop()


@pytest.mark.parametrize("word", ["stop", "unsubscribe", "start"])
def test_words_for_the_carrier_with_others(word: str) -> None:
    """With anything else they are words like others, and can be slugs."""
    assert parse(f"{word}|Why?") == Ask(word, "Why?")
    assert parse(f"status {word}") == Status(word)
    assert kind(f"{word} it") is Malformed


@given(around, st.booleans())
def test_files_may_be_the_paste(blank: str, files: bool) -> None:
    """Where files came with the message nothing need stand after the second pipe."""
    message = parse(f"ingest semax|q:2|{blank}", files=files)
    assert message == Ingest("semax", "q2", "") if files else isinstance(message, Malformed)
    assert parse(f"ingest semax|q:2|{blank}x", files=files) == Ingest("semax", "q2", f"{blank}x")


@pytest.mark.parametrize("form", FORMS)
def test_placeholders_of_the_forms(form: str) -> None:
    """The forms that readers are shown are read as they stand."""
    assert kind(form) in {Ask, Ingest, Status, Help}


@given(questions, questions, st.sampled_from([" ", "\n", "\r\n", "\t \xa0", "\u2028", "\x85"]))
def test_questions_are_put_on_one_line(start: str, end: str, blank: str) -> None:
    """Any blanks within a question, line breaks too, become single blanks."""
    assert parse(f"semax|{start}{blank}{blank}{end}{blank}") == Ask("semax", f"{start} {end}")


@pytest.mark.parametrize("slug", ["help-desk", "statuses", "ingest2", "helper"])
def test_slugs_may_begin_like_keywords(slug: str) -> None:
    """A keyword is a whole word, so a longer one is a slug."""
    assert parse(f"{slug}|x") == Ask(slug, "x")
    assert parse(f"status {slug}") == Status(slug)


def test_curators_ids_are_questions() -> None:
    """After the colon any id may stand that a curator gave a question."""
    assert parse("ingest semax|q:bdnf-2|x") == Ingest("semax", "bdnf-2", "x")


def test_id_that_no_question_can_have() -> None:
    """A number that makes the id longer than ids can be is refused."""
    assert parse(f"ingest semax|q:{'7' * 63}|x") == Ingest("semax", "q" + "7" * 63, "x")
    assert kind(f"ingest semax|q:{'7' * 64}|x") is Malformed
    with pytest.raises(Invalid):
        Vocabulary().draft(QuestionCreated(id="q" + "7" * 64, text="?"))


def test_emoji_at_the_end_stays_whole() -> None:
    """The selector that makes a heart red is part of the question."""
    assert parse("semax|good for the \u2764\ufe0f\u200e ") == Ask(
        "semax", "good for the \u2764\ufe0f"
    )


def test_own_words_are_cut_at_a_blank() -> None:
    """The reader's words are shown to sixty characters at most, and end with a whole one."""
    form = malformed("sem_ax|" + "alpha beta " * 40).form
    assert form == "SLUG|" + ("alpha beta " * 5).rstrip() + "…"
    fitting = malformed("sem_ax|" + "a" * 29 + " " + "b" * 29 + " cc").form
    assert fitting == "SLUG|" + "a" * 29 + " " + "b" * 29 + "…"
    unbroken = malformed("sem_ax|" + "a" * 400).form
    assert unbroken == "SLUG|" + "a" * (SHOWN - 1) + "…"


def test_directions_are_made_visible() -> None:
    """Characters that turn the direction of a reply are shown as their numbers."""
    assert malformed("sem_ax|gpj.\u202etxt").form == r"SLUG|gpj.\u202etxt"


@pytest.mark.parametrize("start", ["", "ingest ", "ingest semax|", "status ", "semax|", "semax "])
@pytest.mark.parametrize("piece", ["|", " ", "a ", "q: ", "\u200b", "\x00", "-", "\ud800"])
def test_hostile_sizes_are_read_through(start: str, piece: str) -> None:
    """A megabyte of anything, and the most that is read of it, come to an end."""
    assert kind(start + piece * 1_000_000) is Malformed
    assert kind((start + piece * LONGEST)[:LONGEST]) in {Ask, Malformed}
