"""A second verifier, written from docs/format.md alone, agrees with evledger's.

What it decides is decided without evledger:
it shares the JSON, SHA-256, RFC 8785 and BLAKE3 of others, and no line with the library.
"""

from __future__ import annotations

import calendar
import hmac
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from types import NoneType
from typing import Any

import attrs
import pytest
import rfc8785
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import Event, GapNoted, SourceAdded, seal, verify_archive
from evledger.codec import check_line
from evledger.exceptions import Invalid
from evledger.verification import Records, Volume, verify_volume
from evledger.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parents[1]
VECTORS = ROOT / "tests" / "vectors"
GOOD = sorted(path.name for path in (VECTORS / "good").iterdir())
BROKEN = sorted(path.name for path in (VECTORS / "broken").iterdir())

# -- the second verifier -----------------------------------------------------------------


class Unsound(Exception):
    """A fault, placed as exactly as the level can."""

    def __init__(self, level: str, message: str, page: int | None, n: int | None = None) -> None:
        super().__init__(message)
        self.level, self.page, self.n = level, page, n


@attrs.frozen
class Sound:
    """What a sound ledger comes to."""

    head: str
    root: str
    hashes: list[str]


HEADER = re.compile(
    rb'\{"evledger":1,"ledger":"([a-z0-9][a-z0-9-]{0,62})","page":0,"prev":"0{64}"\}\n'
)
AT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
)
ALWAYS = {"at", "by", "data", "n", "type", "v"}
SOMETIMES = {"drops", "keys", "refs", "sealed"}
LARGEST_PAGE = 256 * 65_536 + 256


def check_pages(pages: list[bytes], head: str | None) -> list[str]:
    """Verify at level `chain`; give the hash of every event."""
    hashes: list[str] = []
    prev = "0" * 64
    named = HEADER.match(pages[0]) if pages else None
    if named is None:
        raise Unsound("chain", "no header of page 0", 0)
    for page, text in enumerate(pages):
        header = b'{"evledger":1,"ledger":"%b","page":%d,"prev":"%b"}\n'
        if not text.startswith(header % (named[1], page, prev.encode())):
            raise Unsound("chain", "its header is another", page)
        if not text.endswith(b"\n") or len(text) > LARGEST_PAGE:
            raise Unsound("chain", "no newline at its end, or too long", page)
        count = text.count(b"\n") - 1
        if not (count == 256 or (0 < count < 256 and page == len(pages) - 1)):
            raise Unsound("chain", f"it has {count} lines", page)
        hashes += event_hashes(text)
        prev = hashes[-1]
    if head is not None and head != f"{len(hashes)}-{prev}\n":
        raise Unsound("chain", "HEAD is another", None)
    return hashes


def event_hashes(text: bytes) -> Iterator[str]:
    """Yield the hash of the text from its first byte through each event line."""
    ends = [place + 1 for place, byte in enumerate(text) if byte == 0x0A]
    hasher = blake3(text[: ends[0]])
    for start, end in pairwise(ends):
        hasher.update(text[start:end])
        yield hasher.hexdigest()


def check_records(pages: list[bytes], openings: list[dict[str, Any]]) -> str:
    """Verify what level `full` adds; give the tree's root."""
    ledger = json.loads(pages[0].split(b"\n")[0])["ledger"]
    held: set[str] = set()
    records: list[dict[str, Any]] = []
    leaves: list[bytes] = []
    for text in pages:
        for line in text.split(b"\n")[1:-1]:
            n = len(records)
            try:
                record = parse_line(line)
                check_place(record, n, records[-1]["at"] if n else "", ledger)
                check_names(record, held)
            except (ValueError, RecursionError) as error:
                raise Unsound("full", str(error), n // 256, n) from error
            records.append(record)
            leaves.append(sha256(b"\x00" + line).digest())
    check_openings(records, openings)
    return root_of(leaves).hex()


def need(holds: object, message: str) -> None:
    """Refuse a line of which something does not hold."""
    if not holds:
        raise ValueError(message)


def is_a(value: object, kind: type) -> bool:
    """Return whether JSON gave exactly this: `true` is no integer."""
    return type(value) is kind


def no_fraction(text: str) -> None:
    """Refuse a number that is no integer."""
    need(False, f"the number {text}")  # noqa: FBT003  # never


def parse_line(line: bytes) -> dict[str, Any]:
    """Decode a line, without its newline, and hold it to the rules of lines."""
    need(len(line) <= 65_535, "too long")
    record = json.loads(line.decode("utf-8"), parse_float=no_fraction, parse_constant=no_fraction)
    check_value(record, 0)
    need(rfc8785.dumps(record) == line, "not canonical")
    need(is_a(record, dict), "no object")
    members: dict[str, Any] = record
    need(ALWAYS <= set(members) <= ALWAYS | SOMETIMES, "other members")
    check_members(members)
    return members


def check_value(value: Any, around: int) -> None:
    """Refuse null, large integers, names beyond ASCII and deep nesting."""
    need(not is_a(value, NoneType) and around <= 32, "null, or nested too deeply")
    need(not is_a(value, int) or abs(value) < 2**53, "an integer that is too large")
    need(not is_a(value, dict) or all(name.isascii() for name in value), "a name beyond ASCII")
    inner: Any = value.values() if is_a(value, dict) else value if is_a(value, list) else ()
    for item in inner:
        check_value(item, around + 1)


def check_members(record: dict[str, Any]) -> None:
    """Hold every member to its form."""
    need(all(is_a(record[m], str) for m in ("at", "by", "type")), "no string")
    need(is_a(record["n"], int) and is_a(record["v"], int) and record["v"] >= 1, "n or v")
    need(is_a(record["data"], dict), "data is no object")
    need(is_time(record["at"]), "at")
    need(re.fullmatch(r"[^\x00-\x1f\x7f-\x9f]{1,200}", record["by"]), "by")
    need(re.fullmatch(r"[a-z][a-z0-9-]{0,63}(:[a-z][a-z0-9-]{0,63})?", record["type"]), "type")
    for member in ("drops", "keys", "refs"):
        need(member not in record or are_names(record[member]), member)
    need("sealed" not in record or are_commitments(record["sealed"], record["data"]), "sealed")


def is_time(at: str) -> bool:
    """Return whether this is a time of the format, on a day that there is."""
    match = AT.fullmatch(at)
    if match is None:
        return False
    year, month, day = (int(part) for part in match.groups()[:3])
    return year >= 1970 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def are_names(value: Any) -> bool:
    """Return whether this is an array of distinct names in the order of their bytes."""
    names: list[Any] = value if is_a(value, list) else []
    return (
        len(names) > 0
        and all(is_a(name, str) for name in names)
        and all(re.fullmatch(r"[^\x00-\x20\x7f]+", name) for name in names)
        and all(a.encode() < b.encode() for a, b in pairwise(names))
    )


def are_commitments(value: Any, data: dict[str, Any]) -> bool:
    """Return whether these are commitments to fields that data leaves out."""
    fields: dict[str, Any] = value if is_a(value, dict) else {}
    return (
        len(fields) > 0
        and fields.keys().isdisjoint(data)
        and all(is_a(c, str) and re.fullmatch("[0-9a-f]{64}", c) for c in fields.values())
    )


def check_place(record: dict[str, Any], n: int, before: str, ledger: str) -> None:
    """Check what a line says against where it stands."""
    need(record["n"] == n, "another n")
    need(record["at"] >= before, "a time that goes back")
    need((record["type"] == "ledger-opened") == (n == 0), "event 0, and no other, opens")
    need(n > 0 or record["data"].get("name") == ledger, "another name")


def check_names(record: dict[str, Any], held: set[str]) -> None:
    """Check a line's names against those that are held, and take them in."""
    keys, refs, drops = (set(record.get(member, ())) for member in ("keys", "refs", "drops"))
    need(refs <= held, "a missing ref")
    need(drops <= held | keys, "a missing drop")
    held -= drops
    need(not keys & held, "a duplicate key")
    held |= keys


def check_openings(records: list[dict[str, Any]], openings: list[dict[str, Any]]) -> None:
    """Check every opening, and that nothing erased can be opened."""
    erased = [
        (record["data"].get("n"), record["data"].get("fields", ()))
        for record in records
        if record["type"] == "fields-erased"
    ]
    for opening in openings:
        n: int = opening["n"]
        if not fits(records[n], opening) or any(
            n == which and opening["field"] in fields for which, fields in erased
        ):
            raise Unsound("full", "an opening", n // 256, n)


def fits(record: dict[str, Any], opening: dict[str, Any]) -> bool:
    """Return whether an opening opens its record's commitment."""
    salt, text = bytes.fromhex(opening["salt"]), opening["value"].encode()
    value: list[Any] = json.loads(text)
    return (
        len(salt) == 32
        and rfc8785.dumps(value) == text
        and value[:2] == [record["type"], opening["field"]]
        and hmac.new(salt, text, sha256).hexdigest()
        == record.get("sealed", {}).get(opening["field"])
    )


def root_of(leaves: list[bytes]) -> bytes:
    """Return the root of the tree over leaf hashes, as RFC 6962 defines it."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def read_pages(folder: Path) -> list[bytes]:
    """Read an archive's pages, by the names that they must have."""
    count = len(list(folder.glob("page-*.jsonl")))
    try:
        return [(folder / f"page-{page:06}.jsonl").read_bytes() for page in range(count)]
    except FileNotFoundError as error:
        raise Unsound("chain", str(error), None) from error


def check_archive(folder: Path) -> Sound:
    """Verify an archive with all that lies beside it."""
    pages = read_pages(folder)
    head, vault = folder / "HEAD", folder / "openings.json"
    hashes = check_pages(pages, head.read_text("ascii") if head.exists() else None)
    root = check_records(pages, json.loads(vault.read_text("utf-8")) if vault.exists() else [])
    return Sound(f"{len(hashes)}-{hashes[-1]}", root, hashes)


# -- on the vectors ----------------------------------------------------------------------


def needs_types(name: str) -> bool:
    """Return whether only somebody who knows the built-in types finds this vector broken."""
    return name.startswith("field-") or name in {
        "keys-left-out",
        "keys-not-of-data",
        "reserved-name",
        "sealed-key",
        "sealed-unknown-field",
    }


@pytest.mark.parametrize("name", GOOD)
def test_good_vectors(name: str) -> None:
    """The second verifier comes to the head, root and hashes that stand beside a sound vector."""
    folder = VECTORS / "good" / name
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    assert check_archive(folder) == Sound(expected["head"], expected["root"], expected["hashes"])


@pytest.mark.parametrize("name", [name for name in BROKEN if not needs_types(name)])
def test_broken_vectors(name: str) -> None:
    """The second verifier finds a broken vector broken, at its level and at its event."""
    folder = VECTORS / "broken" / name
    expected = json.loads((folder / "what.json").read_text("utf-8"))
    with pytest.raises(Unsound) as found:
        check_archive(folder)
    assert found.value.level == expected["level"]
    if expected["level"] == "full":
        assert found.value.n == expected["n"]


@pytest.mark.parametrize("name", [name for name in BROKEN if needs_types(name)])
def test_vectors_of_known_types(name: str) -> None:
    """What breaks only a type's schema is sound to a verifier that knows no type."""
    folder = VECTORS / "broken" / name
    assert check_archive(folder).head == (folder / "HEAD").read_text("ascii").strip()


def printed_verifier() -> Callable[..., Any]:
    """Return the function `verify` that docs/format.md prints."""
    page = (ROOT / "docs" / "format.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    namespace: dict[str, Any] = {}
    exec(next(block for block in blocks if "def verify(" in block), namespace)  # noqa: S102  # our own page
    verify: Callable[..., Any] = namespace["verify"]
    return verify


@pytest.mark.parametrize("name", GOOD)
def test_printed_verifier_on_good_vectors(name: str) -> None:
    """The verifier printed in docs/format.md comes to a sound vector's head and root."""
    folder = VECTORS / "good" / name
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    found = printed_verifier()(read_pages(folder), expected["head"])
    assert found == (expected["head"], expected["root"])


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in BROKEN
        if (not needs_types(name) or name == "reserved-name")
        and not (VECTORS / "broken" / name / "openings.json").exists()
    ],
)
def test_printed_verifier_on_broken_vectors(name: str) -> None:
    """The verifier printed in docs/format.md refuses every broken vector that it can see."""
    folder = VECTORS / "broken" / name
    with pytest.raises((ValueError, TypeError, RecursionError, Unsound)):
        printed_verifier()(read_pages(folder), (folder / "HEAD").read_text("ascii").strip())


# -- on ledgers that Hypothesis makes ----------------------------------------------------

texts = st.text(min_size=1, max_size=40)
gaps = texts.map(lambda text: GapNoted(id="g", text=text))
sources = st.builds(
    SourceAdded,
    id=st.just("s"),
    kind=st.sampled_from(["journal-article", "post", "other"]),
    title=texts,
    authors=st.lists(texts, max_size=3).map(tuple),
    author_count=st.none() | st.integers(0, 2**53 - 1),
    platform=st.none() | st.just("x"),
    basis=st.none() | texts,
)
batches = st.lists(st.lists(gaps | sources, min_size=1, max_size=200), max_size=4)


def numbered(batch: list[Event], start: int) -> list[Event]:
    """Return each event of a batch an id of its own."""
    return [attrs.evolve(each, id=f"e{start + i}") for i, each in enumerate(batch)]  # type: ignore[misc]  # all are attrs classes


@settings(max_examples=20)
@given(batches=batches, secret=texts)
def test_ledgers(batches: list[list[Event]], secret: str) -> None:
    """What evledger writes, the second verifier reads: the same head, root, openings and hashes."""
    with evledger.open("memory:") as store, TemporaryDirectory() as folder:
        ledger = store.create("made", title=secret, by="tester")
        ledger.append(seal(GapNoted(id="sealed", text=secret), "text"), by="tester")
        for start, batch in enumerate(batches):
            ledger.append(*numbered(batch, start * 1_000), by="tester", once=f"t{start}")
        ledger.export(folder)
        vault = [
            {"n": o.n, "field": o.field, "salt": o.salt.hex(), "value": o.value.decode()}
            for o in store.backend.openings("made")
        ]
        Path(folder, "openings.json").write_text(json.dumps(vault), "utf-8")
        report = ledger.verify("full")
        found = check_archive(Path(folder))
        expected = Sound(str(report.head), str(report.root), [r.hash for r in ledger.records()])
        assert (report.faults, found) == ((), expected)


# -- on lines that somebody has changed --------------------------------------------------

LINES = [
    line for text in read_pages(VECTORS / "good" / "everything") for line in text.split(b"\n")[1:-1]
][:53]  # an event of every type, and every kind of text
PIECES = [
    *(b"%c" % byte for byte in b'{}[]",:\\ \t\r/-+.0123456789abcdefnrtuvEAZT'),
    *(b"null", b"true", b"1.0", b"1e3", b"-0", b"00", b"NaN", b"9007199254740991"),
    *(b"9007199254740992", b"-9007199254740991", b"-9007199254740992", b"18446744073709551616"),
    *(rb"\u0061", rb"\u001F", rb"\u001f", rb"\u000a", rb"\n", rb"\ud800", rb"\ud835\udd38"),
    *(b"\xff", b"\xed\xa0\x80", b"\xc1\xa1", b"\xef\xbb\xbf", "é".encode(), "\U0001d538".encode()),
    *(b"\x7f", b"\x00", b"\xe2\x80\xa8", b"\xc2\x85", b'"n":1', b'"a":{}', b'["a:1"]'),
    *(
        b"[]",
        b"{}",
        b'"keys":["a:1"],',
        b'"sealed":{},',
        b'"a":null,',
        b'"":1',
        b"[" * 33 + b"]" * 33,
        b"",
    ),
]


@st.composite
def changed_lines(draw: st.DrawFn, lines: list[bytes]) -> bytes:
    """Draw a sound line of which some bytes, or a whole value, were replaced."""
    line = draw(st.sampled_from(lines))
    for _ in range(draw(st.integers(1, 2))):
        marks = [place for place, byte in enumerate(line) if byte in b'{}[]",:'] or [0]
        start = draw(st.sampled_from(marks) | st.integers(0, len(line)))
        width = draw(st.sampled_from([0, 1, 1, 2, 5]))
        start += draw(st.integers(0, 1))
        line = line[:start] + draw(st.sampled_from(PIECES)) + line[start + width :]
    return line


def evledger_takes(line: bytes) -> bool:
    """Return whether evledger takes this for a line of a ledger."""
    try:
        check_line(line)
    except Invalid:
        return False
    return True


def second_takes(line: bytes) -> bool:
    """Return whether the second verifier takes this for a line of a ledger."""
    try:
        record = parse_line(line)
    except (ValueError, RecursionError):
        return False
    return bool(record["n"] >= 0)  # where it stands is checked elsewhere


@settings(max_examples=400)
@given(changed_lines(LINES))
def test_changed_lines(line: bytes) -> None:
    """Of a line that somebody has changed, both say the same: of the format, or not."""
    assert evledger_takes(line) == second_takes(line)


def kinds_found(pages: list[bytes]) -> set[str]:
    """Return the kinds of fault that evledger's full verification finds in a ledger's pages."""
    volume = Volume(
        ledger="everything", pages=lambda start, stop: pages[start:stop], count=1, partial=True
    )
    report = verify_volume(volume, records=Records("everything", Vocabulary()))
    return {fault.kind for fault in report.faults}


def is_sound(pages: list[bytes]) -> bool:
    """Return whether the second verifier finds nothing wrong with a ledger's pages."""
    try:
        check_pages(pages, None)
        check_records(pages, [])
    except Unsound:
        return False
    return True


@settings(max_examples=400)
@given(data=st.data(), n=st.integers(0, len(LINES) - 1))
def test_changed_ledgers(data: st.DataObject, n: int) -> None:
    """Of a ledger whose last line somebody has changed, both say the same, but for schemas."""
    changed = data.draw(changed_lines([LINES[n]]))
    header = (VECTORS / "good/everything/page-000000.jsonl").read_bytes().partition(b"\n")[0]
    pages = [b"\n".join([header, *LINES[:n], changed, b""])]
    if is_sound(pages):
        assert kinds_found(pages) <= {"bad-data"}
    else:
        assert kinds_found(pages) != set()


@pytest.mark.parametrize("line", [LINES[0], LINES[6], *LINES[30:45]])
def test_unchanged_lines(line: bytes) -> None:
    """Lines that evledger wrote are lines to both."""
    assert (evledger_takes(line), second_takes(line)) == (True, True)


@settings(max_examples=60)
@given(place=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_flipped_bits(place: int, bit: int) -> None:
    """Whichever bit of an archive is flipped, both verifiers refuse it."""
    source = VECTORS / "good" / "page-and-one"
    with TemporaryDirectory() as name:
        folder = Path(name)
        for path in source.glob("page-*"):
            (folder / path.name).write_bytes(path.read_bytes())
        (folder / "HEAD").write_bytes((source / "HEAD").read_bytes())
        paths = sorted(folder.glob("page-*"))
        path = paths[place % len(paths)]
        text = bytearray(path.read_bytes())
        text[place // 2 % len(text)] ^= 1 << bit
        path.write_bytes(text)
        with pytest.raises(Unsound):
            check_archive(folder)
        assert not verify_archive(folder, "chain").ok


# -- by a standard tool ------------------------------------------------------------------


@pytest.mark.parametrize("name", GOOD)
def test_b3sum(name: str, require: Callable[[str], Path]) -> None:
    """Of each page `b3sum` prints what the next page's first line, or else HEAD, says."""
    folder = VECTORS / "good" / name
    paths = sorted(folder.glob("page-*.jsonl"))
    done = subprocess.run(
        [require("b3sum"), "--no-names", *paths], capture_output=True, check=True, text=True
    )
    headers = [json.loads(path.read_bytes().split(b"\n")[0]) for path in paths]
    said = [header["prev"] for header in headers[1:]]
    said.append((folder / "HEAD").read_text("ascii").strip().partition("-")[2])
    assert done.stdout.split() == said


def test_b3sum_of_an_export(require: Callable[[str], Path], tmp_path: Path) -> None:
    """The same holds of a ledger of many pages that was exported just now."""
    with evledger.open("memory:") as store:
        ledger = store.create("many", title="Many pages", by="tester")
        ledger.append(*(GapNoted(id=f"g{n}", text="?") for n in range(1_300)), by="tester")
        head = ledger.export(tmp_path)
    paths = sorted(tmp_path.glob("page-*.jsonl"))
    done = subprocess.run(
        [require("b3sum"), "--no-names", *paths], capture_output=True, check=True, text=True
    )
    headers = [json.loads(path.read_bytes().split(b"\n")[0]) for path in paths]
    assert len(paths) == 6
    assert done.stdout.split() == [*(header["prev"] for header in headers[1:]), head.hash]
