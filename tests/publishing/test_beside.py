"""What stands beside a published log, and what must be right before anything is signed.

Articles go when they are not published any more; proofs are made anew where nobody could
verify them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import evledger
from evledger import (
    Invalid,
    Ledger,
    NotSupplied,
    Plugins,
    Refused,
    Signer,
    Store,
    VerifierKey,
    new_key,
    verify_proof,
)
from evledger.notes import SigningKey
from evledger.proofs.keys import ProcessMemory
from evledger.proofs.signing import signed_sizes

ORIGIN = "example.org/semax"
QUOTE = "The scores of both groups rose."


@pytest.fixture
def store() -> Store:
    """Return a store in memory, with the built-in plugins alone."""
    return evledger.open("memory:", plugins=Plugins.builtin())


@pytest.fixture
def ledger(store: Store) -> Ledger:
    """Return a ledger with one source and one claim, whose quotation is sealed."""
    semax = store.create("semax", title="Semax and BDNF", by="curator")
    with semax.batch(by="curator") as batch:
        trial = batch.add_source(kind="trial", title="A trial in stroke")
        batch.tag_claim(
            source=trial, tier="human", stance="supports", text="Scores rose.", quote=QUOTE
        )
    return semax


def signer() -> Signer:
    """Return a key of the log that remembers what it signs."""
    return Signer(SigningKey.generate(ORIGIN), memory=ProcessMemory())


def files(folder: Path) -> set[str]:
    """Return the names beside the tiles."""
    return {path.name for path in folder.iterdir() if path.is_file()}


# -- articles ----------------------------------------------------------------------------


def test_an_erased_value_does_not_stay_published(ledger: Ledger, tmp_path: Path) -> None:
    """After an erasure no file that publishing once wrote still shows the value."""
    key = signer()
    ledger.publish(tmp_path, key)
    assert QUOTE in (tmp_path / "article.md").read_text()
    ledger.erase(2, "quote", reason="asked", by="curator")
    done = ledger.publish(tmp_path, key, articles=())
    assert done.removed == ("article.json", "article.md")
    assert [
        p for p in tmp_path.rglob("*") if p.is_file() and QUOTE.encode() in p.read_bytes()
    ] == []


def test_articles_of_other_renderers_go(ledger: Ledger, tmp_path: Path) -> None:
    """The articles that are published are those that were asked for last."""
    key = signer()
    ledger.publish(tmp_path, key, articles=("markdown", "text"))
    ledger.publish(tmp_path, key, articles=("json",))
    assert files(tmp_path) == {"article.json", "articles", "checkpoint", "signed-head"}
    ledger.publish(tmp_path, key, articles=("json",))
    assert (tmp_path / "articles").read_text() == "article.json\n"


def test_a_list_names_no_other_files(ledger: Ledger, tmp_path: Path) -> None:
    """Whatever the list of articles says, nothing else is ever taken away."""
    key = signer()
    ledger.publish(tmp_path, key)
    (tmp_path / "articles").write_text("checkpoint\ntile/0/000.p/3\n../article.md\narticle.md\n")
    done = ledger.publish(tmp_path, key, articles=())
    assert done.removed == ("article.md",)
    assert {"checkpoint", "article.json"} <= files(tmp_path)


def test_a_strangers_file_survives_every_try(ledger: Ledger, tmp_path: Path) -> None:
    """A place with somebody's own file is refused before anything is written, again and again."""
    (tmp_path / "article.md").write_text("mine")
    for _ in range(2):
        with pytest.raises(Refused, match="has no log, but a file"):
            ledger.publish(tmp_path, signer())
        assert [path.name for path in tmp_path.iterdir()] == ["article.md"]


# -- proofs ------------------------------------------------------------------------------


def test_published_proofs_stay_as_long_as_they_verify(ledger: Ledger, tmp_path: Path) -> None:
    """A proof that is there is left alone while the key verifies it, and replaced otherwise."""
    key, proof = signer(), tmp_path / "proofs" / "c1.tlog-proof"
    ledger.publish(tmp_path, key, proofs=True)
    first = proof.read_bytes()
    ledger.append(evledger.GapNoted(id="g1", text="No trial in women."), by="curator")
    ledger.publish(tmp_path, key, proofs=True)
    assert first == proof.read_bytes()
    proof.write_bytes(b"something else")
    ledger.publish(tmp_path, key, proofs=True)
    assert verify_proof(proof.read_bytes(), key.verifier).keys == ("claim:c1",)


def test_proofs_of_another_record_are_replaced(ledger: Ledger, tmp_path: Path) -> None:
    """A proof that verifies, but is of something else, is none of the claim."""
    key, proof = signer(), tmp_path / "proofs" / "c1.tlog-proof"
    ledger.publish(tmp_path, key, proofs=True)
    proof.write_bytes(ledger.prove(0).data)
    ledger.publish(tmp_path, key, proofs=True)
    assert verify_proof(proof.read_bytes(), key.verifier).n == 2


# -- before signing ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", [{"articles": ["nix"]}, {"ranker": "nix"}, {"scorers": ["nix"]}], ids=str
)
def test_nothing_is_signed_for_what_cannot_be_rendered(
    ledger: Ledger, tmp_path: Path, wrong: dict[str, list[str]]
) -> None:
    """A misspelt renderer, ranker or scorer is found before the key signs."""
    key = signer()
    with pytest.raises(NotSupplied):
        ledger.publish(tmp_path, key, **wrong)  # type: ignore[arg-type]  # that is the point
    assert (key.recall(), signed_sizes(ledger.store.backend, "semax")) == (None, [])


def test_nothing_is_signed_for_a_field_that_is_not_sealed(ledger: Ledger) -> None:
    """A field that cannot be opened is found before the key signs."""
    key = signer()
    with pytest.raises(Invalid, match="'nix' is not a sealed field"):
        ledger.prove("c1", signer=key, openings=["nix"])
    assert key.recall() is None


def test_a_path_is_no_signer(ledger: Ledger, tmp_path: Path) -> None:
    """Whoever gives the key's path instead of a signer is told how to get one."""
    path = tmp_path / "semax.key"
    new_key(path, ORIGIN)
    wrong: Any = str(path)
    with pytest.raises(Invalid, match=r"Signer\.open"):
        ledger.checkpoint(wrong)
    with pytest.raises(Invalid, match=r"Signer\.open"):
        ledger.publish(tmp_path, wrong)


def test_one_name_is_not_several(ledger: Ledger, tmp_path: Path) -> None:
    """A name given where several are asked for is not taken for its letters."""
    key = signer()
    with pytest.raises(Invalid, match="expected several names"):
        ledger.publish(tmp_path, key, articles="markdown")
    with pytest.raises(Invalid, match="expected several names"):
        ledger.prove("c1", signer=key, openings="quote")


# -- mirrors -----------------------------------------------------------------------------


def test_a_mirror_proves_what_it_mirrors(ledger: Ledger, tmp_path: Path) -> None:
    """The checkpoint by which a ledger was taken in is kept, so that its copy proves as it does."""
    key = signer()
    ledger.publish(tmp_path / "public", key)
    trusted: list[VerifierKey] = [key.verifier]
    with evledger.open("memory:", plugins=Plugins.builtin()) as other:
        copy = other.mirror(tmp_path / "public", keys=trusted)
        assert ledger.prove("c1").data == copy.prove("c1").data
        assert "stored checkpoints" in " ".join(copy.verify("full").checked)
        assert copy.verify("full").ok
