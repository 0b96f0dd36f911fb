"""Retrieval: how well the questions in questions.jsonl are answered, and what is rightly refused.

    python benchmarks/retrieval.py                  # the table
    python benchmarks/retrieval.py --show           # and what went wrong, of the half to tune on

Beside what a ledger asks stands the plainest search there is: SQLite's FTS5 as it comes.
"""

from __future__ import annotations

import argparse
import json
import re
import sqlite3
from itertools import product
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Final

import attrs

import evledger
from evledger import EvledgerError, Plugins
from evledger.demo import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from evledger import Store
    from evledger.entries import Source
    from evledger.view import View

    Retrieve: TypeAlias = Callable[[View, str, int], Iterable[str]]
    """Gives the whole names of what bears on a question, the best first, at most so many."""

__all__ = [
    "LIMIT",
    "OURS",
    "PEER",
    "Figures",
    "Outcome",
    "Question",
    "demo_view",
    "figures",
    "full_text",
    "holders",
    "measure",
    "plain",
    "questions",
    "samples_view",
]

LIMIT: Final = 5
"""How many entries are looked at."""
OURS: Final = "full-text"
PEER: Final = "plain FTS5"

_HERE: Final = Path(__file__).resolve().parent
_SAMPLES: Final = _HERE.parents[1] / "shared" / "samples"
_FORMATS: Final = (
    *("bibtex", "ris", "pubmed-nbib", "pubmed-xml", "crossref", "europepmc", "openalex"),
    *("clinicaltrials-v2", "csl-json", "datacite", "csv", "reddit", "twitter-v2", "youtube"),
)
_SPLITS: Final = ("tune", "held")
_KINDS: Final = ("sources", "gaps", "caveats", "sections", "questions")
"""What expected entries can be, beside the locators and titles of sources."""


# -- the questions -----------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Question:
    """A question, and what a reader would want found.

    Attributes:
        id: by which it is spoken of.
        ledger: which ledger is asked: ``demo`` or ``samples``.
        style: how it is put: a paraphrase, an identifier, with a misspelling.
        text: the question.
        expected: what answers it: locators of sources, ``title:`` and a source's exact title, or
            whole names of entries; a source's claims stand for it.
        answerable: whether the ledger holds anything on it.
        split: ``tune``, or ``held`` for those that nothing is tuned on.
    """

    id: str
    ledger: str
    style: str
    text: str
    expected: Sequence[str]
    answerable: bool
    split: str


def questions(ledger: str) -> list[Question]:
    """Read the questions to one ledger."""
    lines = (_HERE / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = (Question(**json.loads(line)) for line in lines)
    return [row for row in rows if row.ledger == ledger]


def holders(view: View, name: str) -> frozenset[str]:
    """Return the whole names of the entries that an expected one stands for.

    Raises:
        LookupError: the view has no such entry.
    """
    sources = [id for id, source in view.sources.items() if name in _names(source)]
    found = {f"claim:{claim.id}" for id in sources for claim in view.claims_of(id)}
    found.update(f"source:{id}" for id in sources)
    kind, _, id = name.partition(":")
    if f"{kind}s" in _KINDS and id in getattr(view, f"{kind}s"):
        found.add(name)
    if not found:
        raise LookupError(f"{view.ledger} has nothing that is named {name!r}")
    return frozenset(found)


def _names(source: Source) -> tuple[str, ...]:
    return (*source.locators, f"source:{source.id}", f"title:{source.title}")


# -- the ledgers -------------------------------------------------------------------------


def demo_view(store: Store) -> View:
    """Build the demonstration's ledger, and give its view."""
    ledger, _ = build(store)
    return ledger.view()


def samples_view(store: Store, folder: Path) -> View:
    """Import every file of a folder of samples into one ledger, and give its view.

    What no importer reads is left out: some samples are there to be refused.
    """
    ledger = store.create("samples", title="Records, trials, posts and videos", by="curator")
    for path in sorted(path for name in _FORMATS for path in (folder / name).iterdir()):
        try:
            ledger.import_file(path, by="curator")
        except EvledgerError:
            continue
    return ledger.view()


# -- who is asked ------------------------------------------------------------------------


def full_text() -> Retrieve:
    """Return what asks the retriever that a ledger asks."""
    retriever = Plugins.builtin().retriever(OURS)

    def retrieve(view: View, question: str, limit: int) -> list[str]:
        return [match.entry for match in retriever.retrieve(view, question, limit)]

    return retrieve


def plain(view: View) -> Retrieve:
    """Index a view with FTS5 as it comes, and give what asks it.

    A source stands there once, with its claims; a question's words are joined by ``OR``.
    """
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE entries USING fts5(name UNINDEXED, text)")
    database.executemany("INSERT INTO entries VALUES (?, ?)", _documents(view))
    order = "SELECT name FROM entries WHERE text MATCH ? ORDER BY rank, rowid LIMIT ?"

    def retrieve(_view: View, question: str, limit: int) -> list[str]:
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", question))
        return [name for (name,) in database.execute(order, (words, limit))]

    return retrieve


def _documents(view: View) -> Iterator[tuple[str, str]]:
    for id, source in view.sources.items():
        said = (part for claim in view.claims_of(id) for part in (claim.text, claim.quote or ""))
        yield f"source:{id}", "\n".join(map(str, (source.title, *said, view.captured(id))))
    for id, section in view.sections.items():
        yield f"section:{id}", f"{section.heading or ''}\n{section.body}"
    for kind in ("gap", "caveat", "question"):
        for id, entry in getattr(view, f"{kind}s").items():
            yield f"{kind}:{id}", str(entry.text)


# -- the measure -------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Outcome:
    """What came of a question.

    Attributes:
        question: the question.
        found: the entries that were given, the best first.
        missed: what was expected and is not among them.
        rank: of the first entry that was expected, from 1; ``None`` where none was.
    """

    question: Question
    found: tuple[str, ...]
    missed: tuple[str, ...]
    rank: int | None

    @property
    def recall(self) -> float:
        """The share of what was expected that was found, as far as there was room for it."""
        expected = len(self.question.expected)
        return (expected - len(self.missed)) / min(LIMIT, expected)

    @property
    def is_right(self) -> bool:
        """Whether all was found that there was room for, or a refusal was right."""
        return self.recall == 1 if self.question.answerable else not self.found


@attrs.frozen(kw_only=True)
class Figures:
    """What came of many questions.

    Attributes:
        questions: how many.
        recall: the mean recall of those that can be answered.
        hit: the share of those of which anything expected was found.
        mrr: the mean of their reciprocal ranks.
        refused: the share refused of those that cannot be answered; the more the better.
        lost: the share refused of those that can be answered.
    """

    questions: int
    recall: float
    hit: float
    mrr: float
    refused: float
    lost: float


def measure(view: View, asked: Iterable[Question], retrieve: Retrieve) -> list[Outcome]:
    """Ask questions, and compare what is found with what was expected."""
    return [_outcome(view, question, retrieve) for question in asked]


def _outcome(view: View, question: Question, retrieve: Retrieve) -> Outcome:
    found = tuple(retrieve(view, question.text, LIMIT))[:LIMIT]
    wanted = {name: holders(view, name) for name in question.expected}
    right = frozenset[str]().union(*wanted.values())
    ranks = (rank for rank, name in enumerate(found, 1) if name in right)
    return Outcome(
        question=question,
        found=found,
        missed=tuple(name for name, held in wanted.items() if held.isdisjoint(found)),
        rank=next(ranks, None),
    )


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """Sum up what came of questions, some of which can be answered, and some cannot."""
    can = [each for each in outcomes if each.question.answerable]
    cannot = [each for each in outcomes if not each.question.answerable]
    return Figures(
        questions=len(outcomes),
        recall=fmean(each.recall for each in can),
        hit=fmean(each.rank is not None for each in can),
        mrr=fmean(1 / each.rank if each.rank else 0 for each in can),
        refused=fmean(not each.found for each in cannot),
        lost=fmean(not each.found for each in can),
    )


# -- the command -------------------------------------------------------------------------


def main() -> None:
    """Ask every question, and print what came of it."""
    options = _options()
    with evledger.open("memory:", plugins=Plugins.discover()) as store:
        views = _views(store, options.samples)
        outcomes = {(of, name): each for of in views for name, each in _asked(views[of], of)}
    print(_table(outcomes))
    for split in ("tune",) * options.show + ("held",) * options.held:
        for ledger, view in views.items():
            _show(view, split, outcomes[ledger, OURS])


def _views(store: Store, samples: Path) -> dict[str, View]:
    views = {"demo": demo_view(store)}
    if samples.is_dir():
        views["samples"] = samples_view(store, samples)
    else:
        print(f"there is no folder {samples}: the questions to samples are left out\n")
    return views


def _asked(view: View, ledger: str) -> Iterator[tuple[str, list[Outcome]]]:
    for name, retrieve in ((OURS, full_text()), (PEER, plain(view))):
        yield name, measure(view, questions(ledger), retrieve)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure how well questions are answered.")
    parser.add_argument("--samples", type=Path, default=_SAMPLES, help="the folder of samples")
    parser.add_argument("--show", action="store_true", help="what went wrong, of the tune half")
    parser.add_argument(
        "--held",
        action="store_true",
        help="what went wrong, of the held half; once seen, it can no longer be held",
    )
    return parser.parse_args()


def _table(outcomes: dict[tuple[str, str], list[Outcome]]) -> str:
    """Draw the figures as a table in Markdown."""
    names = ("recall@5", "hit@5", "MRR", "rightly refused", "wrongly refused")
    rows = [["ledger", "split", "retriever", "questions", *names]]
    for (ledger, retriever), split in product(outcomes, _SPLITS):
        of_split = [each for each in outcomes[ledger, retriever] if each.question.split == split]
        count, *shares = attrs.astuple(figures(of_split))
        rows.append([ledger, split, retriever, str(count), *(f"{share:.2f}" for share in shares)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    padded = ([cell.ljust(width) for cell, width in zip(r, widths, strict=True)] for r in rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in padded)


def _show(view: View, split: str, outcomes: Iterable[Outcome]) -> None:
    """Print the questions of a half of which something is missing, or that were not refused."""
    for each in outcomes:
        if each.question.split == split and not each.is_right:
            print(f"\n{each.question.id} ({each.question.style}): {each.question.text}")
            print(f"  missed: {', '.join(each.missed) or 'nothing, and it should be refused'}")
            for name in each.found:
                print(f"  found: {name} {_gist(view, name)}")


def _gist(view: View, name: str) -> str:
    kind, _, id = name.partition(":")
    entry = getattr(view, f"{kind}s")[id]
    words = getattr(entry, "title", None) or getattr(entry, "text", None) or entry.body
    return " ".join(str(words).split())[:100]


if __name__ == "__main__":
    main()
