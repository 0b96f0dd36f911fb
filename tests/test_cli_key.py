"""The verbs key new and key show: a secret that is never seen, and a key for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evledger.cli.errors import Exit
from evledger.notes import VerifierKey
from evledger.proofs.keys import Signer

Run = Callable[..., Any]
ORIGIN = "example.org/semax"


def test_new_key_is_told(run: Run) -> None:
    """Standard output has the verifier key alone; what to do with the files stands beside it."""
    ended = run("key", "new", "semax.key", "--name", ORIGIN)
    assert ended.code == Exit.DONE
    assert f"{Signer.open('semax.key').verifier}\n" == ended.out
    assert "semax.key.signed remembers what it signed last" in ended.err
    assert "Publish the verifier key" in ended.err


def test_shown_key_is_the_same(run: Run) -> None:
    """Showing a key gives what making it gave."""
    made = run("key", "new", "semax.key", "--name", ORIGIN)
    shown = run("key", "show", "semax.key")
    assert (shown.code, shown.out, shown.err) == (Exit.DONE, made.out, "")


def test_key_is_shown_without_its_memory(run: Run) -> None:
    """The public half is no secret and signs nothing: it is shown wherever the key is."""
    made = run("key", "new", "semax.key", "--name", ORIGIN)
    Path("semax.key.signed").unlink()
    assert run("key", "show", "semax.key").out == made.out


@pytest.mark.parametrize("words", [("new", "semax.key", "--name", ORIGIN), ("show", "old.key")])
def test_key_as_json(run: Run, words: tuple[str, ...]) -> None:
    """A program reads the same as one JSON document, and nothing else is written."""
    run("key", "new", "old.key", "--name", ORIGIN)
    ended = run("key", *words, "--json")
    assert ended.err == ""
    assert set(ended.document) == {"name", "vkey", "file", "signed"}
    assert VerifierKey.parse(ended.document["vkey"]).name == ended.document["name"] == ORIGIN
    assert ended.document["signed"] == f"{words[1]}.signed"


def test_nobody_sees_the_secret(run: Run) -> None:
    """Nothing that is written has the secret in it, whatever went wrong."""
    told = [run("key", "new", "semax.key", "--name", ORIGIN)]
    text = Path("semax.key").read_text()
    secret = text.strip().split("+", 4)[4][5:25]
    told += [
        run("key", "show", "semax.key"),
        run("key", "new", "semax.key", "--name", ORIGIN),
    ]
    for changed in (text[:-9], text.replace("semax", "other"), f"x{text}", text.replace("+", "-")):
        Path("semax.key").write_text(changed)
        told.append(run("key", "show", "semax.key"))
    assert not any(secret in each.out + each.err for each in told)


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("new", "semax.key", "--name", ORIGIN), Exit.UNFINISHED, "is there already, and keys are"),
        (("new", "no/semax.key", "--name", ORIGIN), Exit.UNFINISHED, "cannot be written: No such"),
        (("new", "other.key", "--name", "a b"), Exit.WRONG, "key name 'a b': expected"),
        (("new", "other.key"), Exit.WRONG, "Missing option '--name'"),
        (("show", "missing.key"), Exit.WRONG, "there is no file .*; 'evledger key new' makes a"),
        (("show", "semax.key.signed"), Exit.WRONG, "not a signing key"),
        (("show", "."), Exit.UNFINISHED, "is not a plain file"),
        (("show", "link.key"), Exit.UNFINISHED, "is a link; name the file itself"),
        (("show", "open.key"), Exit.UNFINISHED, "run: chmod 600"),
    ],
)
def test_what_goes_wrong(run: Run, words: tuple[str, ...], code: Exit, why: str) -> None:
    """Each mistake ends with its exit code and one sentence that says what to do."""
    run("key", "new", "semax.key", "--name", ORIGIN)
    run("key", "new", "open.key", "--name", ORIGIN)
    Path("open.key").chmod(0o644)
    Path("link.key").symlink_to("semax.key")
    ended = run("key", *words)
    assert (ended.code, ended.out) == (code, "")
    assert re.search(why, ended.err)
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("words", [(), ("new",), ("show",)])
def test_help_has_an_example(run: Run, words: tuple[str, ...]) -> None:
    """The group and both of its verbs explain themselves by an example."""
    ended = run("key", *words, "--help")
    assert ended.code == Exit.DONE
    assert "$ evledger key" in ended.out
