"""Places that are published at: whole files, paths that stay inside, addresses without secrets."""

from __future__ import annotations

import os
import re
import secrets
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid, NotFound, StoreError
from evledger.proofs.targets import Folder, Target, open_source, open_target

PATHS = ("checkpoint", "tile/0/x001/234", "tile/entries/000.p/7", "proofs/c12.tlog-proof")
OUTSIDE = ["../checkpoint", "/etc/passwd", "tile/../../x", "tile//0", "", ".hidden", "a/.b", "a\\b"]


@pytest.fixture(params=["folder", "file", "memory", "s3"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Target:
    """Return an empty place of each kind."""
    if request.param == "s3":
        return open_target(request.getfixturevalue("bucket")())
    return open_target(
        {
            "folder": str(tmp_path / "log"),
            "file": (tmp_path / "a log").as_uri(),
            "memory": f"memory://{secrets.token_hex(8)}/log",
        }[request.param]
    )


# -- every kind --------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("data", [b"", b"\n", bytes(range(256)) * 300], ids=len)
def test_what_is_written_is_read(target: Target, path: str, data: bytes) -> None:
    """A file is as it was written, and may be written anew."""
    assert target.read(path, 100) is None
    target.write(path, b"before")
    target.write(path, data)
    target.settle()
    assert (target.read(path, len(data)) or b"") == data


def test_only_so_much_is_read(target: Target) -> None:
    """Of a file that is longer than the limit, one byte more tells so."""
    target.write("checkpoint", b"0123456789")
    assert target.read("checkpoint", 10) == b"0123456789"
    assert target.read("checkpoint", 9) == b"0123456789"
    assert target.read("checkpoint", 4) == b"01234"


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("place", ["log", "memory://outside/log"])
def test_no_path_leads_out(
    place: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path that could lead out of the place, or hide in it, is refused."""
    monkeypatch.chdir(tmp_path)
    target = open_target(place)
    with pytest.raises(Invalid, match="no path within a log"):
        target.write(path, b"")
    with pytest.raises(Invalid, match="no path within a log"):
        target.read(path, 1)


@given(path=st.text("abx0./\\~:%\x00\n -é", max_size=12))
def test_no_text_leads_out(tmp_path_factory: pytest.TempPathFactory, path: str) -> None:
    """Whatever a path is, what is written is within the place."""
    around = tmp_path_factory.mktemp("around")
    with suppress(Invalid):
        Folder(around / "log").write(path, b"x")
    assert {each.name for each in around.iterdir()} <= {"log"}


# -- a folder ----------------------------------------------------------------------------


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    """While a file is written again and again, whoever reads it sees one state or the other."""
    folder = Folder(tmp_path)
    states = {bytes([65 + n]) * (1 << n + 8) for n in range(10)}
    folder.write("checkpoint", min(states))
    ended = threading.Event()

    def write() -> None:
        for _ in range(10):
            for state in states:
                folder.write("checkpoint", state)
        ended.set()

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    seen: set[bytes | None] = set()
    while not ended.is_set():
        seen.add(folder.read("checkpoint", 1 << 20))
    for writer in writers:
        writer.join()
    assert seen <= states
    assert [each.name for each in tmp_path.iterdir()] == ["checkpoint"]


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    """Where a file cannot take its place, nothing of it is left, and the message says where."""
    (tmp_path / "tile").write_text("in the way")
    (tmp_path / "checkpoint" / "x").mkdir(parents=True)
    folder = Folder(tmp_path)
    with pytest.raises(StoreError, match="tile/0/000 cannot be written: "):
        folder.write("tile/0/000", b"x")
    with pytest.raises(StoreError, match="checkpoint cannot be written: "):
        folder.write("checkpoint", b"x")
    assert {each.name for each in tmp_path.iterdir()} == {"checkpoint", "tile"}


def test_files_are_served_to_anyone(tmp_path: Path) -> None:
    """What is published may be read by whom the umask lets, and not by its owner alone."""
    script = (
        "import os, sys; os.umask(0o022); from evledger.proofs.targets import Folder; "
        "Folder(sys.argv[1]).write('checkpoint', b'x')"
    )
    subprocess.run([sys.executable, "-c", script, tmp_path], check=True)
    assert stat.S_IMODE((tmp_path / "checkpoint").stat().st_mode) == 0o644


@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_only_plain_files_are_read(tmp_path: Path, kind: str) -> None:
    """A pipe would wait for ever, and a device never end: neither is read."""
    if kind == "pipe":
        os.mkfifo(tmp_path / "checkpoint")
    elif kind == "folder":
        (tmp_path / "checkpoint").mkdir()
    else:
        (tmp_path / "checkpoint").symlink_to("/dev/zero")
    with pytest.raises(StoreError, match="is not a plain file"):
        Folder(tmp_path).read("checkpoint", 10)


def test_everything_is_durable_before_settle_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file is synced before it takes its place, and at the end every folder up to the log."""
    synced: list[str] = []

    def sync(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))

    monkeypatch.setattr(os, "fsync", sync)
    log = Folder(tmp_path / "new" / "log")
    log.write("tile/0/000", b"x")
    (part,) = synced
    assert part.endswith(".part")
    log.settle()
    expected = [f"{tmp_path}/new/log{each}" for each in ("", "/tile", "/tile/0")]
    assert set(expected) | {f"{tmp_path}/new", f"{tmp_path}"} <= set(synced)
    synced.clear()
    log.settle()
    assert synced == []


# -- addresses ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("", "a place is a folder or an address"),
        (" \t", "a place is a folder or an address"),
        ("log\n", "a place is a folder or an address"),
        ("s3:bucket/log", "goes on with //"),
        ("simplecache::s3://bucket/log", "goes on with //"),
        ("s3://bucket/log::memory://x", "goes on with //"),
        ("s3://", "names no place in the store"),
        ("s3://bucket/log?versionId=1", "neither '\\?' nor '#'"),
        ("file://elsewhere/log", "is no folder of this machine"),
        ("https://example.org/log", "nothing can be published over https"),
        ("sftp://example.org/log", "not known to write a file wholly"),
        ("nonsense://example.org/log", "not known to write a file wholly"),
    ],
)
def test_odd_targets_are_refused(place: str, said: str) -> None:
    """What is no place to publish at is refused, with what to write instead."""
    with pytest.raises(Invalid, match=said):
        open_target(place)


@pytest.mark.parametrize("scheme", ["s3", "sftp", "https", "memory", "nonsense"])
def test_passwords_are_not_taken_and_not_repeated(scheme: str) -> None:
    """An address with a password in it is refused, in words that do not show it."""
    for opened in (open_target, open_source):
        with pytest.raises(Invalid) as caught:
            opened(f"{scheme}://me:hunter2@example.org/log?token=hunter2")
        assert "hunter2" not in str(caught.value)
        assert "password" in str(caught.value)


def test_a_file_is_no_target(tmp_path: Path) -> None:
    """A file in the place of the folder is told at once."""
    (tmp_path / "log").write_text("x")
    with pytest.raises(StoreError, match="log is not a folder"):
        open_target(tmp_path / "log")
    with pytest.raises(NotFound, match="there is no folder"):
        open_source(tmp_path / "log")


def test_unknown_schemes_are_no_sources() -> None:
    """What fsspec has no driver for is said to have none."""
    with pytest.raises(Invalid, match="Protocol not known"):
        open_source("nonsense://x/y")


@pytest.mark.parametrize(
    ("missing", "place", "said"),
    [
        ("fsspec", "memory://x", r"pip install 'evidence-ledger\[publish\]'"),
        ("s3fs", "s3://bucket/log", "Install s3fs"),
        ("httpx", "https://example.org/log", r"pip install 'evidence-ledger\[publish\]'"),
    ],
)
def test_missing_packages_are_named(missing: str, place: str, said: str) -> None:
    """Where a package is missing, the message says what to install."""
    script = (
        "import sys; from evledger import Refused; from evledger.proofs.targets import open_source"
        "\nsys.modules[sys.argv[1]] = None"
        "\ntry: open_source(sys.argv[2])"
        "\nexcept Refused as error: print(error)"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, missing, place], check=True, capture_output=True, text=True
    )
    assert re.search(said, told.stdout)


# -- S3 ----------------------------------------------------------------------------------


def test_a_missing_bucket_is_told(bucket: Callable[[], str]) -> None:
    """Nothing can be read from a bucket that is not there, and writing into it says so."""
    bucket()
    target = open_target("s3://there-is-no-such-bucket/log")
    assert target.read("checkpoint", 10) is None
    with pytest.raises(StoreError, match=r"checkpoint cannot be written: .*bucket"):
        target.write("checkpoint", b"x")


def test_objects_say_how_they_are_served(bucket: Callable[[], str]) -> None:
    """Tiles may be kept by caches for ever, and the checkpoint for moments."""
    import boto3  # type: ignore[import-untyped]  # noqa: PLC0415  # the server brings it

    place = bucket()
    target, client = open_target(place), cast("Any", boto3).client("s3")
    heads: dict[str, dict[str, str]] = {}
    for path in ("tile/0/000", "checkpoint", "article.md", "article.json"):
        target.write(path, b"x")
        heads[path] = client.head_object(Bucket=place.split("/")[2], Key=f"logs/tea/{path}")
    client.close()
    assert {path: head["ContentType"] for path, head in heads.items()} == {
        "tile/0/000": "application/octet-stream",
        "checkpoint": "text/plain; charset=utf-8",
        "article.md": "text/markdown; charset=utf-8",
        "article.json": "application/json",
    }
    assert heads["tile/0/000"]["CacheControl"] == "max-age=31536000, immutable"
    assert heads["checkpoint"]["CacheControl"] == "max-age=5"


def test_what_drivers_say_is_short_and_inert(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver's own words are shortened, and steer no terminal."""
    from fsspec.implementations.memory import (  # type: ignore[import-untyped]  # noqa: PLC0415
        MemoryFileSystem,
    )

    target = open_target("memory://said/log")

    def fail(*_: object, **__: object) -> None:
        raise ValueError("\x1b[31m" + "long " * 1_000)

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", fail)
    with pytest.raises(StoreError) as caught:
        target.write("checkpoint", b"")
    assert len(str(caught.value)) < 300
    assert "\x1b" not in str(caught.value)
