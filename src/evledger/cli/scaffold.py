"""A package for a new plugin, written from templates; its tests pass at once.

The templates are data of this package: plain files with ``$name`` and the like in them.
"""

from __future__ import annotations

import importlib.resources
import keyword
import re
import secrets
import shutil
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

import attrs

from evledger import discovery
from evledger.exceptions import Conflict, Invalid, StoreError
from evledger.plugins import Plugins

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

__all__ = ["KINDS", "Package", "write_package"]


@attrs.frozen(kw_only=True)
class _Kind:
    """What the templates say of one kind of plugin.

    Attributes:
        what: begins a description.
        where: what is in the module.
        usage: how one uses it, on the command line.
        advice: what its author must know.
        supplies: where :class:`~evledger.Plugins` keeps such things by name.
        dependencies: what the example imports.
    """

    what: str
    where: str
    usage: str
    advice: str
    supplies: str
    dependencies: tuple[str, ...] = ("evidence-ledger",)


KINDS: Final = {
    "scorer": _Kind(
        what="A scorer",
        where="the scorer: what it counts, what each adds, its label",
        usage="evledger score LEDGER --scorer $name",
        advice="Begin with `view.counted`: it knows which claims count as evidence, and why the "
        "others do not.\nRaise `version` when the same ledger would be scored otherwise.",
        supplies="scorers",
    ),
    "renderer": _Kind(
        what="A renderer",
        where="the renderer: what is shown, its media type and suffix",
        usage="evledger render LEDGER --format $name",
        advice="Every text in a ledger is a stranger's until it is escaped.\n"
        "The same view gives the same bytes: no clock, no network, no order of a set.",
        supplies="renderers",
    ),
    "importer": _Kind(
        what="An importer",
        where="the importer: what a record is, and what becomes of it",
        usage="evledger import LEDGER links.$name",
        advice="Leave ids to the ledger, and give locators: "
        "by them it knows which sources it has already.",
        supplies="importers",
    ),
    "store": _Kind(
        what="A store",
        where="the store: a journal in a file, ledgers in memory",
        usage="evledger init semax --title 'Semax and BDNF' --db $name:journal",
        advice="`evledger.stores.base.Backend` says what each method promises.\n"
        "What `write` has returned from must be on disk.",
        supplies="stores",
        dependencies=("attrs", "evidence-ledger", "msgspec>=0.19"),
    ),
}
"""The kinds of plugins for which there are templates."""

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST: Final = 40


@attrs.frozen(kw_only=True)
class Package:
    """A package that was written.

    Attributes:
        name: the plugin's.
        kind: of what.
        folder: where it is.
        files: its files, in order, relative to the folder.
    """

    name: str
    kind: str
    folder: Path
    files: tuple[str, ...]


def write_package(name: str, kind: str, into: Path) -> Package:
    """Write the package of a new plugin; a whole one, or nothing.

    Args:
        name: the plugin's: small letters, digits and hyphens.
        kind: one of :data:`KINDS`.
        into: the folder in which the package's own is made.

    Raises:
        Invalid: the name cannot be a plugin's, or is taken.
        Conflict: the folder is there already.
        StoreError: the files cannot be written.
    """
    _check_name(name, kind)
    folder = into / f"evledger-{name}"
    if folder.exists() or folder.is_symlink():
        msg = f"{folder} is there already; take another name, or another place by --into"
        raise Conflict(msg)
    files = dict(_files(name, kind))
    try:
        _write(files, folder)
    except OSError as error:
        msg = f"{folder} cannot be written: {error.strerror}; nothing was"
        raise StoreError(msg) from error
    return Package(name=name, kind=kind, folder=folder, files=tuple(sorted(files)))


def _write(files: Mapping[str, str], folder: Path) -> None:
    """Write files into a folder that appears when all of them are there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    try:
        for name, text in files.items():
            path = draft / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _files(name: str, kind: str) -> Iterator[tuple[str, str]]:
    words = _words(name, kind)
    templates = importlib.resources.files("evledger.cli") / "templates"
    own, common = templates / kind, templates / "common"
    module = words["module"]
    yield "pyproject.toml", _filled(common / "pyproject.toml.tmpl", words)
    yield "README.md", _filled(common / "README.md.tmpl", words)
    yield f"src/{module}/__init__.py", _filled(own / "module.py.tmpl", words)
    yield f"src/{module}/py.typed", ""
    yield f"tests/test_{words['underscored']}.py", _filled(own / "test.py.tmpl", words)


def _filled(template: Traversable, words: Mapping[str, str]) -> str:
    return Template(template.read_text(encoding="utf-8")).substitute(words)


def _words(name: str, kind: str) -> dict[str, str]:
    """Give what stands for each of the templates' words."""
    underscored = name.replace("-", "_")
    words = {
        "name": name,
        "kind": kind,
        "distribution": f"evledger-{name}",
        "module": f"evledger_{underscored}",
        "underscored": underscored,
        "cls": "".join(part.capitalize() for part in (*name.split("-"), kind)),
    }
    said = KINDS[kind]
    return words | {
        "what": said.what,
        "where": said.where,
        "advice": said.advice,
        "usage": Template(said.usage).substitute(words),
        "dependencies": ", ".join(f'"{each}"' for each in said.dependencies),
    }


def _check_name(name: str, kind: str) -> None:
    fault = _fault(name, kind)
    if fault is not None:
        msg = f"{name!r:.80} cannot be the name of a plugin: {fault}"
        raise Invalid(msg)


def _fault(  # noqa: PLR0911  # one return for each reason
    name: str, kind: str
) -> str | None:
    if not _NAME.fullmatch(name):
        return "expected small letters, digits, and hyphens between them, as in my-score"
    if len(name) > _LONGEST:
        return f"it has more than {_LONGEST} characters"
    if name.startswith("evledger"):
        return "leave 'evledger' out; the package's name begins with it anyway"
    if name in ("all", "builtin"):
        return "it stands for plugins that there are already"
    if keyword.iskeyword(name):
        return "it is a word of Python"
    for found in discovery.find():
        if name == found.name:
            return f"{found.distribution} {found.version} has a plugin of this name"
    if name in getattr(Plugins.builtin(), KINDS[kind].supplies):
        return f"evledger has a {kind} of this name"
    return None
