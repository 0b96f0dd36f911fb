"""A stranger with a proof file and a key learns what stands in a ledger, and nothing else."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evledger
from evledger import (
    Broken,
    ClaimTagged,
    ClaimWithdrawn,
    GapNoted,
    Invalid,
    Ledger,
    NotFound,
    NotProven,
    Plugins,
    Refused,
    SectionWritten,
    SourceAdded,
    SourceAmended,
    SourceFlagged,
    Store,
)
from evledger.checkpoints import Checkpoint
from evledger.codec import canonical
from evledger.events import Ref, drop, ref
from evledger.exceptions import EvledgerError
from evledger.notes import SignedNote, SigningKey, VerifierKey
from evledger.proofs.files import MAX_PROOF, TlogProof
from evledger.proofs.locating import Located, later, line_at, locate, sources_of
from evledger.proofs.proving import Proof, consistency, covering, prove
from evledger.proofs.stored import StoredTree
from evledger.proofs.verifying import Proven, verify_proof, verify_record
from evledger.schema import seal
from evledger.seals import Opening
from evledger.stores.base import Write
from evledger.stores.kept import tile_name
from evledger.tree import EMPTY_ROOT, verify_consistency

ORIGIN: Final = "example.org/semax"
KEY: Final = SigningKey(ORIGIN, b"k" * 32)
VKEY: Final = str(KEY.verifier)

VECTORS: Final = Path(__file__).resolve().parent / "vectors"
PROOFS: Final = VECTORS / "proofs"
GOOD: Final = sorted(path.name for path in (PROOFS / "good").iterdir())
BAD: Final = sorted(path.name for path in (PROOFS / "bad").iterdir())
KEYS: Final = json.loads((PROOFS / "keys.json").read_text("utf-8"))


@pytest.fixture
def store() -> Iterator[Store]:
    """Yield a store in memory, with the built-in plugins alone."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as opened:
        yield opened


@pytest.fixture
def semax(store: Store) -> Ledger:
    """Return a ledger of a paper, a post, a claim of each, and a section that was rewritten."""
    ledger = store.create("semax", title="Semax", by="curator", origin=ORIGIN)
    ledger.append(
        SourceAdded(id="s1", kind="trial", title="A trial", locators=("doi:10.1000/a",)),
        SourceAdded(id="s2", kind="post", title="A post", platform="reddit", authors=("u",)),
        claim("c1", "s1", quote="Better."),
        claim("c2", "s2"),
        SectionWritten(section="safety", body="Once."),
        SectionWritten(section="safety", body="Twice."),
        by="curator",
    )
    return ledger


def claim(id: str, source: str, **more: Any) -> ClaimTagged:
    """Return a claim."""
    return ClaimTagged(
        id=id, source=source, text="Scores rose.", tier="human", stance="supports", **more
    )


def amended(source: str) -> SourceAmended:
    """Return what releases a source's locator."""
    return SourceAmended(source=source, locators_dropped=("doi:10.1000/a",), why="mistyped")


def tree_of(ledger: Ledger, size: int = 0) -> StoredTree:
    """Return a ledger's tree, which reaches to a size."""
    tree = StoredTree(ledger.store.backend, ledger.name)
    tree.grow(size)
    return tree


def sign(ledger: Ledger, key: SigningKey = KEY) -> int:
    """Keep a signed checkpoint of all of a ledger, and give its size."""
    size = ledger.head().size
    note = key.sign(Checkpoint(key.name, size, tree_of(ledger, size).root(size)).text)
    name = f"checkpoint/{size:020d}"
    assert ledger.store.backend.keep(ledger.name, {name: str(note).encode()})
    return size


def proof_of(ledger: Ledger, n: int, **given_: Any) -> Proof:
    """Prove a record by the latest checkpoint that covers it."""
    backend = ledger.store.backend
    given_.setdefault("size", covering(backend, ledger.name, n) if "size" not in given_ else 0)
    return prove(backend, ledger.name, tree_of(ledger), n, **given_)


@pytest.fixture(scope="module")
def everything() -> Iterator[Ledger]:
    """Yield the ledger that the vectors are of, with its vault and its checkpoints."""
    folder = VECTORS / "good" / "everything"
    kept = json.loads((folder / "openings.json").read_text("utf-8"))
    openings = [
        Opening(k["n"], k["field"], bytes.fromhex(k["salt"]), k["value"].encode()) for k in kept
    ]
    key = SigningKey("ledgers.example/everything", bytes(range(32)))
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger, backend = store.restore(folder), store.backend
        tip = backend.tip("everything")
        backend.write("everything", lambda _: Write(tip=tip, openings=openings))
        for size in (1, 300, 600):
            note = key.sign(Checkpoint(key.name, size, tree_of(ledger, size).root(size)).text)
            backend.keep("everything", {f"checkpoint/{size:020d}": str(note).encode()})
        yield ledger


# -- what a stranger learns ----------------------------------------------------------------


def test_claim(semax: Ledger) -> None:
    """A claim's proof shows the claim, who recorded it and when, and the source it is from."""
    sign(semax)
    proven = verify_proof(proof_of(semax, 3), VKEY)
    record = semax.record(3)
    assert (proven.n, proven.type, proven.by) == (3, "claim-tagged", "curator")
    assert (record.at, record.line) == (proven.at, proven.line)
    assert proven.keys == ("claim:c1",)
    assert record.data == proven.data
    assert {"quote"} == proven.sealed.keys()
    assert proven.opened == {}
    assert [(source.n, source.data["title"], source.keys) for source in proven.sources] == [
        (1, "A trial", ("doi:10.1000/a", "source:s1"))
    ]
    assert (
        proven.vouched.checkpoint.origin,
        proven.vouched.checkpoint.size,
        proven.vouched.signers,
    ) == (ORIGIN, 7, (ORIGIN,))


@given(st.integers(0, 599), st.sampled_from([1, 300, 600]))
def test_every_record(everything: Ledger, n: int, size: int) -> None:
    """Any record is proven by any checkpoint that covers it, and shown as it stands."""
    if n >= size:
        n %= size
    proven = verify_proof(proof_of(everything, n, size=size), KEYS["vkey"])
    record = everything.record(n)
    assert (record.line, record.by, record.at) == (proven.line, proven.by, proven.at)
    assert size == proven.vouched.checkpoint.size
    sources = {name for name in record.refs if name.startswith("source:")}
    assert sources == {name for each in proven.sources for name in each.keys} & sources


def test_openings(semax: Ledger) -> None:
    """What is asked for is opened: of the record, or else of its sources."""
    sign(semax)
    own = verify_proof(proof_of(semax, 3, openings=("quote", "quote")), VKEY)
    assert own.opened == {"quote": "Better."}
    proven = verify_proof(proof_of(semax, 4, openings=("title", "authors")), VKEY)
    assert proven.opened == {}
    assert [s.opened for s in proven.sources] == [{"title": "A post", "authors": ["u"]}]


def test_own_field_is_meant(semax: Ledger) -> None:
    """Where record and source seal a field of one name, the record's is opened."""
    source = SourceAdded(id="s9", kind="trial", title="T", basis="The source's.")
    own = claim("c9", "s9", basis="The claim's.")
    semax.append(seal(source, "basis"), seal(own, "basis"), by="curator")
    sign(semax)
    proven = verify_proof(proof_of(semax, 8, openings=["basis"]), VKEY)
    assert (proven.opened, proven.sources[0].opened) == ({"basis": "The claim's."}, {})


def test_forms(semax: Ledger) -> None:
    """A proof is verified as an object, as bytes, as text and parsed; a key as text or parsed."""
    sign(semax)
    proof = proof_of(semax, 3)
    data = proof.data
    forms = (proof, data, str(proof), TlogProof.parse(data), bytearray(data), memoryview(data))
    assert all(verify_proof(proof, VKEY) == verify_proof(form, VKEY) for form in forms)
    other = SigningKey("other.example", bytes(32)).verifier
    for keys in (KEY.verifier, [VKEY], [other, KEY.verifier], iter([VKEY])):
        assert verify_proof(proof, VKEY) == verify_proof(proof, keys)


@pytest.mark.parametrize(
    ("given_", "told"),
    [
        ({"proof": 10**12}, "a proof is the bytes or the text of a proof file, not of type int"),
        ({"proof": None}, "not of type NoneType"),
        ({"proof": Path("c1.tlog-proof")}, "not of type [A-Za-z]*Path"),
        ({"vkey": ()}, "at least one verifier key"),
        ({"vkey": None}, "expected a verifier key or its text"),
        ({"vkey": Path("semax.vkey")}, "expected a verifier key or its text"),
        ({"vkey": VKEY.encode()}, "expected a verifier key or its text"),
        ({"vkey": KEY}, "expected a verifier key or its text, .* of type SigningKey"),
        ({"witnesses": None}, "expected a verifier key or its text"),
        ({"witnesses": VKEY}, "is a log's, not a witness's"),
        ({"quorum": "1"}, "expected a whole number"),
        ({"quorum": 1}, "no witness's key was given"),
        ({"line": 5}, "a line is its bytes or its text, not of type int"),
        ({"line": Path("3.json")}, "a line is its bytes or its text, not of type [A-Za-z]*Path"),
    ],
    ids=str,
)
def test_wrong_use(semax: Ledger, given_: dict[str, Any], told: str) -> None:
    """Whatever is given in place of a proof, a key, a quorum or a line is refused in words."""
    sign(semax)
    arguments: dict[str, Any] = {"proof": proof_of(semax, 3), "vkey": VKEY, **given_}
    with pytest.raises(Invalid, match=told):
        verify_proof(**arguments)


def test_signed_by_the_key_of_another_origin(semax: Ledger) -> None:
    """A checkpoint of another origin than its key's name proves nothing, trusted as the key is."""
    size = sign(semax)
    proof = TlogProof.parse(proof_of(semax, 3).data)
    other = SigningKey("other.example", bytes(32))
    forged = attrs.evolve(proof, checkpoint=other.sign(proof.checkpoint.text))
    both = (*forged.checkpoint.signatures, *proof.checkpoint.signatures)
    signed = attrs.evolve(proof, checkpoint=SignedNote(proof.checkpoint.text, both))
    with pytest.raises(NotProven, match=f"is of '{ORIGIN}', but signed by other.example"):
        verify_proof(forged, [KEY.verifier, other.verifier])
    proven = verify_proof(signed, [KEY.verifier, other.verifier])
    assert proven.vouched.signers == (ORIGIN, other.name)
    assert proven.vouched.checkpoint.size == size


def test_line_given_apart(semax: Ledger) -> None:
    """The line may be given with its newline, as text or bytes; it must be the proof's own."""
    sign(semax)
    proof = proof_of(semax, 3)
    line = semax.record(3).line
    for given_ in (line, line + b"\n", line.decode()):
        assert line == verify_proof(proof, VKEY, line=given_).line
    with pytest.raises(NotProven, match="another line"):
        verify_proof(proof, VKEY, line=line + b"\n\n")


def test_without_signature(semax: Ledger) -> None:
    """Without a key everything but the signature is verified."""
    sign(semax, SigningKey(ORIGIN, b"other".ljust(32)))
    proof = proof_of(semax, 3)
    assert verify_record(proof).n == 3
    with pytest.raises(NotProven, match="no key that is trusted"):
        verify_proof(proof, VKEY)
    with pytest.raises(NotProven, match="no key that is trusted"):
        proof_of(semax, 3, keys=[KEY.verifier])


# -- forgeries -----------------------------------------------------------------------------


def tampered(proof: Proof, change: Callable[[Any], object]) -> TlogProof:
    """Return a proof whose extra data was changed and written anew."""
    parsed = TlogProof.parse(proof.data)
    extra = json.loads(parsed.extra or b"")
    change(extra)
    return attrs.evolve(parsed, extra=canonical(extra))


def test_sources_are_optional(semax: Ledger) -> None:
    """Whoever passes a proof on may leave sources and openings out; nothing else changes."""
    sign(semax)
    proof = proof_of(semax, 3, openings=["quote"])
    stripped = tampered(proof, lambda extra: extra.update({"openings": [], "with": []}))
    bare = verify_proof(stripped, VKEY)
    whole = verify_proof(proof, VKEY)
    assert (bare.sources, bare.opened) == ((), {})
    assert bare.line == whole.line


def said(proven: Proven) -> Any:
    """Return all that a proven record tells its reader."""
    vouched = proven.vouched
    records = (proven, *proven.sources)
    return (
        [(each.line, each.opened) for each in records],
        (vouched.checkpoint, vouched.signers, vouched.witnesses),
    )


# -- proving -------------------------------------------------------------------------------


def test_name_must_be_introduced(semax: Ledger) -> None:
    """A proof is never handed out of a record that does not introduce the name asked for."""
    sign(semax)
    assert proof_of(semax, 3, name="claim:c1").name == "claim:c1"
    with pytest.raises(Broken, match="reindex"):
        proof_of(semax, 4, name="claim:c1")


def test_no_checkpoint(semax: Ledger) -> None:
    """A record that no checkpoint covers is refused with the command that signs one."""
    with pytest.raises(Refused, match="none was ever signed; 'evledger checkpoint semax --key"):
        covering(semax.store.backend, "semax", 3)
    size = sign(semax)
    semax.append(GapNoted(id="g1", text="…"), by="curator")
    assert size == covering(semax.store.backend, "semax", 6)
    with pytest.raises(Refused, match="the latest is of 7 records"):
        covering(semax.store.backend, "semax", 7)
    with pytest.raises(Refused, match="does not cover"):
        proof_of(semax, 7, size=size)
    with pytest.raises(NotFound, match="no checkpoint of 8"):
        proof_of(semax, 7, size=8)


def test_no_record(semax: Ledger) -> None:
    """A record that there is not is not found."""
    sign(semax)
    for n in (7, -1):
        with pytest.raises(NotFound, match="there is no record"):
            proof_of(semax, n, size=7)


def test_what_cannot_be_opened(semax: Ledger) -> None:
    """A field is not opened that is not sealed, or whose value is gone, or not here."""
    backend = semax.store.backend
    size = sign(semax)
    with pytest.raises(Invalid, match="'text' is not a sealed field; sealed are: quote"):
        proof_of(semax, 3, openings=["text"])
    semax.erase(3, "quote", reason="asked", by="curator")
    with pytest.raises(Refused, match="quote of record 3 was erased, as record 7 says"):
        proof_of(semax, 3, openings=["quote"])
    tip = backend.tip("semax")
    backend.write("semax", lambda _: Write(tip=tip, forget=[(2, "title")]))
    with pytest.raises(Refused, match="title of record 2 is withheld"):
        proof_of(semax, 4, openings=["title"])
    assert size == proof_of(semax, 3).checkpoint.size  # an erased claim can be proven all the same


def test_damaged_vault(semax: Ledger) -> None:
    """A value that does not fit its commitment is found before it is handed out."""
    sign(semax)
    backend = semax.store.backend
    wrong = Opening(3, "quote", bytes(32), b'["claim-tagged","quote",1]')
    backend.write("semax", lambda _: Write(tip=backend.tip("semax"), openings=[wrong]))
    with pytest.raises(Broken, match="vault's copy of quote"):
        proof_of(semax, 3, openings=["quote"])


@pytest.mark.parametrize("kept", [0, 32, 6 * 32])
def test_damaged_tree(semax: Ledger, kept: int) -> None:
    """Stored hashes that were tampered with, or cut off, make no proof."""
    backend, name = semax.store.backend, tile_name(0, 0)
    tile = backend.kept("semax", [name])[name] if sign(semax) else b""
    for damaged in (tile[:kept], tile[:kept] + bytes(len(tile) - kept)):
        backend.keep("semax", {name: damaged})
        with pytest.raises(Broken):
            proof_of(semax, 3)


def test_checkpoint_of_other_lines(semax: Ledger) -> None:
    """A checkpoint that was not signed of these lines makes no proof."""
    note = KEY.sign(Checkpoint(ORIGIN, 7, bytes(32)).text)
    semax.store.backend.keep("semax", {f"checkpoint/{7:020d}": str(note).encode()})
    with pytest.raises(Broken, match="does not verify"):
        proof_of(semax, 3)


def test_too_much_to_open(semax: Ledger) -> None:
    """A value too long for a proof file is refused before a file is made that nobody reads."""
    semax.append(claim("c9", "s1", quote="x" * MAX_PROOF), by="curator")
    sign(semax)
    with pytest.raises(Refused, match="open fewer fields"):
        proof_of(semax, 7, openings=["quote"])


def test_full_pages(store: Store) -> None:
    """Records of full pages and of the open one are proven alike."""
    ledger = store.create("semax", title="Semax", by="curator")
    ledger.append(*(GapNoted(id=f"g{n}", text="…") for n in range(1, 600)), by="curator")
    sign(ledger)
    for n in (0, 255, 256, 511, 512, 599):
        line = ledger.record(n).line
        assert line == line_at(store.backend, "semax", n)
        assert line == verify_proof(proof_of(ledger, n), VKEY).line


# -- which record is meant -----------------------------------------------------------------


def located(ledger: Ledger, id: str | int) -> Located:
    """Return the record that an id means."""
    return locate(ledger.store.backend, ledger.name, id, ledger.vocabulary)


def test_locate(semax: Ledger) -> None:
    """A record is meant by its number, its id, its whole name, or a locator in any form."""
    assert Located(n=3) == located(semax, 3) == located(semax, "3")
    assert Located(n=3, name="claim:c1") == located(semax, "c1") == located(semax, "claim:c1")
    assert Located(n=1, name="source:s1") == located(semax, "s1")
    wanted = Located(n=1, name="doi:10.1000/a")
    assert wanted == located(semax, "doi:10.1000/a") == located(semax, "doi:10.1000/A")


def test_locate_nothing(semax: Ledger) -> None:
    """What no record introduces is not found, even where records mention it."""
    for id in ("c7", "claim:c7", "", "doi:10.1000/none", "7", 7, -1, "9" * 18, "x\ny"):
        with pytest.raises(NotFound):
            located(semax, id)


def test_locate_taken_over(semax: Ledger) -> None:
    """Of a name that was taken over the holder is meant, and the others are told."""
    wanted = Located(n=6, name="section:safety", others=(5,))
    assert wanted == located(semax, "safety") == located(semax, "section:safety")


def test_locate_released(semax: Ledger) -> None:
    """Of a name that nothing holds any more the last that introduced it is meant."""
    semax.append(amended("s1"), by="curator")
    assert Located(n=1, name="doi:10.1000/a") == located(semax, "doi:10.1000/a")
    other = SourceAdded(id="s3", kind="book", title="T", locators=("doi:10.1000/a",))
    semax.append(other, by="curator")
    wanted = Located(n=8, name="doi:10.1000/a", others=(1,))
    assert wanted == located(semax, "doi:10.1000/a")
    semax.append(amended("s3"), by="curator")
    assert wanted == located(semax, "doi:10.1000/a")


def test_locate_ambiguous(semax: Ledger) -> None:
    """An id of several things is refused with their whole names."""
    semax.append(GapNoted(id="c1", text="…"), by="curator")
    with pytest.raises(Invalid, match="name one of: claim:c1, gap:c1"):
        located(semax, "c1")


def test_locate_a_number_that_is_an_id(semax: Ledger) -> None:
    """Digits that are also the id of something prove neither; each has a name of its own."""
    semax.append(claim("1", "s1"), GapNoted(id="2", text="…"), by="curator")
    with pytest.raises(Invalid, match=r"'1' is more than one thing here; .*: claim:1, 'record 1'$"):
        located(semax, "1")
    with pytest.raises(Invalid, match=r"name one of: gap:2, 'record 2'$"):
        located(semax, "2")
    assert Located(n=1) == located(semax, 1) == located(semax, "record 1")
    assert Located(n=7, name="claim:1") == located(semax, "claim:1")
    assert Located(n=3) == located(semax, "3") == located(semax, "03")


def test_locate_a_number_that_is_a_locator(semax: Ledger) -> None:
    """So do the digits of a locator, and those that were an id once."""
    pubmed = SourceAdded(id="s3", kind="book", title="T", locators=("pmid:5",))
    semax.append(pubmed, by="curator")
    with pytest.raises(Invalid, match=r"name one of: pmid:5, 'record 5'$"):
        located(semax, "5")
    dropped = SourceAmended(source="s3", locators_dropped=("pmid:5",), why="mistyped")
    semax.append(dropped, by="curator")
    with pytest.raises(Invalid, match=r"name one of: pmid:5, 'record 5'$"):
        located(semax, "5")


@pytest.mark.parametrize("id", [None, True, 1.5, b"c1", ("c1",), GapNoted(id="c1", text="…")])
def test_locate_by_what_names_nothing(id: Any, semax: Ledger) -> None:
    """Only numbers and text name records."""
    with pytest.raises(Invalid, match=f"^{type(id).__name__} names no record; expected"):
        located(semax, id)
    with pytest.raises(Invalid, match="names no record"):
        semax.prove(id)


def test_locate_by_half_a_character(semax: Ledger) -> None:
    """Text that cannot be written in any line names nothing either."""
    for id in ("\ud800", "claim:\ud800"):
        with pytest.raises(Invalid):
            located(semax, id)


def test_sources_of(semax: Ledger) -> None:
    """A record's sources are those that it relies on, and no record relies on itself."""
    records = [verify_record(proof_of(semax, n)) for n in range(sign(semax))]
    found = [sources_of(semax.store.backend, "semax", record) for record in records]
    assert found == [(), (), (), (1,), (2,), (), ()]


@evledger.event("lab:source-renamed")
class SourceRenamed(evledger.Event):
    """A plugin's event that releases the name of a source, so that another may take it."""

    source: Ref = ref("source")
    released: Ref = drop("source")


class Lab:
    """A plugin that brings it."""

    EVLEDGER_API = 1

    @evledger.hookimpl.events
    def events(self) -> evledger.EventSupply:
        """Hand it over."""
        return evledger.EventSupply(events=(SourceRenamed,))


def test_sources_as_they_stood() -> None:
    """A source whose name another has taken since is the one that the claim was drawn from."""
    plugins = Plugins.builtin()
    plugins.register(Lab(), name="lab")
    again = SourceAdded(id="s1", kind="book", title="Another")
    with evledger.open("memory:", plugins=plugins) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        first = SourceAdded(id="s1", kind="trial", title="A trial")
        ledger.append(
            first, SourceRenamed(source="s1", released="s1"), again, claim("c1", "s1"), by="curator"
        )
        ledger.append(
            SourceRenamed(source="s1", released="s1"), first, claim("c2", "s1"), by="curator"
        )
        sign(ledger)
        found = [verify_proof(proof_of(ledger, n), VKEY).sources[0].n for n in (4, 7)]
    assert found == [3, 6]


def test_later(semax: Ledger) -> None:
    """Of what came later those records are told that say something of a claim or its source."""
    sign(semax)
    proven = verify_proof(proof_of(semax, 3), VKEY)
    semax.append(
        GapNoted(id="g1", text="About claim:c1, in words."),
        claim("c3", "s1"),  # draws on the source, and says nothing of it
        SourceFlagged(source="s1", status="retracted", according_to="Crossref"),
        ClaimWithdrawn(claim="c1", why="It was retracted."),
        ClaimWithdrawn(claim="c2", why="Another."),
        by="curator",
    )
    semax.erase(3, "quote", reason="asked", by="curator")
    semax.erase(2, "title", reason="asked", by="curator")
    backend = semax.store.backend
    assert later(backend, "semax", proven, proven.sources) == (9, 10, 12)
    assert later(backend, "semax", proven) == (10, 12)


# -- growth --------------------------------------------------------------------------------


@given(st.integers(0, 600), st.integers(0, 600))
def test_consistency(everything: Ledger, one: int, other: int) -> None:
    """The ledger of any size extends that of any earlier one, and the proof verifies."""
    old, new = sorted((one, other))
    shown = consistency(everything.store.backend, "everything", tree_of(everything), old, new)
    assert (old, new) == (shown.old.size, shown.new.size)
    verify_consistency(old, new, shown.old.root, shown.new.root, shown.proof)
    lines = str(shown).splitlines()
    read = [base64.b64decode(line.split(" ")[-1]) for line in lines]
    assert [shown.old.root, shown.new.root, *shown.proof] == read
    assert [f"old {old}", f"new {new}"] == [line.rpartition(" ")[0] for line in lines[:2]]


def test_consistency_with_checkpoints(semax: Ledger) -> None:
    """A checkpoint that the ledger extends is proven; one that it does not says what differs."""
    backend, tree = semax.store.backend, tree_of(semax, 7)
    good = Checkpoint(ORIGIN, 5, tree.root(5))
    shown = consistency(backend, "semax", tree, good, 7)
    assert shown == consistency(backend, "semax", tree, 5, Checkpoint(ORIGIN, 7, tree.root(7)))
    fork = Checkpoint(ORIGIN, 5, bytes(32))
    for old, new in ((fork, 7), (1, fork)):
        with pytest.raises(NotProven, match="at 5 records its root is"):
            consistency(backend, "semax", tree, old, new)
    with pytest.raises(NotProven, match="is of 8 records, and ledger 'semax' has 7"):
        consistency(backend, "semax", tree, 1, Checkpoint(ORIGIN, 8, bytes(32)))


def test_consistency_refused(semax: Ledger) -> None:
    """Sizes that the ledger never had, or the wrong way round, are refused."""
    backend, tree = semax.store.backend, tree_of(semax)
    for old, new in ((1, 8), (-1, 7)):
        with pytest.raises(NotFound, match="it never had"):
            consistency(backend, "semax", tree, old, new)
    with pytest.raises(Invalid, match="give the smaller first"):
        consistency(backend, "semax", tree, 7, 5)
    assert consistency(backend, "semax", tree, 0, 0).new.root == EMPTY_ROOT


def test_consistency_of_damaged_tree(semax: Ledger) -> None:
    """A tree that has not the root that was signed makes no proof."""
    size = sign(semax)
    backend, name = semax.store.backend, tile_name(0, 0)
    backend.keep("semax", {name: bytes(size * 32)})
    with pytest.raises(Broken, match="reindex"):
        consistency(backend, "semax", tree_of(semax), 5, size)


# -- vectors -------------------------------------------------------------------------------


def read_vector(kind: str, name: str) -> tuple[bytes, Any]:
    """Return a vector's file, and what is known of it."""
    folder = PROOFS / kind / name
    known = folder / ("expected.json" if kind == "good" else "what.json")
    return (folder / "proof.tlog-proof").read_bytes(), json.loads(known.read_text("utf-8"))


def verify_vector(data: bytes, given_: Any) -> Proven:
    """Verify a vector with what is given beside it."""
    return verify_proof(
        data,
        KEYS["vkey"],
        line=given_.get("line"),
        witnesses=[VerifierKey.parse(KEYS["witnesses"][n]) for n in given_.get("witnesses", ())],
        quorum=given_.get("quorum"),
    )


@pytest.mark.parametrize("name", GOOD)
def test_good_vector(name: str) -> None:
    """A good vector shows what it has always shown."""
    data, expected = read_vector("good", name)
    proven = verify_vector(data, expected["given"])
    shown = {
        "n": proven.n,
        "type": proven.type,
        "opened": proven.opened,
        "size": proven.vouched.checkpoint.size,
        "sources": [{"n": source.n, "opened": source.opened} for source in proven.sources],
        "witnesses": [each.witness for each in proven.vouched.witnesses],
    }
    assert shown == {field: expected[field] for field in shown}


@pytest.mark.parametrize("name", BAD)
def test_bad_vector(name: str) -> None:
    """A bad vector is refused: as malformed, or as showing nothing."""
    data, what = read_vector("bad", name)
    with pytest.raises(EvledgerError) as caught:
        verify_vector(data, what["given"])
    assert what["error"] == type(caught.value).__name__


@pytest.mark.parametrize("name", [*GOOD[:5], "only-record", "question", "unknown-type"])
def test_vectors_are_made_so(everything: Ledger, name: str) -> None:
    """The same ledger, vault and key give the very bytes of a vector."""
    data, expected = read_vector("good", name)
    openings = [*expected["opened"], *(f for s in expected["sources"] for f in s["opened"])]
    proof = proof_of(everything, expected["n"], size=expected["size"], openings=openings)
    assert data == proof.data


@pytest.mark.parametrize(("name", "after"), [("claim-of-post", b""), ("quorum", b"\n\n")])
def test_one_flipped_bit(name: str, after: bytes) -> None:
    """Whichever bit of a proof file is flipped, it shows nothing, or the same as before."""
    data, expected = read_vector("good", name)
    wanted, changed = said(verify_vector(data, expected["given"])), bytearray(data)
    for place in range(data.index(after) * 8, len(data) * 8):
        changed[place // 8] ^= 1 << place % 8
        try:
            found = verify_vector(bytes(changed), expected["given"])
        except (Invalid, NotProven):
            pass
        else:
            assert wanted == said(found)
        changed[place // 8] ^= 1 << place % 8


@given(st.data())
def test_extra_of_any_kind(data: st.DataObject) -> None:
    """Whatever a proof carries as extra data, it says nothing that is not in the tree."""
    file, expected = read_vector("good", "claim-of-post")
    proof = TlogProof.parse(file)
    extra = json.loads(proof.extra or b"")
    wanted = verify_vector(file, {})
    target = data.draw(st.sampled_from([extra, extra["openings"][0], extra["with"][0]]))
    field = data.draw(st.sampled_from(sorted(target)))
    others: list[Any] = [0, 4, 7, True, "", [], [[]], {}, [{}], "title", extra["line"]]
    target[field] = data.draw(st.sampled_from([*others, target[field]]))
    try:
        found = verify_vector(bytes(attrs.evolve(proof, extra=canonical(extra))), {})
    except (Invalid, NotProven):
        return
    assert wanted.line == found.line
    assert {s.line for s in found.sources} <= {s.line for s in wanted.sources}
    assert all(s.opened.items() <= {"title": "A post's title"}.items() for s in found.sources)
    assert expected["opened"] == found.opened
