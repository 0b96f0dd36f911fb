"""Go's own transparency log packages agree: on notes and keys, on proofs, on published tiles."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest

import evledger
from evledger import GapNoted, Ledger, Plugins
from evledger.chain import Head
from evledger.checkpoints import Checkpoint, SignedHead
from evledger.exceptions import Invalid, NotProven
from evledger.notes import SignedNote, SigningKey, VerifierKey
from evledger.proofs.files import TlogProof
from evledger.proofs.keys import Signer, new_key
from evledger.tree import (
    Growth,
    Subtrees,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    make_bundle,
    root_of,
    tile_path,
    tile_subtrees,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

SOURCE = Path(__file__).parent / "go" / "check.go"
GO_CODE = Path("/usr/share/gocode")
NEEDED = GO_CODE / "src/golang.org/x/mod/sumdb/tlog"

SIZES = (1, 2, 255, 256, 257, 300, 70_000)

Answer = dict[str, Any]
Ask = Callable[..., Answer]


def packages() -> Path:
    """Return the folder of Go packages, or end the test: Debian's package has what is needed."""
    if NEEDED.is_dir():
        return GO_CODE
    reason = f"golang.org/x/mod is not in {GO_CODE}: apt-get install golang-golang-x-mod-dev"
    if os.environ.get("EVLEDGER_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{reason}, though EVLEDGER_REQUIRE_SERVICES=1", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def checker(require: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the Go program, from what is on this machine alone."""
    go, folder = require("go"), tmp_path_factory.mktemp("go")
    program = folder / "check"
    environment = {
        **os.environ,
        "GO111MODULE": "off",
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
        "GOPATH": str(packages()),
    }
    subprocess.run([go, "build", "-o", program, SOURCE], env=environment, check=True)
    return program


@pytest.fixture(scope="session")
def ask(checker: Path) -> Ask:
    """Return what asks Go one question."""

    def asked(do: str, **fields: Any) -> Answer:
        question = json.dumps([{"do": do, **fields}], default=in_base64)
        run = subprocess.run([checker], input=question.encode(), capture_output=True, check=True)
        answer: Answer = json.loads(run.stdout)[0]
        return answer

    return asked


def in_base64(value: bytes) -> str:
    """Write bytes as Go's JSON has them."""
    return base64.b64encode(value).decode()


def hashes(texts: Sequence[str]) -> list[bytes]:
    """Read hashes as Go's JSON has them."""
    return [base64.b64decode(text) for text in texts]


@pytest.fixture(scope="session")
def key() -> SigningKey:
    """Return a key of ours."""
    return SigningKey.generate("example.org/semax")


# -- notes -------------------------------------------------------------------------------

TEXTS = ("A text.\n", "\n", "\n\n\n", "Two\n\nparagraphs.\n", "é 例 \u2028 \x7f \ufeff\n")


@pytest.mark.parametrize("text", TEXTS)
def test_go_opens_our_note(ask: Ask, key: SigningKey, text: str) -> None:
    """What our key signed, Go opens with our verifier key, whatever the text."""
    note = key.sign(text)
    answer = ask("open", note=str(note).encode(), vkeys=[str(key.verifier)])
    assert answer == {"error": "", "text": text, "signers": [key.name]}


@pytest.mark.parametrize("text", TEXTS)
def test_go_signs_the_same(ask: Ask, key: SigningKey, text: str) -> None:
    """Go takes the text of our signing key, and signs with it byte for byte as we do."""
    answer = ask("sign", skey=key.encode(), text=text)
    assert base64.b64decode(answer["note"]) == str(key.sign(text)).encode()


def test_we_open_notes_of_go(ask: Ask) -> None:
    """A key that Go made is one of ours, and what Go signs with it is signed."""
    made = ask("generate", name="example.com/go")
    signing, verifier = SigningKey.parse(made["skey"]), VerifierKey.parse(made["vkey"])
    assert (signing.verifier, signing.encode()) == (verifier, made["skey"])
    signed = base64.b64decode(ask("sign", skey=made["skey"], text="A text.\n")["note"])
    assert SignedNote.parse(signed).verify([verifier]) == (verifier,)


def test_go_refuses_another_text(ask: Ask, key: SigningKey) -> None:
    """Go finds a changed text out, and a key that did not sign: it really looks."""
    note = str(key.sign("A text.\n"))
    another = str(SigningKey.generate(key.name).verifier)
    changed = note.replace("text", "test").encode()
    assert "invalid" in ask("open", note=changed, vkeys=[str(key.verifier)])["error"]
    assert "no verifiable" in ask("open", note=note.encode(), vkeys=[another])["error"]


def test_go_opens_checkpoint_and_head(ask: Ask, key: SigningKey) -> None:
    """A checkpoint and a signed head of ours are notes like any other to Go."""
    for statement in (
        Checkpoint(key.name, 43, bytes(32)),
        SignedHead(key.name, Head(43, "ab" * 32), bytes(32)),
    ):
        note = str(key.sign(statement.text)).encode()
        answer = ask("open", note=note, vkeys=[str(key.verifier)])
        assert (answer["error"], answer["text"]) == ("", statement.text)


def one_byte_changed(note: bytes) -> list[bytes]:
    """Return every note that lacks a byte, has one twice, or a neighbour in its place."""
    return [
        changed
        for at in range(len(note))
        for changed in (
            note[:at] + note[at + 1 :],
            note[:at] + note[at : at + 1] + note[at:],
            note[:at] + bytes([note[at] ^ 1]) + note[at + 1 :],
        )
    ]


def opened(note: bytes, key: VerifierKey) -> str:
    """Return the text of a note if we find it signed."""
    try:
        parsed = SignedNote.parse(note)
        parsed.verify([key])
    except (Invalid, NotProven):
        return ""
    return parsed.text


def test_same_verdict_on_changed_notes(checker: Path, key: SigningKey) -> None:
    """Of a note with any byte changed, Go finds signed what we find signed, and nothing else."""
    other = SigningKey.generate("example.org/another")
    note = key.sign("One.\n\nTwo.\n")
    note = attrs.evolve(note, signatures=(*note.signatures, *other.sign(note.text).signatures))
    cases = one_byte_changed(str(note).encode())
    vkeys = [str(key.verifier)]
    questions = [{"do": "open", "note": in_base64(case), "vkeys": vkeys} for case in cases]
    run = subprocess.run(
        [checker], input=json.dumps(questions).encode(), capture_output=True, check=True
    )
    by_go = [answer.get("text", "") for answer in json.loads(run.stdout)]
    ours = [opened(case, key.verifier) for case in cases]
    differing = [(case, go) for case, go, we in zip(cases, by_go, ours, strict=True) if go != we]
    assert all(go and stray_bits(case) for case, go in differing)
    assert ours.count("") < len(ours)


def stray_bits(note: bytes) -> bool:
    """Return whether a line's base64 has bits set that mean nothing, as Go allows."""
    encoded = [line.rpartition(b" ")[2] for line in note.rpartition(b"\n\n")[2].splitlines()]
    return any(base64.b64encode(base64.b64decode(each)) != each for each in encoded)


# -- proofs ------------------------------------------------------------------------------


@attrs.frozen
class Log:
    """A log of ours, and the folder where it is published."""

    size: int
    root: bytes
    subtrees: Subtrees
    folder: Path

    def root_at(self, size: int) -> bytes:
        """Return the root of the first leaves."""
        return root_of(self.subtrees, 0, size)

    @property
    def places(self) -> list[int]:
        """The leaves at every turn of the tree, below its size."""
        return sorted({n for n in (0, 1, 254, 255, 256, 299, 65_535, 65_536) if n < self.size})

    @property
    def earlier(self) -> list[int]:
        """Earlier sizes, and the log's own."""
        return sorted({*(n + 1 for n in self.places), self.size})


def line(n: int) -> bytes:
    """Return the n-th entry."""
    return b'{"n":%d}' % n


def publish(size: int, folder: Path) -> Log:
    """Write a log's tiles and entries as C2SP tlog-tiles lays them out."""
    growth = Growth()
    tiles = growth.extend([leaf_hash(line(n)) for n in range(size)])
    for (level, index), data in tiles.items():
        write(folder / tile_path(level, index, len(data) // 32), data)
    for start in range(0, size, 256):
        entries = [line(n) for n in range(start, min(size, start + 256))]
        path = tile_path("entries", start // 256, len(entries))
        write(folder / path, make_bundle(entries))
    subtrees = tile_subtrees(lambda level, index: tiles[level, index])
    return Log(size, growth.root(), subtrees, folder)


def write(path: Path, data: bytes) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@pytest.fixture(scope="session", params=SIZES)
def published(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Log:
    """Return a published log of each size."""
    return publish(request.param, tmp_path_factory.mktemp("log"))


def test_same_root(ask: Ask, published: Log) -> None:
    """From the entries alone Go computes the root that we did."""
    answer = ask("entries", folder=str(published.folder), size=published.size)
    assert (answer["error"], hashes([answer["root"]])) == ("", [published.root])
    assert published.root == tree_root(line(n) for n in range(published.size))


def test_go_checks_our_inclusion_proofs(ask: Ask, published: Log) -> None:
    """Go finds our inclusion proofs right, and those of a leaf's neighbour wrong."""
    size, root = published.size, published.root
    for n in published.places:
        proof = inclusion_proof(published.subtrees, n, size)
        asked = {"size": size, "root": root, "index": n, "proof": proof}
        assert ask("record", leaf=leaf_hash(line(n)), **asked) == {"error": ""}
        assert ask("record", leaf=leaf_hash(line(n + 1)), **asked)["error"]


def test_go_checks_our_consistency_proofs(ask: Ask, published: Log) -> None:
    """Go finds our consistency proofs right, and those from another root wrong."""
    for old in published.earlier:
        proof = consistency_proof(published.subtrees, old, published.size)
        asked = {"size": published.size, "root": published.root, "old": old, "proof": proof}
        assert ask("tree", old_root=published.root_at(old), **asked) == {"error": ""}
        assert ask("tree", old_root=bytes(32), **asked)["error"]


def test_go_proves_from_our_tiles(ask: Ask, published: Log) -> None:
    """From our published tiles Go proves the same as we do, and we find its proofs right."""
    answer = ask(
        "tiles",
        folder=str(published.folder),
        size=published.size,
        root=published.root,
        indexes=published.places,
        olds=published.earlier,
    )
    assert answer["error"] == ""
    assert hashes(answer["leaves"]) == [leaf_hash(line(n)) for n in published.places]
    for n, found in zip(published.places, answer["records"], strict=True):
        proof = hashes(found or [])
        assert proof == inclusion_proof(published.subtrees, n, published.size)
        verify_inclusion(n, published.size, leaf_hash(line(n)), proof, published.root)
    trees = zip(published.earlier, answer["roots"], answer["trees"], strict=True)
    for old, root, found in trees:
        proof = hashes(found or [])
        assert hashes([root]) == [published.root_at(old)]
        verify_consistency(old, published.size, published.root_at(old), published.root, proof)


def test_go_refuses_tiles_of_another_tree(ask: Ask, published: Log) -> None:
    """Go finds out that our tiles are not those of another root: it really looks."""
    answer = ask(
        "tiles", folder=str(published.folder), size=published.size, root=bytes(32), indexes=[0]
    )
    assert "inconsistent tile" in answer["error"]


# -- a ledger ----------------------------------------------------------------------------


def note_gaps(ledger: Ledger, numbers: range) -> None:
    """Append an event for each number."""
    with ledger.batch(by="curator") as batch:
        for n in numbers:
            batch.append(GapNoted(id=f"g{n}", text="A gap."))


def test_go_reads_a_published_ledger(ask: Ask, tmp_path: Path) -> None:
    """What a ledger publishes, twice, is a log to Go: checkpoint, entries, tiles and proofs."""
    folder, vkey = tmp_path / "published", new_key(tmp_path / "key", "example.org/semax")
    signer = Signer.open(tmp_path / "key")
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="curator", origin=vkey.name)
        note_gaps(ledger, range(2))
        ledger.publish(folder, signer, articles=())
        note_gaps(ledger, range(2, 299))
        checkpoint = ledger.publish(folder, signer, articles=()).checkpoint
        inclusion = ledger.prove(299, signer=signer)
        extension = ledger.consistency(3, 300)
    signed = ask("open", note=(folder / "checkpoint").read_bytes(), vkeys=[str(vkey)])
    assert (signed["error"], signed["text"]) == ("", checkpoint.text)
    log = {"folder": str(folder), "size": 300, "root": checkpoint.root}
    assert ask("entries", **log)["root"] == in_base64(checkpoint.root)
    proven = ask("tiles", indexes=[299], olds=[3], **log)
    assert hashes(proven["records"][0]) == list(TlogProof.parse(inclusion.data).path)
    assert hashes(proven["trees"][0]) == list(extension.proof)
    assert hashes(proven["roots"]) == [extension.old.root]
