"""Keys in files: only their owner reads them, nothing writes over them, and none forgets."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evledger.chain import Head
from evledger.checkpoints import SignedHead
from evledger.exceptions import EvledgerError, Invalid, NotFound, Refused, StoreError
from evledger.notes import SigningKey, VerifierKey
from evledger.proofs.keys import (
    FileMemory,
    Memory,
    ProcessMemory,
    Signed,
    Signer,
    decode_signed,
    encode_signed,
    new_key,
)

ORIGIN = "example.org/semax"
KEY = SigningKey(ORIGIN, b"\1" * 32)
OTHER = SigningKey(ORIGIN, b"\2" * 32)


def signed_by(key: SigningKey, size: int = 43) -> Signed:
    """Return what a key signed of some ledger."""
    said = SignedHead(key.name, Head(size, "ab" * 32), b"\3" * 32)
    checkpoint, head = key.sign(said.checkpoint.text), key.sign(said.text)
    return Signed(ledger="semax", id="cd" * 32, checkpoint=checkpoint, head=head)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the path of a key that was just made."""
    path = tmp_path / "semax.key"
    new_key(path, ORIGIN)
    return path


def signed_file(file: Path) -> Path:
    """Return the path of what a key remembers."""
    return file.with_name("semax.key.signed")


# -- making ------------------------------------------------------------------------------


def test_new_key_signs_for_its_verifier_key(file: Path) -> None:
    """A signer that is opened signs what the verifier key that was handed out verifies."""
    signer = Signer.open(file)
    assert signer.name == ORIGIN
    assert signer.recall() is None
    assert (signer.verifier,) == signer.key.sign("a text\n").verify([signer.verifier])
    assert VerifierKey.parse(str(signer.verifier)) == signer.verifier


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_the_owner_reads_it(tmp_path: Path, umask: int) -> None:
    """Key and memory are readable by their owner alone, whatever the umask."""
    before = os.umask(umask)
    try:
        new_key(tmp_path / "semax.key", ORIGIN)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"semax.key": 0o600, "semax.key.signed": 0o600}


def test_key_is_secret_from_its_first_byte_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is created with its mode; it is never there with another."""
    modes: list[int] = []
    monkeypatch.delattr(os, "chmod")
    monkeypatch.delattr(os, "fchmod")
    opened = os.open

    def watch(path: Any, flags: int, mode: int = 0o777, **extra: Any) -> int:
        if flags & os.O_CREAT:
            assert flags & os.O_EXCL
            modes.append(mode)
        return opened(path, flags, mode, **extra)

    monkeypatch.setattr(os, "open", watch)
    new_key(tmp_path / "semax.key", ORIGIN)
    assert modes == [0o600, 0o600]


def test_two_keys_differ(tmp_path: Path) -> None:
    """Every key is drawn anew."""
    assert new_key(tmp_path / "a", ORIGIN).public != new_key(tmp_path / "b", ORIGIN).public


@pytest.mark.parametrize("there", ["semax.key", "semax.key.signed"])
def test_nothing_is_written_over(tmp_path: Path, there: str) -> None:
    """A file that is there already, whatever it holds, stays as it is, and nothing is added."""
    (tmp_path / there).write_text("precious")
    with pytest.raises(Refused, match=r"is there already, and keys are never written over"):
        new_key(tmp_path / "semax.key", ORIGIN)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["precious"]


def test_a_dangling_link_is_not_followed(tmp_path: Path) -> None:
    """A link in the place of the new key leads no secret elsewhere."""
    (tmp_path / "semax.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused, match="is there already"):
        new_key(tmp_path / "semax.key", ORIGIN)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u202eb"])
def test_names_that_no_key_has(tmp_path: Path, name: str) -> None:
    """A name that a note could not carry is refused, and no file is left."""
    with pytest.raises(Invalid, match="key name"):
        new_key(tmp_path / "semax.key", name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failing", [1, 2, 3, 4])
def test_full_disk_leaves_no_half_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """Where the disk is full at any moment, a sentence says so, and neither file is left."""
    fail_at(monkeypatch, "fsync", failing)
    with pytest.raises(StoreError, match=r"cannot be written: No space left"):
        new_key(tmp_path / "semax.key", ORIGIN)
    assert list(tmp_path.iterdir()) == []


def test_no_folder_to_write_into(tmp_path: Path) -> None:
    """Where the folder does not exist, the sentence names the file."""
    with pytest.raises(StoreError, match=r"no-such/semax\.key\.signed cannot be written: No such"):
        new_key(tmp_path / "no-such" / "semax.key", ORIGIN)


def fail_at(monkeypatch: pytest.MonkeyPatch, call: str, failing: int) -> None:
    """Let the operating system say that the disk is full, at the n-th of some calls."""
    real = getattr(os, call)
    calls = iter(range(1, 1_000))

    def sometimes(*given: Any, **extra: Any) -> Any:
        if next(calls) == failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*given, **extra)

    monkeypatch.setattr(os, call, sometimes)


# -- opening -----------------------------------------------------------------------------


def test_missing_key(tmp_path: Path) -> None:
    """Where there is no file, the sentence says what makes one."""
    with pytest.raises(NotFound, match=r"there is no file .*semax\.key; 'evledger key new' makes"):
        Signer.open(tmp_path / "semax.key")


@settings(max_examples=20)  # each makes files
@given(mode=st.integers(0, 0o777).filter(lambda mode: mode & 0o077))
def test_key_that_others_may_read(tmp_path_factory: pytest.TempPathFactory, mode: int) -> None:
    """A key that anybody else may read or write is refused, with the command that helps."""
    path = tmp_path_factory.mktemp("open") / "semax.key"
    new_key(path, ORIGIN)
    path.chmod(mode | 0o400)
    with pytest.raises(Refused, match=r"others may read the secret key .*; run: chmod 600 /.*key$"):
        Signer.open(path)
    path.chmod(0o600)
    assert Signer.open(path).name == ORIGIN


def test_link_to_a_key(file: Path) -> None:
    """A link is refused: what the key remembers stands beside the file itself."""
    link = file.with_name("link.key")
    link.symlink_to(file)
    with pytest.raises(Refused, match=r"link\.key is a link; name the file itself"):
        Signer.open(link)


def test_folder_and_pipe(tmp_path: Path) -> None:
    """A folder or a pipe is refused, and nothing waits for a pipe's writer."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(Refused, match="is not a plain file"):
            Signer.open(path)


@settings(max_examples=20)
@given(data=st.binary(max_size=200) | st.just(b"x" * 70_000))
def test_garbage_is_no_key(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Whatever else is in the file is refused, by a sentence that names the file."""
    path = tmp_path_factory.mktemp("garbage") / "semax.key"
    path.write_bytes(data)
    path.chmod(0o600)
    with pytest.raises(Invalid, match=r"semax\.key"):
        Signer.open(path)


def test_secret_is_never_shown(file: Path) -> None:
    """Neither a signer's nor a key's text holds the secret, nor does an error about a bad one."""
    signer = Signer.open(file)
    text = file.read_text()
    secret = text.strip().split("+", 4)[4]
    shown = [repr(signer), repr(signer.key), str(signer), str(signer.key)]
    file.write_text(text.replace("example.org", "example.com"))
    with pytest.raises(Invalid, match="ID does not fit") as caught:
        Signer.open(file)
    shown.append(str(caught.value))
    assert not any(secret[5:20] in each for each in shown)


# -- remembering -------------------------------------------------------------------------


def test_what_is_remembered_is_recalled(file: Path) -> None:
    """What was remembered is there for whoever opens the key next."""
    signer = Signer.open(file)
    for size in (43, 44):
        signed = signed_by(signer.key, size)
        with signer.locked():
            signer.remember(signed)
        assert signed == Signer.open(file).recall()
    assert stat.S_IMODE(signed_file(file).stat().st_mode) == 0o600
    assert sorted(path.name for path in file.parent.iterdir()) == ["semax.key", "semax.key.signed"]


def test_missing_memory(file: Path) -> None:
    """A key without its memory opens for nobody: it would not know what it signed."""
    signer = Signer.open(file)
    signed_file(file).unlink()
    for use in (lambda: Signer.open(file), signer.recall):
        with pytest.raises(Refused, match=r"key\.signed is missing, .* bring it from where"):
            use()


@pytest.mark.parametrize("how", ["rename", "copy"])
def test_key_that_left_its_memory_behind(file: Path, how: str) -> None:
    """A key that was renamed or copied alone is refused."""
    other = file.with_name("other.key")
    if how == "rename":
        file.rename(other)
    else:
        other.write_bytes(file.read_bytes())
        other.chmod(0o600)
    with pytest.raises(Refused, match=r"other\.key\.signed is missing"):
        Signer.open(other)


def test_memory_of_another_key(file: Path, tmp_path: Path) -> None:
    """The memory of one key is none of another's, even of the same name."""
    new_key(tmp_path / "other.key", ORIGIN)
    signed_file(file).write_bytes((tmp_path / "other.key.signed").read_bytes())
    with pytest.raises(Refused, match=r"it is of the key example\.org/semax\+"):
        Signer.open(file)


@given(st.data())
def test_truncated_memory(data: st.DataObject) -> None:
    """Whatever is cut off at the end, it is noticed, and never taken for nothing signed."""
    whole = encode_signed(signed_by(KEY), KEY.verifier).rstrip()
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(EvledgerError):
        decode_signed(whole[:cut], KEY.verifier)


@given(at=st.integers(0, 2_000), bit=st.integers(0, 7))
def test_flipped_bit_in_memory(at: int, bit: int) -> None:
    """One flipped bit is noticed, or leaves what was signed as it was."""
    signed = signed_by(KEY)
    data = bytearray(encode_signed(signed, KEY.verifier))
    data[at % len(data)] ^= 1 << bit
    try:
        found = decode_signed(bytes(data), KEY.verifier)
    except EvledgerError:
        return
    assert found is not None
    assert (signed.checkpoint, signed.head) == (found.checkpoint, found.head)


FORGED = {
    "another key's": signed_by(OTHER),
    "notes of two sizes": Signed(
        ledger="semax",
        id="cd" * 32,
        checkpoint=signed_by(KEY, 43).checkpoint,
        head=signed_by(KEY, 44).head,
    ),
    "another origin": Signed(
        ledger="semax",
        id="cd" * 32,
        checkpoint=KEY.sign("example.org/x\n1\n" + "A" * 43 + "=\n"),
        head=KEY.sign(f"evledger-head/v1\nexample.org/x\n1-{'ab' * 32}\n" + "A" * 43 + "=\n"),
    ),
    "no signed head": Signed(
        ledger="semax",
        id="cd" * 32,
        checkpoint=signed_by(KEY).checkpoint,
        head=signed_by(KEY).checkpoint,
    ),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_forged_memory(file: Path, forged: Signed) -> None:
    """What the key did not sign, or what does not fit together, is not believed."""
    memory = FileMemory(file)
    file.write_text(f"{KEY.encode()}\n")
    memory.write(encode_signed(forged, KEY.verifier))
    with pytest.raises(Refused, match=r"does not say what the key example\.org/semax signed last"):
        Signer.open(file)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is damaged"),
        ("null", "it is damaged"),
        ("[" * 60_000, "it is damaged"),
        ('{"evledger-signed":2,"key":"%s"}', "format 2"),
        ('{"evledger-signed":1}', "it is damaged"),
        ('{"evledger-signed":1,"key":"%s","more":1}', "it is damaged"),
        ('{"evledger-signed":1,"key":"%s","ledger":"semax"}', "not a signed note"),
        ("x" * 70_000, "more than 65,536 bytes"),
    ],
)
def test_memory_that_is_something_else(file: Path, text: str, why: str) -> None:
    """Anything else is refused, by a sentence that says why and what to do."""
    signed_file(file).write_text(text.replace("%s", str(Signer.open(file).verifier)))
    with pytest.raises(EvledgerError, match=why):
        Signer.open(file)


def test_memory_that_is_a_link(file: Path, tmp_path: Path) -> None:
    """A link in the memory's place is refused; replacing it would leave its target behind."""
    signed_file(file).rename(tmp_path / "elsewhere")
    signed_file(file).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused, match="is a link"):
        Signer.open(file)


@pytest.mark.parametrize(("call", "failing"), [("fsync", 1), ("replace", 1)])
def test_full_disk_while_remembering(
    file: Path, monkeypatch: pytest.MonkeyPatch, call: str, failing: int
) -> None:
    """Where what is signed cannot be remembered, what was remembered stays, wholly."""
    signer = Signer.open(file)
    signed = signed_by(signer.key, 43)
    signer.remember(signed)
    with monkeypatch.context() as patch:
        fail_at(patch, call, failing)
        with pytest.raises(StoreError, match=r"key\.signed cannot be written: No space left.*noth"):
            signer.remember(signed_by(signer.key, 44))
    assert signed == Signer.open(file).recall()
    assert sorted(path.name for path in file.parent.iterdir()) == ["semax.key", "semax.key.signed"]


def test_what_a_killed_process_left_is_no_hindrance(file: Path) -> None:
    """A half-written memory of a process that was killed is written over by the next."""
    signed_file(file).with_name("semax.key.signed.part").write_bytes(b"half of it")
    signer = Signer.open(file)
    signer.remember(signed_by(signer.key))
    assert signer.recall() == signed_by(signer.key)
    assert sorted(path.name for path in file.parent.iterdir()) == ["semax.key", "semax.key.signed"]


# -- one at a time -----------------------------------------------------------------------


def test_key_is_locked_meanwhile(file: Path) -> None:
    """Whoever else opens the same key is kept waiting, in this process and in others."""
    signer = Signer.open(file)
    attempt = f"import fcntl; fcntl.flock(open({str(file)!r}), fcntl.LOCK_EX | fcntl.LOCK_NB)"
    with signer.locked():
        with file.open("rb") as second, pytest.raises(BlockingIOError):
            fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
        ended = subprocess.run([sys.executable, "-c", attempt], check=False, capture_output=True)
        assert b"BlockingIOError" in ended.stderr
    subprocess.run([sys.executable, "-c", attempt], check=True)


def test_lock_ends_with_an_error(file: Path) -> None:
    """Whatever happens in the block, the next one gets the key."""
    signer = Signer.open(file)
    with pytest.raises(ZeroDivisionError), signer.locked():
        raise ZeroDivisionError
    with signer.locked():
        pass


def test_memory_of_ones_own(file: Path) -> None:
    """A signer takes any object with the three methods for its memory."""
    memories: list[Memory] = [ProcessMemory(), FileMemory(file)]
    signer = Signer(KEY, memory=memories[0])
    assert signer.recall() is None
    with signer.locked():
        signer.remember(signed_by(KEY))
    assert signer.recall() == signed_by(KEY)
