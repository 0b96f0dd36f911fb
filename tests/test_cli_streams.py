"""Standard output is the command's own: plugins that print, run programs, close it, or stop it."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

import pytest

import evledger
from evledger import Plugins
from evledger.cli.errors import Exit

Run = Callable[..., Any]

LOUD: Final = """
import atexit
import os
import subprocess
import sys
from decimal import Decimal

from evledger import Rendered, Score, Term, hookimpl

EVLEDGER_API = 1
WAY = os.environ.get("LOUD_WAY", "print")


def shout(where):
    print(f"{where} was here", flush=WAY != "print")
    if WAY == "program":
        sys.stdout.flush()
        subprocess.run([sys.executable, "-c", f"print('{where} was there')"], check=True)
        os.write(1, b"and there\\n")
        if sys.__stdout__ is not None:
            sys.__stdout__.write("and everywhere\\n")
    if WAY == "closed" and where == "score":
        sys.stdout.close()


shout("import")
if "LOUD_WAY" in os.environ:
    atexit.register(shout, "exit")


class Loud:
    name, version = "loud", 1

    def score(self, view):
        shout("score")
        term = Term.of("x", "sources", count=1, weight=Decimal("0.1"))
        return Score.of(self, view, terms=[term], label="loud")

    def render(self, view, context):
        shout("render")
        return Rendered(b"<p>caf\\xc3\\xa9</p>\\n", "text/html; charset=utf-8", ".html")


class Stopping(Loud):
    name = "stopping"

    def score(self, view):
        raise GeneratorExit("enough")


class Failing(Loud):
    name = "failing"

    def score(self, view):
        return self.deep()

    def deep(self):
        raise LookupError("no such weight")

    def rank(self, view, claims):
        return self.deep()


@hookimpl.scorers
def scorers():
    shout("hook")
    return [Loud(), Stopping(), Failing()]


@hookimpl.renderers
def renderers():
    shout("hook")
    return [Loud()]


@hookimpl.rankers
def rankers():
    return [Failing()]
"""


@pytest.fixture
def loud(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs the command in a folder with a ledger, beside a plugin that is not quiet."""
    module = f"loud_plugin_{tmp_path.name.replace('-', '_')}"
    folder = tmp_path / "site"
    info = folder / "evledger_loud-1.5.dist-info"
    info.mkdir(parents=True)
    (folder / f"{module}.py").write_text(dedent(LOUD))
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: evledger-loud\nVersion: 1.5\n")
    (info / "entry_points.txt").write_text(f"[evledger]\nloud = {module}\n")
    with evledger.open("evledger.db", plugins=Plugins.builtin()) as store:
        store.create("semax", title="Semax", by="curator")
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    importlib.invalidate_caches()
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    monkeypatch.delenv("EVLEDGER_DISABLE_PLUGINS")
    return run


def program(*args: str, **told: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a program of its own."""
    command = [sys.executable, "-m", "evledger", *args]
    return subprocess.run(command, env={**os.environ, **told}, capture_output=True, check=False)


@pytest.mark.parametrize("way", ["print", "program", "closed"])
def test_json_is_json_and_nothing_else(loud: Run, way: str) -> None:
    """What a plugin prints, and what its programs print, is on standard error; a closed one too."""
    del loud
    args = ("score", "semax", "--scorer", "loud", "--scorer", "quantified-confidence", "--json")
    ended = program(*args, LOUD_WAY=way)
    assert ended.returncode == Exit.DONE, ended.stderr
    assert json.loads(ended.stdout)["scores"][0]["scorer"] == "loud"
    said = ended.stderr.decode().splitlines()
    assert {f"{where} was here" for where in ("import", "hook", "score")} <= set(said)
    assert way == "closed" or "exit was here" in said
    by_programs = ("score was there" in said, "and there" in said, "and everywhere" in said)
    assert by_programs == (way == "program",) * 3


def test_what_a_renderer_made_is_verbatim(loud: Run) -> None:
    """The bytes in the pipe are the renderer's, whatever it printed while it made them."""
    del loud
    ended = program("render", "semax", "--format", "loud", LOUD_WAY="program")
    assert (ended.returncode, ended.stdout) == (Exit.DONE, b"<p>caf\xc3\xa9</p>\n")
    assert b"render was there" in ended.stderr


def test_within_another_program(loud: Run) -> None:
    """A program that runs the command within itself gets its output alone, and its own back."""
    before = sys.stdout
    ended = loud("score", "semax", "--scorer", "loud", "--json")
    assert ended.document["scores"][0]["label"] == "loud"
    assert "score was here\n" in ended.err
    assert sys.stdout is before


def test_help_is_output(loud: Run) -> None:
    """Help and version are what was asked for, and go where output goes."""
    del loud
    for args in (("--version",), ("score", "--help"), ("question", "link", "--help")):
        ended = program(*args)
        assert (ended.returncode, ended.stderr) == (Exit.DONE, b"")
        assert ended.stdout != b""


def test_streams_that_are_closed(loud: Run) -> None:
    """Without standard output, or error, or both, the code is what it would be; no file is hit."""
    del loud
    before = Path("evledger.db").read_bytes()
    for closed in (">&-", "2>&-", ">&- 2>&-"):
        command = f"{sys.executable} -m evledger score semax --scorer loud {closed}"
        ended = subprocess.run(
            ["/bin/sh", "-c", command],
            env={**os.environ, "LOUD_WAY": "program"},
            capture_output=True,
            check=False,
        )
        assert ended.returncode == Exit.DONE, (closed, ended)
    assert Path("evledger.db").read_bytes() == before


def test_nothing_is_written_where_output_is_closed(loud: Run) -> None:
    """With input closed too, or error, the output lands in no stream that is left."""
    del loud
    for closed in ("<&- >&-", "<&- >&- 2>&-", "<&- 2>&-"):
        command = f"{sys.executable} -m evledger head semax {closed}"
        ended = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=False)
        assert ended.returncode == Exit.DONE, (closed, ended)
        assert re.search(rb"^1-[0-9a-f]{64}", ended.stderr, re.MULTILINE) is None, closed
        assert (ended.stdout == b"") == (">&-" in closed.split()), closed


EMBEDDED: Final = """
import contextlib, io, os, subprocess, sys
from evledger.cli import main

out, err = io.StringIO(), io.StringIO()
sys.argv = ["evledger", "score", "semax", "--scorer", "loud", "--json"]
with contextlib.ExitStack() as streams:
    if "out" in os.environ["REDIRECTED"]:
        streams.enter_context(contextlib.redirect_stdout(out))
    if "err" in os.environ["REDIRECTED"]:
        streams.enter_context(contextlib.redirect_stderr(err))
    if os.environ["REDIRECTED"] == "file":
        file = streams.enter_context(open("written", "w"))
        streams.enter_context(contextlib.redirect_stdout(file))
    code = streams.enter_context(contextlib.suppress(SystemExit))
    main()
subprocess.run(["echo", "the application's own"], check=True)
sys.stderr.write(err.getvalue())
if os.environ["REDIRECTED"] != "err":
    print(out.getvalue() or open("written").read(), end="")
"""


@pytest.mark.parametrize("redirected", ["out", "err", "out err", "file"])
def test_streams_of_an_application(loud: Run, redirected: str) -> None:
    """Where a stream is the application's own, the output is in it, and descriptor 1 stays."""
    del loud
    ended = subprocess.run(
        [sys.executable, "-c", EMBEDDED],
        env={**os.environ, "REDIRECTED": redirected},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == Exit.DONE, ended.stderr
    own, mark, rest = ended.stdout.decode().partition("the application's own\n")
    assert mark, ended
    assert json.loads(own or rest)["scores"][0]["scorer"] == "loud"
    assert "score was here" in ended.stderr.decode().splitlines()


ENDLESS: Final = """
import threading
import time
from contextlib import suppress


def print_for_ever():
    with suppress(ValueError):
        while True:
            print("for ever")


threading.Thread(target=print_for_ever, daemon=True).start()
time.sleep(0.05)
"""


def test_a_thread_that_prints_for_ever(loud: Run) -> None:
    """What a plugin's thread prints after the verb has ended is on standard error too."""
    del loud
    (module,) = Path("site").glob("*.py")
    module.write_text(module.read_text() + ENDLESS)
    # The end is drawn out, for the thread to have its chance.
    ending = "import sys, time; from evledger.cli import errors, main; before = errors._flushed; "
    ending += "errors._flushed = lambda code: (time.sleep(0.1), before(code))[1]; "
    ending += "sys.argv[0] = 'evledger'; main()"
    args = ("score", "semax", "--scorer", "loud", "--json")
    ended = subprocess.run([sys.executable, "-c", ending, *args], capture_output=True, check=False)
    assert json.loads(ended.stdout)["scores"][0]["scorer"] == "loud"
    assert b"for ever" in ended.stderr
    assert ended.returncode == Exit.DONE


# -- plugins that stop, and that fail ------------------------------------------------------


def test_a_plugin_that_stops_the_command(loud: Run) -> None:
    """What no handler takes for an error is a plugin's failure, and not a ledger's: 3, never 1."""
    ended = loud("score", "semax", "--scorer", "stopping")
    assert (ended.code, ended.out) == (Exit.UNFINISHED, "")
    assert "evledger: a plugin stopped the command: GeneratorExit: enough (loud_plugin" in ended.err
    assert "Traceback" not in ended.err


def test_where_a_plugin_stopped_the_command(loud: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With EVLEDGER_DEBUG=1 the plugin's own lines are shown."""
    monkeypatch.setenv("EVLEDGER_DEBUG", "1")
    err = loud("score", "semax", "--scorer", "stopping").err
    assert 'raise GeneratorExit("enough")' in err


def test_what_failed_is_named_with_its_distribution(loud: Run) -> None:
    """A score that failed, or an error that ends a verb, says from where the plugin is."""
    ended = loud("score", "semax", "--scorer", "failing")
    assert ended.code == Exit.UNFINISHED
    assert ended.out.startswith("failing: FAILED\n  scorer 'failing' of evledger-loud 1.5 (loud = ")
    (failure,) = loud("score", "semax", "--scorer", "failing", "--json").document["failures"]
    assert list(failure) == ["name", "reason"]
    assert failure["reason"].startswith("scorer 'failing' of evledger-loud 1.5 (loud = ")
    ended = loud("render", "semax", "--ranker", "failing")
    assert (ended.code, ended.out) == (Exit.UNFINISHED, "")
    assert "evledger: ranker 'failing' of evledger-loud 1.5 (loud = " in ended.err


@pytest.mark.parametrize("verb", [("score", "--scorer"), ("render", "--ranker"), ("ledgers",)])
def test_where_a_plugin_failed(
    loud: Run, verb: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With EVLEDGER_DEBUG=1 every failure that is told comes with the plugin's traceback."""
    name, *option = verb
    args = (name, "semax", *option, "failing") if option else ("ledgers",)
    if not option:
        (module,) = Path("site").glob("*.py")
        module.write_text("def deep():\n    import nowhere_at_all\n\ndeep()\n")
    assert "Traceback" not in loud(*args).err
    monkeypatch.setenv("EVLEDGER_DEBUG", "1")
    err = loud(*args).err
    assert "Traceback" in err
    assert ("import nowhere_at_all" if not option else "return self.deep()") in err
