"""The outline of a JSON file, of which only the start is known."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from typing import Any, Final

import pytest
from evledger_literature.formats.clinicaltrials import ClinicalTrialsImporter
from evledger_literature.formats.crossref import CrossrefImporter
from evledger_literature.formats.csljson import CSLImporter
from evledger_literature.formats.datacite import DataCiteImporter
from evledger_literature.meaning.languages import language
from evledger_literature.reading.lenient import is_object
from evledger_literature.reading.outline import outline
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid
from evledger.codec import is_list
from evledger.importing import Fit

IMPORTERS: Final = (
    ClinicalTrialsImporter(),
    CrossrefImporter(),
    CSLImporter(),
    DataCiteImporter(),
)
RECORDS: Final[dict[str, Any]] = {
    "clinicaltrials": {"protocolSection": {"identificationModule": {"nctId": "NCT00000001"}}},
    "crossref": {"DOI": "10.1000/x", "title": ["A trial"], "type": "journal-article"},
    "csl-json": {"id": "a", "type": "article-journal", "title": "A trial", "DOI": "10.1000/x"},
    "datacite": {"doi": "10.1000/x", "titles": [{"title": "A trial"}], "creators": []},
}
NAMES = st.text("abc-_ ü", min_size=1, max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=9,
)


def paths(value: Any, path: tuple[str, ...] = ()) -> set[str]:
    """Return the paths of all names in a value."""
    found = {".".join(path)} if path else set[str]()
    if is_object(value):
        return found.union(*(paths(inner, (*path, name)) for name, inner in value.items()))
    return found.union(*(paths(inner, path) for inner in value)) if is_list(value) else found


@given(st.dictionaries(NAMES, JSON, max_size=4), st.sampled_from([None, 1]), st.booleans())
def test_names(document: dict[str, Any], indent: int | None, spaced: bool) -> None:
    """An outline of a whole file has exactly its names, however it is laid out."""
    separators = (" , ", " : ") if spaced else (",", ":")
    data = json.dumps(document, indent=indent, ensure_ascii=False, separators=separators).encode()
    assert set(outline(data).values) == paths(document)


@given(st.dictionaries(NAMES, JSON, max_size=4), st.integers(0, 200))
def test_start_alone(document: dict[str, Any], end: int) -> None:
    """The start of a file has no more names than the whole."""
    data = json.dumps(document, ensure_ascii=False).encode()
    assert len(outline(data[:end]).values) <= len(outline(data).values)


@given(st.binary(max_size=300) | st.text('{}[]",:\\a ', max_size=300).map(str.encode))
def test_anything(data: bytes) -> None:
    """Whatever a file begins with, every importer says how it fits, or refuses it."""
    for importer in IMPORTERS:
        assert importer.sniff(data) in Fit
        with suppress(Invalid):
            list(importer.read(io.BytesIO(data)))


@pytest.mark.parametrize(
    "piece", [b"[", b'{"a":', b'"', b'\\"', b'"\\"', b"\\", b'{"a":{"a":1},', b"a", b'"a":"b",']
)
def test_hostile_start(piece: bytes) -> None:
    """A start made to cost much costs no more than its length, and fits nothing."""
    data = (piece * (1 << 16))[: 1 << 16]
    assert {importer.sniff(data) for importer in IMPORTERS} == {Fit.NONE}
    assert len(outline(data).values) < 1 << 12


def test_long_names() -> None:
    """Names and values are kept as far as they tell formats apart, however long they are."""
    found = outline(json.dumps({"a" * 30_000: {str(n): "b" * 30_000 for n in range(9)}}).encode())
    assert max(len(text) for pair in found.values.items() for text in pair) < 100


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le"])
@pytest.mark.parametrize("name", RECORDS)
def test_encodings(name: str, encoding: str) -> None:
    """A format is known in each encoding that JSON may have."""
    data = json.dumps([RECORDS[name]]).encode(encoding)
    assert [each.name for each in IMPORTERS if each.sniff(data)] == [name]


def test_citation_of_crossrefs() -> None:
    """What Crossref gives as a citation has its names, but is CSL-JSON."""
    work: dict[str, Any] = {
        "indexed": {},
        "DOI": "10.1000/x",
        "title": "A trial",
        "type": "journal-article",
    }
    data = json.dumps(work).encode()
    assert [each.name for each in IMPORTERS if each.sniff(data)] == ["csl-json"]


@pytest.mark.parametrize("name", RECORDS)
def test_one_format_each(name: str) -> None:
    """A record is known as of one format, wherever the start of its file ends after its marks."""
    whole = json.dumps([RECORDS[name]] * 500).encode()
    for end in range(120, 1 << 16, 2_999):
        assert {each.name for each in IMPORTERS if each.sniff(whole[:end])} == {name}


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("eng", "en"),
        ("English", "en"),
        ("EN", "en"),
        ("fre", "fr"),
        ("fra", "fr"),
        ("pt-BR", "pt-BR"),
        ("en_US", "en-US"),
        ("eng-US", "en-US"),
        ("fil", "fil"),
        ("und", None),
        ("mul", None),
        ("", None),
        (None, None),
        ("English and French", None),
    ],
)
def test_language(written: str | None, tag: str | None) -> None:
    """A language is known by its tag, whichever of its codes or names is written."""
    assert language(written) == tag
