"""Replies: plain, never empty, cut in the middle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evledger.legible import UNSEEN
from evledger.messages.replies import SHORTEST, Letter, plain

anything = st.text(st.characters(codec=None))


@given(anything)
def test_plain_text_steers_nothing(text: str) -> None:
    """Whatever the text, one line is left, in which everything can be seen; what could be stays."""
    line = plain(text)
    assert UNSEEN.search(line) is None
    words = (UNSEEN.sub("", word) for word in text.split())
    assert line == " ".join(word for word in words if word)


@given(st.lists(anything, max_size=20), st.integers(SHORTEST, 2_000))
def test_the_middle_is_cut(middle: list[str], length: int) -> None:
    """A reply is as long as it may be at most; what happened and what to do next survive whole."""
    letter = Letter(opening="semax q:7: recorded.", middle=tuple(middle), closing="Send: help")
    text = letter.reply(length).text
    assert len(text) <= length
    assert text.startswith("semax q:7: recorded.")
    assert text.endswith("\nSend: help")
    lines = [line for line in map(plain, middle) if line]
    if sum(len(line) + 1 for line in lines) <= length - 40:
        assert text.splitlines()[1:-1] == lines


@pytest.mark.parametrize("words", [200, 20_000])
def test_it_is_cut_at_a_word(words: int) -> None:
    """No word is cut in two, and a sign says that something is left out."""
    letter = Letter(opening="Recorded.", middle=("quantified " * words,), closing="Send: help")
    text = letter.reply(SHORTEST).text
    assert text.endswith(" quantified…\nSend: help")
    assert SHORTEST - len("quantified ") < len(text) <= SHORTEST


def test_a_reply_of_one_line() -> None:
    """Without a middle and a closing it is the opening alone."""
    assert Letter(opening="Done.").reply(SHORTEST).text == "Done."
