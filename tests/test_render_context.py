"""What renderers are given beside a view, and what is made of what they say of themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

import evledger
from evledger import (
    Broken,
    Invalid,
    NotFound,
    NotSupplied,
    PluginError,
    Plugins,
    Rendered,
    Signer,
    StoreError,
    hookimpl,
    new_key,
)
from evledger.cli.errors import Exit
from evledger.proofs.publishing import article_path
from evledger.rendering import render

if TYPE_CHECKING:
    from evledger import RenderContext, View

Run = Callable[..., Any]
PLUGINS = Plugins.builtin()


@attrs.frozen
class Shelf:
    """A renderer that writes down what it was given."""

    name: str = "shelf"
    file: str = "shelf.txt"
    words: str = "plain"

    def render(self, view: View, context: RenderContext) -> Rendered:
        """Write the context down."""
        chain = context.chain
        assert chain is not None
        places = len(list(chain.records()))
        told = f"{self.words} {view.head.size} {places} {context.since} {dict(context.beside)}"
        stem, _, suffix = self.file.partition(".")
        return Rendered(told.encode(), "text/plain; charset=utf-8", f".{suffix}", stem)

    def configured(self, parameters: Mapping[str, Any]) -> Shelf:
        """Take other words."""
        if parameters.keys() - {"words"}:
            raise Invalid("known is: words")
        return attrs.evolve(self, **parameters)


class Shelves:
    """Two of them."""

    @hookimpl.renderers
    def renderers(self) -> list[Any]:
        """Return both."""
        return [Shelf(), Shelf("other", "index.html")]


def plugins(parameters: Mapping[str, Mapping[str, Any]] | None = None) -> Plugins:
    """Return the built-in plugins and the shelves."""
    found = Plugins.builtin(renderer_parameters=parameters)
    found.register(Shelves(), "shelves")
    return found


def test_a_renderer_is_given_the_context() -> None:
    """It knows the chain up to its view, since when changes count, and what stands beside it."""
    with evledger.open("memory:", plugins=plugins()) as store:
        semax = store.create("semax", title="Semax", by="curator")
        semax.append(evledger.GapNoted(id="g1", text="?"), by="curator")
        assert semax.render("shelf", n=1).text == "plain 1 1 0 {}"
        beside = {"html": "article.html"}
        rendered = semax.render("shelf", since=1, beside=beside)
    assert rendered.text == f"plain 2 2 1 {beside}"
    assert rendered.file == "shelf.txt"


def test_a_renderer_takes_parameters() -> None:
    """They are its own; unknown ones, and those of nobody, are errors that name it."""
    given = plugins({"shelf": {"words": "fancy"}})
    with evledger.open("memory:", plugins=given) as store:
        assert store.create("semax", title="Semax", by="c").render("shelf").text[:5] == "fancy"
    for parameters, message in (
        ({"shelf": {"wrods": 1}}, "parameters of renderer 'shelf': known is"),
        ({"nobody": {"a": 1}}, "parameters are given for 'nobody', and the renderers are"),
        ({"markdown": {"a": 1}}, "renderer 'markdown' takes no parameters"),
    ):
        wrong = plugins(parameters)
        with pytest.raises((Invalid, NotSupplied), match=message):
            wrong.renderer("shelf")


@attrs.frozen
class Failing:
    """A renderer that raises what it was made with."""

    error: Exception
    name: str = "failing"

    def render(self, view: View, context: RenderContext) -> Rendered:
        """Fail."""
        del view, context
        raise self.error


def rendered_by(error: Exception) -> Rendered:
    """Render a ledger by a renderer that raises this."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        semax = store.create("semax", title="Semax", by="curator")
        return render(Failing(error), semax.view(), semax.render_context())


def test_a_renderer_that_looks_for_what_is_not_there() -> None:
    """What it does not find is its own failure, under its name, and not the reader's mistake."""
    with pytest.raises(PluginError, match="renderer 'failing' failed: NotFound: no s9") as caught:
        rendered_by(NotFound("no s9"))
    assert (caught.value.kind, caught.value.name) == ("renderer", "failing")
    assert not isinstance(caught.value, NotFound)


@pytest.mark.parametrize(
    "error",
    [
        Broken("the vault's copy is damaged"),
        Invalid("since=99"),
        PluginError("ranker 'odd' failed"),
        StoreError("locked"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_is_not_the_renderer_s_fault(error: Exception) -> None:
    """Damage, what was asked for wrongly, and a failure that is named already go through."""
    with pytest.raises(type(error)) as caught:
        rendered_by(error)
    assert caught.value is error


def test_published_files_know_each_other(tmp_path: Path) -> None:
    """Whatever a renderer calls its file, its name cannot be taken for another file's."""
    new_key(tmp_path / "key", "example.org/semax")
    public = tmp_path / "public"
    with evledger.open("memory:", plugins=plugins()) as store:
        semax = store.create("semax", title="Semax", by="curator")
        signer = Signer.open(tmp_path / "key")
        semax.publish(public, signer, articles=("markdown", "shelf", "other"))
        expected = {
            "markdown": "article.md",
            "shelf": "article-shelf.txt",
            "other": "article-index.html",
        }
        assert str(expected) in (public / "article-shelf.txt").read_text()
        assert (public / "article-index.html").exists()
        done = semax.publish(public, signer, articles=("markdown",))
    assert done.removed == ("article-index.html", "article-shelf.txt")


@pytest.mark.parametrize("file", ["../key", "a/b.html", "CAPS.md", "", "x\ny.md"])
def test_a_file_that_cannot_be_published(file: str) -> None:
    """What would lie elsewhere, or could not be listed, is no name of an article."""
    with pytest.raises(Invalid, match="cannot be published as"):
        article_path(file)


def test_render_since(run: Run) -> None:
    """The command takes a number, a head or a time for since; a wrong key is refused."""
    run("init", "semax", "--title", "Semax", "--by", "curator")
    head = run("head", "semax").out.strip()
    for since in ("1", head, "2999-01-01"):
        ended = run("render", "semax", "--since", since, "--format", "text")
        assert (ended.code, ended.err) == (Exit.DONE, "")
    assert run("render", "semax", "--since", "99").code == Exit.WRONG
    assert run("render", "semax", "--vkey", "nonsense").code == Exit.WRONG


def test_configured_renderers(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration file can have parameters of renderers; for nobody, they are an error."""
    monkeypatch.delenv("EVLEDGER_DISABLE_PLUGINS")  # what is switched off may be whose they are
    run("init", "semax", "--title", "Semax", "--by", "curator")
    Path("evledger.toml").write_text('[renderers.nobody]\ntemplates = "x"\n')
    ended = run("render", "semax")
    assert ended.code == Exit.WRONG
    assert "parameters are given for 'nobody', and the renderers are: " in ended.err
