"""What a verification stands on: a head, a signed head, a checkpoint, and who vouches for it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import evledger
from evledger import GapNoted, Plugins
from evledger.chain import Head
from evledger.checkpoints import Checkpoint, SignedHead, Vouched, open_checkpoint, open_head
from evledger.ledger import Ledger
from evledger.notes import COSIGNATURE, NoteSignature, SignedNote, SigningKey, VerifierKey
from evledger.tree import tree_root
from evledger.verification import Level, Verification

ORIGIN = "example.org/tea"
KEY = SigningKey(ORIGIN, bytes(range(32)))
SIZE = 700
LEVELS: list[Level] = ["chain", "full"]


@attrs.frozen
class Case:
    """A ledger, and what is true of it.

    Attributes:
        verify: verifies it, where it is stored or exported.
        lines: its lines, without their newlines.
        heads: the head that it had at each size.
    """

    verify: Callable[..., Verification]
    lines: tuple[bytes, ...]
    heads: dict[int, Head]

    @classmethod
    def of(cls, ledger: Ledger, verify: Callable[..., Verification]) -> Case:
        """Read from a ledger what is true of it."""
        snapshot = ledger.store.backend.snapshot(ledger.name)
        full = [line for text in snapshot.pages for line in text.splitlines()[1:]]
        lines = (*full, *(line.removesuffix(b"\n") for line in snapshot.tail))
        heads = {each.n + 1: Head(each.n + 1, each.hash) for each in ledger.records()}
        return cls(verify, lines, heads)

    def checkpoint(self, size: int, root: bytes | None = None) -> Vouched:
        """Sign a checkpoint, of the true root where no other is given, and open it."""
        return open_checkpoint(self._note(size, root), [KEY.verifier])

    def cosigned(self, size: int) -> Vouched:
        """Sign a checkpoint, have a witness cosign it, and open it."""
        note = self._note(size, None)
        secret = Ed25519PrivateKey.from_private_bytes(bytes(32))
        key = VerifierKey("w.example", COSIGNATURE, secret.public_key().public_bytes_raw())
        signed = secret.sign(f"cosignature/v1\ntime 1700000000\n{note.text}".encode())
        line = NoteSignature(key.name, key.id, struct.pack(">Q", 1_700_000_000) + signed)
        cosigned = attrs.evolve(note, signatures=(*note.signatures, line))
        return open_checkpoint(cosigned, [KEY.verifier], witnesses=[key])

    def signed_head(
        self, size: int, *, root: bytes | None = None, digest: str | None = None
    ) -> Vouched:
        """Sign a head, the true one where no other is given, and open it."""
        head = self.heads[size] if digest is None else Head(size, digest)
        root = tree_root(self.lines[:size]) if root is None else root
        return open_head(KEY.sign(SignedHead(ORIGIN, head, root).text), [KEY.verifier])

    def _note(self, size: int, root: bytes | None) -> SignedNote:
        root = tree_root(self.lines[:size]) if root is None else root
        return KEY.sign(Checkpoint(ORIGIN, size, root).text)


def filled(ledger: Ledger) -> Ledger:
    """Return the ledger with as many events as these tests want."""
    ledger.append(*(GapNoted(id=f"g{n}", text="?") for n in range(SIZE - 1)), by="me")
    return ledger


@pytest.fixture(scope="module", params=["memory", "sqlite", "archive"])
def tea(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """Yield a ledger, stored or exported."""
    folder = tmp_path_factory.mktemp("trust")
    url = "memory:" if request.param == "memory" else str(folder / "a.db")
    with evledger.open(url, plugins=Plugins.builtin()) as store:
        ledger = filled(store.create("tea", title="Tea", by="me"))
        ledger.export(folder / "tea")
        archive = partial(evledger.verify_archive, folder / "tea")
        yield Case.of(ledger, archive if request.param == "archive" else ledger.verify)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 512, 513, 699, 700])
def test_what_the_ledger_extends(size: int, level: Level, tea: Case) -> None:
    """Every checkpoint and signed head of the ledger, at a page's edge or within, is extended."""
    for trust in (tea.checkpoint(size), tea.signed_head(size), tea.heads[size]):
        report = tea.verify(level, trust=trust)
        assert (report.faults, report.head) == ((), tea.heads[SIZE])
        assert (report.beyond, report.trusted) == (SIZE - size, trust)
        assert (report.root is None) == (level == "chain")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("size", [1, 256, 300, 700])
def test_another_root(size: int, level: Level, tea: Case) -> None:
    """A checkpoint with another root is not extended, and that is the fault."""
    root = tree_root([*tea.lines[: size - 1], b"another line"])
    report = tea.verify(level, trust=tea.checkpoint(size, root))
    assert [fault.kind for fault in report.faults] == ["root-mismatch"]
    assert f"the checkpoint says {root.hex()}" in report.faults[0].message
    assert (report.head, report.sound_to) == (None, 0)
    assert report.trust == f"signed by {ORIGIN}"


@pytest.mark.parametrize("level", LEVELS)
def test_the_root_of_another_size(level: Level, tea: Case) -> None:
    """A true root counts only together with its own size."""
    report = tea.verify(level, trust=tea.checkpoint(300, tree_root(tea.lines[:299])))
    assert [fault.kind for fault in report.faults] == ["root-mismatch"]


@pytest.mark.parametrize("level", LEVELS)
def test_more_than_there_is(level: Level, tea: Case) -> None:
    """A ledger that is shorter than what was signed was cut short."""
    signed = tea.checkpoint(701, tree_root([*tea.lines, b"one more"]))
    report = tea.verify(level, trust=signed)
    assert [fault.kind for fault in report.faults] == ["root-mismatch"]
    assert "has 701 events, but there are only 700" in report.faults[0].message
    assert report.beyond == 0
    head = tea.signed_head(701, root=signed.checkpoint.root, digest="ab" * 32)
    assert [fault.kind for fault in tea.verify(level, trust=head).faults] == ["head-mismatch"]


@pytest.mark.parametrize("level", LEVELS)
def test_another_signed_head(level: Level, tea: Case) -> None:
    """A signed head is compared as a head is; at level full its root is, too."""
    report = tea.verify(level, trust=tea.signed_head(300, digest="ab" * 32))
    assert [fault.kind for fault in report.faults] == ["head-mismatch"]
    report = tea.verify(level, trust=tea.signed_head(300, root=bytes(32)))
    expected = ["root-mismatch"] if level == "full" else []
    assert [fault.kind for fault in report.faults] == expected


def test_what_it_says_it_stands_on(tea: Case) -> None:
    """The report says in words who vouches, and lists what was compared for it."""
    witnessed = tea.cosigned(300)
    found = {
        trust: (report.trust, [each for each in report.checked if each.startswith("signed")])
        for trust in (
            None,
            tea.heads[300],
            str(tea.heads[300]),
            tea.checkpoint(300),
            tea.signed_head(300),
            witnessed,
        )
        for report in [tea.verify("chain", trust=trust)]
    }
    assert list(found.values()) == [
        ("internal", []),
        ("head given", []),
        ("head given", []),
        (f"signed by {ORIGIN}", ["signed root"]),
        (f"signed by {ORIGIN}", ["signed head"]),
        (f"signed by {ORIGIN}, witnessed by w.example", ["signed root"]),
    ]
    report = tea.verify("full", trust=tea.signed_head(300))
    assert {"signed root", "signed head"} <= set(report.checked)


def test_damage_comes_first(tmp_path: Path) -> None:
    """Where the pages are damaged, that is the fault; the checkpoint is not held against it."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        tea = filled(store.create("tea", title="Tea", by="me"))
        signed = Case.of(tea, tea.verify).checkpoint(600)
        tea.export(tmp_path / "tea")
    page = tmp_path / "tea" / "page-000001.jsonl"
    page.write_bytes(page.read_bytes().replace(b'"?"', b'"!"', 1))
    for level in LEVELS:
        report = evledger.verify_archive(tmp_path / "tea", level, trust=signed)
        assert [fault.kind for fault in report.faults] == ["changed-byte"]
