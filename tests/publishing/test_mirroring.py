"""Mirroring: byte for byte what the key signed, whatever the source does."""

from __future__ import annotations

import gzip
import secrets
import shutil
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import Conflict, GapNoted, Invalid, Ledger, NotFound, NotProven, Plugins, StoreError
from evledger.chain import Head
from evledger.checkpoints import Checkpoint, SignedHead
from evledger.notes import SigningKey, VerifierKey
from evledger.proofs.keys import ProcessMemory, Signer
from evledger.proofs.mirroring import fetch_log
from evledger.proofs.publishing import Publication, publish
from evledger.proofs.signing import sign
from evledger.proofs.stored import StoredTree
from evledger.proofs.targets import Folder, Source, open_source
from evledger.proofs.web import Website
from evledger.tree import leaf_hash, make_bundle, tree_root

Create = Callable[..., tuple[Ledger, Signer]]
Grow = Callable[[Ledger, int], None]
Put = Callable[..., Publication]
FAILURES = (Invalid, NotFound, NotProven, StoreError)


class Files(Source):
    """A log in memory."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.name = "somewhere"
        self.files = files

    def read(self, path: str, limit: int) -> bytes | None:
        """Return what is there."""
        data = self.files.get(path)
        return None if data is None else data[: limit + 1]


@attrs.frozen
class Published:
    """A published log.

    Attributes:
        ledger: what was published.
        key: who signed it.
        folder: where it is.
    """

    ledger: Ledger
    key: SigningKey
    folder: Path

    @property
    def keys(self) -> list[VerifierKey]:
        """Who is trusted."""
        return [self.key.verifier]

    @property
    def files(self) -> dict[str, bytes]:
        """What is there, by path."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file()
        }


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """Yield a log of 600 events, published at 300, too; some of its fields are sealed."""
    folder = tmp_path_factory.mktemp("published")
    signer = Signer(SigningKey("example.org/tea", secrets.token_bytes(32)), memory=ProcessMemory())
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger, backend = store.create("tea", title="Tea", by="test"), store.backend
        with ledger.batch(by="test") as batch:
            source = batch.add_source(kind="web-page", title="A page")
            batch.tag_claim(source=source, tier="human", stance="neutral", text="?", quote="Mine.")
        for size in (300, 600):
            start = ledger.head().size
            gaps = (GapNoted(id=f"g{n}", text="?") for n in range(start, size))
            ledger.append(*gaps, by="test")
            signed = sign(backend, "tea", signer, origin=None)
            tree, target = StoredTree(backend, "tea"), Folder(folder)
            publish(backend, "tea", tree, target, signed, keys=[signer.verifier])
        yield Published(ledger, signer.key, folder)


def refused(source: Source, keys: list[VerifierKey], **given: Any) -> Exception:
    """Check that a log is not mirrored, that nothing is left of it, and give why."""
    with TemporaryDirectory() as around:
        with pytest.raises(FAILURES) as caught:
            fetch_log(source, Path(around) / "mirror", keys, **given)
        assert list(Path(around).iterdir()) == []
    return caught.value


# -- what arrives ------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 255, 256, 257, 513])
def test_byte_for_byte(
    create: Create, put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """A mirror's archive is the one that the ledger itself exports."""
    ledger, signer = create(size)
    put(ledger, signer, tmp_path / "log")
    ledger.export(tmp_path / "export")
    monkeypatch.chdir(tmp_path)
    vouched = fetch_log(open_source("log"), "mirror", [signer.verifier])
    assert vouched.head == ledger.head()
    assert vouched.signers == ("example.org/tea",)
    expected = {path.name: path.read_bytes() for path in Path("export").iterdir()}
    assert {path.name: path.read_bytes() for path in Path("mirror").iterdir()} == expected


def test_a_mirror_is_the_ledger(log: Published) -> None:
    """What is taken in has the same head, and says that sealed values are withheld."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        mirror = store.mirror(Folder(log.folder), keys=log.keys)
        assert (mirror.name, mirror.head()) == ("tea", log.ledger.head())
        assert mirror.verify("full", trust=log.ledger.head()).faults == ()
        assert "withheld" in repr(mirror.view().claims["c1"].quote).lower()
        with pytest.raises(Conflict, match="there is a ledger 'tea' already"):
            store.mirror(str(log.folder), keys=log.keys)
        assert store.mirror(str(log.folder), "copy", keys=log.keys).head() == mirror.head()


def test_progress_reaches_the_end(log: Published, tmp_path: Path) -> None:
    """Whoever waits is told how far it has come."""
    told: list[tuple[int, int]] = []
    fetch_log(
        Folder(log.folder),
        tmp_path / "mirror",
        log.keys,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(256, 600), (512, 600), (600, 600)]


def test_the_full_tile_will_do(create: Create, grow: Grow, put: Put, tmp_path: Path) -> None:
    """Where partial tiles were cleared away, the full ones hold what is needed."""
    ledger, signer = create(300)
    put(ledger, signer, tmp_path / "log")
    early = (tmp_path / "log" / "checkpoint").read_bytes()
    head = ledger.head()
    grow(ledger, 600)
    put(ledger, signer, tmp_path / "log")
    for folder in (tmp_path / "log").rglob("*.p"):
        if folder.with_suffix("").exists():
            shutil.rmtree(folder)
    (tmp_path / "log" / "checkpoint").write_bytes(early)
    vouched = fetch_log(Folder(tmp_path / "log"), tmp_path / "mirror", [signer.verifier])
    assert vouched.head == head


def test_a_newer_signed_head_is_no_contradiction(log: Published, tmp_path: Path) -> None:
    """The signed head is written before the checkpoint, so it may be ahead of it."""
    files = log.files
    ahead = SignedHead("example.org/tea", Head(601, "ab" * 32), bytes(32))
    files["signed-head"] = str(log.key.sign(ahead.text)).encode()
    assert fetch_log(Files(files), tmp_path / "1", log.keys).head == log.ledger.head()
    del files["signed-head"]
    assert fetch_log(Files(files), tmp_path / "2", log.keys).head == log.ledger.head()


# -- what is refused ---------------------------------------------------------------------


@settings(max_examples=150)
@given(data=st.data())
def test_one_flipped_bit(log: Published, data: st.DataObject) -> None:
    """Whatever bit of whatever file a source changes, nothing is mirrored."""
    files = {
        path: content
        for path, content in log.files.items()
        if path not in ("tile/0/001.p/44", "tile/entries/001.p/44")  # of the earlier checkpoint
        and not path.startswith("tile/1/000.p/1")
    }
    path = data.draw(st.sampled_from(sorted(files)))
    content = bytearray(files[path])
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    content[bit // 8] ^= 1 << bit % 8
    assert str(refused(Files({**files, path: bytes(content)}), log.keys))


@settings(max_examples=60)
@given(data=st.data())
def test_cut_off_or_too_long(log: Published, data: st.DataObject) -> None:
    """A file that ends too soon, or goes on too long, is found out."""
    files = log.files
    needed = [path for path in files if not path.endswith((".p/44", ".p/1"))]
    path = data.draw(st.sampled_from(sorted(needed)))
    cut = data.draw(st.integers(0, len(files[path]) - 1))
    more = data.draw(st.sampled_from([b"\0", b"\n", b"x" * 70_000, bytes(17 << 20)]))
    for content in (files[path][:cut], files[path] + more):
        assert str(refused(Files({**files, path: content}), log.keys))


def test_every_missing_file_is_named(log: Published) -> None:
    """Where a file is missing that is needed, the message names it."""
    files = log.files
    for path in files.keys() - {"signed-head"}:
        if path.endswith((".p/44", "1/000.p/1")):
            continue
        rest = {name: data for name, data in files.items() if name != path}
        assert path in str(refused(Files(rest), log.keys))


def test_the_message_names_the_place_of_damage(log: Published) -> None:
    """Which tile, or which entry, is not what was signed."""
    files = log.files
    first = files["tile/entries/001"]
    at = first.index(b'"id":"g300"') + 8
    files["tile/entries/001"] = first[:at] + b"4" + first[at + 1 :]
    error = refused(Files(files), log.keys)
    assert isinstance(error, NotProven)
    assert "the log at somewhere was not mirrored: tile/entries/001: entry 300" in str(error)
    files["tile/0/001"] = bytes(8192)
    assert "tile/0/001 does not come to its hash" in str(refused(Files(files), log.keys))


def test_another_history_under_the_checkpoint(
    log: Published, create: Create, put: Put, tmp_path: Path
) -> None:
    """A log that is sound in itself, but is not the one that was signed, is found out."""
    ledger, signer = create(600)
    put(ledger, signer, tmp_path / "log")
    for name in ("checkpoint", "signed-head"):
        (tmp_path / "log" / name).write_bytes(log.files[name])
    error = refused(Folder(tmp_path / "log"), log.keys)
    assert isinstance(error, NotProven)
    assert "the last tiles of the tree of 600 leaves do not come to its root" in str(error)


def test_keys_that_are_not_trusted(log: Published) -> None:
    """Without a key nothing is fetched, and what others signed counts for nothing."""
    assert "at least one verifier key" in str(refused(Files({}), []))
    other = SigningKey("example.org/tea", bytes(32)).verifier
    assert isinstance(refused(Files(log.files), [other]), NotProven)


def test_witnesses_that_must_have_cosigned(log: Published) -> None:
    """A checkpoint that too few witnesses cosigned is not enough."""
    witness = VerifierKey("witness.example/w", 4, SigningKey("w", bytes(32)).verifier.public)
    error = refused(Files(log.files), log.keys, witnesses=[witness])
    assert isinstance(error, NotProven)
    assert "1 witness must have cosigned" in str(error)


def test_a_signed_head_that_contradicts(log: Published) -> None:
    """The signed head of the same size must be the one that the entries come to."""
    files, size = log.files, log.ledger.head().size
    said = SignedHead.parse(files["signed-head"].decode().partition("\n\n")[0] + "\n")
    for lie in (
        attrs.evolve(said, head=Head(size, "ab" * 32)),
        attrs.evolve(said, root=bytes(32)),
    ):
        files["signed-head"] = str(log.key.sign(lie.text)).encode()
        assert "its signed-head says" in str(refused(Files(files), log.keys))
    for stranger in (
        SigningKey("example.org/tea", bytes(32)).sign(said.text),
        log.key.sign(attrs.evolve(said, origin="example.org/coffee").text),
    ):
        files["signed-head"] = str(stranger).encode()
        assert isinstance(refused(Files(files), log.keys), NotProven)


def other_log(key: SigningKey, *entries: bytes) -> Files:
    """Return a sound log of a few entries that are no ledger's."""
    note = key.sign(Checkpoint(key.name, len(entries), tree_root(entries)).text)
    return Files(
        {
            "checkpoint": str(note).encode(),
            f"tile/0/000.p/{len(entries)}": b"".join(map(leaf_hash, entries)),
            f"tile/entries/000.p/{len(entries)}": make_bundle(entries),
        }
    )


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([], "it has no entries"),
        ([b""], "first entry is no event of a ledger"),
        ([b"golang.org/x/mod v0.1.0 h1:abc"], "first entry is no event of a ledger"),
        ([b"\xff\xfe"], "first entry is no event of a ledger"),
        ([b"[" * 5_000], "first entry is no event of a ledger"),
        ([b'{"at":"","by":"","data":{},"type":"gap-noted"}'], "opens no ledger"),
        ([b'{"at":"","by":"","data":{"name":7},"type":"ledger-opened"}'], "opens no ledger"),
        ([b'{"at":"","by":"","data":{"name":"../x"},"type":"ledger-opened"}'], "opens no ledger"),
        ([b'{"at":"","by":"","data":[],"type":"ledger-opened"}'], "opens no ledger"),
        (
            [b'{"at":"","by":"","data":{"name":"tea"},"type":"ledger-opened"}', b"a\nb"],
            "entry 0 is no record of a ledger",
        ),
    ],
)
def test_logs_of_other_things(entries: list[bytes], said: str) -> None:
    """A sound log that is no ledger's is told as such."""
    key = SigningKey("example.org/other", bytes(32))
    error = refused(other_log(key, *entries), [key.verifier])
    assert isinstance(error, Invalid)
    assert said in str(error)


def test_entries_that_are_all_alike(log: Published) -> None:
    """A log may claim any number of equal lines at no cost; its second entry ends it."""
    key = SigningKey("example.org/other", bytes(32))
    opened = log.ledger.record(0).line
    error = refused(other_log(key, opened, opened, opened), [key.verifier])
    assert isinstance(error, Invalid)
    assert "entry 1 says that it is record 0" in str(error)


def test_a_log_that_only_begins_like_a_ledger(log: Published) -> None:
    """Records that break the format's rules are found before anything is taken in."""
    key = SigningKey("example.org/other", bytes(32))
    late = b'{"at":"1970-01-01T00:00:00.000000Z","by":"x","data":{},"n":1,"type":"x:y","v":1}'
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        with pytest.raises(evledger.Broken, match="nothing was restored"):
            store.mirror(other_log(key, log.ledger.record(0).line, late), keys=[key.verifier])
        assert store.ledgers() == []


def test_the_folder_must_be_empty(log: Published, tmp_path: Path) -> None:
    """What is in the folder already stays as it is."""
    (tmp_path / "page-000000.jsonl").write_text("mine")
    with pytest.raises(StoreError, match="is not empty"):
        fetch_log(Folder(log.folder), tmp_path, log.keys)
    with pytest.raises(StoreError, match="cannot be written"):
        fetch_log(Folder(log.folder), tmp_path / "page-000000.jsonl", log.keys)
    assert (tmp_path / "page-000000.jsonl").read_text() == "mine"


def test_a_source_that_hangs(log: Published) -> None:
    """Whoever takes too long for a file is left."""
    hanging = threading.Event()

    class Hanging(Files):
        def read(self, path: str, limit: int) -> bytes | None:
            """Never give entries."""
            if path.startswith("tile/entries"):
                hanging.wait()
            return super().read(path, limit)

    error = refused(Hanging(log.files), log.keys, patience=0.2)
    assert "takes longer than 0.2 seconds for a file" in str(error)
    hanging.set()


# -- over HTTP ---------------------------------------------------------------------------

Behave = Callable[[BaseHTTPRequestHandler, bytes], None]


class Web:
    """A web server that serves files, and does something else for some of them."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.asked: list[str] = []
        self.behave: dict[str, Behave] = {}
        self.ended = threading.Event()
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = self.path.removeprefix("/log/")
                web.asked.append(path)
                data = files.get(path)
                behave = web.behave.get(path) or web.behave.get("*") or plainly
                if data is None:
                    self.send_error(404)
                else:
                    behave(self, data)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients leave
        self.url = f"http://127.0.0.1:{self._server.server_port}/log"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def plainly(handler: BaseHTTPRequestHandler, data: bytes, **headers: str) -> None:
    """Answer as any server does."""
    handler.send_response(200)
    for name, value in {"Content-Length": str(len(data)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(data)


@pytest.fixture
def web(log: Published, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """Yield a web server with the log on it."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    server = Web(log.files)
    yield server
    server.close()


def website(web: Web) -> Website:
    """Return a client that is in a hurry."""
    return Website(web.url, pause=0)


@pytest.mark.parametrize("slash", ["", "/"])
def test_over_http(log: Published, web: Web, tmp_path: Path, slash: str) -> None:
    """A web server's log is mirrored as a folder's is."""
    with open_source(web.url + slash) as source:
        vouched = fetch_log(source, tmp_path / "mirror", log.keys)
    assert vouched.head == log.ledger.head()
    assert len(web.asked) == len(set(web.asked))


def test_packed_with_gzip(log: Published, web: Web, tmp_path: Path) -> None:
    """Servers may pack what they send."""
    web.behave["*"] = lambda handler, data: plainly(
        handler, gzip.compress(data), Content_Encoding="gzip"
    )
    with website(web) as source:
        assert fetch_log(source, tmp_path / "mirror", log.keys).head == log.ledger.head()


BOMB = gzip.compress(bytes(50 << 20))


def bomb(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """Send little that unpacks to very much."""
    plainly(handler, BOMB, Content_Encoding="gzip")


def endless(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    """Send more and more."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(data)


def redirecting(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """Send the client elsewhere."""
    handler.send_response(302)
    handler.send_header("Location", "http://me:hunter2@127.0.0.1:1/elsewhere?token=hunter2")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def truncated(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    """Break off."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data) + 1))
    handler.end_headers()
    handler.wfile.write(data)
    handler.close_connection = True


def unanswering(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """Close the connection."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def unpackable(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    """Send what claims to be packed, and is not."""
    plainly(handler, data, Content_Encoding="gzip")


def half_packed(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    """Send half of what is packed."""
    packed = gzip.compress(data)
    plainly(handler, packed[: len(packed) // 2], Content_Encoding="gzip")


def oddly_packed(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    """Send what nobody asked for."""
    plainly(handler, data, Content_Encoding="br")


def behaviour(behave: Behave | int) -> Behave:
    """Return a behaviour, or that of answering with a status."""
    if not isinstance(behave, int):
        return behave

    def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(behave)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/001", "tile/entries/002.p/88"])
@pytest.mark.parametrize(
    ("behave", "said"),
    [
        (bomb, "has more than|is not a signed note|within entry"),
        (endless, "has more than"),
        (redirecting, "redirects to http://127.0.0.1:1/elsewhere, and redirects are not followed"),
        (truncated, "could not be fetched, in 4 tries"),
        (unanswering, "could not be fetched, in 4 tries"),
        (unpackable, "could not be fetched, in 4 tries: what came is not gzip"),
        (half_packed, "could not be fetched, in 4 tries: what came in gzip broke off"),
        (oddly_packed, "comes packed as 'br'"),
        (503, "could not be fetched, in 4 tries: the server answers HTTP 503"),
        (429, "could not be fetched, in 4 tries: the server answers HTTP 429"),
        (400, "is answered with HTTP 400"),
        (404, "missing|no log is published"),
        (403, "missing|no log is published"),
        (204, "is answered with HTTP 204"),
    ],
)
def test_servers_that_misbehave(
    log: Published, web: Web, path: str, behave: Behave | int, said: str
) -> None:
    """Whatever a server does with one file, the answer is a sentence, and nothing is mirrored."""
    web.behave[path] = behaviour(behave)
    with website(web) as source:
        error = refused(source, log.keys)
    assert any(part in str(error) for part in said.split("|")), error
    assert "hunter2" not in str(error)
    assert len(str(error)) < 500


def test_a_bomb_does_not_go_off(web: Web) -> None:
    """Of what is small when packed and huge when not, no more is unpacked than is wanted."""
    web.behave["checkpoint"] = bomb
    with website(web) as source:
        assert source.read("signed-head", 1_000)
        tracemalloc.start()
        assert source.read("checkpoint", 1_000) == bytes(1_001)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 4 << 20


@pytest.mark.parametrize("behave", [truncated, unanswering, 500, 429])
def test_passing_trouble_passes(log: Published, web: Web, tmp_path: Path, behave: Behave) -> None:
    """What fails once is tried again."""
    failed: set[str] = set()

    def once(handler: BaseHTTPRequestHandler, data: bytes) -> None:
        is_first = handler.path not in failed
        failed.add(handler.path)
        (behaviour(behave) if is_first else plainly)(handler, data)

    web.behave["*"] = once
    with website(web) as source:
        assert fetch_log(source, tmp_path / "mirror", log.keys).head == log.ledger.head()


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/001"])
@pytest.mark.parametrize("drips", ["head", "body"])
def test_servers_that_drip(log: Published, web: Web, path: str, drips: str) -> None:
    """A server that sends a byte now and then, and so never times out, is left."""

    def drip(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"\r\n" if drips == "body" else b""))
        while not web.ended.is_set():
            handler.wfile.write(b"x")
            time.sleep(0.05)

    web.behave[path] = drip
    with website(web) as source:
        error = refused(source, log.keys, patience=0.5)
    assert "takes longer than 0.5 seconds" in str(error)


def test_nobody_is_there() -> None:
    """A server that cannot be reached is told by its address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/log"
        with Website(url, pause=0) as source:
            error = refused(source, [SigningKey("x", bytes(32)).verifier])
    assert f"{url}/checkpoint could not be fetched, in 4 tries" in str(error)


def test_addresses_of_version_6() -> None:
    """An address of IPv6 in its brackets is one; that nobody listens there is another thing."""
    with open_source("http://[::1]:1/log") as source:
        assert source.name == "http://[::1]:1/log"


@pytest.mark.parametrize(
    "url", ["http://", "https:///log", "http://host:99999/log", "http://me@host/log", "http://[::1"]
)
def test_odd_addresses(url: str) -> None:
    """What is no address of the web is refused."""
    with pytest.raises(Invalid, match="the address of a log is as in"):
        open_source(url)


# -- from S3 -----------------------------------------------------------------------------


def test_published_and_mirrored_through_s3(
    create: Create,
    grow: Grow,
    bucket: Callable[[], str],
    tmp_path: Path,
) -> None:
    """A log in an object store is published, brought up to date, and mirrored by its address."""
    ledger, signer = create(300)
    place = bucket()
    for size in (300, 310, 600):
        grow(ledger, size)
        done = ledger.publish(place, signer)
        assert (done.target, done.checkpoint.size) == (place, size)
        assert done.paths[-1] == "checkpoint"
    assert ledger.publish(place, signer).paths == ()
    with evledger.open(tmp_path / "mirror.db", plugins=Plugins.builtin()) as store:
        mirror = store.mirror(place, keys=[signer.verifier])
        assert mirror.head() == ledger.head()
