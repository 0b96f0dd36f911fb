"""Asking: what a question costs on a ledger of 100,000 claims, beside a plain FTS5 table.

Each measurement is a process of its own, so that its peak of memory is its own, too;
ours and the peer's take turns.
The peer is what one would write in an afternoon: one FTS5 table in memory with the tokenizer
``porter``, filled with the same texts, asked for any of the question's words, by ``bm25``.
"""

from __future__ import annotations

import json
import re
import resource
import sqlite3
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

import attrs
from ledgers import NAME, Bench
from measure import Row

import evledger
from evledger import ClaimTagged, Plugins, SourceAdded
from evledger.builtin.fulltext import FullText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from evledger import Event, Ledger

__all__ = ["run"]

_CLAIMS: Final = 100_000  # two of each source
_WORDS: Final = 12_000  # words that there are; Zipf's law says how often each stands
_OF_EACH: Final = 25  # questions of each kind
_BLOCK: Final = 10_000
_SEED: Final = 20_261

_ONSETS = (*"bcdfghlmnprstvz", "br", "cl", "dr", "fl", "gr", "pl", "pr", "st", "tr", "ch", "th")
_VOWELS = (*"aeiou", "ia", "io", "ea", "ou")
_CODAS = ["", "", "n", "r", "l", "s", "m", "x", "nt", "st"]
_ENDINGS = ["", "", "", "s", "ed", "ing", "ation", "ive", "in", "al"]


def run(bench: Bench) -> list[Row]:
    """Measure folding, indexing, asking and keeping up."""
    path = bench.folder / f"prose-{_CLAIMS}.db"
    _build(path)
    ours: list[dict[str, Any]] = []
    theirs: list[dict[str, Any]] = []
    for _ in range(min(bench.repeats, 3)):
        ours.append(_child("ours", path))
        theirs.append(_child("peer", path))
    return [*_building(ours, theirs), *_asking(ours, theirs)]


def _building(
    ours: Sequence[Mapping[str, float]], theirs: Sequence[Mapping[str, float]]
) -> list[Row]:
    def column(found: Sequence[Mapping[str, float]], name: str) -> list[float]:
        return [each[name] for each in found]

    size = f"{_CLAIMS:,} claims"
    table = "a plain FTS5 table"
    return [
        Row(f"fold a view of {size}", "s", column(ours, "fold")),
        Row("build its index", "s", column(ours, "build"), table, column(theirs, "build")),
        Row("the first question after that", "ms", column(ours, "first")),
        Row("peak memory, view folded", "MB", column(ours, "folded")),
        Row("peak memory, index built", "MB", column(ours, "indexed")),
        Row("what the index adds", "MB", column(ours, "added"), table, column(theirs, "added")),
        Row("fold one append", "ms", column(ours, "fold_one")),
        Row("index one append", "ms", column(ours, "one"), table, column(theirs, "one")),
    ]


def _asking(ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]) -> list[Row]:
    rows: list[Row] = []
    for name, figure in (("median", statistics.median), ("worst", max)):
        for kind in _KINDS:
            a, b = ([figure(each["retrieve"][kind]) for each in side] for side in (ours, theirs))
            rows.append(Row(f"retrieve, {kind}, {name}", "ms", a, "the table", b))
        asked = [figure([ms for kind in _KINDS for ms in each["ask"][kind]]) for each in ours]
        rows.append(Row(f"ask and answer, all kinds, {name}", "ms", asked))
    return rows


# -- texts -------------------------------------------------------------------------------


@attrs.frozen
class _Prose:
    """A language of made-up words, of which a few stand everywhere and most hardly anywhere."""

    words: tuple[str, ...]
    weights: tuple[float, ...]

    @classmethod
    def speak(cls) -> _Prose:
        """Make it up, the same on every machine."""
        random = Random(_SEED)  # noqa: S311  # a workload is no secret
        words: dict[str, None] = {}
        while len(words) < _WORDS:
            words[_word(random)] = None
        return cls(tuple(words), tuple(accumulate(1 / rank for rank in range(1, _WORDS + 1))))

    def sentence(self, random: Random, length: int) -> str:
        """Say something."""
        words = random.choices(self.words, cum_weights=self.weights, k=length)
        return " ".join(words).capitalize() + "."


def _word(random: Random) -> str:
    parts = [
        random.choice(_ONSETS) + random.choice(_VOWELS) + random.choice(_CODAS)
        for _ in range(random.choice((1, 2, 2, 2, 3)))
    ]
    return "".join(parts) + random.choice(_ENDINGS)


def _events(prose: _Prose, start: int, stop: int) -> Iterator[Event]:
    """Yield a source and two claims of it, again and again."""
    random = Random(_SEED + start)  # noqa: S311  # a workload is no secret
    for number in range(start, stop):
        yield _source(prose, random, number)
        for each in (2 * number, 2 * number + 1):
            yield ClaimTagged(
                id=f"c{each}",
                source=f"s{number}",
                tier=random.choice(("human", "preclinical", "published", "anecdotal")),
                stance=random.choice(("supports", "supports", "contradicts", "neutral")),
                text=prose.sentence(random, random.randint(8, 30)),
            )


def _source(prose: _Prose, random: Random, number: int) -> SourceAdded:
    return SourceAdded(
        id=f"s{number}",
        kind=random.choice(("journal-article", "review", "trial", "preprint")),
        title=prose.sentence(random, random.randint(6, 16)),
        authors=tuple(prose.sentence(random, 2) for _ in range(2)),
        venue=f"Journal of {prose.words[random.randrange(300)]}",
        published=str(random.randint(1990, 2026)),
        locators=(f"doi:10.1016/j.{number:06}",),
    )


def _build(path: Path) -> None:
    prose = _Prose.speak()
    with evledger.open(path, plugins=Plugins.builtin()) as store:
        ledger = store.create(NAME, title="Semax and BDNF", by="curator")
        for start in range(0, _CLAIMS // 2, _BLOCK):
            ledger.append(*_events(prose, start, min(start + _BLOCK, _CLAIMS // 2)), by="curator")


# -- questions ---------------------------------------------------------------------------


def _questions(ledger: Ledger) -> dict[str, list[str]]:
    """Return questions of each kind, about claims that are drawn by lot."""
    prose, view = _Prose.speak(), ledger.view()
    random = Random(_SEED)  # noqa: S311  # a workload is no secret
    ids = [f"c{random.randrange(_CLAIMS)}" for _ in range(_OF_EACH)]
    claims = [view.claims[id] for id in ids]
    rank = {word: place for place, word in enumerate(prose.words)}
    texts = [str(claim.text).lower().rstrip(".").split() for claim in claims]
    rare = [sorted(text, key=lambda word: -rank[word])[:3] for text in texts]
    return {
        "frequent words": [" ".join(random.sample(prose.words[:60], 4)) for _ in ids],
        "rare words": [" ".join(words) for words in rare],
        "whole sentences": [" ".join(text) for text in texts],
        "a phrase": [f'"{" ".join(random.choice(list(pairwise(text))))}"' for text in texts],
        "misspelt words": [" ".join(map(partial(_misspelt, random), words)) for words in rare],
        "an identifier": [f"what does {view.sources[c.source].locators[0]} say" for c in claims],
        "unknown words": [" ".join(_unknown(random) for _ in range(4)) for _ in ids],
    }


_KINDS: Final = (
    "frequent words",
    "rare words",
    "whole sentences",
    "a phrase",
    "misspelt words",
    "an identifier",
    "unknown words",
)


def _misspelt(random: Random, word: str) -> str:
    place = random.randrange(1, len(word))
    return word[:place] + random.choice("kqwyj") + word[place + 1 :]


def _unknown(random: Random) -> str:
    return "".join(random.choices("qwkjyxz", k=9))


# -- a process of its own ----------------------------------------------------------------


def _child(side: str, path: Path) -> dict[str, Any]:
    """Measure one side in a new process."""
    command = [sys.executable, __file__, side, str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603  # ours
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _ours(path: Path) -> dict[str, Any]:
    """Fold, index, ask, append one, and index that."""
    found: dict[str, Any] = {}
    with evledger.open(path, plugins=Plugins.builtin()) as store:
        ledger = store.ledger(NAME)
        with _timed(found, "fold", 1):
            view = ledger.view()
        found["folded"] = _peak()
        search = FullText()
        with _timed(found, "build", 1):
            list(search.retrieve(view, "semax", 10))
        found["indexed"] = _peak()
        found["added"] = found["indexed"] - found["folded"]
        with _timed(found, "first"):
            ledger.ask("semax")
        asked = _questions(ledger)
        found["retrieve"] = _each(asked, lambda text: list(search.retrieve(view, text, 10)))
        found["ask"] = _each(asked, ledger.ask)
        with ledger.batch(by="curator") as batch:
            batch.note_gap("Whether it holds in women.")
        with _timed(found, "fold_one"):
            view = ledger.view()
        with _timed(found, "one"):
            assert list(search.retrieve(view, "women", 10))  # noqa: S101  # it is there now
    return found


def _peer(path: Path) -> dict[str, Any]:
    """Fill a plain table with the same texts, and ask it the same."""
    found: dict[str, Any] = {}
    with evledger.open(path, plugins=Plugins.builtin()) as store:
        ledger = store.ledger(NAME)
        asked = _questions(ledger)
        view = ledger.view()
        rows = [(s.title, *s.authors, s.venue, *s.locators) for s in view.sources.values()]
        rows += [(claim.text, *rows[int(claim.source[1:])][:-1]) for claim in view.claims.values()]
        texts = [(" ".join(map(str, row)),) for row in rows]
        before = _peak()
        sql = sqlite3.connect(":memory:")
        sql.execute(
            "CREATE VIRTUAL TABLE texts USING fts5(text, content='', tokenize='porter unicode61')"
        )
        insert = "INSERT INTO texts(text) VALUES (?)"
        with _timed(found, "build", 1), sql:
            sql.executemany(insert, texts)
        found["added"] = _peak() - before
        found["retrieve"] = _each(asked, lambda text: _any_word(sql, text))
        with _timed(found, "one"), sql:
            sql.execute(insert, ("Whether it holds in women.",))
    return found


def _any_word(sql: sqlite3.Connection, question: str) -> list[Any]:
    words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", question))
    if question.startswith('"'):
        words = question
    query = "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY bm25(texts) LIMIT 10"
    return sql.execute(query, (words,)).fetchall()


def _each(asked: Mapping[str, Sequence[str]], ask: Callable[[str], object]) -> dict[str, Any]:
    """Return the milliseconds of each question, by kind."""
    found: dict[str, Any] = {kind: [] for kind in _KINDS}
    for turn in zip(*(asked[kind] for kind in _KINDS), strict=True):
        for kind, question in zip(_KINDS, turn, strict=True):
            started = time.perf_counter()
            ask(question)
            found[kind].append((time.perf_counter() - started) * 1e3)
    return found


@contextmanager
def _timed(found: dict[str, Any], name: str, unit: float = 1e3) -> Iterator[None]:
    """Note how long a block takes, in milliseconds unless told otherwise."""
    started = time.perf_counter()
    yield
    found[name] = (time.perf_counter() - started) * unit


def _peak() -> float:
    """Return the most megabytes that this process has ever held."""
    # On Linux ru_maxrss survives exec and would count the parent's memory too; VmHWM does not.
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    json.dump({"ours": _ours, "peer": _peer}[sys.argv[1]](Path(sys.argv[2])), sys.stdout)
