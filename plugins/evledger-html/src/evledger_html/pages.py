"""A page: one file that brings all it needs along, and may fetch and run nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from markupsafe import Markup

from evledger.rendering import Rendered
from evledger_html.environment import environment, filled, folder_of, source_of

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["STYLE", "VERIFIER", "Templated", "document", "page", "policy"]


class Templated:
    """A renderer whose templates, styles and scripts a folder may replace.

    Args:
        templates: the folder; ``None`` for what this package brings along.

    Raises:
        Invalid: there is no such folder.

    Attributes:
        templates: what its pages are made of.
        paths: which of its parameters are paths.
    """

    paths = ("templates",)

    def __init__(self, templates: Path | None = None) -> None:
        self.templates = environment(templates)

    def configured(self, parameters: Mapping[str, Any]) -> Self:
        """Return the same renderer with the templates of a folder.

        Args:
            parameters: as a configuration file gives them: ``templates``, the folder's path.

        Raises:
            Invalid: a parameter is unknown, or there is no such folder.
        """
        folder = folder_of(parameters)
        return self if folder is None else type(self)(folder)


STYLE: Final = ("pictures.css", "parts.css")
"""The styles of parts, which every page begins with."""


VERIFIER: Final = tuple(
    f"verify/{name}.js"
    for name in (
        "guard",
        "bytes",
        "tree",
        "notes",
        "bundle",
        "fold",
        "shown",
        "sight",
        "comparing",
        "saving",
        "kept",
        "telling",
        "page",
    )
)
"""The script that verifies a page, from the ground up."""


def page(
    templates: Environment,
    template: str,
    *,
    name: str,
    styles: Sequence[str] = ("page.css",),
    scripts: Sequence[str] = (),
    bundle: bytes | None = None,
    **parts: Any,
) -> Rendered:
    """Make a file of a template that extends ``page.html``; the arguments are :func:`document`'s.

    Args:
        templates: where the template, the styles and the scripts are.
        template: its name.
        name: what the page's file is called, without its suffix.
        styles: what it looks like.
        scripts: what it can do besides verifying itself.
        bundle: what proves it, as JSON.
        parts: what the template is filled in with.

    Raises:
        PluginError: a template is broken; the message names file and line.
    """
    text = document(templates, template, styles=styles, scripts=scripts, bundle=bundle, parts=parts)
    return Rendered(text.encode(), "text/html; charset=utf-8", ".html", name)


def document(
    templates: Environment,
    template: str,
    *,
    styles: Sequence[str],
    scripts: Sequence[str],
    bundle: bytes | None,
    parts: Mapping[str, Any],
) -> str:
    """Fill in a template with its style, its script and the policy that allows these two alone.

    The style of parts comes first, and ``own.css`` last: it is empty, for others to replace.
    Where there is a bundle, the script begins with the verifier.

    Raises:
        PluginError: a template is broken; the message names file and line.
    """
    style = "\n".join(source_of(templates, each) for each in (*STYLE, *styles, "own.css"))
    wanted = scripts if bundle is None else (*VERIFIER, *scripts)
    script = "\n".join(source_of(templates, each) for each in wanted)
    given = {
        "policy": policy(style, script),
        "style": Markup(style),  # noqa: S704  # our own, or the operator's
        "script": Markup(script),  # noqa: S704  # the same
        "bundle": None if bundle is None else Markup(_embedded(bundle)),  # noqa: S704  # holds no <
    }
    return filled(templates, template, {**given, **parts})


def policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy of a page with this style and this script, and no more."""
    rules = {
        "default-src": "'none'",
        "style-src": _digest(style),
        "script-src": _digest(script) if script else "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{rule} {source}" for rule, source in rules.items())


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _embedded(json: bytes) -> str:
    """Write JSON so that nothing in it can end the script element that it stands in."""
    return json.decode().replace("<", "\\u003c")
