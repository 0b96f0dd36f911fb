"""Templates: a folder may replace any of them, and what is wrong with one is said plainly."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from evledger_html import ArticlePage
from evledger_html.pages import policy

from evledger import GapNoted, Invalid, PluginError, Plugins, RenderContext
from evledger.rendering import render
from evledger.testing import Story

PLUGINS: Final = Plugins.builtin()
CONTEXT: Final = RenderContext(scorers=(), ranker=PLUGINS.ranker("tier"))
STORY: Final = Story(events=(GapNoted(id="g1", text="No trial in <women>."),))


def rendered(folder: Path) -> str:
    """Render by the templates of a folder, as a configuration file asks for it."""
    page = ArticlePage().configured({"templates": str(folder)})
    return render(page, STORY.view(), CONTEXT).text


def test_one_block_is_replaced(tmp_path: Path) -> None:
    """A template that extends the one it replaces changes one block, and all else stands."""
    (tmp_path / "article.html").write_text(
        '{% extends "standard/article.html" %}\n'
        "{% block disclaimer %}<p>By us: {{ article.unknown.gaps[0].text }}</p>{% endblock %}\n"
    )
    standard = ArticlePage().render(STORY.view(), CONTEXT).text
    own = rendered(tmp_path)
    assert "<p>By us: No trial in &lt;women&gt;.</p>" in own
    assert "no medical or other advice" in standard
    assert "no medical or other advice" not in own
    assert "What we do not know" in own


def test_one_macro_is_replaced(tmp_path: Path) -> None:
    """A macro is replaced by a file that takes the others over."""
    names = ("claim_card", "component", "folded", "question", "source_card")
    kept = "".join(f"{{% set {name} = standard.{name} %}}\n" for name in names)
    (tmp_path / "parts.html").write_text(
        f'{{% import "standard/parts.html" as standard %}}\n{kept}'
        "{% macro note(kind, note, places, anchors) %}<p>{{ kind }} of ours</p>{% endmacro %}\n"
    )
    assert "<p>gap of ours</p>" in rendered(tmp_path)


def test_a_style_is_added(tmp_path: Path) -> None:
    """A style of an operator's comes after ours, and the policy allows exactly the two."""
    (tmp_path / "own.css").write_bytes(b":root { --evl-link: rebeccapurple }\r\n")
    page = rendered(tmp_path)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    assert style[1].endswith(":root { --evl-link: rebeccapurple }\n")
    assert f'content="{policy(style[1], "")}"'.replace("'", "&#39;") in page


def test_nothing_is_configured() -> None:
    """Without parameters a page is as it was."""
    page = ArticlePage()
    assert page.configured({}) is page


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"templates": "/nowhere/at/all"}, "/nowhere/at/all is no folder"),
        ({"templates": 7}, "7 is no path"),
        ({"templates": ""}, "'' is no path"),
        ({"colour": "red"}, "'colour': a page knows one, 'templates'"),
    ],
)
def test_parameters_of_no_use(parameters: dict[str, object], words: str) -> None:
    """What cannot be configured is refused, with what can be."""
    with pytest.raises(Invalid, match=re.escape(words)):
        ArticlePage().configured(parameters)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("one\n{% block x %}\n{% if %}", "line 3"),
        ("one\n{{ article.nothing }}", "line 2: 'evledger.article.values.Article object' has no"),
        ("one\n\n{{ 1 / 0 }}", "line 3: ZeroDivisionError"),
        ("{{ 7|nonsense }}", "line 1: No filter named 'nonsense'"),
        ('{% include "other.html" %}', "there is no template 'other.html'"),
    ],
)
def test_a_broken_template_is_named(tmp_path: Path, text: str, words: str) -> None:
    """Whatever is wrong with a template, file and line are named."""
    (tmp_path / "article.html").write_text(text)
    with pytest.raises(PluginError, match=r"article\.html") as caught:
        rendered(tmp_path)
    assert words in str(caught.value)


def test_a_style_that_is_no_text(tmp_path: Path) -> None:
    """A style in another encoding is refused by its name."""
    (tmp_path / "own.css").write_bytes(b"\xff\xfe")
    with pytest.raises(PluginError, match=r"own\.css of the templates is no UTF-8"):
        rendered(tmp_path)
