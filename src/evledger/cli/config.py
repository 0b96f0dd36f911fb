"""The configuration file, which the command alone reads; the library never does.

``evledger.toml``, or the table ``[tool.evledger]`` of a ``pyproject.toml``,
in the current folder or the nearest one above it; ``EVLEDGER_CONFIG`` names another file.
Secrets do not belong there: they come from the environment.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from evledger.cli.documents import is_mapping
from evledger.exceptions import Invalid, NotFound

__all__ = ["Article", "Config", "PluginChoice", "find_config", "load_config"]

_FILE: Final = "evledger.toml"
_PROJECT: Final = "pyproject.toml"


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table whose every name is known."""


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
    first: int = 5
    contact: str | None = None
    proofs: str | None = None


class Config(_Table, frozen=True, kw_only=True):
    """What a configuration file says.

    Attributes:
        plugins: which plugins are used.
        scorers: for a scorer's name, its parameters.
        article: how articles are rendered.
    """

    plugins: PluginChoice = PluginChoice()
    scorers: dict[str, dict[str, Any]] = {}
    article: Article = Article()


def find_config(start: Path) -> Path | None:
    """Give the configuration file that counts in a folder.

    Args:
        start: the folder; those above it are looked at in turn.

    Raises:
        NotFound: ``EVLEDGER_CONFIG`` names a file that is not there.
    """
    named = os.environ.get("EVLEDGER_CONFIG")
    if named:
        if not Path(named).is_file():
            msg = f"EVLEDGER_CONFIG names {named}, and there is no such file"
            raise NotFound(msg)
        return Path(named)
    for folder in (start, *start.parents):
        if (folder / _FILE).is_file():
            return folder / _FILE
        project = folder / _PROJECT
        if project.is_file() and b"[tool.evledger" in project.read_bytes():
            return project
    return None


def load_config(path: Path | None) -> Config:
    """Read a configuration file; without one everything is as it is by default.

    Raises:
        Invalid: it is not TOML, or has a name or a value that means nothing here.
    """
    if path is None:
        return Config()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{path} is not TOML: {error}"
        raise Invalid(msg) from error
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise Invalid(msg) from error
    try:
        return msgspec.convert(_own(document, path), Config)
    except msgspec.ValidationError as error:
        msg = f"{path}: {error}; docs/reference/configuration.md has every name"
        raise Invalid(msg) from error


def _own(document: Mapping[str, Any], path: Path) -> Any:
    if path.name != _PROJECT:
        return document
    tools = document.get("tool")
    return tools.get("evledger", {}) if is_mapping(tools) else {}
