"""The verbs prove, verify-proof and consistency, run within this process."""

from __future__ import annotations

import base64
import contextlib
import json
import struct
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

import evledger
from evledger import (
    ClaimTagged,
    ClaimWithdrawn,
    GapNoted,
    Ledger,
    Plugins,
    Signer,
    SourceAdded,
    SourceFlagged,
    new_key,
    verify_proof,
)
from evledger.cli.errors import Exit
from evledger.codec import canonical, parse_canonical
from evledger.notes import COSIGNATURE, NoteSignature, SigningKey, VerifierKey, encode_base64
from evledger.proofs.files import MAX_PROOF, TlogProof

HOSTILE: Final = "\x1b[31m\u202eevil\nproven: all of it"
ORIGIN: Final = "example.org/semax"
FILE: Final = "c1.tlog-proof"

Run = Callable[..., Any]


@pytest.fixture
def semax(run: Run) -> Run:
    """Return what runs the command where semax has a source, two claims and a key, unsigned."""
    vkey = new_key("semax.key", ORIGIN)
    Path("semax.vkey").write_text(f"{vkey}\n", "utf-8")
    with ledger_here("semax", create=True) as ledger:
        ledger.append(
            SourceAdded(id="s1", kind="trial", title="A trial", locators=("doi:10.1000/a",)),
            claim("c1", text="Scores rose.", quote="They rose."),
            claim("c2", text=HOSTILE),
            by="curator",
        )
    return run


@pytest.fixture
def proof(semax: Run) -> Run:
    """Return what runs the command where there is the proof of a claim, with its quote opened."""
    ended = semax("prove", "semax", "c1", "--key", "semax.key", "--open", "quote", "-o", FILE)
    assert (ended.code, ended.err) == (Exit.DONE, "")
    return semax


@contextlib.contextmanager
def ledger_here(name: str, *, create: bool = False) -> Generator[Ledger]:
    """Open a ledger of the database that the command uses, behind the command's back."""
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        if create:
            yield store.create(name, title="Semax", by="curator", origin=ORIGIN)
        else:
            yield store.ledger(name)


def claim(id: str, **more: Any) -> ClaimTagged:
    """Return a claim."""
    return ClaimTagged(id=id, source="s1", tier="human", stance="supports", **more)


def append(*events: Any) -> None:
    """Append to the ledger."""
    with ledger_here("semax") as ledger:
        ledger.append(*events, by="curator")


def verify(run: Run, *args: str, **given: Any) -> Any:
    """Verify the claim's proof."""
    return run("verify-proof", FILE, "--vkey", "semax.vkey", *args, **given)


# -- prove ---------------------------------------------------------------------------------


def test_prove(proof: Run) -> None:
    """The file is a proof, and a line says of what, with what, and what is opened."""
    ended = proof("prove", "semax", "c1", "--open", "quote", "-o", FILE)
    assert (ended.code, ended.err) == (Exit.DONE, "")
    assert ended.out.splitlines() == [
        f"proved record 2 of semax (claim-tagged, claim:c1) into {FILE}",
        f"checkpoint: {ORIGIN}, 4 records",
        "with source: record 1 (doi:10.1000/a, source:s1)",
        "opened: quote",
    ]
    proven = verify_proof(Path(FILE).read_bytes(), Path("semax.vkey").read_text("utf-8"))
    assert (proven.n, proven.opened) == (2, {"quote": "They rose."})


def test_prove_to_standard_output(proof: Run) -> None:
    """Without a file the proof itself is printed, and what is said of it goes elsewhere."""
    append(ClaimWithdrawn(claim="c1", why="A misreading."))
    ended = proof("prove", "semax", "c1", "--open", "quote")
    assert ended.out == Path(FILE).read_text("utf-8")
    assert ended.err.startswith("evledger: later: 4 ")
    assert "claim-withdrawn" in ended.err


def test_prove_json(proof: Run) -> None:
    """The document has the proof, what it is of, and what came later."""
    append(ClaimWithdrawn(claim="c1", why="A misreading."))
    document = proof("prove", "semax", "claim:c1", "--open", "quote", "--json").document
    later, root = document.pop("later"), document["checkpoint"].pop("root")
    assert [record["type"] for record in later] == ["claim-withdrawn"]
    assert len(base64.b64decode(root)) == 32
    assert document == {
        "ledger": "semax",
        "n": 2,
        "name": "claim:c1",
        "type": "claim-tagged",
        "checkpoint": {"origin": ORIGIN, "size": 4},
        "sources": [1],
        "opened": [{"n": 2, "field": "quote"}],
        "others": [],
        "proof": Path(FILE).read_text("utf-8"),
    }
    beside = proof("prove", "semax", "2", "-o", "x", "--json").document
    assert (beside["name"], beside["file"], "proof" in beside) == (None, "x", False)


def test_prove_without_checkpoint(semax: Run) -> None:
    """Where no checkpoint covers the record, it says which command signs one."""
    ended = semax("prove", "semax", "c1")
    assert (ended.code, ended.out) == (Exit.UNFINISHED, "")
    assert "'evledger checkpoint semax --key FILE' signs one" in ended.err
    assert not Path(FILE).exists()


def test_prove_signs_first(proof: Run) -> None:
    """With a key the records that came since are signed for, and then proven."""
    append(GapNoted(id="g1", text="…"))
    assert proof("prove", "semax", "g1").code == Exit.UNFINISHED
    ended = proof("prove", "semax", "g1", "--key", "semax.key", "--json")
    assert ended.document["checkpoint"]["size"] == 5


def test_prove_what_is_not_there(proof: Run) -> None:
    """A record, a field or a ledger that there is not is named, and the code is 2."""
    for args, says in (
        (("semax", "c9"), "no record that introduces 'c9'"),
        (("semax", "99"), "there is no record 99"),
        (("other", "c1"), "'other'"),
        (("semax", "c1", "--open", "text"), "'text' is not a sealed field; sealed are: quote"),
    ):
        ended = proof("prove", *args)
        assert (ended.code, ended.out) == (Exit.WRONG, "")
        assert says in ended.err


def test_prove_erased(proof: Run) -> None:
    """An erased value cannot be opened; the claim can be proven, and the erasure is told."""
    with ledger_here("semax") as ledger:
        ledger.erase(2, "quote", reason="asked", by="curator")
    ended = proof("prove", "semax", "c1", "--open", "quote")
    assert (ended.code, ended.out) == (Exit.UNFINISHED, "")
    assert "was erased, as record 4 says" in ended.err
    told = proof("prove", "semax", "c1", "-o", FILE)
    assert told.code == Exit.DONE
    assert "later: 4 " in told.out
    assert "fields-erased" in told.out


def test_prove_tells_of_several(proof: Run) -> None:
    """Of a name that several records introduced it is said which of them is proven."""
    run = proof
    with ledger_here("semax") as ledger:
        for body in ("Once.", "Twice."):
            ledger.append(evledger.SectionWritten(section="safety", body=body), by="curator")
    ended = run("prove", "semax", "safety", "--key", "semax.key", "-o", FILE)
    told = "section:safety is record 5 here; it was also introduced by 4"
    assert told in ended.out.splitlines()


def test_prove_into_nowhere(proof: Run) -> None:
    """A file that cannot be written is a sentence."""
    ended = proof("prove", "semax", "c1", "-o", "no/such/folder")
    assert ended.code == Exit.UNFINISHED
    assert "cannot be written" in ended.err


# -- verify-proof --------------------------------------------------------------------------


def test_verify_proof(proof: Run) -> None:
    """A reader learns what was recorded, by whom, when, from which source, and who vouches."""
    Path("evledger.db").unlink()  # it is not needed
    ended = verify(proof)
    assert (ended.code, ended.err) == (Exit.DONE, "")
    lines = ended.out.splitlines()
    assert lines[0] == f"proven: {ORIGIN} has recorded this, as its record 2"
    for line in (
        "  type: claim-tagged",
        "  names: claim:c1",
        "  by: curator",
        "  text: Scores rose.",
        "  tier: human",
        "  stance: supports",
        "  quote (sealed, opened here): They rose.",
        "its source, record 1, proven as well",
        "  title: A trial",
        "  locators: doi:10.1000/a",
        f"signed by: {ORIGIN}, when it had 4 records",
        "witnessed by: not asked; --witness VKEY names one to trust",
        "this was recorded at 2; whether it still stands, a proof cannot say",
    ):
        assert line in lines


def test_verify_proof_json(proof: Run) -> None:
    """The document has the record, its sources, the checkpoint and who vouches for it."""
    document = verify(proof, "--json").document
    assert (document["n"], document["type"], document["by"]) == (2, "claim-tagged", "curator")
    assert document["data"]["text"] == "Scores rose."
    assert document["opened"] == {"quote": "They rose."}
    assert json.loads(document["line"])["n"] == 2
    assert [source["data"]["title"] for source in document["sources"]] == ["A trial"]
    assert len(base64.b64decode(document["vouched"].pop("root"))) == 32
    assert document["vouched"] == {
        "origin": ORIGIN,
        "size": 4,
        "signers": [ORIGIN],
        "witnesses": [],
    }
    assert document["ledger"] is None


def test_verify_proof_from_standard_input(proof: Run) -> None:
    """The proof may come from standard input, and the key may stand in the command."""
    vkey = Path("semax.vkey").read_text("utf-8").strip()
    ended = proof("verify-proof", "-", "--vkey", vkey, given=Path(FILE).read_bytes())
    assert (ended.code, ended.out) == (Exit.DONE, verify(proof).out)


def test_verify_proof_of_nothing(proof: Run) -> None:
    """What shows nothing ends with 1, what is no proof with 2; either prints nothing else."""
    good = Path(FILE).read_bytes()
    new_key("other.key", ORIGIN)
    with ledger_here("semax") as ledger:
        other = str(Signer.open("other.key").verifier)
        line = ledger.record(3).line
    Path("line.json").write_bytes(line + b"\n")
    assert proof("verify-proof", FILE, "--vkey", other).code == Exit.UNSOUND
    assert verify(proof, "--line", "line.json").code == Exit.UNSOUND
    for data, code, says in (
        (good.replace(b"index 2", b"index 1"), Exit.UNSOUND, "root"),
        (b"", Exit.WRONG, "not a proof file"),
        (good + b"\n", Exit.WRONG, ""),
        (b"c2sp.org/tlog-proof@v1\n" * 500_000, Exit.WRONG, f"{MAX_PROOF:,} are the most"),
    ):
        Path(FILE).write_bytes(data)
        ended = verify(proof)
        assert (ended.code, ended.out) == (code, "")
        assert says in ended.err


def test_verify_proof_with_line(proof: Run) -> None:
    """A proof that must be of a line given apart is of that line or proves nothing."""
    with ledger_here("semax") as ledger:
        Path("line.json").write_bytes(ledger.record(2).line + b"\n")
    assert verify(proof, "--line", "line.json").out == verify(proof).out


def test_verify_proof_with_ledger(proof: Run) -> None:
    """With the ledger at hand it is told that it holds the line, and what came later."""
    assert "later: nothing in semax says more of it" in verify(proof, "--ledger", "semax").out
    append(
        claim("c3", text="Another."),
        SourceFlagged(source="s1", status="retracted", according_to="Crossref"),
        ClaimWithdrawn(claim="c1", why="Its source was retracted."),
    )
    ended = verify(proof, "--ledger", "semax")
    assert ended.code == Exit.DONE
    lines = ended.out.splitlines()
    assert "held: ledger semax of 7 records has this very line at 2" in lines
    later = [line.split()[1] for line in lines if line.startswith("later: ")]
    assert later == ["5", "6"]
    standing = verify(proof, "--ledger", "semax", "--json").document["ledger"]
    assert (standing["name"], standing["size"], standing["holds"]) == ("semax", 7, True)
    assert [record["n"] for record in standing["later"]] == [5, 6]


def test_verify_proof_with_another_ledger(proof: Run) -> None:
    """A ledger that has another line there, or none, is told of, and the code is 1."""
    with ledger_here("short", create=True):
        pass
    ended = verify(proof, "--ledger", "short")
    assert ended.code == Exit.UNSOUND
    assert "NOT HELD: ledger short of 1 record has no such line at 2" in ended.out
    with ledger_here("other", create=True) as ledger:
        ledger.append(*(GapNoted(id=f"g{n}", text="…") for n in range(4)), by="curator")
    ended = verify(proof, "--ledger", "other", "--json")
    assert (ended.code, ended.document["n"]) == (Exit.UNSOUND, 2)
    assert ended.document["ledger"] == {"name": "other", "size": 5, "holds": False, "later": []}
    assert verify(proof, "--ledger", "none").code == Exit.WRONG


def test_hostile_text(proof: Run) -> None:
    """Text from a proof steers no terminal, and no line of it can pass for one of ours."""
    proof("prove", "semax", "c2", "-o", FILE)
    ended = verify(proof)
    assert ended.code == Exit.DONE
    assert "\x1b" not in ended.out
    assert "\u202e" not in ended.out
    assert [line for line in ended.out.splitlines() if line.startswith("proven: ")] == [
        f"proven: {ORIGIN} has recorded this, as its record 3"
    ]
    assert "\x1b" not in verify(proof, "--json").out


def test_witnesses(proof: Run) -> None:
    """Who cosigned is told, and when; where one has not that must have, nothing is proven."""
    witnesses = [SigningKey(f"w{n}.example", bytes([n]) * 32) for n in (1, 2)]
    keys = [VerifierKey(w.name, COSIGNATURE, w.verifier.public) for w in witnesses]
    asked = [part for key in keys for part in ("--witness", str(key))]
    parsed = TlogProof.parse(Path(FILE).read_bytes())
    note, time = parsed.checkpoint, 1_795_000_000
    signed = witnesses[0].sign(f"cosignature/v1\ntime {time}\n{note.text}").signatures[0]
    added = NoteSignature(keys[0].name, keys[0].id, struct.pack(">Q", time) + signed.data)
    cosigned = attrs.evolve(note, signatures=(*note.signatures, added))
    Path(FILE).write_bytes(bytes(attrs.evolve(parsed, checkpoint=cosigned)))
    ended = verify(proof, *asked)
    assert (ended.code, ended.out) == (Exit.UNSOUND, "")
    ended = verify(proof, *asked, "--quorum", "1")
    assert ended.code == Exit.DONE
    assert "witnessed by: w1.example, at 2026-11-18T11:06:40Z" in ended.out.splitlines()


# -- consistency ---------------------------------------------------------------------------


@pytest.fixture
def kept(proof: Run) -> Run:
    """Return what runs the command where a checkpoint was kept before the ledger grew."""
    with ledger_here("semax") as ledger:
        vouched = ledger.checkpoint(Signer.open("semax.key"))
        Path("checkpoint").write_text(str(vouched.note), "utf-8")
        ledger.append(*(GapNoted(id=f"g{n}", text="…") for n in range(5)), by="curator")
    return proof


def test_consistency(kept: Run) -> None:
    """What is printed are the two sizes and roots, and the hashes of the proof."""
    ended = kept("consistency", "semax", "4", "9")
    assert (ended.code, ended.err) == (Exit.DONE, "")
    with ledger_here("semax") as ledger:
        found = ledger.consistency(4, 9)
    assert ended.out == str(found)
    document = kept("consistency", "semax", "4", "9", "--json").document
    assert document == {
        "ledger": "semax",
        "old": {"size": 4, "root": encode_base64(found.old.root), "verified": None},
        "new": {"size": 9, "root": encode_base64(found.new.root), "verified": None},
        "proof": [encode_base64(digest) for digest in found.proof],
    }


def test_consistency_with_checkpoint(kept: Run) -> None:
    """A checkpoint's signature is verified where a key is given, and else that it was not said."""
    plain = kept("consistency", "semax", "checkpoint", "9")
    assert (plain.code, plain.out) == (Exit.DONE, kept("consistency", "semax", "4", "9").out)
    assert "no signature was verified" in plain.err
    signed = kept("consistency", "semax", "checkpoint", "9", "--vkey", "semax.vkey")
    assert (signed.code, signed.out, signed.err) == (Exit.DONE, plain.out, "")
    document = kept("consistency", "semax", "checkpoint", "9", "--json").document
    assert (document["old"]["verified"], document["new"]["verified"]) == (False, None)
    new_key("other.key", ORIGIN)
    other = str(Signer.open("other.key").verifier)
    assert kept("consistency", "semax", "checkpoint", "9", "--vkey", other).code == Exit.UNSOUND


def test_consistency_with_another_history(kept: Run) -> None:
    """A checkpoint that the ledger does not extend ends with 1 and with what differs."""
    lines = Path("checkpoint").read_text("utf-8").split("\n")
    lines[2] = encode_base64(bytes(32))
    Path("fork").write_text("\n".join(lines), "utf-8")
    lines[1] = "99"
    Path("ahead").write_text("\n".join(lines), "utf-8")
    for name, says in (("fork", "at 4 records its root is"), ("ahead", "has 9")):
        ended = kept("consistency", "semax", "1", name)
        assert (ended.code, ended.out) == (Exit.UNSOUND, "")
        assert says in ended.err


def test_consistency_refused(kept: Run) -> None:
    """Sizes that there never were, the wrong order, and what is no checkpoint are sentences."""
    Path("garbage").write_bytes(b"\xff\x00")
    for old, new, says in (
        ("9", "4", "give the smaller first"),
        ("4", "10", "it never had 10"),
        ("nothing", "9", "no number of records, and no file"),
        ("garbage", "9", "UTF-8"),
        (".", "9", "no number of records, and no file"),
    ):
        ended = kept("consistency", "semax", old, new)
        assert (ended.code, ended.out) == (Exit.WRONG, "")
        assert says in ended.err


def test_a_source_that_was_left_out_is_named(proof: Run) -> None:
    """Whoever passes a proof on can leave its sources out; the reader is told that they are."""
    path = Path(FILE)
    whole = TlogProof.parse(path.read_bytes())
    extra = parse_canonical(whole.extra or b"")
    bare = canonical({**extra, "with": []})
    path.write_bytes(bytes(attrs.evolve(whole, extra=bare)))
    ended = verify(proof)
    assert (ended.code, "relies on source:s1, which is not in this proof" in ended.out) == (0, True)
