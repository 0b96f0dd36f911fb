"""The configuration file, which the command alone reads; the library never does.

``evledger.toml``, or the table ``[tool.evledger]`` of a ``pyproject.toml``,
in the current folder or the nearest one above it; ``EVLEDGER_CONFIG`` names another file.
Secrets do not belong there: they come from the environment.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args, get_origin, get_type_hints

import msgspec

from evledger.cli.documents import is_list, is_mapping
from evledger.exceptions import Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

__all__ = [
    "Article",
    "Config",
    "Fetch",
    "Messages",
    "PluginChoice",
    "check_choice",
    "find_config",
    "load_config",
    "placed",
]

_FILE: Final = "evledger.toml"
_PROJECT: Final = "pyproject.toml"


class _Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table whose every name is known; :func:`_check_names` sees to that."""


class PluginChoice(_Table, frozen=True, kw_only=True):
    """Which plugins are used.

    Attributes:
        disable: names of plugins to leave out.
        prefer: for a name that two plugins claim, as ``scorer:harmonic``, the plugin that has it.
    """

    disable: tuple[str, ...] = ()
    prefer: dict[str, str] = {}


class Article(_Table, frozen=True, kw_only=True):
    """How articles are rendered.

    Attributes:
        scorers: the first is the one whose score is explained; the others stand beside it.
        ranker: what orders the claims.
        first: of every list so many are open.
        contact: where readers can send a question by text message.
        proofs: the address of a claim's proof, with ``{id}`` and ``{n}`` in it.
    """

    scorers: tuple[str, ...] = ("quantified-confidence",)
    ranker: str = "tier"
    first: Annotated[int, msgspec.Meta(ge=0)] = 5
    contact: str | None = None
    proofs: str | None = None


class Fetch(_Table, frozen=True, kw_only=True):
    """How registries are asked.

    Attributes:
        contact: an e-mail address or a URL, which they are told.
        timeout: seconds that an answer may take to begin, and that it may pause.
    """

    contact: str | None = None
    timeout: Annotated[float, msgspec.Meta(gt=0, le=3_600)] = 30.0


class Messages(_Table, frozen=True, kw_only=True):
    """Whose messages are taken, how many, and how they are answered.

    Attributes:
        senders: the numbers that may write; everyone's where there is no list.
        messages_per_hour: how many one sender may send in any hour; 0 for as many as one likes.
        length: characters of a reply at most.
        contact: where senders can turn to.
        directory: whether senders are told which ledgers there are.
    """

    senders: tuple[str, ...] | None = None
    messages_per_hour: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 20
    length: Annotated[int, msgspec.Meta(ge=480, le=100_000)] = 1_000
    contact: str | None = None
    directory: bool = False


class Config(_Table, frozen=True, kw_only=True):
    """What a configuration file says.

    Attributes:
        plugins: which plugins are used.
        scorers: for a scorer's name, its parameters.
        renderers: the same for a renderer's name.
        article: how articles are rendered.
        fetch: how registries are asked.
        messages: whose messages are taken, and how they are answered.
    """

    plugins: PluginChoice = PluginChoice()
    scorers: dict[str, dict[str, Any]] = {}
    renderers: dict[str, dict[str, Any]] = {}
    article: Article = Article()
    fetch: Fetch = Fetch()
    messages: Messages = Messages()


def find_config(start: Path) -> Path | None:
    """Return the configuration file that counts in a folder.

    Args:
        start: the folder; those above it are looked at in turn.

    Raises:
        NotFound: ``EVLEDGER_CONFIG`` names a file that is not there.
    """
    named = os.environ.get("EVLEDGER_CONFIG")
    if named:
        if not os.path.isfile(named):  # noqa: PTH113  # it also takes what can be no path
            msg = f"EVLEDGER_CONFIG names {named:.200}, and there is no such file"
            raise NotFound(msg)
        return Path(named)
    for folder in (start, *start.parents):
        with contextlib.suppress(OSError):  # what may not be looked at says nothing
            if (folder / _FILE).exists():
                return folder / _FILE
            if _speaks_of_us(folder / _PROJECT):
                return folder / _PROJECT
    return None


def _speaks_of_us(project: Path) -> bool:
    """Return whether a project's file has our table; what is broken in any other is not ours."""
    text = project.read_bytes() if project.is_file() else b""
    if b"evledger" not in text:
        return False
    try:
        tools = tomllib.loads(text.decode("utf-8-sig")).get("tool")
    except (ValueError, RecursionError):
        return b"[tool.evledger" in text
    return is_mapping(tools) and "evledger" in tools


def load_config(path: Path | None) -> Config:
    """Read a configuration file; without one everything is as it is by default.

    Raises:
        Invalid: it is not TOML, or has a name or a value that means nothing here.
    """
    if path is None:
        return Config()
    with placed(path):
        return _read(_own(_document(path), path))


def _document(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        msg = f"it is not TOML: {error!s:.200}"
        raise Invalid(msg) from error
    except OSError as error:
        msg = f"it cannot be read: {error.strerror}"
        raise Invalid(msg) from error


@contextlib.contextmanager
def placed(path: Path | None, table: str = "") -> Generator[None]:
    """Let what is refused say in which file, and table, it stands.

    Args:
        path: the configuration file, if there is one.
        table: as ``[article]``; empty where the message says so by itself.
    """
    try:
        yield
    except (Invalid, NotFound) as error:
        place = " ".join(filter(None, [f"{path}:", table]))
        error.args = (f"{place} {error}",)
        raise


def _read(own: Mapping[str, Any]) -> Config:
    _check_names("", own, Config)
    for name, given in own.items():
        _check_table(name, given)
    config = msgspec.convert(own, Config)
    _check_proofs(config.article.proofs)
    _check_contact(config.fetch.contact)
    return config


def _check_table(name: str, given: object) -> None:
    """Check that a table is one, whose names are known and whose values are of their types."""
    if not is_mapping(given):
        msg = f"{name} is {given!r:.80}; expected a table, [{name}]"
        raise Invalid(msg)
    types: Mapping[str, Any] = get_type_hints(Config)
    struct = types[name]
    if get_origin(struct) is dict:
        _check_value(f"[{name}]", given, struct)
        return
    _check_names(name, given, struct)
    types = get_type_hints(struct, include_extras=True)
    for key, value in given.items():
        _check_value(f"[{name}] {key}", value, types[key])


def _check_value(where: str, value: object, wanted: Any) -> None:
    """Check that a value is of a type; of a collection the one that is not is named."""
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        for place, item, of in _items(where, value, wanted):
            _check_value(place, item, of)
        msg = f"{where} is {value!r:.80}; {_expected(str(error))}"
        raise Invalid(msg) from error


def _expected(words: str) -> str:
    """Return what was expected as people do who write TOML."""
    wanted = re.split(", got | - at ", words)[0].replace(" | null", "")
    for word, plain in _PLAIN.items():
        wanted = wanted.replace(f"`{word}`", plain)
    return f"{wanted[:1].lower()}{wanted[1:]}"


_PLAIN: Final[Mapping[str, str]] = {
    "array": "a list",
    "bool": "true or false",
    "float": "a number",
    "int": "a whole number",
    "object": "a table",
    "str": "a text",
}


def _items(where: str, value: object, wanted: Any) -> Iterator[tuple[str, object, Any]]:
    """Yield what a list or a table holds, each with its place and its type."""
    for form in (wanted, *get_args(wanted)):  # the list in what may be a list or nothing
        if get_origin(form) is dict and is_mapping(value):
            of = get_args(form)[1]
            yield from ((_inner(where, key), item, of) for key, item in value.items())
        elif get_origin(form) is tuple and is_list(value):
            of = get_args(form)[0]
            yield from ((f"{where}, item {n},", item, of) for n, item in enumerate(value, 1))


def _inner(where: str, key: str) -> str:
    return f"{where[:-1]}.{key:.80}]" if where.endswith("]") else f"{where}, {key!r:.80},"


def _check_names(table: str, given: Mapping[str, Any], struct: type[_Table]) -> None:
    known = struct.__struct_fields__
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            where = f"[{table}]" if table else "the file"
            msg = (
                f"{where} has {name!r:.80}, which means nothing; known are {', '.join(known)}{hint}"
            )
            raise Invalid(msg)


def _check_proofs(template: str | None) -> None:
    left = (template or "").replace("{id}", "").replace("{n}", "")
    if re.match(r"(?!https?:)[A-Za-z][A-Za-z0-9+.-]*:", left):
        msg = f"[article] proofs is {template!r:.200}; expected an http(s) address or a path"
        raise Invalid(msg)
    if "{" in left or "}" in left:
        msg = f"[article] proofs is {template!r:.200}; what stands in braces is {{id}} or {{n}}"
        raise Invalid(msg)


def _check_contact(contact: str | None) -> None:
    """Let nothing into a request's header but an address."""
    if contact is not None and _CONTACT.fullmatch(contact) is None:
        msg = f"[fetch] contact is {contact!r:.200}; expected an e-mail address or an http(s) URL"
        raise Invalid(msg)


_CONTACT: Final = re.compile(r"[!-?A-~]+@[!-?A-~]+|https?://[!-~]+")


def check_choice(choice: PluginChoice, installed: Collection[str]) -> None:
    """Check that what a configuration says of plugins means plugins that are here.

    Args:
        choice: what it says.
        installed: the names of the plugins that are installed.

    Raises:
        Invalid: a plugin is not installed.
    """
    _check_plugins("disable", choice.disable, {"all", *installed})
    _check_plugins("prefer", choice.prefer.values(), {"builtin", *installed})


def _check_plugins(use: str, named: Iterable[str], known: set[str]) -> None:
    for name in named:
        if name not in known:
            msg = f"[plugins] names the plugin {name!r:.80}, and there are, to {use}: "
            raise Invalid(f"{msg}{', '.join(sorted(known))}")


def _own(document: Mapping[str, Any], path: Path) -> Any:
    if path.name != _PROJECT:
        return document
    tools = document.get("tool")
    own: Any = tools.get("evledger", {}) if is_mapping(tools) else {}
    if not is_mapping(own):
        msg = f"tool.evledger is {own!r:.80}, and not a table"
        raise Invalid(msg)
    return own
