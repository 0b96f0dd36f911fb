"""Bundles of proofs: one set of hashes for many records, and nothing that could be slipped in."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import Plugins, Signer, new_key
from evledger.chained import StoredChain
from evledger.exceptions import EvledgerError, Invalid, NotProven
from evledger.ledger import Ledger
from evledger.notes import SignedNote
from evledger.proofs.bundling import Bundle, bundle, cover, verify_bundle
from evledger.proofs.stored import StoredTree
from evledger.tree import tree_root

PLUGINS = Plugins.builtin()
SIZE = 21


@attrs.frozen
class Kept:
    """A ledger that was signed at three sizes, and the key."""

    ledger: Ledger
    vkey: str

    def bundle(
        self, *places: int, size: int = SIZE, openings: tuple[tuple[int, str], ...] = ()
    ) -> Bundle:
        """Bundle some of its records."""
        backend = self.ledger.store.backend
        tree = StoredTree(backend, self.ledger.name)
        return bundle(backend, self.ledger.name, tree, places, size=size, openings=openings)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Return a ledger of 21 records, signed at 1, 9 and 20, with a sealed quotation in record 5."""
    file = tmp_path_factory.mktemp("keys") / "semax.key"
    vkey = str(new_key(file, "example.org/semax"))
    signer = Signer.open(file)
    store = evledger.open("memory:", plugins=PLUGINS)
    ledger = store.create("semax", title="Semax", by="curator")
    ledger.checkpoint(signer)
    with ledger.batch(by="curator") as batch:
        for number in range(4):
            source = batch.add_source(kind="review", title=f"Review {number}")
            batch.tag_claim(
                source=source, tier="human", stance="supports", text="It helps.", quote="It does."
            )
    ledger.checkpoint(signer)
    for number in range(11):
        ledger.append(evledger.GapNoted(id=f"g{number}", text="?"), by="curator")
    ledger.checkpoint(signer)
    ledger.append(evledger.GapNoted(id="last", text="Not signed yet."), by="curator")
    return Kept(ledger, vkey)


# -- which hashes ------------------------------------------------------------------------


@given(
    st.integers(1, 300).flatmap(
        lambda size: st.tuples(
            st.just(size),
            st.sets(st.integers(0, size - 1), max_size=12),
            st.sets(st.integers(1, size), max_size=4),
        )
    )
)
def test_a_cover_is_whole_and_leaves_each_record_alone(
    drawn: tuple[int, set[int], set[int]],
) -> None:
    """The ranges follow each other from the first leaf to the last, and divide where they must."""
    size, places, cuts = drawn
    ranges = list(cover(size, sorted(places), sorted(cuts)))
    assert [start for start, _ in ranges] == [0, *(stop for _, stop in ranges[:-1])]
    assert ranges[-1][1] == size
    assert {(n, n + 1) for n in places} <= set(ranges)
    assert not any(start < cut < stop for start, stop in ranges for cut in cuts)


def test_a_cover_is_small() -> None:
    """One record among a million needs as many hashes as its path has, and its own."""
    assert len(list(cover(1 << 20, [12_345]))) == 21
    assert list(cover(1 << 20, [])) == [(0, 1 << 20)]
    assert list(cover(0, [])) == []


# -- what is proven ----------------------------------------------------------------------


@settings(max_examples=60)
@given(st.sets(st.integers(0, SIZE - 1)), st.integers(1, SIZE))
def test_whatever_is_bundled_is_proven(kept: Kept, places: set[int], size: int) -> None:
    """Any records of any size come with what proves them, through JSON and back."""
    wanted = sorted(n for n in places if n < size)
    data = bytes(kept.bundle(*wanted, size=size))
    assert bytes(Bundle.parse(data)) == data
    proven = verify_bundle(data, kept.vkey)
    assert [record.n for record in proven.records] == wanted
    assert [record.line for record in proven.records] == [
        kept.ledger.record(n).line for n in wanted
    ]
    assert proven.root == tree_root(kept.ledger.record(n).line for n in range(size))
    assert proven.is_complete == (len(wanted) == size)
    assert proven.vouched is not None
    assert proven.vouched.checkpoint.size == max(s for s in (1, 9, 20) if s <= size)


def test_earlier_sizes_are_told(kept: Kept) -> None:
    """The sizes of all earlier checkpoints are there, for whoever kept one of them."""
    assert kept.bundle(3).sizes == (1, 9, 20)
    assert kept.bundle(3, size=9).sizes == (1,)


def test_a_bundle_without_a_signature(kept: Kept) -> None:
    """Where nobody signed, records are in a tree, and no key can vouch for it."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("other", title="Other", by="curator")
        made = Kept(ledger, kept.vkey).bundle(0, size=1)
    assert made.checkpoint is None
    assert verify_bundle(bytes(made)).vouched is None
    with pytest.raises(NotProven, match="nobody has signed"):
        verify_bundle(made, kept.vkey)


def test_sealed_fields_are_opened(kept: Kept) -> None:
    """An opening comes along where it is asked for, and fits; others are left out."""
    n = next(r.n for r in kept.ledger.records() if r.type == "claim-tagged")
    asked = ((n, "quote"), (n, "text"), (0, "title"), (12, "quote"))
    (record,) = verify_bundle(kept.bundle(n, openings=asked)).records
    assert record.opened == {"quote": "It does."}
    assert verify_bundle(kept.bundle(n)).records[0].opened == {}


def test_a_copy_of_another_name(kept: Kept, tmp_path: Path) -> None:
    """A copy that is listed by another name proves the ledger by its own."""
    kept.ledger.export(tmp_path / "archive")
    with evledger.open("memory:", plugins=PLUGINS) as store:
        copy = store.restore(tmp_path / "archive", "copy")
        assert verify_bundle(Kept(copy, kept.vkey).bundle(0, 3)).ledger == "semax"


def test_a_stranger_needs_the_right_key(kept: Kept, tmp_path: Path) -> None:
    """A key that signed nothing vouches for nothing."""
    other = str(new_key(tmp_path / "other.key", "example.org/semax"))
    with pytest.raises(NotProven):
        verify_bundle(kept.bundle(2), other)


def test_a_key_of_another_ledger_is_not_given_along(kept: Kept, tmp_path: Path) -> None:
    """Whoever makes a page with a key that has not signed its checkpoint is told so."""
    key = new_key(tmp_path / "other.key", "example.org/semax")
    chain = kept.ledger.render_context(keys=[kept.vkey]).chain
    assert chain is not None
    assert Bundle.parse(chain.bundle([1])).keys
    chain = kept.ledger.render_context(keys=[key]).chain
    assert chain is not None
    with pytest.raises(NotProven):
        chain.bundle([1])


# -- what is not -------------------------------------------------------------------------

Change = Callable[[dict[str, Any]], None]


def _flip(text: str) -> str:
    raw = bytearray(base64.b64decode(text))
    raw[7] ^= 4
    return base64.b64encode(raw).decode()


def _set(name: str, value: Any) -> Change:
    return lambda document: document.__setitem__(name, value)


def _edit(name: str, at: tuple[int, ...], edit: Callable[[Any], Any]) -> Change:
    def change(document: dict[str, Any]) -> None:
        *path, last = at
        target = document[name]
        for step in path:
            target = target[step]
        target[last] = edit(target[last])

    return change


def _swap_records(document: dict[str, Any]) -> None:
    (a, first), (b, second) = document["records"][1:3]
    document["records"][1:3] = [[a, second], [b, first]]


CHANGES: dict[str, tuple[Change, str]] = {
    "a letter of a line": (
        _edit("records", (2, 1), lambda line: line.replace("helps", "hurts")),
        "the line of record 2 is not the one",
    ),
    "two lines": (_swap_records, "the line of record 1"),
    "a hash": (_edit("hashes", (0,), _flip), "do not come to the root"),
    "the root": (lambda d: d.update(root=_flip(d["root"])), "do not come to the root"),
    "the checkpoint": (
        lambda d: d.update(checkpoint=d["checkpoint"].replace("\n20\n", "\n9\n")),
        "not the one that was signed",
    ),
    "a salt": (_edit("openings", (0, 2), lambda _: "0" * 64), "does not fit the commitment"),
    "an opened value": (
        _edit("openings", (0, 3), lambda text: text.replace("does", "died")),
        "does not fit the commitment",
    ),
    "an opening of what is not sealed": (_edit("openings", (0, 1), lambda _: "text"), "no field"),
    "the ledger's name": (lambda d: d.update(ledger="tea"), "its first record is of another"),
    "an opening of another record": (_edit("openings", (0, 0), lambda _: 9), "not in the bundle"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_changed_is_told(kept: Kept, what: str) -> None:
    """Whatever is changed in a bundle, it is refused, with the reason."""
    change, message = CHANGES[what]
    document = json.loads(bytes(kept.bundle(0, 1, 2, 8, openings=((2, "quote"),))))
    change(document)
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    with pytest.raises(NotProven, match=message):
        verify_bundle(text, kept.vkey)


MALFORMED: tuple[tuple[Change, str], ...] = (
    (_set("evledger-proofs", 2), "not a bundle"),
    (lambda d: d.update({"evledger-proofs": True}), "not a bundle"),
    (_set("size", "21"), "each of its type"),
    (lambda d: d.pop("keys"), "each of its type"),
    (_set("sizes", [9, 1]), "sizes: expected numbers that ascend"),
    (_set("sizes", [21]), "sizes: expected numbers that ascend"),
    (_set("records", [[30, "{}"]]), "records: expected numbers that ascend"),
    (_set("records", [["1", "{}"]]), "expected an array of number, text"),
    (_set("keys", [1]), "expected a text"),
    (_set("openings", [[2, "quote", "00", "[]"]]), "salt"),
    (lambda d: d["hashes"].pop(), "hashes"),
    (lambda d: d["hashes"].__setitem__(0, "AAAA"), "32"),
    (_set("size", 19), "checkpoint is of more records|ascend"),
)


@pytest.mark.parametrize("at", range(len(MALFORMED)))
def test_what_is_no_bundle_is_refused(kept: Kept, at: int) -> None:
    """What is malformed is refused as such."""
    change, message = MALFORMED[at]
    document = json.loads(bytes(kept.bundle(1, 2, 8)))
    change(document)
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    with pytest.raises(Invalid, match=message):
        Bundle.parse(text)


@settings(max_examples=200)
@given(st.data())
def test_no_change_of_a_byte_goes_unseen(kept: Kept, data: st.DataObject) -> None:
    """One byte of a bundle that is another is refused, or says the same of the same records."""
    sound = bytes(kept.bundle(2, 8, openings=((2, "quote"),)))
    place = data.draw(st.integers(0, len(sound) - 1))
    changed = sound[:place] + bytes([data.draw(st.integers(0, 255))]) + sound[place + 1 :]
    expected = verify_bundle(sound, kept.vkey)
    try:
        found = verify_bundle(changed, kept.vkey)
    except EvledgerError:
        return
    assert (found.records, found.root, found.size) == (
        expected.records,
        expected.root,
        expected.size,
    )


def test_signatures_of_others_do_not_help(kept: Kept, tmp_path: Path) -> None:
    """A checkpoint that another key of the same name signed is not the ledger's."""
    file = tmp_path / "forged.key"
    new_key(file, "example.org/semax")
    made = kept.bundle(2)
    assert made.checkpoint is not None
    forged: SignedNote = Signer.open(file).key.sign(made.checkpoint.text)
    with pytest.raises(NotProven):
        verify_bundle(attrs.evolve(made, checkpoint=forged), kept.vkey)


# -- through a renderer ------------------------------------------------------------------


def test_a_renderer_may_look_at_the_chain() -> None:
    """A renderer is given the records, earlier views and proofs up to its view's head."""
    seen = list[StoredChain]()

    class Looking:
        name = "looking"

        def render(self, view: evledger.View, context: Any) -> evledger.Rendered:
            del view
            seen.append(context.chain)
            return evledger.Rendered(b"", "text/plain; charset=utf-8", ".txt")

    class Plugin:
        @evledger.hookimpl.renderers
        def renderers(self) -> list[Any]:
            return [Looking()]

    plugins = Plugins.builtin()
    plugins.register(Plugin(), "mine")
    with evledger.open("memory:", plugins=plugins) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(evledger.LedgerDescribed(title="Semax, again"), by="curator")
        ledger.append(evledger.GapNoted(id="g1", text="?"), by="curator")
        ledger.render("looking", n=2)
        (chain,) = seen
        assert chain.descriptions == (0, 1)
        assert [record.n for record in chain.records()] == [0, 1]
        assert [record.n for record in chain.records(1, 99)] == [1]
        assert chain.view(1).title == "Semax"
        assert verify_bundle(chain.bundle([0, 1])).is_complete
