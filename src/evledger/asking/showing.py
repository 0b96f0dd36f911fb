"""Showing answers: as plain data for programs, and as lines of text for people.

What is shown is the ledger's or the answerer's, or a fixed text that stands in this module.
What is held back (:func:`~evledger.reviewing.held_back`) is found as anything else, and not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from evledger.legible import one_line, shortened, visible
from evledger.phrases import counted
from evledger.reviewing import HeldBack, held_back
from evledger.seals import Hidden

if TYPE_CHECKING:
    from collections.abc import Callable

    from evledger.asking.answers import Answer, Cited, Group, Rejected, Sureness
    from evledger.asking.contracts import Sentence
    from evledger.entries import Caveat, Gap, Question, Section, Source

__all__ = ["answer_document", "answer_lines", "brief_lines"]

T = TypeVar("T")
_Words: TypeAlias = str | Hidden | HeldBack


# -- what may be shown -------------------------------------------------------------------


def _text_of(cited: Cited) -> _Words:
    return held_back(cited.claim, "text", source=cited.source) or cited.claim.text


def _title_of(source: Source) -> _Words:
    return held_back(source, "title") or source.title


def _is_held_back(cited: Cited) -> bool:
    fields = ("text", "quote")
    return any(held_back(cited.claim, field, source=cited.source) for field in fields)


def _readings(answer: Answer) -> dict[str, str]:
    """Give what words were read as, but for what stands only in claims that are held back."""
    claims = (*answer.claims, *answer.others)
    hidden = {word for each in claims if _is_held_back(each) for word in each.match.readings}
    shown = {word for each in claims if not _is_held_back(each) for word in each.match.readings}
    untold = hidden - shown
    return {word: other for word, other in answer.readings.items() if word not in untold}


# -- for programs ------------------------------------------------------------------------


def answer_document(answer: Answer) -> dict[str, Any]:
    """Return an answer as what JSON can hold; every member is always there.

    In the place of a text that is hidden or held back stands an object that says why:
    ``{"concealed": "erased"}``, ``"withheld"``, ``"unreviewed"`` or ``"rejected"``, as in an
    article.

    >>> import evledger
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     answer = semax.ask("Does it help?")
    >>> document = answer_document(answer)
    >>> document["question"], document["sureness"], document["groups"]
    ('Does it help?', 'nothing', [])
    """
    return {
        "question": answer.question,
        "ledger": answer.ledger,
        "head": str(answer.head),
        "retriever": answer.retriever,
        "answerer": answer.answerer,
        "sureness": answer.sureness,
        "weight": answer.weight,
        "missing": list(answer.missing),
        "readings": _readings(answer),
        "more": answer.more,
        "sentences": list(map(_sentence_document, answer.sentences)),
        "rejected": list(map(_rejected_document, answer.rejected)),
        "groups": list(map(_group_document, answer.groups)),
        "others": list(map(_claim_document, answer.others)),
        "sources": list(map(_source_document, answer.sources)),
        "sections": list(map(_section_document, answer.sections)),
        "gaps": list(map(_note_document, answer.gaps)),
        "caveats": list(map(_note_document, answer.caveats)),
        "questions": list(map(_question_document, answer.questions)),
    }


def _plain(value: _Words | None) -> str | dict[str, str] | None:
    return {"concealed": value.name.lower()} if isinstance(value, Hidden | HeldBack) else value


def _sentence_document(sentence: Sentence) -> dict[str, Any]:
    return {"text": sentence.text, "citations": list(sentence.citations)}


def _rejected_document(rejected: Rejected) -> dict[str, Any]:
    return {**_sentence_document(rejected.sentence), "why": rejected.why}


def _group_document(group: Group) -> dict[str, Any]:
    return {
        "stance": group.stance,
        "tier": group.tier,
        "label": group.label,
        "claims": list(map(_claim_document, group.claims)),
    }


def _claim_document(cited: Cited) -> dict[str, Any]:
    claim, match = cited.claim, cited.match
    return {
        "id": claim.id,
        "n": claim.n,
        "text": _plain(_text_of(cited)),
        "stance": _plain(claim.stance),
        "tier": claim.tier,
        "quote": _plain(held_back(claim, "quote", source=cited.source) or claim.quote),
        "source": _source_document(cited.source),
        "marks": list(cited.marks),
        "left_out": cited.left_out,
        "proof": cited.proof,
        "weight": match.weight,
        "words": list(match.words),
        "missing": list(match.missing),
        "readings": {} if _is_held_back(cited) else dict(match.readings),
    }


def _source_document(source: Source) -> dict[str, Any]:
    return {
        "id": source.id,
        "n": source.n,
        "kind": _plain(source.kind),
        "title": _plain(_title_of(source)),
        "published": _plain(source.published),
        "locators": list(source.locators),
        "url": _plain(source.url),
    }


def _section_document(section: Section) -> dict[str, Any]:
    return {
        "section": _plain(section.section),
        "n": section.n,
        "heading": _plain(section.heading),
        "body": _plain(section.body),
    }


def _note_document(note: Gap | Caveat) -> dict[str, Any]:
    return {"id": note.id, "n": note.n, "text": _plain(note.text)}


def _question_document(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "n": question.n,
        "text": _plain(question.text),
        "status": question.status,
    }


# -- for people --------------------------------------------------------------------------

_WIDTH: Final = 600  # characters of a text; 'evledger show' has all of it
_BRIEF: Final = 2  # sentences, or entries, of an answer in short

SURENESS: Final[Mapping[Sureness, str]] = {
    "sure": "what was asked for was found",
    "likely": "most of what was asked for was found",
    "doubtful": "only part of what was asked for was found, so it may be about something else",
    "nothing": "nothing was found that bears on it",
}

LEFT_OUT: Final[Mapping[str, str]] = {
    "withdrawn": "it was withdrawn",
    "rejected": "a reviewer rejected it, or its source",
    "retracted": "its source was retracted",
    "automatic": "asserted automatically, and nobody has reviewed it",
    "duplicate": "its source is a duplicate of one that counts already",
}
"""For each of :data:`evledger.counting.REASONS`, what a reader is told."""


def answer_lines(answer: Answer) -> Iterator[str]:
    """Yield an answer as lines without markup, in which nothing steers a terminal.

    >>> import evledger
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax and BDNF", by="curator")
    ...     with semax.batch(by="curator") as batch:
    ...         rats = batch.add_source(kind="journal-article", title="A study in rats")
    ...         claim = batch.tag_claim(
    ...             source=rats, tier="preclinical", stance="supports", text="BDNF rose."
    ...         )
    ...     answer = semax.ask("What does the preclinical evidence say?")
    >>> for line in answer_lines(answer):
    ...     print(line.replace(str(answer.head), "3-9f2c…"))
    What does the preclinical evidence say?
    <BLANKLINE>
    BDNF rose. [c1]
    <BLANKLINE>
    supports, Preclinical: 1 claim
      c1  BDNF rose.
        s1  A study in rats
    <BLANKLINE>
    what was asked for was found
    answered from semax at 3-9f2c…
    """
    yield _text(answer.question)
    for part in (*_said(answer), *_found(answer), _foot(answer)):
        lines = list(part)
        yield from ["", *lines] if lines else []


def brief_lines(answer: Answer) -> Iterator[str]:
    """Yield an answer in short: its first sentences, or else its first entries.

    >>> import evledger
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax", by="curator")
    ...     with semax.batch(by="curator") as batch:
    ...         gap = batch.note_gap("No trial in women.")
    ...     print(*brief_lines(semax.ask("What is not known yet?")))
    g1  No trial in women.
    """
    entries = dict(_entries(answer))
    if answer.sentences:
        shown = answer.sentences[:_BRIEF]
        yield from map(_sentence, shown)
        named = {id for sentence in shown for id in sentence.citations}
    else:
        named = set(list(entries)[:_BRIEF])
        yield from (f"{id}  {text}" for id, text in entries.items() if id in named)
    more = sum(id not in named for id in entries) + answer.more
    if more:
        yield f"and {more} more"


def _entries(answer: Answer) -> Iterator[tuple[str, str]]:
    for cited in (*answer.claims, *answer.others):
        yield cited.claim.id, _text(_text_of(cited))
    for source in answer.sources:
        yield source.id, _text(_title_of(source))
    for section in answer.sections:
        yield _text(section.section), _text(section.body)
    notes: tuple[Gap | Caveat | Question, ...] = (*answer.gaps, *answer.caveats, *answer.questions)
    yield from ((note.id, _text(note.text)) for note in notes)


def _text(value: _Words | None) -> str:
    """Return a text on one line; what is hidden or held back says so."""
    return shortened(one_line(str(value)).strip(), _WIDTH) if value is not None else ""


# -- what was said -----------------------------------------------------------------------


def _said(answer: Answer) -> Iterator[Iterable[str]]:
    yield map(_sentence, answer.sentences)
    yield _under("left out, because the ledger does not bear it out", answer.rejected, _rejected)


def _sentence(sentence: Sentence) -> str:
    cited = ", ".join(map(_text, sentence.citations))
    return f"{_text(sentence.text)} [{cited}]"


def _rejected(rejected: Rejected) -> Iterator[str]:
    yield f"  {_sentence(rejected.sentence)}"
    yield f"    because: {_text(rejected.why)}"


def _under(heading: str, found: Iterable[T], made: Callable[[T], Iterable[str]]) -> Iterator[str]:
    """Yield the lines of what was found under a heading; none where nothing was."""
    lines = list(chain.from_iterable(map(made, found)))
    if lines:
        yield f"{heading}:"
        yield from lines


# -- what was found ----------------------------------------------------------------------


def _found(answer: Answer) -> Iterator[Iterable[str]]:
    yield from map(_group, answer.groups)
    yield _under("does not count as evidence", answer.others, _other)
    yield _under("sources of which no claim was found", answer.sources, _source)
    yield _under("not known", answer.gaps, _note)
    yield _under("to know first", answer.caveats, _note)
    yield _under("in the article", answer.sections, _section)
    yield _under("questions asked before", answer.questions, _question)


def _group(group: Group) -> Iterator[str]:
    stance = group.stance or "stance not shown"
    yield f"{stance}, {_text(group.label)}: {counted(len(group.claims), 'claim', 'claims')}"
    yield from chain.from_iterable(map(_claim, group.claims))


def _claim(cited: Cited) -> Iterator[str]:
    yield f"  {cited.claim.id}  {_text(_text_of(cited))}"
    yield from (f"  {line}" for line in _source(cited.source))
    notes = "; ".join(mark for mark in cited.marks if not _is_reason(mark, cited.left_out))
    if notes:
        yield f"    note: {notes}"
    if cited.proof is not None:
        yield f"    proof: {one_line(cited.proof)}"


def _is_reason(mark: str, left_out: str | None) -> bool:
    """Return whether a mark repeats the reason why the claim does not count."""
    return left_out == "automatic" and mark == "automatic, not reviewed"


def _other(cited: Cited) -> Iterator[str]:
    yield from _claim(cited)
    yield f"    because: {LEFT_OUT.get(cited.left_out or '', cited.left_out)}"


def _source(source: Source) -> Iterator[str]:
    where = source.locators[0] if source.locators else source.url
    known = ", ".join(_text(each) for each in (where, source.published) if each is not None)
    yield f"  {source.id}  {_text(_title_of(source))}{f' ({known})' if known else ''}"


def _note(note: Gap | Caveat) -> Iterator[str]:
    yield f"  {note.id}  {_text(note.text)}"


def _section(section: Section) -> Iterator[str]:
    """Yield a section with its lines as they stand, as far as there is room for them."""
    yield f"  {_text(section.section if section.heading is None else section.heading)}"
    body = shortened(str(section.body).strip(), _WIDTH)
    lines = (visible(line.expandtabs(4)).rstrip() for line in body.splitlines())
    yield from (f"    {line}" if line else "" for line in lines)


def _question(question: Question) -> Iterator[str]:
    yield f"  {question.id}  {_text(question.text)} ({question.status})"


# -- how sure ----------------------------------------------------------------------------


def _foot(answer: Answer) -> Iterator[str]:
    yield SURENESS[answer.sureness]
    readings = [f"{_text(word)} ({_text(other)})" for word, other in _readings(answer).items()]
    if readings:
        yield f"words read as others: {', '.join(readings)}"
    if answer.missing:
        yield f"words that nothing found holds: {', '.join(map(_text, answer.missing))}"
    if answer.more:
        yield f"{counted(answer.more, 'more entry', 'more entries')} beyond the limit"
    yield f"answered from {answer.ledger} at {answer.head}"
