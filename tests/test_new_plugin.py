"""`evledger new-plugin` writes packages whose tests pass at once."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from evledger import Conflict, Invalid, Plugins
from evledger.cli import evledger as program
from evledger.cli.errors import Exit
from evledger.cli.scaffold import KINDS, write_package


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a Python module in a package's folder; the package need not be installed."""
    paths = os.pathsep.join(["src", *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths, "MYPYPATH": "src"},
        capture_output=True,
        check=False,
        text=True,
    )


def new_plugin(*arguments: str) -> int:
    """Run the verb."""
    return int(program.main(["new-plugin", *arguments], standalone_mode=False))


@pytest.fixture(scope="module", params=KINDS)
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a new package, one of each kind."""
    kind: str = request.param
    return write_package(f"my-{kind}", kind, tmp_path_factory.mktemp("new")).folder


def test_tests_pass(package: Path) -> None:
    """What was written passes its own tests, the suite among them."""
    done = run(package, "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def test_tests_can_fail(tmp_path: Path) -> None:
    """An example that breaks a promise no longer passes: this one does not say how it counts."""
    folder = write_package("mute", "scorer", tmp_path).folder
    module = folder / "src/evledger_mute/__init__.py"
    module.write_text(module.read_text().replace("            method=", "            source="))
    done = run(folder, "pytest", "-q", "-p", "no:cacheprovider", "-k", "empty_ledger")
    assert done.returncode == 1
    assert "a score says how it is computed" in done.stdout


@pytest.fixture(scope="module")
def types(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder in which mypy keeps what it knows of the library, for all packages."""
    return tmp_path_factory.mktemp("types")


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "--isolated", "--no-cache", "."),
        ("mypy", "--strict", "--cache-dir={types}", "src", "tests"),
    ],
    ids=["ruff", "mypy"],
)
def test_is_clean(package: Path, types: Path, command: tuple[str, ...]) -> None:
    """What was written has no fault that a linter or a strict type checker finds."""
    if importlib.util.find_spec(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = run(package, *(each.format(types=types) for each in command))
    assert done.returncode == 0, done.stdout + done.stderr


def test_announces_itself(package: Path) -> None:
    """The project's file names the plugin, and what it depends on, under the library's name."""
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    name = package.name.removeprefix("evledger-")
    module = f"evledger_{name.replace('-', '_')}"
    assert project["name"] == package.name
    assert project["entry-points"]["evledger"] == {name: module}
    assert "evidence-ledger" in project["dependencies"]
    assert (package / "src" / module / "py.typed").is_file()
    assert "$" not in (package / "README.md").read_text().replace("$ ", "")


def test_can_be_registered(package: Path) -> None:
    """The module is a plugin that supplies one thing, under the name that was given."""
    name = package.name.removeprefix("evledger-")
    module = f"evledger_{name.replace('-', '_')}"
    spec = importlib.util.spec_from_file_location(module, package / "src" / module / "__init__.py")
    assert spec is not None
    assert spec.loader is not None
    plugin = importlib.util.module_from_spec(spec)
    sys.modules[module] = plugin
    spec.loader.exec_module(plugin)
    plugins = Plugins.builtin()
    plugins.register(plugin, name)
    (info,) = (info for info in plugins.report() if info.name == name)
    assert list(info.supplies.values()) == [(name,)]
    assert plugin.EVLEDGER_API == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("My-Score", "expected small letters"),
        ("my_score", "expected small letters"),
        ("-x", "expected small letters"),
        ("x-", "expected small letters"),
        ("x--y", "expected small letters"),
        ("1x", "expected small letters"),
        ("../x", "expected small letters"),
        ("x\n", "expected small letters"),
        ("", "expected small letters"),
        ("é", "expected small letters"),
        ("x" * 41, "more than 40 characters"),
        ("evledger-x", "leave 'evledger' out"),
        ("class", "a word of Python"),
        ("builtin", "it stands for plugins that there are already"),
        ("all", "it stands for plugins that there are already"),
        ("quantified-confidence", "evledger has a scorer of this name"),
    ],
)
def test_bad_name(name: str, reason: str, tmp_path: Path) -> None:
    """A name that can be no plugin's is refused, and nothing is written."""
    with pytest.raises(Invalid, match=reason):
        write_package(name, "scorer", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_installed_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of a plugin that is installed is refused, and the message says whose it is."""
    info = tmp_path / "taken_plugin-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: taken-plugin\nVersion: 2.0\n")
    (info / "entry_points.txt").write_text("[evledger]\ntaken = json\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(Invalid, match=r"taken-plugin 2\.0 has a plugin of this name"):
        write_package("taken", "scorer", tmp_path / "new")


def test_existing_folder_is_left_alone(tmp_path: Path) -> None:
    """A folder that is there already is not touched, whatever is in it."""
    (tmp_path / "evledger-mine").mkdir()
    with pytest.raises(Conflict, match="is there already"):
        write_package("mine", "scorer", tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["evledger-mine"]


def test_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file cannot be written, none is left behind."""
    written = Path.write_text

    def fail(path: Path, *args: str, **options: str) -> int:
        if path.suffix == ".typed":
            raise KeyboardInterrupt
        return written(path, *args, **options)

    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises(KeyboardInterrupt):
        write_package("mine", "scorer", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def unwritable(tmp_path: Path) -> Iterator[Path]:
    """Give a path at which no folder can be made, whoever runs the tests."""
    path = tmp_path / "file"
    path.write_text("")
    yield path
    assert path.read_text() == ""


def test_unwritable_place(unwritable: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing can be written the command says so, and how the system put it."""
    code = new_plugin("mine", "--kind", "scorer", "--into", str(unwritable / "below"))
    assert code == Exit.UNFINISHED
    assert "cannot be written" in capsys.readouterr().err


def test_command_tells_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The verb names the files, and what to do next."""
    assert new_plugin("mine", "--kind", "importer", "--into", str(tmp_path)) == Exit.DONE
    said = capsys.readouterr().out
    assert "src/evledger_mine/__init__.py" in said
    assert "pip install -e '.[test]' && pytest" in said


def test_command_writes_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json the verb writes a document, whose files are those that are there."""
    assert new_plugin("mine", "--kind", "store", "--into", str(tmp_path), "--json") == Exit.DONE
    said = json.loads(capsys.readouterr().out)
    folder = Path(said["folder"])
    there = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    assert (said["name"], said["kind"], said["files"]) == ("mine", "store", there)


def test_command_refuses_a_bad_name(capsys: pytest.CaptureFixture[str]) -> None:
    """A bad name is wrong use."""
    assert new_plugin("My Score", "--kind", "scorer") == Exit.WRONG
    assert "cannot be the name of a plugin" in capsys.readouterr().err
