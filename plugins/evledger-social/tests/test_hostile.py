"""Whatever stands in a file, an importer gives what a ledger takes, or says why not."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

import evledger_social
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

import evledger
from evledger import Invalid, Plugins
from evledger.codec import is_object
from evledger.importing import Fit, Found, Importer, Item, Rejection, Sniffer, import_file

IMPORTERS: Final = tuple(evledger_social.importers())
SOURCES: Final = Path(evledger_social.__file__).parent

# Every name that the importers look for, so that what is made up gets as far as it can.
NAMES: Final = sorted(
    {
        name
        for path in SOURCES.glob("*.py")
        for name in re.findall(r'"([A-Za-z_]{2,30})"', path.read_text())
    }
)
TELLING: Final = (
    "Listing",
    "[deleted]",
    "RT @somebody: x",
    "deleted",
    "dQw4w9WgXcQ",
    "https://doi.org/10.1000/182",
    "https://x.com/somebody",
    "more",
    "t1",
    "t3",
    "t3_58qzqh",
    "tweet",
    "youtube#comment",
    "youtube#video",
    "2019-11-29T02:56:49.000Z",
    "9999-12-31T23:59:59-12:00",
    "1212092628029698048",
    "\ud800",
    "\x00",
    "",
)
SCALARS: Final = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(TELLING)
    | st.integers(10**10, 10**19)
)
VALUES: Final = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=8)
    ),
    max_leaves=40,
)


@st.composite
def things(draw: st.DrawFn) -> Any:
    """Draw records that are right but for some of their fields."""
    changes = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6)
    records: dict[str, dict[str, Any]] = {
        "t3": {"id": "58qzqh", "title": "Semax", "subreddit": "TBI"},
        "t1": {"id": "dm3o32u", "body": "It helped.", "link_id": "t3_58qzqh"},
        "v2": {"id": "1212092628029698048", "text": "It helped."},
        "v1": {"id_str": "1212092628029698048", "full_text": "It helped."},
        "video": {"id": "dQw4w9WgXcQ", "snippet": {"title": "Semax"}},
        "comment": {"id": "UgyUBI0HsgL9emxcZpR4AaABAg", "snippet": {"textOriginal": "It helped."}},
    }
    kind = draw(st.sampled_from(sorted(records)))
    record = {**records[kind], **draw(changes)}
    inner = record.get("snippet")
    if is_object(inner):
        record["snippet"] = {**inner, **draw(changes)}
    around = {
        "t3": {"kind": "t3", "data": record},
        "t1": {"kind": "t1", "data": record},
        "v1": {"tweet": record},
        "v2": {"data": record},
    }
    return around.get(kind, {"kind": f"youtube#{kind}", **record})


@given(value=VALUES | things())
def test_made_up_files(value: Any) -> None:
    """Every item that is given is taken by a ledger; what is none is rejected, or all refused."""
    one = json.dumps(value)
    for importer in IMPORTERS:
        note(importer.name)
        data = one
        if importer.name == "x-archive":
            data = f"window.YTD.tweets.part0 = [{one}, {one}]"
        with suppress(Invalid):
            ledger_takes(list(importer.read(io.BytesIO(data.encode()))))


class Again:
    """An importer that gives what was read before."""

    name, suffixes = "again", (".json",)

    def __init__(self, found: list[Found]) -> None:
        self.found = found

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Return it."""
        file.read()
        return iter(self.found)


def ledger_takes(found: list[Found]) -> None:
    """Check that a ledger rejects nothing that an importer thinks right."""
    with evledger.open("memory:", plugins=Plugins.builtin()) as store:
        ledger = store.create("semax", title="Semax", by="me")
        report = import_file(ledger, __file__, Again(found), by="me")
        assert report.rejected == tuple(each for each in found if isinstance(each, Rejection))
        assert ledger.verify("full").ok


@given(start=st.binary() | VALUES.map(json.dumps).map(str.encode))
def test_sniffing_anything(start: bytes) -> None:
    """Whatever a file begins with, an importer says how well it fits."""
    for importer in IMPORTERS:
        note(importer.name)
        assert isinstance(importer, Sniffer)
        assert importer.sniff(start) in Fit


@pytest.mark.parametrize("importer", IMPORTERS, ids=lambda importer: importer.name)
@pytest.mark.parametrize(
    "data",
    [
        b'{"data":' * 100_000,
        b'[{"kind":"Listing","data":{"children":' * 50_000,
        b'{"kind":"t1","data":{"id":"1","body":"x","rtjson":{"document":' + b"[" * 200_000,
        b'window.YTD.tweets.part0 = [{"tweet":' + b"[" * 200_000,
        b'{"a":"' + b"x" * 20_000_000 + b'"}\n' * 2,
        b"[" + b"{}," * 100_000 + b"{}]",
    ],
    ids=range(6),
)
def test_large_and_deep_files(importer: Importer, data: bytes) -> None:
    """Files that are nested or repeated beyond sense are refused, or rejected in parts."""
    with suppress(Invalid):
        for found in importer.read(io.BytesIO(data)):
            assert not isinstance(found, Item)
