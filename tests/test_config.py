"""The configuration file: where it is found, what it may say, and what is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid, NotFound, NotSupplied
from evledger.cli.config import Config, PluginChoice, check_choice, find_config, load_config
from evledger.cli.options import Settings
from evledger.importing import FetchContext
from evledger.supplies import KINDS

WHOLE = """
[plugins]
disable = ["that"]
prefer = { "scorer:breadth" = "mylab" }

[scorers.quantified-confidence]
cap = "0.9"

[scorers.quantified-confidence.weights]
human = "0.2"

[article]
scorers = ["quantified-confidence", "breadth"]
ranker = "newest"
first = 3
contact = "+1 555 0100"
proofs = "https://example.org/{id}.tlog-proof"

[fetch]
contact = "curator@example.org"
timeout = 12.5
"""


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EVLEDGER_CONFIG", "EVLEDGER_DISABLE_PLUGINS", "EVLEDGER_STRICT_PLUGINS"):
        monkeypatch.delenv(name, raising=False)


def write(path: Path, text: str) -> Path:
    """Write a configuration file."""
    path.write_text(text, encoding="utf-8")
    return path


def test_everything_it_may_say(tmp_path: Path) -> None:
    """Every name of the documented file arrives where it belongs."""
    config = load_config(write(tmp_path / "evledger.toml", WHOLE))
    assert config.plugins.disable == ("that",)
    assert config.plugins.prefer == {"scorer:breadth": "mylab"}
    assert config.scorers == {
        "quantified-confidence": {"cap": "0.9", "weights": {"human": "0.2"}},
    }
    assert config.article.scorers == ("quantified-confidence", "breadth")
    assert (config.article.ranker, config.article.first) == ("newest", 3)
    assert config.article.contact == "+1 555 0100"
    assert config.article.proofs == "https://example.org/{id}.tlog-proof"
    assert (config.fetch.contact, config.fetch.timeout) == ("curator@example.org", 12.5)


def test_without_a_file(tmp_path: Path) -> None:
    """Without a file everything is as it is by default."""
    assert load_config(None) == Config()
    assert find_config(tmp_path) not in list(tmp_path.iterdir())


def test_in_pyproject(tmp_path: Path) -> None:
    """The table tool.evledger of pyproject.toml says the same."""
    text = WHOLE.replace("[", "[tool.evledger.", 1).replace("\n[", "\n[tool.evledger.")
    text = text.replace("[tool.evledger.tool.evledger.", "[tool.evledger.")
    project = write(tmp_path / "pyproject.toml", f'[project]\nname = "x"\n{text}')
    assert find_config(tmp_path) == project
    assert load_config(project) == load_config(write(tmp_path / "evledger.toml", WHOLE))


@pytest.mark.parametrize(
    "text",
    [
        "[tool.evledger.article]\nfirst = 7\n",
        "[ tool . evledger . article ]\nfirst = 7\n",
        '[tool."evledger"]\narticle = { first = 7 }\n',
        "tool.evledger.article.first = 7\n",
        "\ufeff[tool.evledger.article]\nfirst = 7\n",
    ],
)
def test_pyproject_however_written(tmp_path: Path, text: str) -> None:
    """The table is found in whatever way TOML lets it be written, after a byte order mark too."""
    path = write(tmp_path / "pyproject.toml", text)
    assert find_config(tmp_path) == path
    assert load_config(path).article.first == 7


@pytest.mark.parametrize(
    "text",
    [
        "# [tool.evledger]\n",
        "tool = 1 # [tool.evledger]\n",
        "[tool.evledger-html]\n",
        "dependencies = ['evledger'\n",
    ],
)
def test_pyproject_that_only_mentions_us(tmp_path: Path, text: str) -> None:
    """A project file that has no such table says nothing, and hides no other."""
    above = write(tmp_path / "evledger.toml", "")
    (tmp_path / "project").mkdir()
    write(tmp_path / "project" / "pyproject.toml", text)
    assert find_config(tmp_path / "project") == above


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[tool.evledger]\n[[[", r"pyproject\.toml: it is not TOML"),
        ("[tool]\nevledger = 3\n", "tool.evledger is 3, and not a table"),
    ],
)
def test_pyproject_with_a_broken_table(tmp_path: Path, text: str, expected: str) -> None:
    """A project file whose table cannot be read is refused, and not passed over."""
    path = write(tmp_path / "pyproject.toml", text)
    assert find_config(tmp_path) == path
    with pytest.raises(Invalid, match=expected):
        load_config(path)


def test_pyproject_named_without_table(tmp_path: Path) -> None:
    """A project file that is named, and has no such table, says nothing."""
    assert load_config(write(tmp_path / "pyproject.toml", "tool = 1\n")) == Config()


def test_nearest_file_counts(tmp_path: Path) -> None:
    """The nearest folder upwards wins, and evledger.toml over pyproject.toml within one."""
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    write(tmp_path / "evledger.toml", "")
    assert find_config(inner) == tmp_path / "evledger.toml"
    write(tmp_path / "a" / "pyproject.toml", "[tool.other]\n")
    assert find_config(inner) == tmp_path / "evledger.toml"
    write(tmp_path / "a" / "pyproject.toml", "[tool.evledger.article]\nfirst = 1\n")
    assert find_config(inner) == tmp_path / "a" / "pyproject.toml"
    write(tmp_path / "a" / "evledger.toml", "")
    assert find_config(inner) == tmp_path / "a" / "evledger.toml"


def test_environment_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """EVLEDGER_CONFIG names the file; one that is not there is an error."""
    write(tmp_path / "evledger.toml", "")
    other = write(tmp_path / "other.toml", WHOLE)
    monkeypatch.setenv("EVLEDGER_CONFIG", str(other))
    assert find_config(tmp_path) == other
    monkeypatch.setenv("EVLEDGER_CONFIG", str(tmp_path / "gone.toml"))
    with pytest.raises(NotFound, match=r"EVLEDGER_CONFIG names .*gone\.toml, and there is no such"):
        find_config(tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[article", r"it is not TOML: Expected"),
        ("[articles]", r"the file has 'articles', which means nothing; .* mean 'article'\?"),
        ("[article]\nscorer = 'x'", r"\[article\] has 'scorer', which .* mean 'scorers'\?"),
        ("[article]\nfirst = -1", r"\[article\] first is -1; expected a whole number >= 0$"),
        ("[article]\nproofs = 'x/{idd}'", r"proofs is 'x/\{idd\}'; what stands in braces is"),
        ("[article]\nfirst = '5'", r"\[article\] first is '5'; expected a whole number$"),
        ("[article]\ncontact = 5", r"\[article\] contact is 5; expected a text$"),
        ("[article]\nscorers = ['a', 5]", r"\[article\] scorers, item 2, is 5; expected a text$"),
        ("[messages]\nsenders = [5]", r"\[messages\] senders, item 1, is 5; expected a text$"),
        ("[messages]\ndirectory = 1", r"\[messages\] directory is 1; expected true or false$"),
        ("[plugins]\ndisable = 'x'", r"\[plugins\] disable is 'x'; expected a list$"),
        ("[plugins.prefer]\nx = 1", r"\[plugins\] prefer, 'x', is 1; expected a text$"),
        ("scorers = 1", r"scorers is 1; expected a table, \[scorers\]$"),
        ("[scorers]\nbreadth = 1", r"\[scorers\.breadth\] is 1; expected a table$"),
        ("[[renderers.html]]\na = 1", r"\[renderers\.html\] is \[.*; expected a table$"),
        ("article = 1", r"article is 1; expected a table, \[article\]$"),
        ("[fetch]\ncontacts = 'x'", r"\[fetch\] has 'contacts', which .* mean 'contact'\?"),
        ("[fetch]\ntimeout = 0", r"\[fetch\] timeout is 0; expected a number > 0.0$"),
        ("[fetch]\ntimeout = nan", r"timeout is nan; expected a number > 0.0"),
        ("[fetch]\ntimeout = inf", r"timeout is inf; expected a number <= 3600.0"),
        ("[fetch]\ncontact = 'me'", "contact is 'me'; expected an e-mail address or an http"),
        ("[fetch]\ncontact = 'a@b c'", "contact is 'a@b c'; expected an e-mail address or an"),
        ('[fetch]\ncontact = "a@b\\r\\nX: y"', "expected an e-mail address or an http"),
        ("[fetch]\ncontact = 'é@b'", "expected an e-mail address or an http"),
        ("[fetch]\ncontact = 'a@b@c'", "expected an e-mail address or an http"),
    ],
)
def test_refused(tmp_path: Path, text: str, expected: str) -> None:
    """What means nothing is refused, with the file and the place."""
    path = write(tmp_path / "evledger.toml", text)
    with pytest.raises(Invalid, match=f"^{path}: .*{expected}"):
        load_config(path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[plugins]\ndisable = ['that']", "[plugins] names the plugin 'that', and there"),
        ("[plugins.prefer]\n'scorrer:x' = 'builtin'", "[plugins] prefer has 'scorrer:x'; exp"),
        (
            "[plugins.prefer]\n'scorer:x' = 'builtin'",
            "[plugins.prefer] prefer gives 'scorer",
        ),
        (
            "[scorers.quantified-confidence.weights]\nhuman = -1",
            "[scorers] parameters of scorer 'quantified-confidence': weights.human is -1; ex",
        ),
        (
            "[scorers.wishful]\na = 1",
            "[scorers] parameters are given for 'wishful', and",
        ),
        (
            "[renderers.text]\na = 1",
            "[renderers] renderer 'text' takes no parameters",
        ),
    ],
)
def test_refused_once_plugins_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: str
) -> None:
    """What means nothing to the plugins that are here is refused with file and table, too."""
    path = write(tmp_path / "evledger.toml", text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises((Invalid, NotFound)) as caught:
        Settings().plugins  # noqa: B018  # looking is what fails
    assert str(caught.value).startswith(f"{path}: {expected}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("scorers = ['wishful']", "[article] no scorer 'wishful'; there are: "),
        ("ranker = 'wishful'", "[article] no ranker 'wishful'; there are: tier"),
    ],
)
def test_article_of_whom_there_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: str
) -> None:
    """An article by a scorer that there is not is refused with its place, once one is wanted."""
    path = write(tmp_path / "evledger.toml", f"[article]\n{text}\n")
    monkeypatch.chdir(tmp_path)
    settings = Settings()
    assert settings.plugins.rankers
    with pytest.raises(NotSupplied) as caught:
        settings.article  # noqa: B018  # looking is what fails
    assert str(caught.value).startswith(f"{path}: {expected}")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[scorers.wishful]\na = 1", "[scorers] "),
        ("[scorers.quantified-confidence.weights]\nhuman = -1", "[scorers] "),
        ("[renderers.text]\na = 1", "[renderers] "),
        ("[plugins]\ndisable = ['that']", "[plugins] "),
        ("[plugins.prefer]\n'scorrer:x' = 'builtin'", "[plugins] "),
        ("[plugins.prefer]\n'scorer:x' = 'builtin'", "[plugins.prefer] "),
    ],
)
def test_an_article_is_not_to_blame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, place: str
) -> None:
    """What is wrong in another table is told with the file once, and with that table."""
    path = write(tmp_path / "evledger.toml", text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises((Invalid, NotFound)) as caught:
        Settings().article  # noqa: B018  # looking is what fails
    told = str(caught.value)
    assert told.startswith(f"{path}: {place}")
    assert told.count(path.name) == 1
    assert "[article]" not in told


@pytest.mark.parametrize("verb", [("plugins",), ("plugins", "--json"), ("ledgers",)])
def test_neither_strict_nor_not(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, verb: tuple[str, ...]
) -> None:
    """A switch that is neither yes nor no is refused, by the verb that shows plugins as well."""
    run("init", "semax", "--title", "Semax")
    monkeypatch.setenv("EVLEDGER_STRICT_PLUGINS", "maybe")
    ended = run(*verb)
    assert (ended.code, ended.out) == (2, "")
    assert "EVLEDGER_STRICT_PLUGINS is 'maybe'; expected 1, yes" in ended.err


def test_configuration_of_what_is_switched_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said of a plugin that is switched off for once stands in nobody's way."""
    write(
        tmp_path / "evledger.toml",
        "[plugins.prefer]\n'scorer:harmonic' = 'scorers'\n[scorers.harmonic]\nweights = {}\n",
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVLEDGER_DISABLE_PLUGINS", "scorers")
    assert "harmonic" not in Settings().plugins.scorers


def test_paths_begin_where_the_file_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path among parameters is named from the file, wherever one stands."""
    write(tmp_path / "evledger.toml", "[renderers.html]\ntemplates = 'look'\n")
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    with pytest.raises(Invalid, match=f"{tmp_path / 'look'} is no folder"):
        Settings().plugins  # noqa: B018  # looking is what fails
    (tmp_path / "look").mkdir()
    assert "html" in Settings().plugins.renderers


def test_documented_kinds() -> None:
    """The kinds that can be preferred are those that the reference lists."""
    text = Path(__file__).parents[1].joinpath("docs/reference/configuration.md").read_text()
    (row,) = [line for line in text.splitlines() if "| `prefer` |" in line]
    nouns = re.findall(r"`([a-z]+):[A-Z]*`", row)
    assert nouns == [kind.noun for kind in KINDS.values()]


@pytest.mark.parametrize("contact", ["curator@example.org", "a+b@x", "https://example.org/about"])
def test_contact(tmp_path: Path, contact: str) -> None:
    """Registries can be told an e-mail address or a web page."""
    path = write(tmp_path / "evledger.toml", f'[fetch]\ncontact = "{contact}"\n')
    assert load_config(path).fetch.contact == contact


def test_patience() -> None:
    """Where nothing is configured, the command is as patient as the library."""
    assert Config().fetch.timeout == FetchContext().timeout


@pytest.mark.parametrize("name", ["evledger.toml", "pyproject.toml"])
@given(data=st.binary(max_size=200))
def test_garbage(tmp_path_factory: pytest.TempPathFactory, name: str, data: bytes) -> None:
    """Whatever stands in the file, it is read or refused."""
    path = tmp_path_factory.mktemp("garbage") / name
    path.write_bytes(data)
    found = find_config(path.parent)
    try:
        config = load_config(found if found == path else None)
    except Invalid:
        return
    assert isinstance(config, Config)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (
            PluginChoice(disable=("that",)),
            "names the plugin 'that', and there are, to disable: all",
        ),
        (PluginChoice(disable=("builtin",)), "plugin 'builtin', and there are, to disable: all, m"),
        (PluginChoice(prefer={"scorer:x": "that"}), "'that', and there are, to prefer: builtin, m"),
        (PluginChoice(prefer={"scorer:x": "all"}), "'all', and there are, to prefer: builtin, m"),
    ],
)
def test_plugins_that_there_are_not(choice: PluginChoice, expected: str) -> None:
    """A configuration that names what is not installed is refused."""
    with pytest.raises(Invalid, match=expected):
        check_choice(choice, ["mylab"])


def test_plugins_that_there_are() -> None:
    """Installed plugins can be named, all of them switched off, and the built-in one preferred."""
    prefer = {"scorer:x": "mylab", "rule:y": "builtin", "event:mylab:run": "mylab"}
    check_choice(PluginChoice(disable=("mylab", "all"), prefer=prefer), ["mylab"])


def test_switch_that_means_nothing_is_told(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every verb says on standard error what was to be switched off and is not here."""
    monkeypatch.setenv("EVLEDGER_DISABLE_PLUGINS", "all, brkk")
    told = "names 'brkk', and no plugin of this name is installed"
    assert told in run("init", "semax", "--title", "Semax").err
    listed = run("plugins")
    assert (listed.code, told in listed.out, listed.err) == (0, True, "")
    assert told in json.loads(run("plugins", "--json").out)["warnings"][0]
