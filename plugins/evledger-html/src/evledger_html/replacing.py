"""What an operator's folder replaces: slips that a template engine would pass over in silence."""

from __future__ import annotations

import difflib
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import TemplateNotFound, TemplateSyntaxError, meta, nodes

from evledger import Invalid

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from jinja2 import Environment

__all__ = ["examine"]

_SUFFIXES: Final = (".css", ".html", ".js")


def examine(folder: Path, templates: Environment, standard: Collection[str]) -> None:
    """Check that each file of a folder can take the place of what it is meant to replace.

    What is no template at all is left to be blamed when it is filled in.

    Args:
        folder: the operator's.
        templates: which are looked up there first.
        standard: the names of what can be replaced.

    Raises:
        Invalid: the name of a file is almost that of a standard one, which it does not replace;
            or a template extends itself, or writes a block that nothing shows.
    """
    names = list(_names(folder))
    trees = {name: tree for name in names if (tree := _parsed(templates, name)) is not None}
    taken = set(chain.from_iterable(map(meta.find_referenced_templates, trees.values())))
    for name in names:
        if name not in standard and name not in taken:
            _check_name(folder, name, standard)
    for name, tree in trees.items():
        _check_blocks(folder, name, tree, templates)


def _names(folder: Path) -> Iterator[str]:
    """Yield the names of the files that could replace one; none of ours is deeper than that."""
    for path in sorted((*folder.glob("*"), *folder.glob("*/*"))):
        if path.suffix in _SUFFIXES and path.is_file():
            yield path.relative_to(folder).as_posix()


def _parsed(templates: Environment, name: str) -> nodes.Template | None:
    """Parse a template; ``None`` for what is none, or cannot be read as one."""
    assert templates.loader is not None  # noqa: S101  # the one that asks has made it
    if not name.endswith(".html"):
        return None
    try:
        source, file, _ = templates.loader.get_source(templates, name)
        return templates.parse(source, name, file)
    except (TemplateNotFound, TemplateSyntaxError, UnicodeDecodeError):
        return None


def _check_name(folder: Path, name: str, standard: Collection[str]) -> None:
    meant = difflib.get_close_matches(name, standard, 1, 0.8)
    if meant:
        raise Invalid(
            f"templates: {folder / name} takes the place of nothing; "
            f"call it {meant[0]!r} if it is to replace that, or take it out of the folder"
        )


# -- blocks ------------------------------------------------------------------------------


def _check_blocks(folder: Path, name: str, tree: nodes.Template, templates: Environment) -> None:
    """Check that blocks of a template which extends another are shown somewhere in that one."""
    known: set[str] = set()
    seen = {name}
    extended = _extended(tree)
    while extended is not None:
        if extended in seen:
            raise Invalid(
                f"templates: {folder / name} extends itself; what it replaces is "
                f"'standard/{name}': extend that"
            )
        seen.add(extended)
        above = _parsed(templates, extended)
        if above is None:
            return
        known.update(block.name for block in above.find_all(nodes.Block))
        extended = _extended(above)
    if len(seen) > 1:
        _check_known(folder / name, tree, known)


def _extended(tree: nodes.Template) -> str | None:
    """Return the name of the template that one extends, where it is fixed."""
    node = tree.find(nodes.Extends)
    name = node.template.value if node and isinstance(node.template, nodes.Const) else None
    return name if isinstance(name, str) else None


def _check_known(file: Path, tree: nodes.Template, known: Collection[str]) -> None:
    for block in tree.body:
        if isinstance(block, nodes.Block) and block.name not in known:
            meant = difflib.get_close_matches(block.name, known, 1)
            hint = f"did you mean {meant[0]!r}?" if meant else f"known: {', '.join(sorted(known))}"
            place = f"templates: {file}, line {block.lineno}"
            raise Invalid(f"{place}: nothing shows a block {block.name!r:.80}; {hint}")
