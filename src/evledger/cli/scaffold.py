"""A package for a new plugin, written from templates; its tests pass at once.

The templates are data of this package: plain files with ``$name`` and the like in them.
"""

from __future__ import annotations

import importlib.metadata
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
        thing: what the suite is held against; the kind's own name by default.
        where: what is in the module.
        usage: how one uses it, on the command line.
        advice: what its author must know.
        settings: what ``evledger.toml`` may say of it.
        page: of the documentation, where it tells of the kind.
        supplies: where :class:`~evledger.Plugins` keeps such things by name.
        dependencies: what the example imports besides the library itself.
    """

    what: str
    thing: str = ""
    where: str
    usage: str
    advice: str
    settings: str = '[plugins]\ndisable = ["$name"]  # leave it out, though it is installed'
    page: str
    supplies: str
    dependencies: tuple[str, ...] = ()


_ATTRS: Final = "attrs>=24.2"
_MSGSPEC: Final = "msgspec>=0.19"

KINDS: Final = {
    "scorer": _Kind(
        what="A scorer",
        where="the scorer: what it counts, what each adds, its label",
        usage="evledger score LEDGER --scorer $name",
        advice="Begin with `view.counted`: it knows which claims count as evidence, and why the "
        "others do not.\n"
        "What was sealed may be hidden: such a value is a `Hidden`, not a text.\n"
        "Raise `version` when the same ledger would be scored otherwise.",
        settings='[scorers.$name]\nweight = "0.1"',
        page="Tutorial, *A scorer in ten minutes*",
        supplies="scorers",
        dependencies=(_ATTRS,),
    ),
    "ranker": _Kind(
        what="A ranker",
        where="the ranker: which claims stand first",
        usage="evledger render LEDGER --ranker $name",
        advice="Decide ties as well: the same claims come out in one order, however they came in."
        "\nRaise `version` when the same claims would be ordered otherwise.",
        settings='[article]\nranker = "$name"',
        page="Reference, *The article*: where the order shows",
        supplies="rankers",
    ),
    "renderer": _Kind(
        what="A renderer",
        where="the renderer: what is shown, its media type and suffix",
        usage="evledger render LEDGER --format $name",
        advice="Every text in a ledger is a stranger's until it is escaped.\n"
        "The same view gives the same bytes: no clock, no network, no order of a set.",
        page="Reference, *The article*: what the built-in renderers show",
        supplies="renderers",
    ),
    "importer": _Kind(
        what="An importer",
        where="the importer: what a record is, and what becomes of it",
        usage="evledger import LEDGER links.$name",
        advice="Leave ids to the ledger, and give locators: "
        "by them it knows which sources it has already.",
        page="How-to, *Read a format of your own*",
        supplies="importers",
    ),
    "check": _Kind(
        what="A check",
        thing="rule",
        where="the rule: what it looks for, why that matters, how to mend it",
        usage="evledger check LEDGER --rule $name",
        advice="A finding repeats nothing that was sealed: findings are passed on.\n"
        "A person who lets one stand names the rule and its target, so keep both as they are.",
        page="How-to, *Bring a rule of your own*",
        supplies="rules",
    ),
    "event": _Kind(
        what="An event type",
        thing="supply of events",
        where="the event, its upcaster, and the projection that gathers such events",
        usage="evledger append LEDGER events.jsonl",
        advice="A line of `events.jsonl` is, for example,\n"
        '`{"type": "$name:source-appraised", "data": {"source": "s1", "rigour": 4}}`.\n'
        "What was appended stays as it is: where the data changes its shape, raise `version` and "
        "give an upcaster.",
        page="How-to, *Bring your own event types*",
        supplies="vocabulary",
        dependencies=(_MSGSPEC,),
    ),
    "store": _Kind(
        what="A store",
        where="the store: ledgers in memory, and in a file",
        usage="evledger init semax --title 'Semax and BDNF' --db $name:ledgers.json",
        advice="`evledger.stores.Backend` says what each method promises.\n"
        "What `write` has returned from must be on disk.",
        page="Reference, *Stores*",
        supplies="stores",
        dependencies=(_ATTRS, _MSGSPEC),
    ),
}
"""The kinds of plugins for which there are templates."""

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST: Final = 40
_OURS: Final = {
    "grade": "evledger-scorers",
    "html": "evledger-html",
    "literature": "evledger-literature",
    "scorers": "evledger-scorers",
    "social": "evledger-social",
}
"""The plugins of the project, whether they are installed or not, and whose each is."""


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
    yield ".gitignore", _filled(common / "gitignore.tmpl", words)
    yield f"src/{module}/__init__.py", _filled(own / "module.py.tmpl", words)
    yield f"src/{module}/py.typed", ""
    yield f"tests/test_{words['underscored']}.py", _filled(own / "test.py.tmpl", words)


def _filled(template: Traversable, words: Mapping[str, str]) -> str:
    return Template(template.read_text(encoding="utf-8")).substitute(words)


def _words(name: str, kind: str) -> dict[str, str]:
    """Return what stands for each of the templates' words."""
    said = KINDS[kind]
    underscored = name.replace("-", "_")
    words = {
        "name": name,
        "distribution": f"evledger-{name}",
        "module": f"evledger_{underscored}",
        "underscored": underscored,
        "cls": _class_name(name, kind),
        "thing": said.thing or kind,
        "what": said.what,
        "where": said.where,
        "page": said.page,
        "dependencies": ", ".join(f'"{each}"' for each in sorted((_library(), *said.dependencies))),
    }
    for each in ("advice", "settings", "usage"):
        words[each] = Template(getattr(said, each)).substitute(words)
    return words


def _class_name(name: str, kind: str) -> str:
    """Return ``BreadthScorer`` for ``breadth``, and ``MyScorer`` for ``my-scorer``."""
    parts = name.split("-") if name.endswith(kind) else (*name.split("-"), kind)
    return "".join(part.capitalize() for part in parts)


def _library() -> str:
    """Return what is required of the library: what has all that the templates use."""
    version = importlib.metadata.version("evidence-ledger").partition("+")[0]
    return f"evidence-ledger>={version}"


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
    if name in _OURS:
        return f"evledger's own {_OURS[name]} has a plugin of this name"
    for found in discovery.find():
        if name == found.name:
            return f"{found.distribution} {found.version} has a plugin of this name"
    if name in getattr(Plugins.builtin(), KINDS[kind].supplies):
        return f"{KINDS[kind].what.lower()} of this name comes with evledger"
    return None
