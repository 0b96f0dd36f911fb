"""The verbs publish and mirror, run within this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import evledger
from evledger import Plugins
from evledger.cli.errors import Exit
from evledger.notes import COSIGNATURE, SigningKey, VerifierKey
from evledger.proofs.keys import Signer, new_key

Run = Callable[..., Any]
KEY = ("--key", "semax.key")
MIRROR = ("mirror", "public", "--vkey", "semax.vkey")


@pytest.fixture
def semax(run: Run) -> Run:
    """Return what runs the command where semax has two claims, one with a quote, and a key."""
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        with ledger.batch(by="curator") as batch:
            source = batch.add_source(kind="post", title="A post", platform="reddit")
            given: dict[str, Any] = {"source": source, "tier": "human", "stance": "neutral"}
            batch.tag_claim(text="It helps.", quote="Sealed words.", **given)
            batch.tag_claim(text="It does not.", **given)
    vkey = new_key("semax.key", "example.org/semax")
    Path("semax.vkey").write_text(f"{vkey}\n")
    return run


def append(run: Run, number: int) -> None:
    """Append one more event."""
    event = {"type": "gap-noted", "data": {"id": f"g{number}", "text": "Nobody asked."}}
    assert run("append", "semax", "-", given=json.dumps(event)).code == Exit.DONE


def published() -> set[str]:
    """Return the paths of what is published."""
    return {str(path.relative_to("public")) for path in Path("public").rglob("*") if path.is_file()}


# -- publish -----------------------------------------------------------------------------


def test_publish_writes_the_log(semax: Run) -> None:
    """Log and articles are there, and two lines say where, how much, and under which name."""
    ended = semax("publish", "semax", "public", *KEY)
    assert (ended.code, ended.err) == (Exit.DONE, "")
    size = sum(path.stat().st_size for path in Path("public").rglob("*") if path.is_file())
    assert ended.out.splitlines() == [
        "published 4 events of semax at public as example.org/semax",
        f"wrote 7 files, {size:,} bytes",
    ]
    assert published() == {
        "tile/0/000.p/4",
        "tile/entries/000.p/4",
        "signed-head",
        "article.md",
        "article.json",
        "articles",
        "checkpoint",
    }
    assert "Sealed words." in Path("public/article.md").read_text()
    assert b"Sealed words." not in Path("public/tile/entries/000.p/4").read_bytes()


def stated() -> dict[str, str | int]:
    """Return what the published checkpoint says, as documents have it."""
    origin, size, root, *_ = Path("public/checkpoint").read_text().splitlines()
    return {"origin": origin, "size": int(size), "root": root}


def test_publish_again(semax: Run) -> None:
    """What is new is added; where nothing is, that is said."""
    semax("publish", "semax", "public", *KEY)
    assert semax("publish", "semax", "public", *KEY).out.endswith("\nnothing was new\n")
    append(semax, 1)
    document = semax("publish", "semax", "public", *KEY, "--json").document
    assert document.keys() == {"ledger", "target", "checkpoint", "written", "bytes", "removed"}
    assert (document["target"], document["written"]) == ("public", 6)
    assert document["checkpoint"] == stated()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--article", "text"], {"article.txt"}),
        (["--article", "json", "--article", "markdown"], {"article.json", "article.md"}),
        (["--no-article"], set[str]()),
    ],
    ids=["one", "two", "none"],
)
def test_publish_chosen_articles(semax: Run, options: list[str], expected: set[str]) -> None:
    """The articles that were asked for are published, and no others."""
    assert semax("publish", "semax", "public", *KEY, *options).code == Exit.DONE
    assert {path for path in published() if path.startswith("article.")} == expected


def test_publish_beside_the_key(semax: Run) -> None:
    """A folder that the key or the database lies in is refused: anyone could fetch them."""
    ended = semax("publish", "semax", ".", *KEY)
    assert (ended.code, "where anyone could fetch it" in ended.err) == (Exit.UNFINISHED, True)
    assert not Path("tile").exists()


def test_publish_takes_articles_away(semax: Run) -> None:
    """What is not published any more is named as it goes."""
    semax("publish", "semax", "public", *KEY)
    ended = semax("publish", "semax", "public", *KEY, "--no-article")
    assert ended.out.endswith(
        "took away article.json, article.md, which may show what was erased\n"
    )


def test_publish_proofs(semax: Run) -> None:
    """The proof of every claim is published, the article links to it, and it verifies."""
    semax("publish", "semax", "public", *KEY, "--proofs")
    assert {path for path in published() if path.startswith("proofs/")} == {
        "proofs/c1.tlog-proof",
        "proofs/c2.tlog-proof",
    }
    assert "(proofs/c1.tlog-proof)" in Path("public/article.md").read_text()
    proof = "public/proofs/c1.tlog-proof"
    assert semax("verify-proof", proof, "--vkey", "semax.vkey").code == Exit.DONE


def test_publish_renders_as_configured(semax: Run) -> None:
    """The article is the one that render writes: the configuration file holds for both."""
    Path("evledger.toml").write_text('[article]\nfirst = 1\ncontact = "+1 555 0100"\n')
    semax("publish", "semax", "public", *KEY)
    semax("render", "semax", "-o", "article.md")
    assert Path("public/article.md").read_bytes() == Path("article.md").read_bytes()
    assert "+1 555 0100" in Path("article.md").read_text()


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("nobody", "public", *KEY), Exit.WRONG, "no ledger 'nobody'"),
        (("semax", "", *KEY), Exit.WRONG, "a place is a folder or an address"),
        (("semax", "semax.vkey", *KEY), Exit.UNFINISHED, "semax.vkey is not a folder"),
        (("semax", "sftp://host/x", *KEY), Exit.WRONG, "publish into a folder"),
        (("semax", "s3://me:hunter2@x/y", *KEY), Exit.WRONG, "the address holds a password"),
        (("semax", "public", "--key", "no.key"), Exit.WRONG, "no.key"),
        (("semax", "public", *KEY, "--article", "x", "--no-article"), Exit.WRONG, "together"),
        (("semax", "public", *KEY, "--article", "nonsense"), None, "nonsense"),
    ],
)
def test_publish_nothing(semax: Run, args: tuple[str, ...], code: Exit | None, said: str) -> None:
    """What cannot be done is told in a sentence, and nothing is written."""
    ended = semax("publish", *args)
    assert ended.code == code if code is not None else ended.code != Exit.DONE
    assert said in ended.err
    assert "hunter2" not in ended.err
    assert not Path("public").exists()


def test_publish_beside_another_log(semax: Run) -> None:
    """Where something else is published, that stays, and the exit code says so."""
    Path("public").mkdir()
    Path("public/checkpoint").write_text("mine\n")
    ended = semax("publish", "semax", "public", *KEY)
    assert ended.code == Exit.UNFINISHED
    assert "public has a file 'checkpoint' that is not of this log" in ended.err
    assert published() == {"checkpoint"}


# -- mirror ------------------------------------------------------------------------------


@pytest.fixture
def public(semax: Run) -> Run:
    """Return what runs the command where semax is published."""
    semax("publish", "semax", "public", *KEY)
    return semax


def test_mirror_takes_a_ledger_in(public: Run) -> None:
    """The copy has the same head, and the lines say where it came from and who signed it."""
    head = public("head", "semax").out.strip()
    ended = public(*MIRROR, "--db", "mirror.db")
    assert (ended.code, ended.err) == (Exit.DONE, "")
    assert ended.out.splitlines() == [
        f"mirrored semax from public in mirror.db, head {head}",
        "signed by: example.org/semax",
    ]
    assert public("verify", "semax", "--full", "--head", head, "--db", "mirror.db").code == 0
    document = public(*MIRROR, "--as", "copy", "--json").document
    assert document == {
        "ledger": "copy",
        "head": head,
        "db": "evledger.db",
        "source": "public",
        "vouched": {**stated(), "signers": ["example.org/semax"], "witnesses": []},
    }


def test_mirror_of_what_was_changed(public: Run) -> None:
    """The exit code is 1 where the log is not what the key signed, and nothing is taken in."""
    path = Path("public/tile/entries/000.p/4")
    path.write_bytes(path.read_bytes().replace(b"It helps.", b"It heals."))
    ended = public(*MIRROR, "--as", "copy")
    assert ended.code == Exit.UNSOUND
    assert "the log at public was not mirrored: tile/entries/000.p/4: entry 2" in ended.err
    assert public("ledgers", "--json").document[0]["name"] == "semax"
    assert len(public("ledgers", "--json").document) == 1


def test_mirror_of_what_another_signed(public: Run) -> None:
    """A key that did not sign it shows nothing, and no database is left behind."""
    other = new_key("other.key", "example.org/semax")
    ended = public("mirror", "public", "--vkey", str(other), "--db", "mirror.db")
    assert ended.code == Exit.UNSOUND
    assert "no key that is trusted signed it" in ended.err
    assert not Path("mirror.db").exists()


def test_mirror_without_witnesses(public: Run) -> None:
    """Where witnesses must have cosigned, and did not, nothing is taken in."""
    witness = VerifierKey(
        "witness.example/w", COSIGNATURE, SigningKey("w", bytes(32)).verifier.public
    )
    ended = public(*MIRROR, "--witness", str(witness), "--as", "copy")
    assert ended.code == Exit.UNSOUND
    assert "cosigned" in ended.err
    assert public(*MIRROR, "--quorum", "1", "--as", "copy").code == Exit.WRONG


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("public",), Exit.WRONG, "--vkey"),
        (("nowhere", "--vkey", "semax.vkey"), Exit.WRONG, "there is no folder nowhere"),
        ((".", "--vkey", "semax.vkey"), Exit.WRONG, "no log is published at ."),
        (("public", "--vkey", "semax.vkey"), Exit.UNFINISHED, "there is a ledger 'semax' already"),
        (("public", "--vkey", "semax.vkey", "--as", "No!"), Exit.WRONG, "'No!'"),
    ],
)
def test_mirror_nothing(public: Run, args: tuple[str, ...], code: Exit, said: str) -> None:
    """What cannot be mirrored is told in a sentence."""
    ended = public("mirror", *args)
    assert ended.code == code
    assert said in ended.err


def test_the_key_goes_on_signing(public: Run) -> None:
    """What the command published, the library goes on publishing, and the other way round."""
    append(public, 1)
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        ledger = store.ledger("semax")
        assert ledger.publish("public", Signer.open("semax.key")).checkpoint.size == 5
    append(public, 2)
    assert public("publish", "semax", "public", *KEY, "--json").document["checkpoint"]["size"] == 6
