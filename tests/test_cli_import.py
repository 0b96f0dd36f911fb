"""The verbs import and refresh, run within this process: files, locators, rejections, reports."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evledger
from evledger import Invalid, Item, ItemFlag, Note, Plugins, Rejection, hookimpl
from evledger.cli.errors import Exit
from evledger.cli.options import Settings
from evledger.cli.reports import told
from evledger.importing import FetchContext, Fit, Found
from evledger.typing import Fetcher, Importer

HOSTILE: Final = "\x1b[31m\u202e"

Run = Callable[..., Any]


@pytest.fixture
def semax(run: Run) -> Run:
    """Return what runs the command where semax is an empty ledger, and only what is built in."""
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        store.create("semax", title="Semax", by="curator")
    return run


def write(name: str, text: str) -> str:
    """Write a file here."""
    Path(name).write_text(text, encoding="utf-8")
    return name


GOOD: Final = "title,claim,tier\nA,It helps,human\n"
BAD: Final = "title,claim,tier\nB,It helps,nosuch\n"


# -- files ---------------------------------------------------------------------------------


def test_import(semax: Run) -> None:
    """Good rows come in, bad ones are listed and make the code 2; the table tells how many."""
    write("a.csv", "title,claim,tier\nA,It helps,human\nB,x,nosuch\n")
    ended = semax("import", "semax", "a.csv", "--by", "importer")
    lines = ended.out.splitlines()
    head = semax("head", "semax").out.strip()
    assert (ended.code, ended.err) == (Exit.WRONG, "")
    assert lines[:3] == [
        "WHAT   FORMAT  READ  ADDED  KNOWN  FLAGGED  REJECTED  ABSENT",
        "a.csv  csv        2      1      0        0         1       0",
        f"semax: added 1 source, 1 claim, 0 flags and 0 links; head {head}",
    ]
    assert lines[3].startswith("rejected: a.csv, row 2: tier 'nosuch' is none of the ledger's: ")
    assert len(lines) == 4
    assert json.loads(semax("log", "semax", "--json", "-n1", "--reverse").out)["by"] == "importer"


def test_import_again_adds_nothing(semax: Run) -> None:
    """The same file a second time leaves the ledger as it was, and says that all is known."""
    write("a.csv", GOOD)
    assert semax("import", "semax", "a.csv").code == Exit.DONE
    before = semax("head", "semax").out
    again = semax("import", "semax", "a.csv", "--json")
    totals = again.document["totals"]
    assert (again.code, before) == (Exit.DONE, semax("head", "semax").out)
    assert (totals["read"], totals["known"], totals["sources"]) == (1, 1, 0)


def test_import_by_format(semax: Run) -> None:
    """--format takes a file for what it is said to be, whatever its name."""
    write("b.txt", '{"kind": "book", "title": "C"}\n')
    assert semax("import", "semax", "b.txt", "--format", "jsonl").code == Exit.DONE
    ended = semax("import", "semax", "b.txt", "--format", "json")
    assert ended.code == Exit.WRONG
    assert "no importer 'json'; there are: csv, jsonl; did you mean 'jsonl'?" in ended.err


def test_import_knows_content(semax: Run) -> None:
    """A file is known by what is in it, gzipped or not, even where its suffix says otherwise."""
    Path("b.csv").write_bytes(gzip.compress(b'{"kind": "book", "title": "C"}\n'))
    (file,) = semax("import", "semax", "b.csv", "--json").document["files"]
    assert (file["format"], file["sources"]) == ("jsonl", 1)


def test_import_dry_run(semax: Run) -> None:
    """A dry run reports what would be, and leaves the ledger as it was."""
    write("a.csv", GOOD)
    before = semax("head", "semax").out
    ended = semax("import", "semax", "a.csv", "--dry-run")
    assert (ended.code, before) == (Exit.DONE, semax("head", "semax").out)
    assert "semax: would add 1 source, 1 claim, 0 flags and 0 links; head 1-" in ended.out


def test_import_json(semax: Run) -> None:
    """The document has a report for each file, null where nothing was fetched, and totals."""
    write("a.csv", GOOD + "B,x,nosuch\n")
    write("c.csv", "title\nC\nD\n")
    ended = semax("import", "semax", "a.csv", "c.csv", "--json")
    document = ended.document
    names = {"file", "format", "read", "added", "known", "flagged", "rejected", "absent"}
    names |= {"sources", "claims", "flags", "links", "answers", "notes", "dry_run"}
    assert ended.code == Exit.WRONG
    assert document.keys() == {"ledger", "head", "files", "fetched", "totals"}
    assert document["head"] == semax("head", "semax").out.strip()
    assert [(file["file"], file["read"]) for file in document["files"]] == [
        ("a.csv", 2),
        ("c.csv", 2),
    ]
    assert all(file.keys() == names for file in document["files"])
    assert [each["place"] for each in document["files"][0]["rejected"]] == ["row 2"]
    assert document["fetched"] is None
    totals = document["totals"]
    assert (totals["read"], totals["added"], totals["rejected"]) == (4, 3, 1)
    assert totals["read"] == sum(totals[n] for n in ("added", "known", "flagged", "rejected"))


def test_import_of_several_has_totals(semax: Run) -> None:
    """Where there are several, the last row is their sum, and numbers stand under each other."""
    write("a.csv", GOOD)
    write("long name.csv", "title\n" + "".join(f"T{n}\n" for n in range(1200)))
    lines = semax("import", "semax", "a.csv", "long name.csv", "a.csv").out.splitlines()
    assert lines[:4] == [
        "WHAT           FORMAT   READ  ADDED  KNOWN  FLAGGED  REJECTED  ABSENT",
        "a.csv          csv         1      1      0        0         0       0",
        "long name.csv  csv     1,200  1,200      0        0         0       0",
        "total                  1,201  1,201      0        0         0       0",
    ]


MISSING: Final = ("c.csv", "folder", "doi:garbage", "doi:10.1000/x")


@pytest.mark.parametrize(
    ("name", "options"),
    [("b.nosuch", ()), *((name, o) for name in MISSING for o in ((), ("--format", "csv")))],
)
def test_import_looks_at_everything_first(name: str, options: tuple[str, ...], semax: Run) -> None:
    """Nothing is imported where something is missing, of no known format, or not to be fetched."""
    write("a.csv", GOOD)
    write("b.nosuch", "")
    Path("folder").mkdir()
    before = semax("head", "semax").out
    ended = semax("import", "semax", "a.csv", name, *options)
    assert (ended.code, ended.out) == (Exit.WRONG, "")
    assert name in ended.err
    assert before == semax("head", "semax").out


def test_import_of_what_is_neither(semax: Run) -> None:
    """What is neither a file nor a locator is called both."""
    err = semax("import", "semax", "libary.ris").err
    assert "there is no file 'libary.ris', and as a locator it is none: " in err
    err = semax("import", "semax", "pmid:1").err
    assert "'pmid:1': nothing fetches 'pmid'; what can be fetched: nothing, for no insta" in err


def test_import_tells_what_came_before_a_bad_file(semax: Run) -> None:
    """Where the second file cannot be read, what the first brought is told all the same."""
    write("a.csv", GOOD)
    Path("b.csv").write_bytes(b"title\n\xff\n")
    ended = semax("import", "semax", "a.csv", "b.csv", "--json")
    assert (ended.code, [f["file"] for f in ended.document["files"]]) == (Exit.WRONG, ["a.csv"])
    assert "b.csv: not UTF-8" in ended.err
    ended = semax("import", "semax", "b.csv")
    assert (ended.code, ended.out) == (Exit.WRONG, "")


def test_a_refused_file_keeps_no_other(semax: Run) -> None:
    """Files after one that is refused as a whole are imported, and that one is named at the end."""
    bad = write("bad.csv", "kind,title,nonsense\nreview,A,x\n")
    files = [bad, write("good.csv", "kind,title\nreview,B\n")]
    done = semax("import", "semax", *files, "--format", "csv", "--by", "me")
    assert (done.code, "bad.csv" in done.err) == (2, True)
    assert "added 1 source" in done.out


def test_import_is_inert(semax: Run) -> None:
    """Neither a file's name nor what stands in it steers a terminal."""
    write(f"{HOSTILE}.csv", f"title,claim,tier\nB,x,{HOSTILE}\n")
    ended = semax("import", "semax", f"{HOSTILE}.csv", "--rejects", "r.jsonl")
    kept = Path("r.jsonl").read_text(encoding="utf-8")
    for text in (ended.out, kept):
        assert "\\u202e" in text
        assert "\x1b" not in text
        assert "\u202e" not in text


@given(st.lists(st.text(), max_size=60))
def test_told_is_bounded(sentences: list[str]) -> None:
    """At most twenty are shown, each on one line, and the last line counts the others."""
    lines = list(told("note", sentences, "--json shows all"))
    assert len(lines) == min(len(sentences), 20) + (len(sentences) > 20)
    assert all(line.startswith("note: ") and "\n" not in line for line in lines)
    if len(sentences) > 20:
        assert lines[-1] == f"note: {len(sentences) - 20} more; --json shows all"


# -- rejections ----------------------------------------------------------------------------


def rejections(name: str) -> list[dict[str, Any]]:
    """Read a file of rejections."""
    return [json.loads(line) for line in Path(name).read_text(encoding="utf-8").splitlines()]


def test_rejects(semax: Run) -> None:
    """Every rejection of every file is a line, with its place, reason and the record."""
    write("a.csv", BAD)
    write("b.csv", "title,claim,tier\n" + "".join(f"T{n},x,nosuch\n" for n in range(30)))
    ended = semax("import", "semax", "a.csv", "b.csv", "--rejects", "r.jsonl")
    found = rejections("r.jsonl")
    assert ended.code == Exit.WRONG
    assert all(line.keys() == {"what", "place", "reason", "raw"} for line in found)
    assert [(line["what"], line["place"]) for line in found] == [
        ("a.csv", "row 1"),
        *(("b.csv", f"row {n}") for n in range(1, 31)),
    ]
    assert "nosuch" in found[0]["reason"]
    assert "B" in found[0]["raw"]
    assert ended.out.count("rejected: ") == 21
    assert ended.out.endswith("rejected: 11 more; r.jsonl has all\n")
    again = semax("import", "semax", "a.csv", "b.csv")
    assert again.out.endswith("rejected: 11 more; --rejects FILE keeps all\n")


def test_rejects_without_any(semax: Run) -> None:
    """The file is there where nothing was rejected, so that nobody reads those of last week."""
    write("a.csv", GOOD)
    write("r.jsonl", '{"place": "last week"}\n')
    assert semax("import", "semax", "a.csv", "--rejects", "r.jsonl").code == Exit.DONE
    assert rejections("r.jsonl") == []


def test_rejects_survive_a_later_file(semax: Run) -> None:
    """What the first file's records were rejected for is kept where the second cannot be read."""
    write("a.csv", BAD)
    Path("b.csv").write_bytes(b"title\n\xff\n")
    ended = semax("import", "semax", "a.csv", "b.csv", "--rejects", "r.jsonl")
    assert (ended.code, "b.csv: not UTF-8" in ended.err) == (Exit.WRONG, True)
    assert [line["what"] for line in rejections("r.jsonl")] == ["a.csv"]


@pytest.mark.parametrize("taken", ["a.csv", "./a.csv", "link.csv", "evledger.db"])
def test_rejects_overwrite_nothing_that_is_read(taken: str, semax: Run) -> None:
    """The file of rejections can be neither an input, under whatever name, nor the database."""
    write("a.csv", BAD)
    Path("link.csv").symlink_to("a.csv")
    before = semax("head", "semax").out
    ended = semax("import", "semax", "a.csv", "--rejects", taken)
    assert (ended.code, ended.out) == (Exit.WRONG, "")
    assert "would write over" in ended.err
    assert Path("a.csv").read_text(encoding="utf-8") == BAD
    assert before == semax("head", "semax").out


def test_rejects_that_cannot_be_written(semax: Run) -> None:
    """Nothing is imported where the rejections could not be kept."""
    write("a.csv", GOOD)
    before = semax("head", "semax").out
    ended = semax("import", "semax", "a.csv", "--rejects", "nowhere/r.jsonl")
    assert (ended.code, ended.out) == (Exit.UNFINISHED, "")
    assert "nowhere/r.jsonl cannot be written: No such file" in ended.err
    assert before == semax("head", "semax").out


# -- plugins -------------------------------------------------------------------------------


class Shelf:
    """Reads tables of titles, whose columns people can name."""

    name = "shelf"
    suffixes: tuple[str, ...] = (".shelf",)

    def __init__(self, heading: str = "title") -> None:
        self.heading = heading

    def sniff(self, start: bytes) -> Fit:
        """Know it by its first word."""
        return Fit.SURE if start.startswith(b"#shelf") else Fit.NONE

    def mapped(self, columns: Mapping[str, str]) -> Importer:
        """Return one that reads this column as the title."""
        for heading, field in columns.items():
            if field != "title":
                msg = f"there is no field {field!r}; there is: title"
                raise Invalid(msg)
            return Shelf(heading)
        return self

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Yield a book for each line after the heading, and a note."""
        _, heading, *titles = file.read().decode().splitlines()
        if heading != self.heading:
            msg = f"there is no column {self.heading!r}"
            raise Invalid(msg)
        yield Note("the file", f"it is a shelf{HOSTILE}")
        for number, title in enumerate(titles, 1):
            fields = {"kind": "book", "title": title, "assertion": "automatic"}
            yield Item(place=f"book {number}", source=fields)


class Registry:
    """Knows every number but 404, is tired of 500, and tells who was retracted."""

    name, registry = "pmid", "PubMed"

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.contexts: list[FetchContext] = []
        self.retracted: set[str] = set()

    def fetch(self, locators: Sequence[str], context: FetchContext) -> Iterator[Found]:
        """Yield an item for each."""
        self.asked.append(tuple(locators))
        self.contexts.append(context)
        for locator in locators:
            if locator in ("pmid:404", "pmid:500"):
                yield Rejection(locator, "PubMed says no", gone=locator == "pmid:404")
                continue
            source = {"kind": "journal-article", "title": f"On {locator}", "locators": [locator]}
            flag = ItemFlag(status="retracted", according_to="PubMed", date="2026-10")
            flags = (flag,) if locator in self.retracted else ()
            yield Item(place=locator, source=source, flags=flags)


class Library:
    """A plugin of both."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    @hookimpl.importers
    def importers(self) -> Iterable[Importer]:
        """Return the shelf."""
        return [Shelf()]

    @hookimpl.locators
    def locators(self) -> Iterable[Fetcher]:
        """Return the registry."""
        return [self.registry]


@pytest.fixture
def registry() -> Registry:
    """Return a registry that knows everything, and has retracted nothing."""
    return Registry()


@pytest.fixture
def library(semax: Run, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs the command with the plugin."""
    plugins = Plugins.builtin()
    plugins.register(Library(registry), "library")

    def discover(_: Settings, *, lenient: bool = False) -> Plugins:
        del lenient
        return plugins

    monkeypatch.setattr(Settings, "discover", discover)
    return semax


def test_plugins_shows_fetchers(library: Run) -> None:
    """What fetches is shown with the plugin that brings it."""
    infos = {info["name"]: info for info in library("plugins", "--json").document["plugins"]}
    assert infos["library"]["supplies"] == {"importers": ["shelf"], "fetchers": ["pmid"]}
    assert "  fetchers   pmid\n" in library("plugins").out


def test_import_notes_and_proposals(library: Run) -> None:
    """Notes are told, and how many proposals there are now, with the verb that shows them."""
    write("a.txt", "#shelf\ntitle\nOne\nTwo\n")
    lines = library("import", "semax", "a.txt").out.splitlines()
    assert lines[1].split()[:4] == ["a.txt", "shelf", "2", "2"]
    assert lines[3:] == [
        "2 proposals to review: evledger review semax",
        "note: a.txt, the file: it is a shelf\\x1b[31m\\u202e",
    ]


def test_map(library: Run) -> None:
    """--map names the columns of a table, whose heading may have an equals sign in it."""
    write("a.txt", "#shelf\nT=1\nOne\n")
    refused = library("import", "semax", "a.txt")
    assert (refused.code, "a.txt: there is no column 'title'" in refused.err) == (Exit.WRONG, True)
    assert library("import", "semax", "a.txt", "--map", "T=1=title").code == Exit.DONE


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (("a.txt", "--map", "T=heading"), "a.txt: there is no field 'heading'; there is: title"),
        (("a.txt", "--map", "title"), "--map 'title': expected HEADING=FIELD"),
        (("a.txt", "--map", "=title"), "--map '=title': expected HEADING=FIELD"),
        (("a.txt", "--map", "T=title", "--map", "T=doi"), "'T' cannot be 'title' and 'doi'"),
        (("b.csv", "--format", "csv", "--map", "T=title"), "b.csv: importer 'csv' reads no tab"),
        (("pmid:1", "--map", "T=title"), "--format and --map are for files, and none is named"),
        (("pmid:1", "--format", "csv"), "--format and --map are for files, and none is named"),
    ],
)
def test_wrong_use_of_map(args: tuple[str, ...], expected: str, library: Run) -> None:
    """A column that is said to be nothing, or two things, is wrong use; so is a map of nothing."""
    write("a.txt", "#shelf\nT\nOne\n")
    write("b.csv", GOOD)
    ended = library("import", "semax", *args)
    assert (ended.code, ended.out) == (Exit.WRONG, "")
    assert expected in ended.err


def test_fetch(library: Run, registry: Registry) -> None:
    """Locators in any form are asked for at once, each once, after the files."""
    write("a.txt", "#shelf\ntitle\nOne\n")
    links = ("PMID 1", "a.txt", "https://pubmed.ncbi.nlm.nih.gov/2/", "pmid:1")
    lines = library("import", "semax", *links).out.splitlines()
    assert registry.asked == [("pmid:1", "pmid:2")]
    assert [line.split()[:4] for line in lines[1:3]] == [
        ["a.txt", "shelf", "1", "1"],
        ["2", "locators", "pmid", "2"],
    ]
    assert library("import", "semax", "pmid:2").out.splitlines()[1].startswith("pmid:2  pmid  ")


def test_fetch_json_and_rejects(library: Run) -> None:
    """What a registry refuses is rejected by its locator; the document says what was asked."""
    ended = library("import", "semax", "pmid:500", "pmid:1", "--json", "--rejects", "r.jsonl")
    fetched = ended.document["fetched"]
    assert ended.code == Exit.WRONG
    assert fetched["locators"] == ["pmid:500", "pmid:1"]
    assert (fetched["read"], fetched["added"], len(fetched["rejected"])) == (2, 1, 1)
    assert [line["place"] for line in rejections("r.jsonl")] == ["pmid:500"]
    shown = library("import", "semax", "pmid:500", "pmid:1").out
    assert "\nrejected: pmid:500: PubMed says no\n" in shown


def test_a_file_wins(library: Run, registry: Registry) -> None:
    """Where there is a file of a locator's name, it is the file."""
    write("pmid:1", "#shelf\ntitle\nOne\n")
    assert library("import", "semax", "pmid:1").code == Exit.DONE
    assert registry.asked == []


def test_who_asks(library: Run, registry: Registry) -> None:
    """The configuration says whom registries can write to, and how patient the command is."""
    write("evledger.toml", '[fetch]\ncontact = "curator@example.org"\ntimeout = 5\n')
    assert library("import", "semax", "pmid:1").code == Exit.DONE
    assert library("refresh", "semax").code == Exit.DONE
    found = [(context.contact, context.timeout) for context in registry.contexts]
    assert found == [("curator@example.org", 5.0)] * 2


# -- refresh -------------------------------------------------------------------------------


@pytest.fixture
def held(library: Run, registry: Registry) -> Run:
    """Return the same where the ledger has two articles of the registry, and a book."""
    write("a.txt", "#shelf\ntitle\nOne\n")
    assert library("import", "semax", "a.txt", "pmid:1", "pmid:2").code == Exit.DONE
    registry.asked.clear()
    return library


def test_refresh_flags(held: Run, registry: Registry) -> None:
    """A retraction since then is flagged once, and told in a table."""
    registry.retracted.add("pmid:2")
    ended = held("refresh", "semax", "--by", "importer")
    head = held("head", "semax").out.strip()
    assert (ended.code, ended.err) == (Exit.DONE, "")
    assert ended.out.splitlines() == [
        "SOURCE  STATUS     ACCORDING TO  DATE     NOTICE  TITLE",
        "s3      retracted  PubMed        2026-10          On pmid:2",
        "2 answers: 1 known, 1 flagged, 0 with more identifiers or links, 0 rejected",
        f"semax: added 1 flag and 0 links; head {head}",
    ]
    again = held("refresh", "semax")
    assert again.out.splitlines()[0].startswith("2 answers: 2 known, 0 flagged")
    assert head == held("head", "semax").out.strip()


def test_refresh_json(held: Run, registry: Registry) -> None:
    """The document has the flags that came, beside the report."""
    registry.retracted.add("pmid:1")
    document = held("refresh", "semax", "--json").document
    (news,) = document["news"]
    n = int(document["head"].partition("-")[0]) - 1
    assert news == {
        "source": "s2",
        "status": "retracted",
        "according_to": "PubMed",
        "notice": None,
        "date": "2026-10",
        "n": n,
    }
    assert (document["read"], document["flags"], document["rejected"]) == (2, 1, [])


def test_refresh_of_some(held: Run, registry: Registry) -> None:
    """Ids say which sources are asked about; one that there is not is wrong use."""
    assert held("refresh", "semax", "s3", "source:s2").code == Exit.DONE
    assert registry.asked == [("pmid:2", "pmid:1")]
    ended = held("refresh", "semax", "s99")
    assert (ended.code, "there is no source 's99'" in ended.err) == (Exit.WRONG, True)


def test_refresh_dry_run(held: Run, registry: Registry) -> None:
    """A dry run asks, counts what would come, and appends nothing."""
    registry.retracted.add("pmid:2")
    before = held("head", "semax").out
    ended = held("refresh", "semax", "--dry-run")
    assert "semax: would add 1 flag and 0 links; head" in ended.out
    assert before == held("head", "semax").out


def test_refresh_that_got_no_answer(held: Run) -> None:
    """The code is 3 where a registry gave no answer; what it no longer has is flagged."""
    for name, number in (("gone.jsonl", 404), ("tired.jsonl", 500)):
        line = {"kind": "review", "title": "R", "locators": [f"pmid:{number}"]}
        assert held("import", "semax", write(name, json.dumps(line) + "\n")).code == Exit.DONE
    ended = held("refresh", "semax")
    assert ended.code == Exit.UNFINISHED
    assert "s4      unreachable  PubMed" in ended.out
    assert ended.out.endswith("rejected: pmid:500: PubMed says no\n")


def test_refresh_without_fetchers(semax: Run) -> None:
    """Where nothing that is installed asks anybody, that is said."""
    ended = semax("refresh", "semax")
    assert (ended.code, "no installed plugin fetches" in ended.err) == (Exit.WRONG, True)
