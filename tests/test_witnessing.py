"""Witnesses are asked as C2SP tlog-witness has it, and nothing that they answer is trusted."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias, cast

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import evledger
from evledger import GapNoted, Plugins
from evledger.checkpoints import Checkpoint, open_checkpoint
from evledger.exceptions import Broken, Invalid, NotFound, Refused
from evledger.notes import (
    COSIGNATURE,
    NoteSignature,
    SignedNote,
    SigningKey,
    VerifierKey,
    decode_base64,
    encode_base64,
)
from evledger.proofs.stored import StoredTree
from evledger.proofs.witnessing import Witness, cosign
from evledger.stores import Backend
from evledger.stores.kept import tile_name
from evledger.tree import EMPTY_ROOT, consistency_proof, verify_consistency

ORIGIN = "example.org/tea"
LOG = SigningKey(ORIGIN, b"\1" * 32)
ALICE, BOB = (SigningKey(f"witness.example/{name}", name.encode() * 8) for name in ("alic", "bobb"))
SIZE = 300


def key_of(witness: SigningKey) -> VerifierKey:
    """Return the key by which a witness's cosignatures are verified."""
    return VerifierKey(witness.name, COSIGNATURE, witness.verifier.public)


def line_by(witness: SigningKey, text: str, seconds: int) -> str:
    """Cosign a checkpoint's text at a time, as C2SP tlog-cosignature has it."""
    signed = witness.sign(f"cosignature/v1\ntime {seconds}\n{text}").signatures[0].data
    data = struct.pack(">Q", seconds) + signed
    return f"{NoteSignature(witness.name, key_of(witness).id, data)}\n"


@attrs.frozen
class Signed:
    """A ledger whose checkpoints are signed and kept by hand."""

    backend: Backend
    tree: StoredTree

    def note(self, size: int) -> SignedNote:
        """Sign the checkpoint of some size, and keep it where it is not kept yet."""
        self.tree.grow(size)
        note = LOG.sign(Checkpoint(ORIGIN, size, self.tree.root(size)).text)
        name = f"checkpoint/{size:020d}"
        self.backend.keep("tea", {name: str(note).encode()}, {name: None})
        return note

    def cosign(self, size: int, url: str, *, key: SigningKey = ALICE, timeout: float = 60.0) -> str:
        """Have the checkpoint of some size cosigned."""
        witness = Witness(url, key_of(key))
        note = self.note(size)
        return str(cosign(self.backend, "tea", self.tree, note, witness, timeout=timeout))

    def kept(self, size: int) -> str:
        """Return the checkpoint of some size, as it is kept."""
        name = f"checkpoint/{size:020d}"
        return self.backend.kept("tea", [name])[name].decode()


@contextlib.contextmanager
def a_ledger() -> Generator[Signed]:
    """Give a ledger of 300 records."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        tea = store.create("tea", title="Tea", by="curator")
        tea.append(*(GapNoted(id=f"g{n}", text="?") for n in range(1, SIZE)), by="curator")
        yield Signed(store.backend, StoredTree(store.backend, "tea"))


@pytest.fixture
def tea() -> Iterator[Signed]:
    """Yield a ledger of 300 records."""
    with a_ledger() as signed:
        yield signed


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask this machine itself, whatever stands between it and the world."""
    monkeypatch.setenv("NO_PROXY", "*")


# -- a server that plays a script --------------------------------------------------------


@attrs.frozen
class Asked:
    """A request that came in."""

    path: str
    body: bytes
    headers: dict[str, str]

    @property
    def parts(self) -> tuple[int, list[bytes], str]:
        """The old size, the proof and the checkpoint of a request to cosign."""
        head, note = self.body.decode().split("\n\n", 1)
        old, *proof = head.split("\n")
        return int(old.removeprefix("old ")), [decode_base64(line) for line in proof], note


@attrs.frozen
class Reply:
    """What is answered: a status, a body, and further headers."""

    status: int = 200
    body: str | bytes | Iterable[bytes] = ""
    headers: dict[str, str] = attrs.field(factory=dict[str, str])


Script: TypeAlias = Callable[[Asked], Reply | None]
"""Gives the answer to a request; ``None`` resets the connection."""


class Service(ThreadingHTTPServer):
    """Plays a script on this machine."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = script
        self.asked: list[Asked] = []
        self.is_over = threading.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""


class Handler(BaseHTTPRequestHandler):
    """Answers as the script says."""

    def do_POST(self) -> None:
        """Play the script."""
        service = cast("Service", self.server)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        asked = Asked(self.path, body, {k.lower(): v for k, v in self.headers.items()})
        service.asked.append(asked)
        if (reply := service.script(asked)) is None:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        whole = reply.body.encode() if isinstance(reply.body, str) else reply.body
        with contextlib.suppress(OSError):  # whoever asked has heard enough
            for part in [whole] if isinstance(whole, bytes) else whole:
                self.wfile.write(part)

    do_GET = do_POST  # noqa: N815  # http.server looks for this name

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # as http.server calls it
        """Say nothing."""


@contextlib.contextmanager
def serving(script: Script) -> Generator[Service]:
    """Serve a script."""
    with Service(script) as service:
        thread = threading.Thread(target=service.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield service
        finally:
            service.is_over.set()
            service.shutdown()
            thread.join()


def stands_at(size: object) -> Reply:
    """Answer that another size was cosigned last."""
    return Reply(409, f"{size}\n", {"Content-Type": "text/x.tlog.size"})


class Honest:
    """Does what C2SP tlog-witness asks of a witness."""

    def __init__(self, key: SigningKey = ALICE, size: int = 0, root: bytes = EMPTY_ROOT) -> None:
        self.key = key
        self.size = size
        self.root = root

    def __call__(self, asked: Asked) -> Reply:
        """Cosign what extends everything seen before."""
        old, proof, note = asked.parts
        checkpoint = open_checkpoint(note, [LOG.verifier]).checkpoint
        if old != self.size:
            return stands_at(self.size)
        verify_consistency(old, checkpoint.size, self.root, checkpoint.root, proof)
        self.size, self.root = checkpoint.size, checkpoint.root
        return Reply(body=line_by(self.key, checkpoint.text, int(time.time())))


# -- what is asked, and kept -------------------------------------------------------------

SIZES = st.integers(1, SIZE)


@settings(max_examples=15)
@given(seen=st.integers(0, SIZE), size=SIZES)
def test_any_growth_is_cosigned(seen: int, size: int) -> None:
    """Whatever size a witness stands at, it is shown that ours extends it, and cosigns."""
    seen, size = sorted((seen, size))
    with a_ledger() as tea, serving(Honest(size=seen, root=tea.tree.root(0))) as service:
        tea.tree.grow(SIZE)
        service.script = Honest(size=seen, root=tea.tree.root(seen))
        note = tea.cosign(size, service.url)
        vouched = open_checkpoint(note, [LOG.verifier], witnesses=[key_of(ALICE)])
        assert vouched.checkpoint.size == size
        assert tea.kept(size) == note
        assert [each.parts[0] for each in service.asked] == list(dict.fromkeys([0, seen]))


@settings(max_examples=15)
@given(st.lists(SIZES, min_size=2, max_size=5, unique=True).map(sorted))
def test_no_question_twice(sizes: list[int]) -> None:
    """A witness is asked once for each checkpoint, from the size it is known to stand at."""
    with a_ledger() as tea, serving(Honest()) as service:
        for size in [*sizes, *sizes]:
            tea.cosign(size, service.url)
        assert [each.parts[0] for each in service.asked] == [0, *sizes[:-1]]


@given(st.integers(0, 2**62), st.integers(0, 2**62))
@example(2**62 - 1, 2**62)
def test_proofs_are_short(one: int, other: int) -> None:
    """Between any two sizes that a ledger can have, a proof fits in the 63 lines allowed."""
    proof = consistency_proof(lambda _height, _index: bytes(32), *sorted((one, other)))
    assert len(proof) <= 63


def test_request_to_the_byte(tea: Signed) -> None:
    """What is posted is the old size, the proof, an empty line and the kept checkpoint."""
    note = tea.note(7)
    with serving(Honest(size=3, root=tea.tree.root(3))) as service:
        tea.cosign(7, service.url)
        second = service.asked[1]
    proof = "".join(f"{encode_base64(digest)}\n" for digest in tea.tree.consistency(3, 7))
    assert second.body == f"old 3\n{proof}\n{note}".encode()
    assert second.headers["content-length"] == str(len(second.body))


@pytest.mark.parametrize("prefix", ["", "/", "/log/v1", "/log/v1/"])
def test_url_with_and_without_a_path(tea: Signed, prefix: str) -> None:
    """The call is appended to the submission prefix, however that ends."""
    with serving(Honest()) as service:
        tea.cosign(9, service.url + prefix)
        assert [each.path for each in service.asked] == [f"{prefix.rstrip('/')}/add-checkpoint"]


def test_two_witnesses(tea: Signed) -> None:
    """Cosignatures of several witnesses are kept side by side, and the log's with them."""
    with serving(Honest()) as one, serving(Honest(BOB)) as other:
        tea.cosign(9, one.url)
        note = tea.cosign(9, other.url, key=BOB)
    assert [each.name for each in SignedNote.parse(note).signatures] == [
        ORIGIN,
        ALICE.name,
        BOB.name,
    ]
    assert tea.kept(9) == note


def test_a_witness_that_forgot(tea: Signed) -> None:
    """A witness that stands further back than it once did is shown the growth from there."""
    with serving(Honest()) as service:
        tea.cosign(100, service.url)
        service.script = Honest(size=40, root=tea.tree.root(40))
        tea.cosign(200, service.url)
        assert [each.parts[0] for each in service.asked] == [0, 100, 40]


def test_a_forged_cosignature_in_the_store(tea: Signed) -> None:
    """A kept line in a witness's name that it never signed does not count as its cosignature."""
    note = tea.note(50)
    forged = line_by(BOB, note.text, 1).replace(BOB.name, ALICE.name)
    forged = str(NoteSignature(ALICE.name, key_of(ALICE).id, NoteSignature.parse(forged[:-1]).data))
    tea.backend.keep("tea", {f"checkpoint/{50:020d}": f"{note}{forged}\n".encode()})
    with serving(Honest()) as service:
        tea.cosign(60, service.url)
        assert [each.parts[0] for each in service.asked] == [0]


# -- what is refused before anything is asked --------------------------------------------


def test_a_checkpoint_that_is_not_kept(tea: Signed) -> None:
    """No witness sees a checkpoint that this store did not keep."""
    note = LOG.sign(Checkpoint(ORIGIN, 5, bytes(32)).text)
    with serving(Honest()) as service:
        witness = Witness(service.url, key_of(ALICE))
        with pytest.raises(NotFound, match="no checkpoint of 5 "):
            cosign(tea.backend, "tea", tea.tree, note, witness)
        tea.note(5)
        with pytest.raises(Refused, match="keeps another checkpoint of 5 records"):
            cosign(tea.backend, "tea", tea.tree, note, witness)
        assert service.asked == []


def test_damage_is_not_shown_to_a_witness(tea: Signed) -> None:
    """A damaged tile is found before the proof leaves, where a witness would take it for a fork."""
    note = tea.note(SIZE)
    tile = tea.backend.kept("tea", [tile_name(0, 0)])[tile_name(0, 0)]
    tea.backend.keep("tea", {tile_name(0, 0): bytes(32) + tile[32:]})
    with serving(lambda _asked: stands_at(1)) as service:
        witness = Witness(service.url, key_of(ALICE))
        with pytest.raises(Broken, match="evledger reindex"):
            cosign(tea.backend, "tea", StoredTree(tea.backend, "tea"), note, witness)
        assert [each.parts[0] for each in service.asked] == [0]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "witness.example",
        "ftp://witness.example/",
        "file:///etc/passwd",
        "https:///log",
        "https://w.example/?token=hunter2",
        "https://w.example/#hunter2",
        "https://w.example:port/",
        "https://w.example/a\nb",
        "https://w.example/a b",
        "https://[::1/",
    ],
)
def test_urls_that_are_none(url: str) -> None:
    """What is no address of a witness is refused, and no query is repeated."""
    with pytest.raises(Invalid, match="expected its submission prefix") as raised:
        Witness(url, key_of(ALICE))
    assert "hunter2" not in str(raised.value)


def test_the_key_of_a_log() -> None:
    """A log's key is refused in the place of a witness's."""
    with pytest.raises(Invalid, match="key of a log"):
        Witness("https://w.example", LOG.verifier)


def test_key_of_a_witness() -> None:
    """A witness's key is given as a key or as its text, and as nothing else."""
    key = key_of(ALICE)
    given: Any
    for given in (key, str(key), f"{key}\n"):
        assert Witness("https://w.example", given).key == key
    for given in (None, b"a+b+c", ALICE, [key]):
        with pytest.raises(Invalid, match="expected a verifier key or its text"):
            Witness("https://w.example", given)


# -- sizes -------------------------------------------------------------------------------


def test_another_size_for_ever(tea: Signed) -> None:
    """A witness that names another size each time is asked three times, and then refused."""
    sizes = iter(range(1, 100))
    with serving(lambda _asked: stands_at(next(sizes))) as service:
        with pytest.raises(Refused, match=r"at every attempt .* last 3; .* try again"):
            tea.cosign(200, service.url)
        assert len(service.asked) == 3


def test_an_older_state(tea: Signed) -> None:
    """Where a witness has cosigned more than the ledger ever signed, that is said."""
    with (
        serving(lambda _asked: stands_at(70_000)) as service,
        pytest.raises(Refused, match=r"cosigned 70,000 records .* restored backup"),
    ):
        tea.cosign(200, service.url)


def test_an_earlier_checkpoint(tea: Signed) -> None:
    """A witness does not go back to a checkpoint before one of ours that it has cosigned."""
    with serving(Honest()) as service:
        tea.cosign(200, service.url)
        with pytest.raises(Refused, match=r"cosigned 200 records .* already.*latest"):
            tea.cosign(100, service.url)


@pytest.mark.parametrize(
    "body", ["", "7", "-1\n", "01\n", "+7\n", "7 \n", "7\n7\n", "7\r\n", "²\n", f"{10**30}\n"]
)
def test_a_size_that_is_none(tea: Signed, body: str) -> None:
    """A conflict that does not name a size as it must is refused."""
    reply = Reply(409, body, {"Content-Type": "text/x.tlog.size"})
    with serving(lambda _asked: reply) as service:
        with pytest.raises(Refused, match="does not say what size"):
            tea.cosign(9, service.url)
        assert len(service.asked) == 1


def test_a_size_of_another_type(tea: Signed) -> None:
    """A conflict that is not marked as a size is not taken for one."""
    with (
        serving(lambda _asked: Reply(409, "7\n", {"Content-Type": "text/plain"})) as service,
        pytest.raises(Refused, match="does not say what size"),
    ):
        tea.cosign(9, service.url)


# -- refusals ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (400, "malformed"),
        (403, "trusts no key that signed this checkpoint of example.org/tea; compare"),
        (404, "does not know the log example.org/tea, or is not at this address"),
        (422, "another history of example.org/tea, .* sign nothing more"),
        (429, r"cannot answer now \(HTTP 429\); try again later"),
        (500, r"cannot answer now \(HTTP 500\); try again later"),
        (503, r"cannot answer now \(HTTP 503\); try again later"),
        (599, r"cannot answer now \(HTTP 599\); try again later"),
        (201, "answers HTTP 201, as no witness does"),
        (204, "answers HTTP 204, as no witness does"),
        (401, "answers HTTP 401, as no witness does"),
        (418, "answers HTTP 418, as no witness does"),
    ],
)
def test_each_refusal_says_what_it_means(tea: Signed, status: int, sentence: str) -> None:
    """What a status means to a person is said, with the witness's name and address."""
    with serving(lambda _asked: Reply(status)) as service:
        named = re.escape(f"witness {ALICE.name} at {service.url}")
        with pytest.raises(Refused, match=f"{named} .*{sentence}"):
            tea.cosign(9, service.url)
        assert tea.kept(9) == str(tea.note(9))
        assert len(service.asked) == 1


def test_the_witness_has_its_say(tea: Signed) -> None:
    """What a witness says is shown on one line, cut, and with nothing in it that steers."""
    body = f"not\x1b[31m\n\u202e this one {'x' * 1_000}"
    with (
        serving(lambda _asked: Reply(403, body)) as service,
        pytest.raises(Refused, match="it says: not") as raised,
    ):
        tea.cosign(9, service.url)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 600


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(tea: Signed, status: int) -> None:
    """A checkpoint goes nowhere but where it was sent, and where it should go is said."""
    with serving(Honest()) as other:
        moved = Reply(status, "", {"Location": f"{other.url}/new/add-checkpoint?token=hunter2"})
        with (
            serving(lambda _asked: moved) as service,
            pytest.raises(Refused, match=f"redirects to {other.url}/new") as raised,
        ):
            tea.cosign(9, service.url)
        assert other.asked == []
    assert "hunter2" not in str(raised.value)


# -- answers that are no cosignatures ----------------------------------------------------


def answering(answer: Callable[[str], Reply]) -> Script:
    """Answer with what is made of the text of the checkpoint."""
    return lambda asked: answer(SignedNote.parse(asked.parts[2]).text)


def now() -> int:
    """Return the time in whole seconds."""
    return int(time.time())


def flipped(text: str) -> str:
    """Cosign, with a bit of the signature flipped."""
    line = NoteSignature.parse(line_by(ALICE, text, now()).removesuffix("\n"))
    return f"{attrs.evolve(line, data=line.data[:-1] + bytes([line.data[-1] ^ 1]))}\n"


def short(text: str) -> str:
    """Cosign, without the time."""
    line = NoteSignature.parse(line_by(ALICE, text, now()).removesuffix("\n"))
    return f"{attrs.evolve(line, data=line.data[8:])}\n"


ANSWERS: dict[str, tuple[Callable[[str], str | bytes], str]] = {
    "nothing": (lambda _text: "", "newline"),
    "an empty line": (lambda _text: "\n", "not a signature line"),
    "a word": (lambda _text: "no\n", "not a signature line"),
    "a word after it": (lambda text: line_by(ALICE, text, now()) + "no\n", "not a signature line"),
    "bytes": (lambda _text: b"\xff\n", "not UTF-8"),
    "no newline": (lambda text: line_by(ALICE, text, now()).removesuffix("\n"), "newline"),
    "it twice": (lambda text: line_by(ALICE, text, now()) * 2, "more than once"),
    "another witness's": (lambda text: line_by(BOB, text, now()), f"signed as {BOB.name}"),
    "the log's own": (lambda text: f"{LOG.sign(text).signatures[0]}\n", f"signed as {ORIGIN}"),
    "of another root": (
        lambda text: line_by(ALICE, text.replace("9", "8", 1), now()),
        "not over this text",
    ),
    "a flipped bit": (flipped, "not over this text"),
    "without a time": (short, "not a cosignature"),
    "of no time": (lambda text: line_by(ALICE, text, 0), "1970-01-01"),
    "of the past": (lambda text: line_by(ALICE, text, now() - 200_000), "one of the two is wrong"),
    "of the future": (lambda text: line_by(ALICE, text, now() + 200_000), "one of the two is"),
    "of no year": (lambda text: line_by(ALICE, text, 2**63), "dated"),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_answers_that_are_no_cosignature(tea: Signed, kind: str) -> None:
    """Nothing is kept but one line by the known key, over this checkpoint, of about this time."""
    answer, why = ANSWERS[kind]
    with serving(answering(lambda text: Reply(body=answer(text)))) as service:
        with pytest.raises(Refused, match=f"no cosignature that can be kept: .*{why}"):
            tea.cosign(9, service.url)
        assert tea.kept(9) == str(tea.note(9))


def test_lines_of_other_keys_are_left_out(tea: Signed) -> None:
    """Beside the line of the known key there may be others, of whatever kind, and none is kept."""
    large = f"{NoteSignature(ALICE.name, b'MLDS', bytes(2_428))}\n"

    def answer(text: str) -> Reply:
        return Reply(body=large + line_by(ALICE, text, now()) + line_by(BOB, text, now()))

    with serving(answering(answer)) as service:
        note = SignedNote.parse(tea.cosign(9, service.url))
    assert [each.key_id for each in note.signatures] == [LOG.verifier.id, key_of(ALICE).id]


@pytest.mark.parametrize("status", [200, 403, 409])
def test_an_answer_without_an_end(tea: Signed, status: int) -> None:
    """An answer is read up to 64 KiB, whatever follows."""

    def endless(service: Service) -> Iterator[bytes]:
        while not service.is_over.is_set():
            yield b"x" * 4_096

    with serving(lambda _asked: Reply(status, endless(service))) as service:
        with pytest.raises(Refused) as raised:
            tea.cosign(9, service.url)
        assert ("65,536 bytes" in str(raised.value)) == (status == 200)


def test_nothing_is_unpacked(tea: Signed) -> None:
    """An answer that comes packed, though none was asked for, is not unpacked."""
    packed = Reply(200, b"\x1f\x8b\x08\xff", {"Content-Encoding": "gzip"})
    with serving(lambda _asked: packed) as service:
        with pytest.raises(Refused, match="not UTF-8"):
            tea.cosign(9, service.url)
        assert service.asked[0].headers["accept-encoding"] == "identity"


# -- no answer ---------------------------------------------------------------------------


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_nobody_there(tea: Signed) -> None:
    """Where nothing listens, that is said, and what to do."""
    with pytest.raises(Refused, match=r"cannot be reached.*try again later"):
        tea.cosign(9, f"http://127.0.0.1:{free_port()}")


def test_a_name_that_is_none(tea: Signed) -> None:
    """A host name that cannot be one is told as any other that is not reached."""
    with pytest.raises(Refused, match="cannot be reached"):
        tea.cosign(9, f"http://{'a' * 70}.invalid/")


def test_a_connection_that_breaks(tea: Signed) -> None:
    """A connection that is reset is told, and what to do."""
    with (
        serving(lambda _asked: None) as service,
        pytest.raises(Refused, match=r"broke off.*try again later"),
    ):
        tea.cosign(9, service.url)


def test_an_answer_cut_short(tea: Signed) -> None:
    """An answer that ends before it said it would is not taken for a whole one."""

    def cut(text: str) -> Reply:
        return Reply(body=line_by(ALICE, text, now()), headers={"Content-Length": "1000"})

    with serving(answering(cut)) as service, pytest.raises(Refused, match="broke off"):
        tea.cosign(9, service.url)
    assert tea.kept(9) == str(tea.note(9))


def drip(service: Service) -> Iterator[bytes]:
    """Send a byte now and then, for ever."""
    while not service.is_over.wait(0.02):
        yield b"x"


def silence(service: Service) -> Iterator[bytes]:
    """Send nothing, for ever."""
    service.is_over.wait()
    yield b""


@pytest.mark.parametrize("body", [drip, silence])
def test_an_answer_that_takes_for_ever(
    tea: Signed, body: Callable[[Service], Iterator[bytes]]
) -> None:
    """Whether a witness is silent or merely slow, it is waited for as long as was said."""
    with (
        serving(lambda _asked: Reply(200, body(service))) as service,
        pytest.raises(Refused, match=r"did not answer within 0.3 seconds; try again later"),
    ):
        tea.cosign(9, service.url, timeout=0.3)


def test_failed_once_and_asked_again(tea: Signed) -> None:
    """After any failure the same question can be asked again."""
    replies = iter([Reply(503), None, stands_at("x")])
    with serving(lambda _asked: next(replies)) as service:
        for _ in range(3):
            with pytest.raises(Refused):
                tea.cosign(9, service.url)
        service.script = Honest()
        assert ALICE.name in tea.cosign(9, service.url)


# -- secrets, and what may be missing ----------------------------------------------------


@pytest.mark.parametrize(
    "reply", [Reply(404), Reply(302, "", {"Location": "/x"}), Reply(200, "no"), Reply(409), None]
)
def test_no_credentials_in_messages(tea: Signed, reply: Reply | None) -> None:
    """A user and password in the address reach the witness, and no message."""
    with serving(lambda _asked: reply) as service:
        url = service.url.replace("//", "//me:hunter2@")
        with pytest.raises(Refused) as raised:
            tea.cosign(9, url)
        assert service.asked[0].headers["authorization"].startswith("Basic ")
    shown = str(raised.value) + repr(Witness(url, key_of(ALICE)))
    assert "hunter2" not in shown
    assert service.url in shown


def test_without_httpx(tea: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the extra is not installed, the message says how to install it."""
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(Refused, match=r"pip install 'evidence-ledger\[publish\]'"):
        tea.cosign(9, "https://w.example")


def test_a_proxy_that_is_none(tea: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that cannot be used is told without its password."""
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("ALL_PROXY", "gopher://me:hunter2@127.0.0.1:1")
    with pytest.raises(Refused, match="proxy that the environment names") as raised:
        tea.cosign(9, "https://w.example")
    assert "hunter2" not in str(raised.value)
