"""The templates, and what they are filled in with: everything is escaped unless it says so."""

from __future__ import annotations

import contextlib
import functools
import re
import traceback
from collections.abc import Callable, Generator, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import (
    ChoiceLoader,
    DictLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from markupsafe import Markup, escape

from evledger import EvledgerError, Invalid, PluginError, parameters, pictures
from evledger.exceptions import PLUGIN_ERRORS, said
from evledger_html.curated import curated
from evledger_html.marks import mark_of
from evledger_html.replacing import examine
from evledger_html.values import bound, shown

if TYPE_CHECKING:
    from jinja2 import BaseLoader

    from evledger_html.contents import Anchors

__all__ = ["called", "environment", "filled", "folder_of", "source_of"]

_HERE: Final = (
    *(PackageLoader("evledger_html", folder) for folder in ("templates", "static")),
    DictLoader({"pictures.css": pictures.STYLE}),
)


@functools.cache  # a template is compiled once, however many pages are made of it
def environment(templates: Path | None = None) -> Environment:
    """Return an environment that escapes all it is given.

    Args:
        templates: a folder whose templates, styles and scripts take the place of those of the
            same name here; one of them may extend ``standard/article.html``, the one that it
            replaces.

    Raises:
        Invalid: there is no such folder, or something in it would replace nothing.
    """
    own: list[BaseLoader] = []
    if templates is not None:
        if not templates.is_dir():
            raise Invalid(f"templates: {templates} is no folder; name one, or leave it out")
        own = [FileSystemLoader(templates)]
    standard = PrefixLoader({"standard": ChoiceLoader(_HERE)})
    made = Environment(
        loader=ChoiceLoader([*own, *_HERE, standard]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "bound": bound,
        "curated": curated,
        "drawing": _drawing,
        "lead": _lead,
        "leading": _leading,
        "mark_of": mark_of,
        "shown": shown,
        "unnamed": _unnamed,
    }
    made.filters.update(filters)
    if templates is not None:
        examine(templates, made, frozenset(ChoiceLoader(_HERE).list_templates()))
    return made


def _drawing(picture: pictures.Picture, prefix: str = "") -> Markup:
    """Return a picture's SVG, all of whose text its own writer has escaped."""
    return Markup(picture.inline(prefix))  # noqa: S704  # made element by element


def _lead(id: str, href: str | None) -> Markup:
    """Return an id that leads to its entry, where that is on the page."""
    inner = escape(id)
    made = f'<a class="evl-id" href="{escape(href)}">{inner}</a>' if href else None
    return Markup(made or f'<span class="evl-id">{inner}</span>')  # noqa: S704  # both are escaped


_WORD: Final = re.compile(r"([a-z0-9][a-z0-9-]*)")  # an id is one, whatever else is


def _leading(text: str, names: Iterable[str], anchors: Anchors | None) -> Markup:
    """Return a text in which the ids of some entries lead to them, where these are on the page."""
    if anchors is None:
        return escape(shown(text))
    hrefs = {name.partition(":")[2]: anchors.href(name) for name in names}
    pieces = _WORD.split(shown(text))
    return Markup().join(
        _lead(piece, hrefs[piece]) if hrefs.get(piece) else escape(piece) for piece in pieces
    )


def _unnamed(names: Iterable[str], text: str) -> list[str]:
    """Return the names whose ids a text does not have."""
    words = frozenset(_WORD.findall(text))
    return [name for name in names if name.partition(":")[2] not in words]


def folder_of(given: Mapping[str, Any]) -> Path | None:
    """Return the folder of templates that a configuration file names, if it names one.

    Args:
        given: names and values as they stand there; ``templates`` is the only one known.

    Raises:
        Invalid: a parameter is unknown, or is no path of a folder.

    >>> folder_of({"templates": "."}), folder_of({})
    (PosixPath('.'), None)
    """
    return parameters.read(given, {"templates": parameters.path}).get("templates")


def source_of(templates: Environment, name: str) -> str:
    """Return a style or a script as it stands, its lines ended as a browser's parser ends them.

    Raises:
        PluginError: it is no text.
    """
    assert templates.loader is not None  # noqa: S101  # made above
    try:
        text = templates.loader.get_source(templates, name)[0]
    except UnicodeDecodeError as error:
        raise PluginError(f"{name} of the templates is no UTF-8: {error}") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def filled(templates: Environment, name: str, parts: Mapping[str, Any]) -> str:
    """Fill a template in.

    Raises:
        PluginError: there is no such template, or it is broken; the message names file and line.
    """
    with _blamed(name):
        return templates.get_template(name).render(parts)


def called(templates: Environment, name: str, macro: str, *given: Any, **named: Any) -> Markup:
    """Return what a macro of a template makes.

    Raises:
        PluginError: there is no such macro, or it is broken; the message names file and line.
    """
    with _blamed(name):
        made: Any = getattr(templates.get_template(name).module, macro)
        return Markup(made(*given, **named))  # noqa: S704  # a macro escapes all it is given


@contextlib.contextmanager
def _blamed(name: str) -> Generator[None]:
    """Say of whatever goes wrong in a template where it did; an operator's may do anything."""
    try:
        yield
    except EvledgerError:
        raise
    except PLUGIN_ERRORS as error:
        raise PluginError(_told(name, error)) from error


def _told(name: str, error: BaseException) -> str:
    """Return which line of which template went wrong, and how."""
    if isinstance(error, TemplateNotFound):
        return f"template {name}: there is no template {str(error)!r:.200} to take in"
    if isinstance(error, TemplateSyntaxError):
        place = f"{error.filename or error.name or name}, line {error.lineno}"
        return f"template {place}: {error.message}"
    place = next(
        filter(None, map(_place, reversed(traceback.extract_tb(error.__traceback__)))), name
    )
    if isinstance(error, RecursionError):
        words = "it takes itself in, over and over; what it replaces is in 'standard/'"
        return f"template {place}: {words}"
    words = str(error) if isinstance(error, TemplateError) else said(error)
    return f"template {place}: {words}"


def _place(frame: traceback.FrameSummary) -> str | None:
    """Return file and line of a frame that is a template's; Jinja puts those into tracebacks."""
    is_template = frame.filename.endswith((".html", ".atom", ".xml", "<template>"))
    return f"{frame.filename}, line {frame.lineno}" if is_template else None
