"""Importing loses nothing silently: every record is added, known, flagged or rejected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import evledger
from evledger import ImportReport, Invalid, Ledger, NotFound, PluginError, Plugins


@pytest.fixture
def ledger() -> Ledger:
    """Return a new ledger in memory."""
    return evledger.open("memory:", plugins=Plugins.builtin()).create(
        "semax", title="Semax", by="me"
    )


def imported(ledger: Ledger, folder: Path, text: str | bytes, name: str = "a.csv") -> ImportReport:
    """Import a text as a file; what holds of every report is asserted."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    report = ledger.import_file(path, by="me")
    assert report.read == report.added + report.known + report.flagged + len(report.rejected)
    assert ledger.verify("full").faults == ()
    return report


def reasons(report: ImportReport) -> list[tuple[str, str]]:
    """Return places and reasons of what was rejected."""
    return [(rejection.place, rejection.reason) for rejection in report.rejected]


def test_the_model_article(ledger: Ledger, shared: Path) -> None:
    """The rows of the model article are all imported; a second time all are known."""
    path = shared / "semax" / "evidence.csv"
    first = ledger.import_file(path, by="curator")
    head = ledger.head()
    again = ledger.import_file(path, by="curator")
    assert (first.rejected, first.read, first.read > 0) == ((), first.added, True)
    assert (again.known, again.added, ledger.head()) == (again.read, 0, head)
    counts = ledger.view().counts
    assert (counts.claims, counts.sources) == (first.claims, first.sources)
    assert ledger.verify("full").ok


@pytest.mark.parametrize(
    "name", ["generic_labels.csv", "generic_semicolon.csv", "missing_values.csv"]
)
def test_files_of_other_tools(ledger: Ledger, shared: Path, name: str) -> None:
    """A file with columns of another tool is refused as a whole; the message names a column."""
    with pytest.raises(Invalid, match=r"column '\w+' is not known; known columns are: kind, title"):
        ledger.import_file(shared / "samples" / "csv" / name, by="me")
    assert ledger.head().size == 1


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("title\nA\nB\n", ["A", "B"]),
        ("\ufefftitle\nA\n", ["A"]),
        ("title;doi\nA;10.1000/x\n", ["A"]),
        ("title\tyear\nA\t2018\n", ["A"]),
        ("TITLE , Year\r\n A ,2018\r\n", ["A"]),
        ("title\n\n\nA\n\n", ["A"]),
        ('title,venue\n"A, ""B""\nC",x\n', ['A, "B"\nC']),
        ("title\nA\x00B\n", ["A\x00B"]),
        ("title\n", []),
        ("title", []),
    ],
    ids=repr,
)
def test_forms_of_csv(ledger: Ledger, tmp_path: Path, text: str, titles: list[str]) -> None:
    """Marks of byte order, delimiters, line ends, quotations and empty rows are all understood."""
    imported(ledger, tmp_path, text)
    assert [source.title for source in ledger.view().sources.values()] == titles


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A,,", "3 cells"),
        ("A", "1 cells"),
        ("A,not-a-doi", "not-a-doi"),
        (",10.1000/y", "title: it is missing"),
    ],
)
def test_bad_row(ledger: Ledger, tmp_path: Path, row: str, reason: str) -> None:
    """A bad row is rejected with its place and reason, and the others are imported."""
    report = imported(ledger, tmp_path, f"title,doi\nX,10.1000/x\n{row}\nZ,10.1000/z\n")
    assert (report.added, [place for place, _ in reasons(report)]) == (2, ["row 2"])
    assert reason in report.rejected[0].reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A,C,alien,mixed,,", "tier 'alien' is none of the ledger's: human, preclinical"),
        ("A,C,,mixed,,", "tier: it is missing"),
        ("A,C,human,maybe,,", "maybe"),
        ("A,C,human,mixed,k9,", "k9"),
    ],
)
def test_bad_claim(ledger: Ledger, tmp_path: Path, line: str, reason: str) -> None:
    """A claim of no tier, stance or component of the ledger's rejects its row alone."""
    text = f"title,claim,tier,stance,components,outcome\n{line}\nB,D,human,mixed,,sleep\n"
    report = imported(ledger, tmp_path, text)
    assert (report.added, report.claims, len(report.rejected)) == (1, 1, 1)
    assert reason in report.rejected[0].reason


def test_what_claims_are_about(ledger: Ledger, tmp_path: Path) -> None:
    """Components, outcome and population of a row become what its claim is about."""
    with ledger.batch(by="me") as batch:
        batch.map_component(id="bdnf", component="BDNF", layer="neural")
    text = "title,claim,tier,components,outcome,population\nA,C,human,bdnf,sleep,adults\n"
    imported(ledger, tmp_path, text)
    about = ledger.view().claims["c1"].about
    assert about == evledger.About(components=("bdnf",), outcome="sleep", population="adults")


def test_longest_cells(ledger: Ledger, tmp_path: Path) -> None:
    """A row too long for a line of the chain, or for the reader, is rejected; the rest is not."""
    report = imported(ledger, tmp_path, f"title\nA\n{'x' * 70_000}\nB\n")
    assert (report.added, [place for place, _ in reasons(report)]) == (2, ["row 2"])


def test_huge_cell(ledger: Ledger, tmp_path: Path) -> None:
    """What was not read because of a huge cell is said to be not read."""
    report = imported(ledger, tmp_path, f"title\nA\n{'x' * 200_000}\nB\n")
    assert (report.added, len(report.rejected)) in [(1, 1), (2, 1)]


def test_open_quotation(ledger: Ledger, tmp_path: Path) -> None:
    """A quotation that never ends: what stood before is imported, the rest reported."""
    report = imported(ledger, tmp_path, 'title\nA\n"B\nC\n')
    assert (report.added, len(report.rejected)) == (1, 1)
    assert "the rest of the file was not read" in report.rejected[0].reason


@pytest.mark.parametrize("text", [b"title\nA\nC\xe9\n", "title\nA\n".encode("utf-16")])
def test_not_utf8(ledger: Ledger, tmp_path: Path, text: bytes) -> None:
    """A file in another encoding is refused; the message names it and says what to do."""
    with pytest.raises(Invalid, match=r"a\.csv: .*UTF-8"):
        imported(ledger, tmp_path, text)
    assert ledger.head().size == 1


def test_same_source_twice(ledger: Ledger, tmp_path: Path) -> None:
    """Two rows of one DOI are one source; a new identifier of it is added to the source."""
    text = (
        "title,doi,pmid,claim,tier\nA,10.1000/X,,C,human\nA,https://doi.org/10.1000/x,7,D,human\n"
    )
    report = imported(ledger, tmp_path, text)
    assert (report.sources, report.claims, report.added) == (1, 2, 2)
    assert ledger.view().sources["s1"].locators == ("doi:10.1000/x", "pmid:7")


def test_two_holders_are_flagged(ledger: Ledger, tmp_path: Path) -> None:
    """A row that names two sources as one proposes a link; both stay."""
    imported(ledger, tmp_path, "title,doi,pmid\nA,10.1000/x,\nB,,7\n")
    report = imported(ledger, tmp_path, "title,doi,pmid\nA,10.1000/x,7\n")
    (link,) = ledger.view().links.values()
    assert (report.flagged, report.sources, len(ledger.view().sources)) == (1, 0, 2)
    assert (link.relation, link.assertion) == ("duplicate-of", "automatic")


def test_id_of_another_source(ledger: Ledger, tmp_path: Path) -> None:
    """An id that stands for another source here is rejected, and says for which."""
    imported(ledger, tmp_path, "source,title\ns1,A\n")
    report = imported(ledger, tmp_path, "source,title\ns1,B\ns2,C\n")
    assert (report.added, reasons(report)) == (
        1,
        [("row 1", "id s1 is another source here, titled 'A'")],
    )


def test_some_rows_with_ids(ledger: Ledger, tmp_path: Path) -> None:
    """Rows with ids and rows without stand in one file, in any order."""
    report = imported(ledger, tmp_path, "source,title\ns1,A\n,B\ns3,C\n,D\n")
    assert (report.added, len(ledger.view().sources)) == (4, 4)


@pytest.mark.parametrize("size", [3, 1_200])
def test_dry_run(ledger: Ledger, tmp_path: Path, size: int) -> None:
    """A dry run reports what the run then does, and appends nothing, nor uses up ids."""
    rows = (f"T{n % 1000},10.1000/{n % 1000},C{n},human" for n in range(size))
    path = tmp_path / "a.csv"
    path.write_text("title,doi,claim,tier\n" + "\n".join([*rows, "bad,bad,,"]) + "\n")
    before = ledger.head()
    dry = ledger.import_file(path, by="me", dry_run=True)
    assert (dry.dry_run, ledger.head()) == (True, before)
    wet = ledger.import_file(path, by="me")
    found = [(r.read, r.added, r.known, r.flagged, r.sources, r.claims) for r in (dry, wet)]
    assert found[0] == found[1]
    assert next(iter(ledger.view().sources)) == "s1"


def test_progress(ledger: Ledger, tmp_path: Path) -> None:
    """Progress is told in bytes, up to the file's size."""
    path = tmp_path / "a.csv"
    path.write_text("title\n" + "".join(f"T{n}\n" for n in range(1_100)))
    seen = list[tuple[int, int]]()
    ledger.import_file(path, by="me", progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)


def lines(*values: Any) -> str:
    """Write JSON lines."""
    return "".join(json.dumps(value) + "\n" for value in values)


CLAIM = {"text": "C", "tier": "human", "stance": "mixed"}
PAPER = {"kind": "review", "title": "A"}


BAD: list[Any] = [
    *(1, "x", [], None, {}, {"title": "A"}, PAPER | {"kind": "paper"}, PAPER | {"colour": 1}),
    *(PAPER | {"locators": 5}, PAPER | {"locators": [5]}, PAPER | {"locators": "doi:10.1/x"}),
    *(PAPER | {"mentions": {}}, PAPER | {"authors": "Smith"}, PAPER | {"authors": [1]}),
    *(PAPER | {"id": 1}, PAPER | {"id": []}, PAPER | {"claims": 1}, PAPER | {"claims": [1]}),
    *(PAPER | {"claims": [CLAIM | {"tier": []}]}, PAPER | {"claims": [CLAIM | {"tier": "x"}]}),
    *(
        PAPER | {"claims": [{}]},
        PAPER | {"claims": [CLAIM | {"about": {"components": ["k9"]}}]},
    ),
    *(PAPER | {"claims": [CLAIM | {"about": {"outcome": 1}}]}, PAPER | {"title": "x" * 70_000}),
    *(PAPER | {"author_count": 1.5}, PAPER | {"claims": [CLAIM | {"text": "x" * 70_000}]}),
    *(PAPER | {"claims": [CLAIM | {"sealed": ["text"]}]}, PAPER | {"sealed": ["title"]}),
]


@pytest.mark.parametrize(
    "bad",
    BAD,
    ids=lambda bad: repr(bad)[:70] + str(len(repr(bad))),
)
def test_bad_json_line(ledger: Ledger, tmp_path: Path, bad: Any) -> None:
    """A line that is no source is rejected with its place; the lines around it are imported."""
    good = [{"kind": "review", "title": title} for title in "XY"]
    report = imported(ledger, tmp_path, lines(good[0], bad, good[1]), "a.jsonl")
    assert [place for place, _ in reasons(report)] == ["line 2"]
    assert [source.title for source in ledger.view().sources.values()] == ["X", "Y"]
    assert len(ledger.view().claims) == 0


@pytest.mark.parametrize("about", [{"outcome": "sleep"}, {"components": []}, {"outcome": None}, {}])
def test_about_in_json_lines(ledger: Ledger, tmp_path: Path, about: dict[str, Any]) -> None:
    """What a claim is about may leave fields out; null is no value."""
    report = imported(
        ledger, tmp_path, lines(PAPER | {"claims": [CLAIM | {"about": about}]}), "a.jsonl"
    )
    assert report.claims == (0 if None in about.values() else 1)


def test_claims_of_one_id(ledger: Ledger, tmp_path: Path) -> None:
    """A claim whose id is taken rejects its line, and no other."""
    twice = [{"kind": "review", "title": t, "claims": [CLAIM | {"id": "c1"}]} for t in "AB"]
    report = imported(ledger, tmp_path, lines(*twice, {"kind": "review", "title": "Z"}), "a.jsonl")
    assert (report.added, [place for place, _ in reasons(report)]) == (2, ["line 2"])


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.binary(max_size=80)
    | st.lists(
        st.sampled_from(
            [
                b"title",
                b",",
                b";",
                b"\n",
                b"\r",
                b'"',
                b"A",
                b"doi",
                b"10.1000/x",
                b"{",
                b"}",
                b":",
                b"[]",
                b'"title"',
                b'"kind"',
                b'"review"',
                b"\x00",
                b"\xff",
                b"\xef\xbb\xbf",
                b"claim,tier\n",
            ]
        ),
        max_size=14,
    ).map(b"".join)
)
def test_garbage(tmp_path: Path, name: str, text: bytes) -> None:
    """Whatever a file holds, it is imported, reported, or Invalid."""
    ledger = evledger.open("memory:", plugins=Plugins.builtin()).create(
        "semax", title="Semax", by="me"
    )
    try:
        imported(ledger, tmp_path, text, name)
    except Invalid:
        assert ledger.verify("full").ok


def test_no_file(ledger: Ledger, tmp_path: Path) -> None:
    """A file that is not there is not found; one that nobody reads names who there is."""
    with pytest.raises(NotFound, match="cannot be read"):
        ledger.import_file(tmp_path / "a.csv", by="me")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(PluginError, match="no importer knows"):
        ledger.import_file(tmp_path / "a.pdf", by="me")
