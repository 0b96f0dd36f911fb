"""The command line, run within this process: every verb, every kind of error."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evledger
from evledger import cli
from evledger.cli import errors
from evledger.cli.errors import Exit
from evledger.cli.options import head_at, size_at
from evledger.cli.output import Bar, inert, to_json
from evledger.ledger import Ledger

DAY = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
OVERRIDE = "\u202e"  # turns the rest of a line around
ESCAPE = "\x1b[31m"  # turns a terminal red

EVENTS: list[dict[str, Any]] = [
    {
        "type": "source-added",
        "data": {
            "id": "s1",
            "kind": "journal-article",
            "title": f"A {ESCAPE} trial {OVERRIDE}",
            "locators": ["doi:10.1000/x"],
        },
    },
    {
        "type": "claim-tagged",
        "data": {
            "id": "c1",
            "source": "s1",
            "text": "Scores rose.",
            "tier": "human",
            "stance": "supports",
            "quote": "they rose",
        },
    },
    {"type": "question-created", "data": {"id": "q1", "text": "Is it safe?"}},
    {"type": "gap-noted", "data": {"id": "g1", "text": "No trial in women."}, "seal": ["text"]},
    {"type": "caveat-noted", "data": {"id": "cv1", "text": "Not advice."}},
    {"type": "component-mapped", "data": {"id": "k1", "component": "Semax", "layer": "neural"}},
    {"type": "section-written", "data": {"section": "safety", "body": "One line.\nAnother."}},
]


Run = Callable[..., Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, command: Run) -> Path:
    """Make the folder that :func:`semax` copies."""
    folder = tmp_path_factory.mktemp("made")
    lines = "\n".join(map(json.dumps, EVENTS))
    db = ("--db", str(folder / "evledger.db"))
    assert command("init", "semax", "--title", "Semax and BDNF", *db).code == Exit.DONE
    assert command("append", "semax", "-", *db, given=lines).code == Exit.DONE
    return folder


@pytest.fixture
def semax(run: Run, made: Path) -> Run:
    """Return the same in a folder whose database holds the ledger semax, of eight records."""
    shutil.copytree(made, ".", dirs_exist_ok=True)
    return run


def change_byte(path: Path, found: bytes, put: bytes) -> None:
    """Put other bytes into a file where some were found."""
    data = path.read_bytes()
    assert found in data
    path.write_bytes(data.replace(found, put, 1))


# -- output --------------------------------------------------------------------------------


@given(st.text())
def test_inert_text_steers_nothing(text: str) -> None:
    """No control, override or surrogate is left, and escaping again changes nothing."""
    shown = inert(text)
    assert shown == inert(shown)
    assert all(c.isprintable() or c not in "\x1b\x9b\r\n\u202e\u2066" for c in shown)
    assert "\x1b" not in shown


@given(st.recursive(st.text() | st.integers() | st.none(), lambda s: st.lists(s, max_size=3)))
def test_json_means_the_same(value: Any) -> None:
    """What is escaped in JSON for the terminal's sake is the same value when it is parsed."""
    text = to_json(value, indent=2)
    assert value == json.loads(text)
    assert inert(text, keep="\n") == text


def test_text_that_is_harmless_stays() -> None:
    """Letters of any script, and emoji that are joined from several, are shown as they are."""
    expected = "é 日本語 فارسی 👩\u200d🔬"
    assert expected == inert(expected)


def test_bar_waits_before_it_shows() -> None:
    """A bar stays away from work that is quickly done, shows itself later, and tidies up."""
    moments = iter([0.0, 0.1, 0.6, 0.65, 0.8])
    stream = io.StringIO()
    bar = Bar("verifying", stream, lambda: next(moments))
    bar(1, 4)
    bar.clear()
    assert stream.getvalue() == ""
    bar(2, 4)
    assert stream.getvalue() == f"\rverifying [{'#' * 15}{'-' * 15}]  50%"
    bar(3, 4)
    bar(4, 4)
    bar.clear()
    assert stream.getvalue().endswith(f"\rverifying [{'#' * 30}] 100%\r\x1b[K")
    assert "75%" not in stream.getvalue()


def test_bar_only_on_a_terminal(semax: Run) -> None:
    """Where standard error is no terminal, nothing but the report is written."""
    assert semax("verify", "semax", "--full").err == ""


# -- help ----------------------------------------------------------------------------------


# The demonstration brings a database of its own, and reads nothing.
FREE = ("demo", "key", "new-plugin", "question")  # a group, or no database is needed
ORDINARY = {name: verb for name, verb in cli.evledger.commands.items() if name not in FREE}


def test_help_lists_verbs_in_their_order(run: Run) -> None:
    """The group's help lists the verbs as they were put in, each with a whole sentence."""
    listed = run("--help").out.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    assert list(cli.evledger.commands) == [line.split()[0] for line in listed]
    whole = [line for line in listed if line.endswith(".") and not line.endswith("...")]
    assert ORDINARY.keys() <= {line.split()[0] for line in whole}


def test_help_tells_the_exit_codes_and_the_environment(run: Run) -> None:
    """Whoever scripts the command finds its codes and variables in its help."""
    text = run("--help").out
    wanted = [f"\n    {code.value:<4} " for code in Exit] + ["EVLEDGER_DB", "EVLEDGER_DEBUG"]
    assert [part for part in wanted if part not in text] == []


@pytest.mark.parametrize(("name", "command"), [*ORDINARY.items()])
def test_help_of_a_verb(name: str, command: click.Command, run: Run) -> None:
    """A verb's help has an example and every option, each explained; it takes --db and --json."""
    ended = run(name, "--help")
    assert ended.code == Exit.DONE
    assert f"$ evledger {name} " in ended.out
    options = [p for p in command.params if isinstance(p, click.Option)]
    assert [p.name for p in options if not p.help or p.opts[0] not in ended.out] == []
    assert {"--db", "--json"} <= {opt for p in options for opt in p.opts}
    assert "EVLEDGER_DB" in ended.out


def test_without_a_verb(run: Run) -> None:
    """Without a verb the help goes to standard error, and the code is that of wrong use."""
    ended = run()
    assert (ended.code, ended.out) == (Exit.WRONG, "")
    assert "Commands:" in ended.err


def test_version(run: Run) -> None:
    """The version is the distribution's."""
    assert run("--version").out.startswith("evledger, version 0.")


# -- where the database is -----------------------------------------------------------------


@pytest.mark.parametrize(
    "args",
    [
        ("--db", "a.db", "head", "semax"),
        ("head", "semax", "--db", "a.db"),
        ("head", "--db", "sqlite:///a.db", "semax"),
        ("--db", "no.db", "head", "semax", "--db", "a.db"),
    ],
)
def test_db_before_and_after_the_verb(args: tuple[str, ...], run: Run) -> None:
    """--db may stand before the verb and after it, where it counts for more."""
    head = run("init", "semax", "--title", "T", "--db", "a.db", "--json").document["head"]
    assert f"{head}\n" == run(*args).out


def test_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """EVLEDGER_DB and EVLEDGER_BY serve where no option is given, and an option overrides them."""
    monkeypatch.setenv("EVLEDGER_DB", "env.db")
    monkeypatch.setenv("EVLEDGER_BY", "importer")
    run("init", "semax", "--title", "T")
    assert json.loads(run("log", "semax", "--json").out)["by"] == "importer"
    run("init", "semax", "--title", "T", "--db", "other.db", "--by", "editor")
    assert json.loads(run("log", "semax", "--json", "--db", "other.db").out)["by"] == "editor"


READERS = [
    ("ledgers",),
    ("append", "semax", "-"),
    ("log", "semax"),
    ("show", "semax", "c1"),
    ("head", "semax"),
    ("diff", "semax", "1"),
    ("verify", "semax"),
    ("check", "semax"),
    ("waive", "semax", "score-saturated", "--why", "x"),
    ("erase", "semax", "1", "title", "--reason", "x"),
    ("export", "semax", "folder"),
    ("reindex", "semax"),
    ("render", "semax"),
]


@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize("args", READERS, ids=lambda args: args[0])
def test_missing_database(args: tuple[str, ...], empty: bool, run: Run) -> None:
    """Only init and restore create a database; the others say that there is none."""
    path = Path("evledger.db")
    if empty:
        path.touch()
    ended = run(*args)
    expected = "evledger: there is no database at evledger.db; 'evledger init' creates one\n"
    assert (Exit.WRONG, "", expected) == (ended.code, ended.out, ended.err)
    assert (empty, 0 if empty else None) == (
        path.exists(),
        path.stat().st_size if path.exists() else None,
    )


@pytest.mark.parametrize("args", [*READERS, ("init", "semax", "--title", "T")], ids=lambda a: a[0])
def test_unknown_scheme_is_no_file(args: tuple[str, ...], run: Run) -> None:
    """A URL that no store knows is an error of its own, and nothing is created or missed."""
    ended = run(*args, "--db", "shelf:journal")
    assert (ended.code, ended.out) == (Exit.WRONG, "")
    assert "no store has scheme 'shelf'" in ended.err
    assert "there is no database" not in ended.err
    assert list(Path().iterdir()) == []


def test_a_file_whose_name_has_a_colon(run: Run) -> None:
    """It is written with ./ before it, and by its bare name once it is there."""
    missing = run("ledgers", "--db", "./x1:y")
    assert (missing.code, "there is no database at x1:y" in missing.err) == (Exit.WRONG, True)
    assert run("init", "semax", "--title", "T", "--db", "./x1:y").code == Exit.DONE
    heads = {run("head", "semax", "--db", db).out for db in ("./x1:y", "x1:y", "sqlite:x1:y")}
    assert (len(heads), "" in heads) == (1, False)


# -- errors --------------------------------------------------------------------------------

GAP = '{"type": "gap-noted", "data": {"id": "g2", "text": "x"}}'
NO_HEAD = "8-" + "0" * 64


@pytest.mark.parametrize(
    ("code", "part", "args"),
    [
        (Exit.WRONG, "No such command 'nosuch'", ("nosuch",)),
        (Exit.WRONG, "Missing argument 'LEDGER'", ("log",)),
        (Exit.WRONG, "no ledger 'nosuch' in evledger.db; there are: semax", ("log", "nosuch")),
        (Exit.WRONG, "no store has scheme 'foo'", ("ledgers", "--db", "foo://x")),
        (Exit.WRONG, "is not a name of 1 to 63 small letters", ("init", "Semax", "--title", "T")),
        (Exit.WRONG, "no renderer 'nosuch'; there are:", ("render", "semax", "--format", "nosuch")),
        (Exit.WRONG, "it never had 9", ("log", "semax", "--at", "9")),
        (Exit.WRONG, "it never had 0", ("head", "semax", "--at", "0")),
        (Exit.WRONG, "never had the head 8-00000", ("log", "semax", "--at", NO_HEAD)),
        (Exit.WRONG, "has no time zone", ("log", "semax", "--at", "2026-11-22T10:00:00")),
        (Exit.WRONG, "is no place in a ledger", ("log", "semax", "--at", "2026-13-01")),
        (Exit.WRONG, "had no records yet", ("log", "semax", "--at", "1999-12-31")),
        (Exit.WRONG, "not a head: '43'", ("verify", "semax", "--head", "43")),
        (Exit.WRONG, "No such file", ("append", "semax", "nosuch.jsonl")),
        (Exit.WRONG, "one of the two", ("verify",)),
        (Exit.WRONG, "one of the two", ("check",)),
        (Exit.WRONG, "no rule 'nosuch'; there are:", ("check", "semax", "--rule", "nosuch")),
        (Exit.WRONG, "finds nothing now", ("waive", "semax", "score-saturated", "--why", "x")),
        (Exit.WRONG, "one of the two", ("verify", "semax", "--archive", "x")),
        (Exit.WRONG, "--follow waits", ("log", "semax", "--follow", "--reverse")),
        (Exit.WRONG, "has no 'c9'", ("show", "semax", "c9")),
        (Exit.WRONG, "no record that mentions 'doi:10.1/y'", ("show", "semax", "doi:10.1/y")),
        (Exit.WRONG, "there is no record 8", ("show", "semax", "8")),
        (Exit.WRONG, "is not a sealed field", ("erase", "semax", "2", "text", "--reason", "x")),
        (Exit.WRONG, "there is no record 99", ("erase", "semax", "99", "x", "--reason", "x")),
        (Exit.WRONG, "no archive", ("restore", ".")),
        (Exit.WRONG, "cannot be read", ("verify", "--archive", "nosuch")),
        (Exit.UNFINISHED, "there is a ledger 'semax'", ("init", "semax", "--title", "T")),
        (Exit.UNFINISHED, "has moved on", ("append", "semax", "gap.jsonl", "--expect", NO_HEAD)),
        (Exit.UNFINISHED, "no part of an archive", ("export", "semax", ".")),
        (Exit.UNFINISHED, "cannot be written", ("render", "semax", "-o", "nosuch/semax.md")),
        (Exit.UNFINISHED, "not an evledger database", ("ledgers", "--db", "gap.jsonl")),
    ],
)
def test_errors(code: Exit, part: str, args: tuple[str, ...], semax: Run) -> None:
    """What goes wrong is one sentence on standard error, and a code that says whose fault it is."""
    Path("gap.jsonl").write_text(GAP, encoding="utf-8")
    ended = semax(*args)
    assert (code, "") == (ended.code, ended.out)
    assert part in ended.err
    assert "Traceback" not in ended.err
    assert sum(line.startswith("evledger: ") for line in ended.err.splitlines()) == 1


def test_an_error_of_our_own_is_not_damage(semax: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected exception ends with 3 and a sentence; EVLEDGER_DEBUG=1 shows the traceback."""

    def fail(*_: Any, **__: Any) -> None:
        raise KeyError(ESCAPE)

    monkeypatch.setattr(Ledger, "verify", fail)
    ended = semax("verify", "semax")
    assert (ended.code, ended.out) == (Exit.UNFINISHED, "")
    assert "evledger: it stopped at an error of its own (KeyError:" in ended.err
    assert "EVLEDGER_DEBUG=1" in ended.err
    assert [part for part in ("Traceback", "\x1b") if part in ended.err] == []
    monkeypatch.setenv("EVLEDGER_DEBUG", "1")
    ended = semax("verify", "semax")
    assert (ended.code, "Traceback" in ended.err) == (Exit.UNFINISHED, True)


def test_wrong_use_is_never_damage(capsys: pytest.CaptureFixture[str]) -> None:
    """Click ends with 1 for some of its errors; here they are wrong use."""

    def fail() -> None:
        raise click.FileError("a.jsonl", "no such file")

    assert errors.run(fail) == Exit.WRONG
    assert "evledger: Could not open file 'a.jsonl'" in capsys.readouterr().err


def test_indentation_of_choices(run: Run) -> None:
    """Click puts the choices of a missing argument below it, indented; they stay so."""
    err = run("new-plugin", "x").err
    assert "\n\tscorer," in err
    assert "\\t" not in err


def test_interrupt(semax: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends with 130, as the shell expects."""

    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Ledger, "verify", interrupt)
    ended = semax("verify", "semax")
    assert (ended.code, "interrupted" in ended.err) == (Exit.INTERRUPTED, True)


def test_messages_are_inert(semax: Run) -> None:
    """What a user, or a file, gave comes back escaped."""
    shown = [semax("show", "semax", ESCAPE).err, semax(ESCAPE).err, semax("log", ESCAPE).err]
    assert [text for text in shown if "\x1b" in text or r"\x1b" not in text] == []


# -- writing -------------------------------------------------------------------------------


def test_init(run: Run) -> None:
    """Init creates the database and the ledger, with all that was said of it."""
    given = ("--title", "T", "--subject", "S", "--origin", "example.org/t", "--by", "editor")
    made = run("init", "semax", *given, "--json").document
    assert {"ledger": "semax", "head": made["head"], "db": "evledger.db"} == made
    (first,) = map(json.loads, run("log", "semax", "--json").out.splitlines())
    assert (first["by"], first["data"]["title"], first["data"]["subject"]) == ("editor", "T", "S")
    assert first["data"]["origin"] == "example.org/t"


def test_init_refused_leaves_no_database(run: Run) -> None:
    """A slip in the name does not leave an empty database behind."""
    run("init", "Semax", "--title", "T")
    assert not Path("evledger.db").exists()


def test_append_reports(semax: Run) -> None:
    """Append tells the first record, how many there are, and the head."""
    ended = semax("append", "semax", "-", "--json", given=f"{GAP}\n")
    head = semax("head", "semax").out.strip()
    assert {"ledger": "semax", "first": 8, "count": 1, "head": head} == ended.document


def test_append_seals(semax: Run) -> None:
    """A line's "seal" keeps the value out of the record."""
    record = json.loads(semax("log", "semax", "--type", "gap-noted", "--json").out)
    assert (record["data"], list(record["sealed"])) == ({"id": "g1"}, ["text"])


def test_append_once(semax: Run) -> None:
    """The same call under the same token adds nothing; other content under it is refused."""
    first = semax("append", "semax", "-", "--once", "t1", "--json", given=GAP).document
    again = semax("append", "semax", "-", "--once", "t1", "--json", given=GAP).document
    assert first == again
    other = semax("append", "semax", "-", "--once", "t1", given=GAP.replace("g2", "g3"))
    assert (other.code, "take a new token" in other.err) == (Exit.UNFINISHED, True)


@pytest.mark.parametrize(
    ("code", "bad", "part"),
    [
        (Exit.WRONG, b"{", "line 3: not JSON"),
        (Exit.WRONG, b"[]", "line 3: expected an object with type, data"),
        (Exit.WRONG, b'{"type": "gap-noted"}', "line 3: expected an object with type, data"),
        (Exit.WRONG, GAP[:-1].encode() + b', "x": 1}', "line 3: expected an object"),
        (Exit.WRONG, b'{"type": 7, "data": {}}', "line 3: type must be text"),
        (Exit.WRONG, GAP[:-1].encode() + b', "seal": "text"}', "line 3: seal must be a list"),
        (Exit.WRONG, GAP[:-1].encode() + b', "seal": ["id"]}', "line 3: gap-noted: 'id' is not"),
        (
            Exit.WRONG,
            b'{"type": "gap-noted", "data": {"id": "g2"}}',
            "line 3: gap-noted.text: it is missing",
        ),
        (Exit.WRONG, b'{"type": "nosuch", "data": {}}', "line 3: unknown event type 'nosuch'"),
        (Exit.WRONG, b'{"type": "\xff", "data": {}}', "line 3: not JSON"),
        (Exit.UNFINISHED, GAP.encode(), "line 3 (gap-noted): gap:g2 is introduced by line 1"),
        (Exit.UNFINISHED, GAP.replace("g2", "g1").encode(), "line 3 (gap-noted): gap:g1 is alr"),
        (
            Exit.UNFINISHED,
            b'{"type": "gap-closed", "data": {"gap": "g9", "why": "x"}}',
            "line 3 (gap-closed): it relies on gap:g9",
        ),
    ],
)
def test_append_names_the_line(code: Exit, bad: bytes, part: str, semax: Run) -> None:
    """One bad line, and nothing of the file is appended; the error names the line."""
    before = semax("head", "semax").out
    ended = semax("append", "semax", "-", given=GAP.encode() + b"\n\n" + bad + b"\n")
    assert (code, "") == (ended.code, ended.out)
    assert part in ended.err
    assert "nothing was appended" in ended.err
    assert before == semax("head", "semax").out


def test_append_nothing(semax: Run) -> None:
    """An empty file is a mistake, not a success."""
    ended = semax("append", "semax", "-")
    assert (ended.code, "there is no event to append" in ended.err) == (Exit.WRONG, True)


def test_erase(semax: Run) -> None:
    """An erased field is gone from show, and the ledger is still sound."""
    done = semax("erase", "semax", "2", "quote", "--reason", "asked", "--json").document
    head = semax("head", "semax").out.strip()
    expected = {"ledger": "semax", "n": 2, "fields": ["quote"], "pending": False, "head": head}
    assert expected == done
    sealed = semax("show", "semax", "c1", "--json").document["sealed"]
    assert sealed == {"quote": {"n": 2, "state": "erased", "value": None}}
    assert "quote: [erased]" in semax("show", "semax", "c1").out
    assert semax("verify", "semax", "--full").code == Exit.DONE


def test_erase_that_is_pending(semax: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a reader keeps the old bytes in the files, the erasure is not finished."""

    def erase(*_: Any, **__: Any) -> evledger.Erasure:
        return evledger.Erasure(2, ("quote",), pending=True)

    monkeypatch.setattr(Ledger, "erase", erase)
    ended = semax("erase", "semax", "2", "quote", "--reason", "asked")
    assert (ended.code, "pending: a reader keeps" in ended.out) == (Exit.UNFINISHED, True)


# -- reading -------------------------------------------------------------------------------


def test_ledgers(semax: Run) -> None:
    """Ledgers are listed with their heads."""
    (found,) = semax("ledgers", "--json").document
    head = semax("head", "semax").out.strip()
    assert ("semax", "semax", head) == (found["ledger"], found["name"], found["head"])
    assert [line.split()[0] for line in semax("ledgers").out.splitlines()] == ["LEDGER", "semax"]


def records(ended: Any) -> list[dict[str, Any]]:
    """Return the records of a log in JSON lines."""
    return [json.loads(line) for line in ended.out.splitlines()]


def test_log_records_are_whole(semax: Run) -> None:
    """A record in JSON has every part of its line, and its hash."""
    expected = ["n", "at", "by", "type", "v", "data", "keys", "refs", "drops", "sealed", "hash"]
    found = records(semax("log", "semax", "--json"))
    assert [expected] * 8 == [list(record) for record in found]
    assert semax("head", "semax").out == f"8-{found[-1]['hash']}\n"


@pytest.mark.parametrize(
    ("expected", "args"),
    [
        ([0, 1, 2, 3, 4, 5, 6, 7], ()),
        ([7, 6], ("--reverse", "-n", "2")),
        ([0, 1, 2], ("--at", "3")),
        ([2, 1], ("--at", "3", "--reverse", "--after", "1")),
        ([6], ("--type", "component-mapped")),
        ([5, 6], ("--after", "5", "--limit", "2", "--follow")),
    ],
)
def test_log_chooses(expected: list[int], args: tuple[str, ...], semax: Run) -> None:
    """The options choose records, and in which order."""
    found = records(semax("log", "semax", "--json", *args))
    assert expected == [record["n"] for record in found]


def test_log_newest_first_over_pages(semax: Run) -> None:
    """Newest first is the log the other way round, however many pages it fills."""
    lines = "\n".join(GAP.replace("g2", f"h{i}") for i in range(300))
    semax("append", "semax", "-", given=lines)
    forth = semax("log", "semax", "--json").out.splitlines()
    assert forth[::-1] == semax("log", "semax", "--json", "--reverse").out.splitlines()


def test_titles_are_inert(semax: Run) -> None:
    """A title that holds an escape sequence and an override is shown with both written out."""
    shown = [semax(*args).out for args in (("log", "semax"), ("show", "semax", "s1"))]
    shown += [semax(*args, "--json").out for args in (("log", "semax"), ("show", "semax", "s1"))]
    assert [text for text in shown if "\x1b" in text or OVERRIDE in text] == []
    assert r"A \x1b[31m trial \u202e" in shown[0]
    assert (
        EVENTS[0]["data"]["title"] == records(semax("log", "semax", "--json"))[1]["data"]["title"]
    )


@pytest.mark.parametrize(
    ("id", "kind", "name"),
    [
        ("s1", "source", "source:s1"),
        ("source:s1", "source", "source:s1"),
        ("https://doi.org/10.1000/X", "source", "source:s1"),
        ("c1", "claim", "claim:c1"),
        ("q1", "question", "question:q1"),
        ("g1", "gap", "gap:g1"),
        ("cv1", "caveat", "caveat:cv1"),
        ("k1", "component", "component:k1"),
        ("safety", "section", "section:safety"),
        ("section:safety", "section", "section:safety"),
        ("tier:human", "name", "tier:human"),
    ],
)
def test_show_finds(id: str, kind: str, name: str, semax: Run) -> None:  # as the verb has it
    """An entry is found by its id, its whole name or its locator, and comes with its history."""
    found = semax("show", "semax", id, "--json").document
    assert (kind, name) == (found["kind"], found["name"])
    assert list(found) == ["ledger", "head", "kind", "name", "entry", "sealed", "history"]
    assert (kind != "name", True) == (found["entry"] is not None, bool(found["history"]))
    assert name in semax("show", "semax", id).out.splitlines()[0]


def test_show_a_record(semax: Run) -> None:
    """A number is a record's; what is sealed in it is opened beside it."""
    found = semax("show", "semax", "2", "--json").document
    assert (found["kind"], found["name"], found["entry"]) == ("record", "2", None)
    assert found["sealed"] == {"quote": {"n": 2, "state": "open", "value": "they rose"}}
    assert [record["n"] for record in found["history"]] == [2]
    assert "they rose" in semax("show", "semax", "2").out


def test_show_as_it_stood(semax: Run) -> None:
    """At an earlier place an entry has its earlier fields, and no later history."""
    retag = {"claim": "c1", "tier": "anecdotal", "why": "a report"}
    line = json.dumps({"type": "claim-retagged", "data": retag})
    semax("append", "semax", "-", given=line)
    now, then = (
        semax("show", "semax", "c1", "--json", *args).document for args in ((), ("--at", "8"))
    )
    assert (now["entry"]["tier"], then["entry"]["tier"]) == ("anecdotal", "human")
    assert tuple([r["n"] for r in found["history"]] for found in (now, then)) == ([2, 8], [2])


def test_show_what_is_ambiguous(semax: Run) -> None:
    """An id that two entries have is not guessed at."""
    line = '{"type": "gap-noted", "data": {"id": "s1", "text": "x"}}'
    semax("append", "semax", "-", given=line)
    ended = semax("show", "semax", "s1")
    assert (ended.code, "name one of: source:s1, gap:s1" in ended.err) == (Exit.WRONG, True)


def test_diff(semax: Run) -> None:
    """A diff names what was added and what changed, from what to what."""
    line = '{"type": "claim-retagged", "data": {"claim": "c1", "tier": "anecdotal", "why": "x"}}'
    semax("append", "semax", "-", given=line)
    found = semax("diff", "semax", "8", "--json").document
    change = {"kind": "claim", "id": "c1", "what": "changed"}
    assert [{**change, "fields": {"tier": ["human", "anecdotal"]}}] == found["changes"]
    assert "~ claim c1\n    tier: human → anecdotal\n" in semax("diff", "semax", "8").out
    assert [found[side].split("-")[0] for side in ("from", "to")] == ["8", "9"]
    assert semax("diff", "semax", "9", "9", "--json").document["changes"] == []


def test_render(semax: Run) -> None:
    """The same article goes to standard output, into a file and into a JSON document."""
    out = semax("render", "semax", "--at", "5").out
    about = semax("render", "semax", "--at", "5", "--json").document
    assert out == about["text"]
    told = semax("render", "semax", "--at", "5", "-o", "semax.md", "--json").document
    assert out == Path("semax.md").read_text(encoding="utf-8")
    assert ("semax.md", about["head"]) == (told["file"], told["head"])


# -- places --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hourly() -> Iterator[Ledger]:
    """Yield a ledger of 301 records, one a minute."""
    minutes = iter(range(1000))
    clock = lambda: DAY + timedelta(minutes=next(minutes))  # noqa: E731  # a clock in one line
    with evledger.open("memory:", clock=clock) as store:
        ledger = store.create("semax", title="T", by="curator")
        for i in range(300):
            ledger.append(evledger.GapNoted(id=f"g{i}", text="x"), by="curator")
        yield ledger


@given(n=st.integers(1, 301))
def test_a_number_a_head_and_a_time_are_one_place(hourly: Ledger, n: int) -> None:
    """A ledger is found as it stood by how many records it had, by its head and by the time."""
    moment = hourly.record(n - 1).at
    zoned = moment.astimezone(tz=None)
    places = (str(n), str(head_at(hourly, n)), moment.isoformat(), zoned.isoformat())
    assert [n] * 4 == [size_at(hourly, place) for place in places]
    assert n == size_at(hourly, (moment + timedelta(seconds=59)).isoformat())


def test_a_date_is_the_end_of_its_day(hourly: Ledger) -> None:
    """A date takes in all of that day in UTC."""
    assert size_at(hourly, "2026-11-22") == 301
    assert size_at(hourly, None) == 301


# -- checking and moving -------------------------------------------------------------------


def test_verify_says_what_it_stands_on(semax: Run) -> None:
    """Without a head it is consistency only; with one it says what lies beyond."""
    out = semax("verify", "semax").out
    assert out.startswith("sound: 8 events in 1 page, head 8-")
    assert "internal consistency only: no head kept elsewhere was given" in out
    kept = semax("head", "semax", "--at", "5").out.strip()
    out = semax("verify", "semax", "--full", "--head", kept).out
    assert f"extends the head given, {kept}; of the events 3 lie beyond it" in out
    assert "Merkle root: " in out


def test_verify_json(semax: Run) -> None:
    """The report as JSON has all that the report has."""
    kept = semax("head", "semax", "--at", "5").out.strip()
    found = semax("verify", "semax", "--full", "--head", kept, "--json").document
    expected: dict[str, Any] = {
        "ok": True,
        "ledger": "semax",
        "level": "full",
        "head": semax("head", "semax").out.strip(),
        "events": 8,
        "pages": 1,
        "trust": "head given",
        "trusted": kept,
        "vouched": None,
        "beyond": 3,
        "sound_to": 8,
        "faults": [],
        "unknown": {},
    }
    assert expected == {name: found[name] for name in expected}
    rest = {"checked", "root", "seconds", "events_per_second"}
    assert rest == found.keys() - expected.keys()


def test_verify_a_head_that_does_not_fit(semax: Run) -> None:
    """A ledger that does not extend the head given is not sound."""
    ended = semax("verify", "semax", "--head", NO_HEAD)
    assert (ended.code, ended.err) == (Exit.UNSOUND, "")
    assert ended.out.startswith("NOT SOUND: semax: 1 fault\n  head-mismatch: ")


@pytest.fixture
def archive(semax: Run) -> Run:
    """Return the same with an archive of two pages in the folder semax-archive."""
    lines = "\n".join(GAP.replace("g2", f"h{i}") for i in range(300))
    semax("append", "semax", "-", given=lines)
    told = semax("export", "semax", "semax-archive", "--json").document
    head = semax("head", "semax").out.strip()
    assert {"ledger": "semax", "head": head, "archive": "semax-archive"} == told
    return semax


@pytest.mark.parametrize("args", [(), ("--chain",), ("--chain", "--jobs", "1"), ("--jobs", "2")])
def test_verify_an_archive(args: tuple[str, ...], archive: Run) -> None:
    """An archive is verified without a database, at either level, by one thread or more."""
    Path("evledger.db").unlink()
    ended = archive("verify", "--archive", "semax-archive", "--json", *args)
    level = "chain" if "--chain" in args else "full"
    assert ended.code == Exit.DONE
    assert (True, level, 308) == tuple(ended.document[k] for k in ("ok", "level", "events"))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_verify_damage(jobs: str, archive: Run) -> None:
    """Damage is placed, what is sound before it is said, and the code is 1."""
    change_byte(Path("semax-archive/page-000001.jsonl"), b'"x"', b'"y"')
    args = ("verify", "--archive", "semax-archive", "--chain", "--jobs", jobs)
    ended = archive(*args)
    assert ended.code == Exit.UNSOUND
    assert ended.out.startswith("NOT SOUND: semax: 1 fault\n  changed-byte: page 1")
    assert "still sound: the first 256 events, up to record 255\n" in ended.out
    found = archive(*args, "--json").document
    assert (found["ok"], found["head"], found["sound_to"]) == (False, None, 256)
    (fault,) = found["faults"]
    assert (fault["kind"], fault["page"]) == ("changed-byte", 1)


@pytest.mark.parametrize("name", ["HEAD", "page-000000.jsonl"])
def test_verify_an_archive_that_cannot_be_read(name: str, archive: Run) -> None:
    """An archive whose head is garbled, or whose first page is gone, is there, and not sound."""
    path = Path("semax-archive", name)
    path.unlink()
    if name == "HEAD":
        path.write_text("garbage", encoding="utf-8")
    ended = archive("verify", "--archive", "semax-archive")
    assert (ended.code, ended.out.startswith("NOT SOUND")) == (Exit.UNSOUND, True)


def test_restore(archive: Run) -> None:
    """A restored ledger has the same head, in a database that restore creates."""
    head = archive("head", "semax").out.strip()
    args = ("restore", "semax-archive", "--as", "copy", "--head", head, "--db", "new.db")
    assert {"ledger": "copy", "head": head, "db": "new.db"} == archive(*args, "--json").document
    assert archive("verify", "copy", "--full", "--db", "new.db").code == Exit.DONE
    ended = archive(*args)
    assert (ended.code, "another alias (--as)" in ended.err) == (Exit.UNFINISHED, True)


def test_restore_what_is_not_sound(archive: Run) -> None:
    """An archive that is not sound, or does not extend the head given, is not restored."""
    ended = archive("restore", "semax-archive", "--as", "copy", "--head", NO_HEAD)
    assert ended.code == Exit.UNSOUND
    change_byte(Path("semax-archive/page-000000.jsonl"), b"Scores rose", b"Scores fell")
    ended = archive("restore", "semax-archive", "--as", "copy")
    assert ended.code == Exit.UNSOUND
    assert "is not sound, and nothing was restored" in ended.err
    assert [found["ledger"] for found in archive("ledgers", "--json").document] == ["semax"]


def test_restore_nothing_creates_nothing(run: Run) -> None:
    """A folder that holds no archive leaves no database behind."""
    assert run("restore", ".").code == Exit.WRONG
    assert not Path("evledger.db").exists()


def test_reindex(semax: Run) -> None:
    """Reindex tells how many names are held: tiers, entries and locators."""
    found = semax("reindex", "semax", "--json").document
    assert (found["ledger"], found["names"]) == ("semax", 4 + 8)


@pytest.mark.parametrize(
    "args", [("show", "semax", "9" * 5_000), ("log", "semax", "--at", "9" * 5_000)]
)
def test_numbers_without_end(args: tuple[str, ...], semax: Run) -> None:
    """A number that no ledger reaches is no error of evledger's own."""
    ended = semax(*args)
    assert ended.code == Exit.WRONG
    assert "an error of its own" not in ended.err
