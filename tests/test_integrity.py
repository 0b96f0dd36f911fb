"""Names are introduced once, relied on afterwards, and released by whoever says so."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evledger.integrity import Breach, Index

names = st.lists(st.sampled_from("abcdef"), max_size=3, unique=True).map(sorted)
records = st.lists(st.tuples(names, names, names), max_size=12)
Record = tuple[list[str], list[str], list[str]]


def model(held: dict[str, int], n: int, record: Record) -> list[Breach]:
    """Apply the rules one after the other, as plainly as they can be said."""
    keys, refs, drops = record
    found = [Breach("missing-ref", n, name) for name in refs if name not in held]
    for name in drops:
        if name in held:
            del held[name]
        elif name not in keys:
            found.append(Breach("missing-drop", n, name))
    for name in keys:
        if name in held:
            found.append(Breach("duplicate-key", n, name, held[name]))
        else:
            held[name] = n
    return found


@given(records)
def test_index_is_a_dictionary(history: list[Record]) -> None:
    """The index holds, and refuses, what a plain dictionary under the same rules does."""
    index, held = Index(), dict[str, int]()
    for n, record in enumerate(history):
        assert index.apply(n, *record) == model(held, n, record)
        assert index.held == held


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 9)), records)
def test_released_names(start: dict[str, int], history: list[Record]) -> None:
    """`released` are the names that were dropped while somebody held them."""
    index = Index(start)
    dropped: set[str] = set()
    for n, record in enumerate(history, 10):
        dropped |= index.held.keys() & set(record[2])
        index.apply(n, *record)
    assert dropped == index.released


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 9)), records)
def test_given_names_are_copied(start: dict[str, int], history: list[Record]) -> None:
    """The names that an index starts from stay as they are."""
    before = dict(start)
    index = Index(start)
    for n, record in enumerate(history, 10):
        index.apply(n, *record)
    assert start == before


def test_first_introducer_wins() -> None:
    """A second introducer is a breach that names the first, who keeps the name."""
    index = Index()
    index.apply(3, ["doi:10.1000/x"], [], [])
    expected = [Breach("duplicate-key", 7, "doi:10.1000/x", 3)]
    assert (index.apply(7, ["doi:10.1000/x"], [], []), index.held["doi:10.1000/x"]) == (expected, 3)


def test_record_cannot_rely_on_itself() -> None:
    """Refs are held against what came before the record, not against its own keys."""
    assert Index().apply(0, ["a"], ["a"], []) == [Breach("missing-ref", 0, "a")]


def test_breaches_read_as_sentences() -> None:
    """A breach says what was found."""
    found = [
        str(Breach("duplicate-key", 7, "source:s1", 3)),
        str(Breach("missing-ref", 7, "source:s1")),
        str(Breach("missing-drop", 7, "source:s1")),
    ]
    assert found == [
        "source:s1 is already held by record 3",
        "it relies on source:s1, which no earlier record holds",
        "it releases source:s1, which no earlier record holds",
    ]
