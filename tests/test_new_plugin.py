"""`evledger new-plugin` writes packages whose tests pass at once."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import re
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
    own = ["src", *map(str, sorted(folder.glob("*/src")))]
    paths = os.pathsep.join([*own, *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths, "MYPYPATH": os.pathsep.join(own)},
        capture_output=True,
        check=False,
        text=True,
    )


def new_plugin(*arguments: str) -> int:
    """Run the verb."""
    return int(program.main(["new-plugin", *arguments], standalone_mode=False))


FEWER = """
import hypothesis
from evledger.testing.suites import base

base.tried = hypothesis.settings(base.tried, max_examples=4)  # before any suite is made of it
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a new package of each kind."""
    folder = tmp_path_factory.mktemp("new")
    for kind in KINDS:
        write_package(f"my-{kind}", kind, folder)
    (folder / "conftest.py").write_text(FEWER)
    return folder


def test_tests_pass(packages: Path) -> None:
    """What was written passes its own tests, the suites among them."""
    tests = sorted(str(path) for path in packages.glob("*/tests"))
    done = run(packages, "pytest", "-q", "-p", "no:cacheprovider", "--rootdir=.", *tests)
    assert done.returncode == 0, done.stdout
    assert len(tests) == len(KINDS)


def test_tests_can_fail(tmp_path: Path) -> None:
    """An example that breaks a promise no longer passes: this one does not say how it counts."""
    folder = write_package("mute", "scorer", tmp_path).folder
    module = folder / "src/evledger_mute/__init__.py"
    module.write_text(module.read_text().replace("            method=", "            source="))
    done = run(folder, "pytest", "-q", "-p", "no:cacheprovider", "-k", "empty_ledger")
    assert done.returncode == 1
    assert "a score says how it is computed" in done.stdout


def test_tutorial_changes_what_is_written(tmp_path: Path) -> None:
    """The tutorial's first block is what was written; with the others it passes, and is clean."""
    text = (Path(__file__).parents[1] / "docs/tutorial/scorer.md").read_text()
    written, instead, test = re.findall(
        r"^```python\n( *def .*?)^```$", text, re.DOTALL | re.MULTILINE
    )
    folder = write_package("breadth", "scorer", tmp_path).folder
    module, tests = folder / "src/evledger_breadth/__init__.py", folder / "tests/test_breadth.py"
    before, code, after = module.read_text().partition(written)
    assert code == written
    module.write_text(before.replace("import Score,", "import Hidden, Score,") + instead + after)
    tests.write_text(tests.read_text().partition("def test_every")[0] + test)
    done = run(
        folder, "pytest", "-q", "-p", "no:cacheprovider", "-k", "kind or empty or what_counts"
    )
    assert done.returncode == 0, done.stdout
    assert run(folder, "ruff", "check", "--isolated", "--no-cache", ".").returncode == 0


@pytest.mark.parametrize("name", ["my-{}", "a", "of-quite-some-length"])
def test_is_clean(tmp_path: Path, name: str) -> None:
    """Whatever it is called, a linter finds no fault with it, and a formatter leaves it alone."""
    if importlib.util.find_spec("ruff") is None:
        pytest.skip("ruff is not installed")
    for kind in KINDS:
        write_package(name.format(kind), kind, tmp_path / kind)
    own = "src = ['*/evledger-*/src']"  # as it is by default within a package
    for command in (("check", "--config", own), ("format", "--diff")):
        done = run(tmp_path, "ruff", *command, "--isolated", "--no-cache", ".")
        assert done.returncode == 0, done.stdout + done.stderr


def test_types_are_right(packages: Path, tmp_path: Path) -> None:
    """Its types are right, strictly, in its own tests too."""
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("mypy is not installed")
    files = sorted(str(path) for path in packages.glob("evledger-*/*/**/*.py"))
    done = run(packages, "mypy", "--strict", f"--cache-dir={tmp_path}", *files)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(params=KINDS)
def package(request: pytest.FixtureRequest, packages: Path) -> Path:
    """Return the folder of a new package, one of each kind."""
    return packages / f"evledger-my-{request.param}"


def test_announces_itself(package: Path) -> None:
    """The project's file names the plugin, and what it depends on, from this version on."""
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    name = package.name.removeprefix("evledger-")
    module = f"evledger_{name.replace('-', '_')}"
    version = importlib.metadata.version("evidence-ledger")
    assert project["name"] == package.name
    assert project["entry-points"]["evledger"] == {name: module}
    assert f"evidence-ledger>={version}" in project["dependencies"]
    assert (package / "src" / module / "py.typed").is_file()
    assert ".venv/" in (package / ".gitignore").read_text().splitlines()


def test_names_what_it_imports(package: Path) -> None:
    """It depends on all that it imports, and on nothing else."""
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    code = next(package.glob("src/*/__init__.py")).read_text()
    imported = set(re.findall(r"^(?:from|import) (\w+)", code, re.MULTILINE))
    foreign = {name.replace("evledger", "evidence-ledger") for name in imported}
    required = {re.split("[<>=]", each)[0] for each in project["dependencies"]}
    assert foreign - sys.stdlib_module_names == required


def test_readme_says_what_is_there(package: Path) -> None:
    """Every word of the templates is filled in, and every file that it names is there."""
    readme = (package / "README.md").read_text()
    assert "$" not in readme.replace("$ ", "")
    for file in re.findall(r"^\| `([^`]+)` \|", readme, re.MULTILINE):
        assert (package / file).is_file(), file
    settings = readme.partition("```toml\n")[2].partition("```")[0]
    assert tomllib.loads(settings)
    kinds = {"How-to": "how-to", "Reference": "reference", "Tutorial": "tutorial"}
    docs = Path(__file__).parents[1] / "docs"
    for kind, title in re.findall(r"^- (\w[\w-]*), \*([^*]+)\*", readme, re.MULTILINE):
        titles = [page.read_text().partition("\n")[0] for page in (docs / kinds[kind]).glob("*.md")]
        assert f"# {title}" in titles


def test_can_be_registered(package: Path) -> None:
    """The module is a plugin that supplies things of one kind, under the name that was given."""
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
    supplied = [each for names in info.supplies.values() for each in names]
    assert {each.partition(":")[0] for each in supplied} == {name}
    assert plugin.EVLEDGER_API == 1


@pytest.mark.parametrize(
    ("name", "kind", "cls"),
    [
        ("breadth", "scorer", "BreadthScorer"),
        ("my-scorer", "scorer", "MyScorer"),
        ("x2-y", "store", "X2YStore"),
    ],
)
def test_class_says_its_kind_once(name: str, kind: str, cls: str, tmp_path: Path) -> None:
    """The class is called after the plugin and its kind, and says neither twice."""
    folder = write_package(name, kind, tmp_path).folder
    (module,) = folder.glob("src/*/__init__.py")
    assert f"\nclass {cls}" in module.read_text()


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
        ("quantified-confidence", "a scorer of this name comes with evledger"),
        ("social", "evledger's own evledger-social has a plugin of this name"),
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
    """Yield a path at which no folder can be made, whoever runs the tests."""
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
